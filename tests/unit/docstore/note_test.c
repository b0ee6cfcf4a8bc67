/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed checkpoints: known keys, equal bytes, and what must not pass. */
#include "base/base64.h"
#include "base/ed25519.h"
#include "docstore/note.h"
#include "tests/tap.h"

/* RFC 8032 §7.1, test 1. */
static const char seed_hex[] =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char pub_hex[] =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

static uint8_t
digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void
from_hex(const char *hex, uint8_t *out)
{
	for (size_t i = 0; hex[2 * i] != '\0'; i++)
		out[i] =
		    (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

static void
known_keys(uint8_t *seed, uint8_t *pub)
{
	/* The example key of the signed-note definition. */
	static const char vkey[] =
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	struct vt_err err = VT_ERR_INIT;
	uint8_t got[32], id[4];
	VT_BUF_AUTO(key);

	from_hex(seed_hex, seed);
	from_hex(pub_hex, pub);
	tap_call(vt_ed25519_public(VT_SPAN(seed, 32), got, &err), &err,
	    "public key of a seed");
	tap_ok(memcmp(got, pub, 32) == 0, "RFC 8032 test 1");
	tap_call(vt_base64_get(vt_span_str(vkey), &key, &err), &err, "vkey");
	tap_eq_int(key.n, 33, "algorithm and key");
	vt_note_key_id("PeterNeumann", key.p + 1, id);
	tap_ok(memcmp(id, "\xc7\x4f\x20\xa3", 4) == 0,
	    "key id of the definition's example");
}

static void
must_fail(const struct vt_buf *note, size_t at, uint8_t to, const uint8_t *pub,
    const char *what)
{
	struct vt_checkpoint c = { .size = 99 };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	vt_buf_span(&b, vt_buf_view(note));
	b.p[at] = to;
	tap_ok(vt_checkpoint_verify(vt_buf_view(&b), pub, &c, &err) != VT_OK &&
		   c.size == 99,
	    "%s", what);
}

int
main(void)
{
	struct vt_checkpoint c = { .origin = "vanthu.test/log/0011223344556677",
		.size = 20852163 },
			     got;
	uint8_t seed[32], pub[32], other[32];
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(more);
	size_t dash;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	known_keys(seed, pub);
	c.root = vt_sha256(vt_span_str("root"));
	tap_call(vt_checkpoint_sign(&c, VT_SPAN(seed, 32), pub, &a, &err), &err,
	    "sign");
	tap_call(vt_checkpoint_sign(&c, VT_SPAN(seed, 32), pub, &b, &err), &err,
	    "sign again");
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)), "equal bytes");
	tap_ok(a.n <= VT_CHECKPOINT_MAX, "fits");
	tap_call(vt_checkpoint_verify(vt_buf_view(&a), pub, &got, &err), &err,
	    "verify");
	tap_eq_str(got.origin, c.origin, "origin");
	tap_eq_int(got.size, c.size, "size");
	tap_ok(vt_hash_eq(&got.root, &c.root), "root");
	dash = (size_t)(strstr((char *)a.p, "\n\n") - (char *)a.p) + 2;
	must_fail(&a, 0, 'w', pub, "another origin");
	must_fail(&a, strlen(c.origin) + 1, '3', pub, "another size");
	must_fail(&a, strlen(c.origin) + 12, 'A', pub, "another root");
	must_fail(&a, a.n - 10, a.p[a.n - 10] == 'A' ? 'B' : 'A', pub,
	    "another signature");
	must_fail(&a, dash, '-', pub, "a hyphen for the dash");
	memcpy(other, pub, 32);
	other[5] ^= 1;
	tap_ok(
	    vt_checkpoint_verify(vt_buf_view(&a), other, &got, &err) != VT_OK,
	    "another key");
	/* Lines of cosigners, before and after, are passed over. */
	vt_buf_put(&more, a.p, dash);
	vt_buf_puts(&more, "\xe2\x80\x94 witness.example/w AAAAAAAA\n");
	vt_buf_put(&more, a.p + dash, a.n - dash);
	vt_buf_puts(&more, "\xe2\x80\x94 witness.example/x BBBBBBBB\n");
	tap_call(vt_checkpoint_verify(vt_buf_view(&more), pub, &got, &err),
	    &err, "among cosignatures");
	for (size_t n = 0; n < a.n; n++) {
		struct vt_span cut = VT_SPAN(a.p, n);

		if (vt_checkpoint_verify(cut, pub, &got, &err) == VT_OK) {
			tap_ok(false, "cut at %zu passes", n);
			break;
		}
	}
	tap_ok(true, "no shorter text passes");
	return tap_done();
}
