/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs out of the store: bundles, consistency, tiles. */
#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "docstore/anchor.h"
#include "docstore/bundle.h"
#include "docstore/epoch.h"
#include "docstore/store_priv.h"
#include "docstore/witness.h"

#define LOOKED_AT 32 /* cosigned checkpoints, for one that is anchored, too */

static void
put_hashes(struct vt_buf *ret, const struct vt_ledger_proof *p)
{
	for (size_t i = 0; i < p->n; i++) {
		vt_base64_put(ret, VT_SPAN(p->h[i].b, VT_HASH_SIZE));
		vt_buf_putc(ret, '\n');
	}
	vt_buf_putc(ret, '\n');
}

/* extra: {1: salt, 2: facts}, as the receipt has them, and 3: the anchor. */
static int
put_extra(struct vt_view *v, const struct vt_key *at, struct vt_span anchor,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_span body, salt, facts;
	VT_BUF_AUTO(extra);
	int rc;

	rc = vt_tx_get(v->txn, VT_T_RECEIPT, at, &body, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a leaf of agency %u has no receipt", vt_be32(at->b));
	if (rc != VT_OK || (rc = vt_receipt_body_opening(
				body, &salt, &facts, reterr)) != VT_OK)
		return rc;
	vt_cbor_map(&extra, anchor.n > 0 ? 3 : 2);
	vt_cbor_uint(&extra, 1);
	vt_cbor_bytes(&extra, salt);
	vt_cbor_uint(&extra, 2);
	vt_cbor_bytes(&extra, facts);
	if (anchor.n > 0) {
		vt_cbor_uint(&extra, 3);
		vt_buf_span(&extra, anchor);
	}
	if ((rc = vt_buf_status(&extra, reterr)) != VT_OK)
		return rc;
	vt_buf_puts(ret, "extra ");
	vt_base64_put(ret, vt_buf_view(&extra));
	vt_buf_putc(ret, '\n');
	return VT_OK;
}

/*
 * Which checkpoint proves it best: the first that is cosigned and anchored;
 * else the first cosigned; else the first anchored, which says the earliest
 * time; else *size as it is, the newest. anchor: of that checkpoint.
 */
static int
choose(struct vt_view *v, uint32_t agency_no, uint64_t from, uint64_t *size,
    struct vt_buf *anchor, struct vt_err *reterr)
{
	uint64_t cosigned = from, anchored, first = 0, end = *size;
	int rc = VT_OK;

	for (int i = 0; i < LOOKED_AT; i++, cosigned++) {
		rc = vt_cosigned_covering(
		    v, agency_no, cosigned, &cosigned, reterr);
		if (rc == VT_OK && cosigned > end) /* of a later epoch */
			rc = VT_E_NOT_FOUND;
		if (rc != VT_OK)
			break;
		if (first == 0)
			first = cosigned;
		vt_buf_reset(anchor);
		rc = vt_anchor_covering(
		    v, agency_no, cosigned, &anchored, anchor, reterr);
		if (rc == VT_OK && anchored == cosigned) {
			*size = cosigned;
			return VT_OK;
		}
		if (rc != VT_OK) /* nor is any later one */
			break;
	}
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	vt_buf_reset(anchor);
	if (first != 0) {
		*size = first;
		return VT_OK;
	}
	rc = vt_anchor_covering(v, agency_no, from, &anchored, anchor, reterr);
	if (rc == VT_OK && anchored <= end)
		*size = anchored;
	else
		vt_buf_reset(anchor);
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_bundle_get(struct vt_view *v, uint32_t agency_no, uint64_t index,
    const struct vt_bundle_wish *wish, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = v->txn, .agency_no = agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_key at = vt_key_row(agency_no, index);
	struct vt_ledger_proof proof;
	VT_BUF_AUTO(anchor);
	VT_BUF_AUTO(note);
	struct vt_epoch e;
	uint64_t size;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &size, reterr)) != VT_OK)
		return rc;
	if (index >= size)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency %u has no leaf %" PRIu64, agency_no, index);
	if ((rc = vt_epoch_at(v->txn, agency_no, index + 1, &e, reterr)) !=
	    VT_OK)
		return rc;
	lt.epoch = e.no;
	size = size < e.end ? size : e.end;
	if (!wish->newest && (rc = choose(v, agency_no, index + 1, &size,
				  &anchor, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_ledger_inclusion(&io, index - e.begin, size - e.begin,
		 &proof, reterr)) != VT_OK ||
	    (rc = vt_checkpoint_at(
		 v->store, v->txn, agency_no, size, &note, reterr)) != VT_OK)
		return rc;
	vt_buf_puts(ret, "c2sp.org/tlog-proof@v1\n");
	if (wish->opening && (rc = put_extra(v, &at, vt_buf_view(&anchor), ret,
				  reterr)) != VT_OK)
		return rc;
	vt_buf_printf(ret, "index %" PRIu64 "\n", index - e.begin);
	put_hashes(ret, &proof);
	vt_buf_span(ret, vt_buf_view(&note));
	return vt_cosigned_lines(v, agency_no, size, ret, reterr);
}

int
vt_log_size(
    struct vt_view *v, uint32_t agency_no, uint64_t *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc == VT_OK ? vt_ledger_size(v->txn, agency_no, ret, reterr)
			   : rc;
}

int
vt_consistency_put(struct vt_view *v, uint32_t agency_no, uint64_t old_size,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_epoch e;
	uint64_t acts;
	int rc;

	if ((rc = vt_log_size(v, agency_no, &acts, reterr)) != VT_OK ||
	    (rc = vt_epoch_at(v->txn, agency_no, acts, &e, reterr)) != VT_OK)
		return rc;
	if (old_size > acts - e.begin)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of agency %u has %" PRIu64 " leaves", agency_no,
		    acts - e.begin);
	return vt_consistency_at(
	    v, agency_no, e.begin + old_size, acts, ret, reterr);
}

int
vt_consistency_at(struct vt_view *v, uint32_t agency_no, uint64_t old,
    uint64_t acts, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = v->txn, .agency_no = agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_ledger_proof proof = { .n = 0 };
	VT_BUF_AUTO(note);
	struct vt_epoch e;
	uint64_t newest;
	int rc;

	if ((rc = vt_log_size(v, agency_no, &newest, reterr)) != VT_OK)
		return rc;
	if (acts == 0 || acts > newest || old > acts)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency %u has done %" PRIu64 " acts", agency_no, newest);
	if ((rc = vt_epoch_at(v->txn, agency_no, acts, &e, reterr)) != VT_OK)
		return rc;
	lt.epoch = e.no;
	old = old > e.begin ? old - e.begin : 0;
	if ((old > 0 && (rc = vt_ledger_consistency(&io, old, acts - e.begin,
			     &proof, reterr)) != VT_OK) ||
	    (rc = vt_checkpoint_at(
		 v->store, v->txn, agency_no, acts, &note, reterr)) != VT_OK)
		return rc;
	vt_buf_printf(ret, "old %" PRIu64 "\n", old);
	put_hashes(ret, &proof);
	vt_buf_span(ret, vt_buf_view(&note));
	return vt_buf_status(ret, reterr);
}

int
vt_tile_get(struct vt_view *v, uint32_t agency_no, unsigned int level,
    uint64_t n, unsigned int width, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = v->txn, .agency_no = agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_epoch e;
	uint64_t size;
	vt_hash h;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &size, reterr)) != VT_OK ||
	    (rc = vt_epoch_at(v->txn, agency_no, size, &e, reterr)) != VT_OK)
		return rc;
	lt.epoch = e.no;
	size -= e.begin;
	if (level > 7 || width < 1 || width > 256 || n >= (uint64_t)1 << 48 ||
	    n * 256 + width > size >> (8 * level))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "C2SP tlog-tiles: a tree of %" PRIu64
		    " has no such tile, or not so wide yet",
		    size);
	for (unsigned int i = 0; i < width; i++) {
		rc = io.get(io.arg, 8 * level, n * 256 + i, &h, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_put(ret, h.b, VT_HASH_SIZE);
	}
	return vt_buf_status(ret, reterr);
}

int
vt_log_vkey_at(struct vt_view *v, uint32_t agency_no, uint32_t epoch,
    struct vt_vkey *ret, struct vt_err *reterr)
{
	struct vt_vkey k = { .type = VT_VKEY_LOG };
	struct vt_agency a;
	int rc;

	if ((rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK)
		return rc;
	if (epoch > a.n_ended)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of agency %u has no epoch %u", agency_no,
		    epoch);
	(void)snprintf(k.name, sizeof(k.name), "%s",
	    epoch == a.n_ended ? a.origin : a.ended[epoch].origin);
	memcpy(k.pub, a.log_key, sizeof(k.pub));
	vt_vkey_id(&k);
	*ret = k;
	return VT_OK;
}

int
vt_log_vkey(struct vt_view *v, uint32_t agency_no, struct vt_vkey *ret,
    struct vt_err *reterr)
{
	struct vt_agency a;
	int rc = vt_agency_get(v, agency_no, &a, reterr);

	return rc == VT_OK ? vt_log_vkey_at(v, agency_no, (uint32_t)a.n_ended,
				 ret, reterr)
			   : rc;
}
