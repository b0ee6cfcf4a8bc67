/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paper on the desk: what may be done with it, and its forms. */
#include "tests/unit/api/web/desk_fixture.h"

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

/* Numbers that are held are offered where there are some, by their value. */
static void
test_held(struct vt_buf *b)
{
	desk.state = VT_PAPER_APPROVED;
	desk.direction = VT_DIR_OUT;
	desk.numbered = false;
	tap_eq_int(get(b, PAPER, 'c'), 200, "a paper without a number");
	tap_ok(HAS("<option value=\"31\">31 · mất &lt;mạng&gt;</option>") &&
		   HAS("<option value=\"21\">21 ·"),
	    "its clerk chooses among those that are held");
	desk.none_held = true;
	tap_eq_int(get(b, PAPER, 'c'), 200, "nothing is held");
	tap_ok(!HAS("/acts/by-hand\"") && !HAS("/acts/reserved\""),
	    "then neither is offered");
	desk.none_held = false;
	tap_eq_int(form(b, "by-hand", 'c', "number=31&at=2026-03-04T10:00"),
	    303, "given by hand");
	tap_eq_int(fake.by_hand, 31, "as it stands on the paper");
	tap_eq_int(form(b, "by-hand", 'c', "number=31"), 422,
	    "not without when that was");
	tap_eq_int(form(b, "by-hand", 'c', "number=12a&at=2026-03-04T10:00"),
	    422, "a suffix is no number");
	tap_ok(HAS("không chèn số phụ"), "is said");
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
test_amended(struct vt_buf *b)
{
	desk.amended = true;
	desk.numbered = true;
	desk.state = VT_PAPER_DISPATCHED;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("Được sửa đổi, bổ sung bởi") && HAS("Trả lời văn bản") &&
		   !HAS("Được thay thế bởi"),
	    "amended, not replaced; what it answers is named");
	tap_ok(HAS("/parts/1/renditions/pdf\" title=\"soffice &lt;7&gt;"),
	    "what a file was turned into");
	tap_ok(HAS("lưu hành &lt;nội bộ&gt;") && HAS("Biểu &lt;số&gt; 1") &&
		   HAS("Số trang"),
	    "its metadata in full, edXML's, too");
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
	tap_ok(HAS("<dd lang=\"vi\">H98.01</dd>") &&
		   HAS("<dt>Mã này đã hết hiệu lực, nay là</dt><dd "
		       "lang=\"vi\"><span lang=\"vi\">UBND xã "
		       "&lt;Mới&gt;</span> · H99.40 (đến hết ngày "
		       "30/06/2025)</dd>"),
	    "an old code and the one of now, both");
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
	(void)get(b, PAPER "/sending", 'c');
	tap_ok(HAS("Danh sách nơi gửi") && HAS("<td>Xã 621.</td>") &&
		   HAS("In từ Hệ thống"),
	    "to whom it was sent, all of them, to be printed");
	(void)get(b, PAPER "/sending?format=csv", 'c');
	tap_ok(HAS("\"Nơi nhận\"") && HAS("\"621\",\"Xã 621.\",\"\","),
	    "and as a table");
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

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	test_acts(&b);
	test_held(&b);
	test_initials(&b);
	test_amended(&b);
	test_deputy(&b);
	test_signer(&b);
	test_many(&b);
	test_csrf(&b);
	test_act(&b);
	test_pin(&b);
	test_two_step(&b);
	test_reading(&b);
	test_check(&b);
	test_on_paper(&b);
	desk_end();
	return tap_done();
}
