/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two nodes, each a store and an office, joined by a transport that does what
 * a test tells it: lose a packet, lose its answer, bring it several times,
 * keep it back. The clock is the test's and runs for both.
 */
#ifndef VT_TESTS_API_EXCHANGE_NODES_H
#define VT_TESTS_API_EXCHANGE_NODES_H

#include <stdatomic.h>
#include <time.h>

#include "api/exchange/edxml/edxml.h"
#include "api/office/consign.h"
#include "api/office/deliver.h"
#include "api/office/recall.h"
#include "api/office/routes.h"
#include "api/office/statuses.h"
#include "api/office/work.h"
#include "base/limits.h"
#include "signing/signing.h"
#include "tests/unit/docstore/fixture.h"

#define WAIT_S 20

static _Atomic int64_t clock_now = (int64_t)1772413965 * 1000000;
static _Atomic int64_t clock_tick; /* between two looks at it */

static vt_time
test_now(void *arg)
{
	(void)arg;
	return atomic_fetch_add(&clock_now, clock_tick);
}

static int64_t
test_mono(void *arg)
{
	(void)arg;
	return 0; /* no view grows old */
}

static void
test_random(void *arg, void *p, size_t n)
{
	(void)arg;
	vt_random(vt_context_system(), p, n);
}

static const struct vt_context test_ctx = { test_now, test_mono, test_random,
	NULL };

struct node;

/* What a packet of the other side is, kept back. */
struct kept {
	struct vt_consign_new n;
	char to[64], external[64], peer[64];
	struct vt_buf bytes;
};

struct node {
	struct vt_store *store;
	struct vt_office *office;
	struct node *other;
	uint32_t no[4];  /* tenants */
	vt_id person[4]; /* who may all, one a tenant */
	char code[4][64], token[4][96];
	size_t n;
	char *dir;
	unsigned keys;
	char key[40];
	/* how its transport behaves; guarded by lock */
	pthread_mutex_t lock;
	_Atomic unsigned lose, lose_answer, times; /* times: 0 as 1 */
	_Atomic bool keep_back, refuse;
	_Atomic bool unverified; /* nobody knows who signed its receipts */
	_Atomic bool hang; /* peers whose code begins with "HANG" say nothing */
	_Atomic unsigned hanging;
	_Atomic int silence; /* how it ends; 0: a timeout */
	struct kept kept[64];
	_Atomic size_t n_kept; /* counted when it is whole */
	_Atomic unsigned sent; /* packets that were tried */
	vt_hash last;          /* of the last one */
	_Atomic bool differed; /* one id, two contents */
	vt_id ids[512];
	vt_hash hashes[512];
	size_t n_ids;
};

static struct vt_spawner *spawner;

/* What a test stands on; said only when it is not so. */
static void
must(bool ok, const char *what, const char *why)
{
	if (ok)
		return;
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

/* ---- the wire ---- */

static int
bring(struct node *to, const struct vt_consign_new *n, struct vt_span bytes,
    struct vt_buf *receipt, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	int rc;

	rc = vt_office_consign_bytes(to->office, n, bytes, NULL, &r, reterr);
	if (rc == VT_OK && receipt != NULL)
		vt_buf_span(receipt, vt_buf_view(&r.receipt));
	vt_act_result_free(&r);
	return rc;
}

/* The same bytes at every attempt, whatever they are. */
static void
remember(struct node *n, const struct vt_packet *p)
{
	for (size_t i = 0; i < n->n_ids; i++)
		if (vt_id_eq(&n->ids[i], &p->id)) {
			if (!vt_hash_eq(&n->hashes[i], &p->hash))
				n->differed = true;
			return;
		}
	if (n->n_ids < 512) {
		n->ids[n->n_ids] = p->id;
		n->hashes[n->n_ids++] = p->hash;
	}
}

static bool
hang(struct node *n)
{
	const struct timespec ts = { 0, 10 * 1000000 };

	if (!n->hang)
		return false;
	n->hanging++;
	while (n->hang)
		(void)nanosleep(&ts, NULL);
	n->hanging--;
	return true;
}

static int
wire_send(void *arg, const struct vt_route *route, const struct vt_packet *p,
    struct vt_packet_answer *ret, struct vt_err *reterr)
{
	struct node *n = arg;
	char external[VT_ID_TEXT + 1];
	struct vt_consign_new c = { .to = p->to,
		.via = VT_TRANSPORT_DIRECT,
		.kind = p->kind,
		.external = external,
		.peer = p->from,
		.headers = "",
		.expect = &p->hash };
	unsigned times;
	VT_BUF_AUTO(bytes);
	uint8_t *to;
	int rc;

	if (strncmp(route->key, "HANG", 4) == 0 && hang(n))
		return vt_err_set(reterr,
		    n->silence == 0 ? VT_E_TIMEOUT : (enum vt_code)n->silence,
		    "wire: silence");
	vt_id_text(&p->id, external);
	to = vt_buf_extend(&bytes, (size_t)p->body->size);
	if (to == NULL || vt_source_read(p->body, 0, to, (size_t)p->body->size,
			      reterr) != VT_OK)
		return vt_err_set(reterr, VT_E_IO, "wire: body");
	(void)pthread_mutex_lock(&n->lock);
	n->sent++;
	n->last = p->hash;
	remember(n, p);
	times = n->times == 0 ? 1 : n->times;
	rc = VT_OK;
	if (n->refuse)
		rc = vt_err_set(reterr, VT_E_PEER_REFUSED, "wire: refused");
	else if (n->lose > 0) {
		n->lose--;
		rc = vt_err_set(reterr, VT_E_PEER_UNAVAILABLE, "wire: lost");
	} else if (n->keep_back && n->n_kept < 64) {
		struct kept *k = &n->kept[n->n_kept];

		(void)snprintf(k->to, sizeof(k->to), "%s", p->to);
		(void)snprintf(k->peer, sizeof(k->peer), "%s", p->from);
		(void)snprintf(
		    k->external, sizeof(k->external), "%s", external);
		k->n = c;
		k->n.to = k->to;
		k->n.peer = k->peer;
		k->n.external = k->external;
		k->n.expect = NULL;
		k->bytes = bytes;
		bytes = (struct vt_buf)VT_BUF_INIT;
		n->n_kept++;
		times = 0; /* taken, the other side sees it later */
	}
	(void)pthread_mutex_unlock(&n->lock);
	for (unsigned i = 0; i < times && rc == VT_OK; i++) {
		vt_buf_reset(&ret->receipt);
		rc = bring(
		    n->other, &c, vt_buf_view(&bytes), &ret->receipt, reterr);
	}
	(void)pthread_mutex_lock(&n->lock);
	if (rc == VT_OK && n->lose_answer > 0) {
		n->lose_answer--;
		rc = vt_err_set(
		    reterr, VT_E_PEER_UNAVAILABLE, "wire: answer lost");
	}
	(void)pthread_mutex_unlock(&n->lock);
	if (rc != VT_OK)
		return rc;
	ret->by_addressee = !n->unverified;
	ret->unverified = n->unverified;
	ret->stored_at = test_now(NULL);
	return VT_OK;
}

/* What was kept back arrives, the i-th of it. */
static UNUSED void
release(struct node *n, size_t i)
{
	struct vt_err err = VT_ERR_INIT;

	must(i < n->n_kept, "kept back", "no such packet");
	must(bring(n->other, &n->kept[i].n, vt_buf_view(&n->kept[i].bytes),
		 NULL, &err) == VT_OK,
	    "arrival", err.msg);
}

static UNUSED void
forget_kept(struct node *n)
{
	for (size_t i = 0; i < n->n_kept; i++)
		vt_buf_free(&n->kept[i].bytes);
	n->n_kept = 0;
}

/* ---- nodes ---- */

static UNUSED void
node_open(struct node *n)
{
	struct vt_office_options o = { .store = n->store,
		.spawner = spawner,
		.ctx = &test_ctx,
		.public_url = "http://127.0.0.1:8480" };
	const struct vt_transport t = {
		.name = "direct", .arg = n, .send = wire_send
	};
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_office_open(&o, &n->office, &err) == VT_OK, "office %s",
	    err.msg);
	tap_need(vt_office_transport_add(n->office, &t, &err) == VT_OK &&
		     vt_office_run(n->office, &err) == VT_OK,
	    "transport %s", err.msg);
}

static void
node_tenant(struct node *n, const char *code)
{
	struct vt_agency_name name = { .code = code,
		.name = code,
		.short_name = "SKHCN",
		.place = "An Mẫu" };
	struct vt_new_person p = { .name = "Lê Thị Dụ",
		.position = "Văn thư",
		.unit = "Văn phòng",
		.roles = VT_ROLE_CLERK | VT_ROLE_LEADER | VT_ROLE_OFFICER |
			 VT_ROLE_ADMIN,
		.key_ref = "" };
	struct vt_err err = VT_ERR_INIT;
	size_t i = n->n++;

	(void)snprintf(n->token[i], sizeof(n->token[i]),
	    "token-of-the-person-of-%s", code);
	p.token = vt_span_str(n->token[i]);
	(void)snprintf(n->code[i], sizeof(n->code[i]), "%s", code);
	tap_need(vt_office_add_agency(
		     n->store, &name, NULL, 0, "", &n->no[i], &err) == VT_OK,
	    "agency %s %s", code, err.msg);
	tap_need(vt_office_add_person(
		     n->store, n->no[i], &p, &n->person[i], &err) == VT_OK,
	    "person %s", err.msg);
}

/* A route to a code of the other node; what signs is not asked on this wire,
 * but a direct route has a certificate. */
static UNUSED void
node_route(struct node *n, const char *code, enum vt_route_kind kind)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;

	tap_need(r != NULL, "memory");
	(void)snprintf(r->key, sizeof(r->key), "%s", code);
	r->kind = kind;
	r->active = true;
	(void)snprintf(r->url, sizeof(r->url), "http://127.0.0.1:1");
	if (kind == VT_ROUTE_AXIS)
		(void)snprintf(r->secret_ref, sizeof(r->secret_ref), "file:x");
	if (kind == VT_ROUTE_DIRECT) {
		r->n_pins = 1;
		memcpy(r->cert[0], "x", 1);
		r->cert_n[0] = 1;
		r->pins[0] = vt_sha256(VT_SPAN(r->cert[0], 1));
	}
	tap_need(vt_route_put(n->store, r, &err) == VT_OK, "route to %s %s",
	    code, err.msg);
	free(r);
}

static void
node_begin(struct node *n)
{
	memset(n, 0, sizeof(*n));
	(void)pthread_mutex_init(&n->lock, NULL);
	n->dir = dir_new();
	n->store = store_new(n->dir, &test_ctx);
}

static UNUSED void
node_end(struct node *n)
{
	vt_office_close(n->office);
	vt_store_close(n->store);
	for (size_t i = 0; i < n->n_kept; i++)
		vt_buf_free(&n->kept[i].bytes);
	dir_free(n->dir);
}

static struct vt_worker_kind kinds[2];

/* Before any thread. */
static void
spawn(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	kinds[0] = vt_proof_worker;
	kinds[1] = vt_packet_worker;
	tap_need(vt_spawner_start(kinds, 2, &spawner, &err) == VT_OK,
	    "workers %s", err.msg);
}

/* ---- people ---- */

static UNUSED struct vt_actor
actor(struct node *n, size_t tenant)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor a;

	must(vt_office_authenticate(
		 n->office, vt_span_str(n->token[tenant]), &a, &err) == VT_OK,
	    "person", err.msg);
	return a;
}

/* A request of its own each time. */
static UNUSED struct vt_request
request(struct node *n, const struct vt_actor *a)
{
	(void)snprintf(n->key, sizeof(n->key), "key-%u", n->keys++);
	return (struct vt_request){ .actor = a,
		.key = n->key,
		.hash = vt_sha256(vt_span_str(n->key)) };
}

/* ---- papers ---- */

/* An issued paper of a tenant, numbered and sealed. */
static UNUSED vt_id
issued_as(struct node *n, size_t tenant, uint64_t seed, uint32_t urgency)
{
	struct doer d = { .s = n->store, .agency = n->no[tenant] };
	struct vt_meta m = { .urgency = urgency };
	vt_id id;

	must(make_paper_of(&d, VT_DIR_OUT, m, 3000, seed) == VT_OK, "paper",
	    d.err.msg);
	must(walk_to_issue(&d, seed + 1) == VT_OK, "issued", d.err.msg);
	id = d.paper;
	vt_act_result_free(&d.r);
	return id;
}

static UNUSED vt_id
issued(struct node *n, size_t tenant, uint64_t seed)
{
	return issued_as(n, tenant, seed, VT_URGENCY_NORMAL);
}

static UNUSED void
send_to(struct node *n, size_t tenant, const vt_id *paper, const char *code)
{
	const struct vt_recipient to = { code, code };
	struct vt_actor a = actor(n, tenant);
	struct vt_request rq = request(n, &a);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	must(vt_office_dispatch(n->office, &rq, paper, &to, 1, &r, &err) ==
		 VT_OK,
	    "dispatch", err.msg);
	vt_act_result_free(&r);
}

/* Every act of the receiver, by number of the status that follows. */
static UNUSED int
receiver_act(struct node *n, size_t tenant, const vt_id *paper, unsigned code,
    struct vt_act_result *r, struct vt_err *err)
{
	struct vt_actor who = actor(n, tenant);
	struct vt_request rq = request(n, &who);
	struct vt_assignment as = { .lead = n->person[tenant],
		.due_on = "2026-04-01",
		.opinion = "Giao xử lý" };

	switch (code) {
	case 2:
		return vt_office_refuse(
		    n->office, &rq, paper, "Không thuộc thẩm quyền", r, err);
	case 3:
		return vt_office_accept(n->office, &rq, paper, r, err);
	case 4:
		return vt_office_assign(n->office, &rq, paper, &as, r, err);
	case 5:
		return vt_office_process(
		    n->office, &rq, paper, "Đang làm", r, err);
	case 6:
		return vt_office_finish(
		    n->office, &rq, paper, NULL, "Xong", r, err);
	case 15:
		return vt_office_answer_recall(
		    n->office, &rq, paper, true, "", r, err);
	default:
		return vt_office_answer_recall(
		    n->office, &rq, paper, false, "Đã xử lý xong", r, err);
	}
}

static UNUSED void
do_act(struct node *n, size_t tenant, const vt_id *paper, unsigned code)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	tap_call(receiver_act(n, tenant, paper, code, &r, &err), &err,
	    "the act that status %u follows from", code);
	vt_act_result_free(&r);
}

/* ---- looking ---- */

/* A delivery without what is borrowed. */
struct seen {
	vt_id id;
	enum vt_delivery_state state;
	uint32_t shown, progress, log, attempts;
	bool dead, sent, stored, delivered, opened, accepted, refused, answered;
	char reason[600], note[600];
	size_t receipt; /* bytes */
	uint64_t work;
};

static UNUSED struct seen
see(struct node *n, const vt_id *paper, size_t i)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_delivery d[64];
	struct vt_view *v = NULL;
	struct seen s = { 0 };
	size_t got = 0;

	must(vt_view_begin(n->store, &v, &err) == VT_OK, "view", err.msg);
	if (vt_delivery_list(v, paper, d, 64, &got, &err) != VT_OK ||
	    i >= got) {
		vt_view_end(v);
		must(false, "delivery", err.msg);
	}
	s.id = d[i].id;
	s.state = d[i].state;
	s.shown = vt_delivery_shown(&d[i]);
	s.progress = d[i].progress;
	s.log = d[i].log;
	s.attempts = d[i].attempts;
	s.dead = d[i].dead;
	s.sent = d[i].sent_at != VT_TIME_NONE;
	s.stored = d[i].stored_at != VT_TIME_NONE;
	s.delivered = d[i].delivered_at != VT_TIME_NONE;
	s.opened = d[i].opened_at != VT_TIME_NONE;
	s.accepted = d[i].accepted_at != VT_TIME_NONE;
	s.refused = d[i].refused_at != VT_TIME_NONE;
	s.answered = d[i].answered_at != VT_TIME_NONE;
	s.work = d[i].work;
	vt_text_fit(s.reason, sizeof(s.reason), d[i].reason);
	vt_text_fit(s.note, sizeof(s.note), d[i].note);
	s.receipt = d[i].receipt.n;
	vt_view_end(v);
	return s;
}

static UNUSED void
nap(void)
{
	const struct timespec ts = { 0, 10 * 1000000 };

	(void)nanosleep(&ts, NULL);
}

#define WAIT_FOR(cond, ...)                                                    \
	do {                                                                   \
		for (int t_ = 0; t_ < WAIT_S * 100 && !(cond); t_++)           \
			nap();                                                 \
		tap_ok((cond), __VA_ARGS__);                                   \
	} while (0)

static UNUSED uint32_t
shown(struct node *n, const vt_id *paper)
{
	return see(n, paper, 0).shown;
}

static UNUSED uint32_t
log_rows(struct node *n, const vt_id *paper)
{
	return see(n, paper, 0).log;
}

/* Papers of a tenant that came in, newest first. */
static UNUSED size_t
arrived(struct node *n, size_t tenant, vt_id *ret, enum vt_paper_state *states,
    size_t max)
{
	const struct vt_paper_filter f = { .direction = VT_DIR_IN };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p[64];
	uint64_t next;
	size_t got = 0;

	must(vt_view_begin(n->store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_list(v, n->no[tenant], &f, p, max < 64 ? max : 64, &got,
		 &next, &err) == VT_OK,
	    "list", err.msg);
	for (size_t i = 0; i < got; i++) {
		ret[i] = p[i].id;
		states[i] = p[i].state;
	}
	vt_view_end(v);
	return got;
}

static UNUSED size_t
count_arrived(struct node *n, size_t tenant)
{
	enum vt_paper_state st[64];
	vt_id id[64];

	return arrived(n, tenant, id, st, 64);
}

static UNUSED enum vt_paper_state
state_of(struct node *n, const vt_id *paper)
{
	struct vt_err err = VT_ERR_INIT;
	enum vt_paper_state st = 0;
	struct vt_view *v = NULL;
	struct vt_paper p;

	if (vt_view_begin(n->store, &v, &err) == VT_OK &&
	    vt_paper_get(v, paper, &p, &err) == VT_OK)
		st = p.state;
	vt_view_end(v);
	return st;
}

/* The newest paper that came in for a tenant. */
static UNUSED vt_id
newest(struct node *n, size_t tenant)
{
	enum vt_paper_state st[1];
	vt_id id = { { 0 } };

	(void)arrived(n, tenant, &id, st, 1);
	return id;
}

static UNUSED void
advance(struct node *a, struct node *b, int64_t seconds)
{
	atomic_fetch_add(&clock_now, seconds * 1000000);
	vt_office_wake(a->office);
	vt_office_wake(b->office);
}

#endif
