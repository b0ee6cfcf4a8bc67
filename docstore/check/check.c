/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vt_store_check: the frame; its parts are check_*.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "docstore/check.h"

/* ---- tallies ---- */

uint64_t
vt_tally_hash(const vt_hash *h)
{
	uint64_t v = vt_be64(h->b);

	return v == 0 ? 1 : v;
}

void
vt_tally_free(struct vt_tally *t)
{
	free(t->slot);
	*t = (struct vt_tally){ .n = 0 };
}

static uint64_t *
probe(const struct vt_tally *t, uint64_t key)
{
	/* Row numbers are dense: spread them. */
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15ULL >> 7) & (t->cap - 1);

	while (t->slot[2 * i] != 0 && t->slot[2 * i] != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slot[2 * i];
}

static bool
grow(struct vt_tally *t)
{
	struct vt_tally big = { .cap = t->cap == 0 ? 1024 : 2 * t->cap };

	big.slot = calloc(big.cap, 2 * sizeof(*big.slot));
	if (big.slot == NULL)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slot[2 * i] != 0) {
			uint64_t *p = probe(&big, t->slot[2 * i]);

			p[0] = t->slot[2 * i];
			p[1] = t->slot[2 * i + 1];
		}
	big.n = t->n;
	free(t->slot);
	*t = big;
	return true;
}

uint64_t *
vt_tally_at(struct vt_tally *t, uint64_t key)
{
	uint64_t *p;

	VT_ASSERT(key != 0);
	if (2 * (t->n + 1) > t->cap && !grow(t))
		return NULL;
	p = probe(t, key);
	if (p[0] == 0) {
		p[0] = key;
		t->n++;
	}
	return &p[1];
}

uint64_t
vt_tally_get(const struct vt_tally *t, uint64_t key)
{
	return t->cap == 0 ? 0 : probe(t, key)[1];
}

/* ---- telling ---- */

void
vt_check_finding(struct vt_check *c, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	c->findings++;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->o->finding(c->o->arg, line);
}

bool
vt_is_finding(int rc)
{
	switch (rc) {
	case VT_E_STORE_CORRUPT:
	case VT_E_LEDGER_PROOF:
	case VT_E_SYNTAX:
	case VT_E_NOT_FOUND:
	case VT_E_AGENCY_UNKNOWN:
	case VT_E_PERSON_UNKNOWN:
	case VT_E_INVALID:
	case VT_E_NO_INPUT:
		return true;
	default:
		return false;
	}
}

int
vt_finding_err(
    struct vt_check *c, int rc, const struct vt_err *err, const char *what)
{
	if (!vt_is_finding(rc))
		return rc;
	vt_check_finding(c, "%s: %s", what, err->msg);
	return VT_OK;
}

bool
vt_check_progress(
    struct vt_check *c, const char *stage, uint64_t done, uint64_t total)
{
	if (c->o->progress != NULL &&
	    !c->o->progress(c->o->arg, stage, done, total))
		c->stopped = true;
	return !c->stopped;
}

static void
figure(struct vt_check *c, const char *what, uint64_t n)
{
	char line[80];

	if (c->o->figure == NULL)
		return;
	(void)snprintf(line, sizeof(line), "%s %" PRIu64, what, n);
	c->o->figure(c->o->arg, line);
}

int
vt_check_arena(struct vt_check *c, struct vt_err *reterr)
{
	vt_arena_free(c->arena);
	c->arena = vt_arena_new(VT_ARENA_CHECK);
	return c->arena == NULL ? vt_nomem(reterr) : VT_OK;
}

/* ---- rows ---- */

static struct vt_txn *
txn_of(struct vt_check *c, enum vt_table t)
{
	switch (vt_table_space(t)) {
	case VT_SPACE_RECORDS:
		return c->r.records;
	case VT_SPACE_KEYS:
		return c->r.keys;
	default:
		return c->r.bytes;
	}
}

int
vt_check_rows(struct vt_check *c, enum vt_table table,
    const struct vt_key *prefix, vt_check_row *f, void *arg,
    struct vt_err *reterr)
{
	struct vt_txn *t = txn_of(c, table);
	struct vt_err err;
	struct vt_scan s = vt_scan_up(t, table, prefix, NULL);
	uint64_t n = 0, total = 0;
	int rc;

	if ((rc = t->ops->count(t, table, &total, reterr)) != VT_OK)
		return rc;
	(void)vt_check_progress(c, vt_table_name(table), 0, total);
	while (!c->stopped && vt_scan_next(&s, reterr)) {
		err = (struct vt_err)VT_ERR_INIT;
		rc = f(c, arg, s.k, s.row, &err);
		if (rc != VT_OK && (rc = vt_finding_err(c, rc, &err,
					vt_table_name(table))) != VT_OK) {
			if (reterr != NULL)
				*reterr = err;
			return rc;
		}
		if ((++n & 1023) == 0 &&
		    !vt_check_progress(c, vt_table_name(table), n, total))
			break;
	}
	return s.rc;
}

int
vt_check_equal(struct vt_check *c, enum vt_table table, const struct vt_key *k,
    const struct vt_buf *want, struct vt_err *reterr)
{
	VT_BUF_AUTO(hex);
	struct vt_span v;
	int rc;

	if ((rc = vt_buf_status(want, reterr)) != VT_OK)
		return rc;
	rc = vt_tx_get(txn_of(c, table), table, k, &v, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (rc == VT_OK && vt_span_eq(v, vt_buf_view(want)))
		return VT_OK;
	vt_buf_hex(&hex, vt_key_view(k));
	vt_check_finding(c, "table %s: row %s %s what the acts imply",
	    vt_table_name(table), vt_buf_str(&hex),
	    rc == VT_E_NOT_FOUND ? "is missing, against" : "differs from");
	return VT_OK;
}

/* ---- the frame ---- */

static int
check_agency(struct vt_check *c, uint32_t no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *arena = vt_arena_new(1 << 20);
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency_state st;
	struct vt_agency a;
	char what[32];
	int rc;

	if (arena == NULL)
		return vt_nomem(reterr);
	(void)snprintf(what, sizeof(what), "agency %" PRIu32, no);
	rc = vt_row_agency(c->r.records, no, arena, &a, &err);
	if (rc == VT_OK)
		rc = vt_row_state(c->r.records, no, &st, &err);
	if (rc != VT_OK) {
		if ((rc = vt_finding_err(c, rc, &err, what)) != VT_OK &&
		    reterr != NULL)
			*reterr = err;
		return rc;
	}
	c->agencies++;
	if ((rc = vt_check_ledger(c, &a, &st, reterr)) != VT_OK || c->stopped ||
	    (rc = vt_check_acts(c, &a, &st, reterr)) != VT_OK || c->stopped)
		return rc;
	return vt_check_papers(c, &st, reterr);
}

static int
check_indexes_of_words(struct vt_check *c, struct vt_err *reterr)
{
	uint64_t n = 0;
	int rc;

	(void)vt_check_progress(c, "indexes of words", 0, 1);
	rc = vt_search_check(c->store, c->o, false, &n, reterr);
	c->findings += n;
	return rc;
}

static int
check_all(struct vt_check *c, struct vt_err *reterr)
{
	int rc = vt_check_gather_destroyed(c, reterr);

	for (uint32_t no = 1; rc == VT_OK && no <= c->count.agencies; no++) {
		if (!vt_check_progress(c, "agencies", no, c->count.agencies))
			return VT_OK;
		rc = check_agency(c, no, reterr);
	}
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_indexes(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_entries(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_states(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_anchors(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = check_indexes_of_words(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_witness(c, reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_bytes(c, reterr);
	return rc;
}

/* Rows, while other threads read the bytes. */
static int
check_both(struct vt_check *c, struct vt_err *reterr)
{
	struct vt_check_reading *reading = NULL;
	bool stop;
	int rc, rc2;

	if ((rc = vt_row_counters(c->r.records, &c->count, reterr)) != VT_OK ||
	    (rc = vt_check_envs(c, reterr)) != VT_OK ||
	    (rc = vt_check_manifests(c, reterr)) != VT_OK || c->stopped)
		return rc;
	if (!c->o->skip_bytes &&
	    (rc = vt_check_read_begin(c, &reading, reterr)) != VT_OK)
		return rc;
	rc = check_all(c, reterr);
	if (reading == NULL)
		return rc;
	stop = rc != VT_OK || c->stopped;
	rc2 = vt_check_read_end(reading, stop, stop ? NULL : reterr);
	return rc != VT_OK ? rc : rc2;
}

static void
figures(struct vt_check *c)
{
	figure(c, "agencies", c->agencies);
	figure(c, "people", c->people);
	figure(c, "papers", c->papers);
	figure(c, "versions", c->versions);
	figure(c, "texts of pages", c->texts);
	figure(c, "acts", c->acts);
	figure(c, "events", c->events);
	figure(c, "numbers", c->numbers);
	figure(c, "destroyed", c->destroyed);
	figure(c, "deliveries", c->deliveries);
	figure(c, "statuses", c->logs);
	figure(c, "consignments", c->consigns);
	figure(c, "entries", c->entries);
	figure(c, "work items", c->works);
}

int
vt_store_check(struct vt_store *s, const struct vt_check_options *o,
    uint64_t *ret_findings, struct vt_err *reterr)
{
	struct vt_check_options mine = *o;
	struct vt_check c = { .store = s, .o = &mine };
	bool rows, bytes;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	VT_ASSERT(o->finding != NULL);
	if ((rc = vt_check_pages(&c, &rows, &bytes, reterr)) != VT_OK)
		return rc;
	if (!rows) {
		*ret_findings = c.findings;
		return VT_OK;
	}
	if (!bytes)
		mine.skip_bytes = true;
	if ((rc = vt_reading_begin(s, &c.r, reterr)) != VT_OK)
		return rc;
	rc = check_both(&c, reterr);
	vt_reading_end(&c.r);
	vt_arena_free(c.arena);
	vt_tally_free(&c.blob_refs);
	vt_tally_free(&c.chunk_refs);
	vt_tally_free(&c.manifests);
	vt_tally_free(&c.gone);
	vt_tally_free(&c.entry_revs);
	vt_tally_free(&c.entry_rows);
	if (rc != VT_OK)
		return rc;
	if (c.stopped)
		return vt_err_set(reterr, VT_E_TIMEOUT,
		    "check: stopped before its end, with %" PRIu64
		    " findings so far",
		    c.findings);
	figures(&c);
	*ret_findings = c.findings;
	return VT_OK;
}

/* ---- digest ---- */

static void
digest_part(struct vt_sha256 *h, struct vt_span s)
{
	uint8_t n[8];

	for (int i = 0; i < 8; i++)
		n[i] = (uint8_t)((uint64_t)s.n >> (56 - 8 * i));
	vt_sha256_put(h, n, sizeof(n));
	vt_sha256_put(h, s.p, s.n);
}

/* Tables that came later count once they have rows: a store that never used
 * them has the digest it always had. */
static int
counts(struct vt_txn *t, enum vt_table table, bool *ret, struct vt_err *reterr)
{
	uint64_t rows = 1;
	int rc = VT_OK;

	if (table >= VT_T_ADDED)
		rc = t->ops->count(t, table, &rows, reterr);
	*ret = rows > 0;
	return rc;
}

static int
digest_table(struct vt_txn *t, enum vt_table table, struct vt_sha256 *h,
    struct vt_err *reterr)
{
	struct vt_key at = { .n = 0 };
	struct vt_span k, v;
	int rc;

	digest_part(h, vt_span_str(vt_table_name(table)));
	while ((rc = vt_tx_ge(t, table, &at, &k, &v, reterr)) == VT_OK) {
		digest_part(h, k);
		digest_part(h, v);
		at.n = 0;
		vt_key_bytes(&at, k.p, k.n);
		vt_key_u8(&at, 0);
	}
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_store_digest(struct vt_store *s, vt_hash *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct vt_txn *t;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (int i = 0; i < VT_T__MAX && rc == VT_OK; i++) {
		bool there;

		/* Keys and bytes are of other spaces. */
		if (vt_table_space((enum vt_table)i) != VT_SPACE_RECORDS)
			continue;
		rc = counts(t, (enum vt_table)i, &there, reterr);
		if (rc == VT_OK && there)
			rc = digest_table(t, (enum vt_table)i, h, reterr);
	}
	t->ops->abort(t);
	if (rc == VT_OK)
		*ret = vt_sha256_end(h);
	return rc;
}
