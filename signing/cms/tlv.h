/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cursor over BER elements (ITU-T X.690): strict, borrowed bytes, no copies.
 * What it accepts beyond DER is the indefinite length of constructed elements
 * (§8.1.3.6), which older signers wrap their SignedData in; everything that
 * is hashed or compared is checked with vt_tlv_is_der(). One-byte tags only.
 */
#ifndef VT_SIGNING_TLV_H
#define VT_SIGNING_TLV_H

#include "base/err.h"
#include "base/span.h"

/* Identifier octets used here. */
enum {
	VT_TLV_BOOLEAN = 0x01,
	VT_TLV_INTEGER = 0x02,
	VT_TLV_OCTETS = 0x04,
	VT_TLV_NULL = 0x05,
	VT_TLV_OID = 0x06,
	VT_TLV_UTCTIME = 0x17,
	VT_TLV_GENTIME = 0x18,
	VT_TLV_SEQUENCE = 0x30,
	VT_TLV_SET = 0x31,
	VT_TLV_CONTEXT = 0xa0 /* + n: constructed [n] */,
	VT_TLV_CONTEXT_PRIMITIVE = 0x80 /* + n */
};

struct vt_tlv {
	uint8_t tag;
	struct vt_span raw;  /* the whole element */
	struct vt_span body; /* its contents octets */
};

struct vt_tlv_reader {
	struct vt_span in;
	size_t at;
	const char *why; /* static; NULL while nothing is wrong. Sticky. */
};

void vt_tlv_open(struct vt_tlv_reader *r, struct vt_span in);

/* The next element; false at the end and after a failure (why is set). */
bool vt_tlv_next(struct vt_tlv_reader *r, struct vt_tlv *ret);

/* Is the next element one with this tag? */
bool vt_tlv_at(const struct vt_tlv_reader *r, uint8_t tag);

/* The next element must have this tag; else false and why is set. */
bool vt_tlv_expect(struct vt_tlv_reader *r, uint8_t tag, struct vt_tlv *ret);

/* Everything consumed and nothing failed; else sets why. */
bool vt_tlv_end(struct vt_tlv_reader *r);

/* True when s is one or more elements in definite, shortest length form all
 * the way down (the part of DER that concerns lengths). */
bool vt_tlv_is_der(struct vt_span s);

/* Dotted text of an OBJECT IDENTIFIER's contents; false when malformed or too
 * long for size. */
bool vt_tlv_oid_text(struct vt_span body, char *ret, size_t size);

#endif
