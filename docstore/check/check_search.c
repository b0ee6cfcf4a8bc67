/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The indexes of words against the records: of every paper that an index says
 * it has, the columns are made again and compared; and SQLite compares its
 * postings with the columns. An index that is missing, not whole yet, of
 * another release or of another history is no finding: the server makes it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "docstore/search/index_priv.h"

#define TOLD 5 /* papers named of one index */

struct compare {
	struct vt_store *s;
	const struct vt_check_options *o;
	uint32_t agency_no;
	sqlite3 *db;
	struct vt_view *v;
	uint64_t findings;
	struct vt_doc doc; /* as it must be */
	struct vt_sift_row sift;
	struct vt_arena *scratch;
};

static void
say(struct compare *c, const char *what, uint64_t seq)
{
	char line[200];

	if (++c->findings > TOLD)
		return;
	if (seq == 0)
		(void)snprintf(line, sizeof(line),
		    "search index of agency %" PRIu32 ": %s; repair makes it "
		    "anew",
		    c->agency_no, what);
	else
		(void)snprintf(line, sizeof(line),
		    "search index of agency %" PRIu32 ": paper %" PRIu64
		    " %s; repair makes it anew",
		    c->agency_no, seq, what);
	c->o->finding(c->o->arg, line);
}

/* Papers that changed after what is in it: those may differ. */
static int
changed_since(struct compare *c, uint64_t merged, struct vt_tail *t, size_t *n,
    struct vt_err *reterr)
{
	struct vt_index i = { .agency_no = c->agency_no };
	bool known;
	int rc;

	rc = vt_tail_extend(&i, c->v, merged, &known, reterr);
	*t = i.tail;
	if (rc != VT_OK || !known) {
		*n = SIZE_MAX; /* too many to tell: nothing is compared */
		return rc;
	}
	return vt_tail_since(t, merged, n, reterr);
}

static bool
is_among(const uint64_t *seqs, size_t n, uint64_t seq)
{
	for (size_t i = 0; i < n; i++)
		if (seqs[i] == seq)
			return true;
	return false;
}

/* Is the row of the index what the paper's record says? */
static int
compare_doc(struct compare *c, sqlite3_stmt *st, uint64_t seq, bool *ret,
    struct vt_err *reterr)
{
	struct vt_paper p;
	int rc;

	if ((rc = vt_scratch(&c->scratch, reterr)) != VT_OK ||
	    (rc = vt_row_paper(c->v->txn, c->agency_no, seq, c->scratch, &p,
		 reterr)) != VT_OK ||
	    (rc = vt_doc_make(&p, VT_COL_ALL, &c->doc, reterr)) != VT_OK ||
	    (rc = vt_doc_text(c->v, &p, &c->doc, reterr)) != VT_OK)
		return rc;
	vt_sift_row(&p, &c->sift);
	if ((rc = vt_buf_status(&c->sift.type, reterr)) != VT_OK)
		return rc;
	*ret = vt_sift_is(st, VT_COLUMNS + 1, &c->sift);
	for (int i = 0; i < VT_COLUMNS; i++) {
		const void *text = sqlite3_column_blob(st, i + 1);
		size_t n = (size_t)sqlite3_column_bytes(st, i + 1);

		if (!vt_span_eq(VT_SPAN(text, n), vt_buf_view(&c->doc.col[i])))
			*ret = false;
	}
	return VT_OK;
}

/* Both in the order of papers. */
static int
compare_all(struct compare *c, sqlite3_stmt *st, const uint64_t *tail,
    size_t n_tail, struct vt_err *reterr)
{
	struct vt_scan s =
	    vt_scan_agency(c->v->txn, VT_T_PAPER, c->agency_no, 0);
	int step = sqlite3_step(st), rc;
	bool equal = true;

	while (vt_scan_next(&s, reterr)) {
		uint64_t seq = vt_be64(s.k.p + 4);

		while (step == SQLITE_ROW &&
		       (uint64_t)sqlite3_column_int64(st, 0) < seq) {
			say(c, "is no paper of it",
			    (uint64_t)sqlite3_column_int64(st, 0));
			step = sqlite3_step(st);
		}
		if (step != SQLITE_ROW ||
		    (uint64_t)sqlite3_column_int64(st, 0) != seq) {
			if (!is_among(tail, n_tail, seq))
				say(c, "is missing", seq);
			continue;
		}
		rc = is_among(tail, n_tail, seq)
			 ? VT_OK
			 : compare_doc(c, st, seq, &equal, reterr);
		if (rc != VT_OK)
			return rc;
		if (!is_among(tail, n_tail, seq) && !equal)
			say(c, "differs from its record", seq);
		step = sqlite3_step(st);
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		say(c, "it cannot be read to its end", 0);
	return s.rc;
}

static int
compare_rows(struct compare *c, uint64_t merged, struct vt_err *reterr)
{
	static const char sql[] =
	    "SELECT doc.rowid, hands, doc.number, subject, doc.type, agency, "
	    "signer, recipients, other, doc.date, text, k.direction, k.state, "
	    "k.type, k.given, k.arrived, k.created, k.odd, k.number, k.date, "
	    "k.due FROM doc LEFT JOIN sift k ON k.seq = doc.rowid "
	    "ORDER BY doc.rowid";
	struct vt_tail t = { .n = 0 };
	sqlite3_stmt *st = NULL;
	size_t n = 0;
	int rc = changed_since(c, merged, &t, &n, reterr);

	if (rc == VT_OK && n != SIZE_MAX) {
		if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) == SQLITE_OK)
			rc = compare_all(c, st, t.seqs, n, reterr);
		else
			say(c, "it cannot be read", 0);
	}
	(void)sqlite3_finalize(st);
	free(t.change);
	free(t.seqs);
	return rc;
}

/* What papers are sifted by: whole in itself, and of no other paper. */
static void
compare_sift(struct compare *c)
{
	static const char *const sql[] = {
		"SELECT * FROM pragma_integrity_check('sift') "
		"WHERE integrity_check <> 'ok'",
		"SELECT seq FROM sift WHERE seq NOT IN (SELECT rowid FROM doc)"
	};
	sqlite3_stmt *st;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		st = NULL;
		if (sqlite3_prepare_v2(c->db, sql[i], -1, &st, NULL) !=
			SQLITE_OK ||
		    sqlite3_step(st) != SQLITE_DONE)
			say(c, "its table of states and days is damaged", 0);
		(void)sqlite3_finalize(st);
	}
}

/* One state of the file, and a later one of the records. */
static int
compare_file(struct compare *c, struct vt_err *reterr)
{
	static const char postings[] =
	    "INSERT INTO doc(doc) VALUES('integrity-check')";
	const vt_id *store = &c->s->super.id;
	struct vt_index_state now;
	bool ours;
	int rc;

	if (sqlite3_exec(c->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
	    vt_index_state(c->db, &now, NULL) != VT_OK) {
		say(c, "it cannot be read", 0);
		return VT_OK;
	}
	if ((rc = vt_view_begin(c->s, &c->v, reterr)) != VT_OK)
		return rc;
	ours = vt_index_is_of(c->db, store, c->agency_no, c->v);
	if (ours && now.making == 0) {
		if (sqlite3_exec(c->db, postings, NULL, NULL, NULL) !=
		    SQLITE_OK)
			say(c, "its words are not those of its papers", 0);
		compare_sift(c);
		rc = compare_rows(c, now.merged, reterr);
	}
	(void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	vt_view_end(c->v);
	return rc;
}

static int
compare_agency(struct compare *c, struct vt_err *reterr)
{
	char path[4096];
	int rc = VT_OK;

	if ((size_t)snprintf(path, sizeof(path), "%s/search/%08u.db",
		c->s->path, c->agency_no) >= sizeof(path) ||
	    access(path, F_OK) != 0)
		return VT_OK;
	if (sqlite3_open_v2(path, &c->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(c->db, 2000) != SQLITE_OK ||
	    vt_tokenizer_register(c->db) != SQLITE_OK)
		say(c, "it cannot be opened", 0);
	else
		rc = compare_file(c, reterr);
	(void)sqlite3_close(c->db);
	c->db = NULL;
	return rc;
}

int
vt_search_check(struct vt_store *s, const struct vt_check_options *o, bool mend,
    uint64_t *ret_findings, struct vt_err *reterr)
{
	struct vt_store_info info;
	uint64_t all = 0;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if ((rc = vt_store_info(s, &info, reterr)) != VT_OK)
		return rc;
	for (uint32_t no = 1; s->path != NULL && no <= info.agencies; no++) {
		struct compare c = { .s = s, .o = o, .agency_no = no };

		rc = compare_agency(&c, reterr);
		vt_doc_free(&c.doc);
		vt_buf_free(&c.sift.type);
		vt_arena_free(c.scratch);
		all += c.findings;
		if (rc == VT_OK && mend && c.findings > 0)
			rc = vt_search_forget(s, no, reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret_findings = all;
	return VT_OK;
}
