/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fetching from gateways: what waits for us, and their lists of agencies. One
 * item of the queue each, which comes round again as long as its route does.
 */
#include <stdlib.h>

#include "api/office/routes_priv.h"
#include "api/office/work.h"

#define SYNC_EVERY VT_TIME_S(86400)

int
vt_gateway_key(const struct vt_work *w, char ret[64], struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;

	ret[0] = '\0';
	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == 1)
			vt_cbor_get_str(&c, ret, 64);
		else
			(void)vt_cbor_skip(&c);
	}
	return vt_cbor_finish(&c, "work of a gateway", reterr);
}

/* The route that the item is for; *ret_is false: it is over. */
static int
route_of(struct vt_office *o, const struct vt_work *w, struct vt_route *ret,
    bool *ret_is, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	char key[64];
	int rc;

	*ret_is = false;
	if ((rc = vt_gateway_key(w, key, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_route_read(v, key, ret, &err);
	*ret_is = rc == VT_OK && ret->active;
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Putting a route twice makes two items: the older one goes on. Of this kind
 * there are as many as gateways. */
int
vt_work_is_double(struct vt_office *o, const struct vt_work *w, bool *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_work_walk walk = { .kind = w->kind, .until = VT_WORK_PARKED };
	struct vt_work_due d[32];
	struct vt_work other;
	size_t n = 32;
	int rc;

	*ret = false;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	while (n == 32) {
		rc = vt_work_next(v, &walk, d, 32, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			rc = vt_work_get(v, d[i].no, &other, reterr);
			if (rc == VT_OK && d[i].no < w->no &&
			    vt_id_eq(&other.subject, &w->subject))
				*ret = true;
		}
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
vt_pull_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_transport t;
	bool is = false, again = false;
	size_t taken = 0;
	int rc;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "gateway: no memory");
	if ((rc = route_of(o, w, r, &is, reterr)) != VT_OK || !is ||
	    r->pull_s == 0 ||
	    (rc = vt_work_is_double(o, w, &again, reterr)) != VT_OK || again)
		goto out;
	*ret_due = vt_now(o->o.ctx) + VT_TIME_S(r->pull_s);
	if ((rc = vt_transport_of(o, r, &t, reterr)) != VT_OK || t.pull == NULL)
		goto out;
	rc = t.pull(t.arg, o, r, &taken, reterr);
	*ret_due = vt_now(o->o.ctx);
	if (rc != VT_OK || taken < VT_L(PULL_PACKETS_MAX))
		*ret_due += VT_TIME_S(r->pull_s);
out:
	free(r);
	return rc;
}

int
vt_sync_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_transport t;
	bool is = false, again = false;
	int rc;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "gateway: no memory");
	if ((rc = route_of(o, w, r, &is, reterr)) != VT_OK || !is ||
	    (rc = vt_work_is_double(o, w, &again, reterr)) != VT_OK)
		goto out;
	if ((rc = vt_transport_of(o, r, &t, reterr)) != VT_OK) {
		*ret_due = vt_now(o->o.ctx) + SYNC_EVERY;
		goto out;
	}
	if (t.sync != NULL)
		rc = t.sync(t.arg, o, r, reterr);
	if (rc == VT_OK && !again && t.sync != NULL)
		*ret_due = vt_now(o->o.ctx) + SYNC_EVERY;
out:
	free(r);
	return rc;
}
