/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of records/ and keys/ that a disk damaged: zeroed, with a bit changed,
 * written to another place, cut off. Whoever opens and checks such a store is
 * told which page of which table it is; nobody crashes, and no row says another
 * thing without a finding.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "docstore/check.h"
#include "docstore/quick.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define PAGE 4096

static struct world world;
static char *home;
static vt_hash rows[VT_T__MAX];

/* ---- a store, and what its tables say ---- */

static void
digests(struct vt_store *s, vt_hash *ret)
{
	struct vt_key all = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_txn *t;

	tap_need(vt_store_read(s, &t, &err) == VT_OK, "read");
	for (int i = 0; i < VT_T__MAX; i++) {
		struct vt_sha256 *h;
		struct vt_scan scan;

		if (vt_table_space((enum vt_table)i) != VT_SPACE_RECORDS)
			continue;
		h = vt_sha256_new();
		scan = vt_scan_up(t, (enum vt_table)i, &all, NULL);
		while (vt_scan_next(&scan, &err)) {
			vt_sha256_put(h, scan.k.p, scan.k.n);
			vt_sha256_put(h, scan.row.p, scan.row.n);
		}
		ret[i] = vt_sha256_end(h);
		vt_sha256_free(h);
	}
	t->ops->abort(t);
}

/* Rows that follow from no act: who changes them is not found out. */
static bool
is_vouched(enum vt_table t)
{
	switch (t) {
	case VT_T_SUPER:
	case VT_T_WORK:
	case VT_T_DUE:
	case VT_T_FLEETING:
	case VT_T_FLEETING_DUE:
	case VT_T_UPLOAD:
	case VT_T_UPLOAD_DUE:
	case VT_T_GARBAGE:
	case VT_T_UNMAPPED:
		return false;
	default:
		return true;
	}
}

static void
fill(void)
{
	static const struct vt_recipient to[] = { { "H99.31",
	    "UBND xã An Mẫu" } };
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_step st = { .kind = VT_STEP_DISPATCH };
	vt_id person;

	world_init(&world);
	home = dir_new();
	d.s = store_new(home, &world.ctx);
	tap_need(make_agency(&d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	tap_need(make_series(&d, "di", VT_RESET_YEAR, VT_SERIES_OURS) ==
			 VT_OK &&
		     make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS) ==
			 VT_OK,
	    "series");
	tap_need(make_person(&d, "Trần Thị Mẫu", &person) == VT_OK, "person");
	for (uint64_t i = 0; i < 40; i++)
		tap_need(make_paper(&d, VT_DIR_IN, 300, i) == VT_OK, "in");
	for (uint64_t i = 0; i < 12; i++) {
		tap_need(make_paper(&d, VT_DIR_OUT, 70000, 100 + i) == VT_OK,
		    "out");
		tap_need(walk_to_issue(&d, 200 + i) == VT_OK, "walk: %s",
		    d.err.msg);
		st.u.dispatch.to = to;
		st.u.dispatch.n_to = 1;
		tap_need(do_step(&d, &d.paper, st) == VT_OK, "sent: %s",
		    d.err.msg);
	}
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	d.s = store_open(home, &world.ctx);
	digests(d.s, rows);
	tap_need(findings(d.s, true) == 0, "clean");
	vt_store_close(d.s);
}

/* ---- damage ---- */

static void
read_at(int fd, uint8_t *p, off_t page)
{
	tap_need(pread(fd, p, PAGE, page * PAGE) == PAGE, "page %ld",
	    (long)page);
}

enum damage { ZERO, HEAD, BODY, PLACE, CUT, KINDS };
static const char *const names[KINDS] = { "zeroed", "its head changed",
	"a byte changed", "of another place", "cut off" };

static uint64_t seed = 1;
static uint64_t
draw(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

static void
damage(const char *file, off_t page, off_t pages, enum damage kind)
{
	uint8_t p[PAGE] = { 0 };
	int fd = open(file, O_RDWR | O_CLOEXEC);

	tap_need(fd >= 0, "%s", file);
	if (kind == CUT) {
		tap_need(ftruncate(fd, page * PAGE) == 0, "cut");
		(void)close(fd);
		return;
	}
	if (kind == PLACE)
		read_at(fd, p, (page + 1) % pages);
	else if (kind != ZERO)
		read_at(fd, p, page);
	if (kind == HEAD)
		p[draw(40)] ^= (uint8_t)(1 + draw(255));
	if (kind == BODY)
		p[40 + draw(PAGE - 40)] ^= (uint8_t)(1 + draw(255));
	tap_need(pwrite(fd, p, PAGE, page * PAGE) == PAGE, "damaged");
	(void)close(fd);
}

/* Points are the parent's. */
static void
hush(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(99);
	(void)close(fd);
}

/* ---- who meets it, in a child ---- */

enum verdict { CLEAN, FOUND, REFUSED, WRONG };

static void
hear(void *arg, const char *line)
{
	(void)line;
	++*(size_t *)arg;
}

static bool
says_why(int rc, const struct vt_err *err)
{
	return (rc == VT_E_STORE_CORRUPT || rc == VT_E_STORE_FORMAT ||
		   rc == VT_E_SYNTAX || rc == VT_E_LEDGER_PROOF) &&
	       strlen(err->msg) > 10;
}

static enum verdict
meet(bool writing)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_check_options co = { .finding = hear };
	struct vt_store *s = NULL;
	vt_hash now[VT_T__MAX];
	uint64_t quick = 0, full = 0;
	size_t heard = 0;
	int rc;

	co.arg = &heard;
	o.read_only = !writing;
	rc = vt_store_open(home, &o, &world.ctx, &s, &err);
	if (rc != VT_OK)
		return says_why(rc, &err) ? REFUSED : WRONG;
	rc = vt_store_check_quick(s, &co, &quick, &err);
	if (rc == VT_OK)
		rc = vt_store_check(s, &co, &full, &err);
	if (rc != VT_OK)
		return says_why(rc, &err) ? REFUSED : WRONG;
	if (full > 0)
		return heard > 0 ? FOUND : WRONG;
	digests(s, now);
	for (int i = 0; i < VT_T__MAX; i++)
		if (vt_table_space((enum vt_table)i) == VT_SPACE_RECORDS &&
		    is_vouched((enum vt_table)i) &&
		    !vt_hash_eq(&rows[i], &now[i]))
			return WRONG;
	return CLEAN;
}

static int
in_child(bool writing)
{
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)alarm(60);
		hush();
		_exit((int)meet(writing));
	}
	tap_need(pid > 0 && waitpid(pid, &status, 0) == pid, "child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
environment(const char *name, size_t every)
{
	size_t seen[4] = { 0 }, tried = 0;
	char file[400], good[400], cmd[1000];
	struct stat st;
	off_t pages;

	(void)snprintf(file, sizeof(file), "%s/%s/data.mdb", home, name);
	(void)snprintf(good, sizeof(good), "%s.good", home);
	(void)snprintf(cmd, sizeof(cmd), "cp '%s' '%s'", file, good);
	tap_need(system(cmd) == 0 && stat(file, &st) == 0, "a copy");
	pages = st.st_size / PAGE;
	printf("# %s: %ld pages\n", name, (long)pages);
	(void)snprintf(cmd, sizeof(cmd), "cp '%s' '%s'", good, file);
	for (off_t page = 2; page < pages; page += (off_t)every)
		for (int k = 0; k < KINDS; k++) {
			bool writing = draw(2) != 0;
			int got;

			damage(file, page, pages, (enum damage)k);
			got = in_child(writing);
			if (got < 0 || got > REFUSED)
				tap_ok(false,
				    "%s, page %ld %s, opened for %s: %d", name,
				    (long)page, names[k],
				    writing ? "writing" : "reading", got);
			else
				seen[got]++;
			tried++;
			tap_need(system(cmd) == 0, "mended");
		}
	(void)unlink(good);
	printf("# %s: %zu damaged, %zu refused at open, %zu found by check, "
	       "%zu of no page or byte in use\n",
	    name, tried, seen[REFUSED], seen[FOUND], seen[CLEAN]);
	tap_ok(seen[CLEAN] + seen[FOUND] + seen[REFUSED] == tried,
	    "%s: nobody crashes, and nothing is told wrong", name);
	tap_ok(seen[FOUND] + seen[REFUSED] > tried / 3,
	    "%s: much of it is found", name);
}

/* ---- named ---- */

static char first[300];

static void
keep_first(void *arg, const char *line)
{
	(void)arg;
	if (first[0] == '\0')
		(void)snprintf(first, sizeof(first), "%s", line);
}

/* A page that only table leaf uses: its root says so. */
static void
told(void)
{
	struct vt_check_options co = { .finding = keep_first };
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	char file[400];
	uint8_t p[PAGE];
	uint64_t n = 0;
	off_t page = 0;
	int fd, rc;

	(void)snprintf(file, sizeof(file), "%s/records/data.mdb", home);
	fd = open(file, O_RDWR | O_CLOEXEC);
	for (off_t i = 2; page == 0 && pread(fd, p, PAGE, i * PAGE) == PAGE;
	     i++)
		/* a leaf in use, behind the tables' own */
		if (p[10] == 2 && memmem(p, PAGE, "V/v th", 6) != NULL &&
		    i > 20)
			page = i;
	tap_need(page != 0, "a page with papers");
	memset(p, 0, sizeof(p));
	o.read_only = true;
	for (off_t i = page; i > 2; i--) {
		uint8_t was[PAGE];

		read_at(fd, was, i);
		tap_need(pwrite(fd, p, PAGE, i * PAGE) == PAGE, "zeroed");
		first[0] = '\0';
		rc = vt_store_open(home, &o, &world.ctx, &s, &err);
		if (rc == VT_OK) {
			rc = vt_store_check(s, &co, &n, &err);
			vt_store_close(s);
		}
		tap_need(pwrite(fd, was, PAGE, i * PAGE) == PAGE, "mended");
		if (rc == VT_OK && n > 0)
			break;
	}
	(void)close(fd);
	tap_ok(strstr(first, "environment records: page ") != NULL &&
		   strstr(first, ", table ") != NULL,
	    "the page and its table are named: %s", first);
}

/* The row of a table says that it lies elsewhere: it would be looked for 40
 * bytes beyond its node. */
static void
elsewhere(void)
{
	static const char name[] = "paper_act";
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	char file[400];
	uint8_t p[PAGE], *at = NULL;
	off_t page = 2;
	int fd;

	(void)snprintf(file, sizeof(file), "%s/records/data.mdb", home);
	fd = open(file, O_RDWR | O_CLOEXEC);
	/* every state of the tree of tables, the one in use among them */
	for (; pread(fd, p, PAGE, page * PAGE) == PAGE; page++) {
		at = memmem(p, PAGE, name, strlen(name));
		if (at == NULL || at[-2] != strlen(name) || at[-4] != 2)
			continue;
		at[-4] |= 1;
		tap_need(pwrite(fd, p, PAGE, page * PAGE) == PAGE, "changed");
	}
	tap_code(vt_store_open(home, &o, &world.ctx, &s, &err),
	    VT_E_STORE_CORRUPT, &err, "a table that says it lies elsewhere");
	tap_ok(strstr(err.msg, "another kind (0x3)") != NULL, "is named: %s",
	    err.msg);
	for (page = 2; pread(fd, p, PAGE, page * PAGE) == PAGE; page++) {
		at = memmem(p, PAGE, name, strlen(name));
		if (at == NULL || at[-2] != strlen(name) || at[-4] != 3)
			continue;
		at[-4] = 2;
		tap_need(pwrite(fd, p, PAGE, page * PAGE) == PAGE, "mended");
	}
	(void)close(fd);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	fill();
	told();
	elsewhere();
	environment("records", 2);
	environment("keys", 1);
	dir_free(home);
	return tap_done();
}
