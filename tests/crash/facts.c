/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/crash/facts.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "docstore/destroy.h"
#include "tests/unit/docstore/fixture.h"

#define HELD_MAX_S 60 /* a store that hangs is a problem, too */

struct act_fact {
	char key[FACT_KEY];
	struct ask_series series;
	enum { ASKED, DONE, REFUSED } word;
	unsigned int n_asked;
	bool unsure; /* asked again before there was an answer */
	const uint8_t *receipt;
	size_t n;
};

struct blob_fact {
	vt_id upload;
	vt_hash hash;
	bool let_go;
};

struct state_fact {
	char key[FACT_KEY];
	/* What may be there: the value last answered for, and what was asked
	 * for since. */
	struct vt_span may[8];
	size_t n;
};

struct gone_fact {
	vt_hash hash;
	struct vt_span word;
	enum { GONE_ASKED, GONE_ORDERED, GONE_ERASED } is;
};

struct work_fact {
	uint64_t no, lease;
	bool may_end, ended;
};

struct facts {
	bool made;
	vt_time clock;
	char scene[32];
	unsigned int wrong, differing;
	size_t n_act, n_blob, n_held, n_state, n_work, n_gone;
	struct act_fact *act;
	struct blob_fact *blob;
	vt_hash *held;
	struct state_fact *state;
	struct work_fact *work;
	struct gone_fact *gone;
};

/* One more of an array, zeroed. */
#define MORE(f, what)                                                          \
	(((f)->what = more((f)->what, (f)->n_##what, sizeof(*(f)->what))),     \
	    &(f)->what[(f)->n_##what++])

static void *
more(void *p, size_t n, size_t size)
{
	if ((n & (n - 1)) == 0)
		p = realloc(p, (n == 0 ? 1 : n * 2) * size);
	if (p == NULL)
		abort();
	memset((uint8_t *)p + n * size, 0, size);
	return p;
}

struct facts *
facts_new(void)
{
	struct facts *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	f->clock = VT_TIME_NONE;
	return f;
}

void
facts_free(struct facts *f)
{
	free(f->act);
	free(f->blob);
	free(f->held);
	free(f->state);
	free(f->work);
	free(f->gone);
	free(f);
}

size_t
facts_acts(const struct facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_act; i++)
		n += f->act[i].word == DONE;
	return n;
}

unsigned int
facts_wrong(const struct facts *f)
{
	return f->wrong + f->differing;
}

bool
facts_is_made(const struct facts *f)
{
	return f->made;
}

/* ---- from the tape ---- */

static void
key_of(char *ret, const struct tape_entry *e)
{
	size_t n = e->r.n_a < FACT_KEY - 1 ? e->r.n_a : FACT_KEY - 1;

	memcpy(ret, e->a, n);
	ret[n] = '\0';
}

static struct act_fact *
act_of(struct facts *f, const struct tape_entry *e)
{
	char key[FACT_KEY];
	struct act_fact *a;

	key_of(key, e);
	for (size_t i = f->n_act; i > 0; i--)
		if (strcmp(f->act[i - 1].key, key) == 0)
			return &f->act[i - 1];
	a = MORE(f, act);
	memcpy(a->key, key, sizeof(key));
	return a;
}

static void
act_word(struct facts *f, const struct tape_entry *e)
{
	struct act_fact *a = act_of(f, e);

	if (e->r.flags == MARK_ASK) {
		/* Asked again: what was answered before still holds. */
		a->unsure |= a->word == ASKED && a->n_asked > 0;
		a->n_asked++;
		if (a->word == REFUSED)
			a->word = ASKED;
		memcpy(&a->series, e->b, sizeof(a->series));
	} else if (e->r.flags == MARK_DONE) {
		if (a->word == DONE && !vt_span_eq(VT_SPAN(a->receipt, a->n),
					   VT_SPAN(e->b, e->r.n_b))) {
			f->differing++;
			printf("# %s: a repeat has another receipt\n", a->key);
		}
		a->word = DONE;
		a->receipt = e->b;
		a->n = e->r.n_b;
	} else if (a->word != DONE && !a->unsure) {
		a->word = REFUSED;
	}
}

static void
state_word(struct facts *f, const struct tape_entry *e)
{
	struct vt_span v = VT_SPAN(e->b, e->r.n_b);
	struct state_fact *s = NULL;
	char key[FACT_KEY];

	key_of(key, e);
	for (size_t i = 0; i < f->n_state; i++)
		if (strcmp(f->state[i].key, key) == 0)
			s = &f->state[i];
	if (s == NULL) {
		s = MORE(f, state);
		memcpy(s->key, key, sizeof(key));
		s->n = 1; /* nothing is there */
	}
	if (e->r.flags == MARK_STATE_ASK) {
		if (s->n == 8)
			abort();
		s->may[s->n++] = v;
	} else if (e->r.flags == MARK_STATE_DONE) {
		s->may[0] = v;
		s->n = 1;
	} else if (s->n > 1) {
		s->n--;
	}
}

static void
blob_word(struct facts *f, const struct tape_entry *e)
{
	struct blob_fact *b;

	if (e->r.flags == MARK_HELD) {
		memcpy(MORE(f, held), e->a, VT_HASH_SIZE);
		return;
	}
	if (e->r.flags == MARK_BLOB) {
		b = MORE(f, blob);
		memcpy(&b->upload, e->a, VT_ID_SIZE);
		memcpy(&b->hash, e->b, VT_HASH_SIZE);
		return;
	}
	for (size_t i = 0; i < f->n_blob; i++)
		if (e->r.n_a == 0 ||
		    memcmp(&f->blob[i].upload, e->a, VT_ID_SIZE) == 0)
			f->blob[i].let_go = true;
}

static void
work_word(struct facts *f, const struct tape_entry *e)
{
	struct work_fact *w = NULL;

	for (size_t i = 0; i < f->n_work; i++)
		if (f->work[i].no == (uint64_t)e->r.off)
			w = &f->work[i];
	if (w == NULL) {
		w = MORE(f, work);
		w->no = (uint64_t)e->r.off;
	}
	if (e->r.flags == MARK_CLAIMED)
		memcpy(&w->lease, e->a, sizeof(w->lease));
	w->may_end |= e->r.flags == MARK_WORK_ASK;
	w->ended |= e->r.flags == MARK_WORK_ENDED;
}

static void
gone_word(struct facts *f, const struct tape_entry *e)
{
	if (e->r.flags == MARK_DESTROY_ASK) {
		struct gone_fact *g = MORE(f, gone);

		memcpy(&g->hash, e->a, VT_HASH_SIZE);
		g->word = VT_SPAN(e->b, e->r.n_b);
		for (size_t i = 0; i < f->n_held; i++)
			if (vt_hash_eq(&f->held[i], &g->hash))
				f->held[i--] = f->held[--f->n_held];
	}
	for (size_t i = 0; i < f->n_gone; i++) {
		struct gone_fact *g = &f->gone[i];

		if (e->r.flags == MARK_DESTROYED &&
		    memcmp(&g->hash, e->a, VT_HASH_SIZE) == 0)
			g->is = GONE_ORDERED;
		else if (e->r.flags == MARK_ERASED && g->is == GONE_ORDERED)
			g->is = GONE_ERASED;
	}
}

void
facts_add(struct facts *f, const struct tape_entry *e)
{
	if (e->r.op != TAPE_MARK)
		return;
	switch (e->r.flags) {
	case MARK_MADE:
		f->made = true;
		break;
	case MARK_ASK:
	case MARK_DONE:
	case MARK_REFUSED:
		act_word(f, e);
		break;
	case MARK_BLOB:
	case MARK_LET_GO:
	case MARK_HELD:
		blob_word(f, e);
		break;
	case MARK_STATE_ASK:
	case MARK_STATE_DONE:
	case MARK_STATE_REFUSED:
		state_word(f, e);
		break;
	case MARK_CLAIMED:
	case MARK_WORK_ASK:
	case MARK_WORK_ENDED:
		work_word(f, e);
		break;
	case MARK_DESTROY_ASK:
	case MARK_DESTROYED:
	case MARK_ERASED:
		gone_word(f, e);
		break;
	case MARK_CLOCK:
		f->clock = e->r.off > f->clock ? e->r.off : f->clock;
		break;
	case MARK_SCENE:
		(void)snprintf(f->scene, sizeof(f->scene), "%.*s",
		    (int)e->r.n_a, (const char *)e->a);
		break;
	case MARK_WRONG:
		f->wrong++;
		printf(
		    "# the process: %.*s\n", (int)e->r.n_a, (const char *)e->a);
		break;
	default:
		break;
	}
}

/* ---- is it so? ---- */

struct holding {
	const struct facts *f;
	const char *name;
	struct tally t;
	unsigned int how;
	struct vt_store *s;
	struct vt_view *v;
	struct vt_agency agency[8];
	size_t n_agency;
	struct { /* numbers that were found */
		char series[32];
		uint64_t n, highest;
	} book[24];
	size_t n_book;
};

static void __attribute__((format(printf, 3, 4)))
problem(struct holding *h, unsigned int *count, const char *fmt, ...)
{
	va_list ap;

	++*count;
	printf("# %s (%s): ", h->name, h->f->scene);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static void
into_book(struct holding *h, const char *series, uint32_t period, uint64_t n)
{
	char name[32];
	size_t i;

	if (n == 0 || series[0] == '\0')
		return;
	(void)snprintf(name, sizeof(name), "%s/%u", series, period);
	for (i = 0; i < h->n_book && strcmp(h->book[i].series, name) != 0; i++)
		;
	if (i == h->n_book) {
		if (h->n_book == 24)
			abort();
		h->n_book++;
		h->book[i].n = h->book[i].highest = 0;
		memcpy(h->book[i].series, name, sizeof(name));
	}
	h->book[i].n++;
	if (n > h->book[i].highest)
		h->book[i].highest = n;
}

static const uint8_t *
log_key_of(const struct holding *h, uint32_t agency)
{
	for (size_t i = 0; i < h->n_agency; i++)
		if (h->agency[i].no == agency)
			return h->agency[i].log_key;
	return NULL;
}

static void
hold_act(struct holding *h, const struct act_fact *a)
{
	static const vt_id caller = { { 1 } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_receipt rec;
	const uint8_t *key;
	int rc = vt_act_by_key(h->v, &caller, a->key, NULL, &r, &err);

	if (rc == VT_OK) {
		into_book(h, a->series.number, r.number_period, r.number);
		/* A join tells the number that the other one has. */
		if (a->series.arrival[0] != '\0')
			into_book(h, a->series.arrival, 0, r.arrival);
		key = log_key_of(h, r.agency_no);
		/* One that was handed out is compared below. */
		if (a->word == DONE && (h->how & HOLD_CHECK) == 0)
			key = NULL;
		else if (key == NULL ||
			 vt_receipt_verify(
			     vt_buf_view(&r.receipt), key, &rec, &err) != VT_OK)
			problem(h, &h->t.differing,
			    "%s: the receipt does not verify: %s", a->key,
			    err.msg);
	} else if (rc != VT_E_NOT_FOUND) {
		problem(h, &h->t.other, "%s: %s", a->key, err.msg);
	}
	if (a->word == DONE && rc != VT_OK)
		problem(h, &h->t.lost, "%s is lost: %s", a->key, err.msg);
	if (a->word == DONE && rc == VT_OK &&
	    !vt_span_eq(vt_buf_view(&r.receipt), VT_SPAN(a->receipt, a->n)))
		problem(h, &h->t.differing, "%s: another receipt", a->key);
	if (a->word == REFUSED && rc == VT_OK)
		problem(h, &h->t.other, "%s was refused, and is there", a->key);
	vt_act_result_free(&r);
}

static void
hold_blobs(struct holding *h)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob b;
	uint32_t agency;

	for (size_t i = 0; i < h->f->n_blob; i++) {
		const struct blob_fact *x = &h->f->blob[i];

		if (!x->let_go && (vt_upload_find(h->v, &x->upload, &agency, &b,
				       &err) != VT_OK ||
				      !vt_hash_eq(&b.hash, &x->hash)))
			problem(
			    h, &h->t.lost, "an upload is lost: %s", err.msg);
	}
	for (size_t i = 0; i < h->f->n_held; i++)
		if (vt_bytes_stat(h->s, &h->f->held[i], &b, &err) != VT_OK)
			problem(h, &h->t.lost, "a file is lost: %s", err.msg);
}

/* All bytes of the file that was named last: the newest is what a disk has
 * least of. */
static void
hold_bytes(struct holding *h)
{
	const vt_hash *last;
	struct vt_err err = VT_ERR_INIT;
	static uint8_t p[1 << 20];
	struct vt_blob b;
	vt_hash got;
	size_t n = 0;

	if (h->f->n_held == 0)
		return;
	last = &h->f->held[h->f->n_held - 1];
	if (vt_bytes_stat(h->s, last, &b, &err) != VT_OK ||
	    b.size > sizeof(p) ||
	    vt_bytes_read(h->s, last, 0, p, sizeof(p), &n, &err) != VT_OK) {
		problem(h, &h->t.lost, "bytes are lost: %s", err.msg);
		return;
	}
	got = vt_sha256(VT_SPAN(p, n));
	if (!vt_hash_eq(&got, last))
		problem(h, &h->t.differing, "other bytes");
}

static void
hold_state(struct holding *h, const struct state_fact *x)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_state got = { .rev = 0 };
	int rc =
	    vt_state_get(h->v, VT_STATE_OTHER, vt_span_str(x->key), &got, &err);

	if (rc != VT_OK)
		got.value = VT_SPAN(NULL, 0);
	for (size_t i = 0; i < x->n; i++)
		if (got.value.n == x->may[i].n &&
		    (got.value.n == 0 || vt_span_eq(got.value, x->may[i])))
			return;
	problem(h, &h->t.lost, "row %s is not what was answered: %s", x->key,
	    rc == VT_OK ? "another value" : err.msg);
}

static void
hold_work(struct holding *h, const struct work_fact *x)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_work w;
	int rc = vt_work_get(h->v, x->no, &w, &err);

	if (rc == VT_OK && x->ended)
		problem(h, &h->t.lost, "work %llu has ended, and is there",
		    (unsigned long long)x->no);
	if (rc == VT_OK && w.lease < x->lease)
		problem(h, &h->t.lost, "work %llu: an older lease",
		    (unsigned long long)x->no);
	if (rc != VT_OK && !x->may_end)
		problem(h, &h->t.lost, "work %llu is lost",
		    (unsigned long long)x->no);
}

static bool
has_series(struct holding *h)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_series x[8];
	bool has = false;
	size_t n = 0;

	if (vt_view_begin(h->s, &h->v, &err) != VT_OK)
		return false;
	if (vt_series_list(h->v, 1, x, 8, &n, &err) == VT_OK)
		for (size_t i = 0; i < n; i++)
			has |= strcmp(x[i].key, "QD") == 0;
	vt_view_end(h->v);
	return has;
}

/* ---- what was destroyed ---- */

static const char *sought_for;
static size_t sought_n, sought_in;

static int
seek_in(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const uint8_t *p;
	int fd;

	(void)at;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	p = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd < 0 || p == MAP_FAILED)
		abort();
	if (memmem(p, (size_t)st->st_size, sought_for, sought_n) != NULL)
		sought_in++;
	(void)munmap((void *)(uintptr_t)p, (size_t)st->st_size);
	(void)close(fd);
	return 0;
}

static void
gone_is_gone(struct holding *h, const char *dir, const struct gone_fact *g)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob b;

	if (g->is == GONE_ASKED)
		return;
	if (vt_bytes_stat(h->s, &g->hash, &b, &err) == VT_OK)
		problem(h, &h->t.other, "destroyed bytes are handed out");
	if (g->is != GONE_ERASED)
		return;
	sought_for = (const char *)g->word.p;
	sought_n = g->word.n;
	sought_in = 0;
	if (nftw(dir, seek_in, 8, FTW_PHYS) != 0)
		abort();
	if (sought_in > 0)
		problem(h, &h->t.other, "an erased word is in %zu files",
		    sought_in);
}

/* What was answered for is gone; what was only ordered goes now. */
static void
hold_gone(struct holding *h, const char *dir)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t n;

	for (size_t i = 0; i < h->f->n_gone; i++)
		gone_is_gone(h, dir, &h->f->gone[i]);
	if (h->f->n_gone == 0 || (h->how & HOLD_GO_ON) == 0)
		return;
	if (vt_destroy_finish(h->s, &n, &err) != VT_OK)
		problem(h, &h->t.other, "erasing does not end: %s", err.msg);
	for (size_t i = 0; i < h->f->n_gone; i++) {
		struct gone_fact g = h->f->gone[i];

		g.is = g.is == GONE_ASKED ? GONE_ASKED : GONE_ERASED;
		gone_is_gone(h, dir, &g);
	}
}

/* The store still works: a paper more, with the next number. */
static void
go_on(struct holding *h)
{
	struct doer d = { .s = h->s, .agency = 1, .r = VT_ACT_RESULT_INIT };
	uint64_t highest = 0;
	struct vt_step st[3];
	vt_id id;

	if (!has_series(h))
		return;
	for (size_t i = 0; i < h->n_book; i++)
		if (strcmp(h->book[i].series, "1/QD/0") == 0)
			highest = h->book[i].highest;
	if (make_paper(&d, VT_DIR_OUT, 70000, 4711) != VT_OK) {
		problem(h, &h->t.other, "no paper more: %s", d.err.msg);
		return;
	}
	id = d.paper;
	st[0] = agree(VT_STEP_SUBMIT, &d.main);
	st[1] = agree(VT_STEP_APPROVE, &d.main);
	st[2] = number_step("QD");
	if (do_steps(&d, &id, st, 3, NULL) != VT_OK)
		problem(h, &h->t.other, "no number more: %s", d.err.msg);
	else if (d.r.number != highest + 1)
		problem(h, &h->t.numbers, "after %llu comes %llu",
		    (unsigned long long)highest,
		    (unsigned long long)d.r.number);
	vt_act_result_free(&d.r);
}

static void
hold_all(struct holding *h)
{
	struct vt_err err = VT_ERR_INIT;

	if (vt_view_begin(h->s, &h->v, &err) != VT_OK ||
	    vt_agency_list(h->v, 0, h->agency, 8, &h->n_agency, &err) !=
		VT_OK) {
		problem(h, &h->t.lost, "nothing can be read: %s", err.msg);
		return;
	}
	for (size_t i = 0; i < h->f->n_act; i++)
		hold_act(h, &h->f->act[i]);
	for (size_t i = 0; i < h->n_book; i++)
		if (h->book[i].n != h->book[i].highest)
			problem(h, &h->t.numbers,
			    "series %s: %llu numbers up to %llu",
			    h->book[i].series, (unsigned long long)h->book[i].n,
			    (unsigned long long)h->book[i].highest);
	for (size_t i = 0; i < h->f->n_state; i++)
		hold_state(h, &h->f->state[i]);
	for (size_t i = 0; i < h->f->n_work; i++)
		hold_work(h, &h->f->work[i]);
	hold_blobs(h);
	vt_view_end(h->v);
	hold_bytes(h);
}

/* In the child. */
static void
hold(struct holding *h, const char *dir)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	static struct world w;
	uint64_t n;
	int rc;

	world_init(&w);
	/* Not the numbers that the day drew. */
	w.drawn = (uint64_t)1 << 40;
	if (h->f->clock != VT_TIME_NONE)
		w.now = h->f->clock + VT_TIME_S(1);
	rc = vt_store_open(dir, &o, &w.ctx, &h->s, &err);
	if (!h->f->made) {
		/* Nothing was answered for: it may be no store yet. */
		if (rc == VT_OK)
			vt_store_close(h->s);
		return;
	}
	if (rc != VT_OK) {
		problem(h, &h->t.lost, "it does not open: %s", err.msg);
		return;
	}
	hold_all(h);
	hold_gone(h, dir);
	if ((h->how & HOLD_GO_ON) != 0)
		go_on(h);
	if ((h->how & HOLD_CHECK) != 0 && (n = findings(h->s, true)) != 0)
		problem(h, &h->t.other, "check: %llu findings",
		    (unsigned long long)n);
	vt_store_close(h->s);
}

bool
facts_hold(const struct facts *f, const char *dir, unsigned int how,
    const char *name, struct tally *ret)
{
	struct tally *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool good;
	int status;
	pid_t pid;

	if (t == MAP_FAILED)
		abort();
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		static struct holding h;

		(void)alarm(HELD_MAX_S);
		h.f = f;
		h.name = name;
		h.how = how;
		hold(&h, dir);
		*t = h.t;
		(void)fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	if (status != 0) {
		printf("# %s (%s): opening or reading it ended with %s %d\n",
		    name, f->scene, WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
		t->other++;
	}
	ret->lost += t->lost;
	ret->differing += t->differing;
	ret->numbers += t->numbers;
	ret->other += t->other;
	good = t->lost + t->differing + t->numbers + t->other == 0;
	(void)munmap(t, sizeof(*t));
	return good;
}
