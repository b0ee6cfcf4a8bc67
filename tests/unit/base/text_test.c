/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8, NFC, clean text, capitals, masked names. */
#include "base/text.h"
#include "tests/guard.h"
#include "tests/tap.h"

static bool
valid(struct vt_span s)
{
	struct guard g;
	bool ok = vt_utf8_is_valid(guard_put(&g, s));

	guard_drop(&g);
	return ok;
}

static void
test_utf8(void)
{
	static const struct {
		const char *s;
		bool ok;
		const char *name;
	} row[] = {
		{ "", true, "empty" },
		{ "abc", true, "ASCII" },
		{ "Trần Hưng Đạo", true, "Vietnamese" },
		{ "\xC2\x80", true, "U+0080" },
		{ "\xDF\xBF", true, "U+07FF" },
		{ "\xE0\xA0\x80", true, "U+0800" },
		{ "\xED\x9F\xBF", true, "U+D7FF" },
		{ "\xEE\x80\x80", true, "U+E000" },
		{ "\xF0\x90\x80\x80", true, "U+10000" },
		{ "\xF4\x8F\xBF\xBF", true, "U+10FFFF" },
		{ "\xC0\x80", false, "overlong NUL" },
		{ "\xC1\xBF", false, "overlong of two" },
		{ "\xE0\x9F\xBF", false, "overlong of three" },
		{ "\xF0\x8F\xBF\xBF", false, "overlong of four" },
		{ "\xED\xA0\x80", false, "surrogate D800" },
		{ "\xED\xBF\xBF", false, "surrogate DFFF" },
		{ "\xF4\x90\x80\x80", false, "U+110000" },
		{ "\xF5\x80\x80\x80", false, "F5" },
		{ "\x80", false, "lone continuation" },
		{ "\xE1\xBB", false, "cut in three" },
		{ "\xF0\x90\x80", false, "cut in four" },
		{ "\xC3(", false, "no continuation" },
		{ "\xFF", false, "FF" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		tap_ok(valid(vt_span_str(row[i].s)) == row[i].ok, "%s: %s",
		    row[i].name, row[i].ok ? "valid" : "refused");
}

static void
test_all_scalars(void)
{
	uint32_t bad = 0;

	for (uint32_t c = 0; c <= 0x110000; c++) {
		bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
		VT_BUF_AUTO(b);
		size_t at = 0;

		vt_utf8_put(&b, c);
		if (vt_utf8_next(vt_buf_view(&b), &at) !=
			(int32_t)(scalar ? c : 0xFFFD) ||
		    at != b.n)
			bad++;
	}
	tap_eq_int(bad, 0, "every scalar is written and read back");
}

static void
test_nfc(void)
{
	static const struct {
		const char *in, *out, *name;
	} row[] = {
		{ "", "", "empty" },
		{ "So 12/UBND", "So 12/UBND", "ASCII" },
		{ "Nguyễn", "Nguyễn", "composed stays" },
		{ "Nguye\xCC\x82\xCC\x83n", "Nguyễn",
		    "e + circumflex + tilde" },
		{ "Nguy\xC3\xAA\xCC\x83n", "Nguyễn", "ê + tilde" },
		{ "a\xCC\xA3\xCC\x82", "ậ", "a + dot below + circumflex" },
		{ "a\xCC\x82\xCC\xA3", "ậ", "a + circumflex + dot below" },
		{ "u\xCC\x9B\xCC\x80", "ừ", "u + horn + grave" },
		{ "U\xCC\x80\xCC\x9B", "Ừ", "marks in the other order" },
		{ "\xC4\x91\xC4\x90", "đĐ", "đ has no decomposition" },
		{ "\xE2\x84\xAB", "\xC3\x85", "Ångström sign" },
	};
	struct vt_err e = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct guard g;
		VT_BUF_AUTO(b);

		tap_call(
		    vt_text_nfc(guard_put(&g, vt_span_str(row[i].in)), &b, &e),
		    &e, "NFC: %s", row[i].name);
		tap_eq_str(vt_buf_str(&b), row[i].out, "gives %s", row[i].out);
		guard_drop(&g);
	}
	VT_BUF_AUTO(b);
	vt_buf_puts(&b, "kept");
	tap_code(vt_text_nfc(VT_SPAN_LIT("a\xE1\xBB"), &b, &e), VT_E_SYNTAX, &e,
	    "ill-formed is refused");
	tap_eq_str(vt_buf_str(&b), "kept", "and the output untouched");
}

static int
clean(const char *s, size_t max, struct vt_buf *b, struct vt_err *e)
{
	vt_buf_reset(b);
	return vt_text_clean(vt_span_str(s), max, "trích yếu", b, e);
}

static void
test_clean(void)
{
	static const char *const refused[] = { "a\x01", "a\rb", "a\x7f",
		"a\xC2\x85", "a\xEF\xBF\xBE", "a\xEF\xBF\xBF",
		"\xE2\x80\xAE"
		"abc",
		"\xE2\x80\xAC"
		"abc",
		"\xE2\x81\xA6"
		"abc",
		"\xE2\x81\xA9",
		"\xE2\x80\xAA\xE2\x81\xA6 x \xE2\x80\xAC\xE2\x81\xA9" };
	struct vt_err e = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	tap_call(
	    clean(" \xC2\xA0\t V/v bo\xCC\x82\xCC\x80 nhie\xCC\xA3\xCC\x82m\n ",
		100, &b, &e),
	    &e, "text with marks apart and space around");
	tap_eq_str(vt_buf_str(&b), "V/v bồ nhiệm", "NFC and trimmed");
	tap_call(clean("a\tb\nc", 5, &b, &e), &e, "TAB and LF inside stay");
	tap_eq_str(vt_buf_str(&b), "a\tb\nc", "as they are");
	tap_call(clean(" \n ", 0, &b, &e), &e, "only space is empty");
	tap_eq_int(b.n, 0, "of 0 bytes");
	tap_call(clean("\xE2\x81\xA6x\xE2\x81\xA9", 3, &b, &e), &e,
	    "bidi controls in pairs");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		tap_code(clean(refused[i], 100, &b, &e), VT_E_INVALID, &e,
		    "refused: %zu", i);
		tap_eq_int(b.n, 0, "output untouched");
	}
	tap_ok(strstr(e.msg, "trích yếu") == e.msg, "the message names it");
	tap_code(clean("a\xff", 100, &b, &e), VT_E_SYNTAX, &e, "not UTF-8");
	/* e + two marks is three scalars before NFC and one after. */
	tap_call(clean("e\xCC\x82\xCC\x83"
		       "e\xCC\x82\xCC\x83",
		     2, &b, &e),
	    &e, "the limit counts characters after NFC");
	tap_code(clean("ễễễ", 2, &b, &e), VT_E_LIMIT, &e, "one too many");
}

static void
test_upper_and_mask(void)
{
	VT_BUF_AUTO(b);

	tap_eq_int(vt_utf8_lower(0x1ea4), 0x1ea5, "Ấ in lower case");
	tap_eq_int(vt_utf8_lower('5'), '5', "a digit is itself");
	vt_text_upper(
	    vt_span_str("ủy ban nhân dân xã an mẫu, đặng thị ợ 12"), &b);
	tap_eq_str(vt_buf_str(&b), "ỦY BAN NHÂN DÂN XÃ AN MẪU, ĐẶNG THỊ Ợ 12",
	    "capitals");
	vt_buf_reset(&b);
	vt_text_upper(vt_span_str("aàáảãạăằắẳẵặâầấẩẫậđeèéẻẽẹêềếểễệiìíỉĩị"
				  "oòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"),
	    &b);
	tap_eq_str(vt_buf_str(&b),
	    "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐEÈÉẺẼẸÊỀẾỂỄỆIÌÍỈĨỊ"
	    "OÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢUÙÚỦŨỤƯỪỨỬỮỰYỲÝỶỸỴ",
	    "every Vietnamese vowel");
	vt_buf_reset(&b);
	vt_text_mask_name(vt_span_str("Nguyễn Thị Mẫu"), &b);
	tap_eq_str(vt_buf_str(&b), "N***** T** M**", "masked name");
	vt_buf_reset(&b);
	vt_text_mask_name(vt_span_str(" Ơ  Đặng"), &b);
	tap_eq_str(vt_buf_str(&b), " Ơ  Đ***", "one letter, more spaces");
	vt_buf_reset(&b);
	vt_text_mask_name(vt_span_str("O\xCC\x9Bng"), &b);
	tap_eq_str(vt_buf_str(&b), "O\xCC\x9B**",
	    "marks apart: kept, not "
	    "counted");
	tap_eq_int(vt_utf8_length(vt_span_str("Mẫu số 1")), 8, "length");
}

static void
test_fit(void)
{
	char b[6];

	vt_text_fit(b, sizeof(b), "Số 1");
	tap_eq_str(b, "Số ", "what fits whole");
	vt_text_fit(b, sizeof(b), "abcđ");
	tap_eq_str(b, "abcđ", "to the last byte");
	vt_text_fit(b, sizeof(b), "abcdđ");
	tap_eq_str(b, "abcd", "never half a letter");
	vt_text_fit(b, 1, "x");
	tap_eq_str(b, "", "room for nothing");
	vt_text_fit(b, sizeof(b), NULL);
	tap_eq_str(b, "", "NULL is empty");
}

int
main(void)
{
	test_utf8();
	test_all_scalars();
	test_nfc();
	test_clean();
	test_upper_and_mask();
	test_fit();
	return tap_done();
}
