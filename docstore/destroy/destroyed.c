/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of what was destroyed, and reading them. */
#include "docstore/fields.h"
#include "docstore/store_priv.h"

#define VT_ROW_T struct vt_destroyed_file
static const struct vt_row_field destroyed_file_fields[] = {
#include "docstore/fields/destroyed_file.def"
};
#undef VT_ROW_T
static const struct vt_row destroyed_file_row =
    VT_ROW_ARRAY("destroyed file", destroyed_file_fields);

#define VT_ROW_T struct vt_destroyed
static const struct vt_row_field destroyed_list_fields[] = {
#include "docstore/fields/destroyed_list.def"
};
#undef VT_ROW_T
static const struct vt_row destroyed_list_row =
    VT_ROW_ARRAY("list of what is destroyed", destroyed_list_fields);

#define VT_ROW_T struct vt_destroyed_row
static const struct vt_row_field destroyed_fields[] = {
#include "docstore/fields/destroyed.def"
};
#undef VT_ROW_T
static const struct vt_row destroyed_row =
    VT_ROW_MAP("destroyed", destroyed_fields);

VT_ROW_CODEC(destroyed, struct vt_destroyed_row)

void
vt_destroyed_list_encode(const struct vt_destroyed *d, struct vt_buf *ret)
{
	vt_row_put(&destroyed_list_row, d, ret);
}

int
vt_destroyed_of(const struct vt_arec *rec, const struct vt_srec *r,
    uint64_t index, struct vt_arena *a, struct vt_destroyed_row *ret,
    struct vt_err *reterr)
{
	struct vt_destroyed_row x = { .work = r->work };
	int rc;

	x.d = (struct vt_destroyed){ .paper = rec->paper,
		.seq = rec->paper_seq,
		.act = rec->act,
		.index = index,
		.at = rec->time,
		.reason = (enum vt_destroy_reason)r->sub,
		.wipe = r->wipe != 0,
		.done = VT_TIME_NONE };
	rc = vt_row_read(&destroyed_list_row, r->blob, a, &x.d, reterr);
	if (rc == VT_OK)
		*ret = x;
	return rc;
}

void
vt_destroyed_step(const struct vt_destroyed_row *row, struct vt_srec *ret_step,
    struct vt_evolve *ret_e)
{
	*ret_step = (struct vt_srec){ .kind = VT_STEP_DESTROY,
		.sub = row->d.reason,
		.wipe = row->d.wipe };
	ret_e->paper = row->d.paper;
	ret_e->time = row->d.at;
}

int
vt_row_destroyed(struct vt_txn *t, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_destroyed_row *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(agency_no, seq);
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_DESTROYED, &k, &v, reterr);

	if (rc != VT_OK ||
	    (rc = vt_destroyed_decode(v, a, ret, reterr)) != VT_OK)
		return rc;
	ret->d.agency_no = agency_no;
	ret->d.seq = seq;
	return VT_OK;
}

/* ---- reading ---- */

static int
with_agency(struct vt_txn *t, struct vt_arena *a, struct vt_destroyed *d,
    struct vt_err *reterr)
{
	struct vt_agency agency;
	int rc = vt_row_agency(t, d->agency_no, a, &agency, reterr);

	if (rc == VT_OK)
		d->agency = agency.id;
	return rc;
}

int
vt_destroyed_get(struct vt_view *v, const vt_id *paper,
    struct vt_destroyed *ret, struct vt_err *reterr)
{
	struct vt_destroyed_row row;
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_row_destroyed(
	    v->txn, ref.agency_no, ref.seq, v->arena, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "paper: it was not destroyed");
	if (rc != VT_OK ||
	    (rc = with_agency(v->txn, v->arena, &row.d, reterr)) != VT_OK)
		return rc;
	*ret = row.d;
	return VT_OK;
}
