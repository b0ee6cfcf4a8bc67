/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks: subscriptions, what became of their messages, trying them out. */
#include <inttypes.h>
#include <stdio.h>

#include "api/office/hooks.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

#define LOG_MAX 200

/* --- out --- */

static void
progress_out(struct vt_json *j, const struct vt_hook *h)
{
	vt_json_key(j, "progress");
	vt_json_object(j);
	vt_json_kuint(j, "after", h->after);
	vt_json_kuint(j, "failures", h->failures);
	vt_v1_ktime(j, "failing_since", h->failing_since);
	vt_v1_ktime(j, "delivered_at", h->delivered_at);
	vt_json_key(j, "replay");
	if (h->replay_next == 0) {
		vt_json_null(j);
	} else {
		vt_json_object(j);
		vt_json_kuint(j, "next", h->replay_next);
		vt_json_kuint(j, "last", h->replay_last);
		vt_json_end(j);
	}
	vt_json_end(j);
}

/* What the subscriber said, and what follows from it; into an open object. */
static void
hook_out(struct vt_json *j, const struct vt_hook *h)
{
	vt_json_kid(j, "id", &h->id);
	vt_json_kstr(j, "url", h->url);
	vt_v1_kstr(j, "description", h->description);
	vt_json_key(j, "types");
	vt_json_array(j);
	for (size_t i = 0; i < h->n_types; i++)
		vt_json_str(
		    j, vt_step_kind_name((enum vt_step_kind)h->types[i]));
	vt_json_end(j);
	vt_json_kbool(j, "symmetric", h->symmetric);
	vt_json_kbool(j, "enabled", h->off == VT_HOOK_ON);
	vt_v1_kstr(j, "disabled_reason", vt_hook_off_name(h->off));
	vt_v1_ktime(j, "disabled_at", h->off_at);
	vt_v1_ktime(j, "created_at", h->created_at);
}

/* no: the key's when what is shown was made, 0: the one in force. */
static int
key_out(struct vt_json *j, struct vt_http_req *req, uint32_t no,
    struct vt_err *reterr)
{
	char key[VT_HOOK_PUBLIC + 1];
	int rc;

	rc = vt_office_hook_key_was(
	    vt_v1_office(req), vt_v1_actor(req)->agency_no, no, key, reterr);
	if (rc == VT_OK)
		vt_json_kstr(j, "public_key", key);
	return rc;
}

static int
one_out(struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_hook *h, bool secret, struct vt_err *reterr)
{
	struct vt_json j;
	VT_BUF_AUTO(text);
	char rev[24];
	int rc;

	vt_v1_json(res, &j);
	snprintf(rev, sizeof(rev), "%" PRIu64, h->rev);
	if (h->rev != 0)
		vt_http_res_etag(res, rev);
	hook_out(&j, h);
	if ((rc = key_out(&j, req, h->key_no, reterr)) != VT_OK)
		return rc;
	if (secret && h->symmetric) {
		vt_office_hook_secret(vt_v1_office(req), h, &text);
		res->body.secret = true;
		vt_json_kstr(&j, "secret", vt_buf_str(&text));
	}
	vt_json_end(&j);
	return vt_buf_status(&text, reterr);
}

/* --- in --- */

static const char *const *
types_in(const struct vt_in_obj *root, size_t *ret_n)
{
	size_t n = vt_in_array(root, "types", VT_HOOK_TYPES_MAX);
	const char **v;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	v = vt_arena_array(root->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(root, "types", VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = vt_in_item_str(root, "types", i);
	*ret_n = n;
	return v;
}

/* A change has no idempotency key: its If-Match lets it happen once. */
static int
change_request(struct vt_http_req *req, const vt_id *id, struct vt_request *ret,
    struct vt_err *reterr)
{
	uint64_t now = 0;
	struct vt_hook h;

	memset(ret, 0, sizeof(*ret));
	ret->actor = vt_v1_actor(req);
	vt_v1_tell_fields(req, ret);
	/* what cannot be read the change itself will say */
	if (vt_http_if_match_several(req) &&
	    vt_office_hook(vt_v1_office(req), ret->actor, id, &h, NULL) ==
		VT_OK)
		now = h.rev;
	return vt_http_if_match_number(req, now, &ret->if_match, reterr);
}

/* --- subscriptions --- */

int
vt_v1_list_webhooks(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_hook *h;
	struct vt_json j;
	size_t n = 0;
	int rc;

	h = vt_arena_array(req->arena, VT_L(WEBHOOKS_MAX), sizeof(*h));
	if (h == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = vt_office_hooks(vt_v1_office(req), vt_v1_actor(req), h,
	    VT_L(WEBHOOKS_MAX), &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	if ((rc = key_out(&j, req, 0, reterr)) != VT_OK)
		return rc;
	vt_json_key(&j, "webhooks");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		hook_out(&j, &h[i]);
		vt_json_kuint(&j, "rev", h[i].rev);
		progress_out(&j, &h[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_add_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_hook_new n = { 0 };
	struct vt_request rq;
	struct vt_in_obj root;
	bool repeated = false;
	struct vt_hook h;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	n.url = vt_in_need_str(&root, "url");
	n.description = vt_in_str(&root, "description");
	n.types = types_in(&root, &n.n_types);
	n.symmetric = vt_in_bool(&root, "symmetric");
	n.has_after = vt_in_has(&root, "after");
	n.after = vt_in_uint(&root, "after", INT64_MAX);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_office_hook_add(
		 vt_v1_office(req), &rq, &n, &h, &repeated, reterr)) != VT_OK)
		return rc;
	res->status = 201;
	if (repeated)
		vt_http_res_header(res, "Idempotent-Replayed", "true");
	return one_out(req, res, &h, true, reterr);
}

int
vt_v1_get_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_hook h;
	bool unchanged;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_office_hook(vt_v1_office(req), vt_v1_actor(req), &id, &h,
		 reterr)) != VT_OK ||
	    (rc = vt_v1_unchanged(req, res, h.rev, &unchanged, reterr)) !=
		VT_OK ||
	    unchanged)
		return rc;
	return one_out(req, res, &h, false, reterr);
}

int
vt_v1_change_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_hook_change c = { 0 };
	struct vt_in_obj root;
	struct vt_request rq;
	struct vt_hook h;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	c.url = vt_in_str(&root, "url");
	c.description = vt_in_str(&root, "description");
	c.set_types = vt_in_has(&root, "types");
	c.types = types_in(&root, &c.n_types);
	c.set_symmetric = vt_in_has(&root, "symmetric");
	c.symmetric = vt_in_bool(&root, "symmetric");
	c.set_enabled = vt_in_has(&root, "enabled");
	c.enabled = vt_in_bool(&root, "enabled");
	c.set_after = vt_in_has(&root, "after");
	c.after = vt_in_uint(&root, "after", INT64_MAX);
	/* a secret is told once, to whoever had it made: it is shown only new
	 */
	c.new_secret =
	    vt_in_bool(&root, "new_secret") || (c.set_symmetric && c.symmetric);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = change_request(req, &id, &rq, reterr)) != VT_OK ||
	    (rc = vt_office_hook_change(
		 vt_v1_office(req), &rq, &id, &c, &h, reterr)) != VT_OK)
		return rc;
	return one_out(req, res, &h, c.new_secret, reterr);
}

int
vt_v1_remove_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = change_request(req, &id, &rq, reterr)) != VT_OK ||
	    (rc = vt_office_hook_remove(vt_v1_office(req), &rq, &id, reterr)) !=
		VT_OK)
		return rc;
	res->status = 204;
	return VT_OK;
}

/* --- the agency's key --- */

static void
public_out(struct vt_http_res *res, const struct vt_hook_public *p)
{
	struct vt_json j;

	vt_v1_json(res, &j);
	vt_json_kstr(&j, "public_key", p->key);
	vt_json_key(&j, "previous");
	if (p->previous[0] == '\0') {
		vt_json_null(&j);
	} else {
		vt_json_object(&j);
		vt_json_kstr(&j, "public_key", p->previous);
		vt_v1_ktime(&j, "until", p->until);
		vt_json_end(&j);
	}
	vt_json_end(&j);
}

/* What receivers verify with; anybody may know it. */
int
vt_v1_webhook_key(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_v1 *v = req->app;
	struct vt_hook_public p;
	int rc;

	rc = vt_office_hook_key(
	    v->office, vt_http_param(req, "code"), &p, reterr);
	if (rc == VT_OK)
		public_out(res, &p);
	return rc;
}

int
vt_v1_change_webhook_key(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_hook_public p;
	bool repeated = false;
	struct vt_request rq;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_office_hook_new_key(
		 vt_v1_office(req), &rq, &p, &repeated, reterr)) != VT_OK)
		return rc;
	res->status = 201;
	if (repeated)
		vt_http_res_header(res, "Idempotent-Replayed", "true");
	public_out(res, &p);
	return VT_OK;
}

/* --- messages --- */

static void
attempt_out(struct vt_json *j, const struct vt_hook_attempt *a)
{
	static const char *const lanes[] = { [VT_HOOK_FEED] = "feed",
		[VT_HOOK_REPLAY] = "replay",
		[VT_HOOK_PING] = "ping" };

	VT_ASSERT(a->lane >= VT_HOOK_FEED && a->lane <= VT_HOOK_PING);
	vt_json_kstr(j, "message", a->message);
	vt_json_kstr(j, "cause", lanes[a->lane]);
	vt_json_kstr(j, "type", a->type);
	vt_json_key(j, "seq");
	if (a->event == 0)
		vt_json_null(j);
	else
		vt_json_uint(j, a->event);
	vt_json_kuint(j, "attempt", a->attempt);
	vt_v1_ktime(j, "at", a->at);
	vt_json_kint(j, "took_ms", a->took_ms);
	vt_json_key(j, "status");
	if (a->status == 0)
		vt_json_null(j);
	else
		vt_json_int(j, a->status);
	vt_json_kstr(j, "outcome", vt_hook_outcome_name(a->outcome));
	vt_v1_kstr(j, "reason", a->reason);
	vt_v1_ktime(j, "next_attempt_at", a->next);
}

int
vt_v1_webhook_deliveries(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_hook_attempt *a;
	uint64_t before, max;
	struct vt_json j;
	struct vt_hook h;
	size_t n = 0;
	vt_id id;
	int rc;

	a = vt_arena_array(req->arena, LOG_MAX, sizeof(*a));
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &before, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(req, "limit", 50, LOG_MAX, &max, reterr)) !=
		VT_OK ||
	    (rc = vt_office_hook(o, vt_v1_actor(req), &id, &h, reterr)) !=
		VT_OK ||
	    (rc = vt_office_hook_log(o, vt_v1_actor(req), &id, before, a,
		 max == 0 ? 1 : (size_t)max, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	progress_out(&j, &h);
	vt_json_key(&j, "deliveries");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		attempt_out(&j, &a[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < max || n == 0 ? NULL : vt_v1_cursor(req, a[n - 1].no));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_replay_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_in_obj root;
	struct vt_request rq;
	uint64_t first, last;
	bool done = false;
	struct vt_json j;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	first = vt_in_uint(&root, "first", INT64_MAX);
	last = vt_in_has(&root, "last") ? vt_in_uint(&root, "last", INT64_MAX)
					: first;
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_kept_answer(req, &rq, res, &done, reterr)) != VT_OK ||
	    done)
		return rc;
	rc = vt_office_hook_replay(
	    vt_v1_office(req), vt_v1_actor(req), &id, first, last, reterr);
	if (rc != VT_OK)
		return rc;
	res->status = 202;
	vt_v1_json(res, &j);
	vt_json_kuint(&j, "first", first);
	vt_json_kuint(&j, "last", last);
	vt_json_end(&j);
	return vt_v1_kept_end(req, &rq, res, &vt_v1_kept_a_week, reterr);
}

int
vt_v1_ping_webhook(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct vt_answer_life as_its_row = { NULL,
		VT_L(WEBHOOK_LOG_S) };
	struct vt_hook_attempt a;
	struct vt_request rq;
	bool done = false;
	struct vt_json j;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_kept_answer(req, &rq, res, &done, reterr)) != VT_OK ||
	    done)
		return rc;
	rc = vt_office_hook_ping(
	    vt_v1_office(req), vt_v1_actor(req), &id, &a, reterr);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	attempt_out(&j, &a);
	vt_json_end(&j);
	return vt_v1_kept_end(req, &rq, res, &as_its_row, reterr);
}
