/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of papers by type, unit or month, and state. */
#include "api/office/report.h"

#include "api/v1/v1_priv.h"

static void
row_out(struct vt_json *j, const struct vt_report_row *r, enum vt_direction d)
{
	const struct vt_report_count *c;
	size_t n = vt_report_counts(d, &c);

	vt_json_object(j);
	vt_json_kstr(j, "key", r->key);
	vt_json_kstr(j, "name", r->name);
	for (size_t i = 0; i < n; i++)
		vt_json_kuint(j, c[i].name, r->n[i]);
	vt_json_end(j);
}

int
vt_v1_read_report(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_report_ask ask = { .direction = VT_DIR_OUT,
		.from = vt_http_query(req, "from"),
		.to = vt_http_query(req, "to") };
	const char *by = vt_http_query(req, "by");
	const char *way = vt_http_query(req, "direction");
	struct vt_report r;
	struct vt_json j;
	int rc;

	if (way != NULL && strcmp(way, "in") == 0)
		ask.direction = VT_DIR_IN;
	/* the contract was asked before: these are there, and are right */
	if (ask.from == NULL || ask.to == NULL || way == NULL ||
	    !vt_report_by_parse(by == NULL ? "type" : by, &ask.by))
		return vt_err_set(reterr, VT_E_INVALID,
		    "report: direction, from and to wanted");
	if ((rc = vt_office_report(vt_v1_office(req), vt_v1_actor(req), &ask,
		 req->arena, &r, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "direction", way);
	vt_json_kstr(&j, "from", ask.from);
	vt_json_kstr(&j, "to", ask.to);
	vt_json_key(&j, "rows");
	vt_json_array(&j);
	for (size_t i = 0; i < r.n_rows; i++)
		row_out(&j, &r.rows[i], ask.direction);
	vt_json_end(&j);
	vt_json_key(&j, "total");
	row_out(&j, &r.total, ask.direction);
	vt_json_end(&j);
	return VT_OK;
}
