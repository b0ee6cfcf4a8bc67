/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters and notices: places, determinism, what is refused. */
#include "tests/tap.h"

#include "base/limits.h"
#include "base/pdf/pdf.h"
#include "tests/unit/render/samples.h"

#define MM(mm) ((mm)*72.0 / 25.4)

static bool
on_sheet(const struct vt_place *p)
{
	return p->x >= MM(29) && p->y >= MM(19) &&
	       p->x + p->w <= 595.276 - MM(14) &&
	       p->y + p->h <= 841.89 - MM(19);
}

static bool
apart(const struct vt_place *a, const struct vt_place *b)
{
	return a->page != b->page || a->x + a->w <= b->x ||
	       b->x + b->w <= a->x || a->y + a->h <= b->y ||
	       b->y + b->h <= a->y;
}

static void
check_places(const struct vt_places *p, const char *what)
{
	double over = p->seal.x + p->seal.w - p->leader.x;

	tap_ok(on_sheet(&p->number) && on_sheet(&p->date) &&
		   on_sheet(&p->leader) && on_sheet(&p->seal) &&
		   on_sheet(&p->initials[0]) && on_sheet(&p->initials[1]),
	    "%s: every place lies inside the margins", what);
	tap_ok(p->number.page == 0 && p->date.page == 0 &&
		   p->leader.page == p->seal.page &&
		   p->initials[1].page == p->leader.page,
	    "%s: places are on the pages they belong to", what);
	tap_ok(p->seal.w > MM(35.9) && p->seal.w < MM(36.1) &&
		   p->seal.h > MM(35.9) && p->seal.h < MM(36.1),
	    "%s: the seal has its true size", what);
	tap_ok(over > p->leader.w * 0.30 && over < p->leader.w * 0.37 &&
		   p->seal.x < p->leader.x,
	    "%s: the seal covers a third of the signature, on its left", what);
	tap_ok(apart(&p->number, &p->date) &&
		   apart(&p->initials[0], &p->initials[1]) &&
		   apart(&p->initials[0], &p->seal) &&
		   apart(&p->initials[1], &p->seal) &&
		   apart(&p->initials[0], &p->leader),
	    "%s: the other places do not touch", what);
	tap_ok(p->initials[0].w >= MM(12) && p->initials[0].w <= MM(14),
	    "%s: initials are 12 to 14 mm wide", what);
}

/* Pages as our own strict reader counts them, 0 when it refuses. */
static size_t
pages_of(const struct vt_buf *b)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 24);
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	size_t n = 0;

	vt_source_memory(&src, vt_buf_view(b));
	if (vt_pdf_open(&src, a, &pdf, &err) != VT_OK ||
	    vt_pdf_page_count(pdf, VT_PDF_LATEST, &n, &err) != VT_OK)
		printf("# %s\n", err.msg);
	else
		tap_eq_int(vt_pdf_version(pdf, NULL), 17, "PDF 1.7");
	return n;
}

static void
test_letter(void)
{
	struct vt_letter l = sample_letter();
	struct vt_places p, q;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(c);
	struct vt_err err;

	tap_call(vt_render_letter(&l, &a, &p, &err), &err, "letter");
	tap_eq_int(pages_of(&a), 1, "letter of one page");
	check_places(&p, "letter");
	tap_call(vt_render_letter(&l, &b, &q, &err), &err, "again");
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)),
	    "same data, same bytes");
	/* the same name with its marks apart (NFD) */
	l.signer = "Tra\xCC\x82\xCC\x80n Thi\xCC\xA3 Minh "
		   "Nguye\xCC\xA3\xCC\x82t";
	tap_call(vt_render_letter(&l, &c, &q, &err), &err, "NFD name");
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&c)),
	    "text in NFD gives the bytes of NFC");
	tap_ok(memmem(a.p, a.n, "CreationDate", 12) == NULL,
	    "no clock date in the file");
}

static void
test_long(void)
{
	const char *body[60];
	struct vt_letter l;
	struct vt_places p;
	struct vt_err err;

	sample_paragraphs(body, 60);
	/* every length: wherever the page breaks, the block stays whole */
	for (size_t n = 1; n <= 60; n++) {
		VT_BUF_AUTO(b);
		size_t pages;

		l = sample_decision(body, n);
		if (vt_render_letter(&l, &b, &p, &err) != VT_OK) {
			tap_ok(false, "%zu paragraphs: %s", n, err.msg);
			continue;
		}
		pages = pages_of(&b);
		tap_eq_int(p.leader.page + 1, pages,
		    "%zu paragraphs: signed on the last page", n);
		tap_ok(p.initials[0].page == p.leader.page,
		    "%zu paragraphs: text stands beside the signature", n);
		if (n == 8 || n == 40)
			check_places(&p, "decision");
	}
}

static void
test_limits(void)
{
	static char wide[21000], word[400];
	const char *body[700];
	struct vt_letter l = sample_letter();
	struct vt_places p = { .number = { .x = 7 } };
	VT_BUF_AUTO(b);
	struct vt_err err;

	memset(wide, 'a', sizeof(wide) - 1);
	for (size_t i = 7; i < sizeof(wide) - 1; i += 8)
		wide[i] = ' ';
	for (size_t i = 0; i < 700; i++)
		body[i] = wide;
	wide[VT_L(RENDER_TEXT_MAX)] = '\0';
	l.body = body;
	l.n_body = 1;
	tap_call(vt_render_letter(&l, &b, &p, &err), &err,
	    "a paragraph of RENDER_TEXT_MAX characters");
	wide[VT_L(RENDER_TEXT_MAX)] = 'a';
	wide[VT_L(RENDER_TEXT_MAX) + 1] = '\0';
	p.number.x = 7;
	vt_buf_reset(&b);
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_LIMIT, &err,
	    "one more is refused");
	tap_ok(p.number.x > 6.9 && p.number.x < 7.1 && b.n == 0,
	    "a refusal leaves the outputs untouched");
	wide[8000] = '\0';
	l.n_body = 700;
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_LIMIT, &err,
	    "more than RENDER_PAGES_MAX pages");
	memset(word, 'W', sizeof(word) - 1);
	body[0] = word;
	l.n_body = 1;
	tap_call(vt_render_letter(&l, &b, &p, &err), &err,
	    "a word wider than the page is broken, not lost");
}

static void
test_refused(void)
{
	struct vt_letter l = sample_letter();
	static const char *const odd[] = { "Kính gửi ☃" };
	static const char *const bad[] = { "đứt \xC3" };
	static const char *const ctl[] = { "chuông \a" };
	struct vt_places p;
	VT_BUF_AUTO(b);
	struct vt_err err;

	l.subject = "  ";
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_INVALID, &err,
	    "no subject");
	tap_ok(strstr(err.msg, "subject") != NULL, "the field is named: %s",
	    err.msg);
	l = sample_letter();
	l.n_body = 0;
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_INVALID, &err,
	    "no content");
	l = sample_letter();
	l.signer = NULL;
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_INVALID, &err,
	    "no signer");
	l = sample_letter();
	l.body = odd;
	l.n_body = 1;
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_INVALID, &err,
	    "a letter outside the face");
	tap_ok(strstr(err.msg, "U+2603") != NULL, "it is named: %s", err.msg);
	l.body = bad;
	tap_code(vt_render_letter(&l, &b, &p, &err), VT_E_SYNTAX, &err,
	    "ill-formed UTF-8");
	l.body = ctl;
	tap_ok(vt_render_letter(&l, &b, &p, &err) != VT_OK,
	    "control characters are refused: %s", err.msg);
	tap_eq_int(b.n, 0, "nothing was written");
}

static void
test_notice(void)
{
	struct vt_notice n = sample_notice();
	char url[400];
	struct vt_places p;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	struct vt_err err;

	tap_call(vt_render_notice(&n, &a, &p, &err), &err, "notice");
	tap_eq_int(pages_of(&a), 1, "notice of one page");
	check_places(&p, "notice");
	tap_ok(p.seal.y > MM(20 + 27), "the seal keeps off the QR band");
	tap_call(vt_render_notice(&n, &b, &p, &err), &err, "again");
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)),
	    "same data, same bytes");
	vt_buf_reset(&b);
	memset(url, 'x', sizeof(url));
	memcpy(url, "https://", 8);
	url[VT_L(QR_TEXT_MAX)] = '\0';
	n.url = url;
	tap_call(vt_render_notice(&n, &b, &p, &err), &err,
	    "an address of QR_TEXT_MAX bytes");
	url[VT_L(QR_TEXT_MAX)] = 'x';
	url[VT_L(QR_TEXT_MAX) + 1] = '\0';
	tap_code(vt_render_notice(&n, &b, &p, &err), VT_E_LIMIT, &err,
	    "one byte more is refused");
	n = sample_notice();
	n.type_name = NULL;
	tap_code(vt_render_notice(&n, &b, &p, &err), VT_E_INVALID, &err,
	    "a notice needs its type");
	n = sample_notice();
	n.code = NULL;
	tap_code(vt_render_notice(&n, &b, &p, &err), VT_E_INVALID, &err,
	    "a notice needs its code");
}

int
main(void)
{
	test_letter();
	test_long();
	test_limits();
	test_refused();
	test_notice();
	return tap_done();
}
