/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register on paper: its lines as PDF, a volume at a time. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/office/office_priv.h"
#include "api/office/register.h"
#include "base/source.h"

#define ARENA_LIMIT ((size_t)32 << 20)

/* A column, and what of a line stands in it. */
enum cell {
	ARRIVED_ON,
	NUMBER,
	AUTHOR,
	THEIR_NUMBER,
	DATED,
	TITLE,
	SIGNER,
	RECIPIENTS,
	UNIT,
	COPIES,
	PASSED_ON,
	RECEIVED,
	NOTE
};

struct model {
	const char *title; /* NULL: the series' own */
	size_t n;
	struct vt_book_column columns[VT_BOOK_COLUMNS_MAX];
	enum cell cells[VT_BOOK_COLUMNS_MAX];
};

/* Decree 30/2020, Appendix IV, and vt_register_columns. */
static const struct model models[2][2] = {
	{ { NULL, 10,
	      { { "Số, ký hiệu văn bản", 11, false },
		  { "Ngày tháng văn bản", 7.8, true },
		  { "Tên loại và trích yếu nội dung", 23, false },
		  { "Người ký", 9, false }, { "Nơi nhận văn bản", 14, false },
		  { "Đơn vị, người nhận bản lưu", 8, false },
		  { "Số lượng bản", 5, true }, { "Ngày chuyển", 7.8, true },
		  { "Ký nhận", 7, false }, { "Ghi chú", 10, false } },
	      { NUMBER, DATED, TITLE, SIGNER, RECIPIENTS, UNIT, COPIES,
		  PASSED_ON, RECEIVED, NOTE } },
	    { "Sổ chuyển giao văn bản đi", 5,
		{ { "Ngày chuyển", 12, true },
		    { "Số, ký hiệu văn bản", 18, false },
		    { "Nơi nhận văn bản", 34, false },
		    { "Ký nhận", 20, false }, { "Ghi chú", 16, false } },
		{ PASSED_ON, NUMBER, RECIPIENTS, RECEIVED, NOTE } } },
	{ { NULL, 10,
	      { { "Ngày đến", 7.8, true }, { "Số đến", 6, true },
		  { "Tác giả", 13, false },
		  { "Số, ký hiệu văn bản", 10, false },
		  { "Ngày tháng văn bản", 7.8, true },
		  { "Tên loại và trích yếu nội dung", 24, false },
		  { "Đơn vị hoặc người nhận", 10, false },
		  { "Ngày chuyển", 7.8, true }, { "Ký nhận", 8, false },
		  { "Ghi chú", 9, false } },
	      { ARRIVED_ON, NUMBER, AUTHOR, THEIR_NUMBER, DATED, TITLE, UNIT,
		  PASSED_ON, RECEIVED, NOTE } },
	    { "Sổ chuyển giao văn bản đến", 5,
		{ { "Ngày chuyển", 12, true }, { "Số đến", 10, true },
		    { "Đơn vị hoặc người nhận", 36, false },
		    { "Ký nhận", 24, false }, { "Ghi chú", 18, false } },
		{ PASSED_ON, NUMBER, UNIT, RECEIVED, NOTE } } }
};

struct printing {
	struct vt_office *o;
	const struct vt_actor *actor;
	const struct vt_register_book *book;
	struct vt_register_walk *walk;
	const struct model *model;
	struct vt_arena *a; /* of the lines that are read */
	struct vt_register_line lines[VT_REGISTER_PAGE];
	size_t n, at, printed;
	bool end;
	char copies[24];
	vt_time first_day, last_day;
	uint64_t from, first, last; /* numbers */
	char days[96], numbers[96], volume[64];
	struct vt_buf closed, made;
};

static const char *
text_of(struct printing *p, const struct vt_register_line *l, enum cell c)
{
	const char *const text[] = { [ARRIVED_ON] = l->arrived_on,
		[NUMBER] = l->number,
		[AUTHOR] = l->author,
		[THEIR_NUMBER] = l->their_number,
		[DATED] = l->dated,
		[TITLE] = l->title,
		[SIGNER] = l->signer,
		[RECIPIENTS] = l->recipients,
		[UNIT] = l->unit,
		[COPIES] = p->copies,
		[PASSED_ON] = l->passed_on,
		[RECEIVED] = l->received,
		[NOTE] = l->note };

	return text[c];
}

/* The next lines, in an arena of their own. */
static int
read_on(struct printing *p, struct vt_err *reterr)
{
	int rc;

	vt_arena_free(p->a);
	if ((p->a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "register: no memory");
	p->at = p->n = 0;
	rc = vt_office_register_lines(p->o, p->actor, p->walk, p->a, p->lines,
	    VT_REGISTER_PAGE, &p->n, reterr);
	p->end = p->n < VT_REGISTER_PAGE;
	return rc;
}

static int
next_line(
    void *arg, const char **cells, bool *ret_more, struct vt_err *reterr)
{
	struct printing *p = arg;
	const struct vt_register_line *l;
	int rc;

	if (p->at == p->n && !p->end && (rc = read_on(p, reterr)) != VT_OK)
		return rc;
	*ret_more = p->at < p->n;
	if (!*ret_more)
		return VT_OK;
	if (++p->printed > VT_REGISTER_VOLUME)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "register: more than %zu numbers at once "
		    "(REGISTER_VOLUME_LINES): print it volume by volume, or "
		    "from one number to another",
		    VT_REGISTER_VOLUME);
	l = &p->lines[p->at++];
	p->copies[0] = '\0';
	if (l->copies != 0)
		(void)snprintf(
		    p->copies, sizeof(p->copies), "%" PRIu64, l->copies);
	for (size_t i = 0; i < p->model->n; i++)
		cells[i] = text_of(p, l, p->model->cells[i]);
	if (l->day != VT_TIME_NONE) {
		if (p->first_day == VT_TIME_NONE || l->day < p->first_day)
			p->first_day = l->day;
		if (p->last_day == VT_TIME_NONE || l->day > p->last_day)
			p->last_day = l->day;
	}
	if (p->first == 0)
		p->first = l->value;
	p->last = l->to;
	return VT_OK;
}

/* ---- the cover, and how it was closed ---- */

static void
cover_words(struct printing *p)
{
	struct vt_date f = vt_time_date(p->first_day, VT_TIME_VN_S);
	struct vt_date l = vt_time_date(p->last_day, VT_TIME_VN_S);

	(void)snprintf(p->days, sizeof(p->days),
	    p->first_day == VT_TIME_NONE
		? "Từ ngày ........ đến ngày ........"
		: "Từ ngày %02d/%02d/%04d đến ngày %02d/%02d/%04d",
	    f.day, f.month, f.year, l.day, l.month, l.year);
	if (p->first == 0)
		(void)snprintf(p->numbers, sizeof(p->numbers),
		    "Từ số ........ đến số ........");
	else
		(void)snprintf(p->numbers, sizeof(p->numbers),
		    "Từ số %02" PRIu64 " đến số %02" PRIu64, p->first, p->last);
	if (p->from % VT_REGISTER_VOLUME == 0 &&
	    p->last <= p->from + VT_REGISTER_VOLUME)
		(void)snprintf(p->volume, sizeof(p->volume),
		    "Quyển số: %" PRIu64, p->from / VT_REGISTER_VOLUME + 1);
	else
		(void)snprintf(p->volume, sizeof(p->volume),
		    "Quyển số: ........");
}

static void
put_moment(vt_time t, struct vt_buf *b)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	vt_buf_printf(b, "%02d:%02d ngày %02d/%02d/%04d", d.hour, d.minute,
	    d.day, d.month, d.year);
}

static void
end_words(void *arg, const char *cover[VT_BOOK_FACTS_MAX + 1],
    const char *below[VT_BOOK_FACTS_MAX + 1])
{
	struct printing *p = arg;
	const struct vt_book_row *k = &p->book->book;
	char hash[VT_HASH_TEXT + 1];
	size_t n = 0;

	cover_words(p);
	cover[0] = p->book->period;
	cover[1] = p->days;
	cover[2] = p->numbers;
	cover[3] = p->volume;
	if (p->book->closed) {
		vt_hash_text(&k->hash, hash);
		vt_buf_puts(&p->closed, "Sổ đã đóng lúc ");
		put_moment(k->closed_at, &p->closed);
		vt_buf_printf(&p->closed,
		    ", người đóng: %s. Tổng số %" PRIu64 " số, từ số %" PRIu64
		    " đến số %" PRIu64 ", trong đó %" PRIu64
		    " số đã hủy. SHA-256: %s",
		    p->book->closed_by, k->count, k->first, k->last,
		    k->cancelled, hash);
		below[n++] = vt_buf_str(&p->closed);
	}
	vt_buf_puts(&p->made, "In từ Hệ thống quản lý văn bản lúc ");
	put_moment(vt_now(p->o->o.ctx), &p->made);
	vt_buf_printf(&p->made, "; người in: %s.%s", p->actor->name,
	    p->book->closed ? "" : " Sổ chưa đóng.");
	below[n] = vt_buf_str(&p->made);
}

static int
keep(struct vt_office *o, const struct vt_buf *pdf, int *ret_fd,
    struct vt_err *reterr)
{
	int fd = -1, rc;

	if ((rc = vt_store_scratch(o->o.store, &fd, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_fd_put(fd, vt_buf_view(pdf), reterr)) != VT_OK) {
		(void)close(fd);
		return rc;
	}
	*ret_fd = fd;
	return VT_OK;
}

int
vt_office_register_print(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_register_book *book, struct vt_register_walk *w,
    enum vt_register_form form, int *ret_fd, vt_hash *ret_hash,
    struct vt_err *reterr)
{
	const struct model *m =
	    &models[book->incoming][form == VT_REGISTER_HANDOVER];
	struct printing *p = calloc(1, sizeof(*p));
	struct vt_book_print b = { .agency = book->agency,
		.title = m->title == NULL ? book->title : m->title,
		.columns = m->columns,
		.n_columns = m->n,
		.line = next_line,
		.end = end_words,
		.arg = p };
	VT_BUF_AUTO(pdf);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "register: no memory");
	p->o = o;
	p->actor = actor;
	p->book = book;
	p->walk = w;
	p->model = m;
	p->from = w->after;
	p->first_day = p->last_day = VT_TIME_NONE;
	rc = vt_render_book(&b, &pdf, reterr);
	if (rc == VT_OK && (rc = keep(o, &pdf, ret_fd, reterr)) == VT_OK)
		*ret_hash = vt_sha256(vt_buf_view(&pdf));
	vt_arena_free(p->a);
	vt_buf_free(&p->closed);
	vt_buf_free(&p->made);
	free(p);
	return rc;
}
