/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May this step be done now? Steps of a paper, on the paper as the steps
 * before it left it. Each function completes the recorded step.
 */
#include <stdio.h>

#include "docstore/epoch.h"
#include "docstore/migrate/migrated.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

static const struct vt_step *
step_of(const struct vt_apply *x, size_t i)
{
	return &x->op->act->steps[i];
}

int
vt_out_of_order(
    const struct vt_paper *p, const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
	    "%s: the paper is \"%s\"%s", what, vt_paper_state_name(p->state),
	    p->direction == VT_DIR_IN ? " and incoming" : "");
}

/* The main file meant must be the current one. */
int
vt_main_current(struct vt_apply *x, const vt_hash *main, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;

	if (vt_hash_eq(&p->parts[0].hash, main))
		return VT_OK;
	x->op->hint.current = p->parts[0].hash;
	x->op->hint.paper_rev = p->rev;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "paper: the main file has another version (number %u) than the "
	    "one meant",
	    p->parts[0].version);
}

/* An upload of this agency with the content the act states. */
int
vt_find_upload(struct vt_apply *x, const struct vt_file *f, uint64_t *ret_size,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_id(&f->upload);
	struct vt_upload_row row = { .ended = false };
	struct vt_span v;
	int rc;

	rc = vt_tx_get(x->b->txn, VT_T_UPLOAD, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_upload_row_decode(v, &row, reterr);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && row.agency_no != x->st.agency_no))
		return vt_err_set(reterr, VT_E_UPLOAD_GONE,
		    "file: no upload of this agency has this id; it expired, "
		    "or an act named it already");
	if (rc == VT_OK && !row.ended)
		return vt_err_set(reterr, VT_E_UPLOAD_INCOMPLETE,
		    "file: its upload is not finished");
	if (rc != VT_OK)
		return rc;
	if (!vt_hash_eq(&row.blob, &f->hash))
		return vt_err_set(reterr, VT_E_DIGEST_MISMATCH,
		    "file: its upload holds other content than the hash the "
		    "act names");
	*ret_size = row.size;
	return VT_OK;
}

/* The same upload twice in one act would be consumed twice. */
int
vt_uploads_differ(struct vt_apply *x, struct vt_err *reterr)
{
	const struct vt_act_op *a = x->op;

	for (size_t i = 0; i < a->act->n_steps; i++)
		for (size_t f = 0; f < a->prep[i].n_files; f++)
			for (size_t j = i; j < a->act->n_steps; j++)
				for (size_t g = j == i ? f + 1 : 0;
				     g < a->prep[j].n_files; g++)
					if (vt_id_eq(
						&a->prep[i].files[f].upload,
						&a->prep[j].files[g].upload))
						return vt_err_set(reterr,
						    VT_E_INVALID,
						    "act: it names one upload "
						    "twice");
	return VT_OK;
}

static int
new_paper(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_key k;
	struct vt_span v;
	int rc;

	if (i != 0 || x->paper != NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: a paper is made by the first step of an act that is "
		    "on no paper");
	k = vt_key_id(&x->op->paper_id);
	rc = vt_tx_get(x->b->txn, VT_T_ID, &k, &v, reterr);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "paper: this id is taken");
	if (rc != VT_E_NOT_FOUND)
		return rc;
	x->paper = vt_arena_alloc(x->arena, sizeof(*x->paper));
	if (x->paper == NULL)
		return vt_nomem(reterr);
	x->paper->agency_no = x->st.agency_no;
	x->rec.paper = x->op->paper_id;
	x->rec.steps[i].seq = ++x->st.papers;
	return VT_OK;
}

/* The consignment a paper is made of: of this agency, and no paper's yet. */
static int
consignment_fits(struct vt_apply *x, const vt_id *id, struct vt_err *reterr)
{
	struct vt_consignment c;
	struct vt_ref ref;
	int rc;

	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_CONSIGNMENT, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no consignment of this agency has this id");
	if (rc != VT_OK || (rc = vt_row_consign(x->b->txn, ref.agency_no,
				ref.seq, x->arena, &c, reterr)) != VT_OK)
		return rc;
	/* one that is to be read may name the paper whose id it has */
	if (c.state != VT_CONSIGN_STORED && !vt_id_is_zero(&c.paper))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "consignment: a paper was made of it already");
	return VT_OK;
}

static int
decide_register(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_prep *p = &x->op->prep[i];
	struct vt_srec_file *files;
	int rc;

	if ((rc = new_paper(x, i, reterr)) != VT_OK ||
	    (rc = vt_uploads_differ(x, reterr)) != VT_OK)
		return rc;
	files = vt_arena_array(x->arena, r->n_files, sizeof(*files));
	if (files == NULL)
		return vt_nomem(reterr);
	memcpy(files, r->files, r->n_files * sizeof(*files));
	r->files = files;
	for (size_t f = 0; f < r->n_files; f++) {
		rc = vt_find_upload(x, &p->files[f], &files[f].size, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (!vt_id_is_zero(&r->consignment) &&
	    (rc = consignment_fits(x, &r->consignment, reterr)) != VT_OK)
		return rc;
	vt_pagetext_later(x, r);
	/* Without a series it waits for the clerk. */
	return r->direction == VT_DIR_IN && *r->series != '\0'
		   ? vt_number_decide(x, r, true, reterr)
		   : VT_OK;
}

/* Metadata of the incoming paper, as the sender's paper says it. */
static int
received_meta(struct vt_apply *x, const struct vt_paper *out, struct vt_srec *r,
    struct vt_err *reterr)
{
	struct vt_date d = vt_time_date(out->number.time, VT_TIME_VN_S);
	const struct vt_agency_name *name;
	struct vt_agency sender;
	VT_BUF_AUTO(number);
	VT_BUF_AUTO(date);
	int rc;

	rc =
	    vt_row_agency(x->b->txn, out->agency_no, x->arena, &sender, reterr);
	if (rc != VT_OK)
		return rc;
	r->meta = out->meta;
	vt_number_text(out->number.value, "", &number);
	vt_buf_printf(&date, "%04d-%02d-%02d", d.year, d.month, d.day);
	if ((rc = vt_buf_status(&number, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&date, reterr)) != VT_OK)
		return rc;
	r->meta.number = vt_arena_strdup(x->arena, vt_buf_str(&number));
	r->meta.issued_on = vt_arena_strdup(x->arena, vt_buf_str(&date));
	if (r->meta.number == NULL || r->meta.issued_on == NULL)
		return vt_nomem(reterr);
	r->meta.notation = out->number.notation;
	name = vt_agency_name_at(&sender, x->rec.time);
	r->meta.agency_code = name->code;
	r->meta.agency_name = name->name;
	r->meta.reply_to = ""; /* the sender's own paper */
	r->has_meta = true;
	return VT_OK;
}

/* A delivery that this agency made a paper of already: the same answer. */
static int
received_before(
    struct vt_apply *x, const vt_id *delivery, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	uint64_t paper, index;
	struct vt_span v;
	int rc;

	vt_key_u32(&k, x->st.agency_no);
	vt_key_bytes(&k, delivery->b, VT_ID_SIZE);
	rc = vt_tx_get(x->b->txn, VT_T_RECEIVED, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK ||
	    (rc = vt_pair_decode(v, &paper, &index, reterr)) != VT_OK)
		return rc;
	x->repeat = true;
	x->op->agency_no = x->st.agency_no;
	x->repeat_index = index;
	return VT_OK;
}

/* Who has the tasks of the agency that it is addressed to; what ends another
 * paper goes also to those before, who keep what they had. */
static int
is_addressee(
    struct vt_apply *x, const struct vt_delivery *d, struct vt_err *reterr)
{
	bool any = !vt_id_is_zero(&d->about), before = false;
	struct vt_agency a = { .successor = 0 };
	uint64_t no = 0;
	int rc;

	if (*d->to.code != '\0' &&
	    (rc = vt_code_owner(x, d->to.code, &no, reterr)) != VT_OK)
		return rc;
	for (a.successor = (uint32_t)no; a.successor != 0; no = a.no) {
		if ((rc = vt_row_agency(x->b->txn, a.successor, x->arena, &a,
			 reterr)) != VT_OK)
			return rc;
		before |= any && a.no == x->st.agency_no;
	}
	if (no != x->st.agency_no && !before)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "delivery: it is addressed to %s, not to this agency",
		    *d->to.code == '\0' ? d->to.name : d->to.code);
	return VT_OK;
}

/* What its sender took back or recalled is not received any more. */
static int
still_sent(const struct vt_delivery *d, const struct vt_paper *out,
    struct vt_err *reterr)
{
	if (out->destroyed_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_DESTROYED,
		    "delivery: its paper was destroyed by its sender");
	if (d->state == VT_DELIVERY_WITHDRAWN)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delivery: its sender has withdrawn it");
	if (out->frozen_at != VT_TIME_NONE || out->isolated_at != VT_TIME_NONE)
		return vt_gate_decide(out, VT_STEP_DISPATCH, reterr);
	if (out->state == VT_PAPER_RECALLED ||
	    out->state == VT_PAPER_TAKEN_BACK)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delivery: its paper is \"%s\"",
		    vt_paper_state_name(out->state));
	return VT_OK;
}

static int
decide_receive(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_txn *t = x->b->txn;
	struct vt_delivery d;
	struct vt_paper out;
	struct vt_ref ref;
	int rc;

	if ((rc = received_before(x, &r->object, reterr)) != VT_OK || x->repeat)
		return rc;
	if ((rc = vt_row_ref(
		 t, &r->object, VT_OBJECT_DELIVERY, &ref, reterr)) != VT_OK ||
	    (rc = vt_row_delivery(
		 t, ref.agency_no, ref.seq, x->arena, &d, reterr)) != VT_OK ||
	    (rc = is_addressee(x, &d, reterr)) != VT_OK ||
	    (rc = vt_row_ref(t, &d.paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK ||
	    (rc = vt_row_paper(
		 t, ref.agency_no, ref.seq, x->arena, &out, reterr)) != VT_OK ||
	    (rc = still_sent(&d, &out, reterr)) != VT_OK ||
	    (rc = new_paper(x, i, reterr)) != VT_OK ||
	    (rc = received_meta(x, &out, r, reterr)) != VT_OK)
		return rc;
	r->source = out.id;
	r->n_files = out.n_parts;
	r->files = vt_arena_array(x->arena, r->n_files, sizeof(*r->files));
	if (r->files == NULL)
		return vt_nomem(reterr);
	for (size_t f = 0; f < r->n_files; f++)
		r->files[f] = (struct vt_srec_file){ .name = out.parts[f].name,
			.media_type = out.parts[f].media_type,
			.hash = out.parts[f].hash,
			.size = out.parts[f].size };
	vt_pagetext_later(x, r);
	return *r->series == '\0' ? VT_OK
				  : vt_number_decide(x, r, true, reterr);
}

static int
decide_version(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_prep *prep = &x->op->prep[i];
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	const struct vt_part *part;
	bool appends, signs;
	int rc;

	if (r->part > p->n_parts)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "paper: it has %zu parts, not %u", p->n_parts, r->part);
	part = &p->parts[r->part - 1];
	if (!vt_hash_eq(&part->hash, &r->parent)) {
		x->op->hint.current = part->hash;
		x->op->hint.paper_rev = p->rev;
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "paper: part %u is at version %u, not at the one expected",
		    r->part, part->version);
	}
	appends = vt_version_reason_appends((enum vt_version_reason)r->reason);
	signs = !vt_id_is_zero(&p->signed_by) ||
		(p->initials > 0 && p->state != VT_PAPER_RETURNED &&
		    p->state != VT_PAPER_DRAFT);
	if (p->state >= VT_PAPER_ISSUED && r->reason != VT_VERSION_AUGMENTED)
		return vt_out_of_order(p, "new version", reterr);
	if (signs && (r->part != 1 || !appends))
		return vt_out_of_order(p,
		    "new version: signed content is only appended to", reterr);
	/* Only the main file is filled and signed while it is agreed on: what
	 * is added to an annex then is another annex, and voids. */
	if (appends && r->part != 1 && p->direction != VT_DIR_IN &&
	    (p->state == VT_PAPER_SUBMITTED || p->state == VT_PAPER_APPROVED))
		return vt_out_of_order(p,
		    "new version: an annex of what was submitted is edited, "
		    "not appended to",
		    reterr);
	if (appends && !prep->extends)
		return vt_err_set(reterr, VT_E_INVALID,
		    "new version: its bytes do not begin with those of version "
		    "%u and go on",
		    part->version);
	if ((rc = vt_uploads_differ(x, reterr)) != VT_OK)
		return rc;
	r->seq = part->version + 1;
	vt_pagetext_later(x, r);
	return vt_find_upload(x, &prep->files[0], &r->size, reterr);
}

static int
decide_agree(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	enum vt_paper_state st = p->state;
	bool ok;
	int rc;

	if (p->direction == VT_DIR_IN)
		return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
	if (r->kind == VT_STEP_SUBMIT)
		ok = st == VT_PAPER_DRAFT || st == VT_PAPER_RETURNED ||
		     st == VT_PAPER_SUBMITTED;
	else
		ok = st == VT_PAPER_SUBMITTED || st == VT_PAPER_APPROVED;
	if (ok) {
		rc = vt_main_current(x, &r->main, reterr);
		return rc != VT_OK ? rc : vt_manifest_decide(x, i, reterr);
	}
	if (st == VT_PAPER_DRAFT && p->parts[0].version > 1)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "%s: submit the paper again: its new version lacks the "
		    "fields that submitting lays",
		    vt_step_kind_name(r->kind));
	return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
}

static int
decide_number(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;

	if (p->number.value != 0) {
		x->op->hint.number = p->number.value;
		x->op->hint.number_period = p->number.period;
		(void)snprintf(x->op->hint.number_text,
		    sizeof(x->op->hint.number_text), "%s", p->number.text);
		x->op->hint.paper_rev = p->rev;
		return vt_err_set(reterr, VT_E_ALREADY_NUMBERED,
		    "paper: it has the number %s", p->number.text);
	}
	if (p->direction == VT_DIR_IN ||
	    (p->state < VT_PAPER_SUBMITTED && r->held != VT_HOLD_OUTAGE) ||
	    p->state == VT_PAPER_RETURNED || p->state > VT_PAPER_SIGNED)
		return vt_out_of_order(p, "number", reterr);
	if (r->notation == NULL)
		r->notation = p->meta.notation;
	return vt_number_decide(x, r, false, reterr);
}

static int
decide_sign(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	int rc;

	if (p->direction == VT_DIR_IN || p->state > VT_PAPER_APPROVED ||
	    p->state == VT_PAPER_DRAFT || p->state == VT_PAPER_RETURNED)
		return vt_out_of_order(p, "sign", reterr);
	if (r->sub == VT_SIGN_COMPETENT && p->state != VT_PAPER_APPROVED)
		return vt_err_set(reterr, VT_E_NOT_APPROVED,
		    "sign: this version of the paper is not approved (Decree "
		    "30/2020, Article 10(2))");
	rc = vt_main_current(x, &r->main, reterr);
	return rc != VT_OK ? rc : vt_manifest_decide(x, i, reterr);
}

static int
decide_seal(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	bool copy = vt_copy_form(&p->meta) != NULL;
	int rc;

	if (p->direction != VT_DIR_IN && !copy && vt_id_is_zero(&p->signed_by))
		return vt_err_set(reterr, VT_E_NOT_SIGNED_BY_LEADER,
		    "seal: the competent person has not signed this paper "
		    "(Decree 30/2020, Article 32)");
	if (!vt_paper_is_ready(p))
		return vt_out_of_order(p, "seal", reterr);
	rc = vt_main_current(x, &x->rec.steps[i].main, reterr);
	return rc != VT_OK ? rc : vt_manifest_decide(x, i, reterr);
}

static int
decide_issue(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;

	if (p->state != VT_PAPER_SIGNED && p->state != VT_PAPER_SEALED)
		return vt_out_of_order(p, "issue", reterr);
	if (p->number.value == 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "issue: the paper has no number yet");
	return vt_manifest_decide(x, i, reterr);
}

static int
decide_dispatch(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	struct vt_srec_to *to;
	int rc;

	if (p->state != VT_PAPER_ISSUED && p->state != VT_PAPER_DISPATCHED)
		return vt_out_of_order(p, "dispatch", reterr);
	if ((rc = vt_addressees_decide(x, r, reterr)) != VT_OK)
		return rc;
	to = vt_arena_array(x->arena, r->n_to, sizeof(*to));
	if (to == NULL)
		return vt_nomem(reterr);
	for (size_t n = 0; n < r->n_to; n++) {
		to[n] = r->to[n];
		to[n].seq = ++x->st.deliveries;
		to[n].work =
		    vt_way_is_sent(&to[n].to, &to[n].way) ? ++x->work : 0;
	}
	r->to = to;
	return VT_OK;
}

static int
decide_code(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_key k = vt_key_text(r->code);
	struct vt_span v;
	int rc;

	if (*x->paper->code != '\0')
		return vt_err_set(reterr, VT_E_EXISTS,
		    "paper: it has the public code %s", x->paper->code);
	rc = vt_tx_get(x->b->txn, VT_T_CODE, &k, &v, reterr);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "public code: it is taken");
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
decide_rest(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;

	switch (r->kind) {
	case VT_STEP_META:
		if (p->direction != VT_DIR_IN && p->state >= VT_PAPER_ISSUED)
			return vt_out_of_order(p, "metadata", reterr);
		/* What was agreed on as a paper gets no seal as a copy. */
		if (p->direction != VT_DIR_IN && p->state > VT_PAPER_DRAFT &&
		    vt_copy_form(&p->meta) != vt_copy_form(&r->meta))
			return vt_out_of_order(
			    p, "making a copy of it, or no copy", reterr);
		return VT_OK;
	case VT_STEP_PROBLEM:
		if (r->part > p->n_parts)
			return vt_err_set(reterr, VT_E_NOT_FOUND,
			    "paper: it has %zu parts, not %u", p->n_parts,
			    r->part);
		return VT_OK;
	case VT_STEP_TAKE_BACK:
	case VT_STEP_TAKE_BACK_ANSWER:
	case VT_STEP_RECALL:
	case VT_STEP_REPLACE:
		return vt_recall_decide(x, i, reterr);
	case VT_STEP_COPY:
	case VT_STEP_LINK:
		return vt_link_decide(x, i, reterr);
	case VT_STEP_JOIN:
		return vt_join_decide(x, i, reterr);
	case VT_STEP_HANDED:
		return vt_handed_decide(x, i, reterr);
	case VT_STEP_RENDITION:
		return vt_rendition_decide(x, i, reterr);
	default:
		return vt_handle_decide(x, i, reterr);
	}
}

/* Steps that are on no paper, or on its deliveries. */
static int
decide_apart(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	enum vt_step_kind kind = step_of(x, i)->kind;

	if (kind == VT_STEP_SECRET)
		return vt_secret_decide(x, i, reterr);
	if (kind == VT_STEP_CONSIGN || kind == VT_STEP_CONSIGN_READ)
		return vt_consign_decide(x, i, reterr);
	if (kind == VT_STEP_STATUS || kind == VT_STEP_RESEND)
		return vt_status_decide(x, i, reterr);
	if (kind == VT_STEP_EPOCH)
		return vt_epoch_decide(x, i, reterr);
	if (kind == VT_STEP_RESUME)
		return vt_resume_decide(x, i, reterr);
	if (kind == VT_STEP_MIGRATED)
		return vt_migrated_decide(x, i, reterr);
	if (kind == VT_STEP_TEXT)
		return vt_pagetext_decide(x, i, reterr);
	if (kind == VT_STEP_LETTER)
		return vt_letter_decide(x, i, reterr);
	if (vt_step_is_of_numbers(kind))
		return vt_numbers_decide(x, i, reterr);
	if (kind >= VT_STEP_WORK && !vt_step_is_of_paper(kind))
		return vt_work_decide(x, i, reterr);
	if (kind == VT_STEP_ENTRY)
		return vt_entry_decide(x, i, reterr);
	return vt_house_decide(x, i, reterr);
}

int
vt_step_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	enum vt_step_kind kind = step_of(x, i)->kind;
	int rc;

	if (vt_step_is_use(kind))
		return vt_use_decide(x, i, reterr);
	if (kind == VT_STEP_REGISTER)
		return decide_register(x, i, reterr);
	if (kind == VT_STEP_RECEIVE)
		return decide_receive(x, i, reterr);
	if (x->paper != NULL &&
	    (rc = vt_gate_decide(x->paper, kind, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_destroy_guard(x, kind, reterr)) != VT_OK)
		return rc;
	if (kind == VT_STEP_DESTROY || kind == VT_STEP_ERASED)
		return vt_destroy_decide(x, i, reterr);
	if (!vt_step_is_of_paper(kind))
		return decide_apart(x, i, reterr);
	if (x->paper == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: the step \"%s\" is on no paper",
		    vt_step_kind_name(kind));
	switch (kind) {
	case VT_STEP_VERSION:
		return decide_version(x, i, reterr);
	case VT_STEP_SUBMIT:
	case VT_STEP_APPROVE:
	case VT_STEP_RETURN:
		return decide_agree(x, i, reterr);
	case VT_STEP_NUMBER:
		return decide_number(x, i, reterr);
	case VT_STEP_SIGN:
		return decide_sign(x, i, reterr);
	case VT_STEP_SEAL:
		return decide_seal(x, i, reterr);
	case VT_STEP_ISSUE:
		return decide_issue(x, i, reterr);
	case VT_STEP_DISPATCH:
		return decide_dispatch(x, i, reterr);
	case VT_STEP_DELIVERED:
		return vt_status_decide(x, i, reterr);
	case VT_STEP_CODE:
		return decide_code(x, i, reterr);
	case VT_STEP_CHECK:
	case VT_STEP_WITHDRAW:
		return vt_agree_decide(x, i, reterr);
	case VT_STEP_FREEZE:
		return vt_freeze_decide(x, i, reterr);
	case VT_STEP_ISOLATE:
	case VT_STEP_CLEAR:
		return vt_secrecy_decide(x, i, reterr);
	default:
		return decide_rest(x, i, reterr);
	}
}
