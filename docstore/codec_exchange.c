/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of exchange and of the house's entries; the newer fields of papers and
 * recorded steps. */
#include "docstore/fields.h"

/* ---- recorded steps, from field 30 on ---- */

static void
entries_encode(struct vt_cbor_map_writer *w, const struct vt_srec *r)
{
	if (r->n_entries == 0)
		return;
	vt_cbor_key(w, 30);
	vt_cbor_array(w->b, r->n_entries);
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct vt_srec_entry *e = &r->entries[i];

		vt_cbor_array(w->b, 5);
		vt_cbor_uint(w->b, e->kind);
		vt_cbor_uint(w->b, e->agency_no);
		vt_cbor_bytes(w->b, e->key);
		vt_cbor_uint(w->b, e->rev);
		if (e->value.n > 0 && !e->secret) {
			vt_cbor_bytes(w->b, e->value);
		} else if (!vt_hash_is_zero(&e->hash)) {
			vt_cbor_array(w->b, 1);
			vt_cbor_hash(w->b, &e->hash);
		} else {
			vt_cbor_null(w->b);
		}
	}
}

static void
take_entry(struct vt_cbor *c, struct vt_arena *a, struct vt_srec_entry *e)
{
	if (vt_cbor_get_array(c) != 5)
		vt_cbor_fail(c, "not a change of an entry");
	e->kind = (enum vt_entry_kind)vt_take_u32(c);
	e->agency_no = vt_take_u32(c);
	e->key = vt_take_bytes(c, a);
	e->rev = vt_cbor_get_uint(c);
	if (vt_cbor_get_null(c))
		return;
	if (vt_cbor_peek(c) == VT_CBOR_BYTES) {
		e->value = vt_take_bytes(c, a);
		return;
	}
	e->secret = true;
	if (vt_cbor_get_array(c) != 1)
		vt_cbor_fail(c, "not the hash of a value");
	e->hash = vt_cbor_get_hash(c);
}

static void
ids_encode(
    struct vt_cbor_map_writer *w, uint64_t key, const vt_id *id, size_t n)
{
	if (n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_id(w->b, &id[i]);
}

static const vt_id *
take_ids(struct vt_cbor *c, struct vt_arena *a, size_t *ret_n)
{
	vt_id *id = vt_take_array(c, a, sizeof(*id), ret_n);

	for (size_t i = 0; i < *ret_n; i++)
		id[i] = vt_cbor_get_id(c);
	return id;
}

void
vt_srec_more_encode(struct vt_cbor_map_writer *w, const struct vt_srec *r)
{
	entries_encode(w, r);
	ids_encode(w, 31, r->people, r->n_people);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(w, no, r->member);
#include "docstore/step.def"
#undef VT_FIELD
}

void
vt_srec_more_defaults(struct vt_srec *r)
{
#define VT_FIELD(no, kind, member) VT_NONE_##kind(r->member)
#include "docstore/step.def"
#undef VT_FIELD
}

bool
vt_srec_more_take(
    struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r, uint64_t key)
{
	switch (key) {
	case 30:
		r->entries =
		    vt_take_array(c, a, sizeof(*r->entries), &r->n_entries);
		for (size_t i = 0; i < r->n_entries; i++)
			take_entry(c, a, &r->entries[i]);
		return true;
	case 31:
		r->people = take_ids(c, a, &r->n_people);
		return true;
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		r->member = VT_TAKE_##kind(c, a);                              \
		return true;
#include "docstore/step.def"
#undef VT_FIELD
	default:
		return false;
	}
}

/* ---- papers, from field 25 on ---- */

static void
checks_encode(struct vt_cbor_map_writer *w, const struct vt_paper *p)
{
	if (p->n_checks == 0)
		return;
	vt_cbor_key(w, 49);
	vt_cbor_array(w->b, p->n_checks);
	for (size_t i = 0; i < p->n_checks; i++) {
		const struct vt_draft_check *c = &p->checks[i];

		vt_cbor_array(w->b, vt_hash_is_zero(&c->manifest) ? 5 : 6);
		vt_cbor_uint(w->b, c->kind);
		vt_cbor_id(w->b, &c->person);
		vt_cbor_uint(w->b, c->post);
		vt_cbor_int(w->b, c->time);
		vt_cbor_hash(w->b, &c->main);
		if (!vt_hash_is_zero(&c->manifest))
			vt_cbor_hash(w->b, &c->manifest);
	}
}

static void
take_checks(struct vt_cbor *c, struct vt_arena *a, struct vt_paper *p)
{
	struct vt_draft_check *x =
	    vt_take_array(c, a, sizeof(*x), &p->n_checks);

	p->checks = x;
	for (size_t i = 0; i < p->n_checks; i++) {
		uint64_t n = vt_cbor_get_array(c);

		if (n != 5 && n != 6)
			vt_cbor_fail(c, "not a check of a draft");
		x[i].kind = (enum vt_draft_check_kind)vt_take_u32(c);
		x[i].person = vt_cbor_get_id(c);
		x[i].post = vt_take_u32(c);
		x[i].time = vt_cbor_get_int(c);
		x[i].main = vt_cbor_get_hash(c);
		if (n == 6)
			x[i].manifest = vt_cbor_get_hash(c);
	}
}

#define MANIFEST 60
#define CITED    61

static void
cited_encode(struct vt_cbor_map_writer *w, const struct vt_paper *p)
{
	if (p->n_cited == 0)
		return;
	vt_cbor_key(w, CITED);
	vt_cbor_array(w->b, p->n_cited);
	for (size_t i = 0; i < p->n_cited; i++) {
		const struct vt_answered *t = &p->cited[i].to;

		vt_cbor_array(w->b, 5);
		vt_cbor_uint(w->b, p->cited[i].kind);
		vt_cbor_str(w->b, t->agency_code);
		vt_cbor_str(w->b, t->code);
		vt_cbor_str(w->b, t->issued_on);
		vt_cbor_str(w->b, t->document_id);
	}
}

static void
take_cited(struct vt_cbor *c, struct vt_arena *a, struct vt_paper *p)
{
	struct vt_cited *x = vt_take_array(c, a, sizeof(*x), &p->n_cited);

	for (size_t i = 0; i < p->n_cited; i++) {
		if (vt_cbor_get_array(c) != 5)
			vt_cbor_fail(c, "not a citation");
		x[i].kind = (enum vt_link_kind)vt_take_u32(c);
		x[i].to.agency_code = vt_take_text(c, a);
		x[i].to.code = vt_take_text(c, a);
		x[i].to.issued_on = vt_take_text(c, a);
		x[i].to.document_id = vt_take_text(c, a);
	}
	p->cited = x;
}

void
vt_paper_more_encode(struct vt_cbor_map_writer *w, const struct vt_paper *p)
{
	ids_encode(w, 25, p->assigned_with, p->n_assigned_with);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(w, no, p->member);
#include "docstore/paper.def"
#undef VT_FIELD
	ids_encode(w, 48, p->amended_by, p->n_amended_by);
	checks_encode(w, p);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(w, no, p->member);
#include "docstore/paper_rest.def"
#undef VT_FIELD
	vt_put_hash(w, MANIFEST, &p->approved_manifest);
	cited_encode(w, p);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(w, no, p->member);
#include "docstore/paper_more.def"
#undef VT_FIELD
}

void
vt_paper_more_defaults(struct vt_paper *p)
{
#define VT_FIELD(no, kind, member) VT_NONE_##kind(p->member)
#include "docstore/paper.def"
#include "docstore/paper_more.def"
#include "docstore/paper_rest.def"
#undef VT_FIELD
}

bool
vt_paper_more_take(
    struct vt_cbor *c, struct vt_arena *a, struct vt_paper *p, uint64_t key)
{
	switch (key) {
	case 25:
		p->assigned_with = take_ids(c, a, &p->n_assigned_with);
		return true;
	case 48:
		p->amended_by = take_ids(c, a, &p->n_amended_by);
		return true;
	case 49:
		take_checks(c, a, p);
		return true;
	case MANIFEST:
		p->approved_manifest = vt_cbor_get_hash(c);
		return true;
	case CITED:
		take_cited(c, a, p);
		return true;
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		p->member = VT_TAKE_##kind(c, a);                              \
		return true;
#include "docstore/paper.def"
#include "docstore/paper_more.def"
#include "docstore/paper_rest.def"
#undef VT_FIELD
	default:
		return false;
	}
}

/* ---- rows that are all table ---- */

void
vt_delivery_defaults(struct vt_delivery *d)
{
	*d = (struct vt_delivery){ .state = VT_DELIVERY_WAITING };
#define VT_FIELD(no, kind, member) VT_NONE_##kind(d->member)
#include "docstore/delivery.def"
#undef VT_FIELD
}

void
vt_delivery_encode(const struct vt_delivery *d, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(&w, no, d->member);
#include "docstore/delivery.def"
#undef VT_FIELD
	vt_cbor_map_end(&w);
}

int
vt_delivery_decode(struct vt_span v, struct vt_arena *a,
    struct vt_delivery *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_delivery d;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_delivery_defaults(&d);
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		d.member = VT_TAKE_##kind(&c, a);                              \
		break;
#include "docstore/delivery.def"
#undef VT_FIELD
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "delivery", reterr)) != VT_OK)
		return rc;
	d.dead = d.state == VT_DELIVERY_FAILED;
	*ret = d;
	return VT_OK;
}

void
vt_consign_encode(const struct vt_consignment *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(&w, no, x->member);
#include "docstore/consign.def"
#undef VT_FIELD
	vt_cbor_map_end(&w);
}

int
vt_consign_decode(struct vt_span v, struct vt_arena *a,
    struct vt_consignment *ret, struct vt_err *reterr)
{
	struct vt_consignment x = { .seq = 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

#define VT_FIELD(no, kind, member) VT_NONE_##kind(x.member)
#include "docstore/consign.def"
#undef VT_FIELD
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		x.member = VT_TAKE_##kind(&c, a);                              \
		break;
#include "docstore/consign.def"
#undef VT_FIELD
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "consignment", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

void
vt_status_encode(const struct vt_delivery_status *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(&w, no, x->member);
#include "docstore/status.def"
#undef VT_FIELD
	vt_cbor_map_end(&w);
}

int
vt_status_decode(struct vt_span v, struct vt_arena *a,
    struct vt_delivery_status *ret, struct vt_err *reterr)
{
	struct vt_delivery_status x = { .no = 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

#define VT_FIELD(no, kind, member) VT_NONE_##kind(x.member)
#include "docstore/status.def"
#undef VT_FIELD
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		x.member = VT_TAKE_##kind(&c, a);                              \
		break;
#include "docstore/status.def"
#undef VT_FIELD
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "status", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- arrivals of a consignment ---- */

void
vt_arrival_encode(const struct vt_consign_arrival *x, struct vt_buf *ret)
{
	vt_cbor_array(ret, 3);
	vt_cbor_int(ret, x->received_at);
	vt_cbor_hash(ret, &x->packet);
	vt_cbor_str(ret, x->headers);
}

int
vt_arrival_decode(struct vt_span v, struct vt_arena *a,
    struct vt_consign_arrival *ret, struct vt_err *reterr)
{
	struct vt_consign_arrival x = { .no = 0 };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 3)
		vt_cbor_fail(&c, "not three values");
	x.received_at = vt_cbor_get_int(&c);
	x.packet = vt_cbor_get_hash(&c);
	x.headers = vt_take_text(&c, a);
	if ((rc = vt_take_end(&c, "arrival", reterr)) == VT_OK)
		*ret = x;
	return rc;
}

/* ---- entries and states ---- */

void
vt_entry_encode(const struct vt_entry *x, struct vt_buf *ret)
{
	vt_cbor_array(ret, 5);
	vt_cbor_uint(ret, x->rev);
	vt_cbor_bytes(ret, x->value);
	vt_cbor_int(ret, x->changed_at);
	vt_cbor_uint(ret, x->act_agency);
	vt_cbor_uint(ret, x->act);
}

int
vt_entry_decode(struct vt_span v, struct vt_entry *ret, struct vt_err *reterr)
{
	struct vt_entry x = { .kind = VT_ENTRY_NOTE };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 5)
		vt_cbor_fail(&c, "not five values");
	x.rev = vt_cbor_get_uint(&c);
	x.value = vt_cbor_get_bytes(&c);
	x.changed_at = vt_cbor_get_int(&c);
	x.act_agency = vt_take_u32(&c);
	x.act = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "entry", reterr)) == VT_OK)
		*ret = x;
	return rc;
}

void
vt_fleeting_encode(const struct vt_state *x, struct vt_buf *ret)
{
	vt_cbor_array(ret, 4);
	vt_cbor_uint(ret, x->rev);
	vt_cbor_bytes(ret, x->value);
	vt_cbor_int(ret, x->changed_at);
	if (x->expires == VT_TIME_NONE)
		vt_cbor_null(ret);
	else
		vt_cbor_int(ret, x->expires);
}

int
vt_fleeting_decode(
    struct vt_span v, struct vt_state *ret, struct vt_err *reterr)
{
	struct vt_state x = { .expires = VT_TIME_NONE };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 4)
		vt_cbor_fail(&c, "not four values");
	x.rev = vt_cbor_get_uint(&c);
	x.value = vt_cbor_get_bytes(&c);
	x.changed_at = vt_cbor_get_int(&c);
	if (!vt_cbor_get_null(&c))
		x.expires = vt_cbor_get_int(&c);
	if ((rc = vt_take_end(&c, "state", reterr)) == VT_OK)
		*ret = x;
	return rc;
}
