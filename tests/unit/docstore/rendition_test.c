/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Renditions: derived files beside a version, which the paper itself does not
 * know; replaced by newer ones; gone with the paper. On the model and on LMDB.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static struct vt_step
rendition(struct doer *d, const vt_hash *of, enum vt_rendition_kind kind,
    const char *bytes)
{
	struct vt_step st = { .kind = VT_STEP_RENDITION };

	tap_need(make_file(d, vt_span_str(bytes), "ban-doc.pdf",
		     &st.u.rendition.file) == VT_OK,
	    "a file");
	st.u.rendition.of = *of;
	st.u.rendition.kind = kind;
	st.u.rendition.by = "LibreOffice 7.4";
	return st;
}

static vt_hash
hash_of(const char *bytes)
{
	return vt_sha256(vt_span_str(bytes));
}

static bool
is_there(struct doer *d, const char *bytes)
{
	vt_hash h = hash_of(bytes);
	struct vt_blob b;

	return vt_bytes_stat(d->s, &h, &b, &d->err) == VT_OK;
}

static size_t
listed(struct doer *d, const vt_id *paper, struct vt_rendition *ret, size_t max)
{
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_rendition_list(v, paper, ret, max, &n, &d->err), &d->err,
	    "renditions");
	for (size_t i = 0; i < n; i++) /* the text goes with the view */
		tap_ok(strcmp(ret[i].by, "LibreOffice 7.4") == 0 &&
			   strcmp(ret[i].media_type, "application/pdf") == 0,
		    "what made it, and what it is");
	vt_view_end(v);
	return n;
}

/* The paper as it was: its revision, its files under one name. */
static void
beside(struct doer *d, const vt_id *p, const vt_hash *main)
{
	uint64_t rev = paper_row(d, p)->rev;
	struct vt_rendition r[4], which;
	vt_hash before, after;
	struct vt_paper got;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, p, &got, &d->err) == VT_OK, "paper");
	tap_need(vt_paper_manifest(&got, &before, &d->err) == VT_OK, "name");
	vt_view_end(v);
	tap_call(do_step(d, p, rendition(d, main, VT_RENDITION_PDF, "pdf 1")),
	    &d->err, "a PDF of it");
	tap_call(do_step(d, p, rendition(d, main, VT_RENDITION_TEXT, "text")),
	    &d->err, "and its text");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, p, &got, &d->err) == VT_OK, "paper");
	tap_need(vt_paper_manifest(&got, &after, &d->err) == VT_OK, "name");
	tap_ok(vt_hash_eq(&before, &after) && got.n_parts == 1,
	    "no part of the paper's files");
	tap_eq_int((int64_t)got.rev, (int64_t)rev, "the revision stays");
	which = (struct vt_rendition){
		.part = 1, .version = 1, .kind = VT_RENDITION_TEXT
	};
	tap_call(vt_rendition_get(v, p, &which, &r[0], &d->err), &d->err,
	    "one by its version and kind");
	tap_ok(vt_hash_eq(&r[0].of, main) && r[0].size == 4 &&
		   r[0].person.b[0] == 2,
	    "of what, how large, by whom");
	which.kind = VT_RENDITION_PICTURE;
	refused(vt_rendition_get(v, p, &which, &r[0], &d->err), VT_E_NOT_FOUND,
	    "none of another kind");
	vt_view_end(v);
	tap_eq_int((int64_t)listed(d, p, r, 4), 2, "both are listed");
	tap_ok(is_there(d, "pdf 1") && is_there(d, "text"), "with their bytes");
}

static void
replaced(struct doer *d, const vt_id *p, const vt_hash *main)
{
	struct vt_rendition r[4];
	vt_hash want = hash_of("pdf 2");

	refused(do_step(d, p, rendition(d, main, VT_RENDITION_PDF, "pdf 1")),
	    VT_E_EXISTS, "this very file is there");
	tap_call(do_step(d, p, rendition(d, main, VT_RENDITION_PDF, "pdf 2")),
	    &d->err, "a newer one");
	tap_eq_int((int64_t)listed(d, p, r, 4), 2, "one a kind");
	tap_ok(vt_hash_eq(&r[0].hash, &want) && r[0].kind == VT_RENDITION_PDF,
	    "the newer one");
	tap_call(vt_garbage_collect(d->s, &d->err), &d->err, "collected");
	/* an upload that no act named holds it until it expires */
	tap_call(do_step(d, p, rendition(d, main, VT_RENDITION_PDF, "pdf 3")),
	    &d->err, "a third one");
	tap_call(vt_garbage_collect(d->s, &d->err), &d->err, "collected");
	tap_ok(!is_there(d, "pdf 2"), "the bytes of the one before are gone");
}

static void
wrong(struct doer *d, const vt_id *p, const vt_hash *main)
{
	struct vt_step st = rendition(d, main, VT_RENDITION_PDF, "w");
	struct vt_step two[2];
	vt_hash none = hash_of("no version");

	st.u.rendition.kind = (enum vt_rendition_kind)4;
	refused(do_step(d, p, st), VT_E_INVALID, "an unknown kind");
	st.u.rendition.kind = VT_RENDITION_PDF;
	st.u.rendition.by = "";
	refused(do_step(d, p, st), VT_E_INVALID, "made by nothing");
	st.u.rendition.by = "x";
	st.u.rendition.of = st.u.rendition.file.hash;
	refused(do_step(d, p, st), VT_E_INVALID, "of itself");
	st.u.rendition.of = none;
	refused(do_step(d, p, st), VT_E_NOT_FOUND, "of no version");
	st.u.rendition.of = *main;
	st.u.rendition.part = 2;
	refused(do_step(d, p, st), VT_E_NOT_FOUND, "of no part");
	st.u.rendition.part = 1;
	two[0] = two[1] = st;
	two[1].u.rendition.kind = VT_RENDITION_TEXT;
	refused(
	    do_steps(d, p, two, 2, NULL), VT_E_INVALID, "one upload for two");
	st.u.rendition.file.hash = none;
	refused(do_step(d, p, st), VT_E_DIGEST_MISMATCH, "other bytes");
	refused(do_step(d, NULL, two[0]), VT_E_INVALID, "on no paper");
}

/* A new version has none; what was made of the one before stays beside it. */
static void
next_version(struct doer *d, const vt_id *p, const vt_hash *first)
{
	struct vt_step st = { .kind = VT_STEP_VERSION };
	struct vt_rendition r[4];

	tap_need(make_file(d, VT_SPAN_LIT("another draft"), "a.pdf",
		     &st.u.version.file) == VT_OK,
	    "a file");
	st.u.version.expect = *first;
	st.u.version.reason = VT_VERSION_EDITED;
	tap_call(do_step(d, p, st), &d->err, "a new version");
	tap_call(
	    do_step(d, p, rendition(d, &d->main, VT_RENDITION_PDF, "pdf v2")),
	    &d->err, "its own rendition");
	tap_call(do_step(d, p, rendition(d, first, VT_RENDITION_PICTURE, "p")),
	    &d->err, "one of the version before");
	tap_eq_int((int64_t)listed(d, p, r, 4), 4, "each of its version");
	tap_ok(r[2].version == 1 && r[3].version == 2 &&
		   vt_hash_eq(&r[2].of, first),
	    "by version");
}

static void
ended(struct doer *d, const vt_id *p)
{
	struct vt_step st = { .kind = VT_STEP_ISOLATE };
	vt_hash main = d->main;
	uint64_t n = 0;
	vt_id other;

	st.u.isolate.note = "nghi mật";
	tap_call(do_step(d, p, st), &d->err, "isolated");
	refused(do_step(d, p, rendition(d, &main, VT_RENDITION_TEXT, "t")),
	    VT_E_ISOLATED, "nothing is derived from what may be secret");
	st = (struct vt_step){ .kind = VT_STEP_DESTROY };
	st.u.destroy.reason = VT_DESTROY_SECRET;
	st.u.destroy.asked_by = (vt_id){ { 5 } };
	st.u.destroy.note = "Quyết định";
	st.u.destroy.wipe = true;
	tap_call(do_step(d, p, st), &d->err, "destroyed");
	tap_call(vt_destroy_finish(d->s, &n, &d->err), &d->err, "erased");
	tap_ok(!is_there(d, "pdf 3") && !is_there(d, "pdf v2") &&
		   !is_there(d, "p") && !is_there(d, "text"),
	    "the renditions' bytes with the paper's");
	tap_need(make_paper(d, VT_DIR_OUT, 300, 2) == VT_OK, "another paper");
	other = d->paper;
	main = d->main;
	tap_call(do_step(d, &other, st), &d->err, "destroyed without it");
	refused(do_step(d, &other, rendition(d, &main, VT_RENDITION_TEXT, "t")),
	    VT_E_DESTROYED, "and none is made any more");
}

static void
play(struct doer *d, struct world *w)
{
	vt_hash main;
	vt_id p;

	(void)w;
	tap_need(make_agency(d, "H99.07", "Sở") == VT_OK, "agency");
	tap_need(make_paper(d, VT_DIR_OUT, 4000, 1) == VT_OK, "paper");
	p = d->paper;
	main = d->main;
	beside(d, &p, &main);
	wrong(d, &p, &main);
	replaced(d, &p, &main);
	next_version(d, &p, &main);
	tap_eq_int(findings(d->s, true), 0, "check derives them again");
	ended(d, &p);
}

int
main(void)
{
	(void)on_both(play, "renditions");
	return tap_done();
}
