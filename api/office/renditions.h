/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that were derived from a version of a paper, to be read where the
 * version itself can't be: pages of a text document as PDF, its words. Programs
 * that convert bring them; the paper, its revision and its manifest stay.
 */
#ifndef VT_API_OFFICE_RENDITIONS_H
#define VT_API_OFFICE_RENDITIONS_H

#include "api/office/office.h"

struct vt_rendition_order {
	uint16_t part; /* 0: the main file */
	vt_hash of;    /* content of the version that it is of */
	enum vt_rendition_kind kind;
	vt_id upload;
	const char *media_type; /* NULL: by the kind */
	const char *by;         /* program and release that made it */
};

/*
 * Takes the place of the one before, of that version and kind. Roles: officer,
 * clerk, system. Errors: those of VT_STEP_RENDITION (docstore/act.h), each at
 * its field; VT_E_UPLOAD_GONE, VT_E_NOT_FOUND.
 */
VT_NODISCARD int vt_office_render(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_rendition_order *r, struct vt_act_result *ret,
    struct vt_err *reterr);

/* As vt_rendition_list, of a paper that the actor may read; none of one that
 * was destroyed. */
VT_NODISCARD int vt_office_renditions(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_rendition *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr);

/* One to be read; version 0: of the current one. Named after its part, with
 * the ending of its kind. Errors: VT_E_NOT_FOUND, VT_E_DESTROYED. */
VT_NODISCARD int vt_office_rendition(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper,
    const struct vt_rendition *which, struct vt_content *ret,
    struct vt_err *reterr);

/* The words of the contract ("pdf", …); 0 for another one. */
enum vt_rendition_kind vt_rendition_kind_parse(const char *name);

#endif
