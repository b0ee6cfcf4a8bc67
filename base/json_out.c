/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_out.h"

#include "base/base64.h"
#include "base/text.h"

#define DEPTH_MAX 32

void
vt_json_open(struct vt_json *j, struct vt_buf *b, bool pretty)
{
	*j = (struct vt_json){ .b = b, .pretty = pretty };
	j->first[0] = true;
}

static void
newline(struct vt_json *j)
{
	if (!j->pretty)
		return;
	vt_buf_putc(j->b, '\n');
	for (int i = 0; i < j->depth; i++)
		vt_buf_puts(j->b, "  ");
}

/* The comma and indent before a value (or a key) at this depth. */
static void
before_item(struct vt_json *j)
{
	bool first = j->first[j->depth];

	/* One document, one value. */
	VT_ASSERT(j->depth > 0 || first);
	j->first[j->depth] = false;
	if (!first)
		vt_buf_putc(j->b, ',');
	if (j->depth > 0)
		newline(j);
}

static void
before_value(struct vt_json *j)
{
	if (j->in_object[j->depth]) {
		VT_ASSERT(j->after_key);
		j->after_key = false;
		return;
	}
	before_item(j);
}

/* ASCII that stands for itself, most of what is written: all from blank to
 * tilde but the quote and the backslash. */
#define SIXTEEN 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
/* clang-format off */
static const bool is_plain[256] = {
	[0x20] = 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	[0x30] = SIXTEEN,
	[0x40] = SIXTEEN,
	[0x50] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
	[0x60] = SIXTEEN,
	[0x70] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

#define PLAIN_MAX 128

/* A short string that stands for itself, with what goes around it, in one
 * piece; false when it is no such string. */
static bool
put_plain(struct vt_buf *b, bool comma, struct vt_span s, bool colon)
{
	char text[PLAIN_MAX + 4];
	size_t n = 0;

	if (s.n > PLAIN_MAX)
		return false;
	if (comma)
		text[n++] = ',';
	text[n++] = '"';
	for (size_t i = 0; i < s.n; i++) {
		if (!is_plain[s.p[i]])
			return false;
		text[n++] = (char)s.p[i];
	}
	text[n++] = '"';
	if (colon)
		text[n++] = ':';
	vt_buf_put(b, text, n);
	return true;
}

static void
put_string(struct vt_buf *b, struct vt_span s)
{
	size_t at = 0;

	if (put_plain(b, false, s, false))
		return;
	vt_buf_putc(b, '"');
	while (at < s.n) {
		size_t from = at;
		int32_t c;

		while (at < s.n && is_plain[s.p[at]])
			at++;
		if (at > from)
			vt_buf_put(b, s.p + from, at - from);
		if (at == s.n)
			break;
		c = vt_utf8_next(s, &at);

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
		case '\r':
			vt_buf_puts(b, "\\r");
			break;
		case '\t':
			vt_buf_puts(b, "\\t");
			break;
		default:
			if (c >= 0 && (c < 0x20 || c == 0x7F))
				vt_buf_printf(b, "\\u%04x", (unsigned)c);
			else
				vt_utf8_put(b, (uint32_t)c); /* -1: U+FFFD */
		}
	}
	vt_buf_putc(b, '"');
}

static void
begin(struct vt_json *j, bool object)
{
	before_value(j);
	VT_ASSERT(j->depth < DEPTH_MAX);
	j->depth++;
	j->first[j->depth] = true;
	j->in_object[j->depth] = object;
	vt_buf_putc(j->b, object ? '{' : '[');
}

void
vt_json_object(struct vt_json *j)
{
	begin(j, true);
}

void
vt_json_array(struct vt_json *j)
{
	begin(j, false);
}

void
vt_json_end(struct vt_json *j)
{
	bool object, empty;

	VT_ASSERT(j->depth > 0 && !j->after_key);
	object = j->in_object[j->depth];
	empty = j->first[j->depth];
	j->depth--;
	if (!empty)
		newline(j);
	vt_buf_putc(j->b, object ? '}' : ']');
}

void
vt_json_key(struct vt_json *j, const char *key)
{
	bool first = j->first[j->depth];

	VT_ASSERT(j->in_object[j->depth] && !j->after_key);
	j->after_key = true;
	if (!j->pretty && put_plain(j->b, !first, vt_span_str(key), true)) {
		j->first[j->depth] = false;
		return;
	}
	before_item(j);
	put_string(j->b, vt_span_str(key));
	vt_buf_puts(j->b, j->pretty ? ": " : ":");
}

void
vt_json_str(struct vt_json *j, const char *s)
{
	if (s == NULL)
		vt_json_null(j);
	else
		vt_json_text(j, vt_span_str(s));
}

void
vt_json_text(struct vt_json *j, struct vt_span s)
{
	before_value(j);
	put_string(j->b, s);
}

static void
put_number(struct vt_buf *b, bool minus, uint64_t v)
{
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	if (minus)
		text[--at] = '-';
	vt_buf_put(b, text + at, sizeof(text) - at);
}

void
vt_json_int(struct vt_json *j, int64_t v)
{
	before_value(j);
	put_number(j->b, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
vt_json_uint(struct vt_json *j, uint64_t v)
{
	before_value(j);
	put_number(j->b, false, v);
}

void
vt_json_bool(struct vt_json *j, bool v)
{
	before_value(j);
	vt_buf_puts(j->b, v ? "true" : "false");
}

void
vt_json_null(struct vt_json *j)
{
	before_value(j);
	vt_buf_puts(j->b, "null");
}

void
vt_json_id(struct vt_json *j, const vt_id *id)
{
	char text[VT_ID_TEXT + 1];

	vt_id_text(id, text);
	vt_json_str(j, text);
}

void
vt_json_hash(struct vt_json *j, const vt_hash *h)
{
	char text[VT_HASH_TEXT + 1];

	vt_hash_text(h, text);
	vt_json_str(j, text);
}

void
vt_json_time(struct vt_json *j, vt_time t)
{
	if (t == VT_TIME_NONE) {
		vt_json_null(j);
		return;
	}
	before_value(j);
	vt_buf_putc(j->b, '"');
	vt_time_rfc3339(t, VT_TIME_VN_S, j->b);
	vt_buf_putc(j->b, '"');
}

void
vt_json_base64(struct vt_json *j, struct vt_span s)
{
	before_value(j);
	vt_buf_putc(j->b, '"');
	vt_base64_put(j->b, s);
	vt_buf_putc(j->b, '"');
}

void
vt_json_kstr(struct vt_json *j, const char *key, const char *s)
{
	vt_json_key(j, key);
	vt_json_str(j, s);
}

void
vt_json_kint(struct vt_json *j, const char *key, int64_t v)
{
	vt_json_key(j, key);
	vt_json_int(j, v);
}

void
vt_json_kuint(struct vt_json *j, const char *key, uint64_t v)
{
	vt_json_key(j, key);
	vt_json_uint(j, v);
}

void
vt_json_kbool(struct vt_json *j, const char *key, bool v)
{
	vt_json_key(j, key);
	vt_json_bool(j, v);
}

void
vt_json_kid(struct vt_json *j, const char *key, const vt_id *id)
{
	vt_json_key(j, key);
	vt_json_id(j, id);
}

void
vt_json_khash(struct vt_json *j, const char *key, const vt_hash *h)
{
	vt_json_key(j, key);
	vt_json_hash(j, h);
}

void
vt_json_ktime(struct vt_json *j, const char *key, vt_time t)
{
	vt_json_key(j, key);
	vt_json_time(j, t);
}
