/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries, states, waiting for events; a dispatch to as many as there can be;
 * and a store of format 1 made before any of this (tests/golden/
 * format-1.tar.gz), opened by this release.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cbor.h"
#include "base/limits.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define tap_refused(rc, want, text) tap_code(rc, want, &d->err, text)

static struct vt_span
item(uint8_t *p, uint8_t v)
{
	*p = v; /* a small integer is one CBOR item */
	return VT_SPAN(p, 1);
}

/* ---- entries ---- */

static uint64_t
rev_of(struct doer *d, enum vt_entry_kind kind, const char *key)
{
	struct vt_entry e = { .rev = 0 };
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	if (vt_entry_get(v, kind, kind == VT_ENTRY_HOOK ? d->agency : 0,
		vt_span_str(key), &e, &d->err) != VT_OK)
		e.rev = 0;
	vt_view_end(v);
	return e.rev;
}

static void
entries_one(struct doer *d)
{
	uint64_t first, second;
	char key[300];
	uint8_t b;

	tap_call(
	    put_entry(d, VT_ENTRY_ADDRESS, "H01", item(&b, 1), VT_ENTRY_NEW),
	    &d->err, "a new one");
	first = rev_of(d, VT_ENTRY_ADDRESS, "H01");
	tap_ok(first > 0, "has a revision");
	tap_refused(
	    put_entry(d, VT_ENTRY_ADDRESS, "H01", item(&b, 2), VT_ENTRY_NEW),
	    VT_E_CONFLICT, "new once");
	tap_refused(
	    put_entry(d, VT_ENTRY_ADDRESS, "H01", item(&b, 2), first + 1),
	    VT_E_CONFLICT, "another revision");
	tap_call(put_entry(d, VT_ENTRY_ADDRESS, "H01", item(&b, 2), first),
	    &d->err, "changed");
	second = rev_of(d, VT_ENTRY_ADDRESS, "H01");
	tap_ok(second > first, "the revision rises");
	tap_call(
	    put_entry(d, VT_ENTRY_ADDRESS, "H01", VT_SPAN(NULL, 0), second),
	    &d->err, "removed");
	tap_eq_int(rev_of(d, VT_ENTRY_ADDRESS, "H01"), 0, "gone");
	tap_refused(put_entry(d, VT_ENTRY_ADDRESS, "H01", VT_SPAN(NULL, 0),
			VT_ENTRY_ANY),
	    VT_E_NOT_FOUND, "there is nothing to remove");
	tap_call(
	    put_entry(d, VT_ENTRY_ADDRESS, "H01", item(&b, 3), VT_ENTRY_ANY),
	    &d->err, "made again");
	tap_ok(rev_of(d, VT_ENTRY_ADDRESS, "H01") > second,
	    "with a revision that never was");
	tap_refused(
	    put_entry(d, VT_ENTRY_ADDRESS, "", item(&b, 1), VT_ENTRY_ANY),
	    VT_E_INVALID, "an empty key");
	memset(key, 'k', sizeof(key));
	key[256] = '\0';
	tap_refused(put_entry(d, VT_ENTRY_NOTE, key, item(&b, 1), VT_ENTRY_ANY),
	    VT_E_INVALID, "256 bytes of key");
	key[255] = '\0';
	tap_call(put_entry(d, VT_ENTRY_NOTE, key, item(&b, 1), VT_ENTRY_ANY),
	    &d->err, "255 bytes of key");
	tap_ok(rev_of(d, VT_ENTRY_NOTE, key) > 0, "are found");
	tap_refused(put_entry(d, VT_ENTRY_NOTE, "x", VT_SPAN_LIT("\x18\x01"),
			VT_ENTRY_ANY),
	    VT_E_SYNTAX, "a value that is not deterministic CBOR");
	tap_refused(put_entry(d, VT_ENTRY_NOTE, "x", VT_SPAN_LIT("\x01\x01"),
			VT_ENTRY_ANY),
	    VT_E_SYNTAX, "two values");
}

static void
entries_scope(struct doer *d)
{
	struct doer other = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	uint8_t b;

	tap_call(make_agency(&other, "H99.31", "Xã"), &other.err, "agency");
	tap_call(put_entry(d, VT_ENTRY_HOOK, "h", item(&b, 1), VT_ENTRY_NEW),
	    &d->err, "an entry of one agency");
	tap_eq_int(rev_of(&other, VT_ENTRY_HOOK, "h"), 0, "not the other's");
	tap_call(
	    put_entry(&other, VT_ENTRY_HOOK, "h", item(&b, 2), VT_ENTRY_NEW),
	    &other.err, "which has its own");
	tap_call(put_entry(&other, VT_ENTRY_ADDRESS, "H01", item(&b, 9),
		     rev_of(d, VT_ENTRY_ADDRESS, "H01")),
	    &other.err, "a store-wide one is changed by either");
	vt_act_result_free(&other.r);
}

#define MANY 512

static void
entries_many(struct doer *d)
{
	static struct vt_entry_change c[MANY + 1];
	static struct vt_entry e[MANY + 1];
	static char key[MANY + 1][16];
	struct vt_entry_range range = { .kind = VT_ENTRY_ROUTE,
		.prefix = VT_SPAN_LIT("r") };
	struct vt_step st[2] = { { .kind = VT_STEP_ENTRY } };
	const uint8_t one = 1;
	struct vt_view *v;
	size_t n;

	for (int i = 0; i <= MANY; i++) {
		(void)snprintf(key[i], sizeof(key[i]), "r%04d", i);
		c[i] = (struct vt_entry_change){ .kind = VT_ENTRY_ROUTE,
			.store_wide = true,
			.key = vt_span_str(key[i]),
			.value = VT_SPAN(&one, 1),
			.expect = VT_ENTRY_NEW };
	}
	st[0].u.entry.changes = c;
	st[0].u.entry.n = MANY + 1;
	tap_refused(do_step(d, NULL, st[0]), VT_E_LIMIT, "513 in an act");
	st[0].u.entry.n = MANY;
	c[7].key = c[9].key;
	tap_refused(do_step(d, NULL, st[0]), VT_E_INVALID, "one twice");
	c[7].key = vt_span_str(key[7]);
	st[1] = st[0];
	st[0].u.entry.n = 1;
	st[1].u.entry.n = 2;
	tap_refused(
	    do_steps(d, NULL, st, 2, NULL), VT_E_INVALID, "one in two steps");
	st[0].u.entry.n = MANY;
	tap_call(do_step(d, NULL, st[0]), &d->err, "512 in an act");
	tap_refused(do_step(d, NULL, st[0]), VT_E_CONFLICT,
	    "and none of them when one is not new");
	tap_call(put_entry(d, VT_ENTRY_ROUTE, "*", VT_SPAN(&one, 1), 0),
	    &d->err, "another");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_entry_list(v, &range, e, MANY + 1, &n, &d->err), &d->err,
	    "list");
	tap_ok(n == MANY && vt_span_is(e[0].key, "r0000") &&
		   vt_span_is(e[MANY - 1].key, "r0511"),
	    "those with the prefix, in order");
	range.after = vt_span_str("r0509");
	tap_call(
	    vt_entry_list(v, &range, e, MANY, &n, &d->err), &d->err, "list");
	tap_ok(n == 2 && vt_span_is(e[0].key, "r0510"), "from a key on");
	range.after = vt_span_str("a");
	tap_call(vt_entry_list(v, &range, e, 1, &n, &d->err), &d->err, "list");
	tap_ok(n == 1 && vt_span_is(e[0].key, "r0000"),
	    "from a key before the prefix");
	vt_view_end(v);
}

/* A secret's value is in its row, and nowhere when the row is gone. */
static void
entries_secret(struct doer *d)
{
	static const char secret[] = "\x4eopen-sesame-42";
	struct vt_entry e;
	struct vt_view *v;
	bool found = false;

	tap_call(put_entry(d, VT_ENTRY_ACCOUNT, "mau",
		     VT_SPAN(secret, sizeof(secret) - 1), VT_ENTRY_NEW),
	    &d->err, "a secret");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_entry_get(
		     v, VT_ENTRY_ACCOUNT, 0, vt_span_str("mau"), &e, &d->err),
	    &d->err, "get");
	tap_ok(e.value.n == sizeof(secret) - 1 && e.act == d->r.index &&
		   e.act_agency == d->agency,
	    "with the act that wrote it");
	vt_view_end(v);
	tap_eq_int(findings(d->s, true), 0, "check believes its hash");
	tap_call(put_entry(d, VT_ENTRY_ACCOUNT, "mau", VT_SPAN(NULL, 0), e.rev),
	    &d->err, "removed");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	for (uint64_t i = 0; i <= d->r.index; i++) {
		struct vt_key k = vt_key_row(d->agency, i);
		struct vt_span row;

		if (vt_tx_get(v->txn, VT_T_ACT, &k, &row, &d->err) == VT_OK)
			found |= memmem(row.p, row.n, "sesame", 6) != NULL;
	}
	vt_view_end(v);
	tap_ok(!found, "no act has kept it");
}

/* ---- states ---- */

static void
states(struct doer *d, struct world *w)
{
	struct vt_state_new n = { .kind = VT_STATE_SESSION,
		.key = vt_span_str("s1"),
		.value = vt_span_str("một"),
		.expires = w->now + VT_TIME_S(10),
		.expect = VT_STATE_NEW };
	static uint8_t big[VT_STATE_VALUE_MAX + 1];
	struct vt_state st, list[4];
	uint64_t rev = 0, rev2 = 0, leaves = d->r.index;
	struct vt_view *v;
	size_t got, removed;

	tap_call(vt_state_put(d->s, &n, &rev, &d->err), &d->err, "new");
	tap_refused(
	    vt_state_put(d->s, &n, &rev2, &d->err), VT_E_CONFLICT, "new once");
	n.expect = rev;
	n.value = vt_span_str("hai");
	tap_call(vt_state_put(d->s, &n, &rev2, &d->err), &d->err, "set");
	tap_ok(rev2 > rev, "the revision rises");
	tap_refused(vt_state_put(d->s, &n, &rev2, &d->err), VT_E_CONFLICT,
	    "compare and set");
	n.expect = VT_STATE_ANY;
	n.key = vt_span_str("s2");
	n.expires = VT_TIME_NONE;
	tap_call(vt_state_put(d->s, &n, NULL, &d->err), &d->err, "another");
	n.value = VT_SPAN(big, sizeof(big));
	tap_refused(vt_state_put(d->s, &n, NULL, &d->err), VT_E_LIMIT,
	    "one byte over 64 KiB");
	n.value.n--;
	n.kind = VT_STATE_TUS;
	tap_call(vt_state_put(d->s, &n, NULL, &d->err), &d->err, "64 KiB");
	n.key.n = 0;
	tap_refused(
	    vt_state_put(d->s, &n, NULL, &d->err), VT_E_INVALID, "no key");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_state_list(v, VT_STATE_SESSION, VT_SPAN(NULL, 0),
		     VT_SPAN(NULL, 0), list, 4, &got, &d->err),
	    &d->err, "list");
	tap_ok(got == 2 && vt_span_is(list[0].value, "hai") &&
		   list[1].expires == VT_TIME_NONE,
	    "two sessions, and nothing of another kind");
	tap_call(vt_state_list(v, VT_STATE_SESSION, vt_span_str("s"),
		     vt_span_str("s1"), list, 4, &got, &d->err),
	    &d->err, "list");
	tap_ok(got == 1 && vt_span_is(list[0].key, "s2"), "from a key on");
	tap_call(vt_state_list(v, VT_STATE_SESSION, vt_span_str("s1"),
		     vt_span_str("s"), list, 4, &got, &d->err),
	    &d->err, "list");
	tap_ok(got == 1 && vt_span_is(list[0].key, "s1"),
	    "from one that is shorter than the prefix");
	tap_call(vt_state_list(v, VT_STATE_SESSION, vt_span_str("s1"),
		     vt_span_str("t"), list, 4, &got, &d->err),
	    &d->err, "list");
	tap_eq_int(got, 0, "none behind the prefix");
	vt_view_end(v);
	w->now += VT_TIME_S(10);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_refused(
	    vt_state_get(v, VT_STATE_SESSION, vt_span_str("s1"), &st, &d->err),
	    VT_E_NOT_FOUND, "expired");
	vt_view_end(v);
	tap_call(
	    vt_state_sweep(d->s, 100, &removed, &d->err), &d->err, "sweep");
	tap_eq_int(removed, 1, "one row");
	tap_call(vt_state_delete(d->s, VT_STATE_SESSION, vt_span_str("s2"),
		     VT_STATE_ANY, &d->err),
	    &d->err, "delete");
	tap_refused(vt_state_delete(d->s, VT_STATE_SESSION, vt_span_str("s2"),
			VT_STATE_ANY, &d->err),
	    VT_E_NOT_FOUND, "once");
	tap_call(make_series(d, "moi", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "an act");
	tap_eq_int(d->r.index, leaves + 1, "none of this was a leaf");
}

/* Commits of acts take what expired away by themselves. */
static void
swept(struct doer *d, struct world *w)
{
	size_t removed = 9;
	char key[8];

	for (int i = 0; i < 5; i++) {
		(void)snprintf(key, sizeof(key), "c%d", i);
		tap_eq_int(put_state(d->s, VT_STATE_CODE, key, "",
			       w->now + VT_TIME_S(1)),
		    VT_OK, "a code");
	}
	w->now += VT_TIME_S(2);
	tap_call(make_series(d, "nua", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "an act");
	tap_call(
	    vt_state_sweep(d->s, 100, &removed, &d->err), &d->err, "sweep");
	tap_eq_int(removed, 0, "nothing is left to sweep");
}

static int
find_state(struct doer *d, const char *key)
{
	struct vt_view *v = NULL;
	struct vt_state st;
	int rc;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	rc = vt_state_get(v, VT_STATE_ANSWER, vt_span_str(key), &st, &d->err);
	vt_view_end(v);
	return rc;
}

/* A row that goes with an upload: given up, expired, or named by an act. */
static void
tied(struct doer *d, struct world *w)
{
	static const char *const keys[] = { "given up", "expired", "named",
		"too late" };
	struct vt_meta m = { .type_code = "CV", .subject = "V/v tệp" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_state_new n = { .kind = VT_STATE_ANSWER,
		.value = vt_span_str("x"),
		.expires = VT_TIME_NONE,
		.expect = VT_STATE_NEW };
	struct vt_file f[4];
	size_t removed;

	for (size_t i = 0; i < 4; i++) {
		tap_call(make_file(d, vt_span_str(keys[i]), "a.pdf", &f[i]),
		    &d->err, "upload");
		if (i == 3)
			tap_call(vt_upload_drop(d->s, &f[i].upload, &d->err),
			    &d->err, "that goes at once");
		n.key = vt_span_str(keys[i]);
		n.upload = &f[i].upload;
		tap_call(vt_state_put(d->s, &n, NULL, &d->err), &d->err,
		    "a state with it: %s", keys[i]);
	}
	st.u.reg.direction = VT_DIR_OUT;
	st.u.reg.meta = &m;
	st.u.reg.files = &f[2];
	st.u.reg.n_files = 1;
	tap_call(do_step(d, NULL, st), &d->err, "an act names one");
	tap_call(vt_upload_drop(d->s, &f[0].upload, &d->err), &d->err,
	    "one is given up");
	tap_eq_int(find_state(d, keys[0]), VT_E_NOT_FOUND, "with its state");
	tap_eq_int(find_state(d, keys[1]), VT_OK, "another's is there");
	w->now += VT_TIME_S(VT_L(UPLOAD_EXPIRY_S)) + 1;
	tap_call(
	    vt_upload_expire(d->s, 100, &removed, &d->err), &d->err, "expire");
	tap_eq_int(find_state(d, keys[1]), VT_E_NOT_FOUND, "till it expired");
	tap_eq_int(
	    find_state(d, keys[2]), VT_OK, "that of the named one stays");
	tap_eq_int(find_state(d, keys[3]), VT_OK,
	    "what came too late for its upload is a state as any");
}

/* ---- waiting ---- */

struct waiter {
	struct doer *d;
	uint64_t after, last;
	int64_t timeout_us;
	int rc;
};

static void *
wait_for(void *arg)
{
	struct waiter *w = arg;
	struct vt_err err;

	w->rc = vt_store_watch(
	    w->d->s, w->d->agency, w->after, w->timeout_us, &w->last, &err);
	return NULL;
}

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
watching(struct doer *d)
{
	struct waiter w = { .d = d, .timeout_us = 30000000 };
	struct doer nobody = { .s = d->s, .agency = 99 };
	int64_t start = now_us();
	uint64_t last = 0;
	pthread_t t;

	tap_call(vt_store_watch(d->s, d->agency, 0, 30000000, &last, &d->err),
	    &d->err, "what has happened needs no waiting");
	tap_ok(last > 0 && now_us() - start < 10000000, "and comes at once");
	start = now_us();
	tap_call(
	    vt_store_watch(d->s, d->agency, last, 20000, &w.after, &d->err),
	    &d->err, "nothing happens");
	tap_ok(w.after == last && now_us() - start >= 19000,
	    "for as long as was asked");
	tap_code(vt_store_watch(nobody.s, 99, 0, 0, NULL, &nobody.err),
	    VT_E_AGENCY_UNKNOWN, &nobody.err, "an agency that is none");
	w.after = last;
	tap_need(pthread_create(&t, NULL, wait_for, &w) == 0, "a thread");
	tap_call(make_series(d, "ba", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "an act");
	(void)pthread_join(t, NULL);
	tap_ok(w.rc == VT_OK && w.last == last + 1, "wakes who waits for it");
	tap_call(
	    vt_store_watch(d->s, 0, 0, 0, &last, &d->err), &d->err, "commits");
	tap_ok(last > 0, "are counted");
}

#define WAITERS 4
#define ACTS    40

/* Several threads follow the events of two agencies, each from the last one it
 * has seen; none is missed. */
struct follower {
	struct vt_store *s;
	uint64_t seen, until;
	uint32_t agency;
	unsigned int gaps;
};

static void *
follow(void *arg)
{
	struct follower *f = arg;
	struct vt_event e[8];
	struct vt_view *v;
	struct vt_err err;
	uint64_t last;
	size_t n;

	while (f->seen < f->until) {
		if (vt_store_watch(f->s, f->agency, f->seen, 20000000, &last,
			&err) != VT_OK ||
		    last <= f->seen || vt_view_begin(f->s, &v, &err) != VT_OK) {
			f->gaps += 1000;
			break;
		}
		if (vt_event_list(v, f->agency, f->seen, e, 8, &n, &err) !=
		    VT_OK)
			n = 0;
		for (size_t i = 0; i < n; i++)
			f->gaps += e[i].seq != ++f->seen;
		vt_view_end(v);
	}
	return NULL;
}

static void
following(struct doer *d)
{
	struct doer other = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct follower f[WAITERS];
	pthread_t t[WAITERS];
	unsigned int gaps = 0;
	uint64_t last[2];
	char key[16];

	tap_call(make_agency(&other, "H99.32", "Xã nữa"), &other.err, "agency");
	tap_need(
	    vt_store_watch(d->s, d->agency, 0, 0, &last[0], &d->err) == VT_OK &&
		vt_store_watch(d->s, other.agency, 0, 0, &last[1], &d->err) ==
		    VT_OK,
	    "where they are");
	for (int i = 0; i < WAITERS; i++) {
		f[i] = (struct follower){ .s = d->s,
			.agency = i % 2 == 0 ? d->agency : other.agency,
			.seen = last[i % 2],
			.until = last[i % 2] + ACTS };
		tap_need(pthread_create(&t[i], NULL, follow, &f[i]) == 0,
		    "a thread");
	}
	for (int i = 0; i < ACTS; i++) {
		(void)snprintf(key, sizeof(key), "f%d", i);
		if (make_series(d, key, VT_RESET_YEAR, VT_SERIES_OURS) !=
			VT_OK ||
		    make_series(&other, key, VT_RESET_YEAR, VT_SERIES_OURS) !=
			VT_OK)
			gaps++;
	}
	for (int i = 0; i < WAITERS; i++) {
		(void)pthread_join(t[i], NULL);
		gaps += f[i].gaps;
	}
	tap_eq_int(gaps, 0, "%d events each, in order, none missed", ACTS);
	vt_act_result_free(&other.r);
}

static void
ended(struct doer *d)
{
	struct waiter w = { .d = d, .timeout_us = 60000000 };
	int64_t start = now_us();
	pthread_t t;

	w.after = UINT64_MAX;
	tap_need(pthread_create(&t, NULL, wait_for, &w) == 0, "a thread");
	vt_store_watch_end(d->s);
	(void)pthread_join(t, NULL);
	tap_ok(w.rc == VT_OK && now_us() - start < 30000000,
	    "the end wakes everybody");
	tap_call(vt_store_watch(
		     d->s, d->agency, UINT64_MAX, 60000000, NULL, &d->err),
	    &d->err, "and nobody waits any more");
}

/* ---- a dispatch to everybody ---- */

/* Processor time, all threads: what a loaded machine does not change. Under a
 * sanitizer it says little. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SECOND 5000000
#else
#define SECOND 1000000
#endif

static int64_t
cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Each of them says 01, 03 and 06; then all are asked to give it back. */
static void
answers(struct doer *d, const vt_id *paper, size_t n)
{
	static const uint32_t codes[] = { 1, 3, 6 };
	static struct vt_delivery del[VT_LIMIT_VALUE_ADDRESSEES_MAX];
	struct vt_step st[VT_ACT_STEPS_MAX];
	size_t got, bad = 0;
	struct vt_view *v;
	vt_id p = *paper;
	int64_t start;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_delivery_list(v, &p, del, n, &got, &d->err), &d->err,
	    "%zu deliveries", n);
	vt_view_end(v);
	for (size_t c = 0; c < 3; c++)
		for (size_t i = 0; i < got; i += VT_ACT_STEPS_MAX) {
			size_t k = 0;

			for (; k < VT_ACT_STEPS_MAX && i + k < got; k++)
				st[k] = status_step(
				    &del[i + k].id, codes[c], 0, "");
			bad += do_steps(d, &p, st, k, NULL) != VT_OK;
		}
	tap_eq_int(bad, 0, "%zu statuses", 3 * got);
	st[0] = (struct vt_step){ .kind = VT_STEP_TAKE_BACK };
	st[0].u.take_back.note = "gửi nhầm";
	start = cpu_us();
	tap_call(do_step(d, &p, st[0]), &d->err, "all asked for in one act");
	tap_ok(cpu_us() - start < SECOND, "in less than a second");
}

static void
everybody(struct doer *d)
{
	static struct vt_recipient to[VT_LIMIT_VALUE_ADDRESSEES_MAX + 1];
	static char code[VT_LIMIT_VALUE_ADDRESSEES_MAX + 1][16];
	size_t max = VT_L(ADDRESSEES_MAX);
	struct vt_store_info before, after;
	int64_t start, took;
	vt_id p;

	for (size_t i = 0; i <= max; i++) {
		(void)snprintf(code[i], sizeof(code[i]), "H99.%zu", i + 100);
		to[i] = (struct vt_recipient){ code[i], "Đơn vị" };
	}
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_paper(d, VT_DIR_OUT, 100000, 61), &d->err, "paper");
	p = d->paper;
	tap_call(walk_to_issue(d, 62), &d->err, "walk");
	tap_refused(dispatch(d, to, max + 1), VT_E_INVALID, "2,001 addressees");
	tap_call(vt_store_info(d->s, &before, &d->err), &d->err, "info");
	start = cpu_us();
	tap_call(dispatch(d, to, 621), &d->err, "621 addressees in one act");
	took = cpu_us() - start;
	printf(
	    "# 621 addressees: %lld ms of processor\n", (long long)took / 1000);
	tap_ok(took < SECOND, "in less than a second");
	tap_call(vt_store_info(d->s, &after, &d->err), &d->err, "info");
	tap_ok(before.blobs == after.blobs && before.chunks == after.chunks,
	    "its bytes are kept once");
	tap_refused(dispatch(d, to, 700), VT_E_EXISTS, "the same again");
	d->paper = p;
	start = cpu_us();
	tap_call(
	    dispatch(d, to + 621, max - 621), &d->err, "to the others, 1,379");
	took = cpu_us() - start;
	printf("# 1,379 more addressees: %lld ms of processor\n",
	    (long long)took / 1000);
	tap_ok(took < SECOND, "in less than a second");
	tap_call(make_paper(d, VT_DIR_OUT, 1000, 71), &d->err, "paper");
	tap_call(walk_to_issue(d, 72), &d->err, "walk");
	start = cpu_us();
	tap_call(dispatch(d, to, max), &d->err, "2,000 addressees in one act");
	took = cpu_us() - start;
	printf("# 2,000 addressees: %lld ms of processor\n",
	    (long long)took / 1000);
	tap_ok(took < SECOND, "in less than a second");
	answers(d, &d->paper, max);
	to[1999] = to[3];
	d->paper = p;
	tap_refused(
	    dispatch(d, to, max), VT_E_INVALID, "somebody twice among 2,000");
}

/* ---- a store made before ---- */

static bool
unpack(const char *dir)
{
	const char *root = getenv("VANTHU_SOURCE");
	char file[1024];
	pid_t pid;
	int status = 1;

	(void)snprintf(file, sizeof(file), "%s/tests/golden/format-1.tar.gz",
	    root ? root : ".");
	if ((pid = fork()) == 0) {
		(void)execlp("tar", "tar", "-xzf", file, "-C", dir, NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* What vt_store_digest gave when the fixture was made. */
#define FIXTURE                                                                \
	"ae84e0e6735cda598379d8ee67c253b983e4e7bd6f42f6274615bfe27eea12e8"

static void
old_store(struct world *w)
{
	struct vt_store_options o = options;
	struct doer d = { .r = VT_ACT_RESULT_INIT, .agency = 1 };
	char text[VT_HASH_TEXT + 1];
	char *dir = dir_new(), path[1024];
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	uint8_t b;
	vt_hash h;

	(void)snprintf(path, sizeof(path), "%s/format-1", dir);
	if (!unpack(dir)) {
		tap_ok(false, "the fixture unpacks (tar, gzip)");
		dir_free(dir);
		return;
	}
	o.read_only = true;
	tap_call(vt_store_open(path, &o, &w->ctx, &s, &err), &err,
	    "opened for reading");
	if (s != NULL) {
		tap_eq_int(findings(s, true), 0, "check is clean");
		tap_call(vt_store_digest(s, &h, &err), &err, "digest");
		vt_hash_text(&h, text);
		tap_eq_str(text, FIXTURE, "the rows are as they were made");
		vt_store_close(s);
	}
	d.s = store_open(path, &w->ctx);
	tap_call(vt_store_digest(d.s, &h, &err), &err, "digest");
	vt_hash_text(&h, text);
	tap_eq_str(text, FIXTURE, "opening it for writing changes no row");
	tap_call(put_entry(&d, VT_ENTRY_NOTE, "n", item(&b, 1), VT_ENTRY_NEW),
	    &d.err, "it takes what is new");
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
}

static void
play(struct doer *d, struct world *w)
{
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	entries_one(d);
	entries_scope(d);
	entries_many(d);
	entries_secret(d);
	states(d, w);
	swept(d, w);
	tied(d, w);
	watching(d);
	following(d);
	everybody(d);
	ended(d);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	old_store(&w);
	(void)on_both(play, "the house");
	return tap_done();
}
