/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Witnesses over direct exchange: C2SP tlog-witness, both sides. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/exchange/direct/direct_priv.h"
#include "api/office/cosign.h"
#include "base/limits.h"

#define SIZE_TYPE "text/x.tlog.size"

static bool
is_stopping(void *arg)
{
	const struct vt_direct *d = arg;

	return d->stopping;
}

int
vt_direct_cosign(void *arg, const char *url, struct vt_span request,
    struct vt_cosign_answer *ret, struct vt_err *reterr)
{
	static const struct vt_call_field type = { "Content-Type",
		"text/plain; charset=utf-8" };
	struct vt_call call = VT_CALL_INIT;
	struct vt_call_answer answer = { 0 };
	struct vt_direct *d = arg;
	VT_BUF_AUTO(to);
	int rc;

	VT_CHECK(d, VT_DIRECT_MAGIC);
	vt_buf_printf(&to, "%s" VT_DIRECT_COSIGN, url);
	if ((rc = vt_buf_status(&to, reterr)) != VT_OK)
		return rc;
	call.method = "POST";
	call.url = vt_buf_str(&to);
	call.fields = &type;
	call.n_fields = 1;
	call.head = request;
	call.put = vt_direct_take;
	call.put_arg = &ret->body;
	call.limit = VT_L(COSIGN_REQUEST_MAX);
	call.timeout_ms = d->o.timeout_ms;
	call.stop = is_stopping;
	call.stop_arg = d;
	call.pool = d->calls;
	call.allow_private = d->o.allow_private;
	call.ca = d->o.ca;
	call.cert = d->o.cert;
	call.key = d->o.key;
	if ((rc = vt_call(&call, &answer, reterr)) != VT_OK)
		return rc;
	ret->status = answer.status;
	if (answer.status < 200 || answer.status > 299)
		vt_buf_puts(&ret->body, answer.other);
	if (answer.status == 409) {
		if (strncmp(answer.content_type, SIZE_TYPE,
			sizeof(SIZE_TYPE) - 1) != 0 ||
		    answer.other[0] < '0' || answer.other[0] > '9')
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "witness %s: C2SP tlog-witness: 409 with the size "
			    "that it has seen wanted",
			    url);
		ret->size = strtoull(answer.other, NULL, 10);
	}
	return vt_buf_status(&ret->body, reterr);
}

int
vt_direct_add_checkpoint(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_direct *d = req->app;
	struct vt_witness_answer a = { .size = 0 };
	VT_BUF_AUTO(line);
	int rc;

	VT_CHECK(d, VT_DIRECT_MAGIC);
	rc =
	    vt_office_add_checkpoint(d->o.office, req->body, &a, &line, reterr);
	if (rc != VT_OK)
		return rc;
	if (a.is == VT_WITNESS_REFUSED && !a.forked)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "witness: C2SP tlog-witness: the checkpoint does not go on "
		    "from the %" PRIu64 " leaves that were seen",
		    a.size);
	if (a.is == VT_WITNESS_SIGNED) {
		vt_http_res_type(res, "text/plain; charset=utf-8");
		vt_buf_span(&res->body, vt_buf_view(&line));
	} else {
		res->status = 409;
		vt_http_res_type(res, SIZE_TYPE);
		vt_buf_printf(&res->body, "%" PRIu64 "\n", a.size);
	}
	return vt_buf_status(&res->body, reterr);
}
