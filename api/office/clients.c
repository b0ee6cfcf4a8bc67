/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs: making, changing and listing them. */
#include "api/office/clients_priv.h"

#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/base64.h"
#include "base/cbor.h"
#include "signing/jws/jws.h"

/* docs/format.md has the fields. */
enum {
	K_VERSION = 1,
	K_PERSON,
	K_AGENCY,
	K_NAME,
	K_SCOPES,
	K_ACTIVE,
	K_SALT,
	K_KEYS
};

/* ---- the entry ---- */

static void
encode(const struct vt_client_row *c, struct vt_buf *b)
{
	static const uint8_t none[16];
	struct vt_cbor_map_writer m;

	vt_cbor_map_begin(&m, b);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(b, 1);
	vt_cbor_key(&m, K_PERSON);
	vt_cbor_id(b, &c->c.person);
	vt_cbor_key(&m, K_AGENCY);
	vt_cbor_uint(b, c->c.agency_no);
	vt_cbor_key(&m, K_NAME);
	vt_cbor_str(b, c->c.name);
	vt_cbor_key(&m, K_SCOPES);
	vt_cbor_uint(b, c->c.scopes);
	vt_cbor_key(&m, K_ACTIVE);
	vt_cbor_bool(b, c->c.active);
	if (memcmp(c->salt, none, sizeof(none)) != 0) {
		vt_cbor_key(&m, K_SALT);
		vt_cbor_bytes(b, VT_SPAN(c->salt, sizeof(c->salt)));
	}
	vt_cbor_key(&m, K_KEYS);
	vt_cbor_array(b, c->c.n_keys);
	for (uint32_t i = 0; i < c->c.n_keys; i++) {
		const struct vt_client_key *k = &c->keys[i];

		vt_cbor_array(b, 4);
		vt_cbor_str(b, k->kid);
		vt_cbor_bool(b, k->rsa);
		vt_cbor_bytes(b, VT_SPAN(k->a, k->n_a));
		vt_cbor_bytes(b, VT_SPAN(k->b, k->n_b));
	}
	vt_cbor_map_end(&m);
}

static uint32_t
get_number(struct vt_cbor *c, uint8_t *ret, size_t max)
{
	struct vt_span s = vt_cbor_get_bytes(c);

	if (s.n > max) {
		vt_cbor_fail(c, "a number is too long");
		return 0;
	}
	if (s.n > 0)
		memcpy(ret, s.p, s.n);
	return (uint32_t)s.n;
}

static void
get_keys(struct vt_cbor *c, struct vt_client_row *r)
{
	size_t n = vt_cbor_get_array(c);

	if (n > VT_L(CLIENT_KEYS_MAX)) {
		vt_cbor_fail(c, "too many keys");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_client_key *k = &r->keys[i];

		if (vt_cbor_get_array(c) != 4)
			vt_cbor_fail(c, "a key has four members");
		vt_cbor_get_str(c, k->kid, sizeof(k->kid));
		k->rsa = vt_cbor_get_bool(c);
		k->n_a = get_number(c, k->a, sizeof(k->a));
		k->n_b = get_number(c, k->b, sizeof(k->b));
	}
	r->c.n_keys = (uint32_t)n;
}

static void
get_field(struct vt_cbor *c, uint64_t key, struct vt_client_row *r)
{
	struct vt_span s;

	switch (key) {
	case K_VERSION:
		if (vt_cbor_get_uint(c) != 1)
			vt_cbor_fail(c, "unknown version");
		break;
	case K_PERSON:
		r->c.person = vt_cbor_get_id(c);
		break;
	case K_AGENCY:
		r->c.agency_no = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_NAME:
		vt_cbor_get_str(c, r->c.name, sizeof(r->c.name));
		break;
	case K_SCOPES:
		r->c.scopes = (uint32_t)vt_cbor_get_uint(c);
		break;
	case K_ACTIVE:
		r->c.active = vt_cbor_get_bool(c);
		break;
	case K_SALT:
		s = vt_cbor_get_bytes(c);
		if (s.n != sizeof(r->salt))
			vt_cbor_fail(c, "salt");
		else
			memcpy(r->salt, s.p, s.n);
		r->c.has_secret = true;
		break;
	case K_KEYS:
		get_keys(c, r);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

static int
decode(
    const struct vt_entry *e, struct vt_client_row *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	if (e->key.n >= sizeof(ret->c.id))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "client: an id of %zu bytes", e->key.n);
	memcpy(ret->c.id, e->key.p, e->key.n);
	ret->c.rev = e->rev;
	ret->c.changed_at = e->changed_at;
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		get_field(&c, key, ret);
	return vt_cbor_finish(&c, "client", reterr);
}

int
vt_client_get(struct vt_view *v, const char *id, struct vt_client_row *ret,
    struct vt_err *reterr)
{
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(v, VT_ENTRY_CLIENT, 0, vt_span_str(id), &e, reterr);
	return rc == VT_OK ? decode(&e, ret, reterr) : rc;
}

void
vt_client_secret(const struct vt_store *s, const struct vt_client_row *c,
    char ret[static VT_CLIENT_SECRET + 1])
{
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(text);
	vt_hash h;

	text.secret = true;
	vt_buf_put(&b, c->salt, sizeof(c->salt));
	vt_buf_puts(&b, c->c.id);
	h = vt_store_mac(s, "client secret", vt_buf_view(&b));
	vt_base64url_put(&text, VT_SPAN(h.b, sizeof(h.b)));
	vt_text_fit(ret, VT_CLIENT_SECRET + 1, vt_buf_str(&text));
	vt_wipe(&h, sizeof(h));
}

int
vt_client_limit(
    struct vt_view *v, struct vt_actor *actor, struct vt_err *reterr)
{
	struct vt_client_row c;
	char id[65];
	int rc;

	if ((actor->roles & VT_ROLE_SYSTEM) == 0)
		return VT_OK;
	rc =
	    vt_identity_name(v, VT_IDENTITY_CLIENT, &actor->person, id, reterr);
	if (rc != VT_OK || id[0] == '\0')
		return rc;
	if ((rc = vt_client_get(v, id, &c, reterr)) != VT_OK)
		return rc;
	if (!c.c.active)
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "the client has been disabled");
	actor->scoped = true;
	actor->scopes = c.c.scopes;
	return VT_OK;
}

/* ---- making ---- */

static bool
good_id(const char *id)
{
	size_t n = strlen(id);

	return n >= 3 && n <= 64 &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			  "0123456789._-") == n;
}

/* A key that no signature can be verified with is refused now, not later. */
static int
check_keys(const struct vt_new_client *n, struct vt_err *reterr)
{
	static const uint8_t nothing[64];
	int rc;

	if (n->n_keys > VT_L(CLIENT_KEYS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "client: at most %zu keys", VT_L(CLIENT_KEYS_MAX));
	for (size_t i = 0; i < n->n_keys; i++) {
		const struct vt_client_key *k = &n->keys[i];
		struct vt_jws_key j = { .alg = k->rsa ? VT_JWS_RS256
						      : VT_JWS_ES256 };

		j.n = j.x = VT_SPAN(k->a, k->n_a);
		j.e = j.y = VT_SPAN(k->b, k->n_b);
		rc = vt_jws_verify(
		    &j, VT_SPAN(nothing, 1), VT_SPAN(nothing, 64), reterr);
		if (rc != VT_E_SIGNATURE_MISMATCH)
			return rc;
	}
	return VT_OK;
}

static int
check(const struct vt_new_client *n, struct vt_err *reterr)
{
	if (n->id != NULL && !good_id(n->id))
		return vt_err_set(reterr, VT_E_INVALID,
		    "client_id: 3 to 64 of A-Z a-z 0-9 . _ - wanted");
	if (n->name == NULL || n->name[0] == '\0')
		return vt_err_set(
		    reterr, VT_E_INVALID, "client: its name is missing");
	if (n->scopes == 0 || (n->scopes & ~(uint32_t)VT_SCOPE__ALL) != 0 ||
	    (n->scopes & VT_SCOPE_HOUSE) != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "client: scopes wanted, and never %s",
		    vt_scope_name(VT_SCOPE_HOUSE));
	return check_keys(n, reterr);
}

/*
 * What a request makes follows from it (and the store's key), so that its
 * repeat is answered alike: id of the program, client id, salt of the secret.
 */
static void
derive(const struct vt_store *s, const struct vt_request *rq,
    const struct vt_context *ctx, struct vt_client_row *c)
{
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(hex);
	vt_hash h, g;

	if (rq != NULL) {
		vt_buf_put(&b, rq->actor->person.b, VT_ID_SIZE);
		vt_buf_puts(&b, rq->key);
		h = vt_store_mac(s, "client id", vt_buf_view(&b));
		g = vt_store_mac(s, "client salt", vt_buf_view(&b));
	} else {
		vt_random(ctx, h.b, sizeof(h.b));
		vt_random(ctx, g.b, sizeof(g.b));
	}
	memcpy(c->c.person.b, h.b, VT_ID_SIZE);
	memcpy(c->salt, g.b, sizeof(c->salt));
	vt_buf_hex(&hex, VT_SPAN(h.b + VT_ID_SIZE, 8));
	if (c->c.id[0] == '\0')
		vt_text_fit(c->c.id, sizeof(c->c.id), vt_buf_str(&hex));
}

static int
put(struct vt_store *s, const struct vt_client_row *c,
    const struct vt_request *rq, struct vt_err *reterr)
{
	struct vt_house_act act = { .rq = rq, .agency_no = c->c.agency_no };
	struct vt_step person = { .kind = VT_STEP_PERSON };
	struct vt_identity_key key;
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(name);
	int rc;

	encode(c, &value);
	vt_house_change(&act, VT_ENTRY_CLIENT, vt_span_str(c->c.id),
	    vt_buf_view(&value), c->c.rev == 0 ? VT_ENTRY_NEW : c->c.rev);
	if (c->c.rev == 0) {
		person.u.person.id = c->c.person;
		person.u.person.name = c->c.name;
		person.u.person.roles = VT_ROLE_SYSTEM;
		person.u.person.active = true;
		act.first = &person;
		vt_identity_name_change(&act, VT_IDENTITY_CLIENT, &c->c.person,
		    c->c.id, &key, &name);
	}
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&name, reterr)) != VT_OK)
		return rc;
	return vt_house_do(s, &act, NULL, reterr);
}

static int
add(struct vt_store *s, const struct vt_context *ctx, uint32_t agency_no,
    const struct vt_request *rq, const struct vt_new_client *n,
    struct vt_client_row *ret, struct vt_err *reterr)
{
	struct vt_client_row c;
	int rc;

	if ((rc = check(n, reterr)) != VT_OK)
		return rc;
	memset(&c, 0, sizeof(c));
	c.c.agency_no = agency_no;
	c.c.active = true;
	c.c.scopes = n->scopes;
	c.c.has_secret = n->secret;
	c.c.n_keys = (uint32_t)n->n_keys;
	if (n->n_keys > 0)
		memcpy(c.keys, n->keys, n->n_keys * sizeof(*n->keys));
	vt_text_fit(c.c.name, sizeof(c.c.name), n->name);
	vt_text_fit(c.c.id, sizeof(c.c.id), n->id);
	derive(s, rq, ctx, &c);
	if (!n->secret)
		memset(c.salt, 0, sizeof(c.salt));
	rc = put(s, &c, rq, reterr);
	if (rc == VT_E_CONFLICT)
		rc = vt_err_set(
		    reterr, VT_E_EXISTS, "client: the client_id is taken");
	if (rc == VT_OK)
		*ret = c;
	return rc;
}

static void
give_secret(const struct vt_store *s, const struct vt_client_row *c,
    char ret[static VT_CLIENT_SECRET + 1])
{
	ret[0] = '\0';
	if (c->c.has_secret)
		vt_client_secret(s, c, ret);
}

int
vt_office_client_add(struct vt_office *o, const struct vt_request *rq,
    const struct vt_new_client *n, struct vt_client *ret,
    char ret_secret[VT_CLIENT_SECRET + 1], struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_client_row c, first;
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_CLIENTS, &done, reterr);
	if (rc == VT_OK && done) {
		memset(&first, 0, sizeof(first));
		vt_text_fit(first.c.id, sizeof(first.c.id), n->id);
		derive(o->o.store, rq, o->o.ctx, &first);
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) == VT_OK)
			rc = vt_client_get(v, first.c.id, &c, reterr);
		/* what it was given then, whoever gave it another since */
		memcpy(c.salt, first.salt, sizeof(c.salt));
		c.c.has_secret = n->secret;
	} else if (rc == VT_OK) {
		rc = add(o->o.store, o->o.ctx, rq->actor->agency_no, rq, n, &c,
		    reterr);
	}
	if (rc != VT_OK)
		return rc;
	*ret = c.c;
	give_secret(o->o.store, &c, ret_secret);
	return VT_OK;
}

int
vt_client_add(struct vt_store *s, const struct vt_context *ctx,
    uint32_t agency_no, const struct vt_new_client *n, struct vt_client *ret,
    char ret_secret[VT_CLIENT_SECRET + 1], struct vt_err *reterr)
{
	struct vt_client_row c;
	int rc = add(s, ctx, agency_no, NULL, n, &c, reterr);

	if (rc != VT_OK)
		return rc;
	*ret = c.c;
	give_secret(s, &c, ret_secret);
	return VT_OK;
}

/* ---- changing and listing ---- */

static int
load(struct vt_office *o, const struct vt_actor *actor, const char *id,
    struct vt_client_row *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_client_get(v, id, ret, &err);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && ret->c.agency_no != actor->agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "client: there is none");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_client_act(struct vt_office *o, const struct vt_request *rq,
    const char *id, enum vt_client_act act,
    char ret_secret[VT_CLIENT_SECRET + 1], struct vt_err *reterr)
{
	struct vt_client_row c, fresh;
	bool done = false;
	int rc;

	ret_secret[0] = '\0';
	rc = vt_house_enter(o, rq, VT_DUTY_CLIENTS, &done, reterr);
	if (rc != VT_OK || (rc = load(o, rq->actor, id, &c, reterr)) != VT_OK)
		return rc;
	if (act == VT_CLIENT_NEW_SECRET) {
		fresh = c;
		derive(o->o.store, rq, o->o.ctx, &fresh);
		memcpy(c.salt, fresh.salt, sizeof(c.salt));
		c.c.has_secret = true;
	} else {
		c.c.active = act == VT_CLIENT_ENABLE;
	}
	if (!done)
		rc = put(o->o.store, &c, rq, reterr);
	/* a repeat, too: the first try may have been cut off before this */
	if (rc == VT_OK && act != VT_CLIENT_ENABLE)
		rc = vt_sessions_end(
		    o->o.store, &c.c.person, NULL, NULL, reterr);
	if (rc == VT_OK && act == VT_CLIENT_NEW_SECRET)
		give_secret(o->o.store, &c, ret_secret);
	return rc;
}

static int
take_client(const struct vt_entry *e, uint32_t agency_no, void *ret,
    bool *ret_own, struct vt_err *reterr)
{
	struct vt_client_row c;
	int rc = decode(e, &c, reterr);

	if (rc == VT_OK && (*ret_own = c.c.agency_no == agency_no))
		memcpy(ret, &c.c, sizeof(c.c));
	return rc;
}

int
vt_office_clients(struct vt_office *o, const struct vt_actor *actor,
    const char *after, struct vt_client *ret, size_t max, size_t *ret_n,
    char ret_next[65], struct vt_err *reterr)
{
	struct vt_house_list l = { .kind = VT_ENTRY_CLIENT,
		.after = after,
		.take = take_client,
		.items = ret,
		.size = sizeof(*ret),
		.max = max };
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_CLIENTS, reterr)) != VT_OK)
		return rc;
	return vt_house_list(o, actor->agency_no, &l, ret_n, ret_next, reterr);
}
