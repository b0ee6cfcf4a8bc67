/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and rows that several verbs read. */
#include "docstore/fields.h"
#include "docstore/store_priv.h"

int
vt_nomem(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
}

struct vt_key
vt_key_text(const char *s)
{
	struct vt_key k = { .n = 0 };

	vt_key_bytes(&k, s, strlen(s));
	return k;
}

struct vt_key
vt_key_hash(const vt_hash *h)
{
	struct vt_key k = { .n = 0 };

	vt_key_bytes(&k, h->b, sizeof(h->b));
	return k;
}

struct vt_key
vt_key_id(const vt_id *id)
{
	struct vt_key k = { .n = 0 };

	vt_key_bytes(&k, id->b, sizeof(id->b));
	return k;
}

struct vt_key
vt_key_number(
    uint32_t agency_no, uint32_t series, uint32_t period, uint64_t value)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u32(&k, series);
	vt_key_u32(&k, period);
	vt_key_u64(&k, value);
	return k;
}

struct vt_key
vt_key_version(uint32_t agency_no, uint64_t paper, uint16_t part, uint32_t no)
{
	struct vt_key k = vt_key_row(agency_no, paper);

	vt_key_u16(&k, part);
	vt_key_u32(&k, no);
	return k;
}

struct vt_key
vt_key_of_paper(uint32_t agency_no, uint64_t paper, uint64_t seq)
{
	struct vt_key k = vt_key_row(agency_no, paper);

	vt_key_u64(&k, seq);
	return k;
}

struct vt_key
vt_key_work(uint64_t no)
{
	struct vt_key k = { .n = 0 };

	vt_key_u64(&k, no);
	return k;
}

struct vt_key
vt_key_due_of(enum vt_work_kind kind, enum vt_work_priority p)
{
	struct vt_key k = { .n = 0 };

	vt_key_u8(&k, (uint8_t)((unsigned int)kind | (unsigned int)p << 5));
	return k;
}

struct vt_key
vt_key_due(const struct vt_work *w)
{
	struct vt_key k = vt_key_due_of(w->kind, w->priority);

	vt_key_u64(&k, (uint64_t)w->due);
	vt_key_u64(&k, w->no);
	return k;
}

struct vt_key
vt_key_idem(const vt_id *caller, const vt_hash *key)
{
	struct vt_key k = vt_key_id(caller);

	vt_key_bytes(&k, key->b, sizeof(key->b));
	return k;
}

#define SCRATCH_MAX ((size_t)16 << 20)
#define SCRATCH_USE ((size_t)1 << 20)

int
vt_scratch(struct vt_arena **a, struct vt_err *reterr)
{
	if (*a != NULL && vt_arena_used(*a) < SCRATCH_USE)
		return VT_OK;
	vt_arena_free(*a);
	*a = vt_arena_new(SCRATCH_MAX);
	return *a == NULL ? vt_nomem(reterr) : VT_OK;
}

int
vt_row_agency(struct vt_txn *t, uint32_t no, struct vt_arena *a,
    struct vt_agency *ret, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_span v;
	int rc;

	vt_key_u32(&k, no);
	rc = vt_tx_get(t, VT_T_AGENCY, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "agency number %u: there is none in this store", no);
	return rc == VT_OK ? vt_agency_decode(v, a, ret, reterr) : rc;
}

int
vt_row_ref(struct vt_txn *t, const vt_id *id, enum vt_object kind,
    struct vt_ref *ret, struct vt_err *reterr)
{
	static const char *const names[] = { "", "agency", "person", "paper",
		"delivery", "act", "consignment" };
	struct vt_key k = vt_key_id(id);
	struct vt_ref r = { .seq = 0 };
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_ID, &k, &v, reterr);
	if (rc == VT_OK && (rc = vt_ref_decode(v, &r, reterr)) == VT_OK &&
	    r.kind != kind)
		rc = VT_E_NOT_FOUND;
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr,
		    kind == VT_OBJECT_PERSON ? VT_E_PERSON_UNKNOWN
					     : VT_E_NOT_FOUND,
		    "no %s has this id", names[kind]);
	if (rc == VT_OK)
		*ret = r;
	return rc;
}

/* A row that an index names must be there. */
static int
row(struct vt_txn *t, enum vt_table table, uint32_t agency_no, uint64_t seq,
    struct vt_span *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(agency_no, seq);
	int rc = vt_tx_get(t, table, &k, ret, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table %s: row %u/%llu is named and missing",
		    vt_table_name(table), agency_no, (unsigned long long)seq);
	return rc;
}

int
vt_row_paper(struct vt_txn *t, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_paper *ret, struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_span v;
	int rc;

	if ((rc = row(t, VT_T_PAPER, agency_no, seq, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_decode(v, a, &p, reterr)) != VT_OK)
		return rc;
	p.agency_no = agency_no;
	p.seq = seq;
	*ret = p;
	return VT_OK;
}

int
vt_row_person(struct vt_txn *t, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_person *ret, struct vt_err *reterr)
{
	struct vt_person p;
	struct vt_span v;
	int rc;

	if ((rc = row(t, VT_T_PERSON, agency_no, seq, &v, reterr)) != VT_OK ||
	    (rc = vt_person_decode(v, a, &p, reterr)) != VT_OK)
		return rc;
	p.agency_no = agency_no;
	p.seq = seq;
	*ret = p;
	return VT_OK;
}

int
vt_row_delivery(struct vt_txn *t, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_delivery *ret, struct vt_err *reterr)
{
	struct vt_delivery d;
	struct vt_span v;
	int rc;

	if ((rc = row(t, VT_T_DELIVERY, agency_no, seq, &v, reterr)) != VT_OK ||
	    (rc = vt_delivery_decode(v, a, &d, reterr)) != VT_OK)
		return rc;
	d.agency_no = agency_no;
	d.seq = seq;
	*ret = d;
	return VT_OK;
}

int
vt_row_consign(struct vt_txn *t, uint32_t agency_no, uint64_t seq,
    struct vt_arena *a, struct vt_consignment *ret, struct vt_err *reterr)
{
	struct vt_consignment c;
	struct vt_span v;
	int rc;

	if ((rc = row(t, VT_T_CONSIGN, agency_no, seq, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_decode(v, a, &c, reterr)) != VT_OK)
		return rc;
	c.agency_no = agency_no;
	c.seq = seq;
	*ret = c;
	return VT_OK;
}

int
vt_row_act(struct vt_txn *t, uint32_t agency_no, uint64_t index,
    struct vt_arena *a, struct vt_arec *ret, struct vt_err *reterr)
{
	struct vt_span v;
	int rc;

	if ((rc = row(t, VT_T_ACT, agency_no, index, &v, reterr)) != VT_OK)
		return rc;
	return vt_arec_decode(v, a, ret, reterr);
}

int
vt_row_state(struct vt_txn *t, uint32_t agency_no, struct vt_agency_state *ret,
    struct vt_err *reterr)
{
	struct vt_agency_state st = { .agency_no = agency_no };
	struct vt_key k = { .n = 0 };
	struct vt_span v;
	int rc;

	vt_key_u32(&k, agency_no);
	rc = vt_tx_get(t, VT_T_STATE, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "agency number %u: there is none in this store", agency_no);
	if (rc == VT_OK && (rc = vt_state_decode(v, &st, reterr)) == VT_OK)
		*ret = st;
	return rc;
}

int
vt_ledger_size(
    struct vt_txn *t, uint32_t agency_no, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_agency_state st = { 0 };
	int rc = vt_row_state(t, agency_no, &st, reterr);

	if (rc == VT_OK)
		*ret = st.acts;
	return rc;
}

int
vt_row_series(struct vt_txn *t, uint32_t agency_no, const char *key,
    struct vt_arena *a, uint32_t *ret_no, struct vt_series *ret,
    struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	struct vt_series s;
	struct vt_scan all;
	int rc;

	vt_key_u32(&prefix, agency_no);
	/* An agency has a handful of series: a scan is the index. */
	all = vt_scan_up(t, VT_T_SERIES, &prefix, NULL);
	while (vt_scan_next(&all, reterr)) {
		if ((rc = vt_series_decode(all.row, a, &s, reterr)) != VT_OK)
			return rc;
		if (strcmp(s.key, key) == 0) {
			*ret_no = vt_be32(all.k.p + 4);
			*ret = s;
			return VT_OK;
		}
	}
	return all.rc != VT_OK
		   ? all.rc
		   : vt_err_set(reterr, VT_E_NOT_FOUND,
			 "the agency has no number series \"%s\"", key);
}

int
vt_row_last_number(struct vt_txn *t, uint32_t agency_no, uint32_t series,
    uint32_t period, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_number(agency_no, series, period, UINT64_MAX);
	struct vt_span rk, rv;
	struct vt_key prefix = k;
	int rc;

	prefix.n -= 8; /* agency ‖ series ‖ period */
	rc = vt_tx_last(t, VT_T_NUMBER, &prefix, &k, &rk, &rv, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && rk.n != 20)) {
		*ret = 0;
		return VT_OK;
	}
	if (rc == VT_OK)
		*ret = vt_be64(rk.p + 12);
	return rc;
}

#define VT_ROW_T struct vt_counters
static const struct vt_row_field counters_fields[] = {
#include "docstore/fields/counters.def"
};
#undef VT_ROW_T
static const struct vt_row counters_row =
    VT_ROW_MAP("counters", counters_fields);

VT_ROW_ENCODE(counters, struct vt_counters)

int
vt_row_counters(
    struct vt_txn *t, struct vt_counters *ret, struct vt_err *reterr)
{
	struct vt_counters x = { .time = VT_TIME_NONE };
	struct vt_key k = vt_key_text("counters");
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table super: the row \"counters\" is missing");
	if (rc == VT_OK)
		rc = vt_row_read(&counters_row, v, NULL, &x, reterr);
	if (rc == VT_OK)
		*ret = x;
	return rc;
}
