/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/secrecy.h"

#include "api/office/office_priv.h"
#include "api/office/resumable.h"

static int
decide(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    struct vt_step *step, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	bool isolate = step->kind == VT_STEP_ISOLATE;
	enum vt_duty duty = isolate ? VT_DUTY_ISOLATE : VT_DUTY_CLEAR;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, duty, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK || done)
		return rc;
	step->u.isolate.note = reason; /* the two have one shape */
	vt_office_act(rq, paper, step, 1, &act);
	if ((rc = vt_office_do(o, rq, &act, ret, reterr)) == VT_OK && !isolate)
		vt_office_wake(o);
	return rc;
}

int
vt_office_isolate(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_ISOLATE };

	return decide(o, rq, paper, &step, reason, ret, reterr);
}

int
vt_office_clear(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CLEAR };

	return decide(o, rq, paper, &step, reason, ret, reterr);
}

/* ---- at the door ---- */

/* Neither the request's key nor its hash: both say what came. */
static void
key_of(const struct vt_request *rq, char ret[static VT_HASH_TEXT + 8])
{
	vt_hash h = vt_sha256(vt_span_str(rq->key));

	(void)snprintf(ret, VT_HASH_TEXT + 8, "secret:");
	vt_hash_text(&h, ret + 7);
}

int
vt_secrecy_refused(struct vt_office *o, const struct vt_request *rq,
    const struct vt_meta *meta, const struct vt_office_file *files,
    size_t n_files, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_SECRET };
	struct vt_file drop[VT_L(PAPER_PARTS_MAX)] = { { .name = NULL } };
	char key[VT_HASH_TEXT + 8];
	size_t n = 0, removed;
	struct vt_act act;
	int rc;

	for (; n < n_files && n < VT_L(PAPER_PARTS_MAX); n++)
		drop[n].upload = files[n].upload;
	step.u.secret.level = meta->secrecy > 3 ? 3 : meta->secrecy;
	step.u.secret.from = meta->agency_code;
	step.u.secret.uploads = drop;
	step.u.secret.n_uploads = n;
	vt_office_act(rq, NULL, &step, 1, &act);
	key_of(rq, key);
	act.key = key;
	act.request = vt_sha256(vt_span_str(key));
	act.expect_rev = 0;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	/* Rows that led to them have their names. */
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		rc = vt_office_resumable_forget(
		    o, &rq->actor->person, &files[i].upload, reterr);
	if (rc == VT_OK)
		rc = vt_upload_expire(o->o.store, n + 1, &removed, reterr);
	/* Bytes whose key is in no free page any more are nobody's. */
	if (rc == VT_OK)
		rc = vt_store_forget_keys(o->o.store, reterr);
	if (rc != VT_OK)
		return rc;
	vt_office_about(rq, "/meta/secrecy");
	return vt_err_set(reterr, VT_E_SECRECY_REFUSED,
	    "secrecy level %u: only \"thường\" (0) is accepted; the files that "
	    "were staged are dropped, and that it was refused is kept (Law on "
	    "the protection of state secrets)",
	    meta->secrecy);
}
