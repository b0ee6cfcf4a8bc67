/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of PDF. What the parser accepts, the printer writes so that it is
 * read as the same value, and printing that again gives the same bytes.
 */
#include "base/pdf/pdf.h"
#include "tests/fuzz/fuzz.h"

#define ARENA ((size_t)32 << 20)

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const char *const seeds[] = {
		"<< /Box [0 -1.5 +.25 4.] /A (a\\(b\\)\\101\\\n) /N null >>",
		"[ true false null 1 0 R 12 7 R <48656C6C6F> <</A[/B#20c]>> ]",
		"% comment\r\n(\\n\\r\\t\\b\\f\\\\(()))",
		"<< /Contents <00ff 0> /ByteRange [0 10 20 30] >>",
	};

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return NULL;
	*ret_n = strlen(seeds[i]);
	return seeds[i];
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "<<", ">>", "[", "]", "(", ")",
		"/", "#41", "\\", "true", "false", "null", " R", "obj", "%",
		"\r\n", "/Contents", "-0.00001", "9223372036854775807", NULL };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_arena *arena = vt_arena_new(ARENA);
	struct vt_pdf_object *a = NULL, *b = NULL;
	VT_BUF_AUTO(first);
	VT_BUF_AUTO(second);

	VT_FUZZ_HOLDS(arena != NULL);
	if (vt_pdf_parse(VT_SPAN(p, n), arena, &a, NULL) == VT_OK) {
		VT_FUZZ_HOLDS(a->end <= n && a->offset < a->end);
		(void)vt_pdf_text(a, arena);
		vt_pdf_print(a, &first);
		VT_FUZZ_HOLDS(vt_pdf_parse(vt_buf_view(&first), arena, &b,
				  NULL) == VT_OK);
		VT_FUZZ_HOLDS(a->type == b->type || a->type == VT_PDF_REAL);
		vt_pdf_print(b, &second);
		VT_FUZZ_HOLDS(
		    vt_span_eq(vt_buf_view(&first), vt_buf_view(&second)));
	}
	vt_arena_free(arena);
	return 0;
}
