/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks over a store in memory, a clock of the test's own and a receiver
 * that answers as the test says: order, schedule, filters, switching off and
 * on, replay, keys.
 */
#include "api/office/hooks_priv.h"
#include "api/office/watch.h"
#include "base/base64.h"
#include "base/ed25519.h"
#include "tests/unit/docstore/fixture.h"

#define MESSAGES 512

/* ---- the receiver ---- */

struct got {
	char id[96], sig[600], body[1024];
	vt_time at;
};

static struct {
	struct world *w;
	struct got got[MESSAGES];
	size_t n;
	long status; /* 0: nobody answers */
	char retry_after[32];
	size_t fail_from; /* from this message on status counts */
} rx;

static int
rx_check(void *arg, const char *url, struct vt_err *reterr)
{
	(void)arg;
	return strncmp(url, "https://", 8) == 0
		   ? VT_OK
		   : vt_err_set(reterr, VT_E_INVALID, "https wanted");
}

static int
rx_post(void *arg, const struct vt_hook_message *m, struct vt_hook_reply *ret,
    struct vt_err *reterr)
{
	struct got *g = &rx.got[rx.n];
	bool bad = rx.n >= rx.fail_from;

	(void)arg;
	tap_need(rx.n < MESSAGES, "room for another message");
	rx.n++;
	vt_text_fit(g->id, sizeof(g->id), m->id);
	vt_text_fit(g->sig, sizeof(g->sig), m->signature);
	memcpy(g->body, m->body.p, m->body.n);
	g->body[m->body.n] = '\0';
	g->at = rx.w->now;
	if (bad && rx.status == 0)
		return vt_err_set(reterr, VT_E_TIMEOUT, "no answer in time");
	ret->status = bad ? rx.status : 204;
	memcpy(ret->retry_after, bad ? rx.retry_after : "",
	    bad ? sizeof(rx.retry_after) : 1);
	return VT_OK;
}

static const struct vt_hook_wire wire = { rx_check, rx_post, NULL };

static void
rx_reset(long status)
{
	rx.n = 0;
	rx.status = status;
	rx.fail_from = status == 204 ? SIZE_MAX : 0;
	rx.retry_after[0] = '\0';
}

/* Number of the event that message i was about; 0: a ping. */
static uint64_t
seq_of(size_t i)
{
	const char *at = strrchr(rx.got[i].id, '_');

	return strncmp(rx.got[i].id, "evt_", 4) == 0
		   ? strtoull(at + 1, NULL, 10)
		   : 0;
}

/* Are messages from `from` on about first, first + 1, ...? */
static bool
in_order(size_t from, uint64_t first)
{
	for (size_t i = from; i < rx.n; i++)
		if (seq_of(i) != first + (i - from))
			return false;
	return true;
}

/* ---- the house ---- */

static struct world w;
static struct vt_store *s;
static struct vt_office *o;
static struct vt_actor admin, other, officer, program, program2;
static struct vt_err err;

static void
open_office(void)
{
	struct vt_office_options opt = { .store = s,
		.ctx = &w.ctx,
		.public_url = "http://vanthu.test",
		.key_dir = "" };

	tap_need(vt_office_open(&opt, &o, &err) == VT_OK &&
		     vt_office_run(o, &err) == VT_OK &&
		     vt_hooks_start(o, &wire, false, &err) == VT_OK,
	    "the office opens %s", err.msg);
}

static void
close_office(void)
{
	vt_hooks_stop(o);
	vt_office_close(o);
}

static void
person(uint32_t agency, uint32_t role, const char *token, struct vt_actor *ret)
{
	struct vt_new_person p = { .name = token,
		.position = "",
		.unit = "",
		.roles = role,
		.token = vt_span_str(token),
		.key_ref = "" };
	vt_id id;

	tap_need(vt_office_add_person(s, agency, &p, &id, &err) == VT_OK &&
		     vt_office_authenticate(o, vt_span_str(token), ret, &err) ==
			 VT_OK,
	    "%s %s", token, err.msg);
}

static void
make_house(void)
{
	struct vt_agency_name a = { .code = "H99.07",
		.name = "Sở Mẫu",
		.short_name = "SM",
		.place = "Mẫu" };
	struct vt_agency_name b = { .code = "H99.31",
		.name = "Xã Mẫu",
		.short_name = "XM",
		.place = "Mẫu" };
	uint32_t no, no2;

	tap_need(
	    vt_office_add_agency(s, &a, NULL, 0, "", &no, &err) == VT_OK &&
		vt_office_add_agency(s, &b, NULL, 0, "", &no2, &err) == VT_OK,
	    "two agencies %s", err.msg);
	person(no, VT_ROLE_ADMIN, "administrator-of-07", &admin);
	person(no, VT_ROLE_OFFICER, "officer-of-agency-07", &officer);
	person(no, VT_ROLE_SYSTEM, "program-of-agency-07", &program);
	person(no, VT_ROLE_SYSTEM, "another-program-of-07", &program2);
	person(no2, VT_ROLE_ADMIN, "administrator-of-31", &other);
}

/* One more event, of type "series". */
static void
happen(int n)
{
	static int made;
	struct doer d = { .s = s, .agency = admin.agency_no };
	char key[32];

	for (int i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "book-%d", made++);
		tap_need(make_series(&d, key, VT_RESET_NEVER, VT_SERIES_OURS) ==
			     VT_OK,
		    "something happens %s", d.err.msg);
	}
	vt_act_result_free(&d.r);
}

static uint64_t
feed_end(void)
{
	uint64_t last = 0;

	tap_need(vt_store_watch(s, admin.agency_no, 0, 0, &last, &err) == VT_OK,
	    "the end of the feed");
	return last;
}

static struct vt_request
request(const struct vt_actor *a, const char *key)
{
	struct vt_request rq = { .actor = a, .key = key };

	rq.hash = vt_sha256(vt_span_str(key == NULL ? "" : key));
	return rq;
}

static struct vt_hook
subscribe(const char *key, const struct vt_hook_new *n)
{
	struct vt_request rq = request(&admin, key);
	struct vt_hook h;
	bool repeated;

	memset(&h, 0, sizeof(h));
	tap_call(vt_office_hook_add(o, &rq, n, &h, &repeated, &err), &err,
	    "subscription %s", key);
	return h;
}

static struct vt_hook
look(const vt_id *id)
{
	struct vt_hook h;

	memset(&h, 0, sizeof(h));
	tap_call(vt_office_hook(o, &admin, id, &h, &err), &err, "it is there");
	return h;
}

static void
change(const vt_id *id, const struct vt_hook_change *c)
{
	struct vt_request rq = request(&admin, NULL);
	struct vt_hook h;

	tap_call(vt_office_hook_change(o, &rq, id, c, &h, &err), &err,
	    "it is changed");
}

static void
drop(const vt_id *id)
{
	struct vt_request rq = request(&admin, NULL);

	tap_call(
	    vt_office_hook_remove(o, &rq, id, &err), &err, "it is removed");
}

/* What is due now; how many items were worked on. */
static int
work(void)
{
	bool any = true;
	int n = 0;

	for (; any && n < 1000; n++)
		if (vt_hooks_work_once(o, &any, &err) != VT_OK) {
			tap_ok(false, "the queue: %s", err.msg);
			break;
		}
	return n;
}

/* As the waker does when an act was committed. */
static void
wake(const vt_id *id)
{
	tap_call(vt_hooks_wake(o, id, &err), &err, "woken");
	work();
}

/* ---- tests ---- */

static void
order(void)
{
	struct vt_hook_new n = { .url = "https://example.org/a" };
	struct vt_hook_change off = { .set_enabled = true, .enabled = false };
	char hex[VT_ID_TEXT + 1];
	struct vt_hook h;
	uint64_t before;

	rx_reset(204);
	before = feed_end();
	h = subscribe("order", &n);
	tap_ok(h.from == before && h.off == VT_HOOK_ON, "from now on");
	happen(70);
	work();
	/* its own making (entry), not the enqueuing of its item */
	tap_eq_int(rx.n, 71, "every event once");
	tap_eq_int(seq_of(0), before + 1, "the first is its own making");
	tap_ok(in_order(1, before + 3), "the others in their order");
	tap_ok(strstr(rx.got[0].body, "\"type\":\"entry\"") != NULL &&
		   strstr(rx.got[1].body, "\"type\":\"series\"") != NULL &&
		   strstr(rx.got[1].body, "\"agency\":\"H99.07\"") != NULL,
	    "they say what happened: %s", rx.got[1].body);
	vt_id_text(&h.id, hex);
	tap_ok(strstr(strstr(rx.got[0].body, "\"subject\""), hex) != NULL,
	    "of its making it is the subject");
	tap_eq_int(look(&h.id).after, feed_end(), "it got to the end");
	work();
	tap_eq_int(rx.n, 71, "nothing more");
	happen(1);
	work();
	tap_eq_int(rx.n, 71, "an idle one sleeps");
	wake(&h.id);
	tap_eq_int(rx.n, 72, "until it is woken");
	/* a restart: it goes on where it was */
	happen(2);
	close_office();
	open_office();
	w.now += VT_TIME_S(600);
	work();
	tap_eq_int(rx.n, 74, "after a restart it goes on");
	tap_eq_int(seq_of(73), feed_end(), "with what came meanwhile");
	change(&h.id, &off);
	happen(3);
	w.now += VT_TIME_S(600);
	work();
	tap_eq_int(rx.n, 74, "switched off it is silent");
	off.enabled = true;
	change(&h.id, &off);
	work();
	tap_ok(rx.n >= 77 && seq_of(74) == feed_end() - 5,
	    "switched on again it has missed nothing");
	drop(&h.id);
	work();
}

static void
filters(void)
{
	static const char *const types[] = { "agency-name", "person" };
	static const char *const wrong[] = { "person", "weather" };
	struct vt_hook_new n = {
		.url = "https://example.org/f", .types = types, .n_types = 2
	};
	struct vt_request rq = request(&admin, "filter-wrong");
	struct vt_actor a;
	struct vt_hook h;
	bool repeated;

	rx_reset(204);
	n.types = wrong;
	tap_code(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err),
	    VT_E_INVALID, &err, "a type that nothing has");
	n.types = types + 1;
	n.n_types = 1;
	h = subscribe("filter", &n);
	happen(5);
	person(admin.agency_no, VT_ROLE_CLERK, "another-clerk-of-07", &a);
	happen(5);
	work();
	tap_eq_int(rx.n, 1, "only what was asked for");
	tap_ok(
	    strstr(rx.got[0].body, "\"type\":\"person\"") != NULL, "is told");
	tap_eq_int(look(&h.id).after, feed_end(), "the rest is passed over");
	drop(&h.id);
	work();
}

static void
schedule(void)
{
	static const int64_t steps[] = { 5, 300, 1800, 7200, 18000, 36000,
		50400, 72000, 86400 };
	struct vt_hook_new n = { .url = "https://example.org/s" };
	struct vt_hook_change on = { .set_enabled = true, .enabled = true };
	struct vt_hook_attempt log[32];
	struct vt_hook h;
	size_t logged = 0;
	uint64_t first, end;

	rx_reset(500);
	first = feed_end() + 1;
	h = subscribe("schedule", &n);
	work();
	tap_eq_int(rx.n, 1, "at once");
	for (size_t i = 0; i < 9; i++) {
		w.now += steps[i] * 1000000 - 1000000;
		happen(1); /* what comes after it waits behind it */
		work();
		tap_eq_int(rx.n, i + 1, "not before its time");
		w.now += 1000000 + steps[i] * 100000;
		work();
		tap_eq_int(rx.n, i + 2, "attempt %zu after %" PRId64 " s",
		    i + 2, steps[i]);
		tap_eq_int(seq_of(i + 1), first, "of the same message");
		tap_eq_str(rx.got[i + 1].id, rx.got[0].id, "by its id");
		tap_eq_str(
		    rx.got[i + 1].body, rx.got[0].body, "with the same words");
	}
	h = look(&h.id);
	tap_eq_int(h.off, VT_HOOK_OFF_FAILING, "then it is switched off");
	tap_eq_int(h.failures, 10, "after ten");
	end = feed_end();
	tap_call(
	    vt_office_hook_log(o, &admin, &h.id, 0, log, 32, &logged, &err),
	    &err, "its log");
	tap_eq_int(logged, 10, "has them all");
	tap_ok(log[0].attempt == 10 && log[9].attempt == 1 &&
		   log[9].status == 500 && log[9].event == first &&
		   log[9].outcome == VT_HOOK_FAILED,
	    "the newest first, with their status");
	tap_ok(log[0].next == VT_TIME_NONE && log[1].next > log[1].at,
	    "and when the next was planned");
	tap_call(vt_office_hook_log(
		     o, &admin, &h.id, log[3].no, log, 4, &logged, &err),
	    &err, "a page of it");
	tap_ok(logged == 4 && log[0].attempt == 6, "goes on below");
	w.now += VT_TIME_S(86400 * 3);
	work();
	tap_eq_int(rx.n, 10, "nothing more is tried");
	tap_ok(end > first + 9, "the feed says that it is off");
	rx_reset(204);
	change(&h.id, &on);
	work();
	tap_eq_int(seq_of(0), first, "on again it begins with that message");
	tap_eq_int(seq_of(rx.n - 1), feed_end() - 1, "and goes on to the end");
	tap_eq_int(look(&h.id).failures, 0, "all is well");
	drop(&h.id);
	work();
}

static void
answers(void)
{
	struct vt_hook_new n = { .url = "https://example.org/r" };
	struct vt_hook h;
	vt_time at;

	rx_reset(503);
	strcpy(rx.retry_after, "7200");
	h = subscribe("later", &n);
	work();
	tap_eq_int(rx.n, 1, "it is busy");
	at = w.now;
	w.now = at + VT_TIME_S(7199);
	work();
	tap_eq_int(rx.n, 1, "Retry-After is honoured");
	w.now = at + VT_TIME_S(7201);
	rx_reset(204);
	work();
	tap_ok(rx.n > 0, "to the second");
	drop(&h.id);
	work();

	rx_reset(410);
	h = subscribe("gone", &n);
	work();
	tap_eq_int(rx.n, 1, "told once");
	h = look(&h.id);
	tap_eq_int(h.off, VT_HOOK_OFF_GONE, "gone: switched off at once");
	drop(&h.id);
	work();

	rx_reset(0);
	h = subscribe("silent", &n);
	work();
	tap_eq_int(look(&h.id).failures, 1, "no answer is a failure");
	drop(&h.id);
	w.now += VT_TIME_S(10);
	work();
}

static void
replays(void)
{
	struct vt_hook_new n = { .url = "https://example.org/p" };
	struct vt_hook_attempt ping, log[4];
	struct vt_hook h;
	size_t logged;
	uint64_t end;

	rx_reset(204);
	h = subscribe("replay", &n);
	happen(10);
	work();
	end = feed_end();
	rx_reset(204);
	tap_call(
	    vt_office_hook_replay(o, &admin, &h.id, end - 2, end - 2, &err),
	    &err, "one again");
	work();
	tap_ok(rx.n == 1 && seq_of(0) == end - 2, "it comes");
	tap_call(
	    vt_office_hook_replay(o, &admin, &h.id, end - 9, end - 4, &err),
	    &err, "a range again");
	tap_code(
	    vt_office_hook_replay(o, &admin, &h.id, end - 9, end - 4, &err),
	    VT_E_CONFLICT, &err, "not two at once");
	happen(1);
	work();
	tap_eq_int(rx.n, 8, "all of it, and what is new");
	tap_eq_int(seq_of(1), end + 1, "what is new first");
	tap_ok(in_order(2, end - 9), "then the range in its order");
	tap_eq_int(look(&h.id).replay_next, 0, "it is over");
	tap_code(vt_office_hook_replay(o, &admin, &h.id, 0, 1, &err),
	    VT_E_INVALID, &err, "there is no event 0");
	tap_code(vt_office_hook_replay(o, &admin, &h.id, 5, 4, &err),
	    VT_E_INVALID, &err, "nor a range backwards");
	tap_code(vt_office_hook_replay(o, &admin, &h.id, 1, end + 2, &err),
	    VT_E_INVALID, &err, "nor one beyond the feed");

	rx_reset(500);
	w.now += VT_TIME_S(1);
	tap_call(
	    vt_office_hook_ping(o, &admin, &h.id, &ping, &err), &err, "a ping");
	tap_ok(rx.n == 1 && seq_of(0) == 0 &&
		   strstr(rx.got[0].body, "\"type\":\"ping\"") != NULL &&
		   ping.status == 500 && ping.lane == VT_HOOK_PING,
	    "is sent once, and its answer told");
	tap_call(vt_office_hook_log(o, &admin, &h.id, 0, log, 4, &logged, &err),
	    &err, "the log");
	tap_ok(logged == 4 && log[0].lane == VT_HOOK_PING &&
		   log[1].lane == VT_HOOK_REPLAY,
	    "knows it from the others");
	tap_eq_int(look(&h.id).failures, 0, "a ping counts for nothing");
	drop(&h.id);
	work();
}

/* Which of the signatures in the header hold for message i. */
static int
count_v1(const struct got *g, const char *secret)
{
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(want);
	vt_hash mac;

	tap_need(
	    strncmp(secret, "whsec_", 6) == 0 &&
		vt_base64_get(vt_span_str(secret + 6), &key, &err) == VT_OK,
	    "a secret as the specification writes it");
	vt_buf_printf(
	    &text, "%s.%" PRId64 ".%s", g->id, g->at / 1000000, g->body);
	mac = vt_hmac_sha256(vt_buf_view(&key), vt_buf_view(&text));
	vt_buf_puts(&want, "v1,");
	vt_base64_put(&want, VT_SPAN(mac.b, sizeof(mac.b)));
	return strstr(g->sig, vt_buf_str(&want)) != NULL;
}

static bool
holds_v1a(const struct got *g, const char *pub)
{
	const char *at = g->sig;
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(text);
	bool holds = false;

	tap_need(strncmp(pub, "whpk_", 5) == 0 &&
		     vt_base64_get(vt_span_str(pub + 5), &key, &err) == VT_OK &&
		     key.n == 32,
	    "a public key as the specification writes it");
	vt_buf_printf(
	    &text, "%s.%" PRId64 ".%s", g->id, g->at / 1000000, g->body);
	while ((at = strstr(at, "v1a,")) != NULL && !holds) {
		VT_BUF_AUTO(sig);

		at += 4;
		tap_need(vt_base64_get(VT_SPAN(at, 88), &sig, &err) == VT_OK &&
			     sig.n == 64,
		    "a signature");
		holds = vt_ed25519_verify(key.p, vt_buf_view(&text), sig.p);
	}
	return holds;
}

static struct vt_hook_public
public_of(const char *code)
{
	struct vt_hook_public p;

	memset(&p, 0, sizeof(p));
	tap_call(
	    vt_office_hook_key(o, code, &p, &err), &err, "the key of %s", code);
	return p;
}

static void
agency_keys(void)
{
	struct vt_hook_new n = { .url = "https://example.org/a" };
	struct vt_hook_public was = public_of("H99.07"), now, again, p;
	struct vt_request rq = request(&admin, "new-key");
	struct vt_hook all[VT_L(WEBHOOKS_MAX)];
	char key[VT_HOOK_PUBLIC + 1];
	struct vt_hook h;
	bool repeated;
	size_t count;

	tap_ok(strcmp(was.key, public_of("H99.31").key) != 0,
	    "another agency's is another one");
	tap_code(vt_office_hook_key(o, "H11.11", &p, &err), VT_E_NOT_FOUND,
	    &err, "a stranger's is not here");
	rx_reset(204);
	h = subscribe("agency-key", &n);
	work();
	tap_ok(holds_v1a(&rx.got[0], was.key) &&
		   !holds_v1a(&rx.got[0], public_of("H99.31").key),
	    "Ed25519 holds, under this agency's key only");
	tap_ok(strchr(rx.got[0].sig, ' ') == NULL, "one signature");
	tap_call(vt_office_hook_new_key(o, &rq, &now, &repeated, &err), &err,
	    "a new key");
	tap_call(vt_office_hook_new_key(o, &rq, &again, &repeated, &err), &err,
	    "the same request again");
	tap_ok(repeated && memcmp(&now, &again, sizeof(now)) == 0,
	    "makes no other");
	tap_ok(strcmp(now.key, was.key) != 0 &&
		   strcmp(now.previous, was.key) == 0 && now.until > w.now,
	    "the one before stays for a while");
	rq = request(&admin, "agency-key");
	tap_call(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err), &err,
	    "the subscription asked for again");
	tap_call(
	    vt_office_hook_key_was(o, admin.agency_no, h.key_no, key, &err),
	    &err, "its key");
	tap_ok(repeated && strcmp(key, was.key) == 0,
	    "is told with the key that was there when it was made");
	tap_call(vt_office_hook_key_was(o, admin.agency_no, 0, key, &err), &err,
	    "the one in force");
	tap_eq_str(key, now.key, "is the new one");
	rq = request(&officer, "new-key-2");
	tap_code(vt_office_hook_new_key(o, &rq, &p, &repeated, &err),
	    VT_E_FORBIDDEN, &err, "an officer makes none");
	rx_reset(204);
	happen(1);
	wake(&h.id);
	tap_ok(holds_v1a(&rx.got[rx.n - 1], now.key) &&
		   holds_v1a(&rx.got[rx.n - 1], was.key),
	    "both sign");
	w.now = now.until;
	rx_reset(204);
	happen(1);
	wake(&h.id);
	tap_ok(
	    holds_v1a(&rx.got[0], now.key) && !holds_v1a(&rx.got[0], was.key),
	    "a week later only the new one");
	p = public_of("H99.07");
	tap_ok(strcmp(p.key, now.key) == 0 && p.previous[0] == '\0',
	    "and the other is not named any more");
	tap_call(
	    vt_office_hooks(o, &admin, all, VT_L(WEBHOOKS_MAX), &count, &err),
	    &err, "the list of subscriptions");
	tap_ok(count == 1 && vt_id_eq(&all[0].id, &h.id), "does not list keys");
	close_office();
	open_office();
	w.now += VT_TIME_S(600);
	work();
	drop(&h.id);
	work();
}

static void
secrets(void)
{
	struct vt_hook_new n = { .url = "https://example.org/k",
		.symmetric = true };
	struct vt_hook_change c = { .new_secret = true };
	struct vt_hook h;
	VT_BUF_AUTO(first);
	VT_BUF_AUTO(second);

	rx_reset(204);
	h = subscribe("secrets", &n);
	vt_office_hook_secret(o, &h, &first);
	work();
	tap_eq_int(count_v1(&rx.got[0], vt_buf_str(&first)), 1, "HMAC holds");
	change(&h.id, &c);
	h = look(&h.id);
	vt_office_hook_secret(o, &h, &second);
	tap_ok(strcmp(vt_buf_str(&first), vt_buf_str(&second)) != 0,
	    "a new secret");
	work();
	rx_reset(204);
	happen(1);
	wake(&h.id);
	tap_ok(count_v1(&rx.got[0], vt_buf_str(&first)) == 1 &&
		   count_v1(&rx.got[0], vt_buf_str(&second)) == 1,
	    "for a day both sign");
	w.now += VT_TIME_S(86401);
	rx_reset(204);
	happen(1);
	wake(&h.id);
	tap_ok(count_v1(&rx.got[0], vt_buf_str(&first)) == 0 &&
		   count_v1(&rx.got[0], vt_buf_str(&second)) == 1,
	    "then only the new one");
	drop(&h.id);
	work();
}

static void
rights(void)
{
	struct vt_hook_new n = { .url = "https://example.org/w" };
	struct vt_request rq = request(&officer, "rights");
	struct vt_hook_change c = { .description = "x" };
	struct vt_hook all[VT_L(WEBHOOKS_MAX)];
	struct vt_hook h, h2;
	bool repeated;
	size_t count;
	char key[32];

	tap_code(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err),
	    VT_E_FORBIDDEN, &err, "an officer makes none");
	n.url = "http://example.org/";
	rq = request(&admin, "rights");
	tap_code(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err),
	    VT_E_INVALID, &err, "an address that the wire refuses");
	n.url = "https://example.org/w";
	n.has_after = true;
	n.after = feed_end() + 1;
	tap_code(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err),
	    VT_E_INVALID, &err, "from an event that is not yet");
	n.after = 0;
	tap_call(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err), &err,
	    "an administrator makes one");
	tap_ok(!repeated, "the first time");
	tap_call(vt_office_hook_add(o, &rq, &n, &h2, &repeated, &err), &err,
	    "the same request again");
	tap_ok(repeated && vt_id_eq(&h.id, &h2.id), "gives the same");
	rq = request(&other, "theirs");
	tap_code(vt_office_hook(o, &other, &h.id, &h2, &err), VT_E_NOT_FOUND,
	    &err, "another agency does not see it");
	tap_code(vt_office_hook_change(o, &rq, &h.id, &c, &h2, &err),
	    VT_E_NOT_FOUND, &err, "nor changes it");
	tap_code(vt_office_hook_remove(o, &rq, &h.id, &err), VT_E_NOT_FOUND,
	    &err, "nor removes it");
	rq = request(&admin, NULL);
	rq.if_match = look(&h.id).rev + 1;
	tap_code(vt_office_hook_change(o, &rq, &h.id, &c, &h2, &err),
	    VT_E_PRECONDITION_FAILED, &err, "of another revision");
	rq.if_match--;
	tap_call(vt_office_hook_change(o, &rq, &h.id, &c, &h2, &err), &err,
	    "of this one");
	tap_ok(h2.rev > rq.if_match && strcmp(h2.description, "x") == 0,
	    "it is changed");
	for (size_t i = 1; i < VT_L(WEBHOOKS_MAX); i++) {
		snprintf(key, sizeof(key), "many-%zu", i);
		(void)subscribe(key, &n);
	}
	rq = request(&admin, "one-more");
	tap_code(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err),
	    VT_E_LIMIT, &err, "%zu are enough", VT_L(WEBHOOKS_MAX));
	tap_call(
	    vt_office_hooks(o, &admin, all, VT_L(WEBHOOKS_MAX), &count, &err),
	    &err, "they are listed");
	tap_eq_int(count, VT_L(WEBHOOKS_MAX), "all of them");
	for (size_t i = 0; i < count; i++)
		drop(&all[i].id);
	rx_reset(204);
	work();
	tap_eq_int(rx.n, 0, "what is removed is told nothing");
}

/* A program has its own subscriptions, an administrator all of the agency. */
static void
own(void)
{
	struct vt_hook_new n = { .url = "https://example.org/own" };
	struct vt_hook_change c = { .description = "x" };
	struct vt_request rq = request(&program, "own");
	struct vt_hook all[VT_L(WEBHOOKS_MAX)];
	struct vt_hook_attempt a[2];
	struct vt_hook h, theirs, got;
	struct vt_hook_public p;
	bool repeated;
	size_t count;

	theirs = subscribe("own-admin", &n);
	tap_call(vt_office_hook_add(o, &rq, &n, &h, &repeated, &err), &err,
	    "a program makes one");
	tap_call(vt_office_hook(o, &program, &h.id, &got, &err), &err,
	    "and sees it");
	tap_call(
	    vt_office_hooks(o, &program, all, VT_L(WEBHOOKS_MAX), &count, &err),
	    &err, "its list");
	tap_ok(count == 1 && vt_id_eq(&all[0].id, &h.id), "has its own");
	tap_call(vt_office_hooks(
		     o, &program2, all, VT_L(WEBHOOKS_MAX), &count, &err),
	    &err, "another program's");
	tap_eq_int(count, 0, "has none");
	tap_call(
	    vt_office_hooks(o, &admin, all, VT_L(WEBHOOKS_MAX), &count, &err),
	    &err, "the administrator's");
	tap_eq_int(count, 2, "has both");
	tap_code(vt_office_hook(o, &program, &theirs.id, &got, &err),
	    VT_E_NOT_FOUND, &err, "the administrator's is as absent");
	tap_code(vt_office_hook(o, &program2, &h.id, &got, &err),
	    VT_E_NOT_FOUND, &err, "so is another program's");
	rq = request(&program2, "own-2");
	tap_code(vt_office_hook_change(o, &rq, &h.id, &c, &got, &err),
	    VT_E_NOT_FOUND, &err, "it is not changed");
	tap_code(vt_office_hook_remove(o, &rq, &h.id, &err), VT_E_NOT_FOUND,
	    &err, "nor removed");
	tap_code(vt_office_hook_log(o, &program2, &h.id, 0, a, 2, &count, &err),
	    VT_E_NOT_FOUND, &err, "nor its log read");
	tap_code(vt_office_hook_replay(o, &program2, &h.id, 1, 1, &err),
	    VT_E_NOT_FOUND, &err, "nor replayed");
	tap_code(vt_office_hook_ping(o, &program2, &h.id, a, &err),
	    VT_E_NOT_FOUND, &err, "nor tried out");
	tap_code(vt_office_hook_new_key(o, &rq, &p, &repeated, &err),
	    VT_E_FORBIDDEN, &err, "nor does it change the agency's key");
	program.scoped = true;
	program.scopes = VT_SCOPE_EVENTS;
	tap_code(vt_office_hook(o, &program, &h.id, &got, &err), VT_E_SCOPE,
	    &err, "reading events is another scope");
	program.scoped = false;
	drop(&h.id);
	drop(&theirs.id);
	work();
}

/* Waiting for events; the store's own part is tested there. */
static void
watching(void)
{
	uint64_t end = feed_end();

	tap_call(vt_office_watch(o, &officer, end - 1, 20, &err), &err,
	    "what is there is not waited for");
	tap_call(vt_office_watch(o, &officer, end, 0, &err), &err,
	    "nor is anything in no time");
	atomic_store(&o->waiters, (unsigned)VT_L(EVENTS_WAITERS_MAX) - 1);
	tap_call(vt_office_watch(o, &officer, end - 1, 20, &err), &err,
	    "%zu may wait", VT_L(EVENTS_WAITERS_MAX));
	atomic_store(&o->waiters, (unsigned)VT_L(EVENTS_WAITERS_MAX));
	tap_code(vt_office_watch(o, &officer, end - 1, 20, &err), VT_E_BUSY,
	    &err, "one more may not");
	tap_eq_int(atomic_load(&o->waiters), VT_L(EVENTS_WAITERS_MAX),
	    "who was refused does not count");
	atomic_store(&o->waiters, 0);
	tap_code(vt_office_watch(o, &officer, end + 1, 20, &err), VT_E_INVALID,
	    &err, "who has seen more than there is is told");
	vt_office_watch_end(o);
	tap_call(vt_office_watch(o, &officer, end, 20, &err), &err,
	    "at the end nobody waits");
}

int
main(void)
{
	err = (struct vt_err)VT_ERR_INIT;
	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	world_init(&w);
	rx.w = &w;
	s = model_new(&w.ctx);
	open_office();
	make_house();
	order();
	filters();
	schedule();
	answers();
	replays();
	agency_keys();
	secrets();
	rights();
	own();
	watching(); /* the last: it ends all waits */
	close_office();
	vt_store_close(s);
	return tap_done();
}
