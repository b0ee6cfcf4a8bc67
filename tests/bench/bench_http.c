/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answering, beside a peer, in turns: two servers on this machine are asked for
 * the same time by the same clients over connections that stay open. Besides
 * answers a second: the microseconds of processor that an answer costs client
 * and server together, which say more where others use the machine, too.
 *
 * bench_http small PORT TOKEN PATH ROUNDS PID
 *	a small metadata GET beside libmicrohttpd's bare hello, which runs here
 *	in a process of its own, a thread a connection like ours
 * bench_http large PORT TOKEN PATH ROUNDS PID PEER-PORT PEER-PATH PEER-PIDS
 *	a download of 1 MiB beside another server that has the same file; and
 *	beside what is left of that server when it has to decipher the bytes,
 *	as who keeps them enciphered must: 1 / (1 / peer + t_GCM / cores)
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/rounds.h"

#define CLIENTS 4
#define ROUND_S 1.0
#define BLOCK   ((size_t)256 << 10)
#define LARGE   ((size_t)1 << 20)
#define CHUNK   ((size_t)64 << 10)
#define PIDS    8

struct peer {
	uint16_t port;
	clockid_t clock[PIDS]; /* of its processes */
	size_t n_clocks;
	double cpu_us; /* of the last round, for one answer */
	char request[600];
	size_t n;
};

static atomic_bool stop;

struct client {
	pthread_t thread;
	const struct peer *peer;
	size_t answers;
	bool bad;
};

static int
dial(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* One answer to its end; false unless it is a 200 with a length. */
static bool
take_answer(int fd, char *b)
{
	size_t got = 0, body;
	char *end = NULL, *length;
	ssize_t n;

	while (end == NULL) {
		n = recv(fd, b + got, BLOCK - 1 - got, 0);
		if (n <= 0)
			return false;
		got += (size_t)n;
		b[got] = '\0';
		end = strstr(b, "\r\n\r\n");
	}
	length = strcasestr(b, "\r\nContent-Length: ");
	if (strncmp(b, "HTTP/1.1 200", 12) != 0 || length == NULL)
		return false;
	body = strtoul(length + 18, NULL, 10);
	got -= (size_t)(end + 4 - b);
	while (got < body) {
		size_t want = body - got < BLOCK ? body - got : BLOCK;

		if ((n = recv(fd, b, want, 0)) <= 0)
			return false;
		got += (size_t)n;
	}
	return got == body;
}

static void *
run_client(void *arg)
{
	struct client *c = arg;
	int fd = dial(c->peer->port);
	char *b = malloc(BLOCK);

	while (b != NULL && !atomic_load(&stop) && !c->bad) {
		c->bad = send(fd, c->peer->request, c->peer->n, MSG_NOSIGNAL) !=
			     (ssize_t)c->peer->n ||
			 !take_answer(fd, b);
		c->answers += !c->bad;
	}
	free(b);
	close(fd);
	return NULL;
}

/* Seconds of processor that both sides have used. */
static double
used(const struct peer *p)
{
	struct timespec t;
	double s = 0;

	for (size_t i = 0; i <= p->n_clocks; i++) {
		clockid_t c =
		    i < p->n_clocks ? p->clock[i] : CLOCK_PROCESS_CPUTIME_ID;

		if (clock_gettime(c, &t) != 0) {
			perror("the clock of a server");
			exit(1);
		}
		s += (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
	}
	return s;
}

/* pids: with commas between them */
static void
watch(struct peer *p, const char *pids)
{
	char *end;

	for (; *pids != '\0'; pids = *end == ',' ? end + 1 : end) {
		pid_t pid = (pid_t)strtol(pids, &end, 10);

		if (end == pids || p->n_clocks == PIDS ||
		    clock_getcpuclockid(pid, &p->clock[p->n_clocks++]) != 0) {
			fprintf(stderr, "no process: %s\n", pids);
			exit(64);
		}
	}
}

static double
one_round(struct peer *p)
{
	double from = bench_wall(), cpu = used(p);
	struct client c[CLIENTS];
	size_t n = 0;

	memset(c, 0, sizeof(c));
	atomic_store(&stop, false);
	for (size_t i = 0; i < CLIENTS; i++) {
		c[i].peer = p;
		if (pthread_create(&c[i].thread, NULL, run_client, &c[i]) != 0)
			exit(1);
	}
	usleep((useconds_t)(ROUND_S * 1e6));
	atomic_store(&stop, true);
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(c[i].thread, NULL);
		n += c[i].answers;
		if (c[i].bad) {
			fprintf(stderr, "port %u: a request failed\n", p->port);
			exit(1);
		}
	}
	p->cpu_us = (used(p) - cpu) / (double)n * 1e6;
	return (double)n / (bench_wall() - from);
}

/* --- the bare hello --- */

static enum MHD_Result
hello(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **state)
{
	static char text[] = "hello\n", seen;
	struct MHD_Response *r;
	enum MHD_Result ok;

	(void)cls, (void)url, (void)method, (void)version;
	(void)data, (void)n;
	/* An answer at the first call would close the connection. */
	if (*state == NULL) {
		*state = &seen;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(
	    sizeof(text) - 1, text, MHD_RESPMEM_PERSISTENT);
	ok = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return ok;
}

static uint16_t
start_hello(pid_t *ret_pid)
{
	uint16_t port = 0;
	int p[2];

	if (pipe(p) != 0 || (*ret_pid = fork()) < 0) {
		perror("hello");
		exit(1);
	}
	if (*ret_pid == 0) {
		struct MHD_Daemon *d = MHD_start_daemon(
		    MHD_USE_INTERNAL_POLLING_THREAD |
			MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL,
		    0, NULL, NULL, hello, NULL, MHD_OPTION_END);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (d == NULL)
			_exit(1);
		port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
		if (write(p[1], &port, sizeof(port)) != sizeof(port))
			_exit(1);
		for (;;)
			pause();
	}
	if (read(p[0], &port, sizeof(port)) != sizeof(port)) {
		fprintf(stderr, "the bare hello does not start\n");
		exit(1);
	}
	return port;
}

static void
ask(struct peer *p, const char *port, const char *path, const char *token)
{
	p->port = (uint16_t)strtoul(port, NULL, 10);
	p->n = (size_t)snprintf(p->request, sizeof(p->request),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s\r\n", path,
	    token == NULL ? "" : "Authorization: Bearer ",
	    token == NULL ? "" : token, token == NULL ? "" : "\r\n");
}

/* Seconds of one core to decipher the large answer: AES-256-GCM. */
static double
decipher(void)
{
	static uint8_t in[CHUNK], out[CHUNK], key[32], iv[12];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t bytes = 0;
	double from = bench_wall(), took;
	int n;

	do {
		for (size_t i = 0; i < LARGE / CHUNK; i++) {
			if (c == NULL ||
			    EVP_DecryptInit_ex(
				c, EVP_aes_256_gcm(), NULL, key, iv) != 1 ||
			    EVP_DecryptUpdate(c, out, &n, in, CHUNK) != 1) {
				fprintf(stderr, "AES-256-GCM\n");
				exit(1);
			}
			bytes += CHUNK;
		}
		took = bench_wall() - from;
	} while (took < 0.1);
	EVP_CIPHER_CTX_free(c);
	return took / ((double)bytes / LARGE);
}

static void
print_row(const char *name, const struct rounds *ours,
    const struct rounds *theirs, const struct rounds *share)
{
	printf("%s\t%.0f\t%.0f\t%.1f\t%.1f\t%.1f\n", name, rounds_median(ours),
	    rounds_median(theirs), rounds_median(share), rounds_min(share),
	    rounds_max(share));
}

int
main(int argc, char **argv)
{
	const double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
	struct rounds ours = { { 0 }, 0 }, theirs = ours, share = ours,
		      limit = ours, of_limit = ours, our_cpu = ours,
		      their_cpu = ours, cpu = ours;
	struct peer us = { 0 }, them = { 0 };
	bool large = argc == 10;
	char text[16];
	pid_t child = 0;
	size_t n;

	if (argc != 7 && !large) {
		fprintf(stderr, "bench_http small|large PORT TOKEN PATH ROUNDS "
				"PID [PEER-PORT PEER-PATH PEER-PIDS]\n");
		return 64;
	}
	ask(&us, argv[2], argv[4], argv[3]);
	watch(&us, argv[6]);
	n = strtoul(argv[5], NULL, 10);
	ask(&them, large ? argv[7] : "0", large ? argv[8] : "/", NULL);
	if (!large)
		them.port = start_hello(&child);
	snprintf(text, sizeof(text), "%d", (int)child);
	watch(&them, large ? argv[9] : text);
	for (size_t i = 0; i < n && i < ROUNDS_MAX; i++) {
		double a = one_round(&us), b = one_round(&them);
		double most = large ? 1 / (1 / b + decipher() / cores) : a;

		rounds_add(&ours, a);
		rounds_add(&theirs, b);
		rounds_add(&share, 100 * a / b);
		rounds_add(&limit, most);
		rounds_add(&of_limit, 100 * a / most);
		rounds_add(&our_cpu, us.cpu_us);
		rounds_add(&their_cpu, them.cpu_us);
		rounds_add(&cpu, 100 * them.cpu_us / us.cpu_us);
	}
	print_row(argv[1], &ours, &theirs, &share);
	if (large)
		print_row("with GCM", &ours, &limit, &of_limit);
	print_row("CPU, us", &our_cpu, &their_cpu, &cpu);
	if (child > 0)
		kill(child, SIGTERM);
	return 0;
}
