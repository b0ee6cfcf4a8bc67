/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fact a holder must know before a download (private to the office). Only
 * a salted hash is kept. It guards against people who merely saw the code on a
 * print-out; guessing is slowed where it arrives (api/citizen).
 */
#ifndef VT_API_OFFICE_PUBLIC_H
#define VT_API_OFFICE_PUBLIC_H

#include <stddef.h>
#include <stdint.h>

#define VT_HOLDER_SALT_SIZE  16
#define VT_HOLDER_CHECK_SIZE (VT_HOLDER_SALT_SIZE + 32)

#define VT_HOLDER_FACT_MIN   4

/* Letters and digits of a fact, spaces and hyphens not counted; NULL is 0. */
size_t vt_holder_fact_length(const char *fact);

/* HMAC-SHA-256 of the fact, spaces dropped and ASCII letters raised, under
 * the salt. */
void vt_holder_check(const uint8_t salt[VT_HOLDER_SALT_SIZE],
    const char *fact, uint8_t ret[32]);

#endif
