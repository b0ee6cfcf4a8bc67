/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a delivery shows follows from the set of its statuses: any order of the
 * same rows gives the same row of the delivery, byte for byte, and a row that
 * comes twice changes nothing. With what transports say between them, the
 * state and what is shown are the same. VT_SEED, VT_STEPS.
 */
#include <stdlib.h>
#include <time.h>

#include "docstore/store_priv.h"
#include "tests/tap.h"

#define MOST 10

static uint64_t state;

static uint64_t
draw(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

static struct vt_srec
draw_status(void)
{
	static const uint32_t codes[] = { 1, 2, 3, 4, 5, 6, 13, 15, 16, 7, 14,
		99, VT_LOG_OPENED };
	static const char *const notes[] = { "", "sai địa chỉ", "trùng", "z" };

	return (struct vt_srec){ .kind = VT_STEP_STATUS,
		.sub = codes[draw(sizeof(codes) / sizeof(codes[0]))],
		.note = notes[draw(4)],
		.at = VT_TIME_S(1000) + (vt_time)draw(6),
		.stored = draw(3) > 0 ? VT_TIME_NONE
				      : VT_TIME_S(1000) + (vt_time)draw(6),
		.received = VT_TIME_S(1000) + (vt_time)draw(6) };
}

static struct vt_srec
draw_word(void)
{
	static const enum vt_delivery_state words[] = { VT_DELIVERY_SENT,
		VT_DELIVERY_FAILED, VT_DELIVERY_ARRIVED, VT_DELIVERY_REFUSED,
		VT_DELIVERY_REGISTERED };

	return (struct vt_srec){ .kind = VT_STEP_DELIVERED,
		.sub = words[draw(5)],
		.note = "",
		.sent = VT_TIME_NONE,
		.stored = VT_TIME_NONE };
}

/* The row of the delivery after the steps in this order; a word of a transport
 * that may not come any more is refused, as in an act. */
static void
play(const struct vt_srec *r, const size_t *order, size_t n,
    enum vt_delivery_state begun, struct vt_delivery *ret)
{
	struct vt_srec_to to = { .to = { "H99.31", "Xã" }, .work = 7 };
	const struct vt_srec dispatch = { .to = &to, .n_to = 1 };
	static const vt_id paper = { { 1 } };

	vt_delivery_begin(ret, &dispatch, 0, &paper, VT_TIME_S(1));
	ret->state = begun;
	for (size_t i = 0; i < n; i++) {
		const struct vt_srec *x = &r[order[i]];

		if (x->kind == VT_STEP_STATUS || vt_delivery_may(ret, x))
			vt_delivery_evolve(ret, x, VT_TIME_S(2));
	}
}

static bool
same(const struct vt_delivery *x, const struct vt_delivery *y)
{
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);

	vt_delivery_encode(x, &a);
	vt_delivery_encode(y, &b);
	return vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)) &&
	       vt_delivery_shown(x) == vt_delivery_shown(y);
}

/* What people and the queue see. */
static bool
alike(const struct vt_delivery *x, const struct vt_delivery *y)
{
	return x->state == y->state && x->dead == y->dead &&
	       vt_delivery_shown(x) == vt_delivery_shown(y);
}

static void
shuffle(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)draw(i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

int
main(void)
{
	static const enum vt_delivery_state begun[] = { VT_DELIVERY_WAITING,
		VT_DELIVERY_SENT, VT_DELIVERY_FAILED };
	const char *se = getenv("VT_SEED"), *ns = getenv("VT_STEPS");
	unsigned int steps = ns ? (unsigned int)atoi(ns) : 20000;
	unsigned int order_bad = 0, repeat_bad = 0, word_bad = 0;
	unsigned int shown[100] = { 0 },
		     ended[VT_DELIVERY_WITHDRAWN + 1] = { 0 };

	state = se ? strtoull(se, NULL, 10) : (uint64_t)time(NULL);
	printf("# VT_SEED=%llu\n", (unsigned long long)state);
	state = state * 0x9e3779b97f4a7c15ULL + 1;
	for (unsigned int s = 0; s < steps; s++) {
		enum vt_delivery_state st = begun[draw(3)];
		size_t n = 1 + (size_t)draw(MOST), order[MOST + 1];
		struct vt_srec r[MOST];
		struct vt_delivery x, y;

		for (size_t i = 0; i < n; i++) {
			r[i] = draw_status();
			order[i] = i;
		}
		play(r, order, n, st, &x);
		shown[vt_delivery_shown(&x)]++;
		shuffle(order, n);
		play(r, order, n, st, &y);
		order_bad += !same(&x, &y);
		order[n] = (size_t)draw(n);
		play(r, order, n + 1, st, &y);
		repeat_bad += !same(&x, &y);

		/* What transports say, among them. */
		for (size_t i = 0; i < n; i++)
			if (draw(3) == 0)
				r[i] = draw_word();
		play(r, order, n, VT_DELIVERY_WAITING, &x);
		ended[x.state]++;
		shuffle(order, n);
		play(r, order, n, VT_DELIVERY_WAITING, &y);
		word_bad += !alike(&x, &y);
	}
	tap_eq_int(order_bad, 0, "%u sets: their order does not matter", steps);
	tap_eq_int(repeat_bad, 0, "nor do repeats");
	tap_eq_int(word_bad, 0, "nor when words of transports come between");
	tap_ok(ended[VT_DELIVERY_SENT] > 0 && ended[VT_DELIVERY_FAILED] > 0 &&
		   ended[VT_DELIVERY_ARRIVED] > 0 &&
		   ended[VT_DELIVERY_REFUSED] > 0 &&
		   ended[VT_DELIVERY_REGISTERED] > 0,
	    "every end was reached");
	tap_ok(shown[15] > 0 && shown[2] > 0 && shown[13] > 0 && shown[6] > 0 &&
		   shown[1] > 0 && shown[99] > 0,
	    "every kind of state was shown");
	return tap_done();
}
