/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/quota.h"

#include <stdlib.h>

#include "api/office/office_priv.h"

/* After a look that found too much still there nobody looks again for so long:
 * who is refused costs nothing. */
#define AGAIN_S 10

struct vt_quota_item {
	uint32_t agency_no;
	vt_id person, upload;
	uint64_t size;
};

struct vt_quota_sum {
	uint32_t agency_no;
	vt_id person; /* zero: the agency's */
	uint64_t bytes;
	size_t n;
	vt_time full_until; /* it was looked at, and is full */
};

static const vt_id all;

void
vt_quota_init(struct vt_quota *q)
{
	memset(q, 0, sizeof(*q));
	VT_ASSERT(pthread_mutex_init(&q->lock, NULL) == 0);
}

void
vt_quota_fini(struct vt_quota *q)
{
	VT_ASSERT(pthread_mutex_destroy(&q->lock) == 0);
	free(q->items);
	free(q->sums);
}

/* ---- sums, with the lock held ---- */

static struct vt_quota_sum *
sum_of(struct vt_quota *q, uint32_t agency_no, const vt_id *person)
{
	for (size_t i = 0; i < q->n_sums; i++)
		if (q->sums[i].agency_no == agency_no &&
		    vt_id_eq(&q->sums[i].person, person))
			return &q->sums[i];
	return NULL;
}

/* Room for one more of each, so that adding cannot fail halfway. */
static bool
grow(void *p, size_t n, size_t more, size_t *cap, size_t size)
{
	size_t want = *cap == 0 ? 64 : 2 * *cap;
	void **at = p;
	void *big;

	if (n + more <= *cap)
		return true;
	if ((big = reallocarray(*at, want, size)) == NULL)
		return false;
	*at = big;
	*cap = want;
	return true;
}

static void
raise_sum(
    struct vt_quota *q, uint32_t agency_no, const vt_id *person, uint64_t bytes)
{
	struct vt_quota_sum *s = sum_of(q, agency_no, person);

	if (s == NULL) {
		s = &q->sums[q->n_sums++];
		*s = (struct vt_quota_sum){ .agency_no = agency_no,
			.person = *person,
			.full_until = VT_TIME_NONE };
	}
	s->bytes += bytes;
	s->n++;
}

static void
lower_sum(
    struct vt_quota *q, uint32_t agency_no, const vt_id *person, uint64_t bytes)
{
	struct vt_quota_sum *s = sum_of(q, agency_no, person);

	VT_ASSERT(s != NULL && s->n > 0 && s->bytes >= bytes);
	s->bytes -= bytes;
	if (--s->n == 0)
		*s = q->sums[--q->n_sums];
}

static bool
is_full(const struct vt_quota_sum *s)
{
	bool agency;

	if (s == NULL)
		return false;
	agency = vt_id_is_zero(&s->person);
	return s->bytes >= (agency ? VT_L(UPLOADS_AGENCY_BYTES)
				   : VT_L(UPLOADS_CALLER_BYTES)) ||
	       s->n >= (agency ? VT_L(UPLOADS_AGENCY_MAX)
			       : VT_L(UPLOADS_CALLER_MAX));
}

/* ---- what is still waiting ---- */

/* Lets go what an act has named, or what expired, of one agency. */
static int
look(struct vt_office *o, uint32_t agency_no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_quota *q = &o->uploads;
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob blob;
	uint32_t agency;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < q->n_items;) {
		struct vt_quota_item *it = &q->items[i];

		rc = it->agency_no == agency_no
			 ? vt_upload_find(v, &it->upload, &agency, &blob, &err)
			 : VT_OK;
		if (rc == VT_OK) {
			i++;
			continue;
		}
		if (rc != VT_E_NOT_FOUND) {
			if (reterr != NULL)
				*reterr = err;
			return rc;
		}
		lower_sum(q, agency_no, &it->person, it->size);
		lower_sum(q, agency_no, &all, it->size);
		*it = q->items[--q->n_items];
	}
	return VT_OK;
}

static int
refuse(struct vt_quota_sum *s, vt_time now, struct vt_err *reterr)
{
	if (s->full_until == VT_TIME_NONE || s->full_until <= now ||
	    s->full_until > now + VT_TIME_S(AGAIN_S))
		s->full_until = now + VT_TIME_S(AGAIN_S);
	return vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
	    "uploads: %zu with %llu bytes of %s wait to be named by an act; "
	    "they go by themselves after a day",
	    s->n, (unsigned long long)s->bytes,
	    vt_id_is_zero(&s->person) ? "this agency" : "this caller");
}

/* One of the two sums; looks at the store when it seems to be full. */
static int
admit(struct vt_office *o, uint32_t agency_no, const vt_id *person,
    struct vt_err *reterr)
{
	struct vt_quota_sum *s = sum_of(&o->uploads, agency_no, person);
	vt_time now = vt_now(o->o.ctx);
	int rc;

	if (!is_full(s))
		return VT_OK;
	if (s->full_until != VT_TIME_NONE && now < s->full_until)
		return refuse(s, now, reterr);
	if ((rc = look(o, agency_no, reterr)) != VT_OK)
		return rc;
	s = sum_of(&o->uploads, agency_no, person);
	return is_full(s) ? refuse(s, now, reterr) : VT_OK;
}

int
vt_quota_admit(struct vt_office *o, uint32_t agency_no, const vt_id *person,
    struct vt_err *reterr)
{
	struct vt_quota *q = &o->uploads;
	int rc;

	VT_ASSERT(pthread_mutex_lock(&q->lock) == 0);
	rc = admit(o, agency_no, person, reterr);
	if (rc == VT_OK)
		rc = admit(o, agency_no, &all, reterr);
	VT_ASSERT(pthread_mutex_unlock(&q->lock) == 0);
	return rc;
}

int
vt_quota_add(struct vt_office *o, uint32_t agency_no, const vt_id *person,
    const vt_id *upload, uint64_t size, struct vt_err *reterr)
{
	struct vt_quota *q = &o->uploads;
	bool room;

	VT_ASSERT(pthread_mutex_lock(&q->lock) == 0);
	room =
	    grow(&q->items, q->n_items, 1, &q->cap_items, sizeof(*q->items)) &&
	    grow(&q->sums, q->n_sums, 2, &q->cap_sums, sizeof(*q->sums));
	if (room) {
		q->items[q->n_items++] =
		    (struct vt_quota_item){ agency_no, *person, *upload, size };
		raise_sum(q, agency_no, person, size);
		raise_sum(q, agency_no, &all, size);
	}
	VT_ASSERT(pthread_mutex_unlock(&q->lock) == 0);
	return room ? VT_OK
		    : vt_err_set(reterr, VT_E_NOMEM, "uploads: no memory");
}
