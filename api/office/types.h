/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of papers, for lists to choose from: the table of
 * api/exchange/edxml/types.def. */
#ifndef VT_API_OFFICE_TYPES_H
#define VT_API_OFFICE_TYPES_H

#include "api/office/office.h"

enum vt_type_group {
	VT_TYPE_ADMIN, /* the 29 of Decree 30/2020, Article 7 */
	VT_TYPE_LEGAL, /* văn bản quy phạm pháp luật */
	VT_TYPE_COPY   /* Decree 30/2020, Article 25 */
};

struct vt_type {
	const char *code; /* abbreviation, "" */
	const char *name;
};

/* The i-th kind of a group, in the order of its rule; false: there is none.
 * What it says is static. */
bool vt_office_type(enum vt_type_group g, size_t i, struct vt_type *ret);

/* The abbreviation of a name, however it is written; "" when there is none. */
const char *vt_office_type_code(const char *name);

#endif
