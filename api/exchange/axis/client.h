/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the national axis, as a client: every function is one HTTP
 * request, signed (sign.h), sent and read as a stream.
 *
 * Errors common to all: VT_E_PEER_REFUSED (the axis says no and will again:
 * its codes 10, 15, 18, 19, 21, 22, 23, HTTP 4xx), VT_E_PEER_UNAVAILABLE (code
 * 20 and unknown ones, HTTP 5xx, 408, 425, 429, an answer that cannot be
 * read), VT_E_TIMEOUT, VT_E_ENVIRONMENT (not reached, cut off), VT_E_INVALID
 * (a parameter that no header can carry), VT_E_LIMIT. Threads: safe.
 */
#ifndef VT_API_EXCHANGE_AXIS_CLIENT_H
#define VT_API_EXCHANGE_AXIS_CLIENT_H

#include "api/exchange/axis/answer.h"
#include "api/exchange/transport.h"
#include "base/context.h"

/* Plain values, all borrowed for each call. */
struct vt_axis_client {
	const char *url; /* base, without a slash at the end */
	const char *system_id;
	struct vt_span secret;
	const struct vt_context *ctx;
	bool padded_hash;   /* hash-file as one would, not as the SDK does */
	bool multipart;     /* sendEdoc as a form, not raw as SDK 2.0.1 */
	bool allow_private; /* an axis on loopback or a private network */
	long timeout_ms;    /* 0 = CALL_MS */
	struct vt_span ca, cert, key; /* TLS, see vt_call */
	bool (*stop)(void *arg);      /* likewise; NULL: never */
	void *stop_arg;
};

/* "edoc", "status". */
const char *vt_axis_message_type(enum vt_packet_kind kind);

/* ---- packets ---- */

struct vt_axis_sending {
	enum vt_packet_kind kind;
	const char *from;
	const char *const *to; /* codes; n_to 0: those in the packet */
	size_t n_to;
	struct vt_source *body;
	const vt_hash *hash; /* SHA-256 of body */
};
/* *ret_doc_id: "" when the axis gave none. */
VT_NODISCARD int vt_axis_send(const struct vt_axis_client *c,
    const struct vt_axis_sending *s, char ret_doc_id[static 201],
    struct vt_err *reterr);

/* Rows: docId, serviceType, messageType, created_time, updated_time, from, to,
 * status, status_desc. */
VT_NODISCARD int vt_axis_received(const struct vt_axis_client *c,
    enum vt_packet_kind kind, vt_axis_on_row *row, void *arg,
    struct vt_err *reterr);

/*
 * A packet, piece by piece, at most PACKET_MAX bytes. What came before an
 * error is no packet. Here an answer that is no JSON or no base64 is
 * VT_E_SYNTAX, so that a damaged packet is told from an axis that is down.
 * file_path: as the list says it, or "".
 */
VT_NODISCARD int vt_axis_fetch(const struct vt_axis_client *c,
    const char *doc_id, const char *file_path, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr);
/* The same without base64 (GET /downloadEdoc). */
VT_NODISCARD int vt_axis_download(const struct vt_axis_client *c,
    const char *doc_id, const char *file_path, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr);
/* The answer of getEdoc as it comes, whatever it is: for quarantine. */
VT_NODISCARD int vt_axis_fetch_raw(const struct vt_axis_client *c,
    const char *doc_id, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr);

/* Rows: see docs/exchange-cases.md. doc_id may be "". */
VT_NODISCARD int vt_axis_sent(const struct vt_axis_client *c,
    enum vt_packet_kind kind, const char *doc_id, vt_axis_on_row *row,
    void *arg, struct vt_err *reterr);

/* Takes a packet out of the queue: only once it is durable here. status:
 * "done", "fail", "processing". */
VT_NODISCARD int vt_axis_acknowledge(const struct vt_axis_client *c,
    const char *doc_id, const char *status, struct vt_err *reterr);

VT_NODISCARD int vt_axis_count(const struct vt_axis_client *c,
    enum vt_packet_kind kind, uint64_t *ret, struct vt_err *reterr);

/* ---- agencies ---- */

enum vt_axis_list {
	VT_AXIS_AGENCIES,      /* id, pid, code, name, mail, oldCode */
	VT_AXIS_AGENCIES_QD20, /* id, code, name, mail, code102 */
	VT_AXIS_CHANGES        /* id, pid, code, name, mail, version,
				* centerCode, deleted, modifyDate, isAgency */
};
/* level: of VT_AXIS_AGENCIES_QD20, else NULL. */
VT_NODISCARD int vt_axis_agencies(const struct vt_axis_client *c,
    enum vt_axis_list list, const char *level, vt_axis_on_row *row, void *arg,
    struct vt_err *reterr);

struct vt_axis_agency {
	const char *id, *parent_code, *code, *name, *mail, *mobile, *fax;
};
VT_NODISCARD int vt_axis_register(const struct vt_axis_client *c,
    const struct vt_axis_agency *a, struct vt_err *reterr);
VT_NODISCARD int vt_axis_remove(
    const struct vt_axis_client *c, const char *code, struct vt_err *reterr);

/* ---- what answers mean ---- */

/*
 * VT_OK, VT_E_PEER_REFUSED or VT_E_PEER_UNAVAILABLE for an HTTP status and
 * what a JSON answer said (NULL: none). what names the call.
 */
VT_NODISCARD int vt_axis_judge(const char *what, long http_status,
    const struct vt_axis_said *said, struct vt_err *reterr);

#endif
