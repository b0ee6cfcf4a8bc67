/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside v1 only: what a search is asked by its parameters. */
#ifndef VT_API_V1_FIND_H
#define VT_API_V1_FIND_H

#include "api/office/find.h"
#include "api/v1/v1_priv.h"

/* Borrowed from the request. */
void vt_v1_find_in(const struct vt_http_req *req, struct vt_find *ret);

/* Member "found" of a hit: where in its pages the words stand. */
VT_NODISCARD int vt_v1_found_out(struct vt_json *j, struct vt_http_req *req,
    struct vt_view *v, const struct vt_found_words *w, const struct vt_paper *p,
    struct vt_err *reterr);

#endif
