/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uploads in pieces: how many may be begun, and how many pieces one may have.
 */
#include "api/office/resumable.h"
#include "api/office/office_priv.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static int
piece(const struct vt_actor *a, const struct vt_resumable *at, const char *text,
    struct vt_resumable *ret, struct vt_err *err)
{
	struct vt_resuming *r = NULL;
	int rc;

	rc = vt_office_resume_begin(h.office, a, &at->id, at->offset, &r, err);
	if (rc == VT_OK)
		rc = vt_office_resume_put(r, text, strlen(text), err);
	if (rc == VT_OK)
		rc = vt_office_resume_end(r, NULL, NULL, ret, err);
	vt_office_resume_free(r);
	return rc;
}

/* Whole ones lie there for a day; they keep nobody out. */
static void
begun(const struct vt_actor *a)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_resumable r, last;
	unsigned wait_s = 1;
	int rc = VT_OK;

	for (size_t i = 0; rc == VT_OK && i <= VT_L(RESUMABLE_OPEN_MAX); i++) {
		rc = vt_office_resumable_new(h.office, a, 3, NULL, &r, &err);
		if (rc == VT_OK)
			rc = piece(a, &r, "abc", &r, &err);
	}
	tap_call(rc, &err, "one after the other, each whole");
	for (size_t i = 0; rc == VT_OK && i < VT_L(RESUMABLE_OPEN_MAX); i++)
		rc = vt_office_resumable_new(h.office, a, 3, NULL, &last, &err);
	tap_call(rc, &err, "and as many as may be begun");
	h.w.now += VT_TIME_S(100);
	tap_call(vt_office_resumable_wait(h.office, a, &wait_s, &err), &err,
	    "how long");
	tap_eq_int(wait_s, VT_L(UPLOAD_EXPIRY_S) - 100, "the oldest lasts");
	tap_code(vt_office_resumable_new(h.office, a, 3, NULL, &r, &err),
	    VT_E_HTTP_TOO_MANY, &err, "one more is refused");
	tap_call(vt_office_resumable_drop(h.office, a, &last.id, &err), &err,
	    "one is given up");
	tap_call(vt_office_resumable_new(h.office, a, 3, NULL, &r, &err), &err,
	    "another may begin");
	tap_call(vt_office_resumable_drop(h.office, a, &r.id, &err), &err,
	    "is given up");
	tap_call(vt_office_resumable_wait(h.office, a, &wait_s, &err), &err,
	    "and there is room");
	tap_eq_int(wait_s, 0, "so that nobody waits");
}

/* More pieces than the row holds: those that are there become one. */
static void
pieces(const struct vt_actor *a)
{
	const size_t n = VT_L(RESUMABLE_PIECES_MAX) + 7;
	struct vt_sha256 *all = vt_sha256_new();
	struct vt_err err = VT_ERR_INIT;
	struct vt_resumable r;
	char text[8];
	vt_hash want;
	int rc;

	rc = vt_office_resumable_new(h.office, a, 5 * n, NULL, &r, &err);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		(void)snprintf(text, sizeof(text), "%05zu", i);
		vt_sha256_put(all, text, 5);
		rc = piece(a, &r, text, &r, &err);
	}
	tap_call(rc, &err, "%zu pieces", n);
	want = vt_sha256_end(all);
	vt_sha256_free(all);
	tap_ok(r.offset == r.length && !vt_id_is_zero(&r.upload) &&
		   vt_hash_eq(&r.hash, &want),
	    "are one file, in order");
}

/* A large piece is not copied for the small ones beside it. */
static void
cheapest(void)
{
	static const struct vt_blob piece[] = { { .size = 600 }, { .size = 1 },
		{ .size = 2 }, { .size = 1 }, { .size = 1 }, { .size = 500 } };

	tap_eq_int(vt_resumable_cheapest(piece, 6, 3), 1, "behind the first");
	tap_eq_int(vt_resumable_cheapest(piece, 6, 2), 3, "the least of them");
	tap_eq_int(vt_resumable_cheapest(piece, 3, 2), 1, "at the end");
	tap_eq_int(vt_resumable_cheapest(piece + 1, 4, 2), 2, "within");
	tap_eq_int(vt_resumable_cheapest(piece, 6, 6), 0, "all");
}

int
main(void)
{
	struct vt_actor clerk, officer;

	house_begin(&h);
	clerk = house_actor(&h, "clerk", h.here);
	officer = house_actor(&h, "officer", h.here);
	cheapest();
	begun(&clerk);
	pieces(&officer);
	house_end(&h);
	return tap_done();
}
