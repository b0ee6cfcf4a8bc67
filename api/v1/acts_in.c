/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts of exchange: handling what came, calling back what went out. */
#include "api/office/course.h"
#include "api/office/destruction.h"
#include "api/office/print.h"
#include "api/office/recall.h"
#include "api/office/secrecy.h"
#include "api/office/statuses.h"
#include "api/v1/acts.h"
#include "base/limits.h"

static int
do_accept(struct vt_v1_call *c)
{
	return vt_office_accept(
	    c->office, &c->rq, &c->paper, c->ret, c->reterr);
}

static int
do_refuse(struct vt_v1_call *c)
{
	return vt_office_refuse(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_assign(struct vt_v1_call *c)
{
	size_t n = vt_in_array(&c->root, "with", VT_L(ASSIGNED_MAX));
	vt_id with[VT_L(ASSIGNED_MAX)];
	struct vt_assignment as = {
		.lead = vt_in_need_id(&c->root, "lead"),
		.with = with,
		.n_with = n,
		.due_on = vt_in_str(&c->root, "due_on"),
		.opinion = vt_in_str(&c->root, "opinion"),
	};
	int rc;

	for (size_t i = 0; i < n; i++)
		if (!vt_id_parse(
			vt_span_str(vt_in_item_str(&c->root, "with", i)),
			&with[i]))
			(void)vt_in_fail(&c->root, "with", VT_E_FIELD_VALUE,
			    "wanted ids of people");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_assign(
	    c->office, &c->rq, &c->paper, &as, c->ret, c->reterr);
}

static int
do_forward(struct vt_v1_call *c)
{
	vt_id person = vt_in_need_id(&c->root, "person");
	const char *note = vt_in_str(&c->root, "note");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_forward(
	    c->office, &c->rq, &c->paper, &person, note, c->ret, c->reterr);
}

static int
do_process(struct vt_v1_call *c)
{
	return vt_office_process(c->office, &c->rq, &c->paper,
	    vt_in_str(&c->root, "note"), c->ret, c->reterr);
}

/* A field that is an id; NULL when it is absent. */
static const vt_id *
optional_id(struct vt_v1_call *c, const char *key, vt_id *room)
{
	if (!vt_in_has(&c->root, key))
		return NULL;
	*room = vt_in_need_id(&c->root, key);
	return room;
}

static int
do_finish(struct vt_v1_call *c)
{
	vt_id room;
	const vt_id *answer = optional_id(c, "answer", &room);
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_finish(c->office, &c->rq, &c->paper, answer,
	    vt_in_str(&c->root, "note"), c->ret, c->reterr);
}

static int
do_take_back(struct vt_v1_call *c)
{
	vt_id room;
	const vt_id *delivery = optional_id(c, "delivery", &room);
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_take_back(c->office, &c->rq, &c->paper, delivery,
	    vt_in_need_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_recall(struct vt_v1_call *c)
{
	vt_id notice = vt_in_need_id(&c->root, "notice");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_recall(c->office, &c->rq, &c->paper, &notice,
	    vt_in_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_amend(struct vt_v1_call *c)
{
	vt_id by = vt_in_need_id(&c->root, "by");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_amend(c->office, &c->rq, &c->paper, &by,
	    vt_in_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_replace(struct vt_v1_call *c)
{
	vt_id by = vt_in_need_id(&c->root, "by");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_replace(c->office, &c->rq, &c->paper, &by,
	    vt_in_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_answer_recall(struct vt_v1_call *c)
{
	return vt_office_answer_recall(c->office, &c->rq, &c->paper,
	    vt_in_bool(&c->root, "agree"), vt_in_str(&c->root, "reason"),
	    c->ret, c->reterr);
}

static int
do_print(struct vt_v1_call *c)
{
	static const struct {
		const char *name;
		enum vt_print what;
	} kinds[] = { { "paper", VT_PRINT_PAPER }, { "copy", VT_PRINT_COPY },
		{ "list", VT_PRINT_LIST } };
	const char *what = vt_in_need_str(&c->root, "what");
	struct vt_printing p = { .note = vt_in_str(&c->root, "note") };
	int rc;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, what) == 0)
			p.what = kinds[i].what;
	p.copies =
	    (uint32_t)vt_in_uint(&c->root, "copies", VT_L(PRINT_COPIES_MAX));
	if (vt_in_has(&c->root, "version"))
		p.version = vt_in_need_hash(&c->root, "version");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_print(
	    c->office, &c->rq, &c->paper, &p, c->ret, c->reterr);
}

static int
do_ask_destroy(struct vt_v1_call *c)
{
	vt_id room;
	struct vt_destruction d = { .decision =
					optional_id(c, "decision", &room) };
	int rc;

	d.reason = vt_destroy_reason_parse(vt_in_need_str(&c->root, "because"));
	d.note = vt_in_str(&c->root, "reason");
	d.wipe = vt_in_bool(&c->root, "words");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_ask_destroy(
	    c->office, &c->rq, &c->paper, &d, c->ret, c->reterr);
}

static int
do_destroy(struct vt_v1_call *c)
{
	return vt_office_destroy(
	    c->office, &c->rq, &c->paper, c->ret, c->reterr);
}

static int
do_check(struct vt_v1_call *c)
{
	bool form = strcmp(vt_in_need_str(&c->root, "what"), "form") == 0;
	struct vt_files_read files = vt_v1_files_read(c);
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_check_draft(c->office, &c->rq, &c->paper,
	    form ? VT_DRAFT_FORM : VT_DRAFT_CONTENT, &files,
	    vt_in_str(&c->root, "note"), c->ret, c->reterr);
}

static int
do_withdraw(struct vt_v1_call *c)
{
	struct vt_files_read files = vt_v1_files_read(c);
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_withdraw(c->office, &c->rq, &c->paper, &files,
	    vt_in_str(&c->root, "note"), c->ret, c->reterr);
}

static int
do_opinion(struct vt_v1_call *c)
{
	return vt_office_opinion(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "opinion"), c->ret, c->reterr);
}

static int
do_extend(struct vt_v1_call *c)
{
	static const struct {
		const char *name;
		enum vt_extend kind;
	} kinds[] = { { "ask", VT_EXTEND_ASK }, { "order", VT_EXTEND_ORDER },
		{ "decline", VT_EXTEND_DECLINE } };
	const char *how = vt_in_need_str(&c->root, "how");
	const char *due = vt_in_str(&c->root, "due_on");
	const char *reason = vt_in_need_str(&c->root, "reason");
	enum vt_extend kind = VT_EXTEND_ASK;
	int rc;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, how) == 0)
			kind = kinds[i].kind;
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	rc = vt_office_extend(
	    c->office, &c->rq, &c->paper, kind, due, reason, c->ret, c->reterr);
	if (rc == VT_E_INVALID)
		vt_in_about(&c->root, "due_on");
	return rc;
}

static int
do_cancel(struct vt_v1_call *c)
{
	return vt_office_cancel(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "order"), vt_in_str(&c->root, "note"),
	    c->ret, c->reterr);
}

static int
do_freeze(struct vt_v1_call *c)
{
	return vt_office_freeze(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "order"), vt_in_str(&c->root, "note"),
	    c->ret, c->reterr);
}

static int
do_release(struct vt_v1_call *c)
{
	return vt_office_release(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_isolate(struct vt_v1_call *c)
{
	return vt_office_isolate(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "reason"), c->ret, c->reterr);
}

static int
do_clear(struct vt_v1_call *c)
{
	return vt_office_clear(c->office, &c->rq, &c->paper,
	    vt_in_need_str(&c->root, "reason"), c->ret, c->reterr);
}

static const struct vt_v1_act acts[] = {
	{ "check", do_check },
	{ "withdraw", do_withdraw },
	{ "opinion", do_opinion },
	{ "extend", do_extend },
	{ "cancel", do_cancel },
	{ "freeze", do_freeze },
	{ "release", do_release },
	{ "isolate", do_isolate },
	{ "clear", do_clear },
	{ "accept", do_accept },
	{ "refuse", do_refuse },
	{ "assign", do_assign },
	{ "forward", do_forward },
	{ "process", do_process },
	{ "finish", do_finish },
	{ "take_back", do_take_back },
	{ "recall", do_recall },
	{ "replace", do_replace },
	{ "amend", do_amend },
	{ "answer_recall", do_answer_recall },
	{ "print", do_print },
	{ "ask_destroy", do_ask_destroy },
	{ "destroy", do_destroy },
	{ "link", vt_v1_act_link },
	{ "rendition", vt_v1_act_rendition },
	{ "original", vt_v1_act_original },
	{ "join", vt_v1_act_join },
};

const struct vt_v1_act *
vt_v1_act_exchange(const char *name)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	return NULL;
}
