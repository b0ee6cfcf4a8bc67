/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a byte environment is sealed and the next one begins: when it is full,
 * or when the year in which it was begun is over in Vietnam (docs/format.md
 * §3). On the byte thread, between two batches:
 *
 *	1 the engine makes the next one, empty
 *	2 row `bytes` of table super says so, and feature bit 2
 *	3 what comes is written there
 *
 * Cut off between 1 and 2, the next batch finds one more than the row says and
 * goes on with 2.
 */
#include <stdio.h>

#include "base/log.h"
#include "docstore/fields.h"
#include "docstore/store_priv.h"

#define ROW "bytes"

#define VT_ROW_T struct vt_open_env
static const struct vt_row_field open_env_fields[] = {
#include "docstore/fields/open_env.def"
};
#undef VT_ROW_T
static const struct vt_row open_env_row =
    VT_ROW_MAP("byte environment", open_env_fields);

int
vt_open_env_get(
    struct vt_txn *t, struct vt_open_env *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	struct vt_open_env x;
	struct vt_super super;
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND) { /* there never was another */
		if ((rc = vt_super_get(t, &super, reterr)) == VT_OK)
			*ret = (struct vt_open_env){
				.env = 1, .begun = super.created, .first = 1
			};
		return rc;
	}
	if (rc != VT_OK ||
	    (rc = vt_row_read(&open_env_row, v, NULL, &x, reterr)) != VT_OK)
		return rc;
	if (x.env == 0 || x.env > VT_BYTES_ENVS)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "row bytes: no byte environment has number %u", x.env);
	*ret = x;
	return VT_OK;
}

struct roll_op {
	struct vt_op op;
	struct vt_open_env to; /* begun: set by apply */
};

static int
roll_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct roll_op *r = (struct roll_op *)(void *)op;
	struct vt_key k = vt_key_text(ROW), ks = vt_key_text("store");
	struct vt_super super;
	VT_BUF_AUTO(v);
	VT_BUF_AUTO(s);
	int rc;

	if ((rc = vt_super_get(b->txn, &super, reterr)) != VT_OK)
		return rc;
	if (r->to.env > 1 && (super.features & VT_FEATURE_ENVS) == 0) {
		super.features |= VT_FEATURE_ENVS;
		(void)snprintf(super.release, sizeof(super.release), "%s",
		    VT_STORE_RELEASE);
		vt_super_encode(&super, &s);
		rc = vt_batch_put(b, VT_T_SUPER, &ks, &s, reterr);
		if (rc != VT_OK)
			return rc;
	}
	r->to.begun = b->time;
	vt_row_put(&open_env_row, &r->to, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

static int
year_of(vt_time t)
{
	return vt_time_date(t, VT_TIME_VN_S).year;
}

/* The time of an act that would come now. */
static vt_time
act_time(struct vt_store *s)
{
	vt_time now = vt_now(s->ctx), last;

	(void)pthread_mutex_lock(&s->writer.lock);
	last = s->writer.last;
	(void)pthread_mutex_unlock(&s->writer.lock);
	return last != VT_TIME_NONE && last > now ? last : now;
}

/* The environment for n chunks more, that of now or the next one; *ret_why
 * NULL: nothing changes. */
static uint32_t
next_env(const struct vt_store *s, const struct vt_env_look *l, size_t n,
    bool new_year, const char **ret_why)
{
	uint32_t env = s->byter.open.env;
	uint64_t rows = s->byter.rows;

	*ret_why = "full";
	if (l->last > env) {
		*ret_why = "cut off";
		return l->last;
	}
	if (!l->there) {
		*ret_why = "missing";
		return env + 1;
	}
	if (rows > 0 && (rows + n > s->byter.rows_max || l->full))
		return env + 1;
	*ret_why = new_year ? "year" : NULL;
	return new_year && rows > 0 ? env + 1 : env;
}

int
vt_byter_roll(struct vt_store *s, size_t n, struct vt_err *reterr)
{
	struct roll_op r = { .op = { .apply = roll_apply, .weight = 4096 } };
	struct vt_engine *e = s->engine;
	struct vt_env_look l;
	const char *why;
	uint32_t was = s->byter.open.env;
	int rc;

	if ((rc = e->ops->env_look(e, was, &l, reterr)) != VT_OK)
		return rc;
	r.to.env = next_env(s, &l, n,
	    year_of(act_time(s)) > year_of(s->byter.open.begun), &why);
	if (why == NULL)
		return VT_OK;
	r.to.first = r.to.env == was ? s->byter.open.first : s->byter.next;
	if ((rc = e->ops->env_make(e, r.to.env, reterr)) != VT_OK ||
	    (rc = vt_queue_run_patient(&s->writer.queue, &r.op, reterr)) !=
		VT_OK)
		return rc;
	s->byter.open = r.to;
	if (r.to.env == was) /* nothing was in it */
		return VT_OK;
	s->byter.rows = 0;
	vt_log(VT_LEVEL_INFO, "store.sealed",
	    "bytes=%04u why=%s chunks=%llu next=%04u", was, why,
	    (unsigned long long)l.rows, r.to.env);
	return VT_OK;
}

int
vt_byter_look(struct vt_store *s, struct vt_txn *records, struct vt_err *reterr)
{
	struct vt_env_look l;
	int rc;

	if ((rc = vt_open_env_get(records, &s->byter.open, reterr)) != VT_OK ||
	    (rc = s->engine->ops->env_look(
		 s->engine, s->byter.open.env, &l, reterr)) != VT_OK)
		return rc;
	s->byter.rows = l.rows;
	return VT_OK;
}

/* ---- where what lies ---- */

int
vt_wrap_from(struct vt_txn *keys, uint64_t seq, struct vt_key *ret,
    struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_span k, v;
	uint32_t last = 1;
	int rc = vt_tx_lt(keys, VT_T_WRAP, &all, &k, &v, reterr);

	if (rc == VT_OK && k.n == 12)
		last = vt_be32(k.p);
	for (uint32_t env = 1; rc == VT_OK && env < last; env++) {
		struct vt_key next = { .n = 0 };

		vt_key_u32(&next, env + 1);
		rc = vt_tx_lt(keys, VT_T_WRAP, &next, &k, &v, reterr);
		if (rc == VT_OK && k.n == 12 && vt_be64(k.p + 4) >= seq) {
			*ret = vt_key_wrap(env, seq);
			return VT_OK;
		}
		if (rc == VT_E_NOT_FOUND)
			rc = VT_OK;
	}
	*ret = vt_key_wrap(last, seq);
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}
