/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu check, vanthu receipt */
#include "api/cli/cli.h"
#include "docstore/quick.h"
#include "docstore/scrub.h"

struct seen {
	struct vt_buf findings, figures;
	struct vt_json jf, jg;
	struct vt_progress *shown;
	bool json;
};

static bool
progress(void *arg, const char *stage, uint64_t done, uint64_t total)
{
	struct seen *s = arg;

	vt_progress_stage(s->shown, stage, done, total);
	return true;
}

static void
finding(void *arg, const char *line)
{
	struct seen *s = arg;

	if (s->json)
		vt_json_str(&s->jf, line);
	else
		vt_buf_printf(&s->findings, "FINDING %s\n", line);
}

static void
figure(void *arg, const char *line)
{
	struct seen *s = arg;

	if (s->json)
		vt_json_str(&s->jg, line);
	else
		vt_buf_printf(&s->figures, "%s\n", line);
}

static int
report(struct vt_cli *cli, struct seen *s, uint64_t findings)
{
	VT_BUF_AUTO(b);

	if (s->json) {
		vt_json_end(&s->jf);
		vt_json_end(&s->jg);
		vt_buf_printf(&b, "{\"clean\":%s,\"findings\":",
		    findings == 0 ? "true" : "false");
		vt_buf_span(&b, vt_buf_view(&s->findings));
		vt_buf_puts(&b, ",\"figures\":");
		vt_buf_span(&b, vt_buf_view(&s->figures));
		vt_buf_puts(&b, "}\n");
	} else {
		vt_buf_span(&b, vt_buf_view(&s->figures));
		vt_buf_span(&b, vt_buf_view(&s->findings));
		vt_buf_printf(&b,
		    findings == 0 ? "clean\n" : "%llu finding(s)\n",
		    (unsigned long long)findings);
	}
	return vt_cli_print(cli, &b);
}

/* Findings are those of this call; the figures, of the round. */
static int
scrub(struct vt_store *store, long mib, struct seen *s, uint64_t *ret_findings,
    struct vt_err *reterr)
{
	struct vt_scrub before, x;
	char line[80];
	int rc;

	if ((rc = vt_store_scrubbed(store, &before, reterr)) != VT_OK ||
	    (rc = vt_store_scrub(
		 store, (uint64_t)mib << 20, finding, s, &x, reterr)) != VT_OK)
		return rc;
	*ret_findings = x.damaged - (before.next != 0 ? before.damaged : 0);
	(void)snprintf(
	    line, sizeof(line), "chunks %llu", (unsigned long long)x.chunks);
	figure(s, line);
	(void)snprintf(
	    line, sizeof(line), "bytes %llu", (unsigned long long)x.bytes);
	figure(s, line);
	figure(s, x.next == 0 ? "round ended" : "round goes on");
	return VT_OK;
}

int
vt_cli_check(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "skip-bytes", no_argument, NULL, 256 },
		{ "quick", no_argument, NULL, 257 },
		{ "scrub", required_argument, NULL, 258 },
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct seen s = { .findings = VT_BUF_INIT, .figures = VT_BUF_INIT };
	struct vt_check_options co = { .progress = progress,
		.finding = finding,
		.figure = figure,
		.arg = &s };
	uint64_t findings = 0;
	bool quick = false;
	char **operands;
	long mib = 0;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			co.skip_bytes = true;
		else if (c == 257)
			quick = true;
		else if (c == 258 && (rc = vt_cli_number(cli, "--scrub", optarg,
					  1, 1 << 30, &mib)) != VT_OK)
			return rc;
		else if (c != 258)
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	s.json = cli->json;
	if (s.json) {
		vt_json_open(&s.jf, &s.findings, false);
		vt_json_array(&s.jf);
		vt_json_open(&s.jg, &s.figures, false);
		vt_json_array(&s.jg);
	}
	so.read_only = mib == 0;
	s.shown = vt_progress_new(cli, cli->vi ? "mở kho" : "opening");
	rc = vt_store_open(
	    operands[0], &so, vt_context_system(), &store, &cli->err);
	if (rc == VT_OK)
		rc = mib != 0 ? scrub(store, mib, &s, &findings, &cli->err)
		     : quick  ? vt_store_check_quick(
				    store, &co, &findings, &cli->err)
			     : vt_store_check(store, &co, &findings, &cli->err);
	vt_progress_free(s.shown);
	if (rc == VT_OK)
		rc = report(cli, &s, findings);
	vt_buf_free(&s.findings);
	vt_buf_free(&s.figures);
	return rc != VT_OK ? rc : findings != 0;
}

static bool
parse_key(const char *hex, uint8_t ret[32])
{
	vt_hash h;

	if (!vt_hash_parse(vt_span_str(hex), &h))
		return false;
	memcpy(ret, h.b, 32);
	return true;
}

static void
print_receipt(const struct vt_receipt *r, bool trusted, struct vt_json *j)
{
	vt_hash key;

	memcpy(key.b, r->log_key, sizeof(key.b));
	vt_json_object(j);
	vt_json_kbool(j, "verified", true);
	/* Whoever made the receipt chose the key in it: only a key known
	 * beforehand says who that was. */
	vt_json_kbool(j, "log_key_known", trusted);
	vt_json_khash(j, "log_key", &key);
	vt_json_kid(j, "act", &r->act);
	vt_json_kid(j, "paper", &r->paper);
	vt_json_khash(j, "main", &r->main);
	if (r->number != 0)
		vt_json_kstr(j, "number", r->number_text);
	if (r->arrival != 0)
		vt_json_kuint(j, "arrival", r->arrival);
	vt_json_ktime(j, "time", r->time);
	vt_json_kstr(j, "origin", r->origin);
	vt_json_kuint(j, "index", r->index);
	vt_json_kuint(j, "tree_size", r->size);
	vt_json_khash(j, "root", &r->root);
	vt_json_end(j);
}

int
vt_cli_receipt(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "log-key", required_argument, NULL, 256 },
		{ NULL, 0, NULL, 0 },
	};
	struct vt_receipt r;
	VT_BUF_AUTO(bytes);
	VT_BUF_AUTO(out);
	struct vt_json j;
	bool has_key = false;
	char **operands;
	uint8_t key[32];
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c != 256)
			return c == 'h' ? 0 : c;
		if (!parse_key(optarg, key))
			return vt_err_set(&cli->err, VT_E_USAGE,
			    "--log-key: 64 hexadecimal digits wanted");
		has_key = true;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK ||
	    (rc = vt_cli_read(
		 operands[0], VT_RECEIPT_MAX, &bytes, &cli->err)) != VT_OK ||
	    (rc = vt_receipt_verify(vt_buf_view(&bytes), has_key ? key : NULL,
		 &r, &cli->err)) != VT_OK)
		return rc;
	vt_json_open(&j, &out, true);
	print_receipt(&r, has_key, &j);
	vt_buf_putc(&out, '\n');
	return vt_cli_print(cli, &out);
}
