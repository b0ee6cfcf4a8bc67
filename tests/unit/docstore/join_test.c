/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A paper original and its e-version are one arrival, whichever comes first:
 * one số đến, one sender who is told. On the model and on LMDB.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static struct vt_step
join_step(enum vt_join how, const vt_id *other)
{
	struct vt_step st = { .kind = VT_STEP_JOIN };

	st.u.join.how = how;
	if (other != NULL)
		st.u.join.other = *other;
	return st;
}

static vt_id
by_hand(struct doer *d, uint64_t seed)
{
	tap_need(make_paper(d, VT_DIR_IN, 500, seed) == VT_OK, "on paper");
	return d->paper;
}

/* A paper that waits, by packet. */
static vt_id
by_packet(
    struct doer *d, const char *external, const char *document, uint64_t seed)
{
	vt_id c;

	tap_need(make_consign(d, external, document, &c) == VT_OK, "packet");
	tap_need(make_arrival(d, &c, document, seed) == VT_OK, "waits");
	return d->paper;
}

static uint64_t
last_number(struct doer *d)
{
	struct vt_series s[4];
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_series_list(v, d->agency, s, 4, &n, &d->err) == VT_OK &&
		     n == 1,
	    "the book of arrivals");
	vt_view_end(v);
	return s[0].last;
}

/* The e-version first. */
static void
original_follows(struct doer *d, struct world *w)
{
	struct vt_step st = join_step(VT_JOIN_ORIGINAL, NULL);
	struct vt_step accept = { .kind = VT_STEP_ACCEPT };
	struct vt_step refuse = { .kind = VT_STEP_REFUSE };
	uint64_t before;
	vt_id p, gone;

	p = by_packet(d, "a-1", "H01,2026/03/01,1", 10);
	accept.u.accept.series = "den";
	tap_call(do_step(d, &p, accept), &d->err, "the e-version is accepted");
	before = last_number(d);
	st.u.join.pages = 3;
	st.u.join.from = "Bưu điện, Trần Văn C";
	st.u.join.at = w->now - VT_TIME_S(3600);
	tap_call(do_step(d, &p, st), &d->err, "its paper original comes");
	tap_eq_int(last_number(d), before, "no second number");
	tap_ok(paper_row(d, &p)->original_at == w->now - VT_TIME_S(3600) &&
		   paper_row(d, &p)->original_pages == 3,
	    "when, how many pages");
	refused(do_step(d, &p, st), VT_E_EXISTS, "it comes once");
	gone = by_packet(d, "a-2", "H01,2026/03/01,2", 11);
	refuse.u.refuse.note = "không đúng nơi nhận";
	tap_call(do_step(d, &gone, refuse), &d->err, "one that is refused");
	refused(do_step(d, &gone, st), VT_E_OUT_OF_ORDER, "has none");
	tap_need(make_paper(d, VT_DIR_OUT, 500, 12) == VT_OK, "ours");
	refused(do_step(d, &d->paper, st), VT_E_OUT_OF_ORDER, "nor has ours");
}

/* The paper first. */
static void
e_version_follows(struct doer *d)
{
	struct vt_paper_link l[4];
	struct vt_paper p, e;
	vt_id paper, copy, other, third;
	struct vt_view *v;
	uint64_t before;
	size_t n;

	paper = by_hand(d, 20);
	copy = by_packet(d, "b-1", "H01,2026/03/01,3", 21);
	before = last_number(d);
	refused(do_step(d, &paper, join_step(VT_JOIN_SOURCE, &copy)),
	    VT_E_OUT_OF_ORDER, "nothing is joined yet");
	tap_call(do_step(d, &copy, join_step(VT_JOIN_SAME, &paper)), &d->err,
	    "the e-version is that paper");
	tap_call(do_step(d, &paper, join_step(VT_JOIN_SOURCE, &copy)), &d->err,
	    "which has its sender now");
	refused(do_step(d, &paper, join_step(VT_JOIN_SOURCE, &copy)),
	    VT_E_EXISTS, "once");
	tap_eq_int(last_number(d), before, "and no second number is given");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_paper_get(v, &paper, &p, &d->err) == VT_OK &&
		     vt_paper_get(v, &copy, &e, &d->err) == VT_OK,
	    "both");
	tap_ok(e.arrival.value == p.arrival.value &&
		   e.arrival.period == p.arrival.period &&
		   e.arrival.time == p.arrival.time &&
		   strcmp(e.arrival.text, p.arrival.text) == 0,
	    "one arrival number, of the day the first one came");
	tap_ok(e.state == VT_PAPER_FINISHED && vt_id_eq(&e.joined_to, &paper),
	    "the second one is done with");
	tap_ok(vt_id_eq(&p.source_consignment, &e.source_consignment) &&
		   !vt_id_is_zero(&p.source_consignment),
	    "the first one has the packet");
	tap_call(
	    vt_paper_links(v, &paper, l, 4, &n, &d->err), &d->err, "links");
	tap_call(vt_paper_e_version(v, &paper, &third, &d->err), &d->err,
	    "its e-version");
	tap_ok(vt_id_eq(&third, &copy), "is the one joined to it");
	tap_ok(n == 1 && l[0].kind == VT_LINK_JOINS && l[0].back &&
		   vt_id_eq(&l[0].paper, &copy),
	    "and names its e-version");
	vt_view_end(v);
	other = by_packet(d, "b-2", "H01,2026/03/01,4", 22);
	refused(do_step(d, &other, join_step(VT_JOIN_SAME, &paper)),
	    VT_E_EXISTS, "another e-version");
	refused(do_step(d, &copy, join_step(VT_JOIN_SAME, &paper)),
	    VT_E_OUT_OF_ORDER, "what does not wait is joined to nothing");
	refused(do_step(d, &other, join_step(VT_JOIN_SAME, &other)),
	    VT_E_INVALID, "to itself");
	third = by_packet(d, "b-3", "H01,2026/03/01,5", 23);
	refused(do_step(d, &other, join_step(VT_JOIN_SAME, &third)),
	    VT_E_OUT_OF_ORDER, "to one without a number");
	refused(do_step(d, &other, join_step(VT_JOIN_SAME, NULL)), VT_E_INVALID,
	    "to none");
	refused(do_step(d, &other, join_step((enum vt_join)4, &paper)),
	    VT_E_INVALID, "in a way that there is not");
}

static void
play(struct doer *d, struct world *w)
{
	tap_need(make_agency(d, "H99.07", "Sở") == VT_OK, "agency");
	tap_need(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "series");
	original_follows(d, w);
	e_version_follows(d);
}

int
main(void)
{
	(void)on_both(play, "one arrival");
	return tap_done();
}
