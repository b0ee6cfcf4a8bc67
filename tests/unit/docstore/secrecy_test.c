/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrecy, on both engines: a paper that is suspected is shown by no view that
 * was not told to, and takes no step but those that decide about it; one that
 * declares itself leaves an act that says nothing of it, and no byte. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static void
setup(struct doer *d)
{
	tap_call(make_agency(d, "H99.07", "Sở Khoa học và Công nghệ"), &d->err,
	    "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series di");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series den");
}

static struct vt_step
isolate(enum vt_step_kind kind, const char *why)
{
	struct vt_step st = { .kind = kind };

	st.u.isolate.note = why; /* the two have one shape */
	return st;
}

/* Its line in the register: a number, and of what is hidden no word. */
static void
in_register(struct doer *d, struct vt_view *v, const vt_id *id, bool see)
{
	struct vt_register_row row[4];
	size_t n = 0;
	bool words;

	tap_call(
	    vt_register_list(v, d->agency, "di", 2026, 0, row, 4, &n, &d->err),
	    &d->err, "register");
	tap_need(n == 1 && row[0].paper != NULL, "it has one line");
	words = *row[0].paper->meta.subject != '\0' ||
		row[0].paper->n_parts != 0 ||
		!vt_id_is_zero(&row[0].paper->signed_by);
	tap_ok(vt_id_eq(&row[0].paper->id, id) &&
		   strcmp(row[0].paper->number.text, "01/SKHCN-VP") == 0 &&
		   words == see,
	    "its line in the register");
}

/* What each way to a paper answers in a view that sees, or does not. */
static void
every_way(struct doer *d, const vt_id *id, bool see)
{
	int want = see ? VT_OK : VT_E_ISOLATED;
	struct vt_paper_query q = { .words = "thử" };
	struct vt_paper_filter f = { .before = 0 };
	struct vt_paper p, list[8];
	struct vt_view *v;
	uint64_t next;
	size_t n = 0;

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	if (see)
		vt_view_isolated(v, true);
	tap_code(vt_paper_get(v, id, &p, &d->err), want, &d->err, "by its id");
	tap_code(vt_paper_by_code(v, "AAAA-1", &p, &d->err), want, &d->err,
	    "by its public code");
	tap_code(vt_paper_by_number_text(
		     v, d->agency, "01/SKHCN-VP", "", &p, &d->err),
	    want, &d->err, "by its number");
	tap_call(vt_paper_list(v, d->agency, &f, list, 8, &n, &next, &d->err),
	    &d->err, "list");
	tap_eq_int(n, see ? 2 : 1, "in the list");
	tap_call(vt_paper_search(v, d->agency, &q, list, 8, &n, &next, &d->err),
	    &d->err, "search");
	tap_eq_int(n, see ? 2 : 1, "among what is found");
	in_register(d, v, id, see);
	vt_view_end(v);
}

static void
suspected(struct doer *d, struct world *w)
{
	static const struct vt_recipient to[] = { { "H99.08", "Sở Hai" } };
	struct doer e = *d;
	struct vt_step st, receive = { .kind = VT_STEP_RECEIVE };
	vt_id id, other, delivery;

	(void)w;
	setup(d);
	e.r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	tap_call(make_agency(&e, "H99.08", "Sở Hai"), &e.err, "another");
	tap_call(make_series(&e, "den", VT_RESET_YEAR, VT_SERIES_OURS), &e.err,
	    "its series");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 1), &d->err, "a draft");
	other = d->paper;
	tap_call(make_paper(d, VT_DIR_OUT, 30000, 3), &d->err, "ours");
	id = d->paper;
	tap_call(walk_to_issue(d, 4), &d->err, "issued");
	st = (struct vt_step){ .kind = VT_STEP_CODE };
	st.u.code.code = "AAAA-1";
	tap_call(do_step(d, &id, st), &d->err, "code");
	tap_call(dispatch(d, to, 1), &d->err, "sent");
	delivery = delivery_id(d, &id, 0);
	every_way(d, &id, true);
	tap_code(do_step(d, &id, isolate(VT_STEP_ISOLATE, "")), VT_E_INVALID,
	    &d->err, "why?");
	tap_code(do_step(d, &id, isolate(VT_STEP_CLEAR, "không")),
	    VT_E_OUT_OF_ORDER, &d->err, "it is not isolated");
	tap_call(do_step(d, &id, isolate(VT_STEP_ISOLATE, "có dấu Mật")),
	    &d->err, "isolate");
	tap_code(do_step(d, &id, isolate(VT_STEP_ISOLATE, "có dấu Mật")),
	    VT_E_EXISTS, &d->err, "twice");
	every_way(d, &id, false);
	every_way(d, &id, true);
	receive.u.receive.delivery = delivery;
	receive.u.receive.series = "den";
	tap_code(do_step(&e, NULL, receive), VT_E_ISOLATED, &e.err,
	    "nobody receives it from us");
	st = (struct vt_step){ .kind = VT_STEP_PRINT };
	st.u.print.what = VT_PRINT_LIST;
	st.u.print.copies = 1;
	tap_code(do_step(d, &id, st), VT_E_ISOLATED, &d->err, "no print");
	st = (struct vt_step){ .kind = VT_STEP_RESEND };
	st.u.resend.delivery = delivery;
	tap_code(do_step(d, &id, st), VT_E_ISOLATED, &d->err, "not again");
	tap_call(do_step(d, &id, status_step(&delivery, 1, 0, "đã đến")),
	    &d->err, "what comes back is heard");
	st = (struct vt_step){ .kind = VT_STEP_TAKE_BACK };
	st.u.take_back.note = "gửi nhầm";
	tap_call(do_step(d, &id, st), &d->err, "it is asked back");
	tap_call(do_step(d, &id, isolate(VT_STEP_CLEAR, "không phải mật")),
	    &d->err, "cleared");
	every_way(d, &id, true);
	tap_call(do_step(d, &other, isolate(VT_STEP_ISOLATE, "nghi")), &d->err,
	    "a draft, too");
	tap_code(do_step(d, &other, agree(VT_STEP_SUBMIT, &d->main)),
	    VT_E_ISOLATED, &d->err, "it is not submitted");
	vt_act_result_free(&e.r);
}

/* No byte of the file stays, and no word of it in the recorded act. */
static void
declared(struct doer *d, struct world *w)
{
	struct vt_step st = { .kind = VT_STEP_SECRET }, two[2];
	struct vt_file f[2];
	struct vt_blob blob;
	struct vt_view *v;
	uint64_t before, chunks;
	struct vt_store_info info;
	size_t removed = 0;
	uint8_t *bytes;

	(void)w;
	setup(d);
	tap_call(vt_store_info(d->s, &info, &d->err), &d->err, "figures");
	chunks = info.chunks;
	for (size_t i = 0; i < 2; i++) {
		bytes = make_bytes(70000, 7 + i);
		tap_call(make_file(d, VT_SPAN(bytes, 70000), "mat.pdf", &f[i]),
		    &d->err, "staged");
		free(bytes);
	}
	st.u.secret.level = 4;
	tap_code(do_step(d, NULL, st), VT_E_INVALID, &d->err, "of no level");
	st.u.secret.level = 2;
	st.u.secret.from = "H01";
	st.u.secret.uploads = f;
	st.u.secret.n_uploads = 2;
	two[0] = st;
	two[1] = number_step("di");
	tap_code(do_steps(d, NULL, two, 2, NULL), VT_E_INVALID, &d->err,
	    "with another step");
	tap_call(do_step(d, NULL, st), &d->err, "refused at the door");
	before = d->r.index;
	tap_ok(vt_id_is_zero(&d->r.paper), "on no paper");
	tap_ok(vt_hash_is_zero(&d->r.current), "no hash in the answer");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	for (size_t i = 0; i < 2; i++) {
		uint32_t agency;

		tap_code(
		    vt_upload_find(v, &f[i].upload, &agency, &blob, &d->err),
		    VT_E_NOT_FOUND, &d->err, "what was staged is gone");
	}
	{
		struct vt_span row;
		struct vt_key k = vt_key_row(d->agency, before);

		tap_call(vt_tx_get(v->txn, VT_T_ACT, &k, &row, &d->err),
		    &d->err, "its record");
		for (size_t i = 0; i < 2; i++)
			tap_ok(memmem(row.p, row.n, f[i].hash.b,
				   sizeof(f[i].hash.b)) == NULL &&
				   memmem(row.p, row.n, f[i].upload.b,
				       sizeof(f[i].upload.b)) == NULL &&
				   memmem(row.p, row.n, "mat.pdf", 7) == NULL,
			    "names no hash, no upload, no file");
	}
	vt_view_end(v);
	tap_call(vt_upload_expire(d->s, 16, &removed, &d->err), &d->err,
	    "what nothing names is swept");
	for (size_t i = 0; i < 2; i++)
		tap_code(vt_bytes_stat(d->s, &f[i].hash, &blob, &d->err),
		    VT_E_NOT_FOUND, &d->err, "no byte of it");
	tap_call(vt_store_info(d->s, &info, &d->err), &d->err, "figures");
	tap_eq_int(info.chunks, chunks, "as many chunks as before");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 1), &d->err, "it goes on");
}

int
main(void)
{
	(void)on_both(suspected, "suspected");
	(void)on_both(declared, "declared");
	return tap_done();
}
