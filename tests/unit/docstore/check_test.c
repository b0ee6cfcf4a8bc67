/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A check that cannot fail is none: every table of a good store is damaged in
 * turn (a row changed, removed, added), and check must say so each time.
 */
#include "docstore/anchor.h"
#include "docstore/store_priv.h"
#include "docstore/witness.h"
#include "tests/unit/docstore/fixture.h"

enum damage { CHANGED, REMOVED, ADDED, DAMAGES };

static const char *const names[] = { "changed", "removed", "added" };

/* Damages the middle row of a table, or undoes it. VT_E_NOT_FOUND: empty. */
static int
damage(struct vt_store *s, enum vt_table t, enum damage what, bool undo,
    struct vt_key *key, struct vt_buf *value)
{
	struct vt_txn *txn;
	struct vt_err err;
	struct vt_key k;
	uint64_t rows;
	VT_BUF_AUTO(bad);
	int rc;

	rc = s->engine->ops->begin(
	    s->engine, vt_table_space(t), true, &txn, &err);
	if (rc != VT_OK)
		return rc;
	if (!undo) {
		struct vt_span rk, rv;

		*key = (struct vt_key){ .n = 0 };
		rc = txn->ops->count(txn, t, &rows, &err);
		/* Sealed ones are not written: the last row there is. */
		if (t == VT_T_BYTES && rc == VT_OK &&
		    (rc = vt_tx_lt(txn, t, key, &rk, &rv, &err)) == VT_OK) {
			vt_key_bytes(key, rk.p, rk.n);
			vt_buf_span(value, rv);
			rows = 0;
		}
		for (uint64_t i = 0;
		     rc == VT_OK && rows > 0 && i <= rows / 2; i++) {
			struct vt_key next = *key;

			if (i > 0)
				vt_key_u8(&next, 0);
			rc = vt_tx_ge(txn, t, &next, &rk, &rv, &err);
			if (rc == VT_OK) {
				key->n = 0;
				vt_key_bytes(key, rk.p, rk.n);
				vt_buf_reset(value);
				vt_buf_span(value, rv);
			} else if (i > 0) {
				rc = VT_OK; /* the last one */
				break;
			}
		}
		if (rc != VT_OK) {
			txn->ops->abort(txn);
			return rc;
		}
	}
	k = *key;
	if (what == ADDED)
		k.b[k.n - 1] ^= 0x55;
	vt_buf_span(&bad, vt_buf_view(value));
	if (what == CHANGED && !undo)
		bad.p[bad.n - 1] ^= 0x01;
	if ((what == REMOVED && !undo) || (what == ADDED && undo))
		rc = vt_tx_del(txn, t, &k, &err);
	else
		rc = vt_tx_put(txn, t, &k, vt_buf_view(&bad), &err);
	return rc == VT_OK ? txn->ops->commit(txn, &err) : rc;
}

/* Rows whose content says nothing, or that may be there beside the others. */
static bool
harmless(enum vt_table t, enum damage what)
{
	switch (t) {
	case VT_T_SUPER: /* tests of the store */
	case VT_T_GARBAGE:
	case VT_T_UNMAPPED:
		return true;
	case VT_T_DUE:
	case VT_T_TURN:
	case VT_T_UPLOAD_DUE:
	case VT_T_FLEETING_DUE:
		return what == CHANGED; /* null */
	case VT_T_CHECKPOINT:
		return what == REMOVED; /* made again, equal */
	case VT_T_WRAP:
	case VT_T_BYTES:
		return what == ADDED; /* behind the last: swept at open */
	case VT_T_WORK:
		return what == CHANGED; /* a note of any kind */
	default:
		return false;
	}
}

/* A row in each table of exchange and of the house. */
static void
make_exchange(struct doer *d, const vt_id *sent)
{
	struct vt_step st = { .kind = VT_STEP_REPLACE };
	vt_id del = delivery_id(d, sent, 1), consignment, other;
	vt_hash main;

	tap_call(
	    do_step(d, sent, status_step(&del, 1, 0, "")), &d->err, "a status");
	tap_call(make_consign(d, "doc-1", "<edXML/>", &consignment), &d->err,
	    "a consignment");
	tap_call(make_arrival(d, &consignment, "H01,2026/03/01,12/BTP", 77),
	    &d->err, "read");
	tap_call(make_paper(d, VT_DIR_OUT, 5000, 78), &d->err, "another paper");
	tap_call(walk_to_issue(d, 79), &d->err, "walk");
	other = d->paper;
	main = d->main;
	st.u.replace.by = other;
	tap_call(do_step(d, sent, st), &d->err, "it replaces the one sent");
	st = (struct vt_step){ .kind = VT_STEP_RENDITION };
	tap_call(
	    make_file(d, VT_SPAN_LIT("its words"), "x", &st.u.rendition.file),
	    &d->err, "a file");
	st.u.rendition.of = main;
	st.u.rendition.kind = VT_RENDITION_TEXT;
	st.u.rendition.by = "poppler 22";
	tap_call(do_step(d, &other, st), &d->err, "a rendition");
	tap_call(put_entry(d, VT_ENTRY_ADDRESS, "H01", VT_SPAN_LIT("\x01"),
		     VT_ENTRY_NEW),
	    &d->err, "an entry");
	tap_call(put_entry(d, VT_ENTRY_ACCOUNT, "mau", VT_SPAN_LIT("\x02"),
		     VT_ENTRY_NEW),
	    &d->err, "a secret one");
	tap_eq_int(
	    put_state(d->s, VT_STATE_SESSION, "s1", "x", VT_TIME_S(1900000000)),
	    VT_OK, "a state");
	st = (struct vt_step){ .kind = VT_STEP_WORK };
	st.u.work.kind = VT_WORK_STATUS;
	st.u.work.subject = consignment;
	tap_call(do_step(d, NULL, st), &d->err, "a status to be told");
	tap_call(do_step(d, NULL, st), &d->err, "another waits for its turn");
}

/* A token is any bytes with the root in them, for the store. */
static void
make_anchor(struct doer *d)
{
	struct vt_anchor_plan plan;
	struct vt_view *v;

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_anchor_plan(v, &plan, &d->err), &d->err, "plan");
	vt_view_end(v);
	tap_call(vt_anchor_keep(d->s, &plan, "tsa", VT_SPAN(plan.root.b, 32),
		     VT_TIME_S(1772413966), &d->err),
	    &d->err, "an anchor of %zu", plan.n);
	vt_anchor_plan_free(&plan);
}

/* Seen by itself, which only a test does: a row on each side. */
static void
make_cosignature(struct doer *d)
{
	struct vt_witness_answer a = { .size = 0 };
	struct vt_vkey log, self;
	struct vt_view *v;
	VT_BUF_AUTO(req);
	VT_BUF_AUTO(line);

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_log_vkey(v, d->agency, &log, &d->err), &d->err, "key");
	tap_call(vt_consistency_put(v, d->agency, 0, &req, &d->err), &d->err,
	    "a request");
	vt_view_end(v);
	tap_call(vt_witness_vkey(d->s, &self, &d->err), &d->err, "key");
	tap_call(vt_witness_take(
		     d->s, &log, vt_buf_view(&req), &a, &line, &d->err),
	    &d->err, "seen");
	tap_call(vt_cosigned_keep(d->s, d->agency, a.size, &self, "Kho",
		     vt_buf_view(&line), &d->err),
	    &d->err, "cosigned");
}

/* A book with a held number, closed; and one that is held now. */
static void
make_numbers(struct doer *d, struct world *w)
{
	struct vt_step st = { .kind = VT_STEP_RESERVE };

	st.u.reserve.series = "di";
	st.u.reserve.note = "giữ số";
	st.u.reserve.until = w->now + VT_TIME_S(3600);
	tap_call(do_step(d, NULL, st), &d->err, "a number is held");
	st = (struct vt_step){ .kind = VT_STEP_CANCEL_NUMBER };
	st.u.cancel_number.series = "di";
	st.u.cancel_number.period = 2026;
	st.u.cancel_number.value = d->r.number;
	st.u.cancel_number.n = 1;
	st.u.cancel_number.note = "không dùng";
	tap_call(do_step(d, NULL, st), &d->err, "and given up");
	w->now += VT_TIME_S((int64_t)366 * 86400);
	st = (struct vt_step){ .kind = VT_STEP_BOOK_CLOSE };
	st.u.book_close.series = "di";
	st.u.book_close.period = 2026;
	tap_call(do_step(d, NULL, st), &d->err, "the book is closed");
	st = (struct vt_step){ .kind = VT_STEP_RESERVE };
	st.u.reserve.series = "di";
	st.u.reserve.note = "giữ số nữa";
	st.u.reserve.until = w->now + VT_TIME_S(3600);
	tap_call(do_step(d, NULL, st), &d->err, "another is held");
}

static void
make(struct doer *d, struct world *w)
{
	static const struct vt_recipient to[] = { { "H99.31", "Xã" },
		{ "H99.32", "Xã khác" }, { "H99.33", "Xã nữa" } };
	const vt_hash token = vt_sha256(VT_SPAN_LIT("token"));
	struct doer r = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct vt_step st = { .kind = VT_STEP_PERSON };
	struct vt_delivery del;
	struct vt_view *v;
	struct vt_file f;
	size_t n;
	vt_id id;

	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(make_agency(&r, "H99.31", "Xã"), &r.err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(&r, "den", VT_RESET_YEAR, VT_SERIES_OURS), &r.err,
	    "series");
	st.u.person = (struct vt_person){ .name = "Trần Thị Mẫu",
		.active = true,
		.tokens = &token,
		.n_tokens = 1 };
	tap_call(do_step(d, NULL, st), &d->err, "person");
	for (uint64_t i = 0; i < 3; i++) {
		tap_call(
		    make_paper(d, VT_DIR_OUT, 150000, i + 1), &d->err, "paper");
		tap_call(walk_to_issue(d, 10 * i + 20), &d->err, "walk");
	}
	id = d->paper;
	tap_call(dispatch(d, to, 3), &d->err, "send");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(
	    vt_delivery_list(v, &id, &del, 1, &n, &d->err), &d->err, "list");
	st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
	st.u.receive.delivery = del.id;
	st.u.receive.series = "den";
	vt_view_end(v);
	tap_call(do_steps(&r, NULL, &st, 1, "k"), &r.err, "receive");
	st = (struct vt_step){ .kind = VT_STEP_CODE };
	st.u.code.code = "AB12-CD34";
	tap_call(do_step(d, &id, st), &d->err, "code");
	tap_call(make_file(d, VT_SPAN_LIT("waiting"), "x", &f), &d->err,
	    "an upload that waits");
	make_numbers(d, w);
	make_anchor(d);
	make_cosignature(d);
	make_exchange(d, &id);
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 88), &d->err, "a paper");
	id = d->paper;
	st = (struct vt_step){ .kind = VT_STEP_DESTROY };
	st.u.destroy.reason = VT_DESTROY_COURT;
	st.u.destroy.note = "x";
	st.u.destroy.wipe = true;
	tap_call(do_step(d, &id, st), &d->err, "destroyed");
	tap_call(make_paper(d, VT_DIR_OUT, 3000, 89), &d->err, "a paper");
	id = d->paper;
	tap_call(put_text(d, &id, &d->main, "chữ\ftrang hai"), &d->err,
	    "the text of its pages");
	st = (struct vt_step){ .kind = VT_STEP_READ };
	st.u.read.use = VT_USE_OPEN;
	st.u.read.main = d->main;
	tap_call(do_step(d, &id, st), &d->err, "somebody looked at it");
	make_anchor(d);
	vt_act_result_free(&d->r);
	vt_act_result_free(&r.r);
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	unsigned int tried = 0;
	struct world w;
	char *dir = dir_new();

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	make(&d, &w);
	vt_store_close(d.s);
	d.s = store_open(dir, &w.ctx);
	tap_eq_int(findings(d.s, true), 0, "a good store has no finding");
	for (int t = 0; t < VT_T__MAX; t++)
		for (int how = 0; how < DAMAGES; how++) {
			struct vt_key k;
			VT_BUF_AUTO(v);
			uint64_t n;

			if (harmless((enum vt_table)t, (enum damage)how))
				continue;
			if (damage(d.s, (enum vt_table)t, (enum damage)how,
				false, &k, &v) != VT_OK) {
				tap_ok(false, "%s is empty",
				    vt_table_name((enum vt_table)t));
				break;
			}
			n = findings(d.s, false);
			tap_ok(n > 0 && n != UINT64_MAX, "%s: a row %s",
			    vt_table_name((enum vt_table)t), names[how]);
			tried++;
			tap_need(damage(d.s, (enum vt_table)t, (enum damage)how,
				     true, &k, &v) == VT_OK,
			    "undone");
		}
	tap_ok(tried > 70, "%u kinds of damage", tried);
	tap_eq_int(findings(d.s, true), 0, "and good again in the end");
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
