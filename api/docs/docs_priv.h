/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What page.py makes. */
#ifndef VT_API_DOCS_PRIV_H
#define VT_API_DOCS_PRIV_H

#include "base/span.h"

extern const struct vt_span vt_docs_page, vt_docs_page_vi, vt_docs_style,
    vt_docs_contract;

#endif
