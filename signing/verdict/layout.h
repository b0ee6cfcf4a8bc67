/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of an update: each must belong to an object that its
 * cross-reference lists, to the cross-reference or to the trailer. Readers
 * that repair files find objects by scanning; what stands there unlisted is a
 * change that only they would show. Internal to signing/verdict.
 */
#ifndef VT_VERDICT_LAYOUT_H
#define VT_VERDICT_LAYOUT_H

#include "signing/verdict/facts.h"

/*
 * NULL when every byte of revision rev (> 0) is accounted for; else what is
 * wrong, in f->out. Errors (in *ret_rc): reading failed, no memory.
 * Cost: O(objects of the revision and their gaps).
 */
const char *vt_layout_fault(
    struct vt_facts *f, size_t rev, int *ret_rc, struct vt_err *reterr);

#endif
