/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu edoc: packets without a store */
#include <stdlib.h>
#include <unistd.h>

#include "api/cli/edoc.h"

static const struct {
	const char *name;
	int (*run)(struct vt_cli *cli);
} parts[] = {
	{ "pack", vt_cli_edoc_pack },
	{ "unpack", vt_cli_edoc_unpack },
	{ "check", vt_cli_edoc_check },
	{ "status", vt_cli_edoc_status },
	{ "peer", vt_cli_edoc_peer },
};

int
vt_cli_edoc(struct vt_cli *cli)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	const char *name = cli->argc > 1 ? cli->argv[1] : "";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(name, parts[i].name) == 0) {
			cli->argc--;
			cli->argv++;
			return parts[i].run(cli);
		}
	if (*name == '-') {
		int c = vt_cli_option(cli, none);

		if (c != -1)
			return c == 'h' ? 0 : c;
	}
	if (*name == '\0' || *name == '-')
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "edoc: pack, unpack, check, status or peer wanted");
	return vt_err_set(
	    &cli->err, VT_E_USAGE, "edoc: there is no \"%s\"", name);
}

int
vt_edoc_scratch(int *ret_fd, struct vt_err *reterr)
{
	const char *folder = getenv("TMPDIR");

	return vt_unnamed_open(
	    folder == NULL || *folder == '\0' ? "/tmp" : folder, ret_fd,
	    reterr);
}

int
vt_edoc_read(
    struct vt_cli *cli, const char *path, struct vt_edxml **ret, int *ret_files)
{
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *w = NULL;
	int fd = -1, files = -1, rc;

	if ((rc = vt_cli_open(path, &fd, &cli->err)) != VT_OK)
		return rc;
	if (ret_files != NULL)
		rc = vt_edoc_scratch(&files, &cli->err);
	if (rc == VT_OK)
		rc = vt_cli_spawner(&w, &cli->err);
	if (rc == VT_OK)
		rc = vt_edxml_ask(w, fd, files, false, ret, &cli->err);
	(void)close(fd);
	if (rc == VT_OK && ret_files != NULL)
		*ret_files = files;
	else if (files >= 0)
		(void)close(files);
	return rc;
}

void
vt_edoc_findings(
    const struct vt_cli *cli, const struct vt_edxml *x, struct vt_buf *ret)
{
	for (size_t i = 0; i < x->n_findings; i++) {
		const struct vt_edxml_finding *f = &x->findings[i];
		const struct vt_edxml_rule_info *r =
		    vt_edxml_rule_info(f->rule);

		vt_buf_printf(ret, "%c %s", r->class, r->slug);
		if (*f->at != '\0')
			vt_buf_printf(ret, " (%s)", f->at);
		vt_buf_printf(ret, ": %s", cli->vi ? r->vi : r->en);
		if (*f->detail != '\0')
			vt_buf_printf(ret, ": %s", f->detail);
		vt_buf_putc(ret, '\n');
	}
}
