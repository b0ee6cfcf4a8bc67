/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A blob as a source with its last chunk kept, and out to a descriptor. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "docstore/files.h"
#include "docstore/store_priv.h"

#define SOURCE_MAGIC 0x76746273U

struct blob_source {
	uint32_t magic;
	struct vt_store *store;
	vt_hash blob;
	uint64_t at; /* offset of what is kept */
	size_t n;    /* bytes kept, 0: nothing */
	uint8_t kept[VT_CHUNK_SIZE];
};

static int
source_read(struct vt_source *src, uint64_t off, void *p, size_t n,
    struct vt_err *reterr)
{
	struct blob_source *b = src->arg;
	uint8_t *out = p;
	size_t take;
	int rc;

	VT_CHECK(b, SOURCE_MAGIC);
	while (n > 0) {
		if (b->n == 0 || off < b->at || off - b->at >= b->n) {
			b->n = 0;
			b->at = off - off % VT_CHUNK_SIZE;
			rc = vt_bytes_read(b->store, &b->blob, b->at, b->kept,
			    sizeof(b->kept), &b->n, reterr);
			if (rc != VT_OK)
				return rc;
			if (off - b->at >= b->n)
				return vt_err_set(reterr, VT_E_INVALID,
				    "read behind the end of a stored file");
		}
		take = b->n - (size_t)(off - b->at);
		take = take < n ? take : n;
		memcpy(out, b->kept + (off - b->at), take);
		out += take;
		off += take;
		n -= take;
	}
	return VT_OK;
}

int
vt_bytes_source(struct vt_store *s, const vt_hash *blob, struct vt_source *ret,
    struct vt_err *reterr)
{
	struct blob_source *b;
	struct vt_blob st;
	int rc;

	if ((rc = vt_bytes_stat(s, blob, &st, reterr)) != VT_OK)
		return rc;
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return vt_nomem(reterr);
	b->magic = SOURCE_MAGIC;
	b->store = s;
	b->blob = *blob;
	*ret = (struct vt_source){
		.size = st.size, .read = source_read, .arg = b
	};
	return VT_OK;
}

void
vt_bytes_source_close(struct vt_source *src)
{
	struct blob_source *b = src->arg;

	if (b == NULL)
		return;
	VT_CHECK(b, SOURCE_MAGIC);
	b->magic = 0;
	free(b);
	*src = (struct vt_source){ .size = 0 };
}

int
vt_bytes_to_fd(
    struct vt_store *s, const vt_hash *blob, int fd, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct vt_blob st;
	uint8_t *p;
	size_t n;
	vt_hash got;
	int rc;

	if ((rc = vt_bytes_stat(s, blob, &st, reterr)) != VT_OK)
		return rc;
	if ((p = malloc(VT_CHUNK_SIZE)) == NULL)
		return vt_nomem(reterr);
	for (uint64_t off = 0; rc == VT_OK && off < st.size; off += n) {
		rc = vt_bytes_read(s, blob, off, p, VT_CHUNK_SIZE, &n, reterr);
		if (rc == VT_OK) {
			vt_sha256_put(h, p, n);
			rc = vt_fd_put(fd, VT_SPAN(p, n), reterr);
		}
	}
	free(p);
	if (rc != VT_OK)
		return rc;
	got = vt_sha256_end(h);
	if (!vt_hash_eq(&got, blob))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a stored file no longer has its SHA-256");
	return VT_OK;
}

/* ---- files without a name ---- */

int
vt_store_scratch(struct vt_store *s, int *ret_fd, struct vt_err *reterr)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->path != NULL)
		return vt_unnamed_open(s->path, ret_fd, reterr);
	if ((*ret_fd = memfd_create("scratch", MFD_CLOEXEC)) < 0)
		return vt_file_err(reterr, errno, "a file without a name");
	return VT_OK;
}
