/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store as a whole: what its lists say, and opening it again. */
#include "tests/property/walk.h"

static const char *const needed[] = { "lists", "reopen" };

static int
papers(struct side *s, struct vt_view *v, const struct move *m)
{
	static struct vt_paper page[8];
	struct vt_paper_query q = { .direction = m->seed % 3,
		.states = m->size % 2 == 0 ? 0 : 1U << m->size % 12,
		.words = m->seed % 5 == 0 ? "thử nghiệm" : NULL,
		.number = m->seed % 7 == 0 ? "05" : NULL };
	uint64_t next;
	size_t n;
	int rc;

	rc = vt_paper_search(
	    v, s->d[m->paper % 2].agency, &q, page, 8, &n, &next, &s->d[0].err);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		walk_see(s, page[i].id.b, VT_ID_SIZE);
		walk_see(s, &page[i].rev, sizeof(page[i].rev));
		walk_see(s, page[i].number.text, strlen(page[i].number.text));
	}
	walk_see(s, &next, sizeof(next));
	return rc;
}

static int
history(struct side *s, struct vt_view *v, const struct move *m)
{
	static struct vt_act_entry act[8];
	static struct vt_delivery del[4];
	static struct vt_event event[8];
	const vt_id *p = &s->sent[m->paper % SENT];
	size_t n;
	int rc;

	rc = vt_act_list(v, p, m->seed % 3, act, 8, &n, &s->d[0].err);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		walk_see(s, act[i].act.b, VT_ID_SIZE);
	if (rc == VT_OK)
		rc = vt_delivery_list(v, p, del, 4, &n, &s->d[0].err);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		walk_see(s, &del[i].state, sizeof(del[i].state));
	if (rc == VT_OK)
		rc = vt_event_list(v, s->d[1].agency, m->seed % 1000, event, 8,
		    &n, &s->d[0].err);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		walk_see(s, &event[i].kind, sizeof(event[i].kind));
	return rc;
}

static int
lists(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[0];
	struct vt_view *v;
	int rc;

	s->did = "lists";
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = m->reason % 2 == 0 ? papers(s, v, m) : history(s, v, m);
	vt_view_end(v);
	return rc;
}

/* What opening does, for the model, which cannot be closed. */
static int
forget(struct vt_store *s, struct vt_err *reterr)
{
	int rc = vt_bytes_recover(s, reterr);

	/* Pieces of uploads that ran out while they were sent. */
	while (s->byter.inflight != NULL)
		vt_byter_settle(s, s->byter.inflight->first);
	if (rc == VT_OK)
		rc = vt_uploads_forget(s, reterr);
	return rc == VT_OK ? vt_garbage_collect(s, reterr) : rc;
}

/* LMDB is closed and opened; the model does what opening does. */
static int
reopen(struct side *s, const struct move *m)
{
	uint64_t drawn = s->w.drawn;
	struct vt_err err;
	int rc = VT_OK;

	s->did = "reopen";
	if (m->size % 4 != 0)
		return VT_E_BUSY; /* seldom */
	vt_upload_free(s->open);
	s->open = NULL;
	if (s->lmdb) {
		vt_store_close(s->d[0].s);
		s->d[0].s = s->d[1].s = store_open(s->dir, &s->w.ctx);
	} else {
		rc = forget(s->d[0].s, &err);
	}
	/* Opening may draw where the model does not. */
	s->w.drawn = drawn;
	return rc;
}

static const struct walk_verb verbs[] = { { 8, lists }, { 1, reopen } };

WALK_NOUN_OF(store, NULL, NULL);
