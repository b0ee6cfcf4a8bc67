/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding papers over the real store: who may, what is asked by names, what is
 * overdue, queries that are saved, hits as files. */
#include "api/office/find.h"
#include "api/office/routes_priv.h"
#include "tests/unit/api/office/house.h"

static struct house h;
static const char *from; /* code of who sends the papers that arrive */

static vt_id
arrive(const char *subject, const char *due, const vt_id *who)
{
	struct doer d = { .s = h.store, .agency = h.here };
	struct vt_meta m = { .subject = subject,
		.agency_code = from,
		.agency_name = "=Sở <Mẫu> & \"con\"",
		.number = "12",
		.notation = "CV-SM",
		.issued_on = "2026-02-20",
		.due_on = due };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	vt_id id;

	tap_need(make_file(&d, VT_SPAN(subject, strlen(subject)), "a.pdf",
		     &f) == VT_OK,
	    "file");
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	tap_need(do_step(&d, NULL, st) == VT_OK, "%s: %s", subject, d.err.msg);
	id = d.paper;
	if (who != NULL) {
		st = (struct vt_step){ .kind = VT_STEP_ASSIGN };
		st.u.assign.person = *who;
		tap_need(
		    do_step(&d, &id, st) == VT_OK, "assigned: %s", d.err.msg);
	}
	vt_act_result_free(&d.r);
	return id;
}

/* How many; the first one's subject in first. */
static int
find(const struct vt_actor *a, const struct vt_find *f, char first[64])
{
	struct vt_paper p[8];
	struct vt_find_page page = { .ret = p, .max = 8 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	int rc;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	rc = vt_office_find(h.office, v, a, f, &page, &err);
	if (first != NULL)
		(void)snprintf(first, 64, "%s",
		    rc == VT_OK && page.n > 0 ? p[0].meta.subject : "");
	vt_view_end(v);
	return rc == VT_OK ? (int)page.n : rc;
}

static int
one(const struct vt_actor *a, enum vt_find_field f, const char *value)
{
	struct vt_find q = { { NULL } };

	q.f[f] = value;
	return find(a, &q, NULL);
}

static void
asked(const struct vt_actor *officer, const struct vt_actor *admin,
    const struct vt_actor *stranger)
{
	struct vt_find q = { { NULL } };
	char first[64], last[64];

	tap_eq_int(one(officer, VT_FIND_Q, "cong van"), 2, "words");
	tap_eq_int(one(officer, VT_FIND_NUMBER, "12/CV-SM"), 3, "a number");
	tap_eq_int(one(officer, VT_FIND_STATE, "assigned"), 2, "a state");
	tap_eq_int(one(officer, VT_FIND_STATE, "open"), 3, "what is open");
	tap_eq_int(one(officer, VT_FIND_ASSIGNED_TO, "me"), 1, "mine");
	tap_eq_int(one(officer, VT_FIND_DIRECTION, "out"), 0, "none goes out");
	tap_eq_int(one(officer, VT_FIND_ISSUED_FROM, "2026-02-21"), 0, "days");
	tap_eq_int(one(officer, VT_FIND_NUMBER_MIN, "2"), 2, "from a number");
	tap_eq_int(one(officer, VT_FIND_NUMBER_MAX, "2"), 2, "to one");
	tap_eq_int(one(officer, VT_FIND_OVERDUE, "true"), 1, "overdue");
	q.f[VT_FIND_OVERDUE] = "true";
	q.f[VT_FIND_ASSIGNED_TO] = "me";
	tap_eq_int(find(officer, &q, first), 1, "who has what is overdue");
	tap_eq_str(first, "Công văn trễ", "it");
	q.f[VT_FIND_STATE] = "refused";
	tap_eq_int(find(officer, &q, NULL), 0, "what is closed is not overdue");
	tap_eq_int(one(officer, VT_FIND_STATE, "lost"), VT_E_INVALID, "state");
	tap_eq_int(
	    one(officer, VT_FIND_DIRECTION, "up"), VT_E_INVALID, "direction");
	tap_eq_int(one(officer, VT_FIND_ORDER, "up"), VT_E_INVALID, "order");
	q = (struct vt_find){ .f = { [VT_FIND_ORDER] = "due" } };
	tap_eq_int(find(officer, &q, first), 3, "in order");
	tap_eq_str(first, "Công văn trễ", "what is due first");
	q.f[VT_FIND_ORDER] = "number";
	(void)find(officer, &q, first);
	q.f[VT_FIND_ORDER] = "-number";
	(void)find(officer, &q, last);
	tap_ok(strcmp(first, last) != 0, "number 1: %s; the last: %s", first,
	    last);
	tap_eq_int(
	    one(officer, VT_FIND_DUE_BEFORE, "soon"), VT_E_INVALID, "day");
	tap_eq_int(
	    one(officer, VT_FIND_NUMBER_MIN, "x"), VT_E_INVALID, "number");
	tap_eq_int(
	    one(officer, VT_FIND_ASSIGNED_TO, "x"), VT_E_INVALID, "person");
	tap_eq_int(one(officer, VT_FIND_OVERDUE, "so"), VT_E_INVALID, "bool");
	tap_eq_int(one(admin, VT_FIND_Q, "cong"), VT_E_FORBIDDEN,
	    "an administrator reads no papers");
	tap_eq_int(one(stranger, VT_FIND_Q, "cong"), 0, "another agency's");
}

/* ---- saved ---- */

static int
save(const struct vt_actor *by, struct vt_saved s, vt_id *id)
{
	struct vt_request rq = house_request(&h, by);
	struct vt_err err = VT_ERR_INIT;

	return vt_office_save(h.office, &rq, &s, id, &err);
}

static int
unsave(const struct vt_actor *by, const vt_id *id)
{
	struct vt_request rq = house_request(&h, by);
	struct vt_err err = VT_ERR_INIT;

	return vt_office_unsave(h.office, &rq, id, &err);
}

/* How many he sees; the first one in ret. */
static int
see(const struct vt_actor *a, struct vt_saved *ret, struct vt_arena *arena)
{
	static struct vt_saved all[2 * VT_L(QUERIES_MAX)];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_office_saved(h.office, v, a, arena, all,
		     2 * VT_L(QUERIES_MAX), &n, &err),
	    &err, "saved");
	vt_view_end(v);
	if (n > 0)
		*ret = all[0];
	return (int)n;
}

static void
saved(const struct vt_actor *officer, const struct vt_actor *clerk,
    const struct vt_actor *stranger)
{
	struct vt_arena *arena = vt_arena_new(1 << 20);
	struct vt_actor deputy = house_actor(&h, "deputy", h.here);
	struct vt_actor system = house_actor(&h, "system", h.here);
	struct vt_saved s = { .columns = "number,due" }, got = { .name = "" };
	int n = 0;
	vt_id mine, shared, id;

	tap_need(arena != NULL, "arena");
	s.find.f[VT_FIND_Q] = "đường";
	s.find.f[VT_FIND_OVERDUE] = "true";
	(void)snprintf(s.name, sizeof(s.name), "Đường trễ");
	tap_eq_int(save(officer, s, &mine), VT_OK, "saved");
	tap_eq_int(see(officer, &got, arena), 1, "seen");
	tap_eq_str(got.name, "Đường trễ", "its name");
	tap_eq_str(got.find.f[VT_FIND_Q], "đường", "its words");
	tap_eq_str(got.find.f[VT_FIND_OVERDUE], "true", "its condition");
	tap_eq_str(got.columns, "number,due", "its columns");
	tap_ok(!got.shared && vt_id_eq(&got.owner, &officer->person) &&
		   vt_id_eq(&got.id, &mine),
	    "its owner");
	tap_eq_int(see(&deputy, &got, arena), 0, "by nobody else");
	s.shared = true;
	tap_eq_int(
	    save(officer, s, &id), VT_E_FORBIDDEN, "an officer does not share");
	tap_eq_int(save(clerk, s, &shared), VT_OK, "a clerk does");
	tap_eq_int(see(&deputy, &got, arena), 1, "everybody sees it");
	tap_eq_int(see(stranger, &got, arena), 0, "of the agency");
	tap_eq_int(unsave(&deputy, &shared), VT_E_FORBIDDEN, "not his");
	tap_eq_int(
	    unsave(&deputy, &mine), VT_E_NOT_FOUND, "one that he does not see");
	tap_eq_int(see(officer, &got, arena), 2, "stays");
	tap_eq_int(unsave(officer, &mine), VT_OK, "removed");
	tap_eq_int(unsave(officer, &mine), VT_E_NOT_FOUND, "it is gone");
	tap_eq_int(unsave(clerk, &shared), VT_OK, "removed");
	tap_eq_int(see(officer, &got, arena), 0, "none is left");
	s.shared = false;
	s.columns = "number,colour";
	tap_eq_int(save(officer, s, &id), VT_E_INVALID, "an unknown column");
	s.columns = "";
	s.find.f[VT_FIND_OVERDUE] = "maybe";
	tap_eq_int(save(officer, s, &id), VT_E_INVALID, "it would not run");
	s.find.f[VT_FIND_OVERDUE] = NULL;
	s.name[0] = '\0';
	tap_eq_int(save(officer, s, &id), VT_E_INVALID, "without a name");
	(void)snprintf(s.name, sizeof(s.name), "x");
	tap_ok(save(&system, s, &id) != VT_OK, "a program saves none");
	while (n < (int)VT_L(QUERIES_MAX) && save(officer, s, &id) == VT_OK)
		n++;
	tap_eq_int(n, (int)VT_L(QUERIES_MAX), "so many may be saved");
	tap_eq_int(save(officer, s, &id), VT_E_LIMIT, "one more is too many");
	vt_arena_free(arena);
}

/* ---- exports ---- */

static int
export_to(const struct vt_actor *a, enum vt_export_format format,
    const char *columns, struct vt_buf *ret)
{
	struct vt_find q = { { NULL } };
	struct vt_export x = {
		.find = &q, .columns = columns, .format = format
	};
	struct vt_err err = VT_ERR_INIT;

	q.f[VT_FIND_ORDER] = "oldest";
	vt_buf_reset(ret);
	return vt_office_export(h.office, a, &x, ret, &err);
}

static bool
has(const struct vt_buf *b, const char *s)
{
	return b->n > 0 && memmem(b->p, b->n, s, strlen(s)) != NULL;
}

/* One paper has to do with another, and amends one that lies elsewhere. */
static void
links(const vt_id *paper, const vt_id *other)
{
	struct doer d = { .s = h.store, .agency = h.here };
	struct vt_step st = { .kind = VT_STEP_LINK };

	st.u.link.kind = VT_LINK_RELATES;
	st.u.link.paper = *other;
	tap_call(do_step(&d, paper, st), &d.err, "linked");
	st = (struct vt_step){ .kind = VT_STEP_LINK };
	st.u.link.kind = VT_LINK_AMENDS;
	st.u.link.cited.code = "9/QĐ";
	tap_call(do_step(&d, paper, st), &d.err, "cited");
	vt_act_result_free(&d.r);
}

static void
exported(const struct vt_actor *officer, const struct vt_actor *admin)
{
	VT_BUF_AUTO(b);

	tap_eq_int(export_to(officer, VT_EXPORT_CSV,
		       "arrival,subject,agency,overdue,assigned_to", &b),
	    VT_OK, "CSV");
	tap_ok(has(&b, "\xef\xbb\xbf\"Số đến\",\"Trích yếu\""),
	    "a byte order mark, headings in Vietnamese, columns in order");
	tap_ok(has(&b, "\"01\",\"Công văn trễ\",\"'=Sở <Mẫu> & \"\"con\"\"\","
		       "\"3\",\"officer\"\r\n"),
	    "a paper: quoted, no formula, days overdue, who has it");
	tap_ok(has(&b, "Kết xuất từ Hệ thống bởi officer lúc 2026-03-0"),
	    "the mark: by whom, when");
	tap_ok(has(&b, "; 3 văn bản\""), "how many");
	tap_eq_int(export_to(officer, VT_EXPORT_DOCX, NULL, &b), VT_OK, "Word");
	tap_ok(b.n > 4 && memcmp(b.p, "PK\x03\x04", 4) == 0, "an archive");
	tap_ok(has(&b, "=Sở &lt;Mẫu&gt; &amp; \"con\""), "escaped");
	tap_ok(has(&b, "Kết xuất từ Hệ thống bởi officer"), "the mark");
	tap_eq_int(export_to(officer, VT_EXPORT_CSV, "subject,links", &b),
	    VT_OK, "with what papers are to others");
	tap_ok(has(&b, "\"Thông báo\",\"Văn bản liên quan 12/CV-SM; "
		       "Sửa đổi, bổ sung văn bản 9/QĐ\"\r\n") &&
		   has(&b, "\"Công văn trễ\",\"Văn bản liên quan 12/CV-SM\""),
	    "of here, of elsewhere, from both ends");
	tap_eq_int(export_to(officer, VT_EXPORT_JSON,
		       "arrival,agency,overdue,links", &b),
	    VT_OK, "JSON");
	tap_ok(has(&b, "{\"papers\":[{\"arrival\":\"01\",\"agency\":\"=Sở <Mẫu> "
		       "& \\\"con\\\"\",\"overdue\":\"3\""),
	    "columns by name: %.200s", vt_buf_str(&b));
	tap_ok(has(&b, "],\"exported\":\"Kết xuất từ Hệ thống bởi officer"),
	    "the mark");
	tap_eq_int(export_to(officer, VT_EXPORT_CSV, "colour", &b),
	    VT_E_INVALID, "an unknown column");
	tap_eq_int(export_to(admin, VT_EXPORT_CSV, NULL, &b), VT_E_FORBIDDEN,
	    "not for who may not read");
}

static void
put_address(const char *code, const char *successor, const char *before)
{
	struct doer d = { .s = h.store, .agency = h.here };
	struct vt_address a = { .name = "UBND xã" };
	VT_BUF_AUTO(value);

	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	(void)snprintf(a.successor, sizeof(a.successor), "%s", successor);
	(void)snprintf(a.old_code, sizeof(a.old_code), "%s", before);
	vt_address_encode(&a, &value);
	tap_call(put_entry(&d, VT_ENTRY_ADDRESS, code, vt_buf_view(&value),
		     VT_ENTRY_NEW),
	    &d.err, "%s is in the book", code);
	vt_act_result_free(&d.r);
}

/* Codes change: a paper keeps the one of its time, and each finds both. */
static void
codes(const struct vt_actor *officer)
{
	put_address("000.00.15.H51", "H51.15", "");
	put_address("H51.15", "", "000.00.15.H51");
	from = "000.00.15.H51";
	(void)arrive("Theo mã cũ", "", NULL);
	from = "H51.15";
	(void)arrive("Theo mã mới", "", NULL);
	tap_eq_int(one(officer, VT_FIND_AGENCY, "H51.15"), 2,
	    "the new code finds what came under the old one");
	tap_eq_int(one(officer, VT_FIND_AGENCY, "000.00.15.H51"), 2,
	    "and the old one what came under the new");
	tap_eq_int(one(officer, VT_FIND_AGENCY, "H51"), 0, "no part of one");
	tap_eq_int(one(officer, VT_FIND_AGENCY, "H51.15 H51"), 0, "nor two");
}

int
main(void)
{
	struct vt_actor officer, admin, clerk, stranger;
	vt_id late, note;

	house_begin(&h);
	officer = house_actor(&h, "officer", h.here);
	clerk = house_actor(&h, "clerk", h.here);
	admin = house_actor(&h, "admin", h.here);
	stranger = house_actor(&h, "leader", h.there);
	/* the clock stands at 2026-03-02 */
	late = arrive("Công văn trễ", "2026-02-27", &h.officer);
	(void)arrive("Công văn còn hạn", "2026-03-02", &h.deputy);
	note = arrive("Thông báo", "", NULL);
	links(&note, &late);
	asked(&officer, &admin, &stranger);
	saved(&officer, &clerk, &stranger);
	exported(&officer, &admin);
	codes(&officer);
	house_end(&h);
	return tap_done();
}
