/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small readers under a verdict: BER, SignedData, dates, anchors. */
#include <openssl/pem.h>

#include "base/context.h"
#include "signing/cms/cms.h"
#include "signing/cms/parse.h"
#include "signing/signing.h"
#include "signing/verdict/facts.h"
#include "tests/tap.h"
#include "tests/unit/signing/pki.h"

static struct vt_arena *arena;

static void
test_tlv(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool ok, der;
		const char *what;
	} rows[] = {
		{ "\x04\x01x", 3, true, true, "short form" },
		{ "\x04\x81\x01x", 4, true, false, "length not the shortest" },
		{ "\x04\x82\x00\x01x", 5, true, false, "length with a zero" },
		{ "\x04\x85\0\0\0\0\1x", 8, false, false, "length too long" },
		{ "\x04\x02x", 3, false, false, "cut off" },
		{ "\x04", 1, false, false, "no length" },
		{ "\x04\xff", 2, false, false, "length cut off" },
		{ "\x1f\x20\x00", 3, false, false, "long tag" },
		{ "\x04\x80x\0\0", 5, false, false,
		    "a primitive without an end" },
		{ "\x30\x80\x04\x01x\0\0", 7, true, false, "indefinite" },
		{ "\x30\x80\x04\x01x\0", 6, false, false,
		    "indefinite, not ended" },
		{ "\x30\x80\x30\x80\0\0\0\0", 8, true, false, "nested" },
	};
	char deep[200];
	struct vt_tlv_reader r;
	struct vt_tlv t;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vt_span in = VT_SPAN(rows[i].bytes, rows[i].n);
		bool got;

		vt_tlv_open(&r, in);
		got = vt_tlv_next(&r, &t) && vt_tlv_end(&r);
		tap_ok(got == rows[i].ok && (got || r.why != NULL) &&
			   vt_tlv_is_der(in) == rows[i].der,
		    "%s", rows[i].what);
	}
	for (i = 0; i < sizeof(deep); i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = (char)0x80;
	}
	vt_tlv_open(&r, VT_SPAN(deep, sizeof(deep)));
	tap_ok(!vt_tlv_next(&r, &t) && strstr(r.why, "deep") != NULL,
	    "bottomless nesting is refused");
}

static void
test_oid(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *text; /* NULL: refused */
	} rows[] = {
		{ "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 9,
		    VT_OID_SIGNED_DATA },
		{ "\x55\x1d\x0f", 3, "2.5.29.15" },
		{ "\x88\x37", 2, "2.999" },
		{ "\x01", 1, "0.1" },
		{ "", 0, NULL },
		{ "\x2a\x86", 2, NULL },
		{ "\x2a\x80\x01", 3, NULL },
		{ "\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11, NULL },
	};
	char text[VT_OID_TEXT], tiny[4];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool got = vt_tlv_oid_text(
		    VT_SPAN(rows[i].bytes, rows[i].n), text, sizeof(text));

		tap_ok(got == (rows[i].text != NULL) &&
			   (!got || strcmp(text, rows[i].text) == 0),
		    "OID %s", rows[i].text == NULL ? "refused" : rows[i].text);
	}
	tap_ok(!vt_tlv_oid_text(VT_SPAN("\x55\x1d\x0f", 3), tiny, 4),
	    "an OID that does not fit");
}

static void
test_cms(void)
{
	struct pki *ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	struct pki *who = pki_signer(VT_KEY_ECDSA_P256_SHA256, "A", ca);
	struct vt_span chain[2] = { pki_der(who), pki_der(ca) };
	struct vt_err err = VT_ERR_INIT;
	size_t cut, bad = 0, n;
	struct vt_cms cms;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(again);
	VT_BUF_AUTO(der);
	vt_hash hash;

	memset(&hash, 1, sizeof(hash));
	tap_need(vt_cms_attributes(&hash, chain[0], VT_KEY_ECDSA_P256_SHA256,
		     &attrs, &err) == VT_OK &&
		     vt_cms_build(vt_buf_view(&attrs), chain, 2,
			 VT_KEY_ECDSA_P256_SHA256,
			 VT_SPAN_LIT("0\6\2\1\1\2\1\1"), &der, &err) == VT_OK,
	    "a SignedData of our own %s", err.msg);
	tap_call(vt_cms_parse(vt_buf_view(&der), arena, &cms, &err), &err,
	    "is read");
	tap_ok(cms.size == der.n && cms.n_signers == 1 &&
		   cms.n_certificates == 2 && !cms.has_content &&
		   strcmp(cms.content_type, VT_OID_DATA) == 0 &&
		   cms.signer.attrs.n >= 3 &&
		   !cms.signer.unsigned_attrs.present,
	    "with all its parts");
	tap_ok(vt_cms_attribute(&cms.signer.attrs, VT_OID_MESSAGE_DIGEST, &n) !=
		       NULL &&
		   n == 1 &&
		   vt_cms_attribute(
		       &cms.signer.attrs, VT_OID_SIGNING_TIME, &n) == NULL &&
		   n == 0,
	    "attributes are found by type");
	tap_ok(vt_cms_signed_bytes(&cms.signer, false, arena, &again) &&
		   vt_span_eq(vt_buf_view(&again), vt_buf_view(&attrs)),
	    "what was signed is what is checked");
	for (cut = 0; cut < der.n; cut++)
		bad += vt_cms_parse(VT_SPAN(der.p, cut), arena, &cms, &err) !=
		       VT_OK;
	tap_eq_int(bad, der.n, "cut anywhere, it is refused");
	vt_buf_put(&der, "\0\0\0", 3);
	tap_ok(vt_cms_parse(vt_buf_view(&der), arena, &cms, &err) == VT_OK &&
		   cms.size == der.n - 3,
	    "what follows is the caller's");
	pki_free(who);
	pki_free(ca);
}

static void
test_dates(void)
{
	static const struct {
		const char *text;
		int64_t want; /* seconds; -1: none */
	} rows[] = {
		{ "D:20261118181640+07'00'", 1795000600 },
		{ "D:20261118181640+07'00", 1795000600 },
		{ "20261118111640Z", 1795000600 },
		{ "D:20261118111640-00'30'", 1795002400 },
		{ "D:20261118181640", 1795000600 },
		{ "D:2026", 1767200400 },
		{ "D:20261318", -1 },
		{ "D:20261118251640Z", -1 },
		{ "D:2026111818164", -1 },
		{ "yesterday", -1 },
		{ "", -1 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		vt_time t = vt_pdf_date(vt_span_str(rows[i].text));

		tap_eq_int(t == VT_TIME_NONE ? -1 : t / 1000000, rows[i].want,
		    "date \"%s\"", rows[i].text);
	}
}

static void
test_anchors(void)
{
	struct pki *a = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	struct pki *b = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	struct vt_err err = VT_ERR_INIT;
	struct vt_span *list = NULL;
	size_t n = 0;
	BIO *bio = BIO_new(BIO_s_mem());
	VT_BUF_AUTO(pem);
	VT_BUF_AUTO(with_key);
	char *p;
	long size;

	PEM_write_bio_X509(bio, a->cert);
	PEM_write_bio_X509(bio, b->cert);
	vt_buf_puts(&pem, "CA của tỉnh\n");
	size = BIO_get_mem_data(bio, &p);
	vt_buf_put(&pem, p, (size_t)size);
	tap_call(vt_trust_read(vt_buf_view(&pem), arena, &list, &n, &err), &err,
	    "a bundle with a remark on top");
	tap_ok(n == 2 && vt_span_eq(list[0], pki_der(a)) &&
		   vt_span_eq(list[1], pki_der(b)),
	    "both certificates");
	tap_call(vt_trust_read(pki_der(a), arena, &list, &n, &err), &err,
	    "one in DER");
	tap_ok(n == 1 && vt_span_eq(list[0], pki_der(a)), "the same");
	n = 7;
	tap_code(vt_trust_read(VT_SPAN(NULL, 0), arena, &list, &n, &err),
	    VT_E_KEY_FORMAT, &err, "an empty file");
	tap_code(vt_trust_read(
		     VT_SPAN(a->der.p, a->der.n - 1), arena, &list, &n, &err),
	    VT_E_KEY_FORMAT, &err, "a cut one");
	pki_pem(a, NULL, &with_key);
	tap_code(vt_trust_read(vt_buf_view(&with_key), arena, &list, &n, &err),
	    VT_E_KEY_FORMAT, &err, "a private key among the anchors");
	vt_buf_truncate(&pem, pem.n - 40);
	tap_code(vt_trust_read(vt_buf_view(&pem), arena, &list, &n, &err),
	    VT_E_KEY_FORMAT, &err, "a bundle cut off");
	tap_eq_int(n, 7, "outputs untouched");
	BIO_free(bio);
	pki_free(a);
	pki_free(b);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	arena = vt_arena_new((size_t)64 << 20);
	tap_need(arena != NULL, "an arena");
	test_tlv();
	test_oid();
	test_cms();
	test_dates();
	test_anchors();
	vt_arena_free(arena);
	return tap_done();
}
