/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A province file into a store. */
#ifndef VT_API_CLI_PROVINCE_H
#define VT_API_CLI_PROVINCE_H

#include "api/cli/cli.h"

struct vt_province_count {
	size_t agencies, people; /* added */
	size_t there;            /* people who were there already */
};

/*
 * Adds the agencies (by code) and people (by login name, else by name) that the
 * store does not have; of those it has nothing is changed. Each is an act of
 * its own: cut off, it goes on when it is asked again. *ret also on failure.
 * Errors: those of reading the file, VT_E_SYNTAX, those of the acts.
 */
VT_NODISCARD int vt_cli_province_add(struct vt_cli *cli, struct vt_store *store,
    const char *path, struct vt_province_count *ret);
VT_NODISCARD int vt_cli_province_report(
    struct vt_cli *cli, const char *dir, const struct vt_province_count *n);

#endif
