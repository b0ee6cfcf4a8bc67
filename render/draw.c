/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finished pages to PDF. Each face is cut to the letters of the paper before
 * libharu sees it: libharu searches a font's whole table for every letter and
 * embeds its hinting. Cut, a paper takes a third of the time and a fifth of
 * the bytes.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "render/layout.h"
#include "render/subset.h"

#define LETTERS 0x10000 /* libharu knows the BMP only */

/* The faces as libharu gets them: files in memory. */
struct cut {
	struct vt_faces faces; /* only path and ps_name are set */
	int fd[VT_STYLES];     /* -1: the style is not used */
};

static void
cut_close(struct cut *c)
{
	for (int s = 0; s < VT_STYLES; s++)
		if (c->fd[s] >= 0)
			(void)close(c->fd[s]);
}

/* Marks the letters of every text in this style; how many there are. */
static size_t
mark_letters(const struct vt_layout *l, enum vt_style style, uint8_t *used)
{
	size_t n = 0;

	for (size_t p = 0; p < l->n_pages; p++)
		for (const struct vt_op *op = l->pages[p].first; op != NULL;
		     op = op->next) {
			struct vt_span t = vt_span_str(op->text);

			if (op->kind != VT_OP_TEXT || op->style != style)
				continue;
			for (size_t at = 0; at < t.n;) {
				int32_t c = vt_utf8_next(t, &at);

				if (c < 0 || c >= LETTERS || used[c] != 0)
					continue;
				used[c] = 1;
				n++;
			}
		}
	return n;
}

static int
cut_style(const struct vt_layout *l, enum vt_style style, struct cut *ret,
    struct vt_err *reterr)
{
	uint8_t *used = vt_arena_alloc(l->a, LETTERS);
	uint32_t *letters;
	size_t n, k = 0;
	int rc;

	if (used == NULL)
		return vt_arena_err(l->a, reterr);
	n = mark_letters(l, style, used);
	/* page numbers are not among the operations */
	for (int c = '0'; c <= '9' && style == VT_ROMAN; c++) {
		n += used[c] == 0;
		used[c] = 1;
	}
	if (n == 0)
		return VT_OK;
	letters = vt_arena_array(l->a, n, sizeof(*letters));
	if (letters == NULL)
		return vt_arena_err(l->a, reterr);
	for (uint32_t c = 0; c < LETTERS; c++)
		if (used[c] != 0)
			letters[k++] = c;
	rc = vt_subset_file(
	    &l->faces->f[style], letters, n, &ret->fd[style], reterr);
	if (rc != VT_OK)
		return rc;
	(void)snprintf(ret->faces.f[style].path,
	    sizeof(ret->faces.f[style].path), "/proc/self/fd/%d",
	    ret->fd[style]);
	return VT_OK;
}

/* Page number, Arabic, 13 pt, in the middle of the top margin. */
static void
put_page_number(struct vt_layout *l, struct vt_haru *h, size_t page)
{
	double left = l->lying ? VT_LYING_L : VT_MARGIN_L;
	double room = l->lying ? VT_LYING_TEXT_W : VT_TEXT_W;
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", page + 1);
	vt_haru_text(h, VT_ROMAN, 13,
	    left + (room - vt_layout_width(l, VT_ROMAN, 13, text)) / 2,
	    (l->lying ? VT_LYING_H : VT_PAGE_H) - VT_MARGIN_T / 2 - 13 * 0.33,
	    text);
}

static void
draw_op(struct vt_haru *h, const struct vt_op *op)
{
	switch (op->kind) {
	case VT_OP_TEXT:
		vt_haru_text(h, op->style, op->size, op->x, op->y, op->text);
		break;
	case VT_OP_RULE:
		vt_haru_rule(h, (double[2]){ op->x, op->y },
		    (double[2]){ op->x + op->w, op->y + op->h }, op->size);
		break;
	case VT_OP_RECT:
		vt_haru_rect(h, op->x, op->y, op->w, op->h);
		break;
	}
}

static int
draw_pages(struct vt_layout *l, const struct vt_faces *faces, const char *title,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_haru_free) struct vt_haru *h = NULL;
	int rc = vt_haru_new(faces, &h, reterr);

	if (rc != VT_OK)
		return rc;
	vt_haru_title(h, title);
	for (size_t p = 0; p < l->n_pages; p++) {
		vt_haru_page(h, l->lying);
		if (p > 0)
			put_page_number(l, h, p);
		for (struct vt_op *op = l->pages[p].first; op != NULL;
		     op = op->next)
			draw_op(h, op);
	}
	rc = vt_layout_status(l, reterr);
	return rc == VT_OK ? vt_haru_finish(h, ret, reterr) : rc;
}

int
vt_layout_draw(struct vt_layout *l, const char *title, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct cut cut = { .fd = { -1, -1, -1, -1 } };
	int rc = vt_layout_status(l, reterr);

	for (int s = 0; rc == VT_OK && s < VT_STYLES; s++)
		rc = cut_style(l, (enum vt_style)s, &cut, reterr);
	if (rc == VT_OK)
		rc = draw_pages(l, &cut.faces, title, ret, reterr);
	cut_close(&cut);
	return rc;
}
