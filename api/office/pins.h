/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrong PINs, counted for each key. After PIN_TRIES of them in a row the next
 * attempt has to wait: 1 s, then twice as long after each further one, at most
 * PIN_WAIT_S. The right PIN, or PIN_FORGET_S without an attempt, ends it.
 * Attempts on one key are made one after another, so that many at once are
 * counted like as many in a row. Own design. In memory: a restart forgets.
 */
#ifndef VT_API_OFFICE_PINS_H
#define VT_API_OFFICE_PINS_H

#include "base/context.h"
#include "base/id.h"

struct vt_pins;

VT_NODISCARD int vt_pins_new(
    const struct vt_context *ctx, struct vt_pins **ret, struct vt_err *reterr);
void vt_pins_free(struct vt_pins *p); /* NULL allowed; nobody waits in it */

/*
 * Before a key is opened. VT_OK must be followed by vt_pins_result for the
 * same key_ref. Waits while another attempt on this key is under way.
 * Errors: VT_E_HTTP_TOO_MANY saying how many seconds to wait; VT_E_BUSY when
 * more keys than PIN_KEYS_MAX are in use at this moment.
 * Threads: safe, as is vt_pins_result.
 */
VT_NODISCARD int vt_pins_admit(
    struct vt_pins *p, const char *key_ref, struct vt_err *reterr);

/*
 * How it went: rc of vt_key_open. VT_OK clears the count, VT_E_PIN_WRONG
 * raises it and is logged with the person and the beginning of the key
 * reference's SHA-256, anything else (no such file) says nothing of the PIN.
 */
void vt_pins_result(
    struct vt_pins *p, const char *key_ref, const vt_id *person, int rc);

#endif
