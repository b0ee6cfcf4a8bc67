/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A day of a store that has it all, to be recorded and to be disturbed:
 * store_day DIR MAP_SIZE [strict | second]. tape.c must be preloaded: what the
 * day was told goes on the tape (facts.h). Strict: nothing may fail, and every
 * kind of step must have been done. Otherwise what fails is left, and the day
 * goes on.
 */
#include <dlfcn.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "docstore/destroy.h"
#include "tests/crash/facts.h"
#include "tests/unit/docstore/fixture.h"

static struct world w;
static tape_mark_fn *mark;
static bool strict;
static vt_id owner = { { 9 } };

static _Thread_local unsigned int thread_no, act_no;
static _Thread_local bool may_be_refused;

/* What must not fail goes on only when it did not. */
#define TRY(call)                                                              \
	do {                                                                   \
		if (failed((call), #call, __LINE__))                           \
			return;                                                \
	} while (0)

static bool
failed(int rc, const char *what, int line)
{
	if (rc != VT_OK && strict) {
		(void)fprintf(stderr, "line %d: %s: code %d\n", line, what, rc);
		exit(2);
	}
	return rc != VT_OK;
}

static void
wrong(const char *what)
{
	(void)fprintf(stderr, "store_day: %s\n", what);
	mark(MARK_WRONG, 0, what, strlen(what), NULL, 0);
}

static void
clock_to(vt_time t)
{
	w.now = t;
	mark(MARK_CLOCK, t, NULL, 0, NULL, 0);
}

/* ---- an act, with a key, on the tape ---- */

static void
each_upload(const struct vt_act *a, void (*f)(const struct vt_file *))
{
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct vt_step *st = &a->steps[i];

		if (st->kind == VT_STEP_REGISTER)
			for (size_t k = 0; k < st->u.reg.n_files; k++)
				f(&st->u.reg.files[k]);
		else if (st->kind == VT_STEP_VERSION)
			f(&st->u.version.file);
		else if (st->kind == VT_STEP_CONSIGN)
			f(&st->u.consign.packet);
	}
}

static void
let_go(const struct vt_file *f)
{
	mark(MARK_LET_GO, 0, &f->upload, VT_ID_SIZE, NULL, 0);
}

static void
held(const struct vt_file *f)
{
	mark(MARK_HELD, 0, &f->hash, VT_HASH_SIZE, NULL, 0);
}

static void
series_of(const struct vt_act *a, struct ask_series *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct vt_step *st = &a->steps[i];
		const char *arrival = NULL;

		/* A held number was counted when it was reserved. */
		if (st->kind == VT_STEP_NUMBER && st->u.number.held == 0)
			(void)snprintf(ret->number, sizeof(ret->number),
			    "%u/%s", a->agency_no, st->u.number.series);
		if (st->kind == VT_STEP_RESERVE)
			(void)snprintf(ret->number, sizeof(ret->number),
			    "%u/%s", a->agency_no, st->u.reserve.series);
		if (st->kind == VT_STEP_REGISTER)
			arrival = st->u.reg.arrival_series;
		else if (st->kind == VT_STEP_ACCEPT)
			arrival = st->u.accept.series;
		else if (st->kind == VT_STEP_RECEIVE)
			arrival = st->u.receive.series;
		if (arrival != NULL)
			(void)snprintf(ret->arrival, sizeof(ret->arrival),
			    "%u/%s", a->agency_no, arrival);
	}
}

static int
ask(struct doer *d, const struct vt_act *a, bool was_refused)
{
	struct ask_series series;
	size_t n = strlen(a->key);
	int rc;

	series_of(a, &series);
	mark(MARK_ASK, 0, a->key, n, &series, sizeof(series));
	each_upload(a, let_go);
	rc = vt_store_do(d->s, a, &d->r, &d->err);
	if (rc == VT_OK) {
		mark(MARK_DONE, 0, a->key, n, d->r.receipt.p, d->r.receipt.n);
		each_upload(a, held);
		for (size_t i = 0; i < a->n_steps; i++)
			mark(MARK_KIND, a->steps[i].kind, NULL, 0, NULL, 0);
		/* What came from elsewhere is a repeat by its own id. */
		if (was_refused && d->r.repeated &&
		    a->steps[0].kind != VT_STEP_CONSIGN &&
		    a->steps[0].kind != VT_STEP_RECEIVE)
			wrong("an act that was refused was there");
	} else if (vt_outcome(rc) != VT_OUTCOME_UNKNOWN) {
		mark(MARK_REFUSED, rc, a->key, n, NULL, 0);
	}
	return rc;
}

/* The hook of do_steps. What may succeed later is asked for once more. */
static int
act(struct doer *d, const struct vt_act *asked)
{
	struct vt_act a = *asked;
	enum vt_outcome out;
	char key[FACT_KEY];
	int rc;

	if (a.key == NULL) {
		(void)snprintf(
		    key, sizeof(key), "day-%u-%u", thread_no, ++act_no);
		a.key = key;
		a.request = vt_sha256(vt_span_str(key));
	}
	rc = ask(d, &a, false);
	out = vt_outcome(rc);
	if (rc != VT_OK && strict && !may_be_refused)
		(void)fprintf(stderr, "%s: %s\n", a.key, d->err.msg);
	if (out == VT_OUTCOME_RETRY || out == VT_OUTCOME_UNKNOWN) {
		vt_act_result_free(&d->r);
		rc = ask(d, &a, out == VT_OUTCOME_RETRY);
	}
	if (!may_be_refused)
		clock_to(w.now + VT_TIME_S(1));
	return rc;
}

static struct doer
doer_of(struct vt_store *s, uint32_t agency)
{
	return (struct doer){
		.s = s, .act = act, .agency = agency, .r = VT_ACT_RESULT_INIT
	};
}

/* ---- rows beside the ledger, uploads ---- */

static void
row_put(struct vt_store *s, const char *key, const char *value)
{
	size_t n = strlen(key), n_v = strlen(value);
	struct vt_err err;
	int rc;

	mark(MARK_STATE_ASK, 0, key, n, value, n_v);
	if (n_v > 0)
		rc = put_state(s, VT_STATE_OTHER, key, value, VT_TIME_NONE);
	else
		rc = vt_state_delete(
		    s, VT_STATE_OTHER, vt_span_str(key), VT_STATE_ANY, &err);
	if (rc == VT_OK)
		mark(MARK_STATE_DONE, 0, key, n, value, n_v);
	else if (vt_outcome(rc) != VT_OUTCOME_UNKNOWN)
		mark(MARK_STATE_REFUSED, rc, key, n, value, n_v);
	(void)failed(rc, key, __LINE__);
}

/* In pieces, as it comes over a wire. */
static int
upload(struct doer *d, size_t size, uint64_t seed, struct vt_file *ret)
{
	uint8_t *p = make_bytes(size, seed);
	struct vt_upload *u = NULL;
	struct vt_blob b = { .size = 0 };
	int rc;

	*ret = (struct vt_file){ .name = "kem.pdf",
		.media_type = "application/pdf" };
	rc = vt_upload_begin(d->s, d->agency, 0, &u, &d->err);
	for (size_t at = 0; rc == VT_OK && at < size; at += 30000)
		rc = vt_upload_put(
		    u, p + at, size - at < 30000 ? size - at : 30000, &d->err);
	if (rc == VT_OK)
		rc = vt_upload_end(u, NULL, &ret->upload, &b, &d->err);
	if (rc == VT_OK)
		mark(MARK_BLOB, 0, &ret->upload, VT_ID_SIZE, &b.hash,
		    VT_HASH_SIZE);
	ret->hash = b.hash;
	vt_upload_free(u);
	free(p);
	return rc;
}

/* ---- scenes ---- */

static void
scene(const char *name)
{
	mark(MARK_SCENE, 0, name, strlen(name), NULL, 0);
}

static void
house(struct vt_store *s)
{
	struct doer d = doer_of(s, 1), e = doer_of(s, 2), f = doer_of(s, 3);
	struct vt_step st = { .kind = VT_STEP_AGENCY_NAME };
	static const char *const series[] = { "di", "den", "QD" };
	vt_id person;

	scene("house");
	TRY(make_agency(&d, "H99.07", "Sở Khoa học"));
	TRY(make_agency(&e, "H99.31", "UBND xã An Mẫu"));
	TRY(make_agency(&f, "H99.32", "UBND xã khác"));
	for (size_t i = 0; i < 3; i++) {
		TRY(make_series(&d, series[i],
		    i == 0 ? VT_RESET_YEAR : VT_RESET_NEVER, VT_SERIES_OURS));
		TRY(make_series(&e, series[i], VT_RESET_NEVER, VT_SERIES_OURS));
	}
	st.u.agency_name.name = (struct vt_agency_name){ .code = "H99.07A",
		.name = "Sở KH&CN",
		.short_name = "SKHCN",
		.place = "An Mẫu" };
	TRY(do_step(&d, NULL, st));
	st = (struct vt_step){ .kind = VT_STEP_AGENCY_KEYS };
	st.u.agency_keys.key_ref = "file:dau";
	TRY(do_step(&d, NULL, st));
	TRY(make_person(&d, "Trần Thị Mẫu", &person));
	TRY(put_entry(
	    &d, VT_ENTRY_ADDRESS, "H01", VT_SPAN_LIT("\x01"), VT_ENTRY_NEW));
	TRY(put_entry(&d, VT_ENTRY_HOOK, "0123456789abcdef",
	    VT_SPAN_LIT("\x02"), VT_ENTRY_NEW));
	TRY(put_entry(
	    &d, VT_ENTRY_ACCOUNT, "mau", VT_SPAN_LIT("\x03"), VT_ENTRY_NEW));
	TRY(put_entry(
	    &d, VT_ENTRY_ADDRESS, "H01", VT_SPAN_LIT("\x04"), VT_ENTRY_ANY));
	TRY(put_entry(
	    &d, VT_ENTRY_ADDRESS, "H01", VT_SPAN(NULL, 0), VT_ENTRY_ANY));
	vt_act_result_free(&d.r);
	vt_act_result_free(&e.r);
	vt_act_result_free(&f.r);
}

/* Asked for with the same key in both halves of the day. */
static void
repeated(struct vt_store *s, bool again)
{
	struct doer d = doer_of(s, 1);
	struct vt_step st = { .kind = VT_STEP_PERSON };

	scene("repeated");
	st.u.person =
	    (struct vt_person){ .name = "Lê Văn Lại", .active = true };
	TRY(do_steps(&d, NULL, &st, 1, "again"));
	if (again && strict && !d.r.repeated)
		wrong("a repeat was done a second time");
	vt_act_result_free(&d.r);
}

static void
outgoing(struct doer *d, struct doer *e)
{
	static const struct vt_recipient to[] = { { "H99.31", "Xã" },
		{ "H99.32", "Xã khác" }, { "", "Hội người cao tuổi" } };
	struct vt_meta m = { .subject = "V/v thử", .notation = "VP" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f[2];
	vt_id p, one;
	VT_BUF_AUTO(receipt);

	scene("outgoing");
	TRY(upload(d, 200000, 1, &f[0]));
	TRY(upload(d, 90000, 2, &f[1]));
	st.u.reg.direction = VT_DIR_OUT;
	st.u.reg.meta = &m;
	st.u.reg.files = f;
	st.u.reg.n_files = 2;
	TRY(do_step(d, NULL, st));
	p = d->paper;
	m.subject = "V/v thử lại";
	st = (struct vt_step){ .kind = VT_STEP_META };
	st.u.meta.meta = &m;
	TRY(do_step(d, &p, st));
	TRY(do_step(d, &p, agree(VT_STEP_SUBMIT, &d->main)));
	st = agree(VT_STEP_RETURN, &d->main);
	st.u.sendback.note = "sửa";
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_PROBLEM };
	st.u.problem.part = 2;
	st.u.problem.note = "không đọc được";
	TRY(do_step(d, &p, st));
	TRY(walk_to_issue(d, 3));
	st = (struct vt_step){ .kind = VT_STEP_CODE };
	st.u.code.code = "AB12-CD34";
	TRY(do_step(d, &p, st));
	TRY(dispatch(d, to, 3));
	one = delivery_id(d, &p, 0);
	st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
	st.u.receive.delivery = one;
	st.u.receive.series = "den";
	TRY(do_step(e, NULL, st));
	vt_buf_span(&receipt, vt_buf_view(&e->r.receipt));
	st = (struct vt_step){ .kind = VT_STEP_DELIVERED };
	st.u.delivered.delivery = one;
	st.u.delivered.state = VT_DELIVERY_REGISTERED;
	st.u.delivered.receipt = vt_buf_view(&receipt);
	TRY(do_step(d, &p, st));
	TRY(do_step(d, &p, status_step(&one, 3, 0, "đã vào sổ")));
	one = delivery_id(d, &p, 1);
	st = (struct vt_step){ .kind = VT_STEP_TAKE_BACK };
	st.u.take_back.note = "gửi nhầm";
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_RESEND };
	st.u.resend.delivery = one;
	TRY(do_step(d, &p, st));
}

static void
recalls(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_RECALL };
	vt_id old, notice;

	scene("recalls");
	TRY(make_paper(d, VT_DIR_OUT, 3000, 41));
	notice = d->paper;
	TRY(walk_to_issue(d, 42));
	TRY(make_paper(d, VT_DIR_OUT, 3000, 45));
	old = d->paper;
	TRY(walk_to_issue(d, 46));
	st.u.recall.notice = notice;
	TRY(do_step(d, &old, st));
	st = (struct vt_step){ .kind = VT_STEP_REPLACE };
	st.u.replace.by = notice;
	TRY(do_step(d, &old, st));
}

/* Besides the main walk. */
static void
course(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_CHECK };
	vt_id p, who;

	scene("course");
	TRY(make_paper(d, VT_DIR_OUT, 3000, 61));
	p = d->paper;
	TRY(do_step(d, &p, agree(VT_STEP_SUBMIT, &d->main)));
	st.u.check.kind = VT_DRAFT_FORM;
	st.u.check.main = d->main;
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_WITHDRAW };
	st.u.withdraw.main = d->main;
	TRY(do_step(d, &p, st));
	TRY(walk_to_issue(d, 62));
	st = (struct vt_step){ .kind = VT_STEP_FREEZE };
	st.u.freeze.kind = VT_FREEZE_BEGIN;
	st.u.freeze.order = "Công văn 9/UBND-VP";
	TRY(do_step(d, &p, st));
	TRY(make_person(d, "Người Mẫu", &who));
	TRY(make_paper(d, VT_DIR_IN, 3000, 63));
	p = d->paper;
	st = (struct vt_step){ .kind = VT_STEP_SECRET };
	st.u.secret.level = 1;
	TRY(do_step(d, NULL, st));
	st = (struct vt_step){ .kind = VT_STEP_ISOLATE };
	st.u.isolate.note = "nghi có bí mật";
	TRY(do_step(d, &p, st));
	st.kind = VT_STEP_CLEAR;
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_OPINION };
	st.u.opinion.note = "trả lời sớm";
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_ASSIGN };
	st.u.assign.person = who;
	st.u.assign.due_on = "2026-03-10";
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_EXTEND };
	st.u.extend.kind = VT_EXTEND_ORDER;
	st.u.extend.due_on = "2026-03-20";
	st.u.extend.note = "chờ ý kiến";
	TRY(do_step(d, &p, st));
	st = (struct vt_step){ .kind = VT_STEP_CANCEL };
	st.u.cancel.order = "Thông báo 12/TB-UBND";
	TRY(do_step(d, &p, st));
}

static void
rows(struct vt_store *s)
{
	scene("rows");
	row_put(s, "one", "1");
	row_put(s, "two", "2");
	row_put(s, "one", "11");
	row_put(s, "two", "");
	/* Goes by itself, and is looked for by nobody. */
	(void)failed(
	    put_state(s, VT_STATE_SESSION, "s", "x", w.now + VT_TIME_S(3600)),
	    "session", __LINE__);
}

static void
claimed(const struct vt_work *x)
{
	mark(
	    MARK_CLAIMED, (int64_t)x->no, &x->lease, sizeof(x->lease), NULL, 0);
}

static void
work(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_WORK };
	struct vt_work a, b;

	scene("work");
	st.u.work.kind = VT_WORK_PREVIEW;
	for (uint8_t i = 0; i < 3; i++) {
		st.u.work.subject = (vt_id){ { 1, i } };
		st.u.work.payload = VT_SPAN_LIT("\x01");
		TRY(do_step(d, NULL, st));
	}
	TRY(vt_work_claim(
	    d->s, 1U << VT_WORK_PREVIEW, &owner, VT_TIME_S(600), &a, &d->err));
	vt_work_free(&a);
	claimed(&a);
	TRY(vt_work_claim(
	    d->s, 1U << VT_WORK_PREVIEW, &owner, VT_TIME_S(600), &b, &d->err));
	vt_work_free(&b);
	claimed(&b);
	if (a.no == b.no)
		wrong("an item was given twice");
	TRY(vt_work_retry(
	    d->s, a.no, a.lease, w.now + VT_TIME_S(60), "later", &d->err));
	mark(MARK_WORK_ASK, (int64_t)b.no, NULL, 0, NULL, 0);
	st = (struct vt_step){ .kind = VT_STEP_WORK_DONE };
	st.u.work_done.work = b.no;
	st.u.work_done.lease = b.lease;
	TRY(do_step(d, NULL, st));
	mark(MARK_WORK_ENDED, (int64_t)b.no, NULL, 0, NULL, 0);
	TRY(vt_work_claim(
	    d->s, 1U << VT_WORK_PREVIEW, &owner, VT_TIME_S(600), &b, &d->err));
	vt_work_free(&b);
	claimed(&b);
	mark(MARK_WORK_ASK, (int64_t)b.no, NULL, 0, NULL, 0);
	TRY(vt_work_done(d->s, b.no, b.lease, &d->err));
	mark(MARK_WORK_ENDED, (int64_t)b.no, NULL, 0, NULL, 0);
}

static struct vt_step
of_kind(enum vt_step_kind kind)
{
	return (struct vt_step){ .kind = kind };
}

static void
handled(struct doer *d, const vt_id *p, const vt_id *person)
{
	struct vt_step st = of_kind(VT_STEP_ACCEPT);
	vt_id in = *p;

	st.u.accept.series = "den";
	TRY(do_step(d, &in, st));
	st = of_kind(VT_STEP_ASSIGN);
	st.u.assign.person = *person;
	TRY(do_step(d, &in, st));
	st = of_kind(VT_STEP_PROCESS);
	st.u.process.note = "đang làm";
	TRY(do_step(d, &in, st));
	st = of_kind(VT_STEP_FORWARD);
	st.u.forward.person = *person;
	TRY(do_step(d, &in, st));
	TRY(do_step(d, &in, of_kind(VT_STEP_OPENED)));
	st = of_kind(VT_STEP_PRINT);
	st.u.print.what = VT_PRINT_COPY;
	st.u.print.copies = 2;
	TRY(do_step(d, &in, st));
	st = of_kind(VT_STEP_READ);
	st.u.read.use = VT_USE_OPEN;
	TRY(do_step(d, &in, st));
	st = of_kind(VT_STEP_COUNTED);
	st.u.counted.use = VT_USE_CHECK;
	st.u.counted.n = 3;
	TRY(do_step(d, &in, st));
	TRY(make_paper(d, VT_DIR_OUT, 4000, 90));
	st = of_kind(VT_STEP_FINISH);
	st.u.finish.answer = d->paper;
	TRY(do_step(d, &in, st));
}

static void
incoming(struct doer *d)
{
	struct vt_step st = of_kind(VT_STEP_REFUSE);
	vt_id one, person, p;

	scene("incoming");
	TRY(make_person(d, "Nguyễn Văn A", &person));
	TRY(make_consign(d, "doc-1", "<edXML>1</edXML>", &one));
	TRY(make_consign(d, "doc-1", "<edXML>1</edXML>", &one));
	TRY(make_arrival(d, &one, "H01,2026/03/01,12/BTP-VP", 5));
	p = d->paper;
	handled(d, &p, &person);
	TRY(make_consign(d, "doc-2", "<edXML>2</edXML>", &one));
	TRY(make_arrival(d, &one, "H01,2026/03/01,13/BTP-VP", 6));
	p = d->paper;
	st.u.refuse.note = "sai địa chỉ";
	TRY(do_step(d, &p, st));
	TRY(make_consign(d, "doc-3", "what?", &one));
	TRY(do_step(d, NULL, read_step(&one, VT_CONSIGN_QUARANTINED, "")));
	TRY(do_step(d, NULL, read_step(&one, VT_CONSIGN_STORED, "")));
	TRY(make_consign(d, "doc-4", "<edXML>4</edXML>", &one));
	TRY(make_arrival(d, &one, "H01,2026/03/01,14/BTP-VP", 7));
	p = d->paper;
	st = of_kind(VT_STEP_TAKE_BACK);
	st.u.take_back.note = "gửi nhầm";
	TRY(do_step(d, &p, st));
	st = of_kind(VT_STEP_TAKE_BACK_ANSWER);
	st.u.take_back_answer.agree = true;
	TRY(do_step(d, &p, st));
}

/* One paper to another, and a paper original that comes after its packet. */
static void
links(struct doer *d)
{
	struct vt_step st = of_kind(VT_STEP_LINK);
	struct vt_meta copy = { .subject = "Sao y", .type_code = "SY" };
	vt_id old, p, one;

	scene("links");
	TRY(make_paper(d, VT_DIR_OUT, 3000, 71));
	old = d->paper;
	TRY(make_paper(d, VT_DIR_OUT, 3000, 72));
	p = d->paper;
	st.u.link.kind = VT_LINK_RELATES;
	st.u.link.paper = old;
	TRY(do_step(d, &p, st));
	for (unsigned i = 0; i < 2; i++) { /* the second in its place */
		st = of_kind(VT_STEP_RENDITION);
		TRY(make_file(d,
		    i == 0 ? VT_SPAN_LIT("its words")
			   : VT_SPAN_LIT("its words, read again"),
		    "x", &st.u.rendition.file));
		st.u.rendition.of = d->main;
		st.u.rendition.kind = VT_RENDITION_TEXT;
		st.u.rendition.by = "day 1";
		TRY(do_step(d, &p, st));
	}
	TRY(make_paper(d, VT_DIR_IN, 3000, 73));
	old = d->paper;
	TRY(make_consign(d, "doc-9", "<edXML>9</edXML>", &one));
	TRY(make_arrival(d, &one, "H01,2026/03/01,19/BTP-VP", 74));
	p = d->paper;
	st = of_kind(VT_STEP_JOIN);
	st.u.join.how = VT_JOIN_SAME;
	st.u.join.other = old;
	TRY(do_step(d, &p, st));
	TRY(make_paper(d, VT_DIR_OUT, 3000, 75));
	p = d->paper;
	st = of_kind(VT_STEP_META);
	st.u.meta.meta = &copy;
	TRY(do_step(d, &p, st));
	st = of_kind(VT_STEP_COPY);
	st.u.copy.paper = old;
	TRY(do_step(d, &p, st));
}

/* ---- numbers before their papers, and books that end ---- */

static void
held_number(struct doer *d, const char *series, enum vt_hold_kind how,
    uint64_t value, uint64_t seed)
{
	struct vt_step st[2];
	vt_id p;

	TRY(make_paper(d, VT_DIR_OUT, 2000, seed));
	p = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = number_step(series);
	st[1].u.number.value = value;
	st[1].u.number.held = how;
	if (how == VT_HOLD_OUTAGE)
		st[1].u.number.stated = w.now;
	TRY(do_steps(d, &p, st, 2, NULL));
}

static void
numbers(struct doer *d)
{
	struct vt_step st = of_kind(VT_STEP_RESERVE);
	uint64_t value[2] = { 0 };

	scene("numbers");
	TRY(make_series(d, "giu", VT_RESET_NEVER, VT_SERIES_OURS));
	TRY(make_series(d, "tay", VT_RESET_NEVER, VT_SERIES_OURS));
	TRY(make_series(d, "HĐ", VT_RESET_TERM, VT_SERIES_OURS));
	st.u.reserve.series = "giu";
	st.u.reserve.note = "khen thưởng";
	st.u.reserve.until = w.now + VT_TIME_S(86400);
	for (int i = 0; i < 2; i++) {
		TRY(do_step(d, NULL, st));
		value[i] = d->r.number;
	}
	held_number(d, "giu", VT_HOLD_RESERVED, value[0], 81);
	st = of_kind(VT_STEP_CANCEL_NUMBER);
	st.u.cancel_number.series = "giu";
	st.u.cancel_number.value = value[1];
	st.u.cancel_number.n = 1;
	st.u.cancel_number.note = "không dùng";
	TRY(do_step(d, NULL, st));
	st = of_kind(VT_STEP_OUTAGE);
	st.u.outage.series = "tay";
	st.u.outage.n = 2;
	st.u.outage.to = w.now + VT_TIME_S(86400);
	st.u.outage.until = w.now + VT_TIME_S(2 * 86400);
	st.u.outage.note = "mất điện";
	TRY(do_step(d, NULL, st));
	held_number(d, "tay", VT_HOLD_OUTAGE, 1, 82);
	st = of_kind(VT_STEP_TERM);
	st.u.term.series = "HĐ";
	st.u.term.title = "Khóa I";
	st.u.term.from = w.now;
	st.u.term.until = w.now + VT_TIME_S(86400 * 365);
	TRY(do_step(d, NULL, st));
	st = of_kind(VT_STEP_BOOK_CLOSE);
	st.u.book_close.series = "giu";
	TRY(do_step(d, NULL, st));
}

/* ---- bytes that go ---- */

#define WORD "V/v chuyện kín QZXV77"

static void
destroyed(struct doer *d)
{
	struct vt_step st = of_kind(VT_STEP_REGISTER);
	struct vt_meta m = { .subject = WORD, .notation = "VP" };
	struct vt_file f;
	uint64_t n;
	vt_id p;

	scene("destroyed");
	TRY(upload(d, 90000, 91, &f));
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	TRY(do_step(d, NULL, st));
	p = d->paper;
	st = of_kind(VT_STEP_DESTROY);
	st.u.destroy.reason = VT_DESTROY_COURT;
	st.u.destroy.asked_by = (vt_id){ { 7 } };
	st.u.destroy.note = "Quyết định 1/QĐ-TA";
	st.u.destroy.wipe = true;
	mark(
	    MARK_DESTROY_ASK, 0, &f.hash, VT_HASH_SIZE, WORD, sizeof(WORD) - 1);
	TRY(do_step(d, &p, st));
	mark(MARK_DESTROYED, 0, &f.hash, VT_HASH_SIZE, NULL, 0);
	scene("erasing");
	TRY(vt_destroy_finish(d->s, &n, &d->err));
	mark(MARK_ERASED, 0, NULL, 0, NULL, 0);
	if (n != 1)
		wrong("another number of papers was erased");
}

/* ---- two threads ---- */

struct thread {
	struct vt_store *s;
	unsigned int no;
};

static void
numbered(struct doer *d, const char *series, uint64_t seed)
{
	struct vt_meta m = { .subject = "V/v hai người", .notation = "X" };
	struct vt_step st[3] = { of_kind(VT_STEP_REGISTER) };
	struct vt_file f;
	vt_id p;

	TRY(upload(d, 20000 + (size_t)seed % 7 * 13000, seed, &f));
	st[0].u.reg.direction = VT_DIR_OUT;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	TRY(do_step(d, NULL, st[0]));
	p = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	st[2] = number_step(series);
	TRY(do_steps(d, &p, st, 3, NULL));
	TRY(append_step(d, VT_VERSION_SIGNED, 9000, seed, &st[0]));
	st[1] = sign_step(VT_SIGN_COMPETENT, &st[0].u.version.file.hash);
	TRY(do_steps(d, &p, st, 2, NULL));
}

static void *
thread_main(void *arg)
{
	static const char *const series[] = { "di", "QD", "di", "QD", "QD" };
	struct thread *t = arg;
	struct doer d = doer_of(t->s, 1);
	char key[8];

	thread_no = t->no;
	for (unsigned int i = 0; i < 5; i++) {
		numbered(&d, series[(i + t->no) % 5], t->no * 100 + i);
		(void)snprintf(key, sizeof(key), "t%u", t->no);
		row_put(t->s, key, i % 2 == 0 ? "even" : "odd");
	}
	vt_act_result_free(&d.r);
	return NULL;
}

static void
two_threads(struct vt_store *s)
{
	struct thread t[2] = { { s, 1 }, { s, 2 } };
	pthread_t id[2];

	scene("threads");
	for (int i = 0; i < 2; i++)
		if (pthread_create(&id[i], NULL, thread_main, &t[i]) != 0)
			abort();
	for (int i = 0; i < 2; i++)
		(void)pthread_join(id[i], NULL);
}

/* ---- what nobody names, and the clock ---- */

static void
unnamed(struct doer *d)
{
	struct vt_upload *u = NULL;
	struct vt_file f;

	scene("unnamed");
	TRY(upload(d, 140000, 77, &f));
	TRY(upload(d, 70000, 78, &f));
	let_go(&f);
	TRY(vt_upload_drop(d->s, &f.upload, &d->err));
	/* Begun, and not ended: the next open takes it away. */
	TRY(vt_upload_begin(d->s, d->agency, 0, &u, &d->err));
	vt_upload_free(u);
}

static void
expired(struct vt_store *s)
{
	struct vt_err err;
	size_t n = 0;

	scene("expired");
	mark(MARK_LET_GO, 0, NULL, 0, NULL, 0);
	clock_to(w.now + VT_TIME_S(90000));
	TRY(vt_upload_expire(s, 100, &n, &err));
	TRY(vt_state_sweep(s, 100, &n, &err));
}

static void
clock_steps(struct doer *d)
{
	struct vt_step st[3];
	vt_time was = w.now;
	vt_id p;
	int rc;

	scene("clock");
	TRY(make_paper(d, VT_DIR_OUT, 2000, 61));
	p = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	TRY(do_steps(d, &p, st, 2, NULL));
	w.now = was - VT_TIME_S(10);
	TRY(put_entry(
	    d, VT_ENTRY_ADDRESS, "H02", VT_SPAN_LIT("\x05"), VT_ENTRY_NEW));
	w.now = was - VT_TIME_S(7200);
	may_be_refused = true;
	rc = do_step(d, &p, number_step("QD"));
	may_be_refused = false;
	if (rc == VT_OK)
		wrong("a number by a clock that stepped back two hours");
	clock_to(was + VT_TIME_S(60));
	TRY(do_step(d, &p, number_step("QD")));
}

static void
merged(struct vt_store *s)
{
	struct doer d = doer_of(s, 3);
	struct vt_step st = of_kind(VT_STEP_AGENCY_MERGE);

	scene("merged");
	st.u.agency_merge.successor = 2;
	TRY(do_step(&d, NULL, st));
	vt_act_result_free(&d.r);
}

/* ---- the day ---- */

static struct vt_store *
opened(const char *dir, const struct vt_store_options *o)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	/* What fails once may go well the second time. */
	for (int i = 0; i < 2; i++) {
		int rc = vt_store_open(dir, o, &w.ctx, &s, &err);

		if (!failed(rc, err.msg, __LINE__))
			return s;
	}
	return NULL;
}

/* Another process finds the door locked; it is not recorded. */
static void
second(const char *dir)
{
	char map[] = "0", what[] = "second", *env[] = { NULL };
	char *path = strdup(dir);
	char *argv[] = { what, path, map, what, NULL };
	int status = -1;
	pid_t pid;

	scene("second");
	if (path == NULL ||
	    posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, env) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		wrong("a second process could open it");
	free(path);
}

static int
be_second(const char *dir)
{
	struct vt_store_options o = { .domain = "vanthu.test" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	world_init(&w);
	return vt_store_open(dir, &o, &w.ctx, &s, &err) == VT_E_STORE_LOCKED
		   ? 0
		   : 1;
}

static void
morning(struct vt_store *s)
{
	struct vt_file left;
	struct doer d = doer_of(s, 1), e = doer_of(s, 2);

	house(s);
	repeated(s, false);
	outgoing(&d, &e);
	rows(s);
	work(&d);
	scene("left");
	(void)failed(upload(&d, 100000, 60, &left), "left", __LINE__);
	vt_act_result_free(&d.r);
	vt_act_result_free(&e.r);
}

static void
afternoon(struct vt_store *s)
{
	struct doer d = doer_of(s, 1);

	repeated(s, true);
	two_threads(s);
	incoming(&d);
	expired(s);
	recalls(&d);
	links(&d);
	course(&d);
	numbers(&d);
	destroyed(&d);
	clock_steps(&d);
	unnamed(&d);
	merged(s);
	rows(s);
	vt_act_result_free(&d.r);
}

int
main(int argc, char **argv)
{
	struct vt_store_options o = { .domain = "vanthu.test" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;

	if (argc > 3 && strcmp(argv[3], "second") == 0)
		return vt_base_init(&err) == VT_OK ? be_second(argv[1]) : 1;
	*(void **)&mark = dlsym(RTLD_DEFAULT, "tape_mark");
	if (argc < 3 || mark == NULL || vt_base_init(&err) != VT_OK) {
		(void)fprintf(
		    stderr, "store_day: preload the tape; %s\n", err.msg);
		return 64;
	}
	o.map_size = strtoull(argv[2], NULL, 10);
	strict = argc > 3 && strcmp(argv[3], "strict") == 0;
	world_init(&w);
	w.mono = 0;
	scene("init");
	for (int i = 0; i < 2; i++)
		if (!failed(vt_store_init(argv[1], &o, &w.ctx, &err), err.msg,
			__LINE__)) {
			mark(MARK_MADE, 0, NULL, 0, NULL, 0);
			break;
		}
	scene("open");
	if ((s = opened(argv[1], &o)) == NULL)
		return 0;
	if (strict)
		second(argv[1]);
	morning(s);
	scene("close");
	vt_store_close(s);
	scene("open again");
	if ((s = opened(argv[1], &o)) == NULL)
		return 0;
	afternoon(s);
	scene("last close");
	vt_store_close(s);
	return 0;
}
