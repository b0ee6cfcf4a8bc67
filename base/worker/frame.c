/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/worker/frame.h"

#include <errno.h>
#include <limits.h>

#include "base/cbor.h"
#include "base/limits.h"

static const uint8_t magic[4] = { 'V', 'T', 'W', '1' };

enum { ERROR_CODE = 1, ERROR_ERRNO = 2, ERROR_MESSAGE = 3 };

static void
put_be(uint8_t *p, uint64_t v, size_t n)
{
	while (n-- > 0) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
get_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static bool
kind_is_known(uint64_t kind)
{
	return (kind >= VT_FRAME_JOB && kind <= VT_FRAME_ERROR_LAST) ||
	       (kind >= VT_FRAME_SPAWN && kind <= VT_FRAME_EXIT);
}

/* Codes are -1, -2, ... without gaps, one for each row of err.def. */
static bool
code_is_known(int64_t code)
{
	return code < 0 && code >= -(int64_t)(VT_E__END - VT_E__TOP - 1);
}

void
vt_frame_put(
    uint8_t ret[static VT_FRAME_HEAD], enum vt_frame_kind kind, uint64_t length)
{
	memcpy(ret, magic, sizeof(magic));
	put_be(ret + 4, kind, 4);
	put_be(ret + 8, length, 8);
}

int
vt_frame_get(const uint8_t head[static VT_FRAME_HEAD], struct vt_frame *ret,
    struct vt_err *reterr)
{
	uint64_t kind, length;

	if (memcmp(head, magic, sizeof(magic)) != 0)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker frame: magic VTW1 wanted, %02x%02x%02x%02x found",
		    head[0], head[1], head[2], head[3]);

	kind = get_be(head + 4, 4);
	if (!kind_is_known(kind))
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker frame: unknown kind %llu",
		    (unsigned long long)kind);

	length = get_be(head + 8, 8);
	if (length > VT_L(WORKER_MESSAGE_MAX))
		return vt_err_set(reterr, VT_E_WORKER_LIMIT,
		    "worker frame: at most %zu bytes wanted "
		    "(WORKER_MESSAGE_MAX), %llu announced",
		    VT_L(WORKER_MESSAGE_MAX), (unsigned long long)length);
	if ((kind == VT_FRAME_ERROR || kind == VT_FRAME_ERROR_LAST) &&
	    length > VT_FRAME_ERROR_MAX)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker frame: error of at most %d bytes wanted, "
		    "%llu announced",
		    VT_FRAME_ERROR_MAX, (unsigned long long)length);

	ret->kind = (enum vt_frame_kind)kind;
	ret->length = length;
	return VT_OK;
}

void
vt_frame_error_put(struct vt_buf *b, int code, const struct vt_err *err)
{
	struct vt_span msg = vt_span_str(err->msg);
	uint64_t os_errno = err->os_errno < 0 ? 0 : (uint64_t)err->os_errno;

	if (!code_is_known(code)) {
		code = VT_E_INTERNAL;
		msg = VT_SPAN_LIT("the handler returned an unknown code");
	}
	vt_cbor_map(b, 3);
	vt_cbor_uint(b, ERROR_CODE);
	vt_cbor_int(b, code);
	vt_cbor_uint(b, ERROR_ERRNO);
	vt_cbor_uint(b, os_errno);
	vt_cbor_uint(b, ERROR_MESSAGE);
	vt_cbor_text(b, msg);
}

int
vt_frame_error_get(
    struct vt_span payload, struct vt_err *ret, struct vt_err *reterr)
{
	struct vt_cbor c;
	struct vt_span msg;
	int64_t code;
	uint64_t os_errno;

	vt_cbor_open(&c, payload);
	if (vt_cbor_get_map(&c) != 3)
		vt_cbor_fail(&c, "map of 3 fields wanted");
	if (vt_cbor_get_uint(&c) != ERROR_CODE)
		vt_cbor_fail(&c, "field 1 wanted");
	code = vt_cbor_get_int(&c);
	if (!code_is_known(code))
		vt_cbor_fail(&c, "code is not in the table");
	if (vt_cbor_get_uint(&c) != ERROR_ERRNO)
		vt_cbor_fail(&c, "field 2 wanted");
	os_errno = vt_cbor_get_uint(&c);
	if (os_errno > INT_MAX)
		vt_cbor_fail(&c, "errno out of range");
	if (vt_cbor_get_uint(&c) != ERROR_MESSAGE)
		vt_cbor_fail(&c, "field 3 wanted");
	msg = vt_cbor_get_text(&c);
	if (msg.n >= sizeof(ret->msg) ||
	    (msg.n > 0 && memchr(msg.p, 0, msg.n) != NULL))
		vt_cbor_fail(&c, "message too long or holds NUL");
	if (vt_cbor_finish(&c, "worker error frame", NULL) != VT_OK)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker error frame, offset %zu: %s", c.at, c.why);

	ret->code = (enum vt_code)code;
	ret->os_errno = (int)os_errno;
	if (msg.n > 0)
		memcpy(ret->msg, msg.p, msg.n);
	ret->msg[msg.n] = '\0';
	return VT_OK;
}

void
vt_frame_numbers_put(struct vt_buf *b, enum vt_frame_kind kind,
    const uint64_t *numbers, size_t n)
{
	size_t head = b->n;

	VT_ASSERT(n <= VT_FRAME_NUMBERS);
	vt_buf_zero(b, VT_FRAME_HEAD);
	vt_cbor_array(b, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_uint(b, numbers[i]);
	if (b->failed == VT_OK)
		vt_frame_put(b->p + head, kind, b->n - head - VT_FRAME_HEAD);
}

int
vt_frame_numbers_get(struct vt_span frame, enum vt_frame_kind *ret_kind,
    uint64_t ret[static VT_FRAME_NUMBERS], size_t *ret_n, struct vt_err *reterr)
{
	struct vt_frame f = { VT_FRAME_JOB, 0 };
	struct vt_cbor c;
	uint64_t numbers[VT_FRAME_NUMBERS] = { 0 };
	size_t n;
	int rc;

	if (frame.n < VT_FRAME_HEAD)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "control frame: %d bytes of head wanted, %zu found",
		    VT_FRAME_HEAD, frame.n);
	rc = vt_frame_get(frame.p, &f, reterr);
	if (rc != VT_OK)
		return rc;
	if (f.kind < VT_FRAME_SPAWN || f.length != frame.n - VT_FRAME_HEAD)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "control frame: kind %d with %zu bytes", (int)f.kind,
		    frame.n);

	vt_cbor_open(
	    &c, VT_SPAN(frame.p + VT_FRAME_HEAD, frame.n - VT_FRAME_HEAD));
	n = vt_cbor_get_array(&c);
	if (n > VT_FRAME_NUMBERS) {
		vt_cbor_fail(&c, "too many numbers");
		n = 0;
	}
	for (size_t i = 0; i < n; i++)
		numbers[i] = vt_cbor_get_uint(&c);
	if (vt_cbor_finish(&c, "control frame", NULL) != VT_OK)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "control frame, offset %zu: %s", c.at, c.why);

	*ret_kind = f.kind;
	memcpy(ret, numbers, sizeof(numbers));
	*ret_n = n;
	return VT_OK;
}
