/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A main() for fuzz targets where libFuzzer is not at hand (gcc, ./test).
 *
 *	fuzz_x [--runs N] [--seconds N] [--seed S] [--max BYTES]
 *	    [FILE|FOLDER]...
 *	fuzz_x --save FOLDER
 *
 * Runs the target's own seeds and every file given; then mutates them N times,
 * or for N seconds, by a generator seeded with S, so that a run can be
 * repeated. An input that crashes, or runs for more than ten seconds, is
 * written to crash-S-NUMBER in the current folder. --save writes the target's
 * seeds to FOLDER, and its words to FOLDER.dict, for libFuzzer and AFL++.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define MAX_DEFAULT  65536
#define INPUTS_MAX   4096
#define HANG_SECONDS 10
#define FOLDER_DEPTH 4

struct input {
	uint8_t *p;
	size_t n;
};

static struct {
	struct input input[INPUTS_MAX];
	size_t inputs;
	size_t max;
	uint64_t seed;
	uint64_t state; /* of the generator */
	uint8_t *end;   /* inputs are placed so that they end here */
	uint8_t *work;  /* the input being made */
} fuzz = { .max = MAX_DEFAULT, .seed = 1 };

/* What the signal handlers need of the running input. */
static const uint8_t *volatile running;
static volatile size_t running_n;
static volatile uint64_t run_number;

/* NOLINTNEXTLINE(bugprone-reserved-identifier): theirs */
void __sanitizer_set_death_callback(void (*callback)(void))
    __attribute__((weak));

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(2);
}

/* Says s on standard error; safe in a signal handler, unlike stdio. */
static void
say(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	if (write(STDERR_FILENO, s, n) < 0)
		_exit(3);
}

static char *
put_decimal(char *to, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

/* Only what is safe in a signal handler. */
static void
save_running(void)
{
	static char name[64] = "crash-";
	char *end;
	int fd;

	if (running == NULL)
		return;
	end = put_decimal(name + 6, fuzz.seed);
	*end++ = '-';
	end = put_decimal(end, run_number);
	*end = '\0';
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, running, running_n) != (ssize_t)running_n) {
		say("the input could not be saved\n");
	} else {
		say("input saved as ");
		say(name);
		say("\n");
	}
	running = NULL;
}

static void
on_crash(int sig)
{
	save_running();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void
on_tick(int sig)
{
	static uint64_t last;
	static int same;

	(void)sig;
	same = last == run_number ? same + 1 : 0;
	last = run_number;
	if (same > HANG_SECONDS && running != NULL) {
		say("one input runs for more than ten seconds\n");
		save_running();
		_exit(1);
	}
}

static void
watch(void)
{
	struct itimerval second = { { 1, 0 }, { 1, 0 } };
	struct sigaction sa = { .sa_handler = on_tick, .sa_flags = SA_RESTART };

	if (sigaction(SIGALRM, &sa, NULL) != 0 ||
	    setitimer(ITIMER_REAL, &second, NULL) != 0)
		die("timer: %s", strerror(errno));
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(save_running);
	else
		(void)signal(SIGSEGV, on_crash);
	(void)signal(SIGABRT, on_crash);
	(void)signal(SIGBUS, on_crash);
	(void)signal(SIGFPE, on_crash);
	(void)signal(SIGILL, on_crash);
}

static void
make_guarded(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t n = (fuzz.max + page - 1) / page * page;
	uint8_t *p = mmap(NULL, n + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + n, page, PROT_NONE) != 0)
		die("mmap: %s", strerror(errno));
	fuzz.end = p + n;
	fuzz.work = malloc(fuzz.max);
	if (fuzz.work == NULL)
		die("out of memory");
}

static void
run(const uint8_t *p, size_t n)
{
	uint8_t *at = fuzz.end - n;

	memcpy(at, p, n);
	run_number++;
	running_n = n;
	running = at;
	if (LLVMFuzzerTestOneInput(at, n) != 0)
		die("the target returned a failure");
	running = NULL;
}

/* ---- the corpus ---- */

static void
add_input(const void *p, size_t n)
{
	struct input *i;

	if (n > fuzz.max)
		n = fuzz.max;
	if (fuzz.inputs == INPUTS_MAX)
		die("more than %d inputs", INPUTS_MAX);
	i = &fuzz.input[fuzz.inputs++];
	i->p = malloc(n + 1);
	if (i->p == NULL)
		die("out of memory");
	if (n > 0)
		memcpy(i->p, p, n);
	i->n = n;
}

static void
add_file(const char *path)
{
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	n = fread(fuzz.work, 1, fuzz.max, f);
	if (ferror(f))
		die("%s: %s", path, strerror(errno));
	(void)fclose(f);
	add_input(fuzz.work, n);
}

static void add_folder(const char *path, int depth);

/* Depth is bounded. NOLINTBEGIN(misc-no-recursion) */
static void
add_path(const char *path, int depth)
{
	struct stat st;

	if (stat(path, &st) != 0)
		die("%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		add_file(path);
	else if (depth < FOLDER_DEPTH)
		add_folder(path, depth);
}

static void
add_folder(const char *path, int depth)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0)
		die("%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char sub[4096];

		if (names[i]->d_name[0] != '.') {
			snprintf(
			    sub, sizeof(sub), "%s/%s", path, names[i]->d_name);
			add_path(sub, depth + 1);
		}
		free(names[i]);
	}
	free(names);
}

/* NOLINTEND(misc-no-recursion) */

static void
add_seeds(void)
{
	const void *p;
	size_t n;

	if (vt_fuzz_seed != NULL) {
		for (size_t i = 0; (p = vt_fuzz_seed(i, &n)) != NULL; i++)
			add_input(p, n);
	}
	if (fuzz.inputs == 0)
		add_input("", 0);
}

/* ---- mutation ---- */

/* splitmix64: the state goes through all 2^64 values. */
static uint64_t
next_random(void)
{
	uint64_t z = fuzz.state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static size_t
below(size_t n)
{
	return n == 0 ? 0 : (size_t)(next_random() % n);
}

/* Replaces `cut` bytes at `at` by n bytes of p; too long is cut off. */
static size_t
replace(size_t len, size_t at, size_t cut, const uint8_t *p, size_t n)
{
	size_t tail = len - at - cut;

	if (n > fuzz.max - at)
		n = fuzz.max - at;
	if (tail > fuzz.max - at - n)
		tail = fuzz.max - at - n;
	memmove(fuzz.work + at + n, fuzz.work + at + cut, tail);
	memcpy(fuzz.work + at, p, n);
	return at + n + tail;
}

/* An integer at the edge of something, in 1, 2, 4 or 8 bytes. */
static size_t
edge_number(uint8_t p[8])
{
	static const uint64_t edge[] = { 0, 1, 23, 24, 127, 128, 255, 256,
		32767, 32768, 65535, 65536, INT32_MAX, (uint64_t)INT32_MAX + 1,
		UINT32_MAX, (uint64_t)UINT32_MAX + 1, INT64_MAX,
		(uint64_t)INT64_MAX + 1, UINT64_MAX, UINT64_MAX - 1 };
	uint64_t v = edge[below(sizeof(edge) / sizeof(edge[0]))];
	size_t n = (size_t)1 << below(4);
	bool big = below(2) == 0;

	for (size_t i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
	return n;
}

static size_t
decimal_number(uint8_t p[24])
{
	uint64_t v = next_random() >> below(64);

	return (size_t)snprintf((char *)p, 24, "%" PRIu64, v);
}

static size_t
random_bytes(uint8_t p[24])
{
	size_t n = 1 + below(16);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)next_random();
	return n;
}

static size_t
put_word(size_t len, size_t at)
{
	const char *word;
	size_t words = 0;

	if (vt_fuzz_word == NULL)
		return len;
	while (vt_fuzz_word(words) != NULL)
		words++;
	if (words == 0)
		return len;
	word = vt_fuzz_word(below(words));
	return replace(len, at, below(2) == 0 ? 0 : below(len - at + 1),
	    (const uint8_t *)word, strlen(word));
}

/* A part of another input, put in or over. */
static size_t
put_part(size_t len, size_t at)
{
	const struct input *from = &fuzz.input[below(fuzz.inputs)];
	size_t start = below(from->n + 1), n = below(from->n - start + 1);

	return replace(len, at, below(2) == 0 ? 0 : below(len - at + 1),
	    from->p + start, n);
}

static size_t
mutate_once(size_t len)
{
	size_t at = below(len + 1), left = len - at, n;
	uint8_t tmp[24];

	switch (below(9)) {
	case 0:
		if (left > 0)
			fuzz.work[at] ^= (uint8_t)(1u << below(8));
		return len;
	case 1:
		if (left > 0)
			fuzz.work[at] = (uint8_t)next_random();
		return len;
	case 2:
		n = edge_number(tmp);
		return replace(len, at, n < left ? n : left, tmp, n);
	case 3:
		n = decimal_number(tmp);
		return replace(
		    len, at, below(left < 12 ? left + 1 : 12), tmp, n);
	case 4:
		n = random_bytes(tmp);
		return replace(len, at, 0, tmp, n);
	case 5:
		n = below(left < 64 ? left + 1 : 64);
		return replace(len, at, n, tmp, 0);
	case 6:
		return at; /* cut off */
	case 7:
		return put_word(len, at);
	default:
		return put_part(len, at);
	}
}

static void
mutate(void)
{
	const struct input *from = &fuzz.input[below(fuzz.inputs)];
	size_t len = from->n, times = 1 + below(6);

	memcpy(fuzz.work, from->p, len);
	while (times-- > 0)
		len = mutate_once(len);
	run(fuzz.work, len);
}

/* ---- for other engines ---- */

static void
save_words(const char *folder)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s.dict", folder);
	f = fopen(path, "wbe");
	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	for (size_t i = 0; vt_fuzz_word != NULL && vt_fuzz_word(i) != NULL;
	     i++) {
		(void)fputc('"', f);
		for (const char *w = vt_fuzz_word(i); *w != '\0'; w++)
			(void)fprintf(f, "\\x%02x", (unsigned char)*w);
		(void)fputs("\"\n", f);
	}
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

static void
save_seeds(const char *folder)
{
	char path[4096];
	FILE *f;

	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		die("%s: %s", folder, strerror(errno));
	for (size_t i = 0; i < fuzz.inputs; i++) {
		snprintf(path, sizeof(path), "%s/seed-%zu", folder, i);
		f = fopen(path, "wbe");
		if (f == NULL ||
		    fwrite(fuzz.input[i].p, 1, fuzz.input[i].n, f) !=
			fuzz.input[i].n ||
		    fclose(f) != 0)
			die("%s: %s", path, strerror(errno));
	}
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		die("clock: %s", strerror(errno));
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static uint64_t
number(const char *option, const char *s)
{
	char *end;
	uint64_t v;

	if (s == NULL)
		die("%s needs a number", option);
	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0')
		die("%s: not a number: %s", option, s);
	return v;
}

int
main(int argc, char **argv)
{
	uint64_t seconds = 0, runs = 0, start;
	const char *save = NULL;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--seconds") == 0)
			seconds = number(argv[i], argv[i + 1]);
		else if (strcmp(argv[i], "--runs") == 0)
			runs = number(argv[i], argv[i + 1]);
		else if (strcmp(argv[i], "--save") == 0 && i + 1 < argc)
			save = argv[i + 1];
		else if (strcmp(argv[i], "--seed") == 0)
			fuzz.seed = number(argv[i], argv[i + 1]);
		else if (strcmp(argv[i], "--max") == 0)
			fuzz.max = (size_t)number(argv[i], argv[i + 1]);
		else
			die("unknown option %s", argv[i]);
	}
	if (fuzz.max == 0 || fuzz.max > (size_t)1 << 30)
		die("--max: wanted 1 to 2^30");
	make_guarded();
	for (; i < argc; i++)
		add_path(argv[i], 0);
	add_seeds();
	if (save != NULL) {
		save_seeds(save);
		save_words(save);
		return 0;
	}
	watch();
	for (size_t k = 0; k < fuzz.inputs; k++)
		run(fuzz.input[k].p, fuzz.input[k].n);
	fuzz.state = fuzz.seed;
	while (runs-- > 0)
		mutate();
	start = now_ms();
	while (seconds > 0 && now_ms() - start < seconds * 1000) {
		for (int k = 0; k < 64; k++)
			mutate();
	}
	printf("%zu inputs, %" PRIu64 " runs, seed %" PRIu64 ", no finding\n",
	    fuzz.inputs, run_number, fuzz.seed);
	return 0;
}
