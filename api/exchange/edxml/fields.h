/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The elements of a packet as tables. Writer, reader, codec and JSON all walk
 * them, so that none can know an element the others forget.
 *
 * A group is an element with children; its fields stand in the order in which
 * the SDK writes them (any order is read), with ascending keys.
 */
#ifndef VT_EDXML_FIELDS_H
#define VT_EDXML_FIELDS_H

#include "api/exchange/edxml/edxml.h"

enum vt_edxml_field_kind {
	VT_F_TEXT = 1, /* const char *: as it stands */
	VT_F_CODE,     /* const char *: trimmed; "null" is absent */
	VT_F_NUMBER,   /* int64_t: 0 to max */
	VT_F_DAY,      /* struct vt_edxml_day */
	VT_F_STAMP,    /* struct vt_edxml_stamp */
	VT_F_GROUP,    /* a structure inside this one */
	VT_F_FLAT,     /* a group whose fields are members of this one */
	VT_F_GROUPS,   /* pointer and count of structures */
	VT_F_TEXTS,    /* pointer and count of const char * */
	VT_F_BYTES     /* base64; handled by the reader and writer */
};

struct vt_edxml_group;

struct vt_edxml_field {
	const char *name;  /* of the element */
	const char *json;  /* of the member; NULL: not shown */
	uint8_t kind;      /* enum vt_edxml_field_kind */
	uint8_t key;       /* in CBOR; never reused; 0: not kept */
	uint8_t digits;    /* NUMBER: at least so many */
	bool wanted;       /* a writer must have it */
	bool read_only;    /* met in older forms; never written */
	uint16_t max;      /* characters, or the largest number */
	uint16_t at, at_n; /* offsets of the member and of its count */
	const struct vt_edxml_group *group;
};

struct vt_edxml_group {
	const struct vt_edxml_field *fields;
	size_t n;
	size_t size; /* of the structure; 0 for a flat one */
};

/* children of MessageHeader, into struct vt_edxml_document */
extern const struct vt_edxml_group vt_edxml_g_header;
/* the same of a status message, into struct vt_edxml_status */
extern const struct vt_edxml_group vt_edxml_g_status;
/* children of TraceHeaderList, into struct vt_edxml_document */
extern const struct vt_edxml_group vt_edxml_g_trace;
/* children of Attachment and of Reference, into struct vt_edxml_attachment */
extern const struct vt_edxml_group vt_edxml_g_attachment;

/* Finds an element of a group; NULL when it has none of this name. "Business…"
 * is "Bussiness…"; old names of elements are known. */
const struct vt_edxml_field *vt_edxml_field(
    const struct vt_edxml_group *g, const char *name);

/* The member of a structure. */
static inline void *
vt_edxml_at(const void *base, size_t at)
{
	return (char *)(uintptr_t)base + at;
}

/* yyyy/MM/dd and yyyy/MM/dd HH:mm:ss, as written. */
void vt_edxml_day_text(const struct vt_edxml_day *d, char ret[static 11]);
void vt_edxml_stamp_text(vt_time t, char ret[static 20]);

/* As vt_edxml_day_parse (edxml.h), for a moment. */
bool vt_edxml_stamp_parse(const char *s, vt_time *ret);

#endif
