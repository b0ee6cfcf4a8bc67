/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Old backup restored: no fork. The store stays read-only while anybody shows
 * a checkpoint beyond it, and writes again when two persons answer for it. */
#include "docstore/bundle.h"
#include "docstore/restored.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

/* As restoring leaves it. */
static void
mark(struct vt_store *s, bool handed_over)
{
	struct vt_restored x = { .is = true,
		.handed_over = handed_over,
		.at = VT_TIME_S(1772413970),
		.backup = VT_TIME_S(1772413900),
		.manifest = { { [5] = 0x5a } },
		.number = 3 };
	struct vt_key k = vt_key_text("restored");
	struct vt_err err = VT_ERR_INIT;
	struct vt_txn *t;
	VT_BUF_AUTO(v);

	vt_restored_encode(&x, &v);
	tap_need(s->engine->ops->begin(
		     s->engine, VT_SPACE_RECORDS, true, &t, &err) == VT_OK,
	    "begin");
	tap_need(vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v), &err) == VT_OK &&
		     t->ops->commit(t, &err) == VT_OK,
	    "marked");
}

static void
now(struct doer *d, struct vt_buf *ret)
{
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_checkpoint_get(v, d->agency, ret, &d->err) == VT_OK, "now");
	vt_view_end(v);
}

static int
resume(struct doer *d, const vt_id *one, const vt_id *two,
    const struct vt_span *shown, size_t n)
{
	struct vt_step st = { .kind = VT_STEP_RESUME };
	struct vt_act a = { .agency_no = d->agency,
		.steps = &st,
		.n_steps = 1,
		.person = *one };

	st.u.resume.second = *two;
	st.u.resume.asked = "Sở Nội vụ, Trung tâm lưu trữ";
	st.u.resume.shown = shown;
	st.u.resume.n_shown = n;
	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

/* The days up to the backup; later: what was done after it. */
static void
days(struct doer *d, vt_id person[2], uint64_t seed)
{
	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	tap_need(make_person(d, "Trần Thị Mẫu", &person[0]) == VT_OK, "one");
	tap_need(make_person(d, "Lê Văn Mẫu", &person[1]) == VT_OK, "two");
	for (uint64_t i = 0; i < 4; i++)
		tap_need(
		    make_paper(d, VT_DIR_OUT, 100, seed + i) == VT_OK, "paper");
}

/* The last act keeps what the mark said, which is gone. */
static void
told(struct doer *d)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 20);
	struct vt_key k = vt_key_row(d->agency, d->r.index);
	struct vt_arec rec;
	struct vt_span v;
	struct vt_txn *t;

	tap_need(vt_store_read(d->s, &t, &d->err) == VT_OK &&
		     vt_tx_get(t, VT_T_ACT, &k, &v, &d->err) == VT_OK &&
		     vt_arec_decode(v, a, &rec, &d->err) == VT_OK,
	    "its act");
	tap_ok(rec.steps[0].increment == 3 &&
		   rec.steps[0].at == VT_TIME_S(1772413970) &&
		   rec.steps[0].stated == VT_TIME_S(1772413900) &&
		   rec.steps[0].main.b[5] == 0x5a,
	    "the ledger says out of which increment it was restored, and when");
	t->ops->abort(t);
}

static void
play(bool lmdb)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	VT_BUF_AUTO(kept);
	VT_BUF_AUTO(beyond);
	VT_BUF_AUTO(forked);
	VT_BUF_AUTO(receipt);
	struct vt_shown_says says;
	struct vt_span shown[2], note;
	char *dir[3] = { dir_new(), dir_new(), dir_new() };
	vt_id person[2];
	struct vt_view *v;
	struct world w;

	/* what others hold: of the days after the backup, of another history */
	for (int i = 0; i < 2; i++) {
		world_init(&w);
		d.s = lmdb ? store_new(dir[i], &w.ctx) : model_new(&w.ctx);
		days(&d, person, i == 0 ? 1 : 50);
		if (i == 0) {
			tap_need(make_paper(&d, VT_DIR_OUT, 9, 9) == VT_OK,
			    "a paper after the backup");
			now(&d, &beyond);
			tap_need(vt_view_begin(d.s, &v, &d.err) == VT_OK, "v");
			tap_call(
			    vt_receipt_get(v, d.agency, 7, &receipt, &d.err),
			    &d.err, "somebody has its receipt");
			vt_view_end(v);
		} else {
			now(&d, &forked);
		}
		vt_store_close(d.s);
	}
	/* the restored one */
	world_init(&w);
	d.s = lmdb ? store_new(dir[2], &w.ctx) : model_new(&w.ctx);
	days(&d, person, 1);
	now(&d, &kept);
	mark(d.s, false);
	tap_code(make_paper(&d, VT_DIR_OUT, 1, 70), VT_E_STORE_RESTORED, &d.err,
	    "a restored store does not write");
	tap_code(resume(&d, &person[0], &person[0], NULL, 0), VT_E_INVALID,
	    &d.err, "one person is not two");
	tap_code(resume(&d, &person[0], &(vt_id){ { 7 } }, NULL, 0),
	    VT_E_PERSON_UNKNOWN, &d.err, "nor is somebody unknown");
	tap_call(vt_receipt_note(vt_buf_view(&receipt), &note, &d.err), &d.err,
	    "the receipt's checkpoint");
	tap_need(vt_view_begin(d.s, &v, &d.err) == VT_OK, "view");
	tap_call(
	    vt_shown_judge(v, note, &says, &d.err), &d.err, "is looked at");
	tap_ok(says.is == VT_SHOWN_BEYOND && says.ours == 7 && says.size == 8,
	    "it is beyond ours, by one leaf");
	tap_call(vt_shown_judge(v, vt_buf_view(&forked), &says, &d.err), &d.err,
	    "another");
	tap_ok(says.is == VT_SHOWN_FORKED, "is of another history");
	tap_call(vt_shown_judge(v, vt_buf_view(&kept), &says, &d.err), &d.err,
	    "our own");
	tap_ok(says.is == VT_SHOWN_OURS, "is ours");
	vt_view_end(v);
	shown[0] = vt_buf_view(&kept);
	shown[1] = note;
	tap_code(resume(&d, &person[0], &person[1], shown, 2),
	    VT_E_STORE_RESTORED, &d.err, "a leaf is missing: it stays so");
	tap_ok(strstr(d.err.msg, "leaves 7 to 7 are missing") != NULL,
	    "and says which");
	shown[1] = vt_buf_view(&forked);
	tap_code(resume(&d, &person[0], &person[1], shown, 2),
	    VT_E_LEDGER_PROOF, &d.err, "a fork is none of ours");
	shown[1] = vt_span_str("x/log\n1\n");
	tap_code(resume(&d, &person[0], &person[1], shown, 2), VT_E_SYNTAX,
	    &d.err, "what is no checkpoint is refused");
	tap_code(make_paper(&d, VT_DIR_OUT, 1, 70), VT_E_STORE_RESTORED, &d.err,
	    "still read-only after all of that");
	tap_call(resume(&d, &person[0], &person[1], shown, 1), &d.err,
	    "nothing beyond ours is known: two persons answer for it");
	told(&d);
	tap_call(make_paper(&d, VT_DIR_OUT, 1, 71), &d.err, "it writes again");
	tap_code(resume(&d, &person[0], &person[1], shown, 1), VT_E_CONFLICT,
	    &d.err, "there is nothing to lift any more");
	tap_eq_int(findings(d.s, true), 0, "check is clean");
	mark(d.s, true);
	tap_code(resume(&d, &person[0], &person[1], shown, 1),
	    VT_E_STORE_RESTORED, &d.err, "what was handed over stays so");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	for (int i = 0; i < 3; i++)
		dir_free(dir[i]);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	play(false);
	play(true);
	return tap_done();
}
