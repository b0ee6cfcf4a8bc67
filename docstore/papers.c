/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading papers, versions and deliveries. */
#include "docstore/store_priv.h"

/* Rows a filtered page looks at: a view must not live long. */
#define LIST_SCAN_MAX 4096

int
vt_paper_get(struct vt_view *v, const vt_id *id, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_ref(v->txn, id, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	return vt_row_paper(
	    v->txn, ref.agency_no, ref.seq, v->arena, ret, reterr);
}

int
vt_paper_by_code(struct vt_view *v, const char *code, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	uint64_t agency, seq;
	struct vt_span row;
	size_t n = strlen(code);
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = VT_E_NOT_FOUND;
	if (n > 0 && n <= 40) { /* it comes from outside */
		k = vt_key_text(code);
		rc = vt_tx_get(v->txn, VT_T_CODE, &k, &row, reterr);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no paper has this public code");
	if (rc != VT_OK ||
	    (rc = vt_pair_decode(row, &agency, &seq, reterr)) != VT_OK)
		return rc;
	return vt_row_paper(
	    v->txn, (uint32_t)agency, seq, v->arena, ret, reterr);
}

int
vt_paper_by_number(struct vt_view *v, uint32_t agency_no, const char *series,
    uint32_t period, uint64_t value, struct vt_paper *ret,
    struct vt_err *reterr)
{
	uint64_t seq, index;
	struct vt_series s;
	struct vt_span row;
	struct vt_key k;
	uint32_t no;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_series(v->txn, agency_no, series, v->arena, &no, &s,
		 reterr)) != VT_OK)
		return rc;
	k = vt_key_number(agency_no, no, period, value);
	rc = vt_tx_get(v->txn, VT_T_NUMBER, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "series \"%s\": no paper has this number", series);
	if (rc != VT_OK ||
	    (rc = vt_pair_decode(row, &seq, &index, reterr)) != VT_OK)
		return rc;
	return vt_row_paper(v->txn, agency_no, seq, v->arena, ret, reterr);
}

int
vt_paper_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_filter *f, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	uint64_t before = f->before == 0 ? UINT64_MAX : f->before, next = 0;
	unsigned int seen = 0;
	struct vt_key prefix = { .n = 0 };
	struct vt_span k, row;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	while (n < max) {
		struct vt_key at = vt_key_row(agency_no, before);

		rc = vt_tx_lt(v->txn, VT_T_PAPER, &at, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && !vt_key_is_prefix(&prefix, k)))
			break;
		if (rc != VT_OK)
			return rc;
		before = vt_be64(k.p + 4);
		rc = vt_row_paper(
		    v->txn, agency_no, before, v->arena, &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		if ((f->direction == 0 || f->direction == ret[n].direction) &&
		    (f->state == 0 || f->state == ret[n].state) && ++n == max)
			next = before;
		if (++seen == LIST_SCAN_MAX) {
			next = before;
			break;
		}
	}
	*ret_n = n;
	*ret_next = next > 1 ? next : 0; /* 1 is the oldest */
	return VT_OK;
}

int
vt_version_list(struct vt_view *v, const vt_id *paper, uint16_t part,
    uint32_t after, struct vt_version *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_key prefix, at;
	struct vt_span k, row;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_ref(v->txn, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = vt_key_row(ref.agency_no, ref.seq);
	vt_key_u16(&prefix, part);
	while (n < max && after < UINT32_MAX) {
		at = vt_key_version(ref.agency_no, ref.seq, part, after + 1);
		rc = vt_tx_ge(v->txn, VT_T_VERSION, &at, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && !vt_key_is_prefix(&prefix, k)))
			break;
		if (rc != VT_OK ||
		    (rc = vt_version_decode(row, &ret[n], reterr)) != VT_OK)
			return rc;
		after = ret[n++].no;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_version_by_hash(struct vt_view *v, const vt_id *paper, const vt_hash *hash,
    struct vt_version *ret, struct vt_err *reterr)
{
	struct vt_version found = { .no = 0 }, x;
	struct vt_key prefix, at;
	struct vt_span k, row;
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_ref(v->txn, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = at = vt_key_row(ref.agency_no, ref.seq);
	while ((rc = vt_tx_ge(v->txn, VT_T_VERSION, &at, &k, &row, reterr)) ==
		   VT_OK &&
	       vt_key_is_prefix(&prefix, k)) {
		if ((rc = vt_version_decode(row, &x, reterr)) != VT_OK)
			return rc;
		if (vt_hash_eq(&x.hash, hash)) {
			found = x;
			break;
		}
		at.n = 0;
		vt_key_bytes(&at, k.p, k.n);
		vt_key_u8(&at, 0); /* the next key */
	}
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (found.no == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "paper: none of its versions has this content");
	*ret = found;
	return VT_OK;
}

int
vt_paper_by_delivery(struct vt_view *v, uint32_t agency_no,
    const vt_id *delivery, struct vt_paper *ret, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	uint64_t seq, index;
	struct vt_span row;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&k, agency_no);
	vt_key_bytes(&k, delivery->b, VT_ID_SIZE);
	rc = vt_tx_get(v->txn, VT_T_RECEIVED, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "this agency has not received this delivery");
	if (rc != VT_OK ||
	    (rc = vt_pair_decode(row, &seq, &index, reterr)) != VT_OK)
		return rc;
	return vt_row_paper(v->txn, agency_no, seq, v->arena, ret, reterr);
}
