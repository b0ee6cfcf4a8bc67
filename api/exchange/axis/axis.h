/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The national axis and the provincial wrapper as transports of the office.
 * The program makes one struct vt_axis, adds both transports and frees it
 * after vt_office_close(). Threads: safe.
 */
#ifndef VT_API_EXCHANGE_AXIS_H
#define VT_API_EXCHANGE_AXIS_H

#include "api/exchange/transport.h"
#include "base/context.h"

struct vt_axis_options {
	const struct vt_context *ctx;
	const char *key_dir; /* base of relative "file:" secret_refs */
	bool allow_private;  /* gateways on loopback or private networks */
	long timeout_ms;     /* 0 = CALL_MS */
	struct vt_span ca, cert, key; /* TLS, see vt_call; borrowed */
};

struct vt_axis;

/* o: what it points to is borrowed. *owned*. VT_E_NOMEM. */
VT_NODISCARD int vt_axis_new(const struct vt_axis_options *o,
    struct vt_axis **ret, struct vt_err *reterr);
void vt_axis_free(struct vt_axis *a); /* NULL allowed */

/* For vt_office_transport_add. */
struct vt_transport vt_axis_transport(struct vt_axis *a);    /* "axis" */
struct vt_transport vt_wrapper_transport(struct vt_axis *a); /* "wrapper" */

/* The secret that a route's reference names ("file:…", or a path). *ret owned.
 * VT_E_NO_INPUT, VT_E_INVALID (another scheme). */
struct vt_secret;
VT_NODISCARD int vt_axis_secret(const char *key_dir, const char *ref,
    struct vt_secret **ret, struct vt_err *reterr);

#endif
