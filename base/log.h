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

#include "base/err.h"

/* Thread-safe. fmt gives the key=value pairs; control bytes are escaped. */
void vt_log(enum vt_err_level level, const char *event, const char *fmt, ...)
    VT_PRINTF(3, 4);

/* An error at the level its table row names: event, code, errno, message. */
void vt_log_err(const char *event, const struct vt_err *err);

/* Where lines go; before threads start. Default: standard error, INFO. */
void vt_log_setup(int fd, enum vt_err_level least);

#endif
