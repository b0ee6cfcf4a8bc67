/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The byte thread: commits wrapped keys, then chunks, for all uploads that
 * wait; and removes what a crash left behind or nobody maps any more.
 */
#include <stdlib.h>

#include "base/log.h"
#include "docstore/store_priv.h"

#define COLLECT_STEP 256

/* ---- the byte thread: keys, then bytes ---- */

/* Where a chunk lies. */
struct seat {
	uint32_t env;
	uint64_t seq;
};

struct write_op {
	struct vt_op op;
	struct vt_chunk_in *chunk;
	size_t n;
	uint64_t first; /* of the sequences given */
	/* instead of writing: */
	const struct seat *drop; /* to remove */
	size_t n_drop;
};

struct vt_key
vt_key_wrap(uint32_t env, uint64_t seq)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, env);
	vt_key_u64(&k, seq);
	return k;
}

static int
keys_put(
    struct vt_txn *t, struct write_op *w, uint32_t epoch, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (size_t i = 0; i < w->n && rc == VT_OK; i++) {
		VT_BUF_AUTO(v);
		struct vt_key k =
		    vt_key_wrap(w->chunk[i].env, w->chunk[i].seq);
		struct vt_wrap_row row = { .epoch = epoch,
			.wrapped =
			    VT_SPAN(w->chunk[i].wrapped, VT_WRAPPED_SIZE),
			.id = w->chunk[i].id };

		if (w->chunk[i].envelope == NULL)
			continue;
		vt_wrap_row_encode(&row, &v);
		rc = vt_buf_status(&v, reterr);
		if (rc == VT_OK)
			rc = vt_tx_put(
			    t, VT_T_WRAP, &k, vt_buf_view(&v), reterr);
	}
	return rc;
}

static int
bytes_put(struct vt_txn *t, struct write_op *w, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (size_t i = 0; i < w->n && rc == VT_OK; i++) {
		struct vt_key k =
		    vt_key_wrap(w->chunk[i].env, w->chunk[i].seq);

		if (w->chunk[i].envelope == NULL)
			continue;
		rc = vt_tx_put(t, VT_T_BYTES, &k,
		    VT_SPAN(w->chunk[i].envelope,
			w->chunk[i].plain.n + VT_ENVELOPE_SIZE),
		    reterr);
	}
	return rc;
}

/* What lies in a sealed environment stays as it is: without its key it is
 * noise. *gone: bytes that were there. */
static int
drop(struct vt_txn *t, enum vt_table table, uint32_t open, struct write_op *w,
    uint64_t *gone, struct vt_err *reterr)
{
	for (size_t i = 0; i < w->n_drop; i++) {
		struct vt_key k = vt_key_wrap(w->drop[i].env, w->drop[i].seq);
		int rc;

		if (table == VT_T_BYTES && w->drop[i].env != open)
			continue;
		rc = vt_tx_del(t, table, &k, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		*gone += rc == VT_OK && table == VT_T_BYTES;
	}
	return VT_OK;
}

/* One synced transaction over the writes of a batch, or over its drops. */
static int
pass(struct vt_store *s, struct vt_op *batch, enum vt_space space, bool drops,
    struct vt_err *reterr)
{
	struct vt_txn *t;
	uint64_t gone = 0;
	bool any = false;
	int rc;

	for (struct vt_op *o = batch; o != NULL; o = o->next)
		any |= (((struct write_op *)(void *)o)->n_drop > 0) == drops;
	if (!any)
		return VT_OK;
	rc = s->engine->ops->begin(s->engine, space, true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (struct vt_op *o = batch; o != NULL && rc == VT_OK; o = o->next) {
		struct write_op *w = (struct write_op *)(void *)o;

		if ((w->n_drop > 0) != drops)
			continue;
		if (drops)
			rc = drop(t,
			    space == VT_SPACE_KEYS ? VT_T_WRAP : VT_T_BYTES,
			    s->byter.open.env, w, &gone, reterr);
		else if (space == VT_SPACE_KEYS)
			rc = keys_put(t, w, s->keys.epoch, reterr);
		else
			rc = bytes_put(t, w, reterr);
	}
	if (rc != VT_OK) {
		t->ops->abort(t);
		return rc;
	}
	if ((rc = t->ops->commit(t, reterr)) == VT_OK)
		s->byter.rows -= gone;
	return rc;
}

/* Chunks that a batch is about to write. */
static size_t
chunks_of(const struct vt_op *batch)
{
	size_t n = 0;

	for (; batch != NULL; batch = batch->next) {
		const struct write_op *w = (const void *)batch;

		for (size_t i = 0; i < w->n; i++)
			n += w->chunk[i].envelope != NULL;
	}
	return n;
}

/* Sequences are never given twice, even when the commit fails. */
static void
give_sequences(struct vt_store *s, struct write_op *w, struct vt_inflight *mark)
{
	w->first = s->byter.next;
	for (size_t i = 0; i < w->n; i++)
		if (w->chunk[i].envelope != NULL) {
			w->chunk[i].env = s->byter.open.env;
			w->chunk[i].seq = s->byter.next++;
		}
	(void)pthread_mutex_lock(&s->byter.lock);
	mark->first = w->first;
	mark->next = s->byter.inflight;
	s->byter.inflight = mark;
	s->byter.last = s->byter.next - 1;
	(void)pthread_mutex_unlock(&s->byter.lock);
}

static void
batch_run(struct vt_store *s, struct vt_op *batch)
{
	struct vt_err err = VT_ERR_INIT;
	size_t n = chunks_of(batch);
	int rc = n > 0 ? vt_byter_roll(s, n, &err) : VT_OK;

	for (struct vt_op *o = batch; o != NULL && rc == VT_OK; o = o->next) {
		struct write_op *w = (struct write_op *)(void *)o;
		struct vt_inflight *mark;

		if (w->n_drop > 0)
			continue;
		if ((mark = malloc(sizeof(*mark))) == NULL)
			rc = vt_nomem(&err);
		else
			give_sequences(s, w, mark);
	}
	/*
	 * Keys before bytes; but bytes away before their keys: the sweep finds
	 * what a crash left behind by its key, so the key goes last.
	 */
	if (rc == VT_OK)
		rc = pass(s, batch, VT_SPACE_KEYS, false, &err);
	if (rc == VT_OK)
		rc = pass(s, batch, VT_SPACE_BYTES, false, &err);
	if (rc == VT_OK)
		s->byter.rows += n;
	if (rc == VT_OK)
		rc = pass(s, batch, VT_SPACE_BYTES, true, &err);
	if (rc == VT_OK)
		rc = pass(s, batch, VT_SPACE_KEYS, true, &err);
	while (batch != NULL) {
		struct vt_op *o = batch;

		batch = o->next;
		o->rc = rc;
		o->err = err;
		o->done(o);
	}
}

static void *
byter_main(void *arg)
{
	struct vt_store *s = arg;
	struct vt_op *batch;

	VT_CHECK(s, VT_STORE_MAGIC);
	while ((batch = vt_queue_take(
		    &s->byter.queue, VT_L(ACT_BYTES_MAX), 64)) != NULL)
		batch_run(s, batch);
	return NULL;
}

int
vt_byter_write(struct vt_store *s, struct vt_chunk_in *chunk, size_t n,
    uint64_t *ret_first, struct vt_err *reterr)
{
	struct write_op w = { .chunk = chunk, .n = n };
	int rc;

	for (size_t i = 0; i < n; i++)
		if (chunk[i].envelope != NULL)
			w.op.weight += chunk[i].plain.n + VT_ENVELOPE_SIZE;
	rc = vt_queue_run_patient(&s->byter.queue, &w.op, reterr);
	/* After a failure the mark stays: the next open sweeps from there. */
	if (rc == VT_OK)
		*ret_first = w.first;
	return rc;
}

void
vt_byter_settle(struct vt_store *s, uint64_t first)
{
	struct vt_inflight **p, *m = NULL;

	(void)pthread_mutex_lock(&s->byter.lock);
	for (p = &s->byter.inflight; *p != NULL; p = &(*p)->next)
		if ((*p)->first == first) {
			m = *p;
			*p = m->next;
			break;
		}
	(void)pthread_mutex_unlock(&s->byter.lock);
	free(m);
}

uint64_t
vt_byter_settled(struct vt_store *s)
{
	uint64_t r;

	(void)pthread_mutex_lock(&s->byter.lock);
	r = s->byter.last;
	for (struct vt_inflight *m = s->byter.inflight; m != NULL; m = m->next)
		if (m->first <= r)
			r = m->first - 1;
	(void)pthread_mutex_unlock(&s->byter.lock);
	return r;
}

/* Highest sequence in a table of keys or bytes. */
static int
last_seq(struct vt_store *s, enum vt_space space, enum vt_table table,
    uint64_t *ret, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_span k, v;
	struct vt_txn *t;
	int rc;

	rc = s->engine->ops->begin(s->engine, space, false, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_tx_lt(t, table, &all, &k, &v, reterr);
	if (rc == VT_OK && k.n != 12)
		rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table %s: a key of %zu bytes", vt_table_name(table), k.n);
	else if (rc == VT_OK && vt_be64(k.p + 4) > *ret)
		*ret = vt_be64(k.p + 4);
	t->ops->abort(t);
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_byter_start(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_inflight *mark;
	struct vt_counters count;
	struct vt_txn *t;
	uint64_t last;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_counters(t, &count, reterr);
	if (rc == VT_OK)
		rc = vt_byter_look(s, t, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	/* The highest ones may have been swept: never given twice all the
	 * same. */
	last = count.settled;
	rc = last_seq(s, VT_SPACE_KEYS, VT_T_WRAP, &last, reterr);
	if (rc == VT_OK)
		rc = last_seq(s, VT_SPACE_BYTES, VT_T_BYTES, &last, reterr);
	if (rc != VT_OK)
		return rc;
	s->byter.next = last + 1;
	s->byter.last = last;
	/* What lies behind is settled when vt_bytes_recover has been there. */
	if ((mark = calloc(1, sizeof(*mark))) == NULL)
		return vt_nomem(reterr);
	mark->first = count.settled + 1;
	s->byter.inflight = mark;
	if (pthread_create(&s->byter.thread, NULL, byter_main, s) != 0)
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "store: the byte thread cannot be started");
	s->byter.running = true;
	return VT_OK;
}

void
vt_byter_stop(struct vt_store *s)
{
	vt_queue_close(&s->byter.queue);
	if (s->byter.running)
		(void)pthread_join(s->byter.thread, NULL);
	s->byter.running = false;
	while (s->byter.inflight != NULL) {
		struct vt_inflight *m = s->byter.inflight;

		s->byter.inflight = m->next;
		free(m);
	}
}

/* ---- unmapped bytes ---- */

struct forget_op {
	struct vt_op op;
	const struct seat *seat;
	size_t n;
};

static int
forget_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct forget_op *f = (struct forget_op *)(void *)op;
	int rc = VT_OK;

	for (size_t i = 0; i < f->n && rc == VT_OK; i++) {
		struct vt_key k = vt_key_wrap(f->seat[i].env, f->seat[i].seq);

		rc = vt_batch_del(b, VT_T_UNMAPPED, &k, reterr);
		if (rc == VT_E_NOT_FOUND)
			rc = VT_OK;
	}
	return rc;
}

/* Removes bytes and keys of these, then their rows in unmapped. */
static int
remove_seats(struct vt_store *s, const struct seat *seat, size_t n,
    struct vt_err *reterr)
{
	struct write_op w = { .drop = seat, .n_drop = n };
	struct forget_op f = {
		.op = { .apply = forget_apply }, .seat = seat, .n = n
	};
	int rc;

	if (n == 0)
		return VT_OK;
	rc = vt_queue_run(&s->byter.queue, &w.op, reterr);
	if (rc == VT_OK)
		rc = vt_queue_run(&s->writer.queue, &f.op, reterr);
	return rc;
}

int
vt_bytes_collect(
    struct vt_store *s, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct seat seat[COLLECT_STEP];
	struct vt_key from = { .n = 0 };
	struct vt_span k, v;
	struct vt_txn *t;
	size_t n = 0;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	while (
	    n < COLLECT_STEP && n < max &&
	    (rc = vt_tx_ge(t, VT_T_UNMAPPED, &from, &k, &v, reterr)) == VT_OK) {
		seat[n] = (struct seat){ vt_be32(k.p), vt_be64(k.p + 4) };
		from = vt_key_wrap(seat[n].env, seat[n].seq + 1);
		n++;
	}
	t->ops->abort(t);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	*ret_n = n;
	return remove_seats(s, seat, n, reterr);
}

/*
 * True when the chunk row of this id does not point to seq: written before a
 * crash and never mapped.
 */
static int
is_unmapped(struct vt_txn *records, struct vt_span wrap_row, uint64_t seq,
    bool *ret, struct vt_err *reterr)
{
	struct vt_wrap_row wrap;
	struct vt_chunk_row row;
	struct vt_key k;
	struct vt_span v;
	int rc;

	if ((rc = vt_wrap_row_decode(wrap_row, &wrap, reterr)) != VT_OK)
		return rc;
	k = vt_key_hash(&wrap.id);
	rc = vt_tx_get(records, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND) {
		*ret = true;
		return VT_OK;
	}
	if (rc != VT_OK || (rc = vt_chunk_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	*ret = row.seq != seq;
	return VT_OK;
}

/* One step of the sweep: up to COLLECT_STEP keys from *at on. */
static int
sweep_step(struct vt_store *s, struct vt_key *at, size_t *ret_seen,
    size_t *removed, struct vt_err *reterr)
{
	struct vt_txn *keys = NULL, *records = NULL;
	struct seat seat[COLLECT_STEP];
	size_t n = 0, seen = 0;
	struct vt_span k, v;
	bool gone;
	int rc;

	rc = vt_store_read(s, &records, reterr);
	if (rc != VT_OK)
		return rc;
	rc = s->engine->ops->begin(
	    s->engine, VT_SPACE_KEYS, false, &keys, reterr);
	while (rc == VT_OK && seen < COLLECT_STEP) {
		rc = vt_tx_ge(keys, VT_T_WRAP, at, &k, &v, reterr);
		if (rc != VT_OK)
			break;
		seat[n] = (struct seat){ vt_be32(k.p), vt_be64(k.p + 4) };
		*at = vt_key_wrap(seat[n].env, seat[n].seq + 1);
		seen++;
		rc = is_unmapped(records, v, seat[n].seq, &gone, reterr);
		n += rc == VT_OK && gone;
	}
	s->engine->ops->abort(keys);
	s->engine->ops->abort(records);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	*ret_seen = seen;
	*removed += n;
	return remove_seats(s, seat, n, reterr);
}

int
vt_bytes_recover(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_counters count;
	struct vt_key at;
	struct vt_txn *t;
	size_t seen, n, removed = 0;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_counters(t, &count, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	rc = s->engine->ops->begin(
	    s->engine, VT_SPACE_KEYS, false, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_wrap_from(t, count.settled + 1, &at, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	do {
		seen = 0;
		rc = sweep_step(s, &at, &seen, &removed, reterr);
	} while (rc == VT_OK && seen == COLLECT_STEP);
	if (rc == VT_OK)
		vt_byter_settle(s, count.settled + 1);
	if (removed > 0)
		vt_log(VT_LEVEL_INFO, "store.sweep", "unmapped=%zu", removed);
	do {
		n = 0;
		if (rc == VT_OK)
			rc = vt_bytes_collect(s, COLLECT_STEP, &n, reterr);
	} while (rc == VT_OK && n == COLLECT_STEP);
	return rc;
}
