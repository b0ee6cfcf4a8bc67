/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waits for this person: one look through the agency's papers sorts them
 * into the queues of his roles. The look is bounded; what it did not reach is
 * said ("more").
 */
#include "api/office/consign.h"
#include "api/office/deliver.h"
#include "api/web/list.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define FEW     8  /* rows of a queue on the first page */
#define MANY    50 /* on its own */
#define BATCH   32
#define LOOK_US ((int64_t)300000) /* a view lives a second */

#define BIT(st) (1U << VT_PAPER_##st)

struct sorting {
	const struct vt_actor *me;
	const char *today;
};

struct queue {
	const char *name, *vi, *en;
	enum vt_duty duty; /* whose work it is: by role, or by delegation */
	uint32_t states;
	/* NULL: all of these states */
	bool (*fits)(const struct sorting *s, const struct vt_paper *p);
};

static bool
outgoing(const struct sorting *s, const struct vt_paper *p)
{
	(void)s;
	return p->direction != VT_DIR_IN;
}

/* A copy is not signed by a person: approved, it goes to the clerk. */
static bool
to_sign(const struct sorting *s, const struct vt_paper *p)
{
	return outgoing(s, p) && !vt_paper_is_ready(p);
}

static bool
unnumbered(const struct sorting *s, const struct vt_paper *p)
{
	(void)s;
	return vt_paper_is_ready(p) && p->number.value == 0;
}

static bool
numbered(const struct sorting *s, const struct vt_paper *p)
{
	(void)s;
	return vt_paper_is_ready(p) && p->number.value != 0;
}

/* A result goes to its citizen, by its code. */
static bool
letter(const struct sorting *s, const struct vt_paper *p)
{
	(void)s;
	return p->direction == VT_DIR_OUT;
}

static bool
mine(const struct sorting *s, const struct vt_paper *p)
{
	if (vt_id_eq(&p->assigned_to, &s->me->person) ||
	    vt_id_eq(&p->forwarded_to, &s->me->person))
		return true;
	for (size_t i = 0; i < p->n_assigned_with; i++)
		if (vt_id_eq(&p->assigned_with[i], &s->me->person))
			return true;
	return false;
}

static bool
asked(const struct sorting *s, const struct vt_paper *p)
{
	(void)s;
	return p->asked != 0;
}

static bool
overdue(const struct sorting *s, const struct vt_paper *p)
{
	return vt_list_is_overdue(p, s->today);
}

static const struct queue queues[] = {
	{ "to-approve", "Chờ duyệt", "To approve", VT_DUTY_APPROVE,
	    BIT(SUBMITTED), outgoing },
	{ "to-sign", "Chờ ký", "To sign", VT_DUTY_SIGN, BIT(APPROVED),
	    to_sign },
	{ "waiting", "Đến, chờ tiếp nhận", "Arrived and waiting",
	    VT_DUTY_ACCEPT, BIT(WAITING), NULL },
	{ "to-number", "Chờ cấp số", "To number", VT_DUTY_NUMBER,
	    BIT(SIGNED) | BIT(APPROVED), unnumbered },
	{ "to-seal", "Chờ ký số cơ quan", "To seal", VT_DUTY_SEAL,
	    BIT(SIGNED) | BIT(APPROVED), numbered },
	{ "to-issue", "Chờ phát hành", "To issue", VT_DUTY_ISSUE, BIT(SEALED),
	    NULL },
	{ "to-send", "Chờ gửi", "To send", VT_DUTY_DISPATCH, BIT(ISSUED),
	    letter },
	{ "to-assign", "Đến, chờ phân công", "To assign", VT_DUTY_ASSIGN,
	    BIT(ARRIVED), NULL },
	{ "mine", "Được giao cho tôi", "Assigned to me", VT_DUTY_PROCESS,
	    BIT(ARRIVED) | BIT(ASSIGNED) | BIT(PROCESSING), mine },
	{ "returned", "Bị trả lại", "Returned", VT_DUTY_SUBMIT, BIT(RETURNED),
	    NULL },
	{ "drafts", "Dự thảo", "Drafts", VT_DUTY_SUBMIT, BIT(DRAFT), NULL },
	{ "asked", "Nơi gửi đề nghị lấy lại, thu hồi", "Asked back",
	    VT_DUTY_ANSWER_RECALL,
	    BIT(WAITING) | BIT(ARRIVED) | BIT(ASSIGNED) | BIT(PROCESSING) |
		BIT(FINISHED),
	    asked },
	{ "overdue", "Quá hạn", "Overdue", VT_DUTY_PROCESS,
	    BIT(WAITING) | BIT(ARRIVED) | BIT(ASSIGNED) | BIT(PROCESSING) |
		BIT(DRAFT) | BIT(SUBMITTED) | BIT(RETURNED) | BIT(APPROVED),
	    overdue },
	{ "submitted", "Đã trình, chờ lãnh đạo", "With the leader",
	    VT_DUTY_SUBMIT, BIT(SUBMITTED) | BIT(APPROVED), to_sign },
	{ "under-way", "Đang xử lý trong cơ quan", "Being handled",
	    VT_DUTY_ASSIGN, BIT(ASSIGNED) | BIT(PROCESSING), NULL },
};

#define N_QUEUES (sizeof(queues) / sizeof(queues[0]))

struct found {
	struct vt_paper *few; /* in the arena; borrowed from the view */
	size_t n, count;
};

static bool
is_his(const struct vt_desk *d, const struct queue *q)
{
	return vt_who_may(d->me, q->duty, NULL) == VT_OK;
}

static bool
belongs(
    const struct queue *q, const struct sorting *s, const struct vt_paper *p)
{
	return (q->states >> p->state & 1) != 0 &&
	       (q->fits == NULL || q->fits(s, p));
}

/* The more urgent first, else as they come: newest first. */
static void
place(struct found *f, const struct vt_paper *p, size_t keep)
{
	size_t at = f->n;

	while (at > 0 && f->few[at - 1].meta.urgency < p->meta.urgency)
		at--;
	if (at == keep)
		return;
	if (f->n < keep)
		f->n++;
	memmove(
	    &f->few[at + 1], &f->few[at], (f->n - 1 - at) * sizeof(f->few[0]));
	f->few[at] = *p;
}

/* Puts a paper where it belongs; the most that one queue holds now. */
static size_t
sort(const struct sorting *s, const struct vt_paper *p, size_t keep,
    struct found found[N_QUEUES])
{
	size_t most = 0;

	for (size_t i = 0; i < N_QUEUES; i++) {
		if (found[i].few == NULL || !belongs(&queues[i], s, p))
			continue;
		place(&found[i], p, keep);
		found[i].count++;
		most = found[i].n > most ? found[i].n : most;
	}
	return most;
}

/*
 * Looks through the papers from *before on, to the end or until a queue has
 * MANY, and no longer than LOOK_US. *before: where to go on, 0 at the end.
 */
static int
look(struct vt_desk *d, struct vt_view *v, uint64_t *before, size_t keep,
    struct found found[N_QUEUES], struct vt_err *reterr)
{
	int64_t until = vt_monotonic_us(d->web->ctx) + LOOK_US;
	struct vt_paper *p = vt_arena_array(d->req->arena, BATCH, sizeof(*p));
	struct vt_paper_query q = { .before = *before };
	struct sorting s = { .me = d->me };
	char today[16];
	size_t n, full = 0;
	int rc;

	if (p == NULL)
		return vt_arena_err(d->req->arena, reterr);
	if ((rc = vt_office_may_read(d->me, reterr)) != VT_OK)
		return rc;
	vt_word_today(d, today);
	s.today = today;
	for (size_t i = 0; i < N_QUEUES; i++)
		if (found[i].few != NULL)
			q.states |= queues[i].states;
	if (q.states == 0)
		return VT_OK;
	vt_office_see(v, d->me);
	do {
		rc = vt_paper_search(
		    v, d->me->agency_no, &q, p, BATCH, &n, &q.before, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && full < MANY; i++) {
			full = sort(&s, &p[i], keep, found);
			/* The next page begins behind the last one shown. */
			if (full == MANY && i + 1 < n)
				q.before = p[i].seq;
		}
	} while (q.before != 0 && full < MANY &&
		 vt_monotonic_us(d->web->ctx) < until);
	*before = q.before;
	return VT_OK;
}

static int
prepare(struct vt_desk *d, struct found *f, size_t keep, struct vt_err *reterr)
{
	f->few = vt_arena_array(d->req->arena, keep, sizeof(*f->few));
	return f->few == NULL ? vt_arena_err(d->req->arena, reterr) : VT_OK;
}

static void
summary(struct vt_desk *d, const struct found found[N_QUEUES], bool more)
{
	struct vt_buf *b = d->page.b;

	vt_html(b, "<ul class=\"counts\" aria-label=\"%s\">\n",
	    T(d, "Số việc theo loại", "Counts"));
	for (size_t i = 0; i < N_QUEUES; i++) {
		const struct queue *q = &queues[i];

		if (found[i].few == NULL)
			continue;
		vt_html(b,
		    "<li class=\"%s\"><a href=\"/desk/queues/%s\"><b>%zu%s</b> "
		    "<span>%s</span></a></li>\n",
		    found[i].count == 0 ? "none" : "some", q->name,
		    found[i].count, more ? "+" : "", T(d, q->vi, q->en));
	}
	vt_html(b, "</ul>\n");
}

static void
section(struct vt_desk *d, const struct queue *q, const struct found *f)
{
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(id);

	/* markup: none, a name of the table above */
	vt_buf_printf(&id, "q-%s", q->name);
	vt_html(b,
	    "<section class=\"queue\"><h2 id=\"%s\">%s "
	    "<span class=\"n\">%zu</span></h2>\n",
	    vt_buf_str(&id), T(d, q->vi, q->en), f->count);
	vt_list_open(d, vt_buf_str(&id));
	for (size_t i = 0; i < f->n; i++)
		vt_list_row(d, &f->few[i]);
	vt_list_close(d);
	if (f->count > f->n)
		vt_html(b, "<p><a href=\"/desk/queues/%s\">%s %zu</a></p>\n",
		    q->name, T(d, "Xem tất cả", "All"), f->count);
	vt_html(b, "</section>\n");
}

/* What could not be sent, for those who may send it again. */
static int
dead_letters(struct vt_desk *d, struct vt_view *v, struct vt_err *reterr)
{
	struct vt_buf *b = d->page.b;
	struct vt_delivery l[MANY];
	uint64_t next = 0;
	size_t n = 0;
	int rc;

	if (vt_who_may(d->me, VT_DUTY_REPLAY, NULL) != VT_OK)
		return VT_OK;
	rc = vt_office_dead_letters(
	    d->office, v, d->me, 0, l, MANY, &n, &next, reterr);
	if (rc != VT_OK || n == 0)
		return rc;
	vt_html(b,
	    "<section class=\"queue\"><h2>%s <span class=\"n\">%zu%s</span>"
	    "</h2>\n<ul class=\"to dead\">\n",
	    T(d, "Không gửi được", "Could not be sent"), n,
	    next != 0 ? "+" : "");
	for (size_t i = 0; i < n; i++)
		vt_untold_letter(d, v, &l[i]);
	vt_html(b, "</ul></section>\n");
	return VT_OK;
}

/* Packets that could not be read, for those who decide about them. */
static int
unread(struct vt_desk *d, struct vt_view *v, struct vt_err *reterr)
{
	struct vt_consign_filter f = { .state = VT_CONSIGN_QUARANTINED };
	struct vt_consignment c[FEW];
	uint64_t next = 0;
	size_t n = 0;
	int rc;

	if (vt_who_may(d->me, VT_DUTY_REREAD, NULL) != VT_OK)
		return VT_OK;
	rc =
	    vt_consign_list(v, d->me->agency_no, &f, c, FEW, &n, &next, reterr);
	if (rc != VT_OK || n == 0)
		return rc;
	vt_html(d->page.b,
	    "<p class=\"notice unsure\"><span class=\"sign\" "
	    "aria-hidden=\"true\">?</span> "
	    "<a href=\"/desk/packets\">%zu%s %s</a></p>\n",
	    n, next != 0 ? "+" : "",
	    T(d, "gói tin đến chưa đọc được", "packets could not be read"));
	return VT_OK;
}

static void
greet(struct vt_desk *d)
{
	const char *done = vt_http_query(d->req, "done");

	if (done != NULL && strcmp(done, "password") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Đã đổi mật khẩu.", "The password was changed."));
	else if (done != NULL)
		vt_untold_said(d, done);
}

int
vt_web_inbox(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct found found[N_QUEUES] = { 0 };
	uint64_t before = 0;
	size_t total = 0;
	struct vt_desk d;
	int rc = VT_OK;

	vt_desk_begin(&d, req, res);
	/* An administrator manages, and reads no papers. */
	if (vt_office_may_read(d.me, NULL) != VT_OK) {
		vt_http_res_see_other(res, "/desk/me");
		return VT_OK;
	}
	for (size_t i = 0; i < N_QUEUES && rc == VT_OK; i++)
		if (is_his(&d, &queues[i]))
			rc = prepare(&d, &found[i], FEW, reterr);
	if (rc != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = look(&d, v, &before, FEW, found, reterr)) != VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Việc cần làm", "To do"), "/desk");
	greet(&d);
	vt_html(d.page.b, "<h1>%s</h1>\n", T(&d, "Việc cần làm", "To do"));
	summary(&d, found, before != 0);
	if ((rc = unread(&d, v, reterr)) != VT_OK ||
	    (rc = dead_letters(&d, v, reterr)) != VT_OK ||
	    (rc = vt_untold_show(&d, v, NULL, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < N_QUEUES; i++) {
		total += found[i].count;
		if (found[i].n > 0)
			section(&d, &queues[i], &found[i]);
	}
	if (total == 0)
		vt_html(d.page.b, "<p class=\"empty\">%s</p>\n",
		    T(&d, "Không có văn bản nào đang chờ bạn.",
			"No paper waits for you."));
	vt_desk_close(&d);
	return VT_OK;
}

int
vt_web_queue(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *name = vt_http_param(req, "queue");
	struct found found[N_QUEUES] = { 0 };
	uint64_t before = vt_list_before(req);
	const struct queue *q = NULL;
	struct vt_desk d;
	size_t at = 0;
	int rc;

	vt_desk_begin(&d, req, res);
	for (size_t i = 0; i < N_QUEUES; i++)
		if (strcmp(queues[i].name, name) == 0 &&
		    is_his(&d, &queues[i])) {
			q = &queues[i];
			at = i;
		}
	if (q == NULL)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "desk: no such queue for him");
	if ((rc = prepare(&d, &found[at], MANY, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = look(&d, v, &before, MANY, found, reterr)) != VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, q->vi, q->en), NULL);
	vt_html(d.page.b,
	    "<p class=\"up\"><a href=\"/desk\">← %s</a></p>\n"
	    "<h1 id=\"title\">%s</h1>\n",
	    T(&d, "Việc cần làm", "To do"), T(&d, q->vi, q->en));
	if (found[at].n > 0) {
		vt_list_open(&d, "title");
		for (size_t i = 0; i < found[at].n; i++)
			vt_list_row(&d, &found[at].few[i]);
		vt_list_close(&d);
	} else {
		vt_html(d.page.b, "<p class=\"empty\">%s</p>\n",
		    T(&d, "Không có văn bản nào.", "None."));
	}
	if (before != 0)
		vt_html(d.page.b,
		    "<p><a class=\"button\" "
		    "href=\"/desk/queues/%s?before=%" PRIu64 "\">%s</a></p>\n",
		    q->name, before, T(&d, "Cũ hơn", "Older"));
	vt_desk_close(&d);
	return VT_OK;
}
