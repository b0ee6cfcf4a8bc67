/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers: what stands on each page, long rows, foreign letters. With an
 * argument: writes the sample there, to be looked at. */
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "render/render.h"

static struct vt_spawner *spawner;
static struct vt_err err;

static const struct vt_book_column columns[] = { { "Ngày đến", 7.6, true },
	{ "Số đến", 6, true }, { "Tác giả", 13, false },
	{ "Số, ký hiệu văn bản", 11, false },
	{ "Ngày tháng văn bản", 7.6, true },
	{ "Tên loại và trích yếu nội dung", 24, false },
	{ "Đơn vị hoặc người nhận", 10, false }, { "Ngày chuyển", 7.6, true },
	{ "Ký nhận", 8, false }, { "Ghi chú", 8, false } };

#define N (sizeof(columns) / sizeof(columns[0]))

struct lines {
	size_t at, n;
	const char *title; /* of the line `odd` */
	size_t odd;
	int fails;
	char number[24], cover[64];
};

static int
line(void *arg, const char **cells, bool *ret_more, struct vt_err *reterr)
{
	struct lines *x = arg;

	if (x->fails != VT_OK)
		return vt_err_set(reterr, (enum vt_code)x->fails, "no line");
	*ret_more = x->at < x->n;
	if (!*ret_more)
		return VT_OK;
	x->at++;
	(void)snprintf(x->number, sizeof(x->number), "%02zu", x->at);
	cells[0] = cells[4] = cells[7] = "02/03/2026";
	cells[1] = x->number;
	cells[2] = "Ủy ban nhân dân xã An Mẫu";
	cells[3] = "128/UBND-VP";
	cells[5] = x->at == x->odd ? x->title
				   : "Công văn về việc rà soát thủ tục hành "
				     "chính trên môi trường điện tử";
	cells[6] = "Phòng Chuyển đổi số";
	cells[8] = "Đặng Thị Hường, 02/03/2026";
	cells[9] = "";
	return VT_OK;
}

static void
end(void *arg, const char *cover[VT_BOOK_FACTS_MAX + 1],
    const char *below[VT_BOOK_FACTS_MAX + 1])
{
	struct lines *x = arg;

	(void)snprintf(
	    x->cover, sizeof(x->cover), "Từ số 01 đến số %s", x->number);
	cover[0] = "Năm 2026";
	cover[1] = x->cover;
	below[0] = "Sổ đã đóng ngày 04/01/2027.";
}

static int
print(struct lines *x, struct vt_buf *ret)
{
	struct vt_book_print b = { .agency = "Sở Khoa học và Công nghệ",
		.title = "Sổ đăng ký văn bản đến",
		.columns = columns,
		.n_columns = N,
		.line = line,
		.end = end,
		.arg = x };

	return vt_render_book(&b, ret, &err);
}

static size_t
text_of(const struct vt_buf *pdf, struct vt_buf *ret)
{
	size_t pages = 0;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(pdf), &fd, &err) == VT_OK, "memfd");
	tap_need(vt_pages_text(spawner, fd, ret, &pages, &err) == VT_OK,
	    "text: %s", err.msg);
	(void)close(fd);
	return pages;
}

static size_t
count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)) != NULL; s += strlen(what))
		n++;
	return n;
}

static void
pages(void)
{
	struct lines x = { .n = 60 }, again = { .n = 60 };
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(same);
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(png);
	const char *s;
	size_t n;
	int fd;

	tap_call(print(&x, &pdf), &err, "sixty lines");
	tap_call(print(&again, &same), &err, "and again");
	tap_ok(vt_span_eq(vt_buf_view(&pdf), vt_buf_view(&same)),
	    "same lines, same bytes");
	n = text_of(&pdf, &text);
	s = vt_buf_str(&text);
	tap_eq_int(n, 8, "a cover, six pages of lines, one for what closes it");
	tap_eq_int(count(s, "Ghi chú"), 6, "each page of lines has its head");
	tap_eq_int(count(s, "Đặng Thị"), 60, "every line once, marks right");
	tap_eq_int(count(s, "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"), 1, "the cover's title");
	tap_eq_int(count(s, "Từ số 01 đến số 60"), 1, "and from where to where");
	tap_eq_int(count(s, "Sổ đã đóng ngày 04/01/2027."), 1, "how it closed");
	tap_need(vt_job_memfd(vt_buf_view(&pdf), &fd, &err) == VT_OK, "memfd");
	tap_call(vt_pages_png(spawner, fd, 1, 72, &png, &err), &err, "a page");
	(void)close(fd);
	tap_ok(png.n > 24 && memcmp(png.p + 16, "\0\0\x3\x4a\0\0\x2\x54",
				 8) == 0,
	    "842 by 596 dots: it lies down");
}

static void
long_rows(void)
{
	static char high[16000];
	struct lines x = { .n = 3, .odd = 2, .title = high };
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(text);
	size_t n = 0;

	while (n + 16 < sizeof(high))
		n += (size_t)snprintf(high + n, sizeof(high) - n, "từ%04zu ", n);
	tap_call(print(&x, &pdf), &err, "a line higher than a page");
	n = text_of(&pdf, &text);
	tap_ok(n > 4, "goes on over %zu pages", n);
	tap_eq_int(count(vt_buf_str(&text), "từ"),
	    count(high, "từ"),
	    "nothing of it is left out");
	x = (struct lines){ .n = 1, .odd = 1, .title = "KQ-" };
	(void)memset(high, 'W', 400);
	high[400] = '\0';
	x.title = high;
	vt_buf_reset(&pdf);
	tap_call(print(&x, &pdf), &err, "a word wider than its column");
	x = (struct lines){ .n = 0 };
	vt_buf_reset(&pdf);
	vt_buf_reset(&text);
	tap_call(print(&x, &pdf), &err, "no line at all");
	tap_eq_int(text_of(&pdf, &text), 2, "a cover and the head");
}

static void
foreign(void)
{
	struct lines x = { .n = 1, .odd = 1, .title = "Thư của 中国 😀" };
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(text);

	tap_call(print(&x, &pdf), &err, "letters that the face lacks");
	(void)text_of(&pdf, &text);
	tap_ok(strstr(vt_buf_str(&text), "[U+4E2D]") != NULL &&
		   strstr(vt_buf_str(&text), "[U+1F600]") != NULL,
	    "stand there as their codes");
	x = (struct lines){ .fails = VT_E_IO };
	vt_buf_reset(&pdf);
	tap_code(print(&x, &pdf), VT_E_IO, &err, "a line that is not to be had");
	x = (struct lines){ .n = 100000 };
	tap_code(print(&x, &pdf), VT_E_LIMIT, &err, "more than a volume");
}

int
main(int argc, char **argv)
{
	tap_need(vt_base_init(&err) == VT_OK, "base");
	if (argc > 2) { /* FILE LINES */
		struct lines x = { .n = strtoul(argv[2], NULL, 10) };
		VT_BUF_AUTO(pdf);
		FILE *f = fopen(argv[1], "wb");

		if (f == NULL || print(&x, &pdf) != VT_OK ||
		    fwrite(pdf.p, 1, pdf.n, f) != pdf.n || fclose(f) != 0)
			return 1;
		return 0;
	}
	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner: %s", vt_worker_sandbox());
	pages();
	long_rows();
	foreign();
	vt_spawner_free(spawner);
	return tap_done();
}
