/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our reader and appender against qpdf, over the PDFs of the corpora.
 *
 * An ordinary file is one that the corpora call sound and `qpdf --check` has
 * nothing to say about. Of those nine in ten must open and take two updates,
 * each with the place of a signature in it; every object then stands where
 * qpdf says, there are as many pages, and `qpdf --check` says no more about
 * the new file than about the old one. Files that qpdf has warnings about may
 * be refused; when they open, the same holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pdf/append.h"
#include "tests/tap.h"

#define ARENA_LIMIT ((size_t)512 << 20)
#define QPDF_CLEAN  0
#define QPDF_WARNED 3

/* Runs qpdf with these arguments; its standard output, and its exit status. */
static int
qpdf(const char *option, const char *path, struct vt_buf *ret)
{
	int fds[2], status = -1, null;
	char piece[4096];
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(fds[1], 1);
		dup2(null, 2);
		execlp("qpdf", "qpdf", option, path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], piece, sizeof(piece))) > 0)
		vt_buf_put(ret, piece, (size_t)n);
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
qpdf_check(const char *path)
{
	VT_BUF_AUTO(out);

	return qpdf("--check", path, &out);
}

enum match { SAME, DIFFERENT, SUPERSEDED };

/* One line of --show-xref against our slot. */
static enum match
match_slot(const struct vt_pdf *pdf, const char *line)
{
	size_t rev = vt_pdf_revisions(pdf) - 1;
	unsigned long long num, gen, a, b;
	struct vt_pdf_slot s;
	uint64_t header;

	/* qpdf counts from the header */
	(void)vt_pdf_version(pdf, &header);
	if (sscanf(line, "%llu/%llu: uncompressed; offset = %llu", &num, &gen,
		&a) == 3) {
		s = vt_pdf_slot(pdf, rev, (uint32_t)num);
		/* qpdf keeps a number's earlier generations; for us, as for
		 * §7.5.4, a number has one state in a revision */
		if (s.gen > gen)
			return SUPERSEDED;
		return s.state == VT_PDF_SLOT_FILE && s.gen == gen &&
			       (s.offset == a || s.offset == a + header)
			   ? SAME
			   : DIFFERENT;
	}
	if (sscanf(line, "%llu/%llu: compressed; stream = %llu, index = %llu",
		&num, &gen, &a, &b) == 4) {
		s = vt_pdf_slot(pdf, rev, (uint32_t)num);
		return s.state == VT_PDF_SLOT_OBJSTM && s.stream == a &&
			       s.index == b
			   ? SAME
			   : DIFFERENT;
	}
	return DIFFERENT;
}

/* Every object that qpdf knows is where we say, and there are no others. */
static bool
same_xref(const struct vt_pdf *pdf, const char *path)
{
	size_t ours = 0, theirs = 0, rev = vt_pdf_revisions(pdf) - 1;
	char *line, *rest;
	enum match m;
	VT_BUF_AUTO(out);

	(void)qpdf("--show-xref", path, &out);
	if (out.n == 0)
		return false;
	rest = (char *)out.p;
	while ((line = strsep(&rest, "\n")) != NULL) {
		m = line[0] == '\0' ? SUPERSEDED : match_slot(pdf, line);
		if (m == DIFFERENT) {
			printf("# %s: qpdf: %s\n", path, line);
			return false;
		}
		theirs += m == SAME;
	}
	for (uint32_t num = 1; num < 100000; num++) {
		struct vt_pdf_slot s = vt_pdf_slot(pdf, rev, num);
		ours += s.state == VT_PDF_SLOT_FILE ||
			s.state == VT_PDF_SLOT_OBJSTM;
	}
	if (ours != theirs)
		printf("# %s: %zu objects, qpdf has %zu\n", path, ours, theirs);
	return ours == theirs;
}

static bool
same_pages(struct vt_pdf *pdf, const char *path)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(out);
	size_t n = 0;

	if (vt_pdf_page_count(pdf, VT_PDF_LATEST, &n, &err) != VT_OK)
		return true; /* refused with a reason: nothing to compare */
	(void)qpdf("--show-npages", path, &out);
	if (strtoull(vt_buf_str(&out), NULL, 10) == n)
		return true;
	printf("# %s: %zu pages, qpdf has %s", path, n, vt_buf_str(&out));
	return false;
}

struct file {
	struct vt_arena *arena;
	struct vt_source src;
	struct vt_pdf *pdf;
};

static int
file_open(const char *path, struct file *f, struct vt_err *reterr)
{
	int fd, rc;

	*f = (struct file){ .arena = vt_arena_new(ARENA_LIMIT) };
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return vt_err_errno(reterr, VT_E_NO_INPUT, errno, "%s", path);
	rc = vt_source_map_fd(&f->src, fd, reterr);
	close(fd);
	if (rc == VT_OK)
		rc = vt_pdf_open(&f->src, f->arena, &f->pdf, reterr);
	return rc;
}

static void
file_close(struct file *f)
{
	vt_pdf_free(f->pdf);
	vt_source_close(&f->src);
	vt_arena_free(f->arena);
	*f = (struct file){ 0 };
}

/* The catalog as it is, a new stream, and a place for a signature. */
static int
update(struct file *f, struct vt_pdf_tail *t, struct vt_err *reterr)
{
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *a = NULL;
	struct vt_pdf_object *catalog;
	struct vt_pdf_ref ref;
	uint32_t stream = 0, sig = 0;
	VT_BUF_AUTO(body);
	int rc;

	if ((rc = vt_pdf_append_new(f->pdf, &a, reterr)) != VT_OK ||
	    (rc = vt_pdf_catalog(
		 f->pdf, VT_PDF_LATEST, &catalog, &ref, reterr)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &stream, reterr)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &sig, reterr)) != VT_OK)
		return rc;
	vt_pdf_print(catalog, &body);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK ||
	    (rc = vt_pdf_append_put(a, ref.num, vt_buf_view(&body), reterr)) !=
		VT_OK ||
	    (rc = vt_pdf_append_stream(a, stream,
		 VT_SPAN_LIT("<< /Note (oracle) >>"), VT_SPAN_LIT("data"),
		 reterr)) != VT_OK ||
	    (rc = vt_pdf_append_signature(a, sig,
		 VT_SPAN_LIT("/Type /Sig /Filter /Adobe.PPKLite"), 512,
		 reterr)) != VT_OK)
		return rc;
	return vt_pdf_append_finish(a, t, reterr);
}

/* path + tail, written to to. */
static bool
write_new(const struct file *f, const struct vt_pdf_tail *t, const char *to)
{
	FILE *out = fopen(to, "w");
	bool ok;

	if (out == NULL)
		return false;
	ok = fwrite(f->src.map, 1, f->src.size, out) == f->src.size &&
	     fwrite(t->bytes.p, 1, t->bytes.n, out) == t->bytes.n;
	return fclose(out) == 0 && ok;
}

/* One update of from; what it led to is in to. */
static bool
update_file(const char *name, const char *from, const char *to, int before)
{
	__attribute__((cleanup(vt_pdf_tail_free))) struct vt_pdf_tail t =
	    VT_PDF_TAIL_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct file f, g = { 0 };
	bool ok = false;
	int rc, after;

	rc = file_open(from, &f, &err);
	if (rc == VT_OK)
		rc = update(&f, &t, &err);
	if (rc == VT_OK && write_new(&f, &t, to))
		rc = file_open(to, &g, &err);
	if (rc != VT_OK) {
		printf("# %s: %s: %s\n", name, vt_err_info(rc)->slug, err.msg);
	} else {
		after = qpdf_check(to);
		ok = after <= before && same_xref(g.pdf, to) &&
		     same_pages(g.pdf, to) &&
		     vt_pdf_revisions(g.pdf) == vt_pdf_revisions(f.pdf) + 1;
		if (after > before)
			printf("# %s: qpdf --check %d, was %d\n", name, after,
			    before);
	}
	file_close(&g);
	file_close(&f);
	return ok;
}

struct count {
	size_t ordinary, opened, twice; /* ordinary files */
	size_t other, other_opened;     /* that qpdf warns about */
};

static void
one_file(const char *name, const char *path, bool sound, struct count *c)
{
	int check = qpdf_check(path);
	bool ordinary = sound && check == QPDF_CLEAN, ok;
	struct vt_err err = VT_ERR_INIT;
	struct file f;
	int rc;

	c->ordinary += ordinary;
	c->other += sound && !ordinary;
	rc = file_open(path, &f, &err);
	if (rc != VT_OK) {
		if (ordinary)
			printf("# refused %s: %s: %s\n", name,
			    vt_err_info(rc)->slug, err.msg);
		file_close(&f);
		return;
	}
	c->opened += ordinary;
	c->other_opened += sound && !ordinary;
	if (check == QPDF_CLEAN)
		tap_ok(same_xref(f.pdf, path) && same_pages(f.pdf, path),
		    "as qpdf reads it: %s", name);
	file_close(&f);
	if (check != QPDF_CLEAN && check != QPDF_WARNED)
		return;
	ok = update_file(name, path, "pdf_qpdf.1.pdf", check) &&
	     update_file(name, "pdf_qpdf.1.pdf", "pdf_qpdf.2.pdf", check);
	c->twice += ordinary && ok;
	if (!ordinary)
		return;
	if (!ok)
		printf("# not updated: %s\n", name);
}

int
main(int argc, char **argv)
{
	const char *corpora = getenv("VANTHU_CORPORA");
	char line[4096], path[8192], *kind, *expected, *rest;
	struct count c = { 0 };
	FILE *f;

	VT_BUF_AUTO(out);
	if (qpdf("--version", "--version", &out) == 127) {
		printf("1..0 # SKIP qpdf is not installed\n");
		return 0;
	}
	if (corpora == NULL)
		corpora = "../shared/corpora";
	snprintf(path, sizeof(path), "%s/manifest.tsv", corpora);
	f = fopen(path, "r");
	if (f == NULL) {
		printf("1..0 # SKIP no corpora at %s\n", corpora);
		return 0;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		rest = line;
		strsep(&rest, "\t");
		kind = strsep(&rest, "\t");
		strsep(&rest, "\t");
		expected = strsep(&rest, "\t");
		if (expected == NULL || strncmp(kind, "pdf", 3) != 0 ||
		    (argc > 1 && strstr(line, argv[1]) == NULL))
			continue;
		snprintf(path, sizeof(path), "%s/%s", corpora, line);
		one_file(line, path,
		    strcmp(expected, "parse-ok") == 0 ||
			strcmp(expected, "valid") == 0,
		    &c);
	}
	fclose(f);
	printf("# ordinary: %zu, opened %zu, updated twice %zu; "
	       "with warnings: %zu, opened %zu\n",
	    c.ordinary, c.opened, c.twice, c.other, c.other_opened);
	tap_ok(c.opened * 10 >= c.ordinary * 9, "nine in ten ordinary open");
	tap_ok(c.twice * 10 >= c.ordinary * 9,
	    "nine in ten ordinary take two updates");
	return tap_done();
}
