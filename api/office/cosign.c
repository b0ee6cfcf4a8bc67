/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking witnesses, and being one. Whom: witness_book.c. */
#include "api/office/cosign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/exchange/transport.h"
#include "api/office/anchors.h"
#include "api/office/cosign_priv.h"
#include "api/office/cursor.h"
#include "api/office/work.h"
#include "base/log.h"
#include "docstore/anchor.h"
#include "docstore/epoch.h"
#include "docstore/outside.h"
#include "docstore/restored.h"

/* ---- how it went ---- */

static int
asked_put(struct vt_office *o, const char *name, uint32_t agency_no,
    const struct vt_witness_asked *a, struct vt_err *reterr)
{
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(v);
	int rc;

	vt_witness_asked_key(name, agency_no, &key);
	vt_witness_asked_encode(a, &v);
	if ((rc = vt_buf_status(&key, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&v, reterr)) != VT_OK)
		return rc;
	return vt_office_cursor_put(
	    o, vt_buf_str(&key), vt_buf_view(&v), VT_TIME_NONE, reterr);
}

/* ---- asking ---- */

/* One question to one witness about one ledger. */
struct question {
	struct vt_office *o;
	const struct vt_witness *w;
	const struct vt_transport *t;
	uint32_t agency_no;
	uint64_t newest, target; /* acts (docstore/epoch.h) */
	uint64_t begin;          /* of the epoch of target */
	struct vt_witness_asked asked;
};

/*
 * Which checkpoint is to be seen: the one that was stamped last, so that one
 * proof has both; the newest when nobody stamps, or not for two hours.
 * target 0: none that it has not seen.
 */
static int
find_target(struct question *q, struct vt_view *v, struct vt_err *reterr)
{
	struct vt_anchor_row row;
	struct vt_err err = VT_ERR_INIT;
	uint64_t anchored = 0;
	bool stamps = q->o->anchors != NULL;
	int rc;

	q->target = 0;
	if ((rc = vt_log_size(v, q->agency_no, &q->newest, reterr)) != VT_OK ||
	    (rc = vt_anchor_last(v, q->agency_no, &anchored, reterr)) != VT_OK)
		return rc;
	if (stamps && (rc = vt_anchor_newest(v, &row, &err)) != VT_OK &&
	    rc != VT_E_NOT_FOUND)
		return vt_witness_err(rc, &err, reterr);
	stamps = stamps && rc == VT_OK &&
		 vt_now(q->o->o.ctx) - row.kept <
		     2 * VT_TIME_S((int64_t)VT_L(ANCHOR_S));
	if (anchored > q->asked.seen)
		q->target = anchored;
	else if (!stamps && q->newest > q->asked.seen)
		q->target = q->newest;
	return VT_OK;
}

/* What it holds is not what we have: said here as it is said there. */
static int
refused(struct question *q, const char *why, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	(void)vt_err_set(&err, VT_E_LEDGER_PROOF,
	    "witness %s refuses the ledger of agency %u: design law 14: %s",
	    q->w->key.name, q->agency_no, why);
	vt_log_err("witness.refused", &err);
	q->asked.refused = true;
	vt_text_fit(q->asked.note, sizeof(q->asked.note), why);
	rc = asked_put(q->o, q->w->key.name, q->agency_no, &q->asked, reterr);
	return rc;
}

static int
signed_it(struct question *q, const struct vt_buf *line, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_cosigned_keep(q->o->o.store, q->agency_no, q->target,
	    &q->w->key, q->w->whose, vt_buf_view(line), reterr);

	if (rc != VT_OK)
		return rc;
	q->asked = (struct vt_witness_asked){ .seen = q->target,
		.kept = vt_now(q->o->o.ctx) };
	/* Without the file only a witness can tell: no reason to stop. */
	if (vt_outside_save(q->o->o.store, &err) != VT_OK)
		vt_log_err("store.outside", &err);
	return asked_put(q->o, q->w->key.name, q->agency_no, &q->asked, reterr);
}

/* A witness holds more than we have: what is written from here on would be a
 * second history. */
static int
behind(struct question *q, uint64_t size, struct vt_err *reterr)
{
	char why[VT_RESTORED_WHY];
	int rc = refused(q,
	    "it has seen more leaves than are here: a backup or a snapshot was "
	    "put back, or another node writes this ledger",
	    reterr);

	if (rc != VT_OK)
		return rc;
	(void)snprintf(why, sizeof(why),
	    "witness %s has seen %" PRIu64 " leaves of the ledger of agency "
	    "%" PRIu32 ", here are %" PRIu64,
	    q->w->key.name, size - q->begin, q->agency_no,
	    q->newest - q->begin);
	return vt_store_roll_back(q->o->o.store, why, reterr);
}

/* It has seen `size`: again from there, once. *ret_again. */
static int
stale(struct question *q, uint64_t size, bool *ret_again, struct vt_err *reterr)
{
	*ret_again = false;
	size += q->begin;
	if (size > q->newest)
		return behind(q, size, reterr);
	if (size == q->asked.seen)
		return refused(q, "it holds another root of this size", reterr);
	q->asked.seen = size;
	*ret_again = true;
	return asked_put(q->o, q->w->key.name, q->agency_no, &q->asked, reterr);
}

static int
request_of(struct question *q, struct vt_view *v, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_agency a;
	int rc = vt_agency_get(v, q->agency_no, &a, reterr);

	if (rc != VT_OK)
		return rc;
	q->begin = vt_epoch_of(&a, q->target).begin;
	if (q->asked.seen < q->begin)
		q->asked.seen = q->begin; /* nothing of this epoch yet */
	return vt_consistency_at(
	    v, q->agency_no, q->asked.seen, q->target, ret, reterr);
}

static int
ask_once(struct question *q, bool *ret_again, struct vt_err *reterr)
{
	struct vt_cosign_answer a = VT_COSIGN_ANSWER_INIT;
	VT_BUF_AUTO(request);
	struct vt_view *v;
	int rc;

	*ret_again = false;
	if ((rc = vt_view_begin(q->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = find_target(q, v, reterr)) == VT_OK && q->target != 0)
		rc = request_of(q, v, &request, reterr);
	vt_view_end(v); /* not across the network */
	if (rc != VT_OK || q->target == 0)
		return rc;
	rc = q->t->cosign(
	    q->t->arg, q->w->url, vt_buf_view(&request), &a, reterr);
	if (rc == VT_OK && a.status == 200)
		rc = signed_it(q, &a.body, reterr);
	else if (rc == VT_OK && a.status == 409)
		rc = stale(q, a.size, ret_again, reterr);
	else if (rc == VT_OK && a.status == 422)
		rc = refused(q,
		    "what it has seen is not the beginning of what "
		    "is here",
		    reterr);
	else if (rc == VT_OK)
		rc = vt_err_set(reterr, VT_E_PEER_UNAVAILABLE,
		    "witness %s answers %ld: %.120s", q->w->key.name, a.status,
		    a.body.n > 0 ? vt_buf_str(&a.body) : "");
	vt_buf_free(&a.body);
	return rc;
}

static int
ask(struct question *q, struct vt_err *reterr)
{
	struct vt_view *v;
	bool again;
	int rc;

	if ((rc = vt_view_begin(q->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_witness_asked_get(
	    v, q->w->key.name, q->agency_no, &q->asked, reterr);
	vt_view_end(v);
	if (rc != VT_OK || (rc = ask_once(q, &again, reterr)) != VT_OK ||
	    !again)
		return rc;
	return ask_once(q, &again, reterr);
}

static int
find(struct vt_office *o, const struct vt_work *w, struct vt_witness *ret,
    uint32_t *ret_agencies, bool *ret_is, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	char name[64];
	int rc;

	*ret_is = false;
	if ((rc = vt_gateway_key(w, name, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_count(v, ret_agencies, reterr)) != VT_OK)
		return rc;
	rc = vt_witness_find(v, VT_VKEY_COSIGNER, name, ret, &err);
	*ret_is = rc == VT_OK;
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return vt_witness_err(rc, &err, reterr);
	return VT_OK;
}

int
vt_cosign_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_transport t = { .name = "" };
	struct vt_witness witness;
	struct question q = { .o = o, .w = &witness, .t = &t };
	bool is, again;
	uint32_t n;
	int rc, failed = VT_OK;

	if ((rc = find(o, w, &witness, &n, &is, reterr)) != VT_OK || !is ||
	    (rc = vt_work_is_double(o, w, &again, reterr)) != VT_OK || again)
		return rc; /* it is asked no more */
	rc = vt_transport_named(o, "direct", &t, reterr);
	if (rc != VT_OK || t.cosign == NULL) {
		*ret_due = vt_deliver_soon(vt_now(o->o.ctx), w->attempt);
		return rc;
	}
	for (q.agency_no = 1; q.agency_no <= n; q.agency_no++) {
		struct vt_err err = VT_ERR_INIT;

		if ((rc = ask(&q, &err)) == VT_OK)
			continue;
		failed = rc;
		(void)vt_witness_err(rc, &err, reterr);
		if (vt_office_is_closing(o))
			break;
	}
	/* the queue's back-off decides when one that is down is asked again */
	if (failed == VT_OK)
		*ret_due =
		    vt_now(o->o.ctx) + VT_TIME_S((int64_t)VT_L(COSIGN_S));
	return failed;
}

void
vt_cosign_soon(struct vt_office *o)
{
	struct vt_work_walk walk = { .kind = VT_WORK_COSIGN,
		.until = VT_WORK_PARKED };
	struct vt_err err = VT_ERR_INIT;
	struct vt_work_due d[32];
	struct vt_view *v;
	size_t n = 0;
	int rc = vt_view_begin(o->o.store, &v, &err);

	if (rc == VT_OK) {
		rc = vt_work_next(v, &walk, d, 32, &n, &err);
		vt_view_end(v);
	}
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		rc = vt_work_hurry(
		    o->o.store, d[i].no, vt_now(o->o.ctx), &err);
		rc = rc == VT_E_NOT_FOUND ? VT_OK : rc;
	}
	/* One that must not write asks nobody. */
	if (rc != VT_OK && rc != VT_E_STORE_RESTORED)
		vt_log_err("witness.soon", &err);
}

/* ---- being asked ---- */

int
vt_office_add_checkpoint(struct vt_office *o, struct vt_span request,
    struct vt_witness_answer *ret, struct vt_buf *line, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_consistency c;
	struct vt_checkpoint cp;
	struct vt_witness log;
	struct vt_view *v;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_consistency_parse(request, &c, reterr)) != VT_OK ||
	    (rc = vt_checkpoint_parse(c.note, &cp, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_witness_find(v, VT_VKEY_LOG, cp.origin, &log, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	rc = vt_witness_take(o->o.store, &log.key, request, ret, line, &err);
	if (rc == VT_E_LEDGER_PROOF)
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED, "%s", err.msg);
	if (rc != VT_OK)
		return vt_witness_err(rc, &err, reterr);
	if (ret->is == VT_WITNESS_REFUSED) {
		(void)vt_err_set(&err, VT_E_LEDGER_PROOF,
		    "ledger %s of %s: design law 14: %s", log.key.name,
		    log.whose,
		    ret->forked ? "two histories are signed by its key"
				: "a checkpoint does not go on from what was "
				  "seen");
		vt_log_err("witness.refuses", &err);
	}
	return VT_OK;
}

/* ---- health ---- */

int
vt_office_witness_state(
    struct vt_office *o, struct vt_witness_state *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_restored mark;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_store_restored(o->o.store, &mark, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_witness_sum(v, ret, reterr)) != VT_OK)
		return rc;
	memcpy(ret->put_back, mark.why, sizeof(ret->put_back));
	return vt_witness_alarm(v, &ret->refuses, reterr);
}
