/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: one line an event, `key=value`, to standard error with the level
 * prefixes of sd-daemon(3) when it is not a terminal. Values are quoted and
 * escaped; a document's content, a name, a PIN never appear. Auditing is not
 * logging: that is the ledger's.
 *
 *	vt_log(VT_LEVEL_WARN, "worker.crash", "kind=%s signal=%d", kind, sig);
 */
#ifndef VT_BASE_LOG_H
#define VT_BASE_LOG_H

#include <stdint.h>

#include "base/err.h"

/* Thread-safe. fmt gives the key=value pairs; control bytes are escaped. */
void vt_log(enum vt_err_level level, const char *event, const char *fmt, ...)
    VT_PRINTF(3, 4);

/*
 * For lines that can come by the thousand: at INFO, and in a burst several are
 * written together, in their order with all others. now_us: of the monotonic
 * clock. A line of a burst waits for vt_log_flush, for the next line of vt_log,
 * or until no more fit into one write. Who calls this calls vt_log_flush each
 * second and at the end; a crash loses what waits.
 */
void vt_log_often(int64_t now_us, const char *event, const char *fmt, ...)
    VT_PRINTF(3, 4);
void vt_log_flush(void);

/* An error at the level its table row names: event, code, errno, message. */
void vt_log_err(const char *event, const struct vt_err *err);

/* Where lines go; before threads start. Default: standard error, INFO. */
void vt_log_setup(int fd, enum vt_err_level least);

#endif
