/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers: register, list, read, history. */
#include <inttypes.h>
#include <stdio.h>

#include "api/office/delegation.h"
#include "api/office/lengths.h"
#include "api/v1/find.h"
#include "base/limits.h"

#define PAGE_MAX     200
#define ACTED_MAX    64
#define PAGE_DEFAULT 50

static const char *const directions[] = {
	[VT_DIR_OUT] = "out", [VT_DIR_IN] = "in", [VT_DIR_RESULT] = "result"
};

const char *
vt_v1_direction(enum vt_direction d)
{
	VT_ASSERT(d >= VT_DIR_OUT && d <= VT_DIR_RESULT);
	return directions[d];
}

/* --- register --- */

static void
files_in(const struct vt_in_obj *o, struct vt_office_file **ret, size_t *ret_n)
{
	size_t n = vt_in_array(o, "files", VT_L(PAPER_PARTS_MAX));
	struct vt_office_file *v;

	*ret = NULL;
	*ret_n = 0;
	if (n == 0) {
		(void)vt_in_fail(o, "files", VT_E_INVALID,
		    "at least one file is required, the main one first");
		return;
	}
	v = vt_arena_array(o->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(o, "files", VT_E_LIMIT, "too many");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj f = vt_in_item(o, "files", i);

		v[i].upload = vt_in_need_id(&f, "upload");
		v[i].name = vt_in_need_str(&f, "name");
		v[i].media_type = vt_in_str(&f, "media_type");
		if (v[i].media_type == NULL)
			v[i].media_type = "application/octet-stream";
	}
	*ret = v;
	*ret_n = n;
}

/* A số đến that was given by hand while the System was away. */
static void
by_hand_in(struct vt_in_obj *root, struct vt_new_paper *ret)
{
	struct vt_in_obj a = vt_in_object(root, "arrival");
	struct vt_err err = VT_ERR_INIT;
	const char *s;

	if (a.o == NULL)
		return;
	s = vt_in_need_str(&a, "number");
	if (vt_number_parse(s, &ret->by_hand, &err) != VT_OK)
		(void)vt_in_fail(&a, "number", err.code, "%s", err.msg);
	s = vt_in_need_str(&a, "stated_at");
	if (vt_time_parse_rfc3339(s, &ret->stated, NULL) != VT_OK)
		(void)vt_in_fail(
		    &a, "stated_at", VT_E_FIELD_VALUE, "wanted a time");
}

int
vt_v1_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	char id[VT_ID_TEXT + 1], where[64];
	struct vt_in_obj root, m;
	struct vt_office_file *files;
	struct vt_new_paper n = { .direction = VT_DIR_OUT };
	const char *d;
	struct vt_request rq;
	struct vt_meta meta;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	d = vt_in_need_str(&root, "direction");
	n.direction = strcmp(d, "in") == 0 ? VT_DIR_IN : VT_DIR_OUT;
	if (strcmp(d, "in") != 0 && strcmp(d, "out") != 0)
		(void)vt_in_fail(&root, "direction", VT_E_INVALID,
		    "wanted \"out\" or \"in\"");
	m = vt_in_object(&root, "meta");
	vt_v1_meta_in(&m, &meta);
	files_in(&root, &files, &n.n_files);
	by_hand_in(&root, &n);
	n.meta = &meta;
	n.files = files;
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK)
		return rc;
	for (int try = 0; try < 2; try++) {
		rc = vt_office_register(vt_v1_office(req), &rq, &n, &r, reterr);
		if (rc == VT_OK || !vt_v1_overtaken(req, &rq))
			break;
	}
	if (rc == VT_OK) {
		res->status = 201;
		vt_id_text(&r.paper, id);
		snprintf(where, sizeof(where), "/v1/papers/%s", id);
		vt_http_res_header(res, "Location", where);
		return vt_v1_act_answer(req, res, &r, reterr);
	}
	vt_act_result_free(&r);
	return rc;
}

/* --- reading --- */

static void
number_out(struct vt_json *j, const char *key, const struct vt_number *n)
{
	vt_json_key(j, key);
	if (n->value == 0) {
		vt_json_null(j);
		return;
	}
	vt_json_object(j);
	vt_json_kuint(j, "value", n->value);
	vt_json_kuint(j, "period", n->period);
	vt_json_kstr(j, "series", n->series);
	vt_v1_kstr(j, "notation", n->notation);
	vt_json_kstr(j, "text", n->text);
	vt_v1_ktime(j, "time", n->time);
	vt_json_kuint(j, "act", n->act);
	if (n->entered != VT_TIME_NONE) /* by hand, in an outage */
		vt_v1_ktime(j, "entered_at", n->entered);
	vt_json_end(j);
}

static void
part_out(struct vt_json *j, const struct vt_paper *p, const struct vt_part *t)
{
	char id[VT_ID_TEXT + 1], where[96];

	vt_id_text(&p->id, id);
	snprintf(where, sizeof(where), "/v1/papers/%s/parts/%u/content", id,
	    (unsigned)t->no);
	vt_json_object(j);
	vt_json_kuint(j, "no", t->no);
	vt_json_kstr(j, "role", t->role == VT_PART_MAIN ? "main" : "annex");
	vt_json_kstr(j, "name", t->name);
	vt_json_kstr(j, "media_type", t->media_type);
	vt_json_kuint(j, "version", t->version);
	vt_json_khash(j, "sha256", &t->hash);
	vt_json_kuint(j, "size", t->size);
	vt_v1_kstr(j, "problem", t->problem);
	vt_json_kstr(j, "content", where);
	vt_json_end(j);
}

static void
approval_out(struct vt_json *j, const struct vt_paper *p)
{
	static const vt_hash none; /* an approval of the main file alone */

	vt_json_key(j, "approval");
	if (vt_id_is_zero(&p->approved_by)) {
		vt_json_null(j);
		return;
	}
	vt_json_object(j);
	vt_json_khash(j, "sha256", &p->approved_hash);
	if (!vt_hash_eq(&p->approved_manifest, &none))
		vt_json_khash(j, "manifest", &p->approved_manifest);
	vt_json_kid(j, "by", &p->approved_by);
	vt_v1_ktime(j, "at", p->approved_at);
	vt_json_end(j);
}

static void
ids_out(struct vt_json *j, const char *key, const vt_id *ids, size_t n)
{
	vt_json_key(j, key);
	vt_json_array(j);
	for (size_t i = 0; i < n; i++)
		vt_json_id(j, &ids[i]);
	vt_json_end(j);
}

/* Who checked what is in it now. */
static void
checks_out(struct vt_json *j, const struct vt_paper *p)
{
	static const vt_hash none;

	vt_json_key(j, "checks");
	vt_json_array(j);
	for (size_t i = 0; i < p->n_checks; i++) {
		const struct vt_draft_check *c = &p->checks[i];

		vt_json_object(j);
		vt_json_kstr(
		    j, "what", c->kind == VT_DRAFT_FORM ? "form" : "content");
		vt_json_kid(j, "by", &c->person);
		vt_v1_ktime(j, "at", c->time);
		vt_json_khash(j, "sha256", &c->main);
		if (!vt_hash_eq(&c->manifest, &none))
			vt_json_khash(j, "manifest", &c->manifest);
		vt_json_end(j);
	}
	vt_json_end(j);
}

/* What became of a paper that came, and of one that was called back. */
static void
handling_out(struct vt_json *j, const struct vt_paper *p)
{
	vt_v1_kid(j, "assigned_to", &p->assigned_to);
	ids_out(j, "assigned_with", p->assigned_with, p->n_assigned_with);
	vt_v1_kstr(j, "assigned_due", p->assigned_due);
	vt_v1_kstr(j, "due_first", p->due_first);
	vt_v1_kstr(j, "extend_asked", p->extend_asked);
	vt_v1_kid(j, "forwarded_to", &p->forwarded_to);
	vt_v1_ktime(j, "opened_at", p->opened_at);
	vt_v1_ktime(j, "finished_at", p->finished_at);
	vt_v1_kid(j, "answered_by", &p->answered_by);
	vt_v1_ktime(j, "asked_at", p->asked_at);
	vt_v1_kstr(j, "asked_note", p->asked_note);
	vt_v1_kid(j, "recalled_by", &p->recalled_by);
	vt_v1_ktime(j, "recalled_at", p->recalled_at);
	vt_v1_ktime(j, "destroyed_at", p->destroyed_at);
	vt_v1_ktime(j, "erased_at", p->erased_at);
	vt_v1_kid(j, "replaced_by", &p->replaced_by);
	ids_out(j, "amended_by", p->amended_by, p->n_amended_by);
	vt_v1_kstr(j, "closed_note", p->closed_note);
	vt_json_kuint(j, "printed", p->printed);
	vt_v1_ktime(j, "original_at", p->original_at);
	vt_json_kuint(j, "original_pages", p->original_pages);
	vt_v1_kstr(j, "original_from", p->original_from);
	vt_v1_kid(j, "joined_to", &p->joined_to);
}

/* Fields longer than Appendix VI has them: kept, and told. */
static void
long_out(struct vt_json *j, const struct vt_meta *m)
{
	struct vt_long l[VT_LONG_MAX];
	size_t n = vt_meta_long(m, l);

	vt_json_key(j, "long");
	vt_json_array(j);
	for (size_t i = 0; i < n; i++)
		vt_json_str(j, l[i].field);
	vt_json_end(j);
}

static void
paper_out(struct vt_json *j, const struct vt_paper *p)
{
	vt_hash manifest;

	vt_json_kid(j, "id", &p->id);
	vt_json_kstr(j, "direction", vt_v1_direction(p->direction));
	vt_json_kstr(j, "state", vt_paper_state_name(p->state));
	vt_json_kuint(j, "rev", p->rev);
	number_out(j, "number", &p->number);
	number_out(j, "arrival", &p->arrival);
	vt_json_key(j, "meta");
	vt_v1_meta_out(j, &p->meta);
	long_out(j, &p->meta);
	vt_json_key(j, "parts");
	vt_json_array(j);
	for (size_t i = 0; i < p->n_parts; i++)
		part_out(j, p, &p->parts[i]);
	vt_json_end(j);
	if (vt_paper_manifest(p, &manifest, NULL) == VT_OK)
		vt_json_khash(j, "manifest", &manifest);
	approval_out(j, p);
	checks_out(j, p);
	vt_v1_ktime(j, "frozen_at", p->frozen_at);
	vt_v1_kstr(j, "frozen_order", p->frozen_order);
	vt_v1_ktime(j, "isolated_at", p->isolated_at);
	vt_v1_kstr(j, "isolated_note", p->isolated_note);
	vt_json_kuint(j, "initials", p->initials);
	vt_v1_kid(j, "signed_by", &p->signed_by);
	vt_v1_ktime(j, "signed_at", p->signed_at);
	vt_v1_ktime(j, "sealed_at", p->sealed_at);
	vt_v1_ktime(j, "issued_at", p->issued_at);
	vt_v1_kstr(j, "code", p->code);
	vt_v1_kid(j, "source_delivery", &p->source_delivery);
	vt_v1_kid(j, "source_consignment", &p->source_consignment);
	handling_out(j, p);
	vt_v1_kid(j, "created_by", &p->created_by);
	vt_v1_ktime(j, "created_at", p->created_at);
	vt_v1_ktime(j, "changed_at", p->changed_at);
	vt_json_kuint(j, "last_act", p->last_act);
}

int
vt_v1_read_paper(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_paper p;
	struct vt_json j;
	bool unchanged;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_v1_unchanged(req, res, p.rev, &unchanged, reterr)) !=
		VT_OK ||
	    unchanged)
		return rc;
	vt_v1_json(res, &j);
	paper_out(&j, &p);
	vt_json_end(&j);
	return VT_OK;
}

/* A list by direction and state alone; the contract has checked the words. */
static void
filter_in(struct vt_http_req *req, struct vt_paper_filter *f)
{
	const char *d = vt_http_query(req, "direction");
	const char *s = vt_http_query(req, "state");

	for (int i = VT_DIR_OUT; d != NULL && i <= VT_DIR_RESULT; i++)
		if (strcmp(d, directions[i]) == 0)
			f->direction = (enum vt_direction)i;
	for (int i = VT_PAPER_DRAFT; s != NULL && i <= VT_PAPER_STATE_MAX; i++)
		if (strcmp(s, vt_paper_state_name((enum vt_paper_state)i)) == 0)
			f->state = (enum vt_paper_state)i;
}

static bool
is_search(const struct vt_find *f)
{
	const char *state = f->f[VT_FIND_STATE];

	for (int i = 0; i < VT_FIND__MAX; i++)
		if (f->f[i] != NULL && i != VT_FIND_DIRECTION &&
		    i != VT_FIND_STATE)
			return true;
	return state != NULL && strcmp(state, "open") == 0;
}

int
vt_v1_list_papers(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_actor *actor = vt_v1_actor(req);
	struct vt_office *o = vt_v1_office(req);
	struct vt_find_page page = { .before = 0 };
	struct vt_found_words w = { .asked = NULL };
	struct vt_paper_filter f = { 0 };
	struct vt_find find;
	struct vt_json j;
	uint64_t max;
	int rc;

	if ((rc = vt_v1_query_cursor(req, &page.before, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "limit", PAGE_DEFAULT, PAGE_MAX, &max, reterr)) != VT_OK)
		return rc;
	filter_in(req, &f);
	vt_v1_find_in(req, &find);
	f.before = page.before;
	page.max = (size_t)max;
	page.ret = vt_arena_array(req->arena, PAGE_MAX, sizeof(*page.ret));
	if (page.ret == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	rc = is_search(&find)
		 ? vt_office_find(o, v, actor, &find, &page, reterr)
		 : vt_office_papers(o, v, actor, &f, page.ret, page.max,
		       &page.n, &page.next, reterr);
	if (rc != VT_OK || (rc = vt_office_found_words(
				o, req->arena, &find, &w, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "papers");
	vt_json_array(&j);
	for (size_t i = 0; i < page.n; i++) {
		uint32_t late = vt_office_overdue_days(o, &page.ret[i]);

		vt_json_object(&j);
		paper_out(&j, &page.ret[i]);
		if (late != 0)
			vt_json_kuint(&j, "days_overdue", late);
		if ((rc = vt_v1_found_out(
			 &j, req, v, &w, &page.ret[i], reterr)) != VT_OK)
			return rc;
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(
	    &j, "next", page.next == 0 ? NULL : vt_v1_cursor(req, page.next));
	vt_json_end(&j);
	return VT_OK;
}

/* By whose delegation an act was done, if by any. */
static void
acted_out(struct vt_json *j, const struct vt_acted *a, size_t n, uint64_t act)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i].act != act)
			continue;
		vt_json_key(j, "delegation");
		vt_json_object(j);
		vt_json_kid(j, "id", &a[i].delegation);
		vt_json_kid(j, "from", &a[i].from);
		vt_json_kstr(j, "duty", a[i].duty);
		vt_json_end(j);
		return;
	}
}

/* The post in which it was done, as it is called. */
static void
post_out(struct vt_json *j, struct vt_view *v, const struct vt_act_entry *e)
{
	struct vt_person p;

	if (e->post == 0 || vt_person_get(v, &e->person, &p, NULL) != VT_OK ||
	    e->post > p.n_posts)
		return;
	vt_json_key(j, "post");
	vt_json_object(j);
	vt_json_kuint(j, "no", e->post);
	vt_v1_kstr(j, "position", p.posts[e->post - 1].position);
	vt_v1_kstr(j, "unit", p.posts[e->post - 1].unit);
	vt_json_end(j);
}

static const char *
how_of(enum vt_step_kind kind, uint32_t how)
{
	static const char *const extends[] = { "", "ask", "order", "decline" };
	static const char *const prints[] = { "", "paper", "copy", "list" };

	switch (kind) {
	case VT_STEP_CHECK:
		return how == VT_DRAFT_FORM ? "form" : "content";
	case VT_STEP_EXTEND:
		return how <= VT_EXTEND_DECLINE ? extends[how] : "";
	case VT_STEP_FREEZE:
		return how == VT_FREEZE_END ? "end" : "begin";
	case VT_STEP_PRINT:
		return how <= VT_PRINT_LIST ? prints[how] : "";
	default:
		return "";
	}
}

/* What a step says besides its kind. */
static void
details_out(struct vt_json *j, const struct vt_act_entry *e)
{
	for (size_t k = 0; k < e->n_kinds; k++) {
		const struct vt_act_whom *w = &e->whom[k];

		if (w->how == 0 && *w->order == '\0')
			continue;
		if (w->how != 0)
			vt_json_kstr(j, "how", how_of(e->kinds[k], w->how));
		vt_v1_kstr(j, "order", w->order);
		vt_v1_kstr(j, "due", w->due);
		vt_v1_kstr(j, "was_due", w->was_due);
		if (e->kinds[k] == VT_STEP_PRINT) {
			vt_json_kuint(j, "copies", w->copies);
			vt_json_khash(j, "printed", &w->printed);
		}
		return;
	}
}

int
vt_v1_history(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_acted *acted;
	struct vt_act_entry *e;
	struct vt_paper p;
	struct vt_json j;
	uint64_t from;
	size_t n = 0, n_acted = 0;
	vt_id id;
	int rc;

	e = vt_arena_array(req->arena, PAGE_MAX, sizeof(*e));
	acted = vt_arena_array(req->arena, ACTED_MAX, sizeof(*acted));
	if (e == NULL || acted == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &from, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_act_list(v, &id, from, e, PAGE_MAX, &n, reterr)) !=
		VT_OK ||
	    (rc = vt_office_acted(v, p.agency_no, &id, acted, ACTED_MAX,
		 &n_acted, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "acts");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "index", e[i].index);
		vt_json_kid(&j, "act", &e[i].act);
		vt_json_key(&j, "steps");
		vt_json_array(&j);
		for (size_t k = 0; k < e[i].n_kinds; k++)
			vt_json_str(&j, vt_step_kind_name(e[i].kinds[k]));
		vt_json_end(&j);
		vt_v1_ktime(&j, "time", e[i].time);
		vt_v1_kid(&j, "person", &e[i].person);
		vt_json_khash(&j, "sha256", &e[i].main);
		vt_v1_kstr(&j, "note", e[i].note);
		if (e[i].number != 0)
			vt_json_kuint(&j, "number", e[i].number);
		acted_out(&j, acted, n_acted, e[i].index);
		post_out(&j, v, &e[i]);
		details_out(&j, &e[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < PAGE_MAX ? NULL : vt_v1_cursor(req, e[n - 1].index + 1));
	vt_json_end(&j);
	return VT_OK;
}
