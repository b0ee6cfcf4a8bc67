/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start and stop of the server. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/http/exchange.h"
#include "base/limits.h"
#include "base/log.h"

/*
 * What the library keeps for a connection: the header block, the parsed
 * fields, its own header; half of it takes what comes of a body at a time.
 * It is wiped after each request, all of it: more makes small ones slower.
 */
#define CONNECTION_BYTES (VT_L(HTTP_HEADER_MAX) + ((size_t)12 << 10))
#define CONNECTION_STEP  ((size_t)8 << 10)
#ifdef VT_SANITIZED
#define STACK_BYTES ((size_t)4 << 20)
#else
#define STACK_BYTES ((size_t)1 << 20)
#endif

/* The library must not undo escapes: the guard and the router do. */
static size_t
no_unescape(void *cls, struct MHD_Connection *conn, char *s)
{
	(void)cls;
	(void)conn;
	return strlen(s);
}

static void __attribute__((format(printf, 2, 0)))
on_log(void *cls, const char *fmt, va_list ap)
{
	VT_BUF_AUTO(b);

	(void)cls;
	vt_buf_vprintf(&b, fmt, ap);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		vt_buf_truncate(&b, b.n - 1);
	/* May quote what a client sent: only when somebody looks for it. */
	vt_log(VT_LEVEL_DEBUG, "http.library", "text=%s", vt_buf_str(&b));
}

/* The library takes no const and does not write. */
static void *
lend(const void *p)
{
	void *q;

	memcpy(&q, &p, sizeof(q));
	return q;
}

/* What TLS needs beside the rest; ends the array. */
static void
tls_options(const struct vt_http *h, struct MHD_OptionItem ret[6])
{
	size_t n = 0;

	if (h->tls != NULL) {
		ret[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT,
			0, lend(vt_buf_str(&h->tls->cert)) };
		ret[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0,
			lend(vt_secret_view(h->tls->key).p) };
		ret[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES,
			0, lend(vt_tls_priorities) };
		if (h->tls->client_ca.n > 0)
			ret[n++] =
			    (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST,
				    0, lend(vt_buf_str(&h->tls->client_ca)) };
	}
	ret[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static int
start_daemon(struct vt_http *h, int fd, const struct vt_http_options *opt,
    struct vt_err *reterr)
{
	unsigned conns = opt->connections_max, per_ip = opt->per_ip_max;
	unsigned idle = opt->idle_s;
	struct MHD_OptionItem tls[6];

	if (conns == 0)
		conns = (unsigned)VT_L(HTTP_CONNECTIONS_MAX);
	if (per_ip == 0)
		per_ip = (unsigned)VT_L(HTTP_CONNECTIONS_PER_IP);
	if (idle == 0)
		idle = (unsigned)VT_L(HTTP_IDLE_S);
	h->per_ip_max = per_ip;
	if (h->trusted_proxy[0] != '\0')
		per_ip = conns; /* all may come from the proxy */
	tls_options(h, tls);
	h->daemon = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
		MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG |
		(h->tls != NULL ? MHD_USE_TLS : 0),
	    0, NULL, NULL, vt_exchange_on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET,
	    fd, MHD_OPTION_URI_LOG_CALLBACK, vt_exchange_on_target, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, vt_exchange_on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, vt_exchange_on_connection, h,
	    MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_CONNECTION_LIMIT, conns,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip,
	    MHD_OPTION_CONNECTION_TIMEOUT, idle,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, CONNECTION_STEP,
	    MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_END);
	if (h->daemon == NULL)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "starting the HTTP threads");
	return VT_OK;
}

static int
set_proxy(
    struct vt_http *h, const struct vt_http_options *opt, struct vt_err *reterr)
{
	if (opt->trusted_proxy == NULL ||
	    vt_http_address(vt_span_str(opt->trusted_proxy), h->trusted_proxy))
		return VT_OK;
	return vt_err_set(reterr, VT_E_USAGE,
	    "trusted proxy: a numeric IPv4 or IPv6 address wanted, \"%s\" "
	    "given",
	    opt->trusted_proxy);
}

static int
start_watch(
    struct vt_http *h, const struct vt_http_options *opt, struct vt_err *reterr)
{
	struct vt_watch_options o = { opt->header_s, opt->window_s,
		VT_L(HTTP_BODY_WINDOW_BYTES) };

	if (o.wait_s == 0)
		o.wait_s = (unsigned)VT_L(HTTP_WAIT_S);
	if (o.window_s == 0)
		o.window_s = (unsigned)VT_L(HTTP_BODY_WINDOW_S);
	h->body_base_s = opt->body_s;
	if (h->body_base_s == 0)
		h->body_base_s = (unsigned)VT_L(HTTP_BODY_BASE_S);
	return vt_watch_start(h->context, &o, &h->watch, reterr);
}

int
vt_http_start(const struct vt_http_options *opt, struct vt_http **ret,
    struct vt_err *reterr)
{
	struct vt_http *h = calloc(1, sizeof(*h));
	int fd = -1, rc;

	VT_ASSERT(opt->nfaces > 0);
	if (h != NULL)
		h->faces = calloc(opt->nfaces, sizeof(*h->faces));
	if (h == NULL || h->faces == NULL ||
	    pthread_mutex_init(&h->lock, NULL) != 0) {
		if (h != NULL)
			free(h->faces);
		free(h);
		return vt_err_set(reterr, VT_E_NOMEM, "HTTP server");
	}
	h->magic = VT_HTTP_MAGIC;
	h->context = opt->context;
	memcpy(h->faces, opt->faces, opt->nfaces * sizeof(*h->faces));
	h->nfaces = opt->nfaces;
	rc = set_proxy(h, opt, reterr);
	if (rc == VT_OK && opt->tls != NULL)
		rc = vt_tls_open(opt->tls, &h->tls, reterr);
	if (rc == VT_OK)
		rc = vt_http_listen(
		    opt->address == NULL ? "127.0.0.1" : opt->address,
		    opt->port, &fd, &h->port, reterr);
	if (rc == VT_OK)
		rc = start_watch(h, opt, reterr);
	if (rc == VT_OK)
		rc = start_daemon(h, fd, opt, reterr);
	if (rc != VT_OK) {
		vt_watch_stop(h->watch);
		if (fd >= 0)
			close(fd);
		pthread_mutex_destroy(&h->lock);
		vt_tls_free(h->tls);
		free(h->faces);
		free(h);
		return rc;
	}
	*ret = h;
	return VT_OK;
}

uint16_t
vt_http_port(const struct vt_http *h)
{
	VT_CHECK(h, VT_HTTP_MAGIC);
	return h->port;
}

void
vt_http_stop(struct vt_http *h)
{
	int64_t until;
	int fd;

	if (h == NULL)
		return;
	VT_CHECK(h, VT_HTTP_MAGIC);
	atomic_store(&h->stopping, true);
	fd = MHD_quiesce_daemon(h->daemon);
	until =
	    vt_monotonic_us(h->context) + (int64_t)VT_L(HTTP_STOP_S) * 1000000;
	while (
	    atomic_load(&h->active) > 0 && vt_monotonic_us(h->context) < until)
		poll(NULL, 0, 10);
	MHD_stop_daemon(h->daemon);
	vt_watch_stop(h->watch);
	if (fd >= 0)
		close(fd);
	h->magic = 0;
	VT_ASSERT(h->counted == NULL);
	pthread_mutex_destroy(&h->lock);
	vt_tls_free(h->tls);
	free(h->faces);
	free(h);
}
