/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what: one table, deny by default. A system may prepare, ask and
 * carry; it never activates a personal or agency key (design law 10).
 */
#include "api/office/office_priv.h"

#define L VT_ROLE_LEADER
#define O VT_ROLE_OFFICER
#define C VT_ROLE_CLERK
#define S VT_ROLE_SYSTEM
#define A VT_ROLE_AUDITOR

static const struct vt_right {
	const char *name;
	uint32_t roles;
	bool sole_control; /* activates a key of a person or of the agency */
} rights[VT_DUTY__MAX] = {
	[VT_DUTY_UPLOAD] = { "upload", L | O | C | S, false },
	[VT_DUTY_REGISTER] = { "register", O | C | S, false },
	[VT_DUTY_EDIT] = { "edit", O | C | S, false },
	[VT_DUTY_SUBMIT] = { "submit", O | C | S, false },
	[VT_DUTY_APPROVE] = { "approve", L, false },
	[VT_DUTY_RETURN] = { "return", L, false },
	[VT_DUTY_NUMBER] = { "number", C | S, false },
	[VT_DUTY_INITIAL] = { "initial", L | O | C, true },
	[VT_DUTY_SIGN] = { "sign", L, true },
	[VT_DUTY_SEAL] = { "seal", C, true },
	[VT_DUTY_PREPARE_INITIAL] = { "prepare initials", L | O | C | S,
	    false },
	[VT_DUTY_PREPARE_SIGN] = { "prepare a signature", L | S, false },
	[VT_DUTY_PREPARE_SEAL] = { "prepare a seal", C | S, false },
	[VT_DUTY_COMPLETE] = { "complete a signature", L | O | C | S, false },
	[VT_DUTY_ISSUE] = { "issue", C, false },
	[VT_DUTY_DISPATCH] = { "dispatch", C | S, false },
	[VT_DUTY_INBOX] = { "list deliveries", L | O | C | S | A, false },
	[VT_DUTY_RECEIVE] = { "receive", C | S, false },
	[VT_DUTY_RESULT] = { "make a result", O | C | S, false },
	[VT_DUTY_READ] = { "read", L | O | C | S | A, false },
};

const char *
vt_duty_name(enum vt_duty duty)
{
	VT_ASSERT(duty < VT_DUTY__MAX);
	return rights[duty].name;
}

int
vt_who_may(const struct vt_actor *a, enum vt_duty duty, struct vt_err *reterr)
{
	const struct vt_right *r;

	VT_ASSERT(duty < VT_DUTY__MAX);
	r = &rights[duty];
	if (r->sole_control && (a->roles & VT_ROLE_SYSTEM) != 0)
		return vt_err_set(reterr, VT_E_SOLE_CONTROL,
		    "act \"%s\": a system credential may prepare and ask, the "
		    "key is activated by its holder in person (Decree 30/2020, "
		    "Article 32)",
		    r->name);
	if ((a->roles & r->roles) == 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "act \"%s\" is not one of this role's", r->name);
	return VT_OK;
}
