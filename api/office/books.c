/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number books: one function an act. */
#include "api/office/books.h"

#include "api/office/office_priv.h"
#include "api/office/work.h"
#include "base/cbor.h"

/* Enters a duty; false: *ret_rc is the answer already. */
static bool
begin(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    struct vt_act_result *ret, int *ret_rc, struct vt_err *reterr)
{
	bool done = false;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	*ret_rc = vt_office_enter(rq, duty, reterr);
	if (*ret_rc == VT_OK)
		*ret_rc = vt_office_replay(o, rq, ret, &done, reterr);
	return *ret_rc == VT_OK && !done;
}

static int
do_step(struct vt_office *o, const struct vt_request *rq,
    const struct vt_step *step, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_act act;
	int rc;

	vt_office_act(rq, NULL, step, 1, &act);
	act.expect_rev = 0;
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

int
vt_office_series(struct vt_office *o, const struct vt_request *rq,
    const struct vt_series *s, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_SERIES };
	int rc;

	if (!begin(o, rq, VT_DUTY_BOOKS, ret, &rc, reterr))
		return rc;
	step.u.series = *s;
	return do_step(o, rq, &step, ret, reterr);
}

int
vt_office_term(struct vt_office *o, const struct vt_request *rq,
    const struct vt_new_term *t, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_TERM };
	int rc;

	if (!begin(o, rq, VT_DUTY_BOOKS, ret, &rc, reterr))
		return rc;
	step.u.term.series = t->series;
	step.u.term.title = t->title;
	step.u.term.from = t->from;
	step.u.term.until = t->until;
	return do_step(o, rq, &step, ret, reterr);
}

static int
working_day_after(
    struct vt_office *o, vt_time t, vt_time *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc = vt_view_begin(o->o.store, &v, reterr);

	return rc == VT_OK ? vt_office_next_working_day(v, t, ret, reterr) : rc;
}

int
vt_office_reserve(struct vt_office *o, const struct vt_request *rq,
    const char *series, const char *what, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RESERVE };
	int rc;

	if (!begin(o, rq, VT_DUTY_RESERVE, ret, &rc, reterr))
		return rc;
	step.u.reserve.series = series;
	step.u.reserve.note = what;
	rc = working_day_after(
	    o, vt_now(o->o.ctx), &step.u.reserve.until, reterr);
	return rc == VT_OK ? do_step(o, rq, &step, ret, reterr) : rc;
}

int
vt_office_outage(struct vt_office *o, const struct vt_request *rq,
    const struct vt_outage *b, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_OUTAGE };
	int rc;

	if (!begin(o, rq, VT_DUTY_OUTAGE, ret, &rc, reterr))
		return rc;
	step.u.outage.series = b->series;
	step.u.outage.n = b->n;
	step.u.outage.from = b->from;
	step.u.outage.to = b->to;
	step.u.outage.note = b->why;
	rc = working_day_after(o, b->to, &step.u.outage.until, reterr);
	return rc == VT_OK ? do_step(o, rq, &step, ret, reterr) : rc;
}

int
vt_office_cancel_number(struct vt_office *o, const struct vt_request *rq,
    const struct vt_give_up *g, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CANCEL_NUMBER };
	int rc;

	if (!begin(o, rq, VT_DUTY_CANCEL_NUMBER, ret, &rc, reterr))
		return rc;
	step.u.cancel_number.series = g->series;
	step.u.cancel_number.period = g->period;
	step.u.cancel_number.value = g->value;
	step.u.cancel_number.n = g->n;
	step.u.cancel_number.note = g->reason;
	return do_step(o, rq, &step, ret, reterr);
}

int
vt_office_book_close(struct vt_office *o, const struct vt_request *rq,
    const char *series, uint32_t period, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_BOOK_CLOSE };
	int rc;

	if (!begin(o, rq, VT_DUTY_CLOSE_BOOK, ret, &rc, reterr))
		return rc;
	step.u.book_close.series = series;
	step.u.book_close.period = period;
	step.u.book_close.note = note;
	return do_step(o, rq, &step, ret, reterr);
}

/* ---- what was held and not used ---- */

struct expiry {
	char series[164];
	uint32_t period;
	uint64_t first, n;
};

static int
read_expiry(const struct vt_work *w, struct expiry *ret, struct vt_err *reterr)
{
	struct expiry x = { .n = 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			vt_cbor_get_str(&c, x.series, sizeof(x.series));
			break;
		case 2:
			x.period = (uint32_t)vt_cbor_get_uint(&c);
			break;
		case 3:
			x.first = vt_cbor_get_uint(&c);
			break;
		case 4:
			x.n = vt_cbor_get_uint(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_cbor_finish(&c, "held numbers", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* Of those that are open: how many, until when, and were they reserved? */
static int
open_ones(struct vt_office *o, uint32_t agency_no, const struct expiry *x,
    uint64_t *ret_open, struct vt_hold *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hold_filter f = { .series = x->series,
		.period = x->period,
		.after = x->first - 1,
		.open_only = true };
	struct vt_hold h;
	size_t n = 0;
	int rc;

	*ret_open = 0;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_hold_list(v, agency_no, &f, &h, 1, &n, reterr);
	if (rc != VT_OK || n == 0 || h.value >= x->first + x->n)
		return rc;
	*ret_open = 1;
	*ret = h;
	ret->note = ret->reason = ""; /* they go with the view */
	return VT_OK;
}

int
vt_expire_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_CANCEL_NUMBER };
	struct vt_act act = {
		.agency_no = w->agency_no, .steps = &step, .n_steps = 1
	};
	struct vt_hold h;
	struct expiry x;
	uint64_t open;
	int rc;

	if ((rc = read_expiry(w, &x, reterr)) != VT_OK ||
	    (rc = open_ones(o, w->agency_no, &x, &open, &h, reterr)) != VT_OK ||
	    open == 0)
		return rc;
	if (vt_now(o->o.ctx) < h.until) {
		*ret_due = h.until;
		return VT_OK;
	}
	step.u.cancel_number.series = x.series;
	step.u.cancel_number.period = x.period;
	step.u.cancel_number.value = x.first;
	step.u.cancel_number.n = x.n;
	step.u.cancel_number.note =
	    h.kind == VT_HOLD_OUTAGE
		? "Không dùng đến trong thời gian hệ thống gián đoạn"
		: "Hết thời hạn giữ số";
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	/* somebody was faster: nothing is left */
	return rc == VT_E_OUT_OF_ORDER ? VT_OK : rc;
}
