/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paper originals and their e-versions; papers that may be here already. */
#include "api/office/joins.h"

#include "api/office/incoming.h"
#include "api/office/office_priv.h"
#include "api/office/statuses.h"

#define LOOKS 8 /* of SEARCH_SCAN_MAX papers each */

/* ---- one arrival ---- */

int
vt_office_original(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_original *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_JOIN };
	struct vt_incoming p;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_JOIN, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_incoming_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &p, reterr)) != VT_OK)
		return rc;
	step.u.join.how = VT_JOIN_ORIGINAL;
	if (n->on != NULL) {
		step.u.join.at = vt_time_parse_day(n->on);
		if (step.u.join.at == VT_TIME_NONE ||
		    step.u.join.at > vt_now(o->o.ctx)) {
			vt_office_about(rq, "/on");
			return vt_err_set(reterr, VT_E_INVALID,
			    "paper original: a day up to today is wanted "
			    "(YYYY-MM-DD)");
		}
	}
	step.u.join.pages = n->pages;
	step.u.join.from = n->from;
	step.u.join.note = n->note;
	vt_office_act(rq, paper, &step, 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

/* Has the paper no sender yet? */
static int
lacks_sender(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, bool *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	/* its own row: vt_incoming_load takes the e-version's for it */
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	*ret = p.agency_no == rq->actor->agency_no &&
	       vt_id_is_zero(&p.source_consignment) &&
	       vt_id_is_zero(&p.source_delivery);
	return VT_OK;
}

/* The second act, on the paper that was registered before. */
static int
give_sender(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *other, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_JOIN };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_act act;
	bool lacks;
	int rc;

	if ((rc = lacks_sender(o, rq, other, &lacks, reterr)) != VT_OK ||
	    !lacks)
		return rc;
	step.u.join.how = VT_JOIN_SOURCE;
	step.u.join.other = *paper;
	vt_office_act(rq, other, &step, 1, &act);
	act.key = NULL; /* the request's is that of the first act */
	act.expect_rev = 0;
	rc = vt_store_do(o->o.store, &act, &r, reterr);
	vt_act_result_free(&r);
	return rc == VT_E_EXISTS ? VT_OK : rc; /* done beside us */
}

int
vt_office_join(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *other, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	static const struct vt_follow follow = { VT_STATUS_ACCEPTED, "" };
	struct vt_step steps[2];
	struct vt_incoming p;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_JOIN, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return rc;
	if (!done) {
		if ((rc = vt_incoming_load(o, paper, rq->actor->agency_no,
			 rq->if_match, &p, reterr)) != VT_OK)
			return rc;
		memset(steps, 0, sizeof(steps));
		steps[0].kind = VT_STEP_JOIN;
		steps[0].u.join.how = VT_JOIN_SAME;
		steps[0].u.join.other = *other;
		steps[0].u.join.note = note;
		rc = vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
		if (rc != VT_OK) {
			vt_office_about(rq, "/other");
			return rc;
		}
	}
	return give_sender(o, rq, paper, other, reterr);
}

/* ---- the likely same ---- */

static bool
same_words(const char *x, const char *y)
{
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);

	vt_search_fold(vt_span_str(x), true, &a);
	vt_search_fold(vt_span_str(y), true, &b);
	return vt_buf_status(&a, NULL) == VT_OK &&
	       vt_buf_status(&b, NULL) == VT_OK && a.n > 0 &&
	       vt_span_eq(vt_buf_view(&a), vt_buf_view(&b));
}

static bool
is_said(const char *s)
{
	return s != NULL && *s != '\0';
}

/* By code where both have one, else by name. */
static bool
same_agency(const struct vt_meta *x, const struct vt_meta *y)
{
	if (is_said(x->agency_code) && is_said(y->agency_code))
		return strcmp(x->agency_code, y->agency_code) == 0;
	return is_said(x->agency_name) && is_said(y->agency_name) &&
	       same_words(x->agency_name, y->agency_name);
}

static bool
same_paper(const struct vt_meta *x, const struct vt_paper *p)
{
	const struct vt_meta *y = &p->meta;

	return p->state != VT_PAPER_REFUSED && vt_id_is_zero(&p->joined_to) &&
	       same_agency(x, y) && same_words(x->number, y->number) &&
	       (is_said(x->notation) ? same_words(x->notation, y->notation)
				     : !is_said(y->notation));
}

int
vt_office_alike(struct vt_view *v, const struct vt_actor *actor,
    const struct vt_meta *m, const vt_id *but, struct vt_paper *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_paper_query q = { .number = m->number,
		.direction = VT_DIR_IN };
	struct vt_paper page[16];
	size_t got, n = 0;
	int rc;

	*ret_n = 0;
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    !is_said(m->number) ||
	    (!is_said(m->agency_code) && !is_said(m->agency_name)))
		return rc;
	for (int looks = 0; looks < LOOKS && n < max; looks++) {
		rc = vt_paper_search(
		    v, actor->agency_no, &q, page, 16, &got, &q.before, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < got && n < max; i++)
			if ((but == NULL || !vt_id_eq(&page[i].id, but)) &&
			    same_paper(m, &page[i]))
				ret[n++] = page[i];
		if (q.before == 0)
			break;
	}
	*ret_n = n;
	return VT_OK;
}
