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
open_own(struct vt_office *o, const char *code, struct vt_own_file *ret_file,
    struct vt_key **ret, struct vt_err *reterr)
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
	if ((rc = vt_buf_status(&uri, reterr)) != VT_OK)
		goto out;
	*ret_file = (struct vt_own_file){ .size = 0 };
	if (vt_own_file_look(vt_buf_str(&path), ret_file))
		key = vt_own_keys_take(&o->own_keys, ret_file);
	if ((key == NULL && (rc = vt_key_open(vt_buf_str(&uri), pin, &key,
				 reterr)) != VT_OK) ||
	    (rc = vt_certificate_check(
		 vt_key_chain(key, 0), vt_now(o->o.ctx), reterr)) != VT_OK)
		goto out;
	*ret = VT_TAKE(key);
out:
	free(r);
	return rc;
}

/* ---- what is signed ---- */

static void
put_hex(struct vt_buf *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vt_buf_printf(b, "%02x", (unsigned)p[i]);
	vt_buf_putc(b, '\n');
}

/* SHA-256 of the text; a code is one line, or it is no code. */
static int
digest(const struct vt_envelope *e, vt_hash *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	int rc;

	if (strpbrk(e->from, "\r\n") != NULL || strpbrk(e->to, "\r\n") != NULL)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "envelope: an agency code of one line wanted");
	vt_buf_printf(&text, "vanthu envelope 1\n%s\n%s\n%s\n", e->from, e->to,
	    e->kind == VT_PACKET_STATUS ? "status" : "edoc");
	put_hex(&text, e->id.b, sizeof(e->id.b));
	put_hex(&text, e->packet.b, sizeof(e->packet.b));
	if ((rc = vt_buf_status(&text, reterr)) == VT_OK)
		*ret = vt_sha256(vt_buf_view(&text));
	return rc;
}

int
vt_envelope_sign(struct vt_office *o, const struct vt_envelope *e,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_own_file file;
	struct vt_span chain[1];
	enum vt_key_alg alg;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);
	vt_hash h;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = digest(e, &h, reterr)) != VT_OK ||
	    (rc = open_own(o, e->from, &file, &key, reterr)) != VT_OK)
		return rc;
	alg = vt_key_algorithm(key);
	chain[0] = vt_key_chain(key, 0);
	if ((rc = vt_cms_attributes(&h, chain[0], alg, &attrs, reterr)) !=
		VT_OK ||
	    (rc = vt_key_sign(key, vt_buf_view(&attrs), &value, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_cms_build(vt_buf_view(&attrs), chain, 1, alg,
	    vt_buf_view(&value), ret, reterr);
	if (rc == VT_OK && file.size > 0)
		vt_own_keys_give(&o->own_keys, &file, VT_TAKE(key));
	return rc;
}

/* ---- the peer's ---- */

/*
 * The signature value is what our form ends with; how long it is follows from
 * the size, since everything else has a size of its own. VT_OK when the
 * envelope is the one that this certificate and that value give.
 */
static int
check_with(struct vt_span cert, vt_time now, const vt_hash *h,
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
	    (rc = vt_cms_attributes(h, cert, info.alg, &attrs, reterr)) !=
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
		    "certificate over this envelope");
	return vt_cms_check_value(
	    vt_buf_view(&attrs), cert, info.alg, value, reterr);
}

int
vt_envelope_check(const struct vt_route *peer, vt_time now,
    const struct vt_envelope *e, struct vt_span cms, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	vt_hash h;
	int rc;

	if ((rc = digest(e, &h, reterr)) != VT_OK)
		return rc;
	rc = VT_E_PEER_UNTRUSTED;
	(void)vt_err_set(&err, VT_E_PEER_UNTRUSTED,
	    "peer %s: no certificate of it is pinned", peer->key);
	for (uint32_t i = 0; i < peer->n_pins && rc != VT_OK; i++)
		rc = check_with(VT_SPAN(peer->cert[i], peer->cert_n[i]), now,
		    &h, cms, &err);
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
	bool own = r->n_tls_pins == 0;
	const vt_hash *pins = own ? r->pins : r->tls_pins;
	uint32_t n = own ? r->n_pins : r->n_tls_pins;
	bool ok = false;

	for (uint32_t i = 0; i < n && c->tls != NULL; i++)
		ok = ok || vt_hash_eq(&pins[i], c->tls);
	if (!ok)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "peer %s: its TLS certificate is not one that is pinned",
		    r->key);
	return vt_envelope_check(r, now, &c->envelope, c->cms, reterr);
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
		rc = vt_office_route_get(o, v, c->envelope.from, r, &err);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && (r->kind != VT_ROUTE_DIRECT || !r->active)))
			rc = vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
			    "\"%s\" is no peer of this node", c->envelope.from);
		else if (rc != VT_OK && reterr != NULL)
			*reterr = err;
	}
	if (rc == VT_OK)
		rc = vt_agency_by_code(v, c->envelope.to, &a, reterr);
	vt_view_end(v);
	if (rc == VT_OK)
		rc = check_peer(c, r, vt_now(o->o.ctx), reterr);
	free(r);
	return rc;
}

/* ---- receipts ---- */

static bool
knows_log(const struct vt_route *peer)
{
	static const uint8_t none[32];

	return memcmp(peer->log_key, none, sizeof(none)) != 0;
}

int
vt_envelope_receipt(const struct vt_route *peer, const vt_hash *packet,
    struct vt_span receipt, vt_time *ret_time, bool *ret_known,
    struct vt_err *reterr)
{
	bool known = knows_log(peer);
	struct vt_receipt r;
	int rc;

	rc = vt_receipt_verify(
	    receipt, known ? peer->log_key : NULL, &r, reterr);
	if (rc != VT_OK)
		return rc;
	if (!vt_hash_eq(&r.main, packet))
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "receipt of %s: it is for another packet", peer->key);
	*ret_time = r.time;
	*ret_known = known;
	return VT_OK;
}

int
vt_office_receipt_known(struct vt_office *o, struct vt_view *v,
    const struct vt_delivery *d, bool *ret_known, struct vt_err *reterr)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;
	enum vt_route_kind kind;
	struct vt_receipt receipt;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "receipt: no memory");
	rc = vt_office_route_find(o, v, d->to.code, &kind, r, NULL, NULL, &err);
	*ret_known = false;
	if (rc == VT_OK && kind == VT_ROUTE_TENANT) /* the store's own */
		*ret_known = true;
	else if (rc == VT_OK && kind == VT_ROUTE_DIRECT && knows_log(r))
		*ret_known = vt_receipt_verify(d->receipt, r->log_key, &receipt,
				 NULL) == VT_OK;
	free(r);
	if (rc != VT_OK && rc != VT_E_AGENCY_UNKNOWN && reterr != NULL)
		*reterr = err;
	return rc == VT_E_AGENCY_UNKNOWN ? VT_OK : rc;
}
