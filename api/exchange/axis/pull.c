/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "api/office/cursor.h"
#include "base/cbor.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

#define DOC_ID  200
#define TO      1024 /* of a row's addressees; more are in the packet */
#define TARGETS 16
#define DEAD    3 /* packets in a row that the gateway does not give */

/* One row of the gateway's list. */
struct doc {
	char id[DOC_ID + 1];
	char from[64], to[TO], path[256], created[40];
};

/* What is remembered of a packet that could not be taken yet. */
struct memory {
	bool taken;   /* durable here, the gateway was not told */
	bool damaged; /* and it is to be told "fail" */
	uint32_t tries;
	vt_time next;
};

struct pull {
	const struct vt_pull_gateway *g;
	struct vt_office *o;
	const struct vt_context *ctx;
	const struct vt_route *route;
	enum vt_packet_kind kind;
	struct doc *docs;
	size_t n, dead, taken;
};

/* ---- memory ---- */

static void
key_of(const struct pull *p, const char *doc_id, char ret[256])
{
	vt_hash h;
	char hex[VT_HASH_TEXT + 1];
	char text[DOC_ID + 16];

	/* ids are of any length and letters: their hash is the key */
	snprintf(text, sizeof(text), "%d/%s", (int)p->g->via, doc_id);
	h = vt_sha256(vt_span_str(text));
	vt_hash_text(&h, hex);
	snprintf(ret, 256, "pull/%s/%s", p->route->key, hex);
}

static int
recall_doc(const struct pull *p, const char *doc_id, struct memory *ret,
    struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	char name[256];
	VT_BUF_AUTO(b);
	int rc;

	memset(ret, 0, sizeof(*ret));
	key_of(p, doc_id, name);
	if ((rc = vt_office_cursor_get(p->o, name, &b, reterr)) != VT_OK ||
	    b.n == 0)
		return rc;
	vt_cbor_open(&c, vt_buf_view(&b));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == 1)
			ret->taken = vt_cbor_get_bool(&c);
		else if (key == 2)
			ret->tries = (uint32_t)vt_cbor_get_uint(&c);
		else if (key == 3)
			ret->next = vt_cbor_get_int(&c);
		else if (key == 4)
			ret->damaged = vt_cbor_get_bool(&c);
		else
			(void)vt_cbor_skip(&c);
	}
	return vt_cbor_finish(&c, "memory of a packet", reterr);
}

static int
remember(const struct pull *p, const char *doc_id, const struct memory *m,
    struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;
	char name[256];
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_map_begin(&w, &b);
	vt_cbor_key(&w, 1);
	vt_cbor_bool(&b, m->taken);
	vt_cbor_key(&w, 2);
	vt_cbor_uint(&b, m->tries);
	vt_cbor_key(&w, 3);
	vt_cbor_int(&b, m->next);
	vt_cbor_key(&w, 4);
	vt_cbor_bool(&b, m->damaged);
	vt_cbor_map_end(&w);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	key_of(p, doc_id, name);
	return vt_office_cursor_put(p->o, name, vt_buf_view(&b),
	    vt_now(p->ctx) + VT_TIME_S(VT_L(AXIS_MEMORY_S)), reterr);
}

static int
forget(const struct pull *p, const char *doc_id, struct vt_err *reterr)
{
	char name[256];

	key_of(p, doc_id, name);
	return vt_office_cursor_drop(p->o, name, reterr);
}

static vt_time
next_try(vt_time now, uint32_t tries)
{
	static const int64_t s[] = { 60, 300, 1800, 7200, 21600 };
	size_t i = tries == 0 ? 0 : tries - 1;

	return now + VT_TIME_S(s[i < 5 ? i : 4]);
}

/* ---- the list ---- */

static bool
plain_id(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] > 0x7e)
			return false;
	return n > 0 && n <= DOC_ID;
}

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	const char *id = vt_axis_row_get(row, "docId");
	const char *status = vt_axis_row_get(row, "status");
	struct pull *p = arg;
	struct memory m;
	struct doc *d;
	int rc;

	if (p->n == VT_L(PULL_PACKETS_MAX) || strcasecmp(status, "done") == 0 ||
	    strcasecmp(status, "fail") == 0 ||
	    (p->g->initial_only && status[0] != '\0' &&
		strcasecmp(status, "initial") != 0))
		return VT_OK;
	if (!plain_id(id)) {
		vt_log(VT_LEVEL_WARN, "gateway.id", "route=%s what=not-an-id",
		    p->route->key);
		return VT_OK;
	}
	if ((rc = recall_doc(p, id, &m, reterr)) != VT_OK)
		return rc;
	if (!m.taken && m.next > vt_now(p->ctx))
		return VT_OK; /* it had its chance for now */
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->docs[i].id, id) == 0)
			return VT_OK;
	d = &p->docs[p->n++];
	memset(d, 0, sizeof(*d));
	vt_text_fit(d->id, sizeof(d->id), id);
	vt_text_fit(d->from, sizeof(d->from), vt_axis_row_get(row, "from"));
	vt_text_fit(d->to, sizeof(d->to), vt_axis_row_get(row, "to"));
	vt_text_fit(d->path, sizeof(d->path), vt_axis_row_get(row, "filePath"));
	vt_text_fit(d->created, sizeof(d->created),
	    vt_axis_row_get(row, "created_time"));
	if (d->created[0] == '\0')
		vt_text_fit(d->created, sizeof(d->created),
		    vt_axis_row_get(row, "createdTime"));
	return VT_OK;
}

/* ---- for whom ---- */

bool
vt_gateway_next_code(const char *to, size_t *at, char ret[static 64])
{
	static const char between[] = " \t,;[]\"'";
	size_t n;

	*at += strspn(to + *at, between);
	if (to[*at] == '\0')
		return false;
	n = strcspn(to + *at, between);
	memcpy(ret, n < 64 ? to + *at : "?", n < 64 ? n : 1);
	ret[n < 64 ? n : 1] = '\0';
	*at += n;
	return true;
}

static bool
is_tenant(struct pull *p, struct vt_view *v, const char *code, uint32_t *ret)
{
	enum vt_route_kind kind;

	return vt_office_route_find(
		   p->o, v, code, &kind, NULL, ret, NULL, NULL) == VT_OK &&
	       kind == VT_ROUTE_TENANT;
}

/* The tenants among the addressees; none: the one the route belongs to. */
static int
find_targets(struct pull *p, const struct doc *d, uint32_t ret[TARGETS],
    size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end)
	struct vt_view *v = NULL;
	uint32_t no = 0;
	char code[64];
	size_t at = 0, n = 0;
	int rc;

	if ((rc = vt_view_begin(vt_office_store(p->o), &v, reterr)) != VT_OK)
		return rc;
	while (n < TARGETS && vt_gateway_next_code(d->to, &at, code)) {
		bool have = false;

		if (!is_tenant(p, v, code, &no))
			continue;
		for (size_t i = 0; i < n; i++)
			have = have || ret[i] == no;
		if (!have)
			ret[n++] = no;
	}
	at = 0;
	while (n == 0 && vt_gateway_next_code(p->route->of, &at, code))
		if (is_tenant(p, v, code, &no))
			ret[n++] = no;
	*ret_n = n;
	if (n == 0)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "packet %.64s of route %s: none of its addressees is a "
		    "tenant here",
		    d->id, p->route->key);
	return VT_OK;
}

/* ---- one packet ---- */

struct taking {
	struct vt_consigning *c;
	struct vt_sha256 *sha;
	bool ours; /* the error is of this side, not of the gateway */
};

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct taking *t = arg;
	int rc;

	vt_sha256_put(t->sha, s.p, s.n);
	rc = vt_office_consign_put(t->c, s.p, s.n, reterr);
	t->ours = rc != VT_OK && rc != VT_E_LIMIT;
	return rc;
}

/* One packet for one tenant. external: the id to keep it under; damage: why
 * the answer is kept as it comes, NULL: it is not; tries: failed ones before.
 */
struct order {
	const struct doc *doc;
	uint32_t agency_no;
	const char *external, *damage;
	unsigned tries;
};

static int
begin(struct pull *p, const struct order *want, struct taking *t,
    struct vt_buf *headers, struct vt_err *reterr)
{
	struct vt_consign_new n = { .agency_no = want->agency_no,
		.to = "",
		.via = p->g->via,
		.kind = p->kind,
		.external = want->external,
		.peer = p->route->key };
	int rc;

	vt_buf_printf(headers,
	    "docId: %s\nfrom: %s\nto: %s\ncreated_time: %s\n", want->doc->id,
	    want->doc->from, want->doc->to, want->doc->created);
	if (want->damage != NULL)
		vt_buf_printf(headers, "damaged: %s\n", want->damage);
	if ((rc = vt_buf_status(headers, reterr)) != VT_OK)
		return rc;
	n.headers = vt_buf_str(headers);
	return vt_office_consign_begin(p->o, &n, &t->c, reterr);
}

static int
take_for(struct pull *p, const struct order *want, bool *ret_ours,
    vt_hash *ret_hash, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct taking t = { NULL, vt_sha256_new(), true };
	VT_BUF_AUTO(headers);
	vt_id id;
	int rc;

	if ((rc = begin(p, want, &t, &headers, reterr)) == VT_OK) {
		t.ours = false;
		rc =
		    want->damage != NULL
			? p->g->fetch_raw(
			      p->g->arg, want->doc->id, on_bytes, &t, reterr)
			: p->g->fetch(p->g->arg, want->doc->id, want->doc->path,
			      want->tries, on_bytes, &t, reterr);
	}
	if (rc == VT_OK) {
		*ret_hash = vt_sha256_end(t.sha);
		rc = vt_office_consign_end(t.c, &id, &res, reterr);
		t.ours =
		    rc != VT_OK && rc != VT_E_CONFLICT && rc != VT_E_FILE_EMPTY;
	}
	vt_act_result_free(&res);
	vt_office_consign_free(t.c);
	vt_sha256_free(t.sha);
	*ret_ours = rc != VT_OK && t.ours;
	return rc;
}

/* Another packet under an id that was used before: both are kept. */
static int
take_under_own_id(struct pull *p, const struct order *was, const vt_hash *hash,
    bool *ret_ours, struct vt_err *reterr)
{
	char hex[VT_HASH_TEXT + 1], external[DOC_ID + 1];
	struct order want = *was;
	vt_hash again;

	vt_hash_text(hash, hex);
	snprintf(external, sizeof(external), "%.*s~%.16s", DOC_ID - 17,
	    was->doc->id, hex);
	vt_log(VT_LEVEL_WARN, "gateway.id_reused", "route=%s id=%s",
	    p->route->key, was->doc->id);
	want.external = external;
	return take_for(p, &want, ret_ours, &again, reterr);
}

static int
take(struct pull *p, const struct doc *d, const struct memory *m,
    const char *damage, bool *ret_ours, struct vt_err *reterr)
{
	uint32_t targets[TARGETS];
	vt_hash hash;
	size_t n;
	int rc;

	*ret_ours = false;
	if ((rc = find_targets(p, d, targets, &n, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		struct order want = { d, targets[i], d->id, damage, m->tries };

		rc = take_for(p, &want, ret_ours, &hash, reterr);
		if (rc == VT_E_CONFLICT)
			rc = take_under_own_id(
			    p, &want, &hash, ret_ours, reterr);
	}
	return rc;
}

/* It is durable: tell the gateway, or remember to. */
static int
tell(struct pull *p, const struct doc *d, struct memory *m,
    struct vt_err *reterr)
{
	const char *status = m->damaged ? "fail" : "done";
	struct vt_err err = VT_ERR_INIT;
	bool known = m->taken || m->tries > 0;
	int rc;

	if (p->g->acknowledge(p->g->arg, d->id, status, &err) == VT_OK)
		return known ? forget(p, d->id, reterr) : VT_OK;
	vt_log_err("gateway.acknowledge", &err);
	m->taken = true;
	p->dead++;
	if ((rc = remember(p, d->id, m, reterr)) != VT_OK || p->dead < DEAD)
		return rc;
	if (reterr != NULL)
		*reterr = err;
	return err.code;
}

/* Damaged, not only out of reach or refused: worth keeping as it comes. */
static bool
is_damage(int rc)
{
	return rc == VT_E_SYNTAX || rc == VT_E_FILE_EMPTY;
}

static int
take_one(struct pull *p, const struct doc *d, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct memory m;
	bool ours = false;
	int rc;

	if ((rc = recall_doc(p, d->id, &m, reterr)) != VT_OK)
		return rc;
	if (m.taken)
		return tell(p, d, &m, reterr);
	rc = take(p, d, &m, NULL, &ours, &err);
	if (rc != VT_OK && !ours && m.tries + 1 >= VT_L(AXIS_TRIES) &&
	    is_damage(rc)) {
		vt_log_err("gateway.quarantine", &err);
		m.damaged = true;
		rc = take(p, d, &m, vt_err_info(rc)->slug, &ours, &err);
	}
	if (rc == VT_OK) {
		p->taken++;
		p->dead = 0;
		return tell(p, d, &m, reterr);
	}
	if (ours) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_log_err("gateway.packet", &err);
	p->dead++;
	m.damaged = false;
	m.tries++;
	m.next = next_try(vt_now(p->ctx), m.tries);
	if (remember(p, d->id, &m, reterr) != VT_OK)
		return reterr == NULL ? VT_E_IO : (int)reterr->code;
	if (p->dead < DEAD)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_gateway_pull(const struct vt_pull_gateway *g, struct vt_office *o,
    const struct vt_context *ctx, const struct vt_route *route,
    size_t *ret_taken, struct vt_err *reterr)
{
	static const enum vt_packet_kind kinds[] = { VT_PACKET_EDOC,
		VT_PACKET_STATUS };
	struct pull p = { .g = g, .o = o, .ctx = ctx, .route = route };
	int rc = VT_OK;

	*ret_taken = 0;
	p.docs = calloc(VT_L(PULL_PACKETS_MAX), sizeof(*p.docs));
	if (p.docs == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "pull");
	for (size_t k = 0; k < 2 && rc == VT_OK; k++) {
		p.kind = kinds[k];
		p.n = 0;
		rc = g->list(g->arg, p.kind, on_row, &p, reterr);
		for (size_t i = 0; i < p.n && rc == VT_OK; i++)
			rc = take_one(&p, &p.docs[i], reterr);
	}
	*ret_taken = p.taken;
	free(p.docs);
	return rc;
}
