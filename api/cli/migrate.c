/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu migrate: what an older store lacks, on a store at rest. */
#include <pwd.h>
#include <unistd.h>

#include "api/cli/cli.h"
#include "docstore/backup.h"
#include "docstore/migrate.h"
#include "docstore/quick.h"

struct migrate_call {
	struct vt_cli *cli;
	const char *dir, *place, *keys, *by;
	bool no_backup, only_look;
	struct vt_progress *shown;
};

static bool
progress(void *arg, const char *stage, uint64_t done, uint64_t total)
{
	struct migrate_call *c = arg;

	vt_progress_stage(c->shown, stage, done, total);
	return true;
}

/* ---- what would be done ---- */

static void
plan_json(const struct vt_migrate_plan *p, struct vt_buf *b)
{
	struct vt_json j;

	vt_json_open(&j, b, true);
	vt_json_object(&j);
	vt_json_kuint(&j, "from", p->from);
	vt_json_kuint(&j, "to", p->to);
	vt_json_kstr(&j, "release", p->release);
	vt_json_kbool(&j, "under_way", p->under_way);
	vt_json_key(&j, "items");
	vt_json_array(&j);
	for (size_t i = 0; i < p->n; i++) {
		vt_json_object(&j);
		vt_json_kstr(&j, "name", p->item[i].name);
		vt_json_kuint(&j, "rows", p->item[i].rows);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	vt_buf_putc(b, '\n');
}

static void
plan_text(
    const struct vt_cli *cli, const struct vt_migrate_plan *p, struct vt_buf *b)
{
	vt_buf_printf(b,
	    cli->vi ? "định dạng %u; bản này (%s) ghi định dạng %u\n"
		    : "format %u; this release (%s) writes format %u\n",
	    p->from, p->release, p->to);
	for (size_t i = 0; i < p->n; i++)
		vt_buf_printf(b, "%s %llu: %s\n", p->item[i].name,
		    (unsigned long long)p->item[i].rows,
		    cli->vi ? p->item[i].vi : p->item[i].en);
	if (p->under_way)
		vt_buf_puts(b,
		    cli->vi ? "Lần chuyển trước bị ngắt giữa chừng: chạy lại "
			      "lệnh này để làm nốt\n"
			    : "One was cut off: the same command again "
			      "completes it\n");
	else if (p->n == 0)
		vt_buf_puts(b,
		    cli->vi ? "Không có gì phải chuyển\n" : "Nothing to do\n");
	else
		vt_buf_printf(b,
		    cli->vi ? "Sau khi chuyển, bản cũ hơn %s không mở được "
			      "kho này nữa\n"
			    : "Once migrated, releases older than %s do not "
			      "open this store\n",
		    p->release);
}

static bool
is_idle(const struct vt_migrate_plan *p)
{
	return p->n == 0 && !p->under_way && p->from == p->to;
}

static int
print_plan(struct migrate_call *c, const struct vt_migrate_plan *p)
{
	struct vt_cli *cli = c->cli;
	VT_BUF_AUTO(b);

	/* With --json one object: the plan, or what was done. */
	if (cli->json && (c->only_look || is_idle(p)))
		plan_json(p, &b);
	else if (!cli->json)
		plan_text(cli, p, &b);
	return vt_cli_print(cli, &b);
}

/* ---- doing it ---- */

static const char *
operator_name(const struct migrate_call *c)
{
	const struct passwd *pw;

	if (c->by != NULL)
		return c->by;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_name : "";
}

static int
backup(struct migrate_call *c, struct vt_store *s, uint64_t *ret)
{
	struct vt_backup_options o = { .place = c->place,
		.keys = c->keys,
		.progress = progress,
		.arg = c };
	struct vt_backup_report rep;
	int rc;

	*ret = 0;
	if (c->no_backup)
		return VT_OK;
	if ((rc = vt_backup_take(s, &o, &rep, &c->cli->err)) == VT_OK)
		*ret = rep.number;
	return rc;
}

static void
finding(void *arg, const char *line)
{
	(void)arg;
	(void)fprintf(stderr, "FINDING %s\n", line);
}

static void
done_text(const struct vt_cli *cli, const struct vt_migrate_report *r,
    uint64_t increment, uint64_t findings, struct vt_buf *b)
{
	struct vt_json j;

	if (!cli->json) {
		vt_buf_printf(b,
		    cli->vi ? "đã chuyển: %llu dòng, ghi vào sổ cái của %u cơ "
			      "quan; bản sao lưu %llu; kiểm tra: %llu lỗi\n"
			    : "migrated: %llu rows, said in the ledgers of %u "
			      "agencies; backup %llu; check: %llu findings\n",
		    (unsigned long long)r->rows, r->agencies,
		    (unsigned long long)increment,
		    (unsigned long long)findings);
		return;
	}
	vt_json_open(&j, b, true);
	vt_json_object(&j);
	vt_json_kuint(&j, "rows", r->rows);
	vt_json_kuint(&j, "agencies", r->agencies);
	vt_json_kuint(&j, "backup", increment);
	vt_json_kuint(&j, "findings", findings);
	vt_json_end(&j);
	vt_buf_putc(b, '\n');
}

static int
migrate(struct migrate_call *c, struct vt_store *s)
{
	struct vt_cli *cli = c->cli;
	struct vt_migrate_options o = { .by = operator_name(c),
		.progress = progress,
		.arg = c };
	struct vt_check_options co = { .progress = progress,
		.finding = finding,
		.skip_bytes = true,
		.arg = c };
	struct vt_migrate_report rep;
	uint64_t findings = 0;
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = backup(c, s, &o.backup)) != VT_OK ||
	    (rc = vt_store_migrate(s, &o, &rep, &cli->err)) != VT_OK ||
	    (rc = vt_store_check(s, &co, &findings, &cli->err)) != VT_OK)
		return rc;
	done_text(cli, &rep, o.backup, findings, &b);
	rc = vt_cli_print(cli, &b);
	return rc != VT_OK ? rc : findings != 0;
}

static int
on_store(struct migrate_call *c)
{
	VT_CLEANUP(vt_store_close) struct vt_store *s = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_migrate_plan p;
	int rc;

	so.read_only = c->only_look;
	so.migrates = true;
	rc =
	    vt_store_open(c->dir, &so, vt_context_system(), &s, &c->cli->err);
	if (rc != VT_OK ||
	    (rc = vt_store_migrate_plan(s, &p, &c->cli->err)) != VT_OK)
		return rc;
	if (c->only_look || is_idle(&p))
		return print_plan(c, &p);
	if (!c->no_backup && c->place == NULL)
		return vt_err_set(&c->cli->err, VT_E_USAGE,
		    "migrate: a backup comes first: --backup PLACE --keys "
		    "FOLDER takes one; --no-backup if you have one");
	rc = print_plan(c, &p);
	return rc == VT_OK ? migrate(c, s) : rc;
}

int
vt_cli_migrate(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 256 },
		{ "backup", required_argument, NULL, 257 },
		{ "keys", required_argument, NULL, 258 },
		{ "no-backup", no_argument, NULL, 259 },
		{ "by", required_argument, NULL, 260 },
		{ NULL, 0, NULL, 0 },
	};
	struct migrate_call call = { .cli = cli };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1)
		switch (c) {
		case 256:
			call.only_look = true;
			break;
		case 257:
			call.place = optarg;
			break;
		case 258:
			call.keys = optarg;
			break;
		case 259:
			call.no_backup = true;
			break;
		case 260:
			call.by = optarg;
			break;
		default:
			return c == 'h' ? 0 : c;
		}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	if ((call.place == NULL) != (call.keys == NULL) ||
	    (call.no_backup && call.place != NULL))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "migrate: --backup PLACE and --keys FOLDER together, or "
		    "--no-backup");
	call.dir = operands[0];
	call.shown = vt_progress_new(cli, cli->vi ? "mở kho" : "opening");
	rc = on_store(&call);
	vt_progress_free(call.shown);
	return rc;
}
