/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every (role × act × key class), from a table written out here by hand, and
 * what delegations and scopes change of it. A duty without a row fails.
 */
#include "api/office/office.h"
#include "tests/tap.h"

static const struct want {
	const char *duty;
	const char *roles; /* Leader Officer Clerk Keeper Auditor aMinistrator
			    * System */
	const char *scope;
	char key; /* - none, p personal, a agency, s service */
	bool delegable;
} wants[] = {
	{ "upload", "LOCS", "papers:write", '-', false },
	{ "register", "OCS", "papers:write", '-', false },
	{ "edit", "OCS", "papers:write", '-', false },
	{ "submit", "OCS", "papers:write", '-', false },
	{ "approve", "L", "papers:write", '-', true },
	{ "return", "L", "papers:write", '-', true },
	{ "number", "CS", "numbers:give", '-', true },
	{ "initial", "LOC", "signatures:prepare", 'p', false },
	{ "sign", "L", "signatures:prepare", 'p', true },
	{ "seal", "C", "signatures:prepare", 'a', true },
	{ "prepare initials", "LOCS", "signatures:prepare", '-', false },
	{ "prepare a signature", "LS", "signatures:prepare", '-', true },
	{ "prepare a seal", "CS", "signatures:prepare", '-', true },
	{ "complete a signature", "LOCS", "signatures:prepare", '-', true },
	{ "issue", "C", "dispatches:send", '-', true },
	{ "dispatch", "CS", "dispatches:send", '-', true },
	{ "list deliveries", "LOCSA", "papers:read", '-', false },
	{ "receive", "CS", "deliveries:receive", 's', true },
	{ "make a result", "OCS", "results:make", '-', false },
	{ "read", "LOCSAK", "papers:read", '-', false },
	{ "check content", "LO", "papers:write", '-', false },
	{ "check form", "LOC", "papers:write", '-', false },
	{ "withdraw", "OCS", "papers:write", '-', false },
	{ "freeze", "LC", "dispatches:send", '-', true },
	{ "give an opinion", "LOC", "papers:write", '-', false },
	{ "ask for a later deadline", "LOC", "papers:write", '-', false },
	{ "extend a deadline", "LC", "deliveries:receive", '-', true },
	{ "cancel", "C", "deliveries:receive", '-', true },
	{ "isolate", "LOCK", "papers:write", '-', false },
	{ "clear", "L", "papers:write", '-', false },
	{ "see what is isolated", "LC", "papers:read", '-', false },
	{ "manage accounts", "M", "house:manage", '-', false },
	{ "manage clients", "M", "house:manage", '-', false },
	{ "delegate", "LC", "house:manage", '-', false },
	{ "list delegations", "LOCMA", "papers:read", '-', false },
	{ "accept", "CS", "deliveries:receive", '-', true },
	{ "refuse", "C", "deliveries:receive", '-', true },
	{ "assign", "LC", "deliveries:receive", '-', true },
	{ "forward", "LOC", "papers:write", '-', false },
	{ "process", "LOCS", "papers:write", '-', false },
	{ "finish", "LOCS", "papers:write", '-', false },
	{ "take back", "CS", "dispatches:send", '-', true },
	{ "recall", "C", "dispatches:send", '-', true },
	{ "replace", "C", "dispatches:send", '-', true },
	{ "answer a recall", "C", "deliveries:receive", '-', true },
	{ "send again", "CM", "dispatches:send", '-', false },
	{ "read a packet again", "C", "deliveries:receive", '-', false },
	{ "manage the address book", "M", "house:manage", '-', false },
	{ "print", "LOC", "papers:write", '-', false },
	{ "read events", "LOCSAK", "events:read", '-', false },
	{ "manage webhooks", "MS", "webhooks:manage", 's', false },
	{ "change the key of webhooks", "M", "webhooks:manage", 's', false },
	{ "manage people", "M", "house:manage", '-', false },
	{ "list people", "LOCSAKM", "papers:read", '-', false },
	{ "confirm a change of rights", "LM", "house:manage", '-', false },
	{ "link", "OCS", "papers:write", '-', false },
	{ "join a paper original", "C", "deliveries:receive", '-', true },
	{ "bring a rendition", "OCS", "papers:write", '-', false },
	{ "ask to destroy", "LCK", "papers:write", '-', false },
	{ "destroy", "L", "papers:write", '-', false },
	{ "manage number books", "CM", "house:manage", '-', false },
	{ "reserve a number", "C", "numbers:give", '-', false },
	{ "cancel a number", "C", "numbers:give", '-', false },
	{ "approve numbers for an outage", "L", "numbers:give", '-', false },
	{ "close a number book", "C", "numbers:give", '-', false },
	{ "see who read a paper", "LCA", "papers:read", '-', false },
	{ "save a query", "LOCAK", "papers:write", '-', false },
	{ "see the queue", "CSAM", "papers:read", '-', false },
};

static const struct {
	char letter;
	uint32_t bit;
	const char *name;
} roles[] = {
	{ 'L', VT_ROLE_LEADER, "leader" },
	{ 'O', VT_ROLE_OFFICER, "officer" },
	{ 'C', VT_ROLE_CLERK, "clerk" },
	{ 'K', VT_ROLE_ARCHIVIST, "archivist" },
	{ 'A', VT_ROLE_AUDITOR, "auditor" },
	{ 'M', VT_ROLE_ADMIN, "administrator" },
	{ 'S', VT_ROLE_SYSTEM, "system" },
};
#define N_ROLES (sizeof(roles) / sizeof(roles[0]))
#define N_WANTS (sizeof(wants) / sizeof(wants[0]))

static const struct want *
want_of(enum vt_duty d)
{
	for (size_t i = 0; i < N_WANTS; i++)
		if (strcmp(wants[i].duty, vt_duty_name(d)) == 0)
			return &wants[i];
	return NULL;
}

static bool
is_key(const struct want *w)
{
	return w->key == 'p' || w->key == 'a';
}

/* What must come out, told from the row alone. */
static int
expect(const struct want *w, uint32_t bits)
{
	if (is_key(w) && (bits & VT_ROLE_SYSTEM) != 0)
		return VT_E_SOLE_CONTROL;
	for (size_t r = 0; r < N_ROLES; r++)
		if ((bits & roles[r].bit) != 0 &&
		    strchr(w->roles, roles[r].letter) != NULL)
			return VT_OK;
	return VT_E_FORBIDDEN;
}

static void
rows(void)
{
	static const char letters[] = "-pas";

	tap_eq_int(N_WANTS, VT_DUTY__MAX, "as many rows here as duties");
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		enum vt_duty d = (enum vt_duty)i, back = VT_DUTY__MAX;
		const struct want *w = want_of(d);

		tap_need(w != NULL, "%s has a row here", vt_duty_name(d));
		tap_eq_int(
		    letters[vt_duty_key(d)], w->key, "%s: key class", w->duty);
		tap_eq_str(vt_scope_name(vt_duty_scope(d)), w->scope,
		    "%s: scope", w->duty);
		tap_eq_int(vt_duty_delegable(d), w->delegable, "%s: delegable",
		    w->duty);
		tap_ok(vt_duty_parse(w->duty, &back) && back == d,
		    "%s: found by its name", w->duty);
	}
}

/* Each duty for each set of roles there can be: 2^7 of them. */
static void
each_role(void)
{
	struct vt_err err = VT_ERR_INIT;

	for (int i = 0; i < VT_DUTY__MAX; i++) {
		enum vt_duty d = (enum vt_duty)i;
		const struct want *w = want_of(d);
		int wrong = 0;

		for (size_t r = 0; r < N_ROLES; r++) {
			struct vt_actor a = { .roles = roles[r].bit };

			tap_code(vt_who_may(&a, d, &err),
			    expect(w, roles[r].bit), &err, "%s: %s",
			    roles[r].name, w->duty);
		}
		for (uint32_t bits = 0; bits < 128; bits++) {
			struct vt_actor a = { .roles = bits };

			wrong += vt_who_may(&a, d, &err) != expect(w, bits);
			wrong += vt_who_role_may(bits, d) !=
				 (expect(w, bits & ~(uint32_t)VT_ROLE_SYSTEM) ==
					 VT_OK ||
				     (strchr(w->roles, 'S') != NULL &&
					 (bits & VT_ROLE_SYSTEM) != 0));
		}
		tap_eq_int(wrong, 0, "all 128 sets of roles: %s", w->duty);
	}
}

/* Which roles activate which class of key, told from design law 10. */
static void
key_classes(void)
{
	static const struct {
		enum vt_key_class key;
		const char *name, *allowed;
	} classes[] = {
		{ VT_KEY_CLASS_NONE, "no key", "LOCKAMS" },
		{ VT_KEY_CLASS_PERSONAL, "a personal key", "LOCKAM" },
		{ VT_KEY_CLASS_AGENCY, "the agency's key", "C" },
		{ VT_KEY_CLASS_SERVICE, "a service key", "" },
	};
	struct vt_err err = VT_ERR_INIT;

	tap_eq_int(VT_KEY_CLASS__MAX, 4, "every class of key has its row here");
	for (size_t c = 0; c < 4; c++) {
		for (size_t r = 0; r < N_ROLES; r++) {
			struct vt_actor a = { .roles = roles[r].bit };
			int want =
			    strchr(classes[c].allowed, roles[r].letter) != NULL
				? VT_OK
			    : roles[r].letter == 'S' &&
				    classes[c].key != VT_KEY_CLASS_SERVICE
				? VT_E_SOLE_CONTROL
				: VT_E_FORBIDDEN;

			tap_code(vt_who_may_activate(&a, classes[c].key, &err),
			    want, &err, "%s activates %s", roles[r].name,
			    classes[c].name);
		}
	}
}

/*
 * Every (role × act × key class): an act may activate only the class of its
 * row, and only for whom both rules allow.
 */
static void
product(void)
{
	int cases = 0, wrong = 0;

	for (int i = 0; i < VT_DUTY__MAX; i++) {
		const struct want *w = want_of((enum vt_duty)i);

		for (size_t r = 0; r < N_ROLES; r++) {
			for (int k = 0; k < VT_KEY_CLASS__MAX; k++) {
				struct vt_actor a = { .roles = roles[r].bit };
				bool may =
				    vt_who_may(&a, (enum vt_duty)i, NULL) ==
					VT_OK &&
				    (int)vt_duty_key((enum vt_duty)i) == k;
				bool want =
				    expect(w, roles[r].bit) == VT_OK &&
				    w->key == "-pas"[k] &&
				    !(is_key(w) && roles[r].letter == 'S');

				cases++;
				wrong += may != want;
			}
		}
	}
	tap_eq_int(wrong, 0, "all %d of role, act and key class", cases);
}

static void
delegated(void)
{
	static const vt_id giver = { { 9 } };
	struct vt_err err = VT_ERR_INIT;

	for (int i = 0; i < VT_DUTY__MAX; i++) {
		const struct want *w = want_of((enum vt_duty)i);

		for (size_t r = 0; r < N_ROLES; r++) {
			struct vt_actor a = { .roles = roles[r].bit,
				.n_acting = 1 };
			int own = expect(w, roles[r].bit), want = own;

			a.acting[0].from = giver;
			vt_duties_add(&a.acting[0].duties, (enum vt_duty)i);
			if (own == VT_E_FORBIDDEN && w->delegable)
				want = VT_OK;
			tap_code(vt_who_may(&a, (enum vt_duty)i, &err), want,
			    &err, "%s by delegation: %s", roles[r].name,
			    w->duty);
			tap_eq_int(vt_who_acts_for(&a, (enum vt_duty)i),
			    strchr(w->roles, roles[r].letter) == NULL &&
				    w->delegable
				? 0
				: -1,
			    "%s: acts for another, %s", roles[r].name, w->duty);
		}
	}
}

/* The post in which somebody acts: the one said, or the only one that gives the
 * duty; and rights follow from it. */
static void
in_posts(void)
{
	static const struct {
		enum vt_duty duty;
		uint32_t said;
		int want;
		uint32_t post;
	} cases[] = {
		/* posts: 1 leader, 3 clerk, 4 clerk of another unit */
		{ VT_DUTY_APPROVE, 0, VT_OK, 1 },
		{ VT_DUTY_APPROVE, 1, VT_OK, 1 },
		{ VT_DUTY_APPROVE, 3, VT_E_POST, 3 },
		{ VT_DUTY_APPROVE, 2, VT_E_POST, 2 }, /* not in force */
		{ VT_DUTY_NUMBER, 0, VT_E_POST_AMBIGUOUS, 0 },
		{ VT_DUTY_NUMBER, 4, VT_OK, 4 },
		{ VT_DUTY_NUMBER, 1, VT_E_POST, 1 },
		{ VT_DUTY_READ, 0, VT_OK, 0 }, /* reading is in none */
		{ VT_DUTY_DELEGATE, 0, VT_OK, 0 },
		{ VT_DUTY_REGISTER, 0, VT_E_POST_AMBIGUOUS, 0 },
		/* by delegation: no post of his gives it */
		{ VT_DUTY_RESULT, 3, VT_OK, 3 },
	};
	struct vt_actor a = { .roles = VT_ROLE_LEADER | VT_ROLE_CLERK,
		.posts = { { 1, VT_ROLE_LEADER }, { 3, VT_ROLE_CLERK },
		    { 4, VT_ROLE_CLERK } },
		.n_posts = 3 };
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].duty == VT_DUTY_RESULT)
			a.posts[1].roles = a.posts[2].roles = VT_ROLE_ADMIN;
		tap_code(vt_who_in_post(&a, cases[i].said, cases[i].duty, &err),
		    cases[i].want, &err, "%s, post %u said",
		    vt_duty_name(cases[i].duty), cases[i].said);
		tap_eq_int(vt_who_post(&a, cases[i].said, cases[i].duty),
		    cases[i].post, "%s: its post", vt_duty_name(cases[i].duty));
	}
	a.n_posts = 1;
	tap_eq_int(vt_who_post(&a, 0, VT_DUTY_NUMBER), 1, "his only post");
	a.n_posts = 0;
	tap_eq_int(vt_who_post(&a, 0, VT_DUTY_NUMBER), 0, "no posts, no post");
	tap_code(vt_who_in_post(&a, 1, VT_DUTY_NUMBER, &err), VT_E_POST, &err,
	    "nor may one be said");
}

/* A delegation is for the duty it names and no other. */
static void
no_more_than_named(void)
{
	struct vt_actor a = { .roles = VT_ROLE_OFFICER, .n_acting = 1 };
	int gained = 0;

	vt_duties_add(&a.acting[0].duties, VT_DUTY_SIGN);
	for (int i = 0; i < VT_DUTY__MAX; i++)
		if (i != VT_DUTY_SIGN &&
		    !vt_who_role_may(VT_ROLE_OFFICER, (enum vt_duty)i))
			gained +=
			    vt_who_may(&a, (enum vt_duty)i, NULL) == VT_OK;
	tap_eq_int(gained, 0, "a delegation to sign gives nothing else");
	tap_code(vt_who_may_activate(&a, VT_KEY_CLASS_AGENCY, NULL),
	    VT_E_FORBIDDEN, &(struct vt_err)VT_ERR_INIT,
	    "nor the agency's key");
	vt_duties_add(&a.acting[0].duties, VT_DUTY_SEAL);
	tap_ok(vt_who_may_activate(&a, VT_KEY_CLASS_AGENCY, NULL) == VT_OK,
	    "with the seal handed over, that too");
}

/* Each duty under each scope alone, under all but its own, and under none. */
static void
scopes(void)
{
	struct vt_err err = VT_ERR_INIT;

	for (int i = 0; i < VT_DUTY__MAX; i++) {
		enum vt_duty d = (enum vt_duty)i;
		const struct want *w = want_of(d);
		struct vt_actor a = { .scoped = true };
		int wrong = 0;

		for (size_t r = 0; r < N_ROLES; r++)
			if (strchr(w->roles, roles[r].letter) != NULL)
				a.roles |= roles[r].bit;
		if (is_key(w))
			a.roles &= ~(uint32_t)VT_ROLE_SYSTEM;
		for (uint32_t s = 1; s <= VT_SCOPE__ALL; s <<= 1) {
			bool own = strcmp(vt_scope_name((enum vt_scope)s),
				       w->scope) == 0;

			a.scopes = s;
			wrong += vt_who_may(&a, d, &err) !=
				 (own ? VT_OK : VT_E_SCOPE);
		}
		tap_eq_int(wrong, 0, "%s: by %s alone", w->duty, w->scope);
		a.scopes = VT_SCOPE__ALL & ~(uint32_t)vt_duty_scope(d);
		tap_code(vt_who_may(&a, d, &err), VT_E_SCOPE, &err,
		    "%s: not by all the others", w->duty);
		a.scopes = 0;
		tap_code(vt_who_may(&a, d, &err), VT_E_SCOPE, &err,
		    "%s: not by none", w->duty);
		a.roles = 0;
		a.scopes = VT_SCOPE__ALL;
		tap_code(vt_who_may(&a, d, &err), VT_E_FORBIDDEN, &err,
		    "%s: scopes give no right", w->duty);
	}
}

static void
names(void)
{
	static const char *const bad[] = { "", " ", "papers:read ",
		" papers:read", "papers:read  papers:write", "papers",
		"papers:read papers:none", "PAPERS:READ" };
	uint32_t got = 0;
	VT_BUF_AUTO(b);

	vt_scope_text(VT_SCOPE__ALL, &b);
	tap_ok(vt_scope_parse(vt_buf_str(&b), &got) && got == VT_SCOPE__ALL,
	    "all scopes: %s", vt_buf_str(&b));
	tap_ok(vt_scope_parse("papers:read", &got) && got == VT_SCOPE_READ,
	    "one scope");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(
		    !vt_scope_parse(bad[i], &got), "no scopes: \"%s\"", bad[i]);
	for (size_t r = 0; r < N_ROLES; r++) {
		tap_eq_int(vt_role_parse(roles[r].name), roles[r].bit,
		    "role %s", roles[r].name);
		tap_eq_str(
		    vt_role_name(roles[r].bit), roles[r].name, "its name");
	}
	tap_eq_int(vt_role_parse("boss"), 0, "no such role");
}

int
main(void)
{
	rows();
	each_role();
	key_classes();
	product();
	in_posts();
	delegated();
	no_more_than_named();
	scopes();
	names();
	return tap_done();
}
