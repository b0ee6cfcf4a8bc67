/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept, for how long, and what goes first when the shelf is full. */
#include "api/web/shelf.h"

#include <pthread.h>
#include <string.h>

#include "tests/tap.h"

static vt_time now = VT_TIME_S(1763700000);

static vt_time
clock_now(void *arg)
{
	(void)arg;
	return __atomic_load_n(&now, __ATOMIC_RELAXED);
}

static const struct vt_context at_will = { .now = clock_now };

static struct vt_shelf_key
page(uint8_t hash, uint32_t no)
{
	struct vt_shelf_key k = { .what = VT_KEPT_PAGE, .a = no, .b = 96 };

	memset(k.of.b, hash, sizeof(k.of.b));
	return k;
}

static void
put(struct vt_shelf *s, uint8_t hash, uint32_t no, size_t n)
{
	static uint8_t bytes[4096];
	struct vt_shelf_key k = page(hash, no);

	memset(bytes, hash, n);
	vt_shelf_put(s, &k, VT_SPAN(bytes, n), 0);
}

/* How many bytes of it there are; -1: not kept. */
static int
got(struct vt_shelf *s, uint8_t hash, uint32_t no)
{
	struct vt_shelf_key k = page(hash, no);
	VT_BUF_AUTO(b);

	if (!vt_shelf_get(s, &k, &b, NULL))
		return -1;
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != hash)
			return -2;
	return (int)b.n;
}

static void
test_bytes(void)
{
	struct vt_shelf *s = vt_shelf_new(&at_will, 8, 1000);

	tap_need(s != NULL, "a shelf for 8 things, 1000 bytes");
	put(s, 1, 1, 400);
	put(s, 2, 1, 400);
	tap_ok(got(s, 1, 1) == 400 && got(s, 2, 1) == 400, "two are kept");
	tap_eq_int(got(s, 1, 2), -1, "another page is another thing");
	tap_eq_int(got(s, 1, 1), 400, "the first is asked for");
	put(s, 3, 1, 400);
	tap_ok(got(s, 1, 1) == 400 && got(s, 2, 1) == -1 && got(s, 3, 1) == 400,
	    "a third: the one that nobody asked for longest goes");
	tap_eq_int((int)vt_shelf_bytes(s), 800, "and its bytes with it");
	put(s, 4, 1, 1000);
	tap_ok(got(s, 4, 1) == 1000 && vt_shelf_bytes(s) == 1000,
	    "one that needs it all has it all");
	put(s, 5, 1, 1001);
	tap_ok(got(s, 5, 1) == -1 && got(s, 4, 1) == 1000,
	    "one larger than the shelf is not kept, and moves nothing");
	put(s, 4, 1, 10);
	tap_ok(got(s, 4, 1) == 10 && vt_shelf_bytes(s) == 10,
	    "the same thing again takes the place of the old");
	put(s, 6, 1, 0);
	tap_eq_int(got(s, 6, 1), 0, "nothing can be kept, too");
	vt_shelf_free(s);
	vt_shelf_free(NULL);
}

static void
test_places(void)
{
	struct vt_shelf *s = vt_shelf_new(&at_will, 4, 1000000);
	bool all = true;

	tap_need(s != NULL, "a shelf for 4 things");
	for (uint8_t i = 1; i <= 4; i++)
		put(s, i, 1, i);
	for (uint8_t i = 4; i >= 1; i--)
		all = all && got(s, i, 1) == i;
	tap_ok(all, "four are kept, all of them asked for");
	put(s, 5, 1, 5);
	tap_ok(got(s, 4, 1) == -1 && got(s, 1, 1) == 1 && got(s, 5, 1) == 5,
	    "full of things in use: still one goes, the first asked for");
	for (uint32_t i = 0; i < 1000; i++)
		put(s, 9, i, 100);
	tap_ok(vt_shelf_bytes(s) == 400 && got(s, 9, 999) == 100 &&
		   got(s, 9, 996) == 100 && got(s, 9, 995) == -1,
	    "a thousand go over it, the last four stay");
	vt_shelf_free(s);
}

static void
test_time(void)
{
	struct vt_shelf *s = vt_shelf_new(&at_will, 4, 1000);
	struct vt_shelf_key k = page(1, 0);
	vt_time made = 0, then = now;
	VT_BUF_AUTO(b);

	tap_need(s != NULL, "a shelf");
	vt_shelf_put(s, &k, vt_span_str("verdict"), 600);
	now = then + VT_TIME_S(599);
	tap_ok(vt_shelf_get(s, &k, &b, &made) && made == then,
	    "9 minutes 59 seconds later it is there, with its time");
	tap_eq_str(vt_buf_str(&b), "verdict", "as it was");
	now = then + VT_TIME_S(600);
	tap_ok(!vt_shelf_get(s, &k, &b, &made), "after 10 minutes it is not");
	now = then - 1;
	tap_ok(!vt_shelf_get(s, &k, &b, &made),
	    "nor when the clock was set back: its age is unknown");
	now = then + VT_TIME_S(700);
	vt_shelf_put(s, &k, vt_span_str("new"), 600);
	vt_buf_reset(&b);
	tap_ok(vt_shelf_get(s, &k, &b, &made) && made == now &&
		   strcmp(vt_buf_str(&b), "new") == 0,
	    "made again it is there again, with its new time");
	put(s, 2, 1, 10);
	now = then + VT_TIME_S(86400);
	tap_eq_int(got(s, 2, 1), 10, "a picture has no end");
	vt_shelf_free(s);
}

#define TURNS 2000

static void *
hand(void *arg)
{
	struct vt_shelf *s = arg;
	static _Atomic unsigned bad;
	uint32_t x = (uint32_t)(uintptr_t)&x;

	for (int i = 0; i < TURNS; i++) {
		struct vt_shelf_key k;
		uint8_t bytes[300];
		VT_BUF_AUTO(b);

		x = x * 1664525U + 1013904223U;
		k = page((uint8_t)(x >> 24), 1);
		memset(bytes, (int)(x >> 24), sizeof(bytes));
		vt_shelf_put(s, &k, VT_SPAN(bytes, sizeof(bytes)), 0);
		if (vt_shelf_get(s, &k, &b, NULL) &&
		    (b.n != sizeof(bytes) ||
			memcmp(b.p, bytes, sizeof(bytes)) != 0))
			bad++;
	}
	return bad == 0 ? arg : NULL;
}

/* A cache full of what all are using at once. */
static void
test_hands(void)
{
	struct vt_shelf *s = vt_shelf_new(&at_will, 4, 1000);
	pthread_t t[4];
	bool good = true;
	void *said;

	tap_need(s != NULL, "a shelf for 3 of 300 bytes");
	for (int i = 0; i < 4; i++)
		tap_need(pthread_create(&t[i], NULL, hand, s) == 0, "hand %d",
		    i + 1);
	for (int i = 0; i < 4; i++) {
		(void)pthread_join(t[i], &said);
		good = good && said == s;
	}
	tap_ok(good && vt_shelf_bytes(s) == 900,
	    "four hands, 2000 turns each: all end, nobody gets another's");
	vt_shelf_free(s);
}

int
main(void)
{
	test_bytes();
	test_places();
	test_time();
	test_hands();
	return tap_done();
}
