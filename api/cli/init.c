/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu init: a data directory, and the agencies and people of a province
 * file (province.c). */
#include "api/cli/cli.h"
#include "api/cli/province.h"

/* In memory, before there is a directory: what is wrong in the file is told
 * while nothing is there, and the mended one is taken. */
static int
rehearse(struct vt_cli *cli, struct vt_store_options so, const char *province)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_province_count count = { 0 };
	int rc;

	so.in_memory = true;
	rc = vt_store_open(NULL, &so, vt_context_system(), &store, &cli->err);
	return rc != VT_OK ? rc
			   : vt_cli_province_add(cli, store, province, &count);
}

int
vt_cli_init(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "domain", required_argument, NULL, 256 },
		{ "province", required_argument, NULL, 257 },
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_province_count count = { 0 };
	const char *province = NULL;
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 256)
			so.domain = optarg;
		else if (c == 257)
			province = optarg;
		else
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	if (so.domain == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE, "--domain is missing");
	if (province != NULL && (rc = rehearse(cli, so, province)) != VT_OK)
		return rc;
	rc = vt_store_init(operands[0], &so, vt_context_system(), &cli->err);
	if (rc != VT_OK)
		return rc;
	if (province != NULL) {
		rc = vt_store_open(
		    operands[0], &so, vt_context_system(), &store, &cli->err);
		if (rc == VT_OK)
			rc = vt_cli_province_add(cli, store, province, &count);
	}
	return rc != VT_OK ? rc
			   : vt_cli_province_report(cli, operands[0], &count);
}
