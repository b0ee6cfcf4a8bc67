/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard Webhooks: the published vectors of both schemes (one message, the
 * two signatures that the specification shows), the schedule, what answers
 * mean.
 */
#include "api/office/hook_sign.h"
#include "base/base64.h"
#include "base/ed25519.h"
#include "tests/tap.h"

#define SECRET "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SEED   "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
#define PUBLIC "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
#define ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define AT     1614265330
#define BODY   "{\"test\": 2432232314}"
#define V1     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define V1A                                                                    \
	"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZ" \
	"dpXwVLPo3mNl8EM+m7TBAg=="

static void
signatures(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_hook_keys k = { 0 };
	uint8_t pub[VT_ED25519_KEY];
	VT_BUF_AUTO(secret);
	VT_BUF_AUTO(seed);
	VT_BUF_AUTO(b);

	tap_need(vt_base64_get(vt_span_str(SECRET), &secret, &err) == VT_OK &&
		     vt_base64_get(vt_span_str(SEED), &seed, &err) == VT_OK,
	    "the keys of the vectors");
	k.secret[0] = vt_buf_view(&secret);
	k.n_secrets = 1;
	tap_call(vt_hook_signature(&k, ID, AT, vt_span_str(BODY), &b, &err),
	    &err, "HMAC-SHA256");
	tap_eq_str(vt_buf_str(&b), V1, "it is the published one");
	k.seed[0] = vt_buf_view(&seed);
	k.n_seeds = 1;
	vt_buf_reset(&b);
	tap_call(vt_hook_signature(&k, ID, AT, vt_span_str(BODY), &b, &err),
	    &err, "Ed25519 and HMAC");
	tap_eq_str(vt_buf_str(&b), V1A " " V1, "they are the published ones");
	k.seed[1] = k.seed[0];
	k.n_seeds = 2;
	k.n_secrets = 0;
	vt_buf_reset(&b);
	tap_call(vt_hook_signature(&k, ID, AT, vt_span_str(BODY), &b, &err),
	    &err, "two keys while one follows the other");
	tap_eq_str(vt_buf_str(&b), V1A " " V1A, "a signature each");
	vt_buf_reset(&b);
	k.n_seeds = 1;
	tap_call(vt_hook_signature(&k, ID, AT + 1, vt_span_str(BODY), &b, &err),
	    &err, "a second later");
	tap_ok(strcmp(vt_buf_str(&b), V1A) != 0, "another signature");

	tap_call(vt_ed25519_public(vt_buf_view(&seed), pub, &err), &err,
	    "the public key");
	vt_buf_reset(&b);
	vt_hook_public_text(VT_SPAN(pub, sizeof(pub)), &b);
	tap_eq_str(vt_buf_str(&b), "whpk_" PUBLIC, "as it is written down");
	vt_buf_reset(&b);
	vt_hook_secret_text(vt_buf_view(&secret), &b);
	tap_eq_str(vt_buf_str(&b), "whsec_" SECRET, "and the secret");
}

/* ---- a clock and a dice of the test's own ---- */

static uint32_t dice;

static vt_time
no_now(void *arg)
{
	(void)arg;
	return 0;
}

static int64_t
no_clock(void *arg)
{
	(void)arg;
	return 0;
}

static void
throw_dice(void *arg, void *p, size_t n)
{
	(void)arg;
	memcpy(p, &dice, n);
}

static void
schedule(void)
{
	static const int64_t want_s[VT_HOOK_ATTEMPTS - 1] = { 5, 300, 1800,
		7200, 18000, 36000, 50400, 72000, 86400 };
	struct vt_context c = { no_now, no_clock, throw_dice, NULL };
	int64_t sum = 0;

	for (unsigned i = 1; i < VT_HOOK_ATTEMPTS; i++) {
		dice = 0;
		tap_eq_int(vt_hook_wait_us(i, &c), want_s[i - 1] * 1000000,
		    "after %u failures, without luck", i);
		sum += vt_hook_wait_us(i, &c);
		dice = 1000;
		tap_eq_int(vt_hook_wait_us(i, &c), want_s[i - 1] * 1100000,
		    "at most a tenth more");
		dice = 500;
		tap_eq_int(vt_hook_wait_us(i, &c), want_s[i - 1] * 1050000,
		    "and anything between");
	}
	tap_eq_int(sum / 1000000, 75 * 3600 + 35 * 60 + 5, "75:35:05 in all");
	tap_eq_int(vt_hook_wait_us(VT_HOOK_ATTEMPTS, &c), -1,
	    "after the tenth there is none");
	tap_eq_int(vt_hook_wait_us(99, &c), -1, "nor later");
}

static void
retry_after(void)
{
	static const struct {
		const char *value;
		int64_t s;
	} rows[] = { { "", 0 }, { "0", 0 }, { "120", 120 }, { "3600", 3600 },
		{ "86400", 86400 }, { "86401", 86400 },
		{ "999999999999999999999", 86400 }, { "-5", 0 }, { "5.5", 0 },
		{ "soon", 0 }, { " 5", 0 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 37 },
		{ "Sun, 06 Nov 1994 08:48:00 GMT", 0 },
		{ "Sat, 05 Nov 1994 08:49:37 GMT", 0 },
		{ "Tue, 08 Nov 1994 08:49:37 GMT", 86400 },
		{ "Sun, 06 Nov 1994 08:49:37 UTC", 0 },
		{ "Sun, 06 anF 1994 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 25:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:4x:37 GMT", 0 },
		{ "Sun. 06 Nov 1994 08:49:37 GMT", 0 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 0 },
		{ "Sun Nov  6 08:49:37 1994", 0 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT x", 0 } };
	vt_time now = VT_TIME_S(784111740); /* 08:49:00 of that day */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_eq_int(vt_hook_retry_after_us(rows[i].value, now),
		    rows[i].s * 1000000, "Retry-After: %s", rows[i].value);
}

static void
outcomes(void)
{
	static const struct {
		long status;
		const char *name;
	} rows[] = { { 0, "failed" }, { 100, "failed" }, { 199, "failed" },
		{ 200, "delivered" }, { 204, "delivered" },
		{ 299, "delivered" }, { 300, "failed" }, { 301, "failed" },
		{ 400, "failed" }, { 409, "failed" }, { 410, "gone" },
		{ 411, "failed" }, { 429, "failed" }, { 502, "failed" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_eq_str(
		    vt_hook_outcome_name(vt_hook_outcome_of(rows[i].status)),
		    rows[i].name, "status %ld", rows[i].status);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	signatures();
	schedule();
	retry_after();
	outcomes();
	return tap_done();
}
