/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 7515 appendix A.2 and A.3, and every bit of them turned. */
#include "base/base64.h"
#include "base/context.h"
#include "signing/jws/jws.h"
#include "tests/tap.h"

#define PAYLOAD                                                                \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"
#define RS256_INPUT "eyJhbGciOiJSUzI1NiJ9." PAYLOAD
#define ES256_INPUT "eyJhbGciOiJFUzI1NiJ9." PAYLOAD

static const char rsa_n[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPC"
    "JrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soM"
    "Zo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2C"
    "apHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NA"
    "co9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
static const char rsa_sig[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh"
    "-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLg"
    "rnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
    "xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgG"
    "Y9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
static const char ec_x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
static const char ec_y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
static const char ec_sig[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTU"
    "JqPP3-Kg6NU1Q";

static void
decode(const char *s, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base64url_get(vt_span_str(s), ret, &err) == VT_OK, "b64");
}

/* The vector holds; no signature with one bit turned does. */
static void
vector(const struct vt_jws_key *k, const char *input, struct vt_buf *sig,
    const char *what)
{
	struct vt_err err = VT_ERR_INIT;
	int accepted = 0;

	tap_call(vt_jws_verify(k, vt_span_str(input), vt_buf_view(sig), &err),
	    &err, "%s", what);
	tap_code(vt_jws_verify(k, VT_SPAN(input, strlen(input) - 1),
		     vt_buf_view(sig), &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "%s: a byte less", what);
	for (size_t i = 0; i < sig->n * 8; i++) {
		sig->p[i / 8] ^= (uint8_t)(1 << (i % 8));
		accepted += vt_jws_verify(k, vt_span_str(input),
				vt_buf_view(sig), &err) == VT_OK;
		sig->p[i / 8] ^= (uint8_t)(1 << (i % 8));
	}
	tap_eq_int(accepted, 0, "%s: %zu signatures with one bit turned", what,
	    sig->n * 8);
	tap_code(vt_jws_verify(
		     k, vt_span_str(input), VT_SPAN(sig->p, sig->n - 1), &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "%s: a short signature", what);
	tap_code(vt_jws_verify(k, vt_span_str(input), VT_SPAN(sig->p, 0), &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "%s: no signature", what);
}

static void
bad_keys(struct vt_jws_key rsa, struct vt_jws_key ec, const struct vt_buf *sig)
{
	struct vt_span in = vt_span_str(RS256_INPUT), s = vt_buf_view(sig);
	struct vt_err err = VT_ERR_INIT;
	static const uint8_t one[] = { 1 };
	static const uint8_t zeros[32];
	struct vt_jws_key k = rsa;

	k.n.n = 128;
	tap_code(
	    vt_jws_verify(&k, in, s, &err), VT_E_KEY_WEAK, &err, "RSA-1024");
	k = rsa;
	k.e = VT_SPAN(one, 1);
	tap_code(
	    vt_jws_verify(&k, in, s, &err), VT_E_KEY_WEAK, &err, "exponent 1");
	k.n.n = 0;
	tap_code(
	    vt_jws_verify(&k, in, s, &err), VT_E_KEY_WEAK, &err, "no modulus");
	k = ec;
	k.x.n = 31;
	tap_code(vt_jws_verify(&k, in, s, &err), VT_E_KEY_FORMAT, &err,
	    "x of 31 bytes");
	k.x = k.y = VT_SPAN(zeros, 32);
	tap_code(vt_jws_verify(&k, in, s, &err), VT_E_KEY_FORMAT, &err,
	    "a point beside the curve");
}

int
main(void)
{
	struct vt_jws_key rsa = { .alg = VT_JWS_RS256 };
	struct vt_jws_key ec = { .alg = VT_JWS_ES256 };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(n);
	VT_BUF_AUTO(e);
	VT_BUF_AUTO(x);
	VT_BUF_AUTO(y);
	VT_BUF_AUTO(rs);
	VT_BUF_AUTO(es);

	tap_need(vt_base_init(&err) == VT_OK, "base");
	decode(rsa_n, &n);
	decode("AQAB", &e);
	decode(ec_x, &x);
	decode(ec_y, &y);
	decode(rsa_sig, &rs);
	decode(ec_sig, &es);
	rsa.n = vt_buf_view(&n);
	rsa.e = vt_buf_view(&e);
	ec.x = vt_buf_view(&x);
	ec.y = vt_buf_view(&y);
	vector(&rsa, RS256_INPUT, &rs, "RFC 7515 A.2, RS256");
	vector(&ec, ES256_INPUT, &es, "RFC 7515 A.3, ES256");
	tap_code(vt_jws_verify(
		     &rsa, vt_span_str(ES256_INPUT), vt_buf_view(&rs), &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "another header");
	bad_keys(rsa, ec, &rs);
	return tap_done();
}
