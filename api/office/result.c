/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of procedures: made from data, with their public code. */
#include <unistd.h>

#include "api/office/code.h"
#include "api/office/office_priv.h"
#include "api/office/public.h"

#define ARENA_LIMIT ((size_t)4 << 20)

/* The issuing agency as the notice and the record name it. */
static int
agency_names(struct vt_office *o, const struct vt_actor *actor,
    struct vt_arena *a, struct vt_agency_name *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency ag;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, actor->agency_no, &ag, reterr)) != VT_OK)
		return rc;
	ret->code = vt_arena_strdup(a, ag.now.code);
	ret->name = vt_arena_strdup(a, ag.now.name);
	ret->short_name = vt_arena_strdup(a, ag.now.short_name);
	ret->place = vt_arena_strdup(a, ag.now.place);
	if (ret->code == NULL || ret->name == NULL || ret->short_name == NULL ||
	    ret->place == NULL)
		return vt_arena_err(a, reterr);
	return VT_OK;
}

/* What the record keeps of the notice. */
static int
make_meta(struct vt_office *o, const struct vt_notice *n,
    const struct vt_agency_name *ag, const char *notation,
    const char *holder_fact, struct vt_arena *a, struct vt_meta *ret,
    struct vt_err *reterr)
{
	struct vt_meta m = { 0 };
	struct vt_key_fact *facts;
	uint8_t *check;

	facts = vt_arena_array(a, n->n_facts + 1, sizeof(*facts));
	check = vt_arena_alloc(a, VT_HOLDER_CHECK_SIZE);
	if (facts == NULL || check == NULL)
		return vt_arena_err(a, reterr);
	for (size_t i = 0; i < n->n_facts; i++) {
		facts[i].label = n->facts[i].label;
		facts[i].value = n->facts[i].value;
	}
	vt_random(o->o.ctx, check, VT_HOLDER_SALT_SIZE);
	vt_holder_check(check, holder_fact, check + VT_HOLDER_SALT_SIZE);
	m.type_name = n->type_name;
	m.subject = n->subject;
	m.notation = notation;
	m.agency_code = ag->code;
	m.agency_name = ag->name;
	m.place = ag->place;
	m.signer_name = n->signer;
	m.signer_position = n->title;
	m.language = "vi";
	m.case_code = n->case_code;
	m.holder_name = n->citizen;
	m.holder_check = VT_SPAN(check, VT_HOLDER_CHECK_SIZE);
	m.facts = facts;
	m.n_facts = n->n_facts;
	return vt_office_clean_meta(NULL, &m, a, ret, reterr);
}

/* Renders, stores the page, lays its fields, stores that as its second
 * version: files of the two steps. */
static int
make_file(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_notice *n, struct vt_file *page, struct vt_file *laid,
    uint32_t *ret_pages, struct vt_err *reterr)
{
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_inspection i = { 0 };
	struct vt_places places;
	VT_BUF_AUTO(pdf);
	struct vt_blob blob;
	bool did = false;
	int fd = -1, rc;

	if ((rc = vt_render_notice(n, &pdf, &places, reterr)) != VT_OK ||
	    (rc = vt_upload_memory(o->o.store, actor->agency_no,
		 vt_buf_view(&pdf), &page->upload, &blob, reterr)) != VT_OK ||
	    (rc = vt_job_memfd(vt_buf_view(&pdf), &fd, reterr)) != VT_OK)
		return rc;
	page->hash = blob.hash;
	if ((rc = vt_sign_inspect(o->o.spawner, fd, &i, reterr)) != VT_OK ||
	    (rc = vt_office_lay(o->o.spawner, fd, &i, &places, 0, &tail, &did, reterr)) !=
		VT_OK)
		goto out;
	*ret_pages = (uint32_t)i.pages;
	rc = vt_upload_append(o->o.store, actor->agency_no, &blob,
	    vt_buf_view(&tail.bytes), &laid->upload, &blob, reterr);
	laid->hash = blob.hash;
out:
	close(fd);
	vt_inspection_free(&i);
	vt_pdf_tail_free(&tail);
	return rc;
}

int
vt_office_result(struct vt_office *o, const struct vt_request *rq,
    const struct vt_notice *notice, const char *holder_fact,
    const char *notation, struct vt_act_result *ret, char ret_code[32],
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	char code[VT_CODE_LETTERS + 1], shown[VT_CODE_SHOWN + 1];
	struct vt_agency_name ag = { 0 };
	struct vt_notice n = *notice;
	struct vt_step steps[3];
	struct vt_file files[2];
	struct vt_meta meta;
	struct vt_act act;
	VT_BUF_AUTO(url);
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_RESULT, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return rc;
	if (done) {
		snprintf(ret_code, 32, "%s", vt_buf_str(&ret->keep));
		return VT_OK;
	}
	if (vt_holder_fact_length(holder_fact) < VT_HOLDER_FACT_MIN)
		return vt_err_set(reterr, VT_E_INVALID,
		    "holder_fact: at least 4 letters or digits that the holder knows "
		    "are needed before a download can be allowed");
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "result: no memory");
	if ((rc = agency_names(o, rq->actor, a, &ag, reterr)) != VT_OK ||
	    (rc = make_meta(o, notice, &ag, notation, holder_fact, a, &meta,
		 reterr)) != VT_OK)
		return rc;
	vt_code_new(o->o.ctx, code);
	vt_code_show(code, shown);
	vt_buf_printf(&url, "%s/r/%s", o->o.public_url, code);
	n.agency = ag.name;
	n.code = shown;
	n.url = vt_buf_str(&url);
	memset(steps, 0, sizeof(steps));
	memset(files, 0, sizeof(files));
	rc = make_file(
	    o, rq->actor, &n, &files[0], &files[1], &meta.pages, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < 2; i++) {
		files[i].name = "ket-qua.pdf";
		files[i].media_type = "application/pdf";
	}
	steps[0].kind = VT_STEP_REGISTER;
	steps[0].u.reg.direction = VT_DIR_RESULT;
	steps[0].u.reg.meta = &meta;
	steps[0].u.reg.files = &files[0];
	steps[0].u.reg.n_files = 1;
	steps[0].u.reg.reason = VT_VERSION_RENDERED;
	steps[1].kind = VT_STEP_VERSION;
	steps[1].u.version.part = 1;
	steps[1].u.version.file = files[1];
	steps[1].u.version.expect = files[0].hash;
	steps[1].u.version.reason = VT_VERSION_LAID;
	steps[2].kind = VT_STEP_CODE;
	steps[2].u.code.code = code;
	vt_office_act(rq, NULL, steps, 3, &act);
	act.expect_rev = 0;
	act.keep = vt_span_str(shown);
	rc = vt_store_do(o->o.store, &act, ret, reterr);
	if (rc == VT_OK)
		snprintf(ret_code, 32, "%s", vt_buf_str(&ret->keep));
	return rc;
}
