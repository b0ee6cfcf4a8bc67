/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An answer that is made as it is sent: no entity tag, no ranges. For stored
 * files there is vt_http_res_file.
 */
#ifndef VT_API_HTTP_STREAM_H
#define VT_API_HTTP_STREAM_H

#include "api/http/http.h"

/*
 * The body of the answer is all of source, read ascending by the thread that
 * handles the request. source is taken; source_free (may be NULL) runs when
 * the answer is sent or given up. Status and Content-Type are the caller's.
 */
void vt_http_res_source(struct vt_http_res *res, struct vt_source *source,
    void (*source_free)(struct vt_source *s));

#endif
