/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading what came: the packet goes to its worker, and what the worker says
 * becomes one act. Trouble of our own is tried again; a packet that nobody can
 * read goes into quarantine, its bytes kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/office/arrive.h"
#include "api/office/packet.h"
#include "api/office/relay.h"
#include "api/office/routes_priv.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define ARENA_LIMIT  ((size_t)4 << 20)
#define OUR_TROUBLES 3 /* tries before a crash is the packet's */
#define CODES_MAX    32

/* ---- foreign text ---- */

/* Characters that a record may not hold. */
static bool
unwanted(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x200e || c == 0x200f || (c & 0xfffe) == 0xfffe;
}

const char *
vt_arrival_text(struct vt_arrival *a, const char *s, size_t max, bool *ok)
{
	struct vt_span in = vt_span_str(s == NULL ? "" : s);
	VT_BUF_AUTO(plain);
	VT_BUF_AUTO(nfc);
	size_t at = 0, n;
	char *r;

	while (at < in.n) {
		int32_t c = vt_utf8_next(in, &at);

		vt_utf8_put(&plain, unwanted(c) ? ' ' : (uint32_t)c);
	}
	while (plain.n > 0 && plain.p[plain.n - 1] == ' ')
		vt_buf_truncate(&plain, plain.n - 1);
	for (at = 0; at < plain.n && plain.p[at] == ' ';)
		at++;
	if (vt_text_nfc(VT_SPAN(plain.p + at, plain.n - at), &nfc, NULL) !=
	    VT_OK)
		vt_buf_truncate(&nfc, 0);
	in = vt_buf_view(&nfc);
	for (at = 0, n = 0; at < in.n && n < max; n++)
		(void)vt_utf8_next(in, &at);
	while (at > 0 && in.p[at - 1] == ' ')
		at--;
	if (at == 0)
		return "";
	r = vt_arena_strndup(a->arena, in.p, at);
	if (r == NULL)
		*ok = false;
	return r == NULL ? "" : r;
}

const char *
vt_arrival_day(struct vt_arrival *a, const struct vt_edxml_day *d, bool *ok)
{
	char text[32];
	char *r;

	if (d->year < 1000 || d->year > 9999)
		return "";
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", d->year,
	    d->month % 100, d->day % 100);
	if ((r = vt_arena_strdup(a->arena, text)) == NULL)
		*ok = false;
	return r == NULL ? "" : r;
}

/* ---- acts ---- */

static const char *
code_of(struct vt_arrival *a, const struct vt_edxml_document *d, bool *ok)
{
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, d->code_number == NULL ? "" : d->code_number);
	if (d->code_notation != NULL && d->code_notation[0] != '\0')
		vt_buf_printf(&b, "/%s", d->code_notation);
	return vt_arrival_text(a, vt_buf_str(&b), 100, ok);
}

int
vt_arrival_read(struct vt_arrival *a, enum vt_consign_state state,
    struct vt_step *ret, struct vt_err *reterr)
{
	const struct vt_edxml *x = a->x;
	const struct vt_edxml_organ *from;
	bool ok = true;

	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_CONSIGN_READ;
	ret->u.consign_read.consignment = a->id;
	ret->u.consign_read.state = state;
	if (x == NULL)
		return VT_OK;
	from = x->kind == VT_EDXML_STATUS ? &x->status.from : &x->document.from;
	/* who brought it may have been mistaken */
	ret->u.consign_read.kind =
	    x->kind == VT_EDXML_STATUS ? VT_CONSIGN_STATUS : VT_CONSIGN_EDOC;
	ret->u.consign_read.from_code = vt_arrival_text(a, from->id, 35, &ok);
	ret->u.consign_read.from_name =
	    vt_arrival_text(a, from->name, 200, &ok);
	if (x->kind == VT_EDXML_STATUS) {
		const struct vt_edxml_reference *of = &x->status.of;

		ret->u.consign_read.document_id =
		    vt_arrival_text(a, of->document_id, 200, &ok);
		ret->u.consign_read.code =
		    vt_arrival_text(a, of->code, 100, &ok);
		ret->u.consign_read.promulgated =
		    vt_arrival_day(a, &of->promulgated, &ok);
	} else {
		const struct vt_edxml_document *d = &x->document;

		ret->u.consign_read.type =
		    d->business >= VT_EDXML_NEW &&
			    d->business <= VT_EDXML_REPLACE
			? (enum vt_edoc_type)(d->business + 1)
			: VT_EDOC_NEW;
		ret->u.consign_read.document_id =
		    vt_arrival_text(a, d->document_id, 200, &ok);
		ret->u.consign_read.code = code_of(a, d, &ok);
		ret->u.consign_read.promulgated =
		    vt_arrival_day(a, &d->promulgated, &ok);
		ret->u.consign_read.subject =
		    vt_arrival_text(a, d->subject, VT_L(SUBJECT_MAX), &ok);
	}
	vt_buf_reset(&a->findings);
	/* the packet itself has what does not fit */
	(void)vt_edxml_put_within(x, VT_L(KEEP_MAX), &a->findings);
	if (vt_buf_status(&a->findings, NULL) == VT_OK)
		ret->u.consign_read.findings = vt_buf_view(&a->findings);
	return ok ? VT_OK : vt_arena_err(a->arena, reterr);
}

int
vt_arrival_act(struct vt_arrival *a, const vt_id *paper,
    const struct vt_step *steps, size_t n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_act act = {
		.agency_no = a->agency_no, .steps = steps, .n_steps = n
	};
	int rc;

	if (paper != NULL)
		act.paper = *paper;
	if (!vt_id_is_zero(&a->once)) {
		act.caller = a->once;
		act.key = "arrival";
		act.request = vt_sha256(VT_SPAN(a->once.b, sizeof(a->once.b)));
	}
	rc = vt_store_do(a->o->o.store, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(a->o);
	return rc;
}

int
vt_arrival_tell(struct vt_arrival *a, unsigned code, const char *text,
    struct vt_buf *payload, struct vt_step *ret, struct vt_err *reterr)
{
	const struct vt_paper source = { .source_consignment = a->id };
	struct vt_telling t;

	vt_telling_new(a->o, code, text, "", &t);
	(void)vt_tell_later(&source, &t, payload, ret); /* there is a source */
	return vt_buf_status(payload, reterr);
}

int
vt_arrival_duplicate(struct vt_arrival *a, const vt_id *paper, const char *note,
    bool tell, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step steps[2];
	VT_BUF_AUTO(payload);
	int rc;

	a->once = (vt_id){ { 0 } };
	if ((rc = vt_arrival_read(
		 a, VT_CONSIGN_DUPLICATE, &steps[0], reterr)) != VT_OK ||
	    (rc = vt_arrival_tell(a, VT_STATUS_ARRIVED, "", &payload, &steps[1],
		 reterr)) != VT_OK)
		return rc;
	steps[0].u.consign_read.paper = *paper;
	steps[0].u.consign_read.note = note;
	rc = vt_arrival_act(a, NULL, steps, tell ? 2 : 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

static int
quarantine(
    struct vt_arrival *a, const struct vt_err *why, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step;
	bool ok = true;
	int rc;

	vt_log_err("office.quarantine", why);
	if (a->to[0] != '\0') /* nobody's here, to look at it */
		return vt_relay_read(a, why, reterr);
	rc = vt_arrival_read(a, VT_CONSIGN_QUARANTINED, &step, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_reset(&a->reason);
	vt_buf_printf(&a->reason, "%s (%s: %s)", vt_err_info(why->code)->vi,
	    vt_err_info(why->code)->slug, why->msg);
	/* the message may quote the packet */
	step.u.consign_read.note =
	    vt_arrival_text(a, vt_buf_str(&a->reason), VT_L(NOTE_MAX), &ok);
	if (why->code == VT_E_OTHER_CONTENT)
		step.u.consign_read.paper = a->other;
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	rc = vt_arrival_act(a, NULL, &step, 1, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- reading ---- */

static int
load(struct vt_arrival *a, const vt_id *id, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	const char *to;
	int rc;

	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_get(v, id, &c, reterr)) != VT_OK)
		return rc;
	if ((to = vt_relay_to(&c)) != NULL) {
		vt_text_fit(a->to, sizeof(a->to), to);
		vt_text_fit(a->doc_id, sizeof(a->doc_id), c.external);
	}
	a->id = c.id;
	a->agency_no = c.agency_no;
	a->kind = c.kind;
	a->state = c.state;
	a->via = c.transport;
	vt_text_fit(a->peer, sizeof(a->peer), c.peer);
	a->packet = c.packet;
	a->received_at = c.received_at;
	a->other = c.paper;
	return VT_OK;
}

/* The packet as a file that the worker can only read. */
static int
packet_file(struct vt_arrival *a, int *ret_fd, struct vt_err *reterr)
{
	char name[32];
	int fd = -1, rc;

	if ((rc = vt_store_scratch(a->o->o.store, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_bytes_to_fd(a->o->o.store, &a->packet, fd, reterr);
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (rc == VT_OK && (*ret_fd = open(name, O_RDONLY | O_CLOEXEC)) < 0)
		rc = vt_err_errno(
		    reterr, VT_E_IO, errno, "a packet's file, to be read");
	close(fd);
	return rc;
}

/* Both on disk: a packet may have a hundred megabytes, its attachments more. */
static int
ask_worker(struct vt_arrival *a, struct vt_err *reterr)
{
	int fd = -1, rc;

	if ((rc = packet_file(a, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_store_scratch(a->o->o.store, &a->out, reterr);
	if (rc == VT_OK)
		rc = vt_edxml_ask(
		    a->o->o.spawner, fd, a->out, false, &a->x, reterr);
	close(fd);
	return rc;
}

/* Is the error about the packet, whoever reads it and whenever? */
static bool
blames_packet(int rc, uint32_t attempt)
{
	if (rc == VT_E_SYNTAX || rc == VT_E_LIMIT || rc == VT_E_UNSUPPORTED ||
	    rc == VT_E_PEER_UNTRUSTED)
		return true;
	return attempt >= OUR_TROUBLES &&
	       (rc == VT_E_WORKER_CRASHED || rc == VT_E_WORKER_TIMEOUT ||
		   rc == VT_E_WORKER_LIMIT || rc == VT_E_WORKER_PROTOCOL);
}

/* ---- who speaks ---- */

/* Where a code leads: a tenant, or a route, after successors. */
struct whose {
	enum vt_route_kind kind;
	struct vt_route route;
	uint32_t no; /* of the tenant, 0 */
	char code[64];
};

static int
find_whose(struct vt_office *o, struct vt_view *v, const char *code,
    struct whose *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = vt_office_route_find(
	    o, v, code, &ret->kind, &ret->route, &ret->no, ret->code, &err);
	if (rc == VT_E_AGENCY_UNKNOWN) {
		ret->kind = VT_ROUTE_PRINT;
		vt_text_fit(ret->code, sizeof(ret->code), code);
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Is the peer the agency itself, or the node or gateway that it is reached
 * through? A gateway of many (the axis) vouches for all but our tenants. */
static bool
speaks_for(const struct whose *peer, bool gateway, const struct whose *from)
{
	if (from->kind == VT_ROUTE_TENANT || peer->kind == VT_ROUTE_TENANT)
		return peer->no == from->no && peer->kind == from->kind;
	if (gateway || strcmp(peer->code, from->code) == 0)
		return true;
	return (peer->kind == VT_ROUTE_DIRECT ||
		   peer->kind == VT_ROUTE_HOSTED) &&
	       from->kind == peer->kind &&
	       strcmp(peer->route.key, from->route.key) == 0;
}

/*
 * The packet says itself whose it is. Only who may speak for that agency is
 * believed: else any peer could withdraw, refuse or answer for another.
 */
static int
vouched(struct vt_arrival *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_edxml *x = a->x;
	const char *id = x->kind == VT_EDXML_STATUS ? x->status.from.id
						    : x->document.from.id;
	struct whose *w = vt_arena_array(a->arena, 2, sizeof(*w));
	struct vt_err err = VT_ERR_INIT;
	bool gateway, ok = true;
	int rc;

	if (w == NULL)
		return vt_arena_err(a->arena, reterr);
	id = vt_arrival_text(a, id, VT_L(AGENCY_CODE_MAX), &ok);
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	/* none at all is a finding; a file is an operator's own doing */
	if (id[0] == '\0' || a->via == VT_TRANSPORT_FILE)
		return VT_OK;
	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_route_read(v, a->peer, &w[0].route, &err);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	gateway = rc == VT_OK && (w[0].route.kind == VT_ROUTE_AXIS ||
				     w[0].route.kind == VT_ROUTE_WRAPPER);
	if ((rc = find_whose(a->o, v, a->peer, &w[0], reterr)) != VT_OK ||
	    (rc = find_whose(a->o, v, id, &w[1], reterr)) != VT_OK)
		return rc;
	if (!speaks_for(&w[0], gateway, &w[1]))
		return vt_err_set(reterr, VT_E_PEER_UNTRUSTED,
		    "packet: From/OrganId is \"%s\", but \"%s\" handed it "
		    "over, who does not speak for it",
		    id, a->peer);
	return VT_OK;
}

/* The code that the packet is sent to, if it is of an agency that was merged
 * into the receiver; else NULL. */
static const char *
merged_code(struct vt_arrival *a, struct vt_view *v)
{
	const struct vt_edxml_document *d = &a->x->document;
	struct vt_agency g;

	for (size_t i = 0; i < d->n_to; i++)
		if (d->to[i].id != NULL &&
		    vt_agency_by_code(v, d->to[i].id, &g, NULL) == VT_OK &&
		    g.successor != 0 &&
		    vt_agency_follow(v, &g, NULL) == VT_OK &&
		    g.no == a->agency_no)
			return d->to[i].id;
	return NULL;
}

/* The findings that depend on who receives. */
static int
judge(struct vt_arrival *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_edxml_receiving r = { .signed_pdfs = -1 };
	const char *codes[CODES_MAX + 1];
	struct vt_agency g;
	int rc;

	if ((rc = vt_view_begin(a->o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, a->agency_no, &g, reterr)) != VT_OK)
		return rc;
	for (size_t i = g.n_names; i > 0 && r.n_codes < CODES_MAX; i--)
		codes[r.n_codes++] = g.names[i - 1].code;
	if ((codes[r.n_codes] = merged_code(a, v)) != NULL)
		r.n_codes++;
	r.codes = codes;
	r.now = vt_now(a->o->o.ctx);
	return vt_edxml_judge(a->x, &r, reterr);
}

/* What was read becomes an act. */
static int
apply(struct vt_arrival *a, struct vt_err *reterr)
{
	int rc;

	if (a->to[0] != '\0')
		return vt_relay_read(a, NULL, reterr);
	if (a->x->kind == VT_EDXML_STATUS)
		return vt_arrive_status(a, reterr);
	if ((rc = judge(a, reterr)) != VT_OK)
		return rc;
	return vt_arrive_paper(a, reterr);
}

static int
arrive(struct vt_arrival *a, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x;
	int rc;

	rc = ask_worker(a, &err);
	if (rc == VT_OK)
		rc = vouched(a, &err);
	if (rc != VT_OK && blames_packet(rc, w->attempt))
		return quarantine(a, &err, reterr);
	if (rc == VT_OK)
		rc = apply(a, &err);
	if (rc == VT_E_OTHER_CONTENT)
		return quarantine(a, &err, reterr);
	if (rc != VT_OK && !vt_err_info(rc)->retryable &&
	    vt_outcome(rc) == VT_OUTCOME_REFUSED && a->x != NULL &&
	    w->attempt >= OUR_TROUBLES) {
		/* the store will not have it so: a person looks at it */
		x = VT_TAKE(a->x);
		rc = quarantine(a, &err, reterr);
		a->x = x;
		return rc;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_arrive_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_arrival *a = calloc(1, sizeof(*a));
	int rc;

	*ret_due = VT_TIME_NONE; /* back-off is the queue's */
	if (a == NULL || (a->arena = vt_arena_new(ARENA_LIMIT)) == NULL) {
		free(a);
		return vt_err_set(reterr, VT_E_NOMEM, "packet: no memory");
	}
	a->o = o;
	a->out = -1;
	rc = load(a, &w->subject, reterr);
	if (rc == VT_OK && a->state == VT_CONSIGN_STORED)
		rc = arrive(a, w, reterr);
	if (a->out >= 0)
		close(a->out);
	vt_edxml_free(a->x);
	vt_buf_free(&a->findings);
	vt_buf_free(&a->reason);
	vt_arena_free(a->arena);
	free(a);
	return rc;
}
