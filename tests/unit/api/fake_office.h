/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An office without a store, for tests of the faces: it remembers what it was
 * asked and answers what the test set. Real offices are tested in scenarios.
 */
#ifndef VT_TESTS_API_FAKE_OFFICE_H
#define VT_TESTS_API_FAKE_OFFICE_H

#include "api/office/office.h"

struct fake {
	enum vt_code answer; /* code of every act; VT_OK works */
	bool repeated;
	bool overtaken; /* a refused act was done meanwhile */
	bool may_not_read;
	/* what was asked last */
	char type_code[24], type_name[200];
	uint32_t legal;
	char act[32], key[200], subject[200], reply_to[40], note[200],
	    file[200], pin[64];
	char fact[64], recipient[64], value[64];
	vt_hash request;
	uint64_t if_match;
	vt_time expires; /* of what is prepared */
	unsigned initials;
	bool number_first, places;
	enum vt_signing_act signing;
	enum vt_direction direction;
	size_t nfiles, nto;
	char ways[8];     /* channels of the first of them, as digits */
	uint64_t by_hand; /* số đến given on paper */
	bool no_anchors;  /* validation trusts nothing */
	bool workers_gone;
	uint64_t clock_back_us;
	/* uploads */
	int uploads_open;
	uint64_t upload_bytes;
	/* public */
	struct vt_public_result result;
	/* verdict of any file, and the bytes that came */
	enum vt_overall overall;
	bool alone, by_agency; /* one signature: a person's, or this */
	bool unsaid;           /* certificates do not say whose they are */
	uint64_t checked_bytes;
	uint8_t checked_first;
	unsigned statuses;  /* in the log of every delivery */
	uint32_t late;      /* kinds of work that have been due for too long */
	unsigned validated; /* stored files judged so far */
};

extern struct fake fake;
/* Of the last search: values by enum vt_find_field. */
extern char fake_found[15][64];

/* Answers kept under their keys are kept no longer. */
void fake_forget(void);

/* An id of that byte, over and over. */
vt_id fake_id(uint8_t b);
/* Remembers an act, and answers it as the test wants. */
int fake_act(
    const char *name, const struct vt_request *rq, struct vt_err *reterr);

/* Any non-NULL pointer will do: the fake has one state. */
struct vt_office *fake_office(void);

#endif
