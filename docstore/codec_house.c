/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of agencies, people, events, work, counters. */
#include "docstore/codec.h"

/* ---- agencies ---- */

static void
name_encode(const struct vt_agency_name *n, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	vt_put_time(&w, 1, n->from);
	vt_put_text(&w, 2, n->code);
	vt_put_text(&w, 3, n->name);
	vt_put_text(&w, 4, n->short_name);
	vt_put_text(&w, 5, n->place);
	vt_cbor_map_end(&w);
}

static void
name_take(struct vt_cbor *c, struct vt_arena *a, struct vt_agency_name *n)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	n->code = n->name = n->short_name = n->place = "";
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			n->from = vt_cbor_get_int(c);
			break;
		case 2:
			n->code = vt_take_text(c, a);
			break;
		case 3:
			n->name = vt_take_text(c, a);
			break;
		case 4:
			n->short_name = vt_take_text(c, a);
			break;
		case 5:
			n->place = vt_take_text(c, a);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a name");
		}
	}
}

void
vt_agency_encode(const struct vt_agency *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, x->no);
	vt_put_id(&w, 2, &x->id);
	vt_cbor_key(&w, 3);
	vt_cbor_array(ret, x->n_names);
	for (size_t i = 0; i < x->n_names; i++)
		name_encode(&x->names[i], ret);
	vt_put_spans(&w, 4, x->certs, x->n_certs);
	vt_put_text(&w, 5, x->key_ref);
	vt_put_text(&w, 6, x->origin);
	vt_put_bytes(&w, 7, VT_SPAN(x->log_key, sizeof(x->log_key)));
	vt_put_uint(&w, 8, x->successor);
	vt_cbor_map_end(&w);
}

static void
take_names(struct vt_cbor *c, struct vt_arena *a, struct vt_agency *x)
{
	struct vt_agency_name *n = vt_take_array(c, a, sizeof(*n), &x->n_names);

	for (size_t i = 0; i < x->n_names; i++)
		name_take(c, a, &n[i]);
	x->names = n;
	if (x->n_names > 0)
		x->now = n[x->n_names - 1];
	else
		vt_cbor_fail(c, "an agency without a name");
}

int
vt_agency_decode(struct vt_span v, struct vt_arena *a, struct vt_agency *ret,
    struct vt_err *reterr)
{
	struct vt_agency x = { .key_ref = "", .origin = "" };
	struct vt_cbor_map_reader m;
	struct vt_span s;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.no = vt_take_u32(&c);
			break;
		case 2:
			x.id = vt_cbor_get_id(&c);
			break;
		case 3:
			take_names(&c, a, &x);
			break;
		case 4:
			x.certs = vt_take_spans(&c, a, &x.n_certs);
			break;
		case 5:
			x.key_ref = vt_take_text(&c, a);
			break;
		case 6:
			x.origin = vt_take_text(&c, a);
			break;
		case 7:
			s = vt_cbor_get_bytes(&c);
			if (s.n == sizeof(x.log_key))
				memcpy(x.log_key, s.p, s.n);
			else
				vt_cbor_fail(&c, "log key of another length");
			break;
		case 8:
			x.successor = vt_take_u32(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "agency", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- people ---- */

static void
put_posts(struct vt_cbor_map_writer *w, const struct vt_person *x)
{
	if (x->n_posts == 0)
		return;
	vt_cbor_key(w, 14);
	vt_cbor_array(w->b, x->n_posts);
	for (size_t i = 0; i < x->n_posts; i++) {
		const struct vt_post *p = &x->posts[i];
		struct vt_cbor_map_writer m;

		vt_cbor_map_begin(&m, w->b);
		vt_put_text(&m, 1, p->position);
		vt_put_text(&m, 2, p->unit);
		vt_put_uint(&m, 3, p->roles);
		vt_put_time(&m, 4, p->from);
		vt_put_time(&m, 5, p->until);
		vt_put_uint(&m, 6, p->waits);
		vt_cbor_map_end(&m);
	}
}

static void
put_former(struct vt_cbor_map_writer *w, const struct vt_person *x)
{
	if (x->n_former == 0)
		return;
	vt_cbor_key(w, 13);
	vt_cbor_array(w->b, x->n_former);
	for (size_t i = 0; i < x->n_former; i++) {
		struct vt_cbor_map_writer m;

		vt_cbor_map_begin(&m, w->b);
		vt_put_time(&m, 1, x->former[i].until);
		vt_put_text(&m, 2, x->former[i].name);
		vt_cbor_map_end(&m);
	}
}

void
vt_person_encode(const struct vt_person *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_id(&w, 1, &x->id);
	vt_put_text(&w, 2, x->name);
	if (x->n_posts == 0) {
		vt_put_text(&w, 3, x->position);
		vt_put_text(&w, 4, x->unit);
		vt_put_uint(&w, 5, x->roles);
	}
	if (x->active) {
		vt_cbor_key(&w, 6);
		vt_cbor_bool(ret, true);
	}
	if (x->n_tokens > 0) {
		vt_cbor_key(&w, 7);
		vt_cbor_array(ret, x->n_tokens);
		for (size_t i = 0; i < x->n_tokens; i++)
			vt_cbor_hash(ret, &x->tokens[i]);
	}
	vt_put_spans(&w, 8, x->certs, x->n_certs);
	vt_put_text(&w, 9, x->key_ref);
	vt_put_time(&w, 10, x->since);
	vt_put_text(&w, 11, x->email);
	vt_put_text(&w, 12, x->phone);
	put_former(&w, x);
	put_posts(&w, x);
	vt_put_spans(&w, 15, x->waiting, x->n_waiting);
	vt_put_id(&w, 16, &x->asked_by);
	vt_cbor_map_end(&w);
}

static void
take_post(struct vt_cbor *c, struct vt_arena *a, struct vt_post *p)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	*p = (struct vt_post){ .position = "",
		.unit = "",
		.from = VT_TIME_NONE,
		.until = VT_TIME_NONE };
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			p->position = vt_take_text(c, a);
			break;
		case 2:
			p->unit = vt_take_text(c, a);
			break;
		case 3:
			p->roles = vt_take_u32(c);
			break;
		case 4:
			p->from = vt_cbor_get_int(c);
			break;
		case 5:
			p->until = vt_cbor_get_int(c);
			break;
		case 6:
			p->waits = vt_cbor_get_uint(c) != 0;
			break;
		default:
			vt_cbor_fail(c, "unknown field of a post");
		}
	}
}

static void
take_posts(struct vt_cbor *c, struct vt_arena *a, struct vt_person *x)
{
	struct vt_post *p = vt_take_array(c, a, sizeof(*p), &x->n_posts);

	for (size_t i = 0; i < x->n_posts; i++)
		take_post(c, a, &p[i]);
	x->posts = p;
}

static void
take_former(struct vt_cbor *c, struct vt_arena *a, struct vt_person *x)
{
	struct vt_former_name *f =
	    vt_take_array(c, a, sizeof(*f), &x->n_former);

	for (size_t i = 0; i < x->n_former; i++) {
		struct vt_cbor_map_reader m;
		uint64_t key;

		f[i] = (struct vt_former_name){ VT_TIME_NONE, "" };
		vt_cbor_map_open(&m, c);
		while (vt_cbor_next(&m, &key)) {
			if (key == 1)
				f[i].until = vt_cbor_get_int(c);
			else if (key == 2)
				f[i].name = vt_take_text(c, a);
			else
				vt_cbor_fail(c, "unknown field of a name");
		}
	}
	x->former = f;
}

static void
take_tokens(struct vt_cbor *c, struct vt_arena *a, struct vt_person *x)
{
	vt_hash *h = vt_take_array(c, a, sizeof(*h), &x->n_tokens);

	for (size_t i = 0; i < x->n_tokens; i++)
		h[i] = vt_cbor_get_hash(c);
	x->tokens = h;
}

/* Fields that rows of the first release lack. */
static void
take_later(
    struct vt_cbor *c, struct vt_arena *a, uint64_t key, struct vt_person *x)
{
	switch (key) {
	case 11:
		x->email = vt_take_text(c, a);
		break;
	case 12:
		x->phone = vt_take_text(c, a);
		break;
	case 13:
		take_former(c, a, x);
		break;
	case 14:
		take_posts(c, a, x);
		break;
	case 15:
		x->waiting = vt_take_spans(c, a, &x->n_waiting);
		break;
	case 16:
		x->asked_by = vt_cbor_get_id(c);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

int
vt_person_decode(struct vt_span v, struct vt_arena *a, struct vt_person *ret,
    struct vt_err *reterr)
{
	struct vt_person x = { .name = "",
		.position = "",
		.unit = "",
		.key_ref = "",
		.since = VT_TIME_NONE,
		.email = "",
		.phone = "" };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.id = vt_cbor_get_id(&c);
			break;
		case 2:
			x.name = vt_take_text(&c, a);
			break;
		case 3:
			x.position = vt_take_text(&c, a);
			break;
		case 4:
			x.unit = vt_take_text(&c, a);
			break;
		case 5:
			x.roles = vt_take_u32(&c);
			break;
		case 6:
			x.active = vt_cbor_get_bool(&c);
			break;
		case 7:
			take_tokens(&c, a, &x);
			break;
		case 8:
			x.certs = vt_take_spans(&c, a, &x.n_certs);
			break;
		case 9:
			x.key_ref = vt_take_text(&c, a);
			break;
		case 10:
			x.since = vt_cbor_get_int(&c);
			break;
		default:
			take_later(&c, a, key, &x);
		}
	}
	if ((rc = vt_take_end(&c, "person", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- events ---- */

void
vt_event_encode(const struct vt_event *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, x->kind);
	vt_put_time(&w, 2, x->time);
	vt_put_id(&w, 3, &x->paper);
	vt_put_id(&w, 4, &x->subject);
	vt_put_uint(&w, 5, x->act);
	vt_cbor_map_end(&w);
}

int
vt_event_decode(struct vt_span v, struct vt_event *ret, struct vt_err *reterr)
{
	struct vt_event x = { .time = VT_TIME_NONE };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.kind = vt_take_u32(&c);
			break;
		case 2:
			x.time = vt_cbor_get_int(&c);
			break;
		case 3:
			x.paper = vt_cbor_get_id(&c);
			break;
		case 4:
			x.subject = vt_cbor_get_id(&c);
			break;
		case 5:
			x.act = vt_cbor_get_uint(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "event", reterr)) != VT_OK)
		return rc;
	x.name = vt_step_kind_name((enum vt_step_kind)x.kind);
	*ret = x;
	return VT_OK;
}

/* ---- work ---- */

void
vt_work_encode(const struct vt_work *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, x->agency_no);
	vt_put_uint(&w, 2, x->kind);
	vt_put_id(&w, 3, &x->subject);
	vt_put_time(&w, 4, x->due);
	vt_put_uint(&w, 5, x->attempt);
	vt_put_uint(&w, 6, x->lease);
	vt_put_id(&w, 7, &x->owner);
	vt_put_time(&w, 8, x->lease_until);
	vt_put_text(&w, 9, x->note);
	vt_put_bytes(&w, 10, VT_SPAN(x->payload, x->n_payload));
	vt_put_time(&w, 11, x->hurry);
	vt_cbor_map_end(&w);
}

int
vt_work_decode(struct vt_span v, struct vt_work *ret, struct vt_err *reterr)
{
	struct vt_work x = { .due = VT_TIME_NONE,
		.lease_until = VT_TIME_NONE,
		.hurry = VT_TIME_NONE };
	union {
		const uint8_t *in;
		uint8_t *out;
	} payload = { NULL }; /* borrowed; the caller copies before handing
			       * it on */
	struct vt_cbor_map_reader m;
	struct vt_span s;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.agency_no = vt_take_u32(&c);
			break;
		case 2:
			x.kind = (enum vt_work_kind)vt_take_u32(&c);
			break;
		case 3:
			x.subject = vt_cbor_get_id(&c);
			break;
		case 4:
			x.due = vt_cbor_get_int(&c);
			break;
		case 5:
			x.attempt = vt_take_u32(&c);
			break;
		case 6:
			x.lease = vt_cbor_get_uint(&c);
			break;
		case 7:
			x.owner = vt_cbor_get_id(&c);
			break;
		case 8:
			x.lease_until = vt_cbor_get_int(&c);
			break;
		case 9:
			vt_cbor_get_str(&c, x.note, sizeof(x.note));
			break;
		case 10:
			s = vt_cbor_get_bytes(&c);
			payload.in = s.p;
			x.payload = payload.out;
			x.n_payload = s.n;
			break;
		case 11:
			x.hurry = vt_cbor_get_int(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "work", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- counters ---- */

void
vt_state_encode(const struct vt_agency_state *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, x->acts);
	vt_put_uint(&w, 2, x->papers);
	vt_put_uint(&w, 3, x->people);
	vt_put_uint(&w, 4, x->deliveries);
	vt_put_uint(&w, 5, x->events);
	vt_put_uint(&w, 6, x->series);
	vt_put_uint(&w, 7, x->consignments);
	vt_cbor_map_end(&w);
}

int
vt_state_decode(
    struct vt_span v, struct vt_agency_state *ret, struct vt_err *reterr)
{
	struct vt_agency_state x = { .agency_no = ret->agency_no };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.acts = vt_cbor_get_uint(&c);
			break;
		case 2:
			x.papers = vt_cbor_get_uint(&c);
			break;
		case 3:
			x.people = vt_cbor_get_uint(&c);
			break;
		case 4:
			x.deliveries = vt_cbor_get_uint(&c);
			break;
		case 5:
			x.events = vt_cbor_get_uint(&c);
			break;
		case 6:
			x.series = vt_take_u32(&c);
			break;
		case 7:
			x.consignments = vt_cbor_get_uint(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "counters", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}
