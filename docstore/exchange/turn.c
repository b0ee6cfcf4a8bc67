/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is among the items of one kind, agency and subject: they are
 * done one after the other, as they were enqueued. Each stands in table `turn`
 * until it ends or is given back for so long that those after it go before.
 * The first may be done; the others have the hour VT_WORK_TURN, which never
 * comes, so that nobody claims them or looks at them.
 */
#include "docstore/store_priv.h"

static bool
is_in_turn(enum vt_work_kind kind)
{
	return kind == VT_WORK_STATUS; /* of a paper, to whom it came from */
}

static struct vt_key
key_all(const struct vt_work *w)
{
	struct vt_key k = { .n = 0 };

	vt_key_u8(&k, (uint8_t)w->kind);
	vt_key_u32(&k, w->agency_no);
	vt_key_bytes(&k, w->subject.b, sizeof(w->subject.b));
	return k;
}

static struct vt_key
key_of(const struct vt_work *w)
{
	struct vt_key k = key_all(w);

	vt_key_u64(&k, w->no);
	return k;
}

/* The first that stands there; VT_E_NOT_FOUND: nobody. */
static int
first(struct vt_txn *t, const struct vt_work *w, uint64_t *ret_no,
    struct vt_err *reterr)
{
	struct vt_key all = key_all(w);
	struct vt_span k, v;
	int rc = vt_tx_ge(t, VT_T_TURN, &all, &k, &v, reterr);

	if (rc == VT_OK && (k.n != all.n + 8U || !vt_key_is_prefix(&all, k)))
		return VT_E_NOT_FOUND;
	if (rc == VT_OK)
		*ret_no = vt_be64(k.p + all.n);
	return rc;
}

int
vt_turn_enter(struct vt_batch *b, struct vt_work *w, struct vt_err *reterr)
{
	struct vt_key k = key_of(w);
	VT_BUF_AUTO(null);
	uint64_t no;
	int rc;

	if (!is_in_turn(w->kind))
		return VT_OK;
	rc = first(b->txn, w, &no, reterr);
	if (rc == VT_OK)
		w->due = VT_WORK_TURN;
	else if (rc != VT_E_NOT_FOUND)
		return rc;
	vt_cbor_null(&null);
	return vt_batch_put(b, VT_T_TURN, &k, &null, reterr);
}

int
vt_turn_leave(
    struct vt_batch *b, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_key k = key_of(w);
	struct vt_work next;
	struct vt_span v;
	uint64_t no;
	int rc;

	if (!is_in_turn(w->kind))
		return VT_OK;
	/* It left before, or is of a release that knew no turns. */
	rc = vt_batch_del(b, VT_T_TURN, &k, reterr);
	if (rc == VT_OK && w->due != VT_WORK_TURN)
		rc = first(b->txn, w, &no, reterr);
	else if (rc == VT_OK)
		return VT_OK; /* its turn had not come */
	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	k = vt_key_work(no);
	if ((rc = vt_tx_get(b->txn, VT_T_WORK, &k, &v, reterr)) != VT_OK ||
	    (rc = vt_work_decode(v, &next, reterr)) != VT_OK)
		return rc == VT_E_NOT_FOUND
			   ? vt_err_set(reterr, VT_E_STORE_CORRUPT,
				 "work item %llu: its turn has come, and it "
				 "is gone",
				 (unsigned long long)no)
			   : rc;
	next.no = no;
	return vt_work_make_due(b, &next, reterr);
}

int
vt_turn_check(struct vt_txn *t, const struct vt_work *w, bool *ret_stands,
    bool *ret_first, struct vt_err *reterr)
{
	struct vt_key k = key_of(w);
	struct vt_span v;
	uint64_t no = 0;
	int rc = vt_tx_get(t, VT_T_TURN, &k, &v, reterr);

	*ret_stands = rc == VT_OK;
	if (rc == VT_OK)
		rc = first(t, w, &no, reterr);
	*ret_first = no == w->no;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}
