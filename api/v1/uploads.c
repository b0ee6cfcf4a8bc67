/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in: a raw body of any type goes straight to the store, in constant
 * memory. What breaks off is given up; only a whole upload gets an id.
 */
#include "api/http/guard.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"
#include "base/limits.h"

/* The value of sha-256 in a dictionary of digests (RFC 9530 §2, RFC 8941 §3.2);
 * other algorithms beside it are passed over. */
static bool
sha256_in(struct vt_span v, vt_hash *ret)
{
	static const char key[] = "sha-256=:";
	const size_t n = sizeof(key) - 1;

	while (v.n > 0) {
		const uint8_t *comma = memchr(v.p, ',', v.n);
		size_t len = comma == NULL ? v.n : (size_t)(comma - v.p);
		struct vt_span m = VT_SPAN(v.p, len);
		const uint8_t *end;
		VT_BUF_AUTO(b);

		v = comma == NULL ? VT_SPAN(NULL, 0)
				  : VT_SPAN(comma + 1, v.n - len - 1);
		while (m.n > 0 && (*m.p == ' ' || *m.p == '\t'))
			m = VT_SPAN(m.p + 1, m.n - 1);
		if (m.n <= n || !vt_http_span_is(VT_SPAN(m.p, n), key))
			continue;
		m = VT_SPAN(m.p + n, m.n - n);
		end = memchr(m.p, ':', m.n);
		if (end == NULL ||
		    vt_base64_get(
			VT_SPAN(m.p, (size_t)(end - m.p)), &b, NULL) != VT_OK ||
		    b.n != VT_HASH_SIZE)
			return false;
		memcpy(ret->b, b.p, VT_HASH_SIZE);
		return true;
	}
	return false;
}

static int
digest(struct vt_span v, vt_hash *ret, bool *ret_is, struct vt_err *reterr)
{
	*ret_is = v.p != NULL;
	if (v.p == NULL || sha256_in(v, ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_SYNTAX,
	    "Repr-Digest: RFC 9530 §3: wanted sha-256=:base64: among the "
	    "digests");
}

int
vt_v1_repr_digest(
    struct vt_http_req *req, vt_hash *ret, bool *ret_is, struct vt_err *reterr)
{
	return digest(vt_http_header(req, "Repr-Digest"), ret, ret_is, reterr);
}

/* Repr-Digest or Content-Digest: the same here, as nothing is coded. */
static int
stated_digest(
    struct vt_http_req *req, vt_hash *ret, bool *ret_is, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Repr-Digest");

	if (v.p == NULL)
		v = vt_http_header(req, "Content-Digest");
	return digest(v, ret, ret_is, reterr);
}

/* Bytes under way. Those of a request that was answered before are only
 * compared with what was sent then. */
struct upload {
	struct vt_request rq;
	struct vt_office_upload *u; /* NULL: compared only */
	struct vt_sha256 *h;        /* then */
};

static void
upload_abort(void *stream)
{
	struct upload *u = stream;

	vt_office_upload_free(u->u);
	vt_sha256_free(u->h);
}

static int
upload_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct upload *u = vt_arena_alloc(req->arena, sizeof(*u));
	vt_hash unused;
	bool stated, known;
	int rc;

	if (u == NULL)
		return vt_arena_err(req->arena, reterr);
	/* A wrong header is told before the bytes travel. */
	rc = stated_digest(req, &unused, &stated, reterr);
	if (rc == VT_OK && length == 0)
		rc = vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "upload: no bytes announced");
	if (rc == VT_OK)
		rc = vt_v1_kept_begin(req, &u->rq, &known, reterr);
	if (rc != VT_OK)
		return rc;
	if (known)
		u->h = vt_sha256_new();
	else
		rc = vt_office_upload_begin(
		    vt_v1_office(req), vt_v1_actor(req), &u->u, reterr);
	if (rc == VT_OK)
		*ret = u;
	return rc;
}

static int
upload_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	struct upload *u = stream;

	if (u->u != NULL)
		return vt_office_upload_put(u->u, b.p, b.n, reterr);
	vt_sha256_put(u->h, b.p, b.n);
	return VT_OK;
}

const struct vt_http_sink vt_v1_upload_sink = { upload_begin, upload_put,
	upload_abort };

static void
upload_out(struct vt_http_req *req, struct vt_http_res *res, const vt_id *id,
    const struct vt_blob *blob)
{
	struct vt_json j;

	res->status = 201;
	vt_v1_json(res, &j);
	vt_json_kid(&j, "upload", id);
	vt_json_khash(&j, "sha256", &blob->hash);
	vt_json_kuint(&j, "size", blob->size);
	vt_v1_kstr(&j, "name", vt_http_query(req, "name"));
	vt_json_kuint(&j, "expires_in", VT_L(UPLOAD_EXPIRY_S));
	vt_json_end(&j);
}

static int
compare(struct vt_http_req *req, struct vt_http_res *res, struct upload *u,
    struct vt_err *reterr)
{
	vt_hash content = vt_sha256_end(u->h);
	bool done;
	int rc;

	u->rq.hash = vt_v1_kept_hash(req, &content);
	rc = vt_v1_kept_answer(req, &u->rq, res, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	return vt_err_set(reterr, VT_E_BUSY,
	    "the answer kept for this key went while the bytes came");
}

int
vt_v1_upload(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct upload *u = req->stream;
	struct vt_blob blob;
	vt_hash digest;
	bool stated;
	vt_id id;
	int rc;

	rc = stated_digest(req, &digest, &stated, reterr);
	if (rc == VT_OK && u->u == NULL) {
		rc = compare(req, res, u, reterr);
	} else if (rc == VT_OK) {
		rc = vt_office_upload_end(
		    u->u, stated ? &digest : NULL, &id, &blob, reterr);
		if (rc == VT_OK) {
			u->rq.hash = vt_v1_kept_hash(req, &blob.hash);
			upload_out(req, res, &id, &blob);
			rc = vt_v1_kept_end(req, &u->rq, res,
			    &(struct vt_answer_life){ .upload = &id }, reterr);
		}
	}
	upload_abort(u);
	return rc;
}
