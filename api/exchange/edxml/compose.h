/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a packet, with holes where the attachments' bytes go. */
#ifndef VT_EDXML_COMPOSE_H
#define VT_EDXML_COMPOSE_H

#include "api/exchange/edxml/fields.h"

/* Extensions the SDK sends without its wrapper, and what it calls them; NULL
 * for all others, which it wraps. name: of the file. */
const char *vt_edxml_plain_type(const char *name);

/*
 * Appends a document packet without the attachments' bytes. ret_holes[i]:
 * where those of attachment i go; room for EDXML_ATTACHMENTS_MAX.
 * Errors: those of vt_edxml_write.
 */
VT_NODISCARD int vt_edxml_compose(const struct vt_edxml_document *d,
    struct vt_buf *ret, size_t *ret_holes, struct vt_err *reterr);

#endif
