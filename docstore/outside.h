/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others hold of our ledgers, kept beside the data directory (DATA.ledgers)
 * and so not put back with it: the checkpoints that a witness cosigned last. A
 * data directory that was put back to an earlier state (a snapshot of the
 * machine, a copy) is behind them, and must not write (design law 14).
 *
 * The file follows from the store and is no part of it: without it only a
 * witness can tell.
 */
#ifndef VT_DOCSTORE_OUTSIDE_H
#define VT_DOCSTORE_OUTSIDE_H

#include "base/buf.h"

struct vt_store;
struct vt_view;

#define VT_OUTSIDE_MAX ((size_t)4 << 20) /* bytes of the file */

/* The newest checkpoint of each ledger into the file. Nothing of a store in
 * memory, or one that must not write. Any thread. Errors: VT_E_IO. */
VT_NODISCARD int vt_outside_save(struct vt_store *s, struct vt_err *reterr);

/*
 * The notes in the file that v's store is behind of, or that are of another
 * history, of the ledgers of an agency (0: of all), one after the other:
 * f returns VT_OK to go on. No file: VT_OK.
 */
VT_NODISCARD int vt_outside_each(struct vt_view *v, uint32_t agency_no,
    int (*f)(void *arg, struct vt_span note, struct vt_err *reterr), void *arg,
    struct vt_err *reterr);

/* ---- inside the room ---- */

/* A store that was opened for writing: is it behind? Then it is marked so
 * (docstore/restored.h). */
VT_NODISCARD int vt_outside_look(struct vt_store *s, struct vt_err *reterr);

#endif
