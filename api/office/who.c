/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/office_priv.h"

#define L VT_ROLE_LEADER
#define O VT_ROLE_OFFICER
#define C VT_ROLE_CLERK
#define K VT_ROLE_ARCHIVIST
#define A VT_ROLE_AUDITOR
#define M VT_ROLE_ADMIN
#define S VT_ROLE_SYSTEM

static_assert(VT_DUTY__MAX <= 128, "struct vt_duties holds 128");

static const struct vt_right {
	const char *name;
	uint32_t roles;
	enum vt_scope scope;
	enum vt_key_class key;
	bool delegable;
} rights[VT_DUTY__MAX] = {
#define VT_DUTY(name, text, roles, scope, key, delegable)                      \
	[VT_DUTY_##name] = { text, roles, VT_SCOPE_##scope,                    \
		VT_KEY_CLASS_##key, delegable },
#include "api/office/who.def"
#undef VT_DUTY
};

static const struct {
	enum vt_scope bit;
	const char *name;
} scopes[] = {
	{ VT_SCOPE_READ, "papers:read" },
	{ VT_SCOPE_WRITE, "papers:write" },
	{ VT_SCOPE_SIGN, "signatures:prepare" },
	{ VT_SCOPE_NUMBER, "numbers:give" },
	{ VT_SCOPE_SEND, "dispatches:send" },
	{ VT_SCOPE_RECEIVE, "deliveries:receive" },
	{ VT_SCOPE_RESULT, "results:make" },
	{ VT_SCOPE_EVENTS, "events:read" },
	{ VT_SCOPE_HOUSE, "house:manage" },
	{ VT_SCOPE_HOOKS, "webhooks:manage" },
};

static const struct {
	uint32_t bit;
	const char *name;
} roles[] = {
	{ L, "leader" },
	{ O, "officer" },
	{ C, "clerk" },
	{ M, "administrator" },
	{ S, "system" },
	{ A, "auditor" },
	{ K, "archivist" },
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

const char *
vt_duty_name(enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return rights[duty].name;
}

enum vt_key_class
vt_duty_key(enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return rights[duty].key;
}

enum vt_scope
vt_duty_scope(enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return rights[duty].scope;
}

bool
vt_duty_delegable(enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return rights[duty].delegable;
}

bool
vt_duty_parse(const char *name, enum vt_duty *ret)
{
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		if (strcmp(rights[i].name, name) == 0) {
			*ret = (enum vt_duty)i;
			return true;
		}
	}
	return false;
}

bool
vt_who_role_may(uint32_t role_bits, enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return (role_bits & rights[duty].roles) != 0;
}

int
vt_who_acts_for(const struct vt_actor *a, enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	if (vt_who_role_may(a->roles, duty) || !rights[duty].delegable)
		return -1;
	for (size_t i = 0; i < a->n_acting; i++)
		if (vt_duties_has(&a->acting[i].duties, duty))
			return (int)i;
	return -1;
}

static bool
is_sole_control(enum vt_key_class key)
{
	return key == VT_KEY_CLASS_PERSONAL || key == VT_KEY_CLASS_AGENCY;
}

static int
refuse_program(const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_SOLE_CONTROL,
	    "%s: a system credential may prepare and ask, the key is "
	    "activated by its holder in person (Decree 30/2020, Article 32)",
	    what);
}

int
vt_who_may_activate(
    const struct vt_actor *a, enum vt_key_class key, struct vt_err *reterr)
{
	bool system = (a->roles & VT_ROLE_SYSTEM) != 0;

	switch (key) {
	case VT_KEY_CLASS_NONE:
		return VT_OK;
	case VT_KEY_CLASS_PERSONAL:
		if (system)
			return refuse_program("a personal key", reterr);
		return VT_OK;
	case VT_KEY_CLASS_AGENCY:
		if (system)
			return refuse_program("the agency's key", reterr);
		if ((a->roles & VT_ROLE_CLERK) != 0 ||
		    vt_who_acts_for(a, VT_DUTY_SEAL) >= 0)
			return VT_OK;
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "the agency's key is kept by its clerk (Decree 30/2020, "
		    "Article 32)");
	case VT_KEY_CLASS_SERVICE:
	case VT_KEY_CLASS__MAX:
	default:
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "a service key is the program's own: nobody activates it");
	}
}

int
vt_who_may(const struct vt_actor *a, enum vt_duty duty, struct vt_err *reterr)
{
	const struct vt_right *r;
	int rc;

	VT_ASSERT(duty < VT_DUTY__MAX);
	r = &rights[duty];
	if (a->must_change)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "the password was set by somebody else: change it first");
	if (is_sole_control(r->key) && (a->roles & VT_ROLE_SYSTEM) != 0)
		return refuse_program(r->name, reterr);
	if (!vt_who_role_may(a->roles, duty) && vt_who_acts_for(a, duty) < 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "act \"%s\" is not one of this role's, and no delegation "
		    "in force gives it",
		    r->name);
	if (is_sole_control(r->key) &&
	    (rc = vt_who_may_activate(a, r->key, reterr)) != VT_OK)
		return rc;
	if (a->scoped && (a->scopes & r->scope) == 0)
		return vt_err_set(reterr, VT_E_SCOPE,
		    "act \"%s\" wants the scope %s", r->name,
		    vt_scope_name(r->scope));
	return VT_OK;
}

/* ---- posts ---- */

/* Which of his posts give the duty: how many, and the last of them. */
static size_t
posts_for(const struct vt_actor *a, enum vt_duty duty, uint32_t *ret)
{
	size_t n = 0;

	*ret = 0;
	for (size_t i = 0; i < a->n_posts; i++) {
		if (!vt_who_role_may(a->posts[i].roles, duty))
			continue;
		*ret = a->posts[i].no;
		n++;
	}
	return n;
}

uint32_t
vt_who_post(const struct vt_actor *a, uint32_t said, enum vt_duty duty)
{
	uint32_t post = 0;

	if (said != 0)
		return said;
	if (a->n_posts == 1)
		return a->posts[0].no;
	if (duty == VT_DUTY__MAX || posts_for(a, duty, &post) != 1)
		return 0;
	return post;
}

/* Acts on papers say in which post; those of the house need not. */
static bool
is_of_papers(enum vt_duty duty)
{
	switch (rights[duty].scope) {
	case VT_SCOPE_READ:
	case VT_SCOPE_EVENTS:
	case VT_SCOPE_HOUSE:
	case VT_SCOPE_HOOKS:
		return false;
	default: /* uploads are named by an act later */
		return duty != VT_DUTY_UPLOAD;
	}
}

int
vt_who_in_post(const struct vt_actor *a, uint32_t said, enum vt_duty duty,
    struct vt_err *reterr)
{
	uint32_t post;
	size_t n = posts_for(a, duty, &post), i;

	if (said == 0)
		return n <= 1 || !is_of_papers(duty)
			   ? VT_OK
			   : vt_err_set(reterr, VT_E_POST_AMBIGUOUS,
				 "act \"%s\": %zu posts of this person give "
				 "it; say in which one it is done",
				 rights[duty].name, n);
	for (i = 0; i < a->n_posts && a->posts[i].no != said; i++)
		;
	if (i == a->n_posts)
		return vt_err_set(reterr, VT_E_POST,
		    "this person has no post %u that is in force", said);
	if (vt_who_role_may(a->posts[i].roles, duty) || n == 0)
		return VT_OK; /* by delegation: any post */
	return vt_err_set(reterr, VT_E_POST,
	    "act \"%s\" is not one of post %u; post %u gives it",
	    rights[duty].name, said, post);
}

/* ---- names ---- */

const char *
vt_scope_name(enum vt_scope bit)
{
	for (size_t i = 0; i < N_OF(scopes); i++)
		if (scopes[i].bit == bit)
			return scopes[i].name;
	return "";
}

void
vt_scope_text(uint32_t list, struct vt_buf *ret)
{
	bool first = true;

	for (size_t i = 0; i < N_OF(scopes); i++) {
		if ((list & scopes[i].bit) == 0)
			continue;
		vt_buf_printf(ret, "%s%s", first ? "" : " ", scopes[i].name);
		first = false;
	}
}

bool
vt_scope_parse(const char *text, uint32_t *ret)
{
	uint32_t got = 0;
	size_t i, n;

	while (*text != '\0') {
		n = strcspn(text, " ");
		for (i = 0; i < N_OF(scopes); i++)
			if (strlen(scopes[i].name) == n &&
			    memcmp(scopes[i].name, text, n) == 0)
				break;
		if (i == N_OF(scopes))
			return false;
		got |= scopes[i].bit;
		text += n;
		/* one space between two names, none elsewhere */
		if (*text == ' ' && *++text == '\0')
			return false;
	}
	*ret = got;
	return got != 0;
}

uint32_t
vt_role_parse(const char *name)
{
	for (size_t i = 0; i < N_OF(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].bit;
	return 0;
}

const char *
vt_role_name(uint32_t bit)
{
	for (size_t i = 0; i < N_OF(roles); i++)
		if (roles[i].bit == bit)
			return roles[i].name;
	return "";
}
