/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/api/web/fake_desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/office/answers.h"
#include "api/office/books.h"
#include "api/office/delegation.h"
#include "api/office/deliver.h"
#include "api/office/destruction.h"
#include "api/office/find.h"
#include "api/office/initials.h"
#include "api/office/joins.h"
#include "api/office/links.h"
#include "api/office/pictures.h"
#include "api/office/print.h"
#include "api/office/recall.h"
#include "api/office/report.h"
#include "api/office/routes.h"
#include "api/office/statuses.h"
#include "tests/unit/api/fake_office.h"

/* A fake passes most of what it is given over. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

struct fake_desk desk = { .state = VT_PAPER_APPROVED,
	.direction = VT_DIR_OUT,
	.subject = "Về <script>alert(1)</script> \"ngoặc\" & 'nháy'" };

const char *
fake_token(char who)
{
	static char token[VT_SESSION_TOKEN + 1];

	memset(token, who, VT_SESSION_TOKEN);
	return token;
}

const char *
fake_csrf(char who)
{
	static char csrf[VT_HASH_TEXT + 1];

	memset(csrf, who, VT_HASH_TEXT);
	return csrf;
}

/* --- sessions --- */

static uint32_t
roles_of(char who)
{
	switch (who) {
	case 'l':
		return VT_ROLE_LEADER;
	case 'o':
		return VT_ROLE_OFFICER;
	case 'c':
		return VT_ROLE_CLERK;
	case 'a':
		return VT_ROLE_AUDITOR;
	case 'm':
		return VT_ROLE_ADMIN;
	default:
		return 0;
	}
}

static void
fill(char who, struct vt_session *s)
{
	memset(s, 0, sizeof(*s));
	s->actor.person = fake_id((uint8_t)who);
	s->actor.agency_no = 1;
	s->actor.roles = roles_of(who);
	s->must_change = desk.must_change;
	if (who != 0 && who == desk.acts_for) {
		s->actor.acting[0].from = fake_id('l');
		vt_duties_add(&s->actor.acting[0].duties, VT_DUTY_SIGN);
		s->actor.n_acting = 1;
	}
	snprintf(s->actor.name, sizeof(s->actor.name), "Trần <b>Văn</b> Thử");
	snprintf(s->actor.agency_name, sizeof(s->actor.agency_name), "Sở mẫu");
}

int
vt_office_sign_in_place(struct vt_office *o, const struct vt_sign_in *in,
    char ret[VT_SIGN_IN_PLACE + 1], struct vt_err *reterr)
{
	snprintf(ret, VT_SIGN_IN_PLACE + 1, "%s",
	    in->device == NULL ? in->address : in->device);
	return VT_OK;
}

int
vt_office_sign_in(struct vt_office *o, const struct vt_sign_in *in,
    unsigned *ret_wait_s, struct vt_session *ret, struct vt_err *reterr)
{
	snprintf(desk.login, sizeof(desk.login), "%s", in->login);
	snprintf(desk.code, sizeof(desk.code), "%s", in->code);
	*ret_wait_s = 7;
	if (desk.sign_in != VT_OK)
		return vt_err_set(reterr, desk.sign_in, "sign in: refused");
	fill('c', ret);
	memcpy(ret->token, fake_token('c'), sizeof(ret->token));
	return VT_OK;
}

int
vt_office_session(struct vt_office *o, struct vt_span token,
    struct vt_session *ret, struct vt_err *reterr)
{
	if (token.n != VT_SESSION_TOKEN || roles_of((char)token.p[0]) == 0)
		return vt_err_set(
		    reterr, VT_E_UNAUTHENTICATED, "session: nobody's");
	fill((char)token.p[0], ret);
	return VT_OK;
}

int
vt_office_sign_out(
    struct vt_office *o, struct vt_span token, struct vt_err *reterr)
{
	return VT_OK;
}

void
vt_session_csrf(
    struct vt_office *o, struct vt_span token, char ret[VT_HASH_TEXT + 1])
{
	memcpy(ret, fake_csrf((char)token.p[0]), VT_HASH_TEXT + 1);
}

int
vt_session_csrf_check(struct vt_office *o, struct vt_span token,
    const char *given, struct vt_err *reterr)
{
	if (given == NULL || strcmp(given, fake_csrf((char)token.p[0])) != 0)
		return vt_err_set(reterr, VT_E_CSRF, "form: not of this one");
	return VT_OK;
}

int
vt_office_change_password(struct vt_office *o, const struct vt_request *rq,
    const struct vt_secret *old, const struct vt_secret *new_password,
    struct vt_span keep, struct vt_err *reterr)
{
	return fake.answer == VT_OK
		   ? VT_OK
		   : vt_err_set(reterr, fake.answer, "password: refused");
}

/* --- reading --- */

int
vt_office_may_read(const struct vt_actor *actor, struct vt_err *reterr)
{
	return vt_who_may(actor, VT_DUTY_READ, reterr);
}

static const struct vt_part parts[] = { { .no = 1,
    .role = VT_PART_MAIN,
    .name = "<i>tệp</i>.pdf",
    .media_type = "application/pdf",
    .version = 1,
    .size = 10,
    .problem = "" } };
static struct vt_part bad_part;

static void
fill_paper(struct vt_paper *p)
{
	memset(p, 0, sizeof(*p));
	p->id = fake_id(5);
	p->rev = 3;
	p->created_by = fake_id(9);
	p->direction = desk.direction;
	p->state = desk.state;
	p->created_at = p->changed_at = 1763700000000000;
	p->meta.type_code = "CV";
	p->meta.type_name = "Công văn";
	p->meta.subject = desk.subject;
	p->meta.notation = p->meta.number = p->meta.issued_on = "";
	p->meta.due_on = desk.due == NULL ? "" : desk.due;
	p->asked = desk.asked ? VT_ASK_TAKE_BACK : 0;
	p->replaced_kind = desk.amended ? VT_REPLACE_AMEND : 0;
	if (desk.amended) {
		static const char *const annexes[] = { "Biểu <số> 1" };

		p->replaced_by = fake_id(5);
		p->meta.circulation = "lưu hành <nội bộ>";
		p->meta.appendixes = annexes;
		p->meta.n_appendixes = 1;
		p->meta.pages = 7;
	}
	if (desk.mine != 0)
		p->assigned_to = fake_id((uint8_t)desk.mine);
	p->parts = parts;
	if (desk.problem != NULL) {
		bad_part = parts[0];
		bad_part.problem = desk.problem;
		p->parts = &bad_part;
	}
	p->n_parts = 1;
	p->number.value = desk.numbered ? 5 : 0;
	p->number.text = "05/SKHCN";
	p->number.series = p->number.notation = "";
	p->arrival.text = p->arrival.series = p->arrival.notation = "";
	p->code = p->assigned_unit = p->assigned_due = p->forwarded_unit = "";
	p->asked_note = p->closed_note = "";
	p->last_act = desk.acts == 0 ? 40 : desk.acts;
	p->signed_at = p->sealed_at = p->issued_at = VT_TIME_NONE;
	p->opened_at = p->finished_at = p->original_at = VT_TIME_NONE;
	p->frozen_at = p->isolated_at = VT_TIME_NONE;
	p->extend_asked = p->due_first = p->frozen_order = "";
	p->isolated_note = "";
	p->meta.agency_name = p->meta.place = "";
	if (desk.twice) {
		p->meta.number = "7";
		p->meta.notation = "UBND";
		p->meta.agency_name = "Xã Mẫu";
	}
	p->meta.agency_code = desk.direction == VT_DIR_IN ? "H98.01" : "";
	p->meta.draft_unit = p->meta.description = "";
	p->meta.signer_name = desk.planned == NULL ? "" : desk.planned;
	if (desk.signed_by != 0)
		p->signed_by = fake_id((uint8_t)desk.signed_by);
	p->meta.reply_to =
	    desk.amended ? "05050505050505050505050505050505" : "";
	p->meta.procedure_name = p->meta.case_code = p->meta.holder_name = "";
}

int
vt_office_paper(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper *ret,
    struct vt_err *reterr)
{
	vt_id known = fake_id(5);

	if (!vt_id_eq(paper, &known))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "paper: not found");
	fill_paper(ret);
	return VT_OK;
}

int
vt_paper_search(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_query *q, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	desk.searched++;
	snprintf(desk.looked[0], sizeof(desk.looked[0]), "%s",
	    q->number == NULL ? "" : q->number);
	snprintf(desk.looked[1], sizeof(desk.looked[1]), "%s",
	    q->words == NULL ? "" : q->words);
	*ret_n = q->states == 0 || (q->states >> desk.state & 1) != 0 ? 1 : 0;
	*ret_next = 0;
	if (desk.no_such_number && q->number != NULL)
		*ret_n = 0;
	if (q->words != NULL && *ret_n > 0)
		*ret_next = desk.older;
	if (desk.far) {
		*ret_n = 0;
		*ret_next = 77;
	}
	if (desk.pages > 1 && q->before != desk.pages - 1) {
		*ret_n = 0;
		*ret_next = q->before + 1;
	}
	fill_paper(ret);
	ret->meta.urgency = desk.urgency[0];
	if (desk.urgency[1] != 0 && *ret_n == 1) {
		*ret_n = 2;
		fill_paper(&ret[1]);
		ret[1].meta.urgency = desk.urgency[1];
		ret[1].meta.subject = "Việc gấp";
	}
	return VT_OK;
}

int
vt_office_find(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_find *f,
    struct vt_find_page *page, struct vt_err *reterr)
{
	struct vt_paper_query q = { .before = page->before };

	if (*f->f[VT_FIND_Q] != '\0')
		q.words = f->f[VT_FIND_Q];
	if (*f->f[VT_FIND_NUMBER] != '\0')
		q.number = f->f[VT_FIND_NUMBER];
	return vt_paper_search(v, actor->agency_no, &q, page->ret, page->max,
	    &page->n, &page->next, reterr);
}

const char *
vt_export_column(size_t i)
{
	return i == 0 ? "number" : i == 1 ? "due" : NULL;
}

const char *
vt_export_heading(size_t i, bool en)
{
	return i == 0 ? "Số, ký hiệu" : "Hạn xử lý";
}

int
vt_person_get(struct vt_view *v, const vt_id *id, struct vt_person *ret,
    struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = *id;
	ret->name = id->b[0] == 'l' ? "Lê Thị Ký" : "Người <u>khác</u>";
	ret->position = id->b[0] == 'l' ? "Phó Giám đốc" : "";
	ret->unit = ret->key_ref = "";
	ret->roles = id->b[15] == 'm' ? VT_ROLE_ADMIN : VT_ROLE_OFFICER;
	ret->active = true;
	return VT_OK;
}

const char *
vt_person_name_at(const struct vt_person *p, vt_time t)
{
	return p->name;
}

/* Of one time only: what he is. */
const struct vt_post *
vt_person_post_at(const struct vt_person *p, vt_time t, struct vt_post *own)
{
	*own = (struct vt_post){ .position = p->position, .unit = p->unit };
	return own;
}

int
vt_person_list(struct vt_view *v, uint32_t agency_no, uint64_t after,
    struct vt_person *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	vt_id id = fake_id(9);

	size_t n = 0;

	if (desk.people == 0) {
		*ret_n = 1;
		return vt_person_get(v, &id, ret, reterr);
	}
	for (; n < max && after + n < desk.people; n++) {
		int rc;

		id.b[0] = (uint8_t)((after + n) >> 8);
		id.b[1] = (uint8_t)(after + n);
		rc = vt_person_get(v, &id, &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		ret[n].seq = after + n + 1;
		ret[n].active = after + n >= 300;
		if (after + n + 1 == desk.people)
			ret[n].name = "Người cuối";
	}
	*ret_n = n;
	return VT_OK;
}

/* Many of them: every tenth is for paper, the last one failed. */
static void
fill_delivery(struct vt_delivery *d, uint64_t no)
{
	static char names[4096][24];

	memset(d, 0, sizeof(*d));
	d->id = fake_id(8);
	d->id.b[0] = (uint8_t)(no >> 8);
	d->id.b[1] = (uint8_t)no;
	d->seq = no;
	snprintf(names[no], sizeof(names[no]), "Xã %u.", (unsigned)no);
	d->to.name = names[no];
	d->to.code = d->note = d->reason = d->external = "";
	d->state = no == desk.deliveries ? VT_DELIVERY_FAILED
		   : no % 10 == 0        ? VT_DELIVERY_PRINT
					 : VT_DELIVERY_SENT;
}

int
vt_delivery_get(struct vt_view *v, const vt_id *id, struct vt_delivery *ret,
    struct vt_err *reterr)
{
	fill_delivery(ret, (uint64_t)id->b[0] << 8 | id->b[1]);
	ret->paper = fake_id(5);
	ret->log = fake.statuses;
	return VT_OK;
}

int
vt_delivery_list_after(struct vt_view *v, const vt_id *paper, uint64_t after,
    struct vt_delivery *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	size_t n = 0;

	*ret_n = 0;
	for (; n < max && after + n < desk.deliveries; n++)
		fill_delivery(&ret[n], after + n + 1);
	*ret_n = n;
	if (desk.printed && desk.deliveries == 0)
		return vt_office_delivery_list(NULL, v, NULL, 0, ret, max,
		    ret_n, &(uint64_t){ 0 }, reterr);
	if (!desk.dead || desk.deliveries != 0)
		return VT_OK;
	return vt_office_dead_letters(
	    NULL, v, NULL, 0, ret, max, ret_n, &(uint64_t){ 0 }, reterr);
}

int
vt_act_list(struct vt_view *v, const vt_id *paper, uint64_t from,
    struct vt_act_entry *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	static const enum vt_step_kind kinds[] = { VT_STEP_REGISTER };
	static char notes[4096][24];
	static const struct vt_act_whom nobody = {
		.unit = "", .due = "", .was_due = "", .order = "", .staff = ""
	};
	uint64_t all = desk.acts == 0 ? 1 : desk.acts;
	size_t n = 0;

	for (size_t i = 0; i < desk.n_history && n < max; i++)
		if (desk.history[i].index >= from)
			ret[n++] = desk.history[i];
	if (desk.n_history > 0) {
		*ret_n = n;
		return VT_OK;
	}
	for (uint64_t i = from == 0 ? 1 : from; n < max && i <= all; i++, n++) {
		memset(&ret[n], 0, sizeof(ret[n]));
		ret[n].index = i;
		ret[n].kinds = kinds;
		ret[n].whom = &nobody;
		ret[n].n_kinds = 1;
		snprintf(notes[i], sizeof(notes[i]), "việc %u.", (unsigned)i);
		ret[n].note = notes[i];
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_office_acted(struct vt_view *v, uint32_t agency_no, const vt_id *paper,
    struct vt_acted *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = desk.in_place ? 1 : 0;
	memset(ret, 0, sizeof(*ret));
	ret->act = 1;
	ret->from = fake_id('x');
	snprintf(ret->duty, sizeof(ret->duty), "sign");
	return VT_OK;
}

uint32_t
vt_delivery_shown(const struct vt_delivery *d)
{
	return d->progress;
}

int
vt_agency_by_code(struct vt_view *v, const char *code, struct vt_agency *ret,
    struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN, "no %s", code);
}

int
vt_agency_list(struct vt_view *v, uint32_t after, struct vt_agency *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	return VT_OK;
}

int
vt_paper_by_number_text(struct vt_view *v, uint32_t agency_no, const char *text,
    const char *issued_on, struct vt_paper *ret, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NOT_FOUND, "no paper %s", text);
}

int
vt_office_address_list(struct vt_office *o, struct vt_view *v,
    const char *after, struct vt_address *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	unsigned i = *after == '\0' ? 0 : (unsigned)atoi(after + 4) + 1;
	size_t n = 0;

	for (; n < max && i < desk.book; n++, i++) {
		memset(&ret[n], 0, sizeof(ret[n]));
		snprintf(ret[n].code, sizeof(ret[n].code), "H50.%04u", i);
		snprintf(ret[n].name, sizeof(ret[n].name), "UBND xã %s %u",
		    i % 2 == 0 ? "Đông" : "Tây", i);
		if (desk.namesakes)
			snprintf(
			    ret[n].name, sizeof(ret[n].name), "UBND xã Đông");
		ret[n].deleted = i == 3;
	}
	desk.book_read += (unsigned)n;
	*ret_n = n;
	return VT_OK;
}

int
vt_office_address_get(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_address *ret, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN, "no %s", code);
}

int
vt_office_page_count(struct vt_office *o, const struct vt_content *c,
    size_t *ret, struct vt_err *reterr)
{
	*ret = 2;
	return VT_OK;
}

int
vt_office_picture(struct vt_office *o, const struct vt_content *c, size_t page,
    int dpi, struct vt_buf *ret, struct vt_err *reterr)
{
	if (page > 1)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such page");
	vt_buf_puts(ret, "PNG");
	return VT_OK;
}

/* --- acts that fake_office has not --- */

int
fake_noted(const char *name, const struct vt_request *rq, const char *note,
    struct vt_err *reterr)
{
	snprintf(fake.note, sizeof(fake.note), "%s", note == NULL ? "" : note);
	return fake_act(name, rq, reterr);
}

int
vt_office_accept(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("accept", rq, NULL, reterr);
}

int
vt_office_refuse(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	return fake_noted("refuse", rq, reason, reterr);
}

int
vt_office_assign(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_assignment *as,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("assign", rq, as->opinion, reterr);
}

int
vt_office_forward(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *person, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("forward", rq, note, reterr);
}

int
vt_office_process(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *note, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	return fake_noted("process", rq, note, reterr);
}

int
vt_office_finish(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *answer, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("finish", rq, note, reterr);
}

int
vt_office_take_back(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *delivery, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("take-back", rq, reason, reterr);
}

int
vt_office_recall(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *notice, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("recall", rq, reason, reterr);
}

int
vt_office_answer_recall(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, bool agree, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("answer", rq, reason, reterr);
}

int
vt_office_dead_letters(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	*ret_n = desk.dead ? 1 : 0;
	*ret_next = 0;
	if (!desk.dead)
		return VT_OK;
	memset(ret, 0, sizeof(*ret));
	ret->paper = fake_id(5);
	ret->state = VT_DELIVERY_FAILED;
	ret->to.code = "H99.31";
	ret->to.name = "Xã <em>Mẫu</em>";
	ret->id = fake_id(8);
	ret->note = "Bên nhận <u>không</u> đọc được";
	ret->reason = "";
	return VT_OK;
}

int
vt_office_replay_delivery(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("resend", rq, NULL, reterr);
}

int
vt_office_replace(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("replace", rq, reason, reterr);
}

int
vt_office_amend(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("amend", rq, reason, reterr);
}

/* One refusal that its sender was not told. */
int
vt_office_untold(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_untold *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	*ret_n = desk.untold ? 1 : 0;
	*ret_next = 0;
	if (vt_who_may(actor, VT_DUTY_INBOX, reterr) != VT_OK)
		return VT_E_FORBIDDEN;
	if (!desk.untold)
		return VT_OK;
	memset(ret, 0, sizeof(*ret));
	ret->id = fake_id(10);
	ret->paper = fake_id(5);
	ret->code = VT_STATUS_REFUSED;
	ret->next = desk.untold_next;
	ret->at = 1763700000000000;
	snprintf(ret->to, sizeof(ret->to), "H98.<u>1</u>");
	snprintf(ret->text, sizeof(ret->text), "Sai <s>nơi</s>");
	snprintf(ret->note, sizeof(ret->note), "ErrorCode -1: <u>no</u>");
	return VT_OK;
}

int
vt_office_hurry_status(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *status, struct vt_untold *ret, struct vt_err *reterr)
{
	vt_id known = fake_id(10);

	if (vt_who_may(actor, VT_DUTY_REPLAY, reterr) != VT_OK)
		return VT_E_FORBIDDEN;
	if (!desk.untold || !vt_id_eq(status, &known))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such status");
	desk.hurried++;
	return VT_OK;
}

int
vt_office_print(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_printing *p, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	desk.printing = *p;
	return fake_noted("print", rq, p->note, reterr);
}

int
vt_office_join(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *other, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("join", rq, note, reterr);
}

int
vt_office_original(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_original *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	return fake_noted("original", rq, n->from, reterr);
}

int
vt_office_alike(struct vt_view *v, const struct vt_actor *actor,
    const struct vt_meta *m, const vt_id *but, struct vt_paper *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	(void)snprintf(desk.looked[0], sizeof(desk.looked[0]), "%s|%s|%s",
	    m->number == NULL ? "" : m->number,
	    m->notation == NULL ? "" : m->notation,
	    m->agency_name == NULL ? "" : m->agency_name);
	if (!desk.twice)
		return VT_OK;
	memset(ret, 0, sizeof(*ret));
	ret->id = fake_id(5);
	ret->meta.subject = "Cùng <số>";
	ret->arrival.text = "12";
	*ret_n = 1;
	return VT_OK;
}

int
vt_office_link(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_link_order *l,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return fake_noted("link", rq, l->note, reterr);
}

int
vt_office_initials_left(struct vt_office *o, const struct vt_content *c,
    unsigned *ret, struct vt_err *reterr)
{
	desk.inspected++;
	*ret = desk.initials;
	return VT_OK;
}

/* ---- destroying: nobody asked ---- */

int
vt_office_destruction_asked(struct vt_view *v, uint32_t agency_no,
    const vt_id *paper, struct vt_destruction *ret, struct vt_buf *room,
    struct vt_err *reterr)
{
	(void)v;
	(void)agency_no;
	(void)paper;
	(void)ret;
	(void)room;
	return vt_err_set(reterr, VT_E_NOT_FOUND, "nobody asked");
}

int
vt_office_report(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_report_ask *ask, struct vt_arena *a, struct vt_report *ret,
    struct vt_err *reterr)
{
	if (strcmp(ask->from, ask->to) > 0)
		return vt_err_set(reterr, VT_E_INVALID, "the wrong way round");
	memset(ret, 0, sizeof(*ret));
	ret->rows = vt_arena_array(a, 1, sizeof(*ret->rows));
	if (ret->rows == NULL)
		return vt_arena_err(a, reterr);
	ret->n_rows = 1;
	ret->rows[0] =
	    (struct vt_report_row){ "CV", "Công <văn>", { 7, 1, 2, 3 } };
	ret->total = ret->rows[0];
	return VT_OK;
}

/* One number of each kind, unless desk.none_held. */
int
vt_office_held(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper *p,
    enum vt_hold_kind kind, struct vt_held_numbers *ret, struct vt_err *reterr)
{
	ret->n = desk.none_held ? 0 : 1;
	ret->h[0] = (struct vt_hold){ .kind = kind,
		.value = kind == VT_HOLD_OUTAGE ? 31 : 21,
		.note = "mất <mạng>" };
	return VT_OK;
}

int
vt_office_number_as(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_numbering *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	fake.by_hand = n->value;
	return vt_office_number(o, rq, paper, ret, reterr);
}
