/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet that is being taken in; shared by arrive*.c only. */
#ifndef VT_API_OFFICE_ARRIVE_H
#define VT_API_OFFICE_ARRIVE_H

#include "api/exchange/edxml/edxml.h"
#include "api/office/asks.h"
#include "api/office/office_priv.h"
#include "base/limits.h"
#include "docstore/consign.h"

struct vt_arrival {
	struct vt_office *o;
	vt_id id; /* of the consignment */
	uint32_t agency_no;
	enum vt_consign_kind kind;
	enum vt_consign_state state;
	enum vt_transport_kind via;
	char peer[256]; /* who handed it over: a route's key or a code */
	/* carried on (api/office/relay.h): to whom, else ""; its DocId */
	char to[64], doc_id[VT_ID_TEXT + 1];
	vt_hash packet;
	vt_time received_at;
	/* the paper whose DocumentId it has, with another content; when it is
	 * read: a person said that it is a paper of its own all the same */
	vt_id other;
	struct vt_edxml *x;
	int out; /* the attachments' bytes */
	struct vt_arena *arena;
	struct vt_buf findings, reason;
	vt_id once; /* under which its acts are done once, or zero */
};

/*
 * Foreign text as ours may be: NFC, without controls, at most max characters.
 * Never NULL, never an error but of memory: what cannot be kept so is in the
 * packet.
 */
const char *vt_arrival_text(
    struct vt_arrival *a, const char *s, size_t max, bool *ok);
/* YYYY-MM-DD, "" for no day. */
const char *vt_arrival_day(
    struct vt_arrival *a, const struct vt_edxml_day *d, bool *ok);

/* The CONSIGN_READ step with what was read; the caller adds paper, note. */
VT_NODISCARD int vt_arrival_read(struct vt_arrival *a,
    enum vt_consign_state state, struct vt_step *ret, struct vt_err *reterr);

/* An act of the consignment's agency, by nobody. paper may be NULL. With
 * a->once: once for all consignments with that id; res->repeated tells. */
VT_NODISCARD int vt_arrival_act(struct vt_arrival *a, const vt_id *paper,
    const struct vt_step *steps, size_t n, struct vt_act_result *ret,
    struct vt_err *reterr);

/* The step of a status that is told because of this consignment. payload
 * keeps what the step borrows. */
VT_NODISCARD int vt_arrival_tell(struct vt_arrival *a, unsigned code,
    const char *text, struct vt_buf *payload, struct vt_step *ret,
    struct vt_err *reterr);

/* What came is what came before (paper: of that, may be zero): logged. */
VT_NODISCARD int vt_arrival_duplicate(struct vt_arrival *a, const vt_id *paper,
    const char *note, bool tell, struct vt_err *reterr);

/* ---- arrive_about.c: what an edoc acts on ---- */

struct vt_effect {
	enum vt_ask ask; /* 0: on nothing */
	const char *from, *reason;
	const char *document[VT_L(ASK_DOCUMENTS_MAX)];
	size_t n;
	vt_hash hash;       /* of what it names */
	bool itself;        /* its own DocumentId is among them */
	struct vt_buf note; /* that one of them is not here; may be empty */
	struct vt_ask_note notes[VT_L(ASK_DOCUMENTS_MAX)];
	struct vt_entry_change changes[VT_L(ASK_DOCUMENTS_MAX)];
	size_t n_notes;
	struct vt_buf payload;
};
/* Always followed by vt_effect_free. VT_E_LIMIT: too many documents. */
VT_NODISCARD int vt_effect_read(
    struct vt_arrival *a, struct vt_effect *x, struct vt_err *reterr);
void vt_effect_free(struct vt_effect *x);
/* The two steps that ask, if it acts on anything; x keeps what they borrow. */
VT_NODISCARD int vt_effect_steps(struct vt_arrival *a, struct vt_effect *x,
    struct vt_step *steps, size_t *n, struct vt_err *reterr);

/* arrive_paper.c, arrive_status.c */
VT_NODISCARD int vt_arrive_paper(struct vt_arrival *a, struct vt_err *reterr);
VT_NODISCARD int vt_arrive_status(struct vt_arrival *a, struct vt_err *reterr);

#endif
