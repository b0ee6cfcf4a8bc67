/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paper being registered by hand: its form, as it comes in and is shown. */
#ifndef VT_API_WEB_ARRIVAL_H
#define VT_API_WEB_ARRIVAL_H

#include "api/web/sheet.h"

struct vt_multipart;

struct vt_arrived_file {
	vt_id upload;
	vt_hash hash;
	const char *name; /* in the arena */
	bool main;
};

struct vt_arrival {
	struct vt_web *web;
	const struct vt_web_user *user;
	struct vt_arena *arena;
	struct vt_multipart *m;
	struct vt_webform_field fields[VT_L(ARRIVAL_FIELDS_MAX)];
	struct vt_webform form; /* over fields */
	struct vt_buf value;    /* of the field under way */
	bool in_field, in_file;
	struct vt_office_upload *open; /* of the file under way */
	struct vt_arrived_file files[VT_L(ARRIVAL_FILES_MAX)];
	size_t n_files;
	bool draft;                 /* one of ours, else what arrived */
	char known[VT_ID_TEXT + 1]; /* a paper that seems to be the same */
	const char *wrong; /* the field that is, NULL: none in particular */
};

void vt_arrival_free(struct vt_arrival *a); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_arrival, vt_arrival_free)

/* The last byte has come: closes what is open, and puts files that came with
 * an earlier try of the form before those of this one. */
VT_NODISCARD int vt_arrival_end(struct vt_arrival *a, struct vt_err *reterr);

/* What is asked for: equal for a form that is sent again, though its files
 * are new uploads. */
vt_hash vt_arrival_hash(const struct vt_arrival *a, const char *what);

/* By the ending of a file's name. Static. */
const char *vt_arrival_type(const char *name);

/* A draft's form begun as an answer: ?reply_to= names the paper that came in,
 * whose sender gets it. Without it: nothing. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_arrival_reply(
    struct vt_desk *d, struct vt_arrival *a, struct vt_err *reterr);

/* The form; err NULL: fresh. */
void vt_arrival_page(
    struct vt_desk *d, const struct vt_arrival *a, const struct vt_err *err);

/* Metadata out of the fields, in the request's arena. VT_E_NOMEM. */
VT_NODISCARD int vt_arrival_meta(struct vt_desk *d, const struct vt_arrival *a,
    struct vt_meta *ret, struct vt_err *reterr);

#endif
