/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Anchoring: once an hour, when any ledger grew, a timestamp token over the
 * newest checkpoints (docstore/anchor.h), from the first authority that gives
 * a good one. Beside everything: no request waits for it, and while no
 * authority answers papers go on; what is not stamped yet is stamped later.
 */
#ifndef VT_API_OFFICE_ANCHORS_H
#define VT_API_OFFICE_ANCHORS_H

#include "api/office/office.h"

#define VT_ANCHORS_TSA 4

struct vt_anchors_options {
	const char *url[VT_ANCHORS_TSA]; /* borrowed; asked in this order */
	size_t n_urls;
	/* DER, borrowed: whom an authority's certificate must lead to; none:
	 * any certificate for timestamps will do, and only who verifies later
	 * says whether it is worth something. */
	const struct vt_span *trusted;
	size_t n_trusted;
};

/* thread false: none is started, vt_anchors_once is called instead (tests).
 * Once, after vt_office_open. VT_E_INVALID (no URL), VT_E_ENVIRONMENT. */
VT_NODISCARD int vt_anchors_start(struct vt_office *o,
    const struct vt_anchors_options *opt, bool thread, struct vt_err *reterr);
/* Before vt_office_close; nothing when it was not started. */
void vt_anchors_stop(struct vt_office *o);

/*
 * Anchors what grew since the last time; *ret_n checkpoints, 0: none grew.
 * Errors: those of the last authority asked (not reached, refused, a reply
 * that does not hold); of the store. The error names the authority.
 */
VT_NODISCARD int vt_anchors_once(
    struct vt_office *o, size_t *ret_n, struct vt_err *reterr);

/* Is anchoring set up, and when was the last token kept (VT_TIME_NONE: never)?
 * For health. */
VT_NODISCARD int vt_anchors_state(struct vt_office *o, bool *ret_on,
    vt_time *ret_last, struct vt_err *reterr);

#endif
