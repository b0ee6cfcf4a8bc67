/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading agencies and people. */
#include "docstore/store_priv.h"

int
vt_agency_get(struct vt_view *v, uint32_t no, struct vt_agency *ret,
    struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	if (rc == VT_OK)
		rc = vt_row_agency(v->txn, no, v->arena, ret, reterr);
	if (rc == VT_OK)
		vt_agency_today(ret, v->store->ctx);
	return rc;
}

int
vt_agency_by_code(struct vt_view *v, const char *code, struct vt_agency *ret,
    struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_span row;
	struct vt_cbor c;
	size_t n = strlen(code);
	uint64_t no;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = VT_E_NOT_FOUND;
	if (n > 0 && n <= VT_KEY_MAX) { /* it comes from outside */
		k = vt_key_text(code);
		rc = vt_tx_get(v->txn, VT_T_AGENCY_CODE, &k, &row, reterr);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "no agency of this store has or had this code");
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, row);
	no = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "agency code", reterr)) != VT_OK)
		return rc;
	return vt_agency_get(v, (uint32_t)no, ret, reterr);
}

int
vt_agency_follow(struct vt_view *v, struct vt_agency *a, struct vt_err *reterr)
{
	int rc = VT_OK;

	while (a->successor != 0 && rc == VT_OK)
		rc = vt_agency_get(v, a->successor, a, reterr);
	return rc;
}

int
vt_agency_list(struct vt_view *v, uint32_t after, struct vt_agency *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_span k, row;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	while (n < max && after < UINT32_MAX) {
		struct vt_key at = { .n = 0 };

		vt_key_u32(&at, after + 1);
		rc = vt_tx_ge(v->txn, VT_T_AGENCY, &at, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK || (rc = vt_agency_decode(row, v->arena,
					&ret[n], reterr)) != VT_OK)
			return rc;
		vt_agency_today(&ret[n], v->store->ctx);
		after = ret[n++].no;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_person_get(struct vt_view *v, const vt_id *id, struct vt_person *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, id, VT_OBJECT_PERSON, &ref, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_row_person(
	    v->txn, ref.agency_no, ref.seq, v->arena, ret, reterr);
	if (rc == VT_OK)
		vt_person_today(ret, v->store->ctx);
	return rc;
}

int
vt_person_by_token(struct vt_view *v, const vt_hash *token,
    struct vt_person *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(token);
	uint64_t agency, seq;
	struct vt_person p;
	struct vt_span row;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = vt_tx_get(v->txn, VT_T_TOKEN, &k, &row, reterr);
	if (rc == VT_OK)
		rc = vt_pair_decode(row, &agency, &seq, reterr);
	if (rc == VT_OK)
		rc = vt_row_person(
		    v->txn, (uint32_t)agency, seq, v->arena, &p, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && !p.active))
		return vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
		    "no active person has this token");
	if (rc == VT_OK) {
		vt_person_today(&p, v->store->ctx);
		*ret = p;
	}
	return rc;
}

int
vt_person_list(struct vt_view *v, uint32_t agency_no, uint64_t after,
    struct vt_person *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	s = vt_scan_agency(v->txn, VT_T_PERSON, agency_no, after);
	while (n < max && vt_scan_next(&s, reterr)) {
		rc = vt_row_person(v->txn, agency_no, vt_be64(s.k.p + 4),
		    v->arena, &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		vt_person_today(&ret[n], v->store->ctx);
		n++;
	}
	*ret_n = n;
	return s.rc;
}
