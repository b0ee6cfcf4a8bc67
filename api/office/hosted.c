/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/hosted.h"

#include <stdlib.h>

#include "api/office/consign.h"
#include "api/office/cursor.h"
#include "api/office/office_priv.h"
#include "api/office/routes_priv.h"
#include "base/cbor.h"
#include "docstore/state.h"

#define ROUTES 8 /* a step; a route is large */
#define ROWS   64

/* ---- who asks ---- */

static void
take_route(const struct vt_route *r, struct vt_hosted *ret)
{
	memcpy(ret->code, r->key, sizeof(ret->code));
	memcpy(ret->system_id, r->system_id, sizeof(ret->system_id));
	memcpy(ret->secret_ref, r->secret_ref, sizeof(ret->secret_ref));
}

int
vt_office_hosted_find(struct vt_office *o, const char *system_id,
    struct vt_hosted *ret, struct vt_err *reterr)
{
	struct vt_route *r = calloc(ROUTES, sizeof(*r));
	struct vt_view *v = NULL;
	char after[64] = "";
	bool found = false;
	size_t n = ROUTES;
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "routes");
	if (system_id[0] == '\0')
		n = 0;
	else
		rc = vt_view_begin(o->o.store, &v, reterr);
	while (rc == VT_OK && !found && n == ROUTES) {
		rc = vt_office_route_list(o, v, after, r, ROUTES, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK && !found; i++) {
			memcpy(after, r[i].key, sizeof(after));
			found = r[i].kind == VT_ROUTE_HOSTED && r[i].active &&
				strcmp(r[i].system_id, system_id) == 0;
			if (found)
				take_route(&r[i], ret);
		}
	}
	vt_view_end(v);
	free(r);
	if (rc == VT_OK && !found)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no hosted agency has this system id");
	return rc;
}

int
vt_office_hosted_speaks(struct vt_office *o, const struct vt_hosted *h,
    const char *code, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (strcmp(h->code, code) == 0)
		return VT_OK;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_address_get(o, v, code, &a, reterr);
	if (rc == VT_OK && strcmp(a.gateway, h->code) == 0 && !a.deleted)
		return VT_OK;
	if (rc == VT_OK || rc == VT_E_AGENCY_UNKNOWN)
		rc = vt_err_set(reterr, VT_E_FORBIDDEN,
		    "%s does not speak for %s", h->code, code);
	return rc;
}

/* ---- who can be written to ---- */

static int
each_tenant(struct vt_office *o, vt_office_on_listed *row, void *arg,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a[16];
	char id[16];
	uint32_t after = 0;
	size_t n = 16;
	int rc;

	while (n == 16) {
		vt_view_end(VT_TAKE(v));
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
		    (rc = vt_agency_list(v, after, a, 16, &n, reterr)) != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			struct vt_listed l = { .id = id,
				.parent = "",
				.mail = "",
				.old_code = "" };

			after = a[i].no;
			if (a[i].successor != 0)
				continue;
			snprintf(id, sizeof(id), "%u", a[i].no);
			l.code = a[i].now.code;
			l.name = a[i].now.name;
			l.changed_at = a[i].now.from;
			if ((rc = row(arg, &l, reterr)) != VT_OK)
				return rc;
		}
	}
	return VT_OK;
}

static int
each_address(struct vt_office *o, struct vt_address *a, bool deleted,
    vt_office_on_listed *row, void *arg, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	char after[64] = "";
	size_t n = ROWS;
	int rc = VT_OK;

	while (rc == VT_OK && n == ROWS) {
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_office_address_list(o, v, after, a, ROWS, &n, reterr);
		vt_view_end(v); /* addresses are plain values */
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			struct vt_listed l = { a[i].remote_id, a[i].parent,
				a[i].code, a[i].name, a[i].mail, a[i].old_code,
				a[i].deleted, a[i].changed_at };

			memcpy(after, a[i].code, sizeof(after));
			/* an old code stands beside its new one */
			if (a[i].verified && a[i].successor[0] == '\0' &&
			    (deleted || !a[i].deleted))
				rc = row(arg, &l, reterr);
		}
	}
	return rc;
}

int
vt_office_listed_each(struct vt_office *o, bool deleted,
    vt_office_on_listed *row, void *arg, struct vt_err *reterr)
{
	struct vt_address *a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((a = calloc(ROWS, sizeof(*a))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "addresses");
	if ((rc = each_tenant(o, row, arg, reterr)) == VT_OK)
		rc = each_address(o, a, deleted, row, arg, reterr);
	free(a);
	return rc;
}

/* Is the code a tenant's, or does it have a route? */
static int
is_served(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_err *reterr)
{
	struct vt_route *r = malloc(sizeof(*r));
	struct vt_agency tenant;
	bool taken;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "routes");
	taken =
	    vt_agency_by_code(v, code, &tenant, NULL) != VT_E_AGENCY_UNKNOWN ||
	    vt_office_route_get(o, v, code, r, NULL) != VT_E_NOT_FOUND;
	free(r);
	return !taken ? VT_OK
		      : vt_err_set(reterr, VT_E_FORBIDDEN,
			    "%s is an agency that is served otherwise", code);
}

/* Is the code below the hosted agency's own, and neither somebody else's nor
 * below somebody else's? */
static int
may_name(struct vt_office *o, const struct vt_hosted *h, const char *code,
    bool must_be, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address a;
	size_t n = strlen(h->code), len = strlen(code);
	char part[sizeof(a.code)];
	bool known;
	int rc;

	if (strncmp(code, h->code, n) != 0 || code[n] != '.' ||
	    code[len - 1] == '.' || len >= sizeof(part))
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "%s is not a code below %s", code, h->code);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = n + 1; i <= len; i++) {
		if (code[i] != '.' && code[i] != '\0')
			continue;
		memcpy(part, code, i);
		part[i] = '\0';
		if ((rc = is_served(o, v, part, reterr)) != VT_OK)
			return rc;
	}
	rc = vt_office_address_get(o, v, code, &a, NULL);
	if (rc != VT_OK && rc != VT_E_AGENCY_UNKNOWN)
		return vt_office_address_get(o, v, code, &a, reterr);
	known = rc == VT_OK;
	if (known ? strcmp(a.gateway, h->code) != 0 : must_be)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "%s is not a unit that %s registered", code, h->code);
	return VT_OK;
}

int
vt_office_hosted_register(struct vt_office *o, const struct vt_hosted *h,
    const struct vt_address *a, struct vt_err *reterr)
{
	size_t changed;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = vt_office_hosted_speaks(o, h, a->parent, reterr);
	if (rc == VT_OK)
		rc = may_name(o, h, a->code, false, reterr);
	if (rc == VT_OK)
		rc = vt_office_addresses_sync(
		    o, h->code, a, 1, &changed, reterr);
	return rc;
}

int
vt_office_hosted_remove(struct vt_office *o, const struct vt_hosted *h,
    const char *code, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct vt_address a;
	size_t changed;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = may_name(o, h, code, true, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_address_get(o, v, code, &a, reterr);
	vt_view_end(v);
	if (rc != VT_OK || a.deleted)
		return rc;
	a.deleted = true;
	return vt_office_addresses_sync(o, h->code, &a, 1, &changed, reterr);
}

/* ---- what it sent ---- */

/* Tenants by their number, then the others by their code. */
static int
by_receiver(const void *a, const void *b)
{
	const struct vt_hosted_to *x = a, *y = b;
	int order = strcmp(x->code, y->code);

	if (order == 0 && x->agency_no != y->agency_no)
		order = x->agency_no < y->agency_no ? -1 : 1;
	return order;
}

/* A receiver of this code. */
static int
find_target(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_hosted_to *ret, struct vt_err *reterr)
{
	enum vt_route_kind kind;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = vt_office_route_find(
	    o, v, code, &kind, NULL, &ret->agency_no, ret->code, reterr);
	if (rc != VT_OK)
		return rc;
	if (kind == VT_ROUTE_TENANT)
		memset(ret->code, 0, sizeof(ret->code));
	else if (kind == VT_ROUTE_HOSTED)
		rc = vt_house_agency(v, &ret->agency_no, reterr);
	else
		rc = vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "%s is reached from here by a route of our own (%s): "
		    "packets of agencies that use this axis go to agencies of "
		    "this axis, and are not carried on from it",
		    code, vt_route_kind_name(kind));
	return rc;
}

int
vt_office_hosted_targets(struct vt_office *o, const char *const *codes,
    size_t n, struct vt_hosted_to ret[VT_HOSTED_TO_MAX], size_t *ret_n,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	size_t found = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct vt_hosted_to to;
		bool have = false;

		if ((rc = find_target(o, v, codes[i], &to, reterr)) != VT_OK)
			return rc;
		for (size_t k = 0; k < found; k++)
			have = have || by_receiver(&ret[k], &to) == 0;
		if (have)
			continue;
		if (found == VT_HOSTED_TO_MAX)
			return vt_err_set(reterr, VT_E_LIMIT,
			    "a packet for more than %d agencies",
			    VT_HOSTED_TO_MAX);
		ret[found++] = to;
	}
	qsort(ret, found, sizeof(ret[0]), by_receiver);
	*ret_n = found;
	return VT_OK;
}

void
vt_office_hosted_external(const char *doc_id, const struct vt_hosted_to *to,
    char ret[VT_HOSTED_EXTERNAL])
{
	(void)snprintf(ret, VT_HOSTED_EXTERNAL, "%s%s%s", doc_id,
	    to->code[0] == '\0' ? "" : "/", to->code);
}

/*
 * Two rows a packet, beside the cursors of transports: "hosted/CODE/KIND/DOCID"
 * says when and to whom, "hosted-at/CODE/KIND/TIME/DOCID" gives the order, the
 * newest first. The second is written first; it counts when both name the same
 * time.
 */
static int
sent_key(const struct vt_hosted *h, enum vt_packet_kind kind,
    const char *doc_id, struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_printf(ret, "hosted/%s/%d/%s", h->code, (int)kind, doc_id);
	return vt_buf_status(ret, reterr);
}

#define STAMP 16

/* Up to the DOCID. */
static int
order_key(const struct vt_hosted *h, enum vt_packet_kind kind, vt_time at,
    struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_printf(ret, "hosted-at/%s/%d/", h->code, (int)kind);
	if (at != VT_TIME_NONE)
		vt_buf_printf(ret, "%016llx",
		    (unsigned long long)(UINT64_MAX - (uint64_t)at));
	return vt_buf_status(ret, reterr);
}

int
vt_office_hosted_sent_put(struct vt_office *o, const struct vt_hosted *h,
    enum vt_packet_kind kind, const char *doc_id, const struct vt_hosted_to *to,
    size_t n_to, struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx),
		end = now + VT_TIME_S(VT_L(HOSTED_SENT_S));
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(order);
	VT_BUF_AUTO(b);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = sent_key(h, kind, doc_id, &key, reterr)) != VT_OK ||
	    (rc = vt_office_cursor_get(o, vt_buf_str(&key), &b, reterr)) !=
		VT_OK ||
	    b.n > 0)
		return rc; /* a repeat */
	vt_cbor_map_begin(&w, &b);
	vt_cbor_key(&w, 1);
	vt_cbor_int(&b, now);
	vt_cbor_key(&w, 2);
	vt_cbor_array(&b, n_to);
	for (size_t i = 0; i < n_to; i++)
		vt_cbor_uint(&b, to[i].agency_no);
	vt_cbor_key(&w, 3); /* their codes, of those it is carried on to */
	vt_cbor_array(&b, n_to);
	for (size_t i = 0; i < n_to; i++)
		vt_cbor_str(&b, to[i].code);
	vt_cbor_map_end(&w);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK ||
	    (rc = order_key(h, kind, now, &order, reterr)) != VT_OK)
		return rc;
	vt_buf_printf(&order, "/%s", doc_id);
	if ((rc = vt_buf_status(&order, reterr)) != VT_OK ||
	    (rc = vt_office_cursor_put(
		 o, vt_buf_str(&order), VT_SPAN("", 0), end, reterr)) != VT_OK)
		return rc;
	return vt_office_cursor_put(
	    o, vt_buf_str(&key), vt_buf_view(&b), end, reterr);
}

/* What is known of one packet. */
struct sent_row {
	const char *doc_id;
	vt_time at;
	struct vt_hosted_to to[VT_HOSTED_TO_MAX];
	size_t n;
};

static int
sent_decode(struct vt_span value, struct sent_row *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t field;
	size_t len;

	ret->n = 0;
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &field)) {
		if (field == 1) {
			ret->at = vt_cbor_get_int(&c);
		} else if (field == 2) {
			len = vt_cbor_get_array(&c);
			for (size_t i = 0; i < len && c.failed == VT_OK; i++) {
				uint64_t no = vt_cbor_get_uint(&c);

				if (ret->n < VT_HOSTED_TO_MAX)
					ret->to[ret->n++].agency_no =
					    (uint32_t)no;
			}
		} else if (field == 3) {
			len = vt_cbor_get_array(&c);
			for (size_t i = 0; i < len && c.failed == VT_OK; i++)
				if (i < ret->n)
					vt_cbor_get_str(&c, ret->to[i].code,
					    sizeof(ret->to[i].code));
				else
					(void)vt_cbor_skip(&c);
		} else {
			(void)vt_cbor_skip(&c);
		}
	}
	return vt_cbor_finish(&c, "packet of a hosted agency", reterr);
}

struct sent {
	struct vt_office *o;
	const struct vt_hosted *h;
	const struct vt_hosted_query *q;
	vt_office_on_sent *row;
	void *arg;
	size_t n; /* rows given */
};

static int
one_receiver(struct sent *s, struct vt_view *v, const struct sent_row *r,
    const struct vt_hosted_to *to, struct vt_err *reterr)
{
	struct vt_hosted_sent out = { r->doc_id, s->h->code, to->code, "", "",
		"stored", "", to->code[0] != '\0', r->at, r->at };
	struct vt_err err = VT_ERR_INIT;
	char external[VT_HOSTED_EXTERNAL];
	struct vt_consignment c;
	struct vt_agency a;
	int rc;

	if ((rc = vt_agency_get(v, to->agency_no, &a, reterr)) != VT_OK)
		return rc;
	if (to->code[0] == '\0')
		out.to = a.now.code;
	vt_office_hosted_external(r->doc_id, to, external);
	rc = vt_consign_by_external(
	    v, to->agency_no, VT_TRANSPORT_HOSTED, external, &c, &err);
	if (rc == VT_E_NOT_FOUND) /* an older release called it so */
		rc = vt_consign_by_external(
		    v, to->agency_no, VT_TRANSPORT_AXIS, external, &c, &err);
	if (rc == VT_OK) {
		out.title = c.subject;
		out.notation = c.code;
		out.state = vt_consign_state_name(c.state);
		out.note = c.note;
		out.waits = out.waits && (c.state == VT_CONSIGN_STORED ||
					     c.state == VT_CONSIGN_ARRIVED);
		out.received_at = c.received_at;
	} else if (rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	s->n++;
	return s->row(s->arg, &out, reterr);
}

/* A view for each packet: what it reads lives as long. at: as the order has
 * it, or VT_TIME_NONE. */
static int
one_packet(
    struct sent *s, const char *doc_id, vt_time at, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct sent_row r = { .doc_id = doc_id, .at = 0 };
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = sent_key(s->h, s->q->kind, doc_id, &key, reterr)) != VT_OK ||
	    key.n > VT_STATE_KEY_MAX ||
	    (rc = vt_office_cursor_get(
		 s->o, vt_buf_str(&key), &value, reterr)) != VT_OK ||
	    value.n == 0 ||
	    (rc = sent_decode(vt_buf_view(&value), &r, reterr)) != VT_OK ||
	    (at != VT_TIME_NONE && at != r.at) ||
	    (rc = vt_view_begin(s->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < r.n && rc == VT_OK; i++)
		rc = one_receiver(s, v, &r, &r.to[i], reterr);
	return rc;
}

/* TIME/DOCID at the end of a key of the order. */
static bool
order_read(struct vt_span key, size_t prefix, vt_time *ret_at,
    char ret_doc[static 201])
{
	char digits[STAMP + 1], *end;

	if (key.n <= prefix + STAMP + 1 || key.n - prefix - STAMP - 1 > 200)
		return false;
	memcpy(digits, key.p + prefix, STAMP);
	digits[STAMP] = '\0';
	*ret_at = (vt_time)(UINT64_MAX - strtoull(digits, &end, 16));
	prefix += STAMP + 1;
	memcpy(ret_doc, key.p + prefix, key.n - prefix);
	ret_doc[key.n - prefix] = '\0';
	return *end == '\0';
}

/* Keys of the order after *after, which becomes the last; n == ROWS: there
 * may be more. */
static int
order_page(struct vt_office *o, struct vt_span prefix, struct vt_buf *after,
    struct vt_buf ret[ROWS], size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_state st[ROWS];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_state_list(v, VT_STATE_CURSOR, prefix, vt_buf_view(after),
		 st, ROWS, ret_n, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < *ret_n && rc == VT_OK; i++) {
		vt_buf_reset(&ret[i]);
		vt_buf_span(&ret[i], st[i].key);
		rc = vt_buf_status(&ret[i], reterr);
	}
	vt_buf_reset(after);
	if (*ret_n > 0)
		vt_buf_span(after, st[*ret_n - 1].key);
	return rc != VT_OK ? rc : vt_buf_status(after, reterr);
}

static int
all_packets(struct sent *s, struct vt_buf keys[ROWS], bool *ret_more,
    struct vt_err *reterr)
{
	const struct vt_hosted_query *q = s->q;
	VT_BUF_AUTO(prefix);
	VT_BUF_AUTO(after);
	size_t n = ROWS;
	char doc[201];
	vt_time at;
	int rc;

	rc = order_key(s->h, q->kind, VT_TIME_NONE, &prefix, reterr);
	if (rc == VT_OK && q->until != VT_TIME_NONE) {
		rc = order_key(s->h, q->kind, q->until, &after, reterr);
		vt_buf_putc(&after, '0'); /* behind '/' */
	}
	while (rc == VT_OK && n == ROWS) {
		rc = order_page(
		    s->o, vt_buf_view(&prefix), &after, keys, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			if (!order_read(
				vt_buf_view(&keys[i]), prefix.n, &at, doc))
				continue;
			if (q->from != VT_TIME_NONE && at < q->from)
				return VT_OK;
			if (s->n >= q->max) {
				*ret_more = true;
				return VT_OK;
			}
			rc = one_packet(s, doc, at, reterr);
		}
	}
	return rc;
}

int
vt_office_hosted_sent(struct vt_office *o, const struct vt_hosted *h,
    const struct vt_hosted_query *q, vt_office_on_sent *row, void *arg,
    bool *ret_more, struct vt_err *reterr)
{
	struct sent s = { o, h, q, row, arg, 0 };
	struct vt_buf *keys;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	*ret_more = false;
	if (q->doc_id[0] != '\0')
		return one_packet(&s, q->doc_id, VT_TIME_NONE, reterr);
	if ((keys = calloc(ROWS, sizeof(*keys))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "packets sent");
	rc = all_packets(&s, keys, ret_more, reterr);
	for (size_t i = 0; i < ROWS; i++)
		vt_buf_free(&keys[i]);
	free(keys);
	return rc;
}
