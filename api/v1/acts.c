/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts on a paper: one table, a function each. */
#include <inttypes.h>
#include <stdio.h>

#include "api/office/books.h"
#include "api/v1/acts.h"
#include "base/limits.h"

/* --- the answer --- */

void
vt_v1_act_fields(struct vt_json *j, const struct vt_act_result *r)
{
	char where[64];

	snprintf(where, sizeof(where), "/v1/receipts/%" PRIu64, r->index);
	vt_json_kid(j, "act", &r->act);
	vt_json_kuint(j, "index", r->index);
	vt_v1_ktime(j, "time", r->time);
	vt_v1_kid(j, "paper", &r->paper);
	vt_json_kuint(j, "rev", r->paper_rev);
	vt_json_khash(j, "sha256", &r->current);
	vt_json_key(j, "number");
	if (r->number == 0) {
		vt_json_null(j);
	} else {
		vt_json_object(j);
		vt_json_kuint(j, "value", r->number);
		vt_json_kuint(j, "period", r->number_period);
		vt_json_kstr(j, "text", r->number_text);
		vt_json_end(j);
	}
	vt_json_key(j, "arrival");
	if (r->arrival == 0)
		vt_json_null(j);
	else
		vt_json_uint(j, r->arrival);
	vt_json_key(j, "receipt");
	vt_json_object(j);
	vt_json_kstr(j, "href", where);
	vt_json_key(j, "cbor");
	vt_json_base64(j, vt_buf_view(&r->receipt));
	vt_json_end(j);
}

/*
 * The number of order B is followed by a revision of its own, the fill, made
 * by no person. Whoever asked for the number has caused it, so the tag to go
 * on with is that one, if nothing else happened to the paper meanwhile. In the
 * header only: the body of a repeat is that of the first answer.
 */
static uint64_t
rev_to_go_on(struct vt_http_req *req, const struct vt_act_result *r)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_act_entry e;
	struct vt_paper p;
	size_t n = 0;

	/* The tag of the act itself is never wrong, only old perhaps. */
	if (r->number == 0 ||
	    vt_view_begin(vt_office_store(o), &v, NULL) != VT_OK ||
	    vt_office_paper(o, v, vt_v1_actor(req), &r->paper, &p, NULL) !=
		VT_OK ||
	    p.rev != r->paper_rev + 1 ||
	    vt_act_list(v, &r->paper, p.last_act, &e, 1, &n, NULL) != VT_OK)
		return r->paper_rev;
	return n == 1 && e.n_kinds == 1 && e.kinds[0] == VT_STEP_VERSION &&
		       vt_id_is_zero(&e.person)
		   ? p.rev
		   : r->paper_rev;
}

void
vt_v1_act_headers(struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_act_result *r)
{
	char rev[24];

	snprintf(rev, sizeof(rev), "%" PRIu64, rev_to_go_on(req, r));
	if (!vt_id_is_zero(&r->paper))
		vt_http_res_etag(res, rev);
	/* The body is the first answer's; that it is one stands here only. */
	if (r->repeated)
		vt_http_res_header(res, "Idempotent-Replayed", "true");
}

int
vt_v1_act_answer(struct vt_http_req *req, struct vt_http_res *res,
    struct vt_act_result *r, struct vt_err *reterr)
{
	struct vt_json j;
	int rc;

	vt_v1_json(res, &j);
	vt_v1_act_headers(req, res, r);
	vt_v1_act_fields(&j, r);
	vt_json_end(&j);
	rc = vt_buf_status(&r->receipt, reterr);
	vt_act_result_free(r);
	return rc;
}

int
vt_v1_act_on(struct vt_http_req *req, struct vt_http_res *res,
    vt_v1_act_fn *act, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_office *o = vt_v1_office(req);
	struct vt_in_obj root;
	struct vt_request rq;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	rc = act(o, &rq, &root, &id, &r, reterr);
	if (rc != VT_OK && vt_v1_overtaken(req, &rq))
		rc = act(o, &rq, &root, &id, &r, reterr);
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}

/* --- the acts --- */

static void
place_in(const struct vt_in_obj *o, const char *key, struct vt_place *ret)
{
	struct vt_in_obj p = vt_in_object(o, key);

	/* Which initials are wanted the contract does not know. */
	if (p.o == NULL)
		(void)vt_in_fail(o, key, VT_E_FIELD_REQUIRED, "is required");
	ret->page = (size_t)vt_in_uint(&p, "page", VT_L(PDF_PAGES_MAX));
	ret->x = vt_in_real(&p, "x");
	ret->y = vt_in_real(&p, "y");
	ret->w = vt_in_real(&p, "w");
	ret->h = vt_in_real(&p, "h");
}

static int
do_submit(struct vt_v1_call *c)
{
	struct vt_in_obj at = vt_in_object(&c->root, "places");
	unsigned initials = (unsigned)vt_in_uint(&c->root, "initials", 2);
	const char *note = vt_in_str(&c->root, "note");
	struct vt_places places;
	int rc;

	memset(&places, 0, sizeof(places));
	if (at.o != NULL) {
		place_in(&at, "number", &places.number);
		place_in(&at, "date", &places.date);
		place_in(&at, "leader", &places.leader);
		place_in(&at, "seal", &places.seal);
		if (initials > 0)
			place_in(&at, "initials_1", &places.initials[0]);
		if (initials > 1)
			place_in(&at, "initials_2", &places.initials[1]);
	}
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	rc = vt_office_submit(c->office, &c->rq, &c->paper,
	    at.o == NULL ? NULL : &places, initials, note, c->ret, c->reterr);
	if (rc == VT_E_INVALID && at.o != NULL)
		vt_in_about(&c->root, "places");
	return rc;
}

struct vt_files_read
vt_v1_files_read(struct vt_v1_call *c)
{
	struct vt_files_read f = { .main = vt_in_need_hash(&c->root, "main") };

	if (vt_in_has(&c->root, "manifest"))
		f.manifest = vt_in_need_hash(&c->root, "manifest");
	return f;
}

static int
do_approve(struct vt_v1_call *c)
{
	struct vt_files_read files = vt_v1_files_read(c);
	const char *note = vt_in_str(&c->root, "note");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_approve(
	    c->office, &c->rq, &c->paper, &files, note, c->ret, c->reterr);
}

static int
do_return(struct vt_v1_call *c)
{
	struct vt_files_read files = vt_v1_files_read(c);
	const char *note = vt_in_need_str(&c->root, "note");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_return(
	    c->office, &c->rq, &c->paper, &files, note, c->ret, c->reterr);
}

/* The next number; or one that is there: of another system's book, reserved,
 * or given by hand. */
static int
do_number(struct vt_v1_call *c)
{
	const char *held = vt_in_str(&c->root, "held");
	const char *number = vt_in_str(&c->root, "number");
	const char *at = vt_in_str(&c->root, "stated_at");
	struct vt_numbering n = { .series = vt_in_str(&c->root, "book") };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (held != NULL)
		n.held = strcmp(held, "outage") == 0 ? VT_HOLD_OUTAGE
						     : VT_HOLD_RESERVED;
	if (number != NULL && vt_number_parse(number, &n.value, &err) != VT_OK)
		(void)vt_in_fail(&c->root, "number", err.code, "%s", err.msg);
	if (at != NULL && vt_time_parse_rfc3339(at, &n.stated, NULL) != VT_OK)
		(void)vt_in_fail(
		    &c->root, "stated_at", VT_E_FIELD_VALUE, "wanted a time");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	if (number == NULL && held == NULL && n.series == NULL)
		return vt_office_number(
		    c->office, &c->rq, &c->paper, c->ret, c->reterr);
	return vt_office_number_as(
	    c->office, &c->rq, &c->paper, &n, c->ret, c->reterr);
}

static int
do_key(struct vt_v1_call *c, enum vt_signing_act act)
{
	struct vt_signing_order order = { .act = act, .pin = c->pin };
	int rc;

	order.number_first = vt_in_bool(&c->root, "number_first");
	order.reason = vt_in_str(&c->root, "reason");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_sign(
	    c->office, &c->rq, &c->paper, &order, c->ret, c->reterr);
}

static int
do_initial(struct vt_v1_call *c)
{
	return do_key(c, VT_SIGNING_INITIALS);
}

static int
do_sign(struct vt_v1_call *c)
{
	return do_key(c, VT_SIGNING_COMPETENT);
}

static int
do_seal(struct vt_v1_call *c)
{
	return do_key(c, VT_SIGNING_SEAL);
}

static int
do_issue(struct vt_v1_call *c)
{
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_issue(c->office, &c->rq, &c->paper, c->ret, c->reterr);
}

/* The number of a word of the contract, 0: not said. */
static uint32_t
word_in(const struct vt_in_obj *o, const char *key,
    const char *(*name)(uint32_t), uint32_t last)
{
	const char *s = vt_in_str(o, key);

	for (uint32_t i = 1; s != NULL && i <= last; i++)
		if (strcmp(name(i), s) == 0)
			return i;
	return 0;
}

/* Who each addressee is, which way it goes there; in the order of `to`. */
static const struct vt_way *
ways_in(const struct vt_in_obj *o, size_t n)
{
	struct vt_way *w;

	if (n == 0)
		return NULL;
	w = vt_arena_array(o->in->req->arena, n, sizeof(*w));
	if (w == NULL) {
		(void)vt_in_fail(o, "to", VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj r = vt_in_item(o, "to", i);

		w[i].kind = word_in(
		    &r, "kind", vt_addressee_kind_name, VT_ADDRESSEE_PERSON);
		w[i].channel =
		    word_in(&r, "channel", vt_channel_name, VT_CHANNEL_POST);
		w[i].waybill = vt_in_str(&r, "waybill");
	}
	return w;
}

static int
do_dispatch(struct vt_v1_call *c)
{
	const struct vt_recipient *to;
	const struct vt_way *ways;
	size_t n;
	int rc;

	vt_v1_recipients_in(&c->root, "to", &to, &n);
	ways = ways_in(&c->root, n);
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_dispatch_by(
	    c->office, &c->rq, &c->paper, to, ways, n, c->ret, c->reterr);
}

static int
do_edit(struct vt_v1_call *c)
{
	uint16_t part =
	    (uint16_t)vt_in_uint(&c->root, "part", VT_L(PAPER_PARTS_MAX));
	struct vt_office_file f = {
		.upload = vt_in_need_id(&c->root, "upload"),
		.name = vt_in_need_str(&c->root, "name"),
		.media_type = vt_in_str(&c->root, "media_type"),
	};
	vt_hash expect = vt_in_need_hash(&c->root, "expect");
	int rc;

	if (f.media_type == NULL)
		f.media_type = "application/octet-stream";
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_edit(c->office, &c->rq, &c->paper,
	    part == 0 ? 1 : part, &f, &expect, c->ret, c->reterr);
}

static const struct vt_v1_act acts[] = {
	{ "edit", do_edit },
	{ "submit", do_submit },
	{ "approve", do_approve },
	{ "return", do_return },
	{ "initial", do_initial },
	{ "sign", do_sign },
	{ "number", do_number },
	{ "seal", do_seal },
	{ "issue", do_issue },
	{ "dispatch", do_dispatch },
};

static int
run_named(struct vt_v1_call *c, const char *name)
{
	const struct vt_v1_act *other = vt_v1_act_exchange(name);

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, name) == 0)
			return acts[i].run(c);
	if (other != NULL)
		return other->run(c);
	return vt_in_fail(
	    &c->root, "act", VT_E_FIELD_VALUE, "there is no such act");
}

/* The paper of the path is there: so what was not found is what the body
 * names. An act names one thing by its id at most. */
static void
about_another(const struct vt_v1_call *c)
{
	static const char *const names[] = { "notice", "by", "answer",
		"delivery", "version", "part" };
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;

	if (vt_view_begin(vt_office_store(c->office), &v, NULL) != VT_OK ||
	    vt_office_paper(c->office, v, c->rq.actor, &c->paper, &p, NULL) !=
		VT_OK)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (vt_in_has(&c->root, names[i]))
			vt_in_about(&c->root, names[i]);
}

int
vt_v1_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *pin = NULL;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_v1_call c = { .ret = &r, .reterr = reterr };
	const char *name;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &c.paper, reterr)) != VT_OK)
		return rc;
	c.office = vt_v1_office(req);
	c.root = vt_in_root(&in);
	name = vt_in_need_str(&c.root, "act");
	/* Only the acts that use a key know a PIN. */
	if (strcmp(name, "sign") == 0 || strcmp(name, "seal") == 0 ||
	    strcmp(name, "initial") == 0)
		pin = vt_in_take_pin(&c.root, "pin");
	c.pin = pin;
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, &c.paper, &c.rq, reterr)) != VT_OK)
		return rc;
	rc = run_named(&c, name);
	if (rc != VT_OK && vt_v1_overtaken(req, &c.rq))
		rc = run_named(&c, name);
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	if (rc == VT_E_NOT_FOUND)
		about_another(&c);
	vt_act_result_free(&r);
	return rc;
}
