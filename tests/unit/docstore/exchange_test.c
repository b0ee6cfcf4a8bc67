/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came from elsewhere and what became of what was sent: consignments,
 * deciding about what waits, statuses, the three recalls, dead letters. On
 * the model and on LMDB.
 */
#include "base/limits.h"
#include "tests/unit/docstore/fixture.h"

#define tap_refused(rc, want, text) tap_code(rc, want, &d->err, text)

static const struct vt_recipient three[] = { { "H99.31", "Xã" },
	{ "H99.32", "Xã khác" }, { "", "Hội người cao tuổi" } };

static struct vt_paper paper;
static struct vt_delivery del[4];
static struct vt_consignment con[4];

static const struct vt_paper *
paper_of(struct doer *d, const vt_id *id)
{
	struct vt_view *v;

	/* Only plain members are looked at after the view. */
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, id, &paper, &d->err) == VT_OK, "paper");
	vt_view_end(v);
	return &paper;
}

static const struct vt_delivery *
delivery_of(struct doer *d, const vt_id *id)
{
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_delivery_get(v, id, &del[0], &d->err) == VT_OK, "delivery");
	vt_view_end(v);
	return &del[0];
}

static const struct vt_consignment *
consignment_of(struct doer *d, const vt_id *id)
{
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(
	    vt_consign_get(v, id, &con[0], &d->err) == VT_OK, "consignment");
	vt_view_end(v);
	return &con[0];
}

/* Work items of a kind in the agency. */
static size_t
works(struct doer *d, enum vt_work_kind kind)
{
	struct vt_work w[64];
	struct vt_view *v;
	size_t n = 0, got;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_work_list(v, d->agency, 0, w, 64, &got, &d->err) == VT_OK,
	    "work");
	for (size_t i = 0; i < got; i++)
		n += w[i].kind == kind;
	vt_view_end(v);
	return n;
}

static void
house(struct doer *d)
{
	tap_call(make_agency(d, "H99.07", "Sở Khoa học"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	/* For the digest: a row in each table that came with exchange. */
	tap_call(put_entry(d, VT_ENTRY_ADDRESS, "H01", VT_SPAN_LIT("\x01"),
		     VT_ENTRY_NEW),
	    &d->err, "an entry of the store");
	tap_call(put_entry(d, VT_ENTRY_HOOK, "0123456789abcdef",
		     VT_SPAN_LIT("\x02"), VT_ENTRY_NEW),
	    &d->err, "one of the agency");
	tap_call(put_entry(d, VT_ENTRY_ACCOUNT, "mau", VT_SPAN_LIT("\x03"),
		     VT_ENTRY_NEW),
	    &d->err, "a secret one");
	tap_eq_int(
	    put_state(d->s, VT_STATE_SESSION, "s", "x", VT_TIME_S(1900000000)),
	    VT_OK, "a state");
}

static struct vt_step
accept_step(void)
{
	struct vt_step st = { .kind = VT_STEP_ACCEPT };

	st.u.accept.series = "den";
	return st;
}

static struct vt_step
noted(enum vt_step_kind kind, const char *note)
{
	struct vt_step st = { .kind = kind };

	if (kind == VT_STEP_REFUSE)
		st.u.refuse.note = note;
	else if (kind == VT_STEP_PROCESS)
		st.u.process.note = note;
	else
		st.u.take_back.note = note;
	return st;
}

/* ---- consignments ---- */

static void
consignments(struct doer *d)
{
	struct vt_consign_arrival log[4];
	VT_BUF_AUTO(receipt);
	struct vt_view *v;
	vt_id one, two, waits;
	vt_hash packet = vt_sha256(VT_SPAN_LIT("<edXML>1</edXML>"));
	size_t n;

	tap_call(make_consign(d, "doc-1", "<edXML>1</edXML>", &one), &d->err,
	    "a consignment");
	tap_ok(vt_hash_eq(&d->r.current, &packet),
	    "its receipt is about the packet");
	tap_eq_int(consignment_of(d, &one)->state, VT_CONSIGN_STORED, "stored");
	tap_ok(con[0].work != 0 && works(d, VT_WORK_PACKET) == 1,
	    "and to be read");
	vt_buf_span(&receipt, vt_buf_view(&d->r.receipt));
	tap_call(make_consign(d, "doc-1", "<edXML>1</edXML>", &two), &d->err,
	    "again");
	tap_ok(
	    d->r.repeated && vt_id_eq(&one, &two) &&
		vt_span_eq(vt_buf_view(&receipt), vt_buf_view(&d->r.receipt)),
	    "the same answer, byte for byte");
	tap_call(make_consign(d, "doc-1", "<edXML>1</edXML>", &two), &d->err,
	    "and again");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_consign_log(v, &one, 0, log, 4, &n, &d->err), &d->err,
	    "log of arrivals");
	tap_eq_int(n, 3, "one consignment, three rows");
	tap_ok(vt_hash_eq(&log[2].packet, &packet) && log[2].no == 3,
	    "with the packet's hash");
	vt_view_end(v);
	tap_refused(make_consign(d, "doc-1", "<edXML>2</edXML>", &two),
	    VT_E_CONFLICT, "another packet under the same id");

	tap_call(make_arrival(d, &one, "H01,2026/03/01,12/BTP-VP", 5), &d->err,
	    "its paper");
	waits = d->paper;
	tap_eq_int(paper_of(d, &waits)->state, VT_PAPER_WAITING, "waits");
	tap_ok(paper.arrival.value == 0 &&
		   vt_id_eq(&paper.source_consignment, &one),
	    "without a số đến, knowing where it came from");
	tap_ok(vt_id_eq(&consignment_of(d, &one)->paper, &waits) &&
		   con[0].state == VT_CONSIGN_ARRIVED && con[0].work == 0,
	    "and the consignment knows it");
	tap_eq_int(works(d, VT_WORK_PACKET), 0, "nothing is left to read");
}

/* The same document by another way; what cannot be read; sent once more. */
static void
documents(struct doer *d)
{
	struct vt_consign_filter f = { .state = VT_CONSIGN_ARRIVED };
	vt_id one, two, three_, waits = d->paper;
	struct vt_view *v;
	uint64_t next;
	size_t n;

	one = paper_of(d, &waits)->source_consignment;
	tap_call(make_consign(d, "doc-2", "<edXML>1b</edXML>", &two), &d->err,
	    "another consignment");
	tap_refused(make_arrival(d, &two, "H01,2026/03/01,12/BTP-VP", 6),
	    VT_E_EXISTS, "of the same document");
	tap_ok(vt_id_eq(&d->r.paper, &waits), "the refusal names the paper");
	tap_call(do_step(d, NULL,
		     read_step(&two, VT_CONSIGN_DUPLICATE,
			 "H01,2026/03/01,12/BTP-VP")),
	    &d->err, "so it is a duplicate");
	tap_refused(do_step(d, NULL, read_step(&two, VT_CONSIGN_ARRIVED, "x")),
	    VT_E_OUT_OF_ORDER, "and stays one");

	/* Quarantine, and read again. */
	tap_call(
	    make_consign(d, "doc-3", "what?", &three_), &d->err, "a third");
	tap_call(
	    do_step(d, NULL, read_step(&three_, VT_CONSIGN_QUARANTINED, "")),
	    &d->err, "in quarantine");
	tap_eq_int(works(d, VT_WORK_PACKET), 0, "its work has ended");
	tap_call(do_step(d, NULL, read_step(&three_, VT_CONSIGN_STORED, "")),
	    &d->err, "to be read again");
	tap_eq_int(works(d, VT_WORK_PACKET), 1, "is work again");

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_consign_by_external(v, d->agency, VT_TRANSPORT_AXIS,
		     "doc-2", &con[1], &d->err),
	    &d->err, "by the transport's id");
	tap_ok(vt_id_eq(&con[1].id, &two), "it");
	tap_refused(vt_consign_by_external(v, d->agency, VT_TRANSPORT_DIRECT,
			"doc-2", &con[1], &d->err),
	    VT_E_NOT_FOUND, "of that transport only");
	tap_call(vt_consign_by_document(v, d->agency,
		     &(struct vt_document_of){ .from_code = "H01",
			 .document_id = "H01,2026/03/01,12/BTP-VP" },
		     con, 4, &n, &d->err),
	    &d->err, "by document");
	tap_ok(n == 1 && vt_id_eq(&con[0].id, &one),
	    "the one whose paper it is, not its duplicate");
	tap_call(vt_consign_list(v, d->agency, &f, con, 4, &n, &next, &d->err),
	    &d->err, "list");
	tap_ok(n == 1 && next == 0 && vt_id_eq(&con[0].id, &one),
	    "those that arrived");
	vt_view_end(v);

	/* Refused, then sent again by its sender: a new paper. */
	tap_refused(do_step(d, &waits, noted(VT_STEP_REFUSE, "")), VT_E_INVALID,
	    "refusing without a reason");
	tap_call(do_step(d, &waits, noted(VT_STEP_REFUSE, "sai địa chỉ")),
	    &d->err, "refused");
	tap_eq_int(paper_of(d, &waits)->state, VT_PAPER_REFUSED, "refused");
	tap_refused(do_step(d, &waits, accept_step()), VT_E_OUT_OF_ORDER,
	    "not accepted any more");
	tap_call(make_consign(d, "doc-4", "<edXML>1c</edXML>", &two), &d->err,
	    "sent again");
	tap_call(make_arrival(d, &two, "H01,2026/03/01,12/BTP-VP", 7), &d->err,
	    "makes a paper");
}

/* ---- handling ---- */

static void
handling(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_ASSIGN };
	vt_id p = d->paper, in, lead, helps, twice[2];

	tap_call(make_person(d, "Nguyễn Văn A", &lead), &d->err, "who leads");
	tap_call(make_person(d, "Trần Thị B", &helps), &d->err, "who helps");
	twice[0] = twice[1] = helps;
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "assigned to nobody");
	st.u.assign.person = lead;
	st.u.assign.with = twice;
	st.u.assign.n_with = 2;
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "somebody twice");
	st.u.assign.with = &helps;
	st.u.assign.n_with = 1;
	st.u.assign.due_on = "2026-13-01";
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "no such month");
	st.u.assign.due_on = "2026-03-16";
	tap_refused(
	    do_step(d, &p, st), VT_E_OUT_OF_ORDER, "it waits for the clerk");
	tap_refused(do_step(d, &p, noted(VT_STEP_PROCESS, "")),
	    VT_E_OUT_OF_ORDER, "nor is it processed");
	tap_call(do_step(d, &p, accept_step()), &d->err, "accepted");
	tap_eq_int(d->r.arrival, 1, "số đến 1: the refused one took none");
	tap_eq_int(paper_of(d, &p)->state, VT_PAPER_ARRIVED, "arrived");
	tap_refused(do_step(d, &p, accept_step()), VT_E_OUT_OF_ORDER, "once");
	tap_call(do_step(d, &p, st), &d->err, "assigned");
	tap_ok(paper_of(d, &p)->state == VT_PAPER_ASSIGNED &&
		   vt_id_eq(&paper.assigned_to, &lead) &&
		   paper.n_assigned_with == 1,
	    "who leads, who helps");
	tap_call(do_step(d, &p, noted(VT_STEP_PROCESS, "đang làm")), &d->err,
	    "processing");
	tap_call(do_step(d, &p, st), &d->err, "assigned anew");
	tap_eq_int(
	    paper_of(d, &p)->state, VT_PAPER_PROCESSING, "stays processing");
	st = (struct vt_step){ .kind = VT_STEP_FORWARD };
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "forwarded to nobody");
	st.u.forward.person = helps;
	tap_call(do_step(d, &p, st), &d->err, "forwarded");
	st = (struct vt_step){ .kind = VT_STEP_OPENED };
	tap_call(do_step(d, &p, st), &d->err, "opened");
	tap_refused(do_step(d, &p, st), VT_E_EXISTS, "first once only");
	st = (struct vt_step){ .kind = VT_STEP_PRINT };
	st.u.print.what = VT_PRINT_COPY;
	tap_refused(do_step(d, &p, st), VT_E_LIMIT, "no copy at all");
	st.u.print.copies = 3;
	st.u.print.version = (vt_hash){ { 1 } };
	tap_refused(do_step(d, &p, st), VT_E_NOT_FOUND, "of no version of it");
	st.u.print.version = paper_of(d, &p)->approved_hash; /* zero */
	tap_call(do_step(d, &p, st), &d->err, "three copies");
	tap_eq_int(paper_of(d, &p)->printed, 3, "counted");
	in = p;
	st = (struct vt_step){ .kind = VT_STEP_FINISH };
	st.u.finish.answer = in;
	tap_refused(
	    do_step(d, &p, st), VT_E_INVALID, "an incoming paper is no answer");
	tap_call(make_paper(d, VT_DIR_OUT, 4000, 90), &d->err, "an answer");
	st.u.finish.answer = d->paper;
	tap_call(do_step(d, &p, st), &d->err, "finished");
	tap_ok(paper_of(d, &p)->state == VT_PAPER_FINISHED &&
		   vt_id_eq(&paper.answered_by, &st.u.finish.answer),
	    "with its answer");
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER, "once");
}

/* The sender of an incoming paper wants it back. */
static void
asked_back(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK_ANSWER };
	vt_id one, p;

	tap_call(make_consign(d, "doc-5", "<edXML>5</edXML>", &one), &d->err,
	    "a consignment");
	tap_call(make_arrival(d, &one, "H01,2026/03/01,13/BTP-VP", 15), &d->err,
	    "its paper");
	p = d->paper;
	st.u.take_back_answer.agree = true;
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER, "nobody asked");
	tap_call(do_step(d, &p, noted(VT_STEP_TAKE_BACK, "gửi nhầm")), &d->err,
	    "13");
	tap_eq_int(paper_of(d, &p)->asked, VT_ASK_TAKE_BACK, "asked");
	st.u.take_back_answer.agree = false;
	tap_call(do_step(d, &p, st), &d->err, "16");
	tap_ok(paper_of(d, &p)->asked == 0 && paper.ask_answer == 16 &&
		   paper.state == VT_PAPER_WAITING,
	    "declined: it stays where it was");
	tap_call(do_step(d, &p, noted(VT_STEP_TAKE_BACK, "gửi nhầm")), &d->err,
	    "13 again");
	st.u.take_back_answer.agree = true;
	tap_call(do_step(d, &p, st), &d->err, "15");
	tap_eq_int(paper_of(d, &p)->state, VT_PAPER_TAKEN_BACK, "given back");
	tap_refused(do_step(d, &p, noted(VT_STEP_TAKE_BACK, "x")),
	    VT_E_OUT_OF_ORDER, "there is nothing left to ask for");
}

/* ---- statuses ---- */

static void
statuses(struct doer *d, struct world *w)
{
	static const uint32_t codes[] = { 6, 4, 5, 3, 1 };
	struct vt_delivery_status log[16];
	struct vt_step st = { .kind = VT_STEP_DELIVERED };
	struct vt_view *v;
	vt_id p, one, two;
	uint64_t rev;
	size_t n;

	tap_call(make_paper(d, VT_DIR_OUT, 9000, 21), &d->err, "paper");
	p = d->paper;
	tap_call(walk_to_issue(d, 22), &d->err, "walk");
	tap_call(dispatch(d, three, 3), &d->err, "dispatch");
	one = delivery_id(d, &p, 0);
	two = delivery_id(d, &p, 1);
	rev = paper_of(d, &p)->rev;
	tap_eq_int(works(d, VT_WORK_DELIVERY), 2, "two to be sent");
	st.u.delivered.delivery = one;
	st.u.delivered.state = VT_DELIVERY_SENT;
	st.u.delivered.transport = VT_TRANSPORT_AXIS;
	st.u.delivered.external = "axis-77";
	st.u.delivered.attempts = 2;
	st.u.delivered.sent_at = w->now;
	tap_call(do_step(d, &p, st), &d->err, "sent");
	tap_ok(delivery_of(d, &one)->state == VT_DELIVERY_SENT &&
		   del[0].transport == VT_TRANSPORT_AXIS &&
		   del[0].attempts == 2 && del[0].sent_at == w->now,
	    "by which way, when");
	tap_eq_int(works(d, VT_WORK_DELIVERY), 1, "is not to be sent again");
	tap_eq_int(paper_of(d, &p)->rev, rev,
	    "a transport's word is about the delivery, not the paper");
	for (size_t i = 0; i < 5; i++) {
		w->now += VT_TIME_S(60);
		tap_call(do_step(d, &p,
			     status_step(&one, codes[i],
				 w->now - VT_TIME_S(100) * codes[i], "")),
		    &d->err, "status %u", codes[i]);
	}
	tap_eq_int(vt_delivery_shown(delivery_of(d, &one)), 6,
	    "06 first, then 04 05 03 01: finished");
	tap_eq_int(del[0].state, VT_DELIVERY_REGISTERED, "registered there");
	tap_ok(del[0].accepted_at < del[0].delivered_at,
	    "with the times as stated");
	tap_eq_int(paper_of(d, &p)->rev, rev,
	    "statuses leave the paper's revision alone");
	tap_call(do_step(d, &p, status_step(&two, 1, 0, "")), &d->err, "01");
	tap_eq_int(works(d, VT_WORK_DELIVERY), 0,
	    "what has arrived is not sent again");
	tap_call(do_step(d, &p, status_step(&two, 2, w->now, "nhầm")), &d->err,
	    "02");
	tap_call(do_step(d, &p, status_step(&two, 7, 0, "?")), &d->err,
	    "one that nobody knows");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &two)), 2, "refused");
	tap_ok(del[0].unknown == 7 && del[0].log == 3, "all are kept");
	tap_refused(do_step(d, &p, status_step(&two, 0, 0, "")), VT_E_INVALID,
	    "status 0");
	tap_refused(do_step(d, &p, status_step(&two, 100, 0, "")), VT_E_INVALID,
	    "status 100");
	tap_refused(do_step(d, NULL, status_step(&two, 3, 0, "")), VT_E_INVALID,
	    "an act on no paper");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(
	    vt_delivery_log(v, &one, 0, log, 16, &n, &d->err), &d->err, "log");
	tap_ok(n == 5 && log[0].code == 6 && log[4].code == 1 &&
		   strcmp(log[0].from, "H99.31") == 0,
	    "as they came");
	tap_call(
	    vt_delivery_log(v, &one, 3, log, 16, &n, &d->err), &d->err, "log");
	tap_ok(n == 2 && log[0].no == 4, "from a row on");
	tap_call(vt_delivery_list_after(v, &p, 0, del, 2, &n, &d->err), &d->err,
	    "a page");
	tap_call(vt_delivery_list_after(v, &p, del[1].seq, del, 4, &n, &d->err),
	    &d->err, "the next");
	tap_ok(n == 1 && del[0].state == VT_DELIVERY_PRINT,
	    "ends with the one to be printed");
	vt_view_end(v);
}

/* ---- recall ---- */

static void
take_back(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	struct vt_work w;
	static const vt_id owner = { { 9 } };
	vt_id p, one, two, printed;

	tap_call(make_paper(d, VT_DIR_OUT, 9000, 31), &d->err, "paper");
	p = d->paper;
	st.u.take_back.note = "gửi nhầm";
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER, "it was never sent");
	tap_call(walk_to_issue(d, 32), &d->err, "walk");
	tap_call(dispatch(d, three, 3), &d->err, "dispatch");
	one = delivery_id(d, &p, 0);
	two = delivery_id(d, &p, 1);
	st.u.take_back.note = "";
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "without a reason");
	st.u.take_back.note = "gửi nhầm";
	/* Somebody has begun to send the first. */
	tap_call(vt_work_claim(d->s, 1U << VT_WORK_DELIVERY, &owner, 60000000,
		     &w, &d->err),
	    &d->err, "claim");
	tap_ok(vt_id_eq(&w.subject, &one), "the first");
	vt_work_free(&w);
	tap_call(do_step(d, &p, st), &d->err, "take back");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &one)), 13,
	    "the one on its way is asked for");
	tap_eq_int(delivery_of(d, &two)->state, VT_DELIVERY_WITHDRAWN,
	    "the other never leaves");
	tap_eq_int(works(d, VT_WORK_STATUS), 1, "one status to be told");
	printed = delivery_id(d, &p, 2);
	tap_eq_int(delivery_of(d, &printed)->state, VT_DELIVERY_WITHDRAWN,
	    "nor is the one on paper handed over");
	tap_call(vt_work_claim(
		     d->s, 1U << VT_WORK_STATUS, &owner, 60000000, &w, &d->err),
	    &d->err, "claim");
	tap_ok(vt_id_eq(&w.subject, &one) && w.n_payload > 4 &&
		   memcmp(w.payload, "\xa2\x01\x0d\x02", 4) == 0,
	    "about that delivery: 13 and the reason");
	vt_work_free(&w);
	tap_call(do_step(d, &p, status_step(&one, 16, 0, "đã xử lý")), &d->err,
	    "16");
	tap_ok(vt_delivery_shown(delivery_of(d, &one)) == 0 &&
		   del[0].declined_at != VT_TIME_NONE,
	    "answered: nothing is shown for the ask");
	st = (struct vt_step){ .kind = VT_STEP_RESEND };
	st.u.resend.delivery = two;
	tap_call(do_step(d, &p, st), &d->err, "sent after all");
	tap_eq_int(delivery_of(d, &two)->state, VT_DELIVERY_WAITING, "waits");
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER, "it waits already");
	st = (struct vt_step){ .kind = VT_STEP_DELIVERED };
	st.u.delivered.delivery = two;
	st.u.delivered.state = VT_DELIVERY_FAILED;
	st.u.delivered.note = "không kết nối được";
	tap_call(do_step(d, &p, st), &d->err, "a dead letter");
	tap_ok(delivery_of(d, &two)->dead, "dead");
	st = (struct vt_step){ .kind = VT_STEP_RESEND };
	st.u.resend.delivery = two;
	tap_call(do_step(d, &p, st), &d->err, "again by hand");
	tap_ok(!delivery_of(d, &two)->dead && del[0].work != 0, "alive");
}

static struct vt_step
failed_step(const vt_id *delivery, uint32_t attempts)
{
	struct vt_step st = { .kind = VT_STEP_DELIVERED };

	st.u.delivered.delivery = *delivery;
	st.u.delivered.state = VT_DELIVERY_FAILED;
	st.u.delivered.note = "không trả lời";
	st.u.delivered.attempts = attempts;
	st.u.delivered.sent_at = VT_TIME_NONE;
	st.u.delivered.stored_at = VT_TIME_NONE;
	return st;
}

/* What was given up may have arrived all the same. */
static void
take_back_failed(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	struct vt_step again = { .kind = VT_STEP_RESEND };
	vt_id p, one, two;

	tap_call(make_paper(d, VT_DIR_OUT, 9000, 51), &d->err, "paper");
	p = d->paper;
	tap_call(walk_to_issue(d, 52), &d->err, "walk");
	tap_call(dispatch(d, three, 3), &d->err, "dispatch");
	one = delivery_id(d, &p, 0);
	two = delivery_id(d, &p, 1);
	st.u.take_back.note = "gửi nhầm";
	st.u.take_back.delivery = one;
	tap_call(do_step(d, &p, failed_step(&one, 6)), &d->err, "given up");
	tap_call(do_step(d, &p, st), &d->err, "taken back");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &one)), 13,
	    "a dead letter that was on its way is asked for");
	tap_call(do_step(d, &p, failed_step(&two, 0)), &d->err,
	    "one that no peer was offered");
	st.u.take_back.delivery = two;
	tap_call(do_step(d, &p, st), &d->err, "taken back");
	tap_eq_int(delivery_of(d, &two)->state, VT_DELIVERY_WITHDRAWN,
	    "closed at once");
	again.u.resend.delivery = two;
	tap_call(do_step(d, &p, again), &d->err, "sent after all");
	tap_call(do_step(d, &p, failed_step(&two, 1)), &d->err, "given up");
	tap_call(do_step(d, &p, again), &d->err, "again by hand");
	tap_call(do_step(d, &p, st), &d->err, "taken back before it is tried");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &two)), 13,
	    "an earlier try may have arrived: it is asked for");
}

/* A receiver that talks and talks. */
static void
full_log(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	struct vt_delivery_status log[4];
	int rc = VT_OK;
	struct vt_view *v;
	vt_id p, one;
	size_t n;

	tap_call(make_paper(d, VT_DIR_OUT, 9000, 61), &d->err, "paper");
	p = d->paper;
	tap_call(walk_to_issue(d, 62), &d->err, "walk");
	tap_call(dispatch(d, three, 1), &d->err, "dispatch");
	one = delivery_id(d, &p, 0);
	for (size_t i = 0; i < VT_L(DELIVERY_LOG_MAX) && rc == VT_OK; i++)
		rc = do_step(d, &p, status_step(&one, 1, 0, ""));
	tap_call(rc, &d->err, "as many statuses as a log holds");
	tap_eq_int(delivery_of(d, &one)->log, VT_L(DELIVERY_LOG_MAX), "full");
	tap_call(do_step(d, &p, status_step(&one, 3, 0, "")), &d->err,
	    "one more is no error");
	tap_ok(vt_delivery_shown(delivery_of(d, &one)) == 3 &&
		   del[0].log == VT_L(DELIVERY_LOG_MAX) + 1,
	    "the state follows; what is new is kept");
	tap_call(do_step(d, &p, status_step(&one, 3, 0, "")), &d->err, "03");
	tap_call(do_step(d, &p, status_step(&one, 77, 0, "")), &d->err, "77");
	tap_eq_int(delivery_of(d, &one)->log, VT_L(DELIVERY_LOG_MAX) + 1,
	    "by repeats and noise it does not grow");
	st.u.take_back.note = "gửi nhầm";
	tap_call(do_step(d, &p, st), &d->err, "it can be asked for");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &one)), 13, "13 stands");
	tap_call(do_step(d, &p, status_step(&one, 15, 0, "")), &d->err, "15");
	tap_eq_int(vt_delivery_shown(delivery_of(d, &one)), 15, "given back");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_delivery_log(v, &one, (uint32_t)VT_L(DELIVERY_LOG_MAX), log,
		     4, &n, &d->err),
	    &d->err, "its end");
	tap_ok(n == 3 && log[0].code == 3 && log[1].code == 13 &&
		   log[2].code == 15,
	    "what people do and what is new is in the log");
	vt_view_end(v);
}

static void
recall(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_RECALL };
	struct vt_paper_link link[2];
	struct vt_view *v;
	vt_id p = d->paper, notice, draft, newer;
	size_t n;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 41), &d->err, "a draft");
	draft = d->paper;
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 42), &d->err, "a notice");
	notice = d->paper;
	tap_call(walk_to_issue(d, 43), &d->err, "issued");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 45), &d->err, "a newer one");
	newer = d->paper;
	tap_call(walk_to_issue(d, 46), &d->err, "issued");
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "without a notice");
	st.u.recall.notice = draft;
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER,
	    "a notice that is not issued");
	st.u.recall.notice = p;
	tap_refused(do_step(d, &p, st), VT_E_INVALID, "by itself");
	st.u.recall.notice = notice;
	tap_refused(do_step(d, &draft, st), VT_E_OUT_OF_ORDER,
	    "of a paper that is not out");
	tap_call(do_step(d, &p, st), &d->err, "recalled");
	tap_eq_int(paper_of(d, &p)->state, VT_PAPER_RECALLED, "recalled");
	d->paper = p;
	tap_refused(
	    dispatch(d, three, 1), VT_E_OUT_OF_ORDER, "and not sent any more");
	st = (struct vt_step){ .kind = VT_STEP_REPLACE };
	st.u.replace.by = newer;
	tap_call(do_step(d, &p, st), &d->err, "another stands for it");
	tap_refused(do_step(d, &p, st), VT_E_EXISTS, "one");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(
	    vt_paper_links(v, &notice, link, 2, &n, &d->err), &d->err, "links");
	tap_ok(n == 1 && link[0].kind == VT_LINK_RECALLS &&
		   vt_id_eq(&link[0].paper, &p),
	    "the notice knows what it recalls");
	tap_call(
	    vt_paper_links(v, &newer, link, 2, &n, &d->err), &d->err, "links");
	tap_ok(n == 1 && link[0].kind == VT_LINK_REPLACES &&
		   vt_id_eq(&link[0].paper, &p),
	    "the newer one what it replaces");
	vt_view_end(v);
}

/* ---- one paper that ends others; edocs that come again ---- */

static struct vt_step
dispatch_step(const struct vt_recipient *to, size_t n, const vt_id *about)
{
	struct vt_step st = { .kind = VT_STEP_DISPATCH };

	st.u.dispatch.to = to;
	st.u.dispatch.n_to = n;
	if (about != NULL)
		st.u.dispatch.about = *about;
	return st;
}

/* A notice that an agency has goes there again for each paper that it ends. */
static void
one_notice(struct doer *d)
{
	static const struct vt_recipient to = { "H99.31", "Xã" };
	struct vt_step st = { .kind = VT_STEP_RECALL };
	vt_id old, notice;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 61), &d->err, "a notice");
	notice = d->paper;
	tap_call(walk_to_issue(d, 62), &d->err, "issued");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 65), &d->err, "a paper");
	old = d->paper;
	tap_call(walk_to_issue(d, 66), &d->err, "issued");
	tap_call(do_step(d, &notice, dispatch_step(&to, 1, NULL)), &d->err,
	    "the notice is sent");
	tap_refused(do_step(d, &notice, dispatch_step(&to, 1, &old)),
	    VT_E_INVALID, "about a paper that it does not end");
	st.u.recall.notice = notice;
	tap_call(do_step(d, &old, st), &d->err, "recalled by it");
	tap_refused(do_step(d, &notice, dispatch_step(&to, 1, NULL)),
	    VT_E_EXISTS, "sent as itself a second time");
	tap_call(do_step(d, &notice, dispatch_step(&to, 1, &old)), &d->err,
	    "about the paper that it ends, it goes there again");
	st.u.recall.notice = delivery_id(d, &notice, 1);
	tap_ok(vt_id_eq(&delivery_of(d, &st.u.recall.notice)->about, &old),
	    "the delivery says which");
	tap_refused(do_step(d, &notice, dispatch_step(&to, 1, &old)),
	    VT_E_EXISTS, "once");
}

/* Who refused a paper may be sent it again, as often as it does. */
static void
refused_and_sent(struct doer *d)
{
	static const struct vt_recipient to = { "H99.31", "Xã" };
	vt_id p, x;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 71), &d->err, "a paper");
	p = d->paper;
	tap_call(walk_to_issue(d, 72), &d->err, "issued");
	for (size_t i = 0; i < 3; i++) {
		tap_call(do_step(d, &p, dispatch_step(&to, 1, NULL)), &d->err,
		    "sent, time %zu", i + 1);
		tap_refused(do_step(d, &p, dispatch_step(&to, 1, NULL)),
		    VT_E_EXISTS, "once while there is no answer");
		x = delivery_id(d, &p, i);
		tap_call(do_step(d, &p, status_step(&x, 2, 0, "sai")), &d->err,
		    "refused");
	}
	tap_call(do_step(d, &p, status_step(&x, 3, 0, "")), &d->err,
	    "accepted after all");
	tap_refused(do_step(d, &p, dispatch_step(&to, 1, NULL)), VT_E_EXISTS,
	    "then not again");
}

static struct vt_step
edoc_step(const vt_id *id, const char *document, enum vt_edoc_type type,
    const char *about)
{
	struct vt_step st = read_step(id, VT_CONSIGN_ARRIVED, document);

	st.u.consign_read.kind = VT_CONSIGN_EDOC;
	st.u.consign_read.type = type;
	if (about != NULL)
		st.u.consign_read.about = vt_sha256(vt_span_str(about));
	return st;
}

static void
edocs_again(struct doer *d)
{
	static const char document[] = "H01,2026/03/01,70/BTP-VP";
	vt_id c[5], known;
	struct vt_step st;

	for (size_t i = 0; i < 5; i++) {
		char external[16], packet[32];

		(void)snprintf(external, sizeof(external), "again-%zu", i);
		(void)snprintf(
		    packet, sizeof(packet), "<edXML>a%zu</edXML>", i);
		tap_call(make_consign(d, external, packet, &c[i]), &d->err,
		    "consignment");
	}
	tap_call(make_arrival(d, &c[0], document, 70), &d->err, "a document");
	known = d->paper;
	st = edoc_step(&c[1], document, VT_EDOC_REVOKE, "x");
	st.u.consign_read.paper = known;
	tap_call(do_step(d, NULL, st), &d->err, "it now revokes x");
	st = edoc_step(&c[2], document, VT_EDOC_REVOKE, "x");
	st.u.consign_read.paper = known;
	tap_refused(do_step(d, NULL, st), VT_E_EXISTS, "by another way");
	tap_ok(
	    vt_id_eq(&d->r.paper, &known) && vt_id_eq(&d->r.consignment, &c[1]),
	    "the refusal names both");
	st = edoc_step(&c[2], document, VT_EDOC_REVOKE, "y");
	st.u.consign_read.paper = known;
	tap_call(do_step(d, NULL, st), &d->err, "y is another matter");
	st = edoc_step(&c[1], document, VT_EDOC_REVOKE, "x");
	st.u.consign_read.state = VT_CONSIGN_REFUSED;
	tap_call(do_step(d, NULL, st), &d->err, "x is declined");
	st = edoc_step(&c[3], document, VT_EDOC_REVOKE, "x");
	st.u.consign_read.paper = known;
	tap_refused(do_step(d, NULL, st), VT_E_EXISTS, "and stays so");
	st = read_step(&c[4], VT_CONSIGN_QUARANTINED, "");
	st.u.consign_read.kind = VT_CONSIGN_STATUS;
	tap_call(do_step(d, NULL, st), &d->err, "what it is was read");
	tap_eq_int(
	    consignment_of(d, &c[4])->kind, VT_CONSIGN_STATUS, "and counts");
	st.u.consign_read.kind = 3;
	tap_refused(do_step(d, NULL, st), VT_E_INVALID, "no such kind");
	tap_call(do_step(d, &known, noted(VT_STEP_TAKE_BACK, "gửi nhầm")),
	    &d->err, "13");
	tap_refused(do_step(d, &known, noted(VT_STEP_TAKE_BACK, "nữa")),
	    VT_E_EXISTS, "no ask on top of another");
}

static void
play(struct doer *d, struct world *w)
{
	house(d);
	consignments(d);
	documents(d);
	handling(d);
	asked_back(d);
	statuses(d, w);
	take_back(d);
	recall(d);
}

/* Stores of their own: the one above has the rows of format 1. */
static void
sending(struct doer *d, struct world *w)
{
	(void)w;
	house(d);
	take_back_failed(d);
	full_log(d);
}

static void
ends(struct doer *d, struct world *w)
{
	(void)w;
	house(d);
	one_notice(d);
	refused_and_sent(d);
	edocs_again(d);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	vt_hash rows;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	rows = on_both(play, "exchange");
	golden("format-1-exchange.sha256", &rows,
	    "those of format 1 with its tables of exchange");
	(void)on_both(sending, "sending");
	(void)on_both(ends, "what ends a paper");
	return tap_done();
}
