/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers as rows: of a queue, of a search. */
#ifndef VT_API_WEB_LIST_H
#define VT_API_WEB_LIST_H

#include "api/web/web_priv.h"

/* Start, one row each, end. id: of the heading that names the table. */
void vt_list_open(struct vt_desk *d, const char *id);
/* The same; headings put it in order: order is that of now, link what comes
 * before "order=" in their addresses. */
void vt_list_open_ordered(
    struct vt_desk *d, const char *id, const char *link, const char *order);
/* Everything borrowed is used before it returns. */
void vt_list_row(struct vt_desk *d, const struct vt_paper *p);
/* The same with the words that were asked for marked, and where in its pages
 * they stand; asked and s may be NULL. */
struct vt_snippet;
void vt_list_row_found(struct vt_desk *d, const struct vt_paper *p,
    const struct vt_asked *asked, const struct vt_snippet *s);
void vt_list_close(struct vt_desk *d);

/* Is it past its day? today: YYYY-MM-DD. */
bool vt_list_is_overdue(const struct vt_paper *p, const char *today);

/* "05/QĐ-UBND", the sender's, or "" while there is none. */
const char *vt_list_number(const struct vt_paper *p, struct vt_buf *scratch);

/* Where this page of a list begins: ?before=, 0 = with the newest. */
uint64_t vt_list_before(const struct vt_http_req *req);

#endif
