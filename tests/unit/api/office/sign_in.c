/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local accounts and sessions: right and wrong, waits, second factor, ends. */
#include <time.h>

#include "api/office/accounts.h"
#include "api/office/sessions.h"
#include "base/hotp.h"
#include "tests/unit/api/office/house.h"

#define RIGHT "mật khẩu rất dài"
#define WRONG "mật khẩu khác hẳn"

static struct house h;

static int
sign_in(const char *login, const char *password, const char *code,
    struct vt_session *ret, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *p = house_secret(password);

	return vt_office_sign_in(h.office, login, p, code, NULL, ret, err);
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
	tap_code(add(admin, "leader0123456", &h.leader, "leader0123456", &err),
	    VT_E_PASSWORD_WEAK, &err, "the login name as password");
	tap_code(add(admin, "lãnh đạo", &h.leader, RIGHT, &err), VT_E_INVALID,
	    &err, "not a login name");
	tap_code(add(admin, "system", &h.system, RIGHT, &err), VT_E_INVALID,
	    &err, "programs have no account");
	tap_code(add(admin, "leader", &h.other_leader, RIGHT, &err),
	    VT_E_PERSON_UNKNOWN, &err, "another agency's person is as absent");
	tap_call(
	    add(admin, " Leader ", &h.leader, RIGHT, &err), &err, "an account");
	tap_code(add(admin, "leader", &h.officer, RIGHT, &err), VT_E_EXISTS,
	    &err, "the login name is taken");
	tap_code(add(admin, "leader2", &h.leader, RIGHT, &err), VT_E_EXISTS,
	    &err, "the person has one");
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
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	unsigned wait = 0;

	for (size_t i = 0; i < VT_L(SIGN_IN_TRIES); i++)
		tap_code(sign_in("officer", WRONG, NULL, &s, &err),
		    VT_E_SIGN_IN_FAILED, &err, "wrong %zu", i + 1);
	tap_code(vt_office_sign_in(
		     h.office, "officer", right, NULL, &wait, &s, &err),
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
	struct vt_totp_offer offer;
	struct vt_request rq;
	struct vt_session s;
	char code[8];

	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err, "in");
	rq = house_request(&h, &s.actor);
	tap_code(vt_office_totp_confirm(h.office, &rq, "000000", codes, &err),
	    VT_E_NOT_FOUND, &err, "nothing was offered");
	tap_call(vt_office_totp_offer(h.office, &s.actor, &offer, &err), &err,
	    "offered");
	tap_ok(strncmp(offer.uri, "otpauth://totp/vanthu:leader?secret=", 36) ==
		       0 &&
		   strstr(offer.uri, offer.secret) != NULL,
	    "%s", offer.uri);
	tap_code(vt_office_totp_confirm(h.office, &rq, "no", codes, &err),
	    VT_E_SIGN_IN_FAILED, &err, "not a code");
	code_at(offer.secret, h.w.now - VT_TIME_S(120), code);
	tap_code(vt_office_totp_confirm(h.office, &rq, code, codes, &err),
	    VT_E_SIGN_IN_FAILED, &err, "an old code");
	code_at(offer.secret, h.w.now, code);
	tap_call(vt_office_totp_confirm(h.office, &rq, code, codes, &err), &err,
	    "turned on");
	memcpy(secret, offer.secret, 33);
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
	tap_call(sign_in("leader", RIGHT, NULL, &s, &err), &err,
	    "the password is enough again");
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
	locked(&admin);
	change();
	second_factor(&admin);
	csrf();
	house_end(&h);
	return tap_done();
}
