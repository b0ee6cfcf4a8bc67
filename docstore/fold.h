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
	size_t from, to; /* where it stands in the text */
	bool has_marks;  /* any mark or tone */
	bool foreign;    /* letters that no Vietnamese word has */
	bool digits;     /* a number, without zeros in front */
	/* "lý", "quy": y stands for i alone at the end of an open syllable, and
	 * either is written; kept with i, and this says that it was y. */
	bool was_y;
};

/* Stands between texts of one column that no phrase goes across. */
#define VT_WORD_BREAK 0x1f

/* The next word of text (NFC) at *at, or false. */
bool vt_word_next(struct vt_span text, size_t *at, struct vt_word *ret);

/* A word that was kept with i, as it was typed. */
void vt_word_unfold(struct vt_word *w);

/*
 * Is w what was asked for? As it was typed when that has marks, in every
 * spelling when it has none. begin: w may also only begin so; and when marks
 * were typed but no tone yet, which is put in last, it may have one if it goes
 * on by a letter of a Vietnamese rhyme (VT_RHYME).
 */
bool vt_word_fits(
    const struct vt_word *asked, const struct vt_word *w, bool begin);

/* The letters by which a syllable can go on after its first vowel. */
#define VT_RHYME_N 19
extern const char vt_rhyme[VT_RHYME_N][3];

#endif
