/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk of a paper, whole: orders A (number, then leader, then agency) and
 * B (leader, number, agency), with 0 and 2 initials before, on a file of each
 * cross-reference kind. After every step: the old file is a prefix, qpdf finds
 * nothing, pdfsig calls every signature so far valid; at the end openssl
 * verifies each CMS over the bytes that its byte range names.
 *
 * The files stay in the working directory: other validators read them there.
 */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/context.h"
#include "tests/oracle/signing/tools.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

static struct vt_key *leader, *agency;

enum step { STOP, LAY, FILL, INITIALS_1, INITIALS_2, LEADER, AGENCY };

static int
do_step(enum step step, size_t initials, const struct vt_buf *file,
    struct vt_buf *ret, struct vt_err *err)
{
	switch (step) {
	case LAY:
		return walk_lay(file, initials, ret, err);
	case FILL:
		return walk_fill(file, ret, err);
	case INITIALS_1:
		return walk_sign(
		    file, "vt_initials_1", 120, 60, leader, ret, err);
	case INITIALS_2:
		return walk_sign(
		    file, "vt_initials_2", 120, 60, agency, ret, err);
	case LEADER:
		return walk_sign(file, "vt_leader", 120, 60, leader, ret, err);
	case AGENCY:
		return walk_sign(file, "vt_agency", 120, 60, agency, ret, err);
	case STOP:
		break;
	}
	abort();
}

/* Four numbers after the n-th "/ByteRange [". */
static bool
byte_range(const struct vt_buf *file, size_t n, unsigned long long br[4])
{
	static const char key[] = "/ByteRange [";
	const uint8_t *p = file->p, *end = file->p + file->n;

	for (;;) {
		p = memmem(p, (size_t)(end - p), key, sizeof(key) - 1);
		if (p == NULL)
			return false;
		p += sizeof(key) - 1;
		if (n-- == 0)
			break;
	}
	return sscanf((const char *)p, "%llu %llu %llu %llu", &br[0], &br[1],
		   &br[2], &br[3]) == 4 &&
	       br[0] == 0 && br[1] < br[2] && br[2] + br[3] <= file->n;
}

static int
nibble(uint8_t c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The CMS of the n-th signature, by `openssl cms -verify`. */
static bool
openssl_verifies(const struct vt_buf *file, size_t n)
{
	static const char *const argv[] = { "openssl", "cms", "-verify",
		"-inform", "DER", "-in", "orders.cms", "-content",
		"orders.content", "-binary", "-CAfile", "orders.ca.pem", "-out",
		"/dev/null", "-attime", "1795000000", "-cades", "-purpose",
		"any", NULL };
	unsigned long long br[4];
	VT_BUF_AUTO(content);
	VT_BUF_AUTO(cms);
	VT_BUF_AUTO(out);
	size_t i;
	int rc;

	if (!byte_range(file, n, br))
		return false;
	vt_buf_put(&content, file->p, br[1]);
	vt_buf_put(&content, file->p + br[2], br[3]);
	for (i = br[1] + 1; i + 2 < br[2]; i += 2)
		vt_buf_putc(&cms, (uint8_t)(nibble(file->p[i]) << 4 |
					    nibble(file->p[i + 1])));
	/* What follows the DER value is padding. */
	if (cms.n > 4 && cms.p[0] == 0x30 && cms.p[1] == 0x82)
		vt_buf_truncate(&cms, (size_t)(cms.p[2] << 8 | cms.p[3]) + 4);
	tool_write("orders.cms", vt_buf_view(&cms));
	tool_write("orders.content", vt_buf_view(&content));
	rc = tool_run(argv, true, &out);
	if (rc != 0)
		printf("# %s\n", vt_buf_str(&out));
	return rc == 0;
}

static void
walk(const char *name, enum walk_xref xref, int rotate, const enum step *steps,
    size_t initials)
{
	struct walk_pdf kind = { .xref = xref, .rotate = rotate };
	struct vt_err err = VT_ERR_INIT;
	size_t i, listed, valid, signatures = 0;
	char path[128];
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(next);

	snprintf(path, sizeof(path), "orders.%s.%zu.pdf", name, initials);
	walk_pdf(&kind, &file);
	for (i = 0; steps[i] != STOP; i++) {
		if (steps[i] == INITIALS_1 && initials < 1)
			continue;
		if (steps[i] == INITIALS_2 && initials < 2)
			continue;
		vt_buf_reset(&next);
		tap_call(do_step(steps[i], initials, &file, &next, &err), &err,
		    "%s: step %zu", path, i);
		signatures += steps[i] > FILL;
		tap_ok(next.n > file.n && memcmp(next.p, file.p, file.n) == 0,
		    "%s: step %zu: prefix", path, i);
		vt_buf_reset(&file);
		vt_buf_span(&file, vt_buf_view(&next));
		tool_write(path, vt_buf_view(&file));
		tap_eq_int(
		    tool_qpdf_check(path), 0, "%s: step %zu: qpdf", path, i);
		valid = tool_pdfsig_valid(path, &listed);
		tap_ok(valid == signatures && listed >= signatures,
		    "%s: step %zu: pdfsig: %zu of %zu valid", path, i, valid,
		    signatures);
	}
	for (i = 0; i < signatures; i++)
		tap_ok(openssl_verifies(&file, i), "%s: openssl: signature %zu",
		    path, i);
}

int
main(void)
{
	static const enum step a[] = { LAY, INITIALS_1, INITIALS_2, FILL,
		LEADER, AGENCY, STOP };
	static const enum step b[] = { LAY, INITIALS_1, INITIALS_2, LEADER,
		FILL, AGENCY, STOP };
	static const struct {
		const char *name;
		enum walk_xref xref;
		int rotate;
	} kinds[] = {
		{ "table", WALK_TABLE, 0 },
		{ "stream", WALK_STREAM, 90 },
		{ "objstm", WALK_OBJSTM, 180 },
		{ "hybrid", WALK_HYBRID, 0 },
		{ "linearized", WALK_LINEARIZED, 0 },
	};
	struct vt_err err = VT_ERR_INIT;
	struct pki *ca, *one, *two;
	char name[64];
	size_t i, initials;
	BIO *bio;

	if (!tool_exists("pdfsig") || !tool_exists("qpdf") ||
	    !tool_exists("openssl")) {
		printf("1..0 # SKIP pdfsig, qpdf or openssl is missing\n");
		return 0;
	}
	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	one = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	two = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Sở KH&CN mẫu", ca);
	leader = pki_key(one);
	agency = pki_key(two);
	bio = BIO_new_file("orders.ca.pem", "w");
	tap_need(bio != NULL && PEM_write_bio_X509(bio, ca->cert) == 1,
	    "the anchor is written");
	BIO_free(bio);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		for (initials = 0; initials <= 2; initials += 2) {
			snprintf(name, sizeof(name), "A.%s", kinds[i].name);
			walk(name, kinds[i].xref, kinds[i].rotate, a, initials);
			snprintf(name, sizeof(name), "B.%s", kinds[i].name);
			walk(name, kinds[i].xref, kinds[i].rotate, b, initials);
		}
	vt_key_free(leader);
	vt_key_free(agency);
	pki_free(two);
	pki_free(one);
	pki_free(ca);
	return tap_done();
}
