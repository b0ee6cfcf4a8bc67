/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of an index: made, opened, asked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/search/index_priv.h"

/* ---- all of a store ---- */

int
vt_indexes_new(
    struct vt_store *s, struct vt_indexes **ret, struct vt_err *reterr)
{
	struct vt_indexes *x = calloc(1, sizeof(*x));

	if (x == NULL || pthread_mutex_init(&x->lock, NULL) != 0) {
		free(x);
		return vt_nomem(reterr);
	}
	x->store = s;
	x->batches = UINT64_MAX;
	*ret = x;
	return VT_OK;
}

void
vt_indexes_free(struct vt_indexes *x)
{
	struct vt_index *i;

	if (x == NULL)
		return;
	while ((i = x->list) != NULL) {
		x->list = i->next;
		vt_index_close(i);
		(void)pthread_mutex_destroy(&i->lock);
		(void)pthread_mutex_destroy(&i->merging);
		free(i->tail.change);
		free(i->tail.seqs);
		free(i);
	}
	(void)pthread_mutex_destroy(&x->lock);
	free(x);
}

static struct vt_index *
index_new(struct vt_indexes *x, uint32_t agency_no)
{
	struct vt_index *i = calloc(1, sizeof(*i));

	if (i == NULL || pthread_mutex_init(&i->lock, NULL) != 0) {
		free(i);
		return NULL;
	}
	if (pthread_mutex_init(&i->merging, NULL) != 0) {
		(void)pthread_mutex_destroy(&i->lock);
		free(i);
		return NULL;
	}
	i->of = x;
	i->done = VT_INDEX_NOT_KNOWN;
	i->agency_no = agency_no;
	i->next = x->list;
	x->list = i;
	return i;
}

struct vt_index *
vt_index_of(struct vt_indexes *x, uint32_t agency_no)
{
	struct vt_index *i;

	(void)pthread_mutex_lock(&x->lock);
	for (i = x->list; i != NULL && i->agency_no != agency_no;)
		i = i->next;
	if (i == NULL)
		i = index_new(x, agency_no);
	if (i != NULL)
		i->used = ++x->turns;
	(void)pthread_mutex_unlock(&x->lock);
	return i;
}

/* Not too many files open: the one that was not used for longest is closed. */
static void
make_room(struct vt_indexes *x, const struct vt_index *keep)
{
	struct vt_index *oldest = NULL;
	size_t n = 0;

	(void)pthread_mutex_lock(&x->lock);
	for (struct vt_index *i = x->list; i != NULL; i = i->next) {
		if (i == keep || !i->is_open)
			continue;
		n++;
		if (oldest == NULL || i->used < oldest->used)
			oldest = i;
	}
	(void)pthread_mutex_unlock(&x->lock);
	if (n < VT_L(SEARCH_OPEN_MAX) || oldest == NULL ||
	    pthread_mutex_trylock(&oldest->merging) != 0)
		return;
	if (pthread_mutex_trylock(&oldest->lock) == 0) {
		vt_index_close(oldest);
		(void)pthread_mutex_unlock(&oldest->lock);
	}
	(void)pthread_mutex_unlock(&oldest->merging);
}

/* ---- errors ---- */

int
vt_index_err(
    struct vt_index *i, sqlite3 *db, const char *what, struct vt_err *reterr)
{
	int rc = sqlite3_errcode(db), os = sqlite3_system_errno(db);

	switch (rc) {
	case SQLITE_FULL:
		return vt_err_set(reterr, VT_E_STORE_FULL,
		    "search index of agency %u, %s: the disk is full",
		    i->agency_no, what);
	case SQLITE_NOMEM:
		return vt_nomem(reterr);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return vt_err_set(reterr, VT_E_BUSY,
		    "search index of agency %u, %s: another program has it",
		    i->agency_no, what);
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		if (os != 0) {
			(void)vt_file_err(reterr, os, what);
			return os == ENOSPC ? VT_E_STORE_FULL : VT_E_IO;
		}
		break;
	default:
		break;
	}
	/* Whatever else it is: what is derived is made again. */
	i->damaged = true;
	i->done = VT_INDEX_NOT_KNOWN;
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "search index of agency %u, %s: %s; it is made again", i->agency_no,
	    what, sqlite3_errmsg(db));
}

/* ---- the file ---- */

static int
path_of(const struct vt_index *i, const char *suffix, char *ret, size_t size,
    struct vt_err *reterr)
{
	int n = snprintf(ret, size, "%s/search/%08u.db%s", i->of->store->path,
	    i->agency_no, suffix);

	if (n < 0 || (size_t)n >= size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	return VT_OK;
}

int
vt_index_remove(struct vt_index *i, struct vt_err *reterr)
{
	static const char *const suffixes[] = { "", "-wal", "-shm",
		"-journal" };
	char path[4096];
	int rc;

	(void)pthread_mutex_lock(&i->lock);
	vt_index_close(i);
	(void)pthread_mutex_unlock(&i->lock);
	for (size_t k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++) {
		rc = path_of(i, suffixes[k], path, sizeof(path), reterr);
		if (rc != VT_OK)
			return rc;
		if (unlink(path) != 0 && errno != ENOENT)
			return vt_file_err(
			    reterr, errno, "removing a search index");
	}
	i->damaged = false;
	i->done = VT_INDEX_NOT_KNOWN;
	return VT_OK;
}

void
vt_index_close(struct vt_index *i)
{
	(void)sqlite3_close(i->reader);
	(void)sqlite3_close(i->writer);
	i->reader = i->writer = NULL;
	i->is_open = false;
	i->tail.known = false;
	i->tail.n = 0;
}

static int
connect(
    struct vt_index *i, const char *path, sqlite3 **ret, struct vt_err *reterr)
{
	static const char setup[] =
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
	    "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
	    "PRAGMA cache_size=-512; PRAGMA mmap_size=268435456;"
	    "PRAGMA temp_store=MEMORY;"
	    "PRAGMA trusted_schema=OFF; PRAGMA wal_autocheckpoint=1000;";
	const int flags =
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	sqlite3 *db = NULL;
	int rc;

	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 2000) != SQLITE_OK ||
	    sqlite3_extended_result_codes(db, 0) != SQLITE_OK ||
	    vt_tokenizer_register(db) != SQLITE_OK ||
	    sqlite3_exec(db, setup, NULL, NULL, NULL) != SQLITE_OK) {
		rc = db == NULL ? vt_nomem(reterr)
				: vt_index_err(i, db, "opening", reterr);
		(void)sqlite3_close(db);
		return rc;
	}
	*ret = db;
	return VT_OK;
}

int
vt_index_state(sqlite3 *db, struct vt_index_state *ret, struct vt_err *reterr)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = sqlite3_prepare_v2(
	    db, "SELECT merged, making FROM state", -1, &st, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		ret->merged = (uint64_t)sqlite3_column_int64(st, 0);
		ret->making = (uint64_t)sqlite3_column_int64(st, 1);
	}
	(void)sqlite3_finalize(st);
	return rc == SQLITE_ROW ? VT_OK
				: vt_err_set(reterr, VT_E_STORE_CORRUPT,
				      "search index: its state is not there");
}

int
vt_index_leaf(struct vt_view *v, uint32_t agency_no, uint64_t act, vt_hash *ret,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(agency_no, act - 1);
	struct vt_span row = { 0 };
	int rc;

	*ret = (vt_hash){ 0 };
	if (act == 0)
		return VT_OK;
	rc = vt_tx_get(v->txn, VT_T_LEAF, &k, &row, reterr);
	if (rc == VT_OK)
		*ret = vt_sha256(row);
	return rc;
}

bool
vt_index_is_of(
    sqlite3 *db, const vt_id *store, uint32_t agency_no, struct vt_view *v)
{
	static const char sql[] =
	    "SELECT version, store, agency, merged, leaf FROM state";
	sqlite3_stmt *st = NULL;
	struct vt_agency_state now;
	bool ours = false;
	uint64_t merged;
	vt_hash leaf;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_int(st, 0) == VT_INDEX_VERSION &&
	    sqlite3_column_bytes(st, 1) == VT_ID_SIZE &&
	    memcmp(sqlite3_column_blob(st, 1), store->b, VT_ID_SIZE) == 0 &&
	    sqlite3_column_int64(st, 2) == agency_no &&
	    sqlite3_column_bytes(st, 4) == (int)sizeof(leaf.b)) {
		merged = (uint64_t)sqlite3_column_int64(st, 3);
		ours =
		    vt_row_state(v->txn, agency_no, &now, NULL) == VT_OK &&
		    merged <= now.acts &&
		    vt_index_leaf(v, agency_no, merged, &leaf, NULL) == VT_OK &&
		    memcmp(leaf.b, sqlite3_column_blob(st, 4),
			sizeof(leaf.b)) == 0;
	}
	(void)sqlite3_finalize(st);
	return ours;
}

/* An empty index, all papers to be read. */
static int
fill_new(struct vt_index *i, struct vt_view *v, struct vt_err *reterr)
{
	static const char tables[] =
	    "BEGIN IMMEDIATE;"
	    "CREATE VIRTUAL TABLE doc USING fts5(hands, number, subject, type, "
	    "agency,"
	    " signer, recipients, other, date, text, tokenize='vanthu',"
	    " columnsize=0);"
	    "CREATE TABLE state(version, store, agency, merged, leaf, making);";
	static const char row[] =
	    "INSERT INTO state VALUES(?1, ?2, ?3, ?4, ?5, 1)";
	const vt_id *store = &i->of->store->super.id;
	struct vt_agency_state now;
	sqlite3_stmt *st = NULL;
	sqlite3 *db = i->writer;
	vt_hash leaf;
	int rc;

	rc = vt_row_state(v->txn, i->agency_no, &now, reterr);
	if (rc != VT_OK || (rc = vt_index_leaf(v, i->agency_no, now.acts, &leaf,
				reterr)) != VT_OK)
		return rc;
	if (sqlite3_exec(db, tables, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, vt_sift_table, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, row, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_bind_int(st, 1, VT_INDEX_VERSION) == SQLITE_OK &&
	    sqlite3_bind_blob(st, 2, store->b, VT_ID_SIZE, SQLITE_STATIC) ==
		SQLITE_OK &&
	    sqlite3_bind_int64(st, 3, i->agency_no) == SQLITE_OK &&
	    sqlite3_bind_int64(st, 4, (sqlite3_int64)now.acts) == SQLITE_OK &&
	    sqlite3_bind_blob(st, 5, leaf.b, (int)sizeof(leaf.b),
		SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_DONE &&
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		rc = VT_OK;
	else
		rc = vt_index_err(i, db, "making it", reterr);
	(void)sqlite3_finalize(st);
	return rc;
}

static int
open_files(struct vt_index *i, struct vt_err *reterr)
{
	char path[4096];
	int rc;

	if ((rc = path_of(i, "", path, sizeof(path), reterr)) != VT_OK)
		return rc;
	(void)pthread_mutex_lock(&i->lock);
	rc = connect(i, path, &i->writer, reterr);
	if (rc == VT_OK)
		rc = connect(i, path, &i->reader, reterr);
	i->is_open = rc == VT_OK;
	if (rc != VT_OK)
		vt_index_close(i);
	(void)pthread_mutex_unlock(&i->lock);
	return rc;
}

static int
make_folder(struct vt_index *i, struct vt_err *reterr)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/search",
		i->of->store->path) >= sizeof(path))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	return vt_dir_make(path, NULL, reterr);
}

int
vt_index_open(struct vt_index *i, struct vt_view *v, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (i->damaged && (rc = vt_index_remove(i, reterr)) != VT_OK)
		return rc;
	if (i->writer != NULL)
		return VT_OK;
	make_room(i->of, i);
	if ((rc = make_folder(i, reterr)) != VT_OK)
		return rc;
	rc = open_files(i, &err);
	if (rc == VT_OK &&
	    vt_index_is_of(i->writer, &i->of->store->super.id, i->agency_no, v))
		return VT_OK;
	if (rc != VT_OK && rc != VT_E_STORE_CORRUPT) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_log(VT_LEVEL_INFO, "search.make", "agency=%u", i->agency_no);
	if ((rc = vt_index_remove(i, reterr)) != VT_OK ||
	    (rc = open_files(i, reterr)) != VT_OK)
		return rc;
	return fill_new(i, v, reterr);
}

/* ---- asking ---- */

/* The statement of the hits, or of those without what they are ordered by. */
static bool
ask(struct vt_index *i, struct vt_hits *h)
{
	struct vt_err err = VT_ERR_INIT;
	sqlite3_stmt *stmt = NULL;
	VT_BUF_AUTO(sql);

	(void)sqlite3_finalize(h->stmt);
	h->stmt = NULL;
	h->given = 0;
	vt_sift_say(h->ask, h->without, &sql);
	if (vt_buf_status(&sql, &err) == VT_OK &&
	    sqlite3_prepare_v2(
		i->reader, vt_buf_str(&sql), -1, &stmt, NULL) == SQLITE_OK &&
	    vt_sift_ask(stmt, h->ask, h->without)) {
		h->stmt = stmt;
		return true;
	}
	if (err.code == VT_OK)
		(void)vt_index_err(i, i->reader, "asking", &err);
	vt_log_err("search.ask", &err);
	(void)sqlite3_finalize(stmt);
	return false;
}

/* Is the statement ready, and the tail known? Under the lock. */
static bool
begin(struct vt_index *i, struct vt_view *v, struct vt_hits *ret)
{
	const struct vt_hits_ask *a = ret->ask;
	struct vt_index_state st = { 0 };
	struct vt_agency_state now;
	struct vt_err err = VT_ERR_INIT;
	bool known = false;

	/* One state of the file for both. */
	if (sqlite3_exec(i->reader, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
	    vt_index_state(i->reader, &st, &err) != VT_OK) {
		(void)vt_index_err(i, i->reader, "asking", &err);
		return false;
	}
	if (st.making != 0 ||
	    vt_row_state(v->txn, i->agency_no, &now, &err) != VT_OK ||
	    vt_tail_extend(i, v, st.merged, &known, &err) != VT_OK || !known)
		return false;
	/* The older of the two: a view may be older than what is merged. */
	if (i->tail.lo > st.merged || i->tail.lo > now.acts ||
	    vt_tail_since(&i->tail, st.merged < now.acts ? st.merged : now.acts,
		&ret->n_tail, &err) != VT_OK ||
	    ret->n_tail > VT_L(SEARCH_TAIL_MAX))
		return false;
	ret->tail = i->tail.seqs;
	/* Where the last page ended among those without. */
	ret->without = vt_sift_is_in_two(a) && a->after.seq != 0 &&
		       a->after.by == (a->o.rising ? UINT32_MAX : 0);
	return ask(i, ret);
}

/* One that was closed to make room, or by the end of the program. */
static void
open_again(struct vt_index *i, struct vt_view *v)
{
	struct vt_err err = VT_ERR_INIT;
	char path[4096];
	bool closed;

	(void)pthread_mutex_lock(&i->lock);
	closed = i->reader == NULL;
	(void)pthread_mutex_unlock(&i->lock);
	if (!closed || path_of(i, "", path, sizeof(path), &err) != VT_OK ||
	    access(path, F_OK) != 0 || pthread_mutex_trylock(&i->merging) != 0)
		return;
	if (!i->damaged && vt_index_open(i, v, &err) != VT_OK)
		vt_log_err("search.open", &err);
	(void)pthread_mutex_unlock(&i->merging);
}

bool
vt_index_begin(struct vt_view *v, uint32_t agency_no,
    const struct vt_hits_ask *asked, struct vt_hits *ret)
{
	struct vt_indexes *x = v->store->indexes;
	struct vt_index *i;

	*ret = (struct vt_hits){ .ask = asked };
	if (x == NULL || (i = vt_index_of(x, agency_no)) == NULL)
		return false;
	open_again(i, v);
	(void)pthread_mutex_lock(&i->lock);
	ret->index = i;
	if (i->reader != NULL && !i->damaged && begin(i, v, ret))
		return true;
	vt_index_end(ret);
	return false;
}

int
vt_index_next(struct vt_hits *h, struct vt_place *ret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_sift s = { .odd = false };
	int rc = sqlite3_step(h->stmt);

	*ret = (struct vt_place){ .seq = 0 };
	h->cut = rc == SQLITE_DONE && h->given == VT_L(SEARCH_SCAN_MAX);
	if (rc == SQLITE_DONE && !h->cut && !h->without &&
	    vt_sift_is_in_two(h->ask)) {
		h->without = true;
		if (!ask(h->index, h))
			return VT_E_STORE_CORRUPT;
		rc = sqlite3_step(h->stmt);
	}
	if (rc == SQLITE_DONE)
		return VT_OK;
	if (rc == SQLITE_ROW) {
		h->given++;
		if (h->ask->o.by < VT_SORTS)
			s.by[h->ask->o.by] =
			    (uint32_t)sqlite3_column_int64(h->stmt, 1);
		*ret = vt_place_of(&s, h->ask->o,
		    (uint64_t)sqlite3_column_int64(h->stmt, 0));
		return VT_OK;
	}
	(void)vt_index_err(h->index, h->index->reader, "asking", &err);
	vt_log_err("search.ask", &err);
	return VT_E_STORE_CORRUPT;
}

void
vt_index_end(struct vt_hits *h)
{
	struct vt_index *i = h->index;

	if (i == NULL)
		return;
	(void)sqlite3_finalize(h->stmt);
	if (i->reader != NULL && sqlite3_get_autocommit(i->reader) == 0)
		(void)sqlite3_exec(i->reader, "COMMIT", NULL, NULL, NULL);
	(void)pthread_mutex_unlock(&i->lock);
	*h = (struct vt_hits){ 0 };
}
