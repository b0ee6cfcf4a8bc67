/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The acts of one agency in their order: events, ids, idempotency rows, and
 * the rows of the house as the newest act left them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "docstore/check.h"

struct scan {
	const struct vt_agency *a;
	uint64_t index, events;
	vt_time last;
	struct vt_tally newest; /* kind of row and number -> hash of the row */
	struct vt_tally uses;   /* key of a row of use -> its count */
	uint64_t people, series, consigns;
};

uint64_t
vt_check_name(unsigned int kind, uint64_t seq)
{
	return (uint64_t)kind << 60 | (seq & ((1ULL << 60) - 1));
}

uint64_t
vt_check_hash(struct vt_span row)
{
	vt_hash h = vt_sha256(row);

	return vt_tally_hash(&h);
}

static int
remember(struct scan *s, unsigned int kind, const struct vt_srec *r,
    struct vt_err *reterr)
{
	uint64_t *v = vt_tally_at(&s->newest, vt_check_name(kind, r->seq));

	if (v == NULL)
		return vt_nomem(reterr);
	*v = vt_check_hash(r->blob);
	return VT_OK;
}

static int
check_event(struct vt_check *c, struct scan *s, const struct vt_arec *rec,
    const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_event e = { .kind = r->kind,
		.time = rec->time,
		.paper = rec->paper,
		.subject = vt_step_subject(r),
		.act = s->index };
	struct vt_key k = vt_key_row(s->a->no, ++s->events);
	VT_BUF_AUTO(v);

	vt_event_encode(&e, &v);
	c->events++;
	return vt_check_equal(c, VT_T_EVENT, &k, &v, reterr);
}

static int
check_numbers(struct vt_check *c, struct scan *s, const struct vt_arec *rec,
    const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_evolve e = { .paper = rec->paper,
		.person = rec->person,
		.time = rec->time,
		.index = s->index,
		.arena = c->arena };

	return vt_check_numbers_step(c, s->a->no, r, &e, reterr);
}

static int
check_step(struct vt_check *c, struct scan *s, const struct vt_arec *rec,
    const struct vt_srec *r, struct vt_err *reterr)
{
	int rc = vt_step_is_use(r->kind) ? VT_OK
					 : check_event(c, s, rec, r, reterr);

	if (rc != VT_OK)
		return rc;
	if ((rc = check_numbers(c, s, rec, r, reterr)) != VT_OK)
		return rc;
	switch (r->kind) {
	case VT_STEP_AGENCY:
	case VT_STEP_AGENCY_NAME:
	case VT_STEP_AGENCY_KEYS:
	case VT_STEP_AGENCY_MERGE:
	case VT_STEP_EPOCH:
		return remember(s, VT_ROW_AGENCY, r, reterr);
	case VT_STEP_PERSON:
		return remember(s, VT_ROW_PERSON, r, reterr);
	case VT_STEP_SERIES:
	case VT_STEP_TERM:
		return remember(s, VT_ROW_SERIES, r, reterr);
	case VT_STEP_CONSIGN:
	case VT_STEP_CONSIGN_READ:
		return remember(s, VT_ROW_CONSIGN, r, reterr);
	case VT_STEP_ENTRY:
		return vt_check_entry_step(
		    c, s->a->no, s->index, rec, r, reterr);
	default:
		return VT_OK;
	}
}

static int
check_ref(struct vt_check *c, const struct scan *s, const vt_id *id,
    enum vt_object kind, uint64_t seq, struct vt_err *reterr)
{
	struct vt_ref ref = { .kind = kind, .agency_no = s->a->no, .seq = seq };
	struct vt_key k = vt_key_id(id);
	VT_BUF_AUTO(v);

	vt_ref_encode(&ref, &v);
	return vt_check_equal(c, VT_T_ID, &k, &v, reterr);
}

static int
check_key(struct vt_check *c, const struct scan *s, const struct vt_arec *rec,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_idem(&rec->caller, &rec->key);
	struct vt_idem want = { .request = rec->request,
		.agency_no = s->a->no,
		.index = s->index };
	VT_BUF_AUTO(v);

	if (vt_hash_is_zero(&rec->key))
		return VT_OK;
	c->keys++;
	vt_idem_encode(&want, &v);
	return vt_check_equal(c, VT_T_IDEM, &k, &v, reterr);
}

static int
check_paper_act(struct vt_check *c, const struct scan *s,
    const struct vt_arec *rec, struct vt_err *reterr)
{
	struct vt_key k = vt_key_of_paper(s->a->no, rec->paper_seq, s->index);
	VT_BUF_AUTO(v);

	if (rec->paper_seq == 0 || vt_arec_is_use(rec))
		return VT_OK;
	vt_cbor_null(&v);
	return vt_check_equal(c, VT_T_PAPER_ACT, &k, &v, reterr);
}

static int
act_row(struct vt_check *c, void *arg, struct vt_span key, struct vt_span value,
    struct vt_err *reterr)
{
	struct scan *s = arg;
	uint64_t index = vt_be64(key.p + 4);
	struct vt_arec rec;
	int rc;

	if (index != s->index)
		vt_check_finding(c,
		    "agency %" PRIu32 ": act %" PRIu64 " follows %" PRIu64,
		    s->a->no, index, s->index);
	s->index = index;
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_arec_decode(value, c->arena, &rec, reterr)) != VT_OK)
		return rc;
	if (rec.time < s->last)
		vt_check_finding(c,
		    "agency %" PRIu32 ": act %" PRIu64 " is earlier "
		    "than the one before it",
		    s->a->no, index);
	s->last = rec.time;
	for (size_t i = 0; i < rec.n_steps; i++)
		if ((rc = check_step(c, s, &rec, &rec.steps[i], reterr)) !=
		    VT_OK)
			return rc;
	if ((rc = check_ref(c, s, &rec.act, VT_OBJECT_ACT, index, reterr)) !=
		VT_OK ||
	    (rc = check_key(c, s, &rec, reterr)) != VT_OK ||
	    (rc = check_paper_act(c, s, &rec, reterr)) != VT_OK ||
	    (rc = vt_check_use_act(
		 c, &s->uses, s->a->no, index, &rec, reterr)) != VT_OK ||
	    (rc = vt_check_bare_act(c, s->a->no, index, &rec, value, reterr)) !=
		VT_OK)
		return rc;
	c->acts++;
	s->index++;
	return VT_OK;
}

static void
check_newest(struct vt_check *c, struct scan *s, unsigned int kind,
    uint64_t seq, struct vt_span row, const char *what)
{
	if (vt_tally_get(&s->newest, vt_check_name(kind, seq)) !=
	    vt_check_hash(row))
		vt_check_finding(c,
		    "agency %" PRIu32 ": %s %" PRIu64 " differs from "
		    "what its acts imply",
		    s->a->no, what, seq);
}

static int
token_belongs(struct vt_check *c, struct scan *s, const struct vt_person *p,
    uint64_t seq, struct vt_err *reterr)
{
	VT_BUF_AUTO(v);
	int rc = VT_OK;

	vt_pair_encode(s->a->no, seq, &v);
	for (size_t i = 0; p->active && i < p->n_tokens && rc == VT_OK; i++) {
		struct vt_key k = vt_key_hash(&p->tokens[i]);

		c->tokens++;
		rc = vt_check_equal(c, VT_T_TOKEN, &k, &v, reterr);
	}
	return rc;
}

static int
person_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct scan *s = arg;
	uint64_t seq = vt_be64(key.p + 4);
	struct vt_person p;
	int rc;

	if (seq != ++s->people)
		vt_check_finding(c,
		    "agency %" PRIu32 ": person %" PRIu64 " follows %" PRIu64,
		    s->a->no, seq, s->people - 1);
	s->people = seq;
	c->people++;
	check_newest(c, s, VT_ROW_PERSON, seq, value, "person");
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_person_decode(value, c->arena, &p, reterr)) != VT_OK ||
	    (rc = check_ref(c, s, &p.id, VT_OBJECT_PERSON, seq, reterr)) !=
		VT_OK)
		return rc;
	return token_belongs(c, s, &p, seq, reterr);
}

static int
series_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct scan *s = arg;
	uint32_t no = vt_be32(key.p + 4);

	(void)reterr;
	if (no != ++s->series)
		vt_check_finding(c,
		    "agency %" PRIu32 ": series %" PRIu32 " follows %" PRIu64,
		    s->a->no, no, s->series - 1);
	s->series = no;
	c->series++;
	check_newest(c, s, VT_ROW_SERIES, no, value, "series");
	return VT_OK;
}

static int
count_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	(void)c;
	(void)key;
	(void)value;
	(void)reterr;
	++*(uint64_t *)arg;
	return VT_OK;
}

/* Every code the agency has or had leads to it. */
static int
check_codes(
    struct vt_check *c, const struct vt_agency *a, struct vt_err *reterr)
{
	VT_BUF_AUTO(no);
	int rc = VT_OK;

	vt_cbor_uint(&no, a->no);
	for (size_t i = 0; i < a->n_names && rc == VT_OK; i++) {
		struct vt_key k = vt_key_text(a->names[i].code);

		for (size_t j = 0; j <= i; j++)
			if (strcmp(a->names[j].code, a->names[i].code) == 0) {
				c->codes_of_agencies += j == i;
				break;
			}
		rc = vt_check_equal(c, VT_T_AGENCY_CODE, &k, &no, reterr);
	}
	return rc;
}

static void
compare(struct vt_check *c, const struct vt_agency *a, const char *what,
    uint64_t found, uint64_t counted)
{
	if (found != counted)
		vt_check_finding(c,
		    "agency %" PRIu32 ": %" PRIu64 " %s, %" PRIu64
		    " are counted",
		    a->no, found, what, counted);
}

static int
check_house(struct vt_check *c, struct scan *s, struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	uint64_t events = 0;
	struct vt_span v;
	int rc;

	vt_key_u32(&prefix, s->a->no);
	if ((rc = vt_tx_get(c->r.records, VT_T_AGENCY, &prefix, &v, reterr)) !=
	    VT_OK)
		return rc;
	check_newest(c, s, VT_ROW_AGENCY, s->a->no, v, "agency");
	if ((rc = check_ref(c, s, &s->a->id, VT_OBJECT_AGENCY, s->a->no,
		 reterr)) != VT_OK ||
	    (rc = check_codes(c, s->a, reterr)) != VT_OK ||
	    (rc = vt_check_rows(
		 c, VT_T_PERSON, &prefix, person_row, s, reterr)) != VT_OK ||
	    (rc = vt_check_rows(
		 c, VT_T_SERIES, &prefix, series_row, s, reterr)) != VT_OK ||
	    (rc = vt_check_consigns(
		 c, s->a->no, &s->newest, &s->consigns, reterr)) != VT_OK ||
	    (rc = vt_check_rows(
		 c, VT_T_EVENT, &prefix, count_row, &events, reterr)) != VT_OK)
		return rc;
	compare(c, s->a, "rows of events", events, s->events);
	return VT_OK;
}

int
vt_check_acts(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, struct vt_err *reterr)
{
	struct scan s = { .a = a, .last = VT_TIME_NONE };
	struct vt_key prefix = { .n = 0 };
	int rc;

	vt_key_u32(&prefix, a->no);
	rc = vt_check_rows(c, VT_T_ACT, &prefix, act_row, &s, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = check_house(c, &s, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_uses(c, &s.uses, a->no, reterr);
	vt_tally_free(&s.newest);
	vt_tally_free(&s.uses);
	if (rc != VT_OK || c->stopped)
		return rc;
	compare(c, a, "acts", s.index, st->acts);
	compare(c, a, "events", s.events, st->events);
	compare(c, a, "people", s.people, st->people);
	compare(c, a, "series", s.series, st->series);
	compare(c, a, "consignments", s.consigns, st->consignments);
	return VT_OK;
}
