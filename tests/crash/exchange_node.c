/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of two nodes that exchange papers directly, for exchange.py to kill:
 *
 *	exchange_node init DIR CONFIG	a new store
 *	exchange_node run DIR CONFIG	until SIGTERM, or until it is killed
 *	exchange_node report DIR CONFIG	what stands in the store, as JSON lines
 *
 * CONFIG: lines "name value", see struct config. The clock runs `speed` times
 *as fast as the world's, so that a minute of back-off takes no minute. Papers
 * are signed by nobody: here it is about what carries them.
 */
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "api/exchange/direct/direct.h"
#include "api/exchange/edxml/edxml.h"
#include "api/fetch/fetch.h"
#include "api/office/deliver.h"
#include "api/office/routes.h"
#include "api/office/statuses.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/text.h"
#include "signing/signing.h"
#include "tests/crash/day.h"
#include "tests/unit/docstore/fixture.h"

#define TENANTS_MAX 64
#define PAGE        32

struct config {
	bool sender;           /* "sender 1" */
	unsigned long papers;  /* the sender's, each to every tenant */
	unsigned long tenants; /* of the receiver */
	unsigned long port;
	unsigned long speed;
	int64_t base; /* of the clock, microseconds */
	char address[64], peer[256], own_key[256], peer_cert[256];
	/* A day instead of papers: so many deliveries, see day.h. */
	unsigned long day;
	/* TLS with each other: our certificate and key, the CA of both. */
	char tls_cert[256], tls_key[256], tls_ca[256];
};

static struct config cfg;
static atomic_bool stopping;

static _Noreturn void
fail(const char *what, const struct vt_err *err)
{
	fprintf(stderr, "exchange_node: %s: %s\n", what,
	    err == NULL ? "" : err->msg);
	exit(70);
}

static bool
config_number(const char *name, const char *value)
{
	const struct {
		const char *name;
		unsigned long *to;
	} rows[] = { { "papers", &cfg.papers }, { "tenants", &cfg.tenants },
		{ "port", &cfg.port }, { "speed", &cfg.speed },
		{ "day", &cfg.day } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(name, rows[i].name) == 0) {
			*rows[i].to = strtoul(value, NULL, 10);
			return true;
		}
	return false;
}

static bool
config_text(const char *name, const char *value)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} rows[] = { { "address", cfg.address, sizeof(cfg.address) },
		{ "peer", cfg.peer, sizeof(cfg.peer) },
		{ "own_key", cfg.own_key, sizeof(cfg.own_key) },
		{ "peer_cert", cfg.peer_cert, sizeof(cfg.peer_cert) },
		{ "tls_cert", cfg.tls_cert, sizeof(cfg.tls_cert) },
		{ "tls_key", cfg.tls_key, sizeof(cfg.tls_key) },
		{ "tls_ca", cfg.tls_ca, sizeof(cfg.tls_ca) } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(name, rows[i].name) == 0) {
			vt_text_fit(rows[i].to, rows[i].size, value);
			return true;
		}
	return false;
}

static void
config_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char name[64], value[256];

	if (f == NULL)
		fail(path, NULL);
	cfg.speed = 1;
	while (fscanf(f, "%63s %255s", name, value) == 2) {
		if (strcmp(name, "sender") == 0)
			cfg.sender = value[0] == '1';
		else if (strcmp(name, "base") == 0)
			cfg.base = strtoll(value, NULL, 10);
		else if (!config_number(name, value) &&
			 !config_text(name, value))
			fail(name, NULL);
	}
	(void)fclose(f);
	if (cfg.tenants == 0 || cfg.tenants > TENANTS_MAX)
		fail("tenants", NULL);
}

/* ---- the clock ---- */

static vt_time
fast_now(void *arg)
{
	vt_time real = vt_now(vt_context_system());

	(void)arg;
	return cfg.base + (real - cfg.base) * (int64_t)cfg.speed;
}

static int64_t
fast_mono(void *arg)
{
	(void)arg;
	return vt_monotonic_us(vt_context_system());
}

static void
fast_random(void *arg, void *p, size_t n)
{
	(void)arg;
	vt_random(vt_context_system(), p, n);
}

static const struct vt_context fast = { fast_now, fast_mono, fast_random,
	NULL };

static void
nap_ms(long ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&ts, NULL);
}

/* ---- the store ---- */

/* A day needs the room that a store has: the fixture's is small. */
static struct vt_store *
open_store(const char *dir, bool make)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	if (cfg.day > 0)
		o.map_size = 0;
	if ((make && vt_store_init(dir, &o, &fast, &err) != VT_OK) ||
	    vt_store_open(dir, &o, &fast, &s, &err) != VT_OK)
		fail(dir, &err);
	return s;
}

static void
tenant_code(unsigned long i, char ret[64])
{
	(void)snprintf(ret, 64, "H99.31.%02lu", i);
}

static void
add_tenant(struct vt_store *s, const char *code)
{
	struct vt_agency_name name = { .code = code,
		.name = code,
		.short_name = "SKHCN",
		.place = "An Mẫu" };
	struct vt_new_person p = { .name = "Lê Thị Dụ",
		.position = "Văn thư",
		.unit = "",
		.roles = VT_ROLE_CLERK | VT_ROLE_OFFICER | VT_ROLE_LEADER,
		.key_ref = "" };
	struct vt_err err = VT_ERR_INIT;
	char token[128];
	uint32_t no;
	vt_id id;

	(void)snprintf(token, sizeof(token), "token-of-the-clerk-of-%s", code);
	p.token = vt_span_str(token);
	if (vt_office_add_agency(s, &name, NULL, 0, "", &no, &err) != VT_OK ||
	    vt_office_add_person(s, no, &p, &id, &err) != VT_OK)
		fail(code, &err);
}

static void
add_route(struct vt_store *s, const char *key, struct vt_span cert)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;

	if (r == NULL)
		fail("memory", NULL);
	vt_text_fit(r->key, sizeof(r->key), key);
	r->active = true;
	if (strcmp(key, "@own") == 0) {
		r->kind = VT_ROUTE_OWN;
		(void)snprintf(r->secret_ref, sizeof(r->secret_ref), "file:%s",
		    cfg.own_key);
	} else {
		r->kind = VT_ROUTE_DIRECT;
		vt_text_fit(r->url, sizeof(r->url), cfg.peer);
		if (cert.n > sizeof(r->cert[0]))
			fail("certificate", NULL);
		memcpy(r->cert[0], cert.p, cert.n);
		r->cert_n[0] = (uint32_t)cert.n;
		r->pins[0] = vt_sha256(cert);
		r->n_pins = 1;
	}
	if (vt_route_put(s, r, &err) != VT_OK)
		fail(key, &err);
	free(r);
}

static void
read_file(const char *path, struct vt_buf *ret)
{
	FILE *f = fopen(path, "re");
	uint8_t piece[4096];
	size_t n;

	if (f == NULL)
		fail(path, NULL);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		vt_buf_put(ret, piece, n);
	(void)fclose(f);
}

/* The peer's certificate, in the arena. */
static struct vt_span
peer_certificate(struct vt_arena *a)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_span *certs;
	VT_BUF_AUTO(pem);
	size_t n;

	if (a == NULL)
		fail("memory", NULL);
	read_file(cfg.peer_cert, &pem);
	if (vt_trust_read(vt_buf_view(&pem), a, &certs, &n, &err) != VT_OK ||
	    n == 0)
		fail("certificate", &err);
	return certs[0];
}

/* The wire that makes trouble reads what it carries, so there is no TLS: this
 * stands in for it, with the certificate that it would have proved. */
static struct {
	struct vt_arena *arena;
	struct vt_span der;
	struct vt_http_route route[4];
} plain;

static int
admit_plain(struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_http_face real = vt_direct_face(req->app);

	req->peer_cert.der = plain.der;
	return real.routes[0].admit(req, reterr);
}

static void
stand_in_for_tls(struct vt_http_face *face)
{
	if (face->nroutes > sizeof(plain.route) / sizeof(plain.route[0]))
		fail("the direct face has more routes", NULL);
	plain.arena = vt_arena_new((size_t)1 << 20);
	plain.der = peer_certificate(plain.arena);
	memcpy(plain.route, face->routes,
	    face->nroutes * sizeof(plain.route[0]));
	plain.route[0].admit = admit_plain; /* packets */
	face->routes = plain.route;
}

static int
init(const char *dir)
{
	struct vt_arena *a = vt_arena_new((size_t)1 << 20);
	struct vt_span cert = peer_certificate(a);
	struct vt_store *s = open_store(dir, true);
	char code[64];

	if (cfg.sender)
		add_tenant(s, "H99.07");
	for (unsigned long i = 0; i < cfg.tenants; i++) {
		tenant_code(i, code);
		if (cfg.sender)
			add_route(s, code, cert);
		else
			add_tenant(s, code);
	}
	add_route(s, "@own", cert);
	if (!cfg.sender)
		add_route(s, "H99.07", cert);
	vt_arena_free(a);
	vt_store_close(s);
	return 0;
}

/* ---- running ---- */

struct node {
	struct vt_store *store;
	struct vt_office *office;
	struct vt_direct *direct;
	struct vt_http *http;
};

static uint32_t
agency_no(struct vt_store *s, const char *code)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency g = { .no = 0 };
	struct vt_view *v = NULL;

	if (vt_view_begin(s, &v, &err) != VT_OK ||
	    vt_agency_by_code(v, code, &g, &err) != VT_OK)
		fail(code, &err);
	vt_view_end(v);
	return g.no;
}

/* Papers that went out so far: what a start after a kill goes on from. */
static unsigned long
dispatched(struct vt_store *s, uint32_t agency)
{
	struct vt_paper_filter f = { .direction = VT_DIR_OUT,
		.state = VT_PAPER_DISPATCHED };
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p[PAGE];
	struct vt_view *v = NULL;
	unsigned long found = 0;
	size_t n;

	if (vt_view_begin(s, &v, &err) != VT_OK)
		fail("view", &err);
	do {
		if (vt_paper_list(
			v, agency, &f, p, PAGE, &n, &f.before, &err) != VT_OK)
			fail("papers", &err);
		found += n;
	} while (f.before != 0);
	vt_view_end(v);
	return found;
}

static void
send_papers(struct node *n)
{
	struct doer d = { .s = n->store,
		.agency = agency_no(n->store, "H99.07") };
	static struct vt_recipient to[TENANTS_MAX];
	static char codes[TENANTS_MAX][64];
	unsigned long i;

	for (i = 0; i < cfg.tenants; i++) {
		tenant_code(i, codes[i]);
		to[i].code = to[i].name = codes[i];
	}
	for (i = dispatched(n->store, d.agency);
	     i < cfg.papers && !atomic_load(&stopping); i++) {
		if (make_paper(&d, VT_DIR_OUT, 20000, i * 7 + 1) != VT_OK ||
		    walk_to_issue(&d, i * 7 + 2) != VT_OK ||
		    dispatch(&d, to, cfg.tenants) != VT_OK)
			fail("a paper", &d.err);
	}
	vt_act_result_free(&d.r);
}

/* A letter from its registration to its issue, as do_steps does the acts. */
static int
write_letter(struct doer *d, const struct day_letter *l, uint64_t seed)
{
	struct vt_meta m = { .type_code = "CV",
		.subject = "V/v báo cáo kết quả công tác trong ngày",
		.notation = "SKHCN-VP" };
	struct vt_step st[3] = { { .kind = VT_STEP_REGISTER } };
	struct vt_file f;
	VT_BUF_AUTO(pdf);
	size_t xref;
	int rc;

	day_pdf(&pdf, l->size, seed);
	xref = day_pdf_xref(&pdf);
	if ((rc = vt_buf_status(&pdf, &d->err)) != VT_OK ||
	    (rc = make_file(d, vt_buf_view(&pdf), "cong-van.pdf", &f)) != VT_OK)
		return rc;
	st[0].u.reg.direction = VT_DIR_OUT;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	if ((rc = do_step(d, NULL, st[0])) != VT_OK)
		return rc;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	if ((rc = do_steps(d, &d->paper, st, 2, NULL)) != VT_OK ||
	    (rc = do_step(d, &d->paper, number_step("di"))) != VT_OK)
		return rc;
	for (unsigned i = 0; i < 2; i++) {
		VT_BUF_AUTO(tail);
		struct vt_blob was, now = { .size = 0 };

		rc = vt_bytes_stat(d->s, &d->main, &was, &d->err);
		day_pdf_update(&tail, (size_t)was.size, &xref, 5 + i);
		st[0] = (struct vt_step){ .kind = VT_STEP_VERSION };
		if (rc == VT_OK)
			rc = vt_upload_append(d->s, d->agency, &was,
			    vt_buf_view(&tail), &st[0].u.version.file.upload,
			    &now, &d->err);
		st[0].u.version.expect = d->main;
		st[0].u.version.reason =
		    i == 0 ? VT_VERSION_SIGNED : VT_VERSION_SEALED;
		st[0].u.version.file.hash = now.hash;
		st[1] = i == 0 ? sign_step(VT_SIGN_COMPETENT, &now.hash)
			       : seal_step(&now.hash);
		st[2] = (struct vt_step){ .kind = VT_STEP_ISSUE };
		if (rc != VT_OK ||
		    (rc = do_steps(d, &d->paper, st, 2 + i, NULL)) != VT_OK)
			return rc;
	}
	return VT_OK;
}

static void
send_day(struct node *n)
{
	struct doer d = { .s = n->store,
		.agency = agency_no(n->store, "H99.07") };
	static struct vt_recipient to[TENANTS_MAX];
	static char codes[TENANTS_MAX][64];
	unsigned long sent = 0, i;

	for (i = 0; sent < cfg.day && !atomic_load(&stopping); i++) {
		struct day_letter l = day_letter(i, cfg.tenants);

		if (l.fan > cfg.day - sent)
			l.fan = cfg.day - sent;
		for (unsigned long k = 0; k < l.fan; k++) {
			tenant_code((i * 7 + k) % cfg.tenants, codes[k]);
			to[k].code = to[k].name = codes[k];
		}
		if (write_letter(&d, &l, i) != VT_OK ||
		    dispatch(&d, to, l.fan) != VT_OK)
			fail("a letter", &d.err);
		sent += l.fan;
	}
	printf("letters %lu\n", i);
	(void)fflush(stdout);
	vt_act_result_free(&d.r);
}

/* Deliveries that have come all the way: finished there, receipt here. */
static unsigned long
complete(struct vt_store *s, uint32_t agency)
{
	static struct vt_delivery d[256];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	unsigned long found = 0;
	uint64_t before = 0;
	size_t n;

	do {
		if (vt_view_begin(s, &v, &err) != VT_OK ||
		    vt_delivery_scan(v, agency, 0, before, d, 256, &n, &before,
			&err) != VT_OK)
			fail("deliveries", &err);
		for (size_t i = 0; i < n; i++)
			found +=
			    vt_delivery_shown(&d[i]) == 6 && d[i].receipt.n > 0;
		vt_view_end(v);
	} while (before != 0);
	return found;
}

static void
sender(struct node *n)
{
	uint32_t agency = agency_no(n->store, "H99.07");

	if (cfg.day > 0)
		send_day(n);
	else
		send_papers(n);
	while (!atomic_load(&stopping)) {
		printf("complete %lu\n", complete(n->store, agency));
		(void)fflush(stdout);
		for (int i = 0;
		     i < (cfg.day > 0 ? 40 : 10) && !atomic_load(&stopping);
		     i++)
			nap_ms(50);
	}
}

/* The next act on a paper that came in: accepted, worked on, finished. The key
 * is the paper and the act, so that a kill repeats it and nothing else. */
static void
handle(struct node *n, const struct vt_actor *who, const vt_id *paper,
    enum vt_paper_state st)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	char id[VT_ID_TEXT + 1], key[64];
	struct vt_request rq = { .actor = who, .key = key };
	int rc;

	vt_id_text(paper, id);
	(void)snprintf(key, sizeof(key), "%s-%d", id, (int)st);
	rq.hash = vt_sha256(vt_span_str(key));
	if (st == VT_PAPER_WAITING)
		rc = vt_office_accept(n->office, &rq, paper, &r, &err);
	else if (st == VT_PAPER_ARRIVED)
		rc = vt_office_process(n->office, &rq, paper, "", &r, &err);
	else
		rc = vt_office_finish(
		    n->office, &rq, paper, NULL, "Xong", &r, &err);
	vt_act_result_free(&r);
	if (rc != VT_OK)
		fail("an act of the clerk", &err);
}

static unsigned long
handle_all(struct node *n, const struct vt_actor *who, enum vt_paper_state st)
{
	struct vt_paper_filter f = { .direction = VT_DIR_IN, .state = st };
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p[PAGE];
	struct vt_view *v = NULL;
	vt_id ids[PAGE];
	size_t got;

	if (vt_view_begin(n->store, &v, &err) != VT_OK ||
	    vt_paper_list(
		v, who->agency_no, &f, p, PAGE, &got, &f.before, &err) != VT_OK)
		fail("papers", &err);
	for (size_t i = 0; i < got; i++)
		ids[i] = p[i].id;
	vt_view_end(v);
	for (size_t i = 0; i < got; i++)
		handle(n, who, &ids[i], st);
	return got;
}

/* A clerk who looks at what is new: accepts, works on it, finishes. */
static unsigned long
handle_new(struct node *n, const struct vt_actor *who, uint64_t *after)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_event e[PAGE];
	struct vt_view *v = NULL;
	vt_id ids[PAGE];
	size_t got = 0, k = 0;

	if (vt_view_begin(n->store, &v, &err) != VT_OK ||
	    vt_event_list(v, who->agency_no, *after, e, PAGE, &got, &err) !=
		VT_OK)
		fail("events", &err);
	for (size_t i = 0; i < got; i++) {
		struct vt_paper p;

		*after = e[i].seq;
		if (e[i].kind != VT_STEP_REGISTER)
			continue;
		if (vt_paper_get(v, &e[i].paper, &p, &err) != VT_OK)
			fail("paper", &err);
		if (p.state == VT_PAPER_WAITING)
			ids[k++] = p.id;
	}
	vt_view_end(v);
	for (size_t i = 0; i < k; i++) {
		handle(n, who, &ids[i], VT_PAPER_WAITING);
		handle(n, who, &ids[i], VT_PAPER_ARRIVED);
		handle(n, who, &ids[i], VT_PAPER_PROCESSING);
	}
	return got;
}

static void
receiver(struct node *n)
{
	static struct vt_actor who[TENANTS_MAX];
	static uint64_t after[TENANTS_MAX];
	struct vt_err err = VT_ERR_INIT;
	char code[64], token[128];

	for (unsigned long i = 0; i < cfg.tenants; i++) {
		tenant_code(i, code);
		(void)snprintf(
		    token, sizeof(token), "token-of-the-clerk-of-%s", code);
		if (vt_office_authenticate(
			n->office, vt_span_str(token), &who[i], &err) != VT_OK)
			fail(code, &err);
	}
	while (!atomic_load(&stopping)) {
		unsigned long did = 0;

		for (unsigned long i = 0; i < cfg.tenants; i++)
			did +=
			    cfg.day > 0
				? handle_new(n, &who[i], &after[i])
				: handle_all(n, &who[i], VT_PAPER_WAITING) +
				      handle_all(n, &who[i], VT_PAPER_ARRIVED) +
				      handle_all(
					  n, &who[i], VT_PAPER_PROCESSING);
		if (did == 0)
			nap_ms(50);
	}
}

static void
open_node(struct node *n, struct vt_spawner *spawner, const char *dir)
{
	struct vt_office_options o = { .spawner = spawner,
		.ctx = &fast,
		.public_url = "http://127.0.0.1:8480" };
	struct vt_direct_options d = {
		.ctx = &fast, .allow_private = true, .timeout_ms = 20000
	};
	static struct vt_buf ca = VT_BUF_INIT, cert = VT_BUF_INIT,
			     key = VT_BUF_INIT; /* as long as the node */
	struct vt_http_tls tls = { cfg.tls_cert, cfg.tls_key, cfg.tls_ca };
	struct vt_http_options h = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http_face face;
	struct vt_transport t;

	n->store = o.store = open_store(dir, false);
	if (vt_office_open(&o, &n->office, &err) != VT_OK)
		fail("office", &err);
	d.office = n->office;
	if (cfg.tls_ca[0] != '\0') {
		read_file(cfg.tls_ca, &ca);
		read_file(cfg.tls_cert, &cert);
		read_file(cfg.tls_key, &key);
		d.ca = vt_buf_view(&ca);
		d.cert = vt_buf_view(&cert);
		d.key = vt_buf_view(&key);
		h.tls = &tls;
	}
	if (vt_direct_new(&d, &n->direct, &err) != VT_OK)
		fail("direct", &err);
	t = vt_direct_transport(n->direct);
	if (vt_office_transport_add(n->office, &t, &err) != VT_OK ||
	    vt_office_run(n->office, &err) != VT_OK)
		fail("transport", &err);
	face = vt_direct_face(n->direct);
	if (cfg.tls_ca[0] == '\0')
		stand_in_for_tls(&face);
	h.address = cfg.address;
	h.port = (uint16_t)cfg.port;
	h.context = vt_context_system();
	h.faces = &face;
	h.nfaces = 1;
	if (vt_http_start(&h, &n->http, &err) != VT_OK)
		fail("http", &err);
}

static void
on_term(int sig)
{
	(void)sig;
	atomic_store(&stopping, true);
}

static int
run(const char *dir)
{
	static struct vt_worker_kind kinds[2];
	struct vt_spawner *spawner = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct node n = { NULL, NULL, NULL, NULL };

	kinds[0] = vt_proof_worker;
	kinds[1] = vt_packet_worker;
	if (vt_spawner_start(kinds, 2, &spawner, &err) != VT_OK ||
	    vt_fetch_init(&err) != VT_OK)
		fail("start", &err);
	(void)signal(SIGTERM, on_term);
	open_node(&n, spawner, dir);
	printf("ready\n");
	(void)fflush(stdout);
	if (cfg.sender)
		sender(&n);
	else
		receiver(&n);
	vt_http_stop(n.http);
	vt_office_close(n.office);
	vt_direct_free(n.direct);
	vt_arena_free(plain.arena);
	vt_store_close(n.store);
	vt_spawner_free(spawner);
	return 0;
}

/* ---- reporting ---- */

static void
line(struct vt_buf *b)
{
	vt_buf_putc(b, '\n');
	(void)fwrite(vt_buf_str(b), 1, b->n, stdout);
	vt_buf_reset(b);
}

static void
report_deliveries(struct vt_view *v, uint32_t agency)
{
	static struct vt_delivery d[256];
	struct vt_err err = VT_ERR_INIT;
	uint64_t before = 0;
	VT_BUF_AUTO(b);
	struct vt_json j;
	vt_hash h;
	size_t n;

	do {
		if (vt_delivery_scan(v, agency, 0, before, d, 256, &n, &before,
			&err) != VT_OK)
			fail("deliveries", &err);
		for (size_t i = 0; i < n; i++) {
			h = vt_sha256(d[i].receipt);
			vt_json_open(&j, &b, false);
			vt_json_object(&j);
			vt_json_kid(&j, "delivery", &d[i].id);
			vt_json_kstr(&j, "to", d[i].to.code);
			vt_json_kint(&j, "state", (int64_t)d[i].state);
			vt_json_kuint(&j, "shown", vt_delivery_shown(&d[i]));
			vt_json_kuint(&j, "log", d[i].log);
			vt_json_khash(&j, "receipt", &h);
			vt_json_end(&j);
			line(&b);
		}
	} while (before != 0);
}

static void
report_consignments(struct vt_view *v, uint32_t agency, const char *code)
{
	static struct vt_consignment c[256];
	struct vt_consign_filter f = { .kind = VT_CONSIGN_EDOC };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);
	struct vt_json j;
	struct vt_paper p;
	vt_hash h;
	size_t n;

	do {
		if (vt_consign_list(
			v, agency, &f, c, 256, &n, &f.before, &err) != VT_OK)
			fail("consignments", &err);
		for (size_t i = 0; i < n; i++) {
			VT_BUF_AUTO(receipt);

			if (vt_receipt_get(
				v, agency, c[i].act, &receipt, &err) != VT_OK ||
			    vt_paper_get(v, &c[i].paper, &p, &err) != VT_OK)
				fail("consignment", &err);
			h = vt_sha256(vt_buf_view(&receipt));
			vt_json_open(&j, &b, false);
			vt_json_object(&j);
			vt_json_kstr(&j, "consignment", c[i].external);
			vt_json_kstr(&j, "to", code);
			vt_json_kstr(&j, "state", vt_paper_state_name(p.state));
			vt_json_kuint(&j, "arrival", p.arrival.value);
			vt_json_khash(&j, "receipt", &h);
			vt_json_end(&j);
			line(&b);
		}
	} while (f.before != 0);
}

static int
report(const char *dir)
{
	struct vt_store *s = open_store(dir, false);
	struct vt_err err = VT_ERR_INIT;
	char code[64];

	for (unsigned long i = 0; i < (cfg.sender ? 1 : cfg.tenants); i++) {
		struct vt_view *v = NULL;
		uint32_t no;

		tenant_code(i, code);
		no = agency_no(s, cfg.sender ? "H99.07" : code);
		if (vt_view_begin(s, &v, &err) != VT_OK)
			fail("view", &err);
		if (cfg.sender)
			report_deliveries(v, no);
		else
			report_consignments(v, no, code);
		vt_view_end(v);
	}
	vt_store_close(s);
	return 0;
}

int
main(int argc, char **argv)
{
	struct vt_err err = VT_ERR_INIT;

	if (argc != 4)
		fail("usage: exchange_node init|run|report DIR CONFIG", NULL);
	if (vt_base_init(&err) != VT_OK)
		fail("base", &err);
	vt_log_setup(STDERR_FILENO, VT_LEVEL_WARN);
	config_read(argv[3]);
	if (strcmp(argv[1], "init") == 0)
		return init(argv[2]);
	if (strcmp(argv[1], "run") == 0)
		return run(argv[2]);
	return report(argv[2]);
}
