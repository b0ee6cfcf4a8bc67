/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of the desk that bring files, and how much a form may be. */
#include "tests/unit/api/web/desk_fixture.h"

#define MULTI "Content-Type: multipart/form-data; boundary=xx\r\n"
#define FIELD(name, value)                                                     \
	"--xx\r\nContent-Disposition: form-data; name=\"" name                 \
	"\"\r\n\r\n" value "\r\n"
#define AFILE(name, file, bytes)                                               \
	"--xx\r\nContent-Disposition: form-data; name=\"" name                 \
	"\"; filename=\"" file "\"\r\nContent-Type: x/y\r\n\r\n" bytes "\r\n"

#define OF_TYPE(type)                                                          \
	FIELD("csrf", CSRF_C)                                                  \
	FIELD("key", KEY)                                                      \
	FIELD("subject", "s") type AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"

/* A kind that is chosen, and one that is typed, stay as they were said. */
static void
test_types(struct vt_buf *b)
{
	static const struct {
		const char *form, *code, *name;
		uint32_t legal;
	} t[] = { { OF_TYPE(FIELD("type", "PB")), "PB", "Phiếu báo", 0 },
		{ OF_TYPE(FIELD("type", "QĐ")), "QĐ", "Quyết định", 0 },
		{ OF_TYPE(FIELD("type", "legal:QĐ")), "QĐ", "Quyết định", 1 },
		{ OF_TYPE(FIELD("type", "legal:Luật")), "", "Luật", 1 },
		{ OF_TYPE(FIELD("type", "Thư công")), "", "Thư công", 0 },
		{ OF_TYPE(FIELD("type", "TrS")), "TrS", "Trích sao", 0 },
		{ OF_TYPE(FIELD("type", "") FIELD("type_name", "Quy ước làng")),
		    "", "Quy ước làng", 0 },
		{ OF_TYPE(FIELD("type", "") FIELD("type_name", "giấy mời")),
		    "GM", "giấy mời", 0 } };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
			       t[i].form),
		    303, "a kind of paper");
		tap_eq_str(fake.type_code, t[i].code, "its code");
		tap_eq_str(fake.type_name, t[i].name, "its name");
		tap_eq_int(fake.legal, t[i].legal, "legal or not");
	}
	tap_eq_int(get(b, "/desk/arrive", 'c'), 200, "the form");
	tap_ok(HAS("<option lang=\"vi\" value=\"CV\" selected>Công văn<") &&
		   HAS("value=\"GNP\">Giấy nghỉ phép<") &&
		   HAS("value=\"legal:NĐ\">Nghị định<"),
	    "has them all, Công văn chosen");
}

static void
test_arrival(struct vt_buf *b)
{
	tap_eq_int(get(b, "/desk/arrive", 'l'), 403, "a leader registers not");
	tap_eq_int(get(b, "/desk/arrive", 'c'), 200, "a clerk does");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", "none") FIELD("key", KEY) FIELD("subject",
			   "s") AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    403, "without the token");
	tap_eq_int(fake.uploads_open, 0, "no byte is taken in");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY) FIELD("subject",
			   "Trích <yếu>") AFILE("main", "a.pdf", "%PDF")
			   AFILE("annex", "..\\\\<b>.xlsx", "PK") "--xx--\r\n"),
	    303, "an arrival");
	tap_ok(HAS("?done=arrived\r\n") && fake.direction == VT_DIR_IN &&
		   fake.nfiles == 2,
	    "with its annex");
	tap_eq_str(fake.subject, "Trích <yếu>", "as typed");
	tap_eq_str(fake.file, "<b>.xlsx", "a name without a path");
	tap_eq_int(fake.uploads_open, 0, "all uploads ended");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY) FIELD("subject",
			   "giữ \"tôi\"") AFILE("main", "", "") "--xx--\r\n"),
	    422, "no file chosen");
	tap_ok(HAS("Hãy chọn tệp chính") && HAS("giữ &quot;tôi&quot;"),
	    "is told, what was typed is there");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY) FIELD("subject",
			   "") AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    422, "no subject");
	tap_ok(
	    HAS("Hãy ghi trích yếu") && HAS("name=\"kept0\"") && HAS("a.pdf"),
	    "is told, and the file need not be sent again");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("subject", "s") FIELD("secrecy", "2")
			       AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    422, "what says that it is secret");
	tap_ok(
	    HAS("bí mật nhà nước") && HAS("aria-describedby=\"secrecy-why") &&
		HAS("value=\"2\" selected>Tối mật") && !HAS("name=\"kept0\""),
	    "is refused, and its file is not offered again");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("subject", "s") FIELD("by_hand", "31")
			       AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    422, "a number given by hand without its hour");
	tap_ok(
	    HAS("<option value=\"31\" selected>31") && HAS("Hãy ghi ngày, giờ"),
	    "is asked for it, the number is still chosen");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("subject", "s") FIELD("by_hand", "31")
			       FIELD("by_hand_at", "2026-03-04T10:00")
				   AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    303, "with it");
	tap_eq_int(fake.by_hand, 31, "it is entered");
	tap_eq_int(ask(b, "POST", "/desk/arrive", 'c', MULTI,
		       FIELD("csrf", CSRF_C) AFILE("main", "a", "b")),
	    400, "a form that breaks off");
	tap_eq_int(fake.uploads_open, 0, "leaves nothing open");
}

static int
arrive_with(struct vt_buf *b, size_t fields, size_t files)
{
	VT_BUF_AUTO(body);

	vt_buf_puts(&body,
	    FIELD("csrf", CSRF_C) FIELD("key", KEY) FIELD("subject", "s"));
	for (size_t i = 3; i < fields; i++)
		vt_buf_puts(&body, FIELD("x", "y"));
	for (size_t i = 0; i < files; i++)
		vt_buf_puts(&body, i == 0 ? AFILE("main", "a.pdf", "%PDF")
					  : AFILE("annex", "b.zip", "PK"));
	vt_buf_puts(&body, "--xx--\r\n");
	return ask(b, "POST", "/desk/arrive", 'c', MULTI, vt_buf_str(&body));
}

static int
act_with(struct vt_buf *b, size_t fields, size_t bytes)
{
	VT_BUF_AUTO(more);

	for (size_t i = 4; i < fields; i++) /* form() writes these */
		vt_buf_puts(&more, "x=&");
	vt_buf_puts(&more, "note=");
	for (size_t i = 0; i < bytes; i++)
		vt_buf_putc(&more, 'n');
	return form(b, "submit", 'o', vt_buf_str(&more));
}

/* An arrival as number, notation and agency are typed. */
static int
come(struct vt_buf *b, const char *number, const char *notation,
    const char *agency, const char *more)
{
	VT_BUF_AUTO(body);

	vt_buf_printf(&body,
	    FIELD("csrf", CSRF_C) FIELD("key", KEY) FIELD("subject", "s")
		FIELD("number", "%s") FIELD("notation", "%s")
		    FIELD("agency", "%s") "%s",
	    number, notation, agency, more);
	vt_buf_puts(&body, AFILE("main", "a.pdf", "%PDF") "--xx--\r\n");
	return ask(b, "POST", "/desk/arrive", 'c', MULTI, vt_buf_str(&body));
}

/* The same agency and number, registered once already. */
static void
test_twice(struct vt_buf *b)
{
	desk.direction = VT_DIR_IN;
	desk.twice = true;
	tap_eq_int(come(b, "7", "UBND", "Xã Mẫu", ""), 409, "in the book");
	tap_ok(HAS("đã có văn bản cùng cơ quan và cùng số") &&
		   HAS("href=\"" PAPER "\"") && HAS("name=\"another\"") &&
		   HAS("name=\"kept0\""),
	    "which is said, with the other one; the file is kept");
	tap_eq_str(desk.looked[0], "7|UBND|Xã Mẫu",
	    "looked for by number, symbol and agency");
	tap_eq_int(come(b, "7", "UBND", "Xã Mẫu", FIELD("another", "1")), 303,
	    "another one after all");
	desk.twice = false;
	tap_eq_int(come(b, "7", "UBND", "Xã Mẫu", ""), 303, "not there");
	desk.direction = VT_DIR_OUT;
}

/* A name in a draft that several of the book have. */
static void
test_namesakes(struct vt_buf *b)
{
	desk.book = 9;
	desk.namesakes = true;
	tap_eq_int(ask(b, "POST", "/desk/draft", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("subject", "s") FIELD("to", "UBND xã Đông")
			       AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    422, "sent to one of them");
	tap_ok(HAS("id=\"to-why\"") && HAS("nhiều nơi cùng tên này") &&
		   HAS(">UBND xã Đông</textarea>"),
	    "is asked which, at the field");
	desk.book = 0;
	desk.namesakes = false;
}

/* As many names as a paper may have recipients, and one more; half of them
 * are in a book that is as large as a province's. */
static void
test_many_names(struct vt_buf *b)
{
	VT_BUF_AUTO(draft);
	VT_BUF_AUTO(send);

	desk.book = 22000;
	vt_buf_puts(&draft,
	    FIELD("csrf", CSRF_C) FIELD("key", KEY)
		FIELD("subject", "s") "--xx\r\nContent-Disposition: form-data; "
				      "name=\"to\"\r\n\r\n");
	vt_buf_puts(&send, "more=");
	for (size_t i = 0; i < VT_L(ADDRESSEES_MAX); i++) {
		size_t no = i * 20 + 4;

		vt_buf_printf(&draft, "ubnd XÃ  Đông %zu\r\n", no);
		vt_buf_printf(
		    &send, "ubnd+X%%C3%%83+%%C4%%90%%C3%%B4ng+%zu%%0A", no);
	}
	vt_buf_puts(&draft, "\r\n" AFILE("main", "a.pdf", "%PDF") "--xx--\r\n");
	desk.book_read = 0;
	tap_eq_int(
	    ask(b, "POST", "/desk/draft", 'c', MULTI, vt_buf_str(&draft)), 303,
	    "a draft for as many as may be, by name");
	tap_eq_int(fake.nto, VT_L(ADDRESSEES_MAX), "all of them");
	tap_eq_str(fake.recipient, "H50.0004", "who is in the book by code");
	tap_eq_int(desk.book_read, desk.book, "the book is read once");
	desk.state = VT_PAPER_ISSUED;
	desk.numbered = true;
	desk.book_read = 0;
	fake.nto = 0;
	tap_eq_int(form(b, "send", 'c', vt_buf_str(&send)), 303, "sent");
	tap_eq_int(fake.nto, VT_L(ADDRESSEES_MAX), "to all of them");
	tap_eq_str(fake.recipient, "H50.0004", "likewise");
	tap_eq_int(desk.book_read, desk.book, "the book is read once");
	vt_buf_puts(&send, "one+more");
	tap_eq_int(form(b, "send", 'c', vt_buf_str(&send)), 422, "not to more");
	tap_eq_int(form(b, "send", 'c',
		       "n0=T%E1%BB%95+4&wn0=4&n1=H%E1%BB%99i&wn1=3&n2=Tr&"
		       "channel=2"),
	    303, "each by its own way");
	tap_eq_str(fake.ways, "433", "by post; on paper who has no code");
	desk.book = 0;
	desk.numbered = false;
	desk.state = VT_PAPER_DRAFT;
}

/* One field for both. */
static void
test_find(struct vt_buf *b)
{
	(void)get(b, "/desk/search?q=S%E1%BB%91%3A%2005/SKHCN", 'o');
	tap_eq_str(desk.looked[0], "05/SKHCN", "as it stands on the paper");
	(void)get(b, "/desk/search?q=2026", 'o');
	tap_eq_str(desk.looked[0], "2026", "digits are a number");
	tap_eq_str(desk.looked[1], "", "when there is one");
	desk.no_such_number = true;
	(void)get(b, "/desk/search?q=2026", 'o');
	tap_eq_str(desk.looked[1], "2026", "else a word");
	tap_ok(HAS("&lt;script&gt;"), "and found as one");
	desk.older = 55;
	(void)get(b, "/desk/search?q=2026", 'o');
	tap_ok(HAS("&amp;words=1&amp;before=55\""), "so is what is older");
	desk.older = 0;
	desk.no_such_number = false;
	(void)get(b, "/desk/search?q=2026&words=1&before=55", 'o');
	tap_eq_str(desk.looked[0], "", "which is asked for as no number");
	tap_eq_str(desk.looked[1], "2026", "but as a word");
	(void)get(b, "/desk/search?q=s%E1%BB%91%20li%E1%BB%87u", 'o');
	tap_eq_str(desk.looked[1], "số liệu", "a word that begins like it");
	(void)get(b, "/desk/search?q=ngoac&direction=out", 'o');
	tap_ok(HAS("<mark>ngoặc</mark>") && HAS("&lt;script&gt;"),
	    "what was asked for is marked, and nothing else is markup");
	tap_ok(
	    HAS("href=\"/desk/search?q=ngoac&amp;direction=out&amp;order=-number"
		"\">Số, ký hiệu</a>"),
	    "a heading puts them in order");
	(void)get(b, "/desk/search?q=ngoac&order=-date", 'o');
	tap_ok(HAS("<th scope=\"col\" aria-sort=\"descending\"><a href=\""
		   "/desk/search?q=ngoac&amp;order=date\">Ngày</a>"),
	    "pressed again it turns");
	tap_ok(HAS("/desk/search?overdue=true\">Quá hạn</a>") &&
		   HAS("action=\"/desk/search/saved\""),
	    "saved ones, and saving this one");
	tap_eq_int(get(b, "/desk/search/export?q=a&c-due=1&format=csv", 'o'),
	    200, "hits as a file");
	tap_ok(HAS("text/csv") && HAS("1 due\n"), "of the columns chosen");
}

static void
test_bounds(struct vt_buf *b)
{
	tap_eq_int(
	    arrive_with(b, VT_L(ARRIVAL_FIELDS_MAX), VT_L(ARRIVAL_FILES_MAX)),
	    303, "as many fields and files as may be");
	tap_eq_int(fake.nfiles, VT_L(ARRIVAL_FILES_MAX), "all there");
	tap_eq_int(arrive_with(b, VT_L(ARRIVAL_FIELDS_MAX) + 1, 1), 413,
	    "a field more");
	tap_eq_int(
	    arrive_with(b, 3, VT_L(ARRIVAL_FILES_MAX) + 1), 413, "a file more");
	desk.state = VT_PAPER_DRAFT;
	tap_eq_int(act_with(b, VT_L(FORM_FIELDS_MAX) - 1, 1), 303,
	    "a form of as many fields");
	tap_eq_int(
	    act_with(b, VT_L(FORM_FIELDS_MAX), 1), 413, "and of one more");
	tap_eq_int(act_with(b, 5, VT_L(FORM_MAX)), 413, "a form too long");
}

static void
test_reply(struct vt_buf *b)
{
	static const char form_of[] =
	    "/desk/draft?reply_to=05050505050505050505050505050505";

	desk.state = VT_PAPER_PROCESSING;
	desk.direction = VT_DIR_IN;
	(void)get(b, PAPER, 'o');
	tap_ok(HAS("href=\"") && HAS(form_of), "what came is answered");
	(void)get(b, PAPER, 'l');
	tap_ok(!HAS(form_of), "not by who drafts nothing");
	desk.state = VT_PAPER_WAITING;
	(void)get(b, PAPER, 'c');
	tap_ok(!HAS(form_of), "nor before it is taken");
	tap_eq_int(get(b, form_of, 'o'), 200, "the form");
	tap_ok(HAS("name=\"reply_to\" "
		   "value=\"05050505050505050505050505050505\"") &&
		   HAS(">H98.01</textarea>") && HAS("&lt;script&gt;") &&
		   HAS("value=\"CV\" selected"),
	    "names the paper, and its sender gets the answer");
	tap_eq_int(
	    get(b, "/desk/draft?reply_to=06060606060606060606060606060606",
		'o'),
	    404, "another agency's paper");
	tap_eq_int(get(b, "/desk/draft?reply_to=%22x", 'o'), 404, "no id");
	tap_eq_int(ask(b, "POST", "/desk/draft", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("reply_to", "05050505050505050505050505050505")
			       FIELD("subject", "")
				   AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    422, "no subject");
	tap_ok(HAS("name=\"reply_to\" "
		   "value=\"05050505050505050505050505050505\""),
	    "what it answers is still there");
	tap_eq_int(ask(b, "POST", "/desk/draft", 'c', MULTI,
		       FIELD("csrf", CSRF_C) FIELD("key", KEY)
			   FIELD("reply_to", "05050505050505050505050505050505")
			       FIELD("subject", "s")
				   AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    303, "drafted");
	tap_eq_str(fake.reply_to, "05050505050505050505050505050505",
	    "as an answer to it");
	desk.direction = VT_DIR_OUT;
}

static void
test_version(struct vt_buf *b)
{
#define VERSION(body)                                                          \
	ask(b, "POST", PAPER "/version", 'o', MULTI,                           \
	    FIELD("csrf", CSRF_O) FIELD("key", KEY) FIELD("rev", "3")          \
		FIELD("part", "1") FIELD("was1", OTHER) body "--xx--\r\n")
#define CSRF_O                                                                 \
	"oooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo"
	desk.state = VT_PAPER_SUBMITTED;
	(void)get(b, PAPER, 'o');
	tap_ok(HAS("action=\"" PAPER "/version\" method=\"post\" "
		   "enctype=\"multipart/form-data\""),
	    "the form brings a file");
	tap_eq_int(VERSION(AFILE("main", "sửa.pdf", "%PDF")), 303, "a version");
	tap_ok(HAS("Location: " PAPER "?done=version\r\n"), "back to it");
	tap_eq_str(fake.act, "edit", "by the office");
	tap_eq_int(fake.if_match, 3, "at the revision that was read");
	tap_eq_int(fake.uploads_open, 0, "all bytes are in");
	tap_eq_int(VERSION(AFILE("main", "", "")), 422, "no file");
	tap_ok(HAS("aria-describedby=\"version-why\"") &&
		   HAS("<details class=\"act\" open>"),
	    "is told at its field");
	fake.answer = VT_E_CONFLICT;
	tap_eq_int(
	    VERSION(AFILE("main", "s<a.pdf", "%PDF")), 409, "a conflict");
	tap_ok(HAS("name=\"kept0\"") && HAS("s&lt;a.pdf") &&
		   HAS("Đã đổi trong lúc bạn đọc"),
	    "says so, and the file need not be sent again");
	fake.answer = VT_OK;
	fake.act[0] = '\0';
	tap_eq_int(
	    ask(b, "POST", PAPER "/version", 'o', MULTI,
		FIELD("key", KEY) AFILE("main", "a.pdf", "%PDF") "--xx--\r\n"),
	    403, "without the token");
	tap_eq_str(fake.act, "", "nothing");
	tap_eq_int(form(b, "version", 'o', ""), 404, "it has no other address");
}

int
main(void)
{
	VT_BUF_AUTO(b);

	desk_begin();
	test_arrival(&b);
	test_types(&b);
	test_twice(&b);
	test_namesakes(&b);
	test_many_names(&b);
	test_find(&b);
	test_bounds(&b);
	test_reply(&b);
	test_version(&b);
	desk_end();
	return tap_done();
}
