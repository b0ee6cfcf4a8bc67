/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number books: what there is, acts on them, and their registers. */
#include "api/office/books.h"

#include "api/content/content.h"
#include "api/office/register.h"
#include "api/v1/v1_priv.h"

#define SERIES_MAX 200
#define BOOKS_MAX  64
#define HELD_MAX   400

static const char *const resets[] = { "", "year", "never", "term", "event" };
static const char *const families[] = { "state", "party", "legal" };

/* ---- out ---- */

static void
terms_out(struct vt_json *j, const struct vt_series *s)
{
	vt_json_key(j, "terms");
	vt_json_array(j);
	for (size_t i = 0; i < s->n_terms; i++) {
		vt_json_object(j);
		vt_json_kuint(j, "period", s->terms[i].no);
		vt_json_kstr(j, "title", s->terms[i].title);
		vt_v1_ktime(j, "from", s->terms[i].from);
		vt_v1_ktime(j, "until", s->terms[i].until);
		vt_json_end(j);
	}
	vt_json_end(j);
}

static void
series_out(struct vt_json *j, const struct vt_series *s)
{
	vt_json_kstr(j, "key", s->key);
	vt_json_kstr(j, "title", s->title);
	vt_json_kstr(j, "reset", resets[s->reset]);
	vt_json_kstr(j, "authority",
	    s->authority == VT_SERIES_OURS ? "vanthu" : "external");
	vt_json_kuint(j, "period", s->period);
	vt_json_kuint(j, "last", s->last);
	vt_json_kstr(j, "family", families[s->family]);
	vt_json_key(j, "types");
	vt_json_array(j);
	for (size_t i = 0; i < s->n_types; i++)
		vt_json_str(j, s->types[i]);
	vt_json_end(j);
	vt_v1_kstr(j, "terms_of", s->terms_of);
	terms_out(j, s);
}

static void
period_out(struct vt_json *j, const struct vt_book_row *b)
{
	char hash[VT_HASH_TEXT + 1];

	vt_json_object(j);
	vt_json_kuint(j, "period", b->period);
	vt_v1_ktime(j, "from", b->from);
	vt_v1_ktime(j, "until", b->until);
	vt_json_kuint(j, "last", b->last);
	vt_json_kbool(j, "over", b->over);
	vt_json_kbool(j, "closed", b->closed);
	if (b->closed) {
		vt_hash_text(&b->hash, hash);
		vt_v1_ktime(j, "closed_at", b->closed_at);
		vt_v1_kid(j, "closed_by", &b->closed_by);
		vt_json_kuint(j, "count", b->count);
		vt_json_kuint(j, "first", b->first);
		vt_json_kuint(j, "cancelled", b->cancelled);
		vt_json_kstr(j, "sha256", hash);
		vt_v1_kstr(j, "note", b->note);
	}
	vt_json_end(j);
}

static void
held_out(struct vt_json *j, const struct vt_hold *h)
{
	vt_json_object(j);
	vt_json_kuint(j, "period", h->period);
	vt_json_kuint(j, "value", h->value);
	vt_json_kstr(j, "kind", vt_hold_kind_name(h->kind));
	vt_v1_kid(j, "person", &h->person);
	vt_json_kstr(j, "note", h->note);
	vt_v1_ktime(j, "made_at", h->made_at);
	vt_v1_ktime(j, "from", h->from);
	vt_v1_ktime(j, "by_hand_until", h->by_hand_until);
	vt_v1_ktime(j, "until", h->until);
	vt_json_end(j);
}

int
vt_v1_list_books(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_series *s;
	struct vt_json j;
	size_t n = 0;
	int rc;

	s = vt_arena_array(req->arena, SERIES_MAX, sizeof(*s));
	if (s == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK ||
	    (rc = vt_series_list(v, vt_v1_actor(req)->agency_no, s, SERIES_MAX,
		 &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "books");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		series_out(&j, &s[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

/* What is held of a period now. */
static int
open_out(struct vt_http_req *req, struct vt_view *v, struct vt_json *j,
    const char *series, uint32_t period, struct vt_err *reterr)
{
	struct vt_hold_filter f = {
		.series = series, .period = period, .open_only = true
	};
	struct vt_hold *h = vt_arena_array(req->arena, HELD_MAX, sizeof(*h));
	size_t n = 0;
	int rc;

	if (h == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = vt_hold_list(
	    v, vt_v1_actor(req)->agency_no, &f, h, HELD_MAX, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		held_out(j, &h[i]);
	return rc;
}

int
vt_v1_read_book(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *key = vt_http_param(req, "key");
	uint32_t no = vt_v1_actor(req)->agency_no;
	struct vt_book_row *b;
	struct vt_series s;
	struct vt_json j;
	size_t n = 0;
	int rc;

	b = vt_arena_array(req->arena, BOOKS_MAX, sizeof(*b));
	if (b == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK ||
	    (rc = vt_series_get(v, no, key, &s, reterr)) != VT_OK ||
	    (rc = vt_series_books(v, no, key, b, BOOKS_MAX, &n, reterr)) !=
		VT_OK)
		return rc;
	vt_v1_json(res, &j);
	series_out(&j, &s);
	vt_json_key(&j, "periods");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++)
		period_out(&j, &b[i]);
	vt_json_end(&j);
	vt_json_key(&j, "held");
	vt_json_array(&j);
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		if (!b[i].closed)
			rc = open_out(req, v, &j, key, b[i].period, reterr);
	if (rc != VT_OK)
		return rc;
	vt_json_end(&j);
	vt_json_end(&j);
	return vt_v1_tagged(req, res, reterr);
}

/* ---- acts ---- */

struct call {
	struct vt_office *office;
	struct vt_in_obj root;
	struct vt_request rq;
	const char *key; /* of the book */
	struct vt_http_req *req;
	struct vt_act_result *ret;
	struct vt_err *reterr;
};

static vt_time
time_in(const struct vt_in_obj *o, const char *key, vt_time absent)
{
	const char *s = vt_in_str(o, key);
	vt_time t = absent;

	if (s != NULL && vt_time_parse_rfc3339(s, &t, NULL) != VT_OK)
		(void)vt_in_fail(o, key, VT_E_FIELD_VALUE, "wanted a time");
	return t;
}

/* "12" or 12; what has letters is told so. */
static uint64_t
number_in(const struct vt_in_obj *o, const char *key, struct vt_err *reterr)
{
	const char *s = vt_in_need_str(o, key);
	struct vt_err err = VT_ERR_INIT;
	uint64_t v = 0;

	(void)reterr;
	if (s != NULL && vt_number_parse(s, &v, &err) != VT_OK)
		(void)vt_in_fail(o, key, err.code, "%s", err.msg);
	return v;
}

static int
do_open(struct call *c)
{
	struct vt_series s = { .key = c->key };
	const char *reset = vt_in_need_str(&c->root, "reset");
	const char *authority = vt_in_str(&c->root, "authority");
	const char *family = vt_in_str(&c->root, "family");
	size_t n = vt_in_array(&c->root, "types", VT_L(SERIES_TYPES_MAX));
	const char **types;
	int rc;

	s.title = vt_in_need_str(&c->root, "title");
	s.terms_of = vt_in_str(&c->root, "terms_of");
	s.authority = authority != NULL && strcmp(authority, "external") == 0
			  ? VT_SERIES_EXTERNAL
			  : VT_SERIES_OURS;
	for (unsigned i = 1; reset != NULL && i < 5; i++)
		if (strcmp(resets[i], reset) == 0)
			s.reset = (enum vt_series_reset)i;
	for (unsigned i = 0; family != NULL && i < 3; i++)
		if (strcmp(families[i], family) == 0)
			s.family = (enum vt_number_family)i;
	types = vt_arena_array(c->req->arena, n + 1, sizeof(*types));
	if (types == NULL)
		return vt_arena_err(c->req->arena, c->reterr);
	for (size_t i = 0; i < n; i++)
		types[i] = vt_in_item_str(&c->root, "types", i);
	s.types = types;
	s.n_types = n;
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_series(c->office, &c->rq, &s, c->ret, c->reterr);
}

static int
do_term(struct call *c)
{
	struct vt_new_term t = { .series = c->key,
		.title = vt_in_need_str(&c->root, "title"),
		.from = time_in(&c->root, "from", 0),
		.until = time_in(&c->root, "until", VT_TIME_NONE) };
	int rc = vt_in_ok(c->root.in);

	return rc != VT_OK
		   ? rc
		   : vt_office_term(c->office, &c->rq, &t, c->ret, c->reterr);
}

static int
do_reserve(struct call *c)
{
	const char *what = vt_in_need_str(&c->root, "note");
	int rc = vt_in_ok(c->root.in);

	return rc != VT_OK ? rc
			   : vt_office_reserve(c->office, &c->rq, c->key, what,
				 c->ret, c->reterr);
}

static int
do_outage(struct call *c)
{
	struct vt_outage b = { .series = c->key,
		.n = vt_in_uint(&c->root, "count", VT_L(OUTAGE_BLOCK_MAX)),
		.from = time_in(&c->root, "from", 0),
		.to = time_in(&c->root, "until", 0),
		.why = vt_in_need_str(&c->root, "note") };
	int rc = vt_in_ok(c->root.in);

	return rc != VT_OK
		   ? rc
		   : vt_office_outage(c->office, &c->rq, &b, c->ret, c->reterr);
}

static int
do_cancel(struct call *c)
{
	struct vt_give_up g = { .series = c->key,
		.period = (uint32_t)vt_in_uint(&c->root, "period", UINT32_MAX),
		.value = number_in(&c->root, "number", c->reterr),
		.n = vt_in_uint(&c->root, "count", VT_L(OUTAGE_BLOCK_MAX)),
		.reason = vt_in_need_str(&c->root, "note") };
	int rc = vt_in_ok(c->root.in);

	g.n = g.n == 0 ? 1 : g.n;
	return rc != VT_OK ? rc
			   : vt_office_cancel_number(
				 c->office, &c->rq, &g, c->ret, c->reterr);
}

static int
do_close(struct call *c)
{
	uint32_t period = (uint32_t)vt_in_uint(&c->root, "period", UINT32_MAX);
	const char *note = vt_in_str(&c->root, "note");
	int rc = vt_in_ok(c->root.in);

	return rc != VT_OK ? rc
			   : vt_office_book_close(c->office, &c->rq, c->key,
				 period, note, c->ret, c->reterr);
}

static const struct {
	const char *name;
	enum vt_duty duty;
	int (*run)(struct call *c);
} acts[] = {
	{ "open", VT_DUTY_BOOKS, do_open },
	{ "term", VT_DUTY_BOOKS, do_term },
	{ "reserve", VT_DUTY_RESERVE, do_reserve },
	{ "outage", VT_DUTY_OUTAGE, do_outage },
	{ "cancel", VT_DUTY_CANCEL_NUMBER, do_cancel },
	{ "close", VT_DUTY_CLOSE_BOOK, do_close },
};

int
vt_v1_act_on_book(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct call c = { .office = vt_v1_office(req),
		.key = vt_http_param(req, "key"),
		.req = req,
		.ret = &r,
		.reterr = reterr };
	const char *act;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	c.root = vt_in_root(&in);
	act = vt_in_need_str(&c.root, "act");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &c.rq, reterr)) != VT_OK)
		return rc;
	rc = vt_in_fail(&c.root, "act", VT_E_FIELD_VALUE, "no such act");
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(acts[i].name, act) != 0)
			continue;
		in.rc = VT_OK;
		if ((rc = vt_who_may(vt_v1_actor(req), acts[i].duty, reterr)) ==
		    VT_OK)
			rc = acts[i].run(&c);
		if (rc != VT_OK && vt_v1_overtaken(req, &c.rq))
			rc = acts[i].run(&c);
		break;
	}
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}

/* ---- the register ---- */

static void
line_out(struct vt_json *j, const struct vt_register_line *l, bool in)
{
	vt_json_object(j);
	vt_json_kstr(j, "state", vt_register_state_name(l->state));
	vt_json_kuint(j, "value", l->value);
	vt_json_kuint(j, "to", l->to);
	vt_v1_kid(j, "paper", &l->paper);
	vt_json_kstr(j, "number", l->number);
	if (in) {
		vt_json_kstr(j, "arrived_on", l->arrived_on);
		vt_json_kstr(j, "author", l->author);
		vt_json_kstr(j, "their_number", l->their_number);
	} else {
		vt_json_kstr(j, "signer", l->signer);
		vt_json_kstr(j, "recipients", l->recipients);
		vt_json_kuint(j, "copies", l->copies);
	}
	vt_json_kstr(j, "dated", l->dated);
	vt_json_kstr(j, "title", l->title);
	vt_json_kstr(j, "unit", l->unit);
	vt_json_kstr(j, "passed_on", l->passed_on);
	vt_json_kstr(j, "received", l->received);
	vt_json_kstr(j, "note", l->note);
	vt_json_end(j);
}

/* The book asked for, from and to. */
static int
walk_of(struct vt_http_req *req, struct vt_register_walk *w,
    struct vt_register_book *ret, struct vt_err *reterr)
{
	uint64_t period, from;
	int rc;

	*w = (struct vt_register_walk)VT_REGISTER_WALK_INIT;
	w->series = vt_http_param(req, "key");
	/* Who may not read is not told whether there is such a book. */
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_v1_param_uint(
		 req, "period", UINT32_MAX, &period, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "from", 1, VT_L(NUMBER_MAX), &from, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "to", 0, VT_L(NUMBER_MAX), &w->last, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_register_day(
		 vt_http_query(req, "since"), &w->since, reterr)) != VT_OK ||
	    (rc = vt_register_day(
		 vt_http_query(req, "until"), &w->until, reterr)) != VT_OK)
		return rc;
	w->period = (uint32_t)period;
	w->after = from == 0 ? 0 : from - 1;
	rc = vt_office_register_book(vt_v1_office(req), vt_v1_actor(req),
	    w->series, w->period, ret, reterr);
	w->incoming = rc == VT_OK && ret->incoming;
	return rc;
}

int
vt_v1_read_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_register_line *l;
	struct vt_register_book *b;
	struct vt_register_walk w;
	struct vt_json j;
	uint64_t after;
	size_t n = 0;
	int rc;

	l = vt_arena_array(req->arena, VT_REGISTER_PAGE, sizeof(*l));
	b = vt_arena_alloc(req->arena, sizeof(*b));
	if (l == NULL || b == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = walk_of(req, &w, b, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK)
		return rc;
	if (after > w.after)
		w.after = after;
	rc = vt_office_register_lines(vt_v1_office(req), vt_v1_actor(req), &w,
	    req->arena, l, VT_REGISTER_PAGE, &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "title", b->title);
	vt_json_kstr(&j, "direction", b->incoming ? "in" : "out");
	vt_json_kbool(&j, "closed", b->closed);
	vt_json_key(&j, "rows");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++)
		line_out(&j, &l[i], b->incoming);
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < VT_REGISTER_PAGE ? NULL : vt_v1_cursor(req, w.after));
	vt_json_end(&j);
	return VT_OK;
}

/* A field of CSV (RFC 4180); what a spreadsheet would take for a formula is
 * text. */
static void
csv_put(struct vt_buf *b, const char *s, bool last)
{
	bool formula = strchr("=+-@\t", *s) != NULL && *s != '\0';

	vt_buf_puts(b, formula ? "\"'" : "\"");
	for (; *s != '\0'; s++) {
		if (*s == '"')
			vt_buf_puts(b, "\"");
		vt_buf_put(b, s, 1);
	}
	vt_buf_puts(b, last ? "\"\r\n" : "\",");
}

static void
csv_head(void *arg, struct vt_buf *b)
{
	const char *const *c = vt_register_columns(
	    ((const struct vt_register_book *)arg)->incoming);

	vt_buf_puts(b, "\xef\xbb\xbf"); /* spreadsheets know it by that */
	for (; *c != NULL; c++)
		csv_put(b, *c, c[1] == NULL);
}

static void
csv_line(void *arg, const struct vt_register_line *l, struct vt_buf *b)
{
	char copies[24] = "";

	if (l->copies != 0)
		(void)snprintf(copies, sizeof(copies), "%llu",
		    (unsigned long long)l->copies);
	if (((const struct vt_register_book *)arg)->incoming) {
		csv_put(b, l->arrived_on, false);
		csv_put(b, l->number, false);
		csv_put(b, l->author, false);
		csv_put(b, l->their_number, false);
		csv_put(b, l->dated, false);
		csv_put(b, l->title, false);
	} else {
		csv_put(b, l->number, false);
		csv_put(b, l->dated, false);
		csv_put(b, l->title, false);
		csv_put(b, l->signer, false);
		csv_put(b, l->recipients, false);
	}
	csv_put(b, l->unit, false);
	if (!((const struct vt_register_book *)arg)->incoming)
		csv_put(b, copies, false);
	csv_put(b, l->passed_on, false);
	csv_put(b, l->received, false);
	csv_put(b, l->note, true);
}

static void
csv_foot(void *arg, struct vt_buf *b)
{
	(void)arg;
	(void)b;
}

int
vt_v1_print_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_register_book *b = vt_arena_alloc(req->arena, sizeof(*b));
	const char *form = vt_http_query(req, "form");
	struct vt_register_walk w;
	vt_hash hash;
	int fd, rc;

	if (b == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = walk_of(req, &w, b, reterr)) != VT_OK)
		return rc;
	rc = vt_office_register_print(vt_v1_office(req), vt_v1_actor(req), b,
	    &w,
	    form != NULL && strcmp(form, "handover") == 0
		? VT_REGISTER_HANDOVER
		: VT_REGISTER_FULL,
	    &fd, &hash, reterr);
	if (rc != VT_OK)
		return rc;
	return vt_content_made(
	    req, res, fd, &hash, "application/pdf", "so-dang-ky.pdf", reterr);
}

int
vt_v1_export_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_register_book *b = vt_arena_alloc(req->arena, sizeof(*b));
	struct vt_register_writer out = {
		.head = csv_head, .line = csv_line, .foot = csv_foot, .arg = b
	};
	struct vt_register_walk w;
	vt_hash hash;
	int fd, rc;

	if (b == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = walk_of(req, &w, b, reterr)) != VT_OK ||
	    (rc = vt_office_register_write(vt_v1_office(req), vt_v1_actor(req),
		 &w, &out, &fd, &hash, reterr)) != VT_OK)
		return rc;
	return vt_content_made(req, res, fd, &hash, "text/csv; charset=utf-8",
	    "so-dang-ky.csv", reterr);
}
