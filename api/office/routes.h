/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where agencies are and how papers reach them: the address book (who exists,
 * under which codes, old and new, merged into whom) and routes (how packets
 * travel). Both are entries of the store (docstore/entry.h), changed by acts.
 *
 * Rule of routing, first that fits (vietnam.md §3.1):
 *	1 a tenant of this store, by any code it has or had: no packet at all
 *	2 the route of exactly this code: direct, axis, wrapper, hosted
 *	3 the gateway that the address book names for it
 *	4 the store's default gateway (route "*"), for addresses in the book
 *	5 none: on the delivery list, to be printed
 * A code that has ended is followed to its successor first, at most 8 times; a
 * tenant that was merged into another one (vt_office_merge_agency) leads to that.
 * One that has ended without a successor is nobody's any more, unless a route of
 * exactly this code says where its papers go.
 */
#ifndef VT_API_OFFICE_ROUTES_H
#define VT_API_OFFICE_ROUTES_H

#include "api/office/office.h"

/* Stored; numbers are never reused. */
enum vt_route_kind {
	VT_ROUTE_PRINT = 1,   /* no system: paper */
	VT_ROUTE_TENANT = 2,  /* of this store; never stored, only found */
	VT_ROUTE_DIRECT = 3,  /* another vanthu */
	VT_ROUTE_AXIS = 4,    /* client of the axis */
	VT_ROUTE_WRAPPER = 5, /* the provincial REST wrapper */
	VT_ROUTE_HOSTED = 6,  /* it fetches from our axis server */
	VT_ROUTE_OWN = 7      /* our own service key (api/office/envelope.h) */
};
const char *vt_route_kind_name(enum vt_route_kind k); /* "direct", … */

#define VT_ROUTE_PINS 4

/*
 * One route. Plain values. key: the code of the agency it leads to, or a
 * name of a gateway of several ("@axis", "@langson"), or "*", the default
 * gateway. The struct is also a peer: what a server checks a caller against.
 */
struct vt_route {
	char key[64];
	enum vt_route_kind kind;
	bool active;
	char url[512];        /* base, no slash at the end */
	char system_id[128];  /* axis: systemid; wrapper: X-SystemId */
	char user[128];       /* wrapper: user name */
	char secret_ref[512]; /* "file:…": the secret lies there, not here */
	char password_ref[512];
	/* SHA-256 of the peer's service certificates (signs packets; direct)
	 * and of its TLS certificates (mTLS), so that a new one can be pinned
	 * before the old one ends. */
	vt_hash pins[VT_ROUTE_PINS], tls_pins[VT_ROUTE_PINS];
	uint32_t n_pins, n_tls_pins;
	/* DER of the service certificates that pins names, for the check. */
	uint8_t cert[VT_ROUTE_PINS][4096];
	uint32_t cert_n[VT_ROUTE_PINS];
	uint8_t log_key[32]; /* Ed25519 of the peer's ledger; zero: its
			      * receipts are kept, and not verified */
	uint32_t pull_s;     /* 0: nothing is fetched */
	bool quirk_hash;     /* axis: hash-file without zero padding */
	/* Agencies of ours that speak through it ("" = all). */
	char of[64];
};

/* One agency that is not of this store. Plain values. */
struct vt_address {
	char code[64]; /* the row's key */
	char name[512], parent[64], mail[256];
	char old_code[64];  /* the 13-character code, or the one before */
	char successor[64]; /* code that took it over; "" */
	/* First and last day of the code in Vietnam, YYYY-MM-DD, "" = open. It
	 * has ended when the last day is over, or, without one, when it has a
	 * successor. */
	char from[11], until[11];
	char gateway[64];   /* key of the route; "" = by rule */
	char remote_id[64]; /* its id in the gateway's list */
	bool verified;      /* false: only seen as a sender (§3.4) */
	bool deleted;       /* gone from the gateway's list */
	vt_time changed_at;
	uint64_t rev; /* of the row; as read, 0 of one that is new */
};

/*
 * How does a paper reach this code? *ret_kind; *ret_route filled for
 * DIRECT, AXIS, WRAPPER and HOSTED (may be NULL); ret_agency_no (may be NULL)
 * for TENANT. ret_code: the code it really goes to, after successors, 64
 * bytes, may be NULL. code "" is PRINT.
 * VT_E_AGENCY_UNKNOWN: neither tenant, nor in the book, nor a route of its own;
 * or it has ended, and nobody has its tasks.
 */
VT_NODISCARD int vt_office_route_find(struct vt_office *o, struct vt_view *v,
    const char *code, enum vt_route_kind *ret_kind, struct vt_route *ret_route,
    uint32_t *ret_agency_no, char *ret_code, struct vt_err *reterr);

/* What has become of a code, to be shown beside it. Plain values. */
struct vt_code_now {
	bool ended;
	char until[11];  /* its last day, "" if it is not known */
	char code[64];   /* that holds now; of an ended one "": nobody's */
	char name[512];  /* whom that is */
};
/* By the books of this store; a code they do not have is as it is, without a
 * name. */
VT_NODISCARD int vt_office_code_now(struct vt_office *o, struct vt_view *v,
    const char *code, struct vt_code_now *ret, struct vt_err *reterr);

/* ---- routes: the operator's, at the command line ---- */

VT_NODISCARD int vt_office_route_get(struct vt_office *o, struct vt_view *v,
    const char *key, struct vt_route *ret, struct vt_err *reterr);
/* Ordered by key, those with key > after. */
VT_NODISCARD int vt_office_route_list(struct vt_office *o, struct vt_view *v,
    const char *after, struct vt_route *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);
/* New or replaced, by `vanthu route` on a store at rest. VT_E_INVALID names the
 * field that is wrong. A route with pull_s gets its work item. */
VT_NODISCARD int vt_route_put(
    struct vt_store *s, const struct vt_route *r, struct vt_err *reterr);

/* ---- the address book: read by all, changed by administrators of the agency
 * that runs the store (the first of it) or by a sync ---- */

/* By any code: an old one is a row of its own, whose successor is the new one.
 * VT_E_AGENCY_UNKNOWN. */
VT_NODISCARD int vt_office_address_get(struct vt_office *o, struct vt_view *v,
    const char *code, struct vt_address *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_address_list(struct vt_office *o, struct vt_view *v,
    const char *after, struct vt_address *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);
/*
 * rq->if_match: the row's revision, 0 for a row that is new
 * (VT_E_PRECONDITION_REQUIRED when it is not, VT_E_PRECONDITION_FAILED when it
 * is another). An old_code gets its row in the same act, unless people have led
 * it elsewhere. VT_E_INVALID names the field that is wrong.
 */
VT_NODISCARD int vt_office_address_put(struct vt_office *o,
    const struct vt_request *rq, const struct vt_address *a,
    struct vt_act_result *ret, struct vt_err *reterr);
/* Has the code of this row ended, today? */
bool vt_office_address_ended(struct vt_office *o, const struct vt_address *a);

/*
 * What a gateway's list says, in any number of calls: rows that are equal are
 * not written. Name, parent, mail, old_code, remote_id, deleted are taken
 * over; successor and gateway stay as people set them. gateway is set when "",
 * successor for a row that is new or was deleted: an old code is a row whose
 * successor is the new one.
 */
VT_NODISCARD int vt_office_addresses_sync(struct vt_office *o,
    const char *gateway, const struct vt_address *a, size_t n,
    size_t *ret_changed, struct vt_err *reterr);

/* The words of a text as search compares them, without marks, a space between:
 * for faces that look through the book. text is NFC. Appends. */
void vt_office_words(struct vt_span text, struct vt_buf *ret);

#endif
