/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the office only: readings before they go out, and what is held. */
#ifndef VT_API_OFFICE_USES_PRIV_H
#define VT_API_OFFICE_USES_PRIV_H

#include <pthread.h>

#include "api/office/uses.h"

struct vt_held_read {
	uint32_t agency_no, post;
	vt_id person, paper;
	uint16_t part;
	vt_hash main;
	enum vt_use use;
	vt_time at;
};
struct vt_held_count {
	uint32_t agency_no;
	vt_id paper;
	enum vt_use use;
	uint64_t n;
};
struct vt_uses {
	pthread_mutex_t lock; /* guards all of it */
	struct vt_held_read *reads;
	size_t n_reads;
	struct vt_held_count *counts;
	size_t n_counts;
};

VT_NODISCARD int vt_uses_init(struct vt_uses *u, struct vt_err *reterr);
void vt_uses_fini(struct vt_uses *u);

/* Before content of a version of a paper goes out. Hold no view. Errors: those
 * of the store but that it takes no acts; nothing may go out then. */
VT_NODISCARD int vt_office_looked(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper, uint16_t part,
    const vt_hash *main, enum vt_use use, struct vt_err *reterr);
/* Writes what is held, as far as the store takes it. */
void vt_uses_flush(struct vt_office *o);

#endif
