/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers into the index, in bounded steps off the writer's thread; and the
 * papers that are not there yet. */
#include <stdlib.h>

#include "base/log.h"
#include "docstore/search/index_priv.h"

/* ---- the tail ---- */

/* Are all steps of this array, a field of an act, such as change no word? A
 * step's first field is its kind. */
static bool
all_uses(struct vt_cbor *c)
{
	struct vt_span all = vt_cbor_skip(c), step;
	struct vt_cbor in, one;
	struct vt_cbor_map_reader m;
	uint64_t key;
	size_t n;

	vt_cbor_open(&in, all);
	for (n = vt_cbor_get_array(&in); n > 0; n--) {
		step = vt_cbor_skip(&in);
		vt_cbor_open(&one, step);
		vt_cbor_map_open(&m, &one);
		if (in.failed != VT_OK || !vt_cbor_next(&m, &key) || key != 1 ||
		    !vt_step_is_use(
			(enum vt_step_kind)vt_cbor_get_uint(&one)))
			return false;
	}
	return true;
}

/* The paper of an act, by the first fields of its row; 0: none, or it was but
 * looked at. */
static int
paper_of(struct vt_span row, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key, seq = 0;

	vt_cbor_open(&c, row);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key) && key <= 11) {
		if (key == 6)
			seq = vt_cbor_get_uint(&c);
		else if (key == 11 && all_uses(&c))
			seq = 0;
		else if (key != 11)
			(void)vt_cbor_skip(&c);
	}
	if (c.failed != VT_OK)
		return vt_take_end(&c, "act", reterr);
	*ret = seq;
	return VT_OK;
}

static int
tail_add(struct vt_tail *t, uint64_t act, uint64_t seq, struct vt_err *reterr)
{
	size_t cap = t->cap == 0 ? 256 : 2 * t->cap;
	struct vt_change *p;

	if (t->n == t->cap) {
		p = realloc(t->change, cap * sizeof(*p));
		if (p == NULL)
			return vt_nomem(reterr);
		t->change = p;
		t->cap = cap;
	}
	t->change[t->n++] = (struct vt_change){ act, seq };
	return VT_OK;
}

/* Changes that are merged and seen by every view of a second ago go. */
static void
tail_prune(struct vt_tail *t, uint64_t merged)
{
	const size_t keep = VT_L(SEARCH_TAIL_ACTS) / 4;
	size_t drop = 0;

	if (t->n < 2 * keep)
		return;
	while (drop < t->n - keep && t->change[drop].act < merged)
		drop++;
	if (drop == 0)
		return;
	t->lo = t->change[drop - 1].act + 1;
	t->n -= drop;
	memmove(t->change, t->change + drop, t->n * sizeof(*t->change));
}

int
vt_tail_extend(struct vt_index *i, struct vt_view *v, uint64_t merged,
    bool *ret_known, struct vt_err *reterr)
{
	struct vt_tail *t = &i->tail;
	struct vt_agency_state now;
	struct vt_scan s;
	uint64_t seq = 0;
	int rc;

	*ret_known = false;
	rc = vt_row_state(v->txn, i->agency_no, &now, reterr);
	if (rc != VT_OK)
		return rc;
	tail_prune(t, merged);
	if (!t->known || t->n > VT_L(SEARCH_TAIL_ACTS)) {
		t->n = 0;
		t->lo = t->upto = merged < now.acts ? merged : now.acts;
		t->known = true;
	}
	if (now.acts > t->upto && now.acts - t->upto > VT_L(SEARCH_TAIL_ACTS)) {
		t->known = false;
		return VT_OK;
	}
	s = vt_scan_agency(
	    v->txn, VT_T_ACT, i->agency_no, t->upto == 0 ? 0 : t->upto - 1);
	if (t->upto == 0) { /* the first act has index 0 */
		struct vt_key prefix = { .n = 0 };

		vt_key_u32(&prefix, i->agency_no);
		s = vt_scan_up(v->txn, VT_T_ACT, &prefix, NULL);
	}
	while (t->upto < now.acts && vt_scan_next(&s, reterr)) {
		if ((rc = paper_of(s.row, &seq, reterr)) != VT_OK ||
		    (seq != 0 &&
			(rc = tail_add(t, t->upto, seq, reterr)) != VT_OK))
			return rc;
		t->upto++;
	}
	*ret_known = s.rc == VT_OK;
	return s.rc;
}

static int
by_seq(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
vt_tail_since(
    struct vt_tail *t, uint64_t act, size_t *ret_n, struct vt_err *reterr)
{
	size_t n = 0, unique = 0;
	uint64_t *p;

	if (t->cap_seqs < t->n) {
		p = realloc(t->seqs, t->cap * sizeof(*p));
		if (p == NULL)
			return vt_nomem(reterr);
		t->seqs = p;
		t->cap_seqs = t->cap;
	}
	for (size_t k = t->n; k > 0 && t->change[k - 1].act >= act; k--)
		t->seqs[n++] = t->change[k - 1].seq;
	if (n > 0)
		qsort(t->seqs, n, sizeof(*t->seqs), by_seq);
	for (size_t k = 0; k < n; k++)
		if (k == 0 || t->seqs[k] != t->seqs[unique - 1])
			t->seqs[unique++] = t->seqs[k];
	*ret_n = unique;
	return VT_OK;
}

/* ---- a step ---- */

/* Papers as they were read, to be written when the view has ended. */
struct step {
	struct vt_doc doc[VT_L(SEARCH_MERGE_PAPERS)];
	struct vt_sift_row sift[VT_L(SEARCH_MERGE_PAPERS)];
	size_t n, bytes;
	struct vt_index_state then; /* when they are in */
	vt_hash leaf;               /* before then.merged */
	struct vt_arena *scratch;
};

static bool
is_full(const struct step *s)
{
	return s->n == VT_L(SEARCH_MERGE_PAPERS) ||
	       s->bytes >= VT_L(SEARCH_MERGE_BYTES);
}

static int
read_paper(struct vt_index *i, struct vt_view *v, uint64_t seq, struct step *s,
    struct vt_err *reterr)
{
	struct vt_doc *d = &s->doc[s->n];
	struct vt_paper p = { .seq = 0 };
	int rc;

	for (size_t k = 0; k < s->n; k++)
		if (s->doc[k].seq == seq)
			return VT_OK;
	if ((rc = vt_scratch(&s->scratch, reterr)) != VT_OK ||
	    (rc = vt_row_paper(
		 v->txn, i->agency_no, seq, s->scratch, &p, reterr)) != VT_OK ||
	    (rc = vt_doc_make(&p, VT_COL_ALL, d, reterr)) != VT_OK ||
	    (rc = vt_doc_text(v, &p, d, reterr)) != VT_OK)
		return rc;
	for (size_t k = 0; k < VT_COLUMNS; k++)
		s->bytes += d->col[k].n;
	vt_sift_row(&p, &s->sift[s->n]);
	return vt_buf_status(&s->sift[s->n++].type, reterr);
}

/* While it is made: the papers in their order. */
static int
read_making(struct vt_index *i, struct vt_view *v, struct step *s,
    struct vt_err *reterr)
{
	struct vt_scan rows = vt_scan_agency(
	    v->txn, VT_T_PAPER, i->agency_no, s->then.making - 1);
	uint64_t seq;
	int rc;

	while (vt_scan_next(&rows, reterr)) {
		seq = vt_be64(rows.k.p + 4);
		if (is_full(s)) {
			s->then.making = seq;
			return VT_OK;
		}
		if ((rc = read_paper(i, v, seq, s, reterr)) != VT_OK)
			return rc;
	}
	s->then.making = 0;
	return rows.rc;
}

/* Later: the papers of the next acts. */
static int
read_changed(struct vt_index *i, struct vt_view *v, struct step *s,
    struct vt_err *reterr)
{
	struct vt_agency_state now;
	struct vt_span row;
	uint64_t seq;
	int rc;

	rc = vt_row_state(v->txn, i->agency_no, &now, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t acts = 0; s->then.merged < now.acts && !is_full(s) &&
			      acts < VT_L(SEARCH_TAIL_ACTS);
	     acts++) {
		struct vt_key k = vt_key_row(i->agency_no, s->then.merged);

		if ((rc = vt_tx_get(v->txn, VT_T_ACT, &k, &row, reterr)) !=
			VT_OK ||
		    (rc = paper_of(row, &seq, reterr)) != VT_OK ||
		    (seq != 0 &&
			(rc = read_paper(i, v, seq, s, reterr)) != VT_OK))
			return rc;
		s->then.merged++;
	}
	return VT_OK;
}

static int
read_step(struct vt_index *i, struct vt_view *v, struct step *s, bool *ret_any,
    struct vt_err *reterr)
{
	struct vt_index_state was;
	bool known;
	int rc;

	if (vt_index_state(i->writer, &was, reterr) != VT_OK)
		return vt_index_err(i, i->writer, "merging", reterr);
	s->then = was;
	/* Whoever searches must know of each act that this view sees, before
	 * the index does. */
	(void)pthread_mutex_lock(&i->lock);
	rc = vt_tail_extend(i, v, was.merged, &known, reterr);
	(void)pthread_mutex_unlock(&i->lock);
	if (rc != VT_OK)
		return rc;
	rc = was.making != 0 ? read_making(i, v, s, reterr)
			     : read_changed(i, v, s, reterr);
	*ret_any = s->then.making != was.making || s->then.merged != was.merged;
	if (rc == VT_OK)
		rc = vt_index_leaf(
		    v, i->agency_no, s->then.merged, &s->leaf, reterr);
	return rc;
}

static bool
put_doc(sqlite3_stmt *del, sqlite3_stmt *put, const struct vt_doc *d)
{
	bool ok;

	ok = sqlite3_reset(del) == SQLITE_OK &&
	     sqlite3_bind_int64(del, 1, (sqlite3_int64)d->seq) == SQLITE_OK &&
	     sqlite3_step(del) == SQLITE_DONE &&
	     sqlite3_reset(put) == SQLITE_OK &&
	     sqlite3_bind_int64(put, 1, (sqlite3_int64)d->seq) == SQLITE_OK;
	for (int k = 0; ok && k < VT_COLUMNS; k++)
		ok = sqlite3_bind_text(put, k + 2, vt_buf_str(&d->col[k]),
			 (int)d->col[k].n, SQLITE_STATIC) == SQLITE_OK;
	return ok && sqlite3_step(put) == SQLITE_DONE;
}

static bool
put_state(sqlite3 *db, const struct step *s)
{
	sqlite3_stmt *st = NULL;
	bool ok;

	ok = sqlite3_prepare_v2(db,
		 "UPDATE state SET merged = ?1, making = ?2, leaf = ?3", -1,
		 &st, NULL) == SQLITE_OK &&
	     sqlite3_bind_int64(st, 1, (sqlite3_int64)s->then.merged) ==
		 SQLITE_OK &&
	     sqlite3_bind_int64(st, 2, (sqlite3_int64)s->then.making) ==
		 SQLITE_OK &&
	     sqlite3_bind_blob(st, 3, s->leaf.b, (int)sizeof(s->leaf.b),
		 SQLITE_STATIC) == SQLITE_OK &&
	     sqlite3_step(st) == SQLITE_DONE;
	(void)sqlite3_finalize(st);
	return ok;
}

static int
write_step(struct vt_index *i, const struct step *s, struct vt_err *reterr)
{
	static const char sql[] =
	    "INSERT INTO doc(rowid, hands, number, subject, type, agency, "
	    "signer, "
	    "recipients, other, date, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
	    "?7, ?8, ?9, ?10, ?11)";
	sqlite3_stmt *del = NULL, *put = NULL, *sift = NULL;
	sqlite3 *db = i->writer;
	int rc = VT_OK;
	bool ok;

	ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
		 SQLITE_OK &&
	     sqlite3_prepare_v2(db, "DELETE FROM doc WHERE rowid = ?1", -1,
		 &del, NULL) == SQLITE_OK &&
	     sqlite3_prepare_v2(db, sql, -1, &put, NULL) == SQLITE_OK &&
	     sqlite3_prepare_v2(db, vt_sift_put, -1, &sift, NULL) == SQLITE_OK;
	for (size_t k = 0; ok && k < s->n; k++)
		ok = put_doc(del, put, &s->doc[k]) &&
		     sqlite3_reset(sift) == SQLITE_OK &&
		     vt_sift_bind(sift, s->doc[k].seq, &s->sift[k]) &&
		     sqlite3_step(sift) == SQLITE_DONE;
	ok = ok && put_state(db, s) &&
	     sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
	if (!ok)
		rc = vt_index_err(i, db, "merging", reterr);
	(void)sqlite3_finalize(del);
	(void)sqlite3_finalize(put);
	(void)sqlite3_finalize(sift);
	if (sqlite3_get_autocommit(db) == 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* With ->merging held. */
static int
merge(struct vt_index *i, bool *ret_any, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct step *s;
	int rc;

	*ret_any = false;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_view_begin(i->of->store, &v, reterr)) == VT_OK &&
	    (rc = vt_index_open(i, v, reterr)) == VT_OK)
		rc = read_step(i, v, s, ret_any, reterr);
	vt_view_end(v);
	if (rc == VT_OK && *ret_any)
		rc = write_step(i, s, reterr);
	i->done = rc == VT_OK && s->then.making == 0 ? s->then.merged
						     : VT_INDEX_NOT_KNOWN;
	for (size_t k = 0; k < VT_L(SEARCH_MERGE_PAPERS); k++) {
		vt_doc_free(&s->doc[k]);
		vt_buf_free(&s->sift[k].type);
	}
	vt_arena_free(s->scratch);
	free(s);
	return rc;
}

int
vt_search_merge(struct vt_store *s, uint32_t agency_no, bool *ret_any,
    struct vt_err *reterr)
{
	struct vt_index *i;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	*ret_any = false;
	if (s->indexes == NULL)
		return VT_OK;
	if ((i = vt_index_of(s->indexes, agency_no)) == NULL)
		return vt_nomem(reterr);
	(void)pthread_mutex_lock(&i->merging);
	rc = merge(i, ret_any, reterr);
	(void)pthread_mutex_unlock(&i->merging);
	return rc;
}

/* ---- all agencies ---- */

#define TURNS 32 /* agencies in one call */

/* Agencies with acts that are not in their index, after the last turn. */
static int
find_due(struct vt_indexes *x, uint32_t *no, size_t *ret_n, bool *ret_round,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_counters count;
	struct vt_agency_state now;
	struct vt_index *i;
	int rc;

	*ret_n = 0;
	if ((rc = vt_view_begin(x->store, &v, reterr)) != VT_OK ||
	    (rc = vt_row_counters(v->txn, &count, reterr)) != VT_OK)
		return rc;
	while (x->at < count.agencies && *ret_n < TURNS) {
		x->at++;
		rc = vt_row_state(v->txn, x->at, &now, reterr);
		if (rc != VT_OK)
			return rc;
		if ((i = vt_index_of(x, x->at)) == NULL)
			return vt_nomem(reterr);
		if (i->done != now.acts)
			no[(*ret_n)++] = x->at;
	}
	*ret_round = x->at >= count.agencies;
	if (*ret_round)
		x->at = 0;
	return VT_OK;
}

static uint64_t
batches(struct vt_store *s)
{
	uint64_t n;

	(void)pthread_mutex_lock(&s->writer.lock);
	n = s->writer.batches;
	(void)pthread_mutex_unlock(&s->writer.lock);
	return n;
}

int
vt_search_merge_due(struct vt_store *s, bool *ret_any, struct vt_err *reterr)
{
	struct vt_indexes *x;
	uint64_t now;
	uint32_t no[TURNS];
	bool any = false, round = true;
	size_t n;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	x = s->indexes;
	now = batches(s);
	*ret_any = false;
	if (x == NULL || (x->at == 0 && x->batches == now))
		return VT_OK;
	if ((rc = find_due(x, no, &n, &round, reterr)) != VT_OK)
		return rc;
	for (size_t k = 0; k < n; k++) {
		struct vt_err err = VT_ERR_INIT;
		bool more = false;

		if (vt_search_merge(s, no[k], &more, &err) != VT_OK)
			vt_log_err("search.merge", &err);
		any = any || more;
	}
	*ret_any = any || !round;
	/* What fails is tried again after the next commit. */
	x->batches = *ret_any ? UINT64_MAX : now;
	return VT_OK;
}

int
vt_search_figures(struct vt_view *v, uint32_t agency_no,
    struct vt_search_figures *ret, struct vt_err *reterr)
{
	struct vt_index_state st = { .making = 1 };
	struct vt_indexes *x = v->store->indexes;
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency_state now;
	struct vt_index *i;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_state(v->txn, agency_no, &now, reterr)) != VT_OK)
		return rc;
	*ret = (struct vt_search_figures){ .acts = now.acts };
	if (x == NULL || (i = vt_index_of(x, agency_no)) == NULL)
		return VT_OK;
	(void)pthread_mutex_lock(&i->lock);
	if (i->reader != NULL &&
	    vt_index_state(i->reader, &st, &err) == VT_OK) {
		ret->made = st.making == 0 && !i->damaged;
		ret->merged = st.merged;
	}
	(void)pthread_mutex_unlock(&i->lock);
	return VT_OK;
}

/* ---- destroying ---- */

int
vt_search_forget(struct vt_store *s, uint32_t agency_no, struct vt_err *reterr)
{
	struct vt_index *i;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->indexes == NULL)
		return VT_OK;
	if ((i = vt_index_of(s->indexes, agency_no)) == NULL)
		return vt_nomem(reterr);
	(void)pthread_mutex_lock(&i->merging);
	rc = vt_index_remove(i, reterr);
	(void)pthread_mutex_unlock(&i->merging);
	return rc;
}
