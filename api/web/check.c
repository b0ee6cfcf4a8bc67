/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signatures of a paper's main file, judged and told in plain words: a
 * page, or the piece of one that the script puts beside the paper. */
#include "api/html/verdict.h"
#include "api/web/sheet.h"

static void
signer(struct vt_desk *d, const struct vt_signature_verdict *s)
{
	static const enum vt_tone tone[] = { [VT_TOTAL_PASSED] = VT_TONE_GOOD,
		[VT_INDETERMINATE] = VT_TONE_UNSURE,
		[VT_TOTAL_FAILED] = VT_TONE_BAD };
	VT_BUF_AUTO(when);

	vt_page_moment(s->claimed_time, &when);
	vt_html(d->page.b,
	    "<li class=\"%s\"><b>%s</b> <span>%s%s</span> "
	    "<span class=\"quiet\">%s</span></li>\n",
	    vt_tone_class(tone[s->indication]),
	    vt_page_indication(&d->page, s->indication),
	    s->indication == VT_TOTAL_PASSED
		? ""
		: T(d, "tên tự khai: ", "as claimed: "),
	    s->signer == NULL ? T(d, "không rõ", "unknown") : s->signer,
	    vt_buf_str(&when));
}

static void
piece(struct vt_desk *d, const struct vt_verdict *v, const char *id)
{
	struct vt_said said = vt_page_overall(&d->page, v);

	vt_http_res_type(d->res, "text/html; charset=utf-8");
	vt_html(d->page.b,
	    "<h2>%s</h2>\n<p class=\"verdict %s\"><span class=\"sign\" "
	    "aria-hidden=\"true\">%s</span> <b>%s</b></p>\n<ul "
	    "class=\"signers\">\n",
	    T(d, "Chữ ký số", "Signatures"), vt_tone_class(said.tone),
	    vt_tone_sign(said.tone), said.head);
	for (size_t i = 0; i < v->n_signatures; i++)
		signer(d, &v->signatures[i]);
	vt_html(d->page.b,
	    "</ul>\n<p><a href=\"/desk/papers/%s/check\">%s</a></p>\n", id,
	    T(d, "Lý do và chi tiết", "Reasons and details"));
}

int
vt_web_check(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	char id[VT_ID_TEXT + 1];
	struct vt_said said;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_office_validate(d.office, d.me, &paper, 1, &v, reterr)) !=
		VT_OK)
		return rc;
	vt_id_text(&paper, id);
	if (vt_http_query(req, "piece") != NULL) {
		piece(&d, v, id);
		return VT_OK;
	}
	said = vt_page_overall(&d.page, v);
	vt_desk_open(&d, T(&d, "Kiểm tra chữ ký", "Check of signatures"), NULL);
	vt_html(d.page.b,
	    "<p class=\"up\"><a href=\"/desk/papers/%s\">← %s</a>"
	    "</p>\n",
	    id, T(&d, "Về văn bản", "Back to the paper"));
	vt_page_banner(&d.page, said.tone, said.head, said.more);
	for (size_t i = 0; i < v->n_signatures; i++)
		vt_page_signature(&d.page, &v->signatures[i], i + 1);
	vt_desk_close(&d);
	return VT_OK;
}
