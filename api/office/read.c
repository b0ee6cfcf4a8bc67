/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: papers, content, receipts, verdicts. */
#include <unistd.h>

#include "api/office/office_priv.h"

#define FETCH_ROUNDS 4
#define FACTS_MAX    64

int
vt_office_paper(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper *ret,
    struct vt_err *reterr)
{
	char text[VT_ID_TEXT + 1];
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, ret, reterr)) != VT_OK)
		return rc;
	if (ret->agency_no == actor->agency_no)
		return VT_OK;
	vt_id_text(paper, text);
	return vt_err_set(reterr, VT_E_NOT_FOUND, "paper %s: not found", text);
}

int
vt_office_papers(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper_filter *f,
    struct vt_paper *ret, size_t max, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	return vt_paper_list(
	    v, actor->agency_no, f, ret, max, ret_n, ret_next, reterr);
}

int
vt_office_content(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, uint32_t version, struct vt_content *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_part *found = NULL;
	struct vt_version ver;
	struct vt_paper p;
	size_t n;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, actor, paper, &p, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < p.n_parts; i++)
		if (p.parts[i].no == part)
			found = &p.parts[i];
	if (found == NULL)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "the paper has no part %u", part);
	snprintf(ret->name, sizeof(ret->name), "%s", found->name);
	snprintf(
	    ret->media_type, sizeof(ret->media_type), "%s", found->media_type);
	ret->blob.hash = found->hash;
	ret->blob.size = found->size;
	ret->version = found->version;
	if (version == 0 || version == found->version)
		return VT_OK;
	rc = vt_version_list(v, paper, part, version - 1, &ver, 1, &n, reterr);
	if (rc != VT_OK)
		return rc;
	if (n == 0 || ver.no != version)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "part %u has no version %u", part, version);
	ret->blob.hash = ver.hash;
	ret->blob.size = ver.size;
	ret->version = version;
	return VT_OK;
}

int
vt_office_read(struct vt_office *o, const vt_hash *blob, uint64_t off, void *p,
    size_t n, size_t *ret_n, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return vt_bytes_read(o->o.store, blob, off, p, n, ret_n, reterr);
}

int
vt_office_receipt(struct vt_office *o, const struct vt_actor *actor,
    uint64_t index, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	return vt_receipt_get(v, actor->agency_no, index, ret, reterr);
}

/* ---- validation: the worker asks, we fetch, it judges again ---- */

/* Was this asked before? Then asking again would not help. */
static bool
have_fact(const struct vt_fact *f, size_t n, const struct vt_need *need)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].url, need->url) == 0 &&
		    vt_span_eq(f[i].request, need->request))
			return true;
	return false;
}

static int
fetch_one(struct vt_office *o, const struct vt_need *need, struct vt_arena *a,
    struct vt_fact *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(answer);
	bool ok = true;
	int rc;

	ret->kind = vt_arena_strdup(a, need->kind);
	ret->url = vt_arena_strdup(a, need->url);
	ret->request = vt_arena_copy(a, need->request, &ok);
	if (ret->kind == NULL || ret->url == NULL || !ok)
		return vt_arena_err(a, reterr);
	rc = o->o.fetch(o->o.fetch_arg, need->url, "application/ocsp-request",
	    need->request, need->limit, &answer, &err);
	if (rc != VT_OK) {
		ret->failure = vt_arena_strdup(a, err.msg);
		return ret->failure == NULL ? vt_arena_err(a, reterr) : VT_OK;
	}
	ret->answer = vt_arena_copy(a, vt_buf_view(&answer), &ok);
	return ok ? VT_OK : vt_arena_err(a, reterr);
}

int
vt_office_validate_fd(
    struct vt_office *o, int fd, struct vt_verdict **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_fact facts[FACTS_MAX];
	struct vt_verify_input in = { 0 };
	bool asked = true;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((a = vt_arena_new((size_t)FACTS_MAX * VT_L(FETCH_MAX))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "validation: no memory");
	memset(facts, 0, sizeof(facts));
	in.anchors = o->o.anchors;
	in.n_anchors = o->o.n_anchors;
	in.facts = facts;
	in.now = vt_now(o->o.ctx);
	in.offline = o->o.fetch == NULL;
	for (int round = 0; asked && round < FETCH_ROUNDS; round++) {
		vt_verdict_free(v);
		v = NULL;
		rc = vt_sign_validate(o->o.spawner, fd, &in, &v, reterr);
		if (rc != VT_OK)
			return rc;
		asked = false;
		for (size_t i = 0; !in.offline && i < v->n_needs; i++) {
			if (in.n_facts == FACTS_MAX ||
			    have_fact(facts, in.n_facts, &v->needs[i]))
				continue;
			rc = fetch_one(
			    o, &v->needs[i], a, &facts[in.n_facts], reterr);
			if (rc != VT_OK)
				return rc;
			in.n_facts++;
			asked = true;
		}
	}
	*ret = VT_TAKE(v);
	return VT_OK;
}

int
vt_office_validate(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, struct vt_verdict **ret,
    struct vt_err *reterr)
{
	struct vt_content c;
	int fd, rc;

	if ((rc = vt_office_content(o, actor, paper, part, 0, &c, reterr)) !=
		VT_OK ||
	    (rc = vt_office_fd(o, &c.blob.hash, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_office_validate_fd(o, fd, ret, reterr);
	close(fd);
	return rc;
}
