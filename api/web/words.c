/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/words.h"

#include "api/office/statuses.h"

struct word {
	const char *vi, *en;
};

static const struct word states[VT_PAPER_STATE_MAX + 1] = {
	[VT_PAPER_DRAFT] = { "Dự thảo", "Draft" },
	[VT_PAPER_SUBMITTED] = { "Chờ duyệt", "To approve" },
	[VT_PAPER_RETURNED] = { "Bị trả lại", "Returned" },
	[VT_PAPER_APPROVED] = { "Chờ ký", "To sign" },
	[VT_PAPER_SIGNED] = { "Đã ký", "Signed" },
	[VT_PAPER_SEALED] = { "Chờ phát hành", "To issue" },
	[VT_PAPER_ISSUED] = { "Đã phát hành", "Issued" },
	[VT_PAPER_DISPATCHED] = { "Đã gửi", "Sent" },
	[VT_PAPER_ARRIVED] = { "Đã vào sổ", "Registered" },
	[VT_PAPER_ASSIGNED] = { "Đã phân công", "Assigned" },
	[VT_PAPER_WAITING] = { "Chờ tiếp nhận", "Waiting" },
	[VT_PAPER_REFUSED] = { "Đã từ chối", "Refused" },
	[VT_PAPER_PROCESSING] = { "Đang xử lý", "In progress" },
	[VT_PAPER_FINISHED] = { "Hoàn thành", "Finished" },
	[VT_PAPER_TAKEN_BACK] = { "Đã trả lại nơi gửi", "Given back" },
	[VT_PAPER_RECALLED] = { "Đã thu hồi", "Recalled" },
};

static const char *
say(const struct vt_desk *d, const struct word *w)
{
	return w->vi == NULL ? T(d, "không rõ", "unknown") : T(d, w->vi, w->en);
}

const char *
vt_word_state(const struct vt_desk *d, const struct vt_paper *p)
{
	if (vt_paper_is_ready(p))
		return p->number.value == 0
			   ? T(d, "Chờ cấp số", "To number")
			   : T(d, "Chờ ký số cơ quan", "To seal");
	if ((unsigned)p->state > VT_PAPER_STATE_MAX)
		return T(d, "không rõ", "unknown");
	return say(d, &states[p->state]);
}

const char *
vt_word_state_class(enum vt_paper_state st)
{
	switch (st) {
	case VT_PAPER_SUBMITTED:
	case VT_PAPER_APPROVED:
	case VT_PAPER_SIGNED:
	case VT_PAPER_SEALED:
	case VT_PAPER_ISSUED:
	case VT_PAPER_WAITING:
	case VT_PAPER_ARRIVED:
		return "wait";
	case VT_PAPER_ASSIGNED:
	case VT_PAPER_PROCESSING:
		return "go";
	case VT_PAPER_RETURNED:
	case VT_PAPER_REFUSED:
	case VT_PAPER_TAKEN_BACK:
	case VT_PAPER_RECALLED:
		return "stop";
	default:
		return "done";
	}
}

/* In the order of what says most of an act. */
static const struct {
	enum vt_step_kind kind;
	struct word w;
} acts[] = {
	{ VT_STEP_SEAL, { "Ký số của cơ quan", "Sealed by the agency" } },
	{ VT_STEP_SIGN, { NULL, NULL } }, /* initials, or the competent */
	{ VT_STEP_ISSUE, { "Phát hành", "Issued" } },
	{ VT_STEP_DISPATCH, { "Gửi đi", "Sent" } },
	{ VT_STEP_RECEIVE, { "Nhận từ cơ quan khác", "Came by exchange" } },
	{ VT_STEP_ACCEPT, { "Tiếp nhận, vào sổ", "Accepted" } },
	{ VT_STEP_REFUSE, { "Từ chối tiếp nhận", "Refused" } },
	{ VT_STEP_SUBMIT, { "Trình duyệt", "Submitted" } },
	{ VT_STEP_APPROVE, { "Duyệt", "Approved" } },
	{ VT_STEP_RETURN, { "Trả lại", "Returned" } },
	{ VT_STEP_ASSIGN, { "Phân công", "Assigned" } },
	{ VT_STEP_FORWARD, { "Chuyển", "Forwarded" } },
	{ VT_STEP_PROCESS, { "Bắt đầu xử lý", "Work begun" } },
	{ VT_STEP_FINISH, { "Hoàn thành", "Finished" } },
	{ VT_STEP_OPENED, { "Mở đọc lần đầu", "First opened" } },
	{ VT_STEP_TAKE_BACK, { "Đề nghị lấy lại", "Asked back" } },
	{ VT_STEP_TAKE_BACK_ANSWER,
	    { "Trả lời đề nghị", "Answered the request" } },
	{ VT_STEP_RECALL, { "Thu hồi", "Recalled" } },
	{ VT_STEP_REPLACE, { "Thay thế", "Replaced" } },
	{ VT_STEP_DESTROY, { "Lệnh tiêu hủy", "Ordered to be destroyed" } },
	{ VT_STEP_ERASED, { "Đã xóa hết", "Erased" } },
	{ VT_STEP_COPY, { "Ghi nguồn của bản sao", "Said what it copies" } },
	{ VT_STEP_LINK, { "Ghi văn bản liên quan", "Linked" } },
	{ VT_STEP_JOIN,
	    { "Nhập bản giấy và bản điện tử", "Paper and e-version joined" } },
	{ VT_STEP_PRINT, { "In từ Hệ thống", "Printed from the System" } },
	{ VT_STEP_CHECK, { NULL, NULL } }, /* content, or form */
	{ VT_STEP_WITHDRAW, { "Rút lại bản trình", "Withdrawn" } },
	{ VT_STEP_OPINION, { "Cho ý kiến", "Opinion" } },
	{ VT_STEP_EXTEND, { NULL, NULL } },
	{ VT_STEP_CANCEL,
	    { "Hủy theo lệnh nơi ban hành", "Cancelled by its issuer" } },
	{ VT_STEP_FREEZE, { NULL, NULL } },
	{ VT_STEP_ISOLATE, { "Cách ly", "Isolated" } },
	{ VT_STEP_CLEAR, { "Bỏ cách ly", "Cleared" } },
	{ VT_STEP_DELIVERED, { "Tin về nơi nhận", "News of a recipient" } },
	{ VT_STEP_STATUS, { "Trạng thái nơi nhận", "Recipient's status" } },
	{ VT_STEP_RESUME,
	    { "Cho kho đã khôi phục ghi lại", "Restored store writes again" } },
	{ VT_STEP_MIGRATED, { "Chuyển kho lên bản mới", "Store migrated" } },
	{ VT_STEP_RESEND, { "Gửi lại", "Sent again" } },
	{ VT_STEP_LETTER,
	    { "Việc dừng vì lỗi", "Work that was given up" } },
	{ VT_STEP_RENDITION,
	    { "Thêm bản chuyển đổi để đọc", "A rendition was added" } },
	{ VT_STEP_HANDED, { "Ghi nhận bản giấy", "The paper was noted" } },
	{ VT_STEP_REGISTER, { NULL, NULL } }, /* by its direction */
	{ VT_STEP_NUMBER, { "Cấp số", "Numbered" } },
	{ VT_STEP_META, { "Sửa thông tin", "Details changed" } },
	{ VT_STEP_VERSION, { "Phiên bản mới", "New version" } },
	{ VT_STEP_PROBLEM, { "Ghi nhận lỗi tệp", "Problem noted" } },
	{ VT_STEP_TEXT, { "Đọc chữ trong tệp để tra cứu", "Its text read" } },
	{ VT_STEP_CODE, { "Cấp mã tra cứu", "Public code" } },
	{ VT_STEP_CONSIGN_READ, { "Đọc gói tin", "Packet read" } },
};

bool
vt_word_is_amended(const struct vt_paper *p)
{
	return p->replaced_kind == VT_REPLACE_AMEND ||
	       p->replaced_kind == VT_REPLACE_CORRECT;
}

static const char *
registered(const struct vt_desk *d, enum vt_direction way)
{
	return way == VT_DIR_IN ? T(d, "Vào sổ văn bản đến", "Registered")
	       : way == VT_DIR_OUT ? T(d, "Lập dự thảo", "Drafted")
				   : T(d, "Lập kết quả", "Result made");
}

/* What a step is that is one of several; NULL: the table says it. */
static const char *
word_how(const struct vt_desk *d, const struct vt_act_entry *e, size_t step)
{
	uint32_t how = e->whom[step].how;

	switch (e->kinds[step]) {
	case VT_STEP_CHECK:
		return how == VT_DRAFT_FORM
			   ? T(d, "Kiểm tra thể thức", "Form checked")
			   : T(d, "Kiểm tra nội dung", "Content checked");
	case VT_STEP_EXTEND:
		return how == VT_EXTEND_ASK
			   ? T(d, "Xin gia hạn", "Asked for more time")
		       : how == VT_EXTEND_DECLINE
			   ? T(d, "Không đồng ý gia hạn", "Declined more time")
			   : T(d, "Gia hạn", "Deadline extended");
	case VT_STEP_FREEZE:
		return how == VT_FREEZE_END ? T(d, "Gỡ đóng băng", "Released")
					    : T(d, "Đóng băng", "Frozen");
	default:
		return NULL;
	}
}

/* One kind of step is more than one act. */
static const char *
word_of(const struct vt_desk *d, const struct vt_paper *p,
    const struct vt_act_entry *e, enum vt_step_kind kind, const struct word *w)
{
	if (kind == VT_STEP_REGISTER)
		return registered(d, p->direction);
	if (kind == VT_STEP_REPLACE && vt_word_is_amended(p))
		return T(d, "Sửa đổi, đính chính", "Amended");
	if (kind != VT_STEP_SIGN)
		return say(d, w);
	return e->time == p->signed_at ? T(d, "Ký", "Signed")
				       : T(d, "Ký nháy", "Initialled");
}

const char *
vt_word_act(const struct vt_desk *d, const struct vt_paper *p,
    const struct vt_act_entry *e, size_t *ret_step)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		for (size_t k = 0; k < e->n_kinds; k++)
			if (e->kinds[k] == acts[i].kind) {
				const char *s = word_how(d, e, k);

				*ret_step = k;
				if (s != NULL)
					return s;
				return word_of(
				    d, p, e, acts[i].kind, &acts[i].w);
			}
	*ret_step = e->n_kinds;
	return T(d, "Việc khác", "Something else");
}

static const char *
delivery_code(const struct vt_desk *d, uint32_t code)
{
	static const struct {
		uint32_t code;
		struct word w;
	} codes[] = {
		{ VT_STATUS_ARRIVED, { "Đã đến nơi", "Arrived" } },
		{ VT_STATUS_REFUSED, { "Bị từ chối", "Refused" } },
		{ VT_STATUS_ACCEPTED, { "Đã tiếp nhận", "Accepted" } },
		{ VT_STATUS_ASSIGNED, { "Đã phân công", "Assigned" } },
		{ VT_STATUS_PROCESSING, { "Đang xử lý", "In progress" } },
		{ VT_STATUS_FINISHED, { "Đã xử lý xong", "Finished" } },
		{ VT_STATUS_TAKE_BACK, { "Đã đề nghị lấy lại", "Asked back" } },
		{ VT_STATUS_AGREED, { "Đồng ý trả lại", "Given back" } },
		{ VT_STATUS_DECLINED, { "Không trả lại", "Not given back" } },
		{ VT_LOG_OPENED, { "Đã mở đọc", "Opened" } },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return say(d, &codes[i].w);
	return NULL;
}

const char *
vt_word_heard(const struct vt_desk *d, uint32_t code)
{
	const char *s = delivery_code(d, code);

	return s != NULL ? s : vt_word_status(d, code);
}

const char *
vt_word_status(const struct vt_desk *d, uint32_t code)
{
	return T(d, vt_status_vi(code), vt_status_name(code));
}

const char *
vt_word_delivery_state(const struct vt_desk *d, unsigned state)
{
	static const struct word words[] = {
		[VT_DELIVERY_WAITING] = { "Đang gửi", "On its way" },
		[VT_DELIVERY_ARRIVED] = { "Đã đến nơi", "Arrived" },
		[VT_DELIVERY_REGISTERED] = { "Đã tiếp nhận", "Accepted" },
		[VT_DELIVERY_REFUSED] = { "Bị từ chối", "Refused" },
		[VT_DELIVERY_FAILED] = { "Không gửi được", "Failed" },
		[VT_DELIVERY_PRINT] = { "In và gửi giấy", "To be printed" },
		[VT_DELIVERY_SENT] = { "Đã gửi đi", "Sent" },
		[VT_DELIVERY_WITHDRAWN] = { "Đã rút lại", "Withdrawn" },
	};

	if (state >= sizeof(words) / sizeof(words[0]))
		return T(d, "không rõ", "unknown");
	return say(d, &words[state]);
}

const char *
vt_word_delivery(const struct vt_desk *d, const struct vt_delivery *v)
{
	const char *s = delivery_code(d, vt_delivery_shown(v));

	return v->state == VT_DELIVERY_FAILED || s == NULL
		   ? vt_word_delivery_state(d, v->state)
		   : s;
}

const char *
vt_word_duty(const struct vt_desk *d, enum vt_duty duty)
{
	static const struct word words[VT_DUTY__MAX] = {
		[VT_DUTY_APPROVE] = { "duyệt văn bản", "approving" },
		[VT_DUTY_RETURN] = { "trả lại người soạn", "returning" },
		[VT_DUTY_SIGN] = { "ký văn bản", "signing" },
		[VT_DUTY_NUMBER] = { "cấp số", "numbering" },
		[VT_DUTY_SEAL] = { "ký số của cơ quan", "sealing" },
		[VT_DUTY_ISSUE] = { "phát hành", "issuing" },
		[VT_DUTY_DISPATCH] = { "gửi văn bản", "sending" },
		[VT_DUTY_ACCEPT] = { "tiếp nhận, vào sổ", "accepting" },
		[VT_DUTY_ASSIGN] = { "phân công xử lý", "assigning" },
		[VT_DUTY_TAKE_BACK] = { "đề nghị lấy lại", "taking back" },
		[VT_DUTY_RECALL] = { "thu hồi", "recalling" },
		[VT_DUTY_REPLACE] = { "thay thế", "replacing" },
		[VT_DUTY_FREEZE] = { "đóng băng theo lệnh thu hồi",
		    "freezing by a recall order" },
		[VT_DUTY_EXTEND] = { "gia hạn xử lý", "extending a deadline" },
		[VT_DUTY_CANCEL] = { "hủy theo lệnh nơi ban hành",
		    "cancelling by its issuer's order" },
		[VT_DUTY_ANSWER_RECALL] = { "trả lời đề nghị lấy lại, thu hồi",
		    "answering a request to give back" },
	};

	if ((unsigned)duty >= VT_DUTY__MAX || words[duty].vi == NULL)
		return NULL;
	return say(d, &words[duty]);
}

const char *
vt_word_urgency(const struct vt_desk *d, uint32_t urgency)
{
	switch (urgency) {
	case 0:
		return "";
	case 1:
		return T(d, "Khẩn", "Urgent");
	case 2:
		return T(d, "Thượng khẩn", "Very urgent");
	case 3:
		return T(d, "Hỏa tốc", "Express");
	default:
		return T(d, "Hỏa tốc hẹn giờ", "Express, by the hour");
	}
}

const char *
vt_word_secrecy(const struct vt_desk *d, uint32_t secrecy)
{
	switch (secrecy) {
	case 0:
		return T(d, "Thường", "None");
	case 1:
		return T(d, "Mật", "Confidential");
	case 2:
		return T(d, "Tối mật", "Secret");
	default:
		return T(d, "Tuyệt mật", "Top secret");
	}
}

const char *
vt_word_transport(const struct vt_desk *d, uint32_t transport)
{
	switch (transport) {
	case VT_TRANSPORT_AXIS:
		return T(d, "trục liên thông", "national axis");
	case VT_TRANSPORT_DIRECT:
		return T(d, "gửi thẳng", "directly");
	case VT_TRANSPORT_WRAPPER:
		return T(d, "trục của tỉnh", "provincial gateway");
	case VT_TRANSPORT_FILE:
		return T(d, "trực tiếp", "by hand");
	case VT_TRANSPORT_TENANT:
		return T(d, "cùng hệ thống", "same system");
	case VT_TRANSPORT_HOSTED:
		return T(d, "trục, tự lấy", "axis, fetched");
	default:
		return "";
	}
}

void
vt_word_day(const char *iso, struct vt_buf *ret)
{
	if (strlen(iso) == 10 && iso[4] == '-' && iso[7] == '-') {
		/* markup: none, a date; callers escape what it becomes */
		vt_buf_put(ret, iso + 8, 2);
		vt_buf_putc(ret, '/');
		vt_buf_put(ret, iso + 5, 2);
		vt_buf_putc(ret, '/');
		vt_buf_put(ret, iso, 4);
	} else {
		vt_buf_puts(ret, iso);
	}
}

void
vt_word_today(const struct vt_desk *d, char ret[static 16])
{
	struct vt_date t = vt_time_date(vt_now(d->web->ctx), VT_TIME_VN_S);

	(void)snprintf(ret, 16, "%04u-%02u-%02u", (unsigned)t.year % 10000,
	    (unsigned)t.month % 100, (unsigned)t.day % 100);
}
