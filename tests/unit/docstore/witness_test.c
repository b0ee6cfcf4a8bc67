/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two nodes, each the other's witness: what is cosigned is kept and goes out
 * with proofs; another history is refused and remembered. On both engines. */
#include "docstore/anchor.h"
#include "docstore/store_priv.h"
#include "docstore/witness.h"
#include "tests/unit/docstore/fixture.h"

struct node {
	struct doer d;
	struct world w;
	struct vt_vkey log, self;
};

static void
node_begin(struct node *n, const char *dir, const char *code, uint64_t papers)
{
	struct vt_view *v;

	memset(n, 0, sizeof(*n));
	n->d.r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	world_init(&n->w);
	n->d.s = dir == NULL ? model_new(&n->w.ctx) : store_new(dir, &n->w.ctx);
	tap_need(make_agency(&n->d, code, "Sở") == VT_OK, "agency");
	for (uint64_t i = 0; i < papers; i++)
		tap_need(make_paper(&n->d, VT_DIR_OUT, 100, i) == VT_OK, "p");
	tap_need(vt_view_begin(n->d.s, &v, &n->d.err) == VT_OK, "view");
	tap_call(vt_log_vkey(v, n->d.agency, &n->log, &n->d.err), &n->d.err,
	    "the ledger's key");
	vt_view_end(v);
}

static void
node_end(struct node *n)
{
	vt_act_result_free(&n->d.r);
	vt_store_close(n->d.s);
}

/* What its operator would send to a witness that has seen `old`. */
static uint64_t
request(struct node *n, uint64_t old, struct vt_buf *ret)
{
	struct vt_consistency c;
	struct vt_checkpoint cp = { .size = 0 };
	struct vt_view *v;

	vt_buf_reset(ret);
	tap_need(vt_view_begin(n->d.s, &v, &n->d.err) == VT_OK, "view");
	tap_call(vt_consistency_put(v, n->d.agency, old, ret, &n->d.err),
	    &n->d.err, "a request from %llu", (unsigned long long)old);
	vt_view_end(v);
	tap_need(
	    vt_consistency_parse(vt_buf_view(ret), &c, &n->d.err) == VT_OK &&
		vt_checkpoint_parse(c.note, &cp, &n->d.err) == VT_OK,
	    "it is read");
	return cp.size;
}

static enum vt_witness_is
take(struct node *w, const struct node *n, const struct vt_buf *req,
    struct vt_witness_answer *ret, struct vt_buf *line)
{
	vt_buf_reset(line);
	tap_call(vt_witness_take(
		     w->d.s, &n->log, vt_buf_view(req), ret, line, &w->d.err),
	    &w->d.err, "the witness answers");
	return ret->is;
}

static void
kept_refused(struct node *n, const struct vt_buf *line, uint64_t size)
{
	struct vt_vkey other = n->self;

	tap_code(vt_cosigned_keep(n->d.s, n->d.agency, size, &n->self, "",
		     vt_buf_view(line), &n->d.err),
	    VT_E_INVALID, &n->d.err, "nobody's");
	other.pub[0] ^= 1;
	vt_vkey_id(&other);
	tap_code(vt_cosigned_keep(n->d.s, n->d.agency, size, &other, "Kho",
		     vt_buf_view(line), &n->d.err),
	    VT_E_NOT_FOUND, &n->d.err, "another's");
	tap_code(vt_cosigned_keep(n->d.s, n->d.agency, size + 9, &n->self,
		     "Kho", vt_buf_view(line), &n->d.err),
	    VT_E_CONFLICT, &n->d.err, "over leaves that are not");
	tap_code(vt_cosigned_keep(n->d.s, n->d.agency, size - 1, &n->self,
		     "Kho", vt_buf_view(line), &n->d.err),
	    VT_E_LEDGER_PROOF, &n->d.err, "over another size");
}

/* One agency's proof states its witness, and the readers count him. */
static void
proof(struct node *n, const struct vt_vkey *cosigner, unsigned int want)
{
	const struct vt_bundle_wish wish = { .opening = true };
	struct vt_bundle_trust t = { .log = &n->log,
		.whose = "Sở",
		.cosigner = { { cosigner, "Kho lưu trữ" } },
		.n_cosigners = 1 };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_bundle_says says = { .outsiders = 99 };
	struct vt_view *v;
	VT_BUF_AUTO(text);

	tap_need(vt_view_begin(n->d.s, &v, &n->d.err) == VT_OK, "view");
	tap_call(vt_bundle_get(v, n->d.agency, 1, &wish, &text, &n->d.err),
	    &n->d.err, "a proof");
	vt_view_end(v);
	tap_need(
	    vt_bundle_parse(vt_buf_view(&text), &b, &n->d.err) == VT_OK, "it");
	tap_call(
	    vt_bundle_verify(&b, &t, &says, &n->d.err), &n->d.err, "it holds");
	tap_eq_int((int)says.outsiders, (int)want, "outsiders in the proof");
	vt_bundle_free(&b);
}

/* The same ledger's key, another history: what a restored backup, or a bad
 * operator, would show. */
static void
fork_of(struct node *f, uint64_t papers)
{
	node_begin(f, NULL, "H99.01", 0);
	for (uint64_t i = 0; i < papers; i++)
		tap_need(make_paper(&f->d, VT_DIR_OUT, 100, 700 + i) == VT_OK,
		    "another paper");
}

static void
alarm_is(struct node *w, bool want, const char *what)
{
	struct vt_view *v;
	bool is;

	tap_need(vt_view_begin(w->d.s, &v, &w->d.err) == VT_OK, "view");
	tap_call(vt_witness_alarm(v, &is, &w->d.err), &w->d.err, "alarm");
	vt_view_end(v);
	tap_ok(is == want, "%s", what);
}

static void
refusals(struct node *w, struct node *n, const struct vt_buf *good)
{
	struct vt_witness_answer a;
	struct vt_vkey log = n->log;
	VT_BUF_AUTO(line);

	tap_code(vt_witness_take(w->d.s, &log, vt_span_str("old 0\n\nx\n"), &a,
		     &line, &w->d.err),
	    VT_E_SYNTAX, &w->d.err, "no checkpoint");
	log.pub[3] ^= 1;
	tap_code(vt_witness_take(
		     w->d.s, &log, vt_buf_view(good), &a, &line, &w->d.err),
	    VT_E_LEDGER_PROOF, &w->d.err, "another key than is known");
	log = n->log;
	log.name[0] ^= 1;
	tap_code(vt_witness_take(
		     w->d.s, &log, vt_buf_view(good), &a, &line, &w->d.err),
	    VT_E_LEDGER_PROOF, &w->d.err, "another ledger");
	tap_eq_int((int)line.n, 0, "nothing is signed");
}

static void
forks(struct node *w, struct node *n, uint64_t seen)
{
	struct vt_witness_answer a;
	struct node longer, same;
	VT_BUF_AUTO(req);
	VT_BUF_AUTO(line);

	fork_of(&longer, seen + 3);
	tap_ok(memcmp(longer.log.pub, n->log.pub, 32) == 0 &&
		   strcmp(longer.log.name, n->log.name) == 0,
	    "a fork has the same name and key");
	(void)request(&longer, seen, &req);
	tap_eq_int(take(w, n, &req, &a, &line), VT_WITNESS_REFUSED,
	    "a longer history that is another is refused");
	tap_ok(!a.forked && line.n == 0, "and not signed");
	alarm_is(w, true, "the witness tells");
	node_end(&longer);
	(void)request(n, seen, &req);
	tap_eq_int(take(w, n, &req, &a, &line), VT_WITNESS_SIGNED,
	    "the true one goes on");
	alarm_is(w, false, "a proof that did not fit is forgotten then");

	fork_of(&same, a.size - 1);
	(void)request(&same, a.size, &req);
	tap_eq_int(take(w, n, &req, &a, &line), VT_WITNESS_REFUSED,
	    "two trees of one size");
	tap_ok(a.forked, "are two histories, both signed");
	node_end(&same);
	(void)request(n, a.size, &req);
	tap_eq_int(take(w, n, &req, &a, &line), VT_WITNESS_REFUSED,
	    "of which neither is signed any more");
	alarm_is(w, true, "and the evidence stays");
	tap_eq_int(findings(w->d.s, true), 0, "the witness's check is clean");
}

static void
play(const char *dir, const char *dir2)
{
	struct vt_witness_answer a;
	struct vt_cosigned x[4];
	struct node n, w;
	struct vt_view *v;
	VT_BUF_AUTO(req);
	VT_BUF_AUTO(line);
	uint64_t size;
	size_t found;

	node_begin(&n, dir, "H99.01", 6);
	node_begin(&w, dir2, "H99.02", 1);
	/* another world's draws, so that keys differ */
	tap_call(vt_witness_vkey(w.d.s, &w.self, &w.d.err), &w.d.err, "key");
	tap_call(vt_witness_vkey(w.d.s, &n.self, &w.d.err), &w.d.err, "again");
	tap_ok(memcmp(&w.self, &n.self, sizeof(n.self)) == 0, "the same key");

	size = request(&n, 3, &req);
	tap_eq_int(take(&w, &n, &req, &a, &line), VT_WITNESS_STALE,
	    "from leaves that were not seen");
	tap_eq_int((int64_t)a.size, 0, "it has seen none");
	(void)request(&n, 0, &req);
	refusals(&w, &n, &req);
	tap_eq_int(take(&w, &n, &req, &a, &line), VT_WITNESS_SIGNED, "first");
	tap_eq_int((int64_t)a.size, (int64_t)size, "it has seen all");
	kept_refused(&n, &line, size);
	tap_call(vt_cosigned_keep(n.d.s, n.d.agency, size, &w.self,
		     "Kho lưu trữ", vt_buf_view(&line), &n.d.err),
	    &n.d.err, "kept");
	tap_call(vt_cosigned_keep(n.d.s, n.d.agency, size, &w.self,
		     "Kho lưu trữ", vt_buf_view(&line), &n.d.err),
	    &n.d.err, "again");
	tap_need(vt_view_begin(n.d.s, &v, &n.d.err) == VT_OK, "view");
	tap_call(vt_cosigned_list(v, n.d.agency, size, x, 4, &found, &n.d.err),
	    &n.d.err, "who cosigned");
	vt_view_end(v);
	tap_ok(found == 1 && strcmp(x[0].whose, "Kho lưu trữ") == 0 &&
		   memcmp(x[0].by.id, w.self.id, 4) == 0,
	    "is known");
	proof(&n, &w.self, 1);
	tap_need(make_paper(&n.d, VT_DIR_OUT, 100, 90) == VT_OK, "a paper");
	proof(&n, &w.self, 1);
	tap_eq_int(findings(n.d.s, true), 0, "check is clean");
	(void)request(&n, size, &req);
	tap_eq_int(take(&w, &n, &req, &a, &line), VT_WITNESS_SIGNED, "next");
	tap_eq_int(take(&w, &n, &req, &a, &line), VT_WITNESS_STALE,
	    "the same request again is stale: it says what it has seen");
	(void)request(&n, a.size, &req);
	tap_eq_int(take(&w, &n, &req, &a, &line), VT_WITNESS_SIGNED,
	    "nothing new is signed again");
	tap_need(make_paper(&n.d, VT_DIR_OUT, 100, 91) == VT_OK, "a paper");
	forks(&w, &n, a.size);
	node_end(&n);
	node_end(&w);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *dir[2] = { dir_new(), dir_new() };

	tap_need(vt_base_init(&err) == VT_OK, "base");
	play(NULL, NULL);
	play(dir[0], dir[1]);
	dir_free(dir[0]);
	dir_free(dir[1]);
	return tap_done();
}
