/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cross-reference section of an update, of the kind the file ends with. */
#include <inttypes.h>

#include "base/limits.h"
#include "base/pdf/update.h"

/* What ten digits of a table can hold (ISO 32000-2 §7.5.4). */
#define TABLE_OFFSET_MAX 9999999999

/* A run of consecutive numbers among the items. */
static size_t
run_length(const struct vt_pdf_append *a, size_t i)
{
	size_t n = 1;

	while (i + n < a->n && a->items[i + n].num == a->items[i].num + n)
		n++;
	return n;
}

/* Keys that belong to the section itself or are written anew. */
static bool
is_own_key(struct vt_span key)
{
	static const char *const own[] = { "Size", "Prev", "XRefStm", "ID",
		"Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL",
		"F", "FFilter", "FDecodeParms" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (vt_span_is(key, own[i]))
			return true;
	return false;
}

/* §14.4: the first string stays, the second names this version. A file
 * without /ID gets none: nothing that is not asked for changes. */
static int
write_id(struct vt_pdf *pdf, const struct vt_pdf_object *trailer,
    struct vt_buf *b, size_t *ret_id, struct vt_err *reterr)
{
	struct vt_pdf_object *id, *first;
	int rc;

	rc = vt_pdf_lookup(pdf, VT_PDF_LATEST, trailer, "ID", &id, reterr);
	if (rc != VT_OK || id == NULL || id->type != VT_PDF_ARRAY ||
	    id->u.array.n != 2)
		return rc;
	rc = vt_pdf_resolve(
	    pdf, VT_PDF_LATEST, id->u.array.items[0], &first, reterr);
	if (rc != VT_OK || first->type != VT_PDF_STRING)
		return rc;
	vt_buf_puts(b, " /ID [<");
	vt_buf_hex(b, first->u.string);
	vt_buf_puts(b, "> <");
	*ret_id = b->n;
	vt_buf_puts(b, "00000000000000000000000000000000>]");
	return VT_OK;
}

/* The entries that table trailers and streams share: §7.5.6 wants all those
 * of the previous one. */
static int
write_keys(struct vt_pdf_append *a, uint32_t size, struct vt_buf *b,
    size_t *ret_id, struct vt_err *reterr)
{
	const struct vt_pdf_revision *last = &a->pdf->revs[a->pdf->n_revs - 1];

	vt_buf_printf(
	    b, " /Size %" PRIu32 " /Prev %" PRIu64, size, last->xref_offset);
	for (size_t i = 0; i < last->trailer->u.dict.n; i++) {
		const struct vt_pdf_entry *e =
		    &last->trailer->u.dict.entries[i];
		if (is_own_key(e->key))
			continue;
		vt_buf_putc(b, ' ');
		vt_pdf_print_name(e->key, b);
		vt_buf_putc(b, ' ');
		vt_pdf_print(e->value, b);
	}
	return write_id(a->pdf, last->trailer, b, ret_id, reterr);
}

static int
write_table(struct vt_pdf_append *a, struct vt_buf *b, size_t *ret_id,
    struct vt_err *reterr)
{
	size_t i, n;
	int rc;

	vt_buf_puts(b, "xref\n");
	if (a->n == 0)
		vt_buf_puts(b, "0 0\n");
	for (i = 0; i < a->n; i += n) {
		n = run_length(a, i);
		vt_buf_printf(b, "%" PRIu32 " %zu\n", a->items[i].num, n);
		for (size_t k = i; k < i + n; k++) {
			uint64_t off = a->items[k].at;
			if (off > TABLE_OFFSET_MAX)
				return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
				    "ISO 32000-2 §7.5.4: object %" PRIu32
				    " would stand at %" PRIu64
				    ", past what ten digits can say",
				    a->items[k].num, off);
			vt_buf_printf(b, "%010" PRIu64 " %05u n \n", off,
			    (unsigned)a->items[k].gen);
		}
	}
	vt_buf_puts(b, "trailer\n<<");
	rc = write_keys(a, a->next, b, ret_id, reterr);
	vt_buf_puts(b, " >>\n");
	return rc;
}

static size_t
width_of(uint64_t v)
{
	size_t n = 1;

	while (v >>= 8)
		n++;
	return n;
}

static void
put_field(struct vt_buf *b, uint64_t v, size_t width)
{
	while (width-- > 0)
		vt_buf_putc(b, (uint8_t)(v >> 8 * width));
}

/* The stream is itself an object of the update, the last one, and lists
 * itself. Not compressed: it is small, and its bytes then do not depend on
 * the version of a library. */
static int
write_stream(struct vt_pdf_append *a, struct vt_pdf_tail *t, size_t *ret_id,
    struct vt_err *reterr)
{
	struct pdf_item self = { .num = a->next, .at = t->base + t->bytes.n };
	struct vt_buf *b = &t->bytes;
	size_t w = width_of(self.at), gw = 1, i, n;
	int rc;

	rc = pdf_items_add(a, &self, reterr);
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < a->n; i++)
		if (a->items[i].gen > UINT8_MAX)
			gw = 2;
	vt_buf_printf(b, "%" PRIu32 " 0 obj\n<< /Type /XRef /W [1 %zu %zu]",
	    self.num, w, gw);
	vt_buf_puts(b, " /Index [");
	for (i = 0; i < a->n; i += n) {
		n = run_length(a, i);
		vt_buf_printf(b, "%s%" PRIu32 " %zu", i == 0 ? "" : " ",
		    a->items[i].num, n);
	}
	vt_buf_printf(b, "] /Length %zu", a->n * (1 + w + gw));
	rc = write_keys(a, self.num + 1, b, ret_id, reterr);
	vt_buf_puts(b, " >>\nstream\n");
	for (i = 0; i < a->n; i++) {
		put_field(b, 1, 1);
		put_field(b, a->items[i].at, w);
		put_field(b, a->items[i].gen, gw);
	}
	vt_buf_puts(b, "\nendstream\nendobj\n");
	return rc;
}

int
pdf_xref_write(struct vt_pdf_append *a, struct vt_pdf_tail *t, size_t *ret_id,
    struct vt_err *reterr)
{
	uint64_t at = t->base + t->bytes.n;
	int rc;

	rc = a->pdf->revs[a->pdf->n_revs - 1].kind == VT_PDF_XREF_STREAM
		 ? write_stream(a, t, ret_id, reterr)
		 : write_table(a, &t->bytes, ret_id, reterr);
	vt_buf_printf(&t->bytes, "startxref\n%" PRIu64 "\n%%%%EOF\n", at);
	return rc;
}
