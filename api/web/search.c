/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers by number and words, with or without diacritics, by state, day, who
 * has them; searches that are saved, and their hits as a file. */
#include "api/web/search.h"
#include "api/web/list.h"

#define SHOWN   50
#define LOOK_US ((int64_t)300000) /* as the inbox */

struct asked {
	struct vt_find find;
	const char *way;
	uint64_t before;
	bool words; /* it is no number, though it looks like one */
};

static const char *
query(const struct vt_http_req *req, const char *name)
{
	const char *s = vt_http_query(req, name);

	return s == NULL ? "" : s;
}

/* "way" is an older name of "direction" in links that people kept. */
void
vt_search_in(const struct vt_http_req *req, struct vt_find *ret)
{
	for (int i = 0; i < VT_FIND__MAX; i++)
		ret->f[i] = query(req, vt_find_name((enum vt_find_field)i));
	if (*ret->f[VT_FIND_DIRECTION] == '\0')
		ret->f[VT_FIND_DIRECTION] = query(req, "way");
}

/* ---- the form ---- */

struct choice {
	const char *value, *vi, *en;
};

static void
choose(struct vt_desk *d, const char *name, const char *label,
    const struct choice *of, const char *now)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<p><label for=\"%s\">%s</label>\n"
	    "<select id=\"%s\" name=\"%s\">\n",
	    name, label, name, name);
	for (; of->value != NULL; of++)
		vt_html(b, "<option value=\"%s\"%s>%s</option>\n", of->value,
		    strcmp(of->value, now) == 0 ? " selected" : "",
		    T(d, of->vi, of->en));
	vt_html(b, "</select></p>\n");
}

static void
field(struct vt_desk *d, const char *name, const char *type, const char *label,
    const char *now)
{
	vt_html(d->page.b,
	    "<p><label for=\"%s\">%s</label>\n<input id=\"%s\" name=\"%s\" "
	    "type=\"%s\" maxlength=\"200\" value=\"%s\"></p>\n",
	    name, label, name, name, type, now);
}

static void
form(struct vt_desk *d, const struct asked *a)
{
	static const struct choice ways[] = { { "", "Đến và đi", "In and out" },
		{ "in", "Văn bản đến", "In" }, { "out", "Văn bản đi", "Out" },
		{ "result", "Kết quả cho công dân", "Results" },
		{ NULL, NULL, NULL } };
	static const struct choice whose[] = { { "", "Mọi người", "Everybody" },
		{ "me", "Của tôi", "Mine" }, { NULL, NULL, NULL } };
	static const struct choice late[] = { { "", "Tất cả", "All" },
		{ "true", "Quá hạn", "Overdue" }, { NULL, NULL, NULL } };
	static const struct choice orders[] = { { "", "Mới nhất", "Newest" },
		{ "oldest", "Cũ nhất", "Oldest" },
		{ "relevance", "Sát nhất", "Best" },
		{ "-number", "Số lớn trước", "Highest number first" },
		{ "number", "Số nhỏ trước", "Lowest number first" },
		{ "-date", "Ngày văn bản mới trước", "Latest date first" },
		{ "date", "Ngày văn bản cũ trước", "Earliest date first" },
		{ "due", "Hạn gần nhất trước", "Due first" },
		{ "-due", "Hạn xa nhất trước", "Due last" },
		{ NULL, NULL, NULL } };
	const struct vt_find *f = &a->find;

	vt_html(d->page.b,
	    "<form class=\"sheet search\" action=\"/desk/search\" "
	    "method=\"get\">\n");
	field(d, "q", "search",
	    T(d, "Từ trong trích yếu, nội dung, cơ quan, người ký…",
		"Words of subject, pages, agency, signer…"),
	    f->f[VT_FIND_Q]);
	field(d, "number", "text", T(d, "Số, ký hiệu", "Number"),
	    f->f[VT_FIND_NUMBER]);
	choose(d, "direction", T(d, "Loại", "Kind"), ways,
	    f->f[VT_FIND_DIRECTION]);
	field(d, "issued_from", "date", T(d, "Từ ngày", "From"),
	    f->f[VT_FIND_ISSUED_FROM]);
	field(d, "issued_until", "date", T(d, "Đến ngày", "Until"),
	    f->f[VT_FIND_ISSUED_UNTIL]);
	choose(d, "assigned_to", T(d, "Ai xử lý", "Who has it"), whose,
	    f->f[VT_FIND_ASSIGNED_TO]);
	field(d, "unit", "text", T(d, "Đơn vị", "Unit"), f->f[VT_FIND_UNIT]);
	choose(d, "overdue", T(d, "Hạn xử lý", "Due"), late,
	    f->f[VT_FIND_OVERDUE]);
	choose(
	    d, "order", T(d, "Thứ tự", "Order"), orders, f->f[VT_FIND_ORDER]);
	vt_html(d->page.b,
	    "<p><button type=\"submit\">%s</button></p>\n"
	    "<details><summary>%s</summary><p>%s</p></details></form>\n",
	    T(d, "Tìm", "Find"), T(d, "Cách gõ", "How to type"),
	    T(d,
		"Gõ có dấu thì tìm đúng dấu, không dấu thì tìm mọi dấu. "
		"\"hội đồng\" là cụm từ; hội* là từ bắt đầu bằng; -họp là "
		"không có từ này; thuế OR phí là một trong hai; nguoiky:mẫu "
		"chỉ tìm ở người ký (so, trichyeu, loai, coquan, nguoiky, "
		"noinhan, ngay, noidung).",
		"With marks: as typed; without: every spelling. \"two words\" "
		"is a phrase, word* a beginning, -word without, a OR b one of "
		"two, signer:name in a field (number, subject, type, agency, "
		"signer, to, date, text)."));
}

/* ---- finding ---- */

/* "Số: 05/QĐ-UBND" as it stands on the paper: without its first word. */
static const char *
without_so(const char *s)
{
	/* words: as they stand on papers */
	static const char *const words[] = { "Số", "số", "SỐ", "So", "so" };

	s += strspn(s, " \t");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]), gap;

		if (strncmp(s, words[i], n) != 0)
			continue;
		gap = strspn(s + n, ": \t");
		if (gap > 0 && s[n + gap] >= '0' && s[n + gap] <= '9')
			return s + n + gap;
	}
	return s;
}

/* What looks like a number is one: "05", "12/QĐ-UBND". */
static bool
is_number(const char *s)
{
	return *s >= '0' && *s <= '9' && strlen(s) < 80 &&
	       strpbrk(s, " \t") == NULL;
}

/*
 * To the first page that has something, the end or LOOK_US, each page in a view
 * of its own: a view lives a second. *ret_v: that of what was found.
 */
static int
find_so(struct vt_desk *d, struct vt_view **ret_v, const struct vt_find *f,
    struct vt_find_page *page, struct vt_err *reterr)
{
	int64_t until = vt_monotonic_us(d->web->ctx) + LOOK_US;
	int rc;

	page->next = page->before;
	do {
		vt_view_end(*ret_v);
		*ret_v = NULL;
		page->before = page->next;
		rc = vt_view_begin(vt_office_store(d->office), ret_v, reterr);
		if (rc == VT_OK)
			rc = vt_office_find(
			    d->office, *ret_v, d->me, f, page, reterr);
	} while (rc == VT_OK && page->n == 0 && page->next != 0 &&
		 vt_monotonic_us(d->web->ctx) < until);
	return rc;
}

/* One field at the top of each page takes both: first a number, and when no
 * paper has it, words. */
static int
find(struct vt_desk *d, struct vt_view **ret_v, struct asked *a,
    struct vt_find_page *page, struct vt_err *reterr)
{
	struct vt_find number = a->find;
	int rc;

	page->before = a->before;
	number.f[VT_FIND_NUMBER] = without_so(a->find.f[VT_FIND_Q]);
	number.f[VT_FIND_Q] = "";
	if (a->words || *a->find.f[VT_FIND_NUMBER] != '\0' ||
	    !is_number(number.f[VT_FIND_NUMBER]))
		return find_so(d, ret_v, &a->find, page, reterr);
	rc = find_so(d, ret_v, &number, page, reterr);
	if (rc != VT_OK || page->n > 0 || page->next != 0 || a->before != 0)
		return rc;
	a->words = true;
	page->before = 0;
	return find_so(d, ret_v, &a->find, page, reterr);
}

static void
percent(const char *s, struct vt_buf *ret)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z')) {
			vt_buf_putc(ret, c);
		} else {
			vt_buf_putc(ret, '%');
			vt_buf_putc(ret, (uint8_t)hex[c >> 4]);
			vt_buf_putc(ret, (uint8_t)hex[c & 15]);
		}
	}
}

void
vt_search_link(const struct vt_find *f, struct vt_buf *ret)
{
	for (int i = 0; i < VT_FIND__MAX; i++) {
		if (f->f[i] == NULL || *f->f[i] == '\0')
			continue;
		/* markup: none, the query of an address */
		vt_buf_printf(ret, "%s%s=", ret->n > 0 ? "&" : "",
		    vt_find_name((enum vt_find_field)i));
		percent(f->f[i], ret);
	}
}

static void
further(struct vt_desk *d, const struct asked *a, uint64_t next)
{
	VT_BUF_AUTO(q);

	if (next == 0)
		return;
	vt_search_link(&a->find, &q);
	vt_html(d->page.b,
	    "<p><a class=\"button second\" href=\"/desk/search?%s%s"
	    "&amp;before=%" PRIu64 "\">%s</a></p>\n",
	    vt_buf_str(&q), a->words ? "&words=1" : "", next,
	    *a->find.f[VT_FIND_ORDER] == '\0' ? T(d, "Cũ hơn", "Older")
					      : T(d, "Xem tiếp", "More"));
}

/* The table, with headings that ask the same in another order. */
static void
ordered(struct vt_desk *d, const struct asked *a)
{
	struct vt_find same = a->find;
	VT_BUF_AUTO(link);
	VT_BUF_AUTO(q);

	same.f[VT_FIND_ORDER] = "";
	vt_search_link(&same, &q);
	if (a->words)
		vt_buf_puts(&q, "&words=1");
	/* markup: none, the heading escapes it */
	vt_buf_printf(&link, "/desk/search?%s%s", vt_buf_str(&q),
	    q.n > 0 ? "&" : "");
	vt_list_open_ordered(
	    d, "found", vt_buf_str(&link), a->find.f[VT_FIND_ORDER]);
}

static int
found(struct vt_desk *d, struct vt_view *v, const struct asked *a,
    const struct vt_find_page *p, struct vt_err *reterr)
{
	struct vt_found_words w = { .asked = NULL };
	int rc;

	rc = vt_office_found_words(
	    d->office, d->req->arena, &a->find, &w, reterr);
	if (rc != VT_OK)
		return rc;
	vt_html(d->page.b, "<h2 id=\"found\" class=\"found\">%s</h2>\n",
	    *a->find.f[VT_FIND_Q] == '\0' && *a->find.f[VT_FIND_NUMBER] == '\0'
		? T(d, "Mới nhất", "Newest")
		: T(d, "Tìm thấy", "Found"));
	if (p->n == 0) {
		vt_html(d->page.b, "<p class=\"empty\">%s</p>\n",
		    p->next != 0
			? T(d, "Chưa tìm thấy trong các văn bản mới hơn.",
			      "None so far: the older ones are left.")
			: T(d, "Không có văn bản nào khớp.", "No paper fits."));
		return VT_OK;
	}
	ordered(d, a);
	for (size_t i = 0; i < p->n; i++) {
		struct vt_snippet s;
		bool shown;

		rc = vt_office_snippet(
		    d->office, v, &w, &p->ret[i], &s, &shown, reterr);
		if (rc != VT_OK)
			return rc;
		vt_list_row_found(d, &p->ret[i], w.asked, shown ? &s : NULL);
	}
	vt_list_close(d);
	return VT_OK;
}

int
vt_web_search(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct asked a = { .before = vt_list_before(req),
		.words = vt_http_query(req, "words") != NULL };
	struct vt_find_page page = { .max = SHOWN };
	struct vt_desk d;
	int rc;

	page.ret = vt_arena_array(req->arena, SHOWN, sizeof(*page.ret));
	if (page.ret == NULL)
		return vt_arena_err(req->arena, reterr);
	vt_search_in(req, &a.find);
	vt_desk_begin(&d, req, res);
	if ((rc = find(&d, &v, &a, &page, reterr)) != VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Tra cứu", "Search"), "/desk/search");
	vt_html(d.page.b, "<h1>%s</h1>\n", T(&d, "Tra cứu văn bản", "Search"));
	form(&d, &a);
	if ((rc = found(&d, v, &a, &page, reterr)) != VT_OK)
		return rc;
	further(&d, &a, page.next);
	if ((rc = vt_saved_section(&d, v, &a.find, reterr)) != VT_OK)
		return rc;
	vt_desk_close(&d);
	return VT_OK;
}
