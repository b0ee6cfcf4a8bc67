/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: papers, content, receipts, verdicts. */
#include <unistd.h>

#include "api/office/bare.h"
#include "api/office/office_priv.h"
#include "api/office/statuses.h"

struct which {
	const vt_id *paper;
	uint16_t part;
	uint32_t version; /* 0: the current one */
};

void
vt_office_see(struct vt_view *v, const struct vt_actor *actor)
{
	vt_view_isolated(
	    v, vt_who_may(actor, VT_DUTY_SEE_ISOLATED, NULL) == VT_OK);
}

int
vt_office_view_all(
    struct vt_office *o, struct vt_view **ret, struct vt_err *reterr)
{
	int rc = vt_view_begin(o->o.store, ret, reterr);

	if (rc == VT_OK)
		vt_view_isolated(*ret, true);
	return rc;
}

int
vt_office_may_see_act(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t index, struct vt_err *reterr)
{
	const vt_id none = { { 0 } };
	struct vt_paper p;
	vt_id paper;
	int rc;

	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_act_paper(v, actor->agency_no, index, &paper, reterr)) !=
		VT_OK ||
	    vt_id_eq(&paper, &none))
		return rc;
	return vt_office_paper(o, v, actor, &paper, &p, reterr);
}

/* Is it a paper of the actor's agency? Nothing of it is handed out. */
static bool
is_own(struct vt_office *o, const struct vt_actor *actor, const vt_id *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;

	if (vt_view_begin(o->o.store, &v, NULL) != VT_OK)
		return false;
	vt_view_isolated(v, true);
	return vt_paper_get(v, paper, &p, NULL) == VT_OK &&
	       p.agency_no == actor->agency_no;
}

int
vt_office_paper(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	char text[VT_ID_TEXT + 1];
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	vt_office_see(v, actor);
	rc = vt_paper_get(v, paper, ret, &err);
	if (rc == VT_OK && ret->agency_no == actor->agency_no)
		return VT_OK;
	/* that there is one, of whatever agency, nobody else is told */
	if (rc == VT_E_ISOLATED && !is_own(o, actor, paper))
		rc = VT_E_NOT_FOUND;
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
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
	vt_office_see(v, actor);
	return vt_paper_list(
	    v, actor->agency_no, f, ret, max, ret_n, ret_next, reterr);
}

bool
vt_office_is_new(const struct vt_paper *p)
{
	return p->direction == VT_DIR_IN && p->state != VT_PAPER_WAITING &&
	       p->opened_at == VT_TIME_NONE;
}

void
vt_office_first_read(
    struct vt_office *o, const struct vt_actor *actor, const vt_id *paper)
{
	const uint32_t people =
	    VT_ROLE_LEADER | VT_ROLE_CLERK | VT_ROLE_OFFICER;
	struct vt_err err = VT_ERR_INIT;

	if ((actor->roles & people) != 0 &&
	    vt_office_opened(o, actor, paper, &err) != VT_OK)
		vt_log_err("office.opened", &err);
}

/* *ret_new: came from elsewhere, and nobody has opened it yet. */
static int
find_content(struct vt_office *o, const struct vt_actor *actor,
    const struct which *w, struct vt_content *ret, bool *ret_new,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_part *found = NULL;
	uint32_t version = w->version;
	uint16_t part = w->part;
	struct vt_version ver;
	struct vt_paper p;
	size_t n;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, actor, w->paper, &p, reterr)) != VT_OK)
		return rc;
	if (p.destroyed_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_DESTROYED,
		    "the paper was destroyed by an order");
	*ret_new = vt_office_is_new(&p);
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
	rc = vt_version_list(
	    v, w->paper, part, version - 1, &ver, 1, &n, reterr);
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

static int
content(struct vt_office *o, const struct vt_actor *actor,
    const struct which *w, enum vt_use use, struct vt_content *ret,
    struct vt_err *reterr)
{
	struct vt_content c = { .version = 0 };
	bool is_new = false;
	int rc;

	rc = find_content(o, actor, w, &c, &is_new, reterr);
	if (rc == VT_OK)
		rc = vt_office_looked(o, actor, w->paper, w->part,
		    &c.blob.hash, use, reterr);
	if (rc == VT_OK && is_new)
		vt_office_first_read(o, actor, w->paper);
	if (rc == VT_OK)
		*ret = c;
	return rc;
}

int
vt_office_content(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, uint32_t version, struct vt_content *ret,
    struct vt_err *reterr)
{
	const struct which w = { paper, part, version };

	return content(o, actor, &w, VT_USE_OPEN, ret, reterr);
}

int
vt_office_download(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, uint32_t version, struct vt_content *ret,
    struct vt_err *reterr)
{
	const struct which w = { paper, part, version };

	return content(o, actor, &w, VT_USE_DOWNLOAD, ret, reterr);
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
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_may_see_act(o, v, actor, index, reterr)) != VT_OK)
		return rc;
	return vt_receipt_get(v, actor->agency_no, index, ret, reterr);
}

int
vt_office_may_read(const struct vt_actor *actor, struct vt_err *reterr)
{
	return vt_who_may(actor, VT_DUTY_READ, reterr);
}

int
vt_office_log(struct vt_office *o, const char *code, struct vt_office_log *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_by_code(v, code, &a, reterr)) != VT_OK)
		return rc == VT_E_AGENCY_UNKNOWN
			   ? vt_err_set(reterr, VT_E_NOT_FOUND,
				 "there is no agency of this code here")
			   : rc;
	static_assert(sizeof(ret->origin) > VT_ORIGIN_MAX, "an origin fits");
	static_assert(
	    sizeof(ret->key) == sizeof(a.log_key), "keys of one length");
	snprintf(ret->code, sizeof(ret->code), "%s", a.now.code);
	vt_text_fit(ret->name, sizeof(ret->name), a.now.name);
	snprintf(ret->origin, sizeof(ret->origin), "%s", a.origin);
	memcpy(ret->key, a.log_key, sizeof(ret->key));
	return VT_OK;
}

int
vt_office_validate_fd(
    struct vt_office *o, int fd, struct vt_verdict **ret, struct vt_err *reterr)
{
	struct vt_verify_input in = { 0 };

	VT_CHECK(o, VT_OFFICE_MAGIC);
	in.anchors = o->o.anchors;
	in.n_anchors = o->o.n_anchors;
	in.now = vt_now(o->o.ctx);
	return vt_bare_validate(
	    o->o.spawner, fd, &in, o->o.fetch, o->o.fetch_arg, ret, reterr);
}

int
vt_office_validate(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, struct vt_verdict **ret,
    struct vt_err *reterr)
{
	const struct which w = { paper, part, 0 };
	struct vt_content c;
	bool is_new;
	int fd, rc;

	if ((rc = find_content(o, actor, &w, &c, &is_new, reterr)) != VT_OK ||
	    (rc = vt_office_fd(o, &c.blob.hash, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_office_validate_fd(o, fd, ret, reterr);
	close(fd);
	return rc;
}
