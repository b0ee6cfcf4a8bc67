/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files of the data directory: keys and the lock. */
#ifndef VT_DOCSTORE_FILES_H
#define VT_DOCSTORE_FILES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/*
 * Creates a file of mode 0600 with this content, all or nothing: temporary
 * name, fsync, link to its name, fsync of the directory. VT_E_EXISTS when
 * there is one, VT_E_STORE_READ_ONLY, VT_E_STORE_FULL, VT_E_IO.
 */
VT_NODISCARD int vt_file_create(
    const char *path, struct vt_span content, struct vt_err *reterr);

/* The same for one that may be there: it is replaced as a whole. */
VT_NODISCARD int vt_file_replace(
    const char *path, struct vt_span content, struct vt_err *reterr);

/* A file of at most max bytes, appended to ret. VT_E_NO_INPUT when there is
 * none, VT_E_LIMIT. */
VT_NODISCARD int vt_file_read(
    const char *path, size_t max, struct vt_buf *ret, struct vt_err *reterr);

/* mkdir 0700, existing is fine; *ret_empty tells (may be NULL). */
VT_NODISCARD int vt_dir_make(
    const char *path, bool *ret_empty, struct vt_err *reterr);

/* True when every name in it is one of names (NULL-terminated), or one of
 * them followed by the suffix of a temporary file. */
VT_NODISCARD int vt_dir_holds_only(const char *path, const char *const *names,
    bool *ret, struct vt_err *reterr);

VT_NODISCARD int vt_dir_sync(const char *path, struct vt_err *reterr);

/* Sets VT_E_STORE_FULL, _READ_ONLY, VT_E_NO_INPUT or VT_E_IO by os_errno. */
int vt_file_err(struct vt_err *reterr, int os_errno, const char *what);

#endif
