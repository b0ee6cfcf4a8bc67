/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our papers and grafts before foreign eyes: qpdf --check, pdftotext. */
#include "tests/tap.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/context.h"
#include "base/text.h"
#include "tests/unit/render/samples.h"

static struct vt_err err;

/* Runs a tool on bytes given as a file; what it prints goes to ret. */
static int
run(const char *const argv[], struct vt_span file, struct vt_buf *ret)
{
	char path[] = "/tmp/vanthu-oracle-XXXXXX", chunk[4096];
	int fd = mkstemp(path), out[2], status = -1;
	const char *args[8];
	ssize_t n;
	pid_t pid;

	tap_need(fd >= 0 && write(fd, file.p, file.n) == (ssize_t)file.n &&
		     pipe(out) == 0,
	    "file for the tool");
	for (size_t i = 0; i < 8; i++) {
		args[i] = argv[i];
		if (argv[i] == NULL)
			break;
		if (strcmp(argv[i], "FILE") == 0)
			args[i] = path;
	}
	pid = fork();
	if (pid == 0) {
		(void)dup2(out[1], 1);
		(void)close(out[0]);
		(void)execvp(args[0], (char *const *)(uintptr_t)args);
		_exit(127);
	}
	(void)close(out[1]);
	while ((n = read(out[0], chunk, sizeof(chunk))) > 0)
		vt_buf_put(ret, chunk, (size_t)n);
	(void)close(out[0]);
	(void)waitpid(pid, &status, 0);
	(void)close(fd);
	(void)unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* White space of any length as one space. */
static void
squeeze(const struct vt_buf *from, struct vt_buf *to)
{
	bool gap = false;

	for (size_t i = 0; i < from->n; i++) {
		if (strchr(" \n\f", from->p[i]) != NULL) {
			gap = true;
			continue;
		}
		if (gap && to->n > 0)
			vt_buf_putc(to, ' ');
		gap = false;
		vt_buf_putc(to, from->p[i]);
	}
}

static void
check(const struct vt_buf *pdf, const char *const *texts, size_t n,
    const char *what)
{
	static const char *const qpdf[] = { "qpdf", "--check", "FILE", NULL };
	static const char *const totext[] = { "pdftotext", "-q", "FILE", "-",
		NULL };
	VT_BUF_AUTO(out);
	VT_BUF_AUTO(said);
	VT_BUF_AUTO(flat);
	int rc = run(qpdf, vt_buf_view(pdf), &out);

	tap_eq_int(rc, 0, "%s: qpdf --check is clean", what);
	if (rc != 0)
		printf("# %s\n", vt_buf_str(&out));
	tap_eq_int(
	    run(totext, vt_buf_view(pdf), &said), 0, "%s: pdftotext", what);
	squeeze(&said, &flat);
	for (size_t i = 0; i < n; i++)
		tap_ok(strstr(vt_buf_str(&flat), texts[i]) != NULL,
		    "%s: the page says \"%.40s...\"", what, texts[i]);
}

int
main(void)
{
	const char *body[12];
	struct vt_letter l = sample_letter();
	struct vt_notice n = sample_notice();
	struct vt_places p;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(c);

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_call(vt_render_letter(&l, &a, &p, &err), &err, "letter");
	check(&a, sample_body, 3, "letter");
	sample_paragraphs(body, 12);
	l = sample_decision(body, 12);
	tap_call(vt_render_letter(&l, &b, &p, &err), &err, "decision");
	check(&b, sample_three, 3, "decision");
	tap_call(vt_render_notice(&n, &c, &p, &err), &err, "notice");
	check(&c, sample_notice_body, 2, "notice");
	return tap_done();
}
