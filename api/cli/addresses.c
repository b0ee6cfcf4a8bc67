/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu addresses: a table into the address book, on a store at rest. */
#include "api/cli/cli.h"
#include "api/office/address_import.h"
#include "base/limits.h"

enum { O_DRY_RUN = 256 };

static const struct option options[] = {
	{ "dry-run", no_argument, NULL, O_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

struct report {
	struct vt_cli *cli;
	struct vt_buf b;
	struct vt_json j;
};

static const char *
what_name(const struct vt_cli *cli, enum vt_import_what what)
{
	static const struct {
		const char *vi, *en;
	} names[] = { [VT_IMPORT_SAME] = { "như cũ", "same" },
		[VT_IMPORT_ADDED] = { "thêm mới", "added" },
		[VT_IMPORT_CHANGED] = { "thay đổi", "changed" },
		[VT_IMPORT_WRONG] = { "sai", "wrong" } };

	return cli->vi && !cli->json ? names[what].vi : names[what].en;
}

static void
line(void *arg, const struct vt_import_line *l)
{
	struct report *r = arg;

	if (r->cli->json) {
		vt_json_object(&r->j);
		vt_json_kuint(&r->j, "line", l->line);
		vt_json_kstr(&r->j, "what", what_name(r->cli, l->what));
		vt_json_kstr(&r->j, "code", l->code);
		vt_json_kstr(&r->j, "detail", l->detail);
		vt_json_end(&r->j);
	} else if (l->what != VT_IMPORT_SAME) {
		vt_buf_printf(&r->b, r->cli->vi ? "dòng %zu: " : "line %zu: ",
		    l->line);
		vt_buf_printf(&r->b, "%s: %s%s%s\n", l->code,
		    what_name(r->cli, l->what), *l->detail == '\0' ? "" : ": ",
		    l->detail);
	}
}

/* What was found is printed whether it could be taken or not. */
static int
print(struct report *r, const struct vt_import *im, bool written)
{
	const size_t *n = im->count;

	if (r->cli->json) {
		vt_json_end(&r->j);
		for (int i = VT_IMPORT_SAME; i <= VT_IMPORT_WRONG; i++)
			vt_json_kuint(&r->j,
			    what_name(r->cli, (enum vt_import_what)i), n[i]);
		vt_json_kbool(&r->j, "written", written);
		vt_json_end(&r->j);
		vt_buf_putc(&r->b, '\n');
	} else {
		vt_buf_printf(&r->b,
		    r->cli->vi ? "thêm mới %zu, thay đổi %zu, như cũ %zu, sai "
				 "%zu; %s\n"
			       : "added %zu, changed %zu, same %zu, wrong %zu; "
				 "%s\n",
		    n[VT_IMPORT_ADDED], n[VT_IMPORT_CHANGED],
		    n[VT_IMPORT_SAME], n[VT_IMPORT_WRONG],
		    r->cli->vi ? written ? "đã ghi" : "chưa ghi gì"
		    : written  ? "written"
			       : "nothing was written");
	}
	return vt_cli_print(r->cli, &r->b);
}

int
vt_cli_addresses(struct vt_cli *cli)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct report r = { .cli = cli, .b = VT_BUF_INIT };
	struct vt_import im = { .tell = line, .arg = &r };
	char **operands;
	VT_BUF_AUTO(table);
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c != O_DRY_RUN)
			return c == 'h' ? 0 : c;
		im.dry = true;
	}
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK ||
	    (rc = vt_cli_read(operands[1], VT_L(JSON_BODY_MAX), &table,
		 &cli->err)) != VT_OK ||
	    (rc = vt_store_open(operands[0], &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK)
		return rc;
	if (cli->json) {
		vt_json_open(&r.j, &r.b, true);
		vt_json_object(&r.j);
		vt_json_key(&r.j, "lines");
		vt_json_array(&r.j);
	}
	rc = vt_addresses_import(store, vt_context_system(),
	    vt_buf_view(&table), &im, &cli->err);
	if (rc == VT_OK || im.count[VT_IMPORT_WRONG] > 0)
		/* the lines say what is wrong: status 1, as check has it */
		rc = print(&r, &im, rc == VT_OK && !im.dry) != VT_OK
			 ? (int)cli->err.code
			 : rc != VT_OK;
	vt_buf_free(&r.b);
	return rc;
}
