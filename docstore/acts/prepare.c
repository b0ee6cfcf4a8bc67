/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first half of an act, on any thread: forms and lengths checked, text
 * cleaned (NFC), ids and salts drawn, appended bytes compared. Nothing here
 * depends on the state that the second half may find changed.
 */
#include <stdlib.h>

#include "base/text.h"
#include "docstore/epoch.h"
#include "docstore/migrate/migrated.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

int
vt_prep_invalid(struct vt_err *reterr, const char *why)
{
	return vt_err_set(reterr, VT_E_INVALID, "act: %s", why);
}

/* *s becomes clean text in the arena; NULL becomes "". */
int
vt_prep_text(struct vt_act_op *a, const char **s, size_t max, const char *what,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	const char *p;
	int rc;

	if (*s == NULL || **s == '\0') {
		*s = "";
		return VT_OK;
	}
	rc = vt_text_clean(vt_span_str(*s), max, what, &b, reterr);
	if (rc != VT_OK)
		return rc;
	if ((p = vt_arena_strdup(a->arena, vt_buf_str(&b))) == NULL)
		return vt_nomem(reterr);
	*s = p;
	return VT_OK;
}

int
vt_prep_need(const char *s, const char *what, struct vt_err *reterr)
{
	if (*s != '\0')
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID, "act: %s is missing", what);
}

static int
clean_recipients(struct vt_act_op *a, const struct vt_recipient **list,
    size_t n, struct vt_err *reterr)
{
	struct vt_recipient *to;
	int rc;

	if (n > VT_L(ADDRESSEES_MAX))
		return vt_prep_invalid(reterr, "more than 2000 addressees");
	if (n == 0) {
		*list = NULL;
		return VT_OK;
	}
	if ((to = vt_arena_array(a->arena, n, sizeof(*to))) == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < n; i++) {
		to[i] = (*list)[i];
		if ((rc = vt_prep_text(a, &to[i].code, VT_L(AGENCY_CODE_MAX),
			 "addressee code", reterr)) != VT_OK ||
		    (rc = vt_prep_text(a, &to[i].name, VT_L(NAME_MAX),
			 "addressee name", reterr)) != VT_OK)
			return rc;
	}
	*list = to;
	return VT_OK;
}

static int
clean_facts(struct vt_act_op *a, struct vt_meta *m, struct vt_err *reterr)
{
	struct vt_key_fact *f;
	int rc;

	if (m->n_facts > VT_L(KEY_FACTS_MAX))
		return vt_prep_invalid(reterr, "more than 64 facts");
	if (m->n_facts == 0) {
		m->facts = NULL;
		return VT_OK;
	}
	if ((f = vt_arena_array(a->arena, m->n_facts, sizeof(*f))) == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < m->n_facts; i++) {
		f[i] = m->facts[i];
		if ((rc = vt_prep_text(a, &f[i].label, VT_L(KEY_FACT_MAX),
			 "fact label", reterr)) != VT_OK ||
		    (rc = vt_prep_text(a, &f[i].value, VT_L(KEY_FACT_MAX),
			 "fact value", reterr)) != VT_OK)
			return rc;
	}
	m->facts = f;
	return VT_OK;
}

static int
clean_lines(struct vt_act_op *a, const char *const **list, size_t n, size_t max,
    const char *what, struct vt_err *reterr)
{
	const char **lines;
	int rc;

	if (n > VT_L(META_LIST_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: %zu, allowed are %zu (META_LIST_MAX)", what, n,
		    VT_L(META_LIST_MAX));
	if (n == 0) {
		*list = NULL;
		return VT_OK;
	}
	if ((lines = vt_arena_array(a->arena, n, sizeof(*lines))) == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < n; i++) {
		lines[i] = (*list)[i];
		if ((rc = vt_prep_text(a, &lines[i], max, what, reterr)) !=
		    VT_OK)
			return rc;
	}
	*list = lines;
	return VT_OK;
}

static int
clean_answers(struct vt_act_op *a, struct vt_meta *m, struct vt_err *reterr)
{
	struct vt_answered *x;
	int rc;

	if (m->n_answers > VT_L(META_LIST_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "answers: %zu, allowed are %zu (META_LIST_MAX)",
		    m->n_answers, VT_L(META_LIST_MAX));
	if (m->n_answers == 0) {
		m->answers = NULL;
		return VT_OK;
	}
	x = vt_arena_array(a->arena, m->n_answers, sizeof(*x));
	if (x == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < m->n_answers; i++) {
		x[i] = m->answers[i];
		if ((rc = vt_prep_text(a, &x[i].agency_code,
			 VT_L(AGENCY_CODE_MAX), "agency answered", reterr)) !=
			VT_OK ||
		    (rc = vt_prep_text(a, &x[i].code, VT_META_CODE_MAX,
			 "code answered", reterr)) != VT_OK ||
		    (rc = vt_prep_text(a, &x[i].issued_on, 10, "day answered",
			 reterr)) != VT_OK ||
		    (rc = vt_prep_text(a, &x[i].document_id,
			 VT_META_DOCUMENT_ID_MAX, "document answered",
			 reterr)) != VT_OK)
			return rc;
	}
	m->answers = x;
	return VT_OK;
}

/* What QCVN 102 has besides. */
static int
clean_more(struct vt_act_op *a, struct vt_meta *m, struct vt_err *reterr)
{
	int rc;

#define CLEAN_TEXT(member, max)                                                \
	if ((rc = vt_prep_text(a, &m->member, (max), #member, reterr)) !=      \
	    VT_OK)                                                             \
		return rc;
#define CLEAN_U32(member, max)                                                 \
	if (m->member > (max))                                                 \
		return vt_prep_invalid(reterr, #member " is over " #max);
#define VT_META_MORE(no, KIND, member, max) CLEAN_##KIND(member, max)
#include "docstore/meta_more.def"
#undef VT_META_MORE
#undef CLEAN_TEXT
#undef CLEAN_U32
	if ((rc = clean_lines(a, &m->appendixes, m->n_appendixes,
		 VT_META_APPENDIX_MAX, "appendixes", reterr)) != VT_OK ||
	    (rc = clean_lines(a, &m->tasks, m->n_tasks, VT_META_TASK_MAX,
		 "tasks", reterr)) != VT_OK)
		return rc;
	return clean_answers(a, m, reterr);
}

static int
clean_meta(struct vt_act_op *a, const struct vt_meta *in, struct vt_srec *r,
    struct vt_err *reterr)
{
	struct vt_meta m;
	int rc;

	if (in == NULL)
		return vt_prep_invalid(reterr, "the metadata is missing");
	m = *in;
	if (m.secrecy != 0)
		return vt_err_set(reterr, VT_E_SECRECY_REFUSED,
		    "paper: secrecy level %u; only 0 is accepted", m.secrecy);
	if (m.urgency > 4)
		return vt_prep_invalid(reterr, "urgency is not 0 to 4");
	if (m.holder_check.n > 256)
		return vt_prep_invalid(reterr, "holder check over 256 bytes");
#define VT_META_TEXT(no, member, max)                                          \
	if ((rc = vt_prep_text(a, &m.member, (max), #member, reterr)) !=       \
	    VT_OK)                                                             \
		return rc;
#include "docstore/meta.def"
#undef VT_META_TEXT
	if ((rc = vt_prep_text(
		 a, &m.reply_to, VT_ID_TEXT, "reply_to", reterr)) != VT_OK)
		return rc;
	if ((rc = clean_recipients(a, &m.recipients, m.n_recipients, reterr)) !=
		VT_OK ||
	    (rc = clean_facts(a, &m, reterr)) != VT_OK ||
	    (rc = clean_more(a, &m, reterr)) != VT_OK)
		return rc;
	r->meta = m;
	r->has_meta = true;
	return VT_OK;
}

int
vt_prep_file(struct vt_act_op *a, const struct vt_file *f,
    struct vt_srec_file *ret, struct vt_err *reterr)
{
	int rc;

	if (vt_id_is_zero(&f->upload))
		return vt_prep_invalid(reterr, "a file names no upload");
	*ret = (struct vt_srec_file){
		.name = f->name, .media_type = f->media_type, .hash = f->hash
	};
	if ((rc = vt_prep_text(a, &ret->name, VT_L(NAME_MAX), "file name",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_text(
		 a, &ret->media_type, 127, "media type", reterr)) != VT_OK)
		return rc;
	return VT_OK;
}

static int
prepare_register(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	if (st->u.reg.direction < VT_DIR_OUT ||
	    st->u.reg.direction > VT_DIR_RESULT)
		return vt_prep_invalid(reterr, "unknown direction");
	if (st->u.reg.n_files < 1 || st->u.reg.n_files > VT_L(PAPER_PARTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "paper: %zu parts, allowed are 1 to %zu (PAPER_PARTS_MAX)",
		    st->u.reg.n_files, VT_L(PAPER_PARTS_MAX));
	a->paper_id = st->u.reg.id;
	r->direction = st->u.reg.direction;
	r->reason =
	    st->u.reg.reason == 0 ? VT_VERSION_RECEIVED : st->u.reg.reason;
	r->series = st->u.reg.arrival_series;
	r->consignment = st->u.reg.consignment;
	if (st->u.reg.arrival_value != 0) {
		r->held = VT_HOLD_OUTAGE;
		r->value = st->u.reg.arrival_value;
		r->stated = st->u.reg.arrival_stated;
		if (r->direction != VT_DIR_IN ||
		    st->u.reg.arrival_series == NULL || r->stated <= 0)
			return vt_prep_invalid(reterr,
			    "an arrival number that was given by hand has its "
			    "series, and when");
	}
	r->n_files = p->n_files = st->u.reg.n_files;
	p->files = st->u.reg.files;
	r->files = vt_arena_array(a->arena, r->n_files, sizeof(*r->files));
	if (r->files == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < r->n_files; i++)
		if ((rc = vt_prep_file(
			 a, &p->files[i], &r->files[i], reterr)) != VT_OK)
			return rc;
	if ((rc = vt_prep_text(a, &r->series, 40, "series", reterr)) != VT_OK)
		return rc;
	if (r->direction != VT_DIR_IN && *r->series != '\0')
		return vt_prep_invalid(reterr,
		    "only an incoming paper has an arrival "
		    "number");
	if (r->direction != VT_DIR_IN && !vt_id_is_zero(&r->consignment))
		return vt_prep_invalid(reterr, "only an incoming paper is made "
					       "of a consignment");
	return clean_meta(a, st->u.reg.meta, r, reterr);
}

static int
prepare_version(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	struct vt_srec_file f = { 0 };
	int rc;

	if (st->u.version.reason < VT_VERSION_EDITED ||
	    st->u.version.reason > VT_VERSION_RENDERED)
		return vt_prep_invalid(reterr, "unknown reason of a version");
	p->files = &st->u.version.file;
	p->n_files = 1;
	if ((rc = vt_prep_file(a, p->files, &f, reterr)) != VT_OK)
		return rc;
	r->part = st->u.version.part == 0 ? 1 : st->u.version.part;
	r->reason = st->u.version.reason;
	r->main = f.hash;
	r->parent = st->u.version.expect;
	r->name = f.name;
	r->media_type = f.media_type;
	if (!vt_version_reason_appends(st->u.version.reason))
		return VT_OK;
	rc = vt_blob_extends(
	    a->store, &r->parent, &r->main, &p->extends, reterr);
	/* Not stored: apply will say what is wrong with which of them. */
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
prepare_sign(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	if (st->kind == VT_STEP_SIGN) {
		if (st->u.sign.kind != VT_SIGN_INITIALS &&
		    st->u.sign.kind != VT_SIGN_COMPETENT)
			return vt_prep_invalid(
			    reterr, "unknown kind of signature");
		if (vt_id_is_zero(&st->u.sign.signer))
			return vt_prep_invalid(
			    reterr, "a signature names its signer");
		r->sub = st->u.sign.kind;
		r->who = st->u.sign.signer;
		r->main = st->u.sign.main;
		r->field = st->u.sign.field;
		r->cert = st->u.sign.cert;
		r->at = st->u.sign.signing_time;
		r->level = st->u.sign.level;
	} else {
		r->main = st->u.seal.main;
		r->field = st->u.seal.field;
		r->cert = st->u.seal.cert;
		r->at = st->u.seal.signing_time;
		r->level = st->u.seal.level;
	}
	if ((rc = vt_prep_text(a, &r->field, 200, "field", reterr)) != VT_OK)
		return rc;
	return vt_prep_text(a, &r->level, 20, "level", reterr);
}

static int
prepare_dispatch(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_recipient *to = st->u.dispatch.to;
	int rc;

	if (st->u.dispatch.n_to == 0)
		return vt_prep_invalid(
		    reterr, "a dispatch without an addressee");
	rc = clean_recipients(a, &to, st->u.dispatch.n_to, reterr);
	if (rc != VT_OK)
		return rc;
	r->about = st->u.dispatch.about;
	r->staff = st->u.dispatch.staff;
	r->unit = st->u.dispatch.unit;
	if ((rc = vt_prep_text(
		 a, &r->staff, VT_L(NAME_MAX), "staff", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->unit, VT_L(NAME_MAX), "unit", reterr)) !=
		VT_OK)
		return rc;
	r->n_to = st->u.dispatch.n_to;
	r->to = vt_arena_array(a->arena, r->n_to, sizeof(*r->to));
	if (r->to == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < r->n_to; i++) {
		r->to[i] = (struct vt_srec_to){ .to = to[i],
			.way = { 0, 0, "" },
			.id = vt_id_new(a->store->ctx) };
		if (st->u.dispatch.ways != NULL &&
		    (rc = vt_way_prepare(a, &to[i], &st->u.dispatch.ways[i],
			 &r->to[i].way, reterr)) != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
prepare_code(struct vt_act_op *a, const char *code, struct vt_srec *r,
    struct vt_err *reterr)
{
	static const char ok[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
	size_t n = code == NULL ? 0 : strlen(code);

	if (n < 4 || n > 40 || strspn(code, ok) != n)
		return vt_prep_invalid(reterr,
		    "a public code is 4 to 40 characters of "
		    "0-9 A-Z -");
	r->code = vt_arena_strdup(a->arena, code);
	return r->code == NULL ? vt_nomem(reterr) : VT_OK;
}

static int
prepare_delivered(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr)
{
	int rc;

	r->object = st->u.delivered.delivery;
	r->sub = st->u.delivered.state;
	r->note = st->u.delivered.note;
	r->blob = st->u.delivered.receipt;
	r->transport = st->u.delivered.transport;
	r->external = st->u.delivered.external;
	r->attempts = st->u.delivered.attempts;
	if (st->u.delivered.sent_at != 0)
		r->sent = st->u.delivered.sent_at;
	if (st->u.delivered.stored_at != 0)
		r->stored = st->u.delivered.stored_at;
	if ((r->sub < VT_DELIVERY_ARRIVED || r->sub > VT_DELIVERY_PRINT) &&
	    r->sub != VT_DELIVERY_SENT)
		return vt_prep_invalid(reterr, "not a state to report");
	if (r->blob.n > VT_RECEIPT_MAX)
		return vt_prep_invalid(reterr, "a receipt over 64 KiB");
	if (r->transport > VT_TRANSPORT_HOSTED)
		return vt_prep_invalid(reterr, "unknown transport");
	if ((rc = vt_prep_text(a, &r->external, 200, "external id", reterr)) !=
	    VT_OK)
		return rc;
	return vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
}

/* SUBMIT, APPROVE and RETURN have three members of one shape. */
static int
prepare_agree(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	r->main = st->u.submit.main;
	r->note = st->u.submit.note;
	r->manifest = st->u.submit.manifest;
	p->whole = st->u.submit.whole;
	rc = vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
	return rc == VT_OK && st->kind == VT_STEP_RETURN
		   ? vt_prep_need(r->note, "the reason", reterr)
		   : rc;
}

static int
prepare_number(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->series = st->u.number.series;
	r->notation = st->u.number.notation;
	r->value = st->u.number.value;
	r->held = st->u.number.held;
	if (r->held == VT_HOLD_OUTAGE)
		r->stated = st->u.number.stated;
	if (r->held > VT_HOLD_OUTAGE || (r->held != 0 && r->value == 0) ||
	    (r->held == VT_HOLD_OUTAGE && r->stated <= 0))
		return vt_prep_invalid(reterr,
		    "a held number is named, and with the date on the paper "
		    "when it was given by hand");
	if ((rc = vt_prep_text(a, &r->series, 40, "series", reterr)) != VT_OK)
		return rc;
	if (r->notation != NULL) /* NULL: of the metadata, later */
		rc = vt_prep_text(a, &r->notation, 80, "notation", reterr);
	return rc == VT_OK ? vt_prep_need(r->series, "the series", reterr) : rc;
}

/* Steps of a paper. */
static int
prepare_paper(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;

	switch (st->kind) {
	case VT_STEP_REGISTER:
		return prepare_register(a, st, p, reterr);
	case VT_STEP_META:
		return clean_meta(a, st->u.meta.meta, r, reterr);
	case VT_STEP_VERSION:
		return prepare_version(a, st, p, reterr);
	case VT_STEP_SUBMIT:
	case VT_STEP_APPROVE:
	case VT_STEP_RETURN:
		return prepare_agree(a, st, p, reterr);
	case VT_STEP_NUMBER:
		return prepare_number(a, st, r, reterr);
	case VT_STEP_SIGN:
	case VT_STEP_SEAL:
		p->whole = st->kind == VT_STEP_SIGN ? st->u.sign.whole
						    : st->u.seal.whole;
		return prepare_sign(a, st, r, reterr);
	case VT_STEP_ISSUE:
		r->note = st->u.issue.note;
		r->manifest = st->u.issue.manifest;
		p->whole = st->u.issue.whole;
		return vt_prep_text(
		    a, &r->note, VT_L(NOTE_MAX), "note", reterr);
	case VT_STEP_DISPATCH:
		return prepare_dispatch(a, st, r, reterr);
	case VT_STEP_RECEIVE:
		r->object = st->u.receive.delivery;
		r->series = st->u.receive.series;
		r->direction = VT_DIR_IN;
		r->reason = VT_VERSION_RECEIVED;
		return vt_prep_text(a, &r->series, 40, "series", reterr);
	case VT_STEP_DELIVERED:
		return prepare_delivered(a, st, r, reterr);
	case VT_STEP_CODE:
		return prepare_code(a, st->u.code.code, r, reterr);
	case VT_STEP_COPY:
	case VT_STEP_LINK:
		return vt_link_prepare(a, st, r, reterr);
	case VT_STEP_JOIN:
		return vt_join_prepare(a, st, r, reterr);
	case VT_STEP_HANDED:
		return vt_handed_prepare(a, st, r, reterr);
	case VT_STEP_RENDITION:
		return vt_rendition_prepare(a, st, p, reterr);
	case VT_STEP_PROBLEM:
		r->part = st->u.problem.part == 0 ? 1 : st->u.problem.part;
		r->note = st->u.problem.note;
		return vt_prep_text(
		    a, &r->note, VT_L(NOTE_MAX), "note", reterr);
	case VT_STEP_FREEZE:
		return vt_prep_course(a, st, p, reterr);
	default:
		return st->kind >= VT_STEP_CHECK
			   ? vt_prep_course(a, st, p, reterr)
			   : vt_prep_exchange(a, st, p, reterr);
	}
}

static int
prepare_certs(const struct vt_span *certs, size_t n, struct vt_err *reterr)
{
	if (n > VT_L(CERTS_MAX))
		return vt_prep_invalid(reterr, "more than 16 certificates");
	for (size_t i = 0; i < n; i++)
		if (certs[i].n == 0 || certs[i].n > VT_L(CERT_MAX))
			return vt_prep_invalid(reterr,
			    "a certificate of 0 or more "
			    "than 16384 bytes");
	return VT_OK;
}

static int
prepare_name(
    struct vt_act_op *a, struct vt_agency_name *n, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_prep_text(a, &n->code, VT_L(AGENCY_CODE_MAX),
		 "agency code", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &n->name, VT_L(NAME_MAX), "agency name",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &n->short_name, 40, "short name", reterr)) !=
		VT_OK ||
	    (rc = vt_prep_text(a, &n->place, 100, "place", reterr)) != VT_OK ||
	    (rc = vt_prep_need(n->code, "the agency code", reterr)) != VT_OK)
		return rc;
	return vt_prep_need(n->name, "the agency name", reterr);
}

static int
prepare_agency(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_agency *x = &p->agency;
	const struct vt_log_key *key;
	VT_BUF_AUTO(origin);
	int rc;

	if (a->act->n_steps != 1 || a->act->agency_no != 0)
		return vt_prep_invalid(reterr,
		    "a new agency is alone in its act, with agency number 0");
	x->now = st->u.agency.name;
	x->certs = st->u.agency.certs;
	x->n_certs = st->u.agency.n_certs;
	x->key_ref = st->u.agency.key_ref;
	if ((rc = prepare_name(a, &x->now, reterr)) != VT_OK ||
	    (rc = prepare_certs(x->certs, x->n_certs, reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &x->key_ref, 500, "key reference", reterr)) !=
		VT_OK)
		return rc;
	x->id = vt_id_new(a->store->ctx);
	if ((rc = vt_origin_new(a->store, &origin, reterr)) != VT_OK)
		return rc;
	x->origin = vt_arena_strdup(a->arena, vt_buf_str(&origin));
	if (x->origin == NULL)
		return vt_nomem(reterr);
	/* The key is on disk before the act that makes it needed. */
	if ((rc = vt_log_key_create(a->store, &x->id, reterr)) != VT_OK)
		return rc;
	a->new_log_key = true;
	if ((rc = vt_log_key_get(a->store, &x->id, &key, reterr)) != VT_OK)
		return rc;
	memcpy(x->log_key, key->pub, sizeof(x->log_key));
	return VT_OK;
}

static int
prepare_posts(struct vt_act_op *a, struct vt_person *x, struct vt_err *reterr)
{
	struct vt_post *posts;
	int rc;

	if (x->n_posts == 0)
		return VT_OK;
	if (x->n_posts > VT_L(POSTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "person: %zu posts, allowed are %zu (POSTS_MAX)",
		    x->n_posts, VT_L(POSTS_MAX));
	posts = vt_arena_array(a->arena, x->n_posts, sizeof(*posts));
	if (posts == NULL)
		return vt_nomem(reterr);
	memcpy(posts, x->posts, x->n_posts * sizeof(*posts));
	for (size_t i = 0; i < x->n_posts; i++)
		if ((rc = vt_prep_text(a, &posts[i].position, VT_L(NAME_MAX),
			 "position", reterr)) != VT_OK ||
		    (rc = vt_prep_text(a, &posts[i].unit, VT_L(NAME_MAX),
			 "unit", reterr)) != VT_OK)
			return rc;
	x->posts = posts;
	return VT_OK;
}

static int
prepare_person(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_person *x = &p->person;
	int rc;

	*x = st->u.person;
	if (x->n_tokens > VT_L(TOKENS_MAX))
		return vt_prep_invalid(reterr, "more than 16 tokens");
	if ((rc = vt_prep_text(a, &x->name, VT_L(NAME_MAX), "name", reterr)) !=
		VT_OK ||
	    (rc = vt_prep_text(a, &x->position, VT_L(NAME_MAX), "position",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &x->unit, VT_L(NAME_MAX), "unit", reterr)) !=
		VT_OK ||
	    (rc = vt_prep_text(a, &x->key_ref, 500, "key reference", reterr)) !=
		VT_OK ||
	    (rc = prepare_certs(x->certs, x->n_certs, reterr)) != VT_OK ||
	    (rc = prepare_certs(x->waiting, x->n_waiting, reterr)) != VT_OK ||
	    (rc = vt_prep_text(
		 a, &x->email, VT_L(CONTACT_MAX), "e-mail", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &x->phone, VT_L(CONTACT_MAX), "telephone",
		 reterr)) != VT_OK ||
	    (rc = prepare_posts(a, x, reterr)) != VT_OK ||
	    (rc = vt_prep_need(x->name, "the name", reterr)) != VT_OK)
		return rc;
	if (vt_id_is_zero(&x->id))
		x->id = vt_id_new(a->store->ctx);
	p->r.who = x->id;
	return VT_OK;
}

/* Steps of the house and of work. */
static int
prepare_house(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	int rc;

	switch (st->kind) {
	case VT_STEP_AGENCY:
		return prepare_agency(a, st, p, reterr);
	case VT_STEP_AGENCY_NAME:
		p->agency.now = st->u.agency_name.name;
		return prepare_name(a, &p->agency.now, reterr);
	case VT_STEP_EPOCH:
		return vt_epoch_prepare(a, st, p, reterr);
	case VT_STEP_RESUME:
		return vt_resume_prepare(a, st, p, reterr);
	case VT_STEP_MIGRATED:
		return vt_migrated_prepare(a, st, p, reterr);
	case VT_STEP_AGENCY_MERGE:
		p->agency.successor = st->u.agency_merge.successor;
		return VT_OK;
	case VT_STEP_AGENCY_KEYS:
		p->agency.certs = st->u.agency_keys.certs;
		p->agency.n_certs = st->u.agency_keys.n_certs;
		p->agency.key_ref = st->u.agency_keys.key_ref;
		rc = prepare_certs(p->agency.certs, p->agency.n_certs, reterr);
		if (rc != VT_OK)
			return rc;
		return vt_prep_text(
		    a, &p->agency.key_ref, 500, "key reference", reterr);
	case VT_STEP_PERSON:
		return prepare_person(a, st, p, reterr);
	case VT_STEP_SERIES:
		return vt_prep_series(a, st, p, reterr);
	case VT_STEP_TERM:
	case VT_STEP_RESERVE:
	case VT_STEP_CANCEL_NUMBER:
	case VT_STEP_OUTAGE:
	case VT_STEP_BOOK_CLOSE:
	case VT_STEP_LOST:
		return vt_prep_numbers(a, st, p, reterr);
	case VT_STEP_WORK:
		p->r.sub = st->u.work.kind;
		p->r.object = st->u.work.subject;
		p->r.at = st->u.work.due == 0 ? VT_TIME_NONE : st->u.work.due;
		p->r.blob = st->u.work.payload;
		if (p->r.sub < VT_WORK_DELIVERY || p->r.sub >= VT_WORK__MAX)
			return vt_prep_invalid(reterr, "unknown kind of work");
		if (p->r.blob.n > VT_L(KEEP_MAX))
			return vt_prep_invalid(reterr, "a payload over 64 KiB");
		return VT_OK;
	case VT_STEP_WORK_DONE:
		p->r.work = st->u.work_done.work;
		p->lease = st->u.work_done.lease;
		return VT_OK;
	case VT_STEP_LETTER:
		return vt_letter_prepare(st, p, reterr);
	default:
		return vt_prep_invalid(reterr, "unknown step");
	}
}

static int
prepare_act(struct vt_act_op *a, struct vt_err *reterr)
{
	const struct vt_act *act = a->act;
	size_t n = act->key == NULL ? 0 : strlen(act->key);

	if (act->n_steps == 0 || act->n_steps > VT_ACT_STEPS_MAX)
		return vt_prep_invalid(
		    reterr, "it has no step, or more than 16");
	if (act->keep.n > VT_L(KEEP_MAX))
		return vt_prep_invalid(reterr, "more than 64 KiB to keep");
	if (act->key != NULL) {
		if (n == 0 || n > VT_L(IDEMPOTENCY_KEY_MAX))
			return vt_err_set(reterr, VT_E_LIMIT,
			    "idempotency key: %zu characters, allowed are 1 to "
			    "%zu (IDEMPOTENCY_KEY_MAX)",
			    n, VT_L(IDEMPOTENCY_KEY_MAX));
		a->key = vt_sha256(VT_SPAN(act->key, n));
	}
	a->act_id = vt_id_new(a->store->ctx);
	vt_random(a->store->ctx, a->salt, sizeof(a->salt));
	vt_random(a->store->ctx, a->record_salt, sizeof(a->record_salt));
	return VT_OK;
}

static bool
tokens_meet(const struct vt_person *x, const struct vt_person *y)
{
	for (size_t i = 0; i < x->n_tokens; i++)
		for (size_t j = 0; j < y->n_tokens; j++)
			if (vt_hash_eq(&x->tokens[i], &y->tokens[j]))
				return true;
	return false;
}

/* Do two steps of the house change the same row? Each is decided on the rows
 * as they were before the act. */
static bool
house_meets(const struct vt_prep *x, const struct vt_prep *y)
{
	switch (x->r.kind) {
	case VT_STEP_AGENCY_NAME:
	case VT_STEP_AGENCY_KEYS:
	case VT_STEP_AGENCY_MERGE:
		return y->r.kind == VT_STEP_AGENCY_NAME ||
		       y->r.kind == VT_STEP_AGENCY_KEYS ||
		       y->r.kind == VT_STEP_AGENCY_MERGE;
	case VT_STEP_PERSON:
		return y->r.kind == VT_STEP_PERSON &&
		       (vt_id_eq(&x->person.id, &y->person.id) ||
			   tokens_meet(&x->person, &y->person));
	default:
		return vt_prep_series_meet(x, y);
	}
}

static int
steps_differ(const struct vt_act_op *a, struct vt_err *reterr)
{
	for (size_t i = 0; i < a->act->n_steps; i++)
		for (size_t j = i + 1; j < a->act->n_steps; j++)
			if (house_meets(&a->prep[i], &a->prep[j]))
				return vt_prep_invalid(
				    reterr, "two steps change the same row");
	return vt_prep_rows_differ(a, reterr);
}

static int
prepare_steps(struct vt_act_op *a, struct vt_err *reterr)
{
	int rc;

	a->prep = vt_arena_array(a->arena, a->act->n_steps, sizeof(*a->prep));
	if (a->prep == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < a->act->n_steps; i++) {
		const struct vt_step *st = &a->act->steps[i];
		struct vt_prep *p = &a->prep[i];

		vt_srec_clear(&p->r);
		p->r.kind = st->kind;
		if (st->kind == VT_STEP_DESTROY || st->kind == VT_STEP_ERASED)
			rc = vt_prep_destroy(a, st, p, reterr);
		else if (st->kind == VT_STEP_TEXT)
			rc = vt_pagetext_prepare(a, st, p, reterr);
		else if (vt_step_is_use(st->kind))
			rc = vt_prep_use(st, &p->r, reterr);
		else if (st->kind == VT_STEP_SECRET)
			rc = vt_prep_secret(a, st, p, reterr);
		else if (vt_step_is_of_paper(st->kind))
			rc = prepare_paper(a, st, p, reterr);
		else if (st->kind == VT_STEP_ENTRY ||
			 st->kind >= VT_STEP_CONSIGN)
			rc = vt_prep_exchange(a, st, p, reterr);
		else
			rc = prepare_house(a, st, p, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (vt_id_is_zero(&a->paper_id))
		a->paper_id = vt_id_new(a->store->ctx);
	return steps_differ(a, reterr);
}

/* Bytes a step writes beyond the usual, about. */
static size_t
weight_of(const struct vt_step *st)
{
	size_t n = 0;

	switch (st->kind) {
	case VT_STEP_DISPATCH:
		return 1024 * st->u.dispatch.n_to;
	case VT_STEP_ENTRY:
		for (size_t i = 0; i < st->u.entry.n; i++)
			n += 2 * st->u.entry.changes[i].value.n + 512;
		return n;
	case VT_STEP_CONSIGN_READ:
		return 2 * st->u.consign_read.findings.n;
	case VT_STEP_CONSIGN:
		return 2 * VT_L(CONSIGN_HEADERS_MAX);
	case VT_STEP_LOST:
		return VT_L(ACT_BYTES_MAX);
	case VT_STEP_DESTROY:
		return VT_L(ACT_BYTES_MAX); /* alone in its batch */
	default:
		return 0;
	}
}

int
vt_act_prepare(struct vt_store *s, const struct vt_act *act,
    struct vt_act_op *ret, struct vt_err *reterr)
{
	struct vt_act_op a = { .op = { .apply = vt_act_apply },
		.store = s,
		.act = act,
		.hint = VT_ACT_RESULT_INIT };
	int rc;

	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "act: the store was opened for reading");
	if ((a.arena = vt_arena_new(VT_ARENA_ACT)) == NULL)
		return vt_nomem(reterr);
	a.op.weight = 16384 + act->keep.n;
	for (size_t i = 0; i < act->n_steps && i < VT_ACT_STEPS_MAX; i++)
		a.op.weight += weight_of(&act->steps[i]);
	if ((rc = prepare_act(&a, reterr)) != VT_OK ||
	    (rc = prepare_steps(&a, reterr)) != VT_OK) {
		a.op.rc = rc;
		vt_act_unprepare(&a);
		return rc;
	}
	*ret = a;
	return VT_OK;
}

void
vt_act_unprepare(struct vt_act_op *a)
{
	if (a->new_log_key && a->op.rc != VT_OK &&
	    a->op.rc != VT_E_UNKNOWN_OUTCOME)
		vt_log_key_drop(a->store, &a->prep[0].agency.id);
	vt_buf_free(&a->facts);
	vt_buf_free(&a->body);
	vt_arena_free(a->arena);
	a->arena = NULL;
}

/* ---- appended bytes ---- */

static int
same_segments(struct vt_txn *t, const struct vt_blob_row *old,
    const struct vt_blob_row *blob, uint64_t full, bool *ret,
    struct vt_err *reterr)
{
	struct vt_span x, y;
	uint64_t left = full;
	size_t n;
	int rc;

	*ret = true;
	for (uint32_t seg = 0; left > 0 && *ret; seg++) {
		n = left < VT_SEGMENT_CHUNKS ? (size_t)left : VT_SEGMENT_CHUNKS;
		rc = vt_manifest_segment(t, old->manifest, seg, &x, reterr);
		if (rc == VT_OK)
			rc = vt_manifest_segment(
			    t, blob->manifest, seg, &y, reterr);
		if (rc != VT_OK)
			return rc;
		*ret = x.n >= n * VT_HASH_SIZE && y.n >= n * VT_HASH_SIZE &&
		       memcmp(x.p, y.p, n * VT_HASH_SIZE) == 0;
		left -= n;
	}
	return VT_OK;
}

int
vt_blob_extends(struct vt_store *s, const vt_hash *prefix, const vt_hash *blob,
    bool *ret, struct vt_err *reterr)
{
	struct vt_blob_row old, now;
	uint8_t *p = NULL;
	struct vt_txn *t;
	uint64_t full;
	size_t n, got;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = false;
	rc = vt_blob_get(t, prefix, &old, reterr);
	if (rc == VT_OK)
		rc = vt_blob_get(t, blob, &now, reterr);
	/* Equal plaintext has equal ids: whole chunks are compared by id. */
	if (rc == VT_OK && now.size > old.size)
		rc = same_segments(
		    t, &old, &now, old.size / VT_CHUNK_SIZE, ret, reterr);
	t->ops->abort(t);
	if (rc != VT_OK || !*ret)
		return rc;
	full = old.size - old.size % VT_CHUNK_SIZE;
	n = (size_t)(old.size - full);
	if (n == 0)
		return VT_OK;
	if ((p = malloc(2 * n)) == NULL)
		return vt_nomem(reterr);
	rc = vt_bytes_read(s, prefix, full, p, n, &got, reterr);
	if (rc == VT_OK)
		rc = vt_bytes_read(s, blob, full, p + n, n, &got, reterr);
	if (rc == VT_OK)
		*ret = got == n && memcmp(p, p + n, n) == 0;
	free(p);
	return rc;
}
