/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer: the SDK's form to the byte, refusals, the packet as a source. */
#include "tests/unit/api/edxml/paper.h"

/* The wrapper of phu-luc.txt as another program made it (time and sizes in
 * front, another entry name): the rest of the example is to the byte. */
static const char other_zip[] =
    "UEsDBBQAAAAIAABAYlwms2zSGQAAABgAAAAoAAAAMGI2ZDJmMGMtN2E1NS00YjdjLTliMGUt"
    "MmY2YTFjM2Q0ZTVmLnR4dAvIeLh7qUIOkEhWKH64e6JCTubD3e2lXABQSwECFAMUAAAACAAA"
    "QGJcJrNs0hkAAAAYAAAAKAAAAAAAAAAAAAAAgAEAAAAAMGI2ZDJmMGMtN2E1NS00YjdjLTli"
    "MGUtMmY2YTFjM2Q0ZTVmLnR4dFBLBQYAAAAAAQABAFYAAABfAAAAAAA=";

static void
hash_is(const struct vt_buf *b, const char *want, const char *what)
{
	vt_hash h = vt_sha256(vt_buf_view(b));
	char hex[VT_HASH_TEXT + 1];

	vt_hash_text(&h, hex);
	tap_eq_str(hex, want, "%s", what);
}

/* Puts other_zip in the place of our wrapper. */
static void
other_wrapper(struct vt_buf *b)
{
	static const char open[] = "TBT/QCVN_102_2016\">UEs";
	uint8_t *p = memmem(b->p, b->n, open, sizeof(open) - 1);
	struct vt_buf out = VT_BUF_INIT;
	size_t at, end;

	tap_need(p != NULL, "a wrapped attachment is there");
	at = (size_t)(p - b->p) + sizeof(open) - 1 - 3;
	end = at + (size_t)((uint8_t *)memchr(b->p + at, '<', b->n - at) -
			    (b->p + at));
	vt_buf_put(&out, b->p, at);
	vt_buf_puts(&out, other_zip);
	vt_buf_put(&out, b->p + end, b->n - end);
	vt_buf_free(b);
	*b = out;
}

static void
test_form(void)
{
	struct paper p;
	struct vt_edxml_status s = paper_status();
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(again);
	VT_BUF_AUTO(status);

	paper_make(&p);
	paper_write(&p.d, &b);
	paper_write(&p.d, &again);
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
	    "the same paper gives the same bytes");
	other_wrapper(&b);
	hash_is(&b,
	    "bed191033a77e926b00c3890154d2fe503e6a7f5b6c54fb90b93fbd97073e47f",
	    "the form is the SDK's, to the byte");
	tap_call(vt_edxml_write_status(&s, &status, &err), &err, "a status");
	hash_is(&status,
	    "71d59e15e2488de178b4ee6647dcb698284f586db8a913d4ccbe9f51ff3cfaa1",
	    "its form is the SDK's, to the byte");
}

static void
refused(const struct vt_edxml_document *d, int code, const char *what)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	tap_code(vt_edxml_write(d, paper_sink, &b, &err), code, &err,
	    "refused: %s", what);
	tap_ok(err.msg[0] != '\0', "it says why: %s", err.msg);
}

static void
test_wanted(void)
{
	static const char long_id[] = "0123456789012345678901234567890123456";
	struct paper p;

	paper_make(&p);
	p.d.from.id = NULL;
	refused(&p.d, VT_E_INVALID, "no sender");
	paper_make(&p);
	p.d.n_to = 0;
	refused(&p.d, VT_E_INVALID, "nobody to send to");
	paper_make(&p);
	p.to[1].id = "";
	refused(&p.d, VT_E_INVALID, "an addressee without a code");
	paper_make(&p);
	p.to[1].id = long_id;
	refused(&p.d, VT_E_INVALID, "an agency code beyond 35");
	paper_make(&p);
	p.d.document_id = NULL;
	refused(&p.d, VT_E_INVALID, "no DocumentId");
	paper_make(&p);
	p.d.subject = NULL;
	refused(&p.d, VT_E_INVALID, "no subject");
	paper_make(&p);
	p.d.promulgated.year = 0;
	refused(&p.d, VT_E_INVALID, "no date");
	paper_make(&p);
	p.d.promulgated = (struct vt_edxml_day){ 2026, 2, 30, NULL };
	refused(&p.d, VT_E_INVALID, "30 February");
	paper_make(&p);
	p.d.n_hops = 0;
	refused(&p.d, VT_E_INVALID, "no hop");
	paper_make(&p);
	p.d.business = VT_EDXML_NONE;
	refused(&p.d, VT_E_INVALID, "no kind of business");
	paper_make(&p);
	p.d.subject = "a\x01z";
	refused(&p.d, VT_E_INVALID, "a control character");
	paper_make(&p);
	p.d.subject = "a\xC0\x80z";
	refused(&p.d, VT_E_INVALID, "text that is not UTF-8");
	paper_make(&p);
	p.d.pages = -5;
	refused(&p.d, VT_E_INVALID, "a negative number");
}

static void
test_wanted_files(void)
{
	static struct vt_edxml_attachment many[51];
	struct vt_source empty, large;
	struct paper p;

	paper_make(&p);
	p.files[1].id = p.files[0].id;
	refused(&p.d, VT_E_INVALID, "two attachments with one id");
	paper_make(&p);
	p.files[1].id = "../a";
	refused(&p.d, VT_E_INVALID, "an id that is a path");
	paper_make(&p);
	p.files[1].name = NULL;
	refused(&p.d, VT_E_INVALID, "an attachment without a name");
	paper_make(&p);
	vt_source_memory(&empty, VT_SPAN(NULL, 0));
	p.files[1].source = &empty;
	refused(&p.d, VT_E_INVALID, "an empty attachment");
	paper_make(&p);
	vt_source_memory(&large, VT_SPAN(NULL, 52428801));
	p.files[1].source = &large;
	refused(&p.d, VT_E_LIMIT, "an attachment beyond 50 MB");
	paper_make(&p);
	p.d.attachments = many;
	p.d.n_attachments = 51;
	refused(&p.d, VT_E_LIMIT, "51 attachments");
}

static void
test_escapes(void)
{
	static const char subject[] = "a < b & c > \"d\" 'e'\r\nf\tg ]]>";
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct paper p;
	VT_BUF_AUTO(b);

	paper_make(&p);
	p.d.subject = subject;
	paper_write(&p.d, &b);
	x = paper_must(&b, NULL);
	tap_eq_str(x->document.subject, subject,
	    "characters with a meaning come back as they were");
}

static void
test_ids(void)
{
	struct vt_edxml_day d = vt_edxml_day_of(VT_TIME_S(1772414130));
	char uuid[VT_EDXML_UUID + 1];
	VT_BUF_AUTO(b);
	vt_id id;

	vt_edxml_document_id("H99.07", &d, "128", "SKHCN-CĐS", &b);
	tap_eq_str(vt_buf_str(&b), "H99.07,2026/03/02,128/SKHCN-CĐS",
	    "the formula of DocumentId");
	tap_ok(
	    vt_id_parse(VT_SPAN_LIT("00112233445566778899aabbccddeeff"), &id),
	    "an id");
	vt_edxml_uuid(&id, uuid);
	tap_eq_str(uuid, "00112233-4455-6677-8899-aabbccddeeff",
	    "an id as a content id");
	d = vt_edxml_day_of(VT_TIME_S(1767200400) - 1);
	tap_ok(d.year == 2025 && d.month == 12 && d.day == 31,
	    "the day before New Year in Vietnam");
	d = vt_edxml_day_of(VT_TIME_S(1767200400));
	tap_ok(d.year == 2026 && d.month == 1 && d.day == 1,
	    "New Year begins at 17:00 UTC");
}

static void
test_body(void)
{
	static uint8_t noise[300000];
	VT_CLEANUP(vt_edxml_body_free) struct vt_edxml_body *body = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct paper p;
	struct vt_source *s, file;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(got);
	uint32_t seed = 1;
	bool same = true;
	vt_hash h;

	for (size_t i = 0; i < sizeof(noise); i++) {
		seed = seed * 1664525U + 1013904223U;
		noise[i] = (uint8_t)(seed >> 24);
	}
	paper_make(&p);
	vt_source_memory(&file, VT_SPAN(noise, sizeof(noise)));
	p.files[0].source = &file;
	p.files[1].source = &file; /* wrapped */
	paper_write(&p.d, &b);
	h = vt_sha256(vt_buf_view(&b));
	tap_need(vt_edxml_body_open(&p.d, &body, &err) == VT_OK, "a source");
	s = vt_edxml_body_source(body);
	tap_eq_int(s->size, b.n, "its size is that of the packet");
	tap_ok(vt_hash_eq(&h, vt_edxml_body_hash(body)), "and its hash");
	for (uint64_t at = 0; at < s->size;) {
		size_t n = 1 + (size_t)(at % 70001);
		uint8_t *room;

		n = n < s->size - at ? n : (size_t)(s->size - at);
		room = vt_buf_extend(&got, n);
		tap_need(vt_source_read(s, at, room, n, &err) == VT_OK,
		    "read at %" PRIu64, at);
		at += n;
	}
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&got)),
	    "read in pieces it is the same");
	for (size_t i = 0; i < 12; i++) {
		uint64_t at = (i * 7919 * 131) % (s->size - 1000);
		uint8_t piece[1000];

		same = same &&
		       vt_source_read(s, at, piece, sizeof(piece), &err) ==
			   VT_OK &&
		       memcmp(piece, b.p + at, sizeof(piece)) == 0;
	}
	tap_ok(same, "read anywhere, backwards too, it is the same");
}

static int
broken_sink(void *arg, struct vt_span s, struct vt_err *err)
{
	size_t *left = arg;

	if (s.n > *left)
		return vt_err_set(err, VT_E_IO, "disk full");
	*left -= s.n;
	return VT_OK;
}

static void
test_sink(void)
{
	struct vt_err err = VT_ERR_INIT;
	size_t left = 3000;
	struct paper p;

	paper_make(&p);
	tap_code(vt_edxml_write(&p.d, broken_sink, &left, &err), VT_E_IO, &err,
	    "the sink's error is the writer's");
	tap_eq_str(err.msg, "disk full", "with its words");
}

static int
zeros(struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *err)
{
	(void)s, (void)off, (void)err;
	memset(p, 0, n);
	return VT_OK;
}

static int
count(void *arg, struct vt_span s, struct vt_err *err)
{
	(void)err;
	*(uint64_t *)arg += s.n;
	return VT_OK;
}

/* Two files of 50 MB do not fit 100 MB of base64; one does. */
static void
test_size(void)
{
	struct vt_source large = { .size = 52428800, .read = zeros };
	struct vt_err err = VT_ERR_INIT;
	struct paper p;
	uint64_t n = 0;

	paper_make(&p);
	p.files[0].source = &large;
	tap_call(
	    vt_edxml_write(&p.d, count, &n, &err), &err, "a file of 50 MB");
	tap_ok(n > 52428800 / 3 * 4 && n < 104857600, "is 70 MB of packet");
	p.files[1].source = &large;
	p.files[1].name = "b.pdf";
	n = 0;
	tap_code(vt_edxml_write(&p.d, count, &n, &err), VT_E_LIMIT, &err,
	    "two of them are beyond PACKET_MAX");
	tap_ok(n <= 104857600, "no more than that was written");
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_form();
	test_wanted();
	test_wanted_files();
	test_escapes();
	test_ids();
	test_body();
	test_sink();
	test_size();
	return tap_done();
}
