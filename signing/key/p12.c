/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys in PKCS#12 files (RFC 7292). */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "base/limits.h"
#include "signing/key/key_priv.h"
#include "signing/key/x509.h"

static int
parse(struct vt_span file, const char *name, OSSL_LIB_CTX *libctx, PKCS12 **ret,
    struct vt_err *reterr)
{
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, libctx, NULL);
	const unsigned char *p = file.p;

	if (p12 == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PKCS#12");
	/* d2i frees the given object when it fails. */
	if (file.n == 0 || d2i_PKCS12(&p12, &p, (long)file.n) == NULL) {
		if (file.n == 0)
			PKCS12_free(p12);
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: neither PKCS#12 (RFC 7292 §4) nor PEM: %s", name,
		    file.n == 0 ? "empty" : vt_ossl_reason());
	}
	if (p != file.p + file.n) {
		PKCS12_free(p12);
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7292 §4: %zu bytes after the PFX", name,
		    (size_t)(file.p + file.n - p));
	}
	*ret = p12;
	return VT_OK;
}

/* The MAC tells a wrong password from a broken file. *ret_pass: what it
 * accepts ("" and no password are different things to it). */
static int
check_mac(PKCS12 *p12, const char *name, const char *pin, const char **ret_pass,
    struct vt_err *reterr)
{
	const ASN1_INTEGER *rounds = NULL;
	int64_t n = 1;
	unsigned long why;

	if (PKCS12_mac_present(p12) != 1)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7292 §4: no MAC, so neither the password nor the "
		    "content can be checked",
		    name);
	PKCS12_get0_mac(NULL, NULL, NULL, &rounds, p12);
	if (rounds != NULL &&
	    (ASN1_INTEGER_get_int64(&n, rounds) != 1 || n < 1 ||
		n > (int64_t)VT_L(KEY_ITERATIONS_MAX)))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: RFC 7292 App. B: MAC of more than %zu rounds", name,
		    VT_L(KEY_ITERATIONS_MAX));
	ERR_clear_error();
	if (PKCS12_verify_mac(p12, pin, -1) == 1) {
		*ret_pass = pin;
		return VT_OK;
	}
	if ((pin == NULL || pin[0] == '\0') &&
	    PKCS12_verify_mac(p12, pin == NULL ? "" : NULL, -1) == 1) {
		*ret_pass = pin == NULL ? "" : NULL;
		return VT_OK;
	}
	/* A MAC that differs leaves no reason behind; one that cannot be
	 * computed does. */
	why = ERR_peek_error();
	if (why != 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7292 §4: the MAC cannot be computed: %s", name,
		    vt_ossl_reason());
	return vt_err_set(reterr, VT_E_PIN_WRONG,
	    "%s: RFC 7292 §5.1: the MAC does not match this password", name);
}

/* Needs RC2 or RC4 (the habit of tools before 2020), which OpenSSL 3 keeps in
 * a provider of its own. */
static int
with_legacy(struct vt_key_parts *ret, const char *name, struct vt_err *reterr)
{
	ret->libctx = OSSL_LIB_CTX_new();
	if (ret->libctx == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "library context");
	ret->providers[0] = OSSL_PROVIDER_load(ret->libctx, "default");
	ret->providers[1] = OSSL_PROVIDER_load(ret->libctx, "legacy");
	if (ret->providers[0] == NULL || ret->providers[1] == NULL) {
		ERR_clear_error();
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "%s: encrypted with RC2 or RC4, and OpenSSL's legacy "
		    "provider is not installed; export the key again with AES",
		    name);
	}
	return VT_OK;
}

/* False: OpenSSL could not. *ret_unsupported: for lack of an algorithm. */
static bool
take_out(PKCS12 *p12, const char *pass, struct vt_key_parts *ret,
    bool *ret_unsupported)
{
	STACK_OF(X509) *ca = NULL;
	EVP_PKEY *pkey = NULL;
	X509 *signer = NULL;
	unsigned long e;
	bool ok;

	*ret_unsupported = false;
	ERR_clear_error();
	ok = PKCS12_parse(p12, pass, &pkey, &signer, &ca) == 1;
	if (!ok) {
		while ((e = ERR_get_error()) != 0)
			if (ERR_GET_REASON(e) == ERR_R_UNSUPPORTED ||
			    (ERR_GET_LIB(e) == ERR_LIB_EVP &&
				ERR_GET_REASON(e) == EVP_R_UNSUPPORTED_CIPHER))
				*ret_unsupported = true;
		return false;
	}
	if (ca == NULL)
		ca = sk_X509_new_null();
	if (ca != NULL && signer != NULL && sk_X509_unshift(ca, signer) > 0)
		signer = NULL;
	X509_free(signer);
	ret->pkey = pkey;
	ret->certs = ca;
	return true;
}

static int
read_with(struct vt_span file, const char *name, const char *pin,
    struct vt_key_parts *ret, bool *ret_unsupported, struct vt_err *reterr)
{
	const char *pass = NULL;
	PKCS12 *p12 = NULL;
	int rc;

	*ret_unsupported = false;
	rc = parse(file, name, ret->libctx, &p12, reterr);
	if (rc == VT_OK)
		rc = check_mac(p12, name, pin, &pass, reterr);
	if (rc == VT_OK && !take_out(p12, pass, ret, ret_unsupported))
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7292 §4.1: the MAC is right but the content "
		    "cannot be decrypted%s",
		    name,
		    *ret_unsupported ? ": its algorithm is not supported" : "");
	PKCS12_free(p12);
	return rc;
}

int
vt_key_read_p12(struct vt_span file, const char *name,
    const struct vt_secret *pin, struct vt_key_parts *ret,
    struct vt_err *reterr)
{
	const char *text = NULL;
	bool unsupported;
	int rc;

	if (pin != NULL)
		text = (const char *)vt_secret_view(pin).p;
	if (pin != NULL && strlen(text) != vt_secret_view(pin).n)
		return vt_err_set(reterr, VT_E_PIN_WRONG,
		    "%s: the password has a NUL byte", name);
	rc = read_with(file, name, text, ret, &unsupported, reterr);
	if (rc != VT_OK && unsupported) {
		vt_key_parts_free(ret);
		rc = with_legacy(ret, name, reterr);
		if (rc == VT_OK)
			rc = read_with(
			    file, name, text, ret, &unsupported, reterr);
	}
	if (rc == VT_OK && ret->pkey == NULL)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7292 §4.2: holds no private key", name);
	return rc;
}
