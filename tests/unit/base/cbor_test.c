/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deterministic CBOR: vectors of RFC 8949, refusals, guard pages. */
#include "base/cbor.h"
#include "tests/guard.h"
#include "tests/tap.h"

/* "18 64" -> two bytes. */
static struct vt_span
unhex(const char *s, uint8_t *p)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		unsigned v;

		if (*s == ' ')
			continue;
		VT_ASSERT(sscanf(s, "%2x", &v) == 1);
		p[n++] = (uint8_t)v;
		s++;
	}
	return VT_SPAN(p, n);
}

static void
expect(struct vt_buf *b, const char *hex, const char *what)
{
	VT_BUF_AUTO(got);

	vt_buf_hex(&got, vt_buf_view(b));
	tap_eq_str(vt_buf_str(&got), hex, "%s", what);
	vt_buf_reset(b);
}

static void
test_integers(void)
{
	/* RFC 8949, appendix A. */
	static const struct {
		uint64_t v;
		const char *hex;
	} row[] = { { 0, "00" }, { 1, "01" }, { 10, "0a" }, { 23, "17" },
		{ 24, "1818" }, { 25, "1819" }, { 100, "1864" },
		{ 255, "18ff" }, { 256, "190100" }, { 1000, "1903e8" },
		{ 65535, "19ffff" }, { 65536, "1a00010000" },
		{ 1000000, "1a000f4240" }, { UINT32_MAX, "1affffffff" },
		{ (uint64_t)UINT32_MAX + 1, "1b0000000100000000" },
		{ 1000000000000, "1b000000e8d4a51000" },
		{ UINT64_MAX, "1bffffffffffffffff" } };
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint8_t p[16];
		struct vt_cbor c;

		vt_cbor_uint(&b, row[i].v);
		expect(&b, row[i].hex, row[i].hex);
		vt_cbor_open(&c, unhex(row[i].hex, p));
		tap_ok(vt_cbor_peek(&c) == VT_CBOR_UINT &&
			   vt_cbor_get_uint(&c) == row[i].v &&
			   vt_cbor_finish(&c, "test", NULL) == VT_OK,
		    "read back");
	}
	vt_cbor_int(&b, -1);
	expect(&b, "20", "-1");
	vt_cbor_int(&b, -100);
	expect(&b, "3863", "-100");
	vt_cbor_int(&b, -1000);
	expect(&b, "3903e7", "-1000");
	vt_cbor_int(&b, INT64_MIN);
	expect(&b, "3b7fffffffffffffff", "INT64_MIN");
	vt_cbor_int(&b, INT64_MAX);
	expect(&b, "1b7fffffffffffffff", "INT64_MAX");
}

static void
test_others(void)
{
	VT_BUF_AUTO(b);

	vt_cbor_bytes(&b, VT_SPAN_LIT("\x01\x02\x03\x04"));
	expect(&b, "4401020304", "byte string");
	vt_cbor_bytes(&b, VT_SPAN(NULL, 0));
	expect(&b, "40", "empty byte string");
	vt_cbor_str(&b, "IETF");
	expect(&b, "6449455446", "text");
	vt_cbor_str(&b, "\xC3\xBC");
	expect(&b, "62c3bc", "text of two bytes");
	vt_cbor_str(&b, NULL);
	expect(&b, "f6", "no string is null");
	vt_cbor_bool(&b, false);
	vt_cbor_bool(&b, true);
	expect(&b, "f4f5", "false, true");
	vt_cbor_array(&b, 2);
	vt_cbor_uint(&b, 1);
	vt_cbor_uint(&b, 2);
	expect(&b, "820102", "array");
	vt_cbor_map(&b, 1);
	vt_cbor_uint(&b, 1);
	vt_cbor_uint(&b, 2);
	expect(&b, "a10102", "map");
}

/* A map of n fields i -> i, by the map writer; read back. */
static void
test_map(size_t n, const char *head)
{
	struct vt_cbor_map_writer w;
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(hex);
	uint64_t key = 0, want = 0;
	bool ok = true;

	vt_buf_puts(&b, "before");
	vt_cbor_map_begin(&w, &b);
	for (size_t i = 0; i < n; i++) {
		vt_cbor_key(&w, i * 3);
		vt_cbor_uint(&b, i);
	}
	vt_cbor_map_end(&w);
	tap_ok(memcmp(b.p, "before", 6) == 0,
	    "%zu fields: what was before "
	    "stays",
	    n);
	vt_buf_hex(&hex, VT_SPAN(b.p + 6, strlen(head) / 2));
	tap_eq_str(vt_buf_str(&hex), head, "head of %zu fields", n);
	vt_cbor_open(&c, VT_SPAN(b.p + 6, b.n - 6));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		ok = ok && key == want * 3 && vt_cbor_get_uint(&c) == want;
		want++;
	}
	tap_ok(ok && want == n && vt_cbor_finish(&c, "test", NULL) == VT_OK,
	    "read back");
}

static void
test_refusals(void)
{
	static const struct {
		const char *hex, *why;
	} row[] = {
		{ "", "nothing" },
		{ "1800", "0 in two bytes" },
		{ "1817", "23 in two bytes" },
		{ "1900ff", "255 in three bytes" },
		{ "1a0000ffff", "65535 in five bytes" },
		{ "1b00000000ffffffff", "2^32-1 in nine bytes" },
		{ "3800", "-1 in two bytes" },
		{ "5801ff", "length 1 in two bytes" },
		{ "7800", "text of length 0 in two bytes" },
		{ "9800", "array of 0 in two bytes" },
		{ "b800", "map of 0 in two bytes" },
		{ "18", "head cut off" },
		{ "1b00112233445566", "head cut off by one" },
		{ "1c", "reserved 28" },
		{ "1f", "reserved 31" },
		{ "5f4101ff", "indefinite bytes" },
		{ "7f6161ff", "indefinite text" },
		{ "9fff", "indefinite array" },
		{ "bfff", "indefinite map" },
		{ "ff", "break alone" },
		{ "4401", "bytes cut off" },
		{ "5bffffffffffffffff", "bytes of 2^64-1" },
		{ "9bffffffffffffffff", "array of 2^64-1" },
		{ "bbffffffffffffffff", "map of 2^64-1" },
		{ "bb8000000000000000", "map of 2^63" },
		{ "8201", "array short of one" },
		{ "a101", "map without a value" },
		{ "a201020103", "the same key twice" },
		{ "a202010102", "keys descending" },
		{ "a1613102", "text key" },
		{ "a1200a", "negative key" },
		{ "a11b800000000000000000", "key beyond 2^63" },
		{ "62c328", "text that is not UTF-8" },
		{ "61ff", "text of FF" },
		{ "c001", "tag" },
		{ "f90000", "half float" },
		{ "fa00000000", "float" },
		{ "fb0000000000000000", "double" },
		{ "f7", "undefined" },
		{ "e0", "simple 0" },
		{ "f820", "simple 32" },
		{ "0001", "two items" },
		{ "818181818181818181818181818181818100", "17 arrays deep" },
	};
	struct vt_err e = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint8_t p[64];
		struct guard g;
		struct vt_cbor c;

		vt_cbor_open(&c, guard_put(&g, unhex(row[i].hex, p)));
		(void)vt_cbor_skip(&c);
		tap_code(vt_cbor_finish(&c, "leaf", &e), VT_E_SYNTAX, &e,
		    "refused: %s (%s)", row[i].why, e.msg);
		guard_drop(&g);
	}
	tap_ok(strncmp(e.msg, "leaf: RFC 8949", 14) == 0,
	    "the message names the record and the standard");
}

static void
test_depth(void)
{
	uint8_t p[64];
	struct vt_cbor c;

	vt_cbor_open(&c, unhex("8181818181818181818181818181818100", p));
	tap_ok(vt_cbor_skip(&c).n == 17 &&
		   vt_cbor_finish(&c, "test", NULL) == VT_OK,
	    "16 arrays deep are taken");
	vt_cbor_open(&c, unhex("a300820102018020f6", p));
	tap_eq_int(vt_cbor_skip(&c).n, 0, "a negative key inside");
	vt_cbor_open(&c, unhex("a300820102018002f6 05", p));
	tap_eq_int(vt_cbor_skip(&c).n, 9, "skip takes one item");
	tap_eq_int(vt_cbor_get_uint(&c), 5, "and stands at the next");
}

static void
test_typed(void)
{
	struct vt_err e = VT_ERR_INIT;
	struct vt_cbor c;
	uint8_t p[64];
	char text[4] = "zzz";

	vt_cbor_open(&c, unhex("63616263 00", p));
	vt_cbor_get_str(&c, text, 4);
	tap_eq_str(text, "abc", "text into its array, at the edge");
	vt_cbor_open(&c, unhex("6461626364", p));
	vt_cbor_get_str(&c, text, 4);
	tap_eq_str(text, "", "one byte too long");
	tap_code(vt_cbor_finish(&c, "x", &e), VT_E_SYNTAX, &e, "is a failure");
	vt_cbor_open(&c, unhex("63610062", p));
	vt_cbor_get_str(&c, text, 4);
	tap_code(vt_cbor_finish(&c, "x", &e), VT_E_SYNTAX, &e, "NUL in text");

	vt_cbor_open(&c, unhex("01 02", p));
	tap_eq_int(vt_cbor_get_bytes(&c).n, 0, "wrong type: empty");
	tap_eq_int(vt_cbor_get_uint(&c), 0, "and nothing works after it");
	tap_ok(vt_cbor_peek(&c) == VT_CBOR_END, "peek says END");
	tap_code(vt_cbor_finish(&c, "x", &e), VT_E_SYNTAX, &e, "it is sticky");
	tap_ok(strstr(e.msg, "wanted a byte string") != NULL &&
		   strstr(e.msg, "at byte 0") != NULL,
	    "the first failure is named: %s", e.msg);

	vt_cbor_open(&c, unhex("3b8000000000000000", p));
	tap_eq_int(vt_cbor_get_int(&c), 0, "below INT64_MIN");
	tap_ok(c.failed == VT_E_SYNTAX, "is a failure");
	vt_cbor_open(&c, unhex("f6 f5", p));
	tap_ok(vt_cbor_get_null(&c) && !vt_cbor_get_null(&c) &&
		   vt_cbor_get_bool(&c) && vt_cbor_finish(&c, "x", &e) == VT_OK,
	    "null is taken only where it stands");
	vt_cbor_open(&c, unhex("4f000102030405060708090a0b0c0d0e", p));
	(void)vt_cbor_get_id(&c);
	tap_ok(c.failed == VT_E_SYNTAX, "an id of 15 bytes");
	vt_cbor_open(&c, unhex("50000102030405060708090a0b0c0d0e0f", p));
	tap_ok(vt_cbor_get_id(&c).b[15] == 15 && c.failed == VT_OK,
	    "an id of 16 bytes");
}

/* No prefix of a good record is good, and none reads beyond its end. */
static void
test_prefixes(void)
{
	static const char whole[] = "a4 00 50000102030405060708090a0b0c0d0e0f "
				    "01 83 190100 20 f6 02 65 73e1bb91 31 "
				    "18ff a1 00 f5";
	uint8_t p[64];
	struct vt_span s = unhex(whole, p);
	int good = 0;

	for (size_t n = 0; n <= s.n; n++) {
		struct guard g;
		struct vt_cbor c;

		vt_cbor_open(&c, guard_put(&g, VT_SPAN(s.p, n)));
		(void)vt_cbor_skip(&c);
		if (vt_cbor_finish(&c, "x", NULL) == VT_OK)
			good += n == s.n ? 1 : 100;
		guard_drop(&g);
	}
	tap_eq_int(good, 1, "only the whole record is good");
}

int
main(void)
{
	test_integers();
	test_others();
	test_map(0, "a0");
	test_map(1, "a1");
	test_map(23, "b7");
	test_map(24, "b818");
	test_map(255, "b8ff");
	test_map(256, "b90100");
	test_refusals();
	test_depth();
	test_typed();
	test_prefixes();
	return tap_done();
}
