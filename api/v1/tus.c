/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tus 1.0.0: creation, expiration, checksum (sha256), termination. What of a
 * piece has come when the connection breaks is kept, so that it is resumed
 * from there; a piece with a checksum counts whole or not at all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "api/office/resumable.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

#define TUS "1.0.0"

static int
check_version(struct vt_http_req *req, struct vt_err *reterr)
{
	if (vt_span_is(vt_http_header(req, "Tus-Resumable"), TUS))
		return VT_OK;
	return vt_err_set(
	    reterr, VT_E_TUS_VERSION, "Tus-Resumable: tus 1.0: wanted " TUS);
}

void
vt_v1_tus_problem(const struct vt_http_req *req, const struct vt_err *err,
    struct vt_http_res *res)
{
	if (req->route == NULL ||
	    strncmp(req->route->pattern, "/v1/tus", 7) != 0)
		return;
	vt_http_res_header(res, "Tus-Resumable", TUS);
	if (err->code == VT_E_TUS_VERSION)
		vt_http_res_header(res, "Tus-Version", TUS);
}

static int
header_number(struct vt_http_req *req, const char *name, uint64_t *ret,
    struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, name);

	*ret = 0;
	if (v.n == 0 || v.n > 18)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "%s: tus 1.0: wanted a whole number", name);
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "%s: tus 1.0: wanted a whole number", name);
		*ret = *ret * 10 + (uint64_t)(v.p[i] - '0');
	}
	return VT_OK;
}

/* "filename d29ybGQ=, other ..." : the file name, or "". */
static int
file_name(struct vt_http_req *req, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Upload-Metadata");

	if (v.n > VT_L(UPLOAD_METADATA_MAX))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "Upload-Metadata: at most %zu characters",
		    VT_L(UPLOAD_METADATA_MAX));
	while (v.n > 0) {
		const uint8_t *comma = memchr(v.p, ',', v.n);
		size_t n = comma == NULL ? v.n : (size_t)(comma - v.p);

		while (n > 0 && v.p[0] == ' ')
			v = VT_SPAN(v.p + 1, v.n - 1), n--;
		if (n > 9 && memcmp(v.p, "filename ", 9) == 0 &&
		    (vt_base64_get(VT_SPAN(v.p + 9, n - 9), ret, NULL) !=
			    VT_OK ||
			ret->n > VT_L(NAME_MAX) * 4 ||
			!vt_utf8_is_valid(vt_buf_view(ret)) ||
			memchr(ret->p, 0, ret->n) != NULL))
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "Upload-Metadata: tus 1.0: filename: wanted at "
			    "most %zu characters of UTF-8 in base64",
			    VT_L(NAME_MAX));
		if (comma == NULL)
			break;
		v = VT_SPAN(v.p + n + 1, v.n - n - 1);
	}
	return VT_OK;
}

static void
headers_out(struct vt_http_res *res, const struct vt_resumable *r)
{
	time_t t = (time_t)(r->expires / 1000000);
	char text[64], id[VT_ID_TEXT + 1];
	struct tm tm;

	vt_http_res_header(res, "Tus-Resumable", TUS);
	snprintf(text, sizeof(text), "%" PRIu64, r->offset);
	vt_http_res_header(res, "Upload-Offset", text);
	snprintf(text, sizeof(text), "%" PRIu64, r->length);
	vt_http_res_header(res, "Upload-Length", text);
	/* RFC 9110 §5.6.7; the C locale is never left. */
	if (gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		vt_http_res_header(res, "Upload-Expires", text);
	if (vt_id_is_zero(&r->upload))
		return;
	vt_id_text(&r->upload, id);
	vt_http_res_header(res, "Vanthu-Upload", id);
}

int
vt_v1_tus_options(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char max[24];

	(void)req;
	(void)reterr;
	res->status = 204;
	snprintf(max, sizeof(max), "%zu", VT_L(UPLOAD_MAX));
	vt_http_res_header(res, "Allow", "POST, OPTIONS");
	vt_http_res_header(res, "Tus-Resumable", TUS);
	vt_http_res_header(res, "Tus-Version", TUS);
	vt_http_res_header(res, "Tus-Max-Size", max);
	vt_http_res_header(
	    res, "Tus-Extension", "creation,expiration,checksum,termination");
	vt_http_res_header(res, "Tus-Checksum-Algorithm", "sha256");
	return VT_OK;
}

/* Clients of tus have no key; one that is given holds as everywhere. */
static int
answered_before(struct vt_http_req *req, struct vt_http_res *res,
    struct vt_span said, struct vt_request *rq, bool *ret_done,
    struct vt_err *reterr)
{
	vt_hash content = vt_sha256(said);
	bool known;
	int rc;

	*ret_done = false;
	rc = vt_v1_kept_begin(req, rq, &known, reterr);
	if (rc != VT_OK)
		return rc;
	rq->hash = vt_v1_kept_hash(req, &content);
	return known ? vt_v1_kept_answer(req, rq, res, ret_done, reterr)
		     : VT_OK;
}

int
vt_v1_tus_create(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct vt_answer_life life = { NULL,
		VT_L(UPLOAD_EXPIRY_S) };
	bool keyed = vt_http_header(req, "Idempotency-Key").p != NULL;
	char id[VT_ID_TEXT + 1], where[64];
	struct vt_resumable r;
	struct vt_request rq;
	bool done = false;
	VT_BUF_AUTO(name);
	VT_BUF_AUTO(said);
	uint64_t length;
	int rc;

	if ((rc = check_version(req, reterr)) != VT_OK ||
	    (rc = header_number(req, "Upload-Length", &length, reterr)) !=
		VT_OK ||
	    (rc = file_name(req, &name, reterr)) != VT_OK)
		return rc;
	vt_buf_printf(&said, "%" PRIu64 " %s", length, vt_buf_str(&name));
	if ((rc = vt_buf_status(&said, reterr)) != VT_OK ||
	    (keyed && (rc = answered_before(req, res, vt_buf_view(&said), &rq,
			   &done, reterr)) != VT_OK) ||
	    done)
		return rc;
	rc = vt_office_resumable_new(vt_v1_office(req), vt_v1_actor(req),
	    length, vt_buf_str(&name), &r, reterr);
	/* 0: it is not known */
	if (rc == VT_E_HTTP_TOO_MANY &&
	    vt_office_resumable_wait(vt_v1_office(req), vt_v1_actor(req),
		&req->retry_after_s, NULL) != VT_OK)
		req->retry_after_s = 0;
	if (rc != VT_OK)
		return rc;
	res->status = 201;
	vt_id_text(&r.id, id);
	snprintf(where, sizeof(where), "/v1/tus/%s", id);
	vt_http_res_header(res, "Location", where);
	headers_out(res, &r);
	return keyed ? vt_v1_kept_end(req, &rq, res, &life, reterr) : VT_OK;
}

int
vt_v1_tus_state(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_resumable r;
	struct vt_json j;
	vt_id id;
	int rc;

	if ((rc = check_version(req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_office_resumable_get(vt_v1_office(req), vt_v1_actor(req),
		 &id, &r, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	headers_out(res, &r);
	vt_json_kuint(&j, "offset", r.offset);
	vt_json_kuint(&j, "length", r.length);
	vt_v1_kstr(&j, "name", r.name);
	vt_v1_ktime(&j, "expires", r.expires);
	vt_v1_kid(&j, "upload", &r.upload);
	vt_json_key(&j, "sha256");
	if (vt_id_is_zero(&r.upload))
		vt_json_null(&j);
	else
		vt_json_hash(&j, &r.hash);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_tus_drop(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	vt_id id;
	int rc;

	if ((rc = check_version(req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_office_resumable_drop(
		 vt_v1_office(req), vt_v1_actor(req), &id, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	vt_http_res_header(res, "Tus-Resumable", TUS);
	return VT_OK;
}

/* --- a piece --- */

struct piece {
	struct vt_resuming *r;
	bool checked; /* Upload-Checksum was given: whole or not at all */
	bool spoilt;
	bool stated; /* Repr-Digest was given */
	vt_hash expect, whole;
};

/* "sha256 base64" */
static int
stated_checksum(struct vt_http_req *req, struct piece *p, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Upload-Checksum");
	VT_BUF_AUTO(b);

	p->checked = v.p != NULL;
	if (!p->checked)
		return VT_OK;
	if (v.n < 8 || memcmp(v.p, "sha256 ", 7) != 0 ||
	    vt_base64_get(VT_SPAN(v.p + 7, v.n - 7), &b, NULL) != VT_OK ||
	    b.n != VT_HASH_SIZE)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "Upload-Checksum: tus 1.0: wanted sha256 and its value in "
		    "base64");
	memcpy(p->expect.b, b.p, VT_HASH_SIZE);
	return VT_OK;
}

static int
piece_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct piece *p = vt_arena_alloc(req->arena, sizeof(*p));
	uint64_t offset;
	vt_id id;
	int rc;

	(void)length;
	if (p == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = check_version(req, reterr)) != VT_OK ||
	    (rc = header_number(req, "Upload-Offset", &offset, reterr)) !=
		VT_OK ||
	    (rc = stated_checksum(req, p, reterr)) != VT_OK ||
	    (rc = vt_v1_repr_digest(req, &p->whole, &p->stated, reterr)) !=
		VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_office_resume_begin(vt_v1_office(req), vt_v1_actor(req),
		 &id, offset, &p->r, reterr)) != VT_OK)
		return rc;
	*ret = p;
	return VT_OK;
}

static int
piece_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	struct piece *p = stream;
	int rc = vt_office_resume_put(p->r, b.p, b.n, reterr);

	p->spoilt = p->spoilt || rc != VT_OK;
	return rc;
}

static void
piece_abort(void *stream)
{
	struct vt_err err = VT_ERR_INIT;
	struct piece *p = stream;
	struct vt_resumable now;

	/* What came whole before the connection broke is kept. */
	if (!p->spoilt && !p->checked &&
	    vt_office_resume_end(
		p->r, NULL, p->stated ? &p->whole : NULL, &now, &err) != VT_OK)
		vt_log_err("v1.tus_keep", &err);
	vt_office_resume_free(p->r);
}

const struct vt_http_sink vt_v1_tus_piece_sink = { piece_begin, piece_put,
	piece_abort };

int
vt_v1_tus_piece(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct piece *p = req->stream;
	struct vt_resumable now;
	int rc;

	rc = vt_office_resume_end(p->r, p->checked ? &p->expect : NULL,
	    p->stated ? &p->whole : NULL, &now, reterr);
	vt_office_resume_free(p->r);
	if (rc != VT_OK)
		return rc;
	res->status = 204;
	headers_out(res, &now);
	return VT_OK;
}
