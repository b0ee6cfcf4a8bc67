/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches: their parameters, hits as a file, saved queries. */
#include "api/v1/find.h"

#include "base/text.h"

#define SAVED_MAX (2 * VT_L(QUERIES_MAX))

void
vt_v1_find_in(const struct vt_http_req *req, struct vt_find *ret)
{
	for (int i = 0; i < VT_FIND__MAX; i++)
		ret->f[i] =
		    vt_http_query(req, vt_find_name((enum vt_find_field)i));
}

/* In pieces: those that are hits, and what is between them. */
static int
piece_out(struct vt_json *j, struct vt_arena *a, const char *text, size_t from,
    size_t to, bool hit)
{
	const char *s;

	if (from == to)
		return VT_OK;
	if ((s = vt_arena_strndup(a, text + from, to - from)) == NULL)
		return VT_E_NOMEM;
	vt_json_object(j);
	vt_json_kstr(j, "text", s);
	vt_json_kbool(j, "hit", hit);
	vt_json_end(j);
	return VT_OK;
}

int
vt_v1_found_out(struct vt_json *j, struct vt_http_req *req, struct vt_view *v,
    const struct vt_found_words *w, const struct vt_paper *p,
    struct vt_err *reterr)
{
	struct vt_arena *a = req->arena;
	struct vt_mark m[32];
	struct vt_snippet s;
	size_t n, at = 0;
	bool found;
	int rc;

	rc = vt_office_snippet(vt_v1_office(req), v, w, p, &s, &found, reterr);
	if (rc != VT_OK || !found)
		return rc;
	n = vt_search_marks(
	    w->asked, vt_span_str(s.text), m, sizeof(m) / sizeof(m[0]));
	vt_json_key(j, "found");
	vt_json_object(j);
	vt_json_kuint(j, "part", s.part);
	vt_json_kuint(j, "page", s.page);
	vt_json_key(j, "pieces");
	vt_json_array(j);
	for (size_t i = 0; i < n && rc == VT_OK; at = m[i++].to)
		if ((rc = piece_out(j, a, s.text, at, m[i].from, false)) ==
		    VT_OK)
			rc = piece_out(j, a, s.text, m[i].from, m[i].to, true);
	if (rc == VT_OK)
		rc = piece_out(j, a, s.text, at, strlen(s.text), false);
	vt_json_end(j);
	vt_json_end(j);
	return rc == VT_OK ? VT_OK : vt_arena_err(a, reterr);
}

/* What is known of the text of its pages. */
int
vt_v1_texts(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const char *const states[] = { "", "read", "none", "failed" };
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_pagetext *x =
	    vt_arena_array(req->arena, VT_L(PAPER_PARTS_MAX), sizeof(*x));
	struct vt_paper p;
	struct vt_json j;
	size_t n = 0;
	vt_id id;
	int rc;

	if (x == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_pagetext_list(
		 v, &id, x, VT_L(PAPER_PARTS_MAX), &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "texts");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "part", x[i].part);
		vt_json_kstr(&j, "state",
		    x[i].state <= VT_PAGETEXT_FAILED ? states[x[i].state] : "");
		vt_json_khash(&j, "of", &x[i].of);
		vt_json_kuint(&j, "pages", x[i].pages);
		vt_json_kuint(&j, "size", x[i].size);
		vt_v1_kstr(&j, "note", x[i].note);
		vt_v1_ktime(&j, "at", x[i].at);
		vt_json_kuint(&j, "act", x[i].act);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_export_papers(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *format = vt_http_query(req, "format");
	const char *lang = vt_http_query(req, "lang");
	struct vt_find find;
	struct vt_export x = { .find = &find,
		.columns = vt_http_query(req, "columns"),
		.format = vt_export_format(format),
		.en = lang != NULL && strcmp(lang, "en") == 0 };

	vt_v1_find_in(req, &find);
	vt_http_res_type(res, vt_export_type(x.format));
	vt_http_res_header(
	    res, "Content-Disposition", vt_export_disposition(x.format));
	return vt_office_export(
	    vt_v1_office(req), vt_v1_actor(req), &x, &res->body, reterr);
}

/* ---- saved queries ---- */

static void
saved_out(struct vt_json *j, const struct vt_saved *s)
{
	vt_json_object(j);
	vt_json_kid(j, "id", &s->id);
	vt_json_kstr(j, "name", s->name);
	vt_json_kid(j, "owner", &s->owner);
	vt_json_kbool(j, "shared", s->shared);
	vt_json_kstr(j, "columns", s->columns);
	vt_v1_ktime(j, "made_at", s->made_at);
	vt_json_key(j, "query");
	vt_json_object(j);
	for (int i = 0; i < VT_FIND__MAX; i++)
		if (s->find.f[i] != NULL)
			vt_json_kstr(j, vt_find_name((enum vt_find_field)i),
			    s->find.f[i]);
	vt_json_end(j);
	vt_json_end(j);
}

int
vt_v1_list_queries(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_saved *s = vt_arena_array(req->arena, SAVED_MAX, sizeof(*s));
	struct vt_json j;
	size_t n = 0;
	int rc;

	if (s == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_saved(o, v, vt_v1_actor(req), req->arena, s,
		 SAVED_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "queries");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++)
		saved_out(&j, &s[i]);
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_save_query(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_in_obj root, query;
	struct vt_saved s = { .shared = false };
	struct vt_request rq;
	bool done = false;
	const char *name;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	name = vt_in_need_str(&root, "name");
	if (name != NULL)
		vt_text_fit(s.name, sizeof(s.name), name);
	s.shared = vt_in_has(&root, "shared") && vt_in_bool(&root, "shared");
	s.columns = vt_in_str(&root, "columns");
	query = vt_in_object(&root, "query");
	for (int i = 0; i < VT_FIND__MAX; i++)
		s.find.f[i] =
		    vt_in_str(&query, vt_find_name((enum vt_find_field)i));
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_save(vt_v1_office(req), &rq, &s, &id, reterr)) !=
		VT_OK)
		return rc;
	vt_v1_created(res, &id);
	return VT_OK;
}

int
vt_v1_remove_query(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_removal(req, &rq, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_unsave(vt_v1_office(req), &rq, &id, reterr);
}
