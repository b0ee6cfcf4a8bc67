/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries: keyed records of the house, changed by acts. */
#include "docstore/store_priv.h"

const char *
vt_entry_kind_name(enum vt_entry_kind k)
{
	static const char *const names[] = { "", "account", "identity",
		"client", "delegation", "hook", "address", "route", "note",
		"query", "", "holiday", "witness" };
	size_t i = (size_t)k;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "";
}

struct vt_key
vt_key_entry(uint32_t agency_no, enum vt_entry_kind kind, struct vt_span key)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u8(&k, (uint8_t)kind);
	vt_key_bytes(&k, key.p, key.n);
	return k;
}

/* ---- changing ---- */

static int
decide_one(struct vt_apply *x, struct vt_srec_entry *e, struct vt_err *reterr)
{
	struct vt_key k = vt_key_entry(e->agency_no, e->kind, e->key);
	struct vt_entry old = { .rev = 0 };
	struct vt_span v;
	int rc;

	rc = vt_tx_get(x->b->txn, VT_T_ENTRY, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_entry_decode(v, &old, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (e->value.n == 0 && old.rev == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "%s: there is none to remove", vt_entry_kind_name(e->kind));
	if (e->expect != VT_ENTRY_ANY &&
	    e->expect != (old.rev == 0 ? VT_ENTRY_NEW : old.rev))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "%s: it is at revision %llu, not at the one expected",
		    vt_entry_kind_name(e->kind), (unsigned long long)old.rev);
	e->rev = ++x->revisions;
	return VT_OK;
}

int
vt_entry_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_srec_entry *e;
	int rc;

	/* The prepared ones stay as they are: this may run again. */
	if ((e = vt_arena_array(x->arena, r->n_entries, sizeof(*e))) == NULL)
		return vt_nomem(reterr);
	memcpy(e, r->entries, r->n_entries * sizeof(*e));
	r->entries = e;
	for (size_t n = 0; n < r->n_entries; n++)
		if ((rc = decide_one(x, &e[n], reterr)) != VT_OK)
			return rc;
	return VT_OK;
}

int
vt_entry_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	int rc = VT_OK;

	for (size_t n = 0; n < r->n_entries && rc == VT_OK; n++) {
		const struct vt_srec_entry *e = &r->entries[n];
		struct vt_key k = vt_key_entry(e->agency_no, e->kind, e->key);
		struct vt_entry row = { .rev = e->rev,
			.value = e->value,
			.changed_at = x->rec.time,
			.act_agency = x->st.agency_no,
			.act = x->st.acts };
		VT_BUF_AUTO(v);

		if (e->value.n == 0) {
			rc = vt_batch_del(x->b, VT_T_ENTRY, &k, reterr);
			continue;
		}
		vt_entry_encode(&row, &v);
		rc = vt_batch_put(x->b, VT_T_ENTRY, &k, &v, reterr);
	}
	return rc;
}

/* ---- reading ---- */

static int
read_row(struct vt_view *v, struct vt_span key, struct vt_span row,
    struct vt_entry *ret, struct vt_err *reterr)
{
	struct vt_entry e;
	bool ok = true;
	int rc;

	if ((rc = vt_entry_decode(row, &e, reterr)) != VT_OK)
		return rc;
	e.agency_no = vt_be32(key.p);
	e.kind = (enum vt_entry_kind)key.p[4];
	e.key = vt_arena_copy(v->arena, VT_SPAN(key.p + 5, key.n - 5), &ok);
	e.value = vt_arena_copy(v->arena, e.value, &ok);
	if (!ok)
		return vt_nomem(reterr);
	*ret = e;
	return VT_OK;
}

int
vt_entry_get(struct vt_view *v, enum vt_entry_kind kind, uint32_t agency_no,
    struct vt_span key, struct vt_entry *ret, struct vt_err *reterr)
{
	struct vt_span row;
	struct vt_key k;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = VT_E_NOT_FOUND;
	if (key.n >= 1 && key.n <= VT_ENTRY_KEY_MAX) {
		k = vt_key_entry(agency_no, kind, key);
		rc = vt_tx_get(v->txn, VT_T_ENTRY, &k, &row, reterr);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "there is no such %s",
		    vt_entry_kind_name(kind));
	return rc == VT_OK ? read_row(v, vt_key_view(&k), row, ret, reterr)
			   : rc;
}

/* Is x before y in the order of keys? */
static bool
before(const struct vt_key *x, const struct vt_key *y)
{
	size_t n = x->n < y->n ? x->n : y->n;
	int c = memcmp(x->b, y->b, n);

	return c < 0 || (c == 0 && x->n < y->n);
}

int
vt_entry_list(struct vt_view *v, const struct vt_entry_range *range,
    struct vt_entry *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix, at;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	if (range->prefix.n > VT_ENTRY_KEY_MAX ||
	    range->after.n > VT_ENTRY_KEY_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "entries: a key has at most %d bytes", VT_ENTRY_KEY_MAX);
	prefix = vt_key_entry(range->agency_no, range->kind, range->prefix);
	at = vt_key_entry(range->agency_no, range->kind, range->after);
	if (range->after.n > 0)
		vt_key_u8(&at, 0); /* the next key */
	if (before(&at, &prefix))
		at = prefix;
	s = vt_scan_up(v->txn, VT_T_ENTRY, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = read_row(v, s.k, s.row, &ret[n], reterr)) != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return s.rc;
}
