/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One webhook: its words, its signature, its way. Keys are derived from the
 * store's, so there is nothing to be kept, and nothing secret in an act.
 */
#include <inttypes.h>

#include "api/office/hooks_priv.h"
#include "api/office/sandbox.h"
#include "base/json_out.h"

/* For a day after the secret was changed the one before signs, too. */

/* ---- keys ---- */

static vt_hash
derive(struct vt_office *o, const char *purpose, const vt_id *id, uint32_t no)
{
	uint8_t name[20];

	memcpy(name, id->b, 16);
	for (int i = 0; i < 4; i++)
		name[16 + i] = (uint8_t)(no >> (24 - 8 * i));
	return vt_store_mac(o->o.store, purpose, VT_SPAN(name, sizeof(name)));
}

vt_hash
vt_hook_secret(struct vt_office *o, const vt_id *hook, uint32_t secret_no)
{
	return derive(o, "vanthu webhook secret 1", hook, secret_no);
}

void
vt_hook_seeds_of(struct vt_office *o, const vt_id *agency, uint32_t no,
    vt_time at, struct vt_hook_seeds *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->until = VT_TIME_NONE;
	ret->seed[ret->n++] = derive(o, "vanthu webhook key 1", agency, no);
	if (no < 2 || at == VT_TIME_NONE)
		return;
	ret->seed[ret->n++] = derive(o, "vanthu webhook key 1", agency, no - 1);
	ret->until = at + VT_TIME_S(VT_L(WEBHOOK_KEY_OVERLAP_S));
}

int
vt_hook_seeds_load(struct vt_office *o, uint32_t agency_no,
    struct vt_hook_seeds *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_hook_key k;
	struct vt_agency a;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK ||
	    (rc = vt_hook_key_load(v, agency_no, &k, reterr)) != VT_OK)
		return rc;
	vt_hook_seeds_of(o, &a.id, k.no, k.at, ret);
	if (ret->n > 1 && vt_now(o->o.ctx) >= ret->until) {
		vt_wipe(&ret->seed[1], sizeof(ret->seed[1]));
		ret->n = 1;
		ret->until = VT_TIME_NONE;
	}
	return VT_OK;
}

static int
sign(struct vt_office *o, const struct vt_hook *h, const char *id, vt_time now,
    struct vt_span body, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_hook_keys k = { 0 };
	struct vt_hook_seeds seeds;
	vt_hash secret[2];
	int rc;

	rc = vt_hook_seeds_load(o, h->agency_no, &seeds, reterr);
	if (rc != VT_OK)
		return rc;
	for (; k.n_seeds < seeds.n; k.n_seeds++)
		k.seed[k.n_seeds] =
		    VT_SPAN(seeds.seed[k.n_seeds].b, VT_HASH_SIZE);
	if (h->symmetric) {
		secret[0] = vt_hook_secret(o, &h->id, h->secret_no);
		k.secret[k.n_secrets++] = VT_SPAN(secret[0].b, VT_HOOK_SECRET);
	}
	if (h->symmetric && h->secret_no > 1 &&
	    now - h->secret_at < VT_TIME_S(VT_L(WEBHOOK_SECRET_OVERLAP_S))) {
		secret[1] = vt_hook_secret(o, &h->id, h->secret_no - 1);
		k.secret[k.n_secrets++] = VT_SPAN(secret[1].b, VT_HOOK_SECRET);
	}
	rc = vt_hook_signature(&k, id, now / 1000000, body, ret, reterr);
	vt_wipe(&seeds, sizeof(seeds));
	vt_wipe(secret, sizeof(secret));
	return rc;
}

/* ---- words ---- */

struct sender {
	vt_id id; /* of the agency */
	char code[64];
	bool sandbox;
};

static int
load_sender(struct vt_office *o, uint32_t agency_no, struct sender *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK)
		return rc;
	ret->id = a.id;
	ret->sandbox = vt_sandbox_is(a.now.name);
	vt_text_fit(ret->code, sizeof(ret->code), a.now.code);
	return VT_OK;
}

static void
put_id(struct vt_json *j, const char *key, const vt_id *id)
{
	vt_json_key(j, key);
	if (vt_id_is_zero(id))
		vt_json_null(j);
	else
		vt_json_id(j, id);
}

/* Equal for every attempt of the same message. */
static void
write_body(const struct sender *s, const struct vt_hook *h,
    const struct vt_event *e, vt_time now, struct vt_buf *ret)
{
	struct vt_json j;

	vt_json_open(&j, ret, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "type", e == NULL ? "ping" : e->name);
	vt_json_ktime(&j, "timestamp", e == NULL ? now : e->time);
	vt_json_key(&j, "data");
	vt_json_object(&j);
	vt_json_kstr(&j, "agency", s->code);
	if (s->sandbox)
		vt_json_kbool(&j, "sandbox", true);
	vt_json_kid(&j, "webhook", &h->id);
	if (e != NULL) {
		vt_json_kuint(&j, "seq", e->seq);
		put_id(&j, "paper", &e->paper);
		put_id(&j, "subject", &e->subject);
		vt_json_kuint(&j, "act", e->act);
	}
	vt_json_end(&j);
	vt_json_end(&j);
}

/* Of an event: the agency and its number, so that a receiver with several
 * subscriptions knows it again. */
static void
write_id(struct vt_office *o, const struct sender *s, const struct vt_event *e,
    char ret[96])
{
	char hex[VT_ID_TEXT + 1];
	vt_id id = e == NULL ? vt_id_new(o->o.ctx) : s->id;

	vt_id_text(&id, hex);
	if (e == NULL)
		snprintf(ret, 96, "ping_%s", hex);
	else
		snprintf(ret, 96, "evt_%s_%" PRIu64, hex, e->seq);
}

/* ---- the way ---- */

static bool
is_stopping(void *arg)
{
	struct vt_hooks *hooks = arg;

	return atomic_load(&hooks->stop);
}

static int
post(struct vt_hooks *hooks, const struct vt_hook_message *m,
    struct vt_hook_attempt *a, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_hook_reply reply = { 0 };
	vt_time now;
	int rc;

	rc = hooks->wire.post(hooks->wire.arg, m, &reply, &err);
	if (rc == VT_E_BUSY && is_stopping(hooks)) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (rc != VT_OK) {
		a->status = 0;
		a->outcome = VT_HOOK_FAILED;
		vt_text_fit(a->reason, sizeof(a->reason), err.msg);
		return VT_OK;
	}
	now = vt_now(hooks->office->o.ctx);
	a->status = reply.status;
	a->outcome = vt_hook_outcome_of(reply.status);
	/* for the caller, who plans the next attempt */
	a->next = now + vt_hook_retry_after_us(reply.retry_after, now);
	return VT_OK;
}

int
vt_hook_send(struct vt_office *o, const struct vt_hook *h,
    const struct vt_hook_letter *l, struct vt_hook_attempt *ret,
    struct vt_err *reterr)
{
	struct vt_hooks *hooks = o->hooks;
	vt_time now = vt_now(o->o.ctx);
	int64_t began = vt_monotonic_us(o->o.ctx);
	struct vt_hook_attempt a = { .lane = l->lane,
		.event = l->event == NULL ? 0 : l->event->seq,
		.type = l->event == NULL ? "ping" : l->event->name,
		.attempt = l->attempt,
		.at = now,
		.next = now };
	struct vt_hook_message m = { .url = h->url,
		.id = a.message,
		.stop = is_stopping,
		.stop_arg = hooks };
	struct sender s;
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(sig);
	char stamp[24];
	int rc;

	if ((rc = load_sender(o, h->agency_no, &s, reterr)) != VT_OK)
		return rc;
	write_id(o, &s, l->event, a.message);
	write_body(&s, h, l->event, now, &body);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK ||
	    (rc = sign(o, h, a.message, now, vt_buf_view(&body), &sig,
		 reterr)) != VT_OK)
		return rc;
	snprintf(stamp, sizeof(stamp), "%" PRId64, now / 1000000);
	m.timestamp = stamp;
	m.signature = vt_buf_str(&sig);
	m.body = vt_buf_view(&body);
	if ((rc = post(hooks, &m, &a, reterr)) != VT_OK)
		return rc;
	a.took_ms = (vt_monotonic_us(o->o.ctx) - began) / 1000;
	*ret = a;
	return VT_OK;
}
