/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of a paper between two nodes, and between two tenants of one:
 * delivery, statuses in any order, refusal, duplicates, dead letters, recall.
 */
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;

/* The whole course, at a peer or at a tenant: same states. */
static void
course(
    struct node *from, size_t i, struct node *to, size_t k, const char *where)
{
	vt_id paper = issued(from, i, 100 + i * 10 + k), theirs;
	size_t before = count_arrived(to, k);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who;
	struct seen s;

	send_to(from, i, &paper, to->code[k]);
	WAIT_FOR(
	    count_arrived(to, k) == before + 1, "%s: a paper waits", where);
	theirs = newest(to, k);
	tap_eq_int(state_of(to, &theirs), VT_PAPER_WAITING,
	    "%s: it has no số đến yet", where);
	WAIT_FOR(shown(from, &paper) == 1, "%s: the sender sees 01", where);
	do_act(to, k, &theirs, 3);
	WAIT_FOR(shown(from, &paper) == 3, "%s: 03", where);
	tap_eq_int(
	    state_of(to, &theirs), VT_PAPER_ARRIVED, "%s: arrived", where);
	who = actor(to, k);
	tap_call(vt_office_opened(to->office, &who, &theirs, &err), &err,
	    "%s: opened", where);
	tap_call(vt_office_opened(to->office, &who, &theirs, &err), &err,
	    "%s: opened again is no error", where);
	do_act(to, k, &theirs, 4);
	WAIT_FOR(shown(from, &paper) == 4, "%s: 04", where);
	do_act(to, k, &theirs, 5);
	WAIT_FOR(shown(from, &paper) == 5, "%s: 05", where);
	do_act(to, k, &theirs, 6);
	WAIT_FOR(shown(from, &paper) == 6, "%s: 06", where);
	s = see(from, &paper, 0);
	WAIT_FOR(see(from, &paper, 0).opened, "%s: evidence of opening", where);
	tap_ok(s.delivered && s.accepted && s.answered && !s.refused,
	    "%s: evidence of delivery, acceptance, answer", where);
	tap_eq_int(s.work, 0, "%s: nothing is left to be sent", where);
	tap_ok(s.receipt > 0, "%s: a receipt is kept", where);
}

static void
refusal(
    struct node *from, size_t i, struct node *to, size_t k, const char *where)
{
	vt_id paper = issued(from, i, 200 + i * 10 + k), theirs;
	size_t before = count_arrived(to, k);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who;
	struct vt_request rq;
	struct seen s;

	send_to(from, i, &paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it waits", where);
	theirs = newest(to, k);
	who = actor(to, k);
	rq = request(to, &who);
	tap_code(vt_office_refuse(to->office, &rq, &theirs, "", &r, &err),
	    VT_E_INVALID, &err, "%s: no refusal without a reason", where);
	do_act(to, k, &theirs, 2);
	WAIT_FOR(shown(from, &paper) == 2, "%s: 02", where);
	s = see(from, &paper, 0);
	tap_eq_str(s.reason, "Không thuộc thẩm quyền",
	    "%s: the reason reaches the sender", where);
	tap_eq_int(s.state, VT_DELIVERY_REFUSED, "%s: refused", where);
	tap_eq_int(state_of(to, &theirs), VT_PAPER_REFUSED, "%s: refused there",
	    where);
	tap_code(receiver_act(to, k, &theirs, 3, &r, &err), VT_E_OUT_OF_ORDER,
	    &err, "%s: what was refused is not accepted", where);
	vt_act_result_free(&r);
}

/* ---- statuses in every order ---- */

static void
permute(unsigned *c, size_t n, size_t i, unsigned *tried)
{
	vt_id paper, theirs;
	size_t before;

	if (i + 1 < n) {
		for (size_t k = i; k < n; k++) {
			unsigned t = c[i];

			c[i] = c[k];
			c[k] = t;
			permute(c, n, i + 1, tried);
			t = c[i];
			c[i] = c[k];
			c[k] = t;
		}
		return;
	}
	(*tried)++;
	paper = issued(&a, 0, 1000 + *tried * 3);
	before = count_arrived(&b, 0);
	send_to(&a, 0, &paper, b.code[0]);
	for (int t = 0; t < WAIT_S * 100 && count_arrived(&b, 0) == before; t++)
		nap();
	theirs = newest(&b, 0);
	for (int t = 0; t < WAIT_S * 100 && shown(&a, &paper) != 1; t++)
		nap();
	b.keep_back = true;
	for (unsigned code = 3; code <= 6; code++) {
		struct vt_act_result r = VT_ACT_RESULT_INIT;
		struct vt_err err = VT_ERR_INIT;

		must(receiver_act(&b, 0, &theirs, code, &r, &err) == VT_OK,
		    "act", err.msg);
		vt_act_result_free(&r);
		for (int t = 0; t < WAIT_S * 100 && b.n_kept != code - 2; t++)
			nap();
	}
	b.keep_back = false;
	must(b.n_kept == 4, "statuses", "four should be on the way");
	for (size_t k = 0; k < n; k++) {
		release(&b, c[k] - 3);
		release(&b, c[k] - 3); /* and once more */
	}
	for (int t = 0; t < WAIT_S * 100 && log_rows(&a, &paper) < 5; t++)
		nap();
	tap_ok(shown(&a, &paper) == 6 && log_rows(&a, &paper) == 5,
	    "in the order %u %u %u %u: 06 is shown, five rows", c[0], c[1],
	    c[2], c[3]);
	forget_kept(&b);
}

/* ---- duplicates, losses ---- */

static void
duplicates(void)
{
	vt_id paper = issued(&a, 0, 5000);
	struct vt_consign_arrival log[8];
	size_t before = count_arrived(&b, 0), n = 0;
	struct vt_consignment c[1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t next;
	struct vt_consign_filter f = { .kind = VT_CONSIGN_EDOC };

	a.times = 3;
	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(shown(&a, &paper) == 1, "brought three times: 01");
	a.times = 0;
	tap_eq_int(count_arrived(&b, 0), before + 1, "one paper");
	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(vt_consign_list(v, b.no[0], &f, c, 1, &n, &next, &err), &err,
	    "its consignment");
	tap_call(vt_consign_log(v, &c[0].id, 0, log, 8, &n, &err), &err,
	    "log of arrivals");
	tap_eq_int(n, 3, "three rows in its log");
	vt_view_end(v);
}

static void
losses(void)
{
	vt_id paper = issued(&a, 0, 6000);
	size_t before = count_arrived(&b, 0);
	struct seen s;

	a.lose = 2;
	a.lose_answer = 1;
	send_to(&a, 0, &paper, b.code[0]);
	for (int i = 0; i < 4; i++) {
		for (int t = 0; t < 200 && shown(&a, &paper) == 0; t++)
			nap();
		advance(&a, &b, 3600);
	}
	WAIT_FOR(see(&a, &paper, 0).state != VT_DELIVERY_WAITING,
	    "lost, lost, answer lost, then taken");
	advance(&a, &b, 3600);
	WAIT_FOR(see(&a, &paper, 0).sent, "asked again for its receipt");
	tap_eq_int(count_arrived(&b, 0), before + 1, "one paper");
	s = see(&a, &paper, 0);
	tap_ok(s.sent && s.stored, "sent and stored, with their times");
	tap_ok(s.receipt > 0, "the receipt of the repeat is the first one's");
	tap_ok(!a.differed && !b.differed,
	    "each consignment has one content, at every attempt");
}

/* Refused by mistake: sent again as a delivery of its own. */
static void
refuse_newest(struct node *n, size_t tenant)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, tenant);
	struct vt_request rq = request(n, &who);
	vt_id id = newest(n, tenant);

	tap_call(vt_office_refuse(n->office, &rq, &id, "Bấm nhầm", &r, &err),
	    &err, "refused");
	vt_act_result_free(&r);
}

static void
sent_again(struct node *to, size_t tenant, uint64_t seed)
{
	const struct vt_recipient at = { to->code[tenant], to->code[tenant] };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(to, tenant), we = actor(&a, 0);
	size_t before = count_arrived(to, tenant);
	vt_id paper = issued(&a, 0, seed), first, second;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;

	send_to(&a, 0, &paper, at.code);
	WAIT_FOR(shown(&a, &paper) == 1, "sent to %s", at.code);
	first = newest(to, tenant);
	refuse_newest(to, tenant);
	WAIT_FOR(shown(&a, &paper) == 2, "02");
	send_to(&a, 0, &paper, at.code);
	WAIT_FOR(count_arrived(to, tenant) == before + 2, "sent once more");
	second = newest(to, tenant);
	tap_ok(state_of(to, &first) == VT_PAPER_REFUSED &&
		   state_of(to, &second) == VT_PAPER_WAITING,
	    "a new paper waits beside the refused one");
	WAIT_FOR(see(&a, &paper, 1).shown == 1, "01 of the second");
	rq = request(&a, &we);
	tap_code(vt_office_dispatch(a.office, &rq, &paper, &at, 1, &r, &err),
	    VT_E_EXISTS, &err, "not a third time while it waits");
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	rq = request(to, &who);
	tap_call(vt_office_accept(to->office, &rq, &second, &r, &err), &err,
	    "taken");
	vt_act_result_free(&r);
	WAIT_FOR(see(&a, &paper, 1).shown == 3, "03 of the second");
	tap_ok(see(&a, &paper, 0).shown == 2 && see(&a, &paper, 0).log == 2,
	    "the first stays refused");
}

/* The 02 of the first, once more and by another way, while the second is still
 * on its way. */
static void
refusal_comes_late(void)
{
	struct vt_edxml_status st = VT_EDXML_STATUS_INIT;
	const struct vt_consign_new n = { .to = a.code[0],
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_STATUS,
		.external = "late-02",
		.peer = b.code[0],
		.headers = "" };
	size_t before = count_arrived(&b, 0);
	vt_id paper = issued(&a, 0, 6300);
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	char document[300];
	struct vt_paper p;
	VT_BUF_AUTO(bytes);
	struct seen s;

	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(shown(&a, &paper) == 1, "sent");
	refuse_newest(&b, 0);
	WAIT_FOR(shown(&a, &paper) == 2, "02");
	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, &paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	(void)snprintf(document, sizeof(document), "%s,%s,%s", a.code[0],
	    "2026/03/02", p.number.text);
	vt_view_end(v);
	st.from.id = st.from.name = b.code[0];
	st.of.organ = a.code[0];
	st.of.document_id = document;
	st.code = 2;
	st.description = "Bấm nhầm";
	/* as another system of theirs states it, a minute later */
	st.at.at = test_now(NULL) + VT_TIME_S(60);
	must(vt_edxml_write_status(&st, &bytes, &err) == VT_OK, "02", err.msg);
	advance(&a, &b, 3600);
	a.lose = 1;
	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(a.lose == 0, "the second does not get through at once");
	must(bring(&a, &n, vt_buf_view(&bytes), NULL, &err) == VT_OK, "brought",
	    err.msg);
	WAIT_FOR(see(&a, &paper, 0).log == 3, "the 02 is of the first");
	s = see(&a, &paper, 1);
	tap_ok(s.state == VT_DELIVERY_WAITING && s.log == 0,
	    "and says nothing of the second, which goes on: %d", (int)s.state);
	advance(&a, &b, 3600);
	WAIT_FOR(count_arrived(&b, 0) == before + 2, "it is brought");
	WAIT_FOR(see(&a, &paper, 1).shown == 1, "01 of the second");
	refuse_newest(&b, 0);
	WAIT_FOR(see(&a, &paper, 1).shown == 2, "02 of the second is its own");
}

static void
dead_letter(void)
{
	vt_id paper = issued(&a, 0, 7000);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(&b, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_delivery d[8];
	struct vt_request rq;
	struct vt_view *v = NULL;
	uint64_t next;
	struct seen s;
	size_t n = 0;
	vt_id id;

	a.lose = 100;
	send_to(&a, 0, &paper, b.code[0]);
	for (int i = 0; i < 8; i++) {
		for (int t = 0; t < 30; t++)
			nap();
		advance(&a, &b, 6 * 3600 + 1);
	}
	WAIT_FOR(see(&a, &paper, 0).state == VT_DELIVERY_FAILED,
	    "after its budget it is a dead letter");
	s = see(&a, &paper, 0);
	tap_ok(s.dead, "dead");
	tap_eq_int(
	    s.attempts, VT_L(DELIVERY_ATTEMPTS_MAX), "the budget was six");
	id = s.id;
	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(
	    vt_office_dead_letters(a.office, v, &who, 0, d, 8, &n, &next, &err),
	    &err, "dead letters");
	tap_ok(n == 1 && vt_id_eq(&d[0].id, &id), "it is on their list");
	vt_view_end(v);
	tap_code(vt_office_hurry_delivery(a.office, &who, &id, &err),
	    VT_E_OUT_OF_ORDER, &err, "what is dead is not hurried");
	a.lose = 0;
	rq = request(&a, &who);
	tap_call(vt_office_replay_delivery(a.office, &rq, &id, &r, &err), &err,
	    "replayed by a person");
	vt_act_result_free(&r);
	vt_office_wake(a.office);
	WAIT_FOR(shown(&a, &paper) == 1, "it arrives");
	tap_eq_int(count_arrived(&b, 0), before + 1, "once");
	a.refuse = true;
	paper = issued(&a, 0, 7100);
	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(see(&a, &paper, 0).state == VT_DELIVERY_FAILED,
	    "what the peer refuses for good is dead at once");
	a.refuse = false;
	s = see(&a, &paper, 0);
	tap_eq_int(s.attempts, 1, "after one attempt");
	tap_eq_str(s.note, "wire: refused", "with the reason");
}

static void
printed(void)
{
	vt_id paper = issued(&a, 0, 7500);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_delivery d[8];
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	node_route(&a, "H99.99", VT_ROUTE_PRINT);
	send_to(&a, 0, &paper, "H99.99");
	WAIT_FOR(see(&a, &paper, 0).state == VT_DELIVERY_PRINT,
	    "an addressee without a system is to be printed");
	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(vt_office_delivery_list(
		     a.office, v, &who, 0, d, 8, &n, &next, &err),
	    &err, "delivery list");
	tap_ok(n == 1 && strcmp(d[0].to.code, "H99.99") == 0,
	    "it stands on the delivery list");
	vt_view_end(v);
}

/* ---- the three recalls ---- */

/* 13 in the state that `codes` lead to, answered by `answer` (0: it answers
 * by itself). */
static void
take_back_in(struct node *from, struct node *to, size_t k, const char *name,
    const unsigned *codes, size_t n, unsigned answer)
{
	static uint64_t seed = 8000;
	vt_id paper = issued(from, 0, seed += 10), theirs;
	size_t before = count_arrived(to, k);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(from, 0);
	struct vt_request rq;

	send_to(from, 0, &paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", name);
	theirs = newest(to, k);
	WAIT_FOR(shown(from, &paper) == 1, "%s: 01", name);
	for (size_t i = 0; i < n; i++)
		do_act(to, k, &theirs, codes[i]);
	if (n > 0)
		WAIT_FOR(shown(from, &paper) == codes[n - 1], "%s: %02u", name,
		    codes[n - 1]);
	rq = request(from, &who);
	tap_code(
	    vt_office_take_back(from->office, &rq, &paper, NULL, "", &r, &err),
	    VT_E_INVALID, &err, "%s: not without a reason", name);
	rq = request(from, &who);
	if (n == 1 && codes[0] == 2) {
		tap_code(vt_office_take_back(from->office, &rq, &paper, NULL,
			     "Gửi nhầm", &r, &err),
		    VT_E_OUT_OF_ORDER, &err,
		    "%s: nothing is left to be asked back", name);
		return;
	}
	tap_call(vt_office_take_back(
		     from->office, &rq, &paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "%s: asked back", name);
	vt_act_result_free(&r);
	if (answer == 0) {
		WAIT_FOR(
		    shown(from, &paper) == 15, "%s: 15 is given at once", name);
		tap_eq_int(state_of(to, &theirs), VT_PAPER_TAKEN_BACK,
		    "%s: given back there", name);
		return;
	}
	WAIT_FOR(shown(from, &paper) == 13, "%s: 13 stands", name);
	for (int t = 0; t < WAIT_S * 100; t++) {
		r = (struct vt_act_result)VT_ACT_RESULT_INIT;
		if (receiver_act(to, k, &theirs, answer, &r, &err) == VT_OK)
			break;
		nap();
	}
	vt_act_result_free(&r);
	if (answer == 15) {
		WAIT_FOR(shown(from, &paper) == 15, "%s: 15", name);
		tap_eq_int(state_of(to, &theirs), VT_PAPER_TAKEN_BACK,
		    "%s: given back", name);
	} else {
		WAIT_FOR(shown(from, &paper) == codes[n - 1],
		    "%s: 16, its progress is shown again", name);
		WAIT_FOR(
		    strcmp(see(from, &paper, 0).reason, "Đã xử lý xong") == 0,
		    "%s: with the reason", name);
	}
}

static void
take_backs(struct node *to, size_t k, const char *where)
{
	static const unsigned c[] = { 3, 4, 5, 6 };
	static const unsigned no[] = { 2 };
	char name[80];

	(void)snprintf(name, sizeof(name), "%s, 13 in state 01", where);
	take_back_in(&a, to, k, name, NULL, 0, 0);
	(void)snprintf(name, sizeof(name), "%s, 13 in state 02", where);
	take_back_in(&a, to, k, name, no, 1, 0);
	for (size_t n = 1; n <= 4; n++) {
		(void)snprintf(name, sizeof(name), "%s, 13 in state 0%zu, %s",
		    where, n + 2, n % 2 == 1 ? "agreed" : "declined");
		take_back_in(&a, to, k, name, c, n, n % 2 == 1 ? 15 : 16);
	}
}

static void
recall(struct node *to, size_t k, const char *where)
{
	vt_id paper = issued(&a, 0, 9000 + k), notice = issued(&a, 0, 9100 + k);
	struct vt_act_result r = VT_ACT_RESULT_INIT, again = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(to, k);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq;
	vt_id theirs, their_notice;

	send_to(&a, 0, &paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", where);
	theirs = newest(to, k);
	do_act(to, k, &theirs, 3);
	WAIT_FOR(shown(&a, &paper) == 3, "%s: accepted", where);
	rq = request(&a, &who);
	tap_call(vt_office_recall(a.office, &rq, &paper, &notice,
		     "Ban hành sai thẩm quyền", &r, &err),
	    &err, "%s: recalled by a notice", where);
	tap_call(vt_office_recall(a.office, &rq, &paper, &notice,
		     "Ban hành sai thẩm quyền", &again, &err),
	    &err, "%s: asked again", where);
	tap_ok(again.repeated && again.index == r.index, "%s: the same act",
	    where);
	vt_act_result_free(&again);
	vt_act_result_free(&r);
	tap_eq_int(state_of(&a, &paper), VT_PAPER_RECALLED,
	    "%s: frozen at the sender", where);
	WAIT_FOR(count_arrived(to, k) == before + 2, "%s: the notice arrives",
	    where);
	their_notice = newest(to, k);
	do_act(to, k, &their_notice, 3);
	for (int t = 0; t < WAIT_S * 100; t++) {
		r = (struct vt_act_result)VT_ACT_RESULT_INIT;
		if (receiver_act(to, k, &theirs, 15, &r, &err) == VT_OK)
			break;
		nap();
	}
	tap_eq_int(state_of(to, &theirs), VT_PAPER_RECALLED,
	    "%s: cancelled at the receiver %s", where, err.msg);
	vt_act_result_free(&r);
	WAIT_FOR(shown(&a, &paper) == 15, "%s: it reports 15", where);
}

static void
replace(struct node *to, size_t k, const char *where)
{
	vt_id paper = issued(&a, 0, 9500 + k), by = issued(&a, 0, 9600 + k);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(to, k);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_view *v = NULL;
	struct vt_request rq;
	struct vt_paper p;
	vt_id theirs, new;
	bool linked = false;

	send_to(&a, 0, &paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", where);
	theirs = newest(to, k);
	do_act(to, k, &theirs, 3);
	rq = request(&a, &who);
	tap_call(vt_office_replace(
		     a.office, &rq, &paper, &by, "Sửa số liệu", &r, &err),
	    &err, "%s: replaced", where);
	vt_act_result_free(&r);
	WAIT_FOR(count_arrived(to, k) == before + 2, "%s: the new one arrives",
	    where);
	new = newest(to, k);
	do_act(to, k, &new, 3);
	for (int t = 0; t < WAIT_S * 100; t++) {
		r = (struct vt_act_result)VT_ACT_RESULT_INIT;
		if (receiver_act(to, k, &theirs, 15, &r, &err) == VT_OK)
			break;
		nap();
	}
	vt_act_result_free(&r);
	must(vt_view_begin(to->store, &v, &err) == VT_OK, "view", err.msg);
	if (vt_paper_get(v, &theirs, &p, &err) == VT_OK)
		linked = vt_id_eq(&p.replaced_by, &new);
	vt_view_end(v);
	tap_ok(linked, "%s: the old one names the new one %s", where, err.msg);
	WAIT_FOR(shown(&a, &paper) == 15, "%s: it reports 15", where);
}

/* 13 comes before its document, and for one that never comes. */
static void
overtaken(void)
{
	vt_id paper = issued(&a, 0, 9800), theirs;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t before = count_arrived(&b, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq;

	a.keep_back = true;
	send_to(&a, 0, &paper, b.code[0]);
	WAIT_FOR(a.n_kept == 1, "the packet is on its way");
	WAIT_FOR(see(&a, &paper, 0).state == VT_DELIVERY_SENT, "sent");
	rq = request(&a, &who);
	tap_call(vt_office_take_back(
		     a.office, &rq, &paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "asked back");
	vt_act_result_free(&r);
	WAIT_FOR(a.n_kept == 2, "the ask, too");
	a.keep_back = false;
	release(&a, 1);
	WAIT_FOR(
	    strstr(see(&a, &paper, 0).reason, "không có văn bản này") != NULL,
	    "recall of an unknown document: 16, with the reason");
	tap_eq_int(count_arrived(&b, 0), before, "nothing was made of it");
	release(&a, 0);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "the document comes");
	theirs = newest(&b, 0);
	WAIT_FOR(state_of(&b, &theirs) == VT_PAPER_TAKEN_BACK,
	    "it is given back at once");
	WAIT_FOR(shown(&a, &paper) == 15, "15 stands");
	forget_kept(&a);
}

/* ---- several clerks at once ---- */

#define CLERKS 8

struct taking {
	pthread_t thread;
	vt_id delivery;
	char key[32];
	uint64_t arrival;
	int rc;
};

static pthread_barrier_t all_ready;

static void *
take(void *arg)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct taking *t = arg;
	struct vt_actor who = actor(&a, 1);
	struct vt_request rq = { .actor = &who,
		.key = t->key,
		.hash = vt_sha256(vt_span_str(t->key)) };

	(void)pthread_barrier_wait(&all_ready);
	t->rc = vt_office_receive(a.office, &rq, &t->delivery, &r, &err);
	t->arrival = r.arrival;
	if (t->rc != VT_OK)
		printf("# %s: %s\n", t->key, err.msg);
	vt_act_result_free(&r);
	return NULL;
}

/* One delivery, many keys: one number, and everybody is told it. */
static void
taken_by_many(void)
{
	struct taking t[CLERKS];
	bool same = true;

	tap_need(
	    pthread_barrier_init(&all_ready, NULL, CLERKS) == 0, "barrier");
	for (unsigned round = 0; round < 30; round++) {
		vt_id paper = issued(&a, 0, 9000 + 10 * round);

		send_to(&a, 0, &paper, a.code[1]);
		for (size_t i = 0; i < CLERKS; i++) {
			t[i] = (struct taking){ .delivery =
						    see(&a, &paper, 0).id };
			(void)snprintf(t[i].key, sizeof(t[i].key),
			    "take-%u-%zu", round, i);
			tap_need(pthread_create(
				     &t[i].thread, NULL, take, &t[i]) == 0,
			    "thread");
		}
		for (size_t i = 0; i < CLERKS; i++) {
			pthread_join(t[i].thread, NULL);
			same = same && t[i].rc == VT_OK && t[i].arrival != 0 &&
			       t[i].arrival == t[0].arrival;
		}
		tap_ok(same, "%d at once are told one number", CLERKS);
	}
	(void)pthread_barrier_destroy(&all_ready);
}

int
main(void)
{
	unsigned codes[] = { 3, 4, 5, 6 }, tried = 0;

	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&a, "H99.08");
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	course(&a, 0, &b, 0, "peer");
	course(&a, 0, &a, 1, "tenant");
	refusal(&a, 0, &b, 0, "peer");
	refusal(&a, 0, &a, 1, "tenant");
	duplicates();
	permute(codes, 4, 0, &tried);
	tap_eq_int(tried, 24, "all orders of 03 04 05 06");
	take_backs(&b, 0, "peer");
	take_backs(&a, 1, "tenant");
	recall(&b, 0, "peer");
	recall(&a, 1, "tenant");
	replace(&b, 0, "peer");
	replace(&a, 1, "tenant");
	overtaken();
	printed();
	taken_by_many();
	losses();
	sent_again(&b, 0, 6100);
	sent_again(&a, 1, 6200);
	refusal_comes_late();
	dead_letter();
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
