/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting up agencies and people: acts like any other, in the ledger. */
#include "api/office/office_priv.h"

int
vt_office_open_book(struct vt_store *s, uint32_t agency_no, const char *key,
    const char *title, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_SERIES };
	struct vt_act act = { 0 };
	int rc;

	step.u.series.key = key;
	step.u.series.title = title;
	step.u.series.reset = VT_RESET_YEAR;
	step.u.series.authority = VT_SERIES_OURS;
	act.agency_no = agency_no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_office_add_agency(struct vt_store *s, const struct vt_agency_name *name,
    const struct vt_span *certs, size_t n_certs, const char *key_ref,
    uint32_t *ret_no, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_AGENCY };
	struct vt_act act = { 0 };
	uint32_t no;
	int rc;

	step.u.agency.name = *name;
	step.u.agency.certs = certs;
	step.u.agency.n_certs = n_certs;
	step.u.agency.key_ref = key_ref;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	no = res.agency_no;
	vt_act_result_free(&res);
	if (rc != VT_OK ||
	    (rc = vt_office_open_book(s, no, VT_BOOK_OUT,
		 "Sổ đăng ký văn bản đi", reterr)) != VT_OK ||
	    (rc = vt_office_open_book(
		 s, no, VT_BOOK_IN, "Sổ đăng ký văn bản đến", reterr)) != VT_OK)
		return rc;
	*ret_no = no;
	return VT_OK;
}

int
vt_office_add_person(struct vt_store *s, uint32_t agency_no,
    const struct vt_new_person *p, vt_id *ret, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_PERSON };
	struct vt_act act = { 0 };
	vt_hash token;
	int rc;

	if (p->token.n < 16)
		return vt_err_set(reterr, VT_E_INVALID,
		    "token of %s: at least 16 bytes wanted, %zu given", p->name,
		    p->token.n);
	token = vt_sha256(p->token);
	step.u.person.name = p->name;
	step.u.person.position = p->position;
	step.u.person.unit = p->unit;
	step.u.person.roles = p->roles;
	step.u.person.active = true;
	step.u.person.tokens = &token;
	step.u.person.n_tokens = 1;
	step.u.person.certs = p->certs;
	step.u.person.n_certs = p->n_certs;
	step.u.person.key_ref = p->key_ref;
	act.agency_no = agency_no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	if (rc == VT_OK)
		*ret = res.person;
	vt_act_result_free(&res);
	return rc;
}

int
vt_office_merge_agency(struct vt_store *s, const char *code, const char *into,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_AGENCY_MERGE };
	struct vt_agency a, to = { .no = 0 };
	struct vt_act act = { 0 };
	struct vt_view *v = NULL;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, code, &a, reterr);
	if (rc == VT_OK && into[0] != '\0')
		rc = vt_agency_by_code(v, into, &to, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	step.u.agency_merge.successor = to.no;
	act.agency_no = a.no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}
