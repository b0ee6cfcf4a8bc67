/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One suite for every engine. First the engine itself, against a plain table;
 * then a store with a set clock and set randomness, made the same way on LMDB
 * and on the model: both must hold the same rows, byte for byte, and they are
 * those of format 1 (tests/golden/format-1.sha256).
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

/* ---- the engine ---- */

#define ROWS 512

struct row {
	bool there;
	uint8_t value;
};

static struct vt_key
key_of(unsigned int i)
{
	struct vt_key k = { .n = 0 };

	/* Some keys are prefixes of others. */
	vt_key_u8(&k, (uint8_t)(i >> 2));
	for (unsigned int j = 0; j < (i & 3); j++)
		vt_key_u8(&k, 0);
	return k;
}

static unsigned int
compare_all(struct vt_txn *t, const struct row *want)
{
	struct vt_key at = { .n = 0 };
	struct vt_span k, v;
	unsigned int bad = 0;
	struct vt_err err;
	uint64_t n = 0, rows;

	for (unsigned int i = 0; i < ROWS; i++) {
		struct vt_key key = key_of(i);
		int rc = vt_tx_get(t, VT_T_CODE, &key, &v, &err);

		bad += rc != (want[i].there ? VT_OK : VT_E_NOT_FOUND);
		bad += rc == VT_OK && (v.n != 1 || v.p[0] != want[i].value);
		if (!want[i].there)
			continue;
		n++;
		rc = vt_tx_ge(t, VT_T_CODE, &at, &k, &v, &err);
		bad += rc != VT_OK || !vt_span_eq(k, vt_key_view(&key));
		at = key;
		vt_key_u8(&at, 0); /* the next key */
		rc = vt_tx_lt(t, VT_T_CODE, &at, &k, &v, &err);
		bad += rc != VT_OK || !vt_span_eq(k, vt_key_view(&key));
	}
	bad += vt_tx_ge(t, VT_T_CODE, &at, &k, &v, &err) != VT_E_NOT_FOUND &&
	       n > 0;
	at.n = 0;
	bad += (vt_tx_lt(t, VT_T_CODE, &at, &k, &v, &err) == VT_OK) != (n > 0);
	bad += t->ops->count(t, VT_T_CODE, &rows, &err) != VT_OK || rows != n;
	return bad;
}

static unsigned int
change(struct vt_txn *t, struct row *rows, uint64_t *x)
{
	unsigned int i, bad = 0;
	struct vt_err err;
	struct vt_key k;
	int rc;

	*x = *x * 6364136223846793005ULL + 1442695040888963407ULL;
	i = (unsigned int)(*x >> 40) % ROWS;
	k = key_of(i);
	if ((*x >> 20 & 3) == 0) {
		rc = vt_tx_del(t, VT_T_CODE, &k, &err);
		bad += rc != (rows[i].there ? VT_OK : VT_E_NOT_FOUND);
		rows[i].there = false;
	} else {
		rows[i] = (struct row){ true, (uint8_t)(*x >> 50) };
		bad += vt_tx_put(t, VT_T_CODE, &k, VT_SPAN(&rows[i].value, 1),
			   &err) != VT_OK;
	}
	return bad;
}

static void
engine(const struct vt_engine_ops *ops, const char *dir)
{
	struct vt_engine_options o = {
		.path = dir, .map_size = 1 << 28, .create = true
	};
	static struct row rows[ROWS], was[ROWS];
	struct vt_txn *t, *old;
	struct vt_engine *e;
	unsigned int bad = 0;
	struct vt_err err;
	uint64_t x = 42;

	memset(rows, 0, sizeof(rows));
	tap_call(ops->open(&o, &e, &err), &err, "%s: open", ops->name);
	for (int round = 0; round < 40; round++) {
		memcpy(was, rows, sizeof(was));
		tap_need(
		    ops->begin(e, VT_SPACE_RECORDS, false, &old, &err) == VT_OK,
		    "a reader");
		tap_need(
		    ops->begin(e, VT_SPACE_RECORDS, true, &t, &err) == VT_OK,
		    "a writer");
		for (int i = 0; i < 60; i++)
			bad += change(t, rows, &x);
		bad += compare_all(t, rows); /* its own writes */
		bad += compare_all(old, was);
		if (round % 3 == 0) {
			ops->abort(t);
			memcpy(rows, was, sizeof(rows));
		} else {
			bad += ops->commit(t, &err) != VT_OK;
		}
		bad += compare_all(old, was); /* still its own time */
		ops->abort(old);
		bad +=
		    ops->begin(e, VT_SPACE_RECORDS, false, &old, &err) != VT_OK;
		bad += compare_all(old, rows);
		ops->abort(old);
	}
	tap_eq_int(bad, 0, "%s: rows, order, snapshots, abort", ops->name);
	ops->close(e);
}

/* ---- the store ---- */

static void
script(struct doer *d, struct world *w)
{
	static const struct vt_recipient to[] = { { "H99.31",
	    "UBND xã An Mẫu" } };
	const vt_hash token = vt_sha256(VT_SPAN_LIT("token"));
	struct doer r = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct vt_step st = { .kind = VT_STEP_PERSON };
	struct vt_delivery del;
	struct vt_view *v;
	VT_BUF_AUTO(receipt);
	size_t n;
	vt_id id;

	tap_call(make_agency(d, "H99.07", "Sở Khoa học và Công nghệ"), &d->err,
	    "agency");
	tap_call(make_agency(&r, "H99.31", "UBND xã An Mẫu"), &r.err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(&r, "den", VT_RESET_YEAR, VT_SERIES_OURS), &r.err,
	    "series");
	st.u.person = (struct vt_person){ .name = "Trần Thị Mẫu",
		.position = "Giám đốc",
		.roles = VT_ROLE_LEADER,
		.active = true,
		.tokens = &token,
		.n_tokens = 1 };
	tap_call(do_step(d, NULL, st), &d->err, "person");
	w->now += VT_TIME_S(3600);
	tap_call(make_paper(d, VT_DIR_OUT, 150000, 1), &d->err, "paper");
	id = d->paper;
	tap_call(walk_to_issue(d, 2), &d->err, "walk");
	w->now += VT_TIME_S(60);
	tap_call(dispatch(d, to, 1), &d->err, "send");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_delivery_list(v, &id, &del, 1, &n, &d->err), &d->err,
	    "delivery");
	st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
	st.u.receive.delivery = del.id;
	st.u.receive.series = "den";
	vt_view_end(v);
	tap_call(do_steps(&r, NULL, &st, 1, "receive-1"), &r.err, "receive");
	vt_buf_span(&receipt, vt_buf_view(&r.r.receipt));
	st = (struct vt_step){ .kind = VT_STEP_DELIVERED };
	st.u.delivered.delivery = del.id;
	st.u.delivered.state = VT_DELIVERY_REGISTERED;
	st.u.delivered.receipt = vt_buf_view(&receipt);
	tap_call(do_steps(d, &id, &st, 1, "delivered-1"), &d->err, "answer");
	tap_call(make_paper(d, VT_DIR_RESULT, 70000, 5), &d->err, "result");
	id = d->paper;
	st = (struct vt_step){ .kind = VT_STEP_CODE };
	st.u.code.code = "AB12-CD34";
	tap_call(do_step(d, &id, st), &d->err, "code");
	vt_act_result_free(&r.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *raw = dir_new();
	vt_hash rows;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	engine(&vt_engine_model, NULL);
	engine(&vt_engine_lmdb, raw);
	dir_free(raw);
	rows = on_both(script, "one of each");
	golden("format-1.sha256", &rows, "the rows are those of format 1");
	return tap_done();
}
