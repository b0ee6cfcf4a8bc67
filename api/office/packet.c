/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets that go out. Everything in them follows from the delivery and from
 * what was so when it was made (names and versions of that time) or was noted
 * before its first try, so that the packet of a later attempt has the same
 * bytes as the first one's.
 */
#include <stdlib.h>

#include "api/exchange/edxml/edxml.h"
#include "api/office/office_priv.h"
#include "api/office/packet.h"
#include "api/office/relay.h"
#include "api/office/routes.h"
#include "base/cbor.h"

#define ARENA_LIMIT ((size_t)8 << 20)

struct vt_office_packet {
	struct vt_packet p;
	char from[64], to[64];
	struct vt_arena *arena;
	struct vt_edxml_document doc;
	struct vt_edxml_body *body;
	struct vt_source sources[VT_L(PAPER_PARTS_MAX)];
	size_t n_sources;
	struct vt_buf bytes; /* of a status */
	struct vt_source memory;
};

const struct vt_packet *
vt_office_packet_get(const struct vt_office_packet *pk)
{
	return &pk->p;
}

void
vt_packet_attempt(struct vt_office_packet *pk, uint32_t attempt)
{
	pk->p.attempt = attempt;
}

void
vt_office_packet_close(struct vt_office_packet *pk)
{
	if (pk == NULL)
		return;
	vt_edxml_body_free(pk->body);
	for (size_t i = 0; i < pk->n_sources; i++)
		vt_bytes_source_close(&pk->sources[i]);
	vt_buf_free(&pk->bytes);
	vt_arena_free(pk->arena);
	free(pk);
}

static int
packet_new(struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_office_packet *pk = calloc(1, sizeof(*pk));

	if (pk != NULL)
		pk->arena = vt_arena_new(ARENA_LIMIT);
	if (pk == NULL || pk->arena == NULL) {
		free(pk);
		return vt_err_set(reterr, VT_E_NOMEM, "packet: no memory");
	}
	pk->p.from = pk->from;
	pk->p.to = pk->to;
	*ret = pk;
	return VT_OK;
}

/* ---- names and days ---- */

/* The number alone: what stands before the slash in "05/QĐ-UBND". */
static void
number_part(const struct vt_number *n, struct vt_buf *ret)
{
	const char *slash = strchr(n->text, '/');

	vt_buf_put(ret, n->text,
	    slash == NULL ? strlen(n->text) : (size_t)(slash - n->text));
}

void
vt_packet_document_id(
    const struct vt_agency *a, const struct vt_paper *p, struct vt_buf *ret)
{
	struct vt_edxml_day day = vt_edxml_day_of(p->number.time);
	VT_BUF_AUTO(number);

	number_part(&p->number, &number);
	vt_edxml_document_id(vt_agency_name_at(a, p->number.time)->code, &day,
	    vt_buf_str(&number), p->number.notation, ret);
}

bool
vt_day_parse(const char *s, char between, struct vt_edxml_day *ret)
{
	static const size_t at[] = { 0, 1, 2, 3, 5, 6, 8, 9 };
	int v[8] = { 0 };

	if (strnlen(s, 10) != 10 || s[4] != between || s[7] != between)
		return false;
	for (size_t i = 0; i < 8; i++) {
		if (s[at[i]] < '0' || s[at[i]] > '9')
			return false;
		v[i] = s[at[i]] - '0';
	}
	memset(ret, 0, sizeof(*ret));
	ret->year = v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3];
	ret->month = v[4] * 10 + v[5];
	ret->day = v[6] * 10 + v[7];
	return ret->month >= 1 && ret->month <= 12 && ret->day >= 1 &&
	       ret->day <= 31;
}

static struct vt_edxml_day
day_of_text(const char *s)
{
	struct vt_edxml_day d;

	if (strlen(s) != 10 || !vt_day_parse(s, '-', &d))
		memset(&d, 0, sizeof(d));
	return d;
}

/* ---- what is settled at the first try ---- */

#define SETTLED_VERSION 1
#define SETTLED_KEY     (3 + VT_ID_SIZE)
enum { S_VERSION = 1, S_TO, S_ORGAN, S_CODE, S_DOCUMENT, S_DAY };

/* What may change while a packet is on its way: whom it is for, and how the
 * paper that it answers is called. Plain values; organ "": it answers none. */
struct settled {
	bool is;
	char to[64], organ[64], code[512], document[1024], day[16];
};

static void
settled_key(const vt_id *delivery, uint8_t ret[SETTLED_KEY])
{
	static const uint8_t kind[] = { 't', 'o', '/' };

	memcpy(ret, kind, sizeof(kind));
	memcpy(ret + sizeof(kind), delivery->b, VT_ID_SIZE);
}

static int
settled_read(struct vt_view *v, const struct vt_delivery *d,
    struct settled *ret, struct vt_err *reterr)
{
	uint8_t key[SETTLED_KEY];
	struct vt_err err = VT_ERR_INIT;
	struct vt_cbor_map_reader m;
	struct vt_entry e;
	struct vt_cbor c;
	uint64_t k;
	int rc;

	memset(ret, 0, sizeof(*ret));
	settled_key(&d->id, key);
	rc = vt_entry_get(v, VT_ENTRY_NOTE, d->agency_no,
	    VT_SPAN(key, sizeof(key)), &e, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	ret->is = true;
	vt_cbor_open(&c, e.value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == S_TO)
			vt_cbor_get_str(&c, ret->to, sizeof(ret->to));
		else if (k == S_ORGAN)
			vt_cbor_get_str(&c, ret->organ, sizeof(ret->organ));
		else if (k == S_CODE)
			vt_cbor_get_str(&c, ret->code, sizeof(ret->code));
		else if (k == S_DOCUMENT)
			vt_cbor_get_str(
			    &c, ret->document, sizeof(ret->document));
		else if (k == S_DAY)
			vt_cbor_get_str(&c, ret->day, sizeof(ret->day));
		else if (k != S_VERSION ||
			 vt_cbor_get_uint(&c) != SETTLED_VERSION)
			vt_cbor_fail(&c, "another version");
	}
	return vt_cbor_finish(&c, "what is settled of a packet", reterr);
}

static void
put_text(
    struct vt_cbor_map_writer *w, uint64_t key, const char *s, struct vt_buf *b)
{
	vt_cbor_key(w, key);
	vt_cbor_str(b, s);
}

static int
settled_write(struct vt_office *o, const struct vt_delivery *d,
    const struct settled *s, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	uint8_t key[SETTLED_KEY];
	struct vt_entry_change change = { .kind = VT_ENTRY_NOTE,
		.key = VT_SPAN(key, sizeof(key)),
		.expect = VT_ENTRY_NEW };
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_act act = { .agency_no = d->agency_no,
		.caller = d->id,
		.key = "to",
		.request = vt_sha256(VT_SPAN(d->id.b, VT_ID_SIZE)),
		.steps = &step,
		.n_steps = 1 };
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(value);
	int rc;

	settled_key(&d->id, key);
	vt_cbor_map_begin(&w, &value);
	vt_cbor_key(&w, S_VERSION);
	vt_cbor_uint(&value, SETTLED_VERSION);
	put_text(&w, S_TO, s->to, &value);
	put_text(&w, S_ORGAN, s->organ, &value);
	put_text(&w, S_CODE, s->code, &value);
	put_text(&w, S_DOCUMENT, s->document, &value);
	put_text(&w, S_DAY, s->day, &value);
	vt_cbor_map_end(&w);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	change.value = vt_buf_view(&value);
	step.u.entry.changes = &change;
	step.u.entry.n = 1;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* DocumentId as it stood in the packet that brought it; else as it follows
 * from the paper's metadata. */
static int
answered_id(struct vt_view *v, const struct vt_paper *p, struct settled *ret,
    struct vt_err *reterr)
{
	struct vt_edxml_day day = day_of_text(p->meta.issued_on);
	struct vt_consignment c;
	VT_BUF_AUTO(id);
	int rc;

	if (!vt_id_is_zero(&p->source_consignment)) {
		rc = vt_consign_get(v, &p->source_consignment, &c, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_puts(&id, c.document_id);
	}
	if (id.n == 0)
		vt_edxml_document_id(p->meta.agency_code, &day, p->meta.number,
		    p->meta.notation, &id);
	vt_text_fit(ret->document, sizeof(ret->document), vt_buf_str(&id));
	return vt_buf_status(&id, reterr);
}

/* The paper of this store that `paper` answers; *ret_any: is there one? One
 * that came on paper, with its sender, number or day not noted, cannot be
 * named. */
static int
find_answered(struct vt_view *v, const struct vt_paper *paper,
    struct settled *ret, bool *ret_any, struct vt_err *reterr)
{
	struct vt_paper p;
	vt_id id;
	int rc;

	*ret_any = vt_id_parse(vt_span_str(paper->meta.reply_to), &id);
	if (!*ret_any)
		return VT_OK;
	if ((rc = vt_paper_get(v, &id, &p, reterr)) != VT_OK)
		return rc;
	if (p.agency_no != paper->agency_no ||
	    day_of_text(p.meta.issued_on).year == 0 ||
	    p.meta.agency_code[0] == '\0' || p.meta.number[0] == '\0')
		return VT_OK;
	vt_text_fit(ret->organ, sizeof(ret->organ), p.meta.agency_code);
	vt_text_fit(ret->day, sizeof(ret->day), p.meta.issued_on);
	(void)snprintf(ret->code, sizeof(ret->code), "%s%s%s", p.meta.number,
	    p.meta.notation[0] == '\0' ? "" : "/", p.meta.notation);
	return answered_id(v, &p, ret, reterr);
}

int
vt_packet_settle(struct vt_office *o, const vt_id *delivery, const char *to,
    struct vt_err *reterr)
{
	struct settled s = { .is = true };
	struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_paper p;
	bool any = false;
	int rc;

	/* what it answers may be isolated: its number is named all the same */
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_delivery_get(v, delivery, &d, reterr)) == VT_OK &&
	    (rc = vt_paper_get(v, &d.paper, &p, reterr)) == VT_OK)
		rc = find_answered(v, &p, &s, &any, reterr);
	vt_text_fit(s.to, sizeof(s.to), to);
	vt_view_end(v);
	if (rc != VT_OK || (!any && to[0] == '\0'))
		return rc;
	return settled_write(o, &d, &s, reterr);
}

/* ---- a document ---- */

/* Strings into the packet's arena; the first failure is remembered. */
struct maker {
	struct vt_office *o;
	struct vt_office_packet *pk;
	struct vt_view *v;
	const struct vt_delivery *d;
	const struct vt_paper *p;
	const struct vt_agency *a;
	struct settled s;
	struct vt_err *err;
	int rc;
};

static const char *
keep(struct maker *m, const char *s)
{
	char *r;

	if (m->rc != VT_OK || s == NULL || s[0] == '\0')
		return NULL;
	if ((r = vt_arena_strdup(m->pk->arena, s)) == NULL)
		m->rc = vt_arena_err(m->pk->arena, m->err);
	return r;
}

/* The same, cut to the characters that the standard's field has: what is
 * longer with us is whole in the paper itself. */
static const char *
fit(struct maker *m, const char *s, size_t max)
{
	struct vt_span all = vt_span_str(s == NULL ? "" : s);
	size_t at = 0, n = 0;
	VT_BUF_AUTO(b);

	while (at < all.n && n++ < max)
		(void)vt_utf8_next(all, &at);
	vt_buf_put(&b, all.p, at);
	if (m->rc == VT_OK)
		m->rc = vt_buf_status(&b, m->err);
	return keep(m, vt_buf_str(&b));
}

static void *
array(struct maker *m, size_t n, size_t size)
{
	void *p;

	if (m->rc != VT_OK)
		return NULL;
	if ((p = vt_arena_array(m->pk->arena, n, size)) == NULL)
		m->rc = vt_arena_err(m->pk->arena, m->err);
	return p;
}

/* Who signed it here; what the metadata says only when nobody did (a copy, a
 * paper signed by hand). Its competence (TM., KT., …) is the paper's own. */
static void
put_signer(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	const struct vt_meta *meta = &m->p->meta;
	const char *name = meta->signer_name, *position = meta->signer_position;
	const struct vt_post *post;
	struct vt_err err = VT_ERR_INIT;
	const char *signed_name;
	struct vt_person who;
	struct vt_post own;
	int rc = VT_E_PERSON_UNKNOWN;

	if (!vt_id_is_zero(&m->p->signed_by))
		rc = vt_person_get(m->v, &m->p->signed_by, &who, &err);
	if (rc != VT_OK && rc != VT_E_PERSON_UNKNOWN && m->rc == VT_OK) {
		m->rc = rc;
		if (m->err != NULL)
			*m->err = err;
	}
	if (rc == VT_OK) {
		/* what he was then; as the paper writes it, if it is him */
		signed_name = vt_person_name_at(&who, m->p->signed_at);
		post = vt_person_post_at(&who, m->p->signed_at, &own);
		if (position[0] == '\0' ||
		    !vt_edxml_same_text(name, signed_name))
			position = post == NULL ? "" : post->position;
		name = signed_name;
	}
	d->signer_competence = fit(m, meta->signer_competence, 100);
	d->signer_position = fit(m, position, 100);
	d->signer_name = fit(m, name, 50);
}

/* By the name; without one by the abbreviation, which stands for itself when
 * no table has it. */
static void
put_type(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	const struct vt_meta *meta = &m->p->meta;
	const char *name = meta->type_name;

	if (name[0] == '\0')
		name = vt_copy_form(meta);
	if (name == NULL)
		name = vt_edxml_type_name(meta->type_code);
	if (name == NULL)
		name = meta->type_code[0] != '\0' ? meta->type_code : "Công văn";
	d->type_name = fit(m, name, 100);
	vt_edxml_type_of(name, meta->legal != 0, &d->type, &d->type_detail);
}

/* Texts, each no longer than max; *ret_n: how many have something to say. */
static const char **
lines(
    struct maker *m, const char *const *s, size_t n, size_t max, size_t *ret_n)
{
	const char **r = n == 0 ? NULL : array(m, n, sizeof(*r));

	*ret_n = 0;
	for (size_t i = 0; i < n && m->rc == VT_OK; i++) {
		r[*ret_n] = fit(m, s[i], max);
		*ret_n += r[*ret_n] != NULL;
	}
	return r;
}

/* Their titles; a paper that does not tell them has the names of its annexes.
 */
static void
put_appendixes(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	const struct vt_meta *meta = &m->p->meta;
	const char *names[VT_L(PAPER_PARTS_MAX)];
	size_t n = 0;

	if (meta->n_appendixes > 0) {
		d->appendixes = lines(m, meta->appendixes, meta->n_appendixes,
		    250, &d->n_appendixes);
		return;
	}
	for (size_t i = 0; i < m->p->n_parts; i++)
		if (m->p->parts[i].role == VT_PART_ANNEX)
			names[n++] = m->p->parts[i].name;
	d->appendixes = lines(m, names, n, 250, &d->n_appendixes);
}

static int64_t
count(uint32_t n)
{
	return n == 0 || n > UINT16_MAX ? VT_EDXML_NONE : (int64_t)n;
}

/* What is said as the metadata and the delivery say it. */
static void
put_other(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	const struct vt_meta *meta = &m->p->meta;

	d->due = day_of_text(meta->due_on);
	d->priority = meta->urgency;
	d->sphere = fit(m, meta->circulation, 100);
	d->typist = fit(m, meta->typist, 10);
	d->copies = count(meta->copies);
	d->pages = count(meta->pages);
	d->direction = keep(m, meta->direction);
	put_appendixes(m);
	d->reply_fors = fit(m, meta->reply_fors, 500);
	d->reference_codes = fit(m, meta->case_code, 500);
	d->steering = meta->steering;
	d->tasks = lines(m, meta->tasks, meta->n_tasks, 200, &d->n_tasks);
	d->application = fit(m, meta->application, 100);
	d->paper =
	    meta->on_paper != 0 || m->d->way.channel == VT_CHANNEL_PARALLEL;
	d->staff.staff = fit(m, m->d->staff, 100);
	d->staff.department = fit(m, m->d->unit, 250);
}

static void
put_head(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	const struct vt_agency_name *n =
	    vt_agency_name_at(m->a, m->d->created_at);
	const struct vt_meta *meta = &m->p->meta;
	struct vt_edxml_organ *to = array(m, 1, sizeof(*to));
	struct vt_edxml_hop *hop = array(m, 1, sizeof(*hop));
	VT_BUF_AUTO(number);
	VT_BUF_AUTO(id);

	number_part(&m->p->number, &number);
	vt_packet_document_id(m->a, m->p, &id);
	d->from.id = keep(m, n->code);
	d->from.name = fit(m, n->name, 200);
	d->document_id = keep(m, vt_buf_str(&id));
	d->code_number = keep(m, vt_buf_str(&number));
	d->code_notation = fit(m, m->p->number.notation, 50);
	d->place = fit(m, meta->place[0] != '\0' ? meta->place : n->place, 50);
	d->promulgated = vt_edxml_day_of(m->p->number.time);
	d->subject = fit(m, meta->subject, 500);
	d->content = meta->description[0] == '\0'
			 ? d->subject
			 : fit(m, meta->description, 500);
	put_type(m);
	put_signer(m);
	put_other(m);
	if (to == NULL || hop == NULL)
		return;
	to->id = keep(m, m->s.to[0] != '\0' ? m->s.to : m->d->to.code);
	to->name = fit(m, m->d->to.name, 200);
	d->to = to;
	d->n_to = 1;
	hop->organ = d->from.id;
	hop->at.at = m->d->created_at;
	d->hops = hop;
	d->n_hops = 1;
	(void)snprintf(m->pk->from, sizeof(m->pk->from), "%s", n->code);
	(void)snprintf(m->pk->to, sizeof(m->pk->to), "%s", to->id);
}

static void
put_places(struct maker *m)
{
	const struct vt_meta *meta = &m->p->meta;
	const char **places;

	if (meta->n_recipients == 0)
		return;
	places = array(m, meta->n_recipients, sizeof(*places));
	for (size_t i = 0; i < meta->n_recipients && m->rc == VT_OK; i++) {
		const char *s = meta->recipients[i].name;

		if (s[0] != '\0')
			places[m->pk->doc.n_to_places++] = fit(m, s, 150);
	}
	m->pk->doc.to_places = places;
}

/* ResponseFor: those that the metadata names, the paper of this store that is
 * answered, and one that is ended. */
static struct vt_edxml_reference *
add_reference(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;

	if (d->answers == NULL)
		d->answers =
		    array(m, m->p->meta.n_answers + 2, sizeof(*d->answers));
	return d->answers == NULL ? NULL : &d->answers[d->n_answers++];
}

static void
put_replaced(struct maker *m, const char *id, const struct vt_paper *old)
{
	struct vt_edxml_reference *ref = add_reference(m);

	if (ref == NULL)
		return;
	ref->organ = m->pk->doc.from.id;
	ref->code = keep(m, old->number.text);
	ref->document_id = id;
	ref->promulgated = vt_edxml_day_of(old->number.time);
}

static void
put_named(struct maker *m)
{
	const struct vt_meta *meta = &m->p->meta;

	for (size_t i = 0; i < meta->n_answers && m->rc == VT_OK; i++) {
		const struct vt_answered *a = &meta->answers[i];
		struct vt_edxml_reference *ref;

		if (a->agency_code[0] == '\0' ||
		    (ref = add_reference(m)) == NULL)
			continue;
		ref->organ = keep(m, a->agency_code);
		ref->code = fit(m, a->code, 100);
		ref->document_id = fit(m, a->document_id, 200);
		ref->promulgated = day_of_text(a->issued_on);
	}
}

/* The paper of this store that this one answers. */
static void
put_answered(struct maker *m)
{
	struct vt_edxml_reference *ref;
	bool any;

	if (m->rc == VT_OK && !m->s.is)
		m->rc = find_answered(m->v, m->p, &m->s, &any, m->err);
	if (m->rc != VT_OK || m->s.organ[0] == '\0' ||
	    (ref = add_reference(m)) == NULL)
		return;
	ref->organ = keep(m, m->s.organ);
	ref->code = fit(m, m->s.code, 100);
	ref->document_id = fit(m, m->s.document, 200);
	ref->promulgated = day_of_text(m->s.day);
}

/* The delivery says what it is about; sent as itself the paper is a new one,
 * whatever it does to others: its addressee never had those. */
static void
put_business(struct maker *m)
{
	struct vt_edxml_document *d = &m->pk->doc;
	struct vt_edxml_replacement *r;
	struct vt_paper old;
	VT_BUF_AUTO(id);
	const char *text;

	d->business = VT_EDXML_NEW;
	d->reason = "Văn bản điện tử mới";
	if (m->rc != VT_OK || vt_id_is_zero(&m->d->about))
		return;
	m->rc = vt_paper_get(m->v, &m->d->about, &old, m->err);
	if (m->rc != VT_OK)
		return;
	vt_packet_document_id(m->a, &old, &id);
	if ((text = keep(m, vt_buf_str(&id))) == NULL)
		return;
	put_replaced(m, text, &old);
	if (vt_id_eq(&old.recalled_by, &m->p->id)) {
		d->business = VT_EDXML_REVOKE;
		d->reason = fit(m,
		    old.closed_note[0] != '\0' ? old.closed_note
					       : "Thu hồi văn bản",
		    500);
		d->acts_on = text;
		return;
	}
	if (vt_paper_replaced_how(&old, &m->p->id) != VT_REPLACE_NEW) {
		d->business = VT_EDXML_UPDATE;
		d->reason = "Sửa đổi, bổ sung, đính chính văn bản";
		d->acts_on = text;
		d->info_document = 1; /* its text; its receivers stay */
		d->info_receiver = 0;
		return;
	}
	r = array(m, 1, sizeof(*r));
	if (r == NULL)
		return;
	d->business = VT_EDXML_REPLACE;
	d->reason = "Thay thế văn bản";
	r->document_id = text;
	d->replaces = r;
	d->n_replaces = 1;
}

/* The content a part had when the delivery was made. */
static int
version_at(struct maker *m, uint16_t part, vt_hash *ret)
{
	struct vt_version w[16];
	uint32_t after = 0;
	bool found = false;
	size_t n;
	int rc;

	do {
		rc = vt_version_list(
		    m->v, &m->p->id, part, after, w, 16, &n, m->err);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			after = w[i].no;
			if (w[i].time > m->d->created_at)
				continue;
			*ret = w[i].hash;
			found = true;
		}
	} while (n == 16);
	return found
		   ? VT_OK
		   : vt_err_set(m->err, VT_E_STORE_CORRUPT,
			 "part %u has no version as old as its delivery", part);
}

/* A part's id in the packet: from the consignment and its number. */
static void
content_id(const vt_id *delivery, uint16_t part, char ret[VT_EDXML_UUID + 1])
{
	uint8_t b[sizeof(*delivery) + 2];
	vt_hash h;
	vt_id id;

	memcpy(b, delivery->b, sizeof(*delivery));
	b[sizeof(*delivery)] = (uint8_t)(part >> 8);
	b[sizeof(*delivery) + 1] = (uint8_t)part;
	h = vt_sha256(VT_SPAN(b, sizeof(b)));
	memcpy(id.b, h.b, sizeof(id.b));
	vt_edxml_uuid(&id, ret);
}

static void
put_parts(struct maker *m, vt_hash *hashes)
{
	struct vt_edxml_attachment *at;
	char id[VT_EDXML_UUID + 1];
	size_t n = m->p->n_parts;

	if ((at = array(m, n, sizeof(*at))) == NULL)
		return;
	for (size_t i = 0; i < n && m->rc == VT_OK; i++) {
		const struct vt_part *part = &m->p->parts[i];

		m->rc = version_at(m, part->no, &hashes[i]);
		content_id(&m->d->id, part->no, id);
		at[i].id = keep(m, id);
		at[i].name = fit(m, part->name, 200);
		at[i].description = part->no == 1 ? "Văn bản chính" : "Phụ lục";
	}
	m->pk->doc.attachments = at;
	m->pk->doc.n_attachments = n;
}

/* Everything that is read inside the view. */
static int
describe(struct vt_office *o, const vt_id *delivery,
    struct vt_office_packet *pk, vt_hash *hashes, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_agency a;
	struct vt_paper p;
	struct maker m = {
		.o = o, .pk = pk, .d = &d, .p = &p, .a = &a, .err = reterr
	};
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_delivery_get(v, delivery, &d, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, &d.paper, &p, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, d.agency_no, &a, reterr)) != VT_OK ||
	    (rc = settled_read(v, &d, &m.s, reterr)) != VT_OK)
		return rc;
	if (p.frozen_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_FROZEN,
		    "a frozen paper is not sent, by %s", p.frozen_order);
	if (p.isolated_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_ISOLATED,
		    "an isolated paper is not sent: it may hold a state "
		    "secret");
	if (p.number.value == 0 || p.n_parts > VT_L(PAPER_PARTS_MAX))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "a paper without a number cannot be sent");
	m.v = v;
	put_head(&m);
	put_places(&m);
	put_named(&m);
	put_answered(&m);
	put_business(&m);
	put_parts(&m, hashes);
	return m.rc;
}

int
vt_packet_delivery(struct vt_office *o, const vt_id *delivery,
    struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_office_packet *pk = NULL;
	vt_hash hashes[VT_L(PAPER_PARTS_MAX)];
	int rc;

	if ((rc = packet_new(&pk, reterr)) != VT_OK)
		return rc;
	pk->doc = (struct vt_edxml_document)VT_EDXML_DOCUMENT_INIT;
	rc = describe(o, delivery, pk, hashes, reterr);
	for (size_t i = 0; i < pk->doc.n_attachments && rc == VT_OK; i++) {
		rc = vt_bytes_source(
		    o->o.store, &hashes[i], &pk->sources[i], reterr);
		if (rc != VT_OK)
			break;
		pk->n_sources++;
		pk->doc.attachments[i].source = &pk->sources[i];
	}
	if (rc == VT_OK)
		rc = vt_edxml_body_open(&pk->doc, &pk->body, reterr);
	if (rc != VT_OK) {
		vt_office_packet_close(pk);
		return rc;
	}
	pk->p.id = *delivery;
	pk->p.kind = VT_PACKET_EDOC;
	pk->p.body = vt_edxml_body_source(pk->body);
	pk->p.hash = *vt_edxml_body_hash(pk->body);
	*ret = pk;
	return VT_OK;
}

int
vt_packet_carried(struct vt_office *o, const struct vt_relay *r,
    struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_office_packet *pk = NULL;
	int rc;

	if ((rc = packet_new(&pk, reterr)) != VT_OK)
		return rc;
	rc = vt_bytes_source(o->o.store, &r->packet, &pk->sources[0], reterr);
	if (rc != VT_OK) {
		vt_office_packet_close(pk);
		return rc;
	}
	pk->n_sources = 1;
	(void)snprintf(pk->from, sizeof(pk->from), "%s", r->from);
	(void)snprintf(pk->to, sizeof(pk->to), "%s", r->to);
	pk->p.id = r->id;
	pk->p.kind = r->kind;
	pk->p.body = &pk->sources[0];
	pk->p.hash = r->packet;
	*ret = pk;
	return VT_OK;
}

/* ---- a status ---- */

enum { T_CODE = 1, T_DESCRIPTION = 2, T_ID = 16, T_AT, T_STAFF };

void
vt_telling_encode(const struct vt_telling *t, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, T_CODE);
	vt_cbor_uint(ret, t->code);
	vt_cbor_key(&w, T_DESCRIPTION);
	vt_cbor_str(ret, t->description);
	vt_cbor_key(&w, T_ID);
	vt_cbor_id(ret, &t->id);
	vt_cbor_key(&w, T_AT);
	vt_cbor_int(ret, t->at);
	vt_cbor_key(&w, T_STAFF);
	vt_cbor_str(ret, t->staff);
	vt_cbor_map_end(&w);
}

int
vt_telling_decode(
    const struct vt_work *w, struct vt_telling *ret, struct vt_err *reterr)
{
	uint8_t seed[sizeof(vt_id) + 8];
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;
	vt_hash h;

	memset(ret, 0, sizeof(*ret));
	ret->at = VT_TIME_NONE;
	memcpy(seed, w->subject.b, sizeof(vt_id));
	for (size_t i = 0; i < 8; i++)
		seed[sizeof(vt_id) + i] = (uint8_t)(w->no >> (8 * i));
	h = vt_sha256(VT_SPAN(seed, sizeof(seed)));
	memcpy(ret->id.b, h.b, sizeof(ret->id.b));
	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == T_CODE)
			ret->code = (uint32_t)vt_cbor_get_uint(&c);
		else if (k == T_DESCRIPTION && !vt_cbor_get_null(&c))
			vt_cbor_get_str(
			    &c, ret->description, sizeof(ret->description));
		else if (k == T_ID)
			ret->id = vt_cbor_get_id(&c);
		else if (k == T_AT)
			ret->at = vt_cbor_get_int(&c);
		else if (k == T_STAFF)
			vt_cbor_get_str(&c, ret->staff, sizeof(ret->staff));
		else if (k != T_DESCRIPTION)
			(void)vt_cbor_skip(&c);
	}
	return vt_cbor_finish(&c, "status to be told", reterr);
}

int
vt_packet_kept(const vt_id *id, const char *from, const char *to,
    struct vt_span bytes, struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_office_packet *pk = NULL;
	int rc;

	if ((rc = packet_new(&pk, reterr)) != VT_OK)
		return rc;
	vt_buf_span(&pk->bytes, bytes);
	if ((rc = vt_buf_status(&pk->bytes, reterr)) != VT_OK) {
		vt_office_packet_close(pk);
		return rc;
	}
	(void)snprintf(pk->from, sizeof(pk->from), "%s", from);
	(void)snprintf(pk->to, sizeof(pk->to), "%s", to);
	vt_source_memory(&pk->memory, vt_buf_view(&pk->bytes));
	pk->p.id = *id;
	pk->p.kind = VT_PACKET_STATUS;
	pk->p.body = &pk->memory;
	pk->p.hash = vt_sha256(vt_buf_view(&pk->bytes));
	*ret = pk;
	return VT_OK;
}

int
vt_packet_status(struct vt_office *o, uint32_t from, const struct vt_telling *t,
    const struct vt_told *about, struct vt_office_packet **ret,
    struct vt_err *reterr)
{
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	struct vt_view *v = NULL;
	struct vt_agency a;
	char code[64], name[512];
	VT_BUF_AUTO(bytes);
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_get(v, from, &a, reterr)) == VT_OK) {
		const struct vt_agency_name *n = vt_agency_name_at(&a, t->at);

		vt_text_fit(code, sizeof(code), n->code);
		vt_text_fit(name, sizeof(name), n->name);
	}
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	s.from.id = code;
	s.from.name = name;
	s.of.organ = about->organ;
	s.of.code = about->code[0] == '\0' ? NULL : about->code;
	s.of.document_id =
	    about->document_id[0] == '\0' ? NULL : about->document_id;
	s.of.promulgated = day_of_text(about->promulgated);
	s.staff.staff = t->staff[0] == '\0' ? NULL : t->staff;
	s.code = t->code;
	s.description = t->description[0] == '\0' ? NULL : t->description;
	s.at.at = t->at;
	if ((rc = vt_edxml_write_status(&s, &bytes, reterr)) != VT_OK)
		return rc;
	return vt_packet_kept(
	    &t->id, code, about->organ, vt_buf_view(&bytes), ret, reterr);
}
