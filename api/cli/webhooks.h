/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joins the office, which says what a webhook says, to the fetcher, which
 * says where it may go. */
#ifndef VT_API_CLI_WEBHOOKS_H
#define VT_API_CLI_WEBHOOKS_H

#include "api/fetch/hook.h"
#include "api/office/hooks.h"

/* o: borrowed until the hooks are stopped. */
struct vt_hook_wire vt_cli_hook_wire(struct vt_fetch_hook_options *o);

#endif
