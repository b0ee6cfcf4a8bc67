/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what: one table (who.def), deny by default, one choke point. A
 * right comes from a role, or from a delegation that is in force; a credential
 * limited to scopes may then still not do it; and a system never activates a
 * key that only a person may (design laws 10, 11).
 */
#ifndef VT_API_OFFICE_WHO_H
#define VT_API_OFFICE_WHO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"

enum vt_duty {
#define VT_DUTY(name, text, roles, scope, key, delegable) VT_DUTY_##name,
#include "api/office/who.def"
#undef VT_DUTY
	VT_DUTY__MAX
};

/* The three key classes of design law 10, and none. */
enum vt_key_class {
	VT_KEY_CLASS_NONE,
	VT_KEY_CLASS_PERSONAL, /* by its holder, in person */
	VT_KEY_CLASS_AGENCY,   /* by the person who keeps it, in person */
	VT_KEY_CLASS_SERVICE,  /* receipts, packets, checkpoints: anybody's act
				* may make the program use it */
	VT_KEY_CLASS__MAX
};

/* Bits. What a credential is limited to; names by vt_scope_name. */
enum vt_scope {
	VT_SCOPE_READ = 1,
	VT_SCOPE_WRITE = 2,
	VT_SCOPE_SIGN = 4,
	VT_SCOPE_NUMBER = 8,
	VT_SCOPE_SEND = 16,
	VT_SCOPE_RECEIVE = 32,
	VT_SCOPE_RESULT = 64,
	VT_SCOPE_EVENTS = 128,
	VT_SCOPE_HOUSE = 256,
	VT_SCOPE_HOOKS = 512,
	VT_SCOPE__ALL = 1023
};

/* A set of duties; plain value. */
struct vt_duties {
	uint64_t bits[2];
};

static inline bool
vt_duties_has(const struct vt_duties *d, enum vt_duty duty)
{
	return (d->bits[duty / 64] >> (duty % 64) & 1) != 0;
}

static inline void
vt_duties_add(struct vt_duties *d, enum vt_duty duty)
{
	d->bits[duty / 64] |= (uint64_t)1 << (duty % 64);
}

static inline bool
vt_duties_none(const struct vt_duties *d)
{
	return (d->bits[0] | d->bits[1]) == 0;
}

struct vt_actor;

/*
 * May the actor do this? Errors: VT_E_SOLE_CONTROL (a program asks to activate
 * a personal or agency key, whatever roles it has), VT_E_SCOPE (the credential
 * is not for this), VT_E_FORBIDDEN (neither role nor delegation).
 */
VT_NODISCARD int vt_who_may(
    const struct vt_actor *a, enum vt_duty duty, struct vt_err *reterr);

/*
 * The post that an act of this duty is done in (docstore/act.h), 0: none is
 * known. said: the one that was said, or 0; then the only post in force whose
 * roles give the duty, or the only post of all.
 */
uint32_t vt_who_post(
    const struct vt_actor *a, uint32_t said, enum vt_duty duty);
/*
 * Is that post his, and does it, or a delegation, give this? VT_E_POST. Nothing
 * said: VT_E_POST_AMBIGUOUS when several of his posts give a duty of papers.
 */
VT_NODISCARD int vt_who_in_post(const struct vt_actor *a, uint32_t said,
    enum vt_duty duty, struct vt_err *reterr);

/* Could somebody with these roles, without any delegation or scope? */
bool vt_who_role_may(uint32_t roles, enum vt_duty duty);

/*
 * May the actor activate a key of this class at all? PERSONAL: any person, his
 * own. AGENCY: a clerk, or who has the seal by delegation. SERVICE: nobody
 * activates it, the program does. Errors: VT_E_SOLE_CONTROL, VT_E_FORBIDDEN.
 */
VT_NODISCARD int vt_who_may_activate(
    const struct vt_actor *a, enum vt_key_class key, struct vt_err *reterr);

/*
 * Index into a->acting of the delegation that gives the actor this duty, or -1
 * when his own role does (or nothing does).
 */
int vt_who_acts_for(const struct vt_actor *a, enum vt_duty duty);

/* Of the table; static. */
const char *vt_duty_name(enum vt_duty duty);
enum vt_key_class vt_duty_key(enum vt_duty duty);
enum vt_scope vt_duty_scope(enum vt_duty duty);
bool vt_duty_delegable(enum vt_duty duty);
/* False for a name that no duty has. */
bool vt_duty_parse(const char *name, enum vt_duty *ret);

/* "papers:read", ... of one bit. */
const char *vt_scope_name(enum vt_scope bit);
/* Space-separated names (RFC 6749 §3.3) of the bits in list, appended. */
void vt_scope_text(uint32_t list, struct vt_buf *ret);
/* False when a name is unknown or none is given. */
bool vt_scope_parse(const char *text, uint32_t *ret);

/* Roles by their public names ("leader", ...); 0 for an unknown one. */
uint32_t vt_role_parse(const char *name);
/* The name of one role bit. */
const char *vt_role_name(uint32_t bit);

#endif
