/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu serve: puts the program together. Order matters: the spawner is
 * forked before any thread, store or key is opened (design law 7).
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/citizen/citizen.h"
#include "api/cli/cli.h"
#include "api/cli/peers.h"
#include "api/cli/providers.h"
#include "api/cli/webhooks.h"
#include "api/docs/docs.h"
#include "api/fetch/fetch.h"
#include "api/http/address.h"
#include "api/office/anchors.h"
#include "api/office/scrub.h"
#include "api/office/watch.h"
#include "api/v1/v1.h"
#include "api/web/web.h"
#include "base/limits.h"
#include "base/log.h"

/* Hosts that --allow-private-webhooks names. */

struct server {
	struct vt_cli *cli;
	const char *dir, *anchors, *keys, *public_url;
	char proxy[VT_HTTP_ADDRESS_MAX]; /* "": none */
	char address[64];
	uint16_t port;
	struct vt_fetch_options fetch;
	struct vt_fetch_hook_options hooks;
	const char *hook_hosts[VT_L(HOOK_HOSTS_MAX)], *hook_ca;
	struct vt_buf hook_ca_pem;
	struct vt_http_tls tls; /* cert NULL: plain HTTP */
	const char *peer_ca;    /* of those we call; NULL: as clients */
	char url[128], key_dir[4200];
	struct vt_arena *arena;
	struct vt_spawner *spawner;
	struct vt_store *store;
	struct vt_office *office;
	struct vt_v1 *v1;
	struct vt_citizen *citizen;
	struct vt_web *web;
	struct vt_cli_peers *peers;
	long axis_clock_s; /* 0: AXIS_CLOCK_S */
	struct vt_anchors_options tsa;
	const char *tsa_ca; /* whom timestamps must lead to, or NULL */
	bool scrub;         /* stored files are read again, hour by hour */
	const char *oidc;   /* file of identity providers, or NULL */
	struct vt_cli_providers *providers;
	struct vt_http *http;
};

enum {
	O_LISTEN = 256,
	O_URL,
	O_ANCHORS,
	O_KEYS,
	O_PRIVATE,
	O_PROXY,
	O_TLS_CERT,
	O_TLS_KEY,
	O_CLIENT_CA,
	O_PEER_CA,
	O_HOOK_HOST,
	O_HOOK_CA,
	O_AXIS_CLOCK,
	O_OIDC,
	O_TSA,
	O_TSA_CA,
	O_SCRUB
};

static const struct option options[] = {
	{ "listen", required_argument, NULL, O_LISTEN },
	{ "public-url", required_argument, NULL, O_URL },
	{ "anchors", required_argument, NULL, O_ANCHORS },
	{ "keys", required_argument, NULL, O_KEYS },
	{ "allow-private-fetch", no_argument, NULL, O_PRIVATE },
	{ "trusted-proxy", required_argument, NULL, O_PROXY },
	{ "tls-cert", required_argument, NULL, O_TLS_CERT },
	{ "tls-key", required_argument, NULL, O_TLS_KEY },
	{ "client-ca", required_argument, NULL, O_CLIENT_CA },
	{ "peer-ca", required_argument, NULL, O_PEER_CA },
	{ "allow-private-webhooks", required_argument, NULL, O_HOOK_HOST },
	{ "webhook-ca", required_argument, NULL, O_HOOK_CA },
	{ "axis-clock", required_argument, NULL, O_AXIS_CLOCK },
	{ "oidc", required_argument, NULL, O_OIDC },
	{ "tsa", required_argument, NULL, O_TSA },
	{ "tsa-ca", required_argument, NULL, O_TSA_CA },
	{ "scrub", no_argument, NULL, O_SCRUB },
	{ NULL, 0, NULL, 0 },
};

static int
parse_listen(struct server *s, const char *arg)
{
	const char *colon = strrchr(arg, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - arg);
	const char *from = arg;
	long port;
	int rc;

	if (n >= 2 && arg[0] == '[' && arg[n - 1] == ']') {
		from++;
		n -= 2;
	}
	if (colon == NULL || n == 0 || n >= sizeof(s->address))
		return vt_err_set(&s->cli->err, VT_E_USAGE,
		    "--listen: ADDRESS:PORT wanted, \"%s\" given", arg);
	rc =
	    vt_cli_number(s->cli, "--listen, port", colon + 1, 0, 65535, &port);
	if (rc != VT_OK)
		return rc;
	memcpy(s->address, from, n);
	s->address[n] = '\0';
	s->port = (uint16_t)port;
	return VT_OK;
}

static int
parse_proxy(struct server *s, const char *arg)
{
	if (!vt_http_address(vt_span_str(arg), s->proxy))
		return vt_err_set(&s->cli->err, VT_E_USAGE,
		    "--trusted-proxy: a numeric IPv4 or IPv6 address wanted, "
		    "\"%s\" given",
		    arg);
	return VT_OK;
}

static int
add_hook_host(struct server *s, const char *arg)
{
	if (s->hooks.n_hosts == VT_L(HOOK_HOSTS_MAX))
		return vt_err_set(&s->cli->err, VT_E_USAGE,
		    "--allow-private-webhooks: at most %zu hosts",
		    VT_L(HOOK_HOSTS_MAX));
	s->hook_hosts[s->hooks.n_hosts++] = arg;
	s->hooks.hosts = s->hook_hosts;
	return VT_OK;
}

static int
add_tsa(struct server *s, const char *url)
{
	if (s->tsa.n_urls == VT_ANCHORS_TSA)
		return vt_err_set(&s->cli->err, VT_E_USAGE,
		    "--tsa: at most %d authorities", VT_ANCHORS_TSA);
	s->tsa.url[s->tsa.n_urls++] = url;
	return VT_OK;
}

static int
take_option(struct server *s, int c)
{
	switch (c) {
	case O_LISTEN:
		return parse_listen(s, optarg);
	case O_URL:
		s->public_url = optarg;
		return VT_OK;
	case O_ANCHORS:
		s->anchors = optarg;
		return VT_OK;
	case O_KEYS:
		s->keys = optarg;
		return VT_OK;
	case O_PRIVATE:
		s->fetch.allow_private = true;
		return VT_OK;
	case O_PROXY:
		return parse_proxy(s, optarg);
	case O_TLS_CERT:
		s->tls.cert = optarg;
		return VT_OK;
	case O_TLS_KEY:
		s->tls.key = optarg;
		return VT_OK;
	case O_CLIENT_CA:
		s->tls.client_ca = optarg;
		return VT_OK;
	case O_PEER_CA:
		s->peer_ca = optarg;
		return VT_OK;
	case O_HOOK_HOST:
		return add_hook_host(s, optarg);
	case O_HOOK_CA:
		s->hook_ca = optarg;
		return VT_OK;
	case O_AXIS_CLOCK:
		return vt_cli_number(
		    s->cli, "--axis-clock", optarg, 1, 86400, &s->axis_clock_s);
	case O_OIDC:
		s->oidc = optarg;
		return VT_OK;
	case O_TSA:
		return add_tsa(s, optarg);
	case O_TSA_CA:
		s->tsa_ca = optarg;
		return VT_OK;
	case O_SCRUB:
		s->scrub = true;
		return VT_OK;
	default:
		return c;
	}
}

static int
parse(struct server *s)
{
	char **operands;
	int c, n, rc = VT_OK;

	snprintf(s->address, sizeof(s->address), "127.0.0.1");
	s->port = 8480;
	while ((c = vt_cli_option(s->cli, options)) != -1)
		if ((rc = take_option(s, c)) != VT_OK)
			return rc;
	if ((s->tls.cert == NULL) != (s->tls.key == NULL) ||
	    (s->tls.client_ca != NULL && s->tls.cert == NULL))
		return vt_err_set(&s->cli->err, VT_E_USAGE,
		    "--tls-cert and --tls-key go together, --client-ca with "
		    "them");
	if ((rc = vt_cli_operands(s->cli, 1, 1, &operands, &n)) == VT_OK)
		s->dir = operands[0];
	return rc;
}

static int
read_anchors(struct server *s, struct vt_span **ret, size_t *ret_n)
{
	VT_BUF_AUTO(pem);
	int rc;

	*ret = NULL;
	*ret_n = 0;
	if (s->anchors == NULL) {
		/* Health says so, too: nothing can be TOTAL-PASSED. */
		vt_log(VT_LEVEL_WARN, "serve.no_anchors", "hint=--anchors");
		return VT_OK;
	}
	rc = vt_cli_read(s->anchors, VT_L(KEY_FILE_MAX), &pem, &s->cli->err);
	if (rc != VT_OK)
		return rc;
	return vt_trust_read(
	    vt_buf_view(&pem), s->arena, ret, ret_n, &s->cli->err);
}

static int
open_office(struct server *s)
{
	struct vt_office_options o = { 0 };
	struct vt_span *anchors;
	int rc;

	if ((rc = read_anchors(s, &anchors, &o.n_anchors)) != VT_OK)
		return rc;
	if (s->keys == NULL) {
		snprintf(s->key_dir, sizeof(s->key_dir), "%s/keys", s->dir);
		s->keys = s->key_dir;
	}
	if (s->public_url == NULL) {
		snprintf(s->url, sizeof(s->url),
		    strchr(s->address, ':') != NULL ? "%s://[%s]:%u"
						    : "%s://%s:%u",
		    s->tls.cert != NULL ? "https" : "http", s->address,
		    s->port);
		s->public_url = s->url;
	}
	o.store = s->store;
	o.spawner = s->spawner;
	o.ctx = vt_context_system();
	o.public_url = s->public_url;
	o.key_dir = s->keys;
	o.anchors = anchors;
	o.fetch = vt_fetch_post;
	o.fetch_arg = &s->fetch;
	return vt_office_open(&o, &s->office, &s->cli->err);
}

static int
open_peers(struct server *s)
{
	const struct vt_cli_peers_options o = { .office = s->office,
		.ctx = vt_context_system(),
		.allow_private = s->fetch.allow_private,
		.key_dir = s->keys,
		.spool_dir = s->dir,
		.spawner = s->spawner,
		.axis_clock_s = s->axis_clock_s,
		.tls_outside = strncmp(s->public_url, "https://", 8) == 0,
		.ca = s->peer_ca != NULL ? s->peer_ca : s->tls.client_ca,
		.cert = s->tls.cert,
		.key = s->tls.key };

	return vt_cli_peers_open(&o, &s->peers, &s->cli->err);
}

/* Before the faces: who is told of something must be able to ask. */
static int
start_hooks(struct server *s)
{
	struct vt_hook_wire wire = vt_cli_hook_wire(&s->hooks);
	int rc;

	if (s->hook_ca != NULL) {
		rc = vt_cli_read(s->hook_ca, VT_L(ANCHORS_FILE_MAX),
		    &s->hook_ca_pem, &s->cli->err);
		if (rc != VT_OK)
			return rc;
		s->hooks.ca = vt_buf_view(&s->hook_ca_pem);
	}
	return vt_hooks_start(s->office, &wire, true, &s->cli->err);
}

/* Timestamps over the ledgers, where an authority is named. */
static int
start_anchors(struct server *s)
{
	struct vt_span *trusted = NULL;
	VT_BUF_AUTO(pem);
	int rc;

	if (s->tsa.n_urls == 0)
		return VT_OK;
	if (s->tsa_ca != NULL &&
	    ((rc = vt_cli_read(s->tsa_ca, VT_L(KEY_FILE_MAX), &pem,
		  &s->cli->err)) != VT_OK ||
		(rc = vt_trust_read(vt_buf_view(&pem), s->arena, &trusted,
		     &s->tsa.n_trusted, &s->cli->err)) != VT_OK))
		return rc;
	s->tsa.trusted = trusted;
	return vt_anchors_start(s->office, &s->tsa, true, &s->cli->err);
}

static int
open_faces(struct server *s)
{
	struct vt_http_options o = VT_HTTP_OPTIONS_INIT;
	struct vt_web_options w = { .office = s->office,
		.ctx = vt_context_system() };
	struct vt_http_face faces[13];
	int rc;

	w.secure = strncmp(s->public_url, "https://", 8) == 0;
	if (s->oidc != NULL) {
		rc = vt_cli_providers_open(s->office, s->oidc, s->public_url,
		    &s->providers, &s->cli->err);
		if (rc != VT_OK)
			return rc;
		w.n_providers = vt_oidc_providers(
		    vt_cli_providers_oidc(s->providers), &w.providers);
	}
	if ((rc = vt_v1_new(s->office, vt_context_system(), &s->v1,
		 &s->cli->err)) != VT_OK ||
	    (rc = vt_citizen_new(s->office, vt_context_system(), &s->citizen,
		 &s->cli->err)) != VT_OK ||
	    (rc = vt_web_new(&w, &s->web, &s->cli->err)) != VT_OK)
		return rc;
	faces[0] = vt_v1_face(s->v1);
	faces[1] = vt_citizen_face(s->citizen);
	faces[2] = vt_docs_face();
	faces[3] = vt_web_face(s->web);
	o.address = s->address;
	o.port = s->port;
	o.context = vt_context_system();
	o.faces = faces;
	o.nfaces = 4 + vt_cli_peers_faces(s->peers, &faces[4], 8);
	if (s->providers != NULL)
		faces[o.nfaces++] = vt_cli_providers_face(s->providers);
	o.trusted_proxy = s->proxy[0] == '\0' ? NULL : s->proxy;
	o.tls = s->tls.cert == NULL ? NULL : &s->tls;
	return vt_http_start(&o, &s->http, &s->cli->err);
}

static int
start(struct server *s)
{
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	sigset_t set;
	int rc;

	so.read_texts = true;
	if ((rc = vt_cli_spawner(&s->spawner, &s->cli->err)) != VT_OK)
		return rc;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if ((rc = vt_store_open(s->dir, &so, vt_context_system(), &s->store,
		 &s->cli->err)) != VT_OK ||
	    (rc = open_office(s)) != VT_OK || (rc = open_peers(s)) != VT_OK ||
	    (rc = vt_office_run(s->office, &s->cli->err)) != VT_OK ||
	    (rc = start_hooks(s)) != VT_OK ||
	    (rc = start_anchors(s)) != VT_OK ||
	    (s->scrub &&
		(rc = vt_scrub_start(s->office, &s->cli->err)) != VT_OK))
		return rc;
	return open_faces(s);
}

/* A store that takes no more ends the program: opened again it is sound. */
static int
wait_for_end(struct server *s)
{
	const struct timespec now_and_then = { .tv_sec = 2 };
	struct vt_store_info info;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	while ((sig = sigtimedwait(&set, NULL, &now_and_then)) < 0)
		if (vt_store_info(s->store, &info, &s->cli->err) == VT_OK &&
		    info.broken)
			return vt_err_set(&s->cli->err, VT_E_IO,
			    "the disk failed while a commit was written: the "
			    "store takes no more; start again, then `vanthu "
			    "check`");
	vt_log(VT_LEVEL_INFO, "serve.stop", "signal=%d", sig);
	return VT_OK;
}

static int
announce(struct server *s)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (s->cli->json) {
		vt_json_open(&j, &b, false);
		vt_json_object(&j);
		vt_json_kstr(&j, "address", s->address);
		vt_json_kuint(&j, "port", vt_http_port(s->http));
		vt_json_kstr(&j, "sandbox", vt_worker_sandbox());
		vt_json_end(&j);
	} else {
		vt_buf_printf(&b, "vanthu " VT_VERSION " %s %s:%u (%s)",
		    s->cli->vi ? "đang phục vụ tại" : "serves on", s->address,
		    vt_http_port(s->http), vt_worker_sandbox());
	}
	vt_buf_putc(&b, '\n');
	return vt_cli_print(s->cli, &b);
}

int
vt_cli_serve(struct vt_cli *cli)
{
	struct server s = { .cli = cli };
	int rc;

	if ((rc = parse(&s)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	vt_log_setup(STDERR_FILENO, VT_LEVEL_INFO);
	if ((s.arena = vt_arena_new((size_t)16 << 20)) == NULL)
		return vt_err_set(&cli->err, VT_E_NOMEM, "serve: no memory");
	if ((rc = start(&s)) == VT_OK && (rc = announce(&s)) == VT_OK)
		rc = wait_for_end(&s);
	vt_office_watch_end(s.office); /* or requests that wait hold it up */
	vt_http_stop(s.http);
	vt_web_free(s.web);
	vt_citizen_free(s.citizen);
	vt_cli_providers_free(s.providers);
	vt_v1_free(s.v1);
	vt_hooks_stop(s.office);
	vt_anchors_stop(s.office);
	vt_office_close(s.office);
	vt_buf_free(&s.hook_ca_pem);
	vt_cli_peers_free(s.peers);
	vt_store_close(s.store);
	vt_spawner_free(s.spawner);
	vt_arena_free(s.arena);
	return rc;
}
