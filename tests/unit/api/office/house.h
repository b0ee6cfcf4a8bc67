/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two agencies with a person for every role, and an office over them; the
 * clock is the test's. */
#ifndef VT_TESTS_API_OFFICE_HOUSE_H
#define VT_TESTS_API_OFFICE_HOUSE_H

#include "api/office/office.h"
#include "base/limits.h"
#include "base/secret.h"
#include "tests/unit/docstore/fixture.h"

struct house {
	struct world w;
	char *dir;
	struct vt_store *store;
	struct vt_office *office;
	uint32_t here, there; /* agencies */
	vt_id leader, deputy, clerk, officer, auditor, admin, system;
	vt_id other_admin, other_leader;
	unsigned keys; /* idempotency keys given out */
	char key[32];
	char field[32]; /* that was refused last */
};

static UNUSED vt_id
house_person(struct house *h, uint32_t agency, const char *name, uint32_t roles)
{
	struct vt_new_person p = { .name = name,
		.position = "",
		.unit = "",
		.roles = roles,
		.key_ref = "" };
	struct vt_err err = VT_ERR_INIT;
	char token[64];
	vt_id id;

	(void)snprintf(token, sizeof(token), "token-of-%s-%u", name, agency);
	p.token = vt_span_str(token);
	tap_need(vt_office_add_person(h->store, agency, &p, &id, &err) == VT_OK,
	    "%s %s", name, err.msg);
	return id;
}

static UNUSED uint32_t
house_agency(struct house *h, const char *code)
{
	struct vt_agency_name n = { .code = code,
		.name = code,
		.short_name = "SKHCN",
		.place = "An Mẫu" };
	struct vt_err err = VT_ERR_INIT;
	uint32_t no = 0;

	tap_need(
	    vt_office_add_agency(h->store, &n, NULL, 0, "", &no, &err) == VT_OK,
	    "agency %s %s", code, err.msg);
	return no;
}

static UNUSED void
house_office(struct house *h)
{
	struct vt_office_options o = { .store = h->store,
		.ctx = &h->w.ctx,
		.public_url = "http://127.0.0.1:8480" };
	struct vt_err err = VT_ERR_INIT;

	/* The queue is not run: these tests turn the clock. */
	tap_need(vt_office_open(&o, &h->office, &err) == VT_OK, "office %s",
	    err.msg);
}

static UNUSED void
house_begin(struct house *h)
{
	struct vt_err err = VT_ERR_INIT;

	memset(h, 0, sizeof(*h));
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&h->w);
	h->dir = dir_new();
	h->store = store_new(h->dir, &h->w.ctx);
	h->here = house_agency(h, "H99.07");
	h->there = house_agency(h, "H99.31");
	h->leader = house_person(h, h->here, "leader", VT_ROLE_LEADER);
	h->deputy = house_person(h, h->here, "deputy", VT_ROLE_OFFICER);
	h->clerk = house_person(h, h->here, "clerk", VT_ROLE_CLERK);
	h->officer = house_person(h, h->here, "officer", VT_ROLE_OFFICER);
	h->auditor = house_person(h, h->here, "auditor", VT_ROLE_AUDITOR);
	h->admin = house_person(h, h->here, "admin", VT_ROLE_ADMIN);
	h->system = house_person(h, h->here, "system", VT_ROLE_SYSTEM);
	h->other_admin = house_person(h, h->there, "admin", VT_ROLE_ADMIN);
	h->other_leader = house_person(h, h->there, "leader", VT_ROLE_LEADER);
	house_office(h);
}

/* Closes and opens everything again, as a restart does. */
static UNUSED void
house_restart(struct house *h)
{
	vt_office_close(h->office);
	vt_store_close(h->store);
	h->store = store_open(h->dir, &h->w.ctx);
	house_office(h);
}

static UNUSED void
house_end(struct house *h)
{
	vt_office_close(h->office);
	vt_store_close(h->store);
	dir_free(h->dir);
}

/* Recognised by the token that house_person gave. */
static UNUSED struct vt_actor
house_actor(struct house *h, const char *name, uint32_t agency)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor a;
	char token[64];

	(void)snprintf(token, sizeof(token), "token-of-%s-%u", name, agency);
	tap_need(vt_office_authenticate(
		     h->office, vt_span_str(token), &a, &err) == VT_OK,
	    "%s is recognised %s", name, err.msg);
	return a;
}

static UNUSED void
house_about(void *arg, const char *field)
{
	struct house *h = arg;

	(void)snprintf(h->field, sizeof(h->field), "%s", field);
}

/* A request of its own each time; h->field: of what is refused of it. */
static UNUSED struct vt_request
house_request(struct house *h, const struct vt_actor *a)
{
	(void)snprintf(h->key, sizeof(h->key), "key-%u", h->keys++);
	h->field[0] = '\0';
	return (struct vt_request){ .actor = a,
		.about = house_about,
		.about_arg = h,
		.key = h->key,
		.hash = vt_sha256(vt_span_str(h->key)) };
}

static UNUSED struct vt_secret *
house_secret(const char *s)
{
	return vt_secret_new(s, strlen(s));
}

#endif
