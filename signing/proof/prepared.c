/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signature between its two steps: stored, resumed, completed. */
#include "base/limits.h"
#include "signing/proof/codec.h"
#include "signing/signing.h"

void
vt_prepared_free(struct vt_prepared *p)
{
	vt_pdf_tail_free(&p->tail);
	vt_buf_free(&p->attrs);
	vt_buf_free(&p->chain);
}

void
vt_prepared_encode(const struct vt_prepared *p, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, 1);
	vt_proof_put_tail(ret, &p->tail, &p->digest);
	vt_cbor_key(&w, 2);
	vt_cbor_uint(ret, p->alg);
	vt_cbor_key(&w, 3);
	vt_cbor_bytes(ret, vt_buf_view(&p->attrs));
	vt_cbor_key(&w, 4);
	vt_cbor_bytes(ret, vt_buf_view(&p->chain));
	vt_cbor_key(&w, 5);
	vt_cbor_int(ret, p->time);
	vt_cbor_map_end(&w);
}

static int
decode(struct vt_cbor *c, struct vt_prepared *p, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	uint64_t key, seen = 0, alg;
	int rc = VT_OK;

	vt_cbor_map_open(&m, c);
	while (rc == VT_OK && vt_cbor_next(&m, &key)) {
		seen |= key < 64 ? (uint64_t)1 << key : 0;
		switch (key) {
		case 1:
			rc = vt_proof_get_tail(c, &p->tail, &p->digest, reterr);
			break;
		case 2:
			alg = vt_cbor_get_uint(c);
			if (alg > VT_KEY_ECDSA_P256_SHA256)
				vt_cbor_fail(c, "unknown algorithm");
			p->alg = (enum vt_key_alg)alg;
			break;
		case 3:
			vt_buf_span(&p->attrs, vt_cbor_get_bytes(c));
			break;
		case 4:
			vt_buf_span(&p->chain, vt_cbor_get_bytes(c));
			break;
		case 5:
			p->time = vt_cbor_get_int(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field");
		}
	}
	if (rc != VT_OK)
		return rc;
	if (seen != 0x3e || !p->tail.has_signature)
		vt_cbor_fail(c, "a prepared signature lacks fields");
	if ((rc = vt_buf_status(&p->attrs, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&p->chain, reterr)) != VT_OK)
		return rc;
	return vt_cbor_finish(c, "prepared signature", reterr);
}

/* The certificates, borrowed from p. */
static int
read_chain(const struct vt_prepared *p, struct vt_span *ret, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_cbor c;
	size_t i, n;

	vt_cbor_open(&c, vt_buf_view(&p->chain));
	n = vt_cbor_get_array(&c);
	if (n == 0 || n > VT_L(CHAIN_MAX)) {
		vt_cbor_fail(&c, "want 1 to CHAIN_MAX certificates");
		n = 0;
	}
	for (i = 0; i < n; i++)
		ret[i] = vt_cbor_get_bytes(&c);
	*ret_n = n;
	return vt_cbor_finish(&c, "certificate chain", reterr);
}

int
vt_prepared_decode(
    struct vt_span s, struct vt_prepared *ret, struct vt_err *reterr)
{
	struct vt_span chain[VT_LIMIT_VALUE_CHAIN_MAX];
	struct vt_prepared p = VT_PREPARED_INIT;
	struct vt_cbor c;
	size_t n;
	int rc;

	vt_cbor_open(&c, s);
	rc = decode(&c, &p, reterr);
	if (rc == VT_OK)
		rc = read_chain(&p, chain, &n, reterr);
	if (rc != VT_OK) {
		vt_prepared_free(&p);
		return rc;
	}
	p.attrs_digest = vt_sha256(vt_buf_view(&p.attrs));
	*ret = p;
	return VT_OK;
}

int
vt_sign_complete(struct vt_prepared *p, struct vt_span value,
    struct vt_pdf_tail *ret_tail, struct vt_err *reterr)
{
	struct vt_span chain[VT_LIMIT_VALUE_CHAIN_MAX] = { 0 };
	struct vt_span attrs = vt_buf_view(&p->attrs);
	VT_BUF_AUTO(cms);
	size_t n;
	int rc;

	if ((rc = read_chain(p, chain, &n, reterr)) != VT_OK ||
	    (rc = vt_cms_check_value(attrs, chain[0], p->alg, value, reterr)) !=
		VT_OK ||
	    (rc = vt_cms_build(attrs, chain, n, p->alg, value, &cms, reterr)) !=
		VT_OK ||
	    (rc = vt_pdf_tail_embed(&p->tail, vt_buf_view(&cms), reterr)) !=
		VT_OK)
		return rc;
	*ret_tail = p->tail;
	p->tail = (struct vt_pdf_tail)VT_PDF_TAIL_INIT;
	return VT_OK;
}
