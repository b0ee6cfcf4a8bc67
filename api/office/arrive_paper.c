/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document that came: its paper waits for the clerk, and 01 goes back; or it
 * is refused, and 02 goes back with the reason. What revokes, updates or
 * replaces another one asks about that one besides: a person decides
 * (vietnam.md §2.5).
 */
#include "api/office/arrive.h"
#include "api/office/look.h"
#include "api/office/packet.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define PIECE ((size_t)65536)

/* What a record takes of each field: META_place, … */
#define VT_META_TEXT(no, field, max)       META_##field = (max),
#define VT_META_MORE(no, KIND, field, max) META_##field = (max),
enum {
#include "docstore/meta.def"
#include "docstore/meta_more.def"
};
#undef VT_META_TEXT
#undef VT_META_MORE

/* ---- refusing ---- */

static int
refuse(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
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
	if ((rc = vt_arrival_read(a, VT_CONSIGN_REFUSED, &steps[0], reterr)) !=
		VT_OK ||
	    (rc = vt_arrival_tell(a, VT_STATUS_REFUSED, reason, &payload,
		 &steps[1], reterr)) != VT_OK)
		return rc;
	steps[0].u.consign_read.note = reason;
	rc = vt_arrival_act(a, NULL, steps, 2, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- bytes ---- */

static int
upload_range(struct vt_arrival *a, struct vt_source *src, uint64_t at,
    uint64_t size, struct vt_file *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *u = NULL;
	struct vt_blob blob;
	uint8_t piece[PIECE];
	int rc;

	rc = vt_upload_begin(a->o->o.store, a->agency_no, 0, &u, reterr);
	for (uint64_t done = 0; rc == VT_OK && done < size;) {
		size_t n = size - done < PIECE ? (size_t)(size - done) : PIECE;

		rc = vt_source_read(src, at + done, piece, n, reterr);
		if (rc == VT_OK)
			rc = vt_upload_put(u, piece, n, reterr);
		done += n;
	}
	if (rc == VT_OK)
		rc = vt_upload_end(u, NULL, &ret->upload, &blob, reterr);
	if (rc == VT_OK)
		ret->hash = blob.hash;
	return rc;
}

/* A packet without a file: the paper's main file is the packet itself. */
static int
upload_packet(struct vt_arrival *a, struct vt_file *f, struct vt_err *reterr)
{
	struct vt_source src;
	int rc;

	rc = vt_bytes_source(a->o->o.store, &a->packet, &src, reterr);
	if (rc != VT_OK)
		return rc;
	rc = upload_range(a, &src, 0, src.size, f, reterr);
	vt_bytes_source_close(&src);
	f->name = "goi-tin.edxml";
	f->media_type = "application/xml";
	return rc;
}

static int
upload_files(struct vt_arrival *a, struct vt_file *files, size_t *ret_n,
    struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	struct vt_source out;
	bool ok = true;
	size_t n = 0;
	int rc;

	if ((rc = vt_source_pread_fd(&out, a->out, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < d->n_attachments && n < VT_L(PAPER_PARTS_MAX);
	     i++) {
		const struct vt_edxml_attachment *at = &d->attachments[i];
		const char *name;

		if (!at->present || at->size == 0)
			continue;
		rc = upload_range(a, &out, at->at, at->size, &files[n], reterr);
		if (rc != VT_OK)
			break;
		name = vt_arrival_text(a, at->name, VT_L(NAME_MAX), &ok);
		files[n].name = name[0] == '\0' ? "tep-dinh-kem" : name;
		files[n].media_type =
		    at->media_type == NULL ? "" : at->media_type;
		n++;
	}
	vt_source_close(&out);
	if (rc != VT_OK)
		return rc;
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if (n == 0 && (rc = upload_packet(a, &files[n++], reterr)) != VT_OK)
		return rc;
	*ret_n = n;
	return VT_OK;
}

/* ---- metadata ---- */

static const char *const *
meta_lines(struct vt_arrival *a, const char *const *s, size_t n, size_t max,
    size_t *ret_n, bool *ok)
{
	const char **r;

	*ret_n = 0;
	n = n < VT_L(META_LIST_MAX) ? n : VT_L(META_LIST_MAX);
	if (n == 0)
		return NULL;
	if ((r = vt_arena_array(a->arena, n, sizeof(*r))) == NULL) {
		*ok = false;
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		r[*ret_n] = vt_arrival_text(a, s[i], max, ok);
		*ret_n += r[*ret_n][0] != '\0';
	}
	return r;
}

/* Nơi nhận, as its lines say it: whose codes they are it does not say. */
static void
meta_places(struct vt_arrival *a, struct vt_meta *m, bool *ok)
{
	const struct vt_edxml_document *d = &a->x->document;
	size_t n = d->n_to_places < VT_L(ADDRESSEES_MAX) ? d->n_to_places
							 : VT_L(ADDRESSEES_MAX);
	struct vt_recipient *r;

	if (n == 0)
		return;
	if ((r = vt_arena_array(a->arena, n, sizeof(*r))) == NULL) {
		*ok = false;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		r[m->n_recipients].code = "";
		r[m->n_recipients].name =
		    vt_arrival_text(a, d->to_places[i], VT_L(NAME_MAX), ok);
		m->n_recipients += r[m->n_recipients].name[0] != '\0';
	}
	m->recipients = r;
}

static void
meta_answers(struct vt_arrival *a, struct vt_meta *m, bool *ok)
{
	const struct vt_edxml_document *d = &a->x->document;
	size_t n = d->n_answers < VT_L(META_LIST_MAX) ? d->n_answers
						      : VT_L(META_LIST_MAX);
	struct vt_answered *r;

	if (n == 0)
		return;
	if ((r = vt_arena_array(a->arena, n, sizeof(*r))) == NULL) {
		*ok = false;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct vt_edxml_reference *x = &d->answers[i];

		r[i].agency_code =
		    vt_arrival_text(a, x->organ, VT_L(AGENCY_CODE_MAX), ok);
		r[i].code = vt_arrival_text(a, x->code, VT_META_CODE_MAX, ok);
		r[i].issued_on = vt_arrival_day(a, &x->promulgated, ok);
		r[i].document_id = vt_arrival_text(
		    a, x->document_id, VT_META_DOCUMENT_ID_MAX, ok);
	}
	m->answers = r;
	m->n_answers = n;
}

/* What QCVN 102 has besides Appendix VI. */
static void
other_meta(struct vt_arrival *a, struct vt_meta *m, bool *ok)
{
	const struct vt_edxml_document *d = &a->x->document;

	m->case_code =
	    vt_arrival_text(a, d->reference_codes, META_case_code, ok);
	m->circulation = vt_arrival_text(a, d->sphere, META_circulation, ok);
	m->typist = vt_arrival_text(a, d->typist, META_typist, ok);
	m->reply_fors = vt_arrival_text(a, d->reply_fors, META_reply_fors, ok);
	m->direction = vt_arrival_text(a, d->direction, META_direction, ok);
	m->application =
	    vt_arrival_text(a, d->application, META_application, ok);
	m->on_paper = d->paper == 1;
	if (d->steering > 0 && d->steering <= META_steering)
		m->steering = (uint32_t)d->steering;
	m->appendixes = meta_lines(a, d->appendixes, d->n_appendixes,
	    VT_META_APPENDIX_MAX, &m->n_appendixes, ok);
	m->tasks = meta_lines(
	    a, d->tasks, d->n_tasks, VT_META_TASK_MAX, &m->n_tasks, ok);
	meta_places(a, m, ok);
	meta_answers(a, m, ok);
}

static int
make_meta(struct vt_arrival *a, struct vt_meta *m, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	bool ok = true;

	memset(m, 0, sizeof(*m));
	m->type_name = vt_arrival_text(a, d->type_name, META_type_name, &ok);
	m->type_code = vt_edxml_type_code(m->type_name);
	m->legal = vt_edxml_type_is_legal(m->type_name, d->type);
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
	other_meta(a, m, &ok);
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
	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK)
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

struct making {
	struct vt_meta meta;
	struct vt_file files[VT_L(PAPER_PARTS_MAX)];
	size_t n_files;
	vt_id id; /* of the paper */
	struct vt_effect effect;
	struct stranger stranger;
	struct vt_step steps[8];
	size_t n;
	struct vt_buf telling, look;
};

/* The steps that a paper, new or known, has in common: what was read, 01, what
 * is asked. known: the paper that is here already; NULL: the act makes one. */
static int
common_steps(struct vt_arrival *a, struct making *k, const vt_id *known,
    struct vt_err *reterr)
{
	struct vt_step *read = &k->steps[k->n++];
	int rc;

	rc = vt_arrival_read(a, VT_CONSIGN_ARRIVED, read, reterr);
	if (rc != VT_OK)
		return rc;
	read->u.consign_read.about = k->effect.hash;
	read->u.consign_read.itself = k->effect.itself;
	read->u.consign_read.note = vt_buf_str(&k->effect.note);
	if (known != NULL)
		read->u.consign_read.paper = *known;
	vt_buf_reset(&k->telling);
	rc = vt_arrival_tell(
	    a, VT_STATUS_ARRIVED, "", &k->telling, &k->steps[k->n++], reterr);
	if (rc != VT_OK)
		return rc;
	return vt_effect_steps(a, &k->effect, k->steps, &k->n, reterr);
}

/* ---- is it the same? ---- */

static bool
same(const char *x, const char *y)
{
	return vt_edxml_same_text(x == NULL ? "" : x, y == NULL ? "" : y);
}

static bool
same_day(const struct vt_edxml_day *x, const struct vt_edxml_day *y)
{
	return x->year == y->year && x->month == y->month && x->day == y->day;
}

/* What the header says of the document itself: not who carried it when, nor
 * what it asks for. */
static const char *
other_header(
    const struct vt_edxml_document *x, const struct vt_edxml_document *y)
{
	if (!same(x->subject, y->subject))
		return "Subject";
	if (!same(x->code_number, y->code_number) ||
	    !same(x->code_notation, y->code_notation))
		return "Code";
	if (!same_day(&x->promulgated, &y->promulgated))
		return "PromulgationDate";
	if (!same(x->type_name, y->type_name))
		return "DocumentTypeName";
	if (!same(x->content, y->content))
		return "Content";
	if (!same(x->signer_name, y->signer_name))
		return "SignerInfo/FullName";
	return same_day(&x->due, &y->due) ? NULL : "DueDate";
}

static size_t
count_files(const struct vt_edxml_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_attachments; i++)
		n += d->attachments[i].present && d->attachments[i].size > 0;
	return n;
}

/* Has the paper each of these files, in whichever version? */
static int
has_files(struct vt_view *v, const struct making *k, const vt_id *paper,
    bool *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_version w;
	int rc = VT_OK;

	for (size_t i = 0; i < k->n_files && rc == VT_OK; i++)
		rc = vt_version_by_hash(v, paper, &k->files[i].hash, &w, &err);
	*ret = rc == VT_OK;
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* In what it differs from what brought a paper; NULL: in nothing. Of a header
 * that was too long to be kept only what the list shows is known. */
static int
differs(struct vt_arrival *a, const struct making *k, struct vt_view *v,
    const struct vt_consignment *c, const char **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_document *d = &a->x->document;
	const struct vt_step *read = &k->steps[1];
	bool files = true;
	int rc;

	*ret = NULL;
	if (vt_hash_eq(&c->packet, &a->packet))
		return VT_OK;
	if ((c->findings.n > 0 &&
		(rc = vt_edxml_get(c->findings, &x, reterr)) != VT_OK) ||
	    (rc = has_files(v, k, &c->paper, &files, reterr)) != VT_OK)
		return rc;
	if (x != NULL && x->document.document_id != NULL) {
		files = files && count_files(&x->document) == count_files(d);
		*ret = other_header(&x->document, d);
	} else if (!same(c->subject, read->u.consign_read.subject)) {
		*ret = "Subject";
	} else if (!same(c->code, read->u.consign_read.code)) {
		*ret = "Code";
	}
	if (!files)
		*ret = "its files";
	return VT_OK;
}

#define STANDING_PAGE 8
#define STANDING_MAX  64 /* of one document, the newest */

static bool
may_stand(struct vt_view *v, const struct vt_consignment *c)
{
	struct vt_paper p;

	return c->kind == VT_CONSIGN_EDOC && c->itself == 0 &&
	       (c->state == VT_CONSIGN_ARRIVED ||
		   c->state == VT_CONSIGN_APPLIED ||
		   c->state == VT_CONSIGN_REFUSED) &&
	       !vt_id_is_zero(&c->paper) &&
	       vt_paper_get(v, &c->paper, &p, NULL) == VT_OK &&
	       p.state != VT_PAPER_REFUSED && p.state != VT_PAPER_TAKEN_BACK;
}

/* Of a document that a person took more than once each paper stands: is it one
 * of them? Then it is *known. */
static int
find_same(struct vt_arrival *a, const struct making *k, struct vt_view *v,
    bool *ret_is, vt_id *known, struct vt_err *reterr)
{
	const struct vt_step *read = &k->steps[1];
	struct vt_document_of doc = { .from_code =
					  read->u.consign_read.from_code,
		.document_id = read->u.consign_read.document_id };
	struct vt_consignment c[STANDING_PAGE];
	const char *what = NULL;
	size_t n = STANDING_PAGE;
	int rc = VT_OK;

	*ret_is = false;
	for (size_t seen = 0; n == STANDING_PAGE && seen < STANDING_MAX;
	     seen += n) {
		rc = vt_consign_by_document(
		    v, a->agency_no, &doc, c, STANDING_PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			doc.before = c[i].seq;
			if (!may_stand(v, &c[i]))
				continue;
			rc = differs(a, k, v, &c[i], &what, reterr);
			if (rc != VT_OK || what != NULL)
				continue;
			*known = c[i].paper;
			*ret_is = true;
			return VT_OK;
		}
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/*
 * A paper of this DocumentId is here, *known (was: what brought it). Senders
 * mend a document and keep its id: what is not the same is never answered as if
 * it were, a person looks at it. VT_E_OTHER_CONTENT.
 */
static int
compare(struct vt_arrival *a, const struct making *k, const vt_id *was,
    vt_id *known, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_edxml_document *d = &a->x->document;
	struct vt_consignment c;
	const char *what;
	bool is;
	int rc;

	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_get(v, was, &c, reterr)) != VT_OK ||
	    (rc = differs(a, k, v, &c, &what, reterr)) != VT_OK || what == NULL)
		return rc;
	rc = find_same(a, k, v, &is, known, reterr);
	if (rc != VT_OK || is)
		return rc;
	a->other = *known;
	return vt_err_set(reterr, VT_E_OTHER_CONTENT,
	    "packet: DocumentId \"%.100s\" is that of a paper that is here: "
	    "QCVN 102: one id, one document: it differs in %s",
	    d->document_id == NULL ? "" : d->document_id, what);
}

/* The paper that it brings is here already, and now ends another one. */
static int
join(struct vt_arrival *a, struct making *k, const vt_id *known,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	k->n = 0;
	if ((rc = common_steps(a, k, known, reterr)) != VT_OK)
		return rc;
	rc = vt_arrival_act(a, NULL, k->steps, k->n, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_E_EXISTS)
		return vt_arrival_duplicate(a, known,
		    "văn bản này đã đến bằng đường khác", true, reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
paper_act(struct vt_arrival *a, struct making *k, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	vt_id known;
	int rc;

	if ((rc = common_steps(a, k, NULL, reterr)) != VT_OK)
		return rc;
	k->steps[1].u.consign_read.again = !vt_id_is_zero(&a->other);
	vt_look_later(&k->id, 1, &k->look, &k->steps[k->n++]);
	if ((rc = note_stranger(a, &k->meta, &k->stranger, k->steps, &k->n,
		 reterr)) != VT_OK ||
	    (rc = vt_buf_status(&k->look, reterr)) != VT_OK)
		return rc;
	rc = vt_arrival_act(a, NULL, k->steps, k->n, &res, &err);
	known = res.paper;
	if (rc == VT_E_EXISTS &&
	    compare(a, k, &res.consignment, &known, &err) != VT_OK)
		rc = err.code;
	vt_act_result_free(&res);
	if (rc == VT_E_EXISTS && k->effect.ask == 0)
		return vt_arrival_duplicate(a, &known,
		    "văn bản này đã đến bằng đường khác", true, reterr);
	if (rc == VT_E_EXISTS)
		return join(a, k, &known, reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	if (rc != VT_OK)
		return rc;
	/* what asked for it before it came; if a crash comes between, the ask's
	 * own work finds it */
	if (vt_ask_settle_paper(a->o, a->agency_no, &k->id, &err) != VT_OK)
		vt_log_err("office.ask", &err);
	return VT_OK;
}

static int
make_paper(struct vt_arrival *a, struct making *k, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_effect_read(a, &k->effect, reterr)) != VT_OK ||
	    (rc = make_meta(a, &k->meta, reterr)) != VT_OK ||
	    (rc = upload_files(a, k->files, &k->n_files, reterr)) != VT_OK)
		return rc;
	k->id = vt_id_new(a->o->o.ctx);
	k->n = 1;
	k->steps[0].kind = VT_STEP_REGISTER;
	k->steps[0].u.reg.id = k->id;
	k->steps[0].u.reg.direction = VT_DIR_IN;
	k->steps[0].u.reg.meta = &k->meta;
	k->steps[0].u.reg.files = k->files;
	k->steps[0].u.reg.n_files = k->n_files;
	k->steps[0].u.reg.reason = VT_VERSION_RECEIVED;
	k->steps[0].u.reg.consignment = a->id;
	return paper_act(a, k, reterr);
}

int
vt_arrive_paper(struct vt_arrival *a, struct vt_err *reterr)
{
	struct making *k;
	int rc;

	if (vt_edxml_refusal(a->x) != NULL)
		return refuse(a, reterr);
	if ((k = vt_arena_alloc(a->arena, sizeof(*k))) == NULL)
		return vt_arena_err(a->arena, reterr);
	rc = make_paper(a, k, reterr);
	vt_effect_free(&k->effect);
	vt_buf_free(&k->stranger.value);
	vt_buf_free(&k->telling);
	vt_buf_free(&k->look);
	return rc;
}
