/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pages of an environment, read from its file and not through LMDB's map:
 * LMDB believes every page, and a torn or zeroed one makes it read beyond the
 * map, loop, or stop the process. Here each page of a state is looked at before
 * it is believed: its number, its kind, every node within it, the order of its
 * keys, that nothing else uses it, and that no page in use is called free.
 * What the rows say is not judged; that is for `check`.
 *
 * The layout is that of LMDB 0.9 (mdb.c: MDB_page, MDB_node, MDB_db,
 * MDB_meta), 64 bits, little-endian.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/lmdb/lmdb_priv.h"

#define HEADER   16
#define NODE     8
#define DB       ((size_t)48)
#define META     ((size_t)HEADER + 24)
#define NO_PAGE  UINT64_MAX
#define DEEP     32 /* levels, LMDB's own bound */
#define TOLD_MAX 16 /* faults told of one environment */

enum { P_BRANCH = 1, P_LEAF = 2, P_OVERFLOW = 4 };
enum { F_BIG = 1, F_SUB = 2 };

struct db {
	uint16_t depth;
	uint64_t branches, leaves, overflows, entries, root;
};

struct walk {
	int fd;
	const char *env;
	size_t psize;
	uint64_t last; /* highest page */
	uint64_t size; /* of the file */
	struct db db[2]; /* free pages, named tables */
	uint8_t *used;   /* a bit a page */
	char table[64];
	bool free_list, deep, heads, no_memory;
	struct db seen;
	uint8_t *at[DEEP];
	uint64_t faults;
	void (*told)(void *arg, const char *line);
	void *arg;
};

static uint64_t
le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void fault(struct walk *w, uint64_t page, const char *fmt, ...)
    VT_PRINTF(3, 4);

static void
fault(struct walk *w, uint64_t page, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	if (++w->faults > TOLD_MAX)
		return;
	n = snprintf(line, sizeof(line), "environment %s: page %" PRIu64
		     ", table %s: ", w->env, page,
	    w->table[0] != '\0' ? w->table : "of tables");
	va_start(ap, fmt);
	if (n > 0 && (size_t)n < sizeof(line))
		(void)vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	w->told(w->arg, line);
}

/* Nobody else has it, and it is one that can be. */
static bool
take(struct walk *w, uint64_t page)
{
	if (page < 2 || page > w->last) {
		fault(w, page, "named, and pages go from 2 to %" PRIu64,
		    w->last);
		return false;
	}
	if ((w->used[page / 8] >> (page % 8) & 1) != 0) {
		fault(w, page, "in use twice");
		return false;
	}
	w->used[page / 8] |= (uint8_t)(1U << (page % 8));
	return true;
}

static bool
load(struct walk *w, uint64_t page, uint8_t *p)
{
	ssize_t n;

	do
		n = pread(w->fd, p, w->psize, (off_t)(page * w->psize));
	while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n != w->psize) {
		fault(w, page, "it cannot be read%s%s", n < 0 ? ": " : "",
		    n < 0 ? strerror(errno) : ": the file ends before it");
		return false;
	}
	if (le(p, 8) != page) {
		fault(w, page, "it says that it is page %" PRIu64, le(p, 8));
		return false;
	}
	return true;
}

/* ---- nodes ---- */

struct node {
	const uint8_t *key, *data;
	size_t n_key, n_data; /* n_data: as it says, also of a big one */
	uint16_t flags;
};

/* NULL: it is not within its page. */
static const char *
node_at(const struct walk *w, const uint8_t *p, size_t i, bool branch,
    struct node *ret)
{
	size_t at = le(p + HEADER + 2 * i, 2), upper = le(p + 14, 2), end;

	if (at < upper || at % 2 != 0 || at + NODE > w->psize)
		return NULL;
	ret->flags = (uint16_t)le(p + at + 4, 2);
	ret->n_key = le(p + at + 6, 2);
	ret->key = p + at + NODE;
	ret->data = ret->key + ret->n_key;
	ret->n_data = branch ? 0 : le(p + at, 4);
	end = at + NODE + ret->n_key;
	if (!branch)
		end += (ret->flags & F_BIG) != 0 ? 8 : ret->n_data;
	return end <= w->psize ? "" : NULL;
}

static int
compare(const struct walk *w, const struct node *a, const struct node *b)
{
	size_t n = a->n_key < b->n_key ? a->n_key : b->n_key;
	uint64_t x, y;
	int d;

	if (w->free_list) {
		x = a->n_key == 8 ? le(a->key, 8) : 0;
		y = b->n_key == 8 ? le(b->key, 8) : 0;
		return x < y ? -1 : x > y;
	}
	if ((d = memcmp(a->key, b->key, n)) != 0)
		return d;
	return a->n_key < b->n_key ? -1 : a->n_key > b->n_key;
}

static void
overflow(struct walk *w, const struct node *n)
{
	uint64_t page = le(n->data, 8), pages;
	uint8_t head[HEADER];

	pages = (HEADER + n->n_data + w->psize - 1) / w->psize;
	for (uint64_t i = 0; i < pages; i++)
		if (!take(w, page + i))
			return;
	w->seen.overflows += pages;
	/* Chunks are authenticated, and their heads are all over the disk. */
	if (!w->heads)
		return;
	if (pread(w->fd, head, sizeof(head), (off_t)(page * w->psize)) !=
	    (ssize_t)sizeof(head))
		fault(w, page, "it cannot be read");
	else if (le(head, 8) != page || (le(head + 10, 2) & P_OVERFLOW) == 0 ||
		 le(head + 12, 4) < pages)
		fault(w, page, "not the value of %zu bytes that it must be",
		    n->n_data);
}

/* As deep as the tree, which is bounded (DEEP). */
/* NOLINTBEGIN(misc-no-recursion) */
static void tree(struct walk *w, uint64_t page, size_t level, size_t depth);

/* A table's own tree, from the tree of tables. */
static void
table(struct walk *w, const struct node *n)
{
	struct db outer = w->seen, x;
	const uint8_t *p = n->data;
	bool deep;

	if (n->n_data != DB || le(p + 4, 2) != 0) {
		fault(w, 0, "the row of a table that is none of ours");
		return;
	}
	x = (struct db){ (uint16_t)le(p + 6, 2), le(p + 8, 8), le(p + 16, 8),
		le(p + 24, 8), le(p + 32, 8), le(p + 40, 8) };
	(void)snprintf(w->table, sizeof(w->table), "%.*s",
	    n->n_key < 60 ? (int)n->n_key : 60, (const char *)n->key);
	memset(&w->seen, 0, sizeof(w->seen));
	/* What is read before anybody can be told is looked at in any case. */
	deep = w->deep || strcmp(w->table, vt_table_name(VT_T_SUPER)) == 0;
	if (x.root != NO_PAGE && deep)
		tree(w, x.root, DEEP / 2, x.depth);
	if (deep &&
	    (w->seen.entries != x.entries || w->seen.leaves != x.leaves ||
		w->seen.branches != x.branches ||
		w->seen.overflows != x.overflows))
		fault(w, x.root,
		    "%" PRIu64 " rows in %" PRIu64 " pages, it says %" PRIu64
		    " in %" PRIu64,
		    w->seen.entries,
		    w->seen.leaves + w->seen.branches + w->seen.overflows,
		    x.entries, x.leaves + x.branches + x.overflows);
	w->seen = outer;
	w->table[0] = '\0';
}

/* Pages that LMDB may write over. */
static void
free_pages(struct walk *w, const struct node *n)
{
	uint64_t count = n->n_data >= 8 ? le(n->data, 8) : 0;

	if ((n->flags & F_BIG) != 0) {
		uint64_t page = le(n->data, 8);
		uint8_t *p = malloc(n->n_data + 1);

		overflow(w, n);
		if (p == NULL)
			w->no_memory = true;
		else if (page > w->last ||
			 pread(w->fd, p, n->n_data,
			     (off_t)(page * w->psize + HEADER)) !=
			     (ssize_t)n->n_data)
			fault(w, page, "a list of free pages cannot be read");
		else
			free_pages(w,
			    &(struct node){ .data = p, .n_data = n->n_data });
		free(p);
		return;
	}
	if (n->n_data % 8 != 0 || count != n->n_data / 8 - 1) {
		fault(w, 0, "a list of %" PRIu64 " free pages in %zu bytes",
		    count, n->n_data);
		return;
	}
	for (uint64_t i = 1; i <= count; i++)
		if (!take(w, le(n->data + 8 * i, 8)))
			return;
}

static void
leaf(struct walk *w, uint64_t page, const struct node *n)
{
	bool of_tables = !w->free_list && w->table[0] == '\0';

	w->seen.entries++;
	if (n->n_key == 0 || (w->free_list && n->n_key != 8) ||
	    n->flags != (of_tables ? F_SUB : n->flags & F_BIG)) {
		fault(w, page, "a row of another kind (%#x) than its place",
		    n->flags);
		return;
	}
	if (w->free_list)
		free_pages(w, n);
	else if (of_tables)
		table(w, n);
	else if ((n->flags & F_BIG) != 0)
		overflow(w, n);
}

/* ---- pages ---- */

static bool
is_sound(struct walk *w, uint64_t page, const uint8_t *p, bool branch)
{
	size_t lower = le(p + 12, 2), upper = le(p + 14, 2);
	uint64_t flags = le(p + 10, 2);

	if ((flags & ~(uint64_t)0x10) != (branch ? P_BRANCH : P_LEAF)) {
		fault(w, page, "of another kind (%#" PRIx64 ") than its place",
		    flags);
		return false;
	}
	if (lower < HEADER || lower % 2 != 0 || lower > upper ||
	    upper > w->psize || lower == HEADER) {
		fault(w, page, "its nodes are from %zu, its list to %zu", upper,
		    lower);
		return false;
	}
	return true;
}

static void
tree(struct walk *w, uint64_t page, size_t level, size_t depth)
{
	bool branch = depth > 1;
	struct node n, before = { .n_key = 0 };
	uint8_t *p;
	size_t count;

	if (depth == 0 || level >= DEEP || depth > DEEP / 2) {
		fault(w, page, "a tree of %zu levels", depth);
		return;
	}
	if (w->at[level] == NULL && (w->at[level] = malloc(w->psize)) == NULL) {
		w->no_memory = true;
		return;
	}
	p = w->at[level];
	if (!take(w, page) || !load(w, page, p) || !is_sound(w, page, p, branch))
		return;
	if (branch)
		w->seen.branches++;
	else
		w->seen.leaves++;
	count = (le(p + 12, 2) - HEADER) / 2;
	for (size_t i = 0; i < count; i++) {
		if (node_at(w, p, i, branch, &n) == NULL) {
			fault(w, page, "node %zu is not within it", i);
			return;
		}
		/* The first key of a branch is not looked at, and empty. */
		if ((i > 1 || (i == 1 && !branch)) &&
		    compare(w, &before, &n) >= 0)
			fault(w, page, "node %zu is out of order", i);
		before = n;
		if (branch)
			tree(w,
			    le(n.key - NODE, 4) | (uint64_t)n.flags << 32,
			    level + 1, depth - 1);
		else
			leaf(w, page, &n);
	}
}

/* NOLINTEND(misc-no-recursion) */

/* ---- a state of the environment ---- */

/* The meta page of this state; false: it was overwritten meanwhile. */
static bool
meta(struct walk *w, size_t txn_id)
{
	uint8_t p[META + 2 * DB + 16];

	for (uint64_t i = 0; i < 2; i++) {
		if (pread(w->fd, p, sizeof(p), (off_t)(i * w->psize)) !=
			(ssize_t)sizeof(p) ||
		    le(p + META + 2 * DB + 8, 8) != txn_id)
			continue;
		for (size_t d = 0; d < 2; d++) {
			const uint8_t *q = p + META + d * DB;

			w->db[d] = (struct db){ (uint16_t)le(q + 6, 2),
				le(q + 8, 8), le(q + 16, 8), le(q + 24, 8),
				le(q + 32, 8), le(q + 40, 8) };
		}
		w->last = le(p + META + 2 * DB, 8);
		return true;
	}
	return false;
}

static int
look(struct walk *w, struct vt_err *reterr)
{
	if (w->last >= w->size / w->psize) {
		fault(w, w->last, "the file ends before it: it has %" PRIu64
		    " bytes, %" PRIu64 " are needed",
		    w->size, (w->last + 1) * w->psize);
		return VT_OK;
	}
	if ((w->used = calloc(1, w->last / 8 + 1)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "pages: out of memory");
	if (w->db[1].root != NO_PAGE)
		tree(w, w->db[1].root, 0, w->db[1].depth);
	if (w->deep && w->db[0].root != NO_PAGE) {
		w->free_list = true;
		(void)snprintf(
		    w->table, sizeof(w->table), "of free pages");
		tree(w, w->db[0].root, 0, w->db[0].depth);
	}
	if (w->no_memory)
		return vt_err_set(reterr, VT_E_NOMEM, "pages: out of memory");
	return VT_OK;
}

int
vt_lmdb_pages(MDB_env *env, const char *name, bool deep,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr)
{
	struct walk w = {
		.env = name,
		.deep = deep,
		.heads = strncmp(name, "bytes", 5) != 0,
		.told = told,
		.arg = arg
	};
	mdb_filehandle_t fd;
	struct stat st;
	MDB_stat ms;
	MDB_txn *txn;
	int rc = 0, tries = 0;

	if ((rc = mdb_env_get_fd(env, &fd)) != 0)
		return vt_lmdb_err(rc, name, reterr);
	w.fd = fd;
	/* The state is held: its pages are not written over meanwhile. */
	for (;;) {
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
		if (rc != 0 || (rc = mdb_env_stat(env, &ms)) != 0)
			return vt_lmdb_err(rc, name, reterr);
		w.psize = ms.ms_psize;
		if (meta(&w, mdb_txn_id(txn)) || ++tries == 100)
			break;
		mdb_txn_abort(txn);
	}
	if (tries == 100 || fstat(w.fd, &st) != 0) {
		mdb_txn_abort(txn);
		return vt_err_set(reterr, VT_E_BUSY,
		    "environment %s: commits came too fast to look at it",
		    name);
	}
	w.size = (uint64_t)st.st_size;
	rc = look(&w, reterr);
	mdb_txn_abort(txn);
	for (size_t i = 0; i < DEEP; i++)
		free(w.at[i]);
	free(w.used);
	if (rc == VT_OK)
		*ret = w.faults;
	return rc;
}
