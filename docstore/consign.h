/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consignments: what came from elsewhere, kept as it came. One act names the
 * raw packet (VT_STEP_CONSIGN) before anything looks inside; its receipt binds
 * the packet's SHA-256 (vt_receipt.main). A later act says what was found
 * (VT_STEP_CONSIGN_READ), in the same act as the paper that was made of it.
 *
 * Known twice over:
 * - the same transport id again, for the same agency and transport: answered
 *   with the first act's bytes, and one more row in the log of arrivals;
 * - the same document (sender, DocumentId, type) by another way: the store
 *   refuses a second paper of it (VT_E_EXISTS).
 */
#ifndef VT_DOCSTORE_CONSIGN_H
#define VT_DOCSTORE_CONSIGN_H

#include "base/id.h"
#include "base/time.h"

struct vt_view;

/* By which way a packet travels. Stored; numbers are never reused. */
enum vt_transport_kind {
	VT_TRANSPORT_AXIS = 1,
	VT_TRANSPORT_DIRECT = 2,  /* another vanthu */
	VT_TRANSPORT_WRAPPER = 3, /* a provincial gateway */
	VT_TRANSPORT_FILE = 4,    /* brought by a person */
	VT_TRANSPORT_TENANT = 5,  /* deliveries inside this store; no packet */
	VT_TRANSPORT_HOSTED = 6   /* by our axis server: fetched or brought */
};
const char *vt_transport_kind_name(enum vt_transport_kind k); /* "axis", … */

enum vt_consign_kind { /* stored */
	VT_CONSIGN_EDOC = 1,
	VT_CONSIGN_STATUS = 2
};

/* What an edoc asks for. Stored: the number of edXML's BussinessDocType + 1. */
enum vt_edoc_type {
	VT_EDOC_NEW = 1,
	VT_EDOC_REVOKE = 2,
	VT_EDOC_UPDATE = 3,
	VT_EDOC_REPLACE = 4
};

/*
 * STORED ──> ARRIVED ──> APPLIED or REFUSED
 *    │└────> APPLIED, REFUSED, DUPLICATE
 *    └─────> QUARANTINED ──> like STORED; STORED again: to be read again
 * ARRIVED, REFUSED, DUPLICATE of a paper that was refused or taken back:
 * STORED again, when its sender brings it again
 */
enum vt_consign_state {         /* stored */
	VT_CONSIGN_STORED = 1,  /* durable, not read yet */
	VT_CONSIGN_ARRIVED = 2, /* a paper waits for the clerk, or an edoc of
				 * another type waits for a decision */
	VT_CONSIGN_REFUSED = 3, /* status 02 with the reason, or declined */
	VT_CONSIGN_QUARANTINED = 4, /* cannot be read: a person looks at it */
	VT_CONSIGN_APPLIED = 5,     /* status logged, update or revoke done */
	VT_CONSIGN_DUPLICATE = 6    /* of a document that is here already */
};
const char *vt_consign_state_name(enum vt_consign_state s); /* "stored", … */

/* Borrowed until vt_view_end; strings "" when absent. */
struct vt_consignment {
	vt_id id;
	uint32_t agency_no; /* receiving tenant */
	uint64_t seq;       /* inside; cursors of lists */
	enum vt_transport_kind transport;
	enum vt_consign_kind kind;
	enum vt_consign_state state;
	const char *external; /* the transport's id of it (docId) */
	const char *peer;     /* who handed it over, as the caller knows them */
	const char *headers;  /* of the transport, "Name: value" lines */
	const char *name, *media_type; /* of the packet */
	vt_hash packet;                /* SHA-256; read by vt_bytes_read */
	uint64_t size;
	vt_time received_at; /* as the caller saw it */
	uint64_t work;       /* VT_WORK_PACKET item, 0 when done */
	/* what the worker found; empty before */
	enum vt_edoc_type type; /* 0: none */
	const char *from_code, *from_name;
	const char *document_id;
	const char *code;        /* "128/SKHCN-CĐS" */
	const char *promulgated; /* YYYY-MM-DD */
	const char *subject;
	struct vt_span findings; /* CBOR of its reader */
	const char *note;        /* reason of REFUSED, QUARANTINED, … */
	vt_id paper;             /* made, meant or matched; zero: none */
	vt_hash about;   /* of the documents it acts on; zero: on none */
	uint32_t itself; /* 1: its own DocumentId is one of them, so its paper
			  * is not the document of that id */
	vt_time created_at, changed_at;
	uint64_t act, last_act; /* leaf indexes: CONSIGN, the newest */
};

/* Errors: VT_E_NOT_FOUND. The caller checks agency_no (office does). */
VT_NODISCARD int vt_consign_get(struct vt_view *v, const vt_id *id,
    struct vt_consignment *ret, struct vt_err *reterr);

/* Characters of an external id, a sender's code, a DocumentId. They are kept
 * as NFC without spaces at the ends, and looked for as such. */
#define VT_CONSIGN_ID_MAX 200

/* By the transport's id. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_consign_by_external(struct vt_view *v, uint32_t agency_no,
    enum vt_transport_kind transport, const char *external,
    struct vt_consignment *ret, struct vt_err *reterr);

struct vt_document_of {
	const char *from_code, *document_id;
	uint64_t before; /* seq of the last one seen; 0 = from the newest */
};
/* Those read as a document of this sender and DocumentId whose paper stands or
 * stood for it (not what was refused without one, nor duplicates), all types,
 * newest first. Also none is VT_OK; fewer than max are the last ones. */
VT_NODISCARD int vt_consign_by_document(struct vt_view *v, uint32_t agency_no,
    const struct vt_document_of *doc, struct vt_consignment *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);

struct vt_consign_filter {
	enum vt_consign_state state; /* 0 = any */
	enum vt_consign_kind kind;   /* 0 = any */
	uint64_t before; /* seq of the last one seen; 0 = from the newest */
};
/* Newest first. *ret_next: `before` of the next page, 0 at the end. At most
 * 4,096 rows are looked at: a page may come short before the end. */
VT_NODISCARD int vt_consign_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_consign_filter *f, struct vt_consignment *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/* One arrival of a consignment: the first, then every repeat. */
struct vt_consign_arrival {
	uint32_t no; /* from 1 */
	vt_time received_at;
	vt_hash packet;
	const char *headers;
};
/* Oldest first, with no > after. CONSIGN_LOG_MAX of them are kept. */
VT_NODISCARD int vt_consign_log(struct vt_view *v, const vt_id *id,
    uint32_t after, struct vt_consign_arrival *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

#endif
