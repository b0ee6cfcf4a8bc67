/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which work goes before which. A priority is a head start: among what is due,
 * the item goes first that would have been due first had it been asked for so
 * much earlier. So nothing starves: what has been due for longer than the head
 * start of another goes before it, however many of those still come.
 */
#include "base/limits.h"
#include "docstore/store_priv.h"

enum vt_work_priority
vt_work_priority_of(enum vt_work_kind kind, uint32_t urgency)
{
	/* nobody waits for it, and it never ends */
	if (kind == VT_WORK_SCRUB)
		return VT_WORK_BACKGROUND;
	if (urgency >= VT_URGENCY_FLASH)
		return VT_WORK_FLASH;
	return urgency >= VT_URGENCY_URGENT ? VT_WORK_URGENT : VT_WORK_NORMAL;
}

vt_time
vt_work_rank(enum vt_work_priority p, vt_time due)
{
	switch (p) {
	case VT_WORK_FLASH:
		return due - VT_TIME_S((int64_t)VT_L(WORK_FLASH_S));
	case VT_WORK_URGENT:
		return due - VT_TIME_S((int64_t)VT_L(WORK_URGENT_S));
	case VT_WORK_BACKGROUND:
		/* due may be an hour that never comes */
		return due > VT_WORK_TURN - 1 -
				VT_TIME_S((int64_t)VT_L(WORK_BACKGROUND_S))
			   ? due
			   : due + VT_TIME_S((int64_t)VT_L(WORK_BACKGROUND_S));
	default:
		return due;
	}
}
