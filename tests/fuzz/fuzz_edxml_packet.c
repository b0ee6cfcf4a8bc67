/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of packets on any bytes. Attachments lie inside what was handed
 * out; what is kept is read back as it was; and a paper that can be written
 * again is then the same for ever.
 */
#include "base/context.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/api/edxml/paper.h"

#define SEEDS 5

static struct vt_buf seeds[SEEDS];

static void
make_mime(struct vt_buf *b, const struct vt_buf *packet)
{
	vt_buf_puts(b, "MIME-Version: 1.0\r\nContent-Type: multipart/related; "
		       "boundary=xx\r\n\r\n--xx\r\n\r\n");
	vt_buf_span(b, vt_buf_view(packet));
	vt_buf_puts(b, "\r\n--xx\r\nContent-ID: <a>\r\n"
		       "Content-Transfer-Encoding: base64\r\n"
		       "Content-Disposition: attachment; filename=a.pdf\r\n"
		       "\r\nJVBERi0xLjcK\r\n--xx--\r\n");
}

static void
make_seeds(void)
{
	struct vt_edxml_receiver receiver = { "H99.31", 0 };
	const char *organ = "H99.31";
	struct vt_edxml_replacement replaces = { "1", &organ, 1 };
	struct paper p;

	if (seeds[0].n > 0)
		return;
	VT_FUZZ_HOLDS(vt_base_init(NULL) == VT_OK);
	paper_make(&p);
	paper_write(&p.d, &seeds[0]);
	p.d.business = VT_EDXML_UPDATE;
	p.d.receivers = &receiver;
	p.d.n_receivers = 1;
	p.d.replaces = &replaces;
	p.d.n_replaces = 1;
	p.d.tasks = &organ;
	p.d.n_tasks = 1;
	p.d.n_attachments = 1;
	paper_write(&p.d, &seeds[1]);
	vt_buf_span(&seeds[2], vt_buf_view(&seeds[0]));
	paper_edit(&seeds[2], VT_EDXML_NS,
	    "http://schemas.xmlsoap.org/soap/envelope/");
	paper_edit(&seeds[2], "<edXML xmlns",
	    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\">"
	    "<S:Body><edXML xmlns");
	paper_edit(&seeds[2], "</edXML>", "</edXML></S:Body></S:Envelope>");
	make_mime(&seeds[3], &seeds[1]);
	vt_buf_puts(&seeds[4], "<edXML xmlns=\"" VT_EDXML_NS "\"/>");
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	make_seeds();
	if (i >= SEEDS)
		return NULL;
	*ret_n = seeds[i].n;
	return seeds[i].p;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "<edXML:To>", "</edXML:To>",
		"<edXML:OrganId>", "<edXML:Subject>", "<!--", "-->",
		"<![CDATA[", "]]>", "&amp;", "&#61;", "<?x ?>", "xmlns=\"\"",
		"xmlns:edXML=", "<Attachment>", "</Attachment>",
		"<ContentTransferEncoded>", "UEsDBBQACAgI", "JVBERi0x",
		"AttachmentName>a.pdf<", "2026/03/02",
		"cid:", "==", "<Signature>", "\xEF\xBF\xBD", "Bussiness",
		"\r\n--xx", "Content-ID:", "<!DOCTYPE a [", "StatusCode>03<" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

static void
check_kept(const struct vt_edxml *x)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	struct vt_json j;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(text);

	vt_edxml_put(x, &a);
	VT_FUZZ_HOLDS(vt_edxml_get(vt_buf_view(&a), &y, NULL) == VT_OK);
	vt_edxml_put(y, &b);
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)));
	vt_json_open(&j, &text, false);
	vt_edxml_json(y, &j);
	VT_FUZZ_HOLDS(vt_buf_status(&text, NULL) == VT_OK);
}

static void
check_ranges(const struct vt_edxml *x, const struct vt_buf *files)
{
	const struct vt_edxml_document *d = &x->document;

	VT_FUZZ_HOLDS(d->n_attachments <= VT_L(EDXML_ATTACHMENTS_MAX));
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		VT_FUZZ_HOLDS(
		    !a->present || (a->size > 0 && a->at <= files->n &&
				       a->size <= files->n - a->at));
	}
}

/* Writes what was read; false when it is not fit to be written. */
static bool
write_again(struct vt_edxml *x, const struct vt_buf *files, struct vt_buf *ret)
{
	struct vt_source sources[VT_L(EDXML_ATTACHMENTS_MAX)];
	struct vt_edxml_document *d = &x->document;

	for (size_t i = 0; i < d->n_attachments; i++) {
		struct vt_edxml_attachment *a = &d->attachments[i];

		if (!a->present)
			return false;
		vt_source_memory(
		    &sources[i], VT_SPAN(files->p + a->at, (size_t)a->size));
		a->source = &sources[i];
	}
	return vt_edxml_write(d, paper_sink, ret, NULL) == VT_OK;
}

static void
check_again(struct vt_edxml *x, const struct vt_buf *files)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	VT_BUF_AUTO(once);
	VT_BUF_AUTO(twice);
	VT_BUF_AUTO(again);

	if (!write_again(x, files, &once))
		return;
	VT_FUZZ_HOLDS(paper_read(&once, &again, &y, NULL) == VT_OK);
	VT_FUZZ_HOLDS(!y->broken && y->dialect == VT_EDXML_QCVN_2016);
	VT_FUZZ_HOLDS(write_again(y, &again, &twice));
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&once), vt_buf_view(&twice)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_edxml_reading how = { .out = paper_sink };
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source s;
	VT_BUF_AUTO(files);
	int rc;

	make_seeds();
	how.arg = &files;
	vt_source_memory(&s, VT_SPAN(p, n));
	rc = vt_edxml_read(&s, &how, &x, &err);
	VT_FUZZ_HOLDS(rc == (int)err.code);
	if (rc != VT_OK)
		return 0;
	check_ranges(x, &files);
	check_kept(x);
	if (x->kind == VT_EDXML_DOCUMENT && !x->broken)
		check_again(x, &files);
	return 0;
}
