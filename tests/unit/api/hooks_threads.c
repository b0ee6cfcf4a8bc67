/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The senders' threads, with the real clock: many things happen while
 * subscriptions are changed, replayed, switched off and on; each receiver gets
 * everything it wants, in order. And receivers of one agency that do not answer
 * hold up no other agency's.
 */
#include <stdatomic.h>
#include <time.h>

#include "api/office/hooks_priv.h"
#include "api/office/watch.h"
#include "tests/tap.h"

#define HOOKS  3
#define EVENTS 150

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t got[HOOKS][4 * EVENTS];
static size_t n_got[HOOKS];
static struct vt_store *s;
static struct vt_office *o;
static struct vt_actor admin;

static int
check(void *arg, const char *url, struct vt_err *reterr)
{
	(void)arg, (void)url, (void)reterr;
	return VT_OK;
}

/* ---- receivers that do not answer ---- */

static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool answering;
static int held, held_most;

static void
slow_post(void)
{
	pthread_mutex_lock(&lock);
	held++;
	if (held > held_most)
		held_most = held;
	while (!answering)
		pthread_cond_wait(&opened, &lock);
	held--;
	pthread_mutex_unlock(&lock);
}

static int
held_now(void)
{
	int n;

	pthread_mutex_lock(&lock);
	n = held;
	pthread_mutex_unlock(&lock);
	return n;
}

static int
post(void *arg, const struct vt_hook_message *m, struct vt_hook_reply *ret,
    struct vt_err *reterr)
{
	size_t i = (size_t)(m->url[strlen(m->url) - 1] - '0');
	const char *at = strrchr(m->id, '_');

	(void)arg, (void)reterr;
	ret->status = 200;
	if (strstr(m->url, "/slow/") != NULL) {
		slow_post();
		return VT_OK;
	}
	if (strncmp(m->id, "evt_", 4) != 0)
		return VT_OK;
	pthread_mutex_lock(&lock);
	if (n_got[i] < 4 * EVENTS)
		got[i][n_got[i]++] = strtoull(at + 1, NULL, 10);
	pthread_mutex_unlock(&lock);
	return VT_OK;
}

static void
happen(int n)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_step st = { .kind = VT_STEP_SERIES };
	struct vt_act a = {
		.agency_no = admin.agency_no, .steps = &st, .n_steps = 1
	};
	struct vt_err err = VT_ERR_INIT;
	static int made;
	char key[32];

	for (int i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "book-%d", made++);
		st.u.series = (struct vt_series){ .key = key,
			.title = key,
			.reset = VT_RESET_NEVER,
			.authority = VT_SERIES_OURS };
		tap_need(vt_store_do(s, &a, &r, &err) == VT_OK,
		    "something happens %s", err.msg);
		vt_act_result_free(&r);
	}
}

static uint64_t
feed_end(void)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t last = 0;

	tap_need(vt_store_watch(s, admin.agency_no, 0, 0, &last, &err) == VT_OK,
	    "the end of the feed %s", err.msg);
	return last;
}

static void
make_house(void)
{
	struct vt_agency_name a = { .code = "H99.07",
		.name = "Sở Mẫu",
		.short_name = "SM",
		.place = "Mẫu" };
	struct vt_new_person p = { .name = "A",
		.position = "",
		.unit = "",
		.roles = VT_ROLE_ADMIN,
		.token = VT_SPAN_LIT("administrator-of-07"),
		.key_ref = "" };
	struct vt_err err = VT_ERR_INIT;
	uint32_t no;
	vt_id id;

	tap_need(vt_office_add_agency(s, &a, NULL, 0, "", &no, &err) == VT_OK &&
		     vt_office_add_person(s, no, &p, &id, &err) == VT_OK &&
		     vt_office_authenticate(o, p.token, &admin, &err) == VT_OK,
	    "an agency and its administrator %s", err.msg);
}

static vt_id
subscribe_as(const struct vt_actor *who, const char *path, int i)
{
	struct vt_hook_new n = { .has_after = true };
	struct vt_request rq = { .actor = who };
	struct vt_err err = VT_ERR_INIT;
	static struct vt_hook h;
	char url[48], key[32];
	bool repeated;

	snprintf(url, sizeof(url), "https://example.org/%s%d", path, i);
	snprintf(key, sizeof(key), "hook-%s%d", path, i);
	n.url = url;
	rq.key = key;
	tap_call(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err), &err,
	    "subscription %d, from the beginning", i);
	return h.id;
}

static vt_id
subscribe(int i)
{
	return subscribe_as(&admin, "", i);
}

static int
change(const vt_id *id, bool on)
{
	struct vt_hook_change c = { .set_enabled = true, .enabled = on };
	struct vt_request rq = { .actor = &admin };
	struct vt_err err = VT_ERR_INIT;
	static struct vt_hook h;
	int rc = VT_E_PRECONDITION_FAILED;

	/* the sender may have changed it meanwhile */
	for (int i = 0; i < 20 && rc == VT_E_PRECONDITION_FAILED; i++)
		rc = vt_office_hook_change(o, &rq, id, &c, &h, &err);
	return rc;
}

static bool
has_all(size_t i, uint64_t end)
{
	bool all;

	pthread_mutex_lock(&lock);
	all = n_got[i] > 0 && got[i][n_got[i] - 1] >= end;
	pthread_mutex_unlock(&lock);
	return all;
}

/* First of each, in the order of the feed, none left out but the queue's. */
static void
in_order(size_t i, uint64_t end)
{
	static struct vt_event e[EVENTS * 4];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0, at = 0;
	uint64_t newest = 0;
	bool good = true;

	tap_need(vt_view_begin(s, &v, &err) == VT_OK &&
		     vt_event_list(v, admin.agency_no, 0, e, EVENTS * 4, &n,
			 &err) == VT_OK,
	    "the feed %s", err.msg);
	vt_view_end(v);
	for (size_t k = 0; k < n && e[k].seq <= end; k++) {
		if (e[k].kind == VT_STEP_WORK || e[k].kind == VT_STEP_WORK_DONE)
			continue;
		while (at < n_got[i] && got[i][at] <= newest)
			at++; /* again */
		good = good && at < n_got[i] && got[i][at] == e[k].seq;
		newest = e[k].seq;
	}
	tap_ok(good, "receiver %zu: everything, in order", i);
}

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

struct pinger {
	const struct vt_actor *who;
	vt_id hook;
	int rc;
};

static void *
ping_it(void *arg)
{
	struct pinger *p = arg;
	struct vt_hook_attempt a;
	struct vt_err err = VT_ERR_INIT;

	p->rc = vt_office_hook_ping(o, p->who, &p->hook, &a, &err);
	return NULL;
}

#define HANGING 3 /* agencies whose receivers hang */
#define PINGS   (HANGING * VT_L(WEBHOOKS_AT_ONCE))

/* Who try their receivers out, and they hang, have their share and no more.
 * mine answers, slow do not before answering is set. */
static void
pings(const struct vt_actor *others, const vt_id *slow, const vt_id *mine)
{
	struct pinger p[PINGS];
	struct pinger one = { &others[0], slow[0], VT_OK };
	struct pinger we = { &admin, *mine, VT_E_BUSY };
	pthread_t t[PINGS];
	int before = held_now();

	for (size_t i = 0; i < PINGS; i++) {
		p[i] = (struct pinger){ &others[i % HANGING], slow[i % HANGING],
			VT_E_BUSY };
		tap_need(pthread_create(&t[i], NULL, ping_it, &p[i]) == 0,
		    "a thread");
	}
	for (int i = 0; i < 1000 && held_now() < before + (int)PINGS; i++)
		pause_ms(20);
	(void)ping_it(&one);
	tap_eq_int(one.rc, VT_E_BUSY, "one more of this agency");
	(void)ping_it(&we);
	tap_eq_int(we.rc, VT_OK, "another agency's is sent");
	pthread_mutex_lock(&lock);
	answering = true;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < PINGS; i++) {
		tap_need(pthread_join(t[i], NULL) == 0, "ends");
		tap_eq_int(p[i].rc, VT_OK, "and those that waited end");
	}
}

/* Of all agencies together: WEBHOOK_PINGS_MAX, each with its share. */
static void
pings_most(const vt_id *mine)
{
	struct pinger we = { &admin, *mine, VT_OK };
	uint32_t at[VT_L(WEBHOOK_PINGS_MAX)];
	size_t n = 0;

	for (; n < VT_L(WEBHOOK_PINGS_MAX); n++) {
		at[n] = 1000 + (uint32_t)(n / VT_L(WEBHOOKS_AT_ONCE));
		if (!vt_hooks_ping_take(o->hooks, at[n]))
			break;
	}
	tap_eq_int(n, VT_L(WEBHOOK_PINGS_MAX), "so many are tried at once");
	(void)ping_it(&we);
	tap_eq_int(we.rc, VT_E_BUSY, "an agency that has none waits, too");
	vt_hooks_ping_give(o->hooks, at[--n]);
	(void)ping_it(&we);
	tap_eq_int(we.rc, VT_OK, "until one of them ends");
	while (n > 0)
		vt_hooks_ping_give(o->hooks, at[--n]);
}

/* An agency with more receivers that hang than there are threads. */
static vt_id
hanging(unsigned i, struct vt_actor *ret)
{
	char code[16], token[32], path[16];
	struct vt_agency_name a = { .code = code,
		.name = "Xã Mẫu",
		.short_name = "XM",
		.place = "Mẫu" };
	struct vt_new_person p = { .name = "B",
		.position = "",
		.unit = "",
		.roles = VT_ROLE_ADMIN,
		.key_ref = "" };
	struct vt_err err = VT_ERR_INIT;
	uint32_t no;
	vt_id id;

	snprintf(code, sizeof(code), "H99.3%u", i);
	snprintf(token, sizeof(token), "administrator-of-3%u", i);
	snprintf(path, sizeof(path), "slow/%u-", i);
	p.token = vt_span_str(token);
	tap_need(vt_office_add_agency(s, &a, NULL, 0, "", &no, &err) == VT_OK &&
		     vt_office_add_person(s, no, &p, &id, &err) == VT_OK &&
		     vt_office_authenticate(o, p.token, ret, &err) == VT_OK,
	    "another agency %s", err.msg);
	for (int k = 0; k < 2 * (int)VT_L(WEBHOOK_THREADS); k++)
		id = subscribe_as(ret, path, k);
	return id;
}

/* Agencies whose receivers hang hold up nobody whose receivers answer. */
static void
starve(const vt_id *mine)
{
	struct vt_actor others[HANGING];
	vt_id slow[HANGING];
	uint64_t end;

	for (unsigned i = 0; i < HANGING; i++)
		slow[i] = hanging(i, &others[i]);
	for (int i = 0; i < 1000 && held_now() < (int)VT_L(WEBHOOKS_DOUBTFUL);
	     i++)
		pause_ms(20);
	happen(1);
	end = feed_end();
	for (int i = 0; i < 400 && !(has_all(0, end) && has_all(2, end)); i++)
		pause_ms(50);
	tap_ok(has_all(0, end) && has_all(2, end),
	    "who answers is told, whoever hangs");
	pthread_mutex_lock(&lock);
	tap_eq_int(held_most, (int)VT_L(WEBHOOKS_DOUBTFUL),
	    "receivers that have answered nobody yet, at once");
	pthread_mutex_unlock(&lock);
	pings(others, slow, mine);
	pings_most(mine);
	/* the order is judged up to here */
	for (int i = 0; i < 600 && !has_all(1, end); i++)
		pause_ms(50);
}

/* ---- whose turn ---- */

static bool
take(struct vt_hooks *h, uint32_t agency, enum vt_hook_trust trust)
{
	return vt_hooks_take(h, (struct vt_hook_turn){ agency, trust });
}

static void
give(struct vt_hooks *h, uint32_t agency, enum vt_hook_trust trust)
{
	vt_hooks_give(h, (struct vt_hook_turn){ agency, trust });
}

static void
turns(void)
{
	static struct vt_hooks h;

	tap_need(pthread_mutex_init(&h.lock, NULL) == 0 &&
		     pthread_cond_init(&h.more, NULL) == 0,
	    "a lock");
	tap_ok(take(&h, 1, VT_HOOK_FAILING), "one that fails");
	tap_ok(!take(&h, 2, VT_HOOK_FAILING), "a second waits");
	tap_ok(!take(&h, 1, VT_HOOK_UNTRIED),
	    "another of its agency, too, which has had its turn");
	tap_ok(take(&h, 2, VT_HOOK_UNTRIED), "a new one does not");
	tap_ok(!take(&h, 3, VT_HOOK_UNTRIED), "half of the places are theirs");
	tap_ok(take(&h, 1, VT_HOOK_PROVED) && take(&h, 3, VT_HOOK_PROVED),
	    "the others are for those that answer");
	tap_ok(!take(&h, 4, VT_HOOK_PROVED), "until there is no place left");
	give(&h, 2, VT_HOOK_UNTRIED);
	tap_ok(take(&h, 4, VT_HOOK_PROVED), "one is free again");
	give(&h, 4, VT_HOOK_PROVED);
	give(&h, 1, VT_HOOK_FAILING);
	tap_ok(take(&h, 3, VT_HOOK_PROVED), "two of an agency");
	tap_ok(!take(&h, 3, VT_HOOK_PROVED), "and no more");
	pthread_cond_destroy(&h.more);
	pthread_mutex_destroy(&h.lock);
}

int
main(void)
{
	static const struct vt_hook_wire wire = { check, post, NULL };
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_office_options opt = { .ctx = vt_context_system(),
		.public_url = "http://vanthu.test",
		.key_dir = "" };
	struct vt_hook_attempt ping;
	struct vt_err err = VT_ERR_INIT;
	vt_id id[HOOKS];
	uint64_t end;

	so.domain = "vanthu.test";
	so.in_memory = true;
	turns();
	tap_need(vt_base_init(&err) == VT_OK &&
		     vt_store_open(NULL, &so, opt.ctx, &s, &err) == VT_OK,
	    "a store in memory %s", err.msg);
	opt.store = s;
	tap_need(vt_office_open(&opt, &o, &err) == VT_OK &&
		     vt_office_run(o, &err) == VT_OK &&
		     vt_hooks_start(o, &wire, true, &err) == VT_OK,
	    "the office opens and sends %s", err.msg);
	make_house();
	for (int i = 0; i < HOOKS; i++)
		id[i] = subscribe(i);
	for (int i = 0; i < EVENTS / 10; i++) {
		happen(5);
		if (i % 3 == 0)
			tap_call(change(&id[1], i % 2 != 0), &err,
			    "receiver 1 is switched %s", i % 2 ? "on" : "off");
		if (i % 4 == 0)
			tap_call(
			    vt_office_hook_ping(o, &admin, &id[2], &ping, &err),
			    &err, "receiver 2 is tried");
		happen(5);
	}
	tap_call(change(&id[1], true), &err, "receiver 1 is on at last");
	end = feed_end() - 1; /* the last one enqueues */
	for (int i = 0; i < 600 && !(has_all(0, end) && has_all(1, end) &&
				       has_all(2, end));
	     i++)
		pause_ms(50);
	/* all idle: the waker has to see the next one */
	pause_ms(300);
	happen(1);
	end = feed_end();
	for (int i = 0; i < 600 && !(has_all(0, end) && has_all(1, end) &&
				       has_all(2, end));
	     i++)
		pause_ms(50);
	starve(&id[2]);
	end = feed_end();
	vt_office_watch_end(o);
	vt_hooks_stop(o);
	for (size_t i = 0; i < HOOKS; i++)
		in_order(i, end);
	vt_office_close(o);
	vt_store_close(s);
	return tap_done();
}
