/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printing is an act: what was printed, how often, by whom (Decree 30/2020,
 * Articles 25-26: paper originals and copies are counted). */
#ifndef VT_API_OFFICE_PRINT_H
#define VT_API_OFFICE_PRINT_H

#include "api/office/office.h"

struct vt_printing {
	enum vt_print what;
	uint32_t copies;  /* 1..PRINT_COPIES_MAX */
	vt_hash version;  /* of the main file that was printed; zero: the one
			   * that is seen now, of a list none */
	const char *note; /* may be NULL */
};

/* Roles: leader, officer, clerk. VT_E_NOT_FOUND: no such version. */
VT_NODISCARD int vt_office_print(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_printing *p, struct vt_act_result *ret,
    struct vt_err *reterr);

#endif
