/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An e-version joined to a paper that came before it is two acts, each on its
 * own paper. Between them nothing is half: who sent it is told, and asks, as if
 * the second had been done.
 */
#include <pthread.h>

#include "api/office/joins.h"
#include "api/office/secrecy.h"
#include "tests/unit/api/exchange/nodes.h"

static struct node a, b;
static uint64_t seed = 40000;

/* A paper that a receiver registered by hand. */
static vt_id
by_hand(struct node *n, size_t k)
{
	struct doer d = { .s = n->store, .agency = n->no[k] };
	struct vt_meta m = { .subject = "Bản giấy đến trước" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	vt_id id;

	must(make_file(&d, VT_SPAN("x", 1), "a.pdf", &f) == VT_OK, "file",
	    d.err.msg);
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	must(do_step(&d, NULL, st) == VT_OK, "by hand", d.err.msg);
	id = d.paper;
	vt_act_result_free(&d.r);
	return id;
}

/* One that was sent from a, and waits there. */
static vt_id
waiting(struct node *n, size_t k, const char *code, vt_id *ret_sent)
{
	size_t before = count_arrived(n, k);

	*ret_sent = issued(&a, 0, seed += 10);
	send_to(&a, 0, ret_sent, code);
	WAIT_FOR(count_arrived(n, k) == before + 1, "it arrived");
	return newest(n, k);
}

static bool
has_sender(struct node *n, const vt_id *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p;

	must(vt_view_begin(n->store, &v, &err) == VT_OK, "view", err.msg);
	vt_view_isolated(v, true);
	must(vt_paper_get(v, paper, &p, &err) == VT_OK, "paper", err.msg);
	return !vt_id_is_zero(&p.source_consignment) ||
	       !vt_id_is_zero(&p.source_delivery);
}

static uint32_t
asked(struct node *n, const vt_id *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p;

	must(vt_view_begin(n->store, &v, &err) == VT_OK &&
		 vt_paper_get(v, paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	return p.asked;
}

/*
 * What is isolated takes no step, so the second act is refused as surely as if
 * the program had been killed before it; the first one is durable.
 */
static void
cut_between(struct node *n, size_t k, const char *code)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(n, k), sender = actor(&a, 0);
	struct vt_request rq, join;
	vt_id sent, paper = by_hand(n, k), e = waiting(n, k, code, &sent);
	char key[40];

	rq = request(n, &who);
	must(vt_office_isolate(n->office, &rq, &paper, "Nghi có mật", &r,
		 &err) == VT_OK,
	    "isolated", err.msg);
	vt_act_result_free(&r);
	join = request(n, &who);
	(void)snprintf(key, sizeof(key), "%s", n->key);
	join.key = key;
	tap_call(vt_office_join(n->office, &join, &e, &paper, "", &r, &err),
	    &err, "%s: joined, and cut off before the second act", code);
	vt_act_result_free(&r);
	tap_ok(!has_sender(n, &paper), "which would give the paper its sender");
	WAIT_FOR(shown(&a, &sent) == 3, "the sender hears that it was taken");
	rq = request(n, &who);
	must(vt_office_clear(n->office, &rq, &paper, "Không mật", &r, &err) ==
		 VT_OK,
	    "cleared", err.msg);
	vt_act_result_free(&r);
	do_act(n, k, &paper, 5);
	WAIT_FOR(shown(&a, &sent) == 5, "and of the work on it");
	rq = request(&a, &sender);
	tap_call(vt_office_take_back(
		     a.office, &rq, &sent, NULL, "Gửi nhầm", &r, &err),
	    &err, "it wants it back");
	vt_act_result_free(&r);
	WAIT_FOR(asked(n, &paper) == VT_ASK_TAKE_BACK,
	    "the paper in the book is asked for");
	tap_eq_int(asked(n, &e), 0, "not its e-version");
	tap_eq_int(shown(&a, &sent), 13, "which waits for its answer");
	do_act(n, k, &paper, 16);
	WAIT_FOR(shown(&a, &sent) == 5, "no: and the sender hears it");
	tap_ok(!has_sender(n, &paper), "all without the second act");
	tap_call(vt_office_join(n->office, &join, &e, &paper, "", &r, &err),
	    &err, "the request again");
	vt_act_result_free(&r);
	tap_ok(has_sender(n, &paper), "does it");
}

/* ---- two clerks at once ---- */

struct joiner {
	pthread_t thread;
	struct vt_request rq;
	char key[40];
	struct vt_actor who;
	vt_id e, paper;
	int rc;
};

static void *
join_main(void *arg)
{
	struct joiner *j = arg;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	j->rc =
	    vt_office_join(b.office, &j->rq, &j->e, &j->paper, "", &r, &err);
	vt_act_result_free(&r);
	return NULL;
}

static void
both_at_once(bool same_paper)
{
	struct joiner j[2];
	vt_id sent, e = waiting(&b, 0, b.code[0], &sent);
	size_t won = 0, with = 0;

	for (size_t i = 0; i < 2; i++) {
		j[i].paper = i == 1 && same_paper ? j[0].paper : by_hand(&b, 0);
		j[i].e = e;
		j[i].who = actor(&b, 0);
		j[i].rq = request(&b, &j[i].who);
		(void)snprintf(j[i].key, sizeof(j[i].key), "%s", b.key);
		j[i].rq.key = j[i].key;
	}
	for (size_t i = 0; i < 2; i++)
		must(pthread_create(&j[i].thread, NULL, join_main, &j[i]) == 0,
		    "thread", "");
	for (size_t i = 0; i < 2; i++) {
		pthread_join(j[i].thread, NULL);
		won += j[i].rc == VT_OK;
	}
	for (size_t i = 0; i < 2; i++) /* both are done */
		with += has_sender(&b, &j[i].paper) ? 1 : 0;
	tap_eq_int((int)won, 1, "two clerks at once: one is first");
	tap_eq_int((int)with, same_paper ? 2 : 1,
	    "and one paper has the sender");
	tap_ok(j[0].rc == VT_E_OUT_OF_ORDER || j[1].rc == VT_E_OUT_OF_ORDER,
	    "the other is told that nothing waits any more");
	WAIT_FOR(shown(&a, &sent) == 3, "the sender hears it once");
}

int
main(void)
{
	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&a, "H99.08");
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	cut_between(&b, 0, "H99.31");
	cut_between(&a, 1, "H99.08");
	both_at_once(false);
	both_at_once(true);
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
