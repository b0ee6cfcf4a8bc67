/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding papers: names and values into a query of the store. */
#include "api/office/find.h"

#include "api/office/routes_priv.h"

const char *
vt_find_name(enum vt_find_field f)
{
	static const char *const names[VT_FIND__MAX] = { "q", "number",
		"direction", "state", "agency", "type", "unit", "assigned_to",
		"due_before", "overdue", "issued_from", "issued_until",
		"number_min", "number_max", "order" };

	return (size_t)f < VT_FIND__MAX ? names[f] : "";
}

static int
wrong(enum vt_find_field f, const char *wanted, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_INVALID, "search: %s: %s wanted",
	    vt_find_name(f), wanted);
}

static int
take_direction(const char *s, struct vt_paper_query *q, struct vt_err *reterr)
{
	if (strcmp(s, "out") == 0)
		q->direction = VT_DIR_OUT;
	else if (strcmp(s, "in") == 0)
		q->direction = VT_DIR_IN;
	else if (strcmp(s, "result") == 0)
		q->direction = VT_DIR_RESULT;
	else
		return wrong(VT_FIND_DIRECTION, "out, in or result", reterr);
	return VT_OK;
}

/* Of which somebody still has something to do. */
static bool
is_open(enum vt_paper_state st)
{
	switch (st) {
	case VT_PAPER_DRAFT:
	case VT_PAPER_SUBMITTED:
	case VT_PAPER_RETURNED:
	case VT_PAPER_APPROVED:
	case VT_PAPER_SIGNED:
	case VT_PAPER_SEALED:
	case VT_PAPER_ARRIVED:
	case VT_PAPER_ASSIGNED:
	case VT_PAPER_WAITING:
	case VT_PAPER_PROCESSING:
		return true;
	default:
		return false;
	}
}

static uint32_t
open_states(void)
{
	uint32_t states = 0;

	for (int i = VT_PAPER_DRAFT; i <= VT_PAPER_STATE_MAX; i++)
		if (is_open((enum vt_paper_state)i))
			states |= 1U << i;
	return states;
}

static int
take_state(const char *s, struct vt_paper_query *q, struct vt_err *reterr)
{
	if (strcmp(s, "open") == 0) {
		q->states = open_states();
		return VT_OK;
	}
	for (int i = VT_PAPER_DRAFT; i <= VT_PAPER_STATE_MAX; i++)
		if (strcmp(s, vt_paper_state_name((enum vt_paper_state)i)) == 0)
			q->states = 1U << i;
	return q->states != 0 ? VT_OK
			      : wrong(VT_FIND_STATE,
				    "the name of a state, or open", reterr);
}

static int
take_order(const char *s, struct vt_paper_query *q, struct vt_err *reterr)
{
	static const char *const names[VT_SEARCH_ORDERS] = {
		[VT_SEARCH_NEWEST] = "newest",
		[VT_SEARCH_OLDEST] = "oldest",
		[VT_SEARCH_RELEVANCE] = "relevance",
		[VT_SEARCH_NUMBER] = "number",
		[VT_SEARCH_NUMBER_DOWN] = "-number",
		[VT_SEARCH_DATE] = "date",
		[VT_SEARCH_DATE_DOWN] = "-date",
		[VT_SEARCH_DUE] = "due",
		[VT_SEARCH_DUE_DOWN] = "-due"
	};

	for (int i = 0; i < VT_SEARCH_ORDERS; i++)
		if (strcmp(s, names[i]) == 0) {
			q->order = (enum vt_search_order)i;
			return VT_OK;
		}
	return wrong(VT_FIND_ORDER,
	    "newest, oldest, relevance, number, date or due, or one of these "
	    "three with - before it, which is the highest first,",
	    reterr);
}

static int
take_number(
    enum vt_find_field f, const char *s, uint64_t *ret, struct vt_err *reterr)
{
	size_t n = strlen(s);

	if (n == 0 || n > 9 || strspn(s, "0123456789") != n)
		return wrong(f, "a number of at most nine digits", reterr);
	*ret = 0;
	for (; *s != '\0'; s++)
		*ret = *ret * 10 + (uint64_t)(*s - '0');
	return VT_OK;
}

static int
take_day(enum vt_find_field f, const char *s, const char **ret,
    struct vt_err *reterr)
{
	if (vt_time_parse_day(s) == VT_TIME_NONE)
		return wrong(f, "a day as 2026-03-05", reterr);
	*ret = s;
	return VT_OK;
}

static int
take_person(const struct vt_actor *actor, const char *s, vt_id *ret,
    struct vt_err *reterr)
{
	if (strcmp(s, "me") == 0) {
		*ret = actor->person;
		return VT_OK;
	}
	return vt_id_parse(vt_span_str(s), ret)
		   ? VT_OK
		   : wrong(VT_FIND_ASSIGNED_TO, "the id of a person, or me",
			 reterr);
}

static void
today(const struct vt_office *o, char ret[static 16])
{
	struct vt_date t = vt_time_date(vt_now(o->o.ctx), VT_TIME_VN_S);

	(void)snprintf(ret, 16, "%04u-%02u-%02u", (unsigned)t.year % 10000,
	    (unsigned)t.month % 100, (unsigned)t.day % 100);
}

/* day: room for today. */
static int
take(const struct vt_office *o, const struct vt_actor *actor,
    enum vt_find_field f, const char *s, struct vt_paper_query *q, char day[16],
    struct vt_err *reterr)
{
	switch (f) {
	case VT_FIND_Q:
		q->words = s;
		return VT_OK;
	case VT_FIND_NUMBER:
		q->number = s;
		return VT_OK;
	case VT_FIND_DIRECTION:
		return take_direction(s, q, reterr);
	case VT_FIND_STATE:
		return take_state(s, q, reterr);
	case VT_FIND_AGENCY: /* by every code it has or had: below */
		q->agency = s;
		return VT_OK;
	case VT_FIND_TYPE:
		q->type_code = s;
		return VT_OK;
	case VT_FIND_UNIT:
		q->unit = s;
		return VT_OK;
	case VT_FIND_ASSIGNED_TO:
		return take_person(actor, s, &q->assigned_to, reterr);
	case VT_FIND_DUE_BEFORE:
		return take_day(f, s, &q->due_before, reterr);
	case VT_FIND_OVERDUE:
		if (strcmp(s, "true") != 0 && strcmp(s, "false") != 0)
			return wrong(f, "true or false", reterr);
		if (*s == 'f')
			return VT_OK;
		today(o, day);
		q->due_before = day;
		q->states =
		    q->states == 0 ? open_states() : q->states & open_states();
		return VT_OK;
	case VT_FIND_ISSUED_FROM:
		return take_day(f, s, &q->issued_from, reterr);
	case VT_FIND_ISSUED_UNTIL:
		return take_day(f, s, &q->issued_until, reterr);
	case VT_FIND_NUMBER_MIN:
		return take_number(f, s, &q->number_min, reterr);
	case VT_FIND_NUMBER_MAX:
		return take_number(f, s, &q->number_max, reterr);
	default:
		return take_order(s, q, reterr);
	}
}

int
vt_office_find(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_find *f,
    struct vt_find_page *page, struct vt_err *reterr)
{
	struct vt_paper_query q = { .before = page->before };
	VT_BUF_AUTO(codes);
	char day[16];
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	vt_office_see(v, actor);
	for (int i = 0; i < VT_FIND__MAX; i++) {
		const char *s = f->f[i];

		if (s == NULL || *s == '\0')
			continue;
		rc = take(o, actor, (enum vt_find_field)i, s, &q, day, reterr);
		if (rc != VT_OK)
			return rc;
	}
	/* No state is both asked for and open. */
	if (f->f[VT_FIND_OVERDUE] != NULL && *f->f[VT_FIND_OVERDUE] == 't' &&
	    q.states == 0) {
		page->n = 0;
		page->next = 0;
		return VT_OK;
	}
	if (q.agency != NULL) {
		rc = vt_address_codes(v, q.agency, &codes, reterr);
		if (rc != VT_OK)
			return rc;
		q.agency = vt_buf_str(&codes);
	}
	return vt_paper_search(v, actor->agency_no, &q, page->ret, page->max,
	    &page->n, &page->next, reterr);
}

int
vt_office_found_words(struct vt_office *o, struct vt_arena *a,
    const struct vt_find *f, struct vt_found_words *ret, struct vt_err *reterr)
{
	const char *words = f->f[VT_FIND_Q];

	*ret = (struct vt_found_words){ .asked = NULL };
	if (words == NULL || *words == '\0')
		return VT_OK;
	VT_CHECK(o, VT_OFFICE_MAGIC);
	ret->until =
	    vt_monotonic_us(o->o.ctx) + (int64_t)VT_L(SNIPPETS_MS) * 1000;
	return vt_search_asked(a, words, &ret->asked, reterr);
}

int
vt_office_snippet(struct vt_office *o, struct vt_view *v,
    const struct vt_found_words *w, const struct vt_paper *p,
    struct vt_snippet *ret, bool *ret_found, struct vt_err *reterr)
{
	*ret_found = false;
	return w->asked == NULL || vt_monotonic_us(o->o.ctx) > w->until
		   ? VT_OK
		   : vt_search_snippet(v, p, w->asked, ret, ret_found, reterr);
}

uint32_t
vt_office_overdue_days(const struct vt_office *o, const struct vt_paper *p)
{
	const char *due = p->assigned_due != NULL && *p->assigned_due != '\0'
			      ? p->assigned_due
			      : p->meta.due_on;
	vt_time until, now;
	char day[16];

	if (!is_open(p->state) || due == NULL || *due == '\0')
		return 0;
	today(o, day);
	until = vt_time_parse_day(due);
	now = vt_time_parse_day(day);
	if (until == VT_TIME_NONE || now <= until)
		return 0;
	return (uint32_t)((now - until) / VT_TIME_S(86400));
}
