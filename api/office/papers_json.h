/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers from JSON data: the same reader for the command line and the API, so
 * that both name the same missing field.
 *
 * Letter: { "parent", "agency", "type_name", "subject", "to": [..],
 *   "bases": [..], "body": [..], "authority", "title", "signer",
 *   "copies": [..] }
 * Notice: those but "to" and "bases", and "citizen", "case_code",
 *   "facts": [ { "label", "value" } ], and on the command line "code", "url".
 * Unknown members are refused by name.
 */
#ifndef VT_API_OFFICE_PAPERS_JSON_H
#define VT_API_OFFICE_PAPERS_JSON_H

#include "api/office/office.h"

/* Strings are copied into the arena. */
VT_NODISCARD int vt_paper_letter_read(struct vt_span json, struct vt_arena *a,
    struct vt_letter *ret, struct vt_err *reterr);
VT_NODISCARD int vt_paper_notice_read(struct vt_span json, struct vt_arena *a,
    struct vt_notice *ret, struct vt_err *reterr);

/* Read and typeset. */
VT_NODISCARD int vt_paper_letter_json(struct vt_span json,
    struct vt_buf *ret_pdf, struct vt_places *ret_places,
    struct vt_err *reterr);
VT_NODISCARD int vt_paper_notice_json(struct vt_span json,
    struct vt_buf *ret_pdf, struct vt_places *ret_places,
    struct vt_err *reterr);

/* Lays the fields of the walk into a PDF of our own, appending to it. */
VT_NODISCARD int vt_paper_lay(struct vt_spawner *s, struct vt_buf *pdf,
    const struct vt_places *places, struct vt_err *reterr);

#endif
