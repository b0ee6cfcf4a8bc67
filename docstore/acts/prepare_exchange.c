/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making ready, on any thread: steps of handling and recall, of exchange, and
 * entries of the house. */
#include "docstore/store_priv.h"

static int
note_of(struct vt_act_op *a, const char *note, struct vt_srec *r,
    struct vt_err *reterr)
{
	r->note = note;
	return vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
}

static bool
is_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

int
vt_prep_date(struct vt_act_op *a, const char **s, const char *what,
    struct vt_err *reterr)
{
	const char *p;
	int rc = vt_prep_text(a, s, 10, what, reterr);

	if (rc != VT_OK || **s == '\0')
		return rc;
	p = *s;
	if (strlen(p) == 10 && is_digits(p, 4) && p[4] == '-' &&
	    is_digits(p + 5, 2) && p[7] == '-' && is_digits(p + 8, 2) &&
	    memcmp(p + 5, "01", 2) >= 0 && memcmp(p + 5, "12", 2) <= 0 &&
	    memcmp(p + 8, "01", 2) >= 0 && memcmp(p + 8, "31", 2) <= 0)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "act: %s: a date as in 2026-03-02 is needed", what);
}

/* ---- handling ---- */

static int
prep_assign(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	const vt_id *with = st->u.assign.with;
	size_t n = st->u.assign.n_with;
	vt_id *people;
	int rc;

	r->who = st->u.assign.person;
	r->unit = st->u.assign.unit;
	r->due = st->u.assign.due_on;
	if (vt_id_is_zero(&r->who))
		return vt_prep_invalid(reterr, "assigned to nobody");
	if (n > VT_L(ASSIGNED_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "assign: %zu coordinate, allowed are %zu (ASSIGNED_MAX)", n,
		    VT_L(ASSIGNED_MAX));
	if (n > 0) {
		if ((people = vt_arena_array(a->arena, n, sizeof(*people))) ==
		    NULL)
			return vt_nomem(reterr);
		memcpy(people, with, n * sizeof(*people));
		r->people = people;
		r->n_people = n;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			if (vt_id_is_zero(&with[i]) ||
			    vt_id_eq(&with[i], &r->who) ||
			    (j < i && vt_id_eq(&with[i], &with[j])))
				return vt_prep_invalid(reterr,
				    "somebody is assigned twice, or "
				    "nobody is");
	if ((rc = vt_prep_text(a, &r->unit, VT_L(NAME_MAX), "unit", reterr)) !=
		VT_OK ||
	    (rc = vt_prep_date(a, &r->due, "due date", reterr)) != VT_OK)
		return rc;
	return note_of(a, st->u.assign.note, r, reterr);
}

static int
prep_forward(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->who = st->u.forward.person;
	r->unit = st->u.forward.unit;
	rc = vt_prep_text(a, &r->unit, VT_L(NAME_MAX), "unit", reterr);
	if (rc != VT_OK)
		return rc;
	if (vt_id_is_zero(&r->who) && *r->unit == '\0')
		return vt_prep_invalid(reterr, "forwarded to nobody");
	return note_of(a, st->u.forward.note, r, reterr);
}

static int
prep_print(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	r->sub = st->u.print.what;
	r->value = st->u.print.copies;
	r->main = st->u.print.version;
	if (r->sub < VT_PRINT_PAPER || r->sub > VT_PRINT_LIST)
		return vt_prep_invalid(reterr, "unknown kind of print");
	if (r->value < 1 || r->value > VT_L(PRINT_COPIES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "print: %llu copies, allowed are 1 to %zu "
		    "(PRINT_COPIES_MAX)",
		    (unsigned long long)r->value, VT_L(PRINT_COPIES_MAX));
	return note_of(a, st->u.print.note, r, reterr);
}

static int
prep_take_back(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	r->object = st->u.take_back.delivery;
	r->sub =
	    st->u.take_back.ask == 0 ? VT_ASK_TAKE_BACK : st->u.take_back.ask;
	r->consignment = st->u.take_back.consignment;
	if (st->u.take_back.at != 0)
		r->at = st->u.take_back.at;
	if (r->sub > VT_ASK_REPLACE)
		return vt_prep_invalid(reterr, "unknown kind of ask");
	return note_of(a, st->u.take_back.note, r, reterr);
}

static int
prep_recall(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	bool recall = st->kind == VT_STEP_RECALL;

	r->object = recall ? st->u.recall.notice : st->u.replace.by;
	if (vt_id_is_zero(&r->object))
		return vt_prep_invalid(
		    reterr, recall ? "a recall names its notice"
				   : "a replacement names the other paper");
	if (recall)
		return note_of(a, st->u.recall.note, r, reterr);
	r->sub = st->u.replace.kind == 0 ? VT_REPLACE_NEW : st->u.replace.kind;
	if (r->sub > VT_REPLACE_CORRECT)
		return vt_prep_invalid(reterr, "unknown kind of replacement");
	return note_of(a, st->u.replace.note, r, reterr);
}

/* ---- entries ---- */

static int
prep_change(struct vt_act_op *a, const struct vt_entry_change *in,
    struct vt_srec_entry *ret, struct vt_err *reterr)
{
	struct vt_cbor c;
	bool ok = true;

	if (*vt_entry_kind_name(in->kind) == '\0')
		return vt_prep_invalid(reterr, "unknown kind of entry");
	if (in->key.n < 1 || in->key.n > VT_ENTRY_KEY_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "entry: a key of %zu bytes, allowed are 1 to %d", in->key.n,
		    VT_ENTRY_KEY_MAX);
	if (in->value.n > VT_ENTRY_VALUE_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "entry: a value of %zu bytes, allowed are %d", in->value.n,
		    VT_ENTRY_VALUE_MAX);
	*ret = (struct vt_srec_entry){ .kind = in->kind,
		.agency_no = in->store_wide ? 0 : a->act->agency_no,
		.expect = in->expect };
	ret->key = vt_arena_copy(a->arena, in->key, &ok);
	if (in->value.n > 0) {
		vt_cbor_open(&c, in->value);
		(void)vt_cbor_skip(&c);
		if (vt_cbor_finish(&c, "value of an entry", reterr) != VT_OK)
			return VT_E_SYNTAX;
		ret->value = vt_arena_copy(a->arena, in->value, &ok);
		ret->secret = in->secret;
		if (in->secret)
			ret->hash = vt_sha256(in->value);
	}
	return ok ? VT_OK : vt_nomem(reterr);
}

static int
prep_entry(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	size_t n = st->u.entry.n, bytes = 0;
	int rc;

	if (n < 1 || n > VT_L(ENTRIES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "act: %zu changes of entries, allowed are 1 to %zu "
		    "(ENTRIES_MAX)",
		    n, VT_L(ENTRIES_MAX));
	r->entries = vt_arena_array(a->arena, n, sizeof(*r->entries));
	if (r->entries == NULL)
		return vt_nomem(reterr);
	r->n_entries = n;
	for (size_t i = 0; i < n; i++) {
		rc = prep_change(
		    a, &st->u.entry.changes[i], &r->entries[i], reterr);
		if (rc != VT_OK)
			return rc;
		bytes += r->entries[i].value.n;
	}
	if (bytes > VT_L(ENTRIES_BYTES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "act: %zu bytes of entries, allowed are %zu "
		    "(ENTRIES_BYTES_MAX)",
		    bytes, VT_L(ENTRIES_BYTES_MAX));
	return VT_OK;
}

/* ---- exchange ---- */

static int
prep_consign(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_consignment *c = &p->consign;
	struct vt_srec_file f;
	int rc;

	if (st->u.consign.transport < VT_TRANSPORT_AXIS ||
	    st->u.consign.transport > VT_TRANSPORT_HOSTED)
		return vt_prep_invalid(reterr, "unknown transport");
	if (st->u.consign.kind < VT_CONSIGN_EDOC ||
	    st->u.consign.kind > VT_CONSIGN_STATUS)
		return vt_prep_invalid(reterr, "unknown kind of consignment");
	*c = (struct vt_consignment){ .id = st->u.consign.id,
		.transport = st->u.consign.transport,
		.kind = st->u.consign.kind,
		.state = VT_CONSIGN_STORED,
		.external = st->u.consign.external,
		.peer = st->u.consign.peer,
		.headers = st->u.consign.headers,
		.received_at = st->u.consign.received_at };
	p->files = &st->u.consign.packet;
	p->n_files = 1;
	if ((rc = vt_prep_file(a, p->files, &f, reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->external, VT_CONSIGN_ID_MAX,
		 "external id", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->peer, 200, "peer", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->headers, VT_L(CONSIGN_HEADERS_MAX),
		 "transport headers", reterr)) != VT_OK ||
	    (rc = vt_prep_need(c->external, "the external id", reterr)) !=
		VT_OK)
		return rc;
	if (strlen(c->headers) > VT_L(CONSIGN_HEADERS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "transport headers: %zu bytes, allowed are %zu "
		    "(CONSIGN_HEADERS_MAX)",
		    strlen(c->headers), VT_L(CONSIGN_HEADERS_MAX));
	if (vt_id_is_zero(&c->id))
		c->id = vt_id_new(a->store->ctx);
	c->name = f.name;
	c->media_type = f.media_type;
	c->packet = f.hash;
	p->r.object = c->id;
	return VT_OK;
}

static int
prep_consign_read(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_consignment *c = &p->consign;
	int rc;

	if (st->u.consign_read.state < VT_CONSIGN_STORED ||
	    st->u.consign_read.state > VT_CONSIGN_DUPLICATE ||
	    st->u.consign_read.type > VT_EDOC_REPLACE ||
	    st->u.consign_read.kind > VT_CONSIGN_STATUS)
		return vt_prep_invalid(
		    reterr, "unknown state or type of a consignment");
	if (st->u.consign_read.findings.n > VT_L(KEEP_MAX))
		return vt_prep_invalid(reterr, "findings over 64 KiB");
	*c = (struct vt_consignment){ .id = st->u.consign_read.consignment,
		.state = st->u.consign_read.state,
		.kind = st->u.consign_read.kind,
		.type = st->u.consign_read.type,
		.from_code = st->u.consign_read.from_code,
		.from_name = st->u.consign_read.from_name,
		.document_id = st->u.consign_read.document_id,
		.code = st->u.consign_read.code,
		.promulgated = st->u.consign_read.promulgated,
		.subject = st->u.consign_read.subject,
		.findings = st->u.consign_read.findings,
		.note = st->u.consign_read.note,
		.paper = st->u.consign_read.paper,
		.about = st->u.consign_read.about,
		.itself = st->u.consign_read.itself };
	p->again = st->u.consign_read.again;
	p->r.object = c->id;
	if ((rc = vt_prep_text(a, &c->from_code, VT_CONSIGN_ID_MAX,
		 "sender's code", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->from_name, VT_L(NOTE_MAX),
		 "sender's name", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->document_id, VT_CONSIGN_ID_MAX,
		 "DocumentId", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &c->code, 100, "code", reterr)) != VT_OK ||
	    (rc = vt_prep_date(
		 a, &c->promulgated, "promulgation date", reterr)) != VT_OK ||
	    (rc = vt_prep_text(
		 a, &c->subject, VT_L(NOTE_MAX), "subject", reterr)) != VT_OK)
		return rc;
	return vt_prep_text(a, &c->note, VT_L(NOTE_MAX), "note", reterr);
}

static int
prep_status(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->object = st->u.status.delivery;
	r->sub = st->u.status.code;
	r->from = st->u.status.from;
	r->staff = st->u.status.staff;
	r->main = st->u.status.evidence;
	r->name = st->u.status.name;
	r->consignment = st->u.status.consignment;
	if (st->u.status.at != 0)
		r->at = st->u.status.at;
	if (st->u.status.received_at != 0)
		r->received = st->u.status.received_at;
	if (r->sub < 1 || r->sub > 99)
		return vt_prep_invalid(
		    reterr, "a status has a code of 1 to 99");
	if ((rc = vt_prep_text(a, &r->from, 200, "sender's code", reterr)) !=
		VT_OK ||
	    (rc = vt_prep_text(a, &r->staff, 300, "staff", reterr)) != VT_OK ||
	    (rc = vt_prep_text(
		 a, &r->name, VT_L(NAME_MAX), "who has it", reterr)) != VT_OK)
		return rc;
	return note_of(a, st->u.status.note, r, reterr);
}

static int
prep_decision(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	switch (st->kind) {
	case VT_STEP_ACCEPT:
		r->series = st->u.accept.series;
		rc = vt_prep_text(a, &r->series, 40, "series", reterr);
		if (rc == VT_OK)
			rc = vt_prep_need(r->series, "the series", reterr);
		return rc == VT_OK ? note_of(a, st->u.accept.note, r, reterr)
				   : rc;
	case VT_STEP_REFUSE:
		if ((rc = note_of(a, st->u.refuse.note, r, reterr)) != VT_OK)
			return rc;
		return vt_prep_need(r->note, "the reason", reterr);
	case VT_STEP_PROCESS:
		return note_of(a, st->u.process.note, r, reterr);
	case VT_STEP_FINISH:
		r->object = st->u.finish.answer;
		return note_of(a, st->u.finish.note, r, reterr);
	case VT_STEP_TAKE_BACK_ANSWER:
		r->sub = st->u.take_back_answer.agree ? 15 : 16;
		return note_of(a, st->u.take_back_answer.note, r, reterr);
	default: /* VT_STEP_OPENED */
		return VT_OK;
	}
}

int
vt_prep_exchange(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;

	switch (st->kind) {
	case VT_STEP_ASSIGN:
		return prep_assign(a, st, r, reterr);
	case VT_STEP_FORWARD:
		return prep_forward(a, st, r, reterr);
	case VT_STEP_PRINT:
		return prep_print(a, st, r, reterr);
	case VT_STEP_TAKE_BACK:
		return prep_take_back(a, st, r, reterr);
	case VT_STEP_RECALL:
	case VT_STEP_REPLACE:
		return prep_recall(a, st, r, reterr);
	case VT_STEP_ACCEPT:
	case VT_STEP_REFUSE:
	case VT_STEP_PROCESS:
	case VT_STEP_FINISH:
	case VT_STEP_OPENED:
	case VT_STEP_TAKE_BACK_ANSWER:
		return prep_decision(a, st, r, reterr);
	case VT_STEP_ENTRY:
		return prep_entry(a, st, r, reterr);
	case VT_STEP_CONSIGN:
		return prep_consign(a, st, p, reterr);
	case VT_STEP_CONSIGN_READ:
		return prep_consign_read(a, st, p, reterr);
	case VT_STEP_STATUS:
		return prep_status(a, st, r, reterr);
	case VT_STEP_RESEND:
		r->object = st->u.resend.delivery;
		return note_of(a, st->u.resend.note, r, reterr);
	default:
		return vt_prep_invalid(reterr, "unknown step");
	}
}

/* ---- two steps on one row ---- */

static bool
is_of_delivery(enum vt_step_kind k)
{
	return k == VT_STEP_DELIVERED || k == VT_STEP_STATUS ||
	       k == VT_STEP_RESEND || k == VT_STEP_HANDED ||
	       k == VT_STEP_TAKE_BACK || k == VT_STEP_RECALL;
}

/* Of several deliveries at once. */
static bool
is_of_all(enum vt_step_kind k)
{
	return k == VT_STEP_TAKE_BACK || k == VT_STEP_RECALL;
}

/* Each is decided on the rows as they were before the act. */
static bool
rows_meet(const struct vt_srec *x, const struct vt_srec *y)
{
	if (is_of_delivery(x->kind) && is_of_delivery(y->kind))
		return is_of_all(x->kind) || is_of_all(y->kind) ||
		       vt_id_eq(&x->object, &y->object);
	/* Addressees are compared with deliveries that were there before. */
	if (x->kind == VT_STEP_DISPATCH && y->kind == VT_STEP_DISPATCH)
		return vt_id_eq(&x->about, &y->about);
	if ((x->kind == VT_STEP_DISPATCH && is_of_all(y->kind)) ||
	    (is_of_all(x->kind) && y->kind == VT_STEP_DISPATCH))
		return true;
	if (x->kind == VT_STEP_CONSIGN_READ && y->kind == VT_STEP_CONSIGN_READ)
		return vt_id_eq(&x->object, &y->object);
	for (size_t i = 0; i < x->n_entries; i++)
		for (size_t j = 0; j < y->n_entries; j++)
			if ((x != y || i < j) &&
			    x->entries[i].kind == y->entries[j].kind &&
			    x->entries[i].agency_no ==
				y->entries[j].agency_no &&
			    vt_span_eq(x->entries[i].key, y->entries[j].key))
				return true;
	return false;
}

/*
 * The paper of a consignment is made in the act that says what was read, or a
 * second paper could be made of it, and none would be known to it.
 */
static int
reading_comes_along(const struct vt_act_op *a, struct vt_err *reterr)
{
	const struct vt_srec *r = &a->prep[0].r;

	if (r->kind != VT_STEP_REGISTER || vt_id_is_zero(&r->consignment))
		return VT_OK;
	for (size_t i = 1; i < a->act->n_steps; i++) {
		const struct vt_consignment *c = &a->prep[i].consign;

		if (a->prep[i].r.kind == VT_STEP_CONSIGN_READ &&
		    vt_id_eq(&c->id, &r->consignment) &&
		    vt_id_is_zero(&c->paper) &&
		    (c->state == VT_CONSIGN_ARRIVED ||
			c->state == VT_CONSIGN_APPLIED))
			return VT_OK;
	}
	return vt_prep_invalid(reterr,
	    "a paper is made of a consignment together with what was read of "
	    "it");
}

int
vt_prep_rows_differ(const struct vt_act_op *a, struct vt_err *reterr)
{
	size_t entries = 0;

	for (size_t i = 0; i < a->act->n_steps; i++)
		entries += a->prep[i].r.n_entries;
	if (entries > VT_L(ENTRIES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "act: %zu changes of entries, allowed are %zu "
		    "(ENTRIES_MAX)",
		    entries, VT_L(ENTRIES_MAX));
	if (reading_comes_along(a, reterr) != VT_OK)
		return VT_E_INVALID;
	for (size_t i = 0; i < a->act->n_steps; i++) {
		const struct vt_srec *x = &a->prep[i].r;

		for (size_t j = x->n_entries > 0 ? i : i + 1;
		     j < a->act->n_steps; j++)
			if (rows_meet(x, &a->prep[j].r))
				return vt_prep_invalid(
				    reterr, "two steps change the same row");
	}
	return VT_OK;
}
