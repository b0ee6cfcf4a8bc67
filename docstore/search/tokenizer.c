/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of docstore/fold.h as tokens of FTS5. In a paper a word gives its
 * bare form, and at the same place, when it has marks, the form it is written
 * in; a break between two texts takes a place of its own, so that no phrase
 * goes across. In a query tokens stand ready, blanks between.
 */
#include "docstore/search/index_priv.h"

typedef int give_token(
    void *arg, int flags, const char *p, int n, int from, int to);

static int
tokenizer_create(void *arg, const char **argv, int argc, Fts5Tokenizer **ret)
{
	static char one; /* it has no state; only its address counts */

	(void)arg;
	(void)argv;
	(void)argc;
	*ret = (Fts5Tokenizer *)(void *)&one;
	return SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *t)
{
	(void)t;
}

static int
of_query(const char *p, int n, void *arg, give_token *give)
{
	int from, at = 0, rc = SQLITE_OK;

	while (rc == SQLITE_OK && at < n) {
		while (at < n && p[at] == ' ')
			at++;
		for (from = at; at < n && p[at] != ' ';)
			at++;
		if (at > from)
			rc = give(arg, 0, p + from, at - from, from, at);
	}
	return rc;
}

static int
of_paper(struct vt_span text, void *arg, give_token *give)
{
	struct vt_token bare, marked;
	struct vt_word w;
	size_t at = 0, was = 0;
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK && vt_word_next(text, &at, &w)) {
		int from = (int)w.from, to = (int)w.to;

		if (memchr(text.p + was, VT_WORD_BREAK, w.from - was) != NULL)
			rc = give(arg, 0, "\x1f", 1, from, from);
		was = w.to;
		vt_tokens(&w, &bare, &marked);
		if (rc == SQLITE_OK && bare.n > 0)
			rc = give(arg, 0, bare.p, (int)bare.n, from, to);
		if (rc == SQLITE_OK && marked.n > 0)
			rc = give(arg, bare.n > 0 ? FTS5_TOKEN_COLOCATED : 0,
			    marked.p, (int)marked.n, from, to);
	}
	return rc;
}

static int
tokenize(Fts5Tokenizer *t, void *arg, int flags, const char *p, int n,
    give_token *give)
{
	(void)t;
	if (n <= 0)
		return SQLITE_OK;
	return (flags & FTS5_TOKENIZE_QUERY) != 0
		   ? of_query(p, n, arg, give)
		   : of_paper(VT_SPAN(p, (size_t)n), arg, give);
}

int
vt_tokenizer_register(sqlite3 *db)
{
	fts5_tokenizer t = { tokenizer_create, tokenizer_delete, tokenize };
	sqlite3_stmt *st = NULL;
	fts5_api *api = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK)
		(void)sqlite3_step(st);
	(void)sqlite3_finalize(st);
	if (rc != SQLITE_OK || api == NULL)
		return SQLITE_ERROR;
	return api->xCreateTokenizer(api, "vanthu", NULL, &t, NULL);
}
