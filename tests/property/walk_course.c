/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands beside the walk of a paper: checks, second thoughts, orders. */
#include "tests/property/walk.h"

static const char *const needed[] = { "check", "withdraw", "freeze", "release",
	"opinion", "extend", "cancel" };

static int
on_paper(struct side *s, const struct move *m, struct vt_step st)
{
	size_t i = s->n == 0 ? 0 : m->paper % s->n;
	int rc = do_step(&s->d[0], &s->paper[i], st);

	if (rc == VT_OK)
		s->main[i] = s->d[0].main;
	return rc;
}

static int
check(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_CHECK };

	s->did = "check";
	st.u.check.kind = m->seed % 2 == 0 ? VT_DRAFT_CONTENT : VT_DRAFT_FORM;
	st.u.check.main = s->main[s->n == 0 ? 0 : m->paper % s->n];
	return on_paper(s, m, st);
}

static int
withdraw(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_WITHDRAW };

	s->did = "withdraw";
	st.u.withdraw.main = s->main[s->n == 0 ? 0 : m->paper % s->n];
	return on_paper(s, m, st);
}

static int
freeze(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_FREEZE };
	bool begin = m->size % 3 == 0;

	s->did = begin ? "freeze" : "release";
	st.u.freeze.kind = begin ? VT_FREEZE_BEGIN : VT_FREEZE_END;
	st.u.freeze.order = "lệnh";
	st.u.freeze.note = "gỡ";
	/* Papers on their way are frozen, too; most are released again. */
	if (m->seed % 2 == 0)
		return on_paper(s, m, st);
	return do_step(&s->d[0], &s->sent[m->paper % SENT], st);
}

static int
cancel(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_CANCEL };

	s->did = "cancel";
	if (m->size % 4 != 0) /* it ends a paper */
		return VT_E_BUSY;
	st.u.cancel.order = "lệnh";
	st.u.cancel.note = "sai";
	return do_step(&s->d[1], &s->in[m->seed % CONSIGNS], st);
}

static int
opinion(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_OPINION };

	s->did = "opinion";
	st.u.opinion.note = m->size % 9 == 0 ? "" : "ý kiến";
	return do_step(&s->d[1], &s->in[m->seed % CONSIGNS], st);
}

/* Only of a paper with a deadline: that comes with an assignment. */
static int
extend(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_EXTEND };
	vt_id *p = &s->in[m->seed % CONSIGNS];
	char day[16];

	s->did = "extend";
	if (m->size % 3 == 0) {
		s->did = "";
		st.kind = VT_STEP_ASSIGN;
		st.u.assign.person = s->clerk;
		st.u.assign.due_on = "2026-12-01";
		return do_step(&s->d[1], p, st);
	}
	(void)snprintf(day, sizeof(day), "20%02u-%02u-15",
	    (unsigned int)(26 + m->seed % 70), 1 + m->reason);
	st.u.extend.kind = (enum vt_extend)(1 + m->size % 4);
	st.u.extend.due_on = day;
	st.u.extend.note = "chờ ý kiến";
	return do_step(&s->d[1], p, st);
}

static const struct walk_verb verbs[] = { { 3, check }, { 1, withdraw },
	{ 3, freeze }, { 1, cancel }, { 3, opinion }, { 4, extend } };

WALK_NOUN_OF(course, NULL, NULL);
