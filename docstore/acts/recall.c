/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three acts that are called recall, and their rows: asking a paper back
 * (on ours: a status 13 a delivery; on an incoming one: what the sender wants),
 * the answer, recall by a notice, replacement.
 */
#include "docstore/store_priv.h"

/* ---- asking ---- */

/*
 * Was it given back? A 15 says so when it answers a 13, or comes after the
 * paper was recalled. The one that agrees to an update or a replacement does
 * not: nothing in it tells them apart, so of a paper that was replaced or
 * amended as many answers are taken for that. In doubt it is asked for once
 * more.
 */
static int
given_back(struct vt_apply *x, const struct vt_delivery *d, bool *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	const struct vt_paper *p = x->paper;
	const struct vt_ref ref = { .agency_no = x->st.agency_no,
		.seq = d->seq };
	size_t answers = 0, before = p->n_amended_by;
	struct vt_delivery_status st;
	bool asked = false;
	struct vt_scan s;
	int rc;

	*ret = false;
	if (d->agreed_at == VT_TIME_NONE)
		return VT_OK;
	before += !vt_id_is_zero(&p->replaced_by);
	s = vt_scan_log(x->b->txn, VT_T_DELIVERY_LOG, &ref, 0);
	while (!*ret && vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_status_decode(s.row, scratch, &st, reterr)) !=
			VT_OK)
			return rc;
		asked |= st.code == 13;
		answers += st.code == 15 || st.code == 16;
		*ret = st.code == 15 && answers > before &&
		       (asked || (p->recalled_at != VT_TIME_NONE &&
				     st.received_at >= p->recalled_at));
	}
	return s.rc;
}

/* Is there anything to get back? A delivery that is given back, refused or
 * withdrawn is left alone. */
static int
can_ask(struct vt_apply *x, const struct vt_delivery *d, bool *ret,
    struct vt_err *reterr)
{
	bool gone;
	int rc = given_back(x, d, &gone, reterr);

	*ret = rc == VT_OK && !gone && d->state != VT_DELIVERY_REFUSED &&
	       d->state != VT_DELIVERY_WITHDRAWN;
	return rc;
}

/*
 * Did it certainly never leave? Once a peer was offered it, nobody knows: what
 * was given up may have arrived, its answer lost. d->attempts counts such
 * tries, up to the last one that was given up; the work item those since. One
 * to be printed that nobody has noted as handed over lies here, as far as the
 * one knows who asks for it.
 */
static int
never_left(struct vt_apply *x, const struct vt_delivery *d, bool *ret,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(d->work);
	struct vt_work w;
	struct vt_span v;
	int rc;

	*ret = d->state == VT_DELIVERY_PRINT ||
	       (d->state == VT_DELIVERY_FAILED && d->attempts == 0);
	if (d->state != VT_DELIVERY_WAITING || d->work == 0 || d->attempts > 0)
		return VT_OK;
	rc = vt_tx_get(x->b->txn, VT_T_WORK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK; /* its handler is about to say how it went */
	if (rc == VT_OK && (rc = vt_work_decode(v, &w, reterr)) == VT_OK)
		*ret = w.attempt == 0;
	return rc;
}

static struct vt_srec_to
ask_one(struct vt_apply *x, const struct vt_delivery *d, bool withdraw)
{
	return (struct vt_srec_to){ .id = d->id,
		.to = { "", "" },
		.seq = d->seq,
		.work = withdraw ? 0 : ++x->work };
}

/* TAKE_BACK: all that can be asked. RECALL: those that never left; to the
 * others goes the notice, also on paper: it may have been handed over. */
static int
ask_all(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_srec_to *to = NULL;
	size_t cap = 0, n = 0;
	struct vt_delivery d;
	bool withdraw, can;
	struct vt_scan s;
	int rc;

	s = vt_scan_up(x->b->txn, VT_T_PAPER_DELIVERY, &prefix, NULL);
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_delivery(x->b->txn, x->st.agency_no,
			 vt_be64(s.k.p + 12), scratch, &d, reterr)) != VT_OK ||
		    (rc = can_ask(x, &d, &can, reterr)) != VT_OK)
			return rc;
		if (!can)
			continue;
		if ((rc = never_left(x, &d, &withdraw, reterr)) != VT_OK)
			return rc;
		if (r->kind == VT_STEP_RECALL &&
		    (!withdraw || d.state == VT_DELIVERY_PRINT))
			continue;
		if (n == cap) {
			struct vt_srec_to *more;

			cap = cap == 0 ? 64 : 2 * cap;
			more = vt_arena_array(x->arena, cap, sizeof(*more));
			if (more == NULL)
				return vt_nomem(reterr);
			if (n > 0)
				memcpy(more, to, n * sizeof(*more));
			to = more;
		}
		to[n++] = ask_one(x, &d, withdraw);
	}
	r->to = to;
	r->n_to = n;
	return s.rc;
}

static int
decide_ask(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	struct vt_srec_to *to;
	struct vt_delivery d;
	bool withdraw, can = false;
	int rc;

	if (r->sub != VT_ASK_TAKE_BACK)
		return vt_err_set(reterr, VT_E_INVALID,
		    "take back: our own paper is recalled or replaced by steps "
		    "of their own");
	if ((rc = vt_prep_need(r->note, "the reason", reterr)) != VT_OK)
		return rc;
	if (vt_id_is_zero(&r->object)) {
		rc = ask_all(x, r, reterr);
	} else {
		rc = vt_delivery_of_act(x, &r->object, &d, reterr);
		if (rc == VT_OK)
			rc = never_left(x, &d, &withdraw, reterr);
		if (rc == VT_OK)
			rc = can_ask(x, &d, &can, reterr);
		if (rc == VT_OK && can) {
			if ((to = vt_arena_alloc(x->arena, sizeof(*to))) ==
			    NULL)
				return vt_nomem(reterr);
			*to = ask_one(x, &d, withdraw);
			r->to = to;
			r->n_to = 1;
		}
	}
	if (rc == VT_OK && r->n_to == 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "take back: there is nobody to ask; the paper is \"%s\"",
		    vt_paper_state_name(p->state));
	return rc;
}

/* The sender of an incoming paper asks us. */
static int
decide_asked(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	struct vt_ref ref;
	int rc;

	if (!vt_id_is_zero(&r->object) &&
	    (rc = vt_row_ref(x->b->txn, &r->object, VT_OBJECT_DELIVERY, &ref,
		 reterr)) != VT_OK)
		return rc;
	if (p->state == VT_PAPER_REFUSED || p->state == VT_PAPER_TAKEN_BACK ||
	    p->state == VT_PAPER_RECALLED)
		return vt_out_of_order(p, "take back", reterr);
	if (p->asked != 0)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "take back: another ask waits for its answer");
	if (r->at == VT_TIME_NONE)
		r->at = x->rec.time;
	return vt_consign_ours(x, &r->consignment, reterr);
}

/* ---- notices and replacements ---- */

/* The other paper: of this agency and direction, issued if outgoing. */
static int
other_paper(struct vt_apply *x, struct vt_srec *r, struct vt_paper *ret,
    struct vt_err *reterr)
{
	const char *what = vt_step_kind_name(r->kind);
	const struct vt_paper *p = x->paper;
	struct vt_ref ref;
	int rc;

	rc = vt_row_ref(x->b->txn, &r->object, VT_OBJECT_PAPER, &ref, reterr);
	if (rc != VT_OK)
		return rc;
	if (ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "%s: no paper of this agency has the other id", what);
	if (ref.seq == p->seq)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: the other paper is this one", what);
	rc = vt_row_paper(
	    x->b->txn, ref.agency_no, ref.seq, x->arena, ret, reterr);
	if (rc != VT_OK)
		return rc;
	if ((ret->direction == VT_DIR_IN) != (p->direction == VT_DIR_IN))
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: one paper came in, the other did not", what);
	if (ret->direction != VT_DIR_IN &&
	    (ret->number.value == 0 || ret->issued_at == VT_TIME_NONE))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "%s: the other paper is not numbered and issued", what);
	r->seq = ref.seq;
	return VT_OK;
}

static bool
is_out_there(const struct vt_paper *p)
{
	if (p->direction != VT_DIR_IN)
		return p->state == VT_PAPER_ISSUED ||
		       p->state == VT_PAPER_DISPATCHED;
	return p->state != VT_PAPER_REFUSED &&
	       p->state != VT_PAPER_TAKEN_BACK && p->state != VT_PAPER_RECALLED;
}

static int
decide_link(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	size_t amended = p->n_amended_by + !vt_id_is_zero(&p->replaced_by);
	struct vt_paper other;
	int rc;

	if (r->kind == VT_STEP_REPLACE &&
	    (p->replaced_kind == VT_REPLACE_NEW ||
		vt_paper_replaced_how(p, &r->object) != 0))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "paper: another one stands for it already");
	/* then it can still be replaced */
	if (r->kind == VT_STEP_REPLACE && r->sub != VT_REPLACE_NEW &&
	    amended >= VT_L(AMENDED_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "paper: it was amended %zu times (AMENDED_MAX)", amended);
	if (!is_out_there(p) &&
	    (r->kind == VT_STEP_RECALL || p->state != VT_PAPER_RECALLED))
		return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
	if ((rc = other_paper(x, r, &other, reterr)) != VT_OK ||
	    r->kind != VT_STEP_RECALL || p->direction == VT_DIR_IN)
		return rc;
	return ask_all(x, r, reterr);
}

/* A paper whose handling is over is not given back once more; one that was
 * refused may be said to be: it is. Declining clears the ask away. */
static int
decide_answer(
    const struct vt_paper *p, const struct vt_srec *r, struct vt_err *reterr)
{
	if (p->asked == 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "answer: nobody asks for this paper");
	if (r->sub == 15 && p->asked == VT_ASK_TAKE_BACK &&
	    (p->state == VT_PAPER_TAKEN_BACK || p->state == VT_PAPER_RECALLED))
		return vt_out_of_order(p, "answer 15", reterr);
	return VT_OK;
}

int
vt_recall_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;

	switch (r->kind) {
	case VT_STEP_TAKE_BACK:
		return p->direction == VT_DIR_IN ? decide_asked(x, r, reterr)
						 : decide_ask(x, r, reterr);
	case VT_STEP_TAKE_BACK_ANSWER:
		return decide_answer(p, r, reterr);
	default: /* VT_STEP_RECALL, VT_STEP_REPLACE */
		return decide_link(x, r, reterr);
	}
}

/* ---- rows ---- */

/* What the status item of a take back tells; docstore/work.h. */
static int
ask_work(struct vt_apply *x, const struct vt_srec *r,
    const struct vt_srec_to *to, struct vt_err *reterr)
{
	struct vt_work_new w = {
		.kind = VT_WORK_STATUS, .subject = to->id, .due = x->rec.time
	};
	struct vt_cbor_map_writer m;
	VT_BUF_AUTO(payload);
	int rc;

	vt_cbor_map_begin(&m, &payload);
	vt_put_uint(&m, 1, 13);
	vt_put_text(&m, 2, r->note);
	vt_cbor_map_end(&m);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	w.payload = vt_buf_view(&payload);
	return vt_work_put_new(x, to->work, &w, reterr);
}

static int
keep_asked(struct vt_apply *x, const struct vt_srec *r,
    const struct vt_srec_to *to, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_delivery_status row;
	struct vt_delivery d;
	uint64_t work;
	struct vt_key k;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
	    (rc = vt_row_delivery(x->b->txn, x->st.agency_no, to->seq, scratch,
		 &d, reterr)) != VT_OK)
		return rc;
	work = d.work;
	vt_delivery_evolve(&d, r, x->rec.time);
	if ((rc = vt_put_delivery(x, &d, reterr)) != VT_OK)
		return rc;
	if (to->work == 0)
		return work == 0 ? VT_OK : vt_work_remove(x->b, work, reterr);
	vt_status_row(r, x->rec.time, x->st.acts, &row);
	k = vt_key_log(x->st.agency_no, d.seq, d.log);
	vt_status_encode(&row, &v);
	if ((rc = vt_batch_put(x->b, VT_T_DELIVERY_LOG, &k, &v, reterr)) !=
	    VT_OK)
		return rc;
	return ask_work(x, r, to, reterr);
}

int
vt_recall_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	int rc = VT_OK;

	for (size_t n = 0; n < r->n_to && rc == VT_OK; n++)
		rc = keep_asked(x, r, &r->to[n], reterr);
	return rc != VT_OK ? rc : vt_link_keep(x, i, reterr);
}
