/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CMS we make: its bytes, its size, and OpenSSL's opinion of it. */
#include <openssl/cms.h>
#include <openssl/err.h>

#include "signing/cms/cms.h"
#include "signing/cms/der.h"
#include "tests/tap.h"
#include "tests/unit/signing/pki.h"

static const char content[] = "Nội dung của văn bản";

static void
test_der(void)
{
	struct vt_span items[4] = { VT_SPAN_LIT("\x02\x01\x05"),
		VT_SPAN_LIT("\x02\x01\x03"), VT_SPAN_LIT("\x04\x00"),
		VT_SPAN_LIT("\x02\x01\x03") };
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535,
		65536 };
	size_t i, outer, inner;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(zero);
		VT_BUF_AUTO(put);

		vt_buf_zero(&zero, sizes[i]);
		outer = vt_der_open(&b, VT_DER_OCTETS);
		vt_buf_span(&b, vt_buf_view(&zero));
		vt_der_close(&b, outer);
		vt_der_put(&put, VT_DER_OCTETS, vt_buf_view(&zero));
		tap_ok(b.n == vt_der_size(sizes[i]) &&
			   vt_span_eq(vt_buf_view(&b), vt_buf_view(&put)),
		    "DER of %zu octets", sizes[i]);
	}
	VT_BUF_AUTO(b);
	outer = vt_der_open(&b, VT_DER_SET);
	inner = vt_der_open(&b, VT_DER_SEQUENCE);
	vt_der_small(&b, 1);
	vt_der_close(&b, inner);
	vt_der_sorted(&b, items, 4);
	vt_der_close(&b, outer);
	tap_ok(vt_span_eq(vt_buf_view(&b),
		   VT_SPAN_LIT("\x31\x0d\x30\x03\x02\x01\x01\x02\x01\x03\x02"
			       "\x01\x05\x04\x00")),
	    "nested, sorted, equal ones once");
}

/* The attributes written out by hand around the three things that vary. */
static void
test_golden(const struct pki *signer, enum vt_key_alg alg)
{
	/* Issuer: C=VN, O=Cơ quan mẫu, CN=CA mẫu; serial 4098. */
	static const uint8_t issuer[] =
	    "\x30\x39\x31\x0b\x30\x09\x06\x03\x55"
	    "\x04\x06\x13\x02VN\x31\x17\x30\x15\x06\x03\x55\x04\x0a\x0c\x0e"
	    "C\xc6\xa1 quan m\xe1\xba\xabu\x31\x11\x30\x0f\x06\x03\x55\x04"
	    "\x03\x0c\x08"
	    "CA m\xe1\xba\xabu";
	static const uint8_t rsa[] =
	    "\x30\x2b\x06\x09\x2a\x86\x48\x86\xf7\x0d"
	    "\x01\x09\x34\x31\x1e\x30\x1c\x30\x0b\x06\x09\x60\x86\x48\x01\x65"
	    "\x03\x04\x02\x01\xa1\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
	    "\x0b\x05\x00";
	static const uint8_t ec[] =
	    "\x30\x28\x06\x09\x2a\x86\x48\x86\xf7\x0d"
	    "\x01\x09\x34\x31\x1b\x30\x19\x30\x0b\x06\x09\x60\x86\x48\x01\x65"
	    "\x03\x04\x02\x01\xa1\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
	vt_hash digest = vt_sha256(VT_SPAN_LIT(content));
	vt_hash cert = vt_sha256(pki_der(signer));
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(got);

	vt_buf_put(&want, "\x31\x81", 2);
	vt_buf_putc(&want, alg == VT_KEY_RSA_PKCS1_SHA256 ? 0xf6 : 0xf3);
	vt_buf_span(
	    &want, VT_SPAN_LIT(
		       "\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
		       "\x31\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"));
	if (alg == VT_KEY_RSA_PKCS1_SHA256)
		vt_buf_put(&want, rsa, sizeof(rsa) - 1);
	else
		vt_buf_put(&want, ec, sizeof(ec) - 1);
	vt_buf_span(&want,
	    VT_SPAN_LIT("\x30\x2f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
			"\x31\x22\x04\x20"));
	vt_buf_put(&want, digest.b, 32);
	vt_buf_span(
	    &want, VT_SPAN_LIT(
		       "\x30\x7c\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09"
		       "\x10\x02\x2f\x31\x6d\x30\x6b\x30\x69\x30\x67\x04\x20"));
	vt_buf_put(&want, cert.b, 32);
	vt_buf_span(&want, VT_SPAN_LIT("\x30\x43\x30\x3d\xa4\x3b"));
	vt_buf_put(&want, issuer, sizeof(issuer) - 1);
	vt_buf_span(&want, VT_SPAN_LIT("\x02\x02\x10\x02"));
	tap_call(vt_cms_attributes(&digest, pki_der(signer), alg, &got, &err),
	    &err, "attributes");
	if (!tap_ok(vt_span_eq(vt_buf_view(&got), vt_buf_view(&want)),
		"attributes are these bytes")) {
		VT_BUF_AUTO(hex);

		vt_buf_puts(&hex, "# got  ");
		vt_buf_hex(&hex, vt_buf_view(&got));
		vt_buf_puts(&hex, "\n# want ");
		vt_buf_hex(&hex, vt_buf_view(&want));
		printf("%s\n", vt_buf_str(&hex));
	}
}

/* OpenSSL's verdict over the detached content. */
static bool
openssl_accepts(struct vt_span cms, const char *data, const struct pki *root)
{
	const unsigned char *p = cms.p;
	CMS_ContentInfo *ci = d2i_CMS_ContentInfo(NULL, &p, (long)cms.n);
	BIO *in = BIO_new_mem_buf(data, (int)strlen(data));
	X509_STORE *store = X509_STORE_new();
	bool ok = false;

	if (ci != NULL && p == cms.p + cms.n && in != NULL && store != NULL) {
		X509_STORE_add_cert(store, root->cert);
		ok = CMS_verify(ci, NULL, store, in, NULL,
			 CMS_BINARY | CMS_CADES) == 1;
	}
	ERR_clear_error();
	X509_STORE_free(store);
	BIO_free(in);
	CMS_ContentInfo_free(ci);
	return ok;
}

/* What we write is DER: OpenSSL writes the same bytes again. */
static bool
is_der(struct vt_span cms)
{
	const unsigned char *p = cms.p;
	CMS_ContentInfo *ci = d2i_CMS_ContentInfo(NULL, &p, (long)cms.n);
	unsigned char *der = NULL;
	int n = ci == NULL ? -1 : i2d_CMS_ContentInfo(ci, &der);
	bool same = n > 0 && vt_span_eq(VT_SPAN(der, (size_t)n), cms);

	OPENSSL_free(der);
	CMS_ContentInfo_free(ci);
	return same;
}

static void
test_build(const struct pki *signer, const struct pki *ca)
{
	struct vt_key *k = pki_key(signer);
	enum vt_key_alg alg = vt_key_algorithm(k);
	struct vt_span chain[2] = { vt_key_chain(k, 0), vt_key_chain(k, 1) };
	vt_hash digest = vt_sha256(vt_span_str(content));
	struct vt_err err = VT_ERR_INIT;
	size_t bound = vt_cms_size(chain, 2, alg), i, longest = 0;
	VT_BUF_AUTO(attrs);

	tap_call(vt_cms_attributes(&digest, chain[0], alg, &attrs, &err), &err,
	    "attributes");
	for (i = 0; i < 40; i++) {
		VT_BUF_AUTO(value);
		VT_BUF_AUTO(cms);

		tap_call(vt_key_sign(k, vt_buf_view(&attrs), &value, &err),
		    &err, "signs");
		tap_call(vt_cms_check_value(vt_buf_view(&attrs), chain[0], alg,
			     vt_buf_view(&value), &err),
		    &err, "the value is checked");
		tap_call(vt_cms_build(vt_buf_view(&attrs), chain, 2, alg,
			     vt_buf_view(&value), &cms, &err),
		    &err, "builds");
		if (cms.n > longest)
			longest = cms.n;
		if (i > 0)
			continue;
		tap_ok(openssl_accepts(vt_buf_view(&cms), content, ca),
		    "OpenSSL verifies it as CAdES");
		tap_ok(!openssl_accepts(vt_buf_view(&cms), "khác", ca),
		    "and not over other content");
		tap_ok(is_der(vt_buf_view(&cms)), "it is DER");
		value.p[value.n - 1] ^= 1;
		tap_code(vt_cms_check_value(vt_buf_view(&attrs), chain[0], alg,
			     vt_buf_view(&value), &err),
		    VT_E_SIGNATURE_MISMATCH, &err, "a changed value");
	}
	tap_ok(longest <= bound && bound - longest <= 4,
	    "at most %zu bytes, as foretold %zu", longest, bound);
	vt_key_free(k);
}

static void
test_errors(const struct pki *rsa, const struct pki *ec)
{
	struct vt_span chain[11], none = VT_SPAN(NULL, 0);
	struct vt_err err = VT_ERR_INIT;
	vt_hash digest = vt_sha256(VT_SPAN_LIT(""));
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(out);
	size_t i;

	for (i = 0; i < 11; i++)
		chain[i] = pki_der(rsa);
	tap_code(vt_cms_attributes(&digest, VT_SPAN_LIT("x"),
		     VT_KEY_RSA_PKCS1_SHA256, &out, &err),
	    VT_E_KEY_FORMAT, &err, "attributes of no certificate");
	tap_call(vt_cms_attributes(
		     &digest, chain[0], VT_KEY_RSA_PKCS1_SHA256, &attrs, &err),
	    &err, "attributes");
	tap_code(vt_cms_check_value(vt_buf_view(&attrs), chain[0],
		     VT_KEY_RSA_PKCS1_SHA256, none, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "an empty value");
	tap_code(vt_cms_check_value(vt_buf_view(&attrs), pki_der(ec),
		     VT_KEY_RSA_PKCS1_SHA256, none, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "a key of another kind");
	tap_code(vt_cms_build(vt_buf_view(&attrs), chain, 0,
		     VT_KEY_RSA_PKCS1_SHA256, none, &out, &err),
	    VT_E_INVALID, &err, "no certificates");
	tap_code(vt_cms_build(vt_buf_view(&attrs), chain, 11,
		     VT_KEY_RSA_PKCS1_SHA256, none, &out, &err),
	    VT_E_INVALID, &err, "too many certificates");
	tap_code(vt_cms_build(VT_SPAN_LIT("\x30\x00"), chain, 1,
		     VT_KEY_RSA_PKCS1_SHA256, none, &out, &err),
	    VT_E_INVALID, &err, "attributes that are none");
	tap_eq_int(out.n, 0, "nothing was written");
	tap_eq_int(vt_cms_size(chain, 0, VT_KEY_RSA_PKCS1_SHA256), 0,
	    "no size of nothing");
	tap_eq_int(vt_cms_size(&none, 1, VT_KEY_RSA_PKCS1_SHA256), 0,
	    "no size of an unreadable certificate");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct pki *ca, *rsa, *ec;

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	rsa = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	ec = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Lê Thị Mẫu", ca);
	test_der();
	test_golden(rsa, VT_KEY_RSA_PKCS1_SHA256);
	test_golden(ec, VT_KEY_ECDSA_P256_SHA256);
	test_build(rsa, ca);
	test_build(ec, ca);
	test_errors(rsa, ec);
	pki_free(ec);
	pki_free(rsa);
	pki_free(ca);
	return tap_done();
}
