/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the conformance kit share. */
#ifndef VT_API_EXCHANGE_AXIS_PEER_PRIV_H
#define VT_API_EXCHANGE_AXIS_PEER_PRIV_H

#include "api/exchange/axis/peer.h"
#include "api/exchange/axis/sign.h"
#include "api/exchange/transport.h"

struct vt_peer_packet {
	char id[64];      /* its name in the script */
	char doc_id[192]; /* as the axis lists it */
	enum vt_packet_kind kind;
	char from[64], to[64];
	struct vt_buf bytes;
};

enum vt_peer_action {
	VT_PEER_DELAY,   /* n: milliseconds, then goes on */
	VT_PEER_CUT,     /* n: percent of the answer, then closes */
	VT_PEER_DROP,    /* closes without an answer, nothing done */
	VT_PEER_LOSE,    /* does it, closes without an answer */
	VT_PEER_STATUS,  /* n: HTTP status, nothing done */
	VT_PEER_CODE,    /* n: ErrorCode, nothing done */
	VT_PEER_GARBLE,  /* the packet is no base64 */
	VT_PEER_SHORT,   /* the packet's base64 breaks off, JSON is whole */
	VT_PEER_NOJSON,  /* a page of HTML instead */
	VT_PEER_REPEAT,  /* every row of the list twice */
	VT_PEER_REVERSE, /* rows newest first */
	VT_PEER_HOSTILE, /* before them, rows that name no packet */
	VT_PEER_KEEP     /* goes on listing what was acknowledged */
};

struct vt_peer_rule {
	char call[32]; /* "getEdoc", "*" */
	char id[64];   /* only for this packet; "" any */
	unsigned nth;  /* 0 every, else the nth of such calls */
	enum vt_peer_action action;
	unsigned n;
};

enum vt_peer_what {
	VT_PEER_ACK,      /* axis: packet id is acknowledged text (or "none") */
	VT_PEER_FETCHED,  /* axis: whole answers with packet id */
	VT_PEER_CALLS,    /* of call text */
	VT_PEER_SENT,     /* axis: packets taken by sendEdoc */
	VT_PEER_DISTINCT, /* axis: different ones among them */
	VT_PEER_SAYS,     /* agency: ErrorCode of the last answer */
	VT_PEER_HTTP,     /* agency: its HTTP status */
	VT_PEER_SAME,     /* agency: DocId as in the answer before */
	VT_PEER_ROWS,     /* agency: rows in the last list */
	VT_PEER_MORE,     /* agency: 1 when it says that there are more */
	VT_PEER_COUNT,    /* agency: of countReceiveEdoc, …Status */
	VT_PEER_BYTES     /* agency: getEdoc gave as many bytes, at least */
};

struct vt_peer_expect {
	enum vt_peer_what what;
	char id[64], text[64];
	char op; /* '=', '<' at most, '>' at least */
	unsigned n;
	unsigned line;
	size_t step; /* agency: after this step */
};

/* One call of the agency. */
struct vt_peer_step {
	char call[32]; /* "sendEdoc", … */
	char packet[64], doc_id[64], status[16], kind[8];
	bool form, no_tail, padded, no_hash, wrong_hash, wrong_secret, tamper,
	    stale, expect100, no_to, last_id, unsigned_call;
	unsigned cut;    /* percent of the body that is sent; 0 = all */
	unsigned age_ms; /* of the timestamp */
	unsigned wait_ms;
	char as[64]; /* `from` instead of the packet's */
	char from_date[16], to_date[16];
	char code[64], parent[64]; /* registerAgency, deleteAgency */
};

struct vt_peer_case {
	char name[VT_PEER_NAME + 1];
	struct vt_peer_packet packets[VT_PEER_PACKETS];
	size_t n_packets;
	struct vt_peer_rule rules[VT_PEER_RULES];
	size_t n_rules;
	struct vt_peer_step steps[VT_PEER_STEPS];
	size_t n_steps;
	struct vt_peer_expect expects[VT_PEER_EXPECTS];
	size_t n_expects;
	unsigned for_ms, within_ms;
	unsigned agencies; /* made up, besides those of the packets */
};

struct vt_peer_script {
	enum vt_peer_role role;
	struct vt_peer_case *cases;
	size_t n;
	unsigned run;
	unsigned samples; /* made so far: each has a number of its own */
};

/* A valid packet of `size` bytes of file at least, by number. */
VT_NODISCARD int vt_peer_sample(struct vt_peer_packet *p, unsigned number,
    size_t size, struct vt_err *reterr);

bool vt_peer_compare(unsigned found, char op, unsigned n);

/* ---- peer_wire.c: HTTP by hand, so that it can be done badly ---- */

struct vt_peer_message {
	char start[3][512]; /* method, target, version; or version, code */
	struct vt_buf head; /* all header lines, NUL-terminated */
	struct vt_buf body;
	long status; /* of an answer */
};
void vt_peer_message_free(struct vt_peer_message *m);

/* Value of a header, any case; p == NULL: absent. Borrowed from m. */
struct vt_span vt_peer_header(void *message, const char *name);

/* Reads one message. false: cut off, or not HTTP. answer: of a client. */
bool vt_peer_read(int fd, bool answer, struct vt_peer_message *ret);
bool vt_peer_write(int fd, struct vt_span s);
/* "127.0.0.1:8480" of "http://127.0.0.1:8480/axis"; the path into *path. */
int vt_peer_connect(
    const char *url, const char **ret_path, struct vt_err *reterr);

#endif
