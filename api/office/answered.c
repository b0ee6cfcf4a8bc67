/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reply that is issued with its reference finishes what it answers, without a
 * further click (vietnam.md §18): the paper it was drafted from, and those that
 * it cites (ResponseFor). Their senders are told 06. Enqueued with the issue,
 * so that neither is there without the other; done as often as it is asked.
 */
#include <stdio.h>

#include "api/office/incoming.h"
#include "api/office/joins.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"
#include "base/cbor.h"

#define PAGE  16
#define PAGES 256 /* of a search for what is cited: years of one agency */

/* What is answered; plain values. */
struct answered {
	uint32_t agency_no;
	vt_id by, person;
	char number[96];
	vt_id papers[1 + VT_L(META_LIST_MAX)];
	size_t n;
};

int
vt_answered_later(struct vt_office *o, const vt_id *paper, const vt_id *person,
    struct vt_buf *payload, struct vt_step *steps, size_t *n,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_cbor_map_writer w;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	if (*p.meta.reply_to == '\0' && p.meta.n_answers == 0)
		return VT_OK;
	vt_cbor_map_begin(&w, payload);
	vt_cbor_key(&w, 1);
	vt_cbor_id(payload, person);
	vt_cbor_map_end(&w);
	memset(&steps[*n], 0, sizeof(*steps));
	steps[*n].kind = VT_STEP_WORK;
	steps[*n].u.work.kind = VT_WORK_ANSWERED;
	steps[*n].u.work.subject = *paper;
	steps[*n].u.work.payload = vt_buf_view(payload);
	++*n;
	return vt_buf_status(payload, reterr);
}

/* ---- which they are ---- */

static void
add(struct answered *a, const vt_id *paper)
{
	for (size_t i = 0; i < a->n; i++)
		if (vt_id_eq(&a->papers[i], paper))
			return;
	if (a->n < sizeof(a->papers) / sizeof(a->papers[0]))
		a->papers[a->n++] = *paper;
}

/* As the other agency's paper is cited: "45/UBND-VP" of a day, under any code
 * that the agency has or had. */
static int
is_cited(const struct vt_paper *p, const struct vt_answered *x,
    const struct vt_buf *codes, bool *ret, struct vt_err *reterr)
{
	*ret = false;
	if (!vt_address_codes_have(codes, p->meta.agency_code) ||
	    (*x->issued_on != '\0' &&
		strcmp(p->meta.issued_on, x->issued_on) != 0))
		return VT_OK;
	return vt_office_is_cited(&p->meta, x->code, ret, reterr);
}

static int
codes_of(struct vt_office *o, const char *code, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc = vt_view_begin(o->o.store, &v, reterr);

	return rc != VT_OK ? rc : vt_address_codes(v, code, ret, reterr);
}

static int
find_cited(struct vt_office *o, struct answered *a, const struct vt_answered *x,
    struct vt_err *reterr)
{
	struct vt_paper_query q = { .number = x->code,
		.direction = VT_DIR_IN,
		.states = 1U << VT_PAPER_ARRIVED | 1U << VT_PAPER_ASSIGNED |
			  1U << VT_PAPER_PROCESSING };

	VT_BUF_AUTO(codes);
	bool cited;
	int rc;

	if (*x->code == '\0' || *x->agency_code == '\0')
		return VT_OK;
	if ((rc = codes_of(o, x->agency_code, &codes, reterr)) != VT_OK)
		return rc;
	for (size_t page = 0; page < PAGES; page++) {
		VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
		struct vt_paper p[PAGE];
		size_t n;

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
		    (rc = vt_paper_search(v, a->agency_no, &q, p, PAGE, &n,
			 &q.before, reterr)) != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			rc = is_cited(&p[i], x, &codes, &cited, reterr);
			if (rc != VT_OK)
				return rc;
			if (cited)
				add(a, &p[i].id);
		}
		if (q.before == 0)
			break;
	}
	return VT_OK;
}

static int
load(struct vt_office *o, const struct vt_work *w, struct answered *a,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	struct vt_answered *cited;
	struct vt_view *v = NULL;
	struct vt_paper p;
	size_t n = 0;
	vt_id id;
	int rc;

	if ((arena = vt_arena_new((size_t)1 << 20)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "answered: no memory");
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_paper_get(v, &w->subject, &p, reterr)) != VT_OK) {
		vt_view_end(v);
		return rc;
	}
	a->by = p.id;
	a->agency_no = p.agency_no;
	vt_text_fit(a->number, sizeof(a->number), p.number.text);
	if (vt_id_parse(vt_span_str(p.meta.reply_to), &id))
		add(a, &id);
	cited = vt_arena_array(arena, p.meta.n_answers + 1, sizeof(*cited));
	for (; cited != NULL && n < p.meta.n_answers; n++) {
		const struct vt_answered *x = &p.meta.answers[n];

		cited[n].agency_code = vt_arena_strdup(arena, x->agency_code);
		cited[n].code = vt_arena_strdup(arena, x->code);
		cited[n].issued_on = vt_arena_strdup(arena, x->issued_on);
		if (cited[n].agency_code == NULL || cited[n].code == NULL ||
		    cited[n].issued_on == NULL)
			cited = NULL;
	}
	vt_view_end(v); /* a search has views of its own */
	if (cited == NULL)
		return vt_arena_err(arena, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = find_cited(o, a, &cited[i], reterr);
	return rc;
}

/* ---- finishing ---- */

static bool
is_open(const struct vt_incoming *p)
{
	return p->direction == VT_DIR_IN &&
	       (p->state == VT_PAPER_ARRIVED || p->state == VT_PAPER_ASSIGNED ||
		   p->state == VT_PAPER_PROCESSING);
}

/* What was finished, taken back or recalled meanwhile stays so. */
static int
finish(struct vt_office *o, const struct answered *a, const vt_id *paper,
    struct vt_err *reterr)
{
	struct vt_actor actor = { .agency_no = a->agency_no,
		.person = a->person };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_follow follow = { VT_STATUS_FINISHED, "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = &actor };
	struct vt_step steps[2];
	struct vt_incoming p;
	struct vt_sender who;
	VT_BUF_AUTO(text);
	int rc;

	rc = vt_incoming_load(o, paper, a->agency_no, 0, &p, &err);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && !is_open(&p)))
		return VT_OK;
	if (rc == VT_OK)
		rc = vt_office_sender(o, &a->person, &who, &err);
	if (rc == VT_OK) {
		vt_text_fit(actor.name, sizeof(actor.name), who.name);
		vt_buf_printf(&text, "Trả lời bằng văn bản %s", a->number);
		rc = vt_buf_status(&text, &err);
	}
	if (rc == VT_OK) {
		follow.text = vt_buf_str(&text);
		memset(steps, 0, sizeof(steps));
		steps[0].kind = VT_STEP_FINISH;
		steps[0].u.finish.answer = a->by;
		rc = vt_incoming_act(o, &rq, &p, steps, 1, &follow, &res, &err);
	}
	vt_act_result_free(&res);
	if (rc == VT_E_OUT_OF_ORDER || rc == VT_E_ISOLATED)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* All handlers have one type. */
int
vt_answered_work(struct vt_office *o, const struct vt_work *w,
    vt_time *ret_due, /* NOLINT(readability-non-const-parameter) */
    struct vt_err *reterr)
{
	struct answered a = { .n = 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	(void)ret_due;
	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == 1)
			a.person = vt_cbor_get_id(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if ((rc = vt_cbor_finish(&c, "work of an answer", reterr)) != VT_OK ||
	    (rc = load(o, w, &a, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < a.n && rc == VT_OK; i++)
		rc = finish(o, &a, &a.papers[i], reterr);
	return rc;
}
