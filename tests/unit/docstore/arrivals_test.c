/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consignments that come in odd ways: under another key, in another spelling,
 * a thousand times, without the work that reads them. On both engines.
 */
#include "base/limits.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define tap_refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static struct vt_consignment con[64];

static vt_id
came(struct doer *d, const char *external)
{
	vt_id id = { { 0 } };

	tap_need(make_consign(d, external, external, &id) == VT_OK, "came");
	return id;
}

/* ---- another key ---- */

static int
consign_under(struct doer *d, const char *key, const char *external)
{
	struct vt_step st = { .kind = VT_STEP_CONSIGN };
	int rc;

	rc = make_file(d, vt_span_str(external), "p", &st.u.consign.packet);
	if (rc != VT_OK)
		return rc;
	st.u.consign.transport = VT_TRANSPORT_AXIS;
	st.u.consign.kind = VT_CONSIGN_EDOC;
	st.u.consign.external = external;
	return do_steps(d, NULL, &st, 1, key);
}

/* The act under a key; zero: none. */
static vt_id
act_by_key(struct doer *d, const char *key)
{
	static const vt_id caller = { { 1 } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	vt_hash request = vt_sha256(vt_span_str(key));
	vt_id ret = { { 0 } };
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	if (vt_act_by_key(v, &caller, key, &request, &r, &d->err) == VT_OK)
		ret = r.act;
	vt_view_end(v);
	vt_act_result_free(&r);
	return ret;
}

static void
keys(struct doer *d, struct doer *sender)
{
	struct vt_recipient to = { "H99.31", "Xã" };
	struct vt_step st = { .kind = VT_STEP_RECEIVE };
	vt_id first, p;

	tap_call(consign_under(d, "k1", "keyed"), &d->err, "under k1");
	first = d->r.act;
	tap_call(consign_under(d, "k2", "keyed"), &d->err, "under k2");
	tap_ok(d->r.repeated && vt_id_eq(&d->r.act, &first), "the same answer");
	p = act_by_key(d, "k2");
	tap_ok(vt_id_eq(&p, &first), "which k2 leads to from now on");
	st.kind = VT_STEP_SERIES;
	st.u.series = (struct vt_series){ .key = "zz",
		.title = "z",
		.reset = VT_RESET_YEAR,
		.authority = VT_SERIES_OURS };
	{
		struct vt_act a = { .agency_no = d->agency,
			.steps = &st,
			.n_steps = 1,
			.key = "k2",
			.caller = { { 1 } },
			.request = vt_sha256(VT_SPAN_LIT("other")) };

		vt_act_result_free(&d->r);
		tap_refused(vt_store_do(d->s, &a, &d->r, &d->err),
		    VT_E_IDEMPOTENCY_KEY_REUSED, "another request under k2");
	}
	tap_need(make_paper(sender, VT_DIR_OUT, 3000, 10) == VT_OK, "paper");
	p = sender->paper;
	tap_need(walk_to_issue(sender, 11) == VT_OK, "issued");
	tap_need(dispatch(sender, &to, 1) == VT_OK, "dispatched");
	st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
	st.u.receive.delivery = delivery_id(sender, &p, 0);
	tap_call(do_steps(d, NULL, &st, 1, "k3"), &d->err, "received");
	first = d->r.act;
	tap_call(do_steps(d, NULL, &st, 1, "k4"), &d->err, "and again");
	p = act_by_key(d, "k4");
	tap_ok(d->r.repeated && vt_id_eq(&p, &first), "k4 leads there too");
	tap_eq_int(findings(d->s, true), 0, "check knows such keys");
}

/* ---- another spelling ---- */

static void
spelling(struct doer *d)
{
	struct vt_document_of doc = { .from_code = "H01 ",
		.document_id = " Ca\xcc\x81" };
	struct vt_view *v;
	vt_id id = came(d, "Ca\xcc\x81 ");
	size_t n = 9;

	tap_call(make_arrival(d, &id, "Cá", 40), &d->err, "read");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_consign_by_external(v, d->agency, VT_TRANSPORT_AXIS,
		     "Ca\xcc\x81 ", con, &d->err),
	    &d->err, "by the id that it was given");
	tap_call(vt_consign_by_external(
		     v, d->agency, VT_TRANSPORT_AXIS, "Cá", con, &d->err),
	    &d->err, "and as it is kept");
	tap_refused(vt_consign_by_external(
			v, d->agency, VT_TRANSPORT_AXIS, "\xff", con, &d->err),
	    VT_E_NOT_FOUND, "what is no text is no id");
	tap_call(
	    vt_consign_by_document(v, d->agency, &doc, con, 4, &n, &d->err),
	    &d->err, "so by document");
	tap_ok(n == 1 && vt_id_eq(&con[0].id, &id), "it");
	doc.document_id = "\xff";
	tap_call(
	    vt_consign_by_document(v, d->agency, &doc, con, 4, &n, &d->err),
	    &d->err, "no text, no document");
	tap_eq_int(n, 0, "none");
	vt_view_end(v);
}

static void
headers(struct doer *d)
{
	size_t max = VT_L(CONSIGN_HEADERS_MAX), n = max / 3;
	struct vt_step st = { .kind = VT_STEP_CONSIGN };
	char *h = malloc(max + 3);

	for (size_t i = 0; i < n; i++) /* ậ: three bytes a character */
		memcpy(h + 3 * i, "\xe1\xba\xad", 3);
	memset(h + 3 * n, 'x', max - 3 * n);
	h[max] = '\0';
	tap_need(
	    make_file(d, VT_SPAN_LIT("h"), "p", &st.u.consign.packet) == VT_OK,
	    "packet");
	st.u.consign.transport = VT_TRANSPORT_AXIS;
	st.u.consign.kind = VT_CONSIGN_EDOC;
	st.u.consign.external = "headers";
	st.u.consign.headers = h;
	memcpy(h + max, "y", 2);
	tap_refused(do_step(d, NULL, st), VT_E_LIMIT, "a byte too many");
	h[max] = '\0';
	tap_call(do_step(d, NULL, st), &d->err, "as many bytes as are kept");
	free(h);
}

/* ---- read again ---- */

static void
again(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_REFUSE };
	vt_id c = came(d, "again"), p;

	tap_refused(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    VT_E_OUT_OF_ORDER, "it is being read");
	tap_call(lose_work(d, consign_row(d, &c)->work), &d->err, "lost");
	tap_eq_int(findings(d->s, false), 1, "check finds it");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    &d->err, "so it is read again");
	tap_eq_int(findings(d->s, true), 0, "all is well");
	tap_call(make_arrival(d, &c, "again", 30), &d->err, "its paper");
	p = d->paper;
	tap_refused(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    VT_E_OUT_OF_ORDER, "its paper is here: there is nothing to make");
	st.u.refuse.note = "sai";
	tap_call(do_step(d, &p, st), &d->err, "refused");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    &d->err, "it may come again");
	tap_ok(vt_id_is_zero(&consign_row(d, &c)->paper),
	    "the refused paper is not its own any more");
	tap_eq_int(findings(d->s, true), 0, "all is well");
	tap_call(make_arrival(d, &c, "again", 31), &d->err, "another paper");
	tap_ok(!vt_id_eq(&p, &d->paper), "of its own");
	p = d->paper;
	tap_call(do_step(d, &p, st), &d->err, "refused, too");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_REFUSED, "")),
	    &d->err, "and its consignment");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    &d->err, "and again");
	tap_eq_int(findings(d->s, true), 0, "all is well");
	c = came(d, "again-2");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_REFUSED, "")),
	    &d->err, "refused without a paper");
	tap_call(do_step(d, NULL, read_step(&c, VT_CONSIGN_STORED, "")),
	    &d->err, "may be read again");
}

/* The paper and what was read of it come in one act. */
static void
together(struct doer *d)
{
	struct vt_meta m = { .subject = "V/v đến", .agency_code = "H01" };
	struct vt_step st[2] = { { .kind = VT_STEP_REGISTER } };
	vt_id c = came(d, "together"), other = came(d, "other");
	struct vt_file f;

	tap_need(make_file(d, VT_SPAN_LIT("t"), "t", &f) == VT_OK, "file");
	st[0].u.reg.direction = VT_DIR_IN;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	st[0].u.reg.consignment = c;
	tap_refused(do_steps(d, NULL, st, 1, NULL), VT_E_INVALID, "alone");
	st[1] = read_step(&other, VT_CONSIGN_ARRIVED, "o");
	tap_refused(do_steps(d, NULL, st, 2, NULL), VT_E_INVALID,
	    "with what was read of another");
	st[1] = read_step(&c, VT_CONSIGN_QUARANTINED, "t");
	tap_refused(
	    do_steps(d, NULL, st, 2, NULL), VT_E_INVALID, "and quarantined");
	st[1] = read_step(&c, VT_CONSIGN_ARRIVED, "t");
	tap_call(do_steps(d, NULL, st, 2, NULL), &d->err, "as it must be");
	tap_ok(vt_id_eq(&consign_row(d, &c)->paper, &d->paper),
	    "one knows the other");
}

/* ---- very many ---- */

#define MANY 560

/* Of one document, each with all the findings that fit: more than an act or a
 * view may hold at once. */
static void
many(struct doer *d)
{
	static uint8_t f[60000] = { 0x59, (60000 - 3) >> 8, (60000 - 3) & 255 };
	struct vt_consign_filter filter = { .state = VT_CONSIGN_ARRIVED };
	struct vt_document_of doc = { .from_code = "H01",
		.document_id = "many" };
	char name[24];
	struct vt_view *v;
	uint64_t next = 1;
	size_t n, bad = 0;
	vt_id c;

	for (size_t i = 0; i < MANY; i++) {
		struct vt_step st;

		(void)snprintf(name, sizeof(name), "many-%zu", i);
		bad += make_consign(d, name, name, &c) != VT_OK;
		st = read_step(&c, VT_CONSIGN_REFUSED, "many");
		st.u.consign_read.findings = VT_SPAN(f, sizeof(f));
		bad += do_step(d, NULL, st) != VT_OK;
	}
	tap_eq_int(bad, 0, "%d that were refused", MANY);
	tap_call(make_consign(d, "many-x", "good", &c), &d->err, "one more");
	tap_call(make_arrival(d, &c, "many", 50), &d->err, "can be a paper");
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "more-%zu", i);
		bad += make_consign(d, name, name, &c) != VT_OK;
	}
	tap_eq_int(bad, 0, "and %d of other documents", MANY);

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_consign_by_document(v, d->agency, &doc, con, 2, &n, &d->err),
	    &d->err, "of the document");
	tap_ok(n == 1 && con[0].state == VT_CONSIGN_ARRIVED,
	    "the one that is a paper; the others cost nothing");
	doc.before = con[0].seq;
	tap_call(
	    vt_consign_by_document(v, d->agency, &doc, con, 1, &n, &d->err),
	    &d->err, "the page behind it");
	tap_eq_int(n, 0, "is empty");
	vt_view_end(v);

	filter.state = VT_CONSIGN_QUARANTINED;
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_consign_list(v, d->agency, &filter, con, 64, &n, &next, &d->err),
	    &d->err, "of a thousand");
	tap_ok(n == 0 && next == 0 && vt_arena_used(v->arena) < 1 << 20,
	    "those that do not fit take no room");
	vt_view_end(v);
}

/* A row that is well, and an arena that is full. */
static void
no_room(void)
{
	static char long_text[200000];
	struct vt_consignment x = { .external = "x", .findings = { 0 } }, y;
	struct vt_arena *a = vt_arena_new(65536);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(row);

	memset(long_text, 'x', sizeof(long_text) - 1);
	x.peer = x.headers = x.name = x.media_type = x.from_code = "";
	x.from_name = x.document_id = x.code = x.promulgated = x.note = "";
	x.subject = long_text;
	vt_consign_encode(&x, &row);
	tap_code(vt_consign_decode(vt_buf_view(&row), a, &y, &err), VT_E_NOMEM,
	    &err, "no memory is not a damaged row");
	vt_arena_free(a);
}

static void
play(struct doer *d, struct world *w)
{
	struct doer sender = *d;

	(void)w;
	tap_call(make_agency(d, "H99.31", "Xã"), &d->err, "receiver");
	tap_call(make_agency(&sender, "H99.07", "Sở"), &sender.err, "sender");
	tap_call(make_series(&sender, "di", VT_RESET_YEAR, VT_SERIES_OURS),
	    &sender.err, "series");
	keys(d, &sender);
	spelling(d);
	headers(d);
	again(d);
	together(d);
	many(d);
	vt_act_result_free(&sender.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	no_room();
	(void)on_both(play, "arrivals");
	return tap_done();
}
