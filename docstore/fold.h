/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room only: words as search compares them (docstore/search.h). */
#ifndef VT_DOCSTORE_FOLD_H
#define VT_DOCSTORE_FOLD_H

#include "base/buf.h"
#include "docstore/search.h"

struct vt_word {
	char marked[128]; /* lower case, letters with their own marks (ă ơ đ)
			   * and without tones; UTF-8 */
	char bare[128];   /* without any mark */
	char tones[8];    /* '1'..'5', in their order */
	size_t n_marked, n_bare, n_tones;
	bool has_marks; /* any mark or tone */
	bool foreign;   /* letters that no Vietnamese word has */
	bool digits;    /* a number, without zeros in front */
};

/* The next word of text (NFC) at *at, or false. */
bool vt_word_next(struct vt_span text, size_t *at, struct vt_word *ret);

/*
 * Is w what was asked for? As it was typed when that has marks, in every
 * spelling when it has none. begin: w may also only begin so.
 */
bool vt_word_fits(
    const struct vt_word *asked, const struct vt_word *w, bool begin);

#endif
