/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of pages, derived again from the steps that brought it. */
#include "docstore/check.h"

/* Room for part `part`. */
static int
grow(struct vt_check *c, struct vt_check_texts *t, size_t part,
    struct vt_err *reterr)
{
	struct vt_pagetext *x;

	if (part <= t->n)
		return VT_OK;
	if ((x = vt_arena_array(c->arena, part, sizeof(*x))) == NULL)
		return vt_nomem(reterr);
	if (t->n > 0)
		memcpy(x, t->x, t->n * sizeof(*x));
	for (size_t i = t->n; i < part; i++)
		x[i] = (struct vt_pagetext){ .part = 0 };
	t->x = x;
	t->n = part;
	return VT_OK;
}

int
vt_check_text_step(struct vt_check *c, struct vt_check_texts *t,
    const struct vt_srec *s, const struct vt_evolve *e, struct vt_err *reterr)
{
	int rc;

	if (s->part == 0 || s->part > VT_L(PAPER_PARTS_MAX))
		return VT_OK; /* of no part */
	if (vt_pagetext_ends(s) && s->part <= t->n)
		t->x[s->part - 1] = (struct vt_pagetext){ .part = 0 };
	if (s->kind != VT_STEP_TEXT)
		return VT_OK;
	if ((rc = grow(c, t, s->part, reterr)) == VT_OK)
		vt_pagetext_of(s, e->time, e->index, &t->x[s->part - 1]);
	return rc;
}

int
vt_check_texts_of(struct vt_check *c, const struct vt_paper *p,
    const struct vt_check_texts *t, struct vt_err *reterr)
{
	struct vt_blob_row blob;
	uint64_t *refs;
	int rc = VT_OK;

	for (size_t i = 0; i < t->n && rc == VT_OK; i++) {
		const struct vt_pagetext *x = &t->x[i];
		struct vt_key k;
		VT_BUF_AUTO(row);

		if (x->part == 0)
			continue;
		c->texts++;
		if (!vt_hash_is_zero(&x->text)) {
			refs =
			    vt_tally_at(&c->blob_refs, vt_tally_hash(&x->text));
			if (refs == NULL)
				return vt_nomem(reterr);
			(*refs)++;
			rc = vt_blob_get(c->r.records, &x->text, &blob, reterr);
			if (rc != VT_OK)
				return rc;
		}
		k = vt_key_pagetext(p->agency_no, p->seq, x->part);
		vt_pagetext_encode(x, &row);
		rc = vt_check_equal(c, VT_T_TEXT, &k, &row, reterr);
	}
	return rc;
}
