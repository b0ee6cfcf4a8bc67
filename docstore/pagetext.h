/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of the pages of a paper, so that search finds what stands in it: a
 * worker reads it out of the file, and VT_STEP_TEXT writes it, or why there is
 * none. The text is bytes of the store like any (enciphered, kept once, gone
 * when the paper is destroyed); its row says of which version it is.
 *
 * Files that come by REGISTER, RECEIVE, or VERSION (but for one that appends:
 * signing changes no page) make a work item VT_WORK_TEXT, subject the paper, if
 * the store was opened with read_texts. Such a version takes the text of the
 * one before away. TEXT changes no revision of the paper, and no other act
 * waits for it.
 */
#ifndef VT_DOCSTORE_PAGETEXT_H
#define VT_DOCSTORE_PAGETEXT_H

#include "docstore/record.h"

struct vt_view;

enum vt_pagetext_state {       /* stored */
	VT_PAGETEXT_READ = 1,  /* here it is */
	VT_PAGETEXT_NONE = 2,  /* its pages are pictures: no letter on them */
	VT_PAGETEXT_FAILED = 3 /* it could not be read: note */
};

/* note: borrowed from the view. */
struct vt_pagetext {
	uint16_t part;
	vt_hash of; /* version that was read; it may have been appended to */
	enum vt_pagetext_state state;
	vt_hash text;  /* READ: UTF-8, NFC; pages end with a form feed */
	uint64_t size; /* of the text, <= PAGETEXT_MAX */
	uint32_t pages;
	const char *note; /* FAILED: why; READ: what of it was left out */
	vt_time at;
	uint64_t act; /* leaf */
};

/* Of the parts of a paper that were read, by part; at most max. None is VT_OK.
 * Whoever may read the paper may read them. Any thread of the view. */
VT_NODISCARD int vt_pagetext_list(struct vt_view *v, const vt_id *paper,
    struct vt_pagetext *ret, size_t max, size_t *ret_n, struct vt_err *reterr);

#endif
