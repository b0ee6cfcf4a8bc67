/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Registering a 200 KB paper through HTTP, receipt in hand, many clients -
 * beside raw LMDB: the same chunk sizes, one paper a synced transaction, one
 * writer. The two take turns. Every body is different, so nothing is shared.
 *
 * bench_register PORT TOKEN LMDB-DIR [ROUNDS [CLIENTS]]
 */
#include <arpa/inet.h>
#include <lmdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "tests/bench/rounds.h"

#define PAPER    204800
#define ROUND_S  2.0
#define CHUNK    65520
#define LAT_MAX  65536

static uint16_t port;
static const char *token;
static atomic_bool stop;
static atomic_size_t papers;
static atomic_size_t failures;
static double latency[LAT_MAX];
static atomic_size_t n_latency;

static void
fill_random(uint8_t *p, size_t n, uint64_t *state)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t z = (*state += 0x9e3779b97f4a7c15U);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
		z ^= z >> 31;
		memcpy(p + i, &z, 8);
	}
}

static int
dial(void)
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

static bool
send_all(int fd, const void *p, size_t n)
{
	const char *c = p;

	while (n > 0) {
		ssize_t w = send(fd, c, n, MSG_NOSIGNAL);

		if (w <= 0)
			return false;
		c += w;
		n -= (size_t)w;
	}
	return true;
}

/* Reads one answer with Content-Length; its status, body cut at `max`. */
static int
answer(int fd, char *body, size_t max)
{
	char head[16384];
	size_t n = 0, length = 0, have;
	char *end = NULL, *p;
	int status;

	while (end == NULL && n < sizeof(head) - 1) {
		ssize_t r = recv(fd, head + n, sizeof(head) - 1 - n, 0);

		if (r <= 0)
			return -1;
		n += (size_t)r;
		head[n] = '\0';
		end = strstr(head, "\r\n\r\n");
	}
	if (end == NULL || sscanf(head, "HTTP/1.1 %d", &status) != 1 ||
	    (p = strcasestr(head, "\r\nContent-Length:")) == NULL)
		return -1;
	length = strtoul(p + 17, NULL, 10);
	have = n - (size_t)(end + 4 - head);
	memcpy(body, end + 4, have < max ? have : max);
	while (have < length) {
		char sink[8192];
		ssize_t r = recv(fd, sink, sizeof(sink), 0);

		if (r <= 0)
			return -1;
		if (have < max)
			memcpy(body + have, sink,
			    have + (size_t)r < max ? (size_t)r : max - have);
		have += (size_t)r;
	}
	body[length < max ? length : max - 1] = '\0';
	return status;
}

static bool
post(int fd, const char *path, const char *type, const void *p, size_t n,
    const char *key, char *body, size_t max)
{
	char head[1024];
	int h = snprintf(head, sizeof(head),
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	    "Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    path, port, token, key, type, n);
	int status;

	if (!send_all(fd, head, (size_t)h) || !send_all(fd, p, n))
		return false;
	status = answer(fd, body, max);
	if (status >= 200 && status < 300)
		return true;
	fprintf(stderr, "%s: %d %.300s\n", path, status, body);
	return false;
}

static void
one_paper(int fd, uint8_t *bytes, uint64_t *state, uint64_t who)
{
	char body[16384], json[1024], key[64], id[64] = "";
	double t0 = bench_wall();
	char *p;
	size_t at;

	fill_random(bytes, PAPER, state);
	memcpy(bytes, "%PDF-1.7\n", 9);
	snprintf(key, sizeof(key), "u-%016llx-%016llx",
	    (unsigned long long)who, (unsigned long long)*state);
	if (!post(fd, "/v1/uploads?name=bench.bin",
		"application/octet-stream", bytes, PAPER, key, body,
		sizeof(body))) {
		failures++;
		return;
	}
	p = strstr(body, "\"id\"");
	if (p == NULL)
		p = strstr(body, "\"upload\"");
	if (p == NULL || sscanf(strchr(p + 4, ':'), ": \"%63[0-9a-f]", id) != 1)
		sscanf(strchr(p + 4, ':'), ":\"%63[0-9a-f]", id);
	snprintf(json, sizeof(json),
	    "{\"direction\":\"out\",\"meta\":{\"subject\":\"bench\"},"
	    "\"files\":"
	    "[{\"upload\":\"%s\",\"name\":\"bench.bin\",\"media_type\":"
	    "\"application/octet-stream\"}]}",
	    id);
	key[0] = 'p';
	if (!post(fd, "/v1/papers", "application/json", json, strlen(json),
		key, body, sizeof(body))) {
		failures++;
		return;
	}
	papers++;
	at = n_latency++;
	if (at < LAT_MAX)
		latency[at] = bench_wall() - t0;
}

static void *
client(void *arg)
{
	uint64_t who = (uint64_t)(uintptr_t)arg;
	uint64_t state = who * 0x1234567 + (uint64_t)(bench_wall() * 1e6);
	uint8_t *bytes = malloc(PAPER);
	int fd = dial();

	while (!stop && bytes != NULL && failures < 10)
		one_paper(fd, bytes, &state, who);
	close(fd);
	free(bytes);
	return NULL;
}

static double
http_round(size_t clients)
{
	pthread_t t[256];
	double t0 = bench_wall();

	stop = false;
	papers = 0;
	for (size_t i = 0; i < clients; i++)
		pthread_create(&t[i], NULL, client, (void *)(uintptr_t)(i + 1));
	usleep((useconds_t)(ROUND_S * 1e6));
	stop = true;
	for (size_t i = 0; i < clients; i++)
		pthread_join(t[i], NULL);
	return (double)papers / (bench_wall() - t0);
}

static void
check(int rc, const char *what)
{
	if (rc != 0) {
		fprintf(stderr, "%s: %s\n", what, mdb_strerror(rc));
		exit(1);
	}
}

static double
lmdb_round(MDB_env *env, uint64_t *seq)
{
	uint64_t state = *seq * 77 + 1;
	uint8_t *bytes = malloc(PAPER + 4 * 48);
	double t0 = bench_wall();
	size_t n = 0;
	MDB_txn *txn;
	MDB_dbi dbi;

	if (bytes == NULL)
		exit(1);
	while (bench_wall() - t0 < ROUND_S) {
		fill_random(bytes, PAPER, &state);
		check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
		check(mdb_dbi_open(txn, NULL, 0, &dbi), "open");
		for (size_t at = 0; at < PAPER + 4 * 48; at += CHUNK) {
			uint8_t key[8];
			uint64_t s = ++*seq;
			MDB_val k = { 8, key }, v = { CHUNK, bytes + at };

			for (int i = 7; i >= 0; i--, s >>= 8)
				key[i] = (uint8_t)s;
			if (at + CHUNK > PAPER + 4 * 48)
				v.mv_size = PAPER + 4 * 48 - at;
			check(mdb_put(txn, dbi, &k, &v, MDB_APPEND), "put");
		}
		check(mdb_txn_commit(txn), "commit");
		n++;
	}
	free(bytes);
	return (double)n / (bench_wall() - t0);
}

static int
by_value(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	struct rounds http = { .n = 0 }, raw = { .n = 0 }, share = { .n = 0 };
	size_t n_rounds = argc > 4 ? (size_t)atoi(argv[4]) : 5;
	size_t clients = argc > 5 ? (size_t)atoi(argv[5]) : 32, n;
	uint64_t seq = 0;
	MDB_env *env;

	if (argc < 4 || clients > 256) {
		fprintf(stderr, "usage: bench_register PORT TOKEN LMDB-DIR "
				"[ROUNDS [CLIENTS]]\n");
		return 64;
	}
	port = (uint16_t)atoi(argv[1]);
	token = argv[2];
	mkdir(argv[3], 0700);
	check(mdb_env_create(&env), "env");
	check(mdb_env_set_mapsize(env, (size_t)32 << 30), "map");
	check(mdb_env_open(env, argv[3], 0, 0600), argv[3]);
	for (size_t i = 0; i < n_rounds; i++) {
		double h = http_round(clients), r = lmdb_round(env, &seq);

		rounds_add(&http, h);
		rounds_add(&raw, r);
		rounds_add(&share, h / r * 100);
	}
	mdb_env_close(env);
	n = n_latency < LAT_MAX ? n_latency : LAT_MAX;
	qsort(latency, n, sizeof(latency[0]), by_value);
	printf("register\t%.0f\t%.0f\t%.1f\t%.1f\t%.1f\n",
	    rounds_median(&http), rounds_median(&raw), rounds_median(&share),
	    rounds_min(&share), rounds_max(&share));
	if (n > 0)
		printf("latency ms p50 p99\t%.1f\t%.1f\n", latency[n / 2] * 1e3,
		    latency[n * 99 / 100] * 1e3);
	return failures == 0 ? 0 : 1;
}
