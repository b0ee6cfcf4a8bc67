/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who an addressee is and which way a paper goes to it: electronically, with a
 * paper beside it, on paper alone, by post. And what the clerk notes of the
 * paper later: its waybill, who has it, since when.
 */
#include "docstore/store_priv.h"

const char *
vt_addressee_kind_name(uint32_t k)
{
	static const char *const names[] = { "", "axis", "agency", "village",
		"organisation", "person" };

	return k < sizeof(names) / sizeof(names[0]) ? names[k] : "";
}

const char *
vt_channel_name(uint32_t c)
{
	static const char *const names[] = { "", "electronic", "parallel",
		"paper", "post" };

	return c < sizeof(names) / sizeof(names[0]) ? names[c] : "";
}

bool
vt_way_has_paper(const struct vt_recipient *to, const struct vt_way *w)
{
	return w->channel >= VT_CHANNEL_PARALLEL ||
	       (w->channel == 0 && *to->code == '\0');
}

bool
vt_way_is_sent(const struct vt_recipient *to, const struct vt_way *w)
{
	return *to->code != '\0' && w->channel <= VT_CHANNEL_PARALLEL;
}

int
vt_way_prepare(struct vt_act_op *a, const struct vt_recipient *to,
    const struct vt_way *in, struct vt_way *ret, struct vt_err *reterr)
{
	struct vt_way w = *in;
	bool code = *to->code != '\0';
	int rc;

	if (w.kind > VT_ADDRESSEE_PERSON || w.channel > VT_CHANNEL_POST)
		return vt_prep_invalid(
		    reterr, "unknown kind of addressee, or channel");
	if ((rc = vt_prep_text(
		 a, &w.waybill, VT_WAYBILL_MAX, "waybill", reterr)) != VT_OK)
		return rc;
	if (!code && (w.kind == VT_ADDRESSEE_AXIS ||
			 w.channel == VT_CHANNEL_ELECTRONIC ||
			 w.channel == VT_CHANNEL_PARALLEL))
		return vt_err_set(reterr, VT_E_INVALID,
		    "dispatch: nothing is sent electronically to %s: it has no "
		    "agency code",
		    to->name);
	if (*w.waybill != '\0' && w.channel != VT_CHANNEL_POST)
		return vt_err_set(reterr, VT_E_INVALID,
		    "dispatch: a waybill is of what goes by post");
	*ret = w;
	return VT_OK;
}

/* ---- what the clerk notes of the paper ---- */

int
vt_handed_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr)
{
	int rc;

	r->object = st->u.handed.delivery;
	r->at = st->u.handed.at == 0 ? VT_TIME_NONE : st->u.handed.at;
	r->name = st->u.handed.name;
	r->external = st->u.handed.waybill;
	r->note = st->u.handed.note;
	if ((rc = vt_prep_text(
		 a, &r->name, VT_L(NAME_MAX), "who has it", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->external, VT_WAYBILL_MAX, "waybill",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr)) !=
		VT_OK)
		return rc;
	if (*r->name == '\0' && *r->external == '\0')
		return vt_prep_invalid(
		    reterr, "neither who has the paper nor its waybill");
	return VT_OK;
}

int
vt_handed_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_delivery d;
	int rc;

	if ((rc = vt_delivery_of_act(x, &r->object, &d, reterr)) != VT_OK)
		return rc;
	if (!vt_way_has_paper(&d.to, &d.way) ||
	    d.state == VT_DELIVERY_WITHDRAWN)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delivery: nothing of it goes on paper");
	if (*r->name != '\0' && d.handed_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "delivery: it is known who has the paper");
	if (*r->external != '\0' && *d.way.waybill != '\0')
		return vt_err_set(reterr, VT_E_EXISTS,
		    "delivery: it has the waybill %s", d.way.waybill);
	if (*r->name != '\0' && r->at == VT_TIME_NONE)
		r->at = x->rec.time;
	r->seq = d.seq;
	return VT_OK;
}

void
vt_handed_evolve(struct vt_delivery *d, const struct vt_srec *r)
{
	if (*r->name != '\0') {
		d->handed_to = r->name;
		d->handed_at = r->at;
	}
	if (*r->external != '\0')
		d->way.waybill = r->external;
}
