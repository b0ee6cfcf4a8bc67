/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pdf/object.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"

/* Characters of one number; more digits than a double or int64 can use. */
#define NUMBER_MAX 255
/* Up to here the keys of a dictionary are compared pairwise. */
#define PAIRWISE_MAX 16

void
pdf_parser_init(struct pdf_parser *p, struct vt_arena *arena)
{
	*p = (struct pdf_parser){ .arena = arena };
	vt_buf_init(&p->scratch, VT_L(PDF_CONTENTS_MAX));
}

void
pdf_parser_free(struct pdf_parser *p)
{
	free(p->stack);
	vt_buf_free(&p->scratch);
	*p = (struct pdf_parser){ 0 };
}

struct vt_pdf_object *
pdf_new(struct vt_arena *arena, enum vt_pdf_type type)
{
	struct vt_pdf_object *o = vt_arena_alloc(arena, sizeof(*o));

	if (o != NULL)
		o->type = type;
	return o;
}

/* The same, standing at lx->at. */
static struct vt_pdf_object *
new_object(
    struct pdf_parser *p, const struct pdf_lexer *lx, enum vt_pdf_type type)
{
	struct vt_pdf_object *o = pdf_new(p->arena, type);

	if (o != NULL) {
		o->offset = lx->at;
		o->objstm = lx->objstm;
	}
	return o;
}

static int
push(struct pdf_parser *p, struct vt_span key, struct vt_pdf_object *value,
    struct vt_err *reterr)
{
	struct vt_pdf_entry *q;
	size_t cap;

	if (p->n == p->cap) {
		cap = p->cap == 0 ? 64 : p->cap * 2;
		q = cap > SIZE_MAX / sizeof(*q)
			? NULL
			: realloc(p->stack, cap * sizeof(*q));
		if (q == NULL)
			return vt_err_set(
			    reterr, VT_E_NOMEM, "stack of a PDF value");
		p->stack = q;
		p->cap = cap;
	}
	p->stack[p->n++] = (struct vt_pdf_entry){ key, value };
	return VT_OK;
}

/* The scratch buffer as a span in the arena. */
static int
take_scratch(struct pdf_parser *p, struct vt_span *ret, struct vt_err *reterr)
{
	bool ok;
	int rc;

	rc = vt_buf_status(&p->scratch, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = vt_arena_copy(p->arena, vt_buf_view(&p->scratch), &ok);
	return ok ? VT_OK : vt_arena_err(p->arena, reterr);
}

static int
too_long(
    struct pdf_lexer *lx, const char *what, size_t max, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_LIMIT,
	    "PDF byte %" PRIu64 ": %s longer than %zu bytes", lx->at, what,
	    max);
}

/* §7.3.5: the bytes of a name, lx->at on its slash. */
static int
parse_name(struct pdf_parser *p, struct pdf_lexer *lx, struct vt_span *ret,
    struct vt_err *reterr)
{
	int c, hi, lo;

	vt_buf_reset(&p->scratch);
	lx->at++;
	while (pdf_is_regular(c = pdf_peek(lx))) {
		if (c == '#') {
			hi = pdf_hex_digit(pdf_byte(lx, lx->at + 1));
			lo = pdf_hex_digit(pdf_byte(lx, lx->at + 2));
			if (hi < 0 || lo < 0 || hi + lo == 0)
				return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.5",
				    "two hexadecimal digits, not 00, after # "
				    "in a name",
				    reterr);
			c = hi << 4 | lo;
			lx->at += 2;
		}
		lx->at++;
		if (p->scratch.n == VT_L(PDF_TOKEN_MAX))
			return too_long(
			    lx, "a name", VT_L(PDF_TOKEN_MAX), reterr);
		vt_buf_putc(&p->scratch, (uint8_t)c);
	}
	return take_scratch(p, ret, reterr);
}

/* §7.3.4.2: what follows a backslash, lx->at after it. Returns the byte, or
 * -1 when it stands for nothing (a continued line). */
static int
escape(struct pdf_lexer *lx)
{
	int c = pdf_peek(lx), v = 0;

	lx->at++;
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case '\r':
		if (pdf_peek(lx) == '\n')
			lx->at++;
		return -1;
	case '\n':
		return -1;
	default:
		break;
	}
	if (c < '0' || c > '7')
		return c;
	v = c - '0';
	for (int i = 0; i < 2; i++) {
		c = pdf_peek(lx);
		if (c < '0' || c > '7')
			break;
		v = v << 3 | (c - '0');
		lx->at++;
	}
	return v & 0xff; /* high-order overflow is ignored */
}

static int
parse_literal(struct pdf_parser *p, struct pdf_lexer *lx, struct vt_span *ret,
    struct vt_err *reterr)
{
	uint64_t open = 1;
	int c;

	vt_buf_reset(&p->scratch);
	lx->at++;
	for (;;) {
		c = pdf_peek(lx);
		if (c < 0)
			return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.4.2",
			    "the closing parenthesis of a string", reterr);
		lx->at++;
		if (c == '(')
			open++;
		else if (c == ')' && --open == 0)
			return take_scratch(p, ret, reterr);
		else if (c == '\\')
			c = pdf_peek(lx) < 0 ? -1 : escape(lx);
		else if (c == '\r') {
			if (pdf_peek(lx) == '\n')
				lx->at++;
			c = '\n';
		}
		if (c < 0)
			continue;
		if (p->scratch.n == VT_L(PDF_TOKEN_MAX))
			return too_long(
			    lx, "a string", VT_L(PDF_TOKEN_MAX), reterr);
		vt_buf_putc(&p->scratch, (uint8_t)c);
	}
}

/* §7.3.4.3; max: hexadecimal digits. */
static int
parse_hex(struct pdf_parser *p, struct pdf_lexer *lx, size_t max,
    struct vt_span *ret, struct vt_err *reterr)
{
	size_t n = 0;
	int c, d, hi = 0;

	vt_buf_reset(&p->scratch);
	for (lx->at++; (c = pdf_peek(lx)) != '>'; lx->at++) {
		if (pdf_is_space(c))
			continue;
		d = pdf_hex_digit(c);
		if (d < 0)
			return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.4.3",
			    "a hexadecimal digit or > in a string", reterr);
		if (n++ == max)
			return too_long(
			    lx, "a hexadecimal string", max, reterr);
		if (n % 2 != 0)
			hi = d;
		else
			vt_buf_putc(&p->scratch, (uint8_t)(hi << 4 | d));
	}
	if (n % 2 != 0)
		vt_buf_putc(&p->scratch, (uint8_t)(hi << 4));
	lx->at++;
	return take_scratch(p, ret, reterr);
}

/* The value of n decimal digits, rounded once. strtod is given digits only,
 * so no locale can change what it reads. */
static double
whole_part(const char *s, size_t n)
{
	char digits[NUMBER_MAX + 1];

	memcpy(digits, s, n);
	digits[n] = '\0';
	return n == 0 ? 0 : strtod(digits, NULL);
}

/* §7.3.3 on the n characters of a token; false when they are no number. */
static bool
to_number(const char *s, size_t n, struct vt_pdf_object *o)
{
	bool neg = n > 0 && s[0] == '-', fits = true, point = false;
	size_t first = n > 0 && (s[0] == '-' || s[0] == '+') ? 1 : 0;
	size_t digits = 0, whole = 0, i;
	double v = 0, unit = 1;
	int64_t iv = 0;

	for (i = first; i < n; i++) {
		if (s[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!pdf_is_digit(s[i]))
			return false;
		digits++;
		if (point) {
			unit /= 10;
			v += unit * (s[i] - '0');
			continue;
		}
		whole++;
		fits = fits && !__builtin_mul_overflow(iv, 10, &iv) &&
		       !__builtin_add_overflow(iv, s[i] - '0', &iv);
	}
	if (digits == 0)
		return false;
	if (!point) {
		o->type = VT_PDF_INT;
		o->u.integer = neg ? -iv : iv;
		return fits;
	}
	v += whole_part(s + first, whole);
	o->type = VT_PDF_REAL;
	o->u.real = neg ? -v : v;
	return isfinite(v);
}

/* After an unsigned integer: "G R" makes it a reference. */
static bool
try_reference(struct pdf_lexer *lx, int64_t num, struct vt_pdf_object *o)
{
	uint64_t at = lx->at, gen;

	pdf_skip(lx);
	if (num >= 0 && (uint64_t)num <= VT_L(PDF_OBJECTS_MAX) &&
	    pdf_uint(lx, UINT16_MAX, &gen)) {
		pdf_skip(lx);
		if (pdf_word(lx, "R")) {
			o->type = VT_PDF_REF;
			o->u.ref.num = (uint32_t)num;
			o->u.ref.gen = (uint16_t)gen;
			return true;
		}
	}
	lx->at = at;
	return false;
}

static int
parse_number(
    struct pdf_lexer *lx, struct vt_pdf_object *o, struct vt_err *reterr)
{
	char s[NUMBER_MAX];
	uint64_t at = lx->at;
	size_t n = 0;
	int c;

	while (n < sizeof(s) && pdf_is_regular(c = pdf_byte(lx, at))) {
		s[n++] = (char)c;
		at++;
	}
	if (pdf_is_regular(pdf_byte(lx, at)) || !to_number(s, n, o))
		return pdf_fail(
		    lx, VT_E_PDF_SYNTAX, "7.3.3", "a number", reterr);
	lx->at = at;
	if (o->type == VT_PDF_INT && pdf_is_digit(s[0]))
		(void)try_reference(lx, o->u.integer, o);
	return VT_OK;
}

static int
key_order(const void *a, const void *b)
{
	const struct vt_pdf_entry *x = *(const struct vt_pdf_entry *const *)a;
	const struct vt_pdf_entry *y = *(const struct vt_pdf_entry *const *)b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int d = n == 0 ? 0 : memcmp(x->key.p, y->key.p, n);

	return d != 0 ? d : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

/* The first key that stands twice, or NULL; *ret_ok false without memory. */
static const struct vt_pdf_entry *
find_duplicate(const struct vt_pdf_entry *e, size_t n, bool *ret_ok)
{
	const struct vt_pdf_entry **v, *dup = NULL;
	size_t i, j;

	*ret_ok = true;
	if (n <= PAIRWISE_MAX) {
		for (i = 1; i < n; i++)
			for (j = 0; j < i; j++)
				if (vt_span_eq(e[i].key, e[j].key))
					return &e[i];
		return NULL;
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	v = calloc(n, sizeof(*v));
	if (v == NULL) {
		*ret_ok = false;
		return NULL;
	}
	for (i = 0; i < n; i++)
		v[i] = &e[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort(v, n, sizeof(*v), key_order);
	for (i = 1; i < n && dup == NULL; i++)
		if (vt_span_eq(v[i]->key, v[i - 1]->key))
			dup = v[i];
	free(v);
	return dup;
}

static int
check_duplicates(
    struct pdf_lexer *lx, const struct vt_pdf_object *o, struct vt_err *reterr)
{
	const struct vt_pdf_entry *dup;
	bool ok;

	dup = find_duplicate(o->u.dict.entries, o->u.dict.n, &ok);
	if (!ok)
		return vt_err_set(reterr, VT_E_NOMEM, "keys of a dictionary");
	if (dup == NULL)
		return VT_OK;
	return vt_err_set(reterr, VT_E_PDF_SYNTAX,
	    "PDF %s byte %" PRIu64 ": ISO 32000-2 §7.3.7: dictionary has the "
	    "key /%.*s twice",
	    lx->objstm != 0 ? "object stream" : "file", o->offset,
	    dup->key.n > 64 ? 64 : (int)dup->key.n,
	    dup->key.n == 0 ? "" : (const char *)dup->key.p);
}

/* Values within values: p->depth ends the recursion at PDF_DEPTH_MAX.
 * NOLINTBEGIN(misc-no-recursion) */

/* The value of /Contents: the one string that may be long, a signature's. */
static int
parse_contents(struct pdf_parser *p, struct pdf_lexer *lx,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct vt_pdf_object *o;
	int rc;

	pdf_skip(lx);
	if (pdf_peek(lx) != '<' || pdf_byte(lx, lx->at + 1) == '<')
		return pdf_parse_value(p, lx, ret, reterr);
	o = new_object(p, lx, VT_PDF_STRING);
	if (o == NULL)
		return vt_arena_err(p->arena, reterr);
	rc = parse_hex(p, lx, VT_L(PDF_CONTENTS_MAX), &o->u.string, reterr);
	if (rc != VT_OK)
		return rc;
	o->hex = true;
	o->end = lx->at;
	*ret = o;
	return VT_OK;
}

/* Members of the array or dictionary o, lx->at after its opening. */
static int
parse_members(struct pdf_parser *p, struct pdf_lexer *lx,
    struct vt_pdf_object *o, struct vt_err *reterr)
{
	bool dict = o->type == VT_PDF_DICT;
	struct vt_pdf_object *value = NULL;
	struct vt_span key = { NULL, 0 };
	int c, rc;

	for (;;) {
		pdf_skip(lx);
		c = pdf_peek(lx);
		if (dict && c == '>' && pdf_byte(lx, lx->at + 1) == '>') {
			lx->at += 2;
			return VT_OK;
		}
		if (!dict && c == ']') {
			lx->at++;
			return VT_OK;
		}
		if (dict && c != '/')
			return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.7",
			    "a name or >> in a dictionary", reterr);
		if (dict && (rc = parse_name(p, lx, &key, reterr)) != VT_OK)
			return rc;
		rc = dict && vt_span_is(key, "Contents")
			 ? parse_contents(p, lx, &value, reterr)
			 : pdf_parse_value(p, lx, &value, reterr);
		if (rc != VT_OK || (rc = push(p, key, value, reterr)) != VT_OK)
			return rc;
	}
}

static int
parse_container(struct pdf_parser *p, struct pdf_lexer *lx,
    struct vt_pdf_object *o, struct vt_err *reterr)
{
	size_t mark = p->n, n, i;
	int rc;

	if (p->depth >= VT_L(PDF_DEPTH_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF byte %" PRIu64 ": arrays and dictionaries nested more "
		    "than %zu deep",
		    lx->at, VT_L(PDF_DEPTH_MAX));
	lx->at += o->type == VT_PDF_DICT ? 2 : 1;
	p->depth++;
	rc = parse_members(p, lx, o, reterr);
	p->depth--;
	n = p->n - mark;
	p->n = mark;
	if (rc != VT_OK || n == 0)
		return rc;
	if (o->type == VT_PDF_DICT) {
		o->u.dict.entries =
		    vt_arena_array(p->arena, n, sizeof(*o->u.dict.entries));
		if (o->u.dict.entries == NULL)
			return vt_arena_err(p->arena, reterr);
		memcpy(
		    o->u.dict.entries, p->stack + mark, n * sizeof(*p->stack));
		o->u.dict.n = n;
		return check_duplicates(lx, o, reterr);
	}
	/* an array of pointers: NOLINTBEGIN(bugprone-sizeof-expression) */
	o->u.array.items =
	    vt_arena_array(p->arena, n, sizeof(*o->u.array.items));
	/* NOLINTEND(bugprone-sizeof-expression) */
	if (o->u.array.items == NULL)
		return vt_arena_err(p->arena, reterr);
	for (i = 0; i < n; i++)
		o->u.array.items[i] = p->stack[mark + i].value;
	o->u.array.n = n;
	return VT_OK;
}

static int
parse_keyword(
    struct pdf_lexer *lx, struct vt_pdf_object *o, struct vt_err *reterr)
{
	if (pdf_word(lx, "true") || pdf_word(lx, "false")) {
		o->type = VT_PDF_BOOL;
		o->u.boolean = pdf_byte(lx, lx->at - 2) == 'u';
		return VT_OK;
	}
	if (pdf_word(lx, "null"))
		return VT_OK;
	return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3", "a value", reterr);
}

int
pdf_parse_value(struct pdf_parser *p, struct pdf_lexer *lx,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct vt_pdf_object *o;
	int c, rc;

	pdf_skip(lx);
	o = new_object(p, lx, VT_PDF_NULL);
	if (o == NULL)
		return vt_arena_err(p->arena, reterr);
	c = pdf_peek(lx);
	if (c == '/') {
		o->type = VT_PDF_NAME;
		rc = parse_name(p, lx, &o->u.name, reterr);
	} else if (c == '(') {
		o->type = VT_PDF_STRING;
		rc = parse_literal(p, lx, &o->u.string, reterr);
	} else if (c == '<' && pdf_byte(lx, lx->at + 1) == '<') {
		o->type = VT_PDF_DICT;
		rc = parse_container(p, lx, o, reterr);
	} else if (c == '<') {
		o->type = VT_PDF_STRING;
		o->hex = true;
		rc = parse_hex(
		    p, lx, 2 * VT_L(PDF_TOKEN_MAX), &o->u.string, reterr);
	} else if (c == '[') {
		o->type = VT_PDF_ARRAY;
		rc = parse_container(p, lx, o, reterr);
	} else if (pdf_is_digit(c) || c == '+' || c == '-' || c == '.') {
		rc = parse_number(lx, o, reterr);
	} else {
		rc = parse_keyword(lx, o, reterr);
	}
	if (rc != VT_OK)
		return rc;
	o->end = lx->at;
	*ret = o;
	return VT_OK;
}

/* NOLINTEND(misc-no-recursion) */

int
vt_pdf_parse(struct vt_span s, struct vt_arena *arena,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct vt_pdf_object *o = NULL;
	struct pdf_parser p;
	struct pdf_lexer lx;
	int rc;

	pdf_lexer_memory(&lx, s);
	pdf_parser_init(&p, arena);
	rc = pdf_parse_value(&p, &lx, &o, reterr);
	if (rc == VT_OK) {
		pdf_skip(&lx);
		if (lx.at != lx.end)
			rc = pdf_fail(&lx, VT_E_PDF_SYNTAX, "7.3",
			    "one value and nothing after it", reterr);
	}
	pdf_parser_free(&p);
	if (rc == VT_OK)
		*ret = o;
	return rc;
}
