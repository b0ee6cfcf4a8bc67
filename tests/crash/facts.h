/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a process was told about a store (marks on a tape), and whether the
 * store still says so.
 */
#ifndef VT_TESTS_CRASH_FACTS_H
#define VT_TESTS_CRASH_FACTS_H

#include "tests/crash/disk.h"

/* n: tape_rec.off; a, b: its two strings of bytes. */
enum mark {
	MARK_MADE = 1,      /* init has answered */
	MARK_ASK,           /* a: key of an act; b: its two series, see below */
	MARK_DONE,          /* a: key; b: receipt */
	MARK_REFUSED,       /* a: key; n: code: nothing was done */
	MARK_BLOB,          /* a: upload; b: hash: its end has answered */
	MARK_LET_GO,        /* a: upload: an act may name it from here on;
			     * none: all of them may expire */
	MARK_HELD,          /* a: hash: an act has named it */
	MARK_STATE_ASK,     /* a: key of a fleeting row; b: value or empty */
	MARK_STATE_DONE,    /* a: key; b: value or empty (removed) */
	MARK_STATE_REFUSED, /* a: key; b: value or empty */
	MARK_CLAIMED,       /* n: work item; a: lease, 8 bytes */
	MARK_WORK_ASK,      /* n: work item that may end from here on */
	MARK_WORK_ENDED,    /* n: work item */
	MARK_CLOCK,         /* n: time */
	MARK_SCENE,         /* a: name */
	MARK_KIND,          /* n: kind of a step that was done */
	MARK_DESTROY_ASK,   /* a: hash: its bytes may be gone from here on; b:
			     * a word of the paper */
	MARK_DESTROYED,     /* a: hash: the order has answered */
	MARK_ERASED,        /* all that was ordered is erased */
	MARK_WRONG          /* a: what the process itself saw */
};

/* Of MARK_ASK: where the numbers that it may give belong; "" none. */
struct ask_series {
	char number[24], arrival[24];
};

#define FACT_KEY 48

struct facts;
struct facts *facts_new(void);
void facts_free(struct facts *f);
void facts_add(struct facts *f, const struct tape_entry *e);
/* How many acts were answered for. */
size_t facts_acts(const struct facts *f);
/* What the process itself found wrong, and repeats that differ. */
unsigned int facts_wrong(const struct facts *f);
bool facts_is_made(const struct facts *f);

struct tally { /* of problems found */
	unsigned int lost, differing, numbers, other;
};

enum hold {
	HOLD_GO_ON = 1, /* another paper is written and numbered */
	HOLD_CHECK = 2  /* all of vt_store_check; each receipt verified */
};

/*
 * Opens the store in dir and holds it to the facts; how: enum hold. Problems
 * are printed after `name`. In a child: a store that kills its process is a
 * problem (other), too. Adds to ret; true: nothing found.
 */
bool facts_hold(const struct facts *f, const char *dir, unsigned int how,
    const char *name, struct tally *ret);

#endif
