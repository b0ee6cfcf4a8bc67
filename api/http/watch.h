/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ends connections that drip: the library's idle time starts anew with every
 * byte, so a header sent one byte at a time could hold a thread for hours.
 * Here the whole wait for a request, from the end of the one before, is timed,
 * and a body has to keep up a rate and to end in time.
 */
#ifndef VT_API_HTTP_WATCH_H
#define VT_API_HTTP_WATCH_H

#include "base/id.h"

struct vt_watch;
struct vt_watched; /* one connection */

struct vt_watch_options {
	unsigned wait_s; /* from connection or answer to the header's end */
	/* In each window_s of a body window_bytes come, or its end. */
	unsigned window_s;
	uint64_t window_bytes;
};

/* Starts a thread. *owned*. Errors: VT_E_NOMEM, VT_E_ENVIRONMENT. */
VT_NODISCARD int vt_watch_start(const struct vt_context *c,
    const struct vt_watch_options *o, struct vt_watch **ret,
    struct vt_err *reterr);
/* No connection may be left. NULL allowed. */
void vt_watch_stop(struct vt_watch *w);

/* fd stays the caller's and open until vt_watch_remove. NULL when out of
 * memory: then the connection is not watched. Thread-safe, as the others. */
struct vt_watched *vt_watch_add(struct vt_watch *w, int fd);
void vt_watch_remove(struct vt_watch *w, struct vt_watched *c);

/*
 * A request's id, random. A connection has some in store, so that the source
 * of randomness, which has a lock, is not asked for each. Not thread-safe for
 * one connection.
 */
vt_id vt_watch_id(struct vt_watch *w, struct vt_watched *c);

/* A request is whole, or its header; its answer has gone. c NULL: nothing. */
void vt_watch_busy(struct vt_watch *w, struct vt_watched *c);
void vt_watch_waiting(struct vt_watch *w, struct vt_watched *c);

/* A body is awaited, whole within total_s. */
void vt_watch_body(struct vt_watch *w, struct vt_watched *c, unsigned total_s);
/*
 * n bytes of it came and are being dealt with; they are, the next may come.
 * The time between is ours and not held against the client.
 */
void vt_watch_took(struct vt_watch *w, struct vt_watched *c, uint64_t n);
void vt_watch_next(struct vt_watch *w, struct vt_watched *c);

#endif
