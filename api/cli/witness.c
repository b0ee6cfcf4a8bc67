/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu witness: whose ledgers this node cosigns and who cosigns its own; on
 * a store at rest. */
#include "api/cli/cli.h"
#include "api/office/cosign.h"

struct witness_call {
	struct vt_cli *cli;
	struct vt_store *store;
	const char *operand; /* behind VERB DIR; NULL: none */
	const char *whose, *url;
};

static int
copy(struct vt_cli *cli, char *to, size_t size, const char *from,
    const char *what)
{
	if (from == NULL || strlen(from) >= size)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--%s: 1 to %zu bytes wanted", what, size - 1);
	memcpy(to, from, strlen(from) + 1);
	return VT_OK;
}

static int
key(struct witness_call *c, struct vt_buf *out)
{
	char whose[VT_OPERATOR_MAX + 1];
	struct vt_vkey k;
	struct vt_view *v;
	int rc;

	if ((rc = vt_witness_vkey(c->store, &k, &c->cli->err)) != VT_OK ||
	    (rc = vt_view_begin(c->store, &v, &c->cli->err)) != VT_OK)
		return rc;
	rc = vt_witness_who_we_are(v, whose, &c->cli->err);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	vt_vkey_put(&k, out);
	if (whose[0] != '\0')
		vt_buf_printf(out, "=%s", whose);
	vt_buf_putc(out, '\n');
	return VT_OK;
}

static int
we(struct witness_call *c, struct vt_buf *out)
{
	(void)out;
	return vt_witness_we(c->store, c->operand, &c->cli->err);
}

static int
add(struct witness_call *c, struct vt_buf *out)
{
	struct vt_span text = vt_span_str(c->operand);
	struct vt_witness w = { .url = "" };
	int rc;

	(void)out;
	rc = copy(c->cli, w.whose, sizeof(w.whose), c->whose, "operator");
	if (rc == VT_OK && c->url != NULL)
		rc = copy(c->cli, w.url, sizeof(w.url), c->url, "url");
	if (rc == VT_OK)
		rc = vt_vkey_parse(text,
		    c->url != NULL ? VT_VKEY_COSIGNER : VT_VKEY_LOG, &w.key,
		    &c->cli->err);
	return rc == VT_OK ? vt_witness_put(c->store, &w, &c->cli->err) : rc;
}

/* The proof of a new epoch of a ledger that we cosign. */
static int
follow(struct witness_call *c, struct vt_buf *out)
{
	struct vt_witness w;
	VT_BUF_AUTO(file);
	int rc;

	rc = vt_cli_read(c->operand, VT_BUNDLE_MAX, &file, &c->cli->err);
	if (rc != VT_OK ||
	    (rc = vt_witness_follow(c->store, vt_buf_view(&file), &w,
		 &c->cli->err)) != VT_OK)
		return rc;
	vt_vkey_put(&w.key, out);
	vt_buf_printf(out, "=%s\n", w.whose);
	return VT_OK;
}

static int
drop(struct witness_call *c, struct vt_buf *out)
{
	(void)out;
	return vt_witness_remove(c->store, c->operand, &c->cli->err);
}

struct listing {
	struct vt_view *v;
	struct vt_buf *out;
};

static int
list_asked(struct listing *l, const struct vt_witness *w, struct vt_err *reterr)
{
	struct vt_witness_asked a;
	struct vt_agency ag;
	uint32_t no = 0;
	size_t n;
	int rc;

	while ((rc = vt_agency_list(l->v, no, &ag, 1, &n, reterr)) == VT_OK &&
	       n == 1) {
		no = ag.no;
		rc = vt_witness_asked_get(l->v, w->key.name, no, &a, reterr);
		if (rc != VT_OK)
			break;
		vt_buf_printf(l->out, "    %s: %llu ", ag.origin,
		    (unsigned long long)a.seen);
		if (a.kept != VT_TIME_NONE)
			vt_time_rfc3339(a.kept, VT_TIME_VN_S, l->out);
		vt_buf_printf(
		    l->out, "%s%s\n", a.refused ? " REFUSED: " : "", a.note);
	}
	return rc;
}

static int
list_one(void *arg, const struct vt_witness *w, struct vt_err *reterr)
{
	struct listing *l = arg;
	struct vt_err err = VT_ERR_INIT;
	struct vt_witnessed seen;
	int rc;

	vt_vkey_put(&w->key, l->out);
	vt_buf_printf(l->out, "=%s %s\n", w->whose, w->url);
	if (w->key.type == VT_VKEY_COSIGNER)
		return list_asked(l, w, reterr);
	rc = vt_witnessed_get(l->v, w->key.name, &seen, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		*reterr = err;
		return rc;
	}
	vt_buf_printf(l->out, "    %llu ", (unsigned long long)seen.size);
	vt_time_rfc3339(seen.seen, VT_TIME_VN_S, l->out);
	vt_buf_printf(l->out, "%s\n",
	    seen.forked        ? " FORKED"
	    : seen.other.n > 0 ? " REFUSED"
			       : "");
	if (seen.other.n > 0) { /* the evidence, both signed by its key */
		vt_buf_span(l->out, seen.note);
		vt_buf_span(l->out, seen.other);
	}
	return VT_OK;
}

static int
list(struct witness_call *c, struct vt_buf *out)
{
	struct listing l = { .out = out };
	int rc = vt_view_begin(c->store, &l.v, &c->cli->err);

	if (rc != VT_OK)
		return rc;
	rc = vt_witness_each(l.v, list_one, &l, &c->cli->err);
	vt_view_end(l.v);
	return rc;
}

static const struct {
	const char *name;
	int operands;
	int (*run)(struct witness_call *c, struct vt_buf *out);
} verbs[] = {
	{ "key", 2, key },
	{ "we", 3, we },
	{ "add", 3, add },
	{ "epoch", 3, follow },
	{ "remove", 3, drop },
	{ "list", 2, list },
};

int
vt_cli_witness(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "operator", required_argument, NULL, 256 },
		{ "url", required_argument, NULL, 257 },
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct witness_call call = { .cli = cli };
	VT_BUF_AUTO(out);
	char **operands;
	size_t i = 0;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			call.whose = optarg;
		else if (c == 257)
			call.url = optarg;
		else
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 2, 3, &operands, &n)) != VT_OK)
		return rc;
	while (i < sizeof(verbs) / sizeof(verbs[0]) &&
	       strcmp(verbs[i].name, operands[0]) != 0)
		i++;
	if (i == sizeof(verbs) / sizeof(verbs[0]) || n != verbs[i].operands)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "witness: no such verb, or not its operands: \"%s\"",
		    operands[0]);
	call.operand = n == 3 ? operands[2] : NULL;
	if ((rc = vt_store_open(operands[1], &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK)
		return rc;
	call.store = store;
	if ((rc = verbs[i].run(&call, &out)) != VT_OK ||
	    (rc = vt_buf_status(&out, &cli->err)) != VT_OK)
		return rc;
	return vt_cli_write("-", -1, vt_buf_view(&out), &cli->err);
}
