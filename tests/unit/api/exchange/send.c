/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sending side promises: one peer holds up nobody else, what was
 * given up shows and can be sent again, what is taken back is asked for
 * wherever it may be.
 */
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;

/* ---- lanes ---- */

/* Peers that take a connection and say nothing, more items than threads. */
static void
silent_peers(void)
{
	vt_id quiet[24], here = issued(&a, 0, 100), far = issued(&a, 0, 110);
	size_t before = count_arrived(&b, 0), tenant = count_arrived(&a, 1);

	for (size_t i = 0; i < 24; i++)
		quiet[i] = issued(&a, 0, 200 + i * 10);
	a.hang = true;
	for (size_t i = 0; i < 24; i++)
		send_to(&a, 0, &quiet[i], i % 2 == 0 ? "HANG.1" : "HANG.2");
	WAIT_FOR(a.hanging >= 2, "two peers are silent");
	send_to(&a, 0, &here, a.code[1]);
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&a, 1) == tenant + 1,
	    "a tenant gets its paper meanwhile");
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "another peer, too");
	WAIT_FOR(shown(&a, &here) == 1 && shown(&a, &far) == 1,
	    "statuses come back meanwhile");
	tap_ok(a.hanging >= 2 && a.hanging <= 4,
	    "a silent peer has its own slots and no more");
	a.hang = false;
	WAIT_FOR(a.hanging == 0, "they answer again");
	for (size_t i = 0; i < 24; i++) {
		for (int t = 0; t < 400 && see(&a, &quiet[i], 0).state ==
					       VT_DELIVERY_WAITING;
		     t++) {
			advance(&a, &b, 60);
			nap();
		}
		if (see(&a, &quiet[i], 0).state == VT_DELIVERY_WAITING)
			tap_ok(false, "paper %zu still waits", i);
	}
}

int
main(void)
{
	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&a, "H99.08");
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&a, "HANG.1", VT_ROUTE_DIRECT);
	node_route(&a, "HANG.2", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	silent_peers();
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
