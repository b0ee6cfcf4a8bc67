/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work queue of an agency: what waits, what was given up, again or no more.
 */
#include "api/office/letters.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"

#define WORK_PAGE 100

/* A kind by its name. */
static int
kind_in(const char *name, enum vt_work_kind *ret, struct vt_err *reterr)
{
	if ((*ret = vt_work_kind_parse(name)) != 0)
		return VT_OK;
	return vt_err_set(
	    reterr, VT_E_INVALID, "kind: there is no such kind of work");
}

static void
item_out(struct vt_json *j, const struct vt_work_shown *s)
{
	vt_json_kstr(j, "kind", vt_work_kind_name(s->w.kind));
	vt_v1_kid(j, "subject", &s->w.subject);
	vt_json_kstr(j, "state", vt_work_state_name(s->state));
	vt_json_kbool(j, "urgent",
	    s->w.priority == VT_WORK_FLASH || s->w.priority == VT_WORK_URGENT);
	vt_json_kuint(j, "attempts", s->w.attempt);
	vt_v1_ktime(j, "tried_at", s->w.tried_at);
	vt_v1_ktime(j, "next_try_at", s->next);
	vt_v1_kstr(j, "error", s->w.note);
}

int
vt_v1_list_work(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *list = vt_http_query(req, "list"),
		   *kind = vt_http_query(req, "kind");
	struct vt_office *o = vt_v1_office(req);
	struct vt_letter_query q = { .dead = false };
	struct vt_work_shown *s;
	uint64_t after, next = 0;
	struct vt_json j;
	size_t n = 0;
	int rc;

	s = vt_arena_array(req->arena, WORK_PAGE, sizeof(*s));
	if (s == NULL)
		return vt_arena_err(req->arena, reterr);
	q.dead = list != NULL && strcmp(list, "dead") == 0;
	if (kind != NULL && (rc = kind_in(kind, &q.kind, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_work_list(o, v, vt_v1_actor(req), &q, after, s,
		 WORK_PAGE, &n, &next, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "work");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		item_out(&j, &s[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next", next == 0 ? NULL : vt_v1_cursor(req, next));
	vt_json_end(&j);
	return VT_OK;
}

static int
letters(struct vt_http_req *req, struct vt_http_res *res, enum vt_letter_act what,
    struct vt_err *reterr)
{
	struct vt_letter_query q = { .dead = true };
	struct vt_request rq;
	struct vt_in_obj root;
	struct vt_json j;
	bool done, more = false;
	VT_IN_AUTO(in);
	size_t n = 0;
	int rc;

	/* who may not hears nothing of what was wrong with his question */
	if ((rc = vt_v1_kept_begin(req, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_who_may(rq.actor, VT_DUTY_REPLAY, reterr)) != VT_OK ||
	    (rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	rc = kind_in(vt_in_need_str(&root, "kind"), &q.kind, reterr);
	if (rc != VT_OK) {
		vt_in_about(&root, "kind");
		return rc;
	}
	if (vt_in_has(&root, "subject"))
		q.subject = vt_in_need_id(&root, "subject");
	q.error = vt_in_str(&root, "error");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_in_hash(&in, &rq.hash, reterr)) != VT_OK ||
	    (done && ((rc = vt_v1_kept_answer(
			   req, &rq, res, &done, reterr)) != VT_OK ||
			 done)))
		return rc;
	rc = vt_office_letters(
	    vt_v1_office(req), &rq, what, &q, &n, &more, reterr);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_kuint(&j, "count", n);
	vt_json_kbool(&j, "more", more);
	vt_json_end(&j);
	return vt_v1_kept_end(req, &rq, res, &vt_v1_kept_a_week, reterr);
}

int
vt_v1_replay_work(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return letters(req, res, VT_LETTER_AGAIN, reterr);
}

int
vt_v1_drop_work(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return letters(req, res, VT_LETTER_DROP, reterr);
}
