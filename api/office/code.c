/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/code.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static int
value(char c)
{
	const char *p;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	p = c == '\0' ? NULL : strchr(letters, c);
	return p == NULL ? -1 : (int)(p - letters);
}

/* Luhn's algorithm in base 32, from the right. */
static char
check_letter(const char *code)
{
	int sum = 0, factor = 2;

	for (int i = VT_CODE_LETTERS - 2; i >= 0; i--) {
		int v = factor * value(code[i]);

		sum += v / 32 + v % 32;
		factor = factor == 2 ? 1 : 2;
	}
	return letters[(32 - sum % 32) % 32];
}

void
vt_code_new(const struct vt_context *c, char ret[VT_CODE_LETTERS + 1])
{
	uint8_t r[VT_CODE_LETTERS - 1];

	vt_random(c, r, sizeof(r));
	for (size_t i = 0; i < sizeof(r); i++)
		ret[i] = letters[r[i] & 31];
	ret[VT_CODE_LETTERS - 1] = check_letter(ret);
	ret[VT_CODE_LETTERS] = '\0';
}

void
vt_code_show(const char *code, char ret[VT_CODE_SHOWN + 1])
{
	size_t n = 0;

	for (size_t i = 0; code[i] != '\0' && i < VT_CODE_LETTERS; i++) {
		if (i > 0 && i % 4 == 0)
			ret[n++] = '-';
		ret[n++] = code[i];
	}
	ret[n] = '\0';
}

bool
vt_code_parse(const char *typed, char ret[VT_CODE_LETTERS + 1])
{
	size_t n = 0;
	int v;

	for (const char *p = typed; *p != '\0'; p++) {
		if (*p == ' ' || *p == '-')
			continue;
		v = value(*p);
		if (v < 0 || n == VT_CODE_LETTERS)
			return false;
		ret[n++] = letters[v];
	}
	ret[n] = '\0';
	return n == VT_CODE_LETTERS && ret[n - 1] == check_letter(ret);
}
