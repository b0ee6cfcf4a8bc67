/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches of the desk: between search.c and saved.c. */
#ifndef VT_API_WEB_SEARCH_H
#define VT_API_WEB_SEARCH_H

#include "api/office/find.h"
#include "api/web/web_priv.h"

/* From the address; "" where nothing is asked. Borrowed from the request. */
void vt_search_in(const struct vt_http_req *req, struct vt_find *ret);

/* As the query of an address, appended: "q=...&number=...". */
void vt_search_link(const struct vt_find *f, struct vt_buf *ret);

/* Below the hits: as a file, saving this search, and those that are saved. */
VT_NODISCARD int vt_saved_section(struct vt_desk *d, struct vt_view *v,
    const struct vt_find *now, struct vt_err *reterr);

#endif
