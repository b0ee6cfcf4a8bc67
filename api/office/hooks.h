/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks: a subscriber of an agency is told by a POST that something
 * happened there. The event feed is the truth; a hook only hints at it, and
 * carries ids, no content (docs/webhooks.md).
 *
 * Every subscription gets the events it asked for in their order, each at
 * least once, the next only when the one before was taken. What is not taken
 * is tried again by the schedule of hook_sign.h; after its last attempt, or a
 * 410, the subscription is switched off by an act, and goes on where it
 * stopped when somebody switches it on again. Nothing is skipped.
 *
 * A subscription is an entry (changed by acts, in the ledger); how far it got
 * and its log are states. One item of the work queue (VT_WORK_WEBHOOK) a
 * subscription that is on, whose payload is the generation it belongs to.
 *
 * A program sees and changes the subscriptions it made, an administrator all
 * of the agency; others are as absent.
 *
 * Errors common to all that take an actor: VT_E_FORBIDDEN, VT_E_SCOPE,
 * VT_E_NOT_FOUND (none of this agency, or not the program's), those of the
 * store. Any thread.
 */
#ifndef VT_API_OFFICE_HOOKS_H
#define VT_API_OFFICE_HOOKS_H

#include "api/office/hook_sign.h"
#include "api/office/office.h"
#include "base/limits.h"

/* ---- how a message leaves: given by the program ---- */

struct vt_hook_message {
	const char *url;
	const char *id, *timestamp, *signature; /* of the headers webhook-… */
	struct vt_span body;                    /* application/json */
	bool (*stop)(void *arg);                /* asked now and then */
	void *stop_arg;
};

struct vt_hook_reply {
	long status;          /* HTTP; 0: there was none */
	char retry_after[32]; /* "" when absent */
};

struct vt_hook_wire {
	/* May this address be called at all? VT_E_INVALID, VT_E_LIMIT. */
	int (*check)(void *arg, const char *url, struct vt_err *reterr);
	/* VT_OK: a reply came, whatever its status. VT_E_BUSY: stopped. */
	int (*post)(void *arg, const struct vt_hook_message *m,
	    struct vt_hook_reply *ret, struct vt_err *reterr);
	void *arg;
};

/*
 * Starts sending: threads of its own, so that a receiver that does not answer
 * holds up nobody's papers. wire is copied; what it points to outlives the
 * office. Called once, after vt_office_open. Without it hooks can be looked at
 * but not made (VT_E_UNSUPPORTED). threads false: none is started, and
 * vt_hooks_work_once is called instead (tests).
 */
VT_NODISCARD int vt_hooks_start(struct vt_office *o,
    const struct vt_hook_wire *wire, bool threads, struct vt_err *reterr);
/* Stops them; messages under way are given up and sent again later. Called
 * before vt_office_close; nothing when it was not started. */
void vt_hooks_stop(struct vt_office *o);
/* One item of the queue; *ret_any false when none was due. */
VT_NODISCARD int vt_hooks_work_once(
    struct vt_office *o, bool *ret_any, struct vt_err *reterr);

/* ---- subscriptions ---- */

#define VT_HOOK_TYPES_MAX VT_L(WEBHOOK_TYPES_MAX)

enum vt_hook_off {
	VT_HOOK_ON = 0,
	VT_HOOK_OFF_BY_HAND = 1,
	VT_HOOK_OFF_GONE = 2,   /* the receiver answered 410 */
	VT_HOOK_OFF_FAILING = 3 /* the schedule came to its end */
};
const char *vt_hook_off_name(enum vt_hook_off off); /* "", "by-hand", … */

struct vt_hook {
	vt_id id;
	uint32_t agency_no;
	uint64_t rev; /* the ETag */
	char url[VT_L(URL_MAX) + 1];
	char description[4 * VT_L(NAME_MAX) + 1];
	uint32_t types[VT_HOOK_TYPES_MAX]; /* enum vt_step_kind */
	size_t n_types;                    /* 0: all but those of the queue */
	bool symmetric;                    /* signed with a secret, too */
	enum vt_hook_off off;
	vt_time off_at;
	uint32_t generation; /* rises when it is switched on */
	uint32_t secret_no;  /* rises when the secret is changed */
	vt_time secret_at;   /* when it was; VT_TIME_NONE */
	uint64_t from;       /* events above this one */
	vt_time created_at;
	vt_id created_by;
	/* how far it got */
	uint64_t after;        /* last event done with */
	uint32_t failures;     /* of the message that is next, so far */
	vt_time failing_since; /* VT_TIME_NONE */
	vt_time delivered_at;  /* last success; VT_TIME_NONE */
	uint64_t replay_next, replay_last; /* 0: no replay */
	/* Number of the agency's key when it was made: of vt_office_hook_add
	 * only; 0: not known (made before this was kept). */
	uint32_t key_no;
};

struct vt_hook_new {
	const char *url;
	const char *description;  /* may be NULL */
	const char *const *types; /* names as in the feed */
	size_t n_types;           /* 0: all */
	bool symmetric;
	bool has_after;
	uint64_t after; /* begins after this event; else with the next one */
};

/* Members that are NULL or whose `set_` is false stay as they are. */
struct vt_hook_change {
	const char *url, *description;
	bool set_types, set_symmetric, set_enabled, set_after, new_secret;
	const char *const *types;
	size_t n_types;
	bool symmetric, enabled;
	uint64_t after;
};

/*
 * A repeat gives what the first one gave. Errors: VT_E_INVALID (URL, type),
 * VT_E_LIMIT (WEBHOOKS_MAX an agency). Duty: HOOKS.
 */
VT_NODISCARD int vt_office_hook_add(struct vt_office *o,
    const struct vt_request *rq, const struct vt_hook_new *n,
    struct vt_hook *ret, bool *ret_repeated, struct vt_err *reterr);
VT_NODISCARD int vt_office_hook(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, struct vt_hook *ret,
    struct vt_err *reterr);
/* Those the actor may see, by id; max >= WEBHOOKS_MAX takes them all. */
VT_NODISCARD int vt_office_hooks(struct vt_office *o,
    const struct vt_actor *actor, struct vt_hook *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);
/* if_match: rev, 0 = any (VT_E_PRECONDITION_FAILED). key may be NULL. */
VT_NODISCARD int vt_office_hook_change(struct vt_office *o,
    const struct vt_request *rq, const vt_id *id,
    const struct vt_hook_change *c, struct vt_hook *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_hook_remove(struct vt_office *o,
    const struct vt_request *rq, const vt_id *id, struct vt_err *reterr);

/* ---- keys ---- */

#define VT_HOOK_PUBLIC 49 /* characters of "whpk_…" */

/* What an agency's receivers verify with. */
struct vt_hook_public {
	char key[VT_HOOK_PUBLIC + 1];
	char previous[VT_HOOK_PUBLIC + 1]; /* signs, too, until; "" none */
	vt_time until;
};
/* Public. code: any the agency has or had. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_hook_key(struct vt_office *o, const char *code,
    struct vt_hook_public *ret, struct vt_err *reterr);
/* As it was by its number (vt_hook.key_no); 0: as it is. agency_no: the
 * actor's. */
VT_NODISCARD int vt_office_hook_key_was(struct vt_office *o, uint32_t agency_no,
    uint32_t no, char ret[VT_HOOK_PUBLIC + 1], struct vt_err *reterr);
/* Another key for all subscriptions of the agency; for WEBHOOK_KEY_OVERLAP_S
 * both sign. VT_E_CONFLICT when two change it at once. Duty: HOOK_KEYS. */
VT_NODISCARD int vt_office_hook_new_key(struct vt_office *o,
    const struct vt_request *rq, struct vt_hook_public *ret, bool *ret_repeated,
    struct vt_err *reterr);
/* "whsec_…" of a symmetric subscription, into a buffer that wipes itself. */
void vt_office_hook_secret(
    struct vt_office *o, const struct vt_hook *h, struct vt_buf *ret);

/* ---- what became of it ---- */

enum vt_hook_lane {
	VT_HOOK_FEED = 1,
	VT_HOOK_REPLAY = 2, /* somebody asked for it again */
	VT_HOOK_PING = 3    /* a test; not an event */
};

struct vt_hook_attempt {
	uint64_t no; /* in the log of the subscription, rising */
	enum vt_hook_lane lane;
	uint64_t event; /* seq; 0: a ping */
	const char *type;
	uint32_t attempt; /* of this message, from 1 */
	vt_time at;
	int64_t took_ms;
	long status; /* HTTP; 0: no reply */
	enum vt_hook_outcome outcome;
	char reason[200]; /* "" */
	vt_time next;     /* VT_TIME_NONE: none is planned */
	char message[96]; /* webhook-id */
};

/* The newest first, with no < before (0: from the newest). Kept for
 * WEBHOOK_LOG_S. */
VT_NODISCARD int vt_office_hook_log(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, uint64_t before,
    struct vt_hook_attempt *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* Events first..last once more, after what is waiting now. Errors:
 * VT_E_INVALID (no such events), VT_E_LIMIT (WEBHOOK_REPLAY_MAX),
 * VT_E_CONFLICT (off, or a replay is under way). */
VT_NODISCARD int vt_office_hook_replay(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, uint64_t first,
    uint64_t last, struct vt_err *reterr);

/* One message of type "ping" now; waits for the reply. VT_OK whatever became
 * of it. VT_E_BUSY: WEBHOOK_THREADS wait already. */
VT_NODISCARD int vt_office_hook_ping(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, struct vt_hook_attempt *ret,
    struct vt_err *reterr);

#endif
