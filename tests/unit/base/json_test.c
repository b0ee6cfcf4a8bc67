/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON writer, and base64. */
#include "base/base64.h"
#include "base/json_out.h"
#include "tests/guard.h"
#include "tests/tap.h"

static void
test_shapes(void)
{
	VT_BUF_AUTO(b);
	struct vt_json j;
	vt_id id = { { 0xAB } };
	vt_hash h = { { 1 } };

	vt_json_open(&j, &b, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "a", "x");
	vt_json_kstr(&j, "b", NULL);
	vt_json_key(&j, "c");
	vt_json_array(&j);
	vt_json_int(&j, INT64_MIN);
	vt_json_uint(&j, UINT64_MAX);
	vt_json_object(&j);
	vt_json_end(&j);
	vt_json_array(&j);
	vt_json_end(&j);
	vt_json_end(&j);
	vt_json_kbool(&j, "d", true);
	vt_json_ktime(&j, "e", 0);
	vt_json_ktime(&j, "f", VT_TIME_NONE);
	vt_json_end(&j);
	tap_eq_str(vt_buf_str(&b),
	    "{\"a\":\"x\",\"b\":null,\"c\":[-9223372036854775808,"
	    "18446744073709551615,{},[]],\"d\":true,"
	    "\"e\":\"1970-01-01T07:00:00+07:00\",\"f\":null}",
	    "compact");

	vt_buf_reset(&b);
	vt_json_open(&j, &b, true);
	vt_json_object(&j);
	vt_json_kint(&j, "a", -1);
	vt_json_key(&j, "b");
	vt_json_array(&j);
	vt_json_bool(&j, false);
	vt_json_null(&j);
	vt_json_end(&j);
	vt_json_key(&j, "c");
	vt_json_object(&j);
	vt_json_end(&j);
	vt_json_end(&j);
	tap_eq_str(vt_buf_str(&b),
	    "{\n  \"a\": -1,\n  \"b\": [\n    false,\n    null\n  ],\n"
	    "  \"c\": {}\n}",
	    "indented");

	vt_buf_reset(&b);
	vt_json_open(&j, &b, false);
	vt_json_array(&j);
	vt_json_id(&j, &id);
	vt_json_hash(&j, &h);
	vt_json_base64(&j, VT_SPAN_LIT("\xff\xfe"));
	vt_json_end(&j);
	tap_eq_str(vt_buf_str(&b),
	    "[\"ab000000000000000000000000000000\","
	    "\"010000000000000000000000000000000000000000000000"
	    "0000000000000000\",\"//4=\"]",
	    "id, hash, base64");
}

static void
test_escapes(void)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	vt_json_open(&j, &b, false);
	vt_json_text(&j, VT_SPAN_LIT("\"\\/\b\f\n\r\t\x00\x1f\x7f Số ộ 😀"));
	tap_eq_str(vt_buf_str(&b),
	    "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0000\\u001f\\u007f Số ộ 😀\"",
	    "controls, quotes, and text as it is");
	vt_buf_reset(&b);
	vt_json_open(&j, &b, false);
	vt_json_text(&j, VT_SPAN_LIT("a\xff\xed\xa0\x80z"));
	tap_eq_str(vt_buf_str(&b),
	    "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"",
	    "ill-formed bytes: U+FFFD each");
	vt_buf_reset(&b);
	vt_json_open(&j, &b, false);
	vt_json_object(&j);
	vt_json_kint(&j, "a\"\n", 1);
	vt_json_end(&j);
	tap_eq_str(vt_buf_str(&b), "{\"a\\\"\\n\":1}", "keys are escaped too");
}

static void
test_depth(void)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	vt_json_open(&j, &b, false);
	for (int i = 0; i < 32; i++)
		vt_json_array(&j);
	for (int i = 0; i < 32; i++)
		vt_json_end(&j);
	tap_ok(b.n == 64 && j.depth == 0, "32 deep");
}

static void
test_base64(void)
{
	/* RFC 4648 §10. */
	static const struct {
		const char *plain, *padded, *url;
	} row[] = { { "", "", "" }, { "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xef\xff", "++//", "--__" } };
	static const char *const bad[] = { "Zg",
		"Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n",
		"Zg==Zg==", "Zm-v", "=Zg=", "Z", " Zm9v" };
	static const char *const bad_url[] = { "Zg==", "Zh", "Zm9v+", "Z",
		"Zm9vZ", "Zm9 " };
	struct vt_err e = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		vt_buf_reset(&b);
		vt_base64_put(&b, vt_span_str(row[i].plain));
		tap_eq_str(vt_buf_str(&b), row[i].padded, "base64");
		vt_buf_reset(&b);
		vt_base64url_put(&b, vt_span_str(row[i].plain));
		tap_eq_str(vt_buf_str(&b), row[i].url, "base64url");
		vt_buf_reset(&b);
		tap_call(vt_base64_get(vt_span_str(row[i].padded), &b, &e), &e,
		    "decoded");
		tap_eq_str(vt_buf_str(&b), row[i].plain, "to the same");
		vt_buf_reset(&b);
		tap_call(vt_base64url_get(vt_span_str(row[i].url), &b, &e), &e,
		    "decoded");
		tap_eq_str(vt_buf_str(&b), row[i].plain, "to the same");
	}
	vt_buf_reset(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct guard g;

		tap_code(
		    vt_base64_get(guard_put(&g, vt_span_str(bad[i])), &b, &e),
		    VT_E_SYNTAX, &e, "refused: number %zu", i);
		guard_drop(&g);
	}
	for (size_t i = 0; i < sizeof(bad_url) / sizeof(bad_url[0]); i++)
		tap_code(vt_base64url_get(vt_span_str(bad_url[i]), &b, &e),
		    VT_E_SYNTAX, &e, "refused, url: number %zu", i);
	tap_eq_int(b.n, 0, "the output is untouched");
}

int
main(void)
{
	test_shapes();
	test_escapes();
	test_depth();
	test_base64();
	return tap_done();
}
