/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What receivers verify with: showing it, changing it. */
#include "api/office/hooks_priv.h"
#include "base/ed25519.h"

static int
public_text(
    const vt_hash *seed, char ret[VT_HOOK_PUBLIC + 1], struct vt_err *reterr)
{
	uint8_t pub[VT_ED25519_KEY];
	VT_BUF_AUTO(b);
	int rc;

	rc = vt_ed25519_public(VT_SPAN(seed->b, sizeof(seed->b)), pub, reterr);
	if (rc != VT_OK)
		return rc;
	vt_hook_public_text(VT_SPAN(pub, sizeof(pub)), &b);
	if ((rc = vt_buf_status(&b, reterr)) == VT_OK)
		vt_text_fit(ret, VT_HOOK_PUBLIC + 1, vt_buf_str(&b));
	return rc;
}

static int
public_keys(
    struct vt_hook_seeds *s, struct vt_hook_public *ret, struct vt_err *reterr)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->until = s->until;
	rc = public_text(&s->seed[0], ret->key, reterr);
	if (rc == VT_OK && s->n > 1)
		rc = public_text(&s->seed[1], ret->previous, reterr);
	vt_wipe(s, sizeof(*s));
	return rc;
}

int
vt_office_hook_key(struct vt_office *o, const char *code,
    struct vt_hook_public *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_hook_seeds seeds;
	struct vt_view *v = NULL;
	struct vt_agency a;
	uint32_t no = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_by_code(v, code, &a, &err)) == VT_OK)
		no = a.no;
	vt_view_end(v);
	if (rc == VT_E_NOT_FOUND || rc == VT_E_AGENCY_UNKNOWN)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no agency of this store has this code");
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if ((rc = vt_hook_seeds_load(o, no, &seeds, reterr)) != VT_OK)
		return rc;
	return public_keys(&seeds, ret, reterr);
}

int
vt_office_hook_key_was(struct vt_office *o, uint32_t agency_no, uint32_t no,
    char ret[VT_HOOK_PUBLIC + 1], struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hook_seeds s;
	struct vt_hook_key k;
	struct vt_agency a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK ||
	    (rc = vt_hook_key_load(v, agency_no, &k, reterr)) != VT_OK)
		return rc;
	vt_hook_seeds_of(o, &a.id, no == 0 ? k.no : no, VT_TIME_NONE, &s);
	rc = public_text(&s.seed[0], ret, reterr);
	vt_wipe(&s, sizeof(s));
	return rc;
}

/* The next number, as an act. */
static int
change_key(struct vt_office *o, const struct vt_request *rq,
    struct vt_act_result *res, struct vt_err *reterr)
{
	struct vt_entry_change change = { .kind = VT_ENTRY_HOOK,
		.key = VT_HOOK_KEY_ENTRY };
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_view *v = NULL;
	struct vt_hook_key k;
	struct vt_act act;
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_hook_key_load(v, rq->actor->agency_no, &k, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	change.expect = k.rev;
	k.no++;
	k.at = vt_now(o->o.ctx);
	vt_hook_key_encode(&k, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	change.value = vt_buf_view(&value);
	step.u.entry.changes = &change;
	step.u.entry.n = 1;
	vt_office_act(rq, NULL, &step, 1, &act);
	act.expect_rev = 0;
	act.keep = change.value;
	return vt_store_do(o->o.store, &act, res, reterr);
}

int
vt_office_hook_new_key(struct vt_office *o, const struct vt_request *rq,
    struct vt_hook_public *ret, bool *ret_repeated, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_hook_seeds seeds;
	struct vt_view *v = NULL;
	struct vt_hook_key k;
	struct vt_agency a;
	bool done = false;
	vt_id agency;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_HOOK_KEYS, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, &res, &done, reterr)) != VT_OK)
		return rc;
	if (!done)
		rc = change_key(o, rq, &res, reterr);
	if (rc == VT_OK)
		rc = vt_hook_key_decode(vt_buf_view(&res.keep), &k, reterr);
	*ret_repeated = res.repeated;
	vt_act_result_free(&res);
	if (rc != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_get(v, rq->actor->agency_no, &a, reterr)) == VT_OK)
		agency = a.id;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	vt_hook_seeds_of(o, &agency, k.no, k.at, &seeds);
	return public_keys(&seeds, ret, reterr);
}

void
vt_office_hook_secret(
    struct vt_office *o, const struct vt_hook *h, struct vt_buf *ret)
{
	vt_hash s = vt_hook_secret(o, &h->id, h->secret_no);

	ret->secret = true;
	vt_hook_secret_text(VT_SPAN(s.b, VT_HOOK_SECRET), ret);
	vt_wipe(&s, sizeof(s));
}
