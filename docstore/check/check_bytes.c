/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every chunk, manifest, blob and upload; nothing lost, nothing left over. */
#include <inttypes.h>
#include <stdio.h>

#include "docstore/check.h"

static const struct vt_key all_rows;

static int
count(struct vt_tally *t, uint64_t key, struct vt_err *reterr)
{
	uint64_t *n = vt_tally_at(t, key);

	if (n == NULL)
		return vt_nomem(reterr);
	(*n)++;
	return VT_OK;
}

/* Uploads hold a blob, or a manifest that is still growing. */
static int
upload_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key due = { .n = 0 };
	struct vt_upload_row row;
	struct vt_blob_row blob;
	struct vt_span v;
	int rc;

	(void)arg;
	if ((rc = vt_upload_row_decode(value, &row, reterr)) != VT_OK)
		return rc;
	vt_key_u64(&due, (uint64_t)row.expires);
	vt_key_bytes(&due, key.p, key.n);
	rc = vt_tx_get(c->r.records, VT_T_UPLOAD_DUE, &due, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		vt_check_finding(
		    c, "an upload has no row that makes it expire");
	else if (rc != VT_OK)
		return rc;
	if (!row.ended)
		return count(&c->manifests, row.manifest, reterr);
	if ((rc = vt_blob_get(c->r.records, &row.blob, &blob, reterr)) != VT_OK)
		return rc;
	return count(&c->blob_refs, vt_tally_hash(&row.blob), reterr);
}

static int
garbage_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	(void)arg;
	(void)value;
	return count(&c->manifests, vt_be64(key.p), reterr);
}

/* Counts the places that name each chunk; manifests must be named too. */
static int
manifest_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_span ids;
	vt_hash id;
	int rc;

	(void)arg;
	(void)value;
	if (vt_tally_get(&c->manifests, vt_be64(key.p)) == 0)
		vt_check_finding(c,
		    "manifest %" PRIu64 " segment %u: no blob or "
		    "upload names it",
		    vt_be64(key.p), vt_be32(key.p + 8));
	rc = vt_manifest_segment(
	    c->r.records, vt_be64(key.p), vt_be32(key.p + 8), &ids, reterr);
	for (size_t i = 0; rc == VT_OK && i < ids.n; i += VT_HASH_SIZE) {
		memcpy(id.b, ids.p + i, VT_HASH_SIZE);
		rc = count(&c->chunk_refs, vt_tally_hash(&id), reterr);
	}
	return rc;
}

/* No chunk will prove what this is. */
static int
empty(const vt_hash *h, uint64_t size, struct vt_err *reterr)
{
	vt_hash none = vt_sha256(VT_SPAN(NULL, 0));

	if (size == 0 && vt_hash_eq(h, &none))
		return VT_OK;
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "blob %02x%02x%02x%02x: no bytes with another SHA-256", h->b[0],
	    h->b[1], h->b[2], h->b[3]);
}

static int
blob_name(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_blob_row row;
	uint64_t *by;
	vt_hash h;
	int rc;

	(void)arg;
	if ((rc = vt_blob_row_decode(value, &row, reterr)) != VT_OK)
		return rc;
	memcpy(h.b, key.p, VT_HASH_SIZE);
	if (row.chunks == 0)
		return empty(&h, row.size, reterr);
	if ((by = vt_tally_at(&c->manifests, row.manifest)) == NULL)
		return vt_nomem(reterr);
	if (*by != 0)
		vt_check_finding(
		    c, "manifest %" PRIu64 ": named twice", row.manifest);
	*by = vt_tally_hash(&h);
	return VT_OK;
}

static int
blob_refs(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_blob_row row;
	uint64_t refs;
	vt_hash h;

	(void)arg;
	if (vt_blob_row_decode(value, &row, reterr) != VT_OK)
		return VT_OK; /* said before */
	memcpy(h.b, key.p, VT_HASH_SIZE);
	refs = vt_tally_get(&c->blob_refs, vt_tally_hash(&h));
	if (refs != row.refs)
		vt_check_finding(c,
		    "blob %02x%02x%02x%02x: counts %" PRIu64
		    " references, %" PRIu64 " exist",
		    h.b[0], h.b[1], h.b[2], h.b[3], row.refs, refs);
	return VT_OK;
}

int
vt_check_env_there(
    struct vt_check *c, uint32_t env, bool *ret, struct vt_err *reterr)
{
	struct vt_engine *e = c->store->engine;
	struct vt_env_look l;
	int rc;

	/* Asked for one chunk after the other. */
	if (env == c->env_seen) {
		*ret = c->env_there;
		return VT_OK;
	}
	if ((rc = e->ops->env_look(e, env, &l, reterr)) != VT_OK)
		return rc;
	c->env_seen = env;
	*ret = c->env_there = l.there;
	return VT_OK;
}

static int
chunk_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_wrap_row wrap;
	bool there;
	struct vt_key k;
	struct vt_chunk_row row;
	struct vt_span v, w;
	uint64_t refs;
	vt_hash id;
	int rc;

	(void)arg;
	if ((rc = vt_chunk_row_decode(value, &row, reterr)) != VT_OK)
		return rc;
	memcpy(id.b, key.p, VT_HASH_SIZE);
	refs = vt_tally_get(&c->chunk_refs, vt_tally_hash(&id));
	if (refs != row.refs)
		vt_check_finding(c,
		    "chunk %" PRIu64 ": counts %" PRIu64 " references, %" PRIu64
		    " exist",
		    row.seq, row.refs, refs);
	rc = vt_check_env_there(c, row.env, &there, reterr);
	if (rc != VT_OK || (!there && row.env <= c->open.env))
		return rc;
	k = vt_key_wrap(row.env, row.seq);
	rc = vt_tx_get(c->r.bytes, VT_T_BYTES, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_tx_get(c->r.keys, VT_T_WRAP, &k, &w, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk %" PRIu64 ": its bytes or its key are missing",
		    row.seq);
	if (rc == VT_OK)
		rc = vt_wrap_row_decode(w, &wrap, reterr);
	if (rc == VT_OK && !vt_hash_eq(&wrap.id, &id))
		vt_check_finding(c,
		    "chunk %" PRIu64 ": what lies there is another", row.seq);
	return rc;
}

/* Bytes that nothing maps: known to be garbage, or an upload under way. */
static int
wrap_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_chunk_row row = { .seq = 0 };
	struct vt_wrap_row wrap;
	struct vt_span v;
	int rc;

	(void)arg;
	if ((rc = vt_wrap_row_decode(value, &wrap, reterr)) != VT_OK)
		return rc;
	if (wrap.epoch != c->store->keys.epoch)
		vt_check_finding(c,
		    "bytes %" PRIu64
		    ": their key is wrapped by the store key of epoch %u, "
		    "not %u",
		    vt_be64(key.p + 4), wrap.epoch, c->store->keys.epoch);
	if (vt_be64(key.p + 4) > c->count.settled)
		return VT_OK;
	k = vt_key_hash(&wrap.id);
	rc = vt_tx_get(c->r.records, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_OK && (rc = vt_chunk_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (rc == VT_OK && row.seq == vt_be64(key.p + 4) &&
	    row.env == vt_be32(key.p))
		return VT_OK;
	k = (struct vt_key){ .n = 0 };
	vt_key_bytes(&k, key.p, key.n);
	rc = vt_tx_get(c->r.records, VT_T_UNMAPPED, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND) {
		vt_check_finding(c, "bytes %" PRIu64 ": nothing maps them",
		    vt_be64(key.p + 4));
		rc = VT_OK;
	}
	return rc;
}

static int
bytes_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_span v;
	int rc;

	(void)arg;
	(void)value;
	vt_key_bytes(&k, key.p, key.n);
	rc = vt_tx_get(c->r.keys, VT_T_WRAP, &k, &v, reterr);
	/* The view of the keys is the older one of the two. In a sealed
	 * environment what is destroyed loses its key alone. */
	if (rc == VT_E_NOT_FOUND && vt_be64(key.p + 4) <= c->count.settled &&
	    vt_be32(key.p) >= c->open.env)
		vt_check_finding(c, "bytes %" PRIu64 ": their key is missing",
		    vt_be64(key.p + 4));
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

struct pass {
	enum vt_table table;
	vt_check_row *f;
};

static int
run(struct vt_check *c, const struct pass *p, size_t n, struct vt_err *reterr)
{
	int rc = VT_OK;

	for (size_t i = 0; i < n && rc == VT_OK && !c->stopped; i++)
		rc = vt_check_rows(
		    c, p[i].table, &all_rows, p[i].f, NULL, reterr);
	return rc;
}

int
vt_check_manifests(struct vt_check *c, struct vt_err *reterr)
{
	static const struct pass passes[] = { { VT_T_UPLOAD, upload_row },
		{ VT_T_GARBAGE, garbage_row }, { VT_T_BLOB, blob_name },
		{ VT_T_MANIFEST, manifest_row } };
	uint64_t uploads, due;
	int rc;

	if ((rc = c->r.records->ops->count(
		 c->r.records, VT_T_UPLOAD, &uploads, reterr)) != VT_OK ||
	    (rc = c->r.records->ops->count(
		 c->r.records, VT_T_UPLOAD_DUE, &due, reterr)) != VT_OK)
		return rc;
	if (uploads != due)
		vt_check_finding(c,
		    "%" PRIu64 " uploads, %" PRIu64 " are to expire", uploads,
		    due);
	return run(c, passes, sizeof(passes) / sizeof(passes[0]), reterr);
}

int
vt_check_envs(struct vt_check *c, struct vt_err *reterr)
{
	bool there = true;
	int rc = vt_open_env_get(c->r.records, &c->open, reterr);

	for (uint32_t i = 1; rc == VT_OK && i <= c->open.env; i++) {
		struct vt_key prefix = { .n = 0 };
		struct vt_scan keys;

		rc = vt_check_env_there(c, i, &there, reterr);
		if (rc != VT_OK || there)
			continue;
		/* Nothing in it any more: it is missed by nobody. */
		vt_key_u32(&prefix, i);
		keys = vt_scan_up(c->r.keys, VT_T_WRAP, &prefix, NULL);
		if (vt_scan_next(&keys, reterr))
			vt_check_finding(c,
			    "byte environment bytes-%04u is missing: put it "
			    "back from a backup",
			    i);
		rc = keys.rc;
	}
	return rc;
}

int
vt_check_bytes(struct vt_check *c, struct vt_err *reterr)
{
	static const struct pass passes[] = { { VT_T_BLOB, blob_refs },
		{ VT_T_CHUNK, chunk_row }, { VT_T_WRAP, wrap_row },
		{ VT_T_BYTES, bytes_row } };

	return run(c, passes, sizeof(passes) / sizeof(passes[0]), reterr);
}
