/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/limits.h"

#include "base/err.h"

static const struct vt_limit_row rows[] = {
#define VT_LIMIT(name, value, unit, reason) { #name, #unit, reason, value },
#include "base/limits.def"
#undef VT_LIMIT
};

const struct vt_limit_row *
vt_limit_row(enum vt_limit l)
{
	VT_ASSERT((unsigned)l < VT_LIMIT__MAX);
	return &rows[l];
}
