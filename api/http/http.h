/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 for the faces: one server, a route table a face, requests and
 * responses as plain structs. Nothing of the HTTP library shows here.
 *
 * Life of a request: header guard (guard.h) -> route -> admit -> body (kept in
 * memory up to the route's limit, or streamed to the route's sink) -> handle.
 * Whatever fails on the way is answered once, by the face's `fail`, from the
 * vt_err. Each connection has a thread: handlers may block.
 */
#ifndef VT_API_HTTP_HTTP_H
#define VT_API_HTTP_HTTP_H

#include "base/arena.h"
#include "base/id.h"
#include "base/source.h"

struct vt_http_req;
struct vt_http_res;

enum vt_http_body {
	VT_HTTP_BODY_NONE,   /* a request with a body is refused */
	VT_HTTP_BODY_BUFFER, /* collected, then handle sees req->body */
	VT_HTTP_BODY_STREAM, /* given to the sink as it arrives */
};

#define VT_HTTP_LENGTH_UNKNOWN UINT64_MAX

/*
 * Takes a body in constant memory. After begin gave VT_OK, exactly one of two
 * things happens: the body arrives whole and handle is called, which then
 * owns req->stream; or abort is called (cut off, refused by put, too large,
 * server stopped), and nothing of it may be named.
 */
struct vt_http_sink {
	/* length: as declared, or VT_HTTP_LENGTH_UNKNOWN when chunked. */
	int (*begin)(struct vt_http_req *req, uint64_t length,
	    void **ret_stream, struct vt_err *reterr);
	int (*put)(void *stream, struct vt_span bytes, struct vt_err *reterr);
	void (*abort)(void *stream);
};

/* All callbacks may run in several threads at once, one a request. */
struct vt_http_route {
	const char *method; /* "GET" (answers HEAD too), "POST", ... */
	/* "/v1/papers/{id}": a {name} takes one non-empty segment. */
	const char *pattern;
	enum vt_http_body body;
	uint64_t limit; /* bytes of body; 0 with VT_HTTP_BODY_NONE */
	/* Before the body is read: who is it, may he at all? May be NULL. */
	int (*admit)(struct vt_http_req *req, struct vt_err *reterr);
	int (*handle)(struct vt_http_req *req, struct vt_http_res *res,
	    struct vt_err *reterr);
	const struct vt_http_sink *sink; /* with VT_HTTP_BODY_STREAM */
};

/* The routes of one face. Paths under `prefix` that match no route are
 * answered by the face with the longest fitting prefix. */
struct vt_http_face {
	const char *prefix;                 /* "/v1", or "/" */
	const struct vt_http_route *routes; /* borrowed until vt_http_free */
	size_t nroutes;
	void *app; /* req->app of its handlers */
	/*
	 * Writes the answer for an error: status from its table row. NULL:
	 * problem+json (vt_http_problem).
	 */
	void (*fail)(struct vt_http_req *req, const struct vt_err *err,
	    struct vt_http_res *res);
	/* Below this path a POST is the PATCH or DELETE that its
	 * X-HTTP-Method-Override names; NULL: nowhere. */
	const char *overridden;
};

struct vt_http_param {
	const char *name, *value; /* decoded, well-formed UTF-8, no controls */
};

/* A header field; the value has no blanks around it. */
struct vt_http_field {
	struct vt_span name, value;
};

/* The certificate a client showed in the TLS handshake: it has the key. */
struct vt_http_peer_cert {
	struct vt_span der; /* p == NULL: none, or no TLS */
	/* In its time, for clients, and of one of the client CAs. What is not
	 * trusted so is known by its bytes at most. */
	bool trusted;
};

struct vt_http_req {
	const char *method;                /* "HEAD" stays "HEAD" */
	const char *path;                  /* decoded */
	const struct vt_http_route *route; /* NULL when none matched */
	void *app;                         /* of the face */
	struct vt_arena *arena;            /* freed after the answer */
	struct vt_span body;               /* VT_HTTP_BODY_BUFFER */
	void *stream;                      /* VT_HTTP_BODY_STREAM; see sink */
	void *user;                        /* admit leaves it for handle */
	void (*user_free)(void *user);     /* called once, may be NULL */
	const char *pointer;    /* JSON pointer of the field that is wrong */
	const char *parameter;  /* of the query, that is wrong */
	bool has_body;          /* one comes, or is said to come */
	unsigned retry_after_s; /* 0, or what a refusal tells the client */
	vt_id id;               /* of this request: X-Request-Id */
	char peer[48];          /* numeric address of the client */
	bool tls;               /* came over our own TLS */
	struct vt_http_peer_cert peer_cert;
	/* private to api/http */
	const struct vt_http_param *params, *query;
	size_t nparams, nquery;
	const struct vt_http_field *fields;
	size_t nfields;
	const char *range_hint; /* Content-Range of a 416 */
};

/* Value of {name} in the pattern; asserts that the pattern has it. */
const char *vt_http_param(const struct vt_http_req *req, const char *name);

/* First query parameter of this name, or NULL. Never inside a log. */
const char *vt_http_query(const struct vt_http_req *req, const char *name);

/* Header value; empty span with p == NULL when absent. Name: any case. */
struct vt_span vt_http_header(const struct vt_http_req *req, const char *name);

/* The header as a C string in the request's arena, or NULL. */
const char *vt_http_header_str(const struct vt_http_req *req, const char *name);

/* Value of the first cookie of this name, in the request's arena, or NULL. */
const char *vt_http_cookie(const struct vt_http_req *req, const char *name);

/*
 * Token of "Authorization: Bearer ..." (RFC 6750 §2.1); p == NULL when there
 * is none. Borrowed from req.
 */
struct vt_span vt_http_bearer(const struct vt_http_req *req);

/*
 * Idempotency-Key, checked: 1..IDEMPOTENCY_KEY_MAX visible ASCII characters.
 * Errors: VT_E_IDEMPOTENCY_KEY_MISSING, VT_E_LIMIT, VT_E_SYNTAX.
 */
VT_NODISCARD int vt_http_idempotency_key(
    const struct vt_http_req *req, struct vt_span *ret, struct vt_err *reterr);

/* True when Content-Type is this type, parameters aside. */
bool vt_http_type_is(const struct vt_http_req *req, const char *type);

/*
 * A field of an application/x-www-form-urlencoded body, or NULL. Decoded into
 * the arena; ill-formed pairs are as if absent.
 */
const char *vt_http_form(const struct vt_http_req *req, const char *name);

/* --- answers --- */

struct vt_http_res {
	int status;         /* preset 200 */
	struct vt_buf body; /* owned by the server */
	/* private to api/http */
	struct vt_buf headers; /* "Name\0value\0" pairs */
	uint32_t names;        /* a bit a name there, several share one */
	struct vt_source *source;
	void (*source_free)(struct vt_source *s);
	uint64_t source_off, source_n;
	size_t source_piece;
};

/*
 * Sets a header (replacing one of the same name). A value with control
 * characters is a programming error and asserted.
 */
void vt_http_res_header(
    struct vt_http_res *res, const char *name, const char *value);

/* One more Set-Cookie: the only header that stands there as often as it is
 * said (RFC 9110 section 5.3). */
void vt_http_res_cookie(struct vt_http_res *res, const char *value);

/* Content-Type and an empty body to be written. */
void vt_http_res_type(struct vt_http_res *res, const char *type);

/* Strong ETag from a counter or any token of visible characters. */
void vt_http_res_etag(struct vt_http_res *res, const char *token);

/*
 * Status, headers and body of an answer as bytes, to be given again later, and
 * back. Not for an answer with a source. load: into a fresh response; false
 * when these are no such bytes (or memory is short: the body remembers it).
 */
void vt_http_res_save(const struct vt_http_res *res, struct vt_buf *ret);
VT_NODISCARD bool vt_http_res_load(
    struct vt_http_res *res, struct vt_span bytes);

/* 303 See Other. location: a path of ours. */
void vt_http_res_see_other(struct vt_http_res *res, const char *location);

/* What a download is. */
struct vt_http_file {
	struct vt_source *source;                 /* taken */
	void (*source_free)(struct vt_source *s); /* NULL: nothing to free */
	vt_hash hash;                             /* SHA-256 of the whole */
	const char *type;                         /* media type */
	const char *name; /* for Content-Disposition; NULL: none */
	bool attachment;  /* else inline */
	/* The source is made of pieces of so many bytes, and is read without
	 * cutting one where that can be; 0: it has none. */
	size_t piece;
};

/*
 * Answers with a file: ETag from its hash, Repr-Digest (RFC 9530),
 * If-None-Match -> 304, If-Match, one byte range with If-Range -> 206 or 416
 * (RFC 9110 §13, §14); several ranges are answered with the whole. The
 * source is taken whatever happens; source_free may run after the request is
 * gone, on another thread. Errors: VT_E_HTTP_RANGE,
 * VT_E_PRECONDITION_FAILED, VT_E_NOMEM.
 */
VT_NODISCARD int vt_http_res_file(struct vt_http_req *req,
    struct vt_http_res *res, const struct vt_http_file *file,
    struct vt_err *reterr);

/*
 * A GET of what has this tag: writes ETag, judges If-Match (VT_E_PRECONDITION_
 * FAILED), then If-None-Match (RFC 9110 §13.2.2). *ret_unchanged: the client
 * has it; the status is 304 and there is to be no body.
 */
VT_NODISCARD int vt_http_res_conditions(const struct vt_http_req *req,
    struct vt_http_res *res, const char *token, bool *ret_unchanged,
    struct vt_err *reterr);

/*
 * If-Match of a change, where tags are revisions: the one that the record must
 * have, 0 for "*", any. Of several it is `now` (the record's revision, 0 when
 * there is none or only one is named) if that is among them; else the first,
 * which it had perhaps when a request that comes again was first sent.
 * Errors: VT_E_PRECONDITION_REQUIRED (absent), VT_E_PRECONDITION_FAILED (no
 * strong tag of ours).
 */
VT_NODISCARD int vt_http_if_match_number(const struct vt_http_req *req,
    uint64_t now, uint64_t *ret, struct vt_err *reterr);
/* Does it name more than one, so that `now` is wanted? */
bool vt_http_if_match_several(const struct vt_http_req *req);

/* True when If-None-Match names this token: answer 304 and no body. */
bool vt_http_none_match(const struct vt_http_req *req, const char *token);

/* Writes the problem+json answer (RFC 9457) for an error. */
void vt_http_problem(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res);

/* --- server --- */

/* Files in PEM, read at the start and not again. */
struct vt_http_tls {
	const char *cert, *key; /* ours: chain, leaf first, and its key */
	/* CAs of clients' certificates, which are then asked for (never
	 * required: a route's admit decides); NULL: not asked for. */
	const char *client_ca;
};

struct vt_http_options {
	const char *address; /* numeric IPv4 or IPv6; NULL: 127.0.0.1 */
	uint16_t port;       /* 0: any free one */
	const struct vt_context *context;
	const struct vt_http_face *faces; /* copied; what it points to not */
	size_t nfaces;
	/*
	 * Numeric address of a proxy, or NULL: of requests from there the
	 * client is the last hop that X-Forwarded-For or Forwarded names.
	 */
	const char *trusted_proxy;
	/* For tests; 0 takes the value of limits.def. */
	unsigned connections_max, per_ip_max, idle_s, header_s;
	unsigned window_s, body_s;
	const struct vt_http_tls *tls; /* NULL: plain HTTP */
};

#define VT_HTTP_OPTIONS_INIT                                                   \
	{                                                                      \
		NULL, 0, NULL, NULL, 0, NULL, 0, 0, 0, 0, 0, 0, NULL           \
	}

struct vt_http;

/*
 * Listens and serves in threads of its own. *owned*. Errors:
 * VT_E_PORT_IN_USE, VT_E_USAGE (an address), VT_E_ENVIRONMENT, VT_E_NOMEM;
 * with TLS VT_E_NO_INPUT, VT_E_IO, VT_E_LIMIT, VT_E_KEY_FORMAT,
 * VT_E_KEY_MISMATCH (its files).
 */
VT_NODISCARD int vt_http_start(const struct vt_http_options *opt,
    struct vt_http **ret, struct vt_err *reterr);

/* The port it listens on. */
uint16_t vt_http_port(const struct vt_http *h);

/*
 * Stops accepting, lets requests under way finish for at most HTTP_STOP_S
 * seconds, cuts the rest, frees. NULL allowed.
 */
void vt_http_stop(struct vt_http *h);

#endif
