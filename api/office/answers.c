/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of states holds at most 64 KiB, so that a long answer is a head, under
 * the caller and the key, and pieces under a random number that the head
 * names. The head is written last: it appears with all its pieces or not at
 * all. The head is deterministic CBOR: [1, request, pieces number or null,
 * bytes or count].
 */
#include "api/office/answers.h"

#include "api/office/office_priv.h"
#include "base/cbor.h"

#define VERSION 1
#define PIECE   ((size_t)60000)

enum { KEY_HEAD = 0, KEY_PIECE = 1 };

struct row_key {
	uint8_t b[VT_STATE_KEY_MAX];
	size_t n;
};

static_assert(1 + VT_ID_SIZE + VT_L(IDEMPOTENCY_KEY_MAX) <= VT_STATE_KEY_MAX,
    "the longest idempotency key fits");

/* A face may hand on a key that came in a path: it is judged here. */
static int
head_key(const vt_id *person, const char *key, struct row_key *ret,
    struct vt_err *reterr)
{
	size_t n = strlen(key);

	if (n == 0 || n > VT_L(IDEMPOTENCY_KEY_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "idempotency key: 1 to %zu characters wanted, found %zu",
		    VT_L(IDEMPOTENCY_KEY_MAX), n);
	ret->b[0] = KEY_HEAD;
	memcpy(ret->b + 1, person->b, VT_ID_SIZE);
	memcpy(ret->b + 1 + VT_ID_SIZE, key, n);
	ret->n = 1 + VT_ID_SIZE + n;
	return VT_OK;
}

static struct row_key
piece_key(const vt_id *number, size_t i)
{
	struct row_key k = { { KEY_PIECE }, 1 + VT_ID_SIZE + 2 };

	memcpy(k.b + 1, number->b, VT_ID_SIZE);
	k.b[1 + VT_ID_SIZE] = (uint8_t)(i >> 8);
	k.b[2 + VT_ID_SIZE] = (uint8_t)i;
	return k;
}

struct head {
	vt_hash request;
	vt_id number; /* zero: the answer is in the head */
	struct vt_span bytes;
	uint64_t pieces;
};

static int
head_read(struct vt_span value, struct head *ret, struct vt_err *reterr)
{
	struct vt_cbor c;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, value);
	if (vt_cbor_get_array(&c) != 4 || vt_cbor_get_uint(&c) != VERSION)
		vt_cbor_fail(&c, "not of this version");
	ret->request = vt_cbor_get_hash(&c);
	if (vt_cbor_get_null(&c)) {
		ret->bytes = vt_cbor_get_bytes(&c);
	} else {
		ret->number = vt_cbor_get_id(&c);
		ret->pieces = vt_cbor_get_uint(&c);
	}
	return vt_cbor_finish(&c, "kept answer", reterr);
}

static int
collect(struct vt_view *v, const struct head *h, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_state s;
	int rc;

	if (vt_id_is_zero(&h->number))
		vt_buf_span(ret, h->bytes);
	for (size_t i = 0; i < h->pieces; i++) {
		struct row_key k = piece_key(&h->number, i);

		rc = vt_state_get(
		    v, VT_STATE_ANSWER, VT_SPAN(k.b, k.n), &s, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_span(ret, s.value);
	}
	return vt_buf_status(ret, reterr);
}

/* Is the key an act's? */
static int
not_an_act(struct vt_view *v, const struct vt_actor *actor, const char *key,
    struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_act_by_key(v, &actor->person, key, NULL, &r, &err);

	vt_act_result_free(&r);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_REUSED,
	    "idempotency key: it was an act's");
}

int
vt_office_answer_get(struct vt_office *o, const struct vt_actor *actor,
    const char *key, const vt_hash *request, struct vt_buf *ret,
    bool *ret_found, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct row_key k;
	struct vt_err err = VT_ERR_INIT;
	struct vt_state s;
	struct head h;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	*ret_found = false;
	if ((rc = head_key(&actor->person, key, &k, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(v, VT_STATE_ANSWER, VT_SPAN(k.b, k.n), &s, &err);
	if (rc == VT_E_NOT_FOUND)
		return not_an_act(v, actor, key, reterr);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if ((rc = head_read(s.value, &h, reterr)) != VT_OK)
		return rc;
	if (request != NULL && !vt_hash_eq(&h.request, request))
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_REUSED,
		    "idempotency key: it was another request's");
	*ret_found = true;
	return request == NULL ? VT_OK : collect(v, &h, ret, reterr);
}

int
vt_office_key_free(struct vt_view *v, const vt_id *person, const char *key,
    struct vt_err *reterr)
{
	struct row_key k;
	struct vt_err err = VT_ERR_INIT;
	struct vt_state s;
	int rc = head_key(person, key, &k, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_state_get(v, VT_STATE_ANSWER, VT_SPAN(k.b, k.n), &s, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc == VT_OK)
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_REUSED,
		    "idempotency key: it was another request's");
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* expires: VT_TIME_NONE, or with the upload, which may be NULL. */
static int
put(struct vt_office *o, const struct row_key *k, struct vt_span value,
    vt_time expires, const vt_id *upload, struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_ANSWER,
		.key = VT_SPAN(k->b, k->n),
		.value = value,
		.expires = expires,
		.expect = VT_STATE_NEW,
		.upload = upload };

	return vt_state_put(o->o.store, &n, NULL, reterr);
}

/* Pieces of an answer that was not the first; what stays would only take up
 * room, so a failure is only logged. */
static void
drop_pieces(struct vt_office *o, const vt_id *number, size_t n)
{
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		struct row_key k = piece_key(number, i);

		if (vt_state_delete(o->o.store, VT_STATE_ANSWER,
			VT_SPAN(k.b, k.n), VT_STATE_ANY, &err) != VT_OK)
			vt_log_err("office.answer_drop", &err);
	}
}

/* They outlast the head by a minute: who found it finds them. */
static int
put_pieces(struct vt_office *o, const vt_id *number, struct vt_span answer,
    vt_time expires, size_t *ret_n, struct vt_err *reterr)
{
	int rc;

	for (*ret_n = 0; *ret_n * PIECE < answer.n; ++*ret_n) {
		struct row_key k = piece_key(number, *ret_n);
		size_t at = *ret_n * PIECE;
		size_t n = answer.n - at < PIECE ? answer.n - at : PIECE;

		rc = put(o, &k, VT_SPAN(answer.p + at, n),
		    expires + VT_TIME_S(60), NULL, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
vt_office_answer_keep(struct vt_office *o, const struct vt_request *rq,
    struct vt_span answer, const struct vt_answer_life *life,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct row_key k;
	vt_id number = { { 0 } };
	vt_time expires = life->upload != NULL
			      ? VT_TIME_NONE
			      : vt_now(o->o.ctx) + VT_TIME_S(life->s);
	size_t pieces = 0;
	VT_BUF_AUTO(head);
	bool found;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = head_key(&rq->actor->person, rq->key, &k, reterr);
	if (rc != VT_OK)
		return rc;
	if (answer.n > VT_L(ANSWER_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "answer of %zu bytes: at most %zu are kept", answer.n,
		    VT_L(ANSWER_MAX));
	vt_cbor_array(&head, 4);
	vt_cbor_uint(&head, VERSION);
	vt_cbor_hash(&head, &rq->hash);
	if (answer.n <= PIECE) {
		vt_cbor_null(&head);
		vt_cbor_bytes(&head, answer);
	} else {
		number = vt_id_new(o->o.ctx);
		VT_ASSERT(life->upload == NULL);
		rc = put_pieces(o, &number, answer, expires, &pieces, reterr);
		vt_cbor_id(&head, &number);
		vt_cbor_uint(&head, pieces);
	}
	if (rc == VT_OK)
		rc = vt_buf_status(&head, reterr);
	if (rc == VT_OK)
		rc = put(
		    o, &k, vt_buf_view(&head), expires, life->upload, reterr);
	if (rc != VT_OK)
		drop_pieces(o, &number, pieces);
	if (rc != VT_E_CONFLICT)
		return rc;
	return vt_office_answer_get(
	    o, rq->actor, rq->key, &rq->hash, ret, &found, reterr);
}

vt_hash
vt_office_secret_tag(
    struct vt_office *o, struct vt_span key, struct vt_span secret)
{
	VT_BUF_AUTO(b);

	VT_CHECK(o, VT_OFFICE_MAGIC);
	b.secret = true;
	/* lengths first: no two pairs give the same bytes */
	vt_cbor_array(&b, 2);
	vt_cbor_bytes(&b, key);
	vt_cbor_bytes(&b, secret);
	return vt_store_mac(o->o.store, "request secret", vt_buf_view(&b));
}

/* ---- what a caller keeps for us ---- */

#define SEAL 16

static vt_hash
seal_tag(struct vt_office *o, struct vt_span context, struct vt_span place)
{
	VT_BUF_AUTO(b);

	vt_cbor_array(&b, 2);
	vt_cbor_bytes(&b, context);
	vt_cbor_bytes(&b, place);
	VT_ASSERT(b.failed == VT_OK);
	return vt_store_mac(o->o.store, "seal", vt_buf_view(&b));
}

/* The tag is the nonce: it follows from what is hidden. Its own inverse. */
static void
seal_pad(
    struct vt_office *o, const uint8_t tag[static SEAL], uint8_t *p, size_t n)
{
	uint8_t block[SEAL + 4];
	vt_hash pad = { { 0 } };

	memcpy(block, tag, SEAL);
	for (size_t i = 0; i < n; i++) {
		if (i % VT_HASH_SIZE == 0) {
			for (int k = 0; k < 4; k++)
				block[SEAL + k] =
				    (uint8_t)(i / VT_HASH_SIZE >> (24 - 8 * k));
			pad = vt_store_mac(o->o.store, "seal pad",
			    VT_SPAN(block, sizeof(block)));
		}
		p[i] ^= pad.b[i % VT_HASH_SIZE];
	}
	vt_wipe(&pad, sizeof(pad));
}

void
vt_office_seal(struct vt_office *o, struct vt_span context,
    struct vt_span place, struct vt_buf *ret)
{
	vt_hash tag = seal_tag(o, context, place);
	uint8_t *p;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	vt_buf_put(ret, tag.b, SEAL);
	if (place.n == 0 || (p = vt_buf_extend(ret, place.n)) == NULL)
		return;
	memcpy(p, place.p, place.n);
	seal_pad(o, tag.b, p, place.n);
}

bool
vt_office_unseal(struct vt_office *o, struct vt_span context,
    struct vt_span sealed, struct vt_buf *ret)
{
	vt_hash want, got = { { 0 } };
	VT_BUF_AUTO(b);

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (sealed.n < SEAL)
		return false;
	vt_buf_put(&b, sealed.p + SEAL, sealed.n - SEAL);
	if (b.failed != VT_OK)
		return false;
	seal_pad(o, sealed.p, b.p, b.n);
	want = seal_tag(o, context, vt_buf_view(&b));
	memset(want.b + SEAL, 0, sizeof(want.b) - SEAL);
	memcpy(got.b, sealed.p, SEAL);
	if (!vt_hash_eq(&want, &got))
		return false;
	vt_buf_span(ret, vt_buf_view(&b));
	return true;
}
