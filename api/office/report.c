/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/report.h"

#include <stdlib.h>

#include "api/office/find.h"
#include "api/office/office_priv.h"

#define PAGE 100 /* papers read in one view */

enum in_count {
	IN_ALL,
	IN_WAITING,
	IN_OPEN,
	IN_OVERDUE,
	IN_DONE,
	IN_LATE,
	IN_VOID
};
enum out_count { OUT_ALL, OUT_UNISSUED, OUT_ISSUED, OUT_SENT, OUT_VOID };

static const struct vt_report_count in_counts[] = {
	[IN_ALL] = { "all", "Tổng số", "All" },
	[IN_WAITING] = { "waiting", "Chờ tiếp nhận", "Waiting" },
	[IN_OPEN] = { "open", "Đang giải quyết", "In hand" },
	[IN_OVERDUE] = { "overdue", "Trong đó quá hạn", "Of these overdue" },
	[IN_DONE] = { "finished", "Xong đúng hạn", "Finished in time" },
	[IN_LATE] = { "late", "Xong quá hạn", "Finished late" },
	[IN_VOID] = { "void", "Trả lại, thu hồi, hủy", "Refused, recalled" },
};
static const struct vt_report_count out_counts[] = {
	[OUT_ALL] = { "all", "Tổng số", "All" },
	[OUT_UNISSUED] = { "unissued", "Đã cấp số, chưa ban hành",
	    "Numbered, not issued" },
	[OUT_ISSUED] = { "issued", "Đã ban hành", "Issued" },
	[OUT_SENT] = { "sent", "Đã gửi", "Sent" },
	[OUT_VOID] = { "void", "Đã lấy lại, thu hồi", "Taken back, recalled" },
};
#define N_OF(x) (sizeof(x) / sizeof((x)[0]))
static_assert(N_OF(in_counts) <= VT_REPORT_COUNTS, "room for all");
static_assert(N_OF(out_counts) <= VT_REPORT_COUNTS, "room for all");

size_t
vt_report_counts(enum vt_direction d, const struct vt_report_count **ret)
{
	*ret = d == VT_DIR_IN ? in_counts : out_counts;
	return d == VT_DIR_IN ? N_OF(in_counts) : N_OF(out_counts);
}

bool
vt_report_by_parse(const char *s, enum vt_report_by *ret)
{
	static const char *const names[] = { [VT_REPORT_TYPE] = "type",
		[VT_REPORT_UNIT] = "unit",
		[VT_REPORT_MONTH] = "month" };

	for (size_t i = 0; i < N_OF(names); i++)
		if (strcmp(names[i], s) == 0) {
			*ret = (enum vt_report_by)i;
			return true;
		}
	return false;
}

struct counting {
	struct vt_office *o;
	const struct vt_report_ask *ask;
	vt_time from, until; /* until: the first moment no more */
	struct vt_arena *a;
	struct vt_report *r;
};

/* Finished after the day it was due. */
static bool
is_late(const struct vt_paper *p)
{
	const char *due =
	    *p->assigned_due != '\0' ? p->assigned_due : p->meta.due_on;
	vt_time day = *due == '\0' ? VT_TIME_NONE : vt_time_parse_day(due);

	return day != VT_TIME_NONE && p->finished_at != VT_TIME_NONE &&
	       p->finished_at >= day + VT_TIME_S(86400);
}

static void
count_in(const struct counting *x, const struct vt_paper *p, uint64_t *n)
{
	switch (p->state) {
	case VT_PAPER_WAITING:
		n[IN_WAITING]++;
		return;
	case VT_PAPER_FINISHED:
		n[is_late(p) ? IN_LATE : IN_DONE]++;
		return;
	case VT_PAPER_REFUSED:
	case VT_PAPER_TAKEN_BACK:
	case VT_PAPER_RECALLED:
		n[IN_VOID]++;
		return;
	default:
		n[IN_OPEN]++;
		if (vt_office_overdue_days(x->o, p) > 0)
			n[IN_OVERDUE]++;
	}
}

static void
count_out(const struct vt_paper *p, uint64_t *n)
{
	if (p->state == VT_PAPER_TAKEN_BACK || p->state == VT_PAPER_RECALLED)
		n[OUT_VOID]++;
	else if (p->state == VT_PAPER_DISPATCHED)
		n[OUT_SENT]++;
	else if (p->issued_at != VT_TIME_NONE)
		n[OUT_ISSUED]++;
	else
		n[OUT_UNISSUED]++;
}

/* The row of a key; the last one takes what there is no row for. */
static struct vt_report_row *
row_of(struct counting *x, const char *key, const char *name)
{
	struct vt_report *r = x->r;
	struct vt_report_row *row;

	for (size_t i = 0; i < r->n_rows; i++)
		if (strcmp(r->rows[i].key, key) == 0)
			return &r->rows[i];
	if (r->n_rows == VT_L(REPORT_ROWS_MAX) + 1)
		return &r->rows[r->n_rows - 1];
	row = &r->rows[r->n_rows];
	memset(row, 0, sizeof(*row));
	if (r->n_rows++ == VT_L(REPORT_ROWS_MAX)) {
		row->key = row->name = "…";
		return row;
	}
	row->key = vt_arena_strdup(x->a, key);
	row->name = *name == '\0' ? row->key : vt_arena_strdup(x->a, name);
	return row->key == NULL || row->name == NULL ? NULL : row;
}

static int
count(struct counting *x, const struct vt_paper *p, struct vt_err *reterr)
{
	bool in = p->direction == VT_DIR_IN;
	vt_time t = !in                                 ? p->number.time
		    : p->arrival.held == VT_HOLD_OUTAGE ? p->arrival.time
							: p->created_at;
	struct vt_date day = vt_time_date(t, VT_TIME_VN_S);
	const char *key = p->meta.type_code, *name = p->meta.type_name;
	struct vt_report_row *row;
	char month[32];

	if ((!in && p->number.value == 0) || t < x->from || t >= x->until)
		return VT_OK;
	if (x->ask->by == VT_REPORT_MONTH) {
		(void)snprintf(
		    month, sizeof(month), "%04d-%02d", day.year, day.month);
		key = month;
		name = "";
	} else if (x->ask->by == VT_REPORT_UNIT) {
		key = !in                         ? p->meta.draft_unit
		      : *p->assigned_unit != '\0' ? p->assigned_unit
						  : p->forwarded_unit;
		name = "";
	} else if (*key ==
		   '\0') { /* others' papers often have the name alone */
		key = name;
	}
	if ((row = row_of(x, key, name)) == NULL)
		return vt_arena_err(x->a, reterr);
	row->n[0]++;
	x->r->total.n[0]++;
	if (in) {
		count_in(x, p, row->n);
		count_in(x, p, x->r->total.n);
	} else {
		count_out(p, row->n);
		count_out(p, x->r->total.n);
	}
	return VT_OK;
}

/* One page in a view of its own; *before moves on, 0: there is no more. */
static int
page(struct counting *x, const struct vt_actor *actor, uint64_t *before,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	bool in = x->ask->direction == VT_DIR_IN;
	struct vt_paper_filter f = { .direction = in ? VT_DIR_IN : 0,
		.before = *before };
	struct vt_paper *p = calloc(PAGE, sizeof(*p));
	size_t n = 0;
	int rc;

	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "report: no memory");
	if ((rc = vt_view_begin(x->o->o.store, &v, reterr)) == VT_OK)
		rc = vt_office_papers(
		    x->o, v, actor, &f, p, PAGE, &n, before, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		if (in && p[i].created_at < x->from) {
			*before = 0; /* older ones came before, too */
			break;
		}
		if (in || p[i].direction != VT_DIR_IN)
			rc = count(x, &p[i], reterr);
	}
	free(p);
	return rc;
}

static int
by_key(const void *a, const void *b)
{
	const struct vt_report_row *x = a, *y = b;

	return strcmp(x->key, y->key);
}

int
vt_office_report(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_report_ask *ask, struct vt_arena *a, struct vt_report *ret,
    struct vt_err *reterr)
{
	struct vt_report r = { .n_rows = 0 };
	struct counting x = { .o = o,
		.ask = ask,
		.from = vt_time_parse_day(ask->from),
		.until = vt_time_parse_day(ask->to),
		.a = a,
		.r = &r };
	uint64_t before = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	if (x.from == VT_TIME_NONE || x.until == VT_TIME_NONE ||
	    x.until < x.from)
		return vt_err_set(reterr, VT_E_INVALID,
		    "report: from and to are days, YYYY-MM-DD, in this order");
	x.until += VT_TIME_S(86400);
	r.rows = vt_arena_array(a, VT_L(REPORT_ROWS_MAX) + 1, sizeof(*r.rows));
	if (r.rows == NULL)
		return vt_arena_err(a, reterr);
	r.total.key = r.total.name = "";
	do
		rc = page(&x, actor, &before, reterr);
	while (rc == VT_OK && before != 0);
	if (rc != VT_OK)
		return rc;
	qsort(r.rows, r.n_rows, sizeof(*r.rows), by_key);
	*ret = r;
	return VT_OK;
}
