/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/budgets.h"

static const struct vt_budget budgets[] = {
#define VT_BUDGET(kind, attempts, hours, lease, late, reason)                  \
	{ VT_WORK_##kind, attempts, hours, lease, late, reason },
#include "api/office/budgets.def"
#undef VT_BUDGET
};

const struct vt_budget *
vt_budget_of(enum vt_work_kind kind)
{
	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++)
		if (budgets[i].kind == kind)
			return &budgets[i];
	return NULL;
}

bool
vt_budget_is_spent(const struct vt_work *w, vt_time now)
{
	const struct vt_budget *b = vt_budget_of(w->kind);

	if (b == NULL)
		return false;
	if (b->attempts != 0 && w->attempt - w->spent >= b->attempts)
		return true;
	return b->hours != 0 && w->tried_at != VT_TIME_NONE &&
	       now - w->tried_at >= VT_TIME_S((int64_t)b->hours * 3600);
}

int
vt_budget_late(
    struct vt_view *v, vt_time now, uint32_t *ret_kinds, struct vt_err *reterr)
{
	struct vt_work_due first;
	size_t n;
	int rc;

	*ret_kinds = 0;
	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		const struct vt_budget *b = &budgets[i];
		struct vt_work_walk walk = { .kind = b->kind,
			.until = now - VT_TIME_S((int64_t)b->late_s) };

		rc = vt_work_next(v, &walk, &first, 1, &n, reterr);
		if (rc != VT_OK)
			return rc;
		if (n > 0)
			*ret_kinds |= 1U << b->kind;
	}
	return VT_OK;
}
