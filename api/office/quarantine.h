/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came and could not be taken as it was: why, in the classes of the
 * packet reader, and what a person decides about it. (Reading it again is
 * vt_office_consignment_reread.)
 */
#ifndef VT_API_OFFICE_QUARANTINE_H
#define VT_API_OFFICE_QUARANTINE_H

#include "api/office/office.h"
#include "docstore/consign.h"

/* One thing that was found in a packet. */
struct vt_found {
	char class;       /* 'E' refused for it, 'W' a warning, 'I' a note */
	const char *slug; /* stable; static, as vi and en */
	const char *vi, *en;
	const char *at;     /* "Attachment[1]", "" */
	const char *detail; /* "" */
};

/*
 * Findings of a consignment that was read, worst first; none is VT_OK. In the
 * arena. Errors: VT_E_NOMEM, VT_E_STORE_CORRUPT and what decoding refuses.
 */
VT_NODISCARD int vt_office_findings(const struct vt_consignment *c,
    struct vt_arena *a, struct vt_found **ret, size_t *ret_n,
    struct vt_err *reterr);

/*
 * A packet in quarantine is not taken, for good: the reason is kept with it,
 * its bytes stay, and it leaves the list of what waits for a decision. Who
 * sent it is not told: it is not known what would tell him. Role: clerk.
 * Errors: VT_E_NOT_FOUND, VT_E_INVALID (no reason), VT_E_OUT_OF_ORDER (not in
 * quarantine).
 */
VT_NODISCARD int vt_office_set_aside(struct vt_office *o,
    const struct vt_request *rq, const vt_id *consignment, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr);

#endif
