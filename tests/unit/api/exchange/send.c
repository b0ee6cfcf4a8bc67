/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sending side promises: one peer holds up nobody else, what was
 * given up shows and can be sent again, what is taken back is asked for
 * wherever it may be.
 */
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;

/* ---- lanes ---- */

/* The end of a silence, and of what waited for it. */
static void
answer_again(const vt_id *papers, size_t n)
{
	a.hang = false;
	WAIT_FOR(a.hanging == 0, "they answer again");
	for (size_t i = 0; i < n; i++) {
		for (int t = 0; t < 400 && see(&a, &papers[i], 0).state ==
					       VT_DELIVERY_WAITING;
		     t++) {
			advance(&a, &b, 60);
			nap();
		}
		if (see(&a, &papers[i], 0).state == VT_DELIVERY_WAITING)
			tap_ok(false, "paper %zu still waits", i);
	}
}

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
	tap_ok(a.hanging >= 2 && a.hanging <= 2 * VT_L(ROUTE_SLOTS),
	    "a silent peer has its own slots and no more");
	answer_again(quiet, 24);
}

static void
naps(unsigned n)
{
	while (n-- > 0)
		nap();
}

static void
send_silent(const vt_id *papers, size_t n, unsigned first, unsigned peers)
{
	char code[16];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(
		    code, sizeof(code), "HANG.%u", first + (unsigned)i % peers);
		send_to(&a, 0, &papers[i], code);
	}
}

/* More silent peers than could all have their slots. */
static void
four_silent(void)
{
	vt_id quiet[12], far = issued(&a, 0, 8000);
	size_t before = count_arrived(&b, 0);

	for (size_t i = 0; i < 12; i++)
		quiet[i] = issued(&a, 0, 8100 + i * 10);
	a.hang = true;
	send_silent(quiet, 12, 1, 4);
	WAIT_FOR(a.hanging >= 6, "four peers are silent");
	naps(30);
	tap_ok(a.hanging <= 8, "further slots end at half of the threads");
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "a fifth is not held up");
	WAIT_FOR(shown(&a, &far) == 1, "it knows");
	answer_again(quiet, 12);
}

/* Peers that cannot be reached, eight of them. */
static void
failing_peers(void)
{
	vt_id first[8], again[16], far = issued(&a, 0, 8500);
	size_t before = count_arrived(&b, 0);

	for (size_t i = 0; i < 8; i++)
		first[i] = issued(&a, 0, 8510 + i * 10);
	for (size_t i = 0; i < 16; i++)
		again[i] = issued(&a, 0, 8610 + i * 10);
	a.silence = VT_E_ENVIRONMENT;
	a.hang = true;
	send_silent(first, 8, 3, 8);
	WAIT_FOR(a.hanging == 8, "eight connections are tried");
	a.hang = false;
	WAIT_FOR(a.hanging == 0, "and cut");
	naps(30); /* their lanes know it */
	a.hang = true;
	send_silent(again, 3, 3, 1);
	WAIT_FOR(a.hanging == 1, "one of them is tried again");
	naps(30);
	tap_eq_int(a.hanging, 1, "by one thread, until it gets through");
	send_silent(again + 3, 13, 4, 7);
	WAIT_FOR(a.hanging == 6, "then the others");
	naps(30);
	tap_eq_int(a.hanging, 6, "by half of the threads");
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "one that works, too");
	WAIT_FOR(shown(&a, &far) == 1, "it knows");
	a.silence = 0;
	answer_again(again, 16);
	answer_again(first, 8);
}

/* Peers that nobody has spoken to yet, as many as there are threads. */
static void
strangers(void)
{
	vt_id quiet[12], far = issued(&a, 0, 8700);
	size_t before = count_arrived(&b, 0);

	for (size_t i = 0; i < 12; i++)
		quiet[i] = issued(&a, 0, 8710 + i * 5);
	a.hang = true;
	send_silent(quiet, 12, 11, 12);
	WAIT_FOR(a.hanging >= 6, "strangers are silent");
	naps(30);
	tap_eq_int(a.hanging, 6, "half of the threads are theirs");
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "a friend has the others");
	WAIT_FOR(shown(&a, &far) == 1, "it knows");
	answer_again(quiet, 12);
}

/* Nobody has been tried since, but what comes again says who was silent. */
static void
after_restart(void)
{
	vt_id quiet[6], far = issued(&a, 0, 9300);
	size_t before = count_arrived(&b, 0);

	for (size_t i = 0; i < 6; i++)
		quiet[i] = issued(&a, 0, 9310 + i * 5);
	a.hang = true;
	send_silent(quiet, 6, 11, 6);
	WAIT_FOR(a.hanging == 6, "six peers are silent");
	a.hang = false;
	WAIT_FOR(a.hanging == 0, "and not reached");
	vt_office_close(a.office);
	vt_store_close(a.store);
	a.store = store_open(a.dir, &test_ctx);
	a.hang = true;
	node_open(&a);
	advance(&a, &b, 3600);
	WAIT_FOR(a.hanging == 6, "after a restart they are tried again");
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "a friend is reached");
	WAIT_FOR(shown(&a, &far) == 1, "it knows");
	answer_again(quiet, 6);
}

/* A route that fails gives its slots back: when it answers, it has them all. */
static void
slots_come_back(void)
{
	vt_id first[9], again[3];

	for (size_t i = 0; i < 9; i++)
		first[i] = issued(&a, 0, 9000 + i * 5);
	for (size_t i = 0; i < 3; i++)
		again[i] = issued(&a, 0, 9100 + i * 5);
	a.silence = VT_E_PEER_UNAVAILABLE;
	a.hang = true;
	send_silent(first, 9, 2, 1);
	WAIT_FOR(a.hanging == VT_L(ROUTE_SLOTS), "a route has all its slots");
	answer_again(first, 9);
	a.hang = true;
	send_silent(again, 3, 2, 1);
	WAIT_FOR(a.hanging == VT_L(ROUTE_SLOTS), "it failed, and has them all");
	a.silence = 0;
	answer_again(again, 3);
}

#define UNITS 200

/* A letter to many units of one gateway. */
static void
send_to_units(const vt_id *paper, const char *gateway)
{
	struct vt_address *book = calloc(UNITS, sizeof(*book));
	struct vt_recipient to[UNITS];
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	struct vt_err err = VT_ERR_INIT;
	size_t changed;

	must(book != NULL, "memory", "");
	for (size_t i = 0; i < UNITS; i++) {
		(void)snprintf(
		    book[i].code, sizeof(book[i].code), "UNIT.%zu", i);
		vt_text_fit(book[i].name, sizeof(book[i].name), "x");
		vt_text_fit(book[i].gateway, sizeof(book[i].gateway), gateway);
		to[i] = (struct vt_recipient){ book[i].code, book[i].code };
	}
	must(vt_office_addresses_sync(
		 a.office, gateway, book, UNITS, &changed, &err) == VT_OK,
	    "addresses", err.msg);
	must(vt_office_dispatch(a.office, &rq, paper, to, UNITS, &r, &err) ==
		 VT_OK,
	    "dispatch", err.msg);
	vt_act_result_free(&r);
	free(book);
}

/* Looks go on where others ended; what was passed over is not forgotten. */
static void
many_wait(void)
{
	vt_id letter = issued(&a, 0, 8800), far = issued(&a, 0, 8810),
	      here = issued(&a, 0, 8820);
	size_t before = count_arrived(&b, 0), tenant = count_arrived(&a, 1);
	unsigned sent;

	a.hang = true;
	send_to_units(&letter, "HANG.1");
	WAIT_FOR(a.hanging == VT_L(ROUTE_SLOTS), "a gateway is silent");
	advance(&a, &b, 10);
	naps(30); /* what waits was passed over */
	send_to(&a, 0, &here, a.code[1]);
	send_to(&a, 0, &far, b.code[0]);
	WAIT_FOR(count_arrived(&a, 1) == tenant + 1, "a tenant has its paper");
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "another peer, too");
	WAIT_FOR(shown(&a, &here) == 1 && shown(&a, &far) == 1, "both known");
	sent = a.sent;
	a.hang = false;
	WAIT_FOR(a.sent >= sent + UNITS - VT_L(ROUTE_SLOTS),
	    "all that waited for the gateway is tried");
	for (int t = 0; t < 400 && a.sent < sent + UNITS; t++) {
		advance(&a, &b, 60);
		nap();
	}
	tap_eq_int(a.sent, sent + UNITS, "what had been silent, too");
}

/* What is sent to a tenant on an idle node waits for nobody's next look. */
static void
at_once(void)
{
	int best = 1000;

	for (unsigned k = 0; k < 4; k++) {
		vt_id paper = issued(&a, 0, 8900 + k * 10);
		size_t before = count_arrived(&a, 1);
		int t = 0;

		naps(5);
		send_to(&a, 0, &paper, a.code[1]);
		while (count_arrived(&a, 1) == before && t < 1000)
			nap(), t++;
		best = t < best ? t : best;
		WAIT_FOR(shown(&a, &paper) == 1, "it is there");
	}
	tap_ok(best < 40, "at once: %d naps", best);
}

/* The paper whose packet was the k-th of those that were tried. */
static vt_id
tried(size_t k)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_delivery d;
	vt_id paper, id;

	(void)pthread_mutex_lock(&a.lock);
	id = a.ids[k];
	(void)pthread_mutex_unlock(&a.lock);
	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_delivery_get(v, &id, &d, &err) == VT_OK,
	    "delivery", err.msg);
	paper = d.paper;
	vt_view_end(v);
	return paper;
}

/* How many packets were seen, while more may come. */
static size_t
seen_ids(struct node *n)
{
	size_t seen;

	(void)pthread_mutex_lock(&n->lock);
	seen = n->n_ids;
	(void)pthread_mutex_unlock(&n->lock);
	return seen;
}

/* In a lane what is marked hoả tốc goes before what waited there already. */
static void
urgent_first(void)
{
	vt_id first = issued(&a, 0, 9600), p[3];
	size_t from;

	p[0] = issued_as(&a, 0, 9610, VT_URGENCY_NORMAL);
	p[1] = issued_as(&a, 0, 9620, VT_URGENCY_URGENT);
	p[2] = issued_as(&a, 0, 9630, VT_URGENCY_FLASH);
	a.hang = true;
	send_to(&a, 0, &first, "HANG.23");
	WAIT_FOR(a.hanging == 1, "a peer is silent");
	for (size_t i = 0; i < 3; i++)
		send_to(&a, 0, &p[i], "HANG.23");
	naps(30); /* all stand in its lane */
	from = seen_ids(&a);
	a.hang = false;
	WAIT_FOR(seen_ids(&a) == from + 3, "it answers");
	for (size_t i = 0; i < 3; i++) {
		vt_id got = tried(from + i);

		tap_ok(vt_id_eq(&got, &p[2 - i]), "hoả tốc, khẩn, thường: %zu",
		    i);
	}
	answer_again(&first, 1);
}

/* ---- statuses that do not get through ---- */

static size_t
untold(struct node *n, size_t tenant, struct vt_untold *ret, size_t max)
{
	struct vt_actor who = actor(n, tenant);
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t next = 0;
	size_t got = 0;

	must(vt_view_begin(n->store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_office_untold(
		 n->office, v, &who, 0, ret, max, &got, &next, &err) == VT_OK,
	    "untold", err.msg);
	vt_view_end(v);
	return got;
}

static bool
is_opened(struct node *n, const vt_id *paper)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;
	bool is;

	must(vt_view_begin(n->store, &v, &err) == VT_OK &&
		 vt_paper_get(v, paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	is = p.opened_at != VT_TIME_NONE;
	vt_view_end(v);
	return is;
}

static void
accept_as(struct node *n, size_t tenant, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, tenant);
	struct vt_request rq = request(n, &who);

	must(vt_office_accept(n->office, &rq, paper, &r, &err) == VT_OK,
	    "accept", err.msg);
	vt_act_result_free(&r);
}

static void
accept(struct node *n, const vt_id *paper)
{
	accept_as(n, 0, paper);
}

static void
refused_status(void)
{
	vt_id paper = issued(&a, 0, 1000), theirs;
	size_t before = count_arrived(&b, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who, other;
	struct vt_untold u[4], one;
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "a paper is there");
	WAIT_FOR(shown(&a, &paper) == 1, "01");
	theirs = newest(&b, 0);
	b.refuse = true;
	accept(&b, &theirs);
	WAIT_FOR(
	    untold(&b, 0, u, 4) == 1, "a status that the sender refuses shows");
	tap_ok(u[0].code == 3 && vt_id_eq(&u[0].paper, &theirs) &&
		   u[0].next == VT_TIME_NONE && u[0].attempts == 1,
	    "03 of that paper, tried once, waiting for a person");
	tap_eq_str(u[0].to, "H99.07", "who is not told");
	tap_eq_str(u[0].note, "wire: refused", "why");
	who = actor(&b, 0);
	other = actor(&a, 0);
	tap_code(vt_office_hurry_status(a.office, &other, &u[0].id, &one, &err),
	    VT_E_NOT_FOUND, &err, "it is nobody else's");
	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(
	    vt_office_untold(a.office, v, &other, 0, u + 1, 3, &n, &next, &err),
	    &err, "another agency's list");
	tap_eq_int(n, 0, "is empty");
	vt_view_end(v);
	b.refuse = false;
	tap_call(vt_office_hurry_status(b.office, &who, &u[0].id, &one, &err),
	    &err, "sent again by hand");
	WAIT_FOR(shown(&a, &paper) == 3, "the sender has it");
	WAIT_FOR(untold(&b, 0, u, 4) == 0, "and nothing is left");
	tap_code(vt_office_hurry_status(b.office, &who, &one.id, &one, &err),
	    VT_E_NOT_FOUND, &err, "what was told is not told again");
}

/* Nobody there for days: it shows when the budget is spent, and still goes
 * out by itself. */
static void
spent_status(void)
{
	vt_id paper = issued(&a, 0, 1100), theirs;
	size_t before = count_arrived(&b, 0);
	struct vt_untold u[4];

	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "a paper is there");
	WAIT_FOR(shown(&a, &paper) == 1, "01");
	theirs = newest(&b, 0);
	b.lose = 100;
	accept(&b, &theirs);
	for (int i = 0; i < 100 && untold(&b, 0, u, 4) == 0; i++) {
		nap();
		advance(&a, &b, 6 * 3600);
	}
	tap_ok(untold(&b, 0, u, 4) == 1 && u[0].next != VT_TIME_NONE &&
		   u[0].attempts >= VT_L(DELIVERY_ATTEMPTS_MAX),
	    "a status whose budget is spent shows, with its next try");
	b.lose = 0;
	for (int i = 0; i < 200 && shown(&a, &paper) != 3; i++) {
		nap();
		advance(&a, &b, 3600);
	}
	tap_eq_int(shown(&a, &paper), 3, "it is tried on");
}

/* ---- taking back what was given up ---- */

static void
take_back(struct node *n, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, 0);
	struct vt_request rq = request(n, &who);

	tap_call(vt_office_take_back(
		     n->office, &rq, paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "taken back");
	vt_act_result_free(&r);
}

/* It arrived, but no answer and no status ever came back. */
static void
arrived_unseen(void)
{
	vt_id paper = issued(&a, 0, 2000), theirs;
	size_t before = count_arrived(&b, 0);

	a.lose_answer = 100;
	b.lose = 1000;
	send_to(&a, 0, &paper, b.code[0]);
	for (int i = 0;
	     i < 200 && see(&a, &paper, 0).state != VT_DELIVERY_FAILED; i++) {
		nap();
		nap();
		advance(&a, &b, 6 * 3600 + 1);
	}
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_FAILED,
	    "a dead letter, for all its sender knows");
	tap_eq_int(count_arrived(&b, 0), before + 1, "but it arrived");
	theirs = newest(&b, 0);
	a.lose_answer = 0;
	take_back(&a, &paper);
	WAIT_FOR(state_of(&b, &theirs) == VT_PAPER_TAKEN_BACK,
	    "it is asked for, and given back");
	b.lose = 0;
	for (int i = 0; i < 400 && shown(&a, &paper) != 15; i++) {
		nap();
		advance(&a, &b, 6 * 3600 + 1);
	}
	tap_eq_int(shown(&a, &paper), 15, "the sender hears of it");
}

/* ---- evidence of opening ---- */

static void
opened(struct node *to, size_t tenant, const char *where)
{
	vt_id paper = issued(&a, 0, 3000 + tenant), theirs;
	size_t before = count_arrived(to, tenant);
	struct vt_err err = VT_ERR_INIT;
	struct vt_verdict *verdict = NULL;
	struct vt_actor who = actor(to, tenant), program;
	struct vt_content c;

	send_to(&a, 0, &paper, to->code[tenant]);
	WAIT_FOR(
	    count_arrived(to, tenant) == before + 1, "%s: it is there", where);
	theirs = newest(to, tenant);
	tap_call(vt_office_content(to->office, &who, &theirs, 1, 0, &c, &err),
	    &err, "%s: the clerk looks at what waits", where);
	tap_ok(!is_opened(to, &theirs), "%s: that is no opening", where);
	accept_as(to, tenant, &theirs);
	program = who;
	program.roles = VT_ROLE_SYSTEM;
	tap_call(
	    vt_office_content(to->office, &program, &theirs, 1, 0, &c, &err),
	    &err, "%s: a program fetches it", where);
	tap_call(
	    vt_office_validate(to->office, &who, &theirs, 1, &verdict, &err),
	    &err, "%s: it is judged", where);
	vt_verdict_free(verdict);
	tap_ok(!is_opened(to, &theirs), "%s: nobody has opened it", where);
	tap_call(vt_office_content(to->office, &who, &theirs, 1, 0, &c, &err),
	    &err, "%s: somebody reads it", where);
	tap_ok(is_opened(to, &theirs), "%s: opened", where);
	WAIT_FOR(see(&a, &paper, 0).opened, "%s: the sender knows", where);
}

/* ---- receipts ---- */

static void
unverified(void)
{
	vt_id paper = issued(&a, 0, 4000);
	struct seen s;

	a.unverified = true;
	b.lose = 1; /* its status comes later than the answer */
	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(see(&a, &paper, 0).sent, "taken");
	a.unverified = false;
	s = see(&a, &paper, 0);
	tap_ok(s.receipt > 0 && !s.stored,
	    "a receipt of nobody we know is kept, and no evidence");
	tap_ok(strstr(s.note, "biên nhận chưa kiểm được") != NULL,
	    "the delivery says so");
	for (int i = 0; i < 200 && shown(&a, &paper) != 1; i++) {
		nap();
		advance(&a, &b, 60);
	}
}

/* ---- amending ---- */

/* The newest edoc that came, by its type; what stands for the paper. */
static enum vt_edoc_type
newest_type(struct node *n)
{
	struct vt_consign_filter f = { .kind = VT_CONSIGN_EDOC };
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c[1];
	struct vt_view *v = NULL;
	enum vt_edoc_type type;
	uint64_t next;
	size_t got = 0;

	must(vt_view_begin(n->store, &v, &err) == VT_OK &&
		 vt_consign_list(v, n->no[0], &f, c, 1, &got, &next, &err) ==
		     VT_OK &&
		 got == 1,
	    "consignment", err.msg);
	type = c[0].type;
	vt_view_end(v);
	return type;
}

static bool
is_amended(struct node *n, const vt_id *paper, const vt_id *by)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;
	bool is;

	must(vt_view_begin(n->store, &v, &err) == VT_OK &&
		 vt_paper_get(v, paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	is = vt_id_eq(&p.replaced_by, by) &&
	     p.replaced_kind == VT_REPLACE_AMEND &&
	     p.state != VT_PAPER_RECALLED;
	vt_view_end(v);
	return is;
}

static void
amended(struct node *to, size_t k, const char *where)
{
	vt_id paper = issued(&a, 0, 5000 + k), by = issued(&a, 0, 5100 + k);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(to, k);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0), clerk = actor(to, k);
	struct vt_request rq;
	vt_id theirs, correction;

	send_to(&a, 0, &paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", where);
	theirs = newest(to, k);
	accept_as(to, k, &theirs);
	rq = request(&a, &who);
	tap_call(vt_office_amend(a.office, &rq, &paper, &by,
		     "Đính chính ngày ban hành", &r, &err),
	    &err, "%s: corrected by a letter", where);
	vt_act_result_free(&r);
	tap_ok(is_amended(&a, &paper, &by), "%s: marked, and in force", where);
	WAIT_FOR(count_arrived(to, k) == before + 2,
	    "%s: the letter goes to who has the paper", where);
	correction = newest(to, k);
	if (to != &a)
		tap_eq_int(newest_type(to), VT_EDOC_UPDATE,
		    "%s: as an edoc of type 2", where);
	accept_as(to, k, &correction);
	for (int t = 0; t < WAIT_S * 100; t++) {
		int rc;

		r = (struct vt_act_result)VT_ACT_RESULT_INIT;
		rq = request(to, &clerk);
		rc = vt_office_answer_recall(
		    to->office, &rq, &theirs, true, "", &r, &err);
		vt_act_result_free(&r);
		if (rc == VT_OK)
			break;
		nap();
	}
	tap_ok(is_amended(to, &theirs, &correction), "%s: agreed %s", where,
	    err.msg);
	WAIT_FOR(shown(&a, &paper) == 15, "%s: 15 comes back", where);
}

/* ---- agencies that fetch ---- */

static size_t
to_fetch(struct vt_pickup *p, size_t max)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t next;
	size_t n = 0;

	must(vt_office_pickups(a.office, "H99.70", VT_PACKET_EDOC, 0, p, max,
		 &n, &next, &err) == VT_OK,
	    "pickups", err.msg);
	return n;
}

static void
fetched_again(void)
{
	vt_id paper = issued(&a, 0, 6000);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq;
	struct vt_pickup p[4];
	vt_id id;

	node_route(&a, "H99.70", VT_ROUTE_HOSTED);
	send_to(&a, 0, &paper, "H99.70");
	WAIT_FOR(to_fetch(p, 4) == 1, "it waits to be fetched");
	id = p[0].id;
	tap_call(vt_office_pickup_end(
		     a.office, "H99.70", &id, false, "không đọc được", &err),
	    &err, "fetched, and not readable there");
	tap_eq_int(
	    see(&a, &paper, 0).state, VT_DELIVERY_FAILED, "a dead letter");
	tap_eq_int(see(&a, &paper, 0).attempts, 1, "that was there");
	tap_eq_int(to_fetch(p, 4), 0, "nothing waits");
	rq = request(&a, &who);
	tap_call(vt_office_replay_delivery(a.office, &rq, &id, &r, &err), &err,
	    "sent again by hand");
	vt_act_result_free(&r);
	WAIT_FOR(to_fetch(p, 4) == 1, "it waits to be fetched again");
	tap_call(vt_office_packet_open(a.office, "H99.70", &id, &pk, &err),
	    &err, "and is handed out");
	vt_office_packet_close(pk);
	tap_call(vt_office_pickup_end(a.office, "H99.70", &id, true, "", &err),
	    &err, "taken");
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_SENT, "sent");
	tap_eq_int(to_fetch(p, 4), 0, "nothing waits");
}

/* ---- answering ---- */

/* An issued paper of a that answers one that came to it. */
static vt_id
answer_to(const vt_id *came, uint64_t seed)
{
	struct doer d = { .s = a.store, .agency = a.no[0] };
	char text[VT_ID_TEXT + 1];
	vt_id id;

	vt_id_text(came, text);
	must(make_paper_of(&d, VT_DIR_OUT, (struct vt_meta){ .reply_to = text },
		 3000, seed) == VT_OK,
	    "paper", d.err.msg);
	must(walk_to_issue(&d, seed + 1) == VT_OK, "issued", d.err.msg);
	id = d.paper;
	vt_act_result_free(&d.r);
	return id;
}

/* What the packet of the paper's delivery has between two tags, or "". */
static void
packet_has(const vt_id *paper, const char *element, char *ret, size_t size)
{
	struct vt_office_packet *pk = NULL;
	const struct vt_packet *p;
	struct vt_err err = VT_ERR_INIT;
	struct seen s = see(&a, paper, 0);
	const char *from, *to;
	char tag[64];
	VT_BUF_AUTO(body);
	uint8_t *bytes;

	must(vt_office_packet_open(a.office, NULL, &s.id, &pk, &err) == VT_OK,
	    "packet", err.msg);
	p = vt_office_packet_get(pk);
	bytes = vt_buf_extend(&body, (size_t)p->body->size);
	must(bytes != NULL && vt_source_read(p->body, 0, bytes,
				  (size_t)p->body->size, &err) == VT_OK,
	    "body", err.msg);
	vt_office_packet_close(pk);
	(void)snprintf(tag, sizeof(tag), "%s>", element);
	from = strstr(vt_buf_str(&body), tag);
	ret[0] = '\0';
	if (from == NULL || (to = strstr(from + 1, tag)) == NULL)
		return;
	(void)snprintf(ret, size, "%.*s", (int)(to - from), from);
}

static void
answers(void)
{
	vt_id ours = issued(&a, 0, 7000), theirs = issued(&b, 0, 7100), came;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(&a, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq;
	struct vt_meta m = { .subject = "x" };
	char text[2048], id[VT_ID_TEXT + 1];
	vt_id reply;

	send_to(&b, 0, &theirs, a.code[0]);
	WAIT_FOR(count_arrived(&a, 0) == before + 1, "a paper comes");
	came = newest(&a, 0);
	accept_as(&a, 0, &came);
	reply = answer_to(&came, 7200);
	send_to(&a, 0, &reply, b.code[0]);
	packet_has(&reply, "ResponseFor", text, sizeof(text));
	tap_ok(strstr(text, "H99.31") != NULL &&
		   strstr(text, "SKHCN-VP") != NULL &&
		   strstr(text, "H99.31,2026/") != NULL,
	    "the answer's packet names what it answers: %s", text);
	send_to(&a, 0, &ours, b.code[0]);
	packet_has(&ours, "ResponseFor", text, sizeof(text));
	tap_eq_str(text, "", "one that answers nothing names nothing");
	vt_id_text(&ours, id);
	m.reply_to = id;
	rq = request(&a, &who);
	tap_code(vt_office_register(a.office, &rq,
		     &(struct vt_new_paper){ .direction = VT_DIR_OUT,
			 .meta = &m,
			 .files = &(struct vt_office_file){ .name = "x" },
			 .n_files = 1 },
		     &r, &err),
	    VT_E_INVALID, &err, "only what came in is answered");
	WAIT_FOR(shown(&a, &reply) == 1 && shown(&a, &ours) == 1, "sent");
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
	for (unsigned i = 1; i <= 23; i++) {
		char code[16];

		(void)snprintf(code, sizeof(code), "HANG.%u", i);
		node_route(&a, code, VT_ROUTE_DIRECT);
	}
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	silent_peers();
	four_silent();
	failing_peers();
	strangers();
	slots_come_back();
	many_wait();
	at_once();
	urgent_first();
	after_restart();
	refused_status();
	spent_status();
	arrived_unseen();
	opened(&b, 0, "peer");
	opened(&a, 1, "tenant");
	unverified();
	fetched_again();
	answers();
	amended(&b, 0, "peer");
	amended(&a, 1, "tenant");
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
