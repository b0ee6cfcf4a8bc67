/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buffers, vt_html, and the arena. */
#include "base/arena.h"
#include "base/buf.h"
#include "tests/tap.h"

static void
test_growth(void)
{
	VT_BUF_AUTO(b);
	bool zero = true;
	uint8_t *p;

	tap_eq_str(vt_buf_str(&b), "", "empty as a string");
	tap_eq_int(vt_buf_view(&b).n, 0, "empty as a view");
	for (int i = 0; i < 10000; i++)
		vt_buf_putc(&b, (uint8_t)('a' + i % 26));
	tap_eq_int(b.n, 10000, "10000 bytes one by one");
	tap_ok(b.p[9999] == 'a' + 9999 % 26 && b.p[10000] == 0,
	    "the last byte, and the closing 0");
	vt_buf_truncate(&b, 3);
	tap_eq_str(vt_buf_str(&b), "abc", "shortened");
	p = vt_buf_extend(&b, 100);
	for (int i = 0; i < 100; i++)
		zero = zero && p[i] == 0;
	tap_ok(zero && b.n == 103, "extended by zeros, not by old bytes");
	vt_buf_reset(&b);
	vt_buf_hex(&b, VT_SPAN_LIT("\x00\x9a\xff"));
	tap_eq_str(vt_buf_str(&b), "009aff", "hex");
	vt_buf_reset(&b);
	vt_buf_printf(&b, "%05d|%s|%.1f", 42, "x", 2.5);
	tap_eq_str(vt_buf_str(&b), "00042|x|2.5", "printf");
}

static void
test_limit(void)
{
	struct vt_err e = VT_ERR_INIT;
	struct vt_buf b;

	vt_buf_init(&b, 10);
	vt_buf_puts(&b, "0123456789");
	tap_call(vt_buf_status(&b, &e), &e, "ten bytes of ten");
	vt_buf_putc(&b, 'x');
	tap_code(vt_buf_status(&b, &e), VT_E_LIMIT, &e, "the eleventh fails");
	tap_eq_str(vt_buf_str(&b), "0123456789", "and is not written");
	vt_buf_truncate(&b, 1);
	vt_buf_putc(&b, 'x');
	tap_eq_int(b.n, 1, "a failure is remembered");
	vt_buf_reset(&b);
	vt_buf_printf(&b, "%s", "0123456789");
	tap_call(vt_buf_status(&b, &e), &e, "printf up to the limit");
	vt_buf_printf(&b, "%d", 1);
	tap_code(vt_buf_status(&b, &e), VT_E_LIMIT, &e, "printf beyond");
	vt_buf_reset(&b);
	tap_ok(vt_buf_extend(&b, 11) == NULL, "extend beyond");
	tap_ok(vt_buf_extend(&b, SIZE_MAX) == NULL, "extend far beyond");
	vt_buf_free(&b);
	vt_buf_zero(&b, 11);
	tap_code(vt_buf_status(&b, &e), VT_E_LIMIT, &e,
	    "the limit outlives vt_buf_free");
	vt_buf_free(&b);
	vt_buf_free(NULL);

	vt_buf_init(&b, 0);
	b.secret = true;
	for (int i = 0; i < 1000; i++)
		vt_buf_puts(&b, "pin ");
	tap_ok(b.n == 4000 && memcmp(b.p + 3996, "pin ", 5) == 0,
	    "a secret buffer keeps its content as it grows");
	vt_buf_free(&b);
}

static void
test_html(void)
{
	VT_BUF_AUTO(b);

	vt_html(&b, "<p title=\"%s\">%s</p>", "\"><script>", "a & b's <i>");
	tap_eq_str(vt_buf_str(&b),
	    "<p title=\"&quot;&gt;&lt;script&gt;\">a &amp; b&#39;s "
	    "&lt;i&gt;</p>",
	    "text is escaped, markup is not");
	vt_buf_reset(&b);
	vt_html(&b, "%s", "Nguyễn \xff\xe1\xbb");
	tap_eq_str(vt_buf_str(&b),
	    "Nguyễn \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
	    "ill-formed bytes become U+FFFD");
	vt_buf_reset(&b);
	vt_html(&b, "%d %i %u %zu %ld %lld %" PRIu64 " %" PRId64 " %x %X %c%%",
	    INT32_MIN, 7, UINT32_MAX, SIZE_MAX, -5L, -6LL, UINT64_MAX,
	    INT64_MIN, 0xbeefu, 0xBEEFu, '<');
	tap_eq_str(vt_buf_str(&b),
	    "-2147483648 7 4294967295 18446744073709551615 -5 -6 "
	    "18446744073709551615 -9223372036854775808 beef BEEF &lt;%",
	    "every number, %%c escaped, %%%%");
	vt_buf_reset(&b);
	vt_html(&b, "%02d|%4d|%04d|%3u|%08x", 7, -7, -7, 1234u, 0x1fu);
	tap_eq_str(
	    vt_buf_str(&b), "07|  -7|-007|1234|0000001f", "width and zeros");
}

static void
test_arena(void)
{
	struct vt_err e = VT_ERR_INIT;
	struct vt_arena *a = vt_arena_new(100000);
	bool aligned = true, zero = true, ok = false;
	struct vt_span s;
	size_t n = 0;
	char *text;

	tap_need(a != NULL, "arena");
	tap_ok(vt_arena_alloc(a, 0) == NULL, "nothing for 0 bytes");
	for (size_t i = 1; i < 200; i++) {
		uint8_t *p = vt_arena_alloc(a, i);

		tap_need(p != NULL, "%zu bytes", i);
		aligned = aligned && (uintptr_t)p % 16 == 0;
		for (size_t k = 0; k < i; k++)
			zero = zero && p[k] == 0;
		memset(p, 0xAA, i);
	}
	tap_ok(aligned, "aligned to 16");
	tap_ok(zero, "zeroed, and no two overlap");
	tap_eq_int(vt_arena_used(a), 199 * 200 / 2, "bytes handed out");
	vt_arena_free(a);
	a = vt_arena_new(100000);
	tap_need(a != NULL, "arena");
	for (size_t i = 1; i < 200; i++) {
		const uint8_t *p = vt_arena_alloc(a, i);

		tap_need(p != NULL, "%zu bytes", i);
		for (size_t k = 0; k < i; k++)
			zero = zero && p[k] == 0;
	}
	tap_ok(zero, "also in memory that was used before");
	text = vt_arena_strdup(a, "văn thư");
	tap_eq_str(text, "văn thư", "strdup");
	tap_eq_str(vt_arena_strndup(a, "abcdef", 3), "abc", "strndup");
	s = vt_arena_copy(a, VT_SPAN_LIT("xyz"), &ok);
	tap_ok(ok && vt_span_is(s, "xyz"), "copy");
	s = vt_arena_copy(a, VT_SPAN(NULL, 0), &ok);
	tap_ok(ok && s.n == 0, "copy of nothing");

	tap_ok(vt_arena_alloc(a, 100000) == NULL, "more than the limit");
	tap_code(vt_arena_err(a, &e), VT_E_LIMIT, &e, "says so");
	tap_ok(vt_arena_alloc(a, SIZE_MAX) == NULL, "SIZE_MAX");
	tap_ok(vt_arena_array(a, SIZE_MAX / 2, 3) == NULL, "overflow");
	(void)vt_arena_copy(a, VT_SPAN(text, SIZE_MAX), &ok);
	tap_ok(!ok, "copy of too much");
	while (vt_arena_alloc(a, 16) != NULL)
		n++;
	tap_ok(vt_arena_used(a) <= 100000 && vt_arena_used(a) > 60000,
	    "the limit holds: %zu bytes and no more", vt_arena_used(a));
	vt_arena_free(a);
	vt_arena_free(NULL);

	a = vt_arena_new(4096);
	tap_need(a != NULL, "the smallest arena");
	tap_ok(vt_arena_alloc(a, 4096 - 32) != NULL, "all of it but the head");
	tap_ok(vt_arena_alloc(a, 1) == NULL, "not one byte more");
	vt_arena_free(a);
	a = vt_arena_new(4096);
	tap_ok(vt_arena_alloc(a, 4096 - 31) == NULL, "one too many at once");
	vt_arena_free(a);
}

int
main(void)
{
	test_growth();
	test_limit();
	test_html();
	test_arena();
	return tap_done();
}
