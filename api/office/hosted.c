/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/hosted.h"

#include <stdlib.h>

#include "api/office/consign.h"
#include "api/office/cursor.h"
#include "api/office/office_priv.h"
#include "api/office/routes.h"
#include "base/cbor.h"

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

/* Is the code free for this hosted agency to give or take? */
static int
may_name(struct vt_office *o, const struct vt_hosted *h, const char *code,
    bool must_be, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency tenant;
	struct vt_address a;
	bool known;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, code, &tenant, NULL);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_FORBIDDEN, "%s is the code of a tenant", code);
	rc = vt_office_address_get(o, v, code, &a, reterr);
	if (rc != VT_OK && rc != VT_E_AGENCY_UNKNOWN)
		return rc;
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

int
vt_office_hosted_targets(struct vt_office *o, const char *const *codes,
    size_t n, uint32_t ret[VT_HOSTED_TO_MAX], size_t *ret_n,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	enum vt_route_kind kind;
	size_t found = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		uint32_t no = 0;
		bool have = false;

		rc = vt_office_route_find(
		    o, v, codes[i], &kind, NULL, &no, NULL, reterr);
		if (rc == VT_OK && kind != VT_ROUTE_TENANT)
			rc = vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
			    "%s is not served here", codes[i]);
		if (rc != VT_OK)
			return rc;
		for (size_t k = 0; k < found; k++)
			have = have || ret[k] == no;
		if (have)
			continue;
		if (found == VT_HOSTED_TO_MAX)
			return vt_err_set(reterr, VT_E_LIMIT,
			    "a packet for more than %d agencies",
			    VT_HOSTED_TO_MAX);
		ret[found++] = no;
	}
	*ret_n = found;
	return VT_OK;
}

static int
sent_key(const struct vt_hosted *h, enum vt_packet_kind kind,
    const char *doc_id, struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_printf(ret, "hosted/%s/%d/%s", h->code, (int)kind, doc_id);
	return vt_buf_status(ret, reterr);
}

int
vt_office_hosted_sent_put(struct vt_office *o, const struct vt_hosted *h,
    enum vt_packet_kind kind, const char *doc_id, const uint32_t *to,
    size_t n_to, struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx);
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(b);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	vt_cbor_map_begin(&w, &b);
	vt_cbor_key(&w, 1);
	vt_cbor_int(&b, now);
	vt_cbor_key(&w, 2);
	vt_cbor_array(&b, n_to);
	for (size_t i = 0; i < n_to; i++)
		vt_cbor_uint(&b, to[i]);
	vt_cbor_map_end(&w);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK ||
	    (rc = sent_key(h, kind, doc_id, &key, reterr)) != VT_OK)
		return rc;
	return vt_office_cursor_put(o, vt_buf_str(&key), vt_buf_view(&b),
	    now + VT_TIME_S(VT_L(HOSTED_SENT_S)), reterr);
}

struct sent {
	struct vt_office *o;
	const struct vt_hosted *h;
	size_t prefix; /* bytes of the key before the doc id */
	vt_office_on_sent *row;
	void *arg;
	vt_time at;
};

static int
one_receiver(
    struct sent *s, const char *doc_id, uint32_t no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hosted_sent out = { doc_id, s->h->code, "", "", "", "stored",
		"", s->at, s->at };
	struct vt_consignment c;
	struct vt_agency a;
	int rc;

	if ((rc = vt_view_begin(s->o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, no, &a, reterr)) != VT_OK)
		return rc;
	out.to = a.now.code;
	rc = vt_consign_by_external(
	    v, no, VT_TRANSPORT_AXIS, doc_id, &c, reterr);
	if (rc == VT_OK) {
		out.title = c.subject;
		out.notation = c.code;
		out.state = vt_consign_state_name(c.state);
		out.note = c.note;
		out.received_at = c.received_at;
	} else if (rc != VT_E_NOT_FOUND) {
		return rc;
	}
	return s->row(s->arg, &out, reterr);
}

static int
on_sent(
    void *arg, struct vt_span key, struct vt_span value, struct vt_err *reterr)
{
	struct sent *s = arg;
	struct vt_cbor_map_reader m;
	uint32_t to[VT_HOSTED_TO_MAX];
	struct vt_cbor c;
	char doc_id[201];
	uint64_t field;
	size_t n = 0, len;
	int rc;

	if (key.n <= s->prefix || key.n - s->prefix >= sizeof(doc_id))
		return VT_OK;
	memcpy(doc_id, key.p + s->prefix, key.n - s->prefix);
	doc_id[key.n - s->prefix] = '\0';
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &field)) {
		if (field == 1) {
			s->at = vt_cbor_get_int(&c);
		} else if (field == 2) {
			len = vt_cbor_get_array(&c);
			for (size_t i = 0; i < len && c.failed == VT_OK; i++) {
				uint64_t no = vt_cbor_get_uint(&c);

				if (n < VT_HOSTED_TO_MAX)
					to[n++] = (uint32_t)no;
			}
		} else {
			(void)vt_cbor_skip(&c);
		}
	}
	if ((rc = vt_cbor_finish(&c, "packet of a hosted agency", reterr)) !=
	    VT_OK)
		return rc;
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = one_receiver(s, doc_id, to[i], reterr);
	return rc;
}

int
vt_office_hosted_sent(struct vt_office *o, const struct vt_hosted *h,
    enum vt_packet_kind kind, const char *doc_id, vt_office_on_sent *row,
    void *arg, struct vt_err *reterr)
{
	struct sent s = { o, h, 0, row, arg, 0 };
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(value);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = sent_key(h, kind, "", &key, reterr)) != VT_OK)
		return rc;
	s.prefix = key.n;
	if (doc_id[0] == '\0')
		return vt_office_cursor_each(
		    o, vt_buf_str(&key), on_sent, &s, reterr);
	vt_buf_puts(&key, doc_id);
	if ((rc = vt_buf_status(&key, reterr)) != VT_OK || key.n > 255)
		return rc;
	rc = vt_office_cursor_get(o, vt_buf_str(&key), &value, reterr);
	if (rc == VT_OK && value.n > 0)
		rc =
		    on_sent(&s, vt_buf_view(&key), vt_buf_view(&value), reterr);
	return rc;
}
