/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sendEdoc. The body goes to an unnamed file while it is hashed; only when
 * hash-file agrees is it handed to the office, once for each receiver, and
 * only when all of them have it durably is it answered. A client that got no
 * answer sends again: the DocId follows from the packet, so every receiver
 * knows the repeat.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/exchange/axis/body.h"
#include "api/exchange/axis/pull.h"
#include "api/exchange/axis/server_priv.h"
#include "api/exchange/edxml/edxml.h"
#include "api/office/consign.h"
#include "base/limits.h"

struct sending {
	struct vt_axis_server *server;
	struct vt_axis_body *body;
	int fd;
	uint64_t counted; /* bytes of server->spooled */
};

static void
sending_free(struct sending *s)
{
	if (s == NULL)
		return;
	atomic_fetch_sub(&s->server->spooled, s->counted);
	vt_axis_body_free(s->body);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
VT_CLEANUP_DEFINE(struct sending, sending_free)

static int
on_packet(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	struct sending *s = arg;

	s->counted += bytes.n;
	if (atomic_fetch_add(&s->server->spooled, bytes.n) + bytes.n >
	    VT_L(AXIS_SPOOL_MAX))
		return vt_err_set(reterr, VT_E_BUSY,
		    "sendEdoc: packets of %zu bytes are arriving",
		    VT_L(AXIS_SPOOL_MAX));
	return vt_fd_put(s->fd, bytes, reterr);
}

static int
check_parameters(struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	struct vt_axis_server *s = req->app;
	const char *from = vt_axis_param(req, "from");
	enum vt_packet_kind kind;
	int rc;

	if ((rc = vt_axis_kind(req, &kind, reterr)) != VT_OK)
		return rc;
	if (vt_axis_param(req, "hash-file")[0] == '\0')
		return vt_err_set(reterr, VT_E_INVALID,
		    "sendEdoc: hash-file is missing: nothing else binds the "
		    "packet to the signature");
	return vt_office_hosted_speaks(
	    s->o.office, &c->who, from[0] == '\0' ? "-" : from, reterr);
}

static int
sink_begin(struct vt_http_req *req, uint64_t length, void **ret_stream,
    struct vt_err *reterr)
{
	VT_CLEANUP(sending_free) struct sending *s = calloc(1, sizeof(*s));
	int rc;

	(void)length;
	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "sendEdoc");
	s->server = req->app;
	s->fd = -1;
	if ((rc = check_parameters(req, reterr)) != VT_OK ||
	    (rc = vt_axis_body_new(vt_http_header(req, "Content-Type"),
		 VT_L(PACKET_MAX), on_packet, s, &s->body, reterr)) != VT_OK ||
	    (rc = vt_unnamed_open(s->server->o.spool_dir, &s->fd, reterr)) !=
		VT_OK)
		return rc;
	*ret_stream = VT_TAKE(s);
	return VT_OK;
}

static int
sink_put(void *stream, struct vt_span bytes, struct vt_err *reterr)
{
	struct sending *s = stream;

	return vt_axis_body_put(s->body, bytes, reterr);
}

static void
sink_abort(void *stream)
{
	sending_free(stream);
}

const struct vt_http_sink vt_axis_send_sink = { sink_begin, sink_put,
	sink_abort };

/* ---- for whom ---- */

struct targets {
	struct vt_hosted_to at[VT_HOSTED_TO_MAX];
	size_t n;
};

/* Codes in the arena. */
static int
codes_of_header(struct vt_http_req *req, const char *to,
    const char *codes[VT_HOSTED_TO_MAX], size_t *ret_n, struct vt_err *reterr)
{
	char code[64];
	size_t at = 0, n = 0;

	while (vt_gateway_next_code(to, &at, code)) {
		if (n == VT_HOSTED_TO_MAX)
			return vt_err_set(reterr, VT_E_LIMIT,
			    "to: more than %d agencies", VT_HOSTED_TO_MAX);
		codes[n] = vt_arena_strdup(req->arena, code);
		if (codes[n++] == NULL)
			return vt_arena_err(req->arena, reterr);
	}
	*ret_n = n;
	return VT_OK;
}

/* Those that the packet itself names; read in the worker. */
static int
codes_of_packet(const struct vt_edxml *x, enum vt_packet_kind kind,
    const char *codes[VT_HOSTED_TO_MAX], size_t *ret_n, struct vt_err *reterr)
{
	size_t n = 0;

	if (kind == VT_PACKET_STATUS) {
		if (x->kind == VT_EDXML_STATUS && x->status.of.organ != NULL)
			codes[n++] = x->status.of.organ;
	} else if (x->kind == VT_EDXML_DOCUMENT) {
		for (size_t i = 0; i < x->document.n_to; i++) {
			if (x->document.to[i].id == NULL)
				continue;
			if (n == VT_HOSTED_TO_MAX)
				return vt_err_set(reterr, VT_E_LIMIT,
				    "packet: more than %d addressees",
				    VT_HOSTED_TO_MAX);
			codes[n++] = x->document.to[i].id;
		}
	}
	*ret_n = n;
	return VT_OK;
}

static int
find_targets(struct vt_http_req *req, const struct sending *s,
    enum vt_packet_kind kind, struct targets *ret, struct vt_err *reterr)
{
	const struct vt_axis_server *server = req->app;
	const char *to = vt_axis_param(req, "to");
	const char *codes[VT_HOSTED_TO_MAX];
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	size_t n = 0;
	int rc;

	rc = codes_of_header(req, to, codes, &n, reterr);
	if (rc == VT_OK && n == 0) {
		rc = vt_edxml_ask(
		    server->o.spawner, s->fd, -1, false, &x, reterr);
		if (rc == VT_OK)
			rc = codes_of_packet(x, kind, codes, &n, reterr);
	}
	if (rc == VT_OK && n == 0)
		rc = vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "sendEdoc: neither `to` nor the packet names a receiver");
	if (rc == VT_OK)
		rc = vt_office_hosted_targets(
		    server->o.office, codes, n, ret->at, &ret->n, reterr);
	return rc;
}

/* ---- handing over ---- */

struct packet {
	enum vt_packet_kind kind;
	uint64_t size;
	vt_hash hash;
	char doc_id[VT_ID_TEXT + 1];
	const char *headers;
};

/* Follows from who sends what to whom, so that a repeat has the same. */
static void
mint(struct vt_http_req *req, const struct targets *to, struct packet *p)
{
	const struct vt_axis_caller *c = req->user;
	const char *from = vt_axis_param(req, "from");
	struct vt_sha256 *h = vt_sha256_new();
	vt_hash sum;
	vt_id id;

	vt_sha256_put(h, "vanthu axis DocId", 18);
	vt_sha256_put(h, c->who.code, strlen(c->who.code) + 1);
	vt_sha256_put(h, from, strlen(from) + 1);
	vt_sha256_put(h, p->kind == VT_PACKET_EDOC ? "e" : "s", 1);
	vt_sha256_put(h, p->hash.b, sizeof(p->hash.b));
	for (size_t i = 0; i < to->n; i++) {
		uint32_t n = to->at[i].agency_no;
		const char *code = to->at[i].code;
		uint8_t be[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
			(uint8_t)(n >> 8), (uint8_t)n };

		if (code[0] == '\0')
			vt_sha256_put(h, be, sizeof(be));
		else
			vt_sha256_put(h, code, strlen(code) + 1);
	}
	sum = vt_sha256_end(h);
	vt_sha256_free(h);
	memcpy(id.b, sum.b, sizeof(id.b));
	vt_id_text(&id, p->doc_id);
}

static int
copy_packet(
    struct vt_consigning *c, int fd, uint64_t size, struct vt_err *reterr)
{
	static const size_t piece = 1 << 18;
	struct vt_source src;
	uint8_t *buf = malloc(piece);
	int rc;

	if (buf == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "sendEdoc");
	if ((rc = vt_source_pread_fd(&src, fd, reterr)) != VT_OK) {
		free(buf);
		return rc;
	}
	for (uint64_t at = 0; at < size && rc == VT_OK;) {
		size_t n = size - at < piece ? (size_t)(size - at) : piece;

		rc = vt_source_read(&src, at, buf, n, reterr);
		if (rc == VT_OK)
			rc = vt_office_consign_put(c, buf, n, reterr);
		at += n;
	}
	vt_source_close(&src);
	free(buf);
	return rc;
}

static int
hand_over(struct vt_http_req *req, const struct sending *s,
    const struct packet *p, const struct vt_hosted_to *to,
    struct vt_err *reterr)
{
	const struct vt_axis_server *server = req->app;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	VT_CLEANUP(vt_office_consign_free) struct vt_consigning *c = NULL;
	char external[VT_HOSTED_EXTERNAL];
	struct vt_consign_new n = { .to = "",
		.agency_no = to->agency_no,
		.via = VT_TRANSPORT_HOSTED,
		.kind = p->kind,
		.external = external,
		.peer = vt_axis_param(req, "from"),
		.headers = p->headers,
		.expect = &p->hash,
		.size = p->size,
		.retry_after_s = &req->retry_after_s };
	vt_id id;
	int rc;

	vt_office_hosted_external(p->doc_id, to, external);
	rc = vt_office_consign_begin(server->o.office, &n, &c, reterr);
	if (rc == VT_OK)
		rc = copy_packet(c, s->fd, p->size, reterr);
	if (rc == VT_OK)
		rc = vt_office_consign_end(c, &id, &res, reterr);
	if (rc == VT_OK && res.repeated)
		rc = vt_office_hosted_again(server->o.office, &id, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* What was signed, and what framed it. No secret is in there. */
static int
keep_headers(struct vt_http_req *req, struct vt_buf *ret, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;

	vt_buf_puts(ret, VT_AXIS_PREFIX "sign-header: ");
	vt_buf_span(ret, c->claims.json);
	vt_buf_puts(ret, "\nContent-Type: ");
	vt_buf_span(ret, vt_http_header(req, "Content-Type"));
	vt_buf_puts(ret, "\nContent-Length: ");
	vt_buf_span(ret, vt_http_header(req, "Content-Length"));
	vt_buf_puts(ret, "\nUser-Agent: ");
	vt_buf_span(ret, vt_http_header(req, "User-Agent"));
	vt_buf_putc(ret, '\n');
	return vt_buf_status(ret, reterr);
}

int
vt_axis_serve_send(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(sending_free) struct sending *s = req->stream;
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *server = req->app;
	struct vt_axis_body_found found;
	struct packet p = { .size = 0 };
	struct targets *to = vt_arena_alloc(req->arena, sizeof(*to));
	struct vt_json j;
	VT_BUF_AUTO(headers);
	int rc;

	if (to == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_axis_kind(req, &p.kind, reterr)) != VT_OK ||
	    (rc = vt_axis_body_end(s->body, &found, reterr)) != VT_OK ||
	    (rc = vt_axis_body_match(&found, vt_axis_param(req, "hash-file"),
		 &p.size, &p.hash, reterr)) != VT_OK ||
	    (rc = keep_headers(req, &headers, reterr)) != VT_OK)
		return rc;
	if (ftruncate(s->fd, (off_t)p.size) != 0)
		return vt_err_set(reterr, VT_E_IO, "sendEdoc: spool");
	p.headers = vt_buf_str(&headers);
	if ((rc = find_targets(req, s, p.kind, to, reterr)) != VT_OK)
		return rc;
	if (p.size > VT_L(AXIS_FAN_BYTES_MAX) / to->n)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "sendEdoc: %llu bytes for %zu receivers: send it in parts",
		    (unsigned long long)p.size, to->n);
	mint(req, to, &p);
	for (size_t i = 0; i < to->n && rc == VT_OK; i++)
		rc = hand_over(req, s, &p, &to->at[i], reterr);
	if (rc == VT_OK)
		rc = vt_office_hosted_sent_put(server->o.office, &c->who,
		    p.kind, p.doc_id, to->at, to->n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_axis_open_ok(res, &j);
	vt_json_kstr(&j, "DocId", p.doc_id);
	vt_json_end(&j);
	return VT_OK;
}
