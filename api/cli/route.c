/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu route: how packets travel, set on a store at rest; one a call. */
#include "api/cli/cli.h"
#include "api/office/routes.h"
#include "base/limits.h"

enum {
	O_URL = 256,
	O_CERT,
	O_TLS,
	O_SECRET,
	O_PASSWORD,
	O_SYSTEM,
	O_USER,
	O_PULL,
	O_LOG_KEY,
	O_OF,
	O_QUIRK,
	O_OFF
};

static const struct option options[] = {
	{ "url", required_argument, NULL, O_URL },
	{ "cert", required_argument, NULL, O_CERT },
	{ "tls-sha256", required_argument, NULL, O_TLS },
	{ "secret", required_argument, NULL, O_SECRET },
	{ "password", required_argument, NULL, O_PASSWORD },
	{ "system-id", required_argument, NULL, O_SYSTEM },
	{ "user", required_argument, NULL, O_USER },
	{ "pull", required_argument, NULL, O_PULL },
	{ "log-key", required_argument, NULL, O_LOG_KEY },
	{ "of", required_argument, NULL, O_OF },
	{ "quirk-hash", no_argument, NULL, O_QUIRK },
	{ "off", no_argument, NULL, O_OFF },
	{ NULL, 0, NULL, 0 },
};

static int
take_text(struct vt_cli *cli, char *to, size_t size, const char *what)
{
	if (strlen(optarg) >= size)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--%s: longer than %zu characters", what, size - 1);
	memcpy(to, optarg, strlen(optarg) + 1);
	return VT_OK;
}

/* The first certificate of the file: the one that signs. */
static int
take_cert(struct vt_cli *cli, struct vt_route *r)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_span *certs;
	VT_BUF_AUTO(pem);
	size_t n = 0;
	int rc;

	if (r->n_pins == VT_ROUTE_PINS)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--cert: at most %d are pinned", VT_ROUTE_PINS);
	if ((a = vt_arena_new((size_t)1 << 20)) == NULL)
		return vt_err_set(&cli->err, VT_E_NOMEM, "route: no memory");
	if ((rc = vt_cli_read(optarg, VT_L(KEY_FILE_MAX), &pem, &cli->err)) !=
		VT_OK ||
	    (rc = vt_trust_read(vt_buf_view(&pem), a, &certs, &n, &cli->err)) !=
		VT_OK)
		return rc;
	if (n == 0 || certs[0].n > sizeof(r->cert[0]))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--cert %s: a certificate of at most %zu bytes wanted",
		    optarg, sizeof(r->cert[0]));
	memcpy(r->cert[r->n_pins], certs[0].p, certs[0].n);
	r->cert_n[r->n_pins] = (uint32_t)certs[0].n;
	r->pins[r->n_pins++] = vt_sha256(certs[0]);
	return VT_OK;
}

static int
take_hash(struct vt_cli *cli, vt_hash *ret, const char *what)
{
	if (!vt_hash_parse(vt_span_str(optarg), ret))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--%s: 64 lower-case hex digits wanted", what);
	return VT_OK;
}

static int
take_option(struct vt_cli *cli, int c, struct vt_route *r)
{
	vt_hash h;
	long n;
	int rc;

	switch (c) {
	case O_URL:
		return take_text(cli, r->url, sizeof(r->url), "url");
	case O_CERT:
		return take_cert(cli, r);
	case O_TLS:
		if (r->n_tls_pins == VT_ROUTE_PINS)
			return vt_err_set(&cli->err, VT_E_USAGE,
			    "--tls-sha256: at most %d", VT_ROUTE_PINS);
		return take_hash(
		    cli, &r->tls_pins[r->n_tls_pins++], "tls-sha256");
	case O_SECRET:
		return take_text(
		    cli, r->secret_ref, sizeof(r->secret_ref), "secret");
	case O_PASSWORD:
		return take_text(
		    cli, r->password_ref, sizeof(r->password_ref), "password");
	case O_SYSTEM:
		return take_text(
		    cli, r->system_id, sizeof(r->system_id), "system-id");
	case O_USER:
		return take_text(cli, r->user, sizeof(r->user), "user");
	case O_PULL:
		rc = vt_cli_number(cli, "--pull", optarg, 0, 86400, &n);
		r->pull_s = (uint32_t)n;
		return rc;
	case O_LOG_KEY:
		if ((rc = take_hash(cli, &h, "log-key")) == VT_OK)
			memcpy(r->log_key, h.b, sizeof(r->log_key));
		return rc;
	case O_OF:
		return take_text(cli, r->of, sizeof(r->of), "of");
	case O_QUIRK:
		r->quirk_hash = true;
		return VT_OK;
	case O_OFF:
		r->active = false;
		return VT_OK;
	default:
		return c;
	}
}

static int
parse_kind(struct vt_cli *cli, const char *name, enum vt_route_kind *ret)
{
	for (int k = VT_ROUTE_PRINT; k <= VT_ROUTE_OWN; k++)
		if (k != VT_ROUTE_TENANT &&
		    strcmp(vt_route_kind_name((enum vt_route_kind)k), name) ==
			0) {
			*ret = (enum vt_route_kind)k;
			return VT_OK;
		}
	return vt_err_set(&cli->err, VT_E_USAGE,
	    "KIND: direct, axis, wrapper, hosted, print or own wanted, \"%s\" "
	    "given",
	    name);
}

int
vt_cli_route(struct vt_cli *cli)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_route r = { .active = true };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 'h')
			return 0;
		if ((rc = take_option(cli, c, &r)) != VT_OK)
			return rc;
	}
	if ((rc = vt_cli_operands(cli, 3, 3, &operands, &n)) != VT_OK ||
	    (rc = parse_kind(cli, operands[2], &r.kind)) != VT_OK)
		return rc;
	if (strlen(operands[1]) >= sizeof(r.key))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "KEY: an agency code or the name of a gateway wanted");
	memcpy(r.key, operands[1], strlen(operands[1]) + 1);
	rc = vt_store_open(
	    operands[0], &so, vt_context_system(), &store, &cli->err);
	return rc != VT_OK ? rc : vt_route_put(store, &r, &cli->err);
}
