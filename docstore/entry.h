/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries: keyed records of the house that need no table of their own, changed
 * by acts (VT_STEP_ENTRY, docstore/act.h) like everything that must be proved:
 * accounts, clients, delegations, hooks, the address book, routes, notes.
 *
 * The store knows kind, key and revision; what a value means belongs to the
 * noun that owns the kind. Its owner encodes the value as deterministic CBOR
 * (base/cbor.h) with a version field of its own, and decodes it again.
 *
 * An entry is store-wide (agency number 0) or of one agency. It is changed by
 * an act of any agency, in whose ledger the leaf then stands; whose business
 * it is decides the office.
 *
 * Revisions are given by the store, rise through its whole life and are never
 * used twice, also not after an entry was removed and made again.
 */
#ifndef VT_DOCSTORE_ENTRY_H
#define VT_DOCSTORE_ENTRY_H

#include "base/id.h"
#include "base/time.h"

struct vt_view;

/* Stored; numbers are never reused. Which scope a kind has is its owner's
 * rule; the one in brackets is what it is meant for. */
enum vt_entry_kind {
	VT_ENTRY_ACCOUNT = 1,    /* login name [store-wide] */
	VT_ENTRY_IDENTITY = 2,   /* issuer and subject, or SHA-256 of a
				  * certificate -> person [store-wide] */
	VT_ENTRY_CLIENT = 3,     /* OAuth2 client_id [store-wide] */
	VT_ENTRY_DELEGATION = 4, /* id [agency] */
	VT_ENTRY_HOOK = 5,       /* id [agency] */
	VT_ENTRY_ADDRESS = 6,    /* agency code: the address book; old and new
				  * codes are rows too [store-wide] */
	VT_ENTRY_ROUTE = 7,      /* how packets travel [store-wide or agency] */
	VT_ENTRY_NOTE = 8,       /* anything else of the house [either] */
	VT_ENTRY_QUERY = 9,    /* person (zeroes: shared), id: a saved query
				* [agency] */
	/* 10 is others' */
	VT_ENTRY_HOLIDAY = 11, /* YYYY-MM-DD, worked or not [store-wide] */
	VT_ENTRY_WITNESS = 12  /* who runs this node, whom we ask to cosign,
				* whose ledgers we cosign [store-wide] */
};
const char *vt_entry_kind_name(enum vt_entry_kind k); /* "account", … */

#define VT_ENTRY_KEY_MAX   255   /* bytes; at least 1 */
#define VT_ENTRY_VALUE_MAX 32768 /* bytes */

/* What a change expects to find (vt_entry_change.expect): a revision, or */
#define VT_ENTRY_ANY 0ULL       /* whatever there is, also nothing */
#define VT_ENTRY_NEW UINT64_MAX /* nothing */

/* One change; a step carries 1..ENTRIES_MAX of them, each on another entry. */
struct vt_entry_change {
	enum vt_entry_kind kind;
	bool store_wide;      /* false: of the act's agency */
	struct vt_span key;   /* any bytes */
	struct vt_span value; /* one CBOR item; empty: the entry is removed */
	uint64_t expect;      /* else VT_E_CONFLICT */
	/*
	 * The act then keeps the value's SHA-256 only, so that removing the
	 * entry removes it (verifiers of passwords, seeds). Put a random salt
	 * of 16 bytes into such a value: the hash stays for ever.
	 */
	bool secret;
};

/* As read: borrowed until vt_view_end. */
struct vt_entry {
	enum vt_entry_kind kind;
	uint32_t agency_no; /* 0: store-wide */
	struct vt_span key, value;
	uint64_t rev;
	vt_time changed_at;
	uint32_t act_agency; /* the act that wrote it: agency and leaf index */
	uint64_t act;
};

/* agency_no 0: the store-wide one. Errors: VT_E_NOT_FOUND. A key of a length
 * that cannot be is not found either. */
VT_NODISCARD int vt_entry_get(struct vt_view *v, enum vt_entry_kind kind,
    uint32_t agency_no, struct vt_span key, struct vt_entry *ret,
    struct vt_err *reterr);

/* Which entries to list. */
struct vt_entry_range {
	enum vt_entry_kind kind;
	uint32_t agency_no;    /* 0: store-wide ones */
	struct vt_span prefix; /* keys that begin so; empty: all */
	struct vt_span after;  /* keys above this one; empty: from the first */
};
/* Ascending by the bytes of the key; *ret_n < max only at the end. */
VT_NODISCARD int vt_entry_list(struct vt_view *v,
    const struct vt_entry_range *range, struct vt_entry *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);

#endif
