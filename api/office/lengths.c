/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/lengths.h"

#include <stddef.h>

/* Appendix VI, part II: texts. Agency codes are up to 35 since 2020, longer
 * than the 13 there on purpose, and not told. */
static const struct {
	const char *field, *vi;
	size_t at, max;
} texts[] = {
	{ "type_name", "tên loại", offsetof(struct vt_meta, type_name), 100 },
	{ "number", "số", offsetof(struct vt_meta, number), 11 },
	{ "notation", "ký hiệu", offsetof(struct vt_meta, notation), 30 },
	{ "agency_name", "cơ quan ban hành",
	    offsetof(struct vt_meta, agency_name), 200 },
	{ "subject", "trích yếu", offsetof(struct vt_meta, subject), 500 },
	{ "language", "ngôn ngữ", offsetof(struct vt_meta, language), 30 },
	{ "description", "ghi chú", offsetof(struct vt_meta, description),
	    500 },
	{ "signer_position", "chức vụ người ký",
	    offsetof(struct vt_meta, signer_position), 100 },
	{ "signer_name", "họ tên người ký",
	    offsetof(struct vt_meta, signer_name), 50 },
};

/* Letters, not bytes: what continues one is none. */
static size_t
letters(const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0U) != 0x80U;
	return n;
}

static size_t
digits(uint32_t v)
{
	size_t n = 1;

	for (; v > 9; v /= 10)
		n++;
	return n;
}

static void
over(struct vt_long *ret, size_t *n, const struct vt_long *x)
{
	if (x->length > x->max)
		ret[(*n)++] = *x;
}

size_t
vt_meta_long(const struct vt_meta *m, struct vt_long ret[static VT_LONG_MAX])
{
	size_t n = 0, places = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *const *s =
		    (const char *const *)(const void *)((const char *)m +
							texts[i].at);

		over(ret, &n,
		    &(struct vt_long){ texts[i].field, texts[i].vi, letters(*s),
			texts[i].max });
	}
	for (size_t i = 0; i < m->n_recipients; i++)
		places += letters(m->recipients[i].name);
	over(ret, &n,
	    &(struct vt_long){ "recipients", "nơi nhận", places, 1000 });
	over(ret, &n,
	    &(struct vt_long){ "pages", "số trang", digits(m->pages), 3 });
	over(ret, &n,
	    &(struct vt_long){ "copies", "số bản", digits(m->copies), 3 });
	return n;
}
