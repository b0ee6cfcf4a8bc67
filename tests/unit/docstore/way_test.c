/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addressees of every kind, by every way: sent electronically, with a paper
 * beside it, on paper alone, by post; the waybill, and who has the paper, noted
 * later. On the model and on LMDB.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static const struct vt_recipient to[] = { { "H99.31", "Xã có trục" },
	{ "H99.32", "Xã nhận song song" }, { "H99.33", "Xã nhận bản giấy" },
	{ "", "Tổ dân phố 4" }, { "", "Hội Khuyến học" },
	{ "", "Ông Nguyễn Văn A" }, { "", "Trường chưa có hệ thống" } };
static const struct vt_way ways[] = { { VT_ADDRESSEE_AXIS,
					  VT_CHANNEL_ELECTRONIC, "" },
	{ VT_ADDRESSEE_AXIS, VT_CHANNEL_PARALLEL, "" },
	{ VT_ADDRESSEE_AXIS, VT_CHANNEL_PAPER, "" },
	{ VT_ADDRESSEE_VILLAGE, VT_CHANNEL_PAPER, "" },
	{ VT_ADDRESSEE_ORGANISATION, VT_CHANNEL_POST, "EA123456789VN" },
	{ VT_ADDRESSEE_PERSON, VT_CHANNEL_POST, NULL },
	{ VT_ADDRESSEE_AGENCY, 0, "" } };

#define N (sizeof(to) / sizeof(to[0]))

static int
send(struct doer *d, const vt_id *paper, const struct vt_recipient *who,
    const struct vt_way *way, size_t n)
{
	struct vt_step st = { .kind = VT_STEP_DISPATCH };

	st.u.dispatch.to = who;
	st.u.dispatch.ways = way;
	st.u.dispatch.n_to = n;
	return do_step(d, paper, st);
}

static struct vt_step
handed(const vt_id *delivery, const char *name, const char *waybill)
{
	struct vt_step st = { .kind = VT_STEP_HANDED };

	st.u.handed.delivery = *delivery;
	st.u.handed.name = name;
	st.u.handed.waybill = waybill;
	return st;
}

/* Each row as its addressee was said to be, and work where it is sent. */
static void
rows(struct doer *d, const vt_id *paper)
{
	struct vt_delivery row[N];
	struct vt_view *v;
	bool all = true;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_delivery_list(v, paper, row, N, &n, &d->err), &d->err,
	    "deliveries");
	for (size_t i = 0; i < n; i++)
		all &= row[i].way.kind == ways[i].kind &&
		       row[i].way.channel == ways[i].channel &&
		       strcmp(row[i].way.waybill,
			   i == 4 ? "EA123456789VN" : "") == 0;
	tap_ok(n == N && all, "each is kept as who it is, by which way");
	tap_ok(row[0].state == VT_DELIVERY_WAITING && row[0].work != 0 &&
		   row[1].state == VT_DELIVERY_WAITING && row[1].work != 0,
	    "what goes electronically waits to be sent");
	tap_ok(row[2].state == VT_DELIVERY_PRINT && row[2].work == 0 &&
		   row[3].state == VT_DELIVERY_PRINT &&
		   row[6].state == VT_DELIVERY_PRINT,
	    "what goes on paper is printed, also to who has a system");
	vt_view_end(v);
}

static void
noted_later(struct doer *d, struct world *w, const vt_id *paper)
{
	vt_id parallel = delivery_id(d, paper, 1);
	vt_id person = delivery_id(d, paper, 5),
	      axis = delivery_id(d, paper, 0);
	struct vt_step st = handed(&parallel, "Lê Thị B, văn thư", NULL);
	vt_id village = delivery_id(d, paper, 3);

	st.u.handed.at = w->now - VT_TIME_S(7200);
	tap_call(do_step(d, paper, st), &d->err, "the paper beside it came");
	tap_ok(
	    delivery_row(d, &parallel)->handed_at == w->now - VT_TIME_S(7200) &&
		delivery_row(d, &parallel)->state == VT_DELIVERY_WAITING,
	    "since when; what is sent is another thing");
	refused(do_step(d, paper, st), VT_E_EXISTS, "noted once");
	tap_call(do_step(d, paper, handed(&person, NULL, "EB987654321VN")),
	    &d->err, "the waybill, once it is known");
	refused(do_step(d, paper, handed(&person, NULL, "EB1")), VT_E_EXISTS,
	    "one waybill");
	refused(do_step(d, paper, handed(&axis, "A", NULL)), VT_E_OUT_OF_ORDER,
	    "nothing of it goes on paper");
	refused(do_step(d, paper, handed(&person, NULL, "")), VT_E_INVALID,
	    "nothing is noted");
	st = status_step(&village, 1, w->now, "");
	st.u.status.name = "Trưởng thôn";
	tap_call(do_step(d, paper, st), &d->err, "handed over in the village");
	tap_ok(delivery_row(d, &village)->state == VT_DELIVERY_ARRIVED &&
		   delivery_row(d, &village)->handed_at == w->now,
	    "it arrived, and who has it is known");
}

static void
play(struct doer *d, struct world *w)
{
	static const struct vt_way wrong[] = { { 0, VT_CHANNEL_ELECTRONIC, "" },
		{ 0, VT_CHANNEL_PARALLEL, "" }, { VT_ADDRESSEE_AXIS, 0, "" },
		{ 0, VT_CHANNEL_PAPER, "EA1" }, { 6, 0, "" }, { 0, 5, "" } };
	vt_id p;

	tap_need(make_agency(d, "H99.07", "Sở") == VT_OK, "agency");
	tap_need(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "series");
	tap_need(make_paper(d, VT_DIR_OUT, 4000, 1) == VT_OK, "paper");
	p = d->paper;
	tap_need(walk_to_issue(d, 2) == VT_OK, "issued");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(send(d, &p, &to[5], &wrong[i], 1), VT_E_INVALID,
		    "a way that does not lead there: %zu", i + 1);
	tap_call(
	    send(d, &p, to, ways, N), &d->err, "to addressees of all kinds");
	rows(d, &p);
	noted_later(d, w, &p);
}

int
main(void)
{
	(void)on_both(play, "ways");
	return tap_done();
}
