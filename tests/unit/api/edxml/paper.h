/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One letter between the agencies of a province that does not exist (H99), and
 * what tests do with packets: write, change a string, read.
 */
#ifndef VT_TESTS_EDXML_PAPER_H
#define VT_TESTS_EDXML_PAPER_H

#include "api/exchange/edxml/edxml.h"
#include "base/buf.h"
#include "tests/tap.h"

#define PAPER_PDF                                                              \
	"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>> endobj\n"              \
	"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"                  \
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>> endobj\n"    \
	"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"                \
	"0000000053 00000 n \n0000000103 00000 n \n"                           \
	"trailer<</Size 4/Root 1 0 R>>\nstartxref\n167\n%%EOF\n"
#define PAPER_TXT "Phụ lục số liệu\n"

/* A letter and what it borrows. */
struct paper {
	struct vt_edxml_document d;
	struct vt_edxml_organ to[2];
	struct vt_edxml_reference answers[1];
	struct vt_edxml_hop hops[1];
	struct vt_edxml_attachment files[2];
	const char *appendixes[1], *to_places[2];
	struct vt_source sources[2];
};

static inline __attribute__((unused)) void
paper_files(struct paper *p)
{
	vt_source_memory(&p->sources[0], VT_SPAN_LIT(PAPER_PDF));
	vt_source_memory(&p->sources[1], VT_SPAN_LIT(PAPER_TXT));
	p->files[0] = (struct vt_edxml_attachment){
		.id = "6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0001",
		.name = "128_SKHCN-CDS.signed.pdf",
		.description = "Văn bản chính",
		.source = &p->sources[0],
	};
	p->files[1] = (struct vt_edxml_attachment){
		.id = "6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0002",
		.name = "phu-luc.txt",
		.description = "Phụ lục số liệu",
		.source = &p->sources[1],
	};
	p->d.attachments = p->files;
	p->d.n_attachments = 2;
}

static inline __attribute__((unused)) void
paper_make(struct paper *p)
{
	static const struct vt_edxml_document init = VT_EDXML_DOCUMENT_INIT;

	memset(p, 0, sizeof(*p));
	p->d = init;
	p->d.from = (struct vt_edxml_organ){ "H99.07", "UBND tỉnh Mẫu",
		"Sở Khoa học và Công nghệ tỉnh Mẫu",
		"Số 1 đường Ví Dụ, phường Mẫu", "vanthu.skhcn@example.vn",
		"02990000001", "02990000002", "skhcn.example.vn" };
	p->to[0] = (struct vt_edxml_organ){ .id = "H99.31",
		.in_charge = "UBND tỉnh Mẫu",
		.name = "UBND xã An Mẫu" };
	p->to[1] = (struct vt_edxml_organ){ .id = "000.00.12.H99",
		.in_charge = "UBND tỉnh Mẫu",
		.name = "Sở Nội vụ tỉnh Mẫu" };
	p->d.to = p->to;
	p->d.n_to = 2;
	p->d.document_id = "H99.07,2026/03/02,128/SKHCN-CĐS";
	p->d.code_number = "128";
	p->d.code_notation = "SKHCN-CĐS";
	p->d.place = "Mẫu";
	p->d.promulgated = (struct vt_edxml_day){ 2026, 3, 2, NULL };
	p->d.type = 2;
	p->d.type_detail = 18;
	p->d.type_name = "Công văn";
	p->d.subject = "V/v rà soát việc ký số văn bản điện tử";
	p->d.content =
	    "Đề nghị các cơ quan rà soát, báo cáo trước ngày 16/3/2026";
	p->d.signer_competence = "KT. GIÁM ĐỐC";
	p->d.signer_position = "PHÓ GIÁM ĐỐC";
	p->d.signer_name = "Nguyễn Thị Ví Dụ";
	p->d.due = (struct vt_edxml_day){ 2026, 3, 16, NULL };
	p->d.priority = 1;
	p->d.sphere = "Liên thông văn bản";
	p->d.typist = "NTVD";
	p->d.copies = 2;
	p->d.pages = 3;
	p->d.direction = "false";
	p->appendixes[0] = "Phụ lục số liệu";
	p->d.appendixes = p->appendixes;
	p->d.n_appendixes = 1;
	p->answers[0] = (struct vt_edxml_reference){ "H99.31", "45/UBND-VP",
		"H99.31,2026/02/20,45/UBND-VP", { 2026, 2, 20, NULL } };
	p->d.answers = p->answers;
	p->d.n_answers = 1;
	p->d.steering = 0;
	p->to_places[0] = "Như trên";
	p->to_places[1] = "Lưu: VT, CĐS";
	p->d.to_places = p->to_places;
	p->d.n_to_places = 2;
	/* 2026-03-02 08:15:30 in Vietnam */
	p->hops[0] =
	    (struct vt_edxml_hop){ "H99.07", { VT_TIME_S(1772414130), NULL } };
	p->d.hops = p->hops;
	p->d.n_hops = 1;
	p->d.business = VT_EDXML_NEW;
	p->d.reason = "Văn bản điện tử mới";
	p->d.paper = 0;
	p->d.staff = (struct vt_edxml_staff){ "Văn phòng Sở", "Trần Văn Mẫu",
		"vanthu.skhcn@example.vn", "84900000001", NULL, NULL };
	paper_files(p);
}

static inline __attribute__((unused)) struct vt_edxml_status
paper_status(void)
{
	return (struct vt_edxml_status){
		.from = { .id = "H99.31",
		    .in_charge = "UBND tỉnh Mẫu",
		    .name = "UBND xã An Mẫu" },
		.of = { "H99.07", "128/SKHCN-CĐS",
		    "H99.07,2026/03/02,128/SKHCN-CĐS", { 2026, 3, 2, NULL } },
		.staff = { "Văn phòng HĐND và UBND", "Lê Văn Ví Dụ",
		    "vanthu.anmau@example.vn", "84900000002", NULL, NULL },
		.code = VT_EDXML_ACCEPTED,
		.description = "Văn thư tiếp nhận, vào sổ văn bản đến số 311",
		.at = { VT_TIME_S(1772415065), NULL },
	};
}

/* vt_edxml_sink into a vt_buf. */
static inline __attribute__((unused)) int
paper_sink(void *arg, struct vt_span s, struct vt_err *err)
{
	vt_buf_span(arg, s);
	return vt_buf_status(arg, err);
}

static inline __attribute__((unused)) void
paper_write(const struct vt_edxml_document *d, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_edxml_write(d, paper_sink, ret, &err);

	if (rc != VT_OK) {
		printf("Bail out! packet not written: %s\n", err.msg);
		exit(1);
	}
}

/* Replaces every `old` by `new`; stops the test when there is none. */
static inline __attribute__((unused)) void
paper_edit(struct vt_buf *b, const char *old, const char *new)
{
	size_t n = strlen(old), at = 0, found = 0;
	struct vt_buf out = VT_BUF_INIT;

	while (at < b->n) {
		const uint8_t *p = memmem(b->p + at, b->n - at, old, n);
		size_t to = p == NULL ? b->n : (size_t)(p - b->p);

		vt_buf_put(&out, b->p + at, to - at);
		at = to;
		if (p == NULL)
			break;
		vt_buf_puts(&out, new);
		at += n;
		found++;
	}
	if (found == 0) {
		printf("Bail out! \"%s\" is not in the packet\n", old);
		exit(1);
	}
	vt_buf_free(b);
	*b = out;
}

/* Reads; the attachments go to out unless it is NULL. */
static inline __attribute__((unused)) int
paper_read(const struct vt_buf *b, struct vt_buf *out, struct vt_edxml **ret,
    struct vt_err *err)
{
	struct vt_edxml_reading how = { .out = out == NULL ? NULL : paper_sink,
		.arg = out };
	struct vt_source s;

	vt_source_memory(&s, vt_buf_view(b));
	return vt_edxml_read(&s, &how, ret, err);
}

/* The same, and it must succeed. */
static inline __attribute__((unused)) struct vt_edxml *
paper_must(const struct vt_buf *b, struct vt_buf *out)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;

	if (paper_read(b, out, &x, &err) != VT_OK) {
		printf("Bail out! packet not read: %s\n", err.msg);
		exit(1);
	}
	return x;
}

/* Is there a finding of this code? */
static inline __attribute__((unused)) bool
paper_found(const struct vt_edxml *x, const char *slug)
{
	for (size_t i = 0; i < x->n_findings; i++)
		if (strcmp(vt_edxml_rule_info(x->findings[i].rule)->slug,
			slug) == 0)
			return true;
	return false;
}

static inline __attribute__((unused)) void
paper_print_findings(const struct vt_edxml *x)
{
	for (size_t i = 0; i < x->n_findings; i++)
		printf("# %c %s at %s: %s\n",
		    vt_edxml_rule_info(x->findings[i].rule)->class,
		    vt_edxml_rule_info(x->findings[i].rule)->slug,
		    x->findings[i].at, x->findings[i].detail);
}

#endif
