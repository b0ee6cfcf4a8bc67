/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a caller, and an agency, may have brought that no act has named yet:
 * an upload is anybody's who may register, and lies on the disk for a day. What
 * was named, or expired, does not count; that is looked for when a bound is
 * reached, not before. Counted since the start of the program: a restart
 * forgets it, and the day ends.
 */
#ifndef VT_API_OFFICE_QUOTA_H
#define VT_API_OFFICE_QUOTA_H

#include <pthread.h>

#include "base/err.h"
#include "base/id.h"
#include "base/time.h"

struct vt_office;
struct vt_actor;

struct vt_quota_item; /* an upload */
struct vt_quota_sum;  /* of a person, or of an agency */

struct vt_quota {
	pthread_mutex_t lock; /* guards all of it */
	struct vt_quota_item *items;
	size_t n_items, cap_items;
	struct vt_quota_sum *sums;
	size_t n_sums, cap_sums;
};

void vt_quota_init(struct vt_quota *q);
void vt_quota_fini(struct vt_quota *q);

/* Before bytes are taken. VT_E_HTTP_TOO_MANY: the caller's bound, or his
 * agency's, is reached; those of the store. Any thread. */
VT_NODISCARD int vt_quota_admit(struct vt_office *o, uint32_t agency_no,
    const vt_id *person, struct vt_err *reterr);

/* They are there. VT_E_NOMEM. */
VT_NODISCARD int vt_quota_add(struct vt_office *o, uint32_t agency_no,
    const vt_id *person, const vt_id *upload, uint64_t size,
    struct vt_err *reterr);

#endif
