/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A packet as a stream of bytes: its text, and in the holes the attachments,
 * wrapped where the SDK wraps, as base64. Whatever the size: one block of raw
 * bytes, one of base64, and zlib's state.
 */
#include <stdlib.h>

#include "api/exchange/edxml/compose.h"
#include "api/exchange/edxml/wire.h"
#include "base/limits.h"

#define RAW        49152       /* a multiple of 3: padding at the end only */
#define BODY_MAGIC 0x56544542u /* "VTEB" */

static_assert(RAW % 3 == 0, "base64 in whole groups");

struct vt_edxml_body {
	uint32_t magic;
	const struct vt_edxml_document *d; /* borrowed */
	struct vt_buf text;
	struct vt_edxml_hole holes[50];
	struct vt_source source;
	vt_hash hash;

	/* where the stream is */
	uint64_t at;          /* bytes handed out */
	size_t text_at;       /* of the text */
	size_t hole;          /* the next, or the one being filled */
	bool filling;         /* inside that hole */
	uint64_t read_at;     /* of a plain attachment */
	struct vt_wrap *wrap; /* of a wrapped one */
	/* as a source: the run being copied out */
	const char *run;
	size_t n_ready, ready_at;
	uint8_t raw[RAW];
	char ready[VT_BASE64_ROOM(RAW)];
};

static_assert(
    sizeof(((struct vt_edxml_body *)0)->holes) / sizeof(struct vt_edxml_hole) >=
	VT_L(EDXML_ATTACHMENTS_MAX),
    "a hole each");

static void
rewind_body(struct vt_edxml_body *b)
{
	vt_wrap_free(b->wrap);
	b->wrap = NULL;
	b->at = 0;
	b->text_at = 0;
	b->hole = 0;
	b->filling = false;
	b->n_ready = b->ready_at = 0;
}

/* Starts the hole that the text has come to. */
static int
begin_hole(struct vt_edxml_body *b, struct vt_err *reterr)
{
	const struct vt_edxml_attachment *a = &b->d->attachments[b->hole];
	VT_BUF_AUTO(entry);
	char ext[11];

	b->filling = true;
	b->read_at = 0;
	if (!b->holes[b->hole].wrapped)
		return VT_OK;
	vt_wire_extension(vt_span_str(a->name), ext);
	vt_buf_printf(&entry, "%s.%s", a->id, *ext == '\0' ? "bin" : ext);
	return vt_wrap_new(vt_buf_str(&entry), a->source, &b->wrap, reterr);
}

/* The next block of the attachment; *ret_n 0 at its end. */
static int
next_raw(struct vt_edxml_body *b, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_source *s = b->d->attachments[b->hole].source;
	uint64_t left = s->size - b->read_at;
	int rc;

	if (b->wrap != NULL)
		return vt_wrap_read(b->wrap, b->raw, RAW, ret_n, reterr);
	*ret_n = left < RAW ? (size_t)left : RAW;
	rc = vt_source_read(s, b->read_at, b->raw, *ret_n, reterr);
	b->read_at += *ret_n;
	return rc;
}

/* Makes the next run of bytes ready; none at the end of the packet. */
static int
make_ready(
    struct vt_edxml_body *b, const char **ret, size_t *ret_n, struct vt_err *e)
{
	size_t border, n = 0;
	int rc;

	*ret_n = 0;
	if (b->filling) {
		if ((rc = next_raw(b, &n, e)) != VT_OK)
			return rc;
		*ret = b->ready;
		*ret_n = vt_wire_base64(b->ready, b->raw, n);
		if (n > 0)
			return VT_OK;
		vt_wrap_free(b->wrap);
		b->wrap = NULL;
		b->filling = false;
		b->hole++;
	}
	border =
	    b->hole < b->d->n_attachments ? b->holes[b->hole].at : b->text.n;
	*ret = (const char *)b->text.p + b->text_at;
	*ret_n = border - b->text_at;
	b->text_at = border;
	return b->hole < b->d->n_attachments ? begin_hole(b, e) : VT_OK;
}

/* A run of the stream, borrowed from the body until the next one. */
struct run {
	const char *p;
	size_t n;
};

static int
next_run(struct vt_edxml_body *b, struct run *r, struct vt_err *reterr)
{
	int rc = VT_OK;

	r->n = 0;
	while (
	    rc == VT_OK && r->n == 0 && (b->filling || b->text_at < b->text.n))
		rc = make_ready(b, &r->p, &r->n, reterr);
	b->at += r->n;
	if (rc == VT_OK && b->at > VT_L(PACKET_MAX))
		rc = vt_err_set(reterr, VT_E_LIMIT,
		    "packet to be written: larger than PACKET_MAX, %zu bytes",
		    VT_L(PACKET_MAX));
	return rc;
}

static int
body_new(const struct vt_edxml_document *d, struct vt_edxml_body **ret,
    struct vt_err *reterr)
{
	struct vt_edxml_body *b = calloc(1, sizeof(*b));
	int rc;

	if (b == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "packet: memory");
	b->magic = BODY_MAGIC;
	b->d = d;
	vt_buf_init(&b->text, VT_L(EDXML_MEMORY_MAX));
	rc = vt_edxml_compose(d, &b->text, b->holes, reterr);
	if (rc != VT_OK) {
		vt_edxml_body_free(b);
		return rc;
	}
	*ret = b;
	return VT_OK;
}

int
vt_edxml_write(const struct vt_edxml_document *d, vt_edxml_sink *sink,
    void *arg, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_body_free) struct vt_edxml_body *b = NULL;
	struct run r = { NULL, 0 };
	int rc = body_new(d, &b, reterr);

	if (rc != VT_OK)
		return rc;
	do {
		rc = next_run(b, &r, reterr);
		if (rc == VT_OK && r.n > 0)
			rc = sink(arg, VT_SPAN(r.p, r.n), reterr);
	} while (rc == VT_OK && r.n > 0);
	return rc;
}

/* ---- as a source ---- */

static int
read_body(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	struct vt_edxml_body *b = s->arg;
	uint8_t *out = p;
	uint64_t pos;
	int rc;

	VT_CHECK(b, BODY_MAGIC);
	if (off < b->at - (b->n_ready - b->ready_at))
		rewind_body(b);
	while (n > 0) {
		size_t k;

		if (b->ready_at == b->n_ready) {
			struct run r = { NULL, 0 };

			if ((rc = next_run(b, &r, reterr)) != VT_OK)
				return rc;
			if (r.n == 0) /* a source gave less than before */
				return vt_err_set(reterr, VT_E_IO,
				    "packet: its parts have changed");
			b->run = r.p;
			b->n_ready = r.n;
			b->ready_at = 0;
		}
		pos = b->at - (b->n_ready - b->ready_at);
		k = b->n_ready - b->ready_at;
		if (pos < off) {
			b->ready_at += off - pos < k ? (size_t)(off - pos) : k;
			continue;
		}
		k = k < n ? k : n;
		memcpy(out, b->run + b->ready_at, k);
		b->ready_at += k;
		out += k;
		off += k;
		n -= k;
	}
	return VT_OK;
}

int
vt_edxml_body_open(const struct vt_edxml_document *d,
    struct vt_edxml_body **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_body_free) struct vt_edxml_body *b = NULL;
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct run r = { NULL, 0 };
	int rc = body_new(d, &b, reterr);

	if (rc != VT_OK)
		return rc;
	do {
		rc = next_run(b, &r, reterr);
		if (rc == VT_OK && r.n > 0)
			vt_sha256_put(h, r.p, r.n);
	} while (rc == VT_OK && r.n > 0);
	if (rc != VT_OK)
		return rc;
	b->source =
	    (struct vt_source){ .size = b->at, .read = read_body, .arg = b };
	b->hash = vt_sha256_end(h);
	rewind_body(b);
	*ret = VT_TAKE(b);
	return VT_OK;
}

struct vt_source *
vt_edxml_body_source(struct vt_edxml_body *b)
{
	VT_CHECK(b, BODY_MAGIC);
	return &b->source;
}

const vt_hash *
vt_edxml_body_hash(const struct vt_edxml_body *b)
{
	VT_CHECK(b, BODY_MAGIC);
	return &b->hash;
}

void
vt_edxml_body_free(struct vt_edxml_body *b)
{
	if (b == NULL)
		return;
	VT_CHECK(b, BODY_MAGIC);
	vt_wrap_free(b->wrap);
	vt_buf_free(&b->text);
	b->magic = 0;
	free(b);
}
