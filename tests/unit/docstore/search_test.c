/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers by words, with marks and without, and by numbers. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static const struct {
	const char *subject, *number, *notation, *agency;
} papers[] = {
	{ "Quyết định phê duyệt dự án đường Hoà Bình", "128", "QĐ-UBND",
	    "H01" },
	{ "Thông báo lịch họp tháng 3", "05", "TB-VP", "H02" },
	{ "V/v thủy lợi và đê điều mùa mưa", "5", "UBND-KT", "H01" },
	{ "Kế hoạch quyết toán năm 2025", "77", "KH-STC", "H03" },
	{ "Bánh chưng, bánh giầy; bãnh không có nghĩa", "9", "CV", "H04" },
};
#define PAPERS (sizeof(papers) / sizeof(papers[0]))

static void
make(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };

	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	for (size_t i = 0; i < PAPERS; i++) {
		struct vt_meta m = { .subject = papers[i].subject,
			.number = papers[i].number,
			.notation = papers[i].notation,
			.agency_code = papers[i].agency,
			.due_on = i == 1 ? "2026-03-10" : "" };
		uint8_t byte = (uint8_t)i;
		struct vt_file f;

		tap_call(make_file(d, VT_SPAN(&byte, 1), "tep.pdf", &f),
		    &d->err, "file");
		st.u.reg.direction = VT_DIR_IN;
		st.u.reg.meta = &m;
		st.u.reg.files = &f;
		st.u.reg.n_files = 1;
		st.u.reg.arrival_series = "den";
		tap_call(do_step(d, NULL, st), &d->err, "paper %zu", i);
	}
}

/* Which papers a query finds, as a bit set. */
static unsigned int
ask(struct doer *d, const struct vt_paper_query *q)
{
	struct vt_paper p[8];
	unsigned int found = 0;
	uint64_t next;
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	if (vt_paper_search(v, d->agency, q, p, 8, &n, &next, &d->err) != VT_OK)
		found = 1U << 31;
	for (size_t i = 0; i < n; i++)
		found |= 1U << (p[i].seq - 1);
	vt_view_end(v);
	return found;
}

static const struct {
	const char *words;
	unsigned int want;
	const char *why;
} words[] = {
	{ "quyết định", 0x01, "as typed" },
	{ "quyet dinh", 0x01, "without marks" },
	{ "QUYẾT ĐỊNH", 0x01, "capitals" },
	{ "quyet", 0x09, "a word of two papers" },
	{ "định quyết", 0x01, "in any order" },
	{ "quyế dinh", 0x00, "half a word in the middle is none" },
	{ "dinh quyế", 0x01, "at the end it may be begun" },
	{ "quyêt", 0x00, "another tone, or none, typed on purpose" },
	{ "quyê", 0x09, "a beginning, before its tone is typed" },
	{ "hòa bình", 0x01, "the new place of the tone" },
	{ "hoà bình", 0x01, "the old place" },
	{ "hoá bình", 0x00, "another tone" },
	{ "hoa binh", 0x01, "no marks" },
	{ "thuỷ lợi", 0x04, "thuỷ is thủy" },
	{ "de dieu", 0x04, "đ is d when nothing else has marks" },
	{ "đe dieu", 0x00, "đ typed, ê not" },
	{ "đê dieu", 0x04, "marks in one word only" },
	{ "banh", 0x10, "every spelling" },
	{ "bãnh", 0x10, "that spelling" },
	{ "bạnh", 0x00, "none such" },
	{ "tháng 3", 0x02, "a number among words" },
	{ "thang 03", 0x02, "zeros before it do not count" },
	{ "tep", 0x1f, "file names" },
	{ "2025", 0x08, "digits" },
	{ "202 ", 0x00, "a number is not begun" },
	{ "", 0x1f, "nothing asks for nothing" },
	{ " ., ", 0x1f, "nor do signs" },
	{ "Quye\xcc\x82\xcc\x81t", 0x09, "decomposed letters" },
};

static const struct {
	const char *number;
	unsigned int want;
} numbers[] = { { "128", 0x01 }, { "128/QĐ-UBND", 0x01 },
	{ "128/qd-ubnd", 0x01 }, { "05", 0x16 }, { "5/UBND-KT", 0x04 },
	{ "QĐ-UBND", 0x01 }, { "UBND", 0x05 }, { "129", 0x00 }, { "12", 0x00 },
	{ "128/QĐ-TTg", 0x00 } };

static void
others(struct doer *d)
{
	struct vt_paper_query q = { .agency = "H01" };
	struct vt_paper p[2];
	struct vt_step st = { .kind = VT_STEP_ASSIGN };
	uint64_t next;
	struct vt_view *v;
	vt_id third;
	size_t n;

	tap_eq_int(ask(d, &q), 0x05, "by sender");
	q = (struct vt_paper_query){ .due_before = "2026-03-11" };
	tap_eq_int(ask(d, &q), 0x02, "overdue");
	q.due_before = "2026-03-10";
	tap_eq_int(ask(d, &q), 0x00, "due that day is not");
	q = (struct vt_paper_query){ .words = "quyet",
		.states = 1U << VT_PAPER_WAITING };
	tap_eq_int(ask(d, &q), 0x00, "none waits");
	q.states = 1U << VT_PAPER_ARRIVED | 1U << VT_PAPER_ASSIGNED;
	tap_eq_int(ask(d, &q), 0x09, "both arrived");
	q = (struct vt_paper_query){ .words = "\xff" };
	tap_eq_int(ask(d, &q), 1U << 31, "not UTF-8");
	q = (struct vt_paper_query){ .words = "quyet" };
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_search(v, d->agency, &q, p, 1, &n, &next, &d->err),
	    &d->err, "a page of one");
	tap_ok(n == 1 && p[0].seq == 4 && next != 0, "the newer one first");
	q.before = next;
	third = p[0].id;
	tap_call(vt_paper_search(v, d->agency, &q, p, 1, &n, &next, &d->err),
	    &d->err, "the next page");
	tap_ok(n == 1 && p[0].seq == 1 && next == 0, "the older one, the end");
	vt_view_end(v);
	tap_call(make_person(d, "Lê Văn C", &st.u.assign.person), &d->err,
	    "somebody");
	tap_call(do_step(d, &third, st), &d->err, "assigned");
	q = (struct vt_paper_query){ .assigned_to = st.u.assign.person };
	tap_eq_int(ask(d, &q), 0x08, "to a person");
}

static void
by_number(struct doer *d)
{
	struct vt_paper p;
	struct vt_view *v;
	vt_id id;

	tap_call(make_paper(d, VT_DIR_OUT, 3000, 1), &d->err, "paper");
	id = d->paper;
	tap_call(walk_to_issue(d, 2), &d->err, "walk");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_by_number_text(
		     v, d->agency, "01/SKHCN-VP", "2026-03-02", &p, &d->err),
	    &d->err, "by the number others cite");
	tap_ok(vt_id_eq(&p.id, &id), "it");
	tap_call(vt_paper_by_number_text(
		     v, d->agency, "1/SKHCN-VP", "", &p, &d->err),
	    &d->err, "another spelling, any day");
	tap_code(vt_paper_by_number_text(
		     v, d->agency, "01/SKHCN-VP", "2026-03-03", &p, &d->err),
	    VT_E_NOT_FOUND, &d->err, "another day");
	tap_code(
	    vt_paper_by_number_text(v, d->agency, "01/SKHCN", "", &p, &d->err),
	    VT_E_NOT_FOUND, &d->err, "another notation");
	tap_code(vt_paper_by_number_text(v, d->agency, "", "", &p, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no number");
	vt_view_end(v);
}

static void
folded(void)
{
	VT_BUF_AUTO(b);

	vt_search_fold(vt_span_str("Số 05/QĐ-UBND: hoà, hòa!"), true, &b);
	tap_eq_str(vt_buf_str(&b), "sô+1 5 qđ ubnd hoa+2 hoa+2", "with marks");
	vt_buf_reset(&b);
	vt_search_fold(vt_span_str("Số 05/QĐ-UBND: hoà"), false, &b);
	tap_eq_str(vt_buf_str(&b), "so 5 qd ubnd hoa", "without");
	vt_buf_reset(&b);
	vt_search_fold(VT_SPAN_LIT("a\xff\xc3"), false, &b);
	tap_eq_str(vt_buf_str(&b), "a", "ill-formed bytes are no letters");
	vt_buf_reset(&b);
	vt_search_fold(
	    vt_span_str("\xef\xbb\xbfQuyết\xef\xbb\xbf định"), false, &b);
	tap_eq_str(
	    vt_buf_str(&b), "quyet dinh", "a byte order mark is nothing");
	vt_buf_reset(&b);
	vt_search_fold(vt_span_str("Ða ðiểm Ɖắk ɖê"), true, &b);
	tap_eq_str(vt_buf_str(&b), "đa điêm+3 đăk+1 đê", "what looks like đ");
	vt_buf_reset(&b);
	vt_search_fold(vt_span_str("ŠKODA МИР ΩΣ"), true, &b);
	tap_eq_str(vt_buf_str(&b), "škoda мир ωσ", "capitals of other scripts");
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = model_new(&w.ctx);
	make(&d);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct vt_paper_query q = { .words = words[i].words };

		tap_eq_int(ask(&d, &q), words[i].want, "\"%s\": %s",
		    words[i].words, words[i].why);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct vt_paper_query q = { .number = numbers[i].number };

		tap_eq_int(ask(&d, &q), numbers[i].want, "number \"%s\"",
		    numbers[i].number);
	}
	others(&d);
	by_number(&d);
	folded();
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	return tap_done();
}
