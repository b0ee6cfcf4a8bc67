/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/oracle/signing/tools.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
tool_run(const char *const *argv, bool both, struct vt_buf *ret)
{
	int fds[2], status = -1, null;
	char *args[32];
	uint8_t piece[4096];
	size_t i;
	ssize_t n;
	pid_t pid;

	for (i = 0; argv[i] != NULL && i < 31; i++)
		args[i] = strdup(argv[i]);
	args[i] = NULL;
	VT_ASSERT(pipe2(fds, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(fds[1], 1);
		dup2(both ? fds[1] : null, 2);
		execvp(args[0], args);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], piece, sizeof(piece))) > 0)
		vt_buf_put(ret, piece, (size_t)n);
	close(fds[0]);
	for (i = 0; args[i] != NULL; i++)
		free(args[i]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool
tool_exists(const char *name)
{
	const char *const argv[] = { name, "--version", NULL };
	VT_BUF_AUTO(out);

	return tool_run(argv, true, &out) != 127;
}

int
tool_qpdf_check(const char *path)
{
	const char *const argv[] = { "qpdf", "--check", path, NULL };
	VT_BUF_AUTO(out);

	return tool_run(argv, true, &out);
}

static size_t
count(const struct vt_buf *b, const char *what)
{
	const char *p = vt_buf_str(b);
	size_t n = 0;

	while ((p = strstr(p, what)) != NULL) {
		n++;
		p += strlen(what);
	}
	return n;
}

size_t
tool_pdfsig_valid(const char *path, size_t *ret_listed)
{
	const char *const argv[] = { "pdfsig", "-nocert", path, NULL };
	VT_BUF_AUTO(out);

	tool_run(argv, false, &out);
	*ret_listed = count(&out, "  - Signature Field Name:");
	return count(&out, "Signature Validation: Signature is Valid.");
}

bool
tool_read(const char *path, struct vt_buf *ret)
{
	FILE *f = fopen(path, "r");
	uint8_t piece[65536];
	size_t n;
	bool ok;

	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		vt_buf_put(ret, piece, n);
	ok = !ferror(f) && ret->failed == VT_OK;
	fclose(f);
	return ok;
}

void
tool_write(const char *path, struct vt_span s)
{
	FILE *f = fopen(path, "w");

	VT_ASSERT(f != NULL);
	VT_ASSERT(s.n == 0 || fwrite(s.p, 1, s.n, f) == s.n);
	VT_ASSERT(fclose(f) == 0);
}
