/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings and counts of use, derived again from the acts of an agency. */
#include <inttypes.h>

#include "docstore/check.h"

int
vt_check_use_act(struct vt_check *c, struct vt_tally *uses, uint32_t agency_no,
    uint64_t index, const struct vt_arec *rec, struct vt_err *reterr)
{
	struct vt_key at = vt_key_of_paper(agency_no, rec->paper_seq, index);
	VT_BUF_AUTO(null);

	for (size_t i = 0; i < rec->n_steps; i++) {
		const struct vt_srec *r = &rec->steps[i];
		uint32_t month;
		struct vt_key k;
		uint64_t *n;

		if (!vt_step_is_use(r->kind))
			continue;
		k = (struct vt_key){ .n = 0 };
		(void)vt_use_of_step(r, rec->time, &month);
		k = vt_key_use(
		    agency_no, month, rec->paper_seq, (enum vt_use)r->sub);
		n = vt_tally_at(uses, vt_check_hash(vt_key_view(&k)));
		if (n == NULL)
			return vt_nomem(reterr);
		*n += vt_use_of_step(r, rec->time, &month);
	}
	if (!vt_arec_is_use(rec))
		return VT_OK;
	c->reads++;
	vt_cbor_null(&null);
	return vt_check_equal(c, VT_T_READ, &at, &null, reterr);
}

struct rows {
	const struct vt_tally *uses;
	size_t n;
};

static int
use_row(struct vt_check *c, void *arg, struct vt_span key, struct vt_span value,
    struct vt_err *reterr)
{
	struct rows *r = arg;
	struct vt_cbor cb;
	uint64_t n;
	int rc;

	vt_cbor_open(&cb, value);
	n = vt_cbor_get_uint(&cb);
	if (key.n != 17)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	if ((rc = vt_take_end(&cb, "use", reterr)) != VT_OK)
		return rc;
	r->n++;
	if (n == 0 || vt_tally_get(r->uses, vt_check_hash(key)) != n)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %" PRIu64 " uses of paper %" PRIu64
		    " in %" PRIu32 " are counted, its acts imply others",
		    vt_be32(key.p), n, vt_be64(key.p + 8), vt_be32(key.p + 4));
	return VT_OK;
}

int
vt_check_uses(struct vt_check *c, const struct vt_tally *uses,
    uint32_t agency_no, struct vt_err *reterr)
{
	struct rows r = { .uses = uses };
	struct vt_key prefix = { .n = 0 };
	int rc;

	vt_key_u32(&prefix, agency_no);
	rc = vt_check_rows(c, VT_T_USE, &prefix, use_row, &r, reterr);
	if (rc == VT_OK && !c->stopped && r.n != uses->n)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %zu counts of use, its acts imply %zu",
		    agency_no, r.n, uses->n);
	return rc;
}
