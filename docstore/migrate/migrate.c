/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations, in this order: the mark with the superblock that older releases
 * refuse; then agency by agency the pieces of each migration and the act in
 * its ledger, which moves the mark to the next agency; then the mark goes.
 */
#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "docstore/fields.h"
#include "docstore/migrate/migrate_priv.h"
#include "docstore/migrate/migrated.h"
#include "docstore/restored.h"

#define ROW "migrating"

/* In the order of their numbers; one that is not needed any more stays. */
static const struct vt_migration migrations[] = {
	{ 1, "texts",
	    "đọc chữ trong tệp của văn bản cũ để tra cứu được theo nội dung",
	    "the pages of earlier papers are read, so that search finds their "
	    "words",
	    vt_migrate_texts_count, vt_migrate_texts },
};
#define N (sizeof(migrations) / sizeof(migrations[0]))
static_assert(N <= VT_MIGRATE_ITEMS, "a plan has room for all");

/* ---- the mark ---- */

#define VT_ROW_T struct vt_migrating
static const struct vt_row_field migrating_fields[] = {
#include "docstore/fields/migrating.def"
};
#undef VT_ROW_T
static const struct vt_row migrating_row =
    VT_ROW_MAP("migration under way", migrating_fields);

int
vt_migrating_get(
    struct vt_txn *t, struct vt_migrating *ret, struct vt_err *reterr)
{
	struct vt_migrating x = { .is = true };
	struct vt_key k = vt_key_text(ROW);
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND) {
		*ret = (struct vt_migrating){ .is = false };
		return VT_OK;
	}
	if (rc == VT_OK)
		rc = vt_row_read(&migrating_row, v, NULL, &x, reterr);
	if (rc == VT_OK)
		*ret = x;
	return rc;
}

int
vt_migrating_put(
    struct vt_batch *b, const struct vt_migrating *x, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(ROW);
	VT_BUF_AUTO(v);

	vt_row_put(&migrating_row, x, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

static int
mark_of(struct vt_store *s, struct vt_migrating *ret, struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc = vt_store_read(s, &t, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_migrating_get(t, ret, reterr);
	t->ops->abort(t);
	return rc;
}

int
vt_migrating_door(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_restored restored;
	struct vt_migrating mark;
	int rc = mark_of(s, &mark, reterr);

	if (rc != VT_OK || !mark.is)
		return rc;
	/* What was restored writes nothing yet, and must open to be resumed. */
	if ((rc = vt_store_restored(s, &restored, reterr)) != VT_OK ||
	    restored.is)
		return rc;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "store: its migration was cut off; complete it: the same "
	    "`vanthu migrate` again (until then it is opened for reading "
	    "only)");
}

/* ---- the plan ---- */

static int
count(struct vt_txn *t, const struct vt_migration *m,
    const struct vt_migrate_seen *seen, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_counters c;
	uint64_t rows;
	int rc = vt_row_counters(t, &c, reterr);

	*ret = 0;
	for (uint32_t no = 1; rc == VT_OK && no <= c.agencies; no++) {
		rc = m->count(t, no, seen, &rows, reterr);
		if (rc == VT_OK)
			*ret += rows;
	}
	return rc;
}

int
vt_store_migrate_plan(
    struct vt_store *s, struct vt_migrate_plan *ret, struct vt_err *reterr)
{
	struct vt_migrate_plan p = { .from = s->super.format,
		.to = VT_STORE_FORMAT,
		.release = VT_STORE_RELEASE };
	struct vt_migrate_seen seen;
	struct vt_migrating mark;
	struct vt_txn *t;
	uint64_t rows;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if ((rc = vt_store_read(s, &t, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_migrating_get(t, &mark, reterr)) != VT_OK ||
	    (rc = vt_migrate_look(t, &seen, reterr)) != VT_OK) {
		t->ops->abort(t);
		return rc;
	}
	p.under_way = mark.is;
	for (size_t i = 0; i < N && rc == VT_OK; i++) {
		rc = count(t, &migrations[i], &seen, &rows, reterr);
		if (rc == VT_OK && rows > 0)
			p.item[p.n++] =
			    (struct vt_migrate_item){ migrations[i].name,
				    migrations[i].vi, migrations[i].en, rows };
	}
	vt_migrate_forget(&seen);
	t->ops->abort(t);
	if (rc == VT_OK)
		*ret = p;
	return rc;
}

/* ---- the steps of one that runs ---- */

struct step_op {
	struct vt_op op;
	struct vt_migrating x; /* to be written; then as it is now */
	const struct vt_migration *m;
	const struct vt_migrate_seen *seen;
	struct vt_super super;
};

static int
super_put(struct vt_batch *b, struct vt_super *x, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text("store");
	struct vt_super now;
	VT_BUF_AUTO(v);
	int rc;

	/* A bit may have come since the store was opened. */
	if ((rc = vt_super_get(b->txn, &now, reterr)) != VT_OK)
		return rc;
	x->features |= now.features;
	vt_super_encode(x, &v);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

/* From here on older releases refuse it. */
static int
begin_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct step_op *o = (struct step_op *)(void *)op;
	int rc = vt_restored_gate(b->txn, reterr);

	if (rc != VT_OK)
		return rc;
	o->x.began = b->time;
	rc = super_put(b, &o->super, reterr);
	return rc == VT_OK ? vt_migrating_put(b, &o->x, reterr) : rc;
}

static int
piece_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct step_op *o = (struct step_op *)(void *)op;
	struct vt_migrating x;
	bool more;
	int rc;

	if ((rc = vt_restored_gate(b->txn, reterr)) != VT_OK ||
	    (rc = vt_migrating_get(b->txn, &x, reterr)) != VT_OK ||
	    (rc = o->m->piece(b, &x, o->seen, &more, reterr)) != VT_OK)
		return rc;
	if (!more) {
		x.done = o->m->number;
		x.paper = 0;
	}
	o->x = x;
	return vt_migrating_put(b, &x, reterr);
}

static int
end_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct step_op *o = (struct step_op *)(void *)op;
	struct vt_key k = vt_key_text(ROW);
	int rc = super_put(b, &o->super, reterr);

	return rc == VT_OK ? vt_batch_del(b, VT_T_SUPER, &k, reterr) : rc;
}

struct run {
	struct vt_store *s;
	const struct vt_migrate_options *o;
	struct vt_migrating x;
	struct vt_migrate_seen seen;
	uint32_t agencies;
	char by[sizeof(((struct vt_migrating *)NULL)->by)];
};

static int
go(struct run *r, const struct vt_migration *m,
    int (*apply)(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr),
    struct vt_err *reterr)
{
	struct step_op o = { .op = { .apply = apply, .weight = 1 << 20 },
		.x = r->x,
		.m = m,
		.seen = &r->seen,
		.super = r->s->super };
	int rc;

	o.super.features |= VT_FEATURE_MIGRATED;
	o.super.format = VT_STORE_FORMAT;
	(void)snprintf(o.super.release, sizeof(o.super.release), "%s",
	    VT_STORE_RELEASE);
	rc = vt_queue_run(&r->s->writer.queue, &o.op, reterr);
	if (rc != VT_OK)
		return rc;
	r->x = o.x;
	r->s->super = o.super;
	return VT_OK;
}

static const struct vt_migration *
next_of(const struct vt_migrating *x)
{
	for (size_t i = 0; i < N; i++)
		if (migrations[i].number > x->done)
			return &migrations[i];
	return NULL;
}

/* The act moves the mark to the next agency. */
static int
say(struct run *r, struct vt_err *reterr)
{
	struct vt_act_result done = VT_ACT_RESULT_INIT;
	struct vt_step st = { .kind = VT_STEP_MIGRATED };
	struct vt_act act = {
		.agency_no = r->x.agency, .steps = &st, .n_steps = 1
	};
	VT_BUF_AUTO(names);
	int rc;

	for (size_t i = 0; i < N; i++)
		vt_buf_printf(
		    &names, "%s%s", i == 0 ? "" : " ", migrations[i].name);
	if ((rc = vt_buf_status(&names, reterr)) != VT_OK)
		return rc;
	st.u.migrated.what = vt_buf_str(&names);
	rc = vt_store_do(r->s, &act, &done, reterr);
	vt_act_result_free(&done);
	return rc == VT_OK ? mark_of(r->s, &r->x, reterr) : rc;
}

static bool
told(const struct run *r, const char *name)
{
	return r->o->progress == NULL ||
	       r->o->progress(r->o->arg, name,
		   r->x.is ? r->x.all_rows + r->x.rows : 0, 0);
}

static int
run(struct run *r, struct vt_err *reterr)
{
	const struct vt_migration *m;
	int rc;

	while (r->x.agency <= r->agencies) {
		m = next_of(&r->x);
		rc = m != NULL ? go(r, m, piece_apply, reterr) : say(r, reterr);
		if (rc != VT_OK)
			return rc;
		if (!told(r, m != NULL ? m->name : "ledger"))
			return vt_err_set(reterr, VT_E_TIMEOUT,
			    "migration: stopped; it goes on when it is asked "
			    "for again");
	}
	return go(r, NULL, end_apply, reterr);
}

/* The mark, unless it is there. *ret false: there is nothing to do. */
static int
begin(struct run *r, bool *ret, struct vt_err *reterr)
{
	struct vt_migrate_plan plan;
	struct vt_migrating mark;
	int rc;

	*ret = true;
	if ((rc = mark_of(r->s, &mark, reterr)) != VT_OK)
		return rc;
	if (mark.is) {
		r->x = mark;
		return VT_OK;
	}
	if ((rc = vt_store_migrate_plan(r->s, &plan, reterr)) != VT_OK)
		return rc;
	if (plan.n == 0 && plan.from == plan.to) {
		*ret = false;
		return VT_OK;
	}
	r->x = (struct vt_migrating){ .is = true,
		.from = plan.from,
		.backup = r->o->backup,
		.agency = 1 };
	memcpy(r->x.by, r->by, sizeof(r->x.by));
	if ((rc = go(r, NULL, begin_apply, reterr)) != VT_OK)
		return rc;
	if (!told(r, "mark"))
		return vt_err_set(reterr, VT_E_TIMEOUT, "migration: stopped");
	return VT_OK;
}

static int
by_whom(const char *by, char *ret, size_t size, struct vt_err *reterr)
{
	VT_BUF_AUTO(clean);
	int rc;

	rc = vt_text_clean(vt_span_str(by), VT_L(NAME_MAX),
	    "who does the migration", &clean, reterr);
	if (rc == VT_OK && clean.n == 0)
		rc = vt_err_set(reterr, VT_E_INVALID,
		    "migration: who does it must be said");
	if (rc == VT_OK)
		(void)snprintf(ret, size, "%s", vt_buf_str(&clean));
	return rc;
}

int
vt_store_migrate(struct vt_store *s, const struct vt_migrate_options *o,
    struct vt_migrate_report *ret, struct vt_err *reterr)
{
	struct run r = { .s = s, .o = o };
	struct vt_counters c;
	struct vt_txn *t;
	bool needed;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "migration: the store was opened for reading");
	if ((rc = by_whom(o->by, r.by, sizeof(r.by), reterr)) !=
		VT_OK ||
	    (rc = vt_restored_door(s, reterr)) != VT_OK ||
	    (rc = begin(&r, &needed, reterr)) != VT_OK)
		return rc;
	if (!needed) {
		*ret = (struct vt_migrate_report){ .rows = 0 };
		return VT_OK;
	}
	if ((rc = vt_store_read(s, &t, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_row_counters(t, &c, reterr)) == VT_OK)
		rc = vt_migrate_look(t, &r.seen, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	r.agencies = c.agencies;
	rc = run(&r, reterr);
	vt_migrate_forget(&r.seen);
	if (rc != VT_OK)
		return rc;
	vt_log(VT_LEVEL_INFO, "store.migrated", "rows=%llu agencies=%u",
	    (unsigned long long)r.x.all_rows, r.agencies);
	*ret = (struct vt_migrate_report){ .rows = r.x.all_rows,
		.agencies = r.agencies };
	return VT_OK;
}
