/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is: a peer that brings very much holds up nobody else's
 * packets, and packets hold up nothing that a clerk waits for. Everything
 * waits already when the queue starts; in which order it was done, the times
 * of the acts tell.
 */
#include "api/office/look.h"
#include "tests/unit/api/exchange/nodes.h"

#define FLOOD 200

static struct node a;

static void
bring_one(
    const char *peer, const char *to, unsigned i, const char *bytes, vt_id *ret)
{
	char external[64];
	const struct vt_consign_new n = { .to = to,
		.via = VT_TRANSPORT_DIRECT,
		.kind = VT_PACKET_EDOC,
		.external = external,
		.peer = peer };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	(void)snprintf(external, sizeof(external), "%s-%s-%u", peer, to, i);
	must(vt_office_consign_bytes(
		 a.office, &n, vt_span_str(bytes), ret, &r, &err) == VT_OK,
	    "consign", err.msg);
	vt_act_result_free(&r);
}

/* When it was read; INT64_MAX: it waits. */
static vt_time
read_at(const vt_id *id)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_consign_get(v, id, &c, &err) == VT_OK,
	    "consignment", err.msg);
	return c.state == VT_CONSIGN_STORED ? INT64_MAX : c.changed_at;
}

static size_t
read_before(const vt_id *ids, size_t n, vt_time t)
{
	size_t before = 0;

	for (size_t i = 0; i < n; i++)
		before += read_at(&ids[i]) < t;
	return before;
}

/* A paper with a file that nobody has looked into. */
static vt_id
unlooked(size_t tenant, uint64_t seed)
{
	struct doer d = { .s = a.store, .agency = a.no[tenant] };
	struct vt_step st;
	VT_BUF_AUTO(payload);
	vt_id id;

	must(make_paper(&d, VT_DIR_OUT, 3000, seed) == VT_OK, "paper",
	    d.err.msg);
	id = d.paper;
	vt_look_later(&id, 0, &payload, &st);
	must(do_step(&d, &id, st) == VT_OK, "to be looked into", d.err.msg);
	vt_act_result_free(&d.r);
	return id;
}

/* When what it found was noted; INT64_MAX: not yet. */
static vt_time
looked_at(size_t tenant, const vt_id *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_event e[64];
	uint64_t after = 0;
	size_t n = 64;

	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	while (n == 64) {
		must(vt_event_list(v, a.no[tenant], after, e, 64, &n, &err) ==
			 VT_OK,
		    "events", err.msg);
		for (size_t i = 0; i < n; i++) {
			after = e[i].seq;
			if (e[i].kind == VT_STEP_PROBLEM &&
			    vt_id_eq(&e[i].paper, paper))
				return e[i].time;
		}
	}
	return INT64_MAX;
}

int
main(void)
{
	struct vt_office_options o = { .ctx = &test_ctx,
		.public_url = "http://127.0.0.1:8480" };
	vt_id flood[2 * FLOOD], other, aside, paper;
	struct vt_err err = VT_ERR_INIT;
	size_t n;

	spawn();
	node_begin(&a);
	node_tenant(&a, "H99.31");
	node_tenant(&a, "H99.32");
	node_tenant(&a, "H99.33");
	node_route(&a, "H99.70", VT_ROUTE_DIRECT);
	node_route(&a, "H99.71", VT_ROUTE_DIRECT);
	o.store = a.store;
	o.spawner = spawner;
	tap_need(
	    vt_office_open(&o, &a.office, &err) == VT_OK, "office %s", err.msg);
	clock_tick = 1;
	for (unsigned i = 0; i < 2 * FLOOD; i++)
		bring_one("H99.70", i % 2 == 0 ? "H99.31" : "H99.32", i,
		    "no packet", &flood[i]);
	bring_one("H99.71", "H99.31", 0, "nor this", &other);
	bring_one("H99.70", "H99.33", 0, "nor this", &aside);
	paper = unlooked(0, 100);
	must(vt_office_run(a.office, &err) == VT_OK, "queue", err.msg);
	WAIT_FOR(read_before(flood, 2 * FLOOD, INT64_MAX) == 2 * FLOOD &&
		     read_at(&other) != INT64_MAX &&
		     read_at(&aside) != INT64_MAX &&
		     looked_at(0, &paper) != INT64_MAX,
	    "everything is read and looked into");
	n = read_before(flood, 2 * FLOOD, read_at(&other));
	tap_ok(n <= 4, "another peer's packet waits for %zu of the flood", n);
	n = read_before(flood, 2 * FLOOD, read_at(&aside));
	tap_ok(n <= 8, "one for another agency, of the same peer, for %zu", n);
	/* it has a thread of its own */
	n = read_before(flood, 2 * FLOOD, looked_at(0, &paper));
	tap_ok(n < FLOOD, "what a clerk waits for was done after %zu", n);
	vt_office_close(a.office);
	vt_store_close(a.store);
	dir_free(a.dir);
	vt_spawner_free(spawner);
	return tap_done();
}
