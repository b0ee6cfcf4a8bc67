/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a paper reaches an agency, and the routes that say so. */
#include <stdlib.h>

#include "api/office/routes_priv.h"
#include "base/text.h"

const char *
vt_route_kind_name(enum vt_route_kind k)
{
	static const char *const names[] = { [VT_ROUTE_PRINT] = "print",
		[VT_ROUTE_TENANT] = "tenant",
		[VT_ROUTE_DIRECT] = "direct",
		[VT_ROUTE_AXIS] = "axis",
		[VT_ROUTE_WRAPPER] = "wrapper",
		[VT_ROUTE_HOSTED] = "hosted",
		[VT_ROUTE_OWN] = "own" };

	if (k < VT_ROUTE_PRINT || k > VT_ROUTE_OWN)
		return "unknown";
	return names[k];
}

int
vt_route_read(struct vt_view *v, const char *key, struct vt_route *ret,
    struct vt_err *reterr)
{
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(v, VT_ENTRY_ROUTE, 0, vt_span_str(key), &e, reterr);
	return rc != VT_OK ? rc : vt_route_decode(e.key, e.value, ret, reterr);
}

int
vt_office_route_get(struct vt_office *o, struct vt_view *v, const char *key,
    struct vt_route *ret, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return vt_route_read(v, key, ret, reterr);
}

int
vt_office_route_list(struct vt_office *o, struct vt_view *v, const char *after,
    struct vt_route *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_entry_range range = { .kind = VT_ENTRY_ROUTE };
	struct vt_entry e[16];
	size_t n, want, found = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	range.after = vt_span_str(after);
	do {
		want = max - found < 16 ? max - found : 16;
		if ((rc = vt_entry_list(v, &range, e, want, &n, reterr)) !=
		    VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			rc = vt_route_decode(
			    e[i].key, e[i].value, &ret[found++], reterr);
			if (rc != VT_OK)
				return rc;
			range.after = e[i].key;
		}
	} while (n == want && found < max);
	*ret_n = found;
	return VT_OK;
}

/* ---- finding ---- */

/* One code without its successors; VT_E_AGENCY_UNKNOWN. ret_address->code ""
 * when the book does not have it. */
static int
find_one(struct vt_view *v, const char *code, struct vt_address *ret_address,
    struct vt_route *ret, bool *ret_is, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_is = false;
	rc = vt_address_read(v, code, ret_address, &err);
	if (rc == VT_E_NOT_FOUND)
		memset(ret_address, 0, sizeof(*ret_address));
	else if (rc != VT_OK)
		goto fail;
	rc = vt_route_read(v, code, ret, &err);
	if (rc == VT_OK && ret->active && ret->kind != VT_ROUTE_OWN) {
		*ret_is = true;
		return VT_OK;
	}
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		goto fail;
	if (ret_address->code[0] == '\0')
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "agency code \"%s\" is neither here nor in the address "
		    "book",
		    code);
	rc = VT_E_NOT_FOUND;
	if (ret_address->gateway[0] != '\0')
		rc = vt_route_read(v, ret_address->gateway, ret, &err);
	if (rc == VT_E_NOT_FOUND && !ret_address->deleted)
		rc = vt_route_read(v, "*", ret, &err);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		goto fail;
	*ret_is = rc == VT_OK && ret->active && ret->kind != VT_ROUTE_OWN;
	return VT_OK;
fail:
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

struct search {
	struct vt_route route;
	struct vt_address address;
	char code[64], today[11];
};

static int
search(struct vt_view *v, struct search *s, enum vt_route_kind *ret_kind,
    uint32_t *ret_no, struct vt_err *reterr)
{
	struct vt_agency a;
	bool is, exact, over;
	int rc;

	for (int i = 0; i < VT_SUCCESSORS_MAX; i++) {
		rc = vt_agency_by_code(v, s->code, &a, NULL);
		if (rc == VT_OK) {
			if ((rc = vt_agency_follow(v, &a, reterr)) != VT_OK)
				return rc;
			*ret_kind = VT_ROUTE_TENANT;
			*ret_no = a.no;
			return VT_OK;
		}
		rc = find_one(v, s->code, &s->address, &s->route, &is, reterr);
		if (rc != VT_OK)
			return rc;
		/* a list names successors; a route of the very code is the word
		 * of the house */
		exact = is && strcmp(s->route.key, s->code) == 0;
		over = vt_address_is_over(&s->address, s->today);
		if (over && !exact && s->address.successor[0] == '\0')
			return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
			    "agency code \"%s\" ended with %s, and the address "
			    "book names no successor: ask who has its tasks, "
			    "or send on paper, by name",
			    s->code, s->address.until);
		if (over && !exact) {
			(void)snprintf(s->code, sizeof(s->code), "%s",
			    s->address.successor);
			continue;
		}
		*ret_kind = is ? s->route.kind : VT_ROUTE_PRINT;
		return VT_OK;
	}
	return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
	    "agency code \"%s\": more than %d successors, one after the other",
	    s->code, VT_SUCCESSORS_MAX);
}

int
vt_office_route_find(struct vt_office *o, struct vt_view *v, const char *code,
    enum vt_route_kind *ret_kind, struct vt_route *ret_route,
    uint32_t *ret_agency_no, char *ret_code, struct vt_err *reterr)
{
	enum vt_route_kind kind = VT_ROUTE_PRINT;
	struct search *s;
	uint32_t no = 0;
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (strlen(code) >= sizeof(s->code))
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "an agency code of %zu characters", strlen(code));
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "routing: no memory");
	(void)snprintf(s->code, sizeof(s->code), "%s", code);
	vt_day_of(vt_now(o->o.ctx), s->today);
	if (code[0] != '\0')
		rc = search(v, s, &kind, &no, reterr);
	if (rc == VT_OK) {
		*ret_kind = kind;
		if (ret_route != NULL)
			*ret_route = s->route;
		if (ret_agency_no != NULL)
			*ret_agency_no = no;
		if (ret_code != NULL)
			memcpy(ret_code, s->code, sizeof(s->code));
	}
	free(s);
	return rc;
}

/* A tenant under any of its codes. */
static int
tenant_now(struct vt_view *v, const struct vt_agency *a, const char *code,
    struct vt_code_now *ret, struct vt_err *reterr)
{
	struct vt_agency at = *a;
	bool last = a->n_names > 0 &&
		    strcmp(a->names[a->n_names - 1].code, code) == 0;
	int rc;

	if ((rc = vt_agency_follow(v, &at, reterr)) != VT_OK)
		return rc;
	/* the last one may be to come */
	ret->ended = ret->ended || at.no != a->no ||
		     (strcmp(at.now.code, code) != 0 && !last);
	vt_text_fit(ret->code, sizeof(ret->code), at.now.code);
	vt_text_fit(ret->name, sizeof(ret->name), at.now.name);
	return VT_OK;
}

int
vt_office_code_now(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_code_now *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_address a;
	struct vt_agency g;
	char today[11];
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(ret, 0, sizeof(*ret));
	vt_text_fit(ret->code, sizeof(ret->code), code);
	vt_day_of(vt_now(o->o.ctx), today);
	for (int i = 0; i < VT_SUCCESSORS_MAX && ret->code[0] != '\0'; i++) {
		if (vt_agency_by_code(v, ret->code, &g, NULL) == VT_OK)
			return tenant_now(v, &g, ret->code, ret, reterr);
		rc = vt_address_read(v, ret->code, &a, &err);
		if (rc == VT_E_NOT_FOUND)
			return VT_OK;
		if (rc != VT_OK) {
			if (reterr != NULL)
				*reterr = err;
			return rc;
		}
		vt_text_fit(ret->name, sizeof(ret->name), a.name);
		if (!vt_address_is_over(&a, today))
			return VT_OK;
		if (!ret->ended)
			vt_text_fit(ret->until, sizeof(ret->until), a.until);
		ret->ended = true;
		vt_text_fit(ret->code, sizeof(ret->code), a.successor);
	}
	if (ret->code[0] == '\0')
		ret->name[0] = '\0';
	return VT_OK;
}

/* ---- changing ---- */

int
vt_house_agency(struct vt_view *v, uint32_t *ret, struct vt_err *reterr)
{
	struct vt_agency a;
	size_t n;
	int rc = vt_agency_list(v, 0, &a, 1, &n, reterr);

	if (rc != VT_OK)
		return rc;
	if (n == 0)
		return vt_err_set(
		    reterr, VT_E_AGENCY_UNKNOWN, "the store has no agency yet");
	*ret = a.no;
	return VT_OK;
}

int
vt_house_only(
    struct vt_office *o, const struct vt_actor *actor, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	uint32_t no = 0;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_house_agency(v, &no, reterr);
	vt_view_end(v);
	if (rc == VT_OK && no != actor->agency_no)
		rc = vt_err_set(reterr, VT_E_FORBIDDEN,
		    "the address book and the routes serve every agency: they "
		    "are kept by the one that runs this store");
	return rc;
}

static int
wrong(struct vt_err *reterr, const char *field, const char *want)
{
	return vt_err_set(
	    reterr, VT_E_INVALID, "route: %s: %s wanted", field, want);
}

static bool
needs_url(enum vt_route_kind k)
{
	return k == VT_ROUTE_DIRECT || k == VT_ROUTE_AXIS ||
	       k == VT_ROUTE_WRAPPER;
}

static int
check_route(const struct vt_route *r, struct vt_err *reterr)
{
	size_t n = strlen(r->url);
	vt_hash h;

	if (r->key[0] == '\0')
		return wrong(reterr, "key", "an agency code or a gateway name");
	if (r->kind < VT_ROUTE_PRINT || r->kind > VT_ROUTE_OWN ||
	    r->kind == VT_ROUTE_TENANT)
		return wrong(reterr, "kind",
		    "print, direct, axis, wrapper, hosted or own");
	if (needs_url(r->kind) && ((strncmp(r->url, "https://", 8) != 0 &&
				       strncmp(r->url, "http://", 7) != 0) ||
				      r->url[n - 1] == '/'))
		return wrong(
		    reterr, "url", "http(s)://HOST without a slash at the end");
	if (r->n_pins > VT_ROUTE_PINS || r->n_tls_pins > VT_ROUTE_PINS)
		return wrong(reterr, "pins", "at most 4");
	if (r->kind == VT_ROUTE_DIRECT && r->n_pins == 0)
		return wrong(reterr, "pins",
		    "the service certificate of the peer (direct exchange)");
	for (uint32_t i = 0; i < r->n_pins; i++) {
		if (r->cert_n[i] == 0 || r->cert_n[i] > sizeof(r->cert[i]))
			return wrong(reterr, "certificate",
			    "DER of at most 4096 bytes for each pin");
		h = vt_sha256(VT_SPAN(r->cert[i], r->cert_n[i]));
		if (!vt_hash_eq(&h, &r->pins[i]))
			return wrong(reterr, "pins",
			    "the SHA-256 of the certificate beside it");
	}
	if ((r->kind == VT_ROUTE_OWN || r->kind == VT_ROUTE_AXIS ||
		r->kind == VT_ROUTE_WRAPPER) &&
	    strncmp(r->secret_ref, "file:", 5) != 0)
		return wrong(reterr, "secret", "file:PATH");
	return VT_OK;
}

/* The steps that put a route: its entry, and work that fetches. */
struct route_act {
	struct vt_entry_change change;
	struct vt_step steps[3];
	size_t n;
	struct vt_buf value, payload;
};

/* The subject of a gateway's work: by it two items for one are known. */
static vt_id
gateway_id(const char *what, const char *key)
{
	VT_BUF_AUTO(b);
	vt_hash h;
	vt_id id;

	vt_buf_printf(&b, "%s %s", what, key);
	h = vt_sha256(vt_buf_view(&b));
	memcpy(id.b, h.b, sizeof(id.b));
	return id;
}

static void
route_steps(const struct vt_route *r, struct route_act *a)
{
	struct vt_step *s;

	memset(a->steps, 0, sizeof(a->steps));
	vt_route_encode(r, &a->value);
	vt_cbor_map(&a->payload, 1);
	vt_cbor_uint(&a->payload, 1);
	vt_cbor_str(&a->payload, r->key);
	a->change = (struct vt_entry_change){ .kind = VT_ENTRY_ROUTE,
		.store_wide = true,
		.key = vt_span_str(r->key),
		.value = vt_buf_view(&a->value) };
	a->steps[0].kind = VT_STEP_ENTRY;
	a->steps[0].u.entry.changes = &a->change;
	a->steps[0].u.entry.n = 1;
	a->n = 1;
	if (!r->active ||
	    (r->kind != VT_ROUTE_AXIS && r->kind != VT_ROUTE_WRAPPER))
		return;
	if (r->pull_s != 0) {
		s = &a->steps[a->n++];
		s->kind = VT_STEP_WORK;
		s->u.work.kind = VT_WORK_PULL;
		s->u.work.subject = gateway_id("pull", r->key);
		s->u.work.payload = vt_buf_view(&a->payload);
	}
	s = &a->steps[a->n++];
	s->kind = VT_STEP_WORK;
	s->u.work.kind = VT_WORK_SYNC;
	s->u.work.subject = gateway_id("sync", r->key);
	s->u.work.payload = vt_buf_view(&a->payload);
}

int
vt_route_put(
    struct vt_store *s, const struct vt_route *r, struct vt_err *reterr)
{
	struct route_act a = { .value = VT_BUF_INIT, .payload = VT_BUF_INIT };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { 0 };
	struct vt_view *v = NULL;
	int rc;

	if ((rc = check_route(r, reterr)) != VT_OK ||
	    (rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_house_agency(v, &act.agency_no, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	route_steps(r, &a);
	if ((rc = vt_buf_status(&a.value, reterr)) == VT_OK &&
	    (rc = vt_buf_status(&a.payload, reterr)) == VT_OK) {
		act.steps = a.steps;
		act.n_steps = a.n;
		rc = vt_store_do(s, &act, &res, reterr);
	}
	vt_act_result_free(&res);
	vt_buf_free(&a.value);
	vt_buf_free(&a.payload);
	return rc;
}
