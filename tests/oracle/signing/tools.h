/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other people's programs as witnesses: run, and what they print. */
#ifndef VT_TESTS_TOOLS_H
#define VT_TESTS_TOOLS_H

#include "base/buf.h"

/*
 * Runs argv (NULL-terminated, found in PATH), standard output into ret,
 * standard error there, too, when both is set. Returns the exit status, 127
 * when there is no such program, -1 when it died.
 */
int tool_run(const char *const *argv, bool both, struct vt_buf *ret);
bool tool_exists(const char *name);

/* `qpdf --check`: 0 clean, 3 warnings, 2 errors. */
int tool_qpdf_check(const char *path);
/* How many signatures pdfsig calls valid, and how many it lists. */
size_t tool_pdfsig_valid(const char *path, size_t *ret_listed);

/* The whole of a file; false when it cannot be read. */
bool tool_read(const char *path, struct vt_buf *ret);
void tool_write(const char *path, struct vt_span s); /* aborts on failure */

#endif
