/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People who come, go and change: their names, posts, certificates. Each change
 * is an act; what somebody was stays to be read (docstore/record.h).
 *
 * Administrators keep the people of their agency; another agency's are as if
 * absent. What gives a right, a post or a certificate to sign with, waits until
 * a second person confirms it: a leader or another administrator (Decree
 * 30/2020, Appendix VI: a change of rights is confirmed by who is competent).
 * What takes a right away counts at once. The operator at the machine
 * (`vanthu person`) needs nobody.
 */
#ifndef VT_API_OFFICE_PEOPLE_H
#define VT_API_OFFICE_PEOPLE_H

#include "api/office/office.h"

enum vt_person_act {
	VT_PERSON_RENAME = 1, /* name */
	VT_PERSON_CONTACT,    /* email, phone; NULL: as it is */
	VT_PERSON_POST,       /* post: one more; from 0: now */
	VT_PERSON_POST_END,   /* no; post.until, 0: now */
	VT_PERSON_CERT,       /* cert: also this one, the newest */
	VT_PERSON_CERT_END,   /* hash: signs no more, or never will */
	VT_PERSON_CONFIRM,    /* no of a post, or hash of a certificate */
	VT_PERSON_KEY,        /* key_ref; by the operator only */
	VT_PERSON_END         /* leaves: see below */
};

struct vt_person_change {
	enum vt_person_act act;
	const char *name, *email, *phone, *key_ref;
	struct vt_post post;
	uint32_t no;         /* of a post, from 1; 0: by hash */
	struct vt_span cert; /* DER */
	vt_hash hash;        /* SHA-256 of a certificate */
};

struct vt_person_new {
	const char *name, *email, *phone; /* the last two may be NULL */
	struct vt_post post;              /* the first one; from 0: now */
	struct vt_span cert;              /* DER, or empty */
};

/*
 * Somebody comes. *ret: the new id. Errors: VT_E_INVALID (name, roles, times;
 * programs are clients), VT_E_EXISTS (somebody of the agency has the
 * certificate), VT_E_KEY_FORMAT (no certificate).
 */
VT_NODISCARD int vt_office_person_add(struct vt_office *o,
    const struct vt_request *rq, const struct vt_person_new *n, vt_id *ret,
    struct vt_err *reterr);

/*
 * VT_PERSON_END: his posts end, what waits is dropped, tokens and sessions end,
 * his account is locked, his delegations (given and got) are revoked, and what
 * he is known as elsewhere is unlinked, so that he can be linked where he goes
 * on. Again: no error, and what a crash had left is done.
 * Errors: VT_E_PERSON_UNKNOWN (nobody active of this agency), VT_E_NOT_FOUND
 * (post, certificate), VT_E_LAST_ADMINISTRATOR, VT_E_FORBIDDEN (to confirm what
 * one asked for oneself, or one's own post), VT_E_OUT_OF_ORDER (something that
 * another one asked for waits; the post has ended), those of adding.
 */
VT_NODISCARD int vt_office_person_act(struct vt_office *o,
    const struct vt_request *rq, const vt_id *id,
    const struct vt_person_change *c, struct vt_err *reterr);

/* ---- the operator at the machine ---- */

VT_NODISCARD int vt_people_add(struct vt_store *s, const struct vt_context *ctx,
    uint32_t agency_no, const struct vt_person_new *n, vt_id *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_people_act(struct vt_store *s, const struct vt_context *ctx,
    const vt_id *id, const struct vt_person_change *c, struct vt_err *reterr);

#endif
