/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers by number and words, with or without diacritics. */
#include "api/web/list.h"

#define SHOWN   50
#define LOOK_US ((int64_t)300000) /* as the inbox */

struct asked {
	const char *q, *number, *way;
	uint64_t before;
	bool words; /* it is no number, though it looks like one */
};

static const char *
query(const struct vt_http_req *req, const char *name)
{
	const char *s = vt_http_query(req, name);

	return s == NULL ? "" : s;
}

static void
form(struct vt_desk *d, const struct asked *a)
{
	static const struct {
		const char *value, *vi, *en;
	} ways[] = { { "", "Đến và đi", "In and out" },
		{ "in", "Văn bản đến", "In" }, { "out", "Văn bản đi", "Out" },
		{ "result", "Kết quả cho công dân", "Results" } };
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<form class=\"sheet search\" action=\"/desk/search\" "
	    "method=\"get\">\n"
	    "<p><label for=\"q\">%s</label>\n<input id=\"q\" name=\"q\" "
	    "type=\"search\" maxlength=\"200\" value=\"%s\"></p>\n"
	    "<p><label for=\"number\">%s</label>\n<input id=\"number\" "
	    "name=\"number\" type=\"text\" maxlength=\"80\" value=\"%s\"></p>\n"
	    "<p><label for=\"way\">%s</label>\n"
	    "<select id=\"way\" name=\"way\">\n",
	    T(d, "Từ trong trích yếu, cơ quan, người ký…",
		"Words of subject, agency, signer…"),
	    a->q, T(d, "Số, ký hiệu", "Number"), a->number,
	    T(d, "Loại", "Kind"));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		vt_html(b, "<option value=\"%s\"%s>%s</option>\n",
		    ways[i].value,
		    strcmp(ways[i].value, a->way) == 0 ? " selected" : "",
		    T(d, ways[i].vi, ways[i].en));
	vt_html(b,
	    "</select></p>\n<p><button type=\"submit\">%s</button></p>\n"
	    "</form>\n",
	    T(d, "Tìm", "Find"));
}

static enum vt_direction
direction(const char *way)
{
	return strcmp(way, "in") == 0       ? VT_DIR_IN
	       : strcmp(way, "out") == 0    ? VT_DIR_OUT
	       : strcmp(way, "result") == 0 ? VT_DIR_RESULT
					    : 0;
}

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
find_so(struct vt_desk *d, struct vt_view **ret_v, const struct asked *a,
    struct vt_paper *p, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr)
{
	int64_t until = vt_monotonic_us(d->web->ctx) + LOOK_US;
	struct vt_paper_query q = { .before = a->before,
		.direction = direction(a->way) };
	int rc = vt_office_may_read(d->me, reterr);

	if (rc != VT_OK)
		return rc;
	q.words = *a->q == '\0' ? NULL : a->q;
	q.number = *a->number == '\0' ? NULL : a->number;
	do {
		vt_view_end(*ret_v);
		*ret_v = NULL;
		rc = vt_view_begin(vt_office_store(d->office), ret_v, reterr);
		if (rc == VT_OK)
			rc = vt_paper_search(*ret_v, d->me->agency_no, &q, p,
			    SHOWN, ret_n, &q.before, reterr);
	} while (rc == VT_OK && *ret_n == 0 && q.before != 0 &&
		 vt_monotonic_us(d->web->ctx) < until);
	*ret_next = q.before;
	return rc;
}

/* One field at the top of each page takes both: first a number, and when no
 * paper has it, words. */
static int
find(struct vt_desk *d, struct vt_view **ret_v, struct asked *a,
    struct vt_paper *p, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr)
{
	struct asked number = *a;
	int rc;

	number.number = without_so(a->q);
	number.q = "";
	if (a->words || *a->number != '\0' || !is_number(number.number))
		return find_so(d, ret_v, a, p, ret_n, ret_next, reterr);
	rc = find_so(d, ret_v, &number, p, ret_n, ret_next, reterr);
	if (rc != VT_OK || *ret_n > 0 || *ret_next != 0 || a->before != 0)
		return rc;
	a->words = true;
	return find_so(d, ret_v, a, p, ret_n, ret_next, reterr);
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

static void
older(struct vt_desk *d, const struct asked *a, uint64_t next)
{
	VT_BUF_AUTO(q);
	VT_BUF_AUTO(number);

	if (next == 0)
		return;
	percent(a->q, &q);
	percent(a->number, &number);
	vt_html(d->page.b,
	    "<p><a class=\"button second\" href=\"/desk/search?q=%s&amp;"
	    "number=%s&amp;way=%s%s&amp;before=%" PRIu64 "\">%s</a></p>\n",
	    vt_buf_str(&q), vt_buf_str(&number), a->way,
	    a->words ? "&words=1" : "", next, T(d, "Cũ hơn", "Older"));
}

int
vt_web_search(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct asked a = { query(req, "q"), query(req, "number"),
		query(req, "way"), vt_list_before(req),
		vt_http_query(req, "words") != NULL };
	struct vt_paper *p = vt_arena_array(req->arena, SHOWN, sizeof(*p));
	uint64_t next = 0;
	struct vt_desk d;
	size_t n = 0;
	int rc;

	if (p == NULL)
		return vt_arena_err(req->arena, reterr);
	if (direction(a.way) == 0)
		a.way = "";
	vt_desk_begin(&d, req, res);
	if ((rc = find(&d, &v, &a, p, &n, &next, reterr)) != VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Tra cứu", "Search"), "/desk/search");
	vt_html(d.page.b, "<h1>%s</h1>\n", T(&d, "Tra cứu văn bản", "Search"));
	form(&d, &a);
	vt_html(d.page.b, "<h2 id=\"found\" class=\"found\">%s</h2>\n",
	    *a.q == '\0' && *a.number == '\0' ? T(&d, "Mới nhất", "Newest")
					      : T(&d, "Tìm thấy", "Found"));
	if (n > 0) {
		vt_list_open(&d, "found");
		for (size_t i = 0; i < n; i++)
			vt_list_row(&d, &p[i]);
		vt_list_close(&d);
	} else {
		vt_html(d.page.b, "<p class=\"empty\">%s</p>\n",
		    next != 0
			? T(&d, "Chưa tìm thấy trong các văn bản mới hơn.",
			      "None so far: the older ones are left.")
			: T(&d, "Không có văn bản nào khớp.",
			      "No paper fits."));
	}
	older(&d, &a, next);
	vt_desk_close(&d);
	return VT_OK;
}
