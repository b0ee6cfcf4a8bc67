/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/key/key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "signing/key/key_priv.h"
#include "signing/key/x509.h"

#define KEY_MAGIC 0x564b4559u /* "VKEY" */

struct vt_key {
	uint32_t magic;
	enum vt_key_alg alg;
	struct vt_key_parts parts;
	struct vt_buf der; /* the chain, one certificate after another */
	struct vt_span chain[VT_LIMIT_VALUE_CHAIN_MAX]; /* into der */
	size_t n_chain;
};

void
vt_key_parts_free(struct vt_key_parts *p)
{
	size_t i;

	EVP_PKEY_free(p->pkey);
	sk_X509_pop_free(p->certs, X509_free);
	for (i = 0; i < 2; i++)
		if (p->providers[i] != NULL)
			OSSL_PROVIDER_unload(p->providers[i]);
	OSSL_LIB_CTX_free(p->libctx);
	memset(p, 0, sizeof(*p));
}

void
vt_key_free(struct vt_key *k)
{
	if (k == NULL)
		return;
	VT_CHECK(k, KEY_MAGIC);
	vt_key_parts_free(&k->parts);
	vt_buf_free(&k->der);
	k->magic = 0;
	free(k);
}

enum vt_key_alg
vt_key_algorithm(const struct vt_key *k)
{
	VT_CHECK(k, KEY_MAGIC);
	return k->alg;
}

size_t
vt_key_chain_length(const struct vt_key *k)
{
	VT_CHECK(k, KEY_MAGIC);
	return k->n_chain;
}

struct vt_span
vt_key_chain(const struct vt_key *k, size_t i)
{
	VT_CHECK(k, KEY_MAGIC);
	VT_ASSERT(i < k->n_chain);
	return k->chain[i];
}

int
vt_key_sign(struct vt_key *k, struct vt_span tbs, struct vt_buf *ret,
    struct vt_err *reterr)
{
	uint8_t value[1024]; /* RSA-8192; longer ones do not fit and fail */
	size_t n = sizeof(value);
	EVP_MD_CTX *ctx;
	bool ok;

	VT_CHECK(k, KEY_MAGIC);
	ERR_clear_error();
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "signature context");
	/* RSA defaults to PKCS#1 v1.5 padding, as the algorithm says. */
	ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", k->parts.libctx, NULL,
		 k->parts.pkey, NULL) == 1 &&
	     EVP_DigestSign(ctx, value, &n, tbs.p, tbs.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "signing with the key failed: %s", vt_ossl_reason());
	vt_buf_put(ret, value, n);
	return vt_buf_status(ret, reterr);
}

/* ---- opening ---- */

static int
add_certificate(struct vt_key *k, X509 *x, struct vt_err *reterr)
{
	unsigned char *der = NULL;
	int n;

	if (k->n_chain == VT_L(CHAIN_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "key file: a chain of more than %zu certificates",
		    VT_L(CHAIN_MAX));
	n = i2d_X509(x, &der);
	if (n <= 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "key file: a certificate cannot be written: %s",
		    vt_ossl_reason());
	/* The lengths now, the addresses when der has stopped growing. */
	k->chain[k->n_chain++] = VT_SPAN(NULL, (size_t)n);
	vt_buf_put(&k->der, der, (size_t)n);
	OPENSSL_free(der);
	return vt_buf_status(&k->der, reterr);
}

static X509 *
find_signer(const struct vt_key_parts *p)
{
	int i;

	for (i = 0; i < sk_X509_num(p->certs); i++) {
		X509 *x = sk_X509_value(p->certs, i);
		EVP_PKEY *pub = X509_get0_pubkey(x);

		if (pub != NULL && EVP_PKEY_eq(pub, p->pkey) == 1)
			return x;
	}
	return NULL;
}

/* The issuer of x among the certificates of the file; NULL when it is self-
 * issued or not there. */
static X509 *
find_issuer(const struct vt_key_parts *p, X509 *x)
{
	int i;

	if (X509_check_issued(x, x) == X509_V_OK)
		return NULL;
	for (i = 0; i < sk_X509_num(p->certs); i++) {
		X509 *c = sk_X509_value(p->certs, i);

		if (c != x && X509_check_issued(c, x) == X509_V_OK)
			return c;
	}
	return NULL;
}

static int
order_chain(struct vt_key *k, const char *name, struct vt_err *reterr)
{
	X509 *x = find_signer(&k->parts);
	char subject[128];
	size_t i, at = 0;
	int rc;

	if (x == NULL && sk_X509_num(k->parts.certs) == 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: holds a key but no certificate", name);
	if (x == NULL) {
		vt_x509_subject(
		    sk_X509_value(k->parts.certs, 0), subject, sizeof(subject));
		return vt_err_set(reterr, VT_E_KEY_MISMATCH,
		    "%s: the key belongs to none of its %d certificates (the "
		    "first is of %s)",
		    name, sk_X509_num(k->parts.certs), subject);
	}
	/* CHAIN_MAX ends a circle of cross-certificates. */
	for (; x != NULL; x = find_issuer(&k->parts, x)) {
		rc = add_certificate(k, x, reterr);
		if (rc != VT_OK)
			return rc;
	}
	for (i = 0; i < k->n_chain; i++) {
		k->chain[i].p = k->der.p + at;
		at += k->chain[i].n;
	}
	return VT_OK;
}

static int
read_file(const char *path, struct vt_buf *ret, struct vt_err *reterr)
{
	struct stat st;
	uint8_t *p;
	ssize_t n;
	int fd, rc = VT_OK;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT || errno == ENOTDIR ? VT_E_NO_INPUT
							: VT_E_IO,
		    errno, "key file %s", path);
	if (fstat(fd, &st) != 0)
		rc = vt_err_errno(reterr, VT_E_IO, errno, "key file %s", path);
	else if (!S_ISREG(st.st_mode))
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "key file %s: not a regular file", path);
	else if (st.st_size > (off_t)VT_L(KEY_FILE_MAX))
		rc = vt_err_set(reterr, VT_E_LIMIT,
		    "key file %s: %lld bytes, want at most %zu", path,
		    (long long)st.st_size, VT_L(KEY_FILE_MAX));
	while (rc == VT_OK) {
		size_t room = VT_L(KEY_FILE_MAX) + 1 - ret->n;

		if (room > 65536)
			room = 65536;
		p = room == 0 ? NULL : vt_buf_extend(ret, room);
		if (p == NULL) {
			rc = vt_err_set(reterr, VT_E_LIMIT,
			    "key file %s: grows while it is read", path);
			break;
		}
		n = read(fd, p, room);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			rc = vt_err_errno(
			    reterr, VT_E_IO, errno, "key file %s", path);
		else if (n == 0) {
			vt_buf_truncate(ret, ret->n - room);
			break;
		}
		vt_buf_truncate(ret, ret->n - room + (size_t)(n < 0 ? 0 : n));
	}
	close(fd);
	return rc;
}

static bool
looks_like_pem(struct vt_span s)
{
	return s.n > 11 && memmem(s.p, s.n, "-----BEGIN ", 11) != NULL;
}

static int
open_parts(struct vt_key *k, const char *path, const struct vt_secret *pin,
    struct vt_err *reterr)
{
	const char *name = strrchr(path, '/');
	VT_BUF_AUTO(file);
	int rc;

	name = name == NULL ? path : name + 1;
	file.secret = true;
	rc = read_file(path, &file, reterr);
	if (rc != VT_OK)
		return rc;
	ERR_clear_error();
	if (looks_like_pem(vt_buf_view(&file)))
		rc = vt_key_read_pem(
		    vt_buf_view(&file), name, pin, &k->parts, reterr);
	else
		rc = vt_key_read_p12(
		    vt_buf_view(&file), name, pin, &k->parts, reterr);
	if (rc == VT_OK)
		rc = vt_pkey_algorithm(k->parts.pkey, name, &k->alg, reterr);
	if (rc == VT_OK)
		rc = order_chain(k, name, reterr);
	return rc;
}

int
vt_key_open(const char *uri, const struct vt_secret *pin, struct vt_key **ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *k = NULL;
	int rc;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "key");
	k->magic = KEY_MAGIC;
	vt_buf_init(&k->der, VT_L(KEY_FILE_MAX));
	if (strncmp(uri, "file:", 5) == 0)
		uri += 5;
	rc = open_parts(k, uri, pin, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = VT_TAKE(k);
	return VT_OK;
}
