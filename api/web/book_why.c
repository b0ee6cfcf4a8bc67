/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why an act on a number book was refused, in the words of its form. */
#include "api/web/books.h"

/* In words of the form, by act and code; the first that fits. "" and 0: any. */
static const struct {
	const char *act;
	int code;
	const char *field, *vi, *en;
} reasons[] = {
	{ "open", VT_E_CONFLICT, "reset",
	    "Sổ có mã này đã mở với cách đánh số lại, nơi cấp số hoặc nhiệm kỳ "
	    "khác; những điều đó chỉ đặt một lần. Hãy chọn mã khác.",
	    "A book with this key begins again by another rule, which is given "
	    "once. Choose another key." },
	{ "open", VT_E_NOT_FOUND, "terms_of", "Không có sổ nào mang mã này.",
	    "No book has this key." },
	{ "open", VT_E_LIMIT, "types", "Quá dài, hoặc quá nhiều loại văn bản.",
	    "Too long, or too many types of paper." },
	{ "open", VT_E_INVALID, "types",
	    "Mỗi loại văn bản chỉ ghi một lần; sổ theo nhiệm kỳ của sổ khác thì "
	    "sổ ấy phải đánh số lại cùng cách và có nhiệm kỳ riêng.",
	    "A type is named once; a book follows the terms of another that "
	    "begins again by the same rule and has terms of its own." },
	{ "term", VT_E_INVALID, "until",
	    "Nhiệm kỳ cần có ngày cuối, sau ngày đầu và chưa qua.",
	    "A term has a last day, after its first and still to come." },
	{ "term", VT_E_OUT_OF_ORDER, "from",
	    "Nhiệm kỳ mới phải bắt đầu sau ngày đầu của nhiệm kỳ trước.",
	    "A new term begins after the one before began." },
	{ "term", VT_E_CONFLICT, "from",
	    "Đã có số được cấp từ ngày này trở đi. Hãy chọn ngày sau đó.",
	    "A number was given on this day or later. Choose a day after it." },
	{ "reserve", VT_E_INVALID, "note",
	    "Hãy ghi giữ số cho văn bản nào.", "Say for which paper." },
	{ "outage", VT_E_LIMIT, "count",
	    "Quá nhiều số cho một lần gián đoạn.",
	    "Too many numbers for one outage." },
	{ "outage", VT_E_INVALID, "until",
	    "Dải số phải được duyệt trước, trong kỳ của sổ, và thời điểm đến "
	    "phải sau thời điểm từ.",
	    "A block is approved beforehand, inside the book's period, and "
	    "ends after it begins." },
	{ "cancel", VT_E_INVALID, "note", "Hãy ghi lý do hủy số.",
	    "Say why the number is cancelled." },
	{ "cancel", VT_E_OUT_OF_ORDER, NULL,
	    "Số này không còn được giữ: đã dùng hoặc đã hủy.",
	    "This number is not held any more: it was used or cancelled." },
	{ "close", VT_E_OUT_OF_ORDER, NULL,
	    "Chưa đóng được sổ: kỳ của sổ chưa hết, hoặc còn số đang giữ. Hãy "
	    "dùng hoặc hủy các số ấy trước.",
	    "The book cannot be closed yet: its period is not over, or "
	    "numbers are held. Use or cancel them first." },
	{ "close", VT_E_EXISTS, NULL, "Sổ này đã đóng.",
	    "This book is closed already." },
	{ "close", VT_E_CONFLICT, NULL,
	    "Có số vừa được cấp trong lúc đóng sổ. Hãy bấm lại.",
	    "A number was given while the book was being closed. Press again." },
	{ "", VT_E_OUT_OF_ORDER, NULL,
	    "Sổ không nhận số lúc này: sổ đã đóng, hoặc chưa có nhiệm kỳ, sự "
	    "kiện nào đang hiệu lực.",
	    "The book takes no number now: it is closed, or no term is in "
	    "force." },
	{ "", VT_E_STORE_CLOCK, NULL,
	    "Đồng hồ máy chủ chậm hơn lần ghi trước hơn một giờ: tạm ngừng cấp "
	    "số. Hãy báo người quản trị.",
	    "The server's clock is over an hour behind: no number is given. "
	    "Tell its operator." },
};

void
vt_book_say_why(const struct vt_desk *d, struct vt_book_refusal *r)
{
	if (r->why != NULL) /* the form itself said it */
		return;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if ((*reasons[i].act != '\0' &&
			strcmp(reasons[i].act, r->act) != 0) ||
		    reasons[i].code != (int)r->err.code)
			continue;
		r->field = reasons[i].field;
		r->why = T(d, reasons[i].vi, reasons[i].en);
		return;
	}
	r->why = vt_desk_error(d, (int)r->err.code);
}
