/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings and counts, on both engines: one act a reader, use and hour, which
 * leaves paper, history and feed alone; counts that follow from the acts. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static const vt_id reader = { { 7 } }, other = { { 8 } };

static void
setup(struct doer *d)
{
	tap_call(make_agency(d, "H99.07", "Sở Khoa học và Công nghệ"), &d->err,
	    "agency");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series den");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 1), &d->err, "came");
}

struct looked {
	const vt_id *person;
	enum vt_use use;
	vt_time at; /* said later: then */
	uint16_t part;
};

static int
look(struct doer *d, struct world *w, const vt_id *p, const struct looked *l)
{
	struct vt_step st = { .kind = VT_STEP_READ };
	struct vt_act a = { .agency_no = d->agency,
		.steps = &st,
		.n_steps = 1,
		.paper = *p,
		.person = *l->person,
		.caller = *p };
	char key[VT_READ_KEY_MAX];

	vt_read_key(l->person, l->use, l->at == 0 ? w->now : l->at, key);
	a.key = key;
	a.request = vt_sha256(vt_span_str(key));
	st.u.read.use = l->use;
	st.u.read.part = l->part;
	st.u.read.main = d->main;
	st.u.read.at = l->at;
	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

static bool
known(struct doer *d, struct world *w, const vt_id *p, enum vt_use use)
{
	char key[VT_READ_KEY_MAX];
	struct vt_view *v;
	bool is = false;

	vt_read_key(&reader, use, w->now, key);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_read_known(v, p, key, &is, &d->err), &d->err, "asked");
	vt_view_end(v);
	return is;
}

static void
readings(struct doer *d, struct world *w)
{
	struct vt_read r[8];
	struct vt_act_entry acts[8];
	struct vt_event ev[64];
	struct vt_view *v;
	size_t n = 0, before = 0;
	uint64_t rev;
	vt_id p;

	setup(d);
	p = d->paper;
	rev = paper_row(d, &p)->rev;
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_event_list(v, d->agency, 0, ev, 64, &before, &d->err),
	    &d->err, "events");
	vt_view_end(v);
	tap_ok(!known(d, w, &p, VT_USE_OPEN), "nobody has looked yet");
	tap_call(look(d, w, &p, &(struct looked){ &reader, VT_USE_OPEN, 0, 1 }),
	    &d->err, "opened");
	tap_ok(!d->r.repeated && d->r.receipt.n > 0, "a leaf of its own");
	tap_ok(known(d, w, &p, VT_USE_OPEN), "and known from now on");
	tap_call(look(d, w, &p, &(struct looked){ &reader, VT_USE_OPEN, 0, 1 }),
	    &d->err, "again");
	tap_ok(d->r.repeated, "no second leaf in the hour");
	tap_call(
	    look(d, w, &p, &(struct looked){ &reader, VT_USE_DOWNLOAD, 0, 1 }),
	    &d->err, "downloaded");
	tap_ok(!d->r.repeated, "another use");
	tap_call(look(d, w, &p, &(struct looked){ &other, VT_USE_OPEN, 0, 1 }),
	    &d->err, "by another");
	w->now += VT_TIME_S(3600);
	tap_call(look(d, w, &p, &(struct looked){ &reader, VT_USE_OPEN, 0, 1 }),
	    &d->err, "in the next hour");
	tap_ok(!d->r.repeated, "a leaf again");
	tap_call(look(d, w, &p,
		     &(struct looked){ &reader, VT_USE_OPEN,
			 w->now - VT_TIME_S(7200), 1 }),
	    &d->err, "one that was held back");
	tap_code(look(d, w, &p,
		     &(struct looked){ &other, VT_USE_OPEN,
			 w->now + VT_TIME_S(7200), 1 }),
	    VT_E_INVALID, &d->err, "in a time to come");
	tap_code(look(d, w, &p, &(struct looked){ &other, VT_USE_PRINT, 0, 1 }),
	    VT_E_INVALID, &d->err, "printing is no reading");
	tap_code(
	    look(d, w, &p, &(struct looked){ &other, VT_USE_DOWNLOAD, 0, 9 }),
	    VT_E_NOT_FOUND, &d->err, "a part it has not");
	tap_eq_int(paper_row(d, &p)->rev, rev, "the revision stays");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_event_list(v, d->agency, 0, ev, 64, &n, &d->err), &d->err,
	    "events");
	tap_eq_int(n, before, "nobody is told");
	tap_call(
	    vt_act_list(v, &p, 0, acts, 8, &n, &d->err), &d->err, "history");
	tap_eq_int(n, 1, "and the history says what was done");
	tap_call(vt_read_list(v, &p, 0, r, 8, &n, &d->err), &d->err, "who");
	tap_need(n == 5, "who looked, five times");
	tap_ok(r[0].at == w->now - VT_TIME_S(7200) && r[0].time == w->now,
	    "the one held back says both times");
	tap_ok(vt_id_eq(&r[2].person, &other) && r[2].use == VT_USE_OPEN &&
		   r[3].use == VT_USE_DOWNLOAD &&
		   vt_hash_eq(&r[3].main, &d->main),
	    "newest first: who, how, which version");
	tap_call(vt_read_list(v, &p, r[3].index, r, 8, &n, &d->err), &d->err,
	    "the next page");
	tap_eq_int(n, 1, "one is left");
	vt_view_end(v);
}

static struct vt_step
counted(enum vt_use use, uint64_t n)
{
	struct vt_step st = { .kind = VT_STEP_COUNTED };

	st.u.counted.use = use;
	st.u.counted.n = n;
	return st;
}

static void
counts(struct doer *d, struct world *w)
{
	struct vt_use_counts c[4];
	struct vt_view *v;
	struct vt_step two[2] = { { .kind = VT_STEP_PRINT } };
	uint32_t month;
	size_t n = 0;
	vt_id p, q;

	setup(d);
	p = d->paper;
	month = vt_use_month(w->now);
	tap_eq_int(month, 202603, "a month of UTC+7");
	tap_eq_int(vt_use_month(VT_TIME_S(1772298000)), 202603,
	    "that begins at midnight in Vietnam");
	tap_eq_int(vt_use_month(VT_TIME_S(1772297999)), 202602, "not before");
	tap_call(look(d, w, &p, &(struct looked){ &reader, VT_USE_OPEN, 0, 1 }),
	    &d->err, "opened");
	tap_call(look(d, w, &p, &(struct looked){ &other, VT_USE_OPEN, 0, 1 }),
	    &d->err, "opened");
	two[0].u.print.what = VT_PRINT_COPY;
	two[0].u.print.copies = 3;
	two[1] = counted(VT_USE_PRINT, 3);
	tap_call(do_steps(d, &p, two, 2, NULL), &d->err, "printed, counted");
	tap_call(do_step(d, &p, counted(VT_USE_CHECK, 40)), &d->err, "checked");
	tap_call(do_step(d, &p, counted(VT_USE_CHECK, 2)), &d->err, "and more");
	tap_code(do_step(d, &p, counted(VT_USE_OPEN, 2)), VT_E_INVALID, &d->err,
	    "who is known is not counted so");
	tap_code(do_step(d, &p, counted(VT_USE_FETCH, 0)), VT_E_INVALID,
	    &d->err, "none");
	tap_call(make_paper(d, VT_DIR_IN, 3000, 2), &d->err, "another");
	q = d->paper;
	tap_call(do_step(d, &q, counted(VT_USE_FETCH, 1)), &d->err, "fetched");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_use_list(v, d->agency, month, 0, c, 4, &n, &d->err),
	    &d->err, "of the month");
	tap_need(n == 2, "two papers");
	tap_ok(c[0].n[VT_USE_OPEN] == 2 && c[0].n[VT_USE_PRINT] == 3 &&
		   c[0].n[VT_USE_CHECK] == 42 && c[0].n[VT_USE_FETCH] == 0,
	    "opened, printed, checked");
	tap_ok(c[1].n[VT_USE_FETCH] == 1 && c[1].paper == c[0].paper + 1,
	    "the other one");
	tap_call(
	    vt_use_list(v, d->agency, month, c[0].paper, c, 4, &n, &d->err),
	    &d->err, "page");
	tap_eq_int(n, 1, "the second page");
	tap_call(vt_use_list(v, d->agency, 202602, 0, c, 4, &n, &d->err),
	    &d->err, "the month before");
	tap_eq_int(n, 0, "nothing");
	vt_view_end(v);
}

/* Rows of both tables, damaged: check says so. */
static void
damaged(void)
{
	static const struct {
		enum vt_table table;
		bool drop;
	} ways[] = { { VT_T_USE, false }, { VT_T_USE, true },
		{ VT_T_READ, true } };
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_engine *e;
	struct vt_span k, v;
	struct vt_txn *t;
	struct world w;
	struct vt_key key = { .n = 0 };
	VT_BUF_AUTO(row);
	vt_id p;

	world_init(&w);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		d.s = model_new(&w.ctx);
		setup(&d);
		p = d.paper;
		tap_call(look(&d, &w, &p,
			     &(struct looked){ &reader, VT_USE_OPEN, 0, 1 }),
		    &d.err, "opened");
		tap_eq_int(findings(d.s, true), 0, "clean");
		e = d.s->engine;
		tap_need(e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &d.err) ==
				 VT_OK &&
			     t->ops->ge(t, ways[i].table, VT_SPAN("", 0), &k,
				 &v, &d.err) == VT_OK,
		    "its row");
		key.n = 0;
		vt_key_bytes(&key, k.p, k.n);
		vt_buf_reset(&row);
		vt_cbor_uint(&row, 7);
		tap_need((ways[i].drop ? vt_tx_del(t, ways[i].table, &key,
					     &d.err)
				       : vt_tx_put(t, ways[i].table, &key,
					     vt_buf_view(&row), &d.err)) ==
				 VT_OK &&
			     t->ops->commit(t, &d.err) == VT_OK,
		    "damaged");
		tap_ok(findings(d.s, false) > 0, "check finds it (%s%s)",
		    vt_table_name(ways[i].table),
		    ways[i].drop ? ", gone" : "");
		vt_act_result_free(&d.r);
		vt_store_close(d.s);
	}
}

int
main(void)
{
	(void)on_both(readings, "readings");
	(void)on_both(counts, "counts");
	damaged();
	return tap_done();
}
