/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check that takes seconds, however large the store is. */
#ifndef VT_DOCSTORE_QUICK_H
#define VT_DOCSTORE_QUICK_H

#include "docstore/store.h"

/*
 * Looks where damage shows first: of every agency the head of its ledger
 * against the nodes, its last receipts (leaf, proof, root, signature), the end
 * of its events without a gap; the newest chunks decipher to their ids; the
 * mark of a restore, a broken environment, room. o->skip_bytes: no chunks. It
 * says nothing of what is older: that is vt_store_check's.
 * VT_OK with *ret_findings == 0 when all holds. Any thread, also on a store
 * that is written to. Cost: O(log n) an agency.
 */
VT_NODISCARD int vt_store_check_quick(struct vt_store *s,
    const struct vt_check_options *o, uint64_t *ret_findings,
    struct vt_err *reterr);

#endif
