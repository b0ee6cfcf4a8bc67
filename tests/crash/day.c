/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/crash/day.h"

#include <math.h>
#include <stdlib.h>

#define OBJECTS   4
#define CONTAINER 16384 /* hexadecimal digits of a signature's room */

static uint64_t
mix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static double
fraction(uint64_t *state)
{
	return (double)(mix(state) >> 11) / (double)((uint64_t)1 << 53);
}

/* Of rows (share, least, most); a size between least and most. */
struct row {
	double share, least, most;
};

static double
pick(const struct row *r, uint64_t *state)
{
	double u = fraction(state), v = fraction(state);

	while (u >= r->share && r[1].share > 0) {
		u -= r->share;
		r++;
	}
	return r->least * pow(r->most / r->least, v);
}

struct day_letter
day_letter(unsigned long i, unsigned long all)
{
	static const struct row sizes[] = { { 0.10, 20e3, 60e3 },
		{ 0.40, 60e3, 200e3 }, { 0.35, 200e3, 800e3 },
		{ 0.12, 800e3, 3e6 }, { 0.03, 3e6, 8e6 }, { 0, 0, 0 } };
	static const struct row fans[] = { { 0.60, 1, 1 }, { 0.20, 2, 4.99 },
		{ 0.13, 5, 12.99 }, { 0.055, 13, 40.99 }, { 0.015, 1e9, 1e9 },
		{ 0, 0, 0 } };
	uint64_t state = 2020 + i * 7919;
	struct day_letter l;
	double fan;

	l.size = (size_t)pick(sizes, &state);
	fan = pick(fans, &state);
	l.fan = fan > (double)all ? all : (unsigned long)fan;
	return l;
}

void
day_pdf(struct vt_buf *b, size_t n, uint64_t seed)
{
	static const char *const fixed[OBJECTS - 1] = {
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
		 "/Contents 4 0 R /Resources << >> >>")
	};
	size_t at[OBJECTS], xref;
	uint8_t *p;

	vt_buf_puts(b, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
	for (unsigned i = 0; i + 1 < OBJECTS; i++) {
		at[i] = b->n;
		vt_buf_printf(b, "%u 0 obj\n%s\nendobj\n", i + 1, fixed[i]);
	}
	at[OBJECTS - 1] = b->n;
	vt_buf_printf(b, "4 0 obj\n<< /Length %zu >>\nstream\n", n);
	if ((p = vt_buf_extend(b, n)) != NULL)
		for (size_t i = 0; i + 8 <= n; i += 8) {
			uint64_t z = mix(&seed);

			memcpy(p + i, &z, 8);
		}
	vt_buf_puts(b, "\nendstream\nendobj\n");
	xref = b->n;
	vt_buf_printf(b, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
	for (unsigned i = 0; i < OBJECTS; i++)
		vt_buf_printf(b, "%010zu 00000 n \n", at[i]);
	vt_buf_printf(b,
	    "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
	    OBJECTS + 1, xref);
}

size_t
day_pdf_xref(const struct vt_buf *b)
{
	static const char word[] = "startxref\n";
	size_t at = b->n > 64 ? b->n - 64 : 0;
	const char *p = memmem(b->p + at, b->n - at, word, sizeof(word) - 1);

	return p == NULL ? 0 : strtoul(p + sizeof(word) - 1, NULL, 10);
}

void
day_pdf_update(
    struct vt_buf *tail, size_t file_size, size_t *xref, unsigned object)
{
	size_t prev = *xref;

	vt_buf_printf(tail, "%u 0 obj\n<< /Room <", object);
	for (size_t i = 0; i < CONTAINER; i++)
		vt_buf_putc(tail, '0');
	vt_buf_puts(tail, "> >>\nendobj\n");
	*xref = file_size + tail->n;
	vt_buf_printf(tail,
	    "xref\n%u 1\n%010zu 00000 n \ntrailer\n"
	    "<< /Size %u /Root 1 0 R /Prev %zu >>\nstartxref\n%zu\n%%%%EOF\n",
	    object, file_size, object + 1, prev, *xref);
}
