/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on paper: read back as people type, and compared years later. */
#include "docstore/line.h"
#include "tests/unit/docstore/fixture.h"

static void
typed(const struct vt_line *l)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_line back;
	unsigned int passed = 0;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(b);

	vt_line_put(l, &text);
	printf("# %s\n", vt_buf_str(&text));
	tap_call(vt_line_parse(vt_buf_view(&text), &back, &err), &err,
	    "it is read back");
	tap_ok(memcmp(back.root, l->root, VT_LINE_ROOT) == 0 &&
		   back.size == l->size && strcmp(back.day, l->day) == 0 &&
		   strcmp(back.origin, l->origin) == 0 &&
		   memcmp(back.key_id, l->key_id, 4) == 0,
	    "the same");
	/* every single wrong character */
	for (size_t i = 0; i < text.n; i++)
		for (uint8_t c = '0'; c <= 'z'; c++) {
			vt_buf_reset(&b);
			vt_buf_span(&b, vt_buf_view(&text));
			b.p[i] = c;
			passed +=
			    vt_line_parse(vt_buf_view(&b), &back, &err) ==
				VT_OK &&
			    (back.size != l->size ||
				strcmp(back.origin, l->origin) != 0 ||
				strcmp(back.day, l->day) != 0 ||
				memcmp(back.root, l->root, VT_LINE_ROOT) != 0 ||
				memcmp(back.key_id, l->key_id, 4) != 0);
		}
	tap_eq_int(passed, 0, "no wrong character passes");
	for (size_t cut = 0; cut < text.n; cut++)
		passed +=
		    vt_line_parse(VT_SPAN(text.p, cut), &back, &err) == VT_OK;
	tap_eq_int(passed, 0, "nor a line that is cut off");
}

static void
as_people_type(void)
{
	struct vt_line l = { .day = "2026-11-22",
		.origin = "a.test/log/0123456789abcdef",
		.size = 12345,
		.root = { 0, 0x40, 1, 2, 3, 4, 5, 6, 7, 8 },
		.key_id = { 0xab, 0xcd, 1, 2 } };
	struct vt_err err = VT_ERR_INIT;
	struct vt_line back;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(b);

	typed(&l);
	vt_line_put(&l, &text);
	/* small letters, no hyphens, O and l, blanks: the root is the fifth */
	vt_buf_puts(&b, "  ");
	for (size_t i = 0, blanks = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		blanks += c == ' ';
		if (blanks == 4 && c == '-')
			continue;
		if (blanks == 4 && c == '0')
			c = 'O';
		if (blanks == 4 && c == '1')
			c = 'l';
		if (blanks == 4 && c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 'a' - 'A');
		vt_buf_putc(&b, c);
		if (c == ' ')
			vt_buf_puts(&b, " \t");
	}
	vt_buf_putc(&b, '\n');
	tap_call(vt_line_parse(vt_buf_view(&b), &back, &err), &err,
	    "as people type");
	tap_ok(memcmp(back.root, l.root, VT_LINE_ROOT) == 0, "the same root");
}

static void
play(struct doer *d, struct world *w)
{
	struct vt_line l, other;
	struct vt_view *v;

	(void)w;
	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	for (uint64_t i = 0; i < 5; i++)
		tap_need(make_paper(d, VT_DIR_OUT, 50, i) == VT_OK, "paper");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_line_get(v, d->agency, &l, &d->err), &d->err, "a line");
	vt_view_end(v);
	tap_eq_str(l.day, "2026-03-02", "of the day in Vietnam");
	typed(&l);
	tap_need(make_paper(d, VT_DIR_OUT, 50, 77) == VT_OK, "later");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_line_holds(v, d->agency, &l, &d->err), &d->err,
	    "it still holds");
	other = l;
	other.root[9] ^= 1;
	tap_code(vt_line_holds(v, d->agency, &other, &d->err),
	    VT_E_LEDGER_PROOF, &d->err, "another root: rewritten");
	other = l;
	other.size = 100;
	tap_code(vt_line_holds(v, d->agency, &other, &d->err),
	    VT_E_LEDGER_PROOF, &d->err, "longer than it is: cut");
	other = l;
	other.key_id[0] ^= 1;
	tap_code(vt_line_holds(v, d->agency, &other, &d->err),
	    VT_E_LEDGER_PROOF, &d->err, "another key");
	tap_code(vt_line_get(v, 9, &other, &d->err), VT_E_AGENCY_UNKNOWN,
	    &d->err, "no such agency");
	vt_view_end(v);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	as_people_type();
	(void)on_both(play, "lines");
	return tap_done();
}
