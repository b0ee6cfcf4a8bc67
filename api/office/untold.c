/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statuses that do not get through: items of the queue that the peer refused,
 * or that have used their budget and are tried once a day.
 */
#include "api/office/deliver.h"
#include "api/office/packet.h"
#include "api/office/work.h"

#define PAGE 32

static bool
is_untold(const struct vt_work *w, uint32_t agency_no)
{
	return w->agency_no == agency_no && w->kind == VT_WORK_STATUS &&
	       (w->due == VT_WORK_PARKED ||
		   w->attempt >= VT_L(DELIVERY_ATTEMPTS_MAX));
}

/* What it is about: our delivery, or what came. */
static int
describe(struct vt_view *v, const struct vt_work *w, struct vt_untold *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c;
	struct vt_delivery d;
	struct vt_paper p;
	int rc;

	rc = vt_delivery_get(v, &w->subject, &d, &err);
	if (rc == VT_OK && d.agency_no == w->agency_no) {
		ret->paper = d.paper;
		vt_text_fit(ret->to, sizeof(ret->to), d.to.code);
		return VT_OK;
	}
	if (rc == VT_OK) { /* of another tenant: the paper made of it */
		rc = vt_paper_by_delivery(
		    v, w->agency_no, &w->subject, &p, &err);
		if (rc == VT_OK)
			ret->paper = p.id;
	} else if (rc == VT_E_NOT_FOUND) {
		rc = vt_consign_get(v, &w->subject, &c, &err);
		if (rc == VT_OK) {
			ret->paper = c.paper;
			vt_text_fit(ret->to, sizeof(ret->to), c.from_code);
		}
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
fill(struct vt_view *v, uint64_t no, struct vt_untold *ret,
    struct vt_err *reterr)
{
	struct vt_telling t;
	struct vt_work w;
	int rc;

	if ((rc = vt_work_get(v, no, &w, reterr)) != VT_OK ||
	    (rc = vt_telling_decode(&w, &t, reterr)) != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	ret->id = t.id;
	ret->code = t.code;
	ret->at = t.at;
	ret->attempts = w.attempt;
	ret->next = w.due == VT_WORK_PARKED ? VT_TIME_NONE : w.due;
	vt_text_fit(ret->note, sizeof(ret->note), w.note);
	vt_text_fit(ret->text, sizeof(ret->text), t.description);
	return describe(v, &w, ret, reterr);
}

/* A page has as many members. NOLINTBEGIN(readability-function-size) */
int
vt_office_untold(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_untold *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct vt_work w[PAGE];
	size_t n = PAGE, found = 0, seen = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_INBOX, reterr)) != VT_OK)
		return rc;
	/* everybody's: a bound on what is looked at, not on what is ours */
	while (n == PAGE && found < max && seen < VT_L(WORK_SCAN_MAX)) {
		rc = vt_work_list(v, 0, after, w, PAGE, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK && found < max; i++) {
			after = w[i].no;
			seen++;
			if (is_untold(&w[i], actor->agency_no))
				rc = fill(v, w[i].no, &ret[found++], reterr);
		}
		if (rc != VT_OK)
			return rc;
	}
	*ret_n = found;
	*ret_next = n == PAGE || found == max ? after : 0;
	return VT_OK;
}
/* NOLINTEND(readability-function-size) */

static int
tells(struct vt_view *v, uint64_t no, const vt_id *id, bool *ret,
    struct vt_err *reterr)
{
	struct vt_telling t;
	struct vt_work w;
	int rc;

	if ((rc = vt_work_get(v, no, &w, reterr)) == VT_OK &&
	    (rc = vt_telling_decode(&w, &t, reterr)) == VT_OK)
		*ret = vt_id_eq(&t.id, id);
	return rc;
}

/* The item that tells this status; ret_no 0: not in this part of the queue.
 * *after: where the next one begins, 0: there is none. */
static int
find(struct vt_office *o, uint32_t agency_no, const vt_id *id, uint64_t *after,
    uint64_t *ret_no, struct vt_untold *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_work w[PAGE];
	size_t n = PAGE;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	for (size_t seen = 0; n == PAGE && seen < VT_L(WORK_SCAN_MAX);
	     seen += n) {
		rc = vt_work_list(v, 0, *after, w, PAGE, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			bool it = false;

			*after = w[i].no;
			if (is_untold(&w[i], agency_no))
				rc = tells(v, w[i].no, id, &it, reterr);
			if (rc == VT_OK && it) {
				*ret_no = w[i].no;
				return fill(v, w[i].no, ret, reterr);
			}
		}
		if (rc != VT_OK)
			return rc;
	}
	if (n < PAGE)
		*after = 0;
	return VT_OK;
}

int
vt_office_hurry_status(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *status, struct vt_untold *ret, struct vt_err *reterr)
{
	uint64_t no = 0, after = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_REPLAY, reterr)) != VT_OK)
		return rc;
	do
		rc =
		    find(o, actor->agency_no, status, &after, &no, ret, reterr);
	while (rc == VT_OK && no == 0 && after != 0);
	if (rc != VT_OK)
		return rc;
	if (no == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no status of this agency with this id waits to be told");
	ret->next = vt_now(o->o.ctx);
	rc = vt_work_hurry(o->o.store, no, ret->next, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}
