/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in: a raw body of any type goes straight to the store, in constant
 * memory. What breaks off is given up; only a whole upload gets an id.
 */
#include "api/http/guard.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"
#include "base/limits.h"

/* Repr-Digest or Content-Digest (RFC 9530 §2, §3): sha-256=:base64: */
static int
stated_digest(
    struct vt_http_req *req, vt_hash *ret, bool *ret_is, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Repr-Digest");
	VT_BUF_AUTO(b);

	*ret_is = false;
	if (v.p == NULL)
		v = vt_http_header(req, "Content-Digest");
	if (v.p == NULL)
		return VT_OK;
	if (v.n < 11 || !vt_http_span_is(VT_SPAN(v.p, 9), "sha-256=:") ||
	    v.p[v.n - 1] != ':' ||
	    vt_base64_get(VT_SPAN(v.p + 9, v.n - 10), &b, NULL) != VT_OK ||
	    b.n != VT_HASH_SIZE)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "Repr-Digest: RFC 9530 §3: wanted sha-256=:base64:");
	memcpy(ret->b, b.p, VT_HASH_SIZE);
	*ret_is = true;
	return VT_OK;
}

static int
upload_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct vt_office_upload *u = NULL;
	vt_hash unused;
	bool stated;
	int rc;

	/* A wrong header is told before the bytes travel. */
	rc = stated_digest(req, &unused, &stated, reterr);
	if (rc == VT_OK && length == 0)
		rc = vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "upload: no bytes announced");
	if (rc == VT_OK)
		rc = vt_office_upload_begin(
		    vt_v1_office(req), vt_v1_actor(req), &u, reterr);
	if (rc == VT_OK)
		*ret = u;
	return rc;
}

static int
upload_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	return vt_office_upload_put(stream, b.p, b.n, reterr);
}

static void
upload_abort(void *stream)
{
	vt_office_upload_free(stream);
}

const struct vt_http_sink vt_v1_upload_sink = { upload_begin, upload_put,
	upload_abort };

int
vt_v1_upload(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *name = vt_http_query(req, "name");
	struct vt_blob blob;
	struct vt_json j;
	vt_hash digest;
	bool stated;
	vt_id id;
	int rc;

	rc = stated_digest(req, &digest, &stated, reterr);
	if (rc == VT_OK)
		rc = vt_office_upload_end(
		    req->stream, stated ? &digest : NULL, &id, &blob, reterr);
	vt_office_upload_free(req->stream);
	if (rc != VT_OK)
		return rc;
	res->status = 201;
	vt_v1_json(res, &j);
	vt_json_kid(&j, "upload", &id);
	vt_json_khash(&j, "sha256", &blob.hash);
	vt_json_kuint(&j, "size", blob.size);
	vt_v1_kstr(&j, "name", name);
	vt_json_kuint(&j, "expires_in", VT_L(UPLOAD_EXPIRY_S));
	vt_json_end(&j);
	return VT_OK;
}
