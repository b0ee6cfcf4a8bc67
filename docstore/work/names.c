/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "docstore/work.h"

static const char *const names[VT_WORK__MAX] = { [VT_WORK_DELIVERY] =
						     "delivery",
	[VT_WORK_TEXT] = "text",
	[VT_WORK_PREVIEW] = "preview",
	[VT_WORK_AUGMENT] = "augment",
	[VT_WORK_RENEW] = "renew",
	[VT_WORK_WEBHOOK] = "webhook",
	[VT_WORK_NOTICE] = "notice",
	[VT_WORK_SCRUB] = "scrub",
	[VT_WORK_VALIDATE] = "validate",
	[VT_WORK_NUMBER] = "number",
	[VT_WORK_LOOK] = "look",
	[VT_WORK_PACKET] = "packet",
	[VT_WORK_STATUS] = "status",
	[VT_WORK_PULL] = "pull",
	[VT_WORK_SYNC] = "sync",
	[VT_WORK_ASK] = "ask",
	[VT_WORK_RECALL] = "recall",
	[VT_WORK_ANSWERED] = "answered",
	[VT_WORK_ERASE] = "erase",
	[VT_WORK_COSIGN] = "cosign",
	[VT_WORK_EXPIRE] = "expire" };

const char *
vt_work_kind_name(enum vt_work_kind kind)
{
	const char *name = "other";

	if ((unsigned int)kind < VT_WORK__MAX && names[kind] != NULL)
		name = names[kind];
	return name;
}

enum vt_work_kind
vt_work_kind_parse(const char *name)
{
	unsigned int kind = VT_WORK__MAX;

	while (--kind > 0)
		if (names[kind] != NULL && strcmp(names[kind], name) == 0)
			break;
	return (enum vt_work_kind)kind;
}

enum vt_work_state
vt_work_state_of(const struct vt_work *w, vt_time now)
{
	if (!vt_id_is_zero(&w->owner) && w->lease_until > now)
		return VT_WORK_RUNS;
	return w->due == VT_WORK_PARKED ? VT_WORK_DEAD : VT_WORK_WAITS;
}

const char *
vt_work_state_name(enum vt_work_state s)
{
	static const char *const states[] = { [VT_WORK_WAITS] = "waiting",
		[VT_WORK_RUNS] = "running",
		[VT_WORK_DEAD] = "dead" };

	return states[s];
}
