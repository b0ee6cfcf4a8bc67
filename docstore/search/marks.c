/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where words that were asked for stand in a text, to be shown. */
#include "base/text.h"
#include "docstore/index.h"

struct vt_asked {
	struct vt_expr e;
};

int
vt_search_asked(struct vt_arena *a, const char *words, struct vt_asked **ret,
    struct vt_err *reterr)
{
	struct vt_ask_how how = { .columns = VT_COL_WORDS, .begin = true };
	struct vt_asked *x = vt_arena_alloc(a, sizeof(*x));
	int rc;

	if (x == NULL)
		return vt_arena_err(a, reterr);
	memset(x, 0, sizeof(*x));
	if ((rc = vt_expr_add(a, words, &how, &x->e, reterr)) == VT_OK)
		*ret = x;
	return rc;
}

/* Which of the words that may be in these columns w is: a bit each. */
static uint32_t
asked_as(const struct vt_expr *e, uint32_t columns, const struct vt_word *w)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < e->n_phrases; i++) {
		const struct vt_phrase *p = &e->phrase[i];

		if (e->clause[p->clause].without || (p->columns & columns) == 0)
			continue;
		for (size_t k = 0; k < p->n; k++)
			if (vt_word_fits(&e->word[p->first + k], w,
				p->begin && k + 1 == p->n))
				bits |= 1U << (p->first + k);
	}
	return bits;
}

size_t
vt_search_marks(const struct vt_asked *asked, struct vt_span text,
    struct vt_mark *ret, size_t max)
{
	size_t at = 0, n = 0;
	struct vt_word w;

	while (asked != NULL && n < max && vt_word_next(text, &at, &w))
		if (asked_as(&asked->e, VT_COL_WORDS, &w) != 0)
			ret[n++] = (struct vt_mark){ w.from, w.to };
	return n;
}

/* ---- a piece of a page ---- */

#define NEAR   160 /* bytes in which words stand together */
#define BEFORE 60  /* bytes shown in front of the first */
#define KEPT   32  /* of the words met last */

struct met {
	size_t from, to;
	uint32_t bits;
};

/* The best piece so far, of any part. */
struct best {
	const struct vt_expr *e;
	struct vt_view *v;
	uint32_t all; /* words that may be met */
	int words;    /* how many of them are, in it */
	struct vt_buf text;
	struct vt_buf piece;
	struct vt_snippet s;
};

static int
count(uint32_t bits)
{
	return __builtin_popcount(bits);
}

/* Bytes of a scalar that begins elsewhere. */
static bool
is_inside(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

static bool
is_white(uint8_t c)
{
	return c <= ' ' || c == 0x7f;
}

/* Begins at a word, ends behind one, on one page. */
static struct vt_span
cut(struct vt_span t, size_t from, size_t to, struct vt_snippet *s)
{
	size_t begin = from > BEFORE ? from - BEFORE : 0, end;

	for (size_t i = from; i > begin; i--)
		if (t.p[i - 1] == '\f')
			begin = i;
	while (begin > 0 && begin < from && !is_white(t.p[begin - 1]))
		begin++;
	while (begin < from && is_inside(t.p[begin]))
		begin++;
	end = begin + VT_L(SNIPPET_MAX) < t.n ? begin + VT_L(SNIPPET_MAX) : t.n;
	if (end < t.n) {
		while (end > to && !is_white(t.p[end]))
			end--;
		while (end > begin && is_inside(t.p[end]))
			end--;
	}
	for (size_t i = to; i < end; i++)
		if (t.p[i] == '\f')
			end = i;
	s->before = begin > 0 && t.p[begin - 1] != '\f';
	s->after = end < t.n && t.p[end] != '\f';
	return VT_SPAN(t.p + begin, end - begin);
}

static void
keep_piece(struct best *b, struct vt_span t, size_t from, size_t to)
{
	struct vt_span piece = cut(t, from, to, &b->s);
	bool gap = true; /* none in front */

	vt_buf_reset(&b->piece);
	for (size_t i = 0; i < piece.n; i++) {
		bool white = is_white(piece.p[i]);

		if (!white)
			vt_buf_putc(&b->piece, piece.p[i]);
		else if (!gap)
			vt_buf_putc(&b->piece, ' ');
		gap = white;
	}
}

static int
look_at_text(void *arg, const struct vt_pagetext *x, struct vt_err *reterr)
{
	struct met met[KEPT] = { { 0, 0, 0 } };
	struct best *b = arg;
	size_t at = 0, was = 0, n = 0;
	uint32_t page = 1, bits;
	struct vt_span t;
	struct vt_word w;
	int rc;

	if (x->state != VT_PAGETEXT_READ || count(b->all) == b->words)
		return VT_OK;
	vt_buf_reset(&b->text);
	rc = vt_pagetext_bytes(
	    b->v->store, x, VT_L(SNIPPET_SCAN), &b->text, reterr);
	if (rc != VT_OK || (rc = vt_buf_status(&b->text, reterr)) != VT_OK)
		return rc;
	t = vt_buf_view(&b->text);
	while (count(b->all) > b->words && vt_word_next(t, &at, &w)) {
		for (; was < w.from; was++)
			if (t.p[was] == '\f') {
				page++;
				n = 0; /* a piece is of one page */
			}
		if ((bits = asked_as(b->e, 1U << VT_COL_TEXT, &w)) == 0)
			continue;
		met[n++ % KEPT] = (struct met){ w.from, w.to, bits };
		for (size_t k = 0; k < KEPT && k < n; k++) {
			const struct met *m = &met[(n - 1 - k) % KEPT];

			if (w.to - m->from > NEAR)
				break;
			bits |= m->bits;
			if (count(bits) <= b->words)
				continue;
			b->words = count(bits);
			b->s.part = x->part;
			b->s.page = page;
			keep_piece(b, t, m->from, w.to);
		}
	}
	return VT_OK;
}

int
vt_search_snippet(struct vt_view *v, const struct vt_paper *p,
    const struct vt_asked *asked, struct vt_snippet *ret, bool *ret_found,
    struct vt_err *reterr)
{
	struct best b = { .v = v, .text = VT_BUF_INIT, .piece = VT_BUF_INIT };
	int rc;

	*ret_found = false;
	if ((rc = vt_view_check(v, reterr)) != VT_OK || asked == NULL)
		return rc;
	b.e = &asked->e;
	for (size_t i = 0; i < b.e->n_phrases; i++)
		if (!b.e->clause[b.e->phrase[i].clause].without &&
		    (b.e->phrase[i].columns & 1U << VT_COL_TEXT) != 0)
			for (size_t k = 0; k < b.e->phrase[i].n; k++)
				b.all |= 1U << (b.e->phrase[i].first + k);
	rc = vt_row_pagetexts(
	    v->txn, p->agency_no, p->seq, look_at_text, &b, reterr);
	if (rc == VT_OK)
		rc = vt_buf_status(&b.piece, reterr);
	if (rc == VT_OK && b.words > 0) {
		b.s.text =
		    vt_arena_strndup(v->arena, vt_buf_str(&b.piece), b.piece.n);
		if (b.s.text == NULL)
			rc = vt_nomem(reterr);
		*ret = b.s;
		*ret_found = rc == VT_OK;
	}
	vt_buf_free(&b.text);
	vt_buf_free(&b.piece);
	return rc;
}
