/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a paper is to other papers. */
#include "api/office/links.h"
#include "api/office/office_priv.h"

/* What this paper is to the other one; what the other one is to it. */
static const struct {
	enum vt_link_kind kind;
	const char *vi, *en, *back_vi, *back_en;
} words[] = {
	{ VT_LINK_REPLACES, "Thay thế văn bản", "Replaces", "Được thay thế bởi",
	    "Replaced by" },
	{ VT_LINK_RECALLS, "Thu hồi văn bản", "Recalls", "Bị thu hồi theo",
	    "Recalled by" },
	{ VT_LINK_COPIES, "Bản sao của văn bản", "Copy of", "Đã sao thành",
	    "Copied as" },
	{ VT_LINK_ANSWERS, "Trả lời văn bản", "Answers", "Văn bản trả lời",
	    "Answered by" },
	{ VT_LINK_AMENDS, "Sửa đổi, bổ sung văn bản", "Amends",
	    "Được sửa đổi, bổ sung bởi", "Amended by" },
	{ VT_LINK_CORRECTS, "Đính chính văn bản", "Corrects",
	    "Được đính chính bởi", "Corrected by" },
	{ VT_LINK_JOINS, "Cùng số đến với", "One arrival with", "Bản điện tử",
	    "Its e-version" },
	{ VT_LINK_RELATES, "Văn bản liên quan", "Related to",
	    "Văn bản liên quan", "Related to" },
};

const char *
vt_link_words(enum vt_link_kind k, bool back, bool en)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].kind == k)
			return back ? (en ? words[i].back_en : words[i].back_vi)
				    : (en ? words[i].en : words[i].vi);
	return "";
}

enum vt_link_kind
vt_link_kind_parse(const char *name)
{
	for (int k = VT_LINK_REPLACES; k <= VT_LINK_RELATES; k++)
		if (strcmp(vt_link_kind_name((enum vt_link_kind)k), name) == 0)
			return (enum vt_link_kind)k;
	return (enum vt_link_kind)0;
}

/* The field that a refusal of the store is about. */
static const char *
field_of(const struct vt_link_order *l, int code)
{
	static const vt_hash none;
	bool cited = vt_id_is_zero(&l->paper);

	switch (code) {
	case VT_E_INVALID:
		return "/kind";
	case VT_E_EXISTS:
	case VT_E_LIMIT:
		return cited ? "/cited" : "/paper";
	case VT_E_NOT_FOUND:
		return vt_hash_eq(&l->version, &none) ? "/paper" : "/version";
	default:
		return NULL;
	}
}

int
vt_office_link(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_link_order *l,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_LINK };
	const char *field;
	struct vt_facts f;
	struct vt_act act;
	bool cited = l->cited.code != NULL && *l->cited.code != '\0';
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_LINK, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_facts_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &f, reterr)) != VT_OK)
		return rc;
	if (cited != vt_id_is_zero(&l->paper)) {
		vt_office_about(rq, "/paper");
		return vt_err_set(reterr, VT_E_FIELD_VALUE,
		    "link: either a paper of this agency, or one cited");
	}
	if (l->kind == VT_LINK_COPIES)
		step.kind = VT_STEP_COPY;
	step.u.link.kind = l->kind;
	step.u.link.paper = l->paper;
	step.u.link.cited = l->cited;
	step.u.link.version = l->version;
	step.u.link.note = l->note;
	vt_office_act(rq, paper, &step, 1, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc != VT_OK && (field = field_of(l, rc)) != NULL)
		vt_office_about(rq, "%s", field);
	return rc;
}

int
vt_office_links(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper_link *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_paper p;
	int rc = vt_office_paper(o, v, actor, paper, &p, reterr);

	return rc != VT_OK ? rc
			   : vt_paper_links(v, paper, ret, max, ret_n, reterr);
}
