/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recalls that are not the plain one: several by one notice, a notice that is
 * there already, what overtakes its document, what comes by two ways, one ask
 * on top of another, and asks about papers that are closed.
 */
#include "api/office/asks.h"
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;
static uint64_t seed = 20000;

/* ---- helpers ---- */

static vt_id
fresh(void)
{
	return issued(&a, 0, seed += 10);
}

/* What a paper is asked for, and the last answer. */
struct asked {
	uint32_t ask, answer;
	vt_id replaced_by, recalled_by;
	enum vt_paper_state state;
};

static struct asked
asked(struct node *n, const vt_id *paper)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct asked r = { 0 };
	struct vt_paper p;

	must(vt_view_begin(n->store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, paper, &p, &err) == VT_OK, "paper", err.msg);
	r = (struct asked){ p.asked, p.ask_answer, p.replaced_by, p.recalled_by,
		p.state };
	vt_view_end(v);
	return r;
}

/* Is the paper recalled, or replaced, by that one? */
static bool
ended_by(struct node *n, const vt_id *paper, const vt_id *by)
{
	struct asked x = asked(n, paper);

	return vt_id_eq(&x.recalled_by, by) || vt_id_eq(&x.replaced_by, by);
}

static int
answer(struct node *n, size_t k, const vt_id *paper, bool agree)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, k);
	struct vt_request rq = request(n, &who);
	int rc;

	rc = vt_office_answer_recall(n->office, &rq, paper, agree,
	    agree ? "" : "Đã xử lý xong", &r, &err);
	vt_act_result_free(&r);
	if (rc != VT_OK)
		printf("# answer: %s\n", err.msg);
	return rc;
}

static void
accept_it(struct node *n, size_t k, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, k);
	struct vt_request rq = request(n, &who);

	tap_call(vt_office_accept(n->office, &rq, paper, &r, &err), &err,
	    "accepted there");
	vt_act_result_free(&r);
}

/* Sends it; the paper that the other side makes of it. */
static vt_id
brought(struct node *to, size_t k, const vt_id *paper, const char *name)
{
	size_t before = count_arrived(to, k);

	send_to(&a, 0, paper, to->code[k]);
	WAIT_FOR(count_arrived(to, k) == before + 1, "%s: it is there", name);
	return newest(to, k);
}

static void
recall(const vt_id *paper, const vt_id *notice, const char *name)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_recall(a.office, &rq, paper, notice,
		     "Ban hành sai thẩm quyền", &r, &err),
	    &err, "%s", name);
	vt_act_result_free(&r);
}

static void
replace(const vt_id *paper, const vt_id *by, const char *name)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_replace(
		     a.office, &rq, paper, by, "Sửa số liệu", &r, &err),
	    &err, "%s", name);
	vt_act_result_free(&r);
}

static void
amend(const vt_id *paper, const vt_id *by, const char *name)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(
	    vt_office_amend(a.office, &rq, paper, by, "Sửa số liệu", &r, &err),
	    &err, "%s", name);
	vt_act_result_free(&r);
}

static void
take_back(const vt_id *paper, const char *name)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_take_back(
		     a.office, &rq, paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "%s", name);
	vt_act_result_free(&r);
}

/* How many consignments at b are in this state. */
static size_t
in_state(enum vt_consign_state st)
{
	const struct vt_consign_filter f = { .state = st };
	static struct vt_consignment c[256];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_consign_list(v, b.no[0], &f, c, 256, &n, &next, &err) == VT_OK,
	    "consignments", err.msg);
	vt_view_end(v);
	return n;
}

/* The note of the newest consignment at b. */
static const char *
last_note(void)
{
	static char note[600];
	const struct vt_consign_filter f = { 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_consignment c;
	uint64_t next;
	size_t n = 0;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_consign_list(v, b.no[0], &f, &c, 1, &n, &next, &err) == VT_OK,
	    "consignments", err.msg);
	vt_text_fit(note, sizeof(note), n == 0 ? "" : c.note);
	vt_view_end(v);
	return note;
}

static void
restart(struct node *n)
{
	vt_office_close(n->office);
	vt_store_close(n->store);
	n->store = store_open(n->dir, &test_ctx);
	node_open(n);
}

/* What was kept back once more, as another transport would bring it. */
static void
other_way(size_t i, const char *external)
{
	struct vt_consign_new n = a.kept[i].n;
	struct vt_err err = VT_ERR_INIT;

	n.via = VT_TRANSPORT_AXIS;
	n.peer = "@axis";
	n.external = external;
	must(bring(&b, &n, vt_buf_view(&a.kept[i].bytes), NULL, &err) == VT_OK,
	    "another way", err.msg);
}

/* ---- several by one notice, which is there already ---- */

static void
one_notice(struct node *to, size_t k, const char *where)
{
	vt_id one = fresh(), two = fresh(), notice = fresh();
	vt_id one_there = brought(to, k, &one, where);
	vt_id two_there = brought(to, k, &two, where);
	vt_id notice_there = brought(to, k, &notice, where);
	size_t papers = count_arrived(to, k);

	accept_it(to, k, &one_there);
	accept_it(to, k, &two_there);
	accept_it(to, k, &notice_there);
	recall(&one, &notice, "the first is recalled");
	WAIT_FOR(asked(to, &one_there).ask == VT_ASK_RECALL,
	    "%s: by a notice that is there already: it is told", where);
	recall(&two, &notice, "the second, by the same notice");
	WAIT_FOR(asked(to, &two_there).ask == VT_ASK_RECALL,
	    "%s: the second, too", where);
	tap_eq_int(answer(to, k, &one_there, true), VT_OK, "%s: agreed", where);
	tap_eq_int(answer(to, k, &two_there, true), VT_OK, "%s: both", where);
	tap_ok(asked(to, &one_there).state == VT_PAPER_RECALLED &&
		   asked(to, &two_there).state == VT_PAPER_RECALLED,
	    "%s: both are cancelled there", where);
	tap_ok(ended_by(to, &two_there, &notice_there),
	    "%s: by the notice that they have", where);
	WAIT_FOR(shown(&a, &one) == 15 && shown(&a, &two) == 15,
	    "%s: the sender hears of both", where);
	tap_eq_int(count_arrived(to, k), papers,
	    "%s: the notice is one paper there", where);
	tap_eq_int(asked(to, &notice_there).ask, 0,
	    "%s: nobody asks for the notice itself", where);
}

/* A paper that is there stands for another one from now on. */
static void
replaced_by_known(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), by = fresh();
	vt_id old_there = brought(to, k, &old, where);
	vt_id by_there = brought(to, k, &by, where);
	size_t papers = count_arrived(to, k);

	replace(&old, &by, "replaced by one that is there");
	WAIT_FOR(asked(to, &old_there).ask == VT_ASK_REPLACE,
	    "%s: replaced by a paper that is there: it is told", where);
	tap_eq_int(answer(to, k, &old_there, true), VT_OK, "%s: agreed", where);
	tap_ok(ended_by(to, &old_there, &by_there),
	    "%s: by the paper that they have", where);
	tap_eq_int(count_arrived(to, k), papers, "%s: no other paper", where);
	WAIT_FOR(shown(&a, &old) == 15, "%s: 15", where);
}

/* ---- overtaking ---- */

static void
overtakes(bool is_recall, bool reopened)
{
	const char *name = is_recall ? "recall" : "replacement";
	enum vt_ask ask = is_recall ? VT_ASK_RECALL : VT_ASK_REPLACE;
	size_t before = count_arrived(&b, 0);
	vt_id old = fresh(), by = fresh(), there, by_there;

	a.keep_back = true;
	send_to(&a, 0, &old, b.code[0]);
	WAIT_FOR(a.n_kept == 1, "%s: the document is on its way", name);
	if (is_recall)
		recall(&old, &by, "recalled meanwhile");
	else
		replace(&old, &by, "replaced meanwhile");
	WAIT_FOR(a.n_kept == 2, "%s: it is on its way, too", name);
	a.keep_back = false;
	release(&a, 1);
	WAIT_FOR(
	    count_arrived(&b, 0) == before + 1, "%s: it comes first", name);
	WAIT_FOR(strstr(last_note(), "chưa có ở đây") != NULL,
	    "%s: that it waits is to be seen: %s", name, last_note());
	by_there = newest(&b, 0);
	release(&a, 1);
	if (reopened)
		restart(&b);
	release(&a, 0);
	WAIT_FOR(
	    count_arrived(&b, 0) == before + 2, "%s: the document comes", name);
	there = newest(&b, 0);
	WAIT_FOR(asked(&b, &there).ask == ask,
	    "%s: it has its effect when the document comes%s", name,
	    reopened ? ", after a restart, too" : "");
	release(&a, 0);
	release(&a, 1);
	tap_eq_int(answer(&b, 0, &there, true), VT_OK, "%s: agreed", name);
	tap_ok(ended_by(&b, &there, &by_there), "%s: done", name);
	WAIT_FOR(shown(&a, &old) == 15, "%s: 15", name);
	tap_eq_int(count_arrived(&b, 0), before + 2, "%s: two papers", name);
	tap_eq_int(asked(&b, &there).ask, 0, "%s: asked once", name);
	forget_kept(&a);
}

/* ---- by two ways ---- */

static void
two_ways(void)
{
	vt_id old = fresh(), notice = fresh();
	vt_id there = brought(&b, 0, &old, "two ways");
	size_t papers, again = in_state(VT_CONSIGN_DUPLICATE);

	accept_it(&b, 0, &there);
	a.keep_back = true;
	recall(&old, &notice, "recalled");
	WAIT_FOR(a.n_kept == 1, "the notice is on its way");
	a.keep_back = false;
	release(&a, 0);
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_RECALL, "it asks");
	papers = count_arrived(&b, 0);
	tap_eq_int(answer(&b, 0, &there, true), VT_OK, "agreed");
	other_way(0, "notice-by-axis");
	WAIT_FOR(in_state(VT_CONSIGN_DUPLICATE) == again + 1,
	    "the notice by another way is a repeat");
	tap_eq_int(count_arrived(&b, 0), papers, "no other paper");
	tap_eq_int(asked(&b, &there).ask, 0, "nothing is asked again");
	forget_kept(&a);
}

static void
thirteen_two_ways(void)
{
	vt_id old = fresh(), there = brought(&b, 0, &old, "13 by two ways");
	size_t again = in_state(VT_CONSIGN_DUPLICATE);

	accept_it(&b, 0, &there);
	WAIT_FOR(shown(&a, &old) == 3, "03");
	a.keep_back = true;
	take_back(&old, "asked back");
	WAIT_FOR(a.n_kept == 1, "13 is on its way");
	a.keep_back = false;
	release(&a, 0);
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_TAKE_BACK, "it asks");
	tap_eq_int(answer(&b, 0, &there, false), VT_OK, "declined");
	other_way(0, "13-by-axis");
	WAIT_FOR(in_state(VT_CONSIGN_DUPLICATE) == again + 1,
	    "13 by another way is a repeat");
	tap_eq_int(asked(&b, &there).ask, 0, "nothing is asked again");
	forget_kept(&a);
	advance(&a, &b, 60);
	take_back(&old, "asked back a second time");
	WAIT_FOR(
	    asked(&b, &there).ask == VT_ASK_TAKE_BACK, "which is another ask");
	tap_eq_int(answer(&b, 0, &there, true), VT_OK, "agreed");
	WAIT_FOR(shown(&a, &old) == 15, "15");
}

/* ---- one ask on top of another ---- */

static void
ask_on_ask(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), notice = fresh();
	vt_id there = brought(to, k, &old, where);

	accept_it(to, k, &there);
	WAIT_FOR(shown(&a, &old) == 3, "%s: 03", where);
	take_back(&old, "asked back");
	WAIT_FOR(
	    asked(to, &there).ask == VT_ASK_TAKE_BACK, "%s: it asks", where);
	recall(&old, &notice, "recalled, while the ask waits");
	WAIT_FOR(see(&a, &notice, 0).progress == 1, "%s: the notice is there",
	    where);
	tap_eq_int(asked(to, &there).ask, VT_ASK_TAKE_BACK,
	    "%s: the first ask still stands", where);
	tap_eq_int(answer(to, k, &there, false), VT_OK, "%s: declined", where);
	WAIT_FOR(asked(to, &there).ask == VT_ASK_RECALL,
	    "%s: then the second is asked", where);
	tap_eq_int(answer(to, k, &there, true), VT_OK, "%s: agreed", where);
	tap_eq_int(
	    asked(to, &there).state, VT_PAPER_RECALLED, "%s: cancelled", where);
	WAIT_FOR(shown(&a, &old) == 15, "%s: 15", where);
}

/* ---- 15 to something else ---- */

/* Who agreed to another paper for it still has it: it can be asked back. */
static void
agreed_before(struct node *to, size_t k, bool amended)
{
	const char *name = amended ? "amended" : "replaced";
	enum vt_ask ask = amended ? VT_ASK_UPDATE : VT_ASK_REPLACE;
	vt_id old = fresh(), by = fresh(), there = brought(to, k, &old, name);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq;

	accept_it(to, k, &there);
	WAIT_FOR(shown(&a, &old) == 3, "%s: 03", name);
	if (amended)
		amend(&old, &by, "amended");
	else
		replace(&old, &by, "replaced");
	WAIT_FOR(asked(to, &there).ask == ask, "%s: it is asked", name);
	WAIT_FOR(see(&a, &by, 0).progress == 1, "%s: the other is there", name);
	tap_eq_int(answer(to, k, &there, true), VT_OK, "%s: agreed", name);
	WAIT_FOR(shown(&a, &old) == 15, "%s: 15", name);
	advance(&a, &b, 60);
	take_back(&old, "asked back, after that 15");
	WAIT_FOR(asked(to, &there).ask == VT_ASK_TAKE_BACK,
	    "%s: then asked back", name);
	tap_eq_int(answer(to, k, &there, true), VT_OK, "%s: agreed", name);
	tap_eq_int(asked(to, &there).state, VT_PAPER_TAKEN_BACK,
	    "%s: given back", name);
	WAIT_FOR(see(&a, &old, 0).log >= 5, "%s: the second 15", name);
	rq = request(&a, &who);
	tap_code(vt_office_take_back(
		     a.office, &rq, &old, NULL, "Gửi nhầm", &r, &err),
	    VT_E_OUT_OF_ORDER, &err, "what was given back is not asked for");
	vt_act_result_free(&r);
}

/* ---- refused while it is asked ---- */

static void
refuse_it(struct node *n, size_t k, const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, k);
	struct vt_request rq = request(n, &who);

	tap_call(
	    vt_office_refuse(n->office, &rq, paper, "Nhầm nơi nhận", &r, &err),
	    &err, "refused");
	vt_act_result_free(&r);
}

/* A recall is asked, and behind it that it be given back; the clerk refuses the
 * paper: both are answered, and nothing is asked any more. */
static void
refused_while_asked(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), notice = fresh();
	vt_id there = brought(to, k, &old, where);

	WAIT_FOR(shown(&a, &old) == 1, "%s: 01", where);
	recall(&old, &notice, "recalled");
	WAIT_FOR(asked(to, &there).ask == VT_ASK_RECALL, "%s: asked", where);
	take_back(&old, "and asked back");
	WAIT_FOR(shown(&a, &old) == 13, "%s: 13", where);
	refuse_it(to, k, &there);
	tap_ok(asked(to, &there).ask == 0 && asked(to, &there).answer == 15 &&
		   asked(to, &there).state == VT_PAPER_REFUSED,
	    "%s: refused, and the ask has its answer", where);
	WAIT_FOR(shown(&a, &old) == 15, "%s: the sender hears 15", where);
	WAIT_FOR(see(&a, &old, 0).log >= 5, "%s: 02 and both answers", where);
	tap_ok(asked(to, &there).ask == 0 &&
		   asked(to, &there).state == VT_PAPER_REFUSED,
	    "%s: it stays so", where);
}

/* ---- closed papers ---- */

static void
code_of_answer(const vt_id *paper, const char *code, const char *name)
{
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	struct vt_consign_new n = { .to = b.code[0],
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_EDOC, /* the caller is mistaken */
		.peer = "@axis",
		.headers = "" };
	char document[300], external[80], want[16];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_consignment c;
	struct vt_paper p;
	VT_BUF_AUTO(bytes);
	vt_id id;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, paper, &p, &err) == VT_OK &&
		 vt_consign_get(v, &p.source_consignment, &c, &err) == VT_OK,
	    "paper", err.msg);
	vt_text_fit(document, sizeof(document), c.document_id);
	vt_view_end(v);
	s.from.id = a.code[0];
	s.from.name = "Sở";
	s.of.organ = b.code[0];
	s.of.code = "1/X";
	s.of.document_id = document;
	s.code = 13;
	s.description = "Gửi nhầm";
	s.at.at = test_now(NULL);
	must(vt_edxml_write_status(&s, &bytes, &err) == VT_OK, "13", err.msg);
	vt_id_text(paper, external);
	n.external = external;
	b.keep_back = true;
	{
		struct vt_act_result r = VT_ACT_RESULT_INIT;

		must(vt_office_consign_bytes(b.office, &n, vt_buf_view(&bytes),
			 &id, &r, &err) == VT_OK,
		    "consign", err.msg);
		vt_act_result_free(&r);
	}
	WAIT_FOR(b.n_kept == 1, "%s: 13 is answered", name);
	(void)snprintf(want, sizeof(want), ">%s<", code);
	tap_ok(
	    b.n_kept == 1 && strstr(vt_buf_str(&b.kept[0].bytes), want) != NULL,
	    "%s: with %s", name, code);
	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_consign_get(v, &id, &c, &err) == VT_OK, "got", err.msg);
	tap_ok(c.kind == VT_CONSIGN_STATUS,
	    "%s: what it is says the packet, not who brought it", name);
	vt_view_end(v);
	b.keep_back = false;
	forget_kept(&b);
}

static void
closed_papers(void)
{
	vt_id one = fresh(), two = fresh(), three = fresh(), notice = fresh();
	vt_id there = brought(&b, 0, &one, "refused");
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq = request(&b, &who);

	tap_call(
	    vt_office_refuse(b.office, &rq, &there, "Nhầm nơi nhận", &r, &err),
	    &err, "refused");
	vt_act_result_free(&r);
	WAIT_FOR(shown(&a, &one) == 2, "02");
	code_of_answer(&there, "15", "13 on a refused paper");
	there = brought(&b, 0, &two, "taken back");
	WAIT_FOR(shown(&a, &two) == 1, "01");
	take_back(&two, "asked back");
	WAIT_FOR(shown(&a, &two) == 15, "15");
	advance(&a, &b, 60);
	code_of_answer(&there, "15", "13 on a paper that was given back");
	there = brought(&b, 0, &three, "recalled");
	accept_it(&b, 0, &there);
	WAIT_FOR(shown(&a, &three) == 3, "03");
	recall(&three, &notice, "recalled");
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_RECALL, "it is asked");
	WAIT_FOR(see(&a, &notice, 0).progress == 1, "the notice is there");
	tap_eq_int(answer(&b, 0, &there, true), VT_OK, "agreed");
	WAIT_FOR(shown(&a, &three) == 15, "15");
	code_of_answer(&there, "15", "13 on a paper that was recalled");
}

/* ---- documents that never come ---- */

/* A 13 of a about this document, brought to b. */
static void
thirteen(const char *document)
{
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	struct vt_consign_new n = { .to = b.code[0],
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_STATUS,
		.peer = "@axis",
		.external = document,
		.headers = "" };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bytes);

	s.from.id = a.code[0];
	s.from.name = "Sở";
	s.of.organ = b.code[0];
	s.of.code = "1/X";
	s.of.document_id = document;
	s.code = 13;
	s.description = "Gửi nhầm";
	s.at.at = test_now(NULL);
	must(vt_edxml_write_status(&s, &bytes, &err) == VT_OK, "13", err.msg);
	must(bring(&b, &n, vt_buf_view(&bytes), NULL, &err) == VT_OK, "brought",
	    err.msg);
}

/* Notes of asks at b, and items of work that look after them. */
static size_t
asks_open(size_t *ret_work, vt_time *ret_due)
{
	static struct vt_entry e[512];
	const struct vt_entry_range range = { .kind = VT_ENTRY_NOTE,
		.agency_no = b.no[0],
		.prefix = VT_SPAN("ask/", 4) };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_work w[64];
	uint64_t after = 0;
	size_t n = 0, got = 64;

	*ret_work = 0;
	must(vt_view_begin(b.store, &v, &err) == VT_OK &&
		 vt_entry_list(v, &range, e, 512, &n, &err) == VT_OK,
	    "notes", err.msg);
	while (got == 64) {
		must(vt_work_list(v, 0, after, w, 64, &got, &err) == VT_OK,
		    "work", err.msg);
		for (size_t i = 0; i < got; i++) {
			after = w[i].no;
			if (w[i].kind != VT_WORK_ASK)
				continue;
			++*ret_work;
			*ret_due = w[i].due;
		}
	}
	vt_view_end(v);
	return n;
}

static void
never_comes(void)
{
	size_t work, before = asks_open(&work, &(vt_time){ 0 });
	vt_time due = 0, parked;

	tap_eq_int(before, 0, "nothing is asked before");
	thirteen("H99.07,2026/03/02,1/NEVER");
	WAIT_FOR(asks_open(&work, &due) == 1 && work == 1,
	    "13 about a document that is not here is noted");
	parked = test_now(NULL) + VT_TIME_S(80 * (int64_t)86400);
	for (int i = 0; i < 40 && due < parked; i++) {
		advance(&a, &b, 3600);
		nap();
		(void)asks_open(&work, &due);
	}
	tap_ok(work == 1 && due >= parked,
	    "it is looked for a while, then waits to be dropped");
	advance(&a, &b, 91 * 86400);
	WAIT_FOR(asks_open(&work, &due) == 0 && work == 0,
	    "which it is, and its work has ended");
}

static void
too_many(void)
{
	struct vt_err err = VT_ERR_INIT;
	size_t work, refused = in_state(VT_CONSIGN_REFUSED);
	vt_time due = 0;
	char document[64];

	for (size_t i = 0; i < VT_L(ASKS_PARKED_MAX); i++) {
		struct vt_asking k = { .agency_no = b.no[0],
			.about = { .from = a.code[0], .document = document },
			.ask = VT_ASK_TAKE_BACK,
			.reason = "Gửi nhầm",
			.at = test_now(NULL),
			.once = vt_id_new(&test_ctx) };

		(void)snprintf(document, sizeof(document), "D,%zu,MANY", i);
		must(vt_ask(b.office, &k, &err) == VT_OK, "ask", err.msg);
	}
	tap_eq_int(asks_open(&work, &due), VT_L(ASKS_PARKED_MAX),
	    "as many as may wait");
	thirteen("H99.07,2026/03/02,1/MORE");
	WAIT_FOR(
	    in_state(VT_CONSIGN_REFUSED) == refused + 1, "one more is refused");
	tap_ok(strstr(last_note(), "quá nhiều yêu cầu") != NULL,
	    "with the reason: %s", last_note());
	tap_eq_int(
	    asks_open(&work, &due), VT_L(ASKS_PARKED_MAX), "and is not kept");
	advance(&a, &b, 91 * 86400);
	WAIT_FOR(asks_open(&work, &due) == 0 && work == 0,
	    "all are dropped, in time");
}

/* The same notice goes twice, for another paper each time. What the receiver
 * says of the one that it has is not said of the one that is on its way. */
static void
said_of_the_other(void)
{
	vt_id one = fresh(), notice = fresh(), one_there, notice_there;
	struct seen second;

	one_there = brought(&b, 0, &one, "said of the other");
	notice_there = brought(&b, 0, &notice, "said of the other");
	accept_it(&b, 0, &one_there);
	a.lose = 1;
	recall(&one, &notice, "recalled, and the wire is broken");
	WAIT_FOR(a.lose == 0, "it did not go");
	accept_it(&b, 0, &notice_there);
	WAIT_FOR(see(&a, &notice, 0).accepted, "the first is accepted");
	second = see(&a, &notice, 1);
	tap_ok(second.state == VT_DELIVERY_WAITING && !second.delivered &&
		   !second.accepted && second.log == 0,
	    "the second has not been spoken of");
	advance(&a, &b, 61);
	WAIT_FOR(asked(&b, &one_there).ask == VT_ASK_RECALL, "it goes");
	WAIT_FOR(see(&a, &notice, 1).delivered, "and is heard of");
}

/* A packet that comes again leaves nothing behind. */
static void
repeats(void)
{
	struct vt_consign_new n = { .to = b.code[0],
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_EDOC,
		.peer = "@axis",
		.external = "repeated",
		.headers = "" };
	struct vt_err err = VT_ERR_INIT;
	size_t removed = 64;

	atomic_fetch_add(&clock_now, (int64_t)3 * 86400 * 1000000);
	while (removed == 64) /* what was left before */
		must(vt_upload_expire(b.store, 64, &removed, &err) == VT_OK,
		    "swept", err.msg);
	for (int i = 0; i < 5; i++)
		must(bring(&b, &n, VT_SPAN_LIT("<no packet/>"), NULL, &err) ==
			 VT_OK,
		    "brought", err.msg);
	WAIT_FOR(strcmp(last_note(), "") != 0, "it is read");
	atomic_fetch_add(&clock_now, (int64_t)3 * 86400 * 1000000);
	tap_call(vt_upload_expire(b.store, 64, &removed, &err), &err, "swept");
	tap_eq_int(removed, 0, "repeats left no upload to expire");
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
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_route(&b, "@axis", VT_ROUTE_AXIS);
	node_open(&a);
	node_open(&b);
	one_notice(&b, 0, "peer");
	one_notice(&a, 1, "tenant");
	replaced_by_known(&b, 0, "peer");
	replaced_by_known(&a, 1, "tenant");
	overtakes(true, false);
	overtakes(true, true);
	overtakes(false, false);
	overtakes(false, true);
	two_ways();
	thirteen_two_ways();
	ask_on_ask(&b, 0, "peer");
	ask_on_ask(&a, 1, "tenant");
	agreed_before(&b, 0, true);
	agreed_before(&b, 0, false);
	agreed_before(&a, 1, true);
	agreed_before(&a, 1, false);
	refused_while_asked(&b, 0, "peer");
	refused_while_asked(&a, 1, "tenant");
	closed_papers();
	repeats();
	never_comes();
	too_many();
	said_of_the_other();
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
