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
		rc = vt_office_resume_end(r, NULL, ret, err);
	vt_office_resume_free(r);
	return rc;
}

/* Whole ones lie there for a day; they keep nobody out. */
static void
begun(const struct vt_actor *a)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_resumable r, last;
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
	tap_code(vt_office_resumable_new(h.office, a, 3, NULL, &r, &err),
	    VT_E_HTTP_TOO_MANY, &err, "one more is refused");
	tap_call(vt_office_resumable_drop(h.office, a, &last.id, &err), &err,
	    "one is given up");
	tap_call(vt_office_resumable_new(h.office, a, 3, NULL, &r, &err), &err,
	    "another may begin");
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

int
main(void)
{
	struct vt_actor clerk, officer;

	house_begin(&h);
	clerk = house_actor(&h, "clerk", h.here);
	officer = house_actor(&h, "officer", h.here);
	begun(&clerk);
	pieces(&officer);
	house_end(&h);
	return tap_done();
}
