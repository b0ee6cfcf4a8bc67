/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address book and the routes are everybody's: only the administrators of
 * the agency that runs the store write them. */
#include <pthread.h>

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
	house_end(&h);
	return tap_done();
}
