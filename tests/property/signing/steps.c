/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random papers: any cross-reference kind, page turned and cropped anyhow,
 * fields at random places, then fills and signatures in random order.
 * After every step: the old file is a prefix, the file opens, every field
 * stands where it was asked to stand and is filled when it should be, and the
 * validator finds no signature broken and no change without a rule.
 *
 * steps [SEED]: one paper alone.
 */
#include "base/context.h"
#include "signing/verdict/verdict.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

#define PAPERS     80
#define FIELDS_MAX 6

static struct pki *ca;
static struct vt_key *keys[2];
static uint64_t state;

/* splitmix64: small, and the same everywhere. */
static uint64_t
roll(uint64_t n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % n;
}

struct paper {
	struct vt_field_spec specs[FIELDS_MAX];
	char names[FIELDS_MAX][24];
	bool done[FIELDS_MAX];
	size_t n;
	struct vt_buf file;
	size_t signatures;
};

static void
make(struct paper *p)
{
	static const char *const boxes[] = { "0 0 595 842", "-300 -400 295 442",
		"100.5 50.25 695.5 892.25" };
	static const char *const crops[] = { NULL, "-250 -380 250 400",
		"120 60 600 800" };
	size_t which = (size_t)roll(3);
	struct walk_pdf kind = {
		.xref = (enum walk_xref)roll(3), /* those that take boxes */
		.rotate = (int)roll(4) * 90,
		.media = boxes[which],
		.crop = roll(2) == 0 || which == 0 ? NULL : crops[which],
	};

	walk_pdf(&kind, &p->file);
}

static int
lay(struct paper *p, struct vt_buf *ret, struct vt_err *err)
{
	const struct vt_field_font font = { "VtSerif", 0 };
	struct vt_pades_change c = { .lay = p->specs,
		.fonts = &walk_font_graft,
		.font_keys = &font,
		.n_fonts = 1 };
	struct vt_inspection i;
	size_t j;
	int rc = walk_inspect(&p->file, &i, err);

	if (rc != VT_OK)
		return rc;
	p->n = 1 + (size_t)roll(FIELDS_MAX);
	for (j = 0; j < p->n; j++) {
		struct vt_field_spec *s = &p->specs[j];

		snprintf(p->names[j], sizeof(p->names[j]), "f%zu", j);
		s->kind = (enum vt_field_kind)roll(2);
		s->name = p->names[j];
		s->w = 20 + (double)roll(1000) / 10;
		s->h = 10 + (double)roll(600) / 10;
		s->x = (double)roll((uint64_t)(i.page_w - s->w) * 10) / 10;
		s->y = (double)roll((uint64_t)(i.page_h - s->h) * 10) / 10;
		s->font = "VtSerif";
		s->font_size = 13;
		s->may_overlap = true;
		if (s->kind == VT_FIELD_SIGNATURE && roll(5) == 0)
			s->w = s->h = 0;
	}
	c.n_lay = p->n;
	vt_inspection_free(&i);
	return walk_step(&p->file, &c, NULL, ret, err);
}

/* The text of walk_text_graft in a box of w x h. */
static void
graft_text(double w, double h, struct vt_buf *dict,
    struct vt_pdf_graft_object *o, struct vt_pdf_graft *ret)
{
	vt_buf_printf(dict,
	    "<< /Type /XObject /Subtype /Form /BBox [0 0 %.1f %.1f] "
	    "/Resources << /Font << /VtSerif 0 65534 R >> >> >>",
	    w, h);
	*ret = walk_text_graft;
	*o = ret->objects[0];
	o->body = vt_buf_view(dict);
	ret->objects = o;
}

/* Fills or signs one field that is still empty. */
static int
act(struct paper *p, struct vt_buf *ret, struct vt_err *err)
{
	struct vt_pdf_graft_object form;
	struct vt_pdf_graft graft;
	struct vt_field_fill fill = { .value = "128/SKHCN-CĐS",
		.appearance = &graft };
	struct vt_signature_spec sign = { .time = WALK_TIME };
	struct vt_pades_change c = { 0 };
	size_t j;
	VT_BUF_AUTO(dict);

	do
		j = (size_t)roll(p->n);
	while (p->done[j]);
	p->done[j] = true;
	if (p->specs[j].kind == VT_FIELD_TEXT) {
		fill.name = p->names[j];
		graft_text(p->specs[j].w, p->specs[j].h, &dict, &form, &graft);
		c.fills = &fill;
		c.n_fills = 1;
	} else {
		sign.field = p->names[j];
		sign.appearance = p->specs[j].w > 0 ? &walk_box_graft : NULL;
		c.sign = &sign;
		p->signatures++;
	}
	return walk_step(&p->file, &c, keys[roll(2)], ret, err);
}

static bool
near(double a, double b)
{
	return a - b < 0.001 && b - a < 0.001;
}

static bool
fields_are_right(const struct paper *p, struct vt_err *err)
{
	struct vt_inspection i;
	bool ok;
	size_t j;

	if (walk_inspect(&p->file, &i, err) != VT_OK)
		return false;
	ok = i.n_fields == p->n && i.signatures == p->signatures;
	for (j = 0; ok && j < p->n; j++) {
		const struct vt_field_spec *s = &p->specs[j];
		const struct vt_field_info *f = &i.fields[j];

		ok = strcmp(f->name, s->name) == 0 && f->kind == s->kind &&
		     f->filled == p->done[j] && f->page == 0 &&
		     near(f->x, s->x) && near(f->y, s->y) && near(f->w, s->w) &&
		     near(f->h, s->h);
	}
	vt_inspection_free(&i);
	return ok;
}

static bool
validator_agrees(const struct paper *p, struct vt_err *err)
{
	struct vt_span anchor = pki_der(ca);
	struct vt_verify_input in = { .anchors = &anchor,
		.n_anchors = 1,
		.now = WALK_TIME,
		.offline = true };
	struct vt_verdict *v = NULL;
	struct vt_source src;
	size_t i, j;
	bool ok;

	vt_source_memory(&src, vt_buf_view(&p->file));
	if (vt_verify_pdf(&src, &in, &v, err) != VT_OK)
		return false;
	ok = v->n_signatures == p->signatures &&
	     v->overall != VT_OVERALL_FAILED &&
	     v->overall != VT_OVERALL_NOT_READABLE;
	for (i = 0; ok && i < v->n_signatures; i++)
		for (j = 0; ok && j < v->signatures[i].n_changes; j++)
			ok = v->signatures[i].changes[j].rule != NULL;
	vt_verdict_free(v);
	return ok;
}

static void
one_paper(uint64_t seed)
{
	struct vt_err err = VT_ERR_INIT;
	struct paper p = { .file = VT_BUF_INIT };
	const char *wrong = NULL;
	size_t step;
	VT_BUF_AUTO(next);

	state = seed;
	make(&p);
	for (step = 0; wrong == NULL && step <= p.n; step++) {
		vt_buf_reset(&next);
		if ((step == 0 ? lay(&p, &next, &err) : act(&p, &next, &err)) !=
		    VT_OK)
			wrong = "refused";
		else if (next.n <= p.file.n ||
			 memcmp(next.p, p.file.p, p.file.n) != 0)
			wrong = "not a prefix";
		if (wrong != NULL)
			break;
		vt_buf_reset(&p.file);
		vt_buf_span(&p.file, vt_buf_view(&next));
		if (!fields_are_right(&p, &err))
			wrong = "fields differ";
		else if (!validator_agrees(&p, &err))
			wrong = "the validator objects";
	}
	tap_ok(wrong == NULL, "seed %llu: %zu fields", (unsigned long long)seed,
	    p.n);
	if (wrong != NULL)
		printf("# step %zu: %s (%s)\n", step, wrong, err.msg);
	vt_buf_free(&p.file);
}

int
main(int argc, char **argv)
{
	struct vt_err err = VT_ERR_INIT;
	struct pki *one, *two;
	uint64_t seed;

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	one = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	two = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Sở KH&CN mẫu", ca);
	keys[0] = pki_key(one);
	keys[1] = pki_key(two);
	if (argc > 1)
		one_paper(strtoull(argv[1], NULL, 10));
	else
		for (seed = 1; seed <= PAPERS; seed++)
			one_paper(seed);
	vt_key_free(keys[0]);
	vt_key_free(keys[1]);
	pki_free(two);
	pki_free(one);
	pki_free(ca);
	return tap_done();
}
