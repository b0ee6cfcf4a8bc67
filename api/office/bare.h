/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing and checking a file without a store: what the command line offers
 * to anyone. The same workers, keys and verdicts as the office's.
 */
#ifndef VT_API_OFFICE_BARE_H
#define VT_API_OFFICE_BARE_H

#include "api/office/office.h"

struct vt_bare_signing {
	const char *key;              /* "file:KEY.p12" */
	const struct vt_secret *pin;  /* NULL: none */
	/* An empty signature field of the file. NULL: see place; without a
	 * place the file's only empty signature field, else a new invisible
	 * one. */
	const char *field;
	bool has_place;
	struct vt_place place;        /* of a new visible field */
	struct vt_span image;         /* PNG; empty: name and time */
	const char *reason, *location;
	vt_time now;
};

struct vt_bare_signed {
	char field[128];
	char signer[256];
	enum vt_key_alg alg;
	bool created;                 /* the field is new */
};

/*
 * Signs the PDF in fd; ret_tail->bytes is what follows the file's own bytes.
 * Errors: those of vt_key_open, vt_certificate_check, vt_sign_with_key.
 */
VT_NODISCARD int vt_bare_sign(struct vt_spawner *s, int fd,
    const struct vt_bare_signing *in, struct vt_pdf_tail *ret_tail,
    struct vt_bare_signed *ret, struct vt_err *reterr);

/* Validates in rounds: the worker asks, fetch answers, it judges again.
 * fetch NULL: offline. in->facts is not used. */
VT_NODISCARD int vt_bare_validate(struct vt_spawner *s, int fd,
    const struct vt_verify_input *in, vt_office_fetch *fetch, void *fetch_arg,
    struct vt_verdict **ret, struct vt_err *reterr);

#endif
