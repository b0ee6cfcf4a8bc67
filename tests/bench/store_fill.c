/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/store_fill.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/bench/rounds.h"

#define BLOCK ((size_t)1 << 20)

void
fill_must(int rc, const char *what, const struct vt_err *err)
{
	if (rc == VT_OK)
		return;
	(void)fprintf(
	    stderr, "bench_store: %s: %s\n", what, err == NULL ? "" : err->msg);
	exit(1);
}

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

size_t
fill_size(size_t mean, size_t no)
{
	size_t least = mean / 100 + 1;

	return least + mix(no * 0x9e3779b97f4a7c15U + 1) % (2 * (mean - least));
}

void
fill_bytes(uint8_t *p, size_t n, uint64_t seed)
{
	uint64_t state = mix(seed + 1);

	for (size_t i = 0; i < n; i += 8) {
		uint64_t z = mix(state += 0x9e3779b97f4a7c15U);

		memcpy(p + i, &z, n - i < 8 ? n - i : 8);
	}
}

void
fill_subject(size_t no, char *ret, size_t n)
{
	static const char *const words[] = { "về", "việc", "kế", "hoạch",
		"triển", "khai", "báo", "cáo", "công", "tác", "năm", "quý",
		"đường", "giao", "thông", "đất", "đai", "giáo", "dục", "y",
		"tế", "phòng", "chống", "thiên", "tai", "ngân", "sách", "tổ",
		"chức", "hội", "nghị", "tập", "huấn", "chuyển", "đổi", "số",
		"thủ", "tục", "hành", "chính", "khen", "thưởng", "cán", "bộ",
		"xây", "dựng", "nông", "thôn", "mới", "môi", "trường", "nước",
		"sạch", "văn", "hoá", "du", "lịch", "thanh", "tra", "kiểm",
		"đầu", "tư", "dự", "án" };
	size_t at = 0;

	for (unsigned int i = 0; i < 8; i++) {
		uint64_t k = mix(no * 8 + i + 1) % 64;

		at += (size_t)snprintf(
		    ret + at, n - at, "%s%s", i == 0 ? "" : " ", words[k]);
	}
	(void)snprintf(ret + at, n - at, " %zu", no);
}

/* ---- the disk ---- */

static uint64_t used, largest;
static char largest_path[4096];

static int
add_file(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	(void)w;
	if (flag != FTW_F)
		return 0;
	used += (uint64_t)st->st_blocks * 512;
	if ((uint64_t)st->st_size > largest) {
		largest = (uint64_t)st->st_size;
		(void)snprintf(largest_path, sizeof(largest_path), "%s", path);
	}
	return 0;
}

static int
remove_file(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	(void)st;
	(void)flag;
	(void)w;
	return remove(path);
}

static int
forget_file(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	int fd;

	(void)st;
	(void)w;
	if (flag != FTW_F || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	(void)fdatasync(fd);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
	return 0;
}

uint64_t
disk_used(const char *dir)
{
	used = largest = 0;
	(void)nftw(dir, add_file, 16, FTW_PHYS);
	return used;
}

uint64_t
disk_free(const char *dir)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0)
		return 0;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}

void
disk_remove(const char *dir)
{
	(void)nftw(dir, remove_file, 16, FTW_DEPTH | FTW_PHYS);
}

void
disk_forget(const char *dir)
{
	(void)nftw(dir, forget_file, 16, FTW_PHYS);
}

double
disk_read_rate(const char *dir, uint64_t max)
{
	uint8_t *p = malloc(BLOCK);
	uint64_t got = 0;
	double t0;
	ssize_t n;
	int fd;

	(void)disk_used(dir);
	disk_forget(dir);
	fd = open(largest_path, O_RDONLY | O_CLOEXEC);
	if (p == NULL || fd < 0)
		fill_must(VT_E_IO, largest_path, NULL);
	t0 = bench_wall();
	while (got < max && (n = read(fd, p, BLOCK)) > 0)
		got += (uint64_t)n;
	t0 = bench_wall() - t0;
	(void)close(fd);
	free(p);
	return (double)got / t0;
}

double
sha256_rate(void)
{
	uint8_t *p = malloc(BLOCK);
	double t0, cpu;
	size_t n = 0;

	if (p == NULL)
		fill_must(VT_E_NOMEM, "SHA-256", NULL);
	fill_bytes(p, BLOCK, 1);
	/* By the time of its own thread: a busy machine takes turns. */
	for (t0 = bench_cpu(); (cpu = bench_cpu() - t0) < 0.5; n++) {
		vt_hash h = vt_sha256(VT_SPAN(p, BLOCK));

		p[0] = h.b[0];
	}
	free(p);
	return (double)n * (double)BLOCK / cpu;
}

/* ---- a store ---- */

static const struct vt_store_options store_options = { .domain = "bench.test" };

void
fill_open(struct fill *f, const char *dir, size_t mean, size_t threads)
{
	struct vt_step st = { .kind = VT_STEP_AGENCY };
	struct vt_act a = { .steps = &st, .n_steps = 1 };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	*f = (struct fill){ .mean = mean, .threads = threads };
	(void)snprintf(f->dir, sizeof(f->dir), "%s", dir);
	disk_remove(dir);
	fill_must(vt_store_init(dir, &store_options, vt_context_system(), &err),
	    "init", &err);
	fill_must(vt_store_open(
		      dir, &store_options, vt_context_system(), &f->s, &err),
	    "open", &err);
	st.u.agency.name = (struct vt_agency_name){ .code = "H99.07",
		.name = "Sở",
		.short_name = "S",
		.place = "An Mẫu" };
	fill_must(vt_store_do(f->s, &a, &r, &err), "agency", &err);
	f->agency = r.agency_no;
	vt_act_result_free(&r);
}

void
fill_reopen(struct fill *f)
{
	struct vt_err err = VT_ERR_INIT;

	vt_store_close(f->s);
	fill_must(vt_store_open(
		      f->dir, &store_options, vt_context_system(), &f->s, &err),
	    "open", &err);
}

void
fill_close(struct fill *f)
{
	vt_store_close(f->s);
	free(f->paper);
	disk_remove(f->dir);
	memset(f, 0, sizeof(*f));
}

struct filler {
	struct fill *f;
	pthread_t thread;
	atomic_size_t *next;
	size_t end;
	uint64_t payload;
};

static void
one_paper(struct filler *w, size_t no, uint8_t *bytes)
{
	static const struct vt_recipient to[] = { { "H99.31", "UBND xã" } };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_act a = { .agency_no = w->f->agency,
		.steps = &st,
		.n_steps = 1,
		.caller = { { 1 } },
		.person = { { 2 } } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_file file = { .name = "cong-van.pdf",
		.media_type = "application/pdf" };
	size_t n = fill_size(w->f->mean, no);
	struct vt_err err = VT_ERR_INIT;
	char subject[256], key[24];
	struct vt_blob b;

	struct vt_meta m = { .type_code = "CV",
		.subject = subject,
		.notation = "SKHCN-VP",
		.recipients = to,
		.n_recipients = 1 };

	fill_subject(no, subject, sizeof(subject));
	fill_bytes(bytes, n, no);
	fill_must(vt_upload_memory(w->f->s, w->f->agency, VT_SPAN(bytes, n),
		      &file.upload, &b, &err),
	    "upload", &err);
	file.hash = b.hash;
	st.u.reg.direction = VT_DIR_OUT;
	st.u.reg.meta = &m;
	st.u.reg.files = &file;
	st.u.reg.n_files = 1;
	(void)snprintf(key, sizeof(key), "k%zu", no);
	a.key = key;
	a.request = b.hash;
	fill_must(vt_store_do(w->f->s, &a, &r, &err), "register", &err);
	w->f->paper[no] = r.paper;
	vt_act_result_free(&r);
	w->payload += n;
}

static void *
filler_main(void *arg)
{
	struct filler *w = arg;
	uint8_t *bytes = malloc(2 * w->f->mean + 8);
	size_t no;

	if (bytes == NULL)
		fill_must(VT_E_NOMEM, "papers", NULL);
	while ((no = atomic_fetch_add(w->next, 1)) < w->end)
		one_paper(w, no, bytes);
	free(bytes);
	return NULL;
}

double
fill_papers(struct fill *f, size_t n)
{
	struct filler w[64] = { { .f = f } };
	atomic_size_t next = f->n;
	double t0;

	if (f->n + n > f->room) {
		f->room = 2 * (f->n + n);
		f->paper = realloc(f->paper, f->room * sizeof(*f->paper));
	}
	if (f->paper == NULL || f->threads > 64)
		fill_must(VT_E_NOMEM, "papers", NULL);
	t0 = bench_wall();
	for (size_t i = 0; i < f->threads; i++) {
		w[i] =
		    (struct filler){ .f = f, .next = &next, .end = f->n + n };
		if (pthread_create(&w[i].thread, NULL, filler_main, &w[i]) != 0)
			fill_must(VT_E_ENVIRONMENT, "a thread", NULL);
	}
	for (size_t i = 0; i < f->threads; i++) {
		(void)pthread_join(w[i].thread, NULL);
		f->payload += w[i].payload;
	}
	f->n += n;
	return bench_wall() - t0;
}

double
fill_read(struct fill *f, size_t n, uint64_t *ret_bytes)
{
	/* One chunk more, so that the last one too is read where it goes. */
	size_t room = 2 * f->mean + VT_CHUNK_SIZE, got;
	uint8_t *p = malloc(room);
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper paper;
	struct vt_view *v;
	double t0;

	if (p == NULL)
		fill_must(VT_E_NOMEM, "papers", NULL);
	*ret_bytes = 0;
	t0 = bench_wall();
	for (size_t i = 0; i < n; i++) {
		size_t no = mix(i * 0x9e3779b97f4a7c15U + f->n) % f->n;
		vt_hash main;

		fill_must(vt_view_begin(f->s, &v, &err), "view", &err);
		fill_must(vt_paper_get(v, &f->paper[no], &paper, &err), "paper",
		    &err);
		main = paper.parts[0].hash;
		vt_view_end(v);
		fill_must(vt_bytes_read(f->s, &main, 0, p, room, &got, &err),
		    "bytes", &err);
		if (got != fill_size(f->mean, no))
			fill_must(VT_E_INTERNAL, "another paper", NULL);
		*ret_bytes += got;
	}
	t0 = bench_wall() - t0;
	free(p);
	return t0;
}
