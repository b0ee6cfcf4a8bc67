/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may lie here unnamed: of a caller, of an agency; what counts no more. */
#include "api/office/office_priv.h"
#include "api/office/resumable.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static int
bring(const struct vt_actor *a, vt_id *ret, struct vt_err *err)
{
	struct vt_office_upload *u = NULL;
	struct vt_blob blob;
	int rc;

	rc = vt_office_upload_begin(h.office, a, &u, err);
	if (rc == VT_OK)
		rc = vt_office_upload_put(u, "one", 3, err);
	if (rc == VT_OK)
		rc = vt_office_upload_end(u, NULL, ret, &blob, err);
	vt_office_upload_free(u);
	return rc;
}

/* As if what is there were so large. */
static void
large(const struct vt_actor *a, const vt_id *upload, uint64_t size)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_quota_add(
		     h.office, a->agency_no, &a->person, upload, size, &err),
	    &err, "%llu bytes are brought", (unsigned long long)size);
}

static void
callers(const struct vt_actor *one, const struct vt_actor *two)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_resumable r;
	vt_id id, other;
	size_t gone = 0;

	tap_call(bring(one, &id, &err), &err, "a file");
	large(one, &id, VT_L(UPLOADS_CALLER_BYTES) - 4);
	tap_call(bring(one, &other, &err), &err, "one byte is left");
	large(one, &other, 1);
	tap_code(bring(one, &other, &err), VT_E_HTTP_TOO_MANY, &err,
	    "then there is no more");
	tap_code(vt_office_resumable_new(h.office, one, 10, NULL, &r, &err),
	    VT_E_HTTP_TOO_MANY, &err, "nor in pieces");
	tap_call(bring(two, &other, &err), &err, "another caller is served");
	/* what lies longer than a day is gone */
	h.w.now += VT_TIME_S(VT_L(UPLOAD_EXPIRY_S)) + 1;
	tap_need(vt_upload_expire(h.store, 1000, &gone, &err) == VT_OK,
	    "the day ends %s", err.msg);
	tap_call(bring(one, &id, &err), &err, "and he is, too");
	tap_call(vt_office_resumable_new(h.office, one, 10, NULL, &r, &err),
	    &err, "in pieces as well");
}

/* What an act named, or what is gone, is not counted; it is seen at the
 * bound. */
static void
named(const struct vt_actor *a)
{
	struct vt_err err = VT_ERR_INIT;
	vt_id id;

	for (size_t i = 0; i < VT_L(UPLOADS_CALLER_MAX); i++) {
		id = vt_id_new(&h.w.ctx);
		if (vt_quota_add(h.office, a->agency_no, &a->person, &id, 1,
			&err) != VT_OK)
			break;
	}
	tap_call(bring(a, &id, &err), &err,
	    "%zu that were named keep nobody out", VT_L(UPLOADS_CALLER_MAX));
	tap_ok(h.office->uploads.n_items < 10, "and are let go");
}

static void
agencies(const struct vt_actor *one, const struct vt_actor *two,
    const struct vt_actor *there)
{
	size_t n = VT_L(UPLOADS_AGENCY_BYTES) / VT_L(UPLOADS_CALLER_BYTES);
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor a = *one;
	vt_id id, other;

	tap_call(bring(one, &id, &err), &err, "a file");
	for (size_t i = 0; i < n; i++) {
		a.person = vt_id_new(&h.w.ctx);
		large(&a, &id, VT_L(UPLOADS_CALLER_BYTES));
	}
	tap_code(bring(two, &other, &err), VT_E_HTTP_TOO_MANY, &err,
	    "an agency has its bound");
	tap_call(bring(there, &other, &err), &err, "of its own");
}

int
main(void)
{
	struct vt_actor clerk, officer, there;

	house_begin(&h);
	clerk = house_actor(&h, "clerk", h.here);
	officer = house_actor(&h, "officer", h.here);
	there = house_actor(&h, "leader", h.there);
	callers(&clerk, &officer);
	named(&officer);
	agencies(&clerk, &officer, &there);
	house_end(&h);
	return tap_done();
}
