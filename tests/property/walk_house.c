/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The house itself: agencies, people, books, entries, rows beside the ledger,
 * and time. */
#include "tests/property/walk.h"

static const char *const needed[] = { "entry", "state", "person", "agency-name",
	"agency-keys", "series" };

static int
entry(struct side *s, const struct move *m)
{
	static const char *const keys[] = { "x", "y", "z" };
	static const enum vt_entry_kind kinds[] = { VT_ENTRY_ADDRESS,
		VT_ENTRY_ACCOUNT, VT_ENTRY_HOOK };
	uint8_t value = (uint8_t)(m->size % 20);

	s->did = "entry";
	/* Each side counts the same revisions. */
	return put_entry(&s->d[m->paper % 2], kinds[m->reason % 3],
	    keys[m->seed % 3], VT_SPAN(&value, m->size % 4 == 0 ? 0 : 1),
	    m->size % 5 == 0 ? VT_ENTRY_NEW : VT_ENTRY_ANY);
}

static int
state(struct side *s, const struct move *m)
{
	static const char *const keys[] = { "x", "y", "z" };

	s->did = "state";
	return put_state(s->d[0].s, VT_STATE_CURSOR, keys[m->seed % 3], "v",
	    s->w.now + VT_TIME_S(3600));
}

static int
person(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_PERSON };

	s->did = "person";
	st.u.person = (struct vt_person){ .name = "Văn thư",
		.position = m->size % 2 == 0 ? "" : "Phó phòng",
		.active = m->size % 3 != 0 };
	/* Mostly the clerk again. */
	if (m->reason % 4 != 0)
		st.u.person.id = s->clerk;
	return do_step(&s->d[1], NULL, st);
}

static int
agency_name(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_AGENCY_NAME };
	char code[24];

	s->did = "agency-name";
	(void)snprintf(code, sizeof(code), "H99.07.%llu",
	    (unsigned long long)(m->seed % 5));
	st.u.agency_name.name = (struct vt_agency_name){
		.code = m->seed % 3 == 0 ? "H99.31" : code, /* the other's */
		.name = "Sở KH&CN",
		.short_name = "SKHCN",
		.place = "An Mẫu"
	};
	return do_step(&s->d[0], NULL, st);
}

static int
agency_keys(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_AGENCY_KEYS };

	s->did = "agency-keys";
	st.u.agency_keys.key_ref = m->seed % 2 == 0 ? "file:a" : "file:b";
	return do_step(&s->d[m->paper % 2], NULL, st);
}

static int
series(struct side *s, const struct move *m)
{
	static const char *const keys[] = { "di", "den", "QD", "?" };

	s->did = "series";
	return make_series(&s->d[m->paper % 2], keys[m->seed % 4],
	    m->size % 5 == 0 ? VT_RESET_NEVER : VT_RESET_YEAR, VT_SERIES_OURS);
}

static int
clock_step(struct side *s, const struct move *m)
{
	s->did = "";
	s->w.now += (vt_time)(m->seed % (uint64_t)VT_TIME_S(8640000));
	return VT_OK;
}

static const struct walk_verb verbs[] = { { 4, entry }, { 2, state },
	{ 2, person }, { 1, agency_name }, { 1, agency_keys }, { 2, series },
	{ 4, clock_step } };

WALK_NOUN_OF(house, NULL, NULL);
