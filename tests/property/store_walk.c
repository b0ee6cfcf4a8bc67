/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A long walk of random acts, sensible and not, on LMDB and on the model at
 * once: every answer has the same code and the same receipt, the store has
 * the same rows in the end, and check is clean, also after opening again. The
 * walk goes on until each kind of move has succeeded. VT_SEED, VT_STEPS.
 */
#include <time.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define PAPERS 24

#define CONSIGNS 4

#define SENT 4 /* papers on their way, made anew now and then */

/* What must have been done at least once. */
static const char *const needed[] = { "register", "version", "submit",
	"approve", "return", "number", "sign", "issue", "dispatch", "receive",
	"sent", "failed", "arrived", "refused", "registered", "status",
	"resend", "take-back", "take-back-one", "recall", "replace", "consign",
	"repeat", "arrival", "consign-read", "accept", "refuse", "assign",
	"process", "finish", "opened", "asked", "take-back-answer", "forward",
	"print", "recalled", "entry", "state", "meta", "claim", "retry", "wake",
	"hurry", "end" };
#define NEEDED (sizeof(needed) / sizeof(needed[0]))

struct side {
	struct world w;
	struct doer d[2]; /* two agencies */
	vt_id paper[PAPERS];
	vt_hash main[PAPERS];
	size_t n;
	vt_id consign[CONSIGNS]; /* at the second */
	vt_id in[CONSIGNS];      /* papers made of them */
	size_t n_consign, n_in;
	vt_id sent[SENT];
	vt_id clerk;         /* of the second */
	struct vt_work held; /* no 0: nothing */
	const char *did;     /* of needed, or "" */
};

static uint64_t state;

static uint64_t
draw(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

static const struct vt_recipient to[] = { { "H99.31", "UBND xã" },
	{ "H99.77", "Nơi khác" } };

/* Another paper is on its way in this place. */
static int
send_anew(struct side *s, unsigned int place, uint64_t seed)
{
	struct doer *d = &s->d[0];
	int rc;

	if ((rc = make_paper(d, VT_DIR_OUT, 3000, seed)) != VT_OK)
		return rc;
	s->sent[place] = d->paper;
	if ((rc = walk_to_issue(d, seed + 1)) != VT_OK)
		return rc;
	return dispatch(d, to, 2);
}

static void
begin(struct side *s)
{
	unsigned int bad = 0;

	bad += make_agency(&s->d[0], "H99.07", "Sở KH&CN") != VT_OK;
	bad += make_agency(&s->d[1], "H99.31", "UBND xã") != VT_OK;
	for (int i = 0; i < 2; i++) {
		bad += make_series(&s->d[i], "di", VT_RESET_YEAR,
			   VT_SERIES_OURS) != VT_OK;
		bad += make_series(&s->d[i], "den", VT_RESET_YEAR,
			   VT_SERIES_OURS) != VT_OK;
	}
	bad += make_person(&s->d[1], "Văn thư", &s->clerk) != VT_OK;
	for (unsigned int i = 0; i < SENT; i++)
		bad += send_anew(s, i, 1000 + 10 * i) != VT_OK;
	tap_need(bad == 0, "two agencies, and papers on their way");
}

struct move { /* drawn once, done on both sides */
	unsigned int what, paper, reason;
	size_t size;
	uint64_t seed;
	bool key;
};

static int
version(struct side *s, const struct move *m, const vt_id *paper,
    const vt_hash *main)
{
	struct doer *d = &s->d[0];
	struct vt_step st[2];
	int rc;

	d->main = *main;
	rc = append_step(
	    d, (enum vt_version_reason)m->reason, m->size + 1, m->seed, &st[0]);
	if (rc != VT_OK)
		return rc;
	st[1] = sign_step(m->seed & 1 ? VT_SIGN_COMPETENT : VT_SIGN_INITIALS,
	    &st[0].u.version.file.hash);
	if (m->reason == VT_VERSION_SEALED)
		st[1] = seal_step(&st[0].u.version.file.hash);
	if (m->reason < VT_VERSION_INITIALLED || m->reason > VT_VERSION_SEALED)
		return do_step(d, paper, st[0]);
	s->did = st[1].kind == VT_STEP_SIGN ? "sign" : "";
	return do_steps(d, paper, st, 2, NULL);
}

static int
receive(struct doer *d, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_RECEIVE };
	struct vt_delivery del = { .seq = 0 };
	struct vt_view *v;
	struct vt_err err;
	size_t n = 0;

	if (vt_view_begin(d->s, &v, &err) != VT_OK)
		return VT_E_INTERNAL;
	if (vt_delivery_list(v, paper, &del, 1, &n, &err) == VT_OK && n == 1)
		st.u.receive.delivery = del.id;
	vt_view_end(v);
	st.u.receive.series = "den";
	return do_step(d, NULL, st);
}

/* ---- exchange ---- */

static int
status(struct side *s, const struct move *m, const vt_id *paper)
{
	static const uint32_t codes[] = { 1, 2, 3, 4, 5, 6, 13, 15, 16, 7, 91 };
	vt_id del = delivery_id(&s->d[0], paper, m->seed % 2);
	struct vt_step st = { .kind = VT_STEP_DELIVERED };

	st.u.delivered.delivery = del;
	st.u.delivered.state = VT_DELIVERY_ARRIVED + (unsigned)m->size % 7;
	st.u.delivered.note = "note";
	s->did = st.u.delivered.state == VT_DELIVERY_SENT         ? "sent"
		 : st.u.delivered.state == VT_DELIVERY_FAILED     ? "failed"
		 : st.u.delivered.state == VT_DELIVERY_ARRIVED    ? "arrived"
		 : st.u.delivered.state == VT_DELIVERY_REFUSED    ? "refused"
		 : st.u.delivered.state == VT_DELIVERY_REGISTERED ? "registered"
								  : "";
	if (m->seed % 3 == 0) {
		st.u.delivered.transport = VT_TRANSPORT_AXIS;
		st.u.delivered.attempts = 1 + (uint32_t)(m->seed % 4);
		st.u.delivered.sent_at = s->w.now;
	}
	if (m->reason % 2 == 0) {
		s->did = "status";
		st = status_step(&del, codes[m->size % 11],
		    s->w.now - (vt_time)(m->seed % 1000), "");
	}
	if (m->reason == 7) {
		s->did = "resend";
		st = (struct vt_step){ .kind = VT_STEP_RESEND };
		st.u.resend.delivery = del;
	}
	return do_step(&s->d[0], paper, st);
}

static int
recall(struct side *s, const struct move *m, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	const vt_id *other;

	st.u.take_back.note = "nhầm";
	s->did = "take-back";
	if (m->reason == 4) {
		s->did = "take-back-one";
		st.u.take_back.delivery =
		    delivery_id(&s->d[0], paper, m->seed % 2);
	}
	if (m->reason == 6) {
		s->did = "recall";
		other = &s->sent[m->seed % SENT];
		st = (struct vt_step){ .kind = VT_STEP_RECALL };
		st.u.recall.notice = *other;
	} else if (m->reason == 7) {
		s->did = "replace";
		other = &s->sent[m->seed % SENT];
		st = (struct vt_step){ .kind = VT_STEP_REPLACE };
		st.u.replace.by = *other;
	}
	return do_step(&s->d[0], paper, st);
}

static int
consign(struct side *s, const struct move *m)
{
	static const char *const documents[] = { "d1", "d2", "d3", "", "d5",
		"d6", "d7", "d8" };
	struct doer *d = &s->d[1];
	const char *document = documents[m->size % 8];
	vt_id *c = &s->consign[m->seed % CONSIGNS], made;
	char external[24];
	int rc;

	if (m->reason % 3 == 0) {
		(void)snprintf(external, sizeof(external), "%llu",
		    (unsigned long long)(m->seed %
					 (m->size % 2 == 0 ? 1000000 : 9)));
		rc = make_consign(d, external,
		    m->size % 9 == 0 ? "<other/>" : "<edXML/>", &made);
		s->did = rc == VT_OK && d->r.repeated ? "repeat" : "consign";
		if (rc == VT_OK && !d->r.repeated)
			s->consign[s->n_consign++ % CONSIGNS] = made;
		return rc;
	}
	if (m->reason % 3 == 1) {
		s->did = "arrival";
		rc = make_arrival(d, c, document, m->seed);
		if (rc == VT_OK)
			s->in[s->n_in++ % CONSIGNS] = d->paper;
		return rc;
	}
	s->did = "consign-read";
	return do_step(d, NULL,
	    read_step(c, 1 + (enum vt_consign_state)(m->size % 6), document));
}

static int
handle(struct side *s, const struct move *m)
{
	/* What ends a paper is drawn less often than what goes on with it. */
	static const enum vt_step_kind kinds[] = { VT_STEP_ACCEPT,
		VT_STEP_REFUSE, VT_STEP_ASSIGN, VT_STEP_PROCESS, VT_STEP_FINISH,
		VT_STEP_OPENED, VT_STEP_TAKE_BACK, VT_STEP_TAKE_BACK_ANSWER,
		VT_STEP_FORWARD, VT_STEP_PRINT, VT_STEP_RECALL, VT_STEP_ACCEPT,
		VT_STEP_ACCEPT, VT_STEP_ASSIGN, VT_STEP_ASSIGN, VT_STEP_ASSIGN,
		VT_STEP_ASSIGN, VT_STEP_PROCESS, VT_STEP_PROCESS,
		VT_STEP_PROCESS };
	struct vt_step st = {
		.kind = kinds[m->size % (sizeof(kinds) / sizeof(kinds[0]))]
	};
	vt_id *p = &s->in[m->seed % CONSIGNS];

	s->did = st.kind == VT_STEP_TAKE_BACK ? "asked"
		 : st.kind == VT_STEP_RECALL  ? "recalled"
					      : vt_step_kind_name(st.kind);
	switch (st.kind) {
	case VT_STEP_ACCEPT:
		st.u.accept.series = "den";
		break;
	case VT_STEP_REFUSE:
		st.u.refuse.note = "sai";
		break;
	case VT_STEP_ASSIGN:
		st.u.assign.person = s->clerk;
		st.u.assign.unit = "Phòng";
		break;
	case VT_STEP_TAKE_BACK_ANSWER:
		st.u.take_back_answer.agree = m->seed % 3 == 0;
		break;
	case VT_STEP_FORWARD:
		st.u.forward.unit = "Phòng";
		break;
	case VT_STEP_PRINT:
		st.u.print.what = VT_PRINT_COPY;
		st.u.print.copies = 2;
		break;
	case VT_STEP_RECALL:
		st.u.recall.notice = s->in[m->paper % CONSIGNS];
		break;
	default:
		break;
	}
	return do_step(&s->d[1], p, st);
}

static int
entry(struct side *s, const struct move *m)
{
	static const char *const keys[] = { "x", "y", "z" };
	static const enum vt_entry_kind kinds[] = { VT_ENTRY_ADDRESS,
		VT_ENTRY_ACCOUNT, VT_ENTRY_HOOK };
	uint8_t value = (uint8_t)(m->size % 20);
	int rc;

	/* Each side counts the same revisions. */
	s->did = "entry";
	rc = put_entry(&s->d[m->paper % 2], kinds[m->reason % 3],
	    keys[m->seed % 3], VT_SPAN(&value, m->size % 4 == 0 ? 0 : 1),
	    m->size % 5 == 0 ? VT_ENTRY_NEW : VT_ENTRY_ANY);
	if (rc == VT_OK || m->size % 2 == 0)
		return rc;
	s->did = "state";
	return put_state(s->d[0].s, VT_STATE_CURSOR, keys[m->seed % 3], "v",
	    s->w.now + VT_TIME_S(3600));
}

/* ---- work ---- */

/* What is held ends as its handler would end it. */
static int
end_work(struct side *s)
{
	struct vt_step st = { .kind = VT_STEP_DELIVERED };
	struct doer *d = &s->d[s->held.kind == VT_WORK_PACKET ? 1 : 0];
	struct vt_delivery del;
	struct vt_view *v;
	vt_id paper;
	int rc;

	if (s->held.kind == VT_WORK_STATUS)
		return vt_work_done(d->s, s->held.no, s->held.lease, &d->err);
	if (s->held.kind == VT_WORK_PACKET)
		return do_step(d, NULL,
		    read_step(&s->held.subject, VT_CONSIGN_QUARANTINED, "d4"));
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_delivery_get(v, &s->held.subject, &del, &d->err);
	paper = rc == VT_OK ? del.paper : (vt_id){ { 0 } };
	vt_view_end(v);
	st.u.delivered.delivery = s->held.subject;
	st.u.delivered.state = VT_DELIVERY_SENT;
	st.u.delivered.attempts = s->held.attempt;
	return rc != VT_OK ? rc : do_step(d, &paper, st);
}

static int
work(struct side *s, const struct move *m)
{
	static const uint32_t kinds = 1U << VT_WORK_DELIVERY |
				      1U << VT_WORK_PACKET |
				      1U << VT_WORK_STATUS;
	static const vt_id owner = { { 9 } };
	struct doer *d = &s->d[0];
	vt_id del = delivery_id(d, &s->sent[m->paper % SENT], m->seed % 2);
	int rc;

	if (m->reason == 5) {
		s->did = "wake";
		return vt_work_wake(
		    d->s, VT_WORK_DELIVERY, &del, NULL, &d->err);
	}
	if (m->reason == 6) {
		s->did = "hurry";
		return vt_work_hurry(d->s, 1 + m->seed % 100,
		    m->size % 2 == 0 ? 0 : s->w.now + VT_TIME_S(5), &d->err);
	}
	if (s->held.no == 0) {
		s->did = "claim";
		rc = vt_work_claim(
		    d->s, kinds, &owner, 60000000, &s->held, &d->err);
		vt_work_free(&s->held);
		if (rc != VT_OK)
			s->held.no = 0;
		return rc;
	}
	if (m->reason % 2 == 0) {
		s->did = "retry";
		rc = vt_work_retry(d->s, s->held.no, s->held.lease,
		    m->size % 2 == 0 ? VT_WORK_PARKED
				     : s->w.now + VT_TIME_S(60),
		    "later", &d->err);
	} else {
		s->did = "end";
		rc = end_work(s);
	}
	s->held.no = 0;
	return rc;
}

/* What stands beside the walk: checks, a submission taken back, an order that
 * freezes or releases. */
static int
course(
    struct side *s, const struct move *m, const vt_id *p, const vt_hash *main)
{
	struct vt_step st = { .kind = VT_STEP_WITHDRAW };

	if (m->seed % 4 < 2) {
		s->did = "check";
		st.kind = VT_STEP_CHECK;
		st.u.check.kind =
		    m->seed % 4 == 0 ? VT_DRAFT_CONTENT : VT_DRAFT_FORM;
		st.u.check.main = *main;
	} else if (m->seed % 4 == 2) {
		s->did = "withdraw";
		st.u.withdraw.main = *main;
	} else {
		s->did = m->size % 3 == 0 ? "freeze" : "release";
		st.kind = VT_STEP_FREEZE;
		st.u.freeze.kind =
		    m->size % 3 == 0 ? VT_FREEZE_BEGIN : VT_FREEZE_END;
		st.u.freeze.order = "lệnh";
		st.u.freeze.note = "gỡ";
	}
	return do_step(&s->d[0], p, st);
}

static int
move(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[0];
	struct vt_meta meta = { .subject = "sửa", .urgency = 1 };
	struct vt_step st = { .kind = VT_STEP_META };
	size_t i = s->n == 0 ? 0 : m->paper % s->n;
	vt_id *p = &s->paper[i];
	const vt_id *sent = &s->sent[m->paper % SENT];
	vt_hash *main = &s->main[i];
	int rc;

	s->did = "";
	switch (m->what) {
	case 0:
		s->did = "register";
		if (s->n == PAPERS)
			return VT_OK;
		rc = make_paper(d, VT_DIR_OUT, m->size, m->seed);
		if (rc == VT_OK) {
			s->paper[s->n] = d->paper;
			s->main[s->n++] = d->main;
		}
		return rc;
	case 1:
		s->did = "submit";
		rc = do_step(d, p, agree(VT_STEP_SUBMIT, main));
		break;
	case 2:
	case 3:
		s->did = "approve";
		rc = do_step(d, p, agree(VT_STEP_APPROVE, main));
		break;
	case 4:
		s->did = "return";
		st = agree(VT_STEP_RETURN, main);
		st.u.sendback.note = "sửa";
		rc = do_step(d, p, st);
		break;
	case 5:
	case 6:
		s->did = "number";
		rc = do_step(d, p, number_step("di"));
		break;
	case 7:
	case 8:
	case 9:
	case 10:
		s->did = "version";
		rc = version(s, m, p, main);
		break;
	case 11:
	case 12:
		s->did = "issue";
		rc = do_step(d, p, (struct vt_step){ .kind = VT_STEP_ISSUE });
		break;
	case 13:
		s->did = "dispatch";
		d->paper = *p;
		rc = dispatch(d, to, 2);
		break;
	case 14:
		s->did = "receive";
		return receive(&s->d[1], sent);
	case 16:
	case 17:
		return status(s, m, sent);
	case 18:
		return recall(s, m, m->seed % 5 == 0 ? p : sent);
	case 19:
	case 20:
		return consign(s, m);
	case 21:
	case 22:
	case 23:
		return handle(s, m);
	case 24:
		return entry(s, m);
	case 15:
		s->w.now += (vt_time)(m->seed % (uint64_t)VT_TIME_S(8640000));
		return VT_OK;
	case 25:
	case 26:
		return work(s, m);
	case 27:
		s->did = "dispatch";
		return send_anew(s, m->paper % SENT, m->seed);
	case 28:
	case 29:
		rc = course(s, m, p, main);
		break;
	default:
		s->did = "meta";
		st.u.meta.meta = &meta;
		rc = do_step(d, p, st);
		break;
	}
	if (rc == VT_OK)
		*main = d->main;
	return rc;
}

static struct move
draw_move(void)
{
	struct move m = { .what = (unsigned int)draw(31),
		.paper = (unsigned int)draw(PAPERS),
		.reason = VT_VERSION_EDITED + (unsigned int)draw(6),
		.size = (size_t)draw(200000),
		.seed = draw(1ULL << 40) };

	return m;
}

static bool
same(const struct doer *a, const struct doer *b)
{
	return vt_span_eq(
	    vt_buf_view(&a->r.receipt), vt_buf_view(&b->r.receipt));
}

/* Counts what was done; how many kinds were not yet. */
static size_t
count(unsigned int *won, const char *did)
{
	size_t none = 0;

	for (size_t i = 0; i < NEEDED; i++) {
		won[i] += strcmp(needed[i], did) == 0;
		none += won[i] == 0;
	}
	return none;
}

int
main(void)
{
	const char *se = getenv("VT_SEED"), *ns = getenv("VT_STEPS");
	unsigned int steps = ns ? (unsigned int)atoi(ns) : 500, ok = 0, n = 0;
	unsigned int won[NEEDED] = { 0 };
	size_t none = NEEDED;
	static struct side a, b;
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	vt_hash x, y;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	state = se ? strtoull(se, NULL, 10) : (uint64_t)time(NULL);
	printf("# VT_SEED=%llu\n", (unsigned long long)state);
	state = state * 0x9e3779b97f4a7c15ULL + 1;
	world_init(&a.w);
	a.d[0].s = a.d[1].s = model_new(&a.w.ctx);
	begin(&a);
	world_init(&b.w);
	b.d[0].s = b.d[1].s = store_new(dir, &b.w.ctx);
	begin(&b);
	for (; n < steps || (none > 0 && n < 40 * steps); n++) {
		struct move m = draw_move();
		int ra = move(&a, &m), rb = move(&b, &m);

		ok += ra == VT_OK && m.what != 15;
		if (ra == VT_OK)
			none = count(won, a.did);
		if (ra != rb || a.held.no != b.held.no ||
		    (ra == VT_OK &&
			!(same(&a.d[0], &b.d[0]) && same(&a.d[1], &b.d[1])))) {
			tap_eq_int(rb, ra, "step %u, move %u", n, m.what);
			printf("# model: %s\n# lmdb: %s\n", a.d[0].err.msg,
			    b.d[0].err.msg);
			return tap_done();
		}
	}
	tap_ok(ok > n / 8, "%u acts done, %u refused, the same on both", ok,
	    n - ok);
	for (size_t i = 0; i < NEEDED; i++)
		tap_ok(won[i] > 0, "%s: %u times", needed[i], won[i]);
	tap_call(vt_store_digest(a.d[0].s, &x, &err), &err, "digest");
	tap_call(vt_store_digest(b.d[0].s, &y, &err), &err, "digest");
	tap_ok(vt_hash_eq(&x, &y), "the same rows");
	tap_eq_int(findings(a.d[0].s, true), 0, "model: check is clean");
	tap_eq_int(findings(b.d[0].s, true), 0, "lmdb: check is clean");
	for (int i = 0; i < 2; i++) {
		vt_act_result_free(&a.d[i].r);
		vt_act_result_free(&b.d[i].r);
	}
	vt_store_close(a.d[0].s);
	vt_store_close(b.d[0].s);
	b.d[0].s = store_open(dir, &b.w.ctx);
	tap_eq_int(findings(b.d[0].s, true), 0, "opened again: clean");
	vt_store_close(b.d[0].s);
	dir_free(dir);
	return tap_done();
}
