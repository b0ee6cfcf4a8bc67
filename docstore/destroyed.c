/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of what was destroyed, and reading them. */
#include "docstore/store_priv.h"

static void
files_encode(const struct vt_destroyed *d, struct vt_buf *ret)
{
	vt_cbor_array(ret, d->n_files);
	for (size_t i = 0; i < d->n_files; i++) {
		vt_cbor_array(ret, 5);
		vt_cbor_hash(ret, &d->files[i].hash);
		vt_cbor_uint(ret, d->files[i].size);
		vt_cbor_uint(ret, d->files[i].pieces);
		vt_cbor_uint(ret, d->files[i].held);
		vt_cbor_uint(ret, d->files[i].others);
	}
}

static void
take_files(struct vt_cbor *c, struct vt_arena *a, struct vt_destroyed *d)
{
	struct vt_destroyed_file *f =
	    vt_take_array(c, a, sizeof(*f), &d->n_files);

	d->files = f;
	for (size_t i = 0; i < d->n_files; i++) {
		if (vt_cbor_get_array(c) != 5)
			vt_cbor_fail(c, "not a file");
		f[i].hash = vt_cbor_get_hash(c);
		f[i].size = vt_cbor_get_uint(c);
		f[i].pieces = vt_cbor_get_uint(c);
		f[i].held = vt_cbor_get_uint(c);
		f[i].others = vt_cbor_get_uint(c);
	}
}

static void
numbers_encode(const uint64_t *v, size_t n, struct vt_buf *ret)
{
	vt_cbor_array(ret, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_uint(ret, v[i]);
}

static void
take_numbers(struct vt_cbor *c, struct vt_arena *a, struct vt_destroyed *d)
{
	uint64_t *v = vt_take_array(c, a, sizeof(*v), &d->n_consigns);

	d->consigns = v;
	for (size_t i = 0; i < d->n_consigns; i++)
		v[i] = vt_cbor_get_uint(c);
}

void
vt_destroyed_list_encode(const struct vt_destroyed *d, struct vt_buf *ret)
{
	vt_cbor_array(ret, 2);
	files_encode(d, ret);
	numbers_encode(d->consigns, d->n_consigns, ret);
}

int
vt_destroyed_of(const struct vt_arec *rec, const struct vt_srec *r,
    uint64_t index, struct vt_arena *a, struct vt_destroyed_row *ret,
    struct vt_err *reterr)
{
	struct vt_destroyed_row x = { .work = r->work };
	struct vt_cbor c;
	int rc;

	x.d = (struct vt_destroyed){ .paper = rec->paper,
		.seq = rec->paper_seq,
		.act = rec->act,
		.index = index,
		.at = rec->time,
		.reason = (enum vt_destroy_reason)r->sub,
		.wipe = r->wipe != 0,
		.done = VT_TIME_NONE };
	vt_cbor_open(&c, r->blob);
	if (vt_cbor_get_array(&c) != 2)
		vt_cbor_fail(&c, "not a list of what is destroyed");
	take_files(&c, a, &x.d);
	take_numbers(&c, a, &x.d);
	if ((rc = vt_take_end(&c, "destroy", reterr)) == VT_OK)
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

void
vt_destroyed_encode(const struct vt_destroyed_row *r, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_id(&w, 1, &r->d.paper);
	vt_put_id(&w, 2, &r->d.act);
	vt_put_uint(&w, 3, r->d.index);
	vt_put_time(&w, 4, r->d.at);
	vt_put_uint(&w, 5, r->d.reason);
	vt_put_uint(&w, 6, r->d.wipe);
	vt_put_time(&w, 7, r->d.done);
	vt_put_uint(&w, 8, r->d.done_index);
	vt_put_uint(&w, 9, r->d.replayed);
	vt_cbor_key(&w, 10);
	files_encode(&r->d, ret);
	vt_cbor_key(&w, 11);
	numbers_encode(r->d.consigns, r->d.n_consigns, ret);
	vt_put_uint(&w, 12, r->work);
	vt_cbor_map_end(&w);
}

static void
take_field(struct vt_cbor *c, struct vt_arena *a, struct vt_destroyed_row *x,
    uint64_t key)
{
	switch (key) {
	case 1:
		x->d.paper = vt_cbor_get_id(c);
		break;
	case 2:
		x->d.act = vt_cbor_get_id(c);
		break;
	case 3:
		x->d.index = vt_cbor_get_uint(c);
		break;
	case 4:
		x->d.at = vt_cbor_get_int(c);
		break;
	case 5:
		x->d.reason = (enum vt_destroy_reason)vt_take_u32(c);
		break;
	case 6:
		x->d.wipe = vt_cbor_get_uint(c) != 0;
		break;
	case 7:
		x->d.done = vt_cbor_get_int(c);
		break;
	case 8:
		x->d.done_index = vt_cbor_get_uint(c);
		break;
	case 9:
		x->d.replayed = vt_cbor_get_uint(c) != 0;
		break;
	case 10:
		take_files(c, a, &x->d);
		break;
	case 11:
		take_numbers(c, a, &x->d);
		break;
	case 12:
		x->work = vt_cbor_get_uint(c);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

int
vt_destroyed_decode(struct vt_span v, struct vt_arena *a,
    struct vt_destroyed_row *ret, struct vt_err *reterr)
{
	struct vt_destroyed_row x = { .d.at = VT_TIME_NONE,
		.d.done = VT_TIME_NONE };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		take_field(&c, a, &x, key);
	if ((rc = vt_take_end(&c, "destroyed", reterr)) == VT_OK)
		*ret = x;
	return rc;
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

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_ref(v->txn, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
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

int
vt_destroyed_list(struct vt_view *v, uint32_t agency_no, uint64_t after,
    struct vt_destroyed *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_destroyed_row row;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	s = vt_scan_agency(v->txn, VT_T_DESTROYED, agency_no, after);
	while (n < max && vt_scan_next(&s, reterr)) {
		rc = vt_destroyed_decode(s.row, v->arena, &row, reterr);
		if (rc != VT_OK)
			return rc;
		row.d.agency_no = agency_no;
		row.d.seq = vt_be64(s.k.p + 4);
		rc = with_agency(v->txn, v->arena, &row.d, reterr);
		if (rc != VT_OK)
			return rc;
		ret[n++] = row.d;
	}
	if (s.rc == VT_OK)
		*ret_n = n;
	return s.rc;
}
