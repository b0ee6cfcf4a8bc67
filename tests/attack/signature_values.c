/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The value of a signature: what other programs make (OpenSSL's CMS, with
 * every digest and padding) is understood, and what breaks RFC 5652 or PAdES
 * does not pass, under its own reason. The file around it is always honest.
 */
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/context.h"
#include "tests/attack/forge.h"
#include "tests/unit/signing/verdict_help.h"

#define HEAD   "/Type /Sig /Filter /Adobe.PPKLite /M (D:20261118181640Z) "
#define CADES  HEAD "/SubFilter /ETSI.CAdES.detached"
#define LEGACY HEAD "/SubFilter /adbe.pkcs7.detached"

static struct trust t; /* RSA */
static struct pki *mallory_ca, *mallory, *colleague;
static struct vt_buf laid;

/* What to make, and how to spoil it. */
struct recipe {
	const char *entries; /* NULL: CADES */
	unsigned flags;      /* of CMS_add1_signer */
	const char *md;      /* NULL: SHA256 */
	bool embedded;       /* eContent present */
	bool pss;
	bool second;           /* another SignerInfo */
	bool other_content;    /* something else is signed */
	bool foreign_key;      /* mallory's key, the signer's certificate */
	bool foreign;          /* mallory altogether */
	bool odd_type;         /* eContentType is no id-data */
	const char *attribute; /* one more signed attribute, dotted */
	void (*spoil)(struct vt_buf *der);
	enum vt_indication indication;
	const char *code; /* NULL: passes */
	const char *what;
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

static void
add_signer(
    CMS_ContentInfo *cms, const struct recipe *r, X509 *cert, EVP_PKEY *key)
{
	unsigned flags =
	    r->flags | CMS_BINARY | CMS_PARTIAL | (r->pss ? CMS_KEY_PARAM : 0);
	CMS_SignerInfo *si = CMS_add1_signer(cms, cert, key,
	    EVP_get_digestbyname(r->md == NULL ? "SHA256" : r->md), flags);
	ASN1_OBJECT *oid;

	must(si != NULL, "CMS_add1_signer");
	if (r->pss)
		must(EVP_PKEY_CTX_set_rsa_padding(
			 CMS_SignerInfo_get0_pkey_ctx(si),
			 RSA_PKCS1_PSS_PADDING) == 1,
		    "PSS");
	if (r->attribute != NULL) {
		oid = OBJ_txt2obj(r->attribute, 1);
		must(CMS_signed_add1_attr_by_OBJ(
			 si, oid, V_ASN1_OCTET_STRING, "x", 1) == 1,
		    "attribute");
		ASN1_OBJECT_free(oid);
	}
}

static void
make_cms(void *arg, struct vt_span content, struct vt_buf *ret)
{
	const struct recipe *r = arg;
	const struct pki *who = r->foreign ? mallory : t.signer;
	EVP_PKEY *key = r->foreign_key ? mallory->key : who->key;
	X509 *cert = who->cert;
	unsigned flags =
	    CMS_BINARY | CMS_PARTIAL | (r->embedded ? 0 : CMS_DETACHED);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	unsigned char *der = NULL;
	BIO *bio;
	int n;

	must(cms != NULL, "CMS_sign");
	if (r->odd_type)
		must(CMS_set1_eContentType(
			 cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1,
		    "content type");
	if (r->foreign_key) {
		/* OpenSSL wants key and certificate to match: lend it one
		 * with the right name and the wrong key. */
		cert = X509_dup(who->cert);
		must(X509_set_pubkey(cert, key) == 1, "lent key");
	}
	add_signer(cms, r, cert, key);
	if (r->foreign_key) {
		must(CMS_add1_cert(cms, who->cert) == 1, "certificate");
		X509_free(cert);
	}
	if (r->second)
		add_signer(cms, r, colleague->cert, colleague->key);
	bio = r->other_content ? BIO_new_mem_buf("something else", -1)
			       : BIO_new_mem_buf(content.p, (int)content.n);
	must(CMS_final(cms, bio, NULL, flags) == 1, "CMS_final");
	BIO_free(bio);
	n = i2d_CMS_ContentInfo(cms, &der);
	must(n > 0, "DER");
	vt_buf_put(ret, der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	if (r->spoil != NULL)
		r->spoil(ret);
}

static void
spoil_value(struct vt_buf *b)
{
	b->p[b->n - 1] ^= 1;
}

static void
spoil_tail(struct vt_buf *b)
{
	vt_buf_put(b, "\0\0\1", 3);
}

static void
spoil_cut(struct vt_buf *b)
{
	/* Zeros would be there again: Contents is filled up with them. */
	while (b->n > 1 && b->p[b->n - 1] == 0)
		vt_buf_truncate(b, b->n - 1);
	vt_buf_truncate(b, b->n - 1);
}

static void
spoil_type(struct vt_buf *b)
{
	/* 1.2.840.113549.1.7.2 -> ....1.7.3 */
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7,
		2 };
	uint8_t *p = memmem(b->p, b->n, oid, sizeof(oid));

	must(p != NULL, "signedData");
	p[8] = 3;
}

/* The same in BER: ContentInfo of indefinite length. */
static void
make_indefinite(struct vt_buf *b)
{
	VT_BUF_AUTO(out);
	size_t head = 2 + (b->p[1] & 0x7fu);

	must(b->p[0] == 0x30 && b->p[1] > 0x80, "long form");
	vt_buf_put(&out, "\x30\x80", 2);
	vt_buf_put(&out, b->p + head, b->n - head);
	vt_buf_put(&out, "\0\0", 2);
	vt_buf_reset(b);
	vt_buf_span(b, vt_buf_view(&out));
}

static const struct recipe recipes[] = {
	{ .flags = CMS_CADES, .what = "OpenSSL's CAdES" },
	{ .flags = CMS_CADES, .md = "SHA384", .what = "SHA-384" },
	{ .flags = CMS_CADES, .md = "SHA512", .what = "SHA-512" },
	{ .flags = CMS_CADES, .pss = true, .what = "RSASSA-PSS" },
	{ .flags = CMS_CADES | CMS_USE_KEYID, .what = "named by key id" },
	{ .entries = LEGACY, .what = "adbe.pkcs7.detached" },
	{ .flags = CMS_CADES,
	    .spoil = make_indefinite,
	    .what = "BER of indefinite length" },
	{ .indication = VT_INDETERMINATE,
	    .code = "signing-certificate-missing",
	    .what = "CAdES without signing-certificate" },
	{ .flags = CMS_CADES,
	    .md = "SHA1",
	    .indication = VT_INDETERMINATE,
	    .code = "weak-digest",
	    .what = "SHA-1" },
	{ .entries = LEGACY,
	    .flags = CMS_NOATTR,
	    .indication = VT_INDETERMINATE,
	    .code = "no-signed-attributes",
	    .what = "no signed attributes" },
	{ .flags = CMS_CADES,
	    .second = true,
	    .indication = VT_INDETERMINATE,
	    .code = "cms-several-signers",
	    .what = "two signers" },
	{ .flags = CMS_CADES | CMS_NOCERTS,
	    .indication = VT_INDETERMINATE,
	    .code = "signing-certificate-not-found",
	    .what = "no certificate" },
	{ .flags = CMS_CADES,
	    .attribute = "1.2.3.4.5",
	    .indication = VT_INDETERMINATE,
	    .code = "attribute-not-judged",
	    .what = "an attribute nobody knows" },
	{ .flags = CMS_CADES,
	    .attribute = "1.2.840.113549.1.9.16.2.15",
	    .indication = VT_INDETERMINATE,
	    .code = "signature-policy-not-judged",
	    .what = "a policy" },
	{ .flags = CMS_CADES,
	    .foreign = true,
	    .indication = VT_INDETERMINATE,
	    .code = "chain-not-found",
	    .what = "another authority with the same names" },
	{ .flags = CMS_CADES,
	    .embedded = true,
	    .indication = VT_TOTAL_FAILED,
	    .code = "cms-content",
	    .what = "content of its own" },
	{ .flags = CMS_CADES,
	    .other_content = true,
	    .indication = VT_TOTAL_FAILED,
	    .code = "content-changed",
	    .what = "signed something else" },
	{ .entries = LEGACY,
	    .flags = CMS_NOATTR,
	    .other_content = true,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-invalid",
	    .what = "signed something else, without attributes" },
	{ .flags = CMS_CADES,
	    .odd_type = true,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signed-attributes",
	    .what = "signed as a timestamp" },
	{ .flags = CMS_CADES | CMS_NOCERTS,
	    .foreign_key = true,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-invalid",
	    .what = "another's key under this certificate" },
	{ .flags = CMS_CADES,
	    .spoil = spoil_value,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-invalid",
	    .what = "value changed" },
	{ .flags = CMS_CADES,
	    .spoil = spoil_tail,
	    .indication = VT_TOTAL_FAILED,
	    .code = "cms-trailing-bytes",
	    .what = "bytes after the value" },
	{ .flags = CMS_CADES,
	    .spoil = spoil_cut,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-invalid",
	    .what = "value cut off" },
	{ .flags = CMS_CADES,
	    .spoil = spoil_type,
	    .indication = VT_TOTAL_FAILED,
	    .code = "cms-syntax",
	    .what = "not SignedData" },
	{ .entries = HEAD "/SubFilter /ETSI.RFC3161",
	    .flags = CMS_CADES,
	    .indication = VT_INDETERMINATE,
	    .code = "format-not-judged",
	    .what = "a document timestamp" },
	{ .entries = "/Type /DocTimeStamp /Filter /Adobe.PPKLite "
		     "/SubFilter /ETSI.CAdES.detached",
	    .flags = CMS_CADES,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-dictionary",
	    .what = "a signature dressed as a document timestamp" },
	{ .entries = "/Type /Sig /SubFilter /ETSI.CAdES.detached",
	    .flags = CMS_CADES,
	    .indication = VT_TOTAL_FAILED,
	    .code = "signature-dictionary",
	    .what = "no Filter" },
	{ .entries = HEAD "/SubFilter /adbe.x509.rsa_sha1",
	    .flags = CMS_CADES,
	    .indication = VT_INDETERMINATE,
	    .code = "format-not-judged",
	    .what = "a bare RSA value" },
	{ .entries = HEAD,
	    .flags = CMS_CADES,
	    .indication = VT_INDETERMINATE,
	    .code = "format-not-judged",
	    .what = "no SubFilter" },
	{ .entries = HEAD "/SubFilter /x#ff#c3#1b",
	    .flags = CMS_CADES,
	    .indication = VT_INDETERMINATE,
	    .code = "format-not-judged",
	    .what = "a SubFilter that is no text" },
};

static void
sign(const struct recipe *r, struct vt_buf *file)
{
	struct recipe copy = *r;
	struct forge_signature s = {
		.entries = r->entries == NULL ? CADES : r->entries,
		.cms = make_cms,
		.arg = &copy,
	};
	struct forge f;
	uint32_t v;

	forge_open(&f, &laid);
	v = forge_new(&f);
	forge_edit(&f, forge_field(&f, FORGE_LEADER), NULL, "/V %u 0 R", v);
	forge_sign(&f, v, &s, t.key, file);
	forge_close(&f);
}

int
main(void)
{
	struct pki_options o = { .alg = VT_KEY_RSA_PKCS1_SHA256,
		.cn = "Nguyễn Văn Mẫu",
		.o = "Sở KH&CN mẫu",
		.ocsp_url = OCSP_URL };
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bare);
	size_t i;

	tap_call(vt_base_init(&err), &err, "base");
	trust_open(&t, VT_KEY_RSA_PKCS1_SHA256);
	mallory_ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	mallory = pki_issue(&o, mallory_ca);
	o.serial = 5555;
	colleague = pki_issue(&o, t.ca);
	walk_pdf(&kind, &bare);
	tap_call(walk_lay(&bare, 0, &laid, &err), &err, "a laid file");
	for (i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		const struct recipe *r = &recipes[i];
		struct vt_verdict *v;
		VT_BUF_AUTO(file);
		bool ok;

		sign(r, &file);
		v = judge_trusted(&file, &t);
		ok = v->n_signatures == 1;
		ok = ok &&
		     v->signatures[0].indication ==
			 (r->code == NULL ? VT_TOTAL_PASSED : r->indication) &&
		     (r->code == NULL || reason(v, 0, r->code) != NULL);
		if (!tap_ok(ok, "%s: %s", r->what,
			r->code == NULL ? "passes" : r->code))
			show(v);
		if (ok) {
			VT_BUF_AUTO(cbor);

			vt_verdict_encode(v, &cbor);
			ok = vt_buf_status(&cbor, &err) == VT_OK;
		}
		tap_ok(ok, "... and can be told");
		vt_verdict_free(v);
	}
	vt_buf_free(&laid);
	pki_free(colleague);
	pki_free(mallory);
	pki_free(mallory_ca);
	trust_close(&t);
	return tap_done();
}
