/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Incremental updates (ISO 32000-2 §7.5.6): collecting and writing. */
#include "base/pdf/append.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/update.h"

/* Memory to check a body of n bytes in: the densest value is an array of
 * one-digit numbers. */
#define CHECK_ARENA(n) ((size_t)65536 + (n)*128)

int
vt_pdf_append_new(
    struct vt_pdf *pdf, struct vt_pdf_append **ret, struct vt_err *reterr)
{
	struct vt_pdf_append *a;
	struct vt_pdf_object *catalog;
	struct vt_pdf_ref ref;
	uint32_t next = 1;
	int rc;

	VT_CHECK(pdf, VT_PDF_MAGIC);
	if (pdf->header != 0)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "ISO 32000-2 §7.5.2: %" PRIu64 " bytes precede the header: "
		    "readers would count the offsets and the byte range of an "
		    "update differently",
		    pdf->header);
	rc = vt_pdf_catalog(pdf, VT_PDF_LATEST, &catalog, &ref, reterr);
	if (rc != VT_OK)
		return rc;
	if (pdf->n_revs >= VT_L(PDF_REVISIONS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "the PDF has %zu revisions already", pdf->n_revs);
	for (size_t i = 0; i < pdf->n_revs; i++)
		if (pdf->revs[i].size > next)
			next = pdf->revs[i].size;
	/* sections without a revision of their own may know more */
	if (pdf->index.n > 0 && pdf->index.v[pdf->index.n - 1].num >= next)
		next = pdf->index.v[pdf->index.n - 1].num + 1;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF update");
	a->magic = PDF_APPEND_MAGIC;
	a->pdf = pdf;
	a->first_new = a->next = next;
	vt_buf_init(&a->store, 0);
	*ret = a;
	return VT_OK;
}

void
vt_pdf_append_free(struct vt_pdf_append *a)
{
	if (a == NULL)
		return;
	VT_CHECK(a, PDF_APPEND_MAGIC);
	vt_buf_free(&a->store);
	free(a->items);
	a->magic = 0;
	free(a);
}

int
vt_pdf_append_alloc(
    struct vt_pdf_append *a, uint32_t *ret, struct vt_err *reterr)
{
	VT_CHECK(a, PDF_APPEND_MAGIC);
	/* one number stays for the cross-reference stream */
	if (a->next >= VT_L(PDF_OBJECTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "the PDF has no free object number below %zu",
		    VT_L(PDF_OBJECTS_MAX));
	*ret = a->next++;
	return VT_OK;
}

/* Generation of a number that may be written, or a refusal. */
static int
check_number(const struct vt_pdf_append *a, uint32_t num, uint16_t *ret_gen,
    struct vt_err *reterr)
{
	const struct vt_pdf *pdf = a->pdf;
	struct vt_pdf_slot slot;

	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].num == num)
			return vt_err_set(reterr, VT_E_INVALID,
			    "PDF update: object %" PRIu32 " is given twice",
			    num);
	*ret_gen = 0;
	if (num >= a->first_new && num < a->next)
		return VT_OK;
	slot = vt_pdf_slot(pdf, pdf->n_revs - 1, num);
	if (num >= a->next || (slot.state != VT_PDF_SLOT_FILE &&
				  slot.state != VT_PDF_SLOT_OBJSTM))
		return vt_err_set(reterr, VT_E_INVALID,
		    "PDF update: object %" PRIu32 " is not one of the file, "
		    "nor a new one",
		    num);
	if (num / 8 < pdf->n_containers &&
	    pdf->containers[num / 8] & 1u << num % 8)
		return vt_err_set(reterr, VT_E_INVALID,
		    "PDF update: object %" PRIu32 " is an object stream; "
		    "replacing it would change the objects in it",
		    num);
	*ret_gen = slot.gen;
	return VT_OK;
}

/*
 * Checks that s is one value, for a dictionary (dict) without any of the keys
 * that the appender writes itself. *ret_from, *ret_to: what stands between <<
 * and >>, or the whole value.
 */
static int
check_body(struct vt_span s, bool dict, const char *const *reserved,
    size_t *ret_from, size_t *ret_to, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	struct vt_pdf_object *o = NULL;
	struct vt_err why = VT_ERR_INIT;
	int rc;

	if (s.n > VT_L(PDF_INFLATE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF update: a value of %zu bytes", s.n);
	arena = vt_arena_new(CHECK_ARENA(s.n));
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF update");
	rc = vt_pdf_parse(s, arena, &o, &why);
	if (rc == VT_E_NOMEM || rc == VT_E_LIMIT)
		return vt_err_set(reterr, (enum vt_code)rc, "%s", why.msg);
	if (rc != VT_OK)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "PDF update: a value is not well formed: %s", why.msg);
	*ret_from = (size_t)o->offset;
	*ret_to = (size_t)o->end;
	if (!dict)
		return VT_OK;
	if (o->type != VT_PDF_DICT)
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "PDF update: a dictionary is wanted");
	for (; *reserved != NULL; reserved++)
		if (vt_pdf_dict_get(o, *reserved) != NULL)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "PDF update: /%s is not the caller's to give",
			    *reserved);
	*ret_from += 2;
	*ret_to -= 2;
	return VT_OK;
}

int
pdf_items_add(
    struct vt_pdf_append *a, const struct pdf_item *item, struct vt_err *reterr)
{
	struct pdf_item *q;
	size_t cap;

	if (a->n == a->cap) {
		cap = a->cap == 0 ? 16 : a->cap * 2;
		q = realloc(a->items, cap * sizeof(*q));
		if (q == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "PDF update");
		a->items = q;
		a->cap = cap;
	}
	a->items[a->n++] = *item;
	return VT_OK;
}

static int
add_item(struct vt_pdf_append *a, struct pdf_item *item, struct vt_span body,
    struct vt_span data, struct vt_err *reterr)
{
	int rc;

	item->body = a->store.n;
	item->body_n = body.n;
	vt_buf_span(&a->store, body);
	item->data = a->store.n;
	item->data_n = data.n;
	vt_buf_span(&a->store, data);
	rc = vt_buf_status(&a->store, reterr);
	return rc != VT_OK ? rc : pdf_items_add(a, item, reterr);
}

int
vt_pdf_append_put(struct vt_pdf_append *a, uint32_t num, struct vt_span body,
    struct vt_err *reterr)
{
	struct pdf_item item = { .num = num, .kind = PDF_ITEM_VALUE };
	size_t from = 0, to = 0;
	int rc;

	VT_CHECK(a, PDF_APPEND_MAGIC);
	if ((rc = check_number(a, num, &item.gen, reterr)) != VT_OK ||
	    (rc = check_body(body, false, NULL, &from, &to, reterr)) != VT_OK)
		return rc;
	return add_item(a, &item, VT_SPAN(body.p + from, to - from),
	    VT_SPAN(NULL, 0), reterr);
}

int
vt_pdf_append_stream(struct vt_pdf_append *a, uint32_t num, struct vt_span dict,
    struct vt_span data, struct vt_err *reterr)
{
	static const char *const reserved[] = { "Length", NULL };
	struct pdf_item item = { .num = num, .kind = PDF_ITEM_STREAM };
	size_t from = 0, to = 0;
	int rc;

	VT_CHECK(a, PDF_APPEND_MAGIC);
	if ((rc = check_number(a, num, &item.gen, reterr)) != VT_OK ||
	    (rc = check_body(dict, true, reserved, &from, &to, reterr)) !=
		VT_OK)
		return rc;
	return add_item(
	    a, &item, VT_SPAN(dict.p + from, to - from), data, reterr);
}

int
vt_pdf_append_signature(struct vt_pdf_append *a, uint32_t num,
    struct vt_span entries, size_t contents_size, struct vt_err *reterr)
{
	static const char *const reserved[] = { "ByteRange", "Contents", NULL };
	struct pdf_item item = { .num = num,
		.kind = PDF_ITEM_SIGNATURE,
		.contents_size = contents_size };
	VT_BUF_AUTO(whole);
	size_t from = 0, to = 0;
	int rc;

	VT_CHECK(a, PDF_APPEND_MAGIC);
	if (a->has_signature)
		return vt_err_set(reterr, VT_E_INVALID,
		    "PDF update: it has a signature already");
	if (contents_size == 0 || contents_size > VT_L(PDF_CONTENTS_MAX) / 2)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF update: place for a signature of %zu bytes, at most "
		    "%zu",
		    contents_size, VT_L(PDF_CONTENTS_MAX) / 2);
	vt_buf_puts(&whole, "<<");
	vt_buf_span(&whole, entries);
	vt_buf_puts(&whole, "\n>>"); /* a comment in entries ends here */
	if ((rc = vt_buf_status(&whole, reterr)) != VT_OK ||
	    (rc = check_number(a, num, &item.gen, reterr)) != VT_OK ||
	    (rc = check_body(vt_buf_view(&whole), true, reserved, &from, &to,
		 reterr)) != VT_OK)
		return rc;
	rc = add_item(a, &item, VT_SPAN(whole.p + from, to - from),
	    VT_SPAN(NULL, 0), reterr);
	if (rc == VT_OK)
		a->has_signature = true;
	return rc;
}

/* By number, the signature last: nothing of the body follows its hole. */
static int
item_order(const void *a, const void *b)
{
	const struct pdf_item *x = a, *y = b;
	int sx = x->kind == PDF_ITEM_SIGNATURE;
	int sy = y->kind == PDF_ITEM_SIGNATURE;

	if (sx != sy)
		return sx - sy;
	return (x->num > y->num) - (x->num < y->num);
}

static int
number_order(const void *a, const void *b)
{
	const struct pdf_item *x = a, *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

/* *ret_range: where the value of /ByteRange begins in the tail. */
static void
write_item(const struct vt_pdf_append *a, struct pdf_item *it,
    struct vt_pdf_tail *t, size_t *ret_range)
{
	struct vt_span body = VT_SPAN(a->store.p + it->body, it->body_n);
	struct vt_span data = VT_SPAN(a->store.p + it->data, it->data_n);
	struct vt_buf *b = &t->bytes;
	uint8_t *hole;

	it->at = t->base + b->n;
	vt_buf_printf(b, "%" PRIu32 " %u obj\n", it->num, (unsigned)it->gen);
	if (it->kind == PDF_ITEM_VALUE) {
		vt_buf_span(b, body);
	} else if (it->kind == PDF_ITEM_STREAM) {
		vt_buf_puts(b, "<<");
		vt_buf_span(b, body);
		/* the line end closes a comment the body may end with */
		vt_buf_printf(b, "\n/Length %zu >>\nstream\n", it->data_n);
		vt_buf_span(b, data);
		vt_buf_puts(b, "\nendstream");
	} else {
		vt_buf_puts(b, "<<");
		vt_buf_span(b, body);
		vt_buf_puts(b, "\n/ByteRange ");
		*ret_range = b->n;
		for (size_t i = 0; i < PDF_BYTE_RANGE_WIDTH; i++)
			vt_buf_putc(b, ' ');
		vt_buf_puts(b, "\n/Contents <");
		t->hole = b->n;
		t->hole_size = 2 * it->contents_size;
		if ((hole = vt_buf_extend(b, t->hole_size)) != NULL)
			memset(hole, '0', t->hole_size);
		vt_buf_puts(b, ">\n>>");
	}
	vt_buf_puts(b, "\nendobj\n");
}

/* The whole file less the hole with its angle brackets. */
static int
fill_byte_range(struct vt_pdf_tail *t, size_t at, struct vt_err *reterr)
{
	uint64_t total = t->base + t->bytes.n;
	char s[96];
	int n;

	t->byte_range[0] = 0;
	t->byte_range[1] = t->base + t->hole - 1;
	t->byte_range[2] = t->base + t->hole + t->hole_size + 1;
	t->byte_range[3] = total - t->byte_range[2];
	n = snprintf(s, sizeof(s), "[0 %" PRIu64 " %" PRIu64 " %" PRIu64 "]",
	    t->byte_range[1], t->byte_range[2], t->byte_range[3]);
	if (n < 0 || n > PDF_BYTE_RANGE_WIDTH)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "ISO 32000-2 §12.8.1: /ByteRange needs %d characters, %d "
		    "are reserved",
		    n, PDF_BYTE_RANGE_WIDTH);
	memcpy(t->bytes.p + at, s, (size_t)n);
	t->has_signature = true;
	return VT_OK;
}

/* /ID's second string: of the content, so that equal input gives equal
 * bytes. */
static void
fill_id(struct vt_pdf_tail *t, size_t at)
{
	char text[VT_HASH_TEXT + 1];
	vt_hash h = vt_sha256(vt_buf_view(&t->bytes));

	vt_hash_text(&h, text);
	memcpy(t->bytes.p + at, text, 32);
}

static int
write_all(struct vt_pdf_append *a, struct vt_pdf_tail *t, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &a->pdf->lx;
	size_t range = 0, id = 0;
	int last, rc;

	last = pdf_byte(lx, t->base - 1);
	if (lx->rc != VT_OK)
		return pdf_fail(lx, VT_E_IO, "7.5.6", "the last byte", reterr);
	if (last != '\n' && last != '\r')
		vt_buf_putc(&t->bytes, '\n');
	if (a->n > 0)
		qsort(a->items, a->n, sizeof(*a->items), item_order);
	for (size_t i = 0; i < a->n; i++)
		write_item(a, &a->items[i], t, &range);
	if (a->n > 0)
		qsort(a->items, a->n, sizeof(*a->items), number_order);
	if ((rc = vt_buf_status(&t->bytes, reterr)) != VT_OK ||
	    (rc = pdf_xref_write(a, t, &id, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&t->bytes, reterr)) != VT_OK)
		return rc;
	if (id != 0)
		fill_id(t, id);
	return a->has_signature ? fill_byte_range(t, range, reterr) : VT_OK;
}

int
vt_pdf_append_finish(
    struct vt_pdf_append *a, struct vt_pdf_tail *ret, struct vt_err *reterr)
{
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	int rc;

	VT_CHECK(a, PDF_APPEND_MAGIC);
	VT_ASSERT(!a->finished);
	a->finished = true;
	t.base = vt_pdf_size(a->pdf);
	rc = write_all(a, &t, reterr);
	if (rc != VT_OK) {
		vt_pdf_tail_free(&t);
		return rc;
	}
	*ret = t;
	return VT_OK;
}
