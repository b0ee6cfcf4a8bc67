/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one-entry ZIP, read as it streams by: local header, entry, perhaps a
 * data descriptor, one central header, the end record, nothing else. What
 * they say of the entry must agree with what came; its name is never used.
 */
#include <stdlib.h>
#define ZLIB_CONST /* input is read only */
#include <zlib.h>

#include "api/exchange/edxml/wire.h"
#include "base/limits.h"

#define OUT 65536

enum stage {
	LOCAL,      /* the fixed part of the local header */
	LOCAL_REST, /* name and extra */
	BODY,
	DESCRIPTOR,
	CENTRAL, /* fixed part */
	CENTRAL_REST,
	LAST, /* end of central directory, fixed part */
	COMMENT,
	END
};

struct vt_unwrap {
	vt_edxml_sink *sink;
	void *arg;
	enum stage stage;
	enum vt_edxml_rule rule;
	bool strays, descriptor;
	uint8_t held[64]; /* of a fixed part */
	size_t n_held;
	size_t skip; /* bytes of a variable part still to come */
	struct vt_buf name;
	size_t name_left;
	/* as the local header states, or 0 with a descriptor */
	uint32_t method, want_crc;
	uint64_t want_packed, want_size;
	/* as they came */
	uint32_t crc;
	uint64_t packed, size;
	bool inflating; /* z is initialised */
	z_stream z;
	uint8_t out[OUT];
};

int
vt_unwrap_new(vt_edxml_sink *sink, void *arg, struct vt_unwrap **ret,
    struct vt_err *reterr)
{
	struct vt_unwrap *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ZIP: memory");
	u->sink = sink;
	u->arg = arg;
	u->rule = VT_EDXML_R__MAX;
	u->crc = (uint32_t)crc32(0, NULL, 0);
	vt_buf_init(&u->name, VT_L(EDXML_WRAPPER_NAME));
	*ret = u;
	return VT_OK;
}

static uint32_t
le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static int
refuse(struct vt_unwrap *u, enum vt_edxml_rule rule, const char *why,
    struct vt_err *reterr)
{
	u->rule = rule;
	return vt_err_set(
	    reterr, VT_E_INVALID, "ZIP around an attachment: %s", why);
}

static int
form(struct vt_unwrap *u, const char *why, struct vt_err *reterr)
{
	return refuse(u, VT_EDXML_R_ZIP_FORM, why, reterr);
}

/* ---- the headers ---- */

static int
local(struct vt_unwrap *u, struct vt_err *reterr)
{
	const uint8_t *p = u->held;
	uint32_t flags = le16(p + 6);

	if (memcmp(p, "PK\3\4", 4) != 0)
		return form(u, "no local header", reterr);
	if ((flags & 0x2041) != 0)
		return refuse(u, VT_EDXML_R_ZIP_ENCRYPTED, "encrypted", reterr);
	u->method = le16(p + 8);
	if (u->method != 0 && u->method != Z_DEFLATED)
		return form(u, "method 0 or 8 wanted", reterr);
	u->descriptor = (flags & 8) != 0;
	u->want_crc = le32(p + 14);
	u->want_packed = le32(p + 18);
	u->want_size = le32(p + 22);
	if (u->want_packed == UINT32_MAX || u->want_size == UINT32_MAX)
		return form(u, "ZIP64 is for larger files", reterr);
	if (u->descriptor && u->method == 0)
		return form(u, "a stored entry without its size", reterr);
	if (!u->descriptor && u->method == 0 && u->want_packed != u->want_size)
		return form(u, "a stored entry of two sizes", reterr);
	u->name_left = le16(p + 26);
	if (u->name_left > VT_L(EDXML_WRAPPER_NAME))
		return form(u, "name longer than EDXML_WRAPPER_NAME", reterr);
	u->skip = u->name_left + le16(p + 28);
	u->stage = LOCAL_REST;
	return VT_OK;
}

/* The name is never used; that it tries is worth a note. */
static void
look_at_name(struct vt_unwrap *u)
{
	struct vt_span s = vt_buf_view(&u->name);

	u->strays = s.n > 0 && (s.p[0] == '/' || s.p[0] == '\\');
	for (size_t i = 0; i < s.n && !u->strays; i++)
		u->strays =
		    s.p[i] == ':' || s.p[i] == '\0' ||
		    (s.n - i >= 2 && memcmp(s.p + i, "..", 2) == 0 &&
			(i == 0 || s.p[i - 1] == '/' || s.p[i - 1] == '\\'));
}

static int
begin_body(struct vt_unwrap *u, struct vt_err *reterr)
{
	look_at_name(u);
	u->stage = BODY;
	if (u->method != Z_DEFLATED)
		return VT_OK;
	if (inflateInit2(&u->z, -MAX_WBITS) != Z_OK)
		return vt_err_set(reterr, VT_E_NOMEM, "ZIP: inflate");
	u->inflating = true;
	return VT_OK;
}

/* The entry is over: what was stated, now or before, must be what came. */
static int
agree(struct vt_unwrap *u, const uint8_t *said, struct vt_err *reterr)
{
	if (le32(said + 4) != u->packed || le32(said + 8) != u->size)
		return form(u, "sizes differ from what is stated", reterr);
	if (le32(said) != u->crc)
		return refuse(
		    u, VT_EDXML_R_ZIP_CRC, "the checksum differs", reterr);
	return VT_OK;
}

static int
end_body(struct vt_unwrap *u, struct vt_err *reterr)
{
	u->n_held = 0;
	u->stage = u->descriptor ? DESCRIPTOR : CENTRAL;
	if (u->descriptor)
		return VT_OK;
	if (u->want_packed != u->packed || u->want_size != u->size)
		return form(u, "sizes differ from what is stated", reterr);
	if (u->want_crc != u->crc)
		return refuse(
		    u, VT_EDXML_R_ZIP_CRC, "the checksum differs", reterr);
	return VT_OK;
}

static int
central(struct vt_unwrap *u, struct vt_err *reterr)
{
	const uint8_t *p = u->held;
	int rc;

	if (memcmp(p, "PK\3\4", 4) == 0)
		return refuse(
		    u, VT_EDXML_R_ZIP_ENTRIES, "a second entry", reterr);
	if (memcmp(p, "PK\1\2", 4) != 0)
		return form(u, "no central directory", reterr);
	if ((rc = agree(u, p + 16, reterr)) != VT_OK)
		return rc;
	if (le16(p + 10) != u->method || le32(p + 42) != 0)
		return form(u, "central and local header differ", reterr);
	u->skip = (size_t)le16(p + 28) + le16(p + 30) + le16(p + 32);
	u->stage = CENTRAL_REST;
	return VT_OK;
}

static int
last(struct vt_unwrap *u, struct vt_err *reterr)
{
	const uint8_t *p = u->held;

	if (memcmp(p, "PK\1\2", 4) == 0)
		return refuse(
		    u, VT_EDXML_R_ZIP_ENTRIES, "a second entry", reterr);
	if (memcmp(p, "PK\5\6", 4) != 0)
		return form(u, "no end record", reterr);
	if (le16(p + 8) != 1 || le16(p + 10) != 1)
		return refuse(u, VT_EDXML_R_ZIP_ENTRIES,
		    "the end record counts another number of entries than one",
		    reterr);
	u->skip = le16(p + 20);
	u->stage = u->skip == 0 ? END : COMMENT;
	return VT_OK;
}

/* ---- the entry ---- */

static int
hand_on(struct vt_unwrap *u, const uint8_t *p, size_t n, struct vt_err *reterr)
{
	if (n == 0)
		return VT_OK;
	u->size += n;
	u->crc = (uint32_t)crc32(u->crc, p, (uInt)n);
	if (u->size > VT_L(EDXML_WRAPPER_FREE) &&
	    u->size / VT_L(EDXML_RATIO_MAX) > u->packed)
		return refuse(u, VT_EDXML_R_ZIP_RATIO,
		    "it inflates beyond EDXML_RATIO_MAX", reterr);
	return u->sink(u->arg, VT_SPAN(p, n), reterr);
}

static int
stored(struct vt_unwrap *u, struct vt_span *s, struct vt_err *reterr)
{
	uint64_t left = u->want_packed - u->packed;
	size_t n = left < s->n ? (size_t)left : s->n;
	int rc;

	u->packed += n;
	if ((rc = hand_on(u, s->p, n, reterr)) != VT_OK)
		return rc;
	s->p += n;
	s->n -= n;
	return u->packed == u->want_packed ? end_body(u, reterr) : VT_OK;
}

static int
deflated(struct vt_unwrap *u, struct vt_span *s, struct vt_err *reterr)
{
	int z, rc;

	u->z.next_in = s->p;
	u->z.avail_in = s->n > UINT32_MAX ? UINT32_MAX : (uInt)s->n;
	do {
		uInt before = u->z.avail_in;

		u->z.next_out = u->out;
		u->z.avail_out = OUT;
		z = inflate(&u->z, Z_NO_FLUSH);
		if (z == Z_MEM_ERROR)
			return vt_err_set(reterr, VT_E_NOMEM, "ZIP: inflate");
		if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
			return form(u, "the deflated bytes are broken", reterr);
		u->packed += before - u->z.avail_in;
		rc = hand_on(u, u->out, OUT - u->z.avail_out, reterr);
		if (rc != VT_OK)
			return rc;
	} while (z != Z_STREAM_END && u->z.avail_out == 0);
	s->p += s->n - u->z.avail_in;
	s->n = u->z.avail_in;
	return z == Z_STREAM_END ? end_body(u, reterr) : VT_OK;
}

/* ---- the stream ---- */

/* Fills held up to n; true when it is there. */
static bool
fixed(struct vt_unwrap *u, struct vt_span *s, size_t n)
{
	size_t k = n > u->n_held ? n - u->n_held : 0;

	if (k > s->n)
		k = s->n;
	memcpy(u->held + u->n_held, s->p, k);
	u->n_held += k;
	s->p += k;
	s->n -= k;
	return u->n_held >= n;
}

/* Passes over a variable part; true when it is over. */
static bool
passed(struct vt_unwrap *u, struct vt_span *s)
{
	size_t k = u->skip < s->n ? u->skip : s->n;
	size_t name = u->name_left < k ? u->name_left : k;

	vt_buf_put(&u->name, s->p, name);
	u->name_left -= name;
	u->skip -= k;
	s->p += k;
	s->n -= k;
	u->n_held = 0;
	return u->skip == 0;
}

/* With its signature, or, in old files, without. */
static int
descriptor(struct vt_unwrap *u, struct vt_span *s, struct vt_err *reterr)
{
	bool named;
	int rc;

	if (!fixed(u, s, 4))
		return VT_OK;
	named = memcmp(u->held, "PK\7\10", 4) == 0 && u->crc != 0x08074b50;
	if (!fixed(u, s, named ? 16 : 12))
		return VT_OK;
	rc = agree(u, u->held + (named ? 4 : 0), reterr);
	u->n_held = 0;
	u->stage = CENTRAL;
	return rc;
}

static int
one_step(struct vt_unwrap *u, struct vt_span *s, struct vt_err *reterr)
{
	switch (u->stage) {
	case LOCAL:
		return fixed(u, s, 30) ? local(u, reterr) : VT_OK;
	case LOCAL_REST:
		return passed(u, s) ? begin_body(u, reterr) : VT_OK;
	case BODY:
		return u->method == 0 ? stored(u, s, reterr)
				      : deflated(u, s, reterr);
	case DESCRIPTOR:
		return descriptor(u, s, reterr);
	case CENTRAL:
		return fixed(u, s, 46) ? central(u, reterr) : VT_OK;
	case CENTRAL_REST:
		if (passed(u, s))
			u->stage = LAST;
		return VT_OK;
	case LAST:
		return fixed(u, s, 22) ? last(u, reterr) : VT_OK;
	case COMMENT:
		if (passed(u, s))
			u->stage = END;
		return VT_OK;
	case END:
		return form(u, "bytes behind its end", reterr);
	default:
		VT_ASSERT(false); /* no other stage */
		return VT_E_INTERNAL;
	}
}

/* Parts without length are passed at once, so that they end with the bytes
 * before them. */
static bool
goes_on(const struct vt_unwrap *u)
{
	return (u->stage == LOCAL_REST || u->stage == CENTRAL_REST)
		   ? u->skip == 0
		   : u->stage == BODY && u->method == 0 &&
			 u->packed == u->want_packed;
}

int
vt_unwrap_put(struct vt_unwrap *u, struct vt_span s, struct vt_err *reterr)
{
	int rc = VT_OK;

	VT_ASSERT(u->rule == VT_EDXML_R__MAX);
	while (rc == VT_OK && (s.n > 0 || goes_on(u)))
		rc = one_step(u, &s, reterr);
	return rc;
}

int
vt_unwrap_end(struct vt_unwrap *u, struct vt_err *reterr)
{
	VT_ASSERT(u->rule == VT_EDXML_R__MAX);
	if (u->stage == END)
		return VT_OK;
	if (u->stage == CENTRAL && u->n_held >= 4 &&
	    memcmp(u->held, "PK\3\4", 4) == 0)
		return refuse(
		    u, VT_EDXML_R_ZIP_ENTRIES, "a second entry", reterr);
	return form(u, "it breaks off", reterr);
}

enum vt_edxml_rule
vt_unwrap_rule(const struct vt_unwrap *u)
{
	return u->rule;
}

bool
vt_unwrap_strays(const struct vt_unwrap *u)
{
	return u->strays;
}

void
vt_unwrap_free(struct vt_unwrap *u)
{
	if (u == NULL)
		return;
	if (u->inflating)
		(void)inflateEnd(&u->z);
	vt_buf_free(&u->name);
	free(u);
}
