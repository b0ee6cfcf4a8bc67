/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions: making, looking, changing, trying out. */
#include <stdlib.h>

#include "api/office/hooks_priv.h"
#include "base/cbor.h"

#define TRIES 5 /* beside the sender, which writes the same row */

const char *
vt_hook_off_name(enum vt_hook_off off)
{
	switch (off) {
	case VT_HOOK_OFF_BY_HAND:
		return "by-hand";
	case VT_HOOK_OFF_GONE:
		return "gone";
	case VT_HOOK_OFF_FAILING:
		return "failing";
	case VT_HOOK_ON:
	default:
		return "";
	}
}

/* ---- what all begin with ---- */

/* A program sees what it made itself, an administrator all of the agency. */
static bool
is_own(const struct vt_actor *actor, const struct vt_hook *h)
{
	return (actor->roles & VT_ROLE_ADMIN) != 0 ||
	       vt_id_eq(&actor->person, &h->created_by);
}

static int
find(struct vt_office *o, const struct vt_actor *actor, const vt_id *id,
    struct vt_hook *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	if ((rc = vt_who_may(actor, VT_DUTY_HOOKS, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_hook_load(v, actor->agency_no, id, ret, reterr)) != VT_OK)
		return rc;
	return is_own(actor, ret)
		   ? VT_OK
		   : vt_err_set(reterr, VT_E_NOT_FOUND,
			 "webhook: this program made none with that id");
}

static int
last_event(struct vt_office *o, uint32_t agency_no, uint64_t *ret,
    struct vt_err *reterr)
{
	return vt_store_watch(o->o.store, agency_no, 0, 0, ret, reterr);
}

static int
set_url(struct vt_office *o, const char *url, struct vt_hook *h,
    struct vt_err *reterr)
{
	int rc;

	if (o->hooks == NULL)
		return vt_err_set(reterr, VT_E_UNSUPPORTED,
		    "webhooks: this program sends none");
	if (url == NULL)
		return vt_err_set(reterr, VT_E_INVALID, "url: is required");
	rc = o->hooks->wire.check(o->hooks->wire.arg, url, reterr);
	if (rc == VT_OK)
		vt_text_fit(h->url, sizeof(h->url), url);
	return rc;
}

static int
set_description(const char *text, struct vt_hook *h, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = vt_text_clean(vt_span_str(text == NULL ? "" : text),
		 VT_L(NAME_MAX), "description", &b, reterr)) != VT_OK)
		return rc;
	vt_text_fit(h->description, sizeof(h->description), vt_buf_str(&b));
	return VT_OK;
}

static int
set_types(const char *const *types, size_t n, struct vt_hook *h,
    struct vt_err *reterr)
{
	if (n > VT_HOOK_TYPES_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "types: at most %zu, %zu given", VT_HOOK_TYPES_MAX, n);
	for (size_t i = 0; i < n; i++)
		if (!vt_hook_type_parse(types[i], &h->types[i]))
			return vt_err_set(reterr, VT_E_INVALID,
			    "types: no event has the type \"%.40s\"", types[i]);
	h->n_types = n;
	return VT_OK;
}

static int
check_after(struct vt_office *o, uint32_t agency_no, uint64_t after,
    struct vt_err *reterr)
{
	uint64_t last;
	int rc;

	if ((rc = last_event(o, agency_no, &last, reterr)) != VT_OK)
		return rc;
	if (after > last)
		return vt_err_set(reterr, VT_E_INVALID,
		    "after: the feed ends at %llu", (unsigned long long)last);
	return VT_OK;
}

/* ---- making ---- */

static int
count(struct vt_office *o, uint32_t agency_no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_entry_range range = { .kind = VT_ENTRY_HOOK,
		.agency_no = agency_no };
	struct vt_entry e[VT_HOOK_ENTRIES];
	size_t n, hooks = 0;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_entry_list(v, &range, e, VT_HOOK_ENTRIES, &n, reterr)) !=
		VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (e[i].key.n == VT_ID_SIZE)
			hooks++;
	if (hooks < VT_L(WEBHOOKS_MAX))
		return VT_OK;
	return vt_err_set(reterr, VT_E_LIMIT,
	    "webhooks: an agency has at most %zu", VT_L(WEBHOOKS_MAX));
}

/* What is kept with the act is what the answer to a repeat is made of. */
static int
read_keep(
    const struct vt_act_result *r, struct vt_hook *ret, struct vt_err *reterr)
{
	struct vt_span value;
	uint32_t key_no = 0;
	struct vt_cbor c;
	size_t n;
	vt_id id;
	int rc;

	vt_cbor_open(&c, vt_buf_view(&r->keep));
	/* two: those made before the key's number was kept */
	if ((n = vt_cbor_get_array(&c)) != 2 && n != 3)
		vt_cbor_fail(&c, "two or three items wanted");
	id = vt_cbor_get_id(&c);
	value = vt_cbor_get_bytes(&c);
	if (n == 3)
		key_no = (uint32_t)vt_cbor_get_uint(&c);
	if ((rc = vt_cbor_finish(&c, "webhook kept", reterr)) != VT_OK ||
	    (rc = vt_hook_decode(value, ret, reterr)) != VT_OK)
		return rc;
	ret->id = id;
	ret->key_no = key_no;
	ret->agency_no = r->agency_no;
	ret->after = ret->from;
	ret->failing_since = ret->delivered_at = VT_TIME_NONE;
	return VT_OK;
}

/* 0 when it was removed since. */
static int
read_rev(struct vt_office *o, struct vt_hook *h, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_entry e;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_entry_get(v, VT_ENTRY_HOOK, h->agency_no,
	    VT_SPAN(h->id.b, sizeof(h->id.b)), &e, &err);
	if (rc == VT_OK)
		h->rev = e.rev;
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
key_number(struct vt_office *o, uint32_t agency_no, uint32_t *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hook_key k;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) == VT_OK &&
	    (rc = vt_hook_key_load(v, agency_no, &k, reterr)) == VT_OK)
		*ret = k.no;
	return rc;
}

/* What was refused of a subscription is told at its field. */
static int
field(const struct vt_request *rq, const char *name, int rc)
{
	if (rc != VT_OK)
		vt_office_about(rq, "/%s", name);
	return rc;
}

static int
fill_new(struct vt_office *o, const struct vt_request *rq,
    const struct vt_hook_new *n, struct vt_hook *h, struct vt_err *reterr)
{
	uint32_t agency_no = rq->actor->agency_no;
	int rc;

	memset(h, 0, sizeof(*h));
	if ((rc = field(rq, "url", set_url(o, n->url, h, reterr))) != VT_OK ||
	    (rc = field(rq, "description",
		 set_description(n->description, h, reterr))) != VT_OK ||
	    (rc = field(rq, "types",
		 set_types(n->types, n->n_types, h, reterr))) != VT_OK ||
	    (rc = last_event(o, agency_no, &h->from, reterr)) != VT_OK ||
	    (n->has_after &&
		(rc = field(rq, "after",
		     check_after(o, agency_no, n->after, reterr))) != VT_OK) ||
	    (rc = count(o, agency_no, reterr)) != VT_OK ||
	    (rc = key_number(o, agency_no, &h->key_no, reterr)) != VT_OK)
		return rc;
	if (n->has_after)
		h->from = n->after;
	h->id = vt_id_new(o->o.ctx);
	h->agency_no = agency_no;
	h->symmetric = n->symmetric;
	h->off_at = h->secret_at = VT_TIME_NONE;
	h->generation = h->secret_no = 1;
	h->created_at = vt_now(o->o.ctx);
	h->created_by = rq->actor->person;
	h->after = h->from;
	return VT_OK;
}

int
vt_office_hook_add(struct vt_office *o, const struct vt_request *rq,
    const struct vt_hook_new *n, struct vt_hook *ret, bool *ret_repeated,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_hook_act a;
	struct vt_act act;
	VT_BUF_AUTO(keep);
	bool done = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_HOOKS, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, &res, &done, reterr)) != VT_OK)
		return rc;
	if (!done) {
		if ((rc = fill_new(o, rq, n, ret, reterr)) != VT_OK)
			return rc;
		vt_hook_act_init(&a, ret, false);
		vt_hook_act_work(&a, ret);
		vt_cbor_array(&keep, 3);
		vt_cbor_id(&keep, &ret->id);
		vt_cbor_bytes(&keep, vt_buf_view(&a.value));
		vt_cbor_uint(&keep, ret->key_no);
		vt_office_act(rq, NULL, a.steps, a.n, &act);
		act.expect_rev = 0;
		act.keep = vt_buf_view(&keep);
		if ((rc = vt_buf_status(&keep, reterr)) == VT_OK)
			rc = vt_store_do(o->o.store, &act, &res, reterr);
		vt_hook_act_free(&a);
	}
	if (rc == VT_OK && (rc = read_keep(&res, ret, reterr)) == VT_OK)
		rc = read_rev(o, ret, reterr);
	*ret_repeated = res.repeated;
	if (rc == VT_OK && !res.repeated)
		vt_hooks_kick(o, ret);
	vt_act_result_free(&res);
	return rc;
}

/* ---- looking ---- */

int
vt_office_hook(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_hook *ret, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return find(o, actor, id, ret, reterr);
}

int
vt_office_hooks(struct vt_office *o, const struct vt_actor *actor,
    struct vt_hook *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_entry_range range = { .kind = VT_ENTRY_HOOK,
		.agency_no = actor->agency_no };
	struct vt_entry e[VT_HOOK_ENTRIES];
	size_t n = 0, got = 0;
	vt_id id;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_HOOKS, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_entry_list(v, &range, e, VT_HOOK_ENTRIES, &n, reterr)) !=
		VT_OK)
		return rc;
	for (size_t i = 0; i < n && got < max; i++) {
		if (e[i].key.n != sizeof(id.b))
			continue;
		memcpy(id.b, e[i].key.p, sizeof(id.b));
		rc = vt_hook_load(v, actor->agency_no, &id, &ret[got], reterr);
		if (rc != VT_OK)
			return rc;
		got += is_own(actor, &ret[got]);
	}
	*ret_n = got;
	return VT_OK;
}

int
vt_office_hook_log(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, uint64_t before, struct vt_hook_attempt *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hook h;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = find(o, actor, id, &h, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	return vt_hook_log_list(v, id, before, ret, max, ret_n, reterr);
}

/* ---- changing ---- */

static int
match(
    const struct vt_request *rq, const struct vt_hook *h, struct vt_err *reterr)
{
	if (rq->if_match == 0 || rq->if_match == h->rev)
		return VT_OK;
	return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
	    "webhook: its revision is %llu", (unsigned long long)h->rev);
}

static int
do_act(struct vt_office *o, const struct vt_request *rq, struct vt_hook_act *a,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act;
	int rc;

	vt_office_act(rq, NULL, a->steps, a->n, &act);
	act.expect_rev = 0; /* of a paper; an entry expects its own */
	if ((rc = vt_buf_status(&a->value, reterr)) == VT_OK)
		rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	if (rc == VT_E_CONFLICT)
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "webhook: it was changed at the same time");
	return rc;
}

/* Writes what set changes into the row that the sender writes, too. */
static int
set_progress(struct vt_office *o, const struct vt_hook *h,
    void (*set)(struct vt_hook_progress *p, const void *arg), const void *arg,
    struct vt_err *reterr)
{
	struct vt_hook_progress p;
	int rc = VT_E_CONFLICT;

	for (int i = 0; i < TRIES && rc == VT_E_CONFLICT; i++) {
		struct vt_view *v = NULL;

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_hook_progress_load(v, h, &p, reterr);
		vt_view_end(v);
		if (rc != VT_OK)
			return rc;
		set(&p, arg);
		rc = vt_hook_progress_save(o->o.store, &h->id, &p, reterr);
	}
	return rc;
}

static void
begin_anew(struct vt_hook_progress *p, const void *arg)
{
	const struct vt_hook_change *c = arg;

	p->failures = 0;
	p->since = VT_TIME_NONE;
	if (c->set_after)
		p->after = c->after;
}

static int
apply(struct vt_office *o, const struct vt_request *rq,
    const struct vt_hook_change *c, struct vt_hook *h, struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx);
	int rc;

	if ((c->url != NULL && (rc = field(rq, "url",
				    set_url(o, c->url, h, reterr))) != VT_OK) ||
	    (c->description != NULL &&
		(rc = field(rq, "description",
		     set_description(c->description, h, reterr))) != VT_OK) ||
	    (c->set_types &&
		(rc = field(rq, "types",
		     set_types(c->types, c->n_types, h, reterr))) != VT_OK) ||
	    (c->set_after &&
		(rc = field(rq, "after",
		     check_after(o, h->agency_no, c->after, reterr))) != VT_OK))
		return rc;
	if (c->set_symmetric)
		h->symmetric = c->symmetric;
	if (c->new_secret) {
		h->secret_no++;
		h->secret_at = now;
	}
	if (c->set_enabled && c->enabled && h->off != VT_HOOK_ON) {
		h->off = VT_HOOK_ON;
		h->off_at = VT_TIME_NONE;
		h->generation++;
	} else if (c->set_enabled && !c->enabled && h->off == VT_HOOK_ON) {
		h->off = VT_HOOK_OFF_BY_HAND;
		h->off_at = now;
	}
	return VT_OK;
}

int
vt_office_hook_change(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, const struct vt_hook_change *c, struct vt_hook *ret,
    struct vt_err *reterr)
{
	struct vt_hook_act a;
	struct vt_hook h;
	uint32_t was;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = find(o, rq->actor, id, &h, reterr)) != VT_OK ||
	    (rc = match(rq, &h, reterr)) != VT_OK)
		return rc;
	was = h.generation;
	if ((rc = apply(o, rq, c, &h, reterr)) != VT_OK)
		return rc;
	if ((h.generation != was || c->set_after) &&
	    (rc = set_progress(o, &h, begin_anew, c, reterr)) != VT_OK)
		return rc;
	vt_hook_act_init(&a, &h, false);
	if (h.generation != was)
		vt_hook_act_work(&a, &h);
	rc = do_act(o, rq, &a, reterr);
	vt_hook_act_free(&a);
	if (rc != VT_OK || (rc = find(o, rq->actor, id, ret, reterr)) != VT_OK)
		return rc;
	if (ret->off != VT_HOOK_ON) {
		vt_hooks_forget(o, ret);
		return VT_OK;
	}
	/* what it waits for may be another thing now */
	vt_hooks_kick(o, ret);
	return vt_hooks_wake(o, id, reterr);
}

int
vt_office_hook_remove(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, struct vt_err *reterr)
{
	struct vt_hook_act a;
	struct vt_hook h;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = find(o, rq->actor, id, &h, reterr)) != VT_OK ||
	    (rc = match(rq, &h, reterr)) != VT_OK)
		return rc;
	vt_hook_act_init(&a, &h, true);
	rc = do_act(o, rq, &a, reterr);
	vt_hook_act_free(&a);
	if (rc != VT_OK)
		return rc;
	vt_hooks_forget(o, &h);
	/* its item finds nothing and ends */
	return vt_hooks_wake(o, id, reterr);
}

/* ---- again, and a try ---- */

struct range {
	uint64_t first, last;
};

static void
begin_replay(struct vt_hook_progress *p, const void *arg)
{
	const struct range *r = arg;

	p->replay_next = r->first;
	p->replay_last = r->last;
}

int
vt_office_hook_replay(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, uint64_t first, uint64_t last, struct vt_err *reterr)
{
	struct range r = { first, last };
	struct vt_hook h;
	uint64_t end;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = find(o, actor, id, &h, reterr)) != VT_OK ||
	    (rc = last_event(o, h.agency_no, &end, reterr)) != VT_OK)
		return rc;
	if (first == 0 || last < first || last > end)
		return vt_err_set(reterr, VT_E_INVALID,
		    "replay: events 1 to %llu are there",
		    (unsigned long long)end);
	if (last - first >= VT_L(WEBHOOK_REPLAY_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "replay: at most %zu events at once",
		    VT_L(WEBHOOK_REPLAY_MAX));
	if (h.off != VT_HOOK_ON)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "replay: the webhook is off (%s)", vt_hook_off_name(h.off));
	if (h.replay_next != 0)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "replay: another one is at event %llu of %llu",
		    (unsigned long long)h.replay_next,
		    (unsigned long long)h.replay_last);
	if ((rc = set_progress(o, &h, begin_replay, &r, reterr)) != VT_OK)
		return rc;
	return vt_hooks_wake(o, id, reterr);
}

int
vt_office_hook_ping(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_hook_attempt *ret, struct vt_err *reterr)
{
	struct vt_hook_letter l = { NULL, VT_HOOK_PING, 1 };
	struct vt_hook_attempt a;
	struct vt_hook h;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = find(o, actor, id, &h, reterr)) != VT_OK)
		return rc;
	if (o->hooks == NULL)
		return vt_err_set(reterr, VT_E_UNSUPPORTED,
		    "webhooks: this program sends none");
	/* who asks waits for the answer, on a thread of his connection */
	if (!vt_hooks_ping_take(o->hooks, h.agency_no))
		return vt_err_set(reterr, VT_E_BUSY,
		    "webhooks: %zu of this agency, or %zu in all, are being "
		    "tried out",
		    VT_L(WEBHOOKS_AT_ONCE), VT_L(WEBHOOK_PINGS_MAX));
	rc = vt_hook_send(o, &h, &l, &a, reterr);
	vt_hooks_ping_give(o->hooks, h.agency_no);
	if (rc != VT_OK)
		return rc;
	a.no = (uint64_t)a.at;
	a.next = VT_TIME_NONE;
	if ((rc = vt_hook_log_save(o->o.store, id, &a, reterr)) == VT_OK)
		*ret = a;
	return rc;
}
