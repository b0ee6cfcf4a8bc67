/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of pages, read by the worker out of real files: found by whom it may
 * be, with its page; what cannot be read says why and holds up nobody. */
#include "api/office/find.h"
#include "api/office/office_priv.h"
#include "base/worker/worker.h"
#include "docstore/pagetext.h"
#include "render/render.h"
#include "tests/unit/api/office/house.h"

/* A page with nothing on it, as a scan has no letters. */
#define BLANK                                                                  \
	"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"       \
	"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"         \
	"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] "         \
	">>\nendobj\ntrailer\n<< /Size 4 /Root 1 0 R >>\n"
#define LINES 40

static struct house h;
static struct vt_spawner *spawner;

static void
begin(void)
{
	struct vt_store_options so = options;
	struct vt_office_options o = { .ctx = &h.w.ctx,
		.spawner = spawner,
		.public_url = "http://127.0.0.1:8480" };
	struct vt_err err = VT_ERR_INIT;

	house_begin(&h);
	vt_office_close(h.office);
	vt_store_close(h.store);
	so.read_texts = true;
	tap_need(vt_store_open(h.dir, &so, &h.w.ctx, &h.store, &err) == VT_OK,
	    "store: %s", err.msg);
	o.store = h.store;
	tap_need(vt_office_open(&o, &h.office, &err) == VT_OK, "office: %s",
	    err.msg);
}

/* A letter of two pages or more; its last line speaks of a dyke. */
static void
letter(struct vt_buf *pdf)
{
	static const char *const to[] = { "Như trên" };
	const char *body[LINES];
	struct vt_letter l = { .parent = "UBND TỈNH AN MẪU",
		.agency = "SỞ KHOA HỌC",
		.type_name = "QUYẾT ĐỊNH",
		.subject = "Về việc giao chỉ tiêu",
		.to = to,
		.n_to = 1,
		.body = body,
		.n_body = LINES,
		.title = "GIÁM ĐỐC",
		.signer = "Trần Thị Mẫu" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_places p;

	for (size_t i = 0; i < LINES; i++)
		body[i] = "Căn cứ kế hoạch được giao, các đơn vị thực hiện.";
	body[LINES - 1] = "Khẩn trương gia cố đê biển Cồn Mẫu.";
	tap_call(vt_render_letter(&l, pdf, &p, &err), &err, "a letter");
}

static vt_id
arrive(struct vt_span main, struct vt_span annex, const char *annex_name)
{
	struct doer d = { .s = h.store, .agency = h.here };
	struct vt_meta m = { .subject = "Công văn" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f[2];

	tap_need(make_file(&d, main, "chinh.pdf", &f[0]) == VT_OK, "file");
	tap_need(make_file(&d, annex, annex_name, &f[1]) == VT_OK, "annex");
	f[1].media_type = "";
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = f;
	st.u.reg.n_files = 2;
	tap_need(do_step(&d, NULL, st) == VT_OK, "arrived: %s", d.err.msg);
	vt_act_result_free(&d.r);
	return d.paper;
}

/* Does all that is due. */
static unsigned int
work(void)
{
	static const vt_id me = { { 4 } };
	struct vt_err err = VT_ERR_INIT;
	unsigned int n = 0;
	struct vt_work w;
	int done;

	while (n < 20 && vt_work_claim(h.store, 1U << VT_WORK_TEXT, &me,
			     VT_TIME_S(60), &w, &err) == VT_OK) {
		tap_call(vt_office_work_item(h.office, &w, &done, &err), &err,
		    "item");
		tap_eq_int(done, VT_OK, "done");
		vt_work_free(&w);
		n++;
	}
	return n;
}

static void
states(
    const vt_id *p, enum vt_pagetext_state main, enum vt_pagetext_state annex)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_pagetext x[4];
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_pagetext_list(v, p, x, 4, &n, &err), &err, "texts");
	tap_ok(n == 2 && x[0].state == main && x[1].state == annex &&
		   (annex != VT_PAGETEXT_FAILED || *x[1].note != '\0'),
	    "what became of it, and why: %s", n == 2 ? x[1].note : "");
	vt_view_end(v);
}

static void
find(const struct vt_actor *a, const char *words, size_t hits, uint32_t page)
{
	struct vt_find f = { { NULL } };
	struct vt_paper p[4];
	struct vt_find_page got = { .ret = p, .max = 4 };
	struct vt_found_words w;
	struct vt_err err = VT_ERR_INIT;
	struct vt_arena *arena = vt_arena_new(1 << 20);
	struct vt_snippet s;
	struct vt_view *v;
	bool found = false;

	f.f[VT_FIND_Q] = words;
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(
	    vt_office_find(h.office, v, a, &f, &got, &err), &err, "%s", words);
	tap_eq_int(got.n, hits, "%s: hits", words);
	if (hits > 0) {
		tap_need(got.n > 0 && vt_office_found_words(h.office, arena, &f,
					  &w, &err) == VT_OK,
		    "words");
		tap_call(
		    vt_office_snippet(h.office, v, &w, &p[0], &s, &found, &err),
		    &err, "where");
		tap_ok(found && s.part == 1 && s.page == page,
		    "found by what stands on page %u: %s", found ? s.page : 0,
		    found ? s.text : "");
	}
	vt_view_end(v);
	vt_arena_free(arena);
}

int
main(void)
{
	struct vt_actor officer, other;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(pdf);
	bool any = true;
	vt_id p;

	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "workers: %s", err.msg);
	begin();
	officer = house_actor(&h, "officer", h.here);
	other = house_actor(&h, "leader", h.there);
	letter(&pdf);
	p = arrive(vt_buf_view(&pdf), VT_SPAN_LIT("PK..."), "bang.xlsx");
	find(&officer, "đê biển", 0, 0);
	tap_eq_int(work(), 1, "an item for the paper");
	states(&p, VT_PAGETEXT_READ, VT_PAGETEXT_FAILED);
	for (int merged = 0; merged < 2; merged++) {
		find(&officer, "đê biển", 1, 2);
		find(&officer, "\"de bien con mau\"", 1, 2);
		find(&officer, "text:\"chỉ tiêu\"", 1, 1);
		find(&officer, "bể", 0, 0);
		find(&other, "đê biển", 0, 0);
		while (any)
			tap_call(vt_search_merge(h.store, h.here, &any, &err),
			    &err, "merge");
	}
	p = arrive(VT_SPAN_LIT(BLANK), VT_SPAN_LIT("%PDF-1.4 cut"), "x.pdf");
	tap_eq_int(work(), 1, "an item");
	states(&p, VT_PAGETEXT_NONE, VT_PAGETEXT_FAILED);
	house_end(&h);
	vt_spawner_free(spawner);
	return tap_done();
}
