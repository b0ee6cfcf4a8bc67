/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every PDF of the corpora that can be signed twice: our own verdict must
 * explain every object that the second signature wrote, whatever the file is
 * like; and it must notice one that a forger changes in the same file.
 *
 * A few of these files have a malformed object somewhere, which signing did
 * not need to read. Who refers to whom is then not known in full, so that the
 * first signature is INDETERMINATE, with that reason and no other.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/context.h"
#include "tests/attack/forge.h"
#include "tests/unit/signing/verdict_help.h"

struct count {
	size_t files, twice, passed, malformed, caught;
};

static struct trust t;

static bool
read_file(const char *path, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || vt_source_map_fd(&src, fd, &err) != VT_OK) {
		close(fd);
		return false;
	}
	close(fd);
	vt_buf_put(ret, src.map, (size_t)src.size);
	vt_source_close(&src);
	return true;
}

static bool
sign_twice(const struct vt_buf *file, struct vt_buf *ret)
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
	struct vt_err err = VT_ERR_INIT;
	struct vt_inspection i;
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(once);

	if (walk_inspect(file, &i, &err) != VT_OK)
		return false;
	lay[0].w = lay[1].w = i.page_w > 124 ? 120 : i.page_w - 3;
	lay[0].h = lay[1].h = i.page_h > 64 ? 60 : i.page_h - 3;
	c.n_lay = i.pages == 0 ? 0 : 2;
	vt_inspection_free(&i);
	return c.n_lay == 2 &&
	       walk_step(file, &c, NULL, &laid, &err) == VT_OK &&
	       walk_sign(&laid, "vt_one", 120, 60, t.key, &once, &err) ==
		   VT_OK &&
	       walk_sign(&once, "vt_two", 120, 60, t.key, ret, &err) == VT_OK;
}

/* The verdict of one of our two; NULL when it is not there. */
static const struct vt_signature_verdict *
ours(const struct vt_verdict *v, const char *field)
{
	size_t i;

	for (i = 0; i < v->n_signatures; i++)
		if (strcmp(v->signatures[i].field, field) == 0)
			return &v->signatures[i];
	return NULL;
}

static struct vt_verdict *
judged(const struct vt_buf *file)
{
	struct vt_span anchor = pki_der(t.signer);
	struct vt_verify_input in = { .anchors = &anchor,
		.n_anchors = 1,
		.now = WALK_TIME,
		.offline = true };

	return judge(file, &in);
}

static bool
both(const struct vt_verdict *v, enum vt_indication one, enum vt_indication two)
{
	const struct vt_signature_verdict *a = ours(v, "vt_one");
	const struct vt_signature_verdict *b = ours(v, "vt_two");

	return a != NULL && b != NULL && a->indication == one &&
	       b->indication == two;
}

/* The first signature has the one reason that an object cannot be read. */
static bool
is_malformed(const struct vt_verdict *v)
{
	const struct vt_signature_verdict *s = ours(v, "vt_one");
	size_t i;

	if (!both(v, VT_INDETERMINATE, VT_TOTAL_PASSED))
		return false;
	for (i = 0; i < s->n_reasons; i++)
		if (strcmp(s->reasons[i].code, "changes-not-analysed") != 0 ||
		    strstr(s->reasons[i].detail, "ISO 32000") == NULL)
			return false;
	return true;
}

static void
one_file(const char *path, const char *name, struct count *c)
{
	struct vt_verdict *v;
	struct forge f;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(done);
	VT_BUF_AUTO(forged);

	if (!read_file(path, &file))
		return;
	c->files++;
	if (!sign_twice(&file, &done))
		return;
	c->twice++;
	v = judged(&done);
	if (both(v, VT_TOTAL_PASSED, VT_TOTAL_PASSED)) {
		c->passed++;
	} else if (is_malformed(v)) {
		c->malformed++;
	} else {
		printf("# not passed: %s\n", name);
		show(v);
	}
	vt_verdict_free(v);
	forge_open(&f, &done);
	forge_edit(&f, forge_page(&f), NULL, "/VtForged true");
	forge_done(&f, &forged);
	forge_close(&f);
	v = judged(&forged);
	if (both(v, VT_INDETERMINATE, VT_INDETERMINATE))
		c->caught++;
	else
		printf("# not caught: %s\n", name);
	vt_verdict_free(v);
}

static void
all(const char *root, const char *word)
{
	char path[8192], *line, *lines = NULL;
	struct count c = { 0 };
	VT_BUF_AUTO(text);

	snprintf(path, sizeof(path), "%s/manifest.tsv", root);
	tap_need(read_file(path, &text), "the manifest of the corpora");
	for (line = strtok_r((char *)text.p, "\n", &lines); line != NULL;
	     line = strtok_r(NULL, "\n", &lines)) {
		char *save = NULL, *name = strtok_r(line, "\t", &save);
		char *kind = strtok_r(NULL, "\t", &save);

		if (kind == NULL || strncmp(kind, "pdf", 3) != 0 ||
		    (word != NULL && strstr(name, word) == NULL))
			continue;
		snprintf(path, sizeof(path), "%s/%s", root, name);
		one_file(path, name, &c);
	}
	printf("# %zu files, %zu signed twice, %zu of them malformed\n",
	    c.files, c.twice, c.malformed);
	tap_ok(c.twice > 0, "files were signed twice");
	tap_eq_int(c.passed + c.malformed, c.twice,
	    "both signatures of each pass, or an object cannot be read");
	tap_ok(c.passed * 10 >= c.twice * 9, "nine in ten pass");
	tap_eq_int(c.caught, c.twice, "a change of each page is caught");
}

int
main(int argc, char **argv)
{
	const char *root = getenv("VANTHU_CORPORA");
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	if (root == NULL || access(root, R_OK) != 0) {
		printf("ok 2 - # SKIP no corpora\n");
		tap_count++;
		return tap_done();
	}
	trust_open(&t, VT_KEY_ECDSA_P256_SHA256);
	all(root, argc > 1 ? argv[1] : NULL);
	trust_close(&t);
	return tap_done();
}
