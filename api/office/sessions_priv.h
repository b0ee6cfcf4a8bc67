/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions, for the files of the office. */
#ifndef VT_API_OFFICE_SESSIONS_PRIV_H
#define VT_API_OFFICE_SESSIONS_PRIV_H

#include "api/office/sessions.h"

/* What a session is made of. */
struct vt_session_new {
	enum vt_session_kind kind;
	vt_id person;
	bool must_change, scoped;
	uint32_t scopes;
	int64_t life_s; /* in all */
	int64_t idle_s; /* 0: no matter */
};

/*
 * Makes it; *ret_until: when it ends. The one unused longest goes when a person
 * would have more than SESSIONS_MAX, a program more than ACCESS_TOKENS_MAX.
 * Errors: those of states.
 */
VT_NODISCARD int vt_session_make(struct vt_store *s,
    const struct vt_context *ctx, const struct vt_session_new *n,
    char ret_token[static VT_SESSION_TOKEN + 1], vt_time *ret_until,
    struct vt_err *reterr);

/* Ends all of a person but the one with this token (NULL: none is spared).
 * ret_ended may be NULL. */
VT_NODISCARD int vt_sessions_end(struct vt_store *s, const vt_id *person,
    const struct vt_span *keep, size_t *ret_ended, struct vt_err *reterr);

/* Its person has changed the password that somebody else had set. */
VT_NODISCARD int vt_session_changed(
    struct vt_office *o, struct vt_span token, struct vt_err *reterr);

#endif
