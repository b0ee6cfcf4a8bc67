/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds a secret, and what is destroyed. */
#include "docstore/destroy.h"
#include "tests/property/walk.h"

static const char *const needed[] = { "secret", "isolate", "clear", "destroy",
	"erase" };

static int
secret(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_SECRET };

	s->did = "secret";
	st.u.secret.level = (uint8_t)(m->size % 5);
	return do_step(&s->d[m->seed % 2], NULL, st);
}

/* Papers of its own: what is destroyed would end the walks of the others. */
static int
make(struct side *s, const struct move *m)
{
	size_t place = m->paper % KEPT;
	int rc;

	s->did = "";
	rc = make_paper(&s->d[0], VT_DIR_IN, walk_size(m), m->seed % 50);
	if (rc == VT_OK)
		s->kept[place] = s->d[0].paper;
	return rc;
}

static int
isolate(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_ISOLATE };

	s->did = "isolate";
	st.u.isolate.note = "nghi có bí mật";
	return do_step(&s->d[0], &s->kept[m->paper % KEPT], st);
}

static int
clear(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_CLEAR };

	s->did = "clear";
	st.u.isolate.note = "không có";
	return do_step(&s->d[0], &s->kept[m->paper % KEPT], st);
}

static int
destroy(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_DESTROY };

	s->did = "destroy";
	st.u.destroy.reason = (enum vt_destroy_reason)(1 + m->size % 4);
	st.u.destroy.asked_by = (vt_id){ { m->seed % 9 == 0 ? 2 : 7 } };
	st.u.destroy.note = "Quyết định";
	st.u.destroy.wipe = m->seed % 2 == 0;
	return do_step(&s->d[0], &s->kept[m->paper % KEPT], st);
}

static int
erase(struct side *s, const struct move *m)
{
	uint64_t n = 0;
	int rc;

	s->did = "erase";
	if (m->seed % 8 != 0)
		return VT_E_BUSY;
	rc = vt_destroy_finish(s->d[0].s, &n, &s->d[0].err);
	walk_see(s, &n, sizeof(n));
	vt_act_result_free(&s->d[0].r);
	return rc;
}

static const struct walk_verb verbs[] = { { 1, secret }, { 4, make },
	{ 2, isolate }, { 1, clear }, { 1, destroy }, { 1, erase } };

WALK_NOUN_OF(secrecy, NULL, NULL);
