/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sandbox: an agency for those who write programs against this one, with
 * people, keys, tokens and a client of its own. Its name, and every
 * certificate, begins with VT_DEMO_MARK, so that wherever it shows (a paper, a
 * result, a list of addressees) it says that it is a trial; its certificates
 * are an authority's that no trust list has.
 *
 * By the operator at the machine: prepare, write the key files, add.
 */
#ifndef VT_API_OFFICE_SANDBOX_H
#define VT_API_OFFICE_SANDBOX_H

#include "api/office/clients.h"
#include "api/office/office.h"

#define VT_SANDBOX_CODE   "H99.99" /* of the first; then H99.98 to H99.90 */
#define VT_SANDBOX_PEOPLE 5
#define VT_SANDBOX_TOKEN  48 /* characters */
#define VT_SANDBOX_PIN    8  /* digits */

struct vt_sandbox_person {
	const char *login, *name, *position; /* static */
	uint32_t roles;
	char token[VT_SANDBOX_TOKEN + 1];
	vt_id id; /* after add */
};

struct vt_sandbox {
	char code[64];
	const char *name; /* static */
	struct vt_sandbox_person people[VT_SANDBOX_PEOPLE];
	/* leader.p12, seal.p12 and what opens them; anchors.pem */
	struct vt_buf leader_p12, leader_der, seal_p12, seal_der, anchors;
	char leader_pin[VT_SANDBOX_PIN + 1], seal_pin[VT_SANDBOX_PIN + 1];
	/* after add */
	uint32_t agency_no;
	char client_id[65], client_secret[VT_CLIENT_SECRET + 1];
};

/*
 * code NULL: the first that no agency of the store has. *ret owned:
 * vt_sandbox_free. Errors: VT_E_EXISTS (the code is an agency's, or all are),
 * VT_E_INVALID (not letters, digits, dots and hyphens).
 */
VT_NODISCARD int vt_sandbox_prepare(struct vt_store *store,
    const struct vt_context *ctx, const char *code, struct vt_sandbox **ret,
    struct vt_err *reterr);
void vt_sandbox_free(struct vt_sandbox *s); /* wipes; NULL allowed */
VT_CLEANUP_DEFINE(struct vt_sandbox, vt_sandbox_free)

/*
 * Adds agency, people and client. key_dir: where leader.p12 and seal.p12 are
 * now, absolute. Errors: those of the store. What was added before a failure
 * stays.
 */
VT_NODISCARD int vt_sandbox_add(struct vt_store *store,
    const struct vt_context *ctx, const char *key_dir, struct vt_sandbox *s,
    struct vt_err *reterr);

/* Is it the name of a sandbox agency? */
bool vt_sandbox_is(const char *agency_name);

#endif
