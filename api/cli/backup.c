/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu backup, vanthu restore */
#include "docstore/backup.h"
#include "api/cli/cli.h"

static bool
progress(void *arg, const char *stage, uint64_t done, uint64_t total)
{
	vt_progress_stage(arg, stage, done, total);
	return true;
}

static void
backup_json(const struct vt_backup_report *r, struct vt_buf *b)
{
	struct vt_json j;

	vt_json_open(&j, b, true);
	vt_json_object(&j);
	vt_json_kuint(&j, "increment", r->number);
	vt_json_ktime(&j, "time", r->time);
	vt_json_khash(&j, "manifest", &r->manifest);
	vt_json_kuint(&j, "agencies", r->agencies);
	vt_json_kuint(&j, "acts", r->acts);
	vt_json_kuint(&j, "objects", r->objects);
	vt_json_kuint(&j, "bytes", r->bytes);
	vt_json_kuint(&j, "new_objects", r->fresh);
	vt_json_kuint(&j, "new_bytes", r->fresh_bytes);
	vt_json_kuint(&j, "removed_objects", r->removed);
	vt_json_kbool(&j, "previous_unreadable", r->whole);
	vt_json_end(&j);
	vt_buf_putc(b, '\n');
}

static void
backup_text(const struct vt_cli *cli, const struct vt_backup_report *r,
    struct vt_buf *b)
{
	char hex[VT_HASH_TEXT + 1];

	vt_hash_text(&r->manifest, hex);
	vt_buf_printf(b,
	    cli->vi ? "bản sao lưu %llu, trạng thái lúc "
		    : "increment %llu, as of ",
	    (unsigned long long)r->number);
	vt_time_rfc3339(r->time, VT_TIME_VN_S, b);
	vt_buf_printf(b,
	    "\nagencies %u\nacts %llu\nobjects %llu (%llu bytes)\n"
	    "new %llu (%llu bytes), removed %llu\nmanifest %s\n",
	    r->agencies, (unsigned long long)r->acts,
	    (unsigned long long)r->objects, (unsigned long long)r->bytes,
	    (unsigned long long)r->fresh, (unsigned long long)r->fresh_bytes,
	    (unsigned long long)r->removed, hex);
	if (r->whole)
		vt_buf_puts(b,
		    "NOTE the increment before could not be read: this one is "
		    "whole\n");
}

int
vt_cli_backup(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "keys", required_argument, NULL, 256 },
		{ "keep", required_argument, NULL, 257 },
		{ "keys-days", required_argument, NULL, 258 },
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_backup_options o = { .progress = progress };
	struct vt_backup_report r;
	struct vt_progress *shown;
	VT_BUF_AUTO(out);
	char **operands;
	long number = 0;
	int c, n, rc = VT_OK;

	while ((c = vt_cli_option(cli, options)) != -1 && rc == VT_OK) {
		if (c == 256)
			o.keys = optarg;
		else if (c == 257 || c == 258)
			rc = vt_cli_number(cli,
			    c == 257 ? "--keep" : "--keys-days", optarg, 1,
			    1000000, &number);
		else
			return c == 'h' ? 0 : c;
		if (c == 257)
			o.keep = (uint32_t)number;
		else if (c == 258)
			o.keys_days = (uint32_t)number;
	}
	if (rc != VT_OK ||
	    (rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	if (o.keys == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--keys is missing: a folder apart, for the keys of what "
		    "is backed up");
	o.place = operands[1];
	so.read_only = true;
	o.arg = shown =
	    vt_progress_new(cli, cli->vi ? "sao lưu" : "backing up");
	rc = vt_store_open(
	    operands[0], &so, vt_context_system(), &store, &cli->err);
	if (rc == VT_OK)
		rc = vt_backup_take(store, &o, &r, &cli->err);
	vt_progress_free(shown);
	if (rc != VT_OK)
		return rc;
	if (cli->json)
		backup_json(&r, &out);
	else
		backup_text(cli, &r, &out);
	return vt_cli_print(cli, &out);
}

/* ---- restore ---- */

struct checked {
	struct vt_buf findings;
	struct vt_json j;
	uint64_t n;
	struct vt_progress *shown;
	bool json;
};

static void
finding(void *arg, const char *line)
{
	struct checked *c = arg;

	if (c->json)
		vt_json_str(&c->j, line);
	else
		vt_buf_printf(&c->findings, "FINDING %s\n", line);
}

static bool
check_progress(void *arg, const char *stage, uint64_t done, uint64_t total)
{
	struct checked *c = arg;

	vt_progress_stage(c->shown, stage, done, total);
	return true;
}

static int
check_restored(struct vt_cli *cli, const char *dir, struct checked *c)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_check_options co = {
		.progress = check_progress, .finding = finding, .arg = c
	};
	int rc;

	/* For writing: it sweeps the bytes that nothing named yet. */
	rc = vt_store_open(dir, &so, vt_context_system(), &store, &cli->err);
	if (rc == VT_OK)
		rc = vt_store_check(store, &co, &c->n, &cli->err);
	return rc;
}

static void
restore_json(const struct vt_restore_report *r, const struct checked *c,
    bool only_check, struct vt_buf *b)
{
	struct vt_json j;

	vt_json_open(&j, b, true);
	vt_json_object(&j);
	vt_json_kbool(&j, "restored", !only_check);
	vt_json_kuint(&j, "increment", r->number);
	vt_json_kuint(&j, "newest_increment", r->newest);
	vt_json_ktime(&j, "backup_time", r->backup);
	vt_json_khash(&j, "manifest", &r->manifest);
	vt_json_kid(&j, "store", &r->store);
	vt_json_kuint(&j, "agencies", r->agencies);
	vt_json_kuint(&j, "acts", r->acts);
	vt_json_kuint(&j, "objects", r->objects);
	vt_json_kuint(&j, "bytes", r->bytes);
	vt_json_kuint(&j, "rows", r->rows);
	vt_json_kuint(&j, "chunks", r->chunks);
	vt_json_kuint(&j, "keys_gone", r->keys_gone);
	vt_json_kuint(&j, "findings", c->n);
	vt_json_kbool(&j, "read_only", !only_check);
	vt_json_end(&j);
	vt_buf_putc(b, '\n');
}

static void
restore_text(const struct vt_restore_report *r, const struct checked *c,
    bool only_check, struct vt_buf *b)
{
	vt_buf_printf(b, "increment %llu of %llu, taken ",
	    (unsigned long long)r->number, (unsigned long long)r->newest);
	vt_time_rfc3339(r->backup, VT_TIME_VN_S, b);
	vt_buf_printf(b,
	    "\nagencies %u\nacts %llu\nobjects %llu (%llu bytes), every hash "
	    "compared\n",
	    r->agencies, (unsigned long long)r->acts,
	    (unsigned long long)r->objects, (unsigned long long)r->bytes);
	if (only_check) {
		vt_buf_puts(b, "whole; nothing was restored\n");
		return;
	}
	vt_buf_printf(b, "rows %llu\nchunks %llu\n",
	    (unsigned long long)r->rows, (unsigned long long)r->chunks);
	if (r->keys_gone != 0)
		vt_buf_printf(b,
		    "chunks that stay closed, their keys have expired: %llu\n",
		    (unsigned long long)r->keys_gone);
	vt_buf_span(b, vt_buf_view(&c->findings));
	vt_buf_printf(b, c->n == 0 ? "clean\n" : "%llu finding(s)\n",
	    (unsigned long long)c->n);
	vt_buf_puts(b, "READ-ONLY: others may know of newer acts; see "
		       "docs/operating.md, \"After a restore\"\n");
}

static int
run_restore(struct vt_cli *cli, char **operands, struct vt_restore_options *o,
    bool skip_check)
{
	struct checked c = { .findings = VT_BUF_INIT, .json = cli->json };
	struct vt_restore_report r;
	VT_BUF_AUTO(out);
	int rc;

	o->place = operands[1];
	o->progress = progress;
	if (c.json) {
		vt_json_open(&c.j, &c.findings, false);
		vt_json_array(&c.j);
	}
	o->arg = c.shown =
	    vt_progress_new(cli, cli->vi ? "khôi phục" : "restoring");
	rc = vt_backup_restore(
	    operands[0], o, vt_context_system(), &r, &cli->err);
	if (rc == VT_OK && !o->only_check && !skip_check)
		rc = check_restored(cli, operands[0], &c);
	vt_progress_free(c.shown);
	if (rc == VT_OK) {
		if (cli->json)
			restore_json(&r, &c, o->only_check, &out);
		else
			restore_text(&r, &c, o->only_check, &out);
		rc = vt_cli_print(cli, &out);
	}
	vt_buf_free(&c.findings);
	return rc != VT_OK ? rc : c.n != 0;
}

int
vt_cli_restore(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "keys", required_argument, NULL, 256 },
		{ "store-key", required_argument, NULL, 257 },
		{ "increment", required_argument, NULL, 258 },
		{ "only-check", no_argument, NULL, 259 },
		{ "skip-check", no_argument, NULL, 260 },
		{ NULL, 0, NULL, 0 },
	};
	struct vt_restore_options o = { .number = 0 };
	bool skip_check = false;
	char **operands;
	long number = 0;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			o.keys = optarg;
		else if (c == 257)
			o.key_file = optarg;
		else if (c == 258 &&
			 (rc = vt_cli_number(cli, "--increment", optarg, 1,
			      999999999, &number)) != VT_OK)
			return rc;
		else if (c == 259)
			o.only_check = true;
		else if (c == 260)
			skip_check = true;
		else if (c != 258)
			return c == 'h' ? 0 : c;
	}
	o.number = (uint64_t)number;
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	if (o.keys == NULL || o.key_file == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--keys and --store-key are needed: the folder of the "
		    "keys, and the store key from its safe");
	return run_restore(cli, operands, &o, skip_check);
}
