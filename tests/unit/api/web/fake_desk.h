/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk asks of an office besides what fake_office answers: sessions,
 * people, search, and one paper whose state the test sets. */
#ifndef VT_TESTS_API_WEB_FAKE_DESK_H
#define VT_TESTS_API_WEB_FAKE_DESK_H

#include "api/office/sessions.h"

struct fake_desk {
	enum vt_paper_state state;
	enum vt_direction direction;
	bool numbered;
	const char *subject;
	enum vt_code sign_in; /* what signing in answers; VT_OK: a session */
	bool must_change;
	bool dead; /* one delivery could not be made */
	char login[64], code[32];
	int searched;
};

extern struct fake_desk desk;

/* A session's token says whose it is: 64 times 'l', 'o', 'c' or 'a' (leader,
 * officer, clerk, auditor); any other is nobody's. */
const char *fake_token(char who);
/* Its CSRF token. */
const char *fake_csrf(char who);

#endif
