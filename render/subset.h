/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PDF font with exactly the letters asked for (ISO 32000-1 §9.7). */
#ifndef VT_RENDER_SUBSET_H
#define VT_RENDER_SUBSET_H

#include "render/face.h"
#include "render/graft.h"

/*
 * Adds a Type0 font to a graft: Identity-H, CID = Unicode scalar, widths,
 * ToUnicode, the glyphs cut out of the face by hb-subset without hinting.
 * letters: ascending, each once, all below U+FFFF. Returns the index of the
 * Type0 dictionary. VT_E_INVALID sticks for a letter that the face lacks.
 * Same letters, same bytes.
 */
size_t vt_subset_put(struct vt_grafter *g, const struct vt_face *f,
    enum vt_style style, const uint32_t *letters, size_t n);

/*
 * The same letters as a whole font file in a sealed memory file, for a library
 * that wants one: with names, metrics and character map, without hinting and
 * layout tables. *ret_fd owned (close).
 */
VT_NODISCARD int vt_subset_file(const struct vt_face *f,
    const uint32_t *letters, size_t n, int *ret_fd, struct vt_err *reterr);

#endif
