/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agencies that fetch from our axis server: what is not fetched, is called in,
 * or sent again; and what they write to one another, which is carried on as it
 * came.
 */
#include "api/office/hosted.h"
#include "base/cbor.h"
#include "docstore/state.h"
#include "tests/unit/api/exchange/nodes.h"

#define ONE "H98.01"
#define TWO "H98.02"
#define DAY ((int64_t)86400)

static struct node a, b;

/* ---- what waits ---- */

static size_t
waiting(const char *code, enum vt_packet_kind kind, struct vt_pickup *p)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t next;
	size_t n = 0;

	must(vt_office_pickups(
		 a.office, code, kind, 0, p, 8, &n, &next, &err) == VT_OK,
	    "pickups", err.msg);
	return n;
}

static size_t
letters(const char *code, struct vt_pickup *p)
{
	return waiting(code, VT_PACKET_EDOC, p);
}

static size_t
statuses(const char *code, struct vt_pickup *p)
{
	return waiting(code, VT_PACKET_STATUS, p);
}

/* Its bytes, appended; the code that it ends with. */
static int
fetch(const char *code, const vt_id *id, struct vt_buf *ret)
{
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_office_packet_open(a.office, code, id, &pk, &err);
	const struct vt_packet *p;
	uint8_t *to;

	if (rc != VT_OK)
		return rc;
	p = vt_office_packet_get(pk);
	to = vt_buf_extend(ret, (size_t)p->body->size);
	must(to != NULL && vt_source_read(p->body, 0, to, (size_t)p->body->size,
			       &err) == VT_OK,
	    "body", err.msg);
	vt_office_packet_close(pk);
	return VT_OK;
}

static int
end(const char *code, const vt_id *id, bool done)
{
	struct vt_err err = VT_ERR_INIT;

	return vt_office_pickup_end(
	    a.office, code, id, done, done ? "" : "không đọc được", &err);
}

/* The one status that waits, fetched and acknowledged: its text. */
static void
next_status(const char *code, struct vt_buf *ret)
{
	struct vt_pickup p[8];

	WAIT_FOR(statuses(code, p) == 1, "%s: a status waits", code);
	vt_buf_reset(ret);
	tap_ok(fetch(code, &p[0].id, ret) == VT_OK &&
		   end(code, &p[0].id, true) == VT_OK,
	    "%s: it is fetched", code);
	tap_eq_int(statuses(code, p), 0, "%s: no other", code);
}

/* A place in the line, as a program that was cut off leaves it. */
static void
leave_place(unsigned place, const vt_id *id)
{
	struct vt_err err = VT_ERR_INIT;
	char key[64];
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.value = VT_SPAN(id->b, sizeof(id->b)),
		.expires = VT_TIME_NONE,
		.expect = VT_STATE_ANY };

	(void)snprintf(key, sizeof(key), "wait/" ONE "/e/%016x", place);
	n.key = vt_span_str(key);
	must(vt_state_put(a.store, &n, NULL, &err) == VT_OK, "state", err.msg);
}

static size_t
places(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_state s[256];
	struct vt_view *v = NULL;
	size_t n = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_state_list(v, VT_STATE_OTHER, vt_span_str("wait/" ONE "/e/"),
		 VT_SPAN("", 0), s, 256, &n, &err) == VT_OK,
	    "states", err.msg);
	vt_view_end(v);
	return n;
}

/* ---- letters of ours ---- */

/* Places whose row is done, stands elsewhere or was never written. */
static void
stale_places(void)
{
	vt_id paper = issued(&a, 0, 400), none = { { 7 } }, id;
	struct vt_pickup p[8];

	send_to(&a, 0, &paper, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "a letter waits");
	id = p[0].id;
	for (unsigned i = 1; i <= 150; i++)
		leave_place(0x100000 + i, i % 2 == 0 ? &id : &none);
	tap_eq_int(places(), 151, "behind it are 150 places of nothing");
	tap_ok(letters(ONE, p) == 1 && vt_id_eq(&p[0].id, &id),
	    "the letter is listed, once");
	tap_eq_int(places(), 1, "and they are gone");
	tap_eq_int(end(ONE, &id, true), VT_OK, "it is taken");
	leave_place(9, &id);
	tap_eq_int(letters(ONE, p), 0, "what is done is not listed again");
	tap_eq_int(places(), 0, "its place is gone, too");
}

static void
replay(const vt_id *delivery)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_replay_delivery(a.office, &rq, delivery, &r, &err),
	    &err, "sent again by hand");
	vt_act_result_free(&r);
}

static void
never_fetched(void)
{
	vt_id paper = issued(&a, 0, 100), id;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	send_to(&a, 0, &paper, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "it waits to be fetched");
	id = p[0].id;
	for (unsigned i = 1; i < VT_L(HOSTED_DAYS); i++) {
		advance(&a, &b, DAY);
		nap();
	}
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_WAITING,
	    "a day before the end it still waits");
	advance(&a, &b, DAY + 1);
	WAIT_FOR(see(&a, &paper, 0).dead, "then it is a dead letter");
	tap_ok(strstr(see(&a, &paper, 0).note, "không lấy về từ") != NULL,
	    "that says why: %s", see(&a, &paper, 0).note);
	tap_eq_int(see(&a, &paper, 0).attempts, 0, "and never left");
	WAIT_FOR(letters(ONE, p) == 0, "it is no more in the line");
	tap_eq_int(fetch(ONE, &id, &bytes), VT_E_NOT_FOUND, "nor to be had");
	tap_eq_int(end(ONE, &id, true), VT_E_NOT_FOUND, "nor acknowledged");
	replay(&id);
	WAIT_FOR(letters(ONE, p) == 1, "it waits once more");
	tap_ok(vt_id_eq(&p[0].id, &id), "under its id");
	tap_eq_int(fetch(ONE, &id, &bytes), VT_OK, "it is fetched");
	tap_ok(letters(ONE, p) == 1 && p[0].fetched, "which is shown");
	tap_eq_int(end(ONE, &id, true), VT_OK, "and acknowledged");
	tap_eq_int(letters(ONE, p), 0, "nothing waits");
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_SENT, "sent");
}

/* Downloaded, and nothing more is heard. */
static void
not_acknowledged(void)
{
	vt_id paper = issued(&a, 0, 200), id;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	send_to(&a, 0, &paper, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "it waits to be fetched");
	id = p[0].id;
	tap_eq_int(fetch(ONE, &id, &bytes), VT_OK, "it is fetched");
	for (unsigned i = 0; i <= VT_L(HOSTED_DAYS); i++) {
		advance(&a, &b, DAY);
		nap();
	}
	WAIT_FOR(see(&a, &paper, 0).dead, "a dead letter");
	tap_ok(strstr(see(&a, &paper, 0).note, "không xác nhận") != NULL,
	    "that says so");
	tap_eq_int(see(&a, &paper, 0).attempts, 1, "it may be there");
	WAIT_FOR(letters(ONE, p) == 0, "it is no more in the line");
	tap_eq_int(end(ONE, &id, true), VT_OK, "late is no error");
}

static void
take_back(const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);

	tap_call(vt_office_take_back(
		     a.office, &rq, paper, NULL, "Gửi nhầm", &r, &err),
	    &err, "taken back");
	vt_act_result_free(&r);
}

static void
taken_back(void)
{
	vt_id paper = issued(&a, 0, 300), late = issued(&a, 0, 310), id;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	send_to(&a, 0, &paper, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "it waits to be fetched");
	id = p[0].id;
	take_back(&paper);
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_WITHDRAWN,
	    "before anybody fetched it: withdrawn");
	tap_eq_int(letters(ONE, p), 0, "it is no more in the line");
	tap_eq_int(statuses(ONE, p), 0, "nobody is asked");
	tap_eq_int(fetch(ONE, &id, &bytes), VT_E_NOT_FOUND, "it is not there");
	replay(&id);
	WAIT_FOR(letters(ONE, p) == 1, "sent again, it waits");
	tap_eq_int(fetch(ONE, &id, &bytes), VT_OK, "and is fetched");
	tap_eq_int(end(ONE, &id, true), VT_OK, "taken");

	send_to(&a, 0, &late, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "another one");
	id = p[0].id;
	tap_eq_int(fetch(ONE, &id, &bytes), VT_OK, "is fetched");
	take_back(&late);
	next_status(ONE, &bytes);
	tap_ok(strstr(vt_buf_str(&bytes), ">13<") != NULL, "so 13 asks");
	tap_eq_int(end(ONE, &id, true), VT_OK, "it is acknowledged");
	tap_eq_int(see(&a, &late, 0).shown, 13, "the ask stands");
}

static void
hurry(const vt_id *delivery)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);

	tap_call(vt_office_hurry_delivery(a.office, &who, delivery, &err), &err,
	    "now");
}

/* Its row as a program that was cut off leaves it: it ended untaken, as its
 * sender sent it, who has not noted it. */
static void
cut_off(const vt_id *delivery, uint64_t sending)
{
	static const char waits[] = "\x07\xf4", done[] = "\x07\xf5";
	struct vt_state_new n = { .kind = VT_STATE_OTHER,
		.expires = VT_TIME_NONE,
		.expect = VT_STATE_ANY };
	char id[VT_ID_TEXT + 1], key[64];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_state s;
	VT_BUF_AUTO(value);
	char *at;

	vt_id_text(delivery, id);
	(void)snprintf(key, sizeof(key), "pick/" ONE "/e/%s", id);
	n.key = vt_span_str(key);
	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_state_get(v, VT_STATE_OTHER, n.key, &s, &err) == VT_OK,
	    "its row", err.msg);
	vt_buf_span(&value, s.value);
	vt_view_end(v);
	at = memmem(value.p, value.n, waits, 2);
	must(at != NULL && value.p[0] < 0xb7, "it waits", key);
	memcpy(at, done, 2);
	value.p[0] += 2; /* members of the map */
	vt_buf_putc(&value, 13);
	vt_cbor_uint(&value, sending);
	vt_buf_putc(&value, 14);
	vt_cbor_str(&value, "cắt ngang");
	n.value = vt_buf_view(&value);
	must(vt_state_put(a.store, &n, NULL, &err) == VT_OK, "state", err.msg);
}

/* Between the end of its row and the note at its sender somebody was cut off:
 * whoever meets it does the rest, and it does not wait again. */
static void
ended_by_half(void)
{
	vt_id paper = issued(&a, 0, 350), other = issued(&a, 0, 360), id;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	send_to(&a, 0, &paper, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "a letter waits");
	id = p[0].id;
	cut_off(&id, see(&a, &paper, 0).work);
	tap_eq_int(fetch(ONE, &id, &bytes), VT_E_NOT_FOUND, "it is not there");
	take_back(&paper);
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_WITHDRAWN,
	    "taken back again: withdrawn");
	tap_eq_int(statuses(ONE, p), 0, "nobody is asked");

	send_to(&a, 0, &other, ONE);
	WAIT_FOR(letters(ONE, p) == 1, "another letter waits");
	id = p[0].id;
	cut_off(&id, see(&a, &other, 0).work);
	hurry(&id);
	WAIT_FOR(see(&a, &other, 0).state != VT_DELIVERY_WAITING ||
		     letters(ONE, p) != 0,
	    "it is looked at");
	tap_eq_int(see(&a, &other, 0).state, VT_DELIVERY_FAILED,
	    "a dead letter: %s", see(&a, &other, 0).note);
	tap_eq_int(letters(ONE, p), 0, "it does not stand in the line");
	replay(&id);
	WAIT_FOR(letters(ONE, p) == 1, "sent again, it does");
	tap_eq_int(end(ONE, &id, true), VT_OK, "and is taken");
}

/* ---- whom it waits for ---- */

static void
succeeds(const char *code, const char *successor)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	struct vt_view *v = NULL;
	struct vt_address row;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_office_address_get(a.office, v, code, &row, &err) == VT_OK,
	    "address", err.msg);
	vt_view_end(v);
	vt_text_fit(row.successor, sizeof(row.successor), successor);
	rq.if_match = row.rev;
	must(vt_office_address_put(a.office, &rq, &row, &r, &err) == VT_OK,
	    "successor", err.msg);
	vt_act_result_free(&r);
}

/* A unit goes on in another agency's while its letters wait. */
static void
other_line(void)
{
	static const char unit[] = ONE ".05";
	struct vt_address row = { .verified = true };
	vt_id had = issued(&a, 0, 370), paper = issued(&a, 0, 380), id, first;
	struct vt_err err = VT_ERR_INIT;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	vt_text_fit(row.code, sizeof(row.code), unit);
	vt_text_fit(row.name, sizeof(row.name), unit);
	must(vt_office_addresses_sync(a.office, ONE, &row, 1, NULL, &err) ==
		 VT_OK,
	    "address book", err.msg);
	send_to(&a, 0, &had, unit);
	WAIT_FOR(letters(ONE, p) == 1, "a letter waits where the unit is");
	first = p[0].id;
	tap_eq_int(fetch(ONE, &first, &bytes), VT_OK, "it is fetched");
	send_to(&a, 0, &paper, unit);
	WAIT_FOR(letters(ONE, p) == 2, "and another one waits");
	id = p[1].id;
	succeeds(unit, TWO);
	hurry(&id);
	WAIT_FOR(letters(TWO, p) == 1, "it waits for the successor");
	tap_ok(letters(ONE, p) == 1 && vt_id_eq(&p[0].id, &first),
	    "and for nobody else");
	tap_eq_int(fetch(ONE, &id, &bytes), VT_E_NOT_FOUND, "who gets it not");
	take_back(&paper);
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_WITHDRAWN,
	    "from there it is called in");
	tap_eq_int(letters(TWO, p), 0, "it is no more in the line");
	replay(&id);
	WAIT_FOR(letters(TWO, p) == 1, "sent again, it waits there");
	hurry(&first);
	nap();
	tap_ok(letters(TWO, p) == 1 && letters(ONE, p) == 1,
	    "what was fetched stays who has it");
	tap_eq_int(end(ONE, &first, true), VT_OK, "it is taken");
	tap_eq_int(see(&a, &had, 0).state, VT_DELIVERY_SENT, "sent");
	tap_eq_int(end(TWO, &id, true), VT_OK, "the other, too");
	tap_eq_int(letters(ONE, p) + letters(TWO, p), 0, "nothing waits");
}

static int
recall(const vt_id *paper, const vt_id *notice)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	int rc = vt_office_recall(
	    a.office, &rq, paper, notice, "Sai thẩm quyền", &r, &err);

	vt_act_result_free(&r);
	return rc;
}

/* Who has not fetched the letter hears nothing of it. */
static void
recalled(void)
{
	vt_id paper = issued(&a, 0, 330), notice = issued(&a, 0, 340), id;
	struct vt_pickup p[8];
	VT_BUF_AUTO(bytes);

	send_to(&a, 0, &paper, ONE);
	send_to(&a, 0, &paper, TWO);
	WAIT_FOR(letters(ONE, p) == 1, "a letter waits");
	WAIT_FOR(letters(TWO, p) == 1, "and one for another");
	id = p[0].id;
	tap_eq_int(fetch(TWO, &id, &bytes), VT_OK, "who fetches it");
	tap_eq_int(end(TWO, &id, true), VT_OK, "and has it");
	tap_ok(recall(&paper, &paper) != VT_OK, "a recall that is refused");
	tap_eq_int(letters(ONE, p), 1, "calls nothing in");
	tap_eq_int(recall(&paper, &notice), VT_OK, "it is recalled");
	tap_eq_int(see(&a, &paper, 0).state, VT_DELIVERY_WITHDRAWN,
	    "what nobody has fetched never leaves");
	WAIT_FOR(letters(TWO, p) == 1, "who has it gets the notice");
	id = p[0].id;
	tap_eq_int(end(TWO, &id, true), VT_OK, "and takes it");
	tap_eq_int(letters(ONE, p), 0, "nothing waits for the other");
}

/* ---- what they write ---- */

static int
into_buf(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	vt_buf_span(arg, bytes);
	return vt_buf_status(arg, reterr);
}

static void
letter(const char *from, const char *to, const char *number, struct vt_buf *ret)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\n"
				  "trailer <</Root 1 0 R>>\n%%EOF\n";
	struct vt_edxml_document d = VT_EDXML_DOCUMENT_INIT;
	struct vt_edxml_organ organ = { .id = to, .name = to };
	struct vt_edxml_hop hop = { .organ = from, .at.at = test_now(NULL) };
	struct vt_edxml_attachment file = {
		.id = "f3a7c1de-0000-4000-8000-000000000001",
		.name = "cong-van.pdf"
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_source s;

	vt_source_memory(&s, VT_SPAN(pdf, sizeof(pdf) - 1));
	file.source = &s;
	d.from.id = d.from.name = from;
	d.to = &organ;
	d.n_to = 1;
	d.document_id = number;
	d.code_number = "7";
	d.code_notation = "CQM";
	d.place = "An Mẫu";
	d.promulgated =
	    (struct vt_edxml_day){ .year = 2026, .month = 2, .day = 20 };
	d.type = 2;
	d.type_name = "Công văn";
	d.subject = d.content = "V/v chuyển tiếp";
	d.signer_name = "Nguyễn Thị Mẫu";
	d.hops = &hop;
	d.n_hops = 1;
	d.business = VT_EDXML_NEW;
	d.reason = "Văn bản điện tử mới";
	d.priority = 1;
	d.steering = d.paper = 0;
	d.attachments = &file;
	d.n_attachments = 1;
	must(vt_edxml_write(&d, into_buf, ret, &err) == VT_OK, "packet",
	    err.msg);
}

static char last_doc[VT_ID_TEXT + 1]; /* that was handed in */

/* As the axis server hands it over. */
static void
hand_in(const char *from, const char *to, enum vt_packet_kind kind,
    struct vt_span bytes)
{
	struct vt_hosted_to t[VT_HOSTED_TO_MAX];
	struct vt_hosted h = { .code = "" };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	vt_hash hash = vt_sha256(bytes);
	char doc[VT_ID_TEXT + 1], external[VT_HOSTED_EXTERNAL];
	struct vt_consign_new n = { .to = "",
		.via = VT_TRANSPORT_HOSTED,
		.kind = kind,
		.external = external,
		.peer = from,
		.expect = &hash };
	size_t n_to = 0;
	vt_id id;

	vt_text_fit(h.code, sizeof(h.code), from);
	memcpy(id.b, hash.b, sizeof(id.b));
	vt_id_text(&id, doc);
	memcpy(last_doc, doc, sizeof(last_doc));
	must(
	    vt_office_hosted_targets(a.office, &to, 1, t, &n_to, &err) == VT_OK,
	    "targets", err.msg);
	n.agency_no = t[0].agency_no;
	vt_office_hosted_external(doc, &t[0], external);
	must(vt_office_consign_bytes(a.office, &n, bytes, &id, &r, &err) ==
		 VT_OK,
	    "consign", err.msg);
	if (r.repeated)
		must(vt_office_hosted_again(a.office, &id, &err) == VT_OK,
		    "again", err.msg);
	must(vt_office_hosted_sent_put(
		 a.office, &h, kind, doc, t, n_to, &err) == VT_OK,
	    "sent", err.msg);
	vt_act_result_free(&r);
}

struct sent_list {
	size_t n, waits;
	char state[16], note[400], to[64], title[100];
};

static int
on_sent(void *arg, const struct vt_hosted_sent *row, struct vt_err *reterr)
{
	struct sent_list *l = arg;

	(void)reterr;
	l->n++;
	l->waits += row->waits;
	vt_text_fit(l->state, sizeof(l->state), row->state);
	vt_text_fit(l->note, sizeof(l->note), row->note);
	vt_text_fit(l->to, sizeof(l->to), row->to);
	vt_text_fit(l->title, sizeof(l->title), row->title);
	return VT_OK;
}

/* What the sender sees of the letter it sent last. */
static struct sent_list
sent_as(const char *code, const char *doc)
{
	struct vt_hosted_query q = { .kind = VT_PACKET_EDOC,
		.doc_id = doc,
		.from = VT_TIME_NONE,
		.until = VT_TIME_NONE,
		.max = 1 };
	struct sent_list l = { 0 };
	struct vt_hosted h = { .code = "" };
	struct vt_err err = VT_ERR_INIT;
	bool more;

	vt_text_fit(h.code, sizeof(h.code), code);
	must(vt_office_hosted_sent(
		 a.office, &h, &q, on_sent, &l, &more, &err) == VT_OK,
	    "sent", err.msg);
	return l;
}

static struct sent_list
sent(const char *code)
{
	return sent_as(code, "");
}

/* There, and the answer back, the bytes as they came. */
static void
carried(void)
{
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_pickup p[8];
	struct sent_list l;
	VT_BUF_AUTO(packet);
	VT_BUF_AUTO(status);
	VT_BUF_AUTO(got);

	letter(ONE, TWO, ONE ",2026/02/20,7/CQM", &packet);
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(letters(TWO, p) == 1, "it waits for the other one");
	l = sent(ONE);
	tap_ok(l.n == 1 && l.waits == 1 && strcmp(l.to, TWO) == 0,
	    "the sender sees that it waits");
	tap_eq_str(p[0].from, ONE, "from");
	tap_eq_str(p[0].to, TWO, "to");
	tap_eq_str(p[0].title, "V/v chuyển tiếp", "what it is");
	tap_eq_str(p[0].notation, "7/CQM", "its number");
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	tap_eq_int(letters(TWO, p), 1, "brought again it is the same");
	tap_eq_int(fetch(ONE, &p[0].id, &got), VT_E_NOT_FOUND,
	    "nobody else fetches it, not even its sender");
	tap_eq_int(fetch(TWO, &p[0].id, &got), VT_OK, "its receiver does");
	tap_ok(got.n == packet.n && memcmp(got.p, packet.p, got.n) == 0,
	    "the bytes as they came");
	tap_eq_int(end(TWO, &p[0].id, true), VT_OK, "and has it");
	tap_eq_int(end(TWO, &p[0].id, true), VT_OK, "said twice");
	tap_eq_int(letters(TWO, p), 0, "nothing waits");
	l = sent(ONE);
	tap_ok(l.waits == 0 && strcmp(l.state, "applied") == 0,
	    "the sender sees that it is there");
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	nap();
	tap_eq_int(letters(TWO, p), 0, "what is there does not come again");

	s.from.id = s.from.name = TWO;
	s.of.organ = ONE;
	s.of.code = "7/CQM";
	s.of.document_id = ONE ",2026/02/20,7/CQM";
	s.code = VT_STATUS_ACCEPTED;
	s.at.at = test_now(NULL);
	must(vt_edxml_write_status(&s, &status, &err) == VT_OK, "status",
	    err.msg);
	hand_in(TWO, ONE, VT_PACKET_STATUS, vt_buf_view(&status));
	next_status(ONE, &got);
	tap_ok(got.n == status.n && memcmp(got.p, status.p, got.n) == 0,
	    "03 comes back as it was written");
	tap_eq_int(statuses(TWO, p), 0, "a status is not answered");
}

/* Items of the queue that tell a status. */
static size_t
tellings(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_work w[64];
	size_t n = 0, found = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_work_list(v, a.no[0], 0, w, 64, &n, &err) == VT_OK, "work",
	    err.msg);
	for (size_t i = 0; i < n; i++)
		found += w[i].kind == VT_WORK_STATUS;
	vt_view_end(v);
	return found;
}

static size_t
untold(struct vt_untold *ret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_view *v = NULL;
	uint64_t next;
	size_t n = 0;

	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_office_untold(a.office, v, &who, 0, ret, 4, &n, &next, &err) ==
		 VT_OK,
	    "untold", err.msg);
	vt_view_end(v);
	return n;
}

/* A status of ours waits as long as a letter; then a person is told. */
static void
never_fetched_status(void)
{
	struct vt_actor who = actor(&a, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_pickup p[8];
	struct vt_untold u[4];
	VT_BUF_AUTO(packet);
	VT_BUF_AUTO(got);
	vt_id id;

	next_status(TWO, &got); /* of before */
	WAIT_FOR(tellings() == 0, "nothing is to be told");
	letter(ONE, "H99.07", ONE ",2026/02/20,11/CQM", &packet);
	hand_in(ONE, "H99.07", VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(statuses(ONE, p) == 1, "01 waits to be fetched");
	id = p[0].id;
	advance(&a, &b, (VT_L(HOSTED_DAYS) - 1) * DAY);
	tap_ok(statuses(ONE, p) == 1 && untold(u) == 0,
	    "a day before the end it still waits");
	advance(&a, &b, DAY + 1);
	WAIT_FOR(statuses(ONE, p) == 0, "then it does not");
	WAIT_FOR(untold(u) == 1, "and our people see it");
	tap_ok(u[0].next == VT_TIME_NONE &&
		   strstr(u[0].note, "không lấy về từ") != NULL,
	    "with the reason: %s", u[0].note);
	tap_eq_int(fetch(ONE, &id, &got), VT_E_NOT_FOUND, "it is not there");
	tap_call(vt_office_hurry_status(a.office, &who, &u[0].id, &u[0], &err),
	    &err, "told once more");
	WAIT_FOR(statuses(ONE, p) == 1, "it waits again");
	tap_ok(vt_id_eq(&p[0].id, &id), "under its id");
	next_status(ONE, &got);
	tap_ok(strstr(vt_buf_str(&got), ">01<") != NULL, "it is fetched");
	WAIT_FOR(tellings() == 0, "and told");
	tap_eq_int(untold(u), 0, "nothing is left");
}

/* Is there a 02 of this server for the sender, with these words? */
static void
told(const char *words, const char *document)
{
	VT_BUF_AUTO(got);

	next_status(ONE, &got);
	tap_ok(strstr(vt_buf_str(&got), ">02<") != NULL, "it is 02");
	tap_ok(strstr(vt_buf_str(&got), ">H99.07<") != NULL,
	    "of the agency that runs the axis");
	tap_ok(strstr(vt_buf_str(&got), words) != NULL, "with the reason: %s",
	    words);
	tap_ok(
	    strstr(vt_buf_str(&got), document) != NULL, "about %s", document);
}

static void
not_carried(void)
{
	static const char number[] = ONE ",2026/02/20,8/CQM";
	struct vt_pickup p[8];
	VT_BUF_AUTO(packet);
	VT_BUF_AUTO(got);

	letter(ONE, TWO, number, &packet);
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(letters(TWO, p) == 1, "it waits");
	for (unsigned i = 0; i <= VT_L(HOSTED_DAYS); i++) {
		advance(&a, &b, DAY);
		nap();
	}
	told(TWO ": nơi nhận không lấy về", number);
	WAIT_FOR(letters(TWO, p) == 0, "it waits no more");
	tap_ok(strcmp(sent(ONE).state, "refused") == 0 &&
		   strstr(sent(ONE).note, "không lấy về") != NULL,
	    "as the list says");
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(letters(TWO, p) == 1, "sent again, it waits once more");
	tap_eq_int(fetch(TWO, &p[0].id, &got), VT_OK, "it is fetched");
	tap_eq_int(end(TWO, &p[0].id, false), VT_OK, "and not readable there");
	told(TWO ": không đọc được", number);
	tap_eq_int(letters(TWO, p), 0, "nothing waits");

	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_span_str("no packet at all"));
	told("không chuyển đến " TWO, "<");
	vt_buf_reset(&packet);
	letter(TWO, TWO, TWO ",2026/02/20,9/CQM", &packet);
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(sent_as(ONE, last_doc).n == 1 &&
		     strcmp(sent_as(ONE, last_doc).state, "stored") != 0,
	    "a letter in another's name is read");
	tap_eq_str(sent_as(ONE, last_doc).state, "refused", "and refused");
	tap_eq_int(letters(TWO, p), 0, "it is not carried on");
}

/* They are nobody's here: no list of the agency that keeps them has them. */
static void
unseen(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_consignment c[32], one;
	struct vt_delivery d[8];
	struct vt_view *v = NULL;
	uint64_t next = 0;
	size_t n = 99;
	vt_id id = { { 0 } };
	VT_BUF_AUTO(packet);
	struct vt_pickup p[8];

	letter(ONE, TWO, ONE ",2026/02/20,10/CQM", &packet);
	hand_in(ONE, TWO, VT_PACKET_EDOC, vt_buf_view(&packet));
	WAIT_FOR(letters(TWO, p) == 1, "it waits");
	id = p[0].id;
	must(vt_view_begin(a.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(vt_office_consignments(
		     a.office, v, &who, 0, c, 32, &n, &next, &err),
	    &err, "the list of what came");
	tap_eq_int(n, 0, "has none of them");
	tap_call(vt_consign_get(v, &id, &one, &err), &err, "it is there");
	tap_code(vt_office_consignment(a.office, v, &who, &id, &one, &err),
	    VT_E_NOT_FOUND, &err, "and not shown");
	tap_call(vt_office_inbox(a.office, v, &who, 0, d, 8, &n, &next, &err),
	    &err, "the inbox");
	tap_eq_int(n, 0, "is empty");
	vt_view_end(v);
	tap_eq_int(end(TWO, &id, true), VT_OK, "taken");
}

int
main(void)
{
	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&b, "H99.31");
	node_route(&a, ONE, VT_ROUTE_HOSTED);
	node_route(&a, TWO, VT_ROUTE_HOSTED);
	node_open(&a);
	node_open(&b);
	stale_places();
	never_fetched();
	not_acknowledged();
	taken_back();
	ended_by_half();
	other_line();
	recalled();
	carried();
	not_carried();
	unseen();
	never_fetched_status();
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
