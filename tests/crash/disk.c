/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/crash/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define ROOT   (UINT64_C(1) << 63) /* folders have this bit, files not */

struct piece { /* a write, or a part of one, that was not synced */
	uint64_t off;
	size_t n;
	const uint8_t *p; /* NULL: the file's size is set to off */
};

struct content {
	uint8_t *p;
	size_t n, room;
};

struct file {
	uint64_t inode;           /* a later file may have it again */
	struct content now, safe; /* as the process sees it; synced */
	struct piece *piece;
	size_t n_piece;
};

struct step { /* since the name's folder was synced */
	uint64_t to;
	uint64_t op; /* which call: a rename makes two of them */
};

struct name {
	uint64_t in; /* folder */
	char leaf[64];
	uint64_t now, safe; /* place of a file + 1, a folder, 0: none */
	struct step *step;
	size_t n_step;
	bool moved; /* a step is of a rename */
};

struct disk {
	struct file *file;
	size_t n_file;
	struct name *name;
	size_t n_name;
	uint64_t n_folder, n_op;
	struct content image;
};

static void *
need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* ---- the tape ---- */

bool
tape_load(struct tape *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 0, at = 0;
	struct stat st;

	*t = (struct tape){ .n = 0 };
	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0)
		abort();
	t->bytes = need(malloc((size_t)st.st_size + 1));
	while (t->n < (size_t)st.st_size) {
		ssize_t r =
		    read(fd, t->bytes + t->n, (size_t)st.st_size - t->n);

		if (r <= 0)
			abort();
		t->n += (size_t)r;
	}
	(void)close(fd);
	while (t->n - at >= sizeof(struct tape_rec)) {
		struct tape_entry e;

		memcpy(&e.r, t->bytes + at, sizeof(e.r));
		at += sizeof(e.r);
		if (e.r.magic != TAPE_MAGIC)
			return false;
		if (t->n - at < (size_t)e.r.n_a + e.r.n_b)
			break;
		e.a = t->bytes + at;
		e.b = e.a + e.r.n_a;
		at += (size_t)e.r.n_a + e.r.n_b;
		if (t->n_at == room) {
			room = room * 2 + 1024;
			t->at = need(realloc(t->at, room * sizeof(*t->at)));
		}
		t->at[t->n_at++] = e;
	}
	return true;
}

void
tape_free(struct tape *t)
{
	free(t->at);
	free(t->bytes);
	*t = (struct tape){ .n = 0 };
}

/* ---- contents ---- */

static void
resize(struct content *c, size_t n)
{
	if (n > c->room) {
		c->room = n + n / 2 + 4096;
		c->p = need(realloc(c->p, c->room));
	}
	if (n > c->n)
		memset(c->p + c->n, 0, n - c->n);
	c->n = n;
}

static void
lay(struct content *c, uint64_t off, const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (off + n > c->n)
		resize(c, (size_t)off + n);
	memcpy(c->p + off, p, n);
}

/* ---- files and names ---- */

static uint64_t
file_new(struct disk *d, uint64_t inode)
{
	d->file = need(realloc(d->file, (d->n_file + 1) * sizeof(*d->file)));
	d->file[d->n_file] = (struct file){ .inode = inode };
	return ++d->n_file;
}

/* The last one that was made with it. */
static struct file *
file_of(struct disk *d, uint64_t inode)
{
	for (size_t i = d->n_file; i > 0; i--)
		if (d->file[i - 1].inode == inode)
			return &d->file[i - 1];
	(void)file_new(d, inode);
	return &d->file[d->n_file - 1];
}

static struct name *
name_in(struct disk *d, uint64_t in, const uint8_t *leaf, size_t n)
{
	struct name *x;

	for (size_t i = 0; i < d->n_name; i++)
		if (d->name[i].in == in && strlen(d->name[i].leaf) == n &&
		    memcmp(d->name[i].leaf, leaf, n) == 0)
			return &d->name[i];
	d->name = need(realloc(d->name, (d->n_name + 1) * sizeof(*d->name)));
	x = &d->name[d->n_name++];
	*x = (struct name){ .in = in };
	if (n >= sizeof(x->leaf))
		abort();
	memcpy(x->leaf, leaf, n);
	return x;
}

/* Where a path leads now: a folder, a file, 0; the root: "". */
static uint64_t
walk(struct disk *d, const uint8_t *path, size_t n)
{
	uint64_t at = ROOT;

	for (size_t i = 0, end; at >= ROOT && i < n; i = end + 1) {
		for (end = i; end < n && path[end] != '/'; end++)
			;
		at = name_in(d, at, path + i, end - i)->now;
	}
	return at;
}

static struct name *
name_of(struct disk *d, const uint8_t *path, size_t n)
{
	size_t leaf = n;
	uint64_t in;

	while (leaf > 0 && path[leaf - 1] != '/')
		leaf--;
	in = walk(d, path, leaf == 0 ? 0 : leaf - 1);
	if (in < ROOT) {
		printf("# %.*s: its folder is not there\n", (int)n,
		    (const char *)path);
		abort();
	}
	return name_in(d, in, path + leaf, n - leaf);
}

static void
name_set(struct disk *d, struct name *x, uint64_t to)
{
	x->step = need(realloc(x->step, (x->n_step + 1) * sizeof(*x->step)));
	x->step[x->n_step++] = (struct step){ .to = to, .op = d->n_op };
	x->now = to;
}

static void
piece_add(struct file *f, uint64_t off, const uint8_t *p, size_t n)
{
	f->piece =
	    need(realloc(f->piece, (f->n_piece + 1) * sizeof(*f->piece)));
	f->piece[f->n_piece++] = (struct piece){ .off = off, .n = n, .p = p };
}

/* ---- what was done ---- */

/* Sectors of a write that does not return before they are on the disk, with
 * all that was written into them before. */
static void
sync_range(struct file *f, uint64_t from, uint64_t to)
{
	struct piece *was = f->piece;
	size_t n = f->n_piece;

	from -= from % SECTOR;
	to += SECTOR - 1 - (to + SECTOR - 1) % SECTOR;
	if (to > f->now.n)
		to = f->now.n;
	lay(&f->safe, from, f->now.p + from, (size_t)(to - from));
	f->piece = NULL;
	f->n_piece = 0;
	for (size_t i = 0; i < n; i++) {
		const struct piece *w = &was[i];
		uint64_t end = w->off + w->n;

		if (w->p == NULL || end <= from || w->off >= to) {
			piece_add(f, w->off, w->p, w->n);
			continue;
		}
		if (w->off < from)
			piece_add(f, w->off, w->p, (size_t)(from - w->off));
		if (end > to)
			piece_add(
			    f, to, w->p + (to - w->off), (size_t)(end - to));
	}
	free(was);
}

static void
sync_file(struct file *f)
{
	size_t n = f->now.n;

	resize(&f->safe, n);
	for (size_t i = 0; i < f->n_piece; i++) {
		const struct piece *w = &f->piece[i];
		size_t end = w->p == NULL ? n : (size_t)w->off + w->n;

		end = end > n ? n : end;
		if (w->off < end)
			memcpy(f->safe.p + w->off, f->now.p + w->off,
			    end - (size_t)w->off);
	}
	f->n_piece = 0;
}

static void
sync_names(struct disk *d, const uint8_t *folder, size_t n)
{
	uint64_t in = walk(d, folder, n);

	for (size_t i = 0; i < d->n_name; i++)
		if (d->name[i].in == in) {
			d->name[i].safe = d->name[i].now;
			d->name[i].n_step = 0;
			d->name[i].moved = false;
		}
}

/* Two names: the first leads nowhere any more when it is renamed. */
static void
apply_names(struct disk *d, const struct tape_entry *e)
{
	uint64_t to = walk(d, e->a, e->r.n_a);
	bool moved = e->r.op == TAPE_RENAME;

	name_set(d, name_of(d, e->b, e->r.n_b), to);
	name_of(d, e->b, e->r.n_b)->moved |= moved;
	if (moved) {
		name_set(d, name_of(d, e->a, e->r.n_a), 0);
		name_of(d, e->a, e->r.n_a)->moved = true;
	}
}

static void
apply_content(struct disk *d, const struct tape_entry *e)
{
	struct file *f = file_of(d, e->r.file);
	uint64_t off = (uint64_t)e->r.off;

	if (e->r.op == TAPE_SIZE) {
		resize(&f->now, (size_t)off);
		piece_add(f, off, NULL, 0);
		return;
	}
	lay(&f->now, off, e->a, e->r.n_a);
	if ((e->r.flags & TAPE_DSYNC) != 0)
		sync_range(f, off, off + e->r.n_a);
	else
		piece_add(f, off, e->a, e->r.n_a);
}

void
disk_apply(struct disk *d, const struct tape_entry *e)
{
	if ((e->r.flags & TAPE_FAILED) != 0 && e->r.op != TAPE_MARK)
		return;
	d->n_op++;
	switch (e->r.op) {
	case TAPE_OPEN:
		if ((e->r.flags & TAPE_MADE) != 0) {
			uint64_t made = file_new(d, e->r.file);

			name_set(d, name_of(d, e->a, e->r.n_a), made);
		}
		if ((e->r.flags & TAPE_EMPTIED) != 0) {
			resize(&file_of(d, e->r.file)->now, 0);
			piece_add(file_of(d, e->r.file), 0, NULL, 0);
		}
		break;
	case TAPE_WRITE:
	case TAPE_SIZE:
		apply_content(d, e);
		break;
	case TAPE_SYNC:
		sync_file(file_of(d, e->r.file));
		sync_names(d, e->a, e->r.n_a);
		break;
	case TAPE_MKDIR:
		name_set(d, name_of(d, e->a, e->r.n_a), ROOT + ++d->n_folder);
		break;
	case TAPE_LINK:
	case TAPE_RENAME:
		apply_names(d, e);
		break;
	case TAPE_UNLINK:
	case TAPE_RMDIR:
		name_set(d, name_of(d, e->a, e->r.n_a), 0);
		break;
	default:
		break;
	}
}

bool
disk_is_dirty(const struct disk *d)
{
	for (size_t i = 0; i < d->n_file; i++)
		if (d->file[i].n_piece > 0)
			return true;
	for (size_t i = 0; i < d->n_name; i++)
		if (d->name[i].n_step > 0)
			return true;
	return false;
}

/* ---- what may be there ---- */

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t z = a * 0x9e3779b97f4a7c15U + b + 0x632be59bd9b4e019U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* Is the i-th of n writes in this sector? */
static bool
is_kept(
    enum disk_choice choice, uint64_t seed, size_t i, size_t n, uint64_t sector)
{
	uint64_t z;

	switch (choice) {
	case DISK_NONE:
		return false;
	case DISK_ALL:
		return true;
	case DISK_LAST:
		return i + 1 == n;
	case DISK_WRITES:
		return (mix(seed, i) & 1) != 0;
	default:
		z = mix(seed, sector);
		/* Of many sectors: most of them gone, most there, or any. */
		if ((seed & 3) < 2 && (z & 7) != 0)
			return (seed & 1) != 0;
		return i < (z >> 8) % (n + 1);
	}
}

static void
lay_piece(struct content *c, const struct file *f, size_t i,
    enum disk_choice choice, uint64_t seed)
{
	const struct piece *w = &f->piece[i];
	size_t tear = (size_t)(mix(seed, i) % (w->n / SECTOR + 1));
	bool torn =
	    choice == DISK_TORN && mix(seed, f->n_piece) % f->n_piece == i;
	uint64_t at = w->off, end = w->off + w->n;

	if (w->p == NULL) {
		if (is_kept(choice, seed, i, f->n_piece, w->off))
			resize(c, (size_t)w->off);
		return;
	}
	for (size_t k = 0; at < end; k++) {
		uint64_t next = at - at % SECTOR + SECTOR;
		size_t n = (size_t)((next < end ? next : end) - at);
		bool kept = is_kept(choice, seed, i, f->n_piece, at / SECTOR);

		if (torn && k == tear)
			lay(c, at, w->p + (at - w->off),
			    (size_t)(mix(seed, at) % (n + 1)));
		else if (kept)
			lay(c, at, w->p + (at - w->off), n);
		at += n;
	}
}

static void
write_file(const char *path, const struct content *c)
{
	size_t done = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	while (done < c->n) {
		ssize_t r = write(fd, c->p + done, c->n - done);

		if (r <= 0)
			abort();
		done += (size_t)r;
	}
	(void)close(fd);
}

static void
build_file(struct disk *d, struct file *f, uint64_t no, enum disk_choice choice,
    uint64_t seed)
{
	struct content *c = &d->image;

	c->n = 0;
	resize(c, f->safe.n);
	if (f->safe.n > 0)
		memcpy(c->p, f->safe.p, f->safe.n);
	seed = mix(seed, no);
	for (size_t i = 0; i < f->n_piece; i++)
		lay_piece(c, f, i, choice, seed);
	/* The size may be there before the bytes. */
	if (choice >= DISK_WRITES && (seed & 1) != 0 && c->n < f->now.n)
		resize(c, f->now.n);
}

/*
 * Where a name leads on this disk. Each name by itself; but a rename is there
 * as a whole or not at all, as every file system with a log does it: of names
 * that take part in one, what was done in their folder up to some call.
 */
static uint64_t
name_at(const struct disk *d, const struct name *x, enum disk_choice choice,
    uint64_t seed)
{
	size_t n = x->n_step;
	uint64_t op;

	if (n == 0 || choice == DISK_NONE)
		return x->safe;
	if (choice == DISK_ALL || choice == DISK_LAST)
		return x->now;
	if (x->moved) {
		uint64_t first = d->n_op;

		for (size_t i = 0; i < d->n_name; i++)
			if (d->name[i].in == x->in && d->name[i].n_step > 0 &&
			    d->name[i].step[0].op < first)
				first = d->name[i].step[0].op;
		op = first + mix(seed, x->in) % (d->n_op - first + 2);
		while (n > 0 && x->step[n - 1].op >= op)
			n--;
	} else {
		for (const char *p = x->leaf; *p != '\0'; p++)
			seed = mix(seed, (uint64_t)*p);
		n = (size_t)(mix(seed, x->in) % (n + 1));
	}
	return n == 0 ? x->safe : x->step[n - 1].to;
}

/* What is in a folder, and in those below it. */
static void
build_folder(struct disk *d, uint64_t folder, enum disk_choice choice,
    uint64_t seed, const char *dir)
{
	for (size_t i = 0; i < d->n_name; i++) {
		uint64_t to;
		char full[4096];

		if (d->name[i].in != folder ||
		    (to = name_at(d, &d->name[i], choice, seed)) == 0)
			continue;
		(void)snprintf(
		    full, sizeof(full), "%s/%s", dir, d->name[i].leaf);
		if (to < ROOT) {
			build_file(d, &d->file[to - 1], to, choice, seed);
			write_file(full, &d->image);
		} else if (mkdir(full, 0700) == 0) {
			build_folder(d, to, choice, seed, full);
		} else {
			abort();
		}
	}
}

void
disk_build(struct disk *d, const struct tape_entry *e, enum disk_choice choice,
    uint64_t seed, const char *dir)
{
	struct file *f = NULL;

	if (e != NULL && (e->r.flags & TAPE_FAILED) == 0 &&
	    e->r.op == TAPE_WRITE) {
		f = file_of(d, e->r.file);
		piece_add(f, (uint64_t)e->r.off, e->a, e->r.n_a);
	}
	build_folder(d, ROOT, choice, seed, dir);
	if (f != NULL)
		file_of(d, e->r.file)->n_piece--;
}

/* ---- is it what is there? ---- */

static bool
same_file(const char *full, const struct content *c)
{
	int fd = open(full, O_RDONLY | O_CLOEXEC);
	uint8_t *p = need(malloc(c->n + 1));
	size_t n = 0;
	bool same;

	if (fd < 0) {
		free(p);
		return false;
	}
	while (n < c->n + 1) {
		ssize_t r = read(fd, p + n, c->n + 1 - n);

		if (r <= 0)
			break;
		n += (size_t)r;
	}
	(void)close(fd);
	same = n == c->n && (n == 0 || memcmp(p, c->p, n) == 0);
	free(p);
	return same;
}

static size_t found;

static int
count_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)path;
	(void)st;
	(void)flag;
	found += f->level > 0;
	return 0;
}

/* How many names are below a folder; what differs is added to *bad. */
static size_t
compare_folder(
    const struct disk *d, uint64_t folder, const char *dir, unsigned int *bad)
{
	size_t names = 0;

	for (size_t i = 0; i < d->n_name; i++) {
		const struct name *x = &d->name[i];
		char full[4096];
		bool same;

		if (x->in != folder || x->now == 0)
			continue;
		names++;
		(void)snprintf(full, sizeof(full), "%s/%s", dir, x->leaf);
		/* The table of readers lives in a mapping: see tape.c. */
		if (x->now >= ROOT || strcmp(x->leaf, "lock.mdb") == 0)
			same = access(full, F_OK) == 0;
		else
			same = same_file(full, &d->file[x->now - 1].now);
		if (!same)
			printf("# not as on the tape: %s\n", full);
		*bad += !same;
		if (x->now >= ROOT)
			names += compare_folder(d, x->now, full, bad);
	}
	return names;
}

unsigned int
disk_differs(const struct disk *d, const char *dir)
{
	unsigned int bad = 0;
	size_t names = compare_folder(d, ROOT, dir, &bad);

	found = 0;
	(void)nftw(dir, count_one, 16, FTW_PHYS);
	if (found != names)
		printf("# %zu names on the tape, %zu there\n", names, found);
	return bad + (found != names);
}

/* ---- */

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	return f->level == 0 ? 0 : remove(path);
}

void
disk_empty(const char *dir)
{
	char beside[4096];

	(void)snprintf(beside, sizeof(beside), "%s.destroyed", dir);
	(void)unlink(beside);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct disk *
disk_new(void)
{
	return need(calloc(1, sizeof(struct disk)));
}

void
disk_free(struct disk *d)
{
	for (size_t i = 0; i < d->n_file; i++) {
		free(d->file[i].now.p);
		free(d->file[i].safe.p);
		free(d->file[i].piece);
	}
	for (size_t i = 0; i < d->n_name; i++)
		free(d->name[i].step);
	free(d->file);
	free(d->name);
	free(d->image.p);
	free(d);
}
