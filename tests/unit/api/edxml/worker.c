/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet worker: what comes through it, and what a worker that was taken
 * over can make its caller believe. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/unit/api/edxml/paper.h"

static struct vt_buf lie; /* what the lying worker answers; set before fork */

static int
lying(struct vt_job *job, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_span(job->reply, vt_buf_view(&lie));
	return VT_OK;
}

static int
hungry(struct vt_job *job, struct vt_err *reterr)
{
	static uint8_t block[1 << 20];

	(void)reterr;
	for (;;)
		if (write(job->fds[1], block, sizeof(block)) < 0)
			_exit(9);
}

static int
memfd(const void *p, size_t n)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	tap_need(fd >= 0 && (n == 0 || write(fd, p, n) == (ssize_t)n) &&
		     lseek(fd, 0, SEEK_SET) == 0,
	    "a file");
	return fd;
}

static struct vt_spawner *
start(const struct vt_worker_kind *kind)
{
	struct vt_spawner *s = NULL;
	struct vt_err err = VT_ERR_INIT;

	if (vt_spawner_start(kind, 1, &s, &err) != VT_OK) {
		printf("Bail out! no spawner: %s\n", err.msg);
		exit(1);
	}
	return s;
}

static void
test_packet(struct vt_spawner *s)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct paper p;
	uint8_t got[512];
	int in, out;
	VT_BUF_AUTO(b);

	paper_make(&p);
	paper_write(&p.d, &b);
	in = memfd(b.p, b.n);
	out = memfd(NULL, 0);
	tap_call(vt_edxml_ask(s, in, out, false, &x, &err), &err, "read");
	tap_need(x != NULL && x->document.n_attachments == 2, "a paper");
	tap_eq_int(x->n_findings, 0, "nothing to remark");
	for (size_t i = 0; i < 2; i++) {
		const struct vt_edxml_attachment *a =
		    &x->document.attachments[i];
		const char *want = i == 0 ? PAPER_PDF : PAPER_TXT;

		tap_ok(a->size == strlen(want) && a->size <= sizeof(got) &&
			   pread(out, got, a->size, (off_t)a->at) ==
			       (ssize_t)a->size &&
			   memcmp(got, want, a->size) == 0,
		    "attachment %zu is in the file", i);
	}
	close(in);
	close(out);
}

static void
test_refused(struct vt_spawner *s)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	int in = memfd("<edXML", 6), empty = memfd(NULL, 0);

	tap_code(vt_edxml_ask(s, in, -1, false, &x, &err), VT_E_SYNTAX, &err,
	    "a packet that breaks off: the reader's words come back");
	tap_code(vt_edxml_ask(s, empty, -1, false, &x, &err), VT_E_SYNTAX, &err,
	    "an empty one");
	close(in);
	close(empty);
}

static void
test_large(struct vt_spawner *s)
{
	static uint8_t noise[20 << 20];
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source file;
	struct paper p;
	struct stat st;
	int in, out;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 2654435761U >> 13);
	paper_make(&p);
	vt_source_memory(&file, VT_SPAN(noise, sizeof(noise)));
	p.files[0].source = &file;
	p.d.n_attachments = 1;
	paper_write(&p.d, &b);
	in = memfd(b.p, b.n);
	out = memfd(NULL, 0);
	tap_call(vt_edxml_ask(s, in, out, false, &x, &err), &err, "20 MB");
	tap_ok(fstat(out, &st) == 0 && st.st_size == sizeof(noise),
	    "are written whole");
	close(in);
	close(out);
}

static void
says(const char *what, int code)
{
	static const struct vt_worker_kind liar = {
		.name = "packet", .handle = lying, .output_max = 1 << 20
	};
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *s = start(&liar);
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	int in = memfd("x", 1), out = memfd("0123456789", 10);

	tap_code(
	    vt_edxml_ask(s, in, out, false, &x, &err), code, &err, "%s", what);
	vt_edxml_free(x);
	close(in);
	close(out);
}

static void
test_lies(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_edxml_attachment *a;
	struct paper p;
	VT_BUF_AUTO(b);

	vt_buf_puts(&lie, "no CBOR");
	says("an answer that is none", VT_E_WORKER_PROTOCOL);
	vt_buf_reset(&lie);
	says("an empty answer", VT_E_WORKER_PROTOCOL);
	paper_make(&p);
	paper_write(&p.d, &b);
	x = paper_must(&b, NULL);
	a = x->document.attachments;
	a[0].at = 4;
	a[0].size = 6;
	a[1].present = false;
	vt_edxml_put(x, &lie);
	says("an attachment in the file", VT_OK);
	a[0].size = 7;
	vt_buf_reset(&lie);
	vt_edxml_put(x, &lie);
	says("one that ends behind it", VT_E_WORKER_PROTOCOL);
	a[0].at = 400000000;
	vt_buf_reset(&lie);
	vt_edxml_put(x, &lie);
	says("one that lies behind it", VT_E_WORKER_PROTOCOL);
	vt_buf_truncate(&lie, lie.n - 1);
	says("half an answer", VT_E_WORKER_PROTOCOL);
	vt_buf_free(&lie);
}

/* The disk is not the worker's: it ends at its limit. */
static void
test_hungry(void)
{
	struct vt_worker_kind kind = {
		.name = "packet", .handle = hungry, .file_max = 3 << 20
	};
	struct vt_spawner *s = start(&kind);
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	struct stat st;
	int in = memfd("x", 1), out = memfd(NULL, 0);

	tap_code(vt_edxml_ask(s, in, out, false, &x, &err), VT_E_WORKER_CRASHED,
	    &err, "writing without end is ended");
	tap_ok(
	    fstat(out, &st) == 0 && st.st_size == 3 << 20, "at file_max bytes");
	vt_spawner_free(s);
	close(in);
	close(out);
}

int
main(void)
{
	struct vt_spawner *s;

	tap_need(vt_base_init(NULL) == VT_OK, "base");
	s = start(&vt_packet_worker);
	test_packet(s);
	test_refused(s);
	test_large(s);
	vt_spawner_free(s);
	test_lies();
	test_hungry();
	return tap_done();
}
