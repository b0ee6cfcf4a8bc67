/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of one agency, derived again from its leaves: every node, every
 * root that was signed, every receipt that was given.
 *
 * The nodes that the leaves imply come in the order of each level, as the rows
 * of the table do: both sides are hashed level by level and compared. Only when
 * they differ the leaves are gone through again, and each row is looked up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "docstore/check.h"
#include "docstore/epoch.h"

#define LEVELS 64

/* The nodes of one level, hashed as they come. */
struct level {
	struct vt_sha256 *sha; /* NULL: none yet */
	size_t n;
	uint8_t b[4096]; /* not hashed yet: a call for each would cost more */
};

struct ledger {
	const struct vt_agency *a;
	uint64_t size;  /* leaves so far, of all epochs */
	struct vt_epoch epoch;
	uint64_t nodes; /* nodes they imply */
	/* roots of the complete subtrees of the leaves so far, by level */
	vt_hash part[LEVELS];
	/* next stored checkpoint; 0: none left */
	uint64_t signed_size;
	bool each; /* look every node up */
	struct level *implied, *stored;
};

/* A row of table node: CBOR of 32 bytes, after its index. */
#define NODE_SIZE (8 + 2 + VT_HASH_SIZE)

static void
level_put(struct level *v, const uint8_t row[static NODE_SIZE])
{
	if (v->n + NODE_SIZE > sizeof(v->b)) {
		if (v->sha == NULL)
			v->sha = vt_sha256_new();
		vt_sha256_put(v->sha, v->b, v->n);
		v->n = 0;
	}
	memcpy(v->b + v->n, row, NODE_SIZE);
	v->n += NODE_SIZE;
}

static bool
levels_equal(const struct level *a, const struct level *b)
{
	for (size_t i = 0; i < LEVELS; i++) {
		vt_hash x, y;

		/* Cut at the same places, so equal ones are equal here. */
		if (a[i].n != b[i].n || memcmp(a[i].b, b[i].b, a[i].n) != 0 ||
		    (a[i].sha == NULL) != (b[i].sha == NULL))
			return false;
		if (a[i].sha == NULL)
			continue;
		x = vt_sha256_end(a[i].sha);
		y = vt_sha256_end(b[i].sha);
		if (!vt_hash_eq(&x, &y))
			return false;
	}
	return true;
}

static struct level *
levels_new(void)
{
	return calloc(LEVELS, sizeof(struct level));
}

static void
levels_free(struct level *v)
{
	for (size_t i = 0; v != NULL && i < LEVELS; i++)
		vt_sha256_free(v[i].sha);
	free(v);
}

static int
node_equal(struct vt_check *c, struct ledger *l, unsigned int level,
    uint64_t index, const vt_hash *h, struct vt_err *reterr)
{
	struct vt_key k = vt_key_node(l->a->no, l->epoch.no, level, index);
	uint8_t row[NODE_SIZE];
	VT_BUF_AUTO(v);

	l->nodes++;
	if (l->each) {
		vt_cbor_hash(&v, h);
		return vt_check_equal(c, VT_T_NODE, &k, &v, reterr);
	}
	memcpy(row, k.b + 5, 8);
	row[8] = 0x58; /* byte string, one byte of length */
	row[9] = VT_HASH_SIZE;
	memcpy(row + 10, h->b, VT_HASH_SIZE);
	level_put(&l->implied[level], row);
	return VT_OK;
}

static int
node_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct ledger *l = arg;
	uint8_t row[NODE_SIZE];

	(void)c;
	l->nodes++;
	if (key.n != 4 + 1 + 8 || key.p[4] >= LEVELS ||
	    value.n != NODE_SIZE - 8)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "ledger %s: a node's row has %zu and %zu bytes",
		    l->a->origin, key.n, value.n);
	memcpy(row, key.p + 5, 8);
	memcpy(row + 8, value.p, NODE_SIZE - 8);
	level_put(&l->stored[key.p[4]], row);
	return VT_OK;
}

/* Root of the leaves so far: the parts of its set bits, small to large. */
static vt_hash
root_of(const struct ledger *l)
{
	vt_hash h = vt_sha256(VT_SPAN(NULL, 0));
	bool first = true;

	for (unsigned int level = 0; level < 64; level++) {
		if (((l->size - l->epoch.begin) >> level & 1) == 0)
			continue;
		h = first ? l->part[level]
			  : vt_ledger_node(&l->part[level], &h);
		first = false;
	}
	return h;
}

static int
next_checkpoint(struct vt_check *c, struct ledger *l, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(l->a->no, l->signed_size + 1);
	struct vt_key prefix = { .n = 0 };
	struct vt_span rk, rv;
	int rc;

	vt_key_u32(&prefix, l->a->no);
	rc = vt_tx_ge(c->r.records, VT_T_CHECKPOINT, &k, &rk, &rv, reterr);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && !vt_key_is_prefix(&prefix, rk))) {
		l->signed_size = 0;
		return VT_OK;
	}
	if (rc == VT_OK)
		l->signed_size = vt_be64(rk.p + 4);
	return rc;
}

/* The stored checkpoint of exactly this size must say this root; its signature
 * is verified later. */
static int
check_signed(struct vt_check *c, struct ledger *l, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_checkpoint cp;
	VT_BUF_AUTO(note);
	vt_hash root;
	int rc;

	if (l->each) /* said before */
		return next_checkpoint(c, l, reterr);
	rc = vt_checkpoint_at(
	    c->store, c->r.records, l->a->no, l->size, &note, &err);
	if (rc == VT_OK)
		rc = vt_checkpoint_parse(vt_buf_view(&note), &cp, &err);
	if (rc == VT_OK) {
		root = root_of(l);
		if (cp.size != l->size - l->epoch.begin ||
		    !vt_hash_eq(&cp.root, &root) ||
		    strcmp(cp.origin, l->epoch.origin) != 0)
			vt_check_finding(c,
			    "ledger %s: the checkpoint of size %" PRIu64
			    " says another root than its leaves give",
			    l->a->origin, l->size);
	} else if ((rc = vt_finding_err(c, rc, &err, l->a->origin)) != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	return next_checkpoint(c, l, reterr);
}

/* An epoch that ends here had the root that its successor's first leaf signs. */
static void
check_ended(struct vt_check *c, const struct ledger *l)
{
	vt_hash root;

	if (l->each || l->size != l->epoch.end)
		return;
	root = root_of(l);
	if (!vt_hash_eq(&root, &l->a->ended[l->epoch.no].root))
		vt_check_finding(c,
		    "ledger %s: it ended with another root than its leaves "
		    "give",
		    l->epoch.origin);
}

static int
leaf_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct ledger *l = arg;
	uint64_t index = vt_be64(key.p + 4);
	unsigned int level = 0;
	vt_hash h;
	int rc;

	if (index != l->size) {
		if (!l->each)
			vt_check_finding(c,
			    "ledger %s: leaf %" PRIu64 " follows %" PRIu64,
			    l->a->origin, index, l->size);
		return VT_OK;
	}
	if (value.n > 200 && !l->each)
		vt_check_finding(c, "ledger %s: leaf %" PRIu64 " has %zu bytes",
		    l->a->origin, index, value.n);
	h = vt_ledger_leaf(value);
	if (l->size >= l->epoch.end)
		l->epoch = vt_epoch_of(l->a, l->size + 1);
	index -= l->epoch.begin;
	for (;; level++, index >>= 1) {
		if ((rc = node_equal(c, l, level, index, &h, reterr)) != VT_OK)
			return rc;
		if ((index & 1) == 0)
			break;
		h = vt_ledger_node(&l->part[level], &h);
	}
	l->part[level] = h;
	l->size++;
	check_ended(c, l);
	return l->size == l->signed_size ? check_signed(c, l, reterr) : VT_OK;
}

struct receipts {
	struct ledger l; /* signed_size: the next one not verified yet */
	uint64_t n;      /* good ones */
	struct vt_verified known;
};

/*
 * Stored checkpoints below a size are signed by the agency's key; what they say
 * was compared with the leaves. Those of receipts were verified with them.
 */
static int
signed_below(struct vt_check *c, struct receipts *r, uint64_t size,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_OK;

	while (
	    rc == VT_OK && r->l.signed_size != 0 && r->l.signed_size < size) {
		struct vt_checkpoint cp;
		VT_BUF_AUTO(note);

		rc = vt_checkpoint_at(c->store, c->r.records, r->l.a->no,
		    r->l.signed_size, &note, &err);
		if (rc == VT_OK)
			rc = vt_checkpoint_verify(
			    vt_buf_view(&note), r->l.a->log_key, &cp, &err);
		if (rc != VT_OK &&
		    (rc = vt_finding_err(c, rc, &err, "checkpoint")) != VT_OK) {
			if (reterr != NULL)
				*reterr = err;
			return rc;
		}
		rc = next_checkpoint(c, &r->l, reterr);
	}
	return rc;
}

/* A receipt must verify and speak of the act that is stored under it. */
static int
receipt_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct receipts *rs = arg;
	const struct ledger *l = &rs->l;
	uint64_t index = vt_be64(key.p + 4);
	struct vt_key k = vt_key_row(l->a->no, index);
	struct vt_epoch e = vt_epoch_of(l->a, index + 1);
	struct vt_receipt r;
	struct vt_arec act;
	struct vt_span row;
	VT_BUF_AUTO(b);
	vt_hash record;
	int rc;

	(void)value;
	rc = vt_receipt_read(
	    c->store, c->r.records, l->a->no, index, &b, reterr);
	if (rc == VT_OK)
		rc = vt_receipt_verify_next(
		    vt_buf_view(&b), l->a->log_key, &rs->known, &r, reterr);
	if (rc == VT_OK)
		rc = signed_below(c, rs, e.begin + r.size, reterr);
	if (rc == VT_OK && rs->l.signed_size == e.begin + r.size)
		rc = next_checkpoint(c, &rs->l, reterr);
	if (rc == VT_OK)
		rc = vt_tx_get(c->r.records, VT_T_ACT, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "receipt %" PRIu64 ": its act is missing", index);
	if (rc != VT_OK)
		return rc;
	record = vt_sha256(row);
	/* Words may have been destroyed since: then the leaf is about what the
	 * act says it was, and check_destroyed.c looks for the order. */
	if (!vt_hash_eq(&record, &r.record)) {
		if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
		    (rc = vt_arec_decode(row, c->arena, &act, reterr)) != VT_OK)
			return rc;
		record = act.was;
	}
	if (r.index != index - e.begin || r.epoch != e.no ||
	    !vt_hash_eq(&record, &r.record) ||
	    !vt_id_eq(&r.agency, &l->a->id) ||
	    strcmp(r.origin, e.origin) != 0)
		vt_check_finding(c,
		    "ledger %s: receipt %" PRIu64 " is about "
		    "something else than its act",
		    l->a->origin, index);
	rs->n++;
	return VT_OK;
}

/* Leaves, nodes and roots. */
static int
derive(struct vt_check *c, struct ledger *l, const struct vt_key *prefix,
    struct vt_err *reterr)
{
	struct ledger stored = *l;
	struct ledger again = { .a = l->a, .each = true };
	int rc;

	if ((rc = next_checkpoint(c, l, reterr)) != VT_OK ||
	    (rc = vt_check_rows(c, VT_T_LEAF, prefix, leaf_row, l, reterr)) !=
		VT_OK ||
	    c->stopped ||
	    (rc = vt_check_rows(
		 c, VT_T_NODE, prefix, node_row, &stored, reterr)) != VT_OK ||
	    c->stopped)
		return rc;
	if (!levels_equal(l->implied, l->stored))
		rc = vt_check_rows(
		    c, VT_T_LEAF, prefix, leaf_row, &again, reterr);
	if (rc == VT_OK && !c->stopped && stored.nodes != l->nodes)
		vt_check_finding(c,
		    "ledger %s: %" PRIu64 " nodes, its leaves imply %" PRIu64,
		    l->a->origin, stored.nodes, l->nodes);
	return rc;
}

static int
check_receipts(struct vt_check *c, const struct vt_agency *a,
    const struct vt_key *prefix, uint64_t acts, struct vt_err *reterr)
{
	struct receipts r = { .l = { .a = a },
		.known = { .note = VT_BUF_INIT } };
	int rc;

	rc = next_checkpoint(c, &r.l, reterr);
	if (rc == VT_OK)
		rc = vt_check_rows(
		    c, VT_T_RECEIPT, prefix, receipt_row, &r, reterr);
	vt_buf_free(&r.known.note);
	if (rc != VT_OK || c->stopped)
		return rc;
	if (r.n != acts)
		vt_check_finding(c,
		    "ledger %s: %" PRIu64 " good receipts for %" PRIu64 " acts",
		    a->origin, r.n, acts);
	return signed_below(c, &r, UINT64_MAX, reterr);
}

int
vt_check_ledger(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, struct vt_err *reterr)
{
	struct ledger l = { .a = a };
	struct vt_key prefix = { .n = 0 };
	int rc;

	vt_key_u32(&prefix, a->no);
	l.implied = levels_new();
	l.stored = levels_new();
	rc = l.implied == NULL || l.stored == NULL
		 ? vt_nomem(reterr)
		 : derive(c, &l, &prefix, reterr);
	levels_free(l.implied);
	levels_free(l.stored);
	if (rc != VT_OK || c->stopped)
		return rc;
	if (l.size != st->acts)
		vt_check_finding(c,
		    "ledger %s: %" PRIu64 " leaves, %" PRIu64
		    " acts are counted",
		    a->origin, l.size, st->acts);
	if (l.signed_size != 0)
		vt_check_finding(c,
		    "ledger %s: a checkpoint of size %" PRIu64
		    " is stored, the ledger has %" PRIu64 " leaves: it was "
		    "cut",
		    a->origin, l.signed_size, l.size);
	return check_receipts(c, a, &prefix, st->acts, reterr);
}
