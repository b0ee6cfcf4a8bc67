/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/list.h"

#include "api/web/words.h"

/* A heading; by: the order that it gives, "" none. Pressed twice it turns. */
static void
heading(struct vt_desk *d, const char *words, const char *by, const char *link,
    const char *order)
{
	bool down = *order == '-' && strcmp(order + 1, by) == 0;
	struct vt_buf *b = d->page.b;

	if (link == NULL || *by == '\0') {
		vt_html(b, "<th scope=\"col\">%s</th>", words);
		return;
	}
	vt_html(b, "<th scope=\"col\"");
	if (down || strcmp(order, by) == 0)
		vt_html(b, " aria-sort=\"%s\"",
		    down ? "descending" : "ascending");
	vt_html(b, "><a href=\"%sorder=%s%s\">%s</a>%s</th>", link,
	    down ? "" : "-", by, words,
	    down			     ? " ▾"
	    : strcmp(order, by) == 0 ? " ▴"
				     : "");
}

void
vt_list_open_ordered(
    struct vt_desk *d, const char *id, const char *link, const char *order)
{
	vt_html(d->page.b,
	    "<table class=\"papers\" aria-labelledby=\"%s\">\n<thead><tr>",
	    id);
	heading(d, T(d, "Số, ký hiệu", "Number"), "number", link, order);
	heading(d, T(d, "Trích yếu", "Subject"), "", link, order);
	heading(d, T(d, "Cơ quan, loại", "Agency, type"), "", link, order);
	heading(d, T(d, "Ngày", "Date"), "date", link, order);
	heading(d, T(d, "Trạng thái", "State"), "", link, order);
	vt_html(d->page.b, "</tr></thead>\n<tbody>\n");
}

void
vt_list_open(struct vt_desk *d, const char *id)
{
	vt_list_open_ordered(d, id, NULL, "");
}

void
vt_list_close(struct vt_desk *d)
{
	vt_html(d->page.b, "</tbody></table>\n");
}

static const char *
due_of(const struct vt_paper *p)
{
	return p->assigned_due != NULL && *p->assigned_due != '\0'
		   ? p->assigned_due
		   : p->meta.due_on;
}

bool
vt_list_is_overdue(const struct vt_paper *p, const char *today)
{
	const char *due = due_of(p);

	switch (p->state) {
	case VT_PAPER_WAITING:
	case VT_PAPER_ARRIVED:
	case VT_PAPER_ASSIGNED:
	case VT_PAPER_PROCESSING:
	case VT_PAPER_DRAFT:
	case VT_PAPER_SUBMITTED:
	case VT_PAPER_RETURNED:
	case VT_PAPER_APPROVED:
		return due != NULL && strlen(due) == 10 &&
		       strcmp(due, today) < 0;
	default:
		return false;
	}
}

const char *
vt_list_number(const struct vt_paper *p, struct vt_buf *scratch)
{
	const char *no = p->meta.number, *sign = p->meta.notation;

	if (p->direction != VT_DIR_IN)
		return p->number.value == 0 ? "" : p->number.text;
	if (*no != '\0' && *sign != '\0' && strchr(no, '/') == NULL) {
		/* markup: none, callers escape it */
		vt_buf_printf(scratch, "%s/%s", no, sign);
		return vt_buf_str(scratch);
	}
	return *no != '\0' ? no : sign;
}

static void
cell_number(struct vt_desk *d, const struct vt_paper *p)
{
	VT_BUF_AUTO(scratch);
	const char *no = vt_list_number(p, &scratch);
	struct vt_buf *b = d->page.b;

	vt_html(b, "<td class=\"no\">");
	if (p->direction == VT_DIR_IN && p->arrival.value != 0)
		vt_html(b, "<span class=\"in\">%s <b>%s</b></span> ",
		    T(d, "Đến", "In"), p->arrival.text);
	vt_html(b, "<span class=\"%s\">%s</span></td>",
	    *no == '\0' ? "nothing" : "is", *no == '\0' ? "—" : no);
}

/* n bytes of text, as a string; "" when there is no memory left. */
static const char *
piece(struct vt_desk *d, const char *text, size_t n)
{
	const char *p = vt_arena_strndup(d->req->arena, text, n);

	return p == NULL ? "" : p;
}

/* What was asked for in it marked. */
static void
marked(struct vt_desk *d, const char *text, const struct vt_asked *asked)
{
	struct vt_mark m[32];
	size_t at = 0, n = 0;

	if (asked != NULL)
		n = vt_search_marks(
		    asked, vt_span_str(text), m, sizeof(m) / sizeof(m[0]));
	for (size_t i = 0; i < n; i++) {
		vt_html(d->page.b, "%s<mark>%s</mark>",
		    piece(d, text + at, m[i].from - at),
		    piece(d, text + m[i].from, m[i].to - m[i].from));
		at = m[i].to;
	}
	vt_html(d->page.b, "%s", text + at);
}

void
vt_list_row(struct vt_desk *d, const struct vt_paper *p)
{
	vt_list_row_found(d, p, NULL, NULL);
}

/* A piece of a page, and a way to it. */
static void
snippet(struct vt_desk *d, const char *id, const struct vt_asked *asked,
    const struct vt_snippet *s)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<p class=\"snippet\"><a href=\"/desk/papers/%s/parts/%u"
	    "#page=%" PRIu32 "\">",
	    id, (unsigned)s->part, s->page);
	if (s->part > 1)
		vt_html(b, "%s %u, ", T(d, "tệp", "file"), (unsigned)s->part);
	vt_html(b, "%s %" PRIu32 "</a> %s", T(d, "trang", "page"), s->page,
	    s->before ? "… " : "");
	marked(d, s->text, asked);
	vt_html(b, "%s</p>", s->after ? " …" : "");
}

void
vt_list_row_found(struct vt_desk *d, const struct vt_paper *p,
    const struct vt_asked *asked, const struct vt_snippet *s)
{
	const char *other = p->direction == VT_DIR_IN ? p->meta.agency_name
						      : p->meta.draft_unit;
	const char *due = due_of(p), *urgent;
	char id[VT_ID_TEXT + 1], today[16];
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(date);
	VT_BUF_AUTO(until);

	vt_id_text(&p->id, id);
	vt_word_today(d, today);
	vt_page_date(p->created_at, &date);
	urgent = vt_word_urgency(d, p->meta.urgency);
	vt_html(b, "<tr>");
	cell_number(d, p);
	vt_html(b, "<td class=\"subject\"><a href=\"/desk/papers/%s\">", id);
	if (*p->meta.subject == '\0')
		vt_html(b, "%s", T(d, "(không có trích yếu)", "(none)"));
	else
		marked(d, p->meta.subject, asked);
	vt_html(b, "</a>");
	if (*urgent != '\0')
		vt_html(b, " <span class=\"tag stop\">%s</span>", urgent);
	if (s != NULL)
		snippet(d, id, asked, s);
	vt_html(b, "</td><td class=\"other\">%s%s%s</td><td class=\"date\">%s",
	    other, *other != '\0' && *p->meta.type_name != '\0' ? " · " : "",
	    p->meta.type_name, vt_buf_str(&date));
	if (due != NULL && *due != '\0') {
		vt_word_day(due, &until);
		vt_html(b, "<br><span class=\"%s\">%s %s</span>",
		    vt_list_is_overdue(p, today) ? "late" : "due",
		    T(d, "hạn", "due"), vt_buf_str(&until));
	}
	vt_html(b,
	    "</td><td class=\"state\"><span class=\"tag %s\">%s</span></td>"
	    "</tr>\n",
	    vt_word_state_class(p->state), vt_word_state(d, p));
}

uint64_t
vt_list_before(const struct vt_http_req *req)
{
	const char *s = vt_http_query(req, "before");
	uint64_t n = 0;

	for (; s != NULL && *s >= '0' && *s <= '9' && n < UINT64_MAX / 10 - 1;
	     s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}
