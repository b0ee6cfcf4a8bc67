/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Initials (ký nháy) that a paper still waits for: a desk offers the act only
 * where there is a place for it. */
#ifndef VT_API_OFFICE_INITIALS_H
#define VT_API_OFFICE_INITIALS_H

#include "api/office/office.h"

/*
 * Empty fields for initials of a content that vt_office_content gave; none in
 * a file that is no PDF of ours. Asks a worker. Errors: VT_E_WORKER_*,
 * VT_E_BUSY, and what the file is refused for (VT_E_NOT_PDF, VT_E_PDF_*).
 */
VT_NODISCARD int vt_office_initials_left(struct vt_office *o,
    const struct vt_content *c, unsigned *ret, struct vt_err *reterr);

#endif
