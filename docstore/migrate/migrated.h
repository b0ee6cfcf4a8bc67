/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room only: the act that says a migration was done, and what one
 * that is under way forbids. */
#ifndef VT_DOCSTORE_MIGRATED_H
#define VT_DOCSTORE_MIGRATED_H

#include "base/err.h"

struct vt_act_op;
struct vt_apply;
struct vt_prep;
struct vt_step;
struct vt_store;

/* Who opens the store for writing: VT_E_CONFLICT while one is under way. */
VT_NODISCARD int vt_migrating_door(struct vt_store *s, struct vt_err *reterr);

/* Step MIGRATED: what the mark says of the agency at hand is recorded, and the
 * mark moves to the next. VT_E_CONFLICT: none is under way, or not here. */
int vt_migrated_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_migrated_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_migrated_keep(struct vt_apply *x, struct vt_err *reterr);

#endif
