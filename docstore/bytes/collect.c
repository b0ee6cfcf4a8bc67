/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nothing names any more: expired uploads, their manifests and chunks. */
#include "docstore/store_priv.h"

#define SEGMENTS_A_STEP 4

struct collect_op {
	struct vt_op op;
	vt_time until; /* uploads that expire at or before it */
	bool unended;  /* at open: those whose process died */
	size_t max;
	size_t removed;
	bool more;
};

static int
del(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    struct vt_err *reterr)
{
	int rc = vt_batch_del(b, t, k, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table %s: a row to be removed is missing",
		    vt_table_name(t));
	return rc;
}

static int
put_null(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(v);

	vt_cbor_null(&v);
	return vt_batch_put(b, t, k, &v, reterr);
}

int
vt_blob_unref(struct vt_batch *b, const vt_hash *blob, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(blob), g = { .n = 0 };
	struct vt_blob_row row;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_blob_get(b->txn, blob, &row, reterr)) != VT_OK)
		return rc;
	if (row.refs > 1) {
		row.refs--;
		vt_blob_row_encode(&row, &v);
		return vt_batch_put(b, VT_T_BLOB, &k, &v, reterr);
	}
	if ((rc = del(b, VT_T_BLOB, &k, reterr)) != VT_OK)
		return rc;
	vt_key_u64(&g, row.manifest);
	return put_null(b, VT_T_GARBAGE, &g, reterr);
}

int
vt_blob_ref(struct vt_batch *b, const vt_hash *blob, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(blob);
	struct vt_blob_row row;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_blob_get(b->txn, blob, &row, reterr)) != VT_OK)
		return rc;
	row.refs++;
	vt_blob_row_encode(&row, &v);
	return vt_batch_put(b, VT_T_BLOB, &k, &v, reterr);
}

static int
drop_upload(struct vt_batch *b, struct vt_span due_key,
    const struct vt_upload_row *row, struct vt_err *reterr)
{
	struct vt_key due = { .n = 0 }, id = { .n = 0 }, g = { .n = 0 };
	int rc;

	vt_key_bytes(&due, due_key.p, due_key.n);
	vt_key_bytes(&id, due_key.p + 8, VT_ID_SIZE);
	if ((rc = del(b, VT_T_UPLOAD_DUE, &due, reterr)) != VT_OK ||
	    (rc = del(b, VT_T_UPLOAD, &id, reterr)) != VT_OK ||
	    (row->state.n > 0 &&
		(rc = vt_states_drop(b, &row->state, reterr)) != VT_OK))
		return rc;
	if (row->ended)
		return vt_blob_unref(b, &row->blob, reterr);
	vt_key_u64(&g, row->manifest);
	return put_null(b, VT_T_GARBAGE, &g, reterr);
}

static int
expire_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct collect_op *c = (struct collect_op *)(void *)op;
	struct vt_key from = { .n = 0 }, id;
	struct vt_upload_row row;
	struct vt_span k, v, u;
	int rc;

	c->removed = 0;
	for (;;) {
		rc = vt_tx_ge(b->txn, VT_T_UPLOAD_DUE, &from, &k, &v, reterr);
		if (rc == VT_E_NOT_FOUND || c->removed == c->max)
			return VT_OK;
		if (rc != VT_OK)
			return rc;
		if (!c->unended && (vt_time)vt_be64(k.p) > c->until)
			return VT_OK;
		from.n = 0;
		vt_key_bytes(&from, k.p, k.n);
		vt_key_u8(&from, 0); /* the next key */
		id = (struct vt_key){ .n = 0 };
		vt_key_bytes(&id, k.p + 8, VT_ID_SIZE);
		rc = vt_tx_get(b->txn, VT_T_UPLOAD, &id, &u, reterr);
		if (rc == VT_E_NOT_FOUND)
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "an upload that is to expire has no row");
		if (rc != VT_OK ||
		    (rc = vt_upload_row_decode(u, &row, reterr)) != VT_OK)
			return rc;
		if (c->unended && row.ended)
			continue;
		rc = drop_upload(b, VT_SPAN(from.b, from.n - 1), &row, reterr);
		if (rc != VT_OK)
			return rc;
		c->removed++;
	}
}

/* The first upload of the agency, from a key on, that holds one of them. */
static int
find_upload_of(struct vt_batch *b, struct vt_key *from, uint32_t agency_no,
    const vt_hash *blob, size_t n, struct vt_upload_row *ret,
    struct vt_err *reterr)
{
	struct vt_span k, v;
	int rc;

	while ((rc = vt_tx_ge(b->txn, VT_T_UPLOAD, from, &k, &v, reterr)) ==
	       VT_OK) {
		from->n = 0;
		vt_key_bytes(from, k.p, k.n);
		if ((rc = vt_upload_row_decode(v, ret, reterr)) != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			if (ret->ended && ret->agency_no == agency_no &&
			    vt_hash_eq(&ret->blob, &blob[i]))
				return VT_OK;
		vt_key_u8(from, 0); /* the next key */
	}
	return rc;
}

int
vt_uploads_of(struct vt_batch *b, uint32_t agency_no, const vt_hash *blob,
    size_t n, struct vt_err *reterr)
{
	struct vt_key at = { .n = 0 };
	struct vt_upload_row row;
	int rc;

	while ((rc = find_upload_of(
		    b, &at, agency_no, blob, n, &row, reterr)) == VT_OK) {
		struct vt_key due = { .n = 0 };

		vt_key_u64(&due, (uint64_t)row.expires);
		vt_key_bytes(&due, at.b, at.n);
		rc = drop_upload(b, vt_key_view(&due), &row, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* Takes one reference off a chunk; the last one unmaps it. */
static int
chunk_unref(struct vt_batch *b, const vt_hash *id, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(id), u = { .n = 0 };
	struct vt_chunk_row row;
	struct vt_span v;
	VT_BUF_AUTO(out);
	int rc;

	rc = vt_tx_get(b->txn, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a manifest names a chunk that is not mapped");
	if (rc != VT_OK || (rc = vt_chunk_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	if (row.refs > 1) {
		row.refs--;
		vt_chunk_row_encode(&row, &out);
		return vt_batch_put(b, VT_T_CHUNK, &k, &out, reterr);
	}
	if ((rc = del(b, VT_T_CHUNK, &k, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&u, row.env);
	vt_key_u64(&u, row.seq);
	return put_null(b, VT_T_UNMAPPED, &u, reterr);
}

static int
drop_segment(struct vt_batch *b, const struct vt_key *k, uint64_t manifest,
    uint32_t segment, struct vt_err *reterr)
{
	vt_hash id[VT_SEGMENT_CHUNKS];
	struct vt_span ids;
	size_t n;
	int rc;

	rc = vt_manifest_segment(b->txn, manifest, segment, &ids, reterr);
	if (rc != VT_OK)
		return rc;
	n = ids.n / VT_HASH_SIZE;
	memcpy(id, ids.p, ids.n); /* writes end the span */
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = chunk_unref(b, &id[i], reterr);
	return rc == VT_OK ? del(b, VT_T_MANIFEST, k, reterr) : rc;
}

/* A step: a few segments of the first manifest nobody names. */
static int
garbage_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct collect_op *c = (struct collect_op *)(void *)op;
	struct vt_key all = { .n = 0 }, g = { .n = 0 };
	struct vt_span k, v;
	struct vt_scan s;
	uint64_t manifest;
	int rc;

	c->more = false;
	rc = vt_tx_ge(b->txn, VT_T_GARBAGE, &all, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK)
		return rc;
	c->more = true;
	manifest = vt_be64(k.p);
	vt_key_u64(&g, manifest);
	s = vt_scan_up(b->txn, VT_T_MANIFEST, &g, NULL);
	for (int i = 0; i < SEGMENTS_A_STEP; i++) {
		struct vt_key m = { .n = 0 };

		if (!vt_scan_next(&s, reterr))
			return s.rc == VT_OK ? del(b, VT_T_GARBAGE, &g, reterr)
					     : s.rc;
		vt_key_bytes(&m, s.k.p, s.k.n);
		rc = drop_segment(b, &m, manifest, vt_be32(m.b + 8), reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
vt_garbage_collect(struct vt_store *s, struct vt_err *reterr)
{
	struct collect_op g = { .op = { .apply = garbage_apply,
				    .weight = 1 << 20 } };
	size_t n;
	int rc;

	do {
		rc = vt_queue_run(&s->writer.queue, &g.op, reterr);
	} while (rc == VT_OK && g.more);
	do {
		n = 0;
		if (rc == VT_OK)
			rc = vt_bytes_collect(s, 256, &n, reterr);
	} while (rc == VT_OK && n == 256);
	return rc;
}

int
vt_uploads_forget(struct vt_store *s, struct vt_err *reterr)
{
	struct collect_op c = { .op = { .apply = expire_apply },
		.unended = true,
		.max = SIZE_MAX };

	return vt_queue_run(&s->writer.queue, &c.op, reterr);
}

int
vt_upload_expire(
    struct vt_store *s, size_t max, size_t *ret_removed, struct vt_err *reterr)
{
	struct collect_op c = { .op = { .apply = expire_apply }, .max = max };
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "uploads: the store was opened for reading");
	c.until = vt_now(s->ctx);
	rc = vt_queue_run(&s->writer.queue, &c.op, reterr);
	if (rc == VT_OK)
		rc = vt_garbage_collect(s, reterr);
	if (rc == VT_OK)
		*ret_removed = c.removed;
	return rc;
}

/* ---- an upload given up ---- */

struct drop_op {
	struct vt_op op;
	vt_id id;
};

int
vt_upload_remove(struct vt_batch *b, uint32_t agency_no, const vt_id *id,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(id), due = { .n = 0 };
	struct vt_upload_row row;
	struct vt_span v;
	int rc;

	if ((rc = vt_tx_get(b->txn, VT_T_UPLOAD, &k, &v, reterr)) != VT_OK ||
	    (rc = vt_upload_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	if (agency_no != 0 && row.agency_no != agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no upload of this agency has this id");
	vt_key_u64(&due, (uint64_t)row.expires);
	vt_key_bytes(&due, id->b, VT_ID_SIZE);
	return drop_upload(b, vt_key_view(&due), &row, reterr);
}

static int
drop_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct drop_op *d = (struct drop_op *)(void *)op;
	int rc = vt_upload_remove(b, 0, &d->id, reterr);

	return rc == VT_E_NOT_FOUND ? VT_OK : rc; /* expired already */
}

int
vt_upload_drop(struct vt_store *s, const vt_id *id, struct vt_err *reterr)
{
	struct drop_op d = { .op = { .apply = drop_apply }, .id = *id };

	return vt_queue_run(&s->writer.queue, &d.op, reterr);
}
