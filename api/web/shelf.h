/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that took some work to make, kept in memory for who asks next: pages
 * as pictures, verdicts in words. What they were made of is named by its hash,
 * so that nothing on the shelf is wrong, at most old, and then its time is
 * known. Full: what nobody asked for longest goes. Readers get copies, so that
 * nothing is held.
 *
 * Threads: any. Cost: a look through its places.
 */
#ifndef VT_API_WEB_SHELF_H
#define VT_API_WEB_SHELF_H

#include "base/buf.h"
#include "base/context.h"
#include "base/id.h"

struct vt_shelf;

enum vt_kept {             /* what it is */
	VT_KEPT_COUNT = 1, /* pages there are */
	VT_KEPT_INITIALS,  /* places for them that are empty */
	VT_KEPT_PAGE,      /* a: page, b: dots per inch */
	VT_KEPT_PIECE,     /* of a verdict; a: 1 in English */
	VT_KEPT_VERDICT    /* the whole of it; a: as above */
};

struct vt_shelf_key {
	vt_hash of;
	enum vt_kept what;
	uint32_t a, b;
};

/* bytes: that all it keeps may take together. NULL: no memory. */
struct vt_shelf *vt_shelf_new(
    const struct vt_context *ctx, size_t places, size_t bytes);
void vt_shelf_free(struct vt_shelf *s); /* NULL allowed */

/* Appends it to ret when it is there. *ret_made, unless NULL: its time. */
bool vt_shelf_get(struct vt_shelf *s, const struct vt_shelf_key *k,
    struct vt_buf *ret, vt_time *ret_made);

/* A copy, in place of an older one, for for_s seconds (0: while there is
 * room). What is too large is not kept. */
void vt_shelf_put(struct vt_shelf *s, const struct vt_shelf_key *k,
    struct vt_span bytes, unsigned for_s);

/* Bytes that it keeps now. */
size_t vt_shelf_bytes(struct vt_shelf *s);

#endif
