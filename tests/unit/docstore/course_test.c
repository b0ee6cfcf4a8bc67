/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The course of a paper besides its main walk, on both engines: checks of a
 * draft, submissions taken back, opinions, deadlines, orders, freezing, and the
 * post in which somebody acts. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static void
setup(struct doer *d)
{
	tap_call(make_agency(d, "H99.07", "Sở Khoa học và Công nghệ"), &d->err,
	    "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series di");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series den");
}

static struct vt_step
check_step(enum vt_draft_check_kind kind, const vt_hash *main)
{
	struct vt_step st = { .kind = VT_STEP_CHECK };

	st.u.check.kind = kind;
	st.u.check.main = *main;
	st.u.check.note = "Đã đối chiếu";
	return st;
}

/* The checks of the paper, kinds as digits: "12". */
static const char *
checks_of(struct doer *d, const vt_id *id)
{
	static char text[32];
	struct vt_paper p;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, id, &p, &d->err) == VT_OK, "paper");
	text[0] = '\0';
	for (size_t i = 0; i < p.n_checks && i < sizeof(text) - 1; i++) {
		text[i] = (char)('0' + p.checks[i].kind);
		text[i + 1] = '\0';
	}
	vt_view_end(v);
	return text;
}

static void
checks(struct doer *d, struct world *w)
{
	struct vt_step st, bad;
	vt_hash first;
	vt_id id;

	(void)w;
	setup(d);
	tap_call(make_paper(d, VT_DIR_OUT, 30000, 1), &d->err, "draft");
	id = d->paper;
	first = d->main;
	tap_code(do_step(d, &id, check_step(VT_DRAFT_CONTENT, &first)),
	    VT_E_OUT_OF_ORDER, &d->err, "a draft nobody has submitted");
	tap_call(
	    do_step(d, &id, agree(VT_STEP_SUBMIT, &first)), &d->err, "submit");
	bad = check_step((enum vt_draft_check_kind)3, &first);
	tap_code(do_step(d, &id, bad), VT_E_INVALID, &d->err, "a third duty");
	tap_call(do_step(d, &id, check_step(VT_DRAFT_CONTENT, &first)), &d->err,
	    "content");
	tap_code(do_step(d, &id, check_step(VT_DRAFT_CONTENT, &first)),
	    VT_E_EXISTS, &d->err, "the same by the same");
	tap_call(do_step(d, &id, check_step(VT_DRAFT_FORM, &first)), &d->err,
	    "form");
	tap_eq_str(checks_of(d, &id), "12", "both are kept");
	tap_eq_int(
	    paper_row(d, &id)->state, VT_PAPER_SUBMITTED, "no other state");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &first)), &d->err,
	    "approve");
	/* appended bytes are the same content */
	tap_call(
	    append_step(d, VT_VERSION_FILLED, 500, 2, &st), &d->err, "fill");
	tap_call(do_step(d, &id, st), &d->err, "a version that appends");
	tap_eq_str(checks_of(d, &id), "12", "they stay");
	tap_code(do_step(d, &id, check_step(VT_DRAFT_FORM, &first)),
	    VT_E_CONFLICT, &d->err, "of the version that was");
	tap_call(do_step(d, &id, check_step(VT_DRAFT_FORM, &d->main)), &d->err,
	    "of this version, once more");
	tap_call(
	    append_step(d, VT_VERSION_EDITED, 10, 3, &st), &d->err, "edit");
	tap_call(do_step(d, &id, st), &d->err, "another content");
	tap_eq_str(checks_of(d, &id), "", "voids them, as it does an approval");
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit again");
	tap_call(do_step(d, &id, check_step(VT_DRAFT_CONTENT, &d->main)),
	    &d->err, "checked again");
	st = (struct vt_step){ .kind = VT_STEP_META };
	st.u.meta.meta = &(struct vt_meta){ .subject = "V/v khác" };
	tap_call(do_step(d, &id, st), &d->err, "another subject");
	tap_eq_str(checks_of(d, &id), "", "voids them, too");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 4), &d->err, "came");
	id = d->paper;
	tap_code(do_step(d, &id, check_step(VT_DRAFT_FORM, &d->main)),
	    VT_E_OUT_OF_ORDER, &d->err, "what came is no draft");
}

static void
withdrawals(struct doer *d, struct world *w)
{
	struct vt_step st;
	vt_hash first;
	vt_id id;

	(void)w;
	setup(d);
	tap_call(make_paper(d, VT_DIR_OUT, 30000, 1), &d->err, "draft");
	id = d->paper;
	first = d->main;
	st = (struct vt_step){ .kind = VT_STEP_WITHDRAW };
	st.u.withdraw.main = first;
	st.u.withdraw.note = "Sửa căn cứ";
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "nothing was submitted");
	tap_call(
	    do_step(d, &id, agree(VT_STEP_SUBMIT, &first)), &d->err, "submit");
	st.u.withdraw.main = (vt_hash){ { 1 } };
	tap_code(
	    do_step(d, &id, st), VT_E_CONFLICT, &d->err, "another version");
	st.u.withdraw.main = first;
	tap_call(do_step(d, &id, st), &d->err, "withdraw");
	tap_eq_int(paper_row(d, &id)->state, VT_PAPER_DRAFT, "a draft again");
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &first)), &d->err,
	    "submit again");
	tap_call(do_step(d, &id, sign_step(VT_SIGN_INITIALS, &first)), &d->err,
	    "initials");
	tap_call(do_step(d, &id, st), &d->err, "withdraw what has initials");
	{
		struct vt_step edit;

		tap_call(append_step(d, VT_VERSION_EDITED, 10, 2, &edit),
		    &d->err, "edit");
		tap_call(do_step(d, &id, edit), &d->err,
		    "the author may write on: it is his draft");
	}
	tap_eq_int(paper_row(d, &id)->initials, 0, "initials are gone");
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "approve");
	st.u.withdraw.main = d->main;
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "it is decided: too late");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 5), &d->err, "another");
	id = d->paper;
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_call(do_step(d, &id, number_step("di")), &d->err, "number");
	st.u.withdraw.main = d->main;
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "it has its number: too late");
	/* a reason that is bound to what was read */
	st = agree(VT_STEP_RETURN, &first);
	st.u.sendback.note = "Thiếu căn cứ";
	tap_code(do_step(d, &id, st), VT_E_CONFLICT, &d->err,
	    "return names the version that was read");
	st = agree(VT_STEP_RETURN, &d->main);
	tap_code(
	    do_step(d, &id, st), VT_E_INVALID, &d->err, "and needs a reason");
}

static struct vt_step
extend_step(enum vt_extend kind, const char *due, const char *note)
{
	struct vt_step st = { .kind = VT_STEP_EXTEND };

	st.u.extend.kind = kind;
	st.u.extend.due_on = due;
	st.u.extend.note = note;
	return st;
}

/* "due first asked times" of the paper. */
static const char *
deadline(struct doer *d, const vt_id *id)
{
	static char text[128];
	struct vt_paper p;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, id, &p, &d->err) == VT_OK, "paper");
	(void)snprintf(text, sizeof(text), "%s/%s/%s/%u", p.assigned_due,
	    p.due_first, p.extend_asked, p.extended);
	vt_view_end(v);
	return text;
}

static void
deadlines(struct doer *d, struct world *w)
{
	struct vt_step as = { .kind = VT_STEP_ASSIGN };
	struct vt_act_entry e[16];
	struct vt_view *v;
	size_t n = 0;
	vt_id id;

	(void)w;
	setup(d);
	tap_call(make_person(d, "Người Mẫu", &as.u.assign.person), &d->err,
	    "person");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 1), &d->err, "came");
	id = d->paper;
	tap_code(do_step(d, &id,
		     extend_step(VT_EXTEND_ORDER, "2026-04-01", "chờ ý kiến")),
	    VT_E_OUT_OF_ORDER, &d->err, "nobody has it yet");
	tap_call(do_step(d, &id, as), &d->err, "assigned, no deadline");
	tap_code(do_step(d, &id,
		     extend_step(VT_EXTEND_ORDER, "2026-04-01", "chờ ý kiến")),
	    VT_E_OUT_OF_ORDER, &d->err, "there is none to extend");
	as.u.assign.due_on = "2026-03-10";
	tap_call(do_step(d, &id, as), &d->err, "assigned until");
	tap_code(do_step(d, &id, extend_step(VT_EXTEND_ASK, "2026-03-12", "")),
	    VT_E_INVALID, &d->err, "without a reason");
	tap_code(do_step(d, &id, extend_step(VT_EXTEND_ASK, "", "bận")),
	    VT_E_INVALID, &d->err, "until when?");
	tap_code(
	    do_step(d, &id, extend_step(VT_EXTEND_ASK, "2026-03-10", "bận")),
	    VT_E_INVALID, &d->err, "not later");
	tap_code(do_step(d, &id, extend_step(VT_EXTEND_DECLINE, "", "không")),
	    VT_E_OUT_OF_ORDER, &d->err, "nobody asks");
	tap_call(
	    do_step(d, &id, extend_step(VT_EXTEND_ASK, "2026-03-12", "bận")),
	    &d->err, "ask");
	tap_eq_str(deadline(d, &id), "2026-03-10//2026-03-12/0",
	    "the deadline stands");
	tap_code(
	    do_step(d, &id, extend_step(VT_EXTEND_ASK, "2026-03-20", "bận")),
	    VT_E_EXISTS, &d->err, "a second ask");
	tap_call(do_step(d, &id, extend_step(VT_EXTEND_DECLINE, "", "gấp")),
	    &d->err, "declined");
	tap_eq_str(deadline(d, &id), "2026-03-10///0", "as it was");
	tap_call(
	    do_step(d, &id, extend_step(VT_EXTEND_ASK, "2026-03-12", "bận")),
	    &d->err, "ask again");
	tap_call(do_step(d, &id,
		     extend_step(VT_EXTEND_ORDER, "2026-03-15", "đồng ý")),
	    &d->err, "more than was asked");
	tap_eq_str(
	    deadline(d, &id), "2026-03-15/2026-03-10//1", "was due is kept");
	tap_call(do_step(d, &id,
		     extend_step(VT_EXTEND_ORDER, "2026-03-20", "đồng ý")),
	    &d->err, "once more");
	tap_eq_str(
	    deadline(d, &id), "2026-03-20/2026-03-10//2", "the first one is");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_act_list(v, &id, 0, e, 16, &n, &d->err), &d->err, "acts");
	tap_eq_int(n, 8, "eight acts");
	tap_eq_str(e[7].whom[0].was_due, "2026-03-15", "each is in its act");
	tap_eq_str(e[7].whom[0].due, "2026-03-20", "with the new one");
	tap_eq_int(e[7].whom[0].how, VT_EXTEND_ORDER, "and how");
	vt_view_end(v);
	as.u.assign.due_on = "2026-03-30";
	tap_call(do_step(d, &id, as), &d->err, "assigned anew");
	tap_eq_str(deadline(d, &id), "2026-03-30///0", "begins anew");
}

static void
opinions(struct doer *d, struct world *w)
{
	struct vt_step st = { .kind = VT_STEP_OPINION };
	struct vt_step fin = { .kind = VT_STEP_FINISH };
	vt_id id;

	(void)w;
	setup(d);
	tap_call(make_paper(d, VT_DIR_IN, 3000, 1), &d->err, "came");
	id = d->paper;
	tap_code(do_step(d, &id, st), VT_E_INVALID, &d->err, "without a word");
	st.u.opinion.note = "Phòng CNTT tham mưu, trả lời sớm";
	tap_call(do_step(d, &id, st), &d->err, "opinion");
	tap_eq_int(paper_row(d, &id)->state, VT_PAPER_ARRIVED, "no state");
	tap_ok(vt_id_is_zero(&paper_row(d, &id)->assigned_to), "nobody has it");
	tap_call(do_step(d, &id, fin), &d->err, "finish");
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "its handling is over");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 2), &d->err, "ours");
	id = d->paper;
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "ours is returned or approved instead");
}

static void
orders(struct doer *d, struct world *w)
{
	struct vt_step st = { .kind = VT_STEP_CANCEL };
	struct vt_step ask = { .kind = VT_STEP_TAKE_BACK };
	struct vt_step fwd = { .kind = VT_STEP_FORWARD };
	vt_id id;

	(void)w;
	setup(d);
	tap_call(make_paper(d, VT_DIR_IN, 3000, 1), &d->err, "came");
	id = d->paper;
	st.u.cancel.note = "gửi nhầm";
	tap_code(do_step(d, &id, st), VT_E_INVALID, &d->err, "by which order?");
	st.u.cancel.order = "Thông báo 12/TB-UBND ngày 02/03/2026";
	ask.u.take_back.note = "gửi nhầm";
	tap_call(do_step(d, &id, ask), &d->err, "its sender asks by status 13");
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "that is answered, not cancelled");
	ask = (struct vt_step){ .kind = VT_STEP_TAKE_BACK_ANSWER };
	ask.u.take_back_answer.note = "đang xử lý";
	tap_call(do_step(d, &id, ask), &d->err, "declined");
	tap_call(do_step(d, &id, st), &d->err, "an order by other ways");
	tap_eq_int(
	    paper_row(d, &id)->state, VT_PAPER_RECALLED, "recalled: one end");
	tap_ok(vt_id_is_zero(&paper_row(d, &id)->recalled_by),
	    "by no paper of ours");
	tap_eq_int(paper_row(d, &id)->arrival.value, 1, "its số đến stays");
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err, "once");
	fwd.u.forward.unit = "Phòng CNTT";
	tap_code(do_step(d, &id, fwd), VT_E_OUT_OF_ORDER, &d->err,
	    "it is not forwarded");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 2), &d->err, "ours");
	id = d->paper;
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "ours are recalled by a notice");
}

static void
frozen(struct doer *d, struct world *w)
{
	static const struct vt_recipient to[] = { { "H99.31", "Xã An Mẫu" },
		{ "", "Thôn Một" } };
	struct vt_step st = { .kind = VT_STEP_FREEZE }, code, print, more;
	vt_id id, delivery;

	(void)w;
	setup(d);
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 1), &d->err, "ours");
	id = d->paper;
	st.u.freeze.kind = VT_FREEZE_BEGIN;
	tap_code(do_step(d, &id, st), VT_E_INVALID, &d->err, "by which order?");
	st.u.freeze.order = "Công văn 9/UBND-VP";
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "a draft is not frozen");
	tap_call(walk_to_issue(d, 2), &d->err, "issued");
	tap_call(dispatch(d, to, 1), &d->err, "sent");
	delivery = delivery_id(d, &id, 0);
	tap_call(do_step(d, &id, st), &d->err, "freeze");
	tap_code(do_step(d, &id, st), VT_E_EXISTS, &d->err, "twice");
	code = (struct vt_step){ .kind = VT_STEP_CODE };
	code.u.code.code = "AAAA-1";
	tap_code(do_step(d, &id, code), VT_E_FROZEN, &d->err, "no code");
	print = (struct vt_step){ .kind = VT_STEP_PRINT };
	print.u.print.what = VT_PRINT_LIST;
	print.u.print.copies = 1;
	tap_code(do_step(d, &id, print), VT_E_FROZEN, &d->err, "no print");
	tap_call(append_step(d, VT_VERSION_AUGMENTED, 100, 9, &more), &d->err,
	    "augment");
	tap_code(do_step(d, &id, more), VT_E_FROZEN, &d->err, "no version");
	tap_code(dispatch(d, &to[1], 1), VT_E_FROZEN, &d->err, "not sent");
	tap_call(do_step(d, &id, status_step(&delivery, 1, 0, "đã đến")),
	    &d->err, "what comes back is heard");
	more = (struct vt_step){ .kind = VT_STEP_RESEND };
	more.u.resend.delivery = delivery;
	tap_code(do_step(d, &id, more), VT_E_FROZEN, &d->err, "not again");
	more = (struct vt_step){ .kind = VT_STEP_TAKE_BACK };
	more.u.take_back.note = "theo lệnh";
	tap_call(do_step(d, &id, more), &d->err, "it is asked back");
	st.u.freeze.kind = VT_FREEZE_END;
	tap_code(do_step(d, &id, st), VT_E_INVALID, &d->err, "why?");
	st.u.freeze.note = "lệnh đã được rút";
	tap_call(do_step(d, &id, st), &d->err, "release");
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err, "once");
	tap_call(do_step(d, &id, print), &d->err, "it goes on");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 3), &d->err, "came");
	id = d->paper;
	st.u.freeze.kind = VT_FREEZE_BEGIN;
	tap_code(do_step(d, &id, st), VT_E_OUT_OF_ORDER, &d->err,
	    "what came is cancelled instead");
}

/* An act of a person in a post. */
static int
do_in_post(struct doer *d, const vt_id *person, uint32_t post,
    const vt_id *paper, const struct vt_step *st)
{
	struct vt_act a = { .agency_no = d->agency,
		.person = *person,
		.post = post,
		.caller = { { 1 } },
		.paper = *paper,
		.steps = st,
		.n_steps = 1 };

	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

static void
posts(struct doer *d, struct world *w)
{
	struct vt_post two[] = { { "Trưởng phòng", "Phòng CNTT", VT_ROLE_LEADER,
				     0, VT_TIME_NONE, false },
		{ "Văn thư", "Văn phòng", VT_ROLE_CLERK, 0, VT_TIME_NONE,
		    false },
		{ "Phó giám đốc", "", VT_ROLE_LEADER, 0, VT_TIME_NONE, true } };
	struct vt_step st = { .kind = VT_STEP_PERSON }, op;
	struct vt_act_entry e[8];
	struct vt_view *v;
	vt_id person, id;
	size_t n = 0;

	setup(d);
	two[0].from = two[1].from = two[2].from = w->now;
	st.u.person = (struct vt_person){
		.name = "Người Mẫu", .active = true, .posts = two, .n_posts = 3
	};
	tap_call(do_step(d, NULL, st), &d->err, "three posts, one waits");
	person = d->r.person;
	w->now += VT_TIME_S(60);
	tap_call(make_paper(d, VT_DIR_IN, 3000, 1), &d->err, "came");
	id = d->paper;
	op = (struct vt_step){ .kind = VT_STEP_OPINION };
	op.u.opinion.note = "Đã xem";
	tap_code(do_in_post(d, &person, 4, &id, &op), VT_E_POST, &d->err,
	    "a post he never had");
	tap_code(do_in_post(d, &person, 3, &id, &op), VT_E_POST, &d->err,
	    "a post that waits");
	tap_call(do_in_post(d, &person, 2, &id, &op), &d->err, "as clerk");
	tap_call(do_in_post(d, &person, 0, &id, &op), &d->err, "not said");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_act_list(v, &id, 0, e, 8, &n, &d->err), &d->err, "acts");
	tap_eq_int(n, 3, "three acts");
	tap_eq_int(e[1].post, 2, "the act keeps the post");
	tap_eq_int(e[2].post, 0, "or none");
	vt_view_end(v);
	two[1].until = w->now + VT_TIME_S(1);
	st.u.person.id = person;
	tap_call(do_step(d, NULL, st), &d->err, "that post ends");
	w->now += VT_TIME_S(60);
	tap_code(do_in_post(d, &person, 2, &id, &op), VT_E_POST, &d->err,
	    "it is over");
}

int
main(void)
{
	(void)on_both(checks, "checks of a draft");
	(void)on_both(withdrawals, "withdrawals");
	(void)on_both(deadlines, "deadlines");
	(void)on_both(opinions, "opinions");
	(void)on_both(orders, "orders of an issuer");
	(void)on_both(frozen, "frozen");
	(void)on_both(posts, "posts");
	return tap_done();
}
