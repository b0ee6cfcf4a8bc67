/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One HTTP request to a system of another agency: any method, any headers, a
 * body that is read as it is sent and an answer that is given away as it
 * comes, so that a packet of 100 MB needs no more memory than one of 1 MB. No
 * redirects, no proxies from the environment, no cookies, HTTP/1.1.
 */
#ifndef VT_API_FETCH_CALL_H
#define VT_API_FETCH_CALL_H

#include "base/err.h"
#include "base/source.h"

struct vt_call_field {
	const char *name, *value; /* ASCII, no control characters */
};

/*
 * Connections that stay open between calls, some at a time. Where a connection
 * may lead is asked only when it is made: all calls of a pool have the same
 * allow_private, ca, cert and key (the very same bytes in memory), and no
 * resolve. That is asserted. Threads: safe.
 */
struct vt_call_pool;
VT_NODISCARD int vt_call_pool_new(
    struct vt_call_pool **ret, struct vt_err *reterr); /* *owned* */
/* No call may be under way. NULL allowed. */
void vt_call_pool_free(struct vt_call_pool *p);

/* All pointers: borrowed for the call. */
struct vt_call {
	const char *method; /* "GET", "POST", ... */
	const char *url;    /* http or https */
	const struct vt_call_field *fields;
	size_t n_fields;

	/* The body is head, then all of source, then tail. A POST or PUT
	 * without any sends Content-Length: 0. */
	struct vt_span head, tail;
	struct vt_source *source; /* NULL: none */

	/* The body of an answer 200-299, piece by piece; an error of put ends
	 * the call and is its error. NULL: not wanted. */
	int (*put)(void *arg, struct vt_span bytes, struct vt_err *reterr);
	void *put_arg;
	uint64_t limit; /* bytes of such a body; 0 = CALL_ANSWER_MAX */

	long timeout_ms;    /* for all of it; 0 = CALL_MS */
	long connect_ms;    /* of these, to connect; 0 = FETCH_MS */
	bool allow_private; /* loopback and private addresses too */

	/* TLS, PEM in memory. ca empty: the system's. cert and key (one PEM
	 * each): who we are, for mutual TLS. */
	struct vt_span ca, cert, key;

	/* Asked first, and then about once a second; true ends the call
	 * (VT_E_BUSY), as when the server stops. NULL: never. */
	bool (*stop)(void *arg);
	void *stop_arg;

	/* Connections of earlier calls to go on with, or NULL. */
	struct vt_call_pool *pool;

	/* "HOST:PORT:ADDRESS[,ADDRESS]", NULL-terminated: what the name
	 * service would say of these, for tests. NULL: it is asked. */
	const char *const *resolve;
};

#define VT_CALL_INIT                                                           \
	{                                                                      \
		.method = "GET"                                                \
	}

struct vt_call_answer {
	long status;
	uint64_t bytes;         /* of the body, put or not */
	char content_type[128]; /* "" when absent */
	char retry_after[32];   /* Retry-After, "" when absent */
	char other[2048];       /* start of the body of another status than
				 * 200-299, as text; control characters are
				 * blanks */
};

/*
 * VT_OK: an answer came whole, whatever its status. Errors: VT_E_INVALID
 * (URL, field, address that is not public), VT_E_LIMIT (answer), VT_E_TIMEOUT,
 * VT_E_ENVIRONMENT (not reached, cut off, TLS), those of put and source.
 * After an error *ret_answer may be partly filled. Threads: safe.
 */
VT_NODISCARD int vt_call(const struct vt_call *call,
    struct vt_call_answer *ret_answer, struct vt_err *reterr);

#endif
