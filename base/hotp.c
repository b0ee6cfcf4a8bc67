/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hotp.h"

#include <gcrypt.h>

#include "base/secret.h"

#define SHA1_SIZE 20

int
vt_hotp(struct vt_span key, uint64_t counter, int digits, uint32_t *ret,
    struct vt_err *reterr)
{
	static const uint32_t powers[] = { 1000000, 10000000, 100000000 };
	uint8_t text[8], mac[SHA1_SIZE];
	gcry_mac_hd_t h = NULL;
	size_t n = sizeof(mac), at;
	gcry_error_t e;

	VT_ASSERT(digits >= 6 && digits <= 8);
	for (int i = 0; i < 8; i++)
		text[i] = (uint8_t)(counter >> (56 - 8 * i));
	if ((e = gcry_mac_open(&h, GCRY_MAC_HMAC_SHA1, 0, NULL)) == 0 &&
	    (e = gcry_mac_setkey(h, key.p, key.n)) == 0 &&
	    (e = gcry_mac_write(h, text, sizeof(text))) == 0)
		e = gcry_mac_read(h, mac, &n);
	gcry_mac_close(h);
	if (e != 0)
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "HMAC-SHA-1 (RFC 4226): %s", gcry_strerror(e));
	/* dynamic truncation, RFC 4226 section 5.3 */
	at = mac[SHA1_SIZE - 1] & 0xf;
	*ret = ((uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		   (uint32_t)mac[at + 2] << 8 | mac[at + 3]) %
	       powers[digits - 6];
	vt_wipe(mac, sizeof(mac));
	return VT_OK;
}
