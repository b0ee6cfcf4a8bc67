/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a form of an act becomes: one call of the office. */
#include <inttypes.h>

#include "api/office/books.h"
#include "api/office/course.h"
#include "api/office/deliver.h"
#include "api/office/destruction.h"
#include "api/office/handed.h"
#include "api/office/joins.h"
#include "api/office/links.h"
#include "api/office/print.h"
#include "api/office/recall.h"
#include "api/office/routes.h"
#include "api/office/secrecy.h"
#include "api/office/statuses.h"
#include "api/web/book.h"
#include "api/web/people.h"
#include "api/web/recipients.h"
#include "api/web/sheet.h"
#include "base/secret.h"

#define TO_MAX VT_L(ADDRESSEES_MAX)

static const char *
note(const struct vt_doing *w)
{
	const char *s = vt_webform_get(w->form, "note");

	return *s == '\0' ? NULL : s;
}

/* The files that were read, as the form says. */
static int
files_read(const struct vt_doing *w, struct vt_files_read *ret)
{
	if (vt_hash_parse(
		vt_span_str(vt_webform_get(w->form, "main")), &ret->main) &&
	    vt_hash_parse(vt_span_str(vt_webform_get(w->form, "manifest")),
		&ret->manifest))
		return VT_OK;
	return vt_err_set(
	    w->err, VT_E_SYNTAX, "form: the files that were read are missing");
}

VT_ACT_RUN(submit)
{
	const char *n = vt_webform_get(w->form, "initials");
	unsigned initials = n[0] == '1' ? 1 : n[0] == '2' ? 2 : 0;

	return vt_office_submit(w->d->office, w->rq, w->paper, NULL, initials,
	    note(w), w->ret, w->err);
}

VT_ACT_RUN(approve)
{
	struct vt_files_read files;
	int rc = files_read(w, &files);

	return rc != VT_OK ? rc
			   : vt_office_approve(w->d->office, w->rq, w->paper,
				 &files, note(w), w->ret, w->err);
}

VT_ACT_RUN(give_back)
{
	struct vt_files_read files;
	int rc = files_read(w, &files);

	return rc != VT_OK ? rc
			   : vt_office_return(w->d->office, w->rq, w->paper,
				 &files, note(w), w->ret, w->err);
}

static int
with_key(const struct vt_doing *w, enum vt_signing_act act, bool number_first)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *pin = NULL;
	struct vt_signing_order order = { .act = act,
		.number_first = number_first };
	const char *typed = vt_webform_get(w->form, "pin");

	pin = vt_secret_new(typed, strlen(typed));
	if (pin == NULL)
		return vt_err_set(w->err, VT_E_NOMEM, "signing: no memory");
	order.pin = pin;
	return vt_office_sign(
	    w->d->office, w->rq, w->paper, &order, w->ret, w->err);
}

VT_ACT_RUN(sign)
{
	return with_key(
	    w, VT_SIGNING_COMPETENT, vt_webform_has(w->form, "number"));
}

VT_ACT_RUN(initial)
{
	return with_key(w, VT_SIGNING_INITIALS, false);
}

VT_ACT_RUN(seal)
{
	return with_key(w, VT_SIGNING_SEAL, false);
}

VT_ACT_RUN(number)
{
	return vt_office_number(w->d->office, w->rq, w->paper, w->ret, w->err);
}

VT_ACT_RUN(reserved)
{
	struct vt_numbering n = { .held = VT_HOLD_RESERVED };
	int rc = vt_number_parse(
	    vt_webform_get(w->form, "number"), &n.value, w->err);

	return rc != VT_OK ? rc
			   : vt_office_number_as(w->d->office, w->rq, w->paper,
				 &n, w->ret, w->err);
}

VT_ACT_RUN(by_hand)
{
	struct vt_numbering n = { .held = VT_HOLD_OUTAGE };
	const char *at = vt_webform_get(w->form, "at");
	int rc = vt_number_parse(
	    vt_webform_get(w->form, "number"), &n.value, w->err);

	if (rc != VT_OK)
		return rc;
	n.stated = vt_webform_moment(at);
	if (n.stated == VT_TIME_NONE)
		return vt_err_set(w->err, VT_E_INVALID,
		    "form: day and hour on the paper wanted");
	return vt_office_number_as(
	    w->d->office, w->rq, w->paper, &n, w->ret, w->err);
}

VT_ACT_RUN(issue)
{
	return vt_office_issue(w->d->office, w->rq, w->paper, w->ret, w->err);
}

VT_ACT_RUN(accept)
{
	return vt_office_accept(w->d->office, w->rq, w->paper, w->ret, w->err);
}

VT_ACT_RUN(refuse)
{
	return vt_office_refuse(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(process)
{
	return vt_office_process(
	    w->d->office, w->rq, w->paper, note(w), w->ret, w->err);
}

VT_ACT_RUN(take_back)
{
	return vt_office_take_back(w->d->office, w->rq, w->paper, NULL,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(answer)
{
	return vt_office_answer_recall(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "agree")[0] == '1', note(w), w->ret,
	    w->err);
}

/* --- beside the walk --- */

static int
check_draft(const struct vt_doing *w, enum vt_draft_check_kind kind)
{
	struct vt_files_read files;
	int rc = files_read(w, &files);

	return rc != VT_OK
		   ? rc
		   : vt_office_check_draft(w->d->office, w->rq, w->paper, kind,
			 &files, note(w), w->ret, w->err);
}

VT_ACT_RUN(check_content)
{
	return check_draft(w, VT_DRAFT_CONTENT);
}

VT_ACT_RUN(check_form)
{
	return check_draft(w, VT_DRAFT_FORM);
}

VT_ACT_RUN(withdraw)
{
	struct vt_files_read files;
	int rc = files_read(w, &files);

	return rc != VT_OK ? rc
			   : vt_office_withdraw(w->d->office, w->rq, w->paper,
				 &files, note(w), w->ret, w->err);
}

VT_ACT_RUN(opinion)
{
	return vt_office_opinion(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

static int
extend_by(const struct vt_doing *w, enum vt_extend kind)
{
	return vt_office_extend(w->d->office, w->rq, w->paper, kind,
	    vt_webform_get(w->form, "due"), vt_webform_get(w->form, "note"),
	    w->ret, w->err);
}

VT_ACT_RUN(extend_ask)
{
	return extend_by(w, VT_EXTEND_ASK);
}

VT_ACT_RUN(extend)
{
	return extend_by(w, VT_EXTEND_ORDER);
}

VT_ACT_RUN(extend_no)
{
	return extend_by(w, VT_EXTEND_DECLINE);
}

VT_ACT_RUN(cancel)
{
	return vt_office_cancel(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "order"), note(w), w->ret, w->err);
}

VT_ACT_RUN(freeze)
{
	return vt_office_freeze(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "order"), note(w), w->ret, w->err);
}

VT_ACT_RUN(release)
{
	return vt_office_release(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(isolate)
{
	return vt_office_isolate(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(clear)
{
	return vt_office_clear(w->d->office, w->rq, w->paper,
	    vt_webform_get(w->form, "note"), w->ret, w->err);
}

/* --- people --- */

static int
person(const struct vt_doing *w, vt_id *ret)
{
	return vt_people_find(
	    w->d, vt_webform_get(w->form, "person"), ret, w->err);
}

/* One line after the other, blanks around them gone; NULL: the end, or
 * *failed. */
static const char *
next_line(const struct vt_doing *w, const char **at, int *failed)
{
	while (**at != '\0') {
		const char *s = *at;
		size_t len = strcspn(s, "\n"), end = len;
		size_t from = strspn(s, " \t");
		char *one;

		*at += len + (s[len] == '\n' ? 1 : 0);
		while (end > from && (s[end - 1] == ' ' || s[end - 1] == '\t'))
			end--;
		if (end <= from)
			continue;
		one = vt_arena_strndup(w->d->req->arena, s + from, end - from);
		if (one == NULL)
			*failed = vt_arena_err(w->d->req->arena, w->err);
		return one;
	}
	return NULL;
}

static int
add_helper(const struct vt_doing *w, const vt_id *id,
    vt_id with[VT_L(ASSIGNED_MAX)], struct vt_assignment *as)
{
	if (vt_id_eq(id, &as->lead))
		return VT_OK;
	for (size_t i = 0; i < as->n_with; i++)
		if (vt_id_eq(id, &with[i]))
			return VT_OK;
	if (as->n_with == VT_L(ASSIGNED_MAX))
		return vt_err_set(w->err, VT_E_INVALID,
		    "at most %zu people help", VT_L(ASSIGNED_MAX));
	with[as->n_with++] = *id;
	return VT_OK;
}

VT_ACT_RUN(assign)
{
	const char *due = vt_webform_get(w->form, "due"), *one;
	const char *lines = vt_webform_get(w->form, "with");
	struct vt_assignment as = { .opinion = note(w) };
	vt_id with[VT_L(ASSIGNED_MAX)], id;
	int rc = person(w, &as.lead);

	for (size_t i = 0; rc == VT_OK && i < w->form->n; i++) {
		const char *name = w->form->fields[i].name;

		if (name[0] == 'w' && vt_id_parse(vt_span_str(name + 1), &id))
			rc = add_helper(w, &id, with, &as);
	}
	while (rc == VT_OK && (one = next_line(w, &lines, &rc)) != NULL)
		if ((rc = vt_people_find(w->d, one, &id, w->err)) == VT_OK)
			rc = add_helper(w, &id, with, &as);
	if (rc != VT_OK)
		return rc;
	as.with = with;
	as.due_on = *due == '\0' ? NULL : due;
	return vt_office_assign(
	    w->d->office, w->rq, w->paper, &as, w->ret, w->err);
}

VT_ACT_RUN(forward)
{
	vt_id to;
	int rc = person(w, &to);

	return rc != VT_OK ? rc
			   : vt_office_forward(w->d->office, w->rq, w->paper,
				 &to, note(w), w->ret, w->err);
}

/* --- other papers --- */

/* Our paper that the form cites by its number, the newest of that number. */
static int
cited(const struct vt_doing *w, vt_id *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *no = vt_webform_get(w->form, "paper");
	struct vt_paper p;
	int rc;

	rc = vt_office_may_read(w->d->me, w->err);
	if (rc != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(w->d->office), &v, w->err)) !=
		VT_OK ||
	    (rc = vt_paper_by_number_text(
		 v, w->d->me->agency_no, no, "", &p, w->err)) != VT_OK)
		return rc;
	*ret = p.id;
	return VT_OK;
}

VT_ACT_RUN(finish)
{
	bool has = *vt_webform_get(w->form, "paper") != '\0';
	vt_id answer;
	int rc = has ? cited(w, &answer) : VT_OK;

	return rc != VT_OK ? rc
			   : vt_office_finish(w->d->office, w->rq, w->paper,
				 has ? &answer : NULL, note(w), w->ret, w->err);
}

VT_ACT_RUN(recall)
{
	vt_id notice;
	int rc = cited(w, &notice);

	return rc != VT_OK
		   ? rc
		   : vt_office_recall(w->d->office, w->rq, w->paper, &notice,
			 vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(replace)
{
	vt_id by;
	int rc = cited(w, &by);

	return rc != VT_OK
		   ? rc
		   : vt_office_replace(w->d->office, w->rq, w->paper, &by,
			 vt_webform_get(w->form, "note"), w->ret, w->err);
}

VT_ACT_RUN(amend)
{
	vt_id by;
	int rc = cited(w, &by);

	return rc != VT_OK
		   ? rc
		   : vt_office_amend(w->d->office, w->rq, w->paper, &by,
			 vt_webform_get(w->form, "note"), w->ret, w->err);
}

/* Has it, of those that came, this number as its agency wrote it? */
static bool
came_as(const struct vt_paper *p, const char *number)
{
	VT_BUF_AUTO(text);

	/* markup: none, it is compared */
	vt_buf_printf(&text, "%s%s%s", p->meta.number,
	    *p->meta.notation == '\0' ? "" : "/", p->meta.notation);
	return p->direction == VT_DIR_IN &&
	       strcmp(vt_buf_str(&text), number) == 0;
}

/* A paper that is kept here, by its whole number: ours, or the newest that
 * came with it. */
static int
kept_here(const struct vt_doing *w, const char *number, vt_id *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper_query q = { .number = number };
	struct vt_paper p;
	size_t n = 0;
	int rc;

	rc = vt_office_may_read(w->d->me, w->err);
	if (rc != VT_OK || (rc = vt_view_begin(vt_office_store(w->d->office),
				&v, w->err)) != VT_OK)
		return rc;
	*ret = (vt_id){ { 0 } };
	rc = vt_paper_by_number_text(
	    v, w->d->me->agency_no, number, "", &p, w->err);
	if (rc == VT_OK)
		*ret = p.id;
	if (rc != VT_E_NOT_FOUND)
		return rc;
	q.direction = VT_DIR_IN;
	do {
		rc = vt_paper_search(
		    v, w->d->me->agency_no, &q, &p, 1, &n, &q.before, w->err);
		if (rc != VT_OK)
			return rc;
		if (n > 0 && came_as(&p, number)) {
			*ret = p.id;
			return VT_OK;
		}
	} while (q.before != 0);
	return vt_err_set(w->err, VT_E_NOT_FOUND,
	    "no paper of this agency has the number \"%s\"", number);
}

/* What came and has this số đến; the newest year's. */
static int
arrived_as(const struct vt_doing *w, uint64_t number, vt_id *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper_query q = { .direction = VT_DIR_IN,
		.number = vt_webform_get(w->form, "number") };
	struct vt_paper p;
	size_t n = 0;
	int rc;

	rc = vt_office_may_read(w->d->me, w->err);
	if (rc != VT_OK || (rc = vt_view_begin(vt_office_store(w->d->office),
				&v, w->err)) != VT_OK)
		return rc;
	do {
		rc = vt_paper_search(
		    v, w->d->me->agency_no, &q, &p, 1, &n, &q.before, w->err);
		if (rc != VT_OK)
			return rc;
		if (n > 0 && p.arrival.value == number &&
		    !vt_id_eq(&p.id, w->paper) && vt_id_is_zero(&p.joined_to)) {
			*ret = p.id;
			return VT_OK;
		}
	} while (q.before != 0);
	return vt_err_set(w->err, VT_E_NOT_FOUND,
	    "no paper of this agency came under the number %" PRIu64, number);
}

VT_ACT_RUN(join)
{
	uint64_t number = vt_webform_number(w->form, "number");
	vt_id other;
	int rc;

	if (number == 0)
		return vt_err_set(
		    w->err, VT_E_INVALID, "form: an arrival number is wanted");
	rc = arrived_as(w, number, &other);
	return rc != VT_OK ? rc
			   : vt_office_join(w->d->office, w->rq, w->paper,
				 &other, note(w), w->ret, w->err);
}

VT_ACT_RUN(original)
{
	const char *on = vt_webform_get(w->form, "on");
	uint64_t pages = vt_webform_number(w->form, "pages");
	struct vt_original n = { .on = *on == '\0' ? NULL : on,
		.pages = pages > 100000 ? 0 : (uint32_t)pages,
		.from = vt_webform_get(w->form, "from"),
		.note = note(w) };

	return vt_office_original(
	    w->d->office, w->rq, w->paper, &n, w->ret, w->err);
}

VT_ACT_RUN(link)
{
	const char *number = vt_webform_get(w->form, "number");
	const char *from = vt_webform_get(w->form, "from");
	struct vt_link_order l = {
		.kind = vt_link_kind_parse(vt_webform_get(w->form, "kind")),
		.note = note(w),
	};
	int rc = VT_OK;

	if (*from == '\0')
		rc = kept_here(w, number, &l.paper);
	else
		l.cited = (struct vt_answered){ from, number,
			vt_webform_get(w->form, "day"), "" };
	return rc != VT_OK ? rc
			   : vt_office_link(w->d->office, w->rq, w->paper, &l,
				 w->ret, w->err);
}

/* --- destroying --- */

VT_ACT_RUN(ask_destroy)
{
	struct vt_destruction d = { .reason = vt_destroy_reason_parse(
					vt_webform_get(w->form, "because")),
		.note = vt_webform_get(w->form, "note"),
		.wipe = *vt_webform_get(w->form, "words") != '\0' };

	return vt_office_ask_destroy(
	    w->d->office, w->rq, w->paper, &d, w->ret, w->err);
}

VT_ACT_RUN(destroy)
{
	return vt_office_destroy(w->d->office, w->rq, w->paper, w->ret, w->err);
}

/* --- on paper --- */

VT_ACT_RUN(print)
{
	bool copy = vt_webform_get(w->form, "what")[0] != '1';
	const char *hash = vt_webform_get(w->form, copy ? "main" : "printed");
	uint64_t n = vt_webform_number(w->form, "copies");
	struct vt_printing p = { .what = copy ? VT_PRINT_COPY : VT_PRINT_PAPER,
		.copies = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n,
		.note = note(w) };

	if (!vt_hash_parse(vt_span_str(hash), &p.version))
		return vt_err_set(w->err, VT_E_SYNTAX,
		    "form: the file that was printed is missing");
	return vt_office_print(
	    w->d->office, w->rq, w->paper, &p, w->ret, w->err);
}

static int
delivery(const struct vt_doing *w, vt_id *ret)
{
	if (vt_id_parse(vt_span_str(vt_webform_get(w->form, "delivery")), ret))
		return VT_OK;
	return vt_err_set(w->err, VT_E_INVALID, "form: no delivery was chosen");
}

VT_ACT_RUN(handed)
{
	const char *on = vt_webform_get(w->form, "on");
	struct vt_handing h = { .on = *on == '\0' ? NULL : on,
		.name = vt_webform_get(w->form, "name"),
		.waybill = vt_webform_get(w->form, "waybill"),
		.note = note(w) };
	vt_id id;
	int rc = delivery(w, &id);

	return rc != VT_OK ? rc
			   : vt_office_handed_by(
				 w->d->office, w->rq, &id, &h, w->ret, w->err);
}

/* --- sending --- */

static int
add_to(const struct vt_doing *w, const char *text, struct vt_recipient *to,
    size_t *n)
{
	struct vt_recipient r = vt_recipient_typed(w->d, text);

	for (size_t i = 0; i < *n; i++)
		if (vt_recipient_eq(&to[i], &r))
			return VT_OK;
	if (*n == TO_MAX)
		return vt_err_set(w->err, VT_E_INVALID,
		    "at most %zu recipients at once", TO_MAX);
	to[(*n)++] = r;
	return VT_OK;
}

/* Whatever the book has for these words now. */
static int
add_found(const struct vt_doing *w, const char *words, struct vt_recipient *to,
    size_t *n)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_arena *arena = w->d->req->arena;
	struct vt_book book;
	const char *code = "", *name;
	int rc;

	rc = vt_view_begin(vt_office_store(w->d->office), &v, w->err);
	if (rc != VT_OK)
		return rc;
	rc = vt_book_open(&book, w->d, v, w->paper, words, w->err);
	while (rc == VT_OK && code != NULL) {
		rc = vt_book_next(&book, &code, &name, w->err);
		if (rc != VT_OK || code == NULL)
			continue;
		code = vt_arena_strdup(arena, code);
		rc = code == NULL ? vt_arena_err(arena, w->err)
				  : add_to(w, code, to, n);
	}
	vt_book_close(&book);
	return rc;
}

/* The way that was chosen for this one alone, 0: that of all. Those with a code
 * are known by it, the others by the name in a field of theirs. */
static uint32_t
own_channel(const struct vt_doing *w, const struct vt_recipient *to)
{
	const struct vt_webform_field *f = w->form->fields;
	uint64_t n = 0;
	char at[88];

	if (*to->code != '\0') {
		(void)snprintf(at, sizeof(at), "wc%s", to->code);
		n = vt_webform_number(w->form, at);
	}
	for (size_t i = 0; *to->code == '\0' && i < w->form->n; i++) {
		if (f[i].name[0] != 'n' || strcmp(f[i].value, to->name) != 0)
			continue;
		(void)snprintf(at, sizeof(at), "w%.80s", f[i].name);
		n = vt_webform_number(w->form, at);
	}
	return n > VT_CHANNEL_POST ? 0 : (uint32_t)n;
}

/* The way of all of this sending, and who those without a code are; or the one
 * of each. NULL: nobody said anything. */
static const struct vt_way *
ways(const struct vt_doing *w, const struct vt_recipient *to, size_t n)
{
	uint64_t channel = vt_webform_number(w->form, "channel");
	uint64_t kind = vt_webform_number(w->form, "kind");
	bool any = channel != 0 || kind != 0;
	struct vt_way *r;

	if (channel > VT_CHANNEL_POST || kind > VT_ADDRESSEE_PERSON)
		return NULL;
	r = vt_arena_array(w->d->req->arena, n, sizeof(*r));
	for (size_t i = 0; r != NULL && i < n; i++) {
		uint32_t own = own_channel(w, &to[i]);
		bool code = *to[i].code != '\0';

		any |= own != 0;
		r[i].kind = code ? VT_ADDRESSEE_AXIS : (uint32_t)kind;
		r[i].channel = own != 0 ? own : (uint32_t)channel;
		/* what has no code goes on paper whatever the others do */
		if (!code && r[i].channel <= VT_CHANNEL_PARALLEL)
			r[i].channel = VT_CHANNEL_PAPER;
	}
	return any ? r : NULL;
}

VT_ACT_RUN(send)
{
	const char *lines = vt_webform_get(w->form, "more"), *one;
	struct vt_recipient *to;
	size_t n = 0;
	int rc = VT_OK;

	to = vt_arena_array(w->d->req->arena, TO_MAX, sizeof(*to));
	if (to == NULL)
		return vt_arena_err(w->d->req->arena, w->err);

	for (size_t i = 0; rc == VT_OK && i < w->form->n; i++) {
		const char *name = w->form->fields[i].name;

		if (name[0] == 'c' && vt_recipient_is_code(name + 1))
			rc = add_to(w, name + 1, to, &n);
		else if (name[0] == 'n' && name[1] >= '0' && name[1] <= '9')
			rc = add_to(w, w->form->fields[i].value, to, &n);
		else if (strcmp(name, "all") == 0 &&
			 w->form->fields[i].value[0] == '=')
			rc = add_found(w, w->form->fields[i].value + 1, to, &n);
	}
	while (rc == VT_OK && (one = next_line(w, &lines, &rc)) != NULL)
		rc = add_to(w, one, to, &n);
	if (rc != VT_OK ||
	    (rc = vt_recipients_named(w->d, to, &n, w->err)) != VT_OK)
		return rc;
	if (n == 0)
		return vt_err_set(
		    w->err, VT_E_INVALID, "no recipient was chosen");
	return vt_office_dispatch_by(w->d->office, w->rq, w->paper, to,
	    ways(w, to, n), n, w->ret, w->err);
}

VT_ACT_RUN(resend)
{
	vt_id id;
	int rc = delivery(w, &id);

	return rc != VT_OK ? rc
			   : vt_office_replay_delivery(
				 w->d->office, w->rq, &id, w->ret, w->err);
}
