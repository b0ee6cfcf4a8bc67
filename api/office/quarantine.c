/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/quarantine.h"

#include "api/exchange/edxml/edxml.h"
#include "api/office/consign.h"
#include "api/office/office_priv.h"

#define ARENA_LIMIT ((size_t)1 << 20)

int
vt_office_findings(const struct vt_consignment *c, struct vt_arena *a,
    struct vt_found **ret, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_found *f;
	int rc;

	*ret_n = 0;
	if (c->findings.n == 0)
		return VT_OK;
	if ((rc = vt_edxml_get(c->findings, &x, reterr)) != VT_OK)
		return rc;
	if (x->n_findings == 0)
		return VT_OK;
	f = vt_arena_array(a, x->n_findings, sizeof(*f));
	if (f == NULL)
		return vt_arena_err(a, reterr);
	for (size_t i = 0; i < x->n_findings; i++) {
		const struct vt_edxml_finding *e = &x->findings[i];
		const struct vt_edxml_rule_info *r =
		    vt_edxml_rule_info(e->rule);

		f[i] = (struct vt_found){ (char)r->class, r->slug, r->vi, r->en,
			vt_arena_strdup(a, e->at),
			vt_arena_strdup(a, e->detail) };
		if (f[i].at == NULL || f[i].detail == NULL)
			return vt_arena_err(a, reterr);
	}
	*ret = f;
	*ret_n = x->n_findings;
	return VT_OK;
}

/* What was read of it stays as it was: a step takes all members. */
static int
as_it_was(struct vt_office *o, const struct vt_actor *actor, const vt_id *id,
    struct vt_arena *a, struct vt_step *step, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	bool ok = true;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_consignment(o, v, actor, id, &c, reterr)) != VT_OK)
		return rc;
	if (c.state != VT_CONSIGN_QUARANTINED)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "the consignment is %s: only what is in quarantine is set "
		    "aside",
		    vt_consign_state_name(c.state));
	step->u.consign_read.type = c.type;
	step->u.consign_read.from_code = vt_arena_strdup(a, c.from_code);
	step->u.consign_read.from_name = vt_arena_strdup(a, c.from_name);
	step->u.consign_read.document_id = vt_arena_strdup(a, c.document_id);
	step->u.consign_read.code = vt_arena_strdup(a, c.code);
	step->u.consign_read.promulgated = vt_arena_strdup(a, c.promulgated);
	step->u.consign_read.subject = vt_arena_strdup(a, c.subject);
	step->u.consign_read.findings = vt_arena_copy(a, c.findings, &ok);
	return !ok || step->u.consign_read.from_code == NULL ||
		       step->u.consign_read.from_name == NULL ||
		       step->u.consign_read.document_id == NULL ||
		       step->u.consign_read.code == NULL ||
		       step->u.consign_read.promulgated == NULL ||
		       step->u.consign_read.subject == NULL
		   ? vt_arena_err(a, reterr)
		   : VT_OK;
}

int
vt_office_set_aside(struct vt_office *o, const struct vt_request *rq,
    const vt_id *consignment, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_step step = { .kind = VT_STEP_CONSIGN_READ };
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_REFUSE, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK || done)
		return rc;
	if (reason == NULL || *reason == '\0')
		return vt_err_set(
		    reterr, VT_E_INVALID, "quarantine: a reason is wanted");
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "quarantine: no memory");
	rc = as_it_was(o, rq->actor, consignment, a, &step, reterr);
	if (rc != VT_OK)
		return rc;
	step.u.consign_read.consignment = *consignment;
	step.u.consign_read.state = VT_CONSIGN_REFUSED;
	step.u.consign_read.note = reason;
	vt_office_act(rq, NULL, &step, 1, &act);
	act.expect_rev = 0;
	return vt_store_do(o->o.store, &act, ret, reterr);
}
