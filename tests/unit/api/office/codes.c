/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes that people type: of results, of the second factor, for recovery. */
#include "api/office/code.h"
#include "api/office/totp.h"
#include "tests/unit/docstore/fixture.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
result_codes(const struct vt_context *ctx)
{
	static const char *const none[] = { "", "-", "7QK2", "7QK2-M0XD",
		"UUUU-UUUU-UUUU-UUUU-U", "7QK2M0XD93TBHW5E?", "số 1234" };
	char code[VT_CODE_LETTERS + 1], shown[VT_CODE_SHOWN + 1];
	char typed[64], got[VT_CODE_LETTERS + 1];
	unsigned taken = 0, swapped = 0;

	vt_code_new(ctx, typed);
	vt_code_new(ctx, code);
	tap_ok(strlen(code) == VT_CODE_LETTERS &&
		   strspn(code, letters) == VT_CODE_LETTERS &&
		   strcmp(code, typed) != 0,
	    "17 letters, each time others");
	vt_code_show(code, shown);
	tap_ok(strlen(shown) == VT_CODE_SHOWN && shown[4] == '-' &&
		   shown[9] == '-' && shown[14] == '-' && shown[19] == '-',
	    "shown in fours: %s", shown);
	tap_ok(vt_code_parse(shown, got) && strcmp(got, code) == 0,
	    "as it is shown it is read");
	for (size_t i = 0; i < VT_CODE_LETTERS; i++) /* 0 o, 1 l, lower case */
		typed[i] = code[i] == '0'   ? 'o'
			   : code[i] == '1' ? 'l'
			   : code[i] >= 'A' ? (char)(code[i] + 32)
					    : code[i];
	(void)snprintf(typed + VT_CODE_LETTERS, 4, " - ");
	tap_ok(vt_code_parse(typed, got) && strcmp(got, code) == 0,
	    "as people write it, too: \"%s\"", typed);
	for (size_t i = 0; i < VT_CODE_LETTERS; i++)
		for (size_t k = 0; k < 32; k++) {
			memcpy(typed, code, sizeof(code));
			typed[i] = letters[k];
			taken +=
			    letters[k] != code[i] && vt_code_parse(typed, got);
		}
	tap_eq_int(taken, 0, "no one letter can be another");
	for (size_t i = 0; i + 1 < VT_CODE_LETTERS; i++) {
		memcpy(typed, code, sizeof(code));
		typed[i] = code[i + 1];
		typed[i + 1] = code[i];
		swapped += code[i] != code[i + 1] && vt_code_parse(typed, got);
	}
	tap_ok(swapped <= 1, "nor two change places, but for 0 and Z");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		tap_ok(
		    !vt_code_parse(none[i], got), "no code: \"%s\"", none[i]);
	(void)snprintf(typed, sizeof(typed), "%s0", code);
	tap_ok(!vt_code_parse(typed, got), "nor one that is longer");
}

/* RFC 6238, appendix B: SHA-1; the last six of its eight digits. */
static void
factor_codes(void)
{
	const uint8_t *secret = (const uint8_t *)"12345678901234567890";
	const vt_time at = VT_TIME_S(1111111109);
	struct vt_err err = VT_ERR_INIT;
	static const struct {
		const char *typed;
		bool good;
	} six[] = { { "287082", true }, { "287 082", true },
		{ "287-082 ", true }, { "28708", false }, { "2870822", false },
		{ "28708a", false }, { "", false }, { "+287082", false } };
	uint64_t step = 9;
	uint32_t v;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(uri);

	vt_totp_text(secret, &text);
	tap_eq_str(vt_buf_str(&text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
	    "the secret in base32");
	vt_totp_uri(secret, "vanthu", "a b&secret=x", &uri);
	tap_ok(strncmp(vt_buf_str(&uri),
		   "otpauth://totp/vanthu:a%20b%26secret%3Dx?secret=GEZ",
		   strlen("otpauth://totp/vanthu:a%20b%26secret%3Dx?secret="
			  "GEZ")) == 0,
	    "a login name adds nothing to the URI: %s", vt_buf_str(&uri));
	for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++)
		tap_ok(vt_totp_parse(six[i].typed, &v) == six[i].good,
		    "\"%s\" is %s", six[i].typed, six[i].good ? "one" : "none");
	for (int i = -2; i <= 2; i++) {
		tap_call(vt_totp_step(secret, at + i * VT_TIME_S(30), 81804,
			     &step, &err),
		    &err, "%d steps from its own", i);
		tap_eq_int(step, i >= -1 && i <= 1 ? 37037036 : 0,
		    "it fits one step before and after, not two");
	}
	tap_call(vt_totp_step(secret, at, 81805, &step, &err), &err, "asked");
	tap_eq_int(step, 0, "another code fits nowhere");
}

static void
recovery_codes(void)
{
	uint8_t raw[VT_RECOVERY_BYTES] = { 0, 1, 2, 31, 32, 255, 7, 8, 9, 10,
		11, 12 };
	static const char *const none[] = { "", "ABCD-EFGH", "ABCD-EFGH-IJKL-M",
		"0BCD-EFGH-IJKL", "ÁBCD-EFGH-IJKL" };
	char made[VT_RECOVERY_CODE + 1], got[VT_RECOVERY_CODE + 1];

	vt_recovery_text(raw, made);
	tap_eq_str(made, "ABC7-A7HI-JKLM", "three fours");
	tap_ok(vt_recovery_parse(made, got) && strcmp(got, made) == 0, "read");
	tap_ok(
	    vt_recovery_parse("abc7 a7hi-jkl m", got) && strcmp(got, made) == 0,
	    "as people write it");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		tap_ok(
		    !vt_recovery_parse(none[i], got), "none: \"%s\"", none[i]);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	result_codes(&w.ctx);
	factor_codes();
	recovery_codes();
	return tap_done();
}
