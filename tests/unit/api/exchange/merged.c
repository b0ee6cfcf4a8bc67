/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agencies that were merged: what is sent to their codes reaches who has their
 * tasks now, a tenant by an act of the store, others by the address book; what
 * they had stays with them.
 */
#include "api/office/packet.h"
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

/* What an agency that is merged now had, and was brought before. */
struct kept_there {
	vt_id lost;      /* of b: taken, its answer was lost */
	vt_id ours, far; /* of a's 0, of b: accepted there */
	vt_id ours_there, far_there;
	vt_id both, both_there, both_heir; /* at the heir, too */
};

static vt_id
brought(struct node *from, const char *code, size_t k, uint64_t seed)
{
	size_t before = count_arrived(&a, k);
	vt_id paper = issued(from, 0, seed);

	send_to(from, 0, &paper, code);
	WAIT_FOR(count_arrived(&a, k) == before + 1, "%s has it", code);
	return paper;
}

/* To both codes of who is one, or is to be. */
static int
send_to_both(const vt_id *paper, struct vt_err *err)
{
	static const struct vt_recipient both[] = { { "H99.11", "H99.11" },
		{ "H99.13", "H99.13" } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	int rc = vt_office_dispatch(a.office, &rq, paper, both, 2, &r, err);

	vt_act_result_free(&r);
	return rc;
}

static void
before_the_merger(struct kept_there *t)
{
	struct vt_err err = VT_ERR_INIT;

	t->ours = brought(&a, "H99.11", 1, 6000);
	t->ours_there = newest(&a, 1);
	accept_it(&a, 1, &t->ours_there);
	t->far = brought(&b, "H99.11", 1, 6010);
	t->far_there = newest(&a, 1);
	accept_it(&a, 1, &t->far_there);
	WAIT_FOR(shown(&b, &t->far) == 3, "03 from elsewhere");
	t->both = issued(&a, 0, 6015);
	tap_call(send_to_both(&t->both, &err), &err, "to two agencies");
	WAIT_FOR(count_arrived(&a, 3) == 1 && count_arrived(&a, 1) == 5,
	    "both have it");
	t->both_there = newest(&a, 1);
	t->both_heir = newest(&a, 3);
	accept_it(&a, 1, &t->both_there);
	accept_it(&a, 3, &t->both_heir);
	b.lose_answer = 1;
	t->lost = brought(&b, "H99.11", 1, 6020);
	WAIT_FOR(b.lose_answer == 0, "the answer is lost");
}

static uint32_t
asked(const vt_id *paper, enum vt_paper_state *ret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;
	uint32_t r;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	r = p.asked;
	*ret = p.state;
	vt_view_end(v);
	return r;
}

static void
recalled(const vt_id *paper, const vt_id *notice)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_recall(
		     a.office, &rq, paper, notice, "Sai thẩm quyền", &r, &err),
	    &err, "recalled");
	vt_act_result_free(&r);
}

/* Packets that a tenant was brought. */
static size_t
packets(size_t k)
{
	const struct vt_consign_filter f = { .kind = VT_CONSIGN_EDOC };
	static struct vt_consignment c[64];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_consign_list(v, a.no[k], &f, c, 64, &n, &next, &err) ==
		     VT_OK,
	    "consignments", err.msg);
	vt_view_end(v);
	return n;
}

/* What was brought before it was merged is known. */
static void
known_again(const struct kept_there *t)
{
	size_t had = packets(1), heir = packets(3);

	advance(&a, &b, 120);
	WAIT_FOR(see(&b, &t->lost, 0).receipt > 0, "brought again: a receipt");
	tap_eq_int(packets(1), had, "the one that was given before");
	tap_eq_int(packets(3), heir, "it is not the heir's, too");
}

/* And asked of who has it. */
static void
what_it_had(const struct kept_there *t)
{
	size_t here = count_arrived(&a, 1), heir = count_arrived(&a, 3);
	vt_id notice = issued(&a, 0, 6030);
	enum vt_paper_state st;

	recalled(&t->ours, &notice);
	WAIT_FOR(asked(&t->ours_there, &st) == VT_ASK_RECALL,
	    "recalled: who has it is asked");
	WAIT_FOR(count_arrived(&a, 1) == here + 1 &&
		     count_arrived(&a, 3) == heir + 1,
	    "the notice comes to it and to the heir");
	do_act(&a, 1, &t->ours_there, 15);
	WAIT_FOR(shown(&a, &t->ours) == 15, "it agrees");
	(void)asked(&t->ours_there, &st);
	tap_eq_int(st, VT_PAPER_RECALLED, "by the notice that it got");
	take_back(&b, &t->far);
	WAIT_FOR(asked(&t->far_there, &st) == VT_ASK_TAKE_BACK,
	    "asked back from elsewhere: who has it is asked");
	tap_eq_int(shown(&b, &t->far), 13, "the heir does not say 16");
	do_act(&a, 1, &t->far_there, 15);
	WAIT_FOR(shown(&b, &t->far) == 15, "it agrees");
}

/* Both had it before they were one: one notice, both are asked. */
static void
recalled_of_both(const struct kept_there *t)
{
	size_t heir = count_arrived(&a, 3);
	vt_id notice = issued(&a, 0, 6200);
	enum vt_paper_state st;

	recalled(&t->both, &notice);
	WAIT_FOR(asked(&t->both_there, &st) == VT_ASK_RECALL &&
		     asked(&t->both_heir, &st) == VT_ASK_RECALL,
	    "both are asked");
	WAIT_FOR(shown(&a, &notice) == 1, "the notice is there");
	tap_eq_int(count_arrived(&a, 3), heir + 1, "once");
	do_act(&a, 1, &t->both_there, 15);
	do_act(&a, 3, &t->both_heir, 16);
	WAIT_FOR(shown(&a, &t->both) == 15, "one agrees");
	WAIT_FOR(strcmp(see(&a, &t->both, 1).reason, "Đã xử lý xong") == 0,
	    "the other does not");
}

/* ---- one consignment, one content ---- */

/* has: a text that stands in it, or NULL. */
static vt_hash
packet_of(const vt_id *delivery, const char *has)
{
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;
	const struct vt_packet *p;
	VT_BUF_AUTO(body);
	uint8_t *to;
	vt_hash h;

	must(vt_packet_delivery(a.office, delivery, &pk, &err) == VT_OK,
	    "packet", err.msg);
	p = vt_office_packet_get(pk);
	h = p->hash;
	to = vt_buf_extend(&body, (size_t)p->body->size);
	must(to != NULL && vt_source_read(p->body, 0, to, (size_t)p->body->size,
			       &err) == VT_OK,
	    "body", err.msg);
	if (has != NULL)
		tap_ok(
		    strstr(vt_buf_str(&body), has) != NULL, "it says %s", has);
	vt_office_packet_close(pk);
	return h;
}

static void
do_one(const vt_id *paper, struct vt_step st, const char *what)
{
	struct doer d = { .s = a.store, .agency = a.no[0] };

	must(do_step(&d, paper, st) == VT_OK, what, d.err.msg);
	vt_act_result_free(&d.r);
}

/* Who signs in these tests, by a step of the store's own. */
static void
signer(const char *name, const char *position)
{
	struct vt_step st = { .kind = VT_STEP_PERSON };

	st.u.person = (struct vt_person){ .id = { { 7 } },
		.name = name,
		.position = position,
		.active = true };
	do_one(NULL, st, "person");
}

static void
leads_to(const char *code, const char *successor)
{
	static struct vt_address row;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	struct vt_view *v = NULL;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_office_address_get(a.office, v, code, &row, &err) == VT_OK,
	    "address", err.msg);
	vt_view_end(v);
	vt_text_fit(row.successor, sizeof(row.successor), successor);
	rq.if_match = row.rev;
	must(vt_office_address_put(a.office, &rq, &row, &r, &err) == VT_OK,
	    "successor", err.msg);
	vt_act_result_free(&r);
}

/* The paper that is answered came on paper: its clerk mends what he noted. */
static void
noted(const vt_id *paper, const char *number)
{
	struct vt_step st = { .kind = VT_STEP_META };
	const struct vt_meta m = { .subject = "V/v thử nghiệm",
		.agency_code = "H99.88",
		.agency_name = "Sở khác",
		.number = number,
		.notation = "SK-VP",
		.issued_on = "2026-02-01" };

	st.u.meta.meta = &m;
	do_one(paper, st, "noted");
}

static vt_id
answering(const vt_id *in)
{
	struct doer d = { .s = a.store, .agency = a.no[0] };
	char text[VT_ID_TEXT + 1];

	vt_id_text(in, text);
	must(make_paper_of(&d, VT_DIR_OUT, (struct vt_meta){ .reply_to = text },
		 3000, 7100) == VT_OK &&
		 walk_to_issue(&d, 7101) == VT_OK,
	    "an answer", d.err.msg);
	vt_act_result_free(&d.r);
	return d.paper;
}

/* Brought, its answer lost, and then all that it names is another: what is
 * brought the next time is the same. */
static void
one_content(void)
{
	static const struct vt_agency_name renamed = { .code = "H99.70",
		.name = "Sở mới",
		.short_name = "SM",
		.place = "Nơi khác" };
	struct doer d = { .s = a.store, .agency = a.no[0] };
	struct vt_step name = { .kind = VT_STEP_AGENCY_NAME };
	struct vt_step problem = { .kind = VT_STEP_PROBLEM };
	size_t before = count_arrived(&b, 0), other = count_arrived(&b, 1);
	vt_id in, paper, id;
	vt_hash first, h;

	signer("Lê Văn Một", "Phó Giám đốc");
	must(make_paper(&d, VT_DIR_IN, 3000, 7000) == VT_OK, "in", d.err.msg);
	vt_act_result_free(&d.r);
	in = d.paper;
	noted(&in, "7");
	paper = answering(&in);
	book(&a, "H99.32", "");
	a.lose_answer = 1;
	send_to(&a, 0, &paper, "H99.29");
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "it is there");
	WAIT_FOR(a.lose_answer == 0, "the answer is lost");
	id = see(&a, &paper, 0).id;
	first = packet_of(&id, ">Lê Văn Một<");
	(void)packet_of(&id, ">Phó Giám đốc<");
	(void)packet_of(&id, ">7/SK-VP<");
	tap_ok(vt_hash_eq(&first, &a.last), "what was sent is what is made");
#define SAME(...)                                                              \
	do {                                                                   \
		h = packet_of(&id, NULL);                                      \
		tap_ok(vt_hash_eq(&h, &first), __VA_ARGS__);                   \
	} while (0)
	advance(&a, &b, 10);
	signer("Lê Văn Hai", "Phó Giám đốc");
	SAME("who signed it has another name");
	signer("Lê Văn Hai", "Giám đốc");
	SAME("and was promoted");
	noted(&in, "8");
	SAME("the paper that it answers is noted otherwise");
	name.u.agency_name.name = renamed;
	advance(&a, &b, 10);
	do_one(NULL, name, "name");
	SAME("its agency is called otherwise");
	problem.u.problem.part = 1;
	problem.u.problem.note = "không đọc được";
	do_one(&paper, problem, "problem");
	SAME("a part has a problem");
	leads_to("H99.29", "H99.32");
	SAME("somebody else goes on for its addressee");
	leads_to("H99.29", "");
	SAME("or nobody");
	leads_to("H99.29", "H99.32");
	advance(&a, &b, 120);
	WAIT_FOR(see(&a, &paper, 0).receipt > 0, "the receipt, at last");
	tap_ok(!a.differed, "one content at every attempt");
	tap_eq_int(count_arrived(&b, 0), before + 1, "it is there once");
	tap_eq_int(count_arrived(&b, 1), other, "and nowhere else");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct kept_there kept;
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
	node_tenant(&b, "H99.32");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&a, "H99.32", VT_ROUTE_DIRECT);
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
	before_the_merger(&kept);

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
	known_again(&kept);
	one_content();
	tap_eq_int(count_arrived(&a, 1), 6, "nothing more to who was merged");

	take_back(&a, &waits);
	WAIT_FOR(shown(&a, &waits) == 15, "what nobody took is given back");
	take_back(&a, &had);
	WAIT_FOR(see(&a, &had, 0).shown == 13, "what it had is asked back");
	what_it_had(&kept);
	recalled_of_both(&kept);
	had = issued(&a, 0, 6100);
	tap_code(send_to_both(&had, &err), VT_E_INVALID, &err,
	    "to one agency twice");
	tap_eq_int(findings(a.store, true), 0, "check is clean");
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
