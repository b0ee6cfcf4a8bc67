/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Identities: how a person or program is known elsewhere (an identity
 * provider's subject, a certificate), each linked to one person here by
 * somebody of the house. Nothing else links: no e-mail, no name.
 */
#ifndef VT_API_OFFICE_IDENTITY_H
#define VT_API_OFFICE_IDENTITY_H

#include "api/office/office.h"

enum vt_identity_kind {
	VT_IDENTITY_OIDC = 1,        /* issuer and subject */
	VT_IDENTITY_CERTIFICATE = 2, /* SHA-256 of the DER */
	VT_IDENTITY_LOGIN = 3,       /* person -> his local account */
	VT_IDENTITY_CLIENT = 4       /* program -> its client id */
};

/* Of VT_IDENTITY_OIDC and _CERTIFICATE; values. */
struct vt_identity {
	enum vt_identity_kind kind;
	vt_id person;
	uint32_t agency_no;
	char issuer[512], subject[512]; /* OIDC; else the certificate's name in
					 * subject */
	vt_hash certificate;
	uint64_t rev;
};

/* Key of an entry: the kind and 32 bytes. */
struct vt_identity_key {
	uint8_t b[1 + VT_HASH_SIZE];
};
struct vt_identity_key vt_identity_oidc(
    const char *issuer, const char *subject);
struct vt_identity_key vt_identity_certificate(const vt_hash *cert);

/*
 * An administrator links an identity to a person of his agency. issuer and
 * subject, or certificate (DER). VT_E_EXISTS when it is linked already,
 * VT_E_PERSON_UNKNOWN, VT_E_INVALID, VT_E_KEY_FORMAT (no certificate).
 */
VT_NODISCARD int vt_office_link_oidc(struct vt_office *o,
    const struct vt_request *rq, const vt_id *person, const char *issuer,
    const char *subject, struct vt_err *reterr);
VT_NODISCARD int vt_office_link_certificate(struct vt_office *o,
    const struct vt_request *rq, const vt_id *person, struct vt_span der,
    struct vt_err *reterr);
/* Takes a link away; all sessions of its person end. VT_E_NOT_FOUND: none, or
 * another agency's. */
VT_NODISCARD int vt_office_unlink(struct vt_office *o,
    const struct vt_request *rq, const struct vt_identity_key *key,
    struct vt_err *reterr);

/* The same by the operator at the machine; rq is NULL in all of them. */
VT_NODISCARD int vt_identity_link(struct vt_store *s, const vt_id *person,
    const struct vt_identity *id, const struct vt_request *rq,
    struct vt_err *reterr);

/* Whatever agency's it is: where a link was made that is another's. */
VT_NODISCARD int vt_identity_unlink(struct vt_store *s,
    const struct vt_identity_key *key, struct vt_err *reterr);

/* Somebody leaves: nothing elsewhere leads to him any more. Looks at all that
 * are linked in the store. */
VT_NODISCARD int vt_identities_end(
    struct vt_store *s, const vt_id *person, struct vt_err *reterr);

/* Whose is it? VT_E_IDENTITY_UNKNOWN. */
VT_NODISCARD int vt_identity_find(struct vt_view *v,
    const struct vt_identity_key *key, struct vt_identity *ret,
    struct vt_err *reterr);

/* person -> login name or client id: "" when there is none. */
VT_NODISCARD int vt_identity_name(struct vt_view *v, enum vt_identity_kind kind,
    const vt_id *person, char ret[65], struct vt_err *reterr);
/* The change that keeps that; name NULL removes it. value: holds the bytes
 * until the act is done. */
struct vt_house_act;
void vt_identity_name_change(struct vt_house_act *act,
    enum vt_identity_kind kind, const vt_id *person, const char *name,
    struct vt_identity_key *key, struct vt_buf *value);

/*
 * A program or person by the certificate of a TLS connection. trusted must
 * have been judged by the server. A program with a client entry has its scopes.
 * Errors: VT_E_UNAUTHENTICATED (nobody's).
 */
VT_NODISCARD int vt_office_authenticate_certificate(struct vt_office *o,
    struct vt_span der, struct vt_actor *ret, struct vt_err *reterr);

#endif
