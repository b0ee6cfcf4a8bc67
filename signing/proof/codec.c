/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/proof/codec.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"

#define UNITS_PER_PT 10000
#define UNITS_MAX    ((int64_t)1 << 40)

/* ---- writing ---- */

/* What is no number, or none of a page, becomes one far off every page. */
static void
put_pt(struct vt_cbor_map_writer *w, uint64_t key, double v)
{
	double units = v * UNITS_PER_PT;

	vt_cbor_key(w, key);
	vt_cbor_int(w->b, isfinite(units) && fabs(units) < (double)UNITS_MAX
			      ? llround(units)
			      : -UNITS_MAX);
}

static void
put_str(struct vt_cbor_map_writer *w, uint64_t key, const char *s)
{
	if (s == NULL)
		return;
	vt_cbor_key(w, key);
	vt_cbor_str(w->b, s);
}

static void
put_uint(struct vt_cbor_map_writer *w, uint64_t key, uint64_t v)
{
	vt_cbor_key(w, key);
	vt_cbor_uint(w->b, v);
}

static void
put_bool(struct vt_cbor_map_writer *w, uint64_t key, bool v)
{
	vt_cbor_key(w, key);
	vt_cbor_bool(w->b, v);
}

static void
put_bytes(struct vt_cbor_map_writer *w, uint64_t key, struct vt_span s)
{
	vt_cbor_key(w, key);
	vt_cbor_bytes(w->b, s);
}

static void
put_graft(struct vt_buf *b, const struct vt_pdf_graft *g)
{
	struct vt_cbor_map_writer w, o;
	size_t i;

	vt_cbor_map_begin(&w, b);
	vt_cbor_key(&w, 1);
	vt_cbor_array(b, g->n_objects);
	for (i = 0; i < g->n_objects; i++) {
		vt_cbor_map_begin(&o, b);
		put_bytes(&o, 1, g->objects[i].body);
		if (g->objects[i].is_stream)
			put_bytes(&o, 2, g->objects[i].data);
		vt_cbor_map_end(&o);
	}
	vt_cbor_key(&w, 2);
	vt_cbor_array(b, g->n_imports);
	for (i = 0; i < g->n_imports; i++)
		vt_cbor_str(b, g->imports[i]);
	vt_cbor_map_end(&w);
}

static void
put_field_spec(struct vt_buf *b, const struct vt_field_spec *s)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_uint(&w, 1, s->kind);
	put_str(&w, 2, s->name);
	put_str(&w, 3, s->label);
	put_uint(&w, 4, s->page);
	put_pt(&w, 5, s->x);
	put_pt(&w, 6, s->y);
	put_pt(&w, 7, s->w);
	put_pt(&w, 8, s->h);
	put_str(&w, 9, s->font);
	put_pt(&w, 10, s->font_size);
	put_bool(&w, 11, s->may_overlap);
	vt_cbor_map_end(&w);
}

static void
put_fill(struct vt_buf *b, const struct vt_field_fill *f)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_str(&w, 1, f->name);
	put_str(&w, 2, f->value);
	if (f->appearance != NULL) {
		vt_cbor_key(&w, 3);
		put_graft(b, f->appearance);
	}
	vt_cbor_map_end(&w);
}

static void
put_signature_spec(struct vt_buf *b, const struct vt_signature_spec *s)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_str(&w, 1, s->field);
	if (s->create != NULL) {
		vt_cbor_key(&w, 2);
		put_field_spec(b, s->create);
	}
	if (s->appearance != NULL) {
		vt_cbor_key(&w, 3);
		put_graft(b, s->appearance);
	}
	put_str(&w, 4, s->name);
	put_str(&w, 5, s->reason);
	put_str(&w, 6, s->location);
	vt_cbor_key(&w, 7);
	vt_cbor_int(b, s->time);
	put_uint(&w, 8, s->contents_size);
	vt_cbor_map_end(&w);
}

static void
request_begin(
    struct vt_cbor_map_writer *w, struct vt_buf *b, enum vt_proof_op op)
{
	vt_cbor_map_begin(w, b);
	put_uint(w, 1, op);
	vt_cbor_key(w, 2);
}

void
vt_proof_put_inspect(struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	request_begin(&w, b, VT_PROOF_INSPECT);
	vt_cbor_null(b);
	vt_cbor_map_end(&w);
}

void
vt_proof_put_update(struct vt_buf *b, const struct vt_pades_change *c)
{
	struct vt_cbor_map_writer request, w;
	size_t i;

	request_begin(&request, b, VT_PROOF_UPDATE);
	vt_cbor_map_begin(&w, b);
	vt_cbor_key(&w, 1);
	vt_cbor_array(b, c->n_lay);
	for (i = 0; i < c->n_lay; i++)
		put_field_spec(b, &c->lay[i]);
	if (c->n_fonts > 0) {
		vt_cbor_key(&w, 2);
		put_graft(b, c->fonts);
		vt_cbor_key(&w, 3);
		vt_cbor_array(b, c->n_fonts);
		for (i = 0; i < c->n_fonts; i++) {
			vt_cbor_array(b, 2);
			vt_cbor_str(b, c->font_keys[i].key);
			vt_cbor_uint(b, c->font_keys[i].object);
		}
	}
	vt_cbor_key(&w, 4);
	vt_cbor_array(b, c->n_fills);
	for (i = 0; i < c->n_fills; i++)
		put_fill(b, &c->fills[i]);
	if (c->sign != NULL) {
		vt_cbor_key(&w, 5);
		put_signature_spec(b, c->sign);
	}
	vt_cbor_map_end(&w);
	vt_cbor_map_end(&request);
}

void
vt_proof_put_validate(struct vt_buf *b, const struct vt_verify_input *in)
{
	struct vt_cbor_map_writer request, w, f;
	size_t i;

	request_begin(&request, b, VT_PROOF_VALIDATE);
	vt_cbor_map_begin(&w, b);
	vt_cbor_key(&w, 1);
	vt_cbor_array(b, in->n_anchors);
	for (i = 0; i < in->n_anchors; i++)
		vt_cbor_bytes(b, in->anchors[i]);
	vt_cbor_key(&w, 2);
	vt_cbor_array(b, in->n_facts);
	for (i = 0; i < in->n_facts; i++) {
		vt_cbor_map_begin(&f, b);
		put_str(&f, 1, in->facts[i].kind);
		put_str(&f, 2, in->facts[i].url);
		put_bytes(&f, 3, in->facts[i].request);
		put_bytes(&f, 4, in->facts[i].answer);
		put_str(&f, 5, in->facts[i].failure);
		vt_cbor_map_end(&f);
	}
	vt_cbor_key(&w, 3);
	vt_cbor_int(b, in->now);
	put_bool(&w, 4, in->offline);
	vt_cbor_map_end(&w);
	vt_cbor_map_end(&request);
}

void
vt_proof_put_inspection(struct vt_buf *b, const struct vt_inspection *i)
{
	struct vt_cbor_map_writer w, f;
	size_t j;

	vt_cbor_map_begin(&w, b);
	put_uint(&w, 1, (uint64_t)i->version);
	put_uint(&w, 2, i->size);
	put_uint(&w, 3, i->pages);
	put_uint(&w, 4, i->revisions);
	put_uint(&w, 5, i->signatures);
	put_pt(&w, 6, i->page_w);
	put_pt(&w, 7, i->page_h);
	put_uint(&w, 8, (uint64_t)i->docmdp);
	put_bool(&w, 9, i->linearized);
	put_bool(&w, 10, i->tagged);
	put_bool(&w, 11, i->has_xfa);
	put_uint(&w, 12, (uint64_t)i->xref_kind);
	put_uint(&w, 13, (uint64_t)i->pdfa_part);
	vt_cbor_key(&w, 14);
	vt_cbor_array(b, i->n_fields);
	for (j = 0; j < i->n_fields; j++) {
		vt_cbor_map_begin(&f, b);
		put_str(&f, 1, i->fields[j].name);
		put_uint(&f, 2, i->fields[j].kind);
		put_bool(&f, 3, i->fields[j].filled);
		if (i->fields[j].page != SIZE_MAX)
			put_uint(&f, 4, i->fields[j].page);
		put_pt(&f, 5, i->fields[j].x);
		put_pt(&f, 6, i->fields[j].y);
		put_pt(&f, 7, i->fields[j].w);
		put_pt(&f, 8, i->fields[j].h);
		vt_cbor_map_end(&f);
	}
	vt_cbor_map_end(&w);
}

void
vt_proof_put_tail(
    struct vt_buf *b, const struct vt_pdf_tail *t, const vt_hash *digest)
{
	struct vt_cbor_map_writer w;
	size_t i;

	vt_cbor_map_begin(&w, b);
	put_bytes(&w, 1, vt_buf_view(&t->bytes));
	put_uint(&w, 2, t->base);
	if (t->has_signature) {
		vt_cbor_key(&w, 3);
		vt_cbor_array(b, 4);
		for (i = 0; i < 4; i++)
			vt_cbor_uint(b, t->byte_range[i]);
		put_uint(&w, 4, t->hole);
		put_uint(&w, 5, t->hole_size);
		vt_cbor_key(&w, 6);
		vt_cbor_hash(b, digest);
	}
	vt_cbor_map_end(&w);
}

/* ---- reading ---- */

static double
get_pt(struct vt_cbor *c)
{
	return (double)vt_cbor_get_int(c) / UNITS_PER_PT;
}

static size_t
get_size(struct vt_cbor *c)
{
	uint64_t v = vt_cbor_get_uint(c);

	if (v >= SIZE_MAX)
		vt_cbor_fail(c, "number too large");
	return (size_t)v;
}

/* At most max, so that nobody's word decides how much is allocated. */
static size_t
get_count(struct vt_cbor *c, size_t max)
{
	size_t n = vt_cbor_get_array(c);

	if (n <= max)
		return n;
	vt_cbor_fail(c, "too many items");
	return 0;
}

static int
get_int(struct vt_cbor *c, int max)
{
	uint64_t v = vt_cbor_get_uint(c);

	if (v <= (uint64_t)max)
		return (int)v;
	vt_cbor_fail(c, "number out of range");
	return 0;
}

/* NULL when memory is out: the caller asks the arena at the end. */
static const char *
get_text(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_text(c);

	if (s.n > 0 && memchr(s.p, 0, s.n) != NULL)
		vt_cbor_fail(c, "NUL in a text");
	return s.n == 0 ? "" : vt_arena_strndup(a, s.p, s.n);
}

/* Every allocation of n > 0 items that failed leaves this set. */
struct decoder {
	struct vt_cbor *c;
	struct vt_arena *a;
	bool nomem;
};

static void *
take(struct decoder *d, size_t n, size_t size)
{
	void *p = n == 0 ? NULL : vt_arena_array(d->a, n, size);

	if (n > 0 && p == NULL)
		d->nomem = true;
	return p;
}

static const char *
take_text(struct decoder *d)
{
	const char *s = get_text(d->c, d->a);

	if (s == NULL)
		d->nomem = true;
	return s;
}

static void
get_graft_object(struct decoder *d, struct vt_pdf_graft_object *o)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, d->c);
	while (vt_cbor_next(&m, &key)) {
		if (key == 1) {
			o->body = vt_cbor_get_bytes(d->c);
		} else if (key == 2) {
			o->data = vt_cbor_get_bytes(d->c);
			o->is_stream = true;
		} else {
			vt_cbor_fail(d->c, "unknown field of an object");
		}
	}
}

static const struct vt_pdf_graft *
get_graft(struct decoder *d)
{
	struct vt_pdf_graft *g = take(d, 1, sizeof(*g));
	struct vt_pdf_graft_object *objects;
	struct vt_cbor_map_reader m;
	const char **imports;
	uint64_t key;
	size_t i, n;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key)) {
		n = get_count(d->c, VT_L(GRAFT_OBJECTS_MAX));
		if (key == 1) {
			objects = take(d, n, sizeof(*objects));
			for (i = 0; !d->nomem && i < n; i++)
				get_graft_object(d, &objects[i]);
			g->objects = objects;
			g->n_objects = n;
		} else if (key == 2) {
			imports = take(d, n, sizeof(*imports));
			for (i = 0; !d->nomem && i < n; i++)
				imports[i] = take_text(d);
			g->imports = imports;
			g->n_imports = n;
		} else {
			vt_cbor_fail(d->c, "unknown field of a graft");
		}
	}
	return g;
}

static void
get_field_spec(struct decoder *d, struct vt_field_spec *s)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			s->kind = (enum vt_field_kind)get_int(
			    d->c, VT_FIELD_SIGNATURE);
			break;
		case 2:
			s->name = take_text(d);
			break;
		case 3:
			s->label = take_text(d);
			break;
		case 4:
			s->page = get_size(d->c);
			break;
		case 5:
			s->x = get_pt(d->c);
			break;
		case 6:
			s->y = get_pt(d->c);
			break;
		case 7:
			s->w = get_pt(d->c);
			break;
		case 8:
			s->h = get_pt(d->c);
			break;
		case 9:
			s->font = take_text(d);
			break;
		case 10:
			s->font_size = get_pt(d->c);
			break;
		case 11:
			s->may_overlap = vt_cbor_get_bool(d->c);
			break;
		default:
			vt_cbor_fail(d->c, "unknown field of a place");
		}
}

static void
get_fill(struct decoder *d, struct vt_field_fill *f)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key))
		if (key == 1)
			f->name = take_text(d);
		else if (key == 2)
			f->value = take_text(d);
		else if (key == 3)
			f->appearance = get_graft(d);
		else
			vt_cbor_fail(d->c, "unknown field of a fill");
}

static const struct vt_field_spec *
take_field_spec(struct decoder *d)
{
	struct vt_field_spec *s = take(d, 1, sizeof(*s));

	if (s != NULL)
		get_field_spec(d, s);
	return s;
}

static const struct vt_signature_spec *
get_signature_spec(struct decoder *d)
{
	struct vt_signature_spec *s = take(d, 1, sizeof(*s));
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			s->field = take_text(d);
			break;
		case 2:
			s->create = take_field_spec(d);
			break;
		case 3:
			s->appearance = get_graft(d);
			break;
		case 4:
			s->name = take_text(d);
			break;
		case 5:
			s->reason = take_text(d);
			break;
		case 6:
			s->location = take_text(d);
			break;
		case 7:
			s->time = vt_cbor_get_int(d->c);
			break;
		case 8:
			s->contents_size = get_size(d->c);
			break;
		default:
			vt_cbor_fail(d->c, "unknown field of a signature");
		}
	return s;
}

static void
get_font_keys(struct decoder *d, struct vt_pades_change *c)
{
	size_t i, n = get_count(d->c, VT_L(FIELDS_PER_UPDATE_MAX));
	struct vt_field_font *keys = take(d, n, sizeof(*keys));

	for (i = 0; !d->nomem && i < n; i++) {
		if (vt_cbor_get_array(d->c) != 2)
			vt_cbor_fail(d->c, "a font key is a pair");
		keys[i].key = take_text(d);
		keys[i].object = get_size(d->c);
	}
	c->font_keys = keys;
	c->n_fonts = n;
}

static void
get_change(struct decoder *d, struct vt_pades_change *c)
{
	struct vt_cbor_map_reader m;
	struct vt_field_spec *lay;
	struct vt_field_fill *fills;
	uint64_t key;
	size_t i;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			c->n_lay = get_count(d->c, VT_L(FIELDS_PER_UPDATE_MAX));
			c->lay = lay = take(d, c->n_lay, sizeof(*lay));
			for (i = 0; !d->nomem && i < c->n_lay; i++)
				get_field_spec(d, &lay[i]);
			break;
		case 2:
			c->fonts = get_graft(d);
			break;
		case 3:
			get_font_keys(d, c);
			break;
		case 4:
			c->n_fills =
			    get_count(d->c, VT_L(FIELDS_PER_UPDATE_MAX));
			c->fills = fills = take(d, c->n_fills, sizeof(*fills));
			for (i = 0; !d->nomem && i < c->n_fills; i++)
				get_fill(d, &fills[i]);
			break;
		case 5:
			c->sign = get_signature_spec(d);
			break;
		default:
			vt_cbor_fail(d->c, "unknown field of an update");
		}
	if (c->n_fonts > 0 && c->fonts == NULL)
		vt_cbor_fail(d->c, "fonts are named but not given");
}

enum vt_proof_op
vt_proof_get_op(struct vt_cbor *c)
{
	uint64_t op;

	if (vt_cbor_get_map(c) != 2 || vt_cbor_get_uint(c) != 1)
		vt_cbor_fail(c, "a request is { 1: op, 2: body }");
	op = vt_cbor_get_uint(c);
	if (op < VT_PROOF_INSPECT || op > VT_PROOF_STAMP)
		vt_cbor_fail(c, "unknown operation");
	if (vt_cbor_get_uint(c) != 2)
		vt_cbor_fail(c, "a request is { 1: op, 2: body }");
	return (enum vt_proof_op)op;
}

int
vt_proof_get_update(struct vt_cbor *c, struct vt_arena *a,
    struct vt_pades_change *ret, struct vt_err *reterr)
{
	struct decoder d = { .c = c, .a = a };
	struct vt_pades_change change = { 0 };

	get_change(&d, &change);
	if (d.nomem)
		return vt_arena_err(a, reterr);
	*ret = change;
	return VT_OK;
}

static void
get_fact(struct decoder *d, struct vt_fact *f)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, d->c);
	while (!d->nomem && vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			f->kind = take_text(d);
			break;
		case 2:
			f->url = take_text(d);
			break;
		case 3:
			f->request = vt_cbor_get_bytes(d->c);
			break;
		case 4:
			f->answer = vt_cbor_get_bytes(d->c);
			break;
		case 5:
			f->failure = take_text(d);
			break;
		default:
			vt_cbor_fail(d->c, "unknown field of a fact");
		}
}

int
vt_proof_get_validate(struct vt_cbor *c, struct vt_arena *a,
    struct vt_verify_input *ret, struct vt_err *reterr)
{
	struct decoder d = { .c = c, .a = a };
	struct vt_verify_input in = { 0 };
	struct vt_cbor_map_reader m;
	struct vt_span *anchors;
	struct vt_fact *facts;
	uint64_t key;
	size_t i;

	vt_cbor_map_open(&m, c);
	while (!d.nomem && vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			in.n_anchors = get_count(c, VT_L(ANCHORS_MAX));
			in.anchors = anchors =
			    take(&d, in.n_anchors, sizeof(*anchors));
			for (i = 0; !d.nomem && i < in.n_anchors; i++)
				anchors[i] = vt_cbor_get_bytes(c);
			break;
		case 2:
			in.n_facts = get_count(c, VT_L(FACTS_MAX));
			in.facts = facts = take(&d, in.n_facts, sizeof(*facts));
			for (i = 0; !d.nomem && i < in.n_facts; i++)
				get_fact(&d, &facts[i]);
			break;
		case 3:
			in.now = vt_cbor_get_int(c);
			break;
		case 4:
			in.offline = vt_cbor_get_bool(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a validation");
		}
	if (d.nomem)
		return vt_arena_err(a, reterr);
	*ret = in;
	return VT_OK;
}

/* ---- answers ---- */

static void
get_field_info(struct vt_cbor *c, struct vt_field_info *f)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	f->page = SIZE_MAX;
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			vt_cbor_get_str(c, f->name, sizeof(f->name));
			break;
		case 2:
			f->kind =
			    (enum vt_field_kind)get_int(c, VT_FIELD_SIGNATURE);
			break;
		case 3:
			f->filled = vt_cbor_get_bool(c);
			break;
		case 4:
			f->page = get_size(c);
			break;
		case 5:
			f->x = get_pt(c);
			break;
		case 6:
			f->y = get_pt(c);
			break;
		case 7:
			f->w = get_pt(c);
			break;
		case 8:
			f->h = get_pt(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a form field");
		}
}

static void
get_field_infos(struct vt_cbor *c, struct vt_inspection *i)
{
	size_t j, n = get_count(c, VT_L(PDF_FIELDS_MAX));

	if (n == 0)
		return;
	i->fields = calloc(n, sizeof(*i->fields));
	if (i->fields == NULL) {
		vt_cbor_fail(c, "out of memory");
		return;
	}
	i->n_fields = n;
	for (j = 0; j < n; j++)
		get_field_info(c, &i->fields[j]);
}

static void
get_inspection(struct vt_cbor *c, struct vt_inspection *i)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key))
		switch (key) {
		case 1:
			i->version = get_int(c, 99);
			break;
		case 2:
			i->size = vt_cbor_get_uint(c);
			break;
		case 3:
			i->pages = get_size(c);
			break;
		case 4:
			i->revisions = get_size(c);
			break;
		case 5:
			i->signatures = get_size(c);
			break;
		case 6:
			i->page_w = get_pt(c);
			break;
		case 7:
			i->page_h = get_pt(c);
			break;
		case 8:
			i->docmdp = get_int(c, 3);
			break;
		case 9:
			i->linearized = vt_cbor_get_bool(c);
			break;
		case 10:
			i->tagged = vt_cbor_get_bool(c);
			break;
		case 11:
			i->has_xfa = vt_cbor_get_bool(c);
			break;
		case 12:
			i->xref_kind = get_int(c, VT_PDF_XREF_HYBRID);
			break;
		case 13:
			i->pdfa_part = get_int(c, 9);
			break;
		case 14:
			get_field_infos(c, i);
			break;
		default:
			vt_cbor_fail(c, "unknown field of an inspection");
		}
}

int
vt_proof_get_inspection(
    struct vt_span s, struct vt_inspection *ret, struct vt_err *reterr)
{
	struct vt_inspection i = { 0 };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, s);
	get_inspection(&c, &i);
	rc = vt_cbor_finish(&c, "inspection", reterr);
	if (rc != VT_OK) {
		vt_inspection_free(&i);
		return rc;
	}
	*ret = i;
	return VT_OK;
}

/* The hole stands inside the tail, between its angle brackets, and the byte
 * range is everything but it. */
static bool
tail_fits(const struct vt_pdf_tail *t)
{
	uint64_t n = t->bytes.n, from;
	size_t i;

	if (t->base > (uint64_t)INT64_MAX - n)
		return false;
	if (!t->has_signature)
		return true;
	if (t->hole_size == 0 || t->hole_size % 2 != 0 || t->hole == 0 ||
	    t->hole >= n || t->hole_size >= n - t->hole ||
	    t->bytes.p[t->hole - 1] != '<' ||
	    t->bytes.p[t->hole + t->hole_size] != '>')
		return false;
	for (i = 0; i < t->hole_size; i++)
		if (t->bytes.p[t->hole + i] != '0')
			return false;
	from = t->base + t->hole + t->hole_size + 1;
	return t->byte_range[0] == 0 &&
	       t->byte_range[1] == t->base + t->hole - 1 &&
	       t->byte_range[2] == from &&
	       t->byte_range[3] == t->base + n - from;
}

int
vt_proof_get_tail(struct vt_cbor *c, struct vt_pdf_tail *ret,
    vt_hash *ret_digest, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	uint64_t key, seen = 0;
	size_t i;

	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		seen |= key < 64 ? (uint64_t)1 << key : 0;
		switch (key) {
		case 1:
			vt_buf_span(&ret->bytes, vt_cbor_get_bytes(c));
			break;
		case 2:
			ret->base = vt_cbor_get_uint(c);
			break;
		case 3:
			if (vt_cbor_get_array(c) != 4)
				vt_cbor_fail(c, "a byte range is four numbers");
			for (i = 0; i < 4; i++)
				ret->byte_range[i] = vt_cbor_get_uint(c);
			ret->has_signature = true;
			break;
		case 4:
			ret->hole = vt_cbor_get_uint(c);
			break;
		case 5:
			ret->hole_size = get_size(c);
			break;
		case 6:
			*ret_digest = vt_cbor_get_hash(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a tail");
		}
	}
	if (seen != 0x06 && seen != 0x7e)
		vt_cbor_fail(c, "a tail lacks fields");
	else if (c->failed == VT_OK && ret->bytes.failed == VT_OK &&
		 !tail_fits(ret))
		vt_cbor_fail(c, "byte range and hole do not fit the tail");
	return vt_buf_status(&ret->bytes, reterr);
}
