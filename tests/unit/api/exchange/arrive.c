/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of packets of every kind: refused with the reason, put into
 * quarantine, taken from strangers, known again; and what waits for agencies
 * that fetch.
 */
#include "api/office/asks.h"
#include "tests/unit/api/exchange/nodes.h"

#include "api/office/hosted.h"

static struct node a, b;

/* A sound packet of H99.07 for H99.31, to be changed by the test. */
struct letter {
	struct vt_edxml_document d;
	struct vt_edxml_organ to;
	struct vt_edxml_hop hop;
	struct vt_edxml_attachment file;
	struct vt_source source;
	struct vt_edxml_replacement replaced;
};

static const char sound[] = "%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\n"
			    "trailer <</Root 1 0 R>>\n%%EOF\n";

/* A whole PDF of one page, with nothing on it. */
static const char whole[] = "%PDF-1.4\n"
			    "1 0 obj\n"
			    "<</Type/Catalog/Pages 2 0 R>>\n"
			    "endobj\n"
			    "2 0 obj\n"
			    "<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
			    "endobj\n"
			    "3 0 obj\n"
			    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\n"
			    "endobj\n"
			    "xref\n"
			    "0 4\n"
			    "0000000000 65535 f \n"
			    "0000000009 00000 n \n"
			    "0000000054 00000 n \n"
			    "0000000105 00000 n \n"
			    "trailer\n"
			    "<</Size 4/Root 1 0 R>>\n"
			    "startxref\n"
			    "168\n"
			    "%%EOF\n";

static void
letter(struct letter *l, const char *number, const char *bytes, size_t n)
{
	memset(l, 0, sizeof(*l));
	l->d = (struct vt_edxml_document)VT_EDXML_DOCUMENT_INIT;
	l->d.from.id = "H99.07";
	l->d.from.name = "Sở Khoa học và Công nghệ";
	l->to.id = "H99.31";
	l->to.name = "UBND xã An Mẫu";
	l->d.to = &l->to;
	l->d.n_to = 1;
	l->d.document_id = number;
	l->d.code_number = "15";
	l->d.code_notation = "SKHCN-VP";
	l->d.place = "An Mẫu";
	l->d.promulgated =
	    (struct vt_edxml_day){ .year = 2026, .month = 2, .day = 20 };
	l->d.type = 2;
	l->d.type_name = "Công văn";
	l->d.subject = "V/v thử nghiệm";
	l->d.content = "V/v thử nghiệm";
	l->d.signer_name = "Nguyễn Thị Minh Mẫu";
	l->d.priority = 1;
	l->d.steering = 0;
	l->hop.organ = "H99.07";
	l->hop.at.at = test_now(NULL);
	l->d.hops = &l->hop;
	l->d.n_hops = 1;
	l->d.business = VT_EDXML_NEW;
	l->d.reason = "Văn bản điện tử mới";
	l->d.paper = 0;
	l->file.id = "f3a7c1de-0000-4000-8000-000000000001";
	l->file.name = "cong-van.pdf";
	vt_source_memory(&l->source, VT_SPAN(bytes, n));
	l->file.source = &l->source;
	l->d.attachments = &l->file;
	l->d.n_attachments = 1;
}

static int
into_buf(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	vt_buf_span(arg, bytes);
	return vt_buf_status(arg, reterr);
}

static int
consign(const char *external, struct vt_span bytes, struct vt_act_result *r,
    vt_id *id, struct vt_err *err)
{
	const struct vt_consign_new n = { .to = "H99.31",
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_EDOC,
		.external = external,
		.peer = "@axis",
		.headers = "docId: x\n" };

	return vt_office_consign_bytes(b.office, &n, bytes, id, r, err);
}

/* Brings a letter; the consignment's id. */
static vt_id
bring_letter(struct letter *l, const char *external)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bytes);
	vt_id id = { { 0 } };

	must(vt_edxml_write(&l->d, into_buf, &bytes, &err) == VT_OK, "packet",
	    err.msg);
	must(consign(external, vt_buf_view(&bytes), &r, &id, &err) == VT_OK,
	    "consign", err.msg);
	vt_act_result_free(&r);
	return id;
}

/* A letter in which this text stands instead of that, as others may write. */
static vt_id
bring_changed(
    struct letter *l, const char *external, const char *was, const char *is)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bytes);
	VT_BUF_AUTO(changed);
	const char *at;
	vt_id id = { { 0 } };

	must(vt_edxml_write(&l->d, into_buf, &bytes, &err) == VT_OK, "packet",
	    err.msg);
	at = strstr(vt_buf_str(&bytes), was);
	must(at != NULL, "packet", was);
	vt_buf_put(&changed, bytes.p, (size_t)(at - vt_buf_str(&bytes)));
	vt_buf_puts(&changed, is);
	vt_buf_puts(&changed, at + strlen(was));
	must(consign(external, vt_buf_view(&changed), &r, &id, &err) == VT_OK,
	    "consign", err.msg);
	vt_act_result_free(&r);
	return id;
}

struct found {
	enum vt_consign_state state;
	char note[1024];
	vt_id paper;
};

static struct found
look(const vt_id *id)
{
	struct found f = { .state = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c;
	struct vt_view *v = NULL;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_consign_get(v, id, &c, &err) == VT_OK, "consignment", err.msg);
	f.state = c.state;
	f.paper = c.paper;
	vt_text_fit(f.note, sizeof(f.note), c.note);
	vt_view_end(v);
	return f;
}

/* Headers are a stranger's bytes: they never keep a packet out. */
static void
headers_of_any_bytes(void)
{
	const struct vt_consign_new n = { .to = "H99.31",
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_EDOC,
		.external = "headers-1",
		.peer = "@axis",
		.headers = "User-Agent: caf\xe9\rX: \x01\n" };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c = { .headers = "" };
	struct vt_view *v = NULL;
	vt_id id;

	tap_call(vt_office_consign_bytes(
		     b.office, &n, vt_span_str("no packet"), &id, &r, &err),
	    &err, "a packet with a Latin-1 byte in a header is taken");
	vt_act_result_free(&r);
	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(vt_consign_get(v, &id, &c, &err), &err, "its row");
	tap_eq_str(c.headers, "User-Agent: caf??X: ?", "its headers, legible");
	vt_view_end(v);
}

static void
refused_at_once(void)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_consign_new n = { .to = "H99.31",
		.via = VT_TRANSPORT_AXIS,
		.kind = VT_PACKET_EDOC,
		.external = "edge",
		.peer = "@axis" };
	struct vt_consigning *c = NULL;
	struct vt_err err = VT_ERR_INIT;
	char long_id[202];
	vt_hash wrong = { { 1 } };
	vt_id id;

	n.size = VT_L(PACKET_MAX) + 1;
	tap_code(vt_office_consign_begin(b.office, &n, &c, &err), VT_E_LIMIT,
	    &err, "a packet one byte too large");
	n.size = VT_L(PACKET_MAX);
	tap_call(vt_office_consign_begin(b.office, &n, &c, &err), &err,
	    "one of the largest size may begin");
	tap_code(vt_office_consign_end(c, &id, &r, &err), VT_E_FILE_EMPTY, &err,
	    "nothing came");
	vt_office_consign_free(c);
	n.size = 0;
	n.expect = &wrong;
	tap_code(vt_office_consign_bytes(
		     b.office, &n, vt_span_str("<x/>"), &id, &r, &err),
	    VT_E_DIGEST_MISMATCH, &err, "another digest than was stated");
	n.expect = NULL;
	n.to = "H99.30";
	tap_code(vt_office_consign_bytes(
		     b.office, &n, vt_span_str("<x/>"), &id, &r, &err),
	    VT_E_AGENCY_UNKNOWN, &err, "for nobody here");
	n.to = "H99.31";
	n.external = "";
	tap_code(vt_office_consign_bytes(
		     b.office, &n, vt_span_str("<x/>"), &id, &r, &err),
	    VT_E_INVALID, &err, "without an id");
	memset(long_id, 'x', 201);
	long_id[201] = '\0';
	n.external = long_id;
	tap_code(vt_office_consign_bytes(
		     b.office, &n, vt_span_str("<x/>"), &id, &r, &err),
	    VT_E_INVALID, &err, "with an id of 201 bytes");
	vt_act_result_free(&r);
}

static void
quarantine(void)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT, s = VT_ACT_RESULT_INIT;
	static const char bytes[] = "1212<?xml version=\"1.0\"?><edXML/>";
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq;
	struct found f;
	uint8_t back[64];
	size_t n = 0;
	vt_hash h = vt_sha256(vt_span_str(bytes));
	vt_id id;

	tap_call(consign("q-1", vt_span_str(bytes), &r, &id, &err), &err,
	    "a packet that is none is taken all the same");
	WAIT_FOR(look(&id).state == VT_CONSIGN_QUARANTINED,
	    "it goes into quarantine");
	f = look(&id);
	tap_ok(f.note[0] != '\0', "with the reason: %s", f.note);
	tap_call(vt_bytes_read(b.store, &h, 0, back, sizeof(back), &n, &err),
	    &err, "its bytes are kept");
	tap_ok(
	    n == strlen(bytes) && memcmp(back, bytes, n) == 0, "all of them");
	tap_call(consign("q-1", vt_span_str(bytes), &s, NULL, &err), &err,
	    "brought again");
	tap_ok(s.repeated && s.receipt.n == r.receipt.n &&
		   memcmp(s.receipt.p, r.receipt.p, r.receipt.n) == 0,
	    "the same receipt");
	vt_act_result_free(&s);
	s = (struct vt_act_result)VT_ACT_RESULT_INIT;
	tap_code(consign("q-1", vt_span_str("<other/>"), &s, NULL, &err),
	    VT_E_CONFLICT, &err, "another packet under its id");
	vt_act_result_free(&s);
	vt_act_result_free(&r);
	rq = request(&b, &who);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	tap_call(vt_office_consignment_reread(b.office, &rq, &id, &r, &err),
	    &err, "to be read again");
	vt_act_result_free(&r);
	WAIT_FOR(
	    look(&id).state == VT_CONSIGN_QUARANTINED, "it is no better now");
}

/* Refused by what was found; 02 goes out with the reason. */
static void
refused(
    const char *external, struct letter *l, const char *word, const char *name)
{
	size_t papers = count_arrived(&b, 0);
	vt_id id;

	b.keep_back = true;
	id = bring_letter(l, external);
	WAIT_FOR(look(&id).state == VT_CONSIGN_REFUSED, "%s: refused", name);
	tap_ok(strstr(look(&id).note, word) != NULL, "%s: the reason: %s", name,
	    look(&id).note);
	WAIT_FOR(b.n_kept == 1, "%s: the sender is told", name);
	tap_ok(strstr(vt_buf_str(&b.kept[0].bytes), ">02<") != NULL &&
		   strstr(vt_buf_str(&b.kept[0].bytes), word) != NULL,
	    "%s: 02 with the reason", name);
	b.keep_back = false;
	forget_kept(&b);
	tap_eq_int(count_arrived(&b, 0), papers, "%s: no paper", name);
}

static void
found_wrong(void)
{
	char corrupt[4096] = "%PDF-1.4\n";
	struct letter l;

	for (size_t i = 9; i + 3 < sizeof(corrupt); i += 4)
		memcpy(corrupt + i,
		    "\xef\xbf\xbd"
		    "a",
		    4);
	letter(&l, "H99.07,2026/02/20,1/SKHCN-VP", corrupt, sizeof(corrupt));
	refused("e-1", &l, "PDF", "a corrupted PDF");
	letter(&l, "H99.07,2026/02/20,2/SKHCN-VP", sound, sizeof(sound) - 1);
	l.to.id = "H99.77";
	refused("e-2", &l, "", "not for us");
	letter(&l, "H99.07,2026/02/20,3/SKHCN-VP", sound, sizeof(sound) - 1);
	l.d.n_attachments = 0;
	refused("e-3", &l, "", "no file");
}

/* ---- the axis, as far as it is sent to ---- */

static struct {
	pthread_mutex_t lock;
	unsigned n;
	char route[64], to[64], packet[8192];
} axis = { .lock = PTHREAD_MUTEX_INITIALIZER };

static unsigned
axis_told(void)
{
	unsigned n;

	(void)pthread_mutex_lock(&axis.lock);
	n = axis.n;
	(void)pthread_mutex_unlock(&axis.lock);
	return n;
}

/* Keeps the first packet. */
static int
axis_send(void *arg, const struct vt_route *route, const struct vt_packet *p,
    struct vt_packet_answer *ret, struct vt_err *reterr)
{
	size_t size = (size_t)p->body->size;
	int rc = VT_OK;

	(void)arg;
	(void)ret;
	(void)pthread_mutex_lock(&axis.lock);
	if (axis.n == 0 && size < sizeof(axis.packet)) {
		rc = vt_source_read(p->body, 0, axis.packet, size, reterr);
		vt_text_fit(axis.route, sizeof(axis.route), route->key);
		vt_text_fit(axis.to, sizeof(axis.to), p->to);
	}
	axis.n += rc == VT_OK;
	(void)pthread_mutex_unlock(&axis.lock);
	return rc;
}

/* ---- what is wrong with a packet ---- */

/* What marks of direction and controls may not do: show another name. */
static bool
hostile(const char *s)
{
	static const char *const marks[] = { "\xe2\x80\xae", "\xe2\x81\xa6",
		"\xc2\x85", "\x01", "\x1b" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(s, marks[i]) != NULL)
			return true;
	return false;
}

/* Marks behind their letters (NFD), as some machines type: kept so in the
 * packet, one text with what others type from there on. */
static void
decomposed(void)
{
	static const char nfd[] = "V/v ra\xcc\x80 soa\xcc\x81t phi\xcc\x81";
	static const char nfc[] = "V/v rà soát phí";
	struct vt_paper_query q = { .words = "rà soát phí" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p, found[2];
	struct vt_view *v = NULL;
	struct letter l;
	uint64_t next;
	size_t n = 0;
	vt_id id;

	letter(&l, "H99.07,2026/02/20,55/SKHCN-VP", sound, sizeof(sound) - 1);
	l.d.subject = nfd;
	id = bring_letter(&l, "e-5");
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED, "a subject in NFD");
	id = look(&id).paper;
	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, &id, &p, &err) == VT_OK, "paper", err.msg);
	tap_eq_str(p.meta.subject, nfc, "is kept in NFC");
	tap_call(vt_paper_search(v, b.no[0], &q, found, 2, &n, &next, &err),
	    &err, "looked for as others type it");
	tap_ok(n == 1 && vt_id_eq(&found[0].id, &id), "it is found");
	q.words = nfd;
	tap_call(vt_paper_search(v, b.no[0], &q, found, 2, &n, &next, &err),
	    &err, "and as it came");
	tap_ok(n == 1 && vt_id_eq(&found[0].id, &id), "it is found, too");
	vt_view_end(v);
}

/* The reason of a refusal quotes the names of files: they are foreign. */
static void
hostile_names(void)
{
	char corrupt[4096] = "%PDF-1.4\n", name[800] = "";
	struct letter l;
	vt_id id;

	for (size_t i = 9; i + 3 < sizeof(corrupt); i += 4)
		memcpy(corrupt + i,
		    "\xef\xbf\xbd"
		    "a",
		    4);
	for (size_t i = 0; i < 38; i++)
		(void)strcat(name, "\xe2\x80\xae\xc2\x85\xe2\x81\xa6"
				   "fd");
	(void)strcat(name, ".pdf");
	letter(&l, "H99.07,2026/02/20,4/SKHCN-VP", corrupt, sizeof(corrupt));
	l.file.name = name;
	b.keep_back = true;
	id = bring_letter(&l, "e-4");
	WAIT_FOR(look(&id).state == VT_CONSIGN_REFUSED,
	    "a file name that would turn the text around: refused");
	tap_ok(strstr(look(&id).note, "EF BF BD") != NULL &&
		   strstr(look(&id).note, "fd") != NULL &&
		   !hostile(look(&id).note),
	    "the reason quotes what can be shown of it: %s", look(&id).note);
	WAIT_FOR(b.n_kept == 1, "the sender is told");
	tap_ok(b.n_kept == 1 && !hostile(vt_buf_str(&b.kept[0].bytes)),
	    "without the marks");
	b.keep_back = false;
	forget_kept(&b);
}

/* ">đđđ…</": so many characters of two bytes each. */
static const char *
long_text(struct vt_buf *ret, size_t n)
{
	vt_buf_puts(ret, ">");
	for (size_t i = 0; i < n; i++)
		vt_buf_puts(ret, "đ");
	vt_buf_puts(ret, "</");
	return vt_buf_str(ret);
}

/* What the record takes of a field is kept, the rest is in the packet. */
static void
too_long(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;
	VT_BUF_AUTO(place);
	VT_BUF_AUTO(number);
	struct letter l;
	struct found f;
	vt_id id;

	letter(&l, "H99.07,2026/02/20,5/SKHCN-VP", whole, sizeof(whole) - 1);
	id = bring_changed(&l, "l-1", ">An Mẫu</", long_text(&place, 3000));
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED,
	    "a place of 3,000 characters");
	f = look(&id);
	must(vt_view_begin(b.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, &f.paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	tap_eq_int(strlen(p.meta.place), 200, "is cut to its 100");
	vt_view_end(v);
	letter(&l, "H99.07,2026/02/20,6/SKHCN-VP", whole, sizeof(whole) - 1);
	id = bring_changed(&l, "l-2", ">15</", long_text(&number, 900));
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED,
	    "a number of 900 characters: %s", look(&id).note);
	f = look(&id);
	must(vt_view_begin(b.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, &f.paper, &p, &err) == VT_OK,
	    "paper", err.msg);
	tap_eq_int(strlen(p.meta.number), 80, "is cut to its 40");
	vt_view_end(v);
}

static void
stranger(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_address known;
	struct vt_view *v = NULL;
	struct letter l;
	vt_id id;

	letter(&l, "H12.34,2026/02/20,9/UBND", sound, sizeof(sound) - 1);
	l.d.from.id = "H12.34";
	l.d.from.name = "Một cơ quan lạ";
	id = bring_letter(&l, "s-1");
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED,
	    "a sender that nobody knows: its paper is taken");
	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	tap_call(vt_office_address_get(b.office, v, "H12.34", &known, &err),
	    &err, "it stands in the address book");
	tap_ok(!known.verified && strcmp(known.name, "Một cơ quan lạ") == 0,
	    "as unverified");
	vt_view_end(v);
	WAIT_FOR(axis_told() > 0, "it is answered");
	tap_ok(strcmp(axis.route, "@axis") == 0 &&
		   strcmp(axis.to, "H12.34") == 0 &&
		   strstr(axis.packet, ">01<") != NULL,
	    "the way it came, by name: %s, %s", axis.route, axis.to);
}

/* A peer that speaks for an agency that is not its own. */
static void
in_anothers_name(void)
{
	struct vt_consign_new n = { .to = "H99.31",
		.via = VT_TRANSPORT_DIRECT,
		.kind = VT_PACKET_EDOC,
		.external = "spoof",
		.peer = "H99.07",
		.headers = "" };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	size_t papers = count_arrived(&b, 0);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bytes);
	struct letter l;
	vt_id id;

	letter(&l, "H99.88,2026/02/20,9/UBND", sound, sizeof(sound) - 1);
	l.d.from.id = "H99.88";
	must(vt_edxml_write(&l.d, into_buf, &bytes, &err) == VT_OK, "packet",
	    err.msg);
	tap_call(vt_office_consign_bytes(
		     b.office, &n, vt_buf_view(&bytes), &id, &r, &err),
	    &err, "a packet in another's name is kept");
	vt_act_result_free(&r);
	WAIT_FOR(look(&id).state == VT_CONSIGN_QUARANTINED,
	    "but not believed: %s", look(&id).note);
	tap_eq_int(count_arrived(&b, 0), papers, "no paper is made of it");
}

/* What stands at the main file of a paper. */
static const char *
problem_of(const vt_id *paper)
{
	static char text[1024];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p;

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, paper, &p, &err) == VT_OK, "paper", err.msg);
	vt_text_fit(text, sizeof(text), p.parts[0].problem);
	vt_view_end(v);
	return text;
}

/* A letter that nobody signed, and one whose file is no PDF at all. */
static void
not_signed(void)
{
	struct letter l;
	struct found f;
	vt_id id;

	letter(&l, "H99.07,2026/02/20,10/SKHCN-VP", whole, sizeof(whole) - 1);
	id = bring_letter(&l, "n-1");
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED, "a letter is taken");
	f = look(&id);
	WAIT_FOR(strstr(problem_of(&f.paper), "no-valid-signature") != NULL,
	    "that it is for information only is found out later: %s",
	    problem_of(&f.paper));
	letter(&l, "H99.07,2026/02/20,11/SKHCN-VP", "chỉ là chữ", 13);
	l.file.name = "cong-van.txt";
	id = bring_letter(&l, "n-2");
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED, "a text is taken");
	f = look(&id);
	WAIT_FOR(problem_of(&f.paper)[0] != '\0', "and no better: %s",
	    problem_of(&f.paper));
}

static void
again_another_way(void)
{
	size_t papers = count_arrived(&b, 0);
	struct found one, two;
	struct letter l;
	vt_id first, second, third;

	letter(&l, "H99.07,2026/02/20,20/SKHCN-VP", sound, sizeof(sound) - 1);
	first = bring_letter(&l, "w-1");
	WAIT_FOR(look(&first).state == VT_CONSIGN_ARRIVED, "a document");
	l.hop.at.at += VT_TIME_S(60); /* the axis wrote another hop */
	second = bring_letter(&l, "w-2");
	WAIT_FOR(look(&second).state == VT_CONSIGN_DUPLICATE,
	    "the same by another way is known again");
	one = look(&first);
	two = look(&second);
	tap_ok(vt_id_eq(&one.paper, &two.paper), "as the same paper");
	tap_eq_int(count_arrived(&b, 0), papers + 1, "one paper");
	letter(&l, "H99.07,2026/02/20,21/SKHCN-VP", sound, sizeof(sound) - 1);
	l.d.business = VT_EDXML_REVOKE;
	l.d.acts_on = "H99.07,2020/01/01,1/KHONG-CO";
	third = bring_letter(&l, "w-3");
	WAIT_FOR(look(&third).state == VT_CONSIGN_ARRIVED,
	    "what revokes a document that is not here waits for the clerk");
}

/* One id, another content: senders mend a document so. */
static void
other_content(void)
{
	static const char mended[] = "%PDF-1.4\n1 0 obj <<>> endobj\n"
				     "trailer <</Root 1 0 R>>\n%%EOF\n";
	size_t papers = count_arrived(&b, 0);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq = request(&b, &who);
	struct found one, two;
	vt_id first, header, file, same;
	struct letter l;

	letter(&l, "H99.07,2026/02/20,25/SKHCN-VP", sound, sizeof(sound) - 1);
	first = bring_letter(&l, "o-1");
	WAIT_FOR(look(&first).state == VT_CONSIGN_ARRIVED, "a document");
	one = look(&first);
	l.d.subject = l.d.content = "V/v ĐÃ SỬA";
	header = bring_letter(&l, "o-2");
	WAIT_FOR(look(&header).state == VT_CONSIGN_QUARANTINED,
	    "its id with another subject is not answered as the same");
	two = look(&header);
	tap_ok(strstr(two.note, "khác nội dung") != NULL &&
		   strstr(two.note, "other-content") != NULL &&
		   strstr(two.note, "differs in Subject") != NULL,
	    "with the reason: %s", two.note);
	tap_ok(vt_id_eq(&two.paper, &one.paper), "and the paper of that id");
	letter(&l, "H99.07,2026/02/20,25/SKHCN-VP", mended, sizeof(mended) - 1);
	file = bring_letter(&l, "o-3");
	WAIT_FOR(look(&file).state == VT_CONSIGN_QUARANTINED,
	    "nor with another file");
	letter(&l, "H99.07,2026/02/20,25/SKHCN-VP", sound, sizeof(sound) - 1);
	l.hop.at.at += VT_TIME_S(60);
	l.to.name = "UBND xã An Mẫu (mới)";
	same = bring_letter(&l, "o-4");
	WAIT_FOR(look(&same).state == VT_CONSIGN_DUPLICATE,
	    "what only went another way is the same");
	tap_eq_int(count_arrived(&b, 0), papers + 1, "one paper");
	tap_call(vt_office_consignment_reread(b.office, &rq, &header, &r, &err),
	    &err, "a person has it read again");
	vt_act_result_free(&r);
	WAIT_FOR(look(&header).state == VT_CONSIGN_ARRIVED, "it is taken");
	two = look(&header);
	tap_ok(!vt_id_eq(&two.paper, &one.paper), "as a paper of its own");
	tap_eq_int(count_arrived(&b, 0), papers + 2, "two papers");
}

static void
refuse_paper(const vt_id *paper)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq = request(&b, &who);

	tap_call(vt_office_refuse(b.office, &rq, paper, "Bấm nhầm", &r, &err),
	    &err, "its paper is refused");
	vt_act_result_free(&r);
}

/* The same bytes again, as an agency that uses our axis server sends them: the
 * id follows from the bytes. */
static void
bring_hosted(struct vt_span bytes, struct vt_buf *receipt, vt_id *id)
{
	const struct vt_consign_new n = { .to = "H99.31",
		.via = VT_TRANSPORT_HOSTED,
		.kind = VT_PACKET_EDOC,
		.external = "of-its-bytes",
		.peer = "H99.07",
		.headers = "" };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;

	must(
	    vt_office_consign_bytes(b.office, &n, bytes, id, &r, &err) == VT_OK,
	    "consign", err.msg);
	if (receipt->n == 0)
		vt_buf_span(receipt, vt_buf_view(&r.receipt));
	else
		tap_ok(r.repeated && vt_span_eq(vt_buf_view(receipt),
					 vt_buf_view(&r.receipt)),
		    "the same receipt");
	if (r.repeated)
		tap_call(vt_office_hosted_again(b.office, id, &err), &err,
		    "it came again");
	vt_act_result_free(&r);
}

static bool
has_paper(const vt_id *consignment, const vt_id *paper)
{
	struct found f = look(consignment);

	return vt_id_eq(&f.paper, paper);
}

/* What was taken as a paper of its own stands beside the first: what comes
 * again of either is known. */
static void
either_again(void)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq = request(&b, &who);
	vt_id first, second, again, one, two;
	struct letter l;

	letter(&l, "H99.07,2026/02/20,28/SKHCN-VP", sound, sizeof(sound) - 1);
	first = bring_letter(&l, "v-1");
	WAIT_FOR(look(&first).state == VT_CONSIGN_ARRIVED, "a document");
	one = look(&first).paper;
	l.d.subject = l.d.content = "V/v ĐÃ SỬA";
	second = bring_letter(&l, "v-2");
	WAIT_FOR(look(&second).state == VT_CONSIGN_QUARANTINED, "a mended one");
	tap_call(vt_office_consignment_reread(b.office, &rq, &second, &r, &err),
	    &err, "is taken by a person");
	vt_act_result_free(&r);
	WAIT_FOR(look(&second).state == VT_CONSIGN_ARRIVED, "as a paper");
	two = look(&second).paper;
	l.hop.at.at += VT_TIME_S(60);
	again = bring_letter(&l, "v-3");
	WAIT_FOR(look(&again).state != VT_CONSIGN_STORED, "it comes again");
	tap_ok(look(&again).state == VT_CONSIGN_DUPLICATE &&
		   has_paper(&again, &two),
	    "it is known: %s", look(&again).note);
	l.d.subject = l.d.content = "V/v thử nghiệm";
	again = bring_letter(&l, "v-4");
	WAIT_FOR(
	    look(&again).state != VT_CONSIGN_STORED, "the first comes again");
	tap_ok(look(&again).state == VT_CONSIGN_DUPLICATE &&
		   has_paper(&again, &one),
	    "it is known, too: %s", look(&again).note);
}

/* A header of more than what is kept of it. */
static void
long_again(void)
{
	static char content[60001], place[9001];
	struct letter l;
	vt_id first, again;

	memset(content, 'a', sizeof(content) - 1);
	memset(place, 'b', sizeof(place) - 1);
	letter(&l, "H99.07,2026/02/20,29/SKHCN-VP", sound, sizeof(sound) - 1);
	l.d.content = content;
	l.d.place = place;
	first = bring_letter(&l, "x-1");
	WAIT_FOR(look(&first).state == VT_CONSIGN_ARRIVED, "a long header");
	l.hop.at.at += VT_TIME_S(60);
	again = bring_letter(&l, "x-2");
	WAIT_FOR(look(&again).state != VT_CONSIGN_STORED, "by another way");
	tap_ok(look(&again).state == VT_CONSIGN_DUPLICATE, "it is the same: %s",
	    look(&again).note);
	l.d.subject = "V/v ĐÃ SỬA";
	again = bring_letter(&l, "x-3");
	WAIT_FOR(look(&again).state == VT_CONSIGN_QUARANTINED,
	    "with another subject it is not");
}

/* Whatever is stated of the document tells two apart. */
static void
other_each(void)
{
	struct letter l;
	struct vt_edxml_attachment two[2];
	struct vt_source more;
	vt_id id;

#define OTHER(ext, what)                                                       \
	id = bring_letter(&l, ext);                                            \
	WAIT_FOR(look(&id).state != VT_CONSIGN_STORED, "%s: read", what);      \
	tap_ok(look(&id).state == VT_CONSIGN_QUARANTINED &&                    \
		   strstr(look(&id).note, "differs in " what) != NULL,         \
	    "another %s: %s", what, look(&id).note);                           \
	letter(&l, "H99.07,2026/02/20,38/SKHCN-VP", sound, sizeof(sound) - 1)

	letter(&l, "H99.07,2026/02/20,38/SKHCN-VP", sound, sizeof(sound) - 1);
	id = bring_letter(&l, "y-1");
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED, "a document");
	l.d.content = "Nội dung khác";
	OTHER("y-2", "Content");
	l.d.code_number = "16";
	OTHER("y-3", "Code");
	l.d.signer_name = "Trần Văn Mẫu";
	OTHER("y-4", "SignerInfo/FullName");
	l.d.due = (struct vt_edxml_day){ .year = 2026, .month = 5, .day = 4 };
	OTHER("y-5", "DueDate");
	/* each of its files is here, but there are more of them */
	two[0] = two[1] = l.file;
	two[1].id = "f3a7c1de-0000-4000-8000-000000000002";
	two[1].name = "phu-luc.pdf";
	vt_source_memory(&more, VT_SPAN(sound, sizeof(sound) - 1));
	two[1].source = &more;
	l.d.attachments = two;
	l.d.n_attachments = 2;
	OTHER("y-6", "its files");
#undef OTHER
}

static void
after_refusal(void)
{
	size_t papers = count_arrived(&b, 0);
	struct vt_err err = VT_ERR_INIT;
	struct letter l;
	VT_BUF_AUTO(bytes);
	VT_BUF_AUTO(receipt);
	vt_id id, first, copy, second;

	letter(&l, "H99.07,2026/02/20,26/SKHCN-VP", sound, sizeof(sound) - 1);
	must(vt_edxml_write(&l.d, into_buf, &bytes, &err) == VT_OK, "packet",
	    err.msg);
	bring_hosted(vt_buf_view(&bytes), &receipt, &id);
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED, "a document");
	first = look(&id).paper;
	copy = bring_letter(&l, "r-1");
	WAIT_FOR(look(&copy).state == VT_CONSIGN_DUPLICATE, "by the axis, too");
	bring_hosted(vt_buf_view(&bytes), &receipt, &id);
	tap_ok(look(&id).state == VT_CONSIGN_ARRIVED && has_paper(&id, &first),
	    "while its paper waits, a repeat changes nothing");
	refuse_paper(&first);
	bring_hosted(vt_buf_view(&bytes), &receipt, &id);
	WAIT_FOR(look(&id).state == VT_CONSIGN_ARRIVED,
	    "after the refusal it is read again");
	second = look(&id).paper;
	tap_ok(!vt_id_eq(&second, &first), "a new paper waits");
	tap_eq_int(count_arrived(&b, 0), papers + 2, "beside the refused one");
	bring_hosted(vt_buf_view(&bytes), &receipt, &id);
	tap_ok(has_paper(&id, &second), "once");
	tap_call(vt_office_hosted_again(b.office, &copy, &err), &err,
	    "what was a duplicate of the refused one comes again");
	WAIT_FOR(look(&copy).state == VT_CONSIGN_DUPLICATE, "read again");
	tap_ok(has_paper(&copy, &second), "of the new one now");
	tap_eq_int(count_arrived(&b, 0), papers + 2, "no other paper");
}

/* What was given back is not here any more: sent again it is a new paper. */
static void
after_giving_back(void)
{
	struct vt_asking k = { .agency_no = b.no[0],
		.ask = VT_ASK_TAKE_BACK,
		.reason = "Gửi nhầm",
		.at = test_now(NULL),
		.once = vt_id_new(&test_ctx) };
	struct vt_err err = VT_ERR_INIT;
	struct letter l;
	vt_id one, two;

	letter(&l, "H99.07,2026/02/20,27/SKHCN-VP", sound, sizeof(sound) - 1);
	one = bring_letter(&l, "g-1");
	WAIT_FOR(look(&one).state == VT_CONSIGN_ARRIVED, "a document");
	k.about.paper = look(&one).paper;
	tap_call(vt_ask(b.office, &k, &err), &err, "asked back");
	WAIT_FOR(
	    state_of(&b, &k.about.paper) == VT_PAPER_TAKEN_BACK, "given back");
	two = bring_letter(&l, "g-2");
	WAIT_FOR(look(&two).state == VT_CONSIGN_ARRIVED, "sent again");
	tap_ok(!has_paper(&two, &k.about.paper), "it is a paper of its own");
}

static uint32_t
asked_of(const vt_id *paper)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_paper p = { .asked = 0 };

	must(vt_view_begin(b.store, &v, &err) == VT_OK, "view", err.msg);
	must(vt_paper_get(v, paper, &p, &err) == VT_OK, "paper", err.msg);
	vt_view_end(v);
	return p.asked;
}

/* An update asks about the earlier one; declined, it stays as it was. */
static void
update(void)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&b, 0);
	struct vt_request rq;
	struct letter l;
	struct found old, new;
	vt_id first, second;

	letter(&l, "H99.07,2026/02/20,30/SKHCN-VP", sound, sizeof(sound) - 1);
	first = bring_letter(&l, "u-1");
	WAIT_FOR(look(&first).state == VT_CONSIGN_ARRIVED, "a document");
	l.d.business = VT_EDXML_UPDATE;
	l.d.acts_on = l.d.document_id;
	l.d.document_id = "H99.07,2026/02/21,30/SKHCN-VP";
	l.d.reason = "Sửa trích yếu";
	second = bring_letter(&l, "u-2");
	WAIT_FOR(look(&second).state == VT_CONSIGN_ARRIVED, "its update");
	old = look(&first);
	WAIT_FOR(asked_of(&old.paper) == VT_ASK_UPDATE, "which asks");
	new = look(&second);
	rq = request(&b, &who);
	tap_call(vt_office_accept(b.office, &rq, &old.paper, &r, &err), &err,
	    "the old one is accepted");
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	rq = request(&b, &who);
	tap_code(vt_office_answer_recall(
		     b.office, &rq, &new.paper, true, "", &r, &err),
	    VT_E_OUT_OF_ORDER, &err, "nobody asked for the new one");
	rq = request(&b, &who);
	tap_code(vt_office_answer_recall(
		     b.office, &rq, &old.paper, false, "", &r, &err),
	    VT_E_INVALID, &err, "no without a reason");
	rq = request(&b, &who);
	tap_call(vt_office_answer_recall(b.office, &rq, &old.paper, false,
		     "Đã xử lý xong", &r, &err),
	    &err, "declined");
	vt_act_result_free(&r);
	WAIT_FOR(look(&second).state == VT_CONSIGN_REFUSED,
	    "so it stands at the update");
	tap_eq_int(state_of(&b, &old.paper), VT_PAPER_ARRIVED,
	    "the old one stays as it was");
}

/* ---- an agency that fetches ---- */

static size_t
pickups(enum vt_packet_kind kind, struct vt_pickup *p, size_t max)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t next;
	size_t n = 0;

	must(vt_office_pickups(
		 a.office, "H99.50", kind, 0, p, max, &n, &next, &err) == VT_OK,
	    "pickups", err.msg);
	return n;
}

static vt_hash
packet_hash(const vt_id *id)
{
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;
	const struct vt_packet *p;
	VT_BUF_AUTO(bytes);
	uint8_t *to;
	vt_hash h;

	must(vt_office_packet_open(a.office, "H99.50", id, &pk, &err) == VT_OK,
	    "packet", err.msg);
	p = vt_office_packet_get(pk);
	to = vt_buf_extend(&bytes, (size_t)p->body->size);
	must(to != NULL && vt_source_read(p->body, 0, to, (size_t)p->body->size,
			       &err) == VT_OK,
	    "body", err.msg);
	h = vt_sha256(vt_buf_view(&bytes));
	tap_ok(vt_hash_eq(&h, &p->hash), "the packet has the hash it states");
	vt_office_packet_close(pk);
	return h;
}

static void
hosted(void)
{
	vt_id paper = issued(&a, 0, 300), second = issued(&a, 0, 310);
	struct vt_office_packet *pk = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_pickup p[4];
	vt_hash one, two;
	vt_id id;

	node_route(&a, "H99.50", VT_ROUTE_HOSTED);
	send_to(&a, 0, &paper, "H99.50");
	WAIT_FOR(pickups(VT_PACKET_EDOC, p, 4) == 1, "it waits to be fetched");
	id = p[0].id;
	tap_eq_str(p[0].from, "H99.07", "from us");
	tap_eq_int(pickups(VT_PACKET_STATUS, p, 4), 0, "no status waits");
	one = packet_hash(&id);
	advance(&a, &b, 3600);
	two = packet_hash(&id);
	tap_ok(vt_hash_eq(&one, &two), "fetched again: the same bytes");
	tap_code(vt_office_packet_open(a.office, "H99.51", &id, &pk, &err),
	    VT_E_NOT_FOUND, &err, "not for another agency");
	tap_code(vt_office_pickup_end(a.office, "H99.51", &id, true, "", &err),
	    VT_E_NOT_FOUND, &err, "nor its end");
	tap_call(vt_office_pickup_end(a.office, "H99.50", &id, true, "", &err),
	    &err, "it has it");
	tap_call(vt_office_pickup_end(a.office, "H99.50", &id, true, "", &err),
	    &err, "said twice");
	tap_eq_int(pickups(VT_PACKET_EDOC, p, 4), 0, "nothing waits");
	tap_ok(see(&a, &paper, 0).state == VT_DELIVERY_SENT &&
		   see(&a, &paper, 0).stored,
	    "sent, and stored there");
	send_to(&a, 0, &second, "H99.50");
	WAIT_FOR(pickups(VT_PACKET_EDOC, p, 4) == 1, "a second one");
	tap_call(vt_office_pickup_end(a.office, "H99.50", &p[0].id, false,
		     "sai định dạng", &err),
	    &err, "it cannot read it");
	tap_ok(see(&a, &second, 0).dead &&
		   strcmp(see(&a, &second, 0).note, "sai định dạng") == 0,
	    "a dead letter, with the reason");
}

int
main(void)
{
	static const struct vt_transport to_axis = { .name = "axis",
		.send = axis_send };

	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&b, "H99.31");
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_route(&b, "@axis", VT_ROUTE_AXIS); /* hands over for anybody */
	node_open(&a);
	node_open(&b);
	headers_of_any_bytes();
	must(vt_office_transport_add(b.office, &to_axis, NULL) == VT_OK,
	    "transport", "axis");
	stranger();
	refused_at_once();
	quarantine();
	found_wrong();
	hostile_names();
	too_long();
	in_anothers_name();
	not_signed();
	again_another_way();
	other_content();
	either_again();
	long_again();
	other_each();
	after_refusal();
	after_giving_back();
	update();
	hosted();
	decomposed();
	a.refuse = true; /* nobody is brought anything that is closed */
	node_end(&b);
	node_end(&a);
	vt_spawner_free(spawner);
	return tap_done();
}
