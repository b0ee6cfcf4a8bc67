/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fake office keeps and vouches for. */
#include "api/office/accounts.h"
#include "api/office/answers.h"
#include "tests/unit/api/fake_office.h"

#include <stdio.h>

#define KEPT_MAX 16

static struct {
	char key[200];
	vt_hash request;
	struct vt_buf answer;
} kept[KEPT_MAX];
static size_t nkept;

int
vt_office_answered(struct vt_office *o, const struct vt_request *rq, bool *ret,
    struct vt_err *reterr)
{
	(void)o;
	(void)rq;
	(void)reterr;
	*ret = fake.overtaken;
	if (fake.overtaken)
		fake.answer = VT_OK; /* and is answered from now on */
	return VT_OK;
}

void
fake_forget(void)
{
	while (nkept > 0)
		vt_buf_free(&kept[--nkept].answer);
}

int
vt_office_answer_get(struct vt_office *o, const struct vt_actor *actor,
    const char *key, const vt_hash *request, struct vt_buf *ret,
    bool *ret_found, struct vt_err *reterr)
{
	(void)o;
	(void)actor;
	*ret_found = false;
	for (size_t i = 0; i < nkept; i++) {
		if (strcmp(kept[i].key, key) != 0)
			continue;
		if (request != NULL && !vt_hash_eq(request, &kept[i].request))
			return vt_err_set(
			    reterr, VT_E_IDEMPOTENCY_KEY_REUSED, "key");
		if (request != NULL)
			vt_buf_span(ret, vt_buf_view(&kept[i].answer));
		*ret_found = true;
	}
	return VT_OK;
}

int
vt_office_answer_keep(struct vt_office *o, const struct vt_request *rq,
    struct vt_span answer, const struct vt_answer_life *life,
    struct vt_buf *ret, struct vt_err *reterr)
{
	bool found;
	int rc = vt_office_answer_get(
	    o, rq->actor, rq->key, &rq->hash, ret, &found, reterr);

	if (rc != VT_OK || found)
		return rc;
	VT_ASSERT(life->upload != NULL || life->s > 0);
	VT_ASSERT(nkept < KEPT_MAX);
	snprintf(kept[nkept].key, sizeof(kept[nkept].key), "%s", rq->key);
	kept[nkept].request = rq->hash;
	vt_buf_init(&kept[nkept].answer, 0);
	vt_buf_span(&kept[nkept++].answer, answer);
	return VT_OK;
}

/* Tagged, and not hidden. */
static vt_hash
fake_tag(struct vt_span context, struct vt_span place)
{
	return vt_hmac_sha256(context, place);
}

void
vt_office_seal(struct vt_office *o, struct vt_span context,
    struct vt_span place, struct vt_buf *ret)
{
	vt_hash tag = fake_tag(context, place);

	(void)o;
	vt_buf_put(ret, tag.b, sizeof(tag.b));
	vt_buf_span(ret, place);
}

bool
vt_office_unseal(struct vt_office *o, struct vt_span context,
    struct vt_span sealed, struct vt_buf *ret)
{
	struct vt_span place;
	vt_hash tag;

	(void)o;
	if (sealed.n < sizeof(tag.b))
		return false;
	place = VT_SPAN(sealed.p + sizeof(tag.b), sealed.n - sizeof(tag.b));
	tag = fake_tag(context, place);
	if (memcmp(tag.b, sealed.p, sizeof(tag.b)) != 0)
		return false;
	vt_buf_span(ret, place);
	return true;
}

/* Not a tag: long enough to be told from another's. */
vt_hash
vt_office_secret_tag(
    struct vt_office *o, struct vt_span key, struct vt_span secret)
{
	VT_BUF_AUTO(b);

	(void)o;
	vt_buf_span(&b, key);
	vt_buf_span(&b, secret);
	return vt_sha256(vt_buf_view(&b));
}
