/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hits as a table: what stands in which column, and the file around it. */
#include "api/office/csv.h"
#include "api/office/docx.h"
#include "api/office/find.h"
#include "api/office/links.h"
#include "api/office/office_priv.h"
#include "base/json_out.h"

#define PAGE  64
#define LINKS 32 /* of one paper, named in its cell */

enum column {
	COL_NUMBER,
	COL_ARRIVAL,
	COL_DATE,
	COL_TYPE,
	COL_SUBJECT,
	COL_AGENCY,
	COL_SIGNER,
	COL_RECIPIENTS,
	COL_STATE,
	COL_DUE,
	COL_OVERDUE,
	COL_ASSIGNED,
	COL_UNIT,
	COL_CREATED,
	COL_LINKS,
	COLUMNS
};
static_assert(COLUMNS <= VT_EXPORT_COLUMNS, "all columns may be chosen");

static const struct {
	const char *name, *vi, *en;
} columns[COLUMNS] = {
	[COL_NUMBER] = { "number", "Số, ký hiệu", "Number" },
	[COL_ARRIVAL] = { "arrival", "Số đến", "Arrival number" },
	[COL_DATE] = { "date", "Ngày văn bản", "Date" },
	[COL_TYPE] = { "type", "Tên loại", "Type" },
	[COL_SUBJECT] = { "subject", "Trích yếu", "Subject" },
	[COL_AGENCY] = { "agency", "Cơ quan ban hành", "Agency" },
	[COL_SIGNER] = { "signer", "Người ký", "Signer" },
	[COL_RECIPIENTS] = { "recipients", "Nơi nhận", "Recipients" },
	[COL_STATE] = { "state", "Trạng thái", "State" },
	[COL_DUE] = { "due", "Hạn xử lý", "Due" },
	[COL_OVERDUE] = { "overdue", "Quá hạn (ngày)", "Days overdue" },
	[COL_ASSIGNED] = { "assigned_to", "Người chủ trì", "Assigned to" },
	[COL_UNIT] = { "unit", "Đơn vị", "Unit" },
	[COL_CREATED] = { "created", "Ngày vào Hệ thống", "Entered" },
	[COL_LINKS] = { "links", "Văn bản liên quan", "Linked papers" },
};

/* Words of states, as the desk says them. */
static const struct {
	const char *vi, *en;
} states[] = { [VT_PAPER_DRAFT] = { "Dự thảo", "Draft" },
	[VT_PAPER_SUBMITTED] = { "Đã trình", "Submitted" },
	[VT_PAPER_RETURNED] = { "Trả lại", "Returned" },
	[VT_PAPER_APPROVED] = { "Đã duyệt", "Approved" },
	[VT_PAPER_SIGNED] = { "Đã ký", "Signed" },
	[VT_PAPER_SEALED] = { "Đã đóng dấu", "Sealed" },
	[VT_PAPER_ISSUED] = { "Đã ban hành", "Issued" },
	[VT_PAPER_DISPATCHED] = { "Đã phát hành", "Dispatched" },
	[VT_PAPER_ARRIVED] = { "Đã đến", "Arrived" },
	[VT_PAPER_ASSIGNED] = { "Đã phân công", "Assigned" },
	[VT_PAPER_WAITING] = { "Chờ tiếp nhận", "Waiting" },
	[VT_PAPER_REFUSED] = { "Từ chối", "Refused" },
	[VT_PAPER_PROCESSING] = { "Đang xử lý", "In hand" },
	[VT_PAPER_FINISHED] = { "Đã xong", "Finished" },
	[VT_PAPER_TAKEN_BACK] = { "Đã lấy lại", "Taken back" },
	[VT_PAPER_RECALLED] = { "Đã thu hồi", "Recalled" } };

const char *
vt_export_column(size_t i)
{
	return i < COLUMNS ? columns[i].name : NULL;
}

const char *
vt_export_heading(size_t i, bool en)
{
	return en ? columns[i].en : columns[i].vi;
}

int
vt_export_columns(const char *names, size_t ret[VT_EXPORT_COLUMNS],
    size_t *ret_n, struct vt_err *reterr)
{
	size_t n = 0, len, c;

	for (const char *s = names == NULL ? "" : names; *s != '\0';
	     s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		for (c = 0; c < COLUMNS; c++)
			if (strlen(columns[c].name) == len &&
			    memcmp(columns[c].name, s, len) == 0)
				break;
		if (c == COLUMNS || n == VT_EXPORT_COLUMNS)
			return vt_err_set(reterr, VT_E_INVALID,
			    "columns: \"%.*s\" is none of an export, or they "
			    "are too many",
			    (int)(len < 40 ? len : 40), s);
		if (ret != NULL)
			ret[n] = c;
		n++;
	}
	if (n == 0 && ret != NULL)
		for (; n < COLUMNS; n++)
			ret[n] = n;
	if (ret_n != NULL)
		*ret_n = n;
	return VT_OK;
}

/* ---- one paper ---- */

static void
day(const char *iso, struct vt_buf *b)
{
	if (iso != NULL && strlen(iso) == 10)
		vt_buf_printf(b, "%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

static void
day_of(vt_time t, struct vt_buf *b)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	vt_buf_printf(b, "%02u/%02u/%04u", (unsigned)d.day, (unsigned)d.month,
	    (unsigned)d.year);
}

static void
number(const struct vt_paper *p, struct vt_buf *b)
{
	const struct vt_meta *m = &p->meta;

	if (p->direction != VT_DIR_IN) {
		vt_buf_puts(b, p->number.text);
		return;
	}
	vt_buf_puts(b, m->number);
	if (*m->number != '\0' && *m->notation != '\0' &&
	    strchr(m->number, '/') == NULL)
		vt_buf_putc(b, '/');
	if (strchr(m->number, '/') == NULL)
		vt_buf_puts(b, m->notation);
}

static void
recipients(const struct vt_meta *m, struct vt_buf *b)
{
	for (size_t i = 0; i < m->n_recipients; i++)
		vt_buf_printf(
		    b, "%s%s", i > 0 ? "; " : "", m->recipients[i].name);
}

static void
assigned(struct vt_view *v, const struct vt_paper *p, struct vt_buf *b)
{
	struct vt_person who;

	if (!vt_id_is_zero(&p->assigned_to) &&
	    vt_person_get(v, &p->assigned_to, &who, NULL) == VT_OK)
		vt_buf_puts(b, who.name);
}

/* What it is to other papers; those that the actor may not see are left out. */
static void
linked(struct vt_view *v, const struct vt_paper *p, bool en, struct vt_buf *b)
{
	struct vt_paper_link l[LINKS];
	struct vt_paper other;
	size_t n = 0;

	if (vt_paper_links(v, &p->id, l, LINKS, &n, NULL) != VT_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		bool here = !vt_id_is_zero(&l[i].paper);

		if (here && vt_paper_get(v, &l[i].paper, &other, NULL) != VT_OK)
			continue;
		vt_buf_printf(b, "%s%s ", b->n > 0 ? "; " : "",
		    vt_link_words(l[i].kind, l[i].back, en));
		if (!here)
			vt_buf_puts(b, l[i].cited.code);
		else if (other.direction != VT_DIR_IN &&
			 other.number.value == 0)
			vt_buf_puts(b, other.meta.subject);
		else
			number(&other, b);
	}
}

struct writing {
	struct vt_office *o;
	struct vt_view *v;
	const struct vt_export *x;
	size_t column[VT_EXPORT_COLUMNS], n_columns;
	size_t rows;
	struct vt_buf *out;
	struct vt_json json;
};

static void
cell(const struct writing *w, enum column c, const struct vt_paper *p,
    struct vt_buf *b)
{
	const struct vt_meta *m = &p->meta;
	uint32_t late;

	switch (c) {
	case COL_NUMBER:
		number(p, b);
		break;
	case COL_ARRIVAL:
		vt_buf_puts(b, p->arrival.text);
		break;
	case COL_DATE:
		if (p->number.value != 0 && *m->issued_on == '\0')
			day_of(p->number.time, b);
		day(m->issued_on, b);
		break;
	case COL_TYPE:
		vt_buf_puts(
		    b, *m->type_name != '\0' ? m->type_name : m->type_code);
		break;
	case COL_SUBJECT:
		vt_buf_puts(b, m->subject);
		break;
	case COL_AGENCY:
		vt_buf_puts(b, m->agency_name);
		break;
	case COL_SIGNER:
		vt_buf_puts(b, m->signer_name);
		break;
	case COL_RECIPIENTS:
		recipients(m, b);
		break;
	case COL_STATE:
		vt_buf_puts(
		    b, w->x->en ? states[p->state].en : states[p->state].vi);
		break;
	case COL_DUE:
		day(*p->assigned_due != '\0' ? p->assigned_due : m->due_on, b);
		break;
	case COL_OVERDUE:
		if ((late = vt_office_overdue_days(w->o, p)) != 0)
			vt_buf_printf(b, "%u", late);
		break;
	case COL_ASSIGNED:
		assigned(w->v, p, b);
		break;
	case COL_UNIT:
		vt_buf_puts(b, *p->assigned_unit != '\0' ? p->assigned_unit
							 : p->forwarded_unit);
		break;
	case COL_LINKS:
		linked(w->v, p, w->x->en, b);
		break;
	default:
		day_of(p->created_at, b);
		break;
	}
}

/* ---- the file ---- */

static void
put_cell(struct writing *w, const char *s, size_t i, bool head)
{
	switch (w->x->format) {
	case VT_EXPORT_JSON:
		vt_json_kstr(&w->json, columns[w->column[i]].name, s);
		break;
	case VT_EXPORT_DOCX:
		vt_docx_cell(w->out, s, head);
		break;
	default:
		vt_csv_cell(w->out, s, i == 0);
		break;
	}
}

static void
row_begin(struct writing *w)
{
	if (w->x->format == VT_EXPORT_JSON)
		vt_json_object(&w->json);
	else if (w->x->format == VT_EXPORT_DOCX)
		vt_docx_row(w->out, true);
}

static void
row_end(struct writing *w)
{
	if (w->x->format == VT_EXPORT_JSON)
		vt_json_end(&w->json);
	else if (w->x->format == VT_EXPORT_DOCX)
		vt_docx_row(w->out, false);
	else
		vt_buf_puts(w->out, "\r\n");
}

static int
put_paper(struct writing *w, const struct vt_paper *p, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc = VT_OK;

	row_begin(w);
	for (size_t i = 0; i < w->n_columns && rc == VT_OK; i++) {
		vt_buf_reset(&b);
		cell(w, (enum column)w->column[i], p, &b);
		if ((rc = vt_buf_status(&b, reterr)) == VT_OK)
			put_cell(w, vt_buf_str(&b), i, false);
	}
	row_end(w);
	w->rows++;
	return rc;
}

/* *before: where to go on, 0 at the end. */
static int
put_page(struct writing *w, const struct vt_actor *actor, struct vt_paper *p,
    uint64_t *before, struct vt_err *reterr)
{
	struct vt_find_page page = { .before = *before, .ret = p, .max = PAGE };
	int rc;

	if (page.max > VT_L(EXPORT_HITS_MAX) - w->rows)
		page.max = VT_L(EXPORT_HITS_MAX) - w->rows;
	if ((rc = vt_view_begin(w->o->o.store, &w->v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_find(w->o, w->v, actor, w->x->find, &page, reterr);
	for (size_t i = 0; rc == VT_OK && i < page.n; i++)
		rc = put_paper(w, &p[i], reterr);
	vt_view_end(w->v);
	w->v = NULL;
	*before = page.next;
	return rc;
}

/* Appendix VI: what came out of the System says so. */
static int
say_mark(struct writing *w, const struct vt_actor *actor, bool more,
    struct vt_buf *b, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	vt_time now = vt_now(w->o->o.ctx);
	struct vt_person who;
	VT_BUF_AUTO(when);
	int rc;

	if ((rc = vt_view_begin(w->o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_person_get(v, &actor->person, &who, reterr)) != VT_OK)
		return rc;
	vt_time_rfc3339(now - now % 1000000, VT_TIME_VN_S, &when);
	vt_buf_printf(b,
	    w->x->en ? "Exported from the System by %s at %s; %zu papers%s"
		     : "Kết xuất từ Hệ thống bởi %s lúc %s; %zu văn bản%s",
	    who.name, vt_buf_str(&when), w->rows,
	    !more      ? ""
	    : w->x->en ? "; there are more, narrow the search"
		       : "; còn nữa, hãy thu hẹp điều kiện tìm");
	return vt_buf_status(b, reterr);
}

static void
headings(struct writing *w)
{
	if (w->x->format == VT_EXPORT_JSON) { /* names stand at each value */
		vt_json_object(&w->json);
		vt_json_key(&w->json, "papers");
		vt_json_array(&w->json);
		return;
	}
	row_begin(w);
	for (size_t i = 0; i < w->n_columns; i++)
		put_cell(w, vt_export_heading(w->column[i], w->x->en), i, true);
	row_end(w);
}

/* The file around the rows. mark: who exported it. */
static int
finish(struct writing *w, const struct vt_buf *mark, struct vt_buf *ret,
    struct vt_err *reterr)
{
	if (w->x->format == VT_EXPORT_DOCX)
		return vt_docx_finish(
		    vt_buf_view(w->out), vt_buf_str(mark), ret, reterr);
	if (w->x->format == VT_EXPORT_JSON) {
		vt_json_end(&w->json);
		vt_json_kstr(&w->json, "exported", vt_buf_str(mark));
		vt_json_end(&w->json);
		vt_buf_span(ret, vt_buf_view(w->out));
		return vt_buf_status(ret, reterr);
	}
	vt_buf_puts(ret, VT_CSV_BOM);
	vt_buf_span(ret, vt_buf_view(w->out));
	vt_csv_cell(ret, vt_buf_str(mark), true);
	vt_buf_puts(ret, "\r\n");
	return vt_buf_status(ret, reterr);
}

int
vt_office_export(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_export *x, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_paper p[PAGE];
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(mark);
	struct writing w = { .o = o, .x = x, .out = &body };
	uint64_t before = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_export_columns(
		 x->columns, w.column, &w.n_columns, reterr)) != VT_OK)
		return rc;
	vt_json_open(&w.json, &body, false);
	headings(&w);
	do
		rc = put_page(&w, actor, p, &before, reterr);
	while (rc == VT_OK && before != 0 && w.rows < VT_L(EXPORT_HITS_MAX));
	if (rc != VT_OK ||
	    (rc = say_mark(&w, actor, before != 0, &mark, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&body, reterr)) != VT_OK)
		return rc;
	return finish(&w, &mark, ret, reterr);
}
