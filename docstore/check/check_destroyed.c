/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was destroyed: the rows against the acts that ordered it; that words
 * are gone where they must be; and that no act lost its words without an order.
 */
#include <inttypes.h>

#include "docstore/check.h"

static const struct vt_key all_rows;

/* Consignments are known by agency and seq. */
static uint64_t
name_of(uint32_t agency_no, uint64_t seq)
{
	struct vt_key k = vt_key_row(agency_no, seq);

	return vt_check_hash(vt_key_view(&k));
}

static int
gather(struct vt_check *c, void *arg, struct vt_span key, struct vt_span value,
    struct vt_err *reterr)
{
	struct vt_destroyed_row row;
	uint64_t *v;
	int rc;

	(void)arg;
	if (key.n != 12)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_destroyed_decode(value, c->arena, &row, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < row.d.n_consigns; i++) {
		v = vt_tally_at(
		    &c->gone, name_of(vt_be32(key.p), row.d.consigns[i]));
		if (v == NULL)
			return vt_nomem(reterr);
		*v |= row.d.wipe ? 3 : 1;
	}
	return VT_OK;
}

int
vt_check_gather_destroyed(struct vt_check *c, struct vt_err *reterr)
{
	return vt_check_rows(
	    c, VT_T_DESTROYED, &all_rows, gather, NULL, reterr);
}

bool
vt_check_packet_gone(
    const struct vt_check *c, uint32_t agency_no, uint64_t seq, bool *ret_wiped)
{
	uint64_t v = vt_tally_get(&c->gone, name_of(agency_no, seq));

	*ret_wiped = (v & 2) != 0;
	return (v & 1) != 0;
}

/* The same act, redacted once more: it must come out as it is. */
static int
is_redacted(struct vt_span value, const uint64_t *consigns, size_t n,
    struct vt_arena *a, bool *ret, struct vt_err *reterr)
{
	struct vt_arec rec;
	VT_BUF_AUTO(out);
	int rc;

	if ((rc = vt_arec_decode(value, a, &rec, reterr)) != VT_OK)
		return rc;
	*ret = !vt_hash_is_zero(&rec.was);
	if ((rc = vt_arec_redact(&rec, value, consigns, n, a, reterr)) != VT_OK)
		return rc;
	vt_arec_encode(&rec, &out);
	if ((rc = vt_buf_status(&out, reterr)) == VT_OK)
		*ret &= vt_span_eq(value, vt_buf_view(&out));
	return rc;
}

int
vt_check_redacted(
    struct vt_check *c, const struct vt_check_words *w, struct vt_err *reterr)
{
	bool redacted;
	int rc;

	if (!w->wiped) {
		if (!vt_hash_is_zero(&w->rec->was))
			vt_check_finding(c,
			    "agency %" PRIu32 ": act %" PRIu64 " lost its "
			    "words, and no order says so",
			    w->agency_no, w->index);
		return VT_OK;
	}
	rc = is_redacted(
	    w->row, w->consigns, w->n_consigns, c->arena, &redacted, reterr);
	if (rc == VT_OK && !redacted)
		vt_check_finding(c,
		    "agency %" PRIu32 ": act %" PRIu64 " still has words that "
		    "an order destroyed",
		    w->agency_no, w->index);
	return rc;
}

/* An act that is on no paper: words may be gone of its consignments only. */
int
vt_check_bare_act(struct vt_check *c, uint32_t agency_no, uint64_t index,
    const struct vt_arec *rec, struct vt_span row, struct vt_err *reterr)
{
	struct vt_check_words w = {
		.agency_no = agency_no, .index = index, .rec = rec, .row = row
	};
	uint64_t seq[VT_ACT_STEPS_MAX];

	if (rec->paper_seq != 0)
		return VT_OK; /* with its paper */
	for (size_t i = 0; i < rec->n_steps && i < VT_ACT_STEPS_MAX; i++) {
		const struct vt_srec *r = &rec->steps[i];
		bool wiped = false;

		if ((r->kind == VT_STEP_CONSIGN ||
			r->kind == VT_STEP_CONSIGN_READ) &&
		    vt_check_packet_gone(c, agency_no, r->seq, &wiped) && wiped)
			seq[w.n_consigns++] = r->seq;
	}
	w.consigns = seq;
	w.wiped = w.n_consigns > 0;
	return vt_check_redacted(c, &w, reterr);
}
