/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of chunks, blobs and manifests, and reading by range. */
#include <stdlib.h>

#include "docstore/fields.h"
#include "docstore/store_priv.h"

/* ---- rows ---- */

#define VT_ROW_T struct vt_chunk_row
static const struct vt_row_field chunk_row_fields[] = {
#include "docstore/fields/chunk.def"
};
#undef VT_ROW_T
static const struct vt_row chunk_row_row =
    VT_ROW_ARRAY("chunk", chunk_row_fields);

VT_ROW_CODEC_FLAT(chunk_row, struct vt_chunk_row)

#define VT_ROW_T struct vt_wrap_row
static const struct vt_row_field wrap_row_fields[] = {
#include "docstore/fields/wrap.def"
};
#undef VT_ROW_T
static const struct vt_row wrap_row_row =
    VT_ROW_ARRAY_OR("wrapped key", wrap_row_fields, 2);

/* The first epoch is not said: rows of before rotation existed. */
void
vt_wrap_row_encode(const struct vt_wrap_row *r, struct vt_buf *ret)
{
	struct vt_wrap_row x = *r;

	x.epoch = x.epoch > 1 ? x.epoch : 0;
	vt_row_put(&wrap_row_row, &x, ret);
}

int
vt_wrap_row_decode(
    struct vt_span v, struct vt_wrap_row *ret, struct vt_err *reterr)
{
	struct vt_wrap_row x = { .epoch = 0 };
	int rc;

	if ((rc = vt_row_read(&wrap_row_row, v, NULL, &x, reterr)) != VT_OK)
		return rc;
	if (x.epoch == 0)
		x.epoch = 1;
	*ret = x;
	return VT_OK;
}

#define VT_ROW_T struct vt_blob_row
static const struct vt_row_field blob_row_fields[] = {
#include "docstore/fields/blob.def"
};
#undef VT_ROW_T
static const struct vt_row blob_row_row = VT_ROW_ARRAY("blob", blob_row_fields);

VT_ROW_ENCODE(blob_row, struct vt_blob_row)

int
vt_blob_row_decode(
    struct vt_span v, struct vt_blob_row *ret, struct vt_err *reterr)
{
	struct vt_blob_row r = { .size = 0 };
	int rc;

	if ((rc = vt_row_read(&blob_row_row, v, NULL, &r, reterr)) != VT_OK)
		return rc;
	if (r.chunks != r.size / VT_CHUNK_SIZE + (r.size % VT_CHUNK_SIZE != 0))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "row of blob: size and chunks disagree");
	*ret = r;
	return VT_OK;
}

int
vt_blob_get(struct vt_txn *t, const vt_hash *blob, struct vt_blob_row *ret,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(blob);
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_BLOB, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no stored file has this SHA-256");
	return rc == VT_OK ? vt_blob_row_decode(v, ret, reterr) : rc;
}

int
vt_manifest_segment(struct vt_txn *t, uint64_t manifest, uint32_t segment,
    struct vt_span *ret_ids, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_span v, ids;
	struct vt_cbor c;
	int rc;

	vt_key_u64(&k, manifest);
	vt_key_u32(&k, segment);
	rc = vt_tx_get(t, VT_T_MANIFEST, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "manifest %llu: segment %u is missing",
		    (unsigned long long)manifest, segment);
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, v);
	ids = vt_cbor_get_bytes(&c);
	if (ids.n == 0 || ids.n % VT_HASH_SIZE != 0 ||
	    ids.n > (size_t)VT_SEGMENT_CHUNKS * VT_HASH_SIZE)
		vt_cbor_fail(&c, "not a list of chunk ids");
	if ((rc = vt_take_end(&c, "manifest", reterr)) == VT_OK)
		*ret_ids = ids;
	return rc;
}

/* ---- reading ---- */

int
vt_reading_begin(
    struct vt_store *s, struct vt_reading *r, struct vt_err *reterr)
{
	int rc;

	*r = (struct vt_reading){ .store = s };
	/* Records first: what they map was committed before them. */
	rc = vt_store_read(s, &r->records, reterr);
	if (rc == VT_OK)
		rc = s->engine->ops->begin(
		    s->engine, VT_SPACE_KEYS, false, &r->keys, reterr);
	if (rc == VT_OK)
		rc = s->engine->ops->begin(
		    s->engine, VT_SPACE_BYTES, false, &r->bytes, reterr);
	if (rc != VT_OK)
		vt_reading_end(r);
	return rc;
}

void
vt_reading_end(struct vt_reading *r)
{
	const struct vt_engine_ops *ops = r->store->engine->ops;

	ops->abort(r->bytes);
	ops->abort(r->keys);
	ops->abort(r->records);
	r->bytes = r->keys = r->records = NULL;
}

int
vt_reading_at(struct vt_reading *r, uint32_t env, uint64_t seq,
    const vt_hash *id, uint8_t *plain, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key k = vt_key_wrap(env, seq);
	struct vt_span v, envelope;
	struct vt_wrap_row row;
	int rc;

	rc = vt_tx_get(r->keys, VT_T_WRAP, &k, &v, reterr);
	if (rc == VT_OK) {
		rc = vt_wrap_row_decode(v, &row, reterr);
		if (rc == VT_OK && !vt_hash_eq(&row.id, id))
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table wrap: key of another chunk");
		if (rc == VT_OK && row.epoch != r->store->keys.epoch)
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "chunk %llu: its key is wrapped by the store key "
			    "of epoch %u, not %u",
			    (unsigned long long)seq, row.epoch,
			    r->store->keys.epoch);
		if (rc != VT_OK)
			return rc;
		rc = vt_tx_get(r->bytes, VT_T_BYTES, &k, &envelope, reterr);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk %llu: its key or its bytes are missing",
		    (unsigned long long)seq);
	if (rc != VT_OK)
		return rc;
	r->bytes->ops->ahead(r->bytes, envelope);
	return vt_chunk_open(
	    &r->store->keys, id, envelope, row.wrapped, plain, ret_n, reterr);
}

void
vt_reading_ahead(struct vt_reading *r, const vt_hash *id)
{
	struct vt_key k = vt_key_hash(id);
	struct vt_chunk_row row;
	struct vt_span v;
	struct vt_err err;

	if (vt_tx_get(r->records, VT_T_CHUNK, &k, &v, &err) != VT_OK ||
	    vt_chunk_row_decode(v, &row, &err) != VT_OK)
		return;
	k = vt_key_wrap(row.env, row.seq);
	if (vt_tx_get(r->bytes, VT_T_BYTES, &k, &v, &err) == VT_OK)
		r->bytes->ops->ahead(r->bytes, v);
}

int
vt_reading_chunk(struct vt_reading *r, const vt_hash *id, uint8_t *plain,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(id);
	struct vt_chunk_row row;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(r->records, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a manifest names a chunk that is not mapped");
	if (rc != VT_OK || (rc = vt_chunk_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	return vt_reading_at(r, row.env, row.seq, id, plain, ret_n, reterr);
}

int
vt_bytes_stat(struct vt_store *s, const vt_hash *blob, struct vt_blob *ret,
    struct vt_err *reterr)
{
	struct vt_blob_row row;
	struct vt_txn *t;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_blob_get(t, blob, &row, reterr);
	t->ops->abort(t);
	if (rc == VT_OK)
		*ret = (struct vt_blob){ .hash = *blob, .size = row.size };
	return rc;
}

/* One chunk of a blob, by its place. */
static int
chunk_at(struct vt_reading *r, const struct vt_blob_row *row, uint64_t index,
    uint8_t *plain, size_t *ret_n, struct vt_err *reterr)
{
	uint64_t left = row->size - index * VT_CHUNK_SIZE;
	size_t want = left < VT_CHUNK_SIZE ? (size_t)left : VT_CHUNK_SIZE;
	size_t place = (size_t)(index % VT_SEGMENT_CHUNKS);
	struct vt_span ids;
	vt_hash id;
	int rc;

	rc = vt_manifest_segment(r->records, row->manifest,
	    (uint32_t)(index / VT_SEGMENT_CHUNKS), &ids, reterr);
	if (rc != VT_OK)
		return rc;
	if (place >= ids.n / VT_HASH_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "manifest %llu is shorter than its blob",
		    (unsigned long long)row->manifest);
	memcpy(id.b, ids.p + place * VT_HASH_SIZE, VT_HASH_SIZE);
	rc = vt_reading_chunk(r, &id, plain, ret_n, reterr);
	if (rc == VT_OK && *ret_n != want)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk %llu of a blob has %zu bytes, not %zu",
		    (unsigned long long)index, *ret_n, want);
	return rc;
}

static int
read_range(struct vt_reading *r, const vt_hash *blob, uint64_t off, uint8_t *p,
    size_t n, size_t *ret_n, struct vt_err *reterr)
{
	size_t done = 0, got = 0, skip, take, room = n;
	struct vt_blob_row row;
	uint8_t *chunk = NULL;
	int rc;

	if ((rc = vt_blob_get(r->records, blob, &row, reterr)) != VT_OK)
		return rc;
	if (off >= row.size)
		n = 0;
	else if (n > row.size - off)
		n = (size_t)(row.size - off);
	while (rc == VT_OK && done < n) {
		bool whole;

		skip = (size_t)((off + done) % VT_CHUNK_SIZE);
		/* Where any chunk has room it is deciphered in its place. */
		whole = skip == 0 && room - done >= VT_CHUNK_SIZE;
		if (!whole && chunk == NULL &&
		    (chunk = malloc(VT_CHUNK_SIZE)) == NULL)
			return vt_nomem(reterr);
		rc = chunk_at(r, &row, (off + done) / VT_CHUNK_SIZE,
		    whole ? p + done : chunk, &got, reterr);
		if (rc != VT_OK)
			break;
		take = got - skip < n - done ? got - skip : n - done;
		if (!whole)
			memcpy(p + done, chunk + skip, take);
		done += take;
	}
	free(chunk);
	if (rc == VT_OK)
		*ret_n = n;
	return rc;
}

int
vt_bytes_read(struct vt_store *s, const vt_hash *blob, uint64_t off, void *p,
    size_t n, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_reading r;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if ((rc = vt_reading_begin(s, &r, reterr)) != VT_OK)
		return rc;
	rc = read_range(&r, blob, off, p, n, ret_n, reterr);
	vt_reading_end(&r);
	return rc;
}
