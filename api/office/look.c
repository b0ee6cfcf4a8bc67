/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/look.h"
#include "api/office/work.h"
#include "base/cbor.h"

bool
vt_look_blames_file(int code)
{
	static const char *const slugs[] = { "not-pdf", "worker-crashed",
		"worker-timeout", "worker-limit" };
	const struct vt_err_info *info = vt_err_info(code);

	if (info->http_status != 422)
		return false;
	for (size_t i = 0; i < sizeof(slugs) / sizeof(*slugs); i++)
		if (strcmp(info->slug, slugs[i]) == 0)
			return true;
	return strncmp(info->slug, "pdf-", 4) == 0 ||
	       strncmp(info->slug, "file-", 5) == 0;
}

bool
vt_look_is_pdf(const char *name, const char *media_type)
{
	size_t n = name == NULL ? 0 : strlen(name);

	if (media_type != NULL && strcmp(media_type, "application/pdf") == 0)
		return true;
	return n > 4 && strcasecmp(name + n - 4, ".pdf") == 0;
}

int
vt_look(struct vt_office *o, const vt_hash *hash, struct vt_buf *ret,
    uint32_t *ret_pages, struct vt_err *reterr)
{
	struct vt_inspection i = { 0 };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_office_inspect(o, hash, &i, &err);
	if (rc == VT_OK) {
		if (ret_pages != NULL)
			*ret_pages = (uint32_t)i.pages;
		vt_inspection_free(&i);
		return VT_OK;
	}
	if (!vt_look_blames_file(rc)) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_buf_printf(ret, "%s (%s: %s)", vt_err_info(rc)->vi,
	    vt_err_info(rc)->slug, err.msg);
	return vt_buf_status(ret, reterr);
}

/* ---- later ---- */

void
vt_look_later(const vt_id *paper, uint16_t from, struct vt_buf *payload,
    struct vt_step *ret)
{
	vt_cbor_uint(payload, from);
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_WORK;
	ret->u.work.kind = VT_WORK_LOOK;
	ret->u.work.subject = *paper;
	ret->u.work.payload = vt_buf_view(payload);
}

/* Parts of a paper, copied out of the view. */
struct batch {
	uint64_t rev;
	struct {
		uint16_t no;
		vt_hash hash;
	} part[VT_L(LOOK_STEPS)];
	size_t n;
	uint16_t next; /* the first part after them, 0: none */
	bool judge;    /* then its signatures are judged: a packet brought it */
};

/* The next parts from this one on that nobody has looked into. */
static int
load(struct vt_office *o, const struct vt_work *w, uint64_t from,
    struct batch *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, &w->subject, &p, reterr)) != VT_OK)
		return rc;
	ret->rev = p.rev;
	ret->judge = !vt_id_is_zero(&p.source_consignment);
	for (size_t i = 0; i < p.n_parts; i++) {
		const struct vt_part *part = &p.parts[i];

		if (part->no < from || *part->problem != '\0' ||
		    (i > 0 && !vt_look_is_pdf(part->name, part->media_type)))
			continue;
		if (ret->n == VT_L(LOOK_STEPS)) {
			ret->next = part->no;
			break;
		}
		ret->part[ret->n].no = part->no;
		ret->part[ret->n++].hash = part->hash;
	}
	return VT_OK;
}

static int
note(struct vt_office *o, const struct vt_work *w, const struct batch *b,
    struct vt_step *steps, size_t n, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .agency_no = w->agency_no };
	VT_BUF_AUTO(payload);
	int rc;

	/* What was looked into must still be there: the note is about it. */
	if (n > 0) {
		act.paper = w->subject;
		act.expect_rev = b->rev;
	}
	if (b->next != 0)
		vt_look_later(&w->subject, b->next, &payload, &steps[n++]);
	else if (b->judge)
		vt_judge_later(&w->subject, &steps[n++]);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK || n == 0)
		return rc;
	steps[n].kind = VT_STEP_WORK_DONE;
	steps[n].u.work_done.work = w->no;
	steps[n++].u.work_done.lease = w->lease;
	act.steps = steps;
	act.n_steps = n;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_look_work(
    struct vt_office *o, const struct vt_work *w, struct vt_err *reterr)
{
	int64_t until =
	    vt_monotonic_us(o->o.ctx) + (int64_t)VT_L(LOOK_MS) * 1000;
	struct vt_step steps[VT_L(LOOK_STEPS) + 2];
	struct vt_buf why[VT_L(LOOK_STEPS)];
	struct batch b;
	struct vt_cbor c;
	uint64_t from;
	size_t n = 0;
	int rc;

	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	from = vt_cbor_get_uint(&c);
	if (c.failed != VT_OK)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "work item: its payload is not the number of a part");
	if ((rc = load(o, w, from, &b, reterr)) != VT_OK)
		return rc;
	memset(steps, 0, sizeof(steps));
	for (size_t i = 0; i < b.n; i++)
		why[i] = (struct vt_buf)VT_BUF_INIT;
	for (size_t i = 0; i < b.n && rc == VT_OK; i++) {
		if (i > 0 && vt_monotonic_us(o->o.ctx) > until) {
			b.next = b.part[i].no;
			break;
		}
		rc = vt_look(o, &b.part[i].hash, &why[i], NULL, reterr);
		if (rc != VT_OK || why[i].n == 0)
			continue;
		steps[n].kind = VT_STEP_PROBLEM;
		steps[n].u.problem.part = b.part[i].no;
		steps[n++].u.problem.note = vt_buf_str(&why[i]);
	}
	if (rc == VT_OK)
		rc = note(o, w, &b, steps, n, reterr);
	for (size_t i = 0; i < b.n; i++)
		vt_buf_free(&why[i]);
	return rc;
}
