/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader's parts, which share one struct vt_reader. */
#ifndef VT_EDXML_READER_H
#define VT_EDXML_READER_H

#include "api/exchange/edxml/fields.h"
#include "api/exchange/edxml/sniff.h"
#include "api/exchange/edxml/wire.h"
#include "base/arena.h"
#include "base/limits.h"

/* Where in a packet an element stands. */
enum vt_place {
	VT_P_DOCUMENT, /* outside the root */
	VT_P_ROOT,
	VT_P_ENVELOPE,
	VT_P_HEADER,
	VT_P_MESSAGE,
	VT_P_TRACE,
	VT_P_BODY,
	VT_P_MANIFEST,
	VT_P_REFERENCE,
	VT_P_ATTACHMENTS,
	VT_P_ATTACHMENT,
	VT_P_GROUP,     /* inside a group of the tables */
	VT_P_LEAF,      /* an element with a value */
	VT_P_BYTES,     /* ContentTransferEncoded */
	VT_P_SIGNATURE, /* kept as text */
	VT_P_UNKNOWN    /* passed over with all it holds */
};

struct vt_frame_xml {
	enum vt_place place;
	const char *name;               /* static, or "" */
	size_t index;                   /* in its list, from 1; 0 = none */
	const struct vt_edxml_group *g; /* its children; NULL: none known */
	void *base;                     /* the structure they go to */
	const struct vt_edxml_field *f; /* of a leaf, or of a list */
	size_t text;                    /* bytes of text so far */
	bool touched;                   /* a value below it was stored */
};

/* An attachment whose bytes are coming. */
struct vt_part {
	bool open;
	bool failed;  /* there is a finding; the rest is passed over */
	bool decided; /* wrapped or not is known */
	size_t index; /* among the attachments */
	size_t last;  /* how many attachments have had bytes */
	struct vt_unbase64 base64;
	struct vt_buf head; /* until it is decided */
	struct vt_unwrap *unwrap;
	struct vt_buf sniff;
	uint64_t start, size;
};

struct vt_reader {
	struct vt_edxml *x;
	struct vt_arena *arena; /* x's */
	const struct vt_edxml_reading *how;
	int rc; /* what stopped the reading */
	struct vt_err err;

	struct vt_frame_xml stack[VT_L(EDXML_DEPTH) + 1];
	size_t depth; /* of the frame on top; 0 = VT_P_DOCUMENT */
	size_t elements;
	struct vt_buf text;      /* of the leaf on top */
	struct vt_buf signature; /* of the packet */
	size_t deep_signature;   /* depth of its element; 0 = outside */
	bool status;             /* a status message by its elements */
	bool header;             /* MessageHeader is over */

	size_t findings_cap;
	struct vt_edxml_attachment *refs; /* of the manifest */
	size_t n_refs;
	struct vt_part part;
	uint64_t out; /* bytes given to the sink */
};

/* An empty packet with its arena; NULL without memory. */
struct vt_edxml *vt_edxml_new(void);

/* The first failure counts. Returns r->rc. */
int vt_reader_fail(struct vt_reader *r, const struct vt_err *err);
int vt_reader_stop(struct vt_reader *r, enum vt_code code, const char *fmt, ...)
    VT_PRINTF(3, 4);
/* Memory of the packet; NULL after vt_reader_stop. */
void *vt_reader_alloc(struct vt_reader *r, size_t n);
/* Adds one to a list in the arena and returns the new element, zeroed. */
void *vt_reader_append(struct vt_reader *r, void *list, size_t *n, size_t size);

/* ---- findings (findings.c) ---- */

/* At the element on top. detail: cut to a line; may be NULL. */
void vt_reader_finding(
    struct vt_reader *r, enum vt_edxml_rule rule, struct vt_span detail);
/* At a place of its own. */
void vt_reader_finding_at(struct vt_reader *r, enum vt_edxml_rule rule,
    const char *at, struct vt_span detail);
VT_NODISCARD int vt_edxml_add_finding(struct vt_edxml *x,
    enum vt_edxml_rule rule, const char *at, struct vt_span detail,
    struct vt_err *reterr);
/* Worst first; stable. */
void vt_edxml_sort_findings(struct vt_edxml *x);

/* ---- elements (tree.c): what the XML parser tells ---- */

struct vt_attribute {
	struct vt_span uri, name, value; /* borrowed */
};

void vt_tree_start(struct vt_reader *r, const char *uri, const char *name,
    const struct vt_attribute *attributes, size_t n);
void vt_tree_text(struct vt_reader *r, struct vt_span s);
void vt_tree_end(struct vt_reader *r, const char *name);
static inline enum vt_place
vt_tree_place(const struct vt_reader *r)
{
	return r->stack[r->depth].place;
}

/* ---- values (value.c): from text to members ---- */

/* Sets what stands for "absent" in a new structure. */
void vt_value_init(const struct vt_edxml_group *g, void *base);
/* The leaf on top is over; r->text is its value. */
void vt_value_store(struct vt_reader *r, const struct vt_frame_xml *leaf);

/* ---- attachments (part.c) ---- */

/* Bytes of attachment `index` follow: as base64 text, or decoded. */
void vt_part_begin(struct vt_reader *r, size_t index);
void vt_part_text(struct vt_reader *r, struct vt_span s);
void vt_part_bytes(struct vt_reader *r, struct vt_span s);
/* encoded: they came as text, which must have ended well. */
void vt_part_end(struct vt_reader *r, bool encoded);
void vt_part_drop(struct vt_reader *r); /* frees; nothing is noted */
/* The same without "cid:" and angle brackets; borrowed. */
struct vt_span vt_part_id(struct vt_span s);

/* ---- content (sniff.c; sniff.h has what the writer uses too) ---- */

/* Static media type of what begins like this; name: of the file, helps among
 * archives. "application/octet-stream" when nothing is known. */
const char *vt_sniff_type(struct vt_span head, const char *name);
/* The media type does not fit the extension of the name. */
bool vt_sniff_mismatch(const char *media_type, const char *name);
/* A PDF that went through a text decoder: its bytes above 127 became U+FFFD.
 * head: its first EDXML_SNIFF_MAX bytes. */
bool vt_sniff_ruined_pdf(struct vt_span head);

/* ---- the end (finish.c) ---- */

/* All was read, or r->rc stopped it behind the header: attachments meet their
 * references, the rules that need no receiver are applied. */
void vt_reader_finish(struct vt_reader *r);

/* ---- MIME of the oldest form (mime.c) ---- */

struct vt_mime;

/* xml: gets the bytes of the first part, and none at its end. */
VT_NODISCARD int vt_mime_new(struct vt_reader *r, vt_edxml_sink *xml, void *arg,
    struct vt_mime **ret, struct vt_err *reterr);
VT_NODISCARD int vt_mime_put(
    struct vt_mime *m, struct vt_span s, struct vt_err *reterr);
VT_NODISCARD int vt_mime_end(struct vt_mime *m, struct vt_err *reterr);
void vt_mime_free(struct vt_mime *m);

#endif
