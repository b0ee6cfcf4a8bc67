/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kit as an agency: calls an axis server, well and badly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "api/exchange/axis/answer.h"
#include "api/exchange/axis/peer_priv.h"
#include "base/json_out.h"
#include "base/limits.h"

#define PARAMS 16

/* What one case remembers from call to call. */
struct memory {
	const struct vt_peer_options *o;
	const struct vt_peer_case *c;
	struct vt_peer_result *ret;
	char sent_id[201], before[201]; /* DocIds of the last two sendEdoc */
	char listed_id[201];            /* first row of the last list */
	/* parameters of the calls so far, as the SDK's shared map keeps them */
	struct {
		char name[32], value[300];
	} left[PARAMS];
	size_t n_left;
	/* the last answer */
	long http;
	struct vt_axis_said said;
};

struct request {
	struct vt_axis_param p[PARAMS];
	size_t n;
	struct vt_buf body;
	char type[96], hash[VT_HASH_TEXT + 1], stamp[VT_AXIS_TIME_TEXT + 1];
	const char *method;
};

static void
param(struct request *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->p[i].name, name) == 0)
			return;
	if (r->n < PARAMS)
		r->p[r->n++] = (struct vt_axis_param){ name, value };
}

static void
leave(struct memory *m, const struct request *r)
{
	for (size_t i = 0; i < r->n; i++) {
		size_t k = 0;

		while (
		    k < m->n_left && strcmp(m->left[k].name, r->p[i].name) != 0)
			k++;
		if (k == PARAMS || r->p[i].value == m->left[k].value)
			continue;
		if (k == m->n_left)
			m->n_left++;
		snprintf(m->left[k].name, sizeof(m->left[k].name), "%s",
		    r->p[i].name);
		snprintf(m->left[k].value, sizeof(m->left[k].value), "%s",
		    r->p[i].value);
	}
}

static const struct vt_peer_packet *
packet_of(const struct memory *m, const struct vt_peer_step *s)
{
	for (size_t i = 0; i < m->c->n_packets; i++)
		if (strcmp(m->c->packets[i].id, s->packet) == 0)
			return &m->c->packets[i];
	return NULL;
}

static const char *
kind_name(enum vt_packet_kind k)
{
	return k == VT_PACKET_STATUS ? "status" : "edoc";
}

/* ---- making a call ---- */

static void
send_params(const struct vt_peer_step *s, const struct vt_peer_packet *p,
    struct request *r)
{
	vt_hash h = vt_sha256(vt_buf_view(&p->bytes));

	if (s->wrong_hash)
		h.b[0] ^= 1;
	vt_axis_hash_file(&h, s->padded, r->hash);
	param(r, "servicetype", "eDoc");
	param(r, "messagetype", kind_name(p->kind));
	if (!s->no_hash)
		param(r, "hash-file", r->hash);
	param(r, "from", s->as[0] != '\0' ? s->as : p->from);
	if (!s->no_to)
		param(r, "to", p->to);
	if (s->form) {
		snprintf(r->type, sizeof(r->type),
		    "multipart/form-data; boundary=vanthu-kit-7d1a");
		vt_buf_puts(&r->body,
		    "--vanthu-kit-7d1a\r\nContent-Disposition: form-data; "
		    "name=\"file_doc\"; filename=\"a.edxml\"\r\n\r\n");
	} else {
		snprintf(r->type, sizeof(r->type), "application/octet-stream");
	}
	vt_buf_span(&r->body, vt_buf_view(&p->bytes));
	if (s->form)
		vt_buf_puts(&r->body, "\r\n--vanthu-kit-7d1a--\r\n");
	else if (!s->no_tail)
		vt_buf_puts(&r->body, "\r\n");
}

static const char *
doc_id(const struct memory *m, const struct vt_peer_step *s)
{
	if (s->doc_id[0] != '\0')
		return s->doc_id;
	return strcmp(s->call, "getSentEdocList") == 0 ? m->sent_id
						       : m->listed_id;
}

/* The SDK sends this body without anything that binds it: no-hash. */
static void
register_params(const struct vt_peer_step *s, struct request *r)
{
	struct vt_json j;
	vt_hash h;

	vt_json_open(&j, &r->body, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "id", "1");
	vt_json_kstr(&j, "pcode", s->parent);
	vt_json_kstr(&j, "code", s->code);
	vt_json_kstr(&j, "name", "Đơn vị kiểm thử");
	vt_json_end(&j);
	h = vt_sha256(vt_buf_view(&r->body));
	if (s->wrong_hash)
		h.b[0] ^= 1;
	vt_axis_hash_file(&h, s->padded, r->hash);
	if (!s->no_hash)
		param(r, "hash-file", r->hash);
}

static int
call_params(const struct memory *m, const struct vt_peer_step *s,
    struct request *r, struct vt_err *reterr)
{
	const struct vt_peer_packet *p = packet_of(m, s);

	snprintf(r->type, sizeof(r->type), "application/json");
	r->method = strncmp(s->call, "count", 5) == 0 ||
			    strcmp(s->call, "downloadEdoc") == 0
			? "GET"
			: "POST";
	if (strcmp(s->call, "sendEdoc") == 0) {
		if (p == NULL)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "do sendEdoc: no such packet in this case");
		send_params(s, p, r);
		return VT_OK;
	}
	if (s->kind[0] != '\0') {
		param(r, "servicetype", "eDoc");
		param(r, "messagetype", s->kind);
	}
	if (s->status[0] != '\0')
		param(r, "status", s->status);
	if (s->doc_id[0] != '\0' || s->last_id)
		param(r, "docId", doc_id(m, s));
	if (s->from_date[0] != '\0')
		param(r, "fromDate", s->from_date);
	if (s->to_date[0] != '\0')
		param(r, "toDate", s->to_date);
	if (strcmp(s->call, "deleteAgency") == 0)
		param(r, "AgencyCode", s->code);
	if (strcmp(s->call, "registerAgency") == 0)
		register_params(s, r);
	if (strcmp(s->call, "getEdoc") == 0 ||
	    strcmp(s->call, "updateStatus") == 0)
		vt_buf_puts(&r->body, "{}");
	return VT_OK;
}

static void
put_field(struct vt_buf *b, const char *name, const char *value)
{
	vt_buf_printf(b, "%s: %s\r\n", name, value);
}

static int
make_head(const struct memory *m, const struct vt_peer_step *s,
    const struct request *r, const char *path, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_axis_signature sig = VT_AXIS_SIGNATURE_INIT;
	int rc;

	rc = vt_axis_sign(r->p, r->n,
	    s->wrong_secret ? VT_SPAN_LIT("another secret") : m->o->secret,
	    &sig, reterr);
	vt_buf_printf(ret, "%s %s/%s HTTP/1.1\r\nHost: peer\r\n", r->method,
	    path, s->call);
	for (size_t i = 0; i < r->n; i++) {
		bool lie = s->tamper && strcmp(r->p[i].name, "from") == 0;

		vt_buf_printf(ret, VT_AXIS_PREFIX "%s: %s%s\r\n", r->p[i].name,
		    r->p[i].value, lie ? ".X" : "");
	}
	if (!s->unsigned_call) {
		put_field(ret, VT_AXIS_PREFIX "sign-header-key",
		    vt_buf_str(&sig.names));
		put_field(
		    ret, VT_AXIS_PREFIX "sign-header", vt_buf_str(&sig.json));
		put_field(ret, VT_AXIS_PREFIX "hash-header", sig.hash);
	}
	put_field(ret, VT_AXIS_PREFIX "version", VT_AXIS_VERSION);
	put_field(ret, "Content-Type", r->type);
	put_field(ret, "User-Agent", VT_AXIS_USER_AGENT);
	if (s->expect100)
		put_field(ret, "Expect", "100-continue");
	vt_buf_printf(
	    ret, "Content-Length: %zu\r\nConnection: close\r\n\r\n", r->body.n);
	vt_axis_signature_free(&sig);
	return rc != VT_OK ? rc : vt_buf_status(ret, reterr);
}

/* ---- reading the answer ---- */

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct memory *m = arg;

	(void)reterr;
	if (m->listed_id[0] == '\0')
		snprintf(m->listed_id, sizeof(m->listed_id), "%s",
		    vt_axis_row_get(row, "docId"));
	return VT_OK;
}

static void
take_answer(
    struct memory *m, const struct vt_peer_step *s, struct vt_peer_message *a)
{
	struct vt_axis_answer_ops ops = { on_row, NULL, m };
	VT_CLEANUP(vt_axis_answer_free)
	struct vt_axis_answer *answer = vt_axis_answer_new(&ops);
	struct vt_err err;

	m->http = a->status;
	if (strcmp(s->call, "getReceivedEdocList") == 0)
		m->listed_id[0] = '\0';
	if (answer == NULL ||
	    vt_axis_answer_put(answer, vt_buf_view(&a->body), &err) != VT_OK ||
	    vt_axis_answer_end(answer, &m->said, &err) != VT_OK) {
		memset(&m->said, 0, sizeof(m->said));
		m->said.bytes = a->body.n; /* downloadEdoc */
		return;
	}
	if (strcmp(s->call, "sendEdoc") == 0 && m->said.doc_id[0] != '\0') {
		memcpy(m->before, m->sent_id, sizeof(m->before));
		memcpy(m->sent_id, m->said.doc_id, sizeof(m->sent_id));
	}
}

/* With Expect: 100-continue the body waits for the server's word. */
static bool
send_body(const struct vt_peer_step *s, const struct request *r, int fd)
{
	size_t n = r->body.n;

	if (s->cut > 0)
		n = n * s->cut / 100;
	return vt_peer_write(fd, VT_SPAN(r->body.p, n));
}

static bool
wait_for_word(int fd)
{
	char c[64];
	ssize_t n = 0;

	/* it stays in the queue for vt_peer_read, which knows 1xx */
	for (int i = 0; i < 200 && n <= 0; i++) {
		struct timespec t = { 0, 10000000 };

		n = recv(fd, c, sizeof(c), MSG_PEEK | MSG_DONTWAIT);
		if (n <= 0)
			nanosleep(&t, NULL);
	}
	return n > 12 && strncmp(c, "HTTP/1.1 100", 12) == 0;
}

static int
exchange(struct memory *m, const struct vt_peer_step *s, struct request *r,
    struct vt_err *reterr)
{
	struct vt_peer_message a = { .head = VT_BUF_INIT, .body = VT_BUF_INIT };
	const char *path;
	VT_BUF_AUTO(head);
	int fd = vt_peer_connect(m->o->url, &path, reterr), rc;

	m->http = 0;
	memset(&m->said, 0, sizeof(m->said));
	if (fd < 0)
		return fd;
	rc = make_head(m, s, r, path, &head, reterr);
	if (rc == VT_OK) {
		bool go = vt_peer_write(fd, vt_buf_view(&head)) &&
			  (!s->expect100 || wait_for_word(fd)) &&
			  send_body(s, r, fd);

		if (s->cut > 0)
			shutdown(fd, SHUT_WR);
		if ((go || s->cut > 0 || s->expect100) &&
		    vt_peer_read(fd, true, &a))
			take_answer(m, s, &a);
	}
	close(fd);
	vt_peer_message_free(&a);
	return rc;
}

static int
do_step(struct memory *m, const struct vt_peer_step *s, struct vt_err *reterr)
{
	struct request r = { .body = VT_BUF_INIT };
	vt_time at = vt_now(m->o->ctx) - (vt_time)s->age_ms * 1000;
	int rc;

	if (s->wait_ms > 0) {
		struct timespec t = { s->wait_ms / 1000,
			(long)(s->wait_ms % 1000) * 1000000L };

		nanosleep(&t, NULL);
	}
	vt_buf_init(&r.body, VT_L(PACKET_MAX) + 65536);
	vt_axis_time_text(at, r.stamp);
	param(&r, "systemid", m->o->system_id);
	rc = call_params(m, s, &r, reterr);
	/* the SDK's own order: what a call needs first, then what is left */
	if (s->stale)
		for (size_t i = 0; i < m->n_left; i++)
			if (strcmp(m->left[i].name, "Content-Type") != 0)
				param(&r, m->left[i].name, m->left[i].value);
	param(&r, "timestamp", r.stamp);
	param(&r, "Content-Type", r.type);
	if (rc == VT_OK)
		rc = vt_buf_status(&r.body, reterr);
	if (rc == VT_OK) {
		m->ret->calls++;
		rc = exchange(m, s, &r, reterr);
		leave(m, &r);
	}
	vt_buf_free(&r.body);
	return rc;
}

/* ---- judging ---- */

static bool
holds(struct memory *m, const struct vt_peer_expect *e)
{
	unsigned found = 0;

	switch (e->what) {
	case VT_PEER_SAYS:
		found = m->said.code[0] == '\0'
			    ? 999
			    : (unsigned)strtoul(m->said.code, NULL, 10);
		break;
	case VT_PEER_HTTP:
		found = (unsigned)m->http;
		break;
	case VT_PEER_ROWS:
		found = (unsigned)m->said.rows;
		break;
	case VT_PEER_MORE:
		found = m->said.more;
		break;
	case VT_PEER_COUNT:
		found = (unsigned)m->said.count;
		break;
	case VT_PEER_BYTES:
		found = (unsigned)m->said.bytes;
		break;
	case VT_PEER_SAME:
		if (m->sent_id[0] != '\0' && strcmp(m->sent_id, m->before) == 0)
			return true;
		snprintf(m->ret->reason, sizeof(m->ret->reason),
		    "line %u: the DocId of the repeat is %.36s, was %.36s",
		    e->line, m->sent_id, m->before);
		return false;
	default:
		break;
	}
	if (vt_peer_compare(found, e->op, e->n))
		return true;
	snprintf(m->ret->reason, sizeof(m->ret->reason),
	    "line %u: %c%s %u wanted, found %u (HTTP %ld, ErrorCode %s: "
	    "%.80s)",
	    e->line, e->op, e->op == '=' ? "" : "=", e->n, found, m->http,
	    m->said.code, m->said.desc);
	return false;
}

void
vt_peer_call(const struct vt_peer_script *script, size_t i,
    const struct vt_peer_options *o, struct vt_peer_result *ret)
{
	struct memory *m = calloc(1, sizeof(*m));
	int64_t began = vt_monotonic_us(o->ctx);
	struct vt_err err = VT_ERR_INIT;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->name, script->cases[i].name, sizeof(ret->name));
	if (m == NULL) {
		snprintf(ret->reason, sizeof(ret->reason), "no memory");
		return;
	}
	m->o = o;
	m->c = &script->cases[i];
	m->ret = ret;
	ret->passed = true;
	for (size_t s = 0; s < m->c->n_steps && ret->passed; s++) {
		if (do_step(m, &m->c->steps[s], &err) != VT_OK) {
			snprintf(ret->reason, sizeof(ret->reason), "%.200s",
			    err.msg);
			ret->passed = false;
		}
		for (size_t k = 0; k < m->c->n_expects && ret->passed; k++)
			if (m->c->expects[k].step == s + 1)
				ret->passed = holds(m, &m->c->expects[k]);
	}
	ret->ms = (vt_monotonic_us(o->ctx) - began) / 1000;
	free(m);
}
