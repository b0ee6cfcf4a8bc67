/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every page of ours is made of, public or the desk's: its head and
 * policy, banners, rows of facts, dates, and files compiled in. A face adds
 * its own frame, style and words.
 */
#ifndef VT_API_HTML_PAGE_H
#define VT_API_HTML_PAGE_H

#include "api/http/http.h"
#include "base/time.h"

/* A page being written. */
struct vt_page {
	struct vt_http_req *req;
	struct vt_buf *b; /* the body of the answer */
	bool en;
};

/* The text in the page's language. */
static inline const char *
vt_page_t(const struct vt_page *p, const char *vi, const char *en)
{
	return p->en ? en : vi;
}

/* Paths of what a face's pages load, and where they may connect to. */
struct vt_page_kind {
	const char *style, *script, *icon;
	bool connects; /* its script asks our server for pieces */
};

/*
 * Headers, head, and the skip link to #main; title is the window's. p->en is
 * set by the caller before.
 */
void vt_page_head(struct vt_page *p, struct vt_http_req *req,
    struct vt_http_res *res, const struct vt_page_kind *kind,
    const char *title);

enum vt_tone { VT_TONE_GOOD, VT_TONE_UNSURE, VT_TONE_BAD };

/* "good", "unsure", "bad": classes of the style; and the sign of a tone, for
 * those who do not see colours. Static. */
const char *vt_tone_class(enum vt_tone tone);
const char *vt_tone_sign(enum vt_tone tone);

/* A box that says the main thing of the page: colour, sign and words. */
void vt_page_banner(
    struct vt_page *p, enum vt_tone tone, const char *head, const char *more);

/* One row of a list of facts. value "" or NULL: no row. */
void vt_page_row(struct vt_page *p, const char *label, const char *value);

/* 21/11/2026, in Vietnam. Appends. */
void vt_page_date(vt_time t, struct vt_buf *ret);

/* 21/11/2026 16:05, in Vietnam. Appends. */
void vt_page_moment(vt_time t, struct vt_buf *ret);

/* Answers with a file that is part of the program. */
int vt_page_asset(struct vt_http_req *req, struct vt_http_res *res,
    const char *type, struct vt_span s);

#endif
