/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Updates are round trips. Over a file of each kind, a row of random updates:
 * after each one the old bytes are a prefix, every older revision reads as
 * before, and the new revision holds exactly what was put.
 *
 *	property_pdf_append [SEED]
 */
#include <stdlib.h>

#include "base/pdf/append.h"
#include "tests/pdf_script.h"
#include "tests/tap.h"

#define ROUNDS  12
#define UPDATES 8
#define PUT_MAX 12

/* xorshift64*: the seed printed gives the same run again. */
static uint64_t state;

static uint32_t
draw(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static void
draw_string(struct vt_buf *b)
{
	uint8_t s[24];
	size_t n = draw(sizeof(s));

	for (size_t i = 0; i < n; i++)
		s[i] = (uint8_t)draw(256);
	vt_pdf_print_string(VT_SPAN(s, n), b);
}

/* A random value that is its own canonical print. */
static void
draw_value(struct vt_buf *b, int depth)
{
	uint32_t n;

	switch (draw(depth > 3 ? 5 : 7)) {
	case 0:
		vt_buf_puts(b, draw(2) ? "true" : "null");
		break;
	case 1:
		vt_buf_printf(b, "%d", (int)draw(2000000) - 1000000);
		break;
	case 2:
		vt_buf_printf(b, "-%u.%u5", draw(1000), draw(1000));
		break;
	case 3:
		draw_string(b);
		break;
	case 4:
		vt_buf_printf(b, "%u %u R", 1 + draw(99), draw(3));
		break;
	case 5:
		vt_buf_puts(b, "[");
		for (n = draw(5); n > 0; n--) {
			draw_value(b, depth + 1);
			vt_buf_puts(b, n > 1 ? " " : "");
		}
		vt_buf_puts(b, "]");
		break;
	default:
		vt_buf_puts(b, "<<");
		for (n = draw(5); n > 0; n--) {
			vt_buf_printf(b, " /K%u ", n);
			draw_value(b, depth + 1);
		}
		vt_buf_puts(b, " >>");
	}
}

/* One object that was put, as it must be read again. */
struct put {
	uint32_t num;
	struct vt_buf body, data;
	bool is_stream;
};

struct state {
	struct vt_buf bytes;
	struct vt_source src;
	struct vt_arena *arena;
	struct vt_pdf *pdf;
};

/* The reader borrows s->src, so a state stays where it is. */
static struct state *
new_state(void)
{
	struct state *s = calloc(1, sizeof(*s));

	VT_ASSERT(s != NULL);
	vt_buf_init(&s->bytes, 0);
	return s;
}

static int
load(struct state *s, struct vt_err *err)
{
	s->arena = vt_arena_new((size_t)64 << 20);
	vt_source_memory(&s->src, vt_buf_view(&s->bytes));
	return vt_pdf_open(&s->src, s->arena, &s->pdf, err);
}

static void
unload(struct state *s)
{
	vt_pdf_free(s->pdf);
	vt_arena_free(s->arena);
	vt_buf_free(&s->bytes);
	free(s);
}

static int
put_one(
    struct vt_pdf_append *a, struct put *p, uint32_t old, struct vt_err *err)
{
	int rc;

	p->num = old;
	if (old == 0) {
		rc = vt_pdf_append_alloc(a, &p->num, err);
		if (rc != VT_OK)
			return rc;
	}
	p->is_stream = draw(3) == 0;
	if (!p->is_stream) {
		draw_value(&p->body, 0);
		return vt_pdf_append_put(a, p->num, vt_buf_view(&p->body), err);
	}
	vt_buf_puts(&p->body, "<< /V ");
	draw_value(&p->body, 0);
	vt_buf_puts(&p->body, " >>");
	for (uint32_t n = draw(300); n > 0; n--)
		vt_buf_putc(&p->data, (uint8_t)draw(256));
	return vt_pdf_append_stream(
	    a, p->num, vt_buf_view(&p->body), vt_buf_view(&p->data), err);
}

/* Random new objects, and sometimes the pages 3 and 4 anew. */
static int
update(struct state *s, struct vt_pdf_tail *t, struct put *puts, size_t *ret_n,
    struct vt_err *err)
{
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *a = NULL;
	size_t n = draw(PUT_MAX), i;
	uint32_t sig = 0, old = draw(2) ? 3 : 0;
	int rc;

	rc = vt_pdf_append_new(s->pdf, &a, err);
	for (i = 0; i < n && rc == VT_OK; i++) {
		rc = put_one(a, &puts[i], old, err);
		old = old == 3 ? 4 : 0;
	}
	*ret_n = i;
	if (rc == VT_OK && draw(2) == 0) {
		rc = vt_pdf_append_alloc(a, &sig, err);
		if (rc == VT_OK)
			rc = vt_pdf_append_signature(a, sig,
			    VT_SPAN_LIT("/Type /Sig"), 1 + draw(5000), err);
	}
	return rc == VT_OK ? vt_pdf_append_finish(a, t, err) : rc;
}

/* Prints object num of a revision, data and all. */
static void
show(struct vt_pdf *pdf, size_t rev, uint32_t num, struct vt_buf *out)
{
	struct vt_pdf_object *o = NULL;
	struct vt_err err = VT_ERR_INIT;

	if (vt_pdf_get(pdf, rev, num, &o, &err) != VT_OK) {
		vt_buf_puts(out, err.msg);
		return;
	}
	vt_pdf_print(o->type == VT_PDF_STREAM ? o->u.stream.dict : o, out);
	if (o->type == VT_PDF_STREAM &&
	    vt_pdf_stream_data(pdf, o, 1 << 20, out, &err) != VT_OK)
		vt_buf_puts(out, err.msg);
}

static bool
old_unchanged(struct vt_pdf *old, struct vt_pdf *new)
{
	for (size_t rev = 0; rev < vt_pdf_revisions(old); rev++) {
		if (vt_pdf_revision(old, rev)->end !=
		    vt_pdf_revision(new, rev)->end)
			return false;
		for (uint32_t num = 0; num < 200; num++) {
			VT_BUF_AUTO(x);
			VT_BUF_AUTO(y);
			show(old, rev, num, &x);
			show(new, rev, num, &y);
			if (!vt_span_eq(vt_buf_view(&x), vt_buf_view(&y)))
				return false;
		}
	}
	return true;
}

/* Canonical print of what was put: parsed and printed once. */
static void
canonical(const struct put *p, struct vt_buf *out)
{
	struct vt_arena *arena = vt_arena_new((size_t)8 << 20);
	struct vt_pdf_object *o = NULL;

	if (vt_pdf_parse(vt_buf_view(&p->body), arena, &o, NULL) == VT_OK)
		vt_pdf_print(o, out);
	vt_arena_free(arena);
}

static bool
holds(struct vt_pdf *pdf, const struct put *p)
{
	size_t last = vt_pdf_revisions(pdf) - 1;
	struct vt_pdf_slot slot = vt_pdf_slot(pdf, last, p->num);
	struct vt_pdf_object *o = NULL;
	struct vt_err err;
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(got);
	VT_BUF_AUTO(data);

	canonical(p, &want);
	if (slot.revision != last || slot.state != VT_PDF_SLOT_FILE ||
	    vt_pdf_get(pdf, last, p->num, &o, &err) != VT_OK)
		return false;
	if (!p->is_stream) {
		vt_pdf_print(o, &got);
		return vt_span_eq(vt_buf_view(&got), vt_buf_view(&want));
	}
	/* the dictionary has /Length besides */
	return o->type == VT_PDF_STREAM && o->u.stream.dict->u.dict.n == 2 &&
	       vt_pdf_stream_data(pdf, o, 1 << 20, &data, &err) == VT_OK &&
	       vt_span_eq(vt_buf_view(&data), vt_buf_view(&p->data));
}

/* One update of *io, which becomes the new file. */
static bool
step(struct state **io, const char *name)
{
	struct put puts[PUT_MAX] = { 0 };
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct state *s = *io, *next = new_state();
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0;
	bool ok;

	ok = update(s, &t, puts, &n, &err) == VT_OK;
	if (ok) {
		vt_buf_span(&next->bytes, vt_buf_view(&s->bytes));
		vt_buf_span(&next->bytes, vt_buf_view(&t.bytes));
		ok = load(next, &err) == VT_OK;
	}
	if (!ok)
		printf("# %s: %s\n", name, err.msg);
	ok = ok &&
	     vt_pdf_revisions(next->pdf) == vt_pdf_revisions(s->pdf) + 1 &&
	     old_unchanged(s->pdf, next->pdf);
	for (size_t i = 0; i < n && ok; i++)
		ok = holds(next->pdf, &puts[i]);
	for (size_t i = 0; i < PUT_MAX; i++) {
		vt_buf_free(&puts[i].body);
		vt_buf_free(&puts[i].data);
	}
	vt_pdf_tail_free(&t);
	unload(s);
	*io = next;
	return ok;
}

int
main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20260214;
	struct vt_err err;

	printf("# seed %" PRIu64 "\n", seed);
	state = seed * 2 + 1;
	for (size_t round = 0; round < ROUNDS; round++) {
		const struct pdf_sample *sample =
		    &pdf_samples[round % PDF_SAMPLES];
		struct state *s = new_state();
		bool ok = true;

		pdf_script(VT_SPAN(sample->script, sample->n), &s->bytes);
		tap_need(load(s, &err) == VT_OK, "%s opens", sample->name);
		for (int i = 0; i < UPDATES && ok; i++)
			ok = step(&s, sample->name);
		tap_ok(ok, "%s: %d updates", sample->name, UPDATES);
		unload(s);
	}
	return tap_done();
}
