/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches that are saved, and hits as a file. */
#include "api/web/search.h"
#include "api/web/sheet.h"
#include "api/web/words.h"
#include "base/text.h"

#define SAVED_MAX (2 * VT_L(QUERIES_MAX))

static bool
is_asked(const struct vt_find *f)
{
	for (int i = 0; i < VT_FIND__MAX; i++)
		if (f->f[i] != NULL && *f->f[i] != '\0')
			return true;
	return false;
}

static bool
may_share(const struct vt_desk *d)
{
	return (d->me->roles &
		   (VT_ROLE_LEADER | VT_ROLE_CLERK | VT_ROLE_ADMIN)) != 0;
}

static void
export_links(struct vt_desk *d, const struct vt_find *f, const char *columns)
{
	VT_BUF_AUTO(q);

	vt_search_link(f, &q);
	vt_html(d->page.b,
	    "<a href=\"/desk/search/export?%s&amp;columns=%s&amp;format=csv\">"
	    "CSV</a> · "
	    "<a href=\"/desk/search/export?%s&amp;columns=%s&amp;format=docx\">"
	    "Word</a>",
	    vt_buf_str(&q), columns, vt_buf_str(&q), columns);
}

static void
export_form(struct vt_desk *d, const struct vt_find *f)
{
	const char *name;
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<details class=\"box\"><summary>%s</summary>\n"
	    "<form action=\"/desk/search/export\" method=\"get\">\n",
	    T(d, "Kết xuất kết quả", "Hits as a file"));
	for (int i = 0; i < VT_FIND__MAX; i++)
		if (f->f[i] != NULL && *f->f[i] != '\0')
			vt_html(b,
			    "<input type=\"hidden\" name=\"%s\" "
			    "value=\"%s\">\n",
			    vt_find_name((enum vt_find_field)i), f->f[i]);
	vt_html(b, "<fieldset><legend>%s</legend>\n", T(d, "Cột", "Columns"));
	for (size_t i = 0; (name = vt_export_column(i)) != NULL; i++)
		vt_html(b,
		    "<p class=\"check\"><input type=\"checkbox\" "
		    "id=\"c-%s\" name=\"c-%s\" value=\"1\" checked> "
		    "<label for=\"c-%s\">%s</label></p>\n",
		    name, name, name, vt_export_heading(i, d->page.en));
	vt_html(b,
	    "</fieldset>\n<p><button name=\"format\" value=\"csv\">CSV</button>"
	    " <button name=\"format\" value=\"docx\">Word</button></p>\n"
	    "</form></details>\n");
}

static void
save_form(struct vt_desk *d, const struct vt_find *f)
{
	struct vt_buf *b = d->page.b;

	vt_html(b, "<form class=\"sheet\" action=\"/desk/search/saved\" "
		   "method=\"post\" data-once=\"1\">\n");
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	for (int i = 0; i < VT_FIND__MAX; i++)
		if (f->f[i] != NULL && *f->f[i] != '\0')
			vt_html(b,
			    "<input type=\"hidden\" name=\"%s\" "
			    "value=\"%s\">\n",
			    vt_find_name((enum vt_find_field)i), f->f[i]);
	vt_html(b,
	    "<p><label for=\"name\">%s</label>\n<input id=\"name\" "
	    "name=\"name\" type=\"text\" maxlength=\"100\" required></p>\n",
	    T(d, "Lưu câu tìm này với tên", "Save this search as"));
	if (may_share(d))
		vt_html(b,
		    "<p class=\"check\"><input type=\"checkbox\" "
		    "id=\"shared\" name=\"shared\" value=\"1\"> "
		    "<label for=\"shared\">%s</label></p>\n",
		    T(d, "Dùng chung trong cơ quan", "Share in the agency"));
	vt_html(b, "<p><button type=\"submit\">%s</button></p>\n</form>\n",
	    T(d, "Lưu", "Save"));
}

static void
one(struct vt_desk *d, const struct vt_saved *s)
{
	bool own = vt_id_eq(&s->owner, &d->me->person) ||
		   (d->me->roles & (VT_ROLE_CLERK | VT_ROLE_ADMIN)) != 0;
	char id[VT_ID_TEXT + 1];
	VT_BUF_AUTO(q);

	vt_id_text(&s->id, id);
	vt_search_link(&s->find, &q);
	vt_html(d->page.b, "<li><a href=\"/desk/search?%s\">%s</a>%s · ",
	    vt_buf_str(&q), s->name,
	    s->shared ? T(d, " (dùng chung)", " (shared)") : "");
	export_links(d, &s->find, s->columns);
	if (own) {
		vt_html(d->page.b,
		    "<form action=\"/desk/search/saved/%s/remove\" "
		    "method=\"post\" data-once=\"1\">\n",
		    id);
		vt_desk_csrf(d);
		vt_desk_key(d, NULL);
		vt_html(d->page.b,
		    "<button type=\"submit\" class=\"second\">%s</button>"
		    "</form>",
		    T(d, "Xóa", "Remove"));
	}
	vt_html(d->page.b, "</li>\n");
}

int
vt_saved_section(struct vt_desk *d, struct vt_view *v,
    const struct vt_find *now, struct vt_err *reterr)
{
	struct vt_saved *s =
	    vt_arena_array(d->req->arena, SAVED_MAX, sizeof(*s));
	size_t n = 0;
	int rc;

	if (s == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_office_saved(
	    d->office, v, d->me, d->req->arena, s, SAVED_MAX, &n, reterr);
	if (rc != VT_OK)
		return rc;
	export_form(d, now);
	vt_html(d->page.b, "<section class=\"box\"><h2>%s</h2>\n",
	    T(d, "Câu tìm đã lưu", "Saved searches"));
	if (n > 0)
		vt_html(d->page.b, "<ul class=\"to\">\n");
	for (size_t i = 0; i < n; i++)
		one(d, &s[i]);
	if (n > 0)
		vt_html(d->page.b, "</ul>\n");
	if (is_asked(now) &&
	    vt_who_may(d->me, VT_DUTY_SAVE_QUERY, NULL) == VT_OK)
		save_form(d, now);
	else if (n == 0)
		vt_html(d->page.b, "<p class=\"quiet\">%s</p>\n",
		    T(d, "Tìm trước, rồi lưu câu tìm ở đây.",
			"Search first, then save it here."));
	vt_html(d->page.b, "</section>\n");
	return VT_OK;
}

/* Back to the search it was. */
static void
back(struct vt_http_res *res, const struct vt_find *f)
{
	VT_BUF_AUTO(q);
	VT_BUF_AUTO(to);

	vt_search_link(f, &q);
	/* markup: none, an address for a header */
	vt_buf_printf(&to, "/desk/search?%s", vt_buf_str(&q));
	vt_http_res_see_other(res, vt_buf_str(&to));
}

int
vt_web_save_search(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_saved s = { .columns = "" };
	struct vt_request rq;
	struct vt_webform f;
	struct vt_desk d;
	vt_id id;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK ||
	    (rc = vt_sheet_request(&d, &f, req->path, &rq, reterr)) != VT_OK)
		return rc;
	vt_text_fit(s.name, sizeof(s.name), vt_webform_get(&f, "name"));
	s.shared = vt_webform_has(&f, "shared");
	for (int i = 0; i < VT_FIND__MAX; i++)
		s.find.f[i] =
		    vt_webform_get(&f, vt_find_name((enum vt_find_field)i));
	if ((rc = vt_office_save(d.office, &rq, &s, &id, reterr)) != VT_OK)
		return rc;
	back(res, &s.find);
	return VT_OK;
}

int
vt_web_remove_search(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	struct vt_webform f;
	struct vt_desk d;
	vt_id id;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK ||
	    (rc = vt_sheet_request(&d, &f, req->path, &rq, reterr)) != VT_OK)
		return rc;
	if (!vt_id_parse(vt_span_str(vt_http_param(req, "id")), &id))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "not an id");
	if ((rc = vt_office_unsave(d.office, &rq, &id, reterr)) != VT_OK)
		return rc;
	vt_http_res_see_other(res, "/desk/search");
	return VT_OK;
}

/* Columns as the form has them, a box each; else as a link says them. */
static const char *
columns_in(struct vt_http_req *req, struct vt_buf *names)
{
	const char *said = vt_http_query(req, "columns"), *name;
	char box[40];

	if (said != NULL)
		return said;
	for (size_t i = 0; (name = vt_export_column(i)) != NULL; i++) {
		(void)snprintf(box, sizeof(box), "c-%s", name);
		if (vt_http_query(req, box) == NULL)
			continue;
		/* markup: none, names for the export */
		vt_buf_printf(names, "%s%s", names->n > 0 ? "," : "", name);
	}
	return vt_buf_str(names);
}

int
vt_web_export_search(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *format = vt_http_query(req, "format");
	struct vt_find find;
	struct vt_export x = { .find = &find,
		.format = vt_export_format(format) };
	VT_BUF_AUTO(names);
	struct vt_desk d;

	vt_desk_begin(&d, req, res);
	vt_search_in(req, &find);
	x.columns = columns_in(req, &names);
	x.en = d.page.en;
	vt_http_res_type(res, vt_export_type(x.format));
	vt_http_res_header(
	    res, "Content-Disposition", vt_export_disposition(x.format));
	return vt_office_export(d.office, d.me, &x, &res->body, reterr);
}
