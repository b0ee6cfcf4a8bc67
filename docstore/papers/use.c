/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings of a paper and how often it was used: steps, rows, lists. */
#include "docstore/use.h"

#include <inttypes.h>
#include <stdio.h>

#include "docstore/store_priv.h"

const char *
vt_use_name(enum vt_use u)
{
	static const char *const names[] = { "", "open", "download", "print",
		"check", "fetch" };

	return (size_t)u < sizeof(names) / sizeof(names[0]) ? names[u] : "";
}

void
vt_read_key(const vt_id *person, enum vt_use use, vt_time at,
    char ret[VT_READ_KEY_MAX])
{
	char text[VT_ID_TEXT + 1];

	vt_id_text(person, text);
	(void)snprintf(ret, VT_READ_KEY_MAX, "read %s %d %" PRId64, text,
	    (int)use, at / VT_TIME_S(3600));
}

uint32_t
vt_use_month(vt_time t)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	return (uint32_t)d.year * 100 + (uint32_t)d.month;
}

bool
vt_step_is_use(enum vt_step_kind k)
{
	return k == VT_STEP_READ || k == VT_STEP_COUNTED;
}

bool
vt_arec_is_use(const struct vt_arec *rec)
{
	for (size_t i = 0; i < rec->n_steps; i++)
		if (!vt_step_is_use(rec->steps[i].kind))
			return false;
	return rec->n_steps > 0;
}

/* ---- the steps ---- */

int
vt_prep_use(const struct vt_step *st, struct vt_srec *r, struct vt_err *reterr)
{
	if (st->kind == VT_STEP_COUNTED) {
		r->sub = st->u.counted.use;
		r->value = st->u.counted.n;
		if (r->sub < VT_USE_PRINT || r->sub >= VT_USE__MAX)
			return vt_prep_invalid(reterr,
			    "counted: readings of known people are not counted "
			    "so");
		return r->value == 0 || r->value > INT32_MAX
			   ? vt_prep_invalid(reterr, "counted: none, or too many")
			   : VT_OK;
	}
	r->sub = st->u.read.use;
	r->part = st->u.read.part == 0 ? 1 : st->u.read.part;
	r->main = st->u.read.main;
	if (st->u.read.at != 0)
		r->at = st->u.read.at;
	return r->sub == VT_USE_OPEN || r->sub == VT_USE_DOWNLOAD
		   ? VT_OK
		   : vt_prep_invalid(reterr, "read: opened or downloaded");
}

/* It was the paper's version, and not read in the time to come. */
int
vt_use_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];

	if (x->paper == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: the step \"%s\" is on no paper",
		    vt_step_kind_name(r->kind));
	if (r->kind == VT_STEP_COUNTED)
		return VT_OK;
	if (vt_id_is_zero(&x->rec.person))
		return vt_err_set(reterr, VT_E_INVALID,
		    "read: by nobody who is known");
	if (r->part > x->paper->n_parts)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "paper: it has %zu parts, not %" PRIu32, x->paper->n_parts,
		    r->part);
	if (r->at != VT_TIME_NONE && r->at > x->rec.time)
		return vt_err_set(reterr, VT_E_INVALID,
		    "read: at a time that is to come");
	return VT_OK;
}

/* ---- rows ---- */

struct vt_key
vt_key_use(
    uint32_t agency_no, uint32_t month, uint64_t paper, enum vt_use use)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u32(&k, month);
	vt_key_u64(&k, paper);
	vt_key_u8(&k, (uint8_t)use);
	return k;
}

uint64_t
vt_use_of_step(const struct vt_srec *r, vt_time time, uint32_t *ret_month)
{
	*ret_month = vt_use_month(r->at == VT_TIME_NONE ? time : r->at);
	return r->kind == VT_STEP_COUNTED ? r->value : 1;
}

int
vt_use_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	uint32_t month;
	uint64_t n = vt_use_of_step(r, x->rec.time, &month);
	struct vt_key k = vt_key_use(
	    x->st.agency_no, month, x->paper->seq, (enum vt_use)r->sub);
	struct vt_span v;
	struct vt_cbor c;
	VT_BUF_AUTO(row);
	int rc = vt_tx_get(x->b->txn, VT_T_USE, &k, &v, reterr);

	if (rc == VT_OK) {
		vt_cbor_open(&c, v);
		n += vt_cbor_get_uint(&c);
		rc = vt_take_end(&c, "use", reterr);
	} else if (rc == VT_E_NOT_FOUND) {
		rc = VT_OK;
	}
	if (rc != VT_OK)
		return rc;
	vt_cbor_uint(&row, n);
	return vt_batch_put(x->b, VT_T_USE, &k, &row, reterr);
}

/* ---- asking ---- */

int
vt_read_known(struct vt_view *v, const vt_id *paper, const char *key, bool *ret,
    struct vt_err *reterr)
{
	vt_hash h = vt_sha256(vt_span_str(key));
	struct vt_key k = vt_key_idem(paper, &h);
	struct vt_span row;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = vt_tx_get(v->txn, VT_T_IDEM, &k, &row, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	*ret = rc == VT_OK;
	return VT_OK;
}

static int
read_of(struct vt_view *v, uint32_t agency_no, uint64_t index,
    struct vt_arena *a, struct vt_read *ret, struct vt_err *reterr)
{
	const struct vt_srec *r = NULL;
	struct vt_arec rec;
	int rc = vt_row_act(v->txn, agency_no, index, a, &rec, reterr);

	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < rec.n_steps; i++)
		if (rec.steps[i].kind == VT_STEP_READ)
			r = &rec.steps[i];
	*ret = (struct vt_read){ .index = index };
	if (r == NULL) /* a count: of nobody */
		return VT_OK;
	*ret = (struct vt_read){ .index = index,
		.at = r->at == VT_TIME_NONE ? rec.time : r->at,
		.time = rec.time,
		.person = rec.person,
		.post = rec.post,
		.use = (enum vt_use)r->sub,
		.part = (uint16_t)r->part,
		.main = r->main };
	return VT_OK;
}

int
vt_read_list(struct vt_view *v, const vt_id *paper, uint64_t before,
    struct vt_read *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix, at;
	struct vt_paper p;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	prefix = vt_key_row(p.agency_no, p.seq);
	at = vt_key_of_paper(
	    p.agency_no, p.seq, before == 0 ? UINT64_MAX : before);
	s = vt_scan_down(v->txn, VT_T_READ, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = read_of(v, p.agency_no, vt_be64(s.k.p + 12), scratch,
			 &ret[n], reterr)) != VT_OK)
			return rc;
		n += ret[n].use != 0;
	}
	if (s.rc == VT_OK)
		*ret_n = n;
	return s.rc;
}

int
vt_use_list(struct vt_view *v, uint32_t agency_no, uint32_t month,
    uint64_t after, struct vt_use_counts *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	struct vt_key from = vt_key_use(agency_no, month, after + 1, 0);
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	vt_key_u32(&prefix, month);
	s = vt_scan_up(v->txn, VT_T_USE, &prefix, &from);
	while (vt_scan_next(&s, reterr)) {
		uint64_t seq = s.k.n == 17 ? vt_be64(s.k.p + 8) : 0;
		struct vt_cbor c;

		if (seq == 0 || s.k.p[16] >= VT_USE__MAX)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table use: a key of %zu bytes, or of no use",
			    s.k.n);
		if (n == 0 || ret[n - 1].paper != seq) {
			if (n == max)
				break;
			ret[n++] = (struct vt_use_counts){ .paper = seq };
		}
		vt_cbor_open(&c, s.row);
		ret[n - 1].n[s.k.p[16]] = vt_cbor_get_uint(&c);
		if ((rc = vt_take_end(&c, "use", reterr)) != VT_OK)
			return rc;
	}
	if (s.rc == VT_OK)
		*ret_n = n;
	return s.rc;
}

int
vt_paper_by_seq(struct vt_view *v, uint32_t agency_no, uint64_t seq,
    struct vt_paper *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc != VT_OK ? rc : vt_view_paper(v, agency_no, seq, ret, reterr);
}
