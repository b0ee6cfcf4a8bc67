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
	const struct vt_answer_life life = { NULL, 3600 };
	int rc;

	memset(key, 'k', n);
	key[n] = '\0';
	rq.key = key;
	rc = vt_office_answer_keep(
	    h.office, &rq, VT_SPAN_LIT("answer"), &life, &was, &err);
	tap_ok(rc != VT_OK || was.n == 0, "it was the first");
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

/* As the face asks it, n bytes long: kept, or what was kept is returned. */
static int
keep(const struct vt_request *rq, const struct vt_answer_life *life, size_t n,
    struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(answer);
	int rc;

	for (size_t i = 0; i < n; i++)
		vt_buf_putc(&answer, (uint8_t)('a' + i % 26));
	vt_buf_reset(ret);
	rc = vt_office_answer_keep(
	    h.office, rq, vt_buf_view(&answer), life, ret, &err);
	tap_call(rc, &err, "%zu bytes", n);
	return rc;
}

static bool
is_kept(const struct vt_request *rq, size_t n)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(was);
	bool found = true;

	tap_call(vt_office_answer_get(h.office, rq->actor, rq->key, &rq->hash,
		     &was, &found, &err),
	    &err, "asked");
	return found && was.n == n;
}

/* What leaves no record is not answered for ever: the key is free again. */
static void
ends(const struct vt_actor *a)
{
	const struct vt_answer_life hour = { NULL, 3600 };
	struct vt_request rq = { .actor = a, .key = "ends" };
	struct vt_request big = { .actor = a, .key = "ends, long" };
	VT_BUF_AUTO(other);

	tap_ok(keep(&rq, &hour, 5, &other) == VT_OK && other.n == 0, "first");
	tap_ok(keep(&big, &hour, 200000, &other) == VT_OK && other.n == 0,
	    "a long one, too");
	tap_ok(keep(&rq, &hour, 6, &other) == VT_OK && other.n == 5,
	    "the first is the answer");
	h.w.now += VT_TIME_S(3599);
	tap_ok(is_kept(&rq, 5) && is_kept(&big, 200000), "for an hour");
	h.w.now += VT_TIME_S(1);
	tap_ok(!is_kept(&rq, 5) && !is_kept(&big, 200000), "no longer");
	tap_ok(keep(&rq, &hour, 7, &other) == VT_OK && other.n == 0 &&
		   is_kept(&rq, 7),
	    "then the key is as new");
}

/* An upload's goes with the upload. */
static void
with_upload(const struct vt_actor *a)
{
	struct vt_request rq = { .actor = a, .key = "upload" };
	struct vt_answer_life life = { .s = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob blob;
	VT_BUF_AUTO(other);
	size_t removed;
	vt_id id;

	tap_call(vt_upload_memory(
		     h.store, h.here, VT_SPAN_LIT("%PDF"), &id, &blob, &err),
	    &err, "upload");
	life.upload = &id;
	tap_ok(keep(&rq, &life, 5, &other) == VT_OK && is_kept(&rq, 5), "kept");
	h.w.now += VT_TIME_S(VT_L(UPLOAD_EXPIRY_S)) + 1;
	tap_call(
	    vt_upload_expire(h.store, 100, &removed, &err), &err, "it expires");
	tap_ok(!is_kept(&rq, 5), "with it");
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
	ends(&a);
	with_upload(&a);
	house_end(&h);
	return tap_done();
}
