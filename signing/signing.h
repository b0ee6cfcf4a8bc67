/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signing PROVES papers. The flow, over a stored state:
 *
 *	inspect -> lay -> prepare -> to-be-signed -> embed        (B-B)
 *	validate                                                 (any PDF)
 *
 * Everything that reads a foreign file runs in the `proof` worker; keys never
 * enter it. Functions here run in the program, talk to the worker through
 * base/worker, and handle only our own bytes: the tail, attributes, CMS.
 * `fd` is always the PDF, open for reading (a file or a sealed memfd), borrowed.
 */
#ifndef VT_SIGNING_SIGNING_H
#define VT_SIGNING_SIGNING_H

#include "base/worker/worker.h"
#include "signing/cms/cms.h"
#include "signing/key/key.h"
#include "signing/pades/pades.h"
#include "signing/verdict/verdict.h"

/* The row for vt_spawner_start(). Static. */
extern const struct vt_worker_kind vt_proof_worker;

VT_NODISCARD int vt_sign_inspect(struct vt_spawner *s, int fd,
    struct vt_inspection *ret, struct vt_err *reterr);

/* An update without a signature: ret_tail->bytes is to be appended. */
VT_NODISCARD int vt_sign_update(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, struct vt_pdf_tail *ret_tail,
    struct vt_err *reterr);

/*
 * A signature prepared: everything frozen. Encodable, so that it can be
 * stored under an id and resumed after a restart (two-step signing).
 */
struct vt_prepared {
	struct vt_pdf_tail tail;   /* with an empty hole */
	vt_hash digest;            /* of the byte range */
	enum vt_key_alg alg;
	struct vt_buf attrs;       /* DER SET OF: the to-be-signed bytes */
	vt_hash attrs_digest;      /* SHA-256 of attrs: what a token signs */
	struct vt_buf chain;       /* CBOR array of DER, signer first */
	vt_time time;              /* /M */
};
#define VT_PREPARED_INIT                                       \
	{                                                      \
		.tail = VT_PDF_TAIL_INIT, .attrs = VT_BUF_INIT, \
		.chain = VT_BUF_INIT                           \
	}
void vt_prepared_free(struct vt_prepared *p);
void vt_prepared_encode(const struct vt_prepared *p, struct vt_buf *ret);
VT_NODISCARD int vt_prepared_decode(struct vt_span s, struct vt_prepared *ret,
    struct vt_err *reterr);

/*
 * Prepares: checks the signer's certificate at change->sign->time
 * (vt_certificate_check), sizes /Contents from the chain (contents_size given
 * as 0), builds the update in the worker and the attributes here.
 * chain: DER, signer first.
 */
VT_NODISCARD int vt_sign_prepare(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, const struct vt_span *chain,
    size_t n_chain, struct vt_prepared *ret, struct vt_err *reterr);

/*
 * Finishes with a signature value made elsewhere: checks it against the
 * certificate before anything is embedded; then ret_tail (moved out of p)
 * holds the whole update.
 * Errors: VT_E_SIGNATURE_MISMATCH (p is untouched), VT_E_HOLE_TOO_SMALL.
 */
VT_NODISCARD int vt_sign_complete(struct vt_prepared *p, struct vt_span value,
    struct vt_pdf_tail *ret_tail, struct vt_err *reterr);

/* prepare + sign + complete with a key at hand. */
VT_NODISCARD int vt_sign_with_key(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, struct vt_key *key,
    struct vt_pdf_tail *ret_tail, struct vt_err *reterr);

/*
 * One round of validation in the worker. When the verdict has needs the
 * caller may fetch them and call again with the facts added; a verdict with
 * needs left is still a true verdict (INDETERMINATE where they matter).
 */
VT_NODISCARD int vt_sign_validate(struct vt_spawner *s, int fd,
    const struct vt_verify_input *in, struct vt_verdict **ret,
    struct vt_err *reterr);

/*
 * PEM bundle or one DER certificate into DER spans in the arena, for anchors
 * (our own configuration, parsed in the program).
 */
VT_NODISCARD int vt_trust_read(struct vt_span pem_or_der,
    struct vt_arena *arena, struct vt_span **ret, size_t *ret_n,
    struct vt_err *reterr);

#endif
