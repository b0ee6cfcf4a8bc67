/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paper originals and their e-versions; papers that may be here already. */
#include "api/office/joins.h"

#include "api/office/incoming.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "base/text.h"

#define NAME_WORDS 8 /* of a name; what they find is compared whole */

/* ---- one arrival ---- */

int
vt_office_original(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_original *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_JOIN };
	struct vt_incoming p;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_JOIN, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_incoming_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &p, reterr)) != VT_OK)
		return rc;
	step.u.join.how = VT_JOIN_ORIGINAL;
	if (n->on != NULL) {
		step.u.join.at = vt_time_parse_day(n->on);
		if (step.u.join.at == VT_TIME_NONE ||
		    step.u.join.at > vt_now(o->o.ctx)) {
			vt_office_about(rq, "/on");
			return vt_err_set(reterr, VT_E_INVALID,
			    "paper original: a day up to today is wanted "
			    "(YYYY-MM-DD)");
		}
	}
	step.u.join.pages = n->pages;
	step.u.join.from = n->from;
	step.u.join.note = n->note;
	vt_office_act(rq, paper, &step, 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

/* Has the paper no sender yet? */
static int
lacks_sender(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, bool *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	/* its own row: vt_incoming_load takes the e-version's for it */
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	*ret = p.agency_no == rq->actor->agency_no &&
	       vt_id_is_zero(&p.source_consignment) &&
	       vt_id_is_zero(&p.source_delivery);
	return VT_OK;
}

/* The second act, on the paper that was registered before. */
static int
give_sender(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *other, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_JOIN };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_act act;
	bool lacks;
	int rc;

	if ((rc = lacks_sender(o, rq, other, &lacks, reterr)) != VT_OK ||
	    !lacks)
		return rc;
	step.u.join.how = VT_JOIN_SOURCE;
	step.u.join.other = *paper;
	vt_office_act(rq, other, &step, 1, &act);
	act.key = NULL; /* the request's is that of the first act */
	act.expect_rev = 0;
	rc = vt_store_do(o->o.store, &act, &r, reterr);
	vt_act_result_free(&r);
	return rc == VT_E_EXISTS ? VT_OK : rc; /* done beside us */
}

int
vt_office_join(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *other, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	static const struct vt_follow follow = { VT_STATUS_ACCEPTED, "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_step steps[2];
	struct vt_incoming p;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_JOIN, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return rc;
	if (!done) {
		if ((rc = vt_incoming_load(o, paper, rq->actor->agency_no,
			 rq->if_match, &p, reterr)) != VT_OK)
			return rc;
		memset(steps, 0, sizeof(steps));
		steps[0].kind = VT_STEP_JOIN;
		steps[0].u.join.how = VT_JOIN_SAME;
		steps[0].u.join.other = *other;
		steps[0].u.join.note = note;
		rc = vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
		if (rc != VT_OK) {
			vt_office_about(rq, "/other");
			return rc;
		}
	}
	/* What was asked is done. Until this act is, too, whoever needs the
	 * sender finds it by the link (vt_incoming_load). */
	if (give_sender(o, rq, paper, other, &err) != VT_OK)
		vt_log_err("office.join", &err);
	return VT_OK;
}

/* ---- the likely same ---- */

static bool
is_said(const char *s)
{
	return s != NULL && *s != '\0';
}

/* Two texts as a search compares them: case, blanks, signs between words and
 * zeros in front of a number are no difference; accents are. */
static int
fold(struct vt_buf *ret, const char *a, const char *b, struct vt_err *reterr)
{
	VT_BUF_AUTO(both);
	VT_BUF_AUTO(nfc);
	int rc;

	vt_buf_printf(&both, "%s %s", a == NULL ? "" : a, b == NULL ? "" : b);
	if ((rc = vt_buf_status(&both, reterr)) != VT_OK ||
	    (rc = vt_text_nfc(vt_buf_view(&both), &nfc, reterr)) != VT_OK)
		return rc;
	vt_search_fold(vt_buf_view(&nfc), true, ret);
	return vt_buf_status(ret, reterr);
}

/* The paper that is asked about, and who sends it, by every code it has or
 * had (a blank between, "" without one). Texts folded. */
struct sender {
	const struct vt_meta *meta;
	struct vt_buf codes, number, name;
};

/* Is it text, folded? Nothing is like nothing. */
static int
is_like(const struct vt_buf *text, const char *a, const char *b, bool *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(t);
	int rc = fold(&t, a, b, reterr);

	*ret = rc == VT_OK && t.n > 0 &&
	       vt_span_eq(vt_buf_view(&t), vt_buf_view(text));
	return rc;
}

int
vt_office_is_cited(const struct vt_meta *m, const char *code, bool *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	int rc = fold(&text, code, "", reterr);

	if (rc == VT_OK)
		rc = is_like(&text, m->number, m->notation, ret, reterr);
	if (rc == VT_OK && !*ret)
		rc = is_like(&text, m->number, "", ret, reterr);
	return rc;
}

/* By code where both have one, else by name. */
static int
same_agency(const struct sender *x, const struct vt_meta *y, bool *ret,
    struct vt_err *reterr)
{
	if (!is_said(x->meta->agency_code) || !is_said(y->agency_code))
		return is_like(&x->name, y->agency_name, "", ret, reterr);
	*ret = vt_address_codes_have(&x->codes, y->agency_code);
	return VT_OK;
}

/* Numbers begin anew with the year, so those of two years are two papers; a day
 * that nobody said may be any. */
static bool
same_year(const char *x, const char *y)
{
	return !is_said(x) || !is_said(y) || strncmp(x, y, 4) == 0;
}

static int
same_paper(const struct sender *x, const struct vt_paper *p, bool *ret,
    struct vt_err *reterr)
{
	const struct vt_meta *y = &p->meta;
	int rc;

	*ret = false;
	if (p->state == VT_PAPER_REFUSED || !vt_id_is_zero(&p->joined_to) ||
	    !same_year(x->meta->issued_on, y->issued_on))
		return VT_OK;
	rc = is_like(&x->number, y->number, y->notation, ret, reterr);
	return rc != VT_OK || !*ret ? rc : same_agency(x, y, ret, reterr);
}

struct alike {
	const struct sender *sender;
	uint32_t agency_no;
	const vt_id *but;
	struct vt_paper *ret;
	size_t n, max;
};

/* Newest first, each once. */
static int
put_alike(struct alike *x, const struct vt_paper *p, struct vt_err *reterr)
{
	bool same;
	size_t i = 0;
	int rc;

	if (x->but != NULL && vt_id_eq(&p->id, x->but))
		return VT_OK;
	if ((rc = same_paper(x->sender, p, &same, reterr)) != VT_OK || !same)
		return rc;
	while (i < x->n && x->ret[i].seq > p->seq)
		i++;
	if (i == x->max || (i < x->n && x->ret[i].seq == p->seq))
		return VT_OK;
	x->n += x->n < x->max ? 1 : 0;
	memmove(&x->ret[i + 1], &x->ret[i], (x->n - 1 - i) * sizeof(*p));
	x->ret[i] = *p;
	return VT_OK;
}

/* Papers of this number whose sender has these words: what the index has of
 * both is a handful, however many papers there are. */
static int
look_for(struct vt_view *v, struct alike *x, const char *words,
    struct vt_err *reterr)
{
	struct vt_paper_query q = { .words = words, .direction = VT_DIR_IN };
	const struct vt_meta *m = x->sender->meta;
	VT_BUF_AUTO(number);
	struct vt_paper page[16];
	size_t got;
	int rc;

	vt_buf_printf(&number, "%s %s", m->number,
	    m->notation == NULL ? "" : m->notation);
	if ((rc = vt_buf_status(&number, reterr)) != VT_OK)
		return rc;
	q.number = vt_buf_str(&number);
	for (int looks = 0; looks < (int)VT_L(ARRIVAL_ALIKE_MAX);
	     looks++) {
		rc = vt_paper_search(
		    v, x->agency_no, &q, page, 16, &got, &q.before, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; rc == VT_OK && i < got; i++)
			rc = put_alike(x, &page[i], reterr);
		if (rc != VT_OK)
			return rc;
		if (q.before == 0)
			break;
	}
	return VT_OK;
}

/* A phrase of the agency's column: at most NAME_WORDS words of a name, so that
 * none is too many for a search. */
static int
look_for_agency(struct vt_view *v, struct alike *x, struct vt_span name,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(words);
	size_t n = 0;
	int rc;

	vt_buf_puts(&words, "agency:\"");
	for (size_t i = 0; i < name.n && n < NAME_WORDS; i++) {
		uint8_t c = name.p[i] == '"' ? ' ' : name.p[i];

		n += c == ' ' && i > 0 && name.p[i - 1] != ' ' ? 1 : 0;
		vt_buf_putc(&words, c);
	}
	vt_buf_puts(&words, "\"");
	if ((rc = vt_buf_status(&words, reterr)) != VT_OK)
		return rc;
	return look_for(v, x, vt_buf_str(&words), reterr);
}

static int
look_for_all(struct vt_view *v, struct alike *x, struct vt_err *reterr)
{
	const char *name = x->sender->meta->agency_name;
	const char *s = vt_buf_str(&x->sender->codes);
	size_t len;
	int rc = VT_OK;

	for (; rc == VT_OK && *s != '\0'; s += len + (s[len] == ' ')) {
		len = strcspn(s, " ");
		rc = look_for_agency(v, x, VT_SPAN(s, len), reterr);
	}
	if (rc == VT_OK && is_said(name))
		rc = look_for_agency(v, x, vt_span_str(name), reterr);
	return rc;
}

int
vt_office_alike(struct vt_view *v, const struct vt_actor *actor,
    const struct vt_meta *m, const vt_id *but, struct vt_paper *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct sender sender = { .meta = m,
		.codes = VT_BUF_INIT,
		.number = VT_BUF_INIT,
		.name = VT_BUF_INIT };
	struct alike x = { .sender = &sender,
		.agency_no = actor->agency_no,
		.but = but,
		.ret = ret,
		.max = max };
	int rc;

	*ret_n = 0;
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    !is_said(m->number) ||
	    (!is_said(m->agency_code) && !is_said(m->agency_name)))
		return rc;
	if ((rc = fold(&sender.number, m->number, m->notation, reterr)) ==
		VT_OK &&
	    (rc = fold(&sender.name, m->agency_name, "", reterr)) == VT_OK &&
	    is_said(m->agency_code))
		rc = vt_address_codes(v, m->agency_code, &sender.codes, reterr);
	if (rc == VT_OK)
		rc = look_for_all(v, &x, reterr);
	vt_buf_free(&sender.codes);
	vt_buf_free(&sender.number);
	vt_buf_free(&sender.name);
	if (rc == VT_OK)
		*ret_n = x.n;
	return rc;
}
