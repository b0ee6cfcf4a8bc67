/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in: pieces of 62 chunks, each encrypted, made durable (keys, then
 * bytes), read back through a fresh view and compared, then mapped in
 * records/ by the writer. The last piece also ends the upload.
 */
#include <stdlib.h>

#include "base/log.h"
#include "docstore/fields.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

#define PIECE_MAX ((size_t)VT_SEGMENT_CHUNKS * VT_CHUNK_SIZE)
#define MAP_TRIES 8

struct vt_upload {
	uint32_t magic;
	struct vt_store *store;
	uint32_t agency_no;
	uint64_t limit;
	vt_id id;
	vt_time expires;
	uint64_t manifest; /* 0: nothing mapped yet */
	uint32_t segments;
	uint64_t size;
	struct vt_sha256 *sha;
	uint8_t *piece; /* plaintext gathered */
	size_t n, room;
	bool spoilt, ended;
};

/* ---- rows ---- */

static bool
state_is_empty(const void *of)
{
	return ((const struct vt_upload_row *)of)->state.n == 0;
}

static void
state_put(struct vt_buf *b, const void *of)
{
	const struct vt_upload_row *r = of;

	vt_cbor_bytes(b, vt_key_view(&r->state));
}

static void
state_take(struct vt_cbor *c, struct vt_arena *a, void *of)
{
	struct vt_span key = vt_cbor_get_bytes(c);
	struct vt_upload_row *r = of;

	(void)a;
	if (key.n > 1 + VT_STATE_KEY_MAX)
		vt_cbor_fail(c, "a key of a state");
	else
		vt_key_bytes(&r->state, key.p, key.n);
}

static const struct vt_row_hooks state_hooks = { state_is_empty, state_put,
	state_take };

#define VT_ROW_T struct vt_upload_row
static const struct vt_row_field upload_row_fields[] = {
#include "docstore/fields/upload.def"
};
#undef VT_ROW_T
static const struct vt_row upload_row_row =
    VT_ROW_MAP("upload", upload_row_fields);

VT_ROW_CODEC_FLAT(upload_row, struct vt_upload_row)

static struct vt_key
upload_due_key(vt_time expires, const vt_id *id)
{
	struct vt_key k = { .n = 0 };

	vt_key_u64(&k, (uint64_t)expires);
	vt_key_bytes(&k, id->b, sizeof(id->b));
	return k;
}

static int
put_null(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(v);

	vt_cbor_null(&v);
	return vt_batch_put(b, t, k, &v, reterr);
}

/* ---- mapping a piece ---- */

struct map_op {
	struct vt_op op;
	struct vt_upload *u;
	struct vt_chunk_in *chunk;
	size_t n;
	bool end;
	vt_hash blob;      /* when end */
	bool missing;      /* a chunk thought to be there is gone: redo */
	uint64_t manifest; /* used by the last run */
};

static int
chunk_row(struct vt_batch *b, const vt_hash *id, struct vt_chunk_row *ret,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(id);
	struct vt_span v;
	int rc = vt_tx_get(b->txn, VT_T_CHUNK, &k, &v, reterr);

	return rc == VT_OK ? vt_chunk_row_decode(v, ret, reterr) : rc;
}

static int
put_chunk_row(struct vt_batch *b, const vt_hash *id,
    const struct vt_chunk_row *row, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(id);
	VT_BUF_AUTO(v);

	vt_chunk_row_encode(row, &v);
	return vt_batch_put(b, VT_T_CHUNK, &k, &v, reterr);
}

/* Before anything is written: is every chunk of the piece there or ours? */
static int
map_check(struct vt_batch *b, struct map_op *m, struct vt_err *reterr)
{
	struct vt_chunk_row row;
	struct vt_key k = vt_key_id(&m->u->id);
	struct vt_span v;
	int rc;

	m->missing = false;
	for (size_t i = 0; i < m->n; i++) {
		if (m->chunk[i].same_as != i || m->chunk[i].seq != 0)
			continue;
		rc = chunk_row(b, &m->chunk[i].id, &row, reterr);
		if (rc == VT_E_NOT_FOUND) {
			m->missing = true;
			return vt_err_set(reterr, VT_E_BUSY,
			    "upload: a shared chunk was removed meanwhile");
		}
		if (rc != VT_OK)
			return rc;
	}
	if (m->u->manifest == 0)
		return VT_OK;
	rc = vt_tx_get(b->txn, VT_T_UPLOAD, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_UPLOAD_INCOMPLETE,
		    "upload: it expired while it was being sent");
	return rc;
}

static int
map_chunks(struct vt_batch *b, struct map_op *m, struct vt_err *reterr)
{
	struct vt_chunk_row row;
	int rc = VT_OK;

	for (size_t i = 0; i < m->n && rc == VT_OK; i++) {
		const struct vt_chunk_in *c = &m->chunk[i];

		rc = chunk_row(b, &c->id, &row, reterr);
		if (rc == VT_E_NOT_FOUND) {
			row = (struct vt_chunk_row){ .env = c->env,
				.seq = c->seq };
			rc = VT_OK;
		} else if (rc == VT_OK && c->same_as == i && c->seq != 0 &&
			   c->seq != row.seq) {
			/* Another upload was first with the same chunk. */
			struct vt_key k = vt_key_wrap(c->env, c->seq);

			rc = put_null(b, VT_T_UNMAPPED, &k, reterr);
		}
		if (rc == VT_OK) {
			row.refs++;
			rc = put_chunk_row(b, &c->id, &row, reterr);
		}
	}
	return rc;
}

static int
put_segment(struct vt_batch *b, struct map_op *m, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	VT_BUF_AUTO(ids);
	VT_BUF_AUTO(v);
	int rc;

	if (m->n == 0)
		return VT_OK;
	for (size_t i = 0; i < m->n; i++)
		vt_buf_put(&ids, m->chunk[i].id.b, VT_HASH_SIZE);
	if ((rc = vt_buf_status(&ids, reterr)) != VT_OK)
		return rc;
	vt_cbor_bytes(&v, vt_buf_view(&ids));
	vt_key_u64(&k, m->manifest);
	vt_key_u32(&k, m->u->segments);
	return vt_batch_put(b, VT_T_MANIFEST, &k, &v, reterr);
}

/* The upload names a blob: a new one, or one that was there. */
static int
put_blob(struct vt_batch *b, struct map_op *m, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(&m->blob), g = { .n = 0 };
	struct vt_blob_row row;
	VT_BUF_AUTO(v);
	int rc;

	rc = vt_blob_get(b->txn, &m->blob, &row, NULL);
	if (rc == VT_OK) {
		row.refs++;
		vt_key_u64(&g, m->manifest);
		rc = put_null(b, VT_T_GARBAGE, &g, reterr);
		if (rc != VT_OK)
			return rc;
	} else if (rc == VT_E_NOT_FOUND) {
		row = (struct vt_blob_row){ .size = m->u->size,
			.refs = 1,
			.manifest = m->manifest,
			.chunks = (uint64_t)m->u->segments * VT_SEGMENT_CHUNKS +
				  m->n };
	} else {
		return vt_blob_get(b->txn, &m->blob, &row, reterr);
	}
	vt_blob_row_encode(&row, &v);
	return vt_batch_put(b, VT_T_BLOB, &k, &v, reterr);
}

static int
map_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct map_op *m = (struct map_op *)(void *)op;
	struct vt_upload *u = m->u;
	struct vt_upload_row row = { .agency_no = u->agency_no,
		.size = u->size,
		.expires = u->expires,
		.ended = m->end,
		.blob = m->blob };
	struct vt_key k = vt_key_id(&u->id), due;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = map_check(b, m, reterr)) != VT_OK)
		return rc;
	m->manifest = u->manifest != 0 ? u->manifest : ++b->count.manifests;
	row.manifest = m->manifest;
	if ((rc = map_chunks(b, m, reterr)) != VT_OK ||
	    (rc = put_segment(b, m, reterr)) != VT_OK ||
	    (m->end && (rc = put_blob(b, m, reterr)) != VT_OK))
		return rc;
	vt_upload_row_encode(&row, &v);
	if ((rc = vt_batch_put(b, VT_T_UPLOAD, &k, &v, reterr)) != VT_OK)
		return rc;
	due = upload_due_key(u->expires, &u->id);
	return put_null(b, VT_T_UPLOAD_DUE, &due, reterr);
}

/* ---- a piece: encrypt, write, read back, map ---- */

struct piece {
	struct vt_chunk_in chunk[VT_SEGMENT_CHUNKS];
	size_t n;
	uint8_t *envelopes; /* room for those we write */
	uint64_t first;     /* of the byte thread's mark, 0: none */
};

/* Cuts the piece into chunks with ids; equal ones point to the first. */
static void
piece_cut(struct vt_upload *u, struct piece *p)
{
	size_t at = 0;

	for (p->n = 0; at < u->n; p->n++) {
		struct vt_chunk_in *c = &p->chunk[p->n];
		size_t n =
		    u->n - at < VT_CHUNK_SIZE ? u->n - at : VT_CHUNK_SIZE;

		*c = (struct vt_chunk_in){ .plain = VT_SPAN(u->piece + at, n),
			.same_as = p->n };
		c->id = vt_chunk_id(&u->store->keys, c->plain);
		for (size_t i = 0; i < p->n; i++)
			if (vt_hash_eq(&p->chunk[i].id, &c->id)) {
				c->same_as = i;
				break;
			}
		at += n;
	}
}

/* Seals those that are not stored yet. */
static int
piece_seal(struct vt_upload *u, struct piece *p, size_t *ret_new,
    struct vt_err *reterr)
{
	struct vt_store *s = u->store;
	uint8_t *room = p->envelopes;
	struct vt_txn *t;
	struct vt_span v;
	int rc;

	*ret_new = 0;
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < p->n && rc == VT_OK; i++) {
		struct vt_chunk_in *c = &p->chunk[i];
		struct vt_key k = vt_key_hash(&c->id);

		c->envelope = NULL;
		c->seq = 0;
		if (c->same_as != i)
			continue;
		rc = vt_tx_get(t, VT_T_CHUNK, &k, &v, reterr);
		if (rc != VT_E_NOT_FOUND)
			continue;
		c->envelope = room;
		room += c->plain.n + VT_ENVELOPE_SIZE;
		(*ret_new)++;
		rc = vt_chunk_seal(&s->keys, s->ctx, &c->id, c->plain,
		    c->envelope, c->wrapped, reterr);
	}
	t->ops->abort(t);
	return rc;
}

/* Reads every chunk back through a fresh view and compares. */
static int
piece_verify(struct vt_upload *u, struct piece *p, struct vt_err *reterr)
{
	struct vt_store *s = u->store;
	struct vt_reading r;
	uint8_t *plain;
	size_t n;
	int rc;

	if ((plain = malloc(VT_CHUNK_SIZE)) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_reading_begin(s, &r, reterr)) != VT_OK) {
		free(plain);
		return rc;
	}
	for (size_t i = 0; i < p->n && rc == VT_OK; i++) {
		const struct vt_chunk_in *c = &p->chunk[i];

		if (c->same_as != i)
			continue;
		if (c->seq != 0)
			rc = vt_reading_at(
			    &r, c->env, c->seq, &c->id, plain, &n, reterr);
		else
			rc = vt_reading_chunk(&r, &c->id, plain, &n, reterr);
		if (rc == VT_OK && !vt_span_eq(VT_SPAN(plain, n), c->plain))
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "upload: what was read back differs from what was "
			    "written");
	}
	vt_reading_end(&r);
	free(plain);
	return rc;
}

static int
piece_once(struct vt_upload *u, struct piece *p, struct map_op *m,
    struct vt_err *reterr)
{
	size_t fresh;
	int rc;

	if ((rc = piece_seal(u, p, &fresh, reterr)) != VT_OK)
		return rc;
	p->first = 0;
	if (fresh > 0) {
		rc =
		    vt_byter_write(u->store, p->chunk, p->n, &p->first, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if ((rc = piece_verify(u, p, reterr)) != VT_OK)
		return rc;
	m->chunk = p->chunk;
	m->n = p->n;
	m->missing = false;
	rc = vt_queue_run_patient(&u->store->writer.queue, &m->op, reterr);
	if (rc == VT_OK && p->first != 0)
		vt_byter_settle(u->store, p->first);
	return rc;
}

static int
piece_send(struct vt_upload *u, const vt_hash *end, struct vt_err *reterr)
{
	struct map_op m = {
		.op = { .apply = map_apply }, .u = u, .end = end != NULL
	};
	struct piece *p = calloc(1, sizeof(*p));
	int rc = VT_OK;

	if (p != NULL)
		p->envelopes =
		    malloc(u->n + (size_t)VT_SEGMENT_CHUNKS * VT_ENVELOPE_SIZE);
	if (p == NULL || p->envelopes == NULL) {
		free(p);
		return vt_nomem(reterr);
	}
	if (end != NULL)
		m.blob = *end;
	m.op.weight = (size_t)VT_SEGMENT_CHUNKS * 4096;
	piece_cut(u, p);
	for (int i = 0; i < MAP_TRIES; i++) {
		rc = piece_once(u, p, &m, reterr);
		if (rc == VT_OK || !m.missing)
			break;
	}
	if (rc == VT_OK) {
		u->manifest = m.manifest;
		u->segments += u->n > 0;
		u->n = 0;
	}
	free(p->envelopes);
	free(p);
	return rc;
}

/* ---- the verbs ---- */

static int
agency_exists(struct vt_store *s, uint32_t agency_no, struct vt_err *reterr)
{
	struct vt_txn *t;
	uint64_t size;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_ledger_size(t, agency_no, &size, reterr);
	t->ops->abort(t);
	return rc;
}

int
vt_upload_begin(struct vt_store *s, uint32_t agency_no, uint64_t limit,
    struct vt_upload **ret, struct vt_err *reterr)
{
	struct vt_upload *u;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "upload: the store was opened for reading");
	if ((rc = vt_restored_door(s, reterr)) != VT_OK ||
	    (rc = vt_room_door(s, reterr)) != VT_OK ||
	    (rc = agency_exists(s, agency_no, reterr)) != VT_OK)
		return rc;
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return vt_nomem(reterr);
	u->magic = VT_UPLOAD_MAGIC;
	u->store = s;
	u->agency_no = agency_no;
	u->limit =
	    limit == 0 || limit > VT_L(UPLOAD_MAX) ? VT_L(UPLOAD_MAX) : limit;
	u->id = vt_id_new(s->ctx);
	u->expires = vt_now(s->ctx) + VT_TIME_S(VT_L(UPLOAD_EXPIRY_S));
	u->sha = vt_sha256_new();
	*ret = u;
	return VT_OK;
}

static int
spoilt(struct vt_err *reterr)
{
	return vt_err_set(
	    reterr, VT_E_INVALID, "upload: it failed or ended before");
}

int
vt_upload_put(
    struct vt_upload *u, const void *p, size_t n, struct vt_err *reterr)
{
	const uint8_t *in = p;
	uint8_t *grown;
	size_t take, room;
	int rc;

	VT_CHECK(u, VT_UPLOAD_MAGIC);
	if (u->spoilt || u->ended)
		return spoilt(reterr);
	if (n > u->limit - u->size) {
		u->spoilt = true;
		return vt_err_set(reterr, VT_E_LIMIT,
		    "upload: more than the %llu bytes allowed (UPLOAD_MAX)",
		    (unsigned long long)u->limit);
	}
	while (n > 0) {
		if (u->n == PIECE_MAX &&
		    (rc = piece_send(u, NULL, reterr)) != VT_OK) {
			u->spoilt = true;
			return rc;
		}
		take = n < PIECE_MAX - u->n ? n : PIECE_MAX - u->n;
		/* Small files do not pay for a whole piece. */
		room = u->n + take > VT_CHUNK_SIZE ? PIECE_MAX : VT_CHUNK_SIZE;
		if (room > u->room) {
			if ((grown = realloc(u->piece, room)) == NULL)
				return vt_nomem(reterr);
			u->piece = grown;
			u->room = room;
		}
		memcpy(u->piece + u->n, in, take);
		vt_sha256_put(u->sha, in, take);
		u->n += take;
		u->size += take;
		in += take;
		n -= take;
	}
	return VT_OK;
}

int
vt_upload_end(struct vt_upload *u, const vt_hash *expect, vt_id *ret_id,
    struct vt_blob *ret_blob, struct vt_err *reterr)
{
	vt_hash got;
	int rc;

	VT_CHECK(u, VT_UPLOAD_MAGIC);
	if (u->spoilt || u->ended)
		return spoilt(reterr);
	u->spoilt = true; /* until it is on disk */
	got = vt_sha256_end(u->sha);
	if (expect != NULL && !vt_hash_eq(&got, expect))
		return vt_err_set(reterr, VT_E_DIGEST_MISMATCH,
		    "upload: SHA-256 of the %llu bytes that arrived differs "
		    "from the one stated",
		    (unsigned long long)u->size);
	if ((rc = piece_send(u, &got, reterr)) != VT_OK)
		return rc;
	u->ended = true;
	*ret_id = u->id;
	*ret_blob = (struct vt_blob){ .hash = got, .size = u->size };
	return VT_OK;
}

int
vt_upload_memory(struct vt_store *s, uint32_t agency_no, struct vt_span bytes,
    vt_id *ret_id, struct vt_blob *ret_blob, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *u = NULL;
	int rc;

	if ((rc = vt_upload_begin(s, agency_no, 0, &u, reterr)) != VT_OK ||
	    (rc = vt_upload_put(u, bytes.p, bytes.n, reterr)) != VT_OK)
		return rc;
	return vt_upload_end(u, NULL, ret_id, ret_blob, reterr);
}

int
vt_upload_append(struct vt_store *s, uint32_t agency_no,
    const struct vt_blob *prefix, struct vt_span tail, vt_id *ret_id,
    struct vt_blob *ret_blob, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *u = NULL;
	struct vt_blob st;
	uint8_t *p;
	size_t n = 0, want;
	int rc;

	if ((rc = vt_bytes_stat(s, &prefix->hash, &st, reterr)) != VT_OK)
		return rc;
	if (prefix->size > st.size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "append: the stored file has %llu bytes, not %llu",
		    (unsigned long long)st.size,
		    (unsigned long long)prefix->size);
	if ((rc = vt_upload_begin(s, agency_no, 0, &u, reterr)) != VT_OK)
		return rc;
	if ((p = malloc(VT_CHUNK_SIZE)) == NULL)
		return vt_nomem(reterr);
	/* Chunks of the prefix have ids that are mapped: none is written. */
	for (uint64_t off = 0; rc == VT_OK && off < prefix->size; off += n) {
		want = prefix->size - off < VT_CHUNK_SIZE
			   ? (size_t)(prefix->size - off)
			   : VT_CHUNK_SIZE;
		rc = vt_bytes_read(s, &prefix->hash, off, p, want, &n, reterr);
		if (rc == VT_OK)
			rc = vt_upload_put(u, p, n, reterr);
	}
	free(p);
	if (rc == VT_OK)
		rc = vt_upload_put(u, tail.p, tail.n, reterr);
	if (rc == VT_OK)
		rc = vt_upload_end(u, NULL, ret_id, ret_blob, reterr);
	return rc;
}

int
vt_upload_find(struct vt_view *v, const vt_id *id, uint32_t *ret_agency_no,
    struct vt_blob *ret_blob, struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(id);
	struct vt_upload_row row = { .ended = false };
	struct vt_span s;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = vt_tx_get(v->txn, VT_T_UPLOAD, &k, &s, reterr);
	if (rc == VT_OK)
		rc = vt_upload_row_decode(s, &row, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && !row.ended))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no upload has this id: it expired, or an act named it");
	if (rc == VT_OK) {
		*ret_agency_no = row.agency_no;
		*ret_blob =
		    (struct vt_blob){ .hash = row.blob, .size = row.size };
	}
	return rc;
}

void
vt_upload_free(struct vt_upload *u)
{
	struct vt_err err;

	if (u == NULL)
		return;
	VT_CHECK(u, VT_UPLOAD_MAGIC);
	/* Pieces that were mapped go now rather than at their expiry. A store
	 * that cannot do it now does it then. */
	if (!u->ended && u->manifest != 0 &&
	    vt_upload_drop(u->store, &u->id, &err) != VT_OK)
		vt_log_err("store.upload.drop", &err);
	vt_sha256_free(u->sha);
	free(u->piece);
	u->magic = 0;
	free(u);
}
