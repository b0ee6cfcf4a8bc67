/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored act and its steps. */
#include "docstore/codec.h"

static void
files_encode(
    struct vt_cbor_map_writer *w, uint64_t key, const struct vt_srec *r)
{
	if (r->n_files == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, r->n_files);
	for (size_t i = 0; i < r->n_files; i++) {
		const struct vt_srec_file *f = &r->files[i];

		vt_cbor_array(w->b, 4);
		vt_cbor_str(w->b, f->name);
		vt_cbor_str(w->b, f->media_type);
		vt_cbor_hash(w->b, &f->hash);
		vt_cbor_uint(w->b, f->size);
	}
}

static void
to_encode(struct vt_cbor_map_writer *w, uint64_t key, const struct vt_srec *r)
{
	if (r->n_to == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_array(w->b, r->n_to);
	for (size_t i = 0; i < r->n_to; i++) {
		const struct vt_srec_to *t = &r->to[i];
		bool way = t->way.kind != 0 || t->way.channel != 0;

		vt_cbor_array(w->b, way ? 8 : 5);
		vt_cbor_id(w->b, &t->id);
		vt_cbor_str(w->b, t->to.code);
		vt_cbor_str(w->b, t->to.name);
		vt_cbor_uint(w->b, t->seq);
		vt_cbor_uint(w->b, t->work);
		if (!way)
			continue;
		vt_cbor_uint(w->b, t->way.kind);
		vt_cbor_uint(w->b, t->way.channel);
		vt_cbor_str(w->b, t->way.waybill);
	}
}

static void
srec_encode(const struct vt_srec *r, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_uint(&w, 1, r->kind);
	vt_put_text(&w, 2, r->note);
	vt_put_hash(&w, 3, &r->main);
	vt_put_hash(&w, 4, &r->parent);
	vt_put_uint(&w, 5, r->part);
	vt_put_uint(&w, 6, r->reason);
	vt_put_uint(&w, 7, r->direction);
	vt_put_uint(&w, 8, r->size);
	vt_put_text(&w, 9, r->name);
	vt_put_text(&w, 10, r->media_type);
	vt_put_id(&w, 11, &r->who);
	vt_put_id(&w, 12, &r->object);
	vt_put_id(&w, 13, &r->source);
	if (r->has_meta) {
		vt_cbor_key(&w, 14);
		vt_meta_encode(&r->meta, ret);
	}
	files_encode(&w, 15, r);
	vt_put_text(&w, 16, r->series);
	vt_put_text(&w, 17, r->notation);
	vt_put_uint(&w, 18, r->value);
	vt_put_uint(&w, 19, r->period);
	vt_put_uint(&w, 20, r->sub);
	vt_put_text(&w, 21, r->field);
	vt_put_text(&w, 22, r->level);
	vt_put_hash(&w, 23, &r->cert);
	vt_put_time(&w, 24, r->at);
	to_encode(&w, 25, r);
	vt_put_bytes(&w, 26, r->blob);
	vt_put_text(&w, 27, r->code);
	vt_put_uint(&w, 28, r->work);
	vt_put_uint(&w, 29, r->seq);
	vt_srec_more_encode(&w, r);
	vt_cbor_map_end(&w);
}

static void
take_files(struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r)
{
	r->files = vt_take_array(c, a, sizeof(*r->files), &r->n_files);
	for (size_t i = 0; i < r->n_files; i++) {
		if (vt_cbor_get_array(c) != 4)
			vt_cbor_fail(c, "not a file");
		r->files[i].name = vt_take_text(c, a);
		r->files[i].media_type = vt_take_text(c, a);
		r->files[i].hash = vt_cbor_get_hash(c);
		r->files[i].size = vt_cbor_get_uint(c);
	}
}

static void
take_to(struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r)
{
	r->to = vt_take_array(c, a, sizeof(*r->to), &r->n_to);
	for (size_t i = 0; i < r->n_to; i++) {
		size_t n = vt_cbor_get_array(c);

		if (n != 5 && n != 8)
			vt_cbor_fail(c, "not an addressee");
		r->to[i].id = vt_cbor_get_id(c);
		r->to[i].to.code = vt_take_text(c, a);
		r->to[i].to.name = vt_take_text(c, a);
		r->to[i].seq = vt_cbor_get_uint(c);
		r->to[i].work = vt_cbor_get_uint(c);
		r->to[i].way.waybill = "";
		if (n != 8)
			continue;
		r->to[i].way.kind = vt_take_u32(c);
		r->to[i].way.channel = vt_take_u32(c);
		r->to[i].way.waybill = vt_take_text(c, a);
	}
}

/* Fields 1 to 14. */
static void
srec_take_low(
    struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r, uint64_t key)
{
	switch (key) {
	case 1:
		r->kind = (enum vt_step_kind)vt_take_u32(c);
		break;
	case 2:
		r->note = vt_take_text(c, a);
		break;
	case 3:
		r->main = vt_cbor_get_hash(c);
		break;
	case 4:
		r->parent = vt_cbor_get_hash(c);
		break;
	case 5:
		r->part = vt_take_u32(c);
		break;
	case 6:
		r->reason = vt_take_u32(c);
		break;
	case 7:
		r->direction = vt_take_u32(c);
		break;
	case 8:
		r->size = vt_cbor_get_uint(c);
		break;
	case 9:
		r->name = vt_take_text(c, a);
		break;
	case 10:
		r->media_type = vt_take_text(c, a);
		break;
	case 11:
		r->who = vt_cbor_get_id(c);
		break;
	case 12:
		r->object = vt_cbor_get_id(c);
		break;
	case 13:
		r->source = vt_cbor_get_id(c);
		break;
	default: /* 14 */
		r->has_meta = true;
		vt_meta_take(c, a, &r->meta);
		break;
	}
}

/* Fields from 15. */
static void
srec_take_high(
    struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r, uint64_t key)
{
	switch (key) {
	case 15:
		take_files(c, a, r);
		break;
	case 16:
		r->series = vt_take_text(c, a);
		break;
	case 17:
		r->notation = vt_take_text(c, a);
		break;
	case 18:
		r->value = vt_cbor_get_uint(c);
		break;
	case 19:
		r->period = vt_take_u32(c);
		break;
	case 20:
		r->sub = vt_take_u32(c);
		break;
	case 21:
		r->field = vt_take_text(c, a);
		break;
	case 22:
		r->level = vt_take_text(c, a);
		break;
	case 23:
		r->cert = vt_cbor_get_hash(c);
		break;
	case 24:
		r->at = vt_cbor_get_int(c);
		break;
	case 25:
		take_to(c, a, r);
		break;
	case 26:
		r->blob = vt_take_bytes(c, a);
		break;
	case 27:
		r->code = vt_take_text(c, a);
		break;
	case 28:
		r->work = vt_cbor_get_uint(c);
		break;
	case 29:
		r->seq = vt_cbor_get_uint(c);
		break;
	default:
		if (!vt_srec_more_take(c, a, r, key))
			vt_cbor_fail(c, "unknown field of a step");
	}
}

static void
srec_take(struct vt_cbor *c, struct vt_arena *a, struct vt_srec *r)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	r->note = r->name = r->media_type = r->series = r->notation = "";
	r->field = r->level = r->code = "";
	r->at = VT_TIME_NONE;
	vt_srec_more_defaults(r);
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		if (key >= 1 && key <= 14)
			srec_take_low(c, a, r, key);
		else
			srec_take_high(c, a, r, key);
	}
}

void
vt_arec_encode(const struct vt_arec *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_id(&w, 1, &x->act);
	vt_put_time(&w, 2, x->time);
	vt_put_id(&w, 3, &x->person);
	vt_put_id(&w, 4, &x->caller);
	vt_put_id(&w, 5, &x->paper);
	vt_put_uint(&w, 6, x->paper_seq);
	vt_put_bytes(&w, 7, VT_SPAN(x->salt, sizeof(x->salt)));
	vt_put_hash(&w, 8, &x->request);
	vt_put_hash(&w, 9, &x->key);
	vt_put_bytes(&w, 10, x->keep);
	vt_cbor_key(&w, 11);
	vt_cbor_array(ret, x->n_steps);
	for (size_t i = 0; i < x->n_steps; i++)
		srec_encode(&x->steps[i], ret);
	vt_put_hash(&w, 12, &x->main);
	vt_put_uint(&w, 13, x->paper_rev);
	vt_put_uint(&w, 14, x->post);
	vt_put_hash(&w, 15, &x->was);
	vt_cbor_map_end(&w);
}

static void
take_salt(struct vt_cbor *c, struct vt_arec *x)
{
	struct vt_span s = vt_cbor_get_bytes(c);

	if (s.n == sizeof(x->salt))
		memcpy(x->salt, s.p, s.n);
	else
		vt_cbor_fail(c, "salt of another length");
}

static void
take_steps(struct vt_cbor *c, struct vt_arena *a, struct vt_arec *x)
{
	x->steps = vt_take_array(c, a, sizeof(*x->steps), &x->n_steps);
	for (size_t i = 0; i < x->n_steps; i++)
		srec_take(c, a, &x->steps[i]);
}

int
vt_arec_decode(struct vt_span v, struct vt_arena *a, struct vt_arec *ret,
    struct vt_err *reterr)
{
	struct vt_arec x = { .time = VT_TIME_NONE };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.act = vt_cbor_get_id(&c);
			break;
		case 2:
			x.time = vt_cbor_get_int(&c);
			break;
		case 3:
			x.person = vt_cbor_get_id(&c);
			break;
		case 4:
			x.caller = vt_cbor_get_id(&c);
			break;
		case 5:
			x.paper = vt_cbor_get_id(&c);
			break;
		case 6:
			x.paper_seq = vt_cbor_get_uint(&c);
			break;
		case 7:
			take_salt(&c, &x);
			break;
		case 8:
			x.request = vt_cbor_get_hash(&c);
			break;
		case 9:
			x.key = vt_cbor_get_hash(&c);
			break;
		case 10:
			x.keep = vt_take_bytes(&c, a);
			break;
		case 11:
			take_steps(&c, a, &x);
			break;
		case 12:
			x.main = vt_cbor_get_hash(&c);
			break;
		case 13:
			x.paper_rev = vt_cbor_get_uint(&c);
			break;
		case 14:
			x.post = vt_take_u32(&c);
			break;
		case 15:
			x.was = vt_cbor_get_hash(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "act", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}
