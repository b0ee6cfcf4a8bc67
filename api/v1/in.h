/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading request bodies: the contract judges the whole of it first (schema.h),
 * then these functions take the fields. What the contract cannot say fails
 * here: the first failure is kept, with the JSON pointer of the field; later
 * reads give empty values, and vt_in_ok tells at the end. What is handed out
 * is *borrowed until vt_in_close*.
 */
#ifndef VT_API_V1_IN_H
#define VT_API_V1_IN_H

#include <jansson.h>

#include "api/http/http.h"
#include "base/secret.h"

struct vt_in {
	struct vt_http_req *req;
	json_t *root;
	int rc;
	struct vt_err *reterr;
	struct vt_buf secrets; /* tags of those that were taken out */
};

/* An object inside a body, and its pointer ("" for the root). */
struct vt_in_obj {
	struct vt_in *in;
	json_t *o; /* NULL when absent: all its fields are absent then */
	const char *at;
};

/*
 * Errors: those of vt_schema_parse and vt_schema_check. An empty body counts
 * as {}. vt_in_close in any case.
 */
VT_NODISCARD int vt_in_open(
    struct vt_in *in, struct vt_http_req *req, struct vt_err *reterr);
void vt_in_close(struct vt_in *in);
#define VT_IN_AUTO(name)                                                       \
	__attribute__((cleanup(vt_in_close))) struct vt_in name = { 0 }

struct vt_in_obj vt_in_root(struct vt_in *in);

/* VT_OK, or the first failure. */
VT_NODISCARD int vt_in_ok(const struct vt_in *in);

/* Absent or null: NULL, 0, false, empty. */
const char *vt_in_str(const struct vt_in_obj *o, const char *key);
uint64_t vt_in_uint(const struct vt_in_obj *o, const char *key, uint64_t max);
double vt_in_real(const struct vt_in_obj *o, const char *key);
bool vt_in_bool(const struct vt_in_obj *o, const char *key);
bool vt_in_has(const struct vt_in_obj *o, const char *key);
/* Base64; decoded into the request's arena. */
struct vt_span vt_in_bytes(const struct vt_in_obj *o, const char *key);

/* Must be there. */
const char *vt_in_need_str(const struct vt_in_obj *o, const char *key);
vt_id vt_in_need_id(const struct vt_in_obj *o, const char *key);
vt_hash vt_in_need_hash(const struct vt_in_obj *o, const char *key);
struct vt_span vt_in_need_bytes(const struct vt_in_obj *o, const char *key);

struct vt_in_obj vt_in_object(const struct vt_in_obj *o, const char *key);
/* Length of an array; at most max. */
size_t vt_in_array(const struct vt_in_obj *o, const char *key, size_t max);
struct vt_in_obj vt_in_item(
    const struct vt_in_obj *o, const char *key, size_t i);
const char *vt_in_item_str(
    const struct vt_in_obj *o, const char *key, size_t i);
struct vt_span vt_in_item_bytes(
    const struct vt_in_obj *o, const char *key, size_t i);

/* A failure of the caller's own making, at a field. Returns code. */
int vt_in_fail(const struct vt_in_obj *o, const char *key, enum vt_code code,
    const char *fmt, ...) VT_PRINTF(4, 5);

/* What the office refused is about this field: the answer says where it is. */
void vt_in_about(const struct vt_in_obj *o, const char *key);

/*
 * Takes a secret out of the body: its text is wiped in the parsed tree, and
 * the field is removed. NULL when absent. The request's hash has a keyed tag of
 * it (vt_office_secret_tag); of a PIN it has none.
 */
struct vt_secret *vt_in_take_secret(const struct vt_in_obj *o, const char *key);
struct vt_secret *vt_in_take_pin(const struct vt_in_obj *o, const char *key);

/*
 * SHA-256 over method, path, the parsed body (sorted, without what was taken
 * out) and the tags of secrets: equal for equal requests however they are
 * spelt.
 */
VT_NODISCARD int vt_in_hash(
    const struct vt_in *in, vt_hash *ret, struct vt_err *reterr);

#endif
