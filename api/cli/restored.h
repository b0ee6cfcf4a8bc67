/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of vanthu ledger that let a restored store write again. */
#ifndef VT_API_CLI_RESTORED_H
#define VT_API_CLI_RESTORED_H

#include "api/cli/cli.h"

#define VT_CLI_RESTORED_MAX 64 /* operands behind VERB DIR CODE */

struct vt_cli_restored {
	const char *first, *second, *asked; /* of the options; NULL: not given */
	const char *lost, *output, *peer_ca;
	bool allow_private; /* witnesses on private addresses */
};

bool vt_cli_restored_verb(const char *verb);
/* operands: VERB DIR CODE, then files, or SERIES[/PERIOD]=LAST. */
VT_NODISCARD int vt_cli_restored(struct vt_cli *cli,
    const struct vt_cli_restored *c, char **operands, int n);

#endif
