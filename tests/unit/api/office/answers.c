/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers kept for requests that are no acts: keys of any length, as a path
 * may bring them. */
#include "api/office/answers.h"
#include "tests/unit/api/office/house.h"

static struct house h;

/* keep, then get, with a key of n characters. */
static int
round_trip(const struct vt_actor *a, size_t n, bool *ret_found)
{
	struct vt_request rq = { .actor = a };
	struct vt_err err = VT_ERR_INIT;
	char key[1024];
	VT_BUF_AUTO(was);
	bool first = false;
	int rc;

	memset(key, 'k', n);
	key[n] = '\0';
	rq.key = key;
	rc = vt_office_answer_keep(
	    h.office, &rq, VT_SPAN_LIT("answer"), &first, &was, &err);
	tap_ok((rc == VT_OK) == first, "kept when it was accepted");
	return vt_office_answer_get(
	    h.office, a, key, &rq.hash, &was, ret_found, &err);
}

int
main(void)
{
	struct vt_actor a;
	bool found = false;

	house_begin(&h);
	a = house_actor(&h, "officer", h.here);
	tap_ok(round_trip(&a, 1, &found) == VT_OK && found, "one character");
	tap_ok(
	    round_trip(&a, VT_L(IDEMPOTENCY_KEY_MAX), &found) == VT_OK && found,
	    "the longest key");
	tap_ok(round_trip(&a, VT_L(IDEMPOTENCY_KEY_MAX) + 1, &found) ==
		       VT_E_INVALID &&
		   !found,
	    "one more is refused");
	tap_ok(round_trip(&a, 1000, &found) == VT_E_INVALID && !found,
	    "and so is what no row could hold");
	tap_ok(round_trip(&a, 0, &found) == VT_E_INVALID && !found,
	    "none is refused");
	house_end(&h);
	return tap_done();
}
