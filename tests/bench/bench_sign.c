/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Row 1 of the measures: sign a 100 KB PDF, B-B, in process, file mapped,
 * tail to memory, key loaded, one core - beside what the key and the hash
 * alone allow: 1 / (t_key + t_SHA256(file)). All take turns in one run.
 *
 * bench_sign IN.pdf [ROUNDS]   one line a key: name, signatures/s, limit/s,
 *                              share, min and max of the share
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pdf/append.h"
#include "signing/signing.h"
#include "tests/bench/rounds.h"
#include "tests/unit/signing/pki.h"

#define ROUND_S 0.12

static void
need(int rc, const struct vt_err *err, const char *what)
{
	if (rc == VT_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err->msg);
	exit(1);
}

/* One whole signature: open, update, attributes, key, CMS, embed. */
static void
sign_once(struct vt_source *src, struct vt_key *key)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new((size_t)64 << 20);
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_field_spec field = { .kind = VT_FIELD_SIGNATURE,
		.name = "bench" };
	struct vt_signature_spec spec = { .create = &field };
	struct vt_pades_change change = { .sign = &spec };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_span chain[8];
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(cms);
	size_t n = vt_key_chain_length(key);
	vt_hash digest;

	for (size_t i = 0; i < n && i < 8; i++)
		chain[i] = vt_key_chain(key, i);
	spec.time = VT_TIME_S(1790000000);
	spec.contents_size = vt_cms_size(chain, n, vt_key_algorithm(key));
	need(vt_pdf_open(src, a, &pdf, &err), &err, "open");
	need(vt_pades_update(pdf, src, &change, &tail, &digest, &err), &err,
	    "update");
	need(vt_cms_attributes(&digest, chain[0], vt_key_algorithm(key),
		 &attrs, &err),
	    &err, "attributes");
	need(vt_key_sign(key, vt_buf_view(&attrs), &value, &err), &err,
	    "sign");
	need(vt_cms_build(vt_buf_view(&attrs), chain, n,
		 vt_key_algorithm(key), vt_buf_view(&value), &cms, &err),
	    &err, "cms");
	need(vt_pdf_tail_embed(&tail, vt_buf_view(&cms), &err), &err,
	    "embed");
	vt_pdf_tail_free(&tail);
}

static void
key_once(struct vt_key *key, struct vt_span tbs)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(value);

	need(vt_key_sign(key, tbs, &value, &err), &err, "key");
}

/* Seconds one call takes: repeated for about ROUND_S of CPU. */
#define PER_CALL(call, ret)                                \
	do {                                               \
		double t0_ = bench_cpu(), t_;              \
		size_t n_ = 0;                             \
		do {                                       \
			call;                              \
			n_++;                              \
			t_ = bench_cpu() - t0_;            \
		} while (t_ < ROUND_S);                    \
		(ret) = t_ / (double)n_;                   \
	} while (0)

static void
measure(const char *name, struct vt_key *key, struct vt_source *src,
    size_t n_rounds)
{
	struct vt_span file = VT_SPAN(src->map, (size_t)src->size);
	struct rounds sign = { .n = 0 }, limit = { .n = 0 };
	struct rounds share = { .n = 0 };
	uint8_t tbs[200] = { 0 };
	volatile uint8_t sink = 0;
	double t_sign, t_key, t_hash;

	for (size_t i = 0; i < n_rounds; i++) {
		PER_CALL(sign_once(src, key), t_sign);
		PER_CALL(key_once(key, VT_SPAN(tbs, sizeof(tbs))), t_key);
		PER_CALL(sink ^= vt_sha256(file).b[0], t_hash);
		rounds_add(&sign, 1 / t_sign);
		rounds_add(&limit, 1 / (t_key + t_hash));
		rounds_add(&share, (t_key + t_hash) / t_sign * 100);
	}
	(void)sink;
	printf("%s\t%.0f\t%.0f\t%.1f\t%.1f\t%.1f\n", name,
	    rounds_median(&sign), rounds_median(&limit),
	    rounds_median(&share), rounds_min(&share), rounds_max(&share));
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum vt_key_alg alg;
		size_t bits;
	} keys[] = {
		{ "RSA-3072", VT_KEY_RSA_PKCS1_SHA256, 3072 },
		{ "RSA-2048", VT_KEY_RSA_PKCS1_SHA256, 2048 },
		{ "P-256", VT_KEY_ECDSA_P256_SHA256, 0 },
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	struct pki *ca;
	int fd;

	if (argc < 2 || (fd = open(argv[1], O_RDONLY)) < 0) {
		fprintf(stderr, "usage: bench_sign IN.pdf [ROUNDS]\n");
		return 64;
	}
	need(vt_base_init(&err), &err, "init");
	need(vt_source_map_fd(&src, fd, &err), &err, argv[1]);
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	for (size_t i = 0; i < 3; i++) {
		struct pki_options o = { .alg = keys[i].alg,
			.cn = "Người Ký",
			.rsa_bits = keys[i].bits };
		struct pki *p = pki_issue(&o, ca);
		struct vt_key *key = pki_key(p);

		measure(keys[i].name, key, &src,
		    argc > 2 ? (size_t)atoi(argv[2]) : 15);
		vt_key_free(key);
		pki_free(p);
	}
	pki_free(ca);
	printf("memory\t%ld KiB\n", bench_memory_kib());
	vt_source_close(&src);
	return 0;
}
