/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uploads that are resumed: a file comes in pieces, each durable by itself as
 * an upload of its own; the row that lists them survives a restart. When all
 * have come they are one upload, which an act names like any other.
 *
 * They belong to the person or program that began them: nobody else finds
 * them. All expire UPLOAD_EXPIRY_S after they were begun.
 */
#ifndef VT_API_OFFICE_RESUMABLE_H
#define VT_API_OFFICE_RESUMABLE_H

#include "api/office/office.h"

/* Plain values. */
struct vt_resumable {
	vt_id id;
	uint64_t length, offset; /* wanted and there */
	vt_time expires;
	char name[801]; /* as the caller said it, "" */
	/* When offset is length: what an act names. */
	vt_id upload;
	vt_hash hash;
};

/*
 * length: 1..UPLOAD_MAX. name: may be NULL. *ret filled.
 * Errors: VT_E_LIMIT (too long), VT_E_HTTP_TOO_MANY (RESUMABLE_OPEN_MAX),
 * VT_E_FILE_EMPTY.
 */
VT_NODISCARD int vt_office_resumable_new(struct vt_office *o,
    const struct vt_actor *actor, uint64_t length, const char *name,
    struct vt_resumable *ret, struct vt_err *reterr);

/* As many are begun as may be: seconds until the oldest expires; 0: they are
 * not. */
VT_NODISCARD int vt_office_resumable_wait(struct vt_office *o,
    const struct vt_actor *actor, unsigned *ret_s, struct vt_err *reterr);

/* Of n pieces, where those `width` begin, side by side, that have the fewest
 * bytes together. */
size_t vt_resumable_cheapest(
    const struct vt_blob *piece, size_t n, size_t width);

/* VT_E_NOT_FOUND: none of this actor's, or expired. */
VT_NODISCARD int vt_office_resumable_get(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, struct vt_resumable *ret,
    struct vt_err *reterr);

/* Gives it up. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_resumable_drop(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, struct vt_err *reterr);

struct vt_resuming;

/* An upload was refused for good: the row that led to it goes, with the name
 * and what is left of its pieces. None: VT_OK. */
VT_NODISCARD int vt_office_resumable_forget(struct vt_office *o,
    const vt_id *person, const vt_id *upload, struct vt_err *reterr);

/*
 * A piece from offset on; from now on this request has the upload, and one
 * that began before it counts for nothing any more. VT_E_CONFLICT: not the
 * offset that is wanted. *ret owned: vt_office_resume_free.
 */
VT_NODISCARD int vt_office_resume_begin(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, uint64_t offset,
    struct vt_resuming **ret, struct vt_err *reterr);
/* VT_E_LIMIT: more than the length. VT_E_CONFLICT: a newer request has it, seen
 * every few megabytes. VT_E_NOT_FOUND: it expired meanwhile. */
VT_NODISCARD int vt_office_resume_put(
    struct vt_resuming *r, const void *p, size_t n, struct vt_err *reterr);
/*
 * What has been put is durable and counted; the last piece makes the upload.
 * expect: SHA-256 of this piece, or NULL; whole: of the upload, looked at when
 * this piece completes it, or NULL. Errors: VT_E_CHECKSUM_MISMATCH,
 * VT_E_DIGEST_MISMATCH (the piece then does not count), VT_E_CONFLICT (a newer
 * request has it), VT_E_NOT_FOUND (it expired, or was given up).
 */
VT_NODISCARD int vt_office_resume_end(struct vt_resuming *r,
    const vt_hash *expect, const vt_hash *whole, struct vt_resumable *ret,
    struct vt_err *reterr);
void vt_office_resume_free(struct vt_resuming *r); /* NULL allowed */

#endif
