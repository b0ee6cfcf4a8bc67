/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers derived again: the acts of each are played from the first on through
 * the function that made it, and the rows must come out byte for byte. Then
 * the indexes that are left: numbers, codes, tokens, keys, work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "docstore/check.h"

struct replay {
	const struct vt_agency_state *st;
	uint64_t papers, deliveries;
	struct vt_paper p;
	struct vt_delivery *d; /* of the paper at hand */
	size_t n_d;
	struct vt_check_renditions renditions;
	uint64_t acts;
	bool gone; /* destroyed: what its row says, and what the acts say */
	struct vt_destroyed_row was, is;
	uint64_t ordered; /* index of the order, UINT64_MAX: none */
	struct vt_check_texts texts;
};

static const struct vt_key all_rows;

static int
check_versions(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	size_t n = vt_step_versions(s, e, NULL, 0);
	struct vt_blob_row blob;
	struct vt_version *v;
	int rc = VT_OK;

	if (n == 0)
		return VT_OK;
	if ((v = vt_arena_array(c->arena, n, sizeof(*v))) == NULL)
		return vt_nomem(reterr);
	(void)vt_step_versions(s, e, v, n);
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		struct vt_key k = vt_key_version(
		    r->st->agency_no, r->p.seq, v[i].part, v[i].no);
		uint64_t *refs;
		VT_BUF_AUTO(row);

		if (!r->gone) {
			refs = vt_tally_at(
			    &c->blob_refs, vt_tally_hash(&v[i].hash));
			if (refs == NULL)
				return vt_nomem(reterr);
			(*refs)++;
			rc = vt_blob_get(
			    c->r.records, &v[i].hash, &blob, reterr);
			if (rc != VT_OK)
				return rc;
		}
		c->versions++;
		vt_version_encode(&v[i], &row);
		rc = vt_check_equal(c, VT_T_VERSION, &k, &row, reterr);
	}
	return rc;
}

static int
check_number(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    uint64_t index, struct vt_err *reterr)
{
	struct vt_series series;
	struct vt_key k;
	uint32_t no;
	VT_BUF_AUTO(v);
	int rc;

	if (s->value == 0)
		return VT_OK;
	rc = vt_row_series(c->r.records, r->st->agency_no, s->series, c->arena,
	    &no, &series, reterr);
	if (rc != VT_OK)
		return rc;
	k = vt_key_number(r->st->agency_no, no, s->period, s->value);
	vt_pair_encode(r->p.seq, index, &v);
	c->numbers++;
	return vt_check_equal(c, VT_T_NUMBER, &k, &v, reterr);
}

static int
add_deliveries(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct vt_delivery *d;

	d = vt_arena_array(c->arena, r->n_d + s->n_to, sizeof(*d));
	if (d == NULL)
		return vt_nomem(reterr);
	if (r->n_d > 0)
		memcpy(d, r->d, r->n_d * sizeof(*d));
	for (size_t i = 0; i < s->n_to; i++)
		vt_delivery_begin(&d[r->n_d + i], s, i, &r->p.id, e->time);
	r->d = d;
	r->n_d += s->n_to;
	return VT_OK;
}

static int
check_received(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    uint64_t index, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	VT_BUF_AUTO(v);

	vt_key_u32(&k, r->st->agency_no);
	vt_key_bytes(&k, s->object.b, VT_ID_SIZE);
	vt_pair_encode(r->p.seq, index, &v);
	c->received++;
	return vt_check_equal(c, VT_T_RECEIVED, &k, &v, reterr);
}

/* Deliveries of a paper have rising numbers. */
static struct vt_delivery *
delivery_of(const struct replay *r, uint64_t seq)
{
	size_t lo = 0, hi = r->n_d;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->d[mid].seq == seq)
			return &r->d[mid];
		if (r->d[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

struct one { /* a step of an act, at hand */
	struct vt_check *c;
	const struct replay *r;
	const struct vt_srec *s;
	const struct vt_evolve *e;
};

/* The step on one delivery, and its row in the log when it makes one. */
static int
evolve_one(const struct one *o, uint64_t seq, bool logs, struct vt_err *reterr)
{
	const struct replay *r = o->r;
	const struct vt_srec *s = o->s;
	const struct vt_evolve *e = o->e;
	struct vt_check *c = o->c;
	struct vt_delivery *d = delivery_of(r, seq);
	struct vt_delivery_status row;
	struct vt_key k;
	VT_BUF_AUTO(v);

	if (d == NULL) {
		vt_check_finding(c,
		    "agency %" PRIu32 ": act %" PRIu64 " is about delivery "
		    "%" PRIu64 ", which paper %" PRIu64 " has not",
		    r->st->agency_no, e->index, seq, r->p.seq);
		return VT_OK;
	}
	vt_delivery_evolve(d, s, e->time);
	if (!logs)
		return VT_OK;
	k = vt_key_log(r->st->agency_no, seq, d->log);
	vt_status_row(s, e->time, e->index, &row);
	vt_status_encode(&row, &v);
	c->logs++;
	return vt_check_equal(c, VT_T_DELIVERY_LOG, &k, &v, reterr);
}

static int
replay_delivery(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct one o = { .c = c, .r = r, .s = s, .e = e };
	int rc = VT_OK;

	if (s->kind != VT_STEP_TAKE_BACK && s->kind != VT_STEP_RECALL)
		return evolve_one(&o, s->seq,
		    s->kind == VT_STEP_STATUS && s->value != 0, reterr);
	for (size_t i = 0; i < s->n_to && rc == VT_OK; i++)
		rc = evolve_one(&o, s->to[i].seq, s->to[i].work != 0, reterr);
	return rc;
}

static int
check_link(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    struct vt_err *reterr)
{
	struct vt_key k[2];
	VT_BUF_AUTO(null);
	size_t n = vt_step_links(s, r->st->agency_no, r->p.seq, k);
	int rc = VT_OK;

	vt_cbor_null(&null);
	c->links += n;
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = vt_check_equal(c, VT_T_PAPER_LINK, &k[i], &null, reterr);
	return rc;
}

static int
replay_step(struct vt_check *c, struct replay *r, const struct vt_srec *s,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	VT_BUF_AUTO(v);
	struct vt_key k;
	int rc;

	if ((rc = vt_paper_evolve(&r->p, s, e, reterr)) != VT_OK ||
	    (rc = check_versions(c, r, s, e, reterr)) != VT_OK ||
	    (rc = vt_check_text_step(c, &r->texts, s, e, reterr)) != VT_OK)
		return rc;
	switch (s->kind) {
	case VT_STEP_RECEIVE:
		if ((rc = check_received(c, r, s, e->index, reterr)) != VT_OK)
			return rc;
		return check_number(c, r, s, e->index, reterr);
	case VT_STEP_REGISTER:
	case VT_STEP_NUMBER:
	case VT_STEP_ACCEPT:
		return check_number(c, r, s, e->index, reterr);
	case VT_STEP_DISPATCH:
		return add_deliveries(c, r, s, e, reterr);
	case VT_STEP_DELIVERED:
	case VT_STEP_STATUS:
	case VT_STEP_RESEND:
	case VT_STEP_HANDED:
	case VT_STEP_TAKE_BACK:
		return replay_delivery(c, r, s, e, reterr);
	case VT_STEP_RECALL:
		if ((rc = replay_delivery(c, r, s, e, reterr)) != VT_OK)
			return rc;
		return check_link(c, r, s, reterr);
	case VT_STEP_REPLACE:
	case VT_STEP_COPY:
	case VT_STEP_LINK:
	case VT_STEP_JOIN:
		return check_link(c, r, s, reterr);
	case VT_STEP_RENDITION:
		return vt_rendition_replay(&r->renditions, s, e, reterr);
	case VT_STEP_CODE:
		k = vt_key_text(s->code);
		vt_pair_encode(r->st->agency_no, r->p.seq, &v);
		c->codes++;
		return vt_check_equal(c, VT_T_CODE, &k, &v, reterr);
	default:
		return VT_OK;
	}
}

/* The row of what was destroyed, as the acts say it. */
static int
replay_order(struct vt_check *c, struct replay *r, const struct vt_arec *rec,
    const struct vt_srec *s, uint64_t index, struct vt_err *reterr)
{
	if (s->kind == VT_STEP_ERASED) {
		r->was.d.done = rec->time;
		r->was.d.done_index = index;
		return VT_OK;
	}
	if (s->kind != VT_STEP_DESTROY)
		return VT_OK;
	r->ordered = index;
	return vt_destroyed_of(rec, s, index, c->arena, &r->was, reterr);
}

static int
check_destroyed(struct vt_check *c, struct replay *r, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(r->st->agency_no, r->p.seq);
	struct vt_check_item want = { .no = r->is.work,
		.agency_no = r->st->agency_no,
		.kind = VT_WORK_ERASE,
		.subject = &r->p.id,
		.what = "order to destroy paper",
		.seq = r->p.seq,
		.needed = r->is.d.done == VT_TIME_NONE && !r->is.d.replayed };
	VT_BUF_AUTO(v);

	if (r->ordered == UINT64_MAX) {
		if (r->gone && !r->is.d.replayed)
			vt_check_finding(c,
			    "agency %" PRIu32 ": paper %" PRIu64
			    " is destroyed, and no act ordered it",
			    r->st->agency_no, r->p.seq);
		c->destroyed += r->gone;
		return VT_OK;
	}
	c->destroyed++;
	vt_destroyed_encode(&r->was, &v);
	if (!r->gone || !r->is.d.replayed) {
		int rc = vt_check_equal(c, VT_T_DESTROYED, &k, &v, reterr);

		if (rc != VT_OK)
			return rc;
	}
	return r->gone ? vt_check_work_of(c, &want, reterr) : VT_OK;
}

/* Of one that was destroyed by a list: no act says so. */
static int
replay_list(struct replay *r, struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_evolve e = { .arena = a };
	struct vt_srec step;

	if (!r->gone || !r->is.d.replayed)
		return VT_OK;
	vt_destroyed_step(&r->is, &step, &e);
	return vt_paper_evolve(&r->p, &step, &e, reterr);
}

static int
replay_act(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct replay *r = arg;
	uint64_t index = vt_be64(key.p + 12);
	struct vt_key k = vt_key_row(r->st->agency_no, index);
	struct vt_check_words w = { .agency_no = r->st->agency_no,
		.index = index,
		.wiped = r->gone && r->is.d.wipe &&
			 (r->is.d.replayed || index < r->is.d.index),
		.consigns = r->is.d.consigns,
		.n_consigns = r->is.d.n_consigns };
	struct vt_evolve e;
	struct vt_arec rec;
	int rc;

	(void)value;
	rc = vt_row_act(
	    c->r.records, r->st->agency_no, index, c->arena, &rec, reterr);
	if (rc == VT_OK)
		rc = vt_tx_get(c->r.records, VT_T_ACT, &k, &w.row, reterr);
	w.rec = &rec;
	if (rc != VT_OK || (rc = vt_check_redacted(c, &w, reterr)) != VT_OK)
		return rc;
	e = (struct vt_evolve){ .paper = rec.paper,
		.person = rec.person,
		.post = rec.post,
		.time = rec.time,
		.index = index,
		.arena = c->arena };
	for (size_t i = 0; i < rec.n_steps; i++)
		if ((rc = replay_step(c, r, &rec.steps[i], &e, reterr)) !=
			VT_OK ||
		    (rc = replay_order(
			 c, r, &rec, &rec.steps[i], index, reterr)) != VT_OK)
			return rc;
	if (!vt_arec_leaves_paper(&rec))
		vt_paper_touch(&r->p, &e);
	if (rec.paper_seq != r->p.seq || rec.paper_rev != r->p.rev ||
	    !vt_hash_eq(&rec.main, &r->p.parts[0].hash))
		vt_check_finding(c,
		    "agency %" PRIu32 ": act %" PRIu64 " left paper %" PRIu64
		    " in another state than it says",
		    r->st->agency_no, index, r->p.seq);
	r->acts++;
	return VT_OK;
}

/* Has the addressee, a tenant, made its paper? It tells of it later. */
static int
is_received(struct vt_check *c, const struct vt_delivery *d, bool *ret,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(d->to.code);
	struct vt_agency a = { .successor = 0 };
	struct vt_span v;
	struct vt_cbor cb;
	int rc;

	*ret = false;
	rc = vt_tx_get(c->r.records, VT_T_AGENCY_CODE, &k, &v, reterr);
	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	vt_cbor_open(&cb, v);
	a.successor = vt_take_u32(&cb);
	rc = vt_take_end(&cb, "agency's code", reterr);
	/* the agency, or those that it was merged into */
	while (rc == VT_OK && !*ret && a.successor != 0) {
		rc = vt_row_agency(
		    c->r.records, a.successor, c->arena, &a, reterr);
		if (rc != VT_OK)
			break;
		k.n = 0;
		vt_key_u32(&k, a.no);
		vt_key_bytes(&k, d->id.b, VT_ID_SIZE);
		rc = vt_tx_get(c->r.records, VT_T_RECEIVED, &k, &v, reterr);
		*ret = rc == VT_OK;
		rc = rc == VT_E_NOT_FOUND ? VT_OK : rc;
	}
	return rc;
}

/* The item that sends it; one that waits has it. */
static int
delivery_work(struct vt_check *c, struct replay *r, const struct vt_delivery *d,
    struct vt_err *reterr)
{
	struct vt_check_item want = { .no = d->work,
		.agency_no = r->st->agency_no,
		.kind = VT_WORK_DELIVERY,
		.subject = &d->id,
		.what = "delivery",
		.seq = d->seq };
	bool received;
	int rc;

	if (d->state == VT_DELIVERY_WAITING) {
		if ((rc = is_received(c, d, &received, reterr)) != VT_OK)
			return rc;
		want.needed = !received;
	}
	return vt_check_work_of(c, &want, reterr);
}

static int
check_deliveries(struct vt_check *c, struct replay *r, struct vt_err *reterr)
{
	VT_BUF_AUTO(null);
	int rc = VT_OK;

	vt_cbor_null(&null);
	for (size_t i = 0; i < r->n_d && rc == VT_OK; i++) {
		struct vt_key k = vt_key_row(r->st->agency_no, r->d[i].seq);
		struct vt_key kp =
		    vt_key_of_paper(r->st->agency_no, r->p.seq, r->d[i].seq);
		struct vt_key ki = vt_key_id(&r->d[i].id);
		struct vt_ref ref = { .kind = VT_OBJECT_DELIVERY,
			.agency_no = r->st->agency_no,
			.seq = r->d[i].seq };
		VT_BUF_AUTO(v);
		VT_BUF_AUTO(id);

		vt_delivery_encode(&r->d[i], &v);
		vt_ref_encode(&ref, &id);
		r->deliveries++;
		rc = vt_check_equal(c, VT_T_DELIVERY, &k, &v, reterr);
		if (rc == VT_OK)
			rc = vt_check_equal(
			    c, VT_T_PAPER_DELIVERY, &kp, &null, reterr);
		if (rc == VT_OK)
			rc = vt_check_equal(c, VT_T_ID, &ki, &id, reterr);
		if (rc == VT_OK)
			rc = delivery_work(c, r, &r->d[i], reterr);
	}
	return rc;
}

static int
paper_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct replay *r = arg;
	struct vt_key k = vt_key_row(r->st->agency_no, vt_be64(key.p + 4)), ki;
	struct vt_ref ref = { .kind = VT_OBJECT_PAPER,
		.agency_no = r->st->agency_no,
		.seq = vt_be64(key.p + 4) };
	VT_BUF_AUTO(row);
	VT_BUF_AUTO(id);
	int rc;

	(void)value;
	if (ref.seq != ++r->papers)
		vt_check_finding(c,
		    "agency %" PRIu32 ": paper %" PRIu64 " follows %" PRIu64,
		    r->st->agency_no, ref.seq, r->papers - 1);
	r->papers = ref.seq;
	c->papers++;
	r->p = (struct vt_paper){ .agency_no = r->st->agency_no };
	r->d = NULL;
	r->n_d = 0;
	r->renditions = (struct vt_check_renditions){ .n = 0 };
	r->acts = 0;
	r->is = r->was = (struct vt_destroyed_row){ .work = 0 };
	r->ordered = UINT64_MAX;
	r->texts = (struct vt_check_texts){ .n = 0 };
	if ((rc = vt_check_arena(c, reterr)) != VT_OK)
		return rc;
	rc = vt_row_destroyed(
	    c->r.records, r->st->agency_no, ref.seq, c->arena, &r->is, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	r->gone = rc == VT_OK;
	if ((rc = vt_check_rows(
		 c, VT_T_PAPER_ACT, &k, replay_act, r, reterr)) != VT_OK ||
	    (rc = replay_list(r, c->arena, reterr)) != VT_OK ||
	    (rc = check_destroyed(c, r, reterr)) != VT_OK)
		return rc;
	if (r->acts == 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "paper %" PRIu64 " has no act", ref.seq);
	vt_paper_encode(&r->p, &row);
	if ((rc = vt_check_equal(c, VT_T_PAPER, &k, &row, reterr)) != VT_OK ||
	    (!r->gone && (rc = vt_check_texts_of(
			      c, &r->p, &r->texts, reterr)) != VT_OK) ||
	    (rc = check_deliveries(c, r, reterr)) != VT_OK ||
	    (rc = vt_check_renditions(c, r->st->agency_no, ref.seq,
		 &r->renditions, r->gone, reterr)) != VT_OK)
		return rc;
	ki = vt_key_id(&r->p.id);
	vt_ref_encode(&ref, &id);
	return vt_check_equal(c, VT_T_ID, &ki, &id, reterr);
}

int
vt_check_papers(
    struct vt_check *c, const struct vt_agency_state *st, struct vt_err *reterr)
{
	struct replay r = { .st = st };
	struct vt_key prefix = { .n = 0 };
	int rc;

	vt_key_u32(&prefix, st->agency_no);
	rc = vt_check_rows(c, VT_T_PAPER, &prefix, paper_row, &r, reterr);
	if (rc != VT_OK || c->stopped)
		return rc;
	c->deliveries += r.deliveries;
	if (r.papers != st->papers)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %" PRIu64 " papers, %" PRIu64
		    " are counted",
		    st->agency_no, r.papers, st->papers);
	if (r.deliveries != st->deliveries)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %" PRIu64 " deliveries, %" PRIu64
		    " are counted",
		    st->agency_no, r.deliveries, st->deliveries);
	return VT_OK;
}

/* ---- indexes over all agencies ---- */

struct numbers {
	uint8_t series[12]; /* agency ‖ series ‖ period of the row before */
	uint64_t last;
};

static int
number_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct numbers *n = arg;
	struct vt_register_at at;
	struct vt_series s;
	struct vt_span v;
	int rc;

	if (key.n != 20)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	at = (struct vt_register_at){ vt_be32(key.p), vt_be32(key.p + 4),
		vt_be32(key.p + 8), vt_be64(key.p + 12), value };
	if (memcmp(n->series, key.p, sizeof(n->series)) != 0) {
		memcpy(n->series, key.p, sizeof(n->series));
		n->last = 0;
	}
	vt_key_bytes(&k, key.p, 8);
	rc = vt_tx_get(c->r.records, VT_T_SERIES, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a number of a series that does not exist");
	if (rc != VT_OK || (rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_series_decode(v, c->arena, &s, reterr)) != VT_OK)
		return rc;
	if (s.authority == VT_SERIES_OURS && vt_be64(key.p + 12) != n->last + 1)
		vt_check_finding(c,
		    "agency %" PRIu32 ", series \"%s\", %" PRIu32
		    ": number %" PRIu64 " follows %" PRIu64,
		    vt_be32(key.p), s.key, vt_be32(key.p + 8),
		    vt_be64(key.p + 12), n->last);
	n->last = at.value;
	return vt_check_number_in_book(c, &at, reterr);
}

/* Who waits for its turn waits for somebody. */
static int
turn_of(struct vt_check *c, const struct vt_work *w, struct vt_err *reterr)
{
	bool stands, first;
	int rc = vt_turn_check(c->r.records, w, &stands, &first, reterr);

	if (rc != VT_OK)
		return rc;
	c->turns += stands;
	if (stands ? first == (w->due == VT_WORK_TURN) : w->due == VT_WORK_TURN)
		vt_check_finding(c,
		    "work item %" PRIu64 ": it is not its turn, or will never "
		    "be",
		    w->no);
	return VT_OK;
}

static int
work_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_work w;
	struct vt_span v;
	struct vt_key k;
	int rc;

	(void)arg;
	if ((rc = vt_work_decode(value, &w, reterr)) != VT_OK)
		return rc;
	w.no = vt_be64(key.p);
	k = vt_key_due(&w);
	c->works++;
	if (w.no > c->count.work)
		vt_check_finding(c,
		    "work item %" PRIu64 ": above the highest number "
		    "given",
		    w.no);
	rc = vt_tx_get(c->r.records, VT_T_DUE, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		vt_check_finding(
		    c, "work item %" PRIu64 ": it will never be due", w.no);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	return turn_of(c, &w, reterr);
}

int
vt_check_work_of(
    struct vt_check *c, const struct vt_check_item *want, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(want->no);
	struct vt_work w;
	struct vt_span v;
	int rc = VT_E_NOT_FOUND;

	if (want->no != 0)
		rc = vt_tx_get(c->r.records, VT_T_WORK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND) {
		if (want->needed)
			vt_check_finding(c,
			    "agency %" PRIu32 ": %s %" PRIu64 " waits, and its "
			    "work item %" PRIu64 " is gone: it is stuck",
			    want->agency_no, want->what, want->seq, want->no);
		return VT_OK;
	}
	if (rc != VT_OK || (rc = vt_work_decode(v, &w, reterr)) != VT_OK)
		return rc;
	if (w.kind != want->kind || w.agency_no != want->agency_no ||
	    !vt_id_eq(&w.subject, want->subject))
		vt_check_finding(c,
		    "work item %" PRIu64 ": it is not that of %s %" PRIu64
		    " of agency %" PRIu32,
		    want->no, want->what, want->seq, want->agency_no);
	return VT_OK;
}

/* A key of an act that was answered again; the others follow from records. */
static int
idem_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	uint64_t *repeats = arg;
	struct vt_key k = { .n = 0 };
	struct vt_idem x;
	vt_hash again;
	int rc;

	if (key.n > sizeof(k.b))
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	vt_key_bytes(&k, key.p, key.n);
	if ((rc = vt_idem_decode(value, &x, reterr)) != VT_OK ||
	    vt_hash_is_zero(&x.again) ||
	    (rc = vt_idem_again(c->store, &k, &x, &again, reterr)) != VT_OK)
		return rc;
	++*repeats;
	if (!vt_hash_eq(&x.again, &again))
		vt_check_finding(c,
		    "a key leads to act %" PRIu64 " of agency %" PRIu32
		    ", and nothing vouches for it",
		    x.index, x.agency_no);
	return VT_OK;
}

static int
count_equal(struct vt_check *c, enum vt_table table, uint64_t want,
    struct vt_err *reterr)
{
	uint64_t n;
	int rc = c->r.records->ops->count(c->r.records, table, &n, reterr);

	if (rc == VT_OK && n != want)
		vt_check_finding(c,
		    "table %s: %" PRIu64 " rows, the records imply %" PRIu64,
		    vt_table_name(table), n, want);
	return rc;
}

int
vt_check_indexes(struct vt_check *c, struct vt_err *reterr)
{
	struct numbers n = { .last = 0 };
	uint64_t repeats = 0;
	int rc;

	if ((rc = vt_check_rows(
		 c, VT_T_NUMBER, &all_rows, number_row, &n, reterr)) != VT_OK ||
	    (rc = vt_check_held(c, reterr)) != VT_OK ||
	    (rc = vt_check_rows(
		 c, VT_T_WORK, &all_rows, work_row, NULL, reterr)) != VT_OK ||
	    (rc = vt_check_rows(c, VT_T_IDEM, &all_rows, idem_row, &repeats,
		 reterr)) != VT_OK ||
	    c->stopped)
		return rc;
	const struct {
		enum vt_table table;
		uint64_t want;
	} counts[] = { { VT_T_NUMBER, c->numbers + c->held_numbers },
		{ VT_T_HELD, c->held }, { VT_T_BOOK, c->books },
		{ VT_T_DUE, c->works }, { VT_T_TURN, c->turns },
		{ VT_T_CODE, c->codes }, { VT_T_TOKEN, c->tokens },
		{ VT_T_IDEM, c->keys + repeats },
		{ VT_T_RECEIVED, c->received },
		{ VT_T_AGENCY_CODE, c->codes_of_agencies },
		{ VT_T_VERSION, c->versions },
		{ VT_T_TEXT, c->texts },
		{ VT_T_READ, c->reads },
		{ VT_T_RENDITION, c->renditions }, { VT_T_PAPER, c->papers },
		{ VT_T_PERSON, c->people }, { VT_T_SERIES, c->series },
		{ VT_T_DELIVERY, c->deliveries },
		{ VT_T_PAPER_DELIVERY, c->deliveries },
		{ VT_T_DELIVERY_LOG, c->logs }, { VT_T_PAPER_LINK, c->links },
		{ VT_T_CONSIGN, c->consigns }, { VT_T_DESTROYED, c->destroyed },
		{ VT_T_CONSIGN_EXTERNAL, c->consigns },
		{ VT_T_CONSIGN_DOCUMENT, c->documents },
		{ VT_T_AGENCY, c->agencies }, { VT_T_STATE, c->agencies },
		{ VT_T_ID, c->agencies + c->people + c->papers + c->deliveries +
			       c->consigns + c->acts } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if ((rc = count_equal(
			 c, counts[i].table, counts[i].want, reterr)) != VT_OK)
			return rc;
	return VT_OK;
}
