/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cli/webhooks.h"
#include "base/text.h"

static int
check(void *arg, const char *url, struct vt_err *reterr)
{
	return vt_fetch_hook_check(arg, url, reterr);
}

static int
post(void *arg, const struct vt_hook_message *m, struct vt_hook_reply *ret,
    struct vt_err *reterr)
{
	const struct vt_call_field fields[] = {
		{ "Content-Type", "application/json" },
		{ "User-Agent", "vanthu/" VT_VERSION },
		{ "webhook-id", m->id },
		{ "webhook-timestamp", m->timestamp },
		{ "webhook-signature", m->signature },
	};
	const struct vt_fetch_hook hook = { .url = m->url,
		.fields = fields,
		.n_fields = sizeof(fields) / sizeof(fields[0]),
		.body = m->body,
		.stop = m->stop,
		.stop_arg = m->stop_arg };
	struct vt_call_answer a;
	int rc;

	if ((rc = vt_fetch_hook_post(arg, &hook, &a, reterr)) != VT_OK)
		return rc;
	ret->status = a.status;
	vt_text_fit(ret->retry_after, sizeof(ret->retry_after), a.retry_after);
	return VT_OK;
}

struct vt_hook_wire
vt_cli_hook_wire(struct vt_fetch_hook_options *o)
{
	return (struct vt_hook_wire){ .check = check, .post = post, .arg = o };
}
