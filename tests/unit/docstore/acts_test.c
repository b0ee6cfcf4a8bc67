/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The acts of the walk, their order, and everything they must refuse. */
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
	tap_call(make_series(d, "ngoai", VT_RESET_NEVER, VT_SERIES_EXTERNAL),
	    &d->err, "series of another system");
}

static struct vt_paper
paper_of(struct doer *d, struct vt_view **v, const vt_id *id)
{
	struct vt_paper p = { .seq = 0 };

	tap_call(vt_view_begin(d->s, v, &d->err), &d->err, "view");
	tap_call(vt_paper_get(*v, id, &p, &d->err), &d->err, "paper");
	return p;
}

static void
agreeing(struct doer *d)
{
	struct vt_step st;
	struct vt_view *v;
	struct vt_paper p;
	vt_hash first;
	vt_id id;

	tap_call(make_paper(d, VT_DIR_OUT, 100000, 1), &d->err, "register");
	id = d->paper;
	first = d->main;
	tap_code(do_step(d, &id, agree(VT_STEP_APPROVE, &first)),
	    VT_E_OUT_OF_ORDER, &d->err, "approve before submit");
	tap_code(do_step(d, &id, number_step("di")), VT_E_OUT_OF_ORDER, &d->err,
	    "number before submit");
	tap_call(
	    do_step(d, &id, agree(VT_STEP_SUBMIT, &first)), &d->err, "submit");
	tap_call(append_step(d, VT_VERSION_LAID, 5000, 2, &st), &d->err,
	    "lay fields");
	tap_call(do_step(d, &id, st), &d->err, "version 2");
	tap_code(do_step(d, &id, agree(VT_STEP_APPROVE, &first)), VT_E_CONFLICT,
	    &d->err, "approve the version that was");
	tap_ok(vt_hash_eq(&d->r.current, &d->main),
	    "the conflict says what is current");
	tap_code(do_step(d, &id, sign_step(VT_SIGN_COMPETENT, &d->main)),
	    VT_E_NOT_APPROVED, &d->err, "sign before approval");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "approve");
	p = paper_of(d, &v, &id);
	tap_eq_int(p.state, VT_PAPER_APPROVED, "approved");
	tap_ok(vt_hash_eq(&p.approved_hash, &d->main), "bound to the hash");
	vt_view_end(v);
	tap_call(
	    append_step(d, VT_VERSION_EDITED, 10, 3, &st), &d->err, "edit");
	tap_call(do_step(d, &id, st), &d->err, "version 3");
	p = paper_of(d, &v, &id);
	tap_eq_int(p.state, VT_PAPER_DRAFT, "another file: a draft again");
	tap_ok(vt_hash_is_zero(&p.approved_hash), "nothing is approved");
	vt_view_end(v);
	tap_code(do_step(d, &id, sign_step(VT_SIGN_COMPETENT, &d->main)),
	    VT_E_OUT_OF_ORDER, &d->err, "nor may be signed");
	tap_code(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)),
	    VT_E_OUT_OF_ORDER, &d->err, "nor approved");
	tap_ok(strstr(d->err.msg, "submit the paper again") != NULL,
	    "the refusal says what is missing");
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit again");
	tap_call(append_step(d, VT_VERSION_LAID, 500, 4, &st), &d->err, "lay");
	tap_call(do_step(d, &id, st), &d->err, "version 4");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "laying fields alone leaves it submitted");
	st = agree(VT_STEP_RETURN, &d->main);
	st.u.sendback.note = "Thiếu căn cứ pháp lý";
	tap_call(do_step(d, &id, st), &d->err, "return with a reason");
	p = paper_of(d, &v, &id);
	tap_eq_int(p.state, VT_PAPER_RETURNED, "returned");
	vt_view_end(v);
}

static void
numbers(struct doer *d, struct world *w)
{
	struct vt_step st;
	vt_id id, other;

	tap_call(make_paper(d, VT_DIR_OUT, 1000, 10), &d->err, "paper");
	id = d->paper;
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_code(do_step(d, &id, number_step("khong-co")), VT_E_NOT_FOUND,
	    &d->err, "a series that is not there");
	tap_call(do_step(d, &id, number_step("di")), &d->err, "number");
	tap_eq_int(d->r.number, 1, "one");
	tap_eq_int(d->r.number_period, 2026, "of 2026");
	tap_eq_str(d->r.number_text, "01/SKHCN-VP", "as Decree 30 writes it");
	tap_code(do_step(d, &id, number_step("di")), VT_E_ALREADY_NUMBERED,
	    &d->err, "a second number");
	tap_eq_str(d->r.number_text, "01/SKHCN-VP", "tells the first");
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 11), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	/* 2026-12-31 23:59:59 and 2027-01-01 00:00:00 in Vietnam */
	w->now = VT_TIME_S(1798736399);
	tap_call(do_step(d, &other, number_step("di")), &d->err, "old year");
	tap_eq_int(d->r.number, 2, "two");
	tap_eq_int(d->r.number_period, 2026, "of 2026");
	w->now += VT_TIME_S(1);
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 12), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_call(do_step(d, &other, number_step("di")), &d->err, "new year");
	tap_eq_int(d->r.number, 1, "one again");
	tap_eq_int(d->r.number_period, 2027, "of 2027");
	/* the clock goes back */
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 13), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	w->now -= VT_TIME_S(3601);
	tap_code(do_step(d, &other, number_step("di")), VT_E_STORE_CLOCK,
	    &d->err, "an hour and a second back: no number");
	w->now += VT_TIME_S(2);
	tap_call(do_step(d, &other, number_step("di")), &d->err,
	    "less than an hour: the time of the last act holds");
	tap_eq_int(d->r.number_period, 2027, "still 2027");
	tap_eq_int(d->r.number, 2, "two");
	w->now += VT_TIME_S(3600);
	/* a book that another system owns */
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 14), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_code(do_step(d, &other, number_step("ngoai")), VT_E_INVALID,
	    &d->err, "it must bring its number");
	st = number_step("ngoai");
	st.u.number.value = VT_L(NUMBER_MAX) + 1;
	tap_code(do_step(d, &other, st), VT_E_INVALID, &d->err,
	    "nor a number that no packet has room for");
	st.u.number.value = 311;
	tap_call(do_step(d, &other, st), &d->err, "311");
	tap_eq_int(d->r.number, 311, "taken over");
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 15), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_code(do_step(d, &other, st), VT_E_EXISTS, &d->err,
	    "the same number twice");
	st.u.number.value = VT_L(NUMBER_MAX);
	tap_call(do_step(d, &other, st), &d->err, "the highest number");
	tap_eq_int(d->r.number, VT_L(NUMBER_MAX), "is given");
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 16), &d->err, "paper");
	other = d->paper;
	tap_call(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	st = number_step("di");
	st.u.number.value = 9;
	tap_code(do_step(d, &other, st), VT_E_INVALID, &d->err,
	    "our own book takes no number from outside");
}

/* As if that many papers had been numbered in a book of ours. */
static void
numbered_up_to(struct doer *d, const char *series, uint64_t value)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(65536);
	struct vt_series s;
	struct vt_txn *t;
	struct vt_key k;
	VT_BUF_AUTO(row);
	uint32_t no = 0;

	vt_pair_encode(1, 1, &row);
	tap_need(a != NULL && d->s->engine->ops->begin(d->s->engine,
				  VT_SPACE_RECORDS, true, &t, &d->err) == VT_OK,
	    "transaction");
	tap_need(
	    vt_row_series(t, d->agency, series, a, &no, &s, &d->err) == VT_OK,
	    "series");
	k = vt_key_number(d->agency, no, 2026, value);
	tap_need(vt_tx_put(t, VT_T_NUMBER, &k, vt_buf_view(&row), &d->err) ==
			 VT_OK &&
		     t->ops->commit(t, &d->err) == VT_OK,
	    "row");
}

/* A book ends with the last number that packets have room for. */
static void
full_book(struct world *w)
{
	struct doer d = { .s = model_new(&w->ctx), .r = VT_ACT_RESULT_INIT };

	w->now = VT_TIME_S(1772413965); /* 2026 */
	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	numbered_up_to(&d, "di", VT_L(NUMBER_MAX) - 1);
	for (uint64_t i = 0; i < 2; i++) {
		tap_call(
		    make_paper(&d, VT_DIR_OUT, 1000, 90 + i), &d.err, "paper");
		tap_call(do_step(&d, &d.paper, agree(VT_STEP_SUBMIT, &d.main)),
		    &d.err, "submit");
		if (i == 0) {
			tap_call(do_step(&d, &d.paper, number_step("di")),
			    &d.err, "the last number");
			tap_eq_int(d.r.number, VT_L(NUMBER_MAX), "is given");
		}
	}
	tap_code(do_step(&d, &d.paper, number_step("di")), VT_E_LIMIT, &d.err,
	    "no number is left");
	/* 2027-01-01 00:00:00 in Vietnam */
	w->now = VT_TIME_S(1798736400);
	tap_call(do_step(&d, &d.paper, number_step("di")), &d.err,
	    "before the next year");
	tap_eq_int(d.r.number, 1, "begins anew");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
}

static void
signing(struct doer *d)
{
	struct vt_step st[3], bad;
	struct vt_view *v;
	struct vt_paper p;
	vt_hash approved;
	vt_id id;

	tap_call(make_paper(d, VT_DIR_OUT, 70000, 20), &d->err, "paper");
	id = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	tap_call(do_steps(d, &id, st, 1, NULL), &d->err, "submit");
	tap_call(append_step(d, VT_VERSION_INITIALLED, 9000, 21, &st[0]),
	    &d->err, "initials");
	st[1] = sign_step(VT_SIGN_INITIALS, &st[0].u.version.file.hash);
	tap_call(do_steps(d, &id, st, 2, NULL), &d->err,
	    "version and initials in one act");
	tap_call(
	    append_step(d, VT_VERSION_EDITED, 5, 22, &bad), &d->err, "edit");
	tap_code(do_step(d, &id, bad), VT_E_OUT_OF_ORDER, &d->err,
	    "initialled content is only appended to");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "approve");
	approved = d->main;
	tap_code(do_step(d, &id, seal_step(&d->main)),
	    VT_E_NOT_SIGNED_BY_LEADER, &d->err, "seal before the leader");
	tap_code(do_step(d, &id, (struct vt_step){ .kind = VT_STEP_ISSUE }),
	    VT_E_OUT_OF_ORDER, &d->err, "issue before the leader");
	/* Order B: signed first, number filled after. */
	tap_call(append_step(d, VT_VERSION_SIGNED, 9000, 23, &st[0]), &d->err,
	    "sign");
	st[1] = sign_step(VT_SIGN_COMPETENT, &approved);
	tap_code(do_steps(d, &id, st, 2, NULL), VT_E_CONFLICT, &d->err,
	    "a signature over another version than the act's");
	tap_call(append_step(d, VT_VERSION_SIGNED, 9000, 23, &st[0]), &d->err,
	    "sign");
	st[1] = sign_step(VT_SIGN_COMPETENT, &st[0].u.version.file.hash);
	tap_call(do_steps(d, &id, st, 2, NULL), &d->err, "signed");
	p = paper_of(d, &v, &id);
	tap_ok(vt_hash_eq(&p.approved_hash, &approved),
	    "appending leaves the approval");
	tap_eq_int(p.initials, 1, "one set of initials");
	tap_eq_int(p.state, VT_PAPER_SIGNED, "signed");
	vt_view_end(v);
	tap_code(do_step(d, &id, sign_step(VT_SIGN_COMPETENT, &d->main)),
	    VT_E_OUT_OF_ORDER, &d->err, "signed twice");
	tap_code(do_step(d, &id, (struct vt_step){ .kind = VT_STEP_ISSUE }),
	    VT_E_OUT_OF_ORDER, &d->err, "issue without a number");
	tap_call(append_step(d, VT_VERSION_FILLED, 400, 24, &st[1]), &d->err,
	    "fill");
	st[0] = number_step("di");
	tap_call(do_steps(d, &id, st, 2, NULL), &d->err,
	    "number and filled version in one act");
	/* bytes that do not begin with the version before */
	bad = st[1];
	bad.u.version.reason = VT_VERSION_SEALED;
	bad.u.version.expect = d->main;
	tap_call(make_file(d, VT_SPAN_LIT("something else"), "x",
		     &bad.u.version.file),
	    &d->err, "file");
	tap_code(do_step(d, &id, bad), VT_E_INVALID, &d->err,
	    "not an appended version");
	tap_call(append_step(d, VT_VERSION_SEALED, 9000, 25, &st[0]), &d->err,
	    "seal");
	st[1] = seal_step(&st[0].u.version.file.hash);
	st[2] = (struct vt_step){ .kind = VT_STEP_ISSUE };
	tap_call(do_steps(d, &id, st, 3, NULL), &d->err, "seal and issue");
	tap_code(do_step(d, &id,
		     (struct vt_step){ .kind = VT_STEP_META,
			 .u.meta.meta = &(struct vt_meta){ .subject = "x" } }),
	    VT_E_OUT_OF_ORDER, &d->err, "metadata after issue");
}

/* A copy (Decree 30/2020, Article 25) is approved, numbered and sealed; no
 * person signs it. */
static void
copying(struct doer *d)
{
	struct vt_meta sy = { .subject = "Bản sao", .type_code = "SY" };
	struct vt_meta qd = { .subject = "Bản sao", .type_code = "QĐ" };
	struct vt_step as = { .kind = VT_STEP_META, .u.meta.meta = &sy };
	struct vt_step st[2];
	struct vt_view *v;
	struct vt_paper p;
	vt_id id;

	tap_call(make_series(d, "sao", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "a book of copies");
	tap_call(make_paper(d, VT_DIR_OUT, 70000, 26), &d->err, "paper");
	id = d->paper;
	tap_call(do_step(d, &id, as), &d->err, "a draft becomes a copy");
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_code(do_step(d, &id, seal_step(&d->main)), VT_E_OUT_OF_ORDER,
	    &d->err, "sealed before its making is approved");
	as.u.meta.meta = &qd;
	tap_code(do_step(d, &id, as), VT_E_OUT_OF_ORDER, &d->err,
	    "once submitted it stays a copy");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "approve");
	p = paper_of(d, &v, &id);
	tap_ok(vt_paper_is_ready(&p), "ready for number and seal");
	tap_eq_str(vt_copy_form(&p.meta), "Sao y", "its form");
	vt_view_end(v);
	tap_call(do_step(d, &id, number_step("sao")), &d->err, "number");
	tap_eq_int(d->r.number, 1, "the first of its own book");
	tap_call(append_step(d, VT_VERSION_SEALED, 9000, 27, &st[0]), &d->err,
	    "seal");
	st[1] = seal_step(&st[0].u.version.file.hash);
	tap_call(do_steps(d, &id, st, 2, NULL), &d->err,
	    "sealed without a person's signature");
	tap_call(do_step(d, &id, (struct vt_step){ .kind = VT_STEP_ISSUE }),
	    &d->err, "issue");
	/* and nothing else becomes one on the way */
	tap_call(make_paper(d, VT_DIR_OUT, 70000, 28), &d->err, "paper");
	id = d->paper;
	tap_call(do_step(d, &id, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submit");
	tap_call(do_step(d, &id, agree(VT_STEP_APPROVE, &d->main)), &d->err,
	    "approve");
	as.u.meta.meta = &sy;
	tap_code(do_step(d, &id, as), VT_E_OUT_OF_ORDER, &d->err,
	    "what was approved as a paper becomes no copy");
	tap_code(do_step(d, &id, seal_step(&d->main)),
	    VT_E_NOT_SIGNED_BY_LEADER, &d->err, "and is not sealed unsigned");
	sy.type_code = "sy";
	qd.type_code = "TrS";
	tap_ok(vt_copy_form(&sy) == NULL &&
		   strcmp(vt_copy_form(&qd), "Trích sao") == 0,
	    "the codes are those of Appendix III, as they are written");
}

/* H99.31.OLD is a code that the agency of H99.31 has had. */
static void
nobody_twice(struct doer *d, const vt_id *id)
{
	static const struct vt_recipient twice[] = { { "H99.40", "Sở" },
		{ "H99.31", "UBND xã An Mẫu" }, { "H99.40", "Sở, lần nữa" } };
	static const struct vt_recipient print[] = { { "", "Ông Mẫu" },
		{ "", "Ông Mẫu" } };
	static const struct vt_recipient codes[] = {
		{ "H99.31", "UBND xã An Mẫu" }, { "H99.31.OLD", "tên cũ" }
	};
	vt_id p = d->paper;

	d->paper = *id;
	tap_code(dispatch(d, twice, 3), VT_E_INVALID, &d->err,
	    "one code twice in a dispatch");
	tap_code(dispatch(d, print, 2), VT_E_INVALID, &d->err,
	    "one name twice in a dispatch");
	tap_code(dispatch(d, codes, 2), VT_E_INVALID, &d->err,
	    "an agency under two of its codes in a dispatch");
	tap_code(dispatch(d, codes, 1), VT_E_EXISTS, &d->err,
	    "sent to the same agency again");
	tap_ok(strstr(d->err.msg, "H99.31") != NULL, "the refusal names it");
	tap_code(dispatch(d, codes + 1, 1), VT_E_EXISTS, &d->err,
	    "sent to it again under its former code");
	d->paper = p;
}

static void
exchange(struct doer *d)
{
	static const struct vt_recipient to[] = {
		{ "H99.31", "UBND xã An Mẫu" }, { "", "Ông Nguyễn Văn Mẫu" }
	};
	struct doer r = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct vt_step st = { .kind = VT_STEP_RECEIVE };
	struct vt_step name = { .kind = VT_STEP_AGENCY_NAME,
		.u.agency_name.name = { .name = "UBND xã An Mẫu",
		    .short_name = "UBND",
		    .place = "An Mẫu" } };
	struct vt_delivery del[4];
	struct vt_err err;
	struct vt_work w;
	struct vt_view *v;
	struct vt_paper p, out;
	VT_BUF_AUTO(first);
	size_t n = 0;
	vt_id id;

	tap_call(make_agency(&r, "H99.31", "UBND xã An Mẫu"), &r.err,
	    "second agency");
	tap_call(make_series(&r, "den", VT_RESET_YEAR, VT_SERIES_OURS), &r.err,
	    "its series");
	name.u.agency_name.name.code = "H99.31.OLD";
	tap_call(do_step(&r, NULL, name), &r.err, "another code");
	name.u.agency_name.name.code = "H99.31";
	tap_call(do_step(&r, NULL, name), &r.err, "and its own again");
	tap_call(make_paper(d, VT_DIR_OUT, 50000, 30), &d->err, "paper");
	id = d->paper;
	tap_code(dispatch(d, to, 2), VT_E_OUT_OF_ORDER, &d->err,
	    "sent before issue");
	tap_call(walk_to_issue(d, 31), &d->err, "walk");
	tap_call(dispatch(d, to, 2), &d->err, "send");
	nobody_twice(d, &id);
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_delivery_list(v, &id, del, 4, &n, &err), &err, "list");
	tap_eq_int(n, 2, "one delivery an addressee");
	tap_eq_int(del[0].state, VT_DELIVERY_WAITING, "waiting");
	tap_eq_int(del[1].state, VT_DELIVERY_PRINT, "to be printed");
	st.u.receive.delivery = del[0].id;
	vt_view_end(v);
	st.u.receive.series = "den";
	tap_call(vt_work_claim(d->s, 1U << VT_WORK_DELIVERY, &(vt_id){ { 5 } },
		     VT_TIME_S(60), &w, &err),
	    &err, "claim");
	tap_ok(vt_id_eq(&w.subject, &st.u.receive.delivery),
	    "the work names the delivery");
	vt_work_free(&w);
	tap_code(vt_work_claim(d->s, 1U << VT_WORK_DELIVERY, &(vt_id){ { 6 } },
		     VT_TIME_S(60), &w, &err),
	    VT_E_NOT_FOUND, &err, "nobody else may");
	tap_code(do_step(d, NULL, st), VT_E_FORBIDDEN, &d->err,
	    "the sender is not the addressee");
	tap_call(do_step(&r, NULL, st), &r.err, "receive");
	tap_eq_int(r.r.arrival, 1, "số đến 1");
	vt_buf_span(&first, vt_buf_view(&r.r.receipt));
	tap_call(do_steps(&r, NULL, &st, 1, "another-key"), &r.err,
	    "received again under another key");
	tap_ok(r.r.repeated &&
		   vt_span_eq(vt_buf_view(&first), vt_buf_view(&r.r.receipt)),
	    "the same receipt for ever");
	out = paper_of(d, &v, &id);
	tap_call(vt_paper_get(v, &r.paper, &p, &err), &err, "incoming paper");
	tap_ok(
	    vt_hash_eq(&p.parts[0].hash, &out.parts[0].hash), "the same bytes");
	tap_eq_str(p.meta.agency_code, "H99.07", "from whom");
	tap_eq_str(p.meta.notation, "SKHCN-VP", "its notation");
	tap_ok(vt_id_eq(&p.source_paper, &id), "linked to what it came from");
	tap_eq_int(p.state, VT_PAPER_ARRIVED, "arrived");
	vt_view_end(v);
	st = (struct vt_step){ .kind = VT_STEP_DELIVERED };
	st.u.delivered.delivery = del[0].id;
	st.u.delivered.state = VT_DELIVERY_REGISTERED;
	st.u.delivered.note = "Số đến 01";
	st.u.delivered.receipt = vt_buf_view(&first);
	tap_call(do_step(d, &id, st), &d->err, "the sender learns it");
	st.u.delivered.state = VT_DELIVERY_ARRIVED;
	tap_code(do_step(d, &id, st), VT_E_CONFLICT, &d->err,
	    "a delivery only goes forward");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_work_list(v, 0, 0, &w, 1, &n, &err), &err, "work");
	tap_eq_int(n, 0, "its work is done");
	tap_call(vt_paper_by_delivery(v, r.agency, &del[0].id, &p, &err), &err,
	    "found by its delivery");
	vt_view_end(v);
	vt_act_result_free(&r.r);
}

static void
keys(struct doer *d)
{
	struct vt_step st = agree(VT_STEP_SUBMIT, &d->main);
	struct vt_act_result again = VT_ACT_RESULT_INIT;
	struct vt_act a = { .agency_no = d->agency,
		.steps = &st,
		.n_steps = 1,
		.key = "k-1",
		.caller = { { 1 } },
		.request = vt_sha256(VT_SPAN_LIT("request 1")),
		.keep = VT_SPAN_LIT("{\"so\":1}") };
	struct vt_act_result r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 40), &d->err, "paper");
	st = agree(VT_STEP_SUBMIT, &d->main);
	a.paper = d->paper;
	tap_call(vt_store_do(d->s, &a, &r, &err), &err, "first time");
	tap_ok(!r.repeated, "new");
	tap_call(vt_store_do(d->s, &a, &again, &err), &err, "second time");
	tap_ok(again.repeated && vt_id_eq(&r.act, &again.act) &&
		   vt_span_eq(
		       vt_buf_view(&r.receipt), vt_buf_view(&again.receipt)) &&
		   vt_span_is(vt_buf_view(&again.keep), "{\"so\":1}"),
	    "the same act, receipt and kept bytes");
	vt_act_result_free(&again);
	a.request = vt_sha256(VT_SPAN_LIT("request 2"));
	tap_code(vt_store_do(d->s, &a, &again, &err),
	    VT_E_IDEMPOTENCY_KEY_REUSED, &err, "the key for another request");
	a.caller = (vt_id){ { 2 } };
	a.paper = (vt_id){ { 1, 2, 3 } };
	tap_code(vt_store_do(d->s, &a, &again, &err), VT_E_NOT_FOUND, &err,
	    "another caller has his own keys");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_act_by_key(v, &(vt_id){ { 1 } }, "k-1", NULL, &again, &err),
	    &err, "asked by key alone");
	tap_ok(vt_span_eq(vt_buf_view(&r.receipt), vt_buf_view(&again.receipt)),
	    "the same receipt");
	vt_act_result_free(&again);
	tap_code(vt_act_by_key(v, &(vt_id){ { 1 } }, "k-2", NULL, &again, &err),
	    VT_E_NOT_FOUND, &err, "an unknown key");
	vt_view_end(v);
	vt_act_result_free(&r);
	a = (struct vt_act){ .agency_no = d->agency,
		.steps = &st,
		.n_steps = 1,
		.paper = d->paper,
		.expect_rev = 1 };
	tap_code(vt_store_do(d->s, &a, &r, &err), VT_E_PRECONDITION_FAILED,
	    &err, "If-Match of an older revision");
	tap_eq_int(r.paper_rev, 2, "and which it is");
}

static void
refused_whole(struct doer *d)
{
	struct vt_step st[2];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	struct vt_paper p;
	uint32_t agency;
	struct vt_blob b;
	uint64_t rev;
	vt_id id;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 50), &d->err, "paper");
	id = d->paper;
	rev = d->r.paper_rev;
	tap_call(append_step(d, VT_VERSION_EDITED, 100, 51, &st[0]), &d->err,
	    "version");
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	tap_code(do_steps(d, &id, st, 2, "k-50"), VT_E_OUT_OF_ORDER, &d->err,
	    "the second step is refused");
	p = paper_of(d, &v, &id);
	tap_ok(p.rev == rev && p.parts[0].version == 1,
	    "so the first did not happen");
	tap_call(
	    vt_upload_find(v, &st[0].u.version.file.upload, &agency, &b, &err),
	    &err, "and the upload is still there");
	vt_view_end(v);
	tap_call(do_steps(d, &id, st, 1, "k-50"), &d->err,
	    "nor is the key of a refused act used up");
	tap_code(do_steps(d, &id, st, 1, NULL), VT_E_CONFLICT, &d->err,
	    "the version was taken");
	st[0].u.version.expect = d->main;
	tap_code(do_steps(d, &id, st, 1, NULL), VT_E_UPLOAD_GONE, &d->err,
	    "an upload is named once");
	st[0] = (struct vt_step){ .kind = VT_STEP_META };
	st[0].u.meta.meta = &(struct vt_meta){ .subject = "x", .secrecy = 1 };
	tap_code(do_steps(d, &id, st, 1, NULL), VT_E_SECRECY_REFUSED, &d->err,
	    "a secret paper");
	d->agency += 100;
	tap_code(do_steps(d, &id, st + 1, 1, NULL), VT_E_AGENCY_UNKNOWN,
	    &d->err, "an unknown agency");
	d->agency -= 100;
}

static void
house(struct doer *d)
{
	const vt_hash t1 = vt_sha256(VT_SPAN_LIT("token 1")),
		      t2 = vt_sha256(VT_SPAN_LIT("token 2"));
	const struct vt_span cert = VT_SPAN_LIT("0\x03\x02\x01\x05");
	struct vt_step st = { .kind = VT_STEP_PERSON };
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency a;
	struct vt_person p;
	struct vt_view *v;
	vt_id id;

	st.u.person = (struct vt_person){ .name = "Trần Thị Mẫu",
		.position = "Giám đốc",
		.roles = VT_ROLE_LEADER,
		.active = true,
		.tokens = &t1,
		.n_tokens = 1,
		.certs = &cert,
		.n_certs = 1,
		.key_ref = "two-step" };
	tap_call(do_step(d, NULL, st), &d->err, "person");
	id = d->r.person;
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_person_by_token(v, &t1, &p, &err), &err, "by token");
	tap_ok(vt_id_eq(&p.id, &id) && p.n_certs == 1 &&
		   vt_span_eq(p.certs[0], cert),
	    "the person");
	tap_code(vt_person_by_token(v, &t2, &p, &err), VT_E_PERSON_UNKNOWN,
	    &err, "a token nobody has");
	vt_view_end(v);
	tap_code(do_step(d, NULL, st), VT_E_EXISTS, &d->err,
	    "the token for a second person");
	st.u.person.id = id;
	st.u.person.tokens = &t2;
	tap_call(do_step(d, NULL, st), &d->err, "another token");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_code(vt_person_by_token(v, &t1, &p, &err), VT_E_PERSON_UNKNOWN,
	    &err, "the old one is void");
	tap_call(vt_person_by_token(v, &t2, &p, &err), &err, "the new holds");
	vt_view_end(v);
	st.u.person.active = false;
	tap_call(do_step(d, NULL, st), &d->err, "left the agency");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_code(vt_person_by_token(v, &t2, &p, &err), VT_E_PERSON_UNKNOWN,
	    &err, "no token works");
	tap_call(vt_person_get(v, &id, &p, &err), &err, "still known");
	vt_view_end(v);
	st = (struct vt_step){ .kind = VT_STEP_AGENCY_NAME };
	st.u.agency_name.name = (struct vt_agency_name){ .code = "H99.77",
		.name = "Sở Khoa học, Công nghệ và Chuyển đổi số" };
	tap_call(do_step(d, NULL, st), &d->err, "a new name and code");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_agency_by_code(v, "H99.07", &a, &err), &err, "by old code");
	tap_eq_int(a.no, d->agency, "the same agency");
	tap_eq_str(a.now.code, "H99.77", "under its new code");
	tap_eq_int(a.n_names, 2, "and both names are kept");
	tap_code(vt_agency_by_code(v, "H00", &a, &err), VT_E_AGENCY_UNKNOWN,
	    &err, "an unknown code");
	vt_view_end(v);
	st.u.agency_name.name.code = "H99.31";
	tap_code(do_step(d, NULL, st), VT_E_EXISTS, &d->err,
	    "the code of another agency");
}

static void
codes(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_CODE };
	struct vt_err err = VT_ERR_INIT;
	struct vt_event ev[8];
	uint64_t after = 0, bad = 0;
	struct vt_view *v;
	struct vt_paper p;
	size_t n;
	vt_id id;

	tap_call(make_paper(d, VT_DIR_RESULT, 3000, 60), &d->err, "result");
	id = d->paper;
	st.u.code.code = "AB12-CD34-EF56";
	tap_call(do_step(d, &id, st), &d->err, "public code");
	tap_code(do_step(d, &id, st), VT_E_EXISTS, &d->err, "a second one");
	tap_call(make_paper(d, VT_DIR_RESULT, 3000, 61), &d->err, "result");
	id = d->paper;
	tap_code(do_step(d, &id, st), VT_E_EXISTS, &d->err, "a taken code");
	st.u.code.code = "ab12";
	tap_code(do_step(d, &id, st), VT_E_INVALID, &d->err, "not a code");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(
	    vt_paper_by_code(v, "AB12-CD34-EF56", &p, &err), &err, "found");
	tap_code(vt_paper_by_code(v, "AB12-CD34-EF57", &p, &err),
	    VT_E_NOT_FOUND, &err, "one character off is not");
	do {
		tap_call(vt_event_list(v, d->agency, after, ev, 8, &n, &err),
		    &err, "events");
		for (size_t i = 0; i < n; i++)
			bad += ev[i].seq != ++after;
	} while (n == 8);
	tap_ok(after > 20 && bad == 0, "%d events without a gap", (int)after);
	vt_view_end(v);
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	struct world w;
	char *dir = dir_new();

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	full_book(&w);
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	setup(&d);
	agreeing(&d);
	numbers(&d, &w);
	signing(&d);
	copying(&d);
	exchange(&d);
	keys(&d);
	refused_whole(&d);
	house(&d);
	codes(&d);
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	d.s = store_open(dir, &w.ctx);
	tap_eq_int(findings(d.s, true), 0, "and after opening again");
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
