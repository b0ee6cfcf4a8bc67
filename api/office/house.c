/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/house.h"

#include "api/office/accounts.h"
#include "api/office/delegation_priv.h"
#include "api/office/office_priv.h"

void
vt_house_change(struct vt_house_act *a, enum vt_entry_kind kind,
    struct vt_span key, struct vt_span value, uint64_t expect)
{
	bool own = kind == VT_ENTRY_DELEGATION || kind == VT_ENTRY_NOTE ||
		   kind == VT_ENTRY_QUERY;
	struct vt_entry_change *c;

	VT_ASSERT(a->n_changes < VT_HOUSE_CHANGES);
	c = &a->changes[a->n_changes++];
	*c = (struct vt_entry_change){ .kind = kind,
		.store_wide = !own,
		.key = key,
		.value = value,
		.expect = expect,
		/* verifiers and names of people go when their entry goes */
		.secret = !own };
}

int
vt_house_do(struct vt_store *s, const struct vt_house_act *a,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_act_result own = VT_ACT_RESULT_INIT;
	struct vt_step steps[2];
	struct vt_act act = { 0 };
	size_t n = 0;
	int rc;

	memset(steps, 0, sizeof(steps));
	if (a->first != NULL)
		steps[n++] = *a->first;
	steps[n].kind = VT_STEP_ENTRY;
	steps[n].u.entry.changes = a->changes;
	steps[n++].u.entry.n = a->n_changes;
	if (a->rq != NULL) {
		vt_office_act(a->rq, NULL, steps, n, &act);
		act.expect_rev = 0; /* an entry's revision, not a paper's */
	} else {
		act.steps = steps;
		act.n_steps = n;
		act.person = a->person;
	}
	act.agency_no = a->agency_no;
	rc = vt_store_do(s, &act, ret == NULL ? &own : ret, reterr);
	vt_act_result_free(&own);
	return rc;
}

int
vt_office_answered(struct vt_office *o, const struct vt_request *rq, bool *ret,
    struct vt_err *reterr)
{
	struct vt_act_result before = VT_ACT_RESULT_INIT;
	int rc = vt_office_replay(o, rq, &before, ret, reterr);

	vt_act_result_free(&before);
	return rc;
}

int
vt_house_enter(struct vt_office *o, const struct vt_request *rq,
    enum vt_duty duty, bool *ret_done, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = vt_office_enter(rq, duty, reterr);
	return rc != VT_OK ? rc : vt_office_answered(o, rq, ret_done, reterr);
}

#define LOOK_AT 256

int
vt_house_list(struct vt_office *o, uint32_t agency_no,
    const struct vt_house_list *l, size_t *ret_n, char ret_next[65],
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_entry_range r = { .kind = l->kind,
		.after = vt_span_str(l->after) };
	struct vt_entry e[LOOK_AT];
	size_t n = 0, got = 0, i = 0;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_entry_list(v, &r, e, LOOK_AT, &n, reterr)) != VT_OK)
		return rc;
	for (; i < n && got < l->max; i++) {
		bool own = false;

		rc = l->take(&e[i], agency_no,
		    (uint8_t *)l->items + got * l->size, &own, reterr);
		if (rc != VT_OK)
			return rc;
		got += own;
	}
	/* names are at most 64 bytes; what was looked at last. Not before: it
	 * may be where l->after stands. */
	ret_next[0] = '\0';
	if (i > 0 && (i < n || n == LOOK_AT)) {
		VT_ASSERT(e[i - 1].key.n <= 64);
		memcpy(ret_next, e[i - 1].key.p, e[i - 1].key.n);
		ret_next[e[i - 1].key.n] = '\0';
	}
	*ret_n = got;
	return VT_OK;
}

int
vt_house_person(struct vt_view *v, const vt_id *id, uint32_t agency_no,
    struct vt_person *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_person_get(v, id, ret, &err);

	/* Of somebody elsewhere nothing else is said than of nobody. */
	if (rc == VT_E_PERSON_UNKNOWN ||
	    (rc == VT_OK && (!ret->active || (agency_no != 0 &&
						 ret->agency_no != agency_no))))
		return vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
		    "nobody active in this agency has that id");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_house_actor(struct vt_view *v, const vt_id *person, vt_time now,
    struct vt_actor *ret, struct vt_err *reterr)
{
	struct vt_person p;
	int rc = vt_house_person(v, person, 0, &p, reterr);

	return rc == VT_OK ? vt_house_actor_of(v, &p, now, ret, reterr) : rc;
}

int
vt_house_actor_of(struct vt_view *v, const struct vt_person *p, vt_time now,
    struct vt_actor *ret, struct vt_err *reterr)
{
	struct vt_agency a;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_agency_get(v, p->agency_no, &a, reterr)) != VT_OK)
		return rc;
	ret->person = p->id;
	ret->agency_no = p->agency_no;
	ret->roles = p->roles;
	vt_text_fit(ret->name, sizeof(ret->name), p->name);
	vt_text_fit(ret->position, sizeof(ret->position), p->position);
	vt_text_fit(ret->agency_code, sizeof(ret->agency_code), a.now.code);
	vt_text_fit(ret->agency_name, sizeof(ret->agency_name), a.now.name);
	for (size_t i = 0; i < p->n_posts && i < VT_L(POSTS_MAX); i++)
		if (!p->posts[i].waits && vt_post_in_force(&p->posts[i], now))
			ret->posts[ret->n_posts++] =
			    (struct vt_actor_post){ .no = (uint32_t)(i + 1),
				    .roles = p->posts[i].roles };
	if (p->roles == 0) /* no post: nothing to act for others with */
		return VT_OK;
	return vt_delegations_in_force(v, now, ret, reterr);
}
