/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/stream.h"

void
vt_http_res_source(struct vt_http_res *res, struct vt_source *source,
    void (*source_free)(struct vt_source *s))
{
	VT_ASSERT(res->source == NULL);
	res->source = source;
	res->source_free = source_free;
	res->source_off = 0;
	res->source_n = source->size;
}
