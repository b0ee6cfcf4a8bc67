/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room is missed before there is none; and the figures of a store. */
#include "docstore/quick.h"
#include "docstore/stats.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static struct world world;

static void
open_with(struct doer *d, const char *dir, uint64_t map, uint64_t least)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;

	o.map_size = map;
	o.room_free = least;
	tap_call(vt_store_open(dir, &o, &world.ctx, &d->s, &err), &err,
	    "opened with %" PRIu64 " MiB", map >> 20);
	tap_need(d->s != NULL, "a store");
}

static void
disk(struct doer *d, const char *dir)
{
	struct vt_store_info info;
	struct vt_err err = VT_ERR_INIT;
	struct vt_file f;
	uint8_t x[100] = { 7 };

	open_with(d, dir, (uint64_t)1 << 30, (uint64_t)1 << 60);
	tap_code(make_file(d, VT_SPAN(x, sizeof(x)), "x", &f), VT_E_STORE_FULL,
	    &d->err, "an upload below the bound of the disk");
	tap_ok(strstr(d->err.msg, "ROOM_FREE_MIN") != NULL, "says which bound");
	tap_code(make_series(d, "z", VT_RESET_YEAR, VT_SERIES_OURS),
	    VT_E_STORE_FULL, &d->err, "an act, too");
	tap_call(vt_store_info(d->s, &info, &err), &err, "figures");
	tap_ok(info.room.level == VT_ROOM_FULL, "and the level is full");
	vt_store_close(d->s);
}

static void
map(struct doer *d, const char *dir)
{
	uint64_t size = (uint64_t)2 << 20;
	struct vt_store_info info;
	struct vt_err err = VT_ERR_INIT;
	bool low = false;
	struct vt_view *v = NULL;
	struct vt_paper p;
	int rc = VT_OK;
	unsigned n;

	open_with(d, dir, size, 1);
	for (n = 0; n < 2000 && rc == VT_OK; n++) {
		world.mono += 2000000;
		rc = make_paper(d, VT_DIR_IN, n < 120 ? 60000 : 9, n + 1);
		if (rc == VT_OK && vt_store_info(d->s, &info, &err) == VT_OK)
			low = low || info.room.level == VT_ROOM_LOW;
	}
	tap_code(rc, VT_E_STORE_FULL, &d->err, "refused after %u papers", n);
	tap_ok(strstr(d->err.msg, "ROOM_MAP_PERCENT") != NULL,
	    "by the bound, not by the disk: %s", d->err.msg);
	tap_ok(low, "it was low before");
	tap_call(vt_store_info(d->s, &info, &err), &err, "figures");
	tap_ok(info.room.used[VT_SPACE_RECORDS] >= size / 100 * 90 &&
		   info.room.used[VT_SPACE_RECORDS] < size,
	    "at its bound, with some left");
	tap_ok(info.bytes_envs > 1 && info.room.used[VT_SPACE_BYTES] > size,
	    "bytes went on in environment %u", info.bytes_envs);
	tap_call(vt_view_begin(d->s, &v, &err), &err, "a view");
	tap_call(vt_paper_get(v, &d->paper, &p, &err), &err, "reading goes on");
	vt_view_end(v);
	vt_store_close(d->s);
	open_with(d, dir, 4 * size, 1);
	tap_call(make_paper(d, VT_DIR_IN, 60000, 999), &d->err,
	    "with more room it goes on");
	vt_store_close(d->s);
}

struct seen {
	unsigned n;
	struct vt_stats_agency last;
};

static void
see(void *arg, const struct vt_stats_agency *a)
{
	struct seen *s = arg;

	s->n++;
	s->last = *a;
	s->last.code = strcmp(a->code, "H99.07") == 0 ? "as it is" : "other";
}

static void
figures(struct doer *d)
{
	static const struct vt_recipient to[] = { { "H99.31", "Xã" } };
	struct vt_stats_work work[VT_STATS_KINDS];
	struct vt_err err = VT_ERR_INIT;
	struct seen s = { .n = 0 };

	tap_need(
	    make_agency(d, "H99.07", "Sở") == VT_OK &&
		make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK &&
		make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "an agency");
	for (unsigned i = 0; i < 3; i++)
		tap_need(make_paper(d, VT_DIR_IN, 100, i + 1) == VT_OK, "in");
	tap_need(make_paper(d, VT_DIR_OUT, 100, 9) == VT_OK &&
		     walk_to_issue(d, 10) == VT_OK &&
		     dispatch(d, to, 1) == VT_OK,
	    "one out, sent");
	world.now += VT_TIME_S(60);
	tap_call(vt_store_stats(d->s, see, &s, work, &err), &err, "figures");
	tap_eq_int(s.n, 1, "one agency");
	tap_eq_str(s.last.code, "as it is", "by its code");
	tap_eq_int((int64_t)s.last.papers[VT_DIR_IN][VT_PAPER_ARRIVED], 3,
	    "three arrived");
	tap_eq_int((int64_t)s.last.papers[VT_DIR_OUT][VT_PAPER_DISPATCHED], 1,
	    "one dispatched");
	tap_ok(s.last.month[0][VT_DIR_IN] == 3 &&
		   s.last.month[0][VT_DIR_OUT] == 1 &&
		   s.last.month[1][VT_DIR_IN] == 0,
	    "this month");
	tap_ok(s.last.deliveries == 1 && s.last.acts > 6, "its counters");
	tap_ok(work[VT_WORK_DELIVERY].depth == 1 &&
		   work[VT_WORK_DELIVERY].due == 1 &&
		   work[VT_WORK_DELIVERY].oldest_us >= VT_TIME_S(60),
	    "work that has waited a minute");
	world.now += VT_TIME_S(40 * 86400);
	s.n = 0;
	tap_call(vt_store_stats(d->s, see, &s, work, &err), &err, "later");
	tap_eq_int((int64_t)s.last.month[0][VT_DIR_IN], 0, "another month");
}

static void
told(void *arg, const char *line)
{
	(void)arg;
	printf("# FINDING %s\n", line);
}

static uint64_t
quick(struct vt_store *s)
{
	struct vt_check_options o = { .finding = told };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 99;

	tap_call(vt_store_check_quick(s, &o, &n, &err), &err, "quick check");
	return n;
}

/* Removes the last row of a table, or changes it. */
static void
spoil(struct vt_store *s, enum vt_table table, bool remove)
{
	struct vt_key k = { .n = 0 }, none = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_span key, v;
	struct vt_txn *t;
	VT_BUF_AUTO(b);
	int rc;

	tap_need(s->engine->ops->begin(s->engine, vt_table_space(table), true,
		     &t, &err) == VT_OK &&
		     vt_tx_lt(t, table, &none, &key, &v, &err) == VT_OK,
	    "the last row of %s", vt_table_name(table));
	vt_key_bytes(&k, key.p, key.n);
	vt_buf_span(&b, v);
	b.p[b.n / 2] ^= 1;
	rc = remove ? vt_tx_del(t, table, &k, &err)
		    : vt_tx_put(t, table, &k, vt_buf_view(&b), &err);
	tap_need(rc == VT_OK && s->engine->ops->commit(t, &err) == VT_OK,
	    "is %s", remove ? "gone" : "another");
}

/* Where damage shows first, on both engines. */
static void
quick_finds(struct doer *d, struct vt_store *(*make)(struct doer *d))
{
	static const struct {
		enum vt_table table;
		bool remove;
	} bad[] = { { VT_T_RECEIPT, false }, { VT_T_EVENT, true },
		{ VT_T_NODE, false }, { VT_T_LEAF, true },
		{ VT_T_BYTES, false } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d->s = make(d);
		figures(d);
		tap_eq_int((int64_t)quick(d->s), 0, "clean");
		spoil(d->s, bad[i].table, bad[i].remove);
		tap_ok(quick(d->s) > 0, "found in %s",
		    vt_table_name(bad[i].table));
		vt_store_close(d->s);
	}
}

static struct vt_store *
make_model(struct doer *d)
{
	(void)d;
	return model_new(&world.ctx);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct doer d = { .agency = 0 };
	char *dir = dir_new();

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	d.s = model_new(&world.ctx);
	figures(&d);
	vt_store_close(d.s);
	d.s = store_new(dir, &world.ctx);
	figures(&d);
	vt_store_close(d.s);
	disk(&d, dir);
	map(&d, dir);
	quick_finds(&d, make_model);
	vt_act_result_free(&d.r);
	dir_free(dir);
	return tap_done();
}
