/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits: queues, dead letters, statuses untold, packets. */
#include "tests/unit/api/web/desk_fixture.h"

#define CSRF(x) x x x x x x x x x x x x x x x x

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

/* Counts, by what was asked; this year's when nothing was. */
static void
test_report(struct vt_buf *b)
{
	tap_eq_int(get(b, "/desk/report", 'o'), 200, "a report");
	tap_ok(HAS("Công &lt;văn&gt;") && HAS("Đang giải quyết") &&
		   HAS("-01-01\""),
	    "of what came this year, by type");
	tap_eq_int(get(b,
		       "/desk/report?direction=out&from=2026-01-01&"
		       "to=2026-02-01&by=unit",
		       'o'),
	    200, "of ours");
	tap_ok(HAS("Đã ban hành") && HAS("2026-02-01") &&
		   HAS("value=\"unit\" selected"),
	    "by unit, between two days");
	tap_eq_int(get(b, "/desk/report?from=2026-03-01&to=2026-02-01", 'o'),
	    422, "the wrong way round");
	tap_ok(HAS("Ngày đầu phải trước"), "is said");
	tap_eq_int(get(b, "/desk/uses?month=2026-03", 'o'), 200, "uses");
	tap_ok(HAS("05/SKHCN-VP") && HAS("Tra cứu công khai") &&
		   HAS("/desk/uses/csv?month=2026-03"),
	    "a month of them, and where the whole is");
	tap_eq_int(get(b, "/desk/uses/csv?month=2026-03", 'o'), 200, "as CSV");
	tap_eq_int(get(b, "/desk/uses?month=2026-13", 'o'), 422, "no month");
}

/* The queue, for those who have what was given up tried again. */
static void
test_work(struct vt_buf *b)
{
	tap_eq_int(get(b, "/desk/work", 'c'), 200, "a clerk sees the queue");
	tap_ok(HAS("Đã dừng vì lỗi") && HAS("Báo trạng thái") &&
		   HAS("no &quot;answer&quot;") && HAS("Thử lại") &&
		   HAS("name=\"kind\" value=\"status\""),
	    "what was given up, why, and a button");
	tap_eq_int(get(b, "/desk/work?lang=en", 'c'), 200, "in English");
	tap_eq_int(post(b, "/desk/work", 'c',
		       OURS "&act=again&kind=status&subject=0a0a0a0a0a0a0a0a"
			    "0a0a0a0a0a0a0a0a"),
	    303, "pressed");
	tap_ok(HAS("/desk/work?done=again"), "tried again");
	tap_eq_int(post(b, "/desk/work", 'c', OURS "&act=drop&kind=text"), 303,
	    "dropped");
	tap_ok(HAS("/desk/work?done=drop"), "is said");
	tap_eq_int(post(b, "/desk/work", 'c', OURS "&act=again&kind=tea"), 404,
	    "no such kind");
	tap_eq_int(post(b, "/desk/work", 'c', "key=" KEY "&act=again"), 403,
	    "a form of somebody else's");
}

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	test_inbox(&b);
	test_queues(&b);
	test_dead(&b);
	test_untold(&b);
	test_urgent(&b);
	test_packets(&b);
	test_report(&b);
	test_work(&b);
	desk_end();
	return tap_done();
}
