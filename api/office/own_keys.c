/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/own_keys.h"

#include <sys/stat.h>

void
vt_own_keys_init(struct vt_own_keys *k)
{
	*k = (struct vt_own_keys){ .n = 0 };
	(void)pthread_mutex_init(&k->lock, NULL);
}

void
vt_own_keys_fini(struct vt_own_keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		vt_key_free(k->rows[i].key);
	k->n = 0;
	(void)pthread_mutex_destroy(&k->lock);
}

bool
vt_own_file_look(const char *path, struct vt_own_file *ret)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	*ret = (struct vt_own_file){ .device = st.st_dev,
		.inode = st.st_ino,
		.size = (uint64_t)st.st_size,
		.changed_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 +
			      st.st_ctim.tv_nsec };
	return true;
}

static bool
is_same(const struct vt_own_file *a, const struct vt_own_file *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->changed_ns == b->changed_ns;
}

/* Those behind it move up: rows stand in the order they were given. */
static struct vt_key *
drop(struct vt_own_keys *k, size_t i)
{
	struct vt_key *key = k->rows[i].key;

	k->n--;
	memmove(&k->rows[i], &k->rows[i + 1], (k->n - i) * sizeof(k->rows[0]));
	return key;
}

struct vt_key *
vt_own_keys_take(struct vt_own_keys *k, const struct vt_own_file *file)
{
	struct vt_key *key = NULL;

	(void)pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < k->n && key == NULL; i++)
		if (is_same(&k->rows[i].file, file))
			key = drop(k, i);
	(void)pthread_mutex_unlock(&k->lock);
	return key;
}

void
vt_own_keys_give(
    struct vt_own_keys *k, const struct vt_own_file *file, struct vt_key *key)
{
	struct vt_key *old = NULL;

	(void)pthread_mutex_lock(&k->lock);
	if (k->n == VT_L(OWN_KEYS_MAX)) /* the one that was here longest */
		old = drop(k, 0);
	k->rows[k->n++] = (struct vt_own_row){ *file, key };
	(void)pthread_mutex_unlock(&k->lock);
	vt_key_free(old);
}
