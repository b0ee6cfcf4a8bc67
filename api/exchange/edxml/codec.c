/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was read, as CBOR: the answer of the worker, and what the office keeps.
 * Elements of the tables carry their own keys; lists are arrays; a flat group
 * is a map of its own.
 */
#include <stdlib.h>

#include "api/exchange/edxml/fields.h"
#include "api/exchange/edxml/reader.h"
#include "base/cbor.h"

/* keys of the whole */
enum {
	K_KIND = 1,
	K_DIALECT = 2,
	K_HEADER = 3,
	K_TRACE = 4,
	K_SIGNATURE = 5,
	K_ATTACHMENTS = 6,
	K_STATUS = 7,
	K_FINDINGS = 8,
	K_BROKEN = 9
};

/* of an attachment, besides those of its elements */
enum { K_MEDIA = 16, K_AT = 17, K_SIZE = 18, K_FLAGS = 19 };
enum { F_PRESENT = 1, F_WRAPPED = 2, F_REFERENCED = 4, F_ALL = 7 };

/* ---- writing ---- */

static void
put_day(struct vt_buf *b, const struct vt_edxml_day *d)
{
	vt_cbor_array(b, 4);
	vt_cbor_uint(b, (uint64_t)(d->year > 0 ? d->year : 0));
	vt_cbor_uint(b, (uint64_t)(d->year > 0 ? d->month : 0));
	vt_cbor_uint(b, (uint64_t)(d->year > 0 ? d->day : 0));
	vt_cbor_str(b, d->text);
}

static void
put_stamp(struct vt_buf *b, const struct vt_edxml_stamp *s)
{
	vt_cbor_array(b, 2);
	if (s->at == VT_TIME_NONE)
		vt_cbor_null(b);
	else
		vt_cbor_int(b, s->at);
	vt_cbor_str(b, s->text);
}

/* As deep as the tables. NOLINTBEGIN(misc-no-recursion) */
static void put_group(
    struct vt_buf *b, const struct vt_edxml_group *g, const void *base);

static void
put_list(struct vt_buf *b, const struct vt_edxml_field *f, const void *base)
{
	size_t n = *(const size_t *)vt_edxml_at(base, f->at_n);
	const void *p = vt_edxml_at(base, f->at);

	vt_cbor_array(b, n);
	for (size_t i = 0; i < n; i++) {
		if (f->kind == VT_F_TEXTS)
			vt_cbor_str(b, (*(const char *const *const *)p)[i]);
		else
			put_group(b, f->group,
			    *(const char *const *)p + i * f->group->size);
	}
}

/* False when there is nothing to write. */
static bool
has_value(const struct vt_edxml_field *f, const void *base)
{
	const void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		return *(const char *const *)p != NULL;
	case VT_F_NUMBER:
		return *(const int64_t *)p != VT_EDXML_NONE;
	case VT_F_DAY:
		return ((const struct vt_edxml_day *)p)->year != 0 ||
		       ((const struct vt_edxml_day *)p)->text != NULL;
	case VT_F_STAMP:
		return ((const struct vt_edxml_stamp *)p)->at != VT_TIME_NONE ||
		       ((const struct vt_edxml_stamp *)p)->text != NULL;
	case VT_F_GROUPS:
	case VT_F_TEXTS:
		return *(const size_t *)vt_edxml_at(base, f->at_n) > 0;
	default:
		break;
	}
	if (f->group == NULL)
		return false;
	for (size_t i = 0; i < f->group->n; i++)
		if (has_value(
			&f->group->fields[i], f->kind == VT_F_FLAT ? base : p))
			return true;
	return false;
}

static void
put_field(struct vt_buf *b, const struct vt_edxml_field *f, const void *base)
{
	const void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		vt_cbor_str(b, *(const char *const *)p);
		break;
	case VT_F_NUMBER:
		vt_cbor_uint(b, (uint64_t) * (const int64_t *)p);
		break;
	case VT_F_DAY:
		put_day(b, p);
		break;
	case VT_F_STAMP:
		put_stamp(b, p);
		break;
	case VT_F_GROUP:
		put_group(b, f->group, p);
		break;
	case VT_F_FLAT:
		put_group(b, f->group, base);
		break;
	default:
		put_list(b, f, base);
		break;
	}
}

static void
put_fields(struct vt_cbor_map_writer *w, struct vt_buf *b,
    const struct vt_edxml_group *g, const void *base)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct vt_edxml_field *f = &g->fields[i];

		if (f->key == 0 || !has_value(f, base))
			continue;
		vt_cbor_key(w, f->key);
		put_field(b, f, base);
	}
}

static void
put_group(struct vt_buf *b, const struct vt_edxml_group *g, const void *base)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_fields(&w, b, g, base);
	vt_cbor_map_end(&w);
}
/* NOLINTEND(misc-no-recursion) */

static void
put_attachment(struct vt_buf *b, const struct vt_edxml_attachment *a)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_fields(&w, b, &vt_edxml_g_attachment, a);
	if (a->media_type != NULL) {
		vt_cbor_key(&w, K_MEDIA);
		vt_cbor_str(b, a->media_type);
	}
	vt_cbor_key(&w, K_AT);
	vt_cbor_uint(b, a->at);
	vt_cbor_key(&w, K_SIZE);
	vt_cbor_uint(b, a->size);
	vt_cbor_key(&w, K_FLAGS);
	vt_cbor_uint(b, (a->present ? F_PRESENT : 0U) |
			    (a->wrapped ? F_WRAPPED : 0U) |
			    (a->referenced ? F_REFERENCED : 0U));
	vt_cbor_map_end(&w);
}

static void
put_document(struct vt_cbor_map_writer *w, struct vt_buf *b,
    const struct vt_edxml_document *d)
{
	vt_cbor_key(w, K_HEADER);
	put_group(b, &vt_edxml_g_header, d);
	vt_cbor_key(w, K_TRACE);
	put_group(b, &vt_edxml_g_trace, d);
	if (d->signature != NULL) {
		vt_cbor_key(w, K_SIGNATURE);
		vt_cbor_str(b, d->signature);
	}
	vt_cbor_key(w, K_ATTACHMENTS);
	vt_cbor_array(b, d->n_attachments);
	for (size_t i = 0; i < d->n_attachments; i++)
		put_attachment(b, &d->attachments[i]);
}

void
vt_edxml_put(const struct vt_edxml *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, K_KIND);
	vt_cbor_uint(ret, x->kind);
	vt_cbor_key(&w, K_DIALECT);
	vt_cbor_uint(ret, x->dialect);
	if (x->kind == VT_EDXML_DOCUMENT)
		put_document(&w, ret, &x->document);
	if (x->kind == VT_EDXML_STATUS) {
		if (x->document.signature != NULL) {
			vt_cbor_key(&w, K_SIGNATURE);
			vt_cbor_str(ret, x->document.signature);
		}
		vt_cbor_key(&w, K_STATUS);
		put_group(ret, &vt_edxml_g_status, &x->status);
	}
	vt_cbor_key(&w, K_FINDINGS);
	vt_cbor_array(ret, x->n_findings);
	for (size_t i = 0; i < x->n_findings; i++) {
		vt_cbor_array(ret, 3);
		vt_cbor_uint(ret, x->findings[i].rule);
		vt_cbor_str(ret, x->findings[i].at);
		vt_cbor_str(ret, x->findings[i].detail);
	}
	vt_cbor_key(&w, K_BROKEN);
	vt_cbor_bool(ret, x->broken);
	vt_cbor_map_end(&w);
}

/* ---- what fits ---- */

/* Addressees by their codes only; none without memory. */
static void
codes_only(struct vt_edxml_document *d)
{
	struct vt_edxml_organ *to = calloc(d->n_to + 1, sizeof(*to));

	for (size_t i = 0; to != NULL && i < d->n_to; i++)
		to[i].id = d->to[i].id;
	d->n_to = to == NULL ? 0 : d->n_to;
	d->to = to;
}

static void
without_lists(struct vt_edxml_document *d)
{
	d->n_to = d->n_hops = d->n_answers = d->n_receivers = 0;
	d->n_replaces = d->n_appendixes = d->n_to_places = d->n_tasks = 0;
	d->signature = NULL;
}

/* What the office asks for: who, which, and what is wrong. */
static void
bare(struct vt_edxml *x)
{
	static const struct vt_edxml_document none = VT_EDXML_DOCUMENT_INIT;
	struct vt_edxml_document d = none;
	size_t refusing = 0;

	while (
	    refusing < x->n_findings && refusing < 16 &&
	    vt_edxml_rule_info(x->findings[refusing].rule)->class == VT_EDXML_E)
		refusing++;
	d.business = x->document.business;
	d.promulgated = x->document.promulgated;
	d.promulgated.text = NULL;
	x->document = d;
	x->n_findings = refusing;
	if (x->kind == VT_EDXML_STATUS) {
		struct vt_edxml_status s = VT_EDXML_STATUS_INIT;

		s.code = x->status.code;
		s.at.at = x->status.at.at;
		x->status = s;
	}
}

bool
vt_edxml_put_within(const struct vt_edxml *x, size_t max, struct vt_buf *ret)
{
	struct vt_edxml less = *x;
	size_t from = ret->n;
	void *to = NULL;
	int step = 0;

	vt_edxml_put(x, ret);
	while (ret->failed == VT_OK && ret->n - from > max && step < 3) {
		vt_buf_truncate(ret, from);
		step++;
		if (step == 1) {
			codes_only(&less.document);
			to = less.document.to;
		} else if (step == 2) {
			without_lists(&less.document);
		} else {
			bare(&less);
		}
		vt_edxml_put(&less, ret);
	}
	free(to);
	VT_ASSERT(ret->failed != VT_OK || ret->n - from <= max);
	return step == 0;
}

/* ---- reading ---- */

struct in {
	struct vt_cbor c;
	struct vt_arena *arena;
	bool memory; /* it ran out */
};

static void *
alloc(struct in *in, size_t n, size_t size)
{
	void *p;

	if (n == 0)
		return NULL;
	p = vt_arena_array(in->arena, n, size);
	if (p == NULL) {
		in->memory = true;
		vt_cbor_fail(&in->c, "memory");
	}
	return p;
}

/* Text without NUL; NULL for null and for what is wrong. */
static const char *
get_text(struct in *in, size_t max)
{
	struct vt_span s;
	char *p;

	if (vt_cbor_peek(&in->c) == VT_CBOR_NULL) {
		(void)vt_cbor_get_null(&in->c);
		return NULL;
	}
	s = vt_cbor_get_text(&in->c);
	if (s.n > max || (s.n > 0 && memchr(s.p, 0, s.n) != NULL)) {
		vt_cbor_fail(&in->c, "text too long, or with NUL");
		return NULL;
	}
	p = alloc(in, s.n + 1, 1);
	if (p == NULL)
		return NULL;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static const char *
get_value(struct in *in)
{
	return get_text(in, VT_L(EDXML_TEXT_MAX));
}

static uint64_t
get_uint(struct in *in, uint64_t max)
{
	uint64_t v = vt_cbor_get_uint(&in->c);

	if (v > max)
		vt_cbor_fail(&in->c, "number out of range");
	return v > max ? 0 : v;
}

static void
get_day(struct in *in, struct vt_edxml_day *d)
{
	if (vt_cbor_get_array(&in->c) != 4)
		vt_cbor_fail(&in->c, "a day of four");
	d->year = (int)get_uint(in, 9999);
	d->month = (int)get_uint(in, 12);
	d->day = (int)get_uint(in, 31);
	d->text = get_value(in);
}

static void
get_stamp(struct in *in, struct vt_edxml_stamp *s)
{
	if (vt_cbor_get_array(&in->c) != 2)
		vt_cbor_fail(&in->c, "a moment of two");
	s->at = VT_TIME_NONE;
	if (vt_cbor_peek(&in->c) == VT_CBOR_NULL)
		(void)vt_cbor_get_null(&in->c);
	else
		s->at = vt_cbor_get_int(&in->c);
	/* what printing a time can take */
	if (s->at != VT_TIME_NONE &&
	    (s->at < -VT_TIME_S(5000000000) || s->at > VT_TIME_S(100000000000)))
		vt_cbor_fail(&in->c, "a moment out of range");
	s->text = get_value(in);
}

/* As deep as the tables. NOLINTBEGIN(misc-no-recursion) */
static void get_group(
    struct in *in, const struct vt_edxml_group *g, void *base);

static void
get_list(struct in *in, const struct vt_edxml_field *f, void *base)
{
	size_t n = vt_cbor_get_array(&in->c);
	size_t size =
	    f->kind == VT_F_TEXTS ? sizeof(const char *) : f->group->size;
	char *p;

	/* an item takes a byte: the message bounds the memory */
	if (n > VT_L(EDXML_ELEMENTS_MAX) || n > in->c.in.n - in->c.at)
		vt_cbor_fail(&in->c, "list too long");
	p = in->c.failed == VT_OK ? alloc(in, n, size) : NULL;
	if (p == NULL)
		return;
	memcpy(vt_edxml_at(base, f->at), &p, sizeof(p));
	memcpy(vt_edxml_at(base, f->at_n), &n, sizeof(n));
	for (size_t i = 0; i < n && in->c.failed == VT_OK; i++) {
		if (f->kind == VT_F_TEXTS) {
			((const char **)(void *)p)[i] = get_value(in);
			continue;
		}
		vt_value_init(f->group, p + i * size);
		get_group(in, f->group, p + i * size);
	}
}

static void
get_field(struct in *in, const struct vt_edxml_field *f, void *base)
{
	void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		*(const char **)p = get_value(in);
		break;
	case VT_F_NUMBER:
		*(int64_t *)p = (int64_t)get_uint(in, f->max);
		break;
	case VT_F_DAY:
		get_day(in, p);
		break;
	case VT_F_STAMP:
		get_stamp(in, p);
		break;
	case VT_F_GROUP:
		get_group(in, f->group, p);
		break;
	case VT_F_FLAT:
		get_group(in, f->group, base);
		break;
	default:
		get_list(in, f, base);
		break;
	}
}

static const struct vt_edxml_field *
by_key(const struct vt_edxml_group *g, uint64_t key)
{
	for (size_t i = 0; key != 0 && i < g->n; i++)
		if (g->fields[i].key == key)
			return &g->fields[i];
	return NULL;
}

static void
get_group(struct in *in, const struct vt_edxml_group *g, void *base)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, &in->c);
	while (vt_cbor_next(&m, &key)) {
		const struct vt_edxml_field *f = by_key(g, key);

		if (f == NULL)
			vt_cbor_fail(&in->c, "unknown field");
		else
			get_field(in, f, base);
	}
}
/* NOLINTEND(misc-no-recursion) */

static void
get_attachment(struct in *in, struct vt_edxml_attachment *a)
{
	struct vt_cbor_map_reader m;
	uint64_t key, flags = 0;

	vt_cbor_map_open(&m, &in->c);
	while (vt_cbor_next(&m, &key)) {
		const struct vt_edxml_field *f =
		    by_key(&vt_edxml_g_attachment, key);

		if (f != NULL)
			get_field(in, f, a);
		else if (key == K_MEDIA)
			a->media_type = get_value(in);
		else if (key == K_AT)
			a->at = get_uint(in, VT_L(PACKET_OUTPUT_MAX));
		else if (key == K_SIZE)
			a->size = get_uint(in, VT_L(EDXML_ATTACHMENT_MAX));
		else if (key == K_FLAGS)
			flags = get_uint(in, F_ALL);
		else
			vt_cbor_fail(&in->c, "unknown field");
	}
	a->present = (flags & F_PRESENT) != 0;
	a->wrapped = (flags & F_WRAPPED) != 0;
	a->referenced = (flags & F_REFERENCED) != 0;
}

static void
get_attachments(struct in *in, struct vt_edxml_document *d)
{
	size_t n = vt_cbor_get_array(&in->c);

	if (n > VT_L(EDXML_ATTACHMENTS_MAX))
		vt_cbor_fail(&in->c, "too many attachments");
	if (in->c.failed != VT_OK)
		return;
	d->attachments = alloc(in, n, sizeof(*d->attachments));
	for (size_t i = 0; d->attachments != NULL && i < n; i++)
		get_attachment(in, &d->attachments[i]);
	d->n_attachments = d->attachments == NULL ? 0 : n;
}

static void
get_findings(struct in *in, struct vt_edxml *x)
{
	size_t n = vt_cbor_get_array(&in->c);

	if (n > 2 * VT_L(EDXML_FINDINGS_MAX))
		vt_cbor_fail(&in->c, "too many findings");
	for (size_t i = 0; i < n && in->c.failed == VT_OK; i++) {
		enum vt_edxml_rule rule;
		struct vt_span at, detail;

		if (vt_cbor_get_array(&in->c) != 3)
			vt_cbor_fail(&in->c, "a finding of three");
		rule = (enum vt_edxml_rule)get_uint(in, VT_EDXML_R__MAX - 1);
		at = vt_span_str(get_value(in));
		detail = vt_cbor_get_text(&in->c);
		if (in->c.failed == VT_OK &&
		    vt_edxml_add_finding(
			x, rule, (const char *)at.p, detail, NULL) != VT_OK) {
			in->memory = true;
			vt_cbor_fail(&in->c, "memory");
		}
	}
}

static void
get_one(struct in *in, uint64_t key, struct vt_edxml *x)
{
	switch (key) {
	case K_KIND:
		x->kind = (enum vt_edxml_kind)get_uint(in, VT_EDXML_STATUS);
		break;
	case K_DIALECT:
		x->dialect = (enum vt_edxml_dialect)get_uint(in, VT_EDXML_EDOC);
		break;
	case K_HEADER:
		get_group(in, &vt_edxml_g_header, &x->document);
		break;
	case K_TRACE:
		get_group(in, &vt_edxml_g_trace, &x->document);
		break;
	case K_SIGNATURE:
		x->document.signature = get_text(in, VT_L(EDXML_SIGNATURE_MAX));
		break;
	case K_ATTACHMENTS:
		get_attachments(in, &x->document);
		break;
	case K_STATUS:
		get_group(in, &vt_edxml_g_status, &x->status);
		break;
	case K_FINDINGS:
		get_findings(in, x);
		break;
	case K_BROKEN:
		x->broken = vt_cbor_get_bool(&in->c);
		break;
	default:
		vt_cbor_fail(&in->c, "unknown field");
		break;
	}
}

int
vt_edxml_get(struct vt_span s, struct vt_edxml **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = vt_edxml_new();
	struct vt_cbor_map_reader m;
	struct in in = { .memory = false };
	uint64_t key;
	int rc;

	if (x == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "edXML packet: memory");
	x->kind = (enum vt_edxml_kind)0;
	x->dialect = (enum vt_edxml_dialect)0;
	in.arena = x->arena;
	vt_cbor_open(&in.c, s);
	vt_cbor_map_open(&m, &in.c);
	while (vt_cbor_next(&m, &key))
		get_one(&in, key, x);
	if (in.c.failed == VT_OK && ((int)x->kind == 0 || (int)x->dialect == 0))
		vt_cbor_fail(&in.c, "a kind and a dialect are wanted");
	if (in.memory)
		return vt_arena_err(x->arena, reterr);
	rc = vt_cbor_finish(&in.c, "edXML packet as read", reterr);
	if (rc == VT_OK)
		*ret = VT_TAKE(x);
	return rc;
}
