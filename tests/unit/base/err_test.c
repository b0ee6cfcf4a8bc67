/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of errors, and messages. */
#include <errno.h>

#include "base/text.h"
#include "tests/tap.h"

static const struct {
	enum vt_code code;
	const char *name;
} codes[] = {
#define VT_ERR(name, slug, http, exit, level, retry, vi, en)                   \
	{ VT_E_##name, #name },
#include "base/err.def"
#undef VT_ERR
};
#define CODES (sizeof(codes) / sizeof(codes[0]))

static bool
is_slug(const char *s)
{
	return *s != '\0' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static bool
is_exit_status(int e)
{
	static const int known[] = { 64, 65, 66, 69, 70, 73, 74, 77 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (e == known[i])
			return true;
	}
	return false;
}

static bool
is_text(const char *s)
{
	return s != NULL && strlen(s) > 5 && s[strlen(s) - 1] != '.' &&
	       vt_utf8_is_valid(vt_span_str(s));
}

static void
test_rows(void)
{
	for (size_t i = 0; i < CODES; i++) {
		const struct vt_err_info *info = vt_err_info(codes[i].code);
		const char *name = codes[i].name;

		tap_ok(codes[i].code == -(int)(i + 1),
		    "%s: its number is its place in the table", name);
		tap_ok(
		    is_slug(info->slug), "%s: slug \"%s\"", name, info->slug);
		tap_eq_int(vt_err_from_slug(info->slug), codes[i].code,
		    "%s: the slug is unique and leads back", name);
		tap_ok(info->http_status >= 400 && info->http_status <= 599,
		    "%s: HTTP status %d", name, info->http_status);
		tap_ok(is_exit_status(info->exit_status), "%s: exit status %d",
		    name, info->exit_status);
		tap_ok(info->level >= VT_LEVEL_DEBUG &&
			   info->level <= VT_LEVEL_ERROR,
		    "%s: log level", name);
		tap_ok(is_text(info->vi) && is_text(info->en) &&
			   strcmp(info->vi, info->en) != 0,
		    "%s: both texts", name);
		tap_ok(vt_utf8_is_valid(vt_span_str(info->vi)) &&
			   vt_utf8_length(vt_span_str(info->vi)) <
			       strlen(info->vi),
		    "%s: the Vietnamese text has its marks", name);
	}
}

static void
test_lookup(void)
{
	tap_ok(vt_err_info(VT_E_PIN_WRONG)->http_status == 403, "pin-wrong");
	tap_ok(vt_err_info(0) == vt_err_info(VT_E_INTERNAL),
	    "VT_OK has no row of its own");
	tap_ok(vt_err_info(5) == vt_err_info(VT_E_INTERNAL), "nor has 5");
	tap_ok(vt_err_info(-(int)CODES - 1) == vt_err_info(VT_E_INTERNAL),
	    "nor has the number after the last");
	tap_ok(vt_err_info(INT32_MIN) == vt_err_info(VT_E_INTERNAL),
	    "nor has INT_MIN");
	tap_eq_int(vt_err_from_slug("no such"), VT_E_INTERNAL, "unknown slug");
	tap_eq_int(vt_err_from_slug(NULL), VT_E_INTERNAL, "no slug");
}

static void
test_messages(void)
{
	struct vt_err e = VT_ERR_INIT;
	char text[600];
	size_t n;

	tap_eq_int(vt_err_set(&e, VT_E_LIMIT, "part %d", 3), VT_E_LIMIT,
	    "returns the code");
	tap_ok(e.code == VT_E_LIMIT && e.os_errno == 0, "keeps the code");
	tap_eq_str(e.msg, "part 3", "keeps the message");
	tap_eq_int(vt_err_set(NULL, VT_E_IO, "x"), VT_E_IO,
	    "without an error: the code alone");
	vt_err_errno(&e, VT_E_IO, ENOSPC, "write %s", "a");
	tap_eq_str(e.msg, "write a: No space left on device", "errno in words");
	tap_eq_int(e.os_errno, ENOSPC, "errno kept");
	vt_err_errno(&e, VT_E_IO, 99999, "write");
	tap_eq_str(e.msg, "write: errno 99999", "an errno without words");

	/* 398 letters, then one of three bytes: the cut falls inside it. */
	memset(text, 'a', 398);
	strcpy(text + 398, "ộb");
	vt_err_set(&e, VT_E_LIMIT, "%s", text);
	n = strlen(e.msg);
	tap_ok(n == 398 && vt_utf8_is_valid(VT_SPAN(e.msg, n)),
	    "cut at a character border");
	strcpy(text + 396, "ộb");
	vt_err_set(&e, VT_E_LIMIT, "%s", text);
	tap_eq_int(strlen(e.msg), 399, "a whole character at the end stays");
	vt_err_set(&e, VT_E_LIMIT, "%s", "x\xff\xc3(y\xc3");
	tap_eq_str(e.msg,
	    "x?"
	    "?(y?",
	    "ill-formed bytes do not get through");
	vt_err_set(&e, VT_E_LIMIT, "%s", "a\nb\t\x1b[2J\x7f\xC2\x9B.");
	tap_eq_str(e.msg, "a b ?[2J?\077?.", "nor do control characters");
}

int
main(void)
{
	tap_ok(CODES > 60, "%zu rows", CODES);
	test_rows();
	test_lookup();
	test_messages();
	return tap_done();
}
