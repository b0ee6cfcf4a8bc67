/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving side of direct exchange over TLS, at its limits: how long the
 * signature's header may be, how much a peer may bring in a day. */
#include "api/exchange/direct/direct.h"

#include <stdlib.h>

#include "api/office/admission.h"
#include "api/office/cosign.h"
#include "api/office/envelope.h"
#include "base/base64.h"
#include "docstore/consign.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/api/tls_fixture.h"
#include "tests/unit/signing/pki.h"

#define FROM "H77.01"

static struct house h;
static struct tls_identity ca, server, client;
static uint16_t port;

/* Our own key is the peer's, too: the test is both. */
static void
routes(void)
{
	struct pki *key =
	    pki_signer(VT_KEY_ECDSA_P256_SHA256, "Cơ quan A", NULL);
	struct vt_route *r = calloc(2, sizeof(*r));
	struct vt_span der = pki_der(key);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(pem);
	char *path;

	tap_need(r != NULL && der.n <= sizeof(r->cert[0]), "memory");
	pki_pem(key, NULL, &pem);
	path = pki_file(&pem, ".pem");
	(void)snprintf(r[0].key, sizeof(r->key), "@own");
	(void)snprintf(r[0].secret_ref, sizeof(r->secret_ref), "file:%s", path);
	r[0].kind = VT_ROUTE_OWN;
	(void)snprintf(r[1].key, sizeof(r->key), FROM);
	(void)snprintf(r[1].url, sizeof(r->url), "https://127.0.0.1:1");
	r[1].kind = VT_ROUTE_DIRECT;
	memcpy(r[1].cert[0], der.p, der.n);
	r[1].cert_n[0] = (uint32_t)der.n;
	r[1].pins[0] = vt_sha256(der);
	r[1].tls_pins[0] = vt_sha256(VT_SPAN(client.der, client.n_der));
	r[1].n_pins = r[1].n_tls_pins = 1;
	for (size_t i = 0; i < 2; i++) {
		r[i].active = true;
		tap_need(vt_route_put(h.store, &r[i], &err) == VT_OK,
		    "route %s %s", r[i].key, err.msg);
	}
	free(path);
	free(r);
	pki_free(key);
}

static int
ask(const char *id, const char *packet, const char *signature,
    struct vt_buf *ret)
{
	vt_hash hash = vt_sha256(vt_span_str(packet));
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "POST /exchange/direct/%s HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\nContent-Type: application/xml\r\n"
	    "Content-Length: %zu\r\nX-Vanthu-From: " FROM "\r\n"
	    "X-Vanthu-To: H99.07\r\nX-Vanthu-Kind: edoc\r\n"
	    "Content-Digest: sha-256=:",
	    id, strlen(packet));
	vt_base64_put(&q, VT_SPAN(hash.b, sizeof(hash.b)));
	vt_buf_printf(
	    &q, ":\r\nX-Vanthu-Signature: %s\r\n\r\n%s", signature, packet);
	return tls_ask(port, ca.cert_file, &client, NULL, vt_buf_str(&q), ret);
}

/* As the peer sends it. */
static int
bring(unsigned no, const char *packet, struct vt_buf *ret)
{
	struct vt_envelope e = { .from = FROM,
		.to = "H99.07",
		.kind = VT_PACKET_EDOC,
		.id = { { (uint8_t)no } },
		.packet = vt_sha256(vt_span_str(packet)) };
	struct vt_err err = VT_ERR_INIT;
	char id[VT_ID_TEXT + 1];
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(cms);

	tap_need(vt_envelope_sign(h.office, &e, &cms, &err) == VT_OK,
	    "signed %s", err.msg);
	vt_base64_put(&text, vt_buf_view(&cms));
	vt_id_text(&e.id, id);
	return ask(id, packet, vt_buf_str(&text), ret);
}

static size_t
kept(void)
{
	struct vt_consign_filter f = { .state = 0 };
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c[8];
	struct vt_err err = VT_ERR_INIT;
	uint64_t next;
	size_t n = 0;

	tap_need(
	    vt_view_begin(h.store, &v, &err) == VT_OK &&
		vt_consign_list(v, h.here, &f, c, 8, &n, &next, &err) == VT_OK,
	    "consignments %s", err.msg);
	return n;
}

/* One that is as long as may be is judged; a longer one is not read. */
static void
long_signature(struct vt_buf *b)
{
	for (size_t more = 0; more <= 4; more += 4) {
		VT_BUF_AUTO(text);

		while (text.n < VT_L(DIRECT_SIGNATURE_MAX) + more)
			vt_buf_putc(&text, 'A');
		tap_eq_int(ask("00000000000000000000000000000001", "<edXML/>",
			       vt_buf_str(&text), b),
		    more ? 400 : 403,
		    "a signature of DIRECT_SIGNATURE_MAX + %zu characters",
		    more);
		tap_ok(
		    strstr(vt_buf_str(b), more ? "\"bad-request\""
					       : "\"peer-untrusted\"") != NULL,
		    "with its code");
	}
	tap_eq_int(kept(), 0, "nothing is kept");
}

/* Who has brought as much as is taken in a day is told when to come again;
 * what is known is answered as ever. */
static void
too_much(struct vt_buf *b)
{
	struct vt_err err = VT_ERR_INIT;
	unsigned wait_s = 0;
	size_t more = 1;
	const char *after;

	tap_eq_int(bring(2, "<edXML>2</edXML>", b), 201, "a packet is taken");
	while (more <= VT_L(PEER_PACKETS_DAY) &&
	       vt_admission_take(h.office, FROM, 1, &wait_s, &err) == VT_OK)
		more++;
	tap_eq_int(more, VT_L(PEER_PACKETS_DAY), "as many as a peer may");
	tap_eq_int(bring(2, "<edXML>2</edXML>", b), 200, "the first one again");
	tap_eq_int(bring(3, "<edXML>3</edXML>", b), 503, "one more is not");
	after = strstr(vt_buf_str(b), "Retry-After: ");
	tap_ok(strstr(vt_buf_str(b), "\"peer-quota\"") != NULL && after != NULL,
	    "why, and when to come again");
	tap_eq_int(
	    after == NULL ? -1 : atoi(after + 13), wait_s, "which is known");
	tap_eq_int(kept(), 1, "it is not kept");
	h.w.now += VT_TIME_S(wait_s);
	tap_eq_int(bring(3, "<edXML>3</edXML>", b), 201, "then it is taken");
	tap_eq_int(kept(), 2, "and kept");
}

/* As any node of the world may bring it: the checkpoint says whose it is. */
static int
add_checkpoint(const struct vt_buf *body, struct vt_buf *ret)
{
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "POST /exchange/direct/witness/add-checkpoint HTTP/1.1\r\n"
	    "Host: a\r\nConnection: close\r\n"
	    "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
	    body->n);
	vt_buf_span(&q, vt_buf_view(body));
	vt_buf_reset(ret);
	return tls_ask(port, ca.cert_file, &client, NULL, vt_buf_str(&q), ret);
}

static void
request(uint64_t old, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;

	vt_buf_reset(ret);
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(
	    vt_consistency_put(v, h.here, old, ret, &err), &err, "a request");
	vt_view_end(v);
}

/* C2SP tlog-witness: 404, 200, 409 with the size, 422, 403, 400. */
static void
witness(struct vt_buf *b)
{
	struct vt_witness w = { .whose = "Ủy ban" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	VT_BUF_AUTO(r);
	VT_BUF_AUTO(other);
	uint64_t seen;
	uint8_t *at;

	request(0, &r);
	tap_eq_int(add_checkpoint(&r, b), 404, "a ledger that nobody knows");
	tap_call(vt_witness_we(h.store, "Kho lưu trữ", &err), &err, "we");
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_log_vkey(v, h.here, &w.key, &err), &err, "its key");
	tap_call(vt_log_size(v, h.here, &seen, &err), &err, "its size");
	vt_view_end(v);
	tap_call(vt_witness_put(h.store, &w, &err), &err, "known now");
	request(0, &r);
	tap_eq_int(add_checkpoint(&r, b), 200, "cosigned");
	tap_ok(strstr(vt_buf_str(b), "\r\n\r\n\xe2\x80\x94 vanthu.test/w ") !=
		   NULL,
	    "a line of ours and nothing else");
	tap_call(vt_witness_we(h.store, "Kho", &err), &err, "it grows");
	tap_eq_int(add_checkpoint(&r, b), 409, "the same again is stale");
	tap_ok(strstr(vt_buf_str(b), "text/x.tlog.size") != NULL,
	    "it says what it has seen");
	request(seen + 1, &r);
	request(seen, &other);
	tap_eq_int(add_checkpoint(&other, b), 409, "nor from before that");
	/* a hash of the proof is another one */
	at = memchr(r.p, '\n', r.n);
	tap_need(at != NULL && at[1] != '\n', "there is a proof");
	at[1] = at[1] == 'A' ? 'B' : 'A';
	tap_eq_int(add_checkpoint(&r, b), 422, "it does not go on");
	request(seen + 1, &r);
	r.p[r.n - 8] = r.p[r.n - 8] == 'A' ? 'B' : 'A';
	tap_eq_int(add_checkpoint(&r, b), 403, "not signed by its key");
	vt_buf_reset(&r);
	vt_buf_puts(&r, "old x\n\n");
	tap_eq_int(add_checkpoint(&r, b), 400, "no request");
	request(seen + 1, &r);
	tap_eq_int(add_checkpoint(&r, b), 200, "the true one still is");
}

int
main(void)
{
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_direct_options o;
	struct vt_direct *direct = NULL;
	struct vt_http_face face;
	struct vt_http *http = NULL;
	struct vt_http_tls tls;
	VT_BUF_AUTO(b);

	house_begin(&h);
	h.w.now = (vt_time)1790000000 * 1000000; /* certificates hold */
	tls_fixture_begin();
	tls_make(&ca, "ca", TLS_CA, NULL, 30);
	tls_make(&server, "server", TLS_SERVER, &ca, 30);
	tls_make(&client, "client", TLS_CLIENT, &ca, 30);
	routes();
	o = (struct vt_direct_options){ .office = h.office, .ctx = &h.w.ctx };
	tap_need(
	    vt_direct_new(&o, &direct, &err) == VT_OK, "direct %s", err.msg);
	face = vt_direct_face(direct);
	tls = (struct vt_http_tls){ server.cert_file, server.key_file,
		ca.cert_file };
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.tls = &tls;
	tap_need(
	    vt_http_start(&opt, &http, &err) == VT_OK, "server %s", err.msg);
	port = vt_http_port(http);
	long_signature(&b);
	witness(&b);
	too_much(&b);
	vt_http_stop(http);
	tls_forget(&ca);
	tls_forget(&server);
	tls_forget(&client);
	tls_fixture_end();
	house_end(&h);
	vt_direct_free(direct);
	return tap_done();
}
