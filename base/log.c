/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/format_priv.h"
#include "base/text.h"

/* A write of at most PIPE_BUF bytes to a pipe is not mixed with others. */
#define LINE_MAX_BYTES 4096
#define TAIL           " cut=1\n"
#define QUIET_US       50000 /* after so long a line is not one of a burst */

static struct {
	int fd;
	enum vt_err_level least;
	bool terminal;
	bool asked; /* whether fd is a terminal */
	pthread_mutex_t lock;
	/* Guarded by lock: lines that wait, whole ones. */
	size_t n;
	int64_t often_us; /* when the last of the frequent lines came */
	uint8_t waiting[LINE_MAX_BYTES];
} sink = { .fd = STDERR_FILENO,
	.least = VT_LEVEL_INFO,
	.lock = PTHREAD_MUTEX_INITIALIZER };

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

/* Ends the line that was begun in b; what it is to be written as. */
static struct vt_span
end_line(struct vt_buf *b)
{
	if (b->failed == VT_E_NOMEM)
		return VT_SPAN_LIT("<3>log.out-of-memory\n");
	if (b->failed == VT_E_LIMIT) {
		b->failed = VT_OK;
		b->limit = LINE_MAX_BYTES;
		vt_buf_puts(b, in_quotes(vt_buf_view(b)) ? "\"" TAIL : TAIL);
	} else {
		vt_buf_putc(b, '\n');
	}
	return vt_buf_view(b);
}

static void VT_PRINTF(4, 0) put_line(struct vt_buf *b, enum vt_err_level level,
    const char *event, const char *fmt, va_list ap)
{
	VT_BUF_AUTO(plain);
	va_list again;
	size_t start;

	b->limit = LINE_MAX_BYTES - sizeof("\"" TAIL);
	put_prefix(b, level, event);
	if (*fmt == '\0')
		return;
	start = b->n;
	vt_buf_putc(b, ' ');
	va_copy(again, ap);
	if (!vt_format(b, escape_value, true, fmt, ap)) {
		/* A conversion we do not escape: all of it is one value, so
		 * that the line still cannot be forged. */
		vt_buf_truncate(b, start);
		vt_buf_vprintf(&plain, fmt, again);
		vt_buf_puts(b, " text=");
		escape_value(b, vt_buf_view(&plain));
	}
	va_end(again);
}

static void
flush_locked(void)
{
	if (sink.n > 0)
		write_line(sink.waiting, sink.n);
	sink.n = 0;
}

void
vt_log_flush(void)
{
	pthread_mutex_lock(&sink.lock);
	flush_locked();
	pthread_mutex_unlock(&sink.lock);
}

void
vt_log(enum vt_err_level level, const char *event, const char *fmt, ...)
{
	int saved = errno;
	struct vt_span line;
	VT_BUF_AUTO(b);
	va_list ap;

	if (level < sink.least)
		return;
	va_start(ap, fmt);
	put_line(&b, level, event, fmt, ap);
	va_end(ap);
	line = end_line(&b);
	pthread_mutex_lock(&sink.lock);
	flush_locked();
	write_line(line.p, line.n);
	pthread_mutex_unlock(&sink.lock);
	errno = saved;
}

void
vt_log_often(int64_t now_us, const char *event, const char *fmt, ...)
{
	int saved = errno;
	struct vt_span line;
	VT_BUF_AUTO(b);
	va_list ap;

	if (VT_LEVEL_INFO < sink.least)
		return;
	va_start(ap, fmt);
	put_line(&b, VT_LEVEL_INFO, event, fmt, ap);
	va_end(ap);
	line = end_line(&b);
	pthread_mutex_lock(&sink.lock);
	if (line.n > sizeof(sink.waiting) - sink.n)
		flush_locked();
	memcpy(sink.waiting + sink.n, line.p, line.n);
	sink.n += line.n;
	if (now_us - sink.often_us > QUIET_US)
		flush_locked();
	sink.often_us = now_us;
	pthread_mutex_unlock(&sink.lock);
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
