/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People, what they hand on, and whom papers are sent to. */
#include "tests/unit/api/web/desk_fixture.h"

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
		   HAS("(619)"),
	    "the first 300 are there, and how many there are");
	(void)get(b, PAPER "?book=tay+0619", 'c');
	tap_ok(HAS("H50.0619") && !HAS("H50.0617") && HAS("(1)"),
	    "others are found");
	tap_eq_int(post(b, PAPER "/acts/send", 'c',
		       "csrf=" CSRF_C "&key=" KEY "&rev=3&seen=40&all=%3D"),
	    303, "sent to all");
	tap_eq_int(fake.nto, 619, "of the book: one has ended");
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

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	test_delegations(&b);
	test_people(&b);
	test_book(&b);
	desk_end();
	return tap_done();
}
