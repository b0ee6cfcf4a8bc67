/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a request's JSON, and judging it by the schema that the contract
 * (api/openapi.yaml) gives. The tables are made at build time by contract.py;
 * what they cannot say a handler checks itself. Pure functions.
 */
#ifndef VT_API_V1_SCHEMA_H
#define VT_API_V1_SCHEMA_H

#include <jansson.h>

#include "base/arena.h"

enum vt_schema_type { /* bits */
	VT_SCHEMA_OBJECT = 1,
	VT_SCHEMA_ARRAY = 2,
	VT_SCHEMA_STRING = 4,
	VT_SCHEMA_INTEGER = 8,
	VT_SCHEMA_NUMBER = 16,
	VT_SCHEMA_BOOLEAN = 32,
	VT_SCHEMA_NULL = 64
};

enum vt_schema_format {
	VT_SCHEMA_PLAIN,
	VT_SCHEMA_BASE64,   /* format: byte, RFC 4648 §4 */
	VT_SCHEMA_DATE,     /* RFC 3339 full-date, a day that exists */
	VT_SCHEMA_DATE_TIME /* RFC 3339 date-time */
};

#define VT_SCHEMA_NO_MAX UINT32_MAX

/* min to max characters out of a set of ASCII: one piece of a pattern. */
struct vt_schema_class {
	uint8_t set[16];
	uint32_t min, max;
};

struct vt_schema;

struct vt_schema_field {
	const char *name;
	const struct vt_schema *schema;
	bool required;
};

struct vt_schema {
	unsigned types; /* enum vt_schema_type */
	enum vt_schema_format format;
	/* Characters of a string, items of an array, fields of an object. */
	uint32_t length_min, length_max;
	int64_t min, max;          /* of a number; INT64_MIN, INT64_MAX: none */
	const char *const *values; /* enum or const: strings; NULL: any */
	size_t nvalues;
	const struct vt_schema_class *pattern; /* NULL: any */
	size_t npattern;
	const struct vt_schema_field *fields;
	size_t nfields;
	bool open; /* fields that are not listed are let pass */
	const struct vt_schema *items;
	/* oneOf with a discriminator: the field `by` chooses the variant. */
	const char *by;
	const struct vt_schema *const *variants;
	size_t nvariants;
};

/*
 * Parses a body (RFC 8259), strictly: UTF-8, no key twice, no NUL, at most
 * JSON_DEPTH_MAX levels. *ret *owned* (json_decref). *ret_pointer: where it
 * went wrong (RFC 6901), in the arena; "" when that is nowhere in particular.
 * Errors: VT_E_JSON_NOT_UTF8, VT_E_JSON_TOO_DEEP, VT_E_JSON_DUPLICATE_KEY,
 * VT_E_FIELD_VALUE (a number that no machine word holds), VT_E_SYNTAX.
 */
VT_NODISCARD int vt_schema_parse(struct vt_span body, struct vt_arena *a,
    json_t **ret, const char **ret_pointer, struct vt_err *reterr);

/*
 * Does the value fit? *ret_pointer: the field that does not, in the arena.
 * Errors: VT_E_FIELD_TYPE, _REQUIRED, _UNKNOWN, _VALUE, _LENGTH.
 * The depth of the walk is that of the schema, which has no cycle.
 */
VT_NODISCARD int vt_schema_check(const struct vt_schema *s, json_t *v,
    struct vt_arena *a, const char **ret_pointer, struct vt_err *reterr);

/*
 * The same for one parameter of a query, which is text: integers and booleans
 * are read from it. Errors: VT_E_PARAMETER_VALUE.
 */
VT_NODISCARD int vt_schema_check_text(const struct vt_schema *s,
    const char *name, const char *text, struct vt_err *reterr);

#endif
