/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bad days of an operator, one a row: what happened to a data directory, who
 * comes, what he is told. Nothing is made anew in the place of what is lost,
 * and when the day is over the store goes on as it was.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define NOBODY 65534

static struct world world;
static char home[400]; /* as it is today */
static char good[400]; /* as it was */
static char log_key[80];

static void
shell(const char *cmd)
{
	char line[3000];

	(void)snprintf(line, sizeof(line), "H='%s'; G='%s'; L='%s'; %s", home,
	    good, log_key, cmd);
	tap_need(system(line) == 0, "%s", cmd);
}

/* ---- who comes ---- */

static int
opens(bool reading, struct vt_err *err)
{
	struct vt_store_options o = options;
	struct vt_store *s = NULL;
	int rc;

	o.read_only = reading;
	rc = vt_store_open(home, &o, &world.ctx, &s, err);
	vt_store_close(s);
	return rc;
}

static int
writer(struct vt_err *err)
{
	return opens(false, err);
}

static int
reader(struct vt_err *err)
{
	return opens(true, err);
}

/* A clerk: the store opens, and his act is done or not. */
static int
clerk(struct vt_err *err)
{
	struct doer d = { .agency = 1, .r = VT_ACT_RESULT_INIT };
	int rc = vt_store_open(home, &options, &world.ctx, &d.s, err);

	if (rc == VT_OK)
		rc = make_paper(&d, VT_DIR_OUT, 100, 99);
	if (rc != VT_OK && d.s != NULL)
		*err = d.err;
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	return rc;
}

/* One who is not the owner of the files. */
static int
stranger(struct vt_err *err)
{
	return setgid(NOBODY) != 0 || setuid(NOBODY) != 0 ? VT_E_INTERNAL
							   : writer(err);
}

static int
strange_reader(struct vt_err *err)
{
	return setgid(NOBODY) != 0 || setuid(NOBODY) != 0 ? VT_E_INTERNAL
							   : reader(err);
}

/* A process that has no descriptor left but a few. */
static int
crowded(struct vt_err *err)
{
	struct rlimit few = { 6, 6 };

	return setrlimit(RLIMIT_NOFILE, &few) != 0 ? VT_E_INTERNAL
						    : writer(err);
}

/* A second process while the server runs. */
static int
second(struct vt_err *err)
{
	struct vt_store_options o = options;
	struct vt_store *server = NULL, *s = NULL;
	int rc = vt_store_open(home, &options, &world.ctx, &server, err);

	if (rc != VT_OK)
		return VT_E_INTERNAL;
	rc = vt_store_open(home, &o, &world.ctx, &s, err);
	vt_store_close(s);
	vt_store_close(server);
	return rc;
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

/* ---- the days ---- */

static const struct {
	const char *what; /* happened */
	const char *cmd;
	int (*who)(struct vt_err *err);
	int code; /* he is told */
	const char *says;
	bool root; /* only root can play it */
} days[] = {
	{ "nothing", "true", clerk, VT_OK, "", false },
	{ "records/ is gone", "rm -r $H/records", writer, VT_E_NO_INPUT,
	    "environment records", false },
	{ "its file is gone", "rm $H/records/data.mdb", writer, VT_E_NO_INPUT,
	    "environment records", false },
	{ "the keys are gone", "rm $H/keys/data.mdb", writer, VT_E_NO_INPUT,
	    "environment keys", false },
	{ "the keys are gone, reading", "rm -r $H/keys", reader, VT_E_NO_INPUT,
	    "environment keys", false },
	{ "the bytes are gone", "rm -r $H/bytes-0001", writer, VT_E_NO_INPUT,
	    "environment bytes-0001", false },
	{ "the bytes are an empty file", ": > $H/bytes-0001/data.mdb", writer,
	    VT_E_STORE_CORRUPT, "environment bytes-0001", false },
	{ "no database", "echo hello > $H/records/data.mdb", writer,
	    VT_E_STORE_FORMAT, "environment records", false },
	{ "the store key is gone", "rm $H/store.key", writer, VT_E_NO_INPUT,
	    "store.key", false },
	{ "half a store key", "head -c 40 $G/store.key > $H/store.key", writer,
	    VT_E_STORE_FORMAT, "store key file: cut off", false },
	{ "another store's key", "cp $G.other/store.key $H/store.key", writer,
	    VT_E_STORE_CORRUPT, "belongs to another store", false },
	{ "the log key is gone", "rm $H/log-keys/$L", clerk, VT_E_NO_INPUT,
	    "log", false },
	{ "another log key", "cp $G.other/log-keys/* $H/log-keys/$L", clerk,
	    VT_E_STORE_CORRUPT, "log key", false },
	{ "somebody else's directory", "chmod 755 $H", stranger,
	    VT_E_STORE_READ_ONLY, "lock", true },
	{ "somebody else's, for reading", "chmod 755 $H", strange_reader,
	    VT_E_STORE_READ_ONLY, "environment records", true },
	{ "no descriptors", "true", crowded, VT_E_IO, "Too many open files",
	    false },
	{ "a server has it", "true", second, VT_E_STORE_LOCKED, home, false },
	{ "a restore was cut off", ": > $H/restore.unfinished", reader,
	    VT_E_STORE_FORMAT, "ask for it again", false },
};

static void
play(size_t i)
{
	struct vt_err err = VT_ERR_INIT;
	struct {
		int rc;
		struct vt_err err;
	} told = { .rc = VT_E_INTERNAL };
	int pipe_[2] = { -1, -1 }, status = 0;
	pid_t pid = -1;

	if (days[i].root && geteuid() != 0) {
		tap_ok(true, "%s # SKIP root alone", days[i].what);
		return;
	}
	shell("rm -rf $H; cp -a --sparse=always $G $H");
	shell(days[i].cmd);
	tap_need(pipe(pipe_) == 0, "a pipe");
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)alarm(60);
		hush();
		told.rc = days[i].who(&err);
		told.err = err;
		_exit(write(pipe_[1], &told, sizeof(told)) != sizeof(told));
	}
	(void)close(pipe_[1]);
	tap_need(read(pipe_[0], &told, sizeof(told)) == sizeof(told) &&
		     waitpid(pid, &status, 0) == pid && status == 0,
	    "%s: he lives to tell", days[i].what);
	(void)close(pipe_[0]);
	tap_ok(told.rc == days[i].code, "%s: %d, wanted %d", days[i].what,
	    told.rc, days[i].code);
	tap_ok(told.rc == VT_OK || strstr(told.err.msg, days[i].says) != NULL,
	    "%s: \"%s\"", days[i].what, told.err.msg);
	/* Mended by what was taken: nothing new stands in its place. */
	shell("cp -a --sparse=always -n $G/. $H/; cp -a $G/store.key $H/; "
	      "cp -a $G/log-keys/. $H/log-keys/; chmod 700 $H; "
	      "rm -f $H/restore.unfinished; "
	      "for e in records keys bytes-0001; do "
	      "[ $(stat -c %s $H/$e/data.mdb) -gt 100 ] || "
	      "cp -a $G/$e/data.mdb $H/$e/; done");
	err = (struct vt_err)VT_ERR_INIT;
	told.rc = clerk(&err);
	tap_ok(told.rc == VT_OK, "%s: mended, it goes on: %s", days[i].what,
	    err.msg);
}

/* ---- the clock ---- */

static void
clock_day(void)
{
	struct doer d = { .agency = 1, .r = VT_ACT_RESULT_INIT };
	vt_time real = world.now;
	vt_id waits;

	shell("rm -rf $H; cp -a --sparse=always $G $H");
	d.s = store_open(home, &world.ctx);
	tap_need(make_paper(&d, VT_DIR_OUT, 100, 1) == VT_OK, "paper");
	waits = d.paper;
	tap_need(do_step(&d, &waits, agree(VT_STEP_SUBMIT, &d.main)) == VT_OK,
	    "submitted");
	world.now += VT_TIME_S(3 * 3600);
	tap_call(make_paper(&d, VT_DIR_OUT, 100, 2), &d.err,
	    "an act while the clock is three hours ahead");
	world.now = real + VT_TIME_S(60);
	tap_call(make_paper(&d, VT_DIR_OUT, 100, 3), &d.err,
	    "right again: acts go on, at the time of the last");
	tap_code(do_step(&d, &waits, number_step("di")), VT_E_STORE_CLOCK,
	    &d.err, "no number is given");
	tap_ok(strstr(d.err.msg, "2026-03-02T11:12:45+07:00") != NULL &&
		   strstr(d.err.msg, "2026-03-02T08:13:45+07:00") != NULL &&
		   strstr(d.err.msg, "by itself") != NULL,
	    "it says both times, and how to go on: %s", d.err.msg);
	world.now = real + VT_TIME_S(2 * 3600 + 1);
	tap_call(do_step(&d, &waits, number_step("di")), &d.err,
	    "an hour before the last act it goes on");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	world.now = real;
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	char id[VT_ID_TEXT + 1], *base = dir_new(), second_dir[420];
	struct vt_agency a;
	struct vt_view *v;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	(void)snprintf(home, sizeof(home), "%s/store", base);
	(void)snprintf(good, sizeof(good), "%s/good", base);
	(void)snprintf(second_dir, sizeof(second_dir), "%s.other", good);
	tap_need(chmod(base, 0755) == 0, "base");
	world_init(&world);
	for (int i = 0; i < 2; i++) {
		d.s = store_new(i == 0 ? second_dir : good, &world.ctx);
		tap_need(make_agency(&d, "H99.01", "Sở Mẫu") == VT_OK &&
			     make_series(&d, "di", VT_RESET_YEAR,
				 VT_SERIES_OURS) == VT_OK &&
			     make_paper(&d, VT_DIR_OUT, 100, 7) == VT_OK,
		    "a day: %s", d.err.msg);
		tap_need(vt_view_begin(d.s, &v, &err) == VT_OK &&
			     vt_agency_by_code(v, "H99.01", &a, &err) == VT_OK,
		    "agency");
		vt_id_text(&a.id, id);
		vt_view_end(v);
		vt_store_close(d.s);
	}
	vt_act_result_free(&d.r);
	(void)snprintf(log_key, sizeof(log_key), "%s.key", id);
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		play(i);
	clock_day();
	dir_free(base);
	return tap_done();
}
