/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers arrive: bytes first (design law 1), then one act that names them.
 * What is wrong with a file is noted beside it, never a reason to refuse it.
 */
#include <stdlib.h>

#include "api/office/look.h"
#include "api/office/office_priv.h"
#include "api/office/secrecy.h"

#define ARENA_LIMIT ((size_t)4 << 20)

struct vt_office_upload {
	struct vt_office *o;
	uint32_t agency_no;
	vt_id person;
	struct vt_upload *u;
	uint64_t n;
};

int
vt_office_upload_begin(struct vt_office *o, const struct vt_actor *actor,
    struct vt_office_upload **ret, struct vt_err *reterr)
{
	struct vt_office_upload *u;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_UPLOAD, reterr)) != VT_OK ||
	    (rc = vt_quota_admit(
		 o, actor->agency_no, &actor->person, reterr)) != VT_OK)
		return rc;
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "upload: out of memory");
	u->o = o;
	u->agency_no = actor->agency_no;
	u->person = actor->person;
	rc = vt_upload_begin(
	    o->o.store, actor->agency_no, VT_L(UPLOAD_MAX), &u->u, reterr);
	if (rc != VT_OK) {
		free(u);
		return rc;
	}
	*ret = u;
	return VT_OK;
}

int
vt_office_upload_put(
    struct vt_office_upload *u, const void *p, size_t n, struct vt_err *reterr)
{
	int rc = vt_upload_put(u->u, p, n, reterr);

	if (rc == VT_OK)
		u->n += n;
	return rc;
}

int
vt_office_upload_end(struct vt_office_upload *u, const vt_hash *expect,
    vt_id *ret_id, struct vt_blob *ret_blob, struct vt_err *reterr)
{
	int rc;

	if (u->n == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "upload: 0 bytes arrived");
	rc = vt_upload_end(u->u, expect, ret_id, ret_blob, reterr);
	return rc != VT_OK ? rc
			   : vt_quota_add(u->o, u->agency_no, &u->person,
				 ret_id, ret_blob->size, reterr);
}

void
vt_office_upload_free(struct vt_office_upload *u)
{
	if (u == NULL)
		return;
	vt_upload_free(u->u);
	free(u);
}

void
vt_office_about(const struct vt_request *rq, const char *fmt, ...)
{
	VT_BUF_AUTO(field);
	va_list ap;

	if (rq == NULL || rq->about == NULL)
		return;
	va_start(ap, fmt);
	vt_buf_vprintf(&field, fmt, ap);
	va_end(ap);
	rq->about(rq->about_arg, vt_buf_str(&field));
}

/* ---- metadata ---- */

struct cleaner {
	const struct vt_request *rq;
	char at[40]; /* where in it: "/meta", "/files/2" */
	struct vt_arena *a;
	struct vt_err *err;
	int rc;
};

static void
at_item(struct cleaner *c, const char *list, size_t i)
{
	(void)snprintf(c->at, sizeof(c->at), "%s/%zu", list, i);
}

/* field: its name in the contract. */
static const char *
clean(struct cleaner *c, const char *s, size_t max, const char *field)
{
	VT_BUF_AUTO(b);
	char *r;

	if (c->rc != VT_OK || s == NULL || s[0] == '\0')
		return "";
	c->rc = vt_text_clean(vt_span_str(s), max, field, &b, c->err);
	if (c->rc != VT_OK) {
		vt_office_about(c->rq, "%s/%s", c->at, field);
		return "";
	}
	r = vt_arena_strndup(
	    c->a, b.p == NULL ? (const uint8_t *)"" : b.p, b.n);
	if (r == NULL) {
		c->rc = vt_arena_err(c->a, c->err);
		return "";
	}
	return r;
}

static void
clean_lines(struct cleaner *c, const char *const **list, size_t n, size_t max,
    const char *field)
{
	const char **r;

	if (n == 0 || c->rc != VT_OK)
		return;
	if ((r = vt_arena_array(c->a, n, sizeof(*r))) == NULL) {
		c->rc = vt_arena_err(c->a, c->err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char at[32]; /* "appendixes/63" */

		(void)snprintf(at, sizeof(at), "%s/%zu", field, i);
		r[i] = clean(c, (*list)[i], max, at);
	}
	*list = r;
}

static void
clean_answers(struct cleaner *c, struct vt_meta *ret)
{
	struct vt_answered *r;

	if (ret->n_answers == 0 || c->rc != VT_OK)
		return;
	if ((r = vt_arena_array(c->a, ret->n_answers, sizeof(*r))) == NULL) {
		c->rc = vt_arena_err(c->a, c->err);
		return;
	}
	for (size_t i = 0; i < ret->n_answers; i++) {
		const struct vt_answered *x = &ret->answers[i];

		at_item(c, "/meta/answers", i);
		r[i].agency_code = clean(
		    c, x->agency_code, VT_L(AGENCY_CODE_MAX), "agency_code");
		r[i].code = clean(c, x->code, VT_META_CODE_MAX, "code");
		r[i].issued_on = clean(c, x->issued_on, 10, "issued_on");
		r[i].document_id = clean(
		    c, x->document_id, VT_META_DOCUMENT_ID_MAX, "document_id");
	}
	ret->answers = r;
}

/* Those of edXML. */
static void
clean_more(struct cleaner *c, struct vt_meta *ret)
{
#define CLEAN_TEXT(m, max) ret->m = clean(c, ret->m, (max), #m);
#define CLEAN_U32(m, max)
#define VT_META_MORE(no, KIND, member, max) CLEAN_##KIND(member, max)
#include "docstore/meta_more.def"
#undef VT_META_MORE
#undef CLEAN_TEXT
#undef CLEAN_U32
	clean_lines(c, &ret->appendixes, ret->n_appendixes,
	    VT_META_APPENDIX_MAX, "appendixes");
	clean_lines(c, &ret->tasks, ret->n_tasks, VT_META_TASK_MAX, "tasks");
	clean_answers(c, ret);
}

static int
clean_lists(struct cleaner *c, const struct vt_meta *m, struct vt_meta *ret)
{
	struct vt_recipient *to;
	struct vt_key_fact *facts;

	if (m->n_recipients > 0) {
		to = vt_arena_array(c->a, m->n_recipients, sizeof(*to));
		if (to == NULL)
			return vt_arena_err(c->a, c->err);
		for (size_t i = 0; i < m->n_recipients; i++) {
			at_item(c, "/meta/recipients", i);
			to[i].code = clean(c, m->recipients[i].code,
			    VT_L(AGENCY_CODE_MAX), "code");
			to[i].name = clean(
			    c, m->recipients[i].name, VT_L(NAME_MAX), "name");
		}
		ret->recipients = to;
	}
	if (m->n_facts > 0) {
		facts = vt_arena_array(c->a, m->n_facts, sizeof(*facts));
		if (facts == NULL)
			return vt_arena_err(c->a, c->err);
		for (size_t i = 0; i < m->n_facts; i++) {
			at_item(c, "/meta/facts", i);
			facts[i].label = clean(
			    c, m->facts[i].label, VT_L(NAME_MAX), "label");
			facts[i].value = clean(
			    c, m->facts[i].value, VT_L(SUBJECT_MAX), "value");
		}
		ret->facts = facts;
	}
	return c->rc;
}

int
vt_office_clean_meta(const struct vt_request *rq, const struct vt_meta *m,
    struct vt_arena *a, struct vt_meta *ret, struct vt_err *reterr)
{
	struct cleaner c = { .rq = rq, .at = "/meta", .a = a, .err = reterr };
	size_t name = VT_L(NAME_MAX);

	*ret = *m;
	ret->type_code = clean(&c, m->type_code, 20, "type_code");
	ret->type_name = clean(&c, m->type_name, name, "type_name");
	ret->subject = clean(&c, m->subject, VT_L(SUBJECT_MAX), "subject");
	ret->notation = clean(&c, m->notation, 60, "notation");
	ret->number = clean(&c, m->number, 60, "number");
	ret->issued_on = clean(&c, m->issued_on, 10, "issued_on");
	ret->agency_code =
	    clean(&c, m->agency_code, VT_L(AGENCY_CODE_MAX), "agency_code");
	ret->agency_name = clean(&c, m->agency_name, name, "agency_name");
	ret->place = clean(&c, m->place, name, "place");
	ret->signer_name = clean(&c, m->signer_name, name, "signer_name");
	ret->signer_position =
	    clean(&c, m->signer_position, name, "signer_position");
	ret->signer_competence =
	    clean(&c, m->signer_competence, 20, "signer_competence");
	ret->language = clean(&c, m->language, 35, "language");
	ret->description =
	    clean(&c, m->description, VT_L(SUBJECT_MAX), "description");
	ret->due_on = clean(&c, m->due_on, 10, "due_on");
	ret->draft_unit = clean(&c, m->draft_unit, name, "draft_unit");
	ret->procedure_code =
	    clean(&c, m->procedure_code, 60, "procedure_code");
	ret->procedure_name =
	    clean(&c, m->procedure_name, VT_L(SUBJECT_MAX), "procedure_name");
	ret->case_code = clean(&c, m->case_code, 60, "case_code");
	ret->holder_name = clean(&c, m->holder_name, name, "holder_name");
	ret->reply_to = clean(&c, m->reply_to, VT_ID_TEXT, "reply_to");
	clean_more(&c, ret);
	if (c.rc != VT_OK)
		return c.rc;
	if (m->secrecy != 0) {
		vt_office_about(rq, "/meta/secrecy");
		return vt_err_set(reterr, VT_E_SECRECY_REFUSED,
		    "secrecy level %u: only \"thường\" is accepted",
		    m->secrecy);
	}
	return clean_lists(&c, m, ret);
}

/* ---- registering ---- */

/* The upload's content, which must be the actor's agency's: another's is as
 * good as none. */
int
vt_office_find_upload(struct vt_office *o, const struct vt_actor *a,
    const vt_id *id, struct vt_blob *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	char text[VT_ID_TEXT + 1];
	uint32_t agency = 0;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_upload_find(v, id, &agency, ret, &err);
	if (rc == VT_OK && agency == a->agency_no)
		return VT_OK;
	if (rc == VT_OK || rc == VT_E_NOT_FOUND) {
		vt_id_text(id, text);
		return vt_err_set(reterr, VT_E_UPLOAD_GONE,
		    "upload %s: this agency has none; it expired, or an act "
		    "named it already",
		    text);
	}
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* The same upload twice would be consumed twice. */
static int
upload_of(struct vt_office *o, const struct cleaner *c,
    const struct vt_office_file *files, size_t i, struct vt_blob *ret)
{
	int rc = VT_OK;

	for (size_t k = 0; k < i && rc == VT_OK; k++)
		if (vt_id_eq(&files[k].upload, &files[i].upload))
			rc = vt_err_set(c->err, VT_E_INVALID,
			    "upload: files %zu and %zu are the same one", k + 1,
			    i + 1);
	if (rc == VT_OK)
		rc = vt_office_find_upload(
		    o, c->rq->actor, &files[i].upload, ret, c->err);
	if (rc != VT_OK)
		vt_office_about(c->rq, "%s/upload", c->at);
	return rc;
}

struct intake {
	struct vt_file files[VT_L(PAPER_PARTS_MAX)];
	struct vt_step steps[VT_ACT_STEPS_MAX];
	size_t n_steps;
	struct vt_meta meta;
	uint16_t first; /* number of the part that files[0] is */
	int64_t until;  /* monotonic: no more looking after it */
	uint16_t later; /* the first part not looked into, 0: none */
};

/* One file looked into: a step notes what is wrong with it. */
static int
look_at(struct vt_office *o, size_t i, struct vt_arena *a, struct intake *t,
    struct vt_err *reterr)
{
	struct vt_step *step = &t->steps[t->n_steps];
	uint16_t part = (uint16_t)(t->first + i);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(why);

	if (t->later != 0)
		return VT_OK;
	/* the last step is for the work item that looks into the rest */
	if (t->n_steps == VT_ACT_STEPS_MAX - 1 ||
	    vt_monotonic_us(o->o.ctx) > t->until) {
		t->later = part;
		return VT_OK;
	}
	if (vt_look(o, &t->files[i].hash, &why,
		part == 1 ? &t->meta.pages : NULL, &err) != VT_OK) {
		/* ours, not the paper's: what arrived is taken all the same */
		vt_log_err("office.look", &err);
		t->later = part;
		return VT_OK;
	}
	if (why.n == 0)
		return VT_OK;
	step->kind = VT_STEP_PROBLEM;
	step->u.problem.part = part;
	step->u.problem.note = vt_arena_strndup(a, why.p, why.n);
	if (step->u.problem.note == NULL)
		return vt_arena_err(a, reterr);
	t->n_steps++;
	return VT_OK;
}

static int
take_files(struct vt_office *o, struct cleaner *c,
    const struct vt_office_file *files, size_t n, struct intake *t)
{
	bool listed = c->at[0] != '\0';
	struct vt_blob blob;
	int rc;

	t->until = vt_monotonic_us(o->o.ctx) + (int64_t)VT_L(LOOK_MS) * 1000;
	for (size_t i = 0; i < n; i++) {
		if (listed)
			at_item(c, "/files", i);
		rc = upload_of(o, c, files, i, &blob);
		if (rc != VT_OK)
			return rc;
		t->files[i].upload = files[i].upload;
		t->files[i].hash = blob.hash;
		t->files[i].name =
		    clean(c, files[i].name, VT_L(NAME_MAX), "name");
		t->files[i].media_type =
		    clean(c, files[i].media_type, 100, "media_type");
		if (c->rc != VT_OK)
			return c->rc;
		if (t->first + i > 1 &&
		    !vt_look_is_pdf(t->files[i].name, t->files[i].media_type))
			continue;
		if ((rc = look_at(o, i, c->a, t, c->err)) != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* What a draft answers: a paper that came to this agency. */
static int
check_answered(struct vt_office *o, const struct vt_actor *actor,
    enum vt_direction direction, const struct vt_meta *m, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	vt_id id;
	int rc;

	if (m->reply_to == NULL || m->reply_to[0] == '\0')
		return VT_OK;
	if (direction != VT_DIR_OUT ||
	    !vt_id_parse(vt_span_str(m->reply_to), &id))
		return vt_err_set(reterr, VT_E_INVALID,
		    "reply_to: of an outgoing paper, the id of an incoming one "
		    "wanted");
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, actor, &id, &p, reterr)) != VT_OK)
		return rc;
	return p.direction == VT_DIR_IN ? VT_OK
					: vt_err_set(reterr, VT_E_INVALID,
					      "reply_to: the paper that is "
					      "answered did not come in");
}

static int
take_meta(struct vt_office *o, const struct cleaner *c,
    enum vt_direction direction, const struct vt_meta *meta,
    struct vt_meta *ret)
{
	int rc = vt_office_clean_meta(c->rq, meta, c->a, ret, c->err);

	if (rc != VT_OK)
		return rc;
	if (ret->subject[0] == '\0') {
		vt_office_about(c->rq, "/meta/subject");
		return vt_err_set(c->err, VT_E_INVALID,
		    "subject (trích yếu) is missing: Decree 30/2020, "
		    "Appendix VI");
	}
	rc = check_answered(o, c->rq->actor, direction, ret, c->err);
	if (rc == VT_E_INVALID || rc == VT_E_NOT_FOUND)
		vt_office_about(c->rq, "/meta/reply_to");
	return rc;
}

int
vt_office_register(struct vt_office *o, const struct vt_request *rq,
    const struct vt_new_paper *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct cleaner c = { .rq = rq, .at = "/files", .err = reterr };
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_BUF_AUTO(payload);
	struct vt_act act;
	struct intake *t;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_REGISTER, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK || done)
		return rc;
	if ((n->direction != VT_DIR_OUT && n->direction != VT_DIR_IN) ||
	    (n->by_hand != 0 && n->direction != VT_DIR_IN))
		return vt_err_set(reterr, VT_E_INVALID,
		    "direction: \"out\" or \"in\" wanted, and \"in\" with an "
		    "arrival number");
	/* before anything of it is looked at */
	if (n->meta->secrecy != 0)
		return vt_secrecy_refused(
		    o, rq, n->meta, n->files, n->n_files, reterr);
	if (n->n_files == 0 || n->n_files > VT_L(PAPER_PARTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "a paper has 1 to %zu files, %zu were named",
		    VT_L(PAPER_PARTS_MAX), n->n_files);
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL ||
	    (t = vt_arena_alloc(a, sizeof(*t))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "register: no memory");
	c.a = a;
	t->n_steps = 1;
	t->first = 1;
	if ((rc = take_meta(o, &c, n->direction, n->meta, &t->meta)) != VT_OK ||
	    (rc = take_files(o, &c, n->files, n->n_files, t)) != VT_OK)
		return rc;
	t->steps[0].kind = VT_STEP_REGISTER;
	t->steps[0].u.reg.direction = n->direction;
	t->steps[0].u.reg.meta = &t->meta;
	t->steps[0].u.reg.files = t->files;
	t->steps[0].u.reg.n_files = n->n_files;
	t->steps[0].u.reg.reason = VT_VERSION_RECEIVED;
	t->steps[0].u.reg.arrival_series =
	    n->direction == VT_DIR_IN ? VT_BOOK_IN : NULL;
	t->steps[0].u.reg.arrival_value = n->by_hand;
	t->steps[0].u.reg.arrival_stated = n->stated;
	if (t->later != 0) { /* the work names the paper: its id, now */
		t->steps[0].u.reg.id = vt_id_new(o->o.ctx);
		vt_look_later(&t->steps[0].u.reg.id, t->later, &payload,
		    &t->steps[t->n_steps++]);
	}
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	vt_office_act(rq, NULL, t->steps, t->n_steps, &act);
	act.expect_rev = 0;
	return vt_store_do(o->o.store, &act, ret, reterr);
}

int
vt_office_edit(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, uint16_t part, const struct vt_office_file *file,
    const vt_hash *expect, struct vt_act_result *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_BUF_AUTO(payload);
	struct vt_facts f;
	struct vt_act act;
	struct intake *t;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_EDIT, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_facts_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &f, reterr)) != VT_OK)
		return rc;
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL ||
	    (t = vt_arena_alloc(a, sizeof(*t))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "edit: no memory");
	t->n_steps = 1;
	t->first = part == 0 ? 1 : part;
	rc = take_files(o, &(struct cleaner){ .rq = rq, .a = a, .err = reterr },
	    file, 1, t);
	if (rc != VT_OK)
		return rc;
	t->steps[0].kind = VT_STEP_VERSION;
	t->steps[0].u.version.part = part;
	t->steps[0].u.version.file = t->files[0];
	t->steps[0].u.version.expect = *expect;
	t->steps[0].u.version.reason = VT_VERSION_EDITED;
	if (t->later != 0)
		vt_look_later(
		    paper, t->later, &payload, &t->steps[t->n_steps++]);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	/* a new version has no note, whatever the last one had */
	vt_office_act(rq, paper, t->steps, t->n_steps, &act);
	return vt_store_do(o->o.store, &act, ret, reterr);
}
