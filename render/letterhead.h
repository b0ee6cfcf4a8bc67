/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks that every administrative paper has (Decree 30/2020, Appendix
 * I): head, addressees, signature with "Nơi nhận". Places of fields are kept
 * relative to their unit until the pages are known. */
#ifndef VT_RENDER_LETTERHEAD_H
#define VT_RENDER_LETTERHEAD_H

#include "render/layout.h"
#include "render/render.h"

struct vt_head {
	const char *parent; /* NULL or "": none */
	const char *agency;
	const char
	    *type_name; /* NULL: công văn, the subject under the number */
	const char *subject;
	struct vt_unit *unit;         /* made by vt_head_set */
	struct vt_place number, date; /* y down from the unit's top */
};

void vt_head_set(struct vt_layout *l, struct vt_head *h);

/* "Kính gửi": one line, or a list. Nothing for n == 0. */
void vt_addressees_set(
    struct vt_layout *l, struct vt_units *us, const char *const *to, size_t n);

struct vt_tail {
	const char *authority; /* NULL or "": none */
	const char *title, *signer;
	const char *const *copies;
	size_t n_copies;
	struct vt_unit *unit;
	struct vt_place leader, seal, initials;
};

void vt_tail_set(struct vt_layout *l, struct vt_tail *t);

/* Once poured: places on pages. body_end: last unit of the text. */
void vt_places_take(const struct vt_head *h, const struct vt_tail *t,
    const struct vt_unit *body_end, struct vt_places *ret);

#endif
