/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/office/hook_sign.h"
#include "base/base64.h"
#include "base/ed25519.h"
#include "base/id.h"

/* ---- signatures ---- */

int
vt_hook_signature(const struct vt_hook_keys *keys, const char *id,
    int64_t timestamp, struct vt_span body, struct vt_buf *ret,
    struct vt_err *reterr)
{
	uint8_t sig[VT_ED25519_SIGNATURE];
	VT_BUF_AUTO(text);
	vt_hash mac;
	int rc;

	/* else a receiver could be shown another border between the parts */
	VT_ASSERT(strchr(id, '.') == NULL);
	vt_buf_printf(&text, "%s.%" PRId64 ".", id, timestamp);
	vt_buf_span(&text, body);
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < keys->n_seeds; i++) {
		rc = vt_ed25519_sign(
		    keys->seed[i], vt_buf_view(&text), sig, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_puts(ret, ret->n == 0 ? "v1a," : " v1a,");
		vt_base64_put(ret, VT_SPAN(sig, sizeof(sig)));
	}
	for (size_t i = 0; i < keys->n_secrets; i++) {
		mac = vt_hmac_sha256(keys->secret[i], vt_buf_view(&text));
		vt_buf_puts(ret, ret->n == 0 ? "v1," : " v1,");
		vt_base64_put(ret, VT_SPAN(mac.b, sizeof(mac.b)));
	}
	return vt_buf_status(ret, reterr);
}

void
vt_hook_public_text(struct vt_span key, struct vt_buf *ret)
{
	vt_buf_puts(ret, "whpk_");
	vt_base64_put(ret, key);
}

void
vt_hook_secret_text(struct vt_span secret, struct vt_buf *ret)
{
	vt_buf_puts(ret, "whsec_");
	vt_base64_put(ret, secret);
}

/* ---- attempts ---- */

/* Standard Webhooks 1.0.0, "Deliverability and reliability"; seconds. */
static const int64_t steps[VT_HOOK_ATTEMPTS] = { 0, 5, 300, 1800, 7200, 18000,
	36000, 50400, 72000, 86400 };

int64_t
vt_hook_wait_us(unsigned failed, const struct vt_context *ctx)
{
	uint32_t r;
	int64_t us;

	VT_ASSERT(failed > 0);
	if (failed >= VT_HOOK_ATTEMPTS)
		return -1;
	us = steps[failed] * 1000000;
	vt_random(ctx, &r, sizeof(r));
	return us + us / 10 * (r % 1001) / 1000;
}

/* The n digits at s; -1 when one is none. */
static int
digits(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = 10 * v + (s[i] - '0');
	}
	return v;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7); the two obsolete
 * forms are not understood. */
static bool
parse_date(const char *s, vt_time *ret)
{
	static const char form[] = "   , ..     .... ..:..:.. GMT";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct vt_date d = { 0 };

	if (strlen(s) != sizeof(form) - 1)
		return false;
	for (size_t i = 3; s[i] != '\0'; i++)
		if (form[i] != '.' && form[i] != s[i] && (i < 8 || i > 10))
			return false;
	for (int m = 0; m < 12; m++)
		if (memcmp(s + 8, months + (ptrdiff_t)3 * m, 3) == 0)
			d.month = m + 1;
	d.day = digits(s + 5, 2);
	d.year = digits(s + 12, 4);
	d.hour = digits(s + 17, 2);
	d.minute = digits(s + 20, 2);
	d.second = digits(s + 23, 2);
	if (d.month == 0 || d.day < 1 || d.day > 31 || d.year < 1970 ||
	    d.hour < 0 || d.hour > 23 || d.minute < 0 || d.minute > 59 ||
	    d.second < 0 || d.second > 59)
		return false;
	*ret = vt_time_from_date(&d, 0);
	return true;
}

int64_t
vt_hook_retry_after_us(const char *value, vt_time now)
{
	const int64_t most = steps[VT_HOOK_ATTEMPTS - 1] * 1000000;
	size_t n = strlen(value);
	vt_time at;
	int64_t us;

	if (n > 0 && strspn(value, "0123456789") == n)
		us = n > 7 ? most : strtol(value, NULL, 10) * 1000000;
	else if (parse_date(value, &at))
		us = at - now;
	else
		us = 0;
	if (us < 0)
		us = 0;
	return us < most ? us : most;
}

enum vt_hook_outcome
vt_hook_outcome_of(long status)
{
	if (status >= 200 && status <= 299)
		return VT_HOOK_DELIVERED;
	return status == 410 ? VT_HOOK_GONE : VT_HOOK_FAILED;
}

const char *
vt_hook_outcome_name(enum vt_hook_outcome o)
{
	switch (o) {
	case VT_HOOK_DELIVERED:
		return "delivered";
	case VT_HOOK_GONE:
		return "gone";
	case VT_HOOK_FAILED:
	default:
		return "failed";
	}
}
