/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the entries ADDRESS and ROUTE: deterministic CBOR, version 1. */
#include "api/office/routes_priv.h"

#define VERSION 1

/* Field numbers; never reused. 0 is the version in both. */
enum {
	R_KIND = 1,
	R_ACTIVE,
	R_URL,
	R_SYSTEM,
	R_USER,
	R_SECRET,
	R_PASSWORD,
	R_PINS,
	R_TLS,
	R_CERTS,
	R_LOG_KEY,
	R_PULL,
	R_QUIRK,
	R_OF
};
enum {
	A_NAME = 1,
	A_PARENT,
	A_MAIL,
	A_OLD,
	A_SUCCESSOR,
	A_GATEWAY,
	A_REMOTE,
	A_VERIFIED,
	A_DELETED,
	A_CHANGED,
	A_FROM,
	A_UNTIL
};

static void
put_text(struct vt_cbor_map_writer *w, uint64_t key, const char *s)
{
	if (s[0] == '\0')
		return;
	vt_cbor_key(w, key);
	vt_cbor_str(w->b, s);
}

static void
put_true(struct vt_cbor_map_writer *w, uint64_t key, bool v)
{
	if (!v)
		return;
	vt_cbor_key(w, key);
	vt_cbor_bool(w->b, true);
}

static void
put_hashes(
    struct vt_cbor_map_writer *w, uint64_t key, const vt_hash *h, uint32_t n)
{
	if (n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, n);
	for (uint32_t i = 0; i < n; i++)
		vt_cbor_hash(w->b, &h[i]);
}

void
vt_route_encode(const struct vt_route *r, struct vt_buf *ret)
{
	static const uint8_t none[32];
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, 0);
	vt_cbor_uint(ret, VERSION);
	vt_cbor_key(&w, R_KIND);
	vt_cbor_uint(ret, (uint64_t)r->kind);
	put_true(&w, R_ACTIVE, r->active);
	put_text(&w, R_URL, r->url);
	put_text(&w, R_SYSTEM, r->system_id);
	put_text(&w, R_USER, r->user);
	put_text(&w, R_SECRET, r->secret_ref);
	put_text(&w, R_PASSWORD, r->password_ref);
	put_hashes(&w, R_PINS, r->pins, r->n_pins);
	put_hashes(&w, R_TLS, r->tls_pins, r->n_tls_pins);
	if (r->n_pins > 0) {
		vt_cbor_key(&w, R_CERTS);
		vt_cbor_array(ret, r->n_pins);
		for (uint32_t i = 0; i < r->n_pins; i++)
			vt_cbor_bytes(ret, VT_SPAN(r->cert[i], r->cert_n[i]));
	}
	if (memcmp(r->log_key, none, sizeof(none)) != 0) {
		vt_cbor_key(&w, R_LOG_KEY);
		vt_cbor_bytes(ret, VT_SPAN(r->log_key, sizeof(r->log_key)));
	}
	if (r->pull_s != 0) {
		vt_cbor_key(&w, R_PULL);
		vt_cbor_uint(ret, r->pull_s);
	}
	put_true(&w, R_QUIRK, r->quirk_hash);
	put_text(&w, R_OF, r->of);
	vt_cbor_map_end(&w);
}

static uint32_t
get_hashes(struct vt_cbor *c, vt_hash ret[VT_ROUTE_PINS])
{
	size_t n = vt_cbor_get_array(c);

	if (n > VT_ROUTE_PINS) {
		vt_cbor_fail(c, "too many pins");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		ret[i] = vt_cbor_get_hash(c);
	return (uint32_t)n;
}

static void
get_certs(struct vt_cbor *c, struct vt_route *r)
{
	size_t n = vt_cbor_get_array(c);
	struct vt_span s;

	if (n > VT_ROUTE_PINS) {
		vt_cbor_fail(c, "too many certificates");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		s = vt_cbor_get_bytes(c);
		if (s.n > sizeof(r->cert[i])) {
			vt_cbor_fail(c, "a certificate is too long");
			return;
		}
		memcpy(r->cert[i], s.p, s.n);
		r->cert_n[i] = (uint32_t)s.n;
	}
}

static void
get_log_key(struct vt_cbor *c, uint8_t ret[32])
{
	struct vt_span s = vt_cbor_get_bytes(c);

	if (s.n != 32)
		vt_cbor_fail(c, "a log key has 32 bytes");
	else
		memcpy(ret, s.p, 32);
}

static void
route_field(struct vt_cbor *c, uint64_t key, struct vt_route *r)
{
	switch (key) {
	case R_KIND:
		r->kind = (enum vt_route_kind)vt_cbor_get_uint(c);
		break;
	case R_ACTIVE:
		r->active = vt_cbor_get_bool(c);
		break;
	case R_URL:
		vt_cbor_get_str(c, r->url, sizeof(r->url));
		break;
	case R_SYSTEM:
		vt_cbor_get_str(c, r->system_id, sizeof(r->system_id));
		break;
	case R_USER:
		vt_cbor_get_str(c, r->user, sizeof(r->user));
		break;
	case R_SECRET:
		vt_cbor_get_str(c, r->secret_ref, sizeof(r->secret_ref));
		break;
	case R_PASSWORD:
		vt_cbor_get_str(c, r->password_ref, sizeof(r->password_ref));
		break;
	case R_PINS:
		r->n_pins = get_hashes(c, r->pins);
		break;
	case R_TLS:
		r->n_tls_pins = get_hashes(c, r->tls_pins);
		break;
	case R_CERTS:
		get_certs(c, r);
		break;
	case R_LOG_KEY:
		get_log_key(c, r->log_key);
		break;
	case R_PULL:
		r->pull_s = (uint32_t)vt_cbor_get_uint(c);
		break;
	case R_QUIRK:
		r->quirk_hash = vt_cbor_get_bool(c);
		break;
	case R_OF:
		vt_cbor_get_str(c, r->of, sizeof(r->of));
		break;
	default: /* of a later release */
		(void)vt_cbor_skip(c);
	}
}

int
vt_route_decode(struct vt_span key, struct vt_span value, struct vt_route *ret,
    struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;

	memset(ret, 0, sizeof(*ret));
	if (key.n >= sizeof(ret->key))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "route: a key of %zu bytes", key.n);
	memcpy(ret->key, key.p, key.n);
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k != 0)
			route_field(&c, k, ret);
		else if (vt_cbor_get_uint(&c) != VERSION)
			vt_cbor_fail(&c, "a later version");
	}
	return vt_cbor_finish(&c, "route", reterr);
}

void
vt_address_encode(const struct vt_address *a, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, 0);
	vt_cbor_uint(ret, VERSION);
	put_text(&w, A_NAME, a->name);
	put_text(&w, A_PARENT, a->parent);
	put_text(&w, A_MAIL, a->mail);
	put_text(&w, A_OLD, a->old_code);
	put_text(&w, A_SUCCESSOR, a->successor);
	put_text(&w, A_GATEWAY, a->gateway);
	put_text(&w, A_REMOTE, a->remote_id);
	put_true(&w, A_VERIFIED, a->verified);
	put_true(&w, A_DELETED, a->deleted);
	vt_cbor_key(&w, A_CHANGED);
	vt_cbor_int(ret, a->changed_at);
	put_text(&w, A_FROM, a->from);
	put_text(&w, A_UNTIL, a->until);
	vt_cbor_map_end(&w);
}

static void
address_field(struct vt_cbor *c, uint64_t key, struct vt_address *a)
{
	switch (key) {
	case A_NAME:
		vt_cbor_get_str(c, a->name, sizeof(a->name));
		break;
	case A_PARENT:
		vt_cbor_get_str(c, a->parent, sizeof(a->parent));
		break;
	case A_MAIL:
		vt_cbor_get_str(c, a->mail, sizeof(a->mail));
		break;
	case A_OLD:
		vt_cbor_get_str(c, a->old_code, sizeof(a->old_code));
		break;
	case A_SUCCESSOR:
		vt_cbor_get_str(c, a->successor, sizeof(a->successor));
		break;
	case A_GATEWAY:
		vt_cbor_get_str(c, a->gateway, sizeof(a->gateway));
		break;
	case A_REMOTE:
		vt_cbor_get_str(c, a->remote_id, sizeof(a->remote_id));
		break;
	case A_VERIFIED:
		a->verified = vt_cbor_get_bool(c);
		break;
	case A_DELETED:
		a->deleted = vt_cbor_get_bool(c);
		break;
	case A_CHANGED:
		a->changed_at = vt_cbor_get_int(c);
		break;
	case A_FROM:
		vt_cbor_get_str(c, a->from, sizeof(a->from));
		break;
	case A_UNTIL:
		vt_cbor_get_str(c, a->until, sizeof(a->until));
		break;
	default:
		(void)vt_cbor_skip(c);
	}
}

int
vt_address_decode(struct vt_span key, struct vt_span value,
    struct vt_address *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;

	memset(ret, 0, sizeof(*ret));
	if (key.n >= sizeof(ret->code))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "address: a code of %zu bytes", key.n);
	memcpy(ret->code, key.p, key.n);
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k != 0)
			address_field(&c, k, ret);
		else if (vt_cbor_get_uint(&c) != VERSION)
			vt_cbor_fail(&c, "a later version");
	}
	return vt_cbor_finish(&c, "address", reterr);
}
