/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of HTML forms. However the bytes are cut into pieces, the same
 * parts come out, or the same refusal; and no part holds its own boundary.
 */
#include "api/http/multipart.h"
#include "tests/fuzz/fuzz.h"

struct seen {
	struct vt_buf b; /* parts and their bytes, one after the other */
	size_t parts, start;
	int rc;
};

static void
no_boundary_inside(const struct seen *s)
{
	if (s->b.n > s->start)
		VT_FUZZ_HOLDS(memmem(s->b.p + s->start, s->b.n - s->start,
				  "\r\n--xx", 6) == NULL);
}

static int
begin(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	struct seen *s = arg;

	(void)reterr;
	no_boundary_inside(s);
	s->parts++;
	vt_buf_printf(&s->b, "[%d %s]", is_file, name);
	s->start = s->b.n;
	return VT_OK;
}

static int
bytes(void *arg, struct vt_span p, struct vt_err *reterr)
{
	struct seen *s = arg;

	(void)reterr;
	VT_FUZZ_HOLDS(s->parts > 0 && p.n > 0);
	vt_buf_span(&s->b, p);
	return VT_OK;
}

/* step: bytes a piece; 0: sizes that follow from the content. */
static void
read_form(struct seen *s, const uint8_t *p, size_t n, size_t step)
{
	static const struct vt_multipart_ops ops = { begin, bytes };
	struct vt_multipart *m = NULL;
	struct vt_err err = VT_ERR_INIT;

	memset(s, 0, sizeof(*s));
	vt_buf_init(&s->b, 0);
	s->rc = vt_multipart_new(
	    VT_SPAN_LIT("multipart/form-data; boundary=\"xx\""), &ops, s, &m,
	    &err);
	VT_FUZZ_HOLDS(s->rc == VT_OK);
	for (size_t at = 0; at < n && s->rc == VT_OK;) {
		size_t k = step != 0 ? step : (size_t)(p[at] % 7) + 1;

		if (k > n - at)
			k = n - at;
		s->rc = vt_multipart_put(m, VT_SPAN(p + at, k), &err);
		at += k;
	}
	if (s->rc == VT_OK)
		s->rc = vt_multipart_end(m, &err);
	VT_FUZZ_HOLDS(s->rc == (int)err.code);
	no_boundary_inside(s);
	vt_multipart_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct seen whole, cut;

	read_form(&whole, p, n, n == 0 ? 1 : n);
	for (size_t step = 0; step < 3; step++) {
		read_form(&cut, p, n, step);
		VT_FUZZ_HOLDS(cut.rc == whole.rc && cut.parts == whole.parts);
		VT_FUZZ_HOLDS(cut.rc != VT_OK || vt_span_eq(vt_buf_view(&cut.b),
						     vt_buf_view(&whole.b)));
		vt_buf_free(&cut.b);
	}
	vt_buf_free(&whole.b);
	return 0;
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const char *const seeds[] = {
		"--xx\r\nContent-Disposition: form-data; name=\"file\"; "
		"filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x\r\n-\r\n--xx--\r\n",
		"preamble\r\n--xx\r\nContent-Disposition: form-data; name=a\r\n"
		"\r\n1\r\n--xx\r\nContent-Disposition: form-data; name=\"b\"; "
		"filename=\"\"\r\nContent-Type: text/plain\r\n\r\n"
		"\r\n--xx--epilogue",
	};

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return NULL;
	*ret_n = strlen(seeds[i]);
	return seeds[i];
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "\r\n--xx", "--xx--", "\r\n\r\n",
		"\r", "\r\n", "\r\n--x",
		"Content-Disposition:", "name=", "filename=\"", "\\\"", ";" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
