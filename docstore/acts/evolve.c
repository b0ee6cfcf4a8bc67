/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a recorded step does to a paper. Pure: the live act and `vanthu check`
 * run the same function over the same record.
 */
#include "docstore/store_priv.h"

const char *
vt_paper_state_name(enum vt_paper_state st)
{
	static const char *const names[] = { "", "draft", "submitted",
		"returned", "approved", "signed", "sealed", "issued",
		"dispatched", "arrived", "assigned", "waiting", "refused",
		"processing", "finished", "taken-back", "recalled" };

	return (size_t)st < sizeof(names) / sizeof(names[0]) ? names[st] : "";
}

const char *
vt_copy_form(const struct vt_meta *m)
{
	static const char *const forms[][2] = { { "SY", "Sao y" },
		{ "SL", "Sao lục" }, { "TrS", "Trích sao" } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (m->type_code != NULL &&
		    strcmp(m->type_code, forms[i][0]) == 0)
			return forms[i][1];
	return NULL;
}

bool
vt_paper_is_ready(const struct vt_paper *p)
{
	return p->state == VT_PAPER_SIGNED ||
	       (p->state == VT_PAPER_APPROVED && p->direction != VT_DIR_IN &&
		   vt_copy_form(&p->meta) != NULL);
}

bool
vt_version_reason_appends(enum vt_version_reason r)
{
	return r >= VT_VERSION_FILLED && r <= VT_VERSION_AUGMENTED;
}

const char *
vt_step_kind_name(enum vt_step_kind k)
{
	static const char *const names[] = { [VT_STEP_REGISTER] = "register",
		[VT_STEP_META] = "meta",
		[VT_STEP_VERSION] = "version",
		[VT_STEP_SUBMIT] = "submit",
		[VT_STEP_APPROVE] = "approve",
		[VT_STEP_RETURN] = "return",
		[VT_STEP_NUMBER] = "number",
		[VT_STEP_SIGN] = "sign",
		[VT_STEP_SEAL] = "seal",
		[VT_STEP_ISSUE] = "issue",
		[VT_STEP_DISPATCH] = "dispatch",
		[VT_STEP_RECEIVE] = "receive",
		[VT_STEP_DELIVERED] = "delivered",
		[VT_STEP_CODE] = "code",
		[VT_STEP_ASSIGN] = "assign",
		[VT_STEP_PROBLEM] = "problem",
		[VT_STEP_TAKE_BACK] = "take-back",
		[VT_STEP_RECALL] = "recall",
		[VT_STEP_REPLACE] = "replace",
		[VT_STEP_COPY] = "copy",
		[VT_STEP_FREEZE] = "freeze",
		[VT_STEP_READ] = "read",
		[VT_STEP_FORWARD] = "forward",
		[VT_STEP_PROCESS] = "process",
		[VT_STEP_FINISH] = "finish",
		[VT_STEP_OPENED] = "opened",
		[VT_STEP_TAKE_BACK_ANSWER] = "take-back-answer",
		[VT_STEP_PRINT] = "print",
		[VT_STEP_ACCEPT] = "accept",
		[VT_STEP_REFUSE] = "refuse",
		[VT_STEP_AGENCY] = "agency",
		[VT_STEP_AGENCY_NAME] = "agency-name",
		[VT_STEP_AGENCY_KEYS] = "agency-keys",
		[VT_STEP_PERSON] = "person",
		[VT_STEP_SERIES] = "series",
		[VT_STEP_ENTRY] = "entry",
		[VT_STEP_AGENCY_MERGE] = "agency-merge",
		[VT_STEP_ERASED] = "erased",
		[VT_STEP_DESTROY] = "destroy",
		[VT_STEP_TEXT] = "text",
		[VT_STEP_TERM] = "term",
		[VT_STEP_RESERVE] = "reserve-number",
		[VT_STEP_CANCEL_NUMBER] = "cancel-number",
		[VT_STEP_OUTAGE] = "outage",
		[VT_STEP_BOOK_CLOSE] = "book-close",
		[VT_STEP_WORK] = "work",
		[VT_STEP_WORK_DONE] = "work-done",
		[VT_STEP_EPOCH] = "epoch",
		[VT_STEP_LETTER] = "dead-letter",
		[VT_STEP_RESUME] = "resume",
		[VT_STEP_LOST] = "lost-numbers",
		[VT_STEP_MIGRATED] = "migrated",
		[VT_STEP_COUNTED] = "counted",
		[VT_STEP_CHECK] = "check",
		[VT_STEP_WITHDRAW] = "withdraw",
		[VT_STEP_OPINION] = "opinion",
		[VT_STEP_EXTEND] = "extend",
		[VT_STEP_CANCEL] = "cancel",
		[VT_STEP_LINK] = "link",
		[VT_STEP_JOIN] = "join",
		[VT_STEP_RENDITION] = "rendition",
		[VT_STEP_HANDED] = "handed",
		[VT_STEP_ISOLATE] = "isolate",
		[VT_STEP_CLEAR] = "clear",
		[VT_STEP_SECRET] = "secret",
		[VT_STEP_CONSIGN] = "consign",
		[VT_STEP_CONSIGN_READ] = "consign-read",
		[VT_STEP_STATUS] = "status",
		[VT_STEP_RESEND] = "resend" };
	size_t i = (size_t)k;

	return i < sizeof(names) / sizeof(names[0]) && names[i] != NULL
		   ? names[i]
		   : "";
}

static int
set_number(struct vt_number *n, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	vt_time when = r->stated == VT_TIME_NONE ? e->time : r->stated;
	VT_BUF_AUTO(text);
	const char *p;
	int rc;

	vt_number_format((enum vt_number_family)r->family, r->value,
	    r->notation, when, &text);
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	if ((p = vt_arena_strdup(e->arena, vt_buf_str(&text))) == NULL)
		return vt_nomem(reterr);
	*n = (struct vt_number){ .value = r->value,
		.period = r->period,
		.series = r->series,
		.notation = r->notation,
		.text = p,
		.time = when,
		.act = e->index,
		.entered = r->stated == VT_TIME_NONE ? VT_TIME_NONE : e->time,
		.held = r->held };
	return VT_OK;
}

/* The number of the paper that it is joined to, of the day it was given. */
static int
set_arrived(struct vt_number *n, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	int rc = set_number(n, r, e, reterr);

	if (rc == VT_OK)
		n->time = r->at;
	return rc;
}

static int
begin(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_err *reterr)
{
	uint32_t agency_no = p->agency_no;
	struct vt_part *parts;

	vt_paper_clear(p);
	p->id = e->paper;
	p->agency_no = agency_no;
	p->seq = r->seq;
	p->direction = (enum vt_direction)r->direction;
	p->meta = r->meta;
	vt_meta_defaults(&p->meta);
	p->created_by = e->person;
	p->created_at = e->time;
	p->state = p->direction != VT_DIR_IN ? VT_PAPER_DRAFT
		   : r->value != 0           ? VT_PAPER_ARRIVED
					     : VT_PAPER_WAITING;
	p->source_consignment = r->consignment;
	parts = vt_arena_array(e->arena, r->n_files, sizeof(*parts));
	if (parts == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < r->n_files; i++)
		parts[i] = (struct vt_part){ .no = (uint16_t)(i + 1),
			.role = i == 0 ? VT_PART_MAIN : VT_PART_ANNEX,
			.name = r->files[i].name,
			.media_type = r->files[i].media_type,
			.version = 1,
			.hash = r->files[i].hash,
			.size = r->files[i].size,
			.problem = "" };
	p->parts = parts;
	p->n_parts = r->n_files;
	if (r->kind == VT_STEP_RECEIVE) {
		p->source_delivery = r->object;
		p->source_paper = r->source;
	}
	return r->value == 0 ? VT_OK : set_number(&p->arrival, r, e, reterr);
}

/* Content changed: what was agreed was about something else. */
static void
void_approval(struct vt_paper *p)
{
	static const vt_hash none;
	static const vt_id nobody;

	p->approved_hash = none;
	p->approved_manifest = none;
	p->approved_by = nobody;
	p->approved_at = VT_TIME_NONE;
	if (p->state == VT_PAPER_APPROVED)
		p->state = VT_PAPER_SUBMITTED;
}

/* So were the checks; an approval that is withdrawn leaves them. */
static void
void_checks(struct vt_paper *p)
{
	p->checks = NULL;
	p->n_checks = 0;
}

/* Parts are shared with the paper before; changed on a copy. */
static struct vt_part *
part_change(struct vt_paper *p, uint32_t no, const struct vt_evolve *e)
{
	struct vt_part *parts;

	if (no == 0 || no > p->n_parts)
		return NULL;
	parts = vt_arena_array(e->arena, p->n_parts, sizeof(*parts));
	if (parts == NULL)
		return NULL;
	memcpy(parts, p->parts, p->n_parts * sizeof(*parts));
	p->parts = parts;
	return &parts[no - 1];
}

static int
version(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_err *reterr)
{
	struct vt_part *part = part_change(p, r->part, e);

	if (part == NULL)
		return vt_nomem(reterr);
	part->version = (uint32_t)r->seq;
	part->hash = r->main;
	part->size = r->size;
	part->problem = "";
	if (r->name != NULL && *r->name != '\0')
		part->name = r->name;
	if (r->media_type != NULL && *r->media_type != '\0')
		part->media_type = r->media_type;
	if (!vt_version_reason_appends((enum vt_version_reason)r->reason)) {
		void_approval(p);
		void_checks(p);
		if (r->part == 1)
			p->initials = 0;
		/* Another file has none of the fields that were laid when the
		 * one before was submitted: a draft again. */
		if (r->part == 1 && r->reason != VT_VERSION_LAID &&
		    p->state == VT_PAPER_SUBMITTED)
			p->state = VT_PAPER_DRAFT;
	}
	return VT_OK;
}

static void
sign(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	if (r->sub == VT_SIGN_INITIALS) {
		p->initials++;
		return;
	}
	p->signed_by = r->who;
	p->signed_at = e->time;
	p->state = VT_PAPER_SIGNED;
}

/* Steps that move the paper on; false: none of them. */
static bool
progress(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	switch (r->kind) {
	case VT_STEP_SUBMIT:
		p->state = VT_PAPER_SUBMITTED;
		return true;
	case VT_STEP_APPROVE:
		p->state = VT_PAPER_APPROVED;
		p->approved_hash = r->main;
		p->approved_manifest = r->manifest;
		p->approved_by = e->person;
		p->approved_at = e->time;
		return true;
	case VT_STEP_RETURN:
		void_approval(p);
		p->state = VT_PAPER_RETURNED;
		return true;
	case VT_STEP_SIGN:
		sign(p, r, e);
		return true;
	case VT_STEP_SEAL:
		p->sealed_at = e->time;
		p->state = VT_PAPER_SEALED;
		return true;
	case VT_STEP_ISSUE:
		p->issued_at = e->time;
		p->state = VT_PAPER_ISSUED;
		return true;
	case VT_STEP_DISPATCH:
		p->state = VT_PAPER_DISPATCHED;
		return true;
	default:
		return false;
	}
}

/* The handling of a paper that came, and what is told of any; false: none of
 * these steps. */
static bool
handle(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	switch (r->kind) {
	case VT_STEP_ASSIGN:
		p->assigned_to = r->who;
		p->assigned_with = r->people;
		p->n_assigned_with = r->n_people;
		p->assigned_unit = r->unit;
		p->assigned_due = r->due;
		vt_extend_clear(p);
		p->due_first = "";
		p->extended = 0;
		if (p->state != VT_PAPER_PROCESSING)
			p->state = VT_PAPER_ASSIGNED;
		return true;
	case VT_STEP_FORWARD:
		p->forwarded_to = r->who;
		p->forwarded_unit = r->unit;
		p->forwarded_at = e->time;
		return true;
	case VT_STEP_PROCESS:
		p->state = VT_PAPER_PROCESSING;
		return true;
	case VT_STEP_FINISH:
		p->finished_at = e->time;
		p->answered_by = r->object;
		p->state = VT_PAPER_FINISHED;
		return true;
	case VT_STEP_OPENED:
		p->opened_at = e->time;
		p->opened_by = e->person;
		return true;
	case VT_STEP_REFUSE:
		p->closed_note = r->note;
		p->state = VT_PAPER_REFUSED;
		return true;
	case VT_STEP_PRINT:
		p->printed += (uint32_t)r->value;
		return true;
	default:
		return false;
	}
}

/* An answer ends the ask; agreeing to give it back ends the handling, if that
 * has not ended by a refusal. */
static void
answer(struct vt_paper *p, const struct vt_srec *r)
{
	static const vt_id none;

	if (r->sub == 15 && p->asked == VT_ASK_TAKE_BACK &&
	    p->state != VT_PAPER_REFUSED) {
		p->state = VT_PAPER_TAKEN_BACK;
		p->closed_note = p->asked_note;
	}
	p->ask_answer = r->sub;
	p->asked = 0;
	p->asked_at = VT_TIME_NONE;
	p->asked_note = "";
	p->asked_consignment = none;
	p->asked_delivery = none;
}

uint32_t
vt_paper_replaced_how(const struct vt_paper *p, const vt_id *by)
{
	if (vt_id_eq(&p->replaced_by, by))
		return p->replaced_kind;
	for (size_t i = 0; i < p->n_amended_by; i++)
		if (vt_id_eq(&p->amended_by[i], by))
			return VT_REPLACE_AMEND;
	return 0;
}

/* The last one is named; those before it are kept. */
static int
replace(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_err *reterr)
{
	size_t n = p->n_amended_by;
	vt_id *ids;

	if (!vt_id_is_zero(&p->replaced_by)) {
		ids = vt_arena_array(e->arena, n + 1, sizeof(*ids));
		if (ids == NULL)
			return vt_nomem(reterr);
		if (n > 0)
			memcpy(ids, p->amended_by, n * sizeof(*ids));
		ids[n] = p->replaced_by;
		p->amended_by = ids;
		p->n_amended_by = n + 1;
	}
	p->replaced_by = r->object;
	p->replaced_kind = r->sub;
	return VT_OK;
}

/* Asking back, answering, recalling; false: none of them. */
static bool
recall(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	switch (r->kind) {
	case VT_STEP_TAKE_BACK:
		if (p->direction != VT_DIR_IN)
			return true; /* in the deliveries */
		p->asked = r->sub;
		p->asked_at = r->at;
		p->asked_note = r->note;
		p->asked_consignment = r->consignment;
		p->asked_delivery = r->object;
		return true;
	case VT_STEP_TAKE_BACK_ANSWER:
		answer(p, r);
		return true;
	case VT_STEP_RECALL:
		p->recalled_by = r->object;
		p->recalled_at = e->time;
		p->closed_note = r->note;
		p->state = VT_PAPER_RECALLED;
		return true;
	default:
		return false;
	}
}

int
vt_paper_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct vt_part *part;

	if (progress(p, r, e) || handle(p, r, e) || recall(p, r, e) ||
	    vt_course_evolve(p, r, e) || vt_secrecy_evolve(p, r, e))
		return VT_OK;
	if (r->kind == VT_STEP_DESTROY)
		return vt_destroy_evolve(p, r, e, reterr);
	switch (r->kind) {
	case VT_STEP_REGISTER:
	case VT_STEP_RECEIVE:
		return begin(p, r, e, reterr);
	case VT_STEP_REPLACE:
		return replace(p, r, e, reterr);
	case VT_STEP_CHECK:
		return vt_check_evolve(p, r, e, reterr);
	case VT_STEP_COPY:
	case VT_STEP_LINK:
		return vt_link_evolve(p, r, e->arena, reterr);
	case VT_STEP_JOIN:
		return vt_join_evolve(p, r, e)
			   ? set_arrived(&p->arrival, r, e, reterr)
			   : VT_OK;
	case VT_STEP_META:
		p->meta = r->meta;
		if (p->state < VT_PAPER_SIGNED) {
			void_approval(p);
			void_checks(p);
		}
		return VT_OK;
	case VT_STEP_VERSION:
		return version(p, r, e, reterr);
	case VT_STEP_NUMBER:
		return set_number(&p->number, r, e, reterr);
	case VT_STEP_ACCEPT:
		p->state = VT_PAPER_ARRIVED;
		return set_number(&p->arrival, r, e, reterr);
	case VT_STEP_CODE:
		p->code = r->code;
		return VT_OK;
	case VT_STEP_ERASED:
		p->erased_at = e->time;
		return VT_OK;
	case VT_STEP_PROBLEM:
		if ((part = part_change(p, r->part, e)) == NULL)
			return vt_nomem(reterr);
		part->problem = r->note;
		return VT_OK;
	default: /* deliveries, the house, work: rows of their own */
		return VT_OK;
	}
}

bool
vt_step_is_of_paper(enum vt_step_kind k)
{
	return (k >= VT_STEP_REGISTER && k < VT_STEP_AGENCY) ||
	       (k >= VT_STEP_CHECK && k <= VT_STEP_PAPER_LAST &&
		   k != VT_STEP_SECRET) ||
	       k == VT_STEP_DESTROY || k == VT_STEP_ERASED;
}

/* What a transport says of a delivery. Without its members it is the word of
 * an older release, which raised the revision. */
static bool
is_word_of_transport(const struct vt_srec *r)
{
	return r->kind == VT_STEP_DELIVERED &&
	       (r->transport != 0 || r->attempts != 0);
}

/*
 * Statuses come by the hundred to one paper, and transports speak when they
 * have something to say: that is about its deliveries, and the paper keeps its
 * revision. So it does when something is derived from it. (Acts of work alone
 * always raised it.)
 */
bool
vt_arec_leaves_paper(const struct vt_arec *rec)
{
	bool beside = false;

	for (size_t i = 0; i < rec->n_steps; i++) {
		enum vt_step_kind k = rec->steps[i].kind;

		if (is_word_of_transport(&rec->steps[i]) ||
		    k == VT_STEP_RENDITION || vt_step_is_use(k))
			beside = true;
		else if (vt_step_is_of_paper(k))
			return false;
		beside |= k == VT_STEP_STATUS || k == VT_STEP_RESEND ||
			  k == VT_STEP_TEXT;
	}
	return beside;
}

/* Of an entry that is known by an id. */
static vt_id
entry_subject(const struct vt_srec *r)
{
	vt_id id = { { 0 } };

	if (r->n_entries == 1 && r->entries[0].key.n == sizeof(id.b) &&
	    (r->entries[0].kind == VT_ENTRY_HOOK ||
		r->entries[0].kind == VT_ENTRY_DELEGATION))
		memcpy(id.b, r->entries[0].key.p, sizeof(id.b));
	return id;
}

vt_id
vt_step_subject(const struct vt_srec *r)
{
	static const vt_id none;

	switch (r->kind) {
	case VT_STEP_ENTRY:
		return entry_subject(r);
	case VT_STEP_RECEIVE:
	case VT_STEP_DELIVERED:
	case VT_STEP_CONSIGN:
	case VT_STEP_CONSIGN_READ:
	case VT_STEP_STATUS:
	case VT_STEP_RESEND:
	case VT_STEP_TAKE_BACK:
	case VT_STEP_RECALL:
	case VT_STEP_REPLACE:
	case VT_STEP_FINISH:
	case VT_STEP_COPY:
	case VT_STEP_LINK:
	case VT_STEP_JOIN:
	case VT_STEP_HANDED:
	case VT_STEP_DESTROY:
	case VT_STEP_LETTER:
		return r->object;
	case VT_STEP_SIGN:
	case VT_STEP_ASSIGN:
	case VT_STEP_FORWARD:
	case VT_STEP_PERSON:
		return r->who;
	default:
		return none;
	}
}

void
vt_paper_touch(struct vt_paper *p, const struct vt_evolve *e)
{
	p->rev++;
	p->changed_at = e->time;
	p->last_act = e->index;
}

size_t
vt_step_versions(const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_version *ret, size_t max)
{
	if (r->kind == VT_STEP_VERSION) {
		if (max > 0)
			ret[0] = (struct vt_version){ .part = (uint16_t)r->part,
				.no = (uint32_t)r->seq,
				.hash = r->main,
				.parent = r->parent,
				.size = r->size,
				.reason = (enum vt_version_reason)r->reason,
				.person = e->person,
				.time = e->time,
				.act = e->index };
		return 1;
	}
	if (r->kind != VT_STEP_REGISTER && r->kind != VT_STEP_RECEIVE)
		return 0;
	for (size_t i = 0; i < r->n_files && i < max; i++)
		ret[i] = (struct vt_version){ .part = (uint16_t)(i + 1),
			.no = 1,
			.hash = r->files[i].hash,
			.size = r->files[i].size,
			.reason = (enum vt_version_reason)r->reason,
			.person = e->person,
			.time = e->time,
			.act = e->index };
	return r->n_files;
}
