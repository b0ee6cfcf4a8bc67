/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What papers are sifted and put in order by, beside words: table `sift` of an
 * index, a row a paper. What it lets through is asked once more of the record,
 * so a condition may let too much through, and never too little.
 */
#include "docstore/search/index_priv.h"

#define NUMBER_BITS 24 /* of an order by number; above them the year */
#define NUMBER_MAX  ((UINT64_C(1) << NUMBER_BITS) - 2)
#define YEAR_FIRST  1900 /* periods below are terms */

/* ---- of a paper ---- */

/* YYYY-MM-DD as a number that rises as the text does; 0: another text. */
static uint32_t
day_of(const char *s)
{
	uint32_t n = 0;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
		return 0;
	for (; *s != '\0'; s++) {
		if (*s == '-')
			continue;
		if (*s < '0' || *s > '9')
			return 0;
		n = n * 10 + (uint32_t)(*s - '0');
	}
	return n;
}

static uint32_t
day_at(vt_time t)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	return (uint32_t)d.year * 10000 + (uint32_t)d.month * 100 +
	       (uint32_t)d.day;
}

static uint32_t
number_of(const struct vt_number *n)
{
	uint32_t period = n->period, value;

	if (n->value == 0)
		return 0;
	value = (uint32_t)(n->value < NUMBER_MAX ? n->value : NUMBER_MAX);
	if (period >= YEAR_FIRST)
		period -= YEAR_FIRST;
	return (period < 255 ? period : 255) << NUMBER_BITS | value;
}

void
vt_sift_of(const struct vt_paper *p, struct vt_sift *ret)
{
	const char *on = p->meta.issued_on;
	uint32_t a = day_of(p->meta.due_on), b = day_of(p->assigned_due);
	bool ours = p->direction != VT_DIR_IN && p->number.value != 0;

	*ret = (struct vt_sift){ .odd = false };
	ret->by[VT_SORT_NUMBER] =
	    number_of(ours || p->arrival.value == 0 ? &p->number : &p->arrival);
	ret->by[VT_SORT_DATE] = day_of(on);
	if (*on == '\0' && p->number.value != 0)
		ret->by[VT_SORT_DATE] = day_at(p->number.time);
	ret->by[VT_SORT_DUE] = a == 0 || (b != 0 && b < a) ? b : a;
	ret->odd = (*on != '\0' && day_of(on) == 0) ||
		   (*p->meta.due_on != '\0' && a == 0) ||
		   (*p->assigned_due != '\0' && b == 0);
}

/* ---- places ---- */

struct vt_ordering
vt_ordering_of(enum vt_search_order order)
{
	switch (order) {
	case VT_SEARCH_OLDEST:
		return (struct vt_ordering){ VT_SORT_ARRIVAL, true };
	case VT_SEARCH_NUMBER:
	case VT_SEARCH_NUMBER_DOWN:
		return (struct vt_ordering){ VT_SORT_NUMBER,
			order == VT_SEARCH_NUMBER };
	case VT_SEARCH_DATE:
	case VT_SEARCH_DATE_DOWN:
		return (struct vt_ordering){ VT_SORT_DATE,
			order == VT_SEARCH_DATE };
	case VT_SEARCH_DUE:
	case VT_SEARCH_DUE_DOWN:
		return (struct vt_ordering){ VT_SORT_DUE,
			order == VT_SEARCH_DUE };
	default:
		return (struct vt_ordering){ VT_SORT_ARRIVAL, false };
	}
}

struct vt_place
vt_place_of(const struct vt_sift *s, struct vt_ordering o, uint64_t seq)
{
	struct vt_place p = { .seq = seq };

	if (o.by < VT_SORTS) {
		p.by = s->by[o.by];
		if (p.by == 0 && o.rising)
			p.by = UINT32_MAX;
	}
	return p;
}

bool
vt_place_is_before(struct vt_place a, struct vt_place b, bool rising)
{
	if (a.by != b.by)
		return (a.by < b.by) == rising;
	return a.seq != b.seq && (a.seq < b.seq) == rising;
}

uint64_t
vt_place_cursor(struct vt_place p)
{
	return (uint64_t)p.by << 32 | (p.seq & UINT32_MAX);
}

struct vt_place
vt_place_at(uint64_t cursor)
{
	return (struct vt_place){ .by = (uint32_t)(cursor >> 32),
		.seq = cursor & UINT32_MAX };
}

/* ---- the table ---- */

const char vt_sift_table[] =
    "CREATE TABLE sift(seq INTEGER PRIMARY KEY, direction, state, type,"
    " given, arrived, created, odd, number, date, due);"
    "CREATE INDEX sift_number ON sift(number) WHERE number > 0;"
    "CREATE INDEX sift_date ON sift(date) WHERE date > 0;"
    "CREATE INDEX sift_due ON sift(due) WHERE due > 0;";
const char vt_sift_put[] =
    "INSERT OR REPLACE INTO sift VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
    " ?10, ?11)";

/* The columns behind seq, in their order. */
void
vt_sift_row(const struct vt_paper *p, struct vt_sift_row *ret)
{
	struct vt_sift s;

	vt_sift_of(p, &s);
	vt_buf_reset(&ret->type);
	vt_buf_puts(&ret->type, p->meta.type_code);
	ret->n[0] = p->direction;
	ret->n[1] = p->state;
	ret->n[3] = (int64_t)p->number.value;
	ret->n[4] = (int64_t)p->arrival.value;
	ret->n[5] = p->created_at;
	ret->n[6] = s.odd ? 1 : 0;
	ret->n[7] = s.by[VT_SORT_NUMBER];
	ret->n[8] = s.by[VT_SORT_DATE];
	ret->n[9] = s.by[VT_SORT_DUE];
}

bool
vt_sift_bind(sqlite3_stmt *st, uint64_t seq, const struct vt_sift_row *r)
{
	bool ok = sqlite3_bind_int64(st, 1, (sqlite3_int64)seq) == SQLITE_OK;

	for (int i = 0; ok && i < VT_SIFT_COLUMNS; i++)
		ok = (i == VT_SIFT_TYPE
			     ? sqlite3_bind_text(st, i + 2,
				   vt_buf_str(&r->type), (int)r->type.n,
				   SQLITE_STATIC)
			     : sqlite3_bind_int64(st, i + 2, r->n[i])) ==
		     SQLITE_OK;
	return ok;
}

bool
vt_sift_is(sqlite3_stmt *st, int from, const struct vt_sift_row *r)
{
	for (int i = 0; i < VT_SIFT_COLUMNS; i++) {
		if (i == VT_SIFT_TYPE) {
			const void *p = sqlite3_column_blob(st, from + i);
			int n = sqlite3_column_bytes(st, from + i);

			if (!vt_span_eq(VT_SPAN(p, (size_t)n),
				vt_buf_view(&r->type)))
				return false;
		} else if (sqlite3_column_int64(st, from + i) != r->n[i]) {
			return false;
		}
	}
	return true;
}

/* ---- asking ---- */

/* Parameters of a statement, by number. */
enum {
	P_MATCH = 1,
	P_BY,
	P_SEQ,
	P_LIMIT,
	P_DIRECTION,
	P_STATES,
	P_MIN,
	P_MAX,
	P_ON_FROM,
	P_ON_UNTIL,
	P_DUE,
	P_FROM,
	P_UNTIL,
	P_TYPE,
	P_NONE
};

static bool
has_numbers(const struct vt_paper_query *q)
{
	return q->number_min != 0 || q->number_max != 0;
}

bool
vt_sift_helps(const struct vt_paper_query *q)
{
	return q->direction != 0 || q->states != 0 || q->from != 0 ||
	       q->until != 0 || has_numbers(q) || *q->type_code != '\0' ||
	       day_of(q->issued_from) != 0 || day_of(q->issued_until) != 0 ||
	       day_of(q->due_before) != 0;
}

static void
say_conditions(const struct vt_paper_query *q, struct vt_buf *b)
{
	if (q->direction != 0)
		vt_buf_puts(b, " AND k.direction = ?5");
	if (q->states != 0)
		vt_buf_puts(b, " AND (?6 >> k.state) & 1");
	if (has_numbers(q))
		vt_buf_puts(b,
		    " AND (k.given BETWEEN ?7 AND ?8"
		    " OR k.arrived BETWEEN ?7 AND ?8)");
	if (day_of(q->issued_from) != 0)
		vt_buf_puts(b, " AND (k.date >= ?9 OR k.odd)");
	if (day_of(q->issued_until) != 0)
		vt_buf_puts(b, " AND (k.date <= ?10 OR k.odd)");
	if (day_of(q->due_before) != 0)
		vt_buf_puts(b,
		    " AND ((k.due > 0 AND k.due < ?11) OR k.odd)");
	if (q->from != 0)
		vt_buf_puts(b, " AND k.created >= ?12");
	if (q->until != 0)
		vt_buf_puts(b, " AND k.created < ?13");
	if (*q->type_code != '\0')
		vt_buf_puts(b, " AND k.type = ?14");
}

/*
 * Those that have what they are ordered by are in an index of the table; those
 * without come after, by a statement of their own. Hits of words are sorted by
 * SQLite, all at once.
 */
bool
vt_sift_is_in_two(const struct vt_hits_ask *a)
{
	return a->o.by != VT_SORT_ARRIVAL && a->match == NULL;
}

static void
say_places(const struct vt_hits_ask *a, bool without, struct vt_buf *b)
{
	static const char *const columns[] = { "k.number", "k.date", "k.due" };
	/* those without are the last, as vt_place_of has it */
	static const char *const rising[] = { "iif(k.number, k.number, ?15)",
		"iif(k.date, k.date, ?15)", "iif(k.due, k.due, ?15)" };
	const char *by, *way = a->o.rising ? "" : " DESC";
	char sign = a->o.rising ? '>' : '<';

	static_assert(
	    sizeof(columns) / sizeof(columns[0]) == VT_SORTS, "a column each");
	if (a->o.by == VT_SORT_ARRIVAL || without) {
		if (without)
			vt_buf_printf(b, " AND %s = 0", columns[a->o.by]);
		vt_buf_printf(
		    b, " AND k.seq %c ?3 ORDER BY k.seq%s", sign, way);
	} else {
		by = !vt_sift_is_in_two(a) && a->o.rising ? rising[a->o.by]
							  : columns[a->o.by];
		if (vt_sift_is_in_two(a))
			vt_buf_printf(b, " AND %s > 0", columns[a->o.by]);
		vt_buf_printf(b,
		    " AND (%s, k.seq) %c (?2, ?3) ORDER BY %s%s, k.seq%s", by,
		    sign, by, way, way);
	}
	vt_buf_puts(b, " LIMIT ?4");
}

void
vt_sift_say(const struct vt_hits_ask *a, bool without, struct vt_buf *b)
{
	const char *by[] = { "k.number", "k.date", "k.due", "0" };
	bool plain = a->o.by == VT_SORT_ARRIVAL && a->match != NULL;
	const char *way = a->o.rising ? "" : " DESC";

	if (plain) { /* in the order that the words are kept in */
		vt_buf_printf(b, "SELECT doc.rowid, 0 FROM doc%s",
		    vt_sift_helps(a->q)
			? " CROSS JOIN sift k ON k.seq = doc.rowid"
			: "");
		vt_buf_puts(b, " WHERE doc MATCH ?1");
		if (vt_sift_helps(a->q))
			say_conditions(a->q, b);
		vt_buf_printf(b,
		    " AND doc.rowid %c ?3 ORDER BY doc.rowid%s LIMIT ?4",
		    a->o.rising ? '>' : '<', way);
		return;
	}
	vt_buf_printf(b, "SELECT k.seq, %s FROM %s", by[a->o.by],
	    a->match != NULL
		? "doc CROSS JOIN sift k ON k.seq = doc.rowid WHERE doc "
		  "MATCH ?1"
		: "sift k WHERE 1");
	say_conditions(a->q, b);
	say_places(a, without, b);
}

static bool
bind(sqlite3_stmt *st, int at, int64_t n)
{
	/* what the statement does not ask has no parameter */
	return at > sqlite3_bind_parameter_count(st) ||
	       sqlite3_bind_int64(st, at, n) == SQLITE_OK;
}

bool
vt_sift_ask(sqlite3_stmt *st, const struct vt_hits_ask *a, bool without)
{
	const struct vt_paper_query *q = a->q;
	const uint32_t none = a->o.rising ? UINT32_MAX : 0;
	struct vt_place after = a->after;

	if (after.seq == 0 || (without && after.by != none))
		after = (struct vt_place){ .by = a->o.rising ? 0 : UINT32_MAX,
			.seq = a->o.rising ? 0 : INT64_MAX };
	return bind(st, P_BY, after.by) &&
	       bind(st, P_SEQ, (int64_t)after.seq) &&
	       bind(st, P_LIMIT, (int64_t)VT_L(SEARCH_SCAN_MAX)) &&
	       bind(st, P_DIRECTION, q->direction) &&
	       bind(st, P_STATES, q->states) &&
	       bind(st, P_MIN, q->number_min > 0 ? (int64_t)q->number_min : 1) &&
	       bind(st, P_MAX,
		   q->number_max > 0 ? (int64_t)q->number_max : INT64_MAX) &&
	       bind(st, P_ON_FROM, day_of(q->issued_from)) &&
	       bind(st, P_ON_UNTIL, day_of(q->issued_until)) &&
	       bind(st, P_DUE, day_of(q->due_before)) &&
	       bind(st, P_FROM, q->from) && bind(st, P_UNTIL, q->until) &&
	       bind(st, P_NONE, UINT32_MAX) &&
	       (P_TYPE > sqlite3_bind_parameter_count(st) ||
		   sqlite3_bind_text(st, P_TYPE, q->type_code, -1,
		       SQLITE_TRANSIENT) == SQLITE_OK) &&
	       (a->match == NULL ||
		   sqlite3_bind_text(st, P_MATCH, a->match, -1,
		       SQLITE_TRANSIENT) == SQLITE_OK);
}
