/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a fuzz target offers. libFuzzer and AFL++ call the first function; the
 * standalone driver (standalone.c) calls the others too, where they exist.
 */
#ifndef VT_TESTS_FUZZ_H
#define VT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define VT_FUZZ_EXPORT __attribute__((visibility("default")))

/* One input. Returns 0; a finding aborts. p is borrowed for the call, and a
 * page that cannot be read follows p[n - 1] in the standalone driver. */
VT_FUZZ_EXPORT int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Optional: input number i to start from, NULL when there is none. Static. */
VT_FUZZ_EXPORT const void *vt_fuzz_seed(size_t i, size_t *ret_n)
    __attribute__((weak));

/* Optional: word number i of the format ("endobj"), NULL when none. Static. */
VT_FUZZ_EXPORT const char *vt_fuzz_word(size_t i) __attribute__((weak));

/* A promise of the code under test, whatever the input was. */
#define VT_FUZZ_HOLDS(cond)                                                    \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n",          \
			    __FILE__, __LINE__, #cond);                        \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
