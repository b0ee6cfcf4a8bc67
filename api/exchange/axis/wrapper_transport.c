/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provincial wrapper as a transport of the office. */
#include <stdlib.h>
#include <string.h>

#include "api/exchange/axis/axis_priv.h"
#include "api/office/cursor.h"
#include "base/buf.h"
#include "base/limits.h"

#define DAY VT_TIME_S(86400)

void
vt_wrapper_tokens_free(struct vt_axis *a)
{
	for (size_t i = 0; i < a->n_tokens; i++)
		vt_wrapper_token_free(a->tokens[i].token);
	a->n_tokens = 0;
}

static int
token_of(struct vt_axis *a, const char *key, struct vt_wrapper_token **ret,
    struct vt_err *reterr)
{
	struct vt_wrapper_token *t = NULL;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < a->n_tokens; i++)
		if (strcmp(a->tokens[i].key, key) == 0)
			t = a->tokens[i].token;
	if (t == NULL && a->n_tokens < VT_AXIS_TOKENS &&
	    (t = vt_wrapper_token_new()) != NULL) {
		memcpy(a->tokens[a->n_tokens].key, key, strlen(key) + 1);
		a->tokens[a->n_tokens++].token = t;
	}
	pthread_mutex_unlock(&a->lock);
	if (t == NULL)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "wrapper: at most %d routes", VT_AXIS_TOKENS);
	*ret = t;
	return VT_OK;
}

/* What a client's pointers point to. */
struct held {
	struct vt_wrapper_client c;
	struct vt_secret *secret, *password;
	struct {
		vt_time from, until;
	} window; /* of the list */
};

static void
held_free(struct held *h)
{
	vt_secret_free(h->secret);
	vt_secret_free(h->password);
}

static int
client_of(struct vt_axis *a, const struct vt_route *r, struct held *ret,
    struct vt_err *reterr)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_axis_secret(
		 a->o.key_dir, r->secret_ref, &ret->secret, reterr)) != VT_OK ||
	    (rc = vt_axis_secret(a->o.key_dir, r->password_ref, &ret->password,
		 reterr)) != VT_OK ||
	    (rc = token_of(a, r->key, &ret->c.token, reterr)) != VT_OK) {
		held_free(ret);
		return rc;
	}
	ret->c.url = r->url;
	ret->c.system_id = r->system_id;
	ret->c.user = r->user;
	ret->c.application = r->system_id;
	ret->c.secret = vt_secret_view(ret->secret);
	ret->c.password = vt_secret_view(ret->password);
	ret->c.ctx = a->o.ctx;
	ret->c.allow_private = a->o.allow_private;
	ret->c.timeout_ms = a->o.timeout_ms;
	ret->c.ca = a->o.ca;
	ret->c.cert = a->o.cert;
	ret->c.key = a->o.key;
	ret->c.stop = vt_axis_is_stopping;
	ret->c.stop_arg = a;
	return VT_OK;
}

static int
wrapper_send(void *arg, const struct vt_route *route, const struct vt_packet *p,
    struct vt_packet_answer *ret, struct vt_err *reterr)
{
	struct vt_axis *a = arg;
	struct held h;
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	if ((rc = client_of(a, route, &h, reterr)) != VT_OK)
		return rc;
	rc = vt_wrapper_send(&h.c, p->kind, p->body, ret->external, reterr);
	held_free(&h);
	return rc;
}

static int
list(void *arg, enum vt_packet_kind kind, vt_axis_on_row *row, void *row_arg,
    struct vt_err *reterr)
{
	struct held *h = arg;

	return vt_wrapper_received(
	    &h->c, kind, h->window.from, h->window.until, row, row_arg, reterr);
}

static int
fetch(void *arg, const char *doc_id, const char *file_path, unsigned attempt,
    vt_axis_on_bytes *put, void *put_arg, struct vt_err *reterr)
{
	struct held *h = arg;

	(void)file_path;
	(void)attempt;
	return vt_wrapper_fetch(&h->c, doc_id, put, put_arg, reterr);
}

static int
fetch_raw(void *arg, const char *doc_id, vt_axis_on_bytes *put, void *put_arg,
    struct vt_err *reterr)
{
	struct held *h = arg;

	return vt_wrapper_fetch_raw(&h->c, doc_id, put, put_arg, reterr);
}

static int
acknowledge(
    void *arg, const char *doc_id, const char *status, struct vt_err *reterr)
{
	struct held *h = arg;

	return vt_wrapper_acknowledge(&h->c, doc_id, status, reterr);
}

/*
 * The window of days to list. What could not be taken on one day is still
 * listed as "initial" on the next ones: the window stays WRAPPER_DAYS wide.
 * The cursor says how long the gateway was not read at all.
 */
static int
find_window(struct vt_office *o, const char *key, vt_time now, struct held *h,
    struct vt_err *reterr)
{
	vt_time back = (vt_time)VT_L(WRAPPER_DAYS) * DAY, last = 0;
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = vt_office_cursor_get(o, key, &b, reterr)) != VT_OK)
		return rc;
	h->window.until = now;
	h->window.from = now - back;
	if (b.n > 0)
		last = strtoll(vt_buf_str(&b), NULL, 10);
	if (last > 0 && last - back < h->window.from)
		h->window.from = last - back;
	return VT_OK;
}

static int
keep_cursor(
    struct vt_office *o, const char *key, vt_time now, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc;

	vt_buf_printf(&b, "%lld", (long long)now);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	return vt_office_cursor_put(
	    o, key, vt_buf_view(&b), VT_TIME_NONE, reterr);
}

static int
wrapper_pull(void *arg, struct vt_office *o, const struct vt_route *route,
    size_t *ret_taken, struct vt_err *reterr)
{
	struct vt_axis *a = arg;
	struct held h;
	struct vt_pull_gateway g = { &h, VT_TRANSPORT_WRAPPER, true, list,
		fetch, fetch_raw, acknowledge, vt_axis_is_stopping, a };
	vt_time now = vt_now(a->o.ctx);
	VT_BUF_AUTO(key);
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	*ret_taken = 0;
	vt_buf_printf(&key, "wrapper/%s", route->key);
	if ((rc = vt_buf_status(&key, reterr)) != VT_OK ||
	    (rc = client_of(a, route, &h, reterr)) != VT_OK)
		return rc;
	rc = find_window(o, vt_buf_str(&key), now, &h, reterr);
	if (rc == VT_OK)
		rc = vt_gateway_pull(&g, o, a->o.ctx, route, ret_taken, reterr);
	if (rc == VT_OK)
		rc = keep_cursor(o, vt_buf_str(&key), now, reterr);
	held_free(&h);
	return rc;
}

static int
get_agencies(
    void *arg, vt_axis_on_row *row, void *row_arg, struct vt_err *reterr)
{
	struct held *h = arg;

	return vt_wrapper_agencies(&h->c, row, row_arg, reterr);
}

static int
wrapper_sync(void *arg, struct vt_office *o, const struct vt_route *route,
    struct vt_err *reterr)
{
	struct vt_axis *a = arg;
	struct held h;
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	if ((rc = client_of(a, route, &h, reterr)) != VT_OK)
		return rc;
	rc = vt_axis_book(o, route, get_agencies, &h, false, reterr);
	held_free(&h);
	return rc;
}

struct vt_transport
vt_wrapper_transport(struct vt_axis *a)
{
	return (struct vt_transport){ .name = "wrapper",
		.arg = a,
		.send = wrapper_send,
		.pull = wrapper_pull,
		.sync = wrapper_sync,
		.stop = vt_axis_stop };
}
