/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames byte by byte, and verdicts on how a process ended. */
#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/verdict.h"
#include "tests/tap.h"

static void
check_head(void)
{
	const uint8_t want[VT_FRAME_HEAD] = { 'V', 'T', 'W', '1', 0, 0, 0, 2, 0,
		0, 0, 0, 0, 1, 2, 3 };
	struct vt_frame f = { 0 };
	struct vt_err err = VT_ERR_INIT;
	uint8_t head[VT_FRAME_HEAD];

	vt_frame_put(head, VT_FRAME_REPLY, 0x010203);
	tap_ok(memcmp(head, want, sizeof(want)) == 0, "a head as in frame.h");
	tap_call(vt_frame_get(head, &f, &err), &err, "is read");
	tap_ok(f.kind == VT_FRAME_REPLY && f.length == 0x010203, "the same");

	vt_frame_put(head, VT_FRAME_JOB, VT_L(WORKER_MESSAGE_MAX));
	tap_call(vt_frame_get(head, &f, &err), &err, "WORKER_MESSAGE_MAX");
	vt_frame_put(head, VT_FRAME_JOB, VT_L(WORKER_MESSAGE_MAX) + 1);
	tap_code(vt_frame_get(head, &f, &err), VT_E_WORKER_LIMIT, &err,
	    "one byte more: %s", err.msg);
	vt_frame_put(head, VT_FRAME_ERROR, VT_FRAME_ERROR_MAX + 1);
	tap_code(vt_frame_get(head, &f, &err), VT_E_WORKER_PROTOCOL, &err,
	    "an error that is too long");
	tap_eq_int(f.length, VT_L(WORKER_MESSAGE_MAX), "results untouched");

	for (size_t i = 0; i < 4; i++) {
		vt_frame_put(head, VT_FRAME_JOB, 0);
		head[i] ^= 0x20;
		tap_code(vt_frame_get(head, &f, &err), VT_E_WORKER_PROTOCOL,
		    &err, "magic byte %zu", i);
	}
	for (unsigned k = 0; k < 256; k++) {
		bool known = (k >= 1 && k <= 5) || (k >= 16 && k <= 19);

		vt_frame_put(head, VT_FRAME_JOB, 0);
		head[7] = (uint8_t)k;
		if ((vt_frame_get(head, &f, NULL) == VT_OK) != known)
			tap_ok(false, "kind %u", k);
	}
	head[4] = 1;
	tap_code(vt_frame_get(head, &f, &err), VT_E_WORKER_PROTOCOL, &err,
	    "a kind beyond a byte");
}

static void
check_error(void)
{
	struct vt_err err = VT_ERR_INIT, got = VT_ERR_INIT, said = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	for (int code = -1; code > -(int)(VT_E__END - VT_E__TOP); code--) {
		vt_buf_reset(&b);
		(void)vt_err_errno(&said, (enum vt_code)code, 5, "số %d", code);
		vt_frame_error_put(&b, code, &said);
		if (vt_frame_error_get(vt_buf_view(&b), &got, &err) != VT_OK ||
		    got.code != code || got.os_errno != 5 ||
		    strcmp(got.msg, said.msg) != 0)
			tap_ok(false, "code %d: %s", code, err.msg);
	}
	tap_ok(true, "every code of the table travels");

	memset(said.msg, 'x', sizeof(said.msg) - 1);
	vt_buf_reset(&b);
	vt_frame_error_put(&b, VT_E_IO, &said);
	tap_ok(b.n <= VT_FRAME_ERROR_MAX, "the longest message fits a frame");
	tap_call(vt_frame_error_get(vt_buf_view(&b), &got, &err), &err,
	    "and is read");
	tap_eq_str(got.msg, said.msg, "whole");

	for (size_t n = 0; n < b.n; n++)
		if (vt_frame_error_get(VT_SPAN(b.p, n), &got, NULL) == VT_OK)
			tap_ok(false, "cut at %zu is accepted", n);
	vt_buf_putc(&b, 0);
	tap_code(vt_frame_error_get(vt_buf_view(&b), &got, &err),
	    VT_E_WORKER_PROTOCOL, &err, "a byte too many");

	vt_buf_reset(&b);
	vt_frame_error_put(&b, 77, &said);
	tap_call(vt_frame_error_get(vt_buf_view(&b), &got, &err), &err,
	    "a code outside the table");
	tap_eq_int(got.code, VT_E_INTERNAL, "is an internal error");
}

static void
check_numbers(void)
{
	const uint64_t in[VT_FRAME_NUMBERS] = { 0, 24, UINT64_MAX, 1 };
	uint64_t out[VT_FRAME_NUMBERS] = { 0 };
	struct vt_err err = VT_ERR_INIT;
	enum vt_frame_kind kind = VT_FRAME_JOB;
	size_t n = 0;
	VT_BUF_AUTO(b);

	for (size_t count = 0; count <= VT_FRAME_NUMBERS; count++) {
		vt_buf_reset(&b);
		vt_frame_numbers_put(&b, VT_FRAME_EXIT, in, count);
		tap_call(
		    vt_frame_numbers_get(vt_buf_view(&b), &kind, out, &n, &err),
		    &err, "%zu numbers", count);
		tap_ok(n == count && kind == VT_FRAME_EXIT &&
			   memcmp(in, out, count * sizeof(*in)) == 0,
		    "the same");
	}
	for (size_t cut = 0; cut < b.n; cut++)
		if (vt_frame_numbers_get(
			VT_SPAN(b.p, cut), &kind, out, &n, NULL) == VT_OK)
			tap_ok(false, "cut at %zu is accepted", cut);
	b.p[7] = VT_FRAME_REPLY;
	tap_code(vt_frame_numbers_get(vt_buf_view(&b), &kind, out, &n, &err),
	    VT_E_WORKER_PROTOCOL, &err, "not a control frame");
}

static void
check_verdict(void)
{
	const struct vt_worker_kind kind = { .name = "proof", .cpu_s = 3 };
	struct vt_err err = VT_ERR_INIT;

	/* Linux: a status is the signal, or the exit code times 256. */
	tap_code(vt_worker_verdict(&kind, SIGSEGV, 0, &err),
	    VT_E_WORKER_CRASHED, &err, "SIGSEGV");
	tap_eq_str(err.msg,
	    "worker proof ended by SIGSEGV (Segmentation fault)", "named");
	tap_code(vt_worker_verdict(&kind, 7 << 8, 0, &err), VT_E_WORKER_CRASHED,
	    &err, "exit 7: %s", err.msg);
	tap_ok(strstr(err.msg, "status 7") != NULL, "named");
	tap_code(vt_worker_verdict(&kind, SIGXCPU, 3000000, &err),
	    VT_E_WORKER_TIMEOUT, &err, "SIGXCPU");
	tap_code(vt_worker_verdict(&kind, SIGKILL, 4000000, &err),
	    VT_E_WORKER_TIMEOUT, &err, "SIGKILL after the CPU limit");
	tap_code(vt_worker_verdict(&kind, SIGKILL, 100000, &err),
	    VT_E_WORKER_CRASHED, &err, "SIGKILL before: %s", err.msg);
	tap_code(vt_worker_verdict(&kind, SIGSYS, 0, &err), VT_E_WORKER_CRASHED,
	    &err, "SIGSYS");
	tap_ok(strstr(err.msg, "sandbox forbids") != NULL, "explained");
}

int
main(void)
{
	check_head();
	check_error();
	check_numbers();
	check_verdict();
	return tap_done();
}
