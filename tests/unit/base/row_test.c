/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows by tables: every kind, what is absent, what is refused. */
#include "base/row.h"
#include "tests/tap.h"

struct pair {
	const char *a;
	vt_time b;
	uint32_t c;
};

struct all {
	uint32_t before; /* no field */
	vt_id id;
	vt_hash hash;
	vt_time time;
	const char *text;
	char chars[8];
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	bool flag, boolean;
	struct vt_span bytes, span;
	const char *const *texts;
	size_t n_texts;
	const uint64_t *numbers;
	size_t n_numbers;
	struct pair pair, maybe;
	bool has_maybe;
	const struct pair *pairs;
	size_t n_pairs;
	int odd;
};

static bool
odd_is_empty(const void *of)
{
	return ((const struct all *)of)->odd == 0;
}

static void
odd_put(struct vt_buf *b, const void *of)
{
	vt_cbor_int(b, -((const struct all *)of)->odd);
}

static void
odd_take(struct vt_cbor *c, struct vt_arena *a, void *of)
{
	(void)a;
	((struct all *)of)->odd = (int)-vt_cbor_get_int(c);
}

static const struct vt_row_hooks odd_hooks = { odd_is_empty, odd_put,
	odd_take };

#define VT_ROW_T struct pair
static const struct vt_row_field pair_fields[] = {
#include "tests/unit/base/row_pair.def"
};
#undef VT_ROW_T
static const struct vt_row pair_row = VT_ROW_ARRAY_OR("pair", pair_fields, 2);

#define VT_ROW_T struct all
static const struct vt_row_field all_fields[] = {
#include "tests/unit/base/row.def"
};
#undef VT_ROW_T
static const struct vt_row all_row = VT_ROW_MAP("thing", all_fields);

struct raw {
	uint8_t key[4];
};
static const struct vt_row_field raw_fields[] = {
#define VT_ROW_T struct raw
	VT_FIELD(1, RAW, key)
#undef VT_ROW_T
};
static const struct vt_row raw_row = VT_ROW_MAP("raw", raw_fields);

static void
expect(struct vt_buf *b, const char *hex, const char *what)
{
	VT_BUF_AUTO(got);

	vt_buf_hex(&got, vt_buf_view(b));
	tap_eq_str(vt_buf_str(&got), hex, "%s", what);
	vt_buf_reset(b);
}

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void
unhex(const char *s, struct vt_buf *ret)
{
	vt_buf_reset(ret);
	for (; *s != '\0'; s += 2)
		vt_buf_putc(ret, (uint8_t)(digit(s[0]) << 4 | digit(s[1])));
}

static struct all
full(void)
{
	static const char *const texts[] = { "x", "y" };
	static const uint64_t numbers[] = { 7, 0 };
	static const struct pair pairs[] = { { "p", 5, 0 }, { "", 6, 9 } };

	return (struct all){ .before = 1,
		.id.b = { 1 },
		.hash.b = { 2 },
		.time = -3,
		.text = "số",
		.chars = "chars",
		.u16 = UINT16_MAX,
		.u32 = UINT32_MAX,
		.u64 = UINT64_MAX,
		.flag = true,
		.boolean = true,
		.bytes = vt_span_str("bytes"),
		.span = vt_span_str("span"),
		.texts = texts,
		.n_texts = 2,
		.numbers = numbers,
		.n_numbers = 2,
		.pair = { "a", VT_TIME_NONE, 3 },
		.has_maybe = true,
		.maybe = { "m", 1, 0 },
		.pairs = pairs,
		.n_pairs = 2,
		.odd = 4 };
}

static void
test_empty(void)
{
	struct all x = { .time = 1, .has_maybe = true };
	VT_BUF_AUTO(b);

	vt_row_clear(&all_row, &x);
	tap_ok(x.time == VT_TIME_NONE && *x.text == '\0' && *x.pair.a == '\0' &&
		   x.pair.b == VT_TIME_NONE && !x.has_maybe,
	    "cleared: no time, no text, nothing that hangs on anything");
	vt_row_put(&all_row, &x, &b);
	expect(&b, "a21580168260f6",
	    "what is always there alone: an empty list, an array of two");
	x.text = NULL;
	x.pair.a = NULL;
	vt_row_put(&all_row, &x, &b);
	expect(&b, "a21580168260f6", "NULL is written as no text");
	vt_row_texts(&all_row, &x);
	tap_ok(*x.text == '\0' && *x.pair.a == '\0', "and becomes one");
}

static void
test_round_trip(void)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 16);
	struct all in = full(), out = { .before = 8, .flag = false };
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(again);
	struct vt_cbor c;

	vt_row_put(&all_row, &in, &b);
	vt_cbor_open(&c, vt_buf_view(&b));
	vt_row_take(&all_row, &c, a, &out);
	tap_ok(c.failed == VT_OK && c.at == b.n, "all kinds are read");
	vt_row_put(&all_row, &out, &again);
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
	    "and give the same bytes");
	tap_ok(out.u16 == UINT16_MAX && out.u64 == UINT64_MAX && out.flag &&
		   out.boolean && out.time == -3 && out.odd == 4,
	    "numbers");
	tap_eq_str(out.text, "số", "text");
	tap_eq_str(out.chars, "chars", "text in place");
	tap_eq_str(out.texts[1], "y", "a list of texts");
	tap_ok(out.n_pairs == 2 && out.pairs[0].c == 0 && out.pairs[1].c == 9,
	    "an array of two and one of three");
	tap_ok(out.has_maybe && out.maybe.b == 1 &&
		   out.pair.b == VT_TIME_NONE && out.pair.c == 3,
	    "rows in it; null is no time");
	tap_ok(out.span.p > (const uint8_t *)b.p && out.span.p < b.p + b.n &&
		   (out.bytes.p < b.p || out.bytes.p >= b.p + b.n),
	    "a span is borrowed, bytes are copied");
	tap_eq_int(out.before, 8, "what is no field is left alone");
}

static void
test_raw(void)
{
	struct raw x = { .key = { 0 } };
	VT_BUF_AUTO(b);
	struct vt_cbor c;

	vt_row_put(&raw_row, &x, &b);
	expect(&b, "a1014400000000", "raw bytes are there, also zeroes");
	unhex("a101420102", &b);
	vt_cbor_open(&c, vt_buf_view(&b));
	vt_row_take(&raw_row, &c, NULL, &x);
	tap_eq_str(c.why, "bytes of another length", "and of one length");
}

static void
test_refused(void)
{
	static const struct {
		const char *hex, *why;
	} row[] = {
		{ "a10d00", "unknown field 13 of a thing" },
		{ "a1186300", "unknown field 99 of a thing" },
		{ "a1061a00010000", "number over 16 bits" },
		{ "a1071b0000000100000000", "number over 32 bits" },
		{ "a10902", "neither 0 nor 1" },
		{ "a11681606100", "not the 3 values of a pair" },
		{ "a1168460000000", "not the 3 values of a pair" },
		{ "a114980161", "" },
		{ "a1149a00ffffff", "a length goes beyond the input" },
		{ "a1056963686172616374657273", "" },
		{ "a2080108", "" },
	};
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 16);
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct all x = { .u64 = 0 };
		struct vt_cbor c;

		unhex(row[i].hex, &b);
		vt_cbor_open(&c, vt_buf_view(&b));
		vt_row_take(&all_row, &c, a, &x);
		tap_eq_int(c.failed, VT_E_SYNTAX, "%s is refused", row[i].hex);
		if (*row[i].why != '\0')
			tap_eq_str(c.why, row[i].why, "and says why");
	}
}

static void
test_no_memory(void)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(4096);
	struct all in = full(), out;
	VT_BUF_AUTO(b);
	struct vt_cbor c;

	vt_row_put(&all_row, &in, &b);
	while (vt_arena_alloc(a, 16) != NULL)
		continue;
	vt_cbor_open(&c, vt_buf_view(&b));
	vt_row_take(&all_row, &c, a, &out);
	tap_eq_int(c.failed, VT_E_NOMEM, "an arena at its end is told apart");
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_empty();
	test_round_trip();
	test_raw();
	test_refused();
	test_no_memory();
	return tap_done();
}
