/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/v1/where.h"

struct level {
	bool array;
	bool has_key;       /* the key's colon was met */
	size_t index;       /* of an array */
	struct vt_span key; /* raw, as it stands in the text */
};

struct walk {
	struct vt_span t;
	size_t at, upto;
	struct level level[VT_WHERE_DEPTH + 1]; /* [0] unused */
	unsigned depth, deepest;
	struct vt_span last; /* the string read last, without its quotes */
};

void
vt_where_token(struct vt_buf *ret, struct vt_span token)
{
	vt_buf_putc(ret, '/');
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~')
			vt_buf_puts(ret, "~0");
		else if (token.p[i] == '/')
			vt_buf_puts(ret, "~1");
		else
			vt_buf_putc(ret, token.p[i]);
	}
}

/* From its opening quote to behind its closing one. */
static void
string(struct walk *w)
{
	size_t from = ++w->at;

	while (w->at < w->upto && w->t.p[w->at] != '"')
		w->at += w->t.p[w->at] == '\\' && w->at + 1 < w->upto ? 2 : 1;
	w->last = VT_SPAN(w->t.p + from, w->at - from);
	if (w->at < w->upto)
		w->at++;
}

/* False where the walk ends. */
static bool
open_level(struct walk *w, bool array, unsigned depth_max)
{
	if (++w->depth > w->deepest)
		w->deepest = w->depth;
	if (w->depth > depth_max) {
		w->depth--; /* the place is the value that goes too deep */
		return false;
	}
	w->level[w->depth] = (struct level){ .array = array };
	w->at++;
	return true;
}

static bool
step(struct walk *w, unsigned depth_max)
{
	struct level *l = &w->level[w->depth];

	switch (w->t.p[w->at]) {
	case '"':
		string(w);
		/* A duplicate is noticed behind its key, before the colon. */
		if (w->depth > 0 && !l->array && !l->has_key)
			l->key = w->last;
		return true;
	case '{':
	case '[':
		return open_level(w, w->t.p[w->at] == '[', depth_max);
	case '}':
	case ']':
		if (w->depth > 0)
			w->depth--;
		break;
	case ':':
		l->has_key = true;
		break;
	case ',':
		l->has_key = false;
		l->key = VT_SPAN(NULL, 0);
		l->index++;
		break;
	default:
		break;
	}
	w->at++;
	return true;
}

void
vt_where(struct vt_span text, size_t upto, unsigned depth_max,
    struct vt_buf *ret, unsigned *ret_depth)
{
	struct walk w = { .t = text, .upto = upto < text.n ? upto : text.n };

	VT_ASSERT(depth_max <= VT_WHERE_DEPTH);
	while (w.at < w.upto && step(&w, depth_max))
		continue;
	*ret_depth = w.deepest;
	for (unsigned i = 1; i <= w.depth; i++) {
		if (w.level[i].array)
			vt_buf_printf(ret, "/%zu", w.level[i].index);
		else if (w.level[i].key.p != NULL)
			vt_where_token(ret, w.level[i].key);
	}
}
