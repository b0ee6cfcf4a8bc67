/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/epoch.h"

#include <inttypes.h>
#include <stdio.h>

#include "docstore/bundle.h"
#include "docstore/fields.h"
#include "docstore/restored.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

/* ---- which one ---- */

static struct vt_epoch
epoch_no(const struct vt_agency *a, size_t no)
{
	struct vt_epoch e = { .no = (uint32_t)no,
		.begin = no == 0 ? 0 : a->ended[no - 1].end,
		.end = no == a->n_ended ? UINT64_MAX : a->ended[no].end };

	(void)snprintf(e.origin, sizeof(e.origin), "%s",
	    no == a->n_ended ? a->origin : a->ended[no].origin);
	return e;
}

struct vt_epoch
vt_epoch_of(const struct vt_agency *a, uint64_t n)
{
	size_t no = 0;

	while (no < a->n_ended && n > a->ended[no].end)
		no++;
	return epoch_no(a, no);
}

struct vt_epoch
vt_epoch_now(const struct vt_agency *a)
{
	return epoch_no(a, a->n_ended);
}

int
vt_epoch_at(struct vt_txn *t, uint32_t agency_no, uint64_t n,
    struct vt_epoch *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *arena = vt_arena_new(1 << 20);
	struct vt_agency a;
	int rc;

	if (arena == NULL)
		return vt_nomem(reterr);
	rc = vt_row_agency(t, agency_no, arena, &a, reterr);
	if (rc == VT_OK)
		*ret = vt_epoch_of(&a, n);
	return rc;
}

int
vt_epoch_root(struct vt_txn *t, uint32_t agency_no, uint64_t n,
    struct vt_epoch *ret, vt_hash *ret_root, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = t, .agency_no = agency_no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	struct vt_epoch e = { .no = 0 };
	int rc = vt_epoch_at(t, agency_no, n, &e, reterr);

	if (rc != VT_OK)
		return rc;
	*ret = e;
	lt.epoch = ret->no;
	return vt_ledger_root(&io, n - ret->begin, ret_root, reterr);
}

/* ---- opening one ---- */

static int
prepare_origin(
    struct vt_act_op *a, struct vt_prep *p, struct vt_err *reterr)
{
	VT_BUF_AUTO(origin);
	int rc = vt_origin_new(a->store, &origin, reterr);

	if (rc != VT_OK)
		return rc;
	p->agency.origin = vt_arena_strdup(a->arena, vt_buf_str(&origin));
	return p->agency.origin == NULL ? vt_nomem(reterr) : VT_OK;
}

int
vt_epoch_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	int rc;

	if (a->act->n_steps != 1)
		return vt_prep_invalid(
		    reterr, "a new epoch is alone in its act: its first leaf");
	if ((rc = vt_prep_two(a, &st->u.epoch.second, p, reterr)) != VT_OK ||
	    (rc = vt_prep_asked(a, st->u.epoch.asked, p, reterr)) != VT_OK ||
	    (rc = vt_prep_shown(a, st->u.epoch.shown, st->u.epoch.n_shown,
		 &p->r.shown, reterr)) != VT_OK)
		return rc;
	p->r.lost = st->u.epoch.lost;
	return prepare_origin(a, p, reterr);
}

/* The ends as they will be: those of the row, the epoch that ends now, and
 * those that only others know. */
struct ends {
	struct vt_epoch_end of[VT_EPOCHS_MAX];
	size_t n;
	bool more; /* something is lost, or forked, that was not said before */
};

static int
raise_one(struct ends *e, const struct vt_checkpoint *cp, uint64_t acts,
    bool forked, struct vt_arena *arena, struct vt_err *reterr)
{
	size_t i = 0;

	while (i < e->n && strcmp(e->of[i].origin, cp->origin) != 0)
		i++;
	if (i == VT_EPOCHS_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "epoch: the ledger has had %d", VT_EPOCHS_MAX);
	if (i == e->n) {
		e->of[i] = (struct vt_epoch_end){ .end = acts,
			.origin = vt_arena_strdup(arena, cp->origin) };
		if (e->of[i].origin == NULL)
			return vt_nomem(reterr);
		e->n++;
	}
	if (cp->size > e->of[i].lost)
		e->of[i].lost = cp->size;
	e->of[i].forked |= forked;
	e->more = true;
	return VT_OK;
}

/* What somebody showed: what of it the store has not. */
static int
take_shown(struct vt_apply *x, struct vt_span note, struct ends *e,
    struct vt_err *reterr)
{
	struct vt_shown_says s;
	struct vt_checkpoint cp;
	int rc;

	if ((rc = vt_shown_in(x->b->txn, x->arena, note, &s, reterr)) !=
		VT_OK ||
	    (rc = vt_checkpoint_parse(note, &cp, reterr)) != VT_OK)
		return rc;
	if (s.is == VT_SHOWN_FOREIGN)
		return vt_err_set(reterr, VT_E_INVALID,
		    "epoch: a checkpoint that was shown is of no ledger of "
		    "this store, or not signed by its key");
	if (s.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_INVALID,
		    "epoch: a checkpoint that was shown is of agency %u: it "
		    "belongs to the epoch of that one",
		    s.agency_no);
	if (s.is != VT_SHOWN_BEYOND && s.is != VT_SHOWN_FORKED)
		return VT_OK;
	return raise_one(e, &cp, x->st.acts, s.is == VT_SHOWN_FORKED, x->arena,
	    reterr);
}

/* The ledger as it ends here, and what others know of it. */
static int
end_now(struct vt_apply *x, const struct vt_agency *a, struct vt_srec *r,
    struct ends *e, struct vt_err *reterr)
{
	struct vt_epoch_end *now = &e->of[a->n_ended];
	struct vt_epoch at;
	struct vt_cbor c;
	int rc;

	for (size_t i = 0; i < a->n_ended; i++)
		e->of[i] = a->ended[i];
	e->n = a->n_ended + 1;
	*now = (struct vt_epoch_end){ .origin = a->origin,
		.end = x->st.acts };
	rc = vt_epoch_root(x->b->txn, x->st.agency_no, x->st.acts, &at,
	    &now->root, reterr);
	if (rc != VT_OK)
		return rc;
	r->name = a->origin;
	r->main = now->root;
	r->size = now->end - at.begin;
	if (r->lost > r->size) {
		now->lost = r->lost;
		e->more = true;
	}
	vt_cbor_open(&c, r->shown);
	for (size_t n = vt_cbor_get_array(&c);
	     n > 0 && rc == VT_OK && c.failed == VT_OK; n--)
		rc = take_shown(x, vt_cbor_get_text(&c), e, reterr);
	if (rc != VT_OK || (rc = vt_cbor_finish(&c, "epoch", reterr)) != VT_OK)
		return rc;
	r->lost = now->lost > r->size ? now->lost : 0;
	r->sub = now->forked;
	return VT_OK;
}

int
vt_epoch_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct ends *e = vt_arena_alloc(x->arena, sizeof(*e));
	struct vt_agency a;
	int rc;

	if (e == NULL)
		return vt_nomem(reterr);
	e->n = 0;
	e->more = false;
	if ((rc = vt_resume_may(x, &r->who, reterr)) != VT_OK ||
	    (rc = vt_row_agency(
		 x->b->txn, x->st.agency_no, x->arena, &a, reterr)) != VT_OK)
		return rc;
	/* A batch ends in one ledger: what came before has its root there. */
	if (x->live->before != x->st.acts)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "epoch: another act came in the same moment; try again");
	if (a.n_ended + 1 >= VT_EPOCHS_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "epoch: the ledger has had %d", VT_EPOCHS_MAX);
	if ((rc = end_now(x, &a, r, e, reterr)) != VT_OK)
		return rc;
	if (!e->more)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "epoch: nothing that was shown or stated is beyond the "
		    "ledger of agency %u, nor of another history: nothing is "
		    "lost, \"ledger resume\" lets it go on",
		    x->st.agency_no);
	a.ended = e->of;
	a.n_ended = e->n;
	a.origin = x->op->prep[i].agency.origin;
	r->seq = a.no;
	return vt_agency_record(x, r, &a, reterr);
}

int
vt_epoch_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text("store");
	struct vt_super super;
	struct vt_epoch now;
	struct vt_agency a;
	VT_BUF_AUTO(v);
	int rc;

	/* As it is now: a bit may have come since the store was opened. */
	if ((rc = vt_agency_decode(r->blob, x->arena, &a, reterr)) != VT_OK ||
	    (rc = vt_super_get(x->b->txn, &super, reterr)) != VT_OK)
		return rc;
	now = vt_epoch_now(&a);
	x->live->epoch = now.no;
	x->live->begin = now.begin;
	memcpy(x->live->origin, now.origin, sizeof(now.origin));
	/* An older program would read its leaves as those of one tree. */
	super.features |= VT_FEATURE_LEDGERS;
	(void)snprintf(super.release, sizeof(super.release), "%s",
	    VT_STORE_RELEASE);
	vt_super_encode(&super, &v);
	return vt_batch_put(x->b, VT_T_SUPER, &k, &v, reterr);
}
