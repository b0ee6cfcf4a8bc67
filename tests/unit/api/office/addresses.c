/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address book and the routes are everybody's: only the administrators of
 * the agency that runs the store write them. */
#include "api/office/routes.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static int
put(const struct vt_actor *a, const char *successor)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = a, .key = h.key };
	struct vt_address row = { .code = "H01.02", .name = "UBND tỉnh Bên" };
	int rc;

	(void)snprintf(h.key, sizeof(h.key), "address-%u", ++h.keys);
	(void)snprintf(row.successor, sizeof(row.successor), "%s", successor);
	rc = vt_office_address_put(h.office, &rq, &row, &r, &err);
	vt_act_result_free(&r);
	return rc;
}

static int
route(const struct vt_actor *a)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = { .actor = a, .key = h.key };
	int rc;

	(void)snprintf(h.key, sizeof(h.key), "route-%u", ++h.keys);
	rc = vt_office_route_remove(h.office, &rq, "axis", &r, &err);
	vt_act_result_free(&r);
	return rc;
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
	tap_ok(route(&theirs) == VT_E_FORBIDDEN, "routes are the operator's");
	tap_ok(route(&ours) == VT_E_NOT_FOUND, "who may remove one there is");
	house_end(&h);
	return tap_done();
}
