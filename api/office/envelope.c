/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signed envelope of a packet between two nodes, and its receipt. */
#include <stdlib.h>

#include "api/office/envelope.h"
#include "api/office/office_priv.h"

/* ---- our own key ---- */

/* "file:x" relative to the key directory, "file:/x" as it is. */
static int
key_uri(struct vt_office *o, const char *ref, struct vt_buf *ret,
    struct vt_err *reterr)
{
	const char *path = ref;

	if (strncmp(ref, "file:", 5) != 0 || ref[5] == '\0')
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "service key: \"file:PATH\" wanted, \"%s\" given", ref);
	path += 5;
	if (path[0] != '/' && o->o.key_dir != NULL)
		vt_buf_printf(ret, "%s/", o->o.key_dir);
	vt_buf_puts(ret, path);
	return vt_buf_status(ret, reterr);
}

static int
read_secret(struct vt_office *o, const char *ref, struct vt_secret **ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(path);
	int rc = key_uri(o, ref, &path, reterr);

	return rc != VT_OK
		   ? rc
		   : vt_secret_read_file(vt_buf_str(&path), ret, reterr);
}

static int
own_route(struct vt_office *o, const char *code, struct vt_route *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	char key[64];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	(void)snprintf(key, sizeof(key), "@own:%s", code);
	rc = vt_office_route_get(o, v, key, ret, &err);
	if (rc == VT_E_NOT_FOUND)
		rc = vt_office_route_get(o, v, "@own", ret, &err);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && (ret->kind != VT_ROUTE_OWN || !ret->active)))
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "agency %s has no service key: packets to other nodes "
		    "cannot be signed",
		    code);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
open_own(struct vt_office *o, const char *code, struct vt_key **ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *pin = NULL;
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_route *r;
	VT_BUF_AUTO(path);
	VT_BUF_AUTO(uri);
	int rc;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "service key: no memory");
	if ((rc = own_route(o, code, r, reterr)) != VT_OK ||
	    (rc = key_uri(o, r->secret_ref, &path, reterr)) != VT_OK ||
	    (r->password_ref[0] != '\0' &&
		(rc = read_secret(o, r->password_ref, &pin, reterr)) != VT_OK))
		goto out;
	vt_buf_printf(&uri, "file:%s", vt_buf_str(&path));
	if ((rc = vt_buf_status(&uri, reterr)) != VT_OK ||
	    (rc = vt_key_open(vt_buf_str(&uri), pin, &key, reterr)) != VT_OK ||
	    (rc = vt_certificate_check(
		 vt_key_chain(key, 0), vt_now(o->o.ctx), reterr)) != VT_OK)
		goto out;
	*ret = VT_TAKE(key);
out:
	free(r);
	return rc;
}

int
vt_envelope_sign(struct vt_office *o, const char *code, const vt_hash *packet,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_span chain[1];
	enum vt_key_alg alg;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = open_own(o, code, &key, reterr)) != VT_OK)
		return rc;
	alg = vt_key_algorithm(key);
	chain[0] = vt_key_chain(key, 0);
	if ((rc = vt_cms_attributes(packet, chain[0], alg, &attrs, reterr)) !=
		VT_OK ||
	    (rc = vt_key_sign(key, vt_buf_view(&attrs), &value, reterr)) !=
		VT_OK)
		return rc;
	return vt_cms_build(vt_buf_view(&attrs), chain, 1, alg,
	    vt_buf_view(&value), ret, reterr);
}

/* ---- the peer's ---- */

/*
 * The signature value is what our form ends with; how long it is follows from
 * the size, since everything else has a size of its own. VT_OK when the
 * envelope is the one that this certificate and that value give.
 */
static int
check_with(struct vt_span cert, vt_time now, const vt_hash *packet,
    struct vt_span cms, struct vt_err *reterr)
{
	struct vt_certificate_info info;
	struct vt_span value;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(again);
	size_t most, longest;
	int rc;

	if ((rc = vt_certificate_check(cert, now, reterr)) != VT_OK ||
	    (rc = vt_certificate_describe(cert, &info, reterr)) != VT_OK ||
	    (rc = vt_cms_attributes(packet, cert, info.alg, &attrs, reterr)) !=
		VT_OK)
		return rc;
	longest =
	    info.alg == VT_KEY_RSA_PKCS1_SHA256 ? (info.bits + 7) / 8 : 72;
	most = vt_cms_size(&cert, 1, info.alg);
	if (most == 0 || cms.n > most || most - cms.n >= longest)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "envelope of %zu bytes: with the pinned certificate it has "
		    "at most %zu",
		    cms.n, most);
	longest -= most - cms.n;
	value = VT_SPAN(cms.p + cms.n - longest, longest);
	rc = vt_cms_build(
	    vt_buf_view(&attrs), &cert, 1, info.alg, value, &again, reterr);
	if (rc != VT_OK)
		return rc;
	if (again.n != cms.n || memcmp(again.p, cms.p, cms.n) != 0)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "envelope: RFC 5652 §5: not the SignedData of the pinned "
		    "certificate over this packet");
	return vt_cms_check_value(
	    vt_buf_view(&attrs), cert, info.alg, value, reterr);
}

int
vt_envelope_check(const struct vt_route *peer, vt_time now,
    const vt_hash *packet, struct vt_span cms, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_E_PEER_UNTRUSTED;

	(void)vt_err_set(&err, VT_E_PEER_UNTRUSTED,
	    "peer %s: no certificate of it is pinned", peer->key);
	for (uint32_t i = 0; i < peer->n_pins && rc != VT_OK; i++)
		rc = check_with(VT_SPAN(peer->cert[i], peer->cert_n[i]), now,
		    packet, cms, &err);
	if (rc == VT_OK)
		return VT_OK;
	if (rc == VT_E_NOMEM)
		return vt_err_set(reterr, rc, "%s", err.msg);
	return vt_err_set(reterr, VT_E_PEER_UNTRUSTED, "%s", err.msg);
}

static int
check_peer(const struct vt_peer_claim *c, const struct vt_route *r, vt_time now,
    struct vt_err *reterr)
{
	bool ok = r->n_tls_pins == 0;

	for (uint32_t i = 0; i < r->n_tls_pins && c->tls != NULL; i++)
		ok = ok || vt_hash_eq(&r->tls_pins[i], c->tls);
	if (!ok)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "peer %s: its TLS certificate is not one that is pinned",
		    r->key);
	return vt_envelope_check(r, now, &c->packet, c->cms, reterr);
}

int
vt_office_peer_check(
    struct vt_office *o, const struct vt_peer_claim *c, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct vt_route *r = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		rc = vt_err_set(reterr, VT_E_NOMEM, "peer: no memory");
	if (rc == VT_OK) {
		rc = vt_office_route_get(o, v, c->from, r, &err);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && (r->kind != VT_ROUTE_DIRECT || !r->active)))
			rc = vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
			    "\"%s\" is no peer of this node", c->from);
		else if (rc != VT_OK && reterr != NULL)
			*reterr = err;
	}
	if (rc == VT_OK)
		rc = vt_agency_by_code(v, c->to, &a, reterr);
	vt_view_end(v);
	if (rc == VT_OK)
		rc = check_peer(c, r, vt_now(o->o.ctx), reterr);
	free(r);
	return rc;
}

int
vt_envelope_receipt(const struct vt_route *peer, const vt_hash *packet,
    struct vt_span receipt, vt_time *ret_time, struct vt_err *reterr)
{
	static const uint8_t none[32];
	struct vt_receipt r;
	int rc;

	rc = vt_receipt_verify(receipt,
	    memcmp(peer->log_key, none, sizeof(none)) == 0 ? NULL
							   : peer->log_key,
	    &r, reterr);
	if (rc != VT_OK)
		return rc;
	if (!vt_hash_eq(&r.main, packet))
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "receipt of %s: it is for another packet", peer->key);
	*ret_time = r.time;
	return VT_OK;
}
