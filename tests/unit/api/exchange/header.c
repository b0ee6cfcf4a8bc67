/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a paper's metadata says goes through a packet and stands on the
 * receiver's paper again, whatever is said and whatever is not: papers made by
 * chance (the seed is printed), each sent from one node to another.
 */
#include "docstore/codec.h"
#include "tests/unit/api/exchange/nodes.h"

#define PAPERS 24
#define LINES  5

static struct node a, b;

/* ---- chance ---- */

static uint64_t state;

static uint64_t
chance(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* A text of up to max characters, or none; never blank at its ends. */
static const char *
text(struct vt_arena *m, size_t max)
{
	static const char *const letters[] = { "a", "Đ", "ữ", "&", "<", "7",
		"ợ", "-", "\"", "Ề", "/", "x" };
	size_t n = chance(4) == 0 ? max : chance(max) + 1;
	VT_BUF_AUTO(t);
	char *s;

	if (chance(3) == 0)
		return "";
	for (size_t i = 0; i < n; i++)
		vt_buf_puts(&t,
		    i > 0 && i + 1 < n && chance(8) == 0
			? " "
			: letters[chance(sizeof(letters) / sizeof(*letters))]);
	for (size_t i = 1; i < t.n; i++) /* runs of blanks are one */
		if (t.p[i] == ' ' && t.p[i - 1] == ' ')
			t.p[i] = '.';
	s = vt_arena_strdup(m, vt_buf_str(&t));
	must(s != NULL, "memory", "");
	return s;
}

static const char *
day(void)
{
	static const char *const days[] = { "", "2026-02-20", "2026-12-31",
		"2024-02-29" };

	return days[chance(4)];
}

static const char *const *
texts(struct vt_arena *m, size_t max, size_t *ret_n)
{
	const char **s = vt_arena_array(m, LINES, sizeof(*s));
	size_t n = chance(LINES + 1);

	must(s != NULL, "memory", "");
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		s[*ret_n] = text(m, max);
		*ret_n += s[*ret_n][0] != '\0';
	}
	return s;
}

/* A kind of paper, of the tables and of none, by name or by abbreviation. */
static void
kind(struct vt_meta *m)
{
	static const struct {
		const char *name, *code;
		uint32_t legal;
	} types[] = { { "Công văn", "CV", 0 }, { "Quyết định", "QĐ", 0 },
		{ "Quyết định", "QĐ", 1 }, { "Nghị quyết", "NQ", 1 },
		{ "Chỉ thị", "CT", 0 }, { "Thông tư", "TT", 1 },
		{ "Tờ trình", "TTr", 0 }, { "Thư công", "", 0 },
		{ "Phiếu báo", "PB", 0 },
		{ "Bộ luật", "", 1 }, { "Bản tin nội bộ", "", 0 },
		{ "Quy ước làng", "", 1 } };
	size_t i = chance(sizeof(types) / sizeof(types[0]));

	m->type_name = types[i].name;
	m->type_code = types[i].code;
	m->legal = types[i].legal;
}

static void
lists(struct vt_arena *m, struct vt_meta *ret)
{
	struct vt_recipient *to = vt_arena_array(m, LINES, sizeof(*to));
	struct vt_answered *of = vt_arena_array(m, LINES, sizeof(*of));
	const char *const *lines;
	size_t n;

	must(to != NULL && of != NULL, "memory", "");
	ret->appendixes = texts(m, 250, &ret->n_appendixes);
	ret->tasks = texts(m, 200, &ret->n_tasks);
	lines = texts(m, 150, &ret->n_recipients);
	for (size_t i = 0; i < ret->n_recipients; i++)
		to[i] = (struct vt_recipient){ "", lines[i] };
	ret->recipients = to;
	lines = texts(m, 100, &n);
	for (size_t i = 0; i < n; i++)
		of[i] =
		    (struct vt_answered){ chance(2) == 0 ? "H99.31" : "H99.44",
			    lines[i], day(), text(m, 200) };
	ret->answers = of;
	ret->n_answers = n;
}

static struct vt_meta
by_chance(struct vt_arena *m)
{
	struct vt_meta r = { .subject = "V/v tiêu đề" };
	const char *s;

	kind(&r);
	if ((s = text(m, 500))[0] != '\0')
		r.subject = s;
	r.notation = "SKHCN-CĐS";
	r.place = text(m, 50);
	r.signer_name = text(m, 50);
	r.signer_position = text(m, 100);
	r.signer_competence = text(m, 20);
	r.description = text(m, 500);
	r.due_on = day();
	r.case_code = text(m, 50);
	r.circulation = text(m, 100);
	r.typist = text(m, 10);
	r.reply_fors = text(m, 500);
	r.direction = chance(2) == 0 ? "" : chance(2) == 0 ? "true" : "false";
	r.application = text(m, 100);
	r.urgency = (uint32_t)chance(5);
	r.pages = (uint32_t)(chance(3) == 0 ? 0 : chance(65535) + 1);
	r.copies = (uint32_t)(chance(3) == 0 ? 0 : chance(65535) + 1);
	r.on_paper = (uint32_t)chance(2);
	r.steering = (uint32_t)(chance(3) == 0 ? 65535 : chance(3));
	lists(m, &r);
	vt_meta_defaults(&r);
	return r;
}

/* ---- from one node to the other ---- */

static vt_id
issue(const struct vt_meta *m, uint64_t seed, bool annex)
{
	struct doer d = { .s = a.store, .agency = a.no[0] };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	uint8_t *bytes = make_bytes(3000, seed);
	struct vt_file f[2];
	vt_id id;

	must(make_file(&d, VT_SPAN(bytes, 3000), "cong-van.pdf", &f[0]) ==
		     VT_OK &&
		 make_file(&d, VT_SPAN(bytes, 30), "phu-luc.txt", &f[1]) ==
		     VT_OK,
	    "file", d.err.msg);
	free(bytes);
	st.u.reg.direction = VT_DIR_OUT;
	st.u.reg.meta = m;
	st.u.reg.files = f;
	st.u.reg.n_files = annex ? 2 : 1;
	must(do_step(&d, NULL, st) == VT_OK, "register", d.err.msg);
	id = d.paper;
	must(walk_to_issue(&d, seed + 1) == VT_OK, "issued", d.err.msg);
	vt_act_result_free(&d.r);
	return id;
}

/* What the receiver should have: what the sender said, and what follows. */
static struct vt_meta
wanted(const struct vt_meta *said, const struct vt_paper *out)
{
	static char number[32], date[16];
	struct vt_edxml_day d = vt_edxml_day_of(out->number.time);
	struct vt_meta m = *said;

	(void)snprintf(
	    number, sizeof(number), "%02u", (unsigned)out->number.value);
	(void)snprintf(
	    date, sizeof(date), "%04d-%02d-%02d", d.year, d.month, d.day);
	m.number = number;
	m.issued_on = date;
	m.agency_code = m.agency_name = a.code[0];
	if (m.place[0] == '\0')
		m.place = "An Mẫu"; /* the agency's */
	if (strcmp(m.description, m.subject) == 0)
		m.description = "";
	return m;
}

#define DIFFERS(x)                                                             \
	if (strcmp(want->x, got->x) != 0)                                      \
		printf("# " #x ": \"%s\", wanted \"%s\"\n", got->x, want->x);
#define DIFFERS_TEXT(x) DIFFERS(x)
#define DIFFERS_U32(x)                                                         \
	if (want->x != got->x)                                                 \
		printf("# " #x ": %u, wanted %u\n", got->x, want->x);

static bool
same(const struct vt_meta *want, const struct vt_meta *got)
{
	VT_BUF_AUTO(x);
	VT_BUF_AUTO(y);

	vt_meta_encode(want, &x);
	vt_meta_encode(got, &y);
	if (vt_span_eq(vt_buf_view(&x), vt_buf_view(&y)))
		return true;
#define VT_META_TEXT(no, member, max) DIFFERS(member)
#include "docstore/meta.def"
#undef VT_META_TEXT
#define VT_META_MORE(no, KIND, member, max) DIFFERS_##KIND(member)
#include "docstore/meta_more.def"
#undef VT_META_MORE
	DIFFERS_U32(urgency)
	DIFFERS_U32(pages)
	DIFFERS_U32(copies)
	printf("# %zu of %zu appendixes, %zu of %zu tasks, %zu of %zu places, "
	       "%zu of %zu answers\n",
	    got->n_appendixes, want->n_appendixes, got->n_tasks, want->n_tasks,
	    got->n_recipients, want->n_recipients, got->n_answers,
	    want->n_answers);
	return false;
}

static void
compare(const vt_id *sent, const struct vt_meta *said, const char *what)
{
	struct vt_paper p, out;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL, *w = NULL;
	vt_id id = newest(&b, 0);
	struct vt_meta want;

	must(vt_view_begin(a.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, sent, &out, &err) == VT_OK &&
		 vt_view_begin(b.store, &w, &err) == VT_OK &&
		 vt_paper_get(w, &id, &p, &err) == VT_OK,
	    "papers", err.msg);
	want = wanted(said, &out);
	tap_ok(same(&want, &p.meta), "%s: the receiver's paper says it", what);
	vt_view_end(v);
	vt_view_end(w);
}

static void
send_and_compare(const struct vt_meta *m, uint64_t seed, const char *what)
{
	size_t before = count_arrived(&b, 0);
	vt_id id = issue(m, seed, false);

	send_to(&a, 0, &id, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "%s arrived", what);
	compare(&id, m, what);
	WAIT_FOR(shown(&a, &id) == 1, "%s: the sender knows", what);
}

static void
many(void)
{
	char what[64];

	for (size_t i = 0; i < PAPERS; i++) {
		struct vt_arena *mem = vt_arena_new((size_t)1 << 20);
		struct vt_meta m;

		must(mem != NULL, "memory", "");
		state = 0x9e3779b97f4a7c15U * (i + 1);
		m = by_chance(mem);
		(void)snprintf(what, sizeof(what), "seed %zu", i + 1);
		send_and_compare(&m, 1000 + i * 10, what);
		vt_arena_free(mem);
	}
}

/* Nothing said: nothing comes but what follows by itself. */
static void
nothing(void)
{
	struct vt_meta m = { .subject = "chỉ trích yếu", .notation = "VP" };

	vt_meta_defaults(&m);
	m.type_name = "Công văn"; /* when no type is told */
	m.type_code = "CV";
	send_and_compare(&m, 5000, "little");
}

/* ---- what stands beside the paper ---- */

/* The header that came with the newest paper; freed by the caller. */
static struct vt_edxml *
header(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	struct vt_consignment c;
	struct vt_view *v = NULL;
	struct vt_paper p;
	vt_id id = newest(&b, 0);

	must(vt_view_begin(b.store, &v, &err) == VT_OK &&
		 vt_paper_get(v, &id, &p, &err) == VT_OK &&
		 vt_consign_get(v, &p.source_consignment, &c, &err) == VT_OK &&
		 vt_edxml_get(c.findings, &x, &err) == VT_OK,
	    "header", err.msg);
	vt_view_end(v);
	return x;
}

static void
beside(void)
{
	struct vt_meta m = { .subject = "kèm phụ lục",
		.notation = "VP",
		.type_code = "QĐ",
		.legal = 1,
		.pages = 65536 };
	size_t before = count_arrived(&b, 0);
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_document *d;
	vt_id id = issue(&m, 6000, true);

	send_to(&a, 0, &id, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "it arrived");
	WAIT_FOR(shown(&a, &id) == 1, "the sender knows");
	x = header();
	d = &x->document;
	tap_eq_int(d->type, 1, "Type: a legal document");
	tap_eq_int(d->type_detail, 8, "TypeDetail: row A8");
	tap_eq_str(d->type_name, "Quyết định", "TypeName of an abbreviation");
	tap_eq_str(d->content, d->subject, "Content: nothing longer is told");
	tap_ok(d->n_appendixes == 1 &&
		   strcmp(d->appendixes[0], "phu-luc.txt") == 0,
	    "Appendixes: no titles told, the names of the annexes");
	tap_eq_int(d->pages, VT_EDXML_NONE, "PageAmount: no number for it");
	tap_eq_int(d->paper, 0, "Paper: none follows");
	tap_eq_int(d->steering, 0, "SteeringType");
	tap_eq_str(d->staff.staff, "Lê Thị Dụ", "StaffInfo/Staff: who sent it");
	tap_eq_str(d->staff.department, "Văn phòng", "and of which unit");
	tap_ok(d->n_hops == 1 && strcmp(d->hops[0].organ, "H99.07") == 0,
	    "TraceHeader: the sender");
	tap_eq_int(d->n_answers, 0, "ResponseFor: none");
}

/* An abbreviation that no table has stands for itself. */
static void
own_code(void)
{
	struct vt_meta m = { .subject = "loại của riêng cơ quan",
		.notation = "VP",
		.type_code = "GBTT" };
	size_t before = count_arrived(&b, 0);
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	vt_id id = issue(&m, 7000, false);

	send_to(&a, 0, &id, b.code[0]);
	WAIT_FOR(count_arrived(&b, 0) == before + 1, "it arrived");
	WAIT_FOR(shown(&a, &id) == 1, "the sender knows");
	x = header();
	tap_eq_str(x->document.type_name, "GBTT", "TypeName: the code itself");
	tap_eq_int(x->document.type_detail, VT_EDXML_NONE, "no row for it");
}

int
main(void)
{
	spawn();
	node_begin(&a);
	node_begin(&b);
	a.other = &b;
	b.other = &a;
	node_tenant(&a, "H99.07");
	node_tenant(&b, "H99.31");
	node_route(&a, "H99.31", VT_ROUTE_DIRECT);
	node_route(&b, "H99.07", VT_ROUTE_DIRECT);
	node_open(&a);
	node_open(&b);
	many();
	nothing();
	beside();
	own_code();
	tap_ok(!a.differed, "every attempt had the same bytes");
	node_end(&a);
	node_end(&b);
	vt_spawner_free(spawner);
	return tap_done();
}
