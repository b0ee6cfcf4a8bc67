/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asserted: each broken promise, made in a child process, must end it
 * by abort. And what happens when memory runs out: malloc and its kin are
 * wrapped and fail on request.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cbor.h"
#include "base/json_out.h"
#include "base/text.h"
#include "tests/tap.h"

/* ---- allocation failure ---- */

static long allocations_left = -1; /* -1: no end */

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

static bool
may_allocate(void)
{
	if (allocations_left < 0)
		return true;
	if (allocations_left == 0)
		return false;
	allocations_left--;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return may_allocate() ? __real_malloc(n) : NULL;
}

void *
__wrap_calloc(size_t count, size_t n)
{
	return may_allocate() ? __real_calloc(count, n) : NULL;
}

void *
__wrap_realloc(void *p, size_t n)
{
	return may_allocate() ? __real_realloc(p, n) : NULL;
}

static void
test_buffer_memory(bool secret)
{
	struct vt_err e = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	b.secret = secret;
	vt_buf_puts(&b, "kept");
	allocations_left = 0;
	vt_buf_zero(&b, 100000);
	allocations_left = -1;
	tap_code(
	    vt_buf_status(&b, &e), VT_E_NOMEM, &e, "a buffer that cannot grow");
	tap_eq_str(vt_buf_str(&b), "kept", "keeps what it has");
	vt_buf_puts(&b, "x");
	tap_eq_int(b.n, 4, "and takes nothing more");
	vt_buf_reset(&b);
	vt_buf_puts(&b, "x");
	tap_call(vt_buf_status(&b, &e), &e, "until it is reset");
}

static void
test_arena_memory(void)
{
	struct vt_err e = VT_ERR_INIT;
	struct vt_arena *a;

	allocations_left = 0;
	a = vt_arena_new(100000);
	allocations_left = -1;
	tap_ok(a == NULL, "no memory for an arena");
	a = vt_arena_new(100000);
	tap_need(a != NULL, "an arena");
	allocations_left = 0;
	tap_ok(vt_arena_alloc(a, 10) == NULL, "none for its block");
	allocations_left = -1;
	tap_code(vt_arena_err(a, &e), VT_E_NOMEM, &e, "it says which");
	tap_ok(vt_arena_alloc(a, 10) != NULL, "later there is");
	vt_arena_free(a);
}

/* Every allocation of a call fails once, in turn; then it succeeds. */
static void
test_text_memory(void)
{
	struct vt_span s = vt_span_str("e\xCC\x82\xCC\x83 \xE1\xBB\x99");
	struct vt_err e = VT_ERR_INIT;
	int rc = VT_E_NOMEM, n = 0;

	for (; n < 50 && rc != VT_OK; n++) {
		VT_BUF_AUTO(b);

		allocations_left = n;
		rc = vt_text_clean(s, 10, "text", &b, &e);
		allocations_left = -1;
		if (rc != VT_OK)
			tap_ok(rc == VT_E_NOMEM && b.n == 0,
			    "allocation %d fails: %s", n, e.msg);
		else
			tap_eq_str(vt_buf_str(&b), "ễ ộ", "none fails");
	}
	tap_ok(rc == VT_OK && n > 1, "%d rounds", n);
}

/* ---- broken promises ---- */

static void
html_conversion(void)
{
	VT_BUF_AUTO(b);

	vt_html(&b, "%.1f", 1.5);
}

static void
html_width(void)
{
	VT_BUF_AUTO(b);

	vt_html(&b, "%5s", "x");
}

static void
buffer_truncate(void)
{
	VT_BUF_AUTO(b);

	vt_buf_truncate(&b, 1);
}

static void
cbor_key_order(void)
{
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(b);

	vt_cbor_map_begin(&w, &b);
	vt_cbor_key(&w, 2);
	vt_cbor_null(&b);
	vt_cbor_key(&w, 2);
}

static void
cbor_text(void)
{
	VT_BUF_AUTO(b);

	vt_cbor_str(&b, "\xff");
}

static void
json_value_without_key(void)
{
	struct vt_json j;
	VT_BUF_AUTO(b);

	vt_json_open(&j, &b, false);
	vt_json_object(&j);
	vt_json_int(&j, 1);
}

static void
json_key_in_array(void)
{
	struct vt_json j;
	VT_BUF_AUTO(b);

	vt_json_open(&j, &b, false);
	vt_json_array(&j);
	vt_json_key(&j, "a");
}

static void
json_end_after_key(void)
{
	struct vt_json j;
	VT_BUF_AUTO(b);

	vt_json_open(&j, &b, false);
	vt_json_object(&j);
	vt_json_key(&j, "a");
	vt_json_end(&j);
}

static void
json_two_values(void)
{
	struct vt_json j;
	VT_BUF_AUTO(b);

	vt_json_open(&j, &b, false);
	vt_json_int(&j, 1);
	vt_json_int(&j, 2);
}

static void
json_too_deep(void)
{
	struct vt_json j;
	VT_BUF_AUTO(b);

	vt_json_open(&j, &b, false);
	for (int i = 0; i < 33; i++)
		vt_json_array(&j);
}

static void
date_out_of_range(void)
{
	struct vt_date d = { .year = 2026, .month = 2, .day = 29 };

	(void)vt_time_from_date(&d, 0);
}

static void
kept(void)
{
	VT_BUF_AUTO(b);

	vt_html(&b, "%s", "x");
}

static bool
aborts(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	VT_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int
main(void)
{
	static const struct {
		void (*fn)(void);
		const char *name;
	} row[] = {
		{ html_conversion, "vt_html with a conversion it lacks" },
		{ html_width, "vt_html with a width for text" },
		{ buffer_truncate, "a buffer made longer by truncating" },
		{ cbor_key_order, "CBOR keys that do not ascend" },
		{ cbor_text, "CBOR text that is not UTF-8" },
		{ json_value_without_key, "a JSON value without its key" },
		{ json_key_in_array, "a JSON key in an array" },
		{ json_end_after_key, "a JSON key without its value" },
		{ json_two_values, "two JSON values in one document" },
		{ json_too_deep, "JSON nested too deeply" },
		{ date_out_of_range, "29 February of a common year" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		tap_ok(aborts(row[i].fn), "aborts: %s", row[i].name);
	tap_ok(!aborts(kept), "a promise that is kept does not");
	test_buffer_memory(false);
	test_buffer_memory(true);
	test_arena_memory();
	test_text_memory();
	return tap_done();
}
