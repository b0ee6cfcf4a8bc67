/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of `vanthu edoc`. Each gets cli with its own name first. */
#ifndef VT_API_CLI_EDOC_H
#define VT_API_CLI_EDOC_H

#include "api/cli/cli.h"
#include "api/exchange/edxml/edxml.h"

/* ---- edoc_pack.c ---- */
int vt_cli_edoc_pack(struct vt_cli *cli);
int vt_cli_edoc_status(struct vt_cli *cli);
/* ---- edoc_unpack.c ---- */
int vt_cli_edoc_unpack(struct vt_cli *cli);
int vt_cli_edoc_check(struct vt_cli *cli);
/* ---- edoc_peer.c ---- */
int vt_cli_edoc_peer(struct vt_cli *cli);

/*
 * Reads a packet by the worker. ret_files: descriptor of the attachments,
 * *owned*; NULL: they are only checked.
 */
VT_NODISCARD int vt_edoc_read(struct vt_cli *cli, const char *path,
    struct vt_edxml **ret, int *ret_files);

/* A file without a name, in the folder for temporary ones. */
VT_NODISCARD int vt_edoc_scratch(int *ret_fd, struct vt_err *reterr);

/* One line a finding: class, code, where, text. */
void vt_edoc_findings(
    const struct vt_cli *cli, const struct vt_edxml *x, struct vt_buf *ret);

#endif
