/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of an attachment on the wire, as streams: base64 (RFC 4648 §4)
 * and the one-entry ZIP (APPNOTE 6.3). No XML here. */
#ifndef VT_EDXML_WIRE_H
#define VT_EDXML_WIRE_H

#include "api/exchange/edxml/edxml.h"

/* ---- base64 ---- */

#define VT_BASE64_ROOM(n) (((n) + 2) / 3 * 4)

/* Encodes n bytes with padding; returns the number of characters. */
size_t vt_wire_base64(char *out, const uint8_t *p, size_t n);

struct vt_unbase64 {
	uint32_t group; /* digits that wait for their group of four */
	unsigned n;     /* how many, 0 to 3 */
	unsigned pad;   /* = that must still come */
	bool ended;     /* = was seen: no digit may follow */
	bool failed;
};

/*
 * Decodes what it is given; white space is passed over. out has room for
 * n / 4 * 3 + 3 bytes; returns how many were written. After anything that is
 * not base64 u->failed is set and nothing more comes.
 */
size_t vt_unbase64_put(
    struct vt_unbase64 *u, uint8_t *out, const uint8_t *p, size_t n);
/* True when what came ended with a whole group. */
bool vt_unbase64_end(const struct vt_unbase64 *u);

#define VT_WIRE_LOCAL 30 /* fixed part of a ZIP's local header */

/* ---- the wrapper, written ---- */

struct vt_wrap;

/* entry: name of the one entry. The source is borrowed until _free. */
VT_NODISCARD int vt_wrap_new(const char *entry, struct vt_source *s,
    struct vt_wrap **ret, struct vt_err *reterr);
/* The next bytes of the ZIP, at most max; 0 at its end. */
VT_NODISCARD int vt_wrap_read(struct vt_wrap *w, uint8_t *p, size_t max,
    size_t *ret_n, struct vt_err *reterr);
void vt_wrap_free(struct vt_wrap *w);

/* ---- the wrapper, read ---- */

struct vt_unwrap;

/* sink gets the entry's bytes. */
VT_NODISCARD int vt_unwrap_new(vt_edxml_sink *sink, void *arg,
    struct vt_unwrap **ret, struct vt_err *reterr);
/*
 * The next bytes of the ZIP. Returns VT_OK, the sink's error, VT_E_NOMEM, or
 * VT_E_INVALID for a ZIP that is refused: then vt_unwrap_rule() says why and
 * no more may be put.
 */
VT_NODISCARD int vt_unwrap_put(
    struct vt_unwrap *u, struct vt_span s, struct vt_err *reterr);
/* All has come. Same errors. */
VT_NODISCARD int vt_unwrap_end(struct vt_unwrap *u, struct vt_err *reterr);
/* The rule that was broken; VT_EDXML_R__MAX when none. */
enum vt_edxml_rule vt_unwrap_rule(const struct vt_unwrap *u);
/* The entry's name would have led out of a folder (it is never used). */
bool vt_unwrap_strays(const struct vt_unwrap *u);
void vt_unwrap_free(struct vt_unwrap *u);

/* What follows the last dot of a name, lower case ASCII, at most 10 letters
 * and digits; "" when there is none. */
void vt_wire_extension(struct vt_span name, char ret[static 11]);

#endif
