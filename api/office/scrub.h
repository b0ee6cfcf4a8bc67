/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored files are read again, a little every hour (docstore/scrub.h): an item
 * of the work queue that never ends. */
#ifndef VT_API_OFFICE_SCRUB_H
#define VT_API_OFFICE_SCRUB_H

#include "api/office/office.h"
#include "docstore/work.h"

/* Puts the item into the queue unless it is there; an act of the house. Again
 * is VT_OK, so are a store without an agency and one that must not write:
 * asked at the next start. */
VT_NODISCARD int vt_scrub_start(struct vt_office *o, struct vt_err *reterr);

/* Is anything known to be damaged; when everything had been read the last
 * time, VT_TIME_NONE: never. */
VT_NODISCARD int vt_scrub_state(struct vt_office *o, bool *ret_damaged,
    vt_time *ret_done, struct vt_err *reterr);

/* The item: SCRUB_BYTES, and again after SCRUB_EVERY_S. */
VT_NODISCARD int vt_scrub_work(struct vt_office *o, const struct vt_work *w,
    vt_time *ret_due, struct vt_err *reterr);

#endif
