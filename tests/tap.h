/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Test Anything Protocol in one header. A test program:
 *
 *	int main(void) {
 *		tap_ok(1 + 1 == 2, "sums");
 *		tap_eq_str(name, "x", "keeps the name");
 *		return tap_done();
 *	}
 *
 * tap_ok and friends print one line a check and go on after a failure;
 * tap_need stops the program, for what everything after it depends on.
 * The plan is printed at the end, so a program that dies early fails.
 */
#ifndef VT_TESTS_TAP_H
#define VT_TESTS_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static int tap_count, tap_failures;

static inline __attribute__((unused, format(printf, 4, 5))) bool
tap_check(bool ok, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	printf("%sok %d - ", ok ? "" : "not ", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!ok) {
		tap_failures++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

#define tap_ok(cond, ...) tap_check((cond), __FILE__, __LINE__, __VA_ARGS__)
#define tap_need(cond, ...)                                            \
	do {                                                           \
		if (!tap_check((cond), __FILE__, __LINE__, __VA_ARGS__)) { \
			printf("Bail out! needed to go on\n");         \
			exit(1);                                       \
		}                                                      \
	} while (0)
#define tap_eq_int(got, want, ...)                                      \
	do {                                                            \
		int64_t g_ = (int64_t)(got), w_ = (int64_t)(want);      \
		if (!tap_check(g_ == w_, __FILE__, __LINE__, __VA_ARGS__)) \
			printf("# got %" PRId64 ", want %" PRId64 "\n", g_, w_); \
	} while (0)
#define tap_eq_str(got, want, ...)                                      \
	do {                                                            \
		const char *g_ = (got), *w_ = (want);                   \
		if (!tap_check(g_ && w_ && strcmp(g_, w_) == 0, __FILE__, \
			__LINE__, __VA_ARGS__))                         \
			printf("# got \"%s\"\n# want \"%s\"\n",         \
			    g_ ? g_ : "(null)", w_ ? w_ : "(null)");    \
	} while (0)
/* A call that must succeed: prints the error when it does not. */
#define tap_call(rc, err, ...)                                          \
	do {                                                            \
		int rc_ = (rc);                                         \
		if (!tap_check(rc_ == VT_OK, __FILE__, __LINE__, __VA_ARGS__)) \
			printf("# code %d: %s\n", rc_, (err)->msg);     \
	} while (0)
/* A call that must fail with this code. */
#define tap_code(rc, want, err, ...)                                    \
	do {                                                            \
		int rc_ = (rc);                                         \
		if (!tap_check(rc_ == (int)(want), __FILE__, __LINE__,  \
			__VA_ARGS__))                                   \
			printf("# code %d, want %d: %s\n", rc_,         \
			    (int)(want), (err)->msg);                   \
	} while (0)

static inline __attribute__((unused)) int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures == 0 ? 0 : 1;
}

#endif
