/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two houses, each other's witness: asked by the queue, again while it is
 * down, never of one operator; a rewritten ledger is told on both sides. */
#include "api/office/cosign.h"

#include "api/exchange/transport.h"
#include "api/office/cosign_priv.h"
#include "api/office/deliver.h"
#include "api/office/work.h"
#include "docstore/restored.h"
#include "docstore/state.h"
#include "tests/unit/api/office/house.h"

static struct house a;
static struct net {
	struct vt_office *witness;
	bool down;
	unsigned asked;
} net;

/* The other house, without the wire. */
static int
cosign(void *arg, const char *url, struct vt_span request,
    struct vt_cosign_answer *ret, struct vt_err *reterr)
{
	struct net *n = arg;
	struct vt_witness_answer w = { .size = 0 };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	n->asked++;
	if (n->down || strcmp(url, "https://kho.test") != 0)
		return vt_err_set(
		    reterr, VT_E_ENVIRONMENT, "%s: not reached", url);
	rc =
	    vt_office_add_checkpoint(n->witness, request, &w, &ret->body, &err);
	ret->size = w.size;
	ret->status = rc == VT_E_NOT_FOUND                   ? 404
		      : rc != VT_OK                          ? 403
		      : w.is == VT_WITNESS_STALE || w.forked ? 409
		      : w.is == VT_WITNESS_REFUSED           ? 422
							     : 200;
	return VT_OK;
}

static struct vt_vkey
log_key(struct house *h)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_vkey k = { .type = VT_VKEY_LOG };
	struct vt_view *v;

	tap_need(vt_view_begin(h->store, &v, &err) == VT_OK, "view");
	tap_call(vt_log_vkey(v, h->here, &k, &err), &err, "key");
	vt_view_end(v);
	return k;
}

static struct vt_witness_state
state(struct house *h)
{
	struct vt_witness_state s = { .on = false };
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_office_witness_state(h->office, &s, &err), &err, "state");
	return s;
}

/* One visit, as the queue's threads do it; what came of it. */
static int
visit(void)
{
	struct vt_work w = { .no = 0 };
	struct vt_err err = VT_ERR_INIT;
	const vt_id me = { { 7 } };
	int done = VT_OK;

	a.w.now += VT_TIME_S(7200);
	tap_call(vt_work_claim(a.store, 1U << VT_WORK_COSIGN, &me,
		     VT_TIME_S(60), &w, &err),
	    &err, "it is due");
	tap_call(vt_office_work_item(a.office, &w, &done, &err), &err, "done");
	vt_work_free(&w);
	return done;
}

static void
book(struct house *b, const struct vt_witness *w)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_witness x = *w;

	tap_code(vt_witness_put(a.store, w, &err), VT_E_INVALID, &err,
	    "first it is said who we are");
	tap_code(vt_witness_we(a.store, "", &err), VT_E_INVALID, &err, "who");
	tap_call(vt_witness_we(a.store, "Ủy ban", &err), &err, "we");
	tap_call(vt_witness_we(b->store, "Kho lưu trữ", &err), &err, "they");
	memcpy(x.whose, "Ủy ban", sizeof("Ủy ban"));
	tap_code(vt_witness_put(a.store, &x, &err), VT_E_INVALID, &err,
	    "a witness of the same operator is none");
	x = *w;
	x.url[0] = '\0';
	tap_code(vt_witness_put(a.store, &x, &err), VT_E_INVALID, &err,
	    "nobody knows where it is");
	tap_call(vt_witness_put(a.store, w, &err), &err, "the witness");
	tap_call(vt_witness_put(a.store, w, &err), &err, "again: two items");
	tap_code(vt_witness_remove(a.store, "x", &err), VT_E_NOT_FOUND, &err,
	    "nobody");
	x = (struct vt_witness){ .key = log_key(&a), .whose = "Ủy ban" };
	tap_call(vt_witness_put(b->store, &x, &err), &err, "our ledger there");
}

static void
asked(struct house *b)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_witness_state s;
	struct vt_cosigned c[2];
	struct vt_view *v;
	uint64_t size;
	size_t n;

	net.down = true;
	tap_eq_int(visit(), VT_E_ENVIRONMENT, "the witness is down");
	tap_eq_int(visit(), VT_OK, "the second item is not wanted");
	s = state(&a);
	tap_ok(s.on && s.cosigned == VT_TIME_NONE, "nothing is cosigned");
	net.down = false;
	net.asked = 0;
	tap_eq_int(visit(), VT_E_PEER_UNAVAILABLE,
	    "of two ledgers it knows one; the other is asked for again");
	s = state(&a);
	tap_ok(s.cosigned != VT_TIME_NONE && !s.refused, "cosigned");
	tap_need(vt_view_begin(a.store, &v, &err) == VT_OK, "view");
	tap_call(vt_cosigned_covering(v, a.here, 1, &size, &err), &err,
	    "a checkpoint");
	tap_call(
	    vt_cosigned_list(v, a.here, size, c, 2, &n, &err), &err, "by whom");
	vt_view_end(v);
	tap_ok(n == 1 && strcmp(c[0].whose, "Kho lưu trữ") == 0, "by them");
	tap_ok(!state(b).refuses, "they refuse nothing");
	net.asked = 0;
	(void)visit();
	tap_eq_int((int)net.asked, 1, "what did not grow is not brought again");
}

/* Our state of what it saw is lost: it tells. */
static void
forgotten(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_witness w;
	struct vt_view *v;
	VT_BUF_AUTO(key);

	tap_need(vt_view_begin(a.store, &v, &err) == VT_OK, "view");
	vt_witness_asked_key("vanthu.test/w", a.here, &key);
	tap_call(
	    vt_witness_find(v, VT_VKEY_COSIGNER, "vanthu.test/w", &w, &err),
	    &err, "known");
	vt_view_end(v);
	tap_call(vt_state_delete(a.store, VT_STATE_CURSOR, vt_buf_view(&key),
		     VT_STATE_ANY, &err),
	    &err, "forgotten");
	net.asked = 0;
	(void)visit();
	tap_eq_int((int)net.asked, 2, "asked from nothing, it says how far");
	tap_ok(!state(&a).refused, "it fits");
}

/* A witness that was shown another history of our ledger, signed by its key:
 * `acts` later than what all have in common. */
static void
other_history(unsigned acts, const char *what)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_witness_answer w;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(line);
	struct vt_witness ours = { .key = log_key(&a), .whose = "Ủy ban" };
	struct house other, c;
	struct vt_vkey key;
	struct vt_view *v;

	house_begin(&other);
	for (unsigned i = 0; i < acts; i++)
		tap_need(vt_witness_we(other.store, i % 2 == 0 ? "x" : "y",
			     &err) == VT_OK,
		    "an act");
	tap_need(vt_view_begin(other.store, &v, &err) == VT_OK, "view");
	tap_call(vt_consistency_put(v, other.here, 0, &request, &err), &err,
	    "a checkpoint");
	vt_view_end(v);
	house_end(&other);

	house_begin(&c);
	tap_call(vt_witness_vkey(c.store, &key, &err), &err, "the same key");
	tap_call(vt_witness_we(c.store, "Kho lưu trữ", &err), &err, "they");
	tap_call(vt_witness_put(c.store, &ours, &err), &err, "ours");
	tap_call(vt_witness_take(c.store, &ours.key, vt_buf_view(&request), &w,
		     &line, &err),
	    &err, "shown to the witness");
	tap_eq_int(w.is, VT_WITNESS_SIGNED, "which had seen nothing");
	net.witness = c.office;
	tap_call(vt_witness_we(a.store, "Ủy ban", &err), &err, "ours grows");
	(void)visit();
	tap_ok(state(&a).refused, "%s: told here", what);
	tap_ok(state(&c).refuses == (acts == 1), "and there, when it can know");
	house_end(&c);
}

static struct vt_restored
rolled_back(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_restored x = { .is = false };

	tap_call(vt_store_restored(a.store, &x, &err), &err, "its mark");
	return x;
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_transport t = {
		.name = "direct", .arg = &net, .cosign = cosign
	};
	struct vt_witness w = { .whose = "Kho lưu trữ",
		.url = "https://kho.test" };
	struct house b;

	house_begin(&a);
	house_begin(&b);
	net.witness = b.office;
	tap_call(vt_witness_vkey(b.store, &w.key, &err), &err, "its key");
	tap_call(vt_office_transport_add(a.office, &t, &err), &err, "a way");
	book(&b, &w);
	asked(&b);
	forgotten();
	other_history(1, "shorter, and another");
	tap_ok(!rolled_back().is, "which stops nobody");
	net.witness = b.office;
	(void)visit();
	tap_ok(!state(&a).refused, "with the one that knows us all is well");
	other_history(60, "longer than ours");
	tap_ok(rolled_back().rolled_back &&
		   strstr(rolled_back().why, "vanthu.test/w") != NULL,
	    "more than is here: nothing is written any more");
	tap_code(vt_witness_we(a.store, "Ủy ban nữa", &err),
	    VT_E_STORE_RESTORED, &err, "until two answer for it");
	house_end(&a);
	house_end(&b);
	return tap_done();
}
