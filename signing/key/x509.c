/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/key/x509.h"

#include <openssl/err.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"

int
vt_x509_read(
    struct vt_span der, const char *what, X509 **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_x509_free) X509 *x = NULL;
	const unsigned char *p = der.p;

	if (der.n == 0 || der.n > VT_L(CERTIFICATE_MAX))
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: %zu bytes, want 1 to %zu", what, der.n,
		    VT_L(CERTIFICATE_MAX));
	ERR_clear_error();
	x = d2i_X509(NULL, &p, (long)der.n);
	if (x == NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5280 §4.1: not a certificate in DER: %s", what,
		    vt_ossl_reason());
	if (p != der.p + der.n)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5280 §4.1: %zu bytes after the certificate", what,
		    (size_t)(der.p + der.n - p));
	*ret = VT_TAKE(x);
	return VT_OK;
}

/* Copies valid UTF-8, as much as fits whole. */
static void
copy_text(struct vt_span s, char *ret, size_t size)
{
	size_t at = 0, used = 0;

	while (at < s.n) {
		size_t from = at;
		int32_t c = vt_utf8_next(s, &at);
		bool odd = c < 0x20 || (c >= 0x7f && c < 0xa0);
		size_t n = odd ? 1 : at - from;

		if (used + n >= size)
			break;
		if (odd)
			ret[used] = '?';
		else
			memcpy(ret + used, s.p + from, n);
		used += n;
	}
	ret[used] = '\0';
}

void
vt_x509_name_text(const X509_NAME *name, int nid, char *ret, size_t size)
{
	unsigned char *utf8 = NULL;
	int at = -1, last = -1, n;

	VT_ASSERT(size > 0);
	ret[0] = '\0';
	while ((at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0)
		last = at;
	if (last < 0)
		return;
	n = ASN1_STRING_to_UTF8(
	    &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
	if (n >= 0)
		copy_text(VT_SPAN(utf8, (size_t)n), ret, size);
	OPENSSL_free(utf8);
}

void
vt_x509_subject(const X509 *x, char *ret, size_t size)
{
	const X509_NAME *name = X509_get_subject_name(x);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t used = 0;
	int i;

	vt_x509_name_text(name, NID_commonName, ret, size);
	if (ret[0] == '\0')
		vt_x509_name_text(name, NID_organizationName, ret, size);
	if (ret[0] != '\0')
		return;
	for (i = 0; i < serial->length && used + 3 < size; i++, used += 2)
		snprintf(ret + used, size - used, "%02x", serial->data[i]);
}

vt_time
vt_x509_time(const ASN1_TIME *t)
{
	struct vt_date d = { 0 };
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return VT_TIME_NONE;
	d.year = tm.tm_year + 1900;
	d.month = tm.tm_mon + 1;
	d.day = tm.tm_mday;
	d.hour = tm.tm_hour;
	d.minute = tm.tm_min;
	d.second = tm.tm_sec;
	return vt_time_from_date(&d, 0);
}

const char *
vt_ossl_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return reason == NULL ? "unknown" : reason;
}
