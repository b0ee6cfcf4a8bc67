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

/* What a request's hash has of a secret. */
static void
secret_tags(void)
{
	struct vt_span key = VT_SPAN_LIT("key"), other = VT_SPAN_LIT("other");
	struct vt_span one = VT_SPAN_LIT("mot"), two = VT_SPAN_LIT("hai");
	vt_hash t = vt_office_secret_tag(h.office, key, one), u, plain;

	u = vt_office_secret_tag(h.office, key, one);
	tap_ok(vt_hash_eq(&t, &u), "the same request, the same tag");
	u = vt_office_secret_tag(h.office, key, two);
	tap_ok(!vt_hash_eq(&t, &u), "another secret, another one");
	u = vt_office_secret_tag(h.office, other, one);
	tap_ok(!vt_hash_eq(&t, &u), "equal secrets are not seen to be equal");
	u = vt_office_secret_tag(
	    h.office, VT_SPAN_LIT("keym"), VT_SPAN_LIT("ot"));
	tap_ok(!vt_hash_eq(&t, &u), "key and secret do not run together");
	plain = vt_sha256(one);
	tap_ok(!vt_hash_eq(&t, &plain), "nobody guesses without the store");
}

/* What a caller keeps for us says nothing to him, and nobody makes one. */
static void
sealed(void)
{
	static const char place[] = "a.login.name.of.another.agency.altogether";
	struct vt_span list = VT_SPAN_LIT("list"), other = VT_SPAN_LIT("other");
	struct vt_span text = VT_SPAN(place, sizeof(place) - 1);
	VT_BUF_AUTO(one);
	VT_BUF_AUTO(two);
	VT_BUF_AUTO(back);
	int bad = 0;

	vt_office_seal(h.office, list, text, &one);
	vt_office_seal(h.office, list, text, &two);
	tap_ok(one.n == two.n && memcmp(one.p, two.p, one.n) == 0,
	    "the same place, the same bytes");
	for (size_t i = 0; i + 4 <= one.n; i++)
		bad += memmem(place, text.n, one.p + i, 4) != NULL;
	tap_eq_int(bad, 0, "nothing of it can be read");
	tap_ok(vt_office_unseal(h.office, list, vt_buf_view(&one), &back) &&
		   vt_span_is(vt_buf_view(&back), place),
	    "here it can");
	tap_ok(!vt_office_unseal(h.office, other, vt_buf_view(&one), &back),
	    "not for another list");
	for (size_t i = 0; i < one.n; i++) {
		one.p[i] ^= 1;
		bad +=
		    vt_office_unseal(h.office, list, vt_buf_view(&one), &back);
		one.p[i] ^= 1;
	}
	for (size_t i = 0; i < one.n; i++)
		bad +=
		    vt_office_unseal(h.office, list, VT_SPAN(one.p, i), &back);
	tap_eq_int(bad, 0, "changed or cut it is none");
	vt_buf_reset(&one);
	vt_buf_reset(&back);
	vt_office_seal(h.office, list, VT_SPAN("", 0), &one);
	tap_ok(vt_office_unseal(h.office, list, vt_buf_view(&one), &back) &&
		   back.n == 0,
	    "an empty place is one, too");
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
	secret_tags();
	sealed();
	house_end(&h);
	return tap_done();
}
