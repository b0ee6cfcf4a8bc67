/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/ask_witnesses.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/exchange/transport.h"
#include "api/office/cosign_priv.h"
#include "docstore/epoch.h"

#define WITNESSES 16

struct asking {
	struct vt_store *s;
	const struct vt_transport *t;
	struct vt_buf *told;
	struct vt_witnesses_say *ret;
	struct vt_witness w[WITNESSES];
	size_t n;
	uint32_t agencies;
};

/* One ledger of an agency: an epoch, as far as it is here. */
struct ledger {
	uint32_t agency_no;
	uint64_t begin, end; /* acts */
	uint64_t known;      /* leaves that it is known to have had */
	bool forked;         /* known, too */
	char origin[VT_ORIGIN_MAX + 1];
};

static int
remember(void *arg, const struct vt_witness *w, struct vt_err *reterr)
{
	struct asking *x = arg;

	(void)reterr;
	if (w->key.type == VT_VKEY_COSIGNER && x->n < WITNESSES)
		x->w[x->n++] = *w;
	return VT_OK;
}

/* back: 0 the ledger of now, 1 the one before. False: there is none. */
static int
ledger_of(struct asking *x, uint32_t no, size_t back, struct ledger *ret,
    bool *ret_is, struct vt_err *reterr)
{
	const struct vt_epoch_end *end = NULL;
	struct vt_agency a;
	struct vt_epoch e;
	struct vt_view *v;
	uint64_t acts;
	int rc;

	*ret_is = false;
	if ((rc = vt_view_begin(x->s, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_get(v, no, &a, reterr)) == VT_OK &&
	    (rc = vt_log_size(v, no, &acts, reterr)) == VT_OK &&
	    back <= a.n_ended) {
		if (back > 0)
			end = &a.ended[a.n_ended - back];
		e = vt_epoch_of(&a, end == NULL ? acts : end->end);
		*ret = (struct ledger){ .agency_no = no,
			.begin = e.begin,
			.end = end == NULL ? acts : end->end };
		ret->known = ret->end - ret->begin;
		if (end != NULL && end->lost > ret->known)
			ret->known = end->lost;
		ret->forked = end != NULL && end->forked;
		memcpy(ret->origin, e.origin, sizeof(ret->origin));
		*ret_is = ret->end > ret->begin;
	}
	vt_view_end(v);
	return rc;
}

static int
bring(struct asking *x, const struct vt_witness *w, const struct ledger *l,
    uint64_t old, struct vt_cosign_answer *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(request);
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	int rc;

	if ((rc = vt_view_begin(x->s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_consistency_at(
	    v, l->agency_no, l->begin + old, l->end, &request, reterr);
	vt_view_end(v); /* not across the network */
	if (rc != VT_OK)
		return rc;
	vt_buf_reset(&ret->body);
	ret->status = 0;
	if (x->t->cosign(
		x->t->arg, w->url, vt_buf_view(&request), ret, &err) != VT_OK)
		ret->status = 0;
	return VT_OK;
}

static void
worst(struct asking *x, const struct vt_witness *w, const struct ledger *l,
    uint64_t seen)
{
	struct vt_witnesses_say *r = x->ret;
	bool beyond = seen > l->known;

	if (r->beyond ? !beyond || seen <= r->seen : r->forked && !beyond)
		return;
	*r = (struct vt_witnesses_say){ .beyond = beyond,
		.forked = !beyond,
		.agency_no = l->agency_no,
		.seen = seen,
		.here = l->end - l->begin };
	(void)snprintf(r->who, sizeof(r->who), "%s", w->key.name);
}

static int
ask_one(struct asking *x, const struct vt_witness *w, const struct ledger *l,
    struct vt_err *reterr)
{
	struct vt_cosign_answer a = VT_COSIGN_ANSWER_INIT;
	uint64_t here = l->end - l->begin, seen = here;
	int rc = bring(x, w, l, here, &a, reterr);

	if (rc == VT_OK && a.status == 409 && (seen = a.size) < here)
		rc = bring(x, w, l, seen, &a, reterr);
	vt_buf_printf(x->told, "%s (%s): %s: ", w->key.name, w->whose,
	    l->origin);
	if (rc != VT_OK)
		;
	else if (a.status == 200)
		vt_buf_printf(x->told, "%" PRIu64 "\n", here);
	else if (a.status == 409 && seen > here) {
		vt_buf_printf(x->told,
		    "%" PRIu64 ", ở đây / here %" PRIu64 "\n", seen, here);
		if (seen > l->known)
			worst(x, w, l, seen);
	} else if (a.status == 409 || a.status == 422) {
		vt_buf_puts(x->told, "lịch sử khác / another history\n");
		if (!l->forked)
			worst(x, w, l, here);
	} else if (a.status == 404)
		vt_buf_puts(x->told, "không biết sổ này / not known\n");
	else
		vt_buf_puts(x->told, "không trả lời / no answer\n");
	vt_buf_free(&a.body);
	return rc == VT_OK ? vt_buf_status(x->told, reterr) : rc;
}

static int
ask_of(struct asking *x, uint32_t no, struct vt_err *reterr)
{
	struct ledger l;
	int rc = VT_OK;
	bool is;

	for (size_t back = 0; back < 2 && rc == VT_OK; back++) {
		if ((rc = ledger_of(x, no, back, &l, &is, reterr)) != VT_OK ||
		    !is)
			continue;
		for (size_t i = 0; i < x->n && rc == VT_OK; i++)
			rc = ask_one(x, &x->w[i], &l, reterr);
	}
	return rc;
}

int
vt_witnesses_ask(struct vt_store *s, const struct vt_transport *t,
    uint32_t agency_no, struct vt_buf *told, struct vt_witnesses_say *ret,
    struct vt_err *reterr)
{
	struct vt_witnesses_say says = { .beyond = false };
	struct asking x = { .s = s, .t = t, .told = told, .ret = &says };
	struct vt_view *v;
	int rc = vt_view_begin(s, &v, reterr);

	if (rc != VT_OK)
		return rc;
	if ((rc = vt_agency_count(v, &x.agencies, reterr)) == VT_OK)
		rc = vt_witness_each(v, remember, &x, reterr);
	vt_view_end(v);
	for (uint32_t no = 1; no <= x.agencies && rc == VT_OK; no++)
		if (agency_no == 0 || agency_no == no)
			rc = ask_of(&x, no, reterr);
	if (rc == VT_OK)
		*ret = says;
	return rc;
}
