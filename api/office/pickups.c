/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waits for agencies that fetch from our axis server: one state row each
 * (docstore/state.h). A row that was lost is made again by the delivery's work
 * item, which stays in the queue until the packet is fetched.
 *
 * Key: "pick/CODE/KIND/ID". Value: map, see enum. Beside each row that is not
 * done stands one of the line, "wait/CODE/KIND/REV" with the id as value, so
 * that a list costs what it shows: REV is the row's revision, which stays until
 * the row is done. The row is written before the one of the line and ends
 * before it; a place in the line whose row is done is nothing.
 */
#include <stdlib.h>

#include "api/office/hosted.h"
#include "api/office/packet.h"
#include "api/office/work.h"
#include "base/cbor.h"
#include "docstore/state.h"

#define KEEP_DONE VT_TIME_S(30 * 86400) /* so that a repeat is known */
#define PAGE      64

enum { P_FROM = 1, P_TO, P_TITLE, P_NOTATION, P_CREATED, P_BYTES, P_DONE };

struct row {
	struct vt_pickup p;
	struct vt_span bytes; /* of a status; borrowed from the view */
	bool done;
	uint64_t rev;
};

static int
row_key(const char *code, enum vt_packet_kind kind, const vt_id *id,
    struct vt_buf *ret, struct vt_err *reterr)
{
	char text[VT_ID_TEXT + 1] = "";

	if (id != NULL)
		vt_id_text(id, text);
	vt_buf_printf(ret, "pick/%s/%c/%s", code,
	    kind == VT_PACKET_STATUS ? 's' : 'e', text);
	return vt_buf_status(ret, reterr);
}

static void
row_encode(const struct row *r, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, P_FROM);
	vt_cbor_str(ret, r->p.from);
	vt_cbor_key(&w, P_TO);
	vt_cbor_str(ret, r->p.to);
	vt_cbor_key(&w, P_TITLE);
	vt_cbor_str(ret, r->p.title);
	vt_cbor_key(&w, P_NOTATION);
	vt_cbor_str(ret, r->p.notation);
	vt_cbor_key(&w, P_CREATED);
	vt_cbor_int(ret, r->p.created_at);
	if (r->bytes.n > 0) {
		vt_cbor_key(&w, P_BYTES);
		vt_cbor_bytes(ret, r->bytes);
	}
	vt_cbor_key(&w, P_DONE);
	vt_cbor_bool(ret, r->done);
	vt_cbor_map_end(&w);
}

static int
row_decode(const struct vt_state *s, struct row *r, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;

	memset(r, 0, sizeof(*r));
	r->rev = s->rev;
	if (s->key.n < VT_ID_TEXT + 2 ||
	    !vt_id_parse(VT_SPAN(s->key.p + s->key.n - VT_ID_TEXT, VT_ID_TEXT),
		&r->p.id))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a row of what is to be fetched has no id");
	r->p.kind = s->key.p[s->key.n - VT_ID_TEXT - 2] == 's'
			? VT_PACKET_STATUS
			: VT_PACKET_EDOC;
	vt_cbor_open(&c, s->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == P_FROM)
			vt_cbor_get_str(&c, r->p.from, sizeof(r->p.from));
		else if (k == P_TO)
			vt_cbor_get_str(&c, r->p.to, sizeof(r->p.to));
		else if (k == P_TITLE)
			vt_cbor_get_str(&c, r->p.title, sizeof(r->p.title));
		else if (k == P_NOTATION)
			vt_cbor_get_str(
			    &c, r->p.notation, sizeof(r->p.notation));
		else if (k == P_CREATED)
			r->p.created_at = vt_cbor_get_int(&c);
		else if (k == P_BYTES)
			r->bytes = vt_cbor_get_bytes(&c);
		else if (k == P_DONE)
			r->done = vt_cbor_get_bool(&c);
		else
			(void)vt_cbor_skip(&c);
	}
	return vt_cbor_finish(&c, "what is to be fetched", reterr);
}

/* rev 0: what all keys of the line begin with. */
static int
line_key(const char *code, enum vt_packet_kind kind, uint64_t rev,
    struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_printf(
	    ret, "wait/%s/%c/", code, kind == VT_PACKET_STATUS ? 's' : 'e');
	if (rev != 0)
		vt_buf_printf(ret, "%016llx", (unsigned long long)rev);
	return vt_buf_status(ret, reterr);
}

/* Into the line, or where it is already. */
static int
line_put(struct vt_office *o, const char *code, const struct row *r,
    struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.value = VT_SPAN(r->p.id.b, sizeof(r->p.id.b)),
		.expires = VT_TIME_NONE,
		.expect = VT_STATE_ANY };
	VT_BUF_AUTO(key);
	int rc;

	if ((rc = line_key(code, r->p.kind, r->rev, &key, reterr)) != VT_OK)
		return rc;
	n.key = vt_buf_view(&key);
	return vt_state_put(o->o.store, &n, NULL, reterr);
}

static int
line_drop(struct vt_office *o, struct vt_span key, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_state_delete(
	    o->o.store, VT_STATE_OTHER, key, VT_STATE_ANY, &err);

	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* VT_E_CONFLICT: expect. */
static int
row_put(struct vt_office *o, const char *code, const struct row *r,
    uint64_t expect, uint64_t *ret_rev, struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.expires = VT_TIME_NONE,
		.expect = expect };
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = row_key(code, r->p.kind, &r->p.id, &key, reterr)) != VT_OK)
		return rc;
	row_encode(r, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	if (r->done)
		n.expires = vt_now(o->o.ctx) + KEEP_DONE;
	n.key = vt_buf_view(&key);
	n.value = vt_buf_view(&value);
	return vt_state_put(o->o.store, &n, ret_rev, reterr);
}

/* The row of an id, of either kind. VT_E_NOT_FOUND: not for that code. */
static int
row_find(struct vt_view *v, const char *code, const vt_id *id, struct row *ret,
    struct vt_err *reterr)
{
	static const enum vt_packet_kind kinds[] = { VT_PACKET_EDOC,
		VT_PACKET_STATUS };
	struct vt_err err = VT_ERR_INIT;
	struct vt_state s;
	int rc = VT_E_NOT_FOUND;

	for (size_t i = 0; i < 2 && rc == VT_E_NOT_FOUND; i++) {
		VT_BUF_AUTO(key);

		if ((rc = row_key(code, kinds[i], id, &key, &err)) == VT_OK)
			rc = vt_state_get(
			    v, VT_STATE_OTHER, vt_buf_view(&key), &s, &err);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "nothing with this id waits for agency %s", code);
	if (rc == VT_OK)
		return row_decode(&s, ret, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* Is what was done to be fetched once more? A delivery that waits again was
 * sent again by hand: what ends it ends it before its row. */
static bool
is_replayed(struct vt_view *v, const struct row *was)
{
	struct vt_delivery d;

	return was->p.kind == VT_PACKET_EDOC &&
	       vt_delivery_get(v, &was->p.id, &d, NULL) == VT_OK &&
	       d.state == VT_DELIVERY_WAITING;
}

/* New, or there already: then in the line, too, unless it is done. */
static int
row_wait(
    struct vt_office *o, const char *code, struct row *r, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	bool again = false;
	struct row was;
	int rc;

	rc = row_put(o, code, r, VT_STATE_NEW, &r->rev, &err);
	if (rc == VT_E_CONFLICT) {
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = row_find(v, code, &r->p.id, &was, &err);
		again = rc == VT_OK && was.done && is_replayed(v, &was);
		vt_view_end(v);
		if (rc == VT_OK && was.done && !again)
			return VT_OK;
		if (rc == VT_OK)
			r->rev = was.rev;
	}
	if (again)
		rc = row_put(o, code, r, was.rev, &r->rev, &err);
	if (rc == VT_OK)
		return line_put(o, code, r, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_hosted_put_delivery(struct vt_office *o, const char *code,
    const struct vt_delivery *d, const struct vt_paper *p, const char *from,
    struct vt_err *reterr)
{
	struct row r = { .p = { .id = d->id,
			     .kind = VT_PACKET_EDOC,
			     .created_at = d->created_at } };

	vt_text_fit(r.p.from, sizeof(r.p.from), from);
	vt_text_fit(r.p.to, sizeof(r.p.to), d->to.code);
	vt_text_fit(r.p.title, sizeof(r.p.title), p->meta.subject);
	vt_text_fit(r.p.notation, sizeof(r.p.notation), p->number.text);
	return row_wait(o, code, &r, reterr);
}

int
vt_hosted_put_status(struct vt_office *o, const char *code,
    const struct vt_office_packet *pk, struct vt_err *reterr)
{
	const struct vt_packet *p = vt_office_packet_get(pk);
	struct row r = { .p = { .id = p->id,
			     .kind = VT_PACKET_STATUS,
			     .created_at = vt_now(o->o.ctx) },
		.bytes = VT_SPAN(p->body->map, (size_t)p->body->size) };

	vt_text_fit(r.p.from, sizeof(r.p.from), p->from);
	vt_text_fit(r.p.to, sizeof(r.p.to), p->to);
	return row_wait(o, code, &r, reterr);
}

/* ---- the line ---- */

static bool
line_rev(struct vt_span key, uint64_t *ret)
{
	uint64_t rev = 0;

	if (key.n < 16)
		return false;
	for (size_t i = key.n - 16; i < key.n; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, key.p[i]);

		if (key.p[i] == 0 || d == NULL)
			return false;
		rev = rev << 4 | (uint64_t)(d - digits);
	}
	*ret = rev;
	return true;
}

/* Places of the line above `after`, from one view. */
struct step {
	struct vt_view *v;
	struct vt_state s[PAGE];
	size_t n;
};

static int
step_begin(struct vt_office *o, const char *code, enum vt_packet_kind kind,
    uint64_t after, struct step *t, struct vt_err *reterr)
{
	VT_BUF_AUTO(prefix);
	VT_BUF_AUTO(last);
	int rc;

	t->v = NULL;
	t->n = 0;
	if ((rc = line_key(code, kind, 0, &prefix, reterr)) != VT_OK ||
	    (after != 0 &&
		(rc = line_key(code, kind, after, &last, reterr)) != VT_OK) ||
	    (rc = vt_view_begin(o->o.store, &t->v, reterr)) != VT_OK)
		return rc;
	return vt_state_list(t->v, VT_STATE_OTHER, vt_buf_view(&prefix),
	    vt_buf_view(&last), t->s, PAGE, &t->n, reterr);
}

/* The row of a place; *ret_is false: it is done, and the place goes. */
static int
place_row(struct vt_office *o, struct vt_view *v, const char *code,
    const struct vt_state *s, struct row *ret, bool *ret_is,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	vt_id id;
	int rc = VT_E_NOT_FOUND;

	*ret_is = false;
	if (s->value.n == sizeof(id.b)) {
		memcpy(id.b, s->value.p, sizeof(id.b));
		rc = row_find(v, code, &id, ret, &err);
	}
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && ret->done))
		return line_drop(o, s->key, reterr);
	*ret_is = rc == VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* A page has as many members. NOLINTBEGIN(readability-function-size) */
int
vt_office_pickups(struct vt_office *o, const char *code,
    enum vt_packet_kind kind, uint64_t after, struct vt_pickup *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct step t;
	struct row r;
	size_t n = 0, i;
	bool is;
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	do {
		rc = step_begin(o, code, kind, after, &t, reterr);
		for (i = 0; i < t.n && n < max && rc == VT_OK; i++) {
			rc = place_row(o, t.v, code, &t.s[i], &r, &is, reterr);
			if (rc == VT_OK && is)
				ret[n++] = r.p;
			if (!line_rev(t.s[i].key, &after))
				break;
		}
		vt_view_end(t.v);
	} while (rc == VT_OK && n < max && t.n == PAGE && i == t.n);
	if (rc == VT_OK) {
		*ret_n = n;
		*ret_next = after;
	}
	return rc;
}
/* NOLINTEND(readability-function-size) */

int
vt_office_pickups_count(struct vt_office *o, const char *code,
    enum vt_packet_kind kind, uint64_t *ret, struct vt_err *reterr)
{
	uint64_t after = 0, n = 0;
	struct step t;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	do {
		rc = step_begin(o, code, kind, after, &t, reterr);
		n += t.n;
		if (rc == VT_OK && t.n > 0 &&
		    !line_rev(t.s[t.n - 1].key, &after))
			t.n = 0;
		vt_view_end(t.v);
	} while (rc == VT_OK && t.n == PAGE && n < VT_L(AXIS_COUNT_MAX));
	if (rc == VT_OK)
		*ret = n;
	return rc;
}

int
vt_office_packet_open(struct vt_office *o, const char *code, const vt_id *id,
    struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct row r;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (code == NULL)
		return vt_packet_delivery(o, id, ret, reterr);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = row_find(v, code, id, &r, reterr);
	if (rc == VT_OK && r.p.kind == VT_PACKET_STATUS)
		rc = vt_packet_kept(id, r.p.from, r.p.to, r.bytes, ret, reterr);
	vt_view_end(v);
	if (rc == VT_OK && r.p.kind == VT_PACKET_EDOC)
		rc = vt_packet_delivery(o, id, ret, reterr);
	return rc;
}

/* At the sender: it was fetched, or cannot be. */
static int
record_end(struct vt_office *o, const vt_id *id, bool done, const char *note,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DELIVERED };
	char text[VT_ID_TEXT + 1];
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_delivery d;
	bool waiting = false;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_delivery_get(v, id, &d, reterr)) == VT_OK) {
		act.agency_no = d.agency_no;
		act.paper = d.paper;
		waiting = d.state == VT_DELIVERY_WAITING;
	}
	vt_view_end(v);
	if (rc != VT_OK || !waiting)
		return rc;
	vt_id_text(id, text);
	step.u.delivered.delivery = *id;
	step.u.delivered.state = done ? VT_DELIVERY_SENT : VT_DELIVERY_FAILED;
	step.u.delivered.note = note;
	step.u.delivered.transport = VT_TRANSPORT_HOSTED;
	step.u.delivered.external = text;
	step.u.delivered.attempts = 1; /* it was there, done or not */
	step.u.delivered.sent_at = done ? vt_now(o->o.ctx) : VT_TIME_NONE;
	step.u.delivered.stored_at = step.u.delivered.sent_at;
	rc = vt_store_do(o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_E_CONFLICT)
		return VT_OK; /* its status was quicker */
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_pickup_end(struct vt_office *o, const char *code, const vt_id *id,
    bool done, const char *note, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct row r;
	VT_BUF_AUTO(bytes);
	VT_BUF_AUTO(key);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = row_find(v, code, id, &r, reterr)) == VT_OK) {
		vt_buf_span(&bytes, r.bytes);
		r.bytes = vt_buf_view(&bytes);
	}
	vt_view_end(v);
	if (rc != VT_OK || r.done ||
	    (rc = vt_buf_status(&bytes, reterr)) != VT_OK)
		return rc;
	if (r.p.kind == VT_PACKET_EDOC &&
	    (rc = record_end(o, id, done, note, reterr)) != VT_OK)
		return rc;
	r.done = true;
	if ((rc = line_key(code, r.p.kind, r.rev, &key, reterr)) != VT_OK ||
	    (rc = row_put(o, code, &r, VT_STATE_ANY, NULL, reterr)) != VT_OK)
		return rc;
	return line_drop(o, vt_buf_view(&key), reterr);
}
