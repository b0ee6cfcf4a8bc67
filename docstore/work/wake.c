/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that waits for its time is due now, because what it waits for came. */
#include "docstore/store_priv.h"

struct wake_op {
	struct vt_op op;
	enum vt_work_kind kind;
	vt_id subject;
	size_t woken;
};

int
vt_work_move(struct vt_batch *b, const struct vt_work *was,
    const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(w->no), due = vt_key_due(was);
	VT_BUF_AUTO(null);
	VT_BUF_AUTO(v);
	int rc;

	/* The payload lies in the transaction until its next write. */
	vt_work_encode(w, &v);
	vt_cbor_null(&null);
	if ((rc = vt_batch_del(b, VT_T_DUE, &due, reterr)) != VT_OK ||
	    (rc = vt_batch_put(b, VT_T_WORK, &k, &v, reterr)) != VT_OK)
		return rc;
	due = vt_key_due(w);
	return vt_batch_put(b, VT_T_DUE, &due, &null, reterr);
}

int
vt_work_make_due(struct vt_batch *b, struct vt_work *w, struct vt_err *reterr)
{
	const struct vt_work was = *w;

	w->due = b->work_time;
	return vt_work_move(b, &was, w, reterr);
}

static int
wake_one(
    struct vt_batch *b, struct wake_op *o, uint64_t no, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(no);
	struct vt_work w;
	struct vt_span v;
	int rc;

	if ((rc = vt_tx_get(b->txn, VT_T_WORK, &k, &v, reterr)) != VT_OK ||
	    (rc = vt_work_decode(v, &w, reterr)) != VT_OK)
		return rc;
	if (!vt_id_eq(&w.subject, &o->subject) || w.due == VT_WORK_TURN)
		return VT_OK;
	w.no = no;
	/* Its holder may have looked before this came. */
	if (!vt_id_is_zero(&w.owner))
		return vt_work_note_hurry(b, &w, b->work_time, reterr);
	o->woken++;
	return vt_work_make_due(b, &w, reterr);
}

static int
wake_of(struct vt_batch *b, struct wake_op *o, enum vt_work_priority p,
    struct vt_err *reterr)
{
	struct vt_work at = {
		.kind = o->kind, .priority = p, .due = b->work_time + 1
	};
	struct vt_span k, v;
	int rc;

	for (;;) {
		struct vt_key from = vt_key_due(&at);

		rc = vt_tx_ge(b->txn, VT_T_DUE, &from, &k, &v, reterr);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && k.p[0] != from.b[0]))
			return VT_OK;
		if (rc != VT_OK)
			return rc;
		at.due = (vt_time)vt_be64(k.p + 1);
		at.no = vt_be64(k.p + 9);
		if ((rc = wake_one(b, o, at.no, reterr)) != VT_OK)
			return rc;
		at.no++;
	}
}

static int
wake_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct wake_op *o = (struct wake_op *)(void *)op;
	int rc = VT_OK;

	o->woken = 0;
	for (unsigned int p = 0; rc == VT_OK && p < VT_WORK_PRIORITY__MAX; p++)
		rc = wake_of(b, o, (enum vt_work_priority)p, reterr);
	return rc;
}

int
vt_work_wake(struct vt_store *s, enum vt_work_kind kind, const vt_id *subject,
    size_t *ret_woken, struct vt_err *reterr)
{
	struct wake_op o = { .op = { .apply = wake_apply, .weight = 4096 },
		.kind = kind,
		.subject = *subject };
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "work: the store was opened for reading");
	rc = vt_queue_run(&s->writer.queue, &o.op, reterr);
	if (rc == VT_OK && ret_woken != NULL)
		*ret_woken = o.woken;
	return rc;
}
