/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ledger nodes as rows: agency ‖ level ‖ index -> hash. */
#include "docstore/store_priv.h"

struct vt_key
vt_key_node(
    uint32_t agency_no, uint32_t epoch, unsigned int level, uint64_t index)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u8(&k, (uint8_t)level);
	vt_key_u64(&k, (uint64_t)epoch << 48 | index);
	return k;
}

static int
node_get(void *arg, unsigned int level, uint64_t index, vt_hash *ret,
    struct vt_err *reterr)
{
	struct vt_ledger_tx *t = arg;
	struct vt_key k = vt_key_node(t->agency_no, t->epoch, level, index);
	struct vt_span v;
	struct vt_cbor c;
	vt_hash h;
	int rc;

	rc = vt_tx_get(t->txn, VT_T_NODE, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "ledger of agency %u: node %u/%llu is missing",
		    t->agency_no, level, (unsigned long long)index);
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, v);
	h = vt_cbor_get_hash(&c);
	if ((rc = vt_take_end(&c, "ledger node", reterr)) == VT_OK)
		*ret = h;
	return rc;
}

static int
node_put(void *arg, unsigned int level, uint64_t index, const vt_hash *h,
    struct vt_err *reterr)
{
	struct vt_ledger_tx *t = arg;
	struct vt_key k = vt_key_node(t->agency_no, t->epoch, level, index);
	VT_BUF_AUTO(v);

	VT_ASSERT(t->batch != NULL);
	vt_cbor_hash(&v, h);
	return vt_batch_put(t->batch, VT_T_NODE, &k, &v, reterr);
}

struct vt_ledger_io
vt_ledger_on(struct vt_ledger_tx *t)
{
	return (
	    struct vt_ledger_io){ .get = node_get, .put = node_put, .arg = t };
}
