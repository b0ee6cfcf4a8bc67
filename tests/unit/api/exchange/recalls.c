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

/* What the sender does, and the receiver. */
enum deed { TAKE_BACK, RECALL, REPLACE, AMEND, ACCEPT, REFUSE, AGREE, DECLINE };

static int
act(struct node *n, size_t k, enum deed deed, const vt_id *paper,
    const vt_id *by, struct vt_err *err)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(n, k);
	struct vt_request rq = request(n, &who);
	struct vt_office *o = n->office;
	int rc = VT_E_INVALID;

	switch (deed) {
	case TAKE_BACK:
		rc = vt_office_take_back(
		    o, &rq, paper, NULL, "Gửi nhầm", &r, err);
		break;
	case RECALL:
		rc = vt_office_recall(
		    o, &rq, paper, by, "Ban hành sai thẩm quyền", &r, err);
		break;
	case REPLACE:
		rc = vt_office_replace(
		    o, &rq, paper, by, "Sửa số liệu", &r, err);
		break;
	case AMEND:
		rc = vt_office_amend(o, &rq, paper, by, "Sửa số liệu", &r, err);
		break;
	case ACCEPT:
		rc = vt_office_accept(o, &rq, paper, &r, err);
		break;
	case REFUSE:
		rc = vt_office_refuse(o, &rq, paper, "Nhầm nơi nhận", &r, err);
		break;
	case AGREE:
	case DECLINE:
		rc = vt_office_answer_recall(o, &rq, paper, deed == AGREE,
		    deed == AGREE ? "" : "Đã xử lý xong", &r, err);
		break;
	}
	vt_act_result_free(&r);
	return rc;
}

/* By the clerk of the sender. */
static void
ours(enum deed deed, const vt_id *paper, const vt_id *by, const char *name)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(act(&a, 0, deed, paper, by, &err), &err, "%s", name);
}

/* By the clerk of a receiver. */
static void
theirs(struct node *n, size_t k, enum deed deed, const vt_id *paper)
{
	static const char *const names[] = { [ACCEPT] = "accepted",
		[REFUSE] = "refused",
		[AGREE] = "agreed",
		[DECLINE] = "declined" };
	struct vt_err err = VT_ERR_INIT;

	tap_call(act(n, k, deed, paper, NULL, &err), &err, "%s: %s",
	    n == &a ? "tenant" : "peer", names[deed]);
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

/* How often a paper of a was sent. */
static size_t
deliveries(const vt_id *paper)
{
	static struct vt_delivery d[64];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_delivery_list(v, paper, d, 64, &n, &err) == VT_OK,
	    "deliveries", err.msg);
	vt_view_end(v);
	return n;
}

/* The newest consignment at b: its note; its type, if wanted. */
static const char *
last(enum vt_edoc_type *ret_type)
{
	static char note[600];
	const struct vt_consign_filter f = { 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c = { .note = "" };
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_consign_list(v, b.no[0], &f, &c, 1, &n, &next, &err) == VT_OK,
	    "consignments", err.msg);
	vt_text_fit(note, sizeof(note), c.note);
	if (ret_type != NULL)
		*ret_type = c.type;
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

	theirs(to, k, ACCEPT, &one_there);
	theirs(to, k, ACCEPT, &two_there);
	theirs(to, k, ACCEPT, &notice_there);
	ours(RECALL, &one, &notice, "the first is recalled");
	WAIT_FOR(asked(to, &one_there).ask == VT_ASK_RECALL,
	    "%s: by a notice that is there already: it is told", where);
	ours(RECALL, &two, &notice, "the second, by the same notice");
	WAIT_FOR(asked(to, &two_there).ask == VT_ASK_RECALL,
	    "%s: the second, too", where);
	theirs(to, k, AGREE, &one_there);
	theirs(to, k, AGREE, &two_there);
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

	ours(REPLACE, &old, &by, "replaced by one that is there");
	WAIT_FOR(asked(to, &old_there).ask == VT_ASK_REPLACE,
	    "%s: replaced by a paper that is there: it is told", where);
	theirs(to, k, AGREE, &old_there);
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
	ours(is_recall ? RECALL : REPLACE, &old, &by, name);
	WAIT_FOR(a.n_kept == 2, "%s: it is on its way, too", name);
	a.keep_back = false;
	release(&a, 1);
	WAIT_FOR(
	    count_arrived(&b, 0) == before + 1, "%s: it comes first", name);
	WAIT_FOR(strstr(last(NULL), "chưa có ở đây") != NULL,
	    "%s: that it waits is to be seen: %s", name, last(NULL));
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
	theirs(&b, 0, AGREE, &there);
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

	theirs(&b, 0, ACCEPT, &there);
	a.keep_back = true;
	ours(RECALL, &old, &notice, "recalled");
	WAIT_FOR(a.n_kept == 1, "the notice is on its way");
	a.keep_back = false;
	release(&a, 0);
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_RECALL, "it asks");
	papers = count_arrived(&b, 0);
	theirs(&b, 0, AGREE, &there);
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

	theirs(&b, 0, ACCEPT, &there);
	WAIT_FOR(shown(&a, &old) == 3, "03");
	a.keep_back = true;
	ours(TAKE_BACK, &old, NULL, "asked back");
	WAIT_FOR(a.n_kept == 1, "13 is on its way");
	a.keep_back = false;
	release(&a, 0);
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_TAKE_BACK, "it asks");
	theirs(&b, 0, DECLINE, &there);
	other_way(0, "13-by-axis");
	WAIT_FOR(in_state(VT_CONSIGN_DUPLICATE) == again + 1,
	    "13 by another way is a repeat");
	tap_eq_int(asked(&b, &there).ask, 0, "nothing is asked again");
	forget_kept(&a);
	advance(&a, &b, 60);
	ours(TAKE_BACK, &old, NULL, "asked back a second time");
	WAIT_FOR(
	    asked(&b, &there).ask == VT_ASK_TAKE_BACK, "which is another ask");
	theirs(&b, 0, AGREE, &there);
	WAIT_FOR(shown(&a, &old) == 15, "15");
}

/* ---- one ask on top of another ---- */

static void
ask_on_ask(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), notice = fresh();
	vt_id there = brought(to, k, &old, where);

	theirs(to, k, ACCEPT, &there);
	WAIT_FOR(shown(&a, &old) == 3, "%s: 03", where);
	ours(TAKE_BACK, &old, NULL, "asked back");
	WAIT_FOR(
	    asked(to, &there).ask == VT_ASK_TAKE_BACK, "%s: it asks", where);
	ours(RECALL, &old, &notice, "recalled, while the ask waits");
	WAIT_FOR(see(&a, &notice, 0).progress == 1, "%s: the notice is there",
	    where);
	tap_eq_int(asked(to, &there).ask, VT_ASK_TAKE_BACK,
	    "%s: the first ask still stands", where);
	theirs(to, k, DECLINE, &there);
	WAIT_FOR(asked(to, &there).ask == VT_ASK_RECALL,
	    "%s: then the second is asked", where);
	theirs(to, k, AGREE, &there);
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
	struct vt_err err = VT_ERR_INIT;

	theirs(to, k, ACCEPT, &there);
	WAIT_FOR(shown(&a, &old) == 3, "%s: 03", name);
	ours(amended ? AMEND : REPLACE, &old, &by, name);
	WAIT_FOR(asked(to, &there).ask == ask, "%s: it is asked", name);
	WAIT_FOR(see(&a, &by, 0).progress == 1, "%s: the other is there", name);
	theirs(to, k, AGREE, &there);
	WAIT_FOR(shown(&a, &old) == 15, "%s: 15", name);
	advance(&a, &b, 60);
	ours(TAKE_BACK, &old, NULL, "asked back, after that 15");
	tap_eq_int(shown(&a, &old), 13, "%s: the ask is shown", name);
	WAIT_FOR(asked(to, &there).ask == VT_ASK_TAKE_BACK,
	    "%s: then asked back", name);
	theirs(to, k, AGREE, &there);
	tap_eq_int(asked(to, &there).state, VT_PAPER_TAKEN_BACK,
	    "%s: given back", name);
	WAIT_FOR(see(&a, &old, 0).log >= 5, "%s: the second 15", name);
	tap_eq_int(shown(&a, &old), 15, "%s: is shown", name);
	tap_code(act(&a, 0, TAKE_BACK, &old, NULL, &err), VT_E_OUT_OF_ORDER,
	    &err, "what was given back is not asked for");
}

/* ---- refused while it is asked ---- */

/* A recall is asked, and behind it that it be given back; the clerk refuses the
 * paper: both are answered, and nothing is asked any more. */
static void
refused_while_asked(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), notice = fresh();
	vt_id there = brought(to, k, &old, where);

	WAIT_FOR(shown(&a, &old) == 1, "%s: 01", where);
	ours(RECALL, &old, &notice, "recalled");
	WAIT_FOR(asked(to, &there).ask == VT_ASK_RECALL, "%s: asked", where);
	ours(TAKE_BACK, &old, NULL, "and asked back");
	WAIT_FOR(shown(&a, &old) == 13, "%s: 13", where);
	theirs(to, k, REFUSE, &there);
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

	theirs(&b, 0, REFUSE, &there);
	WAIT_FOR(shown(&a, &one) == 2, "02");
	code_of_answer(&there, "15", "13 on a refused paper");
	there = brought(&b, 0, &two, "taken back");
	WAIT_FOR(shown(&a, &two) == 1, "01");
	ours(TAKE_BACK, &two, NULL, "asked back");
	WAIT_FOR(shown(&a, &two) == 15, "15");
	advance(&a, &b, 60);
	code_of_answer(&there, "15", "13 on a paper that was given back");
	there = brought(&b, 0, &three, "recalled");
	theirs(&b, 0, ACCEPT, &there);
	WAIT_FOR(shown(&a, &three) == 3, "03");
	ours(RECALL, &three, &notice, "recalled");
	WAIT_FOR(asked(&b, &there).ask == VT_ASK_RECALL, "it is asked");
	WAIT_FOR(see(&a, &notice, 0).progress == 1, "the notice is there");
	theirs(&b, 0, AGREE, &there);
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
	/* Time goes on when it waits for it, not while it is being tried. */
	for (int i = 0; i < 1000 && due < parked; i++) {
		if (due > test_now(NULL))
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
	tap_ok(strstr(last(NULL), "quá nhiều yêu cầu") != NULL,
	    "with the reason: %s", last(NULL));
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
	theirs(&b, 0, ACCEPT, &one_there);
	a.lose = 1;
	ours(RECALL, &one, &notice, "recalled, and the wire is broken");
	WAIT_FOR(a.lose == 0, "it did not go");
	theirs(&b, 0, ACCEPT, &notice_there);
	WAIT_FOR(see(&a, &notice, 0).accepted, "the first is accepted");
	second = see(&a, &notice, 1);
	tap_ok(second.state == VT_DELIVERY_WAITING && !second.delivered &&
		   !second.accepted && second.log == 0,
	    "the second has not been spoken of");
	advance(&a, &b, 61);
	WAIT_FOR(asked(&b, &one_there).ask == VT_ASK_RECALL, "it goes");
	WAIT_FOR(see(&a, &notice, 1).delivered, "and is heard of");
}

/* ---- changed several times ---- */

/* Two amendments, the second while the first waits for its answer; then it is
 * replaced. Each is marked by the paper that they have of it. */
static void
amended_twice(struct node *to, size_t k, const char *where)
{
	vt_id old = fresh(), by[3] = { fresh(), fresh(), fresh() }, by_there[3];
	static const enum deed deeds[] = { AMEND, AMEND, REPLACE };
	static const enum vt_ask asks[] = { VT_ASK_UPDATE, VT_ASK_UPDATE,
		VT_ASK_REPLACE };
	vt_id there = brought(to, k, &old, where);
	struct vt_err err = VT_ERR_INIT;

	theirs(to, k, ACCEPT, &there);
	for (size_t i = 0; i < 3; i++) {
		size_t before = count_arrived(to, k);

		ours(deeds[i], &old, &by[i], where);
		WAIT_FOR(count_arrived(to, k) == before + 1,
		    "%s: number %zu goes to who has it", where, i);
		by_there[i] = newest(to, k);
	}
	for (size_t i = 0; i < 3; i++) {
		WAIT_FOR(asked(to, &there).ask == asks[i], "%s: asked for it",
		    where);
		theirs(to, k, AGREE, &there);
		tap_ok(ended_by(to, &there, &by_there[i]),
		    "%s: by the one that asked", where);
	}
	tap_code(act(&a, 0, AMEND, &old, &by[0], &err), VT_E_EXISTS, &err,
	    "%s: nothing amends what was replaced", where);
	WAIT_FOR(see(&a, &old, 0).log >= 5, "%s: all answers", where);
}

/* Asked by a release that did not note of which delivery: the paper that orders
 * it is found as that found it. Who declines needs none. */
static void
asked_before(bool agree)
{
	vt_id old = fresh(), by = fresh();
	vt_id there = brought(&a, 1, &old, "before"), notice;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_step ask = { .kind = VT_STEP_TAKE_BACK };
	struct vt_step order = { .kind = VT_STEP_RECALL };
	struct vt_act acts[] = { { .agency_no = a.no[0],
				     .paper = old,
				     .steps = &order,
				     .n_steps = 1 },
		{ .agency_no = a.no[1],
		    .paper = there,
		    .steps = &ask,
		    .n_steps = 1 } };
	struct vt_err err = VT_ERR_INIT;

	theirs(&a, 1, ACCEPT, &there);
	notice = agree ? brought(&a, 1, &by, "the notice") : by;
	order.u.recall.notice = by;
	order.u.recall.note = ask.u.take_back.note = "Sai thẩm quyền";
	ask.u.take_back.ask = VT_ASK_RECALL;
	ask.u.take_back.at = test_now(NULL);
	for (size_t i = 0; i < 2; i++) {
		tap_call(vt_store_do(a.store, &acts[i], &r, &err), &err,
		    "as it was written before");
		vt_act_result_free(&r);
	}
	theirs(&a, 1, agree ? AGREE : DECLINE, &there);
	tap_ok(ended_by(&a, &there, &notice) == agree,
	    "it is ended by the notice that they have: %d", agree);
}

/* Who never had the paper gets its notice as a paper like any other. */
static void
never_had_it(void)
{
	vt_id old = fresh(), notice = fresh(), other = fresh(), by = fresh();
	enum vt_edoc_type type = 0;

	(void)brought(&a, 1, &old, "to one");
	ours(RECALL, &old, &notice, "recalled");
	(void)brought(&b, 0, &notice, "the notice to another");
	tap_eq_str(last(&type), "", "nothing waits for a document");
	tap_eq_int(type, VT_EDOC_NEW, "it is a new document there");
	(void)brought(&a, 1, &other, "to one");
	ours(REPLACE, &other, &by, "replaced");
	(void)brought(&b, 0, &by, "what stands for it to another");
	tap_eq_str(last(&type), "", "nothing waits for a document");
	tap_eq_int(type, VT_EDOC_NEW, "it is a new document there");
}

/* Who refused it has nothing of it: only the others hear of its recall. */
static void
refused_is_not_told(void)
{
	vt_id old = fresh(), notice = fresh();
	vt_id refused = brought(&a, 1, &old, "to one"), kept;
	size_t before = count_arrived(&a, 1);

	theirs(&a, 1, REFUSE, &refused);
	WAIT_FOR(shown(&a, &old) == 2, "who refuses it");
	kept = brought(&b, 0, &old, "to another");
	theirs(&b, 0, ACCEPT, &kept);
	ours(RECALL, &old, &notice, "recalled");
	WAIT_FOR(asked(&b, &kept).ask == VT_ASK_RECALL, "the other is asked");
	WAIT_FOR(shown(&a, &notice) == 1, "and has the notice");
	tap_eq_int(deliveries(&notice), 1, "it alone");
	tap_eq_int(count_arrived(&a, 1), before, "nothing comes to the first");
}

/* What is agreed to is the amendment that was asked before, not what is asked
 * while that waits: it was not given back, and may be asked back again. */
static void
amended_not_given_back(void)
{
	vt_id old = fresh(), by[2] = { fresh(), fresh() };
	vt_id there = brought(&a, 1, &old, "amended");

	theirs(&a, 1, ACCEPT, &there);
	for (size_t i = 0; i < 2; i++) {
		size_t before = count_arrived(&a, 1);

		ours(AMEND, &old, &by[i], "amended");
		WAIT_FOR(asked(&a, &there).ask == VT_ASK_UPDATE &&
			     count_arrived(&a, 1) == before + 1,
		    "asked");
		if (i == 1)
			ours(TAKE_BACK, &old, NULL, "and asked back");
		theirs(&a, 1, AGREE, &there);
		WAIT_FOR(see(&a, &old, 0).log == 3 + 2 * i,
		    "15 to the amendment: %u", see(&a, &old, 0).log);
	}
	ours(TAKE_BACK, &old, NULL, "asked back again");
}

/* ---- who orders it is stopped ---- */

static struct node c; /* of tenants alone: it can be shut at any time */

/* Deliveries of a paper of c, and items that are to send it. */
static size_t
told(const vt_id *by, size_t *ret_work)
{
	static struct vt_delivery d[64];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_work w[64];
	uint64_t after = 0;
	size_t n = 64, all = 0, works = 0;

	must(vt_view_begin(c.store, &v, &err) == VT_OK, "view", err.msg);
	for (; n == 64; all += n) {
		must(vt_delivery_list_after(v, by, after, d, 64, &n, &err) ==
			 VT_OK,
		    "deliveries", err.msg);
		after = n == 0 ? 0 : d[n - 1].seq;
	}
	must(vt_work_list(v, 0, 0, w, 64, &n, &err) == VT_OK, "work", err.msg);
	for (size_t i = 0; i < n; i++)
		works += w[i].kind == VT_WORK_RECALL;
	vt_view_end(v);
	*ret_work = works;
	return all;
}

/* The act is done, and then nothing: whom it concerns is told when the office
 * is open again. */
static void
stopped_between(enum deed deed)
{
	vt_id old = issued(&c, 0, seed += 10), by = issued(&c, 0, seed += 10);
	size_t work, before = count_arrived(&c, 1);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(&c, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	struct vt_step steps[2] = { { .kind = VT_STEP_RECALL } };
	enum vt_ask ask = VT_ASK_RECALL;
	VT_BUF_AUTO(payload);
	struct vt_act stop;
	vt_id there;

	send_to(&c, 0, &old, c.code[1]);
	WAIT_FOR(count_arrived(&c, 1) == before + 1, "it is there");
	there = newest(&c, 1);
	steps[0].u.recall.notice = by;
	if (deed == REPLACE) {
		ask = VT_ASK_REPLACE;
		steps[0] = (struct vt_step){ .kind = VT_STEP_REPLACE };
		steps[0].u.replace.by = by;
	}
	rq = request(&c, &who);
	vt_recall_later(&rq, &old, &by, &payload, &steps[1]);
	vt_office_act(&rq, &old, steps, 2, &stop);
	vt_office_close(c.office);
	c.office = NULL;
	tap_call(vt_store_do(c.store, &stop, &r, &err), &err, "done");
	vt_act_result_free(&r);
	tap_ok(told(&by, &work) == 0 && work == 1, "and nobody is told yet");
	restart(&c);
	WAIT_FOR(asked(&c, &there).ask == ask, "told by itself");
	WAIT_FOR(told(&by, &work) == 1 && work == 0, "once");
}

/* The order itself has it done: also when nothing is done at once. Here nobody
 * works off the queue, so that it is seen there. */
static void
order_alone(enum deed deed)
{
	const struct vt_office_options o = { .store = c.store,
		.spawner = spawner,
		.ctx = &test_ctx,
		.public_url = "http://127.0.0.1:8480" };
	vt_id old = issued(&c, 0, seed += 10), by = issued(&c, 0, seed += 10);
	size_t work = 0, before = count_arrived(&c, 1);
	struct vt_err err = VT_ERR_INIT;

	send_to(&c, 0, &old, c.code[1]);
	WAIT_FOR(count_arrived(&c, 1) == before + 1, "it is there");
	vt_office_close(c.office);
	must(vt_office_open(&o, &c.office, &err) == VT_OK, "office", err.msg);
	tap_call(act(&c, 0, deed, &old, &by, &err), &err, "ordered");
	tap_ok(told(&by, &work) == 1 && work == 1,
	    "told at once, and its work is in the queue: %zu", work);
	restart(&c);
	WAIT_FOR(told(&by, &work) == 1 && work == 0, "once");
}

/* In the ordinary case they are there when the call returns, and the queue has
 * nothing to add. More than one act takes are told, too. */
static void
not_stopped(size_t n)
{
	vt_id old = issued(&c, 0, seed += 10), by = issued(&c, 0, seed += 10);
	struct vt_recipient *to = calloc(n, sizeof(*to));
	char(*names)[32] = calloc(n, sizeof(*names));
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_actor who = actor(&c, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	size_t work;

	must(to != NULL && names != NULL, "memory", "");
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "Thôn %zu", i);
		to[i] = (struct vt_recipient){ "", names[i] };
	}
	for (size_t at = 0; at < n; at += 1500) {
		rq = request(&c, &who);
		tap_call(vt_office_dispatch(c.office, &rq, &old, &to[at],
			     n - at < 1500 ? n - at : 1500, &r, &err),
		    &err, "sent");
		vt_act_result_free(&r);
	}
	tap_call(act(&c, 0, RECALL, &old, &by, &err), &err, "recalled");
	tap_eq_int(told(&by, &work), n, "%zu are told at once", n);
	WAIT_FOR(told(&by, &work) == n && work == 0, "and none twice");
	free(names);
	free(to);
}

static void
orders(void)
{
	node_begin(&c);
	node_tenant(&c, "H99.17");
	node_tenant(&c, "H99.18");
	node_open(&c);
	stopped_between(RECALL);
	stopped_between(REPLACE);
	order_alone(RECALL);
	order_alone(REPLACE);
	order_alone(AMEND);
	not_stopped(3);
	not_stopped(VT_L(ADDRESSEES_MAX) + 2);
	node_end(&c);
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
	WAIT_FOR(strcmp(last(NULL), "") != 0, "it is read");
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
	amended_twice(&b, 0, "peer");
	amended_twice(&a, 1, "tenant");
	asked_before(true);
	asked_before(false);
	never_had_it();
	refused_is_not_told();
	amended_not_given_back();
	orders();
	repeats();
	never_comes();
	too_many();
	said_of_the_other();
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
