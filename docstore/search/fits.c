/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a paper fit? Papers that do not are decoded into memory that is thrown
 * away. */
#include "docstore/search/search_priv.h"

const uint32_t vt_stage_columns[VT_STAGES] = { VT_HANDS | 1U << VT_COL_NUMBER,
	VT_HANDS | 1U << VT_COL_NUMBER | 1U << VT_COL_SUBJECT,
	VT_COL_ALL & ~(1U << VT_COL_TEXT), VT_COL_ALL };

/* Reads one column; ret_stage: of which stage the paper is, once it is met. */
static void
read_column(struct vt_searching *s, unsigned int c, unsigned int *ret_stage)
{
	vt_expr_read(&s->e, (enum vt_column)c, vt_buf_view(&s->doc.col[c]));
	if (*ret_stage != VT_ANY_STAGE || !vt_expr_is_met(&s->e))
		return;
	*ret_stage = 0;
	while ((vt_stage_columns[*ret_stage] & 1U << c) == 0)
		++*ret_stage;
}

/* By its words, tried here. Columns are read in their order, so that what is
 * met says of which stage it is; the text last, and only when it matters. */
static int
words_fit(struct vt_view *v, struct vt_searching *s, const struct vt_paper *p,
    struct vt_found *page, bool *ret, struct vt_err *reterr)
{
	const uint32_t text = 1U << VT_COL_TEXT;
	uint32_t columns = vt_expr_columns(&s->e);
	unsigned int stage = VT_ANY_STAGE;
	int rc;

	rc = vt_doc_make(p, columns, &s->doc, reterr);
	if (rc != VT_OK)
		return rc;
	vt_expr_begin(&s->e);
	for (unsigned int c = 0; c < VT_COL_TEXT; c++)
		if ((columns & 1U << c) != 0)
			read_column(s, c, &stage);
	if ((columns & text) != 0 &&
	    (stage == VT_ANY_STAGE || vt_expr_has_without(&s->e))) {
		rc = vt_doc_text(v, p, &s->doc, reterr);
		if (rc != VT_OK)
			return rc;
		page->spent += s->doc.col[VT_COL_TEXT].n / VT_TEXT_COST;
		read_column(s, VT_COL_TEXT, &stage);
	}
	*ret = vt_expr_holds(&s->e) &&
	       (s->stage == VT_ANY_STAGE || s->stage == stage);
	return VT_OK;
}

/* Is it one of these codes? */
static bool
is_among(const char *codes, const char *code)
{
	size_t n = strlen(code), len;

	for (const char *s = codes; *s != '\0'; s += len + (s[len] == ' ')) {
		len = strcspn(s, " ");
		if (len == n && n > 0 && memcmp(s, code, n) == 0)
			return true;
	}
	return false;
}

static bool
agency_fits(const char *codes, const struct vt_paper *p)
{
	if (is_among(codes, p->meta.agency_code))
		return true;
	for (size_t i = 0; i < p->meta.n_recipients; i++)
		if (is_among(codes, p->meta.recipients[i].code))
			return true;
	return false;
}

static bool
person_fits(const vt_id *who, const struct vt_paper *p)
{
	if (vt_id_eq(&p->assigned_to, who) || vt_id_eq(&p->forwarded_to, who))
		return true;
	for (size_t i = 0; i < p->n_assigned_with; i++)
		if (vt_id_eq(&p->assigned_with[i], who))
			return true;
	return false;
}

static bool
is_due(const char *before, const char *due)
{
	return *due != '\0' && strcmp(due, before) < 0;
}

static bool
in_range(const struct vt_paper_query *q, uint64_t value)
{
	return value != 0 && value >= q->number_min &&
	       (q->number_max == 0 || value <= q->number_max);
}

static bool
ranges_fit(const struct vt_paper_query *q, const struct vt_paper *p)
{
	const char *on = p->meta.issued_on;

	if ((q->from != 0 && p->created_at < q->from) ||
	    (q->until != 0 && p->created_at >= q->until))
		return false;
	if ((*q->issued_from != '\0' && strcmp(on, q->issued_from) < 0) ||
	    (*q->issued_until != '\0' &&
		(*on == '\0' || strcmp(on, q->issued_until) > 0)))
		return false;
	return (q->number_min == 0 && q->number_max == 0) ||
	       in_range(q, p->number.value) || in_range(q, p->arrival.value);
}

static bool
fits(const struct vt_paper_query *q, const struct vt_paper *p)
{
	if (!ranges_fit(q, p))
		return false;
	if (*q->unit != '\0' && strcmp(p->assigned_unit, q->unit) != 0 &&
	    strcmp(p->forwarded_unit, q->unit) != 0)
		return false;
	return (*q->type_code == '\0' ||
		   strcmp(p->meta.type_code, q->type_code) == 0) &&
	       (*q->agency == '\0' || agency_fits(q->agency, p)) &&
	       (vt_id_is_zero(&q->assigned_to) ||
		   person_fits(&q->assigned_to, p)) &&
	       (*q->due_before == '\0' ||
		   is_due(q->due_before, p->meta.due_on) ||
		   is_due(q->due_before, p->assigned_due));
}

int
vt_may_fit(const struct vt_paper_query *q, struct vt_span row, bool *ret,
    struct vt_err *reterr)
{
	enum vt_paper_state st = VT_PAPER_DRAFT;
	enum vt_direction dir = VT_DIR_OUT;
	int rc;

	*ret = true;
	if (q->direction == 0 && q->states == 0)
		return VT_OK;
	if ((rc = vt_paper_peek(row, &dir, &st, reterr)) != VT_OK)
		return rc;
	*ret = (q->direction == 0 || dir == q->direction) &&
	       (q->states == 0 ||
		   (st <= VT_PAPER_STATE_MAX && (q->states & 1U << st) != 0));
	return VT_OK;
}

int
vt_fits_but_words(struct vt_view *v, const struct vt_searching *s, uint64_t seq,
    struct vt_found *page, struct vt_paper *ret_paper, bool *ret,
    struct vt_err *reterr)
{
	int rc;

	*ret = false;
	if ((rc = vt_scratch(&page->scratch, reterr)) == VT_OK)
		rc = vt_row_paper(v->txn, page->agency_no, seq, page->scratch,
		    ret_paper, reterr);
	if (rc == VT_OK)
		*ret = vt_view_shows(v, ret_paper) && fits(s->q, ret_paper);
	return rc;
}

int
vt_look_at(struct vt_view *v, struct vt_searching *s, uint64_t seq, bool found,
    struct vt_found *page, struct vt_err *reterr)
{
	struct vt_paper p = { .seq = 0 };
	bool fit;
	int rc;

	page->spent += VT_LOOK_COST;
	rc = vt_fits_but_words(v, s, seq, page, &p, &fit, reterr);
	if (rc == VT_OK && fit && !found && s->e.n_clauses > 0)
		rc = words_fit(v, s, &p, page, &fit, reterr);
	if (rc != VT_OK || !fit)
		return rc;
	return vt_row_paper(v->txn, page->agency_no, seq, v->arena,
	    &page->ret[page->n++], reterr);
}

int
vt_look_at_row(struct vt_view *v, struct vt_searching *s, struct vt_span row,
    uint64_t seq, bool found, struct vt_found *page, struct vt_err *reterr)
{
	bool maybe;
	int rc;

	if ((rc = vt_may_fit(s->q, row, &maybe, reterr)) != VT_OK)
		return rc;
	if (maybe)
		return vt_look_at(v, s, seq, found, page, reterr);
	page->spent++;
	return VT_OK;
}

bool
vt_is_enough(struct vt_found *page, uint64_t cursor)
{
	if (page->n < page->max && page->spent < VT_BUDGET)
		return false;
	page->next = cursor;
	return true;
}

