/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/scrub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "docstore/fields.h"
#include "docstore/store_priv.h"

#define ROW   "scrub"
#define PIECE ((uint64_t)16 << 20) /* bytes through one state */

#define VT_ROW_T struct vt_scrub
static const struct vt_row_field scrub_fields[] = {
#include "docstore/fields/scrub.def"
};
#undef VT_ROW_T
static const struct vt_row scrub_row = VT_ROW_MAP("scrub", scrub_fields);

static int
load(struct vt_txn *t, struct vt_scrub *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	*ret = (struct vt_scrub){
		.began = VT_TIME_NONE, .at = VT_TIME_NONE, .done = VT_TIME_NONE
	};
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	return rc == VT_OK ? vt_row_read(&scrub_row, v, NULL, ret, reterr) : rc;
}

int
vt_store_scrubbed(
    struct vt_store *s, struct vt_scrub *ret, struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = load(t, ret, reterr);
	t->ops->abort(t);
	return rc;
}

struct save_op {
	struct vt_op op;
	struct vt_scrub *x;
};

static int
save_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct vt_scrub x = *((struct save_op *)(void *)op)->x;
	struct vt_key k = vt_key_text(ROW);
	VT_BUF_AUTO(v);

	x.at = b->time;
	if (x.began == VT_TIME_NONE)
		x.began = b->time;
	/* Through: the next call begins anew. */
	if (x.next == 0) {
		x.done = b->time;
		x.was_damaged = x.damaged;
		x.rounds++;
	}
	vt_row_put(&scrub_row, &x, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

static int
save(struct vt_store *s, struct vt_scrub *x, struct vt_err *reterr)
{
	struct save_op op = { .op = { .apply = save_apply, .weight = 4096 },
		.x = x };

	return vt_queue_run(&s->writer.queue, &op.op, reterr);
}

/* ---- reading ---- */

/* It may have been removed while this state was looked at: is it still there,
 * named by its id? */
static int
is_there(struct vt_store *s, uint64_t seq, const vt_hash *id, bool *ret,
    struct vt_err *reterr)
{
	struct vt_chunk_row row = { .seq = 0 };
	struct vt_key k = { .n = 0 };
	struct vt_span v;
	struct vt_txn *t;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	vt_key_bytes(&k, id->b, sizeof(id->b));
	rc = vt_tx_get(t, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_chunk_row_decode(v, &row, reterr);
	t->ops->abort(t);
	*ret = rc == VT_OK && row.seq == seq;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

struct scrub {
	struct vt_store *s;
	struct vt_scrub at;
	void (*told)(void *arg, const char *line);
	void *arg;
	uint8_t *plain;
	uint64_t left; /* of the budget */
};

static int
damaged(struct scrub *x, uint64_t seq, const vt_hash *id,
    const struct vt_err *why, struct vt_err *reterr)
{
	char line[320], hex[VT_HASH_TEXT + 1], name[32];
	size_t n = strlen(x->at.names);
	bool there;
	int rc;

	if ((rc = is_there(x->s, seq, id, &there, reterr)) != VT_OK || !there)
		return rc;
	vt_hash_text(id, hex);
	(void)snprintf(line, sizeof(line), "chunk %.16s… (%" PRIu64 "): %s",
	    hex, seq, why->msg);
	vt_log(VT_LEVEL_ERROR, "store.scrub", "damaged=%" PRIu64 " chunk=%.16s",
	    seq, hex);
	if (x->told != NULL)
		x->told(x->arg, line);
	x->at.damaged++;
	(void)snprintf(
	    name, sizeof(name), "%s%" PRIu64, n == 0 ? "" : " ", seq);
	if (n + strlen(name) < sizeof(x->at.names))
		memcpy(x->at.names + n, name, strlen(name) + 1);
	return VT_OK;
}

static int
one_chunk(struct scrub *x, struct vt_reading *r, const struct vt_scan *at,
    struct vt_err *reterr)
{
	uint32_t env = vt_be32(at->k.p);
	uint64_t seq = vt_be64(at->k.p + 4);
	struct vt_err err = VT_ERR_INIT;
	struct vt_wrap_row wrap = { .epoch = 0 };
	size_t n = 0;
	int rc;

	if ((rc = vt_wrap_row_decode(at->row, &wrap, &err)) == VT_OK)
		rc = vt_reading_at(
		    r, env, seq, &wrap.id, x->plain, &n, &err);
	x->at.chunks++;
	x->at.bytes += n;
	x->left -= x->left < VT_CHUNK_SIZE ? x->left : VT_CHUNK_SIZE;
	if (rc == VT_E_STORE_CORRUPT)
		return damaged(x, seq, &wrap.id, &err, reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Through one state; x->at.next is 0 when there is nothing behind. */
static int
piece(struct scrub *x, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 }, from;
	struct vt_counters count;
	struct vt_reading r;
	struct vt_scan scan;
	uint64_t enough = x->left > PIECE ? x->left - PIECE : 0;
	int rc;

	if ((rc = vt_reading_begin(x->s, &r, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_row_counters(r.records, &count, reterr)) != VT_OK ||
	    (rc = vt_wrap_from(r.keys, x->at.next, &from, reterr)) != VT_OK) {
		vt_reading_end(&r);
		return rc;
	}
	scan = vt_scan_up(r.keys, VT_T_WRAP, &all, &from);
	x->at.next = 0;
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		uint64_t seq = scan.k.n == 12 ? vt_be64(scan.k.p + 4) : 0;

		/* Not mapped yet: who writes it reads it back himself. */
		if (scan.k.n == 12 && seq > count.settled)
			break;
		if (x->left <= enough) {
			x->at.next = seq;
			break;
		}
		if (scan.k.n == 12)
			rc = one_chunk(x, &r, &scan, reterr);
		if (rc != VT_OK)
			x->at.next = seq;
	}
	vt_reading_end(&r);
	return rc == VT_OK ? scan.rc : rc;
}

int
vt_store_scrub(struct vt_store *s, uint64_t budget,
    void (*told)(void *arg, const char *line), void *arg, struct vt_scrub *ret,
    struct vt_err *reterr)
{
	struct scrub x = { .s = s,
		.told = told,
		.arg = arg,
		.left = budget != 0 ? budget : 1 };
	int rc, saved;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "scrub: the store was opened for reading");
	if ((rc = vt_store_scrubbed(s, &x.at, reterr)) != VT_OK)
		return rc;
	if (x.at.next == 0) { /* a new round */
		x.at.began = VT_TIME_NONE;
		x.at.chunks = x.at.bytes = x.at.damaged = 0;
		memset(x.at.names, 0, sizeof(x.at.names));
	}
	if ((x.plain = malloc(VT_CHUNK_SIZE)) == NULL)
		return vt_nomem(reterr);
	do
		rc = piece(&x, reterr);
	while (rc == VT_OK && x.left > 0 && x.at.next != 0);
	free(x.plain);
	/* A disk that cannot read one chunk must not hold up the others. */
	if (rc != VT_OK)
		x.at.next++;
	saved = save(s, &x.at, rc == VT_OK ? reterr : NULL);
	if (rc == VT_OK && (rc = saved) == VT_OK)
		rc = vt_store_scrubbed(s, ret, reterr);
	return rc;
}

int
vt_scrub_mended(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_scrub x;
	int rc = vt_store_scrubbed(s, &x, reterr);

	if (rc != VT_OK || x.began == VT_TIME_NONE ||
	    (x.damaged == 0 && x.was_damaged == 0))
		return rc;
	x.damaged = x.was_damaged = 0;
	memset(x.names, 0, sizeof(x.names));
	/* Looked at anew, from the first. */
	x.next = 1;
	return save(s, &x, reterr);
}
