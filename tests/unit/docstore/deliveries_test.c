/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deliveries against each other's grain: received after they were taken back,
 * given up after they were answered, asked by clocks that disagree, left
 * without their work. On the model and on LMDB.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define tap_refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static const struct vt_recipient two[] = { { "H99.31", "Xã" },
	{ "H99.32", "Xã khác" } };

/* Issued and dispatched to the first n of two. */
static vt_id
sent(struct doer *d, size_t n, uint64_t seed)
{
	vt_id p;

	tap_need(make_paper(d, VT_DIR_OUT, 4000, seed) == VT_OK, "paper");
	p = d->paper;
	tap_need(walk_to_issue(d, seed + 1) == VT_OK, "issued");
	if (n > 0)
		tap_need(dispatch(d, two, n) == VT_OK, "dispatched");
	return p;
}

static struct vt_step
delivered_step(const vt_id *delivery, enum vt_delivery_state state)
{
	struct vt_step st = { .kind = VT_STEP_DELIVERED };

	st.u.delivered.delivery = *delivery;
	st.u.delivered.state = state;
	st.u.delivered.note = "không trả lời";
	st.u.delivered.attempts = 3;
	return st;
}

static struct vt_step
take_back_step(void)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };

	st.u.take_back.note = "gửi nhầm";
	return st;
}

static struct vt_step
receive_step(const vt_id *delivery)
{
	struct vt_step st = { .kind = VT_STEP_RECEIVE };

	st.u.receive.delivery = *delivery;
	return st;
}

static bool
has_work(struct doer *d, uint64_t no)
{
	struct vt_view *v;
	struct vt_work w;
	int rc;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	rc = vt_work_get(v, no, &w, &d->err);
	vt_view_end(v);
	return rc == VT_OK;
}

/* What was taken back or recalled is not received, nor sent any more. */
static void
too_late(struct doer *d, struct doer *receiver)
{
	struct vt_step st = { .kind = VT_STEP_RECALL };
	static const vt_id owner = { { 9 } };
	vt_id p, notice, x, y;
	struct vt_work w;
	uint64_t work;

	p = sent(d, 2, 100);
	x = delivery_id(d, &p, 0);
	tap_call(do_step(d, &p, take_back_step()), &d->err, "taken back");
	tap_eq_int(
	    delivery_row(d, &x)->state, VT_DELIVERY_WITHDRAWN, "withdrawn");
	tap_code(do_step(receiver, NULL, receive_step(&x)), VT_E_OUT_OF_ORDER,
	    &receiver->err, "what was withdrawn is not received");

	notice = sent(d, 0, 110);
	p = sent(d, 2, 120);
	x = delivery_id(d, &p, 0);
	y = delivery_id(d, &p, 1);
	work = delivery_row(d, &y)->work;
	tap_call(vt_work_claim_item(d->s, delivery_row(d, &x)->work, &owner,
		     60000000, &w, &d->err),
	    &d->err, "the first is on its way");
	vt_work_free(&w);
	st.u.recall.notice = notice;
	st.u.recall.note = "sai";
	tap_call(do_step(d, &p, st), &d->err, "recalled");
	tap_eq_int(delivery_row(d, &y)->state, VT_DELIVERY_WITHDRAWN,
	    "what never left does not leave");
	tap_ok(!has_work(d, work), "nothing is going to send it");
	tap_eq_int(delivery_row(d, &x)->state, VT_DELIVERY_WAITING,
	    "of the other nobody knows");
	tap_code(do_step(receiver, NULL, receive_step(&x)), VT_E_OUT_OF_ORDER,
	    &receiver->err, "its paper is not received either");
	st = (struct vt_step){ .kind = VT_STEP_RESEND };
	st.u.resend.delivery = y;
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER, "nor sent again");

	p = sent(d, 1, 130);
	x = delivery_id(d, &p, 0);
	tap_call(do_step(receiver, NULL, receive_step(&x)), &receiver->err,
	    "received in time");
	st = (struct vt_step){ .kind = VT_STEP_RECALL };
	st.u.recall.notice = notice;
	tap_call(do_step(d, &p, st), &d->err, "then recalled");
	tap_call(do_step(receiver, NULL, receive_step(&x)), &receiver->err,
	    "asked again");
	tap_ok(receiver->r.repeated, "the same answer");
}

/* Who has answered has it. */
static void
given_up(struct doer *d)
{
	static const uint32_t codes[] = { 1, 3, 6 };
	vt_id p, x;

	for (size_t i = 0; i < 3; i++) {
		p = sent(d, 1, 200 + 10 * i);
		x = delivery_id(d, &p, 0);
		tap_call(do_step(d, &p, status_step(&x, codes[i], 0, "")),
		    &d->err, "status %u", codes[i]);
		tap_refused(
		    do_step(d, &p, delivered_step(&x, VT_DELIVERY_FAILED)),
		    VT_E_CONFLICT, "given up after %u", codes[i]);
		tap_ok(!delivery_row(d, &x)->dead, "no dead letter");
	}
	p = sent(d, 1, 230);
	x = delivery_id(d, &p, 0);
	tap_call(do_step(d, &p, delivered_step(&x, VT_DELIVERY_FAILED)),
	    &d->err, "given up");
	tap_call(do_step(d, &p, status_step(&x, 1, 0, "")), &d->err, "01");
	tap_ok(delivery_row(d, &x)->state == VT_DELIVERY_ARRIVED &&
		   !delivery_row(d, &x)->dead,
	    "was not lost after all");
	p = sent(d, 1, 240);
	x = delivery_id(d, &p, 0);
	tap_call(do_step(d, &p, status_step(&x, 2, 0, "nhầm")), &d->err, "02");
	tap_call(do_step(d, &p, delivered_step(&x, VT_DELIVERY_REGISTERED)),
	    &d->err, "registered");
	tap_call(do_step(d, &p, status_step(&x, 2, 0, "nhầm")), &d->err,
	    "02 that comes once more");
	tap_eq_int(delivery_row(d, &x)->state, VT_DELIVERY_REGISTERED,
	    "stays registered");
}

/* A peer's clock is behind ours, or ahead. */
static void
clocks(struct doer *d, struct world *w)
{
	vt_id p = sent(d, 1, 300), x = delivery_id(d, &p, 0);

	tap_call(do_step(d, &p, status_step(&x, 3, 0, "")), &d->err, "03");
	tap_call(do_step(d, &p, take_back_step()), &d->err, "13");
	tap_eq_int(vt_delivery_shown(delivery_row(d, &x)), 13, "asked");
	w->now += VT_TIME_S(10);
	tap_call(do_step(d, &p,
		     status_step(&x, 16, w->now - VT_TIME_S(3600), "không")),
	    &d->err, "16, an hour before the question");
	tap_eq_int(vt_delivery_shown(delivery_row(d, &x)), 3, "is its answer");
	w->now += VT_TIME_S(10);
	tap_call(do_step(d, &p,
		     status_step(&x, 16, w->now + VT_TIME_S(3600), "không")),
	    &d->err, "16, an hour after now");
	w->now += VT_TIME_S(10);
	tap_call(do_step(d, &p, take_back_step()), &d->err, "13 again");
	tap_eq_int(vt_delivery_shown(delivery_row(d, &x)), 13,
	    "is not answered by what came before it");
}

/* The stated time of the last row of a delivery's log. */
static vt_time
said(struct doer *d, const vt_id *x)
{
	struct vt_delivery_status row[16];
	struct vt_view *v;
	vt_time at = VT_TIME_NONE;
	size_t n = 0;

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		return at;
	if (vt_delivery_log(v, x, 0, row, 16, &n, &d->err) == VT_OK && n > 0)
		at = row[n - 1].at;
	vt_view_end(v);
	return at;
}

static bool
reason_is(struct doer *d, const vt_id *x, const char *want)
{
	struct vt_delivery row;
	struct vt_view *v;
	bool is;

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		return false;
	is = vt_delivery_get(v, x, &row, &d->err) == VT_OK &&
	     strcmp(row.reason, want) == 0;
	vt_view_end(v);
	return is;
}

/* Times that no clock shows, at the edge: they are kept, and do not count. */
static void
impossible(struct doer *d, struct world *w)
{
	const vt_time off = VT_TIME_S((int64_t)VT_L(STATUS_CLOCK_S)),
		      y1901 = VT_TIME_S(-2177452800), y2999 = 32472144000000000;
	vt_id p = sent(d, 1, 320), x = delivery_id(d, &p, 0);
	vt_time made = delivery_row(d, &x)->created_at, late;

	w->now += VT_TIME_S(3600);
	tap_call(do_step(d, &p, status_step(&x, 1, y1901, "")), &d->err,
	    "01 of 1901");
	tap_ok(
	    said(d, &x) == y1901 && delivery_row(d, &x)->delivered_at == w->now,
	    "is kept as said, and counts as heard");
	tap_call(do_step(d, &p, status_step(&x, 1, made - off - 1, "")),
	    &d->err, "01, a day and more before it was sent");
	tap_ok(delivery_row(d, &x)->delivered_at == w->now, "does not count");
	tap_call(do_step(d, &p, status_step(&x, 1, made - off, "")), &d->err,
	    "01, a day before it was sent");
	tap_ok(delivery_row(d, &x)->delivered_at == made - off,
	    "is somebody's clock");
	late = w->now + off;
	tap_call(do_step(d, &p, status_step(&x, 2, y2999, "mãi sau")), &d->err,
	    "02 of 2999");
	tap_ok(
	    said(d, &x) == y2999 && delivery_row(d, &x)->refused_at == w->now,
	    "is kept as said, and counts as heard");
	tap_ok(reason_is(d, &x, "mãi sau"), "with its reason");
	tap_call(do_step(d, &p, status_step(&x, 16, late + 1, "nữa")), &d->err,
	    "16, more than a day from now");
	tap_ok(
	    delivery_row(d, &x)->declined_at == w->now, "counts as heard, too");
	tap_call(do_step(d, &p, status_step(&x, 16, late, "mai")), &d->err,
	    "16 of tomorrow");
	tap_ok(delivery_row(d, &x)->declined_at == late, "is somebody's clock");
	tap_ok(reason_is(d, &x, "mai"), "and the last word");
}

/* ---- what is shown ---- */

/* By what was heard last of 13, 15 and 16, and whether there was a 15: what a
 * delivery shows that was refused and not accepted, and any other; 0: how far
 * it went. */
static const struct {
	uint32_t last;
	bool agreed;
	uint32_t refused, other;
} shown_table[] = {
	{ 0, false, 2, 0 },
	{ 13, false, 2, 13 },
	{ 13, true, 2, 13 },
	{ 15, true, 15, 15 },
	{ 16, false, 2, 0 },
	{ 16, true, 15, 15 },
};

/* Codes as they were heard, and what the table says of them. */
struct heard {
	uint32_t last, progress;
	bool agreed, refused;
};

static uint32_t
by_table(struct heard *h, uint32_t code)
{
	if (code >= 13)
		h->last = code;
	else if (code == 2)
		h->refused = true;
	else if (code > h->progress)
		h->progress = code;
	h->agreed |= code == 15;
	for (size_t i = 0; i < sizeof(shown_table) / sizeof(*shown_table);
	     i++) {
		uint32_t is;

		if (shown_table[i].last != h->last ||
		    shown_table[i].agreed != h->agreed)
			continue;
		is = h->refused && h->progress < 3 ? shown_table[i].refused
						   : shown_table[i].other;
		return is == 0 ? h->progress : is;
	}
	return 99;
}

/* One order; clocks of the other side run backwards. */
static bool
fits(const uint32_t *codes, size_t n)
{
	struct vt_delivery d;
	struct heard h = { 0 };

	vt_delivery_defaults(&d);
	for (size_t i = 0; i < n; i++) {
		const struct vt_srec r = { .kind = VT_STEP_STATUS,
			.sub = codes[i],
			.note = "",
			.at = VT_TIME_S(1000 - (vt_time)i),
			.received = VT_TIME_S(2000 + (vt_time)i) };

		vt_delivery_evolve(&d, &r, r.received);
		if (vt_delivery_shown(&d) == by_table(&h, codes[i]))
			continue;
		printf("# shown %u after", vt_delivery_shown(&d));
		for (size_t k = 0; k <= i; k++)
			printf(" %02u", codes[k]);
		printf("\n");
		return false;
	}
	return true;
}

/* All orders of the nine, each told once: and with them, after each step, all
 * orders of some of them. */
static void
all_orders(void)
{
	static const uint32_t nine[] = { 13, 15, 16, 1, 2, 3, 4, 5, 6 };
	enum { N = sizeof(nine) / sizeof(nine[0]) };
	unsigned bad = 0, orders = 1;

	for (unsigned i = 2; i <= N; i++)
		orders *= i;
	for (unsigned o = 0; o < orders && bad < 10; o++) {
		uint32_t left[N], codes[N];
		unsigned rest = o;

		memcpy(left, nine, sizeof(left));
		for (unsigned i = 0; i < N; i++) {
			unsigned at = rest % (N - i);

			rest /= N - i;
			codes[i] = left[at];
			left[at] = left[N - i - 1];
		}
		bad += !fits(codes, N);
	}
	tap_eq_int(
	    bad, 0, "%u orders of nine statuses show what is so", orders);
}

/* ---- amending ---- */

static struct vt_step
replace_step(const vt_id *by, enum vt_replace_kind kind)
{
	struct vt_step st = { .kind = VT_STEP_REPLACE };

	st.u.replace.by = *by;
	st.u.replace.kind = kind;
	return st;
}

static uint32_t
how(struct doer *d, const vt_id *paper, const vt_id *by)
{
	struct vt_paper p;
	struct vt_view *v;
	uint32_t ret;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, paper, &p, &d->err) == VT_OK, "paper");
	ret = vt_paper_replaced_how(&p, by);
	vt_view_end(v);
	return ret;
}

/* As which the links of a paper name another one; 0: not. */
static enum vt_link_kind
linked_as(struct doer *d, const vt_id *paper, const vt_id *other)
{
	enum vt_link_kind kind = (enum vt_link_kind)0;
	struct vt_paper_link l[8];
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_links(v, paper, l, 8, &n, &d->err), &d->err, "links");
	vt_view_end(v);
	for (size_t i = 0; i < n; i++)
		if (vt_id_eq(&l[i].paper, other))
			kind = l[i].kind;
	return kind;
}

/* As often as needed, by another paper each; then one stands for it. */
static void
amended(struct doer *d, struct world *w)
{
	vt_id p = sent(d, 2, 800), one = sent(d, 0, 810), fix = sent(d, 0, 820);
	vt_id new = sent(d, 0, 830), x = delivery_id(d, &p, 0);
	struct vt_step st = { .kind = VT_STEP_DISPATCH };

	tap_call(do_step(d, &p, replace_step(&one, VT_REPLACE_AMEND)), &d->err,
	    "amended");
	tap_refused(do_step(d, &p, replace_step(&one, VT_REPLACE_AMEND)),
	    VT_E_EXISTS, "once by one paper");
	tap_call(do_step(d, &p, replace_step(&fix, VT_REPLACE_CORRECT)),
	    &d->err, "corrected");
	tap_ok(how(d, &p, &one) == VT_REPLACE_AMEND &&
		   how(d, &p, &fix) == VT_REPLACE_CORRECT &&
		   how(d, &p, &new) == 0,
	    "both are named");
	st.u.dispatch.to = two;
	st.u.dispatch.n_to = 1;
	st.u.dispatch.about = p;
	tap_call(do_step(d, &one, st), &d->err,
	    "the first one still goes to who has the paper");
	tap_refused(do_step(d, &new, st), VT_E_INVALID, "another does not");
	tap_call(do_step(d, &p, status_step(&x, 3, 0, "")), &d->err, "03");
	for (unsigned i = 0; i < 2; i++)
		tap_call(do_step(d, &p, status_step(&x, 15, 0, "")), &d->err,
		    "agreed to %u", i);
	w->now += VT_TIME_S(10);
	tap_call(do_step(d, &p, take_back_step()), &d->err,
	    "two answers to two amendments do not give it back");
	tap_eq_int(vt_delivery_shown(delivery_row(d, &x)), 13, "asked back");
	w->now += VT_TIME_S(10);
	tap_call(do_step(d, &p, status_step(&x, 16, 0, "")), &d->err, "16");
	tap_eq_int(
	    vt_delivery_shown(delivery_row(d, &x)), 15, "amended as before");
	tap_call(do_step(d, &p, replace_step(&new, VT_REPLACE_NEW)), &d->err,
	    "replaced");
	tap_refused(do_step(d, &p, replace_step(&one, VT_REPLACE_AMEND)),
	    VT_E_EXISTS, "then nothing amends it any more");
	tap_ok(how(d, &p, &one) == VT_REPLACE_AMEND &&
		   how(d, &p, &new) == VT_REPLACE_NEW,
	    "all are named");
	tap_ok(linked_as(d, &p, &one) == VT_LINK_AMENDS &&
		   linked_as(d, &p, &fix) == VT_LINK_CORRECTS &&
		   linked_as(d, &fix, &p) == VT_LINK_CORRECTS &&
		   linked_as(d, &p, &new) == VT_LINK_REPLACES,
	    "each by what it did, also before the last one, from both ends");
}

/* So often and no more; then another one can still stand for it. */
static void
amended_most(void)
{
	struct doer house = { .r = VT_ACT_RESULT_INIT }, *d = &house;
	struct world w;
	vt_id p, by;

	world_init(&w);
	d->s = model_new(&w.ctx);
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	p = sent(d, 0, 900);
	for (uint64_t i = 0; i < VT_L(AMENDED_MAX); i++) {
		by = sent(d, 0, 910 + 2 * i);
		tap_need(do_step(d, &p, replace_step(&by, VT_REPLACE_AMEND)) ==
			     VT_OK,
		    "amended: %s", d->err.msg);
	}
	by = sent(d, 0, 902);
	tap_refused(do_step(d, &p, replace_step(&by, VT_REPLACE_AMEND)),
	    VT_E_LIMIT, "amended once more than AMENDED_MAX");
	tap_refused(do_step(d, &p, replace_step(&by, VT_REPLACE_CORRECT)),
	    VT_E_LIMIT, "nor corrected");
	tap_call(do_step(d, &p, replace_step(&by, VT_REPLACE_NEW)), &d->err,
	    "it can be replaced");
	tap_eq_int(how(d, &p, &by), VT_REPLACE_NEW, "and is");
	tap_eq_int(findings(d->s, true), 0, "check is clean");
	vt_act_result_free(&d->r);
	vt_store_close(d->s);
}

/* Its item is gone: it can be sent again, and check says so before. */
static void
stuck(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_RESEND };
	vt_id p = sent(d, 1, 400), x = delivery_id(d, &p, 0);

	st.u.resend.delivery = x;
	tap_refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER,
	    "one that waits for its item is not sent again");
	tap_call(lose_work(d, delivery_row(d, &x)->work), &d->err, "lost");
	tap_eq_int(findings(d->s, false), 1, "check finds it");
	tap_call(do_step(d, &p, st), &d->err, "sent again");
	tap_ok(has_work(d, delivery_row(d, &x)->work), "by a new item");
	tap_eq_int(findings(d->s, true), 0, "all is well");
}

static void
damage(struct doer *d, uint64_t no, vt_id subject, uint32_t agency_no)
{
	struct vt_engine *e = d->s->engine;
	struct vt_key k = vt_key_work(no);
	struct vt_work w;
	struct vt_span v;
	struct vt_txn *t;
	VT_BUF_AUTO(row);

	tap_need(e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &d->err) == VT_OK,
	    "begin");
	tap_need(vt_tx_get(t, VT_T_WORK, &k, &v, &d->err) == VT_OK &&
		     vt_work_decode(v, &w, &d->err) == VT_OK,
	    "item");
	w.subject = subject;
	w.agency_no = agency_no;
	vt_work_encode(&w, &row);
	tap_need(
	    vt_tx_put(t, VT_T_WORK, &k, vt_buf_view(&row), &d->err) == VT_OK &&
		t->ops->commit(t, &d->err) == VT_OK,
	    "damaged");
}

/* An item that would send another thing. */
static void
another(struct doer *d)
{
	vt_id p = sent(d, 1, 450), x = delivery_id(d, &p, 0);
	uint64_t no = delivery_row(d, &x)->work;

	damage(d, no, (vt_id){ { 0xab } }, d->agency);
	tap_eq_int(findings(d->s, false), 1, "of another subject");
	damage(d, no, x, d->agency + 70);
	tap_eq_int(findings(d->s, false), 1, "of another agency");
	damage(d, no, x, d->agency);
	tap_eq_int(findings(d->s, true), 0, "mended");
}

/* Two steps of one act that would not see each other. */
static void
in_one_act(struct doer *d)
{
	vt_id p = sent(d, 0, 500);
	struct vt_step st[2] = { { .kind = VT_STEP_DISPATCH },
		{ .kind = VT_STEP_DISPATCH } };

	for (size_t i = 0; i < 2; i++) {
		st[i].u.dispatch.to = two;
		st[i].u.dispatch.n_to = 1;
	}
	tap_refused(do_steps(d, &p, st, 2, NULL), VT_E_INVALID,
	    "one addressee by two dispatches");
	st[1] = take_back_step();
	tap_refused(
	    do_steps(d, &p, st, 2, NULL), VT_E_INVALID, "sent and taken back");
	tap_call(do_step(d, &p, st[0]), &d->err, "sent");
}

/* Whose they are. */
static void
of_others(struct doer *d, struct doer *other)
{
	struct vt_step st = { .kind = VT_STEP_ASSIGN };
	vt_id p = sent(d, 1, 600), x = delivery_id(d, &p, 0);
	vt_id theirs, mine, c, packet;

	tap_call(make_consign(other, "oc", "oc", &packet), &other->err,
	    "another agency's consignment");
	st = status_step(&x, 1, 0, "");
	st.u.status.consignment = packet;
	tap_refused(do_step(d, &p, st), VT_E_NOT_FOUND, "is none of ours");
	st.u.status.consignment = (vt_id){ { 0xee } };
	tap_refused(do_step(d, &p, st), VT_E_NOT_FOUND, "nor is no one's");
	tap_call(make_consign(d, "mc", "mc", &c), &d->err, "ours");
	st.u.status.consignment = c;
	tap_call(do_step(d, &p, st), &d->err, "is");

	tap_call(
	    make_person(other, "Người khác", &theirs), &other->err, "they");
	tap_call(make_person(d, "Người mình", &mine), &d->err, "we");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 610), &d->err, "incoming");
	p = d->paper;
	st = (struct vt_step){ .kind = VT_STEP_ASSIGN };
	st.u.assign.person = theirs;
	tap_refused(do_step(d, &p, st), VT_E_PERSON_UNKNOWN, "to them");
	st.u.assign.person = (vt_id){ { 0xee } };
	tap_refused(do_step(d, &p, st), VT_E_PERSON_UNKNOWN, "to nobody");
	st.u.assign.person = mine;
	st.u.assign.with = &theirs;
	st.u.assign.n_with = 1;
	tap_refused(do_step(d, &p, st), VT_E_PERSON_UNKNOWN, "with them");
	st.u.assign.n_with = 0;
	tap_call(do_step(d, &p, st), &d->err, "to one of us");
	st = (struct vt_step){ .kind = VT_STEP_FORWARD };
	st.u.forward.person = theirs;
	tap_refused(do_step(d, &p, st), VT_E_PERSON_UNKNOWN, "forwarded");
	st = take_back_step();
	st.u.take_back.consignment = packet;
	tap_refused(do_step(d, &p, st), VT_E_NOT_FOUND, "asked by theirs");
}

/* The act with this index, and the step of this kind in it. */
static const struct vt_act_whom *
whom_of(
    struct vt_view *v, const vt_id *p, uint64_t index, enum vt_step_kind kind)
{
	static struct vt_act_entry e;
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0;

	tap_call(vt_act_list(v, p, index, &e, 1, &n, &err), &err, "listed");
	for (size_t k = 0; n == 1 && k < e.n_kinds; k++)
		if (e.kinds[k] == kind)
			return &e.whom[k];
	tap_need(false, "the act has the step %d", (int)kind);
	return NULL;
}

/* History names whom: it outlives what the row of the paper says now. */
static void
named_later(struct doer *d)
{
	static const struct vt_recipient four[] = { { "H99.31", "Xã" },
		{ "H99.32", "Xã khác" }, { "", "Hội" }, { "", "Ban" } };
	struct vt_step st = { .kind = VT_STEP_ASSIGN };
	vt_id p = sent(d, 0, 640), in, x, lead, helps;
	const struct vt_act_whom *w;
	struct vt_view *v;
	uint64_t at[5];

	tap_call(dispatch(d, four, 4), &d->err, "sent to four");
	at[0] = d->r.index;
	x = delivery_id(d, &p, 1);
	st = status_step(&x, 3, 0, "vào sổ");
	st.u.status.staff = "Bà Lan";
	tap_call(do_step(d, &p, st), &d->err, "a status");
	at[1] = d->r.index;
	tap_call(do_step(d, &p, take_back_step()), &d->err, "asked for");
	at[2] = d->r.index;
	tap_call(make_person(d, "Chủ trì", &lead), &d->err, "who leads");
	tap_call(make_person(d, "Phối hợp", &helps), &d->err, "who helps");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 650), &d->err, "incoming");
	in = d->paper;
	st = (struct vt_step){ .kind = VT_STEP_ASSIGN };
	st.u.assign.person = lead;
	st.u.assign.with = &helps;
	st.u.assign.n_with = 1;
	st.u.assign.due_on = "2026-03-16";
	tap_call(do_step(d, &in, st), &d->err, "assigned");
	at[3] = d->r.index;
	st = (struct vt_step){ .kind = VT_STEP_FORWARD };
	st.u.forward.person = helps;
	st.u.forward.unit = "Phòng A";
	tap_call(do_step(d, &in, st), &d->err, "forwarded");
	at[4] = d->r.index;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	w = whom_of(v, &p, at[0], VT_STEP_DISPATCH);
	tap_ok(w->n_to == 4 && strcmp(w->recipient[2].name, "Hội") == 0 &&
		   strcmp(w->recipient[1].code, "H99.32") == 0,
	    "sent: to four, the first ones named");
	w = whom_of(v, &p, at[1], VT_STEP_STATUS);
	tap_ok(vt_id_eq(&w->delivery, &x) && w->said == 3 &&
		   strcmp(w->staff, "Bà Lan") == 0,
	    "a status: of which delivery, who says so");
	w = whom_of(v, &p, at[2], VT_STEP_TAKE_BACK);
	tap_ok(
	    w->n_to > 0 && !vt_id_is_zero(&w->to[0]), "asked for: from whom");
	w = whom_of(v, &in, at[3], VT_STEP_ASSIGN);
	tap_ok(vt_id_eq(&w->person, &lead) && w->n_with == 1 &&
		   vt_id_eq(&w->with[0], &helps) &&
		   strcmp(w->due, "2026-03-16") == 0,
	    "assigned: to whom, with whom, until when");
	w = whom_of(v, &in, at[4], VT_STEP_FORWARD);
	tap_ok(vt_id_eq(&w->person, &helps) && strcmp(w->unit, "Phòng A") == 0,
	    "forwarded: to whom");
	vt_view_end(v);
}

/* An ask that a paper's end overtook. */
static void
answers(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_REFUSE };
	struct vt_step no = { .kind = VT_STEP_TAKE_BACK_ANSWER };
	struct vt_step yes = no;
	vt_id c, p, notice;

	yes.u.take_back_answer.agree = true;
	tap_call(make_consign(d, "a1", "a1", &c), &d->err, "a consignment");
	tap_call(make_arrival(d, &c, "A1", 700), &d->err, "its paper");
	p = d->paper;
	tap_call(do_step(d, &p, take_back_step()), &d->err, "asked");
	st.u.refuse.note = "sai";
	tap_call(do_step(d, &p, st), &d->err, "refused");
	tap_call(do_step(d, &p, yes), &d->err, "it is given back already");
	tap_refused(
	    do_step(d, &p, no), VT_E_OUT_OF_ORDER, "the ask is cleared away");
	tap_ok(paper_row(d, &p)->state == VT_PAPER_REFUSED &&
		   paper_row(d, &p)->asked == 0,
	    "it stays refused");
	tap_call(make_consign(d, "a2", "a2", &c), &d->err, "a consignment");
	tap_call(make_arrival(d, &c, "A2", 710), &d->err, "a notice");
	notice = d->paper;
	tap_call(make_consign(d, "a3", "a3", &c), &d->err, "a consignment");
	tap_call(make_arrival(d, &c, "A3", 720), &d->err, "a paper");
	p = d->paper;
	tap_call(do_step(d, &p, take_back_step()), &d->err, "asked");
	st = (struct vt_step){ .kind = VT_STEP_RECALL };
	st.u.recall.notice = notice;
	tap_call(do_step(d, &p, st), &d->err, "recalled");
	tap_refused(do_step(d, &p, yes), VT_E_OUT_OF_ORDER, "nor this one");
	tap_eq_int(
	    paper_row(d, &p)->state, VT_PAPER_RECALLED, "it stays recalled");
}

/* An agency that was merged: who goes on receives what is sent to it. */
static void
merged(struct doer *d, struct doer *was)
{
	static const struct vt_recipient now[] = { { "H99.31", "Xã" },
		{ "H99.39", "Xã mới" } };
	struct doer heir = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct doer last = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct vt_step st = { .kind = VT_STEP_AGENCY_MERGE };
	vt_id had = sent(d, 1, 890), p = sent(d, 1, 900);
	vt_id x = delivery_id(d, &had, 0);

	tap_call(make_agency(&heir, "H99.39", "Xã mới"), &heir.err, "heir");
	tap_call(do_step(was, NULL, receive_step(&x)), &was->err, "it has one");
	x = delivery_id(d, &p, 0);
	st.u.agency_merge.successor = was->agency;
	tap_code(do_step(was, NULL, st), VT_E_INVALID, &was->err, "in itself");
	st.u.agency_merge.successor = 99;
	tap_code(do_step(was, NULL, st), VT_E_AGENCY_UNKNOWN, &was->err,
	    "in nobody known");
	tap_code(do_step(&heir, NULL, receive_step(&x)), VT_E_FORBIDDEN,
	    &heir.err, "not yet for the heir");
	st.u.agency_merge.successor = heir.agency;
	tap_call(do_step(was, NULL, st), &was->err, "merged");
	st.u.agency_merge.successor = was->agency;
	tap_code(do_step(&heir, NULL, st), VT_E_INVALID, &heir.err,
	    "not in a circle");
	tap_code(do_step(was, NULL, receive_step(&x)), VT_E_FORBIDDEN,
	    &was->err, "no longer for who was merged");
	tap_call(do_step(&heir, NULL, receive_step(&x)), &heir.err, "received");
	tap_call(lose_work(d, delivery_row(d, &x)->work), &d->err,
	    "its item is done");
	tap_eq_int(findings(d->s, true), 0, "by the heir: check knows");
	tap_call(do_step(d, &p, delivered_step(&x, VT_DELIVERY_REGISTERED)),
	    &d->err, "it says so");
	d->paper = p;
	tap_code(dispatch(d, &now[1], 1), VT_E_EXISTS, &d->err,
	    "the heir has it, under the code that it went to");
	d->paper = had;
	tap_call(dispatch(d, &now[1], 1), &d->err,
	    "what the other had itself may be sent to the heir");
	p = sent(d, 0, 905);
	tap_code(dispatch(d, now, 2), VT_E_INVALID, &d->err,
	    "nothing to both codes: they are one agency");
	tap_call(make_agency(&last, "H99.40", "Phường"), &last.err, "heir's");
	st.u.agency_merge.successor = last.agency;
	tap_call(do_step(&heir, NULL, st), &heir.err, "merged, too");
	p = sent(d, 1, 908);
	x = delivery_id(d, &p, 0);
	tap_call(do_step(&last, NULL, receive_step(&x)), &last.err, "received");
	tap_call(lose_work(d, delivery_row(d, &x)->work), &d->err,
	    "its item is done");
	tap_eq_int(findings(d->s, true), 0, "by the last: check knows");
	tap_call(do_step(d, &p, delivered_step(&x, VT_DELIVERY_REGISTERED)),
	    &d->err, "it says so");
	p = sent(d, 1, 910);
	x = delivery_id(d, &p, 0);
	st.u.agency_merge.successor = 0;
	tap_call(do_step(was, NULL, st), &was->err, "a mistake");
	vt_act_result_free(&last.r);
	tap_call(do_step(was, NULL, receive_step(&x)), &was->err, "undone");
	vt_act_result_free(&heir.r);
}

static void
play(struct doer *d, struct world *w)
{
	struct doer receiver = *d;

	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "sender");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_agency(&receiver, "H99.31", "Xã"), &receiver.err, "to");
	too_late(d, &receiver);
	given_up(d);
	clocks(d, w);
	impossible(d, w);
	stuck(d);
	another(d);
	in_one_act(d);
	of_others(d, &receiver);
	named_later(d);
	answers(d);
	amended(d, w);
	merged(d, &receiver);
	vt_act_result_free(&receiver.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	all_orders();
	amended_most();
	(void)on_both(play, "deliveries");
	return tap_done();
}
