/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects of a backup: rows one behind the other, encrypted in pieces. */
#include "docstore/backup/backup_priv.h"

/* Piece: length of the envelope 4, chunk id 32, wrapped key 40, envelope. */
#define PIECE_HEAD (4 + VT_HASH_SIZE + VT_WRAPPED_SIZE)

static void
put_be32(struct vt_buf *b, uint64_t v)
{
	uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	vt_buf_put(b, p, sizeof(p));
}

static int
seal_piece(const struct vt_keys *k, const struct vt_context *ctx,
    struct vt_span plain, struct vt_buf *ret, struct vt_err *reterr)
{
	vt_hash id = vt_chunk_id(k, plain);
	uint8_t wrapped[VT_WRAPPED_SIZE] = { 0 };
	uint8_t *envelope;
	int rc;

	put_be32(ret, plain.n + VT_ENVELOPE_SIZE);
	vt_buf_put(ret, id.b, sizeof(id.b));
	if (vt_buf_extend(ret, VT_WRAPPED_SIZE) == NULL ||
	    (envelope = vt_buf_extend(ret, plain.n + VT_ENVELOPE_SIZE)) == NULL)
		return vt_buf_status(ret, reterr);
	memset(envelope, 0, plain.n + VT_ENVELOPE_SIZE);
	rc = vt_chunk_seal(k, ctx, &id, plain, envelope, wrapped, reterr);
	/* The buffer may have moved when the envelope was reserved. */
	memcpy(envelope - VT_WRAPPED_SIZE, wrapped, sizeof(wrapped));
	return rc;
}

int
vt_object_seal(const struct vt_keys *k, const struct vt_context *ctx,
    struct vt_span plain, struct vt_buf *ret, struct vt_err *reterr)
{
	int rc = VT_OK;

	while (plain.n > 0 && rc == VT_OK) {
		size_t n = plain.n < VT_CHUNK_SIZE ? plain.n : VT_CHUNK_SIZE;

		rc = seal_piece(k, ctx, VT_SPAN(plain.p, n), ret, reterr);
		plain = VT_SPAN(plain.p + n, plain.n - n);
	}
	return rc == VT_OK ? vt_buf_status(ret, reterr) : rc;
}

static int
cut_off(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "object of a backup: docs/format.md §12: it is cut off");
}

int
vt_object_open(const struct vt_keys *k, struct vt_span in, struct vt_buf *ret,
    struct vt_err *reterr)
{
	while (in.n > 0) {
		uint8_t *plain;
		size_t n, got = 0;
		vt_hash id, same;
		int rc;

		if (in.n < PIECE_HEAD ||
		    (n = vt_be32(in.p)) > in.n - PIECE_HEAD ||
		    n > VT_CHUNK_SIZE + VT_ENVELOPE_SIZE)
			return cut_off(reterr);
		memcpy(id.b, in.p + 4, sizeof(id.b));
		if ((plain = vt_buf_extend(ret, VT_CHUNK_SIZE)) == NULL)
			return vt_buf_status(ret, reterr);
		rc = vt_chunk_open(k, &id, VT_SPAN(in.p + PIECE_HEAD, n),
		    VT_SPAN(in.p + 4 + VT_HASH_SIZE, VT_WRAPPED_SIZE), plain,
		    &got, reterr);
		if (rc != VT_OK)
			return rc;
		same = vt_chunk_id(k, VT_SPAN(plain, got));
		if (!vt_hash_eq(&same, &id))
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "object of a backup: a piece is not what its id "
			    "says");
		vt_buf_truncate(ret, ret->n - VT_CHUNK_SIZE + got);
		in = VT_SPAN(in.p + PIECE_HEAD + n, in.n - PIECE_HEAD - n);
	}
	return vt_buf_status(ret, reterr);
}

void
vt_object_row(struct vt_buf *b, struct vt_span key, struct vt_span value)
{
	put_be32(b, key.n);
	put_be32(b, value.n);
	vt_buf_span(b, key);
	vt_buf_span(b, value);
}

bool
vt_object_next(struct vt_span *in, struct vt_span *ret_key,
    struct vt_span *ret_value, int *ret_rc, struct vt_err *reterr)
{
	uint64_t k, v;

	*ret_rc = VT_OK;
	if (in->n == 0)
		return false;
	if (in->n < 8 || (k = vt_be32(in->p)) > VT_KEY_MAX || k == 0 ||
	    (v = vt_be32(in->p + 4)) > in->n || k + v > in->n - 8) {
		*ret_rc = cut_off(reterr);
		return false;
	}
	*ret_key = VT_SPAN(in->p + 8, (size_t)k);
	*ret_value = VT_SPAN(in->p + 8 + k, (size_t)v);
	*in = VT_SPAN(in->p + 8 + k + v, in->n - 8 - (size_t)(k + v));
	return true;
}
