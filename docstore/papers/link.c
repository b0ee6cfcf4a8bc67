/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links between papers: what one is to another, told from both ends. Those
 * that end or change a paper (recall.c) have a row from the other paper to it
 * and its own fields; those that only say something have a row each way; what
 * is merely cited stands in the row of the paper that cites.
 */
#include "docstore/store_priv.h"

#define BACK 0x80U /* of the kind: the row of the paper linked to */

const char *
vt_link_kind_name(enum vt_link_kind k)
{
	static const char *const names[] = { "", "replaces", "recalls",
		"copies", "answers", "amends", "corrects", "relates", "joins" };

	return (size_t)k < sizeof(names) / sizeof(names[0]) ? names[k] : "";
}

static struct vt_key
key_link(uint32_t agency_no, uint64_t paper, uint32_t kind, uint64_t other)
{
	struct vt_key k = vt_key_row(agency_no, paper);

	vt_key_u8(&k, (uint8_t)kind);
	vt_key_u64(&k, other);
	return k;
}

size_t
vt_step_links(const struct vt_srec *r, uint32_t agency_no, uint64_t paper,
    struct vt_key ret[static 2])
{
	switch (r->kind) {
	case VT_STEP_RECALL:
		ret[0] = key_link(agency_no, r->seq, VT_LINK_RECALLS, paper);
		return 1;
	case VT_STEP_REPLACE:
		ret[0] = key_link(agency_no, r->seq, VT_LINK_REPLACES, paper);
		return 1;
	case VT_STEP_JOIN:
		if (r->sub != VT_JOIN_SAME)
			return 0;
		ret[0] = key_link(agency_no, paper, VT_LINK_JOINS, r->seq);
		ret[1] =
		    key_link(agency_no, r->seq, VT_LINK_JOINS | BACK, paper);
		return 2;
	case VT_STEP_COPY:
	case VT_STEP_LINK:
		if (r->seq == 0)
			return 0;
		ret[0] = key_link(agency_no, paper, r->sub, r->seq);
		ret[1] = key_link(agency_no, r->seq, r->sub | BACK, paper);
		return 2;
	default:
		return 0;
	}
}

/* ---- the act ---- */

static int
clean_cited(struct vt_act_op *a, const struct vt_answered *in,
    struct vt_srec *r, struct vt_err *reterr)
{
	int rc;

	/* fields of the step that other kinds use for the like */
	r->from = in->agency_code;
	r->external = in->document_id;
	r->due = in->issued_on;
	r->code = in->code;
	if ((rc = vt_prep_text(a, &r->from, VT_L(AGENCY_CODE_MAX),
		 "agency cited", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->external, VT_META_DOCUMENT_ID_MAX,
		 "document cited", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &r->due, 10, "day cited", reterr)) != VT_OK)
		return rc;
	return vt_prep_text(
	    a, &r->code, VT_META_CODE_MAX, "number cited", reterr);
}

int
vt_link_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr)
{
	enum vt_link_kind kind =
	    st->kind == VT_STEP_COPY ? VT_LINK_COPIES : st->u.link.kind;
	bool cited = vt_id_is_zero(&st->u.link.paper);
	int rc;

	r->sub = kind;
	r->object = st->u.link.paper;
	r->note = st->u.link.note;
	if (st->kind == VT_STEP_COPY)
		r->main = st->u.copy.version;
	if (kind < VT_LINK_REPLACES || kind > VT_LINK_RELATES)
		return vt_prep_invalid(reterr, "unknown kind of link");
	if (st->kind == VT_STEP_LINK && kind == VT_LINK_COPIES)
		return vt_prep_invalid(
		    reterr, "a copy is told by a step of its own");
	if (!cited && kind != VT_LINK_COPIES && kind != VT_LINK_ANSWERS &&
	    kind != VT_LINK_RELATES)
		return vt_prep_invalid(reterr,
		    "a paper of the store is replaced, amended and recalled "
		    "by a step on that paper");
	if (cited && !vt_hash_is_zero(&r->main))
		return vt_prep_invalid(
		    reterr, "a version is that of a paper in the store");
	if ((rc = clean_cited(a, &st->u.link.cited, r, reterr)) != VT_OK)
		return rc;
	if (cited && (rc = vt_prep_need(r->code, "number of the paper cited",
			  reterr)) != VT_OK)
		return rc;
	return vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
}

static bool
same_text(const char *x, const char *y)
{
	return strcmp(x, y) == 0;
}

static int
decide_cited(
    const struct vt_paper *p, const struct vt_srec *r, struct vt_err *reterr)
{
	if (p->n_cited >= VT_L(META_LIST_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "link: the paper cites %zu others, allowed are %zu "
		    "(META_LIST_MAX)",
		    p->n_cited, VT_L(META_LIST_MAX));
	for (size_t i = 0; i < p->n_cited; i++) {
		const struct vt_answered *t = &p->cited[i].to;

		if (p->cited[i].kind == (enum vt_link_kind)r->sub &&
		    same_text(t->agency_code, r->from) &&
		    same_text(t->code, r->code) &&
		    same_text(t->issued_on, r->due) &&
		    same_text(t->document_id, r->external))
			return vt_err_set(reterr, VT_E_EXISTS,
			    "link: the paper says so of %s already", r->code);
	}
	return VT_OK;
}

/* The other paper is here, and the link between the two makes sense. */
static int
decide_paper(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	struct vt_paper other;
	struct vt_key k[2];
	struct vt_ref ref;
	struct vt_span v;
	int rc;

	rc = vt_row_ref(x->b->txn, &r->object, VT_OBJECT_PAPER, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "link: no paper of this agency has the other id");
	if (rc != VT_OK)
		return rc;
	if (ref.seq == p->seq)
		return vt_err_set(
		    reterr, VT_E_INVALID, "link: the other paper is this one");
	if ((rc = vt_row_paper(x->b->txn, ref.agency_no, ref.seq, x->arena,
		 &other, reterr)) != VT_OK)
		return rc;
	if (r->sub == VT_LINK_ANSWERS &&
	    (p->direction == VT_DIR_IN || other.direction != VT_DIR_IN))
		return vt_err_set(reterr, VT_E_INVALID,
		    "link: a paper of ours answers one that came");
	r->seq = ref.seq;
	(void)vt_step_links(r, x->st.agency_no, p->seq, k);
	rc = vt_tx_get(x->b->txn, VT_T_PAPER_LINK, &k[0], &v, reterr);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "link: the two are linked so already");
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* Is there a version of the other paper with this content? */
static int
version_fits(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(x->st.agency_no, r->seq);
	struct vt_version ver;
	struct vt_scan s;
	int rc;

	if (vt_hash_is_zero(&r->main))
		return VT_OK;
	s = vt_scan_up(x->b->txn, VT_T_VERSION, &prefix, NULL);
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_version_decode(s.row, &ver, reterr)) != VT_OK)
			return rc;
		if (vt_hash_eq(&ver.hash, &r->main))
			return VT_OK;
	}
	return s.rc != VT_OK ? s.rc
			     : vt_err_set(reterr, VT_E_NOT_FOUND,
				   "copy: no version of the other paper has "
				   "this content");
}

static bool
copies_one(const struct vt_paper *p)
{
	for (size_t i = 0; i < p->n_cited; i++)
		if (p->cited[i].kind == VT_LINK_COPIES)
			return true;
	return false;
}

static int
decide_copy(struct vt_apply *x, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;
	struct vt_key prefix = vt_key_row(x->st.agency_no, p->seq);
	struct vt_scan s;
	bool any;

	if (p->direction == VT_DIR_IN || vt_copy_form(&p->meta) == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "copy: this paper is no copy (Decree 30/2020, Article 25)");
	vt_key_u8(&prefix, VT_LINK_COPIES);
	s = vt_scan_up(x->b->txn, VT_T_PAPER_LINK, &prefix, NULL);
	any = vt_scan_next(&s, reterr);
	if (s.rc != VT_OK)
		return s.rc;
	if (any || copies_one(p))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "copy: it is said already what it is a copy of");
	return VT_OK;
}

int
vt_link_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	int rc;

	if (r->kind == VT_STEP_COPY && (rc = decide_copy(x, reterr)) != VT_OK)
		return rc;
	if (vt_id_is_zero(&r->object))
		return decide_cited(x->paper, r, reterr);
	rc = decide_paper(x, r, reterr);
	return rc != VT_OK ? rc : version_fits(x, r, reterr);
}

int
vt_link_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_key k[2];
	VT_BUF_AUTO(null);
	size_t n =
	    vt_step_links(&x->rec.steps[i], x->st.agency_no, x->paper->seq, k);
	int rc = VT_OK;

	vt_cbor_null(&null);
	for (size_t j = 0; j < n && rc == VT_OK; j++)
		rc = vt_batch_put(x->b, VT_T_PAPER_LINK, &k[j], &null, reterr);
	return rc;
}

int
vt_link_evolve(struct vt_paper *p, const struct vt_srec *r, struct vt_arena *a,
    struct vt_err *reterr)
{
	struct vt_cited *c;

	if (!vt_id_is_zero(&r->object))
		return VT_OK; /* rows of table paper_link */
	if ((c = vt_arena_array(a, p->n_cited + 1, sizeof(*c))) == NULL)
		return vt_nomem(reterr);
	if (p->n_cited > 0)
		memcpy(c, p->cited, p->n_cited * sizeof(*c));
	c[p->n_cited] = (struct vt_cited){ .kind = (enum vt_link_kind)r->sub,
		.to = { r->from, r->code, r->due, r->external } };
	p->cited = c;
	p->n_cited++;
	return VT_OK;
}

/* ---- reading ---- */

int
vt_paper_e_version(
    struct vt_view *v, const vt_id *paper, vt_id *ret, struct vt_err *reterr)
{
	struct vt_key prefix;
	struct vt_paper e;
	struct vt_ref ref;
	struct vt_scan s;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	prefix = vt_key_row(ref.agency_no, ref.seq);
	vt_key_u8(&prefix, VT_LINK_JOINS | BACK);
	s = vt_scan_up(v->txn, VT_T_PAPER_LINK, &prefix, NULL);
	if (!vt_scan_next(&s, reterr))
		return s.rc;
	rc = vt_row_paper(
	    v->txn, ref.agency_no, vt_be64(s.k.p + 13), v->arena, &e, reterr);
	if (rc == VT_OK)
		*ret = e.id;
	return rc;
}

struct listing {
	struct vt_paper_link *l;
	size_t n, max;
};

static void
list(struct listing *x, enum vt_link_kind kind, bool back, const vt_id *paper)
{
	if (vt_id_is_zero(paper))
		return;
	for (size_t i = 0; i < x->n; i++)
		if (x->l[i].kind == kind && x->l[i].back == back &&
		    vt_id_eq(&x->l[i].paper, paper))
			return;
	if (x->n < x->max)
		x->l[x->n++] = (struct vt_paper_link){ .kind = kind,
			.back = back,
			.paper = *paper,
			.cited = { "", "", "", "" } };
}

static void
list_cited(
    struct listing *x, enum vt_link_kind kind, const struct vt_answered *to)
{
	if (x->n < x->max)
		x->l[x->n++] =
		    (struct vt_paper_link){ .kind = kind, .cited = *to };
}

/* What an amendment before the last one was, in the words of its act. */
static int
amended_how(struct vt_view *v, const struct vt_paper *p, const vt_id *by,
    uint32_t *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix = vt_key_row(p->agency_no, p->seq);
	struct vt_scan s = vt_scan_up(v->txn, VT_T_PAPER_ACT, &prefix, NULL);
	struct vt_arec rec;
	int rc;

	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_act(v->txn, p->agency_no, vt_be64(s.k.p + 12),
			 scratch, &rec, reterr)) != VT_OK)
			return rc;
		for (size_t i = 0; i < rec.n_steps; i++)
			if (rec.steps[i].kind == VT_STEP_REPLACE &&
			    vt_id_eq(&rec.steps[i].object, by))
				*ret = rec.steps[i].sub;
	}
	return s.rc;
}

/* REPLACES, AMENDS or CORRECTS: what `by` did to p. */
static int
replaced_as(struct vt_view *v, const struct vt_paper *p, const vt_id *by,
    enum vt_link_kind *ret, struct vt_err *reterr)
{
	uint32_t how = vt_paper_replaced_how(p, by);
	int rc;

	if (how != 0 && !vt_id_eq(&p->replaced_by, by) &&
	    (rc = amended_how(v, p, by, &how, reterr)) != VT_OK)
		return rc;
	*ret = how == VT_REPLACE_AMEND     ? VT_LINK_AMENDS
	       : how == VT_REPLACE_CORRECT ? VT_LINK_CORRECTS
					   : VT_LINK_REPLACES;
	return VT_OK;
}

/* What stands in the paper's own row of papers that are here. */
static int
list_own(struct vt_view *v, struct listing *x, const struct vt_paper *p,
    struct vt_err *reterr)
{
	enum vt_link_kind kind;
	vt_id id;
	int rc;

	for (size_t i = 0; i < p->n_amended_by; i++) {
		rc = replaced_as(v, p, &p->amended_by[i], &kind, reterr);
		if (rc != VT_OK)
			return rc;
		list(x, kind, true, &p->amended_by[i]);
	}
	rc = replaced_as(v, p, &p->replaced_by, &kind, reterr);
	if (rc != VT_OK)
		return rc;
	list(x, kind, true, &p->replaced_by);
	list(x, VT_LINK_RECALLS, true, &p->recalled_by);
	list(x, VT_LINK_ANSWERS, true, &p->answered_by);
	if (vt_id_parse(vt_span_str(p->meta.reply_to), &id))
		list(x, VT_LINK_ANSWERS, false, &id);
	return VT_OK;
}

static int
list_rows(struct vt_view *v, const struct vt_ref *ref, const vt_id *paper,
    struct listing *x, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(ref->agency_no, ref->seq);
	enum vt_link_kind kind;
	struct vt_paper p;
	struct vt_scan s;
	bool back;
	int rc;

	s = vt_scan_up(v->txn, VT_T_PAPER_LINK, &prefix, NULL);
	while (x->n < x->max && vt_scan_next(&s, reterr)) {
		kind = (enum vt_link_kind)(s.k.p[12] & ~BACK);
		back = (s.k.p[12] & BACK) != 0;
		rc = vt_row_paper(v->txn, ref->agency_no, vt_be64(s.k.p + 13),
		    v->arena, &p, reterr);
		if (rc != VT_OK)
			return rc;
		if (kind == VT_LINK_REPLACES &&
		    (rc = replaced_as(v, &p, paper, &kind, reterr)) != VT_OK)
			return rc;
		list(x, kind, back, &p.id);
	}
	return s.rc;
}

int
vt_paper_links(struct vt_view *v, const vt_id *paper, struct vt_paper_link *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct listing x = { .l = ret, .max = max };
	struct vt_paper p;
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_ref(v->txn, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK ||
	    (rc = vt_row_paper(v->txn, ref.agency_no, ref.seq, v->arena, &p,
		 reterr)) != VT_OK)
		return rc;
	if ((rc = list_own(v, &x, &p, reterr)) != VT_OK ||
	    (rc = list_rows(v, &ref, paper, &x, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < p.n_cited; i++)
		list_cited(&x, p.cited[i].kind, &p.cited[i].to);
	for (size_t i = 0; i < p.meta.n_answers; i++)
		list_cited(&x, VT_LINK_ANSWERS, &p.meta.answers[i]);
	*ret_n = x.n;
	return VT_OK;
}
