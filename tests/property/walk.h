/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk of random verbs on two engines: what each noun brings to it.
 *
 * A verb is drawn once and done on both sides, which are alike but for the
 * engine. It must do the same on both: everything it draws comes from the move,
 * what it keeps is kept in the side. It may be refused; then both refuse with
 * the same code. After each step the receipts of the two and their `seen` are
 * compared; in the end all rows, and check is clean.
 */
#ifndef VT_TESTS_PROPERTY_WALK_H
#define VT_TESTS_PROPERTY_WALK_H

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define PAPERS   24
#define CONSIGNS 4
#define SENT     4 /* papers on their way, made anew now and then */
#define UPLOADS  6
#define KEPT     4

/* One of the two. Nouns may add members at the end. */
struct side {
	struct world w;
	struct doer d[2]; /* two agencies */
	bool lmdb;
	char *dir; /* of lmdb */
	/* What a verb saw besides receipts: see(). */
	uint64_t seen;
	const char *did; /* what succeeds if it does: counted */
	/* of the first agency */
	vt_id paper[PAPERS];
	vt_hash main[PAPERS];
	size_t n;
	vt_id sent[SENT];
	/* of the second */
	vt_id consign[CONSIGNS];
	vt_id in[CONSIGNS]; /* papers made of them */
	size_t n_consign, n_in;
	vt_id clerk;
	struct vt_work held; /* no 0: nothing */
	struct vt_upload *open;
	vt_id upload[UPLOADS];
	vt_hash blob[UPLOADS];
	unsigned int n_held_series; /* of those that were closed */
	vt_id kept[KEPT];           /* to be isolated and destroyed */
};

/* Drawn once, done on both sides. */
struct move {
	unsigned int paper, reason; /* reason: one of enum vt_version_reason */
	size_t size;
	uint64_t seed;
};

struct walk_verb {
	unsigned int weight; /* how often, beside the others of all nouns */
	int (*go)(struct side *s, const struct move *m);
};

struct walk_noun {
	const struct walk_verb *verb;
	size_t n_verb;
	/* What must have succeeded at least once: names that verbs set. */
	const char *const *needed;
	size_t n_needed;
	/* Before the first step; may be NULL. Not 0: the walk ends. */
	int (*begin)(struct side *s);
	/* Before a side is closed; may be NULL. */
	void (*end)(struct side *s);
};

#define WALK_NOUN(noun) extern const struct walk_noun walk_##noun;
#include "tests/property/walk.def"
#undef WALK_NOUN

#define WALK_NOUN_OF(noun, begin_, end_)                                       \
	const struct walk_noun walk_##noun = { .verb = verbs,                  \
		.n_verb = sizeof(verbs) / sizeof(verbs[0]),                    \
		.needed = needed,                                              \
		.n_needed = sizeof(needed) / sizeof(needed[0]),                \
		.begin = begin_,                                               \
		.end = end_ }

/* Something the verb read: it must be the same on both sides. */
void walk_see(struct side *s, const void *p, size_t n);
/* A size for a file: small most of the time, chunks and their borders now and
 * then. */
size_t walk_size(const struct move *m);

/* Papers of the first agency, and who gets them. */
extern const struct vt_recipient walk_to[2];
int walk_send_anew(struct side *s, unsigned int place, uint64_t seed);

#endif
