/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Waiting for what happens: the long poll of the event feed. Who waits holds
 * nothing but its own thread: no view, no lock.
 */
#ifndef VT_API_OFFICE_WATCH_H
#define VT_API_OFFICE_WATCH_H

#include "api/office/office.h"

/*
 * Blocks until the actor's agency has an event with seq > after, wait_s
 * seconds (at most EVENTS_WAIT_S) have passed, or the office ends its waits.
 * VT_OK in all three cases: read the feed then. VT_E_BUSY when
 * EVENTS_WAITERS_MAX wait already. Any thread; the caller holds no view.
 */
VT_NODISCARD int vt_office_watch(struct vt_office *o,
    const struct vt_actor *actor, uint64_t after, unsigned wait_s,
    struct vt_err *reterr);

/* Ends all waits, now and from now on, those for receivers of webhooks, too:
 * before the faces are stopped. */
void vt_office_watch_end(struct vt_office *o);

#endif
