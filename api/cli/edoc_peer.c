/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu edoc peer: the conformance kit (docs/exchange-cases.md). */
#include <stdlib.h>

#include "api/cli/edoc.h"
#include "api/exchange/axis/peer.h"
#include "base/secret.h"
#include "base/text.h"

#define SCRIPT_MAX ((size_t)1 << 20)

enum { O_PORT = 256, O_URL, O_SYSTEM, O_SECRET, O_PACKETS, O_ONLY };

struct kit {
	struct vt_cli *cli;
	const char *script_path, *secret_path, *packets, *only;
	struct vt_peer_options o;
	struct vt_secret *secret;
	struct vt_peer_script *script;
	struct vt_peer_result *results;
	size_t n, failed;
};

static int
parse(struct kit *k)
{
	static const struct option own[] = {
		{ "port", required_argument, NULL, O_PORT },
		{ "url", required_argument, NULL, O_URL },
		{ "system-id", required_argument, NULL, O_SYSTEM },
		{ "secret-file", required_argument, NULL, O_SECRET },
		{ "packets", required_argument, NULL, O_PACKETS },
		{ "only", required_argument, NULL, O_ONLY },
		{ NULL, 0, NULL, 0 },
	};
	char **operands;
	long port;
	int c, n, rc;

	while ((c = vt_cli_option(k->cli, own)) != -1) {
		switch (c) {
		case O_PORT:
			rc = vt_cli_number(
			    k->cli, "--port", optarg, 0, 65535, &port);
			if (rc != VT_OK)
				return rc;
			k->o.port = (uint16_t)port;
			break;
		case O_URL:
			k->o.url = optarg;
			break;
		case O_SYSTEM:
			k->o.system_id = optarg;
			break;
		case O_SECRET:
			k->secret_path = optarg;
			break;
		case O_PACKETS:
			k->packets = optarg;
			break;
		case O_ONLY:
			k->only = optarg;
			break;
		default:
			return c;
		}
	}
	rc = vt_cli_operands(k->cli, 1, 1, &operands, &n);
	if (rc == VT_OK)
		k->script_path = operands[0];
	return rc;
}

/* Of this run: systems under test remember earlier ones. */
static unsigned
run_number(void)
{
	uint32_t n;

	vt_random(vt_context_system(), &n, sizeof(n));
	return n % 900000 + 100000;
}

static int
prepare(struct kit *k)
{
	struct vt_err *err = &k->cli->err;
	VT_BUF_AUTO(text);
	int rc;

	if (k->o.system_id == NULL || k->secret_path == NULL)
		return vt_err_set(err, VT_E_USAGE,
		    "edoc peer: --system-id and --secret-file wanted: what "
		    "both sides agreed on");
	if ((rc = vt_secret_read_file(k->secret_path, &k->secret, err)) !=
		VT_OK ||
	    (rc = vt_cli_read(k->script_path, SCRIPT_MAX, &text, err)) !=
		VT_OK ||
	    (rc = vt_peer_script_read(vt_buf_view(&text), k->packets,
		 run_number(), &k->script, err)) != VT_OK)
		return rc;
	if (vt_peer_script_role(k->script) == VT_PEER_AGENCY &&
	    k->o.url == NULL)
		return vt_err_set(err, VT_E_USAGE,
		    "edoc peer: --url wanted: the server under test, "
		    "http://ADDRESS:PORT/PATH");
	k->o.secret = vt_secret_view(k->secret);
	k->o.ctx = vt_context_system();
	k->results =
	    calloc(vt_peer_script_cases(k->script), sizeof(*k->results));
	return k->results == NULL ? vt_err_set(err, VT_E_NOMEM, "edoc peer")
				  : VT_OK;
}

static bool
wanted(const struct kit *k, size_t i)
{
	const char *name = vt_peer_script_case(k->script, i);
	size_t n = k->only == NULL ? 0 : strlen(k->only);

	return n == 0 || (strncmp(name, k->only, n) == 0 &&
			     (name[n] == '\0' || name[n] == ' '));
}

static int
play(struct kit *k)
{
	VT_CLEANUP(vt_peer_free) struct vt_peer *p = NULL;
	bool serves = vt_peer_script_role(k->script) == VT_PEER_AXIS;
	struct vt_peer_result *r;
	int rc;

	if (serves) {
		rc = vt_peer_start(k->script, &k->o, &p, &k->cli->err);
		if (rc != VT_OK)
			return rc;
		fprintf(stderr, "http://127.0.0.1:%u\n", vt_peer_port(p));
	}
	for (size_t i = 0; i < vt_peer_script_cases(k->script); i++) {
		if (!wanted(k, i))
			continue;
		r = &k->results[k->n++];
		if (serves)
			vt_peer_run(p, i, r);
		else
			vt_peer_call(k->script, i, &k->o, r);
		k->failed += !r->passed;
		fprintf(
		    stderr, "%s %s\n", r->passed ? "pass" : "FAIL", r->name);
	}
	return VT_OK;
}

static void
table_json(const struct kit *k, struct vt_buf *b)
{
	struct vt_json j;

	vt_json_open(&j, b, true);
	vt_json_object(&j);
	vt_json_key(&j, "cases");
	vt_json_array(&j);
	for (size_t i = 0; i < k->n; i++) {
		const struct vt_peer_result *r = &k->results[i];

		vt_json_object(&j);
		vt_json_kstr(&j, "case", r->name);
		vt_json_kbool(&j, "passed", r->passed);
		vt_json_kuint(&j, "calls", r->calls);
		vt_json_kint(&j, "ms", r->ms);
		if (!r->passed)
			vt_json_kstr(&j, "reason", r->reason);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kuint(&j, "passed", k->n - k->failed);
	vt_json_kuint(&j, "failed", k->failed);
	vt_json_end(&j);
	vt_buf_putc(b, '\n');
}

static void
table_text(const struct kit *k, struct vt_buf *b)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct vt_peer_result *r = &k->results[i];

		vt_buf_printf(b, "%s  %6.1f s  %3u calls  %s\n",
		    r->passed ? "pass" : "FAIL", (double)r->ms / 1000, r->calls,
		    r->name);
		if (!r->passed)
			vt_buf_printf(b, "      %s\n", r->reason);
	}
	vt_buf_printf(
	    b, "%zu passed, %zu failed\n", k->n - k->failed, k->failed);
}

int
vt_cli_edoc_peer(struct vt_cli *cli)
{
	struct kit k = { .cli = cli };
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = parse(&k)) == VT_OK && (rc = prepare(&k)) == VT_OK &&
	    (rc = play(&k)) == VT_OK) {
		if (cli->json)
			table_json(&k, &b);
		else
			table_text(&k, &b);
		rc = vt_cli_print(cli, &b);
	}
	if (rc == VT_OK)
		rc = k.failed > 0 ? 1 : 0;
	else if (rc == 'h')
		rc = 0;
	free(k.results);
	vt_peer_script_free(k.script);
	vt_secret_free(k.secret);
	return rc;
}
