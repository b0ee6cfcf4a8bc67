/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a hosted agency fetches, and what became of what it sent. */
#include <stdio.h>
#include <stdlib.h>

#include "api/exchange/axis/client.h"
#include "api/exchange/axis/server_priv.h"
#include "api/exchange/edxml/edxml.h"
#include "api/http/stream.h"
#include "api/office/deliver.h"
#include "base/base64.h"
#include "base/limits.h"

#define PAGE 32

/* ---- lists ---- */

/* fromDate, toDate: days of UTC+7, both counted in; either may be missing. */
struct days {
	vt_time from, until; /* VT_TIME_NONE: open */
};

static int
read_day(const struct vt_http_req *req, const char *name, int days,
    vt_time *ret, struct vt_err *reterr)
{
	const char *s = vt_axis_param(req, name);
	struct vt_edxml_day d = { 0, 0, 0, NULL };
	struct vt_date date = { 0 };

	*ret = VT_TIME_NONE;
	if (s[0] == '\0')
		return VT_OK;
	if (!vt_edxml_day_parse(s, &d))
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: yyyy/MM/dd wanted, found \"%.40s\"", name, s);
	date.year = d.year;
	date.month = d.month;
	date.day = d.day;
	*ret = vt_time_from_date(&date, VT_TIME_VN_S) + VT_TIME_S(86400) * days;
	return VT_OK;
}

static int
read_days(
    const struct vt_http_req *req, struct days *ret, struct vt_err *reterr)
{
	int rc = read_day(req, "fromDate", 0, &ret->from, reterr);

	return rc != VT_OK ? rc
			   : read_day(req, "toDate", 1, &ret->until, reterr);
}

static bool
in_days(const struct days *d, vt_time t)
{
	return (d->from == VT_TIME_NONE || t >= d->from) &&
	       (d->until == VT_TIME_NONE || t < d->until);
}

/* The lists have no pages: what a client does not see, it sees when it has
 * fetched the rest, or by fromDate and toDate. It is told so. */
static void
end_list(struct vt_json *j, bool more)
{
	vt_json_end(j);
	if (more)
		vt_json_kbool(j, "more", true);
	vt_json_end(j);
}

static void
put_pickup(struct vt_json *j, const struct vt_pickup *p)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&p->id, id);
	vt_json_object(j);
	vt_json_kstr(j, "docId", id);
	vt_json_kstr(j, "serviceType", "eDoc");
	vt_json_kstr(j, "messageType", vt_axis_message_type(p->kind));
	vt_axis_stamp(j, "created_time", p->created_at);
	vt_axis_stamp(j, "updated_time", p->created_at);
	vt_json_kstr(j, "from", p->from);
	vt_json_kstr(j, "to", p->to);
	vt_json_kstr(j, "status", p->fetched ? "processing" : "initial");
	vt_json_kstr(j, "status_desc", p->fetched ? "Đang xử lý" : "Mới");
	vt_json_kstr(j, "title", p->title);
	vt_json_kstr(j, "notation", p->notation);
	vt_json_end(j);
}

/* At most AXIS_WAITING_MAX rows, the oldest first. */
static int
put_pickups(struct vt_http_req *req, enum vt_packet_kind kind,
    struct vt_json *j, bool *ret_more, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	struct vt_pickup *p = vt_arena_array(req->arena, PAGE, sizeof(*p));
	struct days days;
	uint64_t next = 0;
	size_t n = PAGE, sum = 0;
	int rc;

	if (p == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = read_days(req, &days, reterr);
	while (rc == VT_OK && n == PAGE && !*ret_more) {
		rc = vt_office_pickups(s->o.office, c->who.code, kind, next, p,
		    PAGE, &n, &next, reterr);
		for (size_t i = 0; i < n && rc == VT_OK && !*ret_more; i++) {
			if (!in_days(&days, p[i].created_at))
				continue;
			*ret_more = sum == VT_L(AXIS_WAITING_MAX);
			if (!*ret_more)
				put_pickup(j, &p[i]);
			sum++;
		}
	}
	return rc;
}

int
vt_axis_serve_received(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	enum vt_packet_kind kind;
	struct vt_json j;
	bool more = false;
	int rc;

	if ((rc = vt_axis_kind(req, &kind, reterr)) != VT_OK)
		return rc;
	vt_axis_open_ok(res, &j);
	vt_json_key(&j, "data");
	vt_json_array(&j);
	rc = put_pickups(req, kind, &j, &more, reterr);
	end_list(&j, more);
	return rc;
}

static int
serve_count(struct vt_http_req *req, struct vt_http_res *res,
    enum vt_packet_kind kind, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	struct vt_json j;
	uint64_t n = 0;
	int rc =
	    vt_office_pickups_count(s->o.office, c->who.code, kind, &n, reterr);

	if (rc != VT_OK)
		return rc;
	vt_axis_open_ok(res, &j);
	vt_json_kuint(&j, "count", n);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_axis_serve_count_edoc(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_count(req, res, VT_PACKET_EDOC, reterr);
}

int
vt_axis_serve_count_status(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_count(req, res, VT_PACKET_STATUS, reterr);
}

static int
put_sent(void *arg, const struct vt_hosted_sent *r, struct vt_err *reterr)
{
	struct vt_json *j = arg;
	bool refused = strcmp(r->state, "refused") == 0 ||
		       strcmp(r->state, "quarantined") == 0;

	(void)reterr;
	vt_json_object(j);
	vt_json_kstr(j, "serviceType", "eDoc");
	vt_json_kstr(j, "senderDocId", r->doc_id);
	vt_json_kstr(j, "receiverDocId", r->doc_id);
	vt_json_kstr(j, "fromCode", r->from);
	vt_json_kstr(j, "toCode", r->to);
	vt_json_kstr(j, "title", r->title);
	vt_json_kstr(j, "notation", r->notation);
	vt_axis_stamp(j, "sentTime", r->sent_at);
	vt_axis_stamp(j, "receivedTime", r->received_at);
	vt_json_kstr(j, "sendStatus", "done");
	vt_json_kstr(j, "sendStatusDesc", "Đã gửi");
	vt_json_kstr(j, "receiveStatus",
	    refused    ? "fail"
	    : r->waits ? "initial"
		       : "done");
	vt_json_kstr(j, "receiveStatusDesc",
	    r->note[0] != '\0' ? r->note
	    : r->waits         ? "Chờ nơi nhận lấy về"
			       : r->state);
	vt_json_end(j);
	return VT_OK;
}

int
vt_axis_serve_sent(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	struct vt_hosted_query q = { .doc_id = vt_axis_param(req, "docId"),
		.max = VT_L(AXIS_SENT_MAX) };
	struct vt_json j;
	struct days days;
	bool more = false;
	int rc;

	if ((rc = vt_axis_kind(req, &q.kind, reterr)) != VT_OK ||
	    (rc = read_days(req, &days, reterr)) != VT_OK)
		return rc;
	q.from = days.from;
	q.until = days.until;
	vt_axis_open_ok(res, &j);
	vt_json_key(&j, "data");
	vt_json_array(&j);
	rc = vt_office_hosted_sent(
	    s->o.office, &c->who, &q, put_sent, &j, &more, reterr);
	end_list(&j, more);
	return rc;
}

/* ---- one packet ---- */

static int
doc_id(const struct vt_http_req *req, vt_id *ret, struct vt_err *reterr)
{
	const char *s = vt_axis_param(req, "docId");

	if (vt_id_parse(vt_span_str(s), ret))
		return VT_OK;
	return vt_err_set(
	    reterr, VT_E_NOT_FOUND, "docId: no such packet for this agency");
}

#define HEAD                                                                   \
	"{\"status\":\"OK\",\"ErrorCode\":\"0\",\"ErrorDesc\":\"\",\"data\":"  \
	"\""
#define TAIL   "\"}"
#define HEAD_N (sizeof(HEAD) - 1)
#define TAIL_N (sizeof(TAIL) - 1)
#define GROUPS ((size_t)4096) /* encoded at once */

/* The packet in base64 inside its JSON, made as it is read. */
struct in_json {
	struct vt_source s;
	struct vt_office_packet *pk;
	struct vt_source *packet;
	bool plain;         /* downloadEdoc: the packet alone */
	struct vt_buf text; /* of the groups last encoded */
	uint64_t at;        /* where they begin */
};

static void
in_json_free(struct vt_source *s)
{
	struct in_json *f = (struct in_json *)(void *)s;

	vt_office_packet_close(f->pk);
	vt_buf_free(&f->text);
	free(f);
}

/* Makes the groups that hold digit `at`. */
static int
encode(struct in_json *f, uint64_t at, struct vt_err *reterr)
{
	uint8_t raw[GROUPS * 3];
	uint64_t group = at / 4 / GROUPS * GROUPS, from = group * 3;
	uint64_t left = f->packet->size - from;
	size_t n = left < sizeof(raw) ? (size_t)left : sizeof(raw);
	int rc;

	if (f->text.n > 0 && f->at == group * 4)
		return VT_OK;
	if ((rc = vt_source_read(f->packet, from, raw, n, reterr)) != VT_OK)
		return rc;
	vt_buf_reset(&f->text);
	vt_base64_put(&f->text, VT_SPAN(raw, n));
	f->at = group * 4;
	return vt_buf_status(&f->text, reterr);
}

static int
in_json_read(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	struct in_json *f = (struct in_json *)(void *)s;
	uint64_t digits = s->size - HEAD_N - TAIL_N;
	uint8_t *out = p;
	int rc;

	if (f->plain)
		return vt_source_read(f->packet, off, p, n, reterr);
	while (n > 0) {
		const uint8_t *from;
		size_t k;

		if (off < HEAD_N) {
			from = (const uint8_t *)HEAD + off;
			k = HEAD_N - (size_t)off;
		} else if (off < HEAD_N + digits) {
			rc = encode(f, off - HEAD_N, reterr);
			if (rc != VT_OK)
				return rc;
			k = (size_t)(off - HEAD_N - f->at);
			from = f->text.p + k;
			k = f->text.n - k;
		} else {
			k = (size_t)(off - HEAD_N - digits);
			from = (const uint8_t *)TAIL + k;
			k = TAIL_N - k;
		}
		k = k < n ? k : n;
		memcpy(out, from, k);
		out += k;
		off += k;
		n -= k;
	}
	return VT_OK;
}

static int
serve_packet(struct vt_http_req *req, struct vt_http_res *res, bool plain,
    struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	struct in_json *f = calloc(1, sizeof(*f));
	vt_id id;
	int rc;

	if (f == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "packet");
	vt_buf_init(&f->text, 0);
	if ((rc = doc_id(req, &id, reterr)) != VT_OK ||
	    (rc = vt_office_packet_open(
		 s->o.office, c->who.code, &id, &f->pk, reterr)) != VT_OK) {
		free(f);
		return rc;
	}
	f->packet = vt_office_packet_get(f->pk)->body;
	f->plain = plain;
	f->s.read = in_json_read;
	f->s.size = plain ? f->packet->size
			  : HEAD_N + TAIL_N + (f->packet->size + 2) / 3 * 4;
	vt_http_res_type(res, plain ? "application/octet-stream"
				    : "application/json;charset=UTF-8");
	vt_http_res_source(res, &f->s, in_json_free);
	return VT_OK;
}

int
vt_axis_serve_fetch(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_packet(req, res, false, reterr);
}

int
vt_axis_serve_download(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return serve_packet(req, res, true, reterr);
}

int
vt_axis_serve_update(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_axis_caller *c = req->user;
	const struct vt_axis_server *s = req->app;
	const char *status = vt_axis_param(req, "status");
	struct vt_json j;
	vt_id id;
	int rc;

	if ((rc = doc_id(req, &id, reterr)) != VT_OK)
		return rc;
	if (strcmp(status, "done") == 0)
		rc = vt_office_pickup_end(
		    s->o.office, c->who.code, &id, true, "", reterr);
	else if (strcmp(status, "fail") == 0)
		rc = vt_office_pickup_end(s->o.office, c->who.code, &id, false,
		    "Bên nhận không đọc được gói tin", reterr);
	else if (strcmp(status, "processing") != 0)
		rc = vt_err_set(reterr, VT_E_INVALID,
		    "updateStatus: done, fail or processing wanted, found "
		    "\"%.40s\"",
		    status);
	if (rc != VT_OK)
		return rc;
	vt_axis_open_ok(res, &j);
	vt_json_end(&j);
	return VT_OK;
}
