/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong PINs: counted, slowed down, forgotten. */
#include <pthread.h>
#include <unistd.h>

#include "api/office/pins.h"
#include "base/limits.h"
#include "tests/tap.h"

#define S 1000000LL

static int64_t clock_us = 5 * S;

static int64_t
mono(void *arg)
{
	(void)arg;
	return __atomic_load_n(&clock_us, __ATOMIC_SEQ_CST);
}

static const struct vt_context ctx = { .monotonic_us = mono };
static const vt_id person = { { 7 } };

/* One attempt with a PIN that gives rc; what the caller sees. */
static int
attempt(struct vt_pins *p, const char *key, int rc, struct vt_err *err)
{
	int admitted = vt_pins_admit(p, key, err);

	if (admitted == VT_OK)
		vt_pins_result(p, key, &person, rc);
	return admitted != VT_OK ? admitted : rc;
}

static void
growing(struct vt_pins *p)
{
	static const int64_t waits[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
		900, 900 };
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
		    VT_E_PIN_WRONG, "wrong PIN %zu is tried at once", i + 1);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		clock_us += waits[i] * S - 1;
		tap_code(vt_pins_admit(p, "file:a", &err), VT_E_HTTP_TOO_MANY,
		    &err, "not before %lld s", (long long)waits[i]);
		tap_ok(strstr(err.msg, "try again in 1 s") != NULL,
		    "the refusal says how long");
		clock_us++;
		tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
		    VT_E_PIN_WRONG, "after %lld s", (long long)waits[i]);
	}
	tap_eq_int(attempt(p, "file:b", VT_OK, &err), VT_OK,
	    "another key is not slowed down");
}

static void
ending(struct vt_pins *p)
{
	struct vt_err err = VT_ERR_INIT;

	clock_us += 900 * S;
	tap_eq_int(attempt(p, "file:a", VT_E_NO_INPUT, &err), VT_E_NO_INPUT,
	    "a missing file says nothing of the PIN");
	tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err), VT_E_PIN_WRONG,
	    "so the count is as before");
	tap_eq_int(attempt(p, "file:a", VT_OK, &err), VT_E_HTTP_TOO_MANY,
	    "even the right PIN waits");
	clock_us += 900 * S;
	tap_eq_int(attempt(p, "file:a", VT_OK, &err), VT_OK, "the right PIN");
	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
		    VT_E_PIN_WRONG, "counted from the beginning: %zu", i + 1);
	tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
	    VT_E_HTTP_TOO_MANY, "and slowed down again");
	clock_us += (int64_t)VT_L(PIN_FORGET_S) * S + 1;
	for (size_t i = 0; i < VT_L(PIN_TRIES); i++)
		tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
		    VT_E_PIN_WRONG, "forgotten after an hour: %zu", i + 1);
}

/* A key under attack keeps its count while others come and go. */
static void
many_keys(struct vt_pins *p)
{
	struct vt_err err = VT_ERR_INIT;
	char key[32];
	int bad = 0;

	clock_us += S;
	for (size_t i = 0; i < 3 * VT_L(PIN_KEYS_MAX); i++) {
		(void)snprintf(key, sizeof(key), "file:good-%zu", i);
		bad += attempt(p, key, VT_OK, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "any number of keys with their right PINs");
	(void)attempt(p, "file:a", VT_E_PIN_WRONG, &err);
	tap_eq_int(attempt(p, "file:a", VT_E_PIN_WRONG, &err),
	    VT_E_HTTP_TOO_MANY, "do not drive out the one being guessed");
}

static struct vt_pins *shared;
static int tried;

static void *
guess(void *arg)
{
	struct vt_err err = VT_ERR_INIT;

	(void)arg;
	for (int i = 0; i < 50; i++) {
		if (vt_pins_admit(shared, "file:c", &err) != VT_OK)
			continue;
		(void)__atomic_add_fetch(&tried, 1, __ATOMIC_SEQ_CST);
		(void)usleep(1000);
		vt_pins_result(shared, "file:c", &person, VT_E_PIN_WRONG);
	}
	return NULL;
}

static void
at_once(struct vt_pins *p)
{
	pthread_t t[8];

	shared = p;
	for (size_t i = 0; i < 8; i++)
		tap_need(pthread_create(&t[i], NULL, guess, NULL) == 0, "thr");
	for (size_t i = 0; i < 8; i++)
		(void)pthread_join(t[i], NULL);
	tap_eq_int(tried, (int)VT_L(PIN_TRIES),
	    "400 guesses from 8 threads: as many tried as in a row");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_pins *p = NULL;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_pins_new(&ctx, &p, &err) == VT_OK, "pins");
	growing(p);
	ending(p);
	many_keys(p);
	at_once(p);
	vt_pins_free(p);
	return tap_done();
}
