/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/migrate/migrated.h"

#include "docstore/migrate/migrate_priv.h"

int
vt_migrated_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	p->r.name = st->u.migrated.what;
	p->r.release = VT_STORE_RELEASE;
	return vt_prep_text(
	    a, &p->r.name, VT_L(NAME_MAX), "what was migrated", reterr);
}

int
vt_migrated_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_migrating mark;
	int rc = vt_migrating_get(x->b->txn, &mark, reterr);

	if (rc != VT_OK)
		return rc;
	if (!mark.is || mark.agency != x->st.agency_no)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "migration: none is under way in agency %u",
		    x->st.agency_no);
	if ((r->note = vt_arena_strdup(x->arena, mark.by)) == NULL)
		return vt_nomem(reterr);
	r->value = mark.rows;
	r->format_from = mark.from;
	r->format_to = VT_STORE_FORMAT;
	r->increment = mark.backup;
	return VT_OK;
}

int
vt_migrated_keep(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_migrating mark;
	int rc = vt_migrating_get(x->b->txn, &mark, reterr);

	if (rc != VT_OK)
		return rc;
	mark.all_rows += mark.rows;
	mark.rows = 0;
	mark.done = 0;
	mark.paper = 0;
	mark.agency++;
	return vt_migrating_put(x->b, &mark, reterr);
}
