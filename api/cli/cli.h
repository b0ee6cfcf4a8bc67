/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: one table of commands (main.c), one function each, shared
 * ways of reading options, printing and failing.
 *
 * Standard output holds the result and nothing else; messages and progress go
 * to standard error. With --json both a result and an error are one JSON
 * object. Exit status: 0-4 verdicts of `verify`, else that of the error's row
 * in base/err.def.
 */
#ifndef VT_API_CLI_H
#define VT_API_CLI_H

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "api/office/office.h"
#include "base/json_out.h"

struct vt_cli {
	const struct vt_command *command;
	bool json;
	bool vi;          /* messages in Vietnamese (LANG or --lang) */
	int argc;         /* of the command, its name first */
	char **argv;
	struct vt_err err; /* what a command failed with */
};

struct vt_command {
	const char *name, *synopsis, *purpose, *help;
	/* Exit status, or a negative enum vt_code with cli->err set. */
	int (*run)(struct vt_cli *cli);
};

int vt_cli_init(struct vt_cli *cli);
int vt_cli_serve(struct vt_cli *cli);
int vt_cli_sign(struct vt_cli *cli);
int vt_cli_verify(struct vt_cli *cli);
int vt_cli_render(struct vt_cli *cli);
int vt_cli_check(struct vt_cli *cli);
int vt_cli_backup(struct vt_cli *cli);
int vt_cli_restore(struct vt_cli *cli);
int vt_cli_standby(struct vt_cli *cli);
int vt_cli_stats(struct vt_cli *cli);
int vt_cli_migrate(struct vt_cli *cli);
int vt_cli_repair(struct vt_cli *cli);
int vt_cli_receipt(struct vt_cli *cli);
int vt_cli_ledger(struct vt_cli *cli);
int vt_cli_edoc(struct vt_cli *cli);
int vt_cli_sandbox(struct vt_cli *cli);
int vt_cli_holiday(struct vt_cli *cli);
int vt_cli_work(struct vt_cli *cli);
int vt_cli_key(struct vt_cli *cli);
int vt_cli_merge(struct vt_cli *cli);
int vt_cli_addresses(struct vt_cli *cli);
int vt_cli_province(struct vt_cli *cli);
int vt_cli_person(struct vt_cli *cli);
int vt_cli_agency(struct vt_cli *cli);
int vt_cli_user(struct vt_cli *cli);
int vt_cli_client(struct vt_cli *cli);
int vt_cli_route(struct vt_cli *cli);
int vt_cli_witness(struct vt_cli *cli);

/* ---- options.c ---- */

/*
 * The next long option as its `val`; -1 at the end, VT_E_USAGE (negative)
 * with cli->err set for an unknown one. --json, --lang and --help are taken
 * care of here (--help prints and gives 'h').
 */
int vt_cli_option(struct vt_cli *cli, const struct option *own);
/* Operands left after the options; count wanted between min and max. */
VT_NODISCARD int vt_cli_operands(struct vt_cli *cli, int min, int max,
    char ***ret, int *ret_n);
/* Four comma-separated numbers. */
VT_NODISCARD int vt_cli_rect(struct vt_cli *cli, const char *s, double ret[4]);
VT_NODISCARD int vt_cli_number(struct vt_cli *cli, const char *what,
    const char *s, long min, long max, long *ret);

/* ---- files.c ---- */

/* A whole file of at most limit bytes, appended. VT_E_NO_INPUT, VT_E_IO,
 * VT_E_LIMIT. */
VT_NODISCARD int vt_cli_read(const char *path, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr);
/* Opens an input file for reading; directories and absent files refused. */
VT_NODISCARD int vt_cli_open(const char *path, int *ret_fd,
    struct vt_err *reterr);
/*
 * Writes a file whole or not at all: a temporary file beside it, fsync,
 * rename. prefix_fd: its bytes come first (-1: none). "-" is standard output.
 */
VT_NODISCARD int vt_cli_write(const char *path, int prefix_fd,
    struct vt_span bytes, struct vt_err *reterr);

/* Asks on the terminal, without echo. VT_E_USAGE when there is none. */
VT_NODISCARD int vt_cli_ask_pin(const char *prompt, struct vt_secret **ret,
    struct vt_err *reterr);

/* ---- progress.c ---- */

/*
 * What long work is at, on standard error: only when that is a terminal and
 * --json was not given, from half a second on, and gone when the work ends.
 * NULL: nothing is to be shown (or there is no memory for it); the other two
 * take that. Start it after the spawner. Threads: one per object. Owned.
 */
struct vt_progress;
struct vt_progress *vt_progress_new(
    const struct vt_cli *cli, const char *stage);
/* A stage (copied, of ours: never a word from a file), and how much is done;
 * total 0: not known. */
void vt_progress_stage(struct vt_progress *p, const char *stage, uint64_t done,
    uint64_t total);
/* Clears the line. */
void vt_progress_free(struct vt_progress *p);

/* ---- main.c ---- */

/* The workers of the command line and of the server, one table. */
VT_NODISCARD int vt_cli_spawner(struct vt_spawner **ret,
    struct vt_err *reterr);
/* Prints b to standard output; VT_E_IO when that fails. */
VT_NODISCARD int vt_cli_print(struct vt_cli *cli, const struct vt_buf *b);

#endif
