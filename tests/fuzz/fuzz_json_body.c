/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Request bodies: the first byte chooses an operation of the contract, the
 * rest is its JSON. Whatever comes, the answer is one of the codes that are
 * promised, with a pointer that leads somewhere; and what is accepted is
 * accepted again when it is written anew.
 */
#include <jansson.h>
#include <string.h>

#include "api/v1/contract.h"
#include "base/limits.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

static const struct vt_schema *
schema_of(uint8_t choice)
{
	size_t n = 0, at;

	for (size_t i = 0; i < vt_contract_n; i++)
		n += vt_contract_ops[i].body != NULL;
	VT_FUZZ_HOLDS(n > 0);
	at = choice % n;
	for (size_t i = 0; i < vt_contract_n; i++)
		if (vt_contract_ops[i].body != NULL && at-- == 0)
			return vt_contract_ops[i].body;
	return NULL;
}

/* "" or tokens behind slashes, in UTF-8, ~ only as ~0 and ~1. */
static void
check_pointer(const char *p)
{
	VT_FUZZ_HOLDS(p != NULL && (*p == '\0' || *p == '/'));
	VT_FUZZ_HOLDS(vt_utf8_is_valid(vt_span_str(p)));
	for (; *p != '\0'; p++)
		VT_FUZZ_HOLDS(*p != '~' || p[1] == '0' || p[1] == '1');
}

static json_t *
step_to(json_t *v, const char *token, size_t n)
{
	char name[1024];
	size_t to = 0;

	if (json_is_array(v))
		return json_array_get(v, strtoul(token, NULL, 10));
	for (size_t i = 0; i < n; i++) {
		if (to == sizeof(name) - 1)
			return NULL; /* longer than any that is asked here */
		if (token[i] == '~')
			name[to++] = token[++i] == '0' ? '~' : '/';
		else
			name[to++] = token[i];
	}
	name[to] = '\0';
	return json_object_get(v, name);
}

/* All but the last token name what is there: the last may be what is not. */
static void
check_leads(json_t *root, const char *p)
{
	json_t *v = root;

	while (*p == '/') {
		const char *end = strchr(p + 1, '/');

		if (end == NULL || end - p > 1000)
			return;
		v = step_to(v, p + 1, (size_t)(end - p - 1));
		VT_FUZZ_HOLDS(v != NULL);
		p = end;
	}
}

static bool
is_field_code(int rc)
{
	return rc == VT_E_FIELD_TYPE || rc == VT_E_FIELD_REQUIRED ||
	       rc == VT_E_FIELD_UNKNOWN || rc == VT_E_FIELD_VALUE ||
	       rc == VT_E_FIELD_LENGTH;
}

static void
check_again(const struct vt_schema *s, json_t *root, struct vt_arena *a)
{
	char *text = json_dumps(root, JSON_COMPACT);
	const char *pointer;
	json_t *copy = NULL;

	VT_FUZZ_HOLDS(text != NULL);
	VT_FUZZ_HOLDS(vt_schema_parse(vt_span_str(text), a, &copy, &pointer,
			  NULL) == VT_OK);
	VT_FUZZ_HOLDS(vt_schema_check(s, copy, a, &pointer, NULL) == VT_OK);
	VT_FUZZ_HOLDS(json_equal(root, copy));
	json_decref(copy);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_err err = VT_ERR_INIT;
	const struct vt_schema *s;
	const char *pointer = NULL;
	struct vt_arena *a;
	json_t *root = NULL;
	int rc;

	if (n == 0 || n > VT_L(JSON_BODY_MAX))
		return 0;
	a = vt_arena_new((size_t)4 << 20);
	VT_FUZZ_HOLDS(a != NULL);
	s = schema_of(p[0]);
	rc = vt_schema_parse(VT_SPAN(p + 1, n - 1), a, &root, &pointer, &err);
	check_pointer(pointer);
	if (rc == VT_OK) {
		rc = vt_schema_check(s, root, a, &pointer, &err);
		VT_FUZZ_HOLDS(rc == VT_OK || is_field_code(rc));
		if (rc == VT_OK) {
			check_again(s, root, a);
		} else {
			check_pointer(pointer);
			check_leads(root, pointer);
		}
	} else {
		VT_FUZZ_HOLDS(root == NULL && err.msg[0] != '\0');
		VT_FUZZ_HOLDS(rc == VT_E_SYNTAX || rc == VT_E_FIELD_VALUE ||
			      rc == VT_E_JSON_NOT_UTF8 ||
			      rc == VT_E_JSON_DUPLICATE_KEY ||
			      rc == VT_E_JSON_TOO_DEEP);
	}
	json_decref(root);
	vt_arena_free(a);
	return 0;
}

#define H "0123456789abcdef0123456789abcdef"

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const char *const seeds[] = {
		"{}",
		"[]",
		"{\"direction\":\"out\",\"meta\":{\"subject\":\"V/v\","
		"\"urgency\":1,\"due_on\":\"2026-02-28\",\"recipients\":"
		"[{\"code\":\"H99.31\",\"name\":null}]},\"files\":[{"
		"\"upload\":\"" H "\",\"name\":\"a.pdf\"}]}",
		"{\"act\":\"submit\",\"initials\":1,\"places\":{\"number\":"
		"{\"page\":0,\"x\":1.5,\"y\":2,\"w\":3,\"h\":4}}}",
		"{\"act\":\"approve\",\"main\":\"" H H "\"}",
		"{\"act\":\"assign\",\"lead\":\"" H "\",\"with\":[\"" H
		"\"],\"due_on\":\"2026-12-31\"}",
		"{\"act\":\"sign\",\"pin\":\"1\",\"number_first\":true}",
		"{\"a\":{\"b\":[1,{\"c~d/e\":\"\\u00e1\"}]}}",
		"[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]",
		"{\"act\":1,\"act\":2}",
		"{\"pages\":99999999999999999999,\"x\":1e999}",
		"{\"s\":\"\xc3\x28\"}",
		"{\"value\":\"MA==\",\"chain\":[\"MA==\"]}",
	};
	static uint8_t one[512];
	size_t ops = 24, n;

	if (i >= ops * (sizeof(seeds) / sizeof(seeds[0])))
		return NULL;
	n = strlen(seeds[i / ops]);
	one[0] = (uint8_t)(i % ops);
	memcpy(one + 1, seeds[i / ops], n);
	*ret_n = n + 1;
	return one;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "\"act\":",
		"\"direction\":\"out\"", "\"files\":[", "\"meta\":{",
		"\"recipients\":[", "\"upload\":", "\"name\":", "\"note\":",
		"\"main\":", "\"initials\":", "\"places\":{",
		"\"page\":", "\"reason\":", "null", "true", "\\ud800",
		"\\u0000", "1e999", "-0", "~0~1" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
