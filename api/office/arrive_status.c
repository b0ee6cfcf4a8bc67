/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A status that came: about a paper of ours, into the log of its delivery; or
 * 13, about a paper of theirs that is here.
 */
#include "api/office/arrive.h"
#include "api/office/packet.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define PAGE           32
#define AGENCIES       16
#define SKEW           VT_TIME_S(15 * 60) /* how far clocks of peers are off */
#define DELIVERIES_MAX 7 /* steps of an act: two each, and one */

/* Nobody's: kept, with the reason. */
static int
unknown(struct vt_arrival *a, const char *note, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step;
	int rc;

	rc = vt_arrival_read(a, VT_CONSIGN_REFUSED, &step, reterr);
	if (rc != VT_OK)
		return rc;
	step.u.consign_read.note = note;
	rc = vt_arrival_act(a, NULL, &step, 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- about a paper of ours ---- */

/* "H99.07,2026/03/02,128/SKHCN-CĐS" taken apart: number and day. */
static void
split_id(const char *id, char *number, size_t n_number, char *day, size_t n_day)
{
	const char *first = strchr(id, ','), *second;
	struct vt_edxml_day d;

	number[0] = day[0] = '\0';
	if (first == NULL || (second = strchr(first + 1, ',')) == NULL)
		return;
	vt_text_fit(number, n_number, second + 1);
	if (vt_day_parse(first + 1, '/', &d))
		(void)snprintf(
		    day, n_day, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static int
find_ours(struct vt_arrival *a, struct vt_view *v, struct vt_paper *ret,
    struct vt_err *reterr)
{
	const struct vt_edxml_reference *of = &a->x->status.of;
	char number[256], day[32];
	bool ok = true;
	int rc = VT_E_NOT_FOUND;

	if (of->document_id != NULL) {
		split_id(
		    of->document_id, number, sizeof(number), day, sizeof(day));
		if (number[0] != '\0')
			rc = vt_paper_by_number_text(v, a->agency_no,
			    vt_arrival_text(a, number, 100, &ok), day, ret,
			    reterr);
	}
	if (rc == VT_E_NOT_FOUND && of->code != NULL)
		rc = vt_paper_by_number_text(v, a->agency_no,
		    vt_arrival_text(a, of->code, 100, &ok),
		    vt_arrival_day(a, &of->promulgated, &ok), ret, reterr);
	return ok ? rc : vt_arena_err(a->arena, reterr);
}

/* Where a code leads in the end, and which it had before. */
static void
follow(struct vt_view *v, const char *code, char ret[64], char ret_old[64])
{
	struct vt_address a;

	vt_text_fit(ret, 64, code);
	ret_old[0] = '\0';
	for (int i = 0; i < VT_SUCCESSORS_MAX &&
			vt_address_read(v, ret, &a, NULL) == VT_OK;
	     i++) {
		if (i == 0)
			vt_text_fit(ret_old, 64, a.old_code);
		if (a.successor[0] == '\0')
			return;
		vt_text_fit(ret, 64, a.successor);
	}
}

/* Do both codes lead to one agency? */
static bool
same_agency(struct vt_view *v, const char *x, const char *y)
{
	char of_x[64], old_x[64], of_y[64], old_y[64];

	if (strcmp(x, y) == 0)
		return true;
	follow(v, x, of_x, old_x);
	follow(v, y, of_y, old_y);
	return strcmp(of_x, of_y) == 0 || strcmp(old_x, y) == 0 ||
	       strcmp(old_y, x) == 0;
}

/* The deliveries of a paper to one agency: what is said of it is said of each,
 * for it may have gone there again to end another paper; of one that was
 * refused and of that which sends it again, of one of the two. One whose
 * arrival nobody has vouched for is meant only when no other can be. */
struct matched {
	vt_id paper, delivery[DELIVERIES_MAX];
	vt_id about[DELIVERIES_MAX];
	bool refused[DELIVERIES_MAX];
	vt_time refused_at[DELIVERIES_MAX];
	bool unvouched[DELIVERIES_MAX]; /* its receipt is still wanted */
	size_t n;
};

/* The place of a delivery: that of a refused one that it sends again, or
 * behind all. */
static size_t
place_of(const struct matched *m, const struct vt_delivery *d)
{
	size_t i = 0;

	while (
	    i < m->n && !(m->refused[i] && vt_id_eq(&m->about[i], &d->about)))
		i++;
	return i;
}

/* What is said, and when, by the clock of who says it. */
struct said {
	const char *from;
	int64_t code;
	vt_time at; /* VT_TIME_NONE: it does not say */
};

/*
 * Is it said of the one that was refused, not of the one that sends it again?
 * What is older than the refusal is, by the clock of who says both (unless that
 * is ahead of ours by a day), and the refusal once more. So is what is older
 * than the second one: his clock may be behind ours, by SKEW; while nothing is
 * known of the second it is not believed, for what is taken for an answer ends
 * the sending.
 */
static bool
said_before(const struct matched *m, size_t at, const struct vt_delivery *again,
    const struct said *s)
{
	vt_time made = again->created_at, first = m->refused_at[at];

	if (s->at == VT_TIME_NONE)
		return s->code == VT_STATUS_REFUSED;
	if (first <= made + VT_TIME_S(86400) &&
	    (s->at < first || (s->at == first && s->code == VT_STATUS_REFUSED)))
		return true;
	/* times are stated in seconds */
	return s->at <
	       made - (again->sent_at == VT_TIME_NONE ? VT_TIME_S(1) : SKEW);
}

static int
find_deliveries(struct vt_view *v, const struct said *s, struct matched *ret,
    struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	size_t vouched = 0, n, at;
	uint64_t after = 0;
	int rc;

	ret->n = 0;
	do {
		rc = vt_delivery_list_after(
		    v, &ret->paper, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			after = d[i].seq;
			if (d[i].to.code[0] == '\0' ||
			    !same_agency(v, d[i].to.code, s->from) ||
			    (at = place_of(ret, &d[i])) == DELIVERIES_MAX ||
			    (at < ret->n && said_before(ret, at, &d[i], s)))
				continue;
			if (at == ret->n)
				ret->n++;
			ret->delivery[at] = d[i].id;
			ret->about[at] = d[i].about;
			ret->refused[at] = d[i].state == VT_DELIVERY_REFUSED;
			ret->refused_at[at] = d[i].refused_at;
			ret->unvouched[at] = d[i].sent_at == VT_TIME_NONE &&
					     d[i].state == VT_DELIVERY_WAITING;
		}
	} while (n == PAGE);
	for (size_t i = 0; i < ret->n; i++)
		vouched += ret->unvouched[i] ? 0 : 1;
	if (vouched == 0)
		return VT_OK;
	n = ret->n;
	ret->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!ret->unvouched[i]) {
			ret->delivery[ret->n] = ret->delivery[i];
			ret->unvouched[ret->n++] = false;
		}
	return VT_OK;
}

static int
status_step(struct vt_arrival *a, const vt_id *delivery, struct vt_step *ret,
    struct vt_err *reterr)
{
	const struct vt_edxml_status *s = &a->x->status;
	bool ok = true;

	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_STATUS;
	ret->u.status.delivery = *delivery;
	ret->u.status.code = (uint32_t)s->code;
	ret->u.status.at = s->at.at == VT_TIME_NONE ? a->received_at : s->at.at;
	ret->u.status.from = vt_arrival_text(a, s->from.id, 35, &ok);
	ret->u.status.staff = vt_arrival_text(a, s->staff.staff, 100, &ok);
	ret->u.status.note = vt_arrival_text(a, s->description, 1000, &ok);
	ret->u.status.evidence = a->packet;
	ret->u.status.consignment = a->id;
	ret->u.status.received_at = a->received_at;
	return ok ? VT_OK : vt_arena_err(a->arena, reterr);
}

static int
log_status(struct vt_arrival *a, const struct matched *m, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step steps[2 * DELIVERIES_MAX + 1];
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < m->n; i++) {
		rc = status_step(a, &m->delivery[i], &steps[n++], reterr);
		if (rc != VT_OK)
			return rc;
		if (!m->unvouched[i])
			continue;
		/* the status ends the sending; the receipt is still wanted */
		memset(&steps[n], 0, sizeof(steps[n]));
		steps[n].kind = VT_STEP_WORK;
		steps[n].u.work.kind = VT_WORK_DELIVERY;
		steps[n].u.work.subject = m->delivery[i];
		steps[n++].u.work.due = vt_now(a->o->o.ctx) + VT_TIME_S(60);
	}
	rc = vt_arrival_read(a, VT_CONSIGN_APPLIED, &steps[n++], reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_arrival_act(a, &m->paper, steps, n, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

static int
about_ours(struct vt_arrival *a, struct vt_err *reterr)
{
	struct matched m = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;
	bool ok = true;
	const struct said s = { vt_arrival_text(
				    a, a->x->status.from.id, 35, &ok),
		a->x->status.code, a->x->status.at.at };
	int rc;

	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK)
		return rc;
	rc = find_ours(a, v, &p, &err);
	if (rc == VT_OK) {
		m.paper = p.id;
		rc = find_deliveries(v, &s, &m, &err);
	} else if (rc == VT_E_NOT_FOUND) {
		rc = VT_OK;
	}
	vt_view_end(v);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (m.n == 0)
		return unknown(a,
		    "không tìm thấy văn bản đã gửi mà trạng thái này nói đến",
		    reterr);
	return log_status(a, &m, reterr);
}

/* ---- 13: about a paper of theirs ---- */

/* The same ask, whichever way it comes: of whom, about what, when, why. */
static vt_id
once_of(const struct vt_arrival *a, const struct vt_ask_about *about)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	const struct vt_edxml_status *s = &a->x->status;
	const char *at = s->at.text == NULL ? "" : s->at.text;
	const char *why = s->description == NULL ? "" : s->description;
	vt_hash d;
	vt_id id;

	vt_sha256_put(h, "13", 3);
	vt_sha256_put(h, &a->agency_no, sizeof(a->agency_no));
	vt_sha256_put(h, about->from, strlen(about->from) + 1);
	vt_sha256_put(h, about->document, strlen(about->document) + 1);
	vt_sha256_put(h, at, strlen(at) + 1);
	vt_sha256_put(h, why, strlen(why));
	d = vt_sha256_end(h);
	memcpy(id.b, d.b, sizeof(id.b));
	return id;
}

struct taking {
	struct vt_asking k;
	struct vt_ask_note note;
	struct vt_entry_change change;
	struct vt_step steps[4];
	size_t n;
	vt_id paper;
	bool is;   /* the paper is here */
	bool room; /* else: it may be kept for the paper to come */
	struct vt_buf payload, telling;
};

/* What is noted: the ask, if it names a document; and, while that is not here,
 * 16 (should it come, 15 follows, unless too many wait). */
static int
taking_steps(struct vt_arrival *a, struct taking *t, struct vt_err *reterr)
{
	static const char none[] =
	    "không có văn bản này ở đây, không thể trả lại";
	static const char full[] =
	    "không có văn bản này ở đây, và đã có quá nhiều yêu cầu của nơi "
	    "gửi này đang chờ: yêu cầu không được giữ";
	bool keep = t->k.about.document[0] != '\0' && (t->is || t->room);
	const char *why = t->room ? none : full;
	int rc;

	rc = vt_arrival_read(a, t->is ? VT_CONSIGN_APPLIED : VT_CONSIGN_REFUSED,
	    &t->steps[0], reterr);
	if (rc != VT_OK ||
	    (rc = vt_ask_note(&t->k, &t->note, &t->change, reterr)) != VT_OK)
		return rc;
	t->steps[0].u.consign_read.note = t->is ? "" : why;
	t->steps[0].u.consign_read.paper = t->paper;
	t->n = 1;
	if (!keep)
		return vt_arrival_tell(a, VT_STATUS_DECLINED, why, &t->telling,
		    &t->steps[t->n++], reterr);
	memset(&t->steps[1], 0, sizeof(t->steps[1]));
	t->steps[1].kind = VT_STEP_ENTRY;
	t->steps[1].u.entry.changes = &t->change;
	t->steps[1].u.entry.n = 1;
	vt_ask_later(&a->id, &t->k.about, 1, &t->payload, &t->steps[2]);
	t->n = 3;
	if ((rc = vt_buf_status(&t->payload, reterr)) != VT_OK || t->is)
		return rc;
	return vt_arrival_tell(a, VT_STATUS_DECLINED, none, &t->telling,
	    &t->steps[t->n++], reterr);
}

static int
applied(struct vt_arrival *a, struct taking *t, const vt_id *paper,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	bool again;
	int rc;

	a->once = t->k.once;
	rc = vt_arrival_act(a, NULL, t->steps, t->n, &res, reterr);
	again = res.repeated;
	vt_act_result_free(&res);
	if (rc == VT_OK && again)
		return vt_arrival_duplicate(a, paper,
		    "yêu cầu lấy lại này đã đến bằng đường khác", false,
		    reterr);
	return rc;
}

static int
take_back_once(struct vt_arrival *a, struct taking *t, struct vt_err *reterr)
{
	int rc = taking_steps(a, t, reterr);

	return rc == VT_OK ? applied(a, t, &t->paper, reterr) : rc;
}

/* The paper: here, or at somebody who was merged into us and keeps what he had.
 * *ret_no: who has it. */
static int
find_theirs(struct vt_arrival *a, struct vt_view *v, struct taking *t,
    uint32_t *ret_no, struct vt_err *reterr)
{
	const struct vt_ask_about *about = &t->k.about;
	struct vt_agency g[AGENCIES], last;
	uint32_t after = 0;
	size_t n = 0;
	int rc;

	*ret_no = a->agency_no;
	rc = vt_ask_find(v, a->agency_no, about->from, about->document,
	    &t->paper, &t->is, reterr);
	while (rc == VT_OK && !t->is) {
		rc = vt_agency_list(v, after, g, AGENCIES, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK && !t->is; i++) {
			after = g[i].no;
			last = g[i];
			if (g[i].successor == 0 ||
			    (rc = vt_agency_follow(v, &last, reterr)) !=
				VT_OK ||
			    last.no != a->agency_no)
				continue;
			*ret_no = g[i].no;
			rc = vt_ask_find(v, g[i].no, about->from,
			    about->document, &t->paper, &t->is, reterr);
		}
		if (n < AGENCIES)
			break;
	}
	return rc;
}

/* It is asked of who has it; here is only noted that it was. Before, so that a
 * crash between the two repeats both. */
static int
pass_on(
    struct vt_arrival *a, struct taking *t, uint32_t no, struct vt_err *reterr)
{
	struct vt_asking k = t->k;
	int rc;

	k.agency_no = no;
	k.about = (struct vt_ask_about){ .paper = t->paper };
	k.consignment = (vt_id){ { 0 } };
	if ((rc = vt_ask(a->o, &k, reterr)) != VT_OK ||
	    (rc = vt_arrival_read(
		 a, VT_CONSIGN_APPLIED, &t->steps[0], reterr)) != VT_OK)
		return rc;
	t->steps[0].u.consign_read.note =
	    "văn bản do cơ quan đã sáp nhập giữ: cơ quan đó trả lời";
	t->n = 1;
	return applied(a, t, &t->steps[0].u.consign_read.paper, reterr);
}

static int
take_back(struct vt_arrival *a, struct vt_err *reterr)
{
	const struct vt_edxml_status *s = &a->x->status;
	struct taking *t = vt_arena_alloc(a->arena, sizeof(*t));
	struct vt_view *v = NULL;
	bool ok = true;
	uint32_t no;
	int rc;

	if (t == NULL)
		return vt_arena_err(a->arena, reterr);
	t->k.agency_no = a->agency_no;
	t->k.ask = VT_ASK_TAKE_BACK;
	t->k.about.from = vt_arrival_text(a, s->from.id, 35, &ok);
	t->k.about.document = vt_arrival_text(a, s->of.document_id, 200, &ok);
	t->k.reason = vt_arrival_text(a, s->description, 500, &ok);
	t->k.consignment = a->id;
	t->k.at = s->at.at == VT_TIME_NONE ? a->received_at : s->at.at;
	t->k.once = once_of(a, &t->k.about);
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK)
		return rc;
	rc = find_theirs(a, v, t, &no, reterr);
	if (rc == VT_OK)
		rc = vt_ask_room(
		    v, a->agency_no, t->k.about.from, &t->room, reterr);
	vt_view_end(v);
	if (rc == VT_OK)
		rc = t->is && no != a->agency_no ? pass_on(a, t, no, reterr)
						 : take_back_once(a, t, reterr);
	vt_buf_free(&t->note.value);
	vt_buf_free(&t->payload);
	vt_buf_free(&t->telling);
	return rc;
}

int
vt_arrive_status(struct vt_arrival *a, struct vt_err *reterr)
{
	int64_t code = a->x->status.code;

	if (code < 1 || code > 99)
		return unknown(a,
		    "gói tin trạng thái không có mã trạng thái hợp lệ", reterr);
	if (code == VT_STATUS_TAKE_BACK)
		return take_back(a, reterr);
	return about_ours(a, reterr);
}
