/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service keys that are open: reading one costs more than signing with it, and
 * every packet is signed. A key is one thread's at a time; a file that is not
 * the same any more is read again. Never keys of people or agencies.
 */
#ifndef VT_API_OFFICE_OWN_KEYS_H
#define VT_API_OFFICE_OWN_KEYS_H

#include <pthread.h>

#include "base/limits.h"
#include "signing/signing.h"

/* Which file it was, and when it was changed last. */
struct vt_own_file {
	uint64_t device, inode, size;
	int64_t changed_ns;
};

struct vt_own_keys {
	pthread_mutex_t lock;
	size_t n;
	struct vt_own_row {
		struct vt_own_file file;
		struct vt_key *key;
	} rows[VT_L(OWN_KEYS_MAX)];
};

void vt_own_keys_init(struct vt_own_keys *k);
void vt_own_keys_fini(struct vt_own_keys *k);

/* False: there is no such file, or it cannot be looked at. */
bool vt_own_file_look(const char *path, struct vt_own_file *ret);

/* An open key of this file, the caller's until it is given back; or NULL. */
struct vt_key *vt_own_keys_take(
    struct vt_own_keys *k, const struct vt_own_file *file);
/* key: taken, always. */
void vt_own_keys_give(
    struct vt_own_keys *k, const struct vt_own_file *file, struct vt_key *key);

#endif
