/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Poppler, only ever inside the `pages` worker. */
#include <errno.h>
#include <iconv.h>
#include <math.h>
#include <png.h>
#include <poppler.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cbor.h"
#include "base/limits.h"
#include "base/source.h"
#include "base/text.h"
#include "render/pages_msg.h"
#include "render/render.h"

/* ---- opening ---- */

/* Poppler's error as ours. Takes e. */
static int
from_gerror(GError *e, struct vt_err *reterr)
{
	int code = VT_E_PDF_SYNTAX;
	int rc;

	if (e != NULL &&
	    g_error_matches(e, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
		code = VT_E_PDF_ENCRYPTED;
	rc = vt_err_set(reterr, (enum vt_code)code, "PDF: Poppler: %s",
	    e == NULL ? "no reason given" : e->message);
	g_clear_error(&e);
	return rc;
}

static int
open_span(struct vt_span s, PopplerDocument **ret, struct vt_err *reterr)
{
	size_t head = s.n < 1024 ? s.n : 1024;
	GError *e = NULL;
	GBytes *bytes;

	if (memmem(s.p, head, "%PDF-", 5) == NULL)
		return vt_err_set(reterr, VT_E_NOT_PDF,
		    "file: ISO 32000-1 §7.5.2: %%PDF- wanted in the first "
		    "1024 bytes, not found");
	bytes = g_bytes_new_static(s.p, s.n);
	*ret = poppler_document_new_from_bytes(bytes, NULL, &e);
	g_bytes_unref(bytes);
	return *ret == NULL ? from_gerror(e, reterr) : VT_OK;
}

/* ---- text ---- */

/* True when two neighbours of the text stand apart on the page although there
 * is no space between them: cells of a table, columns. */
static bool
stand_apart(const PopplerRectangle *a, const PopplerRectangle *b)
{
	double high = a->y2 - a->y1;

	return b->x1 - a->x2 > 0.25 * high || a->x1 - b->x1 > high ||
	       fabs(a->y1 - b->y1) > 1.5 * high;
}

/*
 * Poppler's text, a rectangle for each of its characters. It joins the last
 * word of a cell and the first of the next; search would not find either.
 */
static void
put_spaced(
    struct vt_span s, const PopplerRectangle *at, size_t n, struct vt_buf *b)
{
	bool gap = true; /* white space, or the start, came before */
	size_t from = 0;

	for (size_t i = 0; from < s.n; i++) {
		size_t to = from;
		int32_t c = vt_utf8_next(s, &to);
		bool white = c == ' ' || c == '\n' || c == 0xA0;

		if (!gap && !white && i < n && stand_apart(&at[i - 1], &at[i]))
			vt_buf_putc(b, ' ');
		vt_buf_put(b, s.p + from, to - from);
		gap = white;
		from = to;
	}
}

/* A line of its own; ill-formed or empty text adds nothing. */
static void
put_value(const char *text, struct vt_buf *b)
{
	struct vt_span s = vt_span_str(text);

	if (s.n == 0 || !vt_utf8_is_valid(s))
		return;
	vt_buf_putc(b, '\n');
	vt_buf_span(b, s);
}

/* What is typed into form fields and free-text notes is seen on the page but
 * is no part of Poppler's page text: it follows, a line each. */
static void
put_typed(PopplerPage *page, struct vt_buf *b)
{
	GList *fields = poppler_page_get_form_field_mapping(page);
	GList *notes = poppler_page_get_annot_mapping(page);

	/* Both lists come last first. */
	for (GList *i = g_list_last(fields); i != NULL; i = i->prev) {
		PopplerFormField *f =
		    ((PopplerFormFieldMapping *)i->data)->field;
		char *text;

		if (poppler_form_field_get_field_type(f) !=
			POPPLER_FORM_FIELD_TEXT ||
		    poppler_form_field_text_is_password(f))
			continue;
		text = poppler_form_field_text_get_text(f);
		put_value(text, b);
		g_free(text);
	}
	for (GList *i = g_list_last(notes); i != NULL; i = i->prev) {
		PopplerAnnot *a = ((PopplerAnnotMapping *)i->data)->annot;
		char *text;

		if (poppler_annot_get_annot_type(a) != POPPLER_ANNOT_FREE_TEXT)
			continue;
		text = poppler_annot_get_contents(a);
		put_value(text, b);
		g_free(text);
	}
	poppler_page_free_form_field_mapping(fields);
	poppler_page_free_annot_mapping(notes);
}

/* One page's text in NFC. What Poppler gives is UTF-8; should a file make it
 * give anything else, the page is left out rather than the paper. */
static int
put_page_text(
    PopplerDocument *doc, int i, struct vt_buf *b, struct vt_err *reterr)
{
	PopplerPage *page = poppler_document_get_page(doc, i);
	PopplerRectangle *at = NULL;
	VT_BUF_AUTO(spaced);
	struct vt_span s;
	guint n = 0;
	char *text;
	int rc;

	if (page == NULL)
		return VT_OK; /* a broken page has no text */
	text = poppler_page_get_text(page);
	s = vt_span_str(text);
	if (s.n > 0 && vt_utf8_is_valid(s)) {
		if (!poppler_page_get_text_layout(page, &at, &n))
			n = 0;
		put_spaced(s, at, n, &spaced);
	}
	put_typed(page, &spaced);
	rc = vt_buf_status(&spaced, reterr);
	if (rc == VT_OK)
		rc = vt_text_nfc(vt_buf_view(&spaced), b, reterr);
	g_free(at);
	g_free(text);
	g_object_unref(page);
	return rc;
}

static int
reply_text(PopplerDocument *doc, struct vt_buf *reply, struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(b);
	int n = poppler_document_get_n_pages(doc);

	if (n <= 0 || (size_t)n > VT_L(PDF_PAGES_MAX))
		return vt_err_set(reterr, n <= 0 ? VT_E_PDF_SYNTAX : VT_E_LIMIT,
		    "PDF: %d pages, wanted 1 to %zu", n, VT_L(PDF_PAGES_MAX));
	for (int i = 0; i < n; i++) {
		size_t before = b.n;
		int rc;

		if (i > 0)
			vt_buf_putc(&b, '\f');
		rc = put_page_text(doc, i, &b, reterr);
		if (rc != VT_OK)
			return rc;
		if (b.n > VT_L(TEXT_MAX)) {
			vt_buf_truncate(&b, before);
			break;
		}
	}
	vt_cbor_map_begin(&w, reply);
	vt_cbor_key(&w, VT_PAGES_A_PAGES);
	vt_cbor_uint(reply, (uint64_t)n);
	vt_cbor_key(&w, VT_PAGES_A_TEXT);
	vt_cbor_text(reply, vt_buf_view(&b));
	vt_cbor_map_end(&w);
	return vt_buf_status(&b, reterr);
}

/* ---- pictures ---- */

/* Cairo's 32-bit pixels to R, G, B, in place. */
static void
to_rgb(uint8_t *p, int w, int h, int stride)
{
	uint8_t *out = p;

	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			uint32_t v;

			memcpy(&v,
			    p + (size_t)y * (size_t)stride + (size_t)x * 4,
			    sizeof(v));
			*out++ = (uint8_t)(v >> 16);
			*out++ = (uint8_t)(v >> 8);
			*out++ = (uint8_t)v;
		}
}

static int
encode_png(
    uint8_t *rgb, int w, int h, struct vt_buf *ret, struct vt_err *reterr)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);
	png_image im;
	int ok;

	if (f == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "page picture: memory");
	memset(&im, 0, sizeof(im));
	im.version = PNG_IMAGE_VERSION;
	im.width = (png_uint_32)w;
	im.height = (png_uint_32)h;
	im.format = PNG_FORMAT_RGB;
	im.flags = PNG_IMAGE_FLAG_FAST;
	ok = png_image_write_to_stdio(&im, f, 0, rgb, 0, NULL);
	if (fclose(f) != 0 || !ok) {
		free(out);
		return vt_err_set(
		    reterr, VT_E_NOMEM, "page picture: PNG: %s", im.message);
	}
	vt_buf_put(ret, out, size);
	free(out);
	return vt_buf_status(ret, reterr);
}

static int
draw_page(
    PopplerPage *page, double dpi, struct vt_buf *ret, struct vt_err *reterr)
{
	double pw = 0, ph = 0;
	cairo_surface_t *surface;
	cairo_status_t status;
	cairo_t *cr;
	int w, h, rc;

	poppler_page_get_size(page, &pw, &ph);
	pw = ceil(pw * dpi / 72);
	ph = ceil(ph * dpi / 72);
	if (!(pw >= 1 && ph >= 1 && pw <= 32767 && ph <= 32767 &&
		pw * ph <= (double)VT_L(PAGE_PIXELS_MAX)))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "page picture: PAGE_PIXELS_MAX: %.0f x %.0f pixels, "
		    "allowed %zu",
		    pw, ph, VT_L(PAGE_PIXELS_MAX));
	w = (int)pw;
	h = (int)ph;
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
	cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, dpi / 72, dpi / 72);
	poppler_page_render(page, cr);
	status = cairo_status(cr);
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	if (status == CAIRO_STATUS_SUCCESS) {
		uint8_t *p = cairo_image_surface_get_data(surface);

		to_rgb(p, w, h, cairo_image_surface_get_stride(surface));
		rc = encode_png(p, w, h, ret, reterr);
	} else {
		rc = vt_err_set(reterr,
		    status == CAIRO_STATUS_NO_MEMORY ? VT_E_WORKER_LIMIT
						     : VT_E_PDF_UNSUPPORTED,
		    "page picture: %s", cairo_status_to_string(status));
	}
	cairo_surface_destroy(surface);
	return rc;
}

static int
reply_png(PopplerDocument *doc, uint64_t i, uint64_t dpi, struct vt_buf *reply,
    struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;
	PopplerPage *page = NULL;
	VT_BUF_AUTO(png);
	int n = poppler_document_get_n_pages(doc);
	int rc;

	if (dpi < 36 || dpi > 300)
		return vt_err_set(reterr, VT_E_INVALID,
		    "page picture: %d dpi, wanted 36 to 300", (int)dpi);
	if (n > 0 && i < (uint64_t)n)
		page = poppler_document_get_page(doc, (int)i);
	if (page == NULL)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "page picture: no page %zu, the file has %d", (size_t)i + 1,
		    n);
	rc = draw_page(page, (double)dpi, &png, reterr);
	g_object_unref(page);
	if (rc != VT_OK)
		return rc;
	vt_cbor_map_begin(&w, reply);
	vt_cbor_key(&w, VT_PAGES_A_PAGES);
	vt_cbor_uint(reply, (uint64_t)n);
	vt_cbor_key(&w, VT_PAGES_A_PNG);
	vt_cbor_bytes(reply, vt_buf_view(&png));
	vt_cbor_map_end(&w);
	return VT_OK;
}

/* ---- the worker ---- */

struct work {
	uint64_t kind, page, dpi;
};

static int
read_request(struct vt_span s, struct work *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		switch (key) {
		case VT_PAGES_Q_WORK:
			ret->kind = vt_cbor_get_uint(&c);
			break;
		case VT_PAGES_Q_PAGE:
			ret->page = vt_cbor_get_uint(&c);
			break;
		case VT_PAGES_Q_DPI:
			ret->dpi = vt_cbor_get_uint(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
			break;
		}
	if (ret->kind != VT_PAGES_TEXT && ret->kind != VT_PAGES_PNG)
		vt_cbor_fail(&c, "unknown work");
	return vt_cbor_finish(&c, "request to the pages worker", reterr);
}

static int
pages_handle(struct vt_job *job, struct vt_err *reterr)
{
	struct work w = { 0, 0, 0 };
	struct vt_source src;
	PopplerDocument *doc = NULL;
	int rc = read_request(job->request, &w, reterr);

	if (rc != VT_OK)
		return rc;
	if (job->n_fds != 1)
		return vt_err_set(reterr, VT_E_INVALID,
		    "request to the pages worker: one file wanted, %zu found",
		    job->n_fds);
	rc = vt_source_map_fd(&src, job->fds[0], reterr);
	if (rc != VT_OK)
		return rc;
	rc = open_span(VT_SPAN(src.map, src.size), &doc, reterr);
	if (rc == VT_OK) {
		if (w.kind == VT_PAGES_TEXT)
			rc = reply_text(doc, job->reply, reterr);
		else
			rc = reply_png(doc, w.page, w.dpi, job->reply, reterr);
		g_object_unref(doc);
	}
	vt_source_close(&src);
	return rc;
}

/* A page with a font that is not embedded: makes fontconfig read its
 * configuration and index. */
static void
warm_file(struct vt_buf *b)
{
	static const char *const objects[] = {
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] "
		"/Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>",
		"<< /Length 30 >>\nstream\nBT /F 12 Tf 9 9 Td (vanthu) Tj"
		"\nendstream",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
	};
	size_t at[5], n = sizeof(objects) / sizeof(objects[0]), xref;

	vt_buf_puts(b, "%PDF-1.4\n");
	for (size_t i = 0; i < n; i++) {
		at[i] = b->n;
		vt_buf_printf(b, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	xref = b->n;
	vt_buf_puts(b, "xref\n0 6\n0000000000 65535 f \n");
	for (size_t i = 0; i < n; i++)
		vt_buf_printf(b, "%010zu 00000 n \n", at[i]);
	vt_buf_printf(b,
	    "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n"
	    "%zu\n%%%%EOF\n",
	    xref);
}

/*
 * Strings of form fields are UTF-16; glibc converts them with modules that it
 * loads on demand, which the sandbox refuses. A converter that stays open
 * keeps its module loaded until the process ends.
 */
static int
load_converters(struct vt_err *reterr)
{
	static const char *const from[] = { "UTF-16BE", "UTF-16LE" };

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		static iconv_t kept[2];

		kept[i] = iconv_open("UTF-8", from[i]);
		/* iconv_open's failure value is (iconv_t)-1 */
		if ((intptr_t)kept[i] == -1)
			return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
			    "pages worker: iconv from %s", from[i]);
	}
	return VT_OK;
}

/* Poppler's and GLib's chatter about foreign files names what stands in them;
 * it is no business of our log. What matters comes back as an error. */
static void
be_quiet(const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer user)
{
	(void)domain, (void)level, (void)message, (void)user;
}

static int
pages_warm(struct vt_err *reterr)
{
	PopplerDocument *doc = NULL;
	PopplerPage *page;
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(png);
	int rc;

	(void)g_log_set_default_handler(be_quiet, NULL);
	warm_file(&pdf);
	rc = vt_buf_status(&pdf, reterr);
	if (rc == VT_OK)
		rc = load_converters(reterr);
	if (rc == VT_OK)
		rc = open_span(vt_buf_view(&pdf), &doc, reterr);
	if (rc != VT_OK)
		return rc;
	page = poppler_document_get_page(doc, 0);
	if (page == NULL)
		rc = vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "pages worker: Poppler does not open its first page");
	else
		rc = draw_page(page, 36, &png, reterr);
	if (page != NULL)
		g_object_unref(page);
	g_object_unref(doc);
	return rc;
}

static const char *const readable[] = { "/usr/share/fonts",
	"/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig",
	"/var/cache/fontconfig", "/usr/share/poppler", "/usr/lib", NULL };

const struct vt_worker_kind vt_pages_worker = {
	.name = VT_PAGES_KIND,
	.handle = pages_handle,
	.warm = pages_warm,
	.jobs_max = 1, /* nothing of one paper is left for the next */
	.wall_ms = VT_L(WORKER_WALL_MS),
	.cpu_s = VT_L(WORKER_CPU_S),
	.memory = VT_L(WORKER_MEMORY),
	.output_max = VT_L(WORKER_MESSAGE_MAX),
	.readable = readable,
	.threads = true,
};
