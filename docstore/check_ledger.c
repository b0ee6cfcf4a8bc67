/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of one agency, derived again from its leaves: every node, every
 * root that was signed, every receipt that was given.
 */
#include <inttypes.h>
#include <stdio.h>

#include "docstore/check.h"

struct ledger {
	const struct vt_agency *a;
	uint64_t size;  /* leaves so far */
	uint64_t nodes; /* nodes they imply */
	/* roots of the complete subtrees of the leaves so far, by level */
	vt_hash part[64];
	/* next stored checkpoint; 0: none left */
	uint64_t signed_size;
};

static struct vt_key
node_key(uint32_t agency_no, unsigned int level, uint64_t index)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u8(&k, (uint8_t)level);
	vt_key_u64(&k, index);
	return k;
}

static int
node_equal(struct vt_check *c, struct ledger *l, unsigned int level,
    uint64_t index, const vt_hash *h, struct vt_err *reterr)
{
	struct vt_key k = node_key(l->a->no, level, index);
	VT_BUF_AUTO(v);

	vt_cbor_hash(&v, h);
	l->nodes++;
	return vt_check_equal(c, VT_T_NODE, &k, &v, reterr);
}

/* Root of the leaves so far: the parts of its set bits, small to large. */
static vt_hash
root_of(const struct ledger *l)
{
	vt_hash h = vt_sha256(VT_SPAN(NULL, 0));
	bool first = true;

	for (unsigned int level = 0; level < 64; level++) {
		if ((l->size >> level & 1) == 0)
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

/* The stored checkpoint of exactly this size must say this root. */
static int
check_signed(struct vt_check *c, struct ledger *l, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_checkpoint cp;
	VT_BUF_AUTO(note);
	vt_hash root;
	int rc;

	rc = vt_checkpoint_at(
	    c->store, c->r.records, l->a->no, l->size, &note, &err);
	if (rc == VT_OK)
		rc = vt_checkpoint_verify(
		    vt_buf_view(&note), l->a->log_key, &cp, &err);
	if (rc == VT_OK) {
		root = root_of(l);
		if (cp.size != l->size || !vt_hash_eq(&cp.root, &root) ||
		    strcmp(cp.origin, l->a->origin) != 0)
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
		vt_check_finding(c,
		    "ledger %s: leaf %" PRIu64 " follows %" PRIu64,
		    l->a->origin, index, l->size);
		return VT_OK;
	}
	if (value.n > 200)
		vt_check_finding(c, "ledger %s: leaf %" PRIu64 " has %zu bytes",
		    l->a->origin, index, value.n);
	h = vt_ledger_leaf(value);
	for (;; level++, index >>= 1) {
		if ((rc = node_equal(c, l, level, index, &h, reterr)) != VT_OK)
			return rc;
		if ((index & 1) == 0)
			break;
		h = vt_ledger_node(&l->part[level], &h);
	}
	l->part[level] = h;
	l->size++;
	return l->size == l->signed_size ? check_signed(c, l, reterr) : VT_OK;
}

static int
count_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	(void)c;
	(void)key;
	(void)value;
	(void)reterr;
	++*(uint64_t *)arg;
	return VT_OK;
}

/* A receipt must verify and speak of the act that is stored under it. */
static int
receipt_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct ledger *l = arg;
	uint64_t index = vt_be64(key.p + 4);
	struct vt_key k = vt_key_row(l->a->no, index);
	struct vt_receipt r;
	struct vt_span row;
	VT_BUF_AUTO(b);
	vt_hash record;
	int rc;

	(void)value;
	rc = vt_receipt_read(
	    c->store, c->r.records, l->a->no, index, &b, reterr);
	if (rc == VT_OK)
		rc = vt_receipt_verify(
		    vt_buf_view(&b), l->a->log_key, &r, reterr);
	if (rc == VT_OK)
		rc = vt_tx_get(c->r.records, VT_T_ACT, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "receipt %" PRIu64 ": its act is missing", index);
	if (rc != VT_OK)
		return rc;
	record = vt_sha256(row);
	if (r.index != index || !vt_hash_eq(&record, &r.record) ||
	    !vt_id_eq(&r.agency, &l->a->id) ||
	    strcmp(r.origin, l->a->origin) != 0)
		vt_check_finding(c,
		    "ledger %s: receipt %" PRIu64 " is about "
		    "something else than its act",
		    l->a->origin, index);
	l->size++;
	return VT_OK;
}

int
vt_check_ledger(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, struct vt_err *reterr)
{
	struct ledger l = { .a = a }, receipts = { .a = a };
	struct vt_key prefix = { .n = 0 };
	uint64_t nodes = 0;
	int rc;

	vt_key_u32(&prefix, a->no);
	if ((rc = next_checkpoint(c, &l, reterr)) != VT_OK ||
	    (rc = vt_check_rows(c, VT_T_LEAF, &prefix, leaf_row, &l, reterr)) !=
		VT_OK ||
	    c->stopped)
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
	rc = vt_check_rows(c, VT_T_NODE, &prefix, count_row, &nodes, reterr);
	if (rc != VT_OK || c->stopped)
		return rc;
	if (nodes != l.nodes)
		vt_check_finding(c,
		    "ledger %s: %" PRIu64 " nodes, its leaves imply %" PRIu64,
		    a->origin, nodes, l.nodes);
	rc = vt_check_rows(
	    c, VT_T_RECEIPT, &prefix, receipt_row, &receipts, reterr);
	if (rc == VT_OK && !c->stopped && receipts.size != st->acts)
		vt_check_finding(c,
		    "ledger %s: %" PRIu64 " good receipts for %" PRIu64 " acts",
		    a->origin, receipts.size, st->acts);
	return rc;
}
