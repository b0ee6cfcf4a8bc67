/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers that fit a query: found by the index and in the tail that is not in
 * it yet, or, without an index or words, by looking at each, in their order
 * until a page is full or enough were seen.
 */
#include <stdlib.h>

#include "docstore/search/search_priv.h"

/* Of relevance: the columns in which all words stand. */
#define STAGE_SHIFT 56 /* of a cursor by relevance; below it the seq */

static int
scan(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    struct vt_err *reterr)
{
	struct vt_scan rows =
	    s->o.rising
		? vt_scan_agency(
			  v->txn, VT_T_PAPER, page->agency_no, s->after.seq)
		: vt_scan_newest(
			  v->txn, VT_T_PAPER, page->agency_no, s->after.seq);
	uint64_t seq;
	int rc;

	while (page->n < page->max && vt_scan_next(&rows, reterr)) {
		seq = vt_be64(rows.k.p + 4);
		rc = vt_look_at_row(v, s, rows.row, seq, false, page, reterr);
		if (rc != VT_OK)
			return rc;
		if (vt_is_enough(page, seq)) {
			/* the oldest has number 1 */
			page->next = s->o.rising || seq > 1 ? seq : 0;
			return VT_OK;
		}
	}
	return rows.rc;
}

/* ---- by the index ---- */

/* All words in the columns of the stage, but not in those before it. */
static void
say_stage(const struct vt_searching *s, struct vt_buf *b)
{
	unsigned int stage = s->stage == VT_ANY_STAGE ? VT_STAGES - 1 : s->stage;

	vt_buf_putc(b, '(');
	vt_expr_match(&s->e, vt_stage_columns[stage], b);
	vt_buf_putc(b, ')');
	if (s->stage == VT_ANY_STAGE || stage == 0)
		return;
	vt_buf_puts(b, " NOT (");
	vt_expr_match(&s->e, vt_stage_columns[stage - 1], b);
	vt_buf_putc(b, ')');
}

/* ---- a page ---- */

static int
walk(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    struct vt_err *reterr)
{
	bool words = vt_expr_is_positive(&s->e), done = false;
	bool arrival = s->o.by == VT_SORT_ARRIVAL;
	size_t was = page->n;
	VT_BUF_AUTO(match);
	int rc;

	if (words)
		say_stage(s, &match);
	if ((rc = vt_buf_status(&match, reterr)) != VT_OK)
		return rc;
	/* The newest of all are at hand without. */
	if (words || !arrival || vt_sift_helps(s->q))
		rc = vt_search_by_index(v, s, page,
		    words ? vt_buf_str(&match) : NULL, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	page->n = was; /* it broke off */
	return arrival ? scan(v, s, page, reterr)
		       : vt_search_in_order(v, s, page, reterr);
}

/* One stage after the other. */
static int
by_relevance(struct vt_view *v, struct vt_searching *s, uint64_t before,
    struct vt_found *page, struct vt_err *reterr)
{
	const uint64_t seqs = ((uint64_t)1 << STAGE_SHIFT) - 1;
	int rc;

	s->stage = (unsigned int)(before >> STAGE_SHIFT);
	s->after.seq = before & seqs;
	for (; s->stage < VT_STAGES; s->stage++) {
		page->next = 0;
		if ((rc = walk(v, s, page, reterr)) != VT_OK)
			return rc;
		if (page->next != 0) {
			page->next |= (uint64_t)s->stage << STAGE_SHIFT;
			return VT_OK;
		}
		s->after.seq = 0;
		if (vt_is_enough(page, 0) && s->stage + 1 < VT_STAGES) {
			page->next = (uint64_t)(s->stage + 1) << STAGE_SHIFT;
			return VT_OK;
		}
	}
	return VT_OK;
}

/* Who has what, whose turn it is, and what is due, by the index, too: as words of a column of
 * their own. What they say is said by fits() once more. */
static int
ask_hands(struct vt_view *v, struct vt_searching *s, struct vt_err *reterr)
{
	struct vt_ask_how how = { .columns = VT_HANDS, .plain = true };
	const struct vt_paper_query *q = s->q;
	bool open = q->states != 0 && (q->states & ~VT_STATES_OPEN) == 0;
	VT_BUF_AUTO(b);
	int rc;

	if (!vt_id_is_zero(&q->assigned_to))
		vt_doc_hand(&q->assigned_to, open, &b);
	if (*q->unit != '\0') {
		vt_buf_putc(&b, ' ');
		vt_doc_unit(q->unit, open, &b);
	}
	if (open && *q->due_before != '\0')
		vt_buf_puts(&b, " " VT_DOC_DUE);
	rc = vt_buf_status(&b, reterr);
	return rc != VT_OK
		   ? rc
		   : vt_expr_add(v->arena, vt_buf_str(&b), &how, &s->e, reterr);
}

static int
search(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    struct vt_err *reterr)
{
	const struct vt_paper_query *q = s->q;
	struct vt_ask_how words = { .columns = VT_COL_WORDS, .begin = true };
	struct vt_ask_how number = { .columns = 1U << VT_COL_NUMBER,
		.plain = true };
	int rc;

	if ((rc = ask_hands(v, s, reterr)) != VT_OK ||
	    (rc = vt_expr_add(v->arena, q->words, &words, &s->e, reterr)) !=
		VT_OK ||
	    (rc = vt_expr_add(v->arena, q->number, &number, &s->e, reterr)) !=
		VT_OK)
		return rc;
	s->o = vt_ordering_of(q->order);
	s->stage = VT_ANY_STAGE;
	s->after = s->o.by == VT_SORT_ARRIVAL
		       ? (struct vt_place){ .seq = q->before }
		       : vt_place_at(q->before);
	if (q->order == VT_SEARCH_RELEVANCE && vt_expr_is_positive(&s->e))
		return by_relevance(v, s, q->before, page, reterr);
	return walk(v, s, page, reterr);
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

int
vt_paper_search(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_query *q, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct vt_found page = { .ret = ret, .max = max, .agency_no = agency_no };
	struct vt_paper_query asked = *q;
	struct vt_searching *s;
	int rc;

	asked.type_code = or_empty(asked.type_code);
	asked.agency = or_empty(asked.agency);
	asked.due_before = or_empty(asked.due_before);
	asked.issued_from = or_empty(asked.issued_from);
	asked.issued_until = or_empty(asked.issued_until);
	asked.unit = or_empty(asked.unit);
	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return vt_nomem(reterr);
	s->q = &asked;
	rc = search(v, s, &page, reterr);
	vt_doc_free(&s->doc);
	free(s);
	vt_arena_free(page.scratch);
	if (rc != VT_OK)
		return rc;
	*ret_n = page.n;
	*ret_next = page.next;
	return VT_OK;
}

/* A list is a search that asks for little. */
int
vt_paper_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_filter *f, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct vt_paper_query q = { .direction = f->direction,
		.states = f->state == 0 ? 0 : 1U << f->state,
		.before = f->before };

	return vt_paper_search(
	    v, agency_no, &q, ret, max, ret_n, ret_next, reterr);
}
