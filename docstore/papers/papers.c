/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading papers, versions and deliveries. */
#include <stdio.h>

#include "docstore/store_priv.h"

void
vt_view_isolated(struct vt_view *v, bool see)
{
	VT_CHECK(v, VT_VIEW_MAGIC);
	v->isolated = see;
}

bool
vt_view_shows(const struct vt_view *v, const struct vt_paper *p)
{
	return p->isolated_at == VT_TIME_NONE || v->isolated;
}

static int
shown(const struct vt_view *v, const struct vt_paper *p, struct vt_err *reterr)
{
	if (vt_view_shows(v, p))
		return VT_OK;
	return vt_err_set(reterr, VT_E_ISOLATED,
	    "the paper is isolated: it may hold a state secret");
}

int
vt_view_paper(struct vt_view *v, uint32_t agency_no, uint64_t seq,
    struct vt_paper *ret, struct vt_err *reterr)
{
	struct vt_paper p;
	int rc;

	rc = vt_row_paper(v->txn, agency_no, seq, v->arena, &p, reterr);
	if (rc != VT_OK || (rc = shown(v, &p, reterr)) != VT_OK)
		return rc;
	*ret = p;
	return VT_OK;
}

int
vt_paper_get(struct vt_view *v, const vt_id *id, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, id, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	return vt_view_paper(v, ref.agency_no, ref.seq, ret, reterr);
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
	return vt_view_paper(v, (uint32_t)agency, seq, ret, reterr);
}

/* "05/QĐ-UBND" is number 5 with the text that follows from it. */
static bool
value_of(const char *text, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	while (text[n] >= '0' && text[n] <= '9' && n < 10)
		v = 10 * v + (uint64_t)(text[n++] - '0');
	*ret = v;
	return n > 0 && v > 0 &&
	       (text[n] == '\0' || text[n] == '/' || text[n] == '-');
}

/* Other spellings of one number: 5/QĐ-UBND. */
static bool
same_number(const struct vt_number *n, const char *text)
{
	static const char digits[] = "0123456789";

	return strcmp(n->text + strspn(n->text, digits),
		   text + strspn(text, digits)) == 0;
}

static bool
is_of_day(vt_time t, const char *day)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);
	char text[40];

	if (*day == '\0')
		return true;
	(void)snprintf(
	    text, sizeof(text), "%04d-%02d-%02d", d.year, d.month, d.day);
	return strcmp(text, day) == 0;
}

struct cited { /* a number as others cite it */
	const char *text, *day;
	uint64_t value;
};

/* The newest paper of one series that has it, from the latest period down. */
static int
by_series(struct vt_view *v, uint32_t agency_no, uint32_t series,
    const struct cited *c, struct vt_paper *ret, struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 }, before;
	uint32_t period = UINT32_MAX;
	uint64_t seq, index;
	struct vt_span k, row;
	struct vt_paper p;
	int rc;

	vt_key_u32(&prefix, agency_no);
	vt_key_u32(&prefix, series);
	for (;;) {
		before = vt_key_number(agency_no, series, period, 0);
		if ((rc = vt_tx_last(v->txn, VT_T_NUMBER, &prefix, &before, &k,
			 &row, reterr)) != VT_OK)
			return rc;
		period = vt_be32(k.p + 8);
		before = vt_key_number(agency_no, series, period, c->value);
		rc = vt_tx_get(v->txn, VT_T_NUMBER, &before, &row, reterr);
		if (rc == VT_E_NOT_FOUND)
			continue;
		if (rc != VT_OK ||
		    (rc = vt_pair_decode(row, &seq, &index, reterr)) != VT_OK)
			return rc;
		if (seq == 0) /* held, or cancelled */
			continue;
		if ((rc = vt_row_paper(v->txn, agency_no, seq, v->arena, &p,
			 reterr)) != VT_OK)
			return rc;
		if (p.number.value != c->value ||
		    !same_number(&p.number, c->text) ||
		    !is_of_day(p.number.time, c->day))
			continue;
		if ((rc = shown(v, &p, reterr)) != VT_OK)
			return rc;
		*ret = p;
		return VT_OK;
	}
}

int
vt_paper_by_number_text(struct vt_view *v, uint32_t agency_no, const char *text,
    const char *issued_on, struct vt_paper *ret, struct vt_err *reterr)
{
	struct cited c = { .text = text, .day = issued_on };
	struct vt_key k = { .n = 0 };
	struct vt_paper best = { .seq = 0 }, p;
	struct vt_span row;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	for (uint32_t no = 1; value_of(text, &c.value); no++) {
		k.n = 0;
		vt_key_u32(&k, agency_no);
		vt_key_u32(&k, no);
		rc = vt_tx_get(v->txn, VT_T_SERIES, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK)
			return rc;
		rc = by_series(v, agency_no, no, &c, &p, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		if (rc == VT_OK &&
		    (best.seq == 0 || p.number.time > best.number.time))
			best = p;
	}
	if (best.seq == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no paper of this agency has the number \"%s\"", text);
	*ret = best;
	return VT_OK;
}

int
vt_version_list(struct vt_view *v, const vt_id *paper, uint16_t part,
    uint32_t after, struct vt_version *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_key prefix, at;
	struct vt_scan s;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = vt_key_row(ref.agency_no, ref.seq);
	vt_key_u16(&prefix, part);
	at = vt_key_version(ref.agency_no, ref.seq, part, after);
	vt_key_u8(&at, 0); /* the next key */
	s = vt_scan_up(v->txn, VT_T_VERSION, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_version_decode(s.row, &ret[n], reterr)) != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return s.rc;
}

int
vt_version_by_hash(struct vt_view *v, const vt_id *paper, const vt_hash *hash,
    struct vt_version *ret, struct vt_err *reterr)
{
	struct vt_key prefix;
	struct vt_version x;
	struct vt_scan s;
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = vt_key_row(ref.agency_no, ref.seq);
	s = vt_scan_up(v->txn, VT_T_VERSION, &prefix, NULL);
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_version_decode(s.row, &x, reterr)) != VT_OK)
			return rc;
		if (vt_hash_eq(&x.hash, hash)) {
			*ret = x;
			return VT_OK;
		}
	}
	return s.rc != VT_OK
		   ? s.rc
		   : vt_err_set(reterr, VT_E_NOT_FOUND,
			 "paper: none of its versions has this content");
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
	return vt_view_paper(v, agency_no, seq, ret, reterr);
}

int
vt_paper_of_delivery(struct vt_view *v, const struct vt_delivery *d,
    struct vt_paper *ret, struct vt_err *reterr)
{
	struct vt_agency a;
	int rc;

	if ((rc = vt_agency_by_code(v, d->to.code, &a, reterr)) != VT_OK)
		return rc;
	while ((rc = vt_paper_by_delivery(v, a.no, &d->id, ret, reterr)) ==
		   VT_E_NOT_FOUND &&
	       a.successor != 0)
		if ((rc = vt_agency_get(v, a.successor, &a, reterr)) != VT_OK)
			return rc;
	return rc;
}
