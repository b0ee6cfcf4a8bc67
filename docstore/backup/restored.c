/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Row `restored` of table super, and what it forbids. */
#include "docstore/restored.h"

#include "base/log.h"
#include "base/text.h"
#include "docstore/act.h"
#include "docstore/fields.h"
#include "docstore/store_priv.h"

#define ROW "restored"

#define VT_ROW_T struct vt_restored
static const struct vt_row_field restored_fields[] = {
#include "docstore/fields/restored.def"
};
#undef VT_ROW_T
static const struct vt_row restored_row =
    VT_ROW_MAP("restored store", restored_fields);

VT_ROW_ENCODE(restored, struct vt_restored)

int
vt_restored_decode(
    struct vt_span v, struct vt_restored *ret, struct vt_err *reterr)
{
	struct vt_restored x = { .is = true };
	int rc = vt_row_read(&restored_row, v, NULL, &x, reterr);

	if (rc == VT_OK)
		*ret = x;
	return rc;
}

int
vt_restored_get(
    struct vt_txn *t, struct vt_restored *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND) {
		*ret = (struct vt_restored){ .is = false };
		return VT_OK;
	}
	return rc == VT_OK ? vt_restored_decode(v, ret, reterr) : rc;
}

bool
vt_act_lifts(const struct vt_act *act)
{
	for (size_t i = 0; i < act->n_steps; i++)
		switch ((unsigned int)act->steps[i].kind) {
		case VT_STEP_EPOCH:
		case VT_STEP_RESUME:
		case VT_STEP_LOST:
			break;
		default:
			return false;
		}
	return act->n_steps > 0;
}

int
vt_restored_gate(struct vt_txn *t, struct vt_err *reterr)
{
	struct vt_restored x;
	VT_BUF_AUTO(at);
	VT_BUF_AUTO(of);
	int rc;

	if ((rc = vt_restored_get(t, &x, reterr)) != VT_OK || !x.is)
		return rc;
	vt_time_rfc3339(x.at, VT_TIME_VN_S, &at);
	vt_time_rfc3339(x.backup, VT_TIME_VN_S, &of);
	if (x.handed_over)
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "store: design law 14: handed over to its standby at %s; "
		    "it stays read-only, write to the one that was promoted",
		    vt_buf_str(&at));
	if (x.rolled_back)
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "store: design law 14: noticed at %s that it was put back "
		    "to an earlier state: %s; read-only until it caught up, "
		    "or two persons answer for it (docs/operating.md, \"After "
		    "a restore\")",
		    vt_buf_str(&at), x.why);
	return vt_err_set(reterr, VT_E_STORE_RESTORED,
	    "store: design law 14: restored at %s from the backup of %s; "
	    "read-only until it caught up with what others know, or two "
	    "persons open a new epoch (docs/operating.md, \"After a "
	    "restore\")",
	    vt_buf_str(&at), vt_buf_str(&of));
}

static int
look(struct vt_store *s, struct vt_restored *ret, bool gate,
    struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = gate ? vt_restored_gate(t, reterr)
		  : vt_restored_get(t, ret, reterr);
	t->ops->abort(t);
	return rc;
}

int
vt_store_restored(
    struct vt_store *s, struct vt_restored *ret, struct vt_err *reterr)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	return look(s, ret, false, reterr);
}

int
vt_restored_door(struct vt_store *s, struct vt_err *reterr)
{
	return look(s, NULL, true, reterr);
}

int
vt_restored_lift(struct vt_batch *b, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	int rc = vt_batch_del(b, VT_T_SUPER, &k, reterr);

	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_restored_put(
    struct vt_batch *b, const struct vt_restored *x, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	VT_BUF_AUTO(v);

	vt_restored_encode(x, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

/* ---- rolled back ---- */

struct back_op {
	struct vt_op op;
	const char *why;
};

static int
back_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct back_op *o = (struct back_op *)(void *)op;
	struct vt_restored x;
	int rc;

	if ((rc = vt_restored_get(b->txn, &x, reterr)) != VT_OK || x.is)
		return rc;
	x = (struct vt_restored){ .rolled_back = true,
		.at = b->time,
		.backup = VT_TIME_NONE };
	vt_text_fit(x.why, sizeof(x.why), o->why);
	return vt_restored_put(b, &x, reterr);
}

int
vt_store_roll_back(struct vt_store *s, const char *why, struct vt_err *reterr)
{
	struct back_op o = { .op = { .apply = back_apply, .weight = 4096 },
		.why = why };
	struct vt_err err = VT_ERR_INIT;

	VT_CHECK(s, VT_STORE_MAGIC);
	(void)vt_err_set(&err, VT_E_STORE_RESTORED, "design law 14: %s", why);
	vt_log_err("store.rolled-back", &err);
	return vt_queue_run(&s->writer.queue, &o.op, reterr);
}

/* ---- handing over ---- */

struct hand_op {
	struct vt_op op;
	uint64_t number;
};

static int
hand_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct hand_op *h = (struct hand_op *)(void *)op;
	struct vt_restored x;
	int rc;

	if ((rc = vt_restored_get(b->txn, &x, reterr)) != VT_OK)
		return rc;
	if (x.is && !x.handed_over)
		return vt_restored_gate(b->txn, reterr);
	x = (struct vt_restored){ .handed_over = true,
		.at = b->time,
		.backup = b->time,
		.number = h->number };
	return vt_restored_put(b, &x, reterr);
}

int
vt_restored_hand_over(
    struct vt_store *s, uint64_t number, struct vt_err *reterr)
{
	struct hand_op h = { .op = { .apply = hand_apply, .weight = 4096 },
		.number = number };

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "handing over: the store was opened for reading");
	return vt_queue_run(&s->writer.queue, &h.op, reterr);
}
