/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames: the messages between caller, spawner and worker. Pure functions
 * over bytes, no descriptors; own design.
 *
 *	offset  size  field
 *	0       4     magic "VTW1"
 *	4       4     kind, big-endian (enum vt_frame_kind)
 *	8       8     length of the payload, big-endian
 *	16      ...   payload
 *
 *	kind           from      payload
 *	JOB            caller    the request; descriptors ride on the head
 *	REPLY, _LAST   worker    the answer
 *	ERROR, _LAST   worker    CBOR map {1: code, 2: errno, 3: message}
 *	SPAWN          caller    CBOR array [sequence, index of the kind]
 *	SPAWNED        spawner   [sequence]; two descriptors: data, life line
 *	SPAWN_FAILED   spawner   [sequence, errno]
 *	EXIT           spawner   [wait status, CPU time in microseconds]
 *
 * _LAST: the worker ends after this answer. Whatever a worker sends is
 * hostile: a frame that is not exactly of this form is refused.
 */
#ifndef VT_BASE_WORKER_FRAME_H
#define VT_BASE_WORKER_FRAME_H

#include "base/buf.h"

#define VT_FRAME_HEAD      16
#define VT_FRAME_NUMBERS   4   /* most numbers in one control frame */
#define VT_FRAME_ERROR_MAX 512 /* longest payload of an ERROR frame */

enum vt_frame_kind {
	VT_FRAME_JOB = 1,
	VT_FRAME_REPLY = 2,
	VT_FRAME_REPLY_LAST = 3,
	VT_FRAME_ERROR = 4,
	VT_FRAME_ERROR_LAST = 5,
	VT_FRAME_SPAWN = 16,
	VT_FRAME_SPAWNED = 17,
	VT_FRAME_SPAWN_FAILED = 18,
	VT_FRAME_EXIT = 19
};

struct vt_frame {
	enum vt_frame_kind kind;
	uint64_t length; /* of the payload that follows */
};

void vt_frame_put(uint8_t ret[static VT_FRAME_HEAD], enum vt_frame_kind kind,
    uint64_t length);

/*
 * Reads a head. Errors: VT_E_WORKER_PROTOCOL (magic, unknown kind, an ERROR
 * payload beyond VT_FRAME_ERROR_MAX), VT_E_WORKER_LIMIT (length beyond
 * WORKER_MESSAGE_MAX).
 */
VT_NODISCARD int vt_frame_get(const uint8_t head[static VT_FRAME_HEAD],
    struct vt_frame *ret, struct vt_err *reterr);

/* Appends the payload of an ERROR frame. code: of err.def; anything else
 * becomes VT_E_INTERNAL. */
void vt_frame_error_put(struct vt_buf *b, int code, const struct vt_err *err);

/*
 * Reads it into *ret. Errors: VT_E_WORKER_PROTOCOL for a code outside the
 * table, a message that is too long, not UTF-8 or holds NUL, wrong CBOR.
 */
VT_NODISCARD int vt_frame_error_get(
    struct vt_span payload, struct vt_err *ret, struct vt_err *reterr);

/* Appends a whole control frame with n <= VT_FRAME_NUMBERS numbers. */
void vt_frame_numbers_put(struct vt_buf *b, enum vt_frame_kind kind,
    const uint64_t *numbers, size_t n);

/*
 * Reads a whole control frame: head and exactly n numbers; the kind must be
 * one of SPAWN, SPAWNED, SPAWN_FAILED, EXIT. *ret_n is the count.
 * Errors: VT_E_WORKER_PROTOCOL.
 */
VT_NODISCARD int vt_frame_numbers_get(struct vt_span frame,
    enum vt_frame_kind *ret_kind, uint64_t ret[static VT_FRAME_NUMBERS],
    size_t *ret_n, struct vt_err *reterr);

#endif
