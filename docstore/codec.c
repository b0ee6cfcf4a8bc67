/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small values, and the rows of papers and of their exchange. */
#include "docstore/fields.h"

int
vt_take_end(struct vt_cbor *c, const char *what, struct vt_err *reterr)
{
	if (c->failed == VT_OK && c->at == c->in.n)
		return VT_OK;
	if (c->failed == VT_E_NOMEM)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "row of %s (%zu bytes): %s", what, c->in.n, c->why);
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "row of %s at byte %zu of %zu: RFC 8949 §4.2.1: %s", what, c->at,
	    c->in.n, c->failed != VT_OK ? c->why : "trailing bytes");
}

int
vt_row_read(const struct vt_row *row, struct vt_span v, struct vt_arena *a,
    void *ret, struct vt_err *reterr)
{
	struct vt_cbor c;

	vt_cbor_open(&c, v);
	vt_row_take(row, &c, a, ret);
	return vt_take_end(&c, row->what, reterr);
}

void
vt_pair_encode(uint64_t a, uint64_t b, struct vt_buf *ret)
{
	vt_cbor_array(ret, 2);
	vt_cbor_uint(ret, a);
	vt_cbor_uint(ret, b);
}

int
vt_pair_decode(
    struct vt_span v, uint64_t *ret_a, uint64_t *ret_b, struct vt_err *reterr)
{
	struct vt_cbor c;
	uint64_t a, b;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 2)
		vt_cbor_fail(&c, "not a pair");
	a = vt_cbor_get_uint(&c);
	b = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "pair", reterr)) != VT_OK)
		return rc;
	*ret_a = a;
	*ret_b = b;
	return VT_OK;
}

void
vt_ref_encode(const struct vt_ref *r, struct vt_buf *ret)
{
	vt_cbor_array(ret, 3);
	vt_cbor_uint(ret, r->kind);
	vt_cbor_uint(ret, r->agency_no);
	vt_cbor_uint(ret, r->seq);
}

int
vt_ref_decode(struct vt_span v, struct vt_ref *ret, struct vt_err *reterr)
{
	struct vt_cbor c;
	struct vt_ref r;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 3)
		vt_cbor_fail(&c, "not three values");
	r.kind = (enum vt_object)vt_take_u32(&c);
	r.agency_no = vt_take_u32(&c);
	r.seq = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "id", reterr)) != VT_OK)
		return rc;
	*ret = r;
	return VT_OK;
}

/* ---- metadata ---- */

#define VT_ROW_T struct vt_recipient
static const struct vt_row_field recipient_fields[] = {
#include "docstore/fields/recipient.def"
};
#undef VT_ROW_T
static const struct vt_row recipient_row =
    VT_ROW_ARRAY("recipient", recipient_fields);

#define VT_ROW_T struct vt_key_fact
static const struct vt_row_field fact_fields[] = {
#include "docstore/fields/fact.def"
};
#undef VT_ROW_T
static const struct vt_row fact_row = VT_ROW_ARRAY("key fact", fact_fields);

#define VT_ROW_T struct vt_answered
static const struct vt_row_field answered_fields[] = {
#include "docstore/fields/answered.def"
};
#undef VT_ROW_T
static const struct vt_row answered_row =
    VT_ROW_ARRAY("paper answered", answered_fields);

#define VT_ROW_T struct vt_meta
static const struct vt_row_field meta_fields[] = {
#include "docstore/fields/meta.def"
};
#undef VT_ROW_T
const struct vt_row vt_meta_row = VT_ROW_MAP("metadata", meta_fields);

void
vt_meta_encode(const struct vt_meta *m, struct vt_buf *ret)
{
	vt_row_put(&vt_meta_row, m, ret);
}

void
vt_meta_take(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *ret)
{
	memset(ret, 0, sizeof(*ret));
	vt_row_take(&vt_meta_row, c, a, ret);
}

void
vt_meta_defaults(struct vt_meta *m)
{
	vt_row_texts(&vt_meta_row, m);
}

/* ---- papers ---- */

#define VT_ROW_T struct vt_number
static const struct vt_row_field number_fields[] = {
#include "docstore/fields/number.def"
};
#undef VT_ROW_T
static const struct vt_row number_row = VT_ROW_MAP("number", number_fields);

#define VT_ROW_T struct vt_part
static const struct vt_row_field part_fields[] = {
#include "docstore/fields/part.def"
};
#undef VT_ROW_T
static const struct vt_row part_row = VT_ROW_MAP("part", part_fields);

#define VT_ROW_T struct vt_draft_check
static const struct vt_row_field check_fields[] = {
#include "docstore/fields/check.def"
};
#undef VT_ROW_T
static const struct vt_row check_row =
    VT_ROW_ARRAY_OR("check of a draft", check_fields, 5);

#define VT_ROW_T struct vt_cited
static const struct vt_row_field cited_fields[] = {
#include "docstore/fields/cited.def"
};
#undef VT_ROW_T
static const struct vt_row cited_row = VT_ROW_ARRAY("citation", cited_fields);

#define VT_ROW_T struct vt_paper
static const struct vt_row_field paper_fields[] = {
#include "docstore/fields/paper.def"
};
#undef VT_ROW_T
static const struct vt_row paper_row = VT_ROW_MAP("paper", paper_fields);

void
vt_paper_clear(struct vt_paper *p)
{
	*p = (struct vt_paper){ .seq = 0 };
	vt_row_clear(&paper_row, p);
}

VT_ROW_CODEC(paper, struct vt_paper)

int
vt_paper_peek(struct vt_span v, enum vt_direction *ret_dir,
    enum vt_paper_state *ret_state, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	uint32_t dir = 0, st = 0;
	struct vt_cbor c;
	uint64_t key;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key) && key <= 3) {
		if (key == 2)
			dir = vt_take_u32(&c);
		else if (key == 3)
			st = vt_take_u32(&c);
		else
			(void)vt_cbor_skip(&c);
	}
	if (c.failed != VT_OK)
		return vt_take_end(&c, "paper", reterr);
	*ret_dir = (enum vt_direction)dir;
	*ret_state = (enum vt_paper_state)st;
	return VT_OK;
}

#define VT_ROW_T struct vt_version
static const struct vt_row_field version_fields[] = {
#include "docstore/fields/version.def"
};
#undef VT_ROW_T
static const struct vt_row version_row = VT_ROW_MAP("version", version_fields);

VT_ROW_CODEC_FLAT(version, struct vt_version)

/* ---- deliveries ---- */

#define VT_ROW_T struct vt_delivery
static const struct vt_row_field delivery_fields[] = {
#include "docstore/fields/delivery.def"
};
#undef VT_ROW_T
static const struct vt_row delivery_row =
    VT_ROW_MAP("delivery", delivery_fields);

VT_ROW_ENCODE(delivery, struct vt_delivery)

int
vt_delivery_decode(struct vt_span v, struct vt_arena *a,
    struct vt_delivery *ret, struct vt_err *reterr)
{
	struct vt_delivery d = { .seq = 0 };
	int rc;

	if ((rc = vt_row_read(&delivery_row, v, a, &d, reterr)) != VT_OK)
		return rc;
	d.dead = d.state == VT_DELIVERY_FAILED;
	*ret = d;
	return VT_OK;
}

void
vt_delivery_defaults(struct vt_delivery *d)
{
	*d = (struct vt_delivery){ .seq = 0 };
	vt_row_clear(&delivery_row, d);
	d->state = VT_DELIVERY_WAITING;
}

#define VT_ROW_T struct vt_delivery_status
static const struct vt_row_field status_fields[] = {
#include "docstore/fields/status.def"
};
#undef VT_ROW_T
static const struct vt_row status_row = VT_ROW_MAP("status", status_fields);

VT_ROW_CODEC(status, struct vt_delivery_status)

/* ---- consignments ---- */

#define VT_ROW_T struct vt_consignment
static const struct vt_row_field consign_fields[] = {
#include "docstore/fields/consign.def"
};
#undef VT_ROW_T
static const struct vt_row consign_row =
    VT_ROW_MAP("consignment", consign_fields);

VT_ROW_CODEC(consign, struct vt_consignment)

#define VT_ROW_T struct vt_consign_arrival
static const struct vt_row_field arrival_fields[] = {
#include "docstore/fields/arrival.def"
};
#undef VT_ROW_T
static const struct vt_row arrival_row =
    VT_ROW_ARRAY("arrival", arrival_fields);

VT_ROW_CODEC(arrival, struct vt_consign_arrival)
