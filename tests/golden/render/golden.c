/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The papers as they were looked at and found right: their text as Poppler
 * reads it and the places of the fields, against tests/golden/render/NAME.exp.
 * After a wanted change of layout, look at the pages, then copy NAME.got from
 * the folder the test runs in.
 */
#include "tests/tap.h"

#include <unistd.h>

#include "base/context.h"
#include "tests/unit/render/samples.h"

static struct vt_spawner *spawner;
static struct vt_err err;

static void
put_place(struct vt_buf *b, const char *name, const struct vt_place *p)
{
	vt_buf_printf(b, "%s: page %zu, %.0f %.0f, %.0f x %.0f pt\n", name,
	    p->page + 1, p->x, p->y, p->w, p->h);
}

static void
describe(
    const struct vt_buf *pdf, const struct vt_places *p, struct vt_buf *ret)
{
	size_t pages = 0;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(pdf), &fd, &err) == VT_OK, "memfd");
	tap_call(vt_pages_text(spawner, fd, ret, &pages, &err), &err, "text");
	(void)close(fd);
	vt_buf_printf(ret, "\n---\npages: %zu\n", pages);
	put_place(ret, "number", &p->number);
	put_place(ret, "date", &p->date);
	put_place(ret, "leader", &p->leader);
	put_place(ret, "seal", &p->seal);
	put_place(ret, "initials 1", &p->initials[0]);
	put_place(ret, "initials 2", &p->initials[1]);
}

static void
read_expected(const char *name, struct vt_buf *ret)
{
	const char *root = getenv("VANTHU_SOURCE");
	VT_BUF_AUTO(path);
	char chunk[4096];
	size_t n;
	FILE *f;

	tap_need(root != NULL, "VANTHU_SOURCE is set");
	vt_buf_printf(&path, "%s/tests/golden/render/%s.exp", root, name);
	f = fopen(vt_buf_str(&path), "rb");
	if (f == NULL)
		return; /* compares as empty, and fails */
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		vt_buf_put(ret, chunk, n);
	(void)fclose(f);
}

static void
compare(const char *name, const struct vt_buf *pdf, const struct vt_places *p)
{
	VT_BUF_AUTO(got);
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(path);
	size_t at = 0, line = 1;
	FILE *f;

	describe(pdf, p, &got);
	read_expected(name, &want);
	if (tap_ok(vt_span_eq(vt_buf_view(&got), vt_buf_view(&want)),
		"%s is as expected", name))
		return;
	for (; at < got.n && at < want.n && got.p[at] == want.p[at]; at++)
		line += got.p[at] == '\n';
	printf("# first difference in line %zu of %s.exp\n", line, name);
	vt_buf_printf(&path, "%s.got", name);
	f = fopen(vt_buf_str(&path), "wb");
	if (f != NULL) {
		(void)fwrite(got.p, 1, got.n, f);
		(void)fclose(f);
	}
}

int
main(void)
{
	const char *body[12];
	struct vt_letter l = sample_letter();
	struct vt_notice n = sample_notice();
	struct vt_places p;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(c);

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner");
	tap_need(vt_render_letter(&l, &a, &p, &err) == VT_OK, "letter");
	compare("letter", &a, &p);
	sample_paragraphs(body, 12);
	l = sample_decision(body, 12);
	tap_need(vt_render_letter(&l, &b, &p, &err) == VT_OK, "decision");
	compare("decision", &b, &p);
	tap_need(vt_render_notice(&n, &c, &p, &err) == VT_OK, "notice");
	compare("notice", &c, &p);
	vt_spawner_free(spawner);
	return tap_done();
}
