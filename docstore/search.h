/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers by words, numbers, dates, states and people: right at once after the
 * act. What the index of an agency has not got yet (docstore/index.h) is tried
 * paper by paper, so that merging changes no answer.
 *
 * Words: split at everything that is no letter or digit, in lower case, NFC,
 * old and new places of the tone mark equal (hoà = hòa, thuý = thúy), y for i
 * at the end of an open syllable (công ty = công ti, quý = quí). A word typed
 * with any mark (or đ) is found as typed; one typed without marks is found in
 * every spelling ("quyet dinh" finds "quyết định" and "Quyết đỉnh"). Zeros in
 * front of a number do not count. All words must be there, in any order and
 * any field of the record or in the text of its pages (docstore/pagetext.h),
 * once that is known. The last one may be the beginning of one.
 *
 *	123/QĐ-UBND	what is typed without a blank stands together: numbers,
 *			their parts ("QĐ-UBND"), codes, e-mail addresses
 *	05/11/2026	a day, also as 2026-11-05; 11/2026 a month
 *	"hội đồng"	these words, one after the other
 *	hội*		begun so
 *	-họp		without this
 *	a OR b		one of them (HOẶC, |)
 *	so: trichyeu: loai: coquan: nguoiky: noinhan: ngay: noidung:
 *	number: subject: type: agency: signer: to: date: text:
 *			the next word or "phrase" in this field alone
 */
#ifndef VT_DOCSTORE_SEARCH_H
#define VT_DOCSTORE_SEARCH_H

#include "base/arena.h"
#include "docstore/record.h"

struct vt_store;

enum vt_search_order {
	VT_SEARCH_NEWEST = 0, /* as they came into the store */
	VT_SEARCH_OLDEST = 1,
	/* By where the words are: all of them in the number; in number and
	 * subject; in the record; anywhere. Of these, newest. */
	VT_SEARCH_RELEVANCE = 2,
	/* By year (or term) and number, ours or that of the arrival; by the day
	 * on the paper, or of its number; by the day it is due. _DOWN: the
	 * highest first. Papers without come last either way; of equals the one
	 * that came first, with _DOWN the one that came last. */
	VT_SEARCH_NUMBER = 3,
	VT_SEARCH_NUMBER_DOWN = 4,
	VT_SEARCH_DATE = 5,
	VT_SEARCH_DATE_DOWN = 6,
	VT_SEARCH_DUE = 7,
	VT_SEARCH_DUE_DOWN = 8
};
#define VT_SEARCH_ORDERS 9

/* All conditions hold together; a zero or NULL member asks nothing. */
struct vt_paper_query {
	const char *words; /* any UTF-8; <= SEARCH_WORDS_MAX words count */
	/* A number: "05", "5", "05/QĐ-UBND", "QĐ-UBND": of the paper, of its
	 * arrival, or the sender's; marks and case as in words. */
	const char *number;
	enum vt_direction direction;
	uint32_t states;     /* bits 1 << enum vt_paper_state */
	vt_time from, until; /* created_at in [from, until); 0 = open */
	const char *agency; /* codes, a blank between: of who sent or gets it */
	const char *type_code; /* "QĐ" */
	/* Who has what; what is due. */
	vt_id assigned_to;      /* lead, coordinating or forwarded to */
	const char *due_before; /* YYYY-MM-DD: due earlier (meta or order) */
	uint64_t before; /* as *ret_next said; 0 = from the start */
	enum vt_search_order order;
	/* Our number, or that of the arrival, in [min, max]; 0 = open. */
	uint64_t number_min, number_max;
	/* YYYY-MM-DD on the paper, first and last day. */
	const char *issued_from, *issued_until;
	const char *unit; /* whose turn it is (assigned or forwarded to) */
};

/*
 * *ret_next: `before` of the next call, with the same query; 0 at the end. It
 * is a place in the order, so papers that are added or changed meanwhile make
 * none come twice, and none is passed over (unless what it is ordered by
 * changed: its words, its number, its day). Looks at SEARCH_SCAN_MAX papers at
 * most, or, without an index, passes 16 times as many whose direction or state
 * does not fit: a page may come short or empty before the end.
 * Cost: by the index what the words, states, people and days leave over; the
 * orders from NUMBER on put all hits in order.
 * Errors: VT_E_SYNTAX (not UTF-8); VT_E_BUSY (an order from NUMBER on, of more
 * than SEARCH_SORT_MAX papers, while there is no index, or of a store that has
 * none). Results are borrowed until vt_view_end.
 */
VT_NODISCARD int vt_paper_search(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_query *q, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/*
 * Brings what happened into the index of an agency, SEARCH_MERGE_PAPERS at
 * once; *ret_any: something was brought, call again. Makes it anew when it is
 * missing, damaged or not of this history. Any thread; nothing for a store in
 * memory or read only. An error leaves searches right, but slower.
 * Errors: VT_E_STORE_FULL, VT_E_IO, VT_E_BUSY, VT_E_STORE_CORRUPT (made again
 * by the next call), VT_E_NOMEM.
 */
VT_NODISCARD int vt_search_merge(struct vt_store *s, uint32_t agency_no,
    bool *ret_any, struct vt_err *reterr);

/*
 * The same for the agencies whose turn it is, a step each; *ret_any: more may
 * be left. Costs nothing while nothing was committed. An agency that fails is
 * logged and does not hold up the others. One thread at a time.
 */
VT_NODISCARD int vt_search_merge_due(
    struct vt_store *s, bool *ret_any, struct vt_err *reterr);

/* How far the index of an agency is. */
struct vt_search_figures {
	bool made;       /* all papers were read once, and it is not damaged */
	uint64_t merged; /* acts that are in it */
	uint64_t acts;   /* acts of the agency */
};
VT_NODISCARD int vt_search_figures(struct vt_view *v, uint32_t agency_no,
    struct vt_search_figures *ret, struct vt_err *reterr);

/*
 * Each index against the records: what it has of every paper is made again and
 * compared, and its postings with that. Findings as vt_store_check tells them,
 * which calls this; at most five papers of an index are named. mend: an index
 * with a finding is removed, to be made again by merging. Any thread, also on
 * a store that is written to. Cost: the indexes, and the papers in them.
 */
struct vt_check_options;
VT_NODISCARD int vt_search_check(struct vt_store *s,
    const struct vt_check_options *o, bool mend, uint64_t *ret_findings,
    struct vt_err *reterr);

/* Removes the index of an agency, so that no byte of a paper that was destroyed
 * is left in it; merging makes it again of what stands. Any thread. Errors:
 * VT_E_IO, VT_E_NOMEM: it may be there still, call again. */
VT_NODISCARD int vt_search_forget(
    struct vt_store *s, uint32_t agency_no, struct vt_err *reterr);

/*
 * Where words that were asked for stand in a text, to be shown marked: those
 * that must be there, each by itself. *ret lies in a; marks are of bytes of
 * text (NFC), rising; at most max. asked NULL: none.
 */
struct vt_asked;
struct vt_mark {
	size_t from, to;
};
VT_NODISCARD int vt_search_asked(struct vt_arena *a, const char *words,
    struct vt_asked **ret, struct vt_err *reterr);
size_t vt_search_marks(const struct vt_asked *asked, struct vt_span text,
    struct vt_mark *ret, size_t max);

/*
 * Where in the pages of a paper the words stand: the piece with the most of
 * them, white space made one blank, at most SNIPPET_MAX bytes, to be marked by
 * vt_search_marks. *ret_found false: nowhere in the first SNIPPET_SCAN
 * bytes of a part. text is borrowed until vt_view_end. Of a paper that a search
 * in this view handed out. Cost: the text, until all words are met close
 * together.
 */
struct vt_snippet {
	uint16_t part;
	uint32_t page; /* from 1 */
	const char *text;
	bool before, after; /* the page goes on there */
};
VT_NODISCARD int vt_search_snippet(struct vt_view *v, const struct vt_paper *p,
    const struct vt_asked *asked, struct vt_snippet *ret, bool *ret_found,
    struct vt_err *reterr);

/*
 * Appends the words of text in the form they are compared in, a space between:
 * lower case; marks true: tones taken off their letters and put behind the word
 * as +1 (sắc) to +5 (nặng); false: without any mark, đ as d. A number loses
 * the zeros in front of it. text is NFC. For faces that mark what was found.
 */
void vt_search_fold(struct vt_span text, bool marks, struct vt_buf *ret);

#endif
