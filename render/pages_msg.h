/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages between vt_pages_* and the `pages` worker: CBOR maps. */
#ifndef VT_RENDER_PAGES_MSG_H
#define VT_RENDER_PAGES_MSG_H

#define VT_PAGES_KIND "pages"

enum vt_pages_work { VT_PAGES_TEXT = 1, VT_PAGES_PNG = 2 };

enum vt_pages_request {
	VT_PAGES_Q_WORK = 1,
	VT_PAGES_Q_PAGE = 2, /* PNG: from 0 */
	VT_PAGES_Q_DPI = 3   /* PNG */
};

enum vt_pages_reply {
	VT_PAGES_A_PAGES = 1, /* number of pages */
	VT_PAGES_A_TEXT = 2,  /* text, NFC */
	VT_PAGES_A_PNG = 3    /* bytes */
};

#endif
