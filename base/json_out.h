/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streaming JSON writer (RFC 8259) into a vt_buf: compact or indented,
 * strings escaped, keys in the order written. Nesting and commas are its
 * business; misuse is asserted. Reading JSON is jansson's, in api only.
 */
#ifndef VT_BASE_JSON_OUT_H
#define VT_BASE_JSON_OUT_H

#include "base/buf.h"
#include "base/id.h"

struct vt_json {
	struct vt_buf *b;
	bool pretty;     /* two-space indent and newlines */
	int depth;       /* at most 32 */
	bool first[33];  /* nothing written yet at this depth */
	bool in_object[33];
	bool after_key;
};

void vt_json_open(struct vt_json *j, struct vt_buf *b, bool pretty);
void vt_json_object(struct vt_json *j);
void vt_json_array(struct vt_json *j);
void vt_json_end(struct vt_json *j); /* closes the innermost */
void vt_json_key(struct vt_json *j, const char *key);

void vt_json_str(struct vt_json *j, const char *s); /* NULL gives null */
void vt_json_text(struct vt_json *j, struct vt_span s); /* bad UTF-8: U+FFFD */
void vt_json_int(struct vt_json *j, int64_t v);
void vt_json_uint(struct vt_json *j, uint64_t v);
void vt_json_bool(struct vt_json *j, bool v);
void vt_json_null(struct vt_json *j);
void vt_json_id(struct vt_json *j, const vt_id *id);
void vt_json_hash(struct vt_json *j, const vt_hash *h); /* hex */
void vt_json_time(struct vt_json *j, vt_time t); /* RFC 3339 in UTC+7 */
void vt_json_base64(struct vt_json *j, struct vt_span s); /* RFC 4648 §4 */

/* key and value at once */
void vt_json_kstr(struct vt_json *j, const char *key, const char *s);
void vt_json_kint(struct vt_json *j, const char *key, int64_t v);
void vt_json_kuint(struct vt_json *j, const char *key, uint64_t v);
void vt_json_kbool(struct vt_json *j, const char *key, bool v);
void vt_json_kid(struct vt_json *j, const char *key, const vt_id *id);
void vt_json_khash(struct vt_json *j, const char *key, const vt_hash *h);
void vt_json_ktime(struct vt_json *j, const char *key, vt_time t);

#endif
