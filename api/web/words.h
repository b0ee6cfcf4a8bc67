/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States, acts and times of papers, in words of the office. Static. */
#ifndef VT_API_WEB_WORDS_H
#define VT_API_WEB_WORDS_H

#include "api/web/web_priv.h"

const char *vt_word_state(const struct vt_desk *d, const struct vt_paper *p);
/* A class of the style: "wait", "go", "done", "stop". */
const char *vt_word_state_class(enum vt_paper_state st);
/* What an act of a paper was: the step that says most; which one that is
 * (n_kinds: none). */
const char *vt_word_act(const struct vt_desk *d, const struct vt_paper *p,
    const struct vt_act_entry *e, size_t *ret_step);
/* A status as a delivery shows it. */
const char *vt_word_heard(const struct vt_desk *d, uint32_t code);
/* Changed or corrected by another paper, and in force as before? */
bool vt_word_is_amended(const struct vt_paper *p);
/* A status of the exchange, as its table says it. */
const char *vt_word_status(const struct vt_desk *d, uint32_t code);
/* A task that is handed on; NULL: one that goes with another. */
const char *vt_word_duty(const struct vt_desk *d, enum vt_duty duty);
const char *vt_word_delivery(
    const struct vt_desk *d, const struct vt_delivery *v);
const char *vt_word_delivery_state(const struct vt_desk *d, unsigned state);
const char *vt_word_urgency(const struct vt_desk *d, uint32_t urgency);
const char *vt_word_secrecy(const struct vt_desk *d, uint32_t secrecy);
const char *vt_word_transport(const struct vt_desk *d, uint32_t transport);

/* A note as it is stored, or, on an English page, one of those that the office
 * itself writes, in English: in scratch. */
const char *vt_word_note(
    const struct vt_desk *d, const char *text, struct vt_buf *scratch);
/* Where the part for engineers begins in "words (code: detail)", the code an
 * error's; NULL: there is none. */
const char *vt_word_detail(const char *text);
/* A note as a paragraph of the page, without that part. */
void vt_word_said(struct vt_desk *d, const char *text);

/* YYYY-MM-DD as 21/11/2026, appended; anything else as it is. */
void vt_word_day(const char *iso, struct vt_buf *ret);
/* Today in Vietnam as YYYY-MM-DD. */
void vt_word_today(const struct vt_desk *d, char ret[static 16]);

#endif
