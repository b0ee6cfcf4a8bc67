/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/anchor.h"

#include <inttypes.h>
#include <stdlib.h>

#include "docstore/bundle.h"
#include "docstore/check.h"
#include "docstore/fields.h"
#include "docstore/restored.h"

/* ---- rows ---- */

static struct vt_key
anchor_key(uint64_t no)
{
	struct vt_key k = { .n = 0 };

	vt_key_u64(&k, no);
	return k;
}

struct anchor {
	struct vt_anchor_row x;
	vt_hash sum; /* of the token: check asks no other row */
};

#define VT_ROW_T struct anchor
static const struct vt_row_field kept_fields[] = {
#include "docstore/fields/anchor.def"
};
#undef VT_ROW_T
static const struct vt_row kept_row = VT_ROW_MAP("anchor", kept_fields);

static void
anchor_encode(const struct vt_anchor_row *x, struct vt_buf *ret)
{
	struct anchor row = { *x, vt_sha256(x->token) };

	vt_row_put(&kept_row, &row, ret);
}

static int
anchor_decode(struct vt_span v, struct vt_arena *a, struct vt_anchor_row *ret,
    struct vt_err *reterr)
{
	struct anchor row = { .x = { .no = 0 } };
	vt_hash is;
	int rc;

	if ((rc = vt_row_read(&kept_row, v, a, &row, reterr)) != VT_OK)
		return rc;
	is = vt_sha256(row.x.token);
	if (!vt_hash_eq(&is, &row.sum))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "anchor: its token is not the one that was kept");
	*ret = row.x;
	return VT_OK;
}

/* Of a checkpoint: [anchor, index, count, [path...]]. */
struct anchored {
	uint64_t no, index, count;
	struct vt_ledger_proof path;
};

static void
anchored_encode(const struct anchored *x, struct vt_buf *ret)
{
	vt_cbor_array(ret, 4);
	vt_cbor_uint(ret, x->no);
	vt_cbor_uint(ret, x->index);
	vt_cbor_uint(ret, x->count);
	vt_cbor_array(ret, x->path.n);
	for (size_t i = 0; i < x->path.n; i++)
		vt_cbor_hash(ret, &x->path.h[i]);
}

static int
anchored_decode(struct vt_span v, struct anchored *ret, struct vt_err *reterr)
{
	struct anchored x = { .no = 0 };
	struct vt_cbor c;
	size_t n;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 4)
		vt_cbor_fail(&c, "not four items");
	x.no = vt_cbor_get_uint(&c);
	x.index = vt_cbor_get_uint(&c);
	x.count = vt_cbor_get_uint(&c);
	n = vt_cbor_get_array(&c);
	if (n > VT_LEDGER_PROOF_MAX)
		vt_cbor_fail(&c, "a path of more than 64 hashes");
	for (; x.path.n < n && c.failed == VT_OK; x.path.n++)
		x.path.h[x.path.n] = vt_cbor_get_hash(&c);
	if ((rc = vt_take_end(&c, "anchored checkpoint", reterr)) == VT_OK)
		*ret = x;
	return rc;
}

/* ---- the tree of checkpoints: in memory, small ---- */

/* The node is made of its leaves each time: a few hundred at most. */
static int
node_get(void *arg, unsigned int level, uint64_t index, vt_hash *ret,
    struct vt_err *reterr)
{
	const struct vt_anchor_plan *p = arg;
	uint64_t start = index << level, n = (uint64_t)1 << level;
	vt_hash *h = calloc(n, sizeof(*h));

	if (h == NULL)
		return vt_nomem(reterr);
	VT_ASSERT(start + n <= p->n);
	for (uint64_t i = 0; i < n; i++)
		h[i] = p->of[start + i].leaf;
	for (; n > 1; n /= 2)
		for (uint64_t i = 0; i < n / 2; i++)
			h[i] = vt_ledger_node(&h[2 * i], &h[2 * i + 1]);
	*ret = h[0];
	free(h);
	return VT_OK;
}

static struct vt_ledger_io
io_of(const struct vt_anchor_plan *p)
{
	union {
		const struct vt_anchor_plan *in;
		void *out;
	} u = { .in = p };

	return (struct vt_ledger_io){ .get = node_get, .arg = u.out };
}

/* The leaf hash of the text of an agency's checkpoint of that size. */
static int
leaf_of(struct vt_store *s, struct vt_txn *t, uint32_t agency_no, uint64_t size,
    vt_hash *ret, struct vt_err *reterr)
{
	struct vt_checkpoint cp;
	struct vt_span text, lines;
	VT_BUF_AUTO(note);
	int rc;

	if ((rc = vt_checkpoint_at(s, t, agency_no, size, &note, reterr)) !=
		VT_OK ||
	    (rc = vt_checkpoint_split(
		 vt_buf_view(&note), &cp, &text, &lines, reterr)) != VT_OK)
		return rc;
	*ret = vt_ledger_leaf(text);
	return VT_OK;
}

/* ---- planning ---- */

/* Size of an agency's newest anchored checkpoint, 0: none. */
static int
last_anchored(
    struct vt_txn *t, uint32_t agency_no, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	struct vt_key end = vt_key_row(agency_no, UINT64_MAX);
	struct vt_span k, v;
	int rc;

	vt_key_u32(&prefix, agency_no);
	rc = vt_tx_last(t, VT_T_ANCHORED, &prefix, &end, &k, &v, reterr);
	*ret = rc == VT_OK ? vt_be64(k.p + 4) : 0;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_anchor_last(
    struct vt_view *v, uint32_t agency_no, uint64_t *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc == VT_OK ? last_anchored(v->txn, agency_no, ret, reterr) : rc;
}

static int
plan_add(struct vt_view *v, uint32_t agency_no, struct vt_anchor_plan *p,
    struct vt_err *reterr)
{
	struct vt_anchor_of *of = &p->of[p->n];
	uint64_t before;
	int rc;

	if ((rc = vt_ledger_size(v->txn, agency_no, &of->size, reterr)) !=
		VT_OK ||
	    (rc = last_anchored(v->txn, agency_no, &before, reterr)) != VT_OK ||
	    of->size <= before)
		return rc;
	of->agency_no = agency_no;
	rc = leaf_of(v->store, v->txn, agency_no, of->size, &of->leaf, reterr);
	p->n += rc == VT_OK;
	return rc;
}

int
vt_anchor_plan(
    struct vt_view *v, struct vt_anchor_plan *ret, struct vt_err *reterr)
{
	struct vt_anchor_plan p = { .n = 0 };
	struct vt_counters count;
	struct vt_ledger_io io;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_counters(v->txn, &count, reterr)) != VT_OK)
		return rc;
	p.of = calloc((size_t)count.agencies + 1, sizeof(*p.of));
	if (p.of == NULL)
		return vt_nomem(reterr);
	for (uint32_t i = 1; rc == VT_OK && i <= count.agencies; i++)
		rc = plan_add(v, i, &p, reterr);
	io = io_of(&p);
	if (rc == VT_OK && p.n > 0)
		rc = vt_ledger_root(&io, p.n, &p.root, reterr);
	if (rc != VT_OK) {
		vt_anchor_plan_free(&p);
		return rc;
	}
	*ret = p;
	return VT_OK;
}

void
vt_anchor_plan_free(struct vt_anchor_plan *p)
{
	free(p->of);
	p->of = NULL;
	p->n = 0;
}

/* ---- keeping ---- */

struct keep_op {
	struct vt_op op;
	const struct vt_anchor_plan *plan;
	const char *tsa;
	struct vt_span token;
	vt_time stated;
};

static int
newest_no(struct vt_txn *t, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_key none = { .n = 0 }, end = anchor_key(UINT64_MAX);
	struct vt_span k, v;
	int rc = vt_tx_last(t, VT_T_ANCHOR, &none, &end, &k, &v, reterr);

	*ret = rc == VT_OK ? vt_be64(k.p) : 0;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
keep_one(struct vt_batch *b, const struct keep_op *o, uint64_t no, size_t i,
    struct vt_err *reterr)
{
	const struct vt_anchor_of *of = &o->plan->of[i];
	struct vt_key k = vt_key_row(of->agency_no, of->size);
	struct anchored row = { .no = no, .index = i, .count = o->plan->n };
	struct vt_ledger_io io = io_of(o->plan);
	VT_BUF_AUTO(v);
	vt_hash leaf;
	uint64_t size;
	int rc;

	if ((rc = vt_ledger_size(b->txn, of->agency_no, &size, reterr)) !=
	    VT_OK)
		return rc;
	if (of->size > size)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "anchor: the ledger of agency %u is shorter than what was "
		    "stamped",
		    of->agency_no);
	if ((rc = leaf_of(b->store, b->txn, of->agency_no, of->size, &leaf,
		 reterr)) != VT_OK)
		return rc;
	if (!vt_hash_eq(&leaf, &of->leaf))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "anchor: the ledger of agency %u is not the one that was "
		    "stamped",
		    of->agency_no);
	rc = vt_ledger_inclusion(&io, i, o->plan->n, &row.path, reterr);
	if (rc != VT_OK)
		return rc;
	anchored_encode(&row, &v);
	return vt_batch_put(b, VT_T_ANCHORED, &k, &v, reterr);
}

static int
keep_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct keep_op *o = (struct keep_op *)(void *)op;
	struct vt_anchor_row row = { .kept = b->time,
		.stated = o->stated,
		.tsa = o->tsa,
		.token = o->token,
		.root = o->plan->root };
	struct vt_key k;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_restored_gate(b->txn, reterr)) != VT_OK ||
	    (rc = newest_no(b->txn, &row.no, reterr)) != VT_OK)
		return rc;
	row.no++;
	for (size_t i = 0; i < o->plan->n; i++)
		if ((rc = keep_one(b, o, row.no, i, reterr)) != VT_OK)
			return rc;
	k = anchor_key(row.no);
	anchor_encode(&row, &v);
	return vt_batch_put(b, VT_T_ANCHOR, &k, &v, reterr);
}

/* A token that does not even have the root in it is over something else; who
 * asked for it has read it closer. */
static bool
is_over(struct vt_span token, const vt_hash *root)
{
	return token.n >= VT_HASH_SIZE &&
	       memmem(token.p, token.n, root->b, VT_HASH_SIZE) != NULL;
}

int
vt_anchor_keep(struct vt_store *s, const struct vt_anchor_plan *plan,
    const char *tsa, struct vt_span token, vt_time stated,
    struct vt_err *reterr)
{
	struct keep_op o = { .op = { .apply = keep_apply },
		.plan = plan,
		.tsa = tsa,
		.token = token,
		.stated = stated };

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "anchor: the store was opened for reading");
	if (plan->n == 0 || token.n > VT_ANCHOR_TOKEN_MAX ||
	    strlen(tsa) > 255 || !is_over(token, &plan->root))
		return vt_err_set(reterr, VT_E_INVALID,
		    "anchor: RFC 3161: %zu bytes for %zu checkpoints; a token "
		    "over their root, of at most %d bytes, is wanted",
		    token.n, plan->n, VT_ANCHOR_TOKEN_MAX);
	o.op.weight = 4096 + token.n + plan->n * 512;
	return vt_queue_run(&s->writer.queue, &o.op, reterr);
}

/* ---- reading ---- */

int
vt_anchor_newest(
    struct vt_view *v, struct vt_anchor_row *ret, struct vt_err *reterr)
{
	struct vt_span row;
	struct vt_key k;
	uint64_t no;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = newest_no(v->txn, &no, reterr)) != VT_OK)
		return rc;
	if (no == 0)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no checkpoint is anchored");
	k = anchor_key(no);
	if ((rc = vt_tx_get(v->txn, VT_T_ANCHOR, &k, &row, reterr)) == VT_OK)
		rc = anchor_decode(row, v->arena, ret, reterr);
	if (rc == VT_OK)
		ret->no = no;
	return rc;
}

int
vt_anchor_covering(struct vt_view *v, uint32_t agency_no, uint64_t from,
    uint64_t *ret_size, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_key at = vt_key_row(agency_no, from), prefix = { .n = 0 }, k;
	struct vt_anchor_row anchor;
	struct vt_span rk, rv;
	struct anchored a;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	rc = vt_tx_ge(v->txn, VT_T_ANCHORED, &at, &rk, &rv, reterr);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && !vt_key_is_prefix(&prefix, rk)))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency %u: no checkpoint of %" PRIu64
		    " leaves or more is anchored",
		    agency_no, from);
	if (rc != VT_OK || (rc = anchored_decode(rv, &a, reterr)) != VT_OK)
		return rc;
	*ret_size = vt_be64(rk.p + 4);
	k = anchor_key(a.no);
	rc = vt_tx_get(v->txn, VT_T_ANCHOR, &k, &rv, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "anchor %" PRIu64 " is missing", a.no);
	if (rc != VT_OK ||
	    (rc = anchor_decode(rv, v->arena, &anchor, reterr)) != VT_OK)
		return rc;
	vt_anchor_put(anchor.token, a.index, a.count, &a.path, ret);
	return vt_buf_status(ret, reterr);
}

/* ---- check ---- */

struct seen {
	uint64_t last;              /* anchor, so far */
	struct vt_tally rows, want; /* anchor -> checkpoints there, stamped */
};

/* Numbered from 1 without a gap, over its own root. */
static int
anchor_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct seen *x = arg;
	uint64_t no = vt_be64(key.p);
	struct vt_anchor_row a;
	int rc;

	if (no != x->last + 1)
		vt_check_finding(
		    c, "anchor %" PRIu64 " follows %" PRIu64, no, x->last);
	x->last = no;
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = anchor_decode(value, c->arena, &a, reterr)) != VT_OK)
		return rc;
	if (!is_over(a.token, &a.root))
		vt_check_finding(c,
		    "anchor %" PRIu64 ": its token is not over its root", no);
	return VT_OK;
}

/* What is anchored is the ledger's own checkpoint, and leads to the root. */
static int
anchored_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	uint32_t agency_no = vt_be32(key.p);
	uint64_t size = vt_be64(key.p + 4), acts, *n;
	struct seen *x = arg;
	struct vt_anchor_row anchor;
	struct anchored a;
	vt_hash leaf, root;
	struct vt_span row;
	struct vt_key k;
	int rc;

	if ((rc = anchored_decode(value, &a, reterr)) != VT_OK)
		return rc;
	if ((n = vt_tally_at(&x->want, a.no + 1)) == NULL)
		return vt_nomem(reterr);
	*n = a.count;
	if ((n = vt_tally_at(&x->rows, a.no + 1)) == NULL)
		return vt_nomem(reterr);
	++*n;
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(c->r.records, agency_no, &acts, reterr)) !=
		VT_OK)
		return rc;
	if (size == 0 || size > acts) {
		vt_check_finding(c,
		    "anchored checkpoint %u/%" PRIu64
		    ": the ledger has %" PRIu64 " leaves: it was cut",
		    agency_no, size, acts);
		return VT_OK;
	}
	k = anchor_key(a.no);
	rc = vt_tx_get(c->r.records, VT_T_ANCHOR, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND) {
		vt_check_finding(c,
		    "anchored checkpoint %u/%" PRIu64 ": anchor %" PRIu64
		    " is missing",
		    agency_no, size, a.no);
		return VT_OK;
	}
	if (rc != VT_OK ||
	    (rc = anchor_decode(row, c->arena, &anchor, reterr)) != VT_OK ||
	    (rc = leaf_of(c->store, c->r.records, agency_no, size, &leaf,
		 reterr)) != VT_OK ||
	    (rc = vt_ledger_climb(
		 &leaf, a.index, a.count, &a.path, &root, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_eq(&root, &anchor.root))
		vt_check_finding(c,
		    "anchored checkpoint %u/%" PRIu64 ": anchor %" PRIu64
		    " stamps another one",
		    agency_no, size, a.no);
	return VT_OK;
}

int
vt_check_anchors(struct vt_check *c, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct seen x = { .last = 0 };
	int rc;

	rc = vt_check_rows(c, VT_T_ANCHOR, &all, anchor_row, &x, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_rows(
		    c, VT_T_ANCHORED, &all, anchored_row, &x, reterr);
	for (uint64_t no = 1; rc == VT_OK && !c->stopped && no <= x.last; no++)
		if (vt_tally_get(&x.rows, no + 1) == 0 ||
		    vt_tally_get(&x.rows, no + 1) !=
			vt_tally_get(&x.want, no + 1))
			vt_check_finding(c,
			    "anchor %" PRIu64
			    ": checkpoints that it stamps are gone",
			    no);
	vt_tally_free(&x.rows);
	vt_tally_free(&x.want);
	return rc;
}
