/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts as they are kept: the entry and its secrets. */
#include "api/office/accounts_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "base/cbor.h"

/* docs/format.md has the fields. */
enum {
	K_VERSION = 1,
	K_PERSON,
	K_AGENCY,
	K_SALT,
	K_HASH,
	K_MEMORY,
	K_PASSES,
	K_LANES,
	K_LOCKED,
	K_MUST_CHANGE,
	K_TOTP_NONCE,
	K_TOTP_HIDDEN,
	K_RECOVERY
};

bool
vt_login_clean(const char *typed, char ret[65])
{
	size_t n = 0;
	const char *end = typed + strlen(typed);
	int c;

	while (*typed == ' ')
		typed++;
	while (end > typed && end[-1] == ' ')
		end--;
	for (; typed < end; typed++) {
		c = (unsigned char)*typed;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (n == VT_L(LOGIN_MAX) ||
		    strchr("abcdefghijklmnopqrstuvwxyz0123456789._@-", c) ==
			NULL)
			return false;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return n >= 3;
}

bool
vt_account_has_totp(const struct vt_account *a)
{
	static const uint8_t none[16];

	return memcmp(a->totp_nonce, none, sizeof(none)) != 0;
}

void
vt_account_totp_pad(const struct vt_store *s, const char *login,
    const uint8_t nonce[static 16], const uint8_t in[static VT_TOTP_SECRET],
    uint8_t out[static VT_TOTP_SECRET])
{
	VT_BUF_AUTO(b);
	vt_hash pad;

	static_assert(VT_TOTP_SECRET <= VT_HASH_SIZE, "one block of pad");
	vt_buf_put(&b, nonce, 16);
	vt_buf_puts(&b, login);
	pad = vt_store_mac(s, "totp secret", vt_buf_view(&b));
	for (size_t i = 0; i < VT_TOTP_SECRET; i++)
		out[i] = (uint8_t)(in[i] ^ pad.b[i]);
	vt_wipe(&pad, sizeof(pad));
}

vt_hash
vt_account_recovery_tag(
    const struct vt_store *s, const char *login, const char *code)
{
	VT_BUF_AUTO(b);

	b.secret = true;
	vt_buf_puts(&b, code);
	vt_buf_putc(&b, 0);
	vt_buf_puts(&b, login);
	return vt_store_mac(s, "recovery code", vt_buf_view(&b));
}

static void
encode(const struct vt_account *a, struct vt_buf *b)
{
	struct vt_cbor_map_writer m;

	vt_cbor_map_begin(&m, b);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(b, 1);
	vt_cbor_key(&m, K_PERSON);
	vt_cbor_id(b, &a->person);
	vt_cbor_key(&m, K_AGENCY);
	vt_cbor_uint(b, a->agency_no);
	vt_cbor_key(&m, K_SALT);
	vt_cbor_bytes(b, VT_SPAN(a->password.salt, VT_PASSWORD_SALT));
	vt_cbor_key(&m, K_HASH);
	vt_cbor_bytes(b, VT_SPAN(a->password.hash, VT_ARGON2_SIZE));
	vt_cbor_key(&m, K_MEMORY);
	vt_cbor_uint(b, a->password.memory_kib);
	vt_cbor_key(&m, K_PASSES);
	vt_cbor_uint(b, a->password.passes);
	vt_cbor_key(&m, K_LANES);
	vt_cbor_uint(b, a->password.lanes);
	vt_cbor_key(&m, K_LOCKED);
	vt_cbor_bool(b, a->locked);
	vt_cbor_key(&m, K_MUST_CHANGE);
	vt_cbor_bool(b, a->must_change);
	if (vt_account_has_totp(a)) {
		vt_cbor_key(&m, K_TOTP_NONCE);
		vt_cbor_bytes(b, VT_SPAN(a->totp_nonce, 16));
		vt_cbor_key(&m, K_TOTP_HIDDEN);
		vt_cbor_bytes(b, VT_SPAN(a->totp_hidden, VT_TOTP_SECRET));
		vt_cbor_key(&m, K_RECOVERY);
		vt_cbor_array(b, a->n_recovery);
		for (uint32_t i = 0; i < a->n_recovery; i++)
			vt_cbor_hash(b, &a->recovery[i]);
	}
	vt_cbor_map_end(&m);
}

static void
get_fixed(struct vt_cbor *c, uint8_t *ret, size_t n)
{
	struct vt_span s = vt_cbor_get_bytes(c);

	if (s.n != n)
		vt_cbor_fail(c, "bytes of another length");
	else
		memcpy(ret, s.p, n);
}

static void
get_recovery(struct vt_cbor *c, struct vt_account *a)
{
	size_t n = vt_cbor_get_array(c);

	if (n > VT_L(RECOVERY_CODES)) {
		vt_cbor_fail(c, "too many recovery codes");
		return;
	}
	for (size_t i = 0; i < n; i++)
		a->recovery[i] = vt_cbor_get_hash(c);
	a->n_recovery = (uint32_t)n;
}

static void
get_field(struct vt_cbor *c, uint64_t key, struct vt_account *a)
{
	switch (key) {
	case K_VERSION:
		if (vt_cbor_get_uint(c) != 1)
			vt_cbor_fail(c, "unknown version");
		break;
	case K_PERSON:
		a->person = vt_cbor_get_id(c);
		break;
	case K_AGENCY:
		a->agency_no = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_SALT:
		get_fixed(c, a->password.salt, VT_PASSWORD_SALT);
		break;
	case K_HASH:
		get_fixed(c, a->password.hash, VT_ARGON2_SIZE);
		break;
	case K_MEMORY:
		a->password.memory_kib = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_PASSES:
		a->password.passes = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_LANES:
		a->password.lanes = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_LOCKED:
		a->locked = vt_cbor_get_bool(c);
		break;
	case K_MUST_CHANGE:
		a->must_change = vt_cbor_get_bool(c);
		break;
	case K_TOTP_NONCE:
		get_fixed(c, a->totp_nonce, 16);
		break;
	case K_TOTP_HIDDEN:
		get_fixed(c, a->totp_hidden, VT_TOTP_SECRET);
		break;
	case K_RECOVERY:
		get_recovery(c, a);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

int
vt_account_decode(
    const struct vt_entry *e, struct vt_account *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	if (e->key.n > VT_L(LOGIN_MAX))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "account: a login name of %zu bytes", e->key.n);
	memcpy(ret->login, e->key.p, e->key.n);
	ret->rev = e->rev;
	ret->changed_at = e->changed_at;
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		get_field(&c, key, ret);
	return vt_cbor_finish(&c, "account", reterr);
}

int
vt_account_get(struct vt_view *v, const char *login, struct vt_account *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(v, VT_ENTRY_ACCOUNT, 0, vt_span_str(login), &e, &err);
	if (rc == VT_OK)
		return vt_account_decode(&e, ret, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "account: there is none");
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_account_own(struct vt_office *o, const vt_id *person, struct vt_account *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	char login[65];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_identity_name(
		 v, VT_IDENTITY_LOGIN, person, login, reterr)) != VT_OK)
		return rc;
	if (login[0] == '\0')
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "account: you have no local one");
	return vt_account_get(v, login, ret, reterr);
}

int
vt_account_open(struct vt_view *v, const vt_id *person, struct vt_err *reterr)
{
	struct vt_account a;
	char login[65];
	bool locked;
	int rc;

	rc = vt_identity_name(v, VT_IDENTITY_LOGIN, person, login, reterr);
	if (rc != VT_OK || login[0] == '\0' ||
	    (rc = vt_account_get(v, login, &a, reterr)) != VT_OK)
		return rc;
	locked = a.locked;
	vt_wipe(&a, sizeof(a));
	return locked ? vt_err_set(reterr, VT_E_ACCOUNT_LOCKED,
			    "account: it is locked")
		      : VT_OK;
}

int
vt_account_put(struct vt_store *s, const struct vt_account *a,
    const struct vt_request *rq, const vt_id *who, struct vt_err *reterr)
{
	struct vt_house_act act = {
		.rq = rq, .agency_no = a->agency_no, .person = *who
	};
	struct vt_identity_key key;
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(name);
	int rc;

	value.secret = true;
	encode(a, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	vt_house_change(&act, VT_ENTRY_ACCOUNT, vt_span_str(a->login),
	    vt_buf_view(&value), a->rev == 0 ? VT_ENTRY_NEW : a->rev);
	if (a->rev == 0)
		vt_identity_name_change(
		    &act, VT_IDENTITY_LOGIN, &a->person, a->login, &key, &name);
	if ((rc = vt_buf_status(&name, reterr)) != VT_OK)
		return rc;
	return vt_house_do(s, &act, NULL, reterr);
}
