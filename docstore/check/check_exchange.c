/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consignments and entries as their acts left them, and the rows beside the
 * ledger: states and their expiry.
 */
#include <inttypes.h>
#include <stdio.h>

#include "docstore/check.h"

static const struct vt_key all_rows;

/* ---- consignments ---- */

struct consigns {
	uint32_t agency_no;
	const struct vt_tally *newest;
	uint64_t n, documents;
	uint64_t log_seq; /* consignment of the log row before */
	uint32_t log_no;  /* and its number */
	vt_hash packet;   /* of that consignment, as it first came */
	uint64_t logs;    /* consignments that have a log */
};

static int
consign_rows(struct vt_check *c, struct consigns *x,
    const struct vt_consignment *row, struct vt_err *reterr)
{
	struct vt_ref ref = { .kind = VT_OBJECT_CONSIGNMENT,
		.agency_no = x->agency_no,
		.seq = row->seq };
	struct vt_consign_arrival first = { .received_at = row->received_at,
		.packet = row->packet,
		.headers = row->headers };
	struct vt_key k = vt_key_id(&row->id);
	struct vt_span v;
	VT_BUF_AUTO(id);
	VT_BUF_AUTO(seq);
	VT_BUF_AUTO(log);
	VT_BUF_AUTO(null);
	int rc;

	vt_ref_encode(&ref, &id);
	if ((rc = vt_check_equal(c, VT_T_ID, &k, &id, reterr)) != VT_OK)
		return rc;
	vt_cbor_uint(&seq, row->seq);
	k = vt_key_external(x->agency_no, row->transport, row->external);
	rc = vt_check_equal(c, VT_T_CONSIGN_EXTERNAL, &k, &seq, reterr);
	if (rc != VT_OK)
		return rc;
	vt_arrival_encode(&first, &log);
	k = vt_key_log(x->agency_no, row->seq, 1);
	rc = vt_check_equal(c, VT_T_CONSIGN_LOG, &k, &log, reterr);
	if (rc != VT_OK || *row->document_id == '\0')
		return rc;
	k = vt_key_document(x->agency_no, row->from_code, row->document_id);
	vt_key_u64(&k, row->seq);
	if (!vt_consign_may_stand(row)) {
		/* an older release wrote it of these, too */
		rc = vt_tx_get(
		    c->r.records, VT_T_CONSIGN_DOCUMENT, &k, &v, reterr);
		if (rc != VT_OK)
			return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	}
	x->documents++;
	vt_cbor_null(&null);
	return vt_check_equal(c, VT_T_CONSIGN_DOCUMENT, &k, &null, reterr);
}

static int
consign_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	uint64_t seq = vt_be64(key.p + 4), *refs;
	struct consigns *x = arg;
	struct vt_consignment row;
	struct vt_blob_row blob;
	bool wiped;
	int rc;

	if (seq != ++x->n)
		vt_check_finding(c,
		    "agency %" PRIu32 ": consignment %" PRIu64
		    " follows %" PRIu64,
		    x->agency_no, seq, x->n - 1);
	x->n = seq;
	c->consigns++;
	if (vt_tally_get(x->newest, vt_check_name(VT_ROW_CONSIGN, seq)) !=
	    vt_check_hash(value))
		vt_check_finding(c,
		    "agency %" PRIu32 ": consignment %" PRIu64
		    " differs from what its acts imply",
		    x->agency_no, seq);
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_consign_decode(value, c->arena, &row, reterr)) != VT_OK)
		return rc;
	row.seq = seq;
	if (!vt_check_packet_gone(c, x->agency_no, seq, &wiped)) {
		refs = vt_tally_at(&c->blob_refs, vt_tally_hash(&row.packet));
		if (refs == NULL)
			return vt_nomem(reterr);
		(*refs)++;
		rc = vt_blob_get(c->r.records, &row.packet, &blob, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if ((rc = consign_rows(c, x, &row, reterr)) != VT_OK)
		return rc;
	return vt_check_work_of(c,
	    &(struct vt_check_item){ .no = row.work,
		.agency_no = x->agency_no,
		.kind = VT_WORK_PACKET,
		.subject = &row.id,
		.what = "consignment",
		.seq = seq,
		.needed = row.state == VT_CONSIGN_STORED },
	    reterr);
}

/* Numbered from 1 without a gap, each of a consignment that exists. */
static int
log_row(struct vt_check *c, void *arg, struct vt_span key, struct vt_span value,
    struct vt_err *reterr)
{
	struct consigns *x = arg;
	struct vt_consign_arrival a;
	uint64_t seq;
	uint32_t no;
	int rc;

	if (key.n != 16)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	seq = vt_be64(key.p + 4);
	no = vt_be32(key.p + 12);
	if (seq != x->log_seq) {
		x->log_seq = seq;
		x->log_no = 0;
		x->logs++;
	}
	if (no != ++x->log_no || seq > x->n)
		vt_check_finding(c,
		    "agency %" PRIu32 ": arrival %" PRIu32
		    " of consignment %" PRIu64 " is out of place",
		    x->agency_no, no, seq);
	x->log_no = no;
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_arrival_decode(value, c->arena, &a, reterr)) != VT_OK)
		return rc;
	if (no == 1)
		x->packet = a.packet;
	else if (!vt_hash_eq(&a.packet, &x->packet))
		vt_check_finding(c,
		    "agency %" PRIu32 ": arrival %" PRIu32
		    " of consignment %" PRIu64 " brought another packet",
		    x->agency_no, no, seq);
	return VT_OK;
}

int
vt_check_consigns(struct vt_check *c, uint32_t agency_no,
    const struct vt_tally *newest, uint64_t *ret_n, struct vt_err *reterr)
{
	struct consigns x = { .agency_no = agency_no, .newest = newest };
	struct vt_key prefix = { .n = 0 };
	int rc;

	vt_key_u32(&prefix, agency_no);
	rc = vt_check_rows(c, VT_T_CONSIGN, &prefix, consign_row, &x, reterr);
	if (rc == VT_OK)
		rc = vt_check_rows(
		    c, VT_T_CONSIGN_LOG, &prefix, log_row, &x, reterr);
	if (rc != VT_OK)
		return rc;
	if (x.logs != x.n && !c->stopped)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %" PRIu64 " consignments, %" PRIu64
		    " of them with a log of arrivals",
		    agency_no, x.n, x.logs);
	c->documents += x.documents;
	*ret_n = x.n;
	return VT_OK;
}

/* ---- entries ---- */

#define REMOVED 1ULL

static uint64_t
name_of(const struct vt_key *k)
{
	return vt_check_hash(vt_key_view(k));
}

/* Of a row, with the value by its hash: that is all a secret leaves. */
static int
entry_hash(const struct vt_entry *e, const vt_hash *value, uint64_t *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_array(&b, 5);
	vt_cbor_uint(&b, e->rev);
	vt_cbor_hash(&b, value);
	vt_cbor_int(&b, e->changed_at);
	vt_cbor_uint(&b, e->act_agency);
	vt_cbor_uint(&b, e->act);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	*ret = vt_check_hash(vt_buf_view(&b));
	if (*ret == REMOVED)
		*ret = 2;
	return VT_OK;
}

int
vt_check_entry_step(struct vt_check *c, uint32_t agency_no, uint64_t index,
    const struct vt_arec *rec, const struct vt_srec *r, struct vt_err *reterr)
{
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct vt_srec_entry *e = &r->entries[i];
		struct vt_key k = vt_key_entry(e->agency_no, e->kind, e->key);
		struct vt_entry row = { .rev = e->rev,
			.changed_at = rec->time,
			.act_agency = agency_no,
			.act = index };
		vt_hash h = e->secret ? e->hash : vt_sha256(e->value);
		uint64_t *rev = vt_tally_at(&c->entry_revs, name_of(&k));
		uint64_t *want;
		int rc;

		if (rev == NULL)
			return vt_nomem(reterr);
		if (e->rev == 0 || e->rev > c->count.revisions)
			vt_check_finding(c,
			    "%s: revision %" PRIu64 " was never given",
			    vt_entry_kind_name(e->kind), e->rev);
		if (e->rev < *rev)
			continue; /* a later act of another agency */
		*rev = e->rev;
		want = vt_tally_at(&c->entry_rows, name_of(&k));
		if (want == NULL)
			return vt_nomem(reterr);
		*want = REMOVED;
		if ((e->secret || e->value.n > 0) &&
		    (rc = entry_hash(&row, &h, want, reterr)) != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
entry_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	uint64_t *n = arg, got;
	struct vt_entry e;
	vt_hash h;
	int rc;

	++*n;
	if ((rc = vt_entry_decode(value, &e, reterr)) != VT_OK)
		return rc;
	h = vt_sha256(e.value);
	if ((rc = entry_hash(&e, &h, &got, reterr)) != VT_OK)
		return rc;
	if (vt_tally_get(&c->entry_rows, vt_check_hash(key)) != got)
		vt_check_finding(c,
		    "entry: revision %" PRIu64 " differs from what its acts "
		    "imply",
		    e.rev);
	return VT_OK;
}

int
vt_check_entries(struct vt_check *c, struct vt_err *reterr)
{
	uint64_t rows = 0, want = 0;
	int rc;

	rc = vt_check_rows(c, VT_T_ENTRY, &all_rows, entry_row, &rows, reterr);
	if (rc != VT_OK || c->stopped)
		return rc;
	for (size_t i = 0; i < c->entry_rows.cap; i++)
		want += c->entry_rows.slot[2 * i] != 0 &&
			c->entry_rows.slot[2 * i + 1] > REMOVED;
	c->entries = rows;
	if (rows != want)
		vt_check_finding(c,
		    "%" PRIu64 " entries, %" PRIu64 " follow from the acts",
		    rows, want);
	return VT_OK;
}

/* ---- states ---- */

static int
fleeting_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key due = { .n = 0 };
	uint64_t *n = arg;
	struct vt_state st;
	struct vt_span v;
	int rc;

	if ((rc = vt_fleeting_decode(value, &st, reterr)) != VT_OK ||
	    st.expires == VT_TIME_NONE)
		return rc;
	++*n;
	vt_key_u64(&due, (uint64_t)st.expires ^ 1ULL << 63);
	vt_key_bytes(&due, key.p, key.n);
	rc = vt_tx_get(c->r.records, VT_T_FLEETING_DUE, &due, &v, reterr);
	if (rc != VT_E_NOT_FOUND)
		return rc;
	vt_check_finding(c, "a state has no row that makes it expire");
	return VT_OK;
}

int
vt_check_states(struct vt_check *c, struct vt_err *reterr)
{
	uint64_t expiring = 0, due = 0;
	int rc;

	rc = vt_check_rows(
	    c, VT_T_FLEETING, &all_rows, fleeting_row, &expiring, reterr);
	if (rc == VT_OK)
		rc = c->r.records->ops->count(
		    c->r.records, VT_T_FLEETING_DUE, &due, reterr);
	if (rc == VT_OK && !c->stopped && due != expiring)
		vt_check_finding(c,
		    "%" PRIu64 " states are to expire, %" PRIu64 " rows say "
		    "when",
		    expiring, due);
	return rc;
}
