/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved queries: entries of their owner, or, shared, of the agency. */
#include <stdlib.h>

#include "api/office/find.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "base/cbor.h"

/* docs/format.md has the fields. */
enum {
	K_VERSION = 1,
	K_NAME,
	K_OWNER,
	K_COLUMNS,
	K_MADE,
	K_FIELDS /* [[name, value]...] */
};
#define KEY_SIZE (2 * (size_t)VT_ID_SIZE) /* owner, or zeroes when shared; id  \
					   */
#define LIST_MAX 64

static void
key_of(const struct vt_saved *s, uint8_t ret[static KEY_SIZE])
{
	memset(ret, 0, KEY_SIZE);
	if (!s->shared)
		memcpy(ret, s->owner.b, VT_ID_SIZE);
	memcpy(ret + VT_ID_SIZE, s->id.b, VT_ID_SIZE);
}

static void
encode(const struct vt_saved *s, struct vt_buf *ret)
{
	struct vt_cbor_map_writer m;
	size_t n = 0;

	for (int i = 0; i < VT_FIND__MAX; i++)
		n += s->find.f[i] != NULL && *s->find.f[i] != '\0';
	vt_cbor_map_begin(&m, ret);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&m, K_NAME);
	vt_cbor_str(ret, s->name);
	vt_cbor_key(&m, K_OWNER);
	vt_cbor_id(ret, &s->owner);
	if (s->columns != NULL && *s->columns != '\0') {
		vt_cbor_key(&m, K_COLUMNS);
		vt_cbor_str(ret, s->columns);
	}
	vt_cbor_key(&m, K_MADE);
	vt_cbor_int(ret, s->made_at);
	vt_cbor_key(&m, K_FIELDS);
	vt_cbor_array(ret, n);
	for (int i = 0; i < VT_FIND__MAX; i++) {
		if (s->find.f[i] == NULL || *s->find.f[i] == '\0')
			continue;
		vt_cbor_array(ret, 2);
		vt_cbor_str(ret, vt_find_name((enum vt_find_field)i));
		vt_cbor_str(ret, s->find.f[i]);
	}
	vt_cbor_map_end(&m);
}

static const char *
text(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_text(c);
	const char *p = vt_arena_strndup(a, s.p, s.n);

	if (p == NULL)
		vt_cbor_fail(c, "no memory");
	return p == NULL ? "" : p;
}

/* A field that this program does not know would find too much without it. */
static void
get_fields(struct vt_cbor *c, struct vt_arena *a, struct vt_saved *s)
{
	size_t n = vt_cbor_get_array(c);
	char name[32];

	for (size_t i = 0; i < n && c->failed == VT_OK; i++) {
		int f = 0;

		if (vt_cbor_get_array(c) != 2)
			vt_cbor_fail(c, "not a pair");
		vt_cbor_get_str(c, name, sizeof(name));
		while (f < VT_FIND__MAX &&
		       strcmp(name, vt_find_name((enum vt_find_field)f)) != 0)
			f++;
		if (f == VT_FIND__MAX)
			vt_cbor_fail(c, "unknown field of a query");
		else
			s->find.f[f] = text(c, a);
	}
}

static int
decode(const struct vt_entry *e, struct vt_arena *a, struct vt_saved *ret,
    struct vt_err *reterr)
{
	static const uint8_t nobody[VT_ID_SIZE];
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	ret->columns = "";
	if (e->key.n != KEY_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "saved query: a key of %zu bytes", e->key.n);
	ret->shared = memcmp(e->key.p, nobody, VT_ID_SIZE) == 0;
	memcpy(ret->id.b, e->key.p + VT_ID_SIZE, VT_ID_SIZE);
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == K_VERSION) {
			if (vt_cbor_get_uint(&c) != 1)
				vt_cbor_fail(&c, "unknown version");
		} else if (key == K_NAME) {
			vt_cbor_get_str(&c, ret->name, sizeof(ret->name));
		} else if (key == K_OWNER) {
			ret->owner = vt_cbor_get_id(&c);
		} else if (key == K_COLUMNS) {
			ret->columns = text(&c, a);
		} else if (key == K_MADE) {
			ret->made_at = vt_cbor_get_int(&c);
		} else if (key == K_FIELDS) {
			get_fields(&c, a, ret);
		} else {
			vt_cbor_fail(&c, "unknown field");
		}
	}
	return vt_cbor_finish(&c, "saved query", reterr);
}

/* ---- reading ---- */

static int
by_name(const void *a, const void *b)
{
	const struct vt_saved *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : memcmp(x->id.b, y->id.b, VT_ID_SIZE);
}

/* Those of one owner, zeroes: the shared ones; QUERIES_MAX at most. */
static int
list_of(struct vt_view *v, uint32_t agency_no, const vt_id *owner,
    struct vt_entry *e, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_entry_range r = { .kind = VT_ENTRY_QUERY,
		.agency_no = agency_no,
		.prefix = VT_SPAN(owner->b, VT_ID_SIZE) };

	return vt_entry_list(v, &r, e, VT_L(QUERIES_MAX), ret_n, reterr);
}

int
vt_office_saved(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_arena *a, struct vt_saved *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	const vt_id owners[] = { actor->person, { { 0 } } };
	struct vt_entry *e;
	size_t n = 0, got;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	if ((e = calloc(VT_L(QUERIES_MAX), sizeof(*e))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "saved: no memory");
	for (size_t w = 0; w < 2 && rc == VT_OK; w++) {
		got = 0;
		rc = list_of(v, actor->agency_no, &owners[w], e, &got, reterr);
		for (size_t i = 0; rc == VT_OK && i < got && n < max; i++)
			rc = decode(&e[i], a, &ret[n++], reterr);
	}
	free(e);
	if (rc != VT_OK)
		return rc;
	qsort(ret, n, sizeof(*ret), by_name);
	*ret_n = n;
	return VT_OK;
}

/* ---- saving and removing ---- */

static bool
may_share(const struct vt_actor *a)
{
	return (a->roles & (VT_ROLE_LEADER | VT_ROLE_CLERK | VT_ROLE_ADMIN)) !=
	       0;
}

/* Would it run, and be exported? */
static int
try_it(struct vt_office *o, const struct vt_request *rq,
    const struct vt_saved *s, size_t *ret_others, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const vt_id owner = s->shared ? (vt_id){ { 0 } } : s->owner;
	struct vt_paper p;
	struct vt_find_page page = { .ret = &p, .max = 1 };
	struct vt_entry *e;
	int rc;

	if ((rc = vt_export_columns(s->columns, NULL, NULL, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_find(o, v, rq->actor, &s->find, &page, reterr)) !=
		VT_OK)
		return rc;
	if ((e = calloc(VT_L(QUERIES_MAX), sizeof(*e))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "saved: no memory");
	rc = list_of(v, rq->actor->agency_no, &owner, e, ret_others, reterr);
	free(e);
	return rc;
}

static vt_id
id_of(struct vt_office *o, const struct vt_request *rq)
{
	VT_BUF_AUTO(b);
	vt_hash h;
	vt_id id;

	vt_buf_put(&b, rq->actor->person.b, VT_ID_SIZE);
	vt_buf_puts(&b, rq->key);
	h = vt_store_mac(o->o.store, "saved query id", vt_buf_view(&b));
	memcpy(id.b, h.b, VT_ID_SIZE);
	return id;
}

static int
put(struct vt_office *o, const struct vt_request *rq, const struct vt_saved *s,
    bool remove, struct vt_err *reterr)
{
	struct vt_house_act act = { .rq = rq,
		.agency_no = rq->actor->agency_no };
	uint8_t key[KEY_SIZE];
	VT_BUF_AUTO(b);
	int rc;

	key_of(s, key);
	if (!remove)
		encode(s, &b);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	if (b.n > VT_L(QUERY_VALUE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "saved query: %zu bytes, at most %zu", b.n,
		    VT_L(QUERY_VALUE_MAX));
	vt_house_change(&act, VT_ENTRY_QUERY, VT_SPAN(key, sizeof(key)),
	    vt_buf_view(&b), remove ? VT_ENTRY_ANY : VT_ENTRY_NEW);
	return vt_house_do(o->o.store, &act, NULL, reterr);
}

int
vt_office_save(struct vt_office *o, const struct vt_request *rq,
    const struct vt_saved *s, vt_id *ret_id, struct vt_err *reterr)
{
	struct vt_saved x = *s;
	VT_BUF_AUTO(name);
	size_t others = 0;
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_SAVE_QUERY, &done, reterr);
	if (rc != VT_OK)
		return rc;
	x.id = id_of(o, rq);
	x.owner = rq->actor->person;
	x.made_at = vt_now(o->o.ctx);
	if (done) {
		*ret_id = x.id;
		return VT_OK;
	}
	if (x.shared && !may_share(rq->actor))
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "saved query: clerks, leaders and administrators share");
	rc = vt_text_clean(vt_span_str(s->name), VT_SAVED_NAME_MAX,
	    "name of the query", &name, reterr);
	if (rc != VT_OK)
		return rc;
	vt_text_fit(x.name, sizeof(x.name), vt_buf_str(&name));
	if (x.name[0] == '\0')
		return vt_err_set(
		    reterr, VT_E_INVALID, "saved query: a name is wanted");
	if ((rc = try_it(o, rq, &x, &others, reterr)) != VT_OK)
		return rc;
	if (others >= VT_L(QUERIES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "saved queries: %zu are there, remove one first", others);
	if ((rc = put(o, rq, &x, false, reterr)) != VT_OK)
		return rc;
	*ret_id = x.id;
	return VT_OK;
}

int
vt_office_unsave(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 20);
	struct vt_saved *all, *found = NULL;
	struct vt_view *v = NULL;
	bool done = false;
	size_t n = 0;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_SAVE_QUERY, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	all = calloc(2 * VT_L(QUERIES_MAX), sizeof(*all));
	if (all == NULL || a == NULL) {
		free(all);
		return vt_err_set(reterr, VT_E_NOMEM, "saved: no memory");
	}
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) == VT_OK)
		rc = vt_office_saved(
		    o, v, rq->actor, a, all, 2 * VT_L(QUERIES_MAX), &n, reterr);
	for (size_t i = 0; i < n; i++)
		if (vt_id_eq(&all[i].id, id))
			found = &all[i];
	vt_view_end(v); /* what follows asks for ids alone */
	if (rc == VT_OK && found == NULL)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "saved query: none of yours or of the agency's has this "
		    "id");
	else if (rc == VT_OK && !vt_id_eq(&found->owner, &rq->actor->person) &&
		 (rq->actor->roles & (VT_ROLE_CLERK | VT_ROLE_ADMIN)) == 0)
		rc = vt_err_set(reterr, VT_E_FORBIDDEN,
		    "saved query: it is shared by somebody else");
	else if (rc == VT_OK)
		rc = put(o, rq, found, true, reterr);
	free(all);
	return rc;
}
