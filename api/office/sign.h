/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One signature of the walk, by a key at hand or in two steps: what both
 * need. Private to the office. */
#ifndef VT_API_OFFICE_SIGN_H
#define VT_API_OFFICE_SIGN_H

#include "api/office/office_priv.h"

/* Who signs: the holder's record, copied out of its view. */
struct vt_holder {
	vt_id person; /* of a seal: the clerk who applies it */
	char name[256], position[256], key_ref[512];
	vt_hash certs[16]; /* SHA-256 of the registered certificates */
	size_t n_certs;
	struct vt_buf chain; /* newest registered certificate, DER */
};
void vt_holder_free(struct vt_holder *h);

/* A change ready to be signed; everything it points to is in the arena. */
struct vt_signing {
	struct vt_facts facts;
	struct vt_holder holder;
	struct vt_arena *arena; /* owned */
	int fd;                 /* of the main file; owned, -1 if none */
	char field[32];
	struct vt_field_fill fills[2];
	struct vt_signature_spec spec;
	struct vt_pades_change change;
	uint64_t number; /* given in this call (order A), or 0 */
	uint64_t rev;    /* If-Match for the closing act, 0 = any */
};
void vt_signing_free(struct vt_signing *s);

/*
 * Loads the paper for an act, at the revision of the request; or, when the
 * same request was cut off between its number and its signature, at the one
 * that its number made.
 */
VT_NODISCARD int vt_signing_load(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_signing_order *order, struct vt_facts *ret,
    struct vt_err *reterr);

/*
 * Checks order and rights of the act against the paper, before any number is
 * given: approved, not signed yet, leader before seal, number before seal.
 */
VT_NODISCARD int vt_signing_check(const struct vt_facts *f,
    enum vt_signing_act act, bool number_first, struct vt_err *reterr);

/* The holder: actor's own record, or the one whose registered certificate
 * `cert` (SHA-256) is when a system prepares; for a seal the agency's. */
VT_NODISCARD int vt_holder_load(struct vt_office *o,
    const struct vt_actor *actor, enum vt_signing_act act,
    const struct vt_facts *f, const vt_hash *cert, struct vt_holder *ret,
    struct vt_err *reterr);

/* True when this certificate is registered for the holder. */
bool vt_holder_has(const struct vt_holder *h, const vt_hash *cert);

/*
 * Opens the file, picks the field, gives the number when order A asks for it
 * and the file can bear it, makes the appearance and the fills. s->facts and
 * s->holder are set.
 */
VT_NODISCARD int vt_signing_build(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_signing_order *order, struct vt_signing *s,
    struct vt_err *reterr);

/*
 * The closing act: stores file + tail as the next version and says who signed
 * it with which certificate - after the finished file was judged: the new
 * signature sound, over the whole file, by that certificate; none of the
 * earlier ones broken; every change of the tail explained.
 */
struct vt_signed {
	enum vt_signing_act act;
	struct vt_blob before;
	const char *name, *media_type, *field;
	vt_id signer;
	vt_hash cert;
	vt_time time;
	uint64_t rev;
};
VT_NODISCARD int vt_signing_store(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const struct vt_signed *w,
    struct vt_span tail, struct vt_act_result *ret, struct vt_err *reterr);

#endif
