/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was done with a paper: who, when, for whom, to whom; newest first. */
#include "api/office/delegation.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define ACTS_SHOWN 100 /* on a page */
#define BATCH      32

/* Whom somebody acted for in this act, NULL: for himself. */
static const char *
acted_for(const struct vt_sheet *s, const struct vt_acted *a, size_t n,
    const struct vt_act_entry *e)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].act == e->index)
			return vt_sheet_person(s, &a[i].from);
	return NULL;
}

static void
delivery_to(struct vt_sheet *s, const vt_id *id)
{
	struct vt_delivery v;

	if (vt_delivery_get(s->v, id, &v, NULL) == VT_OK)
		vt_html(s->d->page.b, "<b>%s</b>", vt_sheet_addressee(&v.to));
}

/* Those it was sent to, or who were asked: the first ones, and how many. */
static void
recipients(struct vt_sheet *s, const struct vt_act_whom *w)
{
	size_t n = w->n_to < VT_ACT_TO_NAMED ? w->n_to : VT_ACT_TO_NAMED;
	struct vt_buf *b = s->d->page.b;

	for (size_t i = 0; i < n; i++) {
		vt_html(b, i == 0 ? "→ " : ", ");
		if (*vt_sheet_addressee(&w->recipient[i]) != '\0')
			vt_html(b, "<b>%s</b>",
			    vt_sheet_addressee(&w->recipient[i]));
		else
			delivery_to(s, &w->to[i]);
	}
	n = w->n_to - n;
	if (n > 0)
		vt_html(b, " %s <a href=\"/desk/papers/%s#to\">%zu %s</a>",
		    T(s->d, "và", "and"), s->id, n,
		    n == 1 ? T(s->d, "nơi khác", "other")
			   : T(s->d, "nơi khác", "others"));
}

/* Who has it now: in charge, together with whom, unit, until when. */
static void
handed(struct vt_sheet *s, const struct vt_act_whom *w)
{
	struct vt_buf *b = s->d->page.b;
	VT_BUF_AUTO(due);

	vt_html(b, "→ ");
	if (!vt_id_is_zero(&w->person))
		vt_html(b, "<b>%s</b>", vt_sheet_person(s, &w->person));
	if (*w->unit != '\0')
		vt_html(
		    b, "%s%s", vt_id_is_zero(&w->person) ? "" : " · ", w->unit);
	for (size_t i = 0; i < w->n_with; i++)
		vt_html(b, "%s%s",
		    i > 0 ? ", " : T(s->d, "; phối hợp: ", "; together with: "),
		    vt_sheet_person(s, &w->with[i]));
	vt_word_day(w->due, &due);
	if (due.n > 0)
		vt_html(b, "; %s %s", T(s->d, "hạn", "due"), vt_buf_str(&due));
}

/* News of one recipient: which, what it says, and who there. */
static void
news(struct vt_sheet *s, enum vt_step_kind kind, const struct vt_act_whom *w)
{
	delivery_to(s, &w->delivery);
	if (kind != VT_STEP_RESEND)
		vt_html(s->d->page.b, ": %s",
		    kind == VT_STEP_STATUS
			? vt_word_heard(s->d, w->said)
			: vt_word_delivery_state(s->d, w->said));
	if (*w->staff != '\0')
		vt_html(s->d->page.b, " (%s)", w->staff);
}

static const char *
printed_as(const struct vt_sheet *s, uint32_t what)
{
	return what == VT_PRINT_PAPER ? T(s->d, "bản gốc giấy", "original")
	       : what == VT_PRINT_COPY ? T(s->d, "bản sao", "copy")
				       : T(s->d, "danh sách", "list");
}

/* By which order, how many copies of which version, until when instead. */
static void
details(struct vt_sheet *s, const struct vt_act_entry *e, size_t step)
{
	const struct vt_act_whom *w;
	struct vt_buf *b = s->d->page.b;
	VT_BUF_AUTO(due);
	VT_BUF_AUTO(was);
	struct vt_version v;

	if (step == e->n_kinds)
		return;
	w = &e->whom[step];
	if (w->order != NULL && *w->order != '\0')
		vt_html(b, "<p class=\"whom\" lang=\"vi\">%s</p>", w->order);
	if (e->kinds[step] == VT_STEP_EXTEND) {
		vt_word_day(w->due, &due);
		vt_word_day(w->was_due, &was);
		vt_html(b, "<p class=\"whom\">%s%s%s %s</p>", vt_buf_str(&due),
		    due.n > 0 ? "; " : "", T(s->d, "hạn trước đó", "was due"),
		    vt_buf_str(&was));
	}
	if (e->kinds[step] != VT_STEP_PRINT)
		return;
	vt_html(b, "<p class=\"whom\">%s: %" PRIu32, printed_as(s, w->how),
	    w->copies);
	if (vt_version_by_hash(s->v, &s->p.id, &w->printed, &v, NULL) == VT_OK)
		vt_html(
		    b, ", %s %" PRIu32, T(s->d, "phiên bản", "version"), v.no);
	vt_html(b, "</p>");
}

/* The post in which it was done, as it is called. */
static void
in_post(struct vt_sheet *s, const struct vt_act_entry *e)
{
	struct vt_person p;

	if (e->post == 0 ||
	    vt_person_get(s->v, &e->person, &p, NULL) != VT_OK ||
	    e->post > p.n_posts)
		return;
	vt_html(s->d->page.b,
	    " <span class=\"quiet\" lang=\"vi\">%s%s%s</span>",
	    p.posts[e->post - 1].position,
	    *p.posts[e->post - 1].unit == '\0' ? "" : " · ",
	    p.posts[e->post - 1].unit);
}

static void
whom(struct vt_sheet *s, const struct vt_act_entry *e, size_t step)
{
	const struct vt_act_whom *w;
	struct vt_buf *b = s->d->page.b;

	if (step == e->n_kinds)
		return;
	w = &e->whom[step];
	/* who signed is who did it, and said already */
	if (w->n_to == 0 && vt_id_is_zero(&w->delivery) &&
	    (vt_id_is_zero(&w->person) || e->kinds[step] == VT_STEP_SIGN) &&
	    *w->unit == '\0')
		return;
	vt_html(b, "<p class=\"whom\" lang=\"vi\">");
	if (w->n_to > 0)
		recipients(s, w);
	else if (!vt_id_is_zero(&w->delivery))
		news(s, e->kinds[step], w);
	else
		handed(s, w);
	vt_html(b, "</p>");
}

static void
entry(struct vt_sheet *s, const struct vt_act_entry *e, const char *in_place)
{
	const char *who = vt_sheet_person(s, &e->person);
	struct vt_buf *b = s->d->page.b;
	size_t step = e->n_kinds;
	VT_BUF_AUTO(when_text);

	vt_page_moment(e->time, &when_text);
	vt_html(b,
	    "<li><span class=\"when\">%s</span> <b>%s</b> "
	    "<span class=\"who\">%s</span>",
	    vt_buf_str(&when_text), vt_word_act(s->d, &s->p, e, &step),
	    *who == '\0' ? T(s->d, "hệ thống", "the system") : who);
	if (in_place != NULL)
		vt_html(b, " <span class=\"quiet\">%s %s</span>",
		    T(s->d, "theo ủy quyền của", "for"), in_place);
	in_post(s, e);
	whom(s, e, step);
	details(s, e, step);
	if (e->note != NULL && *e->note != '\0')
		vt_word_said(s->d, e->note);
	vt_html(b, "</li>\n");
}

struct window {
	uint64_t from, to; /* indexes, the last one not */
	size_t max;
};

/* The newest acts of a window, newest first: read upwards, as they lie, the
 * last ones kept. */
static int
newest(struct vt_sheet *s, const struct window *w, struct vt_act_entry *ret,
    size_t *ret_n, struct vt_err *reterr)
{
	uint64_t from = w->from, to = w->to;
	size_t max = w->max;
	struct vt_act_entry *ring, l[BATCH];
	size_t n, all = 0;
	int rc;

	*ret_n = 0;
	ring = vt_arena_array(s->d->req->arena, max, sizeof(*ring));
	if (ring == NULL)
		return vt_arena_err(s->d->req->arena, reterr);
	do {
		rc = vt_act_list(s->v, &s->p.id, from, l, BATCH, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && l[i].index < to; i++)
			ring[all++ % max] = l[i];
		if (n > 0)
			from = l[n - 1].index + 1;
	} while (n == BATCH && from < to);
	for (; *ret_n < max && *ret_n < all; (*ret_n)++)
		ret[*ret_n] = ring[(all - 1 - *ret_n) % max];
	return VT_OK;
}

/*
 * The acts of a paper lie among those of its agency, oldest first: looked for
 * from the newest end down, in windows that grow.
 */
static int
look_back(struct vt_sheet *s, uint64_t floor, uint64_t top,
    struct vt_act_entry *e, size_t *ret_n, struct vt_err *reterr)
{
	uint64_t width = (uint64_t)4 * ACTS_SHOWN, from;
	uint64_t next = s->p.last_act + 1;
	size_t n, all = 0;
	int rc;

	for (; top > floor && all < ACTS_SHOWN; top = from) {
		if (top > next)
			from = floor > next ? floor : next;
		else
			from = top - floor > width ? top - width : floor;
		width *= 4;
		rc = newest(s, &(struct window){ from, top, ACTS_SHOWN - all },
		    e + all, &n, reterr);
		if (rc != VT_OK)
			return rc;
		all += n;
	}
	*ret_n = all;
	return VT_OK;
}

/* Is there an act before this one? */
static bool
has_older(struct vt_sheet *s, uint64_t index)
{
	struct vt_act_entry first;
	size_t n = 0;

	return vt_act_list(s->v, &s->p.id, 0, &first, 1, &n, NULL) == VT_OK &&
	       n == 1 && first.index < index;
}

int
vt_sheet_timeline(struct vt_sheet *s, uint64_t after, const char *heading,
    struct vt_err *reterr)
{
	uint64_t top = heading == NULL ? 0 : vt_sheet_asked(s, "acts");
	uint64_t floor = after == 0 ? 0 : after + 1;
	struct vt_buf *b = s->d->page.b;
	struct vt_act_entry *e;
	struct vt_acted *a;
	size_t n = 0, n_acted = 0;
	int rc;

	a = vt_arena_array(s->d->req->arena, ACTS_SHOWN, sizeof(*a));
	e = vt_arena_array(s->d->req->arena, ACTS_SHOWN, sizeof(*e));
	if (e == NULL || a == NULL)
		return vt_arena_err(s->d->req->arena, reterr);
	/* News of recipients changes no revision: it is above the last act. */
	if (top == 0)
		top = heading == NULL ? s->p.last_act + 1 : UINT64_MAX;
	rc = vt_office_acted(s->v, s->d->me->agency_no, &s->p.id, a, ACTS_SHOWN,
	    &n_acted, reterr);
	if (rc != VT_OK ||
	    (rc = look_back(s, floor, top, e, &n, reterr)) != VT_OK)
		return rc;
	if (heading != NULL)
		vt_html(b,
		    "<section id=\"acts-done\" class=\"box\"><h2>%s</h2>\n",
		    heading);
	vt_html(b, "<ol class=\"history\">\n");
	for (size_t i = 0; i < n; i++)
		entry(s, &e[i], acted_for(s, a, n_acted, &e[i]));
	vt_html(b, "</ol>\n");
	if (heading != NULL && n == ACTS_SHOWN && has_older(s, e[n - 1].index))
		vt_html(b,
		    "<p><a href=\"/desk/papers/%s?acts=%" PRIu64
		    "#acts-done\">%s</a></p>\n",
		    s->id, e[n - 1].index, T(s->d, "Cũ hơn", "Older"));
	if (heading != NULL)
		vt_html(b, "</section>\n");
	return VT_OK;
}
