/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu backup, vanthu restore, vanthu standby, vanthu repair */
#include <ftw.h>
#include <unistd.h>

#include "api/cli/cli.h"
#include "docstore/backup.h"

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
	vt_json_kuint(&j, "damaged_objects", r->mended);
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
	if (r->mended != 0)
		vt_buf_printf(b,
		    "NOTE %llu object(s) of the backup were damaged and are "
		    "written anew;\n     increments that name them alone stay "
		    "damaged: look after that disk\n",
		    (unsigned long long)r->mended);
}

/* One increment, and what is said of it: on standard error beside a stream. */
static int
backup_once(struct vt_cli *cli, const char *data, struct vt_backup_options *o)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_backup_report r;
	struct vt_progress *shown;
	VT_BUF_AUTO(out);
	int rc;

	so.read_only = !o->hand_over;
	o->arg = shown =
	    vt_progress_new(cli, cli->vi ? "sao lưu" : "backing up");
	rc = vt_store_open(data, &so, vt_context_system(), &store, &cli->err);
	if (rc == VT_OK)
		rc = vt_backup_take(store, o, &r, &cli->err);
	vt_progress_free(shown);
	if (rc != VT_OK)
		return rc;
	if (cli->json)
		backup_json(&r, &out);
	else
		backup_text(cli, &r, &out);
	if (o->stream == 0)
		return vt_cli_print(cli, &out);
	(void)fputs(vt_buf_str(&out), stderr);
	return VT_OK;
}

/* Again and again, until somebody ends the program: a kill at any moment
 * leaves what was there. What fails is told, and tried again. */
static int
again(struct vt_cli *cli, long seconds, int rc)
{
	if (rc < 0)
		fprintf(stderr, "vanthu %s: %s. %s\n", cli->command->name,
		    cli->vi ? vt_err_info(rc)->vi : vt_err_info(rc)->en,
		    cli->err.msg);
	(void)fflush(stdout);
	(void)sleep((unsigned)seconds);
	cli->err = (struct vt_err)VT_ERR_INIT;
	return VT_OK;
}

static int
backup_options(struct vt_cli *cli, struct vt_backup_options *o, long *every)
{
	static const struct option options[] = {
		{ "keys", required_argument, NULL, 256 },
		{ "keep", required_argument, NULL, 257 },
		{ "keys-days", required_argument, NULL, 258 },
		{ "every", required_argument, NULL, 259 },
		{ "hand-over", no_argument, NULL, 260 },
		{ "verify", no_argument, NULL, 261 },
		{ "forget-destroyed", no_argument, NULL, 262 },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const names[] = { "--keep", "--keys-days",
		"--every" };
	long number = 0;
	int c, rc = VT_OK;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c >= 257 && c <= 259 &&
		    (rc = vt_cli_number(cli, names[c - 257], optarg, 1, 1000000,
			 &number)) != VT_OK)
			return rc;
		if (c == 256)
			o->keys = optarg;
		else if (c == 257)
			o->keep = (uint32_t)number;
		else if (c == 258)
			o->keys_days = (uint32_t)number;
		else if (c == 259)
			*every = number;
		else if (c == 260)
			o->hand_over = true;
		else if (c == 261)
			o->verify = true;
		else if (c == 262)
			o->forget = true;
		else
			return c;
	}
	return VT_OK;
}

int
vt_cli_backup(struct vt_cli *cli)
{
	struct vt_backup_options o = { .progress = progress };
	char **operands;
	long every = 0;
	int n, rc;

	if ((rc = backup_options(cli, &o, &every)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	if (o.keys == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--keys is missing: a folder apart, for the keys of what "
		    "is backed up");
	if (strcmp(operands[1], "-") == 0)
		o.stream = STDOUT_FILENO;
	o.place = operands[1];
	if (every != 0 && (o.hand_over || o.stream != 0))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--every is for a folder, and a store is handed over once");
	do
		rc = backup_once(cli, operands[0], &o);
	while (every != 0 && again(cli, every, rc) == VT_OK);
	return rc;
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
	vt_json_kuint(&j, "destroyed_again", r->destroyed);
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
	if (r->destroyed != 0)
		vt_buf_printf(b, "papers destroyed again, by the list: %llu\n",
		    (unsigned long long)r->destroyed);
	vt_buf_span(b, vt_buf_view(&c->findings));
	vt_buf_printf(b, c->n == 0 ? "clean\n" : "%llu finding(s)\n",
	    (unsigned long long)c->n);
	vt_buf_puts(b, "READ-ONLY: others may know of newer acts; see "
		       "docs/operating.md, \"After a restore\"\n");
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

/* Standard input, into a folder beside the directory to be: nothing counts
 * before all of it is there. */
static int
from_stream(struct vt_cli *cli, const char *target,
    struct vt_restore_options *o, char *incoming, size_t size)
{
	int rc;

	if ((size_t)snprintf(incoming, size, "%s.incoming", target) >= size)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "the path of the data directory is too long");
	if (access(incoming, F_OK) == 0)
		return vt_err_set(&cli->err, VT_E_EXISTS,
		    "%s: a restore that was cut off left it; remove it",
		    incoming);
	o->place = incoming;
	rc = vt_backup_unpack(STDIN_FILENO, incoming, o->keys, &cli->err);
	if (rc != VT_OK)
		(void)nftw(incoming, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return rc;
}

static int
run_restore(struct vt_cli *cli, char **operands,
    const struct vt_restore_options *asked, bool skip_check)
{
	struct vt_restore_options own = *asked, *o = &own;
	struct checked c = { .findings = VT_BUF_INIT, .json = cli->json };
	struct vt_restore_report r;
	char incoming[4096] = "";
	VT_BUF_AUTO(out);
	int rc = VT_OK;

	if (strcmp(operands[1], "-") == 0)
		rc = from_stream(
		    cli, operands[0], o, incoming, sizeof(incoming));
	else
		o->place = operands[1];
	if (rc != VT_OK)
		return rc;
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
	if (incoming[0] != '\0')
		(void)nftw(incoming, remove_one, 8, FTW_DEPTH | FTW_PHYS);
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
		{ "destroyed", required_argument, NULL, 261 },
		{ "newer-key", required_argument, NULL, 262 },
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
		else if (c == 261)
			o.destroyed = optarg;
		else if (c == 262)
			o.newer_key_file = optarg;
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

/* ---- a warm standby ---- */

static int
standby_once(struct vt_cli *cli, const char *dir, struct vt_restore_options *o,
    bool promote)
{
	struct checked c = { .findings = VT_BUF_INIT, .json = cli->json };
	struct vt_restore_report r = { .number = 0 };
	bool changed = true;
	VT_BUF_AUTO(out);
	int rc;

	o->arg = c.shown =
	    vt_progress_new(cli, cli->vi ? "theo sau" : "following");
	rc = promote
		 ? vt_backup_promote(dir, o, vt_context_system(), &r, &cli->err)
		 : vt_backup_follow(
		       dir, o, vt_context_system(), &changed, &r, &cli->err);
	vt_progress_free(c.shown);
	if (rc != VT_OK || !changed)
		return rc;
	if (cli->json) {
		restore_json(&r, &c, false, &out);
	} else {
		vt_buf_printf(&out, "increment %llu, taken ",
		    (unsigned long long)r.number);
		vt_time_rfc3339(r.backup, VT_TIME_VN_S, &out);
		vt_buf_printf(&out, ", acts %llu, objects %llu (%llu bytes)\n",
		    (unsigned long long)r.acts, (unsigned long long)r.objects,
		    (unsigned long long)r.bytes);
		if (promote)
			vt_buf_puts(&out, "PROMOTED: it writes from now on\n");
		else if (r.final)
			vt_buf_puts(&out, "handed over: may be promoted\n");
	}
	return vt_cli_print(cli, &out);
}

int
vt_cli_standby(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "keys", required_argument, NULL, 256 },
		{ "store-key", required_argument, NULL, 257 },
		{ "every", required_argument, NULL, 258 },
		{ "promote", no_argument, NULL, 259 },
		{ NULL, 0, NULL, 0 },
	};
	struct vt_restore_options o = { .progress = progress };
	bool promote = false;
	char **operands;
	long every = 0;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			o.keys = optarg;
		else if (c == 257)
			o.key_file = optarg;
		else if (c == 258 && (rc = vt_cli_number(cli, "--every", optarg,
					  1, 1000000, &every)) != VT_OK)
			return rc;
		else if (c == 259)
			promote = true;
		else if (c != 258)
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	if (o.keys == NULL || o.key_file == NULL || (promote && every != 0))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--keys and --store-key are needed; --promote is done "
		    "once");
	o.place = operands[1];
	do
		rc = standby_once(cli, operands[0], &o, promote);
	while (every != 0 && again(cli, every, rc) == VT_OK);
	return rc;
}

/* ---- repairing ---- */

static int
repair(struct vt_cli *cli, const char *dir, struct vt_repair_options *o,
    struct vt_repair_report *r)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_check_options co = { .arg = NULL };
	uint64_t indexes;
	int rc;

	so.mending = true;
	rc = vt_store_open(dir, &so, vt_context_system(), &store, &cli->err);
	if (rc != VT_OK ||
	    (rc = vt_store_repair(store, o, r, &cli->err)) != VT_OK)
		return rc;
	co.finding = o->told;
	co.arg = o->arg;
	return vt_search_check(store, &co, true, &indexes, &cli->err);
}

int
vt_cli_repair(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "keys", required_argument, NULL, 256 },
		{ "file", required_argument, NULL, 257 },
		{ NULL, 0, NULL, 0 },
	};
	struct checked c = { .findings = VT_BUF_INIT, .json = cli->json };
	struct vt_repair_options o = { .told = finding, .arg = &c };
	struct vt_repair_report r;
	VT_BUF_AUTO(out);
	char **operands;
	int k, n, rc;

	while ((k = vt_cli_option(cli, options)) != -1) {
		if (k == 256)
			o.keys = optarg;
		else if (k == 257)
			o.file = optarg;
		else
			return k == 'h' ? 0 : k;
	}
	if ((rc = vt_cli_operands(cli, 1, 2, &operands, &n)) != VT_OK)
		return rc;
	if (o.file != NULL ? n != 1 : n != 2 || o.keys == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "a backup and its --keys, or a --file, is needed");
	o.place = operands[n - 1];
	if (c.json) {
		vt_json_open(&c.j, &c.findings, false);
		vt_json_array(&c.j);
	}
	if ((rc = repair(cli, operands[0], &o, &r)) == VT_OK) {
		if (c.json)
			vt_json_end(&c.j);
		vt_buf_printf(&out,
		    c.json ? "{\"chunks\":%llu,\"damaged\":%llu,"
			     "\"repaired\":%llu,\"told\":"
			   : "chunks %llu\ndamaged %llu\nrepaired %llu\n",
		    (unsigned long long)r.chunks, (unsigned long long)r.damaged,
		    (unsigned long long)r.repaired);
		vt_buf_span(&out, vt_buf_view(&c.findings));
		vt_buf_puts(&out, c.json ? "}\n" : "");
		rc = vt_cli_print(cli, &out);
	}
	vt_buf_free(&c.findings);
	return rc != VT_OK ? rc : r.repaired != r.damaged;
}
