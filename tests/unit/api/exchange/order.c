/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statuses of a paper reach its sender as they were given, however long one of
 * them takes, also over a restart; what is refused for good, or tried once a
 * day only, holds nobody up.
 */
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;

/* A paper of a's that b has, whose sender has seen 01. */
struct course {
	vt_id paper, theirs, delivery;
};

static struct course
begin(uint64_t seed)
{
	struct course c = { .paper = issued(&a, 0, seed) };
	size_t before = count_arrived(&b, 0);

	send_to(&a, 0, &c.paper, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "it waits");
	WAIT_FOR(shown(&a, &c.paper) == 1, "01");
	c.theirs = newest(&b, 0);
	c.delivery = see(&a, &c.paper, 0).id;
	return c;
}

/* The order in which the sender heard them. */
static const char *
heard(const struct course *c)
{
	static char text[64];
	struct vt_delivery_status row[16];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0, at = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_delivery_log(v, &c->delivery, 0, row, 16, &n, &err) == VT_OK,
	    "log", err.msg);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(
		    text + at, sizeof(text) - at, "%02u ", row[i].code);
	vt_view_end(v);
	return text;
}

/* Statuses that wait and were not tried yet. */
static size_t
untried(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_work w[16];
	struct vt_view *v = NULL;
	size_t n = 0, none = 0;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_work_list(v, b.no[0], 0, w, 16, &n, &err) == VT_OK, "work",
	    err.msg);
	for (size_t i = 0; i < n; i++)
		none += w[i].kind == VT_WORK_STATUS && w[i].attempt == 0;
	vt_view_end(v);
	return none;
}

/* Time goes on until the sender has heard this. */
static void
until(const struct course *c, const char *want, int64_t step)
{
	for (int i = 0; i < 200 && strcmp(heard(c), want) != 0; i++) {
		for (int t = 0; t < 20 && strcmp(heard(c), want) != 0; t++)
			nap();
		advance(&a, &b, step);
	}
	tap_eq_str(heard(c), want, "the sender hears %s", want);
}

static void
others(const struct course *c)
{
	for (unsigned code = 4; code <= 6; code++)
		do_act(&b, 0, &c->theirs, code);
}

static void
one_is_lost(void)
{
	struct course c = begin(100), d = begin(200);
	unsigned sent = b.sent;

	b.lose = 1;
	do_act(&b, 0, &c.theirs, 3);
	WAIT_FOR(b.sent == sent + 1, "03 is tried");
	others(&c);
	tap_eq_int(untried(), 3, "the others wait without a try");
	do_act(&b, 0, &d.theirs, 2);
	WAIT_FOR(shown(&a, &d.paper) == 2, "another paper's does not");
	b.lose = 1;
	until(&c, "01 03 04 05 06 ", 30);
	tap_eq_int(b.sent, sent + 7, "two were lost, and none went in vain");
}

static void
restarted(void)
{
	struct course c = begin(400);
	unsigned sent = b.sent;

	b.lose = 1;
	do_act(&b, 0, &c.theirs, 3);
	WAIT_FOR(b.sent == sent + 1, "03 is tried");
	others(&c);
	vt_office_close(b.office);
	node_open(&b);
	until(&c, "01 03 04 05 06 ", 30);
}

static void
refused_for_good(void)
{
	struct course c = begin(500);
	unsigned sent = b.sent;

	b.refuse = true;
	do_act(&b, 0, &c.theirs, 3);
	WAIT_FOR(b.sent == sent + 1, "03 is refused");
	b.refuse = false;
	others(&c);
	until(&c, "01 04 05 06 ", 1);
}

static void
tried_daily(void)
{
	struct course c = begin(600);

	b.lose = VT_L(DELIVERY_ATTEMPTS_MAX);
	do_act(&b, 0, &c.theirs, 3);
	do_act(&b, 0, &c.theirs, 4);
	for (int i = 0; i < 100 && b.lose > 0; i++) {
		for (int t = 0; t < 20 && b.lose > 0; t++)
			nap();
		/* not once the last try is in hand: what it wakes would be due
		 * hours ago, which is found by the look once a minute only */
		if (b.lose > 0)
			advance(&a, &b, 22000);
	}
	until(&c, "01 04 ", 1);
	until(&c, "01 04 03 ", 40000);
}

/* A status that cannot even be made: tried for a day, then once a day. */
static void
stuck_here(void)
{
	struct course c = begin(700);
	struct doer d = { .s = b.store, .agency = b.no[0] };
	struct vt_step st = { .kind = VT_STEP_WORK };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, &c.theirs, &p, &err) == VT_OK, "paper", err.msg);
	st.u.work.kind = VT_WORK_STATUS;
	st.u.work.subject = p.source_consignment;
	st.u.work.payload = VT_SPAN_LIT("\x80"); /* no map */
	vt_view_end(v);
	tap_call(do_step(&d, NULL, st), &d.err, "nobody can read it");
	vt_act_result_free(&d.r);
	do_act(&b, 0, &c.theirs, 3);
	until(&c, "01 03 ", 4000);
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
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	one_is_lost();
	restarted();
	refused_for_good();
	tried_daily();
	stuck_here();
	tap_eq_int(findings(b.store, true), 0, "check is clean");
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
