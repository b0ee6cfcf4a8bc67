/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/people.h"

#include "api/office/accounts_priv.h"
#include "api/office/delegation_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/arena.h"
#include "base/cbor.h"
#include "signing/key/key.h"

#define HUMAN_ROLES                                                            \
	(VT_ROLE_LEADER | VT_ROLE_OFFICER | VT_ROLE_CLERK | VT_ROLE_ADMIN |    \
	    VT_ROLE_AUDITOR | VT_ROLE_ARCHIVIST)

/* One change: who asks, what was read, what it becomes. */
struct change {
	struct vt_store *store;
	const struct vt_context *ctx;
	const struct vt_request *rq; /* NULL: the operator */
	struct vt_arena *arena;
	struct vt_view *v; /* while it is decided */
	vt_time now;
	uint64_t rev; /* of the agency's entry, below */
	struct vt_person was, p;
	bool nothing; /* it is as asked already */
};

/*
 * Changes of an agency's people go one after another, by an entry that each of
 * them writes: the last administrator is looked for among all of them.
 */
static const struct vt_span turn_key = { (const uint8_t *)"people", 6 };

static int
read_turn(struct change *k, uint32_t agency_no, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(k->v, VT_ENTRY_NOTE, agency_no, turn_key, &e, &err);
	k->rev = rc == VT_OK ? e.rev : VT_ENTRY_NEW;
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	return VT_OK;
}

static int
write_row(struct change *k, vt_id *ret, struct vt_err *reterr)
{
	struct vt_house_act act = { .rq = k->rq, .agency_no = k->p.agency_no };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_PERSON };
	VT_BUF_AUTO(one);
	int rc;

	step.u.person = k->p;
	act.first = &step;
	vt_cbor_uint(&one, 1);
	vt_house_change(
	    &act, VT_ENTRY_NOTE, turn_key, vt_buf_view(&one), k->rev);
	rc = vt_house_do(k->store, &act, &res, reterr);
	if (rc == VT_OK && ret != NULL)
		*ret = res.person;
	vt_act_result_free(&res);
	return rc;
}

/* ---- rules ---- */

/* t, or the end of the last administrator's post that he has at t; a post from
 * then on is the next one to ask for. */
static vt_time
admin_until(const struct vt_person *p, vt_time t)
{
	vt_time end = t;

	if (!p->active)
		return t;
	if (p->n_posts == 0)
		return (p->roles & VT_ROLE_ADMIN) != 0 ? VT_TIME_NONE : t;
	for (size_t i = 0; i < p->n_posts; i++) {
		const struct vt_post *post = &p->posts[i];

		if (!vt_post_in_force(post, t) ||
		    (post->roles & VT_ROLE_ADMIN) == 0)
			continue;
		if (post->until == VT_TIME_NONE)
			return VT_TIME_NONE;
		end = post->until > end ? post->until : end;
	}
	return end;
}

/* Everybody else of the agency, until one is `found`. */
static int
look(struct change *k,
    bool (*found)(
	const struct change *k, const struct vt_person *p, const void *arg),
    const void *arg, bool *ret, struct vt_err *reterr)
{
	struct vt_person p[16];
	uint64_t after = 0;
	size_t n;
	int rc;

	*ret = false;
	do {
		rc = vt_person_list(
		    k->v, k->p.agency_no, after, p, 16, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && !*ret; i++) {
			after = p[i].seq;
			*ret = !vt_id_eq(&p[i].id, &k->p.id) &&
			       found(k, &p[i], arg);
		}
	} while (n == 16 && !*ret);
	return VT_OK;
}

/* How far one is there who can let others in, of those who are at t. */
struct reach {
	vt_time t, *end;
};

static bool
reaches(const struct change *k, const struct vt_person *p, const void *arg)
{
	const struct reach *r = arg;
	vt_time end = admin_until(p, r->t);

	(void)k;
	if (end == VT_TIME_NONE || end > *r->end)
		*r->end = end;
	return end == VT_TIME_NONE;
}

/* From t to until somebody is left, one after another. */
static int
admins_last(struct change *k, vt_time t, vt_time until, struct vt_err *reterr)
{
	vt_time end;
	bool ever;
	int rc;

	for (; until == VT_TIME_NONE || t < until; t = end) {
		end = admin_until(&k->p, t);
		if (end == VT_TIME_NONE)
			return VT_OK;
		rc =
		    look(k, reaches, &(struct reach){ t, &end }, &ever, reterr);
		if (rc != VT_OK || ever)
			return rc;
		if (end == t)
			return vt_err_set(reterr, VT_E_LAST_ADMINISTRATOR,
			    "person: the agency would have no administrator");
	}
	return VT_OK;
}

/* While he would have been one himself, somebody is left who can let others
 * in. */
static int
keep_an_admin(struct change *k, struct vt_err *reterr)
{
	const struct vt_person *was = &k->was;
	int rc = VT_OK;

	if (was->n_posts == 0)
		return (was->roles & VT_ROLE_ADMIN) == 0
			   ? VT_OK
			   : admins_last(k, k->now, VT_TIME_NONE, reterr);
	for (size_t i = 0; i < was->n_posts && rc == VT_OK; i++) {
		const struct vt_post *post = &was->posts[i];

		if (!post->waits && (post->roles & VT_ROLE_ADMIN) != 0)
			rc = admins_last(k,
			    post->from > k->now ? post->from : k->now,
			    post->until, reterr);
	}
	return rc;
}

static bool
has_cert(const struct vt_span *list, size_t n, const vt_hash *h, size_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		vt_hash x = vt_sha256(list[i]);

		if (vt_hash_eq(&x, h)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool
holds(const struct change *k, const struct vt_person *p, const void *arg)
{
	size_t at;

	(void)k;
	return p->active && (has_cert(p->certs, p->n_certs, arg, &at) ||
				has_cert(p->waiting, p->n_waiting, arg, &at));
}

/* Signatures are told apart by certificate: one person has it. */
static int
check_cert(struct change *k, struct vt_span der, struct vt_err *reterr)
{
	struct vt_certificate_info info;
	vt_hash h = vt_sha256(der);
	bool other;
	int rc;

	if ((rc = vt_certificate_describe(der, &info, reterr)) != VT_OK ||
	    (rc = look(k, holds, &h, &other, reterr)) != VT_OK)
		return rc;
	if (other || holds(k, &k->p, &h))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "person: somebody of this agency has this certificate");
	return VT_OK;
}

static int
check_post(
    const struct change *k, const struct vt_post *p, struct vt_err *reterr)
{
	if (p->from != 0 && p->from < k->now - VT_TIME_S(86400))
		return vt_err_set(reterr, VT_E_INVALID,
		    "person: a post begins today or later");
	if (p->roles == 0 || (p->roles & ~(uint32_t)HUMAN_ROLES) != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "person: roles: leader, officer, clerk, administrator, "
		    "auditor or archivist wanted; programs are clients");
	if (p->until == 0 || (p->until != VT_TIME_NONE && p->until <= p->from))
		return vt_err_set(reterr, VT_E_INVALID,
		    "person: a post ends after it begins");
	return VT_OK;
}

static bool
something_waits(const struct vt_person *p, vt_time now)
{
	for (size_t i = 0; i < p->n_posts; i++)
		if (p->posts[i].waits && (p->posts[i].until == VT_TIME_NONE ||
					     p->posts[i].until > now))
			return true;
	return p->n_waiting > 0;
}

/* What waits was asked for by one person, whom another one can answer. */
static int
ask(struct change *k, struct vt_err *reterr)
{
	if (k->rq == NULL)
		return VT_OK;
	if (something_waits(&k->was, k->now) &&
	    !vt_id_eq(&k->was.asked_by, &k->rq->actor->person))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "person: what somebody else asked for waits: confirm it or "
		    "end it first");
	k->p.asked_by = k->rq->actor->person;
	return VT_OK;
}

/* ---- changing ---- */

static int
no_memory(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NOMEM, "person: no memory");
}

/* The posts, to be changed, and room for one more. */
static struct vt_post *
own_posts(struct change *k)
{
	struct vt_post *list, own;
	size_t n = k->p.n_posts;

	list = vt_arena_array(k->arena, n + 2, sizeof(*list));
	if (list == NULL)
		return NULL;
	if (n > 0) {
		memcpy(list, k->p.posts, n * sizeof(*list));
	} else {
		list[0] = *vt_person_post_at(&k->p, k->now, &own);
		k->p.n_posts = 1;
	}
	k->p.posts = list;
	return list;
}

static int
add_post(struct change *k, const struct vt_post *post, struct vt_err *reterr)
{
	struct vt_post *list;
	int rc;

	if ((rc = check_post(k, post, reterr)) != VT_OK ||
	    (rc = ask(k, reterr)) != VT_OK)
		return rc;
	if ((list = own_posts(k)) == NULL)
		return no_memory(reterr);
	list[k->p.n_posts] = *post;
	list[k->p.n_posts++].waits = k->rq != NULL;
	return VT_OK;
}

static int
find_post(
    struct change *k, uint32_t no, struct vt_post **ret, struct vt_err *reterr)
{
	struct vt_post *list = own_posts(k);

	if (list == NULL)
		return no_memory(reterr);
	if (no == 0 || no > k->p.n_posts)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "person: there is no post %u", no);
	*ret = &list[no - 1];
	if ((*ret)->until != VT_TIME_NONE && (*ret)->until <= k->now)
		return vt_err_set(
		    reterr, VT_E_OUT_OF_ORDER, "person: post %u has ended", no);
	return VT_OK;
}

static int
end_post(struct change *k, uint32_t no, vt_time until, struct vt_err *reterr)
{
	struct vt_post *post;
	int rc;

	if ((rc = find_post(k, no, &post, reterr)) != VT_OK)
		return rc;
	if (until == VT_TIME_NONE || (until != 0 && until <= post->from))
		return vt_err_set(reterr, VT_E_INVALID,
		    "person: a post ends after it begins");
	/* what a second person looked at, or will, is not made longer by one */
	if (k->rq != NULL && post->until != VT_TIME_NONE && until > post->until)
		return vt_err_set(reterr, VT_E_INVALID,
		    "person: an end is brought forward; longer is another "
		    "post");
	post->until = until < k->now ? k->now : until;
	return keep_an_admin(k, reterr);
}

static const struct vt_span *
without(struct change *k, const struct vt_span *list, size_t n, size_t at)
{
	struct vt_span *left = vt_arena_array(k->arena, n, sizeof(*left));

	if (left == NULL)
		return NULL;
	memcpy(left, list, at * sizeof(*left));
	memcpy(left + at, list + at + 1, (n - at - 1) * sizeof(*left));
	return left;
}

static const struct vt_span *
with(struct change *k, const struct vt_span *list, size_t n, struct vt_span one)
{
	struct vt_span *more = vt_arena_array(k->arena, n + 1, sizeof(*more));

	if (more == NULL)
		return NULL;
	if (n > 0)
		memcpy(more, list, n * sizeof(*more));
	more[n] = one;
	return more;
}

static int
put_certs(struct change *k, const struct vt_span *list, size_t n, bool waiting,
    struct vt_err *reterr)
{
	if (list == NULL)
		return no_memory(reterr);
	if (waiting) {
		k->p.waiting = list;
		k->p.n_waiting = n;
	} else {
		k->p.certs = list;
		k->p.n_certs = n;
	}
	return VT_OK;
}

static int
add_cert(struct change *k, struct vt_span der, struct vt_err *reterr)
{
	bool waiting = k->rq != NULL;
	const struct vt_span *list = waiting ? k->p.waiting : k->p.certs;
	size_t n = waiting ? k->p.n_waiting : k->p.n_certs;
	int rc;

	if ((rc = check_cert(k, der, reterr)) != VT_OK ||
	    (rc = ask(k, reterr)) != VT_OK)
		return rc;
	if (n == VT_L(CERTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "person: %zu certificates (CERTS_MAX): end an old one", n);
	return put_certs(k, with(k, list, n, der), n + 1, waiting, reterr);
}

static int
end_cert(struct change *k, const vt_hash *h, struct vt_err *reterr)
{
	struct vt_person *p = &k->p;
	size_t at;

	if (has_cert(p->waiting, p->n_waiting, h, &at))
		return put_certs(k, without(k, p->waiting, p->n_waiting, at),
		    p->n_waiting - 1, true, reterr);
	if (has_cert(p->certs, p->n_certs, h, &at))
		return put_certs(k, without(k, p->certs, p->n_certs, at),
		    p->n_certs - 1, false, reterr);
	return vt_err_set(reterr, VT_E_NOT_FOUND,
	    "person: no certificate of his has this SHA-256");
}

static int
confirm_cert(struct change *k, const vt_hash *h, struct vt_err *reterr)
{
	struct vt_person *p = &k->p;
	struct vt_span der;
	size_t at;
	int rc;

	if (!has_cert(p->waiting, p->n_waiting, h, &at))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "person: no certificate of this SHA-256 waits");
	if (p->n_certs == VT_L(CERTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "person: %zu certificates (CERTS_MAX): end an old one",
		    p->n_certs);
	der = p->waiting[at];
	rc = put_certs(k, without(k, p->waiting, p->n_waiting, at),
	    p->n_waiting - 1, true, reterr);
	if (rc != VT_OK)
		return rc;
	return put_certs(k, with(k, p->certs, p->n_certs, der), p->n_certs + 1,
	    false, reterr);
}

/* Two persons, and for a right of one's own a third. */
static int
may_confirm(const struct change *k, bool post, struct vt_err *reterr)
{
	const vt_id *me;

	if (k->rq == NULL)
		return VT_OK;
	me = &k->rq->actor->person;
	if (vt_id_eq(me, &k->was.asked_by))
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "person: somebody else confirms what one asked for "
		    "(Decree 30/2020, Appendix VI)");
	if (post && vt_id_eq(me, &k->was.id))
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "person: nobody confirms a post of his own");
	return VT_OK;
}

static int
confirm(
    struct change *k, const struct vt_person_change *c, struct vt_err *reterr)
{
	struct vt_post *post;
	int rc;

	if ((rc = may_confirm(k, c->no != 0, reterr)) != VT_OK)
		return rc;
	if (c->no == 0)
		return confirm_cert(k, &c->hash, reterr);
	if ((rc = find_post(k, c->no, &post, reterr)) != VT_OK)
		return rc;
	if (!post->waits)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "person: post %u does not wait", c->no);
	post->waits = false;
	return VT_OK;
}

static int
leave(struct change *k, struct vt_err *reterr)
{
	struct vt_post *list = own_posts(k);

	if (list == NULL)
		return no_memory(reterr);
	for (size_t i = 0; i < k->p.n_posts; i++)
		if (list[i].until == VT_TIME_NONE || list[i].until > k->now)
			list[i].until = k->now;
	k->p.active = false;
	k->p.n_tokens = 0;
	k->p.n_waiting = 0;
	return keep_an_admin(k, reterr);
}

static int
decide(
    struct change *k, const struct vt_person_change *c, struct vt_err *reterr)
{
	switch (c->act) {
	case VT_PERSON_RENAME:
		k->p.name = c->name;
		return VT_OK;
	case VT_PERSON_CONTACT:
		if (c->email != NULL)
			k->p.email = c->email;
		if (c->phone != NULL)
			k->p.phone = c->phone;
		return VT_OK;
	case VT_PERSON_POST:
		return add_post(k, &c->post, reterr);
	case VT_PERSON_POST_END:
		return end_post(k, c->no, c->post.until, reterr);
	case VT_PERSON_CERT:
		return add_cert(k, c->cert, reterr);
	case VT_PERSON_CERT_END:
		return end_cert(k, &c->hash, reterr);
	case VT_PERSON_CONFIRM:
		return confirm(k, c, reterr);
	case VT_PERSON_KEY:
		k->p.key_ref = c->key_ref;
		return VT_OK;
	case VT_PERSON_END:
		return leave(k, reterr);
	default:
		return vt_err_set(reterr, VT_E_INVALID, "person: unknown act");
	}
}

/* Programs come and go as clients; one that `init` gave a token may go. */
static int
no_program(struct change *k, enum vt_person_act act, struct vt_err *reterr)
{
	char client[65] = "";
	int rc;

	if ((k->p.roles & VT_ROLE_SYSTEM) == 0)
		return VT_OK;
	rc = vt_identity_name(
	    k->v, VT_IDENTITY_CLIENT, &k->p.id, client, reterr);
	if (rc != VT_OK || (act == VT_PERSON_END && client[0] == '\0'))
		return rc;
	return vt_err_set(reterr, VT_E_INVALID,
	    "person: this is a program: it is changed and disabled as a "
	    "client");
}

/* Reads and decides in one view; false in *ret_act: nothing is to be done. */
static int
read_and_decide(struct change *k, const vt_id *id,
    const struct vt_person_change *c, struct vt_err *reterr)
{
	struct vt_person p;
	int rc;

	k->now = vt_now(k->ctx);
	if ((rc = vt_view_begin(k->store, &k->v, reterr)) != VT_OK)
		return rc;
	rc = vt_person_get(k->v, id, &p, reterr);
	if (rc == VT_OK &&
	    (k->rq == NULL || p.agency_no == k->rq->actor->agency_no) &&
	    !p.active && c->act == VT_PERSON_END)
		k->nothing = true;
	else if (rc == VT_OK)
		rc = vt_house_person(k->v, id,
		    k->rq == NULL ? 0 : k->rq->actor->agency_no, &p, reterr);
	if (rc == VT_OK &&
	    (rc = vt_person_keep(&p, k->arena, &k->was, reterr)) == VT_OK) {
		k->p = k->was;
		rc = read_turn(k, p.agency_no, reterr);
	}
	if (rc == VT_OK && !k->nothing &&
	    (rc = no_program(k, c->act, reterr)) == VT_OK)
		rc = decide(k, c, reterr);
	if (rc == VT_OK && !something_waits(&k->p, k->now))
		memset(&k->p.asked_by, 0, sizeof(k->p.asked_by));
	vt_view_end(VT_TAKE(k->v));
	return rc;
}

#define TRIES 8

/* Again when somebody changed the agency's people meanwhile. */
static int
change(struct change *k, const vt_id *id, const struct vt_person_change *c,
    struct vt_err *reterr)
{
	int rc = VT_E_CONFLICT;

	for (int i = 0; i < TRIES && rc == VT_E_CONFLICT; i++) {
		VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;

		if ((a = vt_arena_new((size_t)4 << 20)) == NULL)
			return no_memory(reterr);
		k->arena = a;
		rc = read_and_decide(k, id, c, reterr);
		if (rc == VT_OK && !k->nothing)
			rc = write_row(k, NULL, reterr);
	}
	return rc;
}

/* Everything that would still let him in, or act for or by him. Each is an act
 * of its own, after the one that ended him; again is no harm. */
static int
shut_out(struct vt_store *s, const struct vt_context *ctx, const vt_id *id,
    const struct vt_request *rq, struct vt_err *reterr)
{
	const vt_id nobody = { .b = { 0 } };
	const vt_id *by = rq == NULL ? &nobody : &rq->actor->person;
	int rc;

	if ((rc = vt_sessions_end(s, id, NULL, NULL, reterr)) != VT_OK ||
	    (rc = vt_account_lock_of(s, id, reterr)) != VT_OK ||
	    (rc = vt_delegations_end(s, id, vt_now(ctx), by, reterr)) != VT_OK)
		return rc;
	return vt_identities_end(s, id, reterr);
}

static int
act(struct change *k, const vt_id *id, const struct vt_person_change *c,
    struct vt_err *reterr)
{
	int rc = change(k, id, c, reterr);

	return rc != VT_OK || c->act != VT_PERSON_END
		   ? rc
		   : shut_out(k->store, k->ctx, id, k->rq, reterr);
}

int
vt_office_person_act(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, const struct vt_person_change *c, struct vt_err *reterr)
{
	struct change k = { .store = o->o.store, .ctx = o->o.ctx, .rq = rq };
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq,
	    c->act == VT_PERSON_CONFIRM ? VT_DUTY_CONFIRM : VT_DUTY_PEOPLE,
	    &done, reterr);
	if (rc != VT_OK)
		return rc;
	if (c->act == VT_PERSON_KEY)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "person: where a key lies is the operator's to say");
	/* the first try may have been cut off between the two */
	if (done)
		return c->act == VT_PERSON_END
			   ? shut_out(k.store, k.ctx, id, rq, reterr)
			   : VT_OK;
	return act(&k, id, c, reterr);
}

int
vt_people_act(struct vt_store *s, const struct vt_context *ctx, const vt_id *id,
    const struct vt_person_change *c, struct vt_err *reterr)
{
	struct change k = { .store = s, .ctx = ctx };

	return act(&k, id, c, reterr);
}

/* ---- somebody comes ---- */

static int
decide_new(struct change *k, uint32_t agency_no, const struct vt_person_new *n,
    struct vt_err *reterr)
{
	struct vt_post *post = vt_arena_array(k->arena, 1, sizeof(*post));
	int rc;

	if (post == NULL)
		return no_memory(reterr);
	memset(&k->p, 0, sizeof(k->p));
	k->was = k->p;
	k->now = vt_now(k->ctx);
	if ((rc = vt_view_begin(k->store, &k->v, reterr)) != VT_OK)
		return rc;
	*post = n->post;
	post->waits = k->rq != NULL;
	k->p.agency_no = agency_no;
	k->p.name = n->name;
	k->p.email = n->email;
	k->p.phone = n->phone;
	k->p.active = true;
	k->p.posts = post;
	k->p.n_posts = 1;
	rc = check_post(k, post, reterr);
	if (rc == VT_OK)
		rc = ask(k, reterr);
	if (rc == VT_OK && n->cert.n > 0)
		rc = add_cert(k, n->cert, reterr);
	if (rc == VT_OK)
		rc = read_turn(k, agency_no, reterr);
	vt_view_end(VT_TAKE(k->v));
	return rc;
}

static int
add(struct change *k, uint32_t agency_no, const struct vt_person_new *n,
    vt_id *ret, struct vt_err *reterr)
{
	int rc = VT_E_CONFLICT;

	for (int i = 0; i < TRIES && rc == VT_E_CONFLICT; i++) {
		VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;

		if ((a = vt_arena_new((size_t)4 << 20)) == NULL)
			return no_memory(reterr);
		k->arena = a;
		rc = decide_new(k, agency_no, n, reterr);
		if (rc == VT_OK)
			rc = write_row(k, ret, reterr);
	}
	return rc;
}

int
vt_office_person_add(struct vt_office *o, const struct vt_request *rq,
    const struct vt_person_new *n, vt_id *ret, struct vt_err *reterr)
{
	struct change k = { .store = o->o.store, .ctx = o->o.ctx, .rq = rq };
	struct vt_act_result before = VT_ACT_RESULT_INIT;
	bool done = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_PEOPLE, reterr)) == VT_OK)
		rc = vt_office_replay(o, rq, &before, &done, reterr);
	if (rc == VT_OK && done)
		*ret = before.person;
	vt_act_result_free(&before);
	if (rc != VT_OK || done)
		return rc;
	return add(&k, rq->actor->agency_no, n, ret, reterr);
}

int
vt_people_add(struct vt_store *s, const struct vt_context *ctx,
    uint32_t agency_no, const struct vt_person_new *n, vt_id *ret,
    struct vt_err *reterr)
{
	struct change k = { .store = s, .ctx = ctx };

	return add(&k, agency_no, n, ret, reterr);
}
