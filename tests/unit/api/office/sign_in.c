/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local accounts and sessions: right and wrong, waits, second factor, ends. */
#include <time.h>

#include "api/office/accounts.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/hotp.h"
#include "tests/unit/api/office/house.h"

#define RIGHT   "mật khẩu rất dài"
#define WRONG   "mật khẩu khác hẳn"
#define ADDRESS "192.0.2.7"

static struct house h;

static int
sign_in(const char *login, const char *password, const char *code,
    struct vt_session *ret, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(password);
	struct vt_sign_in in = {
		.login = login, .password = p, .code = code, .address = ADDRESS
	};

	return vt_office_sign_in(h.office, &in, NULL, ret, err);
}

/* From somewhere else, or by a device; the reply alone. */
static int
from(const char *address, const char *device, const char *password,
    struct vt_session *ret, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(password);
	struct vt_sign_in in = { .login = "officer",
		.password = p,
		.address = address,
		.device = device };

	return vt_office_sign_in(h.office, &in, NULL, ret, err);
}

static int
offer(const struct vt_actor *who, const char *password, const char *code,
    struct vt_totp_offer *ret, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(password);

	return vt_office_totp_offer(h.office, who, p, code, ret, err);
}

static int
add(const struct vt_actor *by, const char *login, const vt_id *person,
    const char *password, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(password);
	struct vt_request rq = house_request(&h, by);

	return vt_office_account_add(h.office, &rq, login, person, p, err);
}

static int
act(const struct vt_actor *by, const char *login, enum vt_account_act what,
    const char *password, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *p = password == NULL ? NULL : house_secret(password);
	struct vt_request rq = house_request(&h, by);

	return vt_office_account_act(h.office, &rq, login, what, p, err);
}

static int
session(const char *token, struct vt_session *ret, struct vt_err *err)
{
	return vt_office_session(h.office, vt_span_str(token), ret, err);
}

static void
making(const struct vt_actor *admin)
{
	struct vt_actor leader = house_actor(&h, "leader", h.here);
	struct vt_actor other = house_actor(&h, "admin", h.there);
	struct vt_account_info info, list[8];
	struct vt_err err = VT_ERR_INIT;
	char next[65];
	size_t n = 0;

	tap_code(add(&leader, "leader", &h.leader, RIGHT, &err), VT_E_FORBIDDEN,
	    &err, "only an administrator makes accounts");
	tap_code(add(admin, "leader", &h.leader, "ngắn", &err),
	    VT_E_PASSWORD_WEAK, &err, "a short password");
	tap_eq_str(h.field, "/password", "is told at its field");
	tap_code(add(admin, "leader0123456", &h.leader, "leader0123456", &err),
	    VT_E_PASSWORD_WEAK, &err, "the login name as password");
	tap_eq_str(h.field, "/password", "is told at its field");
	tap_code(add(admin, "lãnh đạo", &h.leader, RIGHT, &err), VT_E_INVALID,
	    &err, "not a login name");
	tap_eq_str(h.field, "/login", "is told at its field");
	tap_code(add(admin, "system", &h.system, RIGHT, &err), VT_E_INVALID,
	    &err, "programs have no account");
	tap_eq_str(h.field, "/person", "is told at its field");
	tap_code(add(admin, "leader", &h.other_leader, RIGHT, &err),
	    VT_E_PERSON_UNKNOWN, &err, "another agency's person is as absent");
	tap_eq_str(h.field, "/person", "is told at its field");
	tap_call(
	    add(admin, " Leader ", &h.leader, RIGHT, &err), &err, "an account");
	tap_code(add(admin, "leader", &h.officer, RIGHT, &err), VT_E_EXISTS,
	    &err, "the login name is taken");
	tap_eq_str(h.field, "/login", "is told at its field");
	tap_code(add(admin, "leader2", &h.leader, RIGHT, &err), VT_E_EXISTS,
	    &err, "the person has one");
	tap_eq_str(h.field, "/person", "is told at its field");
	tap_call(
	    add(admin, "officer", &h.officer, RIGHT, &err), &err, "another");
	tap_call(add(&other, "leader.there", &h.other_leader, RIGHT, &err),
	    &err, "in the other agency");
	tap_call(
	    vt_office_accounts(h.office, admin, NULL, list, 8, &n, next, &err),
	    &err, "listed");
	tap_ok(n == 2 && strcmp(list[0].login, "leader") == 0 &&
		   strcmp(list[1].login, "officer") == 0 && next[0] == '\0',
	    "those of one's own agency");
	tap_call(
	    vt_office_accounts(h.office, admin, NULL, list, 1, &n, next, &err),
	    &err, "one at a time");
	tap_ok(n == 1 && strcmp(list[0].login, "leader") == 0 &&
		   strcmp(next, "leader") == 0,
	    "the first, and where to go on");
	tap_call(
	    vt_office_accounts(h.office, admin, next, list, 1, &n, next, &err),
	    &err, "the next");
	tap_ok(
	    n == 1 && strcmp(list[0].login, "officer") == 0 && next[0] == '\0',
	    "is the last");
	tap_call(vt_office_accounts(
		     h.office, &other, "leader", list, 8, &n, next, &err),
	    &err, "in the other agency");
	tap_ok(n == 1 && strcmp(list[0].login, "leader.there") == 0,
	    "what is not its own is passed over");
	tap_code(vt_office_account(h.office, &other, "leader", &info, &err),
	    VT_E_NOT_FOUND, &err, "another agency's is as absent");
	tap_code(act(&other, "leader", VT_ACCOUNT_LOCK, NULL, &err),
	    VT_E_NOT_FOUND, &err, "and cannot be locked");
}

static void
right_and_wrong(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t;
	struct vt_actor a;
	char absent[sizeof(err.msg)];

	tap_code(sign_in("nobody", RIGHT, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "no such name");
	memcpy(absent, err.msg, sizeof(absent));
	tap_code(sign_in("leader", WRONG, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "a wrong password");
	tap_eq_str(err.msg, absent, "is told alike");
	tap_code(sign_in("leader", "", NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "an empty password");
	tap_call(
	    sign_in(" LEADER ", RIGHT, NULL, &s, &err), &err, "the right one");
	tap_ok(vt_id_eq(&s.actor.person, &h.leader) &&
		   s.kind == VT_SESSION_PASSWORD && s.must_change,
	    "is the leader, whose password was set by somebody else");
	tap_eq_int(strlen(s.token), VT_SESSION_TOKEN, "a token");
	tap_call(session(s.token, &t, &err), &err, "which is known");
	tap_ok(vt_id_eq(&t.actor.person, &h.leader), "as his");
	tap_call(
	    vt_office_authenticate(h.office, vt_span_str(s.token), &a, &err),
	    &err, "and works as a bearer token");
	tap_code(vt_office_may_read(&a, &err), VT_E_FORBIDDEN, &err,
	    "which may do nothing before the password is his own");
	s.token[5] ^= 1;
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "one bit of the person turned");
	s.token[5] ^= 1;
	s.token[60] = s.token[60] == 'A' ? 'B' : 'A';
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "one character of the rest");
	tap_code(session("", &t, &err), VT_E_UNAUTHENTICATED, &err, "none");
}

/* Of this process, in microseconds. */
static int64_t
cost_of(const char *login)
{
	struct vt_err err = VT_ERR_INIT;
	struct timespec a, b;
	struct vt_session s;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	tap_code(sign_in(login, WRONG, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "%s does not get in", login);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (int64_t)(b.tv_sec - a.tv_sec) * 1000000 +
	       (b.tv_nsec - a.tv_nsec) / 1000;
}

/* Whether there is such a name is not told by the time it takes either. */
static void
alike_cost(void)
{
	int64_t there = cost_of("leader"), absent = cost_of("nobody.here");
	int64_t unlike = cost_of("not a name");

	tap_ok(absent > there / 2 && absent < there * 2 && unlike > there / 2 &&
		   unlike < there * 2,
	    "the same work: %lld, %lld, %lld us", (long long)there,
	    (long long)absent, (long long)unlike);
}

static void
ends(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t, two;
	vt_time start = h.w.now;
	size_t ended = 0;

	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "signs in");
	h.w.now += VT_TIME_S(VT_L(SESSION_IDLE_S)) - 1;
	tap_call(session(s.token, &t, &err), &err, "just before it is idle");
	h.w.now += VT_TIME_S(VT_L(SESSION_IDLE_S)) - 1;
	tap_call(session(s.token, &t, &err), &err, "its use counted");
	h.w.now += VT_TIME_S(VT_L(SESSION_IDLE_S));
	tap_code(session(s.token, &t, &err), VT_E_TOKEN_EXPIRED, &err,
	    "idle too long");
	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "again");
	start = h.w.now;
	while (h.w.now + VT_TIME_S(1800) < start + VT_TIME_S(VT_L(SESSION_S))) {
		h.w.now += VT_TIME_S(1800);
		if (session(s.token, &t, &err) != VT_OK)
			break;
	}
	h.w.now = start + VT_TIME_S(VT_L(SESSION_S)) - 1;
	tap_call(session(s.token, &t, &err), &err, "to the end of the day");
	h.w.now++;
	tap_code(session(s.token, &t, &err), VT_E_TOKEN_EXPIRED, &err,
	    "and no longer, however busy");
	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "one");
	tap_call(sign_in("leader", RIGHT, NULL, &two, &err), &err, "two");
	tap_call(vt_office_sign_out(h.office, vt_span_str(s.token), &err), &err,
	    "signs out of one");
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "which has ended");
	tap_call(session(two.token, &t, &err), &err, "the other goes on");
	tap_call(vt_office_sign_out(h.office, vt_span_str(s.token), &err), &err,
	    "again is no error");
	tap_call(vt_office_sign_out_all(h.office, &two.actor, &ended, &err),
	    &err, "signs out everywhere");
	tap_code(session(two.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "nothing goes on");
}

static void
many_sessions(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session first, s, t;

	tap_call(sign_in("leader", RIGHT, NULL, &first, &err), &err, "first");
	for (size_t i = 1; i < VT_L(SESSIONS_MAX); i++) {
		h.w.now += VT_TIME_S(1);
		if (sign_in("leader", RIGHT, NULL, &s, &err) != VT_OK)
			break;
	}
	tap_call(session(first.token, &t, &err), &err, "SESSIONS_MAX at once");
	h.w.now += VT_TIME_S(1);
	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "one more");
	tap_code(session(first.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "ends the oldest");
	tap_call(session(s.token, &t, &err), &err, "the new one is there");
	tap_call(vt_office_sign_out_all(h.office, &s.actor, NULL, &err), &err,
	    "all out");
}

static void
waits(const struct vt_actor *admin)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *right = house_secret(RIGHT);
	struct vt_sign_in in = {
		.login = "officer", .password = right, .address = ADDRESS
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	unsigned wait = 0;

	for (size_t i = 0; i < VT_L(SIGN_IN_TRIES); i++)
		tap_code(sign_in("officer", WRONG, NULL, &s, &err),
		    VT_E_SIGN_IN_FAILED, &err, "wrong %zu", i + 1);
	tap_code(vt_office_sign_in(h.office, &in, &wait, &s, &err),
	    VT_E_HTTP_TOO_MANY, &err, "then even the right one waits");
	tap_eq_int(wait, 1, "a second");
	house_restart(&h);
	tap_code(sign_in("officer", RIGHT, NULL, &s, &err), VT_E_HTTP_TOO_MANY,
	    &err, "a restart does not help");
	tap_call(act(admin, "officer", VT_ACCOUNT_UNLOCK, NULL, &err), &err,
	    "an administrator does");
	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in");
	for (size_t i = 0; i < VT_L(SIGN_IN_TRIES); i++)
		(void)sign_in("nobody at all", WRONG, NULL, &s, &err);
	tap_code(sign_in("nobody at all", WRONG, NULL, &s, &err),
	    VT_E_HTTP_TOO_MANY, &err, "unknown names wait alike");
}

/* A stranger's wrong passwords keep out nobody but himself. */
static void
strangers(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t;
	size_t n = VT_L(SIGN_IN_TRIES);

	tap_call(from("192.0.2.7", NULL, RIGHT, &s, &err), &err,
	    "at his desk the officer gets in");
	tap_eq_int(strlen(s.device), VT_DEVICE_TOKEN, "his device is known");
	for (size_t i = 0; i < n; i++)
		tap_code(from("198.51.100.9", NULL, WRONG, &t, &err),
		    VT_E_SIGN_IN_FAILED, &err, "a stranger %zu", i + 1);
	tap_code(from("198.51.100.9", NULL, RIGHT, &t, &err),
	    VT_E_HTTP_TOO_MANY, &err, "whoever comes from there waits");
	tap_call(from("192.0.2.7", NULL, RIGHT, &t, &err), &err,
	    "the officer at his desk does not");
	tap_call(from("198.51.100.9", s.device, RIGHT, &t, &err), &err,
	    "nor does his device, even there");
	s.device[20] = s.device[20] == 'A' ? 'B' : 'A';
	tap_code(from("198.51.100.9", s.device, RIGHT, &t, &err),
	    VT_E_HTTP_TOO_MANY, &err, "a device that is made up waits");
	for (size_t i = 0; i < n; i++)
		tap_code(from("192.0.2.7", t.device, WRONG, &s, &err),
		    VT_E_SIGN_IN_FAILED, &err, "by the device %zu", i + 1);
	tap_code(from("192.0.2.7", t.device, RIGHT, &s, &err),
	    VT_E_HTTP_TOO_MANY, &err, "has a count of its own");
	h.w.now += VT_TIME_S(1);
	/* one subscriber has many addresses of IPv6 */
	for (size_t i = 0; i < n; i++) {
		char a[40];

		(void)snprintf(a, sizeof(a), "2001:db8:1:%zx::%zx", i, i);
		(void)from(a, NULL, WRONG, &s, &err);
	}
	tap_code(from("2001:db8:1:ff::1", NULL, RIGHT, &s, &err),
	    VT_E_HTTP_TOO_MANY, &err, "the first 48 bits are one place");
	tap_call(from("2001:db8:2::1", NULL, RIGHT, &s, &err), &err,
	    "others are another");
	tap_call(vt_office_sign_out_all(h.office, &s.actor, NULL, &err), &err,
	    "all out");
}

static void
locked(const struct vt_actor *admin)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t;

	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in");
	tap_call(
	    act(admin, "officer", VT_ACCOUNT_LOCK, NULL, &err), &err, "locked");
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "his session has ended");
	tap_code(sign_in("officer", RIGHT, NULL, &s, &err), VT_E_ACCOUNT_LOCKED,
	    &err, "he is told");
	tap_code(sign_in("officer", WRONG, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "nobody else is");
	tap_call(act(admin, "officer", VT_ACCOUNT_UNLOCK, NULL, &err), &err,
	    "unlocked");
	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in again");
	tap_call(act(admin, "officer", VT_ACCOUNT_PASSWORD, WRONG, &err), &err,
	    "another password");
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "ends the session");
	tap_code(sign_in("officer", RIGHT, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "the old one is none any more");
	tap_call(sign_in("officer", WRONG, NULL, &s, &err), &err, "the new");
	tap_call(act(admin, "officer", VT_ACCOUNT_REMOVE, NULL, &err), &err,
	    "removed");
	tap_code(sign_in("officer", WRONG, NULL, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "no account");
	tap_call(add(admin, "officer", &h.officer, RIGHT, &err), &err,
	    "and made anew");
}

static void
change(void)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *right = house_secret(RIGHT);
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *next = house_secret("mật khẩu của riêng tôi");
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, two, t;
	struct vt_request rq;

	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "one");
	tap_call(sign_in("leader", RIGHT, NULL, &two, &err), &err, "two");
	rq = house_request(&h, &s.actor);
	tap_code(vt_office_change_password(
		     h.office, &rq, next, next, vt_span_str(s.token), &err),
	    VT_E_SIGN_IN_FAILED, &err, "the old password is wrong");
	tap_code(vt_office_change_password(
		     h.office, &rq, right, right, vt_span_str(s.token), &err),
	    VT_E_PASSWORD_WEAK, &err, "the old one is no new one");
	tap_call(session(s.token, &t, &err), &err, "asked");
	tap_ok(t.must_change, "and is still to be changed");
	tap_call(vt_office_change_password(
		     h.office, &rq, right, next, vt_span_str(s.token), &err),
	    &err, "changed");
	tap_call(session(s.token, &t, &err), &err, "this session goes on");
	tap_ok(!t.must_change, "and has nothing to change any more");
	tap_code(session(two.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "the other one does not");
	tap_code(sign_in("leader", RIGHT, NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "the old password is none any more");
	rq = house_request(&h, &s.actor);
	tap_call(vt_office_change_password(
		     h.office, &rq, next, right, vt_span_str(s.token), &err),
	    &err, "and back");
}

/* Of the secret shown, as an authenticator computes it. */
static void
code_at(const char *secret, vt_time t, char ret[8])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct vt_err err = VT_ERR_INIT;
	uint8_t raw[20];
	uint32_t v = 0, bits = 0;
	size_t n = 0, have = 0;

	for (; *secret != '\0'; secret++) {
		bits = bits << 5 |
		       (uint32_t)(strchr(alphabet, *secret) - alphabet);
		have += 5;
		if (have >= 8) {
			have -= 8;
			raw[n++] = (uint8_t)(bits >> have);
		}
	}
	tap_need(
	    n == 20 && vt_hotp(VT_SPAN(raw, 20), (uint64_t)(t / VT_TIME_S(30)),
			   6, &v, &err) == VT_OK,
	    "a code");
	(void)snprintf(ret, 8, "%06u", v);
}

static void
turn_on(char secret[33], char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1])
{
	struct vt_err err = VT_ERR_INIT;
	char again[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1];
	struct vt_totp_offer o;
	struct vt_request rq;
	struct vt_session s, two, t;
	struct vt_span keep;
	char code[8];

	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "in");
	tap_call(sign_in("leader", RIGHT, NULL, &two, &err), &err, "twice");
	keep = vt_span_str(s.token);
	rq = house_request(&h, &s.actor);
	tap_code(
	    vt_office_totp_confirm(h.office, &rq, "000000", keep, codes, &err),
	    VT_E_NOT_FOUND, &err, "nothing was offered");
	tap_code(offer(&s.actor, WRONG, NULL, &o, &err), VT_E_SIGN_IN_FAILED,
	    &err, "an open session alone has no offer made");
	tap_call(offer(&s.actor, RIGHT, NULL, &o, &err), &err, "offered");
	tap_ok(
	    strncmp(o.uri, "otpauth://totp/vanthu:leader?secret=", 36) == 0 &&
		strstr(o.uri, o.secret) != NULL,
	    "%s", o.uri);
	tap_code(vt_office_totp_confirm(h.office, &rq, "no", keep, codes, &err),
	    VT_E_SIGN_IN_FAILED, &err, "not a code");
	code_at(o.secret, h.w.now - VT_TIME_S(120), code);
	tap_code(vt_office_totp_confirm(h.office, &rq, code, keep, codes, &err),
	    VT_E_SIGN_IN_FAILED, &err, "an old code");
	code_at(o.secret, h.w.now, code);
	tap_call(vt_office_totp_confirm(h.office, &rq, code, keep, codes, &err),
	    &err, "turned on");
	tap_call(vt_office_totp_confirm(h.office, &rq, code, keep, again, &err),
	    &err, "the same request again");
	tap_ok(memcmp(codes, again, sizeof(again)) == 0,
	    "shows the same recovery codes");
	tap_call(session(s.token, &t, &err), &err, "this session goes on");
	tap_code(session(two.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "the other one, which showed no code, does not");
	memcpy(secret, o.secret, 33);
}

static void
second_factor(const struct vt_actor *admin)
{
	char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1], secret[33];
	struct vt_account_info info;
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	char code[8];

	turn_on(secret, codes);
	code_at(secret, h.w.now, code);
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "the code that turned it on is used up");
	h.w.now += VT_TIME_S(30);
	tap_code(sign_in("leader", RIGHT, NULL, &s, &err), VT_E_SECOND_FACTOR,
	    &err, "a code is wanted");
	code_at(secret, h.w.now, code);
	tap_code(sign_in("leader", WRONG, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "a code without the password");
	tap_call(sign_in("leader", RIGHT, code, &s, &err), &err, "both");
	tap_eq_int(s.kind, VT_SESSION_TOTP, "and the session knows");
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "a code counts once");
	house_restart(&h);
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "also after a restart");
	h.w.now += VT_TIME_S(60);
	code_at(secret, h.w.now - VT_TIME_S(30), code);
	tap_call(
	    sign_in("leader", RIGHT, code, &s, &err), &err, "the step before");
	code_at(secret, h.w.now + VT_TIME_S(30), code);
	memmove(code + 4, code + 3, 4);
	code[3] = ' ';
	tap_call(sign_in("leader", RIGHT, code, &s, &err), &err,
	    "the step after, typed with a blank");
	code_at(secret, h.w.now - VT_TIME_S(60), code);
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "two steps before");
	tap_call(sign_in("leader", RIGHT, codes[3], &s, &err), &err,
	    "a recovery code");
	tap_code(sign_in("leader", RIGHT, codes[3], &s, &err),
	    VT_E_SIGN_IN_FAILED, &err, "counts once");
	tap_call(vt_office_account(h.office, admin, "leader", &info, &err),
	    &err, "told");
	tap_ok(info.totp && info.recovery_left == VT_L(RECOVERY_CODES) - 1,
	    "how many are left");
	tap_call(act(admin, "leader", VT_ACCOUNT_TOTP_OFF, NULL, &err), &err,
	    "turned off by an administrator");
	tap_call(vt_office_account(h.office, admin, "leader", &info, &err),
	    &err, "told");
	tap_ok(!info.totp && info.recovery_left == 0, "nothing of it is left");
	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err,
	    "the password is enough again");
}

/* Who finds a session open does not make the second factor his own. */
static void
replaced(void)
{
	char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1], secret[33];
	struct vt_err err = VT_ERR_INIT;
	struct vt_totp_offer o;
	struct vt_span keep = VT_SPAN(NULL, 0);
	struct vt_request rq;
	struct vt_session s;
	char code[8];

	turn_on(secret, codes);
	h.w.now += VT_TIME_S(30);
	code_at(secret, h.w.now, code);
	tap_call(sign_in("leader", RIGHT, code, &s, &err), &err, "in");
	tap_code(offer(&s.actor, RIGHT, NULL, &o, &err), VT_E_SECOND_FACTOR,
	    &err, "the password alone does not replace it");
	tap_code(offer(&s.actor, RIGHT, code, &o, &err), VT_E_SIGN_IN_FAILED,
	    &err, "nor a code that was used");
	h.w.now += VT_TIME_S(30);
	code_at(secret, h.w.now, code);
	tap_code(offer(&s.actor, WRONG, code, &o, &err), VT_E_SIGN_IN_FAILED,
	    &err, "nor a code without the password");
	tap_call(offer(&s.actor, RIGHT, code, &o, &err), &err, "both do");
	tap_call(offer(&s.actor, RIGHT, codes[0], &o, &err), &err,
	    "or a recovery code");
	code_at(o.secret, h.w.now, code);
	rq = house_request(&h, &s.actor);
	s.actor.must_change = true;
	tap_code(vt_office_totp_confirm(h.office, &rq, code, keep, codes, &err),
	    VT_E_FORBIDDEN, &err, "not before a password of one's own");
	tap_code(offer(&s.actor, RIGHT, code, &o, &err), VT_E_FORBIDDEN, &err,
	    "nor is one offered");
	s.actor.must_change = false;
	tap_call(vt_office_totp_confirm(h.office, &rq, code, keep, codes, &err),
	    &err, "replaced");
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "by a code that is used up");
	h.w.now += VT_TIME_S(30);
	code_at(secret, h.w.now, code);
	tap_code(sign_in("leader", RIGHT, code, &s, &err), VT_E_SIGN_IN_FAILED,
	    &err, "the old secret is none any more");
	code_at(o.secret, h.w.now, code);
	tap_call(sign_in("leader", RIGHT, code, &s, &err), &err, "the new is");
}

/* The clock is asked between reading a session and writing it: what happens
 * then happens in between. */
static vt_time (*real_now)(void *arg);
static const char *ending;
static int asked;

static vt_time
now_and_end(void *arg)
{
	struct vt_err err = VT_ERR_INIT;

	/* the first look judges whether it is over, the second is its use */
	if (ending != NULL && ++asked == 2) {
		struct vt_span token = vt_span_str(ending);

		ending = NULL;
		tap_call(vt_office_sign_out(h.office, token, &err), &err,
		    "it ends meanwhile");
	}
	return real_now(arg);
}

static void
changed_at_once(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t;

	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in");
	real_now = h.w.ctx.now;
	h.w.ctx.now = now_and_end;
	asked = 0;
	ending = s.token;
	tap_code(vt_session_changed(h.office, vt_span_str(s.token), &err),
	    VT_E_UNAUTHENTICATED, &err, "a session that has ended");
	h.w.ctx.now = real_now;
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "does not come back");
}

/* A request that was cut off after its act is done to its end by a repeat. */
static void
again(const struct vt_actor *admin)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *right = house_secret(RIGHT);
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *next = house_secret("mật khẩu của riêng tôi");
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, two, t;
	struct vt_request rq, unlock;

	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in");
	rq = house_request(&h, admin);
	tap_call(vt_office_account_act(
		     h.office, &rq, "officer", VT_ACCOUNT_LOCK, NULL, &err),
	    &err, "locked");
	unlock = rq;
	unlock.key = "unlock-once";
	unlock.hash = vt_sha256(vt_span_str(unlock.key));
	tap_call(vt_office_account_act(h.office, &unlock, "officer",
		     VT_ACCOUNT_UNLOCK, NULL, &err),
	    &err, "unlocked");
	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err, "in again");
	tap_call(vt_office_account_act(
		     h.office, &rq, "officer", VT_ACCOUNT_LOCK, NULL, &err),
	    &err, "the first request again");
	tap_code(session(s.token, &t, &err), VT_E_UNAUTHENTICATED, &err,
	    "ends his sessions, as it does the first time");
	tap_call(sign_in("officer", RIGHT, NULL, &s, &err), &err,
	    "and locks nothing twice");

	tap_call(sign_in("officer", RIGHT, NULL, &two, &err), &err, "two");
	rq = house_request(&h, &s.actor);
	tap_call(vt_office_change_password(
		     h.office, &rq, right, next, vt_span_str(s.token), &err),
	    &err, "a password of his own");
	tap_call(vt_office_change_password(
		     h.office, &rq, right, next, vt_span_str(s.token), &err),
	    &err, "the same again is no wrong guess");
	tap_call(session(s.token, &t, &err), &err, "the session goes on");
	rq.hash.b[0] ^= 1;
	tap_code(vt_office_change_password(
		     h.office, &rq, next, right, vt_span_str(s.token), &err),
	    VT_E_IDEMPOTENCY_KEY_REUSED, &err, "another password is another");
	rq = house_request(&h, &s.actor);
	tap_call(vt_office_change_password(
		     h.office, &rq, next, right, vt_span_str(s.token), &err),
	    &err, "and back");
}

struct visitor {
	char place[16];
	int rc;
	pthread_t thread;
};

static void *
hash_one(void *arg)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(WRONG);
	struct vt_err err = VT_ERR_INIT;
	struct visitor *v = arg;
	bool right;

	v->rc = vt_password_try(
	    &h.office->passwords, v->place, NULL, p, &right, &err);
	return NULL;
}

static void
visit(struct visitor *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tap_need(
		    pthread_create(&v[i].thread, NULL, hash_one, &v[i]) == 0,
		    "thread");
	(void)usleep(300000);
}

/* As if strangers' passwords were being hashed; or no longer. */
static void
hashing(bool on)
{
	struct vt_password_gate *g = &h.office->passwords;
	size_t n = VT_L(PASSWORDS_AT_ONCE);

	(void)pthread_mutex_lock(&g->lock);
	g->in = on ? g->in + n : g->in - n;
	g->strangers = on ? g->strangers + n : g->strangers - n;
	(void)pthread_cond_broadcast(&g->open);
	(void)pthread_mutex_unlock(&g->lock);
}

/* Nobody waits for ever, and nobody's threads are all spent on hashing; of one
 * place few wait; and who is known waits for no stranger. */
static void
busy(void)
{
	enum { MORE = 3 };
	struct visitor same[VT_L(PASSWORDS_WAITING_PLACE) + MORE] = { 0 };
	struct visitor many[VT_L(PASSWORDS_WAITING) + MORE] = { 0 };
	size_t n_same = VT_L(PASSWORDS_WAITING_PLACE) + MORE;
	size_t n = VT_L(PASSWORDS_WAITING) + MORE;
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, t;
	int ok = 0, told = 0;

	tap_call(from("192.0.2.7", NULL, RIGHT, &s, &err), &err, "known");
	hashing(true);
	for (size_t i = 0; i < n_same; i++)
		(void)snprintf(same[i].place, sizeof(same[i].place), "one");
	visit(same, n_same);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(many[i].place, sizeof(many[i].place), "%zu", i);
	visit(many, n);
	tap_call(from("198.51.100.9", s.device, RIGHT, &t, &err), &err,
	    "strangers fill it: a device that is known gets in");
	tap_code(from("198.51.100.9", NULL, RIGHT, &t, &err), VT_E_BUSY, &err,
	    "one that is not comes again later");
	hashing(false);
	for (size_t i = 0; i < n_same; i++) {
		(void)pthread_join(same[i].thread, NULL);
		ok += same[i].rc == VT_OK;
		told += same[i].rc == VT_E_BUSY;
	}
	tap_ok(ok == (int)VT_L(PASSWORDS_WAITING_PLACE) && told == MORE,
	    "of one place %d waited, %d were told to come again", ok, told);
	for (size_t i = 0; i < n; i++) {
		(void)pthread_join(many[i].thread, NULL);
		ok += many[i].rc == VT_OK;
		told += many[i].rc == VT_E_BUSY;
	}
	tap_ok(ok == (int)VT_L(PASSWORDS_WAITING) &&
		   told == (int)(n + n_same) - ok,
	    "of all %d waited, %d were told", ok, told);
	tap_call(from("198.51.100.9", NULL, RIGHT, &t, &err), &err, "in");
}

static void
csrf(void)
{
	char one[VT_HASH_TEXT + 1], two[VT_HASH_TEXT + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_session a, b;
	struct vt_span ta, tb;

	tap_call(sign_in("leader", RIGHT, NULL, &a, &err), &err, "one");
	tap_call(sign_in("leader", RIGHT, NULL, &b, &err), &err, "two");
	ta = vt_span_str(a.token);
	tb = vt_span_str(b.token);
	vt_session_csrf(h.office, ta, one);
	vt_session_csrf(h.office, tb, two);
	tap_ok(strcmp(one, two) != 0, "each session its own");
	tap_call(vt_session_csrf_check(h.office, ta, one, &err), &err, "fits");
	tap_code(vt_session_csrf_check(h.office, ta, two, &err), VT_E_CSRF,
	    &err, "another session's");
	tap_code(vt_session_csrf_check(h.office, ta, NULL, &err), VT_E_CSRF,
	    &err, "none");
	tap_code(vt_session_csrf_check(h.office, ta, "", &err), VT_E_CSRF, &err,
	    "an empty one");
}

int
main(void)
{
	struct vt_actor admin;

	house_begin(&h);
	admin = house_actor(&h, "admin", h.here);
	making(&admin);
	right_and_wrong();
	alike_cost();
	ends();
	many_sessions();
	waits(&admin);
	strangers();
	locked(&admin);
	change();
	second_factor(&admin);
	replaced();
	tap_call(act(&admin, "leader", VT_ACCOUNT_TOTP_OFF, NULL,
		     &(struct vt_err)VT_ERR_INIT),
	    &(struct vt_err)VT_ERR_INIT, "off again");
	changed_at_once();
	again(&admin);
	busy();
	csrf();
	house_end(&h);
	return tap_done();
}
