/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages beside the papers ask for: one's account, delegations,
 * packets, the list of what goes on paper. */
#include <stdio.h>

#include "api/office/accounts.h"
#include "api/office/consign.h"
#include "api/office/delegation.h"
#include "api/office/deliver.h"
#include "api/office/factor.h"
#include "api/office/qr.h"
#include "api/office/quarantine.h"
#include "api/office/renditions.h"
#include "docstore/pagetext.h"
#include "tests/unit/api/fake_office.h"
#include "tests/unit/api/web/fake_desk.h"

/* A fake passes most of what it is given over. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* --- one's account --- */

int
vt_office_totp_offer(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_secret *password, const char *code,
    struct vt_totp_offer *ret, struct vt_err *reterr)
{
	if (fake.answer != VT_OK)
		return vt_err_set(reterr, fake.answer, "offer: refused");
	snprintf(ret->secret, sizeof(ret->secret), "GEZDGNBVGY3TQOJQ");
	snprintf(ret->uri, sizeof(ret->uri),
	    "otpauth://totp/vanthu:c?secret=GEZDGNBVGY3TQOJQ&issuer=vanthu");
	return VT_OK;
}

int
vt_office_totp_confirm(struct vt_office *o, const struct vt_request *rq,
    const char *code, struct vt_span keep,
    char ret[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1], struct vt_err *reterr)
{
	for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++)
		snprintf(ret[i], VT_RECOVERY_CODE + 1, "AAAA-BBBB-%04u",
		    (unsigned)(i % 10000));
	return fake_noted("factor", rq, code, reterr);
}

int
vt_office_factor(struct vt_office *o, const struct vt_actor *actor,
    struct vt_factor *ret, struct vt_err *reterr)
{
	snprintf(ret->login, sizeof(ret->login), "skhcn-clerk");
	ret->on = desk.factor;
	ret->recovery_left = 9;
	return VT_OK;
}

int
vt_office_factor_off(struct vt_office *o, const struct vt_request *rq,
    const struct vt_secret *password, const char *code, struct vt_err *reterr)
{
	return fake_noted("factor-off", rq, code, reterr);
}

int
vt_office_sign_out_all(struct vt_office *o, const struct vt_actor *actor,
    size_t *ret_ended, struct vt_err *reterr)
{
	snprintf(fake.act, sizeof(fake.act), "sign-out-all");
	*ret_ended = 2;
	return VT_OK;
}

int
vt_office_qr(const char *text, struct vt_buf *ret, unsigned *ret_side,
    struct vt_err *reterr)
{
	*ret_side = 29;
	vt_buf_puts(ret, "M4 4h7v1h-7z");
	return vt_buf_status(ret, reterr);
}

/* --- delegations --- */

int
vt_office_delegations(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_delegation *after, struct vt_delegation *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	unsigned all = desk.delegations == 0 ? 1 : desk.delegations;
	unsigned i = after == NULL ? 0 : after->id.b[1] + 1U;
	size_t n = 0;

	for (; n < max && i < all; n++, i++) {
		struct vt_delegation *d = &ret[n];

		memset(d, 0, sizeof(*d));
		d->id = fake_id(7);
		if (all > 1)
			d->id.b[1] = (uint8_t)i;
		d->from = actor->person;
		d->to = fake_id(9);
		d->since = VT_TIME_S(1);
		d->until = INT64_MAX / 2;
		d->revoked_at = i + 1 < all ? VT_TIME_S(2) : VT_TIME_NONE;
		vt_duties_add(&d->duties, VT_DUTY_SIGN);
		snprintf(d->text, sizeof(d->text), "Căn cứ <quy chế>");
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_office_delegate(struct vt_office *o, const struct vt_request *rq,
    const struct vt_delegation *d, vt_id *ret_id, struct vt_err *reterr)
{
	desk.since = d->since;
	desk.until = d->until;
	desk.duties = d->duties;
	*ret_id = fake_id(7);
	return fake_noted("delegate", rq, d->text, reterr);
}

int
vt_office_revoke(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, struct vt_err *reterr)
{
	return fake_noted("end", rq, NULL, reterr);
}

/* --- packets --- */

static void
fill(struct vt_consignment *c)
{
	memset(c, 0, sizeof(*c));
	c->id = fake_id(4);
	c->agency_no = 1;
	c->state = desk.packet;
	c->kind = VT_CONSIGN_EDOC;
	c->transport = VT_TRANSPORT_AXIS;
	c->external = "doc-<1>";
	c->peer = "H99.00";
	c->headers = "X-Made-By: <b>\n";
	c->name = c->media_type = c->from_code = c->from_name = "";
	c->document_id = c->code = c->promulgated = c->subject = "";
	c->note = "Không đọc được: <tệp> hỏng";
	c->received_at = VT_TIME_S(1763700000);
}

int
vt_consign_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_consign_filter *f, struct vt_consignment *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	*ret_n = 0;
	*ret_next = 0;
	if (desk.packet != 0 && (f->state == 0 || f->state == desk.packet)) {
		fill(ret);
		*ret_n = 1;
	}
	return VT_OK;
}

int
vt_office_consignment(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *id, struct vt_consignment *ret,
    struct vt_err *reterr)
{
	vt_id known = fake_id(4);

	if (!vt_id_eq(id, &known))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such packet");
	fill(ret);
	return VT_OK;
}

int
vt_office_findings(const struct vt_consignment *c, struct vt_arena *a,
    struct vt_found **ret, size_t *ret_n, struct vt_err *reterr)
{
	static struct vt_found f = { 'E', "pdf-corrupted", "Tệp PDF bị hỏng",
		"The PDF is broken", "Attachment[1]", "EF BF BD <x>" };

	*ret = &f;
	*ret_n = 1;
	return VT_OK;
}

/* --- on paper --- */

int
vt_office_delivery_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	*ret_n = desk.printed ? 1 : 0;
	*ret_next = 0;
	if (!desk.printed)
		return VT_OK;
	memset(ret, 0, sizeof(*ret));
	ret->id = fake_id(8);
	ret->paper = fake_id(5);
	ret->state = VT_DELIVERY_PRINT;
	ret->to.code = "";
	ret->to.name = "Hội <em>Khuyến học</em>";
	ret->note = ret->reason = "";
	ret->created_at = VT_TIME_S(1763700000);
	return VT_OK;
}

int
vt_office_renditions(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_rendition *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	if (desk.amended) {
		ret[0] = (struct vt_rendition){ .part = 1,
			.version = 1,
			.kind = VT_RENDITION_PDF,
			.by = "soffice <7>" };
		*ret_n = 1;
	}
	return VT_OK;
}

int
vt_office_rendition(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, const struct vt_rendition *which,
    struct vt_content *ret, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NOT_FOUND, "rendition");
}

enum vt_rendition_kind
vt_rendition_kind_parse(const char *name)
{
	return strcmp(name, "pdf") == 0 ? VT_RENDITION_PDF
					: (enum vt_rendition_kind)0;
}

const char *
vt_rendition_kind_name(enum vt_rendition_kind k)
{
	return k == VT_RENDITION_PDF ? "pdf" : "";
}

int
vt_pagetext_list(struct vt_view *v, const vt_id *paper, struct vt_pagetext *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	return VT_OK;
}

int
vt_paper_links(struct vt_view *v, const vt_id *paper, struct vt_paper_link *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	if (desk.amended) {
		ret[0] = (struct vt_paper_link){ .kind = VT_LINK_AMENDS,
			.back = true,
			.paper = fake_id(5) };
		ret[1] = (struct vt_paper_link){ .kind = VT_LINK_ANSWERS,
			.paper = fake_id(5) };
		ret[2] = (struct vt_paper_link){ .kind = VT_LINK_REPLACES,
			.cited = { "H99", "12/2019/<b>", "2019-05-20", "" } };
		*ret_n = 3;
	}
	return VT_OK;
}
