/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proofs of the ledger for whoever asks: bundles to those who may read the
 * agency's papers; checkpoints, consistency and tiles to everybody, since they
 * hold nothing but hashes of salted commitments.
 */
#ifndef VT_API_OFFICE_PROOFS_H
#define VT_API_OFFICE_PROOFS_H

#include "api/office/office.h"
#include "docstore/bundle.h"
#include "docstore/line.h"

/* The bundle of an act of the actor's agency. */
VT_NODISCARD int vt_office_bundle(struct vt_office *o,
    const struct vt_actor *actor, uint64_t index,
    const struct vt_bundle_wish *wish, struct vt_buf *ret,
    struct vt_err *reterr);

/* Of any agency of ours, by a code that it has or had. VT_E_AGENCY_UNKNOWN. */
VT_NODISCARD int vt_office_log_checkpoint(struct vt_office *o, const char *code,
    struct vt_buf *ret, struct vt_err *reterr);
/* The newest as one line for paper (docstore/line.h), with its newline. */
VT_NODISCARD int vt_office_log_line(struct vt_office *o, const char *code,
    struct vt_buf *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_log_consistency(struct vt_office *o,
    const char *code, uint64_t old_size, struct vt_buf *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_office_log_vkey(struct vt_office *o, const char *code,
    struct vt_vkey *ret, struct vt_err *reterr);

/*
 * A tile by its path (C2SP tlog-tiles) behind "tile/": "0/x001/234.p/17".
 * *ret_whole: a full tile, which never changes. VT_E_NOT_FOUND.
 */
VT_NODISCARD int vt_office_log_tile(struct vt_office *o, const char *code,
    const char *path, struct vt_buf *ret, bool *ret_whole,
    struct vt_err *reterr);

#endif
