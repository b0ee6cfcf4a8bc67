/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/quick.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "docstore/check.h"
#include "docstore/epoch.h"
#include "docstore/restored.h"

#define LAST_ACTS   32
#define LAST_EVENTS 64
#define LAST_CHUNKS 64

/* A leaf is there, and its hash stands in the tree. */
static int
leaf(struct vt_check *c, const struct vt_agency *a, uint64_t index,
    struct vt_err *reterr)
{
	struct vt_epoch e = vt_epoch_of(a, index + 1);
	struct vt_ledger_tx lt = { .txn = c->r.records,
		.agency_no = a->no,
		.epoch = e.no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_key k = vt_key_row(a->no, index);
	struct vt_err err = VT_ERR_INIT;
	vt_hash h, node;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(c->r.records, VT_T_LEAF, &k, &v, &err);
	if (rc == VT_E_NOT_FOUND)
		(void)vt_err_set(&err, rc, "it is missing");
	if (rc == VT_OK) {
		h = vt_ledger_leaf(v);
		rc = io.get(io.arg, 0, index - e.begin, &node, &err);
		if (rc == VT_OK && !vt_hash_eq(&h, &node))
			rc = vt_err_set(&err, VT_E_LEDGER_PROOF,
			    "it is another than in the tree");
	}
	if (rc == VT_OK)
		return rc;
	rc = vt_finding_err(c, rc, &err, "the leaf of an act");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
receipts(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, const vt_hash *root,
    struct vt_err *reterr)
{
	uint64_t first = st->acts > LAST_ACTS ? st->acts - LAST_ACTS : 0;
	int rc = VT_OK;

	for (uint64_t i = first; i < st->acts && rc == VT_OK; i++) {
		struct vt_epoch e = vt_epoch_of(a, i + 1);
		struct vt_err err = VT_ERR_INIT;
		struct vt_receipt r;
		char what[64];
		VT_BUF_AUTO(b);

		(void)snprintf(what, sizeof(what),
		    "agency %" PRIu32 ", receipt of act %" PRIu64,
		    st->agency_no, i);
		rc = vt_receipt_read(
		    c->store, c->r.records, st->agency_no, i, &b, &err);
		if (rc == VT_OK)
			rc = vt_receipt_verify(
			    vt_buf_view(&b), a->log_key, &r, &err);
		/* The newest one is about the whole tree. */
		if (rc == VT_OK && e.begin + r.size == st->acts &&
		    !vt_hash_eq(&r.root, root))
			vt_check_finding(
			    c, "%s: its root is not that of the nodes", what);
		if (rc == VT_OK && r.index != i - e.begin)
			vt_check_finding(
			    c, "%s: it is of act %" PRIu64, what, r.index);
		if (rc != VT_OK &&
		    (rc = vt_finding_err(c, rc, &err, what)) != VT_OK &&
		    reterr != NULL)
			*reterr = err;
		if (rc == VT_OK)
			rc = leaf(c, a, i, reterr);
	}
	return rc;
}

static int
events(
    struct vt_check *c, const struct vt_agency_state *st, struct vt_err *reterr)
{
	uint64_t after =
	    st->events > LAST_EVENTS ? st->events - LAST_EVENTS : 0;
	struct vt_scan scan =
	    vt_scan_agency(c->r.records, VT_T_EVENT, st->agency_no, after);

	while (vt_scan_next(&scan, reterr)) {
		uint64_t seq = scan.k.n == 12 ? vt_be64(scan.k.p + 4) : 0;

		if (seq != after + 1)
			vt_check_finding(c,
			    "agency %" PRIu32 ": after event %" PRIu64
			    " comes %" PRIu64,
			    st->agency_no, after, seq);
		after = seq;
	}
	if (scan.rc == VT_OK && after != st->events)
		vt_check_finding(c,
		    "agency %" PRIu32 ": the last event is %" PRIu64
		    ", counted are %" PRIu64,
		    st->agency_no, after, st->events);
	return scan.rc;
}

static int
one_agency(struct vt_check *c, uint32_t no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *arena = vt_arena_new(1 << 20);
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency_state st;
	struct vt_agency a;
	struct vt_epoch e;
	vt_hash root;
	char what[32];
	int rc;

	if (arena == NULL)
		return vt_nomem(reterr);
	(void)snprintf(what, sizeof(what), "agency %" PRIu32, no);
	rc = vt_row_agency(c->r.records, no, arena, &a, &err);
	if (rc == VT_OK)
		rc = vt_row_state(c->r.records, no, &st, &err);
	if (rc == VT_OK)
		rc = vt_epoch_root(
		    c->r.records, no, st.acts, &e, &root, &err);
	if (rc != VT_OK) {
		if ((rc = vt_finding_err(c, rc, &err, what)) != VT_OK &&
		    reterr != NULL)
			*reterr = err;
		return rc;
	}
	c->agencies++;
	c->acts += st.acts;
	rc = receipts(c, &a, &st, &root, reterr);
	return rc == VT_OK ? events(c, &st, reterr) : rc;
}

/* Those that were written last, mapped or not yet. */
static int
chunks(struct vt_check *c, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_down(c->r.keys, VT_T_WRAP, &all, &all);
	uint8_t *plain = malloc(VT_CHUNK_SIZE);
	int rc = plain == NULL ? vt_nomem(reterr) : VT_OK;

	for (int i = 0;
	     i < LAST_CHUNKS && rc == VT_OK && vt_scan_next(&scan, reterr);
	     i++) {
		struct vt_err err = VT_ERR_INIT;
		struct vt_wrap_row wrap;
		bool there;
		size_t n;

		/* What is not mapped yet may have no bytes yet. */
		if (scan.k.n != 12 ||
		    vt_be64(scan.k.p + 4) > c->count.settled)
			continue;
		if ((rc = vt_wrap_row_decode(scan.row, &wrap, &err)) == VT_OK)
			rc = vt_check_env_there(
			    c, vt_be32(scan.k.p), &there, &err);
		if (rc == VT_OK && there)
			rc = vt_reading_at(&c->r, vt_be32(scan.k.p),
			    vt_be64(scan.k.p + 4), &wrap.id, plain, &n, &err);
		if (rc != VT_OK &&
		    (rc = vt_finding_err(c, rc, &err, "chunk")) != VT_OK &&
		    reterr != NULL)
			*reterr = err;
	}
	free(plain);
	return rc == VT_OK ? scan.rc : rc;
}

static int
standing(struct vt_check *c, struct vt_err *reterr)
{
	struct vt_restored mark;
	struct vt_room room;
	int rc;

	if ((rc = vt_restored_get(c->r.records, &mark, reterr)) != VT_OK ||
	    (rc = vt_store_room(c->store, &room, reterr)) != VT_OK)
		return rc;
	if (room.level == VT_ROOM_FULL)
		vt_check_finding(c, "room: full; nothing more is taken");
	if (c->o->figure == NULL)
		return VT_OK;
	c->o->figure(c->o->arg, mark.is ? "writes no" : "writes yes");
	return VT_OK;
}

int
vt_store_check_quick(struct vt_store *s, const struct vt_check_options *o,
    uint64_t *ret_findings, struct vt_err *reterr)
{
	struct vt_check_options mine = *o;
	struct vt_check c = { .store = s, .o = &mine };
	bool rows, bytes;
	char line[64];
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	VT_ASSERT(o->finding != NULL);
	if ((rc = vt_check_pages(&c, &rows, &bytes, reterr)) != VT_OK)
		return rc;
	if (!rows) {
		*ret_findings = c.findings;
		return VT_OK;
	}
	if (!bytes)
		mine.skip_bytes = true;
	if ((rc = vt_reading_begin(s, &c.r, reterr)) != VT_OK)
		return rc;
	rc = vt_row_counters(c.r.records, &c.count, reterr);
	for (uint32_t no = 1; rc == VT_OK && no <= c.count.agencies; no++)
		rc = one_agency(&c, no, reterr);
	if (rc == VT_OK)
		rc = vt_check_envs(&c, reterr);
	if (rc == VT_OK && !o->skip_bytes)
		rc = chunks(&c, reterr);
	if (rc == VT_OK)
		rc = standing(&c, reterr);
	vt_reading_end(&c.r);
	if (rc != VT_OK)
		return rc;
	if (o->figure != NULL) {
		(void)snprintf(
		    line, sizeof(line), "agencies %" PRIu64, c.agencies);
		o->figure(o->arg, line);
		(void)snprintf(line, sizeof(line), "acts %" PRIu64, c.acts);
		o->figure(o->arg, line);
	}
	*ret_findings = c.findings;
	return VT_OK;
}
