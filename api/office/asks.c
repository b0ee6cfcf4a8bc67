/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks of senders: noted, put to their papers in order, answered when there is
 * nothing left to decide. */
#include <stdlib.h>

#include "api/office/asks.h"
#include "api/office/incoming.h"
#include "api/office/packet.h"
#include "api/office/statuses.h"
#include "api/office/work.h"
#include "base/cbor.h"
#include "base/limits.h"
#include "base/log.h"

#define KNOWN_MAX 64 /* consignments of one document looked at in one step */
#define TRIES     16 /* against acts of others between look and act */
#define ABOUT_KEY 36 /* bytes of a note's key that say what it is about */
#define FROM_KEY  20 /* of them those that say of whom */

#define NOTE_VERSION 1
enum { N_VERSION = 1, N_ASK, N_REASON, N_CONSIGNMENT, N_AT, N_DELIVERY };

/* ---- notes ---- */

static const uint8_t key_head[4] = { 'a', 's', 'k', '/' };

static void
key_of_sender(const char *from, uint8_t ret[static FROM_KEY])
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash d;

	vt_sha256_put(h, "sender", 7);
	vt_sha256_put(h, from, strlen(from));
	d = vt_sha256_end(h);
	memcpy(ret, key_head, sizeof(key_head));
	memcpy(ret + sizeof(key_head), d.b, FROM_KEY - sizeof(key_head));
}

/* before: as it was while notes did not say of whom they are. */
static void
key_of(const struct vt_ask_about *about, bool before,
    uint8_t ret[static ABOUT_KEY])
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash d;

	if (!vt_id_is_zero(&about->paper)) {
		vt_sha256_put(h, "paper", 6);
		vt_sha256_put(h, about->paper.b, sizeof(about->paper.b));
	} else {
		vt_sha256_put(h, "document", 9);
		vt_sha256_put(h, about->from, strlen(about->from) + 1);
		vt_sha256_put(h, about->document, strlen(about->document));
	}
	d = vt_sha256_end(h);
	memcpy(ret, key_head, sizeof(key_head));
	memcpy(ret + sizeof(key_head), d.b, sizeof(d.b));
	if (before || !vt_id_is_zero(&about->paper))
		return;
	key_of_sender(about->from, ret);
	memcpy(ret + FROM_KEY, d.b, ABOUT_KEY - FROM_KEY);
}

int
vt_ask_room(struct vt_view *v, uint32_t agency_no, const char *from, bool *ret,
    struct vt_err *reterr)
{
	uint8_t key[FROM_KEY];
	const struct vt_entry_range range = { .kind = VT_ENTRY_NOTE,
		.agency_no = agency_no,
		.prefix = VT_SPAN(key, sizeof(key)) };
	struct vt_entry *e = calloc(VT_L(ASKS_PARKED_MAX), sizeof(*e));
	size_t n = 0;
	int rc;

	if (e == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ask: no memory");
	key_of_sender(from, key);
	rc = vt_entry_list(v, &range, e, VT_L(ASKS_PARKED_MAX), &n, reterr);
	free(e);
	*ret = n < VT_L(ASKS_PARKED_MAX);
	return rc;
}

int
vt_ask_note(const struct vt_asking *k, struct vt_ask_note *keep,
    struct vt_entry_change *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;

	key_of(&k->about, false, keep->key);
	memcpy(keep->key + ABOUT_KEY, k->once.b, sizeof(k->once.b));
	vt_cbor_map_begin(&w, &keep->value);
	vt_cbor_key(&w, N_VERSION);
	vt_cbor_uint(&keep->value, NOTE_VERSION);
	vt_cbor_key(&w, N_ASK);
	vt_cbor_uint(&keep->value, k->ask);
	vt_cbor_key(&w, N_REASON);
	vt_cbor_str(&keep->value, k->reason == NULL ? "" : k->reason);
	vt_cbor_key(&w, N_CONSIGNMENT);
	vt_cbor_id(&keep->value, &k->consignment);
	vt_cbor_key(&w, N_AT);
	vt_cbor_int(&keep->value, k->at);
	if (!vt_id_is_zero(&k->delivery)) {
		vt_cbor_key(&w, N_DELIVERY);
		vt_cbor_id(&keep->value, &k->delivery);
	}
	vt_cbor_map_end(&w);
	*ret = (struct vt_entry_change){ .kind = VT_ENTRY_NOTE,
		.key = VT_SPAN(keep->key, sizeof(keep->key)),
		.value = vt_buf_view(&keep->value) };
	return vt_buf_status(&keep->value, reterr);
}

/* A note as it is read; plain values. */
struct waiting {
	uint8_t key[sizeof(((struct vt_ask_note *)0)->key)];
	uint64_t rev;
	enum vt_ask ask;
	vt_id consignment, delivery;
	vt_time at, since; /* as stated; by our clock */
	char reason[2048];
};

static int
read_note(const struct vt_entry *e, struct waiting *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	if (e->key.n != sizeof(ret->key))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "note of an ask: a key of %zu bytes", e->key.n);
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->key, e->key.p, sizeof(ret->key));
	ret->rev = e->rev;
	ret->since = e->changed_at;
	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == N_VERSION) {
			if (vt_cbor_get_uint(&c) != NOTE_VERSION)
				vt_cbor_fail(&c, "another version");
		} else if (key == N_ASK)
			ret->ask = (enum vt_ask)vt_cbor_get_uint(&c);
		else if (key == N_REASON)
			vt_cbor_get_str(&c, ret->reason, sizeof(ret->reason));
		else if (key == N_CONSIGNMENT)
			ret->consignment = vt_cbor_get_id(&c);
		else if (key == N_AT)
			ret->at = vt_cbor_get_int(&c);
		else if (key == N_DELIVERY)
			ret->delivery = vt_cbor_get_id(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	return vt_cbor_finish(&c, "note of an ask", reterr);
}

/* The oldest note: revisions rise, and those under the key of before are
 * older. */
static int
oldest(struct vt_view *v, uint32_t agency_no, const struct vt_ask_about *about,
    struct waiting *ret, bool *ret_is, struct vt_err *reterr)
{
	uint8_t key[ABOUT_KEY];
	struct vt_entry e[VT_L(ASK_NOTES_MAX)];
	const struct vt_entry_range range = { .kind = VT_ENTRY_NOTE,
		.agency_no = agency_no,
		.prefix = VT_SPAN(key, sizeof(key)) };
	size_t n = 0, first = 0;
	int rc;

	key_of(about, true, key);
	rc = vt_entry_list(v, &range, e, VT_L(ASK_NOTES_MAX), &n, reterr);
	if (rc == VT_OK && n == 0) {
		key_of(about, false, key);
		rc = vt_entry_list(
		    v, &range, e, VT_L(ASK_NOTES_MAX), &n, reterr);
	}
	*ret_is = rc == VT_OK && n > 0;
	if (rc != VT_OK || n == 0)
		return rc;
	for (size_t i = 1; i < n; i++)
		if (e[i].rev < e[first].rev)
			first = i;
	return read_note(&e[first], ret, reterr);
}

/* ---- papers ---- */

int
vt_ask_find(struct vt_view *v, uint32_t agency_no, const char *from,
    const char *document, vt_id *ret, bool *ret_is, struct vt_err *reterr)
{
	struct vt_document_of doc = { .from_code = from,
		.document_id = document };
	struct vt_consignment c[KNOWN_MAX];
	size_t n = 0;
	int rc;

	*ret_is = false;
	if (document[0] == '\0')
		return VT_OK;
	do { /* the newest; what came again is none; nor is what acts on its own
	      * DocumentId */
		rc = vt_consign_by_document(
		    v, agency_no, &doc, c, KNOWN_MAX, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && !*ret_is; i++) {
			doc.before = c[i].seq;
			if (c[i].kind != VT_CONSIGN_EDOC || c[i].itself != 0 ||
			    c[i].state == VT_CONSIGN_DUPLICATE ||
			    vt_id_is_zero(&c[i].paper))
				continue;
			*ret = c[i].paper;
			*ret_is = true;
		}
	} while (n == KNOWN_MAX && !*ret_is);
	return VT_OK;
}

/* What is asked of an e-version is asked of the paper that it was joined to:
 * that one is in the books, and worked on. */
static int
find_paper(struct vt_view *v, uint32_t agency_no,
    const struct vt_ask_about *about, vt_id *ret, bool *ret_is,
    struct vt_err *reterr)
{
	struct vt_paper p;
	int rc = VT_OK;

	*ret = about->paper;
	*ret_is = true;
	if (vt_id_is_zero(&about->paper))
		rc = vt_ask_find(v, agency_no, about->from, about->document,
		    ret, ret_is, reterr);
	if (rc != VT_OK || !*ret_is ||
	    (rc = vt_paper_get(v, ret, &p, reterr)) != VT_OK)
		return rc;
	if (!vt_id_is_zero(&p.joined_to))
		*ret = p.joined_to;
	return VT_OK;
}

/* ---- putting ---- */

struct putting {
	struct vt_office *o;
	uint32_t agency_no;
	struct waiting w;
	struct vt_incoming p;
	struct vt_step steps[5];
	size_t n;
	struct vt_entry_change done; /* the note is removed */
	struct vt_buf payload;
};

static void
put_telling(struct putting *u, unsigned code, const char *text)
{
	struct vt_paper source = { .source_delivery = u->p.source_delivery,
		.source_consignment = u->p.source_consignment };
	struct vt_telling t;

	vt_telling_new(u->o, code, text, "", &t);
	if (vt_tell_later(&source, &t, &u->payload, &u->steps[u->n]))
		u->n++;
}

static void
put_note_done(struct putting *u)
{
	struct vt_step *step = &u->steps[u->n++];

	u->done = (struct vt_entry_change){ .kind = VT_ENTRY_NOTE,
		.key = VT_SPAN(u->w.key, sizeof(u->w.key)),
		.expect = u->w.rev };
	step->kind = VT_STEP_ENTRY;
	step->u.entry.changes = &u->done;
	step->u.entry.n = 1;
}

/* The paper is asked; where nobody acted yet, a take-back is answered 15 at
 * once (vietnam.md §18). */
static void
put_ask(struct putting *u)
{
	struct vt_step *step = &u->steps[u->n++];

	step->kind = VT_STEP_TAKE_BACK;
	step->u.take_back.ask = u->w.ask;
	step->u.take_back.note = u->w.reason;
	step->u.take_back.consignment = u->w.consignment;
	step->u.take_back.delivery = u->w.delivery;
	step->u.take_back.at = u->w.at;
	if (u->w.ask != VT_ASK_TAKE_BACK || u->p.state != VT_PAPER_WAITING)
		return;
	step = &u->steps[u->n++];
	step->kind = VT_STEP_TAKE_BACK_ANSWER;
	step->u.take_back_answer.agree = true;
	put_telling(u, VT_STATUS_AGREED, "");
}

/* Why there is nothing left to decide; NULL: there is. */
static const char *
closed(enum vt_paper_state s)
{
	switch (s) {
	case VT_PAPER_REFUSED:
		return "văn bản này đã bị từ chối tiếp nhận trước đó";
	case VT_PAPER_TAKEN_BACK:
		return "văn bản này đã được trả lại trước đó";
	case VT_PAPER_RECALLED:
		return "văn bản này đã được thu hồi trước đó";
	default:
		return NULL;
	}
}

/* Is the consignment that asks still open? Of a replacement the paper that it
 * brought is; it may ask about several. */
static int
put_consignment(
    struct putting *u, bool agree, const char *why, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_step *step = &u->steps[u->n];
	struct vt_consignment c;
	int rc;

	if (vt_id_is_zero(&u->w.consignment) || u->w.ask == VT_ASK_REPLACE)
		return VT_OK;
	if ((rc = vt_office_view_all(u->o, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_get(v, &u->w.consignment, &c, reterr)) != VT_OK ||
	    c.state != VT_CONSIGN_ARRIVED)
		return rc;
	step->kind = VT_STEP_CONSIGN_READ;
	step->u.consign_read.consignment = u->w.consignment;
	step->u.consign_read.state =
	    agree ? VT_CONSIGN_APPLIED : VT_CONSIGN_REFUSED;
	step->u.consign_read.note = why;
	step->u.consign_read.paper = c.paper;
	u->n++;
	return VT_OK;
}

/* Given back or cancelled is what the sender wants, and it is so: 15. What is
 * gone cannot be changed: 16. */
static bool
wants_it_gone(enum vt_ask ask)
{
	return ask == VT_ASK_TAKE_BACK || ask == VT_ASK_RECALL;
}

static int
put_answer(struct putting *u, const char *why, struct vt_err *reterr)
{
	bool agree = wants_it_gone(u->w.ask);

	put_telling(u, agree ? VT_STATUS_AGREED : VT_STATUS_DECLINED, why);
	return put_consignment(u, agree, why, reterr);
}

int
vt_ask_refused(struct vt_office *o, const struct vt_incoming *p,
    struct vt_step *steps, size_t *n, struct vt_buf *payload,
    struct vt_err *reterr)
{
	const char *why = closed(VT_PAPER_REFUSED);
	struct putting *u;
	int rc;

	if (p->asked == 0)
		return VT_OK;
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ask: no memory");
	u->o = o;
	u->agency_no = p->agency_no;
	u->p = *p;
	u->w.ask = (enum vt_ask)p->asked;
	u->w.consignment = p->asked_consignment;
	u->payload = (struct vt_buf)VT_BUF_INIT;
	u->n = 1;
	u->steps[0].kind = VT_STEP_TAKE_BACK_ANSWER;
	u->steps[0].u.take_back_answer.agree = wants_it_gone(u->w.ask);
	u->steps[0].u.take_back_answer.note = why;
	rc = put_answer(u, why, reterr);
	if (rc == VT_OK)
		rc = vt_buf_status(&u->payload, reterr);
	if (rc == VT_OK) {
		memcpy(&steps[*n], u->steps, u->n * sizeof(*steps));
		*n += u->n;
	}
	*payload = u->payload; /* the steps borrow it */
	free(u);
	return rc;
}

/* *ret_again: look once more, somebody else was quicker. */
static int
put_act(struct putting *u, bool *ret_again, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = {
		.agency_no = u->agency_no, .steps = u->steps, .n_steps = u->n
	};
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if ((rc = vt_buf_status(&u->payload, reterr)) != VT_OK)
		return rc;
	if (u->steps[0].kind == VT_STEP_TAKE_BACK) {
		act.paper = u->p.id;
		act.expect_rev = u->p.rev;
	}
	rc = vt_store_do(u->o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	*ret_again = rc == VT_E_EXISTS || rc == VT_E_OUT_OF_ORDER ||
		     rc == VT_E_PRECONDITION_FAILED ||
		     vt_outcome(rc) == VT_OUTCOME_CONFLICT;
	if (rc == VT_OK)
		vt_office_wake(u->o);
	if (rc == VT_OK || *ret_again)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* Until when it waits for its document. */
static vt_time
parked_until(const struct waiting *w)
{
	return w->since + VT_TIME_S((vt_time)VT_L(ASK_PARKED_DAYS) * 86400);
}

/* Its document did not come: a 13 has its 16 already; of a paper that asks it
 * is to be seen. The act is the trail. */
static int
put_dropped(
    struct putting *u, const struct vt_ask_about *about, struct vt_err *reterr)
{
	char why[200];
	bool again;
	int rc;

	u->n = 0;
	memset(u->steps, 0, sizeof(u->steps));
	vt_buf_reset(&u->payload);
	(void)snprintf(why, sizeof(why),
	    "sau %zu ngày vẫn không có văn bản được nói đến: yêu cầu không "
	    "còn được giữ",
	    VT_L(ASK_PARKED_DAYS));
	if ((rc = put_consignment(u, false, why, reterr)) != VT_OK)
		return rc;
	put_note_done(u);
	rc = put_act(u, &again, reterr);
	if (rc == VT_OK && !again)
		vt_log(VT_LEVEL_WARN, "office.ask_dropped", "agency=%u from=%s",
		    u->agency_no, about->from);
	return rc;
}

/* One note; *ret_more: there may be another, or this one once more. */
static int
put_one(struct putting *u, const struct vt_ask_about *about, bool *ret_more,
    struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	bool is = false, here = false, again;
	const char *why;
	vt_id paper;
	int rc;

	*ret_more = false;
	if ((rc = vt_office_view_all(u->o, &v, reterr)) != VT_OK)
		return rc;
	rc = oldest(v, u->agency_no, about, &u->w, &is, reterr);
	if (rc == VT_OK && is)
		rc = find_paper(v, u->agency_no, about, &paper, &here, reterr);
	vt_view_end(v);
	if (rc == VT_OK && is && !here &&
	    parked_until(&u->w) <= vt_now(u->o->o.ctx)) {
		rc = put_dropped(u, about, reterr);
		*ret_more = rc == VT_OK;
		return rc;
	}
	if (rc != VT_OK || !here ||
	    (rc = vt_incoming_load(
		 u->o, &paper, u->agency_no, 0, &u->p, reterr)) != VT_OK)
		return rc;
	u->n = 0;
	memset(u->steps, 0, sizeof(u->steps));
	vt_buf_reset(&u->payload);
	if ((why = closed(u->p.state)) != NULL) {
		if ((rc = put_answer(u, why, reterr)) != VT_OK)
			return rc;
	} else if (u->p.asked == 0) {
		put_ask(u);
	} else if (u->p.asked != VT_ASK_TAKE_BACK ||
		   u->w.ask != VT_ASK_TAKE_BACK) {
		return VT_OK; /* it waits until the other one is answered */
	}                     /* else one answer is for both */
	put_note_done(u);
	rc = put_act(u, &again, reterr);
	*ret_more = rc == VT_OK;
	return rc;
}

int
vt_ask_settle(struct vt_office *o, uint32_t agency_no,
    const struct vt_ask_about *about, struct vt_err *reterr)
{
	struct putting *u = calloc(1, sizeof(*u));
	bool more = true;
	int rc = VT_OK;

	if (u == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ask: no memory");
	u->o = o;
	u->agency_no = agency_no;
	u->payload = (struct vt_buf)VT_BUF_INIT;
	for (unsigned i = 0; i < TRIES && more && rc == VT_OK; i++)
		rc = put_one(u, about, &more, reterr);
	if (rc == VT_OK && more)
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "ask: others act on the same paper all the time");
	vt_buf_free(&u->payload);
	free(u);
	return rc;
}

int
vt_ask_settle_paper(struct vt_office *o, uint32_t agency_no, const vt_id *paper,
    struct vt_err *reterr)
{
	struct vt_ask_about about = { .paper = *paper };
	char from[256] = "", document[1024] = "";
	struct vt_view *v = NULL;
	struct vt_consignment c;
	struct vt_paper p;
	vt_id joined = { { 0 } };
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_paper_get(v, paper, &p, reterr);
	if (rc == VT_OK)
		rc = vt_paper_e_version(v, paper, &joined, reterr);
	if (rc == VT_OK && !vt_id_is_zero(&p.source_consignment)) {
		rc = vt_consign_get(v, &p.source_consignment, &c, reterr);
		if (rc == VT_OK && c.itself == 0) {
			vt_text_fit(from, sizeof(from), c.from_code);
			vt_text_fit(document, sizeof(document), c.document_id);
		}
	}
	vt_view_end(v);
	if (rc != VT_OK ||
	    (rc = vt_ask_settle(o, agency_no, &about, reterr)) != VT_OK)
		return rc;
	if (!vt_id_is_zero(&joined)) { /* a tenant asked about that one */
		about.paper = joined;
		rc = vt_ask_settle(o, agency_no, &about, reterr);
	}
	if (rc != VT_OK || document[0] == '\0')
		return rc;
	about = (struct vt_ask_about){ .from = from, .document = document };
	return vt_ask_settle(o, agency_no, &about, reterr);
}

/* ---- work ---- */

void
vt_ask_later(const vt_id *subject, const struct vt_ask_about *about, size_t n,
    struct vt_buf *payload, struct vt_step *ret)
{
	vt_cbor_array(payload, n);
	for (size_t i = 0; i < n; i++) {
		vt_cbor_array(payload, 3);
		vt_cbor_id(payload, &about[i].paper);
		vt_cbor_str(
		    payload, about[i].from == NULL ? "" : about[i].from);
		vt_cbor_str(payload,
		    about[i].document == NULL ? "" : about[i].document);
	}
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_WORK;
	ret->u.work.kind = VT_WORK_ASK;
	ret->u.work.subject = *subject;
	ret->u.work.payload = vt_buf_view(payload);
}

/*
 * When to look again, if anything waits. What waits for a document or an answer
 * is found by those when they come; this is for what a crash came between,
 * soon, and then for what is to be dropped.
 */
static int
next_look(struct vt_office *o, const struct vt_work *w,
    const struct vt_ask_about *about, vt_time *ret_due, struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx), due = now + VT_TIME_S(86400);
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct waiting *x = calloc(1, sizeof(*x));
	bool is = false, here = false;
	vt_id paper;
	int rc;

	if (x == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "ask: no memory");
	if ((rc = vt_office_view_all(o, &v, reterr)) == VT_OK)
		rc = oldest(v, w->agency_no, about, x, &is, reterr);
	if (rc == VT_OK && is)
		rc = find_paper(v, w->agency_no, about, &paper, &here, reterr);
	if (!here && parked_until(x) > now)
		due = parked_until(x);
	if (w->attempt < VT_L(ASK_LOOKS))
		due = now + VT_TIME_S(2 << w->attempt);
	if (is && (*ret_due == VT_TIME_NONE || due < *ret_due))
		*ret_due = due;
	free(x);
	return rc;
}

int
vt_ask_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	char from[256], document[1024];
	vt_time due = VT_TIME_NONE;
	struct vt_cbor c;
	uint64_t n;
	int rc = VT_OK;

	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	n = vt_cbor_get_array(&c);
	for (uint64_t i = 0; i < n && rc == VT_OK && c.failed == VT_OK; i++) {
		struct vt_ask_about about = { .from = from,
			.document = document };

		if (vt_cbor_get_array(&c) != 3)
			vt_cbor_fail(&c, "not what an ask is about");
		about.paper = vt_cbor_get_id(&c);
		vt_cbor_get_str(&c, from, sizeof(from));
		vt_cbor_get_str(&c, document, sizeof(document));
		if (c.failed != VT_OK)
			break;
		rc = vt_ask_settle(o, w->agency_no, &about, reterr);
		if (rc == VT_OK)
			rc = next_look(o, w, &about, &due, reterr);
	}
	if (rc == VT_OK)
		rc = vt_cbor_finish(&c, "work of an ask", reterr);
	if (rc == VT_OK && due != VT_TIME_NONE)
		*ret_due = due;
	return rc;
}

int
vt_ask(struct vt_office *o, const struct vt_asking *k, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .agency_no = k->agency_no,
		.caller = k->once,
		.key = "ask",
		.request = vt_sha256(VT_SPAN(k->once.b, sizeof(k->once.b))) };
	struct vt_ask_note note = { .value = VT_BUF_INIT };
	struct vt_entry_change change;
	struct vt_step steps[2];
	VT_BUF_AUTO(payload);
	int rc;

	memset(steps, 0, sizeof(steps));
	rc = vt_ask_note(k, &note, &change, reterr);
	steps[0].kind = VT_STEP_ENTRY;
	steps[0].u.entry.changes = &change;
	steps[0].u.entry.n = 1;
	vt_ask_later(&k->once, &k->about, 1, &payload, &steps[1]);
	act.steps = steps;
	act.n_steps = 2;
	if (rc == VT_OK && (rc = vt_buf_status(&payload, reterr)) == VT_OK)
		rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	vt_buf_free(&note.value);
	return rc == VT_OK ? vt_ask_settle(o, k->agency_no, &k->about, reterr)
			   : rc;
}
