/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/routes.h"
#include "tests/unit/api/fake_office.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/office/anchors.h"
#include "api/office/budgets.h"
#include "api/office/consign.h"
#include "api/office/cosign.h"
#include "api/office/delegation.h"
#include "api/office/find.h"
#include "api/office/handed.h"
#include "api/office/letters.h"
#include "api/office/uses.h"
#include "api/office/proofs.h"
#include "api/office/quarantine.h"
#include "api/office/scrub.h"
#include "api/office/watch.h"

/* A fake passes most of what it is given over. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

struct fake fake = { .expires = 4102444800000000 };

static int the_office;

struct vt_office *
fake_office(void)
{
	return (struct vt_office *)(void *)&the_office;
}

struct vt_store *
vt_office_store(struct vt_office *o)
{
	return (struct vt_store *)(void *)o;
}

size_t
vt_office_anchors(const struct vt_office *o)
{
	return o != NULL && !fake.no_anchors ? 1 : 0;
}

bool
vt_office_workers_alive(const struct vt_office *o)
{
	return o != NULL && !fake.workers_gone;
}

static void
keep(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src == NULL ? "(null)" : src);
}

#define KEEP(field, s) keep(fake.field, sizeof(fake.field), s)

vt_id
fake_id(uint8_t b)
{
	vt_id id;

	memset(id.b, b, sizeof(id.b));
	return id;
}

static vt_hash
a_hash(uint8_t b)
{
	vt_hash h;

	memset(h.b, b, sizeof(h.b));
	return h;
}

/* --- who --- */

int
vt_office_authenticate(struct vt_office *o, struct vt_span token,
    struct vt_actor *ret, struct vt_err *reterr)
{
	if (!vt_span_is(token, "clerk"))
		return vt_err_set(
		    reterr, VT_E_UNAUTHENTICATED, "token: nobody has it");
	memset(ret, 0, sizeof(*ret));
	ret->person = fake_id(7);
	ret->agency_no = 1;
	ret->roles = VT_ROLE_CLERK | VT_ROLE_OFFICER;
	keep(ret->name, sizeof(ret->name), "Trần Văn Thử");
	keep(ret->agency_code, sizeof(ret->agency_code), "H99.07");
	keep(ret->agency_name, sizeof(ret->agency_name), "Sở mẫu");
	return VT_OK;
}

/* --- uploads --- */

int
vt_office_upload_begin(struct vt_office *o, const struct vt_actor *actor,
    struct vt_office_upload **ret, struct vt_err *reterr)
{
	fake.uploads_open++;
	fake.upload_bytes = 0;
	*ret = (struct vt_office_upload *)(void *)&fake;
	return VT_OK;
}

int
vt_office_upload_put(
    struct vt_office_upload *u, const void *p, size_t n, struct vt_err *reterr)
{
	fake.upload_bytes += n;
	return VT_OK;
}

int
vt_office_upload_end(struct vt_office_upload *u, const vt_hash *expect,
    vt_id *ret_id, struct vt_blob *ret_blob, struct vt_err *reterr)
{
	vt_hash h = a_hash(0x11);

	if (fake.upload_bytes == 0)
		return vt_err_set(reterr, VT_E_FILE_EMPTY, "upload: empty");
	if (expect != NULL && !vt_hash_eq(expect, &h))
		return vt_err_set(reterr, VT_E_DIGEST_MISMATCH, "upload");
	*ret_id = fake_id(3);
	ret_blob->hash = h;
	ret_blob->size = fake.upload_bytes;
	return VT_OK;
}

void
vt_office_upload_free(struct vt_office_upload *u)
{
	if (u != NULL)
		fake.uploads_open--;
}

/* --- acts --- */

int
fake_act(const char *name, const struct vt_request *rq, struct vt_err *reterr)
{
	KEEP(act, name);
	KEEP(key, rq->key);
	fake.request = rq->hash;
	fake.if_match = rq->if_match;
	return fake.answer == VT_OK
		   ? VT_OK
		   : vt_err_set(reterr, fake.answer,
			 "%s: refused: try again in 17 s", name);
}

static int
act(const char *name, const struct vt_request *rq, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	int rc = fake_act(name, rq, reterr);

	if (rc != VT_OK)
		return rc;
	ret->repeated = fake.repeated;
	ret->act = fake_id(9);
	ret->index = 41;
	ret->time = 1763700000000000;
	ret->paper = fake_id(5);
	ret->paper_rev = 4;
	ret->current = a_hash(0x22);
	ret->number = 5;
	ret->number_period = 2026;
	keep(ret->number_text, sizeof(ret->number_text), "05/SKHCN-CĐS");
	vt_buf_puts(&ret->receipt, "receipt");
	return VT_OK;
}

void
vt_act_result_free(struct vt_act_result *r)
{
	if (r == NULL)
		return;
	vt_buf_free(&r->receipt);
	vt_buf_free(&r->keep);
}

int
vt_office_register(struct vt_office *o, const struct vt_request *rq,
    const struct vt_new_paper *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	const struct vt_meta *meta = n->meta;

	if (meta->secrecy != 0)
		return vt_err_set(reterr, VT_E_SECRECY_REFUSED, "secret");
	fake.direction = n->direction;
	fake.by_hand = n->by_hand;
	KEEP(subject, meta->subject);
	KEEP(type_code, meta->type_code);
	KEEP(type_name, meta->type_name);
	fake.legal = meta->legal;
	KEEP(reply_to, meta->reply_to);
	fake.nto = meta->n_recipients;
	KEEP(recipient, fake.nto == 0 ? NULL : meta->recipients[0].code);
	fake.nfiles = n->n_files;
	KEEP(file, n->files[n->n_files - 1].name);
	return act("register", rq, ret, reterr);
}

int
vt_office_edit(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, uint16_t part, const struct vt_office_file *file,
    const vt_hash *expect, struct vt_act_result *ret, struct vt_err *reterr)
{
	KEEP(file, file->name);
	return act("edit", rq, ret, reterr);
}

int
vt_office_submit(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_places *places, unsigned initials,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr)
{
	fake.places = places != NULL;
	fake.initials = initials;
	KEEP(note, note);
	return act("submit", rq, ret, reterr);
}

int
vt_office_approve(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	KEEP(note, note);
	return act("approve", rq, ret, reterr);
}

int
vt_office_return(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	KEEP(note, note);
	return act("return", rq, ret, reterr);
}

int
vt_office_number(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	return act("number", rq, ret, reterr);
}

int
vt_office_sign(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	static const char *const names[] = { "initial", "sign", "seal" };

	fake.number_first = order->number_first;
	fake.signing = order->act;
	KEEP(pin, order->pin == NULL
		      ? NULL
		      : (const char *)vt_secret_view(order->pin).p);
	return act(names[order->act], rq, ret, reterr);
}

int
vt_office_prepare(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    const struct vt_span *chain, size_t n_chain, struct vt_office_prepared *ret,
    struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	int rc = act("prepare", rq, &r, reterr);

	fake.signing = order->act;
	vt_act_result_free(&r);
	if (rc != VT_OK)
		return rc;
	fake.nfiles = n_chain;
	ret->id = fake_id(6);
	ret->expires = fake.expires;
	vt_buf_puts(&ret->attrs, "DER");
	ret->attrs_digest = a_hash(0x33);
	ret->document_digest = a_hash(0x44);
	keep(ret->algorithm, sizeof(ret->algorithm), "ECDSA-SHA256");
	if (order->number_first)
		keep(ret->number_text, sizeof(ret->number_text), "05/SKHCN");
	ret->paper_rev = 5;
	return VT_OK;
}

void
vt_office_prepared_free(struct vt_office_prepared *p)
{
	vt_buf_free(&p->attrs);
}

int
vt_office_complete(struct vt_office *o, const struct vt_request *rq,
    const vt_id *prepared, struct vt_span value, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	snprintf(fake.value, sizeof(fake.value), "%.*s", (int)value.n,
	    (const char *)value.p);
	return act("complete", rq, ret, reterr);
}

int
vt_office_issue(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	return act("issue", rq, ret, reterr);
}

int
vt_office_dispatch_by(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_recipient *to,
    const struct vt_way *ways, size_t n_to, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	fake.nto = n_to;
	memset(fake.ways, 0, sizeof(fake.ways));
	for (size_t i = 0; ways != NULL && i < n_to && i < 7; i++)
		fake.ways[i] = (char)('0' + ways[i].channel);
	KEEP(recipient, n_to == 0 ? NULL : to[0].code);
	return act("dispatch", rq, ret, reterr);
}

int
vt_office_receive(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	return act("receive", rq, ret, reterr);
}

int
vt_office_handed_by(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, const struct vt_handing *h,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	KEEP(subject, h->on);
	KEEP(note, h->note);
	return act("handed", rq, ret, reterr);
}

int
vt_office_consignment_reread(struct vt_office *o, const struct vt_request *rq,
    const vt_id *consignment, struct vt_act_result *ret, struct vt_err *reterr)
{
	return act("reread", rq, ret, reterr);
}

int
vt_office_set_aside(struct vt_office *o, const struct vt_request *rq,
    const vt_id *consignment, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	KEEP(note, reason);
	return act("set_aside", rq, ret, reterr);
}

int
vt_office_result(struct vt_office *o, const struct vt_request *rq,
    const struct vt_notice *notice, const char *holder_fact,
    const char *notation, struct vt_act_result *ret, char ret_code[32],
    struct vt_err *reterr)
{
	KEEP(subject, notice->subject);
	KEEP(fact, holder_fact);
	memcpy(ret_code, "7QK2-M0XD-93TB-HW5E-C", 22);
	return act("result", rq, ret, reterr);
}

/* --- reading --- */

int
vt_view_begin(struct vt_store *s, struct vt_view **ret, struct vt_err *reterr)
{
	*ret = (struct vt_view *)(void *)s;
	return VT_OK;
}

void
vt_view_end(struct vt_view *v)
{
}

void
vt_office_see(struct vt_view *v, const struct vt_actor *actor)
{
}

int
vt_store_info(
    struct vt_store *s, struct vt_store_info *ret, struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->format = 1;
	ret->clock_back_us = fake.clock_back_us;
	return VT_OK;
}

static const struct vt_part the_part = { .no = 1,
	.role = VT_PART_MAIN,
	.name = "Công văn.pdf",
	.media_type = "application/pdf",
	.version = 2,
	.size = 10,
	.problem = "" };

static void
fill_paper(struct vt_paper *p)
{
	memset(p, 0, sizeof(*p));
	p->id = fake_id(5);
	p->rev = 3;
	p->direction = VT_DIR_OUT;
	p->state = VT_PAPER_APPROVED;
	p->meta.subject = "Trích \"yếu\"";
	p->parts = &the_part;
	p->n_parts = 1;
	p->number.value = 5;
	p->number.text = "05/SKHCN-CĐS";
	p->number.series = "di";
	p->number.notation = "SKHCN-CĐS";
	p->code = "";
	p->signed_at = p->sealed_at = p->issued_at = VT_TIME_NONE;
	p->frozen_at = p->isolated_at = VT_TIME_NONE;
}

const char *
vt_paper_state_name(enum vt_paper_state st)
{
	return st == VT_PAPER_APPROVED ? "approved" : "draft";
}

const char *
vt_step_kind_name(enum vt_step_kind k)
{
	return k == VT_STEP_REGISTER ? "register" : "other";
}

int
vt_office_paper(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper *ret,
    struct vt_err *reterr)
{
	vt_id known = fake_id(5);

	if (!vt_id_eq(paper, &known))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "paper: not found");
	fill_paper(ret);
	return VT_OK;
}

int
vt_office_papers(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper_filter *f,
    struct vt_paper *ret, size_t max, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr)
{
	fill_paper(ret);
	*ret_n = 1;
	*ret_next = f->before == 0 ? 77 : f->before == 77 ? 0 : 1;
	return VT_OK;
}

const char *
vt_find_name(enum vt_find_field f)
{
	static const char *const names[VT_FIND__MAX] = { "q", "number",
		"direction", "state", "agency", "type", "unit", "assigned_to",
		"due_before", "overdue", "issued_from", "issued_until",
		"number_min", "number_max", "order" };

	return names[f];
}

char fake_found[VT_FIND__MAX][64];

static void
note_find(const struct vt_find *f)
{
	for (int i = 0; i < VT_FIND__MAX; i++)
		snprintf(fake_found[i], sizeof(fake_found[i]), "%s",
		    f->f[i] == NULL ? "" : f->f[i]);
}

int
vt_office_find(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_find *f,
    struct vt_find_page *page, struct vt_err *reterr)
{
	note_find(f);
	fill_paper(page->ret);
	page->n = 1;
	page->next = page->before == 0 ? 88 : 0;
	return VT_OK;
}

int
vt_office_found_words(struct vt_office *o, struct vt_arena *a,
    const struct vt_find *f, struct vt_found_words *ret, struct vt_err *reterr)
{
	const char *words = f->f[VT_FIND_Q];

	(void)o;
	*ret = (struct vt_found_words){ .asked = NULL };
	return words == NULL || *words == '\0'
		   ? VT_OK
		   : vt_search_asked(a, words, &ret->asked, reterr);
}

int
vt_office_snippet(struct vt_office *o, struct vt_view *v,
    const struct vt_found_words *w, const struct vt_paper *p,
    struct vt_snippet *ret, bool *ret_found, struct vt_err *reterr)
{
	(void)o, (void)v, (void)w, (void)p, (void)ret, (void)reterr;
	*ret_found = false;
	return VT_OK;
}

uint32_t
vt_office_overdue_days(const struct vt_office *o, const struct vt_paper *p)
{
	return 3;
}

int
vt_office_export(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_export *x, struct vt_buf *ret, struct vt_err *reterr)
{
	note_find(x->find);
	vt_buf_printf(ret, "%d %s\n", (int)x->format,
	    x->columns == NULL ? "" : x->columns);
	return VT_OK;
}

int
vt_office_saved(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_arena *a, struct vt_saved *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = fake_id(41);
	ret->owner = fake_id(1);
	ret->columns = "number,due";
	ret->find.f[VT_FIND_OVERDUE] = "true";
	snprintf(ret->name, sizeof(ret->name), "Quá hạn");
	*ret_n = 1;
	return VT_OK;
}

int
vt_office_save(struct vt_office *o, const struct vt_request *rq,
    const struct vt_saved *s, vt_id *ret_id, struct vt_err *reterr)
{
	note_find(&s->find);
	*ret_id = fake_id(41);
	return VT_OK;
}

int
vt_office_unsave(struct vt_office *o, const struct vt_request *rq,
    const vt_id *id, struct vt_err *reterr)
{
	return VT_OK;
}

int
vt_version_list(struct vt_view *v, const vt_id *paper, uint16_t part,
    uint32_t after, struct vt_version *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->part = part;
	ret->no = 1;
	ret->reason = VT_VERSION_RECEIVED;
	*ret_n = 1;
	return VT_OK;
}

int
vt_act_list(struct vt_view *v, const vt_id *paper, uint64_t from,
    struct vt_act_entry *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	static const enum vt_step_kind kinds[] = { VT_STEP_REGISTER };
	static const struct vt_act_whom nobody = {
		.unit = "", .due = "", .was_due = "", .order = "", .staff = ""
	};

	memset(ret, 0, sizeof(*ret));
	ret->kinds = kinds;
	ret->whom = &nobody;
	ret->n_kinds = 1;
	ret->note = "";
	*ret_n = 1;
	return VT_OK;
}

int
vt_office_acted(struct vt_view *v, uint32_t agency_no, const vt_id *paper,
    struct vt_acted *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	return VT_OK;
}

static void
fill_delivery(struct vt_delivery *d)
{
	memset(d, 0, sizeof(*d));
	d->id = fake_id(8);
	d->to.code = "H99.31";
	d->to.name = "UBND xã An Mẫu";
	d->state = VT_DELIVERY_WAITING;
	d->work = 17;
	d->note = "";
}

int
vt_delivery_get(struct vt_view *v, const vt_id *id, struct vt_delivery *ret,
    struct vt_err *reterr)
{
	fill_delivery(ret);
	ret->id = ret->paper = *id;
	return VT_OK;
}

/* More than a page of them. */
int
vt_delivery_log(struct vt_view *v, const vt_id *delivery, uint32_t after,
    struct vt_delivery_status *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	size_t n = 0;

	for (uint32_t no = after + 1; n < max && no <= fake.statuses; no++)
		ret[n++] = (struct vt_delivery_status){ .no = no,
			.code = 3,
			.at = (vt_time)no * 1000000,
			.from = "H99.31",
			.staff = "Bà <i>Lan</i>",
			.note = "",
			.received_at = (vt_time)no * 1000000 };
	*ret_n = n;
	return VT_OK;
}

/* Deliveries wait in the queue, tried twice. */
int
vt_work_get(
    struct vt_view *v, uint64_t no, struct vt_work *ret, struct vt_err *reterr)
{
	if (no != 17)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "work: done");
	memset(ret, 0, sizeof(*ret));
	ret->no = no;
	ret->attempt = 2;
	return VT_OK;
}

int
vt_agency_by_code(struct vt_view *v, const char *code, struct vt_agency *ret,
    struct vt_err *reterr)
{
	if (strcmp(code, "H99.07") != 0)
		return vt_err_set(
		    reterr, VT_E_AGENCY_UNKNOWN, "agency: none has this code");
	memset(ret, 0, sizeof(*ret));
	ret->id = fake_id(7);
	ret->now.code = "H99.07";
	ret->now.name = "Sở mẫu";
	ret->now.short_name = fake.subject;
	ret->now.place = "";
	return VT_OK;
}

int
vt_delivery_list_after(struct vt_view *v, const vt_id *paper, uint64_t after,
    struct vt_delivery *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	fill_delivery(ret);
	*ret_n = 1;
	return VT_OK;
}

int
vt_office_inbox(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	fill_delivery(ret);
	*ret_n = 1;
	*ret_next = 0;
	return VT_OK;
}

int
vt_office_events(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_event *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	int rc = vt_office_may_read(actor, reterr);

	if (rc != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	ret->seq = after + 1;
	ret->name = "register";
	*ret_n = 1;
	return VT_OK;
}

int
vt_office_may_read(const struct vt_actor *actor, struct vt_err *reterr)
{
	return fake.may_not_read ? vt_err_set(reterr, VT_E_FORBIDDEN,
				       "reading: not this role")
				 : VT_OK;
}

int
vt_office_log(struct vt_office *o, const char *code, struct vt_office_log *ret,
    struct vt_err *reterr)
{
	if (strcmp(code, "H99.07") != 0)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "agency: none has this code");
	memset(ret, 0, sizeof(*ret));
	keep(ret->code, sizeof(ret->code), code);
	keep(ret->name, sizeof(ret->name), "Sở mẫu");
	keep(ret->origin, sizeof(ret->origin), "store.example/log/1");
	ret->key[0] = 0xab;
	return VT_OK;
}

int
vt_office_log_vkey(struct vt_office *o, const char *code, struct vt_vkey *ret,
    struct vt_err *reterr)
{
	struct vt_office_log l;
	int rc = vt_office_log(o, code, &l, reterr);

	if (rc != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	ret->type = VT_VKEY_LOG;
	keep(ret->name, sizeof(ret->name), l.origin);
	memcpy(ret->pub, l.key, sizeof(ret->pub));
	vt_vkey_id(ret);
	return VT_OK;
}

int
vt_office_witness_state(
    struct vt_office *o, struct vt_witness_state *ret, struct vt_err *reterr)
{
	(void)o;
	(void)reterr;
	*ret = (struct vt_witness_state){
		.on = true, .cosigned = VT_TIME_NONE, .refused = true
	};
	return VT_OK;
}

int
vt_scrub_state(struct vt_office *o, bool *ret_damaged, vt_time *ret_done,
    struct vt_err *reterr)
{
	(void)o;
	(void)reterr;
	*ret_damaged = false;
	*ret_done = VT_TIME_NONE;
	return VT_OK;
}

int
vt_anchors_state(
    struct vt_office *o, bool *ret_on, vt_time *ret_last, struct vt_err *reterr)
{
	*ret_on = true;
	*ret_last = VT_TIME_S(1772413966);
	return VT_OK;
}

int
vt_office_receipt(struct vt_office *o, const struct vt_actor *actor,
    uint64_t index, struct vt_buf *ret, struct vt_err *reterr)
{
	if (index != 41)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "receipt: none");
	vt_buf_puts(ret, "receipt");
	return VT_OK;
}

/* --- content: the digits --- */

int
vt_office_content(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, uint32_t version, struct vt_content *ret,
    struct vt_err *reterr)
{
	if (part != 1 || vt_id_eq(paper, &(vt_id){ { 6, 6, 6, 6, 6, 6, 6, 6, 6,
					     6, 6, 6, 6, 6, 6, 6 } }))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such part");
	memset(ret, 0, sizeof(*ret));
	ret->blob.hash = a_hash(0x55);
	ret->blob.size = 10;
	ret->version = version;
	keep(ret->name, sizeof(ret->name), "Công văn.pdf");
	/* What an uploader may have said. */
	keep(ret->media_type, sizeof(ret->media_type), "text/html\r\nX-A: b");
	return VT_OK;
}

int
vt_office_download(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, uint32_t version, struct vt_content *ret,
    struct vt_err *reterr)
{
	return vt_office_content(o, actor, paper, part, version, ret, reterr);
}

int
vt_office_read(struct vt_office *o, const vt_hash *blob, uint64_t off, void *p,
    size_t n, size_t *ret_n, struct vt_err *reterr)
{
	/* Short reads are allowed. */
	if (n > 3)
		n = 3;
	memcpy(p, &"0123456789"[off], n);
	*ret_n = n;
	return VT_OK;
}

/* --- verdicts --- */

static int
verdict(struct vt_verdict **ret)
{
	struct vt_arena *a = vt_arena_new(65536);
	struct vt_verdict *v = vt_arena_alloc(a, sizeof(*v));
	struct vt_signature_verdict *s = vt_arena_array(a, 2, sizeof(*s));
	struct vt_reason *r = vt_arena_alloc(a, sizeof(*r));

	VT_ASSERT(v != NULL && s != NULL && r != NULL);
	v->arena = a;
	v->overall = fake.overall;
	v->unreadable.code = VT_E_NOT_PDF;
	if (fake.overall != VT_OVERALL_NO_SIGNATURE &&
	    fake.overall != VT_OVERALL_NOT_READABLE) {
		v->signatures = s;
		v->n_signatures =
		    fake.overall == VT_OVERALL_PASSED && !fake.alone ? 2 : 1;
	}
	s->indication = fake.overall == VT_OVERALL_PASSED   ? VT_TOTAL_PASSED
			: fake.overall == VT_OVERALL_FAILED ? VT_TOTAL_FAILED
							    : VT_INDETERMINATE;
	s->field = "vt_leader";
	s->signer = "Nguyễn <b>Thị</b> Mẫu";
	s->signer_org = "Sở Khoa học và Công nghệ";
	s->issuer = "CA mẫu";
	s->claimed_time = 1763700000000000;
	s->coverage = VT_COVERAGE_WHOLE_FILE;
	s->signer_kind = fake.unsaid ? VT_SIGNER_UNKNOWN : VT_SIGNER_PERSON;
	if (fake.overall != VT_OVERALL_PASSED) {
		s->reasons = r;
		s->n_reasons = 1;
		r->code = "change-unexplained";
		r->clause = "ISO 32000-1 12.8.2";
		r->vi = "Nội dung bị sửa sau khi ký";
		r->en = "Something was changed after signing";
		r->detail = "object 12 <script>";
	}
	s[1] = s[0];
	s[1].field = "vt_agency";
	s[1].signer = s[1].signer_org;
	if (!fake.unsaid)
		s[1].signer_kind = VT_SIGNER_ORGANISATION;
	if (fake.alone && fake.by_agency)
		s[0] = s[1];
	*ret = v;
	return VT_OK;
}

int
vt_office_validate(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, struct vt_verdict **ret,
    struct vt_err *reterr)
{
	fake.validated++;
	return verdict(ret);
}

int
vt_office_validate_fd(
    struct vt_office *o, int fd, struct vt_verdict **ret, struct vt_err *reterr)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || pread(fd, &fake.checked_first, 1, 0) != 1)
		return vt_err_set(reterr, VT_E_IO, "check: cannot be read");
	fake.checked_bytes = (uint64_t)st.st_size;
	return verdict(ret);
}

void
vt_verdict_free(struct vt_verdict *v)
{
	if (v != NULL)
		vt_arena_free(v->arena);
}

void
vt_verdict_json(const struct vt_verdict *v, struct vt_json *j)
{
	vt_json_object(j);
	vt_json_kstr(j, "overall",
	    v->overall == VT_OVERALL_PASSED ? "TOTAL-PASSED" : "TOTAL-FAILED");
	vt_json_end(j);
}

/* --- the public --- */

int
vt_office_public(struct vt_office *o, const char *code,
    struct vt_public_result *ret, struct vt_err *reterr)
{
	if (strcmp(code, "7QK2-M0XD-93TB-HW5E-C") != 0 &&
	    strcmp(code, "7qk2m0xd93tbhw5ec") != 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "code: none");
	*ret = fake.result;
	return VT_OK;
}

int
vt_office_public_content(struct vt_office *o, const char *code,
    const char *fact, struct vt_content *ret, struct vt_err *reterr)
{
	KEEP(fact, fact);
	if (strcmp(fact, "số 1234") != 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN, "not the fact");
	memset(ret, 0, sizeof(*ret));
	ret->blob.hash = a_hash(0x55);
	ret->blob.size = 10;
	keep(ret->name, sizeof(ret->name), "x.pdf");
	keep(ret->media_type, sizeof(ret->media_type), "application/pdf");
	return VT_OK;
}

/* H98.01 has ended; H99.40 has its tasks. */
int
vt_office_code_now(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_code_now *ret, struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->ended = strcmp(code, "H98.01") == 0;
	(void)snprintf(ret->code, sizeof(ret->code), "%s",
	    ret->ended ? "H99.40" : code);
	if (!ret->ended)
		return VT_OK;
	(void)snprintf(ret->name, sizeof(ret->name), "UBND xã <Mới>");
	(void)snprintf(ret->until, sizeof(ret->until), "2025-06-30");
	return VT_OK;
}

bool
vt_office_address_ended(struct vt_office *o, const struct vt_address *a)
{
	return strcmp(a->code, "H50.0001") == 0;
}

/* ---- the queue: one dead letter ---- */

vt_time
vt_work_now(struct vt_store *s)
{
	(void)s;
	return 1763700000000000;
}

int
vt_office_watch(struct vt_office *o, const struct vt_actor *actor,
    uint64_t after, unsigned wait_s, struct vt_err *reterr)
{
	return vt_who_may(actor, VT_DUTY_EVENTS, reterr);
}

int
vt_budget_late(
    struct vt_view *v, vt_time now, uint32_t *ret_kinds, struct vt_err *reterr)
{
	*ret_kinds = fake.late;
	return VT_OK;
}

int
vt_office_work_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_letter_query *q,
    uint64_t after, struct vt_work_shown *ret, size_t max, size_t *ret_n,
    uint64_t *ret_next, struct vt_err *reterr)
{
	if (vt_who_may(actor, VT_DUTY_SEE_WORK, reterr) != VT_OK)
		return VT_E_FORBIDDEN;
	memset(ret, 0, sizeof(*ret));
	ret->w.kind = q->kind != 0 ? q->kind : VT_WORK_STATUS;
	ret->w.attempt = 3;
	ret->w.tried_at = ret->next = VT_TIME_NONE;
	ret->state = q->dead ? VT_WORK_DEAD : VT_WORK_WAITS;
	snprintf(ret->w.note, sizeof(ret->w.note), "no \"answer\"");
	*ret_n = 1;
	*ret_next = 0;
	return VT_OK;
}

int
vt_office_letters(struct vt_office *o, const struct vt_request *rq,
    enum vt_letter_act what, const struct vt_letter_query *q, size_t *ret_n,
    bool *ret_more, struct vt_err *reterr)
{
	*ret_n = what == VT_LETTER_AGAIN ? 2 : 1;
	*ret_more = false;
	return VT_OK;
}

/* --- uses: two readings of paper 1 --- */

int
vt_office_reads(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, uint64_t before,
    struct vt_read *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	*ret_n = 0;
	if ((actor->roles & VT_ROLE_LEADER) == 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN, "reads: not his");
	ret[0] = (struct vt_read){ .index = 9,
		.at = VT_TIME_S(1772413965),
		.time = VT_TIME_S(1772413965),
		.person = actor->person,
		.use = VT_USE_OPEN,
		.part = 1,
		.main = a_hash(0x55) };
	*ret_n = max > 0 && before == 0;
	return VT_OK;
}

void
vt_office_count_use(struct vt_office *o, const char *code, enum vt_use use)
{
}

int
vt_office_uses(struct vt_office *o, const struct vt_actor *actor,
    const char *month, struct vt_arena *a, struct vt_use_report *ret,
    struct vt_err *reterr)
{
	static struct vt_use_row row = {
		.id = "01010101010101010101010101010101",
		.number = "05/SKHCN-VP",
		.subject = "V/v kiểm tra",
		.n = { [VT_USE_OPEN] = 3 } };

	if (strcmp(month, "2026-13") == 0)
		return vt_err_set(reterr, VT_E_INVALID, "no such month");
	*ret = (struct vt_use_report){ .rows = &row, .n_rows = 1 };
	ret->rest.number = ret->rest.subject = "";
	ret->total = row;
	ret->total.id[0] = '\0';
	return VT_OK;
}

int
vt_office_uses_csv(struct vt_office *o, const struct vt_actor *actor,
    const char *month, struct vt_buf *ret, struct vt_err *reterr)
{
	vt_buf_puts(ret, "05/SKHCN-VP,V/v kiểm tra,3\r\n");
	return vt_buf_status(ret, reterr);
}
