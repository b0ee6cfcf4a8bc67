/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a place of backups lets go of. */
#include <stdlib.h>

#include "base/log.h"
#include "docstore/backup/backup_priv.h"

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

struct rule {
	bool forget;    /* whatever may go goes */
	vt_time oldest; /* increments of before keep no keys */
	/* Those of a commit up to this one have words that were destroyed long
	 * enough ago; VT_TIME_NONE: none has. */
	vt_time wiped;
};

static int
one(const struct vt_place *p, const struct vt_keys *keys, uint64_t number,
    bool is_newest, const struct rule *r, struct names set[2],
    struct vt_err *reterr)
{
	struct vt_manifest m;
	int rc = vt_manifest_load(p, number, keys, &m, reterr);

	if (rc != VT_OK)
		return rc;
	if (!is_newest && r->wiped != VT_TIME_NONE && m.time <= r->wiped)
		rc = vt_place_manifest_drop(p, number, reterr);
	else
		rc =
		    gather(&m, is_newest || (!r->forget && m.made >= r->oldest),
			set, reterr);
	vt_manifest_free(&m);
	return rc;
}

static int
walk(const struct vt_place *p, const struct vt_keys *keys, uint32_t keep,
    const struct rule *r, struct names set[2], struct vt_err *reterr)
{
	uint64_t number = 0;
	int rc;

	for (uint32_t i = 0;; i++) {
		rc = vt_place_newest(p, number, &number, reterr);
		if (rc != VT_OK || number == 0)
			return rc;
		rc = keep != 0 && i >= keep
			 ? vt_place_manifest_drop(p, number, reterr)
			 : one(p, keys, number, i == 0, r, set, reterr);
		if (rc != VT_OK)
			return rc;
	}
}

int
vt_backup_prune(const struct vt_place *p, const struct vt_keys *keys,
    const struct vt_backup_options *o, const struct vt_manifest *newest,
    vt_time wiped, uint64_t *ret_removed, struct vt_err *reterr)
{
	uint32_t days =
	    o->keys_days != 0 ? o->keys_days : (uint32_t)VT_L(BACKUP_KEYS_DAYS);
	struct rule r = { .forget = o->forget,
		.oldest = newest->made - VT_TIME_S((int64_t)days * DAY_S),
		.wiped = wiped };
	struct names set[2] = { { .n = 0 }, { .n = 0 } };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_removed = 0;
	if (wiped != VT_TIME_NONE && wiped >= r.oldest && !o->forget)
		r.wiped = VT_TIME_NONE;
	rc = walk(p, keys, o->keep, &r, set, &err);
	if (!o->forget && (rc == VT_E_STORE_CORRUPT || rc == VT_E_CONFLICT)) {
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
