/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings through the office: on disk before anything goes out, once an hour;
 * held while the store takes no act; counts of people without a name. */
#include "api/office/office_priv.h"
#include "api/office/print.h"
#include "docstore/store_priv.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static vt_id
paper_of(uint64_t seed)
{
	struct doer d = {
		.s = h.store, .agency = h.here, .r = VT_ACT_RESULT_INIT
	};

	tap_need(make_paper(&d, VT_DIR_OUT, 3000, seed) == VT_OK, "a paper %s",
	    d.err.msg);
	vt_act_result_free(&d.r);
	return d.paper;
}

static size_t
reads_of(const struct vt_actor *who, const vt_id *p, struct vt_read r[8])
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_office_reads(h.office, v, who, p, 0, r, 8, &n, &err), &err,
	    "who read it");
	vt_view_end(v);
	return n;
}

static uint64_t
acts_of(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	uint64_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK &&
		     vt_ledger_size(v->txn, h.here, &n, &err) == VT_OK,
	    "ledger");
	vt_view_end(v);
	return n;
}

static void
recorded(void)
{
	struct vt_actor officer, leader, auditor;
	struct vt_err err = VT_ERR_INIT;
	struct vt_read r[8];
	struct vt_content c;
	struct vt_view *v = NULL;
	uint64_t acts;
	size_t n;
	vt_id p;

	house_begin(&h);
	p = paper_of(1);
	officer = house_actor(&h, "officer", h.here);
	leader = house_actor(&h, "leader", h.here);
	auditor = house_actor(&h, "auditor", h.here);
	acts = acts_of();
	tap_call(vt_office_content(h.office, &officer, &p, 1, 0, &c, &err),
	    &err, "opened");
	tap_eq_int(acts_of(), acts + 1, "on disk before it is handed out");
	for (int i = 0; i < 5; i++)
		tap_call(
		    vt_office_content(h.office, &officer, &p, 1, 0, &c, &err),
		    &err, "again");
	tap_eq_int(acts_of(), acts + 1, "no second leaf in the hour");
	tap_call(vt_office_download(h.office, &officer, &p, 1, 0, &c, &err),
	    &err, "downloaded");
	tap_call(vt_office_content(h.office, &auditor, &p, 1, 0, &c, &err),
	    &err, "by the auditor");
	tap_eq_int(acts_of(), acts + 3, "each a leaf");
	tap_eq_int(n = reads_of(&leader, &p, r), 3, "the leader sees who");
	tap_ok(vt_id_eq(&r[0].person, &auditor.person) &&
		   r[1].use == VT_USE_DOWNLOAD &&
		   vt_id_eq(&r[2].person, &officer.person) &&
		   vt_hash_eq(&r[2].main, &c.blob.hash),
	    "who, how, which version");
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_code(vt_office_reads(h.office, v, &officer, &p, 0, r, 8, &n, &err),
	    VT_E_FORBIDDEN, &err, "an officer does not");
	vt_view_end(v);
	tap_code(vt_office_content(h.office, &officer, &p, 7, 0, &c, &err),
	    VT_E_NOT_FOUND, &err, "a part it has not");
	tap_eq_int(acts_of(), acts + 3, "what is refused was not read");
	house_end(&h);
}

/* The same store, with more room wanted than any disk has; or as usual. */
static void
open_again(bool full)
{
	struct vt_store_options so = options;
	struct vt_office_options o = { .ctx = &h.w.ctx,
		.public_url = "http://127.0.0.1:8480" };
	struct vt_err err = VT_ERR_INIT;

	if (h.office != NULL)
		vt_office_close(h.office);
	vt_store_close(h.store);
	if (full)
		so.room_free = (uint64_t)1 << 62;
	tap_need(vt_store_open(h.dir, &so, &h.w.ctx, &h.store, &err) == VT_OK,
	    "store: %s", err.msg);
	o.store = h.store;
	tap_need(vt_office_open(&o, &h.office, &err) == VT_OK, "office: %s",
	    err.msg);
}

static void
dark(void)
{
	struct vt_actor officer, leader;
	struct vt_err err = VT_ERR_INIT;
	struct vt_held_read kept;
	struct vt_read r[8];
	struct vt_content c;
	uint64_t acts;
	vt_time then;
	vt_id p;

	house_begin(&h);
	p = paper_of(1);
	open_again(true);
	officer = house_actor(&h, "officer", h.here);
	leader = house_actor(&h, "leader", h.here);
	acts = acts_of();
	then = h.w.now;
	for (int i = 0; i < 3; i++)
		tap_call(
		    vt_office_content(h.office, &officer, &p, 1, 0, &c, &err),
		    &err, "the disk is full, reading goes on");
	tap_eq_int(acts_of(), acts, "no act is taken");
	tap_eq_int(h.office->uses.n_reads, 1, "it is held, once an hour");
	kept = h.office->uses.reads[0];
	h.office->uses.n_reads = VT_L(READS_HELD_MAX);
	tap_call(vt_office_content(h.office, &leader, &p, 1, 0, &c, &err), &err,
	    "with no room to hold more");
	tap_eq_int(h.office->uses.n_reads, VT_L(READS_HELD_MAX),
	    "that one is in the log alone");
	h.office->uses.n_reads = 0;
	open_again(false);
	/* the memory of a server that went on running */
	h.w.now += VT_TIME_S(7200);
	h.office->uses.reads[0] = kept;
	h.office->uses.n_reads = 1;
	vt_uses_flush(h.office);
	tap_eq_int(h.office->uses.n_reads, 0, "there is room: written");
	tap_eq_int(reads_of(&leader, &p, r), 1, "who");
	tap_ok(r[0].at == then && r[0].time >= then + VT_TIME_S(7200) &&
		   vt_id_eq(&r[0].person, &officer.person),
	    "when it was read, and when it was written");
	tap_eq_int(findings(h.store, true), 0, "check is clean");
	house_end(&h);
}

static void
counted(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor officer, leader;
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_L(USES_ARENA));
	struct vt_use_report rep;
	struct vt_request rq;
	struct vt_printing print = { .what = VT_PRINT_COPY, .copies = 4 };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_content c;
	VT_BUF_AUTO(csv);
	vt_id p;

	house_begin(&h);
	p = paper_of(1);
	(void)paper_of(2);
	officer = house_actor(&h, "officer", h.here);
	leader = house_actor(&h, "leader", h.here);
	tap_call(vt_office_content(h.office, &officer, &p, 1, 0, &c, &err),
	    &err, "opened");
	tap_call(vt_office_content(h.office, &leader, &p, 1, 0, &c, &err), &err,
	    "by two");
	rq = house_request(&h, &officer);
	tap_call(vt_office_print(h.office, &rq, &p, &print, &res, &err), &err,
	    "printed");
	vt_act_result_free(&res);
	h.office->uses.counts[0] = (struct vt_held_count){
		.agency_no = h.here, .paper = p, .use = VT_USE_CHECK, .n = 5 };
	h.office->uses.n_counts = 1;
	vt_office_count_use(h.office, "no code", VT_USE_CHECK);
	tap_eq_int(h.office->uses.n_counts, 1, "what has no code is no use");
	tap_call(vt_office_uses(h.office, &officer, "2026-03", a, &rep, &err),
	    &err, "the month");
	tap_need(rep.n_rows == 1, "one paper was used");
	tap_ok(rep.rows[0].n[VT_USE_OPEN] == 2 &&
		   rep.rows[0].n[VT_USE_PRINT] == 4 &&
		   rep.rows[0].n[VT_USE_CHECK] == 5 &&
		   rep.total.n[VT_USE_OPEN] == 2,
	    "opened, printed, checked by anybody");
	tap_call(vt_office_uses_csv(h.office, &officer, "2026-03", &csv, &err),
	    &err, "as CSV");
	tap_ok(strstr(vt_buf_str(&csv), ",2,0,4,5,0,") != NULL &&
		   strstr(vt_buf_str(&csv), "Cộng") != NULL,
	    "a row and the total");
	tap_code(vt_office_uses(h.office, &officer, "2026-13", a, &rep, &err),
	    VT_E_INVALID, &err, "no month");
	tap_code(vt_office_uses(h.office, &officer, "March", a, &rep, &err),
	    VT_E_INVALID, &err, "nor this");
	tap_eq_int(findings(h.store, true), 0, "check is clean");
	house_end(&h);
}

int
main(void)
{
	recorded();
	dark();
	counted();
	return tap_done();
}
