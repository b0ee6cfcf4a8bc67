/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every PDF of the corpora is judged, each in a process of its own with a time
 * limit: nothing crashes, hangs or leaks; what was built to fool a verifier
 * never passes; what is valid is never reported as failed.
 *
 * Twice: without anchors, where nothing can pass; and with the signers' own
 * certificates as anchors at a time inside their validity, where everything
 * passes that nothing but trust stood against. The second round is the one
 * that proves the rules.
 *
 * With file names as arguments: prints their verdicts in both rounds.
 */
#include <fcntl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signing/key/x509.h"
#include "signing/verdict/verdict.h"
#include "tests/tap.h"

#define SECONDS     20
#define ANCHORS_MAX 64
#define NOW         ((vt_time)1793318400 * 1000000) /* 2026-10-30 */

/* Files whose label is "valid" and which are rightly reported as failed. */
static const struct exception {
	const char *end, *why;
} exceptions[] = {
	{ NULL, NULL },
};

struct result {
	int overall[2];
	size_t signatures;
	char what[400]; /* indication, sub-indication, first reason of each */
};

static const char *const names[] = { "PASSED", "INDETERMINATE", "FAILED",
	"NO-SIGNATURE", "NOT-READABLE" };

static struct vt_verdict *
judge(const char *path, const struct vt_verify_input *in)
{
	struct vt_verdict *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		_exit(3);
	if (vt_source_map_fd(&src, fd, &err) != VT_OK) {
		close(fd);
		return NULL;
	}
	close(fd);
	if (vt_verify_pdf(&src, in, &v, &err) != VT_OK)
		_exit(4);
	vt_source_close(&src);
	return v;
}

/* The signers as anchors, and a time at which they are all valid (if any). */
static vt_time
trust_signers(const struct vt_verdict *v, struct vt_span *anchors, size_t *n)
{
	vt_time now = 0;
	size_t i;

	*n = 0;
	for (i = 0; i < v->n_signatures && *n < ANCHORS_MAX; i++) {
		VT_CLEANUP(vt_x509_free) X509 *x = NULL;
		struct vt_err err;
		vt_time from;

		if (v->signatures[i].certificate.n == 0 ||
		    vt_x509_read(v->signatures[i].certificate, "signer", &x,
			&err) != VT_OK)
			continue;
		anchors[(*n)++] = v->signatures[i].certificate;
		from = vt_x509_time(X509_get0_notBefore(x));
		if (from + VT_TIME_S(1) > now)
			now = from + VT_TIME_S(1);
	}
	return now == 0 ? NOW : now;
}

static void
describe(const struct vt_verdict *v, struct result *r)
{
	size_t i, at = 0;

	if (v->overall == VT_OVERALL_NOT_READABLE)
		snprintf(r->what, sizeof(r->what), "%.*s",
		    (int)sizeof(r->what) - 1, v->unreadable.msg);
	for (i = 0; i < v->n_signatures && at + 1 < sizeof(r->what); i++) {
		const struct vt_signature_verdict *s = &v->signatures[i];
		const char *reason =
		    s->n_reasons > 0 ? s->reasons[0].code : "-";
		int n = snprintf(r->what + at, sizeof(r->what) - at,
		    "%s%s%s%s(%s)", i == 0 ? "" : " | ", names[s->indication],
		    s->sub_indication == NULL ? "" : "/",
		    s->sub_indication == NULL ? "" : s->sub_indication, reason);

		at += n < 0 ? 0 : (size_t)n;
	}
}

static void
look(const char *path, bool print, struct result *r)
{
	struct vt_verify_input in = { .now = NOW, .offline = true };
	struct vt_span anchors[ANCHORS_MAX];
	struct vt_verdict *v, *w;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(cbor);
	struct vt_err err;

	v = judge(path, &in);
	if (v == NULL) { /* an empty file cannot be mapped */
		r->overall[0] = r->overall[1] = VT_OVERALL_NOT_READABLE;
		return;
	}
	in.anchors = anchors;
	in.now = trust_signers(v, anchors, &in.n_anchors);
	w = judge(path, &in);
	if (w == NULL)
		_exit(5);
	r->overall[0] = (int)v->overall;
	r->overall[1] = (int)w->overall;
	r->signatures = w->n_signatures;
	describe(w, r);
	if (print) {
		vt_verdict_print(v, false, &text);
		vt_buf_puts(&text, "--- signers trusted ---\n");
		vt_verdict_print(w, false, &text);
		fwrite(text.p, 1, text.n, stdout);
	}
	vt_verdict_encode(w, &cbor);
	vt_verdict_free(v);
	vt_verdict_free(w);
	v = NULL;
	if (vt_verdict_decode(vt_buf_view(&cbor), &v, &err) != VT_OK)
		_exit(6);
	vt_verdict_free(v);
}

/* In a child, so that one bad file says which one it is. 0 when it ended
 * well. */
static int
run(const char *path, bool print, struct result *r)
{
	int fds[2], status = 0;
	ssize_t n;
	pid_t pid;

	memset(r, 0, sizeof(*r));
	fflush(stdout); /* or the child prints it again */
	if (pipe(fds) != 0 || (pid = fork()) < 0) {
		printf("Bail out! no process\n");
		exit(1);
	}
	if (pid == 0) {
		close(fds[0]);
		alarm(SECONDS);
		look(path, print, r);
		fflush(stdout);
		n = write(fds[1], r, sizeof(*r));
		/* exit, not _exit: the leak checker runs. */
		exit(n == sizeof(*r) ? 0 : 7);
	}
	close(fds[1]);
	n = read(fds[0], r, sizeof(*r));
	close(fds[0]);
	waitpid(pid, &status, 0);
	return n == sizeof(*r) && WIFEXITED(status) ? WEXITSTATUS(status)
						    : status | 1;
}

static bool
is_exception(const char *path)
{
	const struct exception *e;
	size_t n = strlen(path), k;

	for (e = exceptions; e->end != NULL; e++) {
		k = strlen(e->end);
		if (n >= k && strcmp(path + n - k, e->end) == 0)
			return true;
	}
	return false;
}

struct tally {
	size_t files, judged, bad_end, attacks_passed, valid_failed;
	size_t passed_trusted;
};

static void
check(const char *root, const char *path, const char *kind,
    const char *expected, struct tally *t)
{
	struct result r;
	char full[1024];
	int end;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	end = run(full, false, &r);
	t->files++;
	if (end != 0) {
		t->bad_end++;
		printf("# ended badly (%d): %s\n", end, path);
		return;
	}
	t->judged += r.signatures > 0;
	t->passed_trusted += r.overall[1] == VT_OVERALL_PASSED;
	if (r.signatures > 0 || strcmp(kind, "pdf-signed") == 0)
		printf("# %s\t%s\t%s\t%s\t%s\n", expected, names[r.overall[0]],
		    names[r.overall[1]], path, r.what);
	if ((strcmp(expected, "attack") == 0 ||
		strcmp(expected, "invalid") == 0) &&
	    (r.overall[0] == VT_OVERALL_PASSED ||
		r.overall[1] == VT_OVERALL_PASSED)) {
		t->attacks_passed++;
		printf("# PASSED THOUGH %s: %s\n", expected, path);
	}
	if (strcmp(expected, "valid") == 0 && !is_exception(path) &&
	    (r.overall[0] == VT_OVERALL_FAILED ||
		r.overall[1] == VT_OVERALL_FAILED)) {
		t->valid_failed++;
		printf("# FAILED THOUGH valid: %s\n", path);
	}
}

static void
all(const char *root)
{
	struct tally t = { 0 };
	char manifest[1024], *line, *lines = NULL;
	VT_BUF_AUTO(text);
	struct vt_source src;
	struct vt_err err;
	int fd;

	/* Read whole: an open stream would be rewound by every child's exit. */
	snprintf(manifest, sizeof(manifest), "%s/manifest.tsv", root);
	fd = open(manifest, O_RDONLY | O_CLOEXEC);
	tap_need(fd >= 0, "the manifest of the corpora is there");
	tap_call(vt_source_map_fd(&src, fd, &err), &err, "... and readable");
	close(fd);
	vt_buf_put(&text, src.map, (size_t)src.size);
	vt_source_close(&src);
	for (line = strtok_r((char *)text.p, "\n", &lines); line != NULL;
	     line = strtok_r(NULL, "\n", &lines)) {
		char *save = NULL;
		char *path = strtok_r(line, "\t", &save);
		char *kind = strtok_r(NULL, "\t", &save);
		char *source = strtok_r(NULL, "\t", &save);
		char *expected = strtok_r(NULL, "\t", &save);

		if (source == NULL || expected == NULL ||
		    strncmp(kind, "pdf", 3) != 0)
			continue;
		check(root, path, kind, expected, &t);
	}
	printf("# %zu files, %zu with signatures, %zu pass when their signers "
	       "are trusted\n",
	    t.files, t.judged, t.passed_trusted);
	tap_ok(t.files > 500, "all PDFs of the corpora were judged");
	tap_eq_int(t.bad_end, 0, "none crashed, hung or leaked");
	tap_eq_int(t.attacks_passed, 0, "no attack and no invalid file passed");
	tap_eq_int(t.valid_failed, 0, "no valid file failed");
	tap_ok(t.passed_trusted > 0, "the rules let something pass");
}

int
main(int argc, char **argv)
{
	const char *root = getenv("VANTHU_CORPORA");
	struct vt_err err;
	struct result r;
	int i;

	tap_call(vt_base_init(&err), &err, "base");
	for (i = 1; i < argc; i++) {
		int end = run(argv[i], true, &r);

		printf("# end %d: %s: %s\n", end, argv[i], r.what);
	}
	if (argc == 1 && root != NULL && access(root, R_OK) == 0)
		all(root);
	else if (argc == 1)
		printf("ok 2 - # SKIP no corpora\n"), tap_count++;
	return tap_done();
}
