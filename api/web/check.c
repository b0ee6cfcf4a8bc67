/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signatures of a paper's main file, judged and told in plain words: a
 * page, or the piece of one that the script puts beside the paper. A verdict
 * is shown again for a while, its time beside it; whoever doubts asks anew.
 */
#include "api/html/verdict.h"
#include "api/web/sheet.h"
#include "api/web/shelf.h"

/* In words, without a link: papers of equal bytes share it. */
struct judged {
	struct vt_buf *piece, *page;
	vt_time at;
};

static void
signer(struct vt_page *p, const struct vt_signature_verdict *s)
{
	static const enum vt_tone tone[] = { [VT_TOTAL_PASSED] = VT_TONE_GOOD,
		[VT_INDETERMINATE] = VT_TONE_UNSURE,
		[VT_TOTAL_FAILED] = VT_TONE_BAD };
	const char *kind = vt_page_signer_kind(p, s);
	VT_BUF_AUTO(when);

	vt_page_moment(s->claimed_time, &when);
	vt_html(p->b,
	    "<li class=\"%s\"><b>%s</b> <span>%s%s</span> "
	    "<span class=\"quiet\">%s</span><span class=\"kind\">%s</span>"
	    "</li>\n",
	    vt_tone_class(tone[s->indication]),
	    vt_page_indication(p, s->indication),
	    s->indication == VT_TOTAL_PASSED
		? ""
		: vt_page_t(p, "tên tự khai: ", "as claimed: "),
	    s->signer == NULL ? vt_page_t(p, "không rõ", "unknown") : s->signer,
	    vt_buf_str(&when), kind == NULL ? "" : kind);
}

static void
write_piece(struct vt_page *p, const struct vt_verdict *v)
{
	struct vt_said said = vt_page_overall(p, v);

	vt_html(p->b,
	    "<h2>%s</h2>\n<p class=\"verdict %s\"><span class=\"sign\" "
	    "aria-hidden=\"true\">%s</span> <b>%s</b></p>\n<ul "
	    "class=\"signers\">\n",
	    vt_page_t(p, "Chữ ký số", "Signatures"), vt_tone_class(said.tone),
	    vt_tone_sign(said.tone), said.head);
	for (size_t i = 0; i < v->n_signatures; i++)
		signer(p, &v->signatures[i]);
	vt_html(p->b, "</ul>\n");
}

static void
write_page(struct vt_page *p, const struct vt_verdict *v)
{
	struct vt_said said = vt_page_overall(p, v);

	vt_page_banner(p, said.tone, said.head, said.more);
	for (size_t i = 0; i < v->n_signatures; i++)
		vt_page_signature(p, &v->signatures[i], i + 1);
}

/* Put in one after the other, and each alone may have gone. */
static bool
recall(struct vt_desk *d, const vt_hash *of, struct judged *ret)
{
	struct vt_shelf_key k = { *of, VT_KEPT_VERDICT, d->page.en, 0 };

	if (!vt_shelf_get(d->web->shelf, &k, ret->page, &ret->at))
		return false;
	k.what = VT_KEPT_PIECE;
	return vt_shelf_get(d->web->shelf, &k, ret->piece, &ret->at);
}

static void
keep(struct vt_desk *d, const vt_hash *of, enum vt_overall o,
    const struct judged *j)
{
	struct vt_shelf_key k = { *of, VT_KEPT_VERDICT, d->page.en, 0 };
	bool sure = o == VT_OVERALL_PASSED || o == VT_OVERALL_FAILED ||
		    o == VT_OVERALL_NO_SIGNATURE;
	unsigned for_s = sure ? VT_L(VERDICT_KEPT_S) : VT_L(VERDICT_UNSURE_S);

	vt_shelf_put(d->web->shelf, &k, vt_buf_view(j->page), for_s);
	k.what = VT_KEPT_PIECE;
	vt_shelf_put(d->web->shelf, &k, vt_buf_view(j->piece), for_s);
}

static int
judge(struct vt_desk *d, const vt_id *paper, struct judged *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_page p = { d->req, ret->piece, d->page.en };
	struct vt_content c, after;
	int rc;

	/* Also asks whether he may read it. */
	rc = vt_office_content(d->office, d->me, paper, 1, 0, &c, reterr);
	if (rc != VT_OK)
		return rc;
	if (vt_http_query(d->req, "again") == NULL &&
	    recall(d, &c.blob.hash, ret))
		return VT_OK;
	vt_buf_reset(ret->piece);
	vt_buf_reset(ret->page);
	ret->at = vt_now(d->web->ctx);
	rc = vt_office_validate(d->office, d->me, paper, 1, &v, reterr);
	if (rc != VT_OK)
		return rc;
	write_piece(&p, v);
	p.b = ret->page;
	write_page(&p, v);
	/* A version may have come meanwhile, and this be its verdict. */
	if (vt_office_content(d->office, d->me, paper, 1, 0, &after, NULL) ==
		VT_OK &&
	    vt_hash_eq(&after.blob.hash, &c.blob.hash))
		keep(d, &c.blob.hash, v->overall, ret);
	return VT_OK;
}

/* Of when it is, and how to have a newer one. */
static void
age(struct vt_desk *d, const struct judged *j, const char *id)
{
	VT_BUF_AUTO(at);

	vt_page_moment(j->at, &at);
	vt_html(d->page.b,
	    "<p class=\"quiet\">%s %s · "
	    "<a href=\"/desk/papers/%s/check?again=1\">%s</a></p>\n",
	    T(d, "Kiểm tra lúc", "Checked at"), vt_buf_str(&at), id,
	    T(d, "Kiểm tra lại", "Check again"));
}

static void
page(struct vt_desk *d, const struct judged *j, const char *id)
{
	vt_desk_open(d, T(d, "Kiểm tra chữ ký", "Check of signatures"), NULL);
	vt_html(d->page.b,
	    "<p class=\"up\"><a href=\"/desk/papers/%s\">← %s</a></p>\n", id,
	    T(d, "Về văn bản", "Back to the paper"));
	/* markup: escaped when it was written */
	vt_buf_span(d->page.b, vt_buf_view(j->page));
	age(d, j, id);
	vt_desk_close(d);
}

static void
piece(struct vt_desk *d, const struct judged *j, const char *id)
{
	vt_http_res_type(d->res, "text/html; charset=utf-8");
	/* markup: escaped when it was written */
	vt_buf_span(d->page.b, vt_buf_view(j->piece));
	vt_html(d->page.b, "<p><a href=\"/desk/papers/%s/check\">%s</a></p>\n",
	    id, T(d, "Lý do và chi tiết", "Reasons and details"));
	age(d, j, id);
}

int
vt_web_check(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(in_short);
	VT_BUF_AUTO(whole);
	struct judged j = { &in_short, &whole, VT_TIME_NONE };
	char id[VT_ID_TEXT + 1];
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = judge(&d, &paper, &j, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&in_short, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&whole, reterr)) != VT_OK)
		return rc;
	vt_id_text(&paper, id);
	if (vt_http_query(req, "piece") != NULL)
		piece(&d, &j, id);
	else
		page(&d, &j, id);
	return VT_OK;
}
