/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the forms of acts ask for. */
#include "api/office/destruction.h"
#include "api/web/book.h"
#include "api/web/people.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define BOOK_SHOWN 300
#define VERSIONS   32 /* of a file that were made up to its seal */

/* How a field says that it is wrong, and where the reason stands. */
static void
described(struct vt_sheet *s, const struct vt_desk_act *a, const char *field)
{
	if (vt_sheet_blamed(s, a, field))
		vt_html(s->d->page.b,
		    " aria-invalid=\"true\" aria-describedby=\"%s-why\"",
		    a->name);
}

static void
area(struct vt_sheet *s, const struct vt_desk_act *a, const char *field,
    const char *label, bool required)
{
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<label for=\"%s-%s\">%s</label>\n"
	    "<textarea id=\"%s-%s\" name=\"%s\" rows=\"2\" "
	    "maxlength=\"2000\"%s",
	    a->name, field, label, a->name, field, field,
	    required ? " required" : "");
	described(s, a, field);
	vt_html(b, ">%s</textarea>\n", vt_sheet_typed(s, a, field, ""));
	vt_sheet_blame(s, a, field);
}

static void
line(struct vt_sheet *s, const struct vt_desk_act *a, const char *field,
    const char *label, const char *type, bool required)
{
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<label for=\"%s-%s\">%s</label>\n"
	    "<input id=\"%s-%s\" name=\"%s\" type=\"%s\" maxlength=\"200\" "
	    "value=\"%s\"%s",
	    a->name, field, label, a->name, field, field, type,
	    vt_sheet_typed(s, a, field, ""), required ? " required" : "");
	described(s, a, field);
	vt_html(b, ">\n");
	vt_sheet_blame(s, a, field);
}

static void
check(struct vt_sheet *s, const struct vt_desk_act *a, const char *field,
    const char *value, const char *label, bool on)
{
	bool again = s->refused != NULL && s->refused->act == a;

	if (again)
		on = vt_webform_has(s->refused->form, field);
	vt_html(s->d->page.b,
	    "<p class=\"check\"><input type=\"checkbox\" id=\"%s-%s\" "
	    "name=\"%s\" value=\"%s\"%s> <label for=\"%s-%s\">%s</label></p>\n",
	    a->name, field, field, value, on ? " checked" : "", a->name, field,
	    label);
}

VT_ACT_FIELDS(note)
{
	area(s, a, "note",
	    T(s->d, "Ghi chú (không bắt buộc)", "Note (optional)"), false);
}

/* Decree 30/2020, Articles 21, 22. */
VT_ACT_FIELDS(accept)
{
	(void)a;
	vt_html(s->d->page.b,
	    "<p class=\"hint\">%s <a href=\"/desk/papers/%s/check\">%s</a></p>"
	    "\n",
	    T(s->d,
		"Xem trước kết quả kiểm tra chữ ký: văn bản phải có chữ ký số "
		"của người có thẩm quyền và của cơ quan ban hành; thiếu thì "
		"trả lại nơi gửi.",
		"See the check first: the paper bears the signatures of the "
		"competent person and of its agency, or goes back."),
	    s->id, T(s->d, "Kiểm tra chữ ký", "Check the signatures"));
}

VT_ACT_FIELDS(reason)
{
	area(s, a, "note",
	    T(s->d, "Lý do (nơi kia sẽ đọc được)",
		"Reason (the other side reads it)"),
	    true);
}

VT_ACT_FIELDS(submit)
{
	struct vt_buf *b = s->d->page.b;
	const char *typed = vt_sheet_typed(s, a, "initials", "0");

	vt_fields_note(s, a);
	if (vt_copy_form(&s->p.meta) != NULL)
		return; /* nobody initials a copy */
	vt_html(b,
	    "<label for=\"submit-initials\">%s</label>\n"
	    "<select id=\"submit-initials\" name=\"initials\">\n",
	    T(s->d, "Số chữ ký nháy cần có", "Digital initials"));
	for (unsigned i = 0; i <= 2; i++)
		vt_html(b, "<option value=\"%u\"%s>%u</option>\n", i,
		    typed[0] == (char)('0' + i) ? " selected" : "", i);
	vt_html(b, "</select>\n");
}

VT_ACT_FIELDS(approve)
{
	area(s, a, "note",
	    T(s->d, "Ý kiến (không bắt buộc)", "A word (optional)"), false);
}

VT_ACT_FIELDS(give_back)
{
	area(
	    s, a, "note", T(s->d, "Cần sửa gì", "What is to be changed"), true);
}

VT_ACT_FIELDS(pin)
{
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<label for=\"%s-pin\">%s</label>\n"
	    "<input id=\"%s-pin\" name=\"pin\" type=\"password\" required "
	    "maxlength=\"128\" autocomplete=\"off\" class=\"pin\"",
	    a->name,
	    a->duty == VT_DUTY_SEAL
		? T(s->d, "Mã PIN khóa của cơ quan", "PIN of the agency's key")
		: T(s->d, "Mã PIN khóa của tôi", "PIN of my key"),
	    a->name);
	described(s, a, "pin");
	vt_html(b, ">\n");
	vt_sheet_blame(s, a, "pin");
}

VT_ACT_FIELDS(sign)
{
	const char *planned = s->p.meta.signer_name;

	if (*planned != '\0' && strcmp(planned, s->d->me->name) != 0)
		vt_html(s->d->page.b,
		    "<p class=\"notice unsure\"><span class=\"sign\" "
		    "aria-hidden=\"true\">?</span> %s <b lang=\"vi\">%s</b>. "
		    "%s</p>\n",
		    T(s->d, "Người ký dự kiến ghi trên văn bản là",
			"The paper names as its signer"),
		    planned,
		    T(s->d,
			"Bạn ký thì văn bản mang tên bạn: hãy xem nội dung "
			"đã ghi đúng người ký chưa.",
			"If you sign, it bears your name: see that the text "
			"names the right signer."));
	if (s->p.number.value == 0)
		check(s, a, "number", "1",
		    T(s->d, "Cấp số và ngày ngay khi ký",
			"Give number and date as I sign"),
		    true);
	vt_fields_pin(s, a);
}

/* --- people --- */

static void
person(struct vt_sheet *s, const struct vt_desk_act *a, const char *label)
{
	char id[64], wrong[64];
	struct vt_people_field f = { .id = id,
		.name = "person",
		.typed = vt_sheet_typed(s, a, "person", ""),
		.wrong = vt_sheet_blamed(s, a, "person") ? wrong : NULL };

	(void)snprintf(id, sizeof(id), "%s-person", a->name);
	(void)snprintf(wrong, sizeof(wrong), "%s-why", a->name);
	vt_html(s->d->page.b, "<label for=\"%s\">%s</label>\n", id, label);
	vt_people_field(s->d, s->v, &f);
	vt_sheet_blame(s, a, "person");
}

static void
helpers(struct vt_sheet *s, const struct vt_desk_act *a)
{
	struct vt_people p = { .v = s->v, .agency_no = s->d->me->agency_no };
	struct vt_buf *b = s->d->page.b;
	const struct vt_person *x;

	if (vt_people_are_many(s->d, s->v)) {
		area(s, a, "with",
		    T(s->d, "Phối hợp: mỗi dòng một họ tên",
			"Together with: a name on each line"),
		    false);
		return;
	}
	vt_html(b, "<fieldset><legend>%s</legend>\n",
	    T(s->d, "Phối hợp", "Together with"));
	while ((x = vt_people_next(&p)) != NULL) {
		char name[8 + VT_ID_TEXT], id[VT_ID_TEXT + 1];

		vt_id_text(&x->id, id);
		(void)snprintf(name, sizeof(name), "w%s", id);
		check(s, a, name, "1", x->name, false);
	}
	vt_html(b, "</fieldset>\n");
}

VT_ACT_FIELDS(assign)
{
	person(s, a, T(s->d, "Người chủ trì", "In charge"));
	helpers(s, a);
	line(s, a, "due", T(s->d, "Hạn xử lý", "Due"), "date", false);
	area(s, a, "note", T(s->d, "Ý kiến chỉ đạo", "Instruction"), false);
}

VT_ACT_FIELDS(forward)
{
	person(s, a, T(s->d, "Chuyển tới", "To"));
	vt_fields_note(s, a);
}

VT_ACT_FIELDS(finish)
{
	line(s, a, "paper",
	    T(s->d, "Số văn bản trả lời, nếu có (ví dụ 05/SKHCN)",
		"Number of the answer, if any (e.g. 05/SKHCN)"),
	    "text", false);
	vt_fields_note(s, a);
}

VT_ACT_FIELDS(replace)
{
	line(s, a, "paper",
	    T(s->d, "Số văn bản thay thế (đã phát hành)",
		"Number of the new paper (issued)"),
	    "text", true);
	area(s, a, "note", T(s->d, "Lý do", "Reason"), true);
}

VT_ACT_FIELDS(why)
{
	area(s, a, "note", T(s->d, "Lý do", "Reason"), true);
}

VT_ACT_FIELDS(opinion)
{
	area(s, a, "note", T(s->d, "Ý kiến", "Opinion"), true);
}

VT_ACT_FIELDS(extend)
{
	VT_BUF_AUTO(asked);

	vt_word_day(s->p.extend_asked, &asked);
	if (asked.n > 0)
		vt_html(s->d->page.b, "<p class=\"hint\">%s %s (%s)</p>\n",
		    T(s->d, "Đang được đề nghị gia hạn đến",
			"A later deadline is asked for:"),
		    vt_buf_str(&asked), vt_sheet_person(s, &s->p.extend_by));
	line(s, a, "due", T(s->d, "Hạn mới", "New deadline"), "date", true);
	area(s, a, "note", T(s->d, "Lý do", "Reason"), true);
}

VT_ACT_FIELDS(order)
{
	line(s, a, "order",
	    T(s->d, "Lệnh (số, ngày, nơi ban hành)",
		"The order (number, day, issuer)"),
	    "text", true);
	vt_fields_note(s, a);
}

/* Decree 30/2020, Article 18(3). */
VT_ACT_FIELDS(amend)
{
	vt_html(s->d->page.b, "<p class=\"hint\">%s</p>\n",
	    T(s->d,
		"Sai nội dung: sửa đổi, bổ sung bằng văn bản có hình thức "
		"tương đương. Sai thể thức, kỹ thuật trình bày, thủ tục ban "
		"hành: đính chính bằng công văn. Văn bản này vẫn còn hiệu "
		"lực.",
		"Wrong in substance: amended by a paper of the same kind. "
		"Wrong in form or procedure: corrected by an official letter. "
		"This paper stays in force."));
	line(s, a, "paper",
	    T(s->d, "Số văn bản sửa đổi, đính chính (đã phát hành)",
		"Number of the paper that amends it (issued)"),
	    "text", true);
	area(s, a, "note",
	    T(s->d, "Nội dung sửa đổi, đính chính", "What is amended"), true);
}

/* Decree 30/2020, Article 22(2). */
VT_ACT_FIELDS(join)
{
	vt_html(s->d->page.b, "<p class=\"hint\">%s</p>\n",
	    T(s->d,
		"Bản giấy đã đến trước và đã có số đến: bản điện tử này dùng "
		"chung số đó, không cấp số mới.",
		"The paper came before and has its number: this e-version has "
		"the same one, no other is given."));
	line(s, a, "number",
	    T(s->d, "Số đến của bản giấy", "Arrival number of the paper"),
	    "number", true);
	vt_fields_note(s, a);
}

VT_ACT_FIELDS(original)
{
	line(s, a, "on", T(s->d, "Ngày đến, nếu không phải hôm nay", "Day"),
	    "date", false);
	line(s, a, "pages", T(s->d, "Số tờ", "Pages"), "number", false);
	line(s, a, "from", T(s->d, "Người hoặc đơn vị đưa đến", "Brought by"),
	    "text", false);
	vt_fields_note(s, a);
}

VT_ACT_FIELDS(link)
{
	static const struct {
		const char *kind, *vi, *en;
	} kinds[] = { { "relates", "Liên quan đến", "Has to do with" },
		{ "answers", "Trả lời", "Answers" },
		{ "copies", "Là bản sao của", "Is a copy of" },
		{ "replaces", "Thay thế (văn bản nơi khác)",
		    "Replaces (one elsewhere)" },
		{ "amends", "Sửa đổi, bổ sung (văn bản nơi khác)",
		    "Amends (one elsewhere)" },
		{ "corrects", "Đính chính (văn bản nơi khác)",
		    "Corrects (one elsewhere)" },
		{ "recalls", "Thu hồi (văn bản nơi khác)",
		    "Recalls (one elsewhere)" } };
	const char *typed = vt_sheet_typed(s, a, "kind", "relates");
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<label for=\"link-kind\">%s</label>\n"
	    "<select id=\"link-kind\" name=\"kind\">\n",
	    T(s->d, "Văn bản này", "This paper"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		vt_html(b, "<option value=\"%s\"%s>%s</option>\n",
		    kinds[i].kind,
		    strcmp(typed, kinds[i].kind) == 0 ? " selected" : "",
		    T(s->d, kinds[i].vi, kinds[i].en));
	vt_html(b, "</select>\n");
	line(s, a, "number",
	    T(s->d, "Số, ký hiệu văn bản kia (ví dụ 05/UBND-VP)",
		"Number of the other paper (e.g. 05/UBND-VP)"),
	    "text", true);
	line(s, a, "from",
	    T(s->d,
		"Mã cơ quan ban hành, nếu văn bản đó không có ở cơ quan này",
		"Code of its agency, if it is not kept here"),
	    "text", false);
	line(s, a, "day", T(s->d, "Ngày ban hành, nếu biết", "Its day"), "date",
	    false);
	vt_fields_note(s, a);
}

VT_ACT_FIELDS(recall)
{
	line(s, a, "paper",
	    T(s->d, "Số văn bản thu hồi (đã phát hành)",
		"Number of the notice (issued)"),
	    "text", true);
	area(s, a, "note", T(s->d, "Lý do", "Reason"), true);
}

VT_ACT_FIELDS(ask_destroy)
{
	static const char *const names[] = { "secret", "disposal", "court" };
	const char *words[] = { T(s->d, "Có bí mật nhà nước", "A state secret"),
		T(s->d, "Hết thời hạn bảo quản", "Its time to be kept is over"),
		T(s->d, "Theo quyết định của tòa án", "Ordered by a court") };
	const char *typed = vt_sheet_typed(s, a, "because", "disposal");
	struct vt_buf *b = s->d->page.b;

	vt_html(b, "<fieldset><legend>%s</legend>\n",
	    T(s->d, "Vì sao tiêu hủy", "Why it is destroyed"));
	for (size_t i = 0; i < 3; i++)
		vt_html(b,
		    "<p class=\"check\"><input type=\"radio\" "
		    "id=\"because-%s\" name=\"because\" value=\"%s\"%s> "
		    "<label for=\"because-%s\">%s</label></p>\n",
		    names[i], names[i],
		    strcmp(typed, names[i]) == 0 ? " checked" : "", names[i],
		    words[i]);
	vt_html(b,
	    "</fieldset>\n<p class=\"check\"><input type=\"checkbox\" "
	    "id=\"destroy-words\" name=\"words\" value=\"1\"> <label "
	    "for=\"destroy-words\">%s</label></p>\n",
	    T(s->d, "Xóa cả trích yếu, tên tệp, ý kiến",
		"Erase subject, file names and opinions, too"));
	area(s, a, "note",
	    T(s->d, "Quyết định tiêu hủy (số, ngày, ai ký)",
		"The decision (number, date, by whom)"),
	    true);
}

/* What was asked stands above the button: two persons, one order. */
VT_ACT_FIELDS(destroy)
{
	struct vt_destruction d;
	VT_BUF_AUTO(room);

	(void)a;
	if (vt_office_destruction_asked(
		s->v, s->d->me->agency_no, &s->p.id, &d, &room, NULL) != VT_OK)
		vt_html(s->d->page.b, "<p class=\"hint\">%s</p>\n",
		    T(s->d, "Chưa có ai đề nghị tiêu hủy văn bản này.",
			"Nobody asked for it yet."));
	else
		vt_html(s->d->page.b,
		    "<p class=\"said\" lang=\"vi\">%s</p>\n"
		    "<p class=\"hint\">%s</p>\n",
		    d.note,
		    d.wipe ? T(s->d, "Xóa tệp và cả trích yếu, tên, ý kiến.",
				 "Files, subject, names and opinions go.")
			   : T(s->d, "Chỉ xóa tệp.", "Only the files go."));
}

/* Three acts are called recall, and they are not one (words of Decree 30). */
static const char *
asked_what(const struct vt_sheet *s)
{
	switch (s->p.asked) {
	case VT_ASK_TAKE_BACK:
		return T(s->d, "Nơi gửi đề nghị lấy lại văn bản gửi nhầm",
		    "The sender asks for it back");
	case VT_ASK_RECALL:
		return T(s->d, "Nơi gửi thu hồi văn bản này",
		    "The sender recalls it");
	case VT_ASK_REPLACE:
		return T(s->d, "Nơi gửi thay thế văn bản này bằng văn bản khác",
		    "The sender replaces it by another");
	default:
		return T(s->d, "Nơi gửi sửa đổi, đính chính văn bản này",
		    "The sender amends or corrects it");
	}
}

VT_ACT_FIELDS(answer)
{
	const char *typed = vt_sheet_typed(s, a, "agree", "1");
	struct vt_buf *b = s->d->page.b;

	if (s->p.asked_note != NULL && *s->p.asked_note != '\0')
		vt_html(b, "<p class=\"said\" lang=\"vi\">%s</p>\n",
		    s->p.asked_note);
	vt_html(b,
	    "<fieldset><legend>%s</legend>\n"
	    "<p class=\"check\"><input type=\"radio\" id=\"answer-yes\" "
	    "name=\"agree\" value=\"1\"%s> <label for=\"answer-yes\">%s"
	    "</label></p>\n"
	    "<p class=\"check\"><input type=\"radio\" id=\"answer-no\" "
	    "name=\"agree\" value=\"0\"%s> <label for=\"answer-no\">%s"
	    "</label></p>\n</fieldset>\n",
	    asked_what(s), typed[0] == '0' ? "" : " checked",
	    T(s->d, "Đồng ý", "Agree"), typed[0] == '0' ? " checked" : "",
	    T(s->d, "Không đồng ý", "Decline"));
	area(s, a, "note",
	    T(s->d, "Lý do (cần khi không đồng ý)",
		"Reason (needed to decline)"),
	    false);
}

/* --- recipients --- */

struct picker {
	struct vt_sheet *s;
	const struct vt_desk_act *a;
	const struct vt_webform *typed; /* what was, NULL: fresh */
	size_t shown;
	unsigned wholes;
};

static bool
is_recipient(const struct vt_sheet *s, const char *code)
{
	for (size_t i = 0; i < s->p.meta.n_recipients; i++)
		if (strcmp(s->p.meta.recipients[i].code, code) == 0)
			return true;
	return false;
}

static void
pick(struct picker *k, const char *code, const char *name, bool on)
{
	char field[80];
	VT_BUF_AUTO(label);

	(void)snprintf(field, sizeof(field), "c%s", code);
	/* markup: none, check() escapes it */
	vt_buf_printf(&label, "%s · %s", *name == '\0' ? code : name, code);
	check(k->s, k->a, field, *name == '\0' ? code : name,
	    vt_buf_str(&label), on);
	k->shown++;
}

/* All of what these words find, by one tick. */
static void
pick_whole(struct picker *k, const char *words, size_t n, bool on)
{
	struct vt_sheet *s = k->s;
	unsigned no = k->wholes++;

	vt_html(s->d->page.b,
	    "<p class=\"check\"><input type=\"checkbox\" id=\"send-all%u\" "
	    "name=\"all\" value=\"=%s\"%s> <label for=\"send-all%u\">%s",
	    no, words, on ? " checked" : "", no,
	    *words == '\0'
		? T(s->d, "Tất cả nơi trong sổ địa chỉ",
		      "All of the address book")
		: T(s->d, "Tất cả nơi tìm thấy", "All that are found"));
	if (on && *words != '\0')
		vt_html(s->d->page.b, ": <b lang=\"vi\">%s</b>", words);
	if (n > 0)
		vt_html(s->d->page.b, " (%zu)", n);
	vt_html(s->d->page.b, "</label></p>\n");
}

static bool
was_ticked(const struct picker *k, const char *code)
{
	char field[80];

	(void)snprintf(field, sizeof(field), "c%s", code);
	return k->typed != NULL && vt_webform_has(k->typed, field);
}

/* What was ticked before this search, whatever it finds. */
static void
pick_again(struct picker *k, const char *words)
{
	const struct vt_webform *f = k->typed;

	for (size_t i = 0; f != NULL && i < f->n; i++) {
		const char *name = f->fields[i].name;
		const char *value = f->fields[i].value;

		if (name[0] == 'c' && strcmp(name, "csrf") != 0 &&
		    !is_recipient(k->s, name + 1))
			pick(k, name + 1, value, true);
		else if (strcmp(name, "all") == 0 && *value == '=' &&
			 strcmp(value + 1, words) != 0)
			pick_whole(k, value + 1, 0, true);
	}
}

/* What is found, the first to be ticked, all of it by one tick. */
static void
pick_found(struct picker *k, struct vt_book *book, const char *words)
{
	struct vt_sheet *s = k->s;
	const char *code, *name, *all;
	struct vt_buf *b = s->d->page.b;
	size_t n = 0, shown = 0;

	vt_html(b,
	    "<fieldset class=\"pick\"><legend class=\"away\">%s</legend>\n",
	    T(s->d, "Sổ địa chỉ", "Address book"));
	pick_again(k, words);
	while (vt_book_next(book, &code, &name, NULL) == VT_OK && code != NULL)
		if (n++, !is_recipient(s, code) && !was_ticked(k, code) &&
			     shown++ < BOOK_SHOWN)
			pick(k, code, name, false);
	vt_html(b, "</fieldset>\n");
	all = k->typed == NULL ? "" : vt_webform_get(k->typed, "all");
	if (n > 0)
		pick_whole(
		    k, words, n, *all == '=' && strcmp(all + 1, words) == 0);
	if (shown > BOOK_SHOWN)
		vt_html(b, "<p class=\"hint\">%s</p>\n",
		    T(s->d,
			"Chỉ hiện các nơi đầu tiên; tìm theo tên hoặc mã để "
			"thấy các nơi khác.",
			"The first ones are shown: search for the others."));
}

/* To search is to send the same form, so that nothing is lost by it. */
static void
pick_all(struct picker *k, struct vt_book *book, const char *words)
{
	struct vt_sheet *s = k->s;
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<details%s><summary>%s</summary>\n"
	    "<label for=\"send-book\">%s</label>\n"
	    "<input id=\"send-book\" name=\"book\" type=\"search\" "
	    "maxlength=\"100\" value=\"%s\">\n"
	    "<p><button name=\"find\" value=\"1\" formnovalidate "
	    "type=\"submit\" class=\"second\">%s</button></p>\n",
	    k->shown == 0 || *words != '\0' || k->typed != NULL ? " open" : "",
	    T(s->d, "Chọn từ sổ địa chỉ", "From the address book"),
	    T(s->d, "Tìm theo tên hoặc mã", "Name or code"), words,
	    T(s->d, "Tìm trong sổ địa chỉ", "Search the book"));
	pick_found(k, book, words);
	vt_html(b, "</details>\n");
}

/* Which way this one goes; empty: the way of all. */
static void
pick_way(struct picker *k, const char *field, const char *name, bool code)
{
	static const struct {
		char no;
		const char *vi, *en;
	} ways[] = { { '1', "điện tử", "electronically" },
		{ '2', "điện tử, kèm bản giấy", "a paper beside it" },
		{ '3', "bản giấy", "on paper" },
		{ '4', "bưu chính", "by post" } };
	struct vt_sheet *s = k->s;
	struct vt_buf *b = s->d->page.b;
	const char *typed;
	char at[88];

	(void)snprintf(at, sizeof(at), "w%s", field);
	typed = vt_sheet_typed(s, k->a, at, "");
	vt_html(b,
	    "<label class=\"way\">%s <select name=\"%s\" "
	    "aria-label=\"%s: %s\"><option value=\"\">%s</option>",
	    T(s->d, "Cách gửi", "Which way"), at,
	    T(s->d, "Cách gửi", "Which way"), name,
	    T(s->d, "cách gửi chung", "as the others"));
	for (size_t i = code ? 0 : 2; i < sizeof(ways) / sizeof(ways[0]); i++)
		vt_html(b, "<option value=\"%c\"%s>%s</option>", ways[i].no,
		    typed[0] == ways[i].no ? " selected" : "",
		    T(s->d, ways[i].vi, ways[i].en));
	vt_html(b, "</select></label>\n");
}

static void
pick_named(struct picker *k, const struct vt_book *book)
{
	struct vt_sheet *s = k->s;
	const struct vt_recipient *r = s->p.meta.recipients;

	vt_html(s->d->page.b, "<fieldset class=\"pick\"><legend>%s</legend>\n",
	    T(s->d, "Nơi nhận ghi trên văn bản", "Recipients on the paper"));
	for (size_t i = 0; i < s->p.meta.n_recipients; i++) {
		char field[80];

		if (vt_book_has_it(book, r[i].code, r[i].name))
			continue;
		if (*r[i].code != '\0') {
			pick(k, r[i].code, r[i].name, true);
			(void)snprintf(field, sizeof(field), "c%s", r[i].code);
			pick_way(k, field, r[i].name, true);
			continue;
		}
		/* one without a code gets it on paper, if it is to be sent */
		(void)snprintf(field, sizeof(field), "n%zu", i);
		check(s, k->a, field, r[i].name, r[i].name, false);
		pick_way(k, field, r[i].name, false);
		k->shown++;
	}
	if (k->shown == 0)
		vt_html(s->d->page.b, "<p class=\"quiet\">%s</p>\n",
		    T(s->d, "Không còn nơi nào chưa gửi.",
			"None that it was not sent to."));
	vt_html(s->d->page.b, "</fieldset>\n");
}

struct one_of {
	unsigned no;
	const char *vi, *en;
};

static const struct one_of kinds[] = { { 0, "Không ghi", "Not said" },
	{ VT_ADDRESSEE_AGENCY, "Cơ quan chưa có hệ thống",
	    "Agencies without a system" },
	{ VT_ADDRESSEE_VILLAGE, "Thôn, tổ dân phố",
	    "Villages, residential groups" },
	{ VT_ADDRESSEE_ORGANISATION, "Tổ chức", "Organisations" },
	{ VT_ADDRESSEE_PERSON, "Cá nhân", "Persons" } };

static const struct one_of channels[] = {
	{ 0, "Điện tử; nơi không có mã: bản giấy",
	    "Electronically; on paper without a code" },
	{ VT_CHANNEL_PARALLEL, "Điện tử, gửi kèm bản giấy",
	    "Electronically, a paper beside it" },
	{ VT_CHANNEL_PAPER, "Chỉ bản giấy", "On paper alone" },
	{ VT_CHANNEL_POST, "Bưu chính", "By post" }
};

static void
choices(struct vt_sheet *s, const struct vt_desk_act *a, const char *field,
    const char *label, const struct one_of *of, size_t n)
{
	const char *typed = vt_sheet_typed(s, a, field, "0");
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<label for=\"%s-%s\">%s</label>\n"
	    "<select id=\"%s-%s\" name=\"%s\">\n",
	    a->name, field, label, a->name, field, field);
	for (size_t i = 0; i < n; i++)
		vt_html(b, "<option value=\"%u\"%s>%s</option>\n", of[i].no,
		    typed[0] == (char)('0' + of[i].no) ? " selected" : "",
		    T(s->d, of[i].vi, of[i].en));
	vt_html(b, "</select>\n");
}

VT_ACT_FIELDS(send)
{
	const char *words = vt_http_query(s->d->req, "book");
	struct picker k = { .s = s, .a = a };
	struct vt_buf *b = s->d->page.b;
	struct vt_book book;

	if (s->refused != NULL && s->refused->act == a)
		k.typed = s->refused->form;
	words = vt_sheet_typed(s, a, "book", words == NULL ? "" : words);
	if (vt_book_open(&book, s->d, s->v, &s->p.id, words, NULL) == VT_OK) {
		pick_named(&k, &book);
		pick_all(&k, &book, words);
	}
	vt_book_close(&book);
	vt_html(b,
	    "<label for=\"send-more\">%s</label>\n"
	    "<textarea id=\"send-more\" name=\"more\" rows=\"2\"",
	    T(s->d, "Nơi khác: mỗi dòng một mã định danh hoặc một tên",
		"Others: a code or a name on each line"));
	described(s, a, "more");
	vt_html(b, ">%s</textarea>\n", vt_sheet_typed(s, a, "more", ""));
	vt_sheet_blame(s, a, "more");
	vt_html(b, "<p class=\"hint\">%s</p>\n",
	    T(s->d, "Tên không có mã được đưa vào danh sách in để gửi giấy.",
		"A name without a code goes on the list to be printed."));
	choices(s, a, "kind",
	    T(s->d, "Nơi không có mã là", "Those without one"), kinds,
	    sizeof(kinds) / sizeof(kinds[0]));
	choices(s, a, "channel", T(s->d, "Cách gửi", "Which way"), channels,
	    sizeof(channels) / sizeof(channels[0]));
}

struct choice {
	struct vt_sheet *s;
	enum vt_delivery_state state; /* PRINT: whose paper is out */
	const char *typed;
};

static bool
choose(void *arg, const struct vt_delivery *v)
{
	const struct choice *k = arg;
	char id[VT_ID_TEXT + 1];

	if (k->state == VT_DELIVERY_PRINT ? !vt_sheet_paper_is_out(v)
					  : v->state != k->state)
		return true;
	vt_id_text(&v->id, id);
	vt_html(k->s->d->page.b,
	    "<option lang=\"vi\" value=\"%s\"%s>%s %s</option>\n", id,
	    strcmp(k->typed, id) == 0 ? " selected" : "", v->to.name,
	    v->to.code);
	return true;
}

/* All of them, however many: none is reached in another way. */
static void
deliveries(struct vt_sheet *s, const struct vt_desk_act *a,
    enum vt_delivery_state state)
{
	struct choice k = { s, state, vt_sheet_typed(s, a, "delivery", "") };
	struct vt_err err = VT_ERR_INIT;
	struct vt_buf *b = s->d->page.b;
	int rc;

	vt_html(b,
	    "<label for=\"%s-delivery\">%s</label>\n"
	    "<select id=\"%s-delivery\" name=\"delivery\">\n",
	    a->name, T(s->d, "Nơi nhận", "Recipient"), a->name);
	rc = vt_sheet_each(s, 0, &err, choose, &k);
	vt_html(b, "</select>\n");
	if (rc != VT_OK)
		vt_html(
		    b, "<p class=\"error\">%s</p>\n", vt_desk_error(s->d, rc));
}

VT_ACT_FIELDS(resend)
{
	deliveries(s, a, VT_DELIVERY_FAILED);
}

VT_ACT_FIELDS(handed)
{
	deliveries(s, a, VT_DELIVERY_PRINT);
	line(s, a, "on",
	    T(s->d, "Ngày nhận (để trống: hôm nay)", "Day (empty: today)"),
	    "date", false);
	line(s, a, "name", T(s->d, "Người ký nhận", "Who signed for it"),
	    "text", false);
	line(s, a, "waybill",
	    T(s->d, "Số vận đơn (khi chưa biết đã đến)",
		"Waybill (while it is not known to have come)"),
	    "text", false);
	area(s, a, "note",
	    T(s->d, "Ghi chú, số biên nhận", "Number of the receipt"), false);
}

/* The version that is printed to be sealed by hand: the one before the
 * agency's signature. NULL hash of ret: none. */
static uint32_t
before_seal(const struct vt_sheet *s, vt_hash *ret)
{
	struct vt_version v[VERSIONS];
	uint32_t no = 0;
	size_t n = 0;

	if (vt_version_list(s->v, &s->p.id, 1, 0, v, VERSIONS, &n, NULL) !=
	    VT_OK)
		return 0;
	for (size_t i = 0; i < n && v[i].reason != VT_VERSION_SEALED; i++) {
		*ret = v[i].hash;
		no = v[i].no;
	}
	return no;
}

/* One of the numbers that are held, with what it is held for. */
static void
held(struct vt_sheet *s, const struct vt_desk_act *a,
    const struct vt_held_numbers *h, const char *label)
{
	struct vt_buf *b = s->d->page.b;
	char no[24];

	vt_html(b,
	    "<label for=\"%s-number\">%s</label>\n"
	    "<select id=\"%s-number\" name=\"number\" required",
	    a->name, label, a->name);
	described(s, a, "number");
	vt_html(b, ">\n");
	for (size_t i = 0; i < h->n; i++) {
		(void)snprintf(no, sizeof(no), "%" PRIu64, h->h[i].value);
		vt_html(b, "<option value=\"%s\"%s>%s · %s</option>\n", no,
		    strcmp(vt_sheet_typed(s, a, "number", ""), no) == 0
			? " selected"
			: "",
		    no, h->h[i].note);
	}
	vt_html(b, "</select>\n");
	vt_sheet_blame(s, a, "number");
}

VT_ACT_FIELDS(reserved)
{
	held(s, a, &s->reserved, T(s->d, "Số đã giữ", "Number"));
}

VT_ACT_FIELDS(by_hand)
{
	held(s, a, &s->by_hand,
	    T(s->d, "Số ghi trên giấy", "Number on the paper"));
	line(s, a, "at",
	    T(s->d, "Ngày, giờ cấp trên giấy", "When it was given"),
	    "datetime-local", true);
}

VT_ACT_FIELDS(print)
{
	const char *what = vt_sheet_typed(s, a, "what", "1");
	struct vt_buf *b = s->d->page.b;
	char text[VT_HASH_TEXT + 1];
	vt_hash hash;
	uint32_t no = s->p.direction == VT_DIR_IN ? 0 : before_seal(s, &hash);

	vt_html(b,
	    "<label for=\"print-what\">%s</label>\n"
	    "<select id=\"print-what\" name=\"what\">\n",
	    T(s->d, "In để làm", "Printed as"));
	if (no != 0)
		vt_html(b, "<option value=\"1\">%s</option>\n",
		    T(s->d, "Bản gốc giấy, đóng dấu và lưu",
			"Paper original, sealed by hand and kept"));
	vt_html(b, "<option value=\"2\"%s>%s</option>\n</select>\n",
	    what[0] == '2' ? " selected" : "", T(s->d, "Bản sao", "Copy"));
	if (no != 0) {
		vt_hash_text(&hash, text);
		vt_html(b,
		    "<input type=\"hidden\" name=\"printed\" value=\"%s\">\n"
		    "<p class=\"hint\"><a href=\"/desk/papers/%s/parts/1?"
		    "version=%" PRIu32 "\">%s</a></p>\n",
		    text, s->id, no,
		    T(s->d, "Tải bản để in (trước khi ký số cơ quan)",
			"Download the version to print (before the seal)"));
	}
	line(s, a, "copies", T(s->d, "Số bản", "Copies"), "number", true);
	vt_fields_note(s, a);
}

/* --- a file --- */

VT_ACT_FIELDS(version)
{
	const char *kept = vt_sheet_typed(s, a, "kept0", "");
	const char *part = vt_sheet_typed(s, a, "part", "1");
	struct vt_buf *b = s->d->page.b;

	vt_html(b,
	    "<p class=\"hint\">%s</p>\n<label for=\"version-part\">%s"
	    "</label>\n<select id=\"version-part\" name=\"part\">\n",
	    T(s->d,
		"Tệp mới thay cho tệp cũ; tệp cũ vẫn được lưu. Nếu văn bản đã "
		"được duyệt thì ý kiến duyệt mất hiệu lực và phải trình lại.",
		"The new file stands for the old one, which is kept. An "
		"approval is void then, and the paper is submitted again."),
	    T(s->d, "Thay cho", "In place of"));
	for (size_t i = 0; i < s->p.n_parts; i++) {
		char no[8];

		(void)snprintf(
		    no, sizeof(no), "%u", (unsigned)s->p.parts[i].no);
		vt_html(b, "<option lang=\"vi\" value=\"%s\"%s>%s</option>\n",
		    no, strcmp(part, no) == 0 ? " selected" : "",
		    s->p.parts[i].name);
	}
	vt_html(b, "</select>\n");
	for (size_t i = 0; i < s->p.n_parts; i++) {
		char hash[VT_HASH_TEXT + 1];

		vt_hash_text(&s->p.parts[i].hash, hash);
		vt_html(b,
		    "<input type=\"hidden\" name=\"was%u\" value=\"%s\">\n",
		    (unsigned)s->p.parts[i].no, hash);
	}
	if (*kept != '\0')
		vt_html(b,
		    "<p>✓ %s <span class=\"quiet\">%s</span>"
		    "<input type=\"hidden\" name=\"kept0\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"kepthash0\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"keptname0\" value=\"%s\">"
		    "</p>\n",
		    vt_sheet_typed(s, a, "keptname0", ""),
		    T(s->d, "đã nhận", "received"), kept,
		    vt_sheet_typed(s, a, "kepthash0", ""),
		    vt_sheet_typed(s, a, "keptname0", ""));
	/* The file last: the token is known when its first byte comes. */
	vt_html(b,
	    "<label for=\"version-file\">%s</label>\n"
	    "<input id=\"version-file\" name=\"main\" type=\"file\"%s",
	    T(s->d, "Tệp mới", "The new file"),
	    *kept == '\0' ? " required" : "");
	described(s, a, "file");
	vt_html(b, ">\n");
	vt_sheet_blame(s, a, "file");
}
