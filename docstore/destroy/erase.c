/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * After an order: nothing of what it took away is left in any file, the lists
 * of what was destroyed say so, and an act does. Every step may be done again,
 * so a crash costs only time.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

#define LIST_HEAD "vanthu destroyed 1\nstore "
#define ORDERS    64 /* finished together */

/* ---- the list: a line a paper ---- */

static vt_hash
line_tag(const struct vt_store *s, struct vt_span line)
{
	VT_BUF_AUTO(b);

	/* By the key that lives as long as the store. */
	vt_buf_puts(&b, "vanthu destroyed 1 ");
	vt_buf_put(&b, s->super.id.b, sizeof(s->super.id.b));
	vt_buf_span(&b, line);
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	return vt_hmac_sha256(vt_secret_view(s->keys.id), vt_buf_view(&b));
}

static void
line_write(
    const struct vt_store *s, const struct vt_destroyed *d, struct vt_buf *ret)
{
	size_t at = ret->n;
	vt_hash tag;

	vt_buf_hex(ret, VT_SPAN(d->paper.b, VT_ID_SIZE));
	vt_buf_printf(ret, " %lld %d %d ", (long long)d->at, (int)d->reason,
	    d->wipe ? 1 : 0);
	vt_buf_hex(ret, VT_SPAN(d->act.b, VT_ID_SIZE));
	vt_buf_putc(ret, ' ');
	for (size_t i = 0; i < d->n_files; i++) {
		if (i > 0)
			vt_buf_putc(ret, ',');
		vt_buf_hex(ret, VT_SPAN(d->files[i].hash.b, VT_HASH_SIZE));
		vt_buf_printf(
		    ret, ":%llu", (unsigned long long)d->files[i].size);
	}
	if (vt_buf_status(ret, NULL) != VT_OK)
		return; /* the caller sees it */
	tag = line_tag(s, VT_SPAN(vt_buf_view(ret).p + at, ret->n - at));
	vt_buf_putc(ret, ' ');
	vt_buf_hex(ret, VT_SPAN(tag.b, VT_HASH_SIZE));
	vt_buf_putc(ret, '\n');
}

/* Lines of every paper destroyed, in the order of the table. */
int
vt_destroy_export(struct vt_store *s, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	static const struct vt_key all;
	struct vt_destroyed_row row;
	struct vt_scan scan;
	struct vt_txn *t;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	vt_buf_puts(ret, LIST_HEAD);
	vt_buf_hex(ret, VT_SPAN(s->super.id.b, VT_ID_SIZE));
	vt_buf_putc(ret, '\n');
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	scan = vt_scan_up(t, VT_T_DESTROYED, &all, NULL);
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) == VT_OK)
			rc = vt_destroyed_decode(
			    scan.row, scratch, &row, reterr);
		if (rc == VT_OK)
			line_write(s, &row.d, ret);
	}
	t->ops->abort(t);
	if (rc == VT_OK)
		rc = scan.rc;
	return rc == VT_OK ? vt_buf_status(ret, reterr) : rc;
}

/* The next line of *in without its newline; false: none is left. */
static bool
line_next(struct vt_span *in, struct vt_span *ret)
{
	const uint8_t *nl;

	if (in->n == 0 || (nl = memchr(in->p, '\n', in->n)) == NULL)
		return false;
	*ret = VT_SPAN(in->p, (size_t)(nl - in->p));
	*in = VT_SPAN(nl + 1, in->n - ret->n - 1);
	return true;
}

static bool
word_next(struct vt_span *in, struct vt_span *ret)
{
	const uint8_t *sp = in->n == 0 ? NULL : memchr(in->p, ' ', in->n);

	if (in->n == 0)
		return false;
	*ret = VT_SPAN(in->p, sp == NULL ? in->n : (size_t)(sp - in->p));
	*in =
	    sp == NULL ? VT_SPAN(NULL, 0) : VT_SPAN(sp + 1, in->n - ret->n - 1);
	return true;
}

static bool
number_parse(struct vt_span s, int64_t *ret)
{
	char text[24], *end;

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*ret = strtoll(text, &end, 10);
	return *end == '\0';
}

/* A line that this store wrote; all but its files. */
static bool
line_parse(
    const struct vt_store *s, struct vt_span line, struct vt_destroyed *ret)
{
	struct vt_destroyed d = { .done = VT_TIME_NONE, .replayed = true };
	struct vt_span word, left = line;
	int64_t at, reason, wipe;
	vt_hash tag, want;

	if (line.n <= VT_HASH_TEXT ||
	    !vt_hash_parse(
		VT_SPAN(line.p + line.n - VT_HASH_TEXT, VT_HASH_TEXT), &tag))
		return false;
	want = line_tag(s, VT_SPAN(line.p, line.n - VT_HASH_TEXT - 1));
	if (!vt_hash_eq(&tag, &want) || !word_next(&left, &word) ||
	    !vt_id_parse(word, &d.paper) || !word_next(&left, &word) ||
	    !number_parse(word, &at) || !word_next(&left, &word) ||
	    !number_parse(word, &reason) || !word_next(&left, &word) ||
	    !number_parse(word, &wipe) || !word_next(&left, &word) ||
	    !vt_id_parse(word, &d.act))
		return false;
	d.at = at;
	d.reason = (enum vt_destroy_reason)reason;
	d.wipe = wipe != 0;
	*ret = d;
	return true;
}

/* Is it a list of this store? *in: its lines from then on. */
static int
list_open(const struct vt_store *s, struct vt_span *in, struct vt_err *reterr)
{
	const size_t n = sizeof(LIST_HEAD) - 1;
	vt_id store;

	if (in->n < n + VT_ID_TEXT + 1 || memcmp(in->p, LIST_HEAD, n) != 0 ||
	    !vt_id_parse(VT_SPAN(in->p + n, VT_ID_TEXT), &store) ||
	    in->p[n + VT_ID_TEXT] != '\n' || in->p[in->n - 1] != '\n')
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "list of what was destroyed: not such a list, or cut off");
	if (!vt_id_eq(&store, &s->super.id))
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "list of what was destroyed: it is of another store");
	*in = VT_SPAN(in->p + n + VT_ID_TEXT + 1, in->n - n - VT_ID_TEXT - 1);
	return VT_OK;
}

/* Lines of the list that is there and are not in this one: what a later state
 * of the store destroyed stays known. */
static int
merge(const struct vt_store *s, const char *path, struct vt_buf *list,
    struct vt_err *reterr)
{
	struct vt_span lines, line, mine, own;
	struct vt_destroyed d;
	VT_BUF_AUTO(old);
	VT_BUF_AUTO(more);
	int rc = vt_file_read(path, VT_DESTROYED_LIST_MAX, &old, reterr);

	if (rc == VT_E_NO_INPUT)
		return VT_OK;
	lines = vt_buf_view(&old);
	if (rc != VT_OK || (rc = list_open(s, &lines, reterr)) != VT_OK)
		return rc;
	while (line_next(&lines, &line)) {
		bool there = false;

		if (!line_parse(s, line, &d))
			return vt_err_set(reterr, VT_E_STORE_FORMAT,
			    "%s: a line of it was changed; put it aside and "
			    "look into it",
			    path);
		own = vt_buf_view(list);
		while (!there && line_next(&own, &mine))
			there = mine.n > VT_ID_TEXT && line.n > VT_ID_TEXT &&
				memcmp(mine.p, line.p, VT_ID_TEXT) == 0;
		if (there)
			continue;
		vt_buf_span(&more, line);
		vt_buf_putc(&more, '\n');
	}
	if ((rc = vt_buf_status(&more, reterr)) != VT_OK)
		return rc;
	vt_buf_span(list, vt_buf_view(&more));
	return vt_buf_status(list, reterr);
}

/* Nothing was destroyed yet, or not in what this store knows. */
static bool
is_empty(const struct vt_buf *list)
{
	return list->n == sizeof(LIST_HEAD) - 1 + VT_ID_TEXT + 1;
}

int
vt_destroy_list_save(
    struct vt_store *s, const char *path, struct vt_err *reterr)
{
	VT_BUF_AUTO(list);
	int rc;

	if (s->path == NULL)
		return VT_OK;
	if ((rc = vt_destroy_export(s, &list, reterr)) != VT_OK ||
	    (rc = merge(s, path, &list, reterr)) != VT_OK)
		return rc;
	return is_empty(&list)
		   ? VT_OK
		   : vt_file_replace(path, vt_buf_view(&list), reterr);
}

/* In the data directory, and beside it. */
static int
lists_save(struct vt_store *s, struct vt_err *reterr)
{
	char inside[4096];
	int rc;

	if (s->path == NULL)
		return VT_OK;
	if ((size_t)snprintf(inside, sizeof(inside), "%s/" VT_DESTROYED_LIST,
		s->path) >= sizeof(inside))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	if ((rc = vt_destroy_list_save(s, inside, reterr)) != VT_OK)
		return rc;
	return vt_destroy_list_save(s, s->destroy_list, reterr);
}

/* ---- finishing ---- */

struct order {
	uint64_t seq;
	uint32_t agency_no;
	bool wipe, replayed;
	vt_id paper;
};

static int
orders_that_stand(
    struct vt_store *s, struct order *o, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	static const struct vt_key all;
	struct vt_destroyed_row row;
	struct vt_scan scan;
	struct vt_txn *t;
	size_t n = 0;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	scan = vt_scan_up(t, VT_T_DESTROYED, &all, NULL);
	while (rc == VT_OK && n < ORDERS && vt_scan_next(&scan, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) == VT_OK)
			rc = vt_destroyed_decode(
			    scan.row, scratch, &row, reterr);
		if (rc == VT_OK && row.d.done == VT_TIME_NONE)
			o[n++] = (struct order){ .paper = row.d.paper,
				.agency_no = vt_be32(scan.k.p),
				.seq = vt_be64(scan.k.p + 4),
				.wipe = row.d.wipe,
				.replayed = row.d.replayed };
	}
	t->ops->abort(t);
	*ret_n = n;
	return rc == VT_OK ? scan.rc : rc;
}

struct done_op {
	struct vt_op op;
	const struct order *o;
};

/* Of a replayed one: no act says it. */
static int
done_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	const struct order *o = ((struct done_op *)(void *)op)->o;
	struct vt_key k = vt_key_row(o->agency_no, o->seq);
	struct vt_destroyed_row row;
	VT_BUF_AUTO(v);
	int rc;

	rc = vt_row_destroyed(
	    b->txn, o->agency_no, o->seq, b->arena, &row, reterr);
	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	row.d.done = b->time;
	vt_destroyed_encode(&row, &v);
	return vt_batch_put(b, VT_T_DESTROYED, &k, &v, reterr);
}

static int
say_done(struct vt_store *s, const struct order *o, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_ERASED };
	struct vt_act act = { .agency_no = o->agency_no,
		.paper = o->paper,
		.steps = &step,
		.n_steps = 1 };
	struct done_op d = { .op = { .apply = done_apply }, .o = o };
	int rc;

	if (o->replayed)
		return vt_queue_run(&s->writer.queue, &d.op, reterr);
	rc = vt_store_do(s, &act, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}

static int
erase_orders(struct vt_store *s, const struct order *o, size_t n,
    uint64_t *ret_said, struct vt_err *reterr)
{
	const struct vt_engine_ops *ops = s->engine->ops;
	int rc;

	/* The lists first: whatever is lost from now on, a restore knows. */
	if ((rc = lists_save(s, reterr)) != VT_OK ||
	    (rc = vt_garbage_collect(s, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (o[i].wipe &&
		    (rc = vt_states_forget(s, &o[i].paper, reterr)) != VT_OK)
			return rc;
	/* The indexes of words: they are made again of what stands now. */
	for (size_t i = 0; i < n; i++)
		if ((rc = vt_search_forget(s, o[i].agency_no, reterr)) != VT_OK)
			return rc;
	if ((rc = ops->rewrite(s->engine, VT_SPACE_KEYS, reterr)) != VT_OK ||
	    (rc = ops->rewrite(s->engine, VT_SPACE_RECORDS, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		rc = say_done(s, &o[i], reterr);
		/* A restored store writes no act: it is said once it may. */
		if (rc == VT_OK)
			++*ret_said;
		else if (rc != VT_E_STORE_RESTORED)
			return rc;
	}
	return VT_OK;
}

int
vt_store_forget_keys(struct vt_store *s, struct vt_err *reterr)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "keys: the store was opened for reading");
	return s->engine->ops->rewrite(s->engine, VT_SPACE_KEYS, reterr);
}

int
vt_destroy_finish(struct vt_store *s, uint64_t *ret_n, struct vt_err *reterr)
{
	struct order o[ORDERS];
	uint64_t done = 0, before;
	size_t n;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "destroy: the store was opened for reading");
	if (atomic_exchange(&s->erasing, true))
		return vt_err_set(
		    reterr, VT_E_BUSY, "destroy: it is being done already");
	do {
		before = done;
		rc = orders_that_stand(s, o, &n, reterr);
		if (rc == VT_OK && n > 0)
			rc = erase_orders(s, o, n, &done, reterr);
	} while (rc == VT_OK && n == ORDERS && done > before);
	s->erasing = false;
	if (done > 0)
		vt_log(VT_LEVEL_INFO, "store.destroyed", "papers=%llu",
		    (unsigned long long)done);
	if (rc == VT_OK)
		*ret_n = done;
	return rc;
}

/* ---- replaying a list ---- */

struct replay_op {
	struct vt_op op;
	const struct vt_destroyed *d; /* of the list */
	const struct vt_erase *erase;
	bool done;
};

static int
put_paper(struct vt_batch *b, const struct vt_paper *p, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(p->agency_no, p->seq);
	VT_BUF_AUTO(v);

	vt_paper_encode(p, &v);
	return vt_batch_put(b, VT_T_PAPER, &k, &v, reterr);
}

static int
replay_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct replay_op *r = (struct replay_op *)(void *)op;
	struct vt_destroyed_row row = { .d = *r->d };
	struct vt_evolve e = { .arena = b->arena };
	struct vt_srec step;
	struct vt_paper p;
	struct vt_ref ref;
	int rc;

	r->done = false;
	rc = vt_row_ref(b->txn, &r->d->paper, VT_OBJECT_PAPER, &ref, reterr);
	if (rc != VT_OK || (rc = vt_row_paper(b->txn, ref.agency_no, ref.seq,
				b->arena, &p, reterr)) != VT_OK)
		return rc;
	if (p.destroyed_at != VT_TIME_NONE)
		return VT_OK;
	row.d.agency_no = ref.agency_no;
	row.d.seq = ref.seq;
	vt_destroyed_step(&row, &step, &e);
	if ((rc = vt_erase_survey(
		 b->txn, &p, r->erase, b->arena, &row.d, reterr)) != VT_OK ||
	    (rc = vt_erase_apply(b, &p, &row, r->erase, reterr)) != VT_OK ||
	    (rc = vt_paper_evolve(&p, &step, &e, reterr)) != VT_OK)
		return rc;
	r->done = true;
	return put_paper(b, &p, reterr);
}

/* *ret_done stays when this store has not the paper, or destroyed it. */
static int
replay_one(struct vt_store *s, const struct vt_destroyed *d, bool *ret_done,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_ARENA_ACT);
	struct replay_op r = { .op = { .apply = replay_apply,
				   .weight = VT_L(ACT_BYTES_MAX) },
		.d = d };
	struct vt_erase *e;
	int rc;

	if (a == NULL)
		return vt_nomem(reterr);
	do {
		rc = vt_erase_look(s, &d->paper, a, &e, reterr);
		if (rc == VT_E_NOT_FOUND)
			return VT_OK;
		r.erase = e;
		if (rc == VT_OK)
			rc = vt_queue_run_patient(
			    &s->writer.queue, &r.op, reterr);
	} while (rc == VT_E_CONFLICT); /* a consignment was read again */
	if (rc == VT_OK)
		*ret_done = r.done;
	return rc;
}

int
vt_destroy_replay(struct vt_store *s, struct vt_span list, uint64_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_span lines, line;
	struct vt_destroyed d;
	uint64_t n = 0, finished;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "destroy: the store was opened for reading");
	if ((rc = list_open(s, &list, reterr)) != VT_OK)
		return rc;
	for (lines = list; line_next(&lines, &line);)
		if (!line_parse(s, line, &d))
			return vt_err_set(reterr, VT_E_STORE_FORMAT,
			    "list of what was destroyed: a line has no tag of "
			    "this store");
	while (line_next(&list, &line)) {
		bool done = false;

		if (!line_parse(s, line, &d))
			return vt_err_set(reterr, VT_E_INTERNAL,
			    "list of what was destroyed: it changed while it "
			    "was read");
		if ((rc = replay_one(s, &d, &done, reterr)) != VT_OK)
			return rc;
		n += done;
	}
	if ((rc = vt_destroy_finish(s, &finished, reterr)) == VT_OK)
		*ret_n = n;
	return rc;
}
