/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scripted day (store_day.c) is recorded, and
 *
 *	store_break power N	the power is cut at N moments of it; what a
 *				disk may then hold is built (disk.c)
 *	store_break calls N	it is lived through N times; each time another
 *				call fails in one of the ways it can, or the
 *				disk is full for a while, or the map
 *	store_break one CALL COUNT FAULT MAP
 *				one of these again
 *	store_break lie		its syncs do nothing: what is lost is seen
 *
 * and after each the store is held to what was answered (facts.c), with all of
 * check every 100th time and whenever something is found. VT_SEED repeats the
 * choices. Ends with a line "SUM what n lost differing numbers other".
 */
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/crash/facts.h"
#include "tests/unit/docstore/fixture.h"

#define DAY_MAX_S   120
#define MAP_ROOMY   ((uint64_t)1 << 28)
#define CHECK_EVERY 100
#define A_TAPE      4000 /* moments of one recording */

static char here[PATH_MAX]; /* our programs */
static char room[PATH_MAX]; /* scratch */
static char day[PATH_MAX + 8], log_path[PATH_MAX + 8], image[PATH_MAX + 8];
static uint64_t seed;
static unsigned int done_n, checks;
static struct tally sum;

static uint64_t
draw(uint64_t a)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15U + a;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* ---- the day ---- */

struct disturbed {
	uint64_t call, n; /* which calls; n 0: none */
	enum tape_fault fault;
	uint64_t map_size;
	bool strict;
};

static void
become_day(const struct disturbed *x)
{
	char text[3][PATH_MAX + 64], map[24], fault[64], prog[PATH_MAX + 16];
	char *env[6], *argv[] = { prog, day, map,
		x->strict ? (char[]){ "strict" } : NULL, NULL };

	(void)snprintf(prog, sizeof(prog), "%s/store_day", here);
	(void)snprintf(
	    map, sizeof(map), "%llu", (unsigned long long)x->map_size);
	(void)snprintf(text[0], sizeof(text[0]), "VT_TAPE_ROOT=%s", day);
	(void)snprintf(text[1], sizeof(text[1]), "VT_TAPE_LOG=%s", log_path);
	(void)snprintf(
	    text[2], sizeof(text[2]), "LD_PRELOAD=%s/libtape.so", here);
	(void)snprintf(fault, sizeof(fault), "VT_TAPE_FAULT=%llu %llu %d",
	    (unsigned long long)x->call, (unsigned long long)x->n, x->fault);
	for (int i = 0; i < 3; i++)
		env[i] = text[i];
	/* The tape comes before the runtime of a sanitizer. */
	env[3] = (char[]){ "ASAN_OPTIONS=verify_asan_link_order=0" };
	env[4] = x->n > 0 ? fault : NULL;
	env[5] = NULL;
	(void)alarm(DAY_MAX_S);
	(void)execve(prog, argv, env);
	_exit(127);
}

/* True when it ended by itself. What it says while it is disturbed is not
 * news. */
static bool
live(const struct disturbed *x, struct tape *t)
{
	int status;
	pid_t pid;

	disk_empty(day);
	(void)unlink(log_path);
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (!x->strict && getenv("VT_LOUD") == NULL &&
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(126);
		become_day(x);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	if (!tape_load(t, log_path)) {
		printf("Bail out! no tape\n");
		exit(1);
	}
	if (status != 0)
		printf("# the day ended with %s %d\n",
		    WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
	return status == 0;
}

/* ---- holding ---- */

static bool
hold(const struct facts *f, const char *dir, const char *name)
{
	bool check = ++done_n % CHECK_EVERY == 0;
	bool good = facts_hold(
	    f, dir, HOLD_GO_ON | (check ? HOLD_CHECK : 0), name, &sum);

	checks += check;
	/* Once more, with all of check, for whoever looks into it. */
	if (!good && !check) {
		struct tally again = { .lost = 0 };

		(void)facts_hold(f, dir, HOLD_CHECK, name, &again);
		checks++;
	}
	return good;
}

static unsigned int
problems(void)
{
	return sum.lost + sum.differing + sum.numbers + sum.other;
}

static void
progress(const char *what, unsigned int i, unsigned int n)
{
	if ((i + 1) % 250 != 0 && i + 1 != n)
		return;
	printf("# %s: %u of %u, %u problems\n", what, i + 1, n, problems());
	(void)fflush(stdout);
}

static bool
is_moment(const struct tape_entry *e)
{
	return (e->r.flags & TAPE_FAILED) == 0 &&
	       (e->r.op == TAPE_WRITE || e->r.op == TAPE_SIZE ||
		   e->r.op == TAPE_SYNC || e->r.op == TAPE_MKDIR ||
		   e->r.op == TAPE_LINK || e->r.op == TAPE_RENAME ||
		   e->r.op == TAPE_UNLINK || e->r.op == TAPE_RMDIR ||
		   (e->r.op == TAPE_OPEN && e->r.flags != 0));
}

/* ---- recording ---- */

static void
every_kind(const struct tape *t)
{
	static const enum vt_step_kind kinds[] = { VT_STEP_REGISTER,
		VT_STEP_META, VT_STEP_VERSION, VT_STEP_SUBMIT, VT_STEP_APPROVE,
		VT_STEP_RETURN, VT_STEP_NUMBER, VT_STEP_SIGN, VT_STEP_SEAL,
		VT_STEP_ISSUE, VT_STEP_DISPATCH, VT_STEP_RECEIVE,
		VT_STEP_DELIVERED, VT_STEP_CODE, VT_STEP_ASSIGN,
		VT_STEP_PROBLEM, VT_STEP_TAKE_BACK, VT_STEP_RECALL,
		VT_STEP_REPLACE, VT_STEP_FORWARD, VT_STEP_PROCESS,
		VT_STEP_FINISH, VT_STEP_OPENED, VT_STEP_TAKE_BACK_ANSWER,
		VT_STEP_PRINT, VT_STEP_READ, VT_STEP_COUNTED, VT_STEP_ACCEPT, VT_STEP_REFUSE, VT_STEP_AGENCY,
		VT_STEP_AGENCY_NAME, VT_STEP_AGENCY_KEYS, VT_STEP_PERSON,
		VT_STEP_SERIES, VT_STEP_ENTRY, VT_STEP_AGENCY_MERGE,
		VT_STEP_CHECK, VT_STEP_WITHDRAW, VT_STEP_OPINION,
		VT_STEP_EXTEND, VT_STEP_CANCEL, VT_STEP_FREEZE, VT_STEP_LINK,
		VT_STEP_JOIN, VT_STEP_COPY, VT_STEP_RENDITION, VT_STEP_ISOLATE,
		VT_STEP_CLEAR, VT_STEP_SECRET, VT_STEP_TERM, VT_STEP_RESERVE,
		VT_STEP_CANCEL_NUMBER, VT_STEP_OUTAGE, VT_STEP_BOOK_CLOSE,
		VT_STEP_DESTROY, VT_STEP_WORK, VT_STEP_WORK_DONE,
		VT_STEP_CONSIGN, VT_STEP_CONSIGN_READ, VT_STEP_STATUS,
		VT_STEP_RESEND };
	unsigned int missing = 0;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t i = 0;

		while (i < t->n_at && (t->at[i].r.op != TAPE_MARK ||
					  t->at[i].r.flags != MARK_KIND ||
					  t->at[i].r.off != (int)kinds[k]))
			i++;
		if (i == t->n_at)
			printf("# not in the day: %s\n",
			    vt_step_kind_name(kinds[k]));
		missing += i == t->n_at;
	}
	tap_eq_int(missing, 0, "the day has every kind of step");
}

/*
 * A day that nothing disturbs; is all that it wrote on the tape? Whatever goes
 * round the recorder (a mapping, a system call of its own) is seen here.
 */
static void
record(struct tape *t)
{
	const struct disturbed none = { .map_size = MAP_ROOMY, .strict = true };
	struct facts *f = facts_new();
	struct disk *d = disk_new();
	unsigned int bypass = 0;

	tap_need(live(&none, t), "a day of %s", "a store");
	for (size_t i = 0; i < t->n_at; i++) {
		disk_apply(d, &t->at[i]);
		facts_add(f, &t->at[i]);
		bypass += t->at[i].r.op == TAPE_BYPASS;
		if (t->at[i].r.op == TAPE_BYPASS)
			printf("# %.*s\n", (int)t->at[i].r.n_a,
			    (const char *)t->at[i].a);
	}
	every_kind(t);
	tap_eq_int(bypass, 0, "nothing goes round the recorder");
	tap_eq_int(disk_differs(d, day), 0,
	    "the files are what the tape says, byte for byte");
	tap_eq_int(facts_wrong(f), 0, "the day saw nothing odd");
	tap_ok(facts_hold(f, day, HOLD_CHECK, "undisturbed", &sum),
	    "%zu acts, %zu records: the store holds all of them", facts_acts(f),
	    t->n_at);
	disk_free(d);
	facts_free(f);
}

/* ---- the power is cut ---- */

static void
cut(struct disk *d, const struct facts *f, const struct tape_entry *e,
    enum disk_choice choice, uint64_t drawn)
{
	static const char *const names[] = { "nothing unsynced", "all",
		"the last write", "some writes", "some sectors",
		"a torn sector" };
	char name[96];

	disk_empty(image);
	disk_build(d, e, choice, drawn, image);
	(void)snprintf(name, sizeof(name), "cut in call %llu, %s, %llx",
	    (unsigned long long)e->r.call, names[choice],
	    (unsigned long long)drawn);
	(void)hold(f, image, name);
}

/* n moments of a tape, in the order of the tape. */
static void
moments(
    const struct tape *t, unsigned int n, unsigned int before, unsigned int all)
{
	struct facts *f = facts_new();
	struct disk *d = disk_new();
	size_t total = 0, seen = 0;
	unsigned int i = 0;

	for (size_t k = 0; k < t->n_at; k++)
		total += is_moment(&t->at[k]);
	for (size_t k = 0; k < t->n_at; k++) {
		const struct tape_entry *e = &t->at[k];

		if (is_moment(e)) {
			seen++;
			for (; i < n && (uint64_t)i * total < seen * n; i++) {
				uint64_t z = draw(before + i);

				cut(d, f, e,
				    (enum disk_choice)(z % DISK_CHOICES),
				    z / DISK_CHOICES);
				progress("power", before + i, all);
			}
		}
		disk_apply(d, e);
		facts_add(f, e);
	}
	disk_free(d);
	facts_free(f);
}

static void
power(unsigned int n)
{
	struct tape t;

	for (unsigned int at = 0; at < n; at += A_TAPE) {
		record(&t);
		moments(&t, n - at < A_TAPE ? n - at : A_TAPE, at, n);
		tape_free(&t);
	}
}

/* ---- a call fails ---- */

static const struct {
	enum tape_op op;
	enum tape_fault fault[6];
} ways[] = {
	{ TAPE_OPEN, { TAPE_EIO, TAPE_ENOSPC } },
	{ TAPE_WRITE, { TAPE_EIO, TAPE_EIO_AFTER, TAPE_ENOSPC,
			  TAPE_ENOSPC_AFTER, TAPE_SHORT, TAPE_EINTR } },
	{ TAPE_SIZE, { TAPE_EIO, TAPE_ENOSPC } },
	{ TAPE_SYNC,
	    { TAPE_EIO, TAPE_EIO_AFTER, TAPE_ENOSPC_AFTER, TAPE_EINTR } },
	{ TAPE_MKDIR, { TAPE_EIO, TAPE_ENOSPC } },
	{ TAPE_LINK, { TAPE_EIO, TAPE_EIO_AFTER, TAPE_ENOSPC } },
	{ TAPE_RENAME, { TAPE_EIO, TAPE_EIO_AFTER } },
	{ TAPE_UNLINK, { TAPE_EIO } },
	{ TAPE_RMDIR, { TAPE_EIO } },
	{ TAPE_READ, { TAPE_EIO, TAPE_SHORT, TAPE_EINTR } },
	{ TAPE_MMAP, { TAPE_ENOMEM } },
	{ TAPE_LOCK, { TAPE_EIO } },
	{ TAPE_CLOSE, { TAPE_EIO } },
};

static struct disturbed *faults;
static unsigned int n_faults, n_calls;

static void
fault_add(uint64_t call, uint64_t n, enum tape_fault fault, uint64_t map)
{
	if ((n_faults & (n_faults - 1)) == 0)
		faults = realloc(faults,
		    (n_faults == 0 ? 1 : n_faults * 2) * sizeof(*faults));
	if (faults == NULL)
		abort();
	faults[n_faults++] = (struct disturbed){
		.call = call, .n = n, .fault = fault, .map_size = map
	};
}

static unsigned int
ways_of(const struct tape_rec *r, const enum tape_fault **ret)
{
	unsigned int n = 0;

	for (size_t k = 0; r->call > 0 && k < sizeof(ways) / sizeof(ways[0]);
	     k++)
		if (ways[k].op == r->op) {
			*ret = ways[k].fault;
			while (n < 6 && ways[k].fault[n] != 0)
				n++;
		}
	return n;
}

/* First every call of the day in one of its ways, then in another, ... */
static void
list_faults(const struct tape *t)
{
	for (unsigned int turn = 0; turn < 6; turn++) {
		for (size_t i = 0; i < t->n_at; i++) {
			const enum tape_fault *way;
			const struct tape_rec *r = &t->at[i].r;
			unsigned int n = ways_of(r, &way);

			if (turn < n)
				fault_add(r->call, 1,
				    way[(r->call + seed + turn) % n],
				    MAP_ROOMY);
		}
		if (turn == 0)
			n_calls = n_faults;
	}
}

/* The i-th of n: of ten, one is a time without room or a small map. */
static struct disturbed
choose(unsigned int i, unsigned int n)
{
	unsigned int k = i - i / 10, all = n - n / 10;
	struct disturbed x = { .map_size = MAP_ROOMY };

	if (i % 20 == 9) {
		x.call = 1 + draw(i) % n_calls;
		x.n = 5 + draw(i + n) % 200;
		x.fault = TAPE_NOROOM;
		return x;
	}
	if (i % 20 == 19) {
		x.map_size = (64 + draw(i) % 2500) << 10;
		return x;
	}
	if (n_calls == 0 || n_faults == n_calls)
		abort();
	if (all < n_calls)
		return faults[(seed + (uint64_t)k * n_calls / all) % n_calls];
	if (k < n_calls || all == n_calls)
		return faults[k % n_calls];
	return faults[n_calls +
		      (seed + (uint64_t)(k - n_calls) * (n_faults - n_calls) /
				  (all - n_calls)) %
			  (n_faults - n_calls)];
}

/* Once there is room again nothing may fail for the want of it. */
static unsigned int
still_full(const struct tape *t, const struct disturbed *x)
{
	unsigned int bad = 0;
	uint64_t call = 0, begun = 0;

	for (size_t i = 0; x->fault == TAPE_NOROOM && i < t->n_at; i++) {
		const struct tape_rec *r = &t->at[i].r;

		if (r->op != TAPE_MARK)
			call = r->call;
		else if (r->flags == MARK_ASK)
			begun = call;
		else if (r->flags == MARK_REFUSED && begun >= x->call + x->n &&
			 (r->off == VT_E_STORE_FULL || r->off == VT_E_IO ||
			     r->off == VT_E_STORE_CORRUPT))
			bad++;
	}
	if (bad > 0)
		printf("# %u acts failed when there was room again\n", bad);
	return bad;
}

static void
disturb(const struct disturbed *x)
{
	static const char *const names[] = { "none", "EIO", "EIO after it",
		"ENOSPC", "short", "EINTR", "ENOMEM", "lie", "no room",
		"ENOSPC after it" };
	struct facts *f = facts_new();
	struct disk *d = disk_new();
	char name[160];
	unsigned int full;
	struct tape t;
	bool ended;

	ended = live(x, &t);
	for (size_t i = 0; i < t.n_at; i++) {
		disk_apply(d, &t.at[i]);
		facts_add(f, &t.at[i]);
	}
	(void)snprintf(name, sizeof(name),
	    "call %llu and %llu on: %s, map %llu", (unsigned long long)x->call,
	    (unsigned long long)x->n, names[x->fault],
	    (unsigned long long)x->map_size);
	full = still_full(&t, x);
	sum.other += !ended + facts_wrong(f) + full;
	if (!ended || facts_wrong(f) + full > 0)
		printf("# in %s\n", name);
	/* As the process left it; then without what it did not sync. */
	(void)hold(f, day, name);
	disk_empty(image);
	disk_build(d, NULL, DISK_NONE, 0, image);
	(void)snprintf(name, sizeof(name),
	    "call %llu and %llu on: %s, then cut", (unsigned long long)x->call,
	    (unsigned long long)x->n, names[x->fault]);
	(void)hold(f, image, name);
	disk_free(d);
	facts_free(f);
	tape_free(&t);
}

static void
calls(unsigned int n)
{
	struct tape t;

	record(&t);
	list_faults(&t);
	tape_free(&t);
	printf("# %u calls, %u ways for them to fail\n", n_calls, n_faults);
	for (unsigned int i = 0; i < n; i++) {
		struct disturbed x = choose(i, n);

		disturb(&x);
		progress("calls", i, n);
	}
	free(faults);
}

/* ---- does it see anything? ---- */

/* A disk that says "synced" and is not: acts must be seen to be lost. */
static void
lie(void)
{
	const struct disturbed x = { .call = 1,
		.n = UINT64_MAX,
		.fault = TAPE_LIE,
		.map_size = MAP_ROOMY,
		.strict = true };
	struct facts *f = facts_new();
	struct disk *d = disk_new();
	struct tally seen = { .lost = 0 };
	struct tape t;

	tap_need(live(&x, &t), "a day on a disk that lies");
	for (size_t i = 0; i < t.n_at; i++) {
		disk_apply(d, &t.at[i]);
		facts_add(f, &t.at[i]);
	}
	tap_ok(facts_hold(f, day, HOLD_CHECK, "before the cut", &seen),
	    "nobody sees it while there is power");
	disk_empty(image);
	disk_build(d, NULL, DISK_NONE, 0, image);
	printf("# what follows is to be expected\n");
	tap_ok(
	    !facts_hold(f, image, HOLD_CHECK, "on a disk that lied", &seen) &&
		seen.lost > 0,
	    "then it is cut, and the loss is seen");
	disk_free(d);
	facts_free(f);
	tape_free(&t);
}

/* ---- */

static void
make_room(void)
{
	const char *base = getenv("TMPDIR");
	ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 1);

	if (n <= 0)
		abort();
	here[n] = '\0';
	*strrchr(here, '/') = '\0';
	/* Memory is enough of a disk: what is synced is in the tape. */
	if (base == NULL)
		base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(room, sizeof(room), "%s/vt-break-XXXXXX", base);
	if (mkdtemp(room) == NULL)
		abort();
	(void)snprintf(day, sizeof(day), "%s/day", room);
	(void)snprintf(image, sizeof(image), "%s/image", room);
	(void)snprintf(log_path, sizeof(log_path), "%s/tape", room);
	if (mkdir(day, 0700) != 0 || mkdir(image, 0700) != 0)
		abort();
}

int
main(int argc, char **argv)
{
	unsigned int n =
	    argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 60;
	const char *mode = argc > 1 ? argv[1] : "", *s = getenv("VT_SEED");
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	seed = s != NULL ? strtoull(s, NULL, 10)
			 : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20;
	printf("# VT_SEED=%llu\n", (unsigned long long)seed);
	make_room();
	if (strcmp(mode, "power") == 0)
		power(n);
	else if (strcmp(mode, "calls") == 0)
		calls(n);
	else if (strcmp(mode, "lie") == 0)
		lie();
	else if (strcmp(mode, "one") == 0 && argc == 6)
		disturb(&(struct disturbed){ .call = n,
		    .n = strtoull(argv[3], NULL, 10),
		    .fault = (enum tape_fault)strtol(argv[4], NULL, 10),
		    .map_size = strtoull(argv[5], NULL, 10) });
	else
		tap_need(false, "power N, calls N or lie, not \"%s\"", mode);
	if (strcmp(mode, "lie") != 0) {
		tap_eq_int(problems(), 0, "%s: %u, nothing lost", mode, n);
		printf("# SUM %s %u %u %u %u %u\n", mode, n, sum.lost,
		    sum.differing, sum.numbers, sum.other);
		printf("# %u times held to it, %u of them with all of check\n",
		    done_n, checks);
	}
	disk_empty(room);
	(void)rmdir(room);
	return tap_done();
}
