/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event feed of the caller's agency: numbered without gaps. */
#include "api/office/watch.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

#define EVENTS_MAX 500

/* Comes back when there is something after it, or the time is up: with no
 * view open, so that a request that waits costs its thread and nothing else. */
static int
wait_for(
    struct vt_http_req *req, uint64_t after, uint64_t s, struct vt_err *reterr)
{
	int rc;

	rc = vt_office_watch(
	    vt_v1_office(req), vt_v1_actor(req), after, (unsigned)s, reterr);
	if (rc == VT_E_BUSY)
		req->retry_after_s = 1;
	return rc;
}

int
vt_v1_events(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	uint64_t after, max, wait;
	struct vt_event *e;
	struct vt_json j;
	size_t n = 0;
	int rc;

	e = vt_arena_array(req->arena, EVENTS_MAX, sizeof(*e));
	if (e == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_uint(
		 req, "after", 0, INT64_MAX, &after, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(req, "limit", EVENTS_MAX, EVENTS_MAX, &max,
		 reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(req, "wait", 0, VT_L(EVENTS_WAIT_S), &wait,
		 reterr)) != VT_OK ||
	    (rc = wait_for(req, after, wait, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_events(o, v, vt_v1_actor(req), after, e,
		 max == 0 ? 1 : (size_t)max, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "events");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "seq", e[i].seq);
		vt_json_kstr(&j, "type", e[i].name);
		vt_v1_ktime(&j, "time", e[i].time);
		vt_v1_kid(&j, "paper", &e[i].paper);
		vt_v1_kid(&j, "subject", &e[i].subject);
		vt_json_kuint(&j, "act", e[i].act);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kuint(&j, "after", n == 0 ? after : e[n - 1].seq);
	vt_json_end(&j);
	return VT_OK;
}
