/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addressees of a dispatch: an agency gets a paper once, once more for each
 * paper it had that this one recalls or replaces, and once more after it
 * refused it. Decided in the writer's transaction, so two dispatches at the
 * same time cannot both pass.
 */
#include <stdlib.h>

#include "docstore/store_priv.h"

struct addressee {
	uint64_t no; /* of the agency that has its tasks; 0: its code is not
		      * known here */
	struct vt_recipient to;
	size_t i; /* place in the step */
};

/* By number, not by code: an agency keeps the codes it had, and gets what is
 * sent to those that were merged into it. Those to be printed, without a code,
 * are told apart by name. */
static int
compare(const void *p, const void *q)
{
	const struct addressee *a = p, *b = q;
	bool pa = *a->to.code == '\0', pb = *b->to.code == '\0';

	if (pa != pb)
		return pa ? -1 : 1;
	if (pa)
		return strcmp(a->to.name, b->to.name);
	if (a->no != b->no)
		return a->no < b->no ? -1 : 1;
	return a->no != 0 ? 0 : strcmp(a->to.code, b->to.code);
}

static const char *
shown(const struct vt_recipient *to)
{
	return *to->code == '\0' ? to->name : to->code;
}

/* of: a delivery that was made, and is where it was received; NULL: one to be
 * made now. */
static int
find(struct vt_apply *x, const struct vt_recipient *to, const vt_id *of,
    struct addressee *ret, struct vt_err *reterr)
{
	struct vt_agency a = { .successor = 0 };
	struct vt_span v;
	struct vt_key k;
	uint64_t no;
	int rc;

	ret->to = *to;
	ret->no = 0;
	if (*to->code == '\0')
		return VT_OK;
	if ((rc = vt_code_owner(x, to->code, &no, reterr)) != VT_OK)
		return rc;
	for (a.successor = (uint32_t)no; a.successor != 0;) {
		if ((rc = vt_row_agency(x->b->txn, a.successor, x->arena, &a,
			 reterr)) != VT_OK)
			return rc;
		ret->no = a.no;
		if (of == NULL || a.successor == 0)
			continue;
		k = (struct vt_key){ .n = 0 };
		vt_key_u32(&k, a.no);
		vt_key_bytes(&k, of->b, VT_ID_SIZE);
		rc = vt_tx_get(x->b->txn, VT_T_RECEIVED, &k, &v, reterr);
		if (rc != VT_E_NOT_FOUND)
			return rc;
	}
	return VT_OK;
}

/* Is there a delivery of the paper to one of these (sorted)? Printed copies
 * may be sent as often as somebody wants one. */
static int
not_sent_yet(struct vt_apply *x, const vt_id *about, const struct addressee *to,
    size_t n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_txn *t = x->b->txn;
	struct addressee was;
	struct vt_delivery d;
	struct vt_scan s;
	int rc;

	s = vt_scan_up(t, VT_T_PAPER_DELIVERY, &prefix, NULL);
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_delivery(t, x->st.agency_no,
			 vt_be64(s.k.p + 12), scratch, &d, reterr)) != VT_OK ||
		    (rc = find(x, &d.to, &d.id, &was, reterr)) != VT_OK)
			return rc;
		if (!vt_id_is_zero(about) && !vt_id_eq(about, &d.about))
			continue;
		if (*d.to.code != '\0' && d.state != VT_DELIVERY_REFUSED &&
		    bsearch(&was, to, n, sizeof(*to), compare) != NULL)
			return vt_err_set(reterr, VT_E_EXISTS,
			    "dispatch: this paper was sent to %s already",
			    shown(&d.to));
	}
	return s.rc;
}

/* The paper that the dispatch is about: ours, and this one is its end. */
static int
about_fits(struct vt_apply *x, const vt_id *about, struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_ref ref;
	int rc;

	if (vt_id_is_zero(about))
		return VT_OK;
	if ((rc = vt_row_ref(
		 x->b->txn, about, VT_OBJECT_PAPER, &ref, reterr)) != VT_OK)
		return rc;
	if (ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "dispatch: no paper of this agency has this id");
	if ((rc = vt_row_paper(x->b->txn, ref.agency_no, ref.seq, x->arena, &p,
		 reterr)) != VT_OK)
		return rc;
	if (!vt_id_eq(&p.recalled_by, &x->paper->id) &&
	    vt_paper_replaced_how(&p, &x->paper->id) == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "dispatch: this paper neither recalls nor replaces the "
		    "one it is said to be about");
	return VT_OK;
}

int
vt_addressees_decide(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct addressee *to;
	int rc;

	if ((rc = about_fits(x, &r->about, reterr)) != VT_OK)
		return rc;
	to = vt_arena_array(x->arena, r->n_to, sizeof(*to));
	if (to == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < r->n_to; i++) {
		if ((rc = find(x, &r->to[i].to, NULL, &to[i], reterr)) != VT_OK)
			return rc;
		to[i].i = i + 1;
	}
	qsort(to, r->n_to, sizeof(*to), compare);
	for (size_t i = 1; i < r->n_to; i++)
		if (compare(&to[i - 1], &to[i]) == 0)
			return vt_err_set(reterr, VT_E_INVALID,
			    "dispatch: addressees %zu and %zu are the same "
			    "(%s)",
			    to[i - 1].i, to[i].i, shown(&to[i].to));
	return not_sent_yet(x, &r->about, to, r->n_to, reterr);
}
