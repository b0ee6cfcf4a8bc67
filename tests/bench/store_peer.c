/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The peer: bare LMDB, nothing hashed, enciphered, indexed or read back. */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/rounds.h"
#include "tests/bench/store_fill.h"

#define ENVELOPE 48

struct peer {
	MDB_env *env;
	MDB_dbi dbi;
	char dir[512];
	size_t mean;
	uint64_t seq;    /* chunks so far */
	size_t n;        /* papers so far */
	uint64_t *first; /* sequence of each paper's first chunk */
	uint8_t *bytes;
};

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "peer: %s: %s\n", what, mdb_strerror(rc));
	exit(1);
}

static MDB_val
key_of(uint64_t seq, uint8_t key[static 8])
{
	for (int i = 7; i >= 0; i--, seq >>= 8)
		key[i] = (uint8_t)seq;
	return (MDB_val){ 8, key };
}

struct peer *
peer_open(const char *dir, size_t mean)
{
	struct peer *p = calloc(1, sizeof(*p));
	MDB_txn *txn;

	if (p == NULL || (p->bytes = malloc(3 * mean + 4096)) == NULL)
		must(ENOMEM, "memory");
	(void)snprintf(p->dir, sizeof(p->dir), "%s", dir);
	p->mean = mean;
	disk_remove(dir);
	(void)mkdir(dir, 0700);
	must(mdb_env_create(&p->env), "env");
	must(mdb_env_set_mapsize(p->env, (size_t)64 << 30), "map");
	must(mdb_env_open(p->env, dir, MDB_NORDAHEAD, 0600), dir);
	must(mdb_txn_begin(p->env, NULL, 0, &txn), "begin");
	must(mdb_dbi_open(txn, NULL, 0, &p->dbi), "table");
	must(mdb_txn_commit(txn), "commit");
	return p;
}

/* The envelope counts: the same pages are written. */
static void
put_paper(struct peer *p, size_t size)
{
	size_t at = 0, room;
	uint8_t key[8];
	MDB_txn *txn;

	must(mdb_txn_begin(p->env, NULL, 0, &txn), "begin");
	while (at < size) {
		size_t n =
		    size - at < VT_CHUNK_SIZE ? size - at : VT_CHUNK_SIZE;
		MDB_val k = key_of(++p->seq, key), v;

		room = n + ENVELOPE;
		v = (MDB_val){ room, p->bytes + at };
		must(mdb_put(txn, p->dbi, &k, &v, MDB_APPEND), "put");
		at += n;
	}
	must(mdb_txn_commit(txn), "commit");
}

double
peer_papers(struct peer *p, size_t n)
{
	double t0 = bench_wall();

	if ((p->first = realloc(p->first, (p->n + n) * sizeof(*p->first))) ==
	    NULL)
		must(ENOMEM, "memory");
	for (size_t i = 0; i < n; i++) {
		size_t size = fill_size(p->mean, p->n);

		fill_bytes(p->bytes, size, p->n);
		p->first[p->n++] = p->seq + 1;
		put_paper(p, size);
	}
	return bench_wall() - t0;
}

double
peer_read(struct peer *p, size_t n)
{
	double t0 = bench_wall();
	uint8_t key[8];
	MDB_txn *txn;

	for (size_t i = 0; i < n; i++) {
		size_t no = (size_t)((i * 0x9e3779b97f4a7c15U) >> 20) % p->n;
		size_t left = fill_size(p->mean, no), at = 0;
		uint64_t seq = p->first[no];

		must(mdb_txn_begin(p->env, NULL, MDB_RDONLY, &txn), "begin");
		while (left > 0) {
			MDB_val k = key_of(seq++, key), v;

			must(mdb_get(txn, p->dbi, &k, &v), "get");
			memcpy(p->bytes + at, v.mv_data, v.mv_size);
			at += v.mv_size;
			left -= v.mv_size - ENVELOPE;
		}
		mdb_txn_abort(txn);
	}
	return bench_wall() - t0;
}

void
peer_close(struct peer *p)
{
	mdb_env_close(p->env);
	disk_remove(p->dir);
	free(p->first);
	free(p->bytes);
	free(p);
}
