/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * States: rows beside the ledger, written by operations of their own. They
 * share the writer's transactions with acts; table fleeting_due says when
 * which of them goes.
 */
#include "docstore/store_priv.h"

#define FORGET_MAX 256 /* removed in one transaction */

static_assert(VT_STATE_OTHER <= UINT8_MAX, "a kind is a byte of the key");

static struct vt_key
key_of(enum vt_state_kind kind, struct vt_span key)
{
	struct vt_key k = { .n = 0 };

	VT_ASSERT(kind >= VT_STATE_SESSION && kind <= VT_STATE_OTHER);
	vt_key_u8(&k, (uint8_t)kind);
	vt_key_bytes(&k, key.p, key.n);
	return k;
}

static struct vt_key
due_of(vt_time expires, const struct vt_key *row)
{
	struct vt_key k = { .n = 0 };

	/* Flipped sign: times before 1970 come first. */
	vt_key_u64(&k, (uint64_t)expires ^ 1ULL << 63);
	vt_key_bytes(&k, row->b, row->n);
	return k;
}

static int
form_check(enum vt_state_kind kind, struct vt_span key, struct vt_err *reterr)
{
	if (kind >= VT_STATE_SESSION && kind <= VT_STATE_OTHER && key.n >= 1 &&
	    key.n <= VT_STATE_KEY_MAX)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "state: of kind %d with a key of %zu bytes; 1 to %d are allowed",
	    (int)kind, key.n, VT_STATE_KEY_MAX);
}

/* ---- changing ---- */

struct state_op {
	struct vt_op op;
	const struct vt_state_new *new;
	enum vt_state_kind kind;
	struct vt_span key;
	uint64_t expect, rev;
	bool gone; /* of delete: it had expired */
	size_t max, removed;
};

/* The row, rev 0 when there is none; expired ones are told apart by time. */
static int
read_row(struct vt_batch *b, const struct vt_key *k, struct vt_state *ret,
    struct vt_err *reterr)
{
	struct vt_span v;
	int rc;

	*ret = (struct vt_state){ .expires = VT_TIME_NONE };
	rc = vt_tx_get(b->txn, VT_T_FLEETING, k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	return rc == VT_OK ? vt_fleeting_decode(v, ret, reterr) : rc;
}

static bool
is_over(const struct vt_state *st, vt_time now)
{
	return st->expires != VT_TIME_NONE && st->expires <= now;
}

static int
expect_check(const struct vt_state *old, vt_time now, uint64_t expect,
    struct vt_err *reterr)
{
	uint64_t rev =
	    old->rev == 0 || is_over(old, now) ? VT_STATE_NEW : old->rev;

	if (expect == VT_STATE_ANY || expect == rev)
		return VT_OK;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "state: it is at revision %llu, not at the one expected",
	    (unsigned long long)(rev == VT_STATE_NEW ? 0 : rev));
}

static int
remove_row(struct vt_batch *b, const struct vt_key *k,
    const struct vt_state *old, struct vt_err *reterr)
{
	struct vt_key due;
	int rc;

	if (old->expires != VT_TIME_NONE) {
		due = due_of(old->expires, k);
		rc = vt_batch_del(b, VT_T_FLEETING_DUE, &due, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
	}
	return vt_batch_del(b, VT_T_FLEETING, k, reterr);
}

int
vt_states_drop(
    struct vt_batch *b, const struct vt_key *k, struct vt_err *reterr)
{
	struct vt_state old;
	int rc = read_row(b, k, &old, reterr);

	return rc != VT_OK || old.rev == 0 ? rc
					   : remove_row(b, k, &old, reterr);
}

/* The upload's row names the state from now on. */
static int
tie(struct vt_batch *b, const vt_id *upload, const struct vt_key *state,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(upload);
	struct vt_upload_row row;
	struct vt_span v;
	VT_BUF_AUTO(out);
	int rc = vt_tx_get(b->txn, VT_T_UPLOAD, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK ||
	    (rc = vt_upload_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	row.state = *state;
	vt_upload_row_encode(&row, &out);
	return vt_batch_put(b, VT_T_UPLOAD, &k, &out, reterr);
}

static int
put_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct state_op *o = (struct state_op *)(void *)op;
	struct vt_key k = key_of(o->kind, o->key), due;
	struct vt_state old, row = { .value = o->new->value,
		.expires = o->new->expires,
		.changed_at = b->time };
	VT_BUF_AUTO(v);
	VT_BUF_AUTO(null);
	int rc;

	if ((rc = read_row(b, &k, &old, reterr)) != VT_OK ||
	    (rc = expect_check(&old, b->time, o->expect, reterr)) != VT_OK)
		return rc;
	if (old.rev != 0 && (rc = remove_row(b, &k, &old, reterr)) != VT_OK)
		return rc;
	row.rev = o->rev = ++b->count.revisions;
	vt_fleeting_encode(&row, &v);
	rc = vt_batch_put(b, VT_T_FLEETING, &k, &v, reterr);
	if (rc == VT_OK && o->new->upload != NULL)
		rc = tie(b, o->new->upload, &k, reterr);
	if (rc != VT_OK || row.expires == VT_TIME_NONE)
		return rc;
	due = due_of(row.expires, &k);
	vt_cbor_null(&null);
	return vt_batch_put(b, VT_T_FLEETING_DUE, &due, &null, reterr);
}

static int
delete_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct state_op *o = (struct state_op *)(void *)op;
	struct vt_key k = key_of(o->kind, o->key);
	struct vt_state old;
	int rc;

	if ((rc = read_row(b, &k, &old, reterr)) != VT_OK)
		return rc;
	o->gone = old.rev == 0 || is_over(&old, b->time);
	if (old.rev == 0)
		return VT_OK;
	if (!o->gone &&
	    (rc = expect_check(&old, b->time, o->expect, reterr)) != VT_OK)
		return rc;
	return remove_row(b, &k, &old, reterr);
}

int
vt_states_sweep(
    struct vt_batch *b, size_t max, size_t *ret_removed, struct vt_err *reterr)
{
	struct vt_key at = { .n = 0 }, due, row;
	struct vt_span k, v;
	size_t n = 0;
	int rc = VT_OK;

	while (n < max) {
		rc = vt_tx_ge(b->txn, VT_T_FLEETING_DUE, &at, &k, &v, reterr);
		if (rc != VT_OK)
			break;
		if (k.n < 10)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table fleeting_due: a key of %zu bytes", k.n);
		if ((vt_time)(vt_be64(k.p) ^ 1ULL << 63) > b->time)
			break;
		due = row = (struct vt_key){ .n = 0 };
		vt_key_bytes(&due, k.p, k.n);
		vt_key_bytes(&row, k.p + 8, k.n - 8);
		if ((rc = vt_batch_del(b, VT_T_FLEETING_DUE, &due, reterr)) !=
		    VT_OK)
			return rc;
		rc = vt_batch_del(b, VT_T_FLEETING, &row, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		n++;
	}
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	*ret_removed = n;
	return VT_OK;
}

/* ---- answers that name a paper ---- */

struct forget_op {
	struct vt_op op;
	struct vt_span word; /* the paper's id as text */
	size_t removed;
};

static int
forget_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct forget_op *f = (struct forget_op *)(void *)op;
	struct vt_key prefix = { .n = 0 };
	struct vt_state old;
	struct vt_scan s;
	int rc;

	vt_key_u8(&prefix, VT_STATE_ANSWER);
	f->removed = 0;
	s = vt_scan_up(b->txn, VT_T_FLEETING, &prefix, NULL);
	while (f->removed < FORGET_MAX && vt_scan_next(&s, reterr)) {
		struct vt_key k = { .n = 0 };

		if (memmem(s.row.p, s.row.n, f->word.p, f->word.n) == NULL)
			continue;
		vt_key_bytes(&k, s.k.p, s.k.n);
		if ((rc = read_row(b, &k, &old, reterr)) != VT_OK ||
		    (rc = remove_row(b, &k, &old, reterr)) != VT_OK)
			return rc;
		f->removed++;
	}
	return s.rc;
}

int
vt_states_forget(struct vt_store *s, const vt_id *paper, struct vt_err *reterr)
{
	struct forget_op f = { .op = { .apply = forget_apply } };
	VT_BUF_AUTO(id);
	int rc;

	vt_buf_hex(&id, VT_SPAN(paper->b, VT_ID_SIZE));
	if ((rc = vt_buf_status(&id, reterr)) != VT_OK)
		return rc;
	f.word = vt_buf_view(&id);
	do {
		rc = vt_queue_run_patient(&s->writer.queue, &f.op, reterr);
	} while (rc == VT_OK && f.removed == FORGET_MAX);
	return rc;
}

static int
sweep_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct state_op *o = (struct state_op *)(void *)op;

	return vt_states_sweep(b, o->max, &o->removed, reterr);
}

static int
run(struct vt_store *s, struct state_op *o, size_t bytes, struct vt_err *reterr)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "state: the store was opened for reading");
	o->op.weight = 2048 + bytes;
	return vt_queue_run(&s->writer.queue, &o->op, reterr);
}

int
vt_state_put(struct vt_store *s, const struct vt_state_new *n,
    uint64_t *ret_rev, struct vt_err *reterr)
{
	struct state_op o = { .op = { .apply = put_apply },
		.new = n,
		.kind = n->kind,
		.key = n->key,
		.expect = n->expect };
	int rc;

	if ((rc = form_check(n->kind, n->key, reterr)) != VT_OK)
		return rc;
	if (n->value.n > VT_STATE_VALUE_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "state: a value of %zu bytes, allowed are %d", n->value.n,
		    VT_STATE_VALUE_MAX);
	rc = run(s, &o, n->value.n, reterr);
	if (rc == VT_OK && ret_rev != NULL)
		*ret_rev = o.rev;
	return rc;
}

int
vt_state_delete(struct vt_store *s, enum vt_state_kind kind, struct vt_span key,
    uint64_t expect, struct vt_err *reterr)
{
	struct state_op o = { .op = { .apply = delete_apply },
		.kind = kind,
		.key = key,
		.expect = expect };
	int rc;

	if ((rc = form_check(kind, key, reterr)) != VT_OK ||
	    (rc = run(s, &o, 0, reterr)) != VT_OK)
		return rc;
	return o.gone ? vt_err_set(reterr, VT_E_NOT_FOUND,
			    "there is no such state, or it expired")
		      : VT_OK;
}

int
vt_state_sweep(
    struct vt_store *s, size_t max, size_t *ret_removed, struct vt_err *reterr)
{
	struct state_op o = { .op = { .apply = sweep_apply }, .max = max };
	int rc = run(s, &o, 512 * max, reterr);

	if (rc == VT_OK)
		*ret_removed = o.removed;
	return rc;
}

/* ---- reading ---- */

static bool
is_less(struct vt_span x, struct vt_span y)
{
	size_t n = x.n < y.n ? x.n : y.n;
	int c = n == 0 ? 0 : memcmp(x.p, y.p, n);

	return c < 0 || (c == 0 && x.n < y.n);
}

static int
hand_out(struct vt_view *v, struct vt_span key, struct vt_state *st,
    struct vt_state *ret, struct vt_err *reterr)
{
	bool ok = true;

	st->kind = (enum vt_state_kind)key.p[0];
	st->key = vt_arena_copy(v->arena, VT_SPAN(key.p + 1, key.n - 1), &ok);
	if (st->value.n > 0)
		st->value = vt_arena_copy(v->arena, st->value, &ok);
	if (!ok)
		return vt_nomem(reterr);
	*ret = *st;
	return VT_OK;
}

int
vt_state_get(struct vt_view *v, enum vt_state_kind kind, struct vt_span key,
    struct vt_state *ret, struct vt_err *reterr)
{
	struct vt_state st;
	struct vt_span row;
	struct vt_key k;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = form_check(kind, key, reterr)) != VT_OK)
		return rc;
	k = key_of(kind, key);
	rc = vt_tx_get(v->txn, VT_T_FLEETING, &k, &row, reterr);
	if (rc == VT_OK)
		rc = vt_fleeting_decode(row, &st, reterr);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && is_over(&st, vt_now(v->store->ctx))))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "there is no such state, or it expired");
	if (rc != VT_OK)
		return rc;
	return hand_out(v, vt_key_view(&k), &st, ret, reterr);
}

int
vt_state_list(struct vt_view *v, enum vt_state_kind kind, struct vt_span prefix,
    struct vt_span after, struct vt_state *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	vt_time now = vt_now(v->store->ctx);
	struct vt_key want, at;
	struct vt_span k, row;
	struct vt_state st;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	if (prefix.n > VT_STATE_KEY_MAX || after.n > VT_STATE_KEY_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "states: a key has at most %d bytes", VT_STATE_KEY_MAX);
	want = key_of(kind, prefix);
	at = want;
	/* What lies before the prefix begins with it. */
	if (after.n > 0 && !is_less(after, prefix)) {
		at = key_of(kind, after);
		vt_key_u8(&at, 0); /* the next key */
	}
	while (n < max) {
		rc = vt_tx_ge(v->txn, VT_T_FLEETING, &at, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK)
			return rc;
		at.n = 0;
		vt_key_bytes(&at, k.p, k.n);
		vt_key_u8(&at, 0);
		if (!vt_key_is_prefix(&want, k))
			break;
		if ((rc = vt_fleeting_decode(row, &st, reterr)) != VT_OK)
			return rc;
		if (is_over(&st, now))
			continue;
		if ((rc = hand_out(v, k, &st, &ret[n], reterr)) != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return VT_OK;
}
