/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of a paper names whom: sent to, assigned to, heard from. */
#include "tests/unit/api/web/desk_fixture.h"

#define NOBODY .unit = "", .due = "", .was_due = "", .order = "", .staff = ""

/* Of a step of one kind, by the officer. */
static struct vt_act_entry
one(uint64_t index, const enum vt_step_kind *kind, const struct vt_act_whom *w)
{
	return (struct vt_act_entry){ .index = index,
		.person = fake_id('o'),
		.kinds = kind,
		.whom = w,
		.n_kinds = 1,
		.note = "" };
}

static void
test_sent(struct vt_buf *b)
{
	static const enum vt_step_kind sent = VT_STEP_DISPATCH,
				       asked = VT_STEP_TAKE_BACK,
				       heard = VT_STEP_STATUS,
				       news = VT_STEP_DELIVERED,
				       again = VT_STEP_RESEND;
	struct vt_act_whom to = { NOBODY,
		.recipient = { { "H1", "Xã <i>Một</i>" }, { "H2", "" },
		    { "", "Hội" } },
		.n_to = 600 };
	struct vt_act_whom back = { NOBODY, .to = { { { 0, 4 } } },
		.recipient = { { "", "" } }, .n_to = 1 };
	struct vt_act_whom took = { .unit = "",
		.due = "",
		.was_due = "",
		.order = "",
		.staff = "Bà <b>Lan</b>",
		.delivery = { { 0, 7 } },
		.said = 3 };
	struct vt_act_whom failed = { NOBODY, .delivery = { { 0, 9 } },
		.said = VT_DELIVERY_FAILED };
	struct vt_act_entry e[5];

	e[0] = one(1, &sent, &to);
	e[1] = one(2, &asked, &back);
	/* news changes no revision: it comes after the paper's last act, 40 */
	e[2] = one(93, &heard, &took);
	e[3] = one(94, &news, &failed);
	e[4] = one(95, &again, &failed);
	desk.history = e;
	desk.n_history = 5;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("→ <b>Xã &lt;i&gt;Một&lt;/i&gt;</b>, <b>H2</b>, "
		   "<b>Hội</b> và <a href=\"" PAPER "#to\">597 nơi khác</a>"),
	    "sent: the first ones, and how many more");
	tap_ok(HAS("→ <b>Xã 4.</b></p>"), "asked for: from whom");
	tap_ok(HAS("<b>Xã 7.</b>: Đã tiếp nhận (Bà &lt;b&gt;Lan&lt;/b&gt;)"),
	    "a status: whose, what, who there");
	tap_ok(HAS("<b>Xã 9.</b>: Không gửi được</p>"), "news: of whom");
	tap_ok(HAS("<b>Xã 9.</b></p>"), "sent again: to whom");
	desk.n_history = 0;
}

static void
test_handed(struct vt_buf *b)
{
	static const enum vt_step_kind assigned = VT_STEP_ASSIGN,
				       on = VT_STEP_FORWARD,
				       signed_ = VT_STEP_SIGN;
	const vt_id helps[2] = { fake_id('x'), fake_id('l') };
	struct vt_act_whom lead = { .person = fake_id('l'),
		.with = helps,
		.n_with = 2,
		.unit = "Phòng <A>",
		.due = "2026-03-16",
		.staff = "" };
	struct vt_act_whom unit = { .unit = "Phòng B",
		.due = "",
		.was_due = "",
		.order = "",
		.staff = "" };
	struct vt_act_whom self = { NOBODY, .person = fake_id('o') };
	struct vt_act_entry e[3];

	e[0] = one(1, &assigned, &lead);
	e[1] = one(2, &on, &unit);
	e[2] = one(3, &signed_, &self);
	desk.history = e;
	desk.n_history = 3;
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("→ <b>Lê Thị Ký</b> · Phòng &lt;A&gt;; phối hợp: "
		   "Người &lt;u&gt;khác&lt;/u&gt;, Lê Thị Ký; hạn 16/03/2026"),
	    "assigned: to whom, with whom, until when");
	tap_ok(HAS("→ Phòng B</p>"), "forwarded to a unit alone");
	tap_ok(!HAS("→ <b>Người"), "who signed is who did it: said once");
	lead.person = fake_id('o');
	(void)get(b, PAPER, 'c');
	tap_ok(HAS("→ <b>Người"), "who takes it himself is named");
	desk.n_history = 0;
}

/* What one recipient said, whole, by pages. */
static void
test_said(struct vt_buf *b)
{
	static const char at[] =
	    PAPER "/deliveries/00070808080808080808080808080808";

	fake.statuses = 101;
	tap_eq_int(get(b, at, 'c'), 200, "one delivery");
	tap_ok(HAS("<h1 lang=\"vi\">Xã 7.</h1>") &&
		   HAS("Bà &lt;i&gt;Lan&lt;/i&gt; · H99.31") &&
		   HAS("Đã tiếp nhận") && HAS("?after=100\">Xem tiếp"),
	    "whose, what, who; there is more");
	tap_eq_int(get(b,
		       PAPER "/deliveries/00070808080808080808080808080808"
			     "?after=100",
		       'c'),
	    200, "the rest");
	tap_ok(!HAS("Xem tiếp"), "is the last page");
	tap_eq_int(get(b,
		       "/desk/papers/06060606060606060606060606060606"
		       "/deliveries/00070808080808080808080808080808",
		       'c'),
	    404, "of another paper");
	tap_eq_int(get(b, PAPER "/deliveries/7", 'c'), 404, "no id");
	fake.statuses = 0;
}

/* Whose each signature is, by its certificate; or that it is not known. */
static void
test_kinds(struct vt_buf *b)
{
	fake.overall = VT_OVERALL_PASSED;
	(void)get(b, PAPER "/check?again=1", 'o');
	tap_ok(HAS("<dd>chữ ký số cá nhân</dd>") &&
		   HAS("<dd>chữ ký số của cơ quan, tổ chức (con dấu)</dd>") &&
		   HAS("<h1>Chữ ký hợp lệ</h1>"),
	    "a person's and an agency's");
	desk.direction = VT_DIR_IN;
	(void)get(b, PAPER "/check?piece=1", 'o');
	tap_ok(HAS(">chữ ký số cá nhân</span>") && HAS("(con dấu)</span>"),
	    "beside the paper, too");
	fake.unsaid = true;
	(void)get(b, PAPER "/check?again=1", 'o');
	tap_ok(HAS("không rõ của cá nhân hay cơ quan") &&
		   HAS("theo tên thì là của cơ quan") &&
		   HAS("<h1>Chữ ký hợp lệ</h1>"),
	    "no certificate says: said, and what the name says");
	fake.alone = true;
	(void)get(b, PAPER "/check?again=1", 'o');
	tap_ok(HAS("<h1>Chữ ký hợp lệ nhưng không rõ chữ ký nào là của cơ "
		   "quan</h1>"),
	    "one that may be anybody's");
	(void)get(b, PAPER "/check?again=1&lang=en", 'o');
	fake.alone = fake.unsaid = false;
	desk.direction = VT_DIR_OUT;
}

/* Made elsewhere: what to do is said, and what when it is too late. */
static void
test_elsewhere(struct vt_buf *b)
{
	vt_time good = fake.expires;
	VT_BUF_AUTO(body);

	desk.state = VT_PAPER_APPROVED;
	vt_buf_printf(&body, "csrf=%s&key=" KEY "&rev=3&act=sign&number=1",
	    fake_csrf('l'));
	tap_eq_int(post(b, PAPER "/two-step", 'l', vt_buf_str(&body)), 303,
	    "prepared");
	tap_eq_int(get(b, PAPER "/two-step/" KEY, 'l'), 200, "its page");
	tap_ok(HAS("Không ký tệp PDF") && HAS("Đừng để phần mềm băm thêm") &&
		   HAS("ECDSA với SHA-256") && HAS("không phải tệp .p7s") &&
		   HAS("Làm xong trước") && HAS("<dt>Văn bản</dt>") &&
		   HAS(">← Về văn bản</a>"),
	    "which file or hash, how, what to bring, until when");
	fake_forget();
	fake.expires = 1763700000000000;
	(void)post(b, PAPER "/two-step", 'l', vt_buf_str(&body));
	tap_eq_int(get(b, PAPER "/two-step/" KEY, 'l'), 200, "too late");
	tap_ok(HAS("chỉ dùng được đến 21/11/2025") &&
		   HAS("số đã cấp vẫn giữ") && HAS("#acts\">Về văn bản") &&
		   !HAS("<textarea") && !HAS("attrs.der"),
	    "says so, that the number is kept, and where to begin again");
	vt_buf_reset(&body);
	vt_buf_printf(
	    &body, "csrf=%s&key=1" KEY "&rev=5&value=AAAA", fake_csrf('l'));
	fake.answer = VT_E_NOT_FOUND;
	tap_eq_int(post(b, PAPER "/two-step/" KEY, 'l', vt_buf_str(&body)), 404,
	    "a value that comes too late");
	tap_ok(HAS("Về văn bản để ký lại"), "is told the same");
	fake.answer = VT_OK;
	fake.expires = good;
	fake_forget();
}

/* What the office wrote itself is read in English, too; what people wrote
 * stays. */
static void
test_notes(struct vt_buf *b)
{
	static const struct {
		const char *note, *vi, *en;
	} cases[] = {
		{ "số đến 12/2026", ">số đến 12/2026<",
		    "lang=\"en\">arrival number 12/2026<" },
		{ "sau 30 ngày vẫn không có văn bản được nói đến: yêu cầu "
		  "không còn được giữ",
		    ">sau 30 ngày", ">after 30 days the paper" },
		{ "không chuyển đến H9: Hết bộ nhớ; hãy thử lại sau (x)",
		    ">không chuyển đến H9:",
		    ">not passed on to H9: Out of memory; try again later "
		    "(x)<" },
		{ "Không đọc hoặc ghi được dữ liệu (io: disk)",
		    ">Không đọc hoặc ghi được dữ liệu<",
		    ">Data could not be read or written<" },
		{ "Xin sửa (mục: 2) (io 3)", ">Xin sửa (mục: 2) (io 3)<",
		    ">Xin sửa (mục: 2) (io 3)<" },
		{ "số đến", "lang=\"vi\">số đến<", "lang=\"vi\">số đến<" },
		{ "Ông <A> đồng ý", "Ông &lt;A&gt; đồng ý",
		    "lang=\"vi\">Ông &lt;A&gt; đồng ý" },
	};
	static const enum vt_step_kind kind = VT_STEP_DELIVERED;
	static const struct vt_act_whom w = { NOBODY };
	struct vt_act_entry e = one(1, &kind, &w);

	desk.history = &e;
	desk.n_history = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		e.note = cases[i].note;
		(void)get(b, PAPER, 'c');
		tap_ok(HAS(cases[i].vi), "%s", e.note);
		(void)get(b, PAPER "?lang=en", 'c');
		tap_ok(HAS(cases[i].en), "in English");
	}
	desk.n_history = 0;
}

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	desk.state = VT_PAPER_DISPATCHED;
	test_sent(&b);
	test_handed(&b);
	test_said(&b);
	test_kinds(&b);
	test_elsewhere(&b);
	test_notes(&b);
	desk_end();
	return tap_done();
}
