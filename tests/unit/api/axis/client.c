/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axis's calls as a client, against the kit that plays the axis: what is
 * sent and read, and which failures are final. */
#include "api/exchange/axis/client.h"
#include "api/exchange/axis/peer.h"
#include "api/fetch/fetch.h"
#include "base/limits.h"
#include "tests/tap.h"

static const char script_text[] = "role axis\n"
				  "case calls\n"
				  "packet d1 edoc H98.01 H99.07 sample 20000\n"
				  "packet s1 status H98.01 H99.07 sample\n"
				  "expect sent = 3\n"
				  "expect distinct = 1\n"
				  "expect acknowledged d1 done\n"
				  "case codes\n"
				  "packet d1 edoc H98.01 H99.07 sample\n"
				  "on getAgenciesList 1 code 10\n"
				  "on getAgenciesList 2 code 15\n"
				  "on getAgenciesList 3 code 18\n"
				  "on getAgenciesList 4 code 19\n"
				  "on getAgenciesList 5 code 21\n"
				  "on getAgenciesList 6 code 22\n"
				  "on getAgenciesList 7 code 23\n"
				  "on getAgenciesList 8 code 20\n"
				  "on getAgenciesList 9 code 77\n"
				  "on getAgenciesList 10 status 503\n"
				  "on getAgenciesList 11 status 429\n"
				  "on getAgenciesList 12 status 403\n"
				  "on getAgenciesList 13 html\n"
				  "on getAgenciesList 14 drop\n"
				  "on getAgenciesList 15 delay 3s\n"
				  "case damage\n"
				  "packet d1 edoc H98.01 H99.07 sample 20000\n"
				  "on getEdoc 1 garble\n"
				  "on getEdoc 2 short\n"
				  "on getEdoc 3 cut 50%\n"
				  "on getEdoc 4 code 21\n"
				  "on downloadEdoc 1 code 10\n";

struct got {
	struct vt_buf bytes;
	size_t rows;
	char first[64];
	int rc; /* to answer with */
};

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct got *g = arg;

	vt_buf_span(&g->bytes, s);
	if (g->rc != VT_OK)
		return vt_err_set(
		    reterr, (enum vt_code)g->rc, "the disk is full");
	return VT_OK;
}

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct got *g = arg;

	(void)reterr;
	if (g->rows++ == 0)
		snprintf(g->first, sizeof(g->first), "%s",
		    vt_axis_row_get(row, "docId"));
	return VT_OK;
}

static struct vt_axis_client client;
static struct vt_peer *peer;
static const char *doc; /* DocId of the first packet of a case */

static void
test_calls(void)
{
	static const char body[] = "<edXML/>";
	const char *const to[] = { "H98.01", "H98.02" };
	struct got g = { .bytes = VT_BUF_INIT };
	struct vt_axis_sending s = { VT_PACKET_EDOC, "H99.07", to, 2, NULL,
		NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	char id[201] = "", again[201] = "", reason[VT_PEER_REASON];
	uint64_t n = 0;
	vt_hash h = vt_sha256(VT_SPAN_LIT(body)), whole;

	vt_peer_begin(peer, 0);
	doc = "7-1-d1";
	vt_source_memory(&src, VT_SPAN_LIT(body));
	s.body = &src;
	s.hash = &h;
	tap_call(vt_axis_send(&client, &s, id, &err), &err, "sendEdoc, raw");
	tap_ok(id[0] != '\0', "gives a DocId");
	client.multipart = true;
	client.padded_hash = true;
	tap_call(vt_axis_send(&client, &s, again, &err), &err,
	    "sendEdoc as a form, hash-file padded");
	tap_eq_str(again, id, "is the same packet");
	client.multipart = false;
	client.padded_hash = false;
	s.n_to = 0;
	tap_call(vt_axis_send(&client, &s, again, &err), &err,
	    "sendEdoc without `to`");

	tap_call(vt_axis_count(&client, VT_PACKET_EDOC, &n, &err), &err,
	    "countReceiveEdoc");
	tap_eq_int(n, 1, "one waits");
	tap_call(vt_axis_received(&client, VT_PACKET_EDOC, on_row, &g, &err),
	    &err, "getReceivedEdocList");
	tap_eq_int(g.rows, 1, "one row");
	tap_eq_str(g.first, "7-1-d1", "of that packet");
	tap_call(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err), &err,
	    "getEdoc");
	tap_ok(g.bytes.n > 20000, "gives it whole");
	whole = vt_sha256(vt_buf_view(&g.bytes));
	vt_buf_reset(&g.bytes);
	tap_call(vt_axis_download(&client, doc, "", on_bytes, &g, &err), &err,
	    "downloadEdoc");
	h = vt_sha256(vt_buf_view(&g.bytes));
	tap_ok(vt_hash_eq(&h, &whole), "gives the same bytes");
	tap_call(vt_axis_acknowledge(&client, doc, "done", &err), &err,
	    "updateStatus");
	tap_call(vt_axis_count(&client, VT_PACKET_EDOC, &n, &err), &err,
	    "countReceiveEdoc again");
	tap_eq_int(n, 0, "none waits");
	tap_call(vt_axis_count(&client, VT_PACKET_STATUS, &n, &err), &err,
	    "countReceiveStatus");
	tap_eq_int(n, 1, "the status does");
	tap_call(
	    vt_axis_remove(&client, "H99.07.1", &err), &err, "deleteAgency");
	tap_ok(vt_peer_holds(peer, reason), "the kit is content: %s", reason);
	vt_buf_free(&g.bytes);
}

static void
test_codes(void)
{
	static const struct {
		int code;
		const char *what;
	} want[] = {
		{ VT_E_PEER_REFUSED, "code 10 is final" },
		{ VT_E_PEER_REFUSED, "code 15" },
		{ VT_E_PEER_REFUSED, "code 18" },
		{ VT_E_PEER_REFUSED, "code 19" },
		{ VT_E_PEER_REFUSED, "code 21" },
		{ VT_E_PEER_REFUSED, "code 22" },
		{ VT_E_PEER_REFUSED, "code 23" },
		{ VT_E_PEER_UNAVAILABLE, "code 20 may be tried again" },
		{ VT_E_PEER_UNAVAILABLE, "so may a code nobody knows" },
		{ VT_E_PEER_UNAVAILABLE, "HTTP 503" },
		{ VT_E_PEER_UNAVAILABLE, "HTTP 429" },
		{ VT_E_PEER_REFUSED, "HTTP 403 is final" },
		{ VT_E_PEER_UNAVAILABLE, "a page of HTML" },
		{ VT_E_ENVIRONMENT, "no answer at all" },
		{ VT_E_TIMEOUT, "an answer that comes too late" },
	};
	struct vt_err err;

	vt_peer_begin(peer, 1);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		err = (struct vt_err)VT_ERR_INIT;
		if (want[i].code == VT_E_TIMEOUT)
			client.timeout_ms = 500;
		tap_code(vt_axis_agencies(
			     &client, VT_AXIS_AGENCIES, NULL, NULL, NULL, &err),
		    want[i].code, &err, "%s", want[i].what);
		tap_ok(vt_err_info(want[i].code)->retryable ==
			   (want[i].code != VT_E_PEER_REFUSED),
		    "and the table says so");
	}
	client.timeout_ms = 0;
}

static void
test_damage(void)
{
	struct got g = { .bytes = VT_BUF_INIT };
	struct vt_err err = VT_ERR_INIT;

	vt_peer_begin(peer, 2);
	doc = "7-3-d1";
	tap_code(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err),
	    VT_E_SYNTAX, &err, "a packet that is no base64 is damaged");
	tap_code(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err),
	    VT_E_SYNTAX, &err, "one whose base64 breaks off, too");
	tap_code(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err),
	    VT_E_ENVIRONMENT, &err, "one that is cut off is not");
	tap_code(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err),
	    VT_E_PEER_REFUSED, &err, "one that is refused");
	tap_code(vt_axis_download(&client, doc, "", on_bytes, &g, &err),
	    VT_E_PEER_REFUSED, &err, "downloadEdoc that answers JSON");
	g.rc = VT_E_STORE_FULL;
	tap_code(vt_axis_fetch(&client, doc, "", on_bytes, &g, &err),
	    VT_E_STORE_FULL, &err, "an error of this side stays what it is");
	vt_buf_free(&g.bytes);
}

/* A secret that the axis does not know. */
static void
test_unsigned(void)
{
	struct vt_axis_client c = client;
	struct vt_err err = VT_ERR_INIT;
	char reason[VT_PEER_REASON];
	uint64_t n;

	vt_peer_begin(peer, 0);
	c.secret = VT_SPAN_LIT("another");
	tap_code(vt_axis_count(&c, VT_PACKET_EDOC, &n, &err), VT_E_PEER_REFUSED,
	    &err, "a wrong secret is refused");
	tap_ok(
	    !vt_peer_holds(peer, reason), "and the kit says why: %s", reason);
	c = client;
	c.allow_private = false;
	tap_code(vt_axis_count(&c, VT_PACKET_EDOC, &n, &err), VT_E_INVALID,
	    &err, "an axis on loopback is not called unless allowed");
	c = client;
	c.system_id = "a\nb";
	tap_code(vt_axis_count(&c, VT_PACKET_EDOC, &n, &err), VT_E_INVALID,
	    &err, "a system id that no header can carry");
}

static void
test_script(void)
{
	static const char *const bad[] = { "", "case x\n", "role axis\n",
		"role other\n", "role axis\npacket a edoc b c sample\n",
		"role axis\ncase x\nfoo\n",
		"role axis\ncase x\non getEdoc 0 cut\n",
		"role axis\ncase x\non getEdoc 1 fly\n",
		"role axis\ncase x\nexpect code 0\n",
		"role axis\ncase x\nexpect sent > 1\n",
		"role agency\ncase x\ndo sendEdoc fly\n",
		"role axis\ncase \"x\n",
		"role axis\ncase x\npacket a edoc b c ../etc/passwd\n" };
	struct vt_peer_script *s = NULL;
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_code(
		    vt_peer_script_read(vt_span_str(bad[i]), NULL, 1, &s, &err),
		    VT_E_SYNTAX, &err, "script %zu is refused", i);
}

int
main(void)
{
	struct vt_peer_options o = { .ctx = vt_context_system(),
		.system_id = "demo.system.01",
		.secret = VT_SPAN_LIT("demo-secret-not-real") };
	struct vt_peer_script *script = NULL;
	struct vt_err err = VT_ERR_INIT;
	char url[64];

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_fetch_init(&err) == VT_OK, "libcurl");
	test_script();
	tap_call(vt_peer_script_read(
		     vt_span_str(script_text), NULL, 7, &script, &err),
	    &err, "script");
	tap_call(vt_peer_start(script, &o, &peer, &err), &err, "peer");
	tap_need(peer != NULL, "the kit serves");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", vt_peer_port(peer));
	client = (struct vt_axis_client){ .url = url,
		.system_id = o.system_id,
		.secret = o.secret,
		.ctx = o.ctx,
		.allow_private = true };
	test_calls();
	test_codes();
	test_damage();
	test_unsigned();
	vt_peer_free(peer);
	vt_peer_script_free(script);
	return tap_done();
}
