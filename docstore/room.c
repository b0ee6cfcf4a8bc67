/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free space of the disk, and use of the environments' address space. */
#include "docstore/room.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "docstore/files.h"
#include "docstore/store_priv.h"

#define LOOK_US 1000000

const char *
vt_room_level_name(enum vt_room_level l)
{
	static const char *const names[] = { "ok", "low", "full" };

	VT_ASSERT((unsigned int)l < 3);
	return names[l];
}

/* The file grows with its content and never shrinks: pages that were freed are
 * used again, so this is the most that was ever in use. */
static uint64_t
size_of(const char *path, const char *env)
{
	char file[4096];
	struct stat st;

	if ((size_t)snprintf(file, sizeof(file), "%s/%s/data.mdb", path, env) >=
		sizeof(file) ||
	    stat(file, &st) != 0)
		return 0;
	return (uint64_t)st.st_size;
}

/* All of them: a missing one has nothing. */
static uint64_t
all_bytes(const struct vt_store *s)
{
	struct vt_env_look l;
	struct vt_err err;
	uint64_t size = 0;
	char env[24];

	if (s->engine->ops->env_look(s->engine, 0, &l, &err) != VT_OK)
		return 0;
	for (uint32_t i = 1; i <= l.last; i++) {
		(void)snprintf(env, sizeof(env), "bytes-%04u", i);
		size += size_of(s->path, env);
	}
	return size;
}

static enum vt_room_level
level_of(const struct vt_store *s, const struct vt_room *r)
{
	uint64_t least = s->room_free, low = VT_L(ROOM_FREE_LOW);
	enum vt_room_level l = VT_ROOM_OK;

	if (r->free < least)
		return VT_ROOM_FULL;
	if (r->free < low || r->free / 2 < least)
		l = VT_ROOM_LOW;
	/* Bytes go on in another environment before one is full. */
	for (int i = 0; i < VT_SPACE_BYTES; i++) {
		uint64_t percent = r->used[i] / (r->map / 100);

		if (percent >= VT_L(ROOM_MAP_PERCENT))
			return VT_ROOM_FULL;
		if (percent >= VT_L(ROOM_MAP_LOW))
			l = VT_ROOM_LOW;
	}
	return l;
}

int
vt_store_room(struct vt_store *s, struct vt_room *ret, struct vt_err *reterr)
{
	struct vt_room r = { .level = VT_ROOM_OK, .map = s->map_size };
	struct statvfs fs;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->path == NULL) {
		*ret = r;
		return VT_OK;
	}
	if (statvfs(s->path, &fs) != 0)
		return vt_err_errno(reterr, VT_E_IO, errno,
		    "looking how much room the disk has");
	r.free = (uint64_t)fs.f_bavail * fs.f_frsize;
	r.used[VT_SPACE_RECORDS] = size_of(s->path, "records");
	r.used[VT_SPACE_KEYS] = size_of(s->path, "keys");
	r.used[VT_SPACE_BYTES] = all_bytes(s);
	r.level = level_of(s, &r);
	*ret = r;
	return VT_OK;
}

int
vt_room_door(struct vt_store *s, struct vt_err *reterr)
{
	int64_t now = vt_monotonic_us(s->ctx);
	struct vt_room r;
	int rc;

	/* Two that look at the same time both see the truth. */
	if (now >= atomic_load(&s->room_next)) {
		if ((rc = vt_store_room(s, &r, reterr)) != VT_OK)
			return rc;
		atomic_store(&s->room_full, r.level == VT_ROOM_FULL);
		atomic_store(&s->room_next, now + LOOK_US);
	}
	if (!atomic_load(&s->room_full))
		return VT_OK;
	if ((rc = vt_store_room(s, &r, reterr)) != VT_OK)
		return rc;
	if (r.level != VT_ROOM_FULL)
		return VT_OK;
	return vt_err_set(reterr, VT_E_STORE_FULL,
	    "store: %" PRIu64 " MiB of disk are free, %" PRIu64
	    " MiB are kept (ROOM_FREE_MIN); records, keys use %" PRIu64
	    ", %" PRIu64 " of %" PRIu64
	    " MiB (at most %zu %%, ROOM_MAP_PERCENT). Reading goes on; add "
	    "space",
	    r.free >> 20, s->room_free >> 20, r.used[VT_SPACE_RECORDS] >> 20,
	    r.used[VT_SPACE_KEYS] >> 20, r.map >> 20, VT_L(ROOM_MAP_PERCENT));
}
