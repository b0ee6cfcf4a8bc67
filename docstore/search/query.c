/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was asked for in words: reading it, trying it, saying it to SQLite. */
#include "docstore/query.h"

#include "base/limits.h"
#include "base/text.h"

/* ---- reading ---- */

/* Columns by name, before a colon. */
static const struct {
	const char *name;
	uint32_t columns;
} fields[] = {
	{ "so", 1U << VT_COL_NUMBER },
	{ "number", 1U << VT_COL_NUMBER },
	{ "trichyeu", 1U << VT_COL_SUBJECT },
	{ "subject", 1U << VT_COL_SUBJECT },
	{ "loai", 1U << VT_COL_TYPE },
	{ "type", 1U << VT_COL_TYPE },
	{ "coquan", 1U << VT_COL_AGENCY },
	{ "agency", 1U << VT_COL_AGENCY },
	{ "nguoiky", 1U << VT_COL_SIGNER },
	{ "signer", 1U << VT_COL_SIGNER },
	{ "noinhan", 1U << VT_COL_RECIPIENTS },
	{ "to", 1U << VT_COL_RECIPIENTS },
	{ "ngay", 1U << VT_COL_DATE },
	{ "date", 1U << VT_COL_DATE },
	{ "noidung", 1U << VT_COL_TEXT },
	{ "text", 1U << VT_COL_TEXT },
};

struct reading {
	struct vt_span s;
	size_t at;
	struct vt_expr *e;
	const struct vt_ask_how *how;
	bool or ; /* the next phrase joins the clause before */
};

/* A piece of what was typed: without its sign, field and quotation marks. */
struct unit {
	struct vt_span text;
	uint32_t columns;
	bool without, quoted, star, last, named;
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* How many bytes of a quotation mark are at p; 0: none. */
static size_t
quote_at(struct vt_span s, size_t at)
{
	if (at < s.n && s.p[at] == '"')
		return 1;
	/* U+201C to U+201F */
	if (at + 3 <= s.n && s.p[at] == 0xe2 && s.p[at + 1] == 0x80 &&
	    s.p[at + 2] >= 0x9c && s.p[at + 2] <= 0x9f)
		return 3;
	return 0;
}

static uint32_t
field_at(struct reading *r)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t n = strlen(fields[i].name);

		if (r->s.n - r->at > n + 1 &&
		    memcmp(r->s.p + r->at, fields[i].name, n) == 0 &&
		    r->s.p[r->at + n] == ':' &&
		    !is_blank(r->s.p[r->at + n + 1])) {
			r->at += n + 1;
			return fields[i].columns;
		}
	}
	return r->how->columns;
}

static void
quoted(struct reading *r, size_t mark, struct unit *u)
{
	size_t from = r->at += mark;

	while (r->at < r->s.n && (mark = quote_at(r->s, r->at)) == 0)
		r->at++;
	u->text = VT_SPAN(r->s.p + from, r->at - from);
	u->quoted = true;
	if (r->at < r->s.n)
		r->at += mark;
	if (r->at < r->s.n && r->s.p[r->at] == '*') {
		u->star = true;
		r->at++;
	}
}

static bool
next_unit(struct reading *r, struct unit *u)
{
	bool plain = r->how->plain;
	size_t from, mark;

	*u = (struct unit){ .columns = r->how->columns };
	while (r->at < r->s.n && is_blank(r->s.p[r->at]))
		r->at++;
	if (r->at == r->s.n)
		return false;
	if (!plain && r->s.p[r->at] == '-' && r->at + 1 < r->s.n &&
	    !is_blank(r->s.p[r->at + 1])) {
		u->without = true;
		r->at++;
	}
	from = r->at;
	if (!plain)
		u->columns = field_at(r);
	u->named = r->at != from;
	if (!plain && (mark = quote_at(r->s, r->at)) != 0) {
		quoted(r, mark, u);
		return true;
	}
	from = r->at;
	while (r->at < r->s.n && !is_blank(r->s.p[r->at]))
		r->at++;
	u->text = VT_SPAN(r->s.p + from, r->at - from);
	u->star = !plain && r->s.p[r->at - 1] == '*';
	u->last = r->at == r->s.n;
	return true;
}

static bool
is_or(const struct reading *r, const struct unit *u)
{
	return !r->how->plain && !u->quoted && !u->without &&
	       (vt_span_is(u->text, "OR") || vt_span_is(u->text, "HOẶC") ||
		   vt_span_is(u->text, "|"));
}

/* A phrase of the words first to first + n, into its clause. */
static bool
add_phrase(struct reading *r, const struct unit *u, size_t first, bool or)
{
	struct vt_expr *e = r->e;
	struct vt_phrase *p;
	size_t n = e->n_words - first;

	or = or &&e->n_clauses > 0 &&
		    e->clause[e->n_clauses - 1].without == u->without;
	if (n == 0 || e->n_phrases == VT_EXPR_PHRASES) {
		e->n_words = first;
		return false;
	}
	if (! or)
		e->clause[e->n_clauses++].without = u->without;
	p = &e->phrase[e->n_phrases++];
	*p = (struct vt_phrase){ .columns = u->columns,
		.first = (uint8_t)first,
		.n = (uint8_t)n,
		.clause = (uint8_t)(e->n_clauses - 1) };
	/* What was typed last may only be begun; a number is whole. */
	p->begin = u->star || (u->last && r->how->begin && !u->without &&
				  !e->word[first + n - 1].digits);
	return true;
}

/* A day or month is more than one number. */
static bool
is_date(const struct reading *r, size_t first)
{
	size_t n = r->e->n_words - first;

	for (size_t i = 0; i < n; i++)
		if (!r->e->word[first + i].digits)
			return false;
	return n > 1;
}

/* 2026-03-05 is 05/03/2026, and the other way round. */
static void
add_date(struct reading *r, const struct unit *u, size_t first)
{
	struct vt_word *w = &r->e->word[first];
	size_t at = r->e->n_words;

	if (at - first != 3 || at + 3 > VT_L(SEARCH_WORDS_MAX) ||
	    !w[0].digits || !w[1].digits || !w[2].digits ||
	    (w[0].n_bare != 4 && w[2].n_bare != 4))
		return;
	r->e->word[at] = w[2];
	r->e->word[at + 1] = w[1];
	r->e->word[at + 2] = w[0];
	r->e->n_words += 3;
	(void)add_phrase(r, u, at, true);
}

static void
read_unit(struct reading *r, struct unit *u)
{
	struct vt_expr *e = r->e;
	size_t at = 0, first = e->n_words;
	bool or = r->or ;

	while (e->n_words < VT_L(SEARCH_WORDS_MAX) &&
	       vt_word_next(u->text, &at, &e->word[e->n_words]))
		e->n_words++;
	if (!u->named && !is_date(r, first))
		u->columns &= ~(1U << VT_COL_DATE);
	if (!add_phrase(r, u, first, or))
		return;
	r->or = false;
	add_date(r, u, first);
}

int
vt_expr_add(struct vt_arena *a, const char *text, const struct vt_ask_how *how,
    struct vt_expr *e, struct vt_err *reterr)
{
	struct reading r = { .e = e, .how = how };
	VT_BUF_AUTO(nfc);
	struct unit u;
	int rc;

	static_assert(VT_L(SEARCH_WORDS_MAX) <= VT_EXPR_PHRASES,
	    "the words of one phrase are bits of one number");
	if (text == NULL || *text == '\0')
		return VT_OK;
	if ((rc = vt_text_nfc(vt_span_str(text), &nfc, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&nfc, reterr)) != VT_OK)
		return rc;
	if (e->word == NULL)
		e->word =
		    vt_arena_array(a, VT_L(SEARCH_WORDS_MAX), sizeof(*e->word));
	if (e->word == NULL)
		return vt_arena_err(a, reterr);
	r.s = vt_buf_view(&nfc);
	while (next_unit(&r, &u)) {
		if (is_or(&r, &u))
			r.or = e->n_clauses > 0;
		else
			read_unit(&r, &u);
	}
	return VT_OK;
}

/* ---- trying ---- */

void
vt_expr_begin(struct vt_expr *e)
{
	e->found = 0;
}

static void
meet(struct vt_expr *e, enum vt_column col, const struct vt_word *w)
{
	for (size_t i = 0; i < e->n_phrases; i++) {
		struct vt_phrase *p = &e->phrase[i];
		uint32_t was = p->started << 1 | 1U, now = 0;

		if ((p->columns & 1U << col) == 0 ||
		    (e->found & 1U << p->clause) != 0)
			continue;
		VT_ASSERT(p->n > 0);
		/* bit k of now: k + 1 words fit, the last of them this one */
		for (size_t k = 0; k < p->n; k++)
			if ((was & 1U << k) != 0 &&
			    vt_word_fits(&e->word[p->first + k], w,
				p->begin && k + 1 == p->n))
				now |= 1U << k;
		if ((now & 1U << (p->n - 1)) != 0)
			e->found |= 1U << p->clause;
		p->started = now;
	}
}

void
vt_expr_read(struct vt_expr *e, enum vt_column col, struct vt_span text)
{
	size_t at = 0, was = 0;
	struct vt_word w;

	for (size_t i = 0; i < e->n_phrases; i++)
		e->phrase[i].started = 0;
	while (vt_word_next(text, &at, &w)) {
		if (memchr(text.p + was, VT_WORD_BREAK, w.from - was) != NULL)
			for (size_t i = 0; i < e->n_phrases; i++)
				e->phrase[i].started = 0;
		meet(e, col, &w);
		was = w.to;
	}
}

bool
vt_expr_is_met(const struct vt_expr *e)
{
	for (size_t i = 0; i < e->n_clauses; i++)
		if (!e->clause[i].without && (e->found >> i & 1U) == 0)
			return false;
	return true;
}

bool
vt_expr_holds(const struct vt_expr *e)
{
	for (size_t i = 0; i < e->n_clauses; i++)
		if (((e->found >> i & 1U) != 0) == e->clause[i].without)
			return false;
	return true;
}

uint32_t
vt_expr_columns(const struct vt_expr *e)
{
	uint32_t columns = 0;

	for (size_t i = 0; i < e->n_phrases; i++)
		columns |= e->phrase[i].columns;
	return columns;
}

bool
vt_expr_is_positive(const struct vt_expr *e)
{
	for (size_t i = 0; i < e->n_clauses; i++)
		if (!e->clause[i].without)
			return true;
	return false;
}

bool
vt_expr_has_without(const struct vt_expr *e)
{
	for (size_t i = 0; i < e->n_clauses; i++)
		if (e->clause[i].without)
			return true;
	return false;
}

/* ---- tokens ---- */

void
vt_tokens(
    const struct vt_word *w, struct vt_token *bare, struct vt_token *marked)
{
	bare->n = marked->n = 0;
	if (!w->foreign) {
		memcpy(bare->p, w->bare, w->n_bare);
		bare->n = w->n_bare;
	}
	if (!w->foreign && !w->has_marks)
		return;
	static_assert(
	    sizeof(w->marked) + sizeof(w->tones) + 2 <= sizeof(marked->p),
	    "a token holds the longest word");
	marked->p[marked->n++] = '+';
	memcpy(marked->p + marked->n, w->tones, w->n_tones);
	marked->n += w->n_tones;
	marked->p[marked->n++] = ',';
	memcpy(marked->p + marked->n, w->marked, w->n_marked);
	marked->n += w->n_marked;
}

/* ---- saying it to SQLite ---- */

/* The token that a word of a query asks for. */
static void
asked_token(const struct vt_word *w, struct vt_buf *b)
{
	struct vt_token bare, marked;

	vt_tokens(w, &bare, &marked);
	if (marked.n > 0)
		vt_buf_put(b, marked.p, marked.n);
	else
		vt_buf_put(b, bare.p, bare.n);
}

/* One way to write a phrase; last: its last word. tail: letters behind it. */
struct way {
	const struct vt_word *last;
	const char *tail;
	bool star;
};

static void
say_way(const struct vt_expr *e, const struct vt_phrase *p,
    const struct way *way, struct vt_buf *b)
{
	vt_buf_putc(b, '"');
	for (size_t i = 0; i + 1 < p->n; i++) {
		asked_token(&e->word[p->first + i], b);
		vt_buf_putc(b, ' ');
	}
	asked_token(way->last, b);
	vt_buf_puts(b, way->tail);
	vt_buf_puts(b, way->star ? "\" *" : "\"");
}

/* Marks without a tone yet: any one tone, if the word goes on. */
static void
say_tones(const struct vt_expr *e, const struct vt_phrase *p, struct vt_buf *b)
{
	struct vt_word last = e->word[p->first + p->n - 1];
	struct way way = { .last = &last, .star = true };

	vt_word_unfold(&last);
	last.n_tones = 1;
	for (int tone = '1'; tone <= '5'; tone++) {
		last.tones[0] = (char)tone;
		for (size_t i = 0; i < VT_RHYME_N; i++) {
			vt_buf_puts(b, " OR ");
			way.tail = vt_rhyme[i];
			say_way(e, p, &way, b);
		}
	}
}

static void
say_phrase(const struct vt_expr *e, const struct vt_phrase *p, uint32_t within,
    struct vt_buf *b)
{
	static const char *const names[VT_COLUMNS] = { "hands", "number",
		"subject", "type", "agency", "signer", "recipients", "other",
		"date", "text" };
	struct vt_word last = e->word[p->first + p->n - 1];
	struct way way = { .last = &last, .tail = "", .star = p->begin };

	vt_buf_puts(b, "{");
	for (size_t i = 0; i < VT_COLUMNS; i++)
		if ((p->columns & within & 1U << i) != 0)
			vt_buf_printf(b, " %s", names[i]);
	vt_buf_puts(b, " } : (");
	if (p->begin && last.was_y) {
		way.star = false;
		say_way(e, p, &way, b);
		vt_buf_puts(b, " OR ");
		vt_word_unfold(&last);
		way.star = true;
	}
	say_way(e, p, &way, b);
	if (p->begin && (last.has_marks || last.foreign) && last.n_tones == 0)
		say_tones(e, p, b);
	vt_buf_puts(b, ")");
}

static void
say_clause(
    const struct vt_expr *e, size_t clause, uint32_t within, struct vt_buf *b)
{
	const char *before = "(";

	for (size_t i = 0; i < e->n_phrases; i++) {
		if (e->phrase[i].clause != clause ||
		    (e->phrase[i].columns & within) == 0)
			continue;
		vt_buf_puts(b, before);
		say_phrase(e, &e->phrase[i], within, b);
		before = " OR ";
	}
	/* nowhere to be found there */
	vt_buf_puts(b, *before == '(' ? "\"+none\"" : ")");
}

void
vt_expr_match(const struct vt_expr *e, uint32_t within, struct vt_buf *b)
{
	const char *before = "(";

	for (size_t i = 0; i < e->n_clauses; i++) {
		if (e->clause[i].without)
			continue;
		vt_buf_puts(b, before);
		say_clause(e, i, within, b);
		before = " AND ";
	}
	vt_buf_puts(b, ")");
	for (size_t i = 0; i < e->n_clauses; i++) {
		if (!e->clause[i].without)
			continue;
		vt_buf_puts(b, " NOT ");
		say_clause(e, i, VT_COL_ALL, b);
	}
}
