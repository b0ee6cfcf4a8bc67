/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trust anchors as an administrator gives them. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdio.h>

#include "base/limits.h"
#include "signing/key/x509.h"
#include "signing/signing.h"

static bool
is_pem(struct vt_span s)
{
	static const char mark[] = "-----BEGIN";

	return s.n > 0 && memmem(s.p, s.n, mark, sizeof(mark) - 1) != NULL;
}

/* Keeps one certificate, read strictly; i counts from 0. */
static int
keep(struct vt_span der, size_t i, struct vt_arena *arena, struct vt_span *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_x509_free) X509 *x = NULL;
	char what[48];
	bool ok;
	int rc;

	snprintf(what, sizeof(what), "trust anchor %zu", i);
	rc = vt_x509_read(der, what, &x, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = vt_arena_copy(arena, der, &ok);
	return ok ? VT_OK : vt_arena_err(arena, reterr);
}

static int
read_pem(struct vt_span s, struct vt_arena *arena, struct vt_span **ret,
    size_t *ret_n, struct vt_err *reterr)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	struct vt_span *list;
	size_t n = 0;
	long size = 0;
	BIO *bio;
	int rc = VT_OK;

	list = vt_arena_array(arena, VT_L(ANCHORS_MAX), sizeof(*list));
	if (list == NULL)
		return vt_arena_err(arena, reterr);
	bio = BIO_new_mem_buf(s.p, (int)s.n);
	if (bio == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "trust anchors");
	while (rc == VT_OK &&
	       PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
		if (strcmp(name, PEM_STRING_X509) != 0 &&
		    strcmp(name, PEM_STRING_X509_OLD) != 0)
			rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
			    "trust anchor %zu: want a CERTIFICATE, found %s", n,
			    name);
		else if (n == VT_L(ANCHORS_MAX))
			rc = vt_err_set(reterr, VT_E_LIMIT,
			    "trust anchors: at most %zu", VT_L(ANCHORS_MAX));
		else
			rc = keep(VT_SPAN(data, (size_t)size), n, arena,
			    &list[n], reterr);
		n++;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		name = header = NULL;
		data = NULL;
	}
	/* The end of the file is told as "no start line"; all else is damage
	 * that would silently drop an anchor. */
	if (rc == VT_OK && (n == 0 || ERR_GET_REASON(ERR_peek_last_error()) !=
					  PEM_R_NO_START_LINE))
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "trust anchor %zu: RFC 7468: %s", n, vt_ossl_reason());
	ERR_clear_error();
	BIO_free(bio);
	if (rc == VT_OK) {
		*ret = list;
		*ret_n = n;
	}
	return rc;
}

int
vt_trust_read(struct vt_span pem_or_der, struct vt_arena *arena,
    struct vt_span **ret, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_span *one;
	int rc;

	if (pem_or_der.n == 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "trust anchors: the file is empty");
	if (pem_or_der.n > VT_L(ANCHORS_FILE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "trust anchors: at most %zu bytes, found %zu",
		    VT_L(ANCHORS_FILE_MAX), pem_or_der.n);
	if (is_pem(pem_or_der))
		return read_pem(pem_or_der, arena, ret, ret_n, reterr);
	one = vt_arena_array(arena, 1, sizeof(*one));
	if (one == NULL)
		return vt_arena_err(arena, reterr);
	rc = keep(pem_or_der, 0, arena, one, reterr);
	if (rc == VT_OK) {
		*ret = one;
		*ret_n = 1;
	}
	return rc;
}
