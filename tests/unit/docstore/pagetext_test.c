/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of pages, on both engines: what its step refuses and leaves alone, when
 * it goes, that search finds it before and after it is indexed, on which page;
 * and that check and the act that destroys know of it. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define TEXT                                                                        \
	"QUYẾT ĐỊNH về việc giao chỉ tiêu\nĐiều 1. Giao kinh phí\f" \
	"trang hai nói về đê điều và thuỷ lợi <b>&amp;\fPhụ lục: kè biển"

static void
finding(void *arg, const char *line)
{
	(void)arg;
	printf("# finding: %s\n", line);
}

static void
is_sound(struct doer *d, const char *when)
{
	struct vt_check_options o = { .finding = finding };
	uint64_t n = 99;

	tap_call(vt_store_check(d->s, &o, &n, &d->err), &d->err, "check");
	tap_eq_int(n, 0, "no finding %s", when);
}

static size_t
texts(struct doer *d, const vt_id *paper, struct vt_pagetext *ret)
{
	struct vt_view *v;
	size_t n = 99;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_pagetext_list(v, paper, ret, 4, &n, &d->err), &d->err, "texts");
	for (size_t i = 0; i < n; i++) /* it goes with the view */
		ret[i].note = *ret[i].note == '\0' ? "" : "some";
	vt_view_end(v);
	return n;
}

static void
refused(struct doer *d, const vt_id *p, const vt_hash *main)
{
	struct vt_step st = { .kind = VT_STEP_TEXT };
	size_t big = VT_L(PAGETEXT_MAX) + 1;
	uint8_t *bytes = make_bytes(big, 9);
	vt_hash other = { { 1 } };

	tap_code(
	    put_text(d, NULL, main, "x"), VT_E_INVALID, &d->err, "on no paper");
	tap_code(put_text(d, p, &other, "x"), VT_E_CONFLICT, &d->err,
	    "of a version that it is not at");
	st.u.text.of = *main;
	tap_code(do_step(d, p, st), VT_E_INVALID, &d->err, "no state");
	st.u.text.state = 4;
	tap_code(do_step(d, p, st), VT_E_INVALID, &d->err, "unknown state");
	st.u.text.state = VT_PAGETEXT_READ;
	tap_code(do_step(d, p, st), VT_E_INVALID, &d->err, "no upload");
	st.u.text.state = VT_PAGETEXT_NONE;
	st.u.text.part = 2;
	tap_code(do_step(d, p, st), VT_E_NOT_FOUND, &d->err, "no such part");
	st.u.text.part = 1;
	st.u.text.state = VT_PAGETEXT_READ;
	tap_call(make_file(d, VT_SPAN(bytes, big), "", &st.u.text.file),
	    &d->err, "one byte too many");
	tap_code(do_step(d, p, st), VT_E_LIMIT, &d->err, "too much text");
	free(bytes);
}

/* Comes, stays with what is appended, goes with what is not. */
static void
life(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_TEXT };
	struct vt_pagetext x[4];
	struct vt_blob b;
	uint64_t rev;
	vt_id p;

	tap_call(make_paper(d, VT_DIR_OUT, 5000, 1), &d->err, "paper");
	p = d->paper;
	rev = paper_row(d, &p)->rev;
	refused(d, &p, &d->main);
	tap_eq_int(texts(d, &p, x), 0, "no text yet");
	tap_call(put_text(d, &p, &d->main, TEXT), &d->err, "its text");
	tap_eq_int(paper_row(d, &p)->rev, rev, "the revision stays");
	tap_eq_int(texts(d, &p, x), 1, "a row");
	tap_ok(x[0].part == 1 && x[0].state == VT_PAGETEXT_READ &&
		   x[0].size == strlen(TEXT) &&
		   vt_bytes_stat(d->s, &x[0].text, &b, &d->err) == VT_OK,
	    "that says so, and its bytes");
	tap_code(put_text(d, &p, &d->main, "again"), VT_E_EXISTS, &d->err,
	    "it is known");
	is_sound(d, "with a text");
	tap_call(walk_to_issue(d, 50), &d->err, "signed, sealed, issued");
	tap_eq_int(texts(d, &p, x), 1, "what is appended to keeps its text");
	tap_call(put_text(d, &p, &d->main, "of the last one"), &d->err,
	    "another version, another text");
	tap_eq_int(texts(d, &p, x), 1, "in place of the other");
	is_sound(d, "with another text");

	tap_call(make_paper(d, VT_DIR_OUT, 5000, 2), &d->err, "a draft");
	p = d->paper;
	st.u.text.of = d->main;
	st.u.text.state = VT_PAGETEXT_FAILED;
	st.u.text.note = "tệp có mật khẩu";
	tap_call(do_step(d, &p, st), &d->err, "why there is none");
	tap_eq_int(texts(d, &p, x), 1, "a row, too");
	tap_ok(x[0].state == VT_PAGETEXT_FAILED && *x[0].note != '\0', "note");
	st = (struct vt_step){ .kind = VT_STEP_VERSION };
	st.u.version.expect = d->main;
	st.u.version.reason = VT_VERSION_EDITED;
	tap_call(make_file(d, VT_SPAN_LIT("another"), "x", &st.u.version.file),
	    &d->err, "another file");
	tap_call(do_step(d, &p, st), &d->err, "edited");
	tap_eq_int(texts(d, &p, x), 0, "the text of other pages is gone");
	is_sound(d, "without");
}

/* ---- found ---- */

struct found {
	size_t n;
	uint64_t first;
	bool shown;
	struct vt_snippet s;
	char text[512];
	size_t marks;
};

static void
find(struct doer *d, const char *words, enum vt_search_order order,
    struct found *ret)
{
	struct vt_paper_query q = { .words = words, .order = order };
	struct vt_asked *asked = NULL;
	struct vt_paper p[8];
	struct vt_mark m[8];
	struct vt_view *v;
	uint64_t next;

	*ret = (struct found){ .n = 99 };
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_paper_search(v, d->agency, &q, p, 8, &ret->n, &next, &d->err),
	    &d->err, "search: %s", words);
	ret->first = ret->n > 0 ? p[0].seq : 0;
	tap_need(vt_search_asked(v->arena, words, &asked, &d->err) == VT_OK,
	    "asked");
	if (ret->n > 0)
		tap_call(vt_search_snippet(
			     v, &p[0], asked, &ret->s, &ret->shown, &d->err),
		    &d->err, "snippet");
	if (ret->shown) {
		(void)snprintf(ret->text, sizeof(ret->text), "%s", ret->s.text);
		ret->marks =
		    vt_search_marks(asked, vt_span_str(ret->text), m, 8);
	}
	vt_view_end(v);
}

static void
merge_all(struct doer *d)
{
	bool any = true;

	for (int i = 0; any && i < 100; i++)
		tap_need(
		    vt_search_merge(d->s, d->agency, &any, &d->err) == VT_OK,
		    "merge: %s", d->err.msg);
}

static void
is_found(struct doer *d, const char *words, size_t n, uint32_t page)
{
	struct found f;

	find(d, words, VT_SEARCH_NEWEST, &f);
	tap_eq_int(f.n, n, "%s: hits", words);
	tap_eq_int(f.shown ? f.s.page : 0, page, "%s: page", words);
	tap_ok(page == 0 || f.marks > 0, "%s: marked in: %s", words, f.text);
}

static void
ask_all(struct doer *d)
{
	struct found f;

	is_found(d, "đê điều", 1, 2);
	is_found(d, "de dieu", 1, 2);
	is_found(d, "\"thủy lợi\"", 1, 2);
	is_found(d, "text:biển", 1, 3);
	is_found(d, "noidung:\"chỉ tiêu\"", 1, 1);
	is_found(d, "trichyeu:biển", 0, 0);
	is_found(d, "thử -biển", 1, 0);
	is_found(d, "kè OR vắng", 1, 3);
	is_found(d, "đê vắng", 0, 0);
	find(d, "nghiệm OR biển", VT_SEARCH_RELEVANCE, &f);
	tap_ok(f.n == 2 && f.first == 3, "the subject counts more than text");
	find(d, "thuy loi", VT_SEARCH_NEWEST, &f);
	tap_ok(strstr(f.text, "<b>&amp;") != NULL && !f.s.before && !f.s.after,
	    "as it stands there: %s", f.text);
}

static vt_id
make_in(struct doer *d, const char *subject, uint64_t seed)
{
	struct vt_step st = { .kind = VT_STEP_META };
	struct vt_meta m = { .subject = subject };
	vt_id p;

	tap_call(make_paper(d, VT_DIR_IN, 100, seed), &d->err, "paper");
	p = d->paper;
	st.u.meta.meta = &m;
	tap_call(do_step(d, &p, st), &d->err, "%s", subject);
	return p;
}

static void
found(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_ISOLATE };
	vt_id p;

	tap_call(make_agency(d, "H99.08", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	(void)make_in(d, "Việc một", 11);
	merge_all(d);
	p = make_in(d, "Việc hai", 12);
	tap_call(put_text(d, &p, &d->main, TEXT), &d->err, "its text");
	(void)make_in(d, "V/v thử nghiệm", 13);
	ask_all(d);
	merge_all(d);
	ask_all(d);
	st.u.isolate.note = "nghi có bí mật";
	tap_call(do_step(d, &p, st), &d->err, "isolated");
	is_found(d, "đê điều", 0, 0);
	merge_all(d);
	is_found(d, "đê điều", 0, 0);
}

/* ---- destroyed, and work ---- */

static void
destroyed(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_DESTROY };
	struct vt_pagetext x[4];
	struct vt_blob b;
	uint64_t n;
	vt_id p;

	tap_call(make_agency(d, "H99.09", "Sở"), &d->err, "agency");
	tap_call(make_paper(d, VT_DIR_OUT, 100, 21), &d->err, "paper");
	p = d->paper;
	tap_call(put_text(d, &p, &d->main, "chữ mất đi"), &d->err, "text");
	merge_all(d);
	is_found(d, "chữ mất", 1, 1);
	tap_eq_int(texts(d, &p, x), 1, "its row");
	st.u.destroy.reason = VT_DESTROY_SECRET;
	st.u.destroy.note = "Quyết định 1";
	st.u.destroy.wipe = true;
	tap_call(do_step(d, &p, st), &d->err, "ordered");
	is_found(d, "chữ mất", 0, 0);
	tap_code(put_text(d, &p, &x[0].of, "y"), VT_E_DESTROYED, &d->err,
	    "no text comes after it");
	tap_call(vt_destroy_finish(d->s, &n, &d->err), &d->err, "erased");
	tap_code(vt_bytes_stat(d->s, &x[0].text, &b, &d->err), VT_E_NOT_FOUND,
	    &d->err, "its bytes are gone");
	is_sound(d, "after it was destroyed");
}

static size_t
work_of(struct doer *d)
{
	struct vt_work w[16];
	struct vt_view *v;
	size_t n = 0, of = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_work_list(v, d->agency, 0, w, 16, &n, &d->err), &d->err, "work");
	for (size_t i = 0; i < n; i++)
		of += w[i].kind == VT_WORK_TEXT &&
		      vt_id_eq(&w[i].subject, &d->paper);
	vt_view_end(v);
	return of;
}

static void
queued(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_VERSION };
	vt_id p;

	tap_call(make_agency(d, "H99.10", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_paper(d, VT_DIR_OUT, 100, 31), &d->err, "paper");
	tap_eq_int(work_of(d), 0, "who does not read texts makes no work");
	d->s->read_texts = true;
	tap_call(make_paper(d, VT_DIR_OUT, 100, 32), &d->err, "paper");
	p = d->paper;
	tap_eq_int(work_of(d), 1, "an item for its files");
	st.u.version.expect = d->main;
	st.u.version.reason = VT_VERSION_EDITED;
	tap_call(make_file(d, VT_SPAN_LIT("new"), "x", &st.u.version.file),
	    &d->err, "another file");
	tap_call(do_step(d, &p, st), &d->err, "edited");
	tap_eq_int(work_of(d), 2, "one for the other file");
	tap_call(walk_to_issue(d, 60), &d->err, "signed and issued");
	tap_eq_int(work_of(d), 2, "none for what is appended");
	d->s->read_texts = false;
	is_sound(d, "with work");
}

static void
both(struct vt_store *s)
{
	struct doer d = { .s = s, .r = VT_ACT_RESULT_INIT };

	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	life(&d);
	found(&d);
	destroyed(&d);
	queued(&d);
	vt_act_result_free(&d.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	struct world w;
	char *dir;

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	dir = dir_new();
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	printf("# model\n");
	s = model_new(&w.ctx);
	both(s);
	vt_store_close(s);
	printf("# lmdb\n");
	s = store_new(dir, &w.ctx);
	both(s);
	vt_store_close(s);
	dir_free(dir);
	return tap_done();
}
