/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers by words and numbers: each is looked at, newest first, until a page
 * is full or enough were seen. Papers that do not fit are decoded into memory
 * that is thrown away.
 */
#include <stdlib.h>

#include "base/text.h"
#include "docstore/fold.h"
#include "docstore/store_priv.h"

struct asked {
	struct vt_word *word;
	size_t n;
	bool begin; /* the last one may only be begun */
};

struct search {
	const struct vt_paper_query *q; /* no string of it is NULL */
	struct asked words, number;
};

struct page {
	struct vt_paper *ret;
	size_t max, n;
	uint64_t next;
	uint32_t agency_no;
	struct vt_arena *scratch; /* of the paper looked at */
};

/* What a call may spend: passing a paper by its first fields costs one. */
#define LOOK_COST 16
#define BUDGET    (LOOK_COST * VT_L(SEARCH_SCAN_MAX))

/* ---- what was asked ---- */

static int
ask(struct vt_arena *a, const char *text, bool begin, struct asked *ret,
    struct vt_err *reterr)
{
	size_t max = VT_L(SEARCH_WORDS_MAX), at = 0;
	VT_BUF_AUTO(nfc);
	struct vt_span s;
	int rc;

	*ret = (struct asked){ .n = 0 };
	if (text == NULL || *text == '\0')
		return VT_OK;
	if ((rc = vt_text_nfc(vt_span_str(text), &nfc, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&nfc, reterr)) != VT_OK)
		return rc;
	ret->word = vt_arena_array(a, max, sizeof(*ret->word));
	if (ret->word == NULL)
		return vt_nomem(reterr);
	s = vt_buf_view(&nfc);
	while (ret->n < max && vt_word_next(s, &at, &ret->word[ret->n]))
		ret->n++;
	/* A space behind it ends the last word; and a number is whole. */
	ret->begin = begin && ret->n > 0 && at == s.n && s.p[s.n - 1] != ' ' &&
		     !ret->word[ret->n - 1].digits;
	return VT_OK;
}

/* ---- does a paper fit? ---- */

/* Notes in found (a bit a word) which of the words are in text. */
static void
look(const struct asked *a, const char *text, uint32_t *found)
{
	struct vt_span s = vt_span_str(text);
	struct vt_word w;
	size_t at = 0;

	if (*text == '\0')
		return;
	while (vt_word_next(s, &at, &w))
		for (size_t i = 0; i < a->n; i++)
			if ((*found & 1U << i) == 0 &&
			    vt_word_fits(
				&a->word[i], &w, a->begin && i + 1 == a->n))
				*found |= 1U << i;
}

static bool
all(const struct asked *a, uint32_t found)
{
	return found == (1U << a->n) - 1;
}

static bool
words_fit(const struct asked *a, const struct vt_paper *p)
{
	const struct vt_meta *m = &p->meta;
	const char *const texts[] = { m->subject, m->type_code, m->type_name,
		p->number.text, m->number, m->notation, m->agency_code,
		m->agency_name, m->signer_name, m->signer_position,
		m->description, m->draft_unit, m->procedure_code,
		m->procedure_name, m->case_code, m->holder_name, p->code };
	uint32_t found = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		look(a, texts[i], &found);
	for (size_t i = 0; i < m->n_recipients && !all(a, found); i++) {
		look(a, m->recipients[i].name, &found);
		look(a, m->recipients[i].code, &found);
	}
	for (size_t i = 0; i < p->n_parts && !all(a, found); i++)
		look(a, p->parts[i].name, &found);
	return all(a, found);
}

/* In one number: ours, that of the arrival, or the sender's. */
static bool
number_fits(const struct asked *a, const struct vt_paper *p)
{
	uint32_t ours = 0, arrival = 0, theirs = 0;

	look(a, p->number.text, &ours);
	look(a, p->arrival.text, &arrival);
	look(a, p->meta.number, &theirs);
	look(a, p->meta.notation, &theirs);
	return all(a, ours) || all(a, arrival) || all(a, theirs);
}

static bool
agency_fits(const char *code, const struct vt_paper *p)
{
	if (strcmp(p->meta.agency_code, code) == 0)
		return true;
	for (size_t i = 0; i < p->meta.n_recipients; i++)
		if (strcmp(p->meta.recipients[i].code, code) == 0)
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
fits(const struct search *s, const struct vt_paper *p)
{
	const struct vt_paper_query *q = s->q;

	if ((q->from != 0 && p->created_at < q->from) ||
	    (q->until != 0 && p->created_at >= q->until))
		return false;
	if ((*q->type_code != '\0' &&
		strcmp(p->meta.type_code, q->type_code) != 0) ||
	    (*q->agency != '\0' && !agency_fits(q->agency, p)) ||
	    (!vt_id_is_zero(&q->assigned_to) &&
		!person_fits(&q->assigned_to, p)) ||
	    (*q->due_before != '\0' && !is_due(q->due_before, p->meta.due_on) &&
		!is_due(q->due_before, p->assigned_due)))
		return false;
	return (s->number.n == 0 || number_fits(&s->number, p)) &&
	       (s->words.n == 0 || words_fit(&s->words, p));
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

/* One paper: into the page if it fits. */
static int
look_at(struct vt_view *v, const struct search *s, uint64_t seq,
    struct page *page, struct vt_err *reterr)
{
	struct vt_paper p = { .seq = 0 };
	int rc;

	vt_paper_defaults(&p);
	if ((rc = vt_scratch(&page->scratch, reterr)) != VT_OK ||
	    (rc = vt_row_paper(v->txn, page->agency_no, seq, page->scratch, &p,
		 reterr)) != VT_OK ||
	    !fits(s, &p))
		return rc;
	return vt_row_paper(v->txn, page->agency_no, seq, v->arena,
	    &page->ret[page->n++], reterr);
}

static int
scan(struct vt_view *v, const struct search *s, struct page *page,
    struct vt_err *reterr)
{
	struct vt_scan rows =
	    vt_scan_newest(v->txn, VT_T_PAPER, page->agency_no, s->q->before);
	size_t spent = 0;
	uint64_t seq;
	bool maybe;
	int rc;

	while (page->n < page->max && vt_scan_next(&rows, reterr)) {
		seq = vt_be64(rows.k.p + 4);
		if ((rc = may_fit(s->q, rows.row, &maybe, reterr)) != VT_OK)
			return rc;
		spent += maybe ? LOOK_COST : 1;
		if (maybe && (rc = look_at(v, s, seq, page, reterr)) != VT_OK)
			return rc;
		if (page->n == page->max || spent >= BUDGET) {
			page->next = seq > 1 ? seq : 0; /* 1: oldest */
			return VT_OK;
		}
	}
	return rows.rc;
}

int
vt_paper_search(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_query *q, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct page page = { .ret = ret, .max = max, .agency_no = agency_no };
	struct vt_paper_query asked = *q;
	struct search s = { .q = &asked };
	int rc;

	asked.type_code = asked.type_code == NULL ? "" : asked.type_code;
	asked.agency = asked.agency == NULL ? "" : asked.agency;
	asked.due_before = asked.due_before == NULL ? "" : asked.due_before;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = ask(v->arena, q->words, true, &s.words, reterr)) != VT_OK ||
	    (rc = ask(v->arena, q->number, false, &s.number, reterr)) != VT_OK)
		return rc;
	rc = scan(v, &s, &page, reterr);
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
