/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's side of the `pages` worker. Its answers are not trusted: the
 * text is checked to be UTF-8, the picture to be a PNG. */
#include "base/cbor.h"
#include "base/limits.h"
#include "render/pages_msg.h"
#include "render/render.h"

struct answer {
	uint64_t pages;
	struct vt_span text, png; /* borrowed from the reply */
};

static int
ask(struct vt_spawner *s, int fd, struct vt_span request, struct vt_buf *reply,
    struct answer *ret, struct vt_err *reterr)
{
	struct vt_job_call call = { .kind = VT_PAGES_KIND,
		.request = request,
		.fds = &fd,
		.n_fds = 1 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc = vt_spawner_call(s, &call, reply, reterr);

	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, vt_buf_view(reply));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		switch (key) {
		case VT_PAGES_A_PAGES:
			ret->pages = vt_cbor_get_uint(&c);
			break;
		case VT_PAGES_A_TEXT:
			ret->text = vt_cbor_get_text(&c);
			break;
		case VT_PAGES_A_PNG:
			ret->png = vt_cbor_get_bytes(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
			break;
		}
	if (vt_cbor_finish(&c, "answer of the pages worker", NULL) == VT_OK)
		return VT_OK;
	return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
	    "pages worker: answer is not well formed: %s", c.why);
}

static int
request(struct vt_buf *b, enum vt_pages_work work, size_t page, int dpi,
    struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	vt_cbor_key(&w, VT_PAGES_Q_WORK);
	vt_cbor_uint(b, work);
	if (work == VT_PAGES_PNG) {
		vt_cbor_key(&w, VT_PAGES_Q_PAGE);
		vt_cbor_uint(b, page);
		vt_cbor_key(&w, VT_PAGES_Q_DPI);
		vt_cbor_uint(b, (uint64_t)dpi);
	}
	vt_cbor_map_end(&w);
	return vt_buf_status(b, reterr);
}

int
vt_pages_text(struct vt_spawner *s, int fd, struct vt_buf *ret,
    size_t *ret_pages, struct vt_err *reterr)
{
	VT_BUF_AUTO(req);
	VT_BUF_AUTO(reply);
	struct answer a = { 0, VT_SPAN(NULL, 0), VT_SPAN(NULL, 0) };
	int rc = request(&req, VT_PAGES_TEXT, 0, 0, reterr);

	if (rc == VT_OK)
		rc = ask(s, fd, vt_buf_view(&req), &reply, &a, reterr);
	if (rc != VT_OK)
		return rc;
	if (a.pages == 0 || a.pages > VT_L(PDF_PAGES_MAX) ||
	    a.text.n > VT_L(TEXT_MAX))
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "pages worker: %zu bytes of text on %zu pages", a.text.n,
		    (size_t)a.pages);
	vt_buf_span(ret, a.text);
	rc = vt_buf_status(ret, reterr);
	if (rc == VT_OK)
		*ret_pages = (size_t)a.pages;
	return rc;
}

int
vt_pages_png(struct vt_spawner *s, int fd, size_t page, int dpi,
    struct vt_buf *ret, struct vt_err *reterr)
{
	static const uint8_t magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A,
		'\n' };
	VT_BUF_AUTO(req);
	VT_BUF_AUTO(reply);
	struct answer a = { 0, VT_SPAN(NULL, 0), VT_SPAN(NULL, 0) };
	int rc;

	if (dpi < 36 || dpi > 300)
		return vt_err_set(reterr, VT_E_INVALID,
		    "page picture: %d dpi, wanted 36 to 300", dpi);
	rc = request(&req, VT_PAGES_PNG, page, dpi, reterr);
	if (rc == VT_OK)
		rc = ask(s, fd, vt_buf_view(&req), &reply, &a, reterr);
	if (rc != VT_OK)
		return rc;
	if (a.png.n < sizeof(magic) ||
	    memcmp(a.png.p, magic, sizeof(magic)) != 0)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "pages worker: the picture is not a PNG");
	vt_buf_span(ret, a.png);
	return vt_buf_status(ret, reterr);
}
