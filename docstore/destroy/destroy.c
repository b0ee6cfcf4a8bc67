/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order to destroy a paper, inside the writer's transaction: what it is
 * about is counted first, then every reference to its bytes goes, its words if
 * the order says so, and a row and a work item stay. redact.c has the words,
 * erase.c what follows.
 */
#include <stdlib.h>

#include "docstore/check.h" /* tallies */

/* ---- before the transaction: consignments and the acts about them ---- */

/* The packet that the paper was made of, or that brought it once more. */
static bool
brought(const struct vt_paper *p, const struct vt_consignment *c)
{
	return vt_id_eq(&c->id, &p->source_consignment) ||
	       (vt_id_eq(&c->paper, &p->id) && c->kind == VT_CONSIGN_EDOC &&
		   c->state == VT_CONSIGN_DUPLICATE);
}

static int
add_number(uint64_t **list, size_t *n, uint64_t v, struct vt_arena *a,
    struct vt_err *reterr)
{
	uint64_t *grown = *list;

	if ((*n & (*n - 1)) == 0) { /* full at powers of two */
		grown = vt_arena_array(a, *n == 0 ? 1 : 2 * *n, sizeof(*grown));
		if (grown == NULL)
			return vt_nomem(reterr);
		if (*n > 0)
			memcpy(grown, *list, *n * sizeof(*grown));
	}
	grown[(*n)++] = v;
	*list = grown;
	return VT_OK;
}

/* Acts of the agency from..to that are about this consignment. */
static int
acts_about(struct vt_txn *t, uint32_t agency_no, const struct vt_consignment *c,
    struct vt_arena *a, struct vt_erase *e, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key from = vt_key_row(agency_no, c->act), prefix = { .n = 0 };
	struct vt_arec rec;
	struct vt_scan s;
	int rc;

	vt_key_u32(&prefix, agency_no);
	s = vt_scan_up(t, VT_T_ACT, &prefix, &from);
	while (vt_scan_next(&s, reterr) && vt_be64(s.k.p + 4) <= c->last_act) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_arec_decode(s.row, scratch, &rec, reterr)) !=
			VT_OK)
			return rc;
		for (size_t i = 0; i < rec.n_steps; i++) {
			const struct vt_srec *r = &rec.steps[i];

			if ((r->kind != VT_STEP_CONSIGN &&
				r->kind != VT_STEP_CONSIGN_READ) ||
			    r->seq != c->seq)
				continue;
			rc = add_number(&e->acts, &e->n_acts,
			    vt_be64(s.k.p + 4), a, reterr);
			if (rc != VT_OK)
				return rc;
			break;
		}
	}
	return s.rc;
}

static int
look_at_consigns(struct vt_txn *t, const struct vt_paper *p, struct vt_arena *a,
    struct vt_erase *e, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_scan s = vt_scan_agency(t, VT_T_CONSIGN, p->agency_no, 0);
	struct vt_consignment c;
	int rc;

	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_consign_decode(s.row, scratch, &c, reterr)) !=
			VT_OK)
			return rc;
		if (!brought(p, &c))
			continue;
		c.seq = vt_be64(s.k.p + 4);
		if ((rc = add_number(&e->consigns, &e->n_consigns, c.seq, a,
			 reterr)) != VT_OK ||
		    (rc = acts_about(t, p->agency_no, &c, a, e, reterr)) !=
			VT_OK)
			return rc;
	}
	return s.rc;
}

int
vt_erase_look(struct vt_store *s, const vt_id *paper, struct vt_arena *a,
    struct vt_erase **ret, struct vt_err *reterr)
{
	struct vt_erase *e = vt_arena_alloc(a, sizeof(*e));
	struct vt_agency_state st;
	struct vt_paper p;
	struct vt_ref ref;
	struct vt_txn *t;
	int rc;

	if (e == NULL)
		return vt_nomem(reterr);
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_row_ref(t, paper, VT_OBJECT_PAPER, &ref, reterr)) ==
		VT_OK &&
	    (rc = vt_row_state(t, ref.agency_no, &st, reterr)) == VT_OK &&
	    (rc = vt_row_paper(t, ref.agency_no, ref.seq, a, &p, reterr)) ==
		VT_OK) {
		*e = (struct vt_erase){ .until = st.acts };
		rc = look_at_consigns(t, &p, a, e, reterr);
	}
	s->engine->ops->abort(t);
	*ret = e;
	return rc;
}

int
vt_prep_destroy(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	int rc;

	if (st->kind == VT_STEP_ERASED) {
		if (!a->store->erasing)
			return vt_prep_invalid(
			    reterr, "only vt_destroy_finish says \"erased\"");
		return VT_OK;
	}
	if (vt_id_is_zero(&a->act->paper))
		return vt_prep_invalid(reterr, "destroy: it is on no paper");
	if (st->u.destroy.reason < VT_DESTROY_SECRET ||
	    st->u.destroy.reason > VT_DESTROY_REASON_MAX)
		return vt_prep_invalid(reterr, "destroy: unknown reason");
	p->r.sub = st->u.destroy.reason;
	p->r.who = st->u.destroy.asked_by;
	p->r.object = st->u.destroy.decision;
	p->r.note = st->u.destroy.note;
	p->r.wipe = st->u.destroy.wipe;
	if ((rc = vt_prep_text(
		 a, &p->r.note, VT_L(NOTE_MAX), "decision", reterr)) != VT_OK)
		return rc;
	if (*p->r.note == '\0' && vt_id_is_zero(&p->r.object))
		return vt_prep_invalid(reterr,
		    "destroy: neither the deciding paper nor a note of what "
		    "was decided");
	return vt_erase_look(
	    a->store, &a->act->paper, a->arena, &p->erase, reterr);
}

/* ---- counting what goes and what stays ---- */

struct survey {
	struct vt_txn *t;
	uint32_t agency_no;
	uint64_t seq; /* of the paper */
	struct vt_arena *arena;
	struct vt_destroyed_file *f;
	uint64_t *own; /* references that go, of each */
	size_t n, cap;
	struct vt_tally places; /* chunk -> places in manifests that go */
};

static int
add_file(struct survey *v, const vt_hash *h, struct vt_err *reterr)
{
	size_t cap = v->cap == 0 ? 16 : 2 * v->cap;
	struct vt_destroyed_file *f;
	uint64_t *own;

	for (size_t i = 0; i < v->n; i++)
		if (vt_hash_eq(&v->f[i].hash, h)) {
			v->own[i]++;
			return VT_OK;
		}
	if (v->n == v->cap) {
		f = vt_arena_array(v->arena, cap, sizeof(*f));
		own = vt_arena_array(v->arena, cap, sizeof(*own));
		if (f == NULL || own == NULL)
			return vt_nomem(reterr);
		if (v->n > 0) {
			memcpy(f, v->f, v->n * sizeof(*f));
			memcpy(own, v->own, v->n * sizeof(*own));
		}
		v->f = f;
		v->own = own;
		v->cap = cap;
	}
	v->f[v->n].hash = *h;
	v->own[v->n++] = 1;
	return VT_OK;
}

static int
add_rendition(void *arg, const vt_hash *blob, struct vt_err *reterr)
{
	return add_file(arg, blob, reterr);
}

static int
add_text(void *arg, const struct vt_pagetext *x, struct vt_err *reterr)
{
	return vt_hash_is_zero(&x->text) ? VT_OK
					 : add_file(arg, &x->text, reterr);
}

static int
survey_names(struct survey *v, const struct vt_erase *e, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(v->agency_no, v->seq);
	struct vt_scan s = vt_scan_up(v->t, VT_T_VERSION, &prefix, NULL);
	struct vt_consignment c;
	struct vt_version ver;
	int rc;

	while (vt_scan_next(&s, reterr))
		if ((rc = vt_version_decode(s.row, &ver, reterr)) != VT_OK ||
		    (rc = add_file(v, &ver.hash, reterr)) != VT_OK)
			return rc;
	if (s.rc != VT_OK)
		return s.rc;
	if ((rc = vt_rendition_each(v->t, v->agency_no, v->seq, add_rendition,
		 v, reterr)) != VT_OK ||
	    (rc = vt_row_pagetexts(
		 v->t, v->agency_no, v->seq, add_text, v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < e->n_consigns; i++) {
		rc = vt_row_consign(
		    v->t, v->agency_no, e->consigns[i], v->arena, &c, reterr);
		if (rc != VT_OK)
			return rc;
		if (c.last_act >= e->until)
			return vt_err_set(reterr, VT_E_CONFLICT,
			    "destroy: consignment %llu of the paper was read "
			    "again meanwhile",
			    (unsigned long long)e->consigns[i]);
		if ((rc = add_file(v, &c.packet, reterr)) != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* Uploads of the agency that hold the same: nobody's record. */
static int
survey_uploads(struct survey *v, struct vt_err *reterr)
{
	static const struct vt_key all;
	struct vt_scan s = vt_scan_up(v->t, VT_T_UPLOAD, &all, NULL);
	struct vt_upload_row row;
	int rc;

	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_upload_row_decode(s.row, &row, reterr)) != VT_OK)
			return rc;
		if (!row.ended || row.agency_no != v->agency_no)
			continue;
		for (size_t i = 0; i < v->n; i++)
			if (vt_hash_eq(&v->f[i].hash, &row.blob))
				v->own[i]++;
	}
	return s.rc;
}

/* Calls f for each place of a blob's manifest. */
typedef int place_fn(
    struct survey *v, size_t file, const vt_hash *chunk, struct vt_err *reterr);

static int
each_place(struct survey *v, size_t file, place_fn *f, struct vt_err *reterr)
{
	struct vt_blob_row row;
	struct vt_span ids;
	vt_hash id;
	int rc = vt_blob_get(v->t, &v->f[file].hash, &row, reterr);

	for (uint64_t i = 0; rc == VT_OK && i < row.chunks;
	     i += VT_SEGMENT_CHUNKS) {
		rc = vt_manifest_segment(v->t, row.manifest,
		    (uint32_t)(i / VT_SEGMENT_CHUNKS), &ids, reterr);
		for (size_t k = 0; rc == VT_OK && k < ids.n;
		     k += VT_HASH_SIZE) {
			memcpy(id.b, ids.p + k, VT_HASH_SIZE);
			rc = f(v, file, &id, reterr);
		}
	}
	return rc;
}

static int
count_place(
    struct survey *v, size_t file, const vt_hash *chunk, struct vt_err *reterr)
{
	uint64_t *n = vt_tally_at(&v->places, vt_tally_hash(chunk));

	(void)file;
	if (n == NULL)
		return vt_nomem(reterr);
	(*n)++;
	return VT_OK;
}

static int
count_held(
    struct survey *v, size_t file, const vt_hash *chunk, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(chunk);
	struct vt_chunk_row row;
	struct vt_span s;
	int rc = vt_tx_get(v->t, VT_T_CHUNK, &k, &s, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a manifest names a chunk that is not mapped");
	if (rc != VT_OK || (rc = vt_chunk_row_decode(s, &row, reterr)) != VT_OK)
		return rc;
	if (row.refs > vt_tally_get(&v->places, vt_tally_hash(chunk)))
		v->f[file].held++;
	return VT_OK;
}

static int
survey_pieces(struct survey *v, struct vt_err *reterr)
{
	struct vt_blob_row row;
	int rc = VT_OK;

	for (size_t i = 0; i < v->n && rc == VT_OK; i++) {
		rc = vt_blob_get(v->t, &v->f[i].hash, &row, reterr);
		if (rc != VT_OK)
			return rc;
		v->f[i].size = row.size;
		v->f[i].pieces = row.chunks;
		v->f[i].others = row.refs - v->own[i];
		if (v->f[i].others == 0)
			rc = each_place(v, i, count_place, reterr);
	}
	for (size_t i = 0; i < v->n && rc == VT_OK; i++)
		rc = each_place(v, i, count_held, reterr);
	return rc;
}

int
vt_erase_survey(struct vt_txn *t, const struct vt_paper *p,
    const struct vt_erase *e, struct vt_arena *a, struct vt_destroyed *ret,
    struct vt_err *reterr)
{
	struct survey v = {
		.t = t, .agency_no = p->agency_no, .seq = p->seq, .arena = a
	};
	int rc;

	if ((rc = survey_names(&v, e, reterr)) == VT_OK &&
	    (rc = survey_uploads(&v, reterr)) == VT_OK)
		rc = survey_pieces(&v, reterr);
	vt_tally_free(&v.places);
	ret->files = v.f;
	ret->n_files = v.n;
	ret->consigns = e->consigns;
	ret->n_consigns = e->n_consigns;
	return rc;
}

/* ---- deciding ---- */

int
vt_destroy_guard(
    struct vt_apply *x, enum vt_step_kind kind, struct vt_err *reterr)
{
	if (x->paper == NULL || x->paper->destroyed_at == VT_TIME_NONE)
		return VT_OK;
	switch (kind) {
	case VT_STEP_ERASED:
	case VT_STEP_DELIVERED:
	case VT_STEP_STATUS:
	case VT_STEP_CONSIGN_READ:
	case VT_STEP_ENTRY:
	case VT_STEP_WORK:
	case VT_STEP_WORK_DONE:
		return VT_OK;
	default:
		return vt_err_set(reterr, VT_E_DESTROYED,
		    "%s: the paper was destroyed by an order",
		    vt_step_kind_name(kind));
	}
}

/* A delivery that waits would find nothing to send. */
static int
nothing_waits(struct vt_apply *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_scan s =
	    vt_scan_up(x->b->txn, VT_T_PAPER_DELIVERY, &prefix, NULL);
	struct vt_delivery d;
	int rc;

	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_delivery(x->b->txn, x->st.agency_no,
			 vt_be64(s.k.p + 12), scratch, &d, reterr)) != VT_OK)
			return rc;
		if (d.state == VT_DELIVERY_WAITING)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "destroy: a delivery of the paper waits to be "
			    "sent; take it back first");
	}
	return s.rc;
}

static int
decide_order(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	struct vt_destroyed d = { .at = VT_TIME_NONE };
	struct vt_ref ref;
	VT_BUF_AUTO(list);
	bool ok = true;
	int rc;

	if (r->sub == VT_DESTROY_DISPOSAL && p->direction != VT_DIR_IN &&
	    p->state < VT_PAPER_ISSUED)
		return vt_out_of_order(p, "destroy, as a disposal", reterr);
	if (!vt_id_is_zero(&r->object)) {
		rc = vt_row_ref(
		    x->b->txn, &r->object, VT_OBJECT_PAPER, &ref, reterr);
		if (rc == VT_OK && (ref.agency_no != x->st.agency_no ||
				       vt_id_eq(&r->object, &p->id)))
			rc = vt_err_set(reterr, VT_E_NOT_FOUND,
			    "destroy: no other paper of this agency has the "
			    "id of the decision");
		if (rc != VT_OK)
			return rc;
	}
	if ((rc = nothing_waits(x, reterr)) != VT_OK ||
	    (rc = vt_erase_survey(x->b->txn, p, x->op->prep[i].erase, x->arena,
		 &d, reterr)) != VT_OK)
		return rc;
	vt_destroyed_list_encode(&d, &list);
	if ((rc = vt_buf_status(&list, reterr)) != VT_OK)
		return rc;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&list), &ok);
	if (!ok)
		return vt_nomem(reterr);
	r->work = ++x->work;
	return VT_OK;
}

int
vt_destroy_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_destroyed_row row;
	int rc;

	if (x->paper == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: the step \"%s\" is on no paper",
		    vt_step_kind_name(r->kind));
	if (r->kind == VT_STEP_DESTROY)
		return decide_order(x, i, reterr);
	rc = vt_row_destroyed(
	    x->b->txn, x->st.agency_no, x->paper->seq, x->arena, &row, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && row.d.done != VT_TIME_NONE))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "erased: no order to destroy the paper stands");
	return rc;
}

/* ---- doing it ---- */

static int
redact_act(struct vt_batch *b, uint32_t agency_no, uint64_t index,
    const struct vt_destroyed *d, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_ARENA_ACT);
	struct vt_key k = vt_key_row(agency_no, index);
	struct vt_arec rec;
	struct vt_span v;
	VT_BUF_AUTO(out);
	int rc;

	if (a == NULL)
		return vt_nomem(reterr);
	rc = vt_tx_get(b->txn, VT_T_ACT, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "an act of the paper is gone");
	if (rc != VT_OK || (rc = vt_arec_decode(v, a, &rec, reterr)) != VT_OK ||
	    (rc = vt_arec_redact(
		 &rec, v, d->consigns, d->n_consigns, a, reterr)) != VT_OK)
		return rc;
	vt_arec_encode(&rec, &out);
	return vt_batch_put(b, VT_T_ACT, &k, &out, reterr);
}

/* What is told of the consignment's arrivals: no headers. */
static int
redact_log(struct vt_batch *b, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(agency_no, seq);
	struct vt_scan s = vt_scan_up(b->txn, VT_T_CONSIGN_LOG, &prefix, NULL);
	struct vt_consign_arrival x;
	int rc;

	while (vt_scan_next(&s, reterr)) {
		struct vt_key k = { .n = 0 };
		VT_BUF_AUTO(v);

		vt_key_bytes(&k, s.k.p, s.k.n);
		if ((rc = vt_arrival_decode(s.row, a, &x, reterr)) != VT_OK)
			return rc;
		x.headers = "";
		vt_arrival_encode(&x, &v);
		rc = vt_batch_put(b, VT_T_CONSIGN_LOG, &k, &v, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return s.rc;
}

static int
remove_packet(struct vt_batch *b, uint32_t agency_no, uint64_t seq, bool wipe,
    struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(agency_no, seq);
	struct vt_consignment c;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_row_consign(b->txn, agency_no, seq, a, &c, reterr)) !=
		VT_OK ||
	    (rc = vt_blob_unref(b, &c.packet, reterr)) != VT_OK || !wipe)
		return rc;
	vt_consign_redact(&c);
	vt_consign_encode(&c, &v);
	if ((rc = vt_batch_put(b, VT_T_CONSIGN, &k, &v, reterr)) != VT_OK)
		return rc;
	return redact_log(b, agency_no, seq, a, reterr);
}

static int
drop_rendition(void *arg, const vt_hash *blob, struct vt_err *reterr)
{
	return vt_blob_unref(arg, blob, reterr);
}

/* The rows stay, as the acts that made them. */
static int
remove_versions(
    struct vt_batch *b, const struct vt_paper *p, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(p->agency_no, p->seq);
	struct vt_scan s = vt_scan_up(b->txn, VT_T_VERSION, &prefix, NULL);
	struct vt_version v;
	int rc;

	while (vt_scan_next(&s, reterr))
		if ((rc = vt_version_decode(s.row, &v, reterr)) != VT_OK ||
		    (rc = vt_blob_unref(b, &v.hash, reterr)) != VT_OK)
			return rc;
	if (s.rc != VT_OK)
		return s.rc;
	return vt_rendition_each(
	    b->txn, p->agency_no, p->seq, drop_rendition, b, reterr);
}

static int
remove_words(struct vt_batch *b, const struct vt_paper *p,
    const struct vt_destroyed *d, const struct vt_erase *e,
    struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(p->agency_no, p->seq);
	struct vt_scan s = vt_scan_up(b->txn, VT_T_PAPER_ACT, &prefix, NULL);
	int rc;

	while (vt_scan_next(&s, reterr)) {
		rc =
		    redact_act(b, p->agency_no, vt_be64(s.k.p + 12), d, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (s.rc != VT_OK)
		return s.rc;
	for (size_t i = 0; i < e->n_acts; i++)
		if ((rc = redact_act(b, p->agency_no, e->acts[i], d, reterr)) !=
		    VT_OK)
			return rc;
	return VT_OK;
}

int
vt_erase_apply(struct vt_batch *b, const struct vt_paper *p,
    const struct vt_destroyed_row *row, const struct vt_erase *e,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(p->agency_no, p->seq);
	const struct vt_destroyed *d = &row->d;
	vt_hash *hashes;
	VT_BUF_AUTO(v);
	int rc;

	hashes = vt_arena_array(b->arena, d->n_files, sizeof(*hashes));
	if (hashes == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < d->n_files; i++)
		hashes[i] = d->files[i].hash;
	if ((rc = vt_uploads_of(b, p->agency_no, hashes, d->n_files, reterr)) !=
		VT_OK ||
	    (rc = remove_versions(b, p, reterr)) != VT_OK ||
	    (rc = vt_pagetext_destroy(b, p, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < d->n_consigns; i++)
		if ((rc = remove_packet(b, p->agency_no, d->consigns[i],
			 d->wipe, b->arena, reterr)) != VT_OK)
			return rc;
	if (d->wipe && (rc = remove_words(b, p, d, e, reterr)) != VT_OK)
		return rc;
	vt_destroyed_encode(row, &v);
	return vt_batch_put(b, VT_T_DESTROYED, &k, &v, reterr);
}

static int
keep_erased(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_destroyed_row row;
	VT_BUF_AUTO(v);
	int rc;

	rc = vt_row_destroyed(
	    x->b->txn, x->st.agency_no, x->paper->seq, x->arena, &row, reterr);
	if (rc != VT_OK) /* decided on a moment ago */
		return rc == VT_E_NOT_FOUND ? vt_err_set(reterr, VT_E_INTERNAL,
						  "erased: its order vanished")
					    : rc;
	row.d.done = x->rec.time;
	row.d.done_index = x->st.acts;
	vt_destroyed_encode(&row, &v);
	if ((rc = vt_batch_put(x->b, VT_T_DESTROYED, &k, &v, reterr)) != VT_OK)
		return rc;
	return row.work == 0 ? VT_OK : vt_work_remove(x->b, row.work, reterr);
}

int
vt_destroy_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_work_new w = { .kind = VT_WORK_ERASE,
		.subject = x->paper->id,
		.due = x->rec.time };
	struct vt_destroyed_row row;
	int rc;

	if (r->kind == VT_STEP_ERASED)
		return keep_erased(x, reterr);
	rc = vt_destroyed_of(&x->rec, r, x->st.acts, x->arena, &row, reterr);
	if (rc != VT_OK || (rc = vt_erase_apply(x->b, x->paper, &row,
				x->op->prep[i].erase, reterr)) != VT_OK)
		return rc;
	return vt_work_put_new(x, r->work, &w, reterr);
}
