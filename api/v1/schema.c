/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/v1/schema.h"

#include <inttypes.h>

#include "api/v1/where.h"
#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"

/* --- parsing --- */

/* A pointer that can stand in our own JSON, whatever came. */
static const char *
pointer_at(struct vt_span body, size_t upto, struct vt_arena *a)
{
	VT_BUF_AUTO(b);
	unsigned depth;
	const char *p;

	vt_where(body, upto, (unsigned)VT_L(JSON_DEPTH_MAX), &b, &depth);
	while (b.n > 0 && !vt_utf8_is_valid(vt_buf_view(&b)))
		vt_buf_truncate(&b, b.n - 1);
	p = vt_arena_strdup(a, vt_buf_str(&b));
	return p == NULL ? "" : p;
}

static size_t
bad_utf8(struct vt_span s)
{
	size_t at = 0, from = 0;

	while (at < s.n) {
		from = at;
		if (vt_utf8_next(s, &at) < 0)
			return from;
	}
	return SIZE_MAX;
}

static int
code_of(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return VT_E_JSON_DUPLICATE_KEY;
	case json_error_stack_overflow:
		return VT_E_JSON_TOO_DEEP;
	case json_error_invalid_utf8:
		return VT_E_JSON_NOT_UTF8;
	case json_error_numeric_overflow:
		return VT_E_FIELD_VALUE;
	case json_error_out_of_memory:
		return VT_E_NOMEM;
	default:
		return VT_E_SYNTAX;
	}
}

int
vt_schema_parse(struct vt_span body, struct vt_arena *a, json_t **ret,
    const char **ret_pointer, struct vt_err *reterr)
{
	size_t bad = bad_utf8(body);
	VT_BUF_AUTO(unused);
	json_error_t e;
	unsigned depth;

	*ret_pointer = "";
	if (bad != SIZE_MAX) {
		*ret_pointer = pointer_at(body, bad, a);
		return vt_err_set(reterr, VT_E_JSON_NOT_UTF8,
		    "body: RFC 8259 §8.1: byte %zu does not belong to UTF-8",
		    bad);
	}
	vt_where(body, body.n, (unsigned)VT_L(JSON_DEPTH_MAX), &unused, &depth);
	if (depth > VT_L(JSON_DEPTH_MAX)) {
		*ret_pointer = pointer_at(body, body.n, a);
		return vt_err_set(reterr, VT_E_JSON_TOO_DEEP,
		    "body: at most %zu levels of objects and arrays",
		    VT_L(JSON_DEPTH_MAX));
	}
	*ret = json_loadb(
	    (const char *)body.p, body.n, JSON_REJECT_DUPLICATES, &e);
	if (*ret != NULL)
		return VT_OK;
	*ret_pointer =
	    pointer_at(body, e.position < 0 ? body.n : (size_t)e.position, a);
	return vt_err_set(reterr, code_of(&e),
	    "body: RFC 8259: line %d, column %d: %s", e.line, e.column,
	    code_of(&e) == VT_E_JSON_DUPLICATE_KEY ? "this name stands twice"
	    : code_of(&e) == VT_E_FIELD_VALUE      ? "the number is too large"
						   : "this is not JSON");
}

/* --- judging --- */

/* The way from the root: built only when something is wrong. */
struct step {
	const struct step *up;
	const char *key; /* NULL: index */
	size_t index;
};

struct judge {
	struct vt_arena *arena;
	const char **ret_pointer;
	struct vt_err *reterr;
};

static void
write_pointer(const struct step *at, struct vt_buf *b)
{
	const struct step *way[VT_WHERE_DEPTH];
	size_t n = 0;

	for (; at != NULL && n < VT_WHERE_DEPTH; at = at->up)
		way[n++] = at;
	while (n-- > 0) {
		if (way[n]->key != NULL)
			vt_where_token(b, vt_span_str(way[n]->key));
		else
			vt_buf_printf(b, "/%zu", way[n]->index);
	}
}

static int __attribute__((format(printf, 4, 5))) wrong(const struct judge *j,
    const struct step *at, enum vt_code code, const char *fmt, ...)
{
	VT_BUF_AUTO(pointer);
	VT_BUF_AUTO(text);
	va_list ap;

	write_pointer(at, &pointer);
	*j->ret_pointer = vt_arena_strdup(j->arena, vt_buf_str(&pointer));
	if (*j->ret_pointer == NULL)
		*j->ret_pointer = "";
	va_start(ap, fmt);
	vt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return vt_err_set(j->reterr, code, "%s: %s",
	    pointer.n == 0 ? "body" : vt_buf_str(&pointer), vt_buf_str(&text));
}

static unsigned
type_of(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return VT_SCHEMA_OBJECT;
	case JSON_ARRAY:
		return VT_SCHEMA_ARRAY;
	case JSON_STRING:
		return VT_SCHEMA_STRING;
	case JSON_INTEGER:
		return VT_SCHEMA_INTEGER | VT_SCHEMA_NUMBER;
	case JSON_REAL:
		return VT_SCHEMA_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return VT_SCHEMA_BOOLEAN;
	default:
		return VT_SCHEMA_NULL;
	}
}

static const char *
type_names(unsigned types)
{
	static const char *const names[] = { "an object", "an array",
		"a string", "a whole number", "a number", "true or false",
		"null" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((types & 1u << i) != 0)
			return names[i];
	return "nothing";
}

/* Pieces follow one another greedily: contract.py takes only patterns in which
 * no piece of open length is followed by one that shares a character. */
static bool
pattern_fits(const struct vt_schema *s, struct vt_span t)
{
	size_t at = 0;

	for (size_t i = 0; i < s->npattern; i++) {
		const struct vt_schema_class *c = &s->pattern[i];
		uint32_t n = 0;

		while (at < t.n && n < c->max && t.p[at] < 0x80 &&
		       (c->set[t.p[at] / 8] & 1u << t.p[at] % 8) != 0) {
			at++;
			n++;
		}
		if (n < c->min)
			return false;
	}
	return at == t.n;
}

static bool
value_listed(const struct vt_schema *s, struct vt_span t)
{
	for (size_t i = 0; i < s->nvalues; i++)
		if (vt_span_is(t, s->values[i]))
			return true;
	return false;
}

static bool
format_fits(enum vt_schema_format f, struct vt_span t)
{
	VT_BUF_AUTO(b);
	vt_time time;

	switch (f) {
	case VT_SCHEMA_BASE64:
		return vt_base64_get(t, &b, NULL) == VT_OK;
	case VT_SCHEMA_DATE:
		vt_buf_span(&b, t);
		return t.n == 10 &&
		       vt_time_parse_day(vt_buf_str(&b)) != VT_TIME_NONE;
	case VT_SCHEMA_DATE_TIME:
		vt_buf_span(&b, t);
		return vt_time_parse_rfc3339(vt_buf_str(&b), &time, NULL) ==
		       VT_OK;
	default:
		return true;
	}
}

/* What is wrong with a text, or VT_OK. *ret_what: in words. */
static int
judge_text(const struct vt_schema *s, struct vt_span t, const char **ret_what)
{
	size_t n = vt_utf8_length(t);

	if (n < s->length_min || n > s->length_max) {
		*ret_what = n < s->length_min ? "too short" : "too long";
		return VT_E_FIELD_LENGTH;
	}
	*ret_what = "not one of the values that are accepted here";
	if (s->values != NULL && !value_listed(s, t))
		return VT_E_FIELD_VALUE;
	*ret_what = "not of the form that is wanted here";
	if (s->pattern != NULL && !pattern_fits(s, t))
		return VT_E_FIELD_VALUE;
	*ret_what = s->format == VT_SCHEMA_BASE64
			? "wanted base64 (RFC 4648 §4)"
			: "wanted a date that exists (RFC 3339)";
	return format_fits(s->format, t) ? VT_OK : VT_E_FIELD_VALUE;
}

static bool
number_fits(const struct vt_schema *s, const json_t *v)
{
	if (json_is_integer(v)) {
		json_int_t i = json_integer_value(v);

		return i >= s->min && i <= s->max;
	}
	return (s->min == INT64_MIN || json_real_value(v) >= (double)s->min) &&
	       (s->max == INT64_MAX || json_real_value(v) <= (double)s->max);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a schema, which has no cycle. */
static int judge(const struct judge *j, const struct vt_schema *s, json_t *v,
    const struct step *at);

static int
judge_array(const struct judge *j, const struct vt_schema *s, json_t *v,
    const struct step *at)
{
	size_t n = json_array_size(v);
	int rc;

	if (n < s->length_min || n > s->length_max)
		return wrong(j, at, VT_E_FIELD_LENGTH,
		    "%zu items, wanted %s %u", n,
		    n < s->length_min ? "at least" : "at most",
		    n < s->length_min ? s->length_min : s->length_max);
	for (size_t i = 0; s->items != NULL && i < n; i++) {
		struct step next = { at, NULL, i };

		rc = judge(j, s->items, json_array_get(v, i), &next);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static const struct vt_schema_field *
field_of(const struct vt_schema *s, const char *name)
{
	for (size_t i = 0; i < s->nfields; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
	return NULL;
}

/* The variant that the field `by` names, or NULL. */
static const struct vt_schema *
variant_of(const struct vt_schema *s, json_t *v)
{
	json_t *by = json_object_get(v, s->by);
	struct vt_span t =
	    VT_SPAN(json_string_value(by), json_string_length(by));

	if (!json_is_string(by))
		return NULL;
	for (size_t i = 0; i < s->nvariants; i++) {
		const struct vt_schema_field *f =
		    field_of(s->variants[i], s->by);

		if (f != NULL && value_listed(f->schema, t))
			return s->variants[i];
	}
	return NULL;
}

static int
judge_object(const struct judge *j, const struct vt_schema *s, json_t *v,
    const struct step *at)
{
	const char *key;
	json_t *member;
	int rc;

	json_object_foreach(v, key, member)
	{
		const struct vt_schema_field *f = field_of(s, key);
		struct step next = { at, key, 0 };

		if (f == NULL && !s->open)
			return wrong(j, &next, VT_E_FIELD_UNKNOWN,
			    "there is no such field here");
		if (f != NULL &&
		    (rc = judge(j, f->schema, member, &next)) != VT_OK)
			return rc;
	}
	for (size_t i = 0; i < s->nfields; i++) {
		struct step next = { at, s->fields[i].name, 0 };

		if (s->fields[i].required &&
		    json_object_get(v, s->fields[i].name) == NULL)
			return wrong(
			    j, &next, VT_E_FIELD_REQUIRED, "is required");
	}
	return VT_OK;
}

static int
judge_variant(const struct judge *j, const struct vt_schema *s, json_t *v,
    const struct step *at)
{
	struct step next = { at, s->by, 0 };
	const struct vt_schema *one = variant_of(s, v);
	json_t *by = json_object_get(v, s->by);

	if (one != NULL)
		return judge_object(j, one, v, at);
	if (by == NULL)
		return wrong(j, &next, VT_E_FIELD_REQUIRED, "is required");
	if (!json_is_string(by))
		return wrong(j, &next, VT_E_FIELD_TYPE, "wanted a string");
	return wrong(j, &next, VT_E_FIELD_VALUE,
	    "not one of the values that are accepted here");
}

static int
judge(const struct judge *j, const struct vt_schema *s, json_t *v,
    const struct step *at)
{
	const char *what;
	int rc;

	if ((s->types & type_of(v)) == 0)
		return wrong(
		    j, at, VT_E_FIELD_TYPE, "wanted %s", type_names(s->types));
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return s->by != NULL ? judge_variant(j, s, v, at)
				     : judge_object(j, s, v, at);
	case JSON_ARRAY:
		return judge_array(j, s, v, at);
	case JSON_STRING:
		rc = judge_text(s,
		    VT_SPAN(json_string_value(v), json_string_length(v)),
		    &what);
		return rc == VT_OK ? VT_OK : wrong(j, at, rc, "%s", what);
	case JSON_INTEGER:
	case JSON_REAL:
		return number_fits(s, v) ? VT_OK
					 : wrong(j, at, VT_E_FIELD_VALUE,
					       "wanted %" PRId64 " to %" PRId64,
					       s->min, s->max);
	default:
		return VT_OK;
	}
}
/* NOLINTEND(misc-no-recursion) */

int
vt_schema_check(const struct vt_schema *s, json_t *v, struct vt_arena *a,
    const char **ret_pointer, struct vt_err *reterr)
{
	struct judge j = { a, ret_pointer, reterr };

	*ret_pointer = NULL;
	return judge(&j, s, v, NULL);
}

/* --- parameters --- */

static bool
read_int(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	uint64_t n = 0;
	size_t digits;

	s += minus;
	digits = strlen(s);
	if (digits == 0 || digits > 18 || strspn(s, "0123456789") != digits)
		return false;
	for (; *s != '\0'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

int
vt_schema_check_text(const struct vt_schema *s, const char *name,
    const char *text, struct vt_err *reterr)
{
	const char *what = "wanted true or false";
	int64_t i = 0;
	bool good;

	if ((s->types & VT_SCHEMA_INTEGER) != 0) {
		good = read_int(text, &i) && i >= s->min && i <= s->max;
		if (!good)
			return vt_err_set(reterr, VT_E_PARAMETER_VALUE,
			    "parameter %s: wanted a whole number from %" PRId64
			    " to %" PRId64,
			    name, s->min, s->max);
		return VT_OK;
	}
	if ((s->types & VT_SCHEMA_BOOLEAN) != 0)
		good = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	else
		good = judge_text(s, vt_span_str(text), &what) == VT_OK;
	return good ? VT_OK
		    : vt_err_set(reterr, VT_E_PARAMETER_VALUE,
			  "parameter %s: %s", name, what);
}
