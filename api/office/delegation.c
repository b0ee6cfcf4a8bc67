/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/delegation_priv.h"

#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "base/cbor.h"

/* docs/format.md has the fields; duties by their names. */
enum {
	K_VERSION = 1,
	K_FROM,
	K_DUTIES,
	K_SINCE,
	K_UNTIL,
	K_PAPER,
	K_TEXT,
	K_MADE,
	K_REVOKED,
	K_REVOKED_BY
};
#define LIST_MAX 64

void
vt_delegation_encode(const struct vt_delegation *d, struct vt_buf *ret)
{
	struct vt_cbor_map_writer m;
	size_t n = 0;

	for (int i = 0; i < VT_DUTY__MAX; i++)
		n += vt_duties_has(&d->duties, (enum vt_duty)i);
	vt_cbor_map_begin(&m, ret);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&m, K_FROM);
	vt_cbor_id(ret, &d->from);
	vt_cbor_key(&m, K_DUTIES);
	vt_cbor_array(ret, n);
	for (int i = 0; i < VT_DUTY__MAX; i++)
		if (vt_duties_has(&d->duties, (enum vt_duty)i))
			vt_cbor_str(ret, vt_duty_name((enum vt_duty)i));
	vt_cbor_key(&m, K_SINCE);
	vt_cbor_int(ret, d->since);
	vt_cbor_key(&m, K_UNTIL);
	vt_cbor_int(ret, d->until);
	if (!vt_id_is_zero(&d->paper)) {
		vt_cbor_key(&m, K_PAPER);
		vt_cbor_id(ret, &d->paper);
	}
	vt_cbor_key(&m, K_TEXT);
	vt_cbor_str(ret, d->text);
	vt_cbor_key(&m, K_MADE);
	vt_cbor_int(ret, d->made_at);
	if (d->revoked_at != VT_TIME_NONE) {
		vt_cbor_key(&m, K_REVOKED);
		vt_cbor_int(ret, d->revoked_at);
		vt_cbor_key(&m, K_REVOKED_BY);
		vt_cbor_id(ret, &d->revoked_by);
	}
	vt_cbor_map_end(&m);
}

/* A duty that this program does not know gives nobody a right. */
static void
get_duties(struct vt_cbor *c, struct vt_duties *ret)
{
	size_t n = vt_cbor_get_array(c);
	enum vt_duty duty;
	char name[64];

	for (size_t i = 0; i < n && c->failed == VT_OK; i++) {
		vt_cbor_get_str(c, name, sizeof(name));
		if (vt_duty_parse(name, &duty))
			vt_duties_add(ret, duty);
	}
}

static void
get_field(struct vt_cbor *c, uint64_t key, struct vt_delegation *d)
{
	switch (key) {
	case K_VERSION:
		if (vt_cbor_get_uint(c) != 1)
			vt_cbor_fail(c, "unknown version");
		break;
	case K_FROM:
		d->from = vt_cbor_get_id(c);
		break;
	case K_DUTIES:
		get_duties(c, &d->duties);
		break;
	case K_SINCE:
		d->since = vt_cbor_get_int(c);
		break;
	case K_UNTIL:
		d->until = vt_cbor_get_int(c);
		break;
	case K_PAPER:
		d->paper = vt_cbor_get_id(c);
		break;
	case K_TEXT:
		vt_cbor_get_str(c, d->text, sizeof(d->text));
		break;
	case K_MADE:
		d->made_at = vt_cbor_get_int(c);
		break;
	case K_REVOKED:
		d->revoked_at = vt_cbor_get_int(c);
		break;
	case K_REVOKED_BY:
		d->revoked_by = vt_cbor_get_id(c);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

int
vt_delegation_decode(
    const struct vt_entry *e, struct vt_delegation *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	if (e->key.n != VT_DELEGATION_KEY)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "delegation: a key of %zu bytes", e->key.n);
	memcpy(ret->to.b, e->key.p, VT_ID_SIZE);
	memcpy(ret->id.b, e->key.p + VT_ID_SIZE, VT_ID_SIZE);
	ret->agency_no = e->agency_no;
	ret->rev = e->rev;
	ret->revoked_at = VT_TIME_NONE;
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		get_field(&c, key, ret);
	return vt_cbor_finish(&c, "delegation", reterr);
}

/* ---- in force ---- */

static bool
in_force(const struct vt_delegation *d, vt_time now)
{
	return d->since <= now && now < d->until &&
	       (d->revoked_at == VT_TIME_NONE || now < d->revoked_at);
}

static bool
takes_a_person(enum vt_duty duty)
{
	enum vt_key_class k = vt_duty_key(duty);

	return k == VT_KEY_CLASS_PERSONAL || k == VT_KEY_CLASS_AGENCY;
}

/* What of it is good today: the giver still there, and still entitled. */
static int
add_acting(struct vt_view *v, const struct vt_delegation *d,
    struct vt_actor *actor, struct vt_err *reterr)
{
	struct vt_acting a = { .delegation = d->id, .from = d->from };
	struct vt_err err = VT_ERR_INIT;
	struct vt_person from;
	int rc;

	rc = vt_house_person(v, &d->from, actor->agency_no, &from, &err);
	if (rc == VT_E_PERSON_UNKNOWN)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		enum vt_duty duty = (enum vt_duty)i;

		if (vt_duties_has(&d->duties, duty) &&
		    vt_duty_delegable(duty) &&
		    vt_who_role_may(from.roles, duty) &&
		    !((actor->roles & VT_ROLE_SYSTEM) != 0 &&
			takes_a_person(duty)))
			vt_duties_add(&a.duties, duty);
	}
	if (!vt_duties_none(&a.duties) && actor->n_acting < VT_L(ACTING_MAX))
		actor->acting[actor->n_acting++] = a;
	return VT_OK;
}

int
vt_delegations_in_force(struct vt_view *v, vt_time now, struct vt_actor *actor,
    struct vt_err *reterr)
{
	struct vt_entry_range r = { .kind = VT_ENTRY_DELEGATION,
		.agency_no = actor->agency_no,
		.prefix = VT_SPAN(actor->person.b, VT_ID_SIZE) };
	struct vt_entry e[LIST_MAX];
	struct vt_delegation d;
	size_t n;
	int rc;

	actor->n_acting = 0;
	do {
		rc = vt_entry_list(v, &r, e, LIST_MAX, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			rc = vt_delegation_decode(&e[i], &d, reterr);
			if (rc == VT_OK && in_force(&d, now))
				rc = add_acting(v, &d, actor, reterr);
			r.after = e[i].key;
		}
	} while (rc == VT_OK && n == LIST_MAX);
	return rc;
}

int
vt_delegation_person_may(struct vt_view *v, const vt_id *person,
    enum vt_duty duty, vt_time now, bool *ret, struct vt_err *reterr)
{
	struct vt_actor a;
	int rc = vt_house_actor(v, person, now, &a, reterr);

	if (rc == VT_OK)
		*ret = vt_who_may(&a, duty, NULL) == VT_OK;
	return rc;
}

/* ---- giving ---- */

/* What was refused is told at its field. */
static int
field(const struct vt_request *rq, const char *name, int rc)
{
	if (rc != VT_OK)
		vt_office_about(rq, "/%s", name);
	return rc;
}

static int
check_times(const struct vt_request *rq, const struct vt_delegation *d,
    vt_time now, struct vt_err *reterr)
{
	vt_time clocks = VT_TIME_S(60),
		most = VT_TIME_S(86400 * VT_L(DELEGATION_DAYS_MAX));

	if (d->since >= d->until || d->until <= now)
		return field(rq, "until",
		    vt_err_set(reterr, VT_E_INVALID,
			"delegation: it has to end after it begins, and in "
			"the future"));
	if (d->since < now - clocks)
		return field(rq, "since",
		    vt_err_set(reterr, VT_E_INVALID,
			"delegation: it cannot begin in the past"));
	if (d->until - d->since > most)
		return field(rq, "until",
		    vt_err_set(reterr, VT_E_INVALID,
			"delegation (Decree 30/2020, Article 13 (3)): limited "
			"in time, at most %zu days",
			VT_L(DELEGATION_DAYS_MAX)));
	return VT_OK;
}

static int
check_duties(const struct vt_delegation *d, const struct vt_actor *giver,
    const struct vt_person *to, struct vt_err *reterr)
{
	if (vt_duties_none(&d->duties))
		return vt_err_set(
		    reterr, VT_E_INVALID, "delegation: no duty is named");
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		enum vt_duty duty = (enum vt_duty)i;

		if (!vt_duties_has(&d->duties, duty))
			continue;
		if (!vt_duty_delegable(duty) ||
		    !vt_who_role_may(giver->roles, duty))
			return vt_err_set(reterr, VT_E_FORBIDDEN,
			    "delegation: \"%s\" is not the giver's to hand "
			    "on (Decree 30/2020, Article 13 (3))",
			    vt_duty_name(duty));
		if ((to->roles & VT_ROLE_SYSTEM) != 0 && takes_a_person(duty))
			return vt_err_set(reterr, VT_E_SOLE_CONTROL,
			    "delegation: \"%s\" activates a key, and a "
			    "system never does",
			    vt_duty_name(duty));
	}
	return VT_OK;
}

/* Those of the receiver whose time meets that of d; revoked ones aside. */
static int
check_number(
    struct vt_view *v, const struct vt_delegation *d, struct vt_err *reterr)
{
	struct vt_entry_range r = { .kind = VT_ENTRY_DELEGATION,
		.agency_no = d->agency_no,
		.prefix = VT_SPAN(d->to.b, VT_ID_SIZE) };
	struct vt_entry e[LIST_MAX];
	struct vt_delegation x;
	size_t n, same = 0;
	int rc;

	do {
		rc = vt_entry_list(v, &r, e, LIST_MAX, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			rc = vt_delegation_decode(&e[i], &x, reterr);
			r.after = e[i].key;
			same += rc == VT_OK && x.revoked_at == VT_TIME_NONE &&
				x.since < d->until && d->since < x.until;
		}
	} while (rc == VT_OK && n == LIST_MAX);
	if (rc == VT_OK && same >= VT_L(ACTING_MAX))
		rc = vt_err_set(reterr, VT_E_LIMIT,
		    "delegation: at most %zu at the same time for one person",
		    VT_L(ACTING_MAX));
	return rc;
}

/* Decree 30/2020, Article 13 (3): in writing. */
static int
check_paper(
    struct vt_view *v, const struct vt_delegation *d, struct vt_err *reterr)
{
	struct vt_paper p;
	int rc;

	if (vt_id_is_zero(&d->paper))
		return VT_OK;
	rc = vt_paper_get(v, &d->paper, &p, reterr);
	if (rc == VT_OK && p.agency_no != d->agency_no)
		rc = vt_err_set(
		    reterr, VT_E_NOT_FOUND, "delegation: no such paper");
	/* what arrived was signed by nobody here */
	if (rc == VT_OK && vt_id_is_zero(&p.signed_by))
		rc = vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delegation (Decree 30/2020, Article 13 (3)): it rests on "
		    "a paper of the agency that is signed");
	return rc;
}

/* Everything that the store is asked about. */
static int
check_house(struct vt_office *o, const struct vt_request *rq,
    const struct vt_delegation *d, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_person to;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_house_person(v, &d->to, d->agency_no, &to, reterr);
	if (rc != VT_OK)
		return field(rq, "to", rc);
	rc = check_duties(d, rq->actor, &to, reterr);
	if (rc != VT_OK)
		return field(rq, "duties", rc);
	if (!vt_who_role_may(to.roles, VT_DUTY_PROCESS))
		return field(rq, "to",
		    vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
			"delegation: no person who may handle papers"));
	rc = field(rq, "paper", check_paper(v, d, reterr));
	return rc != VT_OK ? rc : field(rq, "to", check_number(v, d, reterr));
}

static int
put(struct vt_store *s, const struct vt_request *rq,
    const struct vt_delegation *d, uint64_t expect, struct vt_err *reterr)
{
	struct vt_house_act act = {
		.rq = rq, .agency_no = d->agency_no, .person = d->revoked_by
	};
	uint8_t key[VT_DELEGATION_KEY];
	VT_BUF_AUTO(b);
	int rc;

	memcpy(key, d->to.b, VT_ID_SIZE);
	memcpy(key + VT_ID_SIZE, d->id.b, VT_ID_SIZE);
	vt_delegation_encode(d, &b);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	vt_house_change(&act, VT_ENTRY_DELEGATION, VT_SPAN(key, sizeof(key)),
	    vt_buf_view(&b), expect);
	return vt_house_do(s, &act, NULL, reterr);
}

/* The id follows from the request: a repeat is answered with the same. */
static vt_id
id_of(struct vt_office *o, const struct vt_request *rq)
{
	VT_BUF_AUTO(b);
	vt_hash h;
	vt_id id;

	vt_buf_put(&b, rq->actor->person.b, VT_ID_SIZE);
	vt_buf_puts(&b, rq->key);
	h = vt_store_mac(o->o.store, "delegation id", vt_buf_view(&b));
	memcpy(id.b, h.b, VT_ID_SIZE);
	return id;
}

int
vt_office_delegate(struct vt_office *o, const struct vt_request *rq,
    const struct vt_delegation *d, vt_id *ret_id, struct vt_err *reterr)
{
	struct vt_delegation x = *d;
	VT_BUF_AUTO(text);
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_DELEGATE, &done, reterr);
	if (rc != VT_OK)
		return rc;
	x.id = id_of(o, rq);
	if (done) {
		*ret_id = x.id;
		return VT_OK;
	}
	x.from = rq->actor->person;
	x.agency_no = rq->actor->agency_no;
	x.made_at = vt_now(o->o.ctx);
	x.revoked_at = VT_TIME_NONE;
	if ((rq->actor->roles & VT_ROLE_SYSTEM) != 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "delegation: people hand on duties, programs do not");
	rc = vt_text_clean(vt_span_str(d->text), VT_L(DELEGATION_TEXT_MAX),
	    "text of the delegation", &text, reterr);
	if (rc != VT_OK)
		return field(rq, "text", rc);
	vt_text_fit(x.text, sizeof(x.text), vt_buf_str(&text));
	if (x.text[0] == '\0' && vt_id_is_zero(&x.paper))
		return field(rq, "text",
		    vt_err_set(reterr, VT_E_INVALID,
			"delegation (Decree 30/2020, Article 13 (3)): in "
			"writing, a paper or a text is wanted"));
	if (vt_id_eq(&x.to, &x.from))
		return field(rq, "to",
		    vt_err_set(reterr, VT_E_INVALID,
			"delegation: giver and receiver are the same"));
	if ((rc = check_times(rq, &x, x.made_at, reterr)) != VT_OK ||
	    (rc = check_house(o, rq, &x, reterr)) != VT_OK ||
	    (rc = put(o->o.store, rq, &x, VT_ENTRY_NEW, reterr)) != VT_OK)
		return rc;
	*ret_id = x.id;
	return VT_OK;
}

/* ---- reading and revoking ---- */

/* Of the actor's agency; there is no index by id: few in an agency. */
static int
find(struct vt_view *v, uint32_t agency_no, const vt_id *id,
    struct vt_delegation *ret, struct vt_err *reterr)
{
	struct vt_entry_range r = { .kind = VT_ENTRY_DELEGATION,
		.agency_no = agency_no };
	struct vt_entry e[LIST_MAX];
	size_t n;
	int rc;

	do {
		rc = vt_entry_list(v, &r, e, LIST_MAX, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			r.after = e[i].key;
			if (e[i].key.n == VT_DELEGATION_KEY &&
			    memcmp(e[i].key.p + VT_ID_SIZE, id->b,
				VT_ID_SIZE) == 0)
				return vt_delegation_decode(&e[i], ret, reterr);
		}
	} while (rc == VT_OK && n == LIST_MAX);
	if (rc != VT_OK)
		return rc;
	return vt_err_set(reterr, VT_E_NOT_FOUND,
	    "delegation: none has this "
	    "id");
}

int
vt_office_delegation(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_delegation *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_SEE_DELEGATIONS, reterr)) !=
		VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	return find(v, actor->agency_no, id, ret, reterr);
}

int
vt_office_delegations(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_delegation *after, struct vt_delegation *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_entry_range r = { .kind = VT_ENTRY_DELEGATION,
		.agency_no = actor->agency_no };
	uint8_t key[VT_DELEGATION_KEY];
	struct vt_entry e[LIST_MAX];
	size_t want, n = 0, done = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_SEE_DELEGATIONS, reterr)) !=
		VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if (after != NULL) {
		memcpy(key, after->to.b, VT_ID_SIZE);
		memcpy(key + VT_ID_SIZE, after->id.b, VT_ID_SIZE);
		r.after = VT_SPAN(key, sizeof(key));
	}
	do {
		want = max - done < LIST_MAX ? max - done : LIST_MAX;
		rc = vt_entry_list(v, &r, e, want, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++, done++) {
			rc = vt_delegation_decode(&e[i], &ret[done], reterr);
			r.after = e[i].key;
		}
	} while (rc == VT_OK && n == want && done < max);
	if (rc == VT_OK)
		*ret_n = done;
	return rc;
}

int
vt_office_revoke(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, struct vt_err *reterr)
{
	struct vt_delegation d;
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_SEE_DELEGATIONS, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	rc = vt_office_delegation(o, rq->actor, id, &d, reterr);
	if (rc != VT_OK)
		return rc;
	if (!vt_id_eq(&d.from, &rq->actor->person) &&
	    (rq->actor->roles & VT_ROLE_ADMIN) == 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "delegation: revoked by who gave it or by an "
		    "administrator");
	if (d.revoked_at != VT_TIME_NONE)
		return VT_OK;
	d.revoked_at = vt_now(o->o.ctx);
	d.revoked_by = rq->actor->person;
	return put(o->o.store, rq, &d, d.rev, reterr);
}

/* The next one, after *at in the order of keys, that is not over and is from or
 * to the person; VT_E_NOT_FOUND. */
static int
next_of(struct vt_store *s, const vt_id *person, vt_time now,
    struct vt_delegation *at, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_entry_range r = { .kind = VT_ENTRY_DELEGATION };
	struct vt_entry e[LIST_MAX];
	uint8_t key[VT_DELEGATION_KEY];
	struct vt_person p;
	size_t n = 0;
	int rc;

	memcpy(key, at->to.b, VT_ID_SIZE);
	memcpy(key + VT_ID_SIZE, at->id.b, VT_ID_SIZE);
	r.after = VT_SPAN(key, sizeof(key));
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK ||
	    (rc = vt_person_get(v, person, &p, reterr)) != VT_OK)
		return rc;
	r.agency_no = p.agency_no;
	do {
		rc = vt_entry_list(v, &r, e, LIST_MAX, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			rc = vt_delegation_decode(&e[i], at, reterr);
			r.after = e[i].key;
			if (rc == VT_OK && at->revoked_at == VT_TIME_NONE &&
			    now < at->until &&
			    (vt_id_eq(&at->from, person) ||
				vt_id_eq(&at->to, person)))
				return VT_OK;
		}
	} while (rc == VT_OK && n == LIST_MAX);
	return rc != VT_OK ? rc : VT_E_NOT_FOUND;
}

int
vt_delegations_end(struct vt_store *s, const vt_id *person, vt_time now,
    const vt_id *by, struct vt_err *reterr)
{
	struct vt_delegation d;
	int rc;

	memset(&d, 0, sizeof(d));
	while ((rc = next_of(s, person, now, &d, reterr)) == VT_OK) {
		d.revoked_at = now;
		d.revoked_by = *by;
		if ((rc = put(s, NULL, &d, d.rev, reterr)) != VT_OK)
			return rc;
	}
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* ---- what was done for another ---- */

enum { A_VERSION = 1, A_DELEGATION, A_FROM, A_DUTY };

void
vt_acted_encode(struct vt_office *o, const vt_id *paper,
    const struct vt_acting *acting, enum vt_duty duty,
    uint8_t ret_key[static VT_ACTED_KEY], struct vt_buf *ret_value)
{
	struct vt_cbor_map_writer m;

	ret_key[0] = 'A';
	memcpy(ret_key + 1, paper->b, VT_ID_SIZE);
	vt_random(o->o.ctx, ret_key + 1 + VT_ID_SIZE, VT_ID_SIZE);
	vt_cbor_map_begin(&m, ret_value);
	vt_cbor_key(&m, A_VERSION);
	vt_cbor_uint(ret_value, 1);
	vt_cbor_key(&m, A_DELEGATION);
	vt_cbor_id(ret_value, &acting->delegation);
	vt_cbor_key(&m, A_FROM);
	vt_cbor_id(ret_value, &acting->from);
	vt_cbor_key(&m, A_DUTY);
	vt_cbor_str(ret_value, vt_duty_name(duty));
	vt_cbor_map_end(&m);
}

static int
acted_decode(
    const struct vt_entry *e, struct vt_acted *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	ret->act = e->act;
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == A_VERSION && vt_cbor_get_uint(&c) != 1)
			vt_cbor_fail(&c, "unknown version");
		else if (key == A_DELEGATION)
			ret->delegation = vt_cbor_get_id(&c);
		else if (key == A_FROM)
			ret->from = vt_cbor_get_id(&c);
		else if (key == A_DUTY)
			vt_cbor_get_str(&c, ret->duty, sizeof(ret->duty));
		else if (key > A_DUTY)
			vt_cbor_fail(&c, "unknown field");
	}
	return vt_cbor_finish(&c, "act done for another", reterr);
}

int
vt_office_acted(struct vt_view *v, uint32_t agency_no, const vt_id *paper,
    struct vt_acted *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	uint8_t prefix[1 + VT_ID_SIZE] = { 'A' };
	struct vt_entry_range r = { .kind = VT_ENTRY_NOTE,
		.agency_no = agency_no,
		.prefix = VT_SPAN(prefix, sizeof(prefix)) };
	struct vt_entry e[LIST_MAX];
	size_t n = 0;
	int rc;

	memcpy(prefix + 1, paper->b, VT_ID_SIZE);
	rc = vt_entry_list(
	    v, &r, e, max < LIST_MAX ? max : LIST_MAX, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		rc = acted_decode(&e[i], &ret[i], reterr);
	if (rc == VT_OK)
		*ret_n = n;
	return rc;
}
