/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frame and pieces of the public pages. Private to api/citizen. */
#ifndef VT_API_CITIZEN_PAGE_H
#define VT_API_CITIZEN_PAGE_H

#include "api/citizen/citizen.h"
#include "api/html/page.h"
#include "api/http/rate.h"

struct vt_citizen {
	struct vt_office *office;
	struct vt_http_rate *looking;  /* pages and checks, per address */
	struct vt_http_rate *guessing; /* facts, per address and per code */
};

/* Is English asked for (?lang=en)? */
bool vt_page_wants_en(const struct vt_http_req *req);

/*
 * Head, header, and the start of main; title is the window's. here: path of
 * this page for the language switch, NULL: no switch (the answer to a form).
 */
void vt_page_open(struct vt_page *p, struct vt_http_req *req,
    struct vt_http_res *res, const char *title, const char *here);
void vt_page_close(struct vt_page *p);

/* "lang" suffix for links and forms: "" or "?lang=en". */
const char *vt_page_suffix(const struct vt_page *p);

/* handlers */
#define VT_CITIZEN_HANDLER(name)                                               \
	int name(struct vt_http_req *req, struct vt_http_res *res,             \
	    struct vt_err *reterr)
VT_CITIZEN_HANDLER(vt_citizen_home);
VT_CITIZEN_HANDLER(vt_citizen_find);
VT_CITIZEN_HANDLER(vt_citizen_result);
VT_CITIZEN_HANDLER(vt_citizen_download);
VT_CITIZEN_HANDLER(vt_citizen_check);
VT_CITIZEN_HANDLER(vt_citizen_check_home);
VT_CITIZEN_HANDLER(vt_citizen_style);
VT_CITIZEN_HANDLER(vt_citizen_script);
VT_CITIZEN_HANDLER(vt_citizen_icon);
extern const struct vt_http_sink vt_citizen_check_sink;

int vt_citizen_admit(struct vt_http_req *req, struct vt_err *reterr);
void vt_citizen_fail(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res);

#endif
