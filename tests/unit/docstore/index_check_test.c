/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of words as check sees it: whole, behind, changed by a word, short
 * of a paper, with one too many, cut to pieces; and mended. */
#include <fcntl.h>
#include <sqlite3.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static unsigned int told;
static char last[256];

static void
finding(void *arg, const char *line)
{
	(void)arg;
	told++;
	(void)snprintf(last, sizeof(last), "%s", line);
}

static uint64_t
looked(struct doer *d, bool mend)
{
	struct vt_check_options o = { .finding = finding };
	uint64_t n = 99;

	told = 0;
	last[0] = '\0';
	tap_call(mend ? vt_search_check(d->s, &o, true, &n, &d->err)
		      : vt_store_check(d->s, &o, &n, &d->err),
	    &d->err, "check");
	return n;
}

static void
merge_all(struct doer *d)
{
	bool any = true;

	for (int i = 0; any && i < 100; i++)
		tap_need(
		    vt_search_merge(d->s, d->agency, &any, &d->err) == VT_OK,
		    "merge: %s", d->err.msg);
}

static size_t
hits(struct doer *d, const char *words)
{
	struct vt_paper_query q = { .words = words };
	struct vt_paper p[16];
	struct vt_view *v;
	uint64_t next;
	size_t n = 99;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_search(v, d->agency, &q, p, 16, &n, &next, &d->err),
	    &d->err, "search");
	vt_view_end(v);
	return n;
}

/* What a hand, or a disk, does to the file. */
static void
change(const char *dir, const char *sql)
{
	char path[512];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/search/00000001.db", dir);
	tap_need(sqlite3_open(path, &db) == SQLITE_OK, "the file");
	tap_need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s",
	    sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

static void
try(struct doer *d, const char *dir, const char *sql, const char *named)
{
	size_t want = hits(d, "thử nghiệm");

	change(dir, sql);
	tap_ok(looked(d, false) > 0, "found: %s", sql);
	tap_ok(strstr(last, "search index of agency 1") != NULL, "%s", last);
	if (named != NULL)
		tap_ok(strstr(last, named) != NULL, "named: %s", last);
	tap_ok(looked(d, true) > 0, "mended");
	merge_all(d);
	tap_eq_int(looked(d, false), 0, "sound again");
	tap_eq_int(hits(d, "thử nghiệm"), want, "and finds as before");
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	char path[512], *dir;
	struct world w;
	vt_id p;
	int fd;

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	dir = dir_new();
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	for (uint64_t i = 0; i < 4; i++)
		tap_call(
		    make_paper(&d, VT_DIR_OUT, 100, i + 1), &d.err, "paper");
	p = d.paper;
	tap_call(put_text(&d, &p, &d.main, "chữ trong tệp"), &d.err, "text");
	tap_eq_int(looked(&d, false), 0, "none yet: no finding");
	merge_all(&d);
	tap_eq_int(looked(&d, false), 0, "whole: no finding");
	tap_call(make_paper(&d, VT_DIR_OUT, 100, 9), &d.err, "another");
	tap_eq_int(looked(&d, false), 0, "behind: no finding");
	try(&d, dir, "UPDATE doc_content SET c2 = 'khác' WHERE id = 2",
	    "paper 2 differs");
	try(&d, dir, "UPDATE doc_content SET c9 = 'khác' WHERE id = 4",
	    "paper 4 differs");
	try(&d, dir, "DELETE FROM doc_content WHERE id = 3",
	    "paper 3 is missing");
	try(&d, dir,
	    "INSERT INTO doc_content SELECT 77, c0, c1, c2, c3, c4, c5, c6, "
	    "c7, c8, c9 FROM doc_content WHERE id = 1",
	    NULL);
	try(&d, dir, "UPDATE sift SET state = 14 WHERE seq = 2",
	    "paper 2 differs");
	try(&d, dir, "DELETE FROM sift WHERE seq = 2", "paper 2 differs");
	try(&d, dir, "INSERT INTO sift(seq) VALUES(88)", "states and days");
	try(&d, dir, "DELETE FROM doc_data WHERE id > 10", NULL);
	vt_store_close(d.s);
	(void)snprintf(path, sizeof(path), "%s/search/00000001.db", dir);
	fd = open(path, O_WRONLY);
	tap_need(fd >= 0 && pwrite(fd, "no database", 11, 0) == 11, "spoilt");
	(void)close(fd);
	d.s = store_open(dir, &w.ctx);
	tap_ok(looked(&d, false) > 0, "no database: %s", last);
	merge_all(&d);
	tap_eq_int(looked(&d, false), 0, "made anew by itself");
	tap_eq_int(hits(&d, "chữ trong"), 1, "and finds");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
