/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cosign.c and witness_book.c share. */
#ifndef VT_API_OFFICE_COSIGN_PRIV_H
#define VT_API_OFFICE_COSIGN_PRIV_H

#include "api/office/cosign.h"

/* A witness (COSIGNER) or a ledger (LOG) that we know, by name. When it is not
 * there: VT_E_NOT_FOUND. */
VT_NODISCARD int vt_witness_find(struct vt_view *v, enum vt_vkey_type type,
    const char *name, struct vt_witness *ret, struct vt_err *reterr);

/* The key of the row that says how asking went, and its value. */
void vt_witness_asked_key(
    const char *name, uint32_t agency_no, struct vt_buf *ret);
void vt_witness_asked_encode(
    const struct vt_witness_asked *a, struct vt_buf *ret);

/* Hands an error back that was held aside; rc. */
int vt_witness_err(int rc, const struct vt_err *err, struct vt_err *reterr);
/* The highest agency number. */
VT_NODISCARD int vt_agency_count(
    struct vt_view *v, uint32_t *ret, struct vt_err *reterr);

/* on, cosigned and refused of all witnesses together. */
VT_NODISCARD int vt_witness_sum(
    struct vt_view *v, struct vt_witness_state *ret, struct vt_err *reterr);

#endif
