/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

/* The analysers' names for the two (base/err.h). */
#undef vt_err_set
#undef vt_err_errno

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const struct vt_err_info table[] = {
#define VT_ERR(name, slug, http, exit, level, retry, vi, en)                   \
	{ slug, http, exit, level, retry, vi, en },
#include "base/err.def"
#undef VT_ERR
};

#define TABLE_ROWS (sizeof(table) / sizeof(table[0]))
static_assert(TABLE_ROWS == VT_E__END - VT_E__TOP - 1, "one row a code");

/*
 * Makes msg valid UTF-8 without control characters, in place: a character cut
 * in half at the end is dropped, any other ill-formed or control byte becomes
 * '?', so that a name out of a hostile file can stand in a message and the
 * message on a terminal.
 */
static void
make_valid(char *msg, size_t size, bool cut)
{
	struct vt_span s = VT_SPAN(msg, strnlen(msg, size - 1));
	size_t at = 0;

	while (at < s.n) {
		size_t start = at;
		int32_t c;

		if (s.p[at] >= 0x20 && s.p[at] < 0x7F) { /* most of it */
			at++;
			continue;
		}
		c = vt_utf8_next(s, &at);
		if (c >= 0x20 && !(c >= 0x7F && c <= 0x9F))
			continue;
		if (c < 0 && cut && s.n - start < 4 && s.p[start] >= 0xC0) {
			msg[start] = '\0';
			return;
		}
		memset(msg + start, c == '\n' || c == '\t' ? ' ' : '?',
		    at - start);
	}
}

static size_t VT_PRINTF(2, 0)
    format(struct vt_err *e, const char *fmt, va_list ap)
{
	int n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);

	if (n < 0) {
		e->msg[0] = '\0';
		return 0;
	}
	return (size_t)n;
}

int
vt_err_set(struct vt_err *reterr, enum vt_code code, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (reterr == NULL)
		return code;
	reterr->code = code;
	reterr->os_errno = 0;
	va_start(ap, fmt);
	n = format(reterr, fmt, ap);
	va_end(ap);
	make_valid(reterr->msg, sizeof(reterr->msg), n >= sizeof(reterr->msg));
	return code;
}

int
vt_err_errno(struct vt_err *reterr, enum vt_code code, int os_errno,
    const char *fmt, ...)
{
	char why[80];
	va_list ap;
	size_t n;

	if (reterr == NULL)
		return code;
	reterr->code = code;
	reterr->os_errno = os_errno;
	va_start(ap, fmt);
	n = format(reterr, fmt, ap);
	va_end(ap);
	if (n < sizeof(reterr->msg)) {
		/* The GNU variant: thread-safe and independent of locale. */
		const char *text = strerrordesc_np(os_errno);

		if (text == NULL) {
			snprintf(why, sizeof(why), "errno %d", os_errno);
			text = why;
		}
		n += (size_t)snprintf(
		    reterr->msg + n, sizeof(reterr->msg) - n, ": %s", text);
	}
	make_valid(reterr->msg, sizeof(reterr->msg), n >= sizeof(reterr->msg));
	return code;
}

const struct vt_err_info *
vt_err_info(int code)
{
	size_t row = (size_t)(-VT_E_INTERNAL) - 1;

	if (code < 0 && code >= -(int)TABLE_ROWS)
		row = (size_t)(-code) - 1;
	return &table[row];
}

int
vt_err_from_slug(const char *slug)
{
	for (size_t i = 0; slug != NULL && i < TABLE_ROWS; i++) {
		if (strcmp(table[i].slug, slug) == 0)
			return -(int)(i + 1);
	}
	return VT_E_INTERNAL;
}

_Noreturn void
vt_assert_failed(const char *cond, const char *file, int line)
{
	/* dprintf, not stdio: the streams may be in any state. */
	dprintf(STDERR_FILENO, "<2>assertion failed: %s at %s:%d\n", cond, file,
	    line);
	abort();
}
