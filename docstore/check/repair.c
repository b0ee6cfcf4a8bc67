/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks that do not decipher any more. From a backup: the same bytes come back
 * to the same place, also in a sealed environment when the store was opened for
 * mending, so that every increment of the backup still speaks of them. Out of a
 * file: written anew under a sequence and a key of their own, as what an
 * increment has under the old one is other bytes; then the chunk is mapped
 * there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"
#include "docstore/scrub.h"

struct damaged {
	vt_hash id;
	uint32_t env;
	uint64_t seq;
};

struct repair {
	struct vt_store *s;
	const struct vt_repair_options *o;
	struct vt_place place;
	struct vt_manifest m;
	struct damaged *list;
	size_t n, cap;
	struct vt_buf object;
	uint8_t *plain;
	struct vt_repair_report rep;
};

static void
say(struct repair *x, const struct damaged *d, const char *what)
{
	char hex[VT_HASH_TEXT + 1], line[200];

	vt_hash_text(&d->id, hex);
	(void)snprintf(line, sizeof(line), "chunk %.16s… (%" PRIu64 "): %s",
	    hex, d->seq, what);
	x->o->told(x->o->arg, line);
}

/* ---- finding ---- */

static int
remember(struct repair *x, const vt_hash *id, const struct vt_chunk_row *row,
    struct vt_err *reterr)
{
	if (x->n == x->cap) {
		size_t cap = x->cap == 0 ? 64 : 2 * x->cap;
		struct damaged *p = realloc(x->list, cap * sizeof(*p));

		if (p == NULL)
			return vt_nomem(reterr);
		x->list = p;
		x->cap = cap;
	}
	x->list[x->n++] = (struct damaged){
		.id = *id, .env = row->env, .seq = row->seq
	};
	return VT_OK;
}

static int
look(struct repair *x, struct vt_reading *r, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	struct vt_scan scan = vt_scan_up(r->records, VT_T_CHUNK, &all, NULL);
	struct vt_err err = VT_ERR_INIT;
	struct vt_chunk_row row;
	vt_hash id;
	size_t n;
	int rc = VT_OK;

	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		if (scan.k.n != VT_HASH_SIZE)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table chunk: a key of %zu bytes", scan.k.n);
		memcpy(id.b, scan.k.p, sizeof(id.b));
		rc = vt_chunk_row_decode(scan.row, &row, reterr);
		if (rc != VT_OK)
			continue;
		x->rep.chunks++;
		if (vt_reading_at(r, row.env, row.seq, &id, x->plain, &n,
			&err) == VT_E_STORE_CORRUPT)
			rc = remember(x, &id, &row, reterr);
	}
	return rc == VT_OK ? scan.rc : rc;
}

/* ---- what the backup has of it ---- */

/* A row of the chunk in an object of its range; into *ret, copied. */
static int
row_of(struct repair *x, enum vt_bpart_kind kind, const struct damaged *d,
    struct vt_buf *ret, struct vt_err *reterr)
{
	uint64_t index = d->seq / (kind == VT_PART_KEYS ? VT_KEYS_PART
							: VT_BYTES_PART);
	struct vt_key key = vt_key_wrap(d->env, d->seq), at;
	struct vt_span in, k, v;
	int rc, bad;

	vt_buf_reset(ret);
	for (size_t i = 0; i < x->m.n_part; i++) {
		const struct vt_bpart *p = &x->m.part[i];

		if (p->kind != kind || p->env != d->env ||
		    p->index != index)
			continue;
		vt_buf_reset(&x->object);
		rc = vt_place_get(
		    &x->place, vt_bpart_side(p), &p->name, &x->object, reterr);
		if (rc != VT_OK)
			return rc;
		in = vt_buf_view(&x->object);
		while (vt_object_next(&in, &k, &v, &bad, reterr))
			if (vt_span_eq(vt_restore_key(p, k, &at),
				vt_key_view(&key))) {
				vt_buf_span(ret, v);
				return vt_buf_status(ret, reterr);
			}
		if (bad != VT_OK)
			return bad;
	}
	return VT_E_NOT_FOUND;
}

/* Does it decipher to what its id says? Into x->plain. */
static bool
is_it(struct repair *x, const struct damaged *d, const struct vt_buf *envelope,
    const struct vt_buf *wrap, size_t *ret_n)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_wrap_row row;
	vt_hash id;

	if (vt_wrap_row_decode(vt_buf_view(wrap), &row, &err) != VT_OK ||
	    vt_chunk_open(&x->s->keys, &d->id, vt_buf_view(envelope),
		row.wrapped, x->plain, ret_n, &err) != VT_OK)
		return false;
	id = vt_chunk_id(&x->s->keys, VT_SPAN(x->plain, *ret_n));
	return vt_hash_eq(&id, &d->id);
}

/* ---- putting it back ---- */

static int
put_row(struct repair *x, enum vt_table table, const struct vt_key *k,
    const struct vt_buf *v, struct vt_err *reterr)
{
	struct vt_engine *e = x->s->engine;
	struct vt_txn *t;
	int rc;

	rc = e->ops->begin(e, vt_table_space(table), true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_tx_put(t, table, k, vt_buf_view(v), reterr)) != VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

struct reseat_op {
	struct vt_op op;
	const struct damaged *d;
	const struct vt_chunk_in *c;
	bool done; /* it was still mapped there */
};

/* Maps the chunk to where it was written anew; what it leaves, or what came
 * too late, is removed by the next collecting. */
static int
reseat_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct reseat_op *r = (struct reseat_op *)(void *)op;
	struct vt_key k = vt_key_hash(&r->d->id), gone;
	struct vt_chunk_row row;
	struct vt_span v;
	VT_BUF_AUTO(out);
	VT_BUF_AUTO(null);
	int rc;

	r->done = false;
	gone = vt_key_wrap(r->c->env, r->c->seq);
	rc = vt_tx_get(b->txn, VT_T_CHUNK, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_chunk_row_decode(v, &row, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (rc == VT_OK && row.seq == r->d->seq) {
		row.env = r->c->env;
		row.seq = r->c->seq;
		vt_chunk_row_encode(&row, &out);
		rc = vt_batch_put(b, VT_T_CHUNK, &k, &out, reterr);
		if (rc != VT_OK)
			return rc;
		gone = vt_key_wrap(r->d->env, r->d->seq);
		r->done = true;
	}
	vt_cbor_null(&null);
	return vt_batch_put(b, VT_T_UNMAPPED, &gone, &null, reterr);
}

/* What was written is read back before it is mapped. */
static int
read_back(struct repair *x, const struct vt_chunk_in *c, struct vt_err *reterr)
{
	uint8_t *plain = malloc(VT_CHUNK_SIZE);
	struct vt_reading r;
	size_t n = 0;
	int rc;

	if (plain == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_reading_begin(x->s, &r, reterr)) == VT_OK) {
		rc = vt_reading_at(
		    &r, c->env, c->seq, &c->id, plain, &n, reterr);
		vt_reading_end(&r);
	}
	if (rc == VT_OK && !vt_span_eq(VT_SPAN(plain, n), c->plain))
		rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "repair: what was read back differs from what was written");
	free(plain);
	return rc;
}

/* The damaged bytes as they lie, for whoever asks what happened. */
static int
keep_evidence(struct repair *x, const struct damaged *d, struct vt_err *reterr)
{
	struct vt_engine *e = x->s->engine;
	struct vt_key k = vt_key_wrap(d->env, d->seq);
	char path[4096];
	struct vt_span v = VT_SPAN(NULL, 0);
	struct vt_env_look l;
	struct vt_txn *t;
	int rc;

	rc = e->ops->env_look(e, d->env, &l, reterr);
	if (rc != VT_OK || !l.there)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/damaged", x->s->path);
	if ((rc = vt_dir_make(path, NULL, reterr)) != VT_OK ||
	    (rc = e->ops->begin(e, VT_SPACE_BYTES, false, &t, reterr)) != VT_OK)
		return rc;
	(void)snprintf(
	    path, sizeof(path), "%s/damaged/%" PRIu64, x->s->path, d->seq);
	rc = vt_tx_get(t, VT_T_BYTES, &k, &v, reterr);
	if (rc == VT_OK)
		rc = vt_file_create(path, v, reterr);
	e->ops->abort(t);
	return rc == VT_E_NOT_FOUND || rc == VT_E_EXISTS ? VT_OK : rc;
}

/* The key as the store has it: that of a backup may be of an earlier epoch. */
static int
own_key(struct repair *x, const struct vt_key *k, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_engine *e = x->s->engine;
	struct vt_span v;
	struct vt_txn *t;
	int rc;

	rc = e->ops->begin(e, VT_SPACE_KEYS, false, &t, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_tx_get(t, VT_T_WRAP, k, &v, reterr)) == VT_OK) {
		vt_buf_span(ret, v);
		rc = vt_buf_status(ret, reterr);
	}
	e->ops->abort(t);
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* The plaintext of a chunk, written anew under a key of its own. */
static int
reseal(struct repair *x, const struct damaged *d, struct vt_span plain,
    const char *from, struct vt_err *reterr)
{
	struct vt_chunk_in c = { .id = d->id, .plain = plain };
	struct reseat_op r = { .op = { .apply = reseat_apply, .weight = 4096 },
		.d = d,
		.c = &c };
	VT_BUF_AUTO(envelope);
	uint64_t first;
	char what[80];
	int rc;

	c.envelope = vt_buf_extend(&envelope, plain.n + VT_ENVELOPE_SIZE);
	if (c.envelope == NULL)
		return vt_buf_status(&envelope, reterr);
	if ((rc = vt_chunk_seal(&x->s->keys, x->s->ctx, &d->id, plain,
		 c.envelope, c.wrapped, reterr)) != VT_OK ||
	    (rc = keep_evidence(x, d, reterr)) != VT_OK ||
	    (rc = vt_byter_write(x->s, &c, 1, &first, reterr)) != VT_OK ||
	    (rc = read_back(x, &c, reterr)) != VT_OK ||
	    (rc = vt_queue_run_patient(
		 &x->s->writer.queue, &r.op, reterr)) != VT_OK)
		return rc;
	vt_byter_settle(x->s, first);
	if (!r.done)
		return VT_OK; /* nothing names it any more */
	x->rep.repaired++;
	(void)snprintf(what, sizeof(what),
	    "repaired from the %s; what was there is in damaged/", from);
	say(x, d, what);
	return VT_OK;
}

/* May its place be written? */
static int
is_open(struct repair *x, const struct damaged *d, bool *ret,
    struct vt_err *reterr)
{
	struct vt_engine *e = x->s->engine;
	struct vt_env_look l;
	int rc = e->ops->env_look(e, d->env, &l, reterr);

	if (rc == VT_OK)
		*ret = l.there && (l.last == d->env || x->s->mending);
	return rc;
}

/* What the backup has of it goes where it lay; or, when that may not be
 * written, the plaintext anew. */
static int
put_back(struct repair *x, const struct damaged *d,
    const struct vt_buf *envelope, const struct vt_buf *wrap, size_t n,
    struct vt_err *reterr)
{
	struct vt_key k = vt_key_wrap(d->env, d->seq);
	bool open = false;
	int rc = is_open(x, d, &open, reterr);

	if (rc != VT_OK || !open)
		return rc != VT_OK ? rc
				   : reseal(x, d, VT_SPAN(x->plain, n),
					 "backup", reterr);
	if ((rc = keep_evidence(x, d, reterr)) != VT_OK ||
	    (rc = put_row(x, VT_T_WRAP, &k, wrap, reterr)) != VT_OK ||
	    (rc = put_row(x, VT_T_BYTES, &k, envelope, reterr)) != VT_OK)
		return rc;
	x->rep.repaired++;
	say(x, d, "repaired from the backup; what was there is in damaged/");
	return VT_OK;
}

static int
mend(struct repair *x, const struct damaged *d, struct vt_err *reterr)
{
	struct vt_key k = vt_key_wrap(d->env, d->seq);
	VT_BUF_AUTO(envelope);
	VT_BUF_AUTO(wrap);
	size_t n = 0;
	bool whole;
	int rc;

	if ((rc = own_key(x, &k, &wrap, reterr)) != VT_OK)
		return rc;
	rc = row_of(x, VT_PART_BYTES, d, &envelope, reterr);
	whole = rc == VT_OK && is_it(x, d, &envelope, &wrap, &n);
	if (rc == VT_OK && !whole) {
		rc = row_of(x, VT_PART_KEYS, d, &wrap, reterr);
		whole = rc == VT_OK && is_it(x, d, &envelope, &wrap, &n);
	}
	if (rc == VT_E_NOT_FOUND || rc == VT_E_NO_INPUT ||
	    rc == VT_E_STORE_CORRUPT || (rc == VT_OK && !whole)) {
		say(x, d, "damaged; the backup does not have it whole");
		return VT_OK;
	}
	if (rc != VT_OK)
		return rc;
	return put_back(x, d, &envelope, &wrap, n, reterr);
}

/* ---- out of a file ---- */

/* Those of its pieces that are damaged here; mended ones leave the list. */
static int
from_piece(struct repair *x, struct vt_span plain, struct vt_err *reterr)
{
	vt_hash id = vt_chunk_id(&x->s->keys, plain);

	for (size_t i = 0; i < x->n; i++)
		if (vt_hash_eq(&x->list[i].id, &id)) {
			int rc = reseal(
			    x, &x->list[i], plain, "file", reterr);

			if (rc == VT_OK)
				x->list[i] = x->list[--x->n];
			return rc;
		}
	return VT_OK;
}

static int
from_file(struct repair *x, struct vt_err *reterr)
{
	int rc = VT_OK, fd = open(x->o->file, O_RDONLY | O_CLOEXEC);
	size_t at;
	ssize_t n;

	if (fd < 0)
		return vt_file_err(reterr, errno, x->o->file);
	do {
		for (at = 0, n = 1;
		     n > 0 && at<VT_CHUNK_SIZE; at += n> 0 ? (size_t)n : 0) {
			do
				n = read(fd, x->plain + at, VT_CHUNK_SIZE - at);
			while (n < 0 && errno == EINTR);
			if (n < 0)
				rc = vt_file_err(reterr, errno, x->o->file);
		}
		if (rc == VT_OK && at > 0)
			rc = from_piece(x, VT_SPAN(x->plain, at), reterr);
	} while (rc == VT_OK && at == VT_CHUNK_SIZE);
	(void)close(fd);
	for (size_t i = 0; i < x->n && rc == VT_OK; i++)
		say(x, &x->list[i], "damaged; the file does not have it");
	return rc;
}

/* ---- all of it ---- */

static int
open_backup(struct repair *x, struct vt_err *reterr)
{
	uint64_t newest;
	int rc;

	if ((rc = vt_place_newest(&x->place, 0, &newest, reterr)) != VT_OK)
		return rc;
	if (newest == 0)
		return vt_err_set(reterr, VT_E_NO_INPUT,
		    "%s: there is no backup in it", x->place.dir[0]);
	rc = vt_manifest_load(&x->place, newest, &x->s->keys, &x->m, reterr);
	if (rc == VT_OK && !vt_id_eq(&x->m.store, &x->s->super.id))
		rc = vt_err_set(reterr, VT_E_CONFLICT,
		    "backup %s: it is of another store", x->place.dir[0]);
	return rc;
}

static int
run(struct repair *x, struct vt_err *reterr)
{
	struct vt_reading r;
	int rc;

	if ((x->o->file == NULL && (rc = open_backup(x, reterr)) != VT_OK) ||
	    (rc = vt_reading_begin(x->s, &r, reterr)) != VT_OK)
		return rc;
	rc = look(x, &r, reterr);
	vt_reading_end(&r);
	x->rep.damaged = x->n;
	if (rc == VT_OK && x->o->file != NULL)
		rc = from_file(x, reterr);
	for (size_t i = 0; x->o->file == NULL && i < x->n && rc == VT_OK; i++)
		rc = mend(x, &x->list[i], reterr);
	if (rc == VT_OK)
		rc = vt_garbage_collect(x->s, reterr);
	if (rc == VT_OK && x->rep.repaired == x->rep.damaged)
		rc = vt_scrub_mended(x->s, reterr);
	return rc;
}

int
vt_store_repair(struct vt_store *s, const struct vt_repair_options *o,
    struct vt_repair_report *ret, struct vt_err *reterr)
{
	struct repair x = { .s = s, .o = o };
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only || s->path == NULL)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "repair: the store is not open for writing");
	x.place.lock_fd = -1;
	if (o->file == NULL && (rc = vt_place_open(&x.place, o->place, o->keys,
				    false, reterr)) != VT_OK)
		return rc;
	vt_buf_init(&x.object, VT_OBJECT_MAX);
	if ((x.plain = malloc(VT_CHUNK_SIZE)) == NULL)
		rc = vt_nomem(reterr);
	else
		rc = run(&x, reterr);
	vt_buf_free(&x.object);
	vt_manifest_free(&x.m);
	vt_place_close(&x.place);
	free(x.plain);
	free(x.list);
	if (rc == VT_OK)
		*ret = x.rep;
	return rc;
}
