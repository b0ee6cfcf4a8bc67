/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What routes.c, addresses.c and their codec share. */
#ifndef VT_API_OFFICE_ROUTES_PRIV_H
#define VT_API_OFFICE_ROUTES_PRIV_H

#include "api/office/office_priv.h"
#include "api/office/routes.h"
#include "base/cbor.h"
#include "docstore/entry.h"

/* Codes of one agency, one after the other, that routing looks at: itself and
 * those it was merged into. */
#define VT_SUCCESSORS_MAX ((int)VT_L(SUCCESSORS_MAX))

void vt_route_encode(const struct vt_route *r, struct vt_buf *ret);
VT_NODISCARD int vt_route_decode(struct vt_span key, struct vt_span value,
    struct vt_route *ret, struct vt_err *reterr);
void vt_address_encode(const struct vt_address *a, struct vt_buf *ret);
VT_NODISCARD int vt_address_decode(struct vt_span key, struct vt_span value,
    struct vt_address *ret, struct vt_err *reterr);

/* VT_E_NOT_FOUND for a key without a row. */
VT_NODISCARD int vt_route_read(struct vt_view *v, const char *key,
    struct vt_route *ret, struct vt_err *reterr);
/* Exactly this code, no other of its codes. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_address_read(struct vt_view *v, const char *code,
    struct vt_address *ret, struct vt_err *reterr);

/* Is the row one that may stand in the book? VT_E_INVALID names the field. */
VT_NODISCARD int vt_address_check(
    const struct vt_address *a, struct vt_err *reterr);
/* The row that a's old_code is to have, whose row is old now (all zero: none).
 * false: it stays as it is, people have led it somewhere. */
bool vt_address_old_row(const struct vt_address *a,
    const struct vt_address *old, struct vt_address *ret);
/* Has it ended on this day (YYYY-MM-DD)? Pure. */
bool vt_address_is_over(const struct vt_address *a, const char *today);
/* The day in Vietnam as YYYY-MM-DD. */
void vt_day_of(vt_time t, char ret[static 11]);

/* Every code that the agency of this one has or had, of tenants and of the
 * address book, a blank between; the one asked for is always there. Appends. */
VT_NODISCARD int vt_address_codes(struct vt_view *v, const char *code,
    struct vt_buf *ret, struct vt_err *reterr);

/* Is this one of them? */
bool vt_address_codes_have(const struct vt_buf *codes, const char *code);

/* The agency that runs the store, whose ledger takes acts that are nobody's:
 * the first. */
VT_NODISCARD int vt_house_agency(
    struct vt_view *v, uint32_t *ret, struct vt_err *reterr);

/* Where papers of all agencies go is no tenant's to say: VT_E_FORBIDDEN unless
 * the actor is of the agency that runs the store. */
VT_NODISCARD int vt_house_only(struct vt_office *o,
    const struct vt_actor *actor, struct vt_err *reterr);

#endif
