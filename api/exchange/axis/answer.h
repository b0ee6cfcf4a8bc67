/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers of the axis and of the provincial wrapper, read as they come: what
 * they say of the call, their rows one by one, their packet piece by piece.
 *
 *	{"status":"OK","ErrorCode":"0","ErrorDesc":"","DocId":"…","count":1,
 *	 "data":[{…},…]}            rows
 *	 "data":"base64"            a packet (getEdoc)
 *	 "data":{"docId":…,"edxml":"…"}   the wrapper: one row, and a packet
 */
#ifndef VT_API_EXCHANGE_AXIS_ANSWER_H
#define VT_API_EXCHANGE_AXIS_ANSWER_H

#include "base/buf.h"

#define VT_AXIS_ROW_FIELDS 32

/* One object of `data`: names and values of its strings and numbers, UTF-8
 * (what is not became U+FFFD). What lies deeper in it is left out, as are
 * fields beyond AXIS_ROW_MAX bytes; a longer value than AXIS_FIELD_MAX bytes is
 * cut. Borrowed for the callback. */
struct vt_axis_row {
	size_t n;
	const char *name[VT_AXIS_ROW_FIELDS], *value[VT_AXIS_ROW_FIELDS];
};
/* Value by name in any case; "" when absent or null. */
const char *vt_axis_row_get(const struct vt_axis_row *r, const char *name);

typedef int vt_axis_on_row(
    void *arg, const struct vt_axis_row *row, struct vt_err *reterr);
typedef int vt_axis_on_bytes(
    void *arg, struct vt_span bytes, struct vt_err *reterr);

struct vt_axis_answer_ops {
	vt_axis_on_row *row;     /* NULL: rows are left out */
	vt_axis_on_bytes *bytes; /* NULL: a packet is left out */
	void *arg;
};

/* What an answer says of its call. */
struct vt_axis_said {
	bool ok;              /* status "OK", or success true */
	bool stated;          /* one of the two was there */
	bool more;            /* the list is not all: ours says so */
	char code[16];        /* ErrorCode; "" none */
	char desc[512];       /* ErrorDesc, message */
	char doc_id[201];     /* DocId */
	uint64_t count;       /* 0 when absent */
	uint64_t rows, bytes; /* how much of data there was */
};

struct vt_axis_answer;

/* ops: copied. *owned*; NULL when out of memory. */
struct vt_axis_answer *vt_axis_answer_new(const struct vt_axis_answer_ops *ops);
void vt_axis_answer_free(struct vt_axis_answer *a); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_axis_answer, vt_axis_answer_free)

/* Fits vt_call.put. Errors: VT_E_SYNTAX (not JSON; a packet that is not
 * base64), VT_E_LIMIT (depth, a member's name), those of ops. */
VT_NODISCARD int vt_axis_answer_put(
    void *a, struct vt_span bytes, struct vt_err *reterr);
/* VT_E_SYNTAX when it broke off. */
VT_NODISCARD int vt_axis_answer_end(
    struct vt_axis_answer *a, struct vt_axis_said *ret, struct vt_err *reterr);

#endif
