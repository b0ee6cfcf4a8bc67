/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store that lost leaves for good goes on in a new epoch: what was proved
 * stays proved, what was lost is said in the first leaf, and no number that may
 * have been given is given again. */
#include "docstore/bundle.h"
#include "docstore/epoch.h"
#include "docstore/line.h"
#include "docstore/quick.h"
#include "docstore/restored.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define BACKED_UP 3 /* arrivals before the backup */

/* What others hold of the days after the backup, and of another history. */
static struct {
	struct vt_buf beyond, longer, forked;
	vt_id person[2];
} held;

/* As restoring leaves it. */
static void
mark(struct doer *d, const struct world *w)
{
	struct vt_restored x = { .is = true,
		.at = w->now,
		.backup = w->now,
		.number = 3 };
	struct vt_key k = vt_key_text("restored");
	struct vt_engine *e = d->s->engine;
	struct vt_txn *t;
	VT_BUF_AUTO(v);

	vt_restored_encode(&x, &v);
	tap_need(e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &d->err) ==
			 VT_OK &&
		     vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v), &d->err) ==
			 VT_OK &&
		     e->ops->commit(t, &d->err) == VT_OK,
	    "restored");
}

static void
newest(struct doer *d, struct vt_buf *ret)
{
	struct vt_view *v;

	vt_buf_reset(ret);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_checkpoint_get(v, d->agency, ret, &d->err) == VT_OK,
	    "the newest checkpoint");
	vt_view_end(v);
}

static void
until_backup(struct doer *d, uint64_t seed)
{
	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK &&
		     make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) ==
			 VT_OK &&
		     make_person(d, "Trần Thị Mẫu", &held.person[0]) == VT_OK &&
		     make_person(d, "Lê Văn Mẫu", &held.person[1]) == VT_OK,
	    "an agency");
	for (uint64_t i = 0; i < BACKED_UP; i++)
		tap_need(make_paper(d, VT_DIR_IN, 100, seed + i) == VT_OK,
		    "an arrival");
}

/* The store that is lost, and one that an operator made of the same backup. */
static void
elsewhere(void)
{
	for (int forked = 0; forked < 2; forked++) {
		struct doer d = { .r = VT_ACT_RESULT_INIT };
		struct world w;

		world_init(&w);
		d.s = model_new(&w.ctx);
		until_backup(&d, forked ? 50 : 1);
		if (forked)
			newest(&d, &held.forked);
		for (uint64_t i = 0; !forked && i < 2; i++) {
			tap_need(make_paper(&d, VT_DIR_IN, 9, 90 + i) == VT_OK,
			    "an arrival after the backup");
			newest(&d, i == 0 ? &held.beyond : &held.longer);
		}
		vt_act_result_free(&d.r);
		vt_store_close(d.s);
	}
}

static int
two_do(struct doer *d, const struct vt_step *st)
{
	struct vt_act a = { .agency_no = d->agency,
		.steps = st,
		.n_steps = 1,
		.person = held.person[0] };

	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

static int
epoch(struct doer *d, const struct vt_buf *shown, uint64_t lost)
{
	struct vt_span s = shown == NULL ? VT_SPAN(NULL, 0)
					 : vt_buf_view(shown);
	struct vt_step st = { .kind = VT_STEP_EPOCH };

	st.u.epoch.second = held.person[1];
	st.u.epoch.asked = "Sở Nội vụ; Kho lưu trữ";
	st.u.epoch.shown = &s;
	st.u.epoch.n_shown = shown != NULL;
	st.u.epoch.lost = lost;
	return two_do(d, &st);
}

static int
resume(struct doer *d, const struct vt_buf *shown)
{
	struct vt_span s = shown == NULL ? VT_SPAN(NULL, 0)
					 : vt_buf_view(shown);
	struct vt_step st = { .kind = VT_STEP_RESUME };

	st.u.resume.second = held.person[1];
	st.u.resume.asked = "Sở Nội vụ; Kho lưu trữ";
	st.u.resume.shown = &s;
	st.u.resume.n_shown = shown != NULL;
	return two_do(d, &st);
}

static int
lost(struct doer *d, uint64_t last)
{
	struct vt_step st = { .kind = VT_STEP_LOST };

	st.u.lost.second = held.person[1];
	st.u.lost.series = "den";
	st.u.lost.last = last;
	st.u.lost.note = "Sổ giấy ở quầy ghi đến số này";
	return two_do(d, &st);
}

/* A paper that was stamped with a lost number, when it turns up. */
static int
turned_up(struct doer *d, uint64_t value, vt_time stated)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_meta m = { .subject = "Giấy mời", .agency_code = "H99" };
	struct vt_file f;

	tap_need(make_file(d, VT_SPAN_LIT("giay"), "g", &f) == VT_OK, "scan");
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	st.u.reg.arrival_value = value;
	st.u.reg.arrival_stated = stated;
	return do_step(d, NULL, st);
}

/* Of act i: the receipt verifies, its bundle by the key of epoch `no`. */
static struct vt_receipt
proved(struct doer *d, uint64_t i, uint32_t no, const char *what)
{
	const struct vt_bundle_wish wish = { .opening = true };
	struct vt_bundle_says says = { .outsiders = 0 };
	struct vt_bundle_trust t = { .whose = "Sở" };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_vkey key;
	struct vt_view *v;
	VT_BUF_AUTO(receipt);
	VT_BUF_AUTO(text);
	struct vt_receipt r;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_log_vkey_at(v, d->agency, no, &key, &d->err) == VT_OK,
	    "the key of the epoch");
	tap_call(vt_receipt_get(v, d->agency, i, &receipt, &d->err), &d->err,
	    "%s: receipt", what);
	tap_call(vt_bundle_get(v, d->agency, i, &wish, &text, &d->err), &d->err,
	    "%s: bundle", what);
	vt_view_end(v);
	memset(&r, 0, sizeof(r));
	tap_call(vt_receipt_verify(vt_buf_view(&receipt), key.pub, &r, &d->err),
	    &d->err, "%s: the receipt holds", what);
	tap_need(
	    vt_bundle_parse(vt_buf_view(&text), &b, &d->err) == VT_OK, "it");
	t.log = &key;
	tap_call(vt_bundle_verify(&b, &t, &says, &d->err), &d->err,
	    "%s: the bundle holds in the ledger of its epoch", what);
	tap_eq_int(r.epoch, no, "%s: it says which epoch", what);
	tap_ok(says.facts.index == r.index &&
		   strcmp(says.facts.origin, key.name) == 0,
	    "%s: the same leaf of it", what);
	vt_bundle_free(&b);
	return r;
}

static const char *
states(struct doer *d)
{
	static const char letters[] = "?PROCGL";
	static char text[16];
	struct vt_register_row row[15];
	struct vt_view *v;
	size_t n;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_register_list(v, d->agency, "den", 2026, 0, row, 15, &n,
			 &d->err) == VT_OK,
	    "the register");
	for (size_t i = 0; i < n; i++)
		text[i] = letters[row[i].state];
	text[n] = '\0';
	vt_view_end(v);
	return text;
}

static uint64_t
acts(struct doer *d)
{
	struct vt_view *v;
	uint64_t n = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_log_size(v, d->agency, &n, &d->err) == VT_OK,
	    "how many acts");
	vt_view_end(v);
	return n;
}

static void
numbers(struct doer *d, const struct world *w)
{
	tap_code(resume(d, &held.beyond), VT_E_OUT_OF_ORDER, &d->err,
	    "not before it is said which numbers are lost");
	tap_ok(strstr(d->err.msg, "\"den\"") != NULL, "the series is named");
	tap_code(lost(d, BACKED_UP + VT_L(LOST_NUMBERS_MAX) + 1), VT_E_LIMIT,
	    &d->err, "so many are a slip of the pen");
	tap_call(lost(d, BACKED_UP + 2), &d->err, "04 and 05 may be given");
	tap_eq_str(states(d), "PPPLL", "the register shows them");
	tap_code(resume(d, &held.longer), VT_E_STORE_RESTORED, &d->err,
	    "more was lost than the two had been shown");
	tap_call(resume(d, &held.beyond), &d->err,
	    "what the epoch says is lost holds nothing up");
	tap_call(make_paper(d, VT_DIR_IN, 50, 60), &d->err, "it writes again");
	tap_eq_int(d->r.arrival, BACKED_UP + 3, "and gives the number after");
	tap_code(turned_up(d, 4, w->now + VT_TIME_S(1)), VT_E_INVALID, &d->err,
	    "a paper from tomorrow");
	tap_code(turned_up(d, 4, w->now), VT_E_OUT_OF_ORDER, &d->err,
	    "or of after the loss");
	tap_call(turned_up(d, 4, w->now - VT_TIME_S(7200)), &d->err,
	    "the paper turns up");
	tap_code(turned_up(d, 4, w->now - VT_TIME_S(7200)), VT_E_EXISTS,
	    &d->err, "once");
	tap_eq_str(states(d), "PPPPLP", "the register");
}

/* What was printed, and what monitors follow. */
static void
still(struct doer *d, const struct vt_line *printed)
{
	const uint64_t leaves = acts(d) - (4 + BACKED_UP);
	struct vt_line now;
	struct vt_view *v;
	VT_BUF_AUTO(b);

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_line_holds(v, d->agency, printed, &d->err), &d->err,
	    "the line of before holds");
	tap_call(vt_line_get(v, d->agency, &now, &d->err), &d->err, "today's");
	tap_ok(now.size == leaves &&
		   strcmp(now.origin, printed->origin) != 0,
	    "is of the new ledger");
	tap_call(
	    vt_line_holds(v, d->agency, &now, &d->err), &d->err, "holds too");
	now.root[0] ^= 1;
	tap_code(vt_line_holds(v, d->agency, &now, &d->err),
	    VT_E_LEDGER_PROOF, &d->err, "another root does not");
	tap_call(vt_tile_get(v, d->agency, 0, 0, (unsigned int)leaves,
		     &b, &d->err),
	    &d->err, "the tile of all leaves");
	tap_code(vt_tile_get(v, d->agency, 0, 0,
		     (unsigned int)leaves + 1, &b, &d->err),
	    VT_E_NOT_FOUND, &d->err, "and no more");
	vt_buf_reset(&b);
	tap_call(vt_consistency_put(v, d->agency, 1, &b, &d->err), &d->err,
	    "it goes on from its first leaf");
	tap_code(vt_consistency_put(v, d->agency, leaves + 1, &b, &d->err),
	    VT_E_NOT_FOUND, &d->err, "it is no longer than that");
	vt_view_end(v);
}

static void
first_leaf(struct doer *d, const struct vt_receipt *old)
{
	struct vt_receipt r =
	    proved(d, 4 + BACKED_UP, 1, "the act that opens it");

	tap_ok(r.index == 0 && r.size == 1 && r.n_kinds == 1 &&
		   r.kinds[0] == VT_STEP_EPOCH,
	    "is the first leaf of the new ledger");
	tap_ok(strcmp(r.prior, old->origin) == 0 &&
		   strcmp(r.origin, old->origin) != 0,
	    "it names the ledger before");
	tap_eq_int((int64_t)r.prior_size, 4 + BACKED_UP, "as it is here");
	tap_ok(vt_hash_eq(&r.prior_root, &old->root), "signs its root");
	tap_eq_int((int64_t)r.prior_lost, 4 + BACKED_UP + 1,
	    "and says up to where it was");
}

/* A second loss. */
static void
again(struct doer *d, const struct world *w)
{
	struct vt_super super;
	struct vt_buf here = VT_BUF_INIT;
	struct vt_receipt r;
	uint64_t first = acts(d);

	newest(d, &here);
	mark(d, w);
	tap_code(epoch(d, &here, 0), VT_E_CONFLICT, &d->err,
	    "nothing is lost: no epoch");
	tap_call(epoch(d, &held.forked, 0), &d->err,
	    "a fork of the first ledger comes to light");
	r = proved(d, first, 2, "the third epoch");
	tap_eq_int((int64_t)r.prior_lost, 0, "nothing of the second is lost");
	tap_call(lost(d, 0), &d->err, "nor a number");
	tap_call(resume(d, &held.forked), &d->err, "which is known now");
	tap_call(make_paper(d, VT_DIR_IN, 50, 61), &d->err, "it writes again");
	tap_eq_int(d->r.arrival, BACKED_UP + 4, "with the next number");
	tap_call(vt_super_read(d->s->engine, &super, &d->err), &d->err,
	    "the superblock");
	tap_ok((super.features & VT_FEATURE_LEDGERS) != 0,
	    "an older program is told that it does not know this");
	vt_buf_free(&here);
}

static int
quick(struct vt_store *s)
{
	struct vt_check_options o = { .finding = print_finding };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 99;

	tap_call(vt_store_check_quick(s, &o, &n, &err), &err, "a quick check");
	return (int)n;
}

static void
play(struct doer *d, struct world *w)
{
	struct vt_receipt old;
	struct vt_line printed;
	struct vt_view *v;

	until_backup(d, 1);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_line_get(v, d->agency, &printed, &d->err) == VT_OK,
	    "printed");
	vt_view_end(v);
	old = proved(d, 3 + BACKED_UP, 0, "the newest act");
	tap_code(epoch(d, &held.beyond, 0), VT_E_CONFLICT, &d->err,
	    "a store that is not restored has nothing to do with it");
	mark(d, w);
	tap_code(epoch(d, NULL, 0), VT_E_CONFLICT, &d->err,
	    "nothing is beyond: it can go on as it is");
	tap_code(resume(d, &held.beyond), VT_E_STORE_RESTORED, &d->err,
	    "something is: it cannot");
	tap_call(epoch(d, &held.beyond, 0), &d->err, "two open an epoch");
	tap_code(make_paper(d, VT_DIR_IN, 5, 5), VT_E_STORE_RESTORED, &d->err,
	    "which alone lets nobody write");
	first_leaf(d, &old);
	numbers(d, w);
	still(d, &printed);
	(void)proved(d, 1, 0, "an act of before");
	(void)proved(d, 5 + BACKED_UP, 1, "one of after");
	tap_eq_int(quick(d->s), 0, "nothing is found quickly");
	again(d, w);
	(void)proved(d, 5 + BACKED_UP, 1, "one of the second epoch");
	tap_eq_int(quick(d->s), 0, "nor now");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	elsewhere();
	(void)on_both(play, "epochs");
	vt_buf_free(&held.beyond);
	vt_buf_free(&held.longer);
	vt_buf_free(&held.forked);
	return tap_done();
}
