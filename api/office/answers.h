/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers to requests that are no acts (an upload, a prepared signature, a
 * validation), kept under their idempotency key: asked again they are the same
 * bytes, as long as there is something to ask about. Acts have this from the
 * store itself. Beside the ledger: losing them harms no paper.
 */
#ifndef VT_API_OFFICE_ANSWERS_H
#define VT_API_OFFICE_ANSWERS_H

#include "api/office/office.h"

/*
 * The answer kept for this caller and key, appended to ret. *ret_found false:
 * none. request NULL: only looked whether there is one (ret is not used).
 * Errors: VT_E_IDEMPOTENCY_KEY_REUSED (it was another request, or an act).
 */
VT_NODISCARD int vt_office_answer_get(struct vt_office *o,
    const struct vt_actor *actor, const char *key, const vt_hash *request,
    struct vt_buf *ret, bool *ret_found, struct vt_err *reterr);

/* How long an answer is kept. */
struct vt_answer_life {
	/* As long as this upload, and as what names it: a repeat finds it
	 * named, or nothing and brings the bytes again. NULL: */
	const vt_id *upload;
	int64_t s; /* so many seconds */
};

/*
 * Keeps an answer, not empty; at most ANSWER_MAX bytes, a longer one is
 * VT_E_LIMIT. ret stays as it is; but when another thread kept one meanwhile,
 * that one is the answer and appended to it.
 */
VT_NODISCARD int vt_office_answer_keep(struct vt_office *o,
    const struct vt_request *rq, struct vt_span answer,
    const struct vt_answer_life *life, struct vt_buf *ret,
    struct vt_err *reterr);

/*
 * What a request's hash has of a secret in it: a tag under the store's key,
 * bound to the caller's idempotency key, so that a repeat with another secret
 * is another request and equal secrets cannot be told from what is kept. Not
 * for PINs: six digits could be found by whoever has the store's key, and they
 * alone keep a key its holder's (design law 10).
 */
vt_hash vt_office_secret_tag(
    struct vt_office *o, struct vt_span key, struct vt_span secret);

/*
 * What a caller is given to bring back later (a place in a list, which may name
 * somebody): hidden and tagged under the store's key, so that nobody reads it,
 * makes one, or brings one to where it does not belong. context: what it
 * belongs to. Equal places are equal bytes. ret is appended to.
 */
void vt_office_seal(struct vt_office *o, struct vt_span context,
    struct vt_span place, struct vt_buf *ret);
/* False: not one of this context. */
bool vt_office_unseal(struct vt_office *o, struct vt_span context,
    struct vt_span sealed, struct vt_buf *ret);

/* For acts: no answer of another kind is kept under this key.
 * VT_E_IDEMPOTENCY_KEY_REUSED. */
VT_NODISCARD int vt_office_key_free(struct vt_view *v, const vt_id *person,
    const char *key, struct vt_err *reterr);

#endif
