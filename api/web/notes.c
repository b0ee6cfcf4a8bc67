/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes that the office wrote itself, read again in English. They are kept as
 * the Vietnamese text that was written, also for other agencies, so they are
 * known by their words: old ones as well, and nothing is stored anew.
 */
#include "api/web/words.h"

#define HOLES_MAX 4

static const struct {
	const char *vi, *en;
} notes[] = {
#define VT_NOTE(vi, en) { vi, en },
#include "api/web/notes.def"
#undef VT_NOTE
};

/* What stands at the holes of pattern, when text is one of it. */
static bool
fits(const char *text, const char *pattern,
    struct vt_span hole[static HOLES_MAX])
{
	size_t n = strcspn(pattern, "*");

	if (strncmp(text, pattern, n) != 0)
		return false;
	for (size_t i = 0; pattern[n] == '*'; i++) {
		const char *next = pattern + n + 1, *end;
		size_t len = strcspn(next, "*");
		VT_BUF_AUTO(piece);

		VT_ASSERT(i < HOLES_MAX);
		text += n;
		/* markup: none, compared */
		vt_buf_put(&piece, next, len);
		end = len == 0 ? text + strlen(text)
			       : strstr(text, vt_buf_str(&piece));
		if (end == NULL)
			return false;
		hole[i] = VT_SPAN(text, (size_t)(end - text));
		text = end;
		pattern = next;
		n = len;
	}
	return text[n] == '\0';
}

/* An error's words begin it: the same in English, and what follows. */
static bool
error_words(struct vt_span s, struct vt_buf *ret)
{
	for (int code = -1; code > -VT_E__END; code--) {
		const struct vt_err_info *e = vt_err_info(code);
		size_t n = strlen(e->vi);

		if (s.n < n || memcmp(s.p, e->vi, n) != 0 ||
		    (s.n > n && s.p[n] != ' ' && s.p[n] != ';' &&
			s.p[n] != ':'))
			continue;
		/* markup: none, callers escape it */
		vt_buf_puts(ret, e->en);
		vt_buf_put(ret, s.p + n, s.n - n);
		return true;
	}
	return false;
}

static void
fill(const char *en, const struct vt_span *hole, struct vt_buf *ret)
{
	for (; *en != '\0'; en++) {
		if (*en != '*') {
			vt_buf_putc(ret, (uint8_t)*en);
			continue;
		}
		/* markup: none, callers escape it */
		if (!error_words(*hole, ret))
			vt_buf_span(ret, *hole);
		hole++;
	}
}

const char *
vt_word_note(const struct vt_desk *d, const char *text, struct vt_buf *scratch)
{
	struct vt_span hole[HOLES_MAX];

	for (size_t i = 0; i < HOLES_MAX; i++)
		hole[i] = VT_SPAN_LIT("");
	if (!d->page.en)
		return text;
	vt_buf_reset(scratch);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (fits(text, notes[i].vi, hole)) {
			fill(notes[i].en, hole, scratch);
			return vt_buf_str(scratch);
		}
	return error_words(vt_span_str(text), scratch) ? vt_buf_str(scratch)
						       : text;
}

static bool
is_code(const char *s, size_t n)
{
	for (int code = -1; code > -VT_E__END; code--) {
		const char *slug = vt_err_info(code)->slug;

		if (strlen(slug) == n && memcmp(slug, s, n) == 0)
			return true;
	}
	return false;
}

const char *
vt_word_detail(const char *text)
{
	for (const char *at = text; (at = strstr(at, " (")) != NULL; at += 2) {
		size_t n =
		    strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-0123456789");

		if (at[2 + n] == ':' && is_code(at + 2, n))
			return at + 1;
	}
	return NULL;
}

void
vt_word_said(struct vt_desk *d, const char *text)
{
	const char *detail = vt_word_detail(text), *said;
	VT_BUF_AUTO(english);
	VT_BUF_AUTO(words);

	/* markup: none, escaped below */
	vt_buf_put(&words, text,
	    detail == NULL ? strlen(text) : (size_t)(detail - 1 - text));
	said = vt_word_note(d, vt_buf_str(&words), &english);
	vt_html(d->page.b, "<p class=\"said\" lang=\"%s\">%s</p>",
	    said == vt_buf_str(&words) ? "vi" : "en", said);
}
