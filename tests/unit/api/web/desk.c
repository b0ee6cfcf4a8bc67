/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door of the desk: signing in, and what somebody has of his own. */
#include "tests/unit/api/web/desk_fixture.h"

#define CSRF(x) x x x x x x x x x x x x x x x x

static void
test_door(struct vt_buf *b)
{
	tap_eq_int(get(b, "/desk", 0), 303, "nobody");
	tap_ok(HAS("Location: /desk/sign-in\r\n"), "is asked who he is");
	tap_eq_int(get(b, PAPER, 0), 303, "a paper");
	tap_ok(HAS("Location: /desk/sign-in?next=" PAPER "\r\n"),
	    "is shown after that");
	tap_eq_int(get(b, "/desk", 'x'), 303, "an ended session likewise");
	tap_eq_int(post(b, PAPER "/acts/approve", 0, "a=b"), 401, "a form");
	tap_ok(HAS("Chưa có gì được gửi đi"), "is told that nothing happened");
	tap_eq_int(get(b, "/desk/sign-in", 0), 200, "the page");
	tap_ok(HAS("Content-Security-Policy: default-src 'none'; style-src "
		   "'self'; script-src 'self'; img-src 'self'; connect-src "
		   "'self'; form-action 'self'; base-uri 'none'; "
		   "frame-ancestors 'none'\r\n") &&
		   !HAS(" style=") && !HAS("onclick"),
	    "strict policy, nothing inline");
	tap_ok(HAS("<html lang=\"vi\">") && HAS("<label for=\"login\">") &&
		   HAS("<label for=\"password\">"),
	    "Vietnamese, labelled");
}

static void
test_sign_in(struct vt_buf *b)
{
	desk.sign_in = VT_E_SIGN_IN_FAILED;
	tap_eq_int(post(b, "/desk/sign-in", 0,
		       "login=%22%3E%3Cscript%3E&password=s3cr%3Ct"),
	    401, "a wrong password");
	tap_ok(HAS("value=\"&quot;&gt;&lt;script&gt;\"") && !HAS("s3cr") &&
		   HAS("Sai tên đăng nhập"),
	    "the name comes back escaped, the password does not");
	desk.sign_in = VT_E_SECOND_FACTOR;
	tap_eq_int(
	    post(b, "/desk/sign-in", 0, "login=c&password=p"), 401, "alone");
	tap_ok(HAS("xác thực hai lớp") && HAS("aria-invalid"),
	    "a second factor is asked for");
	desk.sign_in = VT_E_HTTP_TOO_MANY;
	tap_eq_int(
	    post(b, "/desk/sign-in", 0, "login=c&password=p"), 429, "too many");
	tap_ok(HAS("7 giây"), "says how long to wait");
	desk.sign_in = VT_OK;
	tap_eq_int(post(b, "/desk/sign-in", 0,
		       "login=c&password=p&code=1&next=" PAPER),
	    303, "the right one");
	tap_ok(HAS("; Path=/; HttpOnly; SameSite=Strict\r\n") &&
		   HAS("Set-Cookie: vt=cccc") && HAS("Location: " PAPER),
	    "a cookie that no script sees, and on");
	(void)post(b, "/desk/sign-in", 0,
	    "login=c&password=p&next=%2F%2Fevil.example%2Fdesk");
	tap_ok(HAS("Location: /desk\r\n"), "not to another site");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nSec-Fetch-Site: "
		       "cross-site\r\n",
		       "login=c&password=p"),
	    403, "from another site's page");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nOrigin: "
		       "http://evil.example\r\n",
		       "login=c&password=p"),
	    403, "by an old browser");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nOrigin: null\r\n",
		       "login=c&password=p"),
	    403, "from a page that hides where it comes from");
	tap_ok(!HAS("Set-Cookie: vt=") && HAS("csrf"), "nobody is signed in");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nOrigin: http://a.b\r\n",
		       "login=c&password=p"),
	    403, "of a host whose name begins like ours");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nOrigin: http://a\r\n",
		       "login=c&password=p"),
	    303, "from our own, over plain HTTP");
	tap_ok(HAS("Referrer-Policy: same-origin"),
	    "which says so: its policy does not make it null");
	desk.must_change = true;
	tap_eq_int(get(b, "/desk", 'c'), 303, "a password set by another");
	tap_ok(HAS("Location: /desk/password\r\n"), "is changed first");
	tap_eq_int(get(b, "/desk/password", 'c'), 200, "here");
	desk.must_change = false;
	fake.answer = VT_E_PASSWORD_WEAK;
	tap_eq_int(post(b, "/desk/password", 'c',
		       "csrf=" CSRF("cccc") "&key=" KEY "&old=a&new=b&again=b"),
	    422, "a short one");
	tap_ok(HAS("quá ngắn: cần ít nhất 10 ký tự") &&
		   HAS("new-hint\" aria-invalid=true>") &&
		   HAS("Ít nhất 10 ký tự."),
	    "is told as that, at its field");
	(void)post(b, "/desk/password", 'c',
	    "csrf=" CSRF(
		"cccc") "&key=" KEY
			"&old=0123456789&new=0123456789&again=0123456789");
	tap_ok(HAS("phải khác mật khẩu hiện nay"), "the same one as that");
	fake.answer = VT_OK;
}

/* What is looked at of one place is bounded; right ones are no burden. */
static void
test_crowd(struct vt_buf *b)
{
	static const char form_of[] = "login=c&password=p";
	int right = 0, wrong = 0;

	desk.sign_in = VT_OK;
	for (int i = 0; i < 60; i++)
		right += post(b, "/desk/sign-in", 0, form_of) == 303;
	tap_eq_int(right, 60, "a whole office behind one address");
	desk.sign_in = VT_E_SIGN_IN_FAILED;
	for (int i = 0; i < 30; i++)
		wrong += post(b, "/desk/sign-in", 0, form_of) == 401;
	tap_ok(wrong > 10 && wrong < 30, "%d of 30 wrong ones", wrong);
	desk.sign_in = VT_OK;
	tap_eq_int(post(b, "/desk/sign-in", 0, form_of), 429, "then none");
	tap_ok(HAS("quá nhiều lần từ mạng này") && !HAS("Đã thử sai"),
	    "and it is said why");
	tap_eq_int(ask(b, "POST", "/desk/sign-in", 0,
		       "Content-Type: " FORM "\r\nCookie: vt-device=known\r\n",
		       form_of),
	    303, "a device that is known is a place of its own");
}

static void
test_me(struct vt_buf *b)
{
	tap_eq_int(get(b, "/desk/me", 'm'), 200, "an administrator's account");
	tap_ok(HAS("quản trị") && HAS("/desk/me/factor") &&
		   !HAS("href=\"/desk/arrive\""),
	    "says his role, offers what is his");
	tap_eq_int(get(b, "/desk/me/factor", 'c'), 200, "a second factor");
	tap_ok(!HAS("<svg"), "asks for the password first");
	fake.answer = VT_E_SIGN_IN_FAILED;
	tap_eq_int(
	    post(b, "/desk/me/factor", 'c', "csrf=" CSRF_C "&password=s3cr3t"),
	    401, "a wrong one");
	tap_ok(HAS("Mật khẩu hoặc mã không đúng") && !HAS("s3cr3t") &&
		   !HAS("GEZDGNBVGY3TQOJQ"),
	    "gets no key");
	fake.answer = VT_OK;
	tap_eq_int(
	    post(b, "/desk/me/factor", 'c', "password=p"), 403, "no token");
	tap_ok(!HAS("GEZDGNBVGY3TQOJQ"), "no key");
	tap_eq_int(
	    post(b, "/desk/me/factor", 'c', "csrf=" CSRF_C "&password=p"), 200,
	    "the right one");
	tap_ok(HAS("<path fill=\"#000\" d=\"M4 4h7v1h-7z\"/>") &&
		   HAS("GEZDGNBVGY3TQOJQ") && HAS("&amp;issuer=vanthu") &&
		   HAS("Cache-Control: no-store") && !HAS(" style="),
	    "gets it drawn, typed and whole, kept nowhere");
	fake.answer = VT_E_SIGN_IN_FAILED;
	tap_eq_int(post(b, "/desk/me/factor/confirm", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&code=1&uri=otpauth%3Ax"
		       "&secret=GEZDGNBVGY3TQOJQ"),
	    401, "a wrong code of it");
	tap_ok(HAS("aria-describedby=code-why>") && HAS("id=\"code-why\"") &&
		   HAS("Mã không đúng") && HAS("GEZDGNBVGY3TQOJQ") &&
		   HAS("<svg") && !HAS("Mật khẩu hoặc mã"),
	    "is told as that, key and drawing kept");
	fake.answer = VT_OK;
	tap_eq_int(post(b, "/desk/me/factor/confirm", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&code=123456"),
	    200, "a code of it");
	tap_ok(HAS("Đã bật xác thực hai lớp") && HAS("AAAA-BBBB-0000"),
	    "turns it on, and gives the recovery codes");
	(void)get(b, "/desk/me/factor", 'c');
	tap_ok(!HAS("/factor/off"), "what is not on is not turned off");
	desk.factor = true;
	(void)get(b, "/desk/me", 'c');
	tap_ok(HAS("đang bật") && HAS(": 9"), "it is on, with codes left");
	(void)get(b, "/desk/me/factor", 'c');
	tap_ok(HAS("/desk/me/factor/off"), "and can be turned off");
	fake.answer = VT_E_SIGN_IN_FAILED;
	tap_eq_int(post(b, "/desk/me/factor/off", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&password=p&code=1"),
	    401, "not without a code of it");
	fake.answer = VT_OK;
	tap_eq_int(post(b, "/desk/me/factor/off", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&password=p&code=123"),
	    303, "with one");
	tap_eq_str(fake.act, "factor-off", "by the office");
	tap_eq_int(post(b, "/desk/me/factor/off", 'c',
		       "key=" KEY "&password=p&code=123"),
	    403, "not without the form's token");
	desk.factor = false;
	tap_eq_int(post(b, "/desk/me/sign-out-all", 'c', "csrf=" CSRF_C), 303,
	    "everywhere");
	tap_eq_str(fake.act, "sign-out-all", "signed out");
}

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	test_door(&b);
	test_sign_in(&b);
	test_crowd(&b);
	test_me(&b);
	desk_end();
	return tap_done();
}
