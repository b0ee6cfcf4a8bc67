/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that were derived from a version of a paper. */
#include "api/office/renditions.h"

#include <stdio.h>

#include "api/office/office_priv.h"

/* By kind: media type, and ending of a name. */
static const struct {
	const char *type, *ending;
} forms[] = { [VT_RENDITION_PDF] = { "application/pdf", ".pdf" },
	[VT_RENDITION_TEXT] = { "text/plain;charset=utf-8", ".txt" },
	[VT_RENDITION_PICTURE] = { "image/png", ".png" } };

enum vt_rendition_kind
vt_rendition_kind_parse(const char *name)
{
	for (int k = VT_RENDITION_PDF; k <= VT_RENDITION_PICTURE; k++)
		if (strcmp(vt_rendition_kind_name((enum vt_rendition_kind)k),
			name) == 0)
			return (enum vt_rendition_kind)k;
	return (enum vt_rendition_kind)0;
}

/* The field that a refusal of the store is about. */
static const char *
field_of(const struct vt_rendition_order *r, int code)
{
	switch (code) {
	case VT_E_INVALID:
		return r->by == NULL || *r->by == '\0' ? "/made_by" : "/of";
	case VT_E_EXISTS:
		return "/upload";
	case VT_E_NOT_FOUND:
		return "/of";
	default:
		return NULL;
	}
}

int
vt_office_render(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_rendition_order *r,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RENDITION };
	const char *field;
	struct vt_blob blob;
	struct vt_facts f;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_RENDITION, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_facts_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &f, reterr)) != VT_OK)
		return rc;
	if (r->kind < VT_RENDITION_PDF || r->kind > VT_RENDITION_PICTURE) {
		vt_office_about(rq, "/kind");
		return vt_err_set(reterr, VT_E_FIELD_VALUE,
		    "rendition: wanted pdf, text or picture");
	}
	rc = vt_office_find_upload(o, rq->actor, &r->upload, &blob, reterr);
	if (rc != VT_OK) {
		vt_office_about(rq, "/upload");
		return rc;
	}
	step.u.rendition.part = r->part;
	step.u.rendition.of = r->of;
	step.u.rendition.kind = r->kind;
	step.u.rendition.by = r->by;
	step.u.rendition.file = (struct vt_file){ .upload = r->upload,
		.hash = blob.hash,
		.media_type = r->media_type == NULL ? forms[r->kind].type
						    : r->media_type };
	vt_office_act(rq, paper, &step, 1, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc != VT_OK && (field = field_of(r, rc)) != NULL)
		vt_office_about(rq, "%s", field);
	return rc;
}

int
vt_office_renditions(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_rendition *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_paper p;
	int rc = vt_office_paper(o, v, actor, paper, &p, reterr);

	*ret_n = 0;
	if (rc != VT_OK || p.destroyed_at != VT_TIME_NONE)
		return rc;
	return vt_rendition_list(v, paper, ret, max, ret_n, reterr);
}

static int
find(struct vt_office *o, const struct vt_actor *actor, const vt_id *paper,
    struct vt_rendition w, struct vt_content *ret, bool *ret_new,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_rendition got;
	struct vt_paper p;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, actor, paper, &p, reterr)) != VT_OK)
		return rc;
	if (p.destroyed_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_DESTROYED,
		    "the paper was destroyed by an order");
	if (w.part == 0 || w.part > p.n_parts || w.kind < VT_RENDITION_PDF ||
	    w.kind > VT_RENDITION_PICTURE)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the paper has no such part, or there is no such kind of "
		    "rendition");
	if (w.version == 0)
		w.version = p.parts[w.part - 1].version;
	if ((rc = vt_rendition_get(v, paper, &w, &got, reterr)) != VT_OK)
		return rc;
	(void)snprintf(ret->name, sizeof(ret->name), "%s%s",
	    p.parts[w.part - 1].name, forms[w.kind].ending);
	(void)snprintf(
	    ret->media_type, sizeof(ret->media_type), "%s", got.media_type);
	ret->blob = (struct vt_blob){ .hash = got.hash, .size = got.size };
	ret->version = w.version;
	*ret_new = vt_office_is_new(&p);
	return VT_OK;
}

int
vt_office_rendition(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, const struct vt_rendition *which,
    struct vt_content *ret, struct vt_err *reterr)
{
	bool is_new = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = find(o, actor, paper, *which, ret, &is_new, reterr);
	if (rc == VT_OK)
		rc = vt_office_looked(o, actor, paper, which->part,
		    &ret->blob.hash, VT_USE_DOWNLOAD, reterr);
	if (rc == VT_OK && is_new)
		vt_office_first_read(o, actor, paper);
	return rc;
}
