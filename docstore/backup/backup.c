/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a backup: one state of all three spaces, as objects. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "docstore/backup/backup_priv.h"
#include "docstore/epoch.h"
#include "docstore/restored.h"

#define ROWS_MAX  ((size_t)4 << 20) /* plaintext of one object of rows */
#define PARTS_MAX 16   /* objects of one range before it is written as one */
#define TRIES     1000 /* to see one state of three spaces */

struct take {
	struct vt_store *s;
	const struct vt_backup_options *o;
	struct vt_place place;
	struct vt_reading r;
	struct vt_manifest m;
	struct vt_manifest old;        /* arena NULL: none */
	const struct vt_bpart **by_id; /* the old parts, by id */
	size_t old_at; /* in old.part: chunks are met in their order */
	struct vt_buf plain, sealed;
	struct vt_bpart part; /* the one being filled */
	struct vt_backup_report rep;
	vt_time wiped; /* the last time that words were destroyed */
};

/* ---- one state of everything ---- */

/* What every commit that maps or unmaps a chunk changes. */
static int
mark_of(struct vt_store *s, struct vt_txn *t, struct vt_buf *ret,
    struct vt_err *reterr)
{
	static const enum vt_table tables[] = { VT_T_CHUNK, VT_T_BLOB,
		VT_T_UPLOAD, VT_T_UNMAPPED, VT_T_GARBAGE, VT_T_MANIFEST };
	struct vt_key k = vt_key_text("counters");
	struct vt_span v;
	uint64_t n;
	int rc;

	if ((rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr)) != VT_OK)
		return rc == VT_E_NOT_FOUND
			   ? vt_err_set(reterr, VT_E_STORE_CORRUPT,
				 "table super: the counters are missing")
			   : rc;
	vt_buf_span(ret, v);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		rc = s->engine->ops->count(t, tables[i], &n, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_printf(ret, " %" PRIu64, n);
	}
	return vt_buf_status(ret, reterr);
}

/* Three transactions begun while nothing was committed. */
static int
begin(struct take *x, struct vt_err *reterr)
{
	const struct vt_engine_ops *ops = x->s->engine->ops;
	struct vt_txn *again;
	int rc;

	for (int i = 0; i < TRIES; i++) {
		VT_BUF_AUTO(first);
		VT_BUF_AUTO(second);

		if ((rc = vt_reading_begin(x->s, &x->r, reterr)) != VT_OK)
			return rc;
		rc = ops->begin(
		    x->s->engine, VT_SPACE_RECORDS, false, &again, reterr);
		if (rc == VT_OK) {
			rc = mark_of(x->s, x->r.records, &first, reterr);
			if (rc == VT_OK)
				rc = mark_of(x->s, again, &second, reterr);
			ops->abort(again);
		}
		if (rc == VT_OK &&
		    vt_span_eq(vt_buf_view(&first), vt_buf_view(&second)))
			return VT_OK;
		vt_reading_end(&x->r);
		if (rc != VT_OK)
			return rc;
	}
	return vt_err_set(reterr, VT_E_BUSY,
	    "backup: in %d tries no moment without a commit was found", TRIES);
}

/* ---- what the increment before has ---- */

static int
by_id(const void *a, const void *b)
{
	const struct vt_bpart *const *x = a, *const *y = b;

	return memcmp((*x)->id.b, (*y)->id.b, VT_HASH_SIZE);
}

/*
 * The newest manifest cannot be read. Is the place ours all the same? Then an
 * older one says so, or it is damaged beyond telling.
 */
static int
load_older(struct take *x, uint64_t newest, int why, struct vt_err *reterr)
{
	uint64_t below = newest, n;
	int rc;

	x->rep.whole = true;
	if (why == VT_E_STORE_CORRUPT)
		return VT_OK;
	while ((rc = vt_place_newest(&x->place, below, &n, reterr)) == VT_OK &&
	       n != 0) {
		struct vt_manifest m;
		bool ours;

		below = n;
		if (vt_manifest_load(&x->place, n, &x->s->keys, &m, NULL) !=
		    VT_OK)
			continue;
		ours = vt_id_eq(&m.store, &x->s->super.id);
		vt_manifest_free(&m);
		if (ours)
			return VT_OK;
	}
	return rc != VT_OK ? rc
			   : vt_err_set(reterr, VT_E_CONFLICT,
				 "backup %s: it is of another store: name "
				 "another place",
				 x->place.dir[0]);
}

/* One that cannot be read is left as it is; this one is then whole. */
static int
load_old(struct take *x, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t newest;
	int rc;

	x->m.number = 1;
	if (x->place.stream >= 0)
		return VT_OK;
	if ((rc = vt_place_newest(&x->place, 0, &newest, reterr)) != VT_OK)
		return rc;
	x->m.number = newest + 1;
	if (newest == 0)
		return VT_OK;
	rc = vt_manifest_load(&x->place, newest, &x->s->keys, &x->old, &err);
	if (rc == VT_E_STORE_CORRUPT || rc == VT_E_CONFLICT)
		return load_older(x, newest, rc, reterr);
	if (rc == VT_OK && !vt_id_eq(&x->old.store, &x->s->super.id))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "backup %s: it is of another store: name another place",
		    x->place.dir[0]);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	x->m.before = x->old.body;
	if (x->old.n_part == 0)
		return VT_OK;
	x->by_id = calloc(x->old.n_part, sizeof(struct vt_bpart *));
	if (x->by_id == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < x->old.n_part; i++)
		x->by_id[i] = &x->old.part[i];
	qsort(x->by_id, x->old.n_part, sizeof(struct vt_bpart *), by_id);
	return VT_OK;
}

/* Is the object there? With verify: is it whole, too? What is not is written
 * again. */
static bool
has(struct take *x, const struct vt_bpart *p)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (!vt_place_has(&x->place, vt_bpart_side(p), &p->name, p->size))
		return false;
	if (!x->o->verify)
		return true;
	vt_buf_reset(&x->sealed);
	rc = vt_place_get(
	    &x->place, vt_bpart_side(p), &p->name, &x->sealed, &err);
	x->rep.mended += rc != VT_OK;
	if (rc != VT_OK)
		vt_log_err("backup.verify", &err);
	return rc == VT_OK;
}

/* Is the part there already? Its object must be, too. */
static bool
reuse(struct take *x)
{
	const struct vt_bpart *want = &x->part, *const * p;

	/* What is enciphered under an earlier key would need that, too. */
	if (x->by_id == NULL || x->old.epoch != x->s->keys.epoch)
		return false;
	p = bsearch(
	    &want, x->by_id, x->old.n_part, sizeof(struct vt_bpart *), by_id);
	if (p == NULL || (*p)->kind != x->part.kind || !has(x, *p))
		return false;
	x->part.name = (*p)->name;
	x->part.size = (*p)->size;
	return true;
}

/* ---- parts ---- */

static int
add(struct take *x, struct vt_err *reterr)
{
	x->rep.objects++;
	x->rep.bytes += x->part.size;
	if (x->o->progress != NULL && !x->o->progress(x->o->arg, "objects",
					  x->rep.objects, x->old.n_part))
		return vt_err_set(reterr, VT_E_TIMEOUT,
		    "backup: stopped before its end; those before it stay");
	return vt_manifest_add(&x->m, &x->part, reterr);
}

static int
store_part(struct take *x, struct vt_span content, struct vt_err *reterr)
{
	bool fresh;
	int rc;

	x->part.size = content.n;
	rc = vt_place_put(&x->place, vt_bpart_side(&x->part), content,
	    &x->part.name, &fresh, reterr);
	if (rc != VT_OK)
		return rc;
	x->rep.fresh += fresh;
	x->rep.fresh_bytes += fresh ? content.n : 0;
	return add(x, reterr);
}

/* Encrypted: what is in x->plain. */
static int
store_sealed(struct take *x, struct vt_err *reterr)
{
	struct vt_span plain = vt_buf_view(&x->plain);
	int rc;

	if ((rc = vt_buf_status(&x->plain, reterr)) != VT_OK)
		return rc;
	x->part.id = vt_chunk_id(&x->s->keys, plain);
	if (reuse(x))
		return add(x, reterr);
	vt_buf_reset(&x->sealed);
	rc = vt_object_seal(&x->s->keys, x->s->ctx, plain, &x->sealed, reterr);
	return rc == VT_OK ? store_part(x, vt_buf_view(&x->sealed), reterr)
			   : rc;
}

/*
 * Does an object end behind this row? By its key alone, so that rows which
 * come between move no border but their own (FNV-1a, 64 bits, its upper ones).
 */
static bool
is_border(struct vt_span key)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ key.p[i]) * 0x100000001b3ULL;
	return ((h ^ h >> 32) * 0x9e3779b97f4a7c15ULL) >> 53 == 0;
}

static int
take_table(struct take *x, enum vt_table table, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_up(x->r.records, table, &all, NULL);
	int rc = VT_OK;

	x->part = (struct vt_bpart){ .kind = VT_PART_ROWS,
		.table = vt_span_str(vt_table_name(table)) };
	vt_buf_reset(&x->plain);
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		vt_object_row(&x->plain, scan.k, scan.row);
		x->part.rows++;
		if (!is_border(scan.k) && x->plain.n < ROWS_MAX)
			continue;
		rc = store_sealed(x, reterr);
		vt_buf_reset(&x->plain);
		x->part.rows = 0;
	}
	if (rc == VT_OK)
		rc = scan.rc;
	return rc == VT_OK && x->plain.n > 0 ? store_sealed(x, reterr) : rc;
}

/* Wrapped keys: they are no use without the store key. */
static int
take_keys(struct take *x, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_up(x->r.keys, VT_T_WRAP, &all, NULL);
	struct vt_bpart at = { .kind = VT_PART_KEYS };
	int rc = VT_OK;

	x->part = at;
	vt_buf_reset(&x->plain);
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		if (scan.k.n != 12)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table wrap: a key of %zu bytes", scan.k.n);
		at.env = vt_be32(scan.k.p);
		at.index = vt_be64(scan.k.p + 4) / VT_KEYS_PART;
		if (x->part.rows > 0 &&
		    (at.env != x->part.env || at.index != x->part.index)) {
			x->part.id = vt_sha256(vt_buf_view(&x->plain));
			rc = store_part(x, vt_buf_view(&x->plain), reterr);
			vt_buf_reset(&x->plain);
			x->part.rows = 0;
		}
		x->part.env = at.env;
		x->part.index = at.index;
		x->part.rows++;
		vt_object_row(&x->plain, scan.k, scan.row);
	}
	if (rc != VT_OK || (rc = scan.rc) != VT_OK || x->plain.n == 0)
		return rc;
	x->part.id = vt_sha256(vt_buf_view(&x->plain));
	return store_part(x, vt_buf_view(&x->plain), reterr);
}

/* Sequences of chunks that lie in one range of VT_BYTES_PART. */
struct range {
	uint32_t env;
	uint64_t index;
	uint64_t seq[VT_BYTES_PART];
	size_t n;
	struct vt_key next; /* the first behind it; n 0: none */
};

static int
range_read(struct take *x, const struct vt_key *first, struct range *ret,
    struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_up(x->r.bytes, VT_T_BYTES, &all, first);

	*ret = (struct range){ .env = vt_be32(first->b),
		.index = vt_be64(first->b + 4) / VT_BYTES_PART };
	while (ret->next.n == 0 && vt_scan_next(&scan, reterr)) {
		uint64_t seq;

		if (scan.k.n != 12)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table bytes: a key of %zu bytes", scan.k.n);
		seq = vt_be64(scan.k.p + 4);
		if (seq / VT_BYTES_PART != ret->index ||
		    vt_be32(scan.k.p) != ret->env)
			vt_key_bytes(&ret->next, scan.k.p, scan.k.n);
		else
			ret->seq[ret->n++] = seq;
	}
	return scan.rc;
}

static vt_hash
range_id(const struct range *r, size_t from, size_t n)
{
	struct vt_key head = { .n = 0 };
	VT_BUF_AUTO(b);

	vt_key_u32(&head, r->env);
	vt_buf_span(&b, vt_key_view(&head));
	for (size_t i = from; i < from + n; i++) {
		head.n = 0;
		vt_key_u64(&head, r->seq[i]);
		vt_buf_span(&b, vt_key_view(&head));
	}
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	return vt_sha256(vt_buf_view(&b));
}

/* The rows of n sequences, read and written. */
static int
range_store(struct take *x, const struct range *r, size_t from, size_t n,
    struct vt_err *reterr)
{
	struct vt_span v;
	int rc;

	vt_buf_reset(&x->plain);
	for (size_t i = from; i < from + n; i++) {
		struct vt_key k = vt_key_wrap(r->env, r->seq[i]);

		rc = vt_tx_get(x->r.bytes, VT_T_BYTES, &k, &v, reterr);
		if (rc != VT_OK)
			return rc;
		vt_object_row(&x->plain, VT_SPAN(k.b + 4, k.n - 4), v);
	}
	if ((rc = vt_buf_status(&x->plain, reterr)) != VT_OK)
		return rc;
	return store_part(x, vt_buf_view(&x->plain), reterr);
}

/* Does a part come before this range? */
static bool
is_before(const struct vt_bpart *p, const struct range *r)
{
	return p->kind != VT_PART_BYTES || p->env < r->env ||
	       (p->env == r->env && p->index < r->index);
}

/*
 * A sequence is given once and its row never changes, so the sequences say
 * what is in an object. The objects that the increment before has of a range
 * are taken over as long as they hold; the rest is one new object. Once there
 * are many small ones, the whole range becomes one.
 */
static int
take_range(struct take *x, const struct range *r, struct vt_err *reterr)
{
	size_t at = 0, parts = 0;
	int rc = VT_OK;

	while (x->old_at < x->old.n_part &&
	       is_before(&x->old.part[x->old_at], r))
		x->old_at++;
	for (size_t i = x->old_at;
	     i < x->old.n_part && x->old.part[i].kind == VT_PART_BYTES &&
	     x->old.part[i].env == r->env && x->old.part[i].index == r->index;
	     i++)
		parts++;
	for (size_t i = 0; rc == VT_OK && parts <= PARTS_MAX && i < parts;
	     i++) {
		const struct vt_bpart *p = &x->old.part[x->old_at + i];
		size_t n = p->rows <= r->n - at ? (size_t)p->rows : 0;
		vt_hash id = range_id(r, at, n);

		if (n == 0 || !vt_hash_eq(&id, &p->id) || !has(x, p))
			break;
		x->part = *p;
		x->part.table = vt_span_str("");
		rc = add(x, reterr);
		at += n;
	}
	if (rc != VT_OK || at == r->n)
		return rc;
	x->part = (struct vt_bpart){ .kind = VT_PART_BYTES,
		.env = r->env,
		.index = r->index,
		.rows = r->n - at,
		.id = range_id(r, at, r->n - at) };
	return range_store(x, r, at, r->n - at, reterr);
}

static int
take_bytes(struct take *x, struct vt_err *reterr)
{
	struct vt_key first = { .n = 0 };
	struct vt_span k, v;
	struct range r = { .n = 0 };
	int rc;

	rc = vt_tx_ge(x->r.bytes, VT_T_BYTES, &first, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc == VT_OK && k.n != 12)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table bytes: a key of %zu bytes", k.n);
	if (rc == VT_OK)
		vt_key_bytes(&r.next, k.p, k.n);
	while (rc == VT_OK && r.next.n != 0) {
		struct vt_key at = r.next;

		rc = range_read(x, &at, &r, reterr);
		if (rc == VT_OK)
			rc = take_range(x, &r, reterr);
	}
	return rc;
}

/* ---- agencies: their ledgers, and the keys that sign them ---- */

static int
take_agency(struct take *x, uint32_t no, struct vt_manifest_agency *ret,
    struct vt_err *reterr)
{
	const struct vt_log_key *key;
	struct vt_agency a;
	struct vt_epoch e;
	int rc;

	ret->agency_no = no;
	rc = vt_row_agency(x->r.records, no, x->m.arena, &a, reterr);
	if (rc == VT_OK)
		rc = vt_ledger_size(x->r.records, no, &ret->size, reterr);
	if (rc == VT_OK)
		rc = vt_epoch_root(x->r.records, no, ret->size, &e, &ret->root,
		    reterr);
	if (rc == VT_OK)
		rc = vt_log_key_get(x->s, &a.id, &key, reterr);
	if (rc != VT_OK)
		return rc;
	ret->id = a.id;
	ret->origin = vt_span_str(a.origin);
	x->rep.acts += ret->size;
	vt_object_row(
	    &x->plain, VT_SPAN(a.id.b, VT_ID_SIZE), vt_secret_view(key->seed));
	return VT_OK;
}

static int
take_agencies(struct take *x, struct vt_err *reterr)
{
	struct vt_counters count;
	int rc;

	rc = vt_row_counters(x->r.records, &count, reterr);
	if (rc != VT_OK)
		return rc;
	if (count.agencies == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "backup: the store has no agency yet, so no key that "
		    "signs");
	x->m.time = count.time;
	x->m.n_agency = x->rep.agencies = count.agencies;
	x->m.agency =
	    vt_arena_array(x->m.arena, count.agencies, sizeof(*x->m.agency));
	if (x->m.agency == NULL)
		return vt_arena_err(x->m.arena, reterr);
	x->part = (struct vt_bpart){ .kind = VT_PART_LOG_KEYS,
		.rows = count.agencies };
	vt_buf_reset(&x->plain);
	for (uint32_t i = 0; i < count.agencies && rc == VT_OK; i++)
		rc = take_agency(x, i + 1, &x->m.agency[i], reterr);
	if (rc == VT_OK)
		rc = store_sealed(x, reterr);
	vt_wipe(x->plain.p, x->plain.n);
	return rc;
}

/* ---- the whole ---- */

/*
 * What was destroyed, beside the keys: a restore of an older increment finds
 * it wherever it is done. Before the state is taken, so that the increment
 * knows at least as much.
 */
static int
keep_list(struct take *x, struct vt_err *reterr)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/" VT_DESTROYED_LIST,
		x->place.dir[VT_SIDE_KEYS]) >= sizeof(path))
		return vt_err_set(
		    reterr, VT_E_INVALID, "the path of a backup is too long");
	return vt_destroy_list_save(x->s, path, reterr);
}

/* Increments of before have the words in their rows: when was the last order
 * of that kind done? */
static int
look_wiped(struct take *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	static const struct vt_key all;
	struct vt_destroyed_row row;
	struct vt_scan scan;
	int rc = VT_OK;

	scan = vt_scan_up(x->r.records, VT_T_DESTROYED, &all, NULL);
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		if ((rc = vt_scratch(&scratch, reterr)) == VT_OK)
			rc = vt_destroyed_decode(
			    scan.row, scratch, &row, reterr);
		if (rc == VT_OK && row.d.wipe && row.d.done != VT_TIME_NONE &&
		    (x->wiped == VT_TIME_NONE || row.d.done > x->wiped))
			x->wiped = row.d.done;
	}
	return rc == VT_OK ? scan.rc : rc;
}

static int
take_all(struct take *x, struct vt_err *reterr)
{
	int rc = take_agencies(x, reterr);

	for (int t = 0; t < VT_T__MAX && rc == VT_OK; t++)
		if (vt_table_space((enum vt_table)t) == VT_SPACE_RECORDS)
			rc = take_table(x, (enum vt_table)t, reterr);
	if (rc == VT_OK)
		rc = take_keys(x, reterr);
	if (rc == VT_OK)
		rc = take_bytes(x, reterr);
	return rc == VT_OK ? look_wiped(x, reterr) : rc;
}

static int
publish(struct take *x, struct vt_err *reterr)
{
	const struct vt_log_key *key;
	VT_BUF_AUTO(file);
	int rc;

	x->m.store = x->s->super.id;
	x->m.made = vt_now(x->s->ctx);
	x->m.final = x->o->hand_over;
	x->m.signer = x->m.agency[0].agency_no;
	rc = vt_log_key_get(x->s, &x->m.agency[0].id, &key, reterr);
	if (rc == VT_OK)
		rc = vt_manifest_seal(
		    &x->m, &x->s->keys, key, x->s->super.domain, &file, reterr);
	if (rc == VT_OK)
		rc = vt_place_manifest_put(
		    &x->place, x->m.number, vt_buf_view(&file), reterr);
	if (rc != VT_OK)
		return rc;
	x->rep.number = x->m.number;
	x->rep.time = x->m.time;
	x->rep.manifest = x->m.body;
	/* A stream has one increment; what it replaces, nobody here knows. */
	if (x->place.stream >= 0)
		return VT_OK;
	return vt_backup_prune(&x->place, &x->s->keys, x->o, &x->m, x->wiped,
	    &x->rep.removed, reterr);
}

int
vt_backup_take(struct vt_store *s, const struct vt_backup_options *o,
    struct vt_backup_report *ret, struct vt_err *reterr)
{
	struct take x = { .s = s, .o = o, .wiped = VT_TIME_NONE };
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	vt_buf_init(&x.plain, VT_OBJECT_MAX);
	vt_buf_init(&x.sealed, VT_OBJECT_MAX);
	rc = o->stream > 0
		 ? vt_place_stream(&x.place, o->stream, o->keys, reterr)
		 : vt_place_open(&x.place, o->place, o->keys, true, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_manifest_new(&x.m, reterr)) == VT_OK &&
	    (rc = load_old(&x, reterr)) == VT_OK &&
	    (rc = keep_list(&x, reterr)) == VT_OK &&
	    (!o->hand_over ||
		(rc = vt_restored_hand_over(s, x.m.number, reterr)) == VT_OK) &&
	    (rc = begin(&x, reterr)) == VT_OK) {
		rc = take_all(&x, reterr);
		vt_reading_end(&x.r);
		if (rc == VT_OK)
			rc = publish(&x, reterr);
	}
	vt_buf_free(&x.plain);
	vt_buf_free(&x.sealed);
	vt_manifest_free(&x.m);
	vt_manifest_free(&x.old);
	free(x.by_id);
	vt_place_close(&x.place);
	if (rc == VT_OK)
		*ret = x.rep;
	return rc;
}
