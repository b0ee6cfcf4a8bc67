/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receipts.
 *
 * facts   what was done (CBOR map, below)
 * leaf    { 1: 1, 2: SHA-256("vanthu act 1" ‖ 0 ‖ salt ‖ facts) }
 * body    { 1: salt, 2: facts, 3: index, 4: size, 5: root, 6: proof,
 *           7: log key }
 * receipt { 1: 1, 2: body, 3: checkpoint }
 */
#include <inttypes.h>
#include <stdio.h>

#include "docstore/bundle.h"
#include "docstore/epoch.h"
#include "docstore/fields.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

/* ---- writing ---- */

static bool
kinds_are_empty(const void *of)
{
	(void)of;
	return false;
}

static void
kinds_put(struct vt_buf *b, const void *of)
{
	const struct vt_receipt *r = of;

	vt_cbor_array(b, r->n_kinds);
	for (size_t i = 0; i < r->n_kinds; i++)
		vt_cbor_uint(b, r->kinds[i]);
}

static void
kinds_take(struct vt_cbor *c, struct vt_arena *a, void *of)
{
	size_t n = vt_cbor_get_array(c);
	struct vt_receipt *r = of;

	(void)a;
	if (n > VT_RECEIPT_KINDS)
		vt_cbor_fail(c, "more than 16 steps");
	for (size_t i = 0; i < n && c->failed == VT_OK; i++)
		r->kinds[r->n_kinds++] = vt_take_u32(c);
}

static const struct vt_row_hooks kinds_hooks = { kinds_are_empty, kinds_put,
	kinds_take };

#define VT_ROW_T struct vt_receipt
static const struct vt_row_field facts_fields[] = {
#include "docstore/fields/facts.def"
};
#undef VT_ROW_T
static const struct vt_row facts_row = VT_ROW_MAP("facts", facts_fields);

VT_ROW_ENCODE(facts, struct vt_receipt)

int
vt_facts_decode(
    struct vt_span facts, struct vt_receipt *r, struct vt_err *reterr)
{
	struct vt_cbor c;

	r->n_kinds = 0;
	vt_cbor_open(&c, facts);
	vt_row_take(&facts_row, &c, NULL, r);
	return vt_cbor_finish(&c, "receipt facts", reterr);
}

int
vt_facts_of(
    struct vt_span facts, struct vt_receipt *ret, struct vt_err *reterr)
{
	struct vt_receipt r = { .time = VT_TIME_NONE };
	int rc = vt_facts_decode(facts, &r, reterr);

	if (rc == VT_OK)
		*ret = r;
	return rc;
}

void
vt_leaf_encode(
    const uint8_t salt[static 16], struct vt_span facts, struct vt_buf *ret)
{
	static const char tag[] = "vanthu act 1"; /* with its NUL */
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash commitment;

	vt_sha256_put(h, tag, sizeof(tag));
	vt_sha256_put(h, salt, 16);
	vt_sha256_put(h, facts.p, facts.n);
	commitment = vt_sha256_end(h);
	vt_cbor_map(ret, 2);
	vt_cbor_uint(ret, 1);
	vt_cbor_uint(ret, 1);
	vt_cbor_uint(ret, 2);
	vt_cbor_hash(ret, &commitment);
}

void
vt_receipt_body(const struct vt_receipt_open *o, struct vt_buf *ret)
{
	vt_cbor_map(ret, 7);
	vt_cbor_uint(ret, 1);
	vt_cbor_bytes(ret, VT_SPAN(o->salt, 16));
	vt_cbor_uint(ret, 2);
	vt_cbor_bytes(ret, o->facts);
	vt_cbor_uint(ret, 3);
	vt_cbor_uint(ret, o->index);
	vt_cbor_uint(ret, 4);
	vt_cbor_uint(ret, o->size);
	vt_cbor_uint(ret, 5);
	vt_cbor_hash(ret, o->root);
	vt_cbor_uint(ret, 6);
	vt_cbor_array(ret, o->proof->n);
	for (size_t i = 0; i < o->proof->n; i++)
		vt_cbor_hash(ret, &o->proof->h[i]);
	vt_cbor_uint(ret, 7);
	vt_cbor_bytes(ret, VT_SPAN(o->log_key, VT_LOG_KEY_SIZE));
}

void
vt_receipt_join(
    struct vt_span body, struct vt_span checkpoint, struct vt_buf *ret)
{
	vt_cbor_map(ret, 3);
	vt_cbor_uint(ret, 1);
	vt_cbor_uint(ret, 1);
	vt_cbor_uint(ret, 2);
	vt_cbor_bytes(ret, body);
	vt_cbor_uint(ret, 3);
	vt_cbor_text(ret, checkpoint);
}

/* ---- reading ---- */

struct body {
	struct vt_span salt, facts, log_key;
	uint64_t index, size;
	vt_hash root;
	struct vt_ledger_proof proof;
};

static void
want_key(struct vt_cbor_map_reader *m, uint64_t want)
{
	uint64_t key;

	if (!vt_cbor_next(m, &key) || key != want)
		vt_cbor_fail(m->c, "a field is missing or unknown");
}

static void
want_end(struct vt_cbor_map_reader *m)
{
	uint64_t key;

	if (vt_cbor_next(m, &key))
		vt_cbor_fail(m->c, "an unknown field");
}

static int
body_parse(struct vt_span bytes, struct body *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct body b = { .index = 0 };
	struct vt_cbor c;
	size_t n;
	int rc;

	vt_cbor_open(&c, bytes);
	vt_cbor_map_open(&m, &c);
	want_key(&m, 1);
	b.salt = vt_cbor_get_bytes(&c);
	want_key(&m, 2);
	b.facts = vt_cbor_get_bytes(&c);
	want_key(&m, 3);
	b.index = vt_cbor_get_uint(&c);
	want_key(&m, 4);
	b.size = vt_cbor_get_uint(&c);
	want_key(&m, 5);
	b.root = vt_cbor_get_hash(&c);
	want_key(&m, 6);
	n = vt_cbor_get_array(&c);
	if (n > VT_LEDGER_PROOF_MAX)
		vt_cbor_fail(&c, "a proof of more than 64 hashes");
	for (size_t i = 0; i < n && c.failed == VT_OK; i++)
		b.proof.h[b.proof.n++] = vt_cbor_get_hash(&c);
	want_key(&m, 7);
	b.log_key = vt_cbor_get_bytes(&c);
	want_end(&m);
	if (c.failed == VT_OK &&
	    (b.salt.n != 16 || b.log_key.n != VT_LOG_KEY_SIZE))
		vt_cbor_fail(&c, "a field has another length");
	if ((rc = vt_cbor_finish(&c, "receipt body", reterr)) == VT_OK)
		*ret = b;
	return rc;
}

static int
proof_check(const struct body *b, const struct vt_checkpoint *c,
    const struct vt_receipt *r, struct vt_err *reterr)
{
	VT_BUF_AUTO(leaf);
	vt_hash h;
	int rc;

	if (strcmp(c->origin, r->origin) != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "receipt: it is of the ledger \"%s\", its checkpoint of "
		    "\"%s\"",
		    r->origin, c->origin);
	if (c->size != b->size || !vt_hash_eq(&c->root, &b->root))
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "receipt: size or root differ from those of its "
		    "checkpoint");
	vt_leaf_encode(b->salt.p, b->facts, &leaf);
	if ((rc = vt_buf_status(&leaf, reterr)) != VT_OK)
		return rc;
	h = vt_ledger_leaf(vt_buf_view(&leaf));
	return vt_ledger_verify_inclusion(
	    &h, b->index, b->size, &b->proof, &b->root, reterr);
}

static int
receipt_parse(struct vt_span bytes, struct vt_span *ret_body,
    struct vt_span *ret_note, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_span body, note;
	struct vt_cbor c;
	int rc;

	if (bytes.n > VT_RECEIPT_MAX)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "receipt: more than %d bytes", VT_RECEIPT_MAX);
	vt_cbor_open(&c, bytes);
	vt_cbor_map_open(&m, &c);
	want_key(&m, 1);
	if (vt_cbor_get_uint(&c) != 1)
		vt_cbor_fail(&c, "not a receipt of version 1");
	want_key(&m, 2);
	body = vt_cbor_get_bytes(&c);
	want_key(&m, 3);
	note = vt_cbor_get_text(&c);
	want_end(&m);
	if ((rc = vt_cbor_finish(&c, "receipt", reterr)) == VT_OK) {
		*ret_body = body;
		*ret_note = note;
	}
	return rc;
}

int
vt_receipt_body_opening(struct vt_span bytes, struct vt_span *ret_salt,
    struct vt_span *ret_facts, struct vt_err *reterr)
{
	struct body b;
	int rc = body_parse(bytes, &b, reterr);

	if (rc == VT_OK) {
		*ret_salt = b.salt;
		*ret_facts = b.facts;
	}
	return rc;
}

int
vt_receipt_note(
    struct vt_span receipt, struct vt_span *ret, struct vt_err *reterr)
{
	struct vt_span body;

	return receipt_parse(receipt, &body, ret, reterr);
}

int
vt_receipt_opening(struct vt_span bytes, struct vt_span *ret_salt,
    struct vt_span *ret_facts, struct vt_err *reterr)
{
	struct vt_span body, note;
	int rc = receipt_parse(bytes, &body, &note, reterr);

	return rc == VT_OK
		   ? vt_receipt_body_opening(body, ret_salt, ret_facts, reterr)
		   : rc;
}

static int
verify_note(struct vt_verified *known, struct vt_span note,
    const uint8_t key[static VT_LOG_KEY_SIZE], struct vt_err *reterr)
{
	int rc;

	if (note.n > 0 && vt_span_eq(note, vt_buf_view(&known->note)) &&
	    memcmp(key, known->key, VT_LOG_KEY_SIZE) == 0)
		return VT_OK;
	vt_buf_reset(&known->note);
	rc = vt_checkpoint_verify(note, key, &known->checkpoint, reterr);
	if (rc != VT_OK)
		return rc;
	memcpy(known->key, key, VT_LOG_KEY_SIZE);
	vt_buf_span(&known->note, note);
	return vt_buf_status(&known->note, reterr);
}

int
vt_receipt_verify(struct vt_span bytes, const uint8_t log_key[32],
    struct vt_receipt *ret, struct vt_err *reterr)
{
	struct vt_verified none = { .note = VT_BUF_INIT };
	int rc = vt_receipt_verify_next(bytes, log_key, &none, ret, reterr);

	vt_buf_free(&none.note);
	return rc;
}

int
vt_receipt_verify_next(struct vt_span bytes, const uint8_t log_key[32],
    struct vt_verified *known, struct vt_receipt *ret, struct vt_err *reterr)
{
	struct vt_receipt r = { .time = VT_TIME_NONE };
	struct vt_span body, note;
	struct body b;
	int rc;

	if ((rc = receipt_parse(bytes, &body, &note, reterr)) != VT_OK ||
	    (rc = body_parse(body, &b, reterr)) != VT_OK ||
	    (rc = vt_facts_decode(b.facts, &r, reterr)) != VT_OK)
		return rc;
	memcpy(r.log_key, b.log_key.p, sizeof(r.log_key));
	if (log_key != NULL &&
	    memcmp(log_key, r.log_key, sizeof(r.log_key)) != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "receipt: it names another log key than the one known for "
		    "\"%s\"",
		    r.origin);
	if ((rc = verify_note(known, note, r.log_key, reterr)) != VT_OK ||
	    (rc = proof_check(&b, &known->checkpoint, &r, reterr)) != VT_OK)
		return rc;
	r.index = b.index;
	r.size = b.size;
	r.root = b.root;
	vt_note_key_id(r.origin, r.log_key, r.key_id);
	*ret = r;
	return VT_OK;
}

/* ---- from the store ---- */

int
vt_checkpoint_at(struct vt_store *s, struct vt_txn *t, uint32_t agency_no,
    uint64_t size, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_key k = vt_key_row(agency_no, size);
	struct vt_checkpoint cp = { .size = 0 };
	const struct vt_log_key *key;
	struct vt_agency agency;
	struct vt_span v, text;
	struct vt_epoch e;
	struct vt_cbor c;
	int rc;

	rc = vt_tx_get(t, VT_T_CHECKPOINT, &k, &v, reterr);
	if (rc == VT_OK) {
		vt_cbor_open(&c, v);
		text = vt_cbor_get_text(&c);
		if ((rc = vt_take_end(&c, "checkpoint", reterr)) == VT_OK)
			vt_buf_span(ret, text);
		return rc == VT_OK ? vt_buf_status(ret, reterr) : rc;
	}
	if (rc != VT_E_NOT_FOUND)
		return rc;
	if (vt_writer_unsaved(s, agency_no, size, ret))
		return vt_buf_status(ret, reterr);
	/* Committed, not signed yet or lost in a crash: the same bytes. */
	if ((a = vt_arena_new(1 << 20)) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_row_agency(t, agency_no, a, &agency, reterr)) != VT_OK ||
	    (rc = vt_epoch_root(t, agency_no, size, &e, &cp.root, reterr)) !=
		VT_OK ||
	    (rc = vt_log_key_get(s, &agency.id, &key, reterr)) != VT_OK)
		return rc;
	cp.size = size - e.begin;
	memcpy(cp.origin, e.origin, sizeof(cp.origin));
	return vt_checkpoint_sign(
	    &cp, vt_secret_view(key->seed), key->pub, ret, reterr);
}

int
vt_receipt_read(struct vt_store *s, struct vt_txn *t, uint32_t agency_no,
    uint64_t index, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(agency_no, index);
	struct body b = { .size = 0 };
	VT_BUF_AUTO(note);
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_RECEIPT, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency %u has no receipt for leaf %" PRIu64, agency_no,
		    index);
	if (rc == VT_OK)
		rc = body_parse(v, &b, reterr);
	/* Its index is that of the act less where its epoch began. */
	if (rc == VT_OK)
		rc = vt_checkpoint_at(
		    s, t, agency_no, index - b.index + b.size, &note, reterr);
	if (rc != VT_OK)
		return rc;
	vt_receipt_join(v, vt_buf_view(&note), ret);
	return vt_buf_status(ret, reterr);
}

int
vt_receipt_get(struct vt_view *v, uint32_t agency_no, uint64_t index,
    struct vt_buf *ret, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	return vt_receipt_read(v->store, v->txn, agency_no, index, ret, reterr);
}

int
vt_checkpoint_get(struct vt_view *v, uint32_t agency_no, struct vt_buf *ret,
    struct vt_err *reterr)
{
	uint64_t size;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &size, reterr)) != VT_OK)
		return rc;
	if (size == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of agency %u is empty", agency_no);
	return vt_checkpoint_at(v->store, v->txn, agency_no, size, ret, reterr);
}

int
vt_consistency_get(struct vt_view *v, uint32_t agency_no, uint64_t old_size,
    uint64_t new_size, vt_hash *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = v->txn, .agency_no = agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_ledger_proof proof;
	struct vt_epoch e;
	uint64_t size;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &size, reterr)) != VT_OK ||
	    (rc = vt_epoch_at(v->txn, agency_no, size, &e, reterr)) != VT_OK)
		return rc;
	lt.epoch = e.no;
	size -= e.begin;
	if (new_size > size)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of agency %u has %" PRIu64 " leaves", agency_no,
		    size);
	rc = vt_ledger_consistency(&io, old_size, new_size, &proof, reterr);
	if (rc != VT_OK)
		return rc;
	if (proof.n > max)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the proof has %zu hashes, room is for %zu", proof.n, max);
	memcpy(ret, proof.h, proof.n * sizeof(*ret));
	*ret_n = proof.n;
	return VT_OK;
}
