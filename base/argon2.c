/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/argon2.h"

#include <gcrypt.h>

static int
failed(gcry_error_t e, struct vt_err *reterr)
{
	if (gcry_err_code(e) == GPG_ERR_ENOMEM)
		return vt_err_set(reterr, VT_E_NOMEM, "Argon2id: no memory");
	return vt_err_set(reterr, VT_E_INVALID,
	    "Argon2id (RFC 9106 section 3.1): %s", gcry_strerror(e));
}

int
vt_argon2id(const struct vt_argon2 *p, struct vt_span password,
    uint8_t ret[static VT_ARGON2_SIZE], struct vt_err *reterr)
{
	unsigned long param[4] = { VT_ARGON2_SIZE, p->passes, p->memory_kib,
		p->lanes };
	gcry_kdf_hd_t h = NULL;
	gcry_error_t e;

	/* libgcrypt divides by the lanes before it looks at them. */
	if (p->lanes == 0 || p->passes == 0 || p->salt.n < 8 ||
	    p->memory_kib / 8 < p->lanes)
		return vt_err_set(reterr, VT_E_INVALID,
		    "Argon2id (RFC 9106 section 3.1): passes, lanes, a salt "
		    "of 8 bytes and 8 KiB a lane are the least");
	e = gcry_kdf_open(&h, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, param, 4,
	    password.n == 0 ? (const uint8_t *)"" : password.p, password.n,
	    p->salt.p, p->salt.n, p->secret.p, p->secret.n, p->ad.p, p->ad.n);
	if (e != 0)
		return failed(e, reterr);
	if ((e = gcry_kdf_compute(h, NULL)) == 0)
		e = gcry_kdf_final(h, VT_ARGON2_SIZE, ret);
	gcry_kdf_close(h);
	return e == 0 ? VT_OK : failed(e, reterr);
}
