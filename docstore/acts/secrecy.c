/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers that hold a state secret do not belong here (docs/operating.md). One
 * that says so is refused at the door: its staged bytes go, and an act stays
 * that has no hash and no subject. One that is suspected is isolated at once;
 * then it is cleared by a decision, or its bytes are destroyed by one.
 */
#include "docstore/store_priv.h"

/* What an isolated paper still takes: decisions about it, what calls it back
 * in, and what its addressees say. */
static bool
passes_isolated(enum vt_step_kind k)
{
	switch (k) {
	case VT_STEP_CLEAR:
	case VT_STEP_TAKE_BACK:
	case VT_STEP_TAKE_BACK_ANSWER:
	case VT_STEP_RECALL:
	case VT_STEP_CANCEL:
	case VT_STEP_REFUSE:
	case VT_STEP_DELIVERED:
	case VT_STEP_HANDED:
	case VT_STEP_DESTROY:
	case VT_STEP_ERASED:
		return true;
	default: /* statuses, work, entries, destroying: beside the paper */
		return !vt_step_is_of_paper(k) && k != VT_STEP_RESEND;
	}
}

int
vt_isolated_gate(
    const struct vt_paper *p, enum vt_step_kind k, struct vt_err *reterr)
{
	if (p->isolated_at == VT_TIME_NONE || passes_isolated(k))
		return VT_OK;
	if (k == VT_STEP_ISOLATE)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "isolate: the paper is isolated");
	return vt_err_set(reterr, VT_E_ISOLATED,
	    "%s: the paper is isolated: it may hold a state secret",
	    vt_step_kind_name(k));
}

int
vt_secrecy_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];

	if (r->kind == VT_STEP_CLEAR && x->paper->isolated_at == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "clear: the paper is not isolated");
	return VT_OK; /* a second ISOLATE has not passed the gate */
}

bool
vt_secrecy_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	static const vt_id nobody;

	if (r->kind == VT_STEP_ISOLATE) {
		p->isolated_at = e->time;
		p->isolated_by = e->person;
		p->isolated_note = r->note;
		return true;
	}
	if (r->kind != VT_STEP_CLEAR)
		return false;
	p->isolated_at = VT_TIME_NONE;
	p->isolated_by = nobody;
	p->isolated_note = "";
	return true;
}

/* ---- refused at the door ---- */

int
vt_secret_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	if (x->paper == NULL && i == 0 && x->op->act->n_steps == 1)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "secret: the refusal is alone in its act, and on no paper");
}

/* What was staged for it, and any other upload of the agency with the same
 * bytes. */
static int
drop_staged(struct vt_apply *x, const vt_id *upload, struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(upload);
	struct vt_upload_row row;
	struct vt_span v;
	int rc;

	if ((rc = vt_tx_get(x->b->txn, VT_T_UPLOAD, &k, &v, reterr)) != VT_OK ||
	    (rc = vt_upload_row_decode(v, &row, reterr)) != VT_OK ||
	    (rc = vt_upload_remove(x->b, x->st.agency_no, upload, reterr)) !=
		VT_OK)
		return rc;
	return row.ended
		   ? vt_uploads_of(x->b, x->st.agency_no, &row.blob, 1, reterr)
		   : VT_OK;
}

/* All of it goes in the same transaction. An upload of another agency, or that
 * is gone, is left alone. */
int
vt_secret_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_prep *p = &x->op->prep[i];
	int rc = VT_OK;

	for (size_t f = 0; f < p->n_files && rc == VT_OK; f++) {
		rc = drop_staged(x, &p->files[f].upload, reterr);
		if (rc == VT_E_NOT_FOUND)
			rc = VT_OK;
	}
	return rc;
}
