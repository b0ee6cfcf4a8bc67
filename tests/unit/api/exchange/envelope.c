/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two nodes prove to each other: one packet, from one to one other. */
#include <stdlib.h>
#include <unistd.h>

#include "api/office/envelope.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/signing/pki.h"

static struct house h;
static struct pki *peer, *stranger;

static void
pin(struct vt_route *r, const struct pki *p)
{
	struct vt_span der = pki_der(p);

	tap_need(der.n <= sizeof(r->cert[0]), "a certificate");
	memcpy(r->cert[r->n_pins], der.p, der.n);
	r->cert_n[r->n_pins] = (uint32_t)der.n;
	r->pins[r->n_pins++] = vt_sha256(der);
}

static void
put(const struct vt_route *r)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_route_put(h.store, r, &err) == VT_OK, "route %s %s", r->key,
	    err.msg);
}

/* Our own key is the peer's, too: the test is both. */
static void
keys(void)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	VT_BUF_AUTO(pem);
	char *path;

	tap_need(r != NULL, "memory");
	peer = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Cơ quan A", NULL);
	stranger = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Người lạ", NULL);
	pki_pem(peer, NULL, &pem);
	path = pki_file(&pem, ".pem");
	(void)snprintf(r->key, sizeof(r->key), "@own");
	r->kind = VT_ROUTE_OWN;
	r->active = true;
	(void)snprintf(r->secret_ref, sizeof(r->secret_ref), "file:%s", path);
	put(r);
	free(path);
	free(r);
}

static struct vt_route *
direct_route(void)
{
	struct vt_route *r = calloc(1, sizeof(*r));

	tap_need(r != NULL, "memory");
	(void)snprintf(r->key, sizeof(r->key), "H77.01");
	(void)snprintf(r->url, sizeof(r->url), "https://127.0.0.1:1");
	r->kind = VT_ROUTE_DIRECT;
	r->active = true;
	pin(r, peer);
	return r;
}

static int
check(const struct vt_envelope *e, const struct vt_buf *cms, const vt_hash *tls)
{
	struct vt_peer_claim c = { *e, vt_buf_view(cms), tls };
	struct vt_err err = VT_ERR_INIT;

	return vt_office_peer_check(h.office, &c, &err);
}

static void
bound(const struct vt_envelope *e, const struct vt_buf *cms, const vt_hash *tls)
{
	struct vt_envelope x = *e;

	tap_eq_int(check(e, cms, tls), VT_OK, "the envelope as it was signed");
	x.to = "H99.31";
	tap_eq_int(check(&x, cms, tls), VT_E_PEER_UNTRUSTED,
	    "not for another receiver");
	x = *e;
	x.id.b[15] ^= 1;
	tap_eq_int(
	    check(&x, cms, tls), VT_E_PEER_UNTRUSTED, "not under another id");
	x = *e;
	x.kind = VT_PACKET_STATUS;
	tap_eq_int(
	    check(&x, cms, tls), VT_E_PEER_UNTRUSTED, "not as another kind");
	x = *e;
	x.packet.b[0] ^= 1;
	tap_eq_int(check(&x, cms, tls), VT_E_PEER_UNTRUSTED,
	    "not over another packet");
	x = *e;
	x.from = "H77.02";
	tap_eq_int(check(&x, cms, tls), VT_E_PEER_UNTRUSTED,
	    "not in another name that shares the key");
}

static void
tls_pins(const struct vt_envelope *e, const struct vt_buf *cms)
{
	struct vt_route *r = direct_route();
	vt_hash other = vt_sha256(pki_der(stranger));

	tap_eq_int(check(e, cms, NULL), VT_E_PEER_UNTRUSTED,
	    "without a certificate in TLS nobody is the peer");
	tap_eq_int(check(e, cms, &other), VT_E_PEER_UNTRUSTED,
	    "nor with one that nobody pinned");
	r->tls_pins[0] = other;
	r->n_tls_pins = 1;
	put(r);
	tap_eq_int(check(e, cms, &other), VT_OK, "pinned for TLS: it is");
	tap_eq_int(check(e, cms, &r->pins[0]), VT_E_PEER_UNTRUSTED,
	    "then the service certificate is for packets only");
	free(r);
}

int
main(void)
{
	struct vt_envelope e = { .from = "H77.01",
		.kind = VT_PACKET_EDOC,
		.id = { { 1, 2, 3 } },
		.packet = vt_sha256(vt_span_str("gói tin")) };
	struct vt_err err = VT_ERR_INIT;
	struct vt_route *r;
	VT_BUF_AUTO(cms);
	vt_hash tls;

	house_begin(&h);
	h.w.now = (vt_time)1790000000 * 1000000;
	e.to = "H99.07";
	keys();
	r = direct_route();
	put(r);
	(void)snprintf(r->key, sizeof(r->key), "H77.02");
	put(r);
	free(r);
	tap_call(vt_envelope_sign(h.office, &e, &cms, &err), &err, "signed");
	tls = vt_sha256(pki_der(peer));
	bound(&e, &cms, &tls);
	tls_pins(&e, &cms);
	pki_free(peer);
	pki_free(stranger);
	house_end(&h);
	return tap_done();
}
