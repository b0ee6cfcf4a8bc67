/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came from elsewhere: stored, named, acknowledged; looked at later. */
#include <stdlib.h>

#include "api/office/consign.h"
#include "api/office/office_priv.h"
#include "api/office/relay.h"
#include "api/office/routes.h"

struct vt_consigning {
	struct vt_office *o;
	struct vt_consign_new n; /* its strings: copied into the arena */
	struct vt_arena *arena;
	struct vt_upload *u;
	vt_hash expect;
	uint32_t agency_no;
	bool again; /* it is here already: it is only answered */
	uint64_t size;
	vt_time received_at;
	char payer[64]; /* whose count it is on; "": nobody's */
	uint64_t counted;
};

static int
check_new(const struct vt_consign_new *n, struct vt_err *reterr)
{
	size_t len = n->external == NULL ? 0 : strlen(n->external);

	if (len == 0 || len > 200)
		return vt_err_set(reterr, VT_E_INVALID,
		    "consignment: an external id of 1 to 200 bytes wanted, "
		    "%zu given",
		    len);
	if (n->size > VT_L(PACKET_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "packet of %llu bytes: at most %zu",
		    (unsigned long long)n->size, VT_L(PACKET_MAX));
	if (n->headers != NULL &&
	    strlen(n->headers) > VT_L(CONSIGN_HEADERS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "packet: transport headers of %zu bytes, at most %zu",
		    strlen(n->headers), VT_L(CONSIGN_HEADERS_MAX));
	return VT_OK;
}

/* Whose the packet is: who took it before, if only its answer was lost, also
 * one that was merged since; else who has the tasks of the addressee now. */
static int
find_tenant(struct vt_consigning *c, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_consign_new *n = &c->n;
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment before;
	struct vt_agency a;
	int rc;

	if ((rc = vt_view_begin(c->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = n->agency_no != 0
		 ? vt_agency_get(v, n->agency_no, &a, reterr)
		 : vt_agency_by_code(v, n->to == NULL ? "" : n->to, &a, reterr);
	if (rc != VT_OK)
		return rc;
	while ((rc = vt_consign_by_external(v, a.no, n->via, n->external,
		    &before, &err)) == VT_E_NOT_FOUND &&
	       a.successor != 0)
		if ((rc = vt_agency_get(v, a.successor, &a, reterr)) != VT_OK)
			return rc;
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	c->again = rc == VT_OK;
	c->agency_no = a.no;
	return VT_OK;
}

static const char *
dup(struct vt_consigning *c, const char *s)
{
	return vt_arena_strdup(c->arena, s == NULL ? "" : s);
}

/* What a stranger's program wrote into its headers never keeps a packet out:
 * bytes that no record takes are shown as "?". */
static const char *
presentable(struct vt_consigning *c, const char *headers)
{
	const char *s = headers == NULL ? "" : headers;
	VT_BUF_AUTO(clean);
	char *t;

	t = vt_arena_strdup(c->arena, s);
	if (t == NULL ||
	    vt_text_clean(vt_span_str(s), VT_L(CONSIGN_HEADERS_MAX),
		"transport headers", &clean, NULL) == VT_OK)
		return t;
	for (char *p = t; *p != '\0'; p++)
		if (*p != '\n' && (*p < 0x20 || *p > 0x7e))
			*p = '?';
	return t;
}

/* It is counted before it comes, so that many at once are no way around. */
static int
admit(struct vt_consigning *c, struct vt_err *reterr)
{
	struct vt_route *r = malloc(sizeof(*r));
	struct vt_view *v = NULL;
	char peer[64];
	unsigned wait_s;
	int rc;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "packet: no memory");
	if ((rc = vt_view_begin(c->o->o.store, &v, reterr)) != VT_OK) {
		free(r);
		return rc;
	}
	vt_admission_peer(c->o, v, c->n.peer, r, peer);
	vt_view_end(v);
	free(r);
	c->counted = c->n.size == 0 ? VT_L(PACKET_MAX) : c->n.size;
	rc = vt_admission_take(c->o, peer, c->counted,
	    c->n.retry_after_s == NULL ? &wait_s : c->n.retry_after_s, reterr);
	if (rc == VT_OK)
		vt_text_fit(c->payer, sizeof(c->payer), peer);
	return rc;
}

/* So much of what was counted did not come. */
static void
give_back(struct vt_consigning *c, unsigned packets, uint64_t bytes)
{
	if (c->payer[0] != '\0' && bytes <= c->counted)
		vt_admission_give_back(c->o, c->payer, packets, bytes);
	c->payer[0] = '\0';
}

int
vt_office_consign_begin(struct vt_office *o, const struct vt_consign_new *n,
    struct vt_consigning **ret, struct vt_err *reterr)
{
	struct vt_consigning *c;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = check_new(n, reterr)) != VT_OK)
		return rc;
	c = calloc(1, sizeof(*c));
	if (c == NULL || (c->arena = vt_arena_new(65536)) == NULL) {
		free(c);
		return vt_err_set(reterr, VT_E_NOMEM, "packet: no memory");
	}
	c->o = o;
	c->n = *n;
	c->n.external = dup(c, n->external);
	c->n.peer = dup(c, n->peer);
	c->n.headers = presentable(c, n->headers);
	c->received_at = vt_now(o->o.ctx);
	if (n->expect != NULL) {
		c->expect = *n->expect;
		c->n.expect = &c->expect;
	}
	rc = VT_OK;
	if (c->n.external == NULL || c->n.peer == NULL || c->n.headers == NULL)
		rc = vt_arena_err(c->arena, reterr);
	if (rc == VT_OK)
		rc = find_tenant(c, reterr);
	if (rc == VT_OK && !c->again && vt_admission_counts(n->via))
		rc = admit(c, reterr);
	if (rc == VT_OK)
		rc = vt_upload_begin(
		    o->o.store, c->agency_no, VT_L(PACKET_MAX), &c->u, reterr);
	if (rc != VT_OK) {
		vt_office_consign_free(c);
		return rc;
	}
	*ret = c;
	return VT_OK;
}

int
vt_office_consign_put(
    struct vt_consigning *c, const void *p, size_t n, struct vt_err *reterr)
{
	int rc = vt_upload_put(c->u, p, n, reterr);

	if (rc == VT_OK)
		c->size += n;
	return rc;
}

int
vt_office_consign_end(struct vt_consigning *c, vt_id *ret_consignment,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CONSIGN };
	struct vt_act act = {
		.agency_no = c->agency_no, .steps = &step, .n_steps = 1
	};
	struct vt_err late = VT_ERR_INIT;
	struct vt_blob blob;
	int rc;

	if (c->size == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "packet: 0 bytes arrived");
	rc = vt_upload_end(
	    c->u, c->n.expect, &step.u.consign.packet.upload, &blob, reterr);
	if (rc != VT_OK)
		return rc;
	step.u.consign.transport = c->n.via;
	step.u.consign.kind =
	    c->n.kind == VT_PACKET_STATUS ? VT_CONSIGN_STATUS : VT_CONSIGN_EDOC;
	step.u.consign.external = c->n.external;
	step.u.consign.peer = c->n.peer;
	step.u.consign.headers = c->n.headers;
	step.u.consign.received_at = c->received_at;
	step.u.consign.packet.hash = blob.hash;
	step.u.consign.packet.name = c->n.kind == VT_PACKET_STATUS
					 ? "trang-thai.edxml"
					 : "goi-tin.edxml";
	step.u.consign.packet.media_type = "application/xml";
	act.request = blob.hash;
	rc = vt_store_do(c->o->o.store, &act, ret, reterr);
	if (rc != VT_OK)
		return rc;
	if (!ret->repeated)
		give_back(c, 0, c->counted - c->size);
	if (ret_consignment != NULL)
		*ret_consignment = ret->consignment;
	/* the bytes are here already; if this fails, they expire */
	if (ret->repeated && vt_upload_drop(c->o->o.store,
				 &step.u.consign.packet.upload, &late) != VT_OK)
		vt_log_err("office.consign", &late);
	vt_office_wake(c->o);
	return VT_OK;
}

void
vt_office_consign_free(struct vt_consigning *c)
{
	if (c == NULL)
		return;
	give_back(c, 1, c->counted);
	vt_upload_free(c->u);
	vt_arena_free(c->arena);
	free(c);
}

int
vt_office_consign_bytes(struct vt_office *o, const struct vt_consign_new *n,
    struct vt_span bytes, vt_id *ret_consignment, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_office_consign_free) struct vt_consigning *c = NULL;
	int rc;

	if ((rc = vt_office_consign_begin(o, n, &c, reterr)) != VT_OK ||
	    (rc = vt_office_consign_put(c, bytes.p, bytes.n, reterr)) != VT_OK)
		return rc;
	return vt_office_consign_end(c, ret_consignment, ret, reterr);
}

/* ---- looking ---- */

/* A packet says what its paper says: isolated with it, from the same people. */
static int
packet_shown(struct vt_view *v, const struct vt_actor *actor,
    const struct vt_consignment *c, struct vt_err *reterr)
{
	static const vt_id none;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p;

	if (vt_id_eq(&c->paper, &none))
		return VT_OK;
	vt_office_see(v, actor);
	if (vt_paper_get(v, &c->paper, &p, &err) != VT_E_ISOLATED)
		return VT_OK;
	return vt_err_set(reterr, VT_E_ISOLATED, "%s", err.msg);
}

int
vt_office_consignment(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *id, struct vt_consignment *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_INBOX, reterr)) != VT_OK)
		return rc;
	rc = vt_consign_get(v, id, ret, &err);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && (ret->agency_no != actor->agency_no ||
				vt_relay_to(ret) != NULL)))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no such consignment of this agency");
	if (rc == VT_OK)
		rc = packet_shown(v, actor, ret, &err);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

size_t
vt_office_consignments_own(struct vt_view *v, const struct vt_actor *actor,
    struct vt_consignment *c, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (vt_relay_to(&c[i]) == NULL &&
		    packet_shown(v, actor, &c[i], NULL) == VT_OK)
			c[k++] = c[i];
	return k;
}

/* A page has as many members. NOLINTBEGIN(readability-function-size) */
int
vt_office_consignments(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_consignment *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct vt_consign_filter f = { .before = before };
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_INBOX, reterr)) != VT_OK ||
	    (rc = vt_consign_list(v, actor->agency_no, &f, ret, max, ret_n,
		 ret_next, reterr)) != VT_OK)
		return rc;
	*ret_n = vt_office_consignments_own(v, actor, ret, *ret_n);
	return VT_OK;
}
/* NOLINTEND(readability-function-size) */

int
vt_office_consignment_reread(struct vt_office *o, const struct vt_request *rq,
    const vt_id *consignment, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CONSIGN_READ };
	struct vt_view *v = NULL;
	struct vt_consignment c;
	enum vt_consign_state state = VT_CONSIGN_STORED;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_REREAD, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_consignment(o, v, rq->actor, consignment, &c, reterr);
	if (rc == VT_OK)
		state = c.state;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	/* one that is being read: the store knows whether by anybody */
	if (state != VT_CONSIGN_QUARANTINED && state != VT_CONSIGN_REFUSED &&
	    state != VT_CONSIGN_STORED)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "the consignment is %s: only what is in quarantine or was "
		    "refused is read again",
		    vt_consign_state_name(state));
	step.u.consign_read.consignment = *consignment;
	step.u.consign_read.state = VT_CONSIGN_STORED;
	vt_office_act(rq, NULL, &step, 1, &act);
	act.expect_rev = 0;
	rc = vt_store_do(o->o.store, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}
