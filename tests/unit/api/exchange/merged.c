/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agencies that were merged: what is sent to their codes reaches who has their
 * tasks now, a tenant by an act of the store, others by the address book; what
 * they had stays with them.
 */
#include "tests/unit/api/exchange/nodes.h"

/* a: 0 sends, 1 was merged into 2, and 2 into 3. b: somebody else. */
static struct node a, b;

static void
merge(const char *code, const char *into, int want)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_office_merge_agency(a.store, code, into, &err);

	tap_code(rc, want, &err, "%s goes on in %s", code, into);
}

static void
accept_it(struct node *n, size_t k, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, k);
	struct vt_request rq = request(n, &who);

	tap_call(vt_office_accept(n->office, &rq, paper, &r, &err), &err,
	    "accepted");
	vt_act_result_free(&r);
}

static void
take_back(struct node *n, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, 0);
	struct vt_request rq = request(n, &who);

	tap_call(vt_office_take_back(
		     n->office, &rq, paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "asked back");
	vt_act_result_free(&r);
}

/* Where codes lead to, as the address book of n has it. */
static void
book(struct node *n, const char *code, const char *successor)
{
	struct vt_address row = { .verified = true };
	struct vt_err err = VT_ERR_INIT;

	vt_text_fit(row.code, sizeof(row.code), code);
	vt_text_fit(row.name, sizeof(row.name), code);
	vt_text_fit(row.successor, sizeof(row.successor), successor);
	must(vt_office_addresses_sync(n->office, "", &row, 1, NULL, &err) ==
		 VT_OK,
	    "address book", err.msg);
}

/* Sent to a code, it comes to another agency: 01, 03, asked back, 15. */
static void
reaches(struct node *from, const char *code, struct node *to, size_t k,
    const char *where)
{
	static uint64_t seed = 1000;
	size_t before = count_arrived(to, k);
	vt_id paper = issued(from, 0, seed += 10), there;

	send_to(from, 0, &paper, code);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", where);
	WAIT_FOR(shown(from, &paper) == 1, "%s: 01", where);
	there = newest(to, k);
	accept_it(to, k, &there);
	WAIT_FOR(shown(from, &paper) == 3, "%s: 03", where);
	paper = issued(from, 0, seed += 10);
	send_to(from, 0, &paper, code);
	WAIT_FOR(count_arrived(to, k) == before + 2, "%s: another", where);
	WAIT_FOR(shown(from, &paper) == 1, "%s: 01", where);
	take_back(from, &paper);
	WAIT_FOR(shown(from, &paper) == 15, "%s: 15", where);
}

/* A node that knows the old code alone: the packet is to that, the status that
 * answers comes from a stranger to it, by a way that it knows. */
static void
unaware(void)
{
	size_t before = count_arrived(&a, 3);
	vt_id paper = issued(&b, 0, 5000);

	send_to(&b, 0, &paper, "H99.11");
	WAIT_FOR(
	    count_arrived(&a, 3) == before + 1, "to the old code: it is there");
	WAIT_FOR(see(&b, &paper, 0).sent, "and was taken");
}

int
main(void)
{
	vt_id had, waits, there;

	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&a, "H99.11");
	node_tenant(&a, "H99.12");
	node_tenant(&a, "H99.13");
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_route(&b, "H99.11", VT_ROUTE_DIRECT);
	node_route(&b, "H99.13", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);

	had = issued(&a, 0, 100);
	send_to(&a, 0, &had, "H99.11");
	WAIT_FOR(count_arrived(&a, 1) == 1, "before it is merged");
	there = newest(&a, 1);
	accept_it(&a, 1, &there);
	WAIT_FOR(shown(&a, &had) == 3, "it takes its own");
	waits = issued(&a, 0, 200);
	send_to(&a, 0, &waits, "H99.11");
	WAIT_FOR(shown(&a, &waits) == 1, "another waits");

	merge("H99.11", "H99.11", VT_E_INVALID);
	merge("H99.11", "H99.99", VT_E_AGENCY_UNKNOWN);
	merge("H99.11", "H99.12", VT_OK);
	merge("H99.12", "H99.13", VT_OK);
	merge("H99.13", "H99.11", VT_E_INVALID);
	merge("H99.12", "", VT_OK);
	reaches(&a, "H99.11", &a, 2, "one merger");
	merge("H99.12", "H99.13", VT_OK);
	reaches(&a, "H99.11", &a, 3, "one after the other");
	/* who does not know of it says so in the packet, too */
	unaware();
	book(&b, "H99.12", "H99.13");
	book(&b, "H99.11", "H99.12");
	reaches(&b, "H99.11", &a, 3, "from elsewhere");
	reaches(&b, "H99.12", &a, 3, "from elsewhere, by the book");
	book(&a, "H99.30", "H99.31");
	book(&a, "H99.29", "H99.30");
	reaches(&a, "H99.29", &b, 0, "to elsewhere");
	tap_eq_int(count_arrived(&a, 1), 2, "nothing more to who was merged");

	take_back(&a, &waits);
	WAIT_FOR(shown(&a, &waits) == 15, "what nobody took is given back");
	take_back(&a, &had);
	WAIT_FOR(see(&a, &had, 0).shown == 13, "what it had is asked back");
	tap_eq_int(findings(a.store, true), 0, "check is clean");
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
