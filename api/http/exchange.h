/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request and its answer, as the library's callbacks drive it. With
 * server.c, exchange.c and answer.c the only place that knows libmicrohttpd.
 */
#ifndef VT_API_HTTP_EXCHANGE_H
#define VT_API_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "api/http/address.h"
#include "api/http/guard.h"
#include "api/http/http_priv.h"
#include "api/http/tls.h"
#include "api/http/watch.h"

#define VT_HTTP_MAGIC     0x76744853u
#define VT_EXCHANGE_MAGIC 0x76744858u

struct vt_http {
	uint32_t magic;
	struct MHD_Daemon *daemon;
	const struct vt_context *context;
	struct vt_http_face *faces; /* owned copy */
	size_t nfaces;
	struct vt_watch *watch;
	struct vt_tls *tls; /* NULL: plain HTTP */
	uint16_t port;
	unsigned body_base_s;
	/* "": none. With one the library cannot count by client: we do. */
	char trusted_proxy[VT_HTTP_ADDRESS_MAX];
	unsigned per_ip_max;
	pthread_mutex_t lock;
	struct vt_exchange *counted; /* guarded by lock */
	atomic_int active; /* requests between first callback and the end */
	atomic_bool stopping;
};

/* One request and its answer. */
struct vt_exchange {
	uint32_t magic;
	struct vt_http *server;
	const char *target;    /* a copy in the arena, as received */
	const char *target_at; /* where the library has it */
	int64_t began_us;
	struct vt_http_req req;
	struct vt_http_found found;
	struct vt_http_length length;
	struct vt_buf body;
	struct vt_err err; /* what refused it, or VT_OK */
	uint64_t got;      /* bytes of body seen */
	int status;
	uint64_t sent;
	bool seen, sink_open, linger;
	/* Of those counted; guarded by the server's lock. */
	struct vt_exchange *prev, *next;
	bool counted;
	char network[VT_HTTP_ADDRESS_MAX];
};

/*
 * answer.c: runs the handler, or says what went wrong, and queues the answer.
 * MHD_NO: nothing could be queued, the connection is to be cut.
 */
enum MHD_Result vt_exchange_answer(
    struct vt_exchange *x, struct MHD_Connection *conn, bool close_after);

/* exchange.c: the library's callbacks; cls is the struct vt_http. */
void *vt_exchange_on_target(
    void *cls, const char *uri, struct MHD_Connection *conn);
enum MHD_Result vt_exchange_on_request(void *cls, struct MHD_Connection *conn,
    const char *url, const char *method, const char *version, const char *data,
    size_t *n, void **px);
void vt_exchange_on_completed(void *cls, struct MHD_Connection *conn, void **px,
    enum MHD_RequestTerminationCode code);
void vt_exchange_on_connection(void *cls, struct MHD_Connection *conn,
    void **socket_context, enum MHD_ConnectionNotificationCode code);

#endif
