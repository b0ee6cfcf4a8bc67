/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What signing in stands on: Argon2id and HOTP, by the vectors of their RFCs.
 */
#include "base/argon2.h"
#include "base/buf.h"
#include "base/context.h"
#include "base/hotp.h"
#include "tests/tap.h"

static void
argon2(void)
{
	/* RFC 9106 section 5.3 */
	static const char want[] = "0d640df58d78766c08c037a34a8b53c9d0"
				   "1ef0452d75b65eb52520e96b01e659";
	uint8_t password[32], salt[16], secret[8], ad[12], out[32];
	struct vt_argon2 p = { 32, 3, 4, VT_SPAN(salt, 16), VT_SPAN(secret, 8),
		VT_SPAN(ad, 12) };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(hex);

	memset(password, 1, sizeof(password));
	memset(salt, 2, sizeof(salt));
	memset(secret, 3, sizeof(secret));
	memset(ad, 4, sizeof(ad));
	tap_call(vt_argon2id(&p, VT_SPAN(password, 32), out, &err), &err,
	    "Argon2id");
	vt_buf_hex(&hex, VT_SPAN(out, sizeof(out)));
	tap_eq_str(vt_buf_str(&hex), want, "RFC 9106 section 5.3");
	p.secret = p.ad = VT_SPAN(NULL, 0);
	tap_code(vt_argon2id(&p, VT_SPAN(NULL, 0), out, &err), VT_E_INVALID,
	    &err, "no password");
	p.salt.n = 7;
	tap_code(vt_argon2id(&p, VT_SPAN(password, 32), out, &err),
	    VT_E_INVALID, &err, "a short salt");
	p.salt.n = 16;
	p.memory_kib = 31;
	tap_code(vt_argon2id(&p, VT_SPAN(password, 32), out, &err),
	    VT_E_INVALID, &err, "less than 8 KiB a lane");
	p.memory_kib = 32;
	p.lanes = 0;
	tap_code(vt_argon2id(&p, VT_SPAN(password, 32), out, &err),
	    VT_E_INVALID, &err, "no lane");
	p.lanes = 1;
	p.passes = 0;
	tap_code(vt_argon2id(&p, VT_SPAN(password, 32), out, &err),
	    VT_E_INVALID, &err, "no pass");
}

static void
hotp(void)
{
	/* RFC 4226 appendix D; RFC 6238 appendix B, T in steps of 30 s */
	static const uint32_t six[] = { 755224, 287082, 359152, 969429, 338314,
		254676, 287922, 162583, 399871, 520489 };
	static const struct {
		uint64_t t;
		uint32_t code;
	} eight[] = { { 59, 94287082 }, { 1111111109, 7081804 },
		{ 1111111111, 14050471 }, { 1234567890, 89005924 },
		{ 2000000000, 69279037 }, { 20000000000, 65353130 } };
	struct vt_span key = vt_span_str("12345678901234567890");
	struct vt_err err = VT_ERR_INIT;
	uint32_t got = 0;

	for (size_t i = 0; i < 10; i++) {
		tap_call(vt_hotp(key, i, 6, &got, &err), &err, "HOTP %zu", i);
		tap_eq_int(got, six[i], "RFC 4226 appendix D, %zu", i);
	}
	for (size_t i = 0; i < 6; i++) {
		tap_call(
		    vt_hotp(key, eight[i].t / 30, 8, &got, &err), &err, "TOTP");
		tap_eq_int(got, eight[i].code, "RFC 6238 appendix B, %llu",
		    (unsigned long long)eight[i].t);
	}
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	argon2();
	hotp();
	return tap_done();
}
