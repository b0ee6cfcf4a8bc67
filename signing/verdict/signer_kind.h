/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room: whose certificate it is, a person's or an organisation's. */
#ifndef VT_SIGNING_SIGNER_KIND_H
#define VT_SIGNING_SIGNER_KIND_H

#include <openssl/x509.h>

#include "signing/verdict/verdict.h"

/*
 * In this order, the first that speaks: the type of a qualified certificate
 * (ETSI EN 319 412-5 §4.2.3), a policy for persons alone or for organisations
 * alone (EN 319 411-2 §5.3), the attributes of the subject (EN 319 412-2
 * §4.2.4, 412-3 §4.2.1; in Vietnam UID: CCCD, CMND, HC a person's paper, MST,
 * MNS an organisation's number, which a person's certificate may name, too).
 * A name by itself says nothing.
 */
enum vt_signer_kind vt_signer_kind_of(const X509 *cert);

#endif
