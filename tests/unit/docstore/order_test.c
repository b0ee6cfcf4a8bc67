/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every act in every state of a paper: allowed, or refused with the code that
 * stands here. The table is written from Decree 30/2020 (Articles 10 to 12 and
 * 17 to 24, Appendix VI) and vietnam.md §18, not from the code: a state or act
 * without its row or column fails.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

/* A paper's states in the order of the columns below. */
static const struct {
	const char *name;
	enum vt_paper_state state;
} states[] = {
	{ "draft", VT_PAPER_DRAFT },
	{ "submitted", VT_PAPER_SUBMITTED },
	{ "returned", VT_PAPER_RETURNED },
	{ "approved", VT_PAPER_APPROVED },
	{ "signed", VT_PAPER_SIGNED },
	{ "sealed", VT_PAPER_SEALED },
	{ "issued", VT_PAPER_ISSUED },
	{ "sent", VT_PAPER_DISPATCHED },
	{ "recalled, ours", VT_PAPER_RECALLED },
	{ "waiting", VT_PAPER_WAITING },
	{ "arrived", VT_PAPER_ARRIVED },
	{ "assigned", VT_PAPER_ASSIGNED },
	{ "processing", VT_PAPER_PROCESSING },
	{ "finished", VT_PAPER_FINISHED },
	{ "refused", VT_PAPER_REFUSED },
	{ "taken back", VT_PAPER_TAKEN_BACK },
	{ "recalled, theirs", VT_PAPER_RECALLED },
};
#define N_STATES (sizeof(states) / sizeof(states[0]))

/*
 * A letter a state, in that order: + allowed; o VT_E_OUT_OF_ORDER;
 * n VT_E_NOT_APPROVED; l VT_E_NOT_SIGNED_BY_LEADER; a VT_E_ALREADY_NUMBERED.
 */
static const struct want {
	const char *act;
	enum vt_step_kind kind;
	const char *want;
} wants[] = {
	/* ours: dsraSIpDR  theirs: wAapfrtR */
	{ "submit", VT_STEP_SUBMIT,
	    "+++oooooo"
	    "oooooooo" },
	{ "withdraw", VT_STEP_WITHDRAW,
	    "o+ooooooo"
	    "oooooooo" },
	{ "check", VT_STEP_CHECK,
	    "o+o+ooooo"
	    "oooooooo" },
	{ "approve", VT_STEP_APPROVE,
	    "o+o+ooooo"
	    "oooooooo" },
	{ "return", VT_STEP_RETURN,
	    "o+o+ooooo"
	    "oooooooo" },
	{ "number", VT_STEP_NUMBER,
	    "o+o+aaaaa"
	    "oooooooo" },
	{ "sign", VT_STEP_SIGN,
	    "ono+ooooo"
	    "oooooooo" },
	{ "seal", VT_STEP_SEAL,
	    "llll+oooo"
	    "oooooooo" },
	{ "issue", VT_STEP_ISSUE,
	    "oooo++ooo"
	    "oooooooo" },
	{ "dispatch", VT_STEP_DISPATCH,
	    "oooooo++o"
	    "oooooooo" },
	{ "recall", VT_STEP_RECALL,
	    "oooooo++o"
	    "+++++ooo" },
	{ "replace", VT_STEP_REPLACE,
	    "oooooo+++"
	    "+++++oo+" },
	{ "freeze", VT_STEP_FREEZE,
	    "oooooo+++"
	    "oooooooo" },
	{ "accept", VT_STEP_ACCEPT,
	    "ooooooooo"
	    "+ooooooo" },
	{ "refuse", VT_STEP_REFUSE,
	    "ooooooooo"
	    "+ooooooo" },
	{ "assign", VT_STEP_ASSIGN,
	    "ooooooooo"
	    "o+++oooo" },
	{ "forward", VT_STEP_FORWARD,
	    "++++++++o"
	    "o++++ooo" },
	{ "opinion", VT_STEP_OPINION,
	    "ooooooooo"
	    "o+++oooo" },
	{ "extend", VT_STEP_EXTEND,
	    "ooooooooo"
	    "oo++oooo" },
	{ "process", VT_STEP_PROCESS,
	    "ooooooooo"
	    "o++ooooo" },
	{ "finish", VT_STEP_FINISH,
	    "ooooooooo"
	    "o+++oooo" },
	{ "opened", VT_STEP_OPENED,
	    "ooooooooo"
	    "++++++++" },
	{ "cancel", VT_STEP_CANCEL,
	    "ooooooooo"
	    "+++++ooo" },
	{ "metadata", VT_STEP_META,
	    "++++++ooo"
	    "++++++++" },
	{ "isolate", VT_STEP_ISOLATE,
	    "+++++++++"
	    "++++++++" },
	{ "clear", VT_STEP_CLEAR,
	    "ooooooooo"
	    "oooooooo" },
};
#define N_WANTS (sizeof(wants) / sizeof(wants[0]))

static int
code_of(char c)
{
	switch (c) {
	case '+':
		return VT_OK;
	case 'n':
		return VT_E_NOT_APPROVED;
	case 'l':
		return VT_E_NOT_SIGNED_BY_LEADER;
	case 'a':
		return VT_E_ALREADY_NUMBERED;
	default:
		return VT_E_OUT_OF_ORDER;
	}
}

/* ---- the world of the table ---- */

struct stage {
	vt_id person;
	vt_id notice, incoming; /* papers that order something */
};

static const struct vt_recipient to[] = { { "", "Thôn Một" },
	{ "", "Thôn Hai" } };

static void
setup(struct doer *d, struct stage *g)
{
	tap_need(make_agency(d, "H99.07", "Sở Một") == VT_OK, "agency");
	tap_need(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "series");
	tap_need(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "series");
	tap_need(make_person(d, "Người Mẫu", &g->person) == VT_OK, "person");
	tap_need(make_paper(d, VT_DIR_OUT, 900, 1) == VT_OK, "notice");
	g->notice = d->paper;
	tap_need(walk_to_issue(d, 2) == VT_OK, "issued");
	tap_need(make_paper(d, VT_DIR_IN, 900, 5) == VT_OK, "their notice");
	g->incoming = d->paper;
}

/* A step as small as it can be, on the paper in hand. */
static struct vt_step
step_of(struct doer *d, const struct stage *g, enum vt_step_kind kind, bool in)
{
	static struct vt_meta meta = { .subject = "V/v khác" };
	struct vt_step st = { .kind = kind };

	switch (kind) {
	case VT_STEP_SUBMIT:
	case VT_STEP_APPROVE:
	case VT_STEP_RETURN:
		st.u.sendback.main = d->main;
		st.u.sendback.note = "lý do";
		break;
	case VT_STEP_WITHDRAW:
		st.u.withdraw.main = d->main;
		break;
	case VT_STEP_CHECK:
		st.u.check.kind = VT_DRAFT_FORM;
		st.u.check.main = d->main;
		break;
	case VT_STEP_NUMBER:
		return number_step("di");
	case VT_STEP_SIGN:
		return sign_step(VT_SIGN_COMPETENT, &d->main);
	case VT_STEP_SEAL:
		return seal_step(&d->main);
	case VT_STEP_DISPATCH:
		st.u.dispatch.to = &to[1];
		st.u.dispatch.n_to = 1;
		break;
	case VT_STEP_RECALL:
		st.u.recall.notice = in ? g->incoming : g->notice;
		break;
	case VT_STEP_REPLACE:
		st.u.replace.by = in ? g->incoming : g->notice;
		break;
	case VT_STEP_FREEZE:
		st.u.freeze.kind = VT_FREEZE_BEGIN;
		st.u.freeze.order = "lệnh";
		break;
	case VT_STEP_ACCEPT:
		st.u.accept.series = "den";
		break;
	case VT_STEP_REFUSE:
		st.u.refuse.note = "lý do";
		break;
	case VT_STEP_ASSIGN:
		st.u.assign.person = g->person;
		st.u.assign.due_on = "2026-03-10";
		break;
	case VT_STEP_FORWARD:
		st.u.forward.person = g->person;
		break;
	case VT_STEP_OPINION:
		st.u.opinion.note = "ý kiến";
		break;
	case VT_STEP_EXTEND:
		st.u.extend.kind = VT_EXTEND_ORDER;
		st.u.extend.due_on = "2026-04-01";
		st.u.extend.note = "lý do";
		break;
	case VT_STEP_CANCEL:
		st.u.cancel.order = "lệnh";
		break;
	case VT_STEP_META:
		st.u.meta.meta = &meta;
		break;
	case VT_STEP_ISOLATE:
	case VT_STEP_CLEAR:
		st.u.isolate.note = "lý do";
		break;
	default:
		break;
	}
	return st;
}

/* One step of the way to a state. */
static void
go(struct doer *d, const struct stage *g, enum vt_step_kind kind, bool in)
{
	vt_id id = d->paper;

	tap_need(do_step(d, &id, step_of(d, g, kind, in)) == VT_OK,
	    "on the way: %s: %s", vt_step_kind_name(kind), d->err.msg);
}

/* Ours, as far as a state. */
static void
ours(struct doer *d, const struct stage *g, size_t state)
{
	static const enum vt_step_kind way[] = { VT_STEP_SUBMIT,
		VT_STEP_APPROVE, VT_STEP_NUMBER, VT_STEP_SIGN, VT_STEP_SEAL,
		VT_STEP_ISSUE, VT_STEP_DISPATCH, VT_STEP_RECALL };
	/* how much of the way: draft, submitted, -, approved, signed, … */
	static const size_t far[] = { 0, 1, 1, 2, 4, 5, 6, 7, 8 };
	vt_id id;

	tap_need(make_paper(d, VT_DIR_OUT, 900, 20) == VT_OK, "draft");
	id = d->paper;
	for (size_t i = 0; i < far[state]; i++) {
		struct vt_step st = step_of(d, g, way[i], false);

		if (way[i] == VT_STEP_DISPATCH)
			st.u.dispatch.to = &to[0];
		tap_need(do_step(d, &id, st) == VT_OK, "on the way: %s: %s",
		    vt_step_kind_name(way[i]), d->err.msg);
	}
	if (state == 2)
		go(d, g, VT_STEP_RETURN, false);
}

static void
theirs(struct doer *d, const struct stage *g, enum vt_paper_state state)
{
	static struct vt_meta meta = { .subject = "V/v đến" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	uint8_t *bytes = make_bytes(900, 30);
	struct vt_file f;

	tap_need(
	    make_file(d, VT_SPAN(bytes, 900), "den.pdf", &f) == VT_OK, "file");
	free(bytes);
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &meta;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	tap_need(do_step(d, NULL, st) == VT_OK, "it waits");
	if (state == VT_PAPER_WAITING)
		return;
	if (state == VT_PAPER_REFUSED) {
		go(d, g, VT_STEP_REFUSE, true);
		return;
	}
	go(d, g, VT_STEP_ACCEPT, true);
	if (state == VT_PAPER_RECALLED) {
		go(d, g, VT_STEP_RECALL, true);
	} else if (state == VT_PAPER_TAKEN_BACK) {
		vt_id id = d->paper;

		st = (struct vt_step){ .kind = VT_STEP_TAKE_BACK };
		st.u.take_back.note = "gửi nhầm";
		tap_need(do_step(d, &id, st) == VT_OK, "asked for");
		st = (struct vt_step){ .kind = VT_STEP_TAKE_BACK_ANSWER };
		st.u.take_back_answer.agree = true;
		tap_need(do_step(d, &id, st) == VT_OK, "given back");
	} else if (state != VT_PAPER_ARRIVED) {
		go(d, g, VT_STEP_ASSIGN, true);
		if (state != VT_PAPER_ASSIGNED)
			go(d, g, VT_STEP_PROCESS, true);
		if (state == VT_PAPER_FINISHED)
			go(d, g, VT_STEP_FINISH, true);
	}
}

/* ---- the table ---- */

static void
every_pair(struct doer *d, struct world *w)
{
	struct stage g;

	(void)w;
	setup(d, &g);
	for (size_t s = 0; s < N_STATES; s++)
		for (size_t k = 0; k < N_WANTS; k++) {
			bool in = s >= 9;
			vt_id id;

			if (in)
				theirs(d, &g, states[s].state);
			else
				ours(d, &g, s);
			id = d->paper;
			tap_eq_int(paper_row(d, &id)->state, states[s].state,
			    "a paper that is %s", states[s].name);
			tap_code(
			    do_step(d, &id, step_of(d, &g, wants[k].kind, in)),
			    code_of(wants[k].want[s]), &d->err, "%s: %s",
			    states[s].name, wants[k].act);
		}
}

int
main(void)
{
	bool seen[VT_PAPER_STATE_MAX + 1] = { false };

	for (size_t k = 0; k < N_WANTS; k++)
		tap_eq_int(strlen(wants[k].want), N_STATES,
		    "%s has a letter a state", wants[k].act);
	for (size_t s = 0; s < N_STATES; s++)
		seen[states[s].state] = true;
	for (size_t s = VT_PAPER_DRAFT; s <= VT_PAPER_STATE_MAX; s++)
		tap_ok(seen[s], "the state %zu has its column", s);
	(void)on_both(every_pair, "every act in every state");
	return tap_done();
}
