/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu merge: an agency goes on in another one, on a store at rest. */
#include "api/cli/cli.h"

static const struct option options[] = {
	{ NULL, 0, NULL, 0 },
};

int
vt_cli_merge(struct vt_cli *cli)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	char **operands;
	int c, n, rc;

	if ((c = vt_cli_option(cli, options)) != -1)
		return c == 'h' ? 0 : c;
	if ((rc = vt_cli_operands(cli, 2, 3, &operands, &n)) != VT_OK ||
	    (rc = vt_store_open(operands[0], &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK)
		return rc;
	return vt_office_merge_agency(
	    store, operands[1], n == 3 ? operands[2] : "", &cli->err);
}
