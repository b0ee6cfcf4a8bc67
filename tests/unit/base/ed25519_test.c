/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8032 section 7.1, tests 1 to 3. */
#include "base/buf.h"
#include "base/context.h"
#include "base/ed25519.h"
#include "tests/tap.h"

static const struct {
	const char *seed, *pub, *text, *sig;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100"
	    "b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c0"
	    "0" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40"
	    "a" },
};

static size_t
from_hex(const char *s, uint8_t *ret)
{
	size_t n = strlen(s) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned int v = 0;

		sscanf(s + 2 * i, "%2x", &v);
		ret[i] = (uint8_t)v;
	}
	return n;
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t seed[32], pub[32], want_pub[32], sig[64], want[64];
		uint8_t text[16];
		size_t n = from_hex(vectors[i].text, text);

		from_hex(vectors[i].seed, seed);
		from_hex(vectors[i].pub, want_pub);
		from_hex(vectors[i].sig, want);
		tap_call(vt_ed25519_public(VT_SPAN(seed, 32), pub, &err), &err,
		    "vector %zu: public key", i + 1);
		tap_ok(memcmp(pub, want_pub, 32) == 0, "it is the RFC's");
		tap_call(vt_ed25519_sign(
			     VT_SPAN(seed, 32), VT_SPAN(text, n), sig, &err),
		    &err, "vector %zu: signature", i + 1);
		tap_ok(memcmp(sig, want, 64) == 0, "it is the RFC's");
		tap_ok(vt_ed25519_verify(pub, VT_SPAN(text, n), sig),
		    "it verifies");
		sig[i] ^= 1;
		tap_ok(!vt_ed25519_verify(pub, VT_SPAN(text, n), sig),
		    "with a bit turned it does not");
	}
	return tap_done();
}
