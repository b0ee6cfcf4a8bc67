/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A status that came: about a paper of ours, into the log of its delivery; or
 * 13, about a paper of theirs that is here.
 */
#include "api/office/arrive.h"
#include "api/office/packet.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define PAGE      32
#define KNOWN_MAX 16

/* Nobody's: kept, with the reason. With code 16 when the sender waits. */
static int
unknown(
    struct vt_arrival *a, const char *note, bool answer, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_telling t;
	struct vt_step steps[2];
	VT_BUF_AUTO(payload);
	int rc;

	memset(steps, 0, sizeof(steps));
	rc = vt_arrival_read(a, VT_CONSIGN_REFUSED, &steps[0], reterr);
	if (rc != VT_OK)
		return rc;
	steps[0].u.consign_read.note = note;
	vt_telling_new(a->o, VT_STATUS_DECLINED, note, "", &t);
	vt_telling_encode(&t, &payload);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	steps[1].kind = VT_STEP_WORK;
	steps[1].u.work.kind = VT_WORK_STATUS;
	steps[1].u.work.subject = a->id;
	steps[1].u.work.payload = vt_buf_view(&payload);
	rc = vt_arrival_act(a, NULL, steps, answer ? 2 : 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- about a paper of ours ---- */

/* "H99.07,2026/03/02,128/SKHCN-CĐS" taken apart: number and day. */
static void
split_id(const char *id, char *number, size_t n_number, char *day, size_t n_day)
{
	const char *first = strchr(id, ','), *second;
	struct vt_edxml_day d;

	number[0] = day[0] = '\0';
	if (first == NULL || (second = strchr(first + 1, ',')) == NULL)
		return;
	vt_text_fit(number, n_number, second + 1);
	if (vt_day_parse(first + 1, '/', &d))
		(void)snprintf(
		    day, n_day, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static int
find_ours(struct vt_arrival *a, struct vt_view *v, struct vt_paper *ret,
    struct vt_err *reterr)
{
	const struct vt_edxml_reference *of = &a->x->status.of;
	char number[256], day[32];
	bool ok = true;
	int rc = VT_E_NOT_FOUND;

	if (of->document_id != NULL) {
		split_id(
		    of->document_id, number, sizeof(number), day, sizeof(day));
		if (number[0] != '\0')
			rc = vt_paper_by_number_text(v, a->agency_no,
			    vt_arrival_text(a, number, 100, &ok), day, ret,
			    reterr);
	}
	if (rc == VT_E_NOT_FOUND && of->code != NULL)
		rc = vt_paper_by_number_text(v, a->agency_no,
		    vt_arrival_text(a, of->code, 100, &ok),
		    vt_arrival_day(a, &of->promulgated, &ok), ret, reterr);
	return ok ? rc : vt_arena_err(a->arena, reterr);
}

/* Do both codes lead to one agency? */
static bool
same_agency(struct vt_view *v, const char *x, const char *y)
{
	struct vt_address a;

	if (strcmp(x, y) == 0)
		return true;
	if (vt_address_read(v, x, &a, NULL) == VT_OK &&
	    (strcmp(a.old_code, y) == 0 || strcmp(a.successor, y) == 0))
		return true;
	return vt_address_read(v, y, &a, NULL) == VT_OK &&
	       (strcmp(a.old_code, x) == 0 || strcmp(a.successor, x) == 0);
}

static int
find_delivery(struct vt_view *v, const vt_id *paper, const char *from,
    vt_id *ret, bool *ret_is, bool *ret_unvouched, struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	uint64_t after = 0;
	size_t n;
	int rc;

	*ret_is = false;
	do {
		rc = vt_delivery_list_after(
		    v, paper, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			after = d[i].seq;
			if (d[i].to.code[0] == '\0' ||
			    !same_agency(v, d[i].to.code, from))
				continue;
			*ret = d[i].id;
			*ret_is = true;
			*ret_unvouched = d[i].sent_at == VT_TIME_NONE &&
					 d[i].state == VT_DELIVERY_WAITING;
			return VT_OK;
		}
	} while (n == PAGE);
	return VT_OK;
}

static int
log_status(struct vt_arrival *a, const vt_id *paper, const vt_id *delivery,
    bool unvouched, struct vt_err *reterr)
{
	const struct vt_edxml_status *s = &a->x->status;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step steps[3];
	bool ok = true;
	size_t n = 2;
	int rc;

	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_STATUS;
	steps[0].u.status.delivery = *delivery;
	steps[0].u.status.code = (uint32_t)s->code;
	steps[0].u.status.at =
	    s->at.at == VT_TIME_NONE ? a->received_at : s->at.at;
	steps[0].u.status.from = vt_arrival_text(a, s->from.id, 35, &ok);
	steps[0].u.status.staff = vt_arrival_text(a, s->staff.staff, 100, &ok);
	steps[0].u.status.note = vt_arrival_text(a, s->description, 1000, &ok);
	steps[0].u.status.evidence = a->packet;
	steps[0].u.status.consignment = a->id;
	steps[0].u.status.received_at = a->received_at;
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	rc = vt_arrival_read(a, VT_CONSIGN_APPLIED, &steps[1], reterr);
	if (rc != VT_OK)
		return rc;
	/* the status ends the sending; the receipt is still wanted */
	if (unvouched) {
		steps[n].kind = VT_STEP_WORK;
		steps[n].u.work.kind = VT_WORK_DELIVERY;
		steps[n].u.work.subject = *delivery;
		steps[n++].u.work.due = vt_now(a->o->o.ctx) + VT_TIME_S(60);
	}
	rc = vt_arrival_act(a, paper, steps, n, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

static int
about_ours(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	vt_id paper = { { 0 } }, delivery = { { 0 } };
	struct vt_paper p;
	bool is = false, ok = true, unvouched = false;
	int rc;

	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = find_ours(a, v, &p, &err);
	if (rc == VT_OK) {
		paper = p.id;
		rc = find_delivery(v, &paper,
		    vt_arrival_text(a, a->x->status.from.id, 35, &ok),
		    &delivery, &is, &unvouched, &err);
	} else if (rc == VT_E_NOT_FOUND) {
		rc = VT_OK;
	}
	vt_view_end(v);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (!is)
		return unknown(a,
		    "không tìm thấy văn bản đã gửi mà trạng thái này nói đến",
		    false, reterr);
	return log_status(a, &paper, &delivery, unvouched, reterr);
}

/* ---- 13: about a paper of theirs ---- */

static int
find_theirs(
    struct vt_arrival *a, vt_id *ret, bool *ret_is, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c[KNOWN_MAX];
	bool ok = true;
	size_t n = 0;
	int rc;

	*ret_is = false;
	if (a->x->status.of.document_id == NULL)
		return VT_OK;
	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_consign_by_document(v, a->agency_no,
	    vt_arrival_text(a, a->x->status.from.id, 35, &ok),
	    vt_arrival_text(a, a->x->status.of.document_id, 200, &ok), c,
	    KNOWN_MAX, &n, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		if (c[i].kind == VT_CONSIGN_EDOC &&
		    !vt_id_is_zero(&c[i].paper)) {
			*ret = c[i].paper;
			*ret_is = true;
		}
	return rc != VT_OK || ok ? rc : vt_arena_err(a->arena, reterr);
}

static int
take_back(struct vt_arrival *a, struct vt_err *reterr)
{
	const struct vt_edxml_status *s = &a->x->status;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_asking k = { .agency_no = a->agency_no,
		.ask = VT_ASK_TAKE_BACK,
		.consignment = a->id,
		.once = a->id };
	struct vt_step step;
	bool is, ok = true;
	int rc;

	if ((rc = find_theirs(a, &k.paper, &is, reterr)) != VT_OK)
		return rc;
	if (!is)
		return unknown(a,
		    "không có văn bản này ở đây, không thể trả lại", true,
		    reterr);
	k.reason = vt_arrival_text(a, s->description, 500, &ok);
	k.at = s->at.at == VT_TIME_NONE ? a->received_at : s->at.at;
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if ((rc = vt_ask_about(a->o, &k, reterr)) != VT_OK ||
	    (rc = vt_arrival_read(a, VT_CONSIGN_APPLIED, &step, reterr)) !=
		VT_OK)
		return rc;
	step.u.consign_read.paper = k.paper;
	rc = vt_arrival_act(a, NULL, &step, 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_arrive_status(struct vt_arrival *a, struct vt_err *reterr)
{
	int64_t code = a->x->status.code;

	if (code < 1 || code > 99)
		return unknown(a,
		    "gói tin trạng thái không có mã trạng thái hợp lệ", false,
		    reterr);
	if (code == VT_STATUS_TAKE_BACK)
		return take_back(a, reterr);
	return about_ours(a, reterr);
}
