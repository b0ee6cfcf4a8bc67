/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every PDF of the corpora gets two signature fields and two signatures (RSA,
 * then P-256), and pdfsig and qpdf are asked.
 *
 * An ordinary file is one that the corpora call sound and `qpdf --check` has
 * nothing to say about. Nine in ten of those must be signable twice; the
 * others are refused, with one of the reasons that a file can give for it.
 * Whatever is signed: the old bytes are a prefix, pdfsig calls two signatures
 * more valid than before, and qpdf says no more than before.
 *
 * sign_corpus [WORD]: only files whose path has it; prints each refusal.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/context.h"
#include "tests/oracle/signing/tools.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

#define OUT "sign_corpus.pdf"

struct count {
	size_t ordinary, twice, refused, other, other_twice;
};

static struct vt_key *keys[2];

/* Reasons that lie in a file, not in us. */
static bool
is_reason(int rc)
{
	switch (rc) {
	case VT_E_PDF_SYNTAX:
	case VT_E_PDF_XREF:
	case VT_E_PDF_TRUNCATED:
	case VT_E_PDF_ENCRYPTED:
	case VT_E_PDF_UNSUPPORTED:
	case VT_E_PDF_CHANGE_FORBIDDEN:
	case VT_E_NOT_PDF:
	case VT_E_FILE_EMPTY:
	case VT_E_LIMIT:
		return true;
	default:
		return false;
	}
}

static int
lay_two(const struct vt_buf *file, struct vt_buf *ret, struct vt_err *err)
{
	struct vt_field_spec lay[2] = {
		{ .kind = VT_FIELD_SIGNATURE,
		    .name = "vt_one",
		    .x = 1,
		    .y = 1,
		    .may_overlap = true },
		{ .kind = VT_FIELD_SIGNATURE,
		    .name = "vt_two",
		    .x = 2,
		    .y = 2,
		    .may_overlap = true },
	};
	struct vt_pades_change c = { .lay = lay, .n_lay = 2 };
	struct vt_inspection i;
	int rc;

	rc = walk_inspect(file, &i, err);
	if (rc != VT_OK)
		return rc;
	if (i.pages == 0)
		rc = vt_err_set(err, VT_E_PDF_UNSUPPORTED, "no pages");
	lay[0].w = lay[1].w = i.page_w > 124 ? 120 : i.page_w - 3;
	lay[0].h = lay[1].h = i.page_h > 64 ? 60 : i.page_h - 3;
	vt_inspection_free(&i);
	return rc != VT_OK ? rc : walk_step(file, &c, NULL, ret, err);
}

static int
sign_twice(const struct vt_buf *file, struct vt_buf *ret, struct vt_err *err)
{
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(once);
	int rc;

	rc = lay_two(file, &laid, err);
	if (rc == VT_OK)
		rc = walk_sign(&laid, "vt_one", 120, 60, keys[0], &once, err);
	if (rc == VT_OK)
		rc = walk_sign(&once, "vt_two", 120, 60, keys[1], ret, err);
	return rc;
}

static bool
is_good(const char *name, const char *path, const struct vt_buf *file,
    const struct vt_buf *out, int check_before)
{
	size_t valid_before, listed_before, valid, listed;
	int check;

	if (out->n <= file->n || memcmp(out->p, file->p, file->n) != 0) {
		printf("# %s: the old file is no prefix\n", name);
		return false;
	}
	tool_write(OUT, vt_buf_view(out));
	valid_before = tool_pdfsig_valid(path, &listed_before);
	valid = tool_pdfsig_valid(OUT, &listed);
	check = tool_qpdf_check(OUT);
	if (valid == valid_before + 2 && listed == listed_before + 2 &&
	    check <= check_before)
		return true;
	printf("# %s: pdfsig: %zu of %zu valid, were %zu of %zu; qpdf: %d, "
	       "was %d\n",
	    name, valid, listed, valid_before, listed_before, check,
	    check_before);
	return false;
}

static void
one_file(const char *name, const char *path, bool sound, struct count *c)
{
	int check = tool_qpdf_check(path), rc;
	bool ordinary = sound && check == 0;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(out);

	if (!tool_read(path, &file))
		return;
	c->ordinary += ordinary;
	c->other += !ordinary;
	rc = sign_twice(&file, &out, &err);
	if (rc != VT_OK) {
		c->refused += ordinary;
		tap_ok(is_reason(rc) && err.msg[0] != '\0',
		    "%s refused: %s: %s", ordinary ? "ordinary" : "other",
		    vt_err_info(rc)->slug, err.msg);
		if (ordinary)
			printf("# refused %s\n", name);
		return;
	}
	if (!ordinary && check != 3) {
		c->other_twice++;
		return; /* no witness reads it */
	}
	if (tap_ok(
		is_good(name, path, &file, &out, check), "signed: %s", name)) {
		c->twice += ordinary;
		c->other_twice += !ordinary;
	}
}

static void
walk_corpora(const char *corpora, const char *word, struct count *c)
{
	char line[4096], path[8192], *kind, *expected, *rest;
	FILE *f;

	snprintf(path, sizeof(path), "%s/manifest.tsv", corpora);
	f = fopen(path, "r");
	if (f == NULL) {
		printf("1..0 # SKIP no corpora at %s\n", corpora);
		exit(0);
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		rest = line;
		strsep(&rest, "\t");
		kind = strsep(&rest, "\t");
		strsep(&rest, "\t");
		expected = strsep(&rest, "\t");
		if (expected == NULL || strncmp(kind, "pdf", 3) != 0 ||
		    (word != NULL && strstr(line, word) == NULL))
			continue;
		snprintf(path, sizeof(path), "%s/%s", corpora, line);
		one_file(line, path,
		    strcmp(expected, "parse-ok") == 0 ||
			strcmp(expected, "valid") == 0,
		    c);
	}
	fclose(f);
}

int
main(int argc, char **argv)
{
	const char *corpora = getenv("VANTHU_CORPORA");
	struct vt_err err = VT_ERR_INIT;
	struct pki *ca, *one, *two;
	struct count c = { 0 };

	if (!tool_exists("pdfsig") || !tool_exists("qpdf")) {
		printf("1..0 # SKIP pdfsig or qpdf is not installed\n");
		return 0;
	}
	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	one = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	two = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Sở KH&CN mẫu", ca);
	keys[0] = pki_key(one);
	keys[1] = pki_key(two);
	walk_corpora(corpora == NULL ? "../shared/corpora" : corpora,
	    argc > 1 ? argv[1] : NULL, &c);
	printf("# ordinary: %zu, signed twice %zu, refused %zu; others: %zu, "
	       "signed twice %zu\n",
	    c.ordinary, c.twice, c.refused, c.other, c.other_twice);
	tap_ok(c.twice * 10 >= c.ordinary * 9 && c.ordinary > 0,
	    "nine in ten ordinary files are signed twice");
	tap_ok(c.twice + c.refused == c.ordinary,
	    "the others are refused with a reason");
	vt_key_free(keys[0]);
	vt_key_free(keys[1]);
	pki_free(two);
	pki_free(one);
	pki_free(ca);
	return tap_done();
}
