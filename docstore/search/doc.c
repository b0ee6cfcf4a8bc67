/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is searched in a paper: its columns, each of them texts that no phrase
 * goes across. */
#include <stdio.h>

#include "docstore/index.h"

void
vt_doc_free(struct vt_doc *d)
{
	for (size_t i = 0; d != NULL && i < VT_COLUMNS; i++)
		vt_buf_free(&d->col[i]);
}

static void
put(struct vt_doc *d, enum vt_column col, const char *text)
{
	struct vt_buf *b = &d->col[col];

	if (text == NULL || *text == '\0')
		return;
	if (b->n > 0)
		vt_buf_putc(b, VT_WORD_BREAK);
	vt_buf_puts(b, text);
}

/* "5" and "UBND-KT" are one number, "5/UBND-KT". */
static void
put_number(struct vt_doc *d, const struct vt_paper *p)
{
	const struct vt_meta *m = &p->meta;

	put(d, VT_COL_NUMBER, p->number.text);
	put(d, VT_COL_NUMBER, p->arrival.text);
	put(d, VT_COL_NUMBER, m->number);
	if (*m->number != '\0' && *m->notation != '\0') {
		vt_buf_putc(&d->col[VT_COL_NUMBER], '/');
		vt_buf_puts(&d->col[VT_COL_NUMBER], m->notation);
	} else {
		put(d, VT_COL_NUMBER, m->notation);
	}
}

void
vt_doc_hand(const vt_id *who, bool open, struct vt_buf *ret)
{
	vt_buf_puts(ret, open ? "open" : "has");
	vt_buf_hex(ret, VT_SPAN(who->b, VT_ID_SIZE));
}

static void
put_hand(struct vt_doc *d, const vt_id *who, bool open)
{
	struct vt_buf *b = &d->col[VT_COL_HANDS];

	if (vt_id_is_zero(who))
		return;
	vt_doc_hand(who, false, b);
	vt_buf_putc(b, ' ');
	if (open)
		vt_doc_hand(who, true, b);
	vt_buf_putc(b, ' ');
}

/* A unit is known by its name: a part of the hash of it is a word. */
void
vt_doc_unit(const char *unit, bool open, struct vt_buf *ret)
{
	vt_hash h = vt_sha256(vt_span_str(unit));

	vt_buf_puts(ret, open ? "openunit" : "unit");
	vt_buf_hex(ret, VT_SPAN(h.b, 16));
}

static void
put_unit(struct vt_doc *d, const char *unit, bool open)
{
	struct vt_buf *b = &d->col[VT_COL_HANDS];

	if (*unit == '\0')
		return;
	vt_doc_unit(unit, false, b);
	vt_buf_putc(b, ' ');
	if (open)
		vt_doc_unit(unit, true, b);
	vt_buf_putc(b, ' ');
}

static void
put_hands(struct vt_doc *d, const struct vt_paper *p)
{
	bool open = (VT_STATES_OPEN & 1U << p->state) != 0;

	put_hand(d, &p->assigned_to, open);
	put_hand(d, &p->forwarded_to, open);
	for (size_t i = 0; i < p->n_assigned_with; i++)
		put_hand(d, &p->assigned_with[i], open);
	put_unit(d, p->assigned_unit, open);
	put_unit(d, p->forwarded_unit, open);
	if (open && (*p->meta.due_on != '\0' || *p->assigned_due != '\0'))
		vt_buf_puts(&d->col[VT_COL_HANDS], VT_DOC_DUE);
}

/* YYYY-MM-DD as it is said. */
static void
put_date(struct vt_doc *d, const char *day)
{
	char text[16];

	if (strlen(day) != 10)
		return;
	(void)snprintf(
	    text, sizeof(text), "%.2s/%.2s/%.4s", day + 8, day + 5, day);
	put(d, VT_COL_DATE, text);
}

static void
put_other(struct vt_doc *d, const struct vt_paper *p)
{
	const struct vt_meta *m = &p->meta;
	const char *const texts[] = { m->description, m->draft_unit,
		m->procedure_code, m->procedure_name, m->case_code,
		m->holder_name, p->code, m->place, m->circulation, m->typist,
		m->direction, m->application, p->assigned_unit,
		p->forwarded_unit, p->closed_note };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		put(d, VT_COL_OTHER, texts[i]);
	for (size_t i = 0; i < p->n_parts; i++)
		put(d, VT_COL_OTHER, p->parts[i].name);
	for (size_t i = 0; i < m->n_appendixes; i++)
		put(d, VT_COL_OTHER, m->appendixes[i]);
	for (size_t i = 0; i < m->n_tasks; i++)
		put(d, VT_COL_OTHER, m->tasks[i]);
	for (size_t i = 0; i < m->n_facts; i++)
		put(d, VT_COL_OTHER, m->facts[i].value);
	for (size_t i = 0; i < m->n_answers; i++)
		put(d, VT_COL_OTHER, m->answers[i].code);
}

int
vt_doc_make(const struct vt_paper *p, uint32_t columns, struct vt_doc *ret,
    struct vt_err *reterr)
{
	const struct vt_meta *m = &p->meta;
	int rc = VT_OK;

	ret->seq = p->seq;
	for (size_t i = 0; i < VT_COLUMNS; i++)
		vt_buf_reset(&ret->col[i]);
	if ((columns & 1U << VT_COL_HANDS) != 0)
		put_hands(ret, p);
	if ((columns & 1U << VT_COL_NUMBER) != 0)
		put_number(ret, p);
	put(ret, VT_COL_SUBJECT, m->subject);
	put(ret, VT_COL_TYPE, m->type_code);
	put(ret, VT_COL_TYPE, m->type_name);
	put(ret, VT_COL_AGENCY, m->agency_code);
	put(ret, VT_COL_AGENCY, m->agency_name);
	put(ret, VT_COL_SIGNER, m->signer_name);
	put(ret, VT_COL_SIGNER, m->signer_position);
	if ((columns & 1U << VT_COL_RECIPIENTS) != 0)
		for (size_t i = 0; i < m->n_recipients; i++) {
			put(ret, VT_COL_RECIPIENTS, m->recipients[i].code);
			put(ret, VT_COL_RECIPIENTS, m->recipients[i].name);
		}
	if ((columns & 1U << VT_COL_OTHER) != 0)
		put_other(ret, p);
	put_date(ret, m->issued_on);
	put_date(ret, m->due_on);
	put_date(ret, p->assigned_due);
	for (size_t i = 0; i < VT_COLUMNS && rc == VT_OK; i++)
		rc = vt_buf_status(&ret->col[i], reterr);
	return rc;
}

/* ---- text of its pages ---- */

struct gather {
	struct vt_view *v;
	struct vt_buf *b;
};

static int
add_text(void *arg, const struct vt_pagetext *x, struct vt_err *reterr)
{
	struct vt_store *s = ((struct gather *)arg)->v->store;
	struct vt_buf *b = ((struct gather *)arg)->b;

	if (x->state != VT_PAGETEXT_READ)
		return VT_OK;
	if (b->n > 0)
		vt_buf_putc(b, VT_WORD_BREAK);
	return vt_pagetext_bytes(s, x, VT_L(SEARCH_TEXT_MAX) - b->n, b, reterr);
}

int
vt_doc_text(struct vt_view *v, const struct vt_paper *p, struct vt_doc *ret,
    struct vt_err *reterr)
{
	struct vt_buf *b = &ret->col[VT_COL_TEXT];
	struct gather g = { .v = v, .b = b };
	int rc;

	vt_buf_reset(b);
	rc = vt_row_pagetexts(
	    v->txn, p->agency_no, p->seq, add_text, &g, reterr);
	return rc == VT_OK ? vt_buf_status(b, reterr) : rc;
}
