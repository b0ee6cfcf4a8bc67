/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu ledger: what proves an agency's ledger, out of a store at rest. What
 * it prints is judged by vanthu-proof, which needs no store. */
#include <stdlib.h>

#include "api/cli/cli.h"
#include "api/office/proofs.h"

struct ledger_call {
	struct vt_cli *cli;
	struct vt_view *v;
	struct vt_agency a;
	char **operands; /* behind VERB DIR CODE */
	int n;
	const char *output;
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
	int rc = vt_log_vkey(c->v, c->a.no, &k, &c->cli->err);

	if (rc != VT_OK)
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

/* ---- after a restore ---- */

struct resume_call {
	const char *first, *second, *asked;
};

static int
resume(struct vt_cli *cli, const struct resume_call *c, char **operands, int n)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_office_resume r = { .code = operands[2], .asked = c->asked };
	struct vt_buf file[VT_RESUME_SHOWN];
	struct vt_span span[VT_RESUME_SHOWN];
	int rc = VT_OK;

	if (c->first == NULL || c->second == NULL || c->asked == NULL ||
	    !vt_id_parse(vt_span_str(c->first), &r.first) ||
	    !vt_id_parse(vt_span_str(c->second), &r.second) ||
	    n - 3 > VT_RESUME_SHOWN)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "ledger resume: --person ID --second ID --asked TEXT, and "
		    "at most %d files",
		    VT_RESUME_SHOWN);
	for (; rc == VT_OK && r.n_files < (size_t)(n - 3); r.n_files++) {
		struct vt_buf *b = &file[r.n_files];

		vt_buf_init(b, VT_BUNDLE_MAX);
		rc = vt_cli_read(
		    operands[3 + r.n_files], VT_BUNDLE_MAX, b, &cli->err);
		span[r.n_files] = vt_buf_view(b);
	}
	r.files = span;
	if (rc == VT_OK)
		rc = vt_store_open(
		    operands[1], &so, vt_context_system(), &store, &cli->err);
	if (rc == VT_OK)
		rc = vt_office_resume(store, &r, &cli->err);
	for (size_t i = 0; i < r.n_files; i++)
		vt_buf_free(&file[i]);
	return rc;
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
		{ NULL, 0, NULL, 0 },
	};
	struct ledger_call call = { .cli = cli };
	struct resume_call again = { .first = NULL };
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
		else
			return c == 'h' ? 0 : c;
	}
	rc = vt_cli_operands(cli, 3, 3 + VT_RESUME_SHOWN, &operands, &n);
	if (rc != VT_OK)
		return rc;
	if (strcmp(operands[0], "resume") == 0)
		return resume(cli, &again, operands, n);
	call.operands = operands + 3;
	call.n = n - 3;
	return run(&call, operands[0], operands[1], operands[2]);
}
