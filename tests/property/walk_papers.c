/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers of the first agency, from their registration to their way out. */
#include "tests/property/walk.h"

static const char *const needed[] = { "register", "version", "submit",
	"approve", "return", "number", "sign", "issue", "dispatch", "meta",
	"code", "problem" };

const struct vt_recipient walk_to[2] = { { "H99.31", "UBND xã" },
	{ "H99.77", "Nơi khác" } };

int
walk_send_anew(struct side *s, unsigned int place, uint64_t seed)
{
	struct doer *d = &s->d[0];
	int rc;

	if ((rc = make_paper(d, VT_DIR_OUT, 3000, seed)) != VT_OK)
		return rc;
	s->sent[place] = d->paper;
	if ((rc = walk_to_issue(d, seed + 1)) != VT_OK)
		return rc;
	return dispatch(d, walk_to, 2);
}

static vt_id *
paper_of(struct side *s, const struct move *m, vt_hash **ret_main)
{
	size_t i = s->n == 0 ? 0 : m->paper % s->n;

	*ret_main = &s->main[i];
	return &s->paper[i];
}

/* A step on one of the papers. */
static int
on_paper(
    struct side *s, const struct move *m, const char *did, struct vt_step st)
{
	vt_hash *main;
	vt_id *p = paper_of(s, m, &main);
	int rc;

	s->did = did;
	if ((rc = do_step(&s->d[0], p, st)) == VT_OK)
		*main = s->d[0].main;
	return rc;
}

static int
registered(struct side *s, const struct move *m)
{
	/* There is always room: an old one is let alone from now on. */
	size_t place = s->n < PAPERS ? s->n : m->paper % PAPERS;
	int rc;

	s->did = "register";
	if (s->n == PAPERS && m->reason % 3 != 0)
		return VT_OK;
	rc = make_paper(&s->d[0], VT_DIR_OUT, walk_size(m), m->seed);
	if (rc == VT_OK) {
		s->paper[place] = s->d[0].paper;
		s->main[place] = s->d[0].main;
		s->n += s->n < PAPERS;
	}
	return rc;
}

static int
agreed(struct side *s, const struct move *m, const char *did,
    enum vt_step_kind kind)
{
	vt_hash *main;

	(void)paper_of(s, m, &main);
	return on_paper(s, m, did, agree(kind, main));
}

static int
submit(struct side *s, const struct move *m)
{
	return agreed(s, m, "submit", VT_STEP_SUBMIT);
}

static int
approve(struct side *s, const struct move *m)
{
	return agreed(s, m, "approve", VT_STEP_APPROVE);
}

static int
sendback(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_RETURN };
	vt_hash *main;

	(void)paper_of(s, m, &main);
	st = agree(VT_STEP_RETURN, main);
	st.u.sendback.note = "sửa";
	return on_paper(s, m, "return", st);
}

static int
number(struct side *s, const struct move *m)
{
	return on_paper(s, m, "number", number_step("di"));
}

static int
version(struct side *s, const struct move *m)
{
	struct doer *d = &s->d[0];
	struct vt_step st[2];
	vt_hash *main;
	vt_id *p = paper_of(s, m, &main);
	int rc;

	s->did = "version";
	d->main = *main;
	rc = append_step(d, (enum vt_version_reason)m->reason, walk_size(m) + 1,
	    m->seed, &st[0]);
	if (rc != VT_OK)
		return rc;
	st[1] = sign_step(m->seed & 1 ? VT_SIGN_COMPETENT : VT_SIGN_INITIALS,
	    &st[0].u.version.file.hash);
	if (m->reason == VT_VERSION_SEALED)
		st[1] = seal_step(&st[0].u.version.file.hash);
	if (m->reason < VT_VERSION_INITIALLED || m->reason > VT_VERSION_SEALED)
		return on_paper(s, m, "version", st[0]);
	s->did = st[1].kind == VT_STEP_SIGN ? "sign" : "";
	if ((rc = do_steps(d, p, st, 2, NULL)) == VT_OK)
		*main = d->main;
	return rc;
}

static int
issue(struct side *s, const struct move *m)
{
	return on_paper(
	    s, m, "issue", (struct vt_step){ .kind = VT_STEP_ISSUE });
}

static int
dispatched(struct side *s, const struct move *m)
{
	vt_hash *main;

	s->did = "dispatch";
	s->d[0].paper = *paper_of(s, m, &main);
	return dispatch(&s->d[0], walk_to, 2);
}

static int
send_anew(struct side *s, const struct move *m)
{
	s->did = "dispatch";
	return walk_send_anew(s, m->paper % SENT, m->seed);
}

static int
meta(struct side *s, const struct move *m)
{
	struct vt_meta meta = { .subject = "sửa", .urgency = 1 };
	struct vt_step st = { .kind = VT_STEP_META };

	st.u.meta.meta = &meta;
	return on_paper(s, m, "meta", st);
}

static int
code(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_CODE };
	char text[24];

	/* Some are given twice. */
	(void)snprintf(text, sizeof(text), "AB12-%llX",
	    (unsigned long long)(m->seed % 100000));
	st.u.code.code = text;
	return on_paper(s, m, "code", st);
}

static int
problem(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_PROBLEM };

	st.u.problem.part = (uint16_t)(1 + m->size % 8 / 7);
	st.u.problem.note = m->seed % 2 == 0 ? "không đọc được" : "";
	return on_paper(s, m, "problem", st);
}

static const struct walk_verb verbs[] = { { 4, registered }, { 4, submit },
	{ 8, approve }, { 3, sendback }, { 8, number }, { 14, version },
	{ 8, issue }, { 4, dispatched }, { 4, send_anew }, { 4, meta },
	{ 2, code }, { 2, problem } };

static int
begin(struct side *s)
{
	int rc = VT_OK;

	for (unsigned int i = 0; i < SENT && rc == VT_OK; i++)
		rc = walk_send_anew(s, i, 1000 + 10 * i);
	return rc;
}

WALK_NOUN_OF(papers, begin, NULL);
