/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The acts of the desk: one table; who may is the office's, when is here. */
#include "api/web/sheet.h"

static bool
draft(const struct vt_paper *p)
{
	return p->direction != VT_DIR_IN &&
	       (p->state == VT_PAPER_DRAFT || p->state == VT_PAPER_RETURNED);
}

static bool
submitted(const struct vt_paper *p)
{
	return p->state == VT_PAPER_SUBMITTED;
}

static bool
in_agreement(const struct vt_paper *p)
{
	return p->state == VT_PAPER_SUBMITTED || p->state == VT_PAPER_APPROVED;
}

static bool
approved(const struct vt_paper *p)
{
	return p->state == VT_PAPER_APPROVED && !vt_paper_is_ready(p);
}

static bool
to_number(const struct vt_paper *p)
{
	return vt_paper_is_ready(p) && p->number.value == 0;
}

/* A reserved number is given from the approval on. */
static bool
to_take(const struct vt_paper *p)
{
	return p->number.value == 0 && (vt_paper_is_ready(p) || approved(p));
}

/* What was numbered by hand is a paper that is entered afterwards. */
static bool
to_enter(const struct vt_paper *p)
{
	return p->direction != VT_DIR_IN && p->number.value == 0 &&
	       p->state < VT_PAPER_SIGNED && p->state != VT_PAPER_RETURNED;
}

static bool
to_seal(const struct vt_paper *p)
{
	return vt_paper_is_ready(p) && p->number.value != 0;
}

static bool
sealed(const struct vt_paper *p)
{
	return p->state == VT_PAPER_SEALED;
}

/* Till a signature: then it is only appended to. */
static bool
editable(const struct vt_paper *p)
{
	return draft(p) || (p->direction != VT_DIR_IN && in_agreement(p) &&
			       p->initials == 0);
}

static bool
issued(const struct vt_paper *p)
{
	return p->direction == VT_DIR_OUT &&
	       (p->state == VT_PAPER_ISSUED || p->state == VT_PAPER_DISPATCHED);
}

static bool
there(const struct vt_paper *p)
{
	return p->destroyed_why == 0;
}

/* A draft is given up in other ways. */
static bool
destroyable(const struct vt_paper *p)
{
	return there(p) &&
	       (p->direction == VT_DIR_IN || p->state >= VT_PAPER_ISSUED);
}

static bool
replaceable(const struct vt_paper *p)
{
	return issued(p) && p->replaced_kind != VT_REPLACE_NEW;
}

/* Decree 30/2020, Article 18(5), 25: the paper signed and numbered is printed;
 * what arrived, copied. */
static bool
printable(const struct vt_paper *p)
{
	switch (p->state) {
	case VT_PAPER_SIGNED:
		return p->number.value != 0;
	case VT_PAPER_SEALED:
	case VT_PAPER_ISSUED:
	case VT_PAPER_DISPATCHED:
	case VT_PAPER_ARRIVED:
	case VT_PAPER_ASSIGNED:
	case VT_PAPER_PROCESSING:
	case VT_PAPER_FINISHED:
		return true;
	default:
		return false;
	}
}

static bool
out_there(const struct vt_paper *p)
{
	return p->direction == VT_DIR_OUT && p->state == VT_PAPER_DISPATCHED;
}

static bool
waiting(const struct vt_paper *p)
{
	return p->state == VT_PAPER_WAITING;
}

static bool
in_hand(const struct vt_paper *p)
{
	return p->state == VT_PAPER_ARRIVED || p->state == VT_PAPER_ASSIGNED ||
	       p->state == VT_PAPER_PROCESSING;
}

static bool
not_begun(const struct vt_paper *p)
{
	return p->state == VT_PAPER_ARRIVED || p->state == VT_PAPER_ASSIGNED;
}

/* An e-version in the book whose paper has not come. */
static bool
without_paper(const struct vt_paper *p)
{
	return (in_hand(p) || p->state == VT_PAPER_FINISHED) &&
	       p->direction == VT_DIR_IN && p->original_at == VT_TIME_NONE &&
	       (!vt_id_is_zero(&p->source_consignment) ||
		   !vt_id_is_zero(&p->source_delivery));
}

/* While it is made, once it is out, and while it is worked on. */
static bool
linkable(const struct vt_paper *p)
{
	return draft(p) || issued(p) || in_hand(p);
}

static bool
deadline_set(const struct vt_paper *p)
{
	return (p->state == VT_PAPER_ASSIGNED ||
		   p->state == VT_PAPER_PROCESSING) &&
	       *p->assigned_due != '\0';
}

static bool
to_ask(const struct vt_paper *p)
{
	return deadline_set(p) && *p->extend_asked == '\0';
}

static bool
asks_time(const struct vt_paper *p)
{
	return deadline_set(p) && *p->extend_asked != '\0';
}

/* What its issuer may still order: not what has ended, nor what he asks by
 * the System. */
static bool
cancellable(const struct vt_paper *p)
{
	return p->direction == VT_DIR_IN && p->asked == 0 &&
	       p->state != VT_PAPER_REFUSED &&
	       p->state != VT_PAPER_TAKEN_BACK && p->state != VT_PAPER_RECALLED;
}

static bool
freezable(const struct vt_paper *p)
{
	return p->frozen_at == VT_TIME_NONE &&
	       (issued(p) || (p->direction == VT_DIR_OUT &&
				 p->state == VT_PAPER_RECALLED));
}

static bool
is_frozen(const struct vt_paper *p)
{
	return p->frozen_at != VT_TIME_NONE;
}

static bool
not_isolated(const struct vt_paper *p)
{
	return p->isolated_at == VT_TIME_NONE;
}

static bool
is_isolated(const struct vt_paper *p)
{
	return p->isolated_at != VT_TIME_NONE;
}

static bool
asked(const struct vt_paper *p)
{
	return p->direction == VT_DIR_IN && p->asked != 0;
}

#define NEXT      VT_ACT_NEXT
#define STRONG    VT_ACT_STRONG
#define ELSEWHERE VT_ACT_ELSEWHERE
#define UPLOAD    VT_ACT_UPLOAD

static const struct vt_desk_act acts[] = {
	{ "answer", VT_DUTY_ANSWER_RECALL, "Trả lời nơi gửi",
	    "Answer the sender", "Đã trả lời nơi gửi.",
	    "The sender was answered.", asked, vt_fields_answer, vt_run_answer,
	    NEXT },
	{ "submit", VT_DUTY_SUBMIT, "Trình duyệt", "Submit",
	    "Đã trình lãnh đạo.", "Submitted to the leader.", draft,
	    vt_fields_submit, vt_run_submit, NEXT },
	{ "approve", VT_DUTY_APPROVE, "Duyệt", "Approve", "Đã duyệt.",
	    "Approved.", submitted, vt_fields_approve, vt_run_approve, NEXT },
	{ "sign", VT_DUTY_SIGN, "Ký số", "Sign", "Đã ký.", "Signed.", approved,
	    vt_fields_sign, vt_run_sign, NEXT | ELSEWHERE },
	{ "initial", VT_DUTY_INITIAL, "Ký nháy", "Initial", "Đã ký nháy.",
	    "Initialled.", in_agreement, vt_fields_pin, vt_run_initial,
	    NEXT | ELSEWHERE },
	{ "return", VT_DUTY_RETURN, "Trả lại người soạn", "Return",
	    "Đã trả lại người soạn.", "Returned to its author.", in_agreement,
	    vt_fields_give_back, vt_run_give_back, 0 },
	{ "check-content", VT_DUTY_CHECK_CONTENT, "Kiểm tra nội dung",
	    "Check the content", "Đã ghi nhận kiểm tra nội dung.",
	    "The content is checked.", in_agreement, vt_fields_note,
	    vt_run_check_content, 0 },
	{ "check-form", VT_DUTY_CHECK_FORM, "Kiểm tra thể thức",
	    "Check the form", "Đã ghi nhận kiểm tra thể thức.",
	    "The form is checked.", in_agreement, vt_fields_note,
	    vt_run_check_form, 0 },
	{ "withdraw", VT_DUTY_WITHDRAW, "Rút lại bản trình", "Withdraw",
	    "Đã rút lại; văn bản lại là dự thảo.",
	    "It is withdrawn: a draft again.", submitted, vt_fields_note,
	    vt_run_withdraw, 0 },
	{ "version", VT_DUTY_EDIT, "Thay tệp bằng phiên bản mới",
	    "Bring a new version",
	    "Đã nhận phiên bản mới. Ý kiến duyệt trước đó, nếu có, không còn "
	    "hiệu lực.",
	    "The new version is in. An approval given before, if any, is "
	    "void.",
	    editable, vt_fields_version, NULL, UPLOAD },
	{ "number", VT_DUTY_NUMBER, "Cấp số", "Give the number",
	    "Đã cấp số và ngày.", "Number and date were given.", to_number,
	    NULL, vt_run_number, NEXT },
	{ "reserved", VT_DUTY_NUMBER, "Dùng số đã giữ",
	    "Take a reserved number", "Đã cấp số đã giữ.",
	    "The reserved number was given.", to_take, vt_fields_reserved,
	    vt_run_reserved, 0 },
	{ "by-hand", VT_DUTY_NUMBER, "Nhập số đã cấp tay khi gián đoạn",
	    "Enter a number given by hand", "Đã nhập số cấp tay.",
	    "The number given by hand was entered.", to_enter,
	    vt_fields_by_hand, vt_run_by_hand, 0 },
	{ "seal", VT_DUTY_SEAL, "Ký số của cơ quan", "Seal",
	    "Đã ký số của cơ quan.", "Sealed by the agency.", to_seal,
	    vt_fields_pin, vt_run_seal, NEXT | ELSEWHERE },
	{ "issue", VT_DUTY_ISSUE, "Phát hành", "Issue", "Đã phát hành.",
	    "Issued.", sealed, NULL, vt_run_issue, NEXT },
	{ "send", VT_DUTY_DISPATCH, "Gửi", "Send", "Đã đưa vào hàng đợi gửi.",
	    "Handed over to be sent.", issued, vt_fields_send, vt_run_send,
	    NEXT },
	{ "accept", VT_DUTY_ACCEPT, "Tiếp nhận, vào sổ", "Accept",
	    "Đã tiếp nhận và vào sổ.", "Accepted and registered.", waiting,
	    vt_fields_accept, vt_run_accept, NEXT },
	{ "refuse", VT_DUTY_REFUSE, "Từ chối tiếp nhận", "Refuse",
	    "Đã từ chối; nơi gửi sẽ nhận được lý do.",
	    "Refused; the sender gets the reason.", waiting, vt_fields_reason,
	    vt_run_refuse, STRONG },
	{ "assign", VT_DUTY_ASSIGN, "Phân công", "Assign", "Đã phân công.",
	    "Assigned.", in_hand, vt_fields_assign, vt_run_assign, NEXT },
	{ "process", VT_DUTY_PROCESS, "Bắt đầu xử lý", "Begin work",
	    "Đã ghi nhận bắt đầu xử lý.", "Work has begun.", not_begun,
	    vt_fields_note, vt_run_process, NEXT },
	{ "finish", VT_DUTY_FINISH, "Hoàn thành", "Finish",
	    "Đã ghi nhận hoàn thành.", "Finished.", in_hand, vt_fields_finish,
	    vt_run_finish, 0 },
	{ "forward", VT_DUTY_FORWARD, "Chuyển người khác", "Forward",
	    "Đã chuyển.", "Forwarded.", in_hand, vt_fields_forward,
	    vt_run_forward, 0 },
	{ "opinion", VT_DUTY_OPINION, "Cho ý kiến", "Give an opinion",
	    "Đã ghi ý kiến.", "The opinion is noted.", in_hand,
	    vt_fields_opinion, vt_run_opinion, 0 },
	{ "extend-ask", VT_DUTY_EXTEND_ASK, "Xin gia hạn",
	    "Ask for a later deadline", "Đã gửi đề nghị gia hạn.",
	    "A later deadline is asked for.", to_ask, vt_fields_extend,
	    vt_run_extend_ask, 0 },
	{ "extend", VT_DUTY_EXTEND, "Gia hạn xử lý", "Extend the deadline",
	    "Đã gia hạn.", "The deadline is extended.", deadline_set,
	    vt_fields_extend, vt_run_extend, 0 },
	{ "extend-no", VT_DUTY_EXTEND, "Không đồng ý gia hạn",
	    "Decline a later deadline", "Đã trả lời không gia hạn.",
	    "It was declined.", asks_time, vt_fields_why, vt_run_extend_no, 0 },
	{ "cancel", VT_DUTY_CANCEL, "Hủy theo lệnh của nơi ban hành",
	    "Cancel by its issuer's order",
	    "Đã hủy; văn bản ra khỏi danh sách, nơi gửi được báo.",
	    "It is cancelled and out of the lists; the sender is told.",
	    cancellable, vt_fields_order, vt_run_cancel, STRONG },
	{ "freeze", VT_DUTY_FREEZE, "Đóng băng theo lệnh thu hồi",
	    "Freeze by a recall order",
	    "Đã đóng băng: không ai thay đổi được cho đến khi gỡ.",
	    "It is frozen until it is released.", freezable, vt_fields_order,
	    vt_run_freeze, STRONG },
	{ "release", VT_DUTY_FREEZE, "Gỡ đóng băng", "Release",
	    "Đã gỡ đóng băng.", "It is released.", is_frozen, vt_fields_why,
	    vt_run_release, 0 },
	{ "isolate", VT_DUTY_ISOLATE, "Báo nghi có bí mật nhà nước",
	    "It may hold a state secret",
	    "Đã cách ly: chỉ người đứng đầu và văn thư còn xem được.",
	    "It is isolated: only the head and the clerk see it.", not_isolated,
	    vt_fields_why, vt_run_isolate, STRONG },
	{ "clear", VT_DUTY_CLEAR, "Kết luận không có bí mật, bỏ cách ly",
	    "Clear it", "Đã bỏ cách ly.", "It is cleared.", is_isolated,
	    vt_fields_why, vt_run_clear, 0 },
	{ "resend", VT_DUTY_REPLAY, "Gửi lại nơi chưa gửi được",
	    "Send again where it failed", "Đang gửi lại.",
	    "It is being sent again.", out_there, vt_fields_resend,
	    vt_run_resend, 0 },
	{ "handed", VT_DUTY_DISPATCH, "Ghi nhận bản giấy đã đến nơi nhận",
	    "A paper copy has arrived", "Đã ghi nhận nơi nhận có bản giấy.",
	    "It is noted that the recipient has it on paper.", out_there,
	    vt_fields_handed, vt_run_handed, 0 },
	{ "print", VT_DUTY_PRINT, "Ghi sổ in bản giấy", "Note a print",
	    "Đã ghi sổ bản in.", "The print is noted.", printable,
	    vt_fields_print, vt_run_print, 0 },
	{ "take-back", VT_DUTY_TAKE_BACK, "Đề nghị lấy lại", "Take back",
	    "Đã đề nghị nơi nhận trả lại.",
	    "The recipients were asked to give it back.", out_there,
	    vt_fields_reason, vt_run_take_back, STRONG },
	{ "recall", VT_DUTY_RECALL, "Thu hồi bằng văn bản",
	    "Recall by a notice", "Đã thu hồi.", "Recalled.", issued,
	    vt_fields_recall, vt_run_recall, STRONG },
	{ "replace", VT_DUTY_REPLACE, "Thay thế bằng văn bản khác",
	    "Replace by another paper",
	    "Đã ghi nhận thay thế; các nơi nhận được báo.",
	    "It is replaced; its recipients are told.", replaceable,
	    vt_fields_replace, vt_run_replace, STRONG },
	{ "amend", VT_DUTY_REPLACE, "Sửa đổi, đính chính bằng văn bản khác",
	    "Amend or correct by another paper",
	    "Đã ghi nhận sửa đổi, đính chính; các nơi nhận được báo.",
	    "It is amended; its recipients are told.", replaceable,
	    vt_fields_amend, vt_run_amend, STRONG },
	{ "join", VT_DUTY_JOIN, "Là văn bản giấy đã vào sổ",
	    "It was registered from paper",
	    "Đã nhập vào văn bản giấy, cùng một số đến.",
	    "Joined to the paper, under one arrival number.", waiting,
	    vt_fields_join, vt_run_join, 0 },
	{ "original", VT_DUTY_JOIN, "Bản giấy của văn bản này đã đến",
	    "Its paper original came", "Đã ghi nhận bản giấy.",
	    "The paper original is noted.", without_paper, vt_fields_original,
	    vt_run_original, 0 },
	{ "link", VT_DUTY_LINK, "Ghi văn bản liên quan",
	    "Link to another paper", "Đã ghi văn bản liên quan.",
	    "It is linked.", linkable, vt_fields_link, vt_run_link, 0 },
	{ "ask-destroy", VT_DUTY_ASK_DESTROY, "Đề nghị tiêu hủy",
	    "Ask to destroy it", "Đã ghi đề nghị; thủ trưởng quyết định.",
	    "It is asked for; the head decides.", destroyable,
	    vt_fields_ask_destroy, vt_run_ask_destroy, STRONG },
	{ "destroy", VT_DUTY_DESTROY, "Ra lệnh tiêu hủy", "Order to destroy it",
	    "Đã ra lệnh; tệp không còn mở được và đang được xóa.",
	    "Ordered: its files cannot be had any more and are being erased.",
	    destroyable, vt_fields_destroy, vt_run_destroy, STRONG },
};

#undef NEXT
#undef STRONG
#undef ELSEWHERE
#undef UPLOAD

#define N_ACTS (sizeof(acts) / sizeof(acts[0]))

const struct vt_desk_act *
vt_desk_act(const char *name)
{
	for (size_t i = 0; i < N_ACTS; i++)
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	return NULL;
}

const char *
vt_desk_done(const struct vt_desk *d, const char *name)
{
	const struct vt_desk_act *a = vt_desk_act(name);

	if (a != NULL)
		return T(d, a->done_vi, a->done_en);
	if (strcmp(name, "arrived") == 0)
		return T(d, "Đã vào sổ văn bản đến.",
		    "Registered in the book of arrivals.");
	if (strcmp(name, "drafted") == 0)
		return T(d, "Đã lập dự thảo.", "The draft was made.");
	return NULL;
}

bool
vt_desk_may(const struct vt_desk *d, const struct vt_desk_act *a,
    const struct vt_paper *p)
{
	/* what is frozen, or isolated, takes few acts (docstore/act.h) */
	if (is_frozen(p) && a->now != is_frozen && a->now != not_isolated &&
	    a->now != is_isolated && a->duty != VT_DUTY_TAKE_BACK &&
	    a->duty != VT_DUTY_RECALL)
		return false;
	if (is_isolated(p) && a->now != is_isolated && a->now != waiting &&
	    a->duty != VT_DUTY_TAKE_BACK && a->duty != VT_DUTY_RECALL &&
	    a->duty != VT_DUTY_CANCEL && a->duty != VT_DUTY_ANSWER_RECALL)
		return false;
	return there(p) && a->now(p) &&
	       vt_who_may(d->me, a->duty, NULL) == VT_OK;
}

const char *
vt_act_field_of(const struct vt_desk_act *a, int code)
{
	switch (code) {
	case VT_E_PIN_WRONG:
	case VT_E_HTTP_TOO_MANY:
		return a->fields == vt_fields_sign || a->fields == vt_fields_pin
			   ? "pin"
			   : NULL;
	case VT_E_AGENCY_UNKNOWN:
	case VT_E_EXISTS:
		return a->fields == vt_fields_send   ? "more"
		       : a->fields == vt_fields_link ? "number"
						     : NULL;
	case VT_E_PERSON_UNKNOWN:
		return a->fields == vt_fields_assign ||
			       a->fields == vt_fields_forward
			   ? "person"
			   : NULL;
	case VT_E_NOT_FOUND:
		return a->fields == vt_fields_finish ||
			       a->fields == vt_fields_recall ||
			       a->fields == vt_fields_replace ||
			       a->fields == vt_fields_amend
			   ? "paper"
		       : a->fields == vt_fields_link ||
			       a->fields == vt_fields_join
			   ? "number"
			   : NULL;
	case VT_E_OUT_OF_ORDER:
		return a->fields == vt_fields_recall ||
			       a->fields == vt_fields_replace ||
			       a->fields == vt_fields_amend
			   ? "paper"
			   : NULL;
	case VT_E_FILE_EMPTY:
		return (a->flags & VT_ACT_UPLOAD) != 0 ? "file" : NULL;
	case VT_E_LIMIT:
		return a->fields == vt_fields_print ? "copies" : NULL;
	case VT_E_INVALID:
		if (a->fields == vt_fields_extend)
			return "due";
		if (a->fields == vt_fields_order)
			return "order";
		if (a->fields == vt_fields_handed)
			return "on";
		if (a->fields == vt_fields_finish)
			return "paper";
		if (a->fields == vt_fields_original)
			return "on";
		if (a->fields == vt_fields_link || a->fields == vt_fields_join)
			return "number";
		return a->fields == vt_fields_send ? "more"
		       : a->fields == NULL || a->fields == vt_fields_sign ||
			       a->fields == vt_fields_pin
			   ? NULL
			   : "note";
	default:
		return NULL;
	}
}

const char *
vt_sheet_typed(const struct vt_sheet *s, const struct vt_desk_act *a,
    const char *field, const char *otherwise)
{
	if (s->refused == NULL || s->refused->act != a)
		return otherwise;
	return vt_webform_get(s->refused->form, field);
}

bool
vt_sheet_blamed(
    const struct vt_sheet *s, const struct vt_desk_act *a, const char *field)
{
	const char *f;

	if (s->refused == NULL || s->refused->act != a ||
	    s->refused->err.code == VT_OK)
		return false;
	f = vt_act_field_of(a, s->refused->err.code);
	return field == NULL ? f == NULL : f != NULL && strcmp(f, field) == 0;
}

const char *
vt_sheet_several(const struct vt_desk *d, const struct vt_err *e)
{
	if (e->code != VT_E_AGENCY_UNKNOWN ||
	    strncmp(e->msg, "several ", strlen("several ")) != 0)
		return NULL;
	return T(d,
	    "Sổ địa chỉ có nhiều nơi cùng tên này: hãy ghi mã định danh thay "
	    "cho tên.",
	    "The book has several of this name: enter the code instead.");
}

/* The seconds that its text ends with ("... in 12 s"), 0: none. */
static unsigned
seconds(const struct vt_err *e)
{
	size_t n = strlen(e->msg), i;
	unsigned s = 0;

	if (n < 3 || strcmp(e->msg + n - 2, " s") != 0)
		return 0;
	for (i = n - 2; i > 0 && e->msg[i - 1] >= '0' && e->msg[i - 1] <= '9';)
		i--;
	for (; i < n - 2 && s < 100000; i++)
		s = s * 10 + (unsigned)(e->msg[i] - '0');
	return s;
}

/* Refused because of where this paper, or the other one, is now. */
static const char *
out_of_order(const struct vt_sheet *s)
{
	const struct vt_desk_act *a = s->refused->act;

	if (a->duty == VT_DUTY_TAKE_BACK)
		return T(s->d,
		    "Không còn nơi nhận nào để đề nghị: các nơi đã từ chối, đã "
		    "trả lại, đã được đề nghị, hoặc nhận bản giấy. Với bản "
		    "giấy hãy liên hệ trực tiếp.",
		    "There is no recipient left to ask: they refused it, gave "
		    "it back, were asked already, or have it on paper.");
	if (vt_act_field_of(a, VT_E_OUT_OF_ORDER) != NULL)
		return T(s->d,
		    "Văn bản có số này chưa phát hành. Hãy ký, đóng dấu và "
		    "phát hành văn bản đó trước, rồi làm lại ở đây.",
		    "The paper of this number is not issued. Sign, seal and "
		    "issue that one first, then do this again.");
	return vt_desk_error(s->d, VT_E_OUT_OF_ORDER);
}

/* NULL: nothing beyond the table of errors. */
static const char *
why_here(const struct vt_sheet *s)
{
	const struct vt_desk_act *a = s->refused->act;
	const struct vt_desk *d = s->d;

	switch (s->refused->err.code) {
	case VT_E_NOT_FOUND:
		return T(d,
		    "Cơ quan không có văn bản nào mang số này. Hãy ghi đủ số "
		    "và ký hiệu như trên văn bản, ví dụ 05/SKHCN.",
		    "This agency has no paper of this number. Enter it whole, "
		    "as on the paper: 05/SKHCN.");
	case VT_E_PERSON_UNKNOWN:
		return T(d,
		    "Hãy chọn một người của cơ quan được xử lý văn bản.",
		    "Choose somebody of the agency who handles papers.");
	case VT_E_INVALID:
		return a->fields != vt_fields_finish
			   ? NULL
			   : T(d,
				 "Văn bản trả lời phải là văn bản đi của cơ "
				 "quan và đã phát hành.",
				 "The answer is to be a paper of this agency "
				 "that was issued.");
	case VT_E_OUT_OF_ORDER:
		return out_of_order(s);
	case VT_E_AGENCY_UNKNOWN:
		return vt_sheet_several(d, &s->refused->err);
	default:
		return NULL;
	}
}

static const char *
why(const struct vt_sheet *s)
{
	const struct vt_desk *d = s->d;
	int code = s->refused->err.code;
	const char *here = why_here(s);

	if (here != NULL)
		return here;
	if (code == VT_E_HTTP_TOO_MANY)
		return T(d,
		    "Đã nhập sai mã PIN nhiều lần. Hãy đợi rồi thử lại.",
		    "The PIN was wrong several times. Wait, then try again.");
	if (code == VT_E_EXISTS && s->refused->act->fields == vt_fields_send)
		return T(d, "Nơi này đã được gửi văn bản này rồi.",
		    "The paper was sent to this recipient already.");
	if (code == VT_E_INVALID)
		return T(d, "Còn thiếu, hoặc chưa đúng: hãy xem lại.",
		    "Something is missing or not right: look again.");
	return vt_desk_error(d, code);
}

void
vt_sheet_blame(
    const struct vt_sheet *s, const struct vt_desk_act *a, const char *field)
{
	const struct vt_err *e;

	if (!vt_sheet_blamed(s, a, field))
		return;
	e = &s->refused->err;
	vt_html(s->d->page.b,
	    "<p class=\"error\" role=\"alert\" id=\"%s-why\">%s", a->name,
	    why(s));
	if (e->code == VT_E_HTTP_TOO_MANY && seconds(e) > 0)
		vt_html(s->d->page.b, " %s %u %s.", T(s->d, "Còn", "There are"),
		    seconds(e), T(s->d, "giây", "seconds left"));
	if (e->code == VT_E_AGENCY_UNKNOWN || e->code == VT_E_INVALID)
		vt_html(s->d->page.b, " <span lang=\"en\">(%s)</span>", e->msg);
	vt_html(s->d->page.b, "</p>\n");
}

static void
form(struct vt_sheet *s, const struct vt_desk_act *a)
{
	bool again = s->refused != NULL && s->refused->act == a;
	/* Not known whether it was done: asked again as the same request. */
	bool same = again && s->refused->err.code != VT_OK &&
		    vt_err_info(s->refused->err.code)->retryable;
	struct vt_desk *d = s->d;
	struct vt_buf *b = d->page.b;
	char hash[VT_HASH_TEXT + 1];
	vt_hash all;

	if ((a->flags & VT_ACT_UPLOAD) != 0)
		vt_html(b,
		    "<form action=\"/desk/papers/%s/%s\" method=\"post\" "
		    "enctype=\"multipart/form-data\" data-once=\"1\">\n",
		    s->id, a->name);
	else
		vt_html(b,
		    "<form action=\"/desk/papers/%s/acts/%s\" "
		    "method=\"post\" data-once=\"1\">\n",
		    s->id, a->name);
	vt_desk_csrf(d);
	vt_desk_key(d, same ? vt_webform_get(s->refused->form, "key") : NULL);
	vt_html(b,
	    "<input type=\"hidden\" name=\"rev\" value=\"%" PRIu64 "\">\n"
	    "<input type=\"hidden\" name=\"seen\" value=\"%" PRIu64 "\">\n",
	    same ? vt_webform_number(s->refused->form, "rev") : s->p.rev,
	    s->p.last_act);
	if (s->p.n_parts > 0) {
		vt_hash_text(&s->p.parts[0].hash, hash);
		vt_html(b,
		    "<input type=\"hidden\" name=\"main\" value=\"%s\">\n",
		    hash);
		if (vt_paper_manifest(&s->p, &all, NULL) == VT_OK)
			vt_hash_text(&all, hash);
		vt_html(b,
		    "<input type=\"hidden\" name=\"manifest\" "
		    "value=\"%s\">\n",
		    hash);
	}
	vt_sheet_blame(s, a, NULL);
	if (a->fields != NULL)
		a->fields(s, a);
	vt_desk_post(d, a->duty);
	vt_html(b,
	    "<p class=\"go\"><button type=\"submit\" class=\"%s\">%s</button>"
	    "</p>\n</form>\n",
	    (a->flags & VT_ACT_STRONG) != 0 ? "strong"
	    : (a->flags & VT_ACT_NEXT) != 0 ? "main"
					    : "second",
	    T(d, a->vi, a->en));
}

/* The signature made elsewhere: a token on one's own machine, a service. */
static void
two_step(struct vt_sheet *s, const struct vt_desk_act *a)
{
	struct vt_desk *d = s->d;
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<details><summary>%s</summary>\n<p class=\"hint\">%s</p>\n"
	    "<form action=\"/desk/papers/%s/two-step\" method=\"post\" "
	    "data-once=\"1\">\n",
	    T(d, "Ký bằng thiết bị khác (hai bước)",
		"Sign with another device (two steps)"),
	    T(d,
		"Tải mã băm về, ký bằng phần mềm của thiết bị, rồi dán giá "
		"trị chữ ký vào đây.",
		"Download the hash, sign it with the device's own software, "
		"and paste the value here."),
	    s->id);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, a->duty);
	vt_html(b,
	    "<input type=\"hidden\" name=\"rev\" value=\"%" PRIu64 "\">\n"
	    "<input type=\"hidden\" name=\"act\" value=\"%s\">\n",
	    s->p.rev, a->name);
	if (strcmp(a->name, "sign") == 0 && s->p.number.value == 0)
		vt_html(b,
		    "<p class=\"check\"><input type=\"checkbox\" "
		    "id=\"two-number\" name=\"number\" value=\"1\" checked> "
		    "<label for=\"two-number\">%s</label></p>\n",
		    T(d, "Cấp số ngay khi ký", "Give the number now"));
	vt_html(b,
	    "<p class=\"go\"><button class=\"second\" type=\"submit\">%s"
	    "</button></p>\n</form></details>\n",
	    T(d, "Chuẩn bị ký", "Prepare"));
}

static void
one(struct vt_sheet *s, const struct vt_desk_act *a, bool open)
{
	struct vt_desk *d = s->d;
	struct vt_buf *b = d->page.b;

	if (open) {
		vt_html(
		    b, "<div class=\"act\"><h3>%s</h3>\n", T(d, a->vi, a->en));
		form(s, a);
		if ((a->flags & VT_ACT_ELSEWHERE) != 0)
			two_step(s, a);
		vt_html(b, "</div>\n");
		return;
	}
	vt_html(b, "<details class=\"act\"%s><summary>%s</summary>\n",
	    s->refused != NULL && s->refused->act == a ? " open" : "",
	    T(d, a->vi, a->en));
	form(s, a);
	if ((a->flags & VT_ACT_ELSEWHERE) != 0)
		two_step(s, a);
	vt_html(b, "</details>\n");
}

/* An act that was refused and is not to be done any more. */
static void
gone(struct vt_sheet *s)
{
	const struct vt_desk_act *a = s->refused->act;

	const char *note = vt_webform_get(s->refused->form, "note");

	if (vt_desk_may(s->d, a, &s->p) || s->refused->err.code == VT_OK)
		return;
	vt_desk_notice(
	    s->d, VT_TONE_BAD, vt_desk_error(s->d, s->refused->err.code));
	if (*note != '\0')
		vt_html(s->d->page.b, "<p>%s</p>\n<p class=\"said\">%s</p>\n",
		    T(s->d, "Bạn đã viết:", "You had written:"), note);
}

/* The next step, whose form is open. Who leads is asked once, and once sent
 * there is mostly nobody left to send to. */
static bool
is_next(const struct vt_desk_act *a, const struct vt_paper *p)
{
	return (a->flags & VT_ACT_NEXT) != 0 &&
	       (a->duty != VT_DUTY_ASSIGN || vt_id_is_zero(&p->assigned_to)) &&
	       (a->duty != VT_DUTY_DISPATCH || p->state == VT_PAPER_ISSUED);
}

/* Nothing to do it to: no field, no recipient that it is about. */
static bool
idle(const struct vt_sheet *s, const struct vt_desk_act *a)
{
	if (a->duty == VT_DUTY_INITIAL)
		return s->initials == 0;
	if (a->fields == vt_fields_resend)
		return s->in_state[VT_DELIVERY_FAILED] == 0;
	if (a->fields == vt_fields_reserved)
		return s->reserved.n == 0;
	if (a->fields == vt_fields_by_hand)
		return s->by_hand.n == 0;
	if (a->fields == vt_fields_handed)
		return s->on_paper == 0;
	return false;
}

/* A paper of ours that answers this one begins as a draft. */
static void
reply(struct vt_sheet *s)
{
	if (s->p.direction != VT_DIR_IN || !in_hand(&s->p) ||
	    vt_who_may(s->d->me, VT_DUTY_REGISTER, NULL) != VT_OK)
		return;
	vt_html(s->d->page.b,
	    "<p><a class=\"button second\" href=\"/desk/draft?reply_to=%s\">%s"
	    "</a></p>\n",
	    s->id, T(s->d, "Soạn văn bản trả lời", "Draft an answer"));
}

void
vt_sheet_acts(struct vt_sheet *s)
{
	struct vt_desk *d = s->d;
	bool opened = false;
	size_t n = 0;

	vt_html(d->page.b,
	    "<section id=\"acts\" class=\"box acts\"><h2>%s</h2>\n",
	    T(d, "Việc có thể làm", "What can be done"));
	if (s->refused != NULL)
		gone(s);
	for (size_t i = 0; i < N_ACTS; i++) {
		bool open = !opened && is_next(&acts[i], &s->p);

		if (!vt_desk_may(d, &acts[i], &s->p) || idle(s, &acts[i]))
			continue;
		one(s, &acts[i], open);
		opened = opened || open;
		n++;
	}
	reply(s);
	if (n == 0)
		vt_html(d->page.b, "<p class=\"quiet\">%s</p>\n",
		    T(d, "Lúc này bạn không phải làm gì với văn bản này.",
			"There is nothing for you to do with it now."));
	vt_html(d->page.b, "</section>\n");
}
