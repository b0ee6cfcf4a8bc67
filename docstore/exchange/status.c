/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deliveries: what became of them, the log of statuses, and the state that
 * follows from it whatever the order they came in.
 */
#include "docstore/store_priv.h"

struct vt_key
vt_key_log(uint32_t agency_no, uint64_t seq, uint32_t no)
{
	struct vt_key k = vt_key_row(agency_no, seq);

	vt_key_u32(&k, no);
	return k;
}

struct vt_scan
vt_scan_log(struct vt_txn *t, enum vt_table table, const struct vt_ref *of,
    uint32_t after)
{
	struct vt_key prefix = vt_key_row(of->agency_no, of->seq);
	struct vt_key at = vt_key_log(of->agency_no, of->seq, after);

	vt_key_u8(&at, 0); /* the next key */
	return vt_scan_up(t, table, &prefix, &at);
}

/* ---- what a step does to a delivery; pure, used again by check ---- */

void
vt_delivery_begin(struct vt_delivery *d, const struct vt_srec *dispatch,
    size_t i, const vt_id *paper, vt_time time)
{
	const struct vt_srec_to *to = &dispatch->to[i];

	vt_delivery_defaults(d);
	d->id = to->id;
	d->seq = to->seq;
	d->paper = *paper;
	d->about = dispatch->about;
	d->staff = dispatch->staff;
	d->unit = dispatch->unit;
	d->to = to->to;
	d->way = to->way;
	d->work = to->work;
	d->state = to->work == 0 ? VT_DELIVERY_PRINT : VT_DELIVERY_WAITING;
	d->created_at = d->changed_at = time;
}

static void
earliest(vt_time *t, vt_time at)
{
	if (*t == VT_TIME_NONE || at < *t)
		*t = at;
}

static void
latest(vt_time *t, vt_time at)
{
	if (*t == VT_TIME_NONE || at > *t)
		*t = at;
}

/* The words of the latest 02, 15 or 16; of two at one time those that sort
 * last, so that their order does not matter. */
static void
keep_reason(struct vt_delivery *d, const char *note, vt_time at)
{
	vt_time newest = VT_TIME_NONE;

	if (d->refused_at != VT_TIME_NONE)
		latest(&newest, d->refused_at);
	if (d->agreed_at != VT_TIME_NONE)
		latest(&newest, d->agreed_at);
	if (d->declined_at != VT_TIME_NONE)
		latest(&newest, d->declined_at);
	if (newest == VT_TIME_NONE || at > newest ||
	    (at == newest && strcmp(note, d->reason) > 0))
		d->reason = note;
}

/* The state the queue cares about: forward only, and a packet that has an
 * answer was not lost after all. */
static void
state_by_status(struct vt_delivery *d, uint32_t code)
{
	bool open = d->state != VT_DELIVERY_REGISTERED &&
		    d->state != VT_DELIVERY_REFUSED;

	if (code >= 3 && code <= 6)
		d->state = VT_DELIVERY_REGISTERED;
	else if (code == 2 && d->progress < 3 &&
		 d->state != VT_DELIVERY_REGISTERED)
		d->state = VT_DELIVERY_REFUSED;
	else if (code == 1 && open)
		d->state = VT_DELIVERY_ARRIVED;
}

/* When a status counts as stated, and when we heard of it. */
struct heard {
	vt_time at, received;
};

static void
evolve_status(struct vt_delivery *d, uint32_t code, const char *note,
    const struct heard *h)
{
	vt_time at = h->at;

	if (code == 2 || code == 15 || code == 16)
		keep_reason(d, note, at);
	switch (code) {
	case 1:
		earliest(&d->delivered_at, at);
		break;
	case 2:
		latest(&d->refused_at, at);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		earliest(&d->accepted_at, at);
		if (code == 6)
			earliest(&d->answered_at, at);
		break;
	case 13:
		latest(&d->asked_at, at);
		latest(&d->asked_seen, h->received);
		break;
	case 15:
		latest(&d->agreed_at, at);
		latest(&d->agreed_seen, h->received);
		break;
	case 16:
		latest(&d->declined_at, at);
		latest(&d->declined_seen, h->received);
		break;
	case VT_LOG_OPENED:
		earliest(&d->opened_at, at);
		break;
	default:
		if (code > d->unknown)
			d->unknown = code;
		break;
	}
	if (code <= 6 && code != 2 && code > d->progress)
		d->progress = code;
	state_by_status(d, code);
}

/* How far a delivery has come; only forward. */
static int
rank_of(enum vt_delivery_state st)
{
	static const int rank[] = { [VT_DELIVERY_WAITING] = 1,
		[VT_DELIVERY_PRINT] = 2,
		[VT_DELIVERY_SENT] = 2,
		[VT_DELIVERY_FAILED] = 3,
		[VT_DELIVERY_ARRIVED] = 4, /* it was not lost after all */
		[VT_DELIVERY_REFUSED] = 5,
		[VT_DELIVERY_REGISTERED] = 6,
		[VT_DELIVERY_WITHDRAWN] = 7 };

	return (size_t)st < sizeof(rank) / sizeof(rank[0]) ? rank[st] : 0;
}

static void
evolve_delivered(struct vt_delivery *d, const struct vt_srec *r)
{
	if (rank_of((enum vt_delivery_state)r->sub) > rank_of(d->state)) {
		d->state = (enum vt_delivery_state)r->sub;
		d->note = r->note == NULL ? "" : r->note;
	}
	if (r->blob.n > 0)
		d->receipt = r->blob;
	if (r->transport != 0)
		d->transport = r->transport;
	if (r->external != NULL && *r->external != '\0')
		d->external = r->external;
	if (r->attempts != 0)
		d->attempts = r->attempts;
	if (r->sent != VT_TIME_NONE)
		d->sent_at = r->sent;
	if (r->stored != VT_TIME_NONE)
		d->stored_at = r->stored;
	if (r->work != 0)
		d->work = 0;
}

/* The deliveries that a TAKE_BACK or RECALL names have rising numbers. */
static const struct vt_srec_to *
named(const struct vt_srec *r, uint64_t seq)
{
	size_t lo = 0, hi = r->n_to;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->to[mid].seq == seq)
			return &r->to[mid];
		if (r->to[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* TAKE_BACK and RECALL: asked for, or it never leaves. */
static void
evolve_asked(struct vt_delivery *d, const struct vt_srec *r, vt_time time)
{
	const struct vt_srec_to *to = named(r, d->seq);
	struct heard h = { .at = time, .received = time };

	if (to == NULL)
		return;
	if (to->work != 0) {
		evolve_status(d, 13, r->note, &h);
		d->log++;
		return;
	}
	d->state = VT_DELIVERY_WITHDRAWN;
	d->work = 0;
	d->note = r->note == NULL ? "" : r->note;
}

void
vt_delivery_evolve(struct vt_delivery *d, const struct vt_srec *r, vt_time time)
{
	struct heard h = { .at = r->at, .received = r->received };

	if (r->kind == VT_STEP_STATUS && r->stored != VT_TIME_NONE)
		h.at = r->stored;
	switch (r->kind) {
	case VT_STEP_DELIVERED:
		evolve_delivered(d, r);
		break;
	case VT_STEP_STATUS:
		evolve_status(d, r->sub, r->note, &h);
		if (r->name != NULL && *r->name != '\0') {
			d->handed_to = r->name;
			d->handed_at = h.at;
		}
		if (r->value != 0)
			d->log = (uint32_t)r->value;
		if (r->work != 0)
			d->work = 0;
		break;
	case VT_STEP_HANDED:
		vt_handed_evolve(d, r);
		break;
	case VT_STEP_RESEND:
		d->state = VT_DELIVERY_WAITING;
		d->work = r->work;
		d->note = r->note;
		break;
	default:
		evolve_asked(d, r, time);
		break;
	}
	d->dead = d->state == VT_DELIVERY_FAILED;
	d->changed_at = time;
}

void
vt_status_row(const struct vt_srec *r, vt_time time, uint64_t index,
    struct vt_delivery_status *ret)
{
	bool ours = r->kind == VT_STEP_TAKE_BACK;

	*ret = (struct vt_delivery_status){ .code = ours ? 13 : r->sub,
		.at = ours ? time : r->at,
		.from = ours ? "" : r->from,
		.staff = ours ? "" : r->staff,
		.note = r->note,
		.evidence = r->main,
		.consignment = r->consignment,
		.received_at = ours ? time : r->received,
		.act = index };
}

/* Is the latest 13 without an answer? By when we heard: the clocks of others
 * go as they like. */
static bool
is_asked(const struct vt_delivery *d)
{
	/* VT_TIME_NONE is before all; a row may be older than agreed_seen */
	return d->asked_seen > d->declined_seen &&
	       d->asked_seen > d->agreed_seen &&
	       (d->agreed_at == VT_TIME_NONE || d->agreed_seen != VT_TIME_NONE);
}

uint32_t
vt_delivery_shown(const struct vt_delivery *d)
{
	bool refused = d->refused_at != VT_TIME_NONE && d->progress < 3;

	if (is_asked(d))
		return refused ? 2 : 13;
	if (d->agreed_at != VT_TIME_NONE)
		return 15;
	if (refused)
		return 2;
	return d->progress != 0 ? d->progress : d->unknown;
}

/* ---- deciding ---- */

int
vt_delivery_of_act(struct vt_apply *x, const vt_id *id, struct vt_delivery *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_DELIVERY, &ref, reterr);
	if (rc != VT_OK)
		return rc;
	if (ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no delivery of this agency has this id");
	rc = vt_row_delivery(
	    x->b->txn, ref.agency_no, ref.seq, x->arena, ret, reterr);
	if (rc != VT_OK)
		return rc;
	if (x->paper == NULL || !vt_id_eq(&x->paper->id, &ret->paper))
		return vt_err_set(reterr, VT_E_INVALID,
		    "delivery: the act is not on the paper that was "
		    "delivered");
	return VT_OK;
}

/* The transport's word that it took the packet may come after the first status
 * of the receiver: its evidence is kept, once, and changes no state. */
static bool
is_late_word(const struct vt_delivery *d, const struct vt_srec *r)
{
	return r->sub == VT_DELIVERY_SENT && d->sent_at == VT_TIME_NONE &&
	       (d->state == VT_DELIVERY_ARRIVED ||
		   d->state == VT_DELIVERY_REFUSED ||
		   d->state == VT_DELIVERY_REGISTERED);
}

bool
vt_delivery_may(const struct vt_delivery *d, const struct vt_srec *r)
{
	/* Who has answered has it: nothing was lost. */
	if (r->sub == VT_DELIVERY_FAILED && d->progress > 0)
		return false;
	return rank_of((enum vt_delivery_state)r->sub) > rank_of(d->state) ||
	       is_late_word(d, r);
}

static int
decide_delivered(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_delivery d;
	int rc;

	if ((rc = vt_delivery_of_act(x, &r->object, &d, reterr)) != VT_OK)
		return rc;
	if (!vt_delivery_may(&d, r))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "delivery: it is at state %d already, %u is not further",
		    (int)d.state, r->sub);
	r->seq = d.seq;
	/* A state after which nothing is sent ends the work that sends. */
	if (r->sub != VT_DELIVERY_ARRIVED)
		r->work = d.work;
	return VT_OK;
}

/* Does it say what no status before it said? At most nine do. */
static bool
is_news(const struct vt_delivery *d, uint32_t code)
{
	switch (code) {
	case 2:
		return d->refused_at == VT_TIME_NONE;
	case 13:
		return d->asked_at == VT_TIME_NONE;
	case 15:
		return d->agreed_at == VT_TIME_NONE;
	case 16:
		return d->declined_at == VT_TIME_NONE;
	case VT_LOG_OPENED:
		return d->opened_at == VT_TIME_NONE;
	default:
		return code <= 6 && code > d->progress;
	}
}

/*
 * No clock says so: the log keeps it, and what follows from the log goes by
 * when we heard. Recorded in the act, so that acts of older releases derive
 * what they did.
 */
static bool
is_impossible(const struct vt_delivery *d, const struct vt_srec *r)
{
	vt_time off = VT_TIME_S((int64_t)VT_L(STATUS_CLOCK_S));

	return r->at < d->created_at - off || r->at > r->received + off;
}

static int
decide_status(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_delivery d;
	int rc;

	if ((rc = vt_delivery_of_act(x, &r->object, &d, reterr)) != VT_OK ||
	    (rc = vt_consign_ours(x, &r->consignment, reterr)) != VT_OK)
		return rc;
	r->seq = d.seq;
	/* its row; when the log is full, only of what is new, and the state
	 * follows all the same */
	r->value = d.log < VT_L(DELIVERY_LOG_MAX) || is_news(&d, r->sub)
		       ? d.log + 1ULL
		       : 0;
	if (r->received == VT_TIME_NONE)
		r->received = x->rec.time;
	if (r->at == VT_TIME_NONE)
		r->at = r->received;
	if (is_impossible(&d, r))
		r->stored = r->received;
	if (r->sub <= 6)
		r->work = d.work;
	return VT_OK;
}

static int
decide_resend(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_delivery d;
	bool waits = false;
	int rc;

	if ((rc = vt_delivery_of_act(x, &r->object, &d, reterr)) != VT_OK)
		return rc;
	/* One that waits, and nothing is going to send it, is stuck. */
	if (d.state == VT_DELIVERY_WAITING &&
	    (rc = vt_work_exists(x->b->txn, d.work, &waits, reterr)) != VT_OK)
		return rc;
	if (waits || (d.state != VT_DELIVERY_FAILED &&
			 d.state != VT_DELIVERY_WITHDRAWN &&
			 d.state != VT_DELIVERY_WAITING))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delivery: it is neither a dead letter nor withdrawn "
		    "(state %d)",
		    (int)d.state);
	if (x->paper->state != VT_PAPER_DISPATCHED)
		return vt_out_of_order(x->paper, "resend", reterr);
	r->seq = d.seq;
	r->work = ++x->work;
	return VT_OK;
}

int
vt_status_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];

	switch (r->kind) {
	case VT_STEP_DELIVERED:
		return decide_delivered(x, r, reterr);
	case VT_STEP_STATUS:
		return decide_status(x, r, reterr);
	default:
		return decide_resend(x, r, reterr);
	}
}

/* ---- rows ---- */

int
vt_put_delivery(
    struct vt_apply *x, const struct vt_delivery *d, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, d->seq);
	VT_BUF_AUTO(v);

	vt_delivery_encode(d, &v);
	return vt_batch_put(x->b, VT_T_DELIVERY, &k, &v, reterr);
}

static int
keep_log(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k =
	    vt_key_log(x->st.agency_no, r->seq, (uint32_t)r->value);
	struct vt_delivery_status row;
	VT_BUF_AUTO(v);

	vt_status_row(r, x->rec.time, x->st.acts, &row);
	vt_status_encode(&row, &v);
	return vt_batch_put(x->b, VT_T_DELIVERY_LOG, &k, &v, reterr);
}

int
vt_status_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_work_new w = { .kind = VT_WORK_DELIVERY,
		.subject = r->object,
		.due = x->rec.time };
	struct vt_delivery d;
	int rc;

	rc = vt_row_delivery(
	    x->b->txn, x->st.agency_no, r->seq, x->arena, &d, reterr);
	if (rc != VT_OK)
		return rc;
	vt_delivery_evolve(&d, r, x->rec.time);
	if ((rc = vt_put_delivery(x, &d, reterr)) != VT_OK)
		return rc;
	if (r->kind == VT_STEP_STATUS && r->value != 0 &&
	    (rc = keep_log(x, r, reterr)) != VT_OK)
		return rc;
	if (r->work == 0)
		return VT_OK;
	if (r->kind == VT_STEP_RESEND)
		return vt_work_put_new(x, r->work, &w, reterr);
	return vt_work_remove(x->b, r->work, reterr);
}

/* ---- reading ---- */

int
vt_delivery_get(struct vt_view *v, const vt_id *id, struct vt_delivery *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, id, VT_OBJECT_DELIVERY, &ref, reterr)) !=
		VT_OK)
		return rc;
	return vt_row_delivery(
	    v->txn, ref.agency_no, ref.seq, v->arena, ret, reterr);
}

int
vt_delivery_list_after(struct vt_view *v, const vt_id *paper, uint64_t after,
    struct vt_delivery *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix, at;
	struct vt_scan s;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = vt_key_row(ref.agency_no, ref.seq);
	at = vt_key_of_paper(ref.agency_no, ref.seq, after);
	vt_key_u8(&at, 0); /* the next key */
	s = vt_scan_up(v->txn, VT_T_PAPER_DELIVERY, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		rc = vt_row_delivery(v->txn, ref.agency_no, vt_be64(s.k.p + 12),
		    v->arena, &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return s.rc;
}

int
vt_delivery_list(struct vt_view *v, const vt_id *paper, struct vt_delivery *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	return vt_delivery_list_after(v, paper, 0, ret, max, ret_n, reterr);
}

int
vt_delivery_scan(struct vt_view *v, uint32_t agency_no,
    enum vt_delivery_state state, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_delivery d;
	unsigned int seen = 0;
	uint64_t seq, next = 0;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	s = vt_scan_newest(v->txn, VT_T_DELIVERY, agency_no, before);
	while (n < max && vt_scan_next(&s, reterr)) {
		seq = vt_be64(s.k.p + 4);
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_delivery(
			 v->txn, agency_no, seq, scratch, &d, reterr)) != VT_OK)
			return rc;
		if ((state == 0 || d.state == state) &&
		    (rc = vt_row_delivery(v->txn, agency_no, seq, v->arena,
			 &ret[n++], reterr)) != VT_OK)
			return rc;
		if (n == max || ++seen == VT_L(SEARCH_SCAN_MAX)) {
			next = seq;
			break;
		}
	}
	*ret_n = n;
	*ret_next = next > 1 ? next : 0; /* 1 is the oldest */
	return s.rc;
}

int
vt_delivery_log(struct vt_view *v, const vt_id *delivery, uint32_t after,
    struct vt_delivery_status *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_scan s;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_ref(v, delivery, VT_OBJECT_DELIVERY, &ref, reterr)) !=
		VT_OK)
		return rc;
	s = vt_scan_log(v->txn, VT_T_DELIVERY_LOG, &ref, after);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_status_decode(s.row, v->arena, &ret[n], reterr)) !=
		    VT_OK)
			return rc;
		ret[n++].no = vt_be32(s.k.p + 12);
	}
	*ret_n = n;
	return s.rc;
}
