/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in an agency, for those of it who may read. */
#include "api/office/office_priv.h"

/* A page of a list takes what vt_office_papers takes. */
/* NOLINTBEGIN(readability-function-size) */
int
vt_office_events(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_event *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_EVENTS, reterr)) != VT_OK)
		return rc;
	return vt_event_list(
	    v, actor->agency_no, after, ret, max, ret_n, reterr);
}
/* NOLINTEND(readability-function-size) */
