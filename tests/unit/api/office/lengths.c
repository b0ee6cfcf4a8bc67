/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values longer than Appendix VI has them are told, at its lengths exactly. */
#include "api/office/lengths.h"

#include "tests/tap.h"

/* So many letters of two bytes each. */
static const char *
of_letters(size_t n)
{
	static char s[8][2200];
	static size_t turn;
	char *p = s[turn++ % 8];

	for (size_t i = 0; i < n; i++)
		memcpy(p + 2 * i, "đ", 2);
	p[2 * n] = '\0';
	return p;
}

static bool
told(const struct vt_meta *m, const char *field, size_t length)
{
	struct vt_long l[VT_LONG_MAX];
	size_t n = vt_meta_long(m, l);

	return n == 1 && strcmp(l[0].field, field) == 0 &&
	       l[0].length == length && l[0].max == length - 1;
}

int
main(void)
{
	const struct vt_recipient to[] = { { "", of_letters(600) },
		{ "", of_letters(401) } };
	struct vt_long l[VT_LONG_MAX];
	struct vt_meta m = { 0 };

	tap_eq_int(
	    (int)vt_meta_long(&m, l), 0, "what says nothing is not long");
	m.type_name = of_letters(100);
	m.subject = of_letters(500);
	m.notation = "12345678901234567890123456789\xc4\x91";
	m.pages = m.copies = 999;
	m.recipients = to;
	m.n_recipients = 1;
	tap_eq_int((int)vt_meta_long(&m, l), 0, "nor what is as long as there");
	m.subject = of_letters(501);
	tap_ok(told(&m, "subject", 501), "a letter more is told, by letters");
	m.subject = "";
	m.pages = 1000;
	tap_ok(told(&m, "pages", 4), "a thousand pages");
	m.pages = 1;
	m.n_recipients = 2;
	tap_ok(
	    told(&m, "recipients", 1001), "recipients, all of them together");
	m.n_recipients = 0;
	m.signer_name = of_letters(51);
	tap_ok(told(&m, "signer_name", 51), "a name");
	m.signer_name = of_letters(50);
	tap_eq_int((int)vt_meta_long(&m, l), 0, "kept in it");
	return tap_done();
}
