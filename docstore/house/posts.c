/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people and agencies were, are and will be called, and their posts. */
#include "docstore/store_priv.h"

const struct vt_agency_name *
vt_agency_name_at(const struct vt_agency *a, vt_time t)
{
	for (size_t i = a->n_names; i > 1; i--)
		if (a->names[i - 1].from <= t)
			return &a->names[i - 1];
	return a->n_names == 0 ? &a->now : &a->names[0];
}

void
vt_agency_today(struct vt_agency *a, const struct vt_context *ctx)
{
	if (a->n_names > 1)
		a->now = *vt_agency_name_at(a, vt_now(ctx));
}

bool
vt_post_in_force(const struct vt_post *p, vt_time t)
{
	return !p->waits && p->from <= t &&
	       (p->until == VT_TIME_NONE || t < p->until);
}

/* What somebody without posts has had all the time. */
static struct vt_post
only_post(const struct vt_person *p)
{
	return (struct vt_post){ .position = p->position,
		.unit = p->unit,
		.roles = p->roles,
		.from = p->since,
		.until = VT_TIME_NONE };
}

const struct vt_post *
vt_person_post_at(const struct vt_person *p, vt_time t, struct vt_post *own)
{
	if (p->n_posts == 0) {
		*own = only_post(p);
		return own;
	}
	for (size_t i = 0; i < p->n_posts; i++)
		if (vt_post_in_force(&p->posts[i], t))
			return &p->posts[i];
	return NULL;
}

const char *
vt_person_name_at(const struct vt_person *p, vt_time t)
{
	for (size_t i = 0; i < p->n_former; i++)
		if (t < p->former[i].until)
			return p->former[i].name;
	return p->name;
}

void
vt_person_today(struct vt_person *p, const struct vt_context *ctx)
{
	vt_time now;

	if (p->n_posts == 0)
		return;
	now = vt_now(ctx);
	p->position = p->unit = "";
	p->roles = 0;
	for (size_t i = p->n_posts; i > 0; i--) {
		const struct vt_post *post = &p->posts[i - 1];

		if (!vt_post_in_force(post, now))
			continue;
		p->position = post->position;
		p->unit = post->unit;
		p->roles |= post->roles;
	}
}

int
vt_person_keep(const struct vt_person *p, struct vt_arena *a,
    struct vt_person *ret, struct vt_err *reterr)
{
	struct vt_span row;
	bool ok = true;
	VT_BUF_AUTO(b);
	int rc;

	vt_person_encode(p, &b);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	row = vt_arena_copy(a, vt_buf_view(&b), &ok);
	if (!ok)
		return vt_nomem(reterr);
	if ((rc = vt_person_decode(row, a, ret, reterr)) != VT_OK)
		return rc;
	ret->agency_no = p->agency_no;
	ret->seq = p->seq;
	return VT_OK;
}

/* ---- one row after another ---- */

/* A post that was there: what it said stays said. */
static bool
goes_on(const struct vt_post *was, struct vt_post *p, vt_time now)
{
	bool confirmed = was->waits && !p->waits;

	if (strcmp(was->position, p->position) != 0 ||
	    strcmp(was->unit, p->unit) != 0 || was->roles != p->roles ||
	    (p->waits && !was->waits) || p->from != was->from)
		return false;
	if (confirmed && p->from < now)
		p->from = now;
	if (p->until == was->until)
		return true;
	if (was->until != VT_TIME_NONE && was->until <= now)
		return false;
	if (p->until != VT_TIME_NONE && p->until < now)
		p->until = now;
	return true;
}

static bool
begins(struct vt_post *p, vt_time now)
{
	if (p->from < now) /* VT_TIME_NONE, too */
		p->from = now;
	return p->until == VT_TIME_NONE || p->until > p->from;
}

/* Somebody without posts is something else from now on: what he was has an end,
 * for what he signed stays signed by who he was. */
static int
turn_over(const struct vt_person *old, struct vt_person *p, vt_time now,
    struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_post was, *posts;

	if (old == NULL)
		return VT_OK;
	was = only_post(old);
	if (strcmp(was.position, p->position) == 0 &&
	    strcmp(was.unit, p->unit) == 0 && was.roles == p->roles)
		return VT_OK;
	posts = vt_arena_array(a, 2, sizeof(*posts));
	if (posts == NULL)
		return vt_nomem(reterr);
	posts[0] = was;
	posts[0].until = now;
	posts[1] = only_post(p);
	posts[1].from = now;
	p->posts = posts;
	p->n_posts = 2;
	return VT_OK;
}

static int
follow_posts(const struct vt_person *old, struct vt_person *p, vt_time now,
    struct vt_arena *a, struct vt_err *reterr)
{
	size_t before = old == NULL ? 0 : old->n_posts;
	const struct vt_post *were = old == NULL ? NULL : old->posts;
	struct vt_post own, *posts;

	if (before == 0 && p->n_posts == 0)
		return turn_over(old, p, now, a, reterr);
	if (old != NULL && before == 0) {
		own = only_post(old);
		were = &own;
		before = 1;
	}
	posts = vt_arena_array(a, p->n_posts + 1, sizeof(*posts));
	if (posts == NULL)
		return vt_nomem(reterr);
	if (p->n_posts > 0)
		memcpy(posts, p->posts, p->n_posts * sizeof(*posts));
	for (size_t i = 0; i < before || i < p->n_posts; i++)
		if (i >= p->n_posts ||
		    (i < before ? !goes_on(&were[i], &posts[i], now)
				: !begins(&posts[i], now)))
			return vt_err_set(reterr, VT_E_INVALID,
			    "person: post %zu: posts are added and ended, what "
			    "was is not rewritten; an end comes after the "
			    "beginning",
			    i + 1);
	p->posts = posts;
	return VT_OK;
}

int
vt_person_follow(const struct vt_person *old, struct vt_person *p, vt_time now,
    struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_former_name *former;

	if (old != NULL) {
		p->former = old->former;
		p->n_former = old->n_former;
	}
	if (old != NULL && strcmp(old->name, p->name) != 0) {
		if (old->n_former >= VT_L(FORMER_NAMES_MAX))
			return vt_err_set(reterr, VT_E_LIMIT,
			    "person: %zu former names (FORMER_NAMES_MAX)",
			    old->n_former);
		former = vt_arena_array(a, old->n_former + 1, sizeof(*former));
		if (former == NULL)
			return vt_nomem(reterr);
		if (old->n_former > 0)
			memcpy(former, old->former,
			    old->n_former * sizeof(*former));
		former[old->n_former] =
		    (struct vt_former_name){ now, old->name };
		p->former = former;
		p->n_former++;
	}
	return follow_posts(old, p, now, a, reterr);
}
