/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identity providers of `vanthu serve --oidc FILE`. */
#ifndef VT_API_CLI_PROVIDERS_H
#define VT_API_CLI_PROVIDERS_H

#include "api/oidc/oidc_face.h"

struct vt_cli_providers;

/*
 * file: JSON, {"providers": [{"id", "title", "issuer", "client_id",
 * "client_secret_file", "scope"}]}; client_secret_file is the path of a file
 * that holds it. public_url: of the server. Errors: VT_E_USAGE, VT_E_SYNTAX,
 * those of reading files.
 */
VT_NODISCARD int vt_cli_providers_open(struct vt_office *office,
    const char *file, const char *public_url, struct vt_cli_providers **ret,
    struct vt_err *reterr);
void vt_cli_providers_free(struct vt_cli_providers *p); /* NULL allowed */
struct vt_http_face vt_cli_providers_face(struct vt_cli_providers *p);
struct vt_oidc *vt_cli_providers_oidc(struct vt_cli_providers *p);

#endif
