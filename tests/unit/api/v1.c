/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON face over a fake office: what reaches the office, what comes back,
 * and what is refused before. */
#include "api/v1/v1.h"

#include "api/office/find.h"
#include "base/limits.h"
#include "tests/unit/api/fake_office.h"
#include "tests/unit/api/http_fixture.h"

#define P      "05050505050505050505050505050505"
#define H      "2222222222222222222222222222222222222222222222222222222222222222"
#define HAS(s) (strstr(vt_buf_str(b), s) != NULL)

static uint16_t port;

/* One request with token and key; extra: more header lines. */
static int
ask(struct vt_buf *b, const char *method, const char *path, const char *extra,
    const char *body)
{
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	    "Authorization: Bearer clerk\r\n%s",
	    method, path, extra);
	if (strcmp(method, "POST") == 0)
		vt_buf_printf(&q,
		    "Idempotency-Key: k1\r\n"
		    "Content-Length: %zu\r\n",
		    strlen(body));
	vt_buf_puts(&q, "\r\n");
	vt_buf_puts(&q, body);
	return raw_ask(port, vt_buf_view(&q), b);
}

#define JSON "Content-Type: application/json\r\n"
#define REV  JSON "If-Match: \"3\"\r\n"

static int
do_act(struct vt_buf *b, const char *body)
{
	return ask(b, "POST", "/v1/papers/" P "/acts", REV, body);
}

static void
test_who(struct vt_buf *b)
{
	tap_eq_int(raw_ask(port,
		       VT_SPAN_LIT("GET /v1/me HTTP/1.1\r\nHost: a"
				   "\r\n\r\n"),
		       b),
	    401, "no token");
	tap_ok(HAS("WWW-Authenticate: Bearer") && HAS("unauthenticated"),
	    "says how");
	tap_eq_int(raw_ask(port,
		       VT_SPAN_LIT("GET /v1/me HTTP/1.1\r\nHost: a"
				   "\r\nAuthorization: Bearer nobody\r\n\r\n"),
		       b),
	    401, "unknown token");
	tap_eq_int(ask(b, "GET", "/v1/me", "", ""), 200, "known token");
	tap_ok(HAS("\"roles\":[\"officer\",\"clerk\"]") &&
		   HAS("\"code\":\"H99.07\""),
	    "who it is");
	tap_eq_int(raw_ask(port,
		       VT_SPAN_LIT("POST /v1/papers HTTP/1.1\r\n"
				   "Host: a\r\nAuthorization: Bearer clerk\r\n"
				   "Content-Type: application/json\r\n"
				   "Content-Length: 2\r\n\r\n{}"),
		       b),
	    400, "no key");
	tap_ok(HAS("idempotency-key-missing"), "is missed");
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 200, "health");
	tap_ok(HAS("\"anchoring\":true,\"anchored_at\":\"2026-03-02T"),
	    "and since when the ledgers are vouched for elsewhere");
	tap_ok(HAS("\"witnessing\":true,\"cosigned_at\":null,"
		   "\"ledger_refused\":true,\"refuses_ledger\":false"),
	    "and whether a witness holds another history");
	tap_ok(HAS("\"status\":\"ok\""), "is good");
	fake.no_anchors = true;
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 503, "nothing trusted");
	tap_ok(HAS("Retry-After: "), "and says when to ask again");
	tap_ok(HAS("no-trust-anchors"), "is said");
	fake.no_anchors = false;
	fake.workers_gone = true;
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 503, "nothing readable");
	tap_ok(HAS("workers-gone"), "is said");
	fake.workers_gone = false;
	fake.clock_back_us = VT_TIME_S(VT_L(CLOCK_BACK_S));
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 200,
	    "the clock went back by CLOCK_BACK_S");
	fake.clock_back_us++;
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 503, "and by more");
	tap_ok(HAS("clock-stepped-back"), "is said");
	fake.clock_back_us = 0;
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 200, "work in time");
	tap_ok(HAS("\"degraded\":false") && !HAS("late_work"), "is said");
	fake.late = 1U << VT_WORK_DELIVERY | 1U << VT_WORK_TEXT;
	tap_eq_int(ask(b, "GET", "/healthz", "", ""), 200, "late work");
	tap_ok(HAS("\"degraded\":true,\"late_work\":[\"delivery\","
		   "\"text\"]"),
	    "is degraded, and why; papers go on");
	fake.late = 0;
}

/* What waits in the queue, and what was given up. */
static void
test_work(struct vt_buf *b)
{
	tap_eq_int(ask(b, "GET", "/v1/work", "", ""), 200, "the queue");
	tap_ok(HAS("\"kind\":\"status\"") && HAS("\"state\":\"waiting\"") &&
		   HAS("\"next\":null"),
	    "what waits");
	tap_eq_int(ask(b, "GET", "/v1/work?list=dead&kind=text", "", ""), 200,
	    "dead letters of a kind");
	tap_ok(HAS("\"kind\":\"text\"") && HAS("\"state\":\"dead\"") &&
		   HAS("\"error\":\"no \\\"answer\\\"\""),
	    "and why");
	tap_eq_int(ask(b, "GET", "/v1/work?kind=tea", "", ""), 422,
	    "no such kind");
	tap_eq_int(ask(b, "GET", "/v1/work?list=some", "", ""), 422,
	    "no such list");
}

#define REGISTER_OK                                                            \
	"{\"direction\":\"out\",\"meta\":{\"subject\":\"V/v\","                \
	"\"recipients\":[{\"code\":\"H99.31\"}]},\"files\":[{\"upload\":\"" P  \
	"\",\"name\":\"a.pdf\"},{\"upload\":\"" P "\",\"name\":\"b.xlsx\"}]}"

static void
refused(struct vt_buf *b, const char *body, int status, const char *code,
    const char *pointer)
{
	char want[200];

	fake.act[0] = '\0';
	tap_eq_int(ask(b, "POST", "/v1/papers", JSON, body), status,
	    "refused: %.50s", body);
	snprintf(want, sizeof(want), "\"code\":\"%s\"", code);
	tap_ok(HAS(want), "as %s", code);
	if (pointer != NULL) {
		snprintf(want, sizeof(want), "\"pointer\":\"%s\"", pointer);
		tap_ok(HAS(want), "at %s", pointer);
	}
	tap_eq_str(fake.act, "", "the office never heard of it");
}

static void
test_register(struct vt_buf *b)
{
	tap_eq_int(
	    ask(b, "POST", "/v1/papers", JSON, REGISTER_OK), 201, "registered");
	tap_ok(fake.direction == VT_DIR_OUT && fake.nfiles == 2 &&
		   strcmp(fake.file, "b.xlsx") == 0 &&
		   strcmp(fake.subject, "V/v") == 0 &&
		   strcmp(fake.key, "k1") == 0,
	    "as asked");
	tap_ok(HAS("Location: /v1/papers/" P "\r\n") && HAS("ETag: \"4\"") &&
		   HAS("\"cbor\":\"cmVjZWlwdA==\"") &&
		   HAS("\"href\":\"/v1/receipts/41\"") && !HAS("Replayed"),
	    "with place, tag and receipt");
	fake.repeated = true;
	tap_eq_int(
	    ask(b, "POST", "/v1/papers", JSON, REGISTER_OK), 201, "a repeat");
	tap_ok(HAS("Idempotent-Replayed: true"), "is told as one");
	fake.repeated = false;
	refused(b, "[]", 422, "field-type", "");
	refused(b, "{\"direction\":\"out\",\"direction\":\"in\"}", 400,
	    "json-duplicate-key", "/direction");
	refused(b, "{\"direction\":\"o\\u0000\"}", 400, "syntax", "/direction");
	refused(b, "{\"meta\":{\"subject\":\"\xc3(\"}}", 400, "json-not-utf8",
	    "/meta/subject");
	refused(b, "{\"files\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", 400,
	    "json-too-deep", "/files/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0");
	refused(b, "{\"meta\":{\"pages\":99999999999999999999}}", 422,
	    "field-value", "/meta/pages");
	refused(b, "{\"direction\":\"sideways\",\"files\":[]}", 422,
	    "field-value", "/direction");
	refused(b, "{\"direction\":\"out\",\"files\":[]}", 422, "field-length",
	    "/files");
	refused(b, "{\"direction\":\"out\",\"extra\":1}", 422, "field-unknown",
	    "/extra");
	refused(b, "{\"direction\":\"out\"}", 422, "field-required", "/files");
	refused(b, "", 422, "field-required", "/direction");
	refused(b, "{\"direction\":\"out\",\"meta\":{\"sub/ject\":1}}", 422,
	    "field-unknown", "/meta/sub~1ject");
	refused(b, "{\"direction\":\"out\",\"meta\":{\"urgency\":5}}", 422,
	    "field-value", "/meta/urgency");
	refused(b, "{\"direction\":\"out\",\"meta\":{\"urgency\":1.5}}", 422,
	    "field-type", "/meta/urgency");
	refused(b,
	    "{\"direction\":\"out\",\"meta\":{\"due_on\":\"2026-02-30\"}}", 422,
	    "field-value", "/meta/due_on");
	refused(b,
	    "{\"direction\":\"out\",\"meta\":{\"recipients\":[{}]},"
	    "\"files\":[{\"upload\":\"" P "\",\"name\":\"x\"}]}",
	    422, "field-required", "/meta/recipients/0/code");
	refused(b,
	    "{\"direction\":\"out\",\"files\":[{\"upload\":\"AA\","
	    "\"name\":\"x\"}]}",
	    422, "field-value", "/files/0/upload");
	refused(b, "{\"direction\":1}", 422, "field-type", "/direction");
	tap_eq_int(
	    ask(b, "POST", "/v1/papers", "Content-Type: text/plain\r\n", "{}"),
	    415, "another type");
}

/* RFC 9110 §13.1: what If-Match and If-None-Match may say. */
static void
test_preconditions(struct vt_buf *b)
{
	static const struct {
		const char *said;
		int status;
		uint64_t rev;
	} acts[] = {
		{ "*", 200, 0 },
		{ "\"9\", \"3\"", 200, 3 },
		{ "\"3\",\"9\"", 200, 3 },
		{ ", W/\"9\", \"3\",", 200, 3 },
		/* none of them: the office says so, or that it is a repeat */
		{ "\"8\", \"9\"", 200, 8 },
		{ "W/\"3\"", 412, 0 },
		{ "\"x\", \"\"", 412, 0 },
		{ "\"0\"", 412, 0 },
		{ "3", 412, 0 },
		{ "\"99999999999999999999999\"", 412, 0 },
	}, reads[] = {
		{ "If-Match: \"3\"", 200, 0 },
		{ "If-Match: *", 200, 0 },
		{ "If-Match: \"2\", \"3\"", 200, 0 },
		{ "If-Match: \"2\"", 412, 0 },
		{ "If-Match: W/\"3\"", 412, 0 },
		{ "If-None-Match: \"2\", W/\"3\"", 304, 0 },
		{ "If-Match: \"2\"\r\nif-match: \"3\"", 200, 0 },
		{ "If-Match: \"1\"\r\nIf-Match: \"2\"", 412, 0 },
		{ "If-None-Match: \"2\"\r\nIf-None-Match: \"3\"", 304, 0 },
		{ "If-None-Match: *", 304, 0 },
		{ "If-None-Match: \"2\"", 200, 0 },
		{ "If-Match: \"2\"\r\nIf-None-Match: \"3\"", 412, 0 },
		{ "If-Match: \"3\"\r\nIf-None-Match: \"3\"", 304, 0 },
	};
	char extra[200];

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		fake.if_match = 77;
		snprintf(extra, sizeof(extra), JSON "If-Match: %s\r\n",
		    acts[i].said);
		tap_eq_int(ask(b, "POST", "/v1/papers/" P "/acts", extra,
			       "{\"act\":\"issue\"}"),
		    acts[i].status, "If-Match: %s", acts[i].said);
		if (acts[i].status == 200)
			tap_eq_int(fake.if_match, acts[i].rev, "the revision");
		else
			tap_ok(
			    HAS("precondition-failed") && fake.if_match == 77,
			    "is not done");
	}
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		snprintf(extra, sizeof(extra), "%s\r\n", reads[i].said);
		tap_eq_int(ask(b, "GET", "/v1/papers/" P, extra, ""),
		    reads[i].status, "a paper, %s", reads[i].said);
	}
}

static void
test_acts(struct vt_buf *b)
{
	static const struct {
		const char *body, *act;
	} good[] = {
		{ "{\"act\":\"submit\"}", "submit" },
		{ "{\"act\":\"approve\",\"main\":\"" H "\"}", "approve" },
		{ "{\"act\":\"return\",\"main\":\"" H "\",\"note\":\"sai\"}",
		    "return" },
		{ "{\"act\":\"number\"}", "number" },
		{ "{\"act\":\"initial\",\"pin\":\"1\"}", "initial" },
		{ "{\"act\":\"sign\",\"pin\":\"1\"}", "sign" },
		{ "{\"act\":\"seal\",\"pin\":\"1\"}", "seal" },
		{ "{\"act\":\"issue\"}", "issue" },
		{ "{\"act\":\"dispatch\",\"to\":[{\"code\":\"H99.31\"}]}",
		    "dispatch" },
		{ "{\"act\":\"edit\",\"upload\":\"" P "\",\"name\":\"c.pdf\","
		  "\"expect\":\"" H "\"}",
		    "edit" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		tap_eq_int(do_act(b, good[i].body), 200, "%s", good[i].act);
		tap_eq_str(fake.act, good[i].act, "reaches the office");
		tap_eq_int(fake.if_match, 3, "with the revision");
	}
	tap_eq_int(do_act(b, "{\"act\":\"submit\",\"initials\":2,"
			     "\"note\":\"Kính trình\"}"),
	    200, "submit with initials");
	tap_ok(fake.initials == 2 && !fake.places &&
		   strcmp(fake.note, "Kính trình") == 0,
	    "as asked");
	tap_eq_int(do_act(b, "{\"act\":\"submit\",\"places\":{\"number\":{"
			     "\"page\":0,\"x\":1,\"y\":2.5,\"w\":3,\"h\":4}}}"),
	    422, "half of the places");
	tap_ok(HAS("\"pointer\":\"/places/date\""), "says which is missing");
	tap_eq_int(do_act(b, "{\"act\":\"shred\"}"), 422, "no such act");
	/* Pictures lie beside the keys: no PNG is decoded in the server. */
	fake.act[0] = '\0';
	tap_eq_int(do_act(b, "{\"act\":\"seal\",\"pin\":\"1\","
			     "\"picture\":\"iVBORw==\"}"),
	    422, "a picture with an act");
	tap_ok(HAS("\"pointer\":\"/picture\"") && fake.act[0] == '\0',
	    "is no field of it");
	tap_eq_int(do_act(b, "{\"act\":\"issue\",\"pin\":\"1\"}"), 422,
	    "a PIN where none belongs");
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/acts", JSON,
		       "{\"act\":\"issue\"}"),
	    428, "no If-Match");
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/acts",
		       JSON "If-Match: \"x\"\r\n", "{\"act\":\"issue\"}"),
	    412, "an If-Match of another kind");
	tap_eq_int(
	    ask(b, "POST", "/v1/papers/xyz/acts", REV, "{\"act\":\"issue\"}"),
	    404, "not an id");
	fake.answer = VT_E_NOT_SIGNED_BY_LEADER;
	tap_eq_int(do_act(b, "{\"act\":\"seal\",\"pin\":\"1\"}"), 409,
	    "a refusal of the office");
	tap_ok(HAS("not-signed-by-competent-person"), "keeps its code");
	fake.answer = VT_E_CONFLICT;
	fake.overtaken = true;
	tap_eq_int(do_act(b, "{\"act\":\"seal\",\"pin\":\"1\"}"), 200,
	    "one that was done meanwhile under this key is answered so");
	fake.overtaken = false;
	fake.answer = VT_OK;
}

static void
test_secrets(struct vt_buf *b)
{
	vt_hash first, second;

	tap_eq_int(do_act(b, "{\"act\":\"sign\",\"number_first\":true,"
			     "\"pin\":\"246810\"}"),
	    200, "signs");
	tap_eq_str(fake.pin, "246810", "with the PIN");
	tap_ok(fake.number_first, "order A");
	first = fake.request;
	(void)do_act(b, "{\"pin\":\"999999\" , \"number_first\":true,"
			"\"act\":\"sign\"}");
	second = fake.request;
	tap_ok(vt_hash_eq(&first, &second),
	    "neither PIN nor spelling is in the request's hash");
	(void)do_act(b, "{\"act\":\"sign\",\"pin\":\"246810\"}");
	second = fake.request;
	tap_ok(!vt_hash_eq(&first, &second), "but all else is");
	(void)do_act(b, "{\"act\":\"issue\"}");
	first = fake.request;
	(void)ask(b, "POST", "/v1/deliveries/" P "/acts", JSON,
	    "{\"act\":\"receive\"}");
	second = fake.request;
	tap_ok(!vt_hash_eq(&first, &second), "and so is the path");
}

static void
test_two_step(struct vt_buf *b)
{
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/signatures", REV,
		       "{\"act\":\"sign\",\"chain\":[\"QUJD\"]}"),
	    201, "prepares");
	tap_ok(HAS("\"signed_attributes\":\"REVS\"") &&
		   HAS("\"algorithm\":\"ECDSA-SHA256\"") && fake.nfiles == 1,
	    "what is to be signed");
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/signatures", REV,
		       "{\"act\":\"sign\",\"chain\":[\"Q\"]}"),
	    422, "broken base64");
	tap_ok(HAS("\"pointer\":\"/chain/0\""), "says where");
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/signatures", REV,
		       "{\"act\":\"sign\",\"picture\":\"iVBORw==\"}"),
	    422, "a picture");
	tap_ok(HAS("\"pointer\":\"/picture\""), "is no field of it either");
	tap_eq_int(ask(b, "POST", "/v1/signatures/" P "/value", JSON,
		       "{\"value\":\"c2ln\"}"),
	    200, "completes");
	tap_eq_str(fake.value, "sig", "with the value");
	fake.answer = VT_E_SIGNATURE_MISMATCH;
	tap_eq_int(ask(b, "POST", "/v1/signatures/" P "/value", JSON,
		       "{\"value\":\"c2ln\"}"),
	    422, "a value that does not fit");
	fake.answer = VT_OK;
}

/* A program that does not say for whom: the office refuses, the face says which
 * field would say it. */
static void
test_chain_missing(struct vt_buf *b)
{
	fake_forget();
	fake.answer = VT_E_FIELD_REQUIRED;
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/signatures", REV,
		       "{\"act\":\"sign\"}"),
	    422, "prepared for nobody");
	tap_ok(HAS("field-required") && HAS("\"pointer\":\"/chain\""),
	    "the field that says for whom");
	fake.answer = VT_E_FORBIDDEN;
	(void)ask(b, "POST", "/v1/papers/" P "/signatures", REV,
	    "{\"act\":\"sign\"}");
	tap_ok(!HAS("\"pointer\""), "another refusal is about no field");
	fake.answer = VT_OK;
}

/* How long to wait is the same in the header and in the problem. */
static void
test_wait(struct vt_buf *b)
{
	fake_forget();
	fake.answer = VT_E_HTTP_TOO_MANY;
	tap_eq_int(ask(b, "POST", "/v1/papers/" P "/acts", REV,
		       "{\"act\":\"submit\"}"),
	    429, "too many");
	tap_ok(HAS("Retry-After: 2\r\n") && HAS("\"retry_after\":2,"),
	    "how long, twice");
	fake.answer = VT_OK;
}

static void
test_delivery_acts(struct vt_buf *b)
{
	const char *at = "/v1/deliveries/" P "/acts";

	tap_eq_int(ask(b, "POST", at, JSON,
		       "{\"act\":\"hand_over\",\"on\":\"2026-03-02\","
		       "\"note\":\"Ông A ký\"}"),
	    200, "handed over");
	tap_eq_str(fake.act, "handed", "is that act");
	tap_eq_str(fake.subject, "2026-03-02", "on that day");
	tap_eq_str(fake.note, "Ông A ký", "with its note");
	tap_eq_int(ask(b, "POST", at, JSON,
		       "{\"act\":\"receive\",\"on\":\"2026-03-02\"}"),
	    422, "receiving has no day");
	tap_ok(HAS("\"pointer\":\"/on\""), "says where");
	tap_eq_int(ask(b, "POST", at, JSON,
		       "{\"act\":\"hand_over\",\"on\":\"2026-02-30\"}"),
	    422, "a day that there is not");
	tap_ok(HAS("\"pointer\":\"/on\""), "says where");
	fake.answer = VT_E_INVALID;
	tap_eq_int(ask(b, "POST", at, JSON,
		       "{\"act\":\"hand_over\",\"on\":\"2099-01-01\"}"),
	    422, "a day to come");
	tap_ok(HAS("\"pointer\":\"/on\""), "says where, too");
	fake.answer = VT_OK;
	tap_eq_int(ask(b, "GET", "/v1/papers/" P "/deliveries", "", ""), 200,
	    "what was sent");
	tap_ok(HAS("\"attempts\":2"), "has the tries of its work item");
}

static void
test_consignment_acts(struct vt_buf *b)
{
	const char *at = "/v1/consignments/" P "/acts";

	tap_eq_int(ask(b, "POST", at, JSON, "{\"act\":\"reread\"}"), 200,
	    "read again");
	tap_eq_str(fake.act, "reread", "is that act");
	tap_eq_int(ask(b, "POST", at, JSON,
		       "{\"act\":\"set_aside\",\"reason\":\"rác\"}"),
	    200, "set aside");
	tap_eq_str(fake.act, "set_aside", "is that act");
	tap_eq_str(fake.note, "rác", "with its reason");
	tap_eq_int(ask(b, "POST", at, JSON, "{\"act\":\"set_aside\"}"), 422,
	    "without one");
	tap_ok(HAS("\"pointer\":\"/reason\""), "says what is missing");
}

/* The ETag of what has no revision: of the bytes, so any change shows. */
static void
test_tagged(struct vt_buf *b)
{
	const char *at = "/v1/agencies/H99.07";
	char tag[100], match[120];
	const char *p;

	snprintf(fake.subject, sizeof(fake.subject), "SM");
	tap_eq_int(ask(b, "GET", at, "", ""), 200, "an agency");
	p = strstr(vt_buf_str(b), "ETag: \"");
	snprintf(tag, sizeof(tag), "%.66s", p == NULL ? "" : p + 6);
	tap_ok(strlen(tag) == 66 && tag[65] == '"', "with a tag");
	snprintf(match, sizeof(match), "If-None-Match: %s\r\n", tag);
	tap_eq_int(ask(b, "GET", at, match, ""), 304, "unchanged");
	tap_ok(HAS(tag) && *raw_body(b) == '\0', "the tag alone");
	snprintf(fake.subject, sizeof(fake.subject), "SMM");
	tap_eq_int(ask(b, "GET", at, match, ""), 200, "changed");
	tap_ok(!HAS(tag) && HAS("\"SMM\""), "has another");
}

/* From an answer whose list was filtered so; ret has room for a path. */
static void
next_page(struct vt_buf *b, const char *path, char ret[200])
{
	const char *at = strstr(vt_buf_str(b), "\"next\":\"");
	size_t n = at == NULL ? 0 : strcspn(at + 8, "\"");

	snprintf(
	    ret, 200, "%scursor=%.*s", path, (int)n, at == NULL ? "" : at + 8);
}

/* Searches, their hits as a file, saved ones. */
static void
test_search(struct vt_buf *b)
{
	tap_eq_int(ask(b, "GET",
		       "/v1/papers?q=xa&order=relevance&overdue=true&"
		       "assigned_to=me&issued_from=2026-01-01&number_min=5",
		       "", ""),
	    200, "a search");
	tap_ok(HAS("\"days_overdue\":3"), "how late it is");
	tap_eq_str(fake_found[VT_FIND_Q], "xa", "its words");
	tap_eq_str(fake_found[VT_FIND_ORDER], "relevance", "its order");
	tap_eq_str(fake_found[VT_FIND_ASSIGNED_TO], "me", "whose");
	tap_eq_str(fake_found[VT_FIND_ISSUED_FROM], "2026-01-01", "a day");
	tap_eq_str(fake_found[VT_FIND_NUMBER_MIN], "5", "a number");
	tap_eq_int(ask(b, "GET", "/v1/papers?state=open&order=-number", "", ""),
	    200, "what is open, the highest number first");
	tap_eq_str(fake_found[VT_FIND_STATE], "open", "its state");
	tap_eq_str(fake_found[VT_FIND_ORDER], "-number", "its order");
	fake_found[VT_FIND_STATE][0] = '\0';
	tap_eq_int(ask(b, "GET", "/v1/papers?state=open", "", ""), 200,
	    "by its state alone");
	tap_eq_str(fake_found[VT_FIND_STATE], "open", "is a search, too");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers?order=up", "", ""), 422, "no such order");
	tap_eq_int(ask(b, "GET", "/v1/papers?issued_from=soon", "", ""), 422,
	    "no day");
	tap_eq_int(
	    ask(b, "GET", "/v1/export?q=xa&format=docx&columns=number,due", "",
		""),
	    200, "a file");
	tap_ok(HAS("wordprocessingml.document\r\n") &&
		   HAS("filename=\"van-ban.docx\"") && HAS("2 number,due"),
	    "a Word document of these columns");
	tap_eq_int(ask(b, "GET", "/v1/export?q=xa", "", ""), 200, "a file");
	tap_ok(HAS("Content-Type: text/csv") && HAS("1 \n"), "a CSV of all");
	tap_eq_int(ask(b, "GET", "/v1/export?format=xls", "", ""), 422,
	    "no such format");
	tap_eq_int(ask(b, "GET", "/v1/queries", "", ""), 200, "saved ones");
	tap_ok(HAS("\"name\":\"Quá hạn\"") &&
		   HAS("\"query\":{\"overdue\":\"true\"}") &&
		   HAS("\"columns\":\"number,due\""),
	    "as they are");
	tap_eq_int(ask(b, "POST", "/v1/queries", JSON,
		       "{\"name\":\"x\",\"query\":{\"q\":\"đường\"}}"),
	    201, "one is saved");
	tap_eq_str(fake_found[VT_FIND_Q], "đường", "its words");
	tap_eq_int(ask(b, "POST", "/v1/queries", JSON,
		       "{\"name\":\"x\",\"query\":{\"colour\":\"red\"}}"),
	    422, "an unknown condition");
	tap_eq_int(ask(b, "DELETE", "/v1/queries/" P, "", ""), 204, "removed");
}

static void
test_cursor(struct vt_buf *b)
{
	char path[200], other[200];

	tap_ok(HAS("\"next\":\""), "its cursor");
	next_page(b, "/v1/papers?direction=out&state=approved&", path);
	next_page(b, "/v1/papers?direction=in&state=approved&", other);
	tap_eq_int(ask(b, "GET", path, "", ""), 200, "the next page");
	tap_ok(HAS("\"next\":null"), "is the last");
	tap_eq_int(ask(b, "GET", other, "", ""), 422, "of another list");
	tap_ok(HAS("cursor-foreign") && HAS("\"parameter\":\"cursor\""),
	    "is not taken");
	path[strlen(path) - 20] ^= 1;
	tap_eq_int(ask(b, "GET", path, "", ""), 422, "a bit turned");
	tap_eq_int(ask(b, "GET", "/v1/papers?cursor=%21", "", ""), 422,
	    "a made-up cursor");
}

/* The log of a delivery, whole, by pages. */
static void
test_delivery_log(struct vt_buf *b)
{
	static const char at[] = "/v1/deliveries/" P;
	char path[200];

	fake.statuses = 200;
	tap_eq_int(ask(b, "GET", at, "", ""), 200, "a delivery");
	tap_ok(HAS("\"no\":1,") && HAS("\"no\":200,"), "and its log");
	next_page(b, "/v1/deliveries/" P "?", path);
	tap_eq_int(ask(b, "GET", path, "", ""), 200, "a full page has a next");
	tap_ok(HAS("\"log\":[]") && HAS("\"next\":null"), "which is empty");
	fake.statuses = 450;
	tap_eq_int(ask(b, "GET", at, "", ""), 200, "a long log");
	tap_ok(!HAS("\"no\":201,"), "its first page");
	next_page(b, "/v1/deliveries/" P "?", path);
	tap_eq_int(ask(b, "GET", path, "", ""), 200, "the second");
	tap_ok(HAS("\"no\":201,") && HAS("\"no\":400,") && !HAS("\"no\":401,"),
	    "goes on where the first ended");
	next_page(b, "/v1/deliveries/" P "?", path);
	tap_eq_int(ask(b, "GET", path, "", ""), 200, "the third");
	tap_ok(HAS("\"no\":450,") && HAS("\"next\":null"), "is the last");
	fake.statuses = 0;
}

static void
test_types(struct vt_buf *b)
{
	tap_eq_int(ask(b, "GET", "/v1/me", "Accept: text/html\r\n", ""), 406,
	    "another representation");
	tap_ok(HAS("not-acceptable"), "there is none");
	tap_eq_int(ask(b, "GET", "/v1/me",
		       "Accept: text/html, application/*;q=0.5\r\n", ""),
	    200, "of this kind");
	tap_eq_int(ask(b, "GET", "/v1/me",
		       "Accept: */*, application/json;q=0\r\n", ""),
	    406, "any but this");
	tap_eq_int(ask(b, "OPTIONS", "/v1/papers", "", ""), 204, "options");
	tap_ok(HAS("Allow: GET, HEAD, POST, OPTIONS\r\n"), "told");
	tap_eq_int(
	    ask(b, "DELETE", "/v1/papers", "", ""), 405, "another method");
	tap_ok(HAS("Allow: GET, HEAD, POST, OPTIONS\r\n"), "told, too");
	tap_eq_int(ask(b, "HEAD", "/v1/papers/" P, "", ""), 200, "head");
	tap_ok(HAS("ETag: \"3\"\r\n") && *raw_body(b) == '\0', "without body");
}

static void
test_reading(struct vt_buf *b)
{
	test_types(b);
	tap_eq_int(ask(b, "GET", "/v1/papers/" P, "", ""), 200, "a paper");
	tap_ok(HAS("ETag: \"3\"\r\n") && HAS("\"state\":\"approved\"") &&
		   HAS("Trích \\\"yếu\\\"") && HAS("\"signed_at\":null") &&
		   HAS("\"content\":\"/v1/papers/" P "/parts/1/content\""),
	    "its fields");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers/" P, "If-None-Match: \"3\"\r\n", ""), 304,
	    "unchanged");
	tap_eq_int(ask(b, "GET",
		       "/v1/papers/"
		       "00000000000000000000000000000000",
		       "", ""),
	    404, "an unknown one");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers?direction=out&state=approved", "", ""),
	    200, "a list");
	test_cursor(b);
	test_search(b);
	tap_eq_int(ask(b, "GET", "/v1/papers?state=lost", "", ""), 422,
	    "no such state");
	tap_ok(
	    HAS("parameter-value") && HAS("\"parameter\":\"state\""), "named");
	tap_eq_int(ask(b, "GET", "/v1/papers?limt=5", "", ""), 422,
	    "a parameter that is none");
	tap_ok(
	    HAS("parameter-unknown") && HAS("\"parameter\":\"limt\""), "named");
	tap_eq_int(ask(b, "GET", "/v1/papers?limit=5&limit=6", "", ""), 422,
	    "a parameter twice");
	tap_eq_int(ask(b, "GET", "/v1/papers?limit=0", "", ""), 422,
	    "a page of nothing");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers/" P "/history", "", ""), 200, "history");
	tap_eq_int(ask(b, "GET", "/v1/papers/" P "/parts/1/versions", "", ""),
	    200, "versions");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers/" P "/deliveries", "", ""), 200, "sent");
	tap_eq_int(ask(b, "GET", "/v1/deliveries", "", ""), 200, "inbox");
	tap_ok(
	    HAS("H99.31") && !HAS("\"paper\""), "without the sender's paper");
	tap_eq_int(ask(b, "POST", "/v1/deliveries/" P "/acts", JSON,
		       "{\"act\":\"receive\"}"),
	    200, "received");
	test_delivery_log(b);
	test_work(b);
	tap_eq_int(ask(b, "GET", "/v1/receipts/41", "", ""), 200, "receipt");
	tap_eq_str(raw_body(b), "receipt", "its bytes");
	tap_eq_int(ask(b, "GET", "/v1/receipts/42", "", ""), 404, "none");
	tap_eq_int(ask(b, "GET", "/v1/receipts/-1", "", ""), 404, "no number");
	tap_eq_int(ask(b, "GET", "/v1/events?after=6", "", ""), 200, "events");
	tap_ok(HAS("\"seq\":7") && HAS("\"after\":7"), "after the last");
	tap_eq_int(
	    ask(b, "GET", "/v1/events?after=x", "", ""), 422, "after what?");
	fake.may_not_read = true;
	tap_eq_int(ask(b, "GET", "/v1/events", "", ""), 403,
	    "events are for those who may read");
	fake.may_not_read = false;
}

static void
test_content(struct vt_buf *b)
{
	const char *at = "/v1/papers/" P "/parts/1/content";

	tap_eq_int(ask(b, "GET", at, "", ""), 200, "content");
	tap_eq_str(raw_body(b), "0123456789", "through short reads");
	tap_ok(HAS("Content-Type: application/octet-stream") &&
		   HAS("Content-Disposition: attachment") && !HAS("X-A:") &&
		   HAS("Repr-Digest: sha-256=:"),
	    "a type that is none is not repeated");
	tap_eq_int(
	    ask(b, "GET", at, "Range: bytes=2-4\r\n", ""), 206, "a range");
	tap_eq_str(raw_body(b), "234", "of it");
	tap_eq_int(ask(b, "GET", "/v1/papers/" P "/parts/2/content", "", ""),
	    404, "no such part");
	tap_eq_int(
	    ask(b, "GET", "/v1/papers/" P "/parts/65536/content", "", ""), 404,
	    "a number beyond all");
}

static void
test_upload(struct vt_buf *b)
{
	fake_forget();
	tap_eq_int(
	    ask(b, "POST", "/v1/uploads?name=c%C3%B4ng.pdf", "", "12345"), 201,
	    "upload");
	tap_ok(HAS("\"size\":5") && HAS("\"name\":\"công.pdf\"") &&
		   HAS("\"upload\":\"0303"),
	    "its answer");
	tap_eq_int(
	    ask(b, "POST", "/v1/uploads?name=c%C3%B4ng.pdf", "", "12345"), 422,
	    "the same again, as the fake's digest is not that of the bytes");
	tap_ok(HAS("idempotency-key-reused"), "says so");
	fake_forget();
	tap_eq_int(ask(b, "POST", "/v1/uploads", "", ""), 422, "an empty one");
	tap_eq_int(ask(b, "POST", "/v1/uploads",
		       "Repr-Digest: sha-256=:AAAA:\r\n", "1"),
	    400, "a broken digest");
	tap_eq_int(ask(b, "POST", "/v1/uploads",
		       "Repr-Digest: sha-256=:"
		       "ERERERERERERERERERERERERERERERERERERERERERE=:\r\n",
		       "1"),
	    201, "the right digest");
	fake_forget();
	tap_eq_int(ask(b, "POST", "/v1/uploads",
		       "Repr-Digest: sha-256=:"
		       "EhERERERERERERERERERERERERERERERERERERERERE=:\r\n",
		       "1"),
	    422, "a wrong one");
	tap_eq_int(fake.uploads_open, 0, "none is left open");
}

#define RESULT                                                                 \
	"{\"notation\":\"TB\",\"holder_fact\":\"%s\","                         \
	"\"type_name\":\"THÔNG BÁO\",\"subject\":\"Kết quả\","           \
	"\"citizen\":\"Đỗ Thị Thử\",\"case_code\":\"H99\","             \
	"\"title\":\"GIÁM ĐỐC\",\"signer\":\"Mẫu\","                     \
	"\"facts\":[{\"label\":\"a\",\"value\":\"b\"}],\"body\":[\"c\"]}"

static void
test_results(struct vt_buf *b)
{
	char body[600];
	vt_hash first;

	snprintf(body, sizeof(body), RESULT, "1234");
	tap_eq_int(ask(b, "POST", "/v1/results", JSON, body), 201, "result");
	tap_ok(HAS("\"code\":\"7QK2-M0XD-93TB-HW5E-C\"") &&
		   strcmp(fake.fact, "1234") == 0 &&
		   strcmp(fake.subject, "Kết quả") == 0,
	    "its code");
	first = fake.request;
	snprintf(body, sizeof(body), RESULT, "9999");
	(void)ask(b, "POST", "/v1/results", JSON, body);
	tap_ok(!vt_hash_eq(&first, &fake.request),
	    "another fact is another request");
	snprintf(body, sizeof(body), RESULT, "1234");
	(void)ask(b, "POST", "/v1/results", JSON, body);
	tap_ok(vt_hash_eq(&first, &fake.request),
	    "the same under the same key is the same");
	fake.result.status = VT_PUBLIC_VALID;
	tap_eq_int(
	    raw_ask(port,
		VT_SPAN_LIT("GET /v1/results/"
			    "7qk2m0xd93tbhw5ec HTTP/1.1\r\nHost: a\r\n\r\n"),
		b),
	    200, "public look-up, no account");
	tap_ok(HAS("\"status\":\"valid\""), "its status");
	tap_eq_int(ask(b, "GET", "/v1/results/XXXX", "", ""), 404, "no code");
}

static void
test_log(struct vt_buf *b)
{
	tap_eq_int(raw_ask(port,
		       VT_SPAN_LIT("GET /v1/agencies/H99.07/log HTTP/1.1\r\n"
				   "Host: a\r\n\r\n"),
		       b),
	    200, "an agency's ledger, no account");
	tap_ok(HAS("\"origin\":\"store.example/log/1\"") &&
		   HAS("\"log_key\":\"ab00000000000000000000000000000000000000"
		       "000000000000000000000000\""),
	    "its name and its key");
	tap_ok(HAS("\"vkey\":\"store.example/log/1+"), "and both as a vkey");
	tap_eq_int(ask(b, "GET", "/v1/agencies/H99.99/log", "", ""), 404,
	    "no such agency");
}

#define U     "04040404040404040404040404040404"
#define TUS   "Tus-Resumable: 1.0.0\r\n"
#define PIECE TUS "Content-Type: application/offset+octet-stream\r\n"

static int
patch(struct vt_buf *b, const char *extra, const char *bytes)
{
	char head[300];

	snprintf(head, sizeof(head), PIECE "%sContent-Length: %zu\r\n", extra,
	    strlen(bytes));
	return ask(b, "PATCH", "/v1/tus/" U, head, bytes);
}

static void
test_tus(struct vt_buf *b)
{
	tap_eq_int(ask(b, "OPTIONS", "/v1/tus", "", ""), 204, "tus: options");
	tap_ok(HAS("Tus-Version: 1.0.0") && HAS("Tus-Max-Size: 2147483648") &&
		   HAS("Tus-Checksum-Algorithm: sha256"),
	    "told");
	tap_eq_int(ask(b, "POST", "/v1/tus", "Upload-Length: 5\r\n", ""), 412,
	    "tus: no version");
	tap_ok(HAS("tus-version") && HAS("Tus-Version: 1.0.0"), "is told");
	tap_eq_int(ask(b, "POST", "/v1/tus", TUS "Upload-Length: x\r\n", ""),
	    400, "tus: no length");
	tap_eq_int(ask(b, "POST", "/v1/tus",
		       TUS "Upload-Length: 5\r\n"
			   "Upload-Metadata: is_x,filename Y8O0bmcucGRm\r\n",
		       ""),
	    201, "tus: begun");
	tap_ok(HAS("Location: /v1/tus/" U "\r\n") && HAS("Upload-Expires: "),
	    "where");
	tap_eq_int(patch(b, "Upload-Offset: 1\r\n", "12"), 409,
	    "tus: not the offset that is wanted");
	tap_eq_int(patch(b, "Upload-Offset: 0\r\n", "12"), 204, "tus: a piece");
	tap_ok(HAS("Upload-Offset: 2\r\n") && HAS("Tus-Resumable: 1.0.0"),
	    "counted");
	tap_eq_int(ask(b, "HEAD", "/v1/tus/" U, TUS, ""), 200, "tus: head");
	tap_ok(HAS("Upload-Offset: 2\r\n") && HAS("Upload-Length: 5\r\n") &&
		   HAS("Cache-Control: no-store"),
	    "tells how far");
	tap_eq_int(patch(b,
		       "Upload-Offset: 2\r\nUpload-Checksum: sha256 "
		       "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\r\n",
		       "345"),
	    460, "tus: a wrong checksum");
	tap_eq_int(patch(b, "Upload-Offset: 2\r\nUpload-Checksum: md5 AAAA\r\n",
		       "345"),
	    400, "tus: a checksum of another kind");
	tap_eq_int(
	    patch(b, "Upload-Offset: 2\r\n", "3456"), 413, "tus: too long");
	tap_eq_int(patch(b, "Upload-Offset: 2\r\n", "345"), 204,
	    "tus: the last piece");
	tap_ok(HAS("Vanthu-Upload: 0303"), "makes the upload");
	tap_eq_int(ask(b, "GET", "/v1/tus/" U, TUS, ""), 200, "tus: get");
	tap_ok(HAS("\"upload\":\"0303") && HAS("\"name\":\"công.pdf\""),
	    "names it");
	tap_eq_int(ask(b, "DELETE", "/v1/tus/" U, TUS, ""), 204, "tus: drop");
	tap_eq_int(ask(b, "HEAD", "/v1/tus/" U, TUS, ""), 404, "tus: gone");
	tap_eq_int(fake.uploads_open, 0, "tus: nothing is left open");
}

static void
test_validations(struct vt_buf *b)
{
	fake_forget();
	fake.overall = VT_OVERALL_PASSED;
	tap_eq_int(ask(b, "POST", "/v1/validations", "", "%PDF-1.4"), 200,
	    "validation");
	tap_eq_str(raw_body(b), "{\n  \"overall\": \"TOTAL-PASSED\"\n}\n",
	    "as the command line prints it");
	tap_ok(fake.checked_bytes == 8 && fake.checked_first == '%',
	    "of the bytes sent");
	fake.checked_bytes = 0;
	tap_eq_int(ask(b, "POST", "/v1/validations", "", "%PDF-1.4"), 200,
	    "again under the same key");
	tap_eq_str(raw_body(b), "{\n  \"overall\": \"TOTAL-PASSED\"\n}\n",
	    "the same answer");
	tap_ok(HAS("Idempotent-Replayed: true") && fake.checked_bytes == 0,
	    "not judged again");
	tap_eq_int(ask(b, "POST", "/v1/validations", "", "%PDF-1.5"), 422,
	    "another file under the same key");
	tap_ok(HAS("idempotency-key-reused"), "is refused");
	fake_forget();
	tap_eq_int(ask(b, "POST", "/v1/validations", "", ""), 422, "empty");
	fake.may_not_read = true;
	fake.checked_bytes = 0;
	tap_eq_int(ask(b, "POST", "/v1/validations", "", "%PDF-1.4"), 403,
	    "validation is for those who may read");
	tap_eq_int(fake.checked_bytes, 0, "and nothing is judged before");
	fake.may_not_read = false;
	tap_eq_int(ask(b, "GET", "/v1/papers/" P "/parts/1/validation", "", ""),
	    200, "of a stored part");
}

static void
test_rate(struct vt_buf *b)
{
	int status = 0;

	for (int i = 0; i < 40 && status != 429; i++)
		status = ask(b, "GET", "/v1/results/XXXX", "", "");
	tap_eq_int(status, 429, "codes cannot be tried without end");
	tap_ok(HAS("Retry-After: ") && HAS("\"retry_after\":"), "come later");
	tap_eq_int(ask(b, "GET", "/v1/me", "", ""), 200,
	    "known callers are not held up by it");
}

int
main(void)
{
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http_face face;
	struct vt_http *h = NULL;
	struct vt_v1 *v1 = NULL;
	VT_BUF_AUTO(b);

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	tap_need(
	    vt_v1_new(fake_office(), vt_context_system(), &v1, &err) == VT_OK,
	    "face %s", err.msg);
	face = vt_v1_face(v1);
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	port = vt_http_port(h);
	test_who(&b);
	test_register(&b);
	test_preconditions(&b);
	test_acts(&b);
	test_secrets(&b);
	test_two_step(&b);
	test_chain_missing(&b);
	test_wait(&b);
	test_delivery_acts(&b);
	test_consignment_acts(&b);
	test_tagged(&b);
	test_reading(&b);
	test_content(&b);
	test_upload(&b);
	test_results(&b);
	test_log(&b);
	test_tus(&b);
	test_validations(&b);
	test_rate(&b);
	vt_http_stop(h);
	vt_v1_free(v1);
	return tap_done();
}
