/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/json_in.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"

#define PIECE       4096
#define REPLACEMENT 0xfffd

enum state {
	VALUE,       /* a value is wanted */
	FIRST_VALUE, /* a value, or the end of an empty array */
	FIRST_NAME,  /* a name, or the end of an empty object */
	NAME,
	COLON,
	COMMA, /* or the end of what is open */
	TEXT,
	ESCAPE,
	UNICODE,
	LITERAL,
	DONE,
};

struct vt_json_in {
	const struct vt_json_in_ops *ops;
	void *arg;
	enum state state;
	bool array[VT_L(JSON_DEPTH_MAX)];
	size_t depth;
	bool in_name;    /* the string under way is a member's name */
	unsigned digits; /* of \u, so far */
	uint32_t unit;   /* of \u */
	uint32_t high;   /* surrogate that waits for its other half */
	struct vt_buf piece;
	uint64_t at; /* offset, for messages */
};

struct vt_json_in *
vt_json_in_new(const struct vt_json_in_ops *ops, void *arg)
{
	struct vt_json_in *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->ops = ops;
	j->arg = arg;
	j->state = VALUE;
	vt_buf_init(&j->piece, PIECE + 16);
	return j;
}

void
vt_json_in_free(struct vt_json_in *j)
{
	if (j == NULL)
		return;
	vt_buf_free(&j->piece);
	free(j);
}

static int
bad(const struct vt_json_in *j, const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_SYNTAX,
	    "JSON: RFC 8259: byte %" PRIu64 ": %s", j->at, what);
}

static void
value_ended(struct vt_json_in *j)
{
	j->state = j->depth == 0 ? DONE : COMMA;
}

static int
open_value(struct vt_json_in *j, bool array, struct vt_err *reterr)
{
	if (j->depth == VT_L(JSON_DEPTH_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "JSON: deeper than %zu levels", VT_L(JSON_DEPTH_MAX));
	j->array[j->depth++] = array;
	j->state = array ? FIRST_VALUE : FIRST_NAME;
	return j->ops->begin(j->arg, array, reterr);
}

static int
close_value(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	if (j->depth == 0 || (c == ']') != j->array[j->depth - 1])
		return bad(j, "a bracket that closes nothing", reterr);
	j->depth--;
	value_ended(j);
	return j->ops->end(j->arg, reterr);
}

static int
flush_text(struct vt_json_in *j, bool last, struct vt_err *reterr)
{
	int rc = vt_buf_status(&j->piece, reterr);

	if (rc == VT_OK && (last || j->piece.n > 0))
		rc = j->ops->text(j->arg, vt_buf_view(&j->piece), last, reterr);
	vt_buf_reset(&j->piece);
	return rc;
}

/* RFC 8259 §8.2: half of a surrogate pair is what a text cut in the wrong place
 * ends with. It names no character, and is no reason to lose a whole list. */
static void
put_half(struct vt_json_in *j)
{
	if (j->high != 0)
		vt_utf8_put(&j->piece, REPLACEMENT);
	j->high = 0;
}

static int
text_ended(struct vt_json_in *j, struct vt_err *reterr)
{
	int rc;

	put_half(j);
	if (!j->in_name) {
		rc = flush_text(j, true, reterr);
		value_ended(j);
		return rc;
	}
	if ((rc = vt_buf_status(&j->piece, reterr)) == VT_OK)
		rc = j->ops->name(j->arg, vt_buf_view(&j->piece), reterr);
	vt_buf_reset(&j->piece);
	j->state = COLON;
	return rc;
}

static int
grow_text(struct vt_json_in *j, struct vt_err *reterr)
{
	if (j->in_name && j->piece.n > VT_L(AXIS_NAME_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "JSON: a name of more than %zu bytes", VT_L(AXIS_NAME_MAX));
	if (!j->in_name && j->piece.n >= PIECE)
		return flush_text(j, false, reterr);
	return VT_OK;
}

static int
on_text(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	if (c == '\\') {
		j->state = ESCAPE;
		return VT_OK;
	}
	if (c == '"')
		return text_ended(j, reterr);
	if (c < 0x20)
		return bad(j, "a control character in a string", reterr);
	put_half(j);
	vt_buf_putc(&j->piece, c);
	return grow_text(j, reterr);
}

static int
on_escape(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p;

	if (c == 'u') {
		j->digits = 0;
		j->unit = 0;
		j->state = UNICODE;
		return VT_OK;
	}
	p = c == '\0' ? NULL : strchr(from, c);
	if (p == NULL)
		return bad(j, "an escape that is none", reterr);
	put_half(j);
	vt_buf_putc(&j->piece, (uint8_t)to[p - from]);
	j->state = TEXT;
	return grow_text(j, reterr);
}

static int
on_unicode(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	uint32_t d, scalar;

	if (c >= '0' && c <= '9')
		d = (uint32_t)(c - '0');
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		d = (uint32_t)((c | 0x20) - 'a' + 10);
	else
		return bad(j, "four hex digits wanted after \\u", reterr);
	j->unit = j->unit << 4 | d;
	if (++j->digits < 4)
		return VT_OK;
	j->state = TEXT;
	scalar = j->unit;
	if (j->high != 0 && scalar >= 0xdc00 && scalar <= 0xdfff) {
		scalar =
		    0x10000 + ((j->high - 0xd800) << 10) + (scalar - 0xdc00);
		j->high = 0;
	}
	put_half(j);
	if (scalar >= 0xd800 && scalar <= 0xdbff) {
		j->high = scalar;
		return VT_OK;
	}
	/* no NUL: our strings end with one; half a pair is none either */
	vt_utf8_put(&j->piece, scalar == 0 ? REPLACEMENT : scalar);
	return grow_text(j, reterr);
}

/* RFC 8259 §6: -? int frac? exp? */
static bool
is_number(struct vt_span s)
{
	size_t at = 0, from;

	if (at < s.n && s.p[at] == '-')
		at++;
	from = at;
	while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	if (at == from || (s.p[from] == '0' && at > from + 1))
		return false;
	if (at < s.n && s.p[at] == '.') {
		from = ++at;
		while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
			at++;
		if (at == from)
			return false;
	}
	if (at < s.n && (s.p[at] | 0x20) == 'e') {
		at++;
		if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		from = at;
		while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
			at++;
		if (at == from)
			return false;
	}
	return at == s.n;
}

static int
literal_ended(struct vt_json_in *j, struct vt_err *reterr)
{
	struct vt_span s = vt_buf_view(&j->piece);
	int rc;

	if (!vt_span_is(s, "true") && !vt_span_is(s, "false") &&
	    !vt_span_is(s, "null") && !is_number(s))
		return bad(j, "a word that is no value", reterr);
	rc = j->ops->literal(j->arg, s, reterr);
	vt_buf_reset(&j->piece);
	value_ended(j);
	return rc;
}

static bool
in_literal(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' ||
	       c == '+' || c == '.' || c == 'E';
}

static int
begin_value(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	if (c == '{' || c == '[')
		return open_value(j, c == '[', reterr);
	if (c == ']' && j->state == FIRST_VALUE)
		return close_value(j, c, reterr);
	if (c == '"') {
		j->in_name = false;
		j->state = TEXT;
		return VT_OK;
	}
	if (!in_literal(c))
		return bad(j, "a value was wanted", reterr);
	vt_buf_putc(&j->piece, c);
	j->state = LITERAL;
	return VT_OK;
}

/* Between values. Blanks have been taken out. */
static int
on_mark(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	switch (j->state) {
	case VALUE:
	case FIRST_VALUE:
		return begin_value(j, c, reterr);
	case FIRST_NAME:
	case NAME:
		if (c == '}' && j->state == FIRST_NAME)
			return close_value(j, c, reterr);
		if (c != '"')
			return bad(j, "a name was wanted", reterr);
		j->in_name = true;
		j->state = TEXT;
		return VT_OK;
	case COLON:
		if (c != ':')
			return bad(j, "a colon was wanted", reterr);
		j->state = VALUE;
		return VT_OK;
	case COMMA:
		if (c != ',')
			return close_value(j, c, reterr);
		j->state = j->array[j->depth - 1] ? VALUE : NAME;
		return VT_OK;
	default:
		return bad(j, "something after the value", reterr);
	}
}

static int
put_byte(struct vt_json_in *j, uint8_t c, struct vt_err *reterr)
{
	int rc;

	switch (j->state) {
	case TEXT:
		return on_text(j, c, reterr);
	case ESCAPE:
		return on_escape(j, c, reterr);
	case UNICODE:
		return on_unicode(j, c, reterr);
	case LITERAL:
		if (in_literal(c) && j->piece.n < 64) {
			vt_buf_putc(&j->piece, c);
			return VT_OK;
		}
		if ((rc = literal_ended(j, reterr)) != VT_OK)
			return rc;
		break;
	default:
		break;
	}
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		return VT_OK;
	return on_mark(j, c, reterr);
}

/* The plain bytes of a string at the start of s, at most one piece. */
static size_t
plain_run(const struct vt_json_in *j, struct vt_span s)
{
	size_t n = 0, max = PIECE - j->piece.n;

	if (j->state != TEXT || j->in_name || j->high != 0 ||
	    j->piece.n >= PIECE)
		return 0;
	while (n < s.n && n < max && s.p[n] >= 0x20 && s.p[n] != '"' &&
	       s.p[n] != '\\')
		n++;
	return n;
}

int
vt_json_in_put(struct vt_json_in *j, struct vt_span s, struct vt_err *reterr)
{
	size_t run;
	int rc = VT_OK;

	for (size_t i = 0; i < s.n && rc == VT_OK;) {
		run = plain_run(j, VT_SPAN(s.p + i, s.n - i));
		if (run > 0) {
			vt_buf_put(&j->piece, s.p + i, run);
			rc = grow_text(j, reterr);
			i += run;
			j->at += run;
			continue;
		}
		rc = put_byte(j, s.p[i++], reterr);
		j->at++;
	}
	return rc;
}

int
vt_json_in_end(struct vt_json_in *j, struct vt_err *reterr)
{
	int rc = VT_OK;

	if (j->state == LITERAL)
		rc = literal_ended(j, reterr);
	if (rc == VT_OK && j->state != DONE)
		rc = bad(j, "the end came too early", reterr);
	return rc;
}
