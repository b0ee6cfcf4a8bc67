/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the files that other validators judge: one letter signed in order A
 * (number in the signed revision) and in order B (number filled afterwards),
 * each with 0 and with 2 digital initials before. The steps are the office's.
 *
 * walk_files OUT-DIRECTORY DEMO: the keys and PINs of a demo province
 * (api/demo/province.sh); writes A0.pdf A2.pdf B0.pdf B2.pdf.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/office/office_priv.h"

struct walk {
	struct vt_spawner *w;
	struct vt_buf pdf;
	struct vt_facts facts;
	const char *demo;
	struct vt_err err;
};

static void
need(int rc, const struct walk *k, const char *what)
{
	if (rc == VT_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, k->err.msg);
	exit(1);
}

static void
make_letter(struct walk *k, struct vt_places *places)
{
	static const char *const to[] = { "UBND xã An Mẫu" };
	static const char *const body[] = {
		"Thực hiện kế hoạch chuyển đổi số năm nay, Sở Khoa học và Công "
		"nghệ đề nghị quý cơ quan rà soát các thủ tục đã cung cấp trực "
		"tuyến và gửi kết quả trước ngày 15 tháng sau.",
		"Trân trọng cảm ơn sự phối hợp của quý cơ quan./.",
	};
	static const char *const copies[] = { "Như trên;", "Lưu: VT, CĐS." };
	struct vt_letter l = { 0 };

	l.parent = "UBND TỈNH MẪU";
	l.agency = "SỞ KHOA HỌC VÀ CÔNG NGHỆ";
	l.subject = "V/v rà soát thủ tục hành chính trực tuyến";
	l.to = to;
	l.n_to = 1;
	l.body = body;
	l.n_body = 2;
	l.title = "GIÁM ĐỐC";
	l.signer = "Trần Mẫu An";
	l.copies = copies;
	l.n_copies = 2;
	need(vt_render_letter(&l, &k->pdf, places, &k->err), k, "letter");
}

static int
open_pdf(struct walk *k, struct vt_inspection *i)
{
	int fd;

	need(vt_job_memfd(vt_buf_view(&k->pdf), &fd, &k->err), k, "memfd");
	need(vt_sign_inspect(k->w, fd, i, &k->err), k, "inspect");
	return fd;
}

static void
append(struct walk *k, struct vt_pdf_tail *t, struct vt_inspection *i, int fd)
{
	vt_buf_span(&k->pdf, vt_buf_view(&t->bytes));
	need(vt_buf_status(&k->pdf, &k->err), k, "append");
	vt_pdf_tail_free(t);
	vt_inspection_free(i);
	close(fd);
}

static void
lay(struct walk *k, const struct vt_places *places, unsigned initials)
{
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_inspection i = { 0 };
	int fd = open_pdf(k, &i);
	bool laid;

	need(vt_office_lay(k->w, fd, &i, places, initials, &t, &laid, &k->err),
	    k, "lay");
	append(k, &t, &i, fd);
}

static void
number(struct walk *k)
{
	k->facts.number = 128;
	snprintf(k->facts.number_text, sizeof(k->facts.number_text),
	    "128/SKHCN-CĐS");
	snprintf(k->facts.place, sizeof(k->facts.place), "An Mẫu");
	k->facts.number_time = vt_now(vt_context_system());
}

static void
fill(struct walk *k, struct vt_arena *a)
{
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_pades_change c = { 0 };
	struct vt_inspection i = { 0 };
	struct vt_field_fill fills[2];
	int fd = open_pdf(k, &i);

	need(vt_office_fills(&k->facts, &i, a, fills, &c.n_fills, &k->err), k,
	    "fills");
	c.fills = fills;
	need(vt_sign_update(k->w, fd, &c, &t, &k->err), k, "fill");
	append(k, &t, &i, fd);
}

static void
sign(struct walk *k, struct vt_arena *a, const char *field, const char *key)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *pin = NULL;
	VT_CLEANUP(vt_key_free) struct vt_key *signer = NULL;
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_signature_spec spec = { 0 };
	struct vt_pades_change c = { 0 };
	struct vt_inspection i = { 0 };
	struct vt_field_fill fills[2];
	const struct vt_field_info *f;
	struct vt_pdf_graft g = { 0 };
	struct vt_stamp stamp = { 0 };
	char uri[4096];
	VT_BUF_AUTO(png);
	int fd = open_pdf(k, &i);

	snprintf(uri, sizeof(uri), "%s/pins/skhcn-%s", k->demo, key);
	need(vt_secret_read_file(uri, &pin, &k->err), k, uri);
	snprintf(uri, sizeof(uri), "file:%s/keys/skhcn-%s.p12", k->demo, key);
	need(vt_key_open(uri, pin, &signer, &k->err), k, key);
	f = vt_office_field(&i, field);
	if (f == NULL) {
		fprintf(stderr, "%s: no such field\n", field);
		exit(1);
	}
	need(strcmp(key, "seal") == 0 ?
		    vt_render_demo_seal("SỞ KHOA HỌC VÀ CÔNG NGHỆ", &png,
			&k->err) :
		    vt_render_demo_signature(key, &png, &k->err),
	    k, "picture");
	stamp.png = vt_buf_view(&png);
	need(vt_render_stamp(&stamp, f->w, f->h, a, &g, &k->err), k, "stamp");
	spec.field = field;
	spec.appearance = &g;
	spec.time = vt_now(vt_context_system());
	c.sign = &spec;
	if (strcmp(field, VT_FIELD_LEADER) == 0) {
		need(vt_office_fills(&k->facts, &i, a, fills, &c.n_fills,
			 &k->err),
		    k, "fills");
		c.fills = fills;
	}
	need(vt_sign_with_key(k->w, fd, &c, signer, &t, &k->err), k, field);
	append(k, &t, &i, fd);
}

static void
write_file(struct walk *k, const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(k->pdf.p, 1, k->pdf.n, f) != k->pdf.n ||
	    fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static void
one(struct vt_spawner *w, const char *out, const char *demo, char order,
    unsigned initials)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new((size_t)64 << 20);
	struct walk k = { .w = w, .pdf = VT_BUF_INIT, .demo = demo };
	struct vt_places places;
	char name[32];

	make_letter(&k, &places);
	lay(&k, &places, initials);
	if (initials > 0)
		sign(&k, a, VT_FIELD_INITIALS "1", "officer");
	if (initials > 1)
		sign(&k, a, VT_FIELD_INITIALS "2", "clerk");
	if (order == 'A')
		number(&k);
	sign(&k, a, VT_FIELD_LEADER, "leader");
	if (order == 'B') {
		number(&k);
		fill(&k, a);
	}
	sign(&k, a, VT_FIELD_SEAL, "seal");
	snprintf(name, sizeof(name), "%c%u.pdf", order, initials);
	write_file(&k, out, name);
	vt_buf_free(&k.pdf);
}

int
main(int argc, char **argv)
{
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *w = NULL;
	struct vt_err err = VT_ERR_INIT;

	if (argc != 3) {
		fprintf(stderr, "usage: walk_files OUT-DIR DEMO\n");
		return 64;
	}
	if (vt_base_init(&err) != VT_OK ||
	    vt_spawner_start(&vt_proof_worker, 1, &w, &err) != VT_OK) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	one(w, argv[1], argv[2], 'A', 0);
	one(w, argv[1], argv[2], 'A', 2);
	one(w, argv[1], argv[2], 'B', 0);
	one(w, argv[1], argv[2], 'B', 2);
	return 0;
}
