/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a paper: its data and files. */
#include "api/office/delegation.h"
#include "api/office/destruction.h"
#include "api/office/joins.h"
#include "api/office/lengths.h"
#include "api/office/links.h"
#include "api/office/renditions.h"
#include "api/office/routes.h"
#include "api/web/list.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define FILES_OPEN 8   /* beyond them a list is folded, but for two */
#define ACTS_SHOWN 100 /* looked at for who signed in whose place */

const char *
vt_sheet_person(const struct vt_sheet *s, const vt_id *id)
{
	struct vt_person p;

	if (vt_id_is_zero(id) || vt_person_get(s->v, id, &p, NULL) != VT_OK)
		return "";
	return p.name;
}

/* A row of the paper's own words: Vietnamese whatever the page is in. */
static void
own(struct vt_sheet *s, const char *vi, const char *en, const char *value)
{
	if (value != NULL && *value != '\0')
		vt_html(s->d->page.b,
		    "<div><dt>%s</dt><dd lang=\"vi\">%s</dd></div>\n",
		    T(s->d, vi, en), value);
}

static void
row(struct vt_sheet *s, const char *vi, const char *en, const char *value)
{
	vt_page_row(&s->d->page, T(s->d, vi, en), value);
}

static void
when(struct vt_sheet *s, const char *vi, const char *en, vt_time t)
{
	VT_BUF_AUTO(text);

	vt_page_moment(t, &text);
	row(s, vi, en, vt_buf_str(&text));
}

static void
day(struct vt_sheet *s, const char *vi, const char *en, const char *iso)
{
	VT_BUF_AUTO(text);

	vt_word_day(iso == NULL ? "" : iso, &text);
	row(s, vi, en, vt_buf_str(&text));
}

static void
date(struct vt_sheet *s, const char *vi, const char *en, vt_time t)
{
	VT_BUF_AUTO(text);

	vt_page_date(t, &text);
	row(s, vi, en, vt_buf_str(&text));
}

static void
handling(struct vt_sheet *s)
{
	const struct vt_paper *p = &s->p;
	VT_BUF_AUTO(with);

	own(s, "Chủ trì", "In charge", vt_sheet_person(s, &p->assigned_to));
	for (size_t i = 0; i < p->n_assigned_with; i++) {
		if (i > 0)
			vt_buf_puts(&with, ", ");
		/* markup: none, own() escapes it */
		vt_buf_puts(&with, vt_sheet_person(s, &p->assigned_with[i]));
	}
	own(s, "Phối hợp", "Together with", vt_buf_str(&with));
	day(s, "Hạn xử lý", "Due", p->assigned_due);
	day(s, "Hạn ban đầu", "Was due", p->due_first);
	day(s, "Xin gia hạn đến", "Asked for until", p->extend_asked);
	own(s, "Chuyển tới", "Forwarded to",
	    vt_sheet_person(s, &p->forwarded_to));
	when(s, "Mở đọc lần đầu", "First opened", p->opened_at);
	own(s, "Lý do", "Reason", p->closed_note);
	own(s, "Nơi gửi đề nghị", "The sender asks", p->asked_note);
	when(s, "Đóng băng từ", "Frozen since", p->frozen_at);
	own(s, "Theo lệnh", "By order", p->frozen_order);
	when(s, "Cách ly từ", "Isolated since", p->isolated_at);
	own(s, "Vì sao", "Why", p->isolated_note);
	for (size_t i = 0; i < p->n_checks; i++)
		own(s,
		    p->checks[i].kind == VT_DRAFT_FORM ? "Đã kiểm tra thể thức"
						       : "Đã kiểm tra nội dung",
		    p->checks[i].kind == VT_DRAFT_FORM ? "Form checked by"
						       : "Content checked by",
		    vt_sheet_person(s, &p->checks[i].person));
}

/* Another paper of ours, by its number. */
static void
other(struct vt_sheet *s, const char *vi, const char *en, const vt_id *id)
{
	char text[VT_ID_TEXT + 1];
	struct vt_paper p;

	if (vt_id_is_zero(id) || vt_office_paper(s->d->office, s->v, s->d->me,
				     id, &p, NULL) != VT_OK)
		return;
	vt_id_text(id, text);
	vt_html(s->d->page.b,
	    "<div><dt>%s</dt><dd lang=\"vi\"><a href=\"/desk/papers/%s\">%s"
	    "</a></dd></div>\n",
	    T(s->d, vi, en), text,
	    p.number.value != 0 ? p.number.text : p.meta.subject);
}

/* When, and the certificate to be read and printed. */
static void
destroyed(struct vt_sheet *s)
{
	VT_BUF_AUTO(text);

	if (s->p.destroyed_why == 0)
		return;
	when(s, "Có lệnh tiêu hủy", "Ordered to be destroyed",
	    s->p.destroyed_at);
	when(s, "Đã xóa hết", "Erased", s->p.erased_at);
	if (vt_office_certificate(
		s->d->office, s->d->me, &s->p.id, &text, NULL) != VT_OK)
		return;
	vt_html(s->d->page.b,
	    "<div><dt>%s</dt><dd><pre lang=\"vi\">%s</pre></dd></div>\n",
	    T(s->d, "Biên bản tiêu hủy", "Certificate"), vt_buf_str(&text));
}

#define LINKS_SHOWN      64
#define RENDITIONS_SHOWN 64
#define RECIPIENTS_SHOWN 40
#define ALIKE_SHOWN      4

/* One that lies elsewhere, as it is cited. */
static void
cited(struct vt_sheet *s, const char *what, const struct vt_answered *c)
{
	vt_html(
	    s->d->page.b, "<div><dt>%s</dt><dd lang=\"vi\">%s", what, c->code);
	if (*c->issued_on != '\0')
		vt_html(s->d->page.b, " %s %s", T(s->d, "ngày", "of"),
		    c->issued_on);
	if (*c->agency_code != '\0')
		vt_html(s->d->page.b, " (%s)", c->agency_code);
	vt_buf_puts(s->d->page.b, "</dd></div>\n");
}

/* Longer than Appendix VI has it: kept, but others may cut it. */
static void
too_long(struct vt_sheet *s)
{
	struct vt_long l[VT_LONG_MAX];
	size_t n = vt_meta_long(&s->p.meta, l);

	for (size_t i = 0; i < n; i++)
		vt_html(s->d->page.b,
		    "<div><dt>%s</dt><dd><span lang=\"vi\">%s</span>: %zu "
		    "/ %zu</dd></div>\n",
		    T(s->d, "Dài hơn Phụ lục VI (vẫn giữ nguyên)",
			"Longer than Appendix VI (kept as it is)"),
		    l[i].vi, l[i].length, l[i].max);
}

/* Appendix VI of Decree 30/2020: the same number, symbol and agency. */
static void
alike(struct vt_sheet *s)
{
	struct vt_paper l[ALIKE_SHOWN];
	char id[VT_ID_TEXT + 1];
	size_t n = 0;

	if (s->p.direction != VT_DIR_IN || !vt_id_is_zero(&s->p.joined_to) ||
	    vt_office_alike(s->v, s->d->me, &s->p.meta, &s->p.id, l,
		ALIKE_SHOWN, &n, NULL) != VT_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		vt_id_text(&l[i].id, id);
		vt_html(s->d->page.b,
		    "<div><dt>%s</dt><dd lang=\"vi\"><a "
		    "href=\"/desk/papers/%s\">%s%s%s</a></dd></div>\n",
		    T(s->d, "Có thể trùng (cùng số, ký hiệu, cơ quan)",
			"Perhaps the same (number, symbol, agency)"),
		    id, l[i].meta.subject,
		    *l[i].arrival.text == '\0' ? "" : ", số đến ",
		    l[i].arrival.text);
	}
}

static void
relations(struct vt_sheet *s)
{
	struct vt_paper_link l[LINKS_SHOWN];
	size_t n = 0;

	alike(s);
	too_long(s);
	when(s, "Bản giấy đến", "Paper original came", s->p.original_at);
	destroyed(s);
	if (vt_paper_links(s->v, &s->p.id, l, LINKS_SHOWN, &n, NULL) != VT_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		bool back = l[i].back;

		if (vt_id_is_zero(&l[i].paper))
			cited(s, vt_link_words(l[i].kind, false, s->d->page.en),
			    &l[i].cited);
		else
			other(s, vt_link_words(l[i].kind, back, false),
			    vt_link_words(l[i].kind, back, true), &l[i].paper);
	}
}

/* Whom the signer acted for, "": for himself. */
static const char *
signed_for(const struct vt_sheet *s)
{
	struct vt_acted *a;
	size_t n = 0;

	a = vt_arena_array(s->d->req->arena, ACTS_SHOWN, sizeof(*a));
	if (a == NULL || vt_office_acted(s->v, s->d->me->agency_no, &s->p.id, a,
			     ACTS_SHOWN, &n, NULL) != VT_OK)
		return "";
	for (size_t i = 0; i < n; i++)
		if (!vt_id_eq(&a[i].from, &s->p.signed_by) &&
		    (strcmp(a[i].duty, vt_duty_name(VT_DUTY_SIGN)) == 0 ||
			strcmp(a[i].duty, vt_duty_name(VT_DUTY_PREPARE_SIGN)) ==
			    0))
			return vt_sheet_person(s, &a[i].from);
	return "";
}

/* Who signed, not who was to: what was typed is a plan until then. */
static void
signer(struct vt_sheet *s)
{
	const struct vt_meta *m = &s->p.meta;
	bool in = s->p.direction == VT_DIR_IN;
	const char *other, *position;
	const struct vt_post *post;
	struct vt_person who;
	struct vt_post only;
	VT_BUF_AUTO(text);

	if (vt_id_is_zero(&s->p.signed_by) ||
	    vt_person_get(s->v, &s->p.signed_by, &who, NULL) != VT_OK) {
		bool plan = !in && vt_copy_form(m) == NULL &&
			    s->p.sealed_at == VT_TIME_NONE;

		own(s, plan ? "Người ký dự kiến" : "Người ký",
		    plan ? "To be signed by" : "Signed by", m->signer_name);
		return;
	}
	other = signed_for(s);
	/* what he was then */
	post = vt_person_post_at(&who, s->p.signed_at, &only);
	position = post == NULL ? "" : post->position;
	/* markup: none, own() escapes it */
	vt_buf_printf(&text, "%s%s%s", vt_person_name_at(&who, s->p.signed_at),
	    *position == '\0' ? "" : " · ", position);
	if (*other != '\0')
		/* markup: none, likewise */
		vt_buf_printf(&text, " (TUQ. %s)", other);
	own(s, "Người ký", "Signed by", vt_buf_str(&text));
}

static void
count(struct vt_sheet *s, const char *vi, const char *en, uint32_t n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%" PRIu32, n);
	row(s, vi, en, n == 0 ? "" : text);
}

static void
lines(struct vt_sheet *s, const char *vi, const char *en,
    const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		own(s, vi, en, list[i]);
}

/* The code as it stands on the paper and, if it has ended, who has its tasks:
 * both are true. */
static void
issuer_code(struct vt_sheet *s)
{
	const char *code = s->p.meta.agency_code;
	struct vt_code_now now;

	own(s, "Mã cơ quan ban hành", "Code of who issued it", code);
	if (code == NULL || *code == '\0' ||
	    vt_office_code_now(s->d->office, s->v, code, &now, NULL) != VT_OK ||
	    !now.ended)
		return;
	vt_html(s->d->page.b, "<div><dt>%s</dt><dd lang=\"vi\">",
	    T(s->d, "Mã này đã hết hiệu lực, nay là",
		"This code has ended; it is now"));
	vt_sheet_code(s->d, &now);
	vt_buf_puts(s->d->page.b, "</dd></div>\n");
}

/* The metadata that is left: all of it is shown (Appendix VI). */
static void
rest(struct vt_sheet *s)
{
	const struct vt_meta *m = &s->p.meta;
	VT_BUF_AUTO(to);

	own(s, "Nơi ban hành", "Place", m->place);
	own(s, "Chức vụ người ký", "Position", m->signer_position);
	own(s, "Thẩm quyền ký", "Competence", m->signer_competence);
	own(s, "Ngôn ngữ", "Language", m->language);
	count(s, "Số trang", "Pages", m->pages);
	count(s, "Số bản", "Copies", m->copies);
	own(s, "Mã loại", "Code of its type", m->type_code);
	issuer_code(s);
	own(s, "Mã thủ tục", "Code of the procedure", m->procedure_code);
	for (size_t i = 0; i < m->n_recipients && i < RECIPIENTS_SHOWN; i++)
		/* markup: none, own() escapes it */
		vt_buf_printf(&to, "%s%s", i == 0 ? "" : "; ",
		    vt_sheet_addressee(&m->recipients[i]));
	if (s->p.direction == VT_DIR_IN)
		own(s, "Nơi nhận ghi trên văn bản", "Recipients on it",
		    vt_buf_str(&to));
	own(s, "Phạm vi lưu hành", "Circulation", m->circulation);
	own(s, "Ký hiệu người soạn thảo", "Typist", m->typist);
	own(s, "Văn bản được trả lời (edXML)", "ReplyFors", m->reply_fors);
	own(s, "Hướng (edXML)", "Direct", m->direction);
	own(s, "Ứng dụng gửi (edXML)", "Application", m->application);
	row(s, "Văn bản quy phạm pháp luật", "Legal document",
	    m->legal != 0 ? T(s->d, "có", "yes") : "");
	row(s, "Gửi kèm bản giấy", "On paper, too",
	    m->on_paper != 0 ? T(s->d, "có", "yes") : "");
	count(s, "Loại chỉ đạo (edXML)", "SteeringType", m->steering);
	lines(s, "Phụ lục", "Appendix", m->appendixes, m->n_appendixes);
	lines(
	    s, "Nhiệm vụ được trả lời", "Task answered", m->tasks, m->n_tasks);
}

void
vt_sheet_facts(struct vt_sheet *s)
{
	const struct vt_paper *p = &s->p;
	const struct vt_meta *m = &p->meta;
	bool in = p->direction == VT_DIR_IN;
	VT_BUF_AUTO(scratch);

	vt_html(s->d->page.b,
	    "<section class=\"box\"><h2>%s</h2>\n<dl class=\"facts\">\n",
	    T(s->d, "Thông tin", "Details"));
	row(s, "Số, ký hiệu", "Number", vt_list_number(p, &scratch));
	if (!in && p->number.value == 0)
		own(s, "Ký hiệu", "Notation", m->notation);
	row(s, "Số đến", "Arrival number", p->arrival.text);
	when(s, "Ngày đến", "Arrived", in ? p->created_at : VT_TIME_NONE);
	if (in || p->number.value == 0)
		day(s, "Ngày văn bản", "Date on it", m->issued_on);
	else
		date(s, "Ngày văn bản", "Date on it", p->number.time);
	when(s, "Cấp tay, nhập lúc", "Given by hand, entered",
	    in ? p->arrival.entered : p->number.entered);
	own(s, "Loại", "Type", m->type_name);
	own(s, "Cơ quan ban hành", "Issued by", m->agency_name);
	signer(s);
	own(s, "Đơn vị soạn", "Drafted by", m->draft_unit);
	own(s, "Người lập", "Made by", vt_sheet_person(s, &p->created_by));
	row(s, "Mức độ khẩn", "Urgency", vt_word_urgency(s->d, m->urgency));
	day(s, "Hạn trả lời", "Answer due", m->due_on);
	own(s, "Ghi chú", "Note", m->description);
	own(s, "Thủ tục", "Procedure", m->procedure_name);
	own(s, "Mã hồ sơ", "Case", m->case_code);
	own(s, "Người nhận kết quả", "Holder", m->holder_name);
	count(s, "Chữ ký nháy", "Initials", p->initials);
	count(s, "Số bản đã in", "Copies printed", p->printed);
	handling(s);
	relations(s);
	rest(s);
	if (*p->code != '\0')
		vt_html(s->d->page.b,
		    "<div><dt>%s</dt><dd><a href=\"/r/%s\">%s</a></dd></div>\n",
		    T(s->d, "Trang tra cứu công khai", "Public page"), p->code,
		    p->code);
	vt_html(s->d->page.b, "</dl></section>\n");
}

static void
size_text(uint64_t n, struct vt_buf *ret)
{
	static const char *const unit[] = { "B", "KB", "MB", "GB" };
	size_t i = 0;

	for (; n >= 10240 && i < 3; i++)
		n = (n + 512) / 1024;
	/* markup: none, numbers */
	vt_buf_printf(ret, "%" PRIu64 " %s", n, unit[i]);
}

/* In words; what it says for engineers, "... (slug: detail)", folded away. */
static void
problem(struct vt_sheet *s, const char *text)
{
	const char *tail = vt_word_detail(text), *said;
	struct vt_buf *b = s->d->page.b;
	VT_BUF_AUTO(english);
	VT_BUF_AUTO(words);

	/* markup: none, escaped below */
	vt_buf_put(&words, text,
	    tail == NULL ? strlen(text) : (size_t)(tail - 1 - text));
	said = vt_word_note(s->d, vt_buf_str(&words), &english);
	vt_html(b,
	    "<div class=\"notice unsure\"><span class=\"sign\" "
	    "aria-hidden=\"true\">?</span> <span lang=\"%s\">%s</span>",
	    said == vt_buf_str(&words) ? "vi" : "en", said);
	if (tail != NULL)
		vt_html(b,
		    "<details><summary>%s</summary><p lang=\"en\">%s</p>"
		    "</details>",
		    T(s->d, "Chi tiết kỹ thuật", "Technical detail"), tail);
	vt_html(b, "</div>");
}

/* Derived files of a part's current version, to be read in its stead. */
static void
renditions(struct vt_sheet *s, const struct vt_part *p,
    const struct vt_rendition *l, size_t n)
{
	static const char *const words[][2] = {
		[VT_RENDITION_PDF] = { "xem bản PDF", "as PDF" },
		[VT_RENDITION_TEXT] = { "xem bản chữ", "as text" },
		[VT_RENDITION_PICTURE] = { "xem hình", "as a picture" }
	};

	for (size_t i = 0; i < n; i++)
		if (l[i].part == p->no && l[i].version == p->version)
			vt_html(s->d->page.b,
			    " · <a href=\"/desk/papers/%s/parts/%u/renditions/"
			    "%s\" title=\"%s\">%s</a>",
			    s->id, (unsigned)p->no,
			    vt_rendition_kind_name(l[i].kind), l[i].by,
			    T(s->d, words[l[i].kind][0], words[l[i].kind][1]));
}

/* Can it be found by what stands in it? */
static void
text_of(struct vt_sheet *s, const struct vt_pagetext *x, size_t n,
    const struct vt_part *p)
{
	struct vt_desk *d = s->d;

	for (size_t i = 0; i < n; i++) {
		if (x[i].part != p->no)
			continue;
		if (x[i].state == VT_PAGETEXT_NONE)
			vt_html(d->page.b, " <span class=\"quiet\">· %s</span>",
			    T(d, "trang là ảnh, không tra được chữ bên trong",
				"pictures: no words to be found in it"));
		else if (x[i].state == VT_PAGETEXT_FAILED)
			vt_html(d->page.b,
			    " <span class=\"quiet\">· %s: %s</span>",
			    T(d, "không tra được chữ bên trong",
				"no words to be found in it"),
			    x[i].note);
		else
			vt_html(d->page.b,
			    " <span class=\"quiet\">· %" PRIu32 " %s</span>",
			    x[i].pages, T(d, "trang", "pages"));
	}
}

void
vt_sheet_parts(struct vt_sheet *s)
{
	struct vt_rendition derived[RENDITIONS_SHOWN];
	struct vt_pagetext *x =
	    vt_arena_array(s->d->req->arena, VT_L(PAPER_PARTS_MAX), sizeof(*x));
	struct vt_desk *d = s->d;
	size_t n = 0, n_texts = 0;

	if (vt_office_renditions(d->office, s->v, d->me, &s->p.id, derived,
		RENDITIONS_SHOWN, &n, NULL) != VT_OK)
		n = 0;
	/* what is not known of them is not shown */
	if (x != NULL && vt_pagetext_list(s->v, &s->p.id, x,
			     VT_L(PAPER_PARTS_MAX), &n_texts, NULL) != VT_OK)
		n_texts = 0;

	vt_html(d->page.b,
	    "<section class=\"box\"><h2>%s <span class=\"n\">%zu</span></h2>\n"
	    "<ul class=\"files\">\n",
	    T(d, "Tệp", "Files"), s->p.n_parts);
	for (size_t i = 0; i < s->p.n_parts; i++) {
		const struct vt_part *p = &s->p.parts[i];
		VT_BUF_AUTO(size);

		if (i == FILES_OPEN && s->p.n_parts > FILES_OPEN + 2)
			vt_html(d->page.b,
			    "</ul>\n<details><summary>%s %zu</summary>\n"
			    "<ul class=\"files\">\n",
			    T(d, "Các tệp còn lại:", "The other files:"),
			    s->p.n_parts - i);
		size_text(p->size, &size);
		vt_html(d->page.b,
		    "<li><a href=\"/desk/papers/%s/parts/%u\">%s</a> "
		    "<span class=\"quiet\">%s · %s%" PRIu32 " · %s</span>",
		    s->id, (unsigned)p->no, p->name,
		    p->role == VT_PART_MAIN ? T(d, "tệp chính", "main file")
					    : T(d, "kèm theo", "annex"),
		    T(d, "phiên bản ", "version "), p->version,
		    vt_buf_str(&size));
		renditions(s, p, derived, n);
		text_of(s, x, n_texts, p);
		if (*p->problem != '\0')
			problem(s, p->problem);
		vt_html(d->page.b, "</li>\n");
	}
	vt_html(d->page.b, "</ul>");
	if (s->p.n_parts > FILES_OPEN + 2)
		vt_html(d->page.b, "</details>");
	vt_html(d->page.b, "</section>\n");
}
