/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every stored file, deciphered and hashed, on several threads: in the order in
 * which they were stored, which is that of their chunks on the disk, and with
 * the next ones asked for while one is hashed: a disk gives its rate only to
 * who asks for much at once. A thread reads through a view of
 * its own, so a file that was removed since the check began is passed over.
 * Meanwhile the caller checks what is made of rows.
 *
 * That a chunk has its id is proved by deciphering it: the id is authenticated
 * with it. That a file has its chunks in order is proved by its SHA-256.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "docstore/check.h"

#define THREADS_MAX 4
#define AHEAD       8 /* files of a thread that are asked for */

struct file {
	vt_hash hash;
	struct vt_blob_row row;
};

struct reader {
	struct vt_check_reading *w;
	pthread_t thread;
	bool own; /* the caller's thread: it tells how far it is */
	struct vt_reading r;
	uint8_t *plain;
	struct vt_buf lines; /* a finding each */
	int rc;
	struct vt_err err;
};

struct vt_check_reading {
	struct vt_check *c; /* of it only what is named does not change */
	pthread_mutex_t lock;
	uint64_t next; /* manifest to be looked at */
	bool stop;     /* somebody failed, or the caller has enough */
	size_t n;      /* threads beside the caller's, which is the first */
	struct reader reader[1 + THREADS_MAX];
};

static int
finding(struct reader *r, const char *what, int rc, const struct vt_err *err)
{
	if (!vt_is_finding(rc))
		return rc;
	vt_buf_printf(&r->lines, "%s: %s\n", what, err->msg);
	return vt_buf_status(&r->lines, &r->err);
}

/* The blob of a manifest; VT_E_NOT_FOUND: none, or not any more. The tally has
 * the beginning of its hash. */
static int
blob_of(struct reader *r, uint64_t manifest, struct file *ret)
{
	uint64_t begin = vt_tally_get(&r->w->c->manifests, manifest);
	struct vt_key prefix = { .n = 0 };
	struct vt_scan s;
	int rc;

	vt_key_u64(&prefix, begin);
	s = vt_scan_up(r->r.records, VT_T_BLOB, &prefix, NULL);
	while (vt_scan_next(&s, &r->err)) {
		/* What cannot be read was found when blobs were counted. */
		rc = vt_blob_row_decode(s.row, &ret->row, &r->err);
		if (rc != VT_OK || s.k.n != VT_HASH_SIZE ||
		    ret->row.manifest != manifest || ret->row.chunks == 0)
			continue;
		memcpy(ret->hash.b, s.k.p, VT_HASH_SIZE);
		return VT_OK;
	}
	return s.rc == VT_OK ? VT_E_NOT_FOUND : s.rc;
}

/* The chunks of a segment will be read soon. Whatever is wrong with them is
 * said when they are. */
static void
ahead(struct reader *r, const struct file *f, uint64_t segment)
{
	struct vt_span ids;
	struct vt_err err;
	vt_hash id;

	if (segment * VT_SEGMENT_CHUNKS >= f->row.chunks ||
	    vt_manifest_segment(r->r.records, f->row.manifest,
		(uint32_t)segment, &ids, &err) != VT_OK)
		return;
	for (size_t i = 0; i < ids.n; i += VT_HASH_SIZE) {
		memcpy(id.b, ids.p + i, VT_HASH_SIZE);
		vt_reading_ahead(&r->r, &id);
	}
}

/* The next file there is, its first chunks asked for. */
static int
take(struct reader *r, struct file *ret)
{
	struct vt_check_reading *w = r->w;
	uint64_t manifest;
	int rc;

	do {
		(void)pthread_mutex_lock(&w->lock);
		manifest = w->stop ? UINT64_MAX : w->next++;
		(void)pthread_mutex_unlock(&w->lock);
		if (manifest > w->c->count.manifests)
			return VT_E_NOT_FOUND;
		rc = vt_tally_get(&w->c->manifests, manifest) == 0
			 ? VT_E_NOT_FOUND
			 : blob_of(r, manifest, ret);
	} while (rc == VT_E_NOT_FOUND);
	if (rc == VT_OK)
		ahead(r, ret, 0);
	return rc;
}

static int
chunk(struct reader *r, const struct file *f, uint64_t i, size_t *ret_n)
{
	size_t place = (size_t)(i % VT_SEGMENT_CHUNKS);
	struct vt_span ids;
	vt_hash id;
	int rc;

	rc = vt_manifest_segment(r->r.records, f->row.manifest,
	    (uint32_t)(i / VT_SEGMENT_CHUNKS), &ids, &r->err);
	if (rc != VT_OK)
		return rc;
	if (place >= ids.n / VT_HASH_SIZE)
		return vt_err_set(&r->err, VT_E_STORE_CORRUPT,
		    "manifest %" PRIu64 " is shorter than its blob",
		    f->row.manifest);
	memcpy(id.b, ids.p + place * VT_HASH_SIZE, VT_HASH_SIZE);
	return vt_reading_chunk(&r->r, &id, r->plain, ret_n, &r->err);
}

/* Deciphers the file and hashes it. */
static int
read_file(struct reader *r, const struct file *f)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *sha = vt_sha256_new();
	uint64_t size = 0;
	vt_hash got;
	size_t n = 0;
	int rc;

	for (uint64_t i = 0; i < f->row.chunks; i++) {
		if (i % VT_SEGMENT_CHUNKS == 0)
			ahead(r, f, i / VT_SEGMENT_CHUNKS + 1);
		if ((rc = chunk(r, f, i, &n)) != VT_OK)
			return rc;
		vt_sha256_put(sha, r->plain, n);
		size += n;
	}
	got = vt_sha256_end(sha);
	if (size != f->row.size || !vt_hash_eq(&got, &f->hash))
		return vt_err_set(&r->err, VT_E_STORE_CORRUPT,
		    "%" PRIu64 " bytes of %" PRIu64 " with another SHA-256",
		    size, f->row.size);
	return VT_OK;
}

/* Reads until there is none left. */
static int
read_all(struct reader *r)
{
	struct file ring[AHEAD], now;
	size_t first = 0, n = 0;
	int rc, more = VT_OK;
	char what[32];

	for (;;) {
		while (n < AHEAD && more == VT_OK) {
			more = take(r, &ring[(first + n) % AHEAD]);
			n += more == VT_OK;
		}
		if (more != VT_OK && more != VT_E_NOT_FOUND)
			return more;
		if (n == 0)
			return VT_OK;
		now = ring[first];
		first = (first + 1) % AHEAD;
		n--;
		(void)snprintf(what, sizeof(what), "blob %02x%02x%02x%02x",
		    now.hash.b[0], now.hash.b[1], now.hash.b[2], now.hash.b[3]);
		rc = read_file(r, &now);
		if (rc != VT_OK &&
		    (rc = finding(r, what, rc, &r->err)) != VT_OK)
			return rc;
		if (r->own && !vt_check_progress(r->w->c, "bytes of files",
				  now.row.manifest, r->w->c->count.manifests))
			return VT_OK;
	}
}

static void *
reader_main(void *arg)
{
	struct reader *r = arg;
	struct vt_check_reading *w = r->w;

	r->plain = malloc(VT_CHUNK_SIZE);
	r->rc = r->plain == NULL
		    ? vt_nomem(&r->err)
		    : vt_reading_begin(w->c->store, &r->r, &r->err);
	if (r->rc == VT_OK) {
		r->rc = read_all(r);
		vt_reading_end(&r->r);
	}
	free(r->plain);
	(void)pthread_mutex_lock(&w->lock);
	w->stop |= r->rc != VT_OK || (r->own && w->c->stopped);
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* What a thread found, told by the caller's. */
static void
tell(struct vt_check *c, struct reader *r)
{
	const char *line = vt_buf_str(&r->lines), *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		vt_check_finding(c, "%.*s", (int)(end - line), line);
}

static size_t
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (size_t)n;
}

int
vt_check_read_begin(
    struct vt_check *c, struct vt_check_reading **ret, struct vt_err *reterr)
{
	struct vt_check_reading *w = calloc(1, sizeof(*w));
	size_t all = cores();

	if (w == NULL || pthread_mutex_init(&w->lock, NULL) != 0) {
		free(w);
		return vt_nomem(reterr);
	}
	w->c = c;
	w->next = 1;
	for (size_t i = 0; i <= THREADS_MAX; i++)
		w->reader[i] = (struct reader){ .w = w,
			.own = i == 0,
			.err = VT_ERR_INIT,
			.lines = VT_BUF_INIT };
	/* One that cannot be started is done without. */
	while (w->n < all && pthread_create(&w->reader[1 + w->n].thread, NULL,
				 reader_main, &w->reader[1 + w->n]) == 0)
		w->n++;
	*ret = w;
	return VT_OK;
}

int
vt_check_read_end(struct vt_check_reading *w, bool stop, struct vt_err *reterr)
{
	struct vt_check *c = w->c;
	int rc = VT_OK;

	if (stop) {
		(void)pthread_mutex_lock(&w->lock);
		w->stop = true;
		(void)pthread_mutex_unlock(&w->lock);
	} else {
		(void)reader_main(&w->reader[0]);
	}
	for (size_t i = 0; i <= w->n; i++) {
		struct reader *r = &w->reader[i];

		if (i > 0)
			(void)pthread_join(r->thread, NULL);
		if (!stop)
			tell(c, r);
		if (rc == VT_OK && (rc = r->rc) != VT_OK && reterr != NULL)
			*reterr = r->err;
		vt_buf_free(&r->lines);
	}
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
	return stop ? VT_OK : rc;
}
