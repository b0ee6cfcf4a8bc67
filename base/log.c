/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/format_priv.h"
#include "base/text.h"

/* A write of at most PIPE_BUF bytes to a pipe is not mixed with others. */
#define LINE_MAX_BYTES 4096
#define TAIL           " cut=1\n"

static struct {
	int fd;
	enum vt_err_level least;
	bool terminal;
	bool asked; /* whether fd is a terminal */
} sink = { STDERR_FILENO, VT_LEVEL_INFO, false, false };

void
vt_log_setup(int fd, enum vt_err_level least)
{
	sink.fd = fd;
	sink.least = least;
	sink.terminal = isatty(fd) == 1;
	sink.asked = true;
}

static void
put_escaped(struct vt_buf *b, int32_t c)
{
	switch (c) {
	case '"':
		vt_buf_puts(b, "\\\"");
		break;
	case '\\':
		vt_buf_puts(b, "\\\\");
		break;
	case '\n':
		vt_buf_puts(b, "\\n");
		break;
	default:
		/* C0, DEL, C1, line separators and bidi controls could fake
		 * a line or hide one on a terminal. */
		if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
			vt_buf_printf(b, "\\x%02x", (unsigned)c & 0xFF);
		else if ((c >= 0x2028 && c <= 0x202E) ||
			 (c >= 0x2066 && c <= 0x2069))
			vt_buf_printf(b, "\\u%04x", (unsigned)c);
		else
			vt_utf8_put(b, (uint32_t)c);
	}
}

/* A value: bare when it is one plain word, else quoted. */
static void
escape_value(struct vt_buf *b, struct vt_span s)
{
	bool plain = s.n > 0;
	size_t at = 0;

	for (size_t i = 0; i < s.n && plain; i++)
		plain = s.p[i] > ' ' && s.p[i] < 0x7F && s.p[i] != '"' &&
			s.p[i] != '\\' && s.p[i] != '=';
	if (plain) {
		vt_buf_span(b, s);
		return;
	}
	vt_buf_putc(b, '"');
	while (at < s.n) {
		size_t start = at;
		int32_t c = vt_utf8_next(s, &at);

		if (c < 0)
			vt_buf_printf(b, "\\x%02x", s.p[start]);
		else
			put_escaped(b, c);
	}
	vt_buf_putc(b, '"');
}

static void
put_prefix(struct vt_buf *b, enum vt_err_level level, const char *event)
{
	static const char *const prefix[] = { "<7>", "<6>", "<4>", "<3>" };
	static const char *const word[] = { "debug ", "info ", "warning ",
		"error " };
	bool terminal = sink.asked ? sink.terminal : isatty(sink.fd) == 1;

	vt_buf_puts(b, terminal ? word[level] : prefix[level]);
	vt_buf_puts(b, event);
}

/* There is nowhere to report a log that cannot be written. */
static void
write_line(const void *p, size_t n)
{
	ssize_t done;

	do {
		done = write(sink.fd, p, n);
	} while (done < 0 && errno == EINTR);
}

/* Whether a quoted value is open at the end. */
static bool
in_quotes(struct vt_span s)
{
	bool open = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			open = !open;
	}
	return open;
}

static void
send_line(struct vt_buf *b)
{
	static const char nomem[] = "<3>log.out-of-memory\n";

	if (b->failed == VT_E_NOMEM) {
		write_line(nomem, sizeof(nomem) - 1);
		return;
	}
	if (b->failed == VT_E_LIMIT) {
		b->failed = VT_OK;
		b->limit = LINE_MAX_BYTES;
		vt_buf_puts(b, in_quotes(vt_buf_view(b)) ? "\"" TAIL : TAIL);
	} else {
		vt_buf_putc(b, '\n');
	}
	write_line(b->p, b->n);
}

void
vt_log(enum vt_err_level level, const char *event, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(plain);

	if (level < sink.least)
		return;
	b.limit = LINE_MAX_BYTES - sizeof("\"" TAIL);
	put_prefix(&b, level, event);
	if (*fmt != '\0') {
		size_t start = b.n;
		bool ok;

		vt_buf_putc(&b, ' ');
		va_start(ap, fmt);
		ok = vt_format(&b, escape_value, true, fmt, ap);
		va_end(ap);
		if (!ok) {
			/* A conversion we do not escape: all of it is one
			 * value, so that the line still cannot be forged. */
			vt_buf_truncate(&b, start);
			va_start(ap, fmt);
			vt_buf_vprintf(&plain, fmt, ap);
			va_end(ap);
			vt_buf_puts(&b, " text=");
			escape_value(&b, vt_buf_view(&plain));
		}
	}
	send_line(&b);
	errno = saved;
}

void
vt_log_err(const char *event, const struct vt_err *err)
{
	const struct vt_err_info *info = vt_err_info(err->code);

	if (err->os_errno != 0)
		vt_log(info->level, event, "code=%s errno=%d message=%s",
		    info->slug, err->os_errno, err->msg);
	else
		vt_log(info->level, event, "code=%s message=%s", info->slug,
		    err->msg);
}
