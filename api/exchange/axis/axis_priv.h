/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the axis share. */
#ifndef VT_API_EXCHANGE_AXIS_PRIV_H
#define VT_API_EXCHANGE_AXIS_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/exchange/axis/axis.h"
#include "api/exchange/axis/client.h"
#include "api/exchange/axis/pull.h"
#include "api/exchange/axis/wrapper.h"
#include "base/secret.h"

#define VT_AXIS_MAGIC 0x61786973U

#define VT_AXIS_TOKENS 16 /* wrapper routes of one program */

struct vt_axis {
	uint32_t magic;
	struct vt_axis_options o;
	atomic_bool stopping;
	pthread_mutex_t lock; /* guards tokens */
	struct {
		char key[64]; /* of the route */
		struct vt_wrapper_token *token;
	} tokens[VT_AXIS_TOKENS];
	size_t n_tokens;
};

void vt_wrapper_tokens_free(struct vt_axis *a);

/* vt_transport.stop of both, and what their calls ask; arg: the axis. */
void vt_axis_stop(void *arg);
bool vt_axis_is_stopping(void *arg);

/* A gateway's list of agencies into the address book. */
typedef int vt_axis_book_list(
    void *arg, vt_axis_on_row *row, void *row_arg, struct vt_err *reterr);
VT_NODISCARD int vt_axis_book(struct vt_office *o, const struct vt_route *route,
    vt_axis_book_list *get, void *arg, bool only_deleted,
    struct vt_err *reterr);

#endif
