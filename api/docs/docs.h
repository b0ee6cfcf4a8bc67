/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference of the API at /docs: made from the contract when the program
 * is built, one page without a script, nothing from elsewhere. */
#ifndef VT_API_DOCS_H
#define VT_API_DOCS_H

#include "api/http/http.h"

/* Static; has no state. */
struct vt_http_face vt_docs_face(void);

#endif
