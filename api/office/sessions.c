/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/sessions_priv.h"

#include "api/office/accounts_priv.h"
#include "api/office/clients_priv.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "base/base64.h"
#include "base/cbor.h"

/* docs/format.md has the fields. */
enum {
	K_VERSION = 1,
	K_KIND,
	K_MADE,
	K_USED,
	K_UNTIL,
	K_IDLE,
	K_SCOPES,
	K_MUST_CHANGE
};

#define RANDOM_SIZE 32
#define TOKEN_SIZE  (VT_ID_SIZE + RANDOM_SIZE)
#define KEY_SIZE    (VT_ID_SIZE + VT_HASH_SIZE)
#define LIST_MAX    64
/* A use is written down when the last one is as old. */
#define TOUCH_US VT_TIME_S(60)
/* How long it is known that a session was there, to say "expired". */
#define GRACE_US VT_TIME_S(86400)

struct kept {
	enum vt_session_kind kind;
	vt_time made, used, until;
	int64_t idle_s;
	bool scoped, must_change;
	uint32_t scopes;
};

/* person ‖ SHA-256 of the token */
struct key {
	uint8_t b[KEY_SIZE];
};

static void
encode(const struct kept *k, struct vt_buf *b)
{
	struct vt_cbor_map_writer m;

	vt_cbor_map_begin(&m, b);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(b, 1);
	vt_cbor_key(&m, K_KIND);
	vt_cbor_uint(b, (uint64_t)k->kind);
	vt_cbor_key(&m, K_MADE);
	vt_cbor_int(b, k->made);
	vt_cbor_key(&m, K_USED);
	vt_cbor_int(b, k->used);
	vt_cbor_key(&m, K_UNTIL);
	vt_cbor_int(b, k->until);
	vt_cbor_key(&m, K_IDLE);
	vt_cbor_int(b, k->idle_s);
	if (k->scoped) {
		vt_cbor_key(&m, K_SCOPES);
		vt_cbor_uint(b, k->scopes);
	}
	vt_cbor_key(&m, K_MUST_CHANGE);
	vt_cbor_bool(b, k->must_change);
	vt_cbor_map_end(&m);
}

static void
get_field(struct vt_cbor *c, uint64_t key, struct kept *k)
{
	uint64_t n;

	switch (key) {
	case K_VERSION:
		if (vt_cbor_get_uint(c) != 1)
			vt_cbor_fail(c, "unknown version");
		break;
	case K_KIND:
		n = vt_cbor_get_uint(c);
		if (n < VT_SESSION_PASSWORD || n > VT_SESSION_CLIENT)
			vt_cbor_fail(c, "unknown kind");
		k->kind = (enum vt_session_kind)n;
		break;
	case K_MADE:
		k->made = vt_cbor_get_int(c);
		break;
	case K_USED:
		k->used = vt_cbor_get_int(c);
		break;
	case K_UNTIL:
		k->until = vt_cbor_get_int(c);
		break;
	case K_IDLE:
		k->idle_s = vt_cbor_get_int(c);
		break;
	case K_SCOPES:
		k->scopes = (uint32_t)vt_cbor_get_uint(c);
		k->scoped = true;
		break;
	case K_MUST_CHANGE:
		k->must_change = vt_cbor_get_bool(c);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

static int
decode(struct vt_span s, struct kept *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		get_field(&c, key, ret);
	return vt_cbor_finish(&c, "session", reterr);
}

static int
put(struct vt_store *s, const struct key *key, const struct kept *k,
    uint64_t expect, struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_SESSION,
		.key = VT_SPAN(key->b, KEY_SIZE),
		.expires = k->until + GRACE_US,
		.expect = expect };
	VT_BUF_AUTO(b);
	int rc;

	encode(k, &b);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n.value = vt_buf_view(&b);
	return vt_state_put(s, &n, NULL, reterr);
}

/* False when it cannot be a token of ours. */
static bool
key_of(struct vt_span token, struct key *ret)
{
	VT_BUF_AUTO(raw);
	vt_hash h;

	raw.secret = true;
	if (token.n != VT_SESSION_TOKEN ||
	    vt_base64url_get(token, &raw, NULL) != VT_OK || raw.n != TOKEN_SIZE)
		return false;
	h = vt_sha256(token);
	memcpy(ret->b, raw.p, VT_ID_SIZE);
	memcpy(ret->b + VT_ID_SIZE, h.b, VT_HASH_SIZE);
	return true;
}

static bool
is_over(const struct kept *k, vt_time now)
{
	return now >= k->until ||
	       (k->idle_s > 0 && now - k->used >= VT_TIME_S(k->idle_s));
}

/* ---- ending ---- */

static int
drop(struct vt_store *s, const struct key *key, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_state_delete(
	    s, VT_STATE_SESSION, VT_SPAN(key->b, KEY_SIZE), VT_STATE_ANY, &err);

	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* Keys and times of a person's sessions, after the one in *after. */
struct listed {
	struct key key;
	vt_time used;
	bool over;
};

static int
list(struct vt_store *s, const vt_id *person, const struct key *after,
    vt_time now, struct listed ret[LIST_MAX], size_t *ret_n,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_state st[LIST_MAX];
	struct kept k;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_list(v, VT_STATE_SESSION, VT_SPAN(person->b, VT_ID_SIZE),
	    after == NULL ? VT_SPAN(NULL, 0) : VT_SPAN(after->b, KEY_SIZE), st,
	    LIST_MAX, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		if (st[i].key.n != KEY_SIZE)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "session: a key of %zu bytes", st[i].key.n);
		memcpy(ret[i].key.b, st[i].key.p, KEY_SIZE);
		if ((rc = decode(st[i].value, &k, reterr)) == VT_OK) {
			ret[i].used = k.used;
			ret[i].over = is_over(&k, now);
		}
	}
	*ret_n = n;
	return rc;
}

int
vt_sessions_end(struct vt_store *s, const vt_id *person,
    const struct vt_span *keep, size_t *ret_ended, struct vt_err *reterr)
{
	struct listed l[LIST_MAX];
	struct key spared, after;
	bool spare = keep != NULL && key_of(*keep, &spared);
	bool first = true;
	size_t n, ended = 0;
	int rc;

	do {
		rc = list(s, person, first ? NULL : &after, 0, l, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = l[i].key;
			if (spare &&
			    memcmp(spared.b, l[i].key.b, KEY_SIZE) == 0)
				continue;
			rc = drop(s, &l[i].key, reterr);
			ended++;
		}
		first = false;
	} while (rc == VT_OK && n == LIST_MAX);
	if (rc == VT_OK && ret_ended != NULL)
		*ret_ended = ended;
	return rc;
}

int
vt_office_sign_out(
    struct vt_office *o, struct vt_span token, struct vt_err *reterr)
{
	struct key key;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	return key_of(token, &key) ? drop(o->o.store, &key, reterr) : VT_OK;
}

int
vt_office_sign_out_all(struct vt_office *o, const struct vt_actor *actor,
    size_t *ret_ended, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return vt_sessions_end(
	    o->o.store, &actor->person, NULL, ret_ended, reterr);
}

/* ---- beginning ---- */

/* Makes room: those that are over go, and the one unused longest. */
static int
make_room(struct vt_store *s, const vt_id *person, vt_time now, size_t most,
    struct vt_err *reterr)
{
	const struct listed *oldest = NULL;
	struct listed l[LIST_MAX];
	size_t n = 0, alive = 0;
	int rc;

	static_assert(VT_L(SESSIONS_MAX) <= LIST_MAX &&
			  VT_L(ACCESS_TOKENS_MAX) <= LIST_MAX,
	    "one look is enough");

	rc = list(s, person, NULL, now, l, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		if (l[i].over) {
			rc = drop(s, &l[i].key, reterr);
			continue;
		}
		alive++;
		if (oldest == NULL || l[i].used < oldest->used)
			oldest = &l[i];
	}
	if (rc == VT_OK && alive >= most && oldest != NULL)
		rc = drop(s, &oldest->key, reterr);
	return rc;
}

int
vt_session_make(struct vt_store *s, const struct vt_context *ctx,
    const struct vt_session_new *n, char ret_token[static VT_SESSION_TOKEN + 1],
    vt_time *ret_until, struct vt_err *reterr)
{
	vt_time now = vt_now(ctx);
	struct kept k = { .kind = n->kind,
		.made = now,
		.used = now,
		.until = now + VT_TIME_S(n->life_s),
		.idle_s = n->idle_s,
		.scoped = n->scoped,
		.scopes = n->scopes,
		.must_change = n->must_change };
	uint8_t raw[TOKEN_SIZE];
	struct key key;
	VT_BUF_AUTO(text);
	int rc;

	text.secret = true;
	rc = make_room(s, &n->person, now,
	    n->kind == VT_SESSION_CLIENT ? VT_L(ACCESS_TOKENS_MAX)
					 : VT_L(SESSIONS_MAX),
	    reterr);
	if (rc != VT_OK)
		return rc;
	memcpy(raw, n->person.b, VT_ID_SIZE);
	vt_random(ctx, raw + VT_ID_SIZE, RANDOM_SIZE);
	vt_base64url_put(&text, VT_SPAN(raw, sizeof(raw)));
	vt_wipe(raw, sizeof(raw));
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	VT_ASSERT(key_of(vt_buf_view(&text), &key));
	rc = put(s, &key, &k, VT_STATE_NEW, reterr);
	if (rc == VT_OK) {
		memcpy(ret_token, text.p, VT_SESSION_TOKEN);
		ret_token[VT_SESSION_TOKEN] = '\0';
		*ret_until = k.until;
	}
	return rc;
}

/* ---- using ---- */

static int
find(struct vt_office *o, const struct key *key, struct kept *ret,
    uint64_t *ret_rev, struct vt_session *ret_session, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_state st;
	vt_id person;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(
	    v, VT_STATE_SESSION, VT_SPAN(key->b, KEY_SIZE), &st, &err);
	if (rc == VT_OK) {
		*ret_rev = st.rev;
		rc = decode(st.value, ret, &err);
	}
	if (rc == VT_OK && is_over(ret, vt_now(o->o.ctx)))
		rc = vt_err_set(&err, VT_E_TOKEN_EXPIRED,
		    "the session or access token has expired (RFC 6750 "
		    "section 3.1)");
	if (rc == VT_OK) {
		memcpy(person.b, key->b, VT_ID_SIZE);
		rc = vt_house_actor(
		    v, &person, vt_now(o->o.ctx), &ret_session->actor, &err);
	}
	if (rc == VT_OK)
		rc = ret->kind == VT_SESSION_CLIENT
			 ? vt_client_limit(v, &ret_session->actor, &err)
			 : vt_account_open(v, &person, &err);
	if (rc == VT_E_NOT_FOUND || rc == VT_E_PERSON_UNKNOWN)
		rc = vt_err_set(&err, VT_E_UNAUTHENTICATED,
		    "the session or access token is not known here");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_session(struct vt_office *o, struct vt_span token,
    struct vt_session *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	struct key key;
	struct kept k;
	uint64_t rev = 0;
	vt_time now;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (!key_of(token, &key))
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "this is no token of a session");
	memset(&s, 0, sizeof(s));
	if ((rc = find(o, &key, &k, &rev, &s, reterr)) != VT_OK)
		return rc;
	s.kind = k.kind;
	s.until = k.until;
	s.must_change = k.must_change;
	if (k.scoped) {
		/* never more than the client has by now */
		s.actor.scopes =
		    s.actor.scoped ? s.actor.scopes & k.scopes : k.scopes;
		s.actor.scoped = true;
	}
	now = vt_now(o->o.ctx);
	if (k.idle_s > 0 && now - k.used >= TOUCH_US) {
		k.used = now;
		/* Somebody else wrote it down, or it ended: no matter. */
		rc = put(o->o.store, &key, &k, rev, &err);
		if (rc != VT_OK && rc != VT_E_CONFLICT)
			vt_log_err("office.session_touch", &err);
	}
	*ret = s;
	return VT_OK;
}

int
vt_session_changed(
    struct vt_office *o, struct vt_span token, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	struct key key;
	struct kept k;
	uint64_t rev = 0;
	int rc;

	if (!key_of(token, &key))
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "this is no token of a session");
	/* Not over what came between: a session that was ended stays so. */
	do {
		if ((rc = find(o, &key, &k, &rev, &s, reterr)) != VT_OK)
			return rc;
		k.must_change = false;
		k.used = vt_now(o->o.ctx);
		rc = put(o->o.store, &key, &k, rev, &err);
	} while (rc == VT_E_CONFLICT);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- forms ---- */

static vt_hash
csrf(struct vt_office *o, struct vt_span token)
{
	return vt_store_mac(o->o.store, "csrf", token);
}

void
vt_session_csrf(
    struct vt_office *o, struct vt_span token, char ret[VT_HASH_TEXT + 1])
{
	vt_hash h = csrf(o, token);

	vt_hash_text(&h, ret);
}

int
vt_session_csrf_check(struct vt_office *o, struct vt_span token,
    const char *given, struct vt_err *reterr)
{
	vt_hash want = csrf(o, token), got;

	if (given != NULL && vt_hash_parse(vt_span_str(given), &got) &&
	    vt_hash_eq(&want, &got))
		return VT_OK;
	return vt_err_set(reterr, VT_E_CSRF,
	    "the form does not carry the token of this session");
}
