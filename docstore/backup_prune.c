/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a place of backups lets go of. */
#include <stdlib.h>

#include "base/log.h"
#include "docstore/backup_priv.h"

#define DAY_S 86400

struct names { /* of objects that stay, sorted */
	vt_hash *h;
	size_t n, cap;
};

static int
by_name(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(vt_hash));
}

static bool
stays(const void *arg, const vt_hash *name)
{
	const struct names *s = arg;

	return s->n > 0 &&
	       bsearch(name, s->h, s->n, sizeof(*s->h), by_name) != NULL;
}

static int
name_add(struct names *s, const vt_hash *name, struct vt_err *reterr)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 1024 : 2 * s->cap;
		vt_hash *h = realloc(s->h, cap * sizeof(*h));

		if (h == NULL)
			return vt_nomem(reterr);
		s->h = h;
		s->cap = cap;
	}
	s->h[s->n++] = *name;
	return VT_OK;
}

/* Names of one increment that stays. */
static int
gather(const struct vt_manifest *m, bool with_keys, struct names set[2],
    struct vt_err *reterr)
{
	int rc = VT_OK;

	for (size_t i = 0; i < m->n_part && rc == VT_OK; i++) {
		enum vt_side side = vt_bpart_side(&m->part[i]);

		if (side == VT_SIDE_MAIN || with_keys)
			rc = name_add(&set[side], &m->part[i].name, reterr);
	}
	return rc;
}

static int
walk(const struct vt_place *p, const struct vt_keys *keys,
    const struct vt_backup_options *o, vt_time now, struct names set[2],
    struct vt_err *reterr)
{
	uint32_t days =
	    o->keys_days != 0 ? o->keys_days : (uint32_t)VT_L(BACKUP_KEYS_DAYS);
	vt_time oldest = now - VT_TIME_S((int64_t)days * DAY_S);
	uint64_t number = 0;
	int rc;

	for (uint32_t i = 0;; i++) {
		struct vt_manifest m;

		rc = vt_place_newest(p, number, &number, reterr);
		if (rc != VT_OK || number == 0)
			return rc;
		if (o->keep != 0 && i >= o->keep) {
			rc = vt_place_manifest_drop(p, number, reterr);
			if (rc != VT_OK)
				return rc;
			continue;
		}
		if ((rc = vt_manifest_load(p, number, keys, &m, reterr)) !=
		    VT_OK)
			return rc;
		rc = gather(&m, i == 0 || m.made >= oldest, set, reterr);
		vt_manifest_free(&m);
		if (rc != VT_OK)
			return rc;
	}
}

int
vt_backup_prune(const struct vt_place *p, const struct vt_keys *keys,
    const struct vt_backup_options *o, vt_time now, uint64_t *ret_removed,
    struct vt_err *reterr)
{
	struct names set[2] = { { .n = 0 }, { .n = 0 } };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_removed = 0;
	rc = walk(p, keys, o, now, set, &err);
	if (rc == VT_E_STORE_CORRUPT || rc == VT_E_CONFLICT) {
		/* The new increment is good; what an old one needs is not
		 * known. */
		vt_log_err("backup.prune", &err);
		rc = VT_OK;
	} else if (rc == VT_OK) {
		for (int i = 0; i < 2; i++)
			if (set[i].n > 0)
				qsort(set[i].h, set[i].n, sizeof(*set[i].h),
				    by_name);
		rc = vt_place_sweep(
		    p, VT_SIDE_MAIN, stays, &set[0], ret_removed, reterr);
		if (rc == VT_OK)
			rc = vt_place_sweep(p, VT_SIDE_KEYS, stays, &set[1],
			    ret_removed, reterr);
	} else if (reterr != NULL) {
		*reterr = err;
	}
	free(set[0].h);
	free(set[1].h);
	return rc;
}
