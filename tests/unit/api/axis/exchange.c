/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axis with a store behind it. The published cases of the kit against our
 * client (pull loop, sending) and against our server; and our client against
 * our server over loopback. The clock is the test's.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/exchange/axis/axis.h"
#include "api/exchange/axis/client.h"
#include "api/exchange/axis/peer.h"
#include "api/exchange/axis/peer_priv.h"
#include "api/exchange/axis/pull.h"
#include "api/exchange/axis/server.h"
#include "api/exchange/axis/sign.h"
#include "api/exchange/edxml/edxml.h"
#include "api/fetch/fetch.h"
#include "api/office/admission.h"
#include "api/office/consign.h"
#include "api/office/deliver.h"
#include "api/office/hosted.h"
#include "api/office/packet.h"
#include "api/office/routes.h"
#include "api/office/work.h"
#include "base/log.h"
#include "docstore/consign.h"
#include "render/render.h"
#include "signing/signing.h"
#include "tests/tap.h"
#include "tests/unit/api/http_fixture.h"

#define SECRET       "demo-secret-not-real"
#define HOSTILE_ROWS 8 /* of the kit, that name no packet */

/* ---- a clock that can be set forward ---- */

static atomic_llong ahead;

static vt_time
shifted_now(void *arg)
{
	(void)arg;
	return vt_now(vt_context_system()) + (vt_time)atomic_load(&ahead);
}

static int64_t
real_monotonic(void *arg)
{
	(void)arg;
	return vt_monotonic_us(vt_context_system());
}

static void
real_random(void *arg, void *p, size_t n)
{
	(void)arg;
	vt_random(vt_context_system(), p, n);
}

static const struct vt_context ctx = { shifted_now, real_monotonic, real_random,
	NULL };

static void
forward(int seconds)
{
	atomic_fetch_add(&ahead, (long long)seconds * 1000000);
}

static void
nap(void)
{
	struct timespec t = { 0, 20000000 };

	nanosleep(&t, NULL);
}

/* ---- the house ---- */

static char dir[] = "/tmp/vt-axis-XXXXXX";
static struct vt_spawner *spawner;
static struct vt_store *store;
static struct vt_office *office;
static struct vt_axis *axis;
static struct vt_axis_server *server;
static struct vt_http *http;
static uint32_t tenant, tenant2;
static struct vt_route gateway; /* "@axis" */
static char server_url[96];

static void
write_secret(void)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/axis.secret", dir);
	f = fopen(path, "we");
	tap_need(f != NULL && fputs(SECRET "\n", f) >= 0 && fclose(f) == 0,
	    "secret");
}

static void
add_agency(const char *code, uint32_t *ret)
{
	struct vt_agency_name n = { .code = code,
		.name = "Cơ quan mẫu",
		.short_name = "CQM",
		.place = "An Mẫu" };
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_office_add_agency(store, &n, NULL, 0, "", ret, &err), &err,
	    "agency %s", code);
}

static const char *system_id = "demo.system.01";
static uint32_t pull_s; /* of the next route */

static void
put_route(const char *key, enum vt_route_kind kind, const char *url)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;

	tap_need(r != NULL, "memory");
	r->kind = kind;
	r->active = true;
	snprintf(r->key, sizeof(r->key), "%s", key);
	snprintf(r->url, sizeof(r->url), "%s", url);
	snprintf(r->system_id, sizeof(r->system_id), "%s", system_id);
	snprintf(r->secret_ref, sizeof(r->secret_ref), "file:axis.secret");
	snprintf(r->of, sizeof(r->of), "H99.07");
	r->quirk_hash = true;
	r->pull_s = pull_s;
	tap_call(vt_route_put(store, r, &err), &err, "route %s", key);
	gateway = *r;
	free(r);
}

static void
open_store(void)
{
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	char path[64];

	tap_need(mkdtemp(dir) != NULL, "directory");
	snprintf(path, sizeof(path), "%s/store", dir);
	so.domain = "vanthu.axis.test";
	tap_call(vt_store_init(path, &so, &ctx, &err), &err, "store");
	tap_call(vt_store_open(path, &so, &ctx, &store, &err), &err, "opened");
	tap_need(store != NULL, "store");
	add_agency("H99.07", &tenant);
	add_agency("H99.08", &tenant2);
	write_secret();
	put_route("H98.01", VT_ROUTE_HOSTED, "");
}

static void
open_office(void)
{
	struct vt_office_options o = { .store = store,
		.spawner = spawner,
		.ctx = &ctx,
		.public_url = "http://127.0.0.1",
		.key_dir = dir };
	struct vt_axis_options ao = { .ctx = &ctx,
		.key_dir = dir,
		.allow_private = true,
		.timeout_ms = 5000 };
	struct vt_axis_server_options so = { .spawner = spawner,
		.ctx = &ctx,
		.key_dir = dir,
		.spool_dir = dir };
	struct vt_http_options ho = VT_HTTP_OPTIONS_INIT;
	struct vt_http_face face;
	struct vt_transport t;
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_office_open(&o, &office, &err), &err, "office");
	tap_call(vt_axis_new(&ao, &axis, &err), &err, "axis");
	tap_need(office != NULL && axis != NULL, "office");
	t = vt_axis_transport(axis);
	tap_call(vt_office_transport_add(office, &t, &err), &err, "transport");
	tap_call(vt_office_run(office, &err), &err, "the queue");
	so.office = office;
	tap_call(vt_axis_server_new(&so, &server, &err), &err, "axis server");
	face = vt_axis_server_face(server);
	ho.context = &ctx;
	ho.faces = &face;
	ho.nfaces = 1;
	tap_call(vt_http_start(&ho, &http, &err), &err, "http");
	tap_need(http != NULL, "http");
	snprintf(server_url, sizeof(server_url), "http://127.0.0.1:%u/axis",
	    vt_http_port(http));
}

/* A gateway that takes connections and says nothing; closed by the end. */
static int
silent_gateway(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t n = sizeof(to);
	struct pollfd called;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char url[64];

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tap_need(fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
		     listen(fd, 8) == 0 &&
		     getsockname(fd, (struct sockaddr *)&to, &n) == 0,
	    "socket");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", ntohs(to.sin_port));
	pull_s = 60;
	put_route("@silent", VT_ROUTE_AXIS, url);
	called = (struct pollfd){ .fd = fd, .events = POLLIN };
	tap_eq_int(poll(&called, 1, 10000), 1, "a silent gateway is asked");
	return fd;
}

static void
close_all(void)
{
	int silent = silent_gateway();
	char command[64];
	int64_t began;

	vt_http_stop(http);
	vt_axis_server_free(server);
	began = vt_monotonic_us(vt_context_system());
	vt_office_close(office);
	tap_ok(vt_monotonic_us(vt_context_system()) - began < 2500000,
	    "nobody waits for it when the office closes");
	close(silent);
	vt_axis_free(axis);
	vt_store_close(store);
	vt_spawner_free(spawner);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	tap_ok(system(command) == 0, "cleaned up");
}

static struct vt_peer_script *
read_script(const char *name, unsigned run)
{
	struct vt_peer_script *s = NULL;
	struct vt_err err = VT_ERR_INIT;
	const char *root = getenv("VANTHU_SOURCE");
	char path[512], piece[4096];
	VT_BUF_AUTO(b);
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/docs/exchange-cases/%s",
	    root == NULL ? "." : root, name);
	f = fopen(path, "re");
	tap_need(f != NULL, "%s", name);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		vt_buf_put(&b, piece, n);
	fclose(f);
	tap_call(vt_peer_script_read(vt_buf_view(&b), NULL, run, &s, &err),
	    &err, "%s is read", name);
	tap_need(s != NULL, "script");
	return s;
}

/* ---- what the tenant has ---- */

static size_t
consignments(uint32_t agency, enum vt_consign_state state)
{
	struct vt_consign_filter f = { .state = state };
	struct vt_consignment c[64];
	struct vt_view *v = NULL;
	struct vt_err err;
	uint64_t next = 0;
	size_t n = 0, sum = 0;

	do {
		f.before = next;
		if (vt_view_begin(store, &v, &err) != VT_OK ||
		    vt_consign_list(v, agency, &f, c, 64, &n, &next, &err) !=
			VT_OK)
			n = 0, next = 0;
		vt_view_end(v);
		sum += n;
	} while (next != 0);
	return sum;
}

/* The office's own thread reads what came. */
static bool
all_read(uint32_t agency)
{
	for (int i = 0; i < 500; i++) {
		if (consignments(agency, VT_CONSIGN_STORED) == 0)
			return true;
		nap();
	}
	return false;
}

/* ---- our client against the kit ---- */

static struct vt_peer *peer;

/* Pulls as the queue would: again and again, time passing. */
static bool
pull_until(size_t i, unsigned rounds, char reason[VT_PEER_REASON])
{
	struct vt_transport t = vt_axis_transport(axis);
	struct vt_err err = VT_ERR_INIT;
	size_t taken;
	bool ok = false;

	vt_peer_begin(peer, i);
	for (unsigned r = 0; r < rounds && !ok; r++) {
		err = (struct vt_err)VT_ERR_INIT;
		if (t.pull(t.arg, office, &gateway, &taken, &err) != VT_OK)
			printf("# pull: %s\n", err.msg);
		ok = vt_peer_holds(peer, reason);
		forward(r < 3 ? 400 : 8000); /* beyond the back-off */
	}
	return ok;
}

/* Sends one packet as the queue would, at most five times. */
static bool
send_until(
    const struct vt_peer_script *s, size_t i, char reason[VT_PEER_REASON])
{
	const struct vt_peer_packet *p = &s->cases[i].packets[0];
	struct vt_transport t = vt_axis_transport(axis);
	struct vt_packet_answer a = VT_PACKET_ANSWER_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_packet k = { .kind = p->kind, .from = p->from, .to = p->to };
	struct vt_source src;
	int rc = VT_E_BUSY;

	vt_peer_begin(peer, i);
	vt_source_memory(&src, vt_buf_view(&p->bytes));
	k.body = &src;
	k.hash = vt_sha256(vt_buf_view(&p->bytes));
	for (unsigned r = 0; r < 5 && vt_err_info(rc)->retryable; r++)
		rc = t.send(t.arg, &gateway, &k, &a, &err);
	vt_buf_free(&a.receipt);
	return vt_peer_holds(peer, reason);
}

static void
test_client(void)
{
	struct vt_peer_options o = { .ctx = &ctx,
		.system_id = "demo.system.01",
		.secret = VT_SPAN_LIT(SECRET) };
	struct vt_peer_script *s = read_script("axis.peer", 11);
	struct vt_err err = VT_ERR_INIT;
	char reason[VT_PEER_REASON], url[64];
	size_t packets = 0, kept = 0;
	bool ok;

	tap_call(vt_peer_start(s, &o, &peer, &err), &err, "kit as axis");
	tap_need(peer != NULL, "kit");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", vt_peer_port(peer));
	put_route("@axis", VT_ROUTE_AXIS, url);
	for (size_t i = 0; i < vt_peer_script_cases(s); i++) {
		const struct vt_peer_case *c = &s->cases[i];
		bool sends =
		    c->n_packets > 0 && strcmp(c->packets[0].id, "none") == 0;

		ok =
		    sends ? send_until(s, i, reason) : pull_until(i, 8, reason);
		tap_ok(ok, "%s %s", c->name, ok ? "" : reason);
		if (!sends && strncmp(c->name, "A10", 3) != 0)
			packets += c->n_packets;
		if (strncmp(c->name, "A14", 3) == 0)
			kept = HOSTILE_ROWS; /* of both lists, each once */
	}
	tap_eq_int(consignments(tenant, 0), packets + kept,
	    "each packet is there, and there once");
	tap_ok(all_read(tenant), "all were read");
	tap_eq_int(consignments(tenant, VT_CONSIGN_QUARANTINED), 1 + kept,
	    "the damaged one is kept in quarantine, and what names no packet");
	vt_peer_free(peer);
	vt_peer_script_free(s);
}

/* The axis's list of agencies, into the address book and again. */
static void
test_book(void)
{
	static const char text[] = "role axis\ncase book\nagencies 1500\n"
				   "on getSynchronizeUnit 1 status 404\n";
	struct vt_peer_options o = { .ctx = &ctx,
		.system_id = "demo.system.01",
		.secret = VT_SPAN_LIT(SECRET) };
	struct vt_transport t = vt_axis_transport(axis);
	struct vt_peer_script *s = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_address a;
	struct vt_view *v = NULL;
	char url[64];

	tap_call(vt_peer_script_read(VT_SPAN_LIT(text), NULL, 13, &s, &err),
	    &err, "script");
	tap_call(vt_peer_start(s, &o, &peer, &err), &err, "kit as axis");
	tap_need(peer != NULL, "kit");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", vt_peer_port(peer));
	put_route("@axis", VT_ROUTE_AXIS, url);
	vt_peer_begin(peer, 0);
	for (int i = 0; i < 2; i++)
		tap_call(t.sync(t.arg, office, &gateway, &err), &err,
		    "the list is taken over, time %d", i + 1);
	if (vt_view_begin(store, &v, &err) == VT_OK) {
		tap_call(
		    vt_office_address_get(office, v, "H90.001.499", &a, &err),
		    &err, "its last row is in the book");
		tap_eq_str(a.old_code, "499.01.00.H90", "with its old code");
		tap_eq_str(a.gateway, "@axis", "and the way to it");
		tap_call(
		    vt_office_address_get(office, v, "499.01.00.H90", &a, &err),
		    &err, "which is a row of its own");
		tap_eq_str(a.successor, "H90.001.499", "and leads to it");
	}
	vt_view_end(v);
	vt_peer_free(peer);
	vt_peer_script_free(s);
}

/* ---- our server against the kit ---- */

static void
test_server(void)
{
	struct vt_peer_options o = { .ctx = &ctx,
		.system_id = "demo.system.01",
		.secret = VT_SPAN_LIT(SECRET),
		.url = server_url };
	struct vt_peer_script *s = read_script("agency.peer", 12);
	struct vt_peer_result r;

	for (size_t i = 0; i < vt_peer_script_cases(s); i++) {
		vt_peer_call(s, i, &o, &r);
		tap_ok(r.passed, "%s %s", r.name, r.reason);
	}
	tap_ok(all_read(tenant), "all were read");
	vt_peer_script_free(s);
}

/* ---- our client against our server ---- */

struct got {
	struct vt_buf bytes;
	size_t rows, same; /* same: rows of `wanted` */
	char doc_id[201], wanted[201];
};

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct got *g = arg;

	(void)reterr;
	if (g->rows++ == 0)
		snprintf(g->doc_id, sizeof(g->doc_id), "%s",
		    vt_axis_row_get(row, "docId"));
	g->same += strcmp(vt_axis_row_get(row, "docId"), g->wanted) == 0;
	return VT_OK;
}

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct got *g = arg;

	(void)reterr;
	vt_buf_span(&g->bytes, s);
	return VT_OK;
}

/* The status 01 that follows from a packet: listed, fetched, acknowledged. */
static void
test_statuses(const struct vt_axis_client *c)
{
	struct got g = { .bytes = VT_BUF_INIT };
	struct vt_err err = VT_ERR_INIT;
	uint64_t before = 0;
	vt_hash one, two;

	for (int i = 0; i < 250 && before == 0; i++) {
		if (vt_axis_count(c, VT_PACKET_STATUS, &before, &err) != VT_OK)
			break;
		if (before == 0)
			nap();
	}
	tap_ok(before > 0, "statuses wait for the sender");
	tap_call(vt_axis_received(c, VT_PACKET_STATUS, on_row, &g, &err), &err,
	    "they are listed");
	tap_ok(g.rows > 0, "one row each");
	tap_call(vt_axis_fetch(c, g.doc_id, "", on_bytes, &g, &err), &err,
	    "one is fetched in base64");
	tap_ok(memmem(g.bytes.p, g.bytes.n, "StatusCode", 10) != NULL,
	    "it is a status message");
	one = vt_sha256(vt_buf_view(&g.bytes));
	vt_buf_reset(&g.bytes);
	tap_call(vt_axis_download(c, g.doc_id, "", on_bytes, &g, &err), &err,
	    "and as it is");
	two = vt_sha256(vt_buf_view(&g.bytes));
	tap_ok(vt_hash_eq(&one, &two), "the same bytes");
	tap_call(vt_axis_acknowledge(c, g.doc_id, "processing", &err), &err,
	    "processing");
	tap_call(vt_axis_acknowledge(c, g.doc_id, "done", &err), &err, "done");
	tap_call(
	    vt_axis_acknowledge(c, g.doc_id, "done", &err), &err, "done again");
	memcpy(g.wanted, g.doc_id, sizeof(g.wanted));
	tap_call(vt_axis_received(c, VT_PACKET_STATUS, on_row, &g, &err), &err,
	    "listed again");
	tap_eq_int(g.same, 0, "it does not wait any more");
	tap_code(vt_axis_acknowledge(c, g.doc_id, "eaten", &err),
	    VT_E_PEER_REFUSED, &err, "a status that is none");
	vt_buf_free(&g.bytes);
}

static void
test_units(const struct vt_axis_client *c)
{
	struct vt_axis_agency a = { "7", "H98.01", "H98.01.05", "Phòng mẫu",
		"a@b.vn", "", "" };
	struct vt_axis_agency thief = a;
	struct got g = { .bytes = VT_BUF_INIT };
	struct vt_err err = VT_ERR_INIT;
	size_t before;

	tap_call(vt_axis_agencies(c, VT_AXIS_AGENCIES, NULL, on_row, &g, &err),
	    &err, "the list of agencies");
	before = g.rows;
	tap_call(vt_axis_register(c, &a, &err), &err, "a unit is registered");
	g.rows = 0;
	tap_call(vt_axis_agencies(c, VT_AXIS_AGENCIES, NULL, on_row, &g, &err),
	    &err, "the list again");
	tap_eq_int(g.rows, before + 1, "has one more");
	thief.code = "H99.07";
	tap_code(vt_axis_register(c, &thief, &err), VT_E_PEER_REFUSED, &err,
	    "a tenant's code is not to be taken");
	thief.code = "H97.01";
	thief.parent_code = "H97";
	tap_code(vt_axis_register(c, &thief, &err), VT_E_PEER_REFUSED, &err,
	    "nor a unit of somebody else made");
	tap_call(vt_axis_remove(c, "H98.01.05", &err), &err, "it is removed");
	tap_call(vt_axis_remove(c, "H98.01.05", &err), &err, "twice");
	tap_code(vt_axis_remove(c, "H99.08", &err), VT_E_PEER_REFUSED, &err,
	    "somebody else's is not");
	g.rows = 0;
	tap_call(vt_axis_agencies(c, VT_AXIS_AGENCIES, NULL, on_row, &g, &err),
	    &err, "the list once more");
	tap_eq_int(g.rows, before, "is as it was");
	g.rows = 0;
	tap_call(
	    vt_axis_agencies(c, VT_AXIS_AGENCIES_QD20, "1", on_row, &g, &err),
	    &err, "the list by the codes of decision 20");
	tap_eq_int(g.rows, before, "has the same rows");
	g.rows = 0;
	tap_call(vt_axis_agencies(c, VT_AXIS_CHANGES, NULL, on_row, &g, &err),
	    &err, "what changed");
	/* this one, and that of the kit's case G14 */
	tap_eq_int(g.rows, before + 2, "also names the two that are gone");
}

/* Repeats are logged, one consignment; two receivers get one each. */
static void
test_sending(const struct vt_axis_client *c)
{
	struct vt_peer_packet p = {
		.kind = VT_PACKET_EDOC, .from = "H98.01", .to = "H99.07"
	};
	const char *const to[] = { "H99.07", "H99.08" };
	struct vt_axis_sending s = { VT_PACKET_EDOC, "H98.01", to, 2, NULL,
		NULL };
	size_t one = consignments(tenant, 0), two = consignments(tenant2, 0);
	struct got g = { .bytes = VT_BUF_INIT };
	struct vt_err err = VT_ERR_INIT;
	char first[201] = "", again[201] = "";
	struct vt_consignment k;
	struct vt_consign_arrival log[8];
	struct vt_view *v = NULL;
	struct vt_source src;
	size_t n = 0;
	vt_hash h;

	tap_call(vt_peer_sample(&p, 990001, 5000000, &err), &err, "a packet");
	vt_source_memory(&src, vt_buf_view(&p.bytes));
	h = vt_sha256(vt_buf_view(&p.bytes));
	s.body = &src;
	s.hash = &h;
	tap_call(vt_axis_send(c, &s, first, &err), &err, "to two tenants");
	for (int i = 0; i < 2; i++) {
		tap_call(vt_axis_send(c, &s, again, &err), &err, "again");
		tap_eq_str(again, first, "the same DocId");
	}
	tap_eq_int(consignments(tenant, 0), one + 1, "one at the first");
	tap_eq_int(consignments(tenant2, 0), two + 1, "one at the second");
	if (vt_view_begin(store, &v, &err) == VT_OK &&
	    vt_consign_by_external(
		v, tenant, VT_TRANSPORT_HOSTED, first, &k, &err) == VT_OK) {
		tap_ok(vt_hash_eq(&k.packet, &h), "its bytes, without CR LF");
		tap_ok(strstr(k.headers, "sign-header") != NULL,
		    "what was signed is kept");
		tap_call(vt_consign_log(v, &k.id, 0, log, 8, &n, &err), &err,
		    "the log of arrivals");
		tap_eq_int(n, 3, "has three rows");
	} else {
		tap_ok(false, "the consignment is found: %s", err.msg);
	}
	vt_view_end(v);
	tap_call(vt_axis_sent(c, VT_PACKET_EDOC, first, on_row, &g, &err), &err,
	    "getSentEdocList");
	tap_eq_int(g.rows, 2, "a row for each receiver");
	vt_buf_free(&p.bytes);
}

/* A packet for as many as may be, and for one more. */
static void
test_receivers(const struct vt_axis_client *c)
{
	struct vt_peer_packet p = {
		.kind = VT_PACKET_EDOC, .from = "H98.01", .to = "H99.07"
	};
	const char *to[VT_L(HOSTED_TO_MAX) + 1];
	struct vt_axis_sending s = { VT_PACKET_EDOC, "H98.01", to,
		VT_L(HOSTED_TO_MAX), NULL, NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	uint32_t at;
	char id[201] = "";
	vt_hash h;

	add_agency("H9", &at);
	for (size_t i = 0; i < VT_L(HOSTED_TO_MAX) + 1; i++)
		to[i] = "H9"; /* short: the header has room for them */
	for (unsigned more = 0; more < 2; more++) {
		tap_call(vt_peer_sample(&p, 990005 + more, 20000, &err), &err,
		    "a packet");
		vt_source_memory(&src, vt_buf_view(&p.bytes));
		h = vt_sha256(vt_buf_view(&p.bytes));
		s.body = &src;
		s.hash = &h;
		s.n_to = VT_L(HOSTED_TO_MAX) + more;
		tap_eq_int(vt_axis_send(c, &s, id, &err),
		    more ? VT_E_PEER_REFUSED : VT_OK,
		    "for HOSTED_TO_MAX + %u: %s", more, err.msg);
		vt_buf_free(&p.bytes);
	}
	tap_eq_int(consignments(at, 0), 1, "what is refused is not kept");
}

/* A call with as many signed parameters as may be, and with one more. */
static void
test_parameters(void)
{
	struct vt_axis_param p[VT_L(AXIS_PARAMS_MAX) + 1];
	char name[VT_L(AXIS_PARAMS_MAX) + 1][16], at[VT_AXIS_TIME_TEXT + 1];
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(answer);

	vt_axis_time_text(vt_now(&ctx), at);
	p[0] = (struct vt_axis_param){ "systemid", "demo.system.01" };
	p[1] = (struct vt_axis_param){ "timestamp", at };
	for (size_t i = 2; i < VT_L(AXIS_PARAMS_MAX) + 1; i++) {
		snprintf(name[i], sizeof(name[i]), "p%zu", i);
		p[i] = (struct vt_axis_param){ name[i], "v" };
	}
	for (size_t more = 0; more < 2; more++) {
		struct vt_axis_signature sig = VT_AXIS_SIGNATURE_INIT;
		size_t n = VT_L(AXIS_PARAMS_MAX) + more;
		VT_BUF_AUTO(q);

		tap_call(vt_axis_sign(p, n, VT_SPAN_LIT(SECRET), &sig, &err),
		    &err, "signed");
		vt_buf_printf(&q,
		    "GET /axis/countReceiveEdoc HTTP/1.1\r\nHost: a\r\n"
		    "Connection: close\r\nXroadVnpt-sign-header: %s\r\n"
		    "XroadVnpt-hash-header: %s\r\n",
		    vt_buf_str(&sig.json), sig.hash);
		for (size_t i = 0; i < n; i++)
			vt_buf_printf(
			    &q, "XroadVnpt-%s: %s\r\n", p[i].name, p[i].value);
		vt_buf_puts(&q, "\r\n");
		(void)raw_ask(vt_http_port(http), vt_buf_view(&q), &answer);
		tap_ok(strstr(raw_body(&answer),
			   more ? "\"ErrorCode\":\"15\""
				: "\"ErrorCode\":\"0\"") != NULL,
		    "AXIS_PARAMS_MAX + %zu parameters", more);
		vt_axis_signature_free(&sig);
	}
}

/* Who has brought as much as is taken in a day is told to try later; what is
 * known is answered as ever, and nothing else was kept. */
static void
test_too_much(const struct vt_axis_client *c)
{
	struct vt_peer_packet p = {
		.kind = VT_PACKET_EDOC, .from = "H98.01", .to = "H99.07"
	};
	const char *const to[] = { "H99.07" };
	struct vt_axis_sending s = { VT_PACKET_EDOC, "H98.01", to, 1, NULL,
		NULL };
	struct vt_err err = VT_ERR_INIT;
	char first[201] = "", again[201] = "";
	size_t before = consignments(tenant, 0), more = 0;
	unsigned wait_s = 0;
	struct vt_source src;
	vt_hash h;

	tap_call(vt_peer_sample(&p, 990003, 20000, &err), &err, "a packet");
	vt_source_memory(&src, vt_buf_view(&p.bytes));
	h = vt_sha256(vt_buf_view(&p.bytes));
	s.body = &src;
	s.hash = &h;
	tap_call(vt_axis_send(c, &s, first, &err), &err, "is taken");
	while (vt_admission_take(office, "H98.01", 1, &wait_s, &err) == VT_OK)
		more++;
	tap_ok(more > 0, "%zu more come", more);
	tap_call(vt_axis_send(c, &s, again, &err), &err, "the first again");
	tap_eq_str(again, first, "the same DocId");
	vt_buf_free(&p.bytes);
	tap_call(vt_peer_sample(&p, 990004, 20000, &err), &err, "another");
	vt_source_memory(&src, vt_buf_view(&p.bytes));
	h = vt_sha256(vt_buf_view(&p.bytes));
	err = (struct vt_err)VT_ERR_INIT;
	tap_code(vt_axis_send(c, &s, again, &err), VT_E_PEER_UNAVAILABLE, &err,
	    "is to be sent later");
	tap_ok(strstr(err.msg, "503, ErrorCode 20") != NULL, "with code 20: %s",
	    err.msg);
	tap_eq_int(consignments(tenant, 0), before + 1, "and is not kept");
	vt_admission_give_back(office, "H98.01", 1, 0);
	tap_call(vt_axis_send(c, &s, again, &err), &err, "later it is taken");
	vt_buf_free(&p.bytes);
}

static void
test_both(void)
{
	struct vt_axis_client c = { .url = server_url,
		.system_id = "demo.system.01",
		.secret = VT_SPAN_LIT(SECRET),
		.ctx = &ctx,
		.allow_private = true };

	test_sending(&c);
	test_statuses(&c);
	test_units(&c);
	test_receivers(&c);
	test_parameters();
	test_too_much(&c);
}

/* ---- thousands of rows ---- */

#define WAIT   ((size_t)1100) /* packets that wait */
#define BEFORE ((size_t)450)  /* packets sent on the first day */
#define AFTER  ((size_t)600)  /* on the second */

static void
put_waiting(size_t i)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_office_packet *pk = NULL;
	vt_id id = vt_id_new(&ctx);
	vt_time due;

	/* ids without an order; who came first is known by nothing else */
	tap_need(vt_packet_kept(&id, "H99.07", "H98.02",
		     VT_SPAN_LIT("<edXML/>"), &pk, &err) == VT_OK &&
		     vt_hosted_put_status(
			 office, "H98.02", pk, 0, &due, &err) == VT_OK &&
		     /* the work item comes round again */
		     (i % 100 != 0 || vt_hosted_put_status(office, "H98.02", pk,
					  0, &due, &err) == VT_OK),
	    "waiting %zu: %s", i, err.msg);
	vt_office_packet_close(pk);
}

static void
put_sent(size_t from, size_t to)
{
	const struct vt_hosted_to here = { .agency_no = tenant };
	struct vt_hosted h = { .code = "H98.02" };
	struct vt_err err = VT_ERR_INIT;
	char doc[40];

	for (size_t i = from; i < to; i++) {
		/* hashes have no order either */
		snprintf(doc, sizeof(doc), "%08zx%024zx", i * 2654435761U, i);
		for (int again = 0; again < (i % 100 == 0 ? 2 : 1); again++)
			tap_need(
			    vt_office_hosted_sent_put(office, &h,
				VT_PACKET_EDOC, doc, &here, 1, &err) == VT_OK,
			    "sent %zu: %s", i, err.msg);
	}
}

/* All that wait are seen once by a client that fetches what it is shown, the
 * oldest first. */
static void
drain(void)
{
	struct vt_pickup *p = calloc(128, sizeof(*p));
	struct vt_err err = VT_ERR_INIT;
	vt_time last = 0;
	uint64_t next;
	size_t n = 1, sum = 0;
	bool ordered = true;

	tap_need(p != NULL, "memory");
	while (n > 0) {
		tap_need(vt_office_pickups(office, "H98.02", VT_PACKET_STATUS,
			     0, p, 128, &n, &next, &err) == VT_OK,
		    "a page: %s", err.msg);
		for (size_t i = 0; i < n; i++) {
			ordered = ordered && p[i].created_at >= last;
			last = p[i].created_at;
			tap_need(vt_office_pickup_end(office, "H98.02",
				     &p[i].id, true, "", &err) == VT_OK,
			    "end: %s", err.msg);
		}
		sum += n;
	}
	tap_eq_int(sum, WAIT, "each is fetched once");
	tap_ok(ordered, "in the order in which they came");
	free(p);
}

static void
test_lists(void)
{
	static const char text[] =
	    "role agency\ncase \"what waits\"\n"
	    "do getReceivedEdocList kind status\n"
	    "expect rows = 1000\nexpect more = 1\n"
	    "do countReceiveStatus\nexpect count = 1100\n"
	    "case \"what was sent\"\n"
	    "do getSentEdocList kind edoc\n"
	    "expect rows = 1000\nexpect more = 1\n"
	    "do getSentEdocList kind edoc to-date %s\n"
	    "expect rows = 450\nexpect more = 0\n"
	    "do getSentEdocList kind edoc from-date %s\n"
	    "expect rows = 600\nexpect more = 0\n"
	    "do getSentEdocList kind edoc docid "
	    "0000000000000000000000000000000000000000\n"
	    "expect rows = 0\n"
	    "do getSentEdocList kind edoc docid "
	    "00000000000000000000000000000000\n"
	    "expect rows = 1\n"
	    "case \"nothing waits\"\n"
	    "do getReceivedEdocList kind status\n"
	    "expect rows = 0\nexpect more = 0\n"
	    "do countReceiveStatus\nexpect count = 0\n";
	struct vt_peer_options o = { .ctx = &ctx,
		.system_id = "demo.system.02",
		.secret = VT_SPAN_LIT(SECRET),
		.url = server_url };
	struct vt_peer_script *s = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_peer_result r;
	struct vt_date d;
	char days[2][16];
	VT_BUF_AUTO(b);

	system_id = o.system_id;
	put_route("H98.02", VT_ROUTE_HOSTED, "");
	for (size_t i = 0; i < WAIT; i++)
		put_waiting(i);
	put_sent(0, BEFORE);
	for (size_t i = 0; i < 2; i++) {
		if (i > 0)
			forward(86400);
		d = vt_time_date(vt_now(&ctx), VT_TIME_VN_S);
		snprintf(days[i], sizeof(days[i]), "%04d/%02d/%02d", d.year,
		    d.month, d.day);
	}
	put_sent(BEFORE, BEFORE + AFTER);
	vt_buf_printf(&b, text, days[0], days[1]);
	tap_call(vt_peer_script_read(vt_buf_view(&b), NULL, 14, &s, &err), &err,
	    "script");
	tap_need(s != NULL, "script");
	for (size_t i = 0; i < 3; i++) {
		if (i == 2)
			drain();
		vt_peer_call(s, i, &o, &r);
		tap_ok(r.passed, "%s %s", r.name, r.reason);
	}
	vt_peer_script_free(s);
}

/* ---- one packet for many ---- */

#define MANY 20
#define LONG 1200 /* codes of strangers before them: the row is cut */

static uint32_t many[MANY];

/* A gateway with one packet, for tenants and strangers. */
struct many_gateway {
	const char *id;
	struct vt_buf to, packet;
	unsigned acknowledged, fetched, fail_at; /* fail_at: 0 never */
};

static int
many_list(void *arg, enum vt_packet_kind kind, vt_axis_on_row *row,
    void *row_arg, struct vt_err *reterr)
{
	struct many_gateway *g = arg;
	char to[8193]; /* as a list is read: AXIS_FIELD_MAX */
	const struct vt_axis_row r = { 3, { "docId", "to", "from" },
		{ g->id, to, "H98.01" } };

	snprintf(to, sizeof(to), "%s", vt_buf_str(&g->to));
	return kind == VT_PACKET_EDOC && g->acknowledged == 0
		   ? row(row_arg, &r, reterr)
		   : VT_OK;
}

static int
many_fetch(void *arg, const char *doc_id, const char *file_path,
    unsigned attempt, vt_axis_on_bytes *put, void *put_arg,
    struct vt_err *reterr)
{
	struct many_gateway *g = arg;

	(void)doc_id;
	(void)file_path;
	(void)attempt;
	if (++g->fetched == g->fail_at)
		return vt_err_set(reterr, VT_E_PEER_UNAVAILABLE, "lost");
	return put(put_arg, vt_buf_view(&g->packet), reterr);
}

static int
many_acknowledge(
    void *arg, const char *doc_id, const char *status, struct vt_err *reterr)
{
	struct many_gateway *g = arg;

	(void)doc_id;
	(void)reterr;
	tap_eq_str(status, "done", "the gateway is told done");
	g->acknowledged++;
	return VT_OK;
}

static int
to_buf(void *arg, struct vt_span s, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_span(arg, s);
	return VT_OK;
}

/* Its addressees: the strangers first. */
static void
many_write(struct many_gateway *g, const char *number, size_t strangers)
{
	struct vt_edxml_organ *to = calloc(strangers + MANY, sizeof(*to));
	struct vt_edxml_hop hop = { "H98.01", { shifted_now(NULL), NULL } };
	char(*codes)[16] = calloc(strangers + MANY, sizeof(*codes));
	struct vt_edxml_document d = VT_EDXML_DOCUMENT_INIT;
	struct vt_err err = VT_ERR_INIT;

	tap_need(to != NULL && codes != NULL, "memory");
	for (size_t i = 0; i < strangers + MANY; i++) {
		if (i < strangers)
			snprintf(codes[i], sizeof(codes[i]), "G1.%zu", i);
		else
			snprintf(codes[i], sizeof(codes[i]), "H97.%zu",
			    i - strangers);
		to[i].id = codes[i];
		vt_buf_printf(&g->to, "%s,", codes[i]);
	}
	d.from.id = "H98.01";
	d.to = to;
	d.n_to = strangers + MANY;
	d.document_id = number;
	d.code_number = number;
	d.code_notation = "UBND";
	d.promulgated = vt_edxml_day_of(shifted_now(NULL));
	d.type_name = "Công văn";
	d.subject = "Gửi nhiều nơi";
	d.hops = &hop;
	d.n_hops = 1;
	d.business = VT_EDXML_NEW;
	tap_call(vt_edxml_write(&d, to_buf, &g->packet, &err), &err, "packet");
	free(to);
	free(codes);
}

static void
test_many_of(const char *id, size_t strangers, unsigned fail_at)
{
	struct many_gateway m = { .id = id, .fail_at = fail_at };
	const struct vt_pull_gateway g = { &m, VT_TRANSPORT_AXIS, false,
		many_list, many_fetch, NULL, many_acknowledge, NULL, NULL };
	size_t before[MANY], taken, have = 0;
	struct vt_err err = VT_ERR_INIT;

	many_write(&m, id, strangers);
	for (size_t i = 0; i < MANY; i++)
		before[i] = consignments(many[i], 0);
	for (unsigned i = 0; i < 3; i++) {
		tap_call(
		    vt_gateway_pull(&g, office, &ctx, &gateway, &taken, &err),
		    &err, "a round of %s", id);
		if (fail_at != 0 && i == 0)
			tap_eq_int(m.acknowledged, 0,
			    "one tenant could not be served: it is not told");
		forward(400);
	}
	for (size_t i = 0; i < MANY; i++)
		have += consignments(many[i], 0) == before[i] + 1;
	tap_eq_int(have, MANY, "each tenant has it, and has it once");
	tap_eq_int(m.acknowledged, 1, "then the gateway is told, once");
	vt_buf_free(&m.to);
	vt_buf_free(&m.packet);
}

static void
test_many(void)
{
	char code[16];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(code, sizeof(code), "H97.%zu", i);
		add_agency(code, &many[i]);
	}
	test_many_of("many-1", 0, 0);
	test_many_of("many-2", 200, 0);  /* more than the headers keep */
	test_many_of("many-3", LONG, 0); /* more than a row has */
	test_many_of("many-4", 0, MANY); /* the last one, the first time */
}

int
main(void)
{
	struct vt_worker_kind kinds[3] = { vt_proof_worker, vt_pages_worker,
		vt_packet_worker };
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	vt_log_setup(2, VT_LEVEL_ERROR);
	tap_call(vt_spawner_start(kinds, 3, &spawner, &err), &err, "workers");
	tap_need(spawner != NULL && vt_fetch_init(&err) == VT_OK, "libcurl");
	open_store();
	open_office();
	test_client();
	test_server();
	test_both();
	test_book();
	test_lists();
	test_many();
	close_all();
	return tap_done();
}
