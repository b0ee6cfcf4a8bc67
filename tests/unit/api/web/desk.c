/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk over a fake office: who sees which acts, what is escaped, what is
 * refused, and that nothing is done twice or without its form's token. */
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

static void
test_inbox(struct vt_buf *b)
{
	desk.state = VT_PAPER_APPROVED;
	tap_eq_int(get(b, "/desk", 'l'), 200, "a leader's inbox");
	tap_ok(HAS("id=\"q-to-sign\"") && !HAS("q-to-seal") &&
		   !HAS("queues/to-number"),
	    "has what is to be signed, and no clerk's queue");
	tap_ok(HAS("&lt;script&gt;") && !HAS("<script>alert") &&
		   HAS("Trần &lt;b&gt;Văn&lt;/b&gt; Thử"),
	    "subjects and names are escaped");
	desk.state = VT_PAPER_SIGNED;
	tap_eq_int(get(b, "/desk", 'c'), 200, "a clerk's");
	tap_ok(HAS("id=\"q-to-number\"") && !HAS("id=\"q-to-seal\""),
	    "signed without a number");
	desk.numbered = true;
	(void)get(b, "/desk", 'c');
	tap_ok(!HAS("id=\"q-to-number\"") && HAS("id=\"q-to-seal\""),
	    "and with one");
	tap_eq_int(get(b, "/desk/queues/to-seal", 'c'), 200, "a queue");
	tap_eq_int(get(b, "/desk/queues/to-seal", 'l'), 404, "of another role");
	tap_eq_int(
	    get(b, "/desk/search?q=%22%3E%3Cimg%3E", 'o'), 200, "search");
	tap_ok(HAS("value=\"&quot;&gt;&lt;img&gt;\"") && !HAS("<img>"),
	    "what was typed is escaped");
	desk.far = true;
	tap_eq_int(get(b, "/desk/search?q=xa", 'o'), 200, "a long search ends");
	tap_ok(HAS("before=77") && HAS("Chưa tìm thấy"), "and can be gone on");
	desk.far = false;
}

/* Role and state -> the acts that are offered. */
static void
test_acts(struct vt_buf *b)
{
	static const struct {
		char who;
		enum vt_paper_state state;
		enum vt_direction way;
		bool numbered;
		const char *acts[12]; /* in any order */
	} t[] = {
		{ 'o', VT_PAPER_DRAFT, VT_DIR_OUT, false,
		    { "submit", "version", "link", "isolate" } },
		{ 'l', VT_PAPER_DRAFT, VT_DIR_OUT, false, { "isolate" } },
		{ 'l', VT_PAPER_SUBMITTED, VT_DIR_OUT, false,
		    { "approve", "return", "check-content", "check-form",
			"isolate" } },
		{ 'o', VT_PAPER_SUBMITTED, VT_DIR_OUT, false,
		    { "version", "check-content", "check-form", "withdraw",
			"isolate" } },
		{ 'c', VT_PAPER_SUBMITTED, VT_DIR_OUT, false,
		    { "version", "by-hand", "check-form", "withdraw",
			"isolate" } },
		{ 'l', VT_PAPER_APPROVED, VT_DIR_OUT, false,
		    { "sign", "return", "check-content", "check-form",
			"isolate" } },
		{ 'c', VT_PAPER_APPROVED, VT_DIR_OUT, false,
		    { "version", "reserved", "by-hand", "check-form",
			"isolate" } },
		{ 'c', VT_PAPER_SIGNED, VT_DIR_OUT, false,
		    { "number", "reserved", "isolate" } },
		{ 'c', VT_PAPER_SIGNED, VT_DIR_OUT, true,
		    { "seal", "print", "isolate" } },
		{ 'l', VT_PAPER_SIGNED, VT_DIR_OUT, true,
		    { "print", "isolate" } },
		{ 'c', VT_PAPER_SEALED, VT_DIR_OUT, true,
		    { "issue", "print", "isolate" } },
		{ 'o', VT_PAPER_SEALED, VT_DIR_OUT, true,
		    { "print", "isolate" } },
		{ 'c', VT_PAPER_ISSUED, VT_DIR_OUT, true,
		    { "send", "print", "recall", "replace", "amend", "link",
			"freeze", "isolate", "ask-destroy" } },
		{ 'c', VT_PAPER_DISPATCHED, VT_DIR_OUT, true,
		    { "send", "print", "take-back", "recall", "replace",
			"amend", "link", "freeze", "isolate", "ask-destroy" } },
		{ 'c', VT_PAPER_WAITING, VT_DIR_IN, false,
		    { "accept", "refuse", "join", "cancel", "isolate",
			"ask-destroy" } },
		{ 'l', VT_PAPER_WAITING, VT_DIR_IN, false,
		    { "isolate", "ask-destroy", "destroy" } },
		{ 'l', VT_PAPER_ARRIVED, VT_DIR_IN, false,
		    { "assign", "process", "finish", "forward", "print",
			"opinion", "isolate", "ask-destroy", "destroy" } },
		{ 'o', VT_PAPER_PROCESSING, VT_DIR_IN, false,
		    { "finish", "forward", "print", "link", "opinion",
			"isolate" } },
		{ 'a', VT_PAPER_APPROVED, VT_DIR_OUT, false, { NULL } },
		{ 'a', VT_PAPER_WAITING, VT_DIR_IN, false, { NULL } },
		{ 'l', VT_PAPER_RECALLED, VT_DIR_OUT, true,
		    { "freeze", "isolate", "ask-destroy", "destroy" } },
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *at;
		size_t want = 0, seen = 0;
		bool all = true;
		desk.state = t[i].state;
		desk.direction = t[i].way;
		desk.numbered = t[i].numbered;
		all = get(b, PAPER, t[i].who) == 200;
		for (; want < 12 && t[i].acts[want] != NULL; want++) {
			char s[96];
			(void)snprintf(s, sizeof(s),
			    "action=\"" PAPER "/%s%s\"",
			    strcmp(t[i].acts[want], "version") == 0 ? ""
								    : "acts/",
			    t[i].acts[want]);
			all = all && HAS(s);
		}
		at = vt_buf_str(b);
		while ((at = strstr(at, "class=\"go\"")) != NULL)
			seen++, at++;
		at = vt_buf_str(b);
		while ((at = strstr(at, PAPER "/two-step")) != NULL)
			seen--, at++;
		tap_ok(all && seen == want,
		    "role %c, state %d: %zu acts, these and no others",
		    t[i].who, (int)t[i].state, want);
	}
	desk.direction = VT_DIR_OUT;
	desk.numbered = false;
}

static void
test_dead(struct vt_buf *b)
{
	desk.dead = true;
	desk.state = VT_PAPER_DISPATCHED;
	tap_eq_int(get(b, "/desk", 'c'), 200, "a clerk's inbox");
	tap_ok(HAS("Không gửi được") && HAS("Xã &lt;em&gt;Mẫu&lt;/em&gt;") &&
		   HAS("Bên nhận &lt;u&gt;không&lt;/u&gt; đọc được"),
	    "says what could not be sent, and why");
	tap_ok(HAS("action=\"" PAPER "/acts/resend\"") &&
		   HAS("value=\"08080808080808080808080808080808\""),
	    "with a button beside it");
	tap_eq_int(get(b, "/desk", 'l'), 200, "a leader's");
	tap_ok(!HAS("Không gửi được"), "does not");
	(void)get(b, PAPER, 'c');
	tap_ok(HAS(PAPER "/acts/resend"), "the clerk may send it again");
	(void)get(b, PAPER, 'l');
	tap_ok(!HAS(PAPER "/acts/resend"), "the leader may not");
	tap_eq_int(form(b, "resend", 'c', "delivery=x"), 422, "to nobody");
	tap_eq_int(
	    form(b, "resend", 'c', "delivery=08080808080808080808080808080808"),
	    303, "to the one that failed");
	tap_eq_str(fake.act, "resend", "is done");
	desk.dead = false;
}

#define STATUS(id) "/desk/statuses/" id id id id "/send"
#define OURS       "csrf=" CSRF("cccc") "&key=" KEY

/* What its sender was not told. */
static void
test_untold(struct vt_buf *b)
{
	desk.untold = true;
	desk.untold_next = VT_TIME_NONE;
	desk.state = VT_PAPER_REFUSED;
	desk.direction = VT_DIR_IN;
	tap_eq_int(get(b, "/desk", 'c'), 200, "a clerk's inbox");
	tap_ok(HAS("Chưa báo được") && HAS("Từ chối tiếp nhận") &&
		   HAS("H98.&lt;u&gt;1") && HAS("Sai &lt;s&gt;nơi") &&
		   HAS("-1: &lt;u&gt;no") && HAS("không tự gửi lại nữa") &&
		   HAS("action=\"" STATUS("0a0a0a0a") "\""),
	    "says what was not told, to whom, why, with a button");
	desk.untold_next = 1763703600000000;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("Chưa báo được") && HAS("hệ thống còn thử lại") &&
		   HAS("Lần tới: ") && HAS("21/11/2025"),
	    "so does the paper, with the hour of the next try");
	tap_ok(get(b, "/desk", 'l') == 200 && !HAS("Chưa báo được"),
	    "a leader is not asked to");
	tap_eq_int(post(b, STATUS("0a0a0a0a"), 'c', "key=" KEY), 403,
	    "without the form's token");
	tap_eq_int((int)desk.hurried, 0, "nothing");
	tap_eq_int(post(b, STATUS("0a0a0a0a"), 'c', OURS), 303, "pressed");
	tap_ok(HAS("Location: /desk?done=told-again\r\n") && desk.hurried == 1,
	    "is told again");
	tap_eq_int(post(b, STATUS("0b0b0b0b"), 'c', OURS), 303,
	    "one that waits no longer");
	tap_ok(HAS("Location: /desk?done=told\r\n"), "was told meanwhile");
	tap_eq_int(
	    post(b, STATUS("0a0a0a0a"), 'l', "csrf=" CSRF("llll") "&key=" KEY),
	    403, "a leader may not");
	(void)get(b, "/desk?done=told-again", 'c');
	tap_ok(HAS("Trạng thái đang được gửi lại."), "it is said");
	desk.untold = false;
	(void)get(b, "/desk?done=told", 'c');
	tap_ok(HAS("không còn chờ") && !HAS("Chưa báo được"), "none is left");
	desk.direction = VT_DIR_OUT;
}

static void
test_amended(struct vt_buf *b)
{
	desk.amended = true;
	desk.numbered = true;
	desk.state = VT_PAPER_DISPATCHED;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("Được sửa đổi, đính chính bởi") && HAS("Trả lời văn bản") &&
		   !HAS("Được thay thế bởi"),
	    "amended, not replaced; what it answers is named");
	tap_ok(HAS("Thay thế văn bản") && HAS("12/2019/&lt;b&gt;") &&
		   HAS("2019-05-20") && HAS("(H99)"),
	    "what lies elsewhere is named as it is cited");
	tap_ok(HAS("/acts/amend") && HAS("/acts/replace"),
	    "it may be amended again, and replaced");
	tap_eq_int(form(b, "link", 'c', "kind=amends&number=9%2FA&from=H99"),
	    303, "a link to what lies elsewhere");
	tap_eq_str(fake.act, "link", "is said");
	tap_eq_int(form(b, "link", 'c', "kind=relates&number=7/A"), 404,
	    "to a paper here that is none");
	tap_ok(HAS("id=\"link-why\""), "is told there");
	desk.amended = false;
	tap_eq_int(form(b, "amend", 'c', "paper=7/A&note=x"), 404,
	    "amended by a paper that is none");
	tap_ok(
	    HAS("id=\"amend-why\"") && HAS("không có văn bản nào mang số này"),
	    "is told at its field");
	desk.numbered = false;
}

/* Whoever may do something in another's place sees what waits for that. */
static void
test_deputy(struct vt_buf *b)
{
	desk.state = VT_PAPER_APPROVED;
	desk.acts_for = 'o';
	(void)get(b, "/desk", 'o');
	tap_ok(HAS("id=\"q-to-sign\"") && !HAS("id=\"q-to-approve\""),
	    "what he may sign for the leader waits for him");
	tap_eq_int(get(b, "/desk/queues/to-sign", 'o'), 200, "on its own");
	desk.acts_for = 0;
	(void)get(b, "/desk", 'o');
	tap_ok(!HAS("q-to-sign"), "and no longer than he may");
	tap_eq_int(get(b, "/desk/queues/to-sign", 'o'), 404, "as before");
}

static void
test_urgent(struct vt_buf *b)
{
	const char *first, *second;
	desk.state = VT_PAPER_APPROVED;
	desk.urgency[0] = 1;
	desk.urgency[1] = 3;
	(void)get(b, "/desk/queues/to-sign", 'l');
	first = strstr(vt_buf_str(b), "Việc gấp");
	second = strstr(vt_buf_str(b), "&lt;script&gt;");
	tap_ok(first != NULL && second != NULL && first < second,
	    "the more urgent one comes first, though it is older");
	desk.urgency[0] = desk.urgency[1] = 0;
	desk.problem = "Tệp <hỏng> (bản 2) (pdf-syntax: object 12 is";
	(void)get(b, PAPER, 'l');
	tap_ok(HAS("lang=\"vi\">Tệp &lt;hỏng&gt; (bản 2)</span>") &&
		   HAS("<p lang=\"en\">(pdf-syntax: object 12 is</p>"),
	    "what is wrong with a file ends in words of here");
	desk.problem = NULL;
}

/* Whose signature it bears, and whose it was to bear. */
static void
test_signer(struct vt_buf *b)
{
	desk.state = VT_PAPER_APPROVED;
	desk.direction = VT_DIR_OUT;
	desk.planned = "Đỗ Giám Đốc";
	(void)get(b, PAPER, 'l');
	tap_ok(HAS("<dt>Người ký dự kiến</dt><dd lang=\"vi\">Đỗ Giám Đốc<") &&
		   HAS("Bạn ký thì văn bản mang tên bạn"),
	    "before it is signed: a plan, and another is warned");
	desk.state = VT_PAPER_SIGNED;
	desk.signed_by = 'l';
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("<dt>Người ký</dt><dd lang=\"vi\">Lê Thị Ký · Phó Giám "
		   "đốc</dd>") &&
		   !HAS("Đỗ Giám Đốc"),
	    "after it: who signed, not who was to");
	desk.in_place = true;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("Phó Giám đốc (TUQ. Người &lt;u&gt;khác&lt;/u&gt;)</dd>"),
	    "by delegation: in whose place");
	desk.in_place = false;
	desk.signed_by = 0;
	desk.direction = VT_DIR_IN;
	desk.state = VT_PAPER_ARRIVED;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("<dt>Người ký</dt><dd lang=\"vi\">Đỗ Giám Đốc<"),
	    "of what came: as it says");
	desk.planned = NULL;
	desk.direction = VT_DIR_OUT;
}

/* A circular to a whole province. */
static void
test_many(struct vt_buf *b)
{
	desk.state = VT_PAPER_DISPATCHED;
	desk.numbered = true;
	desk.deliveries = 621;
	desk.acts = 1300;
	tap_eq_int(get(b, PAPER, 'c'), 200, "to 621");
	tap_ok(HAS("<span class=\"n\">621</span>") && HAS(">Xã 50.<") &&
		   !HAS(">Xã 51.<") && HAS("to_after=50#to") &&
		   HAS("?to=5#to\">Không gửi được 1</a>") &&
		   HAS("?to=6#to\">In và gửi giấy 62</a>") &&
		   HAS("?to=7#to\">Đã gửi đi 558</a>"),
	    "counted, by state; the first ones shown");
	tap_ok(HAS(">Xã 621. </option>") && HAS(">Xã 620. </option>") &&
		   HAS(">Xã 10. </option>"),
	    "the last one can be sent again, all of paper marked off");
	(void)get(b, PAPER "?to=0&to_after=600", 'c');
	tap_ok(HAS(">Xã 601.<") && HAS(">Xã 621.<") && !HAS("to_after=621"),
	    "the last page");
	(void)get(b, PAPER "?to=5", 'c');
	tap_ok(HAS("<b>Xã 621.</b>") && !HAS("<b>Xã 1.</b>") &&
		   HAS("#to\">Tất cả 621</a>"),
	    "those that failed alone");
	(void)get(b, PAPER "?to=6&to_after=500", 'l');
	tap_ok(HAS("<b>Xã 510.</b>") && !HAS("<b>Xã 500.</b>"),
	    "pages of a state");
	(void)get(b, PAPER, 'c');
	tap_ok(HAS(">việc 1300.<") && HAS(">việc 1201.<") &&
		   !HAS(">việc 1200.<") && HAS("?acts=1201#"),
	    "history from its newest end");
	(void)get(b, PAPER "?acts=1201", 'c');
	tap_ok(
	    HAS(">việc 1200.<") && HAS(">việc 1101.<") && !HAS(">việc 1201.<"),
	    "and back");
	(void)get(b, PAPER "?acts=101", 'c');
	tap_ok(HAS(">việc 1.<") && HAS(">việc 100.<") && !HAS("?acts="),
	    "to its beginning");
	desk.deliveries = desk.acts = 0;
	desk.numbered = false;
}

static void
test_csrf(struct vt_buf *b)
{
	desk.state = VT_PAPER_SUBMITTED;
	fake.act[0] = '\0';
	tap_eq_int(post(b, PAPER "/acts/approve", 'l',
		       "key=" KEY "&rev=3&note=gi%E1%BB%AF+l%E1%BA%A1i&main="
		       "2222222222222222222222222222222222222222222222222222"
		       "222222222222"),
	    403, "a form without its token");
	tap_ok(fake.act[0] == '\0' && HAS("giữ lại</textarea>") &&
		   HAS("Phiên làm việc đã đổi"),
	    "does nothing, and what was typed is still there");
	tap_eq_int(ask(b, "POST", PAPER "/acts/approve", 'l',
		       "Content-Type: " FORM "\r\nSec-Fetch-Site: "
		       "same-site\r\n",
		       "key=" KEY),
	    403, "from a neighbour's page");
	tap_eq_str(fake.act, "", "does nothing");
	tap_eq_int(
	    form(b, "approve", 'l', "main=1"), 400, "a hash that is none");
	tap_eq_int(form(b, "approve", 'l', "main=" OTHER), 400,
	    "the main file's hash without that of all files");
	tap_eq_int(form(b, "approve", 'l', "note=%zz"), 400, "a broken form");
	tap_eq_int(form(b, "approve", 'l', "note=%00"), 400, "a NUL in it");
	tap_eq_int(form(b, "approve", 'l', "note=%ff"), 400, "no UTF-8 in it");
	tap_eq_str(fake.act, "", "nothing was done by any");
	tap_eq_int(form(b, "nothing", 'l', ""), 404, "no such act");
	tap_eq_int(ask(b, "POST", PAPER "/acts/approve", 'l',
		       "Content-Type: text/plain\r\n", "x"),
	    415, "no form at all");
}

#define ONES                                                                   \
	"11111111111111111111111111111111" /* half a hash */                   \
	"11111111111111111111111111111111"
#define MAIN "main=" ONES "&manifest=" ONES
static void
test_act(struct vt_buf *b)
{
	vt_hash first;
	desk.state = VT_PAPER_SUBMITTED;
	tap_eq_int(form(b, "approve", 'l', MAIN "&note=m%E1%BB%99t%0D%0Ahai"),
	    303, "approved");
	tap_ok(HAS("Location: " PAPER "?done=approve\r\n"), "back to it");
	tap_eq_str(fake.act, "approve", "by the office");
	tap_eq_str(fake.note, "một\nhai", "lines end as they should");
	tap_eq_str(fake.key, KEY, "under the form's key");
	tap_eq_int(fake.if_match, 3, "at the revision that was read");
	first = fake.request;
	(void)form(b, "approve", 'l', MAIN "&note=m%E1%BB%99t%0D%0Ahai");
	tap_ok(vt_hash_eq(&first, &fake.request), "again: the same request");
	(void)form(b, "approve", 'l', MAIN "&note=hai");
	tap_ok(!vt_hash_eq(&first, &fake.request), "other words: another");
	fake.answer = VT_E_PRECONDITION_FAILED;
	tap_eq_int(
	    form(b, "approve", 'l', MAIN "&note=%3Cb%3E"), 412, "a conflict");
	tap_ok(HAS("Đã đổi trong lúc bạn đọc") && HAS("&lt;b&gt;</textarea>") &&
		   HAS("<details class=\"act\"") && !HAS("value=\"" KEY "\""),
	    "says what changed, keeps what was typed, under a new key");
	fake.answer = VT_E_BUSY;
	tap_eq_int(form(b, "approve", 'l', MAIN), 503, "a busy store");
	tap_ok(HAS("value=\"" KEY "\""), "is asked again as the same request");
	fake.answer = VT_OK;
	desk.state = VT_PAPER_WAITING;
	desk.direction = VT_DIR_IN;
	tap_eq_int(form(b, "refuse", 'c', "note=Sai+n%C6%A1i"), 303, "refused");
	tap_eq_str(fake.note, "Sai nơi", "with the reason");
	desk.direction = VT_DIR_OUT;
}

static void
test_pin(struct vt_buf *b)
{
	vt_hash first;

	desk.state = VT_PAPER_APPROVED;
	fake.answer = VT_E_PIN_WRONG;
	tap_eq_int(
	    form(b, "sign", 'l', "pin=48151623&number=1"), 403, "a wrong PIN");
	tap_ok(HAS("aria-invalid=\"true\" aria-describedby=\"sign-why\"") &&
		   HAS("id=\"sign-why\">Sai mã PIN") && !HAS("48151623"),
	    "is told at its field and not written back");
	first = fake.request;
	fake.answer = VT_E_HTTP_TOO_MANY;
	(void)form(b, "sign", 'l', "pin=1");
	tap_ok(HAS("Hãy đợi rồi thử lại. Còn 17 giây."),
	    "too often wrong: how long to wait");
	fake.answer = VT_E_IDEMPOTENCY_KEY_REUSED;
	(void)form(b, "sign", 'l', "pin=1");
	tap_ok(HAS("Trang này đã cũ"), "an old page says so");
	fake.answer = VT_OK;
	tap_eq_int(form(b, "sign", 'l', "pin=1234&number=1"), 303, "the right");
	tap_ok(vt_hash_eq(&first, &fake.request),
	    "a PIN is no part of what is asked");
	tap_eq_str(fake.pin, "1234", "reaches the key");
	tap_ok(fake.number_first, "with the number in the same act");
	(void)form(b, "sign", 'l', "pin=1234");
	tap_ok(!fake.number_first, "or without");
	tap_eq_int(get(b, PAPER "?done=sign", 'l'), 200, "afterwards");
	tap_ok(HAS("role=\"status\"") && HAS("Đã ký."), "it is said");
	(void)get(b, PAPER "?done=%3Cscript%3E", 'l');
	tap_ok(!HAS("<script>") || !HAS("role=\"status\""),
	    "and nothing else can be said there");
}

static void
test_reading(struct vt_buf *b)
{
	tap_eq_int(get(b, PAPER, 'o'), 200, "a paper");
	tap_ok(HAS("&lt;i&gt;tệp&lt;/i&gt;.pdf") && !HAS("<i>") &&
		   HAS("Người &lt;u&gt;khác&lt;/u&gt;") && !HAS("<u>"),
	    "names of files and people are escaped");
	tap_ok(HAS(PAPER "/pages/0/2") && !HAS(PAPER "/pages/0/3"),
	    "as many pictures as pages");
	tap_eq_int(get(b, PAPER "/pages/1/1", 'o'), 200, "one of them");
	tap_ok(HAS("Content-Type: image/png") && HAS("immutable"),
	    "is kept by browsers");
	tap_eq_int(get(b, PAPER "/pages/1/9", 'o'), 404, "no such page");
	tap_eq_int(get(b, PAPER "/pages/0/1", 'o'), 404, "no such version");
	tap_eq_int(get(b, PAPER "/pages/1/x", 'o'), 404, "no number");
	tap_eq_int(get(b, PAPER "/parts/1", 'o'), 200, "a file");
	tap_ok(HAS("Content-Disposition: attachment"), "never runs here");
	tap_eq_int(get(b, "/desk/papers/06060606060606060606060606060606", 'o'),
	    404, "another agency's paper");
	tap_eq_int(get(b, "/desk/papers/x", 'o'), 404, "no id");
	tap_ok(HAS("text/html") && HAS("không thuộc cơ quan"), "in a page");
	tap_eq_int(get(b, PAPER "?lang=en", 'o'), 200, "in English");
	tap_ok(HAS("<html lang=\"en\">") && HAS("What can be done") &&
		   !HAS("piece=1\""),
	    "it is");
	tap_eq_int(get(b, "/desk/language?to=en&back=//evil.example", 0), 303,
	    "a language");
	tap_ok(HAS("vt-lang=en") && HAS("Location: /desk\r\n"),
	    "is kept, and leads nowhere else");
}

/* A signature made elsewhere: what was done is said as what it was. */
static void
two_step(struct vt_buf *b, char who, const char *act, const char *said)
{
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(to);

	fake_forget();
	vt_buf_printf(&body, "csrf=%s&key=" KEY "&rev=3&act=%s&number=1",
	    fake_csrf(who), act);
	tap_eq_int(post(b, PAPER "/two-step", who, vt_buf_str(&body)), 303,
	    "%s in two steps", act);
	tap_eq_int(get(b, PAPER "/two-step/" KEY, who), 200, "its page");
	vt_buf_printf(&to, "<h1>%s bằng thiết bị khác</h1>", said);
	tap_ok(HAS(vt_buf_str(&to)), "says what is signed");
	vt_buf_reset(&body);
	vt_buf_printf(
	    &body, "csrf=%s&key=2" KEY "&rev=5&value=A-A", fake_csrf(who));
	tap_eq_int(post(b, PAPER "/two-step/" KEY, who, vt_buf_str(&body)), 400,
	    "neither base64 nor hex");
	tap_ok(HAS("aria-describedby=value-why>A-A</textarea>") &&
		   HAS("id=\"value-why\">Đây không phải base64"),
	    "is told at its field, with what was pasted");
	vt_buf_reset(&body);
	vt_buf_printf(
	    &body, "csrf=%s&key=1" KEY "&rev=5&value=AAAA", fake_csrf(who));
	tap_eq_int(post(b, PAPER "/two-step/" KEY, who, vt_buf_str(&body)), 303,
	    "and the value");
	vt_buf_reset(&to);
	vt_buf_printf(&to, "Location: " PAPER "?done=%s\r\n", act);
	tap_ok(HAS(vt_buf_str(&to)), "completes %s, not another act", act);
}

static void
test_two_step(struct vt_buf *b)
{
	desk.state = VT_PAPER_APPROVED;
	two_step(b, 'l', "sign", "Ký số");
	tap_eq_int((int)fake.signing, VT_SIGNING_COMPETENT, "the leader's");
	desk.state = VT_PAPER_SIGNED;
	desk.numbered = true;
	two_step(b, 'c', "seal", "Ký số của cơ quan");
	tap_eq_int((int)fake.signing, VT_SIGNING_SEAL, "the agency's");
	desk.numbered = false;
	fake_forget();
}

static void
test_check(struct vt_buf *b)
{
	unsigned before = fake.validated;

	fake.overall = VT_OVERALL_PASSED;
	fake.alone = true;
	(void)get(b, PAPER "/check?again=1", 'o');
	tap_ok(
	    HAS("<h1>Chữ ký hợp lệ nhưng thiếu chữ ký số của cơ quan</h1>") &&
		HAS("class=\"verdict unsure\"") == HAS("piece"),
	    "a person's alone: what is missing is said");
	(void)get(b, PAPER "/check?piece=1", 'o');
	tap_ok(HAS("thiếu chữ ký số của cơ quan") && HAS("verdict unsure"),
	    "beside the paper, too, and not in green");
	(void)get(b, PAPER "/check?again=1&lang=en", 'o');
	tap_ok(HAS("the agency&#39;s signature is missing") ||
		   HAS("the agency's signature is missing"),
	    "in English");
	fake.by_agency = true;
	(void)get(b, PAPER "/check?again=1", 'o');
	tap_ok(HAS("thiếu chữ ký số của người có thẩm quyền") &&
		   HAS("Bản sao do cơ quan thực hiện"),
	    "the agency's alone likewise");
	fake.alone = fake.by_agency = false;
	(void)get(b, PAPER "/check?again=1", 'o');
	before = fake.validated - 1;
	tap_eq_int(get(b, PAPER "/check?piece=1", 'o'), 200, "a verdict");
	tap_ok(HAS("Chữ ký hợp lệ") && HAS("Kiểm tra lúc ") &&
		   HAS("&lt;b&gt;Thị&lt;/b&gt;") && !HAS("<b>Thị"),
	    "with its time, names escaped");
	fake.overall = VT_OVERALL_FAILED;
	tap_eq_int(get(b, PAPER "/check", 'c'), 200, "to another, as a page");
	tap_ok(HAS("<h1>Chữ ký hợp lệ</h1>") && HAS("Kiểm tra lúc "),
	    "the same, with its time");
	tap_eq_int((int)(fake.validated - before), 1, "judged once");
	tap_eq_int(get(b, PAPER "/check?lang=en", 'c'), 200, "in English");
	tap_ok(HAS("signature is missing"), "it is another text, kept so");
	(void)get(b, PAPER "/check?lang=en&again=1", 'c');
	tap_ok(HAS("Not valid"), "judged anew");
	tap_eq_int(get(b, PAPER "/check?again=1", 'c'), 200, "again");
	tap_ok(HAS("<h1>Không hợp lệ</h1>") && !HAS("Chữ ký hợp lệ"),
	    "who asks anew gets the newest");
	(void)get(b, PAPER "/check?piece=1", 'o');
	tap_ok(HAS("Không hợp lệ"), "and so do all others then");
	tap_eq_int(
	    get(b, "/desk/papers/06060606060606060606060606060606/check", 'o'),
	    404, "what is kept is for those who may read the paper");
	fake.overall = VT_OVERALL_PASSED;
}

/* Which list each state is in, for each role: these and no others. */
static void
test_queues(struct vt_buf *b)
{
	static const struct {
		char who;
		enum vt_paper_state state;
		enum vt_direction way;
		bool numbered;
		const char *in[4];
	} t[] = {
		{ 'l', VT_PAPER_SUBMITTED, VT_DIR_OUT, false,
		    { "to-approve" } },
		{ 'l', VT_PAPER_APPROVED, VT_DIR_OUT, false, { "to-sign" } },
		{ 'l', VT_PAPER_SIGNED, VT_DIR_OUT, false, { NULL } },
		{ 'l', VT_PAPER_ARRIVED, VT_DIR_IN, false, { "to-assign" } },
		{ 'l', VT_PAPER_WAITING, VT_DIR_IN, false, { NULL } },
		{ 'l', VT_PAPER_ASSIGNED, VT_DIR_IN, false, { "under-way" } },
		{ 'l', VT_PAPER_DRAFT, VT_DIR_OUT, false, { NULL } },
		{ 'o', VT_PAPER_DRAFT, VT_DIR_OUT, false, { "drafts" } },
		{ 'o', VT_PAPER_RETURNED, VT_DIR_OUT, false, { "returned" } },
		{ 'o', VT_PAPER_SUBMITTED, VT_DIR_OUT, false, { "submitted" } },
		{ 'o', VT_PAPER_APPROVED, VT_DIR_OUT, false, { "submitted" } },
		{ 'o', VT_PAPER_SIGNED, VT_DIR_OUT, false, { NULL } },
		{ 'o', VT_PAPER_ISSUED, VT_DIR_OUT, true, { NULL } },
		{ 'o', VT_PAPER_ARRIVED, VT_DIR_IN, false, { NULL } },
		{ 'o', VT_PAPER_ASSIGNED, VT_DIR_IN, false, { NULL } },
		{ 'c', VT_PAPER_WAITING, VT_DIR_IN, false, { "waiting" } },
		{ 'c', VT_PAPER_SIGNED, VT_DIR_OUT, false, { "to-number" } },
		{ 'c', VT_PAPER_SIGNED, VT_DIR_OUT, true, { "to-seal" } },
		{ 'c', VT_PAPER_SEALED, VT_DIR_OUT, true, { "to-issue" } },
		{ 'c', VT_PAPER_ISSUED, VT_DIR_OUT, true, { "to-send" } },
		{ 'c', VT_PAPER_ISSUED, VT_DIR_RESULT, true, { NULL } },
		{ 'c', VT_PAPER_DISPATCHED, VT_DIR_OUT, true, { NULL } },
		{ 'c', VT_PAPER_ARRIVED, VT_DIR_IN, false, { "to-assign" } },
		{ 'c', VT_PAPER_FINISHED, VT_DIR_IN, false, { NULL } },
		{ 'a', VT_PAPER_SUBMITTED, VT_DIR_OUT, false, { NULL } },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *at;
		size_t want = 0, seen = 0;
		bool all;

		desk.state = t[i].state;
		desk.direction = t[i].way;
		desk.numbered = t[i].numbered;
		all = get(b, "/desk", t[i].who) == 200;
		for (; want < 4 && t[i].in[want] != NULL; want++) {
			char s[64];

			(void)snprintf(
			    s, sizeof(s), "<h2 id=\"q-%s\">", t[i].in[want]);
			all = all && HAS(s);
		}
		at = vt_buf_str(b);
		while ((at = strstr(at, "<h2 id=\"q-")) != NULL)
			seen++, at++;
		tap_ok(all && seen == want,
		    "role %c, state %d: in %zu lists, these and no others",
		    t[i].who, (int)t[i].state, want);
	}
	desk.direction = VT_DIR_IN;
	desk.numbered = false;
	desk.state = VT_PAPER_PROCESSING;
	desk.due = "2020-01-31";
	(void)get(b, "/desk", 'l');
	tap_ok(HAS("id=\"q-overdue\"") && HAS("class=\"late\"") &&
		   HAS("31/01/2020"),
	    "what is past its day is overdue, the day in words of here");
	desk.state = VT_PAPER_FINISHED;
	(void)get(b, "/desk", 'l');
	tap_ok(!HAS("id=\"q-overdue\""), "what is done is not");
	desk.due = "";
	desk.asked = true;
	desk.state = VT_PAPER_ASSIGNED;
	(void)get(b, "/desk", 'c');
	tap_ok(HAS("id=\"q-asked\"") && HAS("id=\"q-under-way\""),
	    "the sender asks for it back: the clerk is told");
	desk.asked = false;
	fake.answer = VT_E_OUT_OF_ORDER;
	desk.state = VT_PAPER_DISPATCHED;
	desk.direction = VT_DIR_OUT;
	(void)form(b, "take-back", 'c', "note=x");
	tap_ok(HAS("Không còn nơi nhận nào để đề nghị"),
	    "nobody to ask: the reason is said");
	desk.direction = VT_DIR_IN;
	desk.state = VT_PAPER_ASSIGNED;
	fake.answer = VT_E_INVALID;
	(void)form(b, "finish", 'o', "note=x");
	tap_ok(HAS("aria-describedby=\"finish-why\"") && HAS("đã phát hành.") &&
		   HAS("id=\"finish-paper\""),
	    "an answer that was not issued, at its field");
	fake.answer = VT_OK;
	desk.mine = 'o';
	(void)get(b, "/desk", 'o');
	tap_ok(HAS("id=\"q-mine\""), "given to me: in my list");
	desk.mine = 0;
	(void)get(b, "/desk", 'o');
	tap_ok(!HAS("id=\"q-mine\""), "to another: not in mine");
	desk.direction = VT_DIR_OUT;
	tap_eq_int(get(b, "/desk", 'm'), 303, "an administrator reads none");
	tap_ok(HAS("Location: /desk/me\r\n"), "and is led to what is his");
}

static void
test_initials(struct vt_buf *b)
{
	int looked;

	desk.state = VT_PAPER_SUBMITTED;
	desk.initials = 0;
	(void)get(b, PAPER, 'o');
	tap_ok(!HAS("/acts/initial"), "no place for initials: not offered");
	looked = (int)desk.inspected;
	(void)get(b, PAPER, 'o');
	tap_eq_int((int)desk.inspected, looked, "and looked for once");
	tap_eq_int(form(b, "initial", 'o', "pin=77"), 303, "initialled");
	tap_eq_str(fake.act, "initial", "with one's own key");
	tap_eq_str(fake.pin, "77", "and its PIN");
	tap_eq_int((int)fake.signing, VT_SIGNING_INITIALS, "as initials");
}

static void
test_on_paper(struct vt_buf *b)
{
	desk.printed = true;
	desk.numbered = true;
	desk.state = VT_PAPER_DISPATCHED;
	tap_eq_int(get(b, "/desk/prints", 'c'), 200, "what goes on paper");
	tap_ok(HAS("Hội &lt;em&gt;Khuyến học&lt;/em&gt;") && HAS("05/SKHCN") &&
		   HAS("/acts/handed"),
	    "lists recipient and paper, and can be marked off");
	tap_eq_int(get(b, "/desk/prints", 'l'), 200, "a leader sees it");
	tap_ok(!HAS("/acts/handed"), "and marks nothing off");
	(void)get(b, PAPER, 'c');
	tap_ok(HAS(PAPER "/acts/handed"), "on the paper, too");
	tap_eq_int(form(b, "handed", 'c',
		       "delivery=08080808080808080808080808080808"
		       "&on=2026-11-20&note=B%C3%A0+Lan"),
	    303, "received");
	tap_eq_str(fake.act, "handed", "is noted");
	tap_eq_str(fake.subject, "2026-11-20", "with its day");
	tap_eq_str(fake.note, "Bà Lan", "and who signed");
	fake.answer = VT_E_INVALID;
	tap_eq_int(form(b, "handed", 'c',
		       "delivery=08080808080808080808080808080808"
		       "&on=2999-01-01"),
	    422, "on a day to come");
	tap_ok(HAS("id=\"handed-why\"") && HAS("value=\"2999-01-01\""),
	    "is told at the field");
	fake.answer = VT_OK;
	desk.printed = false;
	tap_eq_int(form(b, "print", 'c',
		       "what=1&copies=3&printed=" OTHER "&main=" OTHER),
	    303, "printed");
	tap_ok(desk.printing.what == VT_PRINT_PAPER &&
		   desk.printing.copies == 3 &&
		   desk.printing.version.b[0] == 0x22,
	    "three originals of the version before the seal");
	tap_eq_int(form(b, "print", 'c', "what=1&copies=3"), 400,
	    "of no version: not");
	tap_eq_int(form(b, "replace", 'c', "paper=7/A&note=x"), 404,
	    "replaced by a paper that is none");
	tap_ok(HAS("id=\"replace-why\""), "is told at its field");
	desk.numbered = false;
}

static void
test_packets(struct vt_buf *b)
{
#define PACKET "/desk/packets/04040404040404040404040404040404"
	desk.packet = VT_CONSIGN_QUARANTINED;
	(void)get(b, "/desk", 'c');
	tap_ok(HAS("href=\"/desk/packets\">1 gói tin"), "a clerk is told");
	(void)get(b, "/desk", 'o');
	tap_ok(!HAS("gói tin đến chưa đọc được"), "an officer is not");
	tap_eq_int(get(b, "/desk/packets", 'c'), 200, "what could not be read");
	tap_ok(HAS("(chưa rõ nội dung)") && HAS("&lt;tệp&gt; hỏng"),
	    "is listed with its reason, escaped");
	tap_eq_int(get(b, "/desk/packets?show=refused", 'c'), 200, "others");
	tap_ok(HAS("Không có gói tin nào"), "are none");
	tap_eq_int(get(b, PACKET, 'c'), 200, "one");
	tap_ok(HAS("Tệp PDF bị hỏng") && HAS("EF BF BD &lt;x&gt;") &&
		   HAS("X-Made-By: &lt;b&gt;") && HAS(PACKET "/reread") &&
		   HAS(PACKET "/set-aside"),
	    "shows why, and what a clerk may do");
	(void)get(b, PACKET, 'a');
	tap_ok(
	    HAS("Tệp PDF bị hỏng") && !HAS("/reread\"") && !HAS("/set-aside\""),
	    "an auditor looks on");
	tap_eq_int(
	    get(b, "/desk/packets/03030303030303030303030303030303", 'c'), 404,
	    "another agency's");
	tap_eq_int(get(b, PACKET "/content", 'c'), 200, "its bytes");
	tap_ok(HAS("Content-Disposition: attachment"), "are an attachment");
	tap_eq_int(post(b, PACKET "/reread", 'c', "csrf=" CSRF_C "&key=" KEY),
	    303, "read again");
	tap_eq_str(fake.act, "reread", "by the office");
	tap_eq_int(post(b, PACKET "/set-aside", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&note=r%C3%A1c"),
	    303, "set aside");
	tap_eq_str(fake.note, "rác", "with the reason");
	fake.act[0] = '\0';
	tap_eq_int(post(b, PACKET "/set-aside", 'c', "key=" KEY "&note=gi"),
	    403, "without the form's token");
	tap_ok(fake.act[0] == '\0' && HAS(">gi</textarea>"),
	    "nothing, and what was typed is there");
	tap_eq_int(post(b, PACKET "/nothing", 'c', "csrf=" CSRF_C "&key=" KEY),
	    404, "no such act");
	desk.packet = 0;
}

#define CSRF_L                                                                 \
	"llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"

static void
test_delegations(struct vt_buf *b)
{
	char sign[16];

	(void)snprintf(sign, sizeof(sign), "id=\"d%d\"", (int)VT_DUTY_SIGN);
	tap_eq_int(get(b, "/desk/delegations", 'l'), 200, "delegations");
	tap_ok(HAS("Căn cứ &lt;quy chế&gt;") && HAS("ký văn bản") &&
		   HAS("/end\"") && HAS(sign),
	    "are listed, one's own can be ended, a new one given");
	tap_eq_int(get(b, "/desk/delegations", 'o'), 200, "an officer");
	tap_ok(!HAS("name=\"until\""), "gives none");
	tap_eq_int(post(b, "/desk/delegations", 'l',
		       "csrf=" CSRF_L "&key=" KEY
		       "&to=09090909090909090909090909090909&d%31=1"
		       "&until=&text=x"),
	    422, "without a last day");
	tap_ok(HAS("id=\"until-why\"") && HAS(">x</textarea>") &&
		   HAS(" selected>Người"),
	    "is told at its field, what was typed is there");
	{
		VT_BUF_AUTO(body);

		vt_buf_printf(&body,
		    "csrf=" CSRF_L "&key=" KEY
		    "&to=09090909090909090909090909090909&d%d=1"
		    "&since=2026-11-01&until=2026-11-30&text=Quy%%20ch%%E1%%BA"
		    "%%BF",
		    (int)VT_DUTY_SIGN);
		tap_eq_int(post(b, "/desk/delegations", 'l', vt_buf_str(&body)),
		    303, "given");
	}
	tap_ok(vt_duties_has(&desk.duties, VT_DUTY_SIGN) &&
		   vt_duties_has(&desk.duties, VT_DUTY_COMPLETE) &&
		   !vt_duties_has(&desk.duties, VT_DUTY_APPROVE),
	    "signing, with its second step, and nothing else");
	tap_ok(desk.until - desk.since == VT_TIME_S(30 * 86400),
	    "from the first day to the end of the last");
	tap_eq_str(fake.note, "Quy chế", "as it says");
	tap_eq_int(post(b,
		       "/desk/delegations/07070707070707070707070707070707"
		       "/end",
		       'l', "csrf=" CSRF_L "&key=" KEY),
	    303, "ended");
	tap_eq_str(fake.act, "end", "by the office");
	tap_eq_int(post(b,
		       "/desk/delegations/07070707070707070707070707070707"
		       "/end",
		       'l', "key=" KEY),
	    403, "not without the token");
	desk.delegations = 131;
	(void)get(b, "/desk/delegations", 'l');
	tap_ok(HAS("0782070707070707") && !HAS("0781070707070707") &&
		   HAS("<span class=\"n\">1</span>"),
	    "behind 130 that ended, the one in force is on the first page");
	(void)get(b, "/desk/delegations?past=1", 'l');
	tap_ok(HAS("<span class=\"n\">50+</span>") &&
		   HAS("past=1&amp;after=09090909090909090909090909090909"
		       "07310707070707070707070707070707"),
	    "the others page by page");
	(void)get(b,
	    "/desk/delegations?past=1&after=09090909090909090909090909090909"
	    "07630707070707070707070707070707",
	    'l');
	tap_ok(HAS("<span class=\"n\">30</span>") && !HAS("Xem tiếp"),
	    "to the end");
	desk.delegations = 0;
	desk.people = 310;
	(void)get(b, "/desk/delegations", 'l');
	tap_ok(HAS("<select id=\"to\"") && HAS("Người cuối"),
	    "behind 300 that are gone the others are chosen from");
	fake.answer = VT_E_OUT_OF_ORDER;
	tap_eq_int(post(b, "/desk/delegations", 'l',
		       "csrf=" CSRF_L "&key=" KEY
		       "&to=09090909090909090909090909090909&d31=1"
		       "&until=2999-01-01&paper=x"),
	    404, "resting on a paper that is none");
	tap_ok(HAS("id=\"paper-why\""), "is told there");
	fake.answer = VT_E_INVALID;
	(void)post(b, "/desk/delegations", 'l',
	    "csrf=" CSRF_L "&key=" KEY
	    "&to=09090909090909090909090909090909&d5=1"
	    "&since=2020-01-01&until=2999-01-01&text=x");
	tap_ok(HAS("id=\"since-why\"") && HAS("từ ngày đã qua"),
	    "beginning in the past, likewise");
	fake.answer = VT_OK;
	desk.people = 450;
	(void)get(b, "/desk/delegations", 'l');
	tap_ok(HAS("<input id=\"to\"") && HAS("Người cuối #01c10909"),
	    "of many the name is typed");
}

/* More recipients than can be shown. */
static void
test_book(struct vt_buf *b)
{
	desk.state = VT_PAPER_ISSUED;
	desk.direction = VT_DIR_OUT;
	desk.numbered = true;
	desk.book = 621;
	tap_eq_int(get(b, PAPER, 'c'), 200, "a book of 621");
	tap_ok(HAS("H50.0299") && !HAS("H50.0003") && !HAS("H50.0310") &&
		   HAS("(620)"),
	    "the first 300 are there, and how many there are");
	(void)get(b, PAPER "?book=tay+0619", 'c');
	tap_ok(HAS("H50.0619") && !HAS("H50.0617") && HAS("(1)"),
	    "others are found");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&all=%3D"),
	    303, "sent to all");
	tap_eq_int(fake.nto, 620, "of the book");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY
		       "&rev=3&seen=40&all=%3Dtay&cH50.0001=1&more=H50.0002"),
	    303, "sent to what was found and typed");
	tap_eq_int(fake.nto, 310, "each once");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&find=1"
		       "&book=tay+0619&cH50.0001=UBND+x&all=%3Ddong&"
		       "more=gi%E1%BB%AF"),
	    200, "searched in the form");
	tap_ok(HAS("value=\"UBND x\" checked") && HAS("H50.0619") &&
		   HAS(">giữ</textarea>") && HAS("value=\"=dong\" checked") &&
		   HAS("value=\"=tay 0619\">") && !HAS("role=\"alert\""),
	    "what was ticked and typed is there, beside what is found");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&all=%3Ddong"
		       "&all=%3Dtay"),
	    303, "sent to the finds of two searches");
	tap_eq_int(fake.nto, 620, "all of them");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&"
		       "more=ubnd++X%C3%83+%C4%90%C3%B4ng+0"),
	    303, "a name that the book has");
	tap_eq_str(fake.recipient, "H50.0000", "goes to its code");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&"
		       "more=UBND+xa+Dong+0"),
	    303, "one without its accents");
	tap_eq_str(fake.recipient, "", "is another name");
	desk.namesakes = true;
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&"
		       "more=UBND+x%C3%A3+%C4%90%C3%B4ng"),
	    422, "one that several have");
	tap_ok(HAS("id=\"send-why\"") && HAS("nhiều nơi cùng tên này"),
	    "is asked about, at the field");
	desk.namesakes = false;
	desk.book = 2100;
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&all=%3D"),
	    422, "not more than the store takes");
	desk.book = 0;
}

/* Whom a typed name means. */
static void
test_people(struct vt_buf *b)
{
	static const struct {
		const char *typed;
		int status;
	} rows[] = { { "Ng%C6%B0%E1%BB%9Di+cu%E1%BB%91i", 303 },
		{ "Ng%C6%B0%E1%BB%9Di+cu%E1%BB%91i+%2301c10909", 303 },
		{ "ai+%23012c0909", 303 }, { "ai+%23012b0909", 422 },
		{ "Ng%C6%B0%E1%BB%9Di+%3Cu%3Ekh%C3%A1c%3C%2Fu%3E", 422 },
		{ "", 422 } };

	desk.people = 450;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VT_BUF_AUTO(body);

		vt_buf_printf(&body,
		    "csrf=" CSRF_L "&key=" KEY
		    "&to=%s&d%d=1&since=2026-11-01&until=2026-11-30&text=x",
		    rows[i].typed, (int)VT_DUTY_SIGN);
		tap_eq_int(post(b, "/desk/delegations", 'l', vt_buf_str(&body)),
		    rows[i].status, "%s", rows[i].typed);
	}
	desk.people = 0;
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
	test_inbox(&b);
	test_queues(&b);
	test_acts(&b);
	test_initials(&b);
	test_dead(&b);
	test_untold(&b);
	test_amended(&b);
	test_deputy(&b);
	test_urgent(&b);
	test_signer(&b);
	test_many(&b);
	test_csrf(&b);
	test_act(&b);
	test_pin(&b);
	test_two_step(&b);
	test_reading(&b);
	test_check(&b);
	test_on_paper(&b);
	test_packets(&b);
	test_delegations(&b);
	test_people(&b);
	test_book(&b);
	test_me(&b);
	desk_end();
	return tap_done();
}
