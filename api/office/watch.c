/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/watch.h"
#include "api/office/hooks_priv.h"

/* A reader that has seen more than there is has seen what a backup does not
 * hold: it is told, or it would wait until those numbers are other events. */
static int
check_place(struct vt_office *o, const struct vt_actor *actor, uint64_t after,
    struct vt_err *reterr)
{
	uint64_t last = 0;
	int rc;

	rc = vt_store_watch(
	    o->o.store, actor->agency_no, 0, 0, &last, reterr);
	if (rc != VT_OK || after <= last)
		return rc;
	return vt_err_set(reterr, VT_E_INVALID,
	    "after: the feed ends at %llu. What was read beyond that is not in "
	    "this store (it was restored from a backup): compare what you have "
	    "with the papers, and go on from there",
	    (unsigned long long)last);
}

int
vt_office_watch(struct vt_office *o, const struct vt_actor *actor,
    uint64_t after, unsigned wait_s, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_EVENTS, reterr)) != VT_OK ||
	    (rc = check_place(o, actor, after, reterr)) != VT_OK)
		return rc;
	if (wait_s > VT_L(EVENTS_WAIT_S))
		wait_s = (unsigned)VT_L(EVENTS_WAIT_S);
	if (wait_s == 0)
		return VT_OK;
	if (atomic_fetch_add(&o->waiters, 1) >= VT_L(EVENTS_WAITERS_MAX))
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "events: %zu requests wait for them already",
		    VT_L(EVENTS_WAITERS_MAX));
	else
		rc = vt_store_watch(o->o.store, actor->agency_no, after,
		    (int64_t)wait_s * 1000000, NULL, reterr);
	atomic_fetch_sub(&o->waiters, 1);
	return rc;
}

void
vt_office_watch_end(struct vt_office *o)
{
	if (o == NULL)
		return;
	VT_CHECK(o, VT_OFFICE_MAGIC);
	vt_store_watch_end(o->o.store);
	vt_hooks_halt(o);
}
