/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hour of the queue. Acts have the time of a commit, which stands still
 * while a clock that was set back catches up. Work must not: what waits two
 * seconds would wait for hours, and what was given back for two seconds by such
 * a clock would be due at once, again and again. So this hour follows the wall
 * forward, never back, and goes on meanwhile with the monotonic clock.
 */
#include "docstore/store_priv.h"

vt_time
vt_work_clock(struct vt_store *s, vt_time least)
{
	struct vt_writer *w = &s->writer;
	vt_time wall = vt_now(s->ctx), at;
	int64_t mono;

	(void)pthread_mutex_lock(&w->lock);
	mono = vt_monotonic_us(s->ctx);
	at = w->work_at;
	if (at != VT_TIME_NONE && mono > w->work_mono)
		at += mono - w->work_mono;
	if (at < wall)
		at = wall;
	if (at < least)
		at = least;
	w->work_at = at;
	w->work_mono = mono;
	(void)pthread_mutex_unlock(&w->lock);
	return at;
}

vt_time
vt_work_now(struct vt_store *s)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	return vt_work_clock(s, VT_TIME_NONE);
}
