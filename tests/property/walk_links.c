/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a paper is to another one, a paper original beside its e-version, and
 * what is derived from a version. */
#include "tests/property/walk.h"

static const char *const needed[] = { "link", "cite", "join-original",
	"join-same", "rendition" };

static int
link_to(struct side *s, const struct move *m)
{
	static const struct vt_answered cited = { .agency_code = "H01",
		.code = "12/QĐ-BTP",
		.issued_on = "2026-01-02",
		.document_id = "" };
	struct vt_step st = { .kind = VT_STEP_LINK };
	size_t i = s->n == 0 ? 0 : m->paper % s->n;
	int rc;

	s->did = m->size % 3 == 0 ? "cite" : "link";
	st.u.link.kind = (enum vt_link_kind)(1 + m->reason % 8);
	if (m->size % 3 == 0)
		st.u.link.cited = cited;
	else
		st.u.link.paper = s->sent[m->seed % SENT];
	if (m->size % 3 == 1)
		st.u.link.kind = VT_LINK_RELATES;
	rc = do_step(&s->d[0], &s->paper[i], st);
	if (rc == VT_OK)
		s->main[i] = s->d[0].main;
	return rc;
}

static int
original(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_JOIN };

	s->did = "join-original";
	st.u.join.how = VT_JOIN_ORIGINAL;
	st.u.join.pages = 3;
	st.u.join.from = "Bưu điện";
	return do_step(&s->d[1], &s->in[m->seed % CONSIGNS], st);
}

/* One that came on paper was registered by hand; then its e-version comes. */
static int
same(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[1];
	struct vt_step st = { .kind = VT_STEP_JOIN };
	vt_id *in = &s->in[m->paper % CONSIGNS];
	int rc;

	s->did = "join-same";
	st.u.join.how = VT_JOIN_SAME;
	if ((rc = make_paper(d, VT_DIR_IN, walk_size(m), m->seed)) != VT_OK)
		return rc;
	st.u.join.other = d->paper;
	return do_step(d, in, st);
}

static int
links(struct side *s, const struct move *m)
{
	static struct vt_paper_link got[16];
	struct doer *d = &s->d[0];
	struct vt_view *v;
	size_t n = 0;
	int rc;

	s->did = "";
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_paper_links(v,
	    m->size % 2 == 0 ? &s->paper[m->paper % PAPERS]
			     : &s->sent[m->paper % SENT],
	    got, 16, &n, &d->err);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		walk_see(s, &got[i].kind, sizeof(got[i].kind));
		walk_see(s, got[i].paper.b, VT_ID_SIZE);
	}
	vt_view_end(v);
	return rc;
}

/* Few contents, so that one comes again, and one takes another's place. */
static int
rendition(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_RENDITION };
	size_t i = s->n == 0 ? 0 : m->paper % s->n;
	uint8_t *bytes = make_bytes(200, m->seed % 5);
	int rc;

	s->did = "rendition";
	rc =
	    make_file(&s->d[0], VT_SPAN(bytes, 200), "x", &st.u.rendition.file);
	free(bytes);
	if (rc != VT_OK)
		return rc;
	st.u.rendition.of = s->main[i];
	st.u.rendition.kind = (enum vt_rendition_kind)(1 + m->reason % 3);
	st.u.rendition.by = "walk 1";
	return do_step(&s->d[0], &s->paper[i], st);
}

static int
renditions(struct side *s, const struct move *m)
{
	static struct vt_rendition got[16];
	struct doer *d = &s->d[0];
	struct vt_view *v;
	size_t n = 0;
	int rc;

	s->did = "";
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_rendition_list(
	    v, &s->paper[m->paper % PAPERS], got, 16, &n, &d->err);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		walk_see(s, &got[i].kind, sizeof(got[i].kind));
		walk_see(s, got[i].hash.b, VT_HASH_SIZE);
	}
	vt_view_end(v);
	return rc;
}

static const struct walk_verb verbs[] = { { 4, link_to }, { 2, original },
	{ 2, same }, { 3, links }, { 3, rendition }, { 1, renditions } };

WALK_NOUN_OF(links, NULL, NULL);
