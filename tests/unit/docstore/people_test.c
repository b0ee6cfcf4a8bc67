/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is dated of people and agencies: posts, names, codes, and that nothing
 * of the past is rewritten; on both engines. */
#include "base/arena.h"
#include "base/limits.h"
#include "tests/unit/docstore/fixture.h"

#define DAY VT_TIME_S(86400)

struct who {
	struct doer *d;
	struct world *w;
	struct vt_arena *a;
	vt_id id;
};

/* As it is stored, to be changed. */
static struct vt_person
stored(struct who *k)
{
	struct vt_person p, kept = { .n_posts = 0 };
	struct vt_view *v;

	tap_need(vt_view_begin(k->d->s, &v, &k->d->err) == VT_OK, "view");
	tap_need(vt_person_get(v, &k->id, &p, &k->d->err) == VT_OK &&
		     vt_person_keep(&p, k->a, &kept, &k->d->err) == VT_OK,
	    "the person %s", k->d->err.msg);
	vt_view_end(v);
	return kept;
}

static int
write_person(struct who *k, const struct vt_person *p)
{
	struct vt_step st = { .kind = VT_STEP_PERSON };

	st.u.person = *p;
	return do_step(k->d, NULL, st);
}

static void
sees(struct who *k, const char *position, uint32_t roles, const char *text)
{
	struct vt_person p;
	struct vt_view *v;

	tap_need(vt_view_begin(k->d->s, &v, &k->d->err) == VT_OK, "view");
	tap_call(vt_person_get(v, &k->id, &p, &k->d->err), &k->d->err, "read");
	tap_eq_str(p.position, position, "%s", text);
	tap_eq_int(p.roles, roles, "%s: roles", text);
	vt_view_end(v);
}

static void
posts(struct who *k)
{
	vt_time began = k->w->now, moved;
	struct vt_post list[4], own;
	struct vt_person p;

	p = (struct vt_person){ .name = "Lê Thị Mẫu",
		.position = "Chuyên viên",
		.roles = VT_ROLE_OFFICER,
		.active = true };
	tap_call(write_person(k, &p), &k->d->err, "somebody comes");
	k->id = k->d->r.person;
	k->w->now += 10 * DAY;
	moved = k->w->now;
	p = stored(k);
	tap_eq_int(p.n_posts, 0, "one post needs no list");
	list[0] = *vt_person_post_at(&p, moved, &own);
	list[0].until = moved - DAY; /* before the act: at the act */
	list[1] = (struct vt_post){ .position = "Phó Giám đốc",
		.unit = "Ban Giám đốc",
		.roles = VT_ROLE_LEADER,
		.from = VT_TIME_NONE,
		.until = VT_TIME_NONE };
	list[2] = (struct vt_post){ .position = "Quyền Giám đốc",
		.roles = VT_ROLE_LEADER | VT_ROLE_CLERK,
		.from = moved + 5 * DAY,
		.until = moved + 8 * DAY };
	p.posts = list;
	p.n_posts = 3;
	tap_call(write_person(k, &p), &k->d->err, "another post, one to come");
	sees(k, "Phó Giám đốc", VT_ROLE_LEADER, "today");
	k->w->now = moved + 5 * DAY;
	sees(k, "Phó Giám đốc", VT_ROLE_LEADER | VT_ROLE_CLERK,
	    "two posts give the rights of both, the first is shown");
	k->w->now = moved + 8 * DAY;
	sees(k, "Phó Giám đốc", VT_ROLE_LEADER, "its end comes by itself");
	p = stored(k);
	tap_eq_str(vt_person_post_at(&p, began, &own)->position, "Chuyên viên",
	    "what he was then is still told");
	tap_eq_str(vt_person_post_at(&p, moved, &own)->position, "Phó Giám đốc",
	    "and from the act on the other");
	tap_ok(vt_person_post_at(&p, began - 1, &own) == NULL,
	    "before that nothing");
}

static void
not_rewritten(struct who *k)
{
	struct vt_post list[5];
	struct vt_person p = stored(k);

	memcpy(list, p.posts, 3 * sizeof(*list));
	p.posts = list;
	p.n_posts = 2;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "a post does not vanish");
	p.n_posts = 0;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "nor do all of them");
	p.n_posts = 3;
	list[1].position = "Giám đốc";
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "it is called what it was called");
	list[1] = stored(k).posts[1];
	list[1].roles |= VT_ROLE_ADMIN;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "gives what it gave");
	list[1] = stored(k).posts[1];
	list[1].from -= DAY;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "began when it began");
	list[1] = stored(k).posts[1];
	list[0].until = VT_TIME_NONE;
	tap_code(
	    write_person(k, &p), VT_E_INVALID, &k->d->err, "and an end stays");
	list[0] = stored(k).posts[0];
	list[3] = (struct vt_post){ .position = "x",
		.from = k->w->now + DAY,
		.until = k->w->now + DAY };
	p.n_posts = 4;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "it ends after it began");
}

static void
waits(struct who *k)
{
	struct vt_person p = stored(k);
	struct vt_post list[5];

	memcpy(list, p.posts, 3 * sizeof(*list));
	list[3] = (struct vt_post){ .position = "Giám đốc",
		.roles = VT_ROLE_LEADER | VT_ROLE_ADMIN,
		.from = VT_TIME_NONE,
		.until = VT_TIME_NONE,
		.waits = true };
	p.posts = list;
	p.n_posts = 4;
	p.asked_by = k->id;
	tap_call(write_person(k, &p), &k->d->err, "a post that waits");
	sees(k, "Phó Giám đốc", VT_ROLE_LEADER, "gives nothing");
	k->w->now += DAY;
	p = stored(k);
	tap_ok(vt_id_eq(&p.asked_by, &k->id), "who asked is kept");
	memcpy(list, p.posts, 4 * sizeof(*list));
	p.posts = list;
	list[3].waits = false;
	list[1].until = 0;
	tap_call(write_person(k, &p), &k->d->err, "confirmed");
	sees(k, "Giám đốc", VT_ROLE_LEADER | VT_ROLE_ADMIN, "now it does");
	p = stored(k);
	tap_eq_int(p.posts[3].from, k->w->now, "from the confirmation on");
	memcpy(list, p.posts, 4 * sizeof(*list));
	p.posts = list;
	list[3].waits = true;
	tap_code(write_person(k, &p), VT_E_INVALID, &k->d->err,
	    "what is confirmed does not wait again");
}

static void
names(struct who *k)
{
	vt_time before = k->w->now;
	struct vt_person p = stored(k);

	k->w->now += DAY;
	p.name = "Lê Thị Mẫu Mực";
	p.email = "mau@example";
	p.phone = "+84 1";
	tap_call(write_person(k, &p), &k->d->err, "another name");
	p = stored(k);
	tap_eq_str(p.name, "Lê Thị Mẫu Mực", "it is the name");
	tap_eq_str(vt_person_name_at(&p, before), "Lê Thị Mẫu",
	    "the one before is told of what was before");
	tap_eq_str(vt_person_name_at(&p, k->w->now), p.name, "and not since");
	tap_eq_str(p.email, "mau@example", "how to reach her");
	p.n_former = 0;
	tap_call(write_person(k, &p), &k->d->err, "the same once more");
	tap_eq_int(stored(k).n_former, 1, "former names are the store's");
}

static void
limits(struct who *k)
{
	struct vt_post list[65];
	struct vt_person p = stored(k);
	char name[32];

	for (size_t i = 0; i < 65; i++)
		list[i] = (struct vt_post){ .position = "Chuyên viên",
			.roles = VT_ROLE_OFFICER,
			.from = VT_TIME_NONE,
			.until = VT_TIME_NONE };
	memcpy(list, p.posts, p.n_posts * sizeof(*list));
	p.posts = list;
	p.n_posts = VT_L(POSTS_MAX) + 1;
	tap_code(write_person(k, &p), VT_E_LIMIT, &k->d->err, "65 posts");
	p.n_posts = VT_L(POSTS_MAX);
	tap_call(write_person(k, &p), &k->d->err, "64 posts");
	for (size_t i = stored(k).n_former; i < VT_L(FORMER_NAMES_MAX); i++) {
		p = stored(k);
		(void)snprintf(name, sizeof(name), "Tên %zu", i);
		p.name = name;
		if (write_person(k, &p) != VT_OK)
			tap_ok(false, "name %zu: %s", i, k->d->err.msg);
	}
	tap_eq_int(stored(k).n_former, 16, "16 former names");
	p = stored(k);
	p.name = "Tên nữa";
	tap_code(write_person(k, &p), VT_E_LIMIT, &k->d->err, "not a 17th");
}

static struct vt_agency
agency(struct who *k, const char *code)
{
	struct vt_agency a = { .no = 0 };
	struct vt_view *v;

	tap_need(vt_view_begin(k->d->s, &v, &k->d->err) == VT_OK, "view");
	tap_call(vt_agency_by_code(v, code, &a, &k->d->err), &k->d->err,
	    "by %s", code);
	/* values, and texts of the test's own */
	a.now.code = strcmp(a.now.code, "H99.07") == 0   ? "H99.07"
		     : strcmp(a.now.code, "H99.77") == 0 ? "H99.77"
							 : "?";
	vt_view_end(v);
	return a;
}

static void
codes(struct who *k)
{
	struct vt_step st = { .kind = VT_STEP_AGENCY_NAME };
	vt_time set = k->w->now;

	st.u.agency_name.name = (struct vt_agency_name){ .from = set + DAY,
		.code = "H99.77",
		.name = "Sở Khoa học và Công nghệ mới" };
	tap_call(do_step(k->d, NULL, st), &k->d->err, "a code from tomorrow");
	tap_eq_str(agency(k, "H99.77").now.code, "H99.07",
	    "it leads here already, and is not used yet");
	k->w->now = set + DAY;
	tap_eq_str(agency(k, "H99.07").now.code, "H99.77",
	    "from its day on it is, and the old one leads here");
	k->w->now += DAY;
	st.u.agency_name.name.from = k->w->now + DAY;
	st.u.agency_name.name.code = "H99.78";
	tap_call(do_step(k->d, NULL, st), &k->d->err, "yet another to come");
	st.u.agency_name.name.from = VT_TIME_NONE;
	st.u.agency_name.name.code = "H99.77";
	tap_call(do_step(k->d, NULL, st), &k->d->err, "is taken back");
	k->w->now += 2 * DAY;
	tap_eq_str(agency(k, "H99.78").now.code, "H99.77", "and never begins");
}

static void
run(bool in_memory)
{
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	char *dir = dir_new();
	struct world w;
	struct who k = { .d = &d, .w = &w };

	world_init(&w);
	so.domain = "vanthu.tinhmau.gov.vn";
	so.in_memory = in_memory;
	k.a = vt_arena_new((size_t)8 << 20);
	tap_need(k.a != NULL, "memory");
	if (in_memory)
		tap_need(
		    vt_store_open(NULL, &so, &w.ctx, &d.s, &d.err) == VT_OK,
		    "the model %s", d.err.msg);
	else
		d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở Khoa học và Công nghệ"), &d.err,
	    "agency");
	posts(&k);
	not_rewritten(&k);
	waits(&k);
	names(&k);
	limits(&k);
	codes(&k);
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	vt_arena_free(k.a);
	dir_free(dir);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	run(true);
	run(false);
	return tap_done();
}
