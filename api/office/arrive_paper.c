/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document that came: its paper waits for the clerk, and 01 goes back; or it
 * is refused, and 02 goes back with the reason. What revokes, updates or
 * replaces an earlier one asks about that one besides: a person decides
 * (vietnam.md §2.5).
 */
#include <errno.h>
#include <unistd.h>

#include "api/office/arrive.h"
#include "api/office/look.h"
#include "api/office/packet.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define PIECE     ((size_t)65536)
#define KNOWN_MAX 16

/* What a record takes of each field: META_place, … */
#define VT_META_TEXT(no, field, max) META_##field = (max),
enum {
#include "docstore/meta.def"
};
#undef VT_META_TEXT

/* ---- refusing ---- */

static int
refuse(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_telling t;
	struct vt_step steps[2];
	VT_BUF_AUTO(payload);
	const char *reason;
	bool ok = true;
	int rc;

	/* it quotes names from the packet */
	vt_edxml_reason(a->x, true, &a->reason);
	reason =
	    vt_arrival_text(a, vt_buf_str(&a->reason), VT_L(NOTE_MAX), &ok);
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	vt_telling_new(a->o, VT_STATUS_REFUSED, reason, "", &t);
	vt_telling_encode(&t, &payload);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK ||
	    (rc = vt_arrival_read(a, VT_CONSIGN_REFUSED, &steps[0], reterr)) !=
		VT_OK)
		return rc;
	steps[0].u.consign_read.note = reason;
	memset(&steps[1], 0, sizeof(steps[1]));
	steps[1].kind = VT_STEP_WORK;
	steps[1].u.work.kind = VT_WORK_STATUS;
	steps[1].u.work.subject = a->id;
	steps[1].u.work.payload = vt_buf_view(&payload);
	rc = vt_arrival_act(a, NULL, steps, 2, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- bytes ---- */

static int
upload_slice(struct vt_arrival *a, uint64_t at, uint64_t size, vt_id *ret,
    vt_hash *ret_hash, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *u = NULL;
	struct vt_blob blob;
	uint8_t piece[PIECE];
	uint64_t left = size;
	int rc;

	rc = vt_upload_begin(a->o->o.store, a->agency_no, 0, &u, reterr);
	while (rc == VT_OK && left > 0) {
		size_t want = left < PIECE ? (size_t)left : PIECE;
		ssize_t n =
		    pread(a->out, piece, want, (off_t)(at + (size - left)));

		if (n <= 0)
			return vt_err_errno(reterr, VT_E_IO,
			    n < 0 ? errno : EIO, "reading an attachment");
		rc = vt_upload_put(u, piece, (size_t)n, reterr);
		left -= (uint64_t)n;
	}
	if (rc == VT_OK)
		rc = vt_upload_end(u, NULL, ret, &blob, reterr);
	if (rc == VT_OK)
		*ret_hash = blob.hash;
	return rc;
}

/* A packet without a file: the paper's main file is the packet itself. */
static int
upload_packet(struct vt_arrival *a, struct vt_file *f, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *u = NULL;
	struct vt_blob blob;
	uint8_t piece[PIECE];
	uint64_t at = 0;
	size_t n = PIECE;
	int rc;

	rc = vt_upload_begin(a->o->o.store, a->agency_no, 0, &u, reterr);
	while (rc == VT_OK && n == PIECE) {
		rc = vt_bytes_read(
		    a->o->o.store, &a->packet, at, piece, PIECE, &n, reterr);
		if (rc == VT_OK && n > 0)
			rc = vt_upload_put(u, piece, n, reterr);
		at += n;
	}
	if (rc == VT_OK)
		rc = vt_upload_end(u, NULL, &f->upload, &blob, reterr);
	if (rc != VT_OK)
		return rc;
	f->hash = blob.hash;
	f->name = "goi-tin.edxml";
	f->media_type = "application/xml";
	return VT_OK;
}

static int
upload_files(struct vt_arrival *a, struct vt_file *files, size_t *ret_n,
    struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	bool ok = true;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < d->n_attachments && n < VT_L(PAPER_PARTS_MAX);
	     i++) {
		const struct vt_edxml_attachment *at = &d->attachments[i];
		const char *name;

		if (!at->present || at->size == 0)
			continue;
		rc = upload_slice(a, at->at, at->size, &files[n].upload,
		    &files[n].hash, reterr);
		if (rc != VT_OK)
			return rc;
		name = vt_arrival_text(a, at->name, VT_L(NAME_MAX), &ok);
		files[n].name = name[0] == '\0' ? "tep-dinh-kem" : name;
		files[n].media_type =
		    at->media_type == NULL ? "" : at->media_type;
		n++;
	}
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if (n == 0 && (rc = upload_packet(a, &files[n++], reterr)) != VT_OK)
		return rc;
	*ret_n = n;
	return VT_OK;
}

/* ---- metadata ---- */

static int
make_meta(struct vt_arrival *a, struct vt_meta *m, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	bool ok = true;

	memset(m, 0, sizeof(*m));
	m->type_name = vt_arrival_text(a, d->type_name, META_type_name, &ok);
	m->subject = vt_arrival_text(a, d->subject, META_subject, &ok);
	if (m->subject[0] == '\0')
		m->subject = "(không có trích yếu)";
	m->notation = vt_arrival_text(a, d->code_notation, META_notation, &ok);
	m->number = vt_arrival_text(a, d->code_number, META_number, &ok);
	m->issued_on = vt_arrival_day(a, &d->promulgated, &ok);
	m->agency_code = vt_arrival_text(a, d->from.id, META_agency_code, &ok);
	m->agency_name =
	    vt_arrival_text(a, d->from.name, META_agency_name, &ok);
	m->place = vt_arrival_text(a, d->place, META_place, &ok);
	m->signer_name =
	    vt_arrival_text(a, d->signer_name, META_signer_name, &ok);
	m->signer_position =
	    vt_arrival_text(a, d->signer_position, META_signer_position, &ok);
	m->signer_competence = vt_arrival_text(
	    a, d->signer_competence, META_signer_competence, &ok);
	m->description = vt_arrival_text(a,
	    d->content != NULL && d->subject != NULL &&
		    strcmp(d->content, d->subject) == 0
		? ""
		: d->content,
	    META_description, &ok);
	m->due_on = vt_arrival_day(a, &d->due, &ok);
	if (d->priority > 0 && d->priority <= 4)
		m->urgency = (uint32_t)d->priority;
	if (d->pages > 0 && d->pages <= UINT16_MAX)
		m->pages = (uint32_t)d->pages;
	if (d->copies > 0 && d->copies <= UINT16_MAX)
		m->copies = (uint32_t)d->copies;
	return ok ? VT_OK : vt_arena_err(a->arena, reterr);
}

/* ---- a sender that nobody knows ---- */

struct stranger {
	struct vt_route route;
	struct vt_address row;
	struct vt_entry_change change;
	struct vt_buf value;
};

/* "Chưa xác minh": it stands in the book, and its paper is taken (§3.4). */
static int
note_stranger(struct vt_arrival *a, const struct vt_meta *m, struct stranger *s,
    struct vt_step *steps, size_t *n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency g;
	int rc;

	if (m->agency_code[0] == '\0')
		return VT_OK;
	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if (vt_agency_by_code(v, m->agency_code, &g, NULL) == VT_OK)
		return VT_OK;
	rc = vt_address_read(v, m->agency_code, &s->row, &err);
	if (rc != VT_E_NOT_FOUND) {
		if (rc != VT_OK && reterr != NULL)
			*reterr = err;
		return rc;
	}
	memset(&s->row, 0, sizeof(s->row));
	/* it is answered the way it came */
	rc = vt_route_read(v, a->peer, &s->route, &err);
	if (rc == VT_OK)
		vt_text_fit(s->row.gateway, sizeof(s->row.gateway), a->peer);
	else if (rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_text_fit(s->row.code, sizeof(s->row.code), m->agency_code);
	vt_text_fit(s->row.name, sizeof(s->row.name), m->agency_name);
	s->row.changed_at = vt_now(a->o->o.ctx);
	vt_address_encode(&s->row, &s->value);
	s->change = (struct vt_entry_change){ .kind = VT_ENTRY_ADDRESS,
		.store_wide = true,
		.key = vt_span_str(s->row.code),
		.value = vt_buf_view(&s->value) };
	memset(&steps[*n], 0, sizeof(steps[*n]));
	steps[*n].kind = VT_STEP_ENTRY;
	steps[*n].u.entry.changes = &s->change;
	steps[(*n)++].u.entry.n = 1;
	return vt_buf_status(&s->value, reterr);
}

/* ---- the paper ---- */

/* This document came before by another way: no second paper. */
static int
duplicate(struct vt_arrival *a, const vt_id *paper, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step;
	int rc;

	rc = vt_arrival_read(a, VT_CONSIGN_DUPLICATE, &step, reterr);
	if (rc != VT_OK)
		return rc;
	step.u.consign_read.paper = *paper;
	step.u.consign_read.note = "văn bản này đã đến bằng đường khác";
	rc = vt_arrival_act(a, NULL, &step, 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

struct making {
	struct vt_meta meta;
	struct vt_file files[VT_L(PAPER_PARTS_MAX)];
	struct stranger stranger;
	struct vt_step steps[5];
	size_t n;
	struct vt_buf telling, look;
};

static int
paper_act(struct vt_arrival *a, struct making *k, const vt_id *id,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_telling t;
	vt_id first;
	int rc;

	vt_telling_new(a->o, VT_STATUS_ARRIVED, "", "", &t);
	vt_telling_encode(&t, &k->telling);
	rc = vt_arrival_read(a, VT_CONSIGN_ARRIVED, &k->steps[k->n++], reterr);
	if (rc != VT_OK)
		return rc;
	memset(&k->steps[k->n], 0, sizeof(k->steps[k->n]));
	k->steps[k->n].kind = VT_STEP_WORK;
	k->steps[k->n].u.work.kind = VT_WORK_STATUS;
	k->steps[k->n].u.work.subject = a->id;
	k->steps[k->n++].u.work.payload = vt_buf_view(&k->telling);
	vt_look_later(id, 1, &k->look, &k->steps[k->n++]);
	if ((rc = note_stranger(a, &k->meta, &k->stranger, k->steps, &k->n,
		 reterr)) != VT_OK ||
	    (rc = vt_buf_status(&k->telling, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&k->look, reterr)) != VT_OK)
		return rc;
	rc = vt_arrival_act(a, NULL, k->steps, k->n, &res, &err);
	first = res.paper;
	vt_act_result_free(&res);
	if (rc == VT_E_EXISTS)
		return duplicate(a, &first, reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
make_paper(struct vt_arrival *a, vt_id *ret, struct vt_err *reterr)
{
	struct making *k = vt_arena_alloc(a->arena, sizeof(*k));
	size_t n_files = 0;
	int rc;

	if (k == NULL)
		return vt_arena_err(a->arena, reterr);
	if ((rc = make_meta(a, &k->meta, reterr)) != VT_OK ||
	    (rc = upload_files(a, k->files, &n_files, reterr)) != VT_OK)
		return rc;
	*ret = vt_id_new(a->o->o.ctx);
	k->n = 1;
	k->steps[0].kind = VT_STEP_REGISTER;
	k->steps[0].u.reg.id = *ret;
	k->steps[0].u.reg.direction = VT_DIR_IN;
	k->steps[0].u.reg.meta = &k->meta;
	k->steps[0].u.reg.files = k->files;
	k->steps[0].u.reg.n_files = n_files;
	k->steps[0].u.reg.reason = VT_VERSION_RECEIVED;
	k->steps[0].u.reg.consignment = a->id;
	rc = paper_act(a, k, ret, reterr);
	vt_buf_free(&k->stranger.value);
	vt_buf_free(&k->telling);
	vt_buf_free(&k->look);
	return rc;
}

/* ---- asking about an earlier one ---- */

/* The paper of the sender's document, the newest that was made of it. */
static int
find_paper(struct vt_arrival *a, const char *document_id, vt_id *ret,
    bool *ret_is, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c[KNOWN_MAX];
	bool ok = true;
	size_t n = 0;
	int rc;

	*ret_is = false;
	if (document_id == NULL || document_id[0] == '\0')
		return VT_OK;
	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_consign_by_document(v, a->agency_no,
	    vt_arrival_text(a, a->x->document.from.id, 35, &ok),
	    vt_arrival_text(a, document_id, 200, &ok), c, KNOWN_MAX, &n,
	    reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (c[i].kind != VT_CONSIGN_EDOC ||
		    vt_id_is_zero(&c[i].paper) || vt_id_eq(&c[i].id, &a->id))
			continue;
		*ret = c[i].paper;
		*ret_is = true;
	}
	return ok ? VT_OK : vt_arena_err(a->arena, reterr);
}

static int
ask_one(struct vt_arrival *a, enum vt_ask ask, const char *document_id,
    struct vt_err *reterr)
{
	struct vt_asking k = { .agency_no = a->agency_no,
		.ask = ask,
		.consignment = a->id,
		.at = a->received_at };
	uint8_t seed[sizeof(vt_id) * 2];
	bool is, ok = true;
	vt_hash h;
	int rc;

	rc = find_paper(a, document_id, &k.paper, &is, reterr);
	if (rc != VT_OK || !is)
		return rc;
	memcpy(seed, a->id.b, sizeof(vt_id));
	memcpy(seed + sizeof(vt_id), k.paper.b, sizeof(vt_id));
	h = vt_sha256(VT_SPAN(seed, sizeof(seed)));
	memcpy(k.once.b, h.b, sizeof(k.once.b));
	k.reason = vt_arrival_text(a, a->x->document.reason, 500, &ok);
	return ok ? vt_ask_about(a->o, &k, reterr)
		  : vt_arena_err(a->arena, reterr);
}

/* What the edoc acts on: named in Bussiness, or by its own DocumentId, or in
 * ResponseFor (vietnam.md §2.5). */
static int
ask_about_earlier(struct vt_arrival *a, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	int rc = VT_OK;

	switch (d->business) {
	case VT_EDXML_REVOKE:
	case VT_EDXML_UPDATE: {
		enum vt_ask ask = d->business == VT_EDXML_REVOKE
				      ? VT_ASK_RECALL
				      : VT_ASK_UPDATE;

		if (d->acts_on != NULL && d->acts_on[0] != '\0')
			return ask_one(a, ask, d->acts_on, reterr);
		rc = ask_one(a, ask, d->document_id, reterr);
		for (size_t i = 0; i < d->n_answers && rc == VT_OK; i++)
			rc = ask_one(a, ask, d->answers[i].document_id, reterr);
		return rc;
	}
	case VT_EDXML_REPLACE:
		for (size_t i = 0; i < d->n_replaces && rc == VT_OK; i++)
			rc = ask_one(a, VT_ASK_REPLACE,
			    d->replaces[i].document_id, reterr);
		return rc;
	default:
		return VT_OK;
	}
}

/* A take-back that overtook its document is done now. */
static int
asked_before(struct vt_arrival *a, const vt_id *paper, struct vt_err *reterr)
{
	struct vt_consignment c[KNOWN_MAX];
	struct vt_asking k = { .agency_no = a->agency_no,
		.paper = *paper,
		.ask = VT_ASK_TAKE_BACK };
	struct vt_view *v = NULL;
	bool ok = true, is = false;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_consign_by_document(v, a->agency_no,
	    vt_arrival_text(a, a->x->document.from.id, 35, &ok),
	    vt_arrival_text(a, a->x->document.document_id, 200, &ok), c,
	    KNOWN_MAX, &n, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;

		if (c[i].kind != VT_CONSIGN_STATUS ||
		    c[i].state != VT_CONSIGN_REFUSED ||
		    !vt_id_is_zero(&c[i].paper) || c[i].findings.n == 0 ||
		    vt_edxml_get(c[i].findings, &x, NULL) != VT_OK ||
		    x->status.code != VT_STATUS_TAKE_BACK)
			continue;
		is = true;
		k.consignment = k.once = c[i].id;
		k.at = c[i].received_at;
		k.reason = vt_arrival_text(a, x->status.description, 500, &ok);
	}
	vt_view_end(v);
	if (rc == VT_OK && !ok)
		rc = vt_arena_err(a->arena, reterr);
	return rc == VT_OK && is ? vt_ask_about(a->o, &k, reterr) : rc;
}

int
vt_arrive_paper(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	vt_id paper;
	int rc;

	if (vt_edxml_refusal(a->x) != NULL)
		return refuse(a, reterr);
	if ((rc = ask_about_earlier(a, reterr)) != VT_OK ||
	    (rc = make_paper(a, &paper, reterr)) != VT_OK)
		return rc;
	rc = asked_before(a, &paper, &err);
	if (rc == VT_E_NOT_FOUND) /* a duplicate: no paper of this id */
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
