/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Renditions: files that were derived from one version of a part, to be read
 * where the version itself can't be (a PDF of a text document, its words). They
 * are no part of the paper: not of its manifest, not of its revision, not sent.
 * A newer one takes the place of the one before, whose bytes go; the acts say
 * that there was one.
 */
#include "docstore/check.h"
#include "docstore/fields.h"

const char *
vt_rendition_kind_name(enum vt_rendition_kind k)
{
	static const char *const names[] = { "", "pdf", "text", "picture" };

	return (size_t)k < sizeof(names) / sizeof(names[0]) ? names[k] : "";
}

/* ---- the row ---- */

#define VT_ROW_T struct vt_rendition
static const struct vt_row_field rendition_fields[] = {
#include "docstore/fields/rendition.def"
};
#undef VT_ROW_T
static const struct vt_row rendition_row =
    VT_ROW_MAP("rendition", rendition_fields);

static void
encode(const struct vt_rendition *x, struct vt_buf *ret)
{
	vt_row_put(&rendition_row, x, ret);
}

static int
decode(const struct vt_scan *s, struct vt_arena *a, struct vt_rendition *ret,
    struct vt_err *reterr)
{
	struct vt_rendition x = { .part = 0 };
	int rc = vt_row_read(&rendition_row, s->row, a, &x, reterr);

	if (rc != VT_OK)
		return rc;
	if (s->k.n != 19)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "rendition: a key of %zu bytes", s->k.n);
	x.part = (uint16_t)(s->k.p[12] << 8 | s->k.p[13]);
	x.version = vt_be32(s->k.p + 14);
	x.kind = (enum vt_rendition_kind)s->k.p[18];
	*ret = x;
	return VT_OK;
}

static struct vt_key
key_of(uint32_t agency_no, uint64_t paper, const struct vt_rendition *x)
{
	struct vt_key k = vt_key_version(agency_no, paper, x->part, x->version);

	vt_key_u8(&k, (uint8_t)x->kind);
	return k;
}

/* What the step makes; pure, used again by check. */
static struct vt_rendition
made(const struct vt_srec *r, const struct vt_evolve *e)
{
	return (struct vt_rendition){ .part = (uint16_t)r->part,
		.version = (uint32_t)r->seq,
		.kind = (enum vt_rendition_kind)r->sub,
		.of = r->main,
		.hash = r->files[0].hash,
		.size = r->files[0].size,
		.media_type = r->files[0].media_type,
		.by = r->from,
		.person = e->person,
		.time = e->time,
		.act = e->index };
}

/* ---- the act ---- */

int
vt_rendition_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	r->sub = st->u.rendition.kind;
	r->main = st->u.rendition.of;
	r->part = st->u.rendition.part == 0 ? 1 : st->u.rendition.part;
	r->from = st->u.rendition.by;
	if (r->sub < VT_RENDITION_PDF || r->sub > VT_RENDITION_PICTURE)
		return vt_prep_invalid(reterr, "unknown kind of rendition");
	p->files = &st->u.rendition.file;
	p->n_files = r->n_files = 1;
	r->files = vt_arena_array(a->arena, 1, sizeof(*r->files));
	if (r->files == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_prep_file(a, p->files, r->files, reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->from, VT_RENDITION_BY_MAX,
		 "what made the rendition", reterr)) != VT_OK)
		return rc;
	/* The version has the name; a second one could say another thing. */
	r->files[0].name = "";
	if (vt_hash_eq(&r->main, &r->files[0].hash))
		return vt_prep_invalid(
		    reterr, "a version is no rendition of itself");
	return vt_prep_need(r->from, "what made the rendition", reterr);
}

/* The number of the version that is meant: the current one, or an earlier. */
static int
find_version(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	struct vt_key prefix = vt_key_row(x->st.agency_no, p->seq);
	struct vt_version ver;
	struct vt_scan s;
	int rc;

	if (r->part > p->n_parts)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "rendition: the paper has %zu parts, not %u", p->n_parts,
		    r->part);
	if (vt_hash_eq(&p->parts[r->part - 1].hash, &r->main)) {
		r->seq = p->parts[r->part - 1].version;
		return VT_OK;
	}
	vt_key_u16(&prefix, (uint16_t)r->part);
	s = vt_scan_up(x->b->txn, VT_T_VERSION, &prefix, NULL);
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_version_decode(s.row, &ver, reterr)) != VT_OK)
			return rc;
		if (vt_hash_eq(&ver.hash, &r->main)) {
			r->seq = ver.no;
			return VT_OK;
		}
	}
	return s.rc != VT_OK ? s.rc
			     : vt_err_set(reterr, VT_E_NOT_FOUND,
				   "rendition: no version of part %u has the "
				   "content that it is said to be of",
				   r->part);
}

/* The one there is; VT_E_NOT_FOUND without a message: none. */
static int
row_of(struct vt_txn *t, const struct vt_key *k, struct vt_arena *a,
    struct vt_rendition *ret, struct vt_err *reterr)
{
	struct vt_scan s = vt_scan_up(t, VT_T_RENDITION, k, NULL);

	if (!vt_scan_next(&s, reterr))
		return s.rc != VT_OK ? s.rc : VT_E_NOT_FOUND;
	return decode(&s, a, ret, reterr);
}

int
vt_rendition_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_evolve e = vt_evolve_of(x);
	struct vt_rendition now, was;
	struct vt_srec_file *f;
	struct vt_key k;
	int rc;

	f = vt_arena_array(x->arena, 1, sizeof(*f));
	if (f == NULL)
		return vt_nomem(reterr);
	*f = r->files[0];
	r->files = f;
	if ((rc = find_version(x, r, reterr)) != VT_OK ||
	    (rc = vt_uploads_differ(x, reterr)) != VT_OK ||
	    (rc = vt_find_upload(
		 x, &x->op->prep[i].files[0], &f->size, reterr)) != VT_OK)
		return rc;
	now = made(r, &e);
	k = key_of(x->st.agency_no, x->paper->seq, &now);
	rc = row_of(x->b->txn, &k, x->arena, &was, reterr);
	if (rc == VT_OK && vt_hash_eq(&was.hash, &now.hash))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "rendition: version %u of part %u has this very file as "
		    "its %s",
		    now.version, (unsigned)now.part,
		    vt_rendition_kind_name(now.kind));
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_rendition_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_evolve e = vt_evolve_of(x);
	struct vt_rendition now = made(r, &e), was;
	struct vt_key k = key_of(x->st.agency_no, x->paper->seq, &now);
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_consume(x, &x->op->prep[i].files[0], reterr)) != VT_OK)
		return rc;
	rc = row_of(x->b->txn, &k, x->arena, &was, reterr);
	if (rc == VT_OK)
		rc = vt_blob_unref(x->b, &was.hash, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	encode(&now, &v);
	return vt_batch_put(x->b, VT_T_RENDITION, &k, &v, reterr);
}

/* ---- a paper that is destroyed ---- */

int
vt_rendition_each(struct vt_txn *t, uint32_t agency_no, uint64_t paper,
    int (*f)(void *arg, const vt_hash *blob, struct vt_err *reterr), void *arg,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix = vt_key_row(agency_no, paper);
	struct vt_scan s = vt_scan_up(t, VT_T_RENDITION, &prefix, NULL);
	struct vt_rendition x;
	int rc;

	while (vt_scan_next(&s, reterr))
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = decode(&s, scratch, &x, reterr)) != VT_OK ||
		    (rc = f(arg, &x.hash, reterr)) != VT_OK)
			return rc;
	return s.rc;
}

/* ---- check ---- */

int
vt_rendition_replay(struct vt_check_renditions *all, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct vt_rendition now, *grown;
	size_t i;

	if (r->n_files != 1)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a rendition of %zu files", r->n_files);
	now = made(r, e);
	for (i = 0; i < all->n; i++)
		if (all->x[i].part == now.part &&
		    all->x[i].version == now.version &&
		    all->x[i].kind == now.kind)
			break;
	if (i == all->n) {
		grown = vt_arena_array(e->arena, all->n + 1, sizeof(*grown));
		if (grown == NULL)
			return vt_nomem(reterr);
		if (all->n > 0)
			memcpy(grown, all->x, all->n * sizeof(*grown));
		all->x = grown;
		all->n++;
	}
	all->x[i] = now;
	return VT_OK;
}

int
vt_check_renditions(struct vt_check *c, uint32_t agency_no, uint64_t paper,
    const struct vt_check_renditions *all, bool gone, struct vt_err *reterr)
{
	struct vt_blob_row blob;
	uint64_t *refs;
	int rc;

	for (size_t i = 0; i < all->n; i++) {
		struct vt_key k = key_of(agency_no, paper, &all->x[i]);
		VT_BUF_AUTO(v);

		c->renditions++;
		if (!gone) {
			refs = vt_tally_at(
			    &c->blob_refs, vt_tally_hash(&all->x[i].hash));
			if (refs == NULL)
				return vt_nomem(reterr);
			(*refs)++;
			rc = vt_blob_get(
			    c->r.records, &all->x[i].hash, &blob, reterr);
			if (rc != VT_OK)
				return rc;
		}
		encode(&all->x[i], &v);
		rc = vt_check_equal(c, VT_T_RENDITION, &k, &v, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* ---- reading ---- */

int
vt_rendition_list(struct vt_view *v, const vt_id *paper,
    struct vt_rendition *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix;
	struct vt_scan s;
	struct vt_paper p;
	size_t n = 0;
	int rc;

	if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	prefix = vt_key_row(p.agency_no, p.seq);
	s = vt_scan_up(v->txn, VT_T_RENDITION, &prefix, NULL);
	while (n < max && vt_scan_next(&s, reterr))
		if ((rc = decode(&s, v->arena, &ret[n++], reterr)) != VT_OK)
			return rc;
	*ret_n = n;
	return s.rc;
}

int
vt_rendition_get(struct vt_view *v, const vt_id *paper,
    const struct vt_rendition *which, struct vt_rendition *ret,
    struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_key k;
	int rc;

	if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	k = key_of(p.agency_no, p.seq, which);
	rc = row_of(v->txn, &k, v->arena, ret, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "version %u of part %u has no rendition of this kind",
		    which->version, (unsigned)which->part);
	return rc;
}
