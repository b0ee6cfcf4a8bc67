/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifest hash of a paper: one main file and its ordered parts under one
 * name. docs/format.md, section 5, says what is hashed, so that anybody who
 * has the files can do it again.
 */
#include "base/cbor.h"
#include "docstore/store_priv.h"

#define MANIFEST "vanthu manifest 1"

int
vt_paper_manifest(const struct vt_paper *p, vt_hash *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_array(&b, 2);
	vt_cbor_str(&b, MANIFEST);
	vt_cbor_array(&b, p->n_parts);
	for (size_t i = 0; i < p->n_parts; i++) {
		const struct vt_part *part = &p->parts[i];

		vt_cbor_array(&b, 4);
		vt_cbor_uint(&b, part->role);
		vt_cbor_str(&b, part->name);
		vt_cbor_str(&b, part->media_type);
		vt_cbor_hash(&b, &part->hash);
	}
	if ((rc = vt_buf_status(&b, reterr)) == VT_OK)
		*ret = vt_sha256(vt_buf_view(&b));
	return rc;
}

/* What a step means by the paper is all of its files, as they are now. */
int
vt_manifest_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	vt_hash now;
	int rc;

	if (!x->op->prep[i].whole && vt_hash_is_zero(&r->manifest))
		return VT_OK;
	if ((rc = vt_paper_manifest(p, &now, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_is_zero(&r->manifest) && !vt_hash_eq(&r->manifest, &now)) {
		x->op->hint.current = p->parts[0].hash;
		x->op->hint.paper_rev = p->rev;
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "%s: the paper has other files than those meant: read it "
		    "again, annexes too",
		    vt_step_kind_name(r->kind));
	}
	r->manifest = now;
	return VT_OK;
}
