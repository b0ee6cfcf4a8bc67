/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uploads that no act names, whole and in pieces, given up, forgotten or run
 * out; and bytes read. Their contents come from a few seeds, so that chunks and
 * whole files are shared and let go again.
 */
#include "tests/property/walk.h"

static const char *const needed[] = { "upload", "upload-begin", "upload-put",
	"upload-end", "upload-free", "upload-drop", "upload-find", "expire",
	"read" };

static void
keep(struct side *s, const struct move *m, const vt_id *id, const vt_hash *h)
{
	s->upload[m->paper % UPLOADS] = *id;
	s->blob[m->paper % UPLOADS] = *h;
	walk_see(s, id->b, VT_ID_SIZE);
	walk_see(s, h->b, VT_HASH_SIZE);
}

static int
upload(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[m->paper % 2];
	size_t n = walk_size(m);
	uint8_t *bytes = make_bytes(n, m->seed % 4);
	struct vt_blob b = { .size = 0 };
	vt_id id;
	int rc;

	s->did = "upload";
	rc = vt_upload_memory(
	    d->s, d->agency, VT_SPAN(bytes, n), &id, &b, &d->err);
	free(bytes);
	if (rc == VT_OK)
		keep(s, m, &id, &b.hash);
	return rc;
}

static int
upload_begin(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[m->paper % 2];

	s->did = "upload-begin";
	if (s->open != NULL)
		return VT_E_BUSY;
	return vt_upload_begin(
	    d->s, d->agency, m->size % 7 == 0 ? 100000 : 0, &s->open, &d->err);
}

static int
upload_put(struct side *s, const struct move *m)
{
	/* Now and then more than a piece, so that one is mapped. */
	size_t n =
	    m->size % 40 == 0 ? 63 * (size_t)VT_CHUNK_SIZE : walk_size(m);
	uint8_t *bytes;
	int rc;

	s->did = "upload-put";
	if (s->open == NULL)
		return VT_E_NOT_FOUND;
	bytes = make_bytes(n, m->seed % 4);
	rc = vt_upload_put(s->open, bytes, n, &s->d[0].err);
	free(bytes);
	return rc;
}

static int
upload_end(struct side *s, const struct move *m)
{
	static const vt_hash wrong = { { 1 } };
	struct vt_blob b = { .size = 0 };
	vt_id id;
	int rc;

	s->did = "upload-end";
	if (s->open == NULL)
		return VT_E_NOT_FOUND;
	rc = vt_upload_end(
	    s->open, m->size % 8 == 0 ? &wrong : NULL, &id, &b, &s->d[0].err);
	if (rc == VT_OK)
		keep(s, m, &id, &b.hash);
	vt_upload_free(s->open);
	s->open = NULL;
	return rc;
}

static int
upload_free(struct side *s, const struct move *m)
{
	(void)m;
	s->did = "upload-free";
	if (s->open == NULL)
		return VT_E_NOT_FOUND;
	vt_upload_free(s->open);
	s->open = NULL;
	return VT_OK;
}

static int
upload_drop(struct side *s, const struct move *m)
{
	s->did = "upload-drop";
	return vt_upload_drop(
	    s->d[0].s, &s->upload[m->paper % UPLOADS], &s->d[0].err);
}

static int
upload_find(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[0];
	struct vt_blob b;
	struct vt_view *v;
	uint32_t agency;
	int rc;

	s->did = "upload-find";
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_upload_find(
	    v, &s->upload[m->paper % UPLOADS], &agency, &b, &d->err);
	vt_view_end(v);
	if (rc == VT_OK) {
		walk_see(s, &agency, sizeof(agency));
		walk_see(s, b.hash.b, VT_HASH_SIZE);
	}
	return rc;
}

static int
expire(struct side *s, const struct move *m)
{
	size_t n = 0;
	int rc;

	s->did = "expire";
	rc = vt_upload_expire(s->d[0].s, 1 + m->size % 8, &n, &s->d[0].err);
	walk_see(s, &n, sizeof(n));
	if (rc == VT_OK && m->size % 2 == 0)
		rc = vt_state_sweep(s->d[0].s, 4, &n, &s->d[0].err);
	return rc;
}

/* A range of a file that is there, or is not any more. */
static int
read_range(struct side *s, const struct move *m)
{
	const vt_hash *h = m->reason % 2 == 0 ? &s->blob[m->paper % UPLOADS]
					      : &s->main[m->paper % PAPERS];
	static uint8_t room[3 * VT_CHUNK_SIZE];
	size_t want = 1 + m->seed % (m->size % 3 == 0 ? sizeof(room) : 5000);
	size_t n = 0;
	int rc;

	s->did = "read";
	rc = vt_bytes_read(s->d[0].s, h,
	    m->seed % (2 * (uint64_t)walk_size(m) + 1), room, want, &n,
	    &s->d[0].err);
	if (rc == VT_OK)
		walk_see(s, room, n);
	return rc;
}

static const struct walk_verb verbs[] = { { 4, upload }, { 3, upload_begin },
	{ 5, upload_put }, { 2, upload_end }, { 1, upload_free },
	{ 2, upload_drop }, { 2, upload_find }, { 2, expire },
	{ 6, read_range } };

static void
end(struct side *s)
{
	vt_upload_free(s->open);
	s->open = NULL;
}

WALK_NOUN_OF(bytes, NULL, end);
