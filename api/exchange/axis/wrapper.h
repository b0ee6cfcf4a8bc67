/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The provincial REST wrapper around the axis (the province of Lạng Sơn's, as
 * its clients use it), as a client. Every call needs a bearer token, the
 * system's id and its secret; the token lives half an hour and is asked for
 * anew before that, or when it is refused. Errors as in client.h.
 */
#ifndef VT_API_EXCHANGE_AXIS_WRAPPER_H
#define VT_API_EXCHANGE_AXIS_WRAPPER_H

#include "api/exchange/axis/answer.h"
#include "api/exchange/transport.h"
#include "base/context.h"
#include "base/secret.h"

/* Plain values, all borrowed for each call. */
struct vt_wrapper_client {
	const char *url; /* base, without a slash at the end */
	const char *system_id, *user;
	const char *application; /* applicationCode of the login */
	struct vt_span secret, password;
	const struct vt_context *ctx;
	bool allow_private;
	long timeout_ms;
	struct vt_span ca, cert, key; /* TLS, see vt_call */
	bool (*stop)(void *arg);      /* likewise; NULL: never */
	void *stop_arg;
	struct vt_wrapper_token *token; /* kept between calls */
};

struct vt_wrapper_token;                             /* thread-safe */
struct vt_wrapper_token *vt_wrapper_token_new(void); /* *owned*; NULL: memory */
void vt_wrapper_token_free(struct vt_wrapper_token *t);

/* Logs in, when there is no token that is still good. */
VT_NODISCARD int vt_wrapper_login(
    const struct vt_wrapper_client *c, struct vt_err *reterr);

VT_NODISCARD int vt_wrapper_send(const struct vt_wrapper_client *c,
    enum vt_packet_kind kind, struct vt_source *body,
    char ret_doc_id[static 201], struct vt_err *reterr);

/* Rows: docId, from, to, status, statusDesc, createdTime, updatedTime,
 * serviceType, messageType. from, until: days, in UTC+7. */
VT_NODISCARD int vt_wrapper_received(const struct vt_wrapper_client *c,
    enum vt_packet_kind kind, vt_time from, vt_time until, vt_axis_on_row *row,
    void *arg, struct vt_err *reterr);

/* As vt_axis_fetch: VT_E_SYNTAX is a damaged packet. */
VT_NODISCARD int vt_wrapper_fetch(const struct vt_wrapper_client *c,
    const char *doc_id, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr);
VT_NODISCARD int vt_wrapper_fetch_raw(const struct vt_wrapper_client *c,
    const char *doc_id, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr);

VT_NODISCARD int vt_wrapper_acknowledge(const struct vt_wrapper_client *c,
    const char *doc_id, const char *status, struct vt_err *reterr);

VT_NODISCARD int vt_wrapper_agencies(const struct vt_wrapper_client *c,
    vt_axis_on_row *row, void *arg, struct vt_err *reterr);

#endif
