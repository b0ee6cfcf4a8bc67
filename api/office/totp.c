/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/totp.h"

#include "base/hotp.h"
#include "base/limits.h"

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
vt_totp_text(const uint8_t secret[static VT_TOTP_SECRET], struct vt_buf *ret)
{
	uint32_t bits = 0;
	unsigned n = 0;

	/* 160 bits: 32 whole characters, nothing to pad */
	for (size_t i = 0; i < VT_TOTP_SECRET; i++) {
		bits = bits << 8 | secret[i];
		for (n += 8; n >= 5; n -= 5)
			vt_buf_putc(ret, (uint8_t)base32[bits >> (n - 5) & 31]);
	}
}

/* Everything but unreserved characters escaped (RFC 3986 §2.3). */
static void
escaped(struct vt_buf *b, const char *s)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
	    "~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			vt_buf_putc(b, (uint8_t)*s);
		else
			vt_buf_printf(b, "%%%02X", (unsigned)(uint8_t)*s);
	}
}

void
vt_totp_uri(const uint8_t secret[static VT_TOTP_SECRET], const char *issuer,
    const char *login, struct vt_buf *ret)
{
	vt_buf_puts(ret, "otpauth://totp/");
	escaped(ret, issuer);
	vt_buf_puts(ret, ":");
	escaped(ret, login);
	vt_buf_puts(ret, "?secret=");
	vt_totp_text(secret, ret);
	vt_buf_puts(ret, "&issuer=");
	escaped(ret, issuer);
}

bool
vt_totp_parse(const char *s, uint32_t *ret)
{
	uint32_t v = 0;
	int n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		if (*s < '0' || *s > '9' || n == VT_TOTP_DIGITS)
			return false;
		v = v * 10 + (uint32_t)(*s - '0');
		n++;
	}
	*ret = v;
	return n == VT_TOTP_DIGITS;
}

int
vt_totp_step(const uint8_t secret[static VT_TOTP_SECRET], vt_time now,
    uint32_t code, uint64_t *ret_step, struct vt_err *reterr)
{
	vt_time step_us = VT_TIME_S(VT_L(TOTP_STEP_S));
	uint64_t at, found = 0;
	uint32_t want;
	int rc;

	VT_ASSERT(now >= step_us);
	at = (uint64_t)(now / step_us);
	for (uint64_t t = at - 1; t <= at + 1; t++) {
		rc = vt_hotp(VT_SPAN(secret, VT_TOTP_SECRET), t, VT_TOTP_DIGITS,
		    &want, reterr);
		if (rc != VT_OK)
			return rc;
		found = want == code ? t : found;
	}
	*ret_step = found;
	return VT_OK;
}

void
vt_recovery_text(const uint8_t raw[static VT_RECOVERY_BYTES],
    char ret[static VT_RECOVERY_CODE + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < VT_RECOVERY_BYTES; i++) {
		if (i == 4 || i == 8)
			ret[n++] = '-';
		ret[n++] = base32[raw[i] & 31];
	}
	ret[n] = '\0';
}

bool
vt_recovery_parse(const char *s, char ret[static VT_RECOVERY_CODE + 1])
{
	size_t n = 0, chars = 0;
	int c;

	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		c = (unsigned char)*s;
		if (c >= 'a' && c <= 'z')
			c += 'A' - 'a';
		if (strchr(base32, c) == NULL || chars == 12)
			return false;
		if (chars == 4 || chars == 8)
			ret[n++] = '-';
		ret[n++] = (char)c;
		chars++;
	}
	ret[n] = '\0';
	return chars == 12;
}
