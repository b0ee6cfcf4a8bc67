/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's messages and the stored state of a two-step signature. */
#include "base/context.h"
#include "signing/proof/codec.h"
#include "signing/signing.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

#define ARENA_LIMIT ((size_t)64 << 20)

static struct pki *ca, *signer, *other;

/* What vt_sign_prepare makes, without a worker. */
static void
prepare(
    const struct vt_buf *file, size_t contents_size, struct vt_prepared *ret)
{
	struct vt_signature_spec s = { .field = "vt_leader",
		.time = WALK_TIME,
		.contents_size = contents_size };
	struct vt_pades_change c = { .sign = &s };
	struct vt_arena *arena = vt_arena_new(ARENA_LIMIT);
	struct vt_err err = VT_ERR_INIT;
	struct vt_pdf *pdf = NULL;
	struct vt_source src;

	*ret = (struct vt_prepared)VT_PREPARED_INIT;
	vt_source_memory(&src, vt_buf_view(file));
	tap_call(vt_pdf_open(&src, arena, &pdf, &err), &err, "opens");
	tap_call(vt_pades_update(pdf, &src, &c, &ret->tail, &ret->digest, &err),
	    &err, "prepares");
	ret->alg = VT_KEY_ECDSA_P256_SHA256;
	ret->time = WALK_TIME;
	tap_call(vt_cms_attributes(&ret->digest, pki_der(signer), ret->alg,
		     &ret->attrs, &err),
	    &err, "attributes");
	ret->attrs_digest = vt_sha256(vt_buf_view(&ret->attrs));
	vt_cbor_array(&ret->chain, 2);
	vt_cbor_bytes(&ret->chain, pki_der(signer));
	vt_cbor_bytes(&ret->chain, pki_der(ca));
	vt_pdf_free(pdf);
	vt_arena_free(arena);
}

static void
test_two_steps(const struct vt_buf *file)
{
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_key *key = pki_key(signer), *wrong = pki_key(other);
	struct vt_err err = VT_ERR_INIT;
	struct vt_prepared p, q;
	VT_BUF_AUTO(stored);
	VT_BUF_AUTO(again);
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(bad);

	prepare(file, 4096, &p);
	vt_prepared_encode(&p, &stored);
	tap_call(vt_prepared_decode(vt_buf_view(&stored), &q, &err), &err,
	    "resumes");
	vt_prepared_encode(&q, &again);
	tap_ok(vt_span_eq(vt_buf_view(&stored), vt_buf_view(&again)) &&
		   vt_hash_eq(&p.attrs_digest, &q.attrs_digest),
	    "as it was");
	tap_call(vt_key_sign(wrong, vt_buf_view(&q.attrs), &bad, &err), &err,
	    "another key signs");
	tap_code(vt_sign_complete(&q, vt_buf_view(&bad), &tail, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "a value of another key");
	tap_code(vt_sign_complete(&q, VT_SPAN_LIT(""), &tail, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "no value");
	tap_ok(tail.bytes.n == 0 && q.tail.bytes.n > 0, "nothing was embedded");
	tap_call(vt_key_sign(key, vt_buf_view(&q.attrs), &value, &err), &err,
	    "the right key signs");
	tap_call(vt_sign_complete(&q, vt_buf_view(&value), &tail, &err), &err,
	    "completes");
	tap_ok(
	    tail.bytes.n == p.tail.bytes.n && q.tail.bytes.n == 0 &&
		memcmp(tail.bytes.p, p.tail.bytes.p, (size_t)tail.hole) == 0 &&
		tail.bytes.p[tail.hole] == '3',
	    "the tail is what was prepared, with the CMS in its hole");
	vt_pdf_tail_free(&tail);
	vt_prepared_free(&p);
	vt_prepared_free(&q);
	prepare(file, 300, &p);
	vt_buf_reset(&value);
	tap_call(vt_key_sign(key, vt_buf_view(&p.attrs), &value, &err), &err,
	    "signs for a small hole");
	tap_code(vt_sign_complete(&p, vt_buf_view(&value), &tail, &err),
	    VT_E_HOLE_TOO_SMALL, &err, "a hole that is too small");
	vt_prepared_free(&p);
	vt_key_free(key);
	vt_key_free(wrong);
}

/* Every prefix and every changed byte is refused or decodes; none crashes. */
static void
test_damage(const struct vt_buf *file)
{
	struct vt_prepared p, q;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(stored);
	size_t i, accepted = 0, hole;
	const uint8_t *at;

	prepare(file, 400, &p);
	vt_prepared_encode(&p, &stored);
	for (i = 0; i < stored.n; i++)
		if (vt_prepared_decode(VT_SPAN(stored.p, i), &q, &err) ==
		    VT_OK) {
			accepted++;
			vt_prepared_free(&q);
		}
	tap_eq_int(accepted, 0, "no prefix is accepted");
	at = memmem(stored.p, stored.n, "/Contents <", 11);
	hole = at == NULL ? 0 : (size_t)(at - stored.p) + 10;
	tap_need(hole > 0, "has a hole");
	stored.p[hole] ^= 1;
	tap_code(vt_prepared_decode(vt_buf_view(&stored), &q, &err),
	    VT_E_SYNTAX, &err, "a hole without its bracket");
	stored.p[hole] ^= 1;
	stored.p[hole + 5] = '1';
	tap_code(vt_prepared_decode(vt_buf_view(&stored), &q, &err),
	    VT_E_SYNTAX, &err, "a hole that is not empty");
	stored.p[hole + 5] = '0';
	for (i = 0; i < stored.n; i++) {
		stored.p[i] ^= 0x20;
		if (vt_prepared_decode(vt_buf_view(&stored), &q, &err) == VT_OK)
			vt_prepared_free(&q);
		stored.p[i] ^= 0x20;
	}
	tap_call(vt_prepared_decode(vt_buf_view(&stored), &q, &err), &err,
	    "unharmed it decodes");
	vt_prepared_free(&q);
	vt_prepared_free(&p);
}

static void
test_requests(void)
{
	const struct vt_field_font font = { "VtSerif", 0 };
	struct vt_field_spec lay = { .kind = VT_FIELD_TEXT,
		.name = "n",
		.label = "Số",
		.page = 3,
		.x = 1.25,
		.y = 2,
		.w = 100.5,
		.h = 20,
		.font = "VtSerif",
		.font_size = 13 };
	struct vt_field_spec create = {
		.kind = VT_FIELD_SIGNATURE, .name = "s", .may_overlap = true
	};
	struct vt_field_fill fill = { "n", "128/SKHCN", &walk_text_graft };
	struct vt_signature_spec sign = { .create = &create,
		.appearance = &walk_box_graft,
		.reason = "Ký",
		.time = WALK_TIME,
		.contents_size = 99 };
	struct vt_pades_change c = { .lay = &lay,
		.n_lay = 1,
		.fonts = &walk_font_graft,
		.font_keys = &font,
		.n_fonts = 1,
		.fills = &fill,
		.n_fills = 1,
		.sign = &sign };
	struct vt_arena *a = vt_arena_new(ARENA_LIMIT);
	struct vt_err err = VT_ERR_INIT;
	struct vt_pades_change d;
	struct vt_cbor in;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(again);
	size_t i, accepted = 0;

	vt_proof_put_update(&b, &c);
	vt_cbor_open(&in, vt_buf_view(&b));
	tap_eq_int(vt_proof_get_op(&in), VT_PROOF_UPDATE, "an update");
	tap_call(vt_proof_get_update(&in, a, &d, &err), &err, "decodes");
	tap_call(vt_cbor_finish(&in, "request", &err), &err, "to the end");
	vt_proof_put_update(&again, &d);
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
	    "an update comes back as it was");
	tap_ok(d.lay[0].x == 1.25 && d.lay[0].w == 100.5 &&
		   d.lay[0].page == 3 && d.sign->field == NULL &&
		   d.sign->create->may_overlap,
	    "places and places to be");
	for (i = 0; i < b.n; i++) {
		vt_cbor_open(&in, VT_SPAN(b.p, i));
		vt_proof_get_op(&in);
		if (vt_proof_get_update(&in, a, &d, &err) == VT_OK &&
		    vt_cbor_finish(&in, "request", &err) == VT_OK)
			accepted++;
	}
	tap_eq_int(accepted, 0, "no prefix of a request is accepted");
	vt_arena_free(a);
}

static void
test_validate_request(void)
{
	struct vt_span anchors[2] = { pki_der(ca), pki_der(other) };
	struct vt_fact facts[2] = {
		{ "ocsp", "http://127.0.0.1/", VT_SPAN_LIT("q"),
		    VT_SPAN_LIT("a"), NULL },
		{ "ocsp", "http://127.0.0.1/", VT_SPAN_LIT("q"),
		    VT_SPAN(NULL, 0), "timed out" },
	};
	struct vt_verify_input in = { anchors, 2, facts, 2, WALK_TIME, true };
	struct vt_arena *a = vt_arena_new(ARENA_LIMIT);
	struct vt_err err = VT_ERR_INIT;
	struct vt_verify_input out;
	struct vt_cbor c;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(again);

	vt_proof_put_validate(&b, &in);
	vt_cbor_open(&c, vt_buf_view(&b));
	tap_eq_int(vt_proof_get_op(&c), VT_PROOF_VALIDATE, "a validation");
	tap_call(vt_proof_get_validate(&c, a, &out, &err), &err, "decodes");
	tap_call(vt_cbor_finish(&c, "request", &err), &err, "to the end");
	vt_proof_put_validate(&again, &out);
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
	    "a validation comes back as it was");
	vt_arena_free(a);
}

static void
test_inspection(const struct vt_buf *file)
{
	struct vt_inspection i, j;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(again);

	tap_call(walk_inspect(file, &i, &err), &err, "inspects");
	vt_proof_put_inspection(&b, &i);
	tap_call(vt_proof_get_inspection(vt_buf_view(&b), &j, &err), &err,
	    "decodes");
	vt_proof_put_inspection(&again, &j);
	tap_ok(
	    vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)) && j.n_fields == 4,
	    "an inspection comes back as it was");
	vt_inspection_free(&i);
	vt_inspection_free(&j);
}

int
main(void)
{
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(laid);

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	signer = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Trần Văn Mẫu", ca);
	other = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Khác", ca);
	walk_pdf(&kind, &file);
	tap_call(walk_lay(&file, 0, &laid, &err), &err, "lays");
	test_two_steps(&laid);
	test_damage(&laid);
	test_requests();
	test_validate_request();
	test_inspection(&laid);
	pki_free(other);
	pki_free(signer);
	pki_free(ca);
	return tap_done();
}
