/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields, small values, and the rows of a paper. */
#include "base/limits.h"
#include "docstore/fields.h"

bool
vt_hash_is_zero(const vt_hash *h)
{
	static const vt_hash zero;

	return memcmp(h->b, zero.b, sizeof(zero.b)) == 0;
}

void
vt_put_text(struct vt_cbor_map_writer *w, uint64_t key, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	vt_cbor_key(w, key);
	vt_cbor_str(w->b, s);
}

void
vt_put_uint(struct vt_cbor_map_writer *w, uint64_t key, uint64_t v)
{
	if (v == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_uint(w->b, v);
}

void
vt_put_time(struct vt_cbor_map_writer *w, uint64_t key, vt_time t)
{
	if (t == VT_TIME_NONE)
		return;
	vt_cbor_key(w, key);
	vt_cbor_int(w->b, t);
}

void
vt_put_id(struct vt_cbor_map_writer *w, uint64_t key, const vt_id *id)
{
	if (vt_id_is_zero(id))
		return;
	vt_cbor_key(w, key);
	vt_cbor_id(w->b, id);
}

void
vt_put_hash(struct vt_cbor_map_writer *w, uint64_t key, const vt_hash *h)
{
	if (vt_hash_is_zero(h))
		return;
	vt_cbor_key(w, key);
	vt_cbor_hash(w->b, h);
}

void
vt_put_bytes(struct vt_cbor_map_writer *w, uint64_t key, struct vt_span s)
{
	if (s.n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_bytes(w->b, s);
}

void
vt_put_spans(struct vt_cbor_map_writer *w, uint64_t key,
    const struct vt_span *s, size_t n)
{
	if (n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_bytes(w->b, s[i]);
}

/* The row is well; the arena is at its end. */
static void
no_room(struct vt_cbor *c)
{
	if (c->failed != VT_OK)
		return;
	vt_cbor_fail(c, "no memory is left to read it");
	c->failed = VT_E_NOMEM;
}

const char *
vt_take_text(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_text(c);
	const char *p;

	if (s.n == 0)
		return "";
	p = vt_arena_strndup(a, s.p, s.n);
	if (p == NULL)
		no_room(c);
	return p == NULL ? "" : p;
}

struct vt_span
vt_take_bytes(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_bytes(c);
	bool ok = true;

	if (s.n == 0)
		return VT_SPAN(NULL, 0);
	s = vt_arena_copy(a, s, &ok);
	if (!ok)
		no_room(c);
	return s;
}

void *
vt_take_array(struct vt_cbor *c, struct vt_arena *a, size_t size, size_t *ret_n)
{
	size_t n = vt_cbor_get_array(c);
	void *p = NULL;

	if (c->failed != VT_OK)
		n = 0;
	/* Every item takes at least a byte, so n is bounded by the input. */
	if (n > c->in.n) {
		vt_cbor_fail(c, "more items than bytes");
		n = 0;
	}
	if (n > 0 && (p = vt_arena_array(a, n, size)) == NULL) {
		no_room(c);
		n = 0;
	}
	*ret_n = n;
	return p;
}

const struct vt_span *
vt_take_spans(struct vt_cbor *c, struct vt_arena *a, size_t *ret_n)
{
	struct vt_span *s = vt_take_array(c, a, sizeof(*s), ret_n);

	for (size_t i = 0; i < *ret_n; i++)
		s[i] = vt_take_bytes(c, a);
	return s;
}

uint32_t
vt_take_u32(struct vt_cbor *c)
{
	uint64_t v = vt_cbor_get_uint(c);

	if (v > UINT32_MAX) {
		vt_cbor_fail(c, "number over 32 bits");
		return 0;
	}
	return (uint32_t)v;
}

int
vt_take_end(struct vt_cbor *c, const char *what, struct vt_err *reterr)
{
	if (c->failed == VT_OK && c->at == c->in.n)
		return VT_OK;
	if (c->failed == VT_E_NOMEM)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "row of %s (%zu bytes): %s", what, c->in.n, c->why);
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "row of %s at byte %zu of %zu: RFC 8949 §4.2.1: %s", what, c->at,
	    c->in.n, c->failed != VT_OK ? c->why : "trailing bytes");
}

void
vt_pair_encode(uint64_t a, uint64_t b, struct vt_buf *ret)
{
	vt_cbor_array(ret, 2);
	vt_cbor_uint(ret, a);
	vt_cbor_uint(ret, b);
}

int
vt_pair_decode(
    struct vt_span v, uint64_t *ret_a, uint64_t *ret_b, struct vt_err *reterr)
{
	struct vt_cbor c;
	uint64_t a, b;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 2)
		vt_cbor_fail(&c, "not a pair");
	a = vt_cbor_get_uint(&c);
	b = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "pair", reterr)) != VT_OK)
		return rc;
	*ret_a = a;
	*ret_b = b;
	return VT_OK;
}

void
vt_ref_encode(const struct vt_ref *r, struct vt_buf *ret)
{
	vt_cbor_array(ret, 3);
	vt_cbor_uint(ret, r->kind);
	vt_cbor_uint(ret, r->agency_no);
	vt_cbor_uint(ret, r->seq);
}

int
vt_ref_decode(struct vt_span v, struct vt_ref *ret, struct vt_err *reterr)
{
	struct vt_cbor c;
	struct vt_ref r;
	int rc;

	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 3)
		vt_cbor_fail(&c, "not three values");
	r.kind = (enum vt_object)vt_take_u32(&c);
	r.agency_no = vt_take_u32(&c);
	r.seq = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "id", reterr)) != VT_OK)
		return rc;
	*ret = r;
	return VT_OK;
}

/* ---- metadata ---- */

enum {
	META_HOLDER_CHECK = 21,
	META_URGENCY,
	META_SECRECY,
	META_PAGES,
	META_COPIES,
	META_RECIPIENTS,
	META_FACTS,
	META_REPLY_TO,
	META_APPENDIXES = 37, /* behind those of meta_more.def */
	META_TASKS,
	META_ANSWERS
};

#define DEFAULT_TEXT(m)                                                        \
	if ((m) == NULL)                                                       \
		(m) = "";
#define DEFAULT_U32(m)

void
vt_meta_defaults(struct vt_meta *m)
{
#define VT_META_TEXT(no, member, max)                                          \
	if (m->member == NULL)                                                 \
		m->member = "";
#include "docstore/meta.def"
#undef VT_META_TEXT
	if (m->reply_to == NULL)
		m->reply_to = "";
#define VT_META_MORE(no, KIND, member, max) DEFAULT_##KIND(m->member)
#include "docstore/meta_more.def"
#undef VT_META_MORE
}

static void
two_texts(struct vt_buf *b, const char *x, const char *y)
{
	vt_cbor_array(b, 2);
	vt_cbor_str(b, x == NULL ? "" : x);
	vt_cbor_str(b, y == NULL ? "" : y);
}

static void
put_lines(
    struct vt_cbor_map_writer *w, uint64_t key, const char *const *s, size_t n)
{
	if (n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_str(w->b, s[i] == NULL ? "" : s[i]);
}

static void
put_answers(struct vt_cbor_map_writer *w, const struct vt_meta *m)
{
	if (m->n_answers == 0)
		return;
	vt_cbor_key(w, META_ANSWERS);
	vt_cbor_array(w->b, m->n_answers);
	for (size_t i = 0; i < m->n_answers; i++) {
		const struct vt_answered *x = &m->answers[i];
		const char *const four[] = { x->agency_code, x->code,
			x->issued_on, x->document_id };

		vt_cbor_array(w->b, 4);
		for (size_t k = 0; k < 4; k++)
			vt_cbor_str(w->b, four[k] == NULL ? "" : four[k]);
	}
}

static void
more_encode(struct vt_cbor_map_writer *w, const struct vt_meta *m)
{
#define VT_META_MORE(no, KIND, member, max) VT_PUT_##KIND(w, no, m->member);
#include "docstore/meta_more.def"
#undef VT_META_MORE
	put_lines(w, META_APPENDIXES, m->appendixes, m->n_appendixes);
	put_lines(w, META_TASKS, m->tasks, m->n_tasks);
	put_answers(w, m);
}

void
vt_meta_encode(const struct vt_meta *m, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_META_TEXT(no, member, max) vt_put_text(&w, no, m->member);
#include "docstore/meta.def"
#undef VT_META_TEXT
	vt_put_bytes(&w, META_HOLDER_CHECK, m->holder_check);
	vt_put_uint(&w, META_URGENCY, m->urgency);
	vt_put_uint(&w, META_SECRECY, m->secrecy);
	vt_put_uint(&w, META_PAGES, m->pages);
	vt_put_uint(&w, META_COPIES, m->copies);
	if (m->n_recipients > 0) {
		vt_cbor_key(&w, META_RECIPIENTS);
		vt_cbor_array(ret, m->n_recipients);
		for (size_t i = 0; i < m->n_recipients; i++)
			two_texts(
			    ret, m->recipients[i].code, m->recipients[i].name);
	}
	if (m->n_facts > 0) {
		vt_cbor_key(&w, META_FACTS);
		vt_cbor_array(ret, m->n_facts);
		for (size_t i = 0; i < m->n_facts; i++)
			two_texts(ret, m->facts[i].label, m->facts[i].value);
	}
	vt_put_text(&w, META_REPLY_TO, m->reply_to);
	more_encode(&w, m);
	vt_cbor_map_end(&w);
}

static void
take_two_texts(
    struct vt_cbor *c, struct vt_arena *a, const char **x, const char **y)
{
	if (vt_cbor_get_array(c) != 2)
		vt_cbor_fail(c, "not a pair of texts");
	*x = vt_take_text(c, a);
	*y = vt_take_text(c, a);
}

static void
take_recipients(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *m)
{
	struct vt_recipient *r =
	    vt_take_array(c, a, sizeof(*r), &m->n_recipients);

	for (size_t i = 0; i < m->n_recipients; i++)
		take_two_texts(c, a, &r[i].code, &r[i].name);
	m->recipients = r;
}

static void
take_facts(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *m)
{
	struct vt_key_fact *f = vt_take_array(c, a, sizeof(*f), &m->n_facts);

	for (size_t i = 0; i < m->n_facts; i++)
		take_two_texts(c, a, &f[i].label, &f[i].value);
	m->facts = f;
}

static const char *const *
take_lines(struct vt_cbor *c, struct vt_arena *a, size_t *ret_n)
{
	const char **s = vt_take_array(c, a, sizeof(*s), ret_n);

	for (size_t i = 0; i < *ret_n; i++)
		s[i] = vt_take_text(c, a);
	return s;
}

static void
take_answers(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *m)
{
	struct vt_answered *x = vt_take_array(c, a, sizeof(*x), &m->n_answers);

	for (size_t i = 0; i < m->n_answers; i++) {
		if (vt_cbor_get_array(c) != 4)
			vt_cbor_fail(c, "not four texts");
		x[i].agency_code = vt_take_text(c, a);
		x[i].code = vt_take_text(c, a);
		x[i].issued_on = vt_take_text(c, a);
		x[i].document_id = vt_take_text(c, a);
	}
	m->answers = x;
}

static bool
more_take(
    struct vt_cbor *c, struct vt_arena *a, struct vt_meta *m, uint64_t key)
{
	switch (key) {
#define VT_META_MORE(no, KIND, member, max)                                    \
	case no:                                                               \
		m->member = VT_TAKE_##KIND(c, a);                              \
		return true;
#include "docstore/meta_more.def"
#undef VT_META_MORE
	case META_APPENDIXES:
		m->appendixes = take_lines(c, a, &m->n_appendixes);
		return true;
	case META_TASKS:
		m->tasks = take_lines(c, a, &m->n_tasks);
		return true;
	case META_ANSWERS:
		take_answers(c, a, m);
		return true;
	default:
		return false;
	}
}

void
vt_meta_take(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *ret)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_meta_defaults(ret);
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_META_TEXT(no, member, max)                                          \
	case no:                                                               \
		ret->member = vt_take_text(c, a);                              \
		break;
#include "docstore/meta.def"
#undef VT_META_TEXT
		case META_HOLDER_CHECK:
			ret->holder_check = vt_take_bytes(c, a);
			break;
		case META_URGENCY:
			ret->urgency = vt_take_u32(c);
			break;
		case META_SECRECY:
			ret->secrecy = vt_take_u32(c);
			break;
		case META_PAGES:
			ret->pages = vt_take_u32(c);
			break;
		case META_COPIES:
			ret->copies = vt_take_u32(c);
			break;
		case META_RECIPIENTS:
			take_recipients(c, a, ret);
			break;
		case META_FACTS:
			take_facts(c, a, ret);
			break;
		case META_REPLY_TO:
			ret->reply_to = vt_take_text(c, a);
			break;
		default:
			if (!more_take(c, a, ret, key))
				vt_cbor_fail(c, "unknown field of metadata");
		}
	}
}

/* ---- papers ---- */

static void
number_encode(
    struct vt_cbor_map_writer *up, uint64_t key, const struct vt_number *n)
{
	struct vt_cbor_map_writer w;

	if (n->value == 0)
		return;
	vt_cbor_key(up, key);
	vt_cbor_map_begin(&w, up->b);
	vt_put_uint(&w, 1, n->value);
	vt_put_uint(&w, 2, n->period);
	vt_put_text(&w, 3, n->series);
	vt_put_text(&w, 4, n->notation);
	vt_put_text(&w, 5, n->text);
	vt_put_time(&w, 6, n->time);
	vt_put_uint(&w, 7, n->act);
	vt_put_time(&w, 8, n->entered);
	vt_put_uint(&w, 9, n->held);
	vt_cbor_map_end(&w);
}

static void
number_defaults(struct vt_number *n)
{
	if (n->value == 0)
		n->entered = VT_TIME_NONE;
	if (n->series == NULL)
		n->series = "";
	if (n->notation == NULL)
		n->notation = "";
	if (n->text == NULL)
		n->text = "";
}

static void
number_take(struct vt_cbor *c, struct vt_arena *a, struct vt_number *n)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	n->entered = VT_TIME_NONE;
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			n->value = vt_cbor_get_uint(c);
			break;
		case 2:
			n->period = vt_take_u32(c);
			break;
		case 3:
			n->series = vt_take_text(c, a);
			break;
		case 4:
			n->notation = vt_take_text(c, a);
			break;
		case 5:
			n->text = vt_take_text(c, a);
			break;
		case 6:
			n->time = vt_cbor_get_int(c);
			break;
		case 7:
			n->act = vt_cbor_get_uint(c);
			break;
		case 8:
			n->entered = vt_cbor_get_int(c);
			break;
		case 9:
			n->held = vt_take_u32(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a number");
		}
	}
}

static void
part_encode(const struct vt_part *p, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	vt_put_uint(&w, 1, p->no);
	vt_put_uint(&w, 2, p->role);
	vt_put_text(&w, 3, p->name);
	vt_put_text(&w, 4, p->media_type);
	vt_put_uint(&w, 5, p->version);
	vt_put_hash(&w, 6, &p->hash);
	vt_put_uint(&w, 7, p->size);
	vt_put_text(&w, 8, p->problem);
	vt_cbor_map_end(&w);
}

static void
part_take(struct vt_cbor *c, struct vt_arena *a, struct vt_part *p)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	p->name = p->media_type = p->problem = "";
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			p->no = (uint16_t)vt_take_u32(c);
			break;
		case 2:
			p->role = (enum vt_part_role)vt_take_u32(c);
			break;
		case 3:
			p->name = vt_take_text(c, a);
			break;
		case 4:
			p->media_type = vt_take_text(c, a);
			break;
		case 5:
			p->version = vt_take_u32(c);
			break;
		case 6:
			p->hash = vt_cbor_get_hash(c);
			break;
		case 7:
			p->size = vt_cbor_get_uint(c);
			break;
		case 8:
			p->problem = vt_take_text(c, a);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a part");
		}
	}
}

void
vt_paper_defaults(struct vt_paper *p)
{
	vt_meta_defaults(&p->meta);
	number_defaults(&p->number);
	number_defaults(&p->arrival);
	if (p->code == NULL)
		p->code = "";
}

void
vt_paper_encode(const struct vt_paper *p, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_id(&w, 1, &p->id);
	vt_put_uint(&w, 2, p->direction);
	vt_put_uint(&w, 3, p->state);
	vt_put_uint(&w, 4, p->rev);
	vt_cbor_key(&w, 5);
	vt_meta_encode(&p->meta, ret);
	vt_cbor_key(&w, 6);
	vt_cbor_array(ret, p->n_parts);
	for (size_t i = 0; i < p->n_parts; i++)
		part_encode(&p->parts[i], ret);
	number_encode(&w, 7, &p->number);
	number_encode(&w, 8, &p->arrival);
	vt_put_hash(&w, 9, &p->approved_hash);
	vt_put_id(&w, 10, &p->approved_by);
	vt_put_time(&w, 11, p->approved_at);
	vt_put_uint(&w, 12, p->initials);
	vt_put_id(&w, 13, &p->signed_by);
	vt_put_time(&w, 14, p->signed_at);
	vt_put_time(&w, 15, p->sealed_at);
	vt_put_time(&w, 16, p->issued_at);
	vt_put_text(&w, 17, p->code);
	vt_put_id(&w, 18, &p->source_paper);
	vt_put_id(&w, 19, &p->source_delivery);
	vt_put_id(&w, 20, &p->assigned_to);
	vt_put_id(&w, 21, &p->created_by);
	vt_put_time(&w, 22, p->created_at);
	vt_put_time(&w, 23, p->changed_at);
	vt_put_uint(&w, 24, p->last_act);
	vt_paper_more_encode(&w, p);
	vt_cbor_map_end(&w);
}

static void
take_parts(struct vt_cbor *c, struct vt_arena *a, struct vt_paper *p)
{
	struct vt_part *parts =
	    vt_take_array(c, a, sizeof(*parts), &p->n_parts);

	for (size_t i = 0; i < p->n_parts; i++)
		part_take(c, a, &parts[i]);
	p->parts = parts;
}

/* Fields from 9 on; false for a key that is none of them. */
static bool
take_progress(
    struct vt_cbor *c, struct vt_arena *a, struct vt_paper *p, uint64_t key)
{
	switch (key) {
	case 9:
		p->approved_hash = vt_cbor_get_hash(c);
		return true;
	case 10:
		p->approved_by = vt_cbor_get_id(c);
		return true;
	case 11:
		p->approved_at = vt_cbor_get_int(c);
		return true;
	case 12:
		p->initials = vt_take_u32(c);
		return true;
	case 13:
		p->signed_by = vt_cbor_get_id(c);
		return true;
	case 14:
		p->signed_at = vt_cbor_get_int(c);
		return true;
	case 15:
		p->sealed_at = vt_cbor_get_int(c);
		return true;
	case 16:
		p->issued_at = vt_cbor_get_int(c);
		return true;
	case 17:
		p->code = vt_take_text(c, a);
		return true;
	case 18:
		p->source_paper = vt_cbor_get_id(c);
		return true;
	case 19:
		p->source_delivery = vt_cbor_get_id(c);
		return true;
	case 20:
		p->assigned_to = vt_cbor_get_id(c);
		return true;
	case 21:
		p->created_by = vt_cbor_get_id(c);
		return true;
	case 22:
		p->created_at = vt_cbor_get_int(c);
		return true;
	case 23:
		p->changed_at = vt_cbor_get_int(c);
		return true;
	case 24:
		p->last_act = vt_cbor_get_uint(c);
		return true;
	default:
		return vt_paper_more_take(c, a, p, key);
	}
}

int
vt_paper_peek(struct vt_span v, enum vt_direction *ret_dir,
    enum vt_paper_state *ret_state, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	uint32_t dir = 0, st = 0;
	struct vt_cbor c;
	uint64_t key;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key) && key <= 3) {
		if (key == 2)
			dir = vt_take_u32(&c);
		else if (key == 3)
			st = vt_take_u32(&c);
		else
			(void)vt_cbor_skip(&c);
	}
	if (c.failed != VT_OK)
		return vt_take_end(&c, "paper", reterr);
	*ret_dir = (enum vt_direction)dir;
	*ret_state = (enum vt_paper_state)st;
	return VT_OK;
}

int
vt_paper_decode(struct vt_span v, struct vt_arena *a, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_paper p = { .approved_at = VT_TIME_NONE,
		.signed_at = VT_TIME_NONE,
		.sealed_at = VT_TIME_NONE,
		.issued_at = VT_TIME_NONE };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_paper_more_defaults(&p);
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			p.id = vt_cbor_get_id(&c);
			break;
		case 2:
			p.direction = (enum vt_direction)vt_take_u32(&c);
			break;
		case 3:
			p.state = (enum vt_paper_state)vt_take_u32(&c);
			break;
		case 4:
			p.rev = vt_cbor_get_uint(&c);
			break;
		case 5:
			vt_meta_take(&c, a, &p.meta);
			break;
		case 6:
			take_parts(&c, a, &p);
			break;
		case 7:
			number_take(&c, a, &p.number);
			break;
		case 8:
			number_take(&c, a, &p.arrival);
			break;
		default:
			if (!take_progress(&c, a, &p, key))
				vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "paper", reterr)) != VT_OK)
		return rc;
	vt_paper_defaults(&p);
	*ret = p;
	return VT_OK;
}

void
vt_version_encode(const struct vt_version *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, x->part);
	vt_put_uint(&w, 2, x->no);
	vt_put_hash(&w, 3, &x->hash);
	vt_put_hash(&w, 4, &x->parent);
	vt_put_uint(&w, 5, x->size);
	vt_put_uint(&w, 6, x->reason);
	vt_put_id(&w, 7, &x->person);
	vt_put_time(&w, 8, x->time);
	vt_put_uint(&w, 9, x->act);
	vt_cbor_map_end(&w);
}

int
vt_version_decode(
    struct vt_span v, struct vt_version *ret, struct vt_err *reterr)
{
	struct vt_version x = { .time = VT_TIME_NONE };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.part = (uint16_t)vt_take_u32(&c);
			break;
		case 2:
			x.no = vt_take_u32(&c);
			break;
		case 3:
			x.hash = vt_cbor_get_hash(&c);
			break;
		case 4:
			x.parent = vt_cbor_get_hash(&c);
			break;
		case 5:
			x.size = vt_cbor_get_uint(&c);
			break;
		case 6:
			x.reason = (enum vt_version_reason)vt_take_u32(&c);
			break;
		case 7:
			x.person = vt_cbor_get_id(&c);
			break;
		case 8:
			x.time = vt_cbor_get_int(&c);
			break;
		case 9:
			x.act = vt_cbor_get_uint(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "version", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}
