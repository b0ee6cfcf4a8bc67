/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vietnamese words as search compares them. A letter is a base (a), perhaps
 * with a mark of its own (ă, â), and the syllable bears one of five tones,
 * written over one of its vowels; over which is a matter of school (hoà,
 * hòa). So the tone is taken off its letter and kept beside the word.
 */
#include "docstore/fold.h"

#include "base/text.h"

static const struct letter {
	uint16_t scalar;
	uint16_t plain; /* lower case, without the tone */
	char base;      /* without any mark */
	uint8_t tone; /* 1 sắc, 2 huyền, 3 hỏi, 4 ngã, 5 nặng; 0 none */
} letters[] = {
	{ 0x00c0, 0x0061, 'a', 2 },
	{ 0x00c1, 0x0061, 'a', 1 },
	{ 0x00c2, 0x00e2, 'a', 0 },
	{ 0x00c3, 0x0061, 'a', 4 },
	{ 0x00c8, 0x0065, 'e', 2 },
	{ 0x00c9, 0x0065, 'e', 1 },
	{ 0x00ca, 0x00ea, 'e', 0 },
	{ 0x00cc, 0x0069, 'i', 2 },
	{ 0x00cd, 0x0069, 'i', 1 },
	{ 0x00d0, 0x0111, 'd', 0 }, /* eth, typed for đ */
	{ 0x00d2, 0x006f, 'o', 2 },
	{ 0x00d3, 0x006f, 'o', 1 },
	{ 0x00d4, 0x00f4, 'o', 0 },
	{ 0x00d5, 0x006f, 'o', 4 },
	{ 0x00d9, 0x0075, 'u', 2 },
	{ 0x00da, 0x0075, 'u', 1 },
	{ 0x00dd, 0x0079, 'y', 1 },
	{ 0x00e0, 0x0061, 'a', 2 },
	{ 0x00e1, 0x0061, 'a', 1 },
	{ 0x00e2, 0x00e2, 'a', 0 },
	{ 0x00e3, 0x0061, 'a', 4 },
	{ 0x00e8, 0x0065, 'e', 2 },
	{ 0x00e9, 0x0065, 'e', 1 },
	{ 0x00ea, 0x00ea, 'e', 0 },
	{ 0x00ec, 0x0069, 'i', 2 },
	{ 0x00ed, 0x0069, 'i', 1 },
	{ 0x00f0, 0x0111, 'd', 0 },
	{ 0x00f2, 0x006f, 'o', 2 },
	{ 0x00f3, 0x006f, 'o', 1 },
	{ 0x00f4, 0x00f4, 'o', 0 },
	{ 0x00f5, 0x006f, 'o', 4 },
	{ 0x00f9, 0x0075, 'u', 2 },
	{ 0x00fa, 0x0075, 'u', 1 },
	{ 0x00fd, 0x0079, 'y', 1 },
	{ 0x0102, 0x0103, 'a', 0 },
	{ 0x0103, 0x0103, 'a', 0 },
	{ 0x0110, 0x0111, 'd', 0 },
	{ 0x0111, 0x0111, 'd', 0 },
	{ 0x0128, 0x0069, 'i', 4 },
	{ 0x0129, 0x0069, 'i', 4 },
	{ 0x0168, 0x0075, 'u', 4 },
	{ 0x0169, 0x0075, 'u', 4 },
	{ 0x0189, 0x0111, 'd', 0 }, /* African d, looks the same */
	{ 0x01a0, 0x01a1, 'o', 0 },
	{ 0x01a1, 0x01a1, 'o', 0 },
	{ 0x01af, 0x01b0, 'u', 0 },
	{ 0x01b0, 0x01b0, 'u', 0 },
	{ 0x0256, 0x0111, 'd', 0 },
	{ 0x1ea0, 0x0061, 'a', 5 },
	{ 0x1ea1, 0x0061, 'a', 5 },
	{ 0x1ea2, 0x0061, 'a', 3 },
	{ 0x1ea3, 0x0061, 'a', 3 },
	{ 0x1ea4, 0x00e2, 'a', 1 },
	{ 0x1ea5, 0x00e2, 'a', 1 },
	{ 0x1ea6, 0x00e2, 'a', 2 },
	{ 0x1ea7, 0x00e2, 'a', 2 },
	{ 0x1ea8, 0x00e2, 'a', 3 },
	{ 0x1ea9, 0x00e2, 'a', 3 },
	{ 0x1eaa, 0x00e2, 'a', 4 },
	{ 0x1eab, 0x00e2, 'a', 4 },
	{ 0x1eac, 0x00e2, 'a', 5 },
	{ 0x1ead, 0x00e2, 'a', 5 },
	{ 0x1eae, 0x0103, 'a', 1 },
	{ 0x1eaf, 0x0103, 'a', 1 },
	{ 0x1eb0, 0x0103, 'a', 2 },
	{ 0x1eb1, 0x0103, 'a', 2 },
	{ 0x1eb2, 0x0103, 'a', 3 },
	{ 0x1eb3, 0x0103, 'a', 3 },
	{ 0x1eb4, 0x0103, 'a', 4 },
	{ 0x1eb5, 0x0103, 'a', 4 },
	{ 0x1eb6, 0x0103, 'a', 5 },
	{ 0x1eb7, 0x0103, 'a', 5 },
	{ 0x1eb8, 0x0065, 'e', 5 },
	{ 0x1eb9, 0x0065, 'e', 5 },
	{ 0x1eba, 0x0065, 'e', 3 },
	{ 0x1ebb, 0x0065, 'e', 3 },
	{ 0x1ebc, 0x0065, 'e', 4 },
	{ 0x1ebd, 0x0065, 'e', 4 },
	{ 0x1ebe, 0x00ea, 'e', 1 },
	{ 0x1ebf, 0x00ea, 'e', 1 },
	{ 0x1ec0, 0x00ea, 'e', 2 },
	{ 0x1ec1, 0x00ea, 'e', 2 },
	{ 0x1ec2, 0x00ea, 'e', 3 },
	{ 0x1ec3, 0x00ea, 'e', 3 },
	{ 0x1ec4, 0x00ea, 'e', 4 },
	{ 0x1ec5, 0x00ea, 'e', 4 },
	{ 0x1ec6, 0x00ea, 'e', 5 },
	{ 0x1ec7, 0x00ea, 'e', 5 },
	{ 0x1ec8, 0x0069, 'i', 3 },
	{ 0x1ec9, 0x0069, 'i', 3 },
	{ 0x1eca, 0x0069, 'i', 5 },
	{ 0x1ecb, 0x0069, 'i', 5 },
	{ 0x1ecc, 0x006f, 'o', 5 },
	{ 0x1ecd, 0x006f, 'o', 5 },
	{ 0x1ece, 0x006f, 'o', 3 },
	{ 0x1ecf, 0x006f, 'o', 3 },
	{ 0x1ed0, 0x00f4, 'o', 1 },
	{ 0x1ed1, 0x00f4, 'o', 1 },
	{ 0x1ed2, 0x00f4, 'o', 2 },
	{ 0x1ed3, 0x00f4, 'o', 2 },
	{ 0x1ed4, 0x00f4, 'o', 3 },
	{ 0x1ed5, 0x00f4, 'o', 3 },
	{ 0x1ed6, 0x00f4, 'o', 4 },
	{ 0x1ed7, 0x00f4, 'o', 4 },
	{ 0x1ed8, 0x00f4, 'o', 5 },
	{ 0x1ed9, 0x00f4, 'o', 5 },
	{ 0x1eda, 0x01a1, 'o', 1 },
	{ 0x1edb, 0x01a1, 'o', 1 },
	{ 0x1edc, 0x01a1, 'o', 2 },
	{ 0x1edd, 0x01a1, 'o', 2 },
	{ 0x1ede, 0x01a1, 'o', 3 },
	{ 0x1edf, 0x01a1, 'o', 3 },
	{ 0x1ee0, 0x01a1, 'o', 4 },
	{ 0x1ee1, 0x01a1, 'o', 4 },
	{ 0x1ee2, 0x01a1, 'o', 5 },
	{ 0x1ee3, 0x01a1, 'o', 5 },
	{ 0x1ee4, 0x0075, 'u', 5 },
	{ 0x1ee5, 0x0075, 'u', 5 },
	{ 0x1ee6, 0x0075, 'u', 3 },
	{ 0x1ee7, 0x0075, 'u', 3 },
	{ 0x1ee8, 0x01b0, 'u', 1 },
	{ 0x1ee9, 0x01b0, 'u', 1 },
	{ 0x1eea, 0x01b0, 'u', 2 },
	{ 0x1eeb, 0x01b0, 'u', 2 },
	{ 0x1eec, 0x01b0, 'u', 3 },
	{ 0x1eed, 0x01b0, 'u', 3 },
	{ 0x1eee, 0x01b0, 'u', 4 },
	{ 0x1eef, 0x01b0, 'u', 4 },
	{ 0x1ef0, 0x01b0, 'u', 5 },
	{ 0x1ef1, 0x01b0, 'u', 5 },
	{ 0x1ef2, 0x0079, 'y', 2 },
	{ 0x1ef3, 0x0079, 'y', 2 },
	{ 0x1ef4, 0x0079, 'y', 5 },
	{ 0x1ef5, 0x0079, 'y', 5 },
	{ 0x1ef6, 0x0079, 'y', 3 },
	{ 0x1ef7, 0x0079, 'y', 3 },
	{ 0x1ef8, 0x0079, 'y', 4 },
	{ 0x1ef9, 0x0079, 'y', 4 },
};

static const struct letter *
letter_of(int32_t c)
{
	size_t lo = 0, hi = sizeof(letters) / sizeof(letters[0]);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (letters[mid].scalar == c)
			return &letters[mid];
		if (letters[mid].scalar < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Letters and digits make words. Of what is not ASCII everything counts but
 * signs and spaces, so that no script is cut to pieces. */
static bool
is_word(int32_t c)
{
	if (c < 0)
		return false;
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		       (c >= 'A' && c <= 'Z');
	return c >= 0xc0 && c != 0xd7 && c != 0xf7 &&
	       (c < 0x2000 || c > 0x206f) && (c < 0x2190 || c > 0x2bff) &&
	       (c < 0x3000 || c > 0x303f) && c != 0xfffd;
}

static void
add_scalar(struct vt_word *w, int32_t c)
{
	char utf8[4];
	size_t n;

	if (c < 0x80) {
		utf8[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		utf8[0] = (char)(0xc0 | c >> 6);
		utf8[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		utf8[0] = (char)(0xe0 | c >> 12);
		utf8[1] = (char)(0x80 | (c >> 6 & 0x3f));
		utf8[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		utf8[0] = (char)(0xf0 | c >> 18);
		utf8[1] = (char)(0x80 | (c >> 12 & 0x3f));
		utf8[2] = (char)(0x80 | (c >> 6 & 0x3f));
		utf8[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	if (w->n_marked + n > sizeof(w->marked))
		return; /* the beginning of a monster is enough */
	memcpy(w->marked + w->n_marked, utf8, n);
	w->n_marked += n;
}

static void
add(struct vt_word *w, int32_t c)
{
	const struct letter *l = c >= 0x80 ? letter_of(c) : NULL;

	w->digits = w->digits && c >= '0' && c <= '9';
	if (l == NULL) {
		c = vt_utf8_lower(c);
		add_scalar(w, c);
		if (c >= 0x80)
			w->foreign = true;
		else if (w->n_bare < sizeof(w->bare))
			w->bare[w->n_bare++] = (char)c;
		return;
	}
	w->has_marks = w->has_marks || l->tone != 0 || l->plain != l->base;
	if (l->tone != 0 && w->n_tones < sizeof(w->tones))
		w->tones[w->n_tones++] = (char)('0' + l->tone);
	add_scalar(w, l->plain);
	if (w->n_bare < sizeof(w->bare))
		w->bare[w->n_bare++] = l->base;
}

/* 05 is 5. */
static void
trim_zeros(struct vt_word *w)
{
	size_t zeros = 0;

	while (w->digits && zeros + 1 < w->n_marked && w->marked[zeros] == '0')
		zeros++;
	if (zeros == 0)
		return;
	memmove(w->marked, w->marked + zeros, w->n_marked - zeros);
	memmove(w->bare, w->bare + zeros, w->n_bare - zeros);
	w->n_marked -= zeros;
	w->n_bare -= zeros;
}

/* công ty or công ti, quy or qui: after one of these onsets alone, at the end
 * of the word, y and i are two habits of writing one sound. */
static void
fold_y(struct vt_word *w)
{
	size_t n = w->n_marked;

	if (w->foreign || n < 2 || n > 3 || w->marked[n - 1] != 'y' ||
	    (n == 2 && strchr("hklmst", w->marked[0]) == NULL) ||
	    (n == 3 && (w->marked[0] != 'q' || w->marked[1] != 'u')))
		return;
	w->marked[n - 1] = w->bare[w->n_bare - 1] = 'i';
	w->was_y = true;
}

void
vt_word_unfold(struct vt_word *w)
{
	if (w->was_y)
		w->marked[w->n_marked - 1] = w->bare[w->n_bare - 1] = 'y';
	w->was_y = false;
}

bool
vt_word_next(struct vt_span text, size_t *at, struct vt_word *ret)
{
	ret->n_marked = ret->n_bare = ret->n_tones = 0;
	ret->has_marks = ret->foreign = ret->was_y = false;
	ret->digits = true;
	ret->from = *at;
	while (*at < text.n) {
		size_t was = *at;
		int32_t c = vt_utf8_next(text, at);

		if (c == 0xfeff) /* a byte order mark is nothing */
			continue;
		if (is_word(c)) {
			ret->from = ret->n_marked == 0 ? was : ret->from;
			add(ret, c);
		} else if (ret->n_marked > 0) {
			*at = was;
			break;
		}
	}
	ret->to = *at;
	if (ret->n_marked == 0)
		return false;
	trim_zeros(ret);
	fold_y(ret);
	return true;
}

const char vt_rhyme[VT_RHYME_N][3] = { "a", "ă", "â", "c", "e", "ê", "g", "h",
	"i", "m", "n", "o", "ô", "ơ", "p", "t", "u", "ư", "y" };

static bool
begins(const char *x, size_t n, const char *with, size_t n_with)
{
	return n >= n_with && memcmp(x, with, n_with) == 0;
}

static bool
goes_on(const struct vt_word *w, size_t at)
{
	for (size_t i = 0; i < VT_RHYME_N; i++)
		if (begins(w->marked + at, w->n_marked - at, vt_rhyme[i],
			strlen(vt_rhyme[i])))
			return true;
	return false;
}

/* As it was typed, marks and all. */
static bool
fits_marked(const struct vt_word *asked, const struct vt_word *w, bool begin)
{
	if (!begins(w->marked, w->n_marked, asked->marked, asked->n_marked))
		return false;
	if (asked->n_tones == w->n_tones &&
	    memcmp(asked->tones, w->tones, w->n_tones) == 0)
		return begin || asked->n_marked == w->n_marked;
	return begin && asked->n_tones == 0 && w->n_tones == 1 &&
	       goes_on(w, asked->n_marked);
}

static bool
fits(const struct vt_word *asked, const struct vt_word *w, bool begin)
{
	if (asked->has_marks || asked->foreign)
		return fits_marked(asked, w, begin);
	return !w->foreign &&
	       begins(w->bare, w->n_bare, asked->bare, asked->n_bare) &&
	       (begin || asked->n_bare == w->n_bare);
}

bool
vt_word_fits(const struct vt_word *asked, const struct vt_word *w, bool begin)
{
	struct vt_word y;

	if (!begin || !asked->was_y)
		return fits(asked, w, begin);
	y = *asked;
	vt_word_unfold(&y);
	return fits(asked, w, false) || fits(&y, w, true);
}

void
vt_search_fold(struct vt_span text, bool marks, struct vt_buf *ret)
{
	struct vt_word w;
	size_t at = 0, n = 0;

	while (vt_word_next(text, &at, &w)) {
		if (n++ > 0)
			vt_buf_putc(ret, ' ');
		if (!marks && !w.foreign) {
			vt_buf_span(ret, VT_SPAN(w.bare, w.n_bare));
			continue;
		}
		vt_buf_span(ret, VT_SPAN(w.marked, w.n_marked));
		if (marks && w.n_tones > 0) {
			vt_buf_putc(ret, '+');
			vt_buf_span(ret, VT_SPAN(w.tones, w.n_tones));
		}
	}
}
