/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Style, script and picture of the desk, compiled in: the program is one
 * file. */
#ifndef VT_API_WEB_EMBEDDED_H
#define VT_API_WEB_EMBEDDED_H

#include "base/span.h"

extern const struct vt_span vt_embedded_style, vt_embedded_script,
    vt_embedded_icon;

#endif
