/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conformance kit: a peer that follows a script. As an axis it serves the
 * calls of the national SDK to a client under test; as an agency it calls an
 * axis server under test. It delays, repeats, reorders, cuts and lies as the
 * script says, watches what the other side does, and judges each case.
 *
 * The language and the published cases: docs/exchange-cases.md. This is a tool
 * for testing; nothing of it runs in the server.
 */
#ifndef VT_API_EXCHANGE_AXIS_PEER_H
#define VT_API_EXCHANGE_AXIS_PEER_H

#include "base/buf.h"
#include "base/context.h"

#define VT_PEER_NAME    80
#define VT_PEER_PACKETS 32
#define VT_PEER_RULES   48
#define VT_PEER_STEPS   48
#define VT_PEER_EXPECTS 32
#define VT_PEER_CASES   64
#define VT_PEER_REASON  240

enum vt_peer_role { VT_PEER_AXIS = 1, VT_PEER_AGENCY = 2 };

struct vt_peer_script; /* opaque */

/*
 * packet_dir: where files named by the script lie; may be NULL. run: goes into
 * DocIds and into the numbers of samples, so that a system under test that
 * remembers an earlier run does not take this one for its repeat. *owned*.
 * Errors: VT_E_SYNTAX with the line, VT_E_LIMIT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_peer_script_read(struct vt_span text,
    const char *packet_dir, unsigned run, struct vt_peer_script **ret,
    struct vt_err *reterr);
void vt_peer_script_free(struct vt_peer_script *s); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_peer_script, vt_peer_script_free)

size_t vt_peer_script_cases(const struct vt_peer_script *s);
/* Name of case i; *borrowed from s*. */
const char *vt_peer_script_case(const struct vt_peer_script *s, size_t i);
enum vt_peer_role vt_peer_script_role(const struct vt_peer_script *s);

struct vt_peer_result {
	char name[VT_PEER_NAME + 1];
	bool passed;
	char reason[VT_PEER_REASON]; /* why not; "" */
	unsigned calls;              /* that were made in this case */
	int64_t ms;
};

struct vt_peer_options {
	const struct vt_context *ctx;
	const char *system_id; /* that calls are signed with */
	struct vt_span secret;
	/* axis: 0 = any free port of 127.0.0.1 */
	uint16_t port;
	/* agency: base URL of the server under test, http only */
	const char *url;
};

/* ---- as an axis ---- */

struct vt_peer;

/* Listens; threads of its own. script: borrowed until vt_peer_free. *owned*.
 * VT_E_PORT_IN_USE, VT_E_IO. */
VT_NODISCARD int vt_peer_start(const struct vt_peer_script *script,
    const struct vt_peer_options *o, struct vt_peer **ret,
    struct vt_err *reterr);
uint16_t vt_peer_port(const struct vt_peer *p);
void vt_peer_free(struct vt_peer *p); /* NULL allowed; stops */
VT_CLEANUP_DEFINE(struct vt_peer, vt_peer_free)

/* Plays case i from here on: what was before is forgotten. */
void vt_peer_begin(struct vt_peer *p, size_t i);
/* Does everything hold that the case expects? *ret_reason: the first thing
 * that does not. */
bool vt_peer_holds(struct vt_peer *p, char ret_reason[VT_PEER_REASON]);
/* Begins case i and waits as long as it says for what it expects. */
void vt_peer_run(struct vt_peer *p, size_t i, struct vt_peer_result *ret);

/* ---- as an agency ---- */

/* Does the steps of case i. */
void vt_peer_call(const struct vt_peer_script *script, size_t i,
    const struct vt_peer_options *o, struct vt_peer_result *ret);

#endif
