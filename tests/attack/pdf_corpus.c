/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every PDF of the corpora is opened and walked: all objects of all
 * revisions, all streams that can be decoded, all pages. Nothing crashes,
 * hangs or leaks (an alarm ends a file that takes too long), and every file
 * with a valid signature opens. How many others do: tests/oracle/pdf_qpdf.
 *
 * With file names as arguments: walks those and prints what it found.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pdf/pdf.h"
#include "tests/tap.h"

#define SECONDS     20
#define ARENA_LIMIT ((size_t)512 << 20)
#define DATA_LIMIT  ((size_t)32 << 20)

/* What became of one file. */
struct outcome {
	int open, walk;    /* codes */
	struct vt_err err; /* of the first that failed */
	size_t objects, pages, revisions;
};

static int
walk_object(struct vt_pdf *pdf, size_t rev, uint32_t num, struct vt_err *reterr)
{
	struct vt_pdf_object *o = NULL;
	VT_BUF_AUTO(data);
	int rc;

	rc = vt_pdf_get(pdf, rev, num, &o, reterr);
	if (rc != VT_OK || o->type != VT_PDF_STREAM)
		return rc;
	/* undecodable image data is no fault of the file's structure */
	(void)!vt_pdf_stream_data(pdf, o, DATA_LIMIT, &data, NULL);
	return VT_OK;
}

static int
walk(struct vt_pdf *pdf, struct outcome *out)
{
	struct vt_pdf_page page;
	size_t rev, i;
	int rc = VT_OK, one;

	out->revisions = vt_pdf_revisions(pdf);
	for (rev = 0; rev < out->revisions; rev++) {
		const struct vt_pdf_revision *r = vt_pdf_revision(pdf, rev);
		for (i = 0; i < r->n_objects; i++, out->objects++) {
			one = walk_object(pdf, rev, r->objects[i],
			    rc == VT_OK ? &out->err : NULL);
			rc = rc == VT_OK ? one : rc;
		}
	}
	one = vt_pdf_page_count(
	    pdf, VT_PDF_LATEST, &out->pages, rc == VT_OK ? &out->err : NULL);
	for (i = 0; one == VT_OK && i < out->pages; i++)
		one = vt_pdf_page(pdf, VT_PDF_LATEST, i, &page,
		    rc == VT_OK ? &out->err : NULL);
	return rc == VT_OK ? one : rc;
}

static struct outcome
look(const char *path)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct outcome out = { .err = VT_ERR_INIT };
	struct vt_source src;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		printf("Bail out! %s: cannot be opened\n", path);
		exit(1);
	}
	arena = vt_arena_new(ARENA_LIMIT);
	alarm(SECONDS);
	out.open = vt_source_map_fd(&src, fd, &out.err);
	close(fd);
	if (out.open != VT_OK)
		return out;
	out.open = vt_pdf_open(&src, arena, &pdf, &out.err);
	if (out.open == VT_OK)
		out.walk = walk(pdf, &out);
	alarm(0);
	vt_pdf_free(VT_TAKE(pdf));
	vt_source_close(&src);
	return out;
}

static void
report(const char *path, const struct outcome *o)
{
	if (o->open != VT_OK)
		printf("# refused %s: %s: %s\n", path,
		    vt_err_info(o->open)->slug, o->err.msg);
	else if (o->walk != VT_OK)
		printf("# fault %s: %s: %s\n", path, vt_err_info(o->walk)->slug,
		    o->err.msg);
}

int
main(int argc, char **argv)
{
	const char *corpora = getenv("VANTHU_CORPORA");
	char line[4096], path[8192], *kind, *expected, *rest;
	size_t files = 0, opened = 0, clean = 0;
	struct outcome o;
	FILE *f;

	for (int i = 1; i < argc; i++) {
		o = look(argv[i]);
		report(argv[i], &o);
		printf("# %s: %zu revisions, %zu objects, %zu pages\n", argv[i],
		    o.revisions, o.objects, o.pages);
	}
	if (argc > 1)
		return 0;
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
		if (expected == NULL || strncmp(kind, "pdf", 3) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", corpora, line);
		o = look(path);
		report(line, &o);
		files++;
		opened += o.open == VT_OK;
		clean += o.open == VT_OK && o.walk == VT_OK;
		if (strcmp(expected, "valid") == 0)
			tap_ok(o.open == VT_OK && o.walk == VT_OK,
			    "signed and valid: %s", line);
	}
	fclose(f);
	tap_ok(files > 0,
	    "%zu files were walked: %zu opened, %zu of them "
	    "without any fault",
	    files, opened, clean);
	return tap_done();
}
