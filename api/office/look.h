/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into files that arrive, in a worker. What is found wrong with a file
 * is noted beside it; trouble of our own (no worker, no memory, a busy store)
 * never is: then the file is looked into later, by the work queue.
 */
#ifndef VT_API_OFFICE_LOOK_H
#define VT_API_OFFICE_LOOK_H

#include "api/office/office_priv.h"

/* Is an error about the file itself, whoever reads it and whenever? */
bool vt_look_blames_file(int code);

/* Is this a file that the workers can look into? Either may be NULL. */
bool vt_look_is_pdf(const char *name, const char *media_type);

/*
 * Appends to ret what is wrong in words for the record, nothing when the file
 * is sound. *ret_pages (NULL: not wanted) when it is.
 * Errors: those that say nothing of the file.
 */
VT_NODISCARD int vt_look(struct vt_office *o, const vt_hash *hash,
    struct vt_buf *ret, uint32_t *ret_pages, struct vt_err *reterr);

/*
 * The work step that looks into a paper's files later, from this part on.
 * payload: keeps what the step borrows; own it as long as the step.
 */
void vt_look_later(const vt_id *paper, uint16_t from, struct vt_buf *payload,
    struct vt_step *ret);

/* Does such a work item (VT_WORK_LOOK): notes what it finds, and enqueues the
 * rest. Errors: those that say nothing of the files; it is tried again. */
VT_NODISCARD int vt_look_work(
    struct vt_office *o, const struct vt_work *w, struct vt_err *reterr);

#endif
