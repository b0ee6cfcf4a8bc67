/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers linked to papers, here and cited, told from both ends; and a paper
 * meant as a whole: an annex that changes voids an approval as the main file
 * does, and an act that means other files is refused. On both engines.
 */
#include "base/limits.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define refused(rc, want, ...) tap_code(rc, want, &d->err, __VA_ARGS__)

static const struct vt_answered old_decision = { "H99", "12/2019/QĐ-UBND",
	"2019-05-20", "" };

/* ---- links ---- */

static struct vt_paper_link links[VT_L(META_LIST_MAX) + 8];
static struct vt_buf texts[VT_L(META_LIST_MAX) + 8]; /* their codes */

/* All of a paper's; the texts of those cited went with the view. */
static size_t
links_of(struct doer *d, const vt_id *paper)
{
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_links(v, paper, links,
		     sizeof(links) / sizeof(links[0]), &n, &d->err),
	    &d->err, "links");
	for (size_t i = 0; i < n; i++) {
		vt_buf_reset(&texts[i]);
		vt_buf_puts(&texts[i], links[i].cited.code);
	}
	vt_view_end(v);
	return n;
}

static bool
says(size_t n, enum vt_link_kind kind, bool back, const vt_id *paper)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += links[i].kind == kind && links[i].back == back &&
			 vt_id_eq(&links[i].paper, paper);
	return found == 1;
}

static struct vt_step
link_step(enum vt_link_kind kind, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_LINK };

	st.u.link.kind = kind;
	if (paper != NULL)
		st.u.link.paper = *paper;
	else
		st.u.link.cited = old_decision;
	return st;
}

static void
between_papers(struct doer *d)
{
	static const vt_id nothing = { { 9 } };
	vt_id in, out, other, foreign;
	uint32_t us = d->agency;
	size_t n;

	tap_need(make_paper(d, VT_DIR_IN, 500, 1) == VT_OK, "what came");
	in = d->paper;
	tap_need(make_paper(d, VT_DIR_OUT, 500, 2) == VT_OK, "ours");
	out = d->paper;
	tap_need(make_paper(d, VT_DIR_OUT, 500, 3) == VT_OK, "another");
	other = d->paper;
	tap_call(do_step(d, &out, link_step(VT_LINK_ANSWERS, &in)), &d->err,
	    "ours answers it");
	tap_call(do_step(d, &out, link_step(VT_LINK_RELATES, &other)), &d->err,
	    "and has to do with another");
	n = links_of(d, &out);
	tap_ok(n == 2 && says(n, VT_LINK_ANSWERS, false, &in) &&
		   says(n, VT_LINK_RELATES, false, &other),
	    "a paper says what it is to others");
	n = links_of(d, &in);
	tap_ok(n == 1 && says(n, VT_LINK_ANSWERS, true, &out),
	    "and they say it from their end");
	refused(do_step(d, &out, link_step(VT_LINK_ANSWERS, &in)), VT_E_EXISTS,
	    "said once");
	tap_call(do_step(d, &other, link_step(VT_LINK_RELATES, &out)), &d->err,
	    "the other way round it is another link");
	refused(do_step(d, &out, link_step(VT_LINK_RELATES, &out)),
	    VT_E_INVALID, "to itself");
	refused(do_step(d, &out, link_step(VT_LINK_ANSWERS, &other)),
	    VT_E_INVALID, "ours answers what came, not what is ours");
	refused(do_step(d, &in, link_step(VT_LINK_ANSWERS, &out)), VT_E_INVALID,
	    "and what came answers nothing here");
	refused(do_step(d, &out, link_step(VT_LINK_REPLACES, &other)),
	    VT_E_INVALID, "what ends a paper here is a step on that paper");
	refused(do_step(d, &out, link_step((enum vt_link_kind)8, &other)),
	    VT_E_INVALID, "a kind that there is not");
	refused(do_step(d, &out, link_step(VT_LINK_RELATES, &nothing)),
	    VT_E_NOT_FOUND, "to a paper that is not there");
	tap_need(make_agency(d, "H99.55", "Sở khác") == VT_OK, "others");
	tap_need(make_paper(d, VT_DIR_OUT, 500, 4) == VT_OK, "theirs");
	foreign = d->paper;
	d->agency = us;
	refused(do_step(d, &out, link_step(VT_LINK_RELATES, &foreign)),
	    VT_E_NOT_FOUND, "to another agency's paper");
}

static void
cited(struct doer *d)
{
	struct vt_step st = link_step(VT_LINK_REPLACES, NULL);
	char code[32];
	vt_id p;
	size_t n;
	int rc = VT_OK;

	tap_need(make_paper(d, VT_DIR_OUT, 500, 11) == VT_OK, "paper");
	p = d->paper;
	tap_call(do_step(d, &p, st), &d->err, "replaces one that is elsewhere");
	n = links_of(d, &p);
	tap_ok(n == 1 && says(n, VT_LINK_REPLACES, false, &(vt_id){ { 0 } }),
	    "known by how it is cited");
	tap_eq_str(vt_buf_str(&texts[0]), "12/2019/QĐ-UBND", "which it is");
	refused(do_step(d, &p, st), VT_E_EXISTS, "cited once as that");
	st.u.link.kind = VT_LINK_CORRECTS;
	tap_call(do_step(d, &p, st), &d->err, "as something else once more");
	st.u.link.cited.code = "";
	refused(do_step(d, &p, st), VT_E_INVALID, "without its number");
	for (size_t i = 2; i < VT_L(META_LIST_MAX) && rc == VT_OK; i++) {
		(void)snprintf(code, sizeof(code), "%zu/QĐ-UBND", i);
		st.u.link.cited.code = code;
		rc = do_step(d, &p, st);
	}
	tap_call(rc, &d->err, "as many as a list holds");
	st.u.link.cited.code = "1/NQ";
	refused(do_step(d, &p, st), VT_E_LIMIT, "one more");
	tap_eq_int(links_of(d, &p), (int)VT_L(META_LIST_MAX), "all are told");
}

static void
copies(struct doer *d)
{
	static const vt_hash other_bytes = { { 7 } };
	struct vt_step st = { .kind = VT_STEP_COPY };
	struct vt_meta m = { .subject = "Sao y", .type_code = "SY" };
	struct vt_step reg = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	vt_id original, plain;
	vt_hash scanned;
	size_t n;

	tap_need(make_paper(d, VT_DIR_IN, 700, 21) == VT_OK, "the original");
	original = d->paper;
	st.u.copy.paper = original;
	scanned = d->main;
	st.u.copy.version = scanned;
	tap_need(make_paper(d, VT_DIR_OUT, 700, 22) == VT_OK, "a letter");
	plain = d->paper;
	refused(do_step(d, &plain, st), VT_E_INVALID, "a letter is no copy");
	tap_need(
	    make_file(d, vt_span_str("scan"), "sao.pdf", &f) == VT_OK, "scan");
	reg.u.reg.direction = VT_DIR_OUT;
	reg.u.reg.meta = &m;
	reg.u.reg.files = &f;
	reg.u.reg.n_files = 1;
	tap_need(do_step(d, NULL, reg) == VT_OK, "a copy");
	st.u.copy.version = other_bytes;
	refused(do_step(d, &d->paper, st), VT_E_NOT_FOUND,
	    "of bytes the original never had");
	st.u.copy.version = scanned;
	tap_call(do_step(d, &d->paper, st), &d->err, "of that paper");
	plain = d->paper;
	n = links_of(d, &original);
	tap_ok(n == 1 && says(n, VT_LINK_COPIES, true, &plain),
	    "the original says what was copied of it");
	refused(do_step(d, &plain, st), VT_E_EXISTS, "of one paper only");
}

/* ---- the whole paper ---- */

static int
two_files(struct doer *d, const char *annex, vt_id *ret)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_meta m = { .subject = "V/v", .notation = "VP" };
	struct vt_file f[2];
	int rc;

	if ((rc = make_file(d, vt_span_str("main"), "a.pdf", &f[0])) != VT_OK ||
	    (rc = make_file(d, vt_span_str(annex), "b.xlsx", &f[1])) != VT_OK)
		return rc;
	st.u.reg.direction = VT_DIR_OUT;
	st.u.reg.meta = &m;
	st.u.reg.files = f;
	st.u.reg.n_files = 2;
	if ((rc = do_step(d, NULL, st)) == VT_OK)
		*ret = d->paper;
	return rc;
}

static vt_hash
manifest_of(struct doer *d, const vt_id *paper)
{
	struct vt_view *v;
	struct vt_paper p;
	vt_hash h;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_paper_get(v, paper, &p, &d->err) == VT_OK,
	    "paper");
	tap_call(vt_paper_manifest(&p, &h, &d->err), &d->err, "manifest");
	vt_view_end(v);
	return h;
}

static struct vt_step
whole_step(enum vt_step_kind kind, const vt_hash *main, const vt_hash *manifest)
{
	struct vt_step st = agree(kind, main);

	st.u.approve.whole = true;
	if (manifest != NULL)
		st.u.approve.manifest = *manifest;
	return st;
}

static int
new_annex(struct doer *d, const vt_id *paper, const char *was, const char *now)
{
	struct vt_step st = { .kind = VT_STEP_VERSION };
	int rc;

	rc = make_file(d, vt_span_str(now), "b.xlsx", &st.u.version.file);
	if (rc != VT_OK)
		return rc;
	st.u.version.part = 2;
	st.u.version.expect = vt_sha256(vt_span_str(was));
	st.u.version.reason = VT_VERSION_EDITED;
	return do_step(d, paper, st);
}

/* As docs/format.md says it, byte by byte. */
static void
recomputed(struct doer *d, const vt_id *paper)
{
	vt_hash main = vt_sha256(vt_span_str("main"));
	vt_hash annex = vt_sha256(vt_span_str("annex"));
	vt_hash want, got = manifest_of(d, paper);
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, "\x82\x71vanthu manifest 1\x82\x84\x01\x65"
			"a.pdf\x6f"
			"application/pdf\x58\x20");
	vt_buf_put(&b, main.b, sizeof(main.b));
	vt_buf_puts(&b, "\x84\x02\x66"
			"b.xlsx\x6f"
			"application/pdf\x58\x20");
	vt_buf_put(&b, annex.b, sizeof(annex.b));
	want = vt_sha256(vt_buf_view(&b));
	tap_ok(vt_hash_eq(&want, &got),
	    "anybody with the files comes to the same manifest hash");
}

static struct vt_step
check_whole(const vt_hash *main, const vt_hash *manifest)
{
	struct vt_step st = { .kind = VT_STEP_CHECK };

	st.u.check.kind = VT_DRAFT_CONTENT;
	st.u.check.main = *main;
	st.u.check.whole = true;
	if (manifest != NULL)
		st.u.check.manifest = *manifest;
	return st;
}

/* The manifest that the first check names, as the paper is now. */
static vt_hash
checked_manifest(struct doer *d, const vt_id *paper)
{
	vt_hash ret = { { 0 } };
	struct vt_paper row;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, paper, &row, &d->err) == VT_OK, "paper");
	if (row.n_checks > 0)
		ret = row.checks[0].manifest;
	vt_view_end(v);
	return ret;
}

/* Checks and withdrawals name all files, too. */
static void
whole_checks(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_WITHDRAW };
	struct vt_receipt facts = { .n_kinds = 0 };
	vt_hash main, seen, checked, later;
	vt_id p;

	tap_need(two_files(d, "annex", &p) == VT_OK, "two files");
	main = d->main;
	seen = manifest_of(d, &p);
	tap_call(do_step(d, &p, whole_step(VT_STEP_SUBMIT, &main, NULL)),
	    &d->err, "submit");
	tap_call(do_step(d, &p, check_whole(&main, &seen)), &d->err, "check");
	checked = checked_manifest(d, &p);
	tap_ok(paper_row(d, &p)->n_checks == 1 && vt_hash_eq(&checked, &seen),
	    "it names all files");
	refused(do_step(d, &p, check_whole(&main, NULL)), VT_E_EXISTS,
	    "the same by the same, whether they are named or not");
	tap_call(new_annex(d, &p, "annex", "annex 2"), &d->err, "an annex");
	tap_ok(paper_row(d, &p)->n_checks == 0,
	    "an annex changed after a check voids it");
	refused(do_step(d, &p, check_whole(&main, &seen)), VT_E_CONFLICT,
	    "what was read is not checked any more");
	st.u.withdraw.main = main;
	st.u.withdraw.manifest = seen;
	refused(do_step(d, &p, st), VT_E_CONFLICT, "nor withdrawn");
	later = manifest_of(d, &p);
	tap_call(do_step(d, &p, check_whole(&main, &later)), &d->err,
	    "what is there is");
	/* bytes put behind an annex are another annex */
	st = (struct vt_step){ .kind = VT_STEP_VERSION };
	tap_need(make_file(d, vt_span_str("annex 2 and more"), "b.xlsx",
		     &st.u.version.file) == VT_OK,
	    "more bytes");
	st.u.version.part = 2;
	st.u.version.expect = vt_sha256(vt_span_str("annex 2"));
	st.u.version.reason = VT_VERSION_FILLED;
	refused(do_step(d, &p, st), VT_E_OUT_OF_ORDER,
	    "an annex is not filled behind a check");
	st = (struct vt_step){ .kind = VT_STEP_WITHDRAW };
	st.u.withdraw.main = main;
	st.u.withdraw.manifest = later;
	tap_call(do_step(d, &p, st), &d->err, "withdrawn as it is");
	tap_call(do_step(d, &p, whole_step(VT_STEP_SUBMIT, &main, NULL)),
	    &d->err, "submit again");
	st = sign_step(VT_SIGN_INITIALS, &main);
	st.u.sign.whole = true;
	tap_call(do_step(d, &p, st), &d->err, "initials");
	tap_call(vt_receipt_verify(
		     vt_buf_view(&d->r.receipt), NULL, &facts, &d->err),
	    &d->err, "their receipt");
	tap_ok(vt_hash_eq(&facts.manifest, &later),
	    "a signature's record names all files, too");
}

static void
whole_paper(struct doer *d)
{
	struct vt_receipt facts = { .n_kinds = 0 };
	vt_hash seen, main, later;
	struct vt_step st;
	vt_id p;

	tap_need(two_files(d, "annex", &p) == VT_OK, "two files");
	recomputed(d, &p);
	main = d->main;
	seen = manifest_of(d, &p);
	tap_call(do_step(d, &p, whole_step(VT_STEP_SUBMIT, &main, NULL)),
	    &d->err, "submitted as it is");
	tap_call(new_annex(d, &p, "annex", "annex 2"), &d->err,
	    "the annex becomes another");
	refused(do_step(d, &p, whole_step(VT_STEP_APPROVE, &main, &seen)),
	    VT_E_CONFLICT, "what was read is not approved any more");
	later = manifest_of(d, &p);
	tap_ok(!vt_hash_eq(&seen, &later), "it is another whole");
	tap_call(do_step(d, &p, whole_step(VT_STEP_APPROVE, &main, &later)),
	    &d->err, "what is there is");
	tap_ok(vt_hash_eq(&paper_row(d, &p)->approved_manifest, &later),
	    "the approval names all files");
	tap_call(vt_receipt_verify(
		     vt_buf_view(&d->r.receipt), NULL, &facts, &d->err),
	    &d->err, "its receipt");
	tap_ok(vt_hash_eq(&facts.manifest, &later), "the receipt, too");
	tap_call(new_annex(d, &p, "annex 2", "annex 3"), &d->err,
	    "then the annex changes");
	tap_ok(vt_hash_is_zero(&paper_row(d, &p)->approved_manifest) &&
		   vt_hash_is_zero(&paper_row(d, &p)->approved_hash) &&
		   paper_row(d, &p)->state == VT_PAPER_SUBMITTED,
	    "an annex changed after approval voids it");
	st = sign_step(VT_SIGN_COMPETENT, &main);
	refused(do_step(d, &p, st), VT_E_NOT_APPROVED, "it is not signed so");
}

static void
play(struct doer *d, struct world *w)
{
	(void)w;
	tap_need(make_agency(d, "H99.07", "Sở") == VT_OK, "agency");
	tap_need(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "series");
	between_papers(d);
	cited(d);
	copies(d);
	whole_paper(d);
	whole_checks(d);
}

int
main(void)
{
	(void)on_both(play, "links and wholes");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		vt_buf_free(&texts[i]);
	return tap_done();
}
