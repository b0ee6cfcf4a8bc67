/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second half of an act, inside the writer's transaction. First every
 * step is decided on a copy of the paper, without a write; then all rows, the
 * record, the leaf and the idempotency row are written. So a refusal leaves
 * no trace and does not disturb the other acts of the batch.
 */
#include <stdio.h>

#include "docstore/fields.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

#define VT_ROW_T struct vt_idem
static const struct vt_row_field idem_fields[] = {
#include "docstore/fields/idem.def"
};
#undef VT_ROW_T
static const struct vt_row idem_row =
    VT_ROW_ARRAY_OR("idempotency key", idem_fields, 3);

VT_ROW_CODEC_FLAT(idem, struct vt_idem)

int
vt_idem_again(const struct vt_store *s, const struct vt_key *k,
    const struct vt_idem *x, vt_hash *ret, struct vt_err *reterr)
{
	struct vt_idem bare = *x;
	VT_BUF_AUTO(b);
	int rc;

	memset(&bare.again, 0, sizeof(bare.again));
	/* By the key that lives as long as the store. */
	vt_buf_puts(&b, "vanthu idem 1 ");
	vt_buf_span(&b, vt_key_view(k));
	vt_idem_encode(&bare, &b);
	if ((rc = vt_buf_status(&b, reterr)) == VT_OK)
		*ret =
		    vt_hmac_sha256(vt_secret_view(s->keys.id), vt_buf_view(&b));
	return rc;
}

/* Looks the idempotency key up. VT_OK with x->repeat when it was used. */
static int
find_repeat(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_act_op *a = x->op;
	struct vt_key k = vt_key_idem(&a->act->caller, &a->key);
	struct vt_idem was;
	struct vt_span v;
	int rc;

	if (a->act->key == NULL)
		return VT_OK;
	rc = vt_tx_get(x->b->txn, VT_T_IDEM, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK || (rc = vt_idem_decode(v, &was, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_eq(&was.request, &a->act->request))
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_REUSED,
		    "act: this caller used this idempotency key for another "
		    "request");
	x->repeat = true;
	a->agency_no = was.agency_no;
	x->repeat_index = was.index;
	return VT_OK;
}

/* The post that somebody acts in is his, in this agency, and in force. */
static int
check_post(struct vt_apply *x, struct vt_err *reterr)
{
	const struct vt_act *act = x->op->act;
	struct vt_person p;
	struct vt_ref ref;
	int rc;

	if (act->post == 0)
		return VT_OK;
	if ((rc = vt_row_ref(x->b->txn, &act->person, VT_OBJECT_PERSON, &ref,
		 reterr)) != VT_OK ||
	    (rc = vt_row_person(x->b->txn, ref.agency_no, ref.seq, x->arena, &p,
		 reterr)) != VT_OK)
		return rc;
	if (ref.agency_no == act->agency_no && act->post <= p.n_posts &&
	    !p.posts[act->post - 1].waits &&
	    vt_post_in_force(&p.posts[act->post - 1], x->rec.time))
		return VT_OK;
	return vt_err_set(reterr, VT_E_POST,
	    "act: who does it has no post %u in this agency that is in force",
	    act->post);
}

static int
load(struct vt_apply *x, struct vt_err *reterr)
{
	const struct vt_act *act = x->op->act;
	struct vt_ref ref;
	int rc;

	x->work = x->b->count.work;
	x->agencies = x->b->count.agencies;
	x->revisions = x->b->count.revisions;
	if (act->agency_no == 0) {
		if (act->steps[0].kind == VT_STEP_AGENCY)
			return VT_OK;
		return vt_err_set(
		    reterr, VT_E_AGENCY_UNKNOWN, "act: agency number 0");
	}
	rc = vt_batch_agency(x->b, act->agency_no, &x->live, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = check_post(x, reterr)) != VT_OK)
		return rc;
	x->st = x->live->st;
	x->rec.paper = act->paper;
	if (vt_id_is_zero(&act->paper))
		return VT_OK;
	rc = vt_row_ref(x->b->txn, &act->paper, VT_OBJECT_PAPER, &ref, reterr);
	if (rc != VT_OK)
		return rc;
	if (ref.agency_no != act->agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no paper of this agency has this id");
	x->paper = vt_arena_alloc(x->arena, sizeof(*x->paper));
	if (x->paper == NULL)
		return vt_nomem(reterr);
	return vt_row_paper(
	    x->b->txn, ref.agency_no, ref.seq, x->arena, x->paper, reterr);
}

static int
check_rev(struct vt_apply *x, struct vt_err *reterr)
{
	const struct vt_act *act = x->op->act;

	if (act->expect_rev == 0)
		return VT_OK;
	if (x->paper == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: a revision is expected of no paper");
	if (x->paper->rev == act->expect_rev)
		return VT_OK;
	x->op->hint.paper_rev = x->paper->rev;
	x->op->hint.current = x->paper->parts[0].hash;
	return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
	    "paper: revision %llu was expected, it is at %llu",
	    (unsigned long long)act->expect_rev,
	    (unsigned long long)x->paper->rev);
}

struct vt_evolve
vt_evolve_of(const struct vt_apply *x)
{
	return (struct vt_evolve){ .paper = x->rec.paper,
		.person = x->rec.person,
		.post = x->rec.post,
		.time = x->rec.time,
		.index = x->st.acts,
		.arena = x->arena };
}

static int
decide_steps(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_act_op *a = x->op;
	struct vt_evolve e;
	int rc;

	for (size_t i = 0; i < a->act->n_steps; i++) {
		x->rec.steps[i] = a->prep[i].r;
		if ((rc = vt_step_decide(x, i, reterr)) != VT_OK || x->repeat)
			return rc;
		if (x->paper == NULL)
			continue;
		e = vt_evolve_of(x); /* the paper's id may be new */
		rc = vt_paper_evolve(x->paper, &x->rec.steps[i], &e, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (x->paper != NULL) {
		e = vt_evolve_of(x);
		if (!vt_arec_leaves_paper(&x->rec))
			vt_paper_touch(x->paper, &e);
		x->rec.main = x->paper->parts[0].hash;
		x->rec.paper_rev = x->paper->rev;
		x->rec.paper_seq = x->paper->seq;
	}
	return VT_OK;
}

/* ---- rows of the act itself ---- */

int
vt_put_object(struct vt_apply *x, const vt_id *id, enum vt_object kind,
    uint64_t seq, struct vt_err *reterr)
{
	struct vt_ref r = {
		.kind = kind, .agency_no = x->st.agency_no, .seq = seq
	};
	struct vt_key k = vt_key_id(id);
	VT_BUF_AUTO(v);

	vt_ref_encode(&r, &v);
	return vt_batch_put(x->b, VT_T_ID, &k, &v, reterr);
}

static int
keep_paper(struct vt_apply *x, uint64_t index, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_key h =
	    vt_key_of_paper(x->st.agency_no, x->paper->seq, index);
	VT_BUF_AUTO(v);
	VT_BUF_AUTO(null);
	int rc;

	vt_cbor_null(&null);
	rc = vt_batch_put(x->b,
	    vt_arec_is_use(&x->rec) ? VT_T_READ : VT_T_PAPER_ACT, &h, &null,
	    reterr);
	if (rc != VT_OK || vt_arec_leaves_paper(&x->rec))
		return rc;
	vt_paper_encode(x->paper, &v);
	if ((rc = vt_batch_put(x->b, VT_T_PAPER, &k, &v, reterr)) != VT_OK)
		return rc;
	if (x->paper->rev == 1)
		return vt_put_object(
		    x, &x->paper->id, VT_OBJECT_PAPER, x->paper->seq, reterr);
	return VT_OK;
}

static int
keep_idem(struct vt_apply *x, uint64_t index, bool again, struct vt_err *reterr)
{
	struct vt_act_op *a = x->op;
	struct vt_key k = vt_key_idem(&a->act->caller, &a->key);
	struct vt_idem row = { .request = a->act->request,
		.agency_no = a->agency_no,
		.index = index };
	VT_BUF_AUTO(v);
	int rc;

	if (a->act->key == NULL)
		return VT_OK;
	if (again && (rc = vt_idem_again(
			  x->b->store, &k, &row, &row.again, reterr)) != VT_OK)
		return rc;
	vt_idem_encode(&row, &v);
	return vt_batch_put(x->b, VT_T_IDEM, &k, &v, reterr);
}

static int
keep_events(struct vt_apply *x, uint64_t index, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (size_t i = 0; i < x->rec.n_steps && rc == VT_OK; i++) {
		const struct vt_srec *r = &x->rec.steps[i];
		struct vt_event e = { .kind = r->kind,
			.time = x->rec.time,
			.paper = x->rec.paper,
			.subject = vt_step_subject(r),
			.act = index };
		struct vt_key k;
		VT_BUF_AUTO(v);

		if (vt_step_is_use(r->kind))
			continue; /* nobody waits for it */
		x->st.events++;
		k = vt_key_row(x->st.agency_no, x->st.events);
		vt_event_encode(&e, &v);
		rc = vt_batch_put(x->b, VT_T_EVENT, &k, &v, reterr);
	}
	return rc;
}

static void
facts_of(struct vt_apply *x, const vt_hash *record, struct vt_receipt *f)
{
	memset(f, 0, sizeof(*f));
	f->agency = x->live->id;
	f->act = x->rec.act;
	f->paper = x->rec.paper;
	f->main = x->rec.main;
	f->time = x->rec.time;
	f->request = x->rec.request;
	f->record = *record;
	(void)snprintf(f->origin, sizeof(f->origin), "%s", x->live->origin);
	f->epoch = x->live->epoch;
	for (size_t i = 0; i < x->rec.n_steps; i++) {
		const struct vt_srec *r = &x->rec.steps[i];

		f->kinds[f->n_kinds++] = r->kind;
		if (!vt_hash_is_zero(&r->manifest))
			f->manifest = r->manifest;
		if (r->kind == VT_STEP_NUMBER) {
			VT_ASSERT(x->paper != NULL);
			f->number = r->value;
			(void)snprintf(f->number_text, sizeof(f->number_text),
			    "%s", x->paper->number.text);
		} else if (r->kind == VT_STEP_EPOCH) {
			(void)snprintf(
			    f->prior, sizeof(f->prior), "%s", r->name);
			f->prior_size = r->size;
			f->prior_root = r->main;
			f->prior_lost = r->lost;
		} else if (r->kind == VT_STEP_RESERVE ||
			   r->kind == VT_STEP_OUTAGE) {
			f->number = r->value;
		} else if (r->kind == VT_STEP_REGISTER ||
			   r->kind == VT_STEP_RECEIVE ||
			   r->kind == VT_STEP_ACCEPT ||
			   (r->kind == VT_STEP_JOIN && r->value != 0)) {
			f->arrival = r->value;
		}
	}
}

static int
keep_leaf(struct vt_apply *x, uint64_t index, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = {
		.txn = x->b->txn, .agency_no = x->st.agency_no, .batch = x->b,
		.epoch = x->live->epoch
	};
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_key k = vt_key_row(x->st.agency_no, index);
	VT_BUF_AUTO(leaf);
	vt_hash h;
	int rc;

	vt_leaf_encode(x->op->salt, vt_buf_view(&x->op->facts), &leaf);
	if ((rc = vt_buf_status(&leaf, reterr)) != VT_OK)
		return rc;
	h = vt_ledger_leaf(vt_buf_view(&leaf));
	if ((rc = vt_batch_put(x->b, VT_T_LEAF, &k, &leaf, reterr)) != VT_OK)
		return rc;
	return vt_ledger_append(&io, index - x->live->begin, &h, reterr);
}

static int
keep_record(struct vt_apply *x, uint64_t index, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, index);
	struct vt_receipt f;
	VT_BUF_AUTO(v);
	vt_hash record;
	int rc;

	vt_arec_encode(&x->rec, &v);
	if ((rc = vt_batch_put(x->b, VT_T_ACT, &k, &v, reterr)) != VT_OK)
		return rc;
	record = vt_sha256(vt_buf_view(&v));
	facts_of(x, &record, &f);
	vt_buf_reset(&x->op->facts);
	vt_facts_encode(&f, &x->op->facts);
	if ((rc = vt_buf_status(&x->op->facts, reterr)) != VT_OK ||
	    (rc = vt_put_object(
		 x, &x->rec.act, VT_OBJECT_ACT, index, reterr)) != VT_OK)
		return rc;
	return keep_leaf(x, index, reterr);
}

static int
keep_all(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_act_op *a = x->op;
	uint64_t index;
	int rc;

	for (size_t i = 0; i < x->rec.n_steps; i++)
		if ((rc = vt_step_keep(x, i, reterr)) != VT_OK)
			return rc;
	index = x->st.acts++;
	a->agency_no = x->st.agency_no;
	if ((x->paper != NULL &&
		(rc = keep_paper(x, index, reterr)) != VT_OK) ||
	    (rc = keep_events(x, index, reterr)) != VT_OK ||
	    (rc = keep_idem(x, index, false, reterr)) != VT_OK ||
	    (rc = keep_record(x, index, reterr)) != VT_OK)
		return rc;
	x->live->st = x->st;
	x->live->changed = true;
	x->b->count.work = x->work;
	x->b->count.agencies = x->agencies;
	x->b->count.revisions = x->revisions;
	a->index = index;
	a->next_act = NULL;
	*x->b->acts_tail = a;
	x->b->acts_tail = &a->next_act;
	return VT_OK;
}

/* The same answer once more. Found by another way than its key, the key is
 * this answer's from now on. */
static int
keep_repeat(struct vt_apply *x, bool by_key, struct vt_err *reterr)
{
	int rc = by_key ? VT_OK : keep_idem(x, x->repeat_index, true, reterr);

	if (rc != VT_OK || x->repeat_consign == 0)
		return rc;
	return vt_consign_repeat(x, reterr);
}

/* What destroys is done on a full disk, too. */
static bool
frees_room(const struct vt_act *act)
{
	for (size_t i = 0; i < act->n_steps; i++)
		if ((unsigned int)act->steps[i].kind != 67)
			return false;
	return act->n_steps > 0;
}

int
vt_act_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct vt_act_op *a = (struct vt_act_op *)(void *)op;
	struct vt_apply x = { .b = b, .op = a, .arena = b->arena };
	bool by_key;
	int rc;

	a->repeated = false;
	memset(&a->hint, 0, sizeof(a->hint));
	if ((rc = find_repeat(&x, reterr)) != VT_OK)
		return rc;
	by_key = x.repeat;
	/* What was answered before is answered again; a row more is not. */
	if (!by_key && !vt_act_lifts(a->act) &&
	    ((rc = vt_restored_gate(b->txn, reterr)) != VT_OK ||
		(!frees_room(a->act) &&
		    (rc = vt_room_door(b->store, reterr)) != VT_OK)))
		return rc;
	if (!x.repeat) {
		x.rec = (struct vt_arec){ .act = a->act_id,
			.time = b->time,
			.person = a->act->person,
			.post = a->act->post,
			.caller = a->act->caller,
			.request = a->act->request,
			.key = a->key,
			.keep = a->act->keep,
			.n_steps = a->act->n_steps };
		memcpy(x.rec.salt, a->record_salt, sizeof(x.rec.salt));
		x.rec.steps = vt_arena_array(
		    x.arena, a->act->n_steps, sizeof(*x.rec.steps));
		if (x.rec.steps == NULL)
			return vt_nomem(reterr);
		if ((rc = load(&x, reterr)) != VT_OK ||
		    (rc = check_rev(&x, reterr)) != VT_OK ||
		    (rc = decide_steps(&x, reterr)) != VT_OK)
			return rc;
	}
	if (x.repeat) {
		a->repeated = true;
		a->index = x.repeat_index;
		return keep_repeat(&x, by_key, reterr);
	}
	return keep_all(&x, reterr);
}
