/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sending side of direct exchange. */
#include <stdio.h>
#include <string.h>

#include "api/exchange/direct/direct_priv.h"
#include "api/fetch/call.h"
#include "api/office/envelope.h"
#include "base/base64.h"

int
vt_direct_take(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	struct vt_buf *b = arg;

	vt_buf_span(b, bytes);
	return vt_buf_status(b, reterr);
}

/* What a status other than 200 or 201 means for the next try. */
static int
refused(const struct vt_route *route, const struct vt_call_answer *a,
    struct vt_err *reterr)
{
	enum vt_code code = VT_E_PEER_REFUSED;

	if (a->status >= 500 || a->status == 408 || a->status == 425 ||
	    a->status == 429)
		code = VT_E_PEER_UNAVAILABLE;
	else if (a->status == 401 || a->status == 403)
		code = VT_E_PEER_UNTRUSTED; /* it does not know us, yet */
	return vt_err_set(reterr, code, "peer %s answers %ld: %.200s",
	    route->key, a->status, a->other);
}

static bool
is_stopping(void *arg)
{
	const struct vt_direct *d = arg;

	return d->stopping;
}

int
vt_direct_send(void *arg, const struct vt_route *route,
    const struct vt_packet *p, struct vt_packet_answer *ret,
    struct vt_err *reterr)
{
	struct vt_call call = VT_CALL_INIT;
	struct vt_call_answer answer = { 0 };
	struct vt_direct *d = arg;
	struct vt_call_field fields[6];
	char id[VT_ID_TEXT + 1];
	VT_BUF_AUTO(url);
	VT_BUF_AUTO(cms);
	VT_BUF_AUTO(cms_text);
	VT_BUF_AUTO(digest);
	VT_BUF_AUTO(receipt);
	const struct vt_envelope e = { p->from, p->to, p->kind, p->id,
		p->hash };
	vt_time stored;
	bool known;
	int rc;

	VT_CHECK(d, VT_DIRECT_MAGIC);
	rc = vt_envelope_sign(d->o.office, &e, &cms, reterr);
	if (rc != VT_OK)
		return rc;
	vt_id_text(&p->id, id);
	vt_buf_printf(&url, "%s" VT_DIRECT_PATH "/%s", route->url, id);
	vt_base64_put(&cms_text, vt_buf_view(&cms));
	vt_buf_puts(&digest, "sha-256=:");
	vt_base64_put(&digest, VT_SPAN(p->hash.b, sizeof(p->hash.b)));
	vt_buf_putc(&digest, ':');
	if ((rc = vt_buf_status(&url, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&cms_text, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&digest, reterr)) != VT_OK)
		return rc;
	fields[0] = (struct vt_call_field){ "Content-Type", "application/xml" };
	fields[1] =
	    (struct vt_call_field){ "Content-Digest", vt_buf_str(&digest) };
	fields[2] = (struct vt_call_field){ VT_DIRECT_FROM, p->from };
	fields[3] = (struct vt_call_field){ VT_DIRECT_TO, p->to };
	fields[4] = (struct vt_call_field){ VT_DIRECT_KIND,
		p->kind == VT_PACKET_STATUS ? "status" : "edoc" };
	fields[5] = (struct vt_call_field){ VT_DIRECT_SIGNATURE,
		vt_buf_str(&cms_text) };
	call.method = "POST";
	call.url = vt_buf_str(&url);
	call.fields = fields;
	call.n_fields = 6;
	call.source = p->body;
	call.put = vt_direct_take;
	call.put_arg = &receipt;
	call.limit = VT_RECEIPT_MAX;
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
	if (answer.status != 200 && answer.status != 201)
		return refused(route, &answer, reterr);
	rc = vt_envelope_receipt(
	    route, &p->hash, vt_buf_view(&receipt), &stored, &known, reterr);
	if (rc != VT_OK)
		return rc;
	(void)snprintf(ret->external, sizeof(ret->external), "%s", id);
	ret->receipt = receipt;
	receipt = (struct vt_buf)VT_BUF_INIT;
	ret->by_addressee = known;
	ret->unverified = !known;
	ret->stored_at = stored;
	return VT_OK;
}
