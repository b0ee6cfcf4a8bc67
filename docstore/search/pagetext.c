/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of pages: its step, its rows, and what takes them away. */
#include "docstore/pagetext.h"

#include <stdlib.h>

#include "docstore/fields.h"
#include "docstore/store_priv.h"

/* ---- rows ---- */

struct vt_key
vt_key_pagetext(uint32_t agency_no, uint64_t paper, uint16_t part)
{
	struct vt_key k = vt_key_row(agency_no, paper);

	vt_key_u16(&k, part);
	return k;
}

#define VT_ROW_T struct vt_pagetext
static const struct vt_row_field pagetext_fields[] = {
#include "docstore/fields/pagetext.def"
};
#undef VT_ROW_T
static const struct vt_row pagetext_row =
    VT_ROW_MAP("text of pages", pagetext_fields);

VT_ROW_CODEC(pagetext, struct vt_pagetext)

static struct vt_scan
scan_texts(struct vt_txn *t, uint32_t agency_no, uint64_t paper)
{
	struct vt_key prefix = vt_key_row(agency_no, paper);

	return vt_scan_up(t, VT_T_TEXT, &prefix, NULL);
}

/* The next row of such a walk; false: none, or s->rc. */
static bool
next_text(struct vt_scan *s, struct vt_arena *a, struct vt_pagetext *ret,
    struct vt_err *reterr)
{
	if (!vt_scan_next(s, reterr))
		return false;
	s->rc = s->k.n == 14 ? vt_pagetext_decode(s->row, a, ret, reterr)
			     : vt_err_set(reterr, VT_E_STORE_CORRUPT,
				   "table text: a key of %zu bytes", s->k.n);
	ret->part = (uint16_t)(s->k.n == 14 ? s->k.p[12] << 8 | s->k.p[13] : 0);
	return s->rc == VT_OK;
}

int
vt_row_pagetexts(struct vt_txn *t, uint32_t agency_no, uint64_t paper,
    vt_pagetext_fn *f, void *arg, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_scan s = scan_texts(t, agency_no, paper);
	struct vt_pagetext x = { .part = 0 };
	int rc;

	if ((rc = vt_scratch(&a, reterr)) != VT_OK)
		return rc;
	while (next_text(&s, a, &x, reterr))
		if ((rc = f(arg, &x, reterr)) != VT_OK)
			return rc;
	return s.rc;
}

int
vt_pagetext_list(struct vt_view *v, const vt_id *paper, struct vt_pagetext *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	/* isolated ones are not handed out */
	if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	s = scan_texts(v->txn, p.agency_no, p.seq);
	while (n < max && next_text(&s, v->arena, &ret[n], reterr))
		n++;
	if (s.rc == VT_OK)
		*ret_n = n;
	return s.rc;
}

int
vt_pagetext_bytes(struct vt_store *s, const struct vt_pagetext *x, size_t max,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t at = 0;
	uint8_t *piece;
	size_t n = 1;
	int rc = VT_OK;

	if (x->size < max)
		max = (size_t)x->size;
	if ((piece = malloc(VT_CHUNK_SIZE)) == NULL)
		return vt_nomem(reterr);
	while (rc == VT_OK && n > 0 && at < max) {
		rc = vt_bytes_read(s, &x->text, at, piece,
		    max - at < VT_CHUNK_SIZE ? (size_t)(max - at)
					     : VT_CHUNK_SIZE,
		    &n, &err);
		if (rc == VT_OK)
			vt_buf_put(ret, piece, n);
		at += n;
	}
	free(piece);
	/* destroyed since the row was read */
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- the step ---- */

int
vt_pagetext_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	bool read = st->u.text.state == VT_PAGETEXT_READ;
	struct vt_srec *r = &p->r;
	int rc;

	if (vt_id_is_zero(&a->act->paper))
		return vt_prep_invalid(reterr, "text: it is of no paper");
	if (st->u.text.state < VT_PAGETEXT_READ ||
	    st->u.text.state > VT_PAGETEXT_FAILED)
		return vt_prep_invalid(reterr, "text: unknown state");
	r->part = st->u.text.part == 0 ? 1 : st->u.text.part;
	r->main = st->u.text.of;
	r->sub = st->u.text.state;
	r->pages = st->u.text.pages;
	r->note = st->u.text.note;
	rc = vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
	if (rc != VT_OK || !read)
		return rc;
	p->files = &st->u.text.file;
	p->n_files = r->n_files = 1;
	r->files = vt_arena_array(a->arena, 1, sizeof(*r->files));
	if (r->files == NULL)
		return vt_nomem(reterr);
	return vt_prep_file(a, p->files, r->files, reterr);
}

static int
take_text(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_prep *p = &x->op->prep[i];
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_srec_file *f;
	int rc;

	if (r->n_files == 0)
		return VT_OK;
	if ((f = vt_arena_alloc(x->arena, sizeof(*f))) == NULL)
		return vt_nomem(reterr);
	*f = r->files[0];
	r->files = f;
	if ((rc = vt_uploads_differ(x, reterr)) != VT_OK ||
	    (rc = vt_find_upload(x, p->files, &f->size, reterr)) != VT_OK)
		return rc;
	return f->size <= VT_L(PAGETEXT_MAX)
		   ? VT_OK
		   : vt_err_set(reterr, VT_E_LIMIT,
			 "text: %llu bytes, allowed are %zu (PAGETEXT_MAX)",
			 (unsigned long long)f->size, VT_L(PAGETEXT_MAX));
}

int
vt_pagetext_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	struct vt_pagetext was;
	struct vt_span v;
	struct vt_key k;
	int rc;

	if (p == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: the step \"text\" is on no "
		    "paper");
	if (r->part > p->n_parts)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "paper: it has %zu parts, not %u", p->n_parts, r->part);
	if (!vt_hash_eq(&p->parts[r->part - 1].hash, &r->main)) {
		x->op->hint.current = p->parts[r->part - 1].hash;
		x->op->hint.paper_rev = p->rev;
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "text: part %u has another version (number %u) than the "
		    "one that was read",
		    r->part, p->parts[r->part - 1].version);
	}
	k = vt_key_pagetext(p->agency_no, p->seq, (uint16_t)r->part);
	rc = vt_tx_get(x->b->txn, VT_T_TEXT, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_pagetext_decode(v, x->arena, &was, reterr);
	if (rc == VT_OK && vt_hash_eq(&was.of, &r->main))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "text: that of part %u is known", r->part);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	return take_text(x, i, reterr);
}

/* The row that the step makes. */
void
vt_pagetext_of(const struct vt_srec *r, vt_time time, uint64_t index,
    struct vt_pagetext *ret)
{
	*ret = (struct vt_pagetext){ .part = (uint16_t)r->part,
		.of = r->main,
		.state = (enum vt_pagetext_state)r->sub,
		.pages = r->pages,
		.note = r->note,
		.at = time,
		.act = index };
	if (r->n_files == 1) {
		ret->text = r->files[0].hash;
		ret->size = r->files[0].size;
	}
}

static int
unref(struct vt_batch *b, const struct vt_pagetext *x, struct vt_err *reterr)
{
	return vt_hash_is_zero(&x->text) ? VT_OK
					 : vt_blob_unref(b, &x->text, reterr);
}

static int
remove_row(struct vt_batch *b, const struct vt_key *k, struct vt_arena *a,
    struct vt_err *reterr)
{
	struct vt_pagetext was;
	struct vt_span v;
	int rc = vt_tx_get(b->txn, VT_T_TEXT, k, &v, reterr);

	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK ||
	    (rc = vt_pagetext_decode(v, a, &was, reterr)) != VT_OK ||
	    (rc = vt_batch_del(b, VT_T_TEXT, k, reterr)) != VT_OK)
		return rc;
	return unref(b, &was, reterr);
}

int
vt_pagetext_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_key k =
	    vt_key_pagetext(x->st.agency_no, x->paper->seq, (uint16_t)r->part);
	struct vt_pagetext row;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = remove_row(x->b, &k, x->arena, reterr)) != VT_OK ||
	    (r->n_files == 1 &&
		(rc = vt_consume(x, x->op->prep[i].files, reterr)) != VT_OK))
		return rc;
	vt_pagetext_of(r, x->rec.time, x->st.acts, &row);
	vt_pagetext_encode(&row, &v);
	return vt_batch_put(x->b, VT_T_TEXT, &k, &v, reterr);
}

/* ---- what comes and goes with files ---- */

/* A version that does not append is of other pages. */
bool
vt_pagetext_ends(const struct vt_srec *r)
{
	return r->kind == VT_STEP_VERSION &&
	       !vt_version_reason_appends((enum vt_version_reason)r->reason);
}

void
vt_pagetext_later(struct vt_apply *x, struct vt_srec *r)
{
	if (x->b->store->read_texts &&
	    (r->kind != VT_STEP_VERSION || vt_pagetext_ends(r)))
		r->work = ++x->work;
}

int
vt_pagetext_files(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_work_new w = { .kind = VT_WORK_TEXT,
		.subject = x->rec.paper,
		.due = x->rec.time };
	struct vt_key k;
	int rc;

	if (vt_pagetext_ends(r)) {
		k = vt_key_pagetext(
		    x->st.agency_no, x->paper->seq, (uint16_t)r->part);
		if ((rc = remove_row(x->b, &k, x->arena, reterr)) != VT_OK)
			return rc;
	}
	return r->work == 0 ? VT_OK : vt_work_put_new(x, r->work, &w, reterr);
}

/* With the paper: no row of it is left. */
int
vt_pagetext_destroy(
    struct vt_batch *b, const struct vt_paper *p, struct vt_err *reterr)
{
	struct vt_scan s = scan_texts(b->txn, p->agency_no, p->seq);
	int rc;

	while (vt_scan_next(&s, reterr)) {
		struct vt_key k = { .n = 0 };

		vt_key_bytes(&k, s.k.p, s.k.n);
		if ((rc = remove_row(b, &k, b->arena, reterr)) != VT_OK)
			return rc;
	}
	return s.rc;
}
