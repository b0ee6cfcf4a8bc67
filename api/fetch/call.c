/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "api/fetch/address.h"
#include "api/fetch/call.h"
#include "base/buf.h"
#include "base/limits.h"

struct vt_call_pool {
	pthread_mutex_t lock;
	bool used; /* what the first call had: */
	bool
	    allow_private; /* and its bytes, which are only compared by place */
	struct vt_span ca, cert, key;
	size_t n;
	CURL *idle[VT_L(CALL_POOL_MAX)];
};

struct run {
	const struct vt_call *call;
	struct vt_call_answer *answer;
	CURL *h;
	uint64_t at, length; /* of the request's body */
	uint64_t limit;
	size_t n_other;
	struct curl_slist *names; /* of resolve */
	bool refused, over, stopped;
	int failed;        /* what put or source gave */
	struct vt_err err; /* with it */
};

static struct vt_span
piece(const struct vt_call *c, uint64_t at)
{
	uint64_t size = c->source == NULL ? 0 : c->source->size;

	if (at < c->head.n)
		return VT_SPAN(c->head.p + at, c->head.n - at);
	at -= c->head.n;
	if (at < size)
		return VT_SPAN(NULL, 0);
	at -= size;
	return VT_SPAN(c->tail.p + at, c->tail.n - at);
}

static size_t
on_read(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;
	const struct vt_call *c = r->call;
	struct vt_span s;
	uint64_t left;

	n *= size;
	if (r->at >= r->length)
		return 0;
	s = piece(c, r->at);
	if (s.n > 0) {
		n = n < s.n ? n : s.n;
		memcpy(p, s.p, n);
	} else {
		left = c->head.n + c->source->size - r->at;
		n = left < n ? (size_t)left : n;
		r->failed =
		    vt_source_read(c->source, r->at - c->head.n, p, n, &r->err);
		if (r->failed != VT_OK)
			return CURL_READFUNC_ABORT;
	}
	r->at += n;
	return n;
}

/* A server that asks for authentication may make libcurl begin again. */
static int
on_seek(void *arg, curl_off_t off, int origin)
{
	struct run *r = arg;

	if (origin != SEEK_SET || off < 0 || (uint64_t)off > r->length)
		return CURL_SEEKFUNC_CANTSEEK;
	r->at = (uint64_t)off;
	return CURL_SEEKFUNC_OK;
}

static void
keep_other(struct run *r, const char *p, size_t n)
{
	char *o = r->answer->other;

	for (size_t i = 0; i < n && r->n_other + 1 < sizeof(r->answer->other);
	     i++)
		o[r->n_other++] = iscntrl((unsigned char)p[i]) ? ' ' : p[i];
	o[r->n_other] = '\0';
}

static size_t
on_data(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;
	long status = 0;

	n *= size;
	curl_easy_getinfo(r->h, CURLINFO_RESPONSE_CODE, &status);
	if (n > r->limit - r->answer->bytes) {
		r->over = true;
		return 0;
	}
	r->answer->bytes += n;
	if (status < 200 || status > 299)
		keep_other(r, p, n);
	else if (n > 0 && r->call->put != NULL)
		r->failed =
		    r->call->put(r->call->put_arg, VT_SPAN(p, n), &r->err);
	if (r->failed != VT_OK)
		return 0;
	return n;
}

static void
keep_field(const char *p, size_t n, const char *name, char *ret, size_t size)
{
	size_t k = strlen(name);

	if (n <= k || strncasecmp(p, name, k) != 0)
		return;
	p += k;
	n -= k;
	while (n > 0 && (*p == ' ' || *p == '\t'))
		p++, n--;
	while (n > 0 && (unsigned char)p[n - 1] <= ' ')
		n--;
	if (n >= size)
		n = size - 1;
	for (size_t i = 0; i < n; i++)
		ret[i] = (char)(iscntrl((unsigned char)p[i]) ? ' ' : p[i]);
	ret[n] = '\0';
}

static size_t
on_field(char *p, size_t size, size_t n, void *arg)
{
	struct run *r = arg;

	n *= size;
	keep_field(p, n, "Content-Type:", r->answer->content_type,
	    sizeof(r->answer->content_type));
	keep_field(p, n, "Retry-After:", r->answer->retry_after,
	    sizeof(r->answer->retry_after));
	return n;
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct run *r = arg;

	(void)purpose;
	if (!r->call->allow_private && vt_fetch_is_private(&address->addr))
		r->refused = true;
	/* A name that has such an address is not tried at its others. */
	if (r->refused)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static int
on_progress(void *arg, curl_off_t down, curl_off_t down_now, curl_off_t up,
    curl_off_t up_now)
{
	struct run *r = arg;

	(void)down, (void)down_now, (void)up, (void)up_now;
	r->stopped = r->call->stop(r->call->stop_arg);
	return r->stopped ? 1 : 0;
}

static bool
set_stop(CURL *h, struct run *r)
{
	return r->call->stop == NULL ||
	       (curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
		   curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress) ==
		       CURLE_OK &&
		   curl_easy_setopt(h, CURLOPT_XFERINFODATA, r) == CURLE_OK);
}

static bool
set_names(CURL *h, struct run *r)
{
	const char *const *at = r->call->resolve;
	struct curl_slist *more;

	for (; at != NULL && *at != NULL; at++) {
		if ((more = curl_slist_append(r->names, *at)) == NULL)
			return false;
		r->names = more;
	}
	return r->names == NULL ||
	       curl_easy_setopt(h, CURLOPT_RESOLVE, r->names) == CURLE_OK;
}

static bool
set_blob(CURL *h, CURLoption which, struct vt_span s)
{
	struct curl_blob b = { NULL, s.n, CURL_BLOB_COPY };

	if (s.n == 0)
		return true;
	/* libcurl copies it and takes no const */
	memcpy(&b.data, &s.p, sizeof(b.data));
	return curl_easy_setopt(h, which, &b) == CURLE_OK;
}

static bool
set_tls(CURL *h, const struct vt_call *c)
{
	return set_blob(h, CURLOPT_CAINFO_BLOB, c->ca) &&
	       set_blob(h, CURLOPT_SSLCERT_BLOB, c->cert) &&
	       set_blob(h, CURLOPT_SSLKEY_BLOB, c->key) &&
	       curl_easy_setopt(h, CURLOPT_SSLVERSION,
		   (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

static bool
set_body(CURL *h, struct run *r)
{
	const struct vt_call *c = r->call;
	bool post =
	    strcmp(c->method, "POST") == 0 || strcmp(c->method, "PUT") == 0;

	if (r->length == 0 && !post)
		return curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, c->method) ==
		       CURLE_OK;
	return curl_easy_setopt(h, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, c->method) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)r->length) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_READDATA, r) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, on_seek) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_SEEKDATA, r) == CURLE_OK;
}

static bool
set_up(CURL *h, struct run *r, struct curl_slist *fields)
{
	const struct vt_call *c = r->call;
	long ms = c->timeout_ms > 0 ? c->timeout_ms : (long)VT_L(CALL_MS);
	long con = c->connect_ms > 0 ? c->connect_ms : (long)VT_L(FETCH_MS);

	return curl_easy_setopt(h, CURLOPT_URL, c->url) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_HTTP_VERSION,
		   (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, ms) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, con) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT,
		   (long)VT_L(CALL_SLOW_BYTES)) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME,
		   (long)VT_L(CALL_SLOW_S)) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_data) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_WRITEDATA, r) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_field) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_HEADERDATA, r) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_socket) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, r) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_HTTPHEADER, fields) == CURLE_OK &&
	       set_body(h, r) && set_tls(h, c) && set_stop(h, r) &&
	       set_names(h, r);
}

/* "Name: value" lines; NULL with *reterr set. The empty Expect keeps libcurl
 * from waiting a second for servers that never answer it. */
static struct curl_slist *
make_fields(const struct vt_call *c, struct vt_err *reterr)
{
	struct curl_slist *l = curl_slist_append(NULL, "Expect:"), *more;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < c->n_fields && l != NULL; i++) {
		const struct vt_call_field *f = &c->fields[i];

		for (const char *p = f->value; *p != '\0'; p++)
			if ((unsigned char)*p < 0x20 ||
			    (unsigned char)*p >= 0x7f) {
				vt_err_set(reterr, VT_E_INVALID,
				    "header %s: RFC 9110 §5.5: a byte that is "
				    "not visible ASCII",
				    f->name);
				curl_slist_free_all(l);
				return NULL;
			}
		vt_buf_reset(&b);
		/* libcurl sends an empty value only when asked with ";" */
		vt_buf_printf(&b, f->value[0] == '\0' ? "%s;%s" : "%s: %s",
		    f->name, f->value);
		more = curl_slist_append(l, vt_buf_str(&b));
		if (more == NULL || b.failed != VT_OK) {
			curl_slist_free_all(l);
			l = NULL;
			break;
		}
		l = more;
	}
	if (l == NULL)
		vt_err_set(reterr, VT_E_NOMEM, "request header");
	return l;
}

static int
judge(struct run *r, CURLcode rc, const char *why, struct vt_err *reterr)
{
	const char *url = r->call->url;

	if (r->refused)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: its address is not a public one", url);
	if (r->stopped)
		return vt_err_set(
		    reterr, VT_E_BUSY, "%s: given up, we are stopping", url);
	if (r->over)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: the answer is larger than %" PRIu64 " bytes", url,
		    r->limit);
	if (r->failed != VT_OK) {
		if (reterr != NULL)
			*reterr = r->err;
		return r->failed;
	}
	if (rc == CURLE_OPERATION_TIMEDOUT)
		return vt_err_set(
		    reterr, VT_E_TIMEOUT, "%s: no answer in time", url);
	if (rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: an http or https address was wanted", url);
	if (rc != CURLE_OK)
		return vt_err_set(reterr, VT_E_ENVIRONMENT, "%s: %s", url,
		    why[0] != '\0' ? why : curl_easy_strerror(rc));
	return VT_OK;
}

int
vt_call_pool_new(struct vt_call_pool **ret, struct vt_err *reterr)
{
	struct vt_call_pool *p = calloc(1, sizeof(*p));

	if (p == NULL || pthread_mutex_init(&p->lock, NULL) != 0) {
		free(p);
		return vt_err_set(reterr, VT_E_NOMEM, "connections: no memory");
	}
	*ret = p;
	return VT_OK;
}

void
vt_call_pool_free(struct vt_call_pool *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		curl_easy_cleanup(p->idle[i]);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static bool
is_same(struct vt_span a, struct vt_span b)
{
	return a.p == b.p && a.n == b.n;
}

/* A connection that is open is not asked again where it leads, and as whom. */
static void
hold_to(struct vt_call_pool *p, const struct vt_call *c)
{
	VT_ASSERT(c->resolve == NULL);
	if (!p->used) {
		p->used = true;
		p->allow_private = c->allow_private;
		p->ca = c->ca;
		p->cert = c->cert;
		p->key = c->key;
	}
	VT_ASSERT(p->allow_private == c->allow_private);
	VT_ASSERT(is_same(p->ca, c->ca) && is_same(p->cert, c->cert) &&
		  is_same(p->key, c->key));
}

/* With the connections, sessions and names it has, and nothing else. */
static CURL *
handle_take(const struct vt_call *c)
{
	struct vt_call_pool *p = c->pool;
	CURL *h = NULL;

	if (p != NULL) {
		(void)pthread_mutex_lock(&p->lock);
		hold_to(p, c);
		if (p->n > 0)
			h = p->idle[--p->n];
		(void)pthread_mutex_unlock(&p->lock);
	}
	return h != NULL ? h : curl_easy_init();
}

static void
handle_give(struct vt_call_pool *p, CURL *h)
{
	if (p != NULL && h != NULL) {
		curl_easy_reset(h); /* nothing of the call is left in it */
		(void)pthread_mutex_lock(&p->lock);
		if (p->n < VT_L(CALL_POOL_MAX)) {
			p->idle[p->n++] = h;
			h = NULL;
		}
		(void)pthread_mutex_unlock(&p->lock);
	}
	curl_easy_cleanup(h);
}

int
vt_call(const struct vt_call *call, struct vt_call_answer *ret_answer,
    struct vt_err *reterr)
{
	struct run r = { .call = call,
		.answer = ret_answer,
		.limit = call->limit > 0 ? call->limit : VT_L(CALL_ANSWER_MAX),
		.err = VT_ERR_INIT };
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *fields;
	int rc;

	memset(ret_answer, 0, sizeof(*ret_answer));
	if (call->stop != NULL && call->stop(call->stop_arg))
		return vt_err_set(reterr, VT_E_BUSY,
		    "%s: not called, we are stopping", call->url);
	r.length = call->head.n + call->tail.n +
		   (call->source == NULL ? 0 : call->source->size);
	if ((fields = make_fields(call, reterr)) == NULL)
		return reterr == NULL ? VT_E_INVALID : (int)reterr->code;
	r.h = handle_take(call);
	if (r.h == NULL || !set_up(r.h, &r, fields) ||
	    curl_easy_setopt(r.h, CURLOPT_ERRORBUFFER, why) != CURLE_OK) {
		rc = vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "%s: libcurl could not be set up", call->url);
	} else {
		rc = judge(&r, curl_easy_perform(r.h), why, reterr);
		curl_easy_getinfo(
		    r.h, CURLINFO_RESPONSE_CODE, &ret_answer->status);
	}
	handle_give(call->pool, r.h);
	curl_slist_free_all(r.names);
	curl_slist_free_all(fields);
	return rc;
}
