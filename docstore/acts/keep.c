/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows a step of a paper writes, after all steps were decided. */
#include "docstore/migrate/migrated.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

/* The act takes the upload over: its reference becomes the version's. */
int
vt_consume(struct vt_apply *x, const struct vt_file *f, struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(&f->upload), due = { .n = 0 };
	struct vt_upload_row row;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(x->b->txn, VT_T_UPLOAD, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND) /* decided on a moment ago */
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "act: its upload vanished between two steps");
	if (rc != VT_OK ||
	    (rc = vt_upload_row_decode(v, &row, reterr)) != VT_OK)
		return rc;
	vt_key_u64(&due, (uint64_t)row.expires);
	vt_key_bytes(&due, f->upload.b, VT_ID_SIZE);
	if ((rc = vt_batch_del(x->b, VT_T_UPLOAD, &k, reterr)) != VT_OK)
		return rc;
	return vt_batch_del(x->b, VT_T_UPLOAD_DUE, &due, reterr);
}

static int
keep_versions(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_evolve e = { .paper = x->rec.paper,
		.person = x->rec.person,
		.post = x->rec.post,
		.time = x->rec.time,
		.index = x->st.acts,
		.arena = x->arena };
	struct vt_version *v;
	size_t n = vt_step_versions(r, &e, NULL, 0);
	int rc = VT_OK;

	if ((v = vt_arena_array(x->arena, n, sizeof(*v))) == NULL)
		return vt_nomem(reterr);
	(void)vt_step_versions(r, &e, v, n);
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		struct vt_key k = vt_key_version(
		    x->st.agency_no, x->paper->seq, v[i].part, v[i].no);
		VT_BUF_AUTO(row);

		vt_version_encode(&v[i], &row);
		rc = vt_batch_put(x->b, VT_T_VERSION, &k, &row, reterr);
	}
	return rc;
}

static int
keep_received(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	VT_BUF_AUTO(v);
	int rc;

	/* The same bytes for both: one more reference each. */
	for (size_t i = 0; i < r->n_files; i++)
		if ((rc = vt_blob_ref(x->b, &r->files[i].hash, reterr)) !=
		    VT_OK)
			return rc;
	vt_key_u32(&k, x->st.agency_no);
	vt_key_bytes(&k, r->object.b, VT_ID_SIZE);
	vt_pair_encode(r->seq, x->st.acts, &v);
	return vt_batch_put(x->b, VT_T_RECEIVED, &k, &v, reterr);
}

static int
keep_content(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_prep *p = &x->op->prep[i];
	int rc;

	for (size_t f = 0; f < p->n_files; f++)
		if ((rc = vt_consume(x, &p->files[f], reterr)) != VT_OK)
			return rc;
	if (r->kind == VT_STEP_RECEIVE &&
	    (rc = keep_received(x, r, reterr)) != VT_OK)
		return rc;
	if (r->value != 0 && (rc = vt_number_keep(x, r, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_pagetext_files(x, r, reterr)) != VT_OK)
		return rc;
	return keep_versions(x, r, reterr);
}

static int
keep_delivery(struct vt_apply *x, const struct vt_srec *r, size_t i,
    struct vt_err *reterr)
{
	const struct vt_srec_to *to = &r->to[i];
	struct vt_delivery d;
	struct vt_ref ref = { .kind = VT_OBJECT_DELIVERY,
		.agency_no = x->st.agency_no,
		.seq = to->seq };
	struct vt_work_new w = {
		.kind = VT_WORK_DELIVERY, .subject = to->id, .due = x->rec.time
	};
	struct vt_key ki = vt_key_id(&to->id);
	struct vt_key kp =
	    vt_key_of_paper(x->st.agency_no, x->paper->seq, to->seq);
	VT_BUF_AUTO(id);
	VT_BUF_AUTO(null);
	int rc;

	vt_delivery_begin(&d, r, i, &x->paper->id, x->rec.time);
	vt_ref_encode(&ref, &id);
	vt_cbor_null(&null);
	if ((rc = vt_put_delivery(x, &d, reterr)) != VT_OK ||
	    (rc = vt_batch_put(x->b, VT_T_ID, &ki, &id, reterr)) != VT_OK ||
	    (rc = vt_batch_put(
		 x->b, VT_T_PAPER_DELIVERY, &kp, &null, reterr)) != VT_OK ||
	    to->work == 0)
		return rc;
	return vt_work_put_new(x, to->work, &w, reterr);
}

static int
keep_code(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(r->code);
	VT_BUF_AUTO(v);

	vt_pair_encode(x->st.agency_no, x->paper->seq, &v);
	return vt_batch_put(x->b, VT_T_CODE, &k, &v, reterr);
}

int
vt_step_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	int rc = VT_OK;

	if (vt_step_is_use(r->kind))
		return vt_use_keep(x, i, reterr);
	if (r->kind == VT_STEP_DESTROY || r->kind == VT_STEP_ERASED)
		return vt_destroy_keep(x, i, reterr);
	if (r->kind == VT_STEP_CONSIGN || r->kind == VT_STEP_CONSIGN_READ)
		return vt_consign_keep(x, i, reterr);
	if (r->kind == VT_STEP_STATUS || r->kind == VT_STEP_RESEND ||
	    r->kind == VT_STEP_DELIVERED || r->kind == VT_STEP_HANDED)
		return vt_status_keep(x, i, reterr);
	if (vt_step_is_of_numbers(r->kind))
		return vt_numbers_keep(x, i, reterr);
	if (r->kind == VT_STEP_EPOCH)
		return vt_house_keep(x, i, reterr);
	if (r->kind == VT_STEP_RESUME)
		return vt_resume_keep(x, reterr);
	if (r->kind == VT_STEP_MIGRATED)
		return vt_migrated_keep(x, reterr);
	if (r->kind == VT_STEP_TEXT)
		return vt_pagetext_keep(x, i, reterr);
	if (r->kind == VT_STEP_SECRET)
		return vt_secret_keep(x, i, reterr);
	if (r->kind == VT_STEP_ENTRY)
		return vt_entry_keep(x, i, reterr);
	if (r->kind == VT_STEP_LETTER)
		return vt_letter_keep(x, i, reterr);
	if (!vt_step_is_of_paper(r->kind))
		return r->kind >= VT_STEP_WORK ? vt_work_keep(x, i, reterr)
					       : vt_house_keep(x, i, reterr);
	switch (r->kind) {
	case VT_STEP_REGISTER:
	case VT_STEP_RECEIVE:
	case VT_STEP_VERSION:
		return keep_content(x, i, reterr);
	case VT_STEP_NUMBER:
	case VT_STEP_ACCEPT:
		return vt_number_keep(x, r, reterr);
	case VT_STEP_TAKE_BACK:
	case VT_STEP_RECALL:
	case VT_STEP_REPLACE:
		return vt_recall_keep(x, i, reterr);
	case VT_STEP_COPY:
	case VT_STEP_LINK:
	case VT_STEP_JOIN:
		return vt_link_keep(x, i, reterr);
	case VT_STEP_RENDITION:
		return vt_rendition_keep(x, i, reterr);
	case VT_STEP_DISPATCH:
		for (size_t n = 0; n < r->n_to && rc == VT_OK; n++)
			rc = keep_delivery(x, r, n, reterr);
		return rc;
	case VT_STEP_CODE:
		return keep_code(x, r, reterr);
	default: /* in the paper's row only */
		return VT_OK;
	}
}
