/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tail of an update, and the signature that goes into it. */
#include <inttypes.h>

#include "base/pdf/append.h"

#define PIECE 65536

void
vt_pdf_tail_free(struct vt_pdf_tail *t)
{
	if (t == NULL)
		return;
	vt_buf_free(&t->bytes);
	*t = (struct vt_pdf_tail)VT_PDF_TAIL_INIT;
}

static int
hash_source(struct vt_sha256 *h, struct vt_source *src, struct vt_err *reterr)
{
	uint8_t piece[PIECE];
	uint64_t at;
	size_t n;
	int rc;

	for (at = 0; at < src->size; at += n) {
		n = src->size - at < PIECE ? (size_t)(src->size - at) : PIECE;
		if (src->map != NULL) {
			vt_sha256_put(h, src->map + at, n);
			continue;
		}
		rc = vt_source_read(src, at, piece, n, reterr);
		if (rc != VT_OK)
			return rc;
		vt_sha256_put(h, piece, n);
	}
	return VT_OK;
}

int
vt_pdf_tail_digest(const struct vt_pdf_tail *t, struct vt_source *src,
    vt_hash *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = NULL;
	size_t second;
	int rc;

	if (!t->has_signature || src->size != t->base)
		return vt_err_set(reterr, VT_E_INVALID,
		    "PDF tail: it has no signature, or is made for a file of "
		    "%" PRIu64 " bytes, not %" PRIu64,
		    t->base, src->size);
	h = vt_sha256_new();
	rc = hash_source(h, src, reterr);
	if (rc != VT_OK)
		return rc;
	second = t->hole + t->hole_size + 1;
	vt_sha256_put(h, t->bytes.p, t->hole - 1);
	vt_sha256_put(h, t->bytes.p + second, t->bytes.n - second);
	*ret = vt_sha256_end(h);
	return VT_OK;
}

int
vt_pdf_tail_embed(
    struct vt_pdf_tail *t, struct vt_span cms, struct vt_err *reterr)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p;

	if (!t->has_signature)
		return vt_err_set(reterr, VT_E_INVALID,
		    "PDF tail: it has no place for a signature");
	if (cms.n > t->hole_size / 2)
		return vt_err_set(reterr, VT_E_HOLE_TOO_SMALL,
		    "ISO 32000-2 §12.8.1: /Contents has place for %zu bytes, "
		    "the signature has %zu",
		    t->hole_size / 2, cms.n);
	p = t->bytes.p + t->hole;
	memset(p, '0', t->hole_size);
	for (size_t i = 0; i < cms.n; i++) {
		*p++ = (uint8_t)digits[cms.p[i] >> 4];
		*p++ = (uint8_t)digits[cms.p[i] & 15];
	}
	return VT_OK;
}
