/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk asks of an office besides what fake_office answers: sessions,
 * people, search, and one paper whose state the test sets. */
#ifndef VT_TESTS_API_WEB_FAKE_DESK_H
#define VT_TESTS_API_WEB_FAKE_DESK_H

#include "api/office/print.h"
#include "api/office/sessions.h"
#include "docstore/consign.h"

struct fake_desk {
	enum vt_paper_state state;
	enum vt_direction direction;
	bool numbered;
	bool none_held; /* no number is reserved or in a block */
	const char *subject;
	const char *due;      /* YYYY-MM-DD */
	bool asked;           /* its sender asks for it back */
	char mine;            /* whose work it is, 0: nobody's */
	enum vt_code sign_in; /* what signing in answers; VT_OK: a session */
	bool must_change;
	bool dead;    /* one delivery could not be made */
	bool amended; /* it was, and answers one that came */
	bool untold;  /* one status could not be told */
	vt_time untold_next;
	unsigned hurried; /* statuses told again */
	char login[64], code[32];
	int searched;
	bool far;                     /* what is searched for never comes */
	unsigned initials, inspected; /* empty fields; looks for them */
	struct vt_printing printing;  /* the last one noted */
	enum vt_consign_state packet; /* one that came, 0: none */
	bool factor;                  /* a second one is on */
	bool printed;                 /* one delivery goes on paper */
	struct vt_duties duties;      /* the last delegation's */
	vt_time since, until;
	unsigned book;       /* agencies in it; the fourth is gone */
	unsigned book_read;  /* rows of it, in all */
	unsigned urgency[2]; /* of the first and second found */
	const char *problem; /* of its file */
	bool twice;          /* it came as 7/UBND of Xã Mẫu */
	unsigned pages;      /* a search takes; found on the last. 0: one */
	bool namesakes;      /* all have the name of the first */
	char acts_for;       /* 'o' acts for the leader */
	uint64_t older;      /* found by words: there is more before it */
	bool no_such_number; /* of a number nothing is found */
	char looked[2][64];  /* number, words of the last searches */
	unsigned people;     /* there are, the first 300 gone; 0: one */
	unsigned deliveries; /* there are; the last failed. 0: as above */
	unsigned acts;       /* in its history; 0: one */
	char signed_by;      /* who signed, 0: nobody */
	bool in_place;       /* by delegation */
	const char *planned; /* signer, as typed */
	const struct vt_act_entry *history; /* of these acts instead */
	size_t n_history;
	unsigned delegations; /* there are, all but the last ended; 0: one */
};

extern struct fake_desk desk;

/* fake_act with a note; NULL: none. */
int fake_noted(const char *name, const struct vt_request *rq, const char *note,
    struct vt_err *reterr);

/* A session's token says whose it is: 64 times 'l', 'o', 'c', 'a' or 'm'
 * (leader, officer, clerk, auditor, administrator); any other is nobody's. */
const char *fake_token(char who);
/* Its CSRF token. */
const char *fake_csrf(char who);

#endif
