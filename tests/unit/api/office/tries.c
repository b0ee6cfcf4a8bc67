/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong guesses: counted, slowed down, kept over a restart, forgotten. */
#include "api/office/tries.h"

#include "base/limits.h"
#include "tests/unit/docstore/fixture.h"

static struct world w;
static struct vt_store *store;
static const vt_id person = { { 7 } };

/* One attempt that goes like this; what the caller sees. */
static int
attempt_on(struct vt_tries *t, const struct vt_tries_on *on, enum vt_tried how,
    struct vt_err *err)
{
	int rc = vt_tries_admit(t, on, NULL, err);

	if (rc == VT_OK)
		vt_tries_result(t, on, &person, how);
	return rc;
}

static int
attempt(
    struct vt_tries *t, const char *name, enum vt_tried how, struct vt_err *err)
{
	struct vt_tries_on on = { .name = name };

	return attempt_on(t, &on, how, err);
}

static int
admit(struct vt_tries *t, const char *name, unsigned *ret_wait_s,
    struct vt_err *err)
{
	struct vt_tries_on on = { .name = name };

	return vt_tries_admit(t, &on, ret_wait_s, err);
}

static void
result(struct vt_tries *t, const char *name, enum vt_tried how)
{
	struct vt_tries_on on = { .name = name };

	vt_tries_result(t, &on, &person, how);
}

static struct vt_tries *
tries(const struct vt_tries_rule *rule)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_tries *t = NULL;

	tap_need(vt_tries_new(&w.ctx, store, rule, &t, &err) == VT_OK, "tries");
	return t;
}

static void
growing(struct vt_tries *t)
{
	static const int64_t waits[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
		900, 900 };
	struct vt_err err = VT_ERR_INIT;
	unsigned s = 0;

	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_call(attempt(t, "file:a", VT_TRIED_WRONG, &err), &err,
		    "wrong PIN %zu is tried at once", i + 1);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		w.now += VT_TIME_S(waits[i]) - 1;
		tap_code(admit(t, "file:a", &s, &err), VT_E_HTTP_TOO_MANY, &err,
		    "not before %lld s", (long long)waits[i]);
		tap_eq_int(s, 1, "the refusal says how long");
		w.now++;
		tap_call(attempt(t, "file:a", VT_TRIED_WRONG, &err), &err,
		    "after %lld s", (long long)waits[i]);
	}
	tap_call(attempt(t, "file:b", VT_TRIED_RIGHT, &err), &err,
	    "another key is not slowed down");
}

/* Another program over the same directory knows the count. */
static void
restart(struct vt_tries **t, const char *dir)
{
	struct vt_err err = VT_ERR_INIT;
	unsigned s = 0;

	vt_tries_free(*t);
	vt_store_close(store);
	store = store_open(dir, &w.ctx);
	*t = tries(&vt_tries_pins);
	tap_code(admit(*t, "file:a", &s, &err), VT_E_HTTP_TOO_MANY, &err,
	    "after a restart");
	tap_eq_int(s, 900, "as long as before it");
	w.now -= VT_TIME_S(86400);
	tap_code(admit(*t, "file:a", &s, &err), VT_E_HTTP_TOO_MANY, &err,
	    "a clock that stepped back a day");
	tap_eq_int(s, 900, "makes nobody wait longer than the bound");
	w.now += VT_TIME_S(86400);
}

static void
ending(struct vt_tries *t)
{
	struct vt_err err = VT_ERR_INIT;

	w.now += VT_TIME_S(900);
	tap_call(attempt(t, "file:a", VT_TRIED_NEITHER, &err), &err,
	    "a missing file says nothing of the PIN");
	tap_call(attempt(t, "file:a", VT_TRIED_WRONG, &err), &err,
	    "so the count is as before");
	tap_code(attempt(t, "file:a", VT_TRIED_RIGHT, &err), VT_E_HTTP_TOO_MANY,
	    &err, "even the right PIN waits");
	w.now += VT_TIME_S(900);
	tap_call(
	    attempt(t, "file:a", VT_TRIED_RIGHT, &err), &err, "the right PIN");
	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_call(attempt(t, "file:a", VT_TRIED_WRONG, &err), &err,
		    "counted from the beginning: %zu", i + 1);
	tap_code(attempt(t, "file:a", VT_TRIED_WRONG, &err), VT_E_HTTP_TOO_MANY,
	    &err, "and slowed down again");
	w.now += VT_TIME_S(VT_L(PIN_FORGET_S)) + 1;
	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_call(attempt(t, "file:a", VT_TRIED_WRONG, &err), &err,
		    "forgotten after an hour: %zu", i + 1);
	tap_code(attempt(t, "file:a", VT_TRIED_WRONG, &err), VT_E_HTTP_TOO_MANY,
	    &err, "and then slowed down");
	tap_call(
	    vt_tries_forget(t, "file:a", &err), &err, "an administrator helps");
	tap_call(
	    attempt(t, "file:a", VT_TRIED_WRONG, &err), &err, "counted anew");
}

/* PINs and login names do not meet, even under one name. */
static void
apart(struct vt_tries *pins)
{
	struct vt_tries *names = tries(&vt_tries_sign_in);
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		(void)attempt(pins, "same", VT_TRIED_WRONG, &err);
	tap_code(attempt(pins, "same", VT_TRIED_WRONG, &err),
	    VT_E_HTTP_TOO_MANY, &err, "the PIN waits");
	tap_call(attempt(names, "same", VT_TRIED_RIGHT, &err), &err,
	    "the login name does not");
	vt_tries_free(names);
}

/* Names come and go; one under attack keeps its count, wherever kept. */
static void
many_names(struct vt_tries *t)
{
	struct vt_err err = VT_ERR_INIT;
	char name[32];
	int bad = 0;

	for (size_t i = 0; i < 2 * VT_L(PIN_KEYS_MAX); i++) {
		(void)snprintf(name, sizeof(name), "file:good-%zu", i);
		bad += attempt(t, name, VT_TRIED_RIGHT, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "any number of names, one after another");
	tap_code(attempt(t, "same", VT_TRIED_WRONG, &err), VT_E_HTTP_TOO_MANY,
	    &err, "do not drive out the one being guessed");
	for (size_t i = 0; i < VT_L(PIN_KEYS_MAX); i++) {
		(void)snprintf(name, sizeof(name), "file:open-%zu", i);
		bad += admit(t, name, NULL, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "PIN_KEYS_MAX at the same time");
	tap_code(admit(t, "one more", NULL, &err), VT_E_BUSY, &err,
	    "and not one more");
	for (size_t i = 0; i < VT_L(PIN_KEYS_MAX); i++) {
		(void)snprintf(name, sizeof(name), "file:open-%zu", i);
		result(t, name, VT_TRIED_NEITHER);
	}
}

/* Strangers keep nobody out but themselves, and yet cannot go on for ever. */
static void
places(void)
{
	struct vt_tries *t = tries(&vt_tries_sign_in);
	struct vt_tries_on stranger = { "van.thu", "192.0.2.1", false };
	struct vt_tries_on office = { "van.thu", "192.0.2.2", false };
	struct vt_tries_on mine = { "van.thu", "device", true };
	struct vt_err err = VT_ERR_INIT;
	size_t per = VT_L(SIGN_IN_TRIES), all = VT_L(SIGN_IN_ALL_TRIES);
	char place[32];
	int bad = 0;

	for (size_t i = 0; i < per; i++)
		tap_call(attempt_on(t, &stranger, VT_TRIED_WRONG, &err), &err,
		    "a stranger's %zu", i + 1);
	tap_code(attempt_on(t, &stranger, VT_TRIED_WRONG, &err),
	    VT_E_HTTP_TOO_MANY, &err, "then he waits");
	tap_call(attempt_on(t, &office, VT_TRIED_RIGHT, &err), &err,
	    "who comes from elsewhere does not");
	/* as long as he likes: every wait is his own */
	for (size_t i = 0; i < all; i++) {
		w.now += VT_TIME_S(VT_L(SIGN_IN_WAIT_S));
		bad += attempt_on(t, &stranger, VT_TRIED_WRONG, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "he goes on for days, slowly");
	tap_call(attempt_on(t, &office, VT_TRIED_RIGHT, &err), &err,
	    "and still keeps out nobody but himself");
	/* many of them: the quick ones are bounded together */
	for (size_t i = 0; i < all; i++) {
		struct vt_tries_on one = { "van.thu", place, false };

		(void)snprintf(place, sizeof(place), "many %zu", i / per);
		bad += attempt_on(t, &one, VT_TRIED_WRONG, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "%zu quick ones of many strangers", all);
	tap_code(attempt_on(t, &office, VT_TRIED_RIGHT, &err),
	    VT_E_HTTP_TOO_MANY, &err, "then all unknown places wait");
	tap_call(attempt_on(t, &mine, VT_TRIED_WRONG, &err), &err,
	    "a device that is known does not");
	for (size_t i = 1; i < per; i++)
		(void)attempt_on(t, &mine, VT_TRIED_WRONG, &err);
	tap_code(attempt_on(t, &mine, VT_TRIED_RIGHT, &err), VT_E_HTTP_TOO_MANY,
	    &err, "it has a count of its own");
	w.now += VT_TIME_S(1);
	tap_call(attempt_on(t, &office, VT_TRIED_RIGHT, &err), &err,
	    "a second later one of them may");
	/* the next day they are counted anew, however they went on */
	w.now =
	    (w.now / VT_TIME_S(86400) + 2) * VT_TIME_S(86400) - VT_TIME_S(3600);
	bad = 0;
	for (size_t i = 0; i < all; i++) {
		struct vt_tries_on one = { "van.thu", place, false };

		(void)snprintf(place, sizeof(place), "more %zu", i / per);
		bad += attempt_on(t, &one, VT_TRIED_WRONG, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "another day's quick ones");
	tap_code(attempt_on(t, &office, VT_TRIED_NEITHER, &err),
	    VT_E_HTTP_TOO_MANY, &err, "then all wait again");
	w.now += VT_TIME_S(3600);
	for (size_t i = 0; i < 2; i++) {
		struct vt_tries_on one = { "van.thu", "the day after", false };

		tap_call(attempt_on(t, &one, VT_TRIED_WRONG, &err), &err,
		    "an hour later it is the next day: free %zu", i + 1);
	}
	tap_call(attempt_on(t, &office, VT_TRIED_NEITHER, &err), &err,
	    "and nobody waits for them");
	tap_call(vt_tries_forget(t, "van.thu", &err), &err, "helped");
	tap_call(attempt_on(t, &mine, VT_TRIED_RIGHT, &err), &err,
	    "all is forgotten: the device's");
	tap_call(attempt_on(t, &stranger, VT_TRIED_RIGHT, &err), &err,
	    "the stranger's");
	tap_call(attempt_on(t, &office, VT_TRIED_RIGHT, &err), &err,
	    "and what they had together");
	vt_tries_free(t);
}

static struct vt_tries *queued;

static void *
wait_in_line(void *arg)
{
	struct vt_err err = VT_ERR_INIT;
	int *ret = arg;

	*ret = admit(queued, "file:line", NULL, &err);
	if (*ret == VT_OK)
		result(queued, "file:line", VT_TRIED_NEITHER);
	return NULL;
}

/* Nobody's threads are all spent on one name. */
static void
line(struct vt_tries *t)
{
	enum { MORE = 4 };
	pthread_t threads[VT_L(TRIES_WAITING) + MORE];
	int rc[VT_L(TRIES_WAITING) + MORE], ok = 0, busy = 0;
	size_t n = VT_L(TRIES_WAITING) + MORE;
	struct vt_err err = VT_ERR_INIT;

	queued = t;
	tap_call(admit(t, "file:line", NULL, &err), &err, "one is tried");
	for (size_t i = 0; i < n; i++)
		tap_need(pthread_create(
			     &threads[i], NULL, wait_in_line, &rc[i]) == 0,
		    "thread");
	/* those that are too many do not wait for it */
	(void)usleep(200000);
	result(t, "file:line", VT_TRIED_NEITHER);
	for (size_t i = 0; i < n; i++) {
		(void)pthread_join(threads[i], NULL);
		ok += rc[i] == VT_OK;
		busy += rc[i] == VT_E_BUSY;
	}
	tap_ok(ok == (int)VT_L(TRIES_WAITING) && busy == MORE,
	    "%d waited, %d were told to come again", ok, busy);
}

static struct vt_tries *shared;
static int tried;

static void *
guess(void *arg)
{
	struct vt_err err = VT_ERR_INIT;

	(void)arg;
	for (int i = 0; i < 50; i++) {
		if (admit(shared, "file:c", NULL, &err) != VT_OK)
			continue;
		(void)__atomic_add_fetch(&tried, 1, __ATOMIC_SEQ_CST);
		(void)usleep(1000);
		result(shared, "file:c", VT_TRIED_WRONG);
	}
	return NULL;
}

static void
at_once(struct vt_tries *t)
{
	pthread_t threads[8];

	shared = t;
	for (size_t i = 0; i < 8; i++)
		tap_need(pthread_create(&threads[i], NULL, guess, NULL) == 0,
		    "thread");
	for (size_t i = 0; i < 8; i++)
		(void)pthread_join(threads[i], NULL);
	tap_eq_int(tried, (int)VT_L(PIN_TRIES),
	    "400 guesses from 8 threads: as many tried as in a row");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_tries *t;
	char *dir;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	dir = dir_new();
	store = store_new(dir, &w.ctx);
	t = tries(&vt_tries_pins);
	growing(t);
	restart(&t, dir);
	ending(t);
	apart(t);
	many_names(t);
	places();
	line(t);
	at_once(t);
	vt_tries_free(t);
	vt_store_close(store);
	dir_free(dir);
	return tap_done();
}
