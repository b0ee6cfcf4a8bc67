/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/initials.h"

#include "api/office/office_priv.h"

int
vt_office_initials_left(struct vt_office *o, const struct vt_content *c,
    unsigned *ret, struct vt_err *reterr)
{
	struct vt_inspection i;
	unsigned n = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_inspect(o, &c->blob.hash, &i, reterr)) != VT_OK)
		return rc;
	for (int k = 1; k <= 2; k++) {
		const struct vt_field_info *f;
		char name[32];

		snprintf(name, sizeof(name), "%s%d", VT_FIELD_INITIALS, k);
		f = vt_office_field(&i, name);
		if (f != NULL && f->kind == VT_FIELD_SIGNATURE && !f->filled)
			n++;
	}
	vt_inspection_free(&i);
	*ret = n;
	return VT_OK;
}
