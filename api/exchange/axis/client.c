/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange/axis/sign.h"
#include "api/fetch/call.h"
#include "base/json_out.h"
#include "base/limits.h"

#define JSON  "application/json"
#define BYTES "application/octet-stream"
#define OWN   6 /* parameters of one call, at most */
#define FIELDS                                                                 \
	(OWN + 9) /* + systemid, timestamp, type (twice), 3 of the signature,  \
		   * version, agent */

/* One call under way. */
struct run {
	const struct vt_axis_client *c;
	const char *method, *path;
	const char *type; /* Content-Type */
	struct vt_axis_param own[OWN];
	size_t n_own;
	struct vt_span head, tail; /* of the body */
	struct vt_source *source;
	struct vt_axis_answer_ops ops;
	uint64_t limit;   /* of the answer */
	bool raw;         /* the packet comes as it is, not in JSON */
	bool anything;    /* the answer is wanted whatever it is */
	bool keep_syntax; /* VT_E_SYNTAX stays what it is */
	/* while it runs */
	struct vt_axis_answer *answer;
	bool looked;      /* raw: the first byte was looked at */
	bool sink_failed; /* an error is the caller's own */
	struct vt_axis_said said;
};

const char *
vt_axis_message_type(enum vt_packet_kind kind)
{
	return kind == VT_PACKET_STATUS ? "status" : "edoc";
}

/* ---- what answers mean ---- */

/* Provincial guide v2.2 §4. Unknown codes are tried again: the budget of the
 * delivery ends that. */
static bool
code_is_final(const char *code)
{
	static const char *const final[] = { "10", "15", "18", "19", "21", "22",
		"23" };

	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++)
		if (strcmp(code, final[i]) == 0)
			return true;
	return false;
}

int
vt_axis_judge(const char *what, long status, const struct vt_axis_said *said,
    struct vt_err *reterr)
{
	bool has_code = said != NULL && said->code[0] != '\0' &&
			strcmp(said->code, "0") != 0;
	bool good = status >= 200 && status <= 299;
	bool final;

	if (good && said != NULL && said->ok && !has_code)
		return VT_OK;
	if (status >= 500 || status == 408 || status == 425 || status == 429)
		final = false;
	else if (has_code)
		final = code_is_final(said->code);
	else
		final = !good;
	return vt_err_set(reterr,
	    final ? VT_E_PEER_REFUSED : VT_E_PEER_UNAVAILABLE,
	    "%s: HTTP %ld, ErrorCode %s: %s", what, status,
	    said == NULL || said->code[0] == '\0' ? "-" : said->code,
	    said == NULL ? "" : said->desc);
}

/* An answer of another status than 200 may say why, too. */
static void
read_other(const char *other, struct vt_axis_said *ret)
{
	struct vt_axis_answer_ops none = { NULL, NULL, NULL };
	VT_CLEANUP(vt_axis_answer_free)
	struct vt_axis_answer *a = vt_axis_answer_new(&none);
	struct vt_err err;

	if (a == NULL ||
	    vt_axis_answer_put(a, vt_span_str(other), &err) != VT_OK ||
	    vt_axis_answer_end(a, ret, &err) != VT_OK)
		memset(ret, 0, sizeof(*ret));
}

/* ---- one call ---- */

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct run *r = arg;
	int rc;

	if (r->ops.bytes == NULL)
		return VT_OK;
	if (r->said.bytes + s.n > VT_L(PACKET_MAX) && !r->anything)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: a packet of more than %zu bytes", r->path,
		    VT_L(PACKET_MAX));
	r->said.bytes += s.n;
	rc = r->ops.bytes(r->ops.arg, s, reterr);
	r->sink_failed = rc != VT_OK;
	return rc;
}

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct run *r = arg;
	int rc = VT_OK;

	if (r->ops.row != NULL)
		rc = r->ops.row(r->ops.arg, row, reterr);
	r->sink_failed = rc != VT_OK;
	return rc;
}

/* What should be a packet but begins like JSON is a refusal. */
static int
on_answer(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct run *r = arg;

	if (r->anything)
		return on_bytes(r, s, reterr);
	if (r->raw && !r->looked && s.n > 0) {
		r->looked = true;
		r->raw = s.p[0] != '{';
	}
	if (r->raw)
		return on_bytes(r, s, reterr);
	return vt_axis_answer_put(r->answer, s, reterr);
}

static void
add(struct vt_call_field *f, size_t *n, const char *name, const char *value)
{
	VT_ASSERT(*n < FIELDS);
	f[(*n)++] = (struct vt_call_field){ name, value };
}

/* The names with their prefix, one after the other. */
static int
prefix_names(const struct vt_axis_param *p, size_t n, struct vt_buf *ret,
    struct vt_err *reterr)
{
	for (size_t i = 0; i < n; i++) {
		vt_buf_puts(ret, VT_AXIS_PREFIX);
		vt_buf_puts(ret, p[i].name);
		vt_buf_putc(ret, 0);
	}
	return vt_buf_status(ret, reterr);
}

static int
finish(struct run *r, int rc, const struct vt_call_answer *http,
    struct vt_err *err)
{
	struct vt_axis_said said = { 0 };

	if (rc == VT_OK && (http->status < 200 || http->status > 299)) {
		read_other(http->other, &said);
		return vt_axis_judge(r->path, http->status, &said, err);
	}
	if (rc == VT_OK && (r->anything || (r->raw && r->looked)))
		return VT_OK;
	if (rc == VT_OK)
		rc = vt_axis_answer_end(r->answer, &said, err);
	if (rc == VT_OK) {
		r->said = said;
		return vt_axis_judge(r->path, http->status, &said, err);
	}
	if (rc == VT_E_SYNTAX && !r->sink_failed && !r->keep_syntax) {
		struct vt_err was = *err;

		return vt_err_set(err, VT_E_PEER_UNAVAILABLE,
		    "%s: an answer that cannot be read: %.200s", r->path,
		    was.msg);
	}
	return rc;
}

static int
send_signed(struct run *r, const struct vt_axis_param *params, size_t n,
    const struct vt_axis_signature *s, struct vt_err *reterr)
{
	struct vt_call call = VT_CALL_INIT;
	struct vt_call_field fields[FIELDS];
	struct vt_call_answer http;
	VT_BUF_AUTO(url);
	VT_BUF_AUTO(names);
	const char *name;
	size_t k = 0;
	int rc;

	vt_buf_printf(&url, "%s%s", r->c->url, r->path);
	if ((rc = prefix_names(params, n, &names, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&url, reterr)) != VT_OK)
		return rc;
	name = vt_buf_str(&names);
	for (size_t i = 0; i < n; i++) {
		add(fields, &k, name, params[i].value);
		name += strlen(name) + 1;
	}
	add(fields, &k, "Content-Type", r->type);
	add(fields, &k, VT_AXIS_PREFIX "sign-header-key",
	    vt_buf_str(&s->names));
	add(fields, &k, VT_AXIS_PREFIX "sign-header", vt_buf_str(&s->json));
	add(fields, &k, VT_AXIS_PREFIX "hash-header", s->hash);
	add(fields, &k, VT_AXIS_PREFIX "version", VT_AXIS_VERSION);
	add(fields, &k, "User-Agent", VT_AXIS_USER_AGENT);
	call.method = r->method;
	call.url = vt_buf_str(&url);
	call.fields = fields;
	call.n_fields = k;
	call.head = r->head;
	call.tail = r->tail;
	call.source = r->source;
	call.put = on_answer;
	call.put_arg = r;
	call.limit = r->limit;
	call.timeout_ms = r->c->timeout_ms;
	call.allow_private = r->c->allow_private;
	call.ca = r->c->ca;
	call.cert = r->c->cert;
	call.key = r->c->key;
	call.stop = r->c->stop;
	call.stop_arg = r->c->stop_arg;
	rc = vt_call(&call, &http, reterr);
	return finish(r, rc, &http, reterr);
}

static int
run(struct run *r, struct vt_err *reterr)
{
	struct vt_axis_answer_ops ops = { on_row, on_bytes, r };
	struct vt_axis_signature s = VT_AXIS_SIGNATURE_INIT;
	struct vt_axis_param params[OWN + 3];
	struct vt_err err = VT_ERR_INIT;
	char stamp[VT_AXIS_TIME_TEXT + 1];
	size_t n = 0;
	int rc;

	vt_axis_time_text(vt_now(r->c->ctx), stamp);
	params[n++] = (struct vt_axis_param){ "systemid", r->c->system_id };
	for (size_t i = 0; i < r->n_own; i++)
		params[n++] = r->own[i];
	params[n++] = (struct vt_axis_param){ "timestamp", stamp };
	params[n++] = (struct vt_axis_param){ "Content-Type", r->type };
	r->answer = vt_axis_answer_new(&ops);
	if (r->answer == NULL)
		rc = vt_err_set(&err, VT_E_NOMEM, "%s", r->path);
	else
		rc = vt_axis_sign(params, n, r->c->secret, &s, &err);
	if (rc == VT_OK)
		rc = send_signed(r, params, n, &s, &err);
	vt_axis_answer_free(r->answer);
	vt_axis_signature_free(&s);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static struct run
new_run(const struct vt_axis_client *c, const char *method, const char *path)
{
	return (
	    struct run){ .c = c, .method = method, .path = path, .type = JSON };
}

static void
own(struct run *r, const char *name, const char *value)
{
	VT_ASSERT(r->n_own < OWN);
	r->own[r->n_own++] = (struct vt_axis_param){ name, value };
}

static void
own_type(struct run *r, enum vt_packet_kind kind)
{
	own(r, "servicetype", "eDoc");
	own(r, "messagetype", vt_axis_message_type(kind));
}

/* ---- packets ---- */

/* ["H99.07","H99.08"]; "" when it would not fit into a header: the packet
 * names its receivers itself. */
static int
to_json(
    const struct vt_axis_sending *s, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_json j;

	if (s->n_to == 0)
		return VT_OK;
	vt_json_open(&j, ret, false);
	vt_json_array(&j);
	for (size_t i = 0; i < s->n_to; i++)
		vt_json_str(&j, s->to[i]);
	vt_json_end(&j);
	if (ret->n > VT_L(AXIS_SIGN_HEADER_MAX) / 4)
		vt_buf_reset(ret);
	return vt_buf_status(ret, reterr);
}

int
vt_axis_send(const struct vt_axis_client *c, const struct vt_axis_sending *s,
    char ret_doc_id[static 201], struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/sendEdoc");
	char hash[VT_HASH_TEXT + 1], type[96], mark[VT_ID_TEXT + 1];
	VT_BUF_AUTO(to);
	VT_BUF_AUTO(head);
	VT_BUF_AUTO(tail);
	vt_id id = vt_id_new(c->ctx);
	int rc;

	vt_axis_hash_file(s->hash, c->padded_hash, hash);
	own_type(&r, s->kind);
	own(&r, "hash-file", hash);
	own(&r, "from", s->from);
	if ((rc = to_json(s, &to, reterr)) != VT_OK)
		return rc;
	if (to.n > 0)
		own(&r, "to", vt_buf_str(&to));
	if (c->multipart) {
		vt_id_text(&id, mark);
		snprintf(type, sizeof(type), "multipart/form-data; boundary=%s",
		    mark);
		vt_buf_printf(&head,
		    "--%s\r\nContent-Disposition: form-data; "
		    "name=\"file_doc\"; filename=\"packet.edxml\"\r\n"
		    "Content-Type: application/octet-stream\r\n\r\n",
		    mark);
		vt_buf_printf(&tail, "\r\n--%s--\r\n", mark);
		r.type = type;
	} else {
		/* the SDK does so, and servers may count on it */
		vt_buf_puts(&tail, "\r\n");
		r.type = BYTES;
	}
	if ((rc = vt_buf_status(&head, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&tail, reterr)) != VT_OK)
		return rc;
	r.head = vt_buf_view(&head);
	r.tail = vt_buf_view(&tail);
	r.source = s->body;
	if ((rc = run(&r, reterr)) == VT_OK)
		memcpy(ret_doc_id, r.said.doc_id, sizeof(r.said.doc_id));
	return rc;
}

int
vt_axis_received(const struct vt_axis_client *c, enum vt_packet_kind kind,
    vt_axis_on_row *row, void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/getReceivedEdocList");

	own_type(&r, kind);
	r.ops = (struct vt_axis_answer_ops){ row, NULL, arg };
	r.limit = VT_L(AXIS_LIST_MAX);
	return run(&r, reterr);
}

static void
own_document(struct run *r, const char *doc_id, const char *file_path)
{
	own(r, "docId", doc_id);
	own(r, "filePath", file_path);
}

int
vt_axis_fetch(const struct vt_axis_client *c, const char *doc_id,
    const char *file_path, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/getEdoc");

	own_document(&r, doc_id, file_path);
	r.head = VT_SPAN_LIT("{}");
	r.ops = (struct vt_axis_answer_ops){ NULL, put, arg };
	/* base64, and lines in it */
	r.limit = VT_L(PACKET_MAX) * 3 / 2;
	r.keep_syntax = true;
	return run(&r, reterr);
}

int
vt_axis_download(const struct vt_axis_client *c, const char *doc_id,
    const char *file_path, vt_axis_on_bytes *put, void *arg,
    struct vt_err *reterr)
{
	struct run r = new_run(c, "GET", "/downloadEdoc");

	own_document(&r, doc_id, file_path);
	r.ops = (struct vt_axis_answer_ops){ NULL, put, arg };
	r.limit = VT_L(PACKET_MAX);
	r.raw = true;
	r.keep_syntax = true;
	return run(&r, reterr);
}

int
vt_axis_fetch_raw(const struct vt_axis_client *c, const char *doc_id,
    vt_axis_on_bytes *put, void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/getEdoc");

	own_document(&r, doc_id, "");
	r.head = VT_SPAN_LIT("{}");
	r.ops = (struct vt_axis_answer_ops){ NULL, put, arg };
	r.limit = VT_L(PACKET_MAX);
	r.anything = true;
	return run(&r, reterr);
}

int
vt_axis_sent(const struct vt_axis_client *c, enum vt_packet_kind kind,
    const char *doc_id, vt_axis_on_row *row, void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/getSentEdocList");

	own_type(&r, kind);
	own(&r, "docId", doc_id);
	r.ops = (struct vt_axis_answer_ops){ row, NULL, arg };
	r.limit = VT_L(AXIS_LIST_MAX);
	return run(&r, reterr);
}

int
vt_axis_acknowledge(const struct vt_axis_client *c, const char *doc_id,
    const char *status, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/updateStatus");

	own(&r, "status", status);
	own(&r, "docId", doc_id);
	r.head = VT_SPAN_LIT("{}");
	return run(&r, reterr);
}

int
vt_axis_count(const struct vt_axis_client *c, enum vt_packet_kind kind,
    uint64_t *ret, struct vt_err *reterr)
{
	struct run r = new_run(c, "GET",
	    kind == VT_PACKET_STATUS ? "/countReceiveStatus"
				     : "/countReceiveEdoc");
	int rc = run(&r, reterr);

	if (rc == VT_OK)
		*ret = r.said.count;
	return rc;
}

/* ---- agencies ---- */

int
vt_axis_agencies(const struct vt_axis_client *c, enum vt_axis_list list,
    const char *level, vt_axis_on_row *row, void *arg, struct vt_err *reterr)
{
	static const char *const paths[] = {
		[VT_AXIS_AGENCIES] = "/getAgenciesList",
		[VT_AXIS_AGENCIES_QD20] = "/getAgenciesListQD20",
		[VT_AXIS_CHANGES] = "/getSynchronizeUnit",
	};
	struct run r = new_run(c, "POST", paths[list]);

	if (list == VT_AXIS_AGENCIES_QD20)
		own(&r, "level", level == NULL ? "" : level);
	r.ops = (struct vt_axis_answer_ops){ row, NULL, arg };
	r.limit = VT_L(AXIS_LIST_MAX);
	return run(&r, reterr);
}

int
vt_axis_register(const struct vt_axis_client *c, const struct vt_axis_agency *a,
    struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/registerAgency");
	char hash[VT_HASH_TEXT + 1];
	struct vt_json j;
	vt_hash h;
	VT_BUF_AUTO(body);
	int rc;

	vt_json_open(&j, &body, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "id", a->id);
	vt_json_kstr(&j, "pcode", a->parent_code);
	vt_json_kstr(&j, "code", a->code);
	vt_json_kstr(&j, "name", a->name);
	vt_json_kstr(&j, "mail", a->mail);
	vt_json_kstr(&j, "mobile", a->mobile);
	vt_json_kstr(&j, "fax", a->fax);
	vt_json_end(&j);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK)
		return rc;
	r.head = vt_buf_view(&body);
	/* more than the SDK signs: else the body is nobody's */
	h = vt_sha256(r.head);
	vt_axis_hash_file(&h, c->padded_hash, hash);
	own(&r, "hash-file", hash);
	return run(&r, reterr);
}

int
vt_axis_remove(
    const struct vt_axis_client *c, const char *code, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/deleteAgency");

	own(&r, "AgencyCode", code);
	return run(&r, reterr);
}
