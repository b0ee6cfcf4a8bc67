/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of webhooks only. */
#ifndef VT_API_OFFICE_HOOKS_PRIV_H
#define VT_API_OFFICE_HOOKS_PRIV_H

#include <stdatomic.h>

#include "api/office/hooks.h"
#include "api/office/office_priv.h"

/* ---- hook_rows.c: what is stored ---- */

/* How far a subscription got: a state, lost without harm (some events come
 * twice then). */
struct vt_hook_progress {
	uint64_t after;
	uint32_t failures;
	vt_time since; /* VT_TIME_NONE */
	uint64_t log;  /* number of the last attempt in the log: its time */
	uint64_t replay_next, replay_last;
	vt_time delivered_at;
	uint64_t rev; /* of the row; VT_STATE_NEW: none yet */
};

void vt_hook_encode(const struct vt_hook *h, struct vt_buf *ret);
/* Fills what is stored in an entry; id, agency_no and rev are the caller's. */
VT_NODISCARD int vt_hook_decode(
    struct vt_span value, struct vt_hook *ret, struct vt_err *reterr);

/* Of the agency; VT_E_NOT_FOUND. With its progress. */
VT_NODISCARD int vt_hook_load(struct vt_view *v, uint32_t agency_no,
    const vt_id *id, struct vt_hook *ret, struct vt_err *reterr);
/* Without a row: the beginning, h->from. */
VT_NODISCARD int vt_hook_progress_load(struct vt_view *v,
    const struct vt_hook *h, struct vt_hook_progress *ret,
    struct vt_err *reterr);
/* VT_E_CONFLICT when somebody else wrote it; p->rev is set. */
VT_NODISCARD int vt_hook_progress_save(struct vt_store *s, const vt_id *id,
    struct vt_hook_progress *p, struct vt_err *reterr);

/* a->no: by time, so that a ping beside a delivery needs no turn. */
VT_NODISCARD int vt_hook_log_save(struct vt_store *s, const vt_id *id,
    const struct vt_hook_attempt *a, struct vt_err *reterr);
/* The newest first, with no < before (0: from the newest). */
VT_NODISCARD int vt_hook_log_list(struct vt_view *v, const vt_id *id,
    uint64_t before, struct vt_hook_attempt *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* Which key an agency signs with: an entry beside its subscriptions. */
#define VT_HOOK_KEY_ENTRY VT_SPAN_LIT("key")
/* Entries of an agency: subscriptions and its key. */
#define VT_HOOK_ENTRIES (VT_L(WEBHOOKS_MAX) + 1)
struct vt_hook_key {
	uint32_t no;  /* from 1 */
	vt_time at;   /* when it was changed; VT_TIME_NONE: never */
	uint64_t rev; /* of the entry; VT_ENTRY_NEW: none */
};
VT_NODISCARD int vt_hook_key_load(struct vt_view *v, uint32_t agency_no,
    struct vt_hook_key *ret, struct vt_err *reterr);
void vt_hook_key_encode(const struct vt_hook_key *k, struct vt_buf *ret);
VT_NODISCARD int vt_hook_key_decode(
    struct vt_span value, struct vt_hook_key *ret, struct vt_err *reterr);

/* Those kinds of steps happen inside and are told to nobody unasked. */
bool vt_hook_wants(const struct vt_hook *h, uint32_t kind);
/* Kind of an event's name; false: there is none. */
bool vt_hook_type_parse(const char *name, uint32_t *ret);

/* The act that replaces the entry (value empty: removes it); may carry one
 * more step. */
struct vt_hook_act {
	struct vt_entry_change change;
	struct vt_step steps[3];
	size_t n;
	struct vt_buf value, payload;
};
void vt_hook_act_init(
    struct vt_hook_act *a, const struct vt_hook *h, bool remove);
/* Enqueues the item that sends; for a generation that begins. */
void vt_hook_act_work(struct vt_hook_act *a, const struct vt_hook *h);
void vt_hook_act_free(struct vt_hook_act *a);

/* ---- hook_live.c: who is told ---- */

/* A subscription that is on, in memory: what tells that it has something to
 * do. */
struct vt_hook_live {
	vt_id id;
	uint32_t agency_no, generation;
	uint64_t after;
	bool idle; /* its item waits for the next event */
};

/* What may be expected of a receiver. */
enum vt_hook_trust {
	VT_HOOK_PROVED,  /* it took its last message */
	VT_HOOK_UNTRIED, /* it has not had any */
	VT_HOOK_FAILING
};
enum vt_hook_trust vt_hook_trust(const struct vt_hook *h);

struct vt_hook_turn {
	uint32_t agency_no;
	enum vt_hook_trust trust;
};

struct vt_hooks {
	struct vt_office *office;
	struct vt_hook_wire wire;
	pthread_mutex_t lock; /* guards the list and more */
	pthread_cond_t more;
	struct vt_hook_live *live;
	size_t n, cap;
	uint64_t kicks; /* rises when something may have become due */
	atomic_bool stop;
	vt_id owner; /* of leases */
	pthread_t threads[VT_L(WEBHOOK_THREADS)], waker;
	size_t n_threads;
	bool waking;
	/* Whose messages are under way. */
	struct vt_hook_turn sending[VT_L(WEBHOOK_THREADS)];
	size_t n_sending;
	/* Agencies whose pings are, whose askers wait: at most
	 * WEBHOOKS_AT_ONCE of each. */
	uint32_t pinging[VT_L(WEBHOOK_PINGS_MAX)];
	size_t n_pinging;
};

/* It is on, or was changed: looked at soon. Nothing when nobody sends. */
void vt_hooks_kick(struct vt_office *o, const struct vt_hook *h);
/* It is off or gone. */
void vt_hooks_forget(struct vt_office *o, const struct vt_hook *h);
/*
 * A place to send from, until it is given back. False: its agency has its share
 * of them (WEBHOOKS_AT_ONCE; one of those that are not proved), or its kind has
 * (WEBHOOKS_DOUBTFUL of those that are not proved, of all agencies, and all but
 * one of these of those that fail): receivers that hang, whose ever they are,
 * leave the other places to those that answer.
 */
bool vt_hooks_take(struct vt_hooks *hooks, struct vt_hook_turn turn);
void vt_hooks_give(struct vt_hooks *hooks, struct vt_hook_turn turn);
/* The same for a ping. */
bool vt_hooks_ping_take(struct vt_hooks *hooks, uint32_t agency_no);
void vt_hooks_ping_give(struct vt_hooks *hooks, uint32_t agency_no);

/* It waits for its next event: the waker looks after it. */
void vt_hooks_idle(struct vt_hooks *hooks, const struct vt_hook *h);
/* Messages under way are given up, also of pings; nothing new is begun. */
void vt_hooks_halt(struct vt_office *o);
/* Makes the item of the subscription due. */
VT_NODISCARD int vt_hooks_wake(
    struct vt_office *o, const vt_id *id, struct vt_err *reterr);

/* ---- hook_send.c: one message ---- */

/* What is sent: an event, or a ping (event NULL). */
struct vt_hook_letter {
	const struct vt_event *event;
	enum vt_hook_lane lane;
	uint32_t attempt;
};

/*
 * Makes, signs and sends it, waits for the reply and says what came of it;
 * ret->no and ret->next are the caller's. Errors: VT_E_BUSY (stopped), those of
 * the store; everything else is an outcome.
 */
VT_NODISCARD int vt_hook_send(struct vt_office *o, const struct vt_hook *h,
    const struct vt_hook_letter *l, struct vt_hook_attempt *ret,
    struct vt_err *reterr);

/* Seeds of an agency's Ed25519 keys in force: the current one, and for
 * WEBHOOK_KEY_OVERLAP_S after a change the one before. */
struct vt_hook_seeds {
	vt_hash seed[2];
	size_t n;
	vt_time until; /* of the second; VT_TIME_NONE */
};
VT_NODISCARD int vt_hook_seeds_load(struct vt_office *o, uint32_t agency_no,
    struct vt_hook_seeds *ret, struct vt_err *reterr);
/* As they were when key number no was made, at that time. */
void vt_hook_seeds_of(struct vt_office *o, const vt_id *agency, uint32_t no,
    vt_time at, struct vt_hook_seeds *ret);
vt_hash vt_hook_secret(
    struct vt_office *o, const vt_id *hook, uint32_t secret_no);

#endif
