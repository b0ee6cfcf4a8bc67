/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Status messages on any bytes, alone and as what a worker answers. One that
 * can be written again says the same; an answer that is taken is kept as it
 * is.
 */
#include "base/context.h"
#include "base/json_out.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/api/edxml/paper.h"

#define SEEDS 4

static struct vt_buf seeds[SEEDS];

static void
make_seeds(void)
{
	struct vt_edxml_status s = paper_status();
	struct vt_edxml *x;

	if (seeds[0].n > 0)
		return;
	VT_FUZZ_HOLDS(vt_base_init(NULL) == VT_OK);
	VT_FUZZ_HOLDS(vt_edxml_write_status(&s, &seeds[0], NULL) == VT_OK);
	vt_buf_puts(&seeds[1],
	    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\">"
	    "<S:Header><S:Status><S:ResponseFor><S:OrganId>H99</S:OrganId>"
	    "<S:Code>1/A</S:Code></S:ResponseFor><S:From><S:OrganId>H98"
	    "</S:OrganId></S:From><S:StatusCode>02</S:StatusCode><S:TimeStamp>"
	    "02/03/2026 08:15:30</S:TimeStamp></S:Status></S:Header>"
	    "</S:Envelope>");
	x = paper_must(&seeds[0], NULL);
	vt_edxml_put(x, &seeds[2]);
	vt_edxml_free(x);
	x = paper_must(&seeds[1], NULL);
	vt_edxml_put(x, &seeds[3]);
	vt_edxml_free(x);
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	make_seeds();
	if (i >= SEEDS)
		return NULL;
	*ret_n = seeds[i].n;
	return seeds[i].p;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "<edXML:StatusCode>", "03", "13",
		"</edXML:StatusCode>", "<edXML:ResponseFor>", "<edXML:From>",
		"<edXML:Timestamp>", "2026/03/02 08:15:30", "Status",
		"<edXML:StaffInfo>", "<edXML:Description>", "&lt;", "\xA3",
		"\xF6", "\x80", "\x01" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

static void
check_again(const struct vt_edxml *x)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	VT_BUF_AUTO(once);
	VT_BUF_AUTO(twice);

	if (vt_edxml_write_status(&x->status, &once, NULL) != VT_OK)
		return;
	VT_FUZZ_HOLDS(paper_read(&once, NULL, &y, NULL) == VT_OK);
	VT_FUZZ_HOLDS(y->kind == VT_EDXML_STATUS && !y->broken);
	VT_FUZZ_HOLDS(y->status.code == x->status.code);
	VT_FUZZ_HOLDS(vt_edxml_write_status(&y->status, &twice, NULL) == VT_OK);
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&once), vt_buf_view(&twice)));
}

/* What is taken from a worker can be shown, judged and kept. */
static void
check_answer(struct vt_edxml *x, struct vt_span s)
{
	static const char *const codes[] = { "H99" };
	struct vt_edxml_receiving r = {
		.codes = codes, .n_codes = 1, .now = VT_TIME_S(1772414130)
	};
	struct vt_json j;
	VT_BUF_AUTO(kept);
	VT_BUF_AUTO(text);

	vt_edxml_put(x, &kept);
	VT_FUZZ_HOLDS(kept.n <= s.n);
	vt_json_open(&j, &text, false);
	vt_edxml_json(x, &j);
	VT_FUZZ_HOLDS(vt_edxml_judge(x, &r, NULL) == VT_OK);
	vt_edxml_reason(x, true, &text);
	VT_FUZZ_HOLDS(vt_buf_status(&text, NULL) == VT_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_edxml_reading how = { .out = NULL };
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	struct vt_source s;

	make_seeds();
	vt_source_memory(&s, VT_SPAN(p, n));
	if (vt_edxml_read(&s, &how, &x, NULL) == VT_OK &&
	    x->kind == VT_EDXML_STATUS)
		check_again(x);
	if (vt_edxml_get(VT_SPAN(p, n), &y, NULL) == VT_OK)
		check_answer(y, VT_SPAN(p, n));
	return 0;
}
