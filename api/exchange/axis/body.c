/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/body.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/exchange/axis/sign.h"
#include "api/http/guard.h"
#include "api/http/multipart.h"

struct vt_axis_body {
	vt_axis_body_sink *sink;
	void *arg;
	uint64_t limit, size;
	struct vt_multipart *form; /* NULL: raw */
	bool in_file;              /* form: this part is the packet */
	bool had_file;
	struct vt_sha256 *sha; /* of all but the tail */
	uint8_t tail[2];       /* the last bytes, which may not be counted */
	size_t n_tail;
};

/* Keeps the last two bytes back from the hash. */
static void
hash_bytes(struct vt_axis_body *b, struct vt_span s)
{
	if (s.n >= 2) {
		vt_sha256_put(b->sha, b->tail, b->n_tail);
		vt_sha256_put(b->sha, s.p, s.n - 2);
		memcpy(b->tail, s.p + s.n - 2, 2);
		b->n_tail = 2;
	} else if (s.n == 1) {
		if (b->n_tail == 2) {
			vt_sha256_put(b->sha, b->tail, 1);
			b->tail[0] = b->tail[1];
			b->n_tail = 1;
		}
		b->tail[b->n_tail++] = s.p[0];
	}
}

static int
packet_bytes(struct vt_axis_body *b, struct vt_span s, struct vt_err *reterr)
{
	/* the two bytes that clients add do not count */
	if (s.n > b->limit + 2 - b->size)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "sendEdoc: a packet of more than %" PRIu64 " bytes",
		    b->limit);
	b->size += s.n;
	hash_bytes(b, s);
	return b->sink(b->arg, s, reterr);
}

static int
on_part(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	struct vt_axis_body *b = arg;

	b->in_file = is_file || strcmp(name, "file_doc") == 0;
	if (b->in_file && b->had_file)
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "sendEdoc: a form with two files");
	b->had_file = b->had_file || b->in_file;
	return VT_OK;
}

static int
on_part_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct vt_axis_body *b = arg;

	return b->in_file ? packet_bytes(b, s, reterr) : VT_OK;
}

static bool
is_form(struct vt_span type)
{
	static const char form[] = "multipart/form-data";
	size_t n = sizeof(form) - 1;

	return type.n >= n && vt_http_span_is(VT_SPAN(type.p, n), form);
}

int
vt_axis_body_new(struct vt_span content_type, uint64_t limit,
    vt_axis_body_sink *sink, void *arg, struct vt_axis_body **ret,
    struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { on_part, on_part_bytes };
	VT_CLEANUP(vt_axis_body_free)
	struct vt_axis_body *b = calloc(1, sizeof(*b));
	int rc;

	if (b == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "sendEdoc");
	b->sink = sink;
	b->arg = arg;
	b->limit = limit;
	b->sha = vt_sha256_new();
	if (is_form(content_type)) {
		rc = vt_multipart_new(content_type, &ops, b, &b->form, reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret = VT_TAKE(b);
	return VT_OK;
}

void
vt_axis_body_free(struct vt_axis_body *b)
{
	if (b == NULL)
		return;
	vt_multipart_free(b->form);
	vt_sha256_free(b->sha);
	free(b);
}

int
vt_axis_body_put(
    struct vt_axis_body *b, struct vt_span bytes, struct vt_err *reterr)
{
	if (b->form != NULL)
		return vt_multipart_put(b->form, bytes, reterr);
	return packet_bytes(b, bytes, reterr);
}

int
vt_axis_body_end(struct vt_axis_body *b, struct vt_axis_body_found *ret,
    struct vt_err *reterr)
{
	struct vt_axis_body_found f = { .size = b->size };
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *bare = NULL;
	int rc;

	if (b->form != NULL &&
	    (rc = vt_multipart_end(b->form, reterr)) != VT_OK)
		return rc;
	if (b->form != NULL && !b->had_file)
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "sendEdoc: a form without file_doc");
	if (b->size == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "sendEdoc: no packet");
	f.has_tail = b->n_tail == 2 && memcmp(b->tail, "\r\n", 2) == 0;
	if (f.has_tail) {
		bare = vt_sha256_copy(b->sha);
		f.bare_hash = vt_sha256_end(bare);
	}
	vt_sha256_put(b->sha, b->tail, b->n_tail);
	f.hash = vt_sha256_end(b->sha);
	*ret = f;
	return VT_OK;
}

int
vt_axis_body_match(const struct vt_axis_body_found *f, const char *hash_file,
    uint64_t *ret_size, vt_hash *ret_hash, struct vt_err *reterr)
{
	if (f->has_tail && vt_axis_hash_file_is(&f->bare_hash, hash_file)) {
		*ret_size = f->size - 2;
		*ret_hash = f->bare_hash;
		return VT_OK;
	}
	if (vt_axis_hash_file_is(&f->hash, hash_file)) {
		*ret_size = f->size;
		*ret_hash = f->hash;
		return VT_OK;
	}
	return vt_err_set(reterr, VT_E_DIGEST_MISMATCH,
	    "sendEdoc: hash-file is not that of the packet, with or without "
	    "the CR LF at its end");
}
