/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers that went on paper: no system of the addressee says that they came,
 * so the clerk does, from the book of handing over (sổ chuyển giao). */
#ifndef VT_API_OFFICE_HANDED_H
#define VT_API_OFFICE_HANDED_H

#include "api/office/office.h"

/*
 * The addressee of a delivery that was printed has it. on: YYYY-MM-DD, the day
 * in Vietnam; NULL: now. note: who signed for it, number of the receipt; may
 * be NULL. It is a row of the delivery's log like any other: status 01, said
 * by the actor. Roles: clerk, system. Errors: VT_E_NOT_FOUND (not one of the
 * actor's agency), VT_E_OUT_OF_ORDER (not to be printed, or said before),
 * VT_E_INVALID (no day, one to come, or one before it was sent).
 */
VT_NODISCARD int vt_office_handed(struct vt_office *o,
    const struct vt_request *rq, const vt_id *delivery, const char *on,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/* What the clerk notes of the paper of a delivery, by and by. */
struct vt_handing {
	const char *on;      /* as above; of who has it */
	const char *name;    /* who has it; NULL: not known */
	const char *waybill; /* of the post; NULL: not known */
	const char *note;    /* may be NULL */
};

/*
 * Of what goes on paper alone a name, or neither name nor waybill, is the
 * arrival (vt_office_handed, with the name); a waybill, and of what goes beside
 * an electronic delivery a name, is only noted. Not both at once:
 * VT_E_INVALID. Errors: also those of VT_STEP_HANDED.
 */
VT_NODISCARD int vt_office_handed_by(struct vt_office *o,
    const struct vt_request *rq, const vt_id *delivery,
    const struct vt_handing *h, struct vt_act_result *ret,
    struct vt_err *reterr);

#endif
