/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that a paper's metadata can say comes back as it was said, also as the
 * receiver's of a delivery; lists and numbers end where they should; a row
 * without the later fields reads as one that says nothing there.
 */
#include "base/limits.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static const struct vt_recipient places[] = { { "H99.31", "UBND xã" },
	{ "", "Lưu: VT" } };
static const struct vt_key_fact facts[] = { { "Họ tên", "Lê Thị Dụ" } };
static const char *const titles[] = { "Phụ lục I", "Phụ lục II" };
static const char *const tasks[] = { "NV.1", "NV.2", "NV.3" };
static const struct vt_answered answers[] = {
	{ "H99.31", "45/UBND-VP", "2026-02-20",
	    "H99.31,2026/02/20,45/UBND-VP" },
	{ "H99.32", "7/TB", "2026-02-21", "" }
};

static struct vt_meta
everything(void)
{
	struct vt_meta m = { 0 };

#define VT_META_TEXT(no, member, max) m.member = #member;
#include "docstore/meta.def"
#undef VT_META_TEXT
#define SET_TEXT(member, max)               m.member = #member;
#define SET_U32(member, max)                m.member = (max);
#define VT_META_MORE(no, KIND, member, max) SET_##KIND(member, max)
#include "docstore/meta_more.def"
#undef VT_META_MORE
	m.type_code = "QĐ"; /* no copy */
	m.reply_to = "";
	m.urgency = 3;
	m.pages = 12;
	m.copies = 40;
	m.recipients = places;
	m.n_recipients = 2;
	m.facts = facts;
	m.n_facts = 1;
	m.appendixes = titles;
	m.n_appendixes = 2;
	m.tasks = tasks;
	m.n_tasks = 3;
	m.answers = answers;
	m.n_answers = 2;
	return m;
}

static int
keep(struct doer *d, enum vt_direction dir, const struct vt_meta *m)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	int rc;

	rc = make_file(d, vt_span_str("x"), "cong-van.pdf", &f);
	if (rc != VT_OK)
		return rc;
	st.u.reg.direction = dir;
	st.u.reg.meta = m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	return do_step(d, NULL, st);
}

/* Equal by what is kept of both. */
static bool
same(const struct vt_meta *x, const struct vt_meta *y)
{
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);

	vt_meta_encode(x, &a);
	vt_meta_encode(y, &b);
	return vt_span_eq(vt_buf_view(&a), vt_buf_view(&b));
}

static void
said(struct doer *d, const vt_id *paper, const struct vt_meta *want,
    const char *what)
{
	struct vt_view *v;
	struct vt_paper p;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_paper_get(v, paper, &p, &d->err) == VT_OK,
	    "paper %s", d->err.msg);
	tap_ok(same(&p.meta, want), "%s", what);
	vt_view_end(v);
}

static void
round_trip(struct doer *d, struct world *w)
{
	struct vt_meta m = everything(), none = { .subject = "chỉ thế" };

	(void)w;
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(keep(d, VT_DIR_IN, &m), &d->err, "a paper that says all");
	said(d, &d->paper, &m, "comes back as it was said");
	tap_call(keep(d, VT_DIR_IN, &none), &d->err, "one that says little");
	vt_meta_defaults(&none);
	said(d, &d->paper, &none, "says nothing else");
}

/* Each list and number at its edge. */
static void
edges(struct doer *d, struct world *w)
{
	const char *lines[VT_L(META_LIST_MAX) + 1];
	struct vt_answered many[VT_L(META_LIST_MAX) + 1];
	struct vt_meta m = { .subject = "x" };

	(void)w;
	for (size_t i = 0; i <= VT_L(META_LIST_MAX); i++) {
		lines[i] = "một dòng";
		many[i] = answers[0];
	}
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	m.appendixes = m.tasks = lines;
	m.answers = many;
	m.n_appendixes = m.n_tasks = m.n_answers = VT_L(META_LIST_MAX);
	m.steering = 65535;
	tap_call(keep(d, VT_DIR_OUT, &m), &d->err, "all full");
	said(d, &d->paper, &m, "and whole");
	m.n_appendixes++;
	tap_code(keep(d, VT_DIR_OUT, &m), VT_E_LIMIT, &d->err, "a title more");
	m.n_appendixes--;
	m.n_tasks++;
	tap_code(keep(d, VT_DIR_OUT, &m), VT_E_LIMIT, &d->err, "a task more");
	m.n_tasks--;
	m.n_answers++;
	tap_code(
	    keep(d, VT_DIR_OUT, &m), VT_E_LIMIT, &d->err, "an answer more");
	m.n_answers--;
	m.steering++;
	tap_code(
	    keep(d, VT_DIR_OUT, &m), VT_E_INVALID, &d->err, "a number over");
	m.steering = 0;
	m.on_paper = 2;
	tap_code(keep(d, VT_DIR_OUT, &m), VT_E_INVALID, &d->err,
	    "neither on paper nor not");
}

/* Who sends stands in each delivery; the receiver's paper says the same. */
static void
sent(struct doer *d, struct world *w)
{
	const struct vt_recipient to = { "H99.31", "Xã" };
	struct vt_step st = { .kind = VT_STEP_DISPATCH };
	struct doer r = { .s = d->s, .r = VT_ACT_RESULT_INIT };
	struct vt_meta m = everything();
	struct vt_view *v;
	struct vt_delivery x;
	struct vt_paper p;
	vt_id paper;

	(void)w;
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "book");
	tap_call(make_agency(&r, "H99.31", "Xã"), &r.err, "receiver");
	tap_call(make_paper_of(d, VT_DIR_OUT, m, 4000, 1), &d->err, "paper");
	paper = d->paper;
	tap_call(walk_to_issue(d, 2), &d->err, "issued");
	st.u.dispatch.to = &to;
	st.u.dispatch.n_to = 1;
	st.u.dispatch.staff = "Trần Văn Mẫu";
	st.u.dispatch.unit = "Văn phòng";
	tap_call(do_step(d, &paper, st), &d->err, "sent");
	st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
	st.u.receive.delivery = delivery_id(d, &paper, 0);
	tap_call(do_step(&r, NULL, st), &r.err, "received");
	tap_need(
	    vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		vt_delivery_get(v, &st.u.receive.delivery, &x, &d->err) == VT_OK &&
		vt_paper_get(v, &r.paper, &p, &d->err) == VT_OK,
	    "rows %s", d->err.msg);
	tap_eq_str(x.staff, "Trần Văn Mẫu", "who sent it");
	tap_eq_str(x.unit, "Văn phòng", "of which unit");
	tap_ok(p.meta.n_appendixes == 2 && p.meta.n_tasks == 3 &&
		   p.meta.n_answers == 2 && p.meta.on_paper == 1 &&
		   strcmp(p.meta.answers[0].document_id,
		       answers[0].document_id) == 0,
	    "a tenant's paper says what the sender's says");
	vt_view_end(v);
	vt_act_result_free(&r.r);
}

/* A row of a release that knew of none of it. */
static void
old_row(void)
{
	static const uint8_t row[] = { 0xa2, 0x03, 0x61, 'x', 0x18, 0x19,
		0x02 };
	struct vt_meta want = { .subject = "x", .copies = 2 }, m;
	struct vt_arena *a = vt_arena_new(4096);
	struct vt_cbor c;
	VT_BUF_AUTO(again);

	tap_need(a != NULL, "memory");
	vt_cbor_open(&c, VT_SPAN(row, sizeof(row)));
	vt_meta_take(&c, a, &m);
	tap_ok(c.failed == VT_OK && c.at == sizeof(row), "an old row");
	vt_meta_defaults(&want);
	tap_ok(same(&m, &want), "says what it said");
	vt_meta_encode(&m, &again);
	tap_ok(vt_span_eq(vt_buf_view(&again), VT_SPAN(row, sizeof(row))),
	    "and is written as it was");
	vt_arena_free(a);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	old_row();
	(void)on_both(round_trip, "all of it");
	(void)on_both(edges, "edges");
	(void)on_both(sent, "sent");
	return tap_done();
}
