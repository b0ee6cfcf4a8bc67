/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other people's PDFs through the pages worker: each gives text and a picture,
 * or a reason; none ends the worker by a crash, a forbidden system call or a
 * broken answer. Poppler's own tool says what there was to be found.
 */
#include "tests/tap.h"

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

#include "base/context.h"
#include "render/render.h"

#define EVERY 6 /* of the corpus: the whole takes minutes */

static struct vt_spawner *spawner;
static size_t seen, texts, pictures, refused, ended;

/* True for the reasons a file can give. */
static bool
is_reason(int rc)
{
	return rc == VT_E_PDF_SYNTAX || rc == VT_E_PDF_ENCRYPTED ||
	       rc == VT_E_NOT_PDF || rc == VT_E_FILE_EMPTY ||
	       rc == VT_E_LIMIT || rc == VT_E_NOT_FOUND ||
	       rc == VT_E_WORKER_TIMEOUT || rc == VT_E_WORKER_LIMIT;
}

static void
judge(int rc, size_t *good, const struct vt_err *err, const char *path)
{
	if (rc == VT_OK) {
		(*good)++;
		return;
	}
	if (is_reason(rc)) {
		refused++;
		return;
	}
	ended++;
	printf("# %s: code %d: %s\n", path, rc, err->msg);
}

static int
one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(png);
	size_t n = strlen(path), pages;
	int fd, every = EVERY;

	(void)ftw;
	if (getenv("VANTHU_FOREIGN_ALL") != NULL)
		every = 1;
	if (kind != FTW_F || n < 4 || strcmp(path + n - 4, ".pdf") != 0 ||
	    st->st_size > 20000000)
		return 0;
	if (seen++ % (size_t)every != 0)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	judge(vt_pages_text(spawner, fd, &text, &pages, &err), &texts, &err,
	    path);
	judge(vt_pages_png(spawner, fd, 0, 50, &png, &err), &pictures, &err,
	    path);
	(void)close(fd);
	return 0;
}

int
main(void)
{
	const char *corpora = getenv("VANTHU_CORPORA");
	struct vt_err err;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner");
	if (corpora == NULL || access(corpora, R_OK) != 0) {
		printf("ok 3 - foreign files # SKIP no corpora\n1..3\n");
		vt_spawner_free(spawner);
		return 0;
	}
	tap_ok(nftw(corpora, one, 16, FTW_PHYS) == 0, "corpus walked");
	printf("# %zu files, one in %d tried: %zu texts, %zu pictures, %zu "
	       "refusals\n",
	    seen, EVERY, texts, pictures, refused);
	tap_eq_int(ended, 0, "no worker ended without a reason");
	tap_ok(texts > seen / EVERY / 2 && pictures > seen / EVERY / 2,
	    "most files are read");
	vt_spawner_free(spawner);
	return tap_done();
}
