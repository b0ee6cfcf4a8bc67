/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register, line by line: papers as they are now, and other numbers. */
#include "api/office/register.h"

#include <inttypes.h>
#include <unistd.h>

#include "api/office/office_priv.h"
#include "base/source.h"

#define ARENA_LIMIT ((size_t)32 << 20)
#define NAMES_MAX   40 /* recipients named in one line */
#define DAY         VT_TIME_S(86400)

const char *const *
vt_register_columns(bool incoming)
{
	static const char *const in[] = { "Ngày đến", "Số đến", "Tác giả",
		"Số, ký hiệu văn bản", "Ngày tháng văn bản",
		"Tên loại và trích yếu nội dung", "Đơn vị hoặc người nhận",
		"Ngày chuyển", "Ký nhận", "Ghi chú", NULL };
	static const char *const out[] = { "Số, ký hiệu văn bản",
		"Ngày tháng văn bản", "Tên loại và trích yếu nội dung",
		"Người ký", "Nơi nhận văn bản", "Đơn vị, người nhận bản lưu",
		"Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú", NULL };

	return incoming ? in : out;
}

/* What a line is made with. */
struct making {
	struct vt_view *v;
	struct vt_arena *a;
	struct vt_register_row *rows; /* room for those of one view */
	bool ok;
	bool end; /* there are no more */
};

static const char *
keep(struct making *m, const char *s)
{
	const char *p = vt_arena_strdup(m->a, s == NULL ? "" : s);

	m->ok = m->ok && p != NULL;
	return p == NULL ? "" : p;
}

static const char *
keep_buf(struct making *m, struct vt_buf *b)
{
	m->ok = m->ok && vt_buf_status(b, NULL) == VT_OK;
	return keep(m, m->ok ? vt_buf_str(b) : "");
}

static void
put_day(vt_time t, struct vt_buf *b)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	if (t != VT_TIME_NONE)
		vt_buf_printf(b, "%02d/%02d/%04d", d.day, d.month, d.year);
}

static const char *
day_of(struct making *m, vt_time t)
{
	VT_BUF_AUTO(b);

	put_day(t, &b);
	return keep_buf(m, &b);
}

/* "2026-03-02" as it is written on paper; other text as it is. */
static const char *
day_text(struct making *m, const char *s)
{
	vt_time t = vt_time_parse_day(s);

	return t == VT_TIME_NONE ? keep(m, s) : day_of(m, t);
}

static void
put_person(struct making *m, const vt_id *id, struct vt_buf *b)
{
	struct vt_person p;

	if (!vt_id_is_zero(id) && vt_person_get(m->v, id, &p, NULL) == VT_OK)
		vt_buf_puts(b, p.name);
}

static const char *
title_of(struct making *m, const struct vt_meta *meta)
{
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, meta->type_name);
	if (*meta->type_name != '\0' && *meta->subject != '\0')
		vt_buf_puts(&b, " ");
	vt_buf_puts(&b, meta->subject);
	return keep_buf(m, &b);
}

static const char *
recipients_of(struct making *m, const struct vt_meta *meta)
{
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < meta->n_recipients && i < NAMES_MAX; i++) {
		const struct vt_recipient *r = &meta->recipients[i];

		vt_buf_printf(&b, "%s%s", i == 0 ? "" : "; ",
		    *r->name == '\0' ? r->code : r->name);
	}
	if (meta->n_recipients > NAMES_MAX)
		vt_buf_printf(&b, "; … (%zu)", meta->n_recipients);
	return keep_buf(m, &b);
}

/* What happened to the paper that its line must say. */
static void
put_state(const struct vt_paper *p, struct vt_buf *b)
{
	static const struct {
		enum vt_paper_state state;
		const char *text;
	} words[] = { { VT_PAPER_REFUSED, "Đã từ chối" },
		{ VT_PAPER_TAKEN_BACK, "Đã trả lại nơi gửi" },
		{ VT_PAPER_RECALLED, "Đã thu hồi" } };

	if (p->isolated_at != VT_TIME_NONE) /* its words, see vt_office_see */
		vt_buf_puts(b, "Đang cách ly. ");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (p->state == words[i].state)
			vt_buf_printf(b, "%s. ", words[i].text);
	if (!vt_id_is_zero(&p->replaced_by))
		vt_buf_puts(b, p->replaced_kind == VT_REPLACE_NEW
				   ? "Đã thay thế. "
				   : "Đã sửa đổi, đính chính. ");
}

static void
put_moment(vt_time t, struct vt_buf *b)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	vt_buf_printf(b, "%02d:%02d ", d.hour, d.minute);
	put_day(t, b);
}

static const char *
note_of(struct making *m, const struct vt_paper *p, const struct vt_number *n)
{
	VT_BUF_AUTO(b);

	put_state(p, &b);
	if (n->held == VT_HOLD_OUTAGE) {
		vt_buf_puts(&b, "Cấp tay khi hệ thống gián đoạn, ghi ");
		put_moment(n->time, &b);
		vt_buf_puts(&b, ", nhập ");
		put_moment(n->entered, &b);
	} else if (n->held == VT_HOLD_RESERVED) {
		vt_buf_puts(&b, "Số giữ trước");
	}
	return keep_buf(m, &b);
}

static void
incoming(struct making *m, const struct vt_paper *p, struct vt_register_line *l)
{
	const struct vt_meta *meta = &p->meta;
	VT_BUF_AUTO(theirs);
	VT_BUF_AUTO(unit);
	VT_BUF_AUTO(got);

	l->arrived_on = day_of(m, p->arrival.time);
	l->number = keep(m, p->arrival.text);
	l->author = keep(m,
	    *meta->agency_name == '\0' ? meta->agency_code : meta->agency_name);
	vt_buf_printf(&theirs, "%s%s%s", meta->number,
	    *meta->number != '\0' && *meta->notation != '\0' ? "/" : "",
	    meta->notation);
	l->their_number = keep_buf(m, &theirs);
	l->dated = day_text(m, meta->issued_on);
	put_person(m,
	    vt_id_is_zero(&p->assigned_to) ? &p->forwarded_to : &p->assigned_to,
	    &unit);
	if (*p->assigned_unit != '\0')
		vt_buf_printf(
		    &unit, "%s%s", unit.n == 0 ? "" : ", ", p->assigned_unit);
	l->unit = keep_buf(m, &unit);
	l->passed_on = day_of(m, p->forwarded_at);
	if (p->opened_at != VT_TIME_NONE) {
		put_person(m, &p->opened_by, &got);
		vt_buf_puts(&got, got.n == 0 ? "" : ", ");
		put_day(p->opened_at, &got);
	}
	l->received = keep_buf(m, &got);
	l->note = note_of(m, p, &p->arrival);
}

static void
outgoing(struct making *m, const struct vt_paper *p, struct vt_register_line *l)
{
	const struct vt_meta *meta = &p->meta;
	VT_BUF_AUTO(signer);

	l->number = keep(m, p->number.text);
	l->dated = day_of(m, p->number.time);
	put_person(m, &p->signed_by, &signer);
	if (signer.n == 0)
		vt_buf_puts(&signer, meta->signer_name);
	l->signer = keep_buf(m, &signer);
	l->recipients = recipients_of(m, meta);
	l->unit = keep(m, meta->draft_unit);
	l->copies = meta->copies;
	l->passed_on = day_of(m, p->issued_at);
	l->note = note_of(m, p, &p->number);
}

/* A number that no paper has: why. */
static void
nobodys(struct making *m, const struct vt_register_row *r,
    struct vt_register_line *l)
{
	const struct vt_hold *h = &r->held;
	VT_BUF_AUTO(number);
	VT_BUF_AUTO(b);

	if (r->state == VT_REGISTER_GAP && r->to > r->value)
		vt_buf_printf(
		    &number, "%02" PRIu64 "–%02" PRIu64, r->value, r->to);
	else
		vt_number_text(r->value, "", &number);
	l->number = keep_buf(m, &number);
	switch (r->state) {
	case VT_REGISTER_CANCELLED:
		l->dated = day_of(m, h->ended_at);
		vt_buf_printf(&b, "ĐÃ HỦY: %s (%s: %s)", h->reason,
		    h->kind == VT_HOLD_OUTAGE ? "dự phòng gián đoạn"
		    : h->kind == VT_HOLD_LOST ? "mất khi khôi phục"
					      : "giữ số",
		    h->note);
		break;
	case VT_REGISTER_RESERVED:
	case VT_REGISTER_OUTAGE:
		vt_buf_printf(&b, "%s: %s, ",
		    r->state == VT_REGISTER_OUTAGE
			? "Dự phòng cấp tay khi gián đoạn"
			: "Đang giữ số",
		    h->note);
		put_person(m, &h->person, &b);
		vt_buf_puts(&b, ", đến ");
		put_moment(h->until, &b);
		break;
	case VT_REGISTER_LOST:
		vt_buf_printf(&b,
		    "Mất khi khôi phục: có thể đã cấp, chờ văn bản giấy (%s)",
		    h->note);
		break;
	default:
		vt_buf_puts(&b, "Hệ thống quản lý sổ chưa báo các số này");
	}
	l->note = keep_buf(m, &b);
}

/* The day that stands beside it; NONE: of a gap. */
static vt_time
day_of_row(bool in, const struct vt_register_row *r)
{
	switch (r->state) {
	case VT_REGISTER_PAPER:
		return in ? r->paper->arrival.time : r->paper->number.time;
	case VT_REGISTER_CANCELLED:
		return r->held.ended_at;
	case VT_REGISTER_RESERVED:
	case VT_REGISTER_OUTAGE:
	case VT_REGISTER_LOST:
		return r->held.made_at;
	case VT_REGISTER_GAP:
	default:
		return VT_TIME_NONE;
	}
}

static void
make_line(struct making *m, bool in, const struct vt_register_row *r,
    struct vt_register_line *l)
{
	*l = (struct vt_register_line){ .state = r->state,
		.day = day_of_row(in, r),
		.value = r->value,
		.to = r->to,
		.arrived_on = "",
		.number = "",
		.author = "",
		.their_number = "",
		.dated = "",
		.title = "",
		.signer = "",
		.recipients = "",
		.unit = "",
		.passed_on = "",
		.received = "",
		.note = "" };
	if (r->paper == NULL) {
		nobodys(m, r, l);
		return;
	}
	l->paper = r->paper->id;
	l->title = title_of(m, &r->paper->meta);
	if (in)
		incoming(m, r->paper, l);
	else
		outgoing(m, r->paper, l);
}

int
vt_register_day(const char *text, vt_time *ret, struct vt_err *reterr)
{
	vt_time t = VT_TIME_NONE;

	if (text != NULL && *text != '\0' &&
	    (t = vt_time_parse_day(text)) == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "\"%.20s\": a day as YYYY-MM-DD wanted", text);
	*ret = t;
	return VT_OK;
}

static bool
is_of_days(const struct vt_register_walk *w, vt_time day)
{
	if (w->since == VT_TIME_NONE && w->until == VT_TIME_NONE)
		return true;
	return day != VT_TIME_NONE &&
	       (w->since == VT_TIME_NONE || day >= w->since) &&
	       (w->until == VT_TIME_NONE || day < w->until + DAY);
}

/* The next rows of the walk, in one view: those of its days become lines. */
static int
some_lines(struct vt_office *o, const struct vt_actor *actor,
    struct vt_register_walk *w, struct making *m, size_t max,
    struct vt_register_line *ret, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	size_t n = 0, made = 0;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	vt_office_see(v, actor);
	rc = vt_register_list(v, actor->agency_no, w->series, w->period,
	    w->after, m->rows, max, &n, reterr);
	if (rc != VT_OK)
		return rc;
	m->v = v;
	m->end = n < max;
	for (size_t i = 0; i < n; i++) {
		const struct vt_register_row *r = &m->rows[i];

		if (w->last != 0 && r->value > w->last) {
			m->end = true;
			break;
		}
		w->after = r->to;
		if (is_of_days(w, day_of_row(w->incoming, r)))
			make_line(m, w->incoming, r, &ret[made++]);
	}
	*ret_n = made;
	return m->ok ? VT_OK : vt_arena_err(m->a, reterr);
}

int
vt_office_register_lines(struct vt_office *o, const struct vt_actor *actor,
    struct vt_register_walk *w, struct vt_arena *a,
    struct vt_register_line *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct making m = { .a = a, .ok = true };
	size_t n = 0, some = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	VT_ASSERT(max <= VT_REGISTER_PAGE);
	m.rows = vt_arena_array(a, max, sizeof(*m.rows));
	if (m.rows == NULL)
		return vt_arena_err(a, reterr);
	if ((rc = vt_office_may_read(actor, reterr)) != VT_OK)
		return rc;
	while (n < max && !m.end) {
		rc = some_lines(
		    o, actor, w, &m, max - n, &ret[n], &some, reterr);
		if (rc != VT_OK)
			return rc;
		n += some;
	}
	*ret_n = n;
	return VT_OK;
}

/* ---- the book ---- */

static void
period_words(const struct vt_series *s, const struct vt_series *of,
    uint32_t period, struct vt_register_book *ret)
{
	const char *title = "";

	for (size_t i = 0; i < of->n_terms; i++)
		if (of->terms[i].no == period)
			title = of->terms[i].title;
	if (s->reset == VT_RESET_YEAR)
		(void)snprintf(
		    ret->period, sizeof(ret->period), "Năm %" PRIu32, period);
	else
		vt_text_fit(ret->period, sizeof(ret->period), title);
}

static int
find_book(struct vt_view *v, const struct vt_actor *actor, const char *series,
    uint32_t period, struct vt_register_book *ret, struct vt_err *reterr)
{
	struct vt_book_row b[64];
	struct vt_person who;
	size_t n = 0;
	int rc;

	rc = vt_series_books(v, actor->agency_no, series, b, 64, &n, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (b[i].period != period)
			continue;
		ret->last = b[i].last;
		ret->closed = b[i].closed;
		ret->book = b[i];
		ret->book.series = ret->book.note = "";
		if (b[i].closed &&
		    vt_person_get(v, &b[i].closed_by, &who, NULL) == VT_OK)
			vt_text_fit(
			    ret->closed_by, sizeof(ret->closed_by), who.name);
		return VT_OK;
	}
	return vt_err_set(
	    reterr, VT_E_NOT_FOUND, "nothing was numbered in this period");
}

int
vt_office_register_book(struct vt_office *o, const struct vt_actor *actor,
    const char *series, uint32_t period, struct vt_register_book *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_series s, of;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_office_may_read(actor, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_series_get(v, actor->agency_no, series, &s, reterr)) !=
		VT_OK ||
	    (rc = vt_agency_get(v, actor->agency_no, &a, reterr)) != VT_OK)
		return rc;
	of = s;
	if (*s.terms_of != '\0' && (rc = vt_series_get(v, actor->agency_no,
					s.terms_of, &of, reterr)) != VT_OK)
		return rc;
	ret->incoming = strcmp(series, VT_BOOK_IN) == 0;
	vt_text_fit(ret->title, sizeof(ret->title), s.title);
	vt_text_fit(ret->agency, sizeof(ret->agency), a.now.name);
	period_words(&s, &of, period, ret);
	return find_book(v, actor, series, period, ret, reterr);
}

/* ---- whole ---- */

static int
put(int fd, struct vt_sha256 *h, struct vt_buf *b, struct vt_err *reterr)
{
	int rc = vt_buf_status(b, reterr);

	if (rc != VT_OK)
		return rc;
	vt_sha256_put(h, b->p, b->n);
	rc = vt_fd_put(fd, vt_buf_view(b), reterr);
	vt_buf_reset(b);
	return rc;
}

static int
write_lines(struct vt_office *o, const struct vt_actor *actor,
    struct vt_register_walk *w, const struct vt_register_writer *out, int fd,
    struct vt_sha256 *h, struct vt_err *reterr)
{
	struct vt_register_line line[VT_REGISTER_PAGE];
	VT_BUF_AUTO(b);
	size_t n = 0;
	int rc;

	out->head(out->arg, &b);
	do {
		VT_CLEANUP(vt_arena_free)
		struct vt_arena *a = vt_arena_new(ARENA_LIMIT);

		if (a == NULL)
			return vt_err_set(
			    reterr, VT_E_NOMEM, "register: no memory");
		rc = vt_office_register_lines(
		    o, actor, w, a, line, VT_REGISTER_PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			out->line(out->arg, &line[i], &b);
		if ((rc = put(fd, h, &b, reterr)) != VT_OK)
			return rc;
	} while (n == VT_REGISTER_PAGE);
	out->foot(out->arg, &b);
	return put(fd, h, &b, reterr);
}

int
vt_office_register_write(struct vt_office *o, const struct vt_actor *actor,
    struct vt_register_walk *w, const struct vt_register_writer *out,
    int *ret_fd, vt_hash *ret_hash, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	int fd = -1, rc;

	if ((rc = vt_store_scratch(o->o.store, &fd, reterr)) != VT_OK)
		return rc;
	rc = write_lines(o, actor, w, out, fd, h, reterr);
	if (rc != VT_OK) {
		(void)close(fd);
		return rc;
	}
	*ret_hash = vt_sha256_end(h);
	*ret_fd = fd;
	return VT_OK;
}
