/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One arrival, one số đến: a paper original and its e-version (Decree 30/2020,
 * Article 22(2)), whichever comes first; and the warning of Appendix VI that a
 * paper may be here already.
 */
#ifndef VT_API_OFFICE_JOINS_H
#define VT_API_OFFICE_JOINS_H

#include "api/office/office.h"

struct vt_original {
	const char *on;          /* YYYY-MM-DD, the day in Vietnam; NULL: now */
	uint32_t pages;          /* 0: not said */
	const char *from, *note; /* who brought it; may be NULL */
};

/* The paper original of an e-version came. Role: clerk. Errors: VT_E_EXISTS,
 * VT_E_OUT_OF_ORDER, VT_E_INVALID (a day that is none, or to come). */
VT_NODISCARD int vt_office_original(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_original *n, struct vt_act_result *ret,
    struct vt_err *reterr);

/*
 * A paper that waits is `other`, registered from paper before: it gets that
 * one's số đến, its sender is told so (03), and `other` has the sender from now
 * on. Two acts, and nothing is half between them: the first is the joining, and
 * the sender follows from it; the second, which writes the sender down, may be
 * done when the request is asked again. Role: clerk.
 * Errors: those of VT_STEP_JOIN.
 */
VT_NODISCARD int vt_office_join(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *other,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/* Is code how others cite the number of this paper: with its symbol or without,
 * compared as a search does ("05/QĐ-UBND", "5/qđ-ubnd")? VT_E_NOMEM, VT_E_SYNTAX
 * (not UTF-8). */
VT_NODISCARD int vt_office_is_cited(const struct vt_meta *m, const char *code,
    bool *ret, struct vt_err *reterr);

/*
 * Papers that came with the number, symbol and agency of this metadata, newest
 * first, `but` (may be NULL) and those that were refused or joined left out.
 * An agency is one under all its codes, old and new; numbers begin anew with
 * the year, so days of two years are two papers. Nothing when number or agency
 * are not said. By the index (docstore/search.h): the cost is that of a search
 * for a number and a code, for each code the agency had, not of the papers
 * there are. Borrowed until vt_view_end. The actor may read.
 */
VT_NODISCARD int vt_office_alike(struct vt_view *v,
    const struct vt_actor *actor, const struct vt_meta *m, const vt_id *but,
    struct vt_paper *ret, size_t max, size_t *ret_n, struct vt_err *reterr);

#endif
