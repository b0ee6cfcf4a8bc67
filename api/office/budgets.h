/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What work of a kind may use up (budgets.def). Pure; any thread. */
#ifndef VT_API_OFFICE_BUDGETS_H
#define VT_API_OFFICE_BUDGETS_H

#include "docstore/work.h"

struct vt_budget {
	enum vt_work_kind kind;
	uint32_t attempts, hours; /* 0: no bound */
	uint32_t lease_s, late_s;
	const char *reason;
};

/* NULL: a kind that is not done here. */
const struct vt_budget *vt_budget_of(enum vt_work_kind kind);

/* Has the item, whose last try failed, used up its budget? now: vt_work_now. */
bool vt_budget_is_spent(const struct vt_work *w, vt_time now);

/* Kinds (bits 1 << kind) of which something has been due for longer than its
 * line in the table says. Cost: the first of each kind and priority. */
VT_NODISCARD int vt_budget_late(
    struct vt_view *v, vt_time now, uint32_t *ret_kinds, struct vt_err *reterr);

#endif
