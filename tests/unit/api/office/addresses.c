/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address book and the routes are everybody's: only the administrators of
 * the agency that runs the store write them. */
#include <pthread.h>

#include "api/office/address_import.h"
#include "api/office/csv.h"
#include "api/office/routes.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static int
put_row(const struct vt_actor *a, const struct vt_address *row, uint64_t rev)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = a, .key = h.key, .if_match = rev };
	int rc;

	(void)snprintf(h.key, sizeof(h.key), "address-%u", ++h.keys);
	rc = vt_office_address_put(h.office, &rq, row, &r, &err);
	vt_act_result_free(&r);
	return rc;
}

static int
put(const struct vt_actor *a, const char *successor)
{
	struct vt_address row = { .code = "H01.02", .name = "UBND tỉnh Bên" };

	(void)snprintf(row.successor, sizeof(row.successor), "%s", successor);
	return put_row(a, &row, 0);
}

static struct vt_address
get(const char *code)
{
	struct vt_address a = { .code = "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	if (vt_office_address_get(h.office, v, code, &a, &err) != VT_OK)
		memset(&a, 0, sizeof(a));
	vt_view_end(v);
	return a;
}

/* A row is changed by who has seen it as it is. */
static void
test_revisions(const struct vt_actor *admin)
{
	struct vt_address row = get("H01.02");
	uint64_t rev = row.rev;

	tap_ok(rev != 0, "a row has a revision");
	tap_ok(put_row(admin, &row, 0) == VT_E_PRECONDITION_REQUIRED,
	    "without it nobody changes the row");
	(void)snprintf(row.mail, sizeof(row.mail), "van.thu@ben.example");
	tap_ok(put_row(admin, &row, rev) == VT_OK, "with it one does");
	tap_ok(
	    put_row(admin, &row, rev) == VT_E_PRECONDITION_FAILED, "but once");
	row = get("H01.02");
	tap_ok(row.rev > rev && row.mail[0] != '\0', "the row went on");
	(void)snprintf(row.code, sizeof(row.code), "H01.03");
	tap_ok(put_row(admin, &row, rev) == VT_E_PRECONDITION_FAILED,
	    "what is not there has no revision");
}

/* The code of before leads to the one of now, wherever it is asked for. */
static void
test_old_codes(const struct vt_actor *admin)
{
	struct vt_address row = {
		.code = "H01.04", .name = "Sở Mới", .old_code = "000.00.04.H01"
	};
	enum vt_route_kind kind;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	char code[64];

	tap_ok(put_row(admin, &row, 0) == VT_OK, "a row with its old code");
	row = get("000.00.04.H01");
	tap_eq_str(row.successor, "H01.04", "the old code is a row, too");
	tap_eq_str(row.name, "Sở Mới", "of the same name");
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_ok(vt_office_route_find(h.office, v, "000.00.04.H01", &kind, NULL,
		   NULL, code, &err) == VT_OK,
	    "what is sent to it finds its way");
	vt_view_end(v);
	tap_eq_str(code, "H01.04", "to the new one");

	/* a route of that very code is the house's word: no list diverts it */
	{
		struct vt_route r = { .kind = VT_ROUTE_HOSTED, .active = true };

		(void)snprintf(r.key, sizeof(r.key), "000.00.04.H01");
		tap_ok(vt_route_put(h.store, &r, &err) == VT_OK, "a route");
		tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
		tap_ok(vt_office_route_find(h.office, v, r.key, &kind, NULL,
			   NULL, code, &err) == VT_OK,
		    "of the old code");
		vt_view_end(v);
		tap_ok(strcmp(code, r.key) == 0 && kind == VT_ROUTE_HOSTED,
		    "is taken, not the successor's: %s", code);
		r.active = false;
		tap_ok(
		    vt_route_put(h.store, &r, &err) == VT_OK, "switched off");
		tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
		tap_ok(vt_office_route_find(h.office, v, r.key, &kind, NULL,
			   NULL, code, &err) == VT_OK,
		    "it is not");
		vt_view_end(v);
		tap_eq_str(code, "H01.04", "the successor is");
	}

	/* an old code that people have led elsewhere stays */
	(void)snprintf(row.successor, sizeof(row.successor), "H01.02");
	tap_ok(put_row(admin, &row, row.rev) == VT_OK, "led elsewhere");
	row = get("H01.04");
	tap_ok(put_row(admin, &row, row.rev) == VT_OK, "the new one again");
	row = get("000.00.04.H01");
	tap_eq_str(row.successor, "H01.02", "changes nothing of that");
	row = get("H01.04");
	(void)snprintf(row.successor, sizeof(row.successor), "000.00.04.H01");
	tap_ok(put_row(admin, &row, row.rev) == VT_E_INVALID,
	    "an old code is no successor");
	(void)snprintf(row.old_code, sizeof(row.old_code), "H01.04");
	row.successor[0] = '\0';
	tap_ok(put_row(admin, &row, row.rev) == VT_E_INVALID,
	    "nor its own old one");
}

/* Merged into one that was merged into the first: nobody would ever get
 * anything. */
static void
test_circles(const struct vt_actor *admin)
{
	struct vt_address row = { .name = "Sở", .verified = true };
	const int last = 30 + (int)VT_L(SUCCESSORS_MAX);
	char code[64], want[64];
	int rc = VT_OK;

	(void)snprintf(row.code, sizeof(row.code), "H01.20");
	(void)snprintf(row.successor, sizeof(row.successor), "H01.21");
	tap_ok(put_row(admin, &row, 0) == VT_OK, "20 went into 21");
	(void)snprintf(row.code, sizeof(row.code), "H01.21");
	(void)snprintf(row.successor, sizeof(row.successor), "H01.22");
	tap_ok(put_row(admin, &row, 0) == VT_OK, "21 into 22");
	(void)snprintf(row.code, sizeof(row.code), "H01.22");
	(void)snprintf(row.successor, sizeof(row.successor), "H01.20");
	tap_ok(put_row(admin, &row, 0) == VT_E_INVALID,
	    "22 does not go into 20, which ends in 22");
	for (int i = 30; i < 48 && rc == VT_OK; i++) {
		(void)snprintf(row.code, sizeof(row.code), "H01.%d", i);
		(void)snprintf(
		    row.successor, sizeof(row.successor), "H01.%d", i - 1);
		if (i == 30)
			row.successor[0] = '\0';
		(void)snprintf(code, sizeof(code), "%s", row.code);
		rc = put_row(admin, &row, 0);
	}
	(void)snprintf(want, sizeof(want), "H01.%d", last);
	tap_ok(rc == VT_E_INVALID && strcmp(code, want) == 0,
	    "a chain longer than routing follows is refused, at %s", code);
}

static int
leads(const char *from, char ret[64])
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	enum vt_route_kind kind;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	return vt_office_route_find(
	    h.office, v, from, &kind, NULL, NULL, ret, &err);
}

/* H01.37 is the first of SUCCESSORS_MAX, H01.30 the last; then H01.30 has a
 * successor itself. */
static void
test_successors(const struct vt_actor *admin)
{
	struct vt_address row = get("H01.30"), more = {
		.code = "H01.29", .name = "Sở", .verified = true
	};
	char code[64];

	tap_ok(put_row(admin, &more, 0) == VT_OK, "another agency");
	tap_eq_int(leads("H01.37", code), VT_OK, "of SUCCESSORS_MAX agencies");
	tap_eq_str(code, "H01.30", "the last one is found");
	(void)snprintf(row.successor, sizeof(row.successor), "H01.29");
	tap_ok(put_row(admin, &row, row.rev) == VT_OK, "there is one more");
	tap_eq_int(
	    leads("H01.37", code), VT_E_AGENCY_UNKNOWN, "which is too far");
	tap_eq_int(leads("H01.36", code), VT_OK, "from one nearer");
	tap_eq_str(code, "H01.29", "it is found");
}

/* ---- two lists at once ---- */

#define ROWS 600

struct taking {
	pthread_t thread;
	const char *gateway;
	struct vt_address *rows;
	char why[200];
	int rc;
};

static void *
take_over(void *arg)
{
	struct vt_err err = VT_ERR_INIT;
	struct taking *t = arg;

	t->rc = VT_OK;
	for (unsigned round = 0; t->rc == VT_OK && round < 5; round++) {
		for (size_t i = 0; i < ROWS; i++)
			(void)snprintf(t->rows[i].name, sizeof(t->rows[i].name),
			    "%s, lần %u", t->gateway, round);
		t->rc = vt_office_addresses_sync(
		    h.office, t->gateway, t->rows, ROWS, NULL, &err);
	}
	(void)snprintf(t->why, sizeof(t->why), "%.190s", err.msg);
	return NULL;
}

/* Each row is there, as the last round of one of the two left it. */
static void
whole_rows(const struct taking t[2])
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	static struct vt_address a[ROWS + 1];
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0, right = 0;

	tap_call(vt_view_begin(h.store, &v, &err), &err, "a view");
	tap_call(
	    vt_office_address_list(h.office, v, "H90.", a, ROWS + 1, &n, &err),
	    &err, "the book");
	for (size_t i = 0; i < n && i < ROWS; i++) {
		char code[64], name[2][64];

		(void)snprintf(code, sizeof(code), "H90.%03zu", i);
		for (size_t k = 0; k < 2; k++)
			(void)snprintf(name[k], sizeof(name[k]), "%s, lần 4",
			    t[k].gateway);
		right += strcmp(a[i].code, code) == 0 && !a[i].deleted &&
			 (strcmp(a[i].name, name[0]) == 0 ||
			     strcmp(a[i].name, name[1]) == 0) &&
			 (strcmp(a[i].gateway, t[0].gateway) == 0 ||
			     strcmp(a[i].gateway, t[1].gateway) == 0);
	}
	tap_eq_int(right, ROWS, "all rows are there, whole");
}

/* Two gateways name the same agencies: neither list is broken off. */
static void
test_two_lists(void)
{
	struct taking t[2] = { { .gateway = "@axis" }, { .gateway = "@lgsp" } };

	for (size_t k = 0; k < 2; k++) {
		t[k].rows = calloc(ROWS, sizeof(*t[k].rows));
		tap_need(t[k].rows != NULL, "memory");
		for (size_t i = 0; i < ROWS; i++)
			(void)snprintf(t[k].rows[i].code,
			    sizeof(t[k].rows[i].code), "H90.%03zu", i);
	}
	for (size_t k = 0; k < 2; k++)
		tap_need(
		    pthread_create(&t[k].thread, NULL, take_over, &t[k]) == 0,
		    "thread");
	for (size_t k = 0; k < 2; k++) {
		pthread_join(t[k].thread, NULL);
		tap_ok(t[k].rc == VT_OK, "%s is taken over whole: %s",
		    t[k].gateway, t[k].why);
		free(t[k].rows);
	}
	whole_rows(t);
}

/* ---- codes that begin and end ---- */

static int
find(const char *code, char ret[64], char why[200])
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	enum vt_route_kind kind;
	int rc;

	ret[0] = '\0';
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	rc = vt_office_route_find(
	    h.office, v, code, &kind, NULL, NULL, ret, &err);
	(void)snprintf(why, 200, "%s", err.msg);
	return rc;
}

static struct vt_code_now
code_now(const char *code)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_code_now now;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_need(vt_office_code_now(h.office, v, code, &now, &err) == VT_OK,
	    "code now %s", err.msg);
	return now;
}

static void
test_days(const struct vt_actor *admin)
{
	struct vt_address row = { .code = "H01.60", .name = "UBND xã Một" };
	struct vt_code_now now;
	char to[64], why[200];

	tap_ok(put_row(admin, &row, 0) == VT_OK, "a commune");
	(void)snprintf(row.code, sizeof(row.code), "H01.61");
	(void)snprintf(row.name, sizeof(row.name), "UBND xã Hai");
	(void)snprintf(row.successor, sizeof(row.successor), "H01.60");
	(void)snprintf(row.from, sizeof(row.from), "2025-12-32");
	tap_eq_int(put_row(admin, &row, 0), VT_E_INVALID, "a day that is none");
	(void)snprintf(row.from, sizeof(row.from), "2099-12-31");
	(void)snprintf(row.until, sizeof(row.until), "2099-06-30");
	tap_eq_int(put_row(admin, &row, 0), VT_E_INVALID,
	    "a code that ends before it begins");
	row.from[0] = '\0';
	tap_ok(put_row(admin, &row, 0) == VT_OK, "it ends in 2099");
	tap_ok(find("H01.61", to, why) == VT_OK && strcmp(to, "H01.61") == 0,
	    "until then it is the one to send to: %s", to);
	tap_ok(!code_now("H01.61").ended, "and has not ended");
	h.w.now = vt_time_parse_day("2099-06-30") +
		  VT_TIME_S(86399);
	tap_ok(find("H01.61", to, why) == VT_OK && strcmp(to, "H01.61") == 0,
	    "on its last day, too");
	h.w.now += VT_TIME_S(1);
	tap_ok(find("H01.61", to, why) == VT_OK && strcmp(to, "H01.60") == 0,
	    "then its successor is: %s", to);
	now = code_now("H01.61");
	tap_ok(now.ended && strcmp(now.code, "H01.60") == 0 &&
		   strcmp(now.name, "UBND xã Một") == 0 &&
		   strcmp(now.until, "2099-06-30") == 0,
	    "and that is told, with the day");
	row = get("H01.61");
	row.successor[0] = '\0';
	tap_ok(put_row(admin, &row, row.rev) == VT_OK, "nobody has its tasks");
	tap_ok(find("H01.61", to, why) == VT_E_AGENCY_UNKNOWN &&
		   strstr(why, "2099-06-30") != NULL,
	    "then nothing can be sent to it: %s", why);
	now = code_now("H01.61");
	tap_ok(now.ended && now.code[0] == '\0', "it is nobody's");
	tap_ok(!code_now("H01.99").ended, "of an unknown code nothing is said");
	tap_ok(!code_now("H99.07").ended, "nor of one in force here");

	/* a code that begins ends the one before */
	memset(&row, 0, sizeof(row));
	(void)snprintf(row.code, sizeof(row.code), "H01.63");
	(void)snprintf(row.name, sizeof(row.name), "Sở Ba");
	(void)snprintf(row.old_code, sizeof(row.old_code), "000.00.63.H01");
	(void)snprintf(row.from, sizeof(row.from), "2099-08-01");
	tap_ok(put_row(admin, &row, 0) == VT_OK, "another code from August");
	row = get("000.00.63.H01");
	tap_eq_str(row.until, "2099-07-31", "the old one holds to July's end");
	tap_ok(find("000.00.63.H01", to, why) == VT_OK &&
		   strcmp(to, "000.00.63.H01") == 0,
	    "and in July leads nowhere else");
}

/* ---- a table ---- */

struct told {
	char text[2048];
	size_t n;
};

static void
told(void *arg, const struct vt_import_line *l)
{
	struct told *t = arg;

	t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n,
	    "%zu %c %s|%s / ", l->line, "=+~!"[l->what], l->code, l->detail);
}

static int
import(const char *table, bool dry, struct told *t, struct vt_err *err)
{
	struct vt_import im = { .dry = dry, .tell = told, .arg = t };

	memset(t, 0, sizeof(*t));
	*err = (struct vt_err)VT_ERR_INIT;
	return vt_addresses_import(
	    h.store, &h.w.ctx, vt_span_str(table), &im, err);
}

static const char reform[] =
    "\xef\xbb\xbf"
    "code,name,from,until,successor,old_code\r\n"
    "H98.55,\"UBND xã \"\"Mới\"\", huyện cũ\",2025-07-01,,,\r\n"
    "\r\n"
    "H98.31,UBND xã Cũ,,2025-06-30,H98.55,\r\n"
    "H98.32 , UBND xã Xưa,,2025-06-30,H98.55,000.00.32.H98";

static void
test_import(void)
{
	struct vt_err err;
	struct told t;
	char to[64], why[200];

	tap_ok(import(reform, true, &t, &err) == VT_OK, "a table: %s", err.msg);
	tap_eq_str(t.text,
	    "2 + H98.55|name: UBND xã \"Mới\", huyện cũ; from: 2025-07-01 / "
	    "4 + H98.31|name: UBND xã Cũ; successor: H98.55; until: "
	    "2025-06-30 / "
	    "5 + H98.32|name: UBND xã Xưa; old_code: 000.00.32.H98; "
	    "successor: H98.55; until: 2025-06-30 / ",
	    "each line is told");
	tap_eq_str(get("H98.55").name, "", "without writing it");
	tap_ok(import(reform, false, &t, &err) == VT_OK, "then with");
	tap_eq_str(
	    get("H98.55").name, "UBND xã \"Mới\", huyện cũ", "it is there");
	tap_eq_str(get("000.00.32.H98").successor, "H98.32",
	    "an old code got its row");
	tap_ok(find("000.00.32.H98", to, why) == VT_OK &&
		   strcmp(to, "H98.55") == 0,
	    "and leads to who has the tasks: %s", to);
	tap_ok(import(reform, false, &t, &err) == VT_OK &&
		   strstr(t.text, "2 = H98.55| / 4 = H98.31| / 5 = H98.32|") !=
		       NULL,
	    "again it changes nothing: %s", t.text);
	tap_ok(import("code,mail,until\nH98.31,a@b.example,-\n", false, &t,
		   &err) == VT_OK,
	    "some columns");
	tap_ok(strcmp(t.text, "2 ~ H98.31|mail: a@b.example; until: - / ") ==
			   0 &&
		   get("H98.31").until[0] == '\0' &&
		   strcmp(get("H98.31").name, "UBND xã Cũ") == 0,
	    "leave the others, \"-\" empties: %s", t.text);
}

static void
test_import_wrong(void)
{
	static const struct {
		const char *table, *says;
	} t[] = {
		{ "code,name\nH97.01,A\nH97.01,B\n",
		    "3 ! H97.01|code: it stands" },
		{ "code,name\nH97 01,A\n", "character 4" },
		{ "code,name\nH99.07,A\n", "of an agency of this store" },
		{ "code,name\nH97.01,\n", "name: " },
		{ "code,name,successor\nH97.01,A,H97.09\n",
		    "successor: not in the address book" },
		{ "code,name,successor\nH97.01,A,H97.02\nH97.02,B,H97.01\n",
		    "leads back here" },
		{ "code,name,from,until\nH97.01,A,2026-02-30,\n", "from: a" },
		{ "code,name,from,until\nH97.01,A,2026-03-01,2026-02-01\n",
		    "ends before" },
		{ "code,name\nH97.01\n", "not as many cells" },
		{ "code,name,from\nH97.01,A,2026-01-01T00:00\n",
		    "from: too long" },
	};
	static const struct {
		const char *table, *says;
	} no[] = { { "", "column" }, { "name\nA\n", "no column \"code\"" },
		{ "code,code\nA,B\n", "each once" },
		{ "code,mã\nA,B\n", "\"mã\"" },
		{ "code,name\nH97.01,\"A\n", "line 2: a quote has no end" },
		{ "code,name\nH97.01,\"A\"B\n", "behind a quote" },
		{ "code,name\nH97.01,\xff\n", "UTF-8" } };
	struct vt_err err;
	struct told said;
	VT_BUF_AUTO(chain);

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		tap_eq_int(import(t[i].table, false, &said, &err), VT_E_INVALID,
		    "a line that is wrong");
		tap_ok(strstr(said.text, t[i].says) != NULL, "says so: %s",
		    said.text);
		tap_eq_str(get("H97.01").code, "", "nothing is written");
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		tap_eq_int(import(no[i].table, false, &said, &err), VT_E_SYNTAX,
		    "no table");
		tap_ok(strstr(err.msg, no[i].says) != NULL, "%s", err.msg);
	}
	vt_buf_puts(&chain, "code,name,successor\n");
	for (int i = 0; i <= (int)VT_L(SUCCESSORS_MAX); i++)
		vt_buf_printf(&chain, "H97.%d,A,%s%.0d\n", 10 + i,
		    i == 0 ? "" : "H97.", i == 0 ? 0 : 9 + i);
	tap_eq_int(import(vt_buf_str(&chain), false, &said, &err), VT_E_INVALID,
	    "a chain longer than routing follows");
	tap_ok(strstr(said.text, "one after the other") != NULL, "says so");
}

static void
test_import_many(void)
{
	struct vt_err err;
	VT_BUF_AUTO(b);
	char to[64], why[200];

	vt_buf_puts(&b, "successor,code,name\n");
	for (int i = 0; i < 1000; i++)
		vt_buf_printf(&b, "H96.%d,H96.%d,Xã %d\n", 5000 + i / 3,
		    1000 + i, i);
	for (int i = 0; i < 334; i++)
		vt_buf_printf(&b, ",H96.%d,Xã mới %d\n", 5000 + i, i);
	{
		struct vt_import im = { .dry = false };

		err = (struct vt_err)VT_ERR_INIT;
		tap_ok(vt_addresses_import(h.store, &h.w.ctx, vt_buf_view(&b),
			   &im, &err) == VT_OK &&
			   im.count[VT_IMPORT_ADDED] == 1334,
		    "a province: %s", err.msg);
	}
	tap_ok(find("H96.1999", to, why) == VT_OK &&
		   strcmp(to, "H96.5333") == 0,
	    "its last commune: %s", to);
}

/* What is written as a cell is read as it was; any bytes are read to an end. */
static void
test_cells(void)
{
	static const char letters[] = "a,\"\n\r; \tx-=\xc3\xa9";
	uint64_t state = 0x9e3779b97f4a7c15U;
	size_t differ = 0, stuck = 0;

	for (int i = 0; i < 5000; i++) {
		char text[2][24];
		VT_BUF_AUTO(out);
		VT_BUF_AUTO(cell);
		struct vt_csv csv;
		bool more = true;

		for (int k = 0; k < 2; k++) {
			size_t n = state % 20;

			text[k][0] = 'a'; /* no blank or formula in front */
			for (size_t c = 1; c <= n; c++) {
				state = state * 6364136223846793005U + 1;
				text[k][c] =
				    letters[(state >> 33) % (sizeof(letters) - 1)];
			}
			text[k][n + 1] = 'b';
			text[k][n + 2] = '\0';
			state = state * 6364136223846793005U + 1;
			vt_csv_cell(&out, text[k], k == 0);
		}
		csv = vt_csv_open(vt_buf_view(&out));
		for (int k = 0; k < 2; k++)
			differ += vt_csv_next(&csv, &cell, &more, NULL) !=
				      VT_OK ||
				  strcmp(vt_buf_str(&cell), text[k]) != 0 ||
				  more != (k == 0);
		differ += vt_csv_line(&csv);
		/* the raw text, however it is broken */
		csv = vt_csv_open(vt_span_str(text[0]));
		for (size_t calls = 0; vt_csv_line(&csv); calls++) {
			if (vt_csv_next(&csv, &cell, &more, NULL) != VT_OK)
				break;
			if (calls > sizeof(text[0])) {
				stuck++;
				break;
			}
		}
	}
	tap_eq_int((int)differ, 0, "cells come back as they were written");
	tap_eq_int((int)stuck, 0, "and no text is read for ever");
}

int
main(void)
{
	struct vt_actor ours, theirs, clerk;

	house_begin(&h);
	ours = house_actor(&h, "admin", h.here);
	theirs = house_actor(&h, "admin", h.there);
	clerk = house_actor(&h, "clerk", h.here);
	tap_ok(put(&theirs, "H99.31") == VT_E_FORBIDDEN,
	    "another agency's administrator leads nobody's papers to his own");
	tap_ok(put(&clerk, "") == VT_E_FORBIDDEN, "nor does a clerk");
	tap_ok(put(&ours, "") == VT_OK, "the operator's writes the book");
	test_revisions(&ours);
	test_old_codes(&ours);
	test_circles(&ours);
	test_successors(&ours);
	test_two_lists();
	test_days(&ours);
	test_import();
	test_import_wrong();
	test_import_many();
	test_cells();
	house_end(&h);
	return tap_done();
}
