/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is printed is what is said. Every Vietnamese letter is set by
 * two ways that share no code below the outlines - libharu with its own cutting
 * of the whole font, and our own font objects by hb-subset - and as papers set
 * it, by libharu after hb-subset. The words must come out
 * of Poppler unchanged, and the pictures must agree pixel for pixel, near
 * enough: a letter that lost its mark differs by dozens.
 */
#include "tests/tap.h"

#include <png.h>
#include <unistd.h>

#include "base/context.h"
#include "base/pdf/pdf.h"
#include "base/text.h"
#include "render/layout.h"
#include "render/render.h"
#include "render/subset.h"

#define ROWS   15 /* letters stand in rows of 16 */
#define COLS   16
#define LEFT   60.0
#define TOP    780.0
#define STEP_X 30.0
#define STEP_Y 44.0
#define SIZE   26.0
#define BOX    28.0 /* of one letter's field, pt */
#define DPI    150

static struct vt_arena *arena;
static struct vt_spawner *spawner;
static struct vt_err err;

static void
utf8(uint32_t c, struct vt_buf *b)
{
	vt_buf_reset(b);
	vt_utf8_put(b, c);
}

static double
x_of(size_t i)
{
	return LEFT + (double)(i % COLS) * STEP_X;
}

static double
y_of(size_t i)
{
	return TOP - (double)(i / COLS) * STEP_Y;
}

/* By libharu: each letter at its place. */
static void
by_haru(const struct vt_faces *faces, enum vt_style style, struct vt_buf *ret)
{
	VT_CLEANUP(vt_haru_free) struct vt_haru *h = NULL;
	const uint32_t *letters;
	VT_BUF_AUTO(one);
	size_t n;

	tap_need(vt_haru_new(faces, &h, &err) == VT_OK, "libharu starts");
	vt_haru_page(h, false);
	letters = vt_field_letters(&n);
	tap_need(n <= (size_t)ROWS * COLS, "%zu letters fit the page", n);
	for (size_t i = 0; i < n; i++) {
		utf8(letters[i], &one);
		vt_haru_text(
		    h, style, SIZE, x_of(i), y_of(i), vt_buf_str(&one));
	}
	tap_call(vt_haru_finish(h, ret, &err), &err, "libharu's page");
}

/* As papers are made: libharu with the face cut beforehand. */
static void
by_layout(const struct vt_faces *faces, enum vt_style style, struct vt_buf *ret)
{
	const uint32_t *letters;
	struct vt_layout l;
	struct vt_unit *u;
	VT_BUF_AUTO(one);
	size_t n;

	vt_layout_init(&l, arena, faces);
	u = vt_unit_new(&l);
	letters = vt_field_letters(&n);
	for (size_t i = 0; u != NULL && i < n; i++) {
		struct vt_op *op;

		utf8(letters[i], &one);
		op = vt_ops_text(&l, &u->ops, style, SIZE,
		    vt_layout_join(&l, vt_buf_str(&one), ""));
		if (op == NULL)
			break;
		op->x = x_of(i);
		op->y = -y_of(i); /* down from the top at 0 */
	}
	vt_layout_put(&l, u, 0, 0);
	tap_call(vt_layout_draw(&l, "chữ", ret, &err), &err, "a layout's page");
}

/* Content that shows every letter in font /F at the same places. */
static void
letters_content(struct vt_buf *b)
{
	const uint32_t *letters;
	size_t n;

	letters = vt_field_letters(&n);
	vt_buf_printf(b, "BT /F %d Tf\n", (int)SIZE);
	for (size_t i = 0; i < n; i++)
		vt_buf_printf(b, "1 0 0 1 %d %d Tm <%04X> Tj\n", (int)x_of(i),
		    (int)y_of(i), letters[i]);
	vt_buf_puts(b, "ET\n");
}

/* By the laid font: an update of an empty page. */
static void
by_field_font(
    const struct vt_faces *faces, enum vt_style style, struct vt_buf *ret)
{
	VT_CLEANUP(vt_haru_free) struct vt_haru *h = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *up = NULL;
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_pdf_page page;
	struct vt_source src;
	struct vt_pdf_graft g;
	struct vt_grafter grafter;
	const uint32_t *letters;
	uint32_t nums[32], content;
	size_t n, font;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(dict);

	tap_need(vt_haru_new(faces, &h, &err) == VT_OK, "libharu starts");
	vt_haru_page(h, false);
	tap_need(vt_haru_finish(h, ret, &err) == VT_OK, "an empty page");
	vt_source_memory(&src, vt_buf_view(ret));
	tap_need(vt_pdf_open(&src, arena, &pdf, &err) == VT_OK &&
		     vt_pdf_page(pdf, VT_PDF_LATEST, 0, &page, &err) == VT_OK &&
		     vt_pdf_append_new(pdf, &up, &err) == VT_OK,
	    "it opens");
	vt_grafter_init(&grafter, arena);
	letters = vt_field_letters(&n);
	font = vt_subset_put(&grafter, &faces->f[style], style, letters, n);
	tap_need(vt_grafter_finish(&grafter, &g, &err) == VT_OK &&
		     g.n_objects <= 32 &&
		     vt_pdf_append_graft(up, &g, nums, &err) == VT_OK,
	    "fonts");
	letters_content(&text);
	tap_need(vt_pdf_append_alloc(up, &content, &err) == VT_OK &&
		     vt_pdf_append_stream(up, content, VT_SPAN_LIT("<< >>"),
			 vt_buf_view(&text), &err) == VT_OK,
	    "content");
	vt_buf_puts(&dict, "<< /Type /Page /Parent ");
	vt_pdf_print(vt_pdf_dict_get(page.dict, "Parent"), &dict);
	vt_buf_printf(&dict,
	    " /MediaBox [0 0 595.276 841.89] /Contents %u 0 R "
	    "/Resources << /Font << /F %u 0 R >> >> >>",
	    content, nums[font]);
	tap_need(vt_pdf_append_put(
		     up, page.ref.num, vt_buf_view(&dict), &err) == VT_OK &&
		     vt_pdf_append_finish(up, &tail, &err) == VT_OK,
	    "update");
	vt_buf_span(ret, vt_buf_view(&tail.bytes));
	vt_pdf_tail_free(&tail);
}

struct picture {
	uint8_t *grey; /* owned */
	int w, h;
};

static struct picture
picture_of(const struct vt_buf *pdf)
{
	struct picture r = { NULL, 0, 0 };
	VT_BUF_AUTO(png);
	png_image im;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(pdf), &fd, &err) == VT_OK, "memfd");
	tap_call(
	    vt_pages_png(spawner, fd, 0, DPI, &png, &err), &err, "page drawn");
	(void)close(fd);
	memset(&im, 0, sizeof(im));
	im.version = PNG_IMAGE_VERSION;
	tap_need(png_image_begin_read_from_memory(&im, png.p, png.n) != 0,
	    "PNG opened");
	im.format = PNG_FORMAT_GRAY;
	r.w = (int)im.width;
	r.h = (int)im.height;
	r.grey = malloc((size_t)r.w * (size_t)r.h);
	tap_need(r.grey != NULL &&
		     png_image_finish_read(&im, NULL, r.grey, 0, NULL) != 0,
	    "PNG read");
	return r;
}

/* Sum of differences inside letter i's box, in units of one black pixel, and
 * how much ink a has there. */
static double
difference(
    const struct picture *a, const struct picture *b, size_t i, double *ret_ink)
{
	int x0 = (int)((x_of(i) - 4) * DPI / 72);
	int x1 = (int)((x_of(i) + BOX) * DPI / 72);
	int y0 = (int)((841.89 - y_of(i) - BOX) * DPI / 72);
	int y1 = (int)((841.89 - y_of(i) + 12) * DPI / 72);
	double sum = 0, ink = 0;

	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			int p = a->grey[y * a->w + x];
			int q = b->grey[y * b->w + x];

			sum += abs(p - q);
			ink += 255 - p;
		}
	*ret_ink = ink / 255;
	return sum / 255;
}

/* Text of every letter, in order, as Poppler reads it. */
static void
check_text(const struct vt_buf *pdf, const char *what)
{
	const uint32_t *letters;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(got);
	size_t n, pages = 0, at = 0;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(pdf), &fd, &err) == VT_OK, "memfd");
	tap_call(vt_pages_text(spawner, fd, &text, &pages, &err), &err,
	    "%s: text", what);
	(void)close(fd);
	letters = vt_field_letters(&n);
	for (size_t i = 0; i < n; i++)
		if (letters[i] != ' ' && letters[i] != 0xA0)
			vt_utf8_put(&want, letters[i]);
	while (at < text.n) {
		int32_t c = vt_utf8_next(vt_buf_view(&text), &at);

		if (c != ' ' && c != '\n' && c != 0xA0 && c >= 0)
			vt_utf8_put(&got, (uint32_t)c);
	}
	tap_eq_str(vt_buf_str(&got), vt_buf_str(&want),
	    "%s: every letter comes out as it went in", what);
}

/* Letters that a and b draw differently, or not at all. */
static void
compare(const struct picture *a, const struct picture *b, const char *what)
{
	const uint32_t *letters;
	size_t n, differ = 0, blank = 0;
	double worst = 0;

	tap_need(a->w == b->w && a->h == b->h, "same size");
	letters = vt_field_letters(&n);
	for (size_t i = 0; i < n; i++) {
		double ink, d = difference(a, b, i, &ink);

		worst = d > worst ? d : worst;
		blank += ink < 4 && letters[i] != ' ' && letters[i] != 0xA0;
		if (d > 3) {
			differ++;
			printf("# U+%04X differs by %.1f pixels of %.0f\n",
			    (unsigned)letters[i], d, ink);
		}
	}
	tap_eq_int(differ, 0,
	    "%s: every letter is drawn alike (worst %.2f "
	    "pixels)",
	    what, worst);
	tap_eq_int(blank, 0, "%s: no letter is blank", what);
}

static void
test_style(const struct vt_faces *faces, enum vt_style style, const char *what)
{
	struct picture p[3];
	VT_BUF_AUTO(haru);
	VT_BUF_AUTO(ours);
	VT_BUF_AUTO(paper);

	by_haru(faces, style, &haru);
	by_field_font(faces, style, &ours);
	by_layout(faces, style, &paper);
	check_text(&haru, "libharu");
	check_text(&ours, "our font");
	check_text(&paper, "paper");
	p[0] = picture_of(&haru);
	p[1] = picture_of(&ours);
	p[2] = picture_of(&paper);
	printf("# %s\n", what);
	compare(&p[0], &p[1], "libharu and our font");
	compare(&p[0], &p[2], "libharu and the paper");
	for (int i = 0; i < 3; i++)
		free(p[i].grey);
}

/* The comparison itself: a mark that is lost is seen. */
static void
test_sharp(const struct vt_faces *faces)
{
	static const uint32_t pairs[][2] = { { 0x1ED8, 0xD4 },
		{ 0x1EAF, 0x103 }, { 0x1EF1, 0x1B0 }, { 0x1ECB, 'i' },
		{ 0x1EBF, 0xEA }, { 0x111, 'd' }, { 0x1EE6, 'U' } };
	VT_BUF_AUTO(one);

	for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
		struct picture p[2];
		double ink;

		for (int j = 0; j < 2; j++) {
			struct vt_haru *h = NULL;
			VT_BUF_AUTO(pdf);

			tap_need(
			    vt_haru_new(faces, &h, &err) == VT_OK, "libharu");
			vt_haru_page(h, false);
			utf8(pairs[k][j], &one);
			vt_haru_text(h, VT_ROMAN, SIZE, x_of(0), y_of(0),
			    vt_buf_str(&one));
			tap_need(
			    vt_haru_finish(h, &pdf, &err) == VT_OK, "page");
			vt_haru_free(h);
			p[j] = picture_of(&pdf);
		}
		tap_ok(difference(&p[0], &p[1], 0, &ink) > 8,
		    "U+%04X without its mark would be seen (%.1f pixels)",
		    (unsigned)pairs[k][0], difference(&p[0], &p[1], 0, &ink));
		free(p[0].grey);
		free(p[1].grey);
	}
}

int
main(void)
{
	struct vt_faces faces;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner");
	arena = vt_arena_new((size_t)1 << 26);
	tap_need(vt_faces_open(&faces, &err) == VT_OK, "faces: %s", err.msg);
	test_style(&faces, VT_ROMAN, "regular");
	test_style(&faces, VT_BOLD, "bold");
	test_style(&faces, VT_ITALIC, "italic");
	test_style(&faces, VT_BOLD_ITALIC, "bold italic");
	test_sharp(&faces);
	vt_faces_close(&faces);
	vt_arena_free(arena);
	vt_spawner_free(spawner);
	return tap_done();
}
