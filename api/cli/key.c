/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu key: another store key, for a store that no server has open. */
#include "api/cli/cli.h"

static int
rotated(struct vt_cli *cli, const struct vt_rotate_options *o,
    const struct vt_rotate_report *r)
{
	VT_BUF_AUTO(out);

	if (cli->json) {
		struct vt_json j;

		vt_json_open(&j, &out, true);
		vt_json_object(&j);
		vt_json_kuint(&j, "epoch", r->epoch);
		vt_json_kuint(&j, "keys", r->keys);
		vt_json_end(&j);
		vt_buf_putc(&out, '\n');
	} else {
		vt_buf_printf(&out, "epoch %u, keys %llu\n", r->epoch,
		    (unsigned long long)r->keys);
		if (o->keep_old != NULL)
			vt_buf_printf(&out,
			    cli->vi ? "Cất %s vào két: bản sao lưu cũ chỉ mở "
				      "được bằng nó\n"
				    : "Put %s into a safe: backups of before "
				      "open with it alone\n",
			    o->keep_old);
	}
	return vt_cli_print(cli, &out);
}

int
vt_cli_key(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "keep-old", required_argument, NULL, 256 },
		{ "store-key", required_argument, NULL, 257 },
		{ "next", required_argument, NULL, 258 },
		{ NULL, 0, NULL, 0 },
	};
	struct vt_rotate_options o = { .key_file = NULL };
	struct vt_rotate_report r = { .epoch = 0 };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			o.keep_old = optarg;
		else if (c == 257)
			o.key_file = optarg;
		else if (c == 258)
			o.next = optarg;
		else
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 2, 3, &operands, &n)) != VT_OK)
		return rc;
	if (strcmp(operands[0], "next") == 0 && n == 3)
		return vt_store_key_next(
		    operands[1], operands[2], vt_context_system(), &cli->err);
	if (strcmp(operands[0], "rotate") != 0 || n != 2 ||
	    (o.next == NULL && o.keep_old == NULL))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "key next FILE NEW, or key rotate DIR with --keep-old FILE "
		    "or with --next NEW");
	rc = vt_store_rotate(
	    operands[1], &o, vt_context_system(), &r, &cli->err);
	return rc == VT_OK ? rotated(cli, &o, &r) : rc;
}
