/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of agencies, and the units a hosted agency adds to them. */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "api/exchange/axis/server_priv.h"
#include "api/office/routes.h"
#include "base/text.h"

enum list { PLAIN, QD20, CHANGES };

/* Rows go to an unnamed file: there may be 111,000. */
struct listing {
	enum list list;
	int fd;
	struct vt_buf b;
	bool first;
};

#define FLUSH ((size_t)65536)

static int
flush_rows(struct listing *l, struct vt_err *reterr)
{
	int rc = vt_buf_status(&l->b, reterr);

	if (rc == VT_OK)
		rc = vt_fd_put(l->fd, vt_buf_view(&l->b), reterr);
	vt_buf_reset(&l->b);
	return rc;
}

static int
on_listed(void *arg, const struct vt_listed *row, struct vt_err *reterr)
{
	struct listing *l = arg;
	struct vt_json j;

	if (!l->first)
		vt_buf_putc(&l->b, ',');
	l->first = false;
	vt_json_open(&j, &l->b, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "id", row->id);
	if (l->list != QD20)
		vt_json_kstr(&j, "pid", row->parent);
	vt_json_kstr(&j, "code", row->code);
	vt_json_kstr(&j, "name", row->name);
	vt_json_kstr(&j, "mail", row->mail);
	if (l->list == PLAIN)
		vt_json_kstr(&j, "oldCode", row->old_code);
	if (l->list == QD20)
		vt_json_kstr(&j, "code102", row->old_code);
	if (l->list == CHANGES) {
		vt_json_kstr(&j, "version", "1");
		vt_json_kstr(&j, "centerCode", "");
		vt_json_kbool(&j, "deleted", row->deleted);
		vt_axis_stamp(&j, "modifyDate", row->changed_at);
		vt_json_kbool(&j, "isAgency", true);
	}
	vt_json_end(&j);
	return l->b.n >= FLUSH ? flush_rows(l, reterr) : VT_OK;
}

static int
serve_list(struct vt_http_req *req, struct vt_http_res *res, enum list list,
    struct vt_err *reterr)
{
	static const char head[] =
	    "{\"status\":\"OK\",\"ErrorCode\":\"0\",\"ErrorDesc\":\"\","
	    "\"data\":[";
	const struct vt_axis_server *s = req->app;
	struct listing l = { list, -1, VT_BUF_INIT, true };
	int rc;

	rc = vt_unnamed_open(s->o.spool_dir, &l.fd, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_puts(&l.b, head);
	rc = vt_office_listed_each(
	    s->o.office, list == CHANGES, on_listed, &l, reterr);
	vt_buf_puts(&l.b, "]}");
	if (rc == VT_OK)
		rc = flush_rows(&l, reterr);
	vt_buf_free(&l.b);
	if (rc != VT_OK) {
		close(l.fd);
		return rc;
	}
	vt_http_res_type(res, "application/json;charset=UTF-8");
	return vt_axis_spool_answer(res, l.fd, reterr);
}

int
vt_axis_serve_agencies(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_list(req, res, PLAIN, reterr);
}

int
vt_axis_serve_agencies_qd20(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_list(req, res, QD20, reterr);
}

int
vt_axis_serve_changes(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_list(req, res, CHANGES, reterr);
}

/* ---- units of a hosted agency ---- */

static int
take_text(const json_t *o, const char *name, char *dst, size_t size,
    struct vt_err *reterr)
{
	const char *s = json_string_value(json_object_get(o, name));
	VT_BUF_AUTO(clean);
	int rc;

	dst[0] = '\0';
	if (s == NULL)
		return VT_OK;
	rc = vt_text_clean(vt_span_str(s), size - 1, name, &clean, reterr);
	if (rc != VT_OK)
		return rc;
	if (clean.n >= size)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "registerAgency: %s: at most %zu bytes", name, size - 1);
	memcpy(dst, vt_buf_str(&clean), clean.n + 1);
	return VT_OK;
}

static bool
is_code(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz.-") == n;
}

static int
read_agency(struct vt_span body, struct vt_address *a, struct vt_err *reterr)
{
	json_t *o = body.n == 0 ? NULL
				: json_loadb((const char *)body.p, body.n,
				      JSON_REJECT_DUPLICATES, NULL);
	int rc;

	memset(a, 0, sizeof(*a));
	if (!json_is_object(o)) {
		json_decref(o);
		return vt_err_set(reterr, VT_E_INVALID,
		    "registerAgency: one JSON object wanted");
	}
	if ((rc = take_text(o, "code", a->code, sizeof(a->code), reterr)) ==
		VT_OK &&
	    (rc = take_text(
		 o, "pcode", a->parent, sizeof(a->parent), reterr)) == VT_OK &&
	    (rc = take_text(o, "name", a->name, sizeof(a->name), reterr)) ==
		VT_OK &&
	    (rc = take_text(o, "mail", a->mail, sizeof(a->mail), reterr)) ==
		VT_OK)
		rc = take_text(
		    o, "id", a->remote_id, sizeof(a->remote_id), reterr);
	json_decref(o);
	if (rc == VT_OK && (!is_code(a->code) || a->name[0] == '\0'))
		rc = vt_err_set(reterr, VT_E_INVALID,
		    "registerAgency: code and name wanted");
	a->verified = true;
	return rc;
}

/*
 * The SDK signs the parameters, and of this call there is none: its body would
 * be anybody's. So it is bound by a signed hash-file, as that of sendEdoc is
 * (ours sends one; a hash-file of another file is one that the SDK carries
 * over, and says nothing), or by the connection.
 */
static int
check_bound(const struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_axis_server *s = req->app;
	vt_hash h = vt_sha256(req->body);

	if (req->tls || s->o.tls_outside ||
	    vt_axis_hash_file_is(&h, vt_axis_param(req, "hash-file")))
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "registerAgency: nothing binds the body to its sender: TLS, or "
	    "its hash as signed hash-file wanted");
}

static int
answer_ok(struct vt_http_res *res)
{
	struct vt_json j;

	vt_axis_open_ok(res, &j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_axis_serve_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	struct vt_address a;
	int rc;

	if ((rc = check_bound(req, reterr)) != VT_OK ||
	    (rc = read_agency(req->body, &a, reterr)) != VT_OK ||
	    (rc = vt_office_hosted_register(
		 s->o.office, &c->who, &a, reterr)) != VT_OK)
		return rc;
	return answer_ok(res);
}

int
vt_axis_serve_remove(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	const char *code = vt_axis_param(req, "AgencyCode");
	int rc;

	if (!is_code(code))
		return vt_err_set(
		    reterr, VT_E_INVALID, "deleteAgency: AgencyCode wanted");
	rc = vt_office_hosted_remove(s->o.office, &c->who, code, reterr);
	return rc != VT_OK ? rc : answer_ok(res);
}
