/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames as a hostile worker sends them: the head, the payload of an error,
 * and the control frames. What is accepted has one form only: written again
 * it is the same bytes. What is refused leaves the results alone.
 */
#include <string.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "tests/fuzz/fuzz.h"

static void
try_head(const uint8_t *p, size_t n)
{
	struct vt_frame f = { VT_FRAME_JOB, 12345 };
	struct vt_err err = VT_ERR_INIT;
	uint8_t again[VT_FRAME_HEAD];

	if (n < VT_FRAME_HEAD)
		return;
	if (vt_frame_get(p, &f, &err) != VT_OK) {
		VT_FUZZ_HOLDS(f.kind == VT_FRAME_JOB && f.length == 12345);
		VT_FUZZ_HOLDS(err.code == VT_E_WORKER_PROTOCOL ||
			      err.code == VT_E_WORKER_LIMIT);
		return;
	}
	VT_FUZZ_HOLDS(f.length <= VT_L(WORKER_MESSAGE_MAX));
	vt_frame_put(again, f.kind, f.length);
	VT_FUZZ_HOLDS(memcmp(again, p, VT_FRAME_HEAD) == 0);
}

static void
try_error(const uint8_t *p, size_t n)
{
	struct vt_err got = VT_ERR_INIT, err = VT_ERR_INIT;
	VT_BUF_AUTO(again);

	if (vt_frame_error_get(VT_SPAN(p, n), &got, &err) != VT_OK) {
		VT_FUZZ_HOLDS(got.code == VT_OK && got.msg[0] == '\0');
		VT_FUZZ_HOLDS(err.code == VT_E_WORKER_PROTOCOL);
		return;
	}
	VT_FUZZ_HOLDS(got.code < 0);
	VT_FUZZ_HOLDS(vt_err_info(got.code) != NULL);
	VT_FUZZ_HOLDS(memchr(got.msg, 0, sizeof(got.msg)) != NULL);
	vt_frame_error_put(&again, got.code, &got);
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&again), VT_SPAN(p, n)));
}

static void
try_numbers(const uint8_t *p, size_t n)
{
	uint64_t numbers[VT_FRAME_NUMBERS] = { 7, 7, 7, 7 };
	enum vt_frame_kind kind = VT_FRAME_JOB;
	size_t count = 99;
	VT_BUF_AUTO(again);

	if (vt_frame_numbers_get(VT_SPAN(p, n), &kind, numbers, &count, NULL) !=
	    VT_OK) {
		VT_FUZZ_HOLDS(
		    kind == VT_FRAME_JOB && count == 99 && numbers[0] == 7);
		return;
	}
	VT_FUZZ_HOLDS(count <= VT_FRAME_NUMBERS);
	vt_frame_numbers_put(&again, kind, numbers, count);
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&again), VT_SPAN(p, n)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	try_head(p, n);
	try_error(p, n);
	try_numbers(p, n);
	return 0;
}

#define SEED(s)                                                                \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const struct {
		const char *p;
		size_t n;
	} seed[] = {
		/* heads */
		SEED("VTW1\0\0\0\1\0\0\0\0\0\0\0\0"),
		SEED("VTW1\0\0\0\2\0\0\0\0\4\0\0\0"),
		SEED("VTW1\0\0\0\2\0\0\0\0\4\0\0\1"),
		SEED("VTW1\0\0\0\4\0\0\0\0\0\0\2\0"),
		/* control frames */
		SEED("VTW1\0\0\0\x10\0\0\0\0\0\0\0\3\x82\1\0"),
		SEED("VTW1\0\0\0\x11\0\0\0\0\0\0\0\2\x81\1"),
		SEED("VTW1\0\0\0\x13\0\0\0\0\0\0\0\5\x82\x0b\x19\3\xe8"),
		/* errors */
		SEED("\xa3\1\x20\2\0\3\x62no"),
		SEED("\xa3\1\x30\2\x18\x54\3\x64\xe1\xbb\x91!"),
	};

	if (i >= sizeof(seed) / sizeof(seed[0]))
		return NULL;
	*ret_n = seed[i].n;
	return seed[i].p;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "VTW1", "\xa3\1", "\2\x18",
		"\3\x78", "\xe1\xbb\x91" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
