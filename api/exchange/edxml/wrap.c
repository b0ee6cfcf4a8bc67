/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one-entry ZIP that the SDK puts around files of other types: one
 * deflated entry, sizes behind it (the file is read once), no time. */
#include <stdlib.h>
#include <zlib.h>

#include "api/exchange/edxml/wire.h"

#define BLOCK   16384
#define LEVEL   6
#define VERSION 20     /* 2.0: deflate */
#define FLAGS   0x0008 /* CRC and sizes follow the entry */
#define DAY_0   0x0021 /* 1980-01-01, the first that ZIP knows */

enum stage { HEAD, BODY, TAIL, END };

struct vt_wrap {
	struct vt_source *source; /* borrowed */
	uint64_t at;              /* read of it */
	enum stage stage;
	z_stream z;
	struct vt_buf text; /* head or tail, being handed out */
	size_t text_at;
	uint32_t crc;
	uint64_t packed;
	char entry[300];
	uint8_t in[BLOCK];
};

static void
le16(struct vt_buf *b, uint32_t v)
{
	vt_buf_putc(b, (uint8_t)v);
	vt_buf_putc(b, (uint8_t)(v >> 8));
}

static void
le32(struct vt_buf *b, uint32_t v)
{
	le16(b, v & 0xFFFF);
	le16(b, v >> 16);
}

/* What local and central header have in common, from "version needed". */
static void
common(struct vt_wrap *w, bool known)
{
	struct vt_buf *b = &w->text;

	le16(b, VERSION);
	le16(b, FLAGS);
	le16(b, Z_DEFLATED);
	le16(b, 0);
	le16(b, DAY_0);
	le32(b, known ? w->crc : 0);
	le32(b, known ? (uint32_t)w->packed : 0);
	le32(b, known ? (uint32_t)w->source->size : 0);
	le16(b, (uint32_t)strlen(w->entry));
	le16(b, 0); /* extra */
}

static void
put_head(struct vt_wrap *w)
{
	vt_buf_puts(&w->text, "PK\3\4");
	common(w, false);
	vt_buf_puts(&w->text, w->entry);
}

static void
put_tail(struct vt_wrap *w)
{
	struct vt_buf *b = &w->text;
	uint32_t central;
	size_t from;

	vt_buf_puts(b, "PK\7\10");
	le32(b, w->crc);
	le32(b, (uint32_t)w->packed);
	le32(b, (uint32_t)w->source->size);
	central = (uint32_t)(30 + strlen(w->entry) + w->packed + b->n);
	from = b->n;
	vt_buf_puts(b, "PK\1\2");
	le16(b, VERSION);
	common(w, true);
	le16(b, 0); /* comment */
	le16(b, 0); /* disk */
	le16(b, 0); /* internal attributes */
	le32(b, 0); /* external attributes */
	le32(b, 0); /* where the local header is */
	vt_buf_puts(b, w->entry);
	from = b->n - from;
	vt_buf_puts(b, "PK\5\6");
	le16(b, 0);
	le16(b, 0);
	le16(b, 1);
	le16(b, 1);
	le32(b, (uint32_t)from);
	le32(b, central);
	le16(b, 0);
}

int
vt_wrap_new(const char *entry, struct vt_source *s, struct vt_wrap **ret,
    struct vt_err *reterr)
{
	struct vt_wrap *w;

	if (s->size > UINT32_MAX - BLOCK || strlen(entry) >= sizeof(w->entry))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "ZIP: a file below 4 GiB and a short name wanted");
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ZIP: memory");
	if (deflateInit2(&w->z, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
		Z_DEFAULT_STRATEGY) != Z_OK) {
		free(w);
		return vt_err_set(reterr, VT_E_NOMEM, "ZIP: deflate");
	}
	w->source = s;
	w->crc = (uint32_t)crc32(0, NULL, 0);
	memcpy(w->entry, entry, strlen(entry) + 1);
	put_head(w);
	*ret = w;
	return VT_OK;
}

static int
refill(struct vt_wrap *w, struct vt_err *reterr)
{
	uint64_t left = w->source->size - w->at;
	size_t n = left < BLOCK ? (size_t)left : BLOCK;
	int rc = vt_source_read(w->source, w->at, w->in, n, reterr);

	if (rc != VT_OK)
		return rc;
	w->at += n;
	w->crc = (uint32_t)crc32(w->crc, w->in, (uInt)n);
	w->z.next_in = w->in;
	w->z.avail_in = (uInt)n;
	return VT_OK;
}

/* Deflates into p; *ret_n may be 0 only at the end of the entry. */
static int
pack(struct vt_wrap *w, uint8_t *p, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	int z = Z_OK, rc;

	w->z.next_out = p;
	w->z.avail_out = max > UINT32_MAX ? UINT32_MAX : (uInt)max;
	while (w->z.avail_out > 0 && z != Z_STREAM_END) {
		bool last = w->at == w->source->size;

		if (w->z.avail_in == 0 && !last) {
			if ((rc = refill(w, reterr)) != VT_OK)
				return rc;
			last = w->at == w->source->size;
		}
		z = deflate(&w->z, last ? Z_FINISH : Z_NO_FLUSH);
		VT_ASSERT(z == Z_OK || z == Z_STREAM_END || z == Z_BUF_ERROR);
	}
	*ret_n = (size_t)(w->z.next_out - p);
	w->packed += *ret_n;
	if (z == Z_STREAM_END)
		w->stage = TAIL;
	return VT_OK;
}

int
vt_wrap_read(struct vt_wrap *w, uint8_t *p, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	size_t n = 0, got;
	int rc;

	while (n < max && w->stage != END) {
		if (w->stage == BODY) {
			rc = pack(w, p + n, max - n, &got, reterr);
			if (rc != VT_OK)
				return rc;
			n += got;
			if (w->stage == TAIL) {
				vt_buf_reset(&w->text);
				w->text_at = 0;
				put_tail(w);
			}
			continue;
		}
		if ((rc = vt_buf_status(&w->text, reterr)) != VT_OK)
			return rc;
		got = w->text.n - w->text_at;
		if (got > max - n)
			got = max - n;
		memcpy(p + n, w->text.p + w->text_at, got);
		w->text_at += got;
		n += got;
		if (w->text_at == w->text.n)
			w->stage = w->stage == HEAD ? BODY : END;
	}
	*ret_n = n;
	return VT_OK;
}

void
vt_wrap_free(struct vt_wrap *w)
{
	if (w == NULL)
		return;
	(void)deflateEnd(&w->z);
	vt_buf_free(&w->text);
	free(w);
}

void
vt_wire_extension(struct vt_span name, char ret[static 11])
{
	size_t n = 0;

	ret[0] = '\0';
	while (n < name.n && name.p[name.n - 1 - n] != '.')
		n++;
	if (n == name.n || n == 0 || n > 10)
		return;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = name.p[name.n - n + i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
			ret[0] = '\0';
			return;
		}
		ret[i] = (char)c;
	}
	ret[n] = '\0';
}
