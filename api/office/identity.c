/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/identity.h"

#include "api/office/accounts_priv.h"
#include "api/office/clients_priv.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/cbor.h"
#include "signing/key/key.h"

/* docs/format.md has the fields. */
enum { K_VERSION = 1, K_PERSON, K_AGENCY, K_ISSUER, K_SUBJECT, K_NAME };

static struct vt_identity_key
key_of(enum vt_identity_kind kind, const uint8_t b[static VT_HASH_SIZE])
{
	struct vt_identity_key k;

	k.b[0] = (uint8_t)kind;
	memcpy(k.b + 1, b, VT_HASH_SIZE);
	return k;
}

struct vt_identity_key
vt_identity_oidc(const char *issuer, const char *subject)
{
	VT_BUF_AUTO(b);
	vt_hash h;

	/* lengths first: no two pairs give the same bytes */
	vt_cbor_array(&b, 2);
	vt_cbor_bytes(&b, vt_span_str(issuer));
	vt_cbor_bytes(&b, vt_span_str(subject));
	h = vt_sha256(vt_buf_view(&b));
	return key_of(VT_IDENTITY_OIDC, h.b);
}

struct vt_identity_key
vt_identity_certificate(const vt_hash *cert)
{
	return key_of(VT_IDENTITY_CERTIFICATE, cert->b);
}

static struct vt_identity_key
key_of_person(enum vt_identity_kind kind, const vt_id *person)
{
	uint8_t b[VT_HASH_SIZE] = { 0 };

	memcpy(b, person->b, VT_ID_SIZE);
	return key_of(kind, b);
}

static void
encode(const struct vt_identity *id, struct vt_buf *ret)
{
	struct vt_cbor_map_writer m;

	vt_cbor_map_begin(&m, ret);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&m, K_PERSON);
	vt_cbor_id(ret, &id->person);
	vt_cbor_key(&m, K_AGENCY);
	vt_cbor_uint(ret, id->agency_no);
	vt_cbor_key(&m, K_ISSUER);
	vt_cbor_str(ret, id->issuer);
	vt_cbor_key(&m, K_SUBJECT);
	vt_cbor_str(ret, id->subject);
	vt_cbor_map_end(&m);
}

static int
decode(const struct vt_entry *e, struct vt_identity *ret, char name[65],
    struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == K_VERSION && vt_cbor_get_uint(&c) != 1)
			vt_cbor_fail(&c, "unknown version");
		else if (key == K_PERSON)
			ret->person = vt_cbor_get_id(&c);
		else if (key == K_AGENCY)
			ret->agency_no = (uint32_t)vt_cbor_get_uint(&c);
		else if (key == K_ISSUER)
			vt_cbor_get_str(&c, ret->issuer, sizeof(ret->issuer));
		else if (key == K_SUBJECT)
			vt_cbor_get_str(&c, ret->subject, sizeof(ret->subject));
		else if (key == K_NAME)
			vt_cbor_get_str(&c, name, 65);
		else if (key > K_NAME)
			vt_cbor_fail(&c, "unknown field");
	}
	ret->kind = (enum vt_identity_kind)e->key.p[0];
	if (ret->kind == VT_IDENTITY_CERTIFICATE)
		memcpy(ret->certificate.b, e->key.p + 1, VT_HASH_SIZE);
	ret->rev = e->rev;
	return vt_cbor_finish(&c, "identity", reterr);
}

int
vt_identity_find(struct vt_view *v, const struct vt_identity_key *key,
    struct vt_identity *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	char name[65] = "";
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(
	    v, VT_ENTRY_IDENTITY, 0, VT_SPAN(key->b, sizeof(key->b)), &e, &err);
	if (rc == VT_OK)
		return decode(&e, ret, name, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_IDENTITY_UNKNOWN,
		    "identity: linked to nobody");
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_identity_name(struct vt_view *v, enum vt_identity_kind kind,
    const vt_id *person, char ret[65], struct vt_err *reterr)
{
	struct vt_identity_key k = key_of_person(kind, person);
	struct vt_err err = VT_ERR_INIT;
	struct vt_identity id;
	struct vt_entry e;
	int rc;

	ret[0] = '\0';
	rc = vt_entry_get(
	    v, VT_ENTRY_IDENTITY, 0, VT_SPAN(k.b, sizeof(k.b)), &e, &err);
	if (rc == VT_OK)
		return decode(&e, &id, ret, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

void
vt_identity_name_change(struct vt_house_act *act, enum vt_identity_kind kind,
    const vt_id *person, const char *name, struct vt_identity_key *key,
    struct vt_buf *value)
{
	struct vt_cbor_map_writer m;

	*key = key_of_person(kind, person);
	if (name != NULL) {
		vt_cbor_map_begin(&m, value);
		vt_cbor_key(&m, K_VERSION);
		vt_cbor_uint(value, 1);
		vt_cbor_key(&m, K_PERSON);
		vt_cbor_id(value, person);
		vt_cbor_key(&m, K_NAME);
		vt_cbor_str(value, name);
		vt_cbor_map_end(&m);
	}
	vt_house_change(act, VT_ENTRY_IDENTITY, VT_SPAN(key->b, sizeof(key->b)),
	    name == NULL ? VT_SPAN(NULL, 0) : vt_buf_view(value),
	    name == NULL ? VT_ENTRY_ANY : VT_ENTRY_NEW);
}

/* ---- linking ---- */

static struct vt_identity_key
own_key(const struct vt_identity *id)
{
	return id->kind == VT_IDENTITY_CERTIFICATE
		   ? vt_identity_certificate(&id->certificate)
		   : vt_identity_oidc(id->issuer, id->subject);
}

int
vt_identity_link(struct vt_store *s, const vt_id *person,
    const struct vt_identity *given, const struct vt_request *rq,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_identity id = *given, there;
	struct vt_identity_key key = own_key(given);
	struct vt_house_act act = { .rq = rq };
	struct vt_err err = VT_ERR_INIT;
	struct vt_person p;
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK ||
	    (rc = vt_house_person(v, person,
		 rq == NULL ? 0 : rq->actor->agency_no, &p, reterr)) != VT_OK)
		return rc;
	rc = vt_identity_find(v, &key, &there, &err);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "identity: it is linked already");
	id.person = p.id;
	id.agency_no = act.agency_no = p.agency_no;
	vt_view_end(VT_TAKE(v));
	encode(&id, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	vt_house_change(&act, VT_ENTRY_IDENTITY, VT_SPAN(key.b, sizeof(key.b)),
	    vt_buf_view(&value), VT_ENTRY_NEW);
	return vt_house_do(s, &act, NULL, reterr);
}

int
vt_office_link_oidc(struct vt_office *o, const struct vt_request *rq,
    const vt_id *person, const char *issuer, const char *subject,
    struct vt_err *reterr)
{
	struct vt_identity id = { .kind = VT_IDENTITY_OIDC };
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_ACCOUNTS, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	if (issuer[0] == '\0' || subject[0] == '\0' ||
	    strlen(issuer) >= sizeof(id.issuer) ||
	    strlen(subject) >= sizeof(id.subject))
		return vt_err_set(reterr, VT_E_INVALID,
		    "identity: issuer and subject of 1 to %zu bytes wanted",
		    sizeof(id.issuer) - 1);
	vt_text_fit(id.issuer, sizeof(id.issuer), issuer);
	vt_text_fit(id.subject, sizeof(id.subject), subject);
	return vt_identity_link(o->o.store, person, &id, rq, reterr);
}

int
vt_office_link_certificate(struct vt_office *o, const struct vt_request *rq,
    const vt_id *person, struct vt_span der, struct vt_err *reterr)
{
	struct vt_identity id = { .kind = VT_IDENTITY_CERTIFICATE };
	struct vt_certificate_info info;
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_ACCOUNTS, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	rc = vt_certificate_describe(der, &info, reterr);
	if (rc != VT_OK)
		return rc;
	id.certificate = vt_sha256(der);
	vt_text_fit(id.subject, sizeof(id.subject), info.subject_cn);
	return vt_identity_link(o->o.store, person, &id, rq, reterr);
}

/* rq NULL: the operator, of any agency. */
static int
unlink_it(struct vt_store *store, const struct vt_identity_key *key,
    const struct vt_request *rq, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_house_act act = { .rq = rq };
	struct vt_err err = VT_ERR_INIT;
	struct vt_identity id;
	int rc;

	if ((rc = vt_view_begin(store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_identity_find(v, key, &id, &err);
	vt_view_end(VT_TAKE(v));
	if (rc == VT_E_IDENTITY_UNKNOWN ||
	    (rc == VT_OK && rq != NULL && id.agency_no != rq->actor->agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "identity: there is none");
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	act.agency_no = id.agency_no;
	vt_house_change(&act, VT_ENTRY_IDENTITY,
	    VT_SPAN(key->b, sizeof(key->b)), VT_SPAN(NULL, 0), id.rev);
	if ((rc = vt_house_do(store, &act, NULL, reterr)) != VT_OK)
		return rc;
	/* what was opened by it */
	return vt_sessions_end(store, &id.person, NULL, NULL, reterr);
}

int
vt_identity_unlink(struct vt_store *s, const struct vt_identity_key *key,
    struct vt_err *reterr)
{
	return unlink_it(s, key, NULL, reterr);
}

int
vt_office_unlink(struct vt_office *o, const struct vt_request *rq,
    const struct vt_identity_key *key, struct vt_err *reterr)
{
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_ACCOUNTS, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	return unlink_it(o->o.store, key, rq, reterr);
}

#define LOOK_AT 256

/* Of up to LOOK_AT after *at the first of the person; *at: where it stands, or
 * where to go on. *ret: 1 found, 0 not among these, -1 the end. */
static int
next_of(struct vt_store *s, const vt_id *person, struct vt_identity_key *at,
    int *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_identity_key from = *at;
	struct vt_entry_range r = { .kind = VT_ENTRY_IDENTITY,
		.after = VT_SPAN(from.b, sizeof(from.b)) };
	struct vt_entry e[LOOK_AT];
	struct vt_identity id;
	char name[65];
	size_t n = 0;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK ||
	    (rc = vt_entry_list(v, &r, e, LOOK_AT, &n, reterr)) != VT_OK)
		return rc;
	*ret = n < LOOK_AT ? -1 : 0;
	for (size_t i = 0; i < n; i++) {
		if ((rc = decode(&e[i], &id, name, reterr)) != VT_OK)
			return rc;
		if (id.kind > VT_IDENTITY_CERTIFICATE) {
			*ret = -1; /* the others are names here */
			return VT_OK;
		}
		VT_ASSERT(e[i].key.n == sizeof(at->b));
		memcpy(at->b, e[i].key.p, sizeof(at->b));
		if (vt_id_eq(&id.person, person)) {
			*ret = 1;
			return VT_OK;
		}
	}
	return VT_OK;
}

int
vt_identities_end(
    struct vt_store *s, const vt_id *person, struct vt_err *reterr)
{
	struct vt_identity_key at = { .b = { 0 } };
	int found = 0, rc;

	do {
		rc = next_of(s, person, &at, &found, reterr);
		if (rc == VT_OK && found == 1)
			rc = unlink_it(s, &at, NULL, reterr);
	} while (rc == VT_OK && found >= 0);
	return rc;
}

/* ---- by certificate ---- */

int
vt_office_authenticate_certificate(struct vt_office *o, struct vt_span der,
    struct vt_actor *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	vt_hash h = vt_sha256(der);
	struct vt_identity_key key = vt_identity_certificate(&h);
	struct vt_err err = VT_ERR_INIT;
	struct vt_identity id;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_identity_find(v, &key, &id, &err)) == VT_OK)
		rc = vt_house_actor(v, &id.person, vt_now(o->o.ctx), ret, &err);
	if (rc == VT_OK)
		rc = vt_account_open(v, &id.person, &err);
	if (rc == VT_OK)
		return vt_client_limit(v, ret, reterr);
	if (rc == VT_E_IDENTITY_UNKNOWN || rc == VT_E_PERSON_UNKNOWN)
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "the client certificate is not known here");
	if (reterr != NULL)
		*reterr = err;
	return rc;
}
