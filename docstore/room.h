/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much room is left, known before there is none: a disk that is full in
 * the middle of a commit is a bad day, an upload that is refused is not. Below
 * ROOM_FREE_MIN bytes of disk, or above ROOM_MAP_PERCENT of the address space
 * of records/ or keys/ (bytes go on in another environment), uploads and acts
 * answer VT_E_STORE_FULL (507); reading, signing in, repeats of answers and
 * what frees room go on. Before that the level is low, which health tells.
 */
#ifndef VT_DOCSTORE_ROOM_H
#define VT_DOCSTORE_ROOM_H

#include "base/err.h"
#include "docstore/engine.h"

struct vt_store;

enum vt_room_level { VT_ROOM_OK, VT_ROOM_LOW, VT_ROOM_FULL };
const char *vt_room_level_name(enum vt_room_level l); /* "ok", "low", "full" */

struct vt_room {
	enum vt_room_level level;
	uint64_t free; /* bytes of the disk that may still be written */
	uint64_t used[VT_SPACES]; /* bytes of records, keys, all bytes */
	uint64_t map; /* what records and keys may have at most */
};

/* Looks at the disk. In memory: always OK. Any thread. VT_E_IO. */
VT_NODISCARD int vt_store_room(
    struct vt_store *s, struct vt_room *ret, struct vt_err *reterr);

/* Inside the room: VT_E_STORE_FULL when the level is full. It looks at most
 * once a second, so it costs next to nothing. Any thread. */
VT_NODISCARD int vt_room_door(struct vt_store *s, struct vt_err *reterr);

#endif
