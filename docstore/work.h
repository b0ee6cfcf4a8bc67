/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events: what happened in an agency, numbered without gaps, the truth that
 * webhooks only hint at. Work: what outlives a request; enqueued inside acts,
 * claimed under a lease with fencing, handlers idempotent.
 */
#ifndef VT_DOCSTORE_WORK_H
#define VT_DOCSTORE_WORK_H

#include "base/id.h"
#include "base/time.h"

struct vt_store;
struct vt_view;

/* ---- events ---- */

struct vt_event {
	uint64_t seq;     /* in the agency, from 1, no gaps: the cursor */
	uint32_t kind;    /* enum vt_step_kind of the step that caused it */
	const char *name; /* vt_step_kind_name(kind); static */
	vt_time time;
	vt_id paper;   /* or zero */
	vt_id subject; /* delivery, consignment, person; or zero */
	uint64_t act;  /* leaf index */
};

/* Events with seq > after, ascending. Borrowed until vt_view_end. */
VT_NODISCARD int vt_event_list(struct vt_view *v, uint32_t agency_no,
    uint64_t after, struct vt_event *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* ---- work ---- */

/* Kinds are stored; numbers are never reused. */
enum vt_work_kind {
	VT_WORK_DELIVERY = 1, /* subject: the delivery */
	VT_WORK_TEXT = 2,
	VT_WORK_PREVIEW = 3,
	VT_WORK_AUGMENT = 4,
	VT_WORK_RENEW = 5,
	VT_WORK_WEBHOOK = 6,
	VT_WORK_NOTICE = 7,
	VT_WORK_SCRUB = 8,
	VT_WORK_VALIDATE = 9,
	VT_WORK_NUMBER = 10, /* the number given, into the PDF's fields */
	VT_WORK_LOOK = 11,   /* into files that were not when they came */
	VT_WORK_PACKET = 12, /* subject: the consignment to be read */
	/* A status to be told. Subject: of 13 (made by VT_STEP_TAKE_BACK) the
	 * delivery, else the paper or consignment it is about. Payload: map {1
	 * code, 2 description}, more fields from 16 on by whom it enqueues. */
	VT_WORK_STATUS = 13,
	VT_WORK_PULL = 14,   /* from a gateway, again and again */
	VT_WORK_SYNC = 15,   /* a gateway's list of agencies */
	VT_WORK_ASK = 16,    /* what a sender asks, until it could be asked */
	VT_WORK_RECALL = 17, /* subject: the paper; what recalls or replaces it
			      * to all who got it */
	VT_WORK_ANSWERED = 18, /* subject: a paper that was issued; what it
				* answers is finished. Payload: map {1 who
				* issued it} */
	VT_WORK_ERASE = 20,    /* subject: the paper; its order stands */
	/* A witness is asked to cosign our ledgers, again and again. Subject:
	 * SHA-256 of its entry's key; payload: map {1 its name}. */
	VT_WORK_COSIGN = 21,
	/* to 23: others'. Held numbers whose time ends; subject: the act
	 * that gave them; payload: map {1 series, 2 period, 3 first, 4 how
	 * many}. */
	VT_WORK_EXPIRE = 24,
	VT_WORK__MAX /* one above the highest */
};

const char *vt_work_kind_name(enum vt_work_kind kind); /* "delivery"; static */
enum vt_work_kind vt_work_kind_parse(const char *name); /* 0: none */

/*
 * Stored; older items are NORMAL. Given by vt_work_priority_of alone, from the
 * kind and the urgency of the act's paper. Among what is due, an item goes
 * before all that became due up to its head start earlier (vt_work_rank), so
 * that nothing starves. Each has its own part of the index of what is due.
 */
enum vt_work_priority {
	VT_WORK_NORMAL = 0,
	VT_WORK_FLASH = 1,      /* hỏa tốc, hỏa tốc hẹn giờ */
	VT_WORK_URGENT = 2,     /* khẩn, thượng khẩn */
	VT_WORK_BACKGROUND = 3, /* nobody waits for it */
	VT_WORK_PRIORITY__MAX
};
enum vt_work_priority vt_work_priority_of(
    enum vt_work_kind kind, uint32_t urgency);
/* Of two items that are due the one with the lower rank goes first. */
vt_time vt_work_rank(enum vt_work_priority p, vt_time due);

struct vt_work_new {
	enum vt_work_kind kind;
	vt_id subject;
	vt_time due;            /* not before; 0 = at once */
	struct vt_span payload; /* deterministic CBOR of the kind, <= 64 KiB */
};

struct vt_work {
	uint64_t no; /* of the item, in the store, never reused */
	uint32_t agency_no;
	enum vt_work_kind kind;
	enum vt_work_priority priority;
	vt_id subject;
	vt_time due;      /* next time it may be claimed */
	uint32_t attempt; /* claims so far */
	uint32_t spent;   /* of them before it was last tried again by a
			   * person: they count in no budget */
	vt_time tried_at; /* first claim that counts; VT_TIME_NONE: none */
	uint64_t lease;   /* epoch: of the claim; a later claim has a
			   * higher one and fences this one off */
	vt_id owner;      /* of the lease; zero: not claimed */
	vt_time lease_until;
	vt_time hurry;    /* asked for while it was held: not given back for
			   * later than that; VT_TIME_NONE: nobody asked */
	char note[200];   /* why the last attempt failed */
	uint8_t *payload; /* owned by the item: vt_work_free */
	size_t n_payload;
};

void vt_work_free(struct vt_work *w); /* the payload; NULL allowed */

enum vt_work_state { VT_WORK_WAITS, VT_WORK_RUNS, VT_WORK_DEAD };
/* How an item stands at vt_work_now. */
enum vt_work_state vt_work_state_of(const struct vt_work *w, vt_time now);
const char *vt_work_state_name(enum vt_work_state s); /* "waiting"; static */

/*
 * The hour by which work is due: a `due` is this and a while. The wall clock's,
 * and never before it, a commit, or what it was before: while a clock that was
 * set back catches up, it goes on by the monotonic one, so that such a clock
 * neither stops the queue nor makes it run hot. Any thread.
 */
vt_time vt_work_now(struct vt_store *s);

/*
 * Claims the item of one of the kinds (bit 1 << kind) that is due and has the
 * lowest rank, for lease_us. VT_E_NOT_FOUND when nothing is due. An item whose
 * lease ran out may be claimed again. Goes through the writer; durable. Cost:
 * a look at the first of each priority of each kind, however many wait.
 */
VT_NODISCARD int vt_work_claim(struct vt_store *s, uint32_t kinds,
    const vt_id *owner, int64_t lease_us, struct vt_work *ret,
    struct vt_err *reterr);

/* When the next item of these kinds is due; VT_TIME_NONE when there is none. */
VT_NODISCARD int vt_work_next_due(
    struct vt_view *v, uint32_t kinds, vt_time *ret, struct vt_err *reterr);

/*
 * The same for one item, by its number, when it is due. VT_E_NOT_FOUND: done,
 * or not due (any more).
 */
VT_NODISCARD int vt_work_claim_item(struct vt_store *s, uint64_t no,
    const vt_id *owner, int64_t lease_us, struct vt_work *ret,
    struct vt_err *reterr);

/* Where a walk along the items of a kind stands: one priority after the other,
 * or one alone. Begin with the kind, the last hour that matters, and zeroes. */
struct vt_work_walk {
	enum vt_work_kind kind;
	vt_time until;
	enum vt_work_priority priority;
	bool alone;
	vt_time due; /* of the item seen last */
	uint64_t no;
};
struct vt_work_due {
	uint64_t no;
	vt_time due; /* claimed: when the lease runs out */
};
/* The next items that are due at `until` or before; of a priority those due
 * first first. */
VT_NODISCARD int vt_work_next(struct vt_view *v, struct vt_work_walk *walk,
    struct vt_work_due *ret, size_t max, size_t *ret_n, struct vt_err *reterr);
/* One item; its payload is *borrowed until vt_view_end*: no vt_work_free.
 * VT_E_NOT_FOUND: done. */
VT_NODISCARD int vt_work_get(
    struct vt_view *v, uint64_t no, struct vt_work *ret, struct vt_err *reterr);

/* `due` of an item that waits for a person (VT_STEP_LETTER, vt_work_hurry), not
 * for an hour: a dead letter. */
#define VT_WORK_PARKED INT64_MAX
/*
 * `due` of a status that waits for those of its agency and subject before it:
 * they are told one after the other, as they were enqueued. It is due at once
 * when the one before has ended, or was given back for more than WORK_TURN_S
 * or for a person, which holds nobody up. Nothing else makes it due.
 */
#define VT_WORK_TURN (INT64_MAX - 1)

/*
 * Gives it back to be tried at `due` (failed: note says why), or earlier if
 * somebody woke or hurried it meanwhile: what it waits for may have come after
 * its holder looked. VT_E_CONFLICT when the lease was lost.
 */
VT_NODISCARD int vt_work_retry(struct vt_store *s, uint64_t no, uint64_t lease,
    vt_time due, const char *note, struct vt_err *reterr);

/*
 * What items of this kind and subject wait for has come: those that nobody
 * holds and that are due later are due now; *ret_woken (may be NULL): how
 * many. Those that are held will be due when they are given back. None is
 * VT_OK. Cost: the items of the kind that are not due yet.
 */
VT_NODISCARD int vt_work_wake(struct vt_store *s, enum vt_work_kind kind,
    const vt_id *subject, size_t *ret_woken, struct vt_err *reterr);

/* Ends it outside an act (work that changes no record). */
VT_NODISCARD int vt_work_done(
    struct vt_store *s, uint64_t no, uint64_t lease, struct vt_err *reterr);

/*
 * Makes an item due at `due`, whoever claimed it or not (a person's replay, a
 * hint that came in). A lease that is held stays, and the item will be due
 * then when it is given back; one whose turn has not come waits on.
 * VT_E_NOT_FOUND: done.
 */
VT_NODISCARD int vt_work_hurry(
    struct vt_store *s, uint64_t no, vt_time due, struct vt_err *reterr);

/* Items of an agency (0 = all) with no > after, for the desk and tests; the
 * payload is not filled. */
VT_NODISCARD int vt_work_list(struct vt_view *v, uint32_t agency_no,
    uint64_t after, struct vt_work *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

#endif
