/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers that came before releases read what stands on their pages: each gets
 * the work item that a paper gets when it comes today, so that search finds its
 * words.
 */
#include <stdlib.h>

#include "docstore/migrate/migrate_priv.h"

/* ---- papers that wait to be read ---- */

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(vt_id));
}

static int
add(struct vt_migrate_seen *x, size_t *cap, const vt_id *id,
    struct vt_err *reterr)
{
	if (x->n_read == *cap) {
		size_t n = *cap == 0 ? 256 : 2 * *cap;
		vt_id *p = realloc(x->read, n * sizeof(*p));

		if (p == NULL)
			return vt_nomem(reterr);
		x->read = p;
		*cap = n;
	}
	x->read[x->n_read++] = *id;
	return VT_OK;
}

/* The papers whose text waits to be read, of one priority. */
static int
add_waiting(struct vt_txn *t, enum vt_work_priority p,
    struct vt_migrate_seen *x, size_t *cap, struct vt_err *reterr)
{
	struct vt_key kind = vt_key_due_of(VT_WORK_TEXT, p);
	struct vt_scan scan = vt_scan_up(t, VT_T_DUE, &kind, NULL);
	int rc = VT_OK;

	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		struct vt_key k;
		struct vt_work w;
		struct vt_span v;

		if (scan.k.n != 17) {
			rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "table due: a key of %zu bytes", scan.k.n);
			break;
		}
		k = vt_key_work(vt_be64(scan.k.p + 9));
		rc = vt_tx_get(t, VT_T_WORK, &k, &v, reterr);
		if (rc == VT_E_NOT_FOUND) /* a finding of `check` */
			rc = VT_OK;
		else if (rc == VT_OK &&
			 (rc = vt_work_decode(v, &w, reterr)) == VT_OK)
			rc = add(x, cap, &w.subject, reterr);
	}
	return rc == VT_OK ? scan.rc : rc;
}

int
vt_migrate_look(
    struct vt_txn *t, struct vt_migrate_seen *ret, struct vt_err *reterr)
{
	struct vt_migrate_seen x = { .n_read = 0 };
	size_t cap = 0;
	int rc = VT_OK;

	for (unsigned int p = 0; rc == VT_OK && p < VT_WORK_PRIORITY__MAX; p++)
		rc = add_waiting(
		    t, (enum vt_work_priority)p, &x, &cap, reterr);
	if (rc != VT_OK) {
		vt_migrate_forget(&x);
		return rc;
	}
	if (x.n_read > 0)
		qsort(x.read, x.n_read, sizeof(*x.read), by_id);
	*ret = x;
	return VT_OK;
}

void
vt_migrate_forget(struct vt_migrate_seen *x)
{
	free(x->read);
	*x = (struct vt_migrate_seen){ .n_read = 0 };
}

/* Has it a part whose text is not known, and nobody was asked to read it? */
static int
is_unread(struct vt_txn *t, const struct vt_paper *p,
    const struct vt_migrate_seen *seen, bool *ret, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(p->agency_no, p->seq);
	struct vt_scan scan = vt_scan_up(t, VT_T_TEXT, &prefix, NULL);
	size_t n = 0;

	*ret = false;
	if (p->destroyed_at != VT_TIME_NONE ||
	    (seen->n_read > 0 && bsearch(&p->id, seen->read, seen->n_read,
				     sizeof(*seen->read), by_id) != NULL))
		return VT_OK;
	while (vt_scan_next(&scan, reterr))
		n++;
	*ret = n < p->n_parts;
	return scan.rc;
}

int
vt_migrate_texts_count(struct vt_txn *t, uint32_t agency_no,
    const struct vt_migrate_seen *seen, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_scan scan = vt_scan_agency(t, VT_T_PAPER, agency_no, 0);
	struct vt_paper p;
	bool unread;
	int rc = VT_OK;

	*ret = 0;
	while (rc == VT_OK && vt_scan_next(&scan, reterr)) {
		struct vt_arena *a = vt_arena_new(VT_ARENA_ACT);

		rc = a == NULL ? vt_nomem(reterr)
			       : vt_row_paper(t, agency_no,
				     vt_be64(scan.k.p + 4), a, &p, reterr);
		if (rc == VT_OK)
			rc = is_unread(t, &p, seen, &unread, reterr);
		if (rc == VT_OK && unread)
			++*ret;
		vt_arena_free(a);
	}
	return rc == VT_OK ? scan.rc : rc;
}

int
vt_migrate_texts(struct vt_batch *b, struct vt_migrating *x,
    const struct vt_migrate_seen *seen, bool *ret_more, struct vt_err *reterr)
{
	struct vt_scan scan =
	    vt_scan_agency(b->txn, VT_T_PAPER, x->agency, x->paper);
	struct vt_paper p;
	size_t n = 0;
	bool unread;
	int rc = VT_OK;

	while (rc == VT_OK && n < VT_MIGRATE_PIECE &&
	       vt_scan_next(&scan, reterr)) {
		struct vt_work_new w = { .kind = VT_WORK_TEXT, .due = b->time };

		n++;
		x->paper = vt_be64(scan.k.p + 4);
		if ((rc = vt_row_paper(b->txn, x->agency, x->paper, b->arena,
			 &p, reterr)) != VT_OK ||
		    (rc = is_unread(b->txn, &p, seen, &unread, reterr)) !=
			VT_OK ||
		    !unread)
			continue;
		w.subject = p.id;
		x->rows++;
		rc = vt_work_put_backfill(
		    b, x->agency, ++b->count.work, &w, reterr);
	}
	*ret_more = n == VT_MIGRATE_PIECE;
	return rc == VT_OK ? scan.rc : rc;
}
