/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys in PEM files (RFC 7468): one key, any number of certificates. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/limits.h"
#include "signing/key/key_priv.h"
#include "signing/key/x509.h"

struct block {
	char *label, *header;
	unsigned char *der;
	long n;
};

static void
block_free(struct block *b)
{
	OPENSSL_free(b->label);
	OPENSSL_free(b->header);
	OPENSSL_clear_free(b->der, b->n > 0 ? (size_t)b->n : 0);
	memset(b, 0, sizeof(*b));
}

static int
add_certificate(const struct block *b, const char *name,
    struct vt_key_parts *ret, struct vt_err *reterr)
{
	X509 *x = NULL;
	int rc;

	if (sk_X509_num(ret->certs) >= (int)VT_L(KEY_CERTIFICATES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: more than %zu certificates", name,
		    VT_L(KEY_CERTIFICATES_MAX));
	rc = vt_x509_read(VT_SPAN(b->der, (size_t)b->n), name, &x, reterr);
	if (rc != VT_OK)
		return rc;
	if (sk_X509_push(ret->certs, x) <= 0) {
		X509_free(x);
		return vt_err_set(reterr, VT_E_NOMEM, "certificates");
	}
	return VT_OK;
}

static int
take_pkcs8(PKCS8_PRIV_KEY_INFO *p8, const char *name, struct vt_key_parts *ret,
    struct vt_err *reterr)
{
	ret->pkey = EVP_PKCS82PKEY(p8);
	if (ret->pkey == NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5958 §2: unusable private key: %s", name,
		    vt_ossl_reason());
	return VT_OK;
}

/* RFC 5958 §2 */
static int
read_plain(const struct block *b, const char *name, struct vt_key_parts *ret,
    struct vt_err *reterr)
{
	const unsigned char *p = b->der;
	PKCS8_PRIV_KEY_INFO *p8 = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, b->n);
	int rc;

	if (p8 == NULL || p != b->der + b->n)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5958 §2: not one PrivateKeyInfo in DER", name);
	else
		rc = take_pkcs8(p8, name, ret, reterr);
	PKCS8_PRIV_KEY_INFO_free(p8);
	return rc;
}

/* RFC 5958 §3. There is no MAC: a decryption that fails in its padding or
 * leaves no key is taken for a wrong password, a missing algorithm is not. */
static int
read_encrypted(const struct block *b, const char *name,
    const struct vt_secret *pin, struct vt_key_parts *ret,
    struct vt_err *reterr)
{
	struct vt_span pass =
	    pin == NULL ? VT_SPAN_LIT("") : vt_secret_view(pin);
	const unsigned char *p = b->der;
	X509_SIG *sig = d2i_X509_SIG(NULL, &p, b->n);
	PKCS8_PRIV_KEY_INFO *p8 = NULL;
	bool unsupported = false;
	unsigned long e;
	int rc;

	if (sig == NULL || p != b->der + b->n) {
		X509_SIG_free(sig);
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5958 §3: not one EncryptedPrivateKeyInfo in DER",
		    name);
	}
	ERR_clear_error();
	p8 = PKCS8_decrypt(sig, (const char *)pass.p, (int)pass.n);
	X509_SIG_free(sig);
	if (p8 != NULL) {
		rc = take_pkcs8(p8, name, ret, reterr);
		PKCS8_PRIV_KEY_INFO_free(p8);
		return rc;
	}
	while ((e = ERR_get_error()) != 0)
		if (ERR_GET_REASON(e) == ERR_R_UNSUPPORTED ||
		    ERR_GET_REASON(e) == EVP_R_UNSUPPORTED_CIPHER)
			unsupported = true;
	if (unsupported)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5958 §3: the key's encryption is not supported",
		    name);
	return vt_err_set(reterr, VT_E_PIN_WRONG,
	    "%s: RFC 5958 §3: the key does not open with this password", name);
}

/* "RSA PRIVATE KEY" (RFC 8017 A.1.2), "EC PRIVATE KEY" (RFC 5915 §4). */
static int
read_traditional(const struct block *b, const char *name, int type,
    struct vt_key_parts *ret, struct vt_err *reterr)
{
	const unsigned char *p = b->der;

	if (b->header != NULL && b->header[0] != '\0')
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: a key encrypted by PEM headers, which RFC 7468 §10 "
		    "has dropped; write it as PKCS#8",
		    name);
	ret->pkey = d2i_PrivateKey(type, NULL, &p, b->n);
	if (ret->pkey == NULL || p != b->der + b->n)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7468 §10: unusable private key: %s", name,
		    vt_ossl_reason());
	return VT_OK;
}

static int
read_block(const struct block *b, const char *name, const struct vt_secret *pin,
    struct vt_key_parts *ret, struct vt_err *reterr)
{
	size_t n = strlen(b->label);

	if (strcmp(b->label, "CERTIFICATE") == 0)
		return add_certificate(b, name, ret, reterr);
	if (n < 11 || strcmp(b->label + n - 11, "PRIVATE KEY") != 0)
		return VT_OK; /* parameters, comments of other tools */
	if (ret->pkey != NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: holds more than one private key", name);
	if (strcmp(b->label, "PRIVATE KEY") == 0)
		return read_plain(b, name, ret, reterr);
	if (strcmp(b->label, "ENCRYPTED PRIVATE KEY") == 0)
		return read_encrypted(b, name, pin, ret, reterr);
	if (strcmp(b->label, "RSA PRIVATE KEY") == 0)
		return read_traditional(b, name, EVP_PKEY_RSA, ret, reterr);
	if (strcmp(b->label, "EC PRIVATE KEY") == 0)
		return read_traditional(b, name, EVP_PKEY_EC, ret, reterr);
	return vt_err_set(reterr, VT_E_KEY_FORMAT,
	    "%s: a private key of an unknown form: %.40s", name, b->label);
}

int
vt_key_read_pem(struct vt_span file, const char *name,
    const struct vt_secret *pin, struct vt_key_parts *ret,
    struct vt_err *reterr)
{
	BIO *in = BIO_new_mem_buf(file.p, (int)file.n);
	struct block b = { 0 };
	unsigned long e;
	int rc = VT_OK;

	ret->certs = sk_X509_new_null();
	if (in == NULL || ret->certs == NULL) {
		BIO_free(in);
		return vt_err_set(reterr, VT_E_NOMEM, "PEM");
	}
	while (rc == VT_OK &&
	       PEM_read_bio(in, &b.label, &b.header, &b.der, &b.n) == 1) {
		rc = read_block(&b, name, pin, ret, reterr);
		block_free(&b);
	}
	e = ERR_peek_last_error();
	BIO_free(in);
	if (rc == VT_OK && ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 7468 §2: malformed PEM: %s", name,
		    vt_ossl_reason());
	ERR_clear_error();
	if (rc == VT_OK && ret->pkey == NULL)
		rc = vt_err_set(
		    reterr, VT_E_KEY_FORMAT, "%s: holds no private key", name);
	return rc;
}
