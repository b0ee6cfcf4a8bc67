/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kill -9 at random moments. A child writes with several threads and reports
 * every answer through a pipe; the parent kills it, opens the store, and holds
 * it to every word: each receipt is there byte for byte and verifies, numbers
 * have no gap, and what was under way happened whole or not at all. Every
 * 100th time, and before a store is put away, all of check. Usage:
 * store_kill [rounds]; VT_KILLS, VT_SEED.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/docstore/fixture.h"

#define THREADS     3
#define KEY_MAX     40
#define A_STORE     20 /* kills; then a new one: every word is held each time */
#define CHECK_EVERY 100

struct report { /* followed by n bytes of receipt */
	char key[KEY_MAX];
	uint32_t n;      /* 0: about to be asked, not answered yet */
	uint64_t number; /* given, 0 if none */
};

struct kept {
	struct report r;
	uint8_t *receipt;
	bool verified; /* equal bytes need it once */
};

static struct kept *kept;
static size_t n_kept, room_kept;
static uint64_t seed;
static struct { /* over all rounds */
	unsigned int lost, differing, numbers, other;
	unsigned int held, done, undone, checks;
} sum;

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* ---- the child ---- */

struct job {
	struct vt_store *s;
	int out;
	pthread_mutex_t *lock;
	unsigned int round, thread;
	uint64_t random;
	unsigned int acts;
};

static void
must(bool ok, const char *what, const struct vt_err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "child: %s: %s\n", what, err ? err->msg : "");
	_exit(3);
}

static void
say(struct job *j, const struct report *r, const void *receipt)
{
	(void)pthread_mutex_lock(j->lock);
	must(write(j->out, r, sizeof(*r)) == (ssize_t)sizeof(*r), "pipe", NULL);
	if (r->n > 0)
		must(write(j->out, receipt, r->n) == (ssize_t)r->n, "pipe",
		    NULL);
	(void)pthread_mutex_unlock(j->lock);
}

static void
act(struct job *j, struct doer *d, const vt_id *paper, const struct vt_step *st,
    size_t n)
{
	struct report r = { .n = 0 };

	(void)snprintf(r.key, sizeof(r.key), "%llx-%u-%u-%u",
	    (unsigned long long)seed, j->round, j->thread, j->acts++);
	say(j, &r, NULL);
	must(do_steps(d, paper, st, n, r.key) == VT_OK, "act", &d->err);
	r.n = (uint32_t)d->r.receipt.n;
	r.number = d->r.number;
	say(j, &r, d->r.receipt.p);
}

static void
one_paper(struct job *j, struct doer *d)
{
	size_t size = (size_t)next_random(&j->random) % 300000;
	struct vt_meta m = { .subject = "thử", .notation = "X" };
	struct vt_step st[3] = { { .kind = VT_STEP_REGISTER } };
	uint8_t *bytes = make_bytes(size, next_random(&j->random));
	struct vt_file f;
	vt_id id;

	must(make_file(d, VT_SPAN(bytes, size), "a.pdf", &f) == VT_OK, "upload",
	    &d->err);
	free(bytes);
	st[0].u.reg.direction = VT_DIR_OUT;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	act(j, d, NULL, st, 1);
	id = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	st[2] = number_step("di");
	act(j, d, &id, st, 3);
	must(append_step(d, VT_VERSION_SIGNED, 9000, next_random(&j->random),
		 &st[0]) == VT_OK,
	    "append", &d->err);
	st[1] = sign_step(VT_SIGN_COMPETENT, &st[0].u.version.file.hash);
	act(j, d, &id, st, 2);
}

static void *
child_thread(void *arg)
{
	struct job *j = arg;
	struct doer d = { .s = j->s, .agency = 1, .r = VT_ACT_RESULT_INIT };

	for (;;)
		one_paper(j, &d);
	return NULL;
}

static void
child(const char *dir, int out, unsigned int round)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct vt_store *s = store_open(dir, vt_context_system());
	struct job job[THREADS];
	pthread_t t[THREADS];

	for (unsigned int i = 0; i < THREADS; i++) {
		job[i] = (struct job){ .s = s,
			.out = out,
			.lock = &lock,
			.round = round,
			.thread = i,
			.random = seed + round * 31 + i + 1 };
		must(pthread_create(&t[i], NULL, child_thread, &job[i]) == 0,
		    "thread", NULL);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		(void)pthread_join(t[i], NULL);
}

/* ---- the parent ---- */

static bool
read_all(int fd, void *p, size_t n)
{
	uint8_t *out = p;

	while (n > 0) {
		ssize_t r = read(fd, out, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		out += r;
		n -= (size_t)r;
	}
	return true;
}

/* The newest word about a key is the one that counts. */
static struct kept *
find_key(const char *key)
{
	for (size_t i = n_kept; i > 0; i--)
		if (strcmp(kept[i - 1].r.key, key) == 0)
			return &kept[i - 1];
	return NULL;
}

static void
listen_to(int fd)
{
	struct report r;

	while (read_all(fd, &r, sizeof(r))) {
		struct kept *k = find_key(r.key);
		uint8_t *bytes = NULL;

		if (r.n > 0) {
			bytes = malloc(r.n);
			/* Killed in the middle of the word: not heard. */
			if (!read_all(fd, bytes, r.n)) {
				free(bytes);
				return;
			}
		}
		if (k == NULL) {
			if (n_kept == room_kept) {
				room_kept = room_kept * 2 + 64;
				kept = realloc(kept, room_kept * sizeof(*kept));
			}
			k = &kept[n_kept++];
		}
		k->r = r;
		k->receipt = bytes;
		k->verified = false;
	}
}

struct tally {
	unsigned int held, lost, changed, unverified, done, undone;
	uint64_t numbers, highest;
};

static void
hold_to(
    struct vt_store *s, struct kept *k, const uint8_t *log_key, struct tally *t)
{
	static const vt_id caller = { { 1 } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_receipt rec;
	struct vt_view *v;
	int rc;

	if (vt_view_begin(s, &v, &err) != VT_OK) {
		t->lost++;
		return;
	}
	rc = vt_act_by_key(v, &caller, k->r.key, NULL, &r, &err);
	vt_view_end(v);
	if (rc == VT_OK && (k->r.n == 0 || !k->verified) &&
	    vt_receipt_verify(vt_buf_view(&r.receipt), log_key, &rec, &err) !=
		VT_OK)
		t->unverified++;
	k->verified |= rc == VT_OK;
	if (rc == VT_OK && r.number != 0) {
		t->numbers++;
		t->highest = r.number > t->highest ? r.number : t->highest;
	}
	if (k->r.n == 0) {
		t->done += rc == VT_OK;
		t->undone += rc == VT_E_NOT_FOUND;
	} else if (rc != VT_OK) {
		t->lost++;
		printf("# %s is lost: %s\n", k->r.key, err.msg);
	} else if (!vt_span_eq(
		       vt_buf_view(&r.receipt), VT_SPAN(k->receipt, k->r.n))) {
		t->changed++;
		printf("# %s has another receipt now\n", k->r.key);
	} else {
		t->held++;
	}
	vt_act_result_free(&r);
}

static void
hold(const char *dir, unsigned int round, bool check)
{
	struct vt_store *s = store_open(dir, vt_context_system());
	struct tally t = { .held = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency a;
	uint8_t log_key[32];
	struct vt_view *v;

	if (vt_view_begin(s, &v, &err) != VT_OK ||
	    vt_agency_get(v, 1, &a, &err) != VT_OK) {
		printf("Bail out! kill %u: %s\n", round, err.msg);
		exit(1);
	}
	memcpy(log_key, a.log_key, sizeof(log_key));
	vt_view_end(v);
	for (size_t i = 0; i < n_kept; i++)
		hold_to(s, &kept[i], log_key, &t);
	if (t.numbers != t.highest)
		printf("# kill %u: %llu numbers up to %llu\n", round,
		    (unsigned long long)t.numbers,
		    (unsigned long long)t.highest);
	sum.numbers += t.numbers != t.highest;
	sum.lost += t.lost;
	sum.differing += t.changed + t.unverified;
	sum.held += t.held;
	sum.done += t.done;
	sum.undone += t.undone;
	if (check || t.lost + t.changed + t.unverified > 0) {
		sum.other += findings(s, true) != 0;
		sum.checks++;
	}
	vt_store_close(s);
}

static void
one_kill(const char *dir, unsigned int round, uint64_t *random, bool check)
{
	uint64_t ms = 5 + next_random(random) % 250;
	struct timespec ts = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) != 0)
		abort();
	/* So much that no answer waits for the parent to read it. */
	(void)fcntl(fd[1], F_SETPIPE_SZ, 1 << 20);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		child(dir, fd[1], round);
		_exit(0);
	}
	if (pid < 0)
		abort();
	(void)close(fd[1]);
	(void)nanosleep(&ts, NULL);
	(void)kill(pid, SIGKILL);
	listen_to(fd[0]);
	(void)close(fd[0]);
	(void)waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		printf("# kill %u: after %d ms it had ended by itself: %d\n",
		    round, (int)ms, status);
		sum.other++;
	}
	hold(dir, round, check);
}

/* Some kills of one store; what it was told is forgotten with it. */
static void
one_store(unsigned int from, unsigned int to, uint64_t *random)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	char *dir = dir_new();

	d.s = store_new(dir, vt_context_system());
	tap_call(make_agency(&d, "H99.07", "Sở KH&CN"), &d.err, "agency");
	tap_call(make_series(&d, "di", VT_RESET_NEVER, VT_SERIES_OURS), &d.err,
	    "series");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	for (unsigned int i = from; i < to; i++)
		one_kill(dir, i, random,
		    i % CHECK_EVERY == CHECK_EVERY - 1 || i + 1 == to);
	for (size_t i = 0; i < n_kept; i++)
		free(kept[i].receipt);
	n_kept = 0;
	dir_free(dir);
	printf("# kills: %u, %u receipts held, %u problems\n", to, sum.held,
	    sum.lost + sum.differing + sum.numbers + sum.other);
}

int
main(int argc, char **argv)
{
	const char *env = getenv("VT_KILLS"), *se = getenv("VT_SEED");
	unsigned int rounds = 20;
	struct vt_err err = VT_ERR_INIT;
	uint64_t random;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	if (argc > 1 || env != NULL)
		rounds =
		    (unsigned int)strtoul(argc > 1 ? argv[1] : env, NULL, 10);
	seed = se != NULL ? strtoull(se, NULL, 10)
			  : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20;
	random = seed * 2654435761U + 1;
	printf("# VT_SEED=%llu\n", (unsigned long long)seed);
	for (unsigned int i = 0; i < rounds; i += A_STORE)
		one_store(
		    i, i + A_STORE < rounds ? i + A_STORE : rounds, &random);
	free(kept);
	tap_eq_int(sum.lost + sum.differing + sum.numbers + sum.other, 0,
	    "%u kills: nothing lost", rounds);
	tap_ok(sum.held > rounds, "%u receipts held", sum.held);
	printf("# under way when killed: %u done, %u not; %u times all of "
	       "check\n",
	    sum.done, sum.undone, sum.checks);
	printf("# SUM kill %u %u %u %u %u\n", rounds, sum.lost, sum.differing,
	    sum.numbers, sum.other);
	return tap_done();
}
