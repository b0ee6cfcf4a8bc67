/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delegations, for the files of the office. */
#ifndef VT_API_OFFICE_DELEGATION_PRIV_H
#define VT_API_OFFICE_DELEGATION_PRIV_H

#include "api/office/delegation.h"

/*
 * Fills actor->acting from what stands for actor->person at `now`: in force,
 * not revoked, from somebody who is active and has the duty by role, and for a
 * system without the duties that activate a key. Duties that the actor has by
 * role himself are left out.
 */
VT_NODISCARD int vt_delegations_in_force(struct vt_view *v, vt_time now,
    struct vt_actor *actor, struct vt_err *reterr);

/* May this person, by role or by a delegation in force at `now`? */
VT_NODISCARD int vt_delegation_person_may(struct vt_view *v,
    const vt_id *person, enum vt_duty duty, vt_time now, bool *ret,
    struct vt_err *reterr);

/* Somebody leaves: what he gave and got and is not over is revoked, by `by`. */
VT_NODISCARD int vt_delegations_end(struct vt_store *s, const vt_id *person,
    vt_time now, const vt_id *by, struct vt_err *reterr);

/* An act that was done for another is kept as a note of the agency: 'A', the
 * paper's id, random bytes. */
#define VT_ACTED_KEY 33
static_assert(VT_ACTED_KEY == 1 + 2 * VT_ID_SIZE, "a byte and two ids");
void vt_acted_encode(struct vt_office *o, const vt_id *paper,
    const struct vt_acting *acting, enum vt_duty duty,
    uint8_t ret_key[static VT_ACTED_KEY], struct vt_buf *ret_value);

#define VT_DELEGATION_KEY 32 /* receiver, id */
static_assert(VT_DELEGATION_KEY == 2 * VT_ID_SIZE, "two ids");

void vt_delegation_encode(const struct vt_delegation *d, struct vt_buf *ret);
VT_NODISCARD int vt_delegation_decode(
    const struct vt_entry *e, struct vt_delegation *ret, struct vt_err *reterr);

#endif
