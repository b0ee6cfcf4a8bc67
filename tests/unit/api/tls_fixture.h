/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates made at run time and a TLS client over loopback. Files lie in
 * a directory of their own that tls_fixture_end removes.
 */
#ifndef VT_TESTS_API_TLS_FIXTURE_H
#define VT_TESTS_API_TLS_FIXTURE_H

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/tap.h"

struct tls_identity {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
	char cert_file[160], key_file[160];
	uint8_t der[4096];
	size_t n_der;
};

enum tls_kind { TLS_CA, TLS_SERVER, TLS_CLIENT };

static char tls_dir[64];

static inline void
tls_fixture_begin(void)
{
	(void)snprintf(tls_dir, sizeof(tls_dir), "/tmp/vanthu-tls.XXXXXX");
	tap_need(mkdtemp(tls_dir) != NULL, "a directory for test keys");
}

static inline void
tls_write(const char *path, const gnutls_datum_t *d)
{
	FILE *f = fopen(path, "w");

	tap_need(f != NULL && fwrite(d->data, 1, d->size, f) == d->size &&
		     fclose(f) == 0,
	    "writes %s", path);
}

/* issuer NULL: signs itself. days: of validity from yesterday on. */
static inline void
tls_make(struct tls_identity *id, const char *name, enum tls_kind kind,
    const struct tls_identity *issuer, int days)
{
	static unsigned serial = 1;
	time_t from = time(NULL) - 86400;
	unsigned char sn[4] = { 1, 0, 0, (unsigned char)serial++ };
	gnutls_datum_t out = { NULL, 0 };
	gnutls_x509_crt_t c;

	memset(id, 0, sizeof(*id));
	tap_need(
	    gnutls_x509_privkey_init(&id->key) == 0 &&
		gnutls_x509_privkey_generate(id->key, GNUTLS_PK_ECDSA,
		    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0,
	    "key of %s", name);
	gnutls_x509_crt_init(&id->cert);
	c = id->cert;
	gnutls_x509_crt_set_version(c, 3);
	gnutls_x509_crt_set_serial(c, sn, sizeof(sn));
	gnutls_x509_crt_set_key(c, id->key);
	gnutls_x509_crt_set_dn_by_oid(
	    c, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	gnutls_x509_crt_set_activation_time(c, from);
	gnutls_x509_crt_set_expiration_time(c, from + (time_t)days * 86400);
	gnutls_x509_crt_set_basic_constraints(c, kind == TLS_CA, -1);
	gnutls_x509_crt_set_key_usage(c, kind == TLS_CA
					     ? GNUTLS_KEY_KEY_CERT_SIGN
					     : GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (kind != TLS_CA)
		gnutls_x509_crt_set_key_purpose_oid(c,
		    kind == TLS_SERVER ? GNUTLS_KP_TLS_WWW_SERVER
				       : GNUTLS_KP_TLS_WWW_CLIENT,
		    0);
	if (kind == TLS_SERVER)
		gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS,
		    "\x7f\x00\x00\x01", 4, GNUTLS_FSAN_SET);
	tap_need(gnutls_x509_crt_sign2(c, issuer == NULL ? c : issuer->cert,
		     issuer == NULL ? id->key : issuer->key, GNUTLS_DIG_SHA256,
		     0) == 0,
	    "certificate of %s", name);
	id->n_der = sizeof(id->der);
	tap_need(gnutls_x509_crt_export(
		     c, GNUTLS_X509_FMT_DER, id->der, &id->n_der) == 0,
	    "DER of %s", name);
	(void)snprintf(
	    id->cert_file, sizeof(id->cert_file), "%s/%s.crt", tls_dir, name);
	(void)snprintf(
	    id->key_file, sizeof(id->key_file), "%s/%s.key", tls_dir, name);
	gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &out);
	tls_write(id->cert_file, &out);
	gnutls_free(out.data);
	gnutls_x509_privkey_export2(id->key, GNUTLS_X509_FMT_PEM, &out);
	tls_write(id->key_file, &out);
	gnutls_free(out.data);
}

static inline void
tls_forget(struct tls_identity *id)
{
	(void)unlink(id->cert_file);
	(void)unlink(id->key_file);
	gnutls_x509_crt_deinit(id->cert);
	gnutls_x509_privkey_deinit(id->key);
}

static inline void
tls_fixture_end(void)
{
	tap_ok(rmdir(tls_dir) == 0, "nothing is left of the test keys");
}

static inline int
tls_connect(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	tap_need(
	    fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0,
	    "connects");
	return fd;
}

/* A record takes 16 KiB: the rest goes into the next. */
static inline bool
tls_send(gnutls_session_t s, const char *p)
{
	size_t n = strlen(p);

	while (n > 0) {
		ssize_t sent = gnutls_record_send(s, p, n);

		if (sent <= 0 && sent != GNUTLS_E_AGAIN &&
		    sent != GNUTLS_E_INTERRUPTED)
			return false;
		if (sent > 0) {
			p += sent;
			n -= (size_t)sent;
		}
	}
	return true;
}

/*
 * One request over TLS; the answer up to the end of the connection. who NULL:
 * no certificate is shown. priorities NULL: GnuTLS's own. The status, or -1
 * when there was no handshake or no answer.
 */
static inline int
tls_ask(uint16_t port, const char *ca_file, const struct tls_identity *who,
    const char *priorities, const char *request, struct vt_buf *ret)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t s;
	int fd = tls_connect(port), n, rc = -1;
	struct timeval tv = { 10, 0 };
	char b[16384];

	vt_buf_reset(ret);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_trust_file(
	    cred, ca_file, GNUTLS_X509_FMT_PEM);
	if (who != NULL)
		gnutls_certificate_set_x509_key_file(
		    cred, who->cert_file, who->key_file, GNUTLS_X509_FMT_PEM);
	/* FORCE: shows the certificate whatever CAs the server names. */
	gnutls_init(&s, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT);
	gnutls_priority_set_direct(
	    s, priorities == NULL ? "NORMAL" : priorities, NULL);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_session_set_verify_cert(s, NULL, 0);
	gnutls_transport_set_int(s, fd);
	do {
		n = gnutls_handshake(s);
	} while (n < 0 && !gnutls_error_is_fatal(n));
	if (n == GNUTLS_E_SUCCESS && tls_send(s, request)) {
		ssize_t got;

		while ((got = gnutls_record_recv(s, b, sizeof(b))) > 0 ||
		       got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
			if (got > 0)
				vt_buf_put(ret, b, (size_t)got);
		if (strncmp(vt_buf_str(ret), "HTTP/1.1 ", 9) == 0)
			rc = atoi(vt_buf_str(ret) + 9);
	}
	gnutls_deinit(s);
	gnutls_certificate_free_credentials(cred);
	close(fd);
	return rc;
}

#endif
