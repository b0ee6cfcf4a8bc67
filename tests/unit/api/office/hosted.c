/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agency that uses our axis server names units of its own, nobody else's. */
#include <pthread.h>

#include "api/office/hosted.h"
#include "api/office/packet.h"
#include "api/office/relay.h"
#include "api/office/routes.h"
#include "base/text.h"
#include "docstore/state.h"
#include "tests/unit/api/office/house.h"

static struct house h;
static struct vt_hosted who;

static int
name_unit(const char *code)
{
	struct vt_address a = { .name = "Phòng Một", .verified = true };
	struct vt_err err = VT_ERR_INIT;

	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	(void)snprintf(a.parent, sizeof(a.parent), "%s", who.code);
	return vt_office_hosted_register(h.office, &who, &a, &err);
}

static void
add_route(const char *key, enum vt_route_kind kind)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;

	tap_need(r != NULL, "memory");
	(void)snprintf(r->key, sizeof(r->key), "%s", key);
	r->kind = kind;
	r->active = true;
	tap_need(vt_route_put(h.store, r, &err) == VT_OK, "route %s %s", key,
	    err.msg);
	free(r);
}

static void
add_address(const struct vt_actor *admin, const char *code)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_address a = { .name = "Sở Khác", .verified = true };
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = admin, .key = h.key };

	(void)snprintf(h.key, sizeof(h.key), "address-%u", ++h.keys);
	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	tap_need(vt_office_address_put(h.office, &rq, &a, &r, &err) == VT_OK,
	    "address %s %s", code, err.msg);
	vt_act_result_free(&r);
}

/* Whom its packets reach: tenants, and agencies that fetch here as it does.
 * Others are refused, with the reason. */
static void
targets(void)
{
	const char *here[] = { "H20.05", "H99.31", "H99.07", "H20.05.01.02",
		"H99.31" };
	const char *away[] = { "H99.07", "H20.05.07" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_hosted_to to[VT_HOSTED_TO_MAX];
	char id[VT_HOSTED_EXTERNAL];
	size_t n = 0;

	tap_call(vt_office_hosted_targets(h.office, here, 5, to, &n, &err),
	    &err, "tenants, and who fetches here");
	tap_eq_int(n, 4, "each once");
	tap_ok(to[0].agency_no == h.here && to[1].agency_no == h.there &&
		   to[0].code[0] == '\0' && to[1].code[0] == '\0',
	    "tenants first");
	tap_ok(to[2].agency_no == h.here && to[3].agency_no == h.here,
	    "the agency that runs the store keeps the others'");
	tap_eq_str(to[2].code, "H20.05", "one with a route");
	tap_eq_str(to[3].code, "H20.05.01.02", "one below it");
	vt_office_hosted_external("0123", &to[0], id);
	tap_eq_str(id, "0123", "the id of a tenant's packet");
	vt_office_hosted_external("0123", &to[3], id);
	tap_eq_str(id, "0123/H20.05.01.02", "and of one that is carried on");
	tap_code(vt_office_hosted_targets(h.office, away, 2, to, &n, &err),
	    VT_E_AGENCY_UNKNOWN, &err, "one that has another route");
	tap_ok(strstr(err.msg, "H20.05.07") != NULL &&
		   strstr(err.msg, "not carried on") != NULL,
	    "which, and why");
}

/* As many as a packet may be for, and one more. */
static void
most_targets(void)
{
	static char name[VT_L(HOSTED_TO_MAX) + 2][24];
	static const char *codes[VT_L(HOSTED_TO_MAX) + 2];
	static struct vt_hosted_to to[VT_HOSTED_TO_MAX];
	struct vt_address *unit =
	    calloc(VT_L(HOSTED_TO_MAX) + 2, sizeof(*unit));
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0, most = VT_L(HOSTED_TO_MAX);

	tap_need(unit != NULL, "memory");
	for (size_t i = 0; i < most + 2; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "H20.05.09.%zu", i);
		codes[i] = name[i];
		vt_text_fit(unit[i].code, sizeof(unit[i].code), name[i]);
		vt_text_fit(unit[i].name, sizeof(unit[i].name), "Phòng");
	}
	tap_call(vt_office_addresses_sync(
		     h.office, who.code, unit, most + 2, NULL, &err),
	    &err, "its units");
	free(unit);
	tap_call(vt_office_hosted_targets(h.office, codes, most, to, &n, &err),
	    &err, "HOSTED_TO_MAX agencies");
	tap_eq_int(n, most, "are all reached");
	codes[most] = codes[0];
	tap_call(
	    vt_office_hosted_targets(h.office, codes, most + 1, to, &n, &err),
	    &err, "one of them twice is no further one");
	tap_code(
	    vt_office_hosted_targets(h.office, codes, most + 2, to, &n, &err),
	    VT_E_LIMIT, &err, "one more is");
}

/* ---- several fetch one packet at once ---- */

#define CLERKS 6
#define ROUNDS 12

struct fetching {
	pthread_barrier_t *at_once;
	vt_id id;
	int rc;
};

static void *
fetch(void *arg)
{
	struct fetching *f = arg;
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;

	(void)pthread_barrier_wait(f->at_once);
	f->rc = vt_office_packet_open(h.office, who.code, &f->id, &pk, &err);
	return NULL;
}

/* Rows rise by one over the whole store: how many were written so far. */
static uint64_t
rows_written(void)
{
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.key = VT_SPAN_LIT("counted"),
		.value = VT_SPAN_LIT("x"),
		.expires = VT_TIME_NONE,
		.expect = VT_STATE_ANY };
	struct vt_err err = VT_ERR_INIT;
	uint64_t rev = 0;

	tap_need(vt_state_put(h.store, &n, &rev, &err) == VT_OK, "a row %s",
	    err.msg);
	return rev;
}

/* That it was handed out is written once, by one of them; nobody is refused
 * because another was quicker. */
static void
handed_out_once(void)
{
	unsigned conflicts = 0, writes = 0, fetched = 0;
	struct vt_err err = VT_ERR_INIT;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct vt_relay c = { .id = vt_id_new(&h.w.ctx),
			.kind = VT_PACKET_EDOC };
		struct fetching f[CLERKS];
		pthread_t t[CLERKS];
		pthread_barrier_t at_once;
		struct vt_pickup p[ROUNDS];
		uint64_t before, next = 0;
		size_t n = 0;
		vt_time due = 0;

		tap_need(vt_hosted_put_carried(
			     h.office, who.code, &c, &due, &err) == VT_OK,
		    "it waits %s", err.msg);
		before = rows_written();
		(void)pthread_barrier_init(&at_once, NULL, CLERKS);
		for (size_t i = 0; i < CLERKS; i++) {
			f[i] = (struct fetching){ &at_once, c.id, VT_OK };
			tap_need(
			    pthread_create(&t[i], NULL, fetch, &f[i]) == 0,
			    "a clerk");
		}
		for (size_t i = 0; i < CLERKS; i++) {
			(void)pthread_join(t[i], NULL);
			conflicts += f[i].rc == VT_E_CONFLICT;
		}
		(void)pthread_barrier_destroy(&at_once);
		writes += (unsigned)(rows_written() - before) - 1;
		tap_need(vt_office_pickups(h.office, who.code, VT_PACKET_EDOC,
			     0, p, ROUNDS, &n, &next, &err) == VT_OK,
		    "the line %s", err.msg);
		for (size_t i = 0; i < n; i++)
			fetched += vt_id_eq(&p[i].id, &c.id) && p[i].fetched;
	}
	tap_eq_int(conflicts, 0, "nobody hears of the others");
	tap_eq_int(fetched, ROUNDS, "each is known to be handed out");
	tap_eq_int(writes, ROUNDS, "which is written once each");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor admin;

	house_begin(&h);
	admin = house_actor(&h, "admin", h.here);
	(void)snprintf(who.code, sizeof(who.code), "H20.05");
	add_route("H20.05", VT_ROUTE_HOSTED);
	add_route("H20.05.07", VT_ROUTE_PRINT);
	add_address(&admin, "H20.05.08");
	tap_ok(name_unit("H20.05.01") == VT_OK, "a unit below its own code");
	tap_ok(name_unit("H20.05.01") == VT_OK, "again");
	tap_ok(name_unit("H20.05.01.02") == VT_OK, "a unit of a unit");
	tap_ok(name_unit("H21.01") == VT_E_FORBIDDEN, "no stranger's");
	tap_ok(name_unit("H20.051") == VT_E_FORBIDDEN,
	    "what begins with the same digits is not below");
	tap_ok(name_unit("H20.05.") == VT_E_FORBIDDEN, "nor is nothing");
	tap_ok(name_unit("H20.05") == VT_E_FORBIDDEN, "nor its own code");
	tap_ok(name_unit("H20.05.07") == VT_E_FORBIDDEN,
	    "one that has a route is somebody's");
	tap_ok(name_unit("H20.05.07.01") == VT_E_FORBIDDEN,
	    "so is what is below it");
	tap_ok(name_unit("H20.05.08") == VT_E_FORBIDDEN,
	    "and so is one that people wrote into the book");
	tap_ok(vt_office_hosted_remove(h.office, &who, "H20.05.08", &err) ==
		   VT_E_FORBIDDEN,
	    "it takes out only what it put in");
	tap_ok(
	    vt_office_hosted_remove(h.office, &who, "H20.05.01", &err) == VT_OK,
	    "which it does");
	targets();
	most_targets();
	handed_out_once();
	house_end(&h);
	return tap_done();
}
