/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving side of direct exchange: one route, judged before the body. */
#include <stdlib.h>
#include <string.h>

#include "api/exchange/direct/direct_priv.h"
#include "api/http/guard.h"
#include "api/office/consign.h"
#include "api/office/envelope.h"
#include "base/base64.h"
#include "base/limits.h"

/* The base64 text of an envelope: a certificate of 4 KiB and its signature. */

/* What the head of a request says, in the request's arena. */
struct claim {
	struct vt_peer_claim peer;
	vt_hash tls; /* of the client's certificate */
};

static int
need(const struct vt_http_req *req, const char *name, size_t max,
    const char **ret, struct vt_err *reterr)
{
	const char *s = vt_http_header_str(req, name);

	if (s == NULL || s[0] == '\0' || strlen(s) > max)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "direct exchange: header %s is missing or longer than %zu "
		    "characters",
		    name, max);
	*ret = s;
	return VT_OK;
}

/* Content-Digest (RFC 9530 §2): sha-256=:base64:, required here. */
static int
need_digest(const struct vt_http_req *req, vt_hash *ret, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Content-Digest");
	VT_BUF_AUTO(b);

	if (v.p == NULL || v.n < 11 ||
	    !vt_http_span_is(VT_SPAN(v.p, 9), "sha-256=:") ||
	    v.p[v.n - 1] != ':' ||
	    vt_base64_get(VT_SPAN(v.p + 9, v.n - 10), &b, NULL) != VT_OK ||
	    b.n != VT_HASH_SIZE)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "Content-Digest: RFC 9530 §2: wanted sha-256=:base64:");
	memcpy(ret->b, b.p, VT_HASH_SIZE);
	return VT_OK;
}

static int
need_signature(
    const struct vt_http_req *req, struct vt_span *ret, struct vt_err *reterr)
{
	const char *text;
	VT_BUF_AUTO(der);
	bool ok = true;
	int rc;

	rc = need(req, VT_DIRECT_SIGNATURE, VT_L(DIRECT_SIGNATURE_MAX), &text,
	    reterr);
	if (rc != VT_OK)
		return rc;
	if (vt_base64_get(vt_span_str(text), &der, NULL) != VT_OK)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    VT_DIRECT_SIGNATURE ": RFC 4648 §4: not base64");
	*ret = vt_arena_copy(req->arena, vt_buf_view(&der), &ok);
	return ok ? VT_OK : vt_arena_err(req->arena, reterr);
}

static int
read_claim(
    const struct vt_http_req *req, struct claim *c, struct vt_err *reterr)
{
	const char *kind, *id = vt_http_param(req, "id");
	struct vt_envelope *e = &c->peer.envelope;
	int rc;

	if ((rc = need(req, VT_DIRECT_FROM, VT_L(AGENCY_CODE_MAX), &e->from,
		 reterr)) != VT_OK ||
	    (rc = need(req, VT_DIRECT_TO, VT_L(AGENCY_CODE_MAX), &e->to,
		 reterr)) != VT_OK ||
	    (rc = need(req, VT_DIRECT_KIND, 8, &kind, reterr)) != VT_OK ||
	    (rc = need_digest(req, &e->packet, reterr)) != VT_OK ||
	    (rc = need_signature(req, &c->peer.cms, reterr)) != VT_OK)
		return rc;
	if (strcmp(kind, "edoc") == 0)
		e->kind = VT_PACKET_EDOC;
	else if (strcmp(kind, "status") == 0)
		e->kind = VT_PACKET_STATUS;
	else
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    VT_DIRECT_KIND ": \"edoc\" or \"status\" wanted");
	if (!vt_id_parse(vt_span_str(id), &e->id))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "direct exchange: the id of a consignment has 32 hex "
		    "digits");
	return VT_OK;
}

static int
admit(struct vt_http_req *req, struct vt_err *reterr)
{
	struct vt_direct *d = req->app;
	struct claim *c = vt_arena_alloc(req->arena, sizeof(*c));
	int rc;

	VT_CHECK(d, VT_DIRECT_MAGIC);
	if (c == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = read_claim(req, c, reterr)) != VT_OK)
		return rc;
	/* pinned by its bytes; that the caller has its key, TLS has shown */
	if (req->peer_cert.der.p != NULL) {
		c->tls = vt_sha256(req->peer_cert.der);
		c->peer.tls = &c->tls;
	}
	req->user = c;
	return vt_office_peer_check(d->o.office, &c->peer, reterr);
}

static int
begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct vt_direct *d = req->app;
	const struct claim *c = req->user;
	const struct vt_envelope *e = &c->peer.envelope;
	struct vt_consign_new n = { .to = e->to,
		.via = VT_TRANSPORT_DIRECT,
		.kind = e->kind,
		.external = vt_http_param(req, "id"),
		.peer = e->from,
		.expect = &e->packet,
		.size = length == VT_HTTP_LENGTH_UNKNOWN ? 0 : length,
		.retry_after_s = &req->retry_after_s };
	struct vt_consigning *g = NULL;
	VT_BUF_AUTO(headers);
	char *text;
	int rc;

	vt_buf_printf(&headers,
	    VT_DIRECT_FROM ": %s\n" VT_DIRECT_TO ": %s\n" VT_DIRECT_KIND
			   ": %s\n" VT_DIRECT_SIGNATURE ": %s\n"
			   "Peer-Address: %s\n",
	    e->from, e->to, e->kind == VT_PACKET_STATUS ? "status" : "edoc",
	    vt_http_header_str(req, VT_DIRECT_SIGNATURE), req->peer);
	if ((rc = vt_buf_status(&headers, reterr)) != VT_OK)
		return rc;
	text = vt_arena_strdup(req->arena, vt_buf_str(&headers));
	if (text == NULL)
		return vt_arena_err(req->arena, reterr);
	n.headers = text;
	rc = vt_office_consign_begin(d->o.office, &n, &g, reterr);
	if (rc == VT_OK)
		*ret = g;
	return rc;
}

static int
put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	return vt_office_consign_put(stream, b.p, b.n, reterr);
}

static void
give_up(void *stream)
{
	vt_office_consign_free(stream);
}

static int
handle(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	vt_id id;
	int rc;

	rc = vt_office_consign_end(req->stream, &id, &r, reterr);
	vt_office_consign_free(req->stream);
	if (rc == VT_OK) {
		res->status = r.repeated ? 200 : 201;
		vt_http_res_type(res, VT_DIRECT_RECEIPT);
		if (r.repeated)
			vt_http_res_header(res, "Idempotent-Replayed", "true");
		vt_buf_span(&res->body, vt_buf_view(&r.receipt));
		rc = vt_buf_status(&res->body, reterr);
	}
	vt_act_result_free(&r);
	return rc;
}

static const struct vt_http_sink sink = { begin, put, give_up };

static const struct vt_http_route routes[] = {
	{ "POST", VT_DIRECT_PATH "/{id}", VT_HTTP_BODY_STREAM, VT_L(PACKET_MAX),
	    admit, handle, &sink },
	{ "POST", VT_DIRECT_COSIGN, VT_HTTP_BODY_BUFFER,
	    VT_L(COSIGN_REQUEST_MAX), NULL, vt_direct_add_checkpoint, NULL },
};

int
vt_direct_new(const struct vt_direct_options *o, struct vt_direct **ret,
    struct vt_err *reterr)
{
	struct vt_direct *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "direct exchange");
	if ((rc = vt_call_pool_new(&d->calls, reterr)) != VT_OK) {
		free(d);
		return rc;
	}
	d->magic = VT_DIRECT_MAGIC;
	d->o = *o;
	*ret = d;
	return VT_OK;
}

void
vt_direct_free(struct vt_direct *d)
{
	if (d == NULL)
		return;
	VT_CHECK(d, VT_DIRECT_MAGIC);
	d->magic = 0;
	vt_call_pool_free(d->calls);
	free(d);
}

struct vt_http_face
vt_direct_face(struct vt_direct *d)
{
	return (struct vt_http_face){ .prefix = VT_DIRECT_PATH,
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
		.app = d };
}

static void
stop(void *arg)
{
	struct vt_direct *d = arg;

	VT_CHECK(d, VT_DIRECT_MAGIC);
	d->stopping = true;
}

struct vt_transport
vt_direct_transport(struct vt_direct *d)
{
	return (struct vt_transport){ .name = "direct",
		.arg = d,
		.send = vt_direct_send,
		.cosign = vt_direct_cosign,
		.stop = stop };
}
