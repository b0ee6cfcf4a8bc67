/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/letters.h"

#include "api/office/office_priv.h"

#define PAGE 32
/* Somebody else may be at the same letters. */
#define TRIES 3

int
vt_letter_give_up(struct vt_office *o, const struct vt_work *w,
    const char *why, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_LETTER };
	struct vt_act act = {
		.agency_no = w->agency_no, .steps = &step, .n_steps = 1
	};
	int rc;

	step.u.letter.what = VT_LETTER_DEAD;
	step.u.letter.work = w->no;
	step.u.letter.lease = w->lease;
	step.u.letter.why = why;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- which ---- */

static bool
fits(const struct vt_work *w, uint32_t agency_no,
    const struct vt_letter_query *q)
{
	return w->agency_no == agency_no &&
	       (q->kind == 0 || w->kind == q->kind) &&
	       (vt_id_is_zero(&q->subject) ||
		   vt_id_eq(&w->subject, &q->subject)) &&
	       (q->error == NULL || strstr(w->note, q->error) != NULL);
}

static void
show(const struct vt_work *w, vt_time now, struct vt_work_shown *ret)
{
	ret->w = *w;
	ret->w.payload = NULL;
	ret->w.n_payload = 0;
	ret->next = w->due >= VT_WORK_TURN ? VT_TIME_NONE : w->due;
	ret->state = vt_work_state_of(w, now);
}

/* A page that is being filled. */
struct page {
	struct vt_view *v;
	const struct vt_letter_query *q;
	uint32_t agency_no;
	vt_time now;
	uint64_t after; /* where the next one begins */
	struct vt_work_shown *ret;
	size_t max, n;
	bool end;
};

static int
by_number(struct page *g, struct vt_err *reterr)
{
	struct vt_work w[PAGE];
	size_t n = PAGE;
	int rc;

	for (size_t seen = 0; seen < VT_L(WORK_SCAN_MAX) && !g->end;) {
		/* all agencies': a bound on what is looked at */
		rc = vt_work_list(g->v, 0, g->after, w, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++, seen++) {
			if (g->n == g->max)
				return VT_OK;
			g->after = w[i].no;
			if (fits(&w[i], g->agency_no, g->q))
				show(&w[i], g->now, &g->ret[g->n++]);
		}
		g->end = n < PAGE;
	}
	return VT_OK;
}

/* The dead of one kind and priority; a place is priority 2, kind 6, number. */
static int
dead_of(struct page *g, unsigned int part, struct vt_err *reterr)
{
	struct vt_work_walk walk = {
		.kind = (enum vt_work_kind)(part & 63),
		.priority = (enum vt_work_priority)(part >> 6),
		.alone = true,
		.until = VT_WORK_PARKED,
		.due = VT_WORK_PARKED,
		.no = g->after >> 56 == part ? g->after & (UINT64_MAX >> 8) : 0,
	};
	struct vt_work_due d[PAGE];
	struct vt_work w;
	size_t n = PAGE;
	int rc;

	while (n == PAGE) {
		rc = vt_work_next(g->v, &walk, d, PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			if (g->n == g->max)
				return VT_OK;
			g->after = (uint64_t)part << 56 | d[i].no;
			rc = vt_work_get(g->v, d[i].no, &w, reterr);
			if (rc == VT_OK && fits(&w, g->agency_no, g->q))
				show(&w, g->now, &g->ret[g->n++]);
		}
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
dead_ones(struct page *g, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (unsigned int part = (unsigned int)(g->after >> 56);
	     part < 64 * VT_WORK_PRIORITY__MAX; part++) {
		if (g->n == g->max)
			return VT_OK;
		rc = (part & 63) == 0 || (part & 63) >= VT_WORK__MAX
			 ? VT_OK
			 : dead_of(g, part, reterr);
		if (rc != VT_OK)
			return rc;
	}
	g->end = g->n < g->max;
	return rc;
}

/* As many as a page has. NOLINTBEGIN(readability-function-size) */
int
vt_letters_page(struct vt_store *s, struct vt_view *v, uint32_t agency_no,
    const struct vt_letter_query *q, uint64_t after, struct vt_work_shown *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct page g = { .v = v,
		.q = q,
		.agency_no = agency_no,
		.now = vt_work_now(s),
		.after = after,
		.ret = ret,
		.max = max };
	int rc = q->dead ? dead_ones(&g, reterr) : by_number(&g, reterr);

	if (rc != VT_OK)
		return rc;
	*ret_n = g.n;
	*ret_next = g.end ? 0 : g.after;
	return VT_OK;
}

int
vt_office_work_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_letter_query *q,
    uint64_t after, struct vt_work_shown *ret, size_t max, size_t *ret_n,
    uint64_t *ret_next, struct vt_err *reterr)
{
	int rc = vt_who_may(actor, VT_DUTY_SEE_WORK, reterr);

	VT_CHECK(o, VT_OFFICE_MAGIC);
	return rc != VT_OK ? rc
			   : vt_letters_page(o->o.store, v, actor->agency_no, q,
				 after, ret, max, ret_n, ret_next, reterr);
}
/* NOLINTEND(readability-function-size) */

/* ---- again, or no more ---- */

/* The first of them, and one more if there is. */
static int
collect(struct vt_store *s, uint32_t agency_no, const struct vt_letter_query *q,
    struct vt_work_shown *ret, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_letter_query dead = *q;
	uint64_t next;
	int rc;

	dead.dead = true;
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	return vt_letters_page(s, v, agency_no, &dead, 0, ret,
	    VT_ACT_STEPS_MAX + 1, ret_n, &next, reterr);
}

int
vt_letters_do(struct vt_store *s, const struct vt_act *who,
    enum vt_letter_act what, const struct vt_letter_query *q, size_t *ret_n,
    bool *ret_more, struct vt_err *reterr)
{
	struct vt_work_shown found[VT_ACT_STEPS_MAX + 1];
	struct vt_step steps[VT_ACT_STEPS_MAX];
	size_t n = 0;
	int rc = VT_OK;

	for (int i = 0; i < TRIES && rc == VT_OK; i++) {
		struct vt_act_result res = VT_ACT_RESULT_INIT;
		struct vt_act act = *who;

		rc = collect(s, who->agency_no, q, found, &n, reterr);
		if (rc != VT_OK)
			return rc;
		if (n == 0)
			return vt_err_set(reterr, VT_E_NOT_FOUND,
			    "no dead letter of this agency is meant by that");
		*ret_more = n > VT_ACT_STEPS_MAX;
		*ret_n = n > VT_ACT_STEPS_MAX ? VT_ACT_STEPS_MAX : n;
		memset(steps, 0, sizeof(steps));
		for (size_t k = 0; k < *ret_n; k++) {
			steps[k].kind = VT_STEP_LETTER;
			steps[k].u.letter.what = what;
			steps[k].u.letter.work = found[k].w.no;
		}
		act.steps = steps;
		act.n_steps = *ret_n;
		rc = vt_store_do(s, &act, &res, reterr);
		vt_act_result_free(&res);
		if (rc == VT_OK)
			return VT_OK;
		/* somebody else was at one of them: what is left? */
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_E_OUT_OF_ORDER && what == VT_LETTER_AGAIN))
			rc = VT_OK;
	}
	return rc != VT_OK ? rc
			   : vt_err_set(reterr, VT_E_BUSY,
				 "others are at the same dead letters");
}

int
vt_office_letters(struct vt_office *o, const struct vt_request *rq,
    enum vt_letter_act what, const struct vt_letter_query *q, size_t *ret_n,
    bool *ret_more, struct vt_err *reterr)
{
	struct vt_act who;
	int rc = vt_office_enter(rq, VT_DUTY_REPLAY, reterr);

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (rc != VT_OK)
		return rc;
	vt_office_act(rq, NULL, NULL, 0, &who);
	who.key = NULL; /* the caller keeps its answer */
	rc = vt_letters_do(o->o.store, &who, what, q, ret_n, ret_more, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}
