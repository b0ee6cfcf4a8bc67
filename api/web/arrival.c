/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/arrival.h"

#include "api/office/types.h"
#include "api/web/list.h"
#include "api/web/recipients.h"
#include "api/web/words.h"

static const char *
typed(const struct vt_arrival *a, const char *name)
{
	return vt_webform_get(&a->form, name);
}

static bool
is_wrong(const struct vt_arrival *a, const char *name)
{
	return a->wrong != NULL && strcmp(a->wrong, name) == 0;
}

/* How a field says that it is wrong. */
static void
describe(struct vt_desk *d, const struct vt_arrival *a, const char *name)
{
	if (is_wrong(a, name))
		vt_html(d->page.b,
		    " aria-invalid=\"true\" aria-describedby=\"%s-why\"", name);
}

static void
line(struct vt_desk *d, const struct vt_arrival *a, const char *name,
    const char *label, const char *type)
{
	vt_html(d->page.b,
	    "<p><label for=\"%s\">%s</label>\n<input id=\"%s\" name=\"%s\" "
	    "type=\"%s\" maxlength=\"500\" value=\"%s\"></p>\n",
	    name, label, name, name, type, typed(a, name));
}

static void
subject(struct vt_desk *d, const struct vt_arrival *a)
{
	bool wrong = is_wrong(a, "subject");

	vt_html(d->page.b,
	    "<p class=\"wide\"><label for=\"subject\">%s</label>\n"
	    "<textarea id=\"subject\" name=\"subject\" rows=\"2\" required "
	    "maxlength=\"1000\"",
	    T(d, "Trích yếu", "Subject"));
	describe(d, a, "subject");
	vt_html(d->page.b, ">%s</textarea></p>\n", typed(a, "subject"));
	if (wrong)
		vt_html(d->page.b,
		    "<p class=\"error wide\" role=\"alert\" "
		    "id=\"subject-why\">%s</p>\n",
		    T(d, "Hãy ghi trích yếu.", "A subject is needed."));
}

/* Two tables have names in common, so those of legal documents say it. */
static const struct {
	enum vt_type_group group;
	const char *prefix, *vi, *en;
} groups[] = {
	{ VT_TYPE_ADMIN, "", "Văn bản hành chính", "Administrative" },
	{ VT_TYPE_LEGAL, "legal:", "Văn bản quy phạm pháp luật", "Legal" },
	{ VT_TYPE_COPY, "", "Bản sao", "Copies" },
};

#define N_GROUPS     (sizeof(groups) / sizeof(groups[0]))
#define TYPE_DEFAULT "CV"

/* What the form says for a kind; those without a code go by their name. */
static void
type_value(size_t group, const struct vt_type *t, struct vt_buf *ret)
{
	vt_buf_reset(ret);
	/* markup: none, vt_html prints it */
	vt_buf_printf(ret, "%s%s", groups[group].prefix,
	    *t->code != '\0' ? t->code : t->name);
}

static void
type_field(struct vt_desk *d, const struct vt_arrival *a)
{
	const char *chosen = a->form.n == 0 ? TYPE_DEFAULT : typed(a, "type");
	struct vt_type t;
	VT_BUF_AUTO(value);

	vt_html(d->page.b,
	    "<p><label for=\"type\">%s</label>\n<select id=\"type\" "
	    "name=\"type\">\n",
	    T(d, "Loại văn bản", "Type"));
	for (size_t g = 0; g < N_GROUPS; g++) {
		vt_html(d->page.b, "<optgroup label=\"%s\">\n",
		    T(d, groups[g].vi, groups[g].en));
		for (size_t i = 0; vt_office_type(groups[g].group, i, &t);
		    i++) {
			type_value(g, &t, &value);
			vt_html(d->page.b,
			    "<option lang=\"vi\" value=\"%s\"%s>%s</option>\n",
			    vt_buf_str(&value),
			    vt_span_eq(vt_buf_view(&value),
				vt_span_str(chosen))
				? " selected"
				: "",
			    t.name);
		}
		vt_buf_puts(d->page.b, "</optgroup>\n");
	}
	vt_html(d->page.b, "<option value=\"\"%s>%s</option>\n</select></p>\n",
	    *chosen == '\0' ? " selected" : "", T(d, "Khác", "Other"));
	line(d, a, "type_name", T(d, "Tên loại, nếu khác", "Its name, if other"),
	    "text");
}

static void
urgency(struct vt_desk *d, const struct vt_arrival *a)
{
	const char *t = typed(a, "urgency");

	vt_html(d->page.b,
	    "<p><label for=\"urgency\">%s</label>\n<select id=\"urgency\" "
	    "name=\"urgency\">\n",
	    T(d, "Mức độ khẩn", "Urgency"));
	for (unsigned i = 0; i < 4; i++)
		vt_html(d->page.b, "<option value=\"%u\"%s>%s</option>\n", i,
		    t[0] == (char)('0' + i) ? " selected" : "",
		    i == 0 ? T(d, "Thường", "Normal") : vt_word_urgency(d, i));
	vt_html(d->page.b, "</select></p>\n");
}

/* What says that it is secret is refused, and only that it was is kept. */
static void
secrecy(struct vt_desk *d, const struct vt_arrival *a)
{
	const char *t = typed(a, "secrecy");

	vt_html(d->page.b,
	    "<p><label for=\"secrecy\">%s</label>\n<select id=\"secrecy\" "
	    "name=\"secrecy\"",
	    T(d, "Độ mật", "Secrecy"));
	describe(d, a, "secrecy");
	vt_html(d->page.b, ">\n");
	for (unsigned i = 0; i < 4; i++)
		vt_html(d->page.b, "<option value=\"%u\"%s>%s</option>\n", i,
		    t[0] == (char)('0' + i) ? " selected" : "",
		    vt_word_secrecy(d, i));
	vt_html(d->page.b, "</select></p>\n");
	if (is_wrong(a, "secrecy"))
		vt_html(d->page.b,
		    "<p class=\"error wide\" role=\"alert\" "
		    "id=\"secrecy-why\">%s</p>\n",
		    T(d,
			"Văn bản mang bí mật nhà nước không được đưa vào hệ "
			"thống: các tệp vừa gửi đã bị hủy. Hãy đăng ký ở sổ "
			"văn bản mật.",
			"State secrets do not belong here: the files that were "
			"sent are destroyed. Use the register of secret "
			"papers."));
}

/* Files that came before and need not be chosen again. */
static bool
kept(struct vt_desk *d, const struct vt_arrival *a)
{
	struct vt_buf *b = d->page.b;
	bool main = false;

	if (a->n_files == 0)
		return false;
	vt_html(b, "<ul class=\"files wide\">\n");
	for (size_t i = 0; i < a->n_files; i++) {
		const struct vt_arrived_file *f = &a->files[i];
		char id[VT_ID_TEXT + 1], hash[VT_HASH_TEXT + 1];

		vt_id_text(&f->upload, id);
		vt_hash_text(&f->hash, hash);
		vt_html(b,
		    "<li>✓ %s <span class=\"quiet\">%s</span>"
		    "<input type=\"hidden\" name=\"kept%zu\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"kepthash%zu\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"keptname%zu\" value=\"%s\">",
		    f->name, T(d, "đã nhận", "received"), i, id, i, hash, i,
		    f->name);
		if (f->main)
			vt_html(b,
			    "<input type=\"hidden\" name=\"keptmain%zu\" "
			    "value=\"1\">",
			    i);
		vt_html(b, "</li>\n");
		main = main || f->main;
	}
	vt_html(b, "</ul>\n");
	return main;
}

static void
file_fields(struct vt_desk *d, const struct vt_arrival *a)
{
	bool have = kept(d, a), wrong = is_wrong(a, "main");
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<div class=\"drop wide\" id=\"drop\">\n"
	    "<p class=\"hint\" id=\"drop-hint\" hidden>%s</p>\n"
	    "<p><label for=\"main-file\">%s</label>\n"
	    "<input id=\"main-file\" name=\"main\" type=\"file\" "
	    "accept=\"application/pdf,.pdf\"%s",
	    T(d, "Kéo tệp thả vào khung này, hoặc chọn tệp:",
		"Drop files on this box, or choose them:"),
	    T(d, "Tệp chính (PDF)", "Main file (PDF)"),
	    have ? "" : " required");
	describe(d, a, "main");
	vt_html(b, "></p>\n");
	if (wrong)
		vt_html(b,
		    "<p class=\"error\" role=\"alert\" id=\"main-why\">%s"
		    "</p>\n",
		    T(d, "Hãy chọn tệp chính; tệp rỗng không được nhận.",
			"Choose the main file; an empty one is not taken."));
	vt_html(b,
	    "<p><label for=\"annex\">%s</label>\n"
	    "<input id=\"annex\" name=\"annex\" type=\"file\" multiple></p>\n"
	    "</div>\n",
	    T(d, "Tệp kèm theo (nhiều tệp được)",
		"Annexes (several are fine)"));
}

/* Numbers that may have been given by hand while the System was away; the field
 * is there when there are some. */
static void
by_hand(struct vt_desk *d, const struct vt_arrival *a)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_held_numbers *h = vt_arena_alloc(a->arena, sizeof(*h));
	const char *t = typed(a, "by_hand");
	char no[24];

	if (h == NULL ||
	    vt_view_begin(vt_office_store(d->office), &v, NULL) != VT_OK ||
	    vt_office_held(
		d->office, v, d->me, NULL, VT_HOLD_OUTAGE, h, NULL) != VT_OK ||
	    h->n == 0)
		return;
	vt_html(d->page.b,
	    "<p><label for=\"by_hand\">%s</label>\n<select id=\"by_hand\" "
	    "name=\"by_hand\"><option value=\"\">%s</option>\n",
	    T(d, "Số đến đã cấp tay", "Arrival number given by hand"),
	    T(d, "Không: hệ thống cấp số đến tiếp theo", "None: the next one"));
	for (size_t i = 0; i < h->n; i++) {
		(void)snprintf(no, sizeof(no), "%" PRIu64, h->h[i].value);
		vt_html(d->page.b, "<option value=\"%s\"%s>%s · %s</option>\n",
		    no, strcmp(t, no) == 0 ? " selected" : "", no,
		    h->h[i].note);
	}
	vt_html(d->page.b, "</select></p>\n");
	line(d, a, "by_hand_at",
	    T(d, "Ngày, giờ cấp trên giấy", "When it was given"),
	    "datetime-local");
	if (is_wrong(a, "by_hand_at"))
		vt_html(d->page.b,
		    "<p class=\"error wide\" role=\"alert\">%s</p>\n",
		    T(d, "Hãy ghi ngày, giờ ghi trên giấy.",
			"When does it say on the paper?"));
}

static void
arrival_fields(struct vt_desk *d, const struct vt_arrival *a)
{
	type_field(d, a);
	line(d, a, "agency", T(d, "Cơ quan ban hành", "Issued by"), "text");
	line(d, a, "code", T(d, "Mã định danh cơ quan", "Agency code"), "text");
	line(d, a, "number", T(d, "Số", "Number"), "text");
	line(d, a, "notation", T(d, "Ký hiệu (ví dụ UBND-VP)", "Notation"),
	    "text");
	line(d, a, "issued", T(d, "Ngày văn bản", "Date on it"), "date");
	line(d, a, "signer", T(d, "Người ký", "Signed by"), "text");
	urgency(d, a);
	secrecy(d, a);
	line(d, a, "due", T(d, "Hạn trả lời", "Answer due"), "date");
	by_hand(d, a);
}

/* The paper that a draft answers: it stays with the form, and is named. */
static void
answered(struct vt_desk *d, const struct vt_arrival *a)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *to = typed(a, "reply_to");
	struct vt_paper p;
	VT_BUF_AUTO(scratch);
	const char *no;
	vt_id id;

	if (*to == '\0')
		return;
	vt_html(d->page.b,
	    "<input type=\"hidden\" name=\"reply_to\" value=\"%s\">\n", to);
	if (!vt_id_parse(vt_span_str(to), &id) ||
	    vt_view_begin(vt_office_store(d->office), &v, NULL) != VT_OK ||
	    vt_office_paper(d->office, v, d->me, &id, &p, NULL) != VT_OK)
		return;
	no = vt_list_number(&p, &scratch);
	vt_html(d->page.b,
	    "<p class=\"wide\">%s <a href=\"/desk/papers/%s\" lang=\"vi\">"
	    "%s%s%s</a></p>\n",
	    T(d, "Trả lời văn bản", "Answers"), to, no,
	    *no == '\0' ? "" : " · ", p.meta.subject);
}

int
vt_arrival_reply(struct vt_desk *d, struct vt_arrival *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *id = vt_http_query(d->req, "reply_to");
	const char *sender;
	struct vt_paper p;
	vt_id paper;
	int rc;

	if (id == NULL || !a->draft)
		return VT_OK;
	if (!vt_id_parse(vt_span_str(id), &paper))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "reply_to: not an id");
	if ((rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_paper(d->office, v, d->me, &paper, &p, reterr)) !=
		VT_OK)
		return rc;
	sender = vt_arena_strdup(a->arena, *p.meta.agency_code != '\0'
					       ? p.meta.agency_code
					       : p.meta.agency_name);
	if (sender == NULL)
		return vt_arena_err(a->arena, reterr);
	a->fields[0] = (struct vt_webform_field){ "reply_to", id };
	a->fields[1] = (struct vt_webform_field){ "type", TYPE_DEFAULT };
	a->fields[2] = (struct vt_webform_field){ "to", sender };
	a->form.n = 3;
	return VT_OK;
}

static void
draft_fields(
    struct vt_desk *d, const struct vt_arrival *a, const struct vt_err *err)
{
	type_field(d, a);
	line(d, a, "notation", T(d, "Ký hiệu (ví dụ SKHCN-CĐS)", "Notation"),
	    "text");
	line(d, a, "unit", T(d, "Đơn vị soạn thảo", "Drafted by"), "text");
	urgency(d, a);
	secrecy(d, a);
	line(d, a, "due", T(d, "Hạn trả lời", "Answer due"), "date");
	vt_html(d->page.b,
	    "<p class=\"wide\"><label for=\"to\">%s</label>\n"
	    "<textarea id=\"to\" name=\"to\" rows=\"3\"",
	    T(d, "Nơi nhận: mỗi dòng một mã định danh hoặc một tên",
		"Recipients: a code or a name on each line"));
	describe(d, a, "to");
	vt_html(d->page.b, ">%s</textarea></p>\n", typed(a, "to"));
	if (is_wrong(a, "to"))
		vt_html(d->page.b,
		    "<p class=\"error wide\" role=\"alert\" id=\"to-why\">%s "
		    "<span lang=\"en\">(%s)</span></p>\n",
		    vt_sheet_several(d, err), err->msg);
}

static void
known(struct vt_desk *d, const struct vt_arrival *a)
{
	vt_html(d->page.b,
	    "<p class=\"notice unsure\" role=\"alert\"><span class=\"sign\" "
	    "aria-hidden=\"true\">?</span> %s <a href=\"/desk/papers/%s\">%s"
	    "</a></p>\n",
	    T(d, "Sổ văn bản đến đã có văn bản cùng cơ quan và cùng số này.",
		"The book has a paper of this agency and number."),
	    a->known, T(d, "Xem văn bản đã vào sổ", "See it"));
}

void
vt_arrival_page(
    struct vt_desk *d, const struct vt_arrival *a, const struct vt_err *err)
{
	const char *title =
	    a->draft ? T(d, "Dự thảo mới", "New draft")
		     : T(d, "Vào sổ văn bản đến", "Register an arrival");
	const char *here = a->draft ? "/desk/draft" : "/desk/arrive";
	bool same = err != NULL && vt_err_info(err->code)->retryable;
	struct vt_buf *b = d->page.b;

	vt_desk_open(d, title, here);
	vt_html(b, "<h1>%s</h1>\n", title);
	if (*a->known != '\0')
		known(d, a);
	else if (err != NULL && a->wrong == NULL)
		vt_desk_notice(d, VT_TONE_BAD, vt_desk_error(d, err->code));
	vt_html(b,
	    "<form class=\"sheet fields\" id=\"arrive\" action=\"%s\" "
	    "method=\"post\" enctype=\"multipart/form-data\" "
	    "data-once=\"1\">\n",
	    here);
	vt_desk_csrf(d);
	vt_desk_key(d, same ? typed(a, "key") : NULL);
	vt_desk_post(d, VT_DUTY_REGISTER);
	if (a->draft)
		answered(d, a);
	subject(d, a);
	if (a->draft)
		draft_fields(d, a, err);
	else
		arrival_fields(d, a);
	vt_html(b,
	    "<p class=\"wide\"><label for=\"note\">%s</label>\n"
	    "<input id=\"note\" name=\"note\" type=\"text\" "
	    "maxlength=\"1000\" value=\"%s\"></p>\n",
	    T(d, "Ghi chú", "Note"), typed(a, "note"));
	if (*a->known != '\0')
		vt_html(b,
		    "<p class=\"check wide\"><input type=\"checkbox\" "
		    "id=\"another\" name=\"another\" value=\"1\"> "
		    "<label for=\"another\">%s</label></p>\n",
		    T(d, "Đây là văn bản khác, vẫn vào sổ",
			"It is another one: register it"));
	/* Files last: the fields are known when the first byte comes. */
	file_fields(d, a);
	vt_html(b,
	    "<p class=\"wide go\"><button type=\"submit\" class=\"main\">%s"
	    "</button></p>\n</form>\n",
	    a->draft ? T(d, "Lập dự thảo", "Make the draft")
		     : T(d, "Vào sổ, lấy số đến", "Register it"));
	vt_desk_close(d);
}

/* --- what the fields mean --- */

static int
recipients(
    struct vt_desk *d, const char *s, struct vt_meta *m, struct vt_err *reterr)
{
	struct vt_recipient *to =
	    vt_arena_array(d->req->arena, VT_L(ADDRESSEES_MAX), sizeof(*to));
	size_t n = 0;
	int rc;

	if (to == NULL)
		return vt_arena_err(d->req->arena, reterr);
	while (*s != '\0') {
		size_t len = strcspn(s, "\n"), from = strspn(s, " \t");

		if (len > from) {
			const char *one = vt_arena_strndup(
			    d->req->arena, s + from, len - from);

			if (one == NULL)
				return vt_arena_err(d->req->arena, reterr);
			if (n == VT_L(ADDRESSEES_MAX))
				return vt_err_set(reterr, VT_E_INVALID,
				    "at most %zu recipients",
				    VT_L(ADDRESSEES_MAX));
			to[n++] = vt_recipient_typed(d, one);
		}
		s += len;
		s += *s == '\n' ? 1 : 0;
	}
	if ((rc = vt_recipients_named(d, to, &n, reterr)) != VT_OK)
		return rc;
	m->recipients = to;
	m->n_recipients = n;
	return VT_OK;
}

/* Of a list's kinds the one that was chosen, else what was typed, as it is. */
static int
type_meta(
    const struct vt_arrival *a, struct vt_meta *ret, struct vt_err *reterr)
{
	const char *chosen = typed(a, "type");
	struct vt_type t;
	VT_BUF_AUTO(value);

	for (size_t g = 0; g < N_GROUPS; g++)
		for (size_t i = 0; vt_office_type(groups[g].group, i, &t);
		    i++) {
			type_value(g, &t, &value);
			if (!vt_span_eq(
				vt_buf_view(&value), vt_span_str(chosen)))
				continue;
			ret->type_code = t.code;
			ret->type_name = t.name;
			ret->legal = groups[g].group == VT_TYPE_LEGAL;
			return vt_buf_status(&value, reterr);
		}
	ret->type_name = typed(a, "type_name");
	ret->type_code = vt_office_type_code(ret->type_name);
	return vt_buf_status(&value, reterr);
}

int
vt_arrival_meta(struct vt_desk *d, const struct vt_arrival *a,
    struct vt_meta *ret, struct vt_err *reterr)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->subject = typed(a, "subject");
	if ((rc = type_meta(a, ret, reterr)) != VT_OK)
		return rc;
	ret->notation = typed(a, "notation");
	ret->urgency = (uint32_t)vt_webform_number(&a->form, "urgency");
	ret->secrecy = (uint32_t)vt_webform_number(&a->form, "secrecy");
	ret->due_on = typed(a, "due");
	ret->description = typed(a, "note");
	if (a->draft) {
		ret->draft_unit = typed(a, "unit");
		ret->reply_to = typed(a, "reply_to");
		ret->agency_name = d->me->agency_name;
		ret->agency_code = d->me->agency_code;
		return recipients(d, typed(a, "to"), ret, reterr);
	}
	ret->agency_name = typed(a, "agency");
	ret->agency_code = typed(a, "code");
	ret->number = typed(a, "number");
	ret->issued_on = typed(a, "issued");
	ret->signer_name = typed(a, "signer");
	return VT_OK;
}
