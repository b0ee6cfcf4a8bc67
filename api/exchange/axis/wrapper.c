/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/wrapper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange/axis/client.h"
#include "api/fetch/call.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/text.h"

struct vt_wrapper_token {
	pthread_mutex_t lock;
	char text[VT_L(WRAPPER_TOKEN_MAX) + 1];
	vt_time until; /* VT_TIME_NONE: there is none */
};

struct vt_wrapper_token *
vt_wrapper_token_new(void)
{
	struct vt_wrapper_token *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->until = VT_TIME_NONE;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
vt_wrapper_token_free(struct vt_wrapper_token *t)
{
	if (t == NULL)
		return;
	pthread_mutex_destroy(&t->lock);
	vt_wipe(t->text, sizeof(t->text));
	free(t);
}

/* One call under way. */
struct run {
	const struct vt_wrapper_client *c;
	const char *what, *method, *type;
	struct vt_buf url;
	struct vt_span head, tail;
	struct vt_source *source;
	vt_axis_on_bytes *bytes; /* of the packet, or of all with `anything` */
	vt_axis_on_row *row;
	void *arg;
	uint64_t limit;
	bool anything, keep_syntax, sink_failed;
	uint64_t got;
	struct vt_axis_answer *answer;
	struct vt_axis_said said;
	char code[16], desc[512]; /* of a refusal: they stand in `data` */
};

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct run *r = arg;
	int rc;

	r->got += s.n;
	if (r->bytes == NULL)
		return VT_OK;
	if (r->got > VT_L(PACKET_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: a packet of more than %zu bytes", r->what,
		    VT_L(PACKET_MAX));
	rc = r->bytes(r->arg, s, reterr);
	r->sink_failed = rc != VT_OK;
	return rc;
}

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	const char *code = vt_axis_row_get(row, "errorCode");
	struct run *r = arg;
	int rc = VT_OK;

	if (code[0] != '\0') {
		vt_text_fit(r->code, sizeof(r->code), code);
		vt_text_fit(r->desc, sizeof(r->desc),
		    vt_axis_row_get(row, "errorDesc"));
	} else if (r->row != NULL) {
		rc = r->row(r->arg, row, reterr);
		r->sink_failed = rc != VT_OK;
	}
	return rc;
}

/*
 * {"success":false,"data":{"status":…,"errorCode":…,"errorDesc":…}}; an answer
 * that says neither yes nor no but brings what was asked for is a yes.
 */
static void
take_refusal(struct run *r)
{
	if (!r->said.stated && r->code[0] == '\0' &&
	    (r->said.rows > 0 || r->said.bytes > 0))
		r->said.ok = true;
	if (r->said.code[0] == '\0')
		memcpy(r->said.code, r->code, sizeof(r->said.code));
	if (r->said.desc[0] == '\0')
		memcpy(r->said.desc, r->desc, sizeof(r->said.desc));
}

static int
on_answer(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct run *r = arg;

	return r->anything ? on_bytes(r, s, reterr)
			   : vt_axis_answer_put(r->answer, s, reterr);
}

/* Sends it once. token: "" for the login itself. *ret_status: HTTP's. */
static int
once(struct run *r, const char *token, long *ret_status, struct vt_err *err)
{
	struct vt_axis_answer_ops ops = { on_row, on_bytes, r };
	VT_CLEANUP(vt_axis_answer_free)
	struct vt_axis_answer *answer = vt_axis_answer_new(&ops);
	struct vt_call_field f[5];
	struct vt_call call = VT_CALL_INIT;
	struct vt_call_answer http;
	VT_BUF_AUTO(bearer);
	VT_BUF_AUTO(secret);
	size_t n = 0;
	int rc;

	*ret_status = 0;
	if (answer == NULL)
		return vt_err_set(err, VT_E_NOMEM, "%s", r->what);
	r->answer = answer;
	bearer.secret = secret.secret = true;
	vt_buf_printf(&bearer, "Bearer %s", token);
	vt_buf_span(&secret, r->c->secret);
	if ((rc = vt_buf_status(&bearer, err)) != VT_OK ||
	    (rc = vt_buf_status(&secret, err)) != VT_OK ||
	    (rc = vt_buf_status(&r->url, err)) != VT_OK)
		return rc;
	if (token[0] != '\0') {
		f[n++] = (struct vt_call_field){ "Authorization",
			vt_buf_str(&bearer) };
		f[n++] =
		    (struct vt_call_field){ "X-SystemId", r->c->system_id };
		f[n++] = (struct vt_call_field){ "X-SecretKey",
			vt_buf_str(&secret) };
	}
	f[n++] = (struct vt_call_field){ "Accept", "application/json" };
	if (r->type != NULL)
		f[n++] = (struct vt_call_field){ "Content-Type", r->type };
	call.method = r->method;
	call.url = vt_buf_str(&r->url);
	call.fields = f;
	call.n_fields = n;
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
	rc = vt_call(&call, &http, err);
	*ret_status = http.status;
	if (rc == VT_OK && (http.status < 200 || http.status > 299))
		return vt_axis_judge(r->what, http.status, NULL, err);
	if (rc == VT_OK && r->anything)
		return VT_OK;
	if (rc == VT_OK)
		rc = vt_axis_answer_end(answer, &r->said, err);
	if (rc == VT_OK) {
		take_refusal(r);
		return vt_axis_judge(r->what, http.status, &r->said, err);
	}
	if (rc == VT_E_SYNTAX && !r->sink_failed && !r->keep_syntax)
		return vt_err_set(err, VT_E_PEER_UNAVAILABLE,
		    "%s: an answer that cannot be read", r->what);
	return rc;
}

/* ---- the token ---- */

static int
on_token(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	char *dst = arg;
	const char *t = vt_axis_row_get(row, "token");
	size_t n = strlen(t);

	if (n > VT_L(WRAPPER_TOKEN_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "login: a token of more than %zu bytes",
		    VT_L(WRAPPER_TOKEN_MAX));
	memcpy(dst, t, n + 1);
	return VT_OK;
}

static void
login_body(const struct vt_wrapper_client *c, struct vt_buf *ret)
{
	struct vt_json j;

	vt_json_open(&j, ret, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "username", c->user);
	vt_json_key(&j, "password");
	vt_json_text(&j, c->password);
	vt_json_kstr(&j, "applicationCode", c->application);
	vt_json_kstr(&j, "otp", NULL);
	vt_json_kstr(&j, "twoFactorProvider", NULL);
	vt_json_key(&j, "typeObjs");
	vt_json_array(&j);
	vt_json_int(&j, 0);
	vt_json_int(&j, 1);
	vt_json_end(&j);
	vt_json_end(&j);
}

/* Under the lock: two threads log in once. */
static int
login_locked(const struct vt_wrapper_client *c, struct vt_err *err)
{
	char token[VT_L(WRAPPER_TOKEN_MAX) + 1] = "";
	struct run r = { .c = c,
		.what = "/v1/auth/login",
		.method = "POST",
		.type = "application/json",
		.row = on_token,
		.arg = token,
		.url = VT_BUF_INIT };
	VT_BUF_AUTO(body);
	long status;
	int rc;

	body.secret = true;
	login_body(c, &body);
	if ((rc = vt_buf_status(&body, err)) != VT_OK)
		return rc;
	vt_buf_printf(&r.url, "%s/v1/auth/login?allow_anonymous=true", c->url);
	r.head = vt_buf_view(&body);
	rc = once(&r, "", &status, err);
	vt_buf_free(&r.url);
	if (rc == VT_OK && token[0] == '\0')
		rc = vt_err_set(err, VT_E_PEER_REFUSED,
		    "/v1/auth/login: no data.token in the answer");
	if (rc == VT_OK) {
		memcpy(c->token->text, token, sizeof(token));
		c->token->until =
		    vt_now(c->ctx) + VT_TIME_S(VT_L(WRAPPER_TOKEN_S));
	}
	vt_wipe(token, sizeof(token));
	return rc;
}

/* *ret: a copy of the token; fresh: of a new one. */
static int
get_token(const struct vt_wrapper_client *c, bool fresh, char *ret,
    struct vt_err *err)
{
	int rc = VT_OK;

	pthread_mutex_lock(&c->token->lock);
	/* another thread may have got a new one meanwhile */
	if (fresh && strcmp(ret, c->token->text) == 0)
		c->token->until = VT_TIME_NONE;
	if (c->token->until == VT_TIME_NONE ||
	    c->token->until <= vt_now(c->ctx))
		rc = login_locked(c, err);
	if (rc == VT_OK)
		memcpy(ret, c->token->text, VT_L(WRAPPER_TOKEN_MAX) + 1);
	pthread_mutex_unlock(&c->token->lock);
	return rc;
}

int
vt_wrapper_login(const struct vt_wrapper_client *c, struct vt_err *reterr)
{
	char token[VT_L(WRAPPER_TOKEN_MAX) + 1] = "";
	struct vt_err err = VT_ERR_INIT;
	int rc = get_token(c, false, token, &err);

	vt_wipe(token, sizeof(token));
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Sends it, and once more with a new token when the old one is refused; a
 * body is read again then, nothing of the answer was given away. */
static int
run(struct run *r, struct vt_err *reterr)
{
	char token[VT_L(WRAPPER_TOKEN_MAX) + 1] = "";
	struct vt_err err = VT_ERR_INIT;
	long status = 0;
	int rc;

	rc = get_token(r->c, false, token, &err);
	if (rc == VT_OK)
		rc = once(r, token, &status, &err);
	if (rc != VT_OK && status == 401) {
		err = (struct vt_err)VT_ERR_INIT;
		rc = get_token(r->c, true, token, &err);
		if (rc == VT_OK)
			rc = once(r, token, &status, &err);
	}
	vt_wipe(token, sizeof(token));
	vt_buf_free(&r->url);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- calls ---- */

static struct run
new_run(const struct vt_wrapper_client *c, const char *method, const char *what)
{
	struct run r = {
		.c = c, .method = method, .what = what, .url = VT_BUF_INIT
	};

	vt_buf_printf(&r.url, "%s%s", c->url, what);
	return r;
}

int
vt_wrapper_send(const struct vt_wrapper_client *c, enum vt_packet_kind kind,
    struct vt_source *body, char ret_doc_id[static 201], struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/v1/sendEdoc");
	vt_id id = vt_id_new(c->ctx);
	char mark[VT_ID_TEXT + 1], type[96];
	VT_BUF_AUTO(head);
	VT_BUF_AUTO(tail);
	int rc;

	vt_id_text(&id, mark);
	snprintf(type, sizeof(type), "multipart/form-data; boundary=%s", mark);
	vt_buf_printf(&head,
	    "--%s\r\nContent-Disposition: form-data; name=\"messageType\""
	    "\r\n\r\n%s\r\n"
	    "--%s\r\nContent-Disposition: form-data; name=\"edocFile\"; "
	    "filename=\"%s.edxml\"\r\nContent-Type: application/xml\r\n\r\n",
	    mark, vt_axis_message_type(kind), mark, mark);
	vt_buf_printf(&tail, "\r\n--%s--\r\n", mark);
	if ((rc = vt_buf_status(&head, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&tail, reterr)) != VT_OK) {
		vt_buf_free(&r.url);
		return rc;
	}
	r.type = type;
	r.head = vt_buf_view(&head);
	r.tail = vt_buf_view(&tail);
	r.source = body;
	if ((rc = run(&r, reterr)) == VT_OK)
		memcpy(ret_doc_id, r.said.doc_id, sizeof(r.said.doc_id));
	return rc;
}

int
vt_wrapper_received(const struct vt_wrapper_client *c, enum vt_packet_kind kind,
    vt_time from, vt_time until, vt_axis_on_row *row, void *arg,
    struct vt_err *reterr)
{
	struct run r = new_run(c, "GET", "/v1/syncReceivedEdocList");
	struct vt_date a = vt_time_date(from, VT_TIME_VN_S);
	struct vt_date b = vt_time_date(until, VT_TIME_VN_S);

	vt_buf_printf(&r.url,
	    "?messageType=%s&fromDate=%04d/%02d/%02d&toDate=%04d/%02d/%02d",
	    vt_axis_message_type(kind), a.year, a.month, a.day, b.year, b.month,
	    b.day);
	r.row = row;
	r.arg = arg;
	r.limit = VT_L(AXIS_LIST_MAX);
	return run(&r, reterr);
}

/* RFC 3986 §2.1 */
static void
put_escaped(struct vt_buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (strchr("-._~", *s) != NULL || (*s >= '0' && *s <= '9') ||
		    (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
			vt_buf_putc(b, (uint8_t)*s);
		else
			vt_buf_printf(b, "%%%02X", (unsigned)(uint8_t)*s);
}

int
vt_wrapper_fetch(const struct vt_wrapper_client *c, const char *doc_id,
    vt_axis_on_bytes *put, void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "GET", "/v1/getEdoc");

	vt_buf_puts(&r.url, "?docId=");
	put_escaped(&r.url, doc_id);
	r.bytes = put;
	r.arg = arg;
	/* the packet, and its attachments a second time, both in base64 */
	r.limit = VT_L(PACKET_MAX) * 3;
	r.keep_syntax = true;
	return run(&r, reterr);
}

int
vt_wrapper_fetch_raw(const struct vt_wrapper_client *c, const char *doc_id,
    vt_axis_on_bytes *put, void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "GET", "/v1/getEdoc");

	vt_buf_puts(&r.url, "?docId=");
	put_escaped(&r.url, doc_id);
	r.bytes = put;
	r.arg = arg;
	r.limit = VT_L(PACKET_MAX);
	r.anything = true;
	return run(&r, reterr);
}

int
vt_wrapper_acknowledge(const struct vt_wrapper_client *c, const char *doc_id,
    const char *status, struct vt_err *reterr)
{
	struct run r = new_run(c, "POST", "/v1/updateStatus");
	struct vt_json j;
	VT_BUF_AUTO(body);
	int rc;

	vt_json_open(&j, &body, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "docId", doc_id);
	vt_json_kstr(&j, "status", status);
	vt_json_end(&j);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK) {
		vt_buf_free(&r.url);
		return rc;
	}
	r.type = "application/json";
	r.head = vt_buf_view(&body);
	return run(&r, reterr);
}

int
vt_wrapper_agencies(const struct vt_wrapper_client *c, vt_axis_on_row *row,
    void *arg, struct vt_err *reterr)
{
	struct run r = new_run(c, "GET", "/v1/getAgenciesList");

	r.row = row;
	r.arg = arg;
	r.limit = VT_L(AXIS_LIST_MAX);
	return run(&r, reterr);
}
