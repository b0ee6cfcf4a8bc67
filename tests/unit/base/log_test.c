/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines, read back from a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "tests/tap.h"

static int ends[2];

/* What was logged since the last call. */
static const char *
logged(void)
{
	static char line[16384];
	ssize_t n = read(ends[0], line, sizeof(line) - 1);

	line[n < 0 ? 0 : n] = '\0';
	return line;
}

static void
test_lines(void)
{
	struct vt_err e = VT_ERR_INIT;

	vt_log(VT_LEVEL_WARN, "worker.crash", "kind=%s signal=%d", "pages", 11);
	tap_eq_str(logged(), "<4>worker.crash kind=pages signal=11\n", "plain");
	vt_log(VT_LEVEL_ERROR, "x", "a=%s", "b c=\"d\"\n<3>fake");
	tap_eq_str(logged(), "<3>x a=\"b c=\\\"d\\\"\\n<3>fake\"\n",
	    "a value cannot end the line or its quotes");
	vt_log(VT_LEVEL_INFO, "x", "a=%s b=%s", "", "\x1b[2J\xff\xC2\x9B");
	tap_eq_str(logged(), "<6>x a=\"\" b=\"\\x1b[2J\\xff\\x9b\"\n",
	    "controls and ill-formed bytes");
	vt_log(VT_LEVEL_INFO, "x", "a=%s", "Sở \xE2\x80\xAE");
	tap_eq_str(logged(), "<6>x a=\"Sở \\u202e\"\n", "bidi control");
	vt_log(VT_LEVEL_INFO, "x", "a=%.*s b=%.2s", 3, "abcdef", "xyz");
	tap_eq_str(logged(), "<6>x a=abc b=xy\n", "precision");
	vt_log(VT_LEVEL_INFO, "x", "a=%.1f b=%s", 2.5, "y\n");
	tap_eq_str(logged(), "<6>x text=\"a=2.5 b=y\\n\"\n",
	    "another conversion: all of it quoted");
	vt_log(VT_LEVEL_INFO, "started", "%s", "");
	tap_eq_str(logged(), "<6>started \"\"\n", "an empty value");
	errno = EBADF;
	vt_log(VT_LEVEL_DEBUG, "x", "a=%d", 1);
	vt_log(VT_LEVEL_INFO, "y", "a=%d", 2);
	tap_eq_int(errno, EBADF, "errno is kept");
	tap_eq_str(logged(), "<6>y a=2\n", "below the level: nothing");

	vt_err_errno(&e, VT_E_IO, ENOSPC, "put");
	vt_log_err("store.put", &e);
	tap_eq_str(logged(),
	    "<3>store.put code=io errno=28 message=\"put: No space left on "
	    "device\"\n",
	    "an error with its errno");
	vt_err_set(&e, VT_E_NOT_FOUND, "no paper");
	vt_log_err("store.get", &e);
	vt_err_set(&e, VT_E_PIN_WRONG, "key");
	vt_log_err("sign", &e);
	tap_eq_str(logged(), "<4>sign code=pin-wrong message=key\n",
	    "at the level of its row");
}

static void
test_long(void)
{
	char text[9000];
	const char *line;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	vt_log(VT_LEVEL_INFO, "long", "n=%d a=%s b=%d", 5, text, 3);
	line = logged();
	tap_ok(strlen(line) <= 4096, "at most one pipe buffer");
	tap_ok(strncmp(line, "<6>long n=5 ", 12) == 0 &&
		   strstr(line, " cut=1\n") != NULL,
	    "what fits is there, and that it was cut");
	memset(text, ' ', 4200);
	vt_log(VT_LEVEL_INFO, "long", "a=%s", text);
	line = logged();
	tap_ok(strlen(line) <= 4096 && strlen(line) > 4000 &&
		   strstr(line, " \" cut=1\n") != NULL,
	    "a quoted value that is cut has its closing quote");
}

/* Has anything been written since the last call of logged? */
static bool
is_quiet(void)
{
	struct pollfd p = { .fd = ends[0], .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

static void
test_often(void)
{
	const int64_t now = 1000000;

	vt_log_often(now, "often", "n=%d", 1);
	tap_eq_str(logged(), "<6>often n=1\n", "a line alone: at once");
	vt_log_often(now + 1000, "often", "n=%d", 2);
	vt_log_often(now + 2000, "often", "n=%s", "3 \n");
	tap_ok(is_quiet(), "lines of a burst wait");
	vt_log(VT_LEVEL_WARN, "other", "n=%d", 4);
	tap_eq_str(logged(),
	    "<6>often n=2\n<6>often n=\"3 \\n\"\n<4>other n=4\n",
	    "but not for longer than another line, and in order");
	vt_log_often(now + 3000, "often", "n=%d", 5);
	tap_ok(is_quiet(), "again");
	vt_log_flush();
	tap_eq_str(logged(), "<6>often n=5\n", "until they are asked for");
	vt_log_flush();
	tap_ok(is_quiet(), "once");
	vt_log_often(now + 4000, "often", "n=%d", 6);
	vt_log_often(now + 60000, "often", "n=%d", 7);
	tap_eq_str(logged(), "<6>often n=6\n<6>often n=7\n",
	    "or a line that is none of a burst");
}

/* A burst through a pipe that keeps writes apart. */
static void
test_burst(void)
{
	int packets[2], n = 0, writes = 0, next = 0, good = 0;
	char b[4097], want[32];
	ssize_t got;

	tap_need(pipe2(packets, O_DIRECT) == 0, "pipe");
	vt_log_setup(packets[1], VT_LEVEL_INFO);
	for (; n < 1000; n++)
		vt_log_often(2000000 + n, "burst", "n=%d", n);
	vt_log_flush();
	close(packets[1]);
	vt_log_setup(ends[1], VT_LEVEL_INFO);
	while ((got = read(packets[0], b, sizeof(b) - 1)) > 0) {
		writes++;
		b[got] = '\0';
		for (char *p = b, *end; (end = strchr(p, '\n')) != NULL;
		     p = end + 1) {
			snprintf(want, sizeof(want), "<6>burst n=%d\n", next++);
			good += strncmp(p, want, strlen(want)) == 0;
		}
		good -= b[got - 1] != '\n' || got > 4096;
	}
	close(packets[0]);
	tap_eq_int(good, 1000,
	    "whole lines in order, none too long to be one "
	    "write");
	tap_ok(writes < 10, "in few writes: %d", writes);
}

static void *
log_many(void *arg)
{
	static const char text[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	for (int i = 0; i < 200; i++)
		if (i % 3 == 0)
			vt_log(VT_LEVEL_INFO, "t", "who=%s text=%s",
			    (char *)arg, text);
		else
			vt_log_often(3000000 + i, "t", "who=%s text=%s",
			    (char *)arg, text);
	vt_log_flush();
	return NULL;
}

static void
test_threads(void)
{
	pthread_t t[4];
	char name[4][2] = { "0", "1", "2", "3" }, line[256];
	FILE *f = fdopen(ends[0], "r");
	int good = 0, lines = 0;

	tap_need(f != NULL, "fdopen");
	for (int i = 0; i < 4; i++)
		VT_ASSERT(pthread_create(&t[i], NULL, log_many, name[i]) == 0);
	while (lines < 800 && fgets(line, sizeof(line), f) != NULL) {
		lines++;
		if (strncmp(line, "<6>t who=", 9) == 0 && strlen(line) == 71)
			good++;
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	tap_eq_int(good, 800, "four threads, 800 whole lines");
	fclose(f);
}

int
main(void)
{
	tap_need(pipe(ends) == 0, "pipe");
	vt_log_setup(ends[1], VT_LEVEL_INFO);
	test_lines();
	test_long();
	test_often();
	test_burst();
	test_threads();
	return tap_done();
}
