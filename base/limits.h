/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named limits: VT_MAX_<NAME> for each row of limits.def. */
#ifndef VT_BASE_LIMITS_H
#define VT_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

enum vt_limit {
#define VT_LIMIT(name, value, unit, reason) VT_LIMIT_##name,
#include "base/limits.def"
#undef VT_LIMIT
	VT_LIMIT__MAX
};

/* The value of a limit as a constant expression: VT_L(UPLOAD_MAX). */
__extension__ enum vt_limit_value {
#define VT_LIMIT(name, value, unit, reason) VT_LIMIT_VALUE_##name = (value##LL),
#include "base/limits.def"
#undef VT_LIMIT
};
#define VT_L(name) ((size_t)VT_LIMIT_VALUE_##name)

struct vt_limit_row {
	const char *name, *unit, *reason;
	uint64_t value;
};

/* The table, for `vanthu check` and the docs; l < VT_LIMIT__MAX. */
const struct vt_limit_row *vt_limit_row(enum vt_limit l);

#endif
