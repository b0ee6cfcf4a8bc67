/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu ledger: what proves an agency's ledger, out of a store at rest. What
 * it prints is judged by vanthu-proof, which needs no store. */
#include <stdlib.h>

#include "api/cli/cli.h"
#include "api/cli/restored.h"
#include "api/office/proofs.h"

struct ledger_call {
	struct vt_cli *cli;
	struct vt_view *v;
	struct vt_agency a;
	char **operands; /* behind VERB DIR CODE */
	int n;
	const char *output, *epoch;
	bool bare;
};

static int
number(struct ledger_call *c, const char *what, uint64_t *ret)
{
	long n;
	int rc = vt_cli_number(
	    c->cli, what, c->operands[0], 0, 999999999999999999, &n);

	if (rc == VT_OK)
		*ret = (uint64_t)n;
	return rc;
}

static int
key(struct ledger_call *c, struct vt_buf *out)
{
	struct vt_vkey k;
	long no = (long)c->a.n_ended + 1;
	int rc = VT_OK;

	if (c->epoch != NULL)
		rc = vt_cli_number(c->cli, "--epoch", c->epoch, 1, no, &no);
	if (rc != VT_OK ||
	    (rc = vt_log_vkey_at(c->v, c->a.no, (uint32_t)no - 1, &k,
		 &c->cli->err)) != VT_OK)
		return rc;
	vt_vkey_put(&k, out);
	vt_buf_putc(out, '\n');
	return VT_OK;
}

static int
checkpoint(struct ledger_call *c, struct vt_buf *out)
{
	return vt_checkpoint_get(c->v, c->a.no, out, &c->cli->err);
}

static int
proof(struct ledger_call *c, struct vt_buf *out)
{
	struct vt_bundle_wish wish = { .opening = !c->bare };
	uint64_t index;
	int rc;

	if ((rc = number(c, "INDEX", &index)) != VT_OK)
		return rc;
	return vt_bundle_get(c->v, c->a.no, index, &wish, out, &c->cli->err);
}

static int
receipt(struct ledger_call *c, struct vt_buf *out)
{
	uint64_t index;
	int rc;

	if ((rc = number(c, "INDEX", &index)) != VT_OK)
		return rc;
	return vt_receipt_get(c->v, c->a.no, index, out, &c->cli->err);
}

static int
consistency(struct ledger_call *c, struct vt_buf *out)
{
	uint64_t old;
	int rc;

	if ((rc = number(c, "SIZE", &old)) != VT_OK)
		return rc;
	return vt_consistency_put(c->v, c->a.no, old, out, &c->cli->err);
}

static int
line(struct ledger_call *c, struct vt_buf *out)
{
	struct vt_line l;
	int rc = vt_line_get(c->v, c->a.no, &l, &c->cli->err);

	if (rc != VT_OK)
		return rc;
	vt_line_put(&l, out);
	vt_buf_putc(out, '\n');
	return VT_OK;
}

static int
line_check(struct ledger_call *c, struct vt_buf *out)
{
	struct vt_line l;
	int rc;

	if ((rc = vt_line_parse(
		 vt_span_str(c->operands[0]), &l, &c->cli->err)) != VT_OK ||
	    (rc = vt_line_holds(c->v, c->a.no, &l, &c->cli->err)) != VT_OK)
		return rc;
	vt_buf_printf(out, "%s\n",
	    c->cli->vi ? "ĐÚNG: sổ cái vẫn như dòng đã in"
		       : "It holds: the ledger is as printed");
	return VT_OK;
}

static const struct {
	const char *name;
	int operands;
	int (*run)(struct ledger_call *c, struct vt_buf *out);
} verbs[] = {
	{ "key", 0, key },
	{ "checkpoint", 0, checkpoint },
	{ "proof", 1, proof },
	{ "receipt", 1, receipt },
	{ "consistency", 1, consistency },
	{ "line", 0, line },
	{ "line-check", 1, line_check },
};

static int
run(struct ledger_call *c, const char *verb, const char *dir, const char *code)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	VT_BUF_AUTO(out);
	size_t i = 0;
	int rc;

	while (i < sizeof(verbs) / sizeof(verbs[0]) &&
	       strcmp(verbs[i].name, verb) != 0)
		i++;
	if (i == sizeof(verbs) / sizeof(verbs[0]) || c->n != verbs[i].operands)
		return vt_err_set(&c->cli->err, VT_E_USAGE,
		    "ledger: no such verb, or not its operands: \"%s\"", verb);
	so.read_only = true;
	if ((rc = vt_store_open(dir, &so, vt_context_system(), &store,
		 &c->cli->err)) != VT_OK ||
	    (rc = vt_view_begin(store, &v, &c->cli->err)) != VT_OK ||
	    (rc = vt_agency_by_code(v, code, &c->a, &c->cli->err)) != VT_OK)
		return rc;
	c->v = v;
	if ((rc = verbs[i].run(c, &out)) != VT_OK ||
	    (rc = vt_buf_status(&out, &c->cli->err)) != VT_OK)
		return rc;
	return vt_cli_write(c->output == NULL ? "-" : c->output, -1,
	    vt_buf_view(&out), &c->cli->err);
}

int
vt_cli_ledger(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "bare", no_argument, NULL, 256 },
		{ "person", required_argument, NULL, 257 },
		{ "second", required_argument, NULL, 258 },
		{ "asked", required_argument, NULL, 259 },
		{ "lost", required_argument, NULL, 260 },
		{ "epoch", required_argument, NULL, 261 },
		{ "peer-ca", required_argument, NULL, 262 },
		{ "allow-private-fetch", no_argument, NULL, 263 },
		{ NULL, 0, NULL, 0 },
	};
	struct ledger_call call = { .cli = cli };
	struct vt_cli_restored again = { .first = NULL };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 'o')
			call.output = optarg;
		else if (c == 256)
			call.bare = true;
		else if (c == 257)
			again.first = optarg;
		else if (c == 258)
			again.second = optarg;
		else if (c == 259)
			again.asked = optarg;
		else if (c == 260)
			again.lost = optarg;
		else if (c == 262)
			again.peer_ca = optarg;
		else if (c == 263)
			again.allow_private = true;
		else if (c == 261)
			call.epoch = optarg;
		else
			return c == 'h' ? 0 : c;
	}
	rc = vt_cli_operands(
	    cli, 3, 3 + VT_CLI_RESTORED_MAX, &operands, &n);
	if (rc != VT_OK)
		return rc;
	again.output = call.output;
	if (vt_cli_restored_verb(operands[0]))
		return vt_cli_restored(cli, &again, operands, n);
	call.operands = operands + 3;
	call.n = n - 3;
	return run(&call, operands[0], operands[1], operands[2]);
}
