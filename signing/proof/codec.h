/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of the `proof` worker, in deterministic CBOR; the numbers of fields
 * stand in codec.c and are never reused. Lengths of the page travel as integers
 * of 1/10000 pt: what a PDF number of ours resolves. Internal to signing.
 */
#ifndef VT_SIGNING_CODEC_H
#define VT_SIGNING_CODEC_H

#include "base/cbor.h"
#include "signing/pades/pades.h"
#include "signing/verdict/verdict.h"

enum vt_proof_op {
	VT_PROOF_INSPECT = 1,
	VT_PROOF_UPDATE,
	VT_PROOF_VALIDATE,
	VT_PROOF_STAMP /* signing/stamp */
};

/* Requests: { 1: op, 2: body }. */
void vt_proof_put_inspect(struct vt_buf *b);
void vt_proof_put_update(struct vt_buf *b, const struct vt_pades_change *c);
void vt_proof_put_validate(struct vt_buf *b, const struct vt_verify_input *in);

/* Opens a request; the body is read next, and vt_cbor_finish() after it. */
enum vt_proof_op vt_proof_get_op(struct vt_cbor *c);
/* Into the arena; failure is remembered by c (VT_E_SYNTAX), or returned:
 * VT_E_NOMEM, VT_E_LIMIT. Strings and spans may point into the input. */
VT_NODISCARD int vt_proof_get_update(struct vt_cbor *c, struct vt_arena *a,
    struct vt_pades_change *ret, struct vt_err *reterr);
VT_NODISCARD int vt_proof_get_validate(struct vt_cbor *c, struct vt_arena *a,
    struct vt_verify_input *ret, struct vt_err *reterr);

/* Answers. Validation answers with vt_verdict_encode()'s bytes alone. */
void vt_proof_put_inspection(struct vt_buf *b, const struct vt_inspection *i);
VT_NODISCARD int vt_proof_get_inspection(
    struct vt_span s, struct vt_inspection *ret, struct vt_err *reterr);

/* A tail with the digest of its byte range (zeros when there is none); as one
 * item, so that others can hold it. */
void vt_proof_put_tail(
    struct vt_buf *b, const struct vt_pdf_tail *t, const vt_hash *digest);
/* Checks that places and byte range fit one another. *ret is to be freed
 * whatever c says at the end. */
VT_NODISCARD int vt_proof_get_tail(struct vt_cbor *c, struct vt_pdf_tail *ret,
    vt_hash *ret_digest, struct vt_err *reterr);

#endif
