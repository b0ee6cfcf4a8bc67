/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a packet, with holes where the attachments' bytes go. */
#ifndef VT_EDXML_COMPOSE_H
#define VT_EDXML_COMPOSE_H

#include "api/exchange/edxml/fields.h"

/* What compose finds out about an attachment. */
struct vt_edxml_hole {
	size_t at;    /* where in the text its bytes go */
	bool wrapped; /* they go in the one-entry ZIP */
};

/*
 * Appends a document packet without the attachments' bytes. ret_holes:
 * room for EDXML_ATTACHMENTS_MAX. The first bytes of the sources are read.
 * Errors: those of vt_edxml_write.
 */
VT_NODISCARD int vt_edxml_compose(const struct vt_edxml_document *d,
    struct vt_buf *ret, struct vt_edxml_hole *ret_holes, struct vt_err *reterr);

#endif
