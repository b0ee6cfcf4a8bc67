/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of the house: agencies, people, series. */
#include "docstore/epoch.h"
#include "docstore/store_priv.h"

int
vt_code_owner(struct vt_apply *x, const char *code, uint64_t *ret_no,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(code);
	struct vt_span v;
	struct vt_cbor c;
	int rc;

	*ret_no = 0;
	rc = vt_tx_get(x->b->txn, VT_T_AGENCY_CODE, &k, &v, reterr);
	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	vt_cbor_open(&c, v);
	*ret_no = vt_cbor_get_uint(&c);
	return vt_take_end(&c, "agency code", reterr);
}

static int
code_free(struct vt_apply *x, const char *code, struct vt_err *reterr)
{
	uint64_t owner;
	int rc;

	if ((rc = vt_code_owner(x, code, &owner, reterr)) != VT_OK)
		return rc;
	if (owner != 0 && owner != x->st.agency_no)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "agency code %s: agency number %llu has or had it", code,
		    (unsigned long long)owner);
	return VT_OK;
}

/* The row after the step, as recorded in r->blob. */
int
vt_agency_record(struct vt_apply *x, struct vt_srec *r, struct vt_agency *a,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(row);
	bool ok = true;
	int rc;

	vt_agency_encode(a, &row);
	if ((rc = vt_buf_status(&row, reterr)) != VT_OK)
		return rc;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&row), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

static int
decide_agency(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_agency a = x->op->prep[i].agency;
	struct vt_srec *r = &x->rec.steps[i];
	int rc;

	if (x->agencies == UINT32_MAX)
		return vt_err_set(
		    reterr, VT_E_LIMIT, "agency: all agency numbers are given");
	a.no = x->st.agency_no = ++x->agencies;
	a.now.from = x->rec.time;
	a.names = &a.now;
	a.n_names = 1;
	if ((rc = code_free(x, a.now.code, reterr)) != VT_OK)
		return rc;
	r->seq = a.no;
	r->object = a.id;
	return vt_agency_record(x, r, &a, reterr);
}

static int
decide_agency_name(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_agency_name *name = &x->op->prep[i].agency.now;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_agency_name *names;
	struct vt_agency a;
	int rc;

	if ((rc = vt_row_agency(
		 x->b->txn, x->st.agency_no, x->arena, &a, reterr)) != VT_OK ||
	    (rc = code_free(x, name->code, reterr)) != VT_OK)
		return rc;
	names = vt_arena_array(x->arena, a.n_names + 1, sizeof(*names));
	if (names == NULL)
		return vt_nomem(reterr);
	memcpy(names, a.names, a.n_names * sizeof(*names));
	names[a.n_names] = *name;
	if (name->from < x->rec.time) /* VT_TIME_NONE, too */
		names[a.n_names].from = x->rec.time;
	a.names = names;
	a.n_names++;
	r->seq = a.no;
	r->code = name->code;
	return vt_agency_record(x, r, &a, reterr);
}

static int
decide_agency_keys(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_agency *new = &x->op->prep[i].agency;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_agency a;
	int rc;

	rc = vt_row_agency(x->b->txn, x->st.agency_no, x->arena, &a, reterr);
	if (rc != VT_OK)
		return rc;
	a.certs = new->certs;
	a.n_certs = new->n_certs;
	a.key_ref = new->key_ref;
	r->seq = a.no;
	return vt_agency_record(x, r, &a, reterr);
}

/* Not in a circle: whoever follows successors comes to an end. */
static int
decide_agency_merge(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	uint32_t into = x->op->prep[i].agency.successor;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_agency a, next = { .successor = into };
	int rc;

	while (next.successor != 0) {
		if (next.successor == x->st.agency_no)
			return vt_err_set(reterr, VT_E_INVALID,
			    "agency: its successor leads back to itself");
		rc = vt_row_agency(
		    x->b->txn, next.successor, x->arena, &next, reterr);
		if (rc != VT_OK)
			return rc;
	}
	rc = vt_row_agency(x->b->txn, x->st.agency_no, x->arena, &a, reterr);
	if (rc != VT_OK)
		return rc;
	a.successor = into;
	r->seq = a.no;
	r->value = into;
	return vt_agency_record(x, r, &a, reterr);
}

static int
token_free(struct vt_apply *x, const struct vt_person *p, const vt_hash *token,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_hash(token);
	uint64_t agency, seq;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(x->b->txn, VT_T_TOKEN, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK ||
	    (rc = vt_pair_decode(v, &agency, &seq, reterr)) != VT_OK)
		return rc;
	if (agency == p->agency_no && seq == p->seq)
		return VT_OK;
	return vt_err_set(reterr, VT_E_EXISTS,
	    "person: one of the tokens belongs to somebody else");
}

static int
decide_person(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_person p = x->op->prep[i].person, old;
	struct vt_srec *r = &x->rec.steps[i];
	VT_BUF_AUTO(row);
	struct vt_ref ref;
	bool ok = true;
	int rc;

	p.agency_no = x->st.agency_no;
	p.n_former = 0;
	rc = vt_row_ref(x->b->txn, &p.id, VT_OBJECT_PERSON, &ref, NULL);
	if (rc == VT_OK) {
		if (ref.agency_no != x->st.agency_no)
			return vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
			    "no person of this agency has this id");
		rc = vt_row_person(
		    x->b->txn, ref.agency_no, ref.seq, x->arena, &old, reterr);
		if (rc != VT_OK)
			return rc;
		p.seq = old.seq;
		p.since = old.since;
		rc = vt_person_follow(&old, &p, x->rec.time, x->arena, reterr);
		if (rc != VT_OK)
			return rc;
	} else if (rc == VT_E_PERSON_UNKNOWN) {
		p.seq = ++x->st.people;
		p.since = x->rec.time;
		rc = vt_person_follow(NULL, &p, x->rec.time, x->arena, reterr);
		if (rc != VT_OK)
			return rc;
	} else {
		return vt_row_ref(
		    x->b->txn, &p.id, VT_OBJECT_PERSON, &ref, reterr);
	}
	for (size_t t = 0; t < p.n_tokens; t++)
		if ((rc = token_free(x, &p, &p.tokens[t], reterr)) != VT_OK)
			return rc;
	vt_person_encode(&p, &row);
	if ((rc = vt_buf_status(&row, reterr)) != VT_OK)
		return rc;
	r->seq = p.seq;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&row), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

/* Terms are had from a series that has own ones, by the same rule. */
static int
terms_owner(
    struct vt_apply *x, const struct vt_series *s, struct vt_err *reterr)
{
	struct vt_series of;
	uint32_t no;
	int rc;

	if (*s->terms_of == '\0')
		return VT_OK;
	rc = vt_row_series(x->b->txn, x->st.agency_no, s->terms_of, x->arena,
	    &no, &of, reterr);
	if (rc != VT_OK)
		return rc;
	if (of.reset != s->reset || *of.terms_of != '\0')
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": \"%s\" has no terms of its own, or another "
		    "reset rule",
		    s->key, s->terms_of);
	return VT_OK;
}

static int
decide_series(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_series s = x->op->prep[i].series, old = { .n_terms = 0 };
	struct vt_srec *r = &x->rec.steps[i];
	VT_BUF_AUTO(row);
	bool ok = true;
	uint32_t no;
	int rc;

	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, s.key, x->arena, &no, &old, NULL);
	if (rc == VT_OK &&
	    (old.reset != s.reset || old.authority != s.authority ||
		strcmp(old.terms_of, s.terms_of) != 0))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "series \"%s\": its reset rule, authority and whose terms "
		    "it has are given once",
		    s.key);
	if (rc == VT_E_NOT_FOUND) {
		if ((rc = terms_owner(x, &s, reterr)) != VT_OK)
			return rc;
		no = ++x->st.series;
	} else if (rc != VT_OK)
		return vt_row_series(x->b->txn, x->st.agency_no, s.key,
		    x->arena, &no, &old, reterr);
	s.terms = old.terms;
	s.n_terms = old.n_terms;
	vt_series_encode(&s, &row);
	if ((rc = vt_buf_status(&row, reterr)) != VT_OK)
		return rc;
	r->seq = no;
	r->series = s.key;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&row), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

int
vt_house_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	switch (x->rec.steps[i].kind) {
	case VT_STEP_AGENCY:
		return decide_agency(x, i, reterr);
	case VT_STEP_AGENCY_NAME:
		return decide_agency_name(x, i, reterr);
	case VT_STEP_AGENCY_KEYS:
		return decide_agency_keys(x, i, reterr);
	case VT_STEP_AGENCY_MERGE:
		return decide_agency_merge(x, i, reterr);
	case VT_STEP_PERSON:
		return decide_person(x, i, reterr);
	case VT_STEP_SERIES:
		return decide_series(x, i, reterr);
	default:
		return vt_err_set(reterr, VT_E_INVALID, "act: unknown step");
	}
}

/* ---- rows ---- */

static int
put_blob_row(struct vt_apply *x, enum vt_table t, const struct vt_key *k,
    const struct vt_srec *r, struct vt_err *reterr)
{
	VT_BUF_AUTO(v);

	vt_buf_span(&v, r->blob);
	return vt_batch_put(x->b, t, k, &v, reterr);
}

static int
keep_agency(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 }, kc;
	struct vt_agency a; /* now is the newest, which may be to come */
	VT_BUF_AUTO(no);
	int rc;

	rc = vt_agency_decode(r->blob, x->arena, &a, reterr);
	if (rc != VT_OK)
		return rc;
	vt_key_u32(&k, a.no);
	kc = vt_key_text(a.now.code);
	vt_cbor_uint(&no, a.no);
	if ((rc = put_blob_row(x, VT_T_AGENCY, &k, r, reterr)) != VT_OK ||
	    (rc = vt_batch_put(x->b, VT_T_AGENCY_CODE, &kc, &no, reterr)) !=
		VT_OK ||
	    (r->kind != VT_STEP_AGENCY && r->kind != VT_STEP_EPOCH))
		return rc;
	if (r->kind == VT_STEP_EPOCH)
		return vt_epoch_keep(x, r, reterr);
	if ((rc = vt_batch_new_agency(x->b, &a, &x->live, reterr)) != VT_OK)
		return rc;
	return vt_put_object(x, &a.id, VT_OBJECT_AGENCY, a.no, reterr);
}

/* Tokens of the row before go, those of the new one come. */
static int
keep_tokens(struct vt_apply *x, const struct vt_person *old,
    const struct vt_person *p, struct vt_err *reterr)
{
	VT_BUF_AUTO(v);
	int rc;

	for (size_t i = 0; old->active && i < old->n_tokens; i++) {
		struct vt_key k = vt_key_hash(&old->tokens[i]);

		rc = vt_batch_del(x->b, VT_T_TOKEN, &k, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
	}
	vt_pair_encode(x->st.agency_no, p->seq, &v);
	for (size_t i = 0; p->active && i < p->n_tokens; i++) {
		struct vt_key k = vt_key_hash(&p->tokens[i]);

		rc = vt_batch_put(x->b, VT_T_TOKEN, &k, &v, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
keep_person(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, r->seq);
	struct vt_person p, old = { .active = false };
	struct vt_span v;
	int rc;

	if ((rc = vt_person_decode(r->blob, x->arena, &p, reterr)) != VT_OK)
		return rc;
	p.seq = r->seq;
	rc = vt_tx_get(x->b->txn, VT_T_PERSON, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_person_decode(v, x->arena, &old, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if ((rc = keep_tokens(x, &old, &p, reterr)) != VT_OK ||
	    (rc = put_blob_row(x, VT_T_PERSON, &k, r, reterr)) != VT_OK)
		return rc;
	return vt_put_object(x, &p.id, VT_OBJECT_PERSON, r->seq, reterr);
}

int
vt_house_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_key k = { .n = 0 };

	switch (r->kind) {
	case VT_STEP_PERSON:
		return keep_person(x, r, reterr);
	case VT_STEP_SERIES:
		vt_key_u32(&k, x->st.agency_no);
		vt_key_u32(&k, (uint32_t)r->seq);
		return put_blob_row(x, VT_T_SERIES, &k, r, reterr);
	default:
		return keep_agency(x, r, reterr);
	}
}
