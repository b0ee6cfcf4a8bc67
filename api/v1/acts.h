/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts on a paper: what the files that read them share. */
#ifndef VT_API_V1_ACTS_H
#define VT_API_V1_ACTS_H

#include "api/v1/v1_priv.h"

/* One act under way: its fields are read from root, its answer goes to ret. */
struct vt_v1_call {
	struct vt_office *office;
	struct vt_request rq;
	vt_id paper;
	struct vt_in_obj root;
	struct vt_secret *pin; /* NULL: none was given */
	struct vt_act_result *ret;
	struct vt_err *reterr;
};

struct vt_v1_act {
	const char *name;
	int (*run)(struct vt_v1_call *c);
};

/* acts_in.c: those on papers that came, and on papers that went out. NULL when
 * the name is none of them. */
const struct vt_v1_act *vt_v1_act_exchange(const char *name);
/* links.c */
int vt_v1_act_link(struct vt_v1_call *c);
/* main and manifest of the body. */
struct vt_files_read vt_v1_files_read(struct vt_v1_call *c);
/* renditions.c */
int vt_v1_act_rendition(struct vt_v1_call *c);
/* joins.c */
int vt_v1_act_original(struct vt_v1_call *c);
int vt_v1_act_join(struct vt_v1_call *c);

#endif
