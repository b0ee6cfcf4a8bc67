/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An authority for trying out: made, used for a few certificates, and thrown
 * away with its key, so that nobody can ask it for another one later. What it
 * certifies says in every name that it is a trial, and no trust list has it.
 */
#ifndef VT_SIGNING_DEMO_H
#define VT_SIGNING_DEMO_H

#include "base/buf.h"
#include "base/secret.h"
#include "base/time.h"

#define VT_DEMO_DAYS 365 /* its certificates are valid, from now on */
/* Begins the organisation's name in every certificate. */
#define VT_DEMO_MARK "THỬ NGHIỆM"

struct vt_demo_authority;

/* name: of the authority, after the mark. now: of the validity. *owned*:
 * vt_demo_authority_free. VT_E_INTERNAL, VT_E_NOMEM. One thread. */
VT_NODISCARD int vt_demo_authority_new(const char *name, vt_time now,
    struct vt_demo_authority **ret, struct vt_err *reterr);
void vt_demo_authority_free(struct vt_demo_authority *a); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_demo_authority, vt_demo_authority_free)

/* Its certificate in PEM, for --anchors. */
VT_NODISCARD int vt_demo_authority_pem(const struct vt_demo_authority *a,
    struct vt_buf *ret, struct vt_err *reterr);

struct vt_demo_holder {
	const char *name;         /* CN */
	const char *organisation; /* O, after the mark */
	const char *title;        /* "" */
};

/*
 * A P-256 key and its certificate (digitalSignature, nonRepudiation): PKCS#12
 * under the PIN, and the certificate alone in DER.
 */
VT_NODISCARD int vt_demo_issue(struct vt_demo_authority *a,
    const struct vt_demo_holder *holder, const struct vt_secret *pin,
    struct vt_buf *ret_p12, struct vt_buf *ret_der, struct vt_err *reterr);

#endif
