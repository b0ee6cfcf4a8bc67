/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A day of a province, the same every time: how long each letter is, and to
 * how many it goes. Percentiles, within each of them evenly by the logarithm:
 *
 *	bytes	10 % 20-60 KB, 40 % 60-200 KB, 35 % 200-800 KB,
 *		12 % 0.8-3 MB, 3 % 3-8 MB: median 200 KB, mean 0.5 MB
 *	to	60 % one, 20 % 2-4, 13 % 5-12, 5.5 % 13-40, 1.5 % all: mean 4.5
 */
#ifndef VT_TESTS_CRASH_DAY_H
#define VT_TESTS_CRASH_DAY_H

#include "base/buf.h"

struct day_letter {
	size_t size;       /* bytes of the main file as it is registered */
	unsigned long fan; /* addressees, at most all */
};

struct day_letter day_letter(unsigned long i, unsigned long all);

/* A PDF of one page and about n bytes that nothing makes shorter. */
void day_pdf(struct vt_buf *b, size_t n, uint64_t seed);

/*
 * What a signature adds to it: one update of an object with the room of a
 * container, a cross-reference section and a trailer. b: the file so far;
 * *xref: where its last section is, and then where the new one is.
 */
void day_pdf_update(
    struct vt_buf *tail, size_t file_size, size_t *xref, unsigned object);
size_t day_pdf_xref(const struct vt_buf *b); /* of a file of day_pdf */

#endif
