/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Waiting for events. The writer raises a round after each commit that
 * concerns a bucket of agencies; who waits looks at the round first, then at
 * the records, then sleeps until the round has changed: nothing is missed.
 */
#include <errno.h>
#include <time.h>

#include "docstore/store_priv.h"

/* Bucket 0 is for any commit. */
static unsigned int
bucket_of(uint32_t agency_no)
{
	return agency_no == 0 ? 0 : 1 + agency_no % VT_WATCH_BUCKETS;
}

int
vt_watch_init(struct vt_watch *w, struct vt_err *reterr)
{
	pthread_condattr_t attr;
	int rc = 0;

	if (pthread_condattr_init(&attr) != 0)
		return vt_nomem(reterr);
	/* A clock that is set must not make anybody wait for years. */
	if (pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
	    pthread_mutex_init(&w->lock, NULL) != 0)
		rc = 1;
	for (unsigned int i = 0; rc == 0 && i <= VT_WATCH_BUCKETS; i++) {
		w->round[i] = 0;
		rc = pthread_cond_init(&w->cond[i], &attr);
	}
	(void)pthread_condattr_destroy(&attr);
	if (rc != 0)
		return vt_nomem(reterr);
	w->ready = true;
	return VT_OK;
}

void
vt_watch_fini(struct vt_watch *w)
{
	if (!w->ready)
		return;
	for (unsigned int i = 0; i <= VT_WATCH_BUCKETS; i++)
		(void)pthread_cond_destroy(&w->cond[i]);
	(void)pthread_mutex_destroy(&w->lock);
	w->ready = false;
}

void
vt_watch_tell(struct vt_watch *w, const struct vt_live *live)
{
	(void)pthread_mutex_lock(&w->lock);
	w->round[0]++;
	(void)pthread_cond_broadcast(&w->cond[0]);
	for (const struct vt_live *l = live; l != NULL; l = l->next) {
		unsigned int i = bucket_of(l->st.agency_no);

		if (!l->changed)
			continue;
		w->round[i]++;
		(void)pthread_cond_broadcast(&w->cond[i]);
	}
	(void)pthread_mutex_unlock(&w->lock);
}

void
vt_watch_tell_all(struct vt_watch *w)
{
	(void)pthread_mutex_lock(&w->lock);
	for (unsigned int i = 0; i <= VT_WATCH_BUCKETS; i++) {
		w->round[i]++;
		(void)pthread_cond_broadcast(&w->cond[i]);
	}
	(void)pthread_mutex_unlock(&w->lock);
}

void
vt_store_watch_end(struct vt_store *s)
{
	struct vt_watch *w = &s->watch;

	VT_CHECK(s, VT_STORE_MAGIC);
	(void)pthread_mutex_lock(&w->lock);
	w->ended = true;
	for (unsigned int i = 0; i <= VT_WATCH_BUCKETS; i++)
		(void)pthread_cond_broadcast(&w->cond[i]);
	(void)pthread_mutex_unlock(&w->lock);
}

static int
last_event(struct vt_store *s, uint32_t agency_no, uint64_t *ret,
    struct vt_err *reterr)
{
	struct vt_agency_state st;
	struct vt_txn *t;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_state(t, agency_no, &st, reterr);
	t->ops->abort(t);
	if (rc == VT_OK)
		*ret = st.events;
	return rc;
}

static struct timespec
until_of(int64_t timeout_us)
{
	struct timespec t = { 0 };
	int64_t s = timeout_us / 1000000;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	/* A year is for ever here, and does not overflow. */
	t.tv_sec += (time_t)(s > 31536000 ? 31536000 : s);
	t.tv_nsec += (long)(timeout_us % 1000000) * 1000;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_nsec -= 1000000000L;
		t.tv_sec++;
	}
	return t;
}

int
vt_store_watch(struct vt_store *s, uint32_t agency_no, uint64_t after,
    int64_t timeout_us, uint64_t *ret_last, struct vt_err *reterr)
{
	unsigned int i = bucket_of(agency_no);
	struct timespec until = until_of(timeout_us < 0 ? 0 : timeout_us);
	struct vt_watch *w = &s->watch;
	bool over = timeout_us <= 0;
	uint64_t round, last;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	for (;;) {
		(void)pthread_mutex_lock(&w->lock);
		round = w->round[i];
		over = over || w->ended;
		(void)pthread_mutex_unlock(&w->lock);
		last = round;
		if (agency_no != 0 &&
		    (rc = last_event(s, agency_no, &last, reterr)) != VT_OK)
			return rc;
		if (last > after || over)
			break;
		(void)pthread_mutex_lock(&w->lock);
		while (w->round[i] == round && !w->ended && !over)
			over = pthread_cond_timedwait(
				   &w->cond[i], &w->lock, &until) == ETIMEDOUT;
		(void)pthread_mutex_unlock(&w->lock);
	}
	if (ret_last != NULL)
		*ret_last = last;
	return VT_OK;
}
