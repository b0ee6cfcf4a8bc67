/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/types.h"

#include "api/exchange/edxml/edxml.h"

static bool
is_of(enum vt_type_group g, const struct vt_edxml_type *t)
{
	switch (g) {
	case VT_TYPE_ADMIN:
		return t->decree != 0;
	case VT_TYPE_LEGAL:
		return t->type == 1;
	default:
		return t->type == 0 && t->decree == 0;
	}
}

bool
vt_office_type(enum vt_type_group g, size_t i, struct vt_type *ret)
{
	const struct vt_edxml_type *all;
	size_t n;

	all = vt_edxml_types(&n);
	for (size_t k = 0; k < n; k++)
		if (is_of(g, &all[k]) && i-- == 0) {
			ret->code = all[k].code;
			ret->name = all[k].name;
			return true;
		}
	return false;
}

const char *
vt_office_type_code(const char *name)
{
	const char *code = vt_edxml_type_code(name);

	return code == NULL ? "" : code;
}
