/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waits for agencies that fetch from our axis server: one state row each
 * (docstore/state.h). A row that was lost is made again by the work item of the
 * delivery or of the packet that is carried on, which stays in the queue until
 * it is fetched, or was not for HOSTED_DAYS; so does that of a status, but it
 * is looked at only then.
 *
 * Key: "pick/CODE/KIND/ID". Value: map, see enum. Beside each row that is not
 * done stands one of the line, "wait/CODE/KIND/PLACE" with the id as value, so
 * that a list costs what it shows: PLACE is the revision that the row had when
 * it was put there. The row is written before the one of the line and ends
 * before it; a place in the line whose row is done or stands elsewhere is
 * nothing.
 *
 * What was taken is noted at the sender before its row ends: who is cut off
 * says it again. What was not taken ends before it is noted, so that nobody
 * fetches what its sender has back; its row says so, and whoever meets it does
 * the rest. "pick-for/ID" says in whose line a letter stands: its addressee may
 * come to be reached by another one.
 */
#include <stdlib.h>

#include "api/office/hosted.h"
#include "api/office/packet.h"
#include "api/office/relay.h"
#include "api/office/work.h"
#include "base/cbor.h"
#include "docstore/state.h"

#define KEEP_DONE VT_TIME_S(30 * 86400) /* so that a repeat is known */
#define LOOK      VT_TIME_S(86400)      /* the longest between two */
#define PAGE      64

enum {
	P_FROM = 1,
	P_TO,
	P_TITLE,
	P_NOTATION,
	P_CREATED,
	P_BYTES,
	P_DONE,
	P_FETCHED,
	P_CARRIED,
	P_SINCE,
	P_PLACE,
	P_WORK,
	P_UNTAKEN,
	P_NOTE
};

struct row {
	struct vt_pickup p;
	struct vt_span bytes; /* of a status of ours; borrowed from the view */
	bool done;
	bool carried;  /* somebody else's packet: api/office/relay.h */
	vt_time since; /* it has been waiting */
	uint64_t rev, place;
	uint64_t work; /* of a status of ours: the item that tells it */
	/* It ended untaken, when its sender had sent it so (sending_of), and
	 * why; 0: it did not. */
	uint64_t untaken;
	char note[160];
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
	vt_cbor_key(&w, P_FETCHED);
	vt_cbor_bool(ret, r->p.fetched);
	vt_cbor_key(&w, P_CARRIED);
	vt_cbor_bool(ret, r->carried);
	vt_cbor_key(&w, P_SINCE);
	vt_cbor_int(ret, r->since);
	if (r->place != 0) {
		vt_cbor_key(&w, P_PLACE);
		vt_cbor_uint(ret, r->place);
	}
	if (r->work != 0) {
		vt_cbor_key(&w, P_WORK);
		vt_cbor_uint(ret, r->work);
	}
	if (r->untaken != 0) {
		vt_cbor_key(&w, P_UNTAKEN);
		vt_cbor_uint(ret, r->untaken);
		vt_cbor_key(&w, P_NOTE);
		vt_cbor_str(ret, r->note);
	}
	vt_cbor_map_end(&w);
}

static int
row_decode(const struct vt_state *s, struct row *r, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	bool said = false;
	uint64_t k;

	memset(r, 0, sizeof(*r));
	r->rev = r->place = s->rev;
	r->since = s->changed_at;
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
		said = said || k == P_FETCHED;
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
		else if (k == P_FETCHED)
			r->p.fetched = vt_cbor_get_bool(&c);
		else if (k == P_CARRIED)
			r->carried = vt_cbor_get_bool(&c);
		else if (k == P_SINCE)
			r->since = vt_cbor_get_int(&c);
		else if (k == P_PLACE)
			r->place = vt_cbor_get_uint(&c);
		else if (k == P_WORK)
			r->work = vt_cbor_get_uint(&c);
		else if (k == P_UNTAKEN)
			r->untaken = vt_cbor_get_uint(&c);
		else if (k == P_NOTE)
			vt_cbor_get_str(&c, r->note, sizeof(r->note));
		else
			(void)vt_cbor_skip(&c);
	}
	if (!said) /* by an older release: what is done was fetched */
		r->p.fetched = r->done;
	return vt_cbor_finish(&c, "what is to be fetched", reterr);
}

/* place 0: what all keys of the line begin with. */
static int
line_key(const char *code, enum vt_packet_kind kind, uint64_t place,
    struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_printf(
	    ret, "wait/%s/%c/", code, kind == VT_PACKET_STATUS ? 's' : 'e');
	if (place != 0)
		vt_buf_printf(ret, "%016llx", (unsigned long long)place);
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

	if ((rc = line_key(code, r->p.kind, r->place, &key, reterr)) != VT_OK)
		return rc;
	n.key = vt_buf_view(&key);
	return vt_state_put(o->o.store, &n, NULL, reterr);
}

static int
line_drop(struct vt_office *o, const char *code, enum vt_packet_kind kind,
    uint64_t place, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(key);
	int rc;

	if ((rc = line_key(code, kind, place, &key, &err)) == VT_OK)
		rc = vt_state_delete(o->o.store, VT_STATE_OTHER,
		    vt_buf_view(&key), VT_STATE_ANY, &err);
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
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

/* Which sending waits, of those of a letter; 0: none of them. */
static uint64_t
sending_of(struct vt_view *v, const struct row *r)
{
	struct vt_consignment c;
	struct vt_delivery d;

	if (r->carried)
		return vt_consign_get(v, &r->p.id, &c, NULL) == VT_OK &&
			       c.state == VT_CONSIGN_ARRIVED
			   ? (uint64_t)c.changed_at
			   : 0;
	return r->p.kind == VT_PACKET_EDOC &&
		       vt_delivery_get(v, &r->p.id, &d, NULL) == VT_OK &&
		       d.state == VT_DELIVERY_WAITING
		   ? d.work
		   : 0;
}

/* New, or there already: then in the line, too, unless it is done. *r becomes
 * what stands there. */
static int
row_wait(
    struct vt_office *o, const char *code, struct row *r, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t sending = 0;
	bool again = false;
	struct row was;
	int rc;

	r->since = vt_now(o->o.ctx);
	rc = row_put(o, code, r, VT_STATE_NEW, &r->rev, &err);
	r->place = r->rev;
	if (rc == VT_E_CONFLICT) {
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = row_find(v, code, &r->p.id, &was, &err);
		if (rc == VT_OK && was.done)
			sending = sending_of(v, &was);
		again = sending != 0 && sending != was.untaken;
		vt_view_end(v);
		was.bytes =
		    r->bytes; /* as they were; its own were the view's */
		if (rc == VT_OK && !again)
			*r = was;
	}
	if (again) {
		r->place = 0;
		rc = row_put(o, code, r, was.rev, &r->rev, &err);
		r->place = r->rev;
	}
	if (rc == VT_OK)
		return r->done ? VT_OK : line_put(o, code, r, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- how long it waits ---- */

/* How a row ends. */
enum end { TAKEN, NOT_TAKEN, UNREADABLE };

/* Does it wait, and was it not sent again since it ended? */
static bool
is_sent_so(struct vt_view *v, const struct row *r, enum end how)
{
	uint64_t sending = sending_of(v, r);

	return sending != 0 && (how != NOT_TAKEN || sending == r->untaken);
}

/* At the sender: it was fetched, or is not going to be. */
static int
record_end(struct vt_office *o, const struct row *r, enum end how,
    const char *note, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DELIVERED };
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_err err = VT_ERR_INIT;
	char text[VT_ID_TEXT + 1];
	struct vt_view *v = NULL;
	struct vt_delivery d;
	bool waiting = false;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	waiting = is_sent_so(v, r, how);
	if (!r->carried &&
	    (rc = vt_delivery_get(v, &r->p.id, &d, reterr)) == VT_OK) {
		act.agency_no = d.agency_no;
		act.paper = d.paper;
	}
	vt_view_end(v);
	if (rc != VT_OK || !waiting)
		return rc;
	if (r->carried)
		return vt_relay_end(o, &r->p.id, how == TAKEN, note, reterr);
	vt_id_text(&r->p.id, text);
	step.u.delivered.delivery = r->p.id;
	step.u.delivered.state =
	    how == TAKEN ? VT_DELIVERY_SENT : VT_DELIVERY_FAILED;
	step.u.delivered.note = note;
	step.u.delivered.transport = VT_TRANSPORT_HOSTED;
	step.u.delivered.external = text;
	/* what nobody has fetched never left */
	step.u.delivered.attempts = how != NOT_TAKEN || r->p.fetched ? 1 : 0;
	step.u.delivered.sent_at =
	    how == TAKEN ? vt_now(o->o.ctx) : VT_TIME_NONE;
	step.u.delivered.stored_at = step.u.delivered.sent_at;
	rc = vt_store_do(o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_E_CONFLICT)
		return VT_OK; /* its status was quicker */
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* The row itself: out of the line. */
static int
row_end(struct vt_office *o, const char *code, struct row *r, uint64_t expect,
    struct vt_err *reterr)
{
	int rc;

	r->done = true;
	if ((rc = row_put(o, code, r, expect, NULL, reterr)) != VT_OK)
		return rc;
	return line_drop(o, code, r->p.kind, r->place, reterr);
}

/* Nobody gets it any more; then its sender is told. VT_E_CONFLICT: somebody
 * has just fetched it. */
static int
end_untaken(struct vt_office *o, const char *code, struct row *r,
    const char *note, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	r->untaken = sending_of(v, r);
	vt_view_end(v);
	vt_text_fit(r->note, sizeof(r->note), note);
	if ((rc = row_end(o, code, r, r->rev, reterr)) != VT_OK)
		return rc;
	return record_end(o, r, NOT_TAKEN, r->note, reterr);
}

static vt_time
end_of_wait(const struct row *r)
{
	return r->since + VT_TIME_S(86400 * (int64_t)VT_L(HOSTED_DAYS));
}

static void
say_why(const struct row *r, struct vt_buf *ret)
{
	struct vt_date d = vt_time_date(r->since, VT_TIME_VN_S);

	vt_buf_printf(ret, "%s từ %02d/%02d/%04d %02d:%02d",
	    r->p.fetched ? "nơi nhận đã tải về nhưng không xác nhận, chờ"
			 : "nơi nhận không lấy về",
	    d.day, d.month, d.year, d.hour, d.minute);
}

/* It goes on waiting, *ret_due says until when it is looked at again; or it
 * did so for too long, and its sender is told. */
static int
wait_on(struct vt_office *o, const char *code, struct row *r, vt_time *ret_due,
    struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx), until = end_of_wait(r);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(note);
	int rc;

	if (r->done) /* and noted, unless somebody was cut off */
		return r->untaken == 0
			   ? VT_OK
			   : record_end(o, r, NOT_TAKEN, r->note, reterr);
	if (now < until) {
		*ret_due = until - now < LOOK ? until : now + LOOK;
		return VT_OK;
	}
	say_why(r, &note);
	if ((rc = vt_buf_status(&note, reterr)) != VT_OK)
		return rc;
	rc = end_untaken(o, code, r, vt_buf_str(&note), &err);
	if (rc == VT_E_CONFLICT) {
		*ret_due = now + LOOK;
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
line_for_key(const vt_id *id, struct vt_buf *ret, struct vt_err *reterr)
{
	char text[VT_ID_TEXT + 1];

	vt_id_text(id, text);
	vt_buf_printf(ret, "pick-for/%s", text);
	return vt_buf_status(ret, reterr);
}

/* In whose line it was put last, "": in none; and how long that is known. */
static int
line_for_get(struct vt_view *v, const vt_id *id, char ret[static 64],
    vt_time *ret_expires, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_state s;
	VT_BUF_AUTO(key);
	int rc;

	ret[0] = '\0';
	*ret_expires = 0;
	if ((rc = line_for_key(id, &key, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(v, VT_STATE_OTHER, vt_buf_view(&key), &s, &err);
	if (rc == VT_OK && s.value.n < 64) {
		memcpy(ret, s.value.p, s.value.n);
		ret[s.value.n] = '\0';
		*ret_expires = s.expires;
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
line_for_put(struct vt_office *o, const vt_id *id, const char *code,
    struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.value = vt_span_str(code),
		.expires = vt_now(o->o.ctx) + KEEP_DONE,
		.expect = VT_STATE_ANY };
	VT_BUF_AUTO(key);
	int rc;

	if ((rc = line_for_key(id, &key, reterr)) != VT_OK)
		return rc;
	n.key = vt_buf_view(&key);
	return vt_state_put(o->o.store, &n, NULL, reterr);
}

/* It is to stand in the line of code, and in no other: it leaves the one where
 * it stood, unless that agency has fetched it, or its end there is still to be
 * noted: then it is *ret_code. */
static int
line_choose(struct vt_office *o, const char *code, const vt_id *id,
    char ret_code[static 64], struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	bool stays = false, stands = false;
	struct vt_view *v = NULL;
	struct row was;
	vt_time known;
	char old[64];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, &err)) == VT_OK)
		rc = line_for_get(v, id, old, &known, &err);
	if (rc == VT_OK && old[0] != '\0' && strcmp(old, code) != 0) {
		rc = row_find(v, old, id, &was, &err);
		stands = rc == VT_OK && !was.done;
		if (rc == VT_OK)
			stays = stands ? was.p.fetched
				       : is_sent_so(v, &was, NOT_TAKEN);
		rc = rc == VT_E_NOT_FOUND ? VT_OK : rc;
	}
	vt_view_end(v);
	if (rc == VT_OK && stands && !stays) {
		was.bytes = VT_SPAN("", 0); /* it is no status of ours */
		rc = row_end(o, old, &was, was.rev, &err);
		stays = rc == VT_E_CONFLICT;
		rc = stays ? VT_OK : rc;
	}
	if (rc == VT_OK) {
		vt_text_fit(ret_code, 64, stays ? old : code);
		if (stays || strcmp(old, code) != 0 ||
		    known < vt_now(o->o.ctx) + KEEP_DONE / 2)
			rc = line_for_put(o, id, ret_code, &err);
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_hosted_put_delivery(struct vt_office *o, const char *code, const vt_id *id,
    const char *from, vt_time *ret_due, struct vt_err *reterr)
{
	struct row r = { .p = { .id = *id, .kind = VT_PACKET_EDOC } };
	struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_paper p;
	char line[64];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_delivery_get(v, id, &d, reterr)) == VT_OK &&
	    (rc = vt_paper_get(v, &d.paper, &p, reterr)) == VT_OK) {
		r.p.created_at = d.created_at;
		vt_text_fit(r.p.from, sizeof(r.p.from), from);
		vt_text_fit(r.p.to, sizeof(r.p.to), d.to.code);
		vt_text_fit(r.p.title, sizeof(r.p.title), p.meta.subject);
		vt_text_fit(r.p.notation, sizeof(r.p.notation), p.number.text);
	}
	vt_view_end(v); /* the writer is not waited for inside a view */
	if (rc != VT_OK ||
	    (rc = line_choose(o, code, id, line, reterr)) != VT_OK ||
	    (rc = row_wait(o, line, &r, reterr)) != VT_OK)
		return rc;
	return wait_on(o, line, &r, ret_due, reterr);
}

int
vt_hosted_put_carried(struct vt_office *o, const char *code,
    const struct vt_relay *c, vt_time *ret_due, struct vt_err *reterr)
{
	struct row r = { .p = { .id = c->id,
			     .kind = c->kind,
			     .created_at = c->received_at },
		.carried = true };
	char line[64];
	int rc;

	vt_text_fit(r.p.from, sizeof(r.p.from), c->from);
	vt_text_fit(r.p.to, sizeof(r.p.to), c->to);
	vt_text_fit(r.p.title, sizeof(r.p.title), c->title);
	vt_text_fit(r.p.notation, sizeof(r.p.notation), c->notation);
	if ((rc = line_choose(o, code, &c->id, line, reterr)) != VT_OK ||
	    (rc = row_wait(o, line, &r, reterr)) != VT_OK)
		return rc;
	return wait_on(o, line, &r, ret_due, reterr);
}

/* Out of the line, as if it had never been there: a person who has it told
 * once more puts it there anew. Who fetches at this moment gets it. */
static int
give_up_status(struct vt_office *o, const char *code, const struct row *r,
    vt_time *ret_due, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(note);
	int rc;

	say_why(r, &note);
	if ((rc = vt_buf_status(&note, reterr)) != VT_OK ||
	    (rc = row_key(code, r->p.kind, &r->p.id, &key, reterr)) != VT_OK)
		return rc;
	rc = vt_state_delete(
	    o->o.store, VT_STATE_OTHER, vt_buf_view(&key), r->rev, &err);
	if (rc == VT_E_CONFLICT) {
		*ret_due = vt_now(o->o.ctx) + LOOK;
		return VT_OK;
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		rc = line_drop(o, code, r->p.kind, r->place, &err);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_PEER_REFUSED, "%s", vt_buf_str(&note));
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_hosted_put_status(struct vt_office *o, const char *code,
    const struct vt_office_packet *pk, uint64_t work, vt_time *ret_due,
    struct vt_err *reterr)
{
	const struct vt_packet *p = vt_office_packet_get(pk);
	struct row r = { .p = { .id = p->id,
			     .kind = VT_PACKET_STATUS,
			     .created_at = vt_now(o->o.ctx) },
		.bytes = VT_SPAN(p->body->map, (size_t)p->body->size),
		.work = work };
	int rc;

	vt_text_fit(r.p.from, sizeof(r.p.from), p->from);
	vt_text_fit(r.p.to, sizeof(r.p.to), p->to);
	if ((rc = row_wait(o, code, &r, reterr)) != VT_OK || r.done)
		return rc;
	if (vt_now(o->o.ctx) >= end_of_wait(&r))
		return give_up_status(o, code, &r, ret_due, reterr);
	*ret_due = end_of_wait(&r);
	return VT_OK;
}

/* ---- the line ---- */

static bool
line_place(struct vt_span key, uint64_t *ret)
{
	uint64_t place = 0;

	if (key.n < 16)
		return false;
	for (size_t i = key.n - 16; i < key.n; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, key.p[i]);

		if (key.p[i] == 0 || d == NULL)
			return false;
		place = place << 4 | (uint64_t)(d - digits);
	}
	*ret = place;
	return true;
}

/* Places of the line above `after`, from one view; those that are nothing go
 * when it has ended. */
struct step {
	struct vt_view *v;
	struct vt_state s[PAGE];
	size_t n;
	uint64_t stale[PAGE];
	size_t n_stale;
};

static int
step_begin(struct vt_office *o, const char *code, enum vt_packet_kind kind,
    uint64_t after, struct step *t, struct vt_err *reterr)
{
	VT_BUF_AUTO(prefix);
	VT_BUF_AUTO(last);
	int rc;

	t->v = NULL;
	t->n = t->n_stale = 0;
	if ((rc = line_key(code, kind, 0, &prefix, reterr)) != VT_OK ||
	    (after != 0 &&
		(rc = line_key(code, kind, after, &last, reterr)) != VT_OK) ||
	    (rc = vt_view_begin(o->o.store, &t->v, reterr)) != VT_OK)
		return rc;
	return vt_state_list(t->v, VT_STATE_OTHER, vt_buf_view(&prefix),
	    vt_buf_view(&last), t->s, PAGE, &t->n, reterr);
}

static int
step_end(struct vt_office *o, const char *code, enum vt_packet_kind kind,
    struct step *t, struct vt_err *reterr)
{
	int rc = VT_OK;

	vt_view_end(t->v);
	for (size_t i = 0; i < t->n_stale && rc == VT_OK; i++)
		rc = line_drop(o, code, kind, t->stale[i], reterr);
	return rc;
}

/* The row of a place; *ret_is false: it is nothing, and goes. */
static int
place_row(struct step *t, const char *code, const struct vt_state *s,
    struct row *ret, bool *ret_is, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t place = 0;
	int rc = VT_E_NOT_FOUND;
	vt_id id;

	*ret_is = false;
	if (!line_place(s->key, &place))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a place of the line of agency %s has no number", code);
	if (s->value.n == sizeof(id.b)) {
		memcpy(id.b, s->value.p, sizeof(id.b));
		rc = row_find(t->v, code, &id, ret, &err);
	}
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && (ret->done || ret->place != place))) {
		t->stale[t->n_stale++] = place;
		return VT_OK;
	}
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
	size_t n = 0;
	bool is;
	int rc, end;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	do {
		rc = step_begin(o, code, kind, after, &t, reterr);
		for (size_t i = 0; i < t.n && n < max && rc == VT_OK; i++) {
			rc = place_row(&t, code, &t.s[i], &r, &is, reterr);
			if (rc == VT_OK && is)
				ret[n++] = r.p;
			if (rc == VT_OK)
				(void)line_place(t.s[i].key, &after);
		}
		end = step_end(o, code, kind, &t, rc == VT_OK ? reterr : NULL);
		rc = rc == VT_OK ? end : rc;
	} while (rc == VT_OK && n < max && t.n == PAGE);
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
		    !line_place(t.s[t.n - 1].key, &after))
			t.n = 0;
		vt_view_end(t.v);
	} while (rc == VT_OK && t.n == PAGE && n < VT_L(AXIS_COUNT_MAX));
	if (rc == VT_OK)
		*ret = n;
	return rc;
}

/* ---- fetching ---- */

/* It is handed out: from now on its sender does not get it back by himself.
 * Said once. */
static int
hand_out(struct vt_office *o, const char *code, const vt_id *id, struct row *r,
    struct vt_buf *bytes, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	int rc;

	do {
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		vt_buf_reset(bytes);
		if ((rc = row_find(v, code, id, r, &err)) == VT_OK) {
			vt_buf_span(bytes, r->bytes);
			r->bytes = vt_buf_view(bytes);
			rc = vt_buf_status(bytes, &err);
		}
		vt_view_end(v);
		if (rc == VT_OK && r->done && !r->p.fetched)
			rc = vt_err_set(&err, VT_E_NOT_FOUND,
			    "this packet does not wait for agency %s any more",
			    code);
		if (rc == VT_OK && !r->p.fetched) {
			r->p.fetched = true;
			rc = row_put(o, code, r, r->rev, NULL, &err);
		}
	} while (rc == VT_E_CONFLICT); /* somebody was quicker: look again */
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_packet_open(struct vt_office *o, const char *code, const vt_id *id,
    struct vt_office_packet **ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(bytes);
	struct row r;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (code == NULL)
		return vt_packet_delivery(o, id, ret, reterr);
	if ((rc = hand_out(o, code, id, &r, &bytes, reterr)) != VT_OK)
		return rc;
	if (r.carried)
		return vt_relay_packet(o, id, ret, reterr);
	return r.p.kind == VT_PACKET_STATUS
		   ? vt_packet_kept(id, r.p.from, r.p.to, r.bytes, ret, reterr)
		   : vt_packet_delivery(o, id, ret, reterr);
}

/* Its work ends when it looks again. */
static int
told(struct vt_office *o, uint64_t work, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_work_hurry(o->o.store, work, vt_now(o->o.ctx), &err);

	if (rc == VT_OK)
		vt_office_wake(o);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND && reterr != NULL)
		*reterr = err;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_office_pickup_end(struct vt_office *o, const char *code, const vt_id *id,
    bool done, const char *note, struct vt_err *reterr)
{
	VT_BUF_AUTO(bytes);
	struct row r;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = hand_out(o, code, id, &r, &bytes, reterr); /* it says so */
	if (rc != VT_OK || r.done)
		return rc;
	if ((r.carried || r.p.kind == VT_PACKET_EDOC) &&
	    (rc = record_end(o, &r, done ? TAKEN : UNREADABLE, note, reterr)) !=
		VT_OK)
		return rc;
	rc = row_end(o, code, &r, VT_STATE_ANY, reterr);
	return rc != VT_OK || r.work == 0 ? rc : told(o, r.work, reterr);
}

/* ---- taking back ---- */

/* What still waits for nobody's knowing: a delivery, and for whom. */
struct unfetched {
	char code[64];
	struct row r;
};

static int
find_unfetched(struct vt_office *o, struct vt_view *v,
    const struct vt_delivery *d, struct vt_route *route, struct unfetched *ret,
    bool *ret_is, struct vt_err *reterr)
{
	enum vt_route_kind kind;
	vt_time known;
	int rc;

	*ret_is = false;
	if (d->state != VT_DELIVERY_WAITING)
		return VT_OK;
	rc = line_for_get(v, &d->id, ret->code, &known, reterr);
	if (rc != VT_OK)
		return rc;
	if (ret->code[0] == '\0') { /* put there by an older release */
		if (vt_office_route_find(o, v, d->to.code, &kind, route, NULL,
			NULL, NULL) != VT_OK ||
		    kind != VT_ROUTE_HOSTED)
			return VT_OK;
		memcpy(ret->code, route->key, sizeof(ret->code));
	}
	rc = row_find(v, ret->code, &d->id, &ret->r, NULL);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK)
		return row_find(v, ret->code, &d->id, &ret->r, reterr);
	*ret_is =
	    ret->r.done ? is_sent_so(v, &ret->r, NOT_TAKEN) : !ret->r.p.fetched;
	return VT_OK;
}

/* Who fetches at this moment gets it, or it is not there. */
static int
call_in_one(struct vt_office *o, struct unfetched *u, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (u->r.done) /* somebody was cut off */
		return record_end(o, &u->r, NOT_TAKEN, u->r.note, reterr);
	rc = end_untaken(
	    o, u->code, &u->r, "được gọi lại trước khi nơi nhận lấy về", &err);
	if (rc == VT_E_CONFLICT)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

struct calling {
	struct vt_route route;
	struct vt_delivery d[PAGE];
	struct unfetched u[PAGE];
};

int
vt_hosted_call_in(struct vt_office *o, const vt_id *paper,
    const vt_id *delivery, struct vt_err *reterr)
{
	struct calling *c = malloc(sizeof(*c));
	struct vt_view *v = NULL;
	uint64_t after = 0;
	size_t n = PAGE;
	int rc = VT_OK;

	if (c == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "deliveries");
	while (rc == VT_OK && n == PAGE) {
		size_t found = 0;
		bool is;

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			break;
		rc = vt_delivery_list_after(
		    v, paper, after, c->d, PAGE, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			after = c->d[i].seq;
			if (delivery != NULL &&
			    !vt_id_eq(delivery, &c->d[i].id))
				continue;
			rc = find_unfetched(o, v, &c->d[i], &c->route,
			    &c->u[found], &is, reterr);
			found += rc == VT_OK && is;
		}
		vt_view_end(v);
		for (size_t i = 0; i < found && rc == VT_OK; i++)
			rc = call_in_one(o, &c->u[i], reterr);
	}
	free(c);
	return rc;
}
