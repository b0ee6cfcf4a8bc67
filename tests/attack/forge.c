/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/attack/forge.h"

#include <inttypes.h>
#include <stdio.h>

#include "signing/cms/cms.h"

#define ARENA_LIMIT ((size_t)64 << 20)
#define CONTENTS    ((size_t)8192)

static void
must(int rc, const struct vt_err *err)
{
	if (rc == VT_OK)
		return;
	printf("Bail out! forging: %s\n", err->msg);
	abort();
}

void
forge_open(struct forge *f, const struct vt_buf *file)
{
	struct vt_err err = VT_ERR_INIT;

	memset(f, 0, sizeof(*f));
	f->file = file;
	f->tail = (struct vt_pdf_tail)VT_PDF_TAIL_INIT;
	vt_source_memory(&f->src, vt_buf_view(file));
	f->arena = vt_arena_new(ARENA_LIMIT);
	VT_ASSERT(f->arena != NULL);
	must(vt_pdf_open(&f->src, f->arena, &f->pdf, &err), &err);
	must(vt_pdf_append_new(f->pdf, &f->append, &err), &err);
}

void
forge_close(struct forge *f)
{
	vt_pdf_append_free(f->append);
	vt_pdf_tail_free(&f->tail);
	vt_pdf_free(f->pdf);
	vt_arena_free(f->arena);
}

static size_t
latest(const struct forge *f)
{
	return vt_pdf_revisions(f->pdf) - 1;
}

static struct vt_pdf_object *
get(struct forge *f, uint32_t num)
{
	struct vt_pdf_object *o = NULL;
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_get(f->pdf, latest(f), num, &o, &err), &err);
	return o;
}

uint32_t
forge_catalog(struct forge *f)
{
	struct vt_pdf_object *o;
	struct vt_pdf_ref ref;
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_catalog(f->pdf, latest(f), &o, &ref, &err), &err);
	return ref.num;
}

uint32_t
forge_page(struct forge *f)
{
	struct vt_pdf_page page;
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_page(f->pdf, latest(f), 0, &page, &err), &err);
	return page.ref.num;
}

uint32_t
forge_entry(struct forge *f, uint32_t num, const char *key)
{
	struct vt_pdf_object *o = vt_pdf_dict_get(get(f, num), key);

	return o != NULL && o->type == VT_PDF_REF ? o->u.ref.num : 0;
}

uint32_t
forge_field(struct forge *f, size_t i)
{
	struct vt_pdf_object *form, *fields;
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_lookup(f->pdf, latest(f), get(f, forge_catalog(f)),
		 "AcroForm", &form, &err),
	    &err);
	must(vt_pdf_lookup(f->pdf, latest(f), form, "Fields", &fields, &err),
	    &err);
	VT_ASSERT(fields != NULL && i < fields->u.array.n);
	return fields->u.array.items[i]->u.ref.num;
}

uint32_t
forge_new(struct forge *f)
{
	struct vt_err err = VT_ERR_INIT;
	uint32_t num = 0;

	must(vt_pdf_append_alloc(f->append, &num, &err), &err);
	return num;
}

static void
put(struct forge *f, uint32_t num, struct vt_buf *body)
{
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_append_put(f->append, num, vt_buf_view(body), &err), &err);
}

void
forge_put(struct forge *f, uint32_t num, const char *fmt, ...)
{
	VT_BUF_AUTO(b);
	va_list ap;

	va_start(ap, fmt);
	vt_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	put(f, num, &b);
}

void
forge_stream(struct forge *f, uint32_t num, const char *dict, const char *data)
{
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_append_stream(
		 f->append, num, vt_span_str(dict), vt_span_str(data), &err),
	    &err);
}

void
forge_edit(struct forge *f, uint32_t num, const char *const *drop,
    const char *fmt, ...)
{
	const struct vt_pdf_object *o = get(f, num);
	VT_BUF_AUTO(b);
	va_list ap;
	size_t i, k;

	VT_ASSERT(o->type == VT_PDF_DICT);
	vt_buf_puts(&b, "<< ");
	for (i = 0; i < o->u.dict.n; i++) {
		const struct vt_pdf_entry *e = &o->u.dict.entries[i];
		bool dropped = false;

		for (k = 0; drop != NULL && drop[k] != NULL; k++)
			dropped = dropped || vt_span_is(e->key, drop[k]);
		if (dropped)
			continue;
		vt_pdf_print_name(e->key, &b);
		vt_buf_putc(&b, ' ');
		vt_pdf_print(e->value, &b);
		vt_buf_putc(&b, '\n');
	}
	va_start(ap, fmt);
	vt_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	vt_buf_puts(&b, " >>");
	put(f, num, &b);
}

static void
join(struct forge *f, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;

	vt_buf_reset(ret);
	vt_buf_span(ret, vt_buf_view(f->file));
	vt_buf_span(ret, vt_buf_view(&f->tail.bytes));
	must(vt_buf_status(ret, &err), &err);
}

void
forge_done(struct forge *f, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;

	must(vt_pdf_append_finish(f->append, &f->tail, &err), &err);
	join(f, ret);
}

/* The value of the last /ByteRange of the file, blank-padded. */
static void
write_range(struct vt_buf *file, const char *text)
{
	static const char key[] = "/ByteRange ";
	uint8_t *p = NULL, *q = file->p;
	size_t n = strlen(text);

	while ((q = memmem(q, (size_t)(file->p + file->n - q), key,
		    sizeof(key) - 1)) != NULL) {
		p = q;
		q++;
	}
	VT_ASSERT(p != NULL && n <= 60);
	p += sizeof(key) - 1;
	memset(p, ' ', 60);
	memcpy(p, text, n);
}

static void
honest_cms(struct vt_span content, struct vt_key *key, struct vt_buf *ret)
{
	vt_hash digest = vt_sha256(content);
	struct vt_err err = VT_ERR_INIT;
	struct vt_span chain[10];
	size_t i, n = vt_key_chain_length(key);
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);

	for (i = 0; i < n; i++)
		chain[i] = vt_key_chain(key, i);
	must(vt_cms_attributes(
		 &digest, chain[0], vt_key_algorithm(key), &attrs, &err),
	    &err);
	must(vt_key_sign(key, vt_buf_view(&attrs), &value, &err), &err);
	must(vt_cms_build(vt_buf_view(&attrs), chain, n, vt_key_algorithm(key),
		 vt_buf_view(&value), ret, &err),
	    &err);
}

void
forge_sign(struct forge *f, uint32_t num, const struct forge_signature *s,
    struct vt_key *key, struct vt_buf *ret)
{
	static const char honest[] = "/Type /Sig /Filter /Adobe.PPKLite "
				     "/SubFilter /ETSI.CAdES.detached "
				     "/M (D:20261118181640+07'00')";
	const char *entries = s->entries == NULL ? honest : s->entries;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(tbs);
	VT_BUF_AUTO(cms);
	VT_BUF_AUTO(hex);
	char text[96];
	uint64_t r[4];

	must(vt_pdf_append_signature(
		 f->append, num, vt_span_str(entries), CONTENTS, &err),
	    &err);
	must(vt_pdf_append_finish(f->append, &f->tail, &err), &err);
	join(f, ret);
	memcpy(r, f->tail.byte_range, sizeof(r));
	if (s->range != NULL)
		s->range(r);
	snprintf(text, sizeof(text),
	    "[%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "]", r[0], r[1],
	    r[2], r[3]);
	write_range(ret, s->range_text == NULL ? text : s->range_text);
	VT_ASSERT(r[0] + r[1] <= ret->n && r[2] + r[3] <= ret->n);
	vt_buf_put(&tbs, ret->p + r[0], (size_t)r[1]);
	vt_buf_put(&tbs, ret->p + r[2], (size_t)r[3]);
	if (s->cms != NULL)
		s->cms(s->arg, vt_buf_view(&tbs), &cms);
	else
		honest_cms(vt_buf_view(&tbs), key, &cms);
	vt_buf_hex(&hex, vt_buf_view(&cms));
	VT_ASSERT(hex.n <= f->tail.hole_size);
	memcpy(ret->p + f->file->n + f->tail.hole, hex.p, hex.n);
}

void
forge_patch(struct vt_buf *file, const char *from, const char *to)
{
	uint8_t *p = memmem(file->p, file->n, from, strlen(from));

	VT_ASSERT(p != NULL && strlen(from) == strlen(to));
	memcpy(p, to, strlen(to));
}
