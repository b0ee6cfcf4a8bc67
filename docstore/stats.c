/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting rows. */
#include "docstore/stats.h"

#include "docstore/store_priv.h"

/* Months since year 0, in Vietnam. */
static int
month_of(vt_time t)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	return 12 * d.year + d.month - 1;
}

static int
count_papers(struct vt_txn *t, vt_time now, struct vt_stats_agency *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_scan scan = vt_scan_agency(t, VT_T_PAPER, ret->agency_no, 0);
	int rc = VT_OK;

	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		struct vt_paper p;
		int ago;

		if ((rc = vt_scratch(&a, reterr)) != VT_OK ||
		    (rc = vt_paper_decode(scan.row, a, &p, reterr)) != VT_OK)
			break;
		if ((unsigned int)p.direction > 3 ||
		    (unsigned int)p.state > VT_PAPER_STATE_MAX)
			continue;
		ret->papers[p.direction][p.state]++;
		ret->pages += p.meta.pages;
		ret->printed += p.printed;
		ago = month_of(now) - month_of(p.created_at);
		if (ago >= 0 && ago < VT_STATS_MONTHS)
			ret->month[ago][p.direction]++;
	}
	return rc == VT_OK ? scan.rc : rc;
}

static int
count_agency(struct vt_store *s, struct vt_txn *t, uint32_t no,
    struct vt_stats_agency *ret, struct vt_err *reterr)
{
	struct vt_agency_state st;
	int rc;

	*ret = (struct vt_stats_agency){ .agency_no = no };
	if ((rc = vt_row_state(t, no, &st, reterr)) != VT_OK)
		return rc;
	ret->acts = st.acts;
	ret->events = st.events;
	ret->deliveries = st.deliveries;
	ret->consignments = st.consignments;
	ret->people = st.people;
	return count_papers(t, vt_now(s->ctx), ret, reterr);
}

static void
count_item(const struct vt_work *w, vt_time now, struct vt_stats_work *k)
{
	k->depth++;
	k->attempts += w->attempt;
	k->failed += w->attempt > 0 && w->note[0] != '\0';
	if (w->due == VT_WORK_PARKED)
		k->parked++;
	else if (!vt_id_is_zero(&w->owner) && w->lease_until > now)
		k->held++;
	else if (w->due <= now) {
		k->due++;
		if (now - w->due > k->oldest_us)
			k->oldest_us = now - w->due;
	}
}

static int
count_work(struct vt_txn *t, vt_time now, struct vt_stats_work *ret,
    struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_up(t, VT_T_WORK, &all, NULL);
	int rc = VT_OK;

	memset(ret, 0, VT_STATS_KINDS * sizeof(*ret));
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		struct vt_work w;

		rc = vt_work_decode(scan.row, &w, reterr);
		if (rc == VT_OK && (unsigned int)w.kind < VT_STATS_KINDS)
			count_item(&w, now, &ret[w.kind]);
	}
	return rc == VT_OK ? scan.rc : rc;
}

int
vt_store_stats(struct vt_store *s,
    void (*agency)(void *arg, const struct vt_stats_agency *a), void *arg,
    struct vt_stats_work *work, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_stats_agency one;
	struct vt_counters count;
	struct vt_agency of;
	struct vt_txn *t;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_counters(t, &count, reterr);
	for (uint32_t no = 1; rc == VT_OK && no <= count.agencies; no++) {
		if ((rc = vt_scratch(&a, reterr)) != VT_OK ||
		    (rc = vt_row_agency(t, no, a, &of, reterr)) != VT_OK ||
		    (rc = count_agency(s, t, no, &one, reterr)) != VT_OK)
			break;
		vt_agency_today(&of, s->ctx);
		one.code = of.now.code;
		agency(arg, &one);
	}
	if (rc == VT_OK)
		rc = count_work(t, vt_work_now(s), work, reterr);
	t->ops->abort(t);
	return rc;
}
