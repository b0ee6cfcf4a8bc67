/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is it here already? The same number, symbol and agency, under any code the
 * agency had, in one year (Decree 30/2020, Appendix VI). */
#include "api/office/joins.h"
#include "api/office/routes.h"
#include "docstore/search.h"
#include "tests/unit/api/office/house.h"

#define LONG_NAME "Ban Quản lý dự án đầu tư xây dựng công trình \"Mẫu\" tỉnh An"

static struct house h;
static struct vt_actor clerk;

static vt_id
arrive(const char *code, const char *name, const char *number,
    const char *notation, const char *on)
{
	struct doer d = { .s = h.store, .agency = h.here };
	struct vt_meta m = { .subject = "Về việc mẫu",
		.agency_code = code,
		.agency_name = name,
		.number = number,
		.notation = notation,
		.issued_on = on };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	vt_id id;

	tap_need(
	    make_file(&d, VT_SPAN("x", 1), "a.pdf", &f) == VT_OK, "file");
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	tap_need(do_step(&d, NULL, st) == VT_OK, "registered: %s", d.err.msg);
	id = d.paper;
	vt_act_result_free(&d.r);
	return id;
}

static void
address(const char *code, const char *old)
{
	struct vt_actor admin = house_actor(&h, "admin", h.here);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_address a = { .name = "Sở Mẫu" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = &admin, .key = h.key };

	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	(void)snprintf(a.old_code, sizeof(a.old_code), "%s", old);
	(void)snprintf(h.key, sizeof(h.key), "address-%u", ++h.keys);
	tap_need(vt_office_address_put(h.office, &rq, &a, &r, &err) == VT_OK,
	    "address %s", err.msg);
	vt_act_result_free(&r);
}

/* How many are like this one; the first of them in first. */
static size_t
alike(const struct vt_meta *m, const vt_id *but, size_t max, vt_id *first)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p[4];
	size_t n = 99;

	memset(first, 0, sizeof(*first));
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_office_alike(v, &clerk, m, but, p, max, &n, &err), &err,
	    "looked for");
	if (n > 0)
		*first = p[0].id;
	return n;
}

static void
merge(void)
{
	struct vt_err err = VT_ERR_INIT;
	bool any = true;

	while (any)
		tap_need(vt_search_merge(h.store, h.here, &any, &err) == VT_OK,
		    "merged: %s", err.msg);
}

struct papers {
	vt_id now, old, name, long_name;
};

static void
asked(const struct papers *at, const char *when)
{
	struct vt_meta m = { .agency_code = "H98.07",
		.agency_name = "Sở Mẫu",
		.number = "5",
		.notation = "qđ-sm",
		.issued_on = "2026-03-02" };
	vt_id first;

	tap_eq_int((int)alike(&m, NULL, 4, &first), 3,
	    "by code, by the code before, by name");
	tap_ok(vt_id_eq(&first, &at->name), "%s: the newest first", when);
	tap_eq_int((int)alike(&m, &at->name, 4, &first), 2, "but itself");
	tap_ok(vt_id_eq(&first, &at->old), "%s: then the next", when);
	tap_eq_int((int)alike(&m, NULL, 1, &first), 1, "no more than asked");
	tap_ok(vt_id_eq(&first, &at->name), "of them the newest");
	m.agency_code = "000.00.07.H98";
	tap_eq_int(
	    (int)alike(&m, NULL, 4, &first), 3, "%s: under the old code", when);
	m.agency_code = "H98.08";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 1,
	    "%s: another code, only the name is the same", when);
	tap_ok(vt_id_eq(&first, &at->name), "as the one without a code");
	m.agency_code = "H98.07";
	m.number = "6";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "another number");
	m.number = "05";
	m.notation = "TB-SM";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "another symbol");
	m.notation = "QĐ-SM";
	m.issued_on = "2025-03-02";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 1,
	    "%s: another year, but for the one of no day", when);
	tap_ok(vt_id_eq(&first, &at->old), "that one");
	m.issued_on = NULL;
	tap_eq_int((int)alike(&m, NULL, 4, &first), 3, "no day: any");
	m.number = "";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "no number: nothing");
	m = (struct vt_meta){ .agency_name = "Xã Mẫu",
		.number = "007/ubnd" };
	tap_eq_int((int)alike(&m, NULL, 4, &first), 1,
	    "%s: number and symbol typed as one", when);
	m.agency_name = "Xa\xcc\x83  Ma\xcc\x82\xcc\x83u";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 1, "letters in NFD");
	m.agency_name = "Xã Mau";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "marks are letters");
	m.agency_name = "Xã Mẫu";
	m.number = "7";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "no symbol is another");
	m = (struct vt_meta){ .agency_name = LONG_NAME,
		.number = "7",
		.notation = "BC" };
	tap_eq_int((int)alike(&m, NULL, 4, &first), 1,
	    "%s: a name of many words, with quotes", when);
	tap_ok(vt_id_eq(&first, &at->long_name), "compared whole");
	m.agency_name = LONG_NAME " Mẫu";
	tap_eq_int((int)alike(&m, NULL, 4, &first), 0, "to its last word");
}

int
main(void)
{
	struct papers at;

	house_begin(&h);
	clerk = house_actor(&h, "clerk", h.here);
	address("H98.07", "000.00.07.H98");
	at.now = arrive("H98.07", "Sở Mẫu", "05", "QĐ-SM", "2026-03-02");
	at.old = arrive("000.00.07.H98", "Sở Cũ", "05", "QĐ-SM", "");
	at.name = arrive("", "sở  MẪU", "5", "QĐ-SM", "2026-03-02");
	at.long_name = arrive("", LONG_NAME, "7", "BC", "2026-04-02");
	(void)arrive("", "Xã Mẫu", "7", "UBND", "");
	(void)arrive("H98.09", "Sở Khác", "05", "QĐ-SM", "2026-03-02");
	(void)arrive("", LONG_NAME " Khác", "7", "BC", "2026-04-02");
	asked(&at, "in the tail");
	merge();
	asked(&at, "in the index");
	house_end(&h);
	return tap_done();
}
