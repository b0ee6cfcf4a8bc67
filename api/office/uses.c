/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/uses.h"

#include <stdlib.h>

#include "api/office/code.h"
#include "api/office/csv.h"
#include "api/office/office_priv.h"

#define PAGE 200 /* papers read in one view */

int
vt_uses_init(struct vt_uses *u, struct vt_err *reterr)
{
	u->reads = calloc(VT_L(READS_HELD_MAX), sizeof(*u->reads));
	u->counts = calloc(VT_L(USES_HELD_MAX), sizeof(*u->counts));
	pthread_mutex_init(&u->lock, NULL);
	return u->reads != NULL && u->counts != NULL
		   ? VT_OK
		   : vt_err_set(reterr, VT_E_NOMEM, "office: out of memory");
}

void
vt_uses_fini(struct vt_uses *u)
{
	pthread_mutex_destroy(&u->lock);
	free(u->reads);
	free(u->counts);
}

/* ---- readings ---- */

static int
record(struct vt_office *o, const struct vt_held_read *r, bool held,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_READ };
	struct vt_act act = { .agency_no = r->agency_no,
		.person = r->person,
		.post = r->post,
		.caller = r->paper,
		.paper = r->paper,
		.steps = &step,
		.n_steps = 1 };
	char key[VT_READ_KEY_MAX];
	int rc;

	vt_read_key(&r->person, r->use, r->at, key);
	act.key = key;
	act.request = vt_sha256(vt_span_str(key));
	step.u.read.use = r->use;
	step.u.read.part = r->part;
	step.u.read.main = r->main;
	step.u.read.at = held ? r->at : 0;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	if (rc == VT_E_POST) { /* it ended since he signed in */
		act.post = 0;
		rc = vt_store_do(o->o.store, &act, &res, reterr);
	}
	vt_act_result_free(&res);
	return rc;
}

/* The store takes no act now; reading goes on. */
static bool
is_dark(int rc)
{
	return rc == VT_E_STORE_READ_ONLY || rc == VT_E_STORE_RESTORED ||
	       rc == VT_E_STORE_FULL;
}

static void
hold(struct vt_office *o, const struct vt_held_read *r)
{
	char person[VT_ID_TEXT + 1], paper[VT_ID_TEXT + 1];
	bool room, there = false;

	pthread_mutex_lock(&o->uses.lock);
	for (size_t i = 0; i < o->uses.n_reads && !there; i++) {
		const struct vt_held_read *h = &o->uses.reads[i];

		there = h->use == r->use && vt_id_eq(&h->paper, &r->paper) &&
			vt_id_eq(&h->person, &r->person) &&
			h->at / VT_TIME_S(3600) == r->at / VT_TIME_S(3600);
	}
	room = o->uses.n_reads < VT_L(READS_HELD_MAX);
	if (room && !there)
		o->uses.reads[o->uses.n_reads++] = *r;
	pthread_mutex_unlock(&o->uses.lock);
	if (there)
		return;
	vt_id_text(&r->person, person);
	vt_id_text(&r->paper, paper);
	vt_log(VT_LEVEL_WARN, "office.read.unrecorded",
	    "person=%s paper=%s use=%s held=%d", person, paper,
	    vt_use_name(r->use), room);
}

int
vt_office_looked(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, uint16_t part, const vt_hash *main, enum vt_use use,
    struct vt_err *reterr)
{
	struct vt_held_read r = { .agency_no = actor->agency_no,
		.post = vt_who_post(actor, 0, VT_DUTY_READ),
		.person = actor->person,
		.paper = *paper,
		.part = part,
		.main = *main,
		.use = use,
		.at = vt_now(o->o.ctx) };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	char key[VT_READ_KEY_MAX];
	bool known = false;
	int rc;

	vt_read_key(&r.person, use, r.at, key);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_read_known(v, paper, key, &known, reterr);
	vt_view_end(v);
	if (rc != VT_OK || known)
		return rc;
	rc = record(o, &r, false, &err);
	if (is_dark(rc)) {
		hold(o, &r);
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- counts ---- */

/* n more; false: no room. */
static bool
add_count(struct vt_uses *u, const struct vt_held_count *c)
{
	size_t i = 0;

	while (i < u->n_counts && !(u->counts[i].use == c->use &&
				      vt_id_eq(&u->counts[i].paper, &c->paper)))
		i++;
	if (i == VT_L(USES_HELD_MAX))
		return false;
	if (i == u->n_counts)
		u->counts[u->n_counts++] = (struct vt_held_count){
			.agency_no = c->agency_no,
			.paper = c->paper,
			.use = c->use };
	u->counts[i].n += c->n;
	return true;
}

static int
write_count(
    struct vt_office *o, const struct vt_held_count *c, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_COUNTED };
	struct vt_act act = { .agency_no = c->agency_no,
		.paper = c->paper,
		.steps = &step,
		.n_steps = 1 };
	int rc;

	step.u.counted.use = c->use;
	step.u.counted.n = c->n;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

void
vt_office_count_use(struct vt_office *o, const char *code, enum vt_use use)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	char bare[VT_CODE_LETTERS + 1];
	struct vt_held_count c = { .use = use, .n = 1 };
	struct vt_paper p;
	bool room;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (!vt_code_parse(code, bare) ||
	    vt_view_begin(o->o.store, &v, NULL) != VT_OK ||
	    vt_paper_by_code(v, bare, &p, NULL) != VT_OK ||
	    p.issued_at == VT_TIME_NONE)
		return;
	c.agency_no = p.agency_no;
	c.paper = p.id;
	vt_view_end(VT_TAKE(v));
	pthread_mutex_lock(&o->uses.lock);
	room = add_count(&o->uses, &c);
	pthread_mutex_unlock(&o->uses.lock);
	if (room)
		return;
	vt_uses_flush(o);
	pthread_mutex_lock(&o->uses.lock);
	room = add_count(&o->uses, &c);
	pthread_mutex_unlock(&o->uses.lock);
	if (!room)
		vt_log(VT_LEVEL_WARN, "office.use.uncounted", "use=%s",
		    vt_use_name(use));
}

/* ---- what is held ---- */

static bool
flush_read(struct vt_office *o)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_held_read r;
	bool any;
	int rc;

	pthread_mutex_lock(&o->uses.lock);
	if ((any = o->uses.n_reads > 0))
		r = o->uses.reads[--o->uses.n_reads];
	pthread_mutex_unlock(&o->uses.lock);
	if (!any)
		return false;
	rc = record(o, &r, true, &err);
	if (is_dark(rc)) {
		pthread_mutex_lock(&o->uses.lock);
		if (o->uses.n_reads < VT_L(READS_HELD_MAX))
			o->uses.reads[o->uses.n_reads++] = r;
		pthread_mutex_unlock(&o->uses.lock);
		return false;
	}
	if (rc != VT_OK)
		vt_log_err("office.read", &err);
	return true;
}

static bool
flush_count(struct vt_office *o)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_held_count c;
	bool any;
	int rc;

	pthread_mutex_lock(&o->uses.lock);
	if ((any = o->uses.n_counts > 0))
		c = o->uses.counts[--o->uses.n_counts];
	pthread_mutex_unlock(&o->uses.lock);
	if (!any)
		return false;
	rc = write_count(o, &c, &err);
	if (is_dark(rc) || rc == VT_E_BUSY) {
		pthread_mutex_lock(&o->uses.lock);
		(void)add_count(&o->uses, &c);
		pthread_mutex_unlock(&o->uses.lock);
		return false;
	}
	if (rc != VT_OK)
		vt_log_err("office.use", &err);
	return true;
}

void
vt_uses_flush(struct vt_office *o)
{
	while (flush_read(o))
		;
	while (flush_count(o))
		;
}

/* ---- asking ---- */

int
vt_office_reads(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, uint64_t before,
    struct vt_read *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_paper p;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_SEE_READS, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, actor, paper, &p, reterr)) != VT_OK)
		return rc;
	return vt_read_list(v, paper, before, ret, max, ret_n, reterr);
}

static void
add(struct vt_use_row *to, const struct vt_use_counts *c)
{
	for (size_t i = 0; i < VT_USE__MAX; i++)
		to->n[i] += c->n[i];
}

struct reporting {
	struct vt_office *o;
	const struct vt_actor *actor;
	uint32_t month;
	struct vt_arena *a;
	struct vt_use_report *r;
};

/* A row, or a part of the rest. */
static int
use_row(struct reporting *x, struct vt_view *v, const struct vt_use_counts *c,
    struct vt_err *reterr)
{
	struct vt_use_report *r = x->r;
	struct vt_use_row *row = &r->rows[r->n_rows];
	struct vt_paper p;
	int rc;

	add(&r->total, c);
	rc = vt_paper_by_seq(v, x->actor->agency_no, c->paper, &p, reterr);
	if (rc == VT_E_ISOLATED || r->n_rows == VT_L(USES_ROWS_MAX)) {
		add(&r->rest, c);
		return VT_OK;
	}
	if (rc != VT_OK)
		return rc;
	*row = (struct vt_use_row){
		.number = vt_arena_strdup(x->a,
		    p.number.value != 0 ? p.number.text : p.arrival.text),
		.subject = vt_arena_strdup(x->a, p.meta.subject) };
	if (row->number == NULL || row->subject == NULL)
		return vt_arena_err(x->a, reterr);
	vt_id_text(&p.id, row->id);
	add(row, c);
	r->n_rows++;
	return VT_OK;
}

static int
use_page(struct reporting *x, uint64_t *after, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_use_counts c[PAGE];
	size_t n = 0;
	int rc;

	if ((rc = vt_view_begin(x->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	vt_office_see(v, x->actor);
	rc = vt_use_list(v, x->actor->agency_no, x->month, *after, c, PAGE, &n,
	    reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = use_row(x, v, &c[i], reterr);
	*after = n == PAGE ? c[n - 1].paper : 0;
	return rc;
}

/* "YYYY-MM" as YYYYMM; 0: it is none. */
static uint32_t
month_of(const char *s)
{
	char day[16];
	vt_time t;

	if (s == NULL || strlen(s) != 7)
		return 0;
	(void)snprintf(day, sizeof(day), "%s-01", s);
	t = vt_time_parse_day(day);
	return t == VT_TIME_NONE ? 0 : vt_use_month(t);
}

int
vt_office_uses(struct vt_office *o, const struct vt_actor *actor,
    const char *month, struct vt_arena *a, struct vt_use_report *ret,
    struct vt_err *reterr)
{
	struct vt_use_report r = { .n_rows = 0 };
	struct reporting x = { o, actor, month_of(month), a, &r };
	uint64_t after = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	if (x.month == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "uses: the month is wanted, as YYYY-MM");
	r.rows = vt_arena_array(a, VT_L(USES_ROWS_MAX) + 1, sizeof(*r.rows));
	if (r.rows == NULL)
		return vt_arena_err(a, reterr);
	r.rest.number = r.rest.subject = r.total.number = r.total.subject = "";
	vt_uses_flush(o);
	do
		rc = use_page(&x, &after, reterr);
	while (rc == VT_OK && after != 0);
	if (rc == VT_OK)
		*ret = r;
	return rc;
}

static void
csv_row(struct vt_buf *b, const struct vt_use_row *row, const char *name)
{
	vt_csv_cell(b, row->number, true);
	vt_csv_cell(b, name != NULL ? name : row->subject, false);
	for (size_t i = VT_USE_OPEN; i < VT_USE__MAX; i++)
		vt_buf_printf(b, ",%llu", (unsigned long long)row->n[i]);
	vt_csv_cell(b, row->id, false);
	vt_buf_puts(b, "\r\n");
}

int
vt_office_uses_csv(struct vt_office *o, const struct vt_actor *actor,
    const char *month, struct vt_buf *ret, struct vt_err *reterr)
{
	static const struct vt_use_row none;
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_L(USES_ARENA));
	struct vt_use_report r = { .n_rows = 0 };
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "uses: no memory");
	if ((rc = vt_office_uses(o, actor, month, a, &r, reterr)) != VT_OK)
		return rc;
	vt_buf_puts(ret,
	    VT_CSV_BOM
	    "Số,Trích yếu,Mở xem,Tải về,In,Tra cứu công khai,Tải công khai,Mã\r\n");
	for (size_t i = 0; i < r.n_rows; i++)
		csv_row(ret, &r.rows[i], NULL);
	if (memcmp(r.rest.n, none.n, sizeof(none.n)) != 0)
		csv_row(ret, &r.rest, "…");
	csv_row(ret, &r.total, "Cộng");
	return vt_buf_status(ret, reterr);
}
