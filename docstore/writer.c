/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one writer of records: takes what has gathered in the queue, applies it
 * in one transaction, closes the ledgers of the batch, commits once, signs one
 * checkpoint an agency, and answers. While one batch syncs, the next gathers:
 * that is the group commit, and nobody waits for company.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "docstore/epoch.h"
#include "docstore/store_priv.h"

#define BATCH_MAX 64
#define SWEEP_MAX 32 /* expired states a commit takes away */

int
vt_batch_put(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    const struct vt_buf *value, struct vt_err *reterr)
{
	int rc = vt_buf_status(value, reterr);

	if (rc != VT_OK)
		return rc;
	b->dirty = b->wrote = true;
	return vt_tx_put(b->txn, t, k, vt_buf_view(value), reterr);
}

int
vt_batch_del(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    struct vt_err *reterr)
{
	b->dirty = b->wrote = true;
	return vt_tx_del(b->txn, t, k, reterr);
}

static struct vt_live *
live_new(const struct vt_agency *a, const struct vt_agency_state *st)
{
	struct vt_live *l = calloc(1, sizeof(*l));
	struct vt_epoch now;

	if (l == NULL)
		return NULL;
	l->st = *st;
	l->before = st->acts;
	l->id = a->id;
	now = vt_epoch_now(a);
	memcpy(l->origin, now.origin, sizeof(l->origin));
	l->epoch = now.no;
	l->begin = now.begin;
	memcpy(l->log_key, a->log_key, sizeof(l->log_key));
	return l;
}

static void
live_free(struct vt_live *l)
{
	while (l != NULL) {
		struct vt_live *next = l->next;

		vt_buf_free(&l->checkpoint);
		free(l);
		l = next;
	}
}

int
vt_batch_new_agency(struct vt_batch *b, const struct vt_agency *a,
    struct vt_live **ret, struct vt_err *reterr)
{
	struct vt_agency_state st = { .agency_no = a->no };
	struct vt_live *l = live_new(a, &st);

	if (l == NULL)
		return vt_nomem(reterr);
	l->next = b->live;
	b->live = l;
	*ret = l;
	return VT_OK;
}

int
vt_batch_agency(struct vt_batch *b, uint32_t no, struct vt_live **ret,
    struct vt_err *reterr)
{
	const struct vt_log_key *key;
	struct vt_agency_state st;
	struct vt_agency a;
	struct vt_live *l;
	int rc;

	for (l = b->live; l != NULL; l = l->next)
		if (l->st.agency_no == no) {
			*ret = l;
			return VT_OK;
		}
	if ((rc = vt_row_agency(b->txn, no, b->arena, &a, reterr)) != VT_OK ||
	    (rc = vt_row_state(b->txn, no, &st, reterr)) != VT_OK ||
	    /* A checkpoint that cannot be signed must not be committed. */
	    (rc = vt_log_key_get(b->store, &a.id, &key, reterr)) != VT_OK)
		return rc;
	if (memcmp(key->pub, a.log_key, sizeof(key->pub)) != 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "agency %u: the log key file is not the key of its ledger",
		    no);
	if ((l = live_new(&a, &st)) == NULL)
		return vt_nomem(reterr);
	l->next = b->live;
	b->live = l;
	*ret = l;
	return VT_OK;
}

/* ---- one run over a batch ---- */

/* Said when it steps back and when it has caught up, not with each commit. */
static void
clock_report(struct vt_writer *w, int64_t back)
{
	bool behind = back > VT_TIME_S(VT_L(CLOCK_BACK_S));

	if (behind == w->clock_behind)
		return;
	w->clock_behind = behind;
	vt_log(behind ? VT_LEVEL_WARN : VT_LEVEL_INFO, "store.clock",
	    "back_ms=%lld", (long long)(back / 1000));
}

static int
batch_open(struct vt_batch *b, struct vt_err *reterr)
{
	struct vt_store *s = b->store;
	vt_time now = vt_now(s->ctx);
	int64_t back;
	int rc;

	b->live = NULL;
	b->acts = NULL;
	b->acts_tail = &b->acts;
	b->wrote = b->clock_back = false;
	rc = s->engine->ops->begin(
	    s->engine, VT_SPACE_RECORDS, true, &b->txn, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_row_counters(b->txn, &b->count, reterr)) != VT_OK) {
		s->engine->ops->abort(b->txn);
		b->txn = NULL;
		return rc;
	}
	b->time = now > b->count.time ? now : b->count.time;
	b->clock = now;
	back = b->count.time == VT_TIME_NONE ? 0 : b->count.time - now;
	clock_report(&s->writer, back);
	b->clock_back = back > VT_TIME_S(VT_L(CLOCK_STOP_S));
	b->count.time = b->time;
	b->work_time = vt_work_clock(s, b->time);
	return VT_OK;
}

static void
batch_abort(struct vt_batch *b)
{
	if (b->txn != NULL)
		b->store->engine->ops->abort(b->txn);
	b->txn = NULL;
	live_free(b->live);
	b->live = NULL;
}

/*
 * Applies every operation that is not settled. False: one failed after it had
 * written, it is settled now, and the batch must be run again.
 */
static bool
batch_apply(struct vt_batch *b, struct vt_op *ops)
{
	for (struct vt_op *o = ops; o != NULL; o = o->next) {
		if (o->settled)
			continue;
		b->dirty = false;
		b->arena = vt_arena_new(VT_ARENA_ACT);
		o->rc = b->arena == NULL ? vt_nomem(&o->err)
					 : o->apply(b, o, &o->err);
		vt_arena_free(b->arena);
		b->arena = NULL;
		if (o->rc == VT_OK)
			continue;
		o->settled = true;
		if (b->dirty)
			return false;
	}
	return true;
}

static int
ledger_close(struct vt_batch *b, struct vt_live *l, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = b->txn,
		.agency_no = l->st.agency_no,
		.epoch = l->epoch };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_key k = { .n = 0 };
	VT_BUF_AUTO(v);
	int rc;

	rc = vt_ledger_root(&io, l->st.acts - l->begin, &l->root, reterr);
	if (rc != VT_OK)
		return rc;
	vt_key_u32(&k, l->st.agency_no);
	vt_state_encode(&l->st, &v);
	return vt_batch_put(b, VT_T_STATE, &k, &v, reterr);
}

static int
receipt_close(struct vt_batch *b, struct vt_act_op *a, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(a->agency_no, a->index);
	struct vt_ledger_tx lt = { .txn = b->txn, .agency_no = a->agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_ledger_proof proof;
	struct vt_live *l;
	int rc;

	if ((rc = vt_batch_agency(b, a->agency_no, &l, reterr)) != VT_OK)
		return rc;
	lt.epoch = l->epoch;
	rc = vt_ledger_inclusion(&io, a->index - l->begin,
	    l->st.acts - l->begin, &proof, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_reset(&a->body);
	vt_receipt_body(&(struct vt_receipt_open){ .salt = a->salt,
			    .facts = vt_buf_view(&a->facts),
			    .index = a->index - l->begin,
			    .size = l->st.acts - l->begin,
			    .root = &l->root,
			    .proof = &proof,
			    .log_key = l->log_key },
	    &a->body);
	return vt_batch_put(b, VT_T_RECEIPT, &k, &a->body, reterr);
}

/* Signatures of earlier batches that are not on disk yet. */
static int
save_checkpoints(struct vt_batch *b, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (struct vt_live *l = b->store->writer.unsaved;
	     l != NULL && rc == VT_OK; l = l->next) {
		struct vt_key k = vt_key_row(l->st.agency_no, l->st.acts);
		VT_BUF_AUTO(v);

		vt_cbor_text(&v, vt_buf_view(&l->checkpoint));
		rc = vt_batch_put(b, VT_T_CHECKPOINT, &k, &v, reterr);
	}
	return rc;
}

static int
finish_batch(struct vt_batch *b, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text("counters");
	size_t swept;
	VT_BUF_AUTO(v);
	int rc;

	for (struct vt_live *l = b->live; l != NULL; l = l->next)
		if (l->changed && (rc = ledger_close(b, l, reterr)) != VT_OK)
			return rc;
	for (struct vt_act_op *a = b->acts; a != NULL; a = a->next_act)
		if ((rc = receipt_close(b, a, reterr)) != VT_OK)
			return rc;
	if ((rc = save_checkpoints(b, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_states_sweep(b, SWEEP_MAX, &swept, reterr)) != VT_OK)
		return rc;
	b->count.settled = vt_byter_settled(b->store);
	vt_counters_encode(&b->count, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

/* One run: VT_OK, or the code that all operations of the batch share. */
static int
batch_commit(struct vt_batch *b, struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc;

	if (!b->wrote) {
		b->store->engine->ops->abort(b->txn);
		b->txn = NULL;
		return VT_OK;
	}
	b->arena = vt_arena_new(VT_ARENA_ACT);
	rc = b->arena == NULL ? vt_nomem(reterr) : finish_batch(b, reterr);
	vt_arena_free(b->arena);
	b->arena = NULL;
	if (rc != VT_OK)
		return rc;
	t = b->txn;
	b->txn = NULL;
	return b->store->engine->ops->commit(t, reterr);
}

/* ---- after the commit ---- */

/*
 * The agency's checkpoint, once for all acts of the batch. Its key was there
 * when the batch began; if signing fails all the same, the receipt can be made
 * again later, equal, since the signature is deterministic.
 */
static int
sign_checkpoint(struct vt_store *s, struct vt_live *l, struct vt_err *reterr)
{
	struct vt_checkpoint c = { .size = l->st.acts - l->begin,
		.root = l->root };
	const struct vt_log_key *key;
	int rc;

	memcpy(c.origin, l->origin, sizeof(c.origin));
	if ((rc = vt_log_key_get(s, &l->id, &key, reterr)) != VT_OK)
		return rc;
	return vt_checkpoint_sign(
	    &c, vt_secret_view(key->seed), key->pub, &l->checkpoint, reterr);
}

static void
batch_sign(struct vt_batch *b)
{
	struct vt_writer *w = &b->store->writer;
	struct vt_live *l, *next, *fresh = NULL, *saved;
	struct vt_err err;

	for (l = b->live; l != NULL; l = next) {
		next = l->next;
		l->next = NULL;
		if (l->changed && sign_checkpoint(b->store, l, &err) != VT_OK)
			vt_log_err("store.checkpoint", &err);
		if (l->changed && l->checkpoint.n > 0) {
			l->next = fresh;
			fresh = l;
		} else {
			live_free(l);
		}
	}
	b->live = NULL;
	(void)pthread_mutex_lock(&w->lock);
	saved = w->unsaved; /* they were in this commit */
	w->unsaved = fresh;
	(void)pthread_mutex_unlock(&w->lock);
	live_free(saved);
}

bool
vt_writer_unsaved(
    struct vt_store *s, uint32_t agency_no, uint64_t size, struct vt_buf *ret)
{
	struct vt_writer *w = &s->writer;
	bool found = false;

	(void)pthread_mutex_lock(&w->lock);
	for (struct vt_live *l = w->unsaved; l != NULL && !found; l = l->next)
		if (l->st.agency_no == agency_no && l->st.acts == size) {
			vt_buf_span(ret, vt_buf_view(&l->checkpoint));
			found = true;
		}
	(void)pthread_mutex_unlock(&w->lock);
	return found;
}

static void
count_batch(struct vt_batch *b)
{
	struct vt_writer *w = &b->store->writer;
	uint64_t acts = 0;

	for (struct vt_act_op *a = b->acts; a != NULL; a = a->next_act)
		acts++;
	(void)pthread_mutex_lock(&w->lock);
	w->batches++;
	w->acts += acts;
	w->last = b->time;
	(void)pthread_mutex_unlock(&w->lock);
}

static void
batch_run(struct vt_store *s, struct vt_op *ops)
{
	struct vt_batch b = { .store = s };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	for (;;) {
		if ((rc = batch_open(&b, &err)) != VT_OK)
			break;
		if (batch_apply(&b, ops)) {
			rc = batch_commit(&b, &err);
			break;
		}
		batch_abort(&b);
	}
	if (rc != VT_OK) {
		batch_abort(&b);
		/* It may be there all the same: who waits looks again. */
		if (rc == VT_E_UNKNOWN_OUTCOME) {
			atomic_store(&s->broken, true);
			vt_watch_tell_all(&s->watch);
		}
		/* Refusals too: they were about a state that never came. */
		for (struct vt_op *o = ops; o != NULL; o = o->next) {
			o->rc = rc;
			o->err = err;
		}
	} else if (b.wrote) {
		count_batch(&b);
		vt_watch_tell(&s->watch, b.live);
		batch_sign(&b);
	}
	live_free(b.live);
	while (ops != NULL) {
		struct vt_op *o = ops;

		ops = o->next;
		o->done(o);
	}
}

static void *
writer_main(void *arg)
{
	struct vt_store *s = arg;
	struct vt_op *ops;

	VT_CHECK(s, VT_STORE_MAGIC);
	while ((ops = vt_queue_take(
		    &s->writer.queue, VT_L(ACT_BYTES_MAX), BATCH_MAX)) != NULL)
		batch_run(s, ops);
	return NULL;
}

int
vt_writer_start(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_counters count;
	struct vt_txn *t;
	int rc;

	s->writer.work_at = VT_TIME_NONE;
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_counters(t, &count, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	(void)vt_work_clock(s, count.time);
	if (pthread_create(&s->writer.thread, NULL, writer_main, s) != 0)
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "store: the writer thread cannot be started");
	s->writer.running = true;
	return VT_OK;
}

/* The signatures of the last batch, and how far bytes are settled. */
static void
flush(struct vt_store *s)
{
	struct vt_batch b = { .store = s };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if ((rc = batch_open(&b, &err)) == VT_OK) {
		b.wrote = true;
		rc = batch_commit(&b, &err);
	}
	if (rc != VT_OK) {
		batch_abort(&b);
		/* Nothing is lost: both are made again at the next open. */
		vt_log_err("store.flush", &err);
	}
}

void
vt_writer_stop(struct vt_store *s)
{
	vt_queue_close(&s->writer.queue);
	if (s->writer.running) {
		(void)pthread_join(s->writer.thread, NULL);
		flush(s);
	}
	s->writer.running = false;
	live_free(s->writer.unsaved);
	s->writer.unsaved = NULL;
}
