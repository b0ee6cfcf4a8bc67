/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reader and writer must see alike: when a ZIP is the SDK's wrapper. */
#ifndef VT_EDXML_SNIFF_H
#define VT_EDXML_SNIFF_H

#include "base/limits.h"
#include "base/span.h"

/* Bytes of a file that tell, at most. */
#define VT_SNIFF_WRAPPER (30 + VT_L(EDXML_WRAPPER_NAME))

/*
 * head: how the file begins, VT_SNIFF_WRAPPER bytes or all; name: of the
 * attachment, or NULL; type: its ContentType, or NULL.
 */
bool vt_sniff_is_wrapper(
    struct vt_span head, const char *name, const char *type);

#endif
