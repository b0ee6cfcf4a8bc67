/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checkpoints as C2SP signed notes (c2sp.org/tlog-checkpoint, signed-note),
 * signed with Ed25519 (RFC 8032) by libgcrypt. No extension lines.
 */
#ifndef VT_DOCSTORE_NOTE_H
#define VT_DOCSTORE_NOTE_H

#include "base/buf.h"
#include "base/id.h"
#include "base/secret.h"
#include "docstore/receipt.h"

#define VT_LOG_KEY_SIZE 32 /* Ed25519 seed, and public key */

struct vt_checkpoint {
	char origin[VT_ORIGIN_MAX + 1];
	uint64_t size;
	vt_hash root;
};

/* First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
void vt_note_key_id(const char *name, const uint8_t pub[static VT_LOG_KEY_SIZE],
    uint8_t ret[static 4]);

/* The text that is signed: three lines. */
void vt_checkpoint_text(const struct vt_checkpoint *c, struct vt_buf *ret);

/*
 * Text, blank line, one signature line. Deterministic: same input, same
 * bytes.
 */
VT_NODISCARD int vt_checkpoint_sign(const struct vt_checkpoint *c,
    struct vt_span seed, const uint8_t pub[static VT_LOG_KEY_SIZE],
    struct vt_buf *ret, struct vt_err *reterr);

/* Reads what a signed checkpoint says, and verifies nothing. VT_E_SYNTAX. */
VT_NODISCARD int vt_checkpoint_parse(
    struct vt_span note, struct vt_checkpoint *ret, struct vt_err *reterr);

/*
 * Reads a signed checkpoint and verifies the signature line of (origin, pub);
 * lines of other keys are passed over.
 * Errors: VT_E_SYNTAX, VT_E_LEDGER_PROOF (no or wrong signature of this key).
 */
VT_NODISCARD int vt_checkpoint_verify(struct vt_span note,
    const uint8_t pub[static VT_LOG_KEY_SIZE], struct vt_checkpoint *ret,
    struct vt_err *reterr);

/* What notes and proofs are made of. The first line of s (without its newline)
 * is taken off its front; false: there is none. */
bool vt_note_line(struct vt_span *s, struct vt_span *ret);
/* A number as C2SP writes it: no sign, no zeros in front, at most 18 digits. */
bool vt_note_decimal(struct vt_span s, uint64_t *ret);

#endif
