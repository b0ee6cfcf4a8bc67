/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers that fit a query: found by the index and in the tail that is not in
 * it yet, or, without an index or words, by looking at each, in their order
 * until a page is full or enough were seen. Papers that do not fit are decoded
 * into memory that is thrown away.
 */
#include <stdlib.h>

#include "docstore/index.h"

/* Of relevance: the columns in which all words stand. */
#define STAGES      4
#define STAGE_SHIFT 56 /* of a cursor by relevance; below it the seq */
#define HANDS       (1U << VT_COL_HANDS) /* says nothing of relevance */
static const uint32_t stage_columns[STAGES] = { HANDS | 1U << VT_COL_NUMBER,
	HANDS | 1U << VT_COL_NUMBER | 1U << VT_COL_SUBJECT,
	VT_COL_ALL & ~(1U << VT_COL_TEXT), VT_COL_ALL };
#define ANY_STAGE STAGES

struct search {
	const struct vt_paper_query *q; /* no string of it is NULL */
	struct vt_expr e;
	struct vt_doc doc; /* of the paper that is tried */
	unsigned int stage;
	bool rising;
};

struct page {
	struct vt_paper *ret;
	size_t max, n;
	uint64_t at;   /* seq after which it begins, 0: the start */
	uint64_t next; /* where it ended early; 0: at the end */
	size_t spent;
	uint32_t agency_no;
	struct vt_arena *scratch; /* of the paper looked at */
};

/* What a call may spend: passing a paper by its first fields costs one. */
#define LOOK_COST 16
#define TEXT_COST 256 /* bytes of text of pages that cost one */
#define BUDGET    (LOOK_COST * VT_L(SEARCH_SCAN_MAX))

/* ---- does a paper fit? ---- */

/* Reads one column; ret_stage: of which stage the paper is, once it is met. */
static void
read_column(struct search *s, unsigned int c, unsigned int *ret_stage)
{
	vt_expr_read(&s->e, (enum vt_column)c, vt_buf_view(&s->doc.col[c]));
	if (*ret_stage != ANY_STAGE || !vt_expr_is_met(&s->e))
		return;
	*ret_stage = 0;
	while ((stage_columns[*ret_stage] & 1U << c) == 0)
		++*ret_stage;
}

/* By its words, tried here. Columns are read in their order, so that what is
 * met says of which stage it is; the text last, and only when it matters. */
static int
words_fit(struct vt_view *v, struct search *s, const struct vt_paper *p,
    struct page *page, bool *ret, struct vt_err *reterr)
{
	const uint32_t text = 1U << VT_COL_TEXT;
	uint32_t columns = vt_expr_columns(&s->e);
	unsigned int stage = ANY_STAGE;
	int rc;

	rc = vt_doc_make(p, columns, &s->doc, reterr);
	if (rc != VT_OK)
		return rc;
	vt_expr_begin(&s->e);
	for (unsigned int c = 0; c < VT_COL_TEXT; c++)
		if ((columns & 1U << c) != 0)
			read_column(s, c, &stage);
	if ((columns & text) != 0 &&
	    (stage == ANY_STAGE || vt_expr_has_without(&s->e))) {
		rc = vt_doc_text(v, p, &s->doc, reterr);
		if (rc != VT_OK)
			return rc;
		page->spent += s->doc.col[VT_COL_TEXT].n / TEXT_COST;
		read_column(s, VT_COL_TEXT, &stage);
	}
	*ret = vt_expr_holds(&s->e) &&
	       (s->stage == ANY_STAGE || s->stage == stage);
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

/* By the first fields of the row alone. */
static int
may_fit(const struct vt_paper_query *q, struct vt_span row, bool *ret,
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

/* One paper: into the page if it fits. found: the index says that its words
 * do. */
static int
look_at(struct vt_view *v, struct search *s, uint64_t seq, bool found,
    struct page *page, struct vt_err *reterr)
{
	struct vt_paper p = { .seq = 0 };
	bool fit = true;
	int rc;

	page->spent += LOOK_COST;
	if ((rc = vt_scratch(&page->scratch, reterr)) != VT_OK ||
	    (rc = vt_row_paper(v->txn, page->agency_no, seq, page->scratch, &p,
		 reterr)) != VT_OK ||
	    (p.isolated_at != VT_TIME_NONE && !v->isolated) || !fits(s->q, &p))
		return rc;
	if (!found && s->e.n_clauses > 0 &&
	    (rc = words_fit(v, s, &p, page, &fit, reterr)) != VT_OK)
		return rc;
	return !fit ? VT_OK
		    : vt_row_paper(v->txn, page->agency_no, seq, v->arena,
			  &page->ret[page->n++], reterr);
}

/* The same of a paper whose row is at hand. */
static int
look_at_row(struct vt_view *v, struct search *s, struct vt_span row,
    uint64_t seq, bool found, struct page *page, struct vt_err *reterr)
{
	bool maybe;
	int rc;

	if ((rc = may_fit(s->q, row, &maybe, reterr)) != VT_OK)
		return rc;
	if (maybe)
		return look_at(v, s, seq, found, page, reterr);
	page->spent++;
	return VT_OK;
}

static bool
is_enough(struct page *page, uint64_t seq)
{
	if (page->n < page->max && page->spent < BUDGET)
		return false;
	page->next = seq;
	return true;
}

static int
scan(struct vt_view *v, struct search *s, struct page *page,
    struct vt_err *reterr)
{
	struct vt_scan rows =
	    s->rising
		? vt_scan_agency(v->txn, VT_T_PAPER, page->agency_no, page->at)
		: vt_scan_newest(v->txn, VT_T_PAPER, page->agency_no, page->at);
	uint64_t seq;
	int rc;

	while (page->n < page->max && vt_scan_next(&rows, reterr)) {
		seq = vt_be64(rows.k.p + 4);
		rc = look_at_row(v, s, rows.row, seq, false, page, reterr);
		if (rc != VT_OK)
			return rc;
		if (is_enough(page, seq)) {
			/* the oldest has number 1 */
			page->next = s->rising || seq > 1 ? seq : 0;
			return VT_OK;
		}
	}
	return rows.rc;
}

/* ---- by the index ---- */

/* The papers of the tail in the order of the search. */
struct tail {
	const uint64_t *seqs;
	size_t at, n; /* those left: [at, at + n) */
};

static struct tail
tail_begin(const struct vt_hits *h, const struct search *s,
    const struct vt_hits_range *r)
{
	struct tail t = { .seqs = h->tail, .n = h->n_tail };

	while (t.n > 0 && t.seqs[t.at] <= r->from) {
		t.at++;
		t.n--;
	}
	while (t.n > 0 && t.seqs[t.at + t.n - 1] >= r->to)
		t.n--;
	(void)s;
	return t;
}

static uint64_t
tail_head(const struct tail *t, bool rising)
{
	if (t->n == 0)
		return 0;
	return t->seqs[rising ? t->at : t->at + t->n - 1];
}

static void
tail_pop(struct tail *t, bool rising)
{
	t->at += rising ? 1 : 0;
	t->n--;
}

/* Which of the two comes first? 0: there is none. */
static uint64_t
first_of(uint64_t hit, uint64_t changed, bool rising)
{
	if (hit == 0 || changed == 0)
		return hit == 0 ? changed : hit;
	return (hit < changed) == rising ? hit : changed;
}

static int
walk_hits(struct vt_view *v, struct search *s, struct vt_hits *h,
    struct tail *t, struct page *page, struct vt_err *reterr)
{
	uint64_t hit, seq, changed;
	struct vt_span row;
	struct vt_key k;
	int rc;

	if ((rc = vt_index_next(h, &hit)) != VT_OK)
		return rc;
	for (;;) {
		changed = tail_head(t, s->rising);
		if ((seq = first_of(hit, changed, s->rising)) == 0)
			return VT_OK;
		k = vt_key_row(page->agency_no, seq);
		rc = vt_tx_get(v->txn, VT_T_PAPER, &k, &row, reterr);
		/* not known to this view yet */
		if (rc == VT_OK)
			rc = look_at_row(
			    v, s, row, seq, seq != changed, page, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		if (is_enough(page, seq))
			return VT_OK;
		if (seq == changed)
			tail_pop(t, s->rising);
		if (seq == hit && (rc = vt_index_next(h, &hit)) != VT_OK)
			return rc;
	}
}

/* All words in the columns of the stage, but not in those before it. */
static void
say_stage(const struct search *s, struct vt_buf *b)
{
	unsigned int stage = s->stage == ANY_STAGE ? STAGES - 1 : s->stage;

	vt_buf_putc(b, '(');
	vt_expr_match(&s->e, stage_columns[stage], b);
	vt_buf_putc(b, ')');
	if (s->stage == ANY_STAGE || stage == 0)
		return;
	vt_buf_puts(b, " NOT (");
	vt_expr_match(&s->e, stage_columns[stage - 1], b);
	vt_buf_putc(b, ')');
}

/* *ret_done: false: there is no index that could be asked. */
static int
by_index(struct vt_view *v, struct search *s, struct page *page, bool *ret_done,
    struct vt_err *reterr)
{
	struct vt_hits_range range = { .to = INT64_MAX, .rising = s->rising };
	struct vt_hits h;
	struct tail t;
	VT_BUF_AUTO(match);
	int rc;

	*ret_done = false;
	if (!vt_expr_is_positive(&s->e))
		return VT_OK;
	if (s->rising)
		range.from = page->at;
	else if (page->at != 0)
		range.to = page->at;
	say_stage(s, &match);
	if ((rc = vt_buf_status(&match, reterr)) != VT_OK)
		return rc;
	if (!vt_index_begin(v, page->agency_no, vt_buf_str(&match), &range, &h))
		return VT_OK;
	t = tail_begin(&h, s, &range);
	rc = walk_hits(v, s, &h, &t, page, reterr);
	vt_index_end(&h);
	*ret_done = rc != VT_E_STORE_CORRUPT;
	return *ret_done ? rc : VT_OK;
}

/* ---- a page ---- */

static int
walk(struct vt_view *v, struct search *s, struct page *page,
    struct vt_err *reterr)
{
	size_t was = page->n;
	bool done;
	int rc;

	if ((rc = by_index(v, s, page, &done, reterr)) != VT_OK || done)
		return rc;
	page->n = was; /* it broke off */
	return scan(v, s, page, reterr);
}

/* One stage after the other. */
static int
by_relevance(struct vt_view *v, struct search *s, uint64_t before,
    struct page *page, struct vt_err *reterr)
{
	const uint64_t seqs = ((uint64_t)1 << STAGE_SHIFT) - 1;
	int rc;

	s->stage = (unsigned int)(before >> STAGE_SHIFT);
	page->at = before & seqs;
	for (; s->stage < STAGES; s->stage++) {
		page->next = 0;
		if ((rc = walk(v, s, page, reterr)) != VT_OK)
			return rc;
		if (page->next != 0) {
			page->next |= (uint64_t)s->stage << STAGE_SHIFT;
			return VT_OK;
		}
		page->at = 0;
		if (is_enough(page, 0) && s->stage + 1 < STAGES) {
			page->next = (uint64_t)(s->stage + 1) << STAGE_SHIFT;
			return VT_OK;
		}
	}
	return VT_OK;
}

/* Who has what, and what is due, by the index, too: as words of a column of
 * their own. What they say is said by fits() once more. */
static int
ask_hands(struct vt_view *v, struct search *s, struct vt_err *reterr)
{
	struct vt_ask_how how = { .columns = HANDS, .plain = true };
	const struct vt_paper_query *q = s->q;
	bool open = q->states != 0 && (q->states & ~VT_STATES_OPEN) == 0;
	VT_BUF_AUTO(b);
	int rc;

	if (!vt_id_is_zero(&q->assigned_to))
		vt_doc_hand(&q->assigned_to, open, &b);
	if (open && *q->due_before != '\0')
		vt_buf_puts(&b, b.n > 0 ? " " VT_DOC_DUE : VT_DOC_DUE);
	rc = vt_buf_status(&b, reterr);
	return rc != VT_OK
		   ? rc
		   : vt_expr_add(v->arena, vt_buf_str(&b), &how, &s->e, reterr);
}

static int
search(struct vt_view *v, struct search *s, struct page *page,
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
	s->rising = q->order == VT_SEARCH_OLDEST;
	s->stage = ANY_STAGE;
	page->at = q->before;
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
	struct page page = { .ret = ret, .max = max, .agency_no = agency_no };
	struct vt_paper_query asked = *q;
	struct search *s;
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
