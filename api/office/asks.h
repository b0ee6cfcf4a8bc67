/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What senders ask about papers that are here, or not here yet: take back
 * (13), recall, update, replace. Every ask is a note of the receiving agency
 * until it was put to its paper; note and paper change in one act, so that no
 * ask is lost and none is put twice, whatever comes first. A paper is asked
 * one thing at a time; on a paper that is closed the answer is given at once.
 * For the office's own files.
 */
#ifndef VT_API_OFFICE_ASKS_H
#define VT_API_OFFICE_ASKS_H

#include "api/office/incoming.h"
#include "api/office/office_priv.h"

/* What an ask is about: a paper; or a document by its sender's code and
 * DocumentId, here or not. */
struct vt_ask_about {
	vt_id paper; /* zero: by the two texts */
	const char *from, *document;
};

struct vt_asking {
	uint32_t agency_no; /* of the receiver */
	struct vt_ask_about about;
	enum vt_ask ask;
	const char *reason;
	vt_id consignment; /* that brought it, or zero */
	vt_id delivery;    /* between tenants: the sender's, that brings the
			    * paper which asks, or zero */
	vt_time at;        /* as stated */
	vt_id once;        /* the ask's own id */
};

/* The note as a change for VT_STEP_ENTRY. keep: what the change borrows. */
struct vt_ask_note {
	uint8_t key[4 + 32 + 16];
	struct vt_buf value;
};
VT_NODISCARD int vt_ask_note(const struct vt_asking *k,
    struct vt_ask_note *keep, struct vt_entry_change *ret,
    struct vt_err *reterr);

/* The work step that sees to it that asks about these are put, whenever that
 * can be. payload keeps what the step borrows. */
void vt_ask_later(const vt_id *subject, const struct vt_ask_about *about,
    size_t n, struct vt_buf *payload, struct vt_step *ret);

/* Both in an act of their own, once an ask; then put, if that can be. Repeats:
 * VT_OK, nothing is done. */
VT_NODISCARD int vt_ask(
    struct vt_office *o, const struct vt_asking *k, struct vt_err *reterr);

/* Puts what can be put now to this paper, or to the paper of this document:
 * after it arrived, after an answer. */
VT_NODISCARD int vt_ask_settle(struct vt_office *o, uint32_t agency_no,
    const struct vt_ask_about *about, struct vt_err *reterr);
/* The same for a paper, both as such and as its document. */
VT_NODISCARD int vt_ask_settle_paper(struct vt_office *o, uint32_t agency_no,
    const vt_id *paper, struct vt_err *reterr);

/*
 * A paper that is asked is being refused: behind the refusal in the same act,
 * the ask's answer as it is on any closed paper, and the telling of it. Adds
 * at most three steps to the n that are there. payload: what they borrow.
 */
VT_NODISCARD int vt_ask_refused(struct vt_office *o,
    const struct vt_incoming *p, struct vt_step *steps, size_t *n,
    struct vt_buf *payload, struct vt_err *reterr);

/* Is there room for one more ask of this sender about a document that is not
 * here? ASKS_PARKED_MAX; after ASK_PARKED_DAYS they are dropped. */
VT_NODISCARD int vt_ask_room(struct vt_view *v, uint32_t agency_no,
    const char *from, bool *ret, struct vt_err *reterr);

/* The newest paper that stands for the document of a sender. *ret_is false:
 * it is not here. */
VT_NODISCARD int vt_ask_find(struct vt_view *v, uint32_t agency_no,
    const char *from, const char *document, vt_id *ret, bool *ret_is,
    struct vt_err *reterr);

#endif
