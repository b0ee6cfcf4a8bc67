/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cbor.h"

#include <stdio.h>

#include "base/text.h"

/* Major types, RFC 8949 §3.1, as they stand in the head's upper bits. */
enum {
	M_UINT = 0x00,
	M_NINT = 0x20,
	M_BYTES = 0x40,
	M_TEXT = 0x60,
	M_ARRAY = 0x80,
	M_MAP = 0xA0,
	M_MASK = 0xE0,
	B_FALSE = 0xF4,
	B_TRUE = 0xF5,
	B_NULL = 0xF6
};

/* ---- writing ---- */

/* Writes the shortest head to p; returns its length, 1..9. */
static size_t
make_head(uint8_t p[9], unsigned major, uint64_t v)
{
	size_t n;

	if (v < 24) {
		p[0] = (uint8_t)(major | v);
		return 1;
	}
	n = v <= UINT8_MAX ? 1 : v <= UINT16_MAX ? 2 : v <= UINT32_MAX ? 4 : 8;
	p[0] = (uint8_t)(major | (n == 1      ? 24u
				     : n == 2 ? 25u
				     : n == 4 ? 26u
					      : 27u));
	for (size_t i = n; i > 0; i--) {
		p[i] = (uint8_t)v;
		v >>= 8;
	}
	return n + 1;
}

static void
put_head(struct vt_buf *b, unsigned major, uint64_t v)
{
	uint8_t head[9];

	vt_buf_put(b, head, make_head(head, major, v));
}

void
vt_cbor_uint(struct vt_buf *b, uint64_t v)
{
	put_head(b, M_UINT, v);
}

void
vt_cbor_int(struct vt_buf *b, int64_t v)
{
	if (v < 0)
		put_head(b, M_NINT, (uint64_t)(-1 - v));
	else
		put_head(b, M_UINT, (uint64_t)v);
}

void
vt_cbor_bytes(struct vt_buf *b, struct vt_span s)
{
	put_head(b, M_BYTES, s.n);
	vt_buf_span(b, s);
}

void
vt_cbor_text(struct vt_buf *b, struct vt_span s)
{
	VT_ASSERT(vt_utf8_is_valid(s));
	put_head(b, M_TEXT, s.n);
	vt_buf_span(b, s);
}

void
vt_cbor_str(struct vt_buf *b, const char *s)
{
	if (s == NULL)
		vt_cbor_null(b);
	else
		vt_cbor_text(b, vt_span_str(s));
}

void
vt_cbor_bool(struct vt_buf *b, bool v)
{
	vt_buf_putc(b, v ? B_TRUE : B_FALSE);
}

void
vt_cbor_null(struct vt_buf *b)
{
	vt_buf_putc(b, B_NULL);
}

void
vt_cbor_array(struct vt_buf *b, size_t n)
{
	put_head(b, M_ARRAY, n);
}

void
vt_cbor_map(struct vt_buf *b, size_t n)
{
	put_head(b, M_MAP, n);
}

void
vt_cbor_id(struct vt_buf *b, const vt_id *id)
{
	vt_cbor_bytes(b, VT_SPAN(id->b, sizeof(id->b)));
}

void
vt_cbor_hash(struct vt_buf *b, const vt_hash *h)
{
	vt_cbor_bytes(b, VT_SPAN(h->b, sizeof(h->b)));
}

void
vt_cbor_map_begin(struct vt_cbor_map_writer *w, struct vt_buf *b)
{
	*w = (struct vt_cbor_map_writer){ .b = b, .at = b->n, .last = -1 };
	vt_buf_putc(b, M_MAP); /* enough for 23 fields; map_end widens it */
}

void
vt_cbor_key(struct vt_cbor_map_writer *w, uint64_t key)
{
	VT_ASSERT(key <= INT64_MAX && (int64_t)key > w->last);
	w->last = (int64_t)key;
	w->n++;
	put_head(w->b, M_UINT, key);
}

void
vt_cbor_map_end(struct vt_cbor_map_writer *w)
{
	struct vt_buf *b = w->b;
	uint8_t head[9];
	size_t n = make_head(head, M_MAP, w->n), body;

	if (b->failed != VT_OK)
		return;
	body = b->n - w->at - 1;
	if (n > 1) {
		if (vt_buf_extend(b, n - 1) == NULL)
			return;
		memmove(b->p + w->at + n, b->p + w->at + 1, body);
	}
	memcpy(b->p + w->at, head, n);
}

/* ---- reading ---- */

void
vt_cbor_open(struct vt_cbor *c, struct vt_span in)
{
	*c = (struct vt_cbor){ .in = in, .failed = VT_OK };
}

void
vt_cbor_fail(struct vt_cbor *c, const char *why)
{
	if (c->failed != VT_OK)
		return;
	c->failed = VT_E_SYNTAX;
	snprintf(c->why, sizeof(c->why), "%s", why);
}

static enum vt_cbor_type
type_of(uint8_t first)
{
	switch (first & M_MASK) {
	case M_UINT:
		return VT_CBOR_UINT;
	case M_NINT:
		return VT_CBOR_NINT;
	case M_BYTES:
		return VT_CBOR_BYTES;
	case M_TEXT:
		return VT_CBOR_TEXT;
	case M_ARRAY:
		return VT_CBOR_ARRAY;
	case M_MAP:
		return VT_CBOR_MAP;
	default:
		break;
	}
	if (first == B_FALSE || first == B_TRUE)
		return VT_CBOR_BOOL;
	/* Tags, floats and other simple values are not of the subset: no
	 * reader takes them, and vt_cbor_finish finds them unread. */
	return first == B_NULL ? VT_CBOR_NULL : VT_CBOR_END;
}

enum vt_cbor_type
vt_cbor_peek(const struct vt_cbor *c)
{
	if (c->failed != VT_OK || c->at >= c->in.n)
		return VT_CBOR_END;
	return type_of(c->in.p[c->at]);
}

/* A decoded head. */
struct head {
	unsigned major; /* or the whole byte of a simple value */
	size_t n;       /* bytes of the head */
	uint64_t v;
};

/* Reads the head at c->at without moving on. */
static bool
get_head(struct vt_cbor *c, struct head *ret)
{
	size_t left = c->in.n - c->at, n;
	const uint8_t *p;
	unsigned info;
	uint64_t v = 0;

	if (c->failed != VT_OK)
		return false;
	if (left == 0) {
		vt_cbor_fail(c, "the input ends where an item must start");
		return false;
	}
	p = c->in.p + c->at;
	info = *p & 0x1Fu;
	ret->major = *p & M_MASK;
	ret->n = 1;
	ret->v = info;
	if (ret->major == 0xE0) {
		ret->major = *p;
		if (*p == B_FALSE || *p == B_TRUE || *p == B_NULL)
			return true;
	}
	if (type_of(*p) == VT_CBOR_END) {
		vt_cbor_fail(c, "tags, floats and other simple values are not "
				"used");
		return false;
	}
	if (info < 24)
		return true;
	if (info > 27) {
		vt_cbor_fail(c, "indefinite or reserved length");
		return false;
	}
	n = (size_t)1 << (info - 24);
	if (n > left - 1) {
		vt_cbor_fail(c, "the input ends inside a head");
		return false;
	}
	for (size_t i = 1; i <= n; i++)
		v = v << 8 | p[i];
	if (n == 1 ? v < 24 : v >> (n * 4) == 0) {
		vt_cbor_fail(c, "the head is not the shortest");
		return false;
	}
	ret->n = n + 1;
	ret->v = v;
	return true;
}

/*
 * Takes the head of an item of this major type. A count or length is checked
 * against what is left before anyone uses it: an item has at least one byte.
 */
static bool
take(struct vt_cbor *c, unsigned major, struct head *ret)
{
	static const char *const wanted[] = { "an unsigned integer",
		"a negative integer", "a byte string", "a text string",
		"an array", "a map" };
	size_t left;

	if (!get_head(c, ret))
		return false;
	if (ret->major != major) {
		char why[sizeof(c->why)];

		snprintf(why, sizeof(why), "wanted %s, found another type",
		    wanted[major >> 5]);
		vt_cbor_fail(c, why);
		return false;
	}
	left = c->in.n - c->at - ret->n;
	if ((major == M_MAP && ret->v > left / 2) ||
	    (major >= M_BYTES && ret->v > left)) {
		vt_cbor_fail(c, "a length goes beyond the input");
		return false;
	}
	c->at += ret->n;
	return true;
}

uint64_t
vt_cbor_get_uint(struct vt_cbor *c)
{
	struct head h;

	return take(c, M_UINT, &h) ? h.v : 0;
}

int64_t
vt_cbor_get_int(struct vt_cbor *c)
{
	bool negative = vt_cbor_peek(c) == VT_CBOR_NINT;
	size_t start = c->at;
	struct head h;

	if (!take(c, negative ? M_NINT : M_UINT, &h))
		return 0;
	if (h.v > INT64_MAX) {
		c->at = start;
		vt_cbor_fail(c, "the integer does not fit into 64 bits");
		return 0;
	}
	return negative ? -1 - (int64_t)h.v : (int64_t)h.v;
}

static struct vt_span
get_string(struct vt_cbor *c, unsigned major)
{
	struct vt_span s;
	struct head h;

	if (!take(c, major, &h))
		return VT_SPAN(NULL, 0);
	s = VT_SPAN(c->in.p + c->at, (size_t)h.v);
	if (major == M_TEXT && !vt_utf8_is_valid(s)) {
		c->at -= h.n;
		vt_cbor_fail(c, "a text string is not UTF-8");
		return VT_SPAN(NULL, 0);
	}
	c->at += s.n;
	return s;
}

struct vt_span
vt_cbor_get_bytes(struct vt_cbor *c)
{
	return get_string(c, M_BYTES);
}

struct vt_span
vt_cbor_get_text(struct vt_cbor *c)
{
	return get_string(c, M_TEXT);
}

bool
vt_cbor_get_bool(struct vt_cbor *c)
{
	struct head h;

	if (!get_head(c, &h))
		return false;
	if (h.major != B_FALSE && h.major != B_TRUE) {
		vt_cbor_fail(c, "wanted true or false, found another type");
		return false;
	}
	c->at += h.n;
	return h.major == B_TRUE;
}

size_t
vt_cbor_get_array(struct vt_cbor *c)
{
	struct head h;

	return take(c, M_ARRAY, &h) ? (size_t)h.v : 0;
}

size_t
vt_cbor_get_map(struct vt_cbor *c)
{
	struct head h;

	return take(c, M_MAP, &h) ? (size_t)h.v : 0;
}

/* A byte string of exactly n bytes. */
static bool
get_fixed(struct vt_cbor *c, uint8_t *ret, size_t n)
{
	size_t start = c->at;
	struct vt_span s = vt_cbor_get_bytes(c);
	char why[sizeof(c->why)];

	if (c->failed != VT_OK)
		return false;
	if (s.n != n) {
		c->at = start;
		snprintf(
		    why, sizeof(why), "wanted %zu bytes, found %zu", n, s.n);
		vt_cbor_fail(c, why);
		return false;
	}
	memcpy(ret, s.p, n);
	return true;
}

vt_id
vt_cbor_get_id(struct vt_cbor *c)
{
	vt_id id = { { 0 } };

	(void)get_fixed(c, id.b, sizeof(id.b)); /* a failure stays in c */
	return id;
}

vt_hash
vt_cbor_get_hash(struct vt_cbor *c)
{
	vt_hash h = { { 0 } };

	(void)get_fixed(c, h.b, sizeof(h.b)); /* a failure stays in c */
	return h;
}

bool
vt_cbor_get_null(struct vt_cbor *c)
{
	if (vt_cbor_peek(c) != VT_CBOR_NULL)
		return false;
	c->at++;
	return true;
}

void
vt_cbor_get_str(struct vt_cbor *c, char *ret, size_t size)
{
	size_t start = c->at;
	struct vt_span s;

	VT_ASSERT(size > 0);
	ret[0] = '\0';
	s = vt_cbor_get_text(c);
	if (s.n == 0)
		return;
	if (s.n >= size || memchr(s.p, 0, s.n) != NULL) {
		c->at = start;
		vt_cbor_fail(c, s.n >= size ? "a text string is too long"
					    : "a text string holds a NUL");
		return;
	}
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
}

/* An open array or map while skipping. */
struct level {
	uint64_t left; /* items still to come, keys and values each one */
	bool map;
	bool at_key;
	bool any;      /* a key was seen */
	uint64_t last; /* and it was this one */
};

/* Checks and records the key about to be read. */
static bool
skip_key(struct vt_cbor *c, struct level *l)
{
	size_t start = c->at;
	uint64_t key = vt_cbor_get_uint(c);

	if (c->failed != VT_OK)
		return false;
	if (key > INT64_MAX || (l->any && key <= l->last)) {
		c->at = start;
		vt_cbor_fail(c, "map keys are not in ascending order");
		return false;
	}
	l->any = true;
	l->last = key;
	return true;
}

/* Reads past one item's own bytes; a container's items come after it. */
static bool
skip_one(struct vt_cbor *c, struct level *ret_open, bool *ret_opened)
{
	struct head h;

	*ret_opened = false;
	switch (vt_cbor_peek(c)) {
	case VT_CBOR_UINT:
		return take(c, M_UINT, &h);
	case VT_CBOR_NINT:
		return take(c, M_NINT, &h);
	case VT_CBOR_BYTES:
		(void)vt_cbor_get_bytes(c); /* a failure stays in c */
		return c->failed == VT_OK;
	case VT_CBOR_TEXT:
		(void)vt_cbor_get_text(c); /* the same */
		return c->failed == VT_OK;
	case VT_CBOR_BOOL:
	case VT_CBOR_NULL:
		c->at++;
		return true;
	case VT_CBOR_ARRAY:
		*ret_open = (struct level){ .left = vt_cbor_get_array(c) };
		*ret_opened = c->failed == VT_OK;
		return *ret_opened;
	case VT_CBOR_MAP:
		*ret_open = (struct level){
			.left = vt_cbor_get_map(c), .map = true, .at_key = true
		};
		ret_open->left *= 2;
		*ret_opened = c->failed == VT_OK;
		return *ret_opened;
	case VT_CBOR_END:
	default:
		return get_head(c, &h); /* says what is wrong */
	}
}

struct vt_span
vt_cbor_skip(struct vt_cbor *c)
{
	struct level open[VT_CBOR_DEPTH], next;
	size_t depth = 0, start = c->at;
	bool opened;

	do {
		struct level *l = depth > 0 ? &open[depth - 1] : NULL;

		if (l != NULL && l->left == 0) {
			depth--;
			continue;
		}
		if (l != NULL) {
			l->left--;
			if (l->map && l->at_key) {
				l->at_key = false;
				if (!skip_key(c, l))
					return VT_SPAN(NULL, 0);
				continue;
			}
			l->at_key = l->map;
		}
		if (!skip_one(c, &next, &opened))
			return VT_SPAN(NULL, 0);
		if (opened && depth == VT_CBOR_DEPTH) {
			vt_cbor_fail(c, "nested too deeply");
			return VT_SPAN(NULL, 0);
		}
		if (opened)
			open[depth++] = next;
	} while (depth > 0);
	return VT_SPAN(c->in.p + start, c->at - start);
}

void
vt_cbor_map_open(struct vt_cbor_map_reader *m, struct vt_cbor *c)
{
	*m = (struct vt_cbor_map_reader){ .c = c, .last = -1 };
	m->left = vt_cbor_get_map(c);
}

bool
vt_cbor_next(struct vt_cbor_map_reader *m, uint64_t *ret_key)
{
	struct vt_cbor *c = m->c;
	size_t start = c->at;
	uint64_t key;

	if (c->failed != VT_OK || m->left == 0)
		return false;
	key = vt_cbor_get_uint(c);
	if (c->failed != VT_OK)
		return false;
	if (key > INT64_MAX || (int64_t)key <= m->last) {
		c->at = start;
		vt_cbor_fail(c, "map keys are not in ascending order");
		return false;
	}
	m->left--;
	m->last = (int64_t)key;
	*ret_key = key;
	return true;
}

int
vt_cbor_finish(const struct vt_cbor *c, const char *what, struct vt_err *reterr)
{
	if (c->failed == VT_OK && c->at == c->in.n)
		return VT_OK;
	return vt_err_set(reterr, VT_E_SYNTAX,
	    "%s: RFC 8949 §4.2.1: %s, at byte %zu of %zu", what,
	    c->failed != VT_OK ? c->why : "bytes are left over", c->at,
	    c->in.n);
}
