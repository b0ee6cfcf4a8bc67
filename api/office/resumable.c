/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The row (states, kind TUS) under person and id, deterministic CBOR:
 * [1, length, name, [[hash, size, upload], ...], upload or null, hash].
 * Whoever begins a piece raises its revision: the newest request has the
 * upload, and one before it that still sends is told so. Rows of earlier
 * releases have no upload of a piece; those expire by themselves.
 */
#include "api/office/resumable.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/office/office_priv.h"
#include "base/cbor.h"
#include "base/log.h"

#define VERSION 1
#define BLOCK   ((size_t)256 << 10)
#define PAGE    64
#define LOOK    ((uint64_t)4 << 20)
#define KEY_LEN ((size_t)(2 * VT_ID_SIZE))

struct row {
	uint64_t rev;
	struct vt_resumable r;
	struct vt_blob *pieces; /* owned */
	vt_id *uploads;         /* that hold them; owned */
	size_t n;
};

struct vt_resuming {
	struct vt_office *o;
	uint32_t agency_no;
	vt_id person;
	struct row row;
	struct vt_upload *u;
	struct vt_sha256 *h;
	uint64_t got, looked; /* at which it was seen to be ours */
};

static void
row_clear(struct row *w)
{
	free(w->pieces);
	free(w->uploads);
	w->pieces = NULL;
	w->uploads = NULL;
}

static void
row_key(const vt_id *person, const vt_id *id, uint8_t ret[KEY_LEN])
{
	memcpy(ret, person->b, VT_ID_SIZE);
	memcpy(ret + VT_ID_SIZE, id->b, VT_ID_SIZE);
}

/* --- the row as bytes --- */

static void
row_write(const struct row *w, struct vt_buf *b)
{
	vt_cbor_array(b, 6);
	vt_cbor_uint(b, VERSION);
	vt_cbor_uint(b, w->r.length);
	vt_cbor_str(b, w->r.name);
	vt_cbor_array(b, w->n);
	for (size_t i = 0; i < w->n; i++) {
		vt_cbor_array(b, 3);
		vt_cbor_hash(b, &w->pieces[i].hash);
		vt_cbor_uint(b, w->pieces[i].size);
		vt_cbor_id(b, &w->uploads[i]);
	}
	if (vt_id_is_zero(&w->r.upload))
		vt_cbor_null(b);
	else
		vt_cbor_id(b, &w->r.upload);
	vt_cbor_hash(b, &w->r.hash);
}

/* One more than there are, for the piece that may come. */
static int
pieces_read(struct vt_cbor *c, struct row *ret, struct vt_err *reterr)
{
	size_t n = vt_cbor_get_array(c);

	if (n > VT_L(RESUMABLE_PIECES_MAX))
		n = 0, vt_cbor_fail(c, "too many pieces");
	ret->pieces = calloc(n + 1, sizeof(*ret->pieces));
	ret->uploads = calloc(n + 1, sizeof(*ret->uploads));
	if (ret->pieces == NULL || ret->uploads == NULL) {
		row_clear(ret);
		return vt_err_set(reterr, VT_E_NOMEM, "resumable upload");
	}
	for (ret->n = 0; ret->n < n; ret->n++) {
		size_t fields = vt_cbor_get_array(c);

		if (fields != 2 && fields != 3)
			vt_cbor_fail(c, "a piece");
		ret->pieces[ret->n].hash = vt_cbor_get_hash(c);
		ret->pieces[ret->n].size = vt_cbor_get_uint(c);
		if (fields == 3)
			ret->uploads[ret->n] = vt_cbor_get_id(c);
		ret->r.offset += ret->pieces[ret->n].size;
	}
	return VT_OK;
}

static int
row_read(const struct vt_state *s, struct row *ret, struct vt_err *reterr)
{
	struct vt_cbor c;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->rev = s->rev;
	ret->r.expires = s->expires;
	vt_cbor_open(&c, s->value);
	if (vt_cbor_get_array(&c) != 6 || vt_cbor_get_uint(&c) != VERSION)
		vt_cbor_fail(&c, "not of this version");
	ret->r.length = vt_cbor_get_uint(&c);
	vt_cbor_get_str(&c, ret->r.name, sizeof(ret->r.name));
	if ((rc = pieces_read(&c, ret, reterr)) != VT_OK)
		return rc;
	if (!vt_cbor_get_null(&c))
		ret->r.upload = vt_cbor_get_id(&c);
	ret->r.hash = vt_cbor_get_hash(&c);
	if ((rc = vt_cbor_finish(&c, "resumable upload", reterr)) != VT_OK)
		row_clear(ret);
	return rc;
}

static int
row_load(struct vt_office *o, const vt_id *person, const vt_id *id,
    struct row *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	uint8_t key[KEY_LEN];
	struct vt_state s;
	int rc;

	row_key(person, id, key);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_state_get(v, VT_STATE_TUS, VT_SPAN(key, KEY_LEN), &s,
		 reterr)) != VT_OK ||
	    (rc = row_read(&s, ret, reterr)) != VT_OK)
		return rc;
	ret->r.id = *id;
	return VT_OK;
}

static int
row_store(struct vt_office *o, const vt_id *person, struct row *w,
    struct vt_err *reterr)
{
	uint8_t key[KEY_LEN];
	struct vt_state_new n;
	VT_BUF_AUTO(b);
	int rc;

	row_key(person, &w->r.id, key);
	row_write(w, &b);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n = (struct vt_state_new){ .kind = VT_STATE_TUS,
		.key = VT_SPAN(key, KEY_LEN),
		.value = vt_buf_view(&b),
		.expires = w->r.expires,
		.expect = w->rev };
	return vt_state_put(o->o.store, &n, &w->rev, reterr);
}

/* --- begin, look, give up --- */

/* Whole ones take no place of those that are begun. *ret_first: when the
 * oldest of these is gone. */
static int
count_begun(struct vt_office *o, const vt_id *person, size_t *ret,
    vt_time *ret_first, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_span after = VT_SPAN(NULL, 0);
	struct vt_state s[PAGE];
	vt_time first = INT64_MAX;
	size_t n, begun = 0;
	struct row w;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_state_list(v, VT_STATE_TUS,
		    VT_SPAN(person->b, VT_ID_SIZE), after, s, PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = s[i].key;
			if ((rc = row_read(&s[i], &w, reterr)) != VT_OK)
				break;
			row_clear(&w);
			if (!vt_id_is_zero(&w.r.upload))
				continue;
			begun++;
			if (s[i].expires < first)
				first = s[i].expires;
		}
	} while (rc == VT_OK && n == PAGE);
	*ret = begun;
	*ret_first = first;
	return rc;
}

static int
room_for_one(struct vt_office *o, const vt_id *person, struct vt_err *reterr)
{
	vt_time first;
	size_t begun;
	int rc = count_begun(o, person, &begun, &first, reterr);

	if (rc != VT_OK || begun < VT_L(RESUMABLE_OPEN_MAX))
		return rc;
	return vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
	    "resumable uploads: %zu are begun and not whole: finish one, or "
	    "give it up with DELETE",
	    begun);
}

int
vt_office_resumable_wait(struct vt_office *o, const struct vt_actor *actor,
    unsigned *ret_s, struct vt_err *reterr)
{
	vt_time first, now = vt_now(o->o.ctx);
	size_t begun;
	int rc = count_begun(o, &actor->person, &begun, &first, reterr);

	if (rc != VT_OK)
		return rc;
	*ret_s = begun < VT_L(RESUMABLE_OPEN_MAX) || first <= now
		     ? 0
		     : (unsigned)((first - now - 1) / VT_TIME_S(1) + 1);
	return VT_OK;
}

int
vt_office_resumable_new(struct vt_office *o, const struct vt_actor *actor,
    uint64_t length, const char *name, struct vt_resumable *ret,
    struct vt_err *reterr)
{
	struct row w = { .rev = VT_STATE_NEW };
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_UPLOAD, reterr)) != VT_OK)
		return rc;
	if (length == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "upload: no bytes announced");
	if (length > VT_L(UPLOAD_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "upload: at most %zu bytes", VT_L(UPLOAD_MAX));
	if ((rc = room_for_one(o, &actor->person, reterr)) != VT_OK ||
	    (rc = vt_quota_admit(
		 o, actor->agency_no, &actor->person, reterr)) != VT_OK)
		return rc;
	w.r.id = vt_id_new(o->o.ctx);
	w.r.length = length;
	w.r.expires =
	    vt_now(o->o.ctx) + (vt_time)VT_L(UPLOAD_EXPIRY_S) * VT_TIME_S(1);
	vt_text_fit(w.r.name, sizeof(w.r.name), name);
	rc = row_store(o, &actor->person, &w, reterr);
	if (rc == VT_OK)
		*ret = w.r;
	return rc;
}

int
vt_office_resumable_get(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_resumable *ret, struct vt_err *reterr)
{
	struct row w;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_UPLOAD, reterr)) != VT_OK ||
	    (rc = row_load(o, &actor->person, id, &w, reterr)) != VT_OK)
		return rc;
	*ret = w.r;
	row_clear(&w);
	return VT_OK;
}

/* Uploads of pieces that nobody needs any more, but for one; what cannot be
 * dropped expires. */
static void
drop_pieces(
    struct vt_office *o, const vt_id *upload, size_t n, const vt_id *but)
{
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < n; i++)
		if (!vt_id_is_zero(&upload[i]) && !vt_id_eq(&upload[i], but) &&
		    vt_upload_drop(o->o.store, &upload[i], &err) != VT_OK)
			vt_log_err("office.resumable.drop", &err);
}

/* Its row, and what of its bytes no act has named. */
static int
forget(struct vt_office *o, const vt_id *person, const struct row *w,
    struct vt_err *reterr)
{
	static const vt_id none;
	uint8_t key[KEY_LEN];
	int rc;

	row_key(person, &w->r.id, key);
	rc = vt_state_delete(o->o.store, VT_STATE_TUS, VT_SPAN(key, KEY_LEN),
	    VT_STATE_ANY, reterr);
	if (rc == VT_OK)
		drop_pieces(o, w->uploads, w->n, &none);
	return rc;
}

int
vt_office_resumable_drop(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_err *reterr)
{
	struct row w;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_UPLOAD, reterr)) != VT_OK ||
	    (rc = row_load(o, &actor->person, id, &w, reterr)) != VT_OK)
		return rc;
	/* A whole one may be in the hands of an act by now. */
	if (!vt_id_is_zero(&w.r.upload))
		w.n = 0;
	rc = forget(o, &actor->person, &w, reterr);
	row_clear(&w);
	return rc;
}

/* The first row of this person, after a place, that led to an upload. */
static int
row_of_upload(struct vt_office *o, const vt_id *person, const vt_id *upload,
    struct row *ret, bool *ret_found, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_span after = VT_SPAN(NULL, 0);
	struct vt_state s[PAGE];
	size_t n = 0;
	int rc;

	*ret_found = false;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_state_list(v, VT_STATE_TUS,
		    VT_SPAN(person->b, VT_ID_SIZE), after, s, PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = s[i].key;
			if ((rc = row_read(&s[i], ret, reterr)) != VT_OK)
				return rc;
			if (after.n == KEY_LEN &&
			    vt_id_eq(&ret->r.upload, upload)) {
				memcpy(ret->r.id.b, after.p + VT_ID_SIZE,
				    VT_ID_SIZE);
				*ret_found = true;
				return VT_OK;
			}
			row_clear(ret);
		}
	} while (rc == VT_OK && n == PAGE);
	return rc;
}

int
vt_office_resumable_forget(struct vt_office *o, const vt_id *person,
    const vt_id *upload, struct vt_err *reterr)
{
	struct row w;
	bool found;
	int rc = row_of_upload(o, person, upload, &w, &found, reterr);

	if (rc != VT_OK || !found)
		return rc;
	rc = forget(o, person, &w, reterr);
	row_clear(&w);
	return rc;
}

/* --- a piece --- */

static int
copy_piece(struct vt_office *o, const struct vt_blob *piece, uint8_t *block,
    struct vt_upload *to, struct vt_err *reterr)
{
	uint64_t at = 0;
	size_t n;
	int rc;

	while (at < piece->size) {
		rc = vt_bytes_read(
		    o->o.store, &piece->hash, at, block, BLOCK, &n, reterr);
		if (rc == VT_OK && n == 0)
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "stored piece ends before its size");
		if (rc == VT_OK)
			rc = vt_upload_put(to, block, n, reterr);
		if (rc != VT_OK)
			return rc;
		at += n;
	}
	return VT_OK;
}

/* n pieces from one on as one upload. */
static int
join(struct vt_resuming *r, size_t from, size_t n, vt_id *ret_upload,
    struct vt_blob *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_upload_free) struct vt_upload *whole = NULL;
	uint8_t *block = malloc(BLOCK);
	struct row *w = &r->row;
	int rc;

	if (block == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "resumable upload");
	rc = vt_upload_begin(
	    r->o->o.store, r->agency_no, VT_L(UPLOAD_MAX), &whole, reterr);
	for (size_t i = from; rc == VT_OK && i < from + n; i++)
		rc = copy_piece(r->o, &w->pieces[i], block, whole, reterr);
	free(block);
	if (rc == VT_OK)
		rc = vt_upload_end(whole, NULL, ret_upload, ret, reterr);
	if (rc != VT_OK)
		return rc;
	return vt_quota_add(
	    r->o, r->agency_no, &r->person, ret_upload, ret->size, reterr);
}

size_t
vt_resumable_cheapest(const struct vt_blob *piece, size_t n, size_t width)
{
	uint64_t sum = 0, least = UINT64_MAX;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		sum += piece[i].size;
		if (i >= width)
			sum -= piece[i - width].size;
		if (i + 1 >= width && sum < least) {
			least = sum;
			at = i + 1 - width;
		}
	}
	return at;
}

/* No room for one piece more: half of them become one, those of the fewest
 * bytes, so that a large one is not copied for the small ones after it. */
static int
make_room(struct vt_resuming *r, struct vt_err *reterr)
{
	struct row *w = &r->row;
	size_t n = w->n / 2, at = vt_resumable_cheapest(w->pieces, w->n, n);
	struct vt_blob whole;
	vt_id upload, *joined;
	int rc = join(r, at, n, &upload, &whole, reterr);

	if (rc != VT_OK)
		return rc;
	if ((joined = malloc(n * sizeof(*joined))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "resumable upload");
	memcpy(joined, &w->uploads[at], n * sizeof(*joined));
	w->pieces[at] = whole;
	w->uploads[at] = upload;
	memmove(&w->pieces[at + 1], &w->pieces[at + n],
	    (w->n - at - n) * sizeof(*w->pieces));
	memmove(&w->uploads[at + 1], &w->uploads[at + n],
	    (w->n - at - n) * sizeof(*w->uploads));
	w->n -= n - 1;
	rc = row_store(r->o, &r->person, w, reterr);
	if (rc == VT_OK)
		drop_pieces(r->o, joined, n, &upload);
	free(joined);
	return rc;
}

/* The newest request has it: who sends for an older one counts for nothing any
 * more. */
static int
taken_over(struct vt_resuming *r, struct vt_err *reterr)
{
	struct row now;
	int rc = row_load(r->o, &r->person, &r->row.r.id, &now, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "resumable upload: it expired, or was given up, while the "
		    "piece came");
	if (rc != VT_OK)
		return rc;
	row_clear(&now);
	if (now.rev == r->row.rev)
		return VT_OK;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "resumable upload: a newer request goes on with it; %" PRIu64
	    " bytes are there",
	    now.r.offset);
}

static int
row_save(struct vt_resuming *r, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = row_store(r->o, &r->person, &r->row, &err);

	if (rc == VT_E_CONFLICT && taken_over(r, reterr) != VT_OK)
		return reterr != NULL ? (int)reterr->code : rc;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_resume_begin(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, uint64_t offset, struct vt_resuming **ret,
    struct vt_err *reterr)
{
	struct vt_resuming *r;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_UPLOAD, reterr)) != VT_OK ||
	    (rc = vt_quota_admit(
		 o, actor->agency_no, &actor->person, reterr)) != VT_OK)
		return rc;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "resumable upload");
	r->o = o;
	r->agency_no = actor->agency_no;
	r->person = actor->person;
	rc = row_load(o, &r->person, id, &r->row, reterr);
	if (rc == VT_OK && offset != r->row.r.offset)
		rc = vt_err_set(reterr, VT_E_CONFLICT,
		    "Upload-Offset: %" PRIu64 " bytes are there, the piece "
		    "begins at %" PRIu64,
		    r->row.r.offset, offset);
	if (rc == VT_OK && r->row.n >= VT_L(RESUMABLE_PIECES_MAX))
		rc = make_room(r, reterr);
	else if (rc == VT_OK)
		rc = row_save(r, reterr);
	if (rc == VT_OK)
		rc = vt_upload_begin(
		    o->o.store, r->agency_no, VT_L(UPLOAD_MAX), &r->u, reterr);
	if (rc != VT_OK) {
		vt_office_resume_free(r);
		return rc;
	}
	r->h = vt_sha256_new();
	*ret = r;
	return VT_OK;
}

int
vt_office_resume_put(
    struct vt_resuming *r, const void *p, size_t n, struct vt_err *reterr)
{
	int rc;

	if (n > r->row.r.length - r->row.r.offset - r->got)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "resumable upload: %" PRIu64 " bytes were announced, more "
		    "came",
		    r->row.r.length);
	/* A row is read seldom: once in some megabytes. */
	if (r->got - r->looked >= LOOK) {
		r->looked = r->got;
		if ((rc = taken_over(r, reterr)) != VT_OK)
			return rc;
	}
	rc = vt_upload_put(r->u, p, n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_sha256_put(r->h, p, n);
	r->got += n;
	return VT_OK;
}

/* The last piece is there: one upload of all, if it is what it should be. */
static int
complete(struct vt_resuming *r, const vt_hash *whole, struct vt_err *reterr)
{
	static const vt_id none;
	struct row *w = &r->row;
	struct vt_blob all = w->pieces[0];
	vt_id upload = w->uploads[0];
	int rc = VT_OK;

	if (w->n > 1)
		rc = join(r, 0, w->n, &upload, &all, reterr);
	if (rc != VT_OK)
		return rc;
	if (whole != NULL && !vt_hash_eq(whole, &all.hash)) {
		/* The piece does not count; those before it stay. */
		drop_pieces(r->o, &upload, 1, &none);
		drop_pieces(r->o, &w->uploads[w->n - 1], 1, &upload);
		return vt_err_set(reterr, VT_E_DIGEST_MISMATCH,
		    "Repr-Digest: RFC 9530 §3: SHA-256 of the %" PRIu64
		    " bytes of the upload differs from the one stated; give it "
		    "up with DELETE, or send the last piece again",
		    w->r.length);
	}
	w->r.upload = upload;
	w->r.hash = all.hash;
	return VT_OK;
}

int
vt_office_resume_end(struct vt_resuming *r, const vt_hash *expect,
    const vt_hash *whole, struct vt_resumable *ret, struct vt_err *reterr)
{
	vt_hash got = vt_sha256_end(r->h);
	static const vt_id none;
	struct row *w = &r->row;
	vt_id upload;
	int rc;

	if (expect != NULL && !vt_hash_eq(expect, &got))
		return vt_err_set(reterr, VT_E_CHECKSUM_MISMATCH,
		    "Upload-Checksum: not that of the %" PRIu64
		    " bytes that came",
		    r->got);
	if (r->got > 0) {
		rc = vt_upload_end(
		    r->u, &got, &upload, &w->pieces[w->n], reterr);
		if (rc == VT_OK)
			rc = vt_quota_add(r->o, r->agency_no, &r->person,
			    &upload, r->got, reterr);
		if (rc != VT_OK)
			return rc;
		w->uploads[w->n++] = upload;
		w->r.offset += r->got;
		if (w->r.offset == w->r.length &&
		    (rc = complete(r, whole, reterr)) != VT_OK)
			return rc;
		if ((rc = row_save(r, reterr)) != VT_OK) {
			drop_pieces(r->o, &w->r.upload, 1, &upload);
			drop_pieces(r->o, &upload, 1, &none);
			return rc;
		}
		if (!vt_id_is_zero(&w->r.upload))
			drop_pieces(r->o, w->uploads, w->n, &w->r.upload);
	}
	*ret = w->r;
	return VT_OK;
}

void
vt_office_resume_free(struct vt_resuming *r)
{
	if (r == NULL)
		return;
	vt_upload_free(r->u);
	vt_sha256_free(r->h);
	row_clear(&r->row);
	free(r);
}
