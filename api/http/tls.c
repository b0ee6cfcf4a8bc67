/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

const char vt_tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:"
    "+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:"
    "-MAC-ALL:+AEAD:%SERVER_PRECEDENCE";

static int
read_pem(const char *path, const char *what, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct stat st;
	uint8_t *p;
	ssize_t n;
	int fd, rc = VT_OK;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT ? VT_E_NO_INPUT : VT_E_IO, errno, "%s %s",
		    what, path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = vt_err_set(reterr, VT_E_IO, "%s %s: no file", what, path);
	} else if ((uint64_t)st.st_size > VT_L(KEY_FILE_MAX)) {
		rc = vt_err_set(reterr, VT_E_LIMIT, "%s %s: over %zu bytes",
		    what, path, VT_L(KEY_FILE_MAX));
	} else if ((p = vt_buf_extend(ret, (size_t)st.st_size)) == NULL) {
		rc = vt_buf_status(ret, reterr);
	} else {
		n = read(fd, p, (size_t)st.st_size);
		if (n != st.st_size)
			rc = vt_err_errno(reterr, VT_E_IO, n < 0 ? errno : EIO,
			    "%s %s", what, path);
	}
	close(fd);
	return rc;
}

static gnutls_datum_t
datum(struct vt_span s)
{
	gnutls_datum_t d = { NULL, (unsigned)s.n };

	/* GnuTLS takes no const; it does not write. */
	memcpy(&d.data, &s.p, sizeof(d.data));
	return d;
}

/* The certificate and key as GnuTLS will see them, and the list of CAs. */
static int
try(const struct vt_tls *t, struct vt_err *reterr)
{
	gnutls_certificate_credentials_t cred = NULL;
	gnutls_datum_t cert = datum(vt_buf_view(&t->cert));
	gnutls_datum_t ca = datum(vt_buf_view(&t->client_ca));
	gnutls_datum_t key = datum(vt_secret_view(t->key));
	int n, rc = VT_OK;

	if (gnutls_certificate_allocate_credentials(&cred) != GNUTLS_E_SUCCESS)
		return vt_err_set(reterr, VT_E_NOMEM, "TLS credentials");
	n = gnutls_certificate_set_x509_key_mem(
	    cred, &cert, &key, GNUTLS_X509_FMT_PEM);
	if (n == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		rc = vt_err_set(reterr, VT_E_KEY_MISMATCH,
		    "TLS: the key is not that of the certificate");
	else if (n < 0)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "TLS certificate or key: PEM wanted: %s",
		    gnutls_strerror(n));
	if (rc == VT_OK && ca.size > 0) {
		n = gnutls_certificate_set_x509_trust_mem(
		    cred, &ca, GNUTLS_X509_FMT_PEM);
		if (n <= 0)
			rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
			    "TLS: the file of client CAs holds no certificate "
			    "in PEM");
	}
	gnutls_certificate_free_credentials(cred);
	return rc;
}

int
vt_tls_open(
    const struct vt_http_tls *files, struct vt_tls **ret, struct vt_err *reterr)
{
	struct vt_tls *t = calloc(1, sizeof(*t));
	VT_BUF_AUTO(key);
	int rc;

	if (t == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "TLS");
	vt_buf_init(&t->cert, 0);
	vt_buf_init(&t->client_ca, 0);
	key.secret = true;
	rc = read_pem(files->cert, "TLS certificate", &t->cert, reterr);
	if (rc == VT_OK)
		rc = read_pem(files->key, "TLS key", &key, reterr);
	if (rc == VT_OK && files->client_ca != NULL)
		rc = read_pem(
		    files->client_ca, "client CAs", &t->client_ca, reterr);
	if (rc == VT_OK && (t->key = vt_secret_new(key.p, key.n)) == NULL)
		rc = vt_err_set(reterr, VT_E_NOMEM, "TLS key");
	if (rc == VT_OK && files->client_ca != NULL && t->client_ca.n == 0)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "TLS: the file of client CAs is empty");
	if (rc == VT_OK)
		rc = try(t, reterr);
	if (rc != VT_OK) {
		vt_tls_free(t);
		return rc;
	}
	*ret = t;
	return VT_OK;
}

void
vt_tls_free(struct vt_tls *t)
{
	if (t == NULL)
		return;
	vt_buf_free(&t->cert);
	vt_buf_free(&t->client_ca);
	vt_secret_free(t->key);
	free(t);
}

int
vt_tls_peer(void *session, struct vt_arena *arena,
    struct vt_http_peer_cert *ret, struct vt_err *reterr)
{
	gnutls_session_t s = session;
	const gnutls_datum_t *list;
	gnutls_typed_vdata_st want = { .type = GNUTLS_DT_KEY_PURPOSE_OID };
	unsigned n = 0, status = 0;
	gnutls_datum_t purpose;
	struct vt_span der;
	bool ok = true;

	if (gnutls_certificate_type_get2(s, GNUTLS_CTYPE_PEERS) !=
		GNUTLS_CRT_X509 ||
	    (list = gnutls_certificate_get_peers(s, &n)) == NULL || n == 0)
		return VT_OK;
	if (list[0].size > VT_L(CERTIFICATE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "client certificate: over %zu bytes",
		    VT_L(CERTIFICATE_MAX));
	der = vt_arena_copy(arena, VT_SPAN(list[0].data, list[0].size), &ok);
	if (!ok)
		return vt_arena_err(arena, reterr);
	ret->der = der;
	purpose = datum(vt_span_str(GNUTLS_KP_TLS_WWW_CLIENT));
	want.data = purpose.data; /* size 0: a string */
	/* Chain to the client CAs, validity, key usage for TLS clients. */
	ret->trusted = gnutls_certificate_verify_peers(s, &want, 1, &status) ==
			   GNUTLS_E_SUCCESS &&
		       status == 0;
	return VT_OK;
}
