/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes in and out: sizes at every border, ranges, sharing, limits, expiry. */
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static uint64_t
chunks(struct vt_store *s)
{
	struct vt_store_info i = { .chunks = 0 };
	struct vt_err err;

	return vt_store_info(s, &i, &err) == VT_OK ? i.chunks : UINT64_MAX;
}

static void
sizes(struct vt_store *s, uint32_t agency)
{
	static const size_t piece = (size_t)VT_SEGMENT_CHUNKS * VT_CHUNK_SIZE;
	const size_t n[] = { 0, 1, VT_CHUNK_SIZE - 1, VT_CHUNK_SIZE,
		VT_CHUNK_SIZE + 1, 3 * VT_CHUNK_SIZE, piece - 1, piece,
		piece + 1, 2 * piece + 12345 };
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		uint8_t *in = make_bytes(n[i], i + 1), *out = malloc(n[i] + 1);
		vt_hash want = vt_sha256(VT_SPAN(in, n[i]));
		struct vt_blob b = { .size = 0 };
		size_t got = 0;
		vt_id up;

		tap_call(vt_upload_memory(
			     s, agency, VT_SPAN(in, n[i]), &up, &b, &err),
		    &err, "upload of %zu", n[i]);
		tap_ok(vt_hash_eq(&b.hash, &want) && b.size == n[i],
		    "named by its SHA-256");
		tap_call(
		    vt_bytes_read(s, &b.hash, 0, out, n[i] + 1, &got, &err),
		    &err, "read");
		tap_ok(got == n[i] && memcmp(in, out, got) == 0, "same bytes");
		free(in);
		free(out);
	}
}

static void
ranges(struct vt_store *s, uint32_t agency)
{
	size_t n = 5 * VT_CHUNK_SIZE + 777, got;
	uint8_t *in = make_bytes(n, 99), *out = malloc(n);
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	struct vt_blob b;
	unsigned int bad = 0;
	uint64_t x = 1;
	vt_id up;

	tap_call(vt_upload_memory(s, agency, VT_SPAN(in, n), &up, &b, &err),
	    &err, "upload");
	tap_call(vt_bytes_source(s, &b.hash, &src, &err), &err, "source");
	for (int i = 0; i < 300; i++) {
		size_t off, len;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		off = (size_t)(x >> 33) % (n + 10);
		len = (size_t)(x >> 20) % (2 * VT_CHUNK_SIZE);
		bad += vt_bytes_read(s, &b.hash, off, out, len, &got, &err) !=
		       VT_OK;
		bad += got != (off >= n ? 0 : len < n - off ? len : n - off);
		bad += got > 0 && memcmp(out, in + off, got) != 0;
		if (off + len <= n && len > 0) {
			bad +=
			    vt_source_read(&src, off, out, len, &err) != VT_OK;
			bad += memcmp(out, in + off, len) != 0;
		}
	}
	tap_eq_int(bad, 0, "300 ranges, and the same through a source");
	vt_bytes_source_close(&src);
	free(in);
	free(out);
}

static void
sharing(struct vt_store *s, uint32_t agency)
{
	size_t n = 10 * VT_CHUNK_SIZE + 100;
	uint8_t *in = make_bytes(n, 777), *zero = calloc(1, n);
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob b, again, more;
	uint64_t before = chunks(s);
	bool extends = false;
	vt_id up, up2;

	tap_call(vt_upload_memory(s, agency, VT_SPAN(in, n), &up, &b, &err),
	    &err, "upload");
	tap_eq_int(chunks(s) - before, 11, "eleven chunks");
	tap_call(
	    vt_upload_memory(s, agency, VT_SPAN(in, n), &up2, &again, &err),
	    &err, "the same again");
	tap_ok(!vt_id_eq(&up, &up2) && vt_hash_eq(&b.hash, &again.hash),
	    "another upload of the same blob");
	tap_eq_int(chunks(s) - before, 11, "no chunk more");
	tap_call(vt_upload_append(
		     s, agency, &b, VT_SPAN_LIT("tail"), &up, &more, &err),
	    &err, "a later version");
	tap_eq_int(chunks(s) - before, 12, "only its last chunk is new");
	tap_call(vt_blob_extends(s, &b.hash, &more.hash, &extends, &err), &err,
	    "compare");
	tap_ok(extends, "it begins with the version before");
	tap_call(vt_blob_extends(s, &more.hash, &b.hash, &extends, &err), &err,
	    "compare");
	tap_ok(!extends, "not the other way round");
	tap_call(vt_blob_extends(s, &b.hash, &b.hash, &extends, &err), &err,
	    "compare");
	tap_ok(!extends, "equal bytes append nothing");
	in[n - 50] ^= 1; /* in the last, partial chunk */
	tap_call(vt_upload_memory(s, agency, VT_SPAN(in, n), &up, &again, &err),
	    &err, "one byte differs");
	tap_call(vt_blob_extends(s, &again.hash, &more.hash, &extends, &err),
	    &err, "compare");
	tap_ok(!extends, "a byte changed in the last chunk is seen");
	in[n - 50] ^= 1;
	in[5 * VT_CHUNK_SIZE] ^= 1;
	tap_call(vt_upload_memory(s, agency, VT_SPAN(in, n), &up, &again, &err),
	    &err, "one byte differs");
	tap_call(vt_blob_extends(s, &again.hash, &more.hash, &extends, &err),
	    &err, "compare");
	tap_ok(!extends, "a byte changed in a whole chunk is seen");
	before = chunks(s);
	tap_call(vt_upload_memory(s, agency, VT_SPAN(zero, 10 * VT_CHUNK_SIZE),
		     &up, &again, &err),
	    &err, "ten equal chunks");
	tap_eq_int(chunks(s) - before, 1, "are kept once");
	free(in);
	free(zero);
}

static void
refusals(struct vt_store *s, uint32_t agency, struct world *w)
{
	struct vt_err err = VT_ERR_INIT;
	vt_hash wrong = vt_sha256(VT_SPAN_LIT("other"));
	struct vt_upload *u = NULL;
	struct vt_blob b;
	uint64_t before;
	uint8_t *in;
	size_t n, removed = 0;
	vt_id up;

	tap_code(vt_upload_begin(s, 77, 0, &u, &err), VT_E_AGENCY_UNKNOWN, &err,
	    "upload for an unknown agency");
	tap_call(vt_upload_begin(s, agency, 10, &u, &err), &err, "limit 10");
	tap_call(vt_upload_put(u, "0123456789", 10, &err), &err, "ten");
	tap_code(vt_upload_put(u, "x", 1, &err), VT_E_LIMIT, &err,
	    "one byte more is refused while streaming");
	tap_code(vt_upload_end(u, NULL, &up, &b, &err), VT_E_INVALID, &err,
	    "and the upload is spoilt");
	vt_upload_free(u);
	tap_call(vt_upload_begin(s, agency, 0, &u, &err), &err, "begin");
	tap_call(vt_upload_put(u, "abc", 3, &err), &err, "put");
	tap_code(vt_upload_end(u, &wrong, &up, &b, &err), VT_E_DIGEST_MISMATCH,
	    &err, "another digest than stated");
	vt_upload_free(u);
	tap_code(vt_bytes_stat(s, &wrong, &b, &err), VT_E_NOT_FOUND, &err,
	    "nothing was stored");
	/* Given up in the middle: what was mapped goes at the next collection
	 */
	before = chunks(s);
	n = 2 * (size_t)VT_SEGMENT_CHUNKS * VT_CHUNK_SIZE;
	in = make_bytes(n, 1234);
	tap_call(vt_upload_begin(s, agency, 0, &u, &err), &err, "begin");
	tap_call(vt_upload_put(u, in, n, &err), &err, "two pieces");
	tap_ok(chunks(s) > before, "one is mapped");
	vt_upload_free(u);
	tap_call(vt_upload_expire(s, 100, &removed, &err), &err, "collect");
	tap_eq_int(chunks(s), before, "its chunks are gone");
	/* Not named in time. */
	tap_call(vt_upload_memory(s, agency, VT_SPAN(in, n), &up, &b, &err),
	    &err, "upload");
	w->now += VT_TIME_S(VT_L(UPLOAD_EXPIRY_S)) + 1;
	tap_call(vt_upload_expire(s, 1000, &removed, &err), &err, "expire");
	tap_ok(removed >= 1, "it expired");
	tap_code(vt_bytes_stat(s, &b.hash, &b, &err), VT_E_NOT_FOUND, &err,
	    "and its bytes with it");
	tap_eq_int(chunks(s), 0, "nothing is left of any");
	free(in);
}

static int
del_first(struct vt_store *s, enum vt_space space, enum vt_table t)
{
	struct vt_key all = { .n = 0 };
	struct vt_span k, v;
	struct vt_txn *txn;
	struct vt_err err;
	VT_BUF_AUTO(value);
	int rc;

	/* One bit of the first row, at its end. */
	if (s->engine->ops->begin(s->engine, space, true, &txn, &err) != VT_OK)
		return -1;
	rc = vt_tx_ge(txn, t, &all, &k, &v, &err);
	if (rc == VT_OK) {
		vt_key_bytes(&all, k.p, k.n);
		vt_buf_span(&value, v);
		value.p[value.n - 1] ^= 1;
		rc = vt_tx_put(txn, t, &all, vt_buf_view(&value), &err);
	}
	return rc == VT_OK ? txn->ops->commit(txn, &err) : rc;
}

/* What lies in the data directory is encrypted and authenticated. */
static void
at_rest(struct vt_store *s, uint32_t agency, const char *dir)
{
	static const char secret[] = "MAT-KHAU-CUA-TRE-EM-0123456789-abcdef";
	struct vt_err err = VT_ERR_INIT;
	char path[256], *all;
	struct vt_blob b;
	uint8_t out[100];
	bool seen = false;
	size_t n;
	vt_id up;
	FILE *f;

	tap_call(
	    vt_upload_memory(s, agency, vt_span_str(secret), &up, &b, &err),
	    &err, "upload");
	(void)snprintf(path, sizeof(path), "%s/bytes-0001/data.mdb", dir);
	f = fopen(path, "rb");
	tap_need(f != NULL, "bytes file");
	all = malloc(64 << 20);
	n = fread(all, 1, 64 << 20, f);
	(void)fclose(f);
	seen = memmem(all, n, secret, sizeof(secret) - 1) != NULL;
	free(all);
	tap_ok(!seen, "plaintext is not in the file");
	tap_eq_int(del_first(s, VT_SPACE_BYTES, VT_T_BYTES), VT_OK,
	    "one bit of a chunk flipped");
	tap_code(vt_bytes_read(s, &b.hash, 0, out, sizeof(out), &n, &err),
	    VT_E_STORE_CORRUPT, &err, "is not handed out");
	tap_ok(findings(s, false) > 0, "and found by check");
}

/* A file for a worker is on the disk of the store and has no name there. */
static void
scratch(struct vt_store *s, const char *dir)
{
	struct vt_err err = VT_ERR_INIT;
	char path[64], at[256] = "";
	struct stat st, home;
	int fd = -1;
	ssize_t n;

	tap_call(vt_store_scratch(s, &fd, &err), &err, "a file");
	tap_need(fstat(fd, &st) == 0 && stat(dir, &home) == 0, "stat");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, at, sizeof(at) - 1);
	tap_ok(st.st_nlink == 0 && st.st_size == 0, "without a name, empty");
	tap_ok(
	    n > 0 && strncmp(at, "/memfd:", 7) != 0 && st.st_dev == home.st_dev,
	    "on the disk of the store, not in memory: %s", at);
	tap_ok(write(fd, "x", 1) == 1, "can be written");
	(void)close(fd);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct world w;
	char *dir = dir_new();

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở KH&CN"), &d.err, "agency");
	sizes(d.s, d.agency);
	ranges(d.s, d.agency);
	sharing(d.s, d.agency);
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	refusals(d.s, d.agency, &w);
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	scratch(d.s, dir);
	at_rest(d.s, d.agency, dir);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
