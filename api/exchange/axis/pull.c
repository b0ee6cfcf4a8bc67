/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/exchange/edxml/edxml.h"
#include "api/office/cursor.h"
#include "api/office/deliver.h"
#include "base/cbor.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

#define DOC_ID 200
#define TO     1024 /* of a row's addressees, as the headers keep them */
#define DEAD   3    /* times in a row that the gateway does not answer */

/* What is remembered of a packet that is not over yet. */
struct memory {
	bool taken;     /* durable here, the gateway was not told */
	bool damaged;   /* and it is to be told "fail" */
	uint32_t tries; /* to take it */
	uint32_t tells; /* once it was taken */
	vt_time next;
};

/* One row of the gateway's list. */
struct doc {
	char id[DOC_ID + 1];
	char from[64], path[256], created[40];
	char *to; /* all of it; cut: at AXIS_FIELD_MAX bytes. *owned* */
	struct memory m;
};

/* The tenants that a packet is for. */
struct targets {
	uint32_t *no;
	size_t n, room;
};

struct pull {
	const struct vt_pull_gateway *g;
	struct vt_office *o;
	const struct vt_context *ctx;
	const struct vt_route *route;
	enum vt_packet_kind kind;
	/* PULL_PACKETS_MAX of them: new ones at the front, those that failed
	 * before at the back, the first of them last. What fails again and
	 * again takes no turn from what is new. */
	struct doc *docs;
	size_t fresh, again;
	struct vt_buf *bad; /* AXIS_BAD_ROWS_MAX rows that name no packet */
	size_t n_bad;
	size_t dead, taken;
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
	struct vt_err err = VT_ERR_INIT;
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
		else if (key == 5)
			ret->tells = (uint32_t)vt_cbor_get_uint(&c);
		else
			(void)vt_cbor_skip(&c);
	}
	if (vt_cbor_finish(&c, "memory of a packet", &err) != VT_OK) {
		/* it may be lost, so it may be nonsense */
		vt_log_err("gateway.memory", &err);
		memset(ret, 0, sizeof(*ret));
	}
	return VT_OK;
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
	vt_cbor_key(&w, 5);
	vt_cbor_uint(&b, m->tells);
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

/* A gateway's word as the record keeps it: on one line, and readable. */
static void
put_line(struct vt_buf *b, const char *name, const char *value)
{
	VT_BUF_AUTO(clean);
	bool ok = strpbrk(value, "\n\t") == NULL &&
		  vt_text_clean(vt_span_str(value), VT_L(AXIS_FIELD_MAX), name,
		      &clean, NULL) == VT_OK;

	vt_buf_printf(b, "%s: ", name);
	for (const char *p = value; !ok && *p != '\0'; p++)
		vt_buf_putc(b, *p > 0x20 && *p < 0x7f ? (uint8_t)*p : '?');
	vt_buf_puts(b, ok ? vt_buf_str(&clean) : "");
	vt_buf_putc(b, '\n');
}

static void
put_to(struct vt_buf *b, const struct doc *d)
{
	char to[TO];

	vt_text_fit(to, sizeof(to), d->to == NULL ? "" : d->to);
	put_line(b, "to", to);
}

/* The id a row is kept under that has none of its own. */
static void
row_id(const struct vt_buf *text, char ret[static DOC_ID + 1])
{
	vt_hash h = vt_sha256(vt_buf_view(text));
	char hex[VT_HASH_TEXT + 1];

	vt_hash_text(&h, hex);
	snprintf(ret, DOC_ID + 1, "row~%.40s", hex);
}

/* No packet can be asked for by this row: what it says is kept, once. */
static int
on_bad_row(struct pull *p, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct vt_buf *text = &p->bad[p->n_bad];
	char id[DOC_ID + 1];
	struct memory m;
	int rc;

	if (p->n_bad == VT_L(AXIS_BAD_ROWS_MAX))
		return VT_OK;
	vt_buf_reset(text);
	for (size_t i = 0; i < row->n; i++) {
		const char *n = row->name[i];

		put_line(text,
		    strspn(n, "abcdefghijklmnopqrstuvwxyz_"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(n)
			? n
			: "?",
		    row->value[i]);
	}
	if ((rc = vt_buf_status(text, reterr)) != VT_OK)
		return rc;
	row_id(text, id);
	if (text->n == 0 || (rc = recall_doc(p, id, &m, reterr)) != VT_OK ||
	    m.next > vt_now(p->ctx))
		return rc;
	p->n_bad++;
	return VT_OK;
}

/* A place among the round's packets; NULL: there is none. */
static struct doc *
place(struct pull *p, const char *id, bool again)
{
	size_t max = VT_L(PULL_PACKETS_MAX);

	for (size_t i = 0; i < max; i++)
		if ((i < p->fresh || i >= max - p->again) &&
		    strcmp(p->docs[i].id, id) == 0)
			return NULL;
	if (p->fresh + p->again == max) {
		if (again || p->again == 0)
			return NULL;
		p->again--;
	}
	return again ? &p->docs[max - ++p->again] : &p->docs[p->fresh++];
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

	if (strcasecmp(status, "done") == 0 ||
	    strcasecmp(status, "fail") == 0 ||
	    (p->g->initial_only && status[0] != '\0' &&
		strcasecmp(status, "initial") != 0))
		return VT_OK;
	if (!plain_id(id))
		return on_bad_row(p, row, reterr);
	if ((rc = recall_doc(p, id, &m, reterr)) != VT_OK)
		return rc;
	/* fetching and telling have the same back-off: not in this round */
	if (m.next > vt_now(p->ctx) ||
	    (d = place(p, id, m.tries > 0 || m.taken)) == NULL)
		return VT_OK;
	free(d->to);
	memset(d, 0, sizeof(*d));
	if ((d->to = strdup(vt_axis_row_get(row, "to"))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "pull");
	d->m = m;
	vt_text_fit(d->id, sizeof(d->id), id);
	vt_text_fit(d->from, sizeof(d->from), vt_axis_row_get(row, "from"));
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

static int
add_target(struct targets *t, uint32_t no, struct vt_err *reterr)
{
	uint32_t *p;

	for (size_t i = 0; i < t->n; i++)
		if (t->no[i] == no)
			return VT_OK;
	if (t->n == VT_L(AXIS_TARGETS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "packet: for more than %zu tenants (AXIS_TARGETS_MAX)",
		    VT_L(AXIS_TARGETS_MAX));
	if (t->n == t->room) {
		size_t room = t->room == 0 ? 16 : 2 * t->room;

		p = reallocarray(t->no, room, sizeof(*p));
		if (p == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "pull");
		t->no = p;
		t->room = room;
	}
	t->no[t->n++] = no;
	return VT_OK;
}

/* Those of a list of codes that are tenants. */
static int
add_targets(struct pull *p, struct vt_view *v, const char *codes,
    struct targets *t, struct vt_err *reterr)
{
	uint32_t no = 0;
	char code[64];
	size_t at = 0;
	int rc = VT_OK;

	while (rc == VT_OK && vt_gateway_next_code(codes, &at, code))
		if (is_tenant(p, v, code, &no))
			rc = add_target(t, no, reterr);
	return rc;
}

/* ---- one packet ---- */

/* Is the error the store's, so that nothing can be kept at all? Else it is
 * about this packet or its row. */
static bool
is_ours(int rc)
{
	switch (rc) {
	case VT_OK:
	case VT_E_INVALID:
	case VT_E_SYNTAX:
	case VT_E_LIMIT:
	case VT_E_UNSUPPORTED:
	case VT_E_CONFLICT:
	case VT_E_FILE_EMPTY:
	case VT_E_AGENCY_UNKNOWN:
	case VT_E_NOT_FOUND:
		return false;
	default:
		return true;
	}
}

/* Is it the gateway's (or nobody's) answer, not a packet that is none? */
static bool
is_silence(int rc)
{
	return rc == VT_E_PEER_REFUSED || vt_err_info(rc)->retryable;
}

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
	t->ours = is_ours(rc);
	return rc;
}

/* One packet for one tenant. external: the id to keep it under; damage: why
 * the answer is kept as it comes, NULL: it is not; text: kept in place of a
 * packet, or NULL. */
struct order {
	const struct doc *doc;
	uint32_t agency_no;
	const char *external, *damage;
	const struct vt_buf *text;
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

	put_line(headers, "docId", want->doc->id);
	put_line(headers, "from", want->doc->from);
	put_to(headers, want->doc);
	put_line(headers, "created_time", want->doc->created);
	if (want->damage != NULL)
		put_line(headers, "damaged", want->damage);
	if ((rc = vt_buf_status(headers, reterr)) != VT_OK)
		return rc;
	n.headers = vt_buf_str(headers);
	return vt_office_consign_begin(p->o, &n, &t->c, reterr);
}

static int
fetch(struct pull *p, const struct order *want, struct taking *t,
    struct vt_err *reterr)
{
	const struct doc *d = want->doc;

	t->ours = false;
	if (want->text != NULL)
		return on_bytes(t, vt_buf_view(want->text), reterr);
	if (want->damage != NULL)
		return p->g->fetch_raw(p->g->arg, d->id, on_bytes, t, reterr);
	return p->g->fetch(
	    p->g->arg, d->id, d->path, d->m.tries, on_bytes, t, reterr);
}

/* ---- for whom, when the row does not say it all ---- */

static int
on_spool(void *arg, struct vt_span s, struct vt_err *reterr)
{
	return vt_fd_put(*(int *)arg, s, reterr);
}

/* The addressees that the packet itself names, with blanks between. */
static int
codes_of_packet(struct pull *p, const struct doc *d, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	int fd = -1, rc;

	rc = vt_store_scratch(vt_office_store(p->o), &fd, reterr);
	if (rc != VT_OK)
		return rc;
	rc = p->g->fetch(
	    p->g->arg, d->id, d->path, d->m.tries, on_spool, &fd, reterr);
	if (rc == VT_OK)
		rc = vt_edxml_ask(
		    vt_office_spawner(p->o), fd, -1, false, &x, reterr);
	close(fd);
	if (rc != VT_OK)
		return rc;
	if (x->kind == VT_EDXML_STATUS && x->status.of.organ != NULL)
		vt_buf_puts(ret, x->status.of.organ);
	for (size_t i = 0; x->kind == VT_EDXML_DOCUMENT && i < x->document.n_to;
	     i++)
		if (x->document.to[i].id != NULL)
			vt_buf_printf(ret, "%s ", x->document.to[i].id);
	return vt_buf_status(ret, reterr);
}

/* The tenants among the addressees; none: the one the route belongs to.
 * packet: there is one that can be read. */
static int
find_targets(struct pull *p, const struct doc *d, bool packet,
    struct targets *t, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	VT_BUF_AUTO(own);
	const char *to = d->to == NULL ? "" : d->to;
	int rc;

	/* a list that was cut is not all of them */
	if (packet && strlen(to) >= VT_L(AXIS_FIELD_MAX)) {
		if ((rc = codes_of_packet(p, d, &own, reterr)) != VT_OK)
			return rc;
		to = vt_buf_str(&own);
	}
	if ((rc = vt_view_begin(vt_office_store(p->o), &v, reterr)) != VT_OK ||
	    (rc = add_targets(p, v, to, t, reterr)) != VT_OK)
		return rc;
	if (t->n == 0 &&
	    (rc = add_targets(p, v, p->route->of, t, reterr)) != VT_OK)
		return rc;
	if (t->n == 0)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "packet %.64s of route %s: neither its addressees nor the "
		    "route's own codes are tenants here",
		    d->id, p->route->key);
	return VT_OK;
}

static int
take_for(struct pull *p, const struct order *want, bool *ret_ours,
    vt_hash *ret_hash, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct taking t = { NULL, vt_sha256_new(), false };
	VT_BUF_AUTO(headers);
	vt_id id;
	int rc;

	rc = begin(p, want, &t, &headers, reterr);
	t.ours = is_ours(rc);
	if (rc == VT_OK)
		rc = fetch(p, want, &t, reterr);
	if (rc == VT_OK) {
		*ret_hash = vt_sha256_end(t.sha);
		rc = vt_office_consign_end(t.c, &id, &res, reterr);
		t.ours = is_ours(rc);
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
take(struct pull *p, const struct doc *d, const char *damage,
    const struct vt_buf *text, bool *ret_ours, struct vt_err *reterr)
{
	struct targets t = { NULL, 0, 0 };
	vt_hash hash;
	int rc;

	*ret_ours = false;
	if ((rc = find_targets(p, d, damage == NULL, &t, reterr)) != VT_OK)
		*ret_ours = is_ours(rc) && !is_silence(rc);
	for (size_t i = 0; i < t.n && rc == VT_OK; i++) {
		struct order want = { d, t.no[i], d->id, damage, text };

		rc = take_for(p, &want, ret_ours, &hash, reterr);
		if (rc == VT_E_CONFLICT)
			rc = take_under_own_id(
			    p, &want, &hash, ret_ours, reterr);
	}
	free(t.no);
	return rc;
}

/* The gateway does not answer: after DEAD times in a row it is left alone
 * until the next round. */
static int
count_dead(struct pull *p, const struct vt_err *why, struct vt_err *reterr)
{
	if (++p->dead < DEAD)
		return VT_OK;
	if (reterr != NULL)
		*reterr = *why;
	return why->code;
}

/* It is durable: tell the gateway, or remember to. One that refuses for good
 * is alive, and is asked again at the longest interval: somebody may mend it.
 */
static int
tell(struct pull *p, struct doc *d, struct vt_err *reterr)
{
	const char *status = d->m.damaged ? "fail" : "done";
	bool known = d->m.taken || d->m.tries > 0, again;
	struct vt_err err = VT_ERR_INIT;
	vt_time now = vt_now(p->ctx);
	int rc;

	if (p->g->acknowledge(p->g->arg, d->id, status, &err) == VT_OK) {
		p->dead = 0;
		return known ? forget(p, d->id, reterr) : VT_OK;
	}
	vt_log_err("gateway.acknowledge", &err);
	again = vt_err_info(err.code)->retryable;
	d->m.taken = true;
	d->m.tells++;
	d->m.next = vt_deliver_next(now, again ? d->m.tells : UINT32_MAX);
	if ((rc = remember(p, d->id, &d->m, reterr)) != VT_OK || !again)
		return rc;
	return count_dead(p, &err, reterr);
}

/* Came AXIS_TRIES times as something that is no packet: what came is kept
 * for a person to see; what cannot be kept at all, by what is known of it. */
static int
quarantine(struct pull *p, struct doc *d, bool *ret_ours, struct vt_err *err)
{
	const char *why = vt_err_info(err->code)->slug;
	bool bytes = err->code == VT_E_SYNTAX || err->code == VT_E_FILE_EMPTY;
	VT_BUF_AUTO(text);
	int rc = err->code;

	vt_log_err("gateway.quarantine", err);
	if (bytes)
		rc = take(p, d, why, NULL, ret_ours, err);
	if (rc == VT_OK || is_ours(rc) || vt_err_info(rc)->retryable)
		return rc;
	put_line(&text, "docId", d->id);
	put_line(&text, "from", d->from);
	put_to(&text, d);
	put_line(&text, "created_time", d->created);
	put_line(&text, "error", err->msg);
	if ((rc = vt_buf_status(&text, err)) == VT_OK)
		rc = take(p, d, why, &text, ret_ours, err);
	return rc;
}

static bool
is_stopping(const struct pull *p)
{
	return p->g->stop != NULL && p->g->stop(p->g->stop_arg);
}

static int
take_one(struct pull *p, struct doc *d, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	bool ours = false;
	int rc;

	if (is_stopping(p))
		return vt_err_set(reterr, VT_E_BUSY,
		    "route %s: the round is broken off, we are stopping",
		    p->route->key);
	if (d->m.taken)
		return tell(p, d, reterr);
	rc = take(p, d, NULL, NULL, &ours, &err);
	if (rc != VT_OK && !ours && !is_silence(rc) &&
	    d->m.tries + 1 >= VT_L(AXIS_TRIES)) {
		rc = quarantine(p, d, &ours, &err);
		d->m.damaged = rc == VT_OK;
	}
	if (rc == VT_OK) {
		p->taken++;
		p->dead = 0;
		return tell(p, d, reterr);
	}
	if (ours || (rc == VT_E_BUSY && is_stopping(p))) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_log_err("gateway.packet", &err);
	d->m.tries++;
	d->m.next = vt_deliver_next(vt_now(p->ctx), d->m.tries);
	if ((rc = remember(p, d->id, &d->m, reterr)) != VT_OK)
		return rc;
	return is_silence(err.code) ? count_dead(p, &err, reterr) : VT_OK;
}

/* A row that names no packet, kept like a packet that is none: it stands in
 * quarantine. The gateway cannot be told, the row is known from now on. */
static int
keep_bad_row(struct pull *p, const struct vt_buf *text, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct doc *d = calloc(1, sizeof(*d));
	bool ours = false;
	int rc;

	if (d == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "pull");
	row_id(text, d->id);
	vt_log(VT_LEVEL_WARN, "gateway.id", "route=%s what=not-an-id kept=%s",
	    p->route->key, d->id);
	rc = take(p, d, "not-an-id", text, &ours, &err);
	if (rc != VT_OK && !ours)
		vt_log_err("gateway.row", &err);
	if (ours && reterr != NULL)
		*reterr = err;
	if (!ours) {
		d->m.taken = rc == VT_OK;
		d->m.next = vt_now(p->ctx) + VT_TIME_S(VT_L(AXIS_MEMORY_S));
		rc = remember(p, d->id, &d->m, reterr);
	}
	free(d);
	return rc;
}

/* ---- a round ---- */

static int
pull_kind(struct pull *p, enum vt_packet_kind kind, struct vt_err *reterr)
{
	size_t max = VT_L(PULL_PACKETS_MAX);
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_OK, listed;

	p->kind = kind;
	p->fresh = p->again = p->n_bad = 0;
	/* of a list that breaks off, the rows before are as good as any */
	listed = p->g->list(p->g->arg, kind, on_row, p, &err);
	for (size_t i = 0; i < p->n_bad && rc == VT_OK; i++)
		rc = keep_bad_row(p, &p->bad[i], reterr);
	for (size_t i = 0; i < p->fresh && rc == VT_OK; i++)
		rc = take_one(p, &p->docs[i], reterr);
	for (size_t i = 1; i <= p->again && rc == VT_OK; i++)
		rc = take_one(p, &p->docs[max - i], reterr);
	if (rc != VT_OK || listed == VT_OK)
		return rc;
	if (reterr != NULL)
		*reterr = err;
	return listed;
}

int
vt_gateway_pull(const struct vt_pull_gateway *g, struct vt_office *o,
    const struct vt_context *ctx, const struct vt_route *route,
    size_t *ret_taken, struct vt_err *reterr)
{
	struct pull p = { .g = g, .o = o, .ctx = ctx, .route = route };
	int rc;

	*ret_taken = 0;
	p.docs = calloc(VT_L(PULL_PACKETS_MAX), sizeof(*p.docs));
	p.bad = calloc(VT_L(AXIS_BAD_ROWS_MAX), sizeof(*p.bad));
	if (p.docs == NULL || p.bad == NULL) {
		rc = vt_err_set(reterr, VT_E_NOMEM, "pull");
	} else {
		for (size_t i = 0; i < VT_L(AXIS_BAD_ROWS_MAX); i++)
			vt_buf_init(&p.bad[i], 2 * VT_L(AXIS_ROW_MAX));
		rc = pull_kind(&p, VT_PACKET_EDOC, reterr);
		if (rc == VT_OK)
			rc = pull_kind(&p, VT_PACKET_STATUS, reterr);
		for (size_t i = 0; i < VT_L(AXIS_BAD_ROWS_MAX); i++)
			vt_buf_free(&p.bad[i]);
	}
	*ret_taken = p.taken;
	for (size_t i = 0; p.docs != NULL && i < VT_L(PULL_PACKETS_MAX); i++)
		free(p.docs[i].to);
	free(p.docs);
	free(p.bad);
	return rc;
}
