/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Public codes of results: 16 letters of Crockford's base 32 (80 random bits,
 * so that guessing is hopeless without captcha or expiry) and a check letter
 * (Luhn modulo 32: any one wrong letter and most swaps are caught). Stored as
 * 17 letters, shown as XXXX-XXXX-XXXX-XXXX-X.
 */
#ifndef VT_API_OFFICE_CODE_H
#define VT_API_OFFICE_CODE_H

#include "base/id.h"

#define VT_CODE_LETTERS 17
#define VT_CODE_SHOWN   21

void vt_code_new(const struct vt_context *c, char ret[VT_CODE_LETTERS + 1]);
/* With hyphens. */
void vt_code_show(const char *code, char ret[VT_CODE_SHOWN + 1]);
/* What a person typed: spaces and hyphens dropped, lower case raised, O read
 * as 0, I and L as 1. False unless it is a code with a right check letter. */
bool vt_code_parse(const char *typed, char ret[VT_CODE_LETTERS + 1]);

#endif
