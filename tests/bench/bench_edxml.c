/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packing and unpacking packets, beside what nobody can do without: a copy of
 * the file, its SHA-256, its base64 (by OpenSSL). They take turns. The packet
 * is hashed on its way in both directions, as the office does.
 *
 * bench_edxml [ROUNDS]   one line a size: name, file MB/s, limit MB/s, share,
 *                        min and max of the share; then memory, a size each
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/rounds.h"
#include "tests/unit/api/edxml/paper.h"

#define PARTS 2

static void
need(int rc, const struct vt_err *err, const char *what)
{
	if (rc == VT_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err->msg);
	exit(1);
}

static void
fill(uint8_t *p, size_t n)
{
	uint64_t state = n;

	memcpy(p, "%PDF-1.7\n", 9);
	for (size_t i = 16; i + 8 <= n; i += 8) {
		uint64_t z = (state += 0x9e3779b97f4a7c15U);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
		z ^= z >> 31;
		memcpy(p + i, &z, 8);
	}
}

/* Two PDFs of n bytes each. */
static void
make_paper(struct paper *p, struct vt_source *s)
{
	paper_make(p);
	p->files[0].source = s;
	p->files[1].source = s;
	p->files[1].name = "b.pdf";
}

/* ---- the work ---- */

struct out {
	struct vt_sha256 *hash; /* NULL: not of this stream */
	uint8_t *room;
	size_t n, max;
};

static int
take(void *arg, struct vt_span s, struct vt_err *err)
{
	struct out *o = arg;

	(void)err;
	if (o->hash != NULL)
		vt_sha256_put(o->hash, s.p, s.n);
	VT_ASSERT(o->n + s.n <= o->max);
	memcpy(o->room + o->n, s.p, s.n);
	o->n += s.n;
	return VT_OK;
}

static size_t
pack(const struct paper *p, uint8_t *room, size_t max)
{
	struct out o = { vt_sha256_new(), room, 0, max };
	struct vt_err err = VT_ERR_INIT;
	volatile uint8_t sink = 0;

	need(vt_edxml_write(&p->d, take, &o, &err), &err, "pack");
	sink = vt_sha256_end(o.hash).b[0];
	(void)sink;
	vt_sha256_free(o.hash);
	return o.n;
}

/* A source that hashes what it gives, once, in order. */
struct hashed {
	struct vt_source source;
	struct vt_span in;
	struct vt_sha256 *hash;
};

static int
read_hashed(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *err)
{
	struct hashed *h = s->arg;

	(void)err;
	vt_sha256_put(h->hash, h->in.p + off, n);
	memcpy(p, h->in.p + off, n);
	return VT_OK;
}

static void
unpack(struct vt_span packet, uint8_t *room, size_t max)
{
	struct out o = { NULL, room, 0, max };
	struct vt_edxml_reading how = { .out = take, .arg = &o };
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct hashed h = { .in = packet, .hash = vt_sha256_new() };
	struct vt_err err = VT_ERR_INIT;
	volatile uint8_t sink = 0;

	h.source = (struct vt_source){
		.size = packet.n, .read = read_hashed, .arg = &h
	};
	need(vt_edxml_read(&h.source, &how, &x, &err), &err, "unpack");
	VT_ASSERT(x->document.n_attachments == PARTS &&
		  x->document.attachments[1].present);
	sink = vt_sha256_end(h.hash).b[0];
	(void)sink;
	vt_sha256_free(h.hash);
}

/* ---- the limit ---- */

static void
limit_pack(struct vt_span file, uint8_t *room)
{
	volatile uint8_t sink;

	for (size_t i = 0; i < PARTS; i++) {
		memcpy(room, file.p, file.n);
		sink = vt_sha256(VT_SPAN(room, file.n)).b[0];
		(void)sink;
		EVP_EncodeBlock(room, file.p, (int)file.n);
	}
}

static void
limit_unpack(struct vt_span base64, size_t raw, uint8_t *room)
{
	volatile uint8_t sink;

	for (size_t i = 0; i < PARTS; i++) {
		memcpy(room, base64.p, base64.n);
		VT_ASSERT(EVP_DecodeBlock(room, base64.p, (int)base64.n) > 0);
		sink = vt_sha256(VT_SPAN(room, raw)).b[0];
		(void)sink;
	}
}

/* ---- rounds ---- */

static void
print(const char *what, size_t mb, const struct rounds *r)
{
	printf("%s %zu MB\t%.0f\t%.0f\t%.1f\t%.1f\t%.1f\n", what, mb,
	    rounds_median(&r[0]), rounds_median(&r[1]), rounds_median(&r[2]),
	    rounds_min(&r[2]), rounds_max(&r[2]));
	fflush(stdout);
}

static void
add(struct rounds *r, double mb, double ours, double limit)
{
	rounds_add(&r[0], mb / ours);
	rounds_add(&r[1], mb / limit);
	rounds_add(&r[2], limit / ours * 100);
}

#define TIME(call, ret)                                                        \
	do {                                                                   \
		double t0_ = bench_cpu(), t_;                                  \
		size_t n_ = 0;                                                 \
		do {                                                           \
			call;                                                  \
			n_++;                                                  \
			t_ = bench_cpu() - t0_;                                \
		} while (t_ < 0.1);                                            \
		(ret) = t_ / (double)n_;                                       \
	} while (0)

/* mb: of the packet, about. */
static void
measure(size_t mb, size_t n_rounds)
{
	size_t raw = (mb * 1000000 / PARTS - 8000) / 4 * 3, n, max;
	uint8_t *file = malloc(raw), *packet, *room;
	struct rounds p[3] = { 0 }, u[3] = { 0 };
	struct vt_source s;
	struct paper paper;
	struct vt_span b64;
	double ours, limit, size = (double)raw * PARTS / 1e6;

	max = mb * 1000000 + 65536;
	packet = malloc(max);
	room = malloc(max);
	VT_ASSERT(file != NULL && packet != NULL && room != NULL);
	fill(file, raw);
	vt_source_memory(&s, VT_SPAN(file, raw));
	make_paper(&paper, &s);
	n = pack(&paper, packet, max);
	b64.p = (const uint8_t *)memmem(packet, n, "JVBERi0x", 8);
	b64.n = (raw + 2) / 3 * 4;
	for (size_t i = 0; i < n_rounds; i++) {
		TIME(n = pack(&paper, packet, max), ours);
		TIME(limit_pack(VT_SPAN(file, raw), room), limit);
		add(p, size, ours, limit);
		TIME(unpack(VT_SPAN(packet, n), room, max), ours);
		TIME(limit_unpack(b64, raw, room), limit);
		add(u, size, ours, limit);
	}
	print("pack", mb, p);
	print("unpack", mb, u);
	free(file);
	free(packet);
	free(room);
}

/* ---- memory: from file to file, a process a size ---- */

static long peak; /* KiB, looked at while packets are under way */

static int
to_file(void *arg, struct vt_span s, struct vt_err *err)
{
	int fd = *(int *)arg;
	long now = bench_memory_kib();

	peak = now > peak ? now : peak;
	return write(fd, s.p, s.n) == (ssize_t)s.n
		   ? VT_OK
		   : vt_err_set(err, VT_E_IO, "write");
}

static int
scratch(void)
{
	char path[] = "bench-XXXXXX";
	int fd = mkstemp(path);

	VT_ASSERT(fd >= 0 && unlink(path) == 0);
	return fd;
}

static void
memory_of(size_t mb, bool packing)
{
	size_t raw = (mb * 1000000 / PARTS - 8000) / 4 * 3;
	int file = scratch(), packet = scratch(), files = scratch();
	struct vt_edxml_reading how = { .out = to_file, .arg = &files };
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	struct vt_source s, in;
	struct paper paper;
	long before;

	for (size_t at = 0; at < raw; at += 65536) {
		uint8_t block[65536];

		fill(block, sizeof(block));
		VT_ASSERT(write(file, block, sizeof(block)) > 0);
	}
	VT_ASSERT(ftruncate(file, (off_t)raw) == 0);
	need(vt_source_pread_fd(&s, file, &err), &err, "file");
	make_paper(&paper, &s);
	before = bench_memory_kib();
	need(vt_edxml_write(&paper.d, to_file, &packet, &err), &err, "pack");
	if (packing) {
		printf("memory pack %zu MB\t%ld KiB (+%ld)\n", mb, peak,
		    peak - before);
		exit(0);
	}
	peak = before;
	need(vt_source_pread_fd(&in, packet, &err), &err, "packet");
	need(vt_edxml_read(&in, &how, &x, &err), &err, "unpack");
	printf("memory unpack %zu MB\t%ld KiB (+%ld)\n", mb, bench_memory_kib(),
	    bench_memory_kib() - before);
	exit(0);
}

static void
memory(size_t mb, bool packing)
{
	pid_t pid = fork();

	VT_ASSERT(pid >= 0);
	if (pid == 0)
		memory_of(mb, packing);
	VT_ASSERT(waitpid(pid, NULL, 0) == pid);
}

int
main(int argc, char **argv)
{
	size_t n_rounds = argc > 1 ? (size_t)atoi(argv[1]) : 9;

	if (vt_base_init(NULL) != VT_OK)
		return 1;
	fflush(stdout);
	for (size_t mb = 1; mb <= 100; mb *= 100) {
		memory(mb, true);
		memory(mb, false);
	}
	measure(1, n_rounds);
	measure(100, n_rounds);
	return 0;
}
