/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office anchors: from the first authority that gives a good token, only
 * what grew, and made up for after all were down. */
#include "api/office/anchors.h"
#include "docstore/anchor.h"
#include "docstore/bundle.h"
#include "tests/unit/docstore/fixture.h"
#include "tests/unit/verifier/tsa.h"

struct net {
	struct tsa tsa;
	bool down, first_down, lies;
	unsigned int asked;
};

static int
fetch(void *arg, const char *url, const char *content_type,
    struct vt_span request, size_t limit, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct net *n = arg;

	n->asked++;
	if (strcmp(content_type, "application/timestamp-query") != 0 ||
	    limit < 1000 || n->down ||
	    (n->first_down && strcmp(url, "http://a.test/tsa") == 0))
		return vt_err_set(
		    reterr, VT_E_ENVIRONMENT, "%s: not reached", url);
	if (n->lies)
		vt_buf_puts(ret, "<html>welcome</html>");
	else
		tsa_reply(&n->tsa, request, ret);
	return VT_OK;
}

static void
state(struct vt_office *o, vt_time *ret)
{
	struct vt_err err = VT_ERR_INIT;
	bool on;

	tap_call(vt_anchors_state(o, &on, ret, &err), &err, "state");
	tap_ok(on, "it is on");
}

static void
play(struct doer *d, struct vt_office *o, struct net *net)
{
	const struct vt_bundle_wish wish = { .opening = true };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_anchor_row row;
	struct vt_view *v;
	vt_time last;
	VT_BUF_AUTO(text);
	size_t n = 99;

	net->down = true;
	tap_code(vt_anchors_once(o, &n, &d->err), VT_E_ENVIRONMENT, &d->err,
	    "no authority answers");
	tap_eq_int(net->asked, 2, "both were asked");
	state(o, &last);
	tap_ok(last == VT_TIME_NONE, "nothing is anchored");
	tap_call(make_paper(d, VT_DIR_OUT, 100, 2), &d->err,
	    "papers go on meanwhile");
	net->down = false;
	net->first_down = true;
	tap_call(vt_anchors_once(o, &n, &d->err), &d->err,
	    "the second authority answers");
	tap_eq_int((int64_t)n, 2, "both agencies' ledgers are anchored");
	state(o, &last);
	tap_ok(last != VT_TIME_NONE, "it is told when");
	net->asked = 0;
	tap_call(vt_anchors_once(o, &n, &d->err), &d->err, "again");
	tap_ok(n == 0 && net->asked == 0, "nothing grew: nobody is asked");
	tap_call(make_paper(d, VT_DIR_OUT, 100, 3), &d->err, "one grows");
	net->first_down = false;
	net->lies = true;
	tap_code(vt_anchors_once(o, &n, &d->err), VT_E_SYNTAX, &d->err,
	    "answers that are no timestamps are not kept");
	net->lies = false;
	tap_call(vt_anchors_once(o, &n, &d->err), &d->err, "made up for");
	tap_eq_int((int64_t)n, 1, "the one that grew");

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_anchor_newest(v, &row, &d->err), &d->err, "the newest");
	tap_ok(row.no == 2 && strcmp(row.tsa, "http://a.test/tsa") == 0,
	    "by the first authority");
	tap_call(vt_bundle_get(v, d->agency, 0, &wish, &text, &d->err), &d->err,
	    "a proof");
	tap_call(vt_bundle_parse(vt_buf_view(&text), &b, &d->err), &d->err,
	    "is read");
	tap_ok(b.anchor.n > 0 && b.cp.size == 3,
	    "it stands at the earliest anchor");
	vt_bundle_free(&b);
	vt_view_end(v);
	tap_eq_int(findings(d->s, true), 0, "check is clean");
}

int
main(void)
{
	static const struct vt_worker_kind *const kinds = &vt_proof_worker;
	struct vt_anchors_options opt = {
		.url = { "http://a.test/tsa", "http://b.test/tsa" }, .n_urls = 2
	};
	struct doer d = { .r = VT_ACT_RESULT_INIT }, e = d;
	struct vt_office_options oo = { .fetch = fetch };
	struct vt_err err = VT_ERR_INIT;
	struct vt_spawner *spawner;
	struct net net = { .asked = 0 };
	struct vt_office *o;
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(
	    vt_spawner_start(kinds, 1, &spawner, &err) == VT_OK, "workers");
	tsa_new(&net.tsa, "Dấu thời gian thử");
	world_init(&w);
	d.s = e.s = model_new(&w.ctx);
	tap_need(make_agency(&e, "H99.02", "Sở khác") == VT_OK, "agency");
	tap_need(make_agency(&d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	tap_need(make_paper(&d, VT_DIR_OUT, 100, 1) == VT_OK, "paper");
	oo.store = d.s;
	oo.spawner = spawner;
	oo.ctx = &w.ctx;
	oo.public_url = "http://x.test";
	oo.key_dir = "/nowhere";
	oo.fetch_arg = &net;
	tap_need(vt_office_open(&oo, &o, &err) == VT_OK, "office");
	opt.n_urls = 0;
	tap_code(vt_anchors_start(o, &opt, false, &err), VT_E_INVALID, &err,
	    "no authority");
	opt.n_urls = 2;
	tap_call(vt_anchors_start(o, &opt, false, &err), &err, "started");
	play(&d, o, &net);
	vt_anchors_stop(o);
	tap_call(vt_anchors_start(o, &opt, true, &err), &err, "with a thread");
	vt_anchors_stop(o);
	vt_office_close(o);
	vt_act_result_free(&d.r);
	vt_act_result_free(&e.r);
	vt_store_close(d.s);
	vt_spawner_free(spawner);
	tsa_free(&net.tsa);
	return tap_done();
}
