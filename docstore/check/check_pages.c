/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages before rows: a damaged one would lead whoever reads a row astray. */
#include "docstore/check.h"

struct telling {
	struct vt_check *c;
	uint64_t told;
};

static void
told(void *arg, const char *line)
{
	struct telling *t = arg;

	t->told++;
	vt_check_finding(t->c, "%s", line);
}

int
vt_check_pages(struct vt_check *c, bool *ret_rows, bool *ret_bytes,
    struct vt_err *reterr)
{
	struct vt_engine *e = c->store->engine;
	struct telling t = { .c = c };
	uint64_t faults[VT_SPACES] = { 0 };
	int rc = VT_OK;

	for (int i = 0; e->ops->pages != NULL && i < VT_SPACES; i++) {
		t.told = 0;
		rc = e->ops->pages(
		    e, (enum vt_space)i, told, &t, &faults[i], reterr);
		if (rc != VT_OK)
			return rc;
		if (faults[i] > t.told)
			vt_check_finding(c, "and %llu more of that kind",
			    (unsigned long long)(faults[i] - t.told));
	}
	*ret_rows = faults[VT_SPACE_RECORDS] + faults[VT_SPACE_KEYS] == 0;
	*ret_bytes = faults[VT_SPACE_BYTES] == 0;
	if (!*ret_rows)
		vt_check_finding(c,
		    "rows were not looked at: restore the newest increment "
		    "beside it (docs/operating.md, \"Damaged rows\")");
	return VT_OK;
}
